/* SPDX-License-Identifier: GPL-2.0-only */
/* The branches of the allocator's and kswapd's decisions: X(name, formula, operands...). */
#ifndef RS_MODEL_BRANCHES_ALLOC_H
#define RS_MODEL_BRANCHES_ALLOC_H

#define RS_BRANCHES_WATERMARK(X)                                                                                       \
	X(min_free_user, "sqrt <= user_min_free_kbytes: keep", "sqrt", "user_min_free_kbytes")                         \
	X(min_free_sqrt, "clamp(int_sqrt(free_buffer * 4 * 16), 128, 262144)", "free_buffer", "sqrt")                  \
	X(min_free_enough, "recommended <= min_free_kbytes: keep", "recommended", "min_free_kbytes")                   \
	X(min_free_thp, "min(512 * zones * (2 + 3 * 3), free_buffer / 20) * 4", "zones", "free_buffer", "recommended") \
	X(wmark_min_clamped, "MIN = clamp(managed / 1024, 32, 128)", "zone", "managed", "MIN")                         \
	X(wmark_min_share, "MIN = pages_min * managed / lowmem_pages", "zone", "pages_min", "managed", "lowmem_pages", \
	  "MIN")                                                                                                       \
	X(wmark_distance, "max(share / 4, managed * watermark_scale_factor / 10000)", "zone", "managed",               \
	  "watermark_scale_factor", "distance")                                                                        \
	X(lowmem_reserve, "managed above / ratio", "zone", "managed above", "ratio", "reserve")                        \
	X(boost_off, "!watermark_boost_factor || 4 * 512 > managed", "watermark_boost_factor", "managed")              \
	X(boost_no_mark, "HIGH * factor / 10000 == 0", "HIGH")                                                         \
	X(boost_added, "boost = min(boost + 512, max_boost)", "boost", "max_boost")                                    \
	X(drift, "cpus * threshold > LOW - MIN: percpu_drift_mark = high + it", "cpus", "max_drift", "tolerate_drift") \
	X(mark_min_reserve, "ALLOC_MIN_RESERVE (ALLOC_HIGH): min -= min / 2", "min")                                   \
	X(mark_non_block, "ALLOC_NON_BLOCK beside it: min -= min / 4", "min")                                          \
	X(mark_harder, "ALLOC_OOM: min -= min / 2, ALLOC_HARDER: min -= min / 4", "alloc_flags", "min")                \
	X(mark_oom, "ALLOC_OOM: min -= min / 2", "min")                                                                \
	X(mark_failed, "free - unusable <= min + lowmem_reserve", "free", "unusable", "min", "lowmem_reserve")         \
	X(mark_holds, "free - unusable > min + lowmem_reserve", "free", "unusable", "min", "lowmem_reserve")           \
	X(mark_fast, "order 0: usable > mark + lowmem_reserve", "usable", "mark", "lowmem_reserve")                    \
	X(block_found, "a free block of a type it may have", "order", "block order", "blocks")                         \
	X(block_none, "no free block of a type it may have", "order", "types")                                         \
	X(free_snapshot, "free < percpu_drift_mark: count what the CPUs hold", "free", "percpu_drift_mark",            \
	  "snapshot")                                                                                                  \
	X(boost_ignored, "may go below a boosted mark", "boost", "MIN")

#define RS_BRANCHES_ALLOC_FLAGS(X)                                                                                     \
	X(flags_atomic, "__GFP_ATOMIC: ALLOC_HARDER unless __GFP_NOMEMALLOC, not ALLOC_CPUSET", "gfp", "alloc_flags")  \
	X(flags_rt, "a realtime task may use part of the reserve", "alloc_flags")                                      \
	X(flags_non_block, "!__GFP_DIRECT_RECLAIM: ALLOC_NON_BLOCK unless __GFP_NOMEMALLOC", "gfp", "order",           \
	  "alloc_flags")                                                                                               \
	X(flags_reserve, "PF_MEMALLOC, __GFP_MEMALLOC or an OOM victim", "gfp", "task_flags", "oom_victim", "flags")   \
	X(freelist_not_allowed, "cpuset or dirty limit: next zone", "cpuset_allowed", "over_dirty_limit")              \
	X(freelist_below_high, "below WMARK_HIGH: ZONE_BELOW_HIGH", "high")                                            \
	X(freelist_no_watermarks, "ALLOC_NO_WATERMARKS", "alloc_flags")

