/* SPDX-License-Identifier: GPL-2.0-only */
/* The explanation for programs: one object. */
#include "../base/json.h"
#include "../trace/show.h"
#include "diff.h"
#include "explain.h"

static const char *const types[] = { "anon", "file" };

const char *rs_balance_name(enum scan_balance balance)
{
	static const char *const names[] = { "SCAN_EQUAL", "SCAN_FRACT", "SCAN_ANON", "SCAN_FILE" };

	return names[balance];
}

/* ---- MGLRU ---- */

static void put_cgroup(struct rs_json *j, struct rs_reader *reader, uint64_t id)
{
	char buf[256];

	rs_json_u64(j, "cgroup_id", id);
	rs_json_string(j, "cgroup", rs_show_cgroup(reader, id, buf, sizeof(buf)));
}

/* Branches that were taken, with their operands by name. */
static void put_why(struct rs_json *j, const struct rs_why *why)
{
	uint32_t i;
	int n;

	rs_json_array(j, "why");
	for (i = 0; i < why->nr && i < RS_WHY_STEPS; i++) {
		const struct rs_branch_row *row = rs_branch_row(why->step[i].branch);

		if (!row)
			continue;
		rs_json_object(j, NULL);
		rs_json_string(j, "branch", row->name);
		for (n = 0; n < why->step[i].nr_operands; n++)
			rs_json_i64(j, row->operands[n] ? row->operands[n] : "?", why->step[i].operand[n]);
		rs_json_end_object(j);
	}
	rs_json_end_array(j);
}

static void put_plan(const struct rs_explain_lru_gen *x, const struct rs_lru_gen_plan *plan, struct rs_reader *reader,
		     struct rs_json *j)
{
	struct try_to_shrink_lruvec turn;
	struct rs_why why = { 0 };
	bool ages = rs_lru_gen_plan_turn(x, plan, &turn, &why);

	rs_json_object(j, NULL);
	put_cgroup(j, reader, plan->cgroup);
	rs_json_i64(j, "priority", plan->in.priority);
	rs_json_i64(j, "swappiness", plan->in.swappiness);
	rs_json_u64(j, "max_seq", plan->sizes.max_seq);
	rs_json_array(j, "min_seq");
	rs_json_u64(j, NULL, plan->sizes.min_seq[0]);
	rs_json_u64(j, NULL, plan->sizes.min_seq[1]);
	rs_json_end_array(j);
	rs_json_u64(j, "evictable_pages", plan->in.size);
	rs_json_bool(j, "ages_first", ages);
	rs_json_i64(j, "to_scan", turn.nr_to_scan);
	rs_json_i64(j, "to_scan_if_aged", turn.if_aged);
	put_why(j, &why);
	rs_json_end_object(j);
}

static void put_batch(const struct rs_explanation *x, unsigned int i, struct rs_reader *reader, struct rs_json *j)
{
	uint64_t refaulted[2], total[2];
	struct isolate_folios isolate;
	struct rs_why why = { 0 };
	int type;

	isolate_folios_begin(&isolate, &x->batches[i].gens, x->batches[i].swappiness, x->batches[i].gfp, &x->rules, &why);
	rs_lru_gen_refaults(&x->batches[i].gens, &x->rules, refaulted, total);
	rs_json_object(j, NULL);
	put_cgroup(j, reader, x->batches[i].cgroup);
	rs_json_i64(j, "swappiness", x->batches[i].swappiness);
	rs_json_string(j, "first", types[x->batches[i].choice.type]);
	rs_json_bool(j, "compared", x->batches[i].choice.compared);
	rs_json_i64(j, "tier", isolate.tier);
	for (type = 0; type < 2; type++) {
		rs_json_object(j, types[type]);
		rs_json_u64(j, "evicted_or_protected", total[type]);
		rs_json_u64(j, "refaulted", refaulted[type]);
		rs_json_end_object(j);
	}
	put_why(j, &why);
	rs_json_end_object(j);
}

static void put_lru_gen(const struct rs_explanation *x, struct rs_reader *reader, struct rs_json *j)
{
	const struct rs_explain_lru_gen *g = &x->lru_gen;
	unsigned int i;

	if (!g->in_use) {
		rs_json_null(j, "lru_gen");
		return;
	}
	rs_json_object(j, "lru_gen");
	rs_json_u64(j, "evictions", x->nr_evictions);
	rs_json_u64(j, "planned", g->nr_plans_all);
	rs_json_u64(j, "protected", g->nr_protected);
	rs_json_u64(j, "aged", g->nr_aged);
	if (g->nr_walks) {
		rs_json_object(j, "walked");
		rs_json_u64(j, "entries", g->walk_stats[RS_WALK_LEAF_TOTAL]);
		rs_json_u64(j, "young", g->walk_stats[RS_WALK_LEAF_YOUNG]);
		rs_json_u64(j, "tables_found", g->walk_stats[RS_WALK_NONLEAF_FOUND]);
		rs_json_u64(j, "tables_added", g->walk_stats[RS_WALK_NONLEAF_ADDED]);
		rs_json_end_object(j);
	} else {
		rs_json_null(j, "walked");
	}
	rs_json_u64(j, "enough", g->nr_enough);
	rs_json_u64(j, "skipped_at_min", g->skipped_min);
	rs_json_u64(j, "skipped_below_low", g->skipped_low);
	rs_json_u64(j, "rotated", g->rotated);
	rs_json_u64(j, "too_small", g->too_small);
	if (g->priority_before) {
		rs_json_object(j, "initial_priority");
		rs_json_i64(j, "before", g->priority_before);
		rs_json_i64(j, "after", g->priority_after);
		rs_json_u64(j, "wanted_pages", g->initial.nr_to_reclaim);
		rs_json_u64(j, "reclaimable_pages", rs_lru_gen_reclaimable(&g->initial));
		rs_json_end_object(j);
	} else {
		rs_json_null(j, "initial_priority");
	}
	rs_json_array(j, "lruvecs");
	for (i = 0; i < g->nr_plans; i++)
		put_plan(g, &g->plans[i], reader, j);
	rs_json_end_array(j);
	rs_json_array(j, "batches");
	for (i = 0; i < x->nr_batches; i++)
		put_batch(x, i, reader, j);
	rs_json_end_array(j);
	rs_json_end_object(j);
}

