/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What bpf/ and src/probe share besides the records: options that are set before loading, the
 * layout of the rings, the loss counters, and the sums of summary mode.
 */
#ifndef RS_WIRE_CAPTURE_H
#define RS_WIRE_CAPTURE_H

#include "event.h"

enum rs_mode {
	RS_MODE_SUMMARY,
	RS_MODE_DECISIONS,
	RS_MODE_FOLIOS,
};

/*
 * Tracepoints whose calls are counted by name, whether or not each leaves a record of its own.
 * A tracepoint that differs in name between kernels has one row for each name.
 */
#define RS_TRACEPOINTS(X)                                                                          \
	X(mm_vmscan_direct_reclaim_begin)                                                          \
	X(mm_vmscan_direct_reclaim_end)                                                            \
	X(mm_vmscan_memcg_reclaim_begin)                                                           \
	X(mm_vmscan_memcg_reclaim_end)                                                             \
	X(mm_vmscan_memcg_softlimit_reclaim_begin)                                                 \
	X(mm_vmscan_memcg_softlimit_reclaim_end)                                                   \
	X(mm_vmscan_node_reclaim_begin)                                                            \
	X(mm_vmscan_node_reclaim_end)                                                              \
	X(mm_vmscan_kswapd_wake)                                                                   \
	X(mm_vmscan_kswapd_sleep)                                                                  \
	X(mm_vmscan_wakeup_kswapd)                                                                 \
	X(mm_vmscan_lru_isolate)                                                                   \
	X(mm_vmscan_lru_shrink_inactive)                                                           \
	X(mm_vmscan_lru_shrink_active)                                                             \
	X(mm_vmscan_reclaim_pages)                                                                 \
	X(mm_vmscan_throttled)                                                                     \
	X(mm_vmscan_write_folio)                                                                   \
	X(mm_vmscan_writepage)                                                                     \
	X(mm_shrink_slab_start)                                                                    \
	X(mm_shrink_slab_end)                                                                      \
	X(mm_vmscan_balance_pgdat_begin)                                                           \
	X(mm_vmscan_balance_pgdat_end)                                                             \
	X(mm_vmscan_kswapd_reclaim_fail)                                                           \
	X(mm_vmscan_kswapd_clear_hopeless)                                                         \
	X(writeback_congestion_wait)                                                               \
	X(writeback_wait_iff_congested)                                                            \
	X(reclaim_retry_zone)                                                                      \
	X(compact_retry)                                                                           \
	X(mm_compaction_suitable)                                                                  \
	X(mm_compaction_deferred)                                                                  \
	X(mm_compaction_defer_compaction)                                                          \
	X(mm_compaction_defer_reset)                                                               \
	X(mm_compaction_wakeup_kcompactd)                                                          \
	X(mm_compaction_kcompactd_wake)                                                            \
	X(mark_victim)                                                                             \
	X(mm_setup_per_zone_wmarks)                                                                \
	X(cgroup_mkdir)

#define RS_TRACEPOINT_ENUM(name) RS_TP_##name,
enum rs_tracepoint { RS_TRACEPOINTS(RS_TRACEPOINT_ENUM) RS_NR_TRACEPOINTS };

/*
 * Set by src/probe before loading, constant for the verifier. Addresses come from
 * /proc/kallsyms; 0 means: not to be had on this kernel, do without.
 */
struct rs_capture_opts {
	__u32 mode; /* enum rs_mode */
	__u32 nr_cpus; /* CPUs that have a ring: those online at the start */
	__u32 nr_nodes; /* possible nodes */
	__u32 no_probe_read; /* lockdown=confidentiality refuses bpf_probe_read_kernel() */
	__u32 word_type; /* BTF number of a struct of two words, for bpf_rdonly_cast(); 0: kernel memory is read otherwise */
	__u32 preempt_guard; /* programs can be preempted: bpf_preempt_disable() around a record */
	__u32 stacks; /* collect call chains of stalls and wake-ups */
	__u32 folio_sample; /* record one folio in so many, 1: all */
	__u32 allocator; /* the hot tests of the allocator are wanted too */
	__u32 lru_gen; /* MGLRU was on at the start */

