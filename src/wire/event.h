/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The records that bpf/ writes and everything else reads.
 *
 * One list, RS_EVENTS, names every record; one list for each record, RS_FIELDS_<name>, names its
 * fields. The structs below, the schema inside a recording, `reclaimscope script` and docs/events.md
 * are all made from these lists, so that a field is described in exactly one place.
 *
 * Rules: fixed-width types only, no implicit padding (checked), sizes are multiples of 8 bytes, an
 * event's number and a field's name are never given to something else. Pages are base pages. A
 * node, zone or list is the kernel's index; sc_flags and every enum here are our own numbers.
 */
#ifndef RS_WIRE_EVENT_H
#define RS_WIRE_EVENT_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define RS_COMM_LEN 16
#define RS_MAX_ZONES 5
#define RS_MAX_LRU 5
#define RS_MAX_ORDERS 11
#define RS_PATH_LEN 160
/* The longest record. A ring segment has this much room behind its end. */
#define RS_MAX_RECORD 4096

/* Starts every record. @len lets a reader step over what it does not know. */
struct rs_event_hdr {
	__u64 ts_ns; /* CLOCK_MONOTONIC */
	__u32 tid; /* 0: an idle task */
	__u16 type; /* enum rs_event_type */
	__u16 len; /* whole record, this header included */
};

/* Who asked for pages back. */
enum rs_reclaim_kind {
	RS_RECLAIM_DIRECT,
	RS_RECLAIM_MEMCG,
	RS_RECLAIM_SOFTLIMIT,
	RS_RECLAIM_NODE,
	RS_RECLAIM_KSWAPD,
	RS_NR_RECLAIM_KINDS,
};

/* The kernel's enum vmscan_throttle_state, then the two waits that 5.10 has instead. */
enum rs_throttle {
	RS_THROTTLE_WRITEBACK,
	RS_THROTTLE_ISOLATED,
	RS_THROTTLE_NOPROGRESS,
	RS_THROTTLE_CONGESTED,
	RS_THROTTLE_CONGESTION_WAIT,
	RS_THROTTLE_WAIT_IFF_CONGESTED,
	RS_NR_THROTTLES,
};

/* Of the kernel's enum compact_result, the same in all kernels: the two that mean yes. */
enum { RS_COMPACT_CONTINUE = 4, RS_COMPACT_SUCCESS = 8 };
/* compaction_deferral.what and kcompactd.what */
enum { RS_COMPACTION_DEFERRED, RS_COMPACTION_FAILED, RS_COMPACTION_RESET };
enum { RS_KCOMPACTD_WOKEN, RS_KCOMPACTD_WAKES };

/* The bits of struct scan_control that decide something. */
enum rs_sc_flag {
	RS_SC_DEACTIVATE_ANON = 1 << 0,
	RS_SC_DEACTIVATE_FILE = 1 << 1,
	RS_SC_FORCE_DEACTIVATE = 1 << 2,
	RS_SC_SKIPPED_DEACTIVATE = 1 << 3,
	RS_SC_MAY_WRITEPAGE = 1 << 4,
	RS_SC_MAY_UNMAP = 1 << 5,
	RS_SC_MAY_SWAP = 1 << 6,
	RS_SC_PROACTIVE = 1 << 7,
	RS_SC_MEMCG_LOW_RECLAIM = 1 << 8,
	RS_SC_MEMCG_LOW_SKIPPED = 1 << 9,
	RS_SC_HIBERNATION_MODE = 1 << 10,
	RS_SC_COMPACTION_READY = 1 << 11,
	RS_SC_CACHE_TRIM_MODE = 1 << 12,
	RS_SC_FILE_IS_TINY = 1 << 13,
	RS_SC_NO_CACHE_TRIM_MODE = 1 << 14,
	RS_SC_CACHE_TRIM_MODE_FAILED = 1 << 15,
	RS_SC_MEMCG_FULL_WALK = 1 << 16,
	/* No bit of it: can_demote() of the node, but for cpusets. Not set where no node is told. */
	RS_SC_CAN_DEMOTE = 1 << 17,
};

/*
 * Which record a zone_state belongs to; the record itself comes just before it, but just after those
 * of allow_direct_reclaim.
 */
enum rs_zone_context {
	RS_ZONE_OF_GAUGE,
	RS_ZONE_OF_BALANCE_BEGIN,
	RS_ZONE_OF_BALANCE_END,
	RS_ZONE_OF_SHRINK_NODE,
	RS_ZONE_OF_PGDAT_BALANCED,
	RS_ZONE_OF_ALLOW_DIRECT_RECLAIM,
	RS_ZONE_OF_SET_WATERMARKS,
};

/* Counters of a lruvec that lruvec_page_state() is asked for. */
enum rs_lruvec_item {
	RS_ITEM_INACTIVE_ANON,
	RS_ITEM_ACTIVE_ANON,
	RS_ITEM_INACTIVE_FILE,
	RS_ITEM_ACTIVE_FILE,
	RS_ITEM_ACTIVATE_ANON,
	RS_ITEM_ACTIVATE_FILE,
};

/* Which part of a note_cost call: 6.18 and later enter with the lock held. */
enum rs_cost_source {
	RS_COST_THREE_ARGS,
	RS_COST_FOUR_ARGS,
	RS_COST_UNLOCK_IRQ,
};

/* State of a folio, from its flags. Our bits: the kernel's move. */
enum rs_folio_flag {
	RS_FOLIO_LOCKED = 1 << 0,
	RS_FOLIO_REFERENCED = 1 << 1,
	RS_FOLIO_DIRTY = 1 << 2,
	RS_FOLIO_LRU = 1 << 3,
	RS_FOLIO_ACTIVE = 1 << 4,
	RS_FOLIO_WORKINGSET = 1 << 5,
	RS_FOLIO_SWAPCACHE = 1 << 6,
	RS_FOLIO_PRIVATE = 1 << 7,
	RS_FOLIO_WRITEBACK = 1 << 8,
	RS_FOLIO_HEAD = 1 << 9,
	RS_FOLIO_RECLAIM = 1 << 10,
	RS_FOLIO_SWAPBACKED = 1 << 11,
	RS_FOLIO_UNEVICTABLE = 1 << 12,
	RS_FOLIO_MLOCKED = 1 << 13,
	RS_FOLIO_ANON = 1 << 14, /* mapped anonymously, from folio->mapping */
	RS_FOLIO_MAPPED = 1 << 15,
};

/* Bits of isolate_folios_begin.walked, of each type. */
#define RS_WALKED(type) (1 << (type))
#define RS_WALKED_TO_END(type) (4 << (type))

/* How a folio left shrink_folio_list(). */
enum rs_folio_outcome {
	RS_FOLIO_GONE, /* freed, demoted, or handed to another list */
	RS_FOLIO_KEPT,
	RS_FOLIO_ACTIVATED,
};

/* Every field that several records share, in the order of struct rs_sc. */
#define RS_FIELDS_SC(F)                                                                            \
	F(__u64, nr_to_reclaim, PAGES, "target of this reclaim")                                   \
	F(__u64, nr_scanned, PAGES, "sc->nr_scanned")                                              \
	F(__u64, nr_reclaimed, PAGES, "sc->nr_reclaimed")                                          \
	F(__u64, target_cgroup, CGROUP, "cgroup whose limit caused it, 0: global")                 \
	F(__u32, gfp, GFP, "sc->gfp_mask")                                                         \
	F(__u32, sc_flags, SC_FLAGS, "bits of scan_control")                                       \
	F(__s16, order, NUM, "sc->order")                                                          \
	F(__s16, priority, NUM, "sc->priority")                                                    \
	F(__s16, reclaim_idx, ZONE, "highest zone that helps")                                     \
	F(__s16, nid, NODE, "node, -1: not bound to one")

/*
 * X(number, name, text). Numbers are for ever: a recording made today must be readable by the
 * program of any later day. Leave a hole when a record goes away.
 */
