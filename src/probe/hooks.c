/* SPDX-License-Identifier: GPL-2.0-only */
#include "hooks.h"

#include <stddef.h>

#define D RS_HOOK_DECISIONS
#define SD (RS_HOOK_SUMMARY | RS_HOOK_DECISIONS)
#define R RS_HOOK_READS
#define A RS_HOOK_ARGUMENTS

#define TP(name_, group_, family_, flags_, lost_)                                                  \
	{                                                                                          \
		.name = #name_, .group = #group_, .family = #family_, .kind = RS_HOOK_TRACEPOINT,  \
		.flags = flags_, .lost = lost_                                                     \
	}
/* A tracepoint of several shapes: one hook for each. */
#define TP_SHAPE(symbol_, shape_, group_, family_, flags_, when_, unless_, lost_)                  \
	{                                                                                          \
		.name = #symbol_ shape_, .symbol = #symbol_, .group = #group_, .family = #family_, \
		.kind = RS_HOOK_TRACEPOINT, .flags = flags_, .when = when_, .unless = unless_,     \
		.lost = lost_                                                                      \
	}
#define FN(name_, family_, flags_, lost_)                                                          \
	{                                                                                          \
		.name = #name_, .family = #family_, .kind = RS_HOOK_FUNCTION, .flags = flags_,     \
		.lost = lost_                                                                      \
	}
#define FN_SHAPE(symbol_, shape_, family_, flags_, when_, unless_, lost_)                          \
	{                                                                                          \
		.name = #symbol_ shape_, .symbol = #symbol_, .family = #family_,                   \
		.kind = RS_HOOK_FUNCTION, .flags = flags_, .when = when_, .unless = unless_,       \
		.lost = lost_                                                                      \
	}
#define K(x) RS_KDIFF_##x

