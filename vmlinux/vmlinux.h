/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel types that bpf/ reads, and of each only the members that it reads.
 *
 * Every access is relocated against the BTF of the running kernel (CO-RE), so the order and the
 * completeness of the members here mean nothing; names and kinds do. A member that some kernels
 * lack or shape differently lives in a flavour, struct name___era, and is only used through its
 * accessor in bpf/compat.bpf.h. Written by hand from the BTF of Debian's 5.10, 6.1, 6.12, 6.18 and
 * 7.2; see README.md beside this file.
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef short __s16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;
typedef __u8 u8;
typedef __s8 s8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef _Bool bool;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

enum { false, true };
#define NULL ((void *)0)

enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_STACK_TRACE = 7,
	BPF_MAP_TYPE_LRU_HASH = 9,
};
enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
};
enum {
	BPF_F_MMAPABLE = 1024,
	BPF_F_FAST_STACK_CMP = 512,
	BPF_F_REUSE_STACKID = 1024,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax;
	unsigned long ip, cs, flags, sp, ss;
};

struct list_head {
	struct list_head *next, *prev;
};
typedef struct {
	int counter;
} atomic_t;
typedef struct {
	long counter;
} atomic_long_t;

/* ---- tasks and cgroups ---- */

enum cgroup_subsys_id { memory_cgrp_id = 4 }; /* the value is relocated */
enum bpf_func_id { BPF_FUNC_get_current_task_btf = 158 };

struct kernfs_node {
	u64 id;
};
struct cgroup {
	struct kernfs_node *kn;
};
struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys_state *parent;
	unsigned int flags;
	__u64 serial_nr;
};
struct css_set {
	struct cgroup_subsys_state *subsys[1];
};
struct signal_struct {
	short oom_score_adj;
	struct mm_struct *oom_mm;
};
/* Counters of the CPUs from 6.2 on, plain ones before. */
struct percpu_counter {
	long count;
	int *counters;
};
struct mm_struct___v6_12 {
	struct percpu_counter rss_stat[4];
};
struct mm_rss_stat {
	atomic_long_t count[4];
};
struct mm_struct___v5_10 {
	struct mm_rss_stat rss_stat;
};
struct mm_struct {
	atomic_long_t pgtables_bytes;
	unsigned long flags;
};
struct task_struct {
	unsigned int flags;
	int prio;
	int pid, tgid;
	struct css_set *cgroups;
	struct mm_struct *mm;
	struct signal_struct *signal;
	struct task_struct *real_parent;
	struct completion *vfork_done;
};

struct page_counter {
	atomic_long_t usage;
	unsigned long emin, elow, min, low, max;
	atomic_long_t children_min_usage, children_low_usage;
	struct page_counter *parent;
};
struct mem_cgroup_id {
	int id;
};

struct mem_cgroup {
	struct cgroup_subsys_state css;
	struct mem_cgroup_id id; /* mem_cgroup_private_id in 7.2: the same */
	struct page_counter memory;
	struct page_counter swap;
	struct mem_cgroup_per_node *nodeinfo[1];
};

/* ---- nodes, zones, lists ---- */

enum zone_type { ZONE_DMA = 0 };

enum zone_stat_item { NR_FREE_PAGES = 0, NR_ZONE_INACTIVE_ANON = 1, NR_ZONE_WRITE_PENDING = 6, NR_FREE_CMA_PAGES = 10 };
enum pgdat_flags { PGDAT_DIRTY = 0, PGDAT_WRITEBACK = 1 };
enum node_stat_item {
	NR_INACTIVE_ANON = 0,
	NR_INACTIVE_FILE = 2,
	NR_ACTIVE_FILE = 3,
	NR_SLAB_RECLAIMABLE_B = 5,
	NR_SLAB_UNRECLAIMABLE_B = 6,
	NR_ISOLATED_ANON = 7,
	NR_ISOLATED_FILE = 8,
	WORKINGSET_ACTIVATE_ANON = 12,
	WORKINGSET_ACTIVATE_FILE = 13,
	NR_ANON_MAPPED = 17,
	NR_FILE_MAPPED = 18,
	NR_FILE_PAGES = 19,
	NR_FILE_DIRTY = 20,
	NR_WRITEBACK = 21,
};
enum vm_event_item {
	PSWPIN = 2,
	PSWPOUT = 3,
	PGALLOC_DMA = 4,
	PGALLOC_DMA32 = 5,
	PGALLOC_NORMAL = 6,
	PGALLOC_MOVABLE = 7,
	ALLOCSTALL_MOVABLE = 11,
	PGFREE = 16,
	PGFAULT = 20,
	PGMAJFAULT = 21,
	PGSTEAL_KSWAPD = 24,
	PGSTEAL_DIRECT = 25,
	OOM_KILL = 40,
};
/* 7.2 and later */
enum node_stat_item___v7_2 {
	PGSTEAL_KSWAPD___v7_2 = 48,
	PGSTEAL_DIRECT___v7_2 = 49,
};

