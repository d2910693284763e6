/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules of the LRU as the probes of src/kernel/kdiff.c find them on five Debian kernels. */
#ifndef RS_TESTS_LRU_RULES_H
#define RS_TESTS_LRU_RULES_H

#include "../../src/model/rules.h"
#include "../../src/model/why.h"

enum { V5_10, V6_1, V6_12, V6_18, V7_2, NR_KERNELS };

static const struct rs_rules lru_rules[NR_KERNELS] = {
	[V5_10] = {
		.pgdat_dirty = true,
		.reclaim_splits_file = true,
		.reclaim_splits_shmem = true,
		.lazyfree_checks_dirty = true,
		.eviction_ages_first = true,
	},
	[V6_1] = {
		.pgdat_dirty = true,
		.reclaim_throttle = true,
		.folio_stat_pages = true,
		.lru_gen_keeps_referenced = true,
		.reclaim_splits_shmem = true,
		.dma_pinned_after_unmap = true,
		.vm_locked_activates = true,
		.slab_deferred_by_priority = true,
		.slab_deferred_of_memcg = true,
	},
#define SINCE_6_12                                                                                      \
	.reclaim_throttle = true, .cache_trim_mode_retry = true, .folio_stat_pages = true,              \
	.dma_pinned_after_unmap = true, .vm_locked_activates = true, .slab_deferred_by_priority = true, \
	.slab_deferred_of_memcg = true, .target_unprotected = true, .memcg_partial_walk = true,         \
	.lru_gen_shrink_node = true, .reclaim_state_root_only = true, .cost_of_rotation = true,         \
	.reclaim_skips_hwpoison = true, .refault_swap_of_eviction = true
	[V6_12] = { SINCE_6_12, .pgdat_dirty = true, .lru_gen_keeps_referenced = true },
#define SINCE_6_18                                                                                        \
	SINCE_6_12, .isolate_skip_limit = true, .cost_zero_ignored = true, .referenced_kept_early = true, \
		    .lru_gen_set_refs = true
	[V6_18] = { SINCE_6_18, .pgdat_dirty = true, .pgdat_dirty_if_taken = true },
	[V7_2] = { SINCE_6_18, .lru_gen_refs_counted = true, .compact_gap_capped = true,
		   .hopeless_cleared_if_balanced = true },
};

/* Was the branch taken? */
#define has_step(why, name) was_taken(why, RS_BRANCH_##name)
static inline bool was_taken(const struct rs_why *why, unsigned int branch)
{
	uint32_t i;

	for (i = 0; i < why->nr && i < RS_WHY_STEPS; i++)
		if (why->step[i].branch == branch)
			return true;
	return false;
}

#endif