#define RS_EVENTS(X)                                                                               \
	X(1, task, "who a task is")                                                                \
	X(2, cgroup, "a cgroup was created while recording")                                       \
	X(3, watermark_settings, "the sysctls that marks are made from")                           \
	X(4, zone_state, "free pages and marks of a zone")                                         \
	X(5, node_state, "LRU sizes and dirty pages of a node")                                    \
	X(6, vm_state, "swap and the allocator's counters, whole system")                          \
	X(8, reclaim_begin, "a task has to reclaim before it gets its page")                       \
	X(9, reclaim_end, "the task goes on")                                                      \
	X(10, throttled, "a reclaimer slept in reclaim_throttle()")                                \
	X(11, reclaim_throttle, "reclaim_throttle() was called, whether it slept or not")          \
	X(12, throttle_direct_begin, "throttle_direct_reclaim() was entered")                      \
	X(13, throttle_direct_end, "throttle_direct_reclaim() returned")                           \
	X(14, allow_direct_reclaim, "are the reserves full enough to let a task reclaim")          \
	X(15, zone_reclaimable_pages, "how much of a zone reclaim could free")                     \
	X(16, try_to_free_pages_begin, "do_try_to_free_pages() was entered")                       \
	X(17, try_to_free_pages_end, "do_try_to_free_pages() returned")                            \
	X(18, memcg_reclaim_request, "try_to_free_mem_cgroup_pages() was asked")                   \
	X(20, kswapd_wake, "kswapd starts to work")                                                \
	X(21, kswapd_sleep, "kswapd goes to sleep")                                                \
	X(22, wakeup_kswapd_begin, "an allocation asks for kswapd")                                \
	X(23, wakeup_kswapd_end, "what that call left behind")                                     \
	X(24, wakeup_kswapd, "an effective wake-up")                                               \
	X(25, prepare_kswapd_sleep, "may kswapd sleep")                                            \
	X(26, pgdat_balanced, "is the node balanced")                                              \
	X(27, balance_pgdat_begin, "kswapd starts to balance a node")                              \
	X(28, balance_pgdat_end, "kswapd is done with it")                                         \
	X(29, kswapd_fail, "kswapd reclaimed nothing")                                             \
	X(30, kswapd_clear_hopeless, "kswapd is trusted again")                                    \
	X(32, shrink_node_begin, "shrink_node() was entered")                                      \
	X(33, shrink_node_end, "shrink_node() returned")                                           \
	X(34, shrink_lruvec_begin, "shrink_lruvec() was entered: the inputs of get_scan_count()")  \
	X(35, shrink_lruvec_end, "shrink_lruvec() returned")                                       \
	X(36, isolate_nothing, "a list was asked for pages and gave none")                         \
	X(37, shrink_inactive, "one batch of an inactive list, or of a generation")                \
	X(38, shrink_active, "one batch of an active list")                                        \
	X(39, shrink_active_list, "shrink_active_list() was entered")                              \
	X(40, inactive_is_low, "should the active list be shrunk")                                 \
	X(41, lruvec_page_state, "a counter of a lruvec, as a decision read it")                   \
	X(42, lruvec_lru_size, "size of a list, as get_scan_count() read it")                      \
	X(43, proportional_protection, "scan size after memory.min and memory.low")                \
	X(44, note_cost_begin, "a reclaim cost is about to be added")                              \
	X(45, note_cost_end, "the cost was added")                                                 \
	X(46, reclaim_pages, "reclaim_pages() isolated and freed, not from pressure")              \
	X(47, reclaim_writeback, "what a batch met of dirty and written-back folios")              \
	X(48, lruvec_sizes, "sizes that changed between shrink_lruvec()'s entry and their use") \
	X(50, shrink_slab, "one shrinker ran")                                                     \
	X(54, compaction_suitable, "would compaction help in this zone")                           \
	X(55, compaction_suitable_fn, "compaction_suitable(), with the mark it used")              \
	X(56, direct_compact, "an allocation compacted memory itself")                             \
	X(57, reclaim_retry_zone, "would another round of reclaim help")                           \
	X(58, compact_retry, "would another round of compaction help")                             \
	X(59, oom_begin, "out_of_memory() was entered")                                            \
	X(60, oom_end, "out_of_memory() returned")                                                 \
	X(61, mark_victim, "a task was chosen to die")                                             \
	X(62, zone_watermark_ok, "one order-0 test of a zone's mark")                              \
	X(63, zone_watermark_ok_order, "one test of a zone's mark for a higher order")             \
	X(64, get_page_from_freelist, "one pass of the slow path over the zones")                  \
	X(66, workingset_eviction, "a page left memory and its shadow stays")                      \
	X(67, workingset_refault, "an evicted page came back")                                     \
	X(68, memcg_protection_begin, "effective memory.min and memory.low, before")               \
	X(69, memcg_protection, "effective memory.min and memory.low, computed")                   \
	X(72, lru_gen_state, "generations, sizes and control positions of a lruvec")               \
	X(73, evict_folios_begin, "MGLRU evicts from a lruvec")                                    \
	X(74, evict_folios_end, "what that scanned")                                               \
	X(75, isolate_folios_begin, "MGLRU chooses a type and a tier")                             \
	X(76, isolate_folios_end, "what it chose and isolated")                                    \
	X(77, should_abort_scan, "has this reclaim enough")                                        \
	X(78, shrink_one, "one memcg of the memcg LRU was visited")                                \
	X(79, try_to_shrink_lruvec_begin, "MGLRU starts on a lruvec")                              \
	X(80, try_to_shrink_lruvec_end, "MGLRU is done with it")                                   \
	X(81, get_swappiness, "swappiness in use for a lruvec")                                    \
	X(82, lru_gen_rotate_memcg, "a memcg moved in the memcg LRU")                              \
	X(83, lruvec_is_sizable, "is a lruvec worth reclaiming at this priority")                  \
	X(84, lruvec_evictable_size, "pages of a lruvec that may be evicted")                      \
	X(85, try_to_inc_max_seq, "aging: a new generation")                                       \
	X(86, try_to_inc_min_seq, "the oldest generation ran empty")                               \
	X(87, should_run_aging, "6.1: must this lruvec age first")                                 \
	X(88, set_mm_walk, "set_mm_walk() returned: the node's sizes before the initial priority") \
	X(91, rotate_memcg_begin, "a memcg is about to move in the memcg LRU")                     \
	X(92, folio, "a folio enters shrink_folio_list()")                                         \
	X(93, folio_referenced, "references found for a folio")                                    \
	X(94, folio_kept, "a folio survived shrink_folio_list()")                                  \
	X(95, shrink_folio_list_begin, "shrink_folio_list() was entered")                          \
	X(96, shrink_folio_list_end, "shrink_folio_list() returned")                               \
	X(97, write_folio, "a folio is written out by reclaim")                                    \
	X(98, folio_unmap, "try_to_unmap() of a folio")                                            \
	X(99, folio_remove, "__remove_mapping() of a folio")                                       \
	X(120, compaction_deferral, "compaction of a zone is put off, or no longer")               \
	X(121, kcompactd, "kcompactd is woken, or wakes")                                   \
	X(112, gen_folio, "a folio at the tail of an oldest generation, as isolate_folios() finds it; before its end: one that it could not take") \
	X(113, oom_badness, "score of a process for the OOM killer")                               \
	X(114, refault_test, "classic LRU: what a page that came back was compared with")

#define RS_NR_EVENTS 128 /* above every number; sizes the loss counters */

#define RS_FIELDS_task(F, A)                                                                       \
	F(__u64, cgroup, CGROUP, "memory cgroup of the task")                                      \
	F(__u32, tgid, NUM, "process")                                                             \
	F(__u32, flags, TASK_FLAGS, "PF_ flags")                                                   \
	A(char, comm, RS_COMM_LEN, COMM, "name of the thread")

#define RS_FIELDS_cgroup(F, A)                                                                     \
	F(__u64, cgroup, CGROUP, "the new cgroup")                                                 \
	A(char, path, RS_PATH_LEN, PATH, "its path below the mount")

#define RS_FIELDS_watermark_settings(F, A)                                                         \
	F(__s32, min_free_kbytes, NUM, "in force, -1: not visible")                                \
	F(__s32, user_min_free_kbytes, NUM, "as set by the admin, -1: never")                      \
	F(__s32, watermark_scale_factor, NUM, "in 10000ths, -1: not visible")                      \
	F(__s32, watermark_boost_factor, NUM, "in 10000ths")

#define RS_FIELDS_zone_state(F, A)                                                                 \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, zid, ZONE, "zone")                                                                \
	F(__u32, context, ZONE_CONTEXT, "the record it belongs to")                                \
	F(__u32, snapshot, BOOL, "free_diff was read")                                             \
	F(__u64, managed, PAGES, "managed_pages")                                                  \
	F(__u64, free, PAGES, "NR_FREE_PAGES, the cached counter")                                 \
	F(__s64, free_diff, PAGES, "what the CPUs have not folded into it yet")                    \
	F(__u64, min, PAGES, "_watermark[WMARK_MIN], without boost")                               \
	F(__u64, low, PAGES, "_watermark[WMARK_LOW]")                                              \
	F(__u64, high, PAGES, "_watermark[WMARK_HIGH]")                                            \
	F(__u64, promo, PAGES, "_watermark[WMARK_PROMO], 0: not on this kernel")                   \
	F(__u64, boost, PAGES, "watermark_boost, added to each mark")                              \
	F(__u64, drift_mark, PAGES, "percpu_drift_mark")                                           \
	F(__u64, highatomic, PAGES, "held back for HIGHATOMIC requests")                           \
	F(__u64, cma, PAGES, "free CMA pages")                                                     \
	A(__u64, lowmem_reserve, RS_MAX_ZONES, PAGES, "lowmem_reserve[]")

