/* SPDX-License-Identifier: GPL-2.0-only */
/* What shrink_node() does before and after the walk over the memcgs; for its throttling see throttle.h. */
#ifndef RS_MODEL_SHRINK_NODE_H
#define RS_MODEL_SHRINK_NODE_H

#include "lru.h"

struct rs_rules;
struct rs_why;

enum rs_shrink_path {
	RS_SHRINK_CLASSIC = 1 << 0, /* the walk over memcgs; MGLRU may still take over in shrink_lruvec() */
	RS_SHRINK_LRU_GEN = 1 << 1, /* lru_gen_shrink_node() */
};

/* D26. Which of the two shrink_node() runs: a mask, both while 7.2 switches between them. */
unsigned int shrink_node_path(bool lru_gen, bool lru_gen_switching, bool root_reclaim, const struct rs_rules *rules,
			      struct rs_why *why);

/* D27. What one round adds to sc->nr_reclaimed from reclaim_state: slab pages, and others since 6.12. */
uint64_t flush_reclaim_state(uint64_t reclaimed, bool root_reclaim, const struct rs_rules *rules);

/* D13, D27. At the end of shrink_node(): does it set sc->cache_trim_mode_failed? @reclaimable: any round had progress. */
bool rs_cache_trim_mode_failed(bool reclaimable, bool cache_trim_mode, const struct rs_rules *rules);

struct should_continue_reclaim {
	uint64_t nr_reclaimed; /* pages of this round */
	uint64_t inactive_file, inactive_anon; /* of the node, cached counters */
	int order, priority;
	bool compaction_allowed; /* gfp_compaction_allowed(); CONFIG_COMPACTION alone on early 5.10.y */
	bool zone_ready; /* a managed zone up to reclaim_idx that has the page, or is compaction_suitable() */
	bool can_reclaim_anon; /* can_reclaim_anon_pages(NULL), as D31 has it */
};

/* D34. Mirrors should_continue_reclaim(): another round at the same priority? */
bool should_continue_reclaim(const struct should_continue_reclaim *in, const struct rs_rules *rules,
			     struct rs_why *why);

#endif
