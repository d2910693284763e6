/* SPDX-License-Identifier: GPL-2.0-only */
#include "kdiff.h"

#include "kernel.h"

/* The number of arguments of a function or tracepoint; -1 if it does not exist. */
static int function_args(const struct rs_kernel *k, const char *name)
{
	struct rs_prototype proto;

	return rs_btf_function(k->btf, name, &proto) ? proto.nr_args : -1;
}

static bool reclaim_begin_gfp_first(const struct rs_kernel *k)
{
	struct rs_prototype proto;

	return rs_btf_tracepoint(k->btf, "mm_vmscan_direct_reclaim_begin", &proto) && proto.nr_args == 3;
}

static bool lru_isolate_mode(const struct rs_kernel *k)
{
	struct rs_prototype proto;

	return rs_btf_tracepoint(k->btf, "mm_vmscan_lru_isolate", &proto) && proto.nr_args == 8;
}

static bool mark_victim_task(const struct rs_kernel *k)
{
	struct rs_prototype proto;

	return rs_btf_tracepoint(k->btf, "mark_victim", &proto) && proto.first_is_pointer;
}

/*
 * tracepoint_srcu alone existed long before, for tracepoints outside of RCU; with the newer shape of
 * struct tracepoint it serves them all, and their programs can be preempted.
 */
static bool tracepoint_srcu(const struct rs_kernel *k)
{
	return rs_kernel_has_symbol(k, "tracepoint_srcu") && rs_btf_has_member(k->btf, "tracepoint", "ext");
}

static bool note_cost_args4(const struct rs_kernel *k)
{
	return function_args(k, "lru_note_cost") == 4;
}

static bool compaction_suitable_args3(const struct rs_kernel *k)
{
	return function_args(k, "compaction_suitable") == 3;
}

static bool evict_folios_nr_first(const struct rs_kernel *k)
{
	struct rs_prototype proto;

	return rs_btf_function(k->btf, "evict_folios", &proto) && !proto.first_is_pointer;
}

static bool evict_folios_args3(const struct rs_kernel *k)
{
	return function_args(k, "evict_folios") == 3;
}

static bool evict_folios_need_swapping(const struct rs_kernel *k)
{
	struct rs_prototype proto;

	return rs_btf_function(k->btf, "evict_folios", &proto) && proto.first_is_pointer && proto.nr_args == 4;
}

static bool isolate_folios_args5(const struct rs_kernel *k)
{
	return function_args(k, "isolate_folios") == 5;
}

static bool isolate_folios_args8(const struct rs_kernel *k)
{
	return function_args(k, "isolate_folios") == 8;
}

static bool inc_max_seq_args5(const struct rs_kernel *k)
{
	return function_args(k, "try_to_inc_max_seq") == 5;
}

static bool shrink_folio_list_memcg(const struct rs_kernel *k)
{
	return function_args(k, "shrink_folio_list") == 6;
}

static bool has_wmarks_tracepoint(const struct rs_kernel *k)
{
	struct rs_prototype proto;

	return rs_btf_tracepoint(k->btf, "mm_setup_per_zone_wmarks", &proto);
}

static bool setup_wmarks_inner(const struct rs_kernel *k)
{
	return !has_wmarks_tracepoint(k) && function_args(k, "__setup_per_zone_wmarks") >= 0;
}

static bool setup_wmarks_outer(const struct rs_kernel *k)
{
	return !has_wmarks_tracepoint(k) && !setup_wmarks_inner(k) && function_args(k, "setup_per_zone_wmarks") >= 0;
}

static bool has_nbp_rl_start(const struct rs_kernel *k)
{
	return rs_btf_has_member(k->btf, "pglist_data", "nbp_rl_start");
}

static bool has_nr_free_highatomic(const struct rs_kernel *k)
{
	return rs_btf_has_member(k->btf, "zone", "nr_free_highatomic");
}

static bool has_reclaim_wait(const struct rs_kernel *k)
{
	return rs_btf_has_member(k->btf, "pglist_data", "reclaim_wait");
}

static bool has_cma_pages(const struct rs_kernel *k)
{
	return rs_btf_has_member(k->btf, "zone", "cma_pages");
}

