/* SPDX-License-Identifier: GPL-2.0-only */
/* What a request may do: its alloc_flags, and which zones it may take a page from. */
#ifndef RS_MODEL_ALLOC_FLAGS_H
#define RS_MODEL_ALLOC_FLAGS_H

#include "gfp.h"
#include "watermark.h"

struct gfp_to_alloc_flags {
	uint32_t gfp;
	unsigned int order;
	bool rt; /* the task is realtime or deadline: priority below 100 */
	bool in_task; /* not in an interrupt */
	bool defrag_mode; /* vm.defrag_mode */
};

/* D9: flags of the slow path. */
unsigned int gfp_to_alloc_flags(const struct gfp_to_alloc_flags *in, const struct rs_rules *rules, struct rs_why *why);

struct gfp_pfmemalloc_flags {
	uint32_t gfp;
	uint32_t task_flags; /* PF_ */
	bool in_interrupt;
	bool serving_softirq;
	bool oom_victim;
};

/* D9: 0, ALLOC_NO_WATERMARKS or ALLOC_OOM: which reserves the request may use up. */
unsigned int __gfp_pfmemalloc_flags(const struct gfp_pfmemalloc_flags *in, struct rs_why *why);

/* D9: the flags of the later passes, when __gfp_pfmemalloc_flags() gave @reserve_flags. */
unsigned int rs_reserve_alloc_flags(uint32_t gfp, unsigned int alloc_flags, unsigned int reserve_flags,
				    const struct rs_rules *rules);

/* What get_page_from_freelist() does with a zone. */
enum rs_freelist_zone {
	RS_FREELIST_SKIP, /* go on to the next zone */
	RS_FREELIST_TRY, /* take a page from its lists */
	RS_FREELIST_NODE_RECLAIM, /* reclaim from the node first */
};

struct get_page_from_freelist {
	const struct zone *zone;
	unsigned int order;
	unsigned int alloc_flags;
	uint32_t gfp;
	int highest_zoneidx;
	bool cpuset_allowed; /* or no cpusets in use */
	bool over_dirty_limit; /* a page for writing, and its node has too many dirty ones */
	bool below_high; /* ZONE_BELOW_HIGH */
	bool node_reclaim; /* vm.zone_reclaim_mode is on, and the node near enough */
};

/* D9: one zone of the walk. @below_high, where the kernel has it: the flag afterwards. */
enum rs_freelist_zone get_page_from_freelist(const struct get_page_from_freelist *in, bool *below_high,
					     const struct rs_rules *rules, struct rs_why *why);

#endif
