/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Zones: their marks and free pages, and the tests that are made of them.
 *
 * Rate: zone_state comes with records of a node, a few hundred in a second under pressure. The
 * watermark tests of every allocation (opts.allocator) can be 100,000 a second; without it only
 * those that decide about reclaim are kept, and the others cost a compare.
 */

#define ZONE_HEAD 48 /* covers _watermark and watermark_boost, which come first, on every kernel */

/* Number of the zone at @zone within its node. @slot: see untyped(). */
static __always_inline __s32 zone_index(void *slot, __u64 zone, __s32 *nid)
{
	__u64 z = untyped(slot, zone), pgdat = READ64(struct zone, zone_pgdat, z);

	*nid = READ32(struct zone, node, z);
	return (z - pgdat) / bpf_core_type_size(struct zone);
}

/* Sum over the CPUs of what they have not folded into @item of @zone yet. */
static __always_inline __s64 zone_diff(__u64 zone, __u64 item)
{
	__u64 base = zone_diffs_base(zone) + item;
	__s64 sum = 0;
	__u32 cpu;

	if (!opts.addr_per_cpu_offset)
		return 0;
	for (cpu = 0; cpu < 1024; cpu++) {
		if (cpu >= opts.nr_cpus)
			break;
		sum += (__s8)read8(base + read64(opts.addr_per_cpu_offset + 8 * (__u64)cpu));
	}
	return sum;
}

static __always_inline void fill_zone_state(struct rs_event_zone_state *e, __u64 zone, __s32 nid,
					    __s32 zid, __u32 context, bool snapshot)
{
	char head[ZONE_HEAD];

	copy(head, sizeof(head), zone);
	e->nid = nid;
	e->zid = zid;
	e->context = context;
	e->snapshot = snapshot && opts.addr_per_cpu_offset;
	e->managed = READ64(struct zone, managed_pages, zone);
	e->free = not_negative(ZONE_ITEM(zone, NR_FREE_PAGES));
	e->free_diff = snapshot ? zone_diff(zone, bpf_core_enum_value(enum zone_stat_item, NR_FREE_PAGES)) : 0;
	e->min = PICK(__u64, struct zone, _watermark[0], head);
	e->low = PICK(__u64, struct zone, _watermark[1], head);
	e->high = PICK(__u64, struct zone, _watermark[2], head);
	e->promo = 0;
	if (HAS(struct zone___promo, _watermark[3]))
		e->promo = PICK(__u64, struct zone___promo, _watermark[3], head);
	e->boost = PICK(__u64, struct zone, watermark_boost, head);
	e->drift_mark = READ64(struct zone, percpu_drift_mark, zone);
	e->highatomic = zone_highatomic(zone);
	e->cma = zone_cma(zone);
	copy(e->lowmem_reserve, sizeof(e->lowmem_reserve), zone + OFFSET(struct zone, lowmem_reserve));
}

/* One zone_state for each of the first @nr zones of a node that has pages. */
static __noinline void emit_zones(__u64 pgdat, __s32 nid, __u32 context, __u32 nr, bool snapshot)
{
	__u32 zid;

	for (zid = 0; zid < RS_MAX_ZONES; zid++) {
		struct rs_event_zone_state *e;
		struct emit em;
		__u64 zone;

		if (zid >= nr)
			break;
		zone = pgdat_zone(pgdat, zid);
		if (!READ64(struct zone, managed_pages, zone))
			continue;
		e = EMIT(&em, zone_state);
		if (!e)
			continue;
		fill_zone_state(e, zone, nid, zid, context, snapshot);
		emit_submit(&em);
	}
}

/* ---- marks are set anew: by a sysctl, hot-plug, or khugepaged ---- */

static __always_inline void emit_watermark_settings(void)
{
	struct rs_event_watermark_settings *e;
	struct emit em;

	e = EMIT(&em, watermark_settings);
	if (!e)
		return;
	e->min_free_kbytes = global32(opts.addr_min_free_kbytes);
	e->user_min_free_kbytes = global32(opts.addr_user_min_free_kbytes);
	e->watermark_scale_factor = global32(opts.addr_watermark_scale_factor);
	e->watermark_boost_factor = global32(opts.addr_watermark_boost_factor);
	emit_submit(&em);
}

static __always_inline int mm_setup_per_zone_wmarks_tp(__u64 zone)
{
	struct rs_event_zone_state *e;
	struct emit em;
	__s32 nid, zid;

	SEEN(mm_setup_per_zone_wmarks);
	emit_watermark_settings();
	e = EMIT(&em, zone_state);
	if (!e)
		return 0;
	zid = zone_index(&e->managed, zone, &nid);
	fill_zone_state(e, untyped(&e->managed, zone), nid, zid, RS_ZONE_OF_SET_WATERMARKS, false);
	emit_submit(&em);
	return 0;
}
SEC("?tp_btf/mm_setup_per_zone_wmarks")
int mm_setup_per_zone_wmarks__btf(__u64 *ctx)
{
	return mm_setup_per_zone_wmarks_tp(ctx[0]);
}

