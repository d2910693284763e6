/* SPDX-License-Identifier: GPL-2.0-only */
/* The branches of MGLRU's control decisions: X(name, formula, operands...). */
#ifndef RS_MODEL_BRANCHES_LRU_GEN_H
#define RS_MODEL_BRANCHES_LRU_GEN_H

#define RS_BRANCHES_LRU_GEN(X)                                                                                         \
	X(swappiness_may_not, "!may_swap: swappiness = 0, anon is not evicted")                                        \
	X(swappiness_no_swap, "swap_pages < MIN_LRU_BATCH: swappiness = 0", "swap_pages", "MIN_LRU_BATCH")             \
	X(swappiness_set, "swappiness as it is set, or as this reclaim asks for", "swappiness", "proactive")           \
	X(lruvec_sizable, "sizable: (online ? size >> priority : size) != 0", "size", "priority", "online", "share")   \
	X(aging_must, "age: min_seq + MIN_NR_GENS > max_seq, nothing is cold", "min_seq", "max_seq")                   \
	X(aging_gentle, "do not age: priority == DEF_PRIORITY", "min_seq", "max_seq", "priority")                      \
	X(aging_enough, "do not age: min_seq + MIN_NR_GENS < max_seq", "min_seq", "max_seq")                           \
	X(aging_ideal, "age: min_seq + MIN_NR_GENS == max_seq, the next is made in time", "min_seq", "max_seq")        \
	X(aging_young, "age: young * 2 > total, most pages are in the youngest generation", "young", "total")          \
	X(aging_old, "age: old * 4 < total, few pages are left in the oldest generation", "old", "total")              \
	X(aging_spread, "do not age: young * 2 <= total && old * 4 >= total", "young", "old", "total")                 \
	X(aged, "try_to_inc_max_seq(): a generation was made", "success")                                              \
	X(aged_enough_for_root, "low on cold pages: global reclaim goes on to the next cgroup after one batch")        \
	X(nr_to_scan_protected, "below memory.min, or memory.low: nothing", "emin", "elow", "usage")                   \
	X(nr_to_scan_offline, "the cgroup was removed: all of it", "size")                                             \
	X(nr_to_scan_age_node, "kswapd ages elsewhere: nothing now")                                                   \
	X(nr_to_scan_share, "nr_to_scan = size >> priority, all of a removed cgroup, 0 if nothing is cold", "size",    \
	  "priority", "online", "nr_to_scan")                                                                          \
	X(evicted_nothing, "evict_folios() returned 0: the end")                                                       \
	X(evicted_enough, "scanned >= nr_to_scan: the end", "scanned", "nr_to_scan")                                   \
	X(evict_returns, "what isolate_folios() scanned", "scanned")                                                   \
	X(evict_returns_moved, "scanned + min_seq_moved, 0 if no generation can be evicted any more", "scanned",       \
	  "min_seq_moved", "min_seq", "max_seq", "returned")                                                           \
	X(abort_not_memcg, "reclaim of a cgroup is not cut short")                                                     \
	X(abort_enough, "stop: nr_reclaimed >= max(nr_to_reclaim, compact_gap(order))", "nr_reclaimed",                \
	  "nr_to_reclaim", "order", "enough")                                                                          \
	X(abort_not_yet, "go on: nr_reclaimed < max(nr_to_reclaim, compact_gap(order))", "nr_reclaimed",               \
	  "nr_to_reclaim", "order", "enough")                                                                          \
	X(abort_zones, "kswapd, order 0: stop if all zones have high + MIN_LRU_BATCH", "zones_ok")                     \
	X(abort_aged_twice, "stop: max_seq has moved by more than 1", "moved")                                         \
	X(abort_swapping, "stop: enough reclaimed, and it swaps", "nr_reclaimed", "nr_to_reclaim")                     \
	X(abort_dying, "stop: the task is dying; nr_reclaimed += MIN_LRU_BATCH")                                       \
	X(abort_zones_ok, "stop: all zones have their mark, low for direct reclaim; nr_reclaimed += MIN_LRU_BATCH",    \
	  "priority")                                                                                                  \
	X(lru_gen_node_skipped, "!may_writepage || !may_unmap: MGLRU does nothing", "may_writepage", "may_unmap")      \
	X(initial_priority_kept, "priority != DEF_PRIORITY || nr_to_reclaim < MIN_LRU_BATCH: as it is", "priority",    \
	  "nr_to_reclaim")                                                                                             \
	X(initial_priority, "priority = clamp(fls(reclaimable) - 1 - fls(nr_to_reclaim - 1), 6, 12)", "reclaimable",   \
	  "can_reclaim_anon", "nr_to_reclaim", "priority")                                                             \
	X(shrink_one_below_low, "elow >= usage: to the tail first, reclaimed from there", "elow", "usage", "seg")      \
	X(shrink_one_op, "need_rotate && online: young; sizable: stays; else to the tail, from there young",           \
	  "need_rotate", "online", "sizable", "seg", "op")                                                             \
	X(memcg_rotated, "1 head, 2 tail: same generation; 3 old: seq % 3; 4 young: (seq + 1) % 3", "op", "gen",       \
	  "seq", "new_gen", "new_seg")                                                                                 \
	X(ttl_not_sizable, "min_ttl: too small to be of help")                                                         \
	X(ttl_age, "min_ttl: the oldest generation is old enough to be evicted", "age", "min_ttl", "old")

#endif