#define RS_FIELDS_node_state(F, A)                                                                 \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, kswapd_failures, NUM, "runs without progress, 16: hopeless, -1: not visible")     \
	F(__u64, inactive_anon, PAGES, "NR_INACTIVE_ANON")                                         \
	F(__u64, active_anon, PAGES, "NR_ACTIVE_ANON")                                             \
	F(__u64, inactive_file, PAGES, "NR_INACTIVE_FILE")                                         \
	F(__u64, active_file, PAGES, "NR_ACTIVE_FILE")                                             \
	F(__u64, unevictable, PAGES, "NR_UNEVICTABLE")                                             \
	F(__u64, isolated_anon, PAGES, "NR_ISOLATED_ANON")                                         \
	F(__u64, isolated_file, PAGES, "NR_ISOLATED_FILE")                                         \
	F(__u64, anon_mapped, PAGES, "NR_ANON_MAPPED")                                             \
	F(__u64, file_mapped, PAGES, "NR_FILE_MAPPED")                                             \
	F(__u64, file_pages, PAGES, "NR_FILE_PAGES")                                               \
	F(__u64, file_dirty, PAGES, "NR_FILE_DIRTY")                                               \
	F(__u64, writeback, PAGES, "NR_WRITEBACK")                                                 \
	F(__u64, slab_reclaimable, PAGES, "NR_SLAB_RECLAIMABLE_B")                                 \
	F(__u64, slab_unreclaimable, PAGES, "NR_SLAB_UNRECLAIMABLE_B")

#define RS_FIELDS_vm_state(F, A)                                                                   \
	F(__s64, swap_free, PAGES, "nr_swap_pages")                                                \
	F(__u64, swap_total, PAGES, "total_swap_pages")                                            \
	F(__u64, pswpin, PAGES, "read from swap, since boot")                                      \
	F(__u64, pswpout, PAGES, "written to swap, since boot")                                    \
	A(__u64, pgalloc, RS_MAX_ZONES, PAGES, "allocated from the zones of this index, since boot") \
	F(__u64, pgfree, PAGES, "freed, since boot")                                               \
	F(__u64, pgfault, NUM, "page faults, since boot")                                          \
	F(__u64, pgmajfault, NUM, "page faults that waited for a device, since boot")              \
	F(__u64, allocstall, NUM, "direct reclaims, since boot")                                   \
	F(__u64, pgsteal_kswapd, PAGES, "reclaimed by kswapd, since boot")                         \
	F(__u64, pgsteal_direct, PAGES, "reclaimed by tasks, since boot")                          \
	F(__u64, oom_kill, NUM, "victims of the OOM killer, since boot")

#define RS_FIELDS_reclaim_begin(F, A)                                                              \
	F(__u32, kind, RECLAIM_KIND, "who reclaims")                                               \
	F(__s32, order, NUM, "order of the request")                                               \
	F(__u32, gfp, GFP, "its gfp mask")                                                         \
	F(__s32, nid, NODE, "node of a node reclaim, else -1")                                     \
	F(__u64, cgroup, CGROUP, "memory cgroup of the task")                                      \
	F(__u64, target_cgroup, CGROUP, "memory cgroup that is reclaimed, 0: not told here")       \
	F(__u32, tgid, NUM, "process")                                                             \
	F(__s32, stack, STACK, "call chain, -1: none")                                             \
	A(char, comm, RS_COMM_LEN, COMM, "name of the thread")

#define RS_FIELDS_reclaim_end(F, A)                                                                \
	F(__u32, kind, RECLAIM_KIND, "who reclaimed")                                              \
	F(__u32, pad, PAD, "")                                                                     \
	F(__u64, nr_reclaimed, PAGES, "reclaimed for this request")

#define RS_FIELDS_throttled(F, A)                                                                  \
	F(__s32, nid, NODE, "node")                                                                \
	F(__u32, reason, THROTTLE, "why")                                                          \
	F(__u32, usec_timeout, USEC, "longest sleep allowed")                                      \
	F(__u32, usec_delayed, USEC, "length of the sleep, in ticks")

#define RS_FIELDS_reclaim_throttle(F, A)                                                           \
	F(__s32, nid, NODE, "node")                                                                \
	F(__u32, reason, THROTTLE, "why")

#define RS_FIELDS_throttle_direct_begin(F, A)                                                      \
	F(__u32, gfp, GFP, "gfp mask of the request")                                              \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_throttle_direct_end(F, A)                                                        \
	F(__u32, killed, BOOL, "a fatal signal ended the wait")                                    \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_allow_direct_reclaim(F, A)                                                       \
	F(__s32, nid, NODE, "node")                                                                \
	F(__u32, ret, BOOL, "allowed")                                                             \
	F(__s32, kswapd_failures, NUM, "of the node")                                              \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_zone_reclaimable_pages(F, A)                                                     \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, zid, ZONE, "zone")                                                                \
	F(__u64, ret, PAGES, "the answer")                                                         \
	F(__u64, inactive_anon, PAGES, "NR_ZONE_INACTIVE_ANON")                                    \
	F(__u64, active_anon, PAGES, "NR_ZONE_ACTIVE_ANON")                                        \
	F(__u64, inactive_file, PAGES, "NR_ZONE_INACTIVE_FILE")                                    \
	F(__u64, active_file, PAGES, "NR_ZONE_ACTIVE_FILE")                                        \
	F(__s64, inactive_anon_diff, PAGES, "not folded yet")                                      \
	F(__s64, active_anon_diff, PAGES, "not folded yet")                                        \
	F(__s64, inactive_file_diff, PAGES, "not folded yet")                                      \
	F(__s64, active_file_diff, PAGES, "not folded yet")                                        \
	F(__u64, free, PAGES, "NR_FREE_PAGES")                                                     \
	F(__s64, free_diff, PAGES, "not folded yet")                                               \
	F(__s64, swap_free, PAGES, "nr_swap_pages")                                                \
	F(__u64, file_before, PAGES, "both file lists when it was entered, precise")               \
	F(__u64, anon_before, PAGES, "both anon lists, likewise")                                  \
	F(__u64, write_pending, PAGES, "NR_ZONE_WRITE_PENDING")                                    \
	F(__s64, write_pending_diff, PAGES, "not folded yet")                                      \
	F(__u64, free_before, PAGES, "NR_FREE_PAGES when it was entered, precise")                 \
	F(__u64, active_file_before, PAGES, "of file_before the active ones")                      \
	F(__u64, active_anon_before, PAGES, "of anon_before the active ones")                      \
	F(__u32, can_demote, BOOL, "pages can go to a slower node")                                \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_try_to_free_pages_begin(F, A) RS_FIELDS_SC(F)

#define RS_FIELDS_try_to_free_pages_end(F, A)                                                      \
	RS_FIELDS_SC(F)                                                                            \
	F(__u64, ret, PAGES, "what it returned; 1 can mean: compaction is ready")

#define RS_FIELDS_memcg_reclaim_request(F, A)                                                      \
	F(__u64, cgroup, CGROUP, "cgroup to reclaim from")                                         \
	F(__u64, nr_pages, PAGES, "asked for")                                                     \
	F(__u64, usage, PAGES, "its memory.current")                                               \
	F(__u64, max, PAGES, "its memory.max")                                                     \
	F(__u32, gfp, GFP, "gfp mask")                                                             \
	F(__u32, options, HEX, "MEMCG_RECLAIM_ flags; on 5.10 may_swap")

#define RS_FIELDS_kswapd_wake(F, A)                                                                \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, zid, ZONE, "highest zone asked for")                                              \
	F(__s32, order, NUM, "order asked for")                                                    \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_kswapd_sleep(F, A)                                                               \
	F(__s32, nid, NODE, "node")                                                                \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_wakeup_kswapd_begin(F, A)                                                        \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, zid, ZONE, "zone")                                                                \
	F(__u32, gfp, GFP, "gfp mask of the request")                                              \
	F(__s32, order, NUM, "its order")                                                          \
	F(__s32, highest_zoneidx, ZONE, "highest zone it may use")                                 \
	F(__s32, kswapd_order, NUM, "pgdat->kswapd_order before")                                  \
	F(__s32, kswapd_highest_zoneidx, ZONE, "pgdat->kswapd_highest_zoneidx before")             \
	F(__s32, kswapd_failures, NUM, "of the node")                                              \
	F(__u32, kswapd_waits, BOOL, "kswapd sleeps, so a wake-up would have an effect")           \
	F(__u32, pad, PAD, "")                                                                     \
	F(__u64, managed, PAGES, "managed_pages of the zone")                                      \
	A(__u64, boost, RS_MAX_ZONES, PAGES, "watermark_boost of the node's zones")

