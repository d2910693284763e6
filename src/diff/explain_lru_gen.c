/* SPDX-License-Identifier: GPL-2.0-only */
#include "explain_lru_gen.h"

#include <inttypes.h>
#include <string.h>

#include "../trace/show.h"
#include "../wire/capture.h"
#include "lru_gen_state.h"

void rs_explain_lru_gen_begin(struct rs_explain_lru_gen *x, struct rs_reader *reader, const struct rs_rules *rules)
{
	struct json_object *kernel, *lru;

	x->rules = *rules;
	x->in_use = json_object_object_get_ex(rs_reader_info(reader), "kernel", &kernel) &&
		    json_object_object_get_ex(kernel, "lru", &lru) && json_object_get_string(lru) &&
		    !strcmp(json_object_get_string(lru), "mglru");
}

/* The first turn on a lruvec: what it was planned on. */
static void take_plan(struct rs_explain_lru_gen *x, const struct rs_event_lru_gen_state *st)
{
	const struct rs_event_get_swappiness *e = &x->swappiness;
	struct rs_lruvec_snapshot snapshot;
	struct rs_lru_gen_plan *p;

	x->nr_plans_all++;
	if (e->emin || e->elow)
		x->nr_protected++;
	if (x->nr_plans == RS_LRU_GEN_PLANS)
		return;
	p = &x->plans[x->nr_plans++];
	rs_lruvec_snapshot(&snapshot, st);
	p->cgroup = e->cgroup;
	p->sizes = snapshot.sizes;
	p->swappiness = rs_get_swappiness_inputs(e);
	p->in = (struct get_nr_to_scan){
		.swappiness = lru_gen_turn_swappiness(e->ret, e->sc_flags & RS_SC_MAY_SWAP, e->target_cgroup, &x->rules),
		.priority = e->priority,
		.memcg = rs_memcg_below(e->cgroup, e->target_cgroup, e->usage, e->emin, e->elow),
		.memcg_low_reclaim = e->sc_flags & RS_SC_MEMCG_LOW_RECLAIM,
		.online = e->online,
		.kswapd = e->task_flags & PF_KSWAPD,
	};
	p->in.size = lruvec_evictable_size(&p->sizes, p->in.swappiness, &x->rules);
}

static void take_shrink_one(struct rs_explain_lru_gen *x, const struct rs_event_shrink_one *e)
{
	if (!x->shrunk && e->ret == MEMCG_LRU_YOUNG)
		x->skipped_min++;
	else if (!x->shrunk)
		x->skipped_low++;
	else if (x->need_rotate)
		x->rotated++;
	else if (e->ret)
		x->too_small++;
	x->shrunk = false;
}

static void take_node(struct rs_explain_lru_gen *x, const struct rs_frame *frame, const struct rs_event_shrink_node_end *e)
{
	const struct rs_event_shrink_node_begin *b = rs_frame_entry(frame, shrink_node_begin);

	if (!x->walked || x->priority_before || b->priority == e->priority)
		return;
	x->priority_before = b->priority;
	x->priority_after = e->priority;
	x->initial = rs_set_initial_priority_inputs(b, &x->walk);
}

void rs_explain_lru_gen_walk(struct rs_explain_lru_gen *x, const struct rs_event_try_to_inc_max_seq *e, bool inside)
{
	unsigned int i;
	int k;

	for (i = 0; i < x->nr_last_walks; i++)
		if (x->last_walks[i].cgroup == e->cgroup && x->last_walks[i].nid == e->nid)
			break;
	if (i == RS_LRU_GEN_WALKS)
		return;
	if (i < x->nr_last_walks && inside && e->walked[RS_WALK_LEAF_TOTAL] && e->walked[RS_WALK_LEAF_TOTAL] != RS_UNKNOWN) {
		x->nr_walks++;
		for (k = 0; k < RS_NR_WALK_STATS; k++)
			x->walk_stats[k] += e->walked[k] - x->last_walks[i].walked[k];
	}
	if (i == x->nr_last_walks)
		x->nr_last_walks++;
	x->last_walks[i].cgroup = e->cgroup;
	x->last_walks[i].nid = e->nid;
	memcpy(x->last_walks[i].walked, e->walked, sizeof(e->walked));
}

void rs_explain_lru_gen_take(struct rs_explain_lru_gen *x, const struct rs_step *step, const struct rs_event_hdr *hdr)
{
	const struct rs_frame *top = rs_frame_top(step->thread);

	if (!x->in_use)
		return;
	switch (hdr->type) {
	case RS_EVENT_get_swappiness:
		x->swappiness = *(const struct rs_event_get_swappiness *)hdr;
		x->asked = top && (top->type == RS_EVENT_try_to_shrink_lruvec_begin ||
				   top->type == RS_EVENT_shrink_lruvec_begin);
		break;
	case RS_EVENT_lru_gen_state: {
		const struct rs_event_lru_gen_state *e = (const void *)hdr;

		if (x->asked && e->of == RS_EVENT_get_swappiness && e->cgroup == x->swappiness.cgroup)
			take_plan(x, e);
		x->asked = false;
		break;
	}
	case RS_EVENT_try_to_inc_max_seq:
		x->nr_aged += ((const struct rs_event_try_to_inc_max_seq *)hdr)->ret;
		break;
	case RS_EVENT_should_abort_scan:
		x->nr_enough += ((const struct rs_event_should_abort_scan *)hdr)->ret;
		break;
	case RS_EVENT_try_to_shrink_lruvec_end:
		x->shrunk = true;
		x->need_rotate = ((const struct rs_event_try_to_shrink_lruvec_end *)hdr)->ret;
		break;
	case RS_EVENT_shrink_one:
		take_shrink_one(x, (const void *)hdr);
		break;
	case RS_EVENT_shrink_node_begin:
		x->shrunk = x->walked = false;
		break;
	case RS_EVENT_set_mm_walk:
		if (((const struct rs_event_set_mm_walk *)hdr)->nid >= 0) {
			x->walked = true;
			x->walk = *(const struct rs_event_set_mm_walk *)hdr;
		}
		break;
	case RS_EVENT_shrink_node_end:
		if (step->closed)
			take_node(x, step->closed, (const void *)hdr);
		break;
	}
}

