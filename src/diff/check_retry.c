/* SPDX-License-Identifier: GPL-2.0-only */
/* What an allocation does when reclaim and compaction did not help, and the flags of its passes. */
#include <string.h>

#include "../model/alloc_flags.h"
#include "../model/slowpath.h"
#include "diff.h"

#define ALLOC_TRYLOCK 0x400u /* alloc_pages_nolock(): a path of its own */
#define MAX_RT_PRIO 100

/* A zone as a test saw it: boost, reserves, blocks. */
static bool fill_zone(const struct rs_diff *d, struct zone *z, const struct rs_event_zone_watermark_ok *t)
{
	const struct rs_event_zone_state *state = rs_episodes_zone(d->episodes, t->nid, t->zid);

	if (!state)
		return false;
	rs_diff_fill_zone(z, state);
	return rs_diff_fill_tested_zone(z, t);
}

/* ---- should_reclaim_retry() ---- */

static void check_reclaim_retry(struct rs_diff *d, const struct rs_thread *thread,
				const struct rs_event_reclaim_retry_zone *e)
{
	const struct rs_event_zone_reclaimable_pages *reclaimable = NULL;
	const struct rs_event_zone_watermark_ok *test = NULL;
	const struct rs_event_hdr *hdr;
	struct zone zone;
	struct rs_retry_zone retry = { .zone = &zone };
	struct should_reclaim_retry s = { .order = e->order, .zones = &retry, .nr = 1, .did_some_progress = true };
	bool ret;

	for (hdr = rs_recent_first(thread); hdr; hdr = rs_recent_next(thread, hdr)) {
		const struct rs_event_zone_reclaimable_pages *p = (const void *)hdr;
		const struct rs_event_zone_watermark_ok *t = rs_zone_test(hdr);

		if (hdr->type == RS_EVENT_zone_reclaimable_pages && p->nid == e->nid && p->zid == e->zid)
			reclaimable = p;
		if (t && t->nid == e->nid && t->zid == e->zid && t->order == e->order && t->mark == e->min_wmark &&
		    (uint64_t)t->free == e->available)
			test = t;
	}
	/* without the allocator's probes its tests are not recorded */
	if (!test || !fill_zone(d, &zone, test)) {
		rs_count_hidden(d, RS_DECIDE_reclaim_retry_zone);
		return;
	}
	if (!reclaimable) {
		rs_count_lost(d, RS_DECIDE_reclaim_retry_zone);
		return;
	}
	retry.reclaimable = reclaimable->ret;
	zone.nr_free_pages = e->available - e->reclaimable;
	s.alloc_flags = test->alloc_flags;
	s.highest_zoneidx = test->highest_zoneidx;
	ret = should_reclaim_retry(&s, &d->rules, rs_diff_why(d));
	rs_count_branch(d, RS_DECIDE_reclaim_retry_zone, ret ? "would do" : "would not do");
	if (e->order)
		rs_count_branch(d, RS_DECIDE_reclaim_retry_zone, "order above 0");
	rs_judge(d, RS_DECIDE_reclaim_retry_zone, NULL, &e->hdr, (struct rs_answer[]){
		 { "wmark_check", e->wmark_check, ret },
		 { "reclaimable", e->reclaimable, retry.reclaimable },
		 { "min_wmark", e->min_wmark, wmark_pages(&zone, WMARK_MIN) },
		 { "loops in range", e->no_progress_loops >= 0 && e->no_progress_loops <= MAX_RECLAIM_RETRIES, true },
		 }, 4, 0, NULL);
}

/* ---- should_compact_retry() ---- */

static void check_compact_retry(struct rs_diff *d, const struct rs_thread *thread, const struct rs_event_compact_retry *e)
{
	const struct rs_event_zone_watermark_ok *test = NULL;
	const struct rs_event_hdr *hdr;
	struct should_compact_retry s = {
		.order = e->order,
		.compact_result = e->result,
		.compact_priority = e->priority,
		.compaction_retries = e->retries,
	};
	bool ret;

	/* compaction_zonelist_suitable() ends with the first test that holds, or with the last one */
	for (hdr = rs_recent_first(thread); hdr && hdr->ts_ns < e->hdr.ts_ns; hdr = rs_recent_next(thread, hdr))
		test = rs_zone_test(hdr);
	if (e->result == COMPACT_SKIPPED && !test) {
		rs_count_hidden(d, RS_DECIDE_compact_retry);
		return;
	}
	s.zonelist_suitable = test && !test->order && (test->alloc_flags & ~ALLOC_CMA) == 0 && test->ret;
	ret = should_compact_retry(&s, &d->rules, rs_diff_why(d));
	rs_count_branch(d, RS_DECIDE_compact_retry, e->result == COMPACT_SKIPPED ? (ret ? "skipped: reclaim can help" :
			"skipped: no zone") : s.compact_priority != e->priority ? "lower priority" :
			ret ? "same priority" : "lowest priority: no");
	rs_judge(d, RS_DECIDE_compact_retry, NULL, &e->hdr, (struct rs_answer[]){
		 { "ret", e->ret, ret },
		 { "max_retries", e->max_retries, s.max_retries },
		 }, 2, 0, NULL);
}

/* ---- compaction_suitable() ---- */

