/* SPDX-License-Identifier: GPL-2.0-only */
#include "explain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "../episode/episode.h"
#include "../model/watermark.h"
#include "../trace/show.h"
#include "../trace/tasks.h"
#include "diff.h"
#include "scan_state.h"

#define BEFORE_NS 1000000000ULL /* how far back pressure is looked for */
#define TEST_BEFORE_NS 10000000ULL
#define MAX_NODES 64
#define MAX_SHARES 512

/* One that could be explained. */
struct candidate {
	uint64_t begin_ns, end_ns;
	uint32_t tid;
};

struct share_table {
	struct rs_share rows[MAX_SHARES];
	unsigned int nr;
};

struct explainer {
	struct rs_reader *reader;
	const struct rs_explain_query *query;
	struct rs_explanation *x;
	struct rs_episodes *episodes;
	struct rs_tasks *tasks;
	struct candidate *candidates;
	size_t nr_candidates, room;
	struct candidate chosen;

	struct {
		bool known, awake;
		uint64_t since_ns;
		int failures;
	} kswapd[MAX_NODES];
	struct rs_event_isolate_folios_begin isolating; /* hdr.type 0: none yet */
	struct share_table requesters, shrinkers;
};

static uint16_t entry_type(enum rs_explain_kind kind)
{
	return kind == RS_EXPLAIN_STALL  ? RS_EVENT_reclaim_begin :
	       kind == RS_EXPLAIN_KSWAPD ? RS_EVENT_balance_pgdat_begin :
					   RS_EVENT_oom_begin;
}

static void ignore_dropped(void *ctx, const struct rs_frame *frame)
{
	(void)ctx;
	(void)frame;
}

/* Calls @take for each record. */
static int each_record(struct explainer *x,
		       int (*take)(void *ctx, const struct rs_step *step, const struct rs_event *event))
{
	rs_reader_rewind(x->reader);
	rs_episodes_destroy(x->episodes);
	x->episodes = rs_episodes_create();
	/* Names that were learned late are good for what was earlier, too. */
	if (!x->tasks)
		x->tasks = rs_tasks_create();
	if (!x->episodes || !x->tasks)
		return -ENOMEM;
	return rs_episodes_read(x->episodes, x->reader, x->tasks, take, ignore_dropped, x);
}

/* ---- which one ---- */

static int take_candidate(void *ctx, const struct rs_step *step, const struct rs_event *event)
{
	struct explainer *x = ctx;
	const struct rs_explain_query *q = x->query;
	const struct rs_task *task;
	struct candidate *c;

	if (!step->closed || step->closed->type != entry_type(q->kind))
		return 0;
	task = rs_tasks_find(x->tasks, event->hdr->tid);
	if (q->pid && q->pid != event->hdr->tid && (!task || task->tgid != q->pid))
		return 0;
	if (q->by_time && (step->closed->hdr.ts_ns > x->x->origin_ns + q->at_ns ||
			   event->hdr->ts_ns < x->x->origin_ns + q->at_ns))
		return 0;
	if (x->nr_candidates == x->room) {
		size_t room = x->room * 2 + 256;

		c = realloc(x->candidates, room * sizeof(*c));
		if (!c)
			return -ENOMEM;
		x->candidates = c;
		x->room = room;
	}
	x->candidates[x->nr_candidates++] =
		(struct candidate){ step->closed->hdr.ts_ns, event->hdr->ts_ns, event->hdr->tid };
	return 0;
}

static int longest_first(const void *a, const void *b)
{
	const struct candidate *p = a, *q = b;
	uint64_t n = p->end_ns - p->begin_ns, m = q->end_ns - q->begin_ns;

	return n != m ? (n < m ? 1 : -1) : p->begin_ns < q->begin_ns ? -1 : p->begin_ns > q->begin_ns;
}

static int choose(struct explainer *x)
{
	static const char *const names[] = { "stall", "run of kswapd", "OOM" };
	const struct rs_explain_query *q = x->query;
	int err = each_record(x, take_candidate);

	if (err)
		return rs_err(err, "explain");
	if (!x->nr_candidates && rs_info_is_summary(rs_reader_info(x->reader)))
		return rs_fail(-ENOENT, "a recording in mode summary has nothing to explain: record in mode decisions");
	if (!x->nr_candidates)
		return rs_fail(-ENOENT, "no %s in this recording%s%s", names[q->kind], q->pid ? " of this process" : "",
			       q->by_time ? " at this time" : "");
	if (q->rank > x->nr_candidates)
		return rs_fail(-ENOENT, "there is no %s number %u, only %zu", names[q->kind], q->rank, x->nr_candidates);
	qsort(x->candidates, x->nr_candidates, sizeof(*x->candidates), longest_first);
	x->chosen = x->candidates[q->rank - 1];
	x->x->rank = q->rank;
	x->x->out_of = x->nr_candidates;
	return 0;
}

