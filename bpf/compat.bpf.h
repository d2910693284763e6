/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading kernel memory, and every difference between kernels that a program can see. Each
 * difference has one accessor here; no other file asks what kernel this is.
 *
 * Addresses are plain numbers: an argument of a fentry program is a typed pointer for the verifier,
 * which forbids most arithmetic, and an argument of a kprobe is not; read64() and the like serve both. Structs
 * whose members lie close together are copied in one call and picked apart, which costs a third of
 * reading each member.
 */
#ifndef RS_COMPAT_BPF_H
#define RS_COMPAT_BPF_H

#define OFFSET(type, member) ((__u64)bpf_core_field_offset(type, member))
#define HAS(type, member) bpf_core_field_exists(((type *)0)->member)

#define PF_MEMALLOC 0x00000800
#define PF_KSWAPD 0x00020000
#define CSS_ONLINE 2 /* the second bit in every kernel of the table */

static __always_inline void copy(void *to, __u32 len, __u64 from)
{
	if (!opts.no_probe_read)
		bpf_probe_read_kernel(to, len, (void *)from);
}

/*
 * A word, 0 if it cannot be read. From 6.2 on an address can be read as if it were typed: a few instructions, where
 * bpf_probe_read_kernel() is sixty. Programs that had both would take the verifier, and libbpf, half as long again.
 */
#ifdef RS_CAST
#define READ(type, addr) (*(type *)bpf_rdonly_cast((void *)(addr), opts.word_type))
#else
#define READ(type, addr)                                                                           \
	({                                                                                         \
		type v_ = 0;                                                                       \
		copy(&v_, sizeof(v_), addr);                                                       \
		v_;                                                                                \
	})
#endif

static __always_inline __u64 read64(__u64 addr)
{
	return READ(__u64, addr);
}

static __always_inline __u32 read32(__u64 addr)
{
	return READ(__u32, addr);
}

static __always_inline __u8 read8(__u64 addr)
{
	return READ(__u8, addr);
}

/* A member of what @base points to, by type. */
#define READ64(type, member, base) read64((__u64)(base) + OFFSET(type, member))
#define READ32(type, member, base) read32((__u64)(base) + OFFSET(type, member))

/* A member of a struct that was copied to @buf, which must reach that far. */
#define PICK(ctype, type, member, buf) (*(ctype *)((char *)(buf) + bpf_core_field_offset(type, member)))

/*
 * Turns a typed pointer into a number that the verifier knows nothing about, so that it may be
 * subtracted and compared. @slot is memory of the record that is being written.
 */
static __always_inline __u64 untyped(void *slot, __u64 pointer)
{
	*(volatile __u64 *)slot = pointer;
	return *(volatile __u64 *)slot;
}

/* An identity for an address that must not leave the kernel: same address, same identity. */
static __always_inline __u64 scramble(__u64 addr)
{
	__u64 x = addr ^ opts.id_key;

	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

/* A variable of the kernel, RS_UNKNOWN if its address is hidden. */
static __always_inline __u64 global64(__u64 addr)
{
	return addr ? read64(addr) : RS_UNKNOWN;
}

static __always_inline __u32 global32(__u64 addr)
{
	return addr ? read32(addr) : (__u32)RS_UNKNOWN;
}

/* A function's place in the kernel image; user space turns it into a name. */
static __always_inline __u64 symbol_offset(__u64 function)
{
	return function && opts.addr_stext ? function - opts.addr_stext : 0;
}

/* ---- tasks and cgroups ---- */

/*
 * The current task through its type, from 5.11 on: a load of a typed pointer is one instruction,
 * bpf_probe_read_kernel() is sixty, and lockdown does not forbid it.
 */
static __always_inline bool task_is_typed(void)
{
	return bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf);
}

static __always_inline __u32 task_flags(void)
{
	if (task_is_typed())
		return bpf_get_current_task_btf()->flags;
	return READ32(struct task_struct, flags, bpf_get_current_task());
}

/* Number of the current thread. Through its type that is half of asking for it, and one more relocation where it stands. */
static __always_inline __u32 current_tid(void)
{
	if (task_is_typed())
		return bpf_get_current_task_btf()->pid;
	return bpf_get_current_pid_tgid();
}