#define RS_FIELDS_wakeup_kswapd_end(F, A)                                                          \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, order, NUM, "order of the request")                                               \
	F(__s32, highest_zoneidx, ZONE, "highest zone of the request")                             \
	F(__s32, kswapd_order, NUM, "pgdat->kswapd_order after")                                   \
	F(__s32, kswapd_highest_zoneidx, ZONE, "pgdat->kswapd_highest_zoneidx after")              \
	F(__u32, gfp, GFP, "gfp mask of the request")                                              \
	F(__u32, kswapd_waits, BOOL, "kswapd sleeps, by now")                                      \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_wakeup_kswapd(F, A)                                                              \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, zid, ZONE, "zone")                                                                \
	F(__s32, order, NUM, "order of the request")                                               \
	F(__u32, gfp, GFP, "gfp mask of the request")                                              \
	F(__s32, stack, STACK, "call chain, -1: none")                                             \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_prepare_kswapd_sleep(F, A)                                                       \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, order, NUM, "order")                                                              \
	F(__s32, highest_zoneidx, ZONE, "highest zone")                                            \
	F(__u32, ret, BOOL, "it may")                                                              \
	F(__s32, kswapd_failures, NUM, "of the node")                                              \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_pgdat_balanced(F, A)                                                             \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, order, NUM, "order")                                                              \
	F(__s32, highest_zoneidx, ZONE, "highest zone")                                            \
	F(__u32, ret, BOOL, "it is")

#define RS_FIELDS_balance_pgdat_begin(F, A)                                                        \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, order, NUM, "order")                                                              \
	F(__s32, highest_zoneidx, ZONE, "highest zone")                                            \
	F(__s32, kswapd_failures, NUM, "of the node")                                              \
	F(__s32, laptop_mode, NUM, "vm.laptop_mode, -1: there is none, or it is not visible")      \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_balance_pgdat_end(F, A)                                                          \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, order, NUM, "order asked for")                                                    \
	F(__s32, highest_zoneidx, ZONE, "highest zone")                                            \
	F(__s32, kswapd_failures, NUM, "of the node")                                              \
	F(__s32, ret, NUM, "order that was served")                                                \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_kswapd_fail(F, A)                                                                \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, failures, NUM, "in a row")

#define RS_FIELDS_kswapd_clear_hopeless(F, A)                                                      \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, reason, NUM, "0 other, 1 kswapd, 2 direct, 3 pcp")

#define RS_FIELDS_shrink_node_begin(F, A)                                                          \
	RS_FIELDS_SC(F)                                                                            \
	F(__u64, inactive_anon, PAGES, "of the node")                                              \
	F(__u64, active_anon, PAGES, "of the node")                                                \
	F(__u64, inactive_file, PAGES, "of the node")                                              \
	F(__u64, active_file, PAGES, "of the node")                                                \
	F(__u64, anon_cost, NUM, "of the target's lruvec")                                         \
	F(__u64, file_cost, NUM, "of the target's lruvec")                                         \
	A(__u64, refaults, 2, NUM, "of the target's lruvec, anon and file")                        \
	F(__s64, swap_free, PAGES, "nr_swap_pages")                                                \
	F(__u64, swap_total, PAGES, "total_swap_pages")                                            \
	F(__s32, kswapd_failures, NUM, "of the node")                                              \
	F(__u32, task_flags, TASK_FLAGS, "PF_ flags of the reclaimer")                             \
	F(__u32, lruvec_flags, HEX, "of the target's lruvec: 1 and 2 are congestion")              \
	F(__u32, node_flags, HEX, "1 PGDAT_DIRTY, 2 PGDAT_WRITEBACK")

#define RS_FIELDS_shrink_node_end(F, A)                                                            \
	RS_FIELDS_SC(F)                                                                            \
	F(__u32, nr_dirty, PAGES, "sc->nr.dirty")                                                  \
	F(__u32, nr_unqueued_dirty, PAGES, "sc->nr.unqueued_dirty")                                \
	F(__u32, nr_congested, PAGES, "sc->nr.congested")                                          \
	F(__u32, nr_writeback, PAGES, "sc->nr.writeback")                                          \
	F(__u32, nr_immediate, PAGES, "sc->nr.immediate")                                          \
	F(__u32, nr_file_taken, PAGES, "sc->nr.file_taken")                                        \
	F(__u32, nr_taken, PAGES, "sc->nr.taken")                                                  \
	F(__s32, kswapd_failures, NUM, "of the node")                                              \
	F(__u64, inactive_anon, PAGES, "of the node")                                              \
	F(__u64, inactive_file, PAGES, "of the node")                                              \
	F(__s64, swap_free, PAGES, "nr_swap_pages")                                                \
	F(__u32, lruvec_flags, HEX, "of the target's lruvec: 1 and 2 are congestion")              \
	F(__u32, node_flags, HEX, "1 PGDAT_DIRTY, 2 PGDAT_WRITEBACK")

#define RS_FIELDS_shrink_lruvec_begin(F, A)                                                        \
	RS_FIELDS_SC(F)                                                                            \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__u64, usage, PAGES, "memory usage of that cgroup")                                      \
	F(__u64, emin, PAGES, "its effective memory.min")                                          \
	F(__u64, elow, PAGES, "its effective memory.low")                                          \
	F(__s64, swap_margin, PAGES, "its memory.swap.max less its usage")                         \
	F(__s64, swap_free, PAGES, "nr_swap_pages")                                                \
	F(__u64, swap_total, PAGES, "total_swap_pages")                                            \
	F(__u64, sc_anon_cost, NUM, "sc->anon_cost")                                               \
	F(__u64, sc_file_cost, NUM, "sc->file_cost")                                               \
	F(__u64, anon_cost, NUM, "of this lruvec")                                                 \
	F(__u64, file_cost, NUM, "of this lruvec")                                                 \
	A(__u64, refaults, 2, NUM, "of this lruvec, anon and file")                                \
	F(__u64, node_inactive_anon, PAGES, "of the node")                                         \
	F(__u64, node_inactive_file, PAGES, "of the node")                                         \
	F(__u64, node_active_file, PAGES, "of the node")                                           \
	F(__s32, swappiness, NUM, "vm.swappiness")                                                 \
	F(__s32, proactive_swappiness, NUM, "of this reclaim, -1: none")                           \
	F(__u32, online, BOOL, "the cgroup exists for user space")                                 \
	F(__u32, task_flags, TASK_FLAGS, "PF_ flags of the reclaimer")                             \
	A(__u64, activate, 2, PAGES, "WORKINGSET_ACTIVATE_ANON, _FILE of this lruvec, -1: not visible") \
	F(__u64, node_free, PAGES, "NR_FREE_PAGES of all zones of the node, the cached counters")  \
	F(__u64, node_high, PAGES, "the high marks of all zones of the node, with their boosts")   \
	A(__u64, lru_zone_size, RS_MAX_ZONES * RS_MAX_LRU, PAGES, "size of each list, [zone][lru]")

#define RS_FIELDS_lruvec_sizes(F, A)                                                               \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__u64, usage, PAGES, "memory usage of that cgroup")                                      \
	F(__u64, emin, PAGES, "its effective memory.min")                                          \
	F(__u64, elow, PAGES, "its effective memory.low")                                          \
	A(__u64, lru_zone_size, RS_MAX_ZONES * RS_MAX_LRU, PAGES, "size of each list, [zone][lru]")

#define RS_FIELDS_shrink_lruvec_end(F, A)                                                          \
	RS_FIELDS_SC(F)                                                                            \
	F(__u64, cgroup, CGROUP, "whose lruvec")

#define RS_FIELDS_ISOLATE(F)                                                                       \
	F(__u64, nr_requested, PAGES, "asked for")                                                 \
	F(__u64, nr_isolate_scanned, PAGES, "taken off the tail, skipped zones included")          \
	F(__u64, nr_skipped, PAGES, "in a zone that does not help")                                \
	F(__u64, nr_taken, PAGES, "isolated")                                                      \
	F(__s16, lru, LRU, "list")                                                                 \
	F(__s16, highest_zoneidx, ZONE, "highest zone that helps")                                 \
	F(__s16, order, NUM, "sc->order")                                                          \
	F(__u16, isolated, BOOL, "the five fields before are known")

