/* SPDX-License-Identifier: GPL-2.0-only */
/* What an allocation tries, and in which order, once no zone is above its low mark. */
#ifndef RS_MODEL_SLOWPATH_H
#define RS_MODEL_SLOWPATH_H

#include "compaction.h"

struct rs_retry_zone {
	const struct zone *zone; /* min mark and boost, free pages, and all that D7 needs */
	uint64_t reclaimable; /* zone_reclaimable_pages() */
	uint64_t write_pending; /* NR_ZONE_WRITE_PENDING, precise; up to 5.10 only */
};

struct should_reclaim_retry {
	unsigned int order;
	unsigned int alloc_flags;
	int highest_zoneidx;
	bool did_some_progress;
	int no_progress_loops; /* before; the function changes it */
	const struct rs_retry_zone *zones; /* the allowed ones of the zonelist, in its order */
	int nr;
	bool unreserved; /* giving up the high-atomic reserve freed a block: only asked for last */
	int tried; /* out: zones looked at, each of which is one oom:reclaim_retry_zone */
	bool waits; /* out: congestion_wait(HZ / 10) first, up to 5.10 */
};

/* D23. */
bool should_reclaim_retry(struct should_reclaim_retry *s, const struct rs_rules *rules, struct rs_why *why);

/*
 * D16, D17, D25: __alloc_pages_slowpath() as the steps between which it looks at the world. The
 * caller says what came of each step and learns the next. Omitted: starting over when cpusets or
 * zonelists change on the way.
 */
enum slowpath_step {
	SLOWPATH_FREELIST, /* get_page_from_freelist(pass_alloc_flags) */
	SLOWPATH_COMPACT, /* __alloc_pages_direct_compact(compact_priority), which may end with a pass of its own */
	SLOWPATH_RECLAIM, /* try_to_free_pages(reclaim_order) */
	SLOWPATH_RETRY_RECLAIM, /* should_reclaim_retry() */
	SLOWPATH_RETRY_COMPACT, /* should_compact_retry() */
	SLOWPATH_OOM_LOCK, /* takes oom_lock */
	SLOWPATH_OOM, /* out_of_memory() */
	SLOWPATH_GOT_PAGE,
	SLOWPATH_FAIL,
};

enum slowpath_pass {
	SLOWPATH_PASS_FIRST,
	SLOWPATH_PASS_RETRY,
	SLOWPATH_PASS_RECLAIMED,
	SLOWPATH_PASS_DRAINED, /* after drain_all_pages() */
	SLOWPATH_PASS_OOM, /* at WMARK_HIGH */
	SLOWPATH_PASS_OOM_NOFAIL_CPUSET,
	SLOWPATH_PASS_OOM_NOFAIL,
	SLOWPATH_PASS_NOFAIL_CPUSET,
	SLOWPATH_PASS_NOFAIL,
};

/* The request: does not change. */
struct slowpath_request {
	uint32_t gfp;
	unsigned int order;
	bool movable; /* its migrate type */
	int highest_zoneidx;
	unsigned int alloc_flags; /* gfp_to_alloc_flags() */
	uint32_t task_flags;
	bool defrag_mode;
	bool suspended_storage; /* pm_suspended_storage() */
};

struct slowpath {
	enum slowpath_step step;
	enum slowpath_pass pass; /* of a FREELIST step */
	unsigned int pass_alloc_flags; /* likewise */
	bool wakes_kswapds; /* wake_all_kswapds() comes before this step */
	unsigned int reclaim_order; /* of a RECLAIM step */
	int compact_priority; /* of a COMPACT step; should_compact_retry() may lower it */
	unsigned int alloc_flags;
	uint64_t did_some_progress;
	int no_progress_loops;
	int compaction_retries;
	enum compact_result compact_result;
	bool compact_first;
	bool initial; /* a COMPACT step before all reclaim */
	bool can_retry_reserves;
};

/* What came of a step. */
struct slowpath_result {
	bool got_page; /* of FREELIST, COMPACT */
	enum compact_result compact_result; /* of COMPACT */
	uint64_t progress; /* of RECLAIM: what try_to_free_pages() returned */
	bool yes; /* of RETRY_*, OOM_LOCK, OOM: what it returned */
	int no_progress_loops; /* of RETRY_RECLAIM, after */
	int compact_priority; /* of RETRY_COMPACT, after */
	int compaction_retries; /* of RETRY_COMPACT, after */
	unsigned int reserve_flags; /* __gfp_pfmemalloc_flags() at this moment */
	bool oom_victim; /* the task is one, by now */
};

void slowpath_begin(struct slowpath *s, const struct slowpath_request *req, unsigned int reserve_flags,
		    const struct rs_rules *rules, struct rs_why *why);
void slowpath_next(struct slowpath *s, const struct slowpath_request *req, const struct slowpath_result *result,
		   const struct rs_rules *rules, struct rs_why *why);

#endif