/* Number of the cgroup a css belongs to, as user space sees it: the inode of its directory. */
static __always_inline __u64 css_cgroup_id(__u64 css)
{
	__u64 kn;

	kn = READ64(struct cgroup, kn, READ64(struct cgroup_subsys_state, cgroup, css));
	return READ64(struct kernfs_node, id, kn); /* 0 if there is none: that cannot be read */
}

static __noinline __u64 memcg_cgroup_id(__u64 memcg)
{
	return memcg ? css_cgroup_id(memcg + OFFSET(struct mem_cgroup, css)) : 0;
}

/* The memory cgroup of the current task, in cgroup v1 and v2 alike. */
static __always_inline __u64 current_css(void)
{
	__u64 cgroups = READ64(struct task_struct, cgroups, bpf_get_current_task());

	if (!cgroups || !bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id))
		return 0;
	return read64(cgroups + OFFSET(struct css_set, subsys) +
		      8 * bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id));
}

#define CURRENT_MEMORY                                                                             \
	(bpf_get_current_task_btf()->cgroups->subsys[bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id)])

/* Where kernel memory cannot be read, the v2 cgroup: the same unless memory is off below it. */
static __always_inline __u64 current_cgroup_id(void)
{
	__u64 css;

	if (task_is_typed() && bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id))
		return CURRENT_MEMORY->cgroup->kn->id;
	if (opts.no_probe_read)
		return bpf_get_current_cgroup_id();
	css = current_css();
	return css ? css_cgroup_id(css) : 0;
}

/* The same as a function of its own: for all of a program's calls, and all programs, it is relocated once. */
static __noinline __u64 ask_current_cgroup_id(void)
{
	return current_cgroup_id();
}

/* Tells the current cgroup from all that there ever were, with a third of the loads that its number takes. */
static __always_inline __u64 current_cgroup_serial(void)
{
	if (task_is_typed() && bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id))
		return CURRENT_MEMORY->serial_nr;
	return ask_current_cgroup_id();
}

static __always_inline __u64 lruvec_per_node(__u64 lruvec)
{
	return lruvec - OFFSET(struct mem_cgroup_per_node, lruvec);
}

static __always_inline __u64 lruvec_memcg(__u64 lruvec)
{
	return READ64(struct mem_cgroup_per_node, memcg, lruvec_per_node(lruvec));
}

static __always_inline __u64 memcg_lruvec(__u64 memcg, __s32 nid)
{
	__u64 mz = read64(memcg + OFFSET(struct mem_cgroup, nodeinfo) + 8 * (__u64)(nid & 1023));

	return mz + OFFSET(struct mem_cgroup_per_node, lruvec);
}

static __always_inline __u64 root_memcg(void)
{
	return opts.addr_root_mem_cgroup ? read64(opts.addr_root_mem_cgroup) : 0;
}

/* The lruvec on @nid that a reclaim of @target, 0: global, works for; 0: not to be had. */
static __always_inline __u64 target_lruvec(__u64 target, __s32 nid)
{
	__u64 memcg = target ? target : root_memcg();

	return memcg ? memcg_lruvec(memcg, nid) : 0;
}

/* Pages of a kind that the process of @mm has: MM_FILEPAGES, MM_ANONPAGES, MM_SWAPENTS, MM_SHMEMPAGES. */
static __always_inline __s64 mm_counter(__u64 mm, __u32 member)
{
	__s64 n;

	if (HAS(struct mm_struct___v5_10, rss_stat.count[0].counter))
		n = read64(mm + OFFSET(struct mm_struct___v5_10, rss_stat) + 8 * member);
	else
		n = READ64(struct percpu_counter, count,
			   mm + OFFSET(struct mm_struct___v6_12, rss_stat) + member * (__u64)bpf_core_type_size(struct percpu_counter));
	return n < 0 ? 0 : n;
}

