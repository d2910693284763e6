/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs of kswapd: balance_pgdat() step by step. What it reads of the zones stands in the zone_state
 * records after the entries of balance_pgdat() and of each shrink_node().
 */
#include <stdlib.h>
#include <string.h>

#include "../model/gfp.h"
#include "../model/kswapd.h"
#include "diff.h"

#define MAX_NODES 64

/* Of a node: whoever reclaims something there clears kswapd's failures. */
struct others {
	unsigned int nr_open; /* calls of shrink_node() by others than kswapd */
	uint64_t progress_ns; /* the last one that reclaimed something ended */
};

/* In the frame of balance_pgdat. */
struct run {
	struct balance_pgdat b;
	bool begun;
	bool lost; /* a step is missing: the rest cannot be told */
	bool tested; /* since the last shrink_node() */
	int kswapd_failures; /* by the last record that tells, */
	uint64_t failures_ns; /* of this time */
	struct {
		uint64_t managed, high, boost;
		uint64_t boost_before; /* by the record before */
	} zones[MAX_NR_ZONES];
};

static void fill_zones(const struct run *run, struct zone zones[MAX_NR_ZONES])
{
	int i;

	memset(zones, 0, MAX_NR_ZONES * sizeof(*zones));
	for (i = 0; i < MAX_NR_ZONES; i++) {
		zones[i].idx = i;
		zones[i].managed_pages = run->zones[i].managed;
		zones[i]._watermark[WMARK_HIGH] = run->zones[i].high;
		zones[i].watermark_boost = run->zones[i].boost;
	}
}

/* A boost that came or went since the record before: between the sum and this one, perhaps. */
static const char *boost_race(const struct run *run)
{
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++)
		if (run->zones[i].boost != run->zones[i].boost_before)
			return "the boost changed meanwhile";
	return NULL;
}

/* The frame of balance_pgdat, if the thread is directly in it, or in its shrink_node(). */
static struct rs_frame *run_frame(const struct rs_thread *thread, bool in_shrink_node)
{
	struct rs_frame *top = rs_frame_top(thread);

	if (in_shrink_node && top && top->type == RS_EVENT_shrink_node_begin)
		top = top->parent;
	return top && top->type == RS_EVENT_balance_pgdat_begin ? top : NULL;
}

static void learn_zone(struct rs_diff *d, const struct rs_thread *thread, const struct rs_event_zone_state *e)
{
	struct rs_frame *frame = run_frame(thread, true);
	struct run *run;

	(void)d;
	if (!frame || e->zid < 0 || e->zid >= MAX_NR_ZONES ||
	    (e->context != RS_ZONE_OF_BALANCE_BEGIN && e->context != RS_ZONE_OF_SHRINK_NODE))
		return;
	run = rs_frame_state(frame, struct run);
	run->zones[e->zid].managed = e->managed;
	run->zones[e->zid].high = e->high;
	run->zones[e->zid].boost_before = e->context == RS_ZONE_OF_BALANCE_BEGIN ? e->boost : run->zones[e->zid].boost;
	run->zones[e->zid].boost = e->boost;
}

static void begin(struct rs_frame *frame, struct run *run)
{
	const struct rs_event_balance_pgdat_begin *e = rs_frame_entry(frame, balance_pgdat_begin);
	struct zone zones[MAX_NR_ZONES];

	if (run->begun)
		return;
	run->begun = true;
	run->kswapd_failures = e->kswapd_failures;
	run->failures_ns = e->hdr.ts_ns;
	if (e->highest_zoneidx < 0 || e->highest_zoneidx >= MAX_NR_ZONES) {
		run->lost = true;
		return;
	}
	fill_zones(run, zones);
	balance_pgdat_begin(&run->b, zones, e->order, e->highest_zoneidx, NULL);
}