/* ---- what was around it ---- */

static void add_share(struct share_table *t, uint64_t id, const char *comm, uint64_t amount, uint64_t ns)
{
	unsigned int i;

	for (i = 0; i < t->nr && t->rows[i].id != id; i++)
		;
	if (i == MAX_SHARES)
		return;
	if (i == t->nr) {
		t->rows[t->nr++] = (struct rs_share){ .id = id };
		snprintf(t->rows[i].comm, sizeof(t->rows[i].comm), "%s", comm);
	}
	t->rows[i].amount += amount;
	t->rows[i].ns += ns;
}

static int most_first(const void *a, const void *b)
{
	const struct rs_share *p = a, *q = b;

	if (p->ns != q->ns)
		return p->ns < q->ns ? 1 : -1;
	return p->amount != q->amount ? (p->amount < q->amount ? 1 : -1) : p->id < q->id ? -1 : p->id > q->id;
}

static void top_shares(struct share_table *t, struct rs_share out[RS_EXPLAIN_TOP])
{
	qsort(t->rows, t->nr, sizeof(t->rows[0]), most_first);
	memcpy(out, t->rows, (t->nr < RS_EXPLAIN_TOP ? t->nr : RS_EXPLAIN_TOP) * sizeof(*out));
}

static bool same_node(int nid)
{
	return nid >= 0 && nid < MAX_NODES;
}

/* The node that it is about, as far as is known. */
static int node_of(const struct explainer *x)
{
	return same_node(x->x->nid) ? x->x->nid : 0;
}

/* kswapd, before and during it. */
static void follow_kswapd(struct explainer *x, const struct rs_event_hdr *hdr)
{
	switch (hdr->type) {
	case RS_EVENT_kswapd_wake:
	case RS_EVENT_kswapd_sleep: {
		int nid = hdr->type == RS_EVENT_kswapd_wake ? ((const struct rs_event_kswapd_wake *)hdr)->nid :
							      ((const struct rs_event_kswapd_sleep *)hdr)->nid;
		bool awake = hdr->type == RS_EVENT_kswapd_wake;

		if (!same_node(nid) || hdr->ts_ns > x->chosen.begin_ns)
			return;
		/* It can start to work again without having slept. */
		if (!x->kswapd[nid].known || x->kswapd[nid].awake != awake)
			x->kswapd[nid].since_ns = hdr->ts_ns;
		x->kswapd[nid].known = true;
		x->kswapd[nid].awake = awake;
		return;
	}
	case RS_EVENT_balance_pgdat_begin: {
		const struct rs_event_balance_pgdat_begin *e = (const void *)hdr;

		if (same_node(e->nid) && hdr->ts_ns <= x->chosen.begin_ns)
			x->kswapd[e->nid].failures = e->kswapd_failures;
		return;
	}
	case RS_EVENT_shrink_inactive: {
		const struct rs_event_shrink_inactive *e = (const void *)hdr;

		if (e->reclaimer == RS_RECLAIM_KSWAPD && e->nid == node_of(x) && hdr->ts_ns > x->chosen.begin_ns)
			x->x->kswapd_reclaimed += e->nr_reclaimed;
		return;
	}
	}
}

/* In the second before. */
static void follow_pressure(struct explainer *x, const struct rs_event_hdr *hdr)
{
	const struct rs_task *task;

	if (hdr->ts_ns + BEFORE_NS < x->chosen.begin_ns || hdr->ts_ns > x->chosen.begin_ns)
		return;
	if (hdr->type == RS_EVENT_wakeup_kswapd_begin) {
		task = rs_tasks_find(x->tasks, hdr->tid);
		x->x->nr_requests++;
		add_share(&x->requesters, task ? task->tgid : hdr->tid, rs_tasks_comm(x->tasks, hdr->tid), 1, 0);
	} else if (hdr->type == RS_EVENT_workingset_refault) {
		const struct rs_event_workingset_refault *e = (const void *)hdr;

		x->x->refaults[!!e->file] += e->nr_pages;
	}
}