/* The same to the page, with what the CPUs count for themselves; 0: not to be had. */
static __always_inline __s64 mm_counter_sum(__u64 mm, __u32 member)
{
	__u64 counter, cpus;
	__s64 sum;
	__u32 cpu;

	if (HAS(struct mm_struct___v5_10, rss_stat.count[0].counter))
		return mm_counter(mm, member);
	if (!opts.addr_per_cpu_offset)
		return 0;
	counter = mm + OFFSET(struct mm_struct___v6_12, rss_stat) + member * (__u64)bpf_core_type_size(struct percpu_counter);
	sum = READ64(struct percpu_counter, count, counter);
	cpus = READ64(struct percpu_counter, counters, counter);
	for (cpu = 0; cpu < 1024; cpu++) {
		if (cpu >= opts.nr_cpus)
			break;
		sum += (__s32)read32(cpus + read64(opts.addr_per_cpu_offset + 8 * (__u64)cpu));
	}
	return sum < 0 ? 0 : sum;
}

/* ---- nodes and zones ---- */

static __always_inline __s32 pgdat_nid(__u64 pgdat)
{
	return READ32(struct pglist_data, node_id, pgdat);
}

static __always_inline __u64 node_pgdat(__u32 nid)
{
	return opts.addr_node_data ? read64(opts.addr_node_data + 8 * (__u64)nid) : 0;
}

static __always_inline __u64 pgdat_zone(__u64 pgdat, __u32 zid)
{
	return pgdat + OFFSET(struct pglist_data, node_zones) + zid * (__u64)bpf_core_type_size(struct zone);
}

static __always_inline __s32 kswapd_failures(__u64 pgdat)
{
	if (HAS(struct pglist_data___failures_atomic, kswapd_failures.counter))
		return READ32(struct pglist_data___failures_atomic, kswapd_failures, pgdat);
	return READ32(struct pglist_data___failures_int, kswapd_failures, pgdat);
}

/* What kswapd has noted about the node: 1 PGDAT_DIRTY, 2 PGDAT_WRITEBACK. */
static __always_inline __u32 node_flags(__u64 pgdat)
{
	__u64 flags = READ64(struct pglist_data, flags, pgdat);
	__u32 ret = 0;

	if (bpf_core_enum_value_exists(enum pgdat_flags, PGDAT_DIRTY))
		ret |= flags >> bpf_core_enum_value(enum pgdat_flags, PGDAT_DIRTY) & 1;
	ret |= (flags >> bpf_core_enum_value(enum pgdat_flags, PGDAT_WRITEBACK) & 1) << 1;
	return ret;
}

/* kswapd waits to be woken: somebody is on its wait queue. */
static __always_inline bool kswapd_waits(__u64 pgdat)
{
	__u64 head = pgdat + OFFSET(struct pglist_data, kswapd_wait.head);

	return read64(head) != head;
}

/* Counters are folded in late and can be below zero for a moment; the kernel then reads 0. Without a branch, as there are many. */
static __always_inline __u64 not_negative(__u64 counter)
{
	__u64 mask = ~((__s64)counter >> 63);

	barrier_var(mask);
	return counter & mask;
}

/* The smaller of two that are less than 2^62 apart from 0; without a branch as well. */
static __always_inline __s64 lesser(__s64 a, __s64 b)
{
	__s64 less = a - b, mask = less >> 63;

	barrier_var(mask);
	return b + (less & mask);
}

/* 1: a list whose head, at @head, begins with @first is not empty, 0: it is. Without a branch, too. */
static __always_inline __u64 list_holds(__u64 first, __u64 head)
{
	__u64 differ = first ^ head;

	differ |= -differ;
	barrier_var(differ);
	return differ >> 63;
}

static __always_inline __u64 zone_item(__u64 zone, __u64 item)
{
	return read64(zone + OFFSET(struct zone, vm_stat) + 8 * item);
}

#define ZONE_ITEM(zone, item) zone_item(zone, bpf_core_enum_value(enum zone_stat_item, item))
#define NODE_ITEM(pgdat, item)                                                                     \
	not_negative(read64((pgdat) + OFFSET(struct pglist_data, vm_stat) +                        \
			    8 * bpf_core_enum_value(enum node_stat_item, item)))

/* The sizes of a node's first @nr lists: inactive_anon to unevictable stand in this order everywhere. */
static __always_inline void node_lists(__u64 *to, __u32 nr, __u64 pgdat)
{
	__u32 i;

	copy(to, 8 * nr,
	     pgdat + OFFSET(struct pglist_data, vm_stat) + 8 * bpf_core_enum_value(enum node_stat_item, NR_INACTIVE_ANON));
#pragma unroll
	for (i = 0; i < nr; i++)
		to[i] = not_negative(to[i]);
}