bool rs_lru_gen_plan_turn(const struct rs_explain_lru_gen *x, const struct rs_lru_gen_plan *plan,
			  struct try_to_shrink_lruvec *ret, struct rs_why *why)
{
	struct get_nr_to_scan in = plan->in;

	in.sizes = &plan->sizes;
	*ret = (struct try_to_shrink_lruvec){ 0 };
	get_swappiness(&plan->swappiness, &x->rules, why);
	return try_to_shrink_lruvec_turn(ret, &in, &x->rules, why) == RS_LRU_GEN_AGE;
}

void rs_lru_gen_refaults(const struct lru_gen_folio *gens, const struct rs_rules *rules, uint64_t refaulted[2],
			 uint64_t total[2])
{
	int type, tier, tiers = rules->lru_gen_tier_flags ? MAX_NR_TIERS : 1;

	for (type = 0; type < 2; type++) {
		refaulted[type] = total[type] = 0;
		for (tier = 0; tier < tiers; tier++) {
			refaulted[type] += gens->avg_refaulted[type][tier] + gens->refaulted[type][tier];
			total[type] += gens->avg_total[type][tier] + gens->evicted[type][tier] + gens->protected[type][tier];
		}
	}
}

uint64_t rs_lru_gen_reclaimable(const struct set_initial_priority *in)
{
	return in->inactive_file + (in->can_reclaim_anon ? in->inactive_anon : 0);
}

size_t rs_explain_lru_gen_say(const struct rs_explain_lru_gen *x, char *buf, size_t size)
{
	size_t len = 0;

#define SAY(...)                                                                                                       \
	do {                                                                                                           \
		int n_ = snprintf(buf + len, size - len, __VA_ARGS__);                                                 \
		len = n_ > 0 && (size_t)n_ < size - len ? len + n_ : len;                                              \
	} while (0)
	buf[0] = 0;
	if (x->priority_before)
		SAY(" The first visit began at priority %d, not %d: %" PRIu64 " pages were wanted of about %" PRIu64
		    " that looked reclaimable.", x->priority_after, x->priority_before, x->initial.nr_to_reclaim,
		    rs_lru_gen_reclaimable(&x->initial));
	if (x->nr_plans_all)
		SAY(" It planned %" PRIu64 " time%s how much of a lruvec to scan", x->nr_plans_all,
		    x->nr_plans_all == 1 ? "" : "s");
	if (x->nr_protected)
		SAY(", %" PRIu64 " of them with memory.min or memory.low in effect", x->nr_protected);
	if (x->nr_aged)
		SAY("; it made %" PRIu64 " new generation%s, because too few pages were cold", x->nr_aged,
		    x->nr_aged == 1 ? "" : "s");
	if (x->nr_enough)
		SAY("; %" PRIu64 " time%s it stopped because it was enough", x->nr_enough, x->nr_enough == 1 ? "" : "s");
	if (x->nr_plans_all)
		SAY(".");
	if (x->walk_stats[RS_WALK_LEAF_TOTAL])
		SAY(" Its walks of page tables, and others' since the aging before, looked at %" PRIu64 " entries, %" PRIu64
		    " of them young; the bloom filter let %" PRIu64 " table%s through, %" PRIu64 " went into the next one.",
		    x->walk_stats[RS_WALK_LEAF_TOTAL], x->walk_stats[RS_WALK_LEAF_YOUNG], x->walk_stats[RS_WALK_NONLEAF_FOUND],
		    x->walk_stats[RS_WALK_NONLEAF_FOUND] == 1 ? "" : "s", x->walk_stats[RS_WALK_NONLEAF_ADDED]);
	if (x->skipped_min)
		SAY(" %" PRIu64 " visit%s ended at once at memory.min.", x->skipped_min, x->skipped_min == 1 ? "" : "s");
	if (x->skipped_low)
		SAY(" %" PRIu64 " cgroup%s below memory.low went to the tail instead.", x->skipped_low,
		    x->skipped_low == 1 ? "" : "s");
	if (x->rotated)
		SAY(" %" PRIu64 " cgroup%s went to the next round, short of cold pages or at memory.min.", x->rotated,
		    x->rotated == 1 ? "" : "s");
	if (x->too_small)
		SAY(" %" PRIu64 " cgroup%s had too little to be worth it at this priority.", x->too_small,
		    x->too_small == 1 ? "" : "s");
#undef SAY
	return len;
}

void rs_explain_lru_gen_why(const struct rs_explain_lru_gen *x, struct rs_reader *reader, FILE *out)
{
	struct rs_why why = { 0 };
	char cgroup[256];
	unsigned int i;

	if (x->priority_before) {
		set_initial_priority(&x->initial, &why);
		fputs("  the initial priority:\n", out);
		rs_why_print(&why, out);
	}
	for (i = 0; i < x->nr_plans; i++) {
		const struct rs_lru_gen_plan *p = &x->plans[i];
		struct try_to_shrink_lruvec turn;

		why.nr = 0;
		rs_lru_gen_plan_turn(x, p, &turn, &why);
		fprintf(out, "  lruvec %u, priority %d, %s:\n", i + 1, p->in.priority,
			rs_show_cgroup(reader, p->cgroup, cgroup, sizeof(cgroup)));
		rs_why_print(&why, out);
	}
}