#define RS_FIELDS_isolate_nothing(F, A) RS_FIELDS_ISOLATE(F)

#define RS_FIELDS_shrink_inactive(F, A)                                                            \
	RS_FIELDS_ISOLATE(F)                                                                       \
	F(__u64, nr_scanned, PAGES, "as the tracepoint counts them")                               \
	F(__u64, nr_reclaimed, PAGES, "freed")                                                     \
	F(__u32, nr_dirty, PAGES, "dirty or under writeback")                                      \
	F(__u32, nr_writeback, PAGES, "under writeback for somebody else")                         \
	F(__u32, nr_congested, PAGES, "under writeback and met before")                            \
	F(__u32, nr_immediate, PAGES, "met again while under writeback")                           \
	F(__u32, nr_activate_anon, PAGES, "put back on the active list")                           \
	F(__u32, nr_activate_file, PAGES, "put back on the active list")                           \
	F(__u32, nr_ref_keep, PAGES, "kept, referenced")                                           \
	F(__u32, nr_unmap_fail, PAGES, "could not be unmapped")                                    \
	F(__u32, nr_unqueued_dirty, PAGES, "dirty, nobody writes them")                            \
	F(__u32, nr_pageout, PAGES, "written by this reclaim")                                     \
	F(__u32, nr_lazyfree_fail, PAGES, "lazyfree and dirtied again")                            \
	F(__u32, nr_demoted, PAGES, "moved to a slower node")                                      \
	F(__s16, nid, NODE, "node")                                                                \
	F(__s16, priority, NUM, "sc->priority")                                                    \
	F(__u16, file, BOOL, "file pages")                                                         \
	F(__u16, full_stat, BOOL, "unqueued_dirty to demoted are known")                           \
	F(__u32, reclaimer, RECLAIM_KIND, "kswapd, or a task")                                     \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_shrink_active(F, A)                                                              \
	RS_FIELDS_ISOLATE(F)                                                                       \
	F(__u64, nr_active, PAGES, "rotated to the head of the active list")                       \
	F(__u64, nr_deactivated, PAGES, "moved to the inactive list")                              \
	F(__u64, nr_referenced, PAGES, "referenced")                                               \
	F(__s16, nid, NODE, "node")                                                                \
	F(__s16, priority, NUM, "sc->priority")                                                    \
	F(__u16, file, BOOL, "file pages")                                                         \
	F(__u16, pad, PAD, "")

#define RS_FIELDS_shrink_active_list(F, A)                                                         \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__u64, nr_to_scan, PAGES, "asked for")                                                   \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, lru, LRU, "list")

#define RS_FIELDS_inactive_is_low(F, A)                                                            \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__u64, inactive, PAGES, "lruvec_page_state() of the inactive list")                      \
	F(__u64, active, PAGES, "lruvec_page_state() of the active list")                          \
	A(__u64, activate, 2, PAGES, "WORKINGSET_ACTIVATE_ANON, _FILE")                            \
	A(__u64, refaults, 2, PAGES, "lruvec->refaults[]")                                         \
	F(__u64, inactive_file, PAGES, "lruvec_page_state() of the inactive file list")            \
	F(__u64, entry_inactive, PAGES, "of the inactive list when it was entered, -1: not seen")  \
	F(__u64, entry_active, PAGES, "of the active list when it was entered")                    \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s16, lru, LRU, "inactive list asked about")                                            \
	F(__u16, ret, BOOL, "it is")

#define RS_FIELDS_lruvec_page_state(F, A)                                                          \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__u64, value, PAGES, "what it returned")                                                 \
	F(__u64, anon_cost, NUM, "of the lruvec at that moment")                                   \
	F(__u64, file_cost, NUM, "of the lruvec at that moment")                                   \
	A(__u64, refaults, 2, PAGES, "lruvec->refaults[]")                                         \
	F(__s32, nid, NODE, "node")                                                                \
	F(__u32, item, LRUVEC_ITEM, "counter")

#define RS_FIELDS_lruvec_lru_size(F, A)                                                            \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__u64, ret, PAGES, "size in the zones up to zid")                                        \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s16, lru, LRU, "list")                                                                 \
	F(__s16, zid, ZONE, "highest zone counted")

#define RS_FIELDS_proportional_protection(F, A)                                                    \
	F(__u64, cgroup, CGROUP, "cgroup")                                                         \
	F(__u64, scan, PAGES, "size before")                                                       \
	F(__u64, ret, PAGES, "size after")                                                         \
	F(__u64, usage, PAGES, "memory usage of the cgroup")                                       \
	F(__u64, emin, PAGES, "its effective memory.min")                                          \
	F(__u64, elow, PAGES, "its effective memory.low")                                          \
	F(__u32, sc_flags, SC_FLAGS, "bits of scan_control")                                       \
	F(__u32, pad, PAD, "")

#define RS_COST_LEVELS 6
#define RS_FIELDS_note_cost_begin(F, A)                                                            \
	F(__u32, source, COST_SOURCE, "which function")                                            \
	F(__u32, file, BOOL, "file pages")                                                         \
	F(__u32, nr_io, PAGES, "pages written or refaulted")                                       \
	F(__u32, nr_rotated, PAGES, "pages scanned in vain")                                       \
	F(__s32, nid, NODE, "node")                                                                \
	F(__u32, levels, NUM, "filled elements of the arrays: the lruvec, its parent, and so on")  \
	A(__u64, cgroup, RS_COST_LEVELS, CGROUP, "whose lruvec")                                   \
	A(__u64, anon_cost, RS_COST_LEVELS, NUM, "lruvec->anon_cost")                              \
	A(__u64, file_cost, RS_COST_LEVELS, NUM, "lruvec->file_cost")                              \
	A(__u64, lru_size, RS_COST_LEVELS, PAGES, "sum of its four lists, as the model needs it")

#define RS_FIELDS_note_cost_end(F, A) RS_FIELDS_note_cost_begin(F, A)

#define RS_FIELDS_reclaim_pages(F, A)                                                              \
	F(__u64, nr_scanned, PAGES, "looked at")                                                   \
	F(__u64, nr_reclaimed, PAGES, "freed")                                                     \
	F(__s32, nid, NODE, "node")                                                                \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_reclaim_writeback(F, A)                                                          \
	F(__u64, nr_taken, PAGES, "isolated")                                                      \
	F(__s32, nid, NODE, "node")                                                                \
	F(__u32, nr_unqueued_dirty, PAGES, "dirty, nobody writes them")                            \
	F(__u32, nr_pageout, PAGES, "written by this reclaim")                                     \
	F(__u32, nr_lazyfree_fail, PAGES, "lazyfree and dirtied again")                            \
	F(__u32, nr_demoted, PAGES, "moved to a slower node")                                      \
	F(__u32, nr_dirty, PAGES, "dirty or under writeback")                                      \
	F(__u32, nr_writeback, PAGES, "under writeback for somebody else")                         \
	F(__u32, nr_immediate, PAGES, "met again while under writeback")

#define RS_FIELDS_shrink_slab(F, A)                                                                \
	F(__u64, cgroup, CGROUP, "memory cgroup, 0: none")                                         \
	F(__u64, shrinker, SYM, "its scan_objects function")                                       \
	F(__s64, nr_deferred, NUM, "left over from earlier calls")                                 \
	F(__u64, freeable, NUM, "objects that count_objects() reported")                           \
	F(__u64, delta, NUM, "pressure of this call")                                              \
	F(__u64, total_scan, NUM, "objects to scan")                                               \
	F(__s64, unused_scan, NUM, "nr_deferred as the end tracepoint tells it")                   \
	F(__s64, new_scan, NUM, "the shared counter afterwards")                                   \
	F(__s64, left, NUM, "of total_scan when the loop ended")                                   \
	F(__u64, duration_ns, NS, "from start to end")                                             \
	F(__s64, batch, NUM, "shrinker->batch")                                                    \
	F(__s32, freed, NUM, "objects freed")                                                      \
	F(__s32, seeks, NUM, "shrinker->seeks")                                                    \
	F(__u32, flags, HEX, "shrinker->flags")                                                    \
	F(__s16, priority, NUM, "sc->priority")                                                    \
	F(__s16, nid, NODE, "node")

#define RS_FIELDS_compaction_suitable(F, A)                                                        \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, zid, ZONE, "zone")                                                                \
	F(__s32, order, NUM, "order")                                                              \
	F(__s32, result, COMPACT_RESULT, "the kernel's enum compact_result")