/* What was reclaimed is counted as an event of a CPU; from 7.2 on by node. */
static __always_inline bool steal_is_event(void)
{
	return bpf_core_enum_value_exists(enum vm_event_item, PGSTEAL_KSWAPD);
}

/*
 * Functions of their own: clang would move the numbers out of the branch and the loop that they are
 * used in, and the kernel that lacks them refuses what it then really runs.
 */
static __noinline __u64 event_steal(__u64 cpu_base, __u32 direct)
{
	return read64(cpu_base + 8 * (direct ? bpf_core_enum_value(enum vm_event_item, PGSTEAL_DIRECT) :
					       bpf_core_enum_value(enum vm_event_item, PGSTEAL_KSWAPD)));
}

static __noinline __u64 node_steal(__u64 pgdat, __u32 direct)
{
	return read64(pgdat + OFFSET(struct pglist_data, vm_stat) +
		      8 * (direct ? bpf_core_enum_value(enum node_stat_item___v7_2, PGSTEAL_DIRECT___v7_2) :
				    bpf_core_enum_value(enum node_stat_item___v7_2, PGSTEAL_KSWAPD___v7_2)));
}

/* Address of vm_stat_diff[] of CPU 0's area, to which the offset of a CPU is added. */
static __always_inline __u64 zone_diffs_base(__u64 zone)
{
	if (HAS(struct zone___v5_10, pageset))
		return READ64(struct zone___v5_10, pageset, zone) +
		       OFFSET(struct per_cpu_pageset___v5_10, vm_stat_diff);
	return READ64(struct zone___zonestat, per_cpu_zonestats, zone) +
	       OFFSET(struct per_cpu_zonestat, vm_stat_diff);
}

/* Pages held back for HIGHATOMIC requests, in the way this kernel counts them. */
static __always_inline __u64 zone_highatomic(__u64 zone)
{
	if (HAS(struct zone___v6_12, nr_free_highatomic))
		return READ64(struct zone___v6_12, nr_free_highatomic, zone);
	return READ64(struct zone, nr_reserved_highatomic, zone);
}

static __always_inline __u64 zone_cma(__u64 zone)
{
	if (!bpf_core_enum_value_exists(enum zone_stat_item, NR_FREE_CMA_PAGES))
		return 0;
	return not_negative(ZONE_ITEM(zone, NR_FREE_CMA_PAGES));
}

/* ---- lruvec counters that are indexed by node_stat_item; on 6.12 and later they are not ---- */

static __always_inline bool lruvec_counters_visible(void)
{
	return HAS(struct mem_cgroup_per_node___stat_v5_10, lruvec_stat[0].counter) ||
	       HAS(struct mem_cgroup_per_node___stat_v6_1, lruvec_stats.state[0]);
}

static __always_inline __u64 lruvec_counters(__u64 lruvec)
{
	__u64 mz = lruvec_per_node(lruvec);

	if (HAS(struct mem_cgroup_per_node___stat_v5_10, lruvec_stat[0].counter))
		return mz + OFFSET(struct mem_cgroup_per_node___stat_v5_10, lruvec_stat);
	return mz + OFFSET(struct mem_cgroup_per_node___stat_v6_1, lruvec_stats.state);
}

static __always_inline __u64 lru_zone_sizes(__u64 lruvec)
{
	__u64 mz = lruvec_per_node(lruvec);

	if (HAS(struct mem_cgroup_per_node___md, lru_zone_size[0][0]))
		return mz + OFFSET(struct mem_cgroup_per_node___md, lru_zone_size);
	return mz + OFFSET(struct mem_cgroup_per_node___flat, lru_zone_size);
}

/* ---- scan_control, copied to the stack ---- */

#define SC_SIZE 128 /* at least the struct of every kernel; what lies behind is on the same stack */

/*
 * A bitfield of scan_control in the copy at @sc. All of them share 32-bit words in every kernel, so
 * the load's width need not be relocated as BPF_CORE_READ_BITFIELD does.
 */