struct pglist_data;
struct free_area {
	struct list_head free_list[1];
	unsigned long nr_free;
};
struct zone {
	unsigned long _watermark[3];
	unsigned long watermark_boost;
	unsigned long nr_reserved_highatomic;
	long lowmem_reserve[1];
	int node;
	struct pglist_data *zone_pgdat;
	atomic_long_t managed_pages;
	struct free_area free_area[1];
	unsigned long percpu_drift_mark;
	atomic_long_t vm_stat[1];
	unsigned int compact_considered;
	unsigned int compact_defer_shift;
	int compact_order_failed;
};
/* 6.1 and later */
struct zone___promo {
	unsigned long _watermark[4];
};
/* 6.12 and later, and late 6.1.y */
struct zone___v6_12 {
	unsigned long nr_free_highatomic;
};
/* 5.10 keeps the differences inside the page lists of a CPU, later kernels beside them. */
struct per_cpu_pageset___v5_10 {
	s8 vm_stat_diff[1];
};
struct zone___v5_10 {
	struct per_cpu_pageset___v5_10 *pageset;
};
struct per_cpu_zonestat {
	s8 vm_stat_diff[1];
};
struct zone___zonestat {
	struct per_cpu_zonestat *per_cpu_zonestats;
};
struct zoneref {
	struct zone *zone;
};
struct zonelist {
	struct zoneref _zonerefs[1];
};
struct wait_queue_head {
	struct list_head head;
};
typedef struct wait_queue_head wait_queue_head_t;
struct pglist_data {
	struct zone node_zones[1];
	int node_id;
	wait_queue_head_t kswapd_wait;
	int kswapd_order;
	enum zone_type kswapd_highest_zoneidx;
	unsigned long flags;
	atomic_long_t vm_stat[1];
};
/* an int up to 6.17 */
struct pglist_data___failures_int {
	int kswapd_failures;
};
struct pglist_data___failures_atomic {
	atomic_t kswapd_failures;
};
/* 6.12 and later */
struct lru_gen_memcg {
	unsigned long seq;
};
struct pglist_data___memcg_lru {
	struct lru_gen_memcg memcg_lru;
};

struct lru_gen_folio {
	unsigned long max_seq;
};
struct lru_gen_mm_state {
	unsigned long seq;
};
/* By [generation][counter]; the first has one row but for CONFIG_LRU_GEN_STATS. Six counters in 6.1, then four. */
struct lru_gen_mm_state___flat {
	unsigned long stats[7];
};
struct lru_gen_mm_state___md {
	unsigned long stats[2][6];
};
struct lruvec {
	unsigned long anon_cost, file_cost;
	atomic_long_t nonresident_age;
	unsigned long refaults[2];
	unsigned long flags;
	struct pglist_data *pgdat;
};
struct lruvec___lru_gen {
	struct lru_gen_folio lrugen;
	struct lru_gen_mm_state mm_state;
};
/*
 * One size for all: what matters is the offset of each member. BTF made by older pahole shows
 * arrays of arrays as flat ones, which CO-RE does not match with each other; hence two flavours of
 * each, ___flat and ___md.
 */
struct lru_gen_folio___seq {
	unsigned long max_seq;
	unsigned long min_seq[2];
	unsigned long timestamps[4];
};
struct lru_gen_struct___seq { /* the name in 6.1 */
	unsigned long max_seq;
	unsigned long min_seq[2];
	unsigned long timestamps[4];
};
struct lru_gen_folio___flat {
	struct list_head folios[40];
	long nr_pages[40];
	unsigned long avg_refaulted[8], avg_total[8];
	atomic_long_t evicted[8], refaulted[8];
};
struct lru_gen_folio___protected6 {
	unsigned long protected[6];
};
struct lru_gen_folio___protected8 {
	unsigned long protected[8];
};
struct lru_gen_folio___md {
	struct list_head folios[4][2][5];
	long nr_pages[4][2][5];
	unsigned long avg_refaulted[2][4], avg_total[2][4];
	unsigned long protected[1][2][4];
	atomic_long_t evicted[1][2][4], refaulted[1][2][4];
};
struct lru_gen_folio___memcg {
	u8 gen, seg;
};
struct lru_gen_struct___flat {
	struct list_head folios[40];
	long nr_pages[40];
	unsigned long avg_refaulted[8], avg_total[8];
	unsigned long protected[6];
	atomic_long_t evicted[8], refaulted[8];
};

