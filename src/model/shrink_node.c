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

struct shrink_node_result shrink_node(const struct shrink_node *in, const struct rs_rules *rules, struct rs_why *why)
{
	const struct rs_sc_nr *nr = &in->nr;
	struct shrink_node_result r = { .vmpressure_tree = !in->proactive };

	if (in->kswapd) {
		/* All pages taken were under writeback: the next ones met again will not be waited for. */
		if (nr->writeback && nr->writeback == nr->taken) {
			RS_WHY(why, node_writeback, nr->writeback, nr->taken);
			r.set_pgdat_writeback = true;
		}
		if (rules->pgdat_dirty && nr->unqueued_dirty == nr->file_taken &&
		    (nr->unqueued_dirty || !rules->pgdat_dirty_if_taken)) {
			RS_WHY(why, node_dirty, nr->unqueued_dirty, nr->file_taken);
			r.set_pgdat_dirty = true;
		}
		if (nr->immediate) {
			RS_WHY(why, node_throttle_writeback, nr->immediate);
			r.throttle_writeback = true;
		}
	}
	if (nr->dirty && nr->dirty == nr->congested) {
		RS_WHY(why, node_congested, nr->dirty, nr->congested, in->cgroup_reclaim, in->kswapd);
		r.set_congested_cgroup = in->cgroup_reclaim && in->writeback_throttling_sane;
		r.set_congested_node = in->kswapd;
	}
	if (!in->kswapd && in->may_throttle && !in->hibernation_mode &&
	    (in->congested || r.set_congested_cgroup || r.set_congested_node)) {
		RS_WHY(why, node_throttle_congested, in->congested, r.set_congested_cgroup);
		r.throttle_congested = true;
	}
	return r;
}

struct shrink_node_end_result shrink_node_end(const struct shrink_node_end *in, const struct rs_rules *rules,
					      struct rs_why *why)
{
	struct shrink_node_end_result r = {
		.clear_kswapd_failures = in->reclaimable && (!rules->hopeless_cleared_if_balanced || in->balanced),
		.cache_trim_mode_failed = rules->cache_trim_mode_retry && !in->reclaimable && in->cache_trim_mode,
	};

	RS_WHY(why, node_end, in->reclaimable, in->balanced, in->cache_trim_mode, r.clear_kswapd_failures,
	       r.cache_trim_mode_failed);
	return r;
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