static void tested(struct rs_diff *d, const struct rs_thread *thread, const struct rs_event_pgdat_balanced *e)
{
	struct rs_frame *frame = run_frame(thread, false);
	struct zone zones[MAX_NR_ZONES];
	struct balance_pgdat_test test;
	bool boosted;
	struct run *run;

	if (!frame)
		return;
	run = rs_frame_state(frame, struct run);
	begin(frame, run);
	if (run->lost)
		return;
	/* the model wants to shrink, so that is missing; or it is over */
	if (run->b.step != BALANCE_PGDAT_TEST) {
		run->lost = true;
		return;
	}
	fill_zones(run, zones);
	test = (struct balance_pgdat_test){ .balanced = e->ret, .buffer_heads_idx = -1, .node_zones = zones };
	test.laptop_mode = rs_frame_entry(frame, balance_pgdat_begin)->laptop_mode > 0;
	boosted = run->b.nr_boost_reclaim;
	balance_pgdat_tested(&run->b, &test, &d->rules, rs_diff_why(d));
	run->tested = true;
	rs_count_branch(d, RS_DECIDE_balance_pgdat,
			!e->ret && boosted ? "unbalanced and boosted: from the start" :
			!e->ret ? "unbalanced: shrinks" : boosted ? "balanced but boosted: shrinks" : "balanced: done");
}

static void count_shrink(struct rs_diff *d, const struct run *run, const struct rs_event_shrink_node_end *e,
			 int priority, int order)
{
	const struct balance_pgdat *b = &run->b;

	rs_count_branch(d, RS_DECIDE_balance_pgdat, b->priority == priority ? "same priority again" : "priority--");
	if (order != b->order)
		rs_count_branch(d, RS_DECIDE_balance_pgdat, "gives up the order");
	if (e->priority != priority && b->step == BALANCE_PGDAT_TEST && b->priority == DEF_PRIORITY)
		rs_count_branch(d, RS_DECIDE_balance_pgdat, "once more without trimming the cache");
	if (b->step == BALANCE_PGDAT_DONE)
		rs_count_branch(d, RS_DECIDE_balance_pgdat, b->priority < 1 ? "priority 0: gives up" : "boost stuck: stops");
}

static void shrunk(struct rs_diff *d, struct rs_frame *frame, const struct rs_event_shrink_node_end *e)
{
	const struct rs_event_shrink_node_begin *b = rs_frame_entry(frame, shrink_node_begin);
	struct run *run = rs_frame_state(frame->parent, struct run);
	struct balance_pgdat_shrunk shrunk_by = {
		.priority = e->priority,
		.nr_scanned = e->nr_scanned,
		.nr_reclaimed = e->nr_reclaimed,
		.cache_trim_mode_failed = e->sc_flags & RS_SC_CACHE_TRIM_MODE_FAILED,
	};
	struct zone zones[MAX_NR_ZONES];
	int order = run->b.order;

	run->kswapd_failures = e->kswapd_failures;
	run->failures_ns = e->hdr.ts_ns;
	if (!run->begun || run->lost || !run->tested) {
		run->lost = true;
		rs_count_lost(d, RS_DECIDE_balance_pgdat);
		return;
	}
	run->tested = false;
	/* the marks may have been boosted since the test: as they stood when shrink_node() was entered */
	fill_zones(run, zones);
	run->b.nr_to_reclaim = kswapd_shrink_node_target(zones, run->b.reclaim_idx);
	if (b->nr_scanned)
		run->lost = true;
	run->lost |= !rs_judge(d, RS_DECIDE_balance_pgdat, frame, &e->hdr, (struct rs_answer[]){
			       { "shrinks", true, run->b.step == BALANCE_PGDAT_SHRINK },
			       { "priority", b->priority, run->b.priority },
			       { "nr_to_reclaim", b->nr_to_reclaim, run->b.nr_to_reclaim },
			       { "nr_scanned", b->nr_scanned, 0 },
			       { "nr_reclaimed", b->nr_reclaimed, run->b.nr_reclaimed },
			       { "order", b->order, run->b.order },
			       { "reclaim_idx", b->reclaim_idx, run->b.reclaim_idx },
			       { "may_writepage", !!(b->sc_flags & RS_SC_MAY_WRITEPAGE), run->b.may_writepage },
			       { "may_swap", !!(b->sc_flags & RS_SC_MAY_SWAP), run->b.may_swap },
			       { "no_cache_trim_mode", !!(b->sc_flags & RS_SC_NO_CACHE_TRIM_MODE), run->b.no_cache_trim_mode },
			       }, 10, 0, boost_race(run));
	if (run->lost)
		return;
	balance_pgdat_shrunk(&run->b, &shrunk_by, &d->rules, rs_diff_why(d));
	count_shrink(d, run, e, b->priority, order);
}

static struct others *others_get(struct rs_diff *d, int nid)
{
	struct others *all = d->priv[RS_PRIV_BALANCE];