/* ---- the whole ---- */

void rs_explain_json(const struct rs_explanation *x, struct rs_reader *reader, FILE *out)
{
	static const char *const kinds[] = { "stall", "kswapd", "oom" };
	char buf[256];
	struct rs_json j;
	unsigned int i;

	rs_json_init(&j, out);
	rs_json_object(&j, NULL);
	rs_json_u64(&j, "v", 1);
	rs_json_string(&j, "type", "explanation");
	rs_json_string(&j, "kind", kinds[x->kind]);
	rs_json_u64(&j, "rank", x->rank);
	rs_json_u64(&j, "of", x->out_of);
	rs_json_u64(&j, "begin_ns", x->begin_ns);
	rs_json_u64(&j, "duration_ns", x->end_ns - x->begin_ns);
	rs_json_u64(&j, "tid", x->tid);
	rs_json_u64(&j, "tgid", x->tgid);
	rs_json_string(&j, "comm", x->comm);
	rs_json_u64(&j, "cgroup_id", x->cgroup);
	rs_json_string(&j, "cgroup", rs_show_cgroup(reader, x->cgroup, buf, sizeof(buf)));
	if (x->kind == RS_EXPLAIN_STALL)
		rs_json_string(&j, "reclaim", rs_show_reclaim_kind(x->reclaim_kind));
	rs_json_i64(&j, "order", x->order);
	rs_json_string(&j, "gfp", rs_show_gfp(x->gfp, buf, sizeof(buf)));
	rs_json_u64(&j, "reclaimed_pages", x->nr_reclaimed);
	rs_json_array(&j, "zones");
	for (i = 0; i < x->nr_zones; i++) {
		const struct rs_event_zone_state *z = &x->zones[i].state;

		rs_json_object(&j, NULL);
		rs_json_i64(&j, "node", z->nid);
		rs_json_string(&j, "zone", rs_show_zone(reader, z->nid, z->zid, buf, sizeof(buf)));
		rs_json_u64(&j, "free", z->free + (z->snapshot ? z->free_diff : 0));
		rs_json_u64(&j, "min", z->min);
		rs_json_u64(&j, "low", z->low);
		rs_json_u64(&j, "high", z->high);
		rs_json_u64(&j, "boost", z->boost);
		rs_json_u64(&j, "age_ns", x->zones[i].age_ns);
		rs_json_end_object(&j);
	}
	rs_json_end_array(&j);
	rs_json_object(&j, "kswapd");
	if (x->kswapd_known)
		rs_json_bool(&j, "awake", x->kswapd_awake);
	else
		rs_json_null(&j, "awake");
	rs_json_i64(&j, "failures", x->kswapd_failures);
	rs_json_u64(&j, "reclaimed_pages", x->kswapd_reclaimed);
	rs_json_u64(&j, "requests", x->nr_requests);
	rs_json_end_object(&j);
	rs_json_object(&j, "scanned");
	rs_json_u64(&j, "rounds", x->nr_shrink_nodes);
	rs_json_i64(&j, "first_priority", x->first_priority);
	rs_json_i64(&j, "last_priority", x->last_priority);
	for (i = 0; i < 4; i++)
		rs_json_u64(&j, rs_balance_name(i), x->by_balance[i]);
	rs_json_u64(&j, "types_compared", x->types_compared);
	for (i = 0; i < 2; i++) {
		rs_json_object(&j, types[i]);
		rs_json_u64(&j, "chosen", x->by_type[i]);
		rs_json_u64(&j, "scanned", x->lists[i].scanned);
		rs_json_u64(&j, "reclaimed", x->lists[i].reclaimed);
		rs_json_u64(&j, "dirty", x->lists[i].dirty);
		rs_json_u64(&j, "writeback", x->lists[i].writeback);
		rs_json_u64(&j, "activated", x->lists[i].activated);
		rs_json_u64(&j, "referenced", x->lists[i].referenced);
		rs_json_u64(&j, "unmap_fail", x->lists[i].unmap_fail);
		rs_json_end_object(&j);
	}
	rs_json_end_object(&j);
	put_lru_gen(x, reader, &j);
	rs_json_object(&j, "time");
	rs_json_u64(&j, "lru_ns", x->lru_ns);
	rs_json_u64(&j, "shrinkers_ns", x->slab_ns);
	rs_json_u64(&j, "reserve_wait_ns", x->reserve_wait_ns);
	rs_json_object(&j, "throttled_ns");
	for (i = 0; i < RS_NR_THROTTLES; i++)
		if (x->throttled[i])
			rs_json_u64(&j, rs_show_throttle(i), x->throttled_ns[i]);
	rs_json_end_object(&j);
	rs_json_end_object(&j);
	if (x->kind == RS_EXPLAIN_OOM) {
		rs_json_u64(&j, "victim", x->oom.victim);
		rs_json_bool(&j, "of_kswapd", x->oom_of_kswapd);
		rs_json_i64(&j, "points", x->oom.chosen_points);
		rs_json_u64(&j, "totalpages", x->oom.totalpages);
	}
	rs_json_end_line(&j);
}
