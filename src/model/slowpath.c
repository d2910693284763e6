/* SPDX-License-Identifier: GPL-2.0-only */
/* The allocator's slow path, mm/page_alloc.c. */
#include "slowpath.h"

#include <string.h>

#include "alloc_flags.h"

bool should_reclaim_retry(struct should_reclaim_retry *s, const struct rs_rules *rules, struct rs_why *why)
{
	s->tried = 0;
	s->waits = false;
	if (s->did_some_progress && s->order <= PAGE_ALLOC_COSTLY_ORDER)
		s->no_progress_loops = 0;
	else
		s->no_progress_loops++;
	if (s->no_progress_loops > MAX_RECLAIM_RETRIES) {
		RS_WHY(why, retry_stops, s->no_progress_loops, s->unreserved);
		return s->unreserved;
	}
	while (s->tried < s->nr) {
		const struct rs_retry_zone *z = &s->zones[s->tried++];
		uint64_t available = z->reclaimable + rs_snapshot(z->zone->nr_free_pages, z->zone->nr_free_diff);
		uint64_t min_wmark = wmark_pages(z->zone, WMARK_MIN);

		if (!__zone_watermark_ok(z->zone, s->order, min_wmark, s->highest_zoneidx, s->alloc_flags, available,
					 rules, why))
			continue;
		RS_WHY(why, retry_zone, s->tried - 1, z->reclaimable, available, min_wmark, s->no_progress_loops);
		s->waits = !rules->reclaim_throttle && !s->did_some_progress && 2 * z->write_pending > z->reclaimable;
		return true;
	}
	RS_WHY(why, retry_no_zone, s->nr, s->no_progress_loops, s->unreserved);
	return s->unreserved;
}

static bool can_direct_reclaim(const struct slowpath_request *req)
{
	return req->gfp & __GFP_DIRECT_RECLAIM;
}

static bool is_costly(const struct slowpath_request *req)
{
	return req->order > PAGE_ALLOC_COSTLY_ORDER;
}

/* Is compaction tried before reclaim? */
static bool compacts_first(const struct slowpath_request *req)
{
	return can_direct_reclaim(req) && gfp_compaction_allowed(req->gfp) &&
	       (is_costly(req) || (req->order > 0 && !req->movable));
}

static void freelist(struct slowpath *s, enum slowpath_pass pass, unsigned int alloc_flags)
{
	s->step = SLOWPATH_FREELIST;
	s->pass = pass;
	s->pass_alloc_flags = alloc_flags;
}

/* The label retry of the kernel. */
static void retry(struct slowpath *s, const struct slowpath_request *req, unsigned int reserve_flags,
		  const struct rs_rules *rules)
{
	s->wakes_kswapds = s->alloc_flags & ALLOC_KSWAPD;
	/* the single loop looks for reserves only after the pass */
	if (reserve_flags && !rules->compact_first_loop)
		s->alloc_flags = rs_reserve_alloc_flags(req->gfp, s->alloc_flags, reserve_flags, rules);
	freelist(s, SLOWPATH_PASS_RETRY, s->alloc_flags);
}

/* The label nopage. */
static void nopage(struct slowpath *s, const struct slowpath_request *req, const struct rs_rules *rules)
{
	unsigned int reserve = rules->alloc_min_reserve ? ALLOC_MIN_RESERVE : ALLOC_HARDER;

	if ((req->gfp & __GFP_NOFAIL) && can_direct_reclaim(req))
		freelist(s, SLOWPATH_PASS_NOFAIL_CPUSET, reserve | ALLOC_CPUSET);
	else
		s->step = SLOWPATH_FAIL;
}

static void reclaim(struct slowpath *s, const struct slowpath_request *req, const struct rs_rules *rules)
{
	s->step = SLOWPATH_RECLAIM;
	s->reclaim_order = req->order;
	if (rules->compact_first_loop && (s->alloc_flags & ALLOC_NOFRAGMENT) && !req->movable)
		s->reclaim_order = rs_max(req->order, PAGEBLOCK_ORDER);
}

/* Every means was used once: is another round worth it? */
static void consider_retry(struct slowpath *s, const struct slowpath_request *req, const struct rs_rules *rules,
			   struct rs_why *why)
{
	bool gives_up = (req->gfp & __GFP_NORETRY) ||
			(is_costly(req) && (!gfp_compaction_allowed(req->gfp) || !(req->gfp & __GFP_RETRY_MAYFAIL)));

	RS_WHY(why, slowpath_round_over, req->gfp, req->order, s->did_some_progress, gives_up);
	if (gives_up)
		nopage(s, req, rules);
	else
		s->step = SLOWPATH_RETRY_RECLAIM;
}

/* Compaction has no work for order 0, and nothing is seen of it. */
static void compact_or_retry(struct slowpath *s, const struct slowpath_request *req, const struct rs_rules *rules,
			     struct rs_why *why)
{
	if (req->order)
		s->step = SLOWPATH_COMPACT;
	else
		consider_retry(s, req, rules, why);
}