#define RS_FIELDS_compaction_suitable_fn(F, A)                                                     \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, zid, ZONE, "zone")                                                                \
	F(__s32, order, NUM, "order")                                                              \
	F(__s32, ret, NUM, "a compact_result up to 6.1, from 6.12 on 0 or 1")                      \
	F(__u64, mark, PAGES, "third argument: alloc_flags, highest zone or mark, by kernel")      \
	F(__u64, highest_zoneidx, ZONE, "fourth argument")                                         \
	F(__s32, extfrag_threshold, NUM, "vm.extfrag_threshold, -1: not visible")                  \
	F(__u32, pad, PAD, "")                                                                     \
	A(__u64, nr_free, RS_MAX_ORDERS, NUM, "free blocks of each order; only for costly orders")

#define RS_FIELDS_compaction_deferral(F, A)                                                        \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, zid, ZONE, "zone")                                                                \
	F(__s32, order, NUM, "order")                                                              \
	F(__u32, what, NUM, "0: put off, 1: failed, so put off for longer, 2: a block was made")   \
	F(__u32, considered, NUM, "requests put off since it failed, afterwards")                  \
	F(__u32, defer_shift, NUM, "2 to this power are put off, afterwards")                      \
	F(__s32, order_failed, NUM, "lower orders are not put off, afterwards")                    \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_kcompactd(F, A)                                                                  \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, order, NUM, "order")                                                \
	F(__s32, highest_zoneidx, ZONE, "highest zone")                              \
	F(__u32, what, NUM, "0: somebody woke it, 1: it wakes")

#define RS_FIELDS_direct_compact(F, A)                                                             \
	F(__u32, gfp, GFP, "gfp mask of the request")                                              \
	F(__s32, order, NUM, "its order")                                                          \
	F(__s32, priority, NUM, "compaction priority")                                             \
	F(__u32, got_page, BOOL, "it ended with a page")

#define RS_FIELDS_reclaim_retry_zone(F, A)                                                         \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, zid, ZONE, "zone")                                                                \
	F(__s32, order, NUM, "order of the request")                                               \
	F(__s32, no_progress_loops, NUM, "rounds without progress")                                \
	F(__u64, reclaimable, PAGES, "zone_reclaimable_pages()")                                   \
	F(__u64, available, PAGES, "reclaimable and free")                                         \
	F(__u64, min_wmark, PAGES, "min mark, boost included")                                     \
	F(__u32, wmark_check, BOOL, "the zone would do")                                           \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_compact_retry(F, A)                                                              \
	F(__s32, order, NUM, "order of the request")                                               \
	F(__s32, priority, NUM, "compaction priority")                                             \
	F(__s32, result, COMPACT_RESULT, "the kernel's enum compact_result")                       \
	F(__s32, retries, NUM, "so far")                                                           \
	F(__s32, max_retries, NUM, "allowed")                                                      \
	F(__u32, ret, BOOL, "retry")

#define RS_FIELDS_oom_begin(F, A)                                                                  \
	F(__s32, order, NUM, "order of the request")                                               \
	F(__u32, gfp, GFP, "its gfp mask")                                                         \
	F(__u64, cgroup, CGROUP, "cgroup at its limit, 0: global")

#define RS_FIELDS_oom_end(F, A)                                                                    \
	F(__u64, totalpages, PAGES, "memory and swap that count")                                  \
	F(__s64, chosen_points, PAGES, "score of the victim")                                      \
	F(__u32, ret, BOOL, "something was done about it")                                         \
	F(__u32, victim, NUM, "process of the victim, 0: none")

#define RS_FIELDS_oom_badness(F, A)                                                                \
	F(__s64, points, PAGES, "the score; the lowest number there is: never")                    \
	F(__u64, totalpages, PAGES, "memory and swap that count")                                  \
	F(__u64, rss, PAGES, "in memory")                                                          \
	F(__u64, swapents, PAGES, "in swap")                                                       \
	F(__u64, pgtables_bytes, NUM, "bytes of page tables")                                             \
	F(__u32, tgid, NUM, "process")                                                             \
	F(__u32, flags, TASK_FLAGS, "PF_ flags")                                                   \
	F(__s32, oom_score_adj, NUM, "oom_score_adj")                                              \
	F(__u32, has_mm, BOOL, "its first thread has memory")                                      \
	F(__u64, rss_sum, PAGES, "in memory, with what the CPUs count for themselves; 0: not told") \
	F(__u64, swapents_sum, PAGES, "in swap, in the same way")                                  \
	F(__u32, untold, BOOL, "points is not told: another's were more")                          \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_mark_victim(F, A)                                                                \
	F(__u32, victim, NUM, "thread that will die")                                             \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_zone_watermark_ok(F, A)                                                          \
	F(__s16, nid, NODE, "node")                                                                \
	F(__s16, zid, ZONE, "zone")                                                                \
	F(__s16, order, NUM, "order")                                                              \
	F(__s16, highest_zoneidx, ZONE, "highest zone of the request")                             \
	F(__u32, alloc_flags, ALLOC_FLAGS, "alloc_flags")                                          \
	F(__u32, ret, BOOL, "the mark holds")                                                      \
	F(__u64, mark, PAGES, "mark tested, boost included")                                       \
	F(__s64, free, PAGES, "free pages that were compared")                                     \
	F(__u64, lowmem_reserve, PAGES, "lowmem_reserve[highest_zoneidx]")                         \
	F(__u64, highatomic, PAGES, "held back for HIGHATOMIC requests")                           \
	F(__u64, cma, PAGES, "free CMA pages")                                                     \
	F(__u64, boost, PAGES, "watermark_boost")

#define RS_FIELDS_zone_watermark_ok_order(F, A)                                                    \
	RS_FIELDS_zone_watermark_ok(F, A)                                                          \
	A(__u64, free_area, RS_MAX_ORDERS, HEX,                                                    \
	  "nr_free << 8 | mask of migrate types that have a block; 0 below order")

#define RS_FIELDS_get_page_from_freelist(F, A)                                                     \
	F(__u32, gfp, GFP, "gfp mask")                                                             \
	F(__s32, order, NUM, "order")                                                              \
	F(__u32, alloc_flags, ALLOC_FLAGS, "alloc_flags")                                          \
	F(__u32, got_page, BOOL, "it ended with a page")                                           \
	F(__u32, task_flags, TASK_FLAGS, "PF_ flags of the task")                                  \
	F(__s16, prio, NUM, "priority of the task, below 100: realtime")                           \
	F(__s16, highest_zoneidx, ZONE, "highest zone of the request")

#define RS_FIELDS_workingset_eviction(F, A)                                                        \
	F(__u64, cgroup, CGROUP, "cgroup whose reclaim evicted it, 0: global")                     \
	F(__u64, shadow, HEX, "the shadow entry")                                                  \
	F(__u64, nonresident_age, NUM, "of the lruvec, read after")                                \
	F(__s32, nid, NODE, "node")                                                                \
	F(__u16, file, BOOL, "a file page")                                                        \
	F(__u16, workingset, BOOL, "PG_workingset was set")                                        \
	F(__u64, entry_age, NUM, "nonresident_age, read before")                                   \
	F(__u32, nr_pages, PAGES, "pages of the folio; 0: entry_age was not read")                 \
	F(__u16, flags, FOLIO_FLAGS, "state of the folio before; 0: not read")                     \
	F(__u8, refs, NUM, "reference bits before")                                                \
	F(__u8, refs_after, NUM, "and after")                                                      \
	F(__u64, owner, CGROUP, "cgroup that loses it")                                            \
	F(__u64, place, ID, "where its first page belongs, in a file or in swap; 0: not told")

#define RS_FIELDS_workingset_refault(F, A)                                                         \
	F(__u64, cgroup, CGROUP, "cgroup that is charged")                                         \
	F(__u64, shadow, HEX, "the shadow entry")                                                  \
	F(__s32, nid, NODE, "node")                                                                \
	F(__u16, file, BOOL, "a file page")                                                        \
	F(__u16, nr_pages, PAGES, "pages of the folio")                                            \
	F(__u64, place, ID, "where its first page belongs, as in workingset_eviction; 0: not told")