static void check_suitable(struct rs_diff *d, const struct rs_thread *thread,
			   const struct rs_event_compaction_suitable_fn *e)
{
	const struct rs_event_zone_watermark_ok *order = NULL, *mark = NULL;
	const struct rs_event_compaction_suitable *told = NULL;
	const struct rs_event_hdr *hdr;
	struct zone zone;
	struct compaction_suitable in = { .zone = &zone, .order = e->order, .highest_zoneidx = e->highest_zoneidx };
	enum compact_result ret;
	int i;

	for (hdr = rs_recent_first(thread); hdr; hdr = rs_recent_next(thread, hdr)) {
		const struct rs_event_zone_watermark_ok *t = rs_zone_test(hdr);

		if (hdr->type == RS_EVENT_compaction_suitable_fn && rs_recent_next(thread, hdr)) {
			order = mark = NULL;
			told = NULL;
		} else if (hdr->type == RS_EVENT_compaction_suitable) {
			told = (const void *)hdr;
		} else if (t && t->nid == e->nid && t->zid == e->zid) {
			if (!t->order && t->alloc_flags == ALLOC_CMA)
				mark = t;
			else if (t->order == e->order)
				order = t;
		}
	}
	if (e->order < 0 || e->order > MAX_PAGE_ORDER || e->highest_zoneidx >= MAX_NR_ZONES)
		return;
	if (d->rules.compaction_says_success) {
		in.alloc_flags = (uint32_t)e->mark;
		/* the tests of an allocation's flags are only recorded with the allocator's probes */
		if (e->order && !order) {
			rs_count_hidden(d, RS_DECIDE_compaction_suitable);
			return;
		}
	} else {
		in.watermark = e->mark;
	}
	if (!told || (!mark && !order)) {
		rs_count_lost(d, RS_DECIDE_compaction_suitable);
		return;
	}
	if (!fill_zone(d, &zone, mark ? mark : order))
		return;
	in.free_pages = zone.nr_free_pages;
	if (order) {
		struct zone seen;

		if (!fill_zone(d, &seen, order))
			return;
		memcpy(zone.free_area, seen.free_area, sizeof(zone.free_area));
		zone.nr_free_pages = seen.nr_free_pages;
	}
	/* the blocks below the order count only for the fragmentation index */
	for (i = 0; i <= MAX_PAGE_ORDER; i++)
		if (!order || i < e->order)
			zone.free_area[i] = e->nr_free[i] << 8;
	ret = compaction_suitable(&in, e->extfrag_threshold >= 0 ? e->extfrag_threshold : 500, &d->rules, rs_diff_why(d));
	rs_count_branch(d, RS_DECIDE_compaction_suitable,
			ret == COMPACT_SUCCESS ? "needless" : ret == COMPACT_SKIPPED ? "too little memory" :
			ret == COMPACT_NOT_SUITABLE_ZONE ? "not fragmentation" : "suitable");
	if (e->order > PAGE_ALLOC_COSTLY_ORDER)
		rs_count_branch(d, RS_DECIDE_compaction_suitable, "costly");
	rs_judge(d, RS_DECIDE_compaction_suitable, NULL, &e->hdr, (struct rs_answer[]){
		 { "result", told->result, ret },
		 { "ret", e->ret, d->rules.compaction_says_success ? (ret == COMPACT_NOT_SUITABLE_ZONE ? COMPACT_SKIPPED : ret) :
				  ret == COMPACT_CONTINUE },
		 }, 2, 0, NULL);
}

/* ---- gfp_to_alloc_flags() ---- */

static void check_alloc_flags(struct rs_diff *d, const struct rs_event_get_page_from_freelist *e)
{
	struct gfp_to_alloc_flags in = {
		.gfp = e->gfp,
		.order = e->order,
		.rt = e->prio < MAX_RT_PRIO,
		.in_task = e->hdr.tid != 0,
	};
	unsigned int flags, reserve = e->alloc_flags & (ALLOC_NO_WATERMARKS | ALLOC_OOM);
	const char *branch = "slow path";

	/* the first pass of all has its own flags */
	if ((e->alloc_flags & ALLOC_WMARK_MASK) == WMARK_LOW || e->alloc_flags & ALLOC_TRYLOCK)
		return;
	flags = gfp_to_alloc_flags(&in, &d->rules, rs_diff_why(d));
	if ((e->alloc_flags & ALLOC_WMARK_MASK) == WMARK_HIGH) {
		flags = WMARK_HIGH | ALLOC_CPUSET;
		branch = "before the OOM killer";
	} else if (reserve) {
		flags = rs_reserve_alloc_flags(e->gfp, flags, reserve, &d->rules);
		branch = reserve & ALLOC_OOM ? "reserve of a victim" : "reserve";
	}
	rs_count_branch(d, RS_DECIDE_gfp_to_alloc_flags, branch);
	if (!(e->gfp & __GFP_DIRECT_RECLAIM))
		rs_count_branch(d, RS_DECIDE_gfp_to_alloc_flags, "cannot wait");
	if (in.rt)
		rs_count_branch(d, RS_DECIDE_gfp_to_alloc_flags, "realtime");
	rs_judge(d, RS_DECIDE_gfp_to_alloc_flags, NULL, &e->hdr,
		 (struct rs_answer[]){ { "alloc_flags", e->alloc_flags, flags } }, 1, 0, NULL);
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	const struct rs_event_hdr *hdr = event->hdr;

	switch (hdr->type) {
	case RS_EVENT_reclaim_retry_zone:
		check_reclaim_retry(d, step->thread, (const void *)hdr);
		break;
	case RS_EVENT_compact_retry:
		check_compact_retry(d, step->thread, (const void *)hdr);
		break;
	case RS_EVENT_compaction_suitable_fn:
		check_suitable(d, step->thread, (const void *)hdr);
		break;
	case RS_EVENT_get_page_from_freelist:
		check_alloc_flags(d, (const void *)hdr);
		break;
	}
}

const struct rs_checker rs_check_retry = { .record = record };