static void take_zones(struct explainer *x)
{
	struct rs_explanation *e = x->x;
	const struct rs_event_zone_state *z;
	int nid, zid;

	for (nid = 0; nid < MAX_NODES; nid++)
		for (zid = 0; zid < RS_MAX_ZONES; zid++) {
			z = rs_episodes_zone(x->episodes, nid, zid);
			if (!z || !z->managed || e->nr_zones == RS_EXPLAIN_ZONES)
				continue;
			e->zones[e->nr_zones].state = *z;
			e->zones[e->nr_zones++].age_ns = x->chosen.begin_ns - z->hdr.ts_ns;
		}
}

static void failed_test(struct explainer *x, const struct rs_event_zone_watermark_ok *t)
{
	struct zone z = { .managed_pages = 1 };

	if (t->ret || !rs_diff_fill_tested_zone(&z, t))
		return;
	x->x->has_failed_test = true;
	memcpy(&x->x->failed_test, t, sizeof(x->x->failed_test));
	x->x->failed_why.nr = 0;
	__zone_watermark_ok(&z, t->order, t->mark, t->highest_zoneidx, t->alloc_flags, t->free, &x->x->rules,
			    &x->x->failed_why);
}

/* ---- it itself ---- */

static void begin(struct explainer *x, const struct rs_event_hdr *hdr)
{
	struct rs_explanation *e = x->x;
	const struct rs_task *task = rs_tasks_find(x->tasks, hdr->tid);
	int nid;

	e->begin_ns = x->chosen.begin_ns;
	e->end_ns = x->chosen.end_ns;
	e->tid = hdr->tid;
	e->tgid = task ? task->tgid : 0;
	e->cgroup = task ? task->cgroup : 0;
	snprintf(e->comm, sizeof(e->comm), "%s", rs_tasks_comm(x->tasks, hdr->tid));
	e->nid = -1;
	if (hdr->type == RS_EVENT_reclaim_begin) {
		const struct rs_event_reclaim_begin *b = (const void *)hdr;

		e->reclaim_kind = b->kind;
		e->order = b->order;
		e->gfp = b->gfp;
		e->nid = b->nid;
		e->cgroup = b->cgroup;
		e->target_cgroup = b->target_cgroup;
	} else if (hdr->type == RS_EVENT_balance_pgdat_begin) {
		const struct rs_event_balance_pgdat_begin *b = (const void *)hdr;

		e->order = b->order;
		e->nid = b->nid;
		e->highest_zoneidx = b->highest_zoneidx;
	} else {
		const struct rs_event_oom_begin *b = (const void *)hdr;

		e->order = b->order;
		e->gfp = b->gfp;
		e->target_cgroup = b->cgroup;
	}
	take_zones(x);
	nid = node_of(x);
	e->kswapd_known = x->kswapd[nid].known;
	e->kswapd_awake = x->kswapd[nid].awake;
	e->kswapd_since_ns = x->kswapd[nid].since_ns;
	e->kswapd_failures = x->kswapd[nid].failures;
}

static void take_batch(struct rs_explanation *e, const struct rs_event_shrink_inactive *b)
{
	__typeof__(e->lists[0]) *l = &e->lists[!!b->file];

	l->batches++;
	l->scanned += b->nr_scanned;
	l->reclaimed += b->nr_reclaimed;
	l->dirty += b->nr_dirty;
	l->unqueued_dirty += b->full_stat ? b->nr_unqueued_dirty : 0;
	l->writeback += b->nr_writeback;
	l->immediate += b->nr_immediate;
	l->activated += b->nr_activate_anon + b->nr_activate_file;
	l->referenced += b->nr_ref_keep;
	l->unmap_fail += b->nr_unmap_fail;
	l->pageout += b->full_stat ? b->nr_pageout : 0;
}

static void take_scan(struct explainer *x, const struct rs_frame *frame)
{
	const struct rs_event_shrink_lruvec_begin *b = rs_frame_entry(frame, shrink_lruvec_begin);
	struct rs_explanation *e = x->x;
	const struct rs_lruvec_state none = { 0 };
	struct get_scan_count in = rs_get_scan_count_inputs(b, &none);
	struct get_scan_count_result r;

	r = get_scan_count(&in, NULL);
	e->by_balance[r.scan_balance]++;
	e->nr_scans_all++;
	if (e->nr_scans == RS_EXPLAIN_SCANS)
		return;
	e->scans[e->nr_scans].cgroup = b->cgroup;
	e->scans[e->nr_scans].priority = b->priority;
	e->scans[e->nr_scans].inputs = in;
	e->scans[e->nr_scans++].result = r;
}