struct mem_cgroup_per_node {
	struct lruvec lruvec;
	struct mem_cgroup *memcg;
};
struct mem_cgroup_per_node___flat {
	unsigned long lru_zone_size[25];
};
struct mem_cgroup_per_node___md {
	unsigned long lru_zone_size[5][5];
};
/* lruvec counters: an array (5.10), a struct (6.1), a pointer to one (6.12 and later) */
struct mem_cgroup_per_node___stat_v5_10 {
	atomic_long_t lruvec_stat[1];
};
struct lruvec_stats {
	long state[1];
};
struct mem_cgroup_per_node___stat_v6_1 {
	struct lruvec_stats lruvec_stats;
};

/* ---- reclaim ---- */

struct scan_control {
	unsigned long nr_to_reclaim;
	struct mem_cgroup *target_mem_cgroup;
	unsigned int may_deactivate : 2;
	unsigned int force_deactivate : 1;
	unsigned int skipped_deactivate : 1;
	unsigned int may_writepage : 1;
	unsigned int may_unmap : 1;
	unsigned int may_swap : 1;
	unsigned int memcg_low_reclaim : 1;
	unsigned int memcg_low_skipped : 1;
	unsigned int hibernation_mode : 1;
	unsigned int compaction_ready : 1;
	unsigned int cache_trim_mode : 1;
	unsigned int file_is_tiny : 1;
	s8 order;
	s8 priority;
	s8 reclaim_idx;
	u32 gfp_mask;
	unsigned long nr_scanned;
	unsigned long nr_reclaimed;
	struct {
		unsigned int dirty, congested, writeback, immediate, taken;
	} nr;
};
struct scan_control___cost { /* up to 7.2 */
	unsigned long anon_cost, file_cost;
};
struct scan_control___proactive { /* 6.1 and later */
	unsigned int proactive : 1;
};
struct scan_control___v6_12 {
	int *proactive_swappiness;
	unsigned int no_cache_trim_mode : 1;
	unsigned int cache_trim_mode_failed : 1;
	unsigned int memcg_full_walk : 1;
};
struct scan_control___v6_18 { /* gone in 7.2 */
	struct {
		unsigned int unqueued_dirty, file_taken;
	} nr;
};
struct reclaim_stat {
	unsigned int nr_dirty, nr_unqueued_dirty, nr_congested, nr_writeback, nr_immediate;
	unsigned int nr_activate[2];
	unsigned int nr_ref_keep, nr_unmap_fail, nr_lazyfree_fail;
};
struct reclaim_stat___pageout { /* up to 7.2 */
	unsigned int nr_pageout;
};
struct reclaim_stat___demoted { /* 6.12 and later */
	unsigned int nr_demoted;
};
struct shrink_control {
	int nid;
	struct mem_cgroup *memcg;
};
struct shrinker {
	unsigned long (*scan_objects)(struct shrinker *, struct shrink_control *);
	long batch;
	int seeks;
	unsigned int flags;
};
struct oom_control {
	struct mem_cgroup *memcg;
	u32 gfp_mask;
	int order;
	unsigned long totalpages;
	struct task_struct *chosen;
	long chosen_points;
};
struct oom_control___v5_10 { /* unsigned up to 5.10 */
	unsigned long chosen_points;
};
struct alloc_context {
	enum zone_type highest_zoneidx;
};

/* ---- folios ---- */