	/* Filters; 0 or -1: off. */
	__u32 filter_active; /* any of these */
	__u32 filter_tgid;
	__u32 filter_tid;
	__s32 filter_nid;
	__u32 self_tgid; /* our own process, to be left out; 0: it is not */
	__u64 filter_cgroup;

	/* Signatures that differ between kernels, see src/kernel/kdiff.c. */
	__u32 reclaim_begin_gfp_first;
	__u32 nodes_shift; /* bits of a node number in a shadow entry */
	__u64 demoting_nodes; /* bits: nodes with a slower tier after their own, at the start */
	__u64 id_key; /* scrambles identities, random for each recording */
	__u64 addr_stext;
	__u64 addr_node_data;
	__u64 addr_root_mem_cgroup;
	__u64 addr_vm_swappiness;
	__u64 addr_nr_swap_pages;
	__u64 addr_total_swap_pages;
	__u64 addr_vm_event_states;
	__u64 addr_per_cpu_offset;
	__u64 addr_min_free_kbytes;
	__u64 addr_user_min_free_kbytes;
	__u64 addr_watermark_scale_factor;
	__u64 addr_watermark_boost_factor;
	__u64 addr_extfrag_threshold;
	__u64 addr_laptop_mode;
	__u64 addr_lru_gen_min_ttl;
	__u64 addr_numa_demotion_enabled;
};

/* Helpers that no kernel has; such calls become calls of functions of the kernel before loading. */
#define RS_CALL_PREEMPT_DISABLE 0x7fff0001
#define RS_CALL_PREEMPT_ENABLE 0x7fff0002
#define RS_CALL_RDONLY_CAST 0x7fff0003

/*
 * The rings: for each CPU one for tasks and one for what interrupts them. A record is written by
 * one CPU at one level, so nothing is shared between writers; the reader moves @tail. A record
 * may reach over the end of its segment into the room behind, and the next one starts where it
 * would have without that: the position alone tells where a record lies.
 */
#define RS_SEGMENT_SIZE (64 * 1024)
#define RS_LEVELS 4 /* task, softirq, hardirq, NMI */
#define RS_RINGS 2 /* levels that have a ring; deeper ones are counted as lost */

struct rs_segment {
	__u8 data[RS_SEGMENT_SIZE + RS_MAX_RECORD];
};

/*
 * What became of the events of one level, by enum rs_event_type. Written only by the level's
 * owner, without atomics: attempted == written to the ring + full.
 */
struct rs_level {
	__u64 head; /* bytes ever written, by the BPF programs */
	__u64 segment; /* where the next record begins, by its number among those of all CPUs */
	/* Set before the first event. */
	__u64 room; /* bytes from the tail to the end of a record at most; 0: this level has no ring */
	__u64 first_segment, end_segment;
	__u64 pad0[3];
	__u64 tail; /* bytes ever read, by user space */
	__u64 pad1[7];
	__u64 attempted[RS_NR_EVENTS];
	__u64 full[RS_NR_EVENTS]; /* the ring had no room */
};

struct rs_cpu {
	__u64 nest; /* programs that are writing on this CPU right now */
	__u64 pad[7];
	struct rs_level level[RS_LEVELS];
	/* Atomic counters, any level. */
	__u64 filtered[RS_NR_EVENTS];
	__u64 sampled_out[RS_NR_EVENTS];
	__u64 unmatched[RS_NR_EVENTS]; /* an end whose begin was not seen */
	__u64 map_full[RS_NR_EVENTS]; /* no room to remember the begin */
};

/*
 * What the most frequent events are counted in, by their CPU modulo RS_COUNT_SLOTS: an array of fixed length and no map of as
 * many entries as there are CPUs, as the address of an entry is then a shift and an addition. Only changed with atomic adds.
 */