#define SC_BITFIELD(sc, type, member)                                                              \
	((__u64)*(__u32 *)((char *)(sc) + __CORE_RELO((type *)0, member, BYTE_OFFSET))             \
		 << __CORE_RELO((type *)0, member, LSHIFT_U64) >>                                  \
	 __CORE_RELO((type *)0, member, RSHIFT_U64))
/* Fields of one bit. Without a branch: the verifier of 6.1 would follow all 2048 ways through eleven of them. */
#define SC_BIT(sc, type, member, flag) (SC_BITFIELD(sc, type, member) * (flag))

static __always_inline __u32 sc_flags(const void *sc)
{
	__u32 flags;

	flags = SC_BITFIELD(sc, struct scan_control, may_deactivate);
	flags |= SC_BIT(sc, struct scan_control, force_deactivate, RS_SC_FORCE_DEACTIVATE);
	flags |= SC_BIT(sc, struct scan_control, skipped_deactivate, RS_SC_SKIPPED_DEACTIVATE);
	flags |= SC_BIT(sc, struct scan_control, may_writepage, RS_SC_MAY_WRITEPAGE);
	flags |= SC_BIT(sc, struct scan_control, may_unmap, RS_SC_MAY_UNMAP);
	flags |= SC_BIT(sc, struct scan_control, may_swap, RS_SC_MAY_SWAP);
	flags |= SC_BIT(sc, struct scan_control, memcg_low_reclaim, RS_SC_MEMCG_LOW_RECLAIM);
	flags |= SC_BIT(sc, struct scan_control, memcg_low_skipped, RS_SC_MEMCG_LOW_SKIPPED);
	flags |= SC_BIT(sc, struct scan_control, hibernation_mode, RS_SC_HIBERNATION_MODE);
	flags |= SC_BIT(sc, struct scan_control, compaction_ready, RS_SC_COMPACTION_READY);
	flags |= SC_BIT(sc, struct scan_control, cache_trim_mode, RS_SC_CACHE_TRIM_MODE);
	flags |= SC_BIT(sc, struct scan_control, file_is_tiny, RS_SC_FILE_IS_TINY);
	if (HAS(struct scan_control___proactive, proactive))
		flags |= SC_BIT(sc, struct scan_control___proactive, proactive, RS_SC_PROACTIVE);
	if (HAS(struct scan_control___v6_12, no_cache_trim_mode)) {
		flags |= SC_BIT(sc, struct scan_control___v6_12, no_cache_trim_mode,
				RS_SC_NO_CACHE_TRIM_MODE);
		flags |= SC_BIT(sc, struct scan_control___v6_12, cache_trim_mode_failed,
				RS_SC_CACHE_TRIM_MODE_FAILED);
		flags |= SC_BIT(sc, struct scan_control___v6_12, memcg_full_walk, RS_SC_MEMCG_FULL_WALK);
	}
	return flags;
}

/* can_demote(), but for cpusets; sc->no_demotion is set by none that come to shrink_node(). */
static __always_inline bool can_demote(__s32 nid)
{
	/* First what the verifier knows. */
	return opts.demoting_nodes && nid >= 0 && nid < 64 && opts.demoting_nodes >> nid & 1 &&
	       (global32(opts.addr_numa_demotion_enabled) & 1);
}

/* Fills the fields that RS_FIELDS_SC puts first into a record. @nid -1: not bound to a node. */
static __noinline void fill_sc(struct rs_sc *to, const void *sc, __s16 nid)
{
	to->nr_to_reclaim = PICK(__u64, struct scan_control, nr_to_reclaim, sc);
	to->nr_scanned = PICK(__u64, struct scan_control, nr_scanned, sc);
	to->nr_reclaimed = PICK(__u64, struct scan_control, nr_reclaimed, sc);
	to->target_cgroup = memcg_cgroup_id(PICK(__u64, struct scan_control, target_mem_cgroup, sc));
	to->gfp = PICK(__u32, struct scan_control, gfp_mask, sc);
	to->sc_flags = sc_flags(sc) | (can_demote(nid) ? RS_SC_CAN_DEMOTE : 0);
	to->order = PICK(__s8, struct scan_control, order, sc);
	to->priority = PICK(__s8, struct scan_control, priority, sc);
	to->reclaim_idx = PICK(__s8, struct scan_control, reclaim_idx, sc);
	to->nid = nid;
}

#endif