/* The pass at the top of the loop gave nothing. */
static void pass_failed(struct slowpath *s, const struct slowpath_request *req, unsigned int reserve_flags,
			const struct rs_rules *rules, struct rs_why *why)
{
	if (rules->compact_first_loop) {
		if (reserve_flags)
			s->alloc_flags = rs_reserve_alloc_flags(req->gfp, s->alloc_flags, reserve_flags, rules);
		if ((reserve_flags || !(s->alloc_flags & ALLOC_CPUSET)) && s->can_retry_reserves) {
			s->can_retry_reserves = false;
			retry(s, req, reserve_flags, rules);
			return;
		}
	}
	if (!can_direct_reclaim(req) || (req->task_flags & PF_MEMALLOC)) {
		RS_WHY(why, slowpath_no_reclaim, req->gfp, req->task_flags);
		nopage(s, req, rules);
	} else if (s->compact_first) {
		RS_WHY(why, slowpath_compact_first, req->order, req->movable);
		s->step = SLOWPATH_COMPACT;
	} else {
		reclaim(s, req, rules);
	}
}

/* The compaction before all reclaim gave nothing. */
static void initial_compaction_failed(struct slowpath *s, const struct slowpath_request *req,
				      const struct slowpath_result *result, const struct rs_rules *rules,
				      struct rs_why *why)
{
	bool noretry = req->gfp & __GFP_NORETRY, thisnode = req->gfp & __GFP_THISNODE, fails;

	if (rules->compact_first_loop) {
		fails = noretry && thisnode;
		s->compact_first = false;
		if (!noretry)
			s->compact_priority = DEF_COMPACT_PRIORITY;
	} else {
		s->initial = false;
		fails = is_costly(req) && noretry &&
			(result->compact_result == COMPACT_SKIPPED || result->compact_result == COMPACT_DEFERRED ||
			 (rules->compact_thisnode_fails && thisnode));
		s->compact_priority = is_costly(req) && noretry ? INIT_COMPACT_PRIORITY : DEF_COMPACT_PRIORITY;
	}
	RS_WHY(why, slowpath_initial_compaction, result->compact_result, noretry, thisnode, fails);
	if (fails)
		nopage(s, req, rules);
	else
		retry(s, req, result->reserve_flags, rules);
}

static void oom_is_over(struct slowpath *s, const struct slowpath_request *req, const struct slowpath_result *result,
			const struct rs_rules *rules, struct rs_why *why)
{
	bool victim = result->oom_victim && ((s->alloc_flags & ALLOC_OOM) || (req->gfp & __GFP_NOMEMALLOC));

	RS_WHY(why, slowpath_oom_over, s->did_some_progress, victim);
	if (victim || !s->did_some_progress) {
		nopage(s, req, rules);
		return;
	}
	s->no_progress_loops = 0;
	retry(s, req, result->reserve_flags, rules);
}

/* The last pass before it gave nothing: shall somebody be killed? */
static void consider_oom(struct slowpath *s, const struct slowpath_request *req, const struct slowpath_result *result,
			 const struct rs_rules *rules, struct rs_why *why)
{
	if ((req->task_flags & PF_DUMPCORE) || is_costly(req) ||
	    (req->gfp & (__GFP_RETRY_MAYFAIL | __GFP_THISNODE)) || req->highest_zoneidx < ZONE_NORMAL ||
	    req->suspended_storage) {
		RS_WHY(why, slowpath_no_oom, req->task_flags, req->order, req->gfp, req->highest_zoneidx,
		       req->suspended_storage);
		oom_is_over(s, req, result, rules, why);
		return;
	}
	s->step = SLOWPATH_OOM;
}

static void freelist_failed(struct slowpath *s, const struct slowpath_request *req,
			    const struct slowpath_result *result, const struct rs_rules *rules, struct rs_why *why)
{
	switch (s->pass) {
	case SLOWPATH_PASS_FIRST:
		if (rules->compact_first_loop) {
			pass_failed(s, req, result->reserve_flags, rules, why);
		} else if (compacts_first(req) && !result->reserve_flags) {
			RS_WHY(why, slowpath_compact_first, req->order, req->movable);
			s->initial = true;
			s->compact_priority = INIT_COMPACT_PRIORITY;
			s->step = SLOWPATH_COMPACT;
		} else {
			retry(s, req, result->reserve_flags, rules);
		}
		break;
	case SLOWPATH_PASS_RETRY:
		pass_failed(s, req, result->reserve_flags, rules, why);
		break;
	case SLOWPATH_PASS_RECLAIMED:
		freelist(s, SLOWPATH_PASS_DRAINED, s->alloc_flags);
		break;
	case SLOWPATH_PASS_DRAINED:
		compact_or_retry(s, req, rules, why);
		break;
	case SLOWPATH_PASS_OOM:
		consider_oom(s, req, result, rules, why);
		break;
	case SLOWPATH_PASS_OOM_NOFAIL_CPUSET:
		freelist(s, SLOWPATH_PASS_OOM_NOFAIL, ALLOC_NO_WATERMARKS);
		break;
	case SLOWPATH_PASS_OOM_NOFAIL:
		oom_is_over(s, req, result, rules, why);
		break;
	case SLOWPATH_PASS_NOFAIL_CPUSET:
		freelist(s, SLOWPATH_PASS_NOFAIL, s->pass_alloc_flags & ~ALLOC_CPUSET);
		break;
	case SLOWPATH_PASS_NOFAIL:
		retry(s, req, result->reserve_flags, rules);
		break;
	}
}

