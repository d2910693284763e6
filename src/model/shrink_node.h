/* SPDX-License-Identifier: GPL-2.0-only */
/* What shrink_node() does before and after the walk over the memcgs. */
#ifndef RS_MODEL_SHRINK_NODE_H
#define RS_MODEL_SHRINK_NODE_H

#include "lru.h"

struct rs_rules;
struct rs_why;

/* sc->nr: what this round of shrink_node() has met, in pages (5.10: folios, but for the last two). */
struct rs_sc_nr {
	uint32_t dirty, unqueued_dirty, congested, writeback, immediate;
	uint32_t file_taken, taken;
};

enum rs_shrink_path {
	RS_SHRINK_CLASSIC = 1 << 0, /* the walk over memcgs; MGLRU may still take over in shrink_lruvec() */
	RS_SHRINK_LRU_GEN = 1 << 1, /* lru_gen_shrink_node() */
};

/* D26. Which of the two shrink_node() runs: a mask, both while 7.2 switches between them. */
unsigned int shrink_node_path(bool lru_gen, bool lru_gen_switching, bool root_reclaim, const struct rs_rules *rules,
			      struct rs_why *why);

/* D27. What one round adds to sc->nr_reclaimed from reclaim_state: slab pages, and others since 6.12. */
uint64_t flush_reclaim_state(uint64_t reclaimed, bool root_reclaim, const struct rs_rules *rules);

struct shrink_node {
	struct rs_sc_nr nr; /* after the walk */
	bool kswapd, cgroup_reclaim, hibernation_mode, proactive;
	bool writeback_throttling_sane; /* global reclaim, or cgroup2 */
	bool may_throttle; /* current_may_throttle(): 0 only for a writer to a congested device, or loop */
	bool congested; /* the target lruvec's congestion bit, any, before this */
};

struct shrink_node_result {
	bool vmpressure_tree; /* vmpressure() is told */
	bool set_pgdat_writeback, set_pgdat_dirty;
	bool throttle_writeback; /* VMSCAN_THROTTLE_WRITEBACK; 5.10: congestion_wait(HZ / 10) */
	bool set_congested_cgroup, set_congested_node; /* one and the same bit before 6.12 */
	bool throttle_congested; /* VMSCAN_THROTTLE_CONGESTED; 5.10: wait_iff_congested(HZ / 10) */
};

/* D27. Mirrors what shrink_node() does after the walk, should_continue_reclaim() excepted. */
struct shrink_node_result shrink_node(const struct shrink_node *in, const struct rs_rules *rules, struct rs_why *why);

struct shrink_node_end {
	bool reclaimable; /* any round had progress */
	bool cache_trim_mode; /* of scan_control */
	bool balanced; /* pgdat_balanced(sc->order, sc->reclaim_idx), asked on 7.2 only */
};

struct shrink_node_end_result {
	bool clear_kswapd_failures;
	bool cache_trim_mode_failed; /* it sets that bit of scan_control */
};

/* D15, D27. Mirrors the end of shrink_node(). */
struct shrink_node_end_result shrink_node_end(const struct shrink_node_end *in, const struct rs_rules *rules,
					      struct rs_why *why);

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