#define RS_BRANCHES_KSWAPD(X)                                                                                          \
	X(balanced_zone, "one zone holds its mark: balanced", "zone", "order", "mark")                                 \
	X(balanced_none, "no zone holds its mark; balanced if none is managed", "order", "highest_zoneidx", "managed") \
	X(wakeup_not_here, "zone not managed or not in the cpuset", "managed_pages", "cpuset_allowed")                 \
	X(wakeup_awake, "kswapd is awake", "kswapd_order", "kswapd_highest_zoneidx")                                   \
	X(wakeup_useless, "hopeless || (balanced && !boosted)", "kswapd_failures", "balanced", "boosted", "gfp")       \
	X(wakeup_effective, "!hopeless && (!balanced || boosted)", "kswapd_failures", "balanced", "boosted")           \
	X(prepare_sleep, "kswapd_failures >= 16 || balanced", "kswapd_failures", "balanced")                           \
	X(kswapd_step, "what kswapd does next", "step", "alloc_order", "reclaim_order", "highest_zoneidx")             \
	X(balance_begin, "boost = sum of watermark_boost", "order", "highest_zoneidx", "boost")                        \
	X(balance_drops_boost, "!balanced && boost: boost = 0, from the start", "boost")                               \
	X(balance_reached, "balanced && !boost: done", "order", "priority")                                            \
	X(balance_shrinks, "nr_to_reclaim = sum of max(high, 32)", "priority", "nr_to_reclaim", "boost",               \
	  "may_writepage")                                                                                             \
	X(balance_order_dropped, "nr_reclaimed >= compact_gap(order): order = 0", "order", "nr_reclaimed", "gap")      \
	X(balance_keeps_priority, "done >= nr_to_reclaim: priority stays", "done", "nr_to_reclaim")                    \
	X(balance_boost_stuck, "boost && no progress: stop", "boost")                                                  \
	X(balance_goes_on, "raise_priority || no progress: priority--", "priority", "progress", "raise_priority",      \
	  "boost")                                                                                                     \
	X(balance_without_trim, "no progress with cache_trim_mode: once more without")                                 \
	X(balance_gives_up, "nothing reclaimed: kswapd_failures++", "priority", "nr_reclaimed", "failed")

#define RS_BRANCHES_COMPACTION(X)                                                                                      \
	X(compaction_needless, "a block is free already", "order", "mark")                                             \
	X(compaction_mark, "order 0 must hold the mark + compact_gap(order)", "order", "mark", "free")                 \
	X(compaction_fragindex, "0 <= fragmentation_index <= extfrag_threshold: too little memory", "order", "index",  \
	  "extfrag_threshold")                                                                                         \
	X(compaction_forbidden, "!__GFP_IO", "gfp")                                                                    \
	X(compaction_buffer, "order 0 must hold high + compact_gap(order)", "high", "gap")                             \
	X(compaction_deferred, "order >= order_failed && ++considered < limit: put off", "order", "order_failed",      \
	  "considered", "limit")                                                                                       \
	X(compaction_failed, "considered = 0, defer_shift + 1 up to 6, order_failed down to order", "order",           \
	  "order_failed", "defer_shift")                                                                               \
	X(compaction_reset, "a block was made: order_failed up to order + 1", "order", "order_failed", "alloc_success") \
	X(compact_retry_no, "order 0, or killed", "order", "fatal_signal_pending")                                     \
	X(compact_retry_skipped, "COMPACT_SKIPPED: if reclaim can help", "zonelist_suitable")                          \
	X(compact_retry_same, "retries <= max_retries: again", "result", "retries", "max_retries")                     \
	X(compact_retry_lower, "priority > min_priority: priority-- and again", "result", "priority", "min_priority")

#define RS_BRANCHES_DIRECT(X)                                                                                          \
	X(reclaimable, "file lists, and anon lists if they can be reclaimed", "inactive_file", "active_file",          \
	  "inactive_anon", "active_anon", "can_reclaim_anon", "sum")                                                   \
	X(reclaimable_is_free, "nothing on the lists: the free pages", "free")                                         \
	X(allow_hopeless, "kswapd_failures >= 16: allowed", "kswapd_failures")                                         \
	X(allow_reserve, "free > reserve / 2, or no reserve: allowed", "free", "reserve")                              \
	X(throttle_direct_not, "kernel thread, killed, no zone or allowed", "task_flags", "fatal_signal_pending",      \
	  "has_zone", "allowed")                                                                                       \
	X(throttle_direct_waits, "with __GFP_FS until allowed or killed, else at most HZ", "gfp")                      \
	X(shrink_zones_ready, "compaction can have this zone", "zone", "node")                                         \
	X(shrink_zones_node, "shrink_node()", "zone", "node")                                                          \
	X(try_to_free_round, "nr_reclaimed >= nr_to_reclaim || compaction_ready: enough", "priority", "nr_reclaimed",  \
	  "nr_to_reclaim", "compaction_ready")                                                                         \
	X(try_to_free_full_walk, "nothing: all memcgs")                                                                \
	X(try_to_free_deactivates, "nothing, and active lists were spared: force_deactivate")                          \
	X(try_to_free_low, "nothing, and memory.low was respected: memcg_low_reclaim")                                 \
	X(noprogress, "nr_reclaimed > nr_scanned / 8: wake; priority 1 and nothing: wait", "nr_reclaimed",             \
	  "nr_scanned", "priority", "kswapd", "cgroup")                                                                \
	X(throttle_hopeless, "kswapd_failures >= 16: do not wait", "kswapd_failures")                                  \
	X(throttle_pending, "2 * write_pending <= reclaimable: do not wait", "write_pending", "reclaimable")           \
	X(throttle_spared, "a kernel thread other than kswapd does not wait", "task_flags")                            \
	X(throttle_timeout, "at most so many ticks", "reason", "skip", "timeout")                                      \
	X(writeback_kswapd, "writeback == taken, unqueued_dirty == file_taken, immediate", "writeback", "taken",       \
	  "unqueued_dirty", "file_taken", "immediate")                                                                 \
	X(writeback_congested, "dirty == congested", "dirty", "cgroup", "node")                                        \
	X(node_pagecache, "file pages that can go", "node_reclaim_mode", "pages", "dirty")                             \
	X(node_reclaim_sizes, "pagecache > min_unmapped || slab > min_slab", "pagecache", "min_unmapped_pages",        \
	  "slab_reclaimable", "min_slab_pages")                                                                        \
	X(node_reclaim_not_now, "cannot wait, PF_MEMALLOC, a remote node with CPUs, locked", "gfp", "task_flags",      \
	  "node_has_cpus", "node_is_local", "locked")                                                                  \
	X(node_reclaim_round, "nr_reclaimed >= 1 << order || priority < 0: done", "nr_reclaimed", "nr_pages",          \
	  "priority")

