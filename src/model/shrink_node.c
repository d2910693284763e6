/* SPDX-License-Identifier: GPL-2.0-only */
#include "shrink_node.h"

#include "rules.h"
#include "why.h"

unsigned int shrink_node_path(bool lru_gen, bool lru_gen_switching, bool root_reclaim, const struct rs_rules *rules,
			      struct rs_why *why)
{
	unsigned int path = RS_SHRINK_CLASSIC;

	if (rules->lru_gen_shrink_node && root_reclaim && (lru_gen || lru_gen_switching))
		path = lru_gen_switching ? RS_SHRINK_LRU_GEN | RS_SHRINK_CLASSIC : RS_SHRINK_LRU_GEN;
	RS_WHY(why, shrink_path, lru_gen, lru_gen_switching, root_reclaim, path);
	return path;
}

uint64_t flush_reclaim_state(uint64_t reclaimed, bool root_reclaim, const struct rs_rules *rules)
{
	return rules->reclaim_state_root_only && !root_reclaim ? 0 : reclaimed;
}

bool rs_cache_trim_mode_failed(bool reclaimable, bool cache_trim_mode, const struct rs_rules *rules)
{
	return rules->cache_trim_mode_retry && !reclaimable && cache_trim_mode;
}

bool should_continue_reclaim(const struct should_continue_reclaim *in, const struct rs_rules *rules, struct rs_why *why)
{
	uint64_t pages_for_compaction, inactive_lru_pages;

	/* in_reclaim_compaction() */
	if (!in->compaction_allowed || !in->order ||
	    (in->order <= PAGE_ALLOC_COSTLY_ORDER && in->priority >= DEF_PRIORITY - 2)) {
		RS_WHY(why, continue_not_for_compaction, in->compaction_allowed, in->order, in->priority);
		return false;
	}
	if (!in->nr_reclaimed) {
		RS_WHY(why, continue_no_progress);
		return false;
	}
	if (in->zone_ready) {
		RS_WHY(why, continue_zone_ready, in->order);
		return false;
	}
	pages_for_compaction = compact_gap(in->order, rules);
	inactive_lru_pages = in->inactive_file + (in->can_reclaim_anon ? in->inactive_anon : 0);
	RS_WHY(why, continue_inactive_left, in->inactive_file, in->inactive_anon, in->can_reclaim_anon,
	       pages_for_compaction);
	return inactive_lru_pages > pages_for_compaction;
}