/* Neither reclaim nor compaction is worth another round. */
static void retries_refused(struct slowpath *s, const struct slowpath_request *req,
			    const struct slowpath_result *result, const struct rs_rules *rules, struct rs_why *why)
{
	if (req->defrag_mode && (s->alloc_flags & ALLOC_NOFRAGMENT)) {
		RS_WHY(why, slowpath_may_fragment, s->alloc_flags);
		s->alloc_flags &= ~ALLOC_NOFRAGMENT;
		retry(s, req, result->reserve_flags, rules);
		return;
	}
	s->step = SLOWPATH_OOM_LOCK;
}

static void retry_reclaim_said(struct slowpath *s, const struct slowpath_request *req,
			       const struct slowpath_result *result, const struct rs_rules *rules, struct rs_why *why)
{
	s->no_progress_loops = result->no_progress_loops;
	if (result->yes)
		retry(s, req, result->reserve_flags, rules);
	else if (s->did_some_progress && gfp_compaction_allowed(req->gfp))
		s->step = SLOWPATH_RETRY_COMPACT;
	else
		retries_refused(s, req, result, rules, why);
}

static void oom_said(struct slowpath *s, const struct slowpath_request *req, const struct slowpath_result *result,
		     const struct rs_rules *rules, struct rs_why *why)
{
	s->did_some_progress = result->yes || (req->gfp & __GFP_NOFAIL);
	if (req->gfp & __GFP_NOFAIL)
		freelist(s, SLOWPATH_PASS_OOM_NOFAIL_CPUSET, ALLOC_NO_WATERMARKS | ALLOC_CPUSET);
	else
		oom_is_over(s, req, result, rules, why);
}

void slowpath_begin(struct slowpath *s, const struct slowpath_request *req, unsigned int reserve_flags,
		    const struct rs_rules *rules, struct rs_why *why)
{
	memset(s, 0, sizeof(*s));
	s->alloc_flags = req->alloc_flags;
	s->compact_result = COMPACT_SKIPPED;
	s->compact_priority = DEF_COMPACT_PRIORITY;
	s->can_retry_reserves = true;
	s->wakes_kswapds = s->alloc_flags & ALLOC_KSWAPD;
	if (rules->compact_first_loop && compacts_first(req)) {
		s->compact_first = true;
		s->compact_priority = INIT_COMPACT_PRIORITY;
	}
	freelist(s, SLOWPATH_PASS_FIRST, s->alloc_flags);
	RS_WHY(why, slowpath_begin, req->gfp, req->order, s->alloc_flags, reserve_flags, s->compact_first);
}

void slowpath_next(struct slowpath *s, const struct slowpath_request *req, const struct slowpath_result *result,
		   const struct rs_rules *rules, struct rs_why *why)
{
	s->wakes_kswapds = false;
	if ((s->step == SLOWPATH_FREELIST || s->step == SLOWPATH_COMPACT) && result->got_page) {
		s->step = SLOWPATH_GOT_PAGE;
		return;
	}
	switch (s->step) {
	case SLOWPATH_FREELIST:
		freelist_failed(s, req, result, rules, why);
		break;
	case SLOWPATH_COMPACT:
		s->compact_result = result->compact_result;
		if (s->initial || s->compact_first)
			initial_compaction_failed(s, req, result, rules, why);
		else
			consider_retry(s, req, rules, why);
		break;
	case SLOWPATH_RECLAIM:
		s->did_some_progress = result->progress;
		if (result->progress)
			freelist(s, SLOWPATH_PASS_RECLAIMED, s->alloc_flags);
		else
			compact_or_retry(s, req, rules, why);
		break;
	case SLOWPATH_RETRY_RECLAIM:
		retry_reclaim_said(s, req, result, rules, why);
		break;
	case SLOWPATH_RETRY_COMPACT:
		s->compact_priority = result->compact_priority;
		s->compaction_retries = result->compaction_retries;
		if (result->yes)
			retry(s, req, result->reserve_flags, rules);
		else
			retries_refused(s, req, result, rules, why);
		break;
	case SLOWPATH_OOM_LOCK:
		s->did_some_progress = !result->yes; /* somebody else is at it */
		if (result->yes)
			freelist(s, SLOWPATH_PASS_OOM, WMARK_HIGH | ALLOC_CPUSET);
		else
			oom_is_over(s, req, result, rules, why);
		break;
	case SLOWPATH_OOM:
		oom_said(s, req, result, rules, why);
		break;
	case SLOWPATH_GOT_PAGE:
	case SLOWPATH_FAIL:
		break;
	}
}