#define RS_BRANCHES_SLOWPATH(X)                                                                                        \
	X(retry_stops, "no_progress_loops > 16", "no_progress_loops", "unreserved")                                    \
	X(retry_zone, "reclaimable + free would do", "zone", "reclaimable", "available", "min_wmark",                  \
	  "no_progress_loops")                                                                                         \
	X(retry_no_zone, "no zone would do", "zones", "no_progress_loops", "unreserved")                               \
	X(slowpath_begin, "flags of the slow path", "gfp", "order", "alloc_flags", "reserve_flags", "compact_first")   \
	X(slowpath_no_reclaim, "!__GFP_DIRECT_RECLAIM || PF_MEMALLOC", "gfp", "task_flags")                            \
	X(slowpath_compact_first, "costly, or not movable: compaction before reclaim", "order", "movable")             \
	X(slowpath_initial_compaction, "__GFP_NORETRY ends it here", "result", "noretry", "thisnode", "fails")         \
	X(slowpath_round_over, "__GFP_NORETRY, or costly and not __GFP_RETRY_MAYFAIL: give up", "gfp", "order",        \
	  "progress", "gives_up")                                                                                      \
	X(slowpath_may_fragment, "drop ALLOC_NOFRAGMENT and retry", "alloc_flags")                                     \
	X(slowpath_no_oom, "core dump, costly, may fail, this node, low zone or suspended: nobody is killed",          \
	  "task_flags", "order", "gfp", "highest_zoneidx", "suspended")                                                \
	X(slowpath_oom_over, "progress: retry, unless a victim itself", "progress", "victim")                          \
	X(oom_never, "unkillable, without memory, reaped, or oom_score_adj -1000", "unkillable", "has_mm", "skip",     \
	  "oom_score_adj")                                                                                             \
	X(oom_points, "rss + swapents + pgtables_bytes / 4096 + oom_score_adj * (totalpages / 1000)", "rss",           \
	  "swapents", "pgtables_bytes", "oom_score_adj", "totalpages", "points")                                       \
	X(oom_abort, "a victim is on its way out", "task")                                                             \
	X(oom_chosen, "most points, the later of equals", "task", "points")                                            \
	X(oom_entered, "what out_of_memory() found", "disabled", "memcg", "notifier_freed", "current_exits", "fs",     \
	  "selected")

#define RS_BRANCHES_CHARGE(X)                                                                                          \
	X(charge_smaller, "the batch does not fit: only what is needed", "batch", "nr_pages")                          \
	X(charge_over_limit, "PF_MEMALLOC: over the limit; cannot wait: fail", "nr_pages", "gfp", "task_flags",        \
	  "in_memcg_oom", "forced")                                                                                    \
	X(charge_reclaimed, "margin >= nr_pages: charge again", "nr_reclaimed", "margin", "nr_pages", "drained",       \
	  "nr_retries")                                                                                                \
	X(charge_oom, "the OOM killer did something: again", "oom")                                                    \
	X(high_penalty, "overage^2 * HZ >> 34, times nr_pages / batch", "memory overage", "swap overage", "nr_pages",  \
	  "penalty", "nr_reclaimed", "nr_retries")                                                                     \
	X(proactive, "nr_reclaimed < nr_to_reclaim: again", "nr_to_reclaim", "nr_reclaimed", "reclaimed",              \
	  "nr_retries")

#define RS_BRANCHES_ALLOC(X)                                                                                           \
	RS_BRANCHES_WATERMARK(X)                                                                                       \
	RS_BRANCHES_ALLOC_FLAGS(X)                                                                                     \
	RS_BRANCHES_KSWAPD(X)                                                                                          \
	RS_BRANCHES_COMPACTION(X)                                                                                      \
	RS_BRANCHES_DIRECT(X)                                                                                          \
	RS_BRANCHES_SLOWPATH(X)                                                                                        \
	RS_BRANCHES_CHARGE(X)

#endif
