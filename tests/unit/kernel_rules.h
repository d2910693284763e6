/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules as they hold on the kernels that are supported, from their BTF. */
#ifndef RS_TESTS_KERNEL_RULES_H
#define RS_TESTS_KERNEL_RULES_H

#include <string.h>

#include "../../src/model/rules.h"

enum kernel_under_test { V5_10, V6_1, V6_12, V6_18, V7_2, NR_KERNELS_UNDER_TEST };

static inline struct rs_rules kernel_rules(enum kernel_under_test v)
{
	bool v6_1 = v >= V6_1, v6_12 = v >= V6_12, v6_18 = v >= V6_18, v7_2 = v >= V7_2;
	struct rs_rules r;

	memset(&r, 0, sizeof(r));
	r.wmark_promo = r.alloc_min_reserve = r.reserve_keeps_kswapd = r.reclaim_throttle = v6_1;
	r.compact_dying_stops = r.charge_batch_64 = r.charge_high_forced = r.charge_high_at_once = v6_1;
	r.movable_not_lowmem = r.boost_retry_min_reserve = r.zone_below_high = r.kswapd_counts_reclaimed = v6_12;
	r.cache_trim_mode_retry = r.throttle_user_worker = r.allow_direct_snapshot = r.full_walk_retry = v6_12;
	r.compact_retry_on_success = r.node_congested_bit = r.high_spares_dying = r.proactive_batch = v6_12;
	r.allow_direct_keeps_empty = r.compaction_suitable_mark = r.pgdat_dirty_if_taken = v6_18;
	r.alloc_cma = r.boosted_run_no_failure = r.hopeless_cleared_if_balanced = r.compact_gap_capped = v7_2;
	r.compact_first_loop = r.node_reclaim_no_write = v7_2;
	r.laptop_mode = r.pgdat_dirty = !v7_2;
	r.reclaimable_or_free = r.compact_thisnode_fails = v6_1 && !v6_18;
	r.compaction_says_success = !v6_12;

	r.folio_stat_pages = r.dma_pinned_after_unmap = r.vm_locked_activates = v6_1;
	r.slab_deferred_by_priority = r.slab_deferred_of_memcg = v6_1;
	r.target_unprotected = r.memcg_partial_walk = r.lru_gen_shrink_node = r.reclaim_state_root_only = v6_12;
	r.cost_of_rotation = r.reclaim_skips_hwpoison = r.refault_swap_of_eviction = v6_12;
	r.isolate_skip_limit = r.cost_zero_ignored = r.referenced_kept_early = r.lru_gen_set_refs = v6_18;
	r.lru_gen_refs_counted = v7_2;
	r.reclaim_splits_file = r.lazyfree_checks_dirty = r.eviction_ages_first = !v6_1;
	r.reclaim_splits_shmem = !v6_12;
	r.swappiness_of_sc = v6_12;
	r.swappiness_anon_only = r.lru_gen_protection = v6_18;
	r.aging_in_loop = v7_2;
	r.oom_counts_cpus = v7_2;
	r.kswapd_ages_node = v6_1 && !v6_12;
	r.aging_by_spread = v6_1 && !v6_18;
	r.lru_gen_keeps_referenced = r.lru_gen_spares_locked = v6_1 && !v6_18;
	r.lru_gen_tier_flags = r.lru_gen_nr_to_scan = v6_18;
	r.lru_gen_no_io_file = v6_12 && !v6_18;
	r.lru_gen_culls_unevictable = v6_12 && !v7_2;
	r.lru_gen_spares_dirty = v6_1 && !v7_2;
	r.lru_gen_heeds_scan_control = v6_1 && !v6_12;
	r.lru_gen_small_batch = v7_2;
	return r;
}

/* The same, to point to. */
static inline const struct rs_rules *rules_of(enum kernel_under_test v)
{
	static struct rs_rules all[NR_KERNELS_UNDER_TEST];

	all[v] = kernel_rules(v);
	return &all[v];
}

/* Was this branch among the reasons? */
#define WHY_HAS(why, b)                                                                                                \
	({                                                                                                             \
		bool why_has = false;                                                                                  \
		for (uint32_t why_i = 0; why_i < (why)->nr && why_i < RS_WHY_STEPS; why_i++)                           \
			why_has |= (why)->step[why_i].branch == RS_BRANCH_##b;                                         \
		why_has;                                                                                               \
	})

#endif