/* The type and tiers of a batch of MGLRU, from the state that its choice was made on. */
static void take_choice(struct explainer *x, const struct rs_event_lru_gen_state *state)
{
	const struct rs_event_isolate_folios_begin *b = &x->isolating;
	struct rs_explanation *e = x->x;
	struct rs_type_choice choice;
	struct lru_gen_folio gens;

	if (state->of != RS_EVENT_isolate_folios_begin || !b->hdr.type)
		return;
	rs_fill_gens(&gens, state);
	choice = get_type_to_scan(&gens, b->swappiness, b->gfp, &e->rules, NULL);
	e->by_type[choice.type]++;
	e->types_compared += choice.compared;
	if (e->nr_batches == RS_EXPLAIN_BATCHES)
		return;
	e->batches[e->nr_batches].cgroup = b->cgroup;
	e->batches[e->nr_batches].swappiness = b->swappiness;
	e->batches[e->nr_batches].gfp = b->gfp;
	e->batches[e->nr_batches].gens = gens;
	e->batches[e->nr_batches++].choice = choice;
}

/* A record of the thread, between begin and end. */
static void inside(struct explainer *x, const struct rs_step *step, const struct rs_event_hdr *hdr)
{
	struct rs_explanation *e = x->x;

	rs_explain_lru_gen_take(&e->lru_gen, step, hdr);
	switch (hdr->type) {
	case RS_EVENT_reclaim_end:
		e->nr_reclaimed = ((const struct rs_event_reclaim_end *)hdr)->nr_reclaimed;
		break;
	case RS_EVENT_memcg_reclaim_request:
		e->has_request = true;
		e->request = *(const struct rs_event_memcg_reclaim_request *)hdr;
		break;
	case RS_EVENT_shrink_node_begin: {
		const struct rs_event_shrink_node_begin *b = (const void *)hdr;

		if (!e->nr_shrink_nodes++)
			e->first_priority = b->priority;
		e->last_priority = b->priority;
		break;
	}
	case RS_EVENT_shrink_node_end:
		if (e->kind == RS_EXPLAIN_KSWAPD)
			e->nr_reclaimed = ((const struct rs_event_shrink_node_end *)hdr)->nr_reclaimed;
		break;
	case RS_EVENT_shrink_lruvec_begin:
		/* MGLRU takes over at its head. */
		if (step->opened && !e->lru_gen.in_use)
			take_scan(x, step->opened);
		break;
	case RS_EVENT_shrink_lruvec_end:
		if (step->closed)
			e->lru_ns += hdr->ts_ns - step->closed->hdr.ts_ns;
		break;
	case RS_EVENT_isolate_folios_begin:
		x->isolating = *(const struct rs_event_isolate_folios_begin *)hdr;
		break;
	case RS_EVENT_lru_gen_state:
		take_choice(x, (const void *)hdr);
		break;
	case RS_EVENT_evict_folios_end:
		e->nr_evictions++;
		/* On the way of shrink_lruvec() it is counted there. */
		if (step->closed && !rs_frame_find(step->thread, RS_EVENT_shrink_lruvec_begin))
			e->lru_ns += hdr->ts_ns - step->closed->hdr.ts_ns;
		break;
	case RS_EVENT_shrink_inactive:
		take_batch(e, (const void *)hdr);
		break;
	case RS_EVENT_shrink_active: {
		const struct rs_event_shrink_active *b = (const void *)hdr;

		e->lists[!!b->file].deactivated += b->nr_deactivated;
		e->lists[!!b->file].rotated += b->nr_active;
		break;
	}
	case RS_EVENT_shrink_slab: {
		const struct rs_event_shrink_slab *b = (const void *)hdr;
		char buf[64];

		e->slab_runs++;
		e->slab_freed += b->freed > 0 ? b->freed : 0;
		e->slab_ns += b->duration_ns;
		add_share(&x->shrinkers, b->shrinker, rs_show_symbol(x->reader, b->shrinker, buf, sizeof(buf)),
			  b->freed > 0 ? b->freed : 0, b->duration_ns);
		break;
	}
	case RS_EVENT_throttled: {
		const struct rs_event_throttled *b = (const void *)hdr;

		if (b->reason < RS_NR_THROTTLES) {
			e->throttled[b->reason]++;
			e->throttled_ns[b->reason] += b->usec_delayed * 1000ULL;
		}
		break;
	}
	case RS_EVENT_throttle_direct_end:
		if (step->closed)
			e->reserve_wait_ns += hdr->ts_ns - step->closed->hdr.ts_ns;
		break;
	case RS_EVENT_direct_compact:
		e->compact_runs++;
		break;
	case RS_EVENT_oom_end:
		e->oom = *(const struct rs_event_oom_end *)hdr;
		snprintf(e->victim_comm, sizeof(e->victim_comm), "%s", rs_tasks_comm(x->tasks, e->oom.victim));
		e->oom_of_kswapd = rs_frame_find(step->thread, RS_EVENT_balance_pgdat_begin);
		break;
	}
}