#define RS_COUNT_SLOTS 64
struct rs_counts {
	__u64 seen[RS_NR_TRACEPOINTS];
	/* Of summary mode. Lists: 0 anon, 1 file. */
	__u64 nr_scanned[2][2]; /* [kswapd, task][anon, file] */
	__u64 nr_reclaimed[2][2];
	__u64 batches_by_priority[16];
	__u64 slab_freed;
} __attribute__((aligned(512)));

/* Stands for a number that could not be read, because its address is hidden. */
#define RS_UNKNOWN (~0ULL)

/* Latency histogram: 4 buckets to each power of two, so a bucket is at most 25 % wide. */
#define RS_HIST_BUCKETS 256

/*
 * Without a branch, which the verifier would follow both ways in five programs. With all bits below the highest set there are 64
 * values; the product's first six bits are others for each, and the place in @shifts where it is told how far to shift.
 */
static inline __attribute__((always_inline)) __u32 rs_hist_bucket(__u64 v)
{
	static const __u8 shifts[64] = {
		0, 45, 0, 54, 46, 25, 0, 58, 55, 47, 39, 35, 26, 14, 1, 59,
		52, 56, 33, 50, 48, 40, 19, 42, 36, 30, 27, 21, 15, 9, 2, 60,
		44, 53, 24, 57, 38, 34, 13, 51, 32, 49, 18, 41, 29, 20, 8, 43,
		23, 37, 12, 31, 17, 28, 7, 22, 11, 16, 6, 10, 5, 4, 3, 61,
	};
	__u64 x = v;
	__u32 shift;

	x |= x >> 1;
	x |= x >> 2;
	x |= x >> 4;
	x |= x >> 8;
	x |= x >> 16;
	x |= x >> 32;
	shift = shifts[x * 0x03f79d71b4cb0a89ULL >> 58];
	return (shift << 2) + (__u32)(v >> shift);
}

/* Lowest value of bucket @b; the bucket ends before the lowest value of @b + 1. */
static inline __u64 rs_hist_floor(__u32 b)
{
	return b < 4 ? b : (__u64)(4 + (b & 3)) << ((b >> 2) - 1);
}

/* The other sums of summary mode, one for each CPU. */
struct rs_stalls {
	__u64 count;
	__u64 unfinished; /* began, end not seen */
	__u64 ns;
	__u64 max_ns;
	__u64 nr_reclaimed;
	__u64 hist[RS_HIST_BUCKETS];
};

struct rs_totals {
	struct rs_stalls stalls[RS_NR_RECLAIM_KINDS]; /* of kswapd: one wake to sleep */
	__u64 throttled[RS_NR_THROTTLES];
	__u64 throttled_usec[RS_NR_THROTTLES];
	__u64 wakeups_by_order[16];
};

/* Summary mode's table of who stalled: by process and by cgroup. */
#define RS_MAX_STALLERS 4096
struct rs_staller_key {
	__u64 id; /* process or cgroup */
	__u32 by_cgroup;
	__u32 kind; /* enum rs_reclaim_kind */
};
struct rs_staller {
	__u64 count;
	__u64 ns;
	__u64 max_ns;
	__u64 nr_reclaimed;
	char comm[RS_COMM_LEN];
};

/*
 * What a thread's stalls come to for as long as they are of one kind and it is in one process and cgroup; then they go to
 * the table. A place in an array in mode summary, by the thread's number: looking up two rows of the table was half of a
 * stall's cost.
 */
#define RS_TASK_SLOTS 4096
struct rs_own_stalls {
	__u64 tgid;
	__u64 cgroup;
	__u64 cgroup_serial; /* see current_cgroup_serial() */
	__u64 kind; /* enum rs_reclaim_kind */
	struct rs_staller sum; /* count 0: none */
};
/* The begin of struct task_state, see bpf/task.bpf.h. */
struct rs_summary_task {
	__u64 owner; /* of a slot: its thread, plus one; 0: nobody yet */
	__u64 stall_ns; /* begin of the stall, 0: none */
	__u64 stall_kind;
	struct rs_own_stalls own;
};

#define RS_MAX_STACK 32

#endif
