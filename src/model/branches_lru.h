/* SPDX-License-Identifier: GPL-2.0-only */
/* The branches of the LRU's decisions: X(name, formula, operands...). */
#ifndef RS_MODEL_BRANCHES_LRU_H
#define RS_MODEL_BRANCHES_LRU_H

#define RS_BRANCHES_LRU(X)                                                                                             \
	X(inactive_low, "inactive * ratio < active", "inactive", "ratio", "active")                                    \
	X(inactive_enough, "inactive * ratio >= active", "inactive", "ratio", "active")                                \
	X(prepare_lru_gen, "MGLRU: nothing to prepare")                                                                \
	X(deactivate_refaults, "deactivate: WORKINGSET_ACTIVATE != lruvec->refaults", "file", "WORKINGSET_ACTIVATE",   \
	  "refaults")                                                                                                  \
	X(deactivate_forced, "force_deactivate: deactivate both types")                                                \
	X(cache_trim_mode, "cache_trim_mode = inactive_file >> priority && !DEACTIVATE_FILE && !no_cache_trim_mode",   \
	  "inactive_file", "priority", "may_deactivate", "no_cache_trim_mode", "cache_trim_mode")                      \
	X(file_is_tiny, "file_is_tiny = file + free <= high && !DEACTIVATE_ANON && inactive_anon >> priority", "file", \
	  "free", "high", "may_deactivate", "inactive_anon", "file_is_tiny")                                           \
	X(scan_protected, "scan = max(size - size * protection / (usage + 1), SWAP_CLUSTER_MAX)", "size",              \
	  "protection", "usage", "scan")                                                                               \
	X(scan_file_no_swap, "SCAN_FILE: !may_swap || !can_reclaim_anon", "may_swap", "can_reclaim_anon")              \
	X(scan_file_swappiness_0, "SCAN_FILE: a cgroup's limit, and swappiness == 0", "swappiness")                    \
	X(scan_anon_only, "SCAN_ANON: swappiness == SWAPPINESS_ANON_ONLY", "swappiness")                               \
	X(scan_equal, "SCAN_EQUAL: priority == 0 && swappiness", "priority", "swappiness")                             \
	X(scan_anon_file_is_tiny, "SCAN_ANON: file_is_tiny")                                                           \
	X(scan_file_cache_trim, "SCAN_FILE: cache_trim_mode")                                                          \
	X(scan_fract, "SCAN_FRACT: ap = swappiness * (t + 1) / (anon + 1), fp likewise", "swappiness", "anon_cost",    \
	  "file_cost", "ap", "fp")                                                                                     \
	X(scan_count, "nr[lru] = share of size >> priority", "lru", "size", "priority", "nr")                          \
	X(lruvec_enough, "nr_reclaimed >= nr_to_reclaim, and one type is done", "nr_reclaimed", "nr_to_reclaim",       \
	  "nr_anon", "nr_file")                                                                                        \
	X(lruvec_adjusted, "drop the type with less left; nr = target * (100 - percentage) / 100 - scanned",           \
	  "nr_anon", "nr_file", "percentage", "kept", "nr_inactive", "nr_active")                                      \
	X(lruvec_skip_active, "may_deactivate lacks the type: its active list is not scanned", "lru", "nr_to_scan",    \
	  "may_deactivate")                                                                                            \
	X(lruvec_scan, "nr_to_scan = min(nr[lru], SWAP_CLUSTER_MAX)", "lru", "nr_to_scan", "left", "nr_reclaimed",     \
	  "nr_to_reclaim")                                                                                             \
	X(cannot_age_anon, "no swap, and no demotion: anon is not aged")                                               \
	X(protection_shared, "e = min(usage, setting) * parent / siblings", "protected", "parent", "siblings", "e")    \
	X(protection_unclaimed, "e = protected + (parent - siblings) * (usage - protected) / (parents - siblings)",    \
	  "protected", "usage", "parent", "siblings", "parent_usage", "e")                                             \
	X(protection_full, "e = min(usage, setting)", "usage", "setting", "e")                                         \
	X(protection_stale, "not computed: the walk's root, or usage == 0", "walk_root", "usage", "emin", "elow")      \
	X(protection_top, "parent is the walk's root: e = setting", "min", "low")                                      \
	X(memcg_below_min, "emin >= usage: skipped", "emin", "usage")                                                  \
	X(memcg_below_low, "elow >= usage: skipped unless memcg_low_reclaim", "elow", "usage", "memcg_low_reclaim")    \
	X(memcg_above, "usage above emin and elow, or not protected", "emin", "elow", "usage", "root", "target")       \
	X(memcg_walk_enough, "nr_reclaimed >= nr_to_reclaim: the walk ends", "nr_reclaimed", "nr_to_reclaim")          \
	X(shrink_path, "1: classic, 2: lru_gen_shrink_node(), 3: both", "lru_gen", "switching", "root_reclaim",        \
	  "path")                                                                                                      \
	X(continue_not_for_compaction, "stop: !compaction || !order || (order <= 3 && priority >= 10)", "compaction",  \
	  "order", "priority")                                                                                         \
	X(continue_no_progress, "stop: nothing was reclaimed in this round")                                           \
	X(continue_zone_ready, "stop: a zone has the page, or is fit for compaction", "order")                         \
	X(continue_inactive_left, "go on: inactive > compact_gap(order)", "inactive_file", "inactive_anon",            \
	  "can_reclaim_anon", "gap")                                                                                   \
	X(isolate_skipped, "zone > reclaim_idx: skipped", "zone", "reclaim_idx", "nr_skipped_folios")                  \
	X(isolate_rotated, "!PG_lru || (!may_unmap && mapped) || lost: to the head", "lru", "mapped", "may_unmap",     \
	  "get_failed", "lost")                                                                                        \
	X(isolate_taken, "isolated", "nr_pages", "scan", "nr_to_scan")                                                 \
	X(isolated_exempt, "kswapd, or legacy memcg: never too many", "kswapd", "sane")                                \
	X(isolated_compared, "isolated > inactive, an eighth of it with IO and FS", "isolated", "inactive", "limit")   \
	X(isolate_wait, "0: go on, 1: throttle ISOLATED, 2: give up, 3: dying", "too_many", "stalled", "fatal",        \
	  "answer")                                                                                                    \
	X(cost_none, "no cost")                                                                                        \
	X(cost_added, "cost += x", "level", "x", "anon_cost", "file_cost", "lru_size")                                 \
	X(cost_halved, "anon + file > lru_size / 4: both halved", "level", "x", "anon_cost", "file_cost", "lru_size")  \
	X(workingset_evicted, "eviction = nonresident_age >> bucket_order", "nonresident_age", "nr_pages",             \
	  "bucket_order", "eviction")                                                                                  \
	X(refault_memcg_gone, "the cgroup of the shadow is gone: not recent")                                          \
	X(refault_too_old, "distance > workingset size", "nonresident_age", "eviction", "distance", "size", "file",    \
	  "swap_pages")                                                                                                \
	X(refault_recent, "distance <= workingset size: activate", "nonresident_age", "eviction", "distance", "size",  \
	  "file", "swap_pages")                                                                                        \
	X(slab_delta, "delta = seeks ? 4 * (freeable >> priority) / seeks : freeable / 2", "freeable", "priority",     \
	  "seeks", "delta")                                                                                            \
	X(slab_total_negative, "nr + delta < 0: total = freeable", "nr", "delta")                                      \
	X(slab_total_whole, "total = min(nr + delta, 2 * freeable), freeable / 2 if delta < freeable / 4", "nr",       \
	  "delta", "freeable", "total")                                                                                \
	X(slab_total_by_priority, "total = min((nr >> priority) + delta, 2 * freeable)", "nr", "priority", "delta",    \
	  "freeable", "total")                                                                                         \
	X(slab_deferred_whole, "deferred = max(planned - scanned, 0)", "planned", "scanned", "deferred")               \
	X(slab_deferred_by_priority, "deferred = min(max(nr + delta - scanned, 0), 2 * freeable)", "nr", "delta",      \
	  "scanned", "freeable", "deferred")                                                                           \
	X(active_unevictable, "unevictable: put back")                                                                 \
	X(active_executable, "referenced, VM_EXEC, file: to the head of the active list", "referenced")                \
	X(active_deactivated, "to the inactive list", "referenced", "vm_exec", "swapbacked")                           \
	X(inactive_all_dirty, "nr_unqueued_dirty == nr_taken: wake the flushers", "nr_unqueued_dirty", "nr_taken",     \
	  "throttle")                                                                                                  \
	X(refs_vm_locked, "VM_LOCKED: activate; 5.10: reclaim, unmapping finds it")                                    \
	X(refs_contended, "-1: keep")                                                                                  \
	X(refs_lru_gen, "MGLRU: none: reclaim, first: keep, then activate", "referenced", "PG_referenced",             \
	  "PG_workingset", "refs")                                                                                     \
	X(refs_twice, "PG_referenced || referenced > 1: activate", "PG_referenced", "referenced")                      \
	X(refs_executable, "VM_EXEC && file: activate", "referenced")                                                  \
	X(refs_once, "referenced once: keep", "referenced")                                                            \
	X(refs_none, "not referenced: reclaim, only if clean with PG_referenced && file", "PG_referenced", "file")     \
	X(pageout_referenced, "refcount - private != 1 + nr_pages: keep", "refcount", "private", "nr_pages")           \
	X(pageout_no_mapping, "no mapping: clean if its buffers could be freed, else keep", "private",                 \
	  "buffers_freed")                                                                                             \
	X(pageout_refused, "cannot be written: activate", "writable", "refused")                                       \
	X(pageout_tried, "dirty: written, else clean", "dirty")                                                        \
	X(folio_locked, "trylock failed: keep")                                                                        \
	X(folio_hwpoison, "memory error: a large folio is kept, a page dropped", "nr_pages")                           \
	X(folio_unevictable, "!folio_evictable(): activate", "mlocked")                                                \
	X(folio_no_unmap, "!may_unmap && mapped: keep")                                                                \
	X(folio_promoted, "MGLRU: mapped && PG_referenced: keep")                                                      \
	X(writeback_immediate, "kswapd && PG_reclaim && PGDAT_WRITEBACK: activate")                                    \
	X(writeback_marked, "sane || !PG_reclaim || !may_enter_fs || may_deadlock: set PG_reclaim, activate", "sane",  \
	  "PG_reclaim", "may_enter_fs", "may_deadlock")                                                                \
	X(writeback_waited, "legacy memcg: wait for writeback and retry")                                              \
	X(folio_ref_activate, "references: activate")                                                                  \
	X(folio_ref_keep, "references: keep")                                                                          \
	X(folio_demote, "demote")                                                                                      \
	X(swap_no_io, "!__GFP_IO: keep")                                                                               \
	X(swap_pinned, "pinned: keep")                                                                                 \
	X(swap_cannot_split, "cannot be split: activate")                                                              \
	X(split_failed, "split failed: activate; a file folio: keep")                                                  \
	X(swap_alloc_failed, "no swap slot, 1: activate, 2: split and done, 3: split failed, activate", "answer",      \
	  "nr_pages")                                                                                                  \
	X(unmap_failed, "still mapped: activate", "swapbacked", "lazyfree_redirtied")                                  \
	X(unmap_pinned, "unmapped but pinned: activate")                                                               \
	X(dirty_file, "dirty file page: left to the flushers, PG_reclaim, activate", "kswapd", "PG_reclaim",           \
	  "PGDAT_DIRTY")                                                                                               \
	X(dirty_reclaim_clean, "dirty && RECLAIM_CLEAN: keep")                                                         \
	X(dirty_may_not, "!may_enter_fs || !may_writepage: keep", "may_enter_fs", "may_writepage")                     \
	X(dirty_pageout, "pageout(), 0: clean, 1: keep, 2: activate, 3: written", "answer", "after_write")             \
	X(release_failed, "buffers could not be released: activate")                                                   \
	X(release_raced, "somebody else freed it: counted as reclaimed")                                               \
	X(lazyfree_kept, "lazyfree, but referenced or dirty: keep", "freeze_failed", "dirty")                          \
	X(remove_failed, "__remove_mapping() failed, or no mapping: keep", "mapping", "remove_failed")                 \
	X(folio_freed, "freed", "nr_pages")

#endif