#define RS_FIELDS_refault_test(F, A)                                                               \
	F(__u64, cgroup, CGROUP, "whose reclaim had evicted it")                                   \
	F(__u64, shadow, HEX, "the shadow entry")                                                  \
	F(__u64, entry_age, NUM, "nonresident_age of that cgroup's lruvec, read before")           \
	F(__u64, nonresident_age, NUM, "the same, read after")                                     \
	A(__u64, entry_size, RS_MAX_LRU - 1, PAGES, "its lists, read before")                      \
	A(__u64, lru_size, RS_MAX_LRU - 1, PAGES, "its lists, as they were compared")              \
	F(__s64, swap_eviction, PAGES, "swap that this cgroup may fill")                           \
	F(__s64, swap_refault, PAGES, "swap that the cgroup of the page may fill")                 \
	F(__s32, nid, NODE, "node of the shadow")                                                  \
	F(__u32, nr_pages, PAGES, "pages of the folio")                                            \
	F(__u16, file, BOOL, "a file page")                                                        \
	F(__u16, known, NUM, "bit of each list that was read; 0: the cgroup is not above that of the page") \
	F(__u16, active, BOOL, "PG_active, afterwards")                                            \
	F(__u16, workingset, BOOL, "PG_workingset, afterwards")

#define RS_FIELDS_memcg_protection_begin(F, A) RS_FIELDS_memcg_protection(F, A)
#define RS_FIELDS_memcg_protection(F, A)                                                           \
	F(__u64, cgroup, CGROUP, "cgroup")                                                         \
	F(__u64, parent, CGROUP, "its parent")                                                     \
	F(__u64, root, CGROUP, "where the walk began")                                             \
	F(__u64, usage, PAGES, "memory usage")                                                     \
	F(__u64, min, PAGES, "memory.min")                                                         \
	F(__u64, low, PAGES, "memory.low")                                                         \
	F(__u64, emin, PAGES, "effective memory.min")                                              \
	F(__u64, elow, PAGES, "effective memory.low")                                              \
	F(__u64, parent_usage, PAGES, "of the parent")                                             \
	F(__u64, parent_emin, PAGES, "of the parent")                                              \
	F(__u64, parent_elow, PAGES, "of the parent")                                              \
	F(__u64, children_min_usage, PAGES, "of the parent")                                       \
	F(__u64, children_low_usage, PAGES, "of the parent")

#define RS_GENS 4
#define RS_TIERS 4
#define RS_FIELDS_lru_gen_state(F, A)                                                              \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__s32, nid, NODE, "node")                                                                \
	F(__u16, of, EVENT, "the record it belongs to, just before it")                            \
	F(__u8, gen, NUM, "generation in the memcg LRU")                                           \
	F(__u8, seg, NUM, "segment in the memcg LRU")                                              \
	F(__u64, max_seq, NUM, "youngest generation")                                              \
	A(__u64, min_seq, 2, NUM, "oldest generation, anon and file")                              \
	F(__u64, walk_seq, NUM, "mm_state.seq")                                                    \
	A(__u64, timestamps, RS_GENS, NUM, "birth of each generation, jiffies")                    \
	A(__s64, nr_pages, RS_GENS * 2 * RS_MAX_ZONES, PAGES, "pages, [gen][type][zone]")          \
	A(__u64, avg_refaulted, 2 * RS_TIERS, PAGES, "moving average, [type][tier]")               \
	A(__u64, avg_total, 2 * RS_TIERS, PAGES, "moving average, [type][tier]")                   \
	A(__u64, protected, 2 * RS_TIERS, PAGES, "protected in this generation, [type][tier]")     \
	A(__u64, evicted, 2 * RS_TIERS, PAGES, "evicted in this generation, [type][tier]")         \
	A(__u64, refaulted, 2 * RS_TIERS, PAGES, "refaulted in this generation, [type][tier]")     \
	F(__u64, empty, HEX, "bit (gen * 2 + type) * 5 + zone: that list is empty")                \
	F(__u64, jiffies, NUM, "now, as in timestamps")

#define RS_FIELDS_evict_folios_begin(F, A)                                                         \
	RS_FIELDS_SC(F)                                                                            \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__u64, nr_to_scan, PAGES, "asked for, 0: this kernel does not say")                      \
	F(__s32, swappiness, NUM, "in use")                                                        \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_evict_folios_end(F, A)                                                           \
	RS_FIELDS_SC(F)                                                                            \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__s64, ret, PAGES, "scanned, as it tells its caller")

#define RS_FIELDS_isolate_folios_begin(F, A)                                                       \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__u64, nr_to_scan, PAGES, "asked for, 0: this kernel does not say")                      \
	F(__u32, gfp, GFP, "sc->gfp_mask")                                                         \
	F(__u32, sc_flags, SC_FLAGS, "bits of scan_control")                                       \
	F(__s16, nid, NODE, "node")                                                                \
	F(__s16, swappiness, NUM, "in use")                                                        \
	F(__s16, reclaim_idx, ZONE, "highest zone that helps")                                     \
	F(__u16, walked, HEX, "1, 2: anon, file folios are in gen_folio records; 4, 8: all of them") \
	F(__u32, nr_recorded, NUM, "gen_folio records, which come just before")                    \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_isolate_folios_end(F, A)                                                         \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__s64, ret, PAGES, "scanned")                                                            \
	F(__s64, isolated, PAGES, "isolated, -1: this kernel does not say")                        \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, type, NUM, "0 anon, 1 file: type chosen")

#define RS_FIELDS_should_abort_scan(F, A)                                                          \
	RS_FIELDS_SC(F)                                                                            \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__u32, ret, BOOL, "enough")                                                              \
	F(__u32, task_flags, TASK_FLAGS, "PF_ flags of the reclaimer")                             \
	F(__u64, usage, PAGES, "memory usage of that cgroup")                                      \
	F(__u64, emin, PAGES, "its effective memory.min")

#define RS_FIELDS_shrink_one(F, A)                                                                 \
	RS_FIELDS_SC(F)                                                                            \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__u64, usage, PAGES, "memory usage of that cgroup")                                      \
	F(__u64, emin, PAGES, "its effective memory.min")                                          \
	F(__u64, elow, PAGES, "its effective memory.low")                                          \
	F(__s32, ret, NUM, "how it moves in the memcg LRU: 0 stay, 1 head, 2 tail, 3 old, 4 young") \
	F(__u32, seg, NUM, "segment after")                                                        \
	F(__u32, online, BOOL, "the cgroup exists for user space")                                 \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_try_to_shrink_lruvec_begin(F, A)                                                 \
	RS_FIELDS_SC(F)                                                                            \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__u64, usage, PAGES, "memory usage of that cgroup")                                      \
	F(__u64, emin, PAGES, "its effective memory.min")                                          \
	F(__u64, elow, PAGES, "its effective memory.low")                                          \
	F(__u32, online, BOOL, "the cgroup exists for user space")                                 \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_try_to_shrink_lruvec_end(F, A)                                                   \
	RS_FIELDS_SC(F)                                                                            \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__u32, ret, BOOL, "the memcg has to be rotated")                                         \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_get_swappiness(F, A)                                                             \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, ret, NUM, "swappiness in use")                                                    \
	F(__s32, swappiness, NUM, "vm.swappiness")                                                 \
	F(__s32, proactive_swappiness, NUM, "of this reclaim, -1: none")                           \
	F(__u64, target_cgroup, CGROUP, "whose reclaim this is, 0: global")                        \
	F(__u64, usage, PAGES, "memory usage of that cgroup")                                      \
	F(__u64, emin, PAGES, "its effective memory.min")                                          \
	F(__u64, elow, PAGES, "its effective memory.low")                                          \
	F(__s64, swap_margin, PAGES, "memory.swap.max less usage, the least of it and its parents") \
	F(__s64, swap_free, PAGES, "nr_swap_pages")                                                \
	F(__u32, sc_flags, SC_FLAGS, "bits of scan_control")                                       \
	F(__u32, task_flags, TASK_FLAGS, "PF_ flags of the reclaimer")                             \
	F(__s16, priority, NUM, "sc->priority")                                                    \
	F(__u16, online, BOOL, "the cgroup exists for user space")                                 \
	F(__u32, pad, PAD, "")

#define RS_FIELDS_lru_gen_rotate_memcg(F, A)                                                       \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, op, NUM, "1 head, 2 tail, 3 old, 4 young")                                        \
	F(__u32, gen, NUM, "generation after")                                                     \
	F(__u32, seg, NUM, "segment after")                                                        \
	F(__u64, seq, NUM, "memcg_lru.seq of the node after")

#define RS_FIELDS_rotate_memcg_begin(F, A)                                                         \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, op, NUM, "1 head, 2 tail, 3 old, 4 young")                                        \
	F(__u32, gen, NUM, "generation before")                                                    \
	F(__u32, seg, NUM, "segment before")                                                       \
	F(__u64, seq, NUM, "memcg_lru.seq of the node before")