	if (!all)
		all = d->priv[RS_PRIV_BALANCE] = calloc(MAX_NODES, sizeof(*all));
	return all && nid >= 0 && nid < MAX_NODES ? &all[nid] : NULL;
}

static bool by_kswapd(const struct rs_frame *frame)
{
	return rs_frame_entry(frame, shrink_node_begin)->task_flags & PF_KSWAPD;
}

static void others_begin(struct rs_diff *d, const struct rs_frame *frame)
{
	struct others *others = others_get(d, rs_frame_entry(frame, shrink_node_begin)->nid);

	if (others && !by_kswapd(frame))
		others->nr_open++;
}

/* @e: NULL: it was not seen. */
static void others_end(struct rs_diff *d, const struct rs_frame *frame, const struct rs_event_shrink_node_end *e)
{
	const struct rs_event_shrink_node_begin *b = rs_frame_entry(frame, shrink_node_begin);
	struct others *others = others_get(d, b->nid);

	if (!others || by_kswapd(frame))
		return;
	others->nr_open -= others->nr_open > 0;
	if (e && e->nr_reclaimed > b->nr_reclaimed)
		others->progress_ns = e->hdr.ts_ns;
}

/* Was the count cleared between kswapd's last record and the end of its run? */
static const char *cleared_race(struct rs_diff *d, const struct run *run, const struct rs_event_balance_pgdat_end *e)
{
	const struct others *others = others_get(d, e->nid);

	/* before it counted this run, or after */
	if (!others || (e->kswapd_failures != 0 && e->kswapd_failures != run->b.failed))
		return NULL;
	return others->nr_open || others->progress_ns >= run->failures_ns ?
		       "another reclaimer's progress cleared the failures" : NULL;
}

static void ended(struct rs_diff *d, struct rs_frame *frame, const struct rs_event_balance_pgdat_end *e)
{
	struct run *run = rs_frame_state(frame, struct run);

	if (frame->broken || !run->begun || run->lost) {
		rs_count_lost(d, RS_DECIDE_balance_pgdat_end);
		return;
	}
	rs_count_branch(d, RS_DECIDE_balance_pgdat_end, run->b.failed ? "failed" : run->b.nr_reclaimed ? "progress" :
			"nothing to do");
	if (run->b.boosted)
		rs_count_branch(d, RS_DECIDE_balance_pgdat_end, "boosted at the start");
	rs_judge(d, RS_DECIDE_balance_pgdat_end, frame, &e->hdr, (struct rs_answer[]){
		 { "is over", true, run->b.step == BALANCE_PGDAT_DONE },
		 { "order", e->ret, run->b.order },
		 { "kswapd_failures", e->kswapd_failures, run->kswapd_failures + run->b.failed },
		 }, 3, 0, run->b.step == BALANCE_PGDAT_DONE && e->ret == run->b.order ? cleared_race(d, run, e) : NULL);
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	const struct rs_event_hdr *hdr = event->hdr;

	switch (hdr->type) {
	case RS_EVENT_zone_state:
		learn_zone(d, step->thread, (const void *)hdr);
		break;
	case RS_EVENT_pgdat_balanced:
		tested(d, step->thread, (const void *)hdr);
		break;
	case RS_EVENT_shrink_node_begin:
		if (step->opened)
			others_begin(d, step->opened);
		break;
	case RS_EVENT_shrink_node_end:
		if (step->closed)
			others_end(d, step->closed, (const void *)hdr);
		if (step->closed && step->closed->parent && step->closed->parent->type == RS_EVENT_balance_pgdat_begin)
			shrunk(d, step->closed, (const void *)hdr);
		break;
	case RS_EVENT_balance_pgdat_end:
		if (step->closed)
			ended(d, step->closed, (const void *)hdr);
		else
			rs_count_lost(d, RS_DECIDE_balance_pgdat_end);
		break;
	}
}

static void dropped(struct rs_diff *d, const struct rs_frame *frame)
{
	if (frame->type == RS_EVENT_balance_pgdat_begin)
		rs_count_lost(d, RS_DECIDE_balance_pgdat_end);
	if (frame->type == RS_EVENT_shrink_node_begin)
		others_end(d, frame, NULL);
}

static void destroy(struct rs_diff *d)
{
	free(d->priv[RS_PRIV_BALANCE]);
}

const struct rs_checker rs_check_balance = { .record = record, .dropped = dropped, .destroy = destroy };