/* Keeps the last word on each zone. */
static void follow_compaction(struct explainer *x, const struct rs_event_hdr *hdr)
{
	struct rs_explanation *e = x->x;
	const struct rs_event_compaction_deferral *c = (const void *)hdr;
	unsigned int i;

	if (hdr->type != RS_EVENT_compaction_deferral)
		return;
	for (i = 0; i < e->nr_deferrals; i++)
		if (e->deferrals[i].nid == c->nid && e->deferrals[i].zid == c->zid)
			break;
	if (i == RS_EXPLAIN_ZONES)
		return;
	e->deferrals[i] = *c;
	if (i == e->nr_deferrals)
		e->nr_deferrals++;
}

static int take(void *ctx, const struct rs_step *step, const struct rs_event *event)
{
	struct explainer *x = ctx;
	const struct rs_event_hdr *hdr = event->hdr;
	const struct candidate *c = &x->chosen;

	if (hdr->ts_ns > c->end_ns)
		return 0;
	follow_kswapd(x, hdr);
	follow_pressure(x, hdr);
	follow_compaction(x, hdr);
	if (hdr->type == RS_EVENT_try_to_inc_max_seq)
		rs_explain_lru_gen_walk(&x->x->lru_gen, (const void *)hdr, hdr->tid == c->tid && hdr->ts_ns >= c->begin_ns);
	if (hdr->tid != c->tid)
		return 0;
	if (rs_zone_test(hdr) && hdr->ts_ns + TEST_BEFORE_NS >= c->begin_ns && !(x->x->has_failed_test && hdr->ts_ns > c->begin_ns))
		failed_test(x, rs_zone_test(hdr));
	if (hdr->ts_ns == c->begin_ns && hdr->type == entry_type(x->query->kind))
		begin(x, hdr);
	/* The waits and the request come just before the entry. */
	if (hdr->ts_ns >= c->begin_ns ||
	    (hdr->ts_ns + TEST_BEFORE_NS >= c->begin_ns &&
	     (hdr->type == RS_EVENT_throttle_direct_end || hdr->type == RS_EVENT_memcg_reclaim_request)))
		inside(x, step, hdr);
	return 0;
}

int rs_explain(struct rs_reader *reader, const struct rs_explain_query *query, struct rs_explanation *ret)
{
	struct explainer *x = calloc(1, sizeof(*x));
	struct rs_reader_state state;
	int err;

	if (!x)
		return rs_err(-ENOMEM, "explain");
	memset(ret, 0, sizeof(*ret));
	rs_reader_state(reader, &state);
	ret->kind = query->kind;
	ret->origin_ns = state.first_ns;
	ret->nid = -1;
	ret->hidden_rounds = !rs_reader_has_probe(reader, "shrink_node");
	x->reader = reader;
	x->query = query;
	x->x = ret;
	rs_diff_read_rules(reader, &ret->rules);
	rs_explain_lru_gen_begin(&ret->lru_gen, reader, &ret->rules);
	err = choose(x);
	if (!err) {
		err = each_record(x, take);
		if (err)
			rs_err(err, "explain");
		top_shares(&x->requesters, ret->requesters);
		top_shares(&x->shrinkers, ret->shrinkers);
	}
	rs_episodes_destroy(x->episodes);
	rs_tasks_destroy(x->tasks);
	free(x->candidates);
	free(x);
	return err;
}
