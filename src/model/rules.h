/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernels do differently, as the model needs it. Each name is also a row of
 * src/kernel/kdiff.c, by which it is found out on a running kernel and stored in a recording.
 */
#ifndef RS_MODEL_RULES_H
#define RS_MODEL_RULES_H

#include <stdbool.h>

/* X(name, what holds when true) */
#define RS_RULES_ALLOC(X)                                                                                              \
	X(wmark_promo, "a fourth mark, WMARK_PROMO, which kswapd balances to under memory tiering")                    \
	X(movable_not_lowmem, "ZONE_MOVABLE has no share in min_free_kbytes, like highmem")                            \
	X(alloc_min_reserve, "ALLOC_MIN_RESERVE, NON_BLOCK, HIGHATOMIC instead of ALLOC_HIGH, ALLOC_HARDER")           \
	X(reserve_keeps_kswapd, "ALLOC_KSWAPD stays set when reserve flags replace the others")                        \
	X(boost_retry_min_reserve, "ALLOC_MIN_RESERVE, not __GFP_ATOMIC, may ignore a boost")                          \
	X(alloc_cma, "built with CONFIG_CMA: free CMA pages count only for those who may use them")                    \
	X(zone_below_high, "the freelist walk tests WMARK_HIGH first and remembers the failure")                       \
	X(laptop_mode, "vm.laptop_mode holds back writing until priority falls below DEF_PRIORITY - 2")                \
	X(kswapd_counts_reclaimed, "kswapd has done its part by scanning or by reclaiming enough")                     \
	X(cache_trim_mode_retry, "a fruitless run that only trimmed the cache is repeated without trimming")           \
	X(boosted_run_no_failure, "a run for a boost does not count as a failure of kswapd")                           \
	X(hopeless_cleared_if_balanced, "progress clears kswapd_failures only if the node is balanced")                \
	X(reclaim_throttle, "reclaimers wait in reclaim_throttle(), not in congestion_wait()")                         \
	X(throttle_user_worker, "PF_USER_WORKER tasks are not throttled; before, PF_IO_WORKER")                        \
	X(allow_direct_snapshot, "allow_direct_reclaim() sums precise counters of free pages")                         \
	X(allow_direct_keeps_empty, "a zone with nothing to reclaim counts there all the same if it has nothing free")   \
	X(reclaimable_or_free, "zone_reclaimable_pages() is the free pages where the LRU is empty")                    \
	X(full_walk_retry, "direct reclaim that found nothing walks all memcgs before it gives up")                    \
	X(compact_gap_capped, "compact_gap() is at most SWAP_CLUSTER_MAX")                                             \
	X(compaction_says_success, "compaction_suitable() also says whether a block is free already")                  \
	X(compaction_suitable_mark, "compaction_suitable() is given the mark it has to hold")                          \
	X(compact_retry_on_success, "should_compact_retry() counts retries on COMPACT_SUCCESS only")                   \
	X(compact_dying_stops, "a dying task does not retry compaction")                                               \
	X(compact_thisnode_fails, "costly and no retry on this node only: one compaction and no reclaim")              \
	X(compact_first_loop, "compaction takes the place of reclaim in the first round of the slow path")             \
	X(pgdat_dirty, "PGDAT_DIRTY: kswapd saw only dirty pages that nobody writes")                                  \
	X(pgdat_dirty_if_taken, "PGDAT_DIRTY needs at least one such page")                                            \
	X(node_congested_bit, "a node and a cgroup are congested each for themselves")                                 \
	X(node_reclaim_no_write, "node_reclaim() never writes, so dirty pages never count")                            \
	X(charge_batch_64, "MEMCG_CHARGE_BATCH is 64, not 32")                                                         \
	X(charge_high_forced, "a charge with __GFP_HIGH never fails; before, __GFP_ATOMIC, and it did not reclaim")    \
	X(charge_high_at_once, "a charge far above memory.high is throttled at once, not on return to user space")     \
	X(high_spares_dying, "a dying task is not throttled by memory.high")                                           \
	X(proactive_batch, "memory.reclaim goes on in quarters of what is left")