static bool has_no_cache_trim_mode(const struct rs_kernel *k)
{
	return rs_btf_has_member(k->btf, "scan_control", "no_cache_trim_mode");
}

static bool has_user_worker(const struct rs_kernel *k)
{
	return rs_btf_has_member(k->btf, "kernel_clone_args", "user_worker");
}

static bool has_memcg_full_walk(const struct rs_kernel *k)
{
	return rs_btf_has_member(k->btf, "scan_control", "memcg_full_walk");
}

static bool has_laptop_mode_timer_fn(const struct rs_kernel *k)
{
	return function_args(k, "laptop_mode_timer_fn") >= 0;
}

static bool has_kswapd_test_hopeless(const struct rs_kernel *k)
{
	return function_args(k, "kswapd_test_hopeless") >= 0;
}

static bool has_user_proactive_reclaim(const struct rs_kernel *k)
{
	return function_args(k, "user_proactive_reclaim") >= 0;
}

static bool has_no_kswapd_test_hopeless(const struct rs_kernel *k)
{
	return !has_kswapd_test_hopeless(k);
}

static bool fallback_to_free(const struct rs_kernel *k)
{
	return mark_victim_task(k) && !has_user_proactive_reclaim(k);
}

static bool compaction_says_success(const struct rs_kernel *k)
{
	return function_args(k, "compaction_suitable") == 4 && !has_nr_free_highatomic(k);
}

static bool compaction_suitable_mark(const struct rs_kernel *k)
{
	return function_args(k, "compaction_suitable") == 4 && has_nr_free_highatomic(k);
}

static bool has_folio(const struct rs_kernel *k)
{
	return rs_btf_struct(k->btf, "folio");
}

static bool has_no_folio(const struct rs_kernel *k)
{
	return !has_folio(k);
}

static bool shrinker_info(const struct rs_kernel *k)
{
	return rs_btf_struct(k->btf, "shrinker_info");
}

static bool lru_gen_memcg(const struct rs_kernel *k)
{
	return rs_btf_struct(k->btf, "lru_gen_memcg");
}

static bool reclaim_state_reclaimed(const struct rs_kernel *k)
{
	return rs_btf_has_member(k->btf, "reclaim_state", "reclaimed");
}

static bool reclaim_state_slab(const struct rs_kernel *k)
{
	return rs_btf_has_member(k->btf, "reclaim_state", "reclaimed_slab");
}

static bool note_cost_unlock_irq(const struct rs_kernel *k)
{
	return function_args(k, "lru_note_cost_unlock_irq") >= 0;
}

static bool cost_of_rotation(const struct rs_kernel *k)
{
	return note_cost_args4(k) || note_cost_unlock_irq(k);
}

static bool workingset_test_recent(const struct rs_kernel *k)
{
	return function_args(k, "workingset_test_recent") >= 0;
}

static bool lru_gen_set_refs(const struct rs_kernel *k)
{
	return function_args(k, "lru_gen_set_refs") >= 0;
}

static bool lru_gen_keeps_referenced(const struct rs_kernel *k)
{
	return rs_btf_struct(k->btf, "lru_gen_mm_walk") && !lru_gen_set_refs(k);
}

static bool lru_gen_spares_dirty(const struct rs_kernel *k)
{
	int args = function_args(k, "isolate_folios");

	return args >= 0 && args < 8;
}

static bool lru_gen_culls_unevictable(const struct rs_kernel *k)
{
	return lru_gen_memcg(k) && lru_gen_spares_dirty(k);
}

static bool kswapd_try_clear_hopeless(const struct rs_kernel *k)
{
	return function_args(k, "kswapd_try_clear_hopeless") >= 0;
}

static bool memcgs_need_aging(const struct rs_kernel *k)
{
	return rs_btf_has_member(k->btf, "scan_control", "memcgs_need_aging");
}

static bool has_proportional_protection(const struct rs_kernel *k)
{
	return function_args(k, "apply_proportional_protection") >= 0;
}

static bool has_evictable_size(const struct rs_kernel *k)
{
	return function_args(k, "lruvec_evictable_size") >= 0;
}