/* Before 6.17 there is no tracepoint: look at every zone when the function returns. */
static __always_inline int setup_per_zone_wmarks_exit(void)
{
	__u32 nid;

	emit_watermark_settings();
	for (nid = 0; nid < 64; nid++) {
		__u64 pgdat;

		if (nid >= opts.nr_nodes)
			break;
		pgdat = node_pgdat(nid);
		if (pgdat)
			emit_zones(pgdat, nid, RS_ZONE_OF_SET_WATERMARKS, RS_MAX_ZONES, false);
	}
	return 0;
}
FN_RETURN(__setup_per_zone_wmarks, setup_per_zone_wmarks)
FN_RETURN(setup_per_zone_wmarks, setup_per_zone_wmarks)

/* ---- one test of a mark ---- */

#define ALLOC_CMA 0x80

/* Tests that decide about reclaim and compaction have no flags but this; the others are an allocation's own. */
static __always_inline bool watermark_test_wanted(__u32 alloc_flags)
{
	return opts.allocator || !(alloc_flags & ~ALLOC_CMA);
}

#define FILL_WATERMARK_TEST(e)                                                                     \
	do {                                                                                       \
		__s32 nid_;                                                                        \
		(e)->zid = zone_index(&(e)->mark, zone, &nid_);                                    \
		(e)->nid = nid_;                                                                   \
		z = untyped(&(e)->mark, zone);                                                     \
		(e)->order = order;                                                                \
		(e)->highest_zoneidx = highest_zoneidx;                                            \
		(e)->alloc_flags = alloc_flags;                                                    \
		(e)->ret = ok;                                                                     \
		(e)->mark = mark;                                                                  \
		(e)->free = free;                                                                  \
		(e)->lowmem_reserve =                                                              \
			read64(z + OFFSET(struct zone, lowmem_reserve) + 8 * (highest_zoneidx & 7)); \
		(e)->highatomic = zone_highatomic(z);                                              \
		(e)->cma = zone_cma(z);                                                            \
		(e)->boost = READ64(struct zone, watermark_boost, z);                              \
	} while (0)

/* For each order from @order up: number of free blocks, and which lists have one. */
static __always_inline void fill_free_area(struct rs_event_zone_watermark_ok_order *e, __u64 zone,
					   __u32 order)
{
	__u64 area = zone + OFFSET(struct zone, free_area);
	__u32 size = bpf_core_type_size(struct free_area), o, list;
	__u32 lists = OFFSET(struct free_area, nr_free) / sizeof(struct list_head);

	for (o = 0; o < RS_MAX_ORDERS; o++) {
		__u64 value = 0;

		if (o >= order) {
			value = READ64(struct free_area, nr_free, area + o * size) << 8;
			for (list = 0; list < 8; list++) {
				__u64 head = area + o * size + list * sizeof(struct list_head);

				if (list >= lists)
					break;
				value |= list_holds(read64(head), head) << list;
			}
		}
		e->free_area[o] = value;
	}
}

static __always_inline int zone_watermark_ok(__u64 zone, __u32 order, __u64 mark, __u32 highest_zoneidx,
					     __u32 alloc_flags, __u64 free, __u64 ret)
{
	bool ok = ret & 0xff;
	struct emit em;
	__u64 z;

	if (!watermark_test_wanted(alloc_flags) || !wanted(RS_EVENT_zone_watermark_ok, -1))
		return 0;
	if (!order) {
		struct rs_event_zone_watermark_ok *e = EMIT(&em, zone_watermark_ok);

		if (!e)
			return 0;
		FILL_WATERMARK_TEST(e);
	} else {
		struct rs_event_zone_watermark_ok_order *e = EMIT(&em, zone_watermark_ok_order);

		if (!e)
			return 0;
		FILL_WATERMARK_TEST(e);
		fill_free_area(e, z, order);
	}
	emit_submit(&em);
	return 0;
}

FN_SEC("?fexit/__zone_watermark_ok")
int __zone_watermark_ok__fexit(__u64 *ctx)
{
	return zone_watermark_ok(ctx[0], ctx[1], ctx[2], ctx[3], ctx[4], ctx[5], ctx[6]);
}