#define RS_RULES_LRU(X)                                                                                                \
	X(target_unprotected, "memory.min and memory.low of a cgroup do not save it from its own limit")               \
	X(memcg_partial_walk, "the walk over memcgs ends when enough is reclaimed")                                    \
	X(lru_gen_shrink_node, "with MGLRU, shrink_node() of the root is lru_gen_shrink_node()")                       \
	X(reclaim_state_root_only, "only reclaim from the root counts slab pages as reclaimed")                        \
	X(isolate_skip_limit, "after 32768 folios in a zone that does not help, the next are taken all the same")      \
	X(cost_of_rotation, "pages scanned in vain cost as well, and one written page costs as much as 32 of them")    \
	X(cost_zero_ignored, "lru_note_cost() without cost does nothing; active lists always call it")                 \
	X(folio_stat_pages, "dirty, written-back and congested folios are counted in pages")                           \
	X(reclaim_skips_hwpoison, "folios with a memory error are set aside")                                          \
	X(lru_gen_keeps_referenced, "MGLRU: a mapped folio that is PG_referenced is kept unseen")                      \
	X(reclaim_splits_file, "reclaim splits any huge page")                                                         \
	X(reclaim_splits_shmem, "reclaim splits a large folio of shmem")                                               \
	X(dma_pinned_after_unmap, "an unmapped folio that is still pinned is activated")                               \
	X(lazyfree_checks_dirty, "a lazyfree page that was dirtied after unmapping is kept")                           \
	X(vm_locked_activates, "a folio found in a locked mapping is activated, not left to unmapping")                \
	X(referenced_kept_early, "PG_referenced is cleared only when references have been counted")                    \
	X(lru_gen_set_refs, "MGLRU decides on references with PG_referenced and PG_workingset")                        \
	X(lru_gen_refs_counted, "there, a folio becomes PG_workingset from its second counted reference on")           \
	X(eviction_ages_first, "an eviction ages the lruvec before the age goes into the shadow")                      \
	X(refault_swap_of_eviction, "a refault asks for the swap of the cgroup that the page was evicted from")        \
	X(slab_deferred_by_priority, "deferred objects come back in the share of the priority")                        \
	X(slab_deferred_of_memcg, "each memcg has its own count of deferred objects")                                  \
	X(oom_counts_cpus, "oom_badness() adds up what each CPU has counted for itself")

#define RS_RULES_LRU_GEN(X)                                                                                            \
	X(swappiness_of_sc, "MGLRU: get_swappiness() asks whether this reclaim may swap")                              \
	X(swappiness_anon_only, "MGLRU: swappiness 201 spares file pages, 1 to 200 count generations of both types")   \
	X(kswapd_ages_node, "MGLRU: kswapd ages all lruvecs before it reclaims, and only then")                        \
	X(aging_by_spread, "MGLRU: aging waits until pages are badly spread over the generations")                     \
	X(lru_gen_protection, "MGLRU: memory.min and memory.low spare a cgroup in proportion")                         \
	X(aging_in_loop, "MGLRU: scanned in batches of 64 pages, aging is looked at before each")
/* MGLRU, folio by folio. */
#define RS_RULES_LRU_GEN_FOLIO(X)                                                                                      \
	X(lru_gen_tier_flags, "PG_referenced and PG_workingset make a tier; all tiers count for the choice of type")   \
	X(lru_gen_no_io_file, "who may not do I/O evicts files")                                                       \
	X(lru_gen_culls_unevictable, "mlocked folios are moved away where they are met")                               \
	X(lru_gen_spares_dirty, "what has to be written first goes to the next generation, or is skipped")             \
	X(lru_gen_spares_locked, "so does what is locked")                                                             \
	X(lru_gen_heeds_scan_control, "may_unmap and may_writepage count there; dirty lazyfree folios become anon")    \
	X(lru_gen_nr_to_scan, "a scan looks at as many folios as its caller asks for")                                 \
	X(lru_gen_small_batch, "at most at 64, and a type of which nothing was isolated is scanned once more")

#define RS_RULE_FIELD(name, what) bool name;
struct rs_rules {
	RS_RULES_ALLOC(RS_RULE_FIELD)
	RS_RULES_LRU(RS_RULE_FIELD)
	RS_RULES_LRU_GEN(RS_RULE_FIELD)
	RS_RULES_LRU_GEN_FOLIO(RS_RULE_FIELD)
};

#endif