#define ROW(ID, id, user, text, from, fn) \
	[RS_KDIFF_##ID] = { .name = #id, .what = text, .since = from, .in = user, .probe = fn }
#define HOOK_ROW(ID, id, text, from, fn) ROW(ID, id, RS_IN_HOOKS, text, from, fn)
/* Named as its rule in src/model/rules.h. */
#define MODEL_ROW(ID, id, text, from, fn) ROW(ID, id, RS_IN_MODEL, text, from, fn)

static const struct rs_kdiff_row kdiffs[NR_RS_KDIFFS] = {
	ROW(RECLAIM_BEGIN_GFP_FIRST, reclaim_begin_gfp_first, RS_IN_BPF,
	    "mm_vmscan_*_reclaim_begin(gfp, order, memcg) instead of (order, gfp)", "7.2", reclaim_begin_gfp_first),
	HOOK_ROW(LRU_ISOLATE_MODE, lru_isolate_mode,
		 "mm_vmscan_lru_isolate has isolate_mode in front of lru", "up to 6.1", lru_isolate_mode),
	HOOK_ROW(MARK_VICTIM_TASK, mark_victim_task,
		 "mark_victim(task, uid) instead of (pid)", "6.12, and late 6.1.y", mark_victim_task),
	HOOK_ROW(TRACEPOINT_SRCU, tracepoint_srcu,
		 "tracepoints run under SRCU, so their BTF programs can be preempted", "7.2", tracepoint_srcu),
	HOOK_ROW(NOTE_COST_ARGS4, note_cost_args4,
		 "lru_note_cost(lruvec, file, nr_io, nr_rotated) instead of (lruvec, file, nr_pages)",
		 "6.12; from 6.18 on it is lru_note_cost_unlock_irq()", note_cost_args4),
	HOOK_ROW(COMPACTION_SUITABLE_ARGS3, compaction_suitable_args3,
		 "compaction_suitable(zone, order, highest_zoneidx), without flags or mark",
		 "6.12 only", compaction_suitable_args3),
	HOOK_ROW(EVICT_FOLIOS_NR_FIRST, evict_folios_nr_first,
		 "evict_folios(nr_to_scan, lruvec, sc, swappiness)", "6.18", evict_folios_nr_first),
	HOOK_ROW(EVICT_FOLIOS_ARGS3, evict_folios_args3,
		 "evict_folios(lruvec, sc, swappiness)", "6.12 only", evict_folios_args3),
	HOOK_ROW(EVICT_FOLIOS_NEED_SWAPPING, evict_folios_need_swapping,
		 "evict_folios(lruvec, sc, swappiness, bool *)", "6.1 only", evict_folios_need_swapping),
	HOOK_ROW(ISOLATE_FOLIOS_ARGS5, isolate_folios_args5,
		 "isolate_folios(lruvec, sc, swappiness, &type, list)", "6.1, 6.12", isolate_folios_args5),
	HOOK_ROW(ISOLATE_FOLIOS_ARGS8, isolate_folios_args8,
		 "isolate_folios(nr, lruvec, sc, swappiness, list, &isolated, &type, &scanned)", "7.2", isolate_folios_args8),
	HOOK_ROW(INC_MAX_SEQ_ARGS5, inc_max_seq_args5,
		 "try_to_inc_max_seq(lruvec, seq, sc, can_swap, force_scan)", "6.1 only", inc_max_seq_args5),
	HOOK_ROW(SHRINK_FOLIO_LIST_MEMCG, shrink_folio_list_memcg,
		 "shrink_folio_list() has a sixth argument, the memcg", "6.18", shrink_folio_list_memcg),
	HOOK_ROW(SETUP_WMARKS_OUTER, setup_wmarks_outer,
		 "setup_per_zone_wmarks() is where marks are set",
		 "6.1, 6.12; from 6.17 on there is a tracepoint", setup_wmarks_outer),
	HOOK_ROW(SETUP_WMARKS_INNER, setup_wmarks_inner,
		 "__setup_per_zone_wmarks() is where marks are set: the other is inlined where sysctls call it",
		 "5.10", setup_wmarks_inner),
	MODEL_ROW(WMARK_PROMO, wmark_promo,
		  "a fourth mark, WMARK_PROMO; seen by pgdat->nbp_rl_start, without which nobody asks for it", "6.1", has_nbp_rl_start),
	MODEL_ROW(MOVABLE_NOT_LOWMEM, movable_not_lowmem,
		  "ZONE_MOVABLE has no share in min_free_kbytes; seen by zone->nr_free_highatomic", "6.12", has_nr_free_highatomic),
	MODEL_ROW(ALLOC_MIN_RESERVE, alloc_min_reserve,
		  "ALLOC_MIN_RESERVE instead of ALLOC_HIGH; seen by mark_victim, as late 6.1.y has both", "6.12, and late 6.1.y", mark_victim_task),
	MODEL_ROW(RESERVE_KEEPS_KSWAPD, reserve_keeps_kswapd,
		  "reserve flags keep ALLOC_KSWAPD; seen by pgdat->reclaim_wait", "6.1", has_reclaim_wait),
	MODEL_ROW(BOOST_RETRY_MIN_RESERVE, boost_retry_min_reserve,
		  "ALLOC_MIN_RESERVE may ignore a boost; seen by zone->nr_free_highatomic", "6.12", has_nr_free_highatomic),
	MODEL_ROW(ALLOC_CMA, alloc_cma,
		  "built with CONFIG_CMA: zone->cma_pages", "7.2", has_cma_pages),
	MODEL_ROW(ZONE_BELOW_HIGH, zone_below_high,
		  "ZONE_BELOW_HIGH; seen by zone->nr_free_highatomic", "6.12", has_nr_free_highatomic),
	MODEL_ROW(LAPTOP_MODE, laptop_mode,
		  "vm.laptop_mode: laptop_mode_timer_fn()", "up to 6.18", has_laptop_mode_timer_fn),
	MODEL_ROW(KSWAPD_COUNTS_RECLAIMED, kswapd_counts_reclaimed,
		  "kswapd_shrink_node() also counts what it reclaimed; seen by zone->nr_free_highatomic", "6.12", has_nr_free_highatomic),
	MODEL_ROW(CACHE_TRIM_MODE_RETRY, cache_trim_mode_retry,
		  "scan_control->no_cache_trim_mode", "6.12", has_no_cache_trim_mode),
	MODEL_ROW(BOOSTED_RUN_NO_FAILURE, boosted_run_no_failure,
		  "a run for a boost is no failure; seen by kswapd_test_hopeless()", "7.2", has_kswapd_test_hopeless),
	MODEL_ROW(HOPELESS_CLEARED_IF_BALANCED, hopeless_cleared_if_balanced,
		  "kswapd_try_clear_hopeless(), which came with kswapd_test_hopeless()", "7.2", has_kswapd_test_hopeless),
	MODEL_ROW(RECLAIM_THROTTLE, reclaim_throttle,
		  "reclaim_throttle(): pgdat->reclaim_wait", "6.1", has_reclaim_wait),
	MODEL_ROW(THROTTLE_USER_WORKER, throttle_user_worker,
		  "PF_USER_WORKER: kernel_clone_args->user_worker", "6.12", has_user_worker),
	MODEL_ROW(ALLOW_DIRECT_SNAPSHOT, allow_direct_snapshot,
		  "allow_direct_reclaim() counts precisely; seen by zone->nr_free_highatomic", "6.12", has_nr_free_highatomic),
	MODEL_ROW(ALLOW_DIRECT_KEEPS_EMPTY, allow_direct_keeps_empty,
		  "allow_direct_reclaim() keeps zones with nothing free; seen by user_proactive_reclaim()", "6.18", has_user_proactive_reclaim),
	MODEL_ROW(RECLAIMABLE_OR_FREE, reclaimable_or_free,
		  "zone_reclaimable_pages() falls back to free pages; seen by shapes before and after", "6.12, and late 6.1.y", fallback_to_free),
	MODEL_ROW(FULL_WALK_RETRY, full_walk_retry,
		  "scan_control->memcg_full_walk", "6.12", has_memcg_full_walk),
	MODEL_ROW(COMPACT_GAP_CAPPED, compact_gap_capped,
		  "compact_gap() is at most 32; seen by kswapd_test_hopeless()", "7.2", has_kswapd_test_hopeless),
	MODEL_ROW(COMPACTION_SAYS_SUCCESS, compaction_says_success,
		  "compaction_suitable(zone, order, alloc_flags, highest_zoneidx)", "up to 6.1", compaction_says_success),
	MODEL_ROW(COMPACTION_SUITABLE_MARK, compaction_suitable_mark,
		  "compaction_suitable(zone, order, watermark, highest_zoneidx)", "6.18", compaction_suitable_mark),
	MODEL_ROW(COMPACT_RETRY_ON_SUCCESS, compact_retry_on_success,
		  "should_compact_retry() counts successes only; seen by zone->nr_free_highatomic", "6.12", has_nr_free_highatomic),
	MODEL_ROW(COMPACT_DYING_STOPS, compact_dying_stops,
		  "a dying task does not retry compaction; seen by pgdat->reclaim_wait", "6.1", has_reclaim_wait),
	MODEL_ROW(COMPACT_THISNODE_FAILS, compact_thisnode_fails,
		  "no reclaim after compaction of one node; came with reclaimable_or_free", "6.12, and late 6.1.y", fallback_to_free),
	MODEL_ROW(COMPACT_FIRST_LOOP, compact_first_loop,
		  "the slow path is a single loop; seen by kswapd_test_hopeless()", "7.2", has_kswapd_test_hopeless),
	MODEL_ROW(PGDAT_DIRTY, pgdat_dirty,
		  "PGDAT_DIRTY; seen by the lack of kswapd_test_hopeless()", "up to 6.18", has_no_kswapd_test_hopeless),
	MODEL_ROW(PGDAT_DIRTY_IF_TAKEN, pgdat_dirty_if_taken,
		  "PGDAT_DIRTY needs a dirty page; seen by user_proactive_reclaim()", "6.18", has_user_proactive_reclaim),
	MODEL_ROW(NODE_CONGESTED_BIT, node_congested_bit,
		  "LRUVEC_NODE_CONGESTED; seen by zone->nr_free_highatomic", "6.12", has_nr_free_highatomic),
	MODEL_ROW(NODE_RECLAIM_NO_WRITE, node_reclaim_no_write,
		  "node_reclaim() never counts dirty pages; seen by kswapd_test_hopeless()", "7.2", has_kswapd_test_hopeless),
	MODEL_ROW(CHARGE_BATCH_64, charge_batch_64,
		  "MEMCG_CHARGE_BATCH is 64; seen by pgdat->reclaim_wait", "6.1", has_reclaim_wait),
	MODEL_ROW(CHARGE_HIGH_FORCED, charge_high_forced,
		  "__GFP_HIGH forces a charge; seen by pgdat->reclaim_wait", "6.1", has_reclaim_wait),
	MODEL_ROW(CHARGE_HIGH_AT_ONCE, charge_high_at_once,
		  "memory.high is handled in the charge; seen by pgdat->reclaim_wait", "6.1", has_reclaim_wait),
	MODEL_ROW(HIGH_SPARES_DYING, high_spares_dying,
		  "memory.high spares dying tasks; seen by zone->nr_free_highatomic", "6.12", has_nr_free_highatomic),
	MODEL_ROW(PROACTIVE_BATCH, proactive_batch,
		  "memory.reclaim goes on in quarters; seen by scan_control->memcg_full_walk", "6.12", has_memcg_full_walk),
	MODEL_ROW(TARGET_UNPROTECTED, target_unprotected,
		  "a cgroup's own memory.min and memory.low do not hold against its limit; seen by a later member",
		  "6.12", has_memcg_full_walk),
	MODEL_ROW(MEMCG_PARTIAL_WALK, memcg_partial_walk,
		  "the walk over memcgs ends when enough is reclaimed", "6.12", has_memcg_full_walk),
	MODEL_ROW(LRU_GEN_SHRINK_NODE, lru_gen_shrink_node,
		  "MGLRU has its own list of memcgs, and shrink_node() of the root goes there", "6.12", lru_gen_memcg),
	MODEL_ROW(RECLAIM_STATE_ROOT_ONLY, reclaim_state_root_only,
		  "only reclaim from the root counts slab pages; reclaim_state was reshaped with it",
		  "6.12", reclaim_state_reclaimed),
	MODEL_ROW(ISOLATE_SKIP_LIMIT, isolate_skip_limit,
		  "isolate_lru_folios() skips 32768 folios at most; seen by lru_note_cost_unlock_irq()",
		  "6.18", note_cost_unlock_irq),
	MODEL_ROW(COST_OF_ROTATION, cost_of_rotation,
		  "lru_note_cost() is given rotations beside I/O", "6.12", cost_of_rotation),
	MODEL_ROW(COST_ZERO_IGNORED, cost_zero_ignored,
		  "lru_note_cost_unlock_irq(), which does nothing without cost", "6.18", note_cost_unlock_irq),
	MODEL_ROW(FOLIO_STAT_PAGES, folio_stat_pages,
		  "shrink_folio_list() counts pages, not folios; seen by struct folio", "6.1", has_folio),
	MODEL_ROW(RECLAIM_SKIPS_HWPOISON, reclaim_skips_hwpoison,
		  "shrink_folio_list() sets folios with a memory error aside; seen by an earlier member",
		  "6.12", has_memcg_full_walk),
	MODEL_ROW(LRU_GEN_KEEPS_REFERENCED, lru_gen_keeps_referenced,
		  "MGLRU keeps a mapped folio with PG_referenced unseen", "6.1, 6.12", lru_gen_keeps_referenced),
	MODEL_ROW(RECLAIM_SPLITS_FILE, reclaim_splits_file,
		  "shrink_page_list() splits any huge page; seen by the lack of struct folio", "5.10 only", has_no_folio),
	MODEL_ROW(RECLAIM_SPLITS_SHMEM, reclaim_splits_shmem,
		  "shrink_folio_list() splits shmem; seen by the older struct reclaim_state", "up to 6.1", reclaim_state_slab),
	MODEL_ROW(DMA_PINNED_AFTER_UNMAP, dma_pinned_after_unmap,
		  "pinned folios are looked for after unmapping; seen by struct folio", "6.1", has_folio),
	MODEL_ROW(LAZYFREE_CHECKS_DIRTY, lazyfree_checks_dirty,
		  "a lazyfree page is looked at for dirt again; seen by the lack of struct folio", "5.10 only", has_no_folio),
	MODEL_ROW(VM_LOCKED_ACTIVATES, vm_locked_activates,
		  "VM_LOCKED activates; seen by struct folio", "6.1", has_folio),
	MODEL_ROW(REFERENCED_KEPT_EARLY, referenced_kept_early,
		  "folio_check_references() clears PG_referenced late; seen by lru_gen_set_refs()", "6.18", lru_gen_set_refs),
	MODEL_ROW(LRU_GEN_SET_REFS, lru_gen_set_refs,
		  "lru_gen_set_refs() decides on references", "6.18", lru_gen_set_refs),
	MODEL_ROW(LRU_GEN_REFS_COUNTED, lru_gen_refs_counted,
		  "there, PG_workingset needs a second counted reference; seen by kswapd_try_clear_hopeless()",
		  "7.2", kswapd_try_clear_hopeless),
	MODEL_ROW(EVICTION_AGES_FIRST, eviction_ages_first,
		  "workingset_eviction() ages the lruvec first; seen by the lack of struct folio", "5.10 only", has_no_folio),
	MODEL_ROW(REFAULT_SWAP_OF_EVICTION, refault_swap_of_eviction,
		  "workingset_test_recent(), which asks for the swap of the cgroup in the shadow",
		  "6.12", workingset_test_recent),
	MODEL_ROW(SLAB_DEFERRED_BY_PRIORITY, slab_deferred_by_priority,
		  "deferred objects come back by priority; seen by struct shrinker_info", "6.1", shrinker_info),
	MODEL_ROW(SLAB_DEFERRED_OF_MEMCG, slab_deferred_of_memcg,
		  "struct shrinker_info holds what a memcg deferred", "6.1", shrinker_info),
	MODEL_ROW(OOM_COUNTS_CPUS, oom_counts_cpus,
		  "oom_badness() adds up what each CPU counts for itself; seen by kswapd_try_clear_hopeless()", "7.2",
		  kswapd_try_clear_hopeless),
	MODEL_ROW(SWAPPINESS_OF_SC, swappiness_of_sc,
		  "MGLRU: get_swappiness() looks at may_swap; seen by struct lru_gen_memcg", "6.12", lru_gen_memcg),
	MODEL_ROW(SWAPPINESS_ANON_ONLY, swappiness_anon_only,
		  "MGLRU: swappiness 201; seen by lru_gen_set_refs()", "6.18", lru_gen_set_refs),
	MODEL_ROW(KSWAPD_AGES_NODE, kswapd_ages_node,
		  "MGLRU: kswapd ages before it reclaims: scan_control->memcgs_need_aging", "6.1 only", memcgs_need_aging),
	MODEL_ROW(AGING_BY_SPREAD, aging_by_spread,
		  "MGLRU: aging depends on the sizes of generations; seen by the lack of lru_gen_set_refs()", "6.1, 6.12",
		  lru_gen_keeps_referenced),
	MODEL_ROW(LRU_GEN_PROTECTION, lru_gen_protection,
		  "MGLRU: protection is proportional: apply_proportional_protection()", "6.18", has_proportional_protection),
	MODEL_ROW(AGING_IN_LOOP, aging_in_loop,
		  "MGLRU: aging is looked at before each batch; seen by lruvec_evictable_size()", "7.2", has_evictable_size),
	MODEL_ROW(LRU_GEN_TIER_FLAGS, lru_gen_tier_flags,
		  "tiers from PG_referenced and PG_workingset; seen by lru_gen_set_refs()", "6.18", lru_gen_set_refs),
	MODEL_ROW(LRU_GEN_NO_IO_FILE, lru_gen_no_io_file,
		  "MGLRU evicts files without __GFP_IO; seen by evict_folios(lruvec, sc, swappiness)", "6.12 only", evict_folios_args3),
	MODEL_ROW(LRU_GEN_CULLS_UNEVICTABLE, lru_gen_culls_unevictable,
		  "sort_folio() culls unevictable folios; seen by the list of memcgs, and no isolate_folios() with 8 arguments", "6.12, 6.18",
		  lru_gen_culls_unevictable),
	MODEL_ROW(LRU_GEN_SPARES_DIRTY, lru_gen_spares_dirty,
		  "sort_folio() spares dirty folios; seen by isolate_folios() with fewer than 8 arguments", "6.1 to 6.18", lru_gen_spares_dirty),
	MODEL_ROW(LRU_GEN_SPARES_LOCKED, lru_gen_spares_locked,
		  "sort_folio() spares locked folios; seen by isolate_folios() with 5 arguments", "6.1, 6.12", isolate_folios_args5),
	MODEL_ROW(LRU_GEN_HEEDS_SCAN_CONTROL, lru_gen_heeds_scan_control,
		  "isolate_folio() heeds may_unmap and may_writepage; seen by evict_folios(lruvec, sc, swappiness, bool *)", "6.1 only",
		  evict_folios_need_swapping),
	MODEL_ROW(LRU_GEN_NR_TO_SCAN, lru_gen_nr_to_scan, "isolate_folios() is told how many folios to scan", "6.18", evict_folios_nr_first),
	MODEL_ROW(LRU_GEN_SMALL_BATCH, lru_gen_small_batch,
		  "isolate_folios() scans 64 folios at most, and tells what it isolated", "7.2", isolate_folios_args8),
};

const struct rs_kdiff_row *rs_kdiff_row(enum rs_kdiff id)
{
	return &kdiffs[id];
}

void rs_kdiff_probe(const struct rs_kernel *kernel, bool ret[NR_RS_KDIFFS])
{
	int i;

	for (i = 0; i < NR_RS_KDIFFS; i++)
		ret[i] = kdiffs[i].probe && kdiffs[i].probe(kernel);
}