#define RS_FIELDS_lruvec_is_sizable(F, A)                                                          \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s16, priority, NUM, "sc->priority")                                                    \
	F(__u16, ret, BOOL, "it is")                                                               \
	F(__u64, jiffies, NUM, "now")                                                              \
	F(__u64, min_ttl, NUM, "lru_gen/min_ttl_ms, in jiffies")

#define RS_FIELDS_lruvec_evictable_size(F, A)                                                      \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__u64, ret, PAGES, "pages")                                                              \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, swappiness, NUM, "in use")

/* What the kernel's enum without a name calls MM_...; the tables that walk_pmd_range() came to are told by 6.1 only. */
enum rs_walk_stat {
	RS_WALK_LEAF_TOTAL,
	RS_WALK_LEAF_YOUNG,
	RS_WALK_NONLEAF_TOTAL,
	RS_WALK_NONLEAF_FOUND,
	RS_WALK_NONLEAF_ADDED,
	RS_NR_WALK_STATS,
};

#define RS_FIELDS_try_to_inc_max_seq(F, A)                                                         \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__u64, seq, NUM, "generation it wants to follow")                                        \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, swappiness, NUM, "in use")                                                        \
	F(__u32, force_scan, BOOL, "walk page tables without looking at bloom filters")            \
	F(__u32, ret, BOOL, "a new generation was made")                                           \
	A(__u64, walked, RS_NR_WALK_STATS, NUM, "walks of page tables since boot: entries, young ones; tables, those the bloom filter let through, those put into the next filter")

#define RS_FIELDS_try_to_inc_min_seq(F, A)                                                         \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__s32, nid, NODE, "node")                                                                \
	F(__s32, swappiness, NUM, "in use")

#define RS_FIELDS_should_run_aging(F, A)                                                           \
	F(__u64, cgroup, CGROUP, "whose lruvec")                                                   \
	F(__u64, max_seq, NUM, "argument")                                                         \
	A(__u64, min_seq, 2, NUM, "argument")                                                      \
	F(__u64, nr_to_scan, PAGES, "result")                                                      \
	F(__s32, nid, NODE, "node")                                                                \
	F(__u16, can_swap, BOOL, "argument")                                                       \
	F(__u16, ret, BOOL, "it must")                                                             \
	F(__u64, jiffies, NUM, "now")                                                              \
	F(__u64, min_ttl, NUM, "lru_gen/min_ttl_ms, in jiffies")                                   \
	F(__s32, priority, NUM, "sc->priority")                                                    \
	F(__u32, online, BOOL, "the cgroup exists for user space")

#define RS_FIELDS_set_mm_walk(F, A)                                                                \
	F(__s32, nid, NODE, "node")                                                                \
	F(__u32, pad, PAD, "")                                                                     \
	F(__u64, inactive_anon, PAGES, "of the node")                                              \
	F(__u64, inactive_file, PAGES, "of the node")                                              \
	F(__s64, swap_free, PAGES, "nr_swap_pages")

#define RS_FIELDS_folio(F, A)                                                                      \
	F(__u64, folio, ID, "identity, scrambled")                                                 \
	F(__u64, cgroup, CGROUP, "memory cgroup, 0: none")                                         \
	F(__u32, flags, FOLIO_FLAGS, "state")                                                      \
	F(__u32, nr_pages, PAGES, "size")                                                          \
	F(__s32, refcount, NUM, "references held")                                                 \
	F(__s32, mapcount, NUM, "mappings")                                                        \
	F(__s16, nid, NODE, "node")                                                                \
	F(__s16, zid, ZONE, "zone")                                                                \
	F(__u16, gen, NUM, "MGLRU: generation + 1, 0: on no generation")                           \
	F(__u16, refs, NUM, "MGLRU: reference bits")

#define RS_FIELDS_folio_referenced(F, A)                                                           \
	F(__u64, folio, ID, "identity, scrambled")                                                 \
	F(__u32, flags, FOLIO_FLAGS, "state")                                                      \
	F(__s32, ret, NUM, "references found, -1: contended")                                      \
	F(__u64, vm_flags, HEX, "1 locked, 2 executable")

#define RS_FIELDS_folio_kept(F, A)                                                                 \
	F(__u64, folio, ID, "identity, scrambled")                                                 \
	F(__u32, flags, FOLIO_FLAGS, "state afterwards")                                           \
	F(__u32, outcome, FOLIO_OUTCOME, "kept or activated")

#define RS_FIELDS_shrink_folio_list_begin(F, A)                                                    \
	F(__u64, nr_scanned, PAGES, "sc->nr_scanned")                                              \
	F(__u32, nr_folios, NUM, "folios on the list")                                             \
	F(__u32, nr_recorded, NUM, "of them written as a folio record")                            \
	F(__s32, nid, NODE, "node")                                                                \
	F(__u32, ignore_references, BOOL, "references do not save a folio")

#define RS_FIELDS_shrink_folio_list_end(F, A)                                                      \
	F(__u64, nr_scanned, PAGES, "sc->nr_scanned")                                              \
	F(__u64, ret, PAGES, "freed")                                                              \
	F(__u32, nr_left, NUM, "folios left on the list")                                          \
	F(__u32, nr_recorded, NUM, "of them written as a folio_kept record")                       \
	F(__s32, nid, NODE, "node")                                                                \
	F(__u32, nr_demoted, PAGES, "moved to a slower node")

#define RS_FIELDS_write_folio(F, A)                                                                \
	F(__u64, folio, ID, "identity, scrambled")                                                 \
	F(__u32, flags, FOLIO_FLAGS, "state")                                                      \
	F(__u32, nr_pages, PAGES, "base pages; 0: not told")

#define RS_FIELDS_folio_unmap(F, A)                                                                \
	F(__u64, folio, ID, "identity, scrambled")                                                 \
	F(__s32, mapcount, NUM, "mappings left")                                                   \
	F(__u32, flags, FOLIO_FLAGS, "state afterwards, 0: not told")

#define RS_FIELDS_folio_remove(F, A)                                                               \
	F(__u64, folio, ID, "identity, scrambled")                                                 \
	F(__u32, ret, BOOL, "freed from its mapping")                                              \
	F(__u32, pad, PAD, "")

/* Which list it is on: its type is RS_FOLIO_SWAPBACKED, its zone the folio's own. */
#define RS_FIELDS_gen_folio(F, A)                                                                  \
	F(__u64, folio, ID, "identity, scrambled")                                                 \
	F(__u32, flags, FOLIO_FLAGS, "state")                                                      \
	F(__u32, nr_pages, PAGES, "size")                                                          \
	F(__s32, refcount, NUM, "references held")                                                 \
	F(__u16, zid, ZONE, "zone")                                                                \
	F(__u8, gen, NUM, "generation + 1")                                                        \
	F(__u8, refs, NUM, "reference bits")

/* ---- Made from the lists above. ---- */

#define RS_ENUM_EVENT(number, name, text) RS_EVENT_##name = number,
enum rs_event_type { RS_EVENTS(RS_ENUM_EVENT) };

#define RS_FIELD_MEMBER(type, name, kind, text) type name;
#define RS_ARRAY_MEMBER(type, name, count, kind, text) type name[count];
#define RS_EVENT_STRUCT(number, name, text)                                                        \
	struct rs_event_##name {                                                                   \
		struct rs_event_hdr hdr;                                                           \
		RS_FIELDS_##name(RS_FIELD_MEMBER, RS_ARRAY_MEMBER)                                 \
	};
RS_EVENTS(RS_EVENT_STRUCT)

/* The fields of RS_FIELDS_SC and RS_FIELDS_ISOLATE where a program fills them in one go. */
struct rs_sc {
	RS_FIELDS_SC(RS_FIELD_MEMBER)
};
struct rs_isolate {
	RS_FIELDS_ISOLATE(RS_FIELD_MEMBER)
};

#define RS_FIELD_SIZE(type, name, kind, text) +sizeof(type)
#define RS_ARRAY_SIZE(type, name, count, kind, text) +sizeof(type) * (count)
#define RS_EVENT_CHECK(number, name, text)                                                         \
	_Static_assert(sizeof(struct rs_event_##name) ==                                           \
			       sizeof(struct rs_event_hdr)                                         \
				       RS_FIELDS_##name(RS_FIELD_SIZE, RS_ARRAY_SIZE),             \
		       #name ": implicit padding");                                                \
	_Static_assert(sizeof(struct rs_event_##name) % 8 == 0, #name ": not a multiple of 8");    \
	_Static_assert(sizeof(struct rs_event_##name) <= RS_MAX_RECORD, #name ": too long");       \
	_Static_assert(number > 0 && number < RS_NR_EVENTS, #name ": number out of range");
RS_EVENTS(RS_EVENT_CHECK)

#endif