enum pageflags {
	PG_locked = 0,
	PG_referenced = 1,
	PG_dirty = 3,
	PG_lru = 4,
	PG_active = 5,
	PG_workingset = 6,
	PG_swapcache = 10,
	PG_private = 13,
	PG_writeback = 15,
	PG_head = 16,
	PG_reclaim = 18,
	PG_swapbacked = 19,
	PG_unevictable = 20,
	PG_mlocked = 21,
};
struct address_space;
/* A struct page and the head of a folio have these in common since long before folios. */
struct page {
	struct list_head lru;
	struct address_space *mapping;
	atomic_t _mapcount;
	atomic_t _refcount;
};
struct page___v5_10 {
	struct mem_cgroup *mem_cgroup;
	unsigned char compound_order;
};
struct page___memcg_data { /* 6.1 and later */
	unsigned long memcg_data;
};
struct obj_cgroup___is_root { /* 7.2: every folio is charged through one */
	struct mem_cgroup *memcg;
	bool is_root;
};
struct folio___v6_1 {
	unsigned char _folio_order;
};
struct folio___v6_12 {
	unsigned int _folio_nr_pages;
};
struct folio___v6_18 {
	unsigned int _nr_pages;
};
struct folio___large_mapcount { /* 6.12 and later */
	atomic_t _large_mapcount;
};

/* ---- records of perf tracepoints, for kernels where BTF tracepoints lose events ---- */

struct trace_entry {
	int pid;
};
struct trace_event_raw_mm_vmscan_direct_reclaim_begin_template {
	int order;
	unsigned long gfp_flags;
	u64 memcg_id;
};
struct trace_event_raw_mm_vmscan_direct_reclaim_end_template {
	unsigned long nr_reclaimed;
};
struct trace_event_raw_mm_vmscan_node_reclaim_begin {
	int nid, order;
	unsigned long gfp_flags;
};
struct trace_event_raw_mm_vmscan_kswapd_sleep {
	int nid;
};
struct trace_event_raw_mm_vmscan_kswapd_wake {
	int nid, zid, order;
};
struct trace_event_raw_mm_vmscan_wakeup_kswapd {
	int nid, zid, order;
	unsigned long gfp_flags;
};
struct trace_event_raw_mm_vmscan_lru_isolate {
	int highest_zoneidx, order;
	unsigned long nr_requested, nr_scanned, nr_skipped, nr_taken;
	int lru;
};
struct trace_event_raw_mm_vmscan_lru_shrink_inactive {
	int nid;
	unsigned long nr_scanned, nr_reclaimed, nr_dirty, nr_writeback, nr_congested, nr_immediate;
	unsigned int nr_activate0, nr_activate1;
	unsigned long nr_ref_keep, nr_unmap_fail;
	int priority, reclaim_flags;
};
struct trace_event_raw_mm_vmscan_lru_shrink_active {
	int nid;
	unsigned long nr_taken, nr_active, nr_deactivated, nr_referenced;
	int priority, reclaim_flags;
};
struct trace_event_raw_mm_vmscan_reclaim_pages {
	int nid;
	unsigned long nr_scanned, nr_reclaimed;
};
struct trace_event_raw_mm_vmscan_throttled {
	int nid, usec_timeout, usec_delayed, reason;
};
struct trace_event_raw_mm_vmscan_write_folio {
	unsigned long pfn;
};
struct trace_event_raw_mm_shrink_slab_start {
	struct shrinker *shr;
	int nid;
	long nr_objects_to_shrink;
	unsigned long cache_items;
	u64 delta;
	unsigned long total_scan;
	int priority;
	u64 memcg_id;
};
struct trace_event_raw_mm_shrink_slab_end {
	struct shrinker *shr;
	int nid;
	long unused_scan, new_scan;
	int retval;
	long total_scan;
};
struct trace_event_raw_mm_vmscan_balance_pgdat_begin {
	int nid;
};
struct trace_event_raw_mm_vmscan_balance_pgdat_end {
	int nid;
};
struct trace_event_raw_mm_vmscan_kswapd_reclaim_fail {
	int nid, failures;
};
struct trace_event_raw_mm_vmscan_kswapd_clear_hopeless {
	int nid, reason;
};
struct trace_event_raw_reclaim_retry_zone {
	int node, zone_idx, order;
	unsigned long reclaimable, available, min_wmark;
	int no_progress_loops;
	bool wmark_check;
};
struct trace_event_raw_compact_retry {
	int order, priority, result, retries, max_retries;
	bool ret;
};
struct trace_event_raw_mm_compaction_suitable_template {
	int nid;
	enum zone_type idx;
	int order, ret;
};
struct trace_event_raw_mm_compaction_defer_template {
	int nid;
	enum zone_type idx;
	int order;
	unsigned int considered, defer_shift;
	int order_failed;
};
struct trace_event_raw_kcompactd_wake_template {
	int nid, order;
	enum zone_type highest_zoneidx;
};
struct trace_event_raw_mark_victim {
	int pid;
};

#pragma clang attribute pop

#endif