const struct rs_hook rs_hooks[] = {
	/* ---- tasks that reclaim ---- */
	TP(mm_vmscan_direct_reclaim_begin, vmscan, direct, SD | A, "direct-reclaim stalls"),
	TP(mm_vmscan_direct_reclaim_end, vmscan, direct, SD | A, "length of direct-reclaim stalls"),
	TP(mm_vmscan_memcg_reclaim_begin, vmscan, direct, SD | A, "stalls at a memory cgroup's limit"),
	TP(mm_vmscan_memcg_reclaim_end, vmscan, direct, SD | A, "length of stalls at a limit"),
	TP(mm_vmscan_memcg_softlimit_reclaim_begin, vmscan, direct, SD | A, "soft-limit reclaim (cgroup v1)"),
	TP(mm_vmscan_memcg_softlimit_reclaim_end, vmscan, direct, SD | A, "soft-limit reclaim (cgroup v1)"),
	TP(mm_vmscan_node_reclaim_begin, vmscan, direct, SD | A, "node reclaim (vm.zone_reclaim_mode)"),
	TP(mm_vmscan_node_reclaim_end, vmscan, direct, SD | A, "node reclaim (vm.zone_reclaim_mode)"),
	TP(mm_vmscan_throttled, vmscan, direct, SD | A, "sleeps of throttled reclaimers"),
	TP(writeback_congestion_wait, writeback, direct, SD | RS_HOOK_BTF_ONLY, "sleeps on congestion"),
	TP(writeback_wait_iff_congested, writeback, direct, SD | RS_HOOK_BTF_ONLY, "sleeps on congestion"),
	FN(reclaim_throttle, direct, D | R, "throttling that did not sleep"),
	FN_SHAPE(msleep, "", direct, D | R, K(NONE), K(RECLAIM_THROTTLE), "waits because too much is isolated"),
	FN(throttle_direct_reclaim, direct, D, "waits for the reserves to refill"),
	FN(allow_direct_reclaim, direct, D | R, "why a task had to wait for the reserves"),
	FN(zone_reclaimable_pages, direct, D | R, "what the kernel thought it could free"),
	FN(do_try_to_free_pages, direct, D | R, "rounds over priorities of one reclaim"),
	FN(try_to_free_mem_cgroup_pages, direct, D | R, "what a cgroup asked for"),

	/* ---- kswapd ---- */
	TP(mm_vmscan_kswapd_wake, vmscan, kswapd, SD, "when kswapd works"),
	TP(mm_vmscan_kswapd_sleep, vmscan, kswapd, SD, "when kswapd sleeps"),
	TP(mm_vmscan_wakeup_kswapd, vmscan, kswapd, SD, "who wakes kswapd"),
	TP(mm_vmscan_balance_pgdat_begin, vmscan, kswapd, SD, "only a cross-check of balance_pgdat"),
	TP(mm_vmscan_balance_pgdat_end, vmscan, kswapd, SD, "only a cross-check of balance_pgdat"),
	TP(mm_vmscan_kswapd_reclaim_fail, vmscan, kswapd, D, "runs of kswapd without progress"),
	TP(mm_vmscan_kswapd_clear_hopeless, vmscan, kswapd, D, "when kswapd is trusted again"),
	FN(wakeup_kswapd, kswapd, D | R, "wake-ups without effect, and why"),
	FN(prepare_kswapd_sleep, kswapd, D | R, "why kswapd does not sleep"),
	FN(pgdat_balanced, kswapd, D | R, "tests whether a node is balanced"),
	FN(balance_pgdat, kswapd, D | R, "passes of kswapd"),

	/* ---- marks ---- */
	TP(mm_setup_per_zone_wmarks, kmem, marks, D | R | RS_HOOK_BTF_ONLY, "changes of watermarks, at once"),
	FN_SHAPE(setup_per_zone_wmarks, "", marks, D | R, K(SETUP_WMARKS_OUTER), K(NONE),
		 "changes of watermarks, at once"),
	FN_SHAPE(__setup_per_zone_wmarks, "", marks, D | R, K(SETUP_WMARKS_INNER), K(NONE),
		 "changes of watermarks, at once"),
	FN(__zone_watermark_ok, marks, D | R, "tests of a zone's mark"),

	/* ---- scanning ---- */
	FN(shrink_node, scan, D | R, "visits of a node, priority and target"),
	FN(shrink_lruvec, scan, D | R, "inputs of the balance between anon and file"),
	FN(blk_start_plug, scan, D | R, "changes of lists while their share was computed"),
	TP_SHAPE(mm_vmscan_lru_isolate, "", vmscan, scan, SD, K(NONE), K(LRU_ISOLATE_MODE),
		 "what is taken off which list"),
	TP_SHAPE(mm_vmscan_lru_isolate, "__mode", vmscan, scan, SD, K(LRU_ISOLATE_MODE), K(NONE),
		 "what is taken off which list"),
	TP(mm_vmscan_lru_shrink_inactive, vmscan, scan, SD, "pages scanned and reclaimed"),
	TP(mm_vmscan_lru_shrink_active, vmscan, scan, SD, "pages deactivated"),
	TP(mm_vmscan_reclaim_pages, vmscan, scan, SD, "pages freed by madvise and DAMON"),
	FN(handle_reclaim_writeback, scan, D | R, "dirty pages nobody writes, where a perf tracepoint is used"),
	FN(shrink_active_list, scan, D | R, "whose active list is shrunk"),
	TP(mm_vmscan_write_folio, vmscan, scan, SD, "pages written by reclaim"),
	TP(mm_vmscan_writepage, vmscan, scan, SD | RS_HOOK_BTF_ONLY, "pages written by reclaim"),

	/* ---- costs, and the counters that decisions read ---- */
	FN_SHAPE(lru_note_cost, "__args3", cost, D | R, K(NONE), K(NOTE_COST_ARGS4), "costs of anon and file"),
	FN_SHAPE(lru_note_cost, "__args4", cost, D | R, K(NOTE_COST_ARGS4), K(NONE), "costs of anon and file"),
	FN(lru_note_cost_unlock_irq, cost, D | R, "costs of anon and file"),
	FN(lruvec_page_state, cost, D | R, "counters as decisions read them"),
	FN(inactive_is_low, cost, D | R, "comparisons of active and inactive"),
	FN(lruvec_lru_size, cost, D | R, "list sizes as decisions read them"),

	/* ---- shrinkers ---- */
	TP(mm_shrink_slab_start, vmscan, shrinker, SD, "what shrinkers are asked for"),
	TP(mm_shrink_slab_end, vmscan, shrinker, SD, "what shrinkers freed"),

	/* ---- when reclaim does not help ---- */
	TP(reclaim_retry_zone, oom, retry, SD, "why reclaim is tried again"),
	TP(compact_retry, oom, retry, SD | RS_HOOK_BTF_ONLY, "why compaction is tried again"),
	TP(mm_compaction_suitable, compaction, retry, SD, "where compaction would help"),
	FN_SHAPE(compaction_suitable, "__args4", retry, D | R, K(NONE), K(COMPACTION_SUITABLE_ARGS3),
		 "the mark that compaction was measured against"),
	FN_SHAPE(compaction_suitable, "__args3", retry, D | R, K(COMPACTION_SUITABLE_ARGS3), K(NONE),
		 "the mark that compaction was measured against"),
	TP(mm_compaction_deferred, compaction, retry, SD, "compaction that is put off"),
	TP(mm_compaction_defer_compaction, compaction, retry, SD, "compaction that failed, and for how long it is put off"),
	TP(mm_compaction_defer_reset, compaction, retry, SD, "compaction that succeeded"),
	TP(mm_compaction_wakeup_kcompactd, compaction, retry, SD, "what is handed over to kcompactd"),
	TP(mm_compaction_kcompactd_wake, compaction, retry, SD, "runs of kcompactd"),
	FN(__alloc_pages_direct_compact, retry, D, "compaction by the allocating task"),
	FN(out_of_memory, retry, D | R, "what led to the OOM killer"),
	FN(oom_badness, retry, D | R, "scores of the processes that the OOM killer chose from"),
	/* Never called by the OOM killer of 5.10, into which it is inlined. */
	FN_SHAPE(oom_evaluate_task, "", retry, D | R, K(NONE), K(RECLAIM_THROTTLE),
		 "scores of the processes that the OOM killer chose from"),
	TP_SHAPE(mark_victim, "__pid", oom, retry, SD, K(NONE), K(MARK_VICTIM_TASK), "victims of the OOM killer"),
	TP_SHAPE(mark_victim, "__task", oom, retry, SD, K(MARK_VICTIM_TASK), K(NONE), "victims of the OOM killer"),
	FN(get_page_from_freelist, allocator, D | R | RS_HOOK_ALLOCATOR, "each pass of the slow path"),

	/* ---- workingset and cgroups ---- */
	FN(workingset_eviction, workingset, D | R, "evictions, with their shadows"),
	FN(workingset_refault, workingset, D | R, "refaults, and whose they are"),
	FN(mem_cgroup_calculate_protection, memcg, D | R, "effective memory.min and memory.low"),
	FN(apply_proportional_protection, memcg, D | R, "scan sizes after protection"),
	TP(cgroup_mkdir, cgroup, memcg, D | RS_HOOK_BTF_ONLY, "names of cgroups that live shortly"),

	/* ---- MGLRU ---- */
	FN_SHAPE(evict_folios, "__args3", lru_gen, D | R, K(EVICT_FOLIOS_ARGS3), K(NONE), "MGLRU evictions"),
	FN_SHAPE(evict_folios, "__args4", lru_gen, D | R, K(EVICT_FOLIOS_NEED_SWAPPING), K(NONE), "MGLRU evictions"),
	FN_SHAPE(evict_folios, "__late", lru_gen, D | R, K(EVICT_FOLIOS_NR_FIRST), K(NONE), "MGLRU evictions"),
	FN_SHAPE(isolate_folios, "__args5", lru_gen, D | R | RS_HOOK_NEVER_SKIPPED, K(ISOLATE_FOLIOS_ARGS5),
		 K(NONE), "choice of type and tier"),
	FN_SHAPE(isolate_folios, "__args6", lru_gen, D | R | RS_HOOK_NEVER_SKIPPED, K(EVICT_FOLIOS_NR_FIRST),
		 K(ISOLATE_FOLIOS_ARGS8), "choice of type and tier"),
	FN_SHAPE(isolate_folios, "__args8", lru_gen, D | R | RS_HOOK_NEVER_SKIPPED, K(ISOLATE_FOLIOS_ARGS8),
		 K(NONE), "choice of type and tier"),
	FN(should_abort_scan, lru_gen, D | R, "why MGLRU stops scanning"),
	FN(shrink_one, lru_gen, D | R, "visits of memcgs by MGLRU"),
	FN(try_to_shrink_lruvec, lru_gen, D | R, "work of MGLRU on a lruvec"),
	FN(get_swappiness, lru_gen, D | R, "swappiness in use"),
	FN(lru_gen_rotate_memcg, lru_gen, D | R, "moves in the memcg LRU"),
	FN(lruvec_is_sizable, lru_gen, D | R, "lruvecs too small to reclaim"),
	FN(lruvec_evictable_size, lru_gen, D | R, "sizes as MGLRU read them"),
	FN_SHAPE(try_to_inc_max_seq, "__args4", lru_gen, D | R, K(NONE), K(INC_MAX_SEQ_ARGS5), "aging"),
	FN_SHAPE(try_to_inc_max_seq, "__args5", lru_gen, D | R, K(INC_MAX_SEQ_ARGS5), K(NONE), "aging"),
	FN(try_to_inc_min_seq, lru_gen, D | R | RS_HOOK_NEVER_SKIPPED, "the end of a generation"),
	FN(should_run_aging, lru_gen, D | R, "why aging runs"),
	FN(set_mm_walk, lru_gen, D | R, "sizes that set the initial priority"),

	/* ---- folio by folio ---- */
	FN(shrink_page_list, folios, RS_HOOK_FOLIOS | R, "what became of each page"),
	FN_SHAPE(shrink_folio_list, "__args5", folios, RS_HOOK_FOLIOS | R, K(NONE), K(SHRINK_FOLIO_LIST_MEMCG),
		 "what became of each folio"),
	FN_SHAPE(shrink_folio_list, "__args6", folios, RS_HOOK_FOLIOS | R, K(SHRINK_FOLIO_LIST_MEMCG), K(NONE),
		 "what became of each folio"),
	FN(page_referenced, folios, RS_HOOK_FOLIOS | R, "references found for a page"),
	FN(folio_referenced, folios, RS_HOOK_FOLIOS | R, "references found for a folio"),
	FN(try_to_unmap, folios, RS_HOOK_FOLIOS | R, "unmapping of a folio"),
	FN(__remove_mapping, folios, RS_HOOK_FOLIOS | R, "the freeing of a folio"),
};

const unsigned int rs_nr_hooks = sizeof(rs_hooks) / sizeof(rs_hooks[0]);
_Static_assert(sizeof(rs_hooks) / sizeof(rs_hooks[0]) <= RS_MAX_HOOKS, "raise RS_MAX_HOOKS");

const char *const rs_hook_families[] = {
	"direct", "kswapd", "marks", "scan", "cost", "shrinker", "retry", "allocator",
	"workingset", "memcg", "lru_gen", "folios", NULL,
};

const char *rs_hook_symbol(const struct rs_hook *hook)
{
	return hook->symbol ? hook->symbol : hook->name;
}