/* Every call is kept for its return, wanted or not: calls nest when an interrupt allocates. */
FN_SEC("?kprobe.multi/__zone_watermark_ok")
int __zone_watermark_ok__kentry(struct pt_regs *ctx)
{
	frame_push(FRAME___zone_watermark_ok, PT_REGS_PARM1(ctx),
		   (PT_REGS_PARM2(ctx) & 0xff) | (PT_REGS_PARM4(ctx) & 0xff) << 8 |
			   (__u64)PT_REGS_PARM5(ctx) << 32,
		   PT_REGS_PARM3(ctx), ctx->r9);
	return 0;
}
FN_SEC("?kretprobe.multi/__zone_watermark_ok")
int __zone_watermark_ok__kexit(struct pt_regs *ctx)
{
	struct frame *f = frame_pop(FRAME___zone_watermark_ok, RS_EVENT_zone_watermark_ok);

	if (!f)
		return 0;
	return zone_watermark_ok(f->arg[0], f->arg[1] & 0xff, f->arg[2], f->arg[1] >> 8 & 0xff,
				 f->arg[1] >> 32, f->arg[3], PT_REGS_RC(ctx));
}

/* ---- how much could be reclaimed ---- */

/* Sizes at entry, by which is seen whether pages moved until the return: one read for each CPU. */
static __always_inline int zone_reclaimable_pages_entry(__u64 zone)
{
	__u64 lists = bpf_core_enum_value(enum zone_stat_item, NR_ZONE_INACTIVE_ANON);
	__u64 lru[4] = {}, base = zone_diffs_base(zone) + lists;
	__u32 cpu, diffs;

	copy(lru, sizeof(lru), zone + OFFSET(struct zone, vm_stat) + 8 * lists);
	for (cpu = 0; cpu < 1024; cpu++) {
		if (cpu >= opts.nr_cpus || !opts.addr_per_cpu_offset)
			break;
		diffs = read32(base + read64(opts.addr_per_cpu_offset + 8 * (__u64)cpu));
		lru[0] += (__s64)(__s8)diffs + (__s8)(diffs >> 8);
		lru[2] += (__s64)(__s8)(diffs >> 16) + (__s8)(diffs >> 24);
	}
	/* Two lists share an argument: a page that changes lists leaves their sum as it was. */
	frame_push(FRAME_zone_reclaimable_pages, zone, (__u32)(lru[2] + lru[3]) | lru[3] << 32,
		   (__u32)(lru[0] + lru[1]) | lru[1] << 32,
		   ZONE_ITEM(zone, NR_FREE_PAGES) +
			   zone_diff(zone, bpf_core_enum_value(enum zone_stat_item, NR_FREE_PAGES)));
	return 0;
}

static __always_inline int zone_reclaimable_pages_exit(struct frame *frame, __u64 ret)
{
	struct rs_event_zone_reclaimable_pages *e;
	__u64 z, lru;
	struct emit em;
	__s32 nid;

	if (!frame || !wanted(RS_EVENT_zone_reclaimable_pages, -1))
		return 0;
	z = frame->arg[0];
	e = EMIT(&em, zone_reclaimable_pages);
	if (!e)
		return 0;
	e->zid = zone_index(&e->ret, z, &nid);
	e->nid = nid;
	e->ret = ret;
	e->can_demote = can_demote(nid);
	e->pad = 0;
	e->file_before = (__s32)frame->arg[1];
	e->anon_before = (__s32)frame->arg[2];
	e->free_before = frame->arg[3];
	e->active_file_before = (__s64)frame->arg[1] >> 32;
	e->active_anon_before = (__s64)frame->arg[2] >> 32;
	lru = bpf_core_enum_value(enum zone_stat_item, NR_ZONE_INACTIVE_ANON);
	copy(&e->inactive_anon, 4 * 8, z + OFFSET(struct zone, vm_stat) + 8 * lru);
	e->inactive_anon_diff = zone_diff(z, lru);
	e->active_anon_diff = zone_diff(z, lru + 1);
	e->inactive_file_diff = zone_diff(z, lru + 2);
	e->active_file_diff = zone_diff(z, lru + 3);
	e->free = ZONE_ITEM(z, NR_FREE_PAGES);
	e->free_diff = zone_diff(z, bpf_core_enum_value(enum zone_stat_item, NR_FREE_PAGES));
	e->swap_free = global64(opts.addr_nr_swap_pages);
	e->write_pending = ZONE_ITEM(z, NR_ZONE_WRITE_PENDING);
	e->write_pending_diff = zone_diff(z, bpf_core_enum_value(enum zone_stat_item, NR_ZONE_WRITE_PENDING));
	emit_submit(&em);
	return 0;
}
FN_FRAMED(zone_reclaimable_pages, 1, 1, zone_reclaimable_pages)
