/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kswapd: who asks for it, when it runs, whether a node is balanced, when it may sleep.
 *
 * Rate: wakeup_kswapd() is called by every allocation that finds its zones below the low mark, up
 * to 100,000 a second in a burst, nearly all of them while kswapd is awake already. The others
 * come with each pass of kswapd.
 */

static __always_inline int wakeup_kswapd_entry(__u64 zone, __u64 gfp, __u64 order, __u64 highest_zoneidx)
{
	struct rs_event_wakeup_kswapd_begin *e;
	__u64 z, pgdat;
	struct emit em;
	__s32 nid;
	int i;

	if (!wanted(RS_EVENT_wakeup_kswapd_begin, -1))
		return 0;
	e = EMIT(&em, wakeup_kswapd_begin);
	if (!e)
		return 0;
	e->zid = zone_index(&e->managed, zone, &nid);
	z = untyped(&e->managed, zone);
	pgdat = READ64(struct zone, zone_pgdat, z);
	e->nid = nid;
	e->gfp = gfp;
	e->order = order;
	e->highest_zoneidx = highest_zoneidx;
	e->kswapd_order = READ32(struct pglist_data, kswapd_order, pgdat);
	e->kswapd_highest_zoneidx = READ32(struct pglist_data, kswapd_highest_zoneidx, pgdat);
	e->kswapd_failures = kswapd_failures(pgdat);
	e->kswapd_waits = kswapd_waits(pgdat);
	e->pad = 0;
	e->managed = READ64(struct zone, managed_pages, z);
	for (i = 0; i < RS_MAX_ZONES; i++) {
		e->boost[i] = 0;
		/* Only looked at by a call that could have an effect. */
		if (e->kswapd_waits)
			e->boost[i] = READ64(struct zone, watermark_boost, pgdat_zone(pgdat, i));
	}
	emit_submit(&em);
	return 0;
}

static __always_inline int wakeup_kswapd_exit(__u64 zone, __u64 gfp, __u64 order, __u64 highest_zoneidx,
					      __u64 ret)
{
	struct rs_event_wakeup_kswapd_end *e;
	struct emit em;
	__u64 pgdat;

	if (!wanted(RS_EVENT_wakeup_kswapd_end, -1))
		return 0;
	e = EMIT(&em, wakeup_kswapd_end);
	if (!e)
		return 0;
	pgdat = READ64(struct zone, zone_pgdat, zone);
	e->nid = pgdat_nid(pgdat);
	e->order = order;
	e->highest_zoneidx = highest_zoneidx;
	e->kswapd_order = READ32(struct pglist_data, kswapd_order, pgdat);
	e->kswapd_highest_zoneidx = READ32(struct pglist_data, kswapd_highest_zoneidx, pgdat);
	e->gfp = gfp;
	e->kswapd_waits = kswapd_waits(pgdat);
	e->pad = 0;
	emit_submit(&em);
	return 0;
}
FN_PAIR(wakeup_kswapd, 4, 4, wakeup_kswapd_end)

static __always_inline int wakeup_effective(void *ctx, __s32 nid, __s32 zid, __s32 order, __u32 gfp)
{
	struct rs_event_wakeup_kswapd *e;
	struct emit em;
	int stack;

	SEEN(mm_vmscan_wakeup_kswapd);
	if (!wanted(RS_EVENT_wakeup_kswapd, nid))
		return 0;
	if (MODE_SUMMARY)
		return summary_wakeup(order);
	describe_task();
	stack = collect_stack(ctx);
	e = EMIT(&em, wakeup_kswapd);
	if (!e)
		return 0;
	e->nid = nid;
	e->zid = zid;
	e->order = order;
	e->gfp = gfp;
	e->stack = stack;
	e->pad = 0;
	emit_submit(&em);
	return 0;
}
SEC("?tp_btf/mm_vmscan_wakeup_kswapd")
int mm_vmscan_wakeup_kswapd__btf(__u64 *ctx)
{
	return wakeup_effective(ctx, ctx[0], ctx[1], ctx[2], ctx[3]);
}
TP_PERF(vmscan, mm_vmscan_wakeup_kswapd, mm_vmscan_wakeup_kswapd,
	wakeup_effective(ctx, ctx->nid, ctx->zid, ctx->order, ctx->gfp_flags))

static __always_inline int mm_vmscan_kswapd_wake_tp(__s32 nid, __s32 zid, __s32 order)
{
	struct rs_event_kswapd_wake *e;
	struct emit em;

	SEEN(mm_vmscan_kswapd_wake);
	if (!wanted(RS_EVENT_kswapd_wake, nid))
		return 0;
	if (MODE_SUMMARY)
		return summary_kswapd_wake();
	describe_task();
	e = EMIT(&em, kswapd_wake);
	if (!e)
		return 0;
	e->nid = nid;
	e->zid = zid;
	e->order = order;
	e->pad = 0;
	emit_submit(&em);
	return 0;
}
TP(vmscan, mm_vmscan_kswapd_wake, mm_vmscan_kswapd_wake, 3, ctx->nid, ctx->zid, ctx->order)

static __always_inline int mm_vmscan_kswapd_sleep_tp(__s32 nid)
{
	struct rs_event_kswapd_sleep *e;
	struct emit em;

	SEEN(mm_vmscan_kswapd_sleep);
	if (!wanted(RS_EVENT_kswapd_sleep, nid))
		return 0;
	if (MODE_SUMMARY)
		return summary_stall_end(RS_RECLAIM_KSWAPD, 0);
	e = EMIT(&em, kswapd_sleep);
	if (!e)
		return 0;
	e->nid = nid;
	e->pad = 0;
	emit_submit(&em);
	return 0;
}
TP(vmscan, mm_vmscan_kswapd_sleep, mm_vmscan_kswapd_sleep, 1, ctx->nid)

static __always_inline int prepare_kswapd_sleep_exit(__u64 pgdat, __u64 order, __u64 highest_zoneidx, __u64 ret)
{
	struct rs_event_prepare_kswapd_sleep *e;
	__s32 nid = pgdat_nid(pgdat);
	struct emit em;

	if (!wanted(RS_EVENT_prepare_kswapd_sleep, nid))
		return 0;
	e = EMIT(&em, prepare_kswapd_sleep);
	if (!e)
		return 0;
	e->nid = nid;
	e->order = order;
	e->highest_zoneidx = highest_zoneidx;
	e->ret = (ret & 0xff) != 0;
	e->kswapd_failures = kswapd_failures(pgdat);
	e->pad = 0;
	emit_submit(&em);
	return 0;
}
FN_EXIT(prepare_kswapd_sleep, 3, 3, prepare_kswapd_sleep)

/* The tests of the zones come before, as zone_watermark_ok records of the same task. */
static __always_inline int pgdat_balanced_exit(__u64 pgdat, __u64 order, __u64 highest_zoneidx, __u64 ret)
{
	struct rs_event_pgdat_balanced *e;
	__s32 nid = pgdat_nid(pgdat);
	struct emit em;

	if (!wanted(RS_EVENT_pgdat_balanced, nid))
		return 0;
	e = EMIT(&em, pgdat_balanced);
	if (!e)
		return 0;
	e->nid = nid;
	e->order = order;
	e->highest_zoneidx = highest_zoneidx;
	e->ret = (ret & 0xff) != 0;
	emit_submit(&em);
	return 0;
}
FN_EXIT(pgdat_balanced, 3, 3, pgdat_balanced)

static __always_inline int balance_pgdat_entry(__u64 pgdat, __u64 order, __u64 highest_zoneidx)
{
	struct rs_event_balance_pgdat_begin *e;
	__s32 nid = pgdat_nid(pgdat);
	struct emit em;

	if (!wanted(RS_EVENT_balance_pgdat_begin, nid))
		return 0;
	e = EMIT(&em, balance_pgdat_begin);
	if (!e)
		return 0;
	e->nid = nid;
	e->order = order;
	e->highest_zoneidx = highest_zoneidx;
	e->kswapd_failures = kswapd_failures(pgdat);
	e->laptop_mode = global32(opts.addr_laptop_mode);
	e->pad = 0;
	emit_submit(&em);
	emit_zones(pgdat, nid, RS_ZONE_OF_BALANCE_BEGIN, RS_MAX_ZONES, false);
	return 0;
}

static __always_inline int balance_pgdat_exit(__u64 pgdat, __u64 order, __u64 highest_zoneidx, __u64 ret)
{
	struct rs_event_balance_pgdat_end *e;
	__s32 nid = pgdat_nid(pgdat);
	struct emit em;

	if (!wanted(RS_EVENT_balance_pgdat_end, nid))
		return 0;
	e = EMIT(&em, balance_pgdat_end);
	if (!e)
		return 0;
	e->nid = nid;
	e->order = order;
	e->highest_zoneidx = highest_zoneidx;
	e->kswapd_failures = kswapd_failures(pgdat);
	e->ret = ret;
	e->pad = 0;
	emit_submit(&em);
	emit_zones(pgdat, nid, RS_ZONE_OF_BALANCE_END, RS_MAX_ZONES, false);
	return 0;
}
FN_PAIR(balance_pgdat, 3, 3, balance_pgdat_end)

/* ---- 7.2 and later ---- */

static __always_inline int mm_vmscan_kswapd_reclaim_fail_tp(__s32 nid, __s32 failures)
{
	struct rs_event_kswapd_fail *e;
	struct emit em;

	SEEN(mm_vmscan_kswapd_reclaim_fail);
	if (!wanted(RS_EVENT_kswapd_fail, nid) || MODE_SUMMARY)
		return 0;
	e = EMIT(&em, kswapd_fail);
	if (!e)
		return 0;
	e->nid = nid;
	e->failures = failures;
	emit_submit(&em);
	return 0;
}
TP(vmscan, mm_vmscan_kswapd_reclaim_fail, mm_vmscan_kswapd_reclaim_fail, 2, ctx->nid, ctx->failures)

static __always_inline int mm_vmscan_kswapd_clear_hopeless_tp(__s32 nid, __s32 reason)
{
	struct rs_event_kswapd_clear_hopeless *e;
	struct emit em;

	SEEN(mm_vmscan_kswapd_clear_hopeless);
	if (!wanted(RS_EVENT_kswapd_clear_hopeless, nid) || MODE_SUMMARY)
		return 0;
	e = EMIT(&em, kswapd_clear_hopeless);
	if (!e)
		return 0;
	e->nid = nid;
	e->reason = reason;
	emit_submit(&em);
	return 0;
}
TP(vmscan, mm_vmscan_kswapd_clear_hopeless, mm_vmscan_kswapd_clear_hopeless, 2, ctx->nid, ctx->reason)

/* balance_pgdat_begin and _end say no more than the function does; they are only counted. */
static __always_inline int mm_vmscan_balance_pgdat_begin_tp(__u64 nid)
{
	SEEN(mm_vmscan_balance_pgdat_begin);
	return 0;
}
TP(vmscan, mm_vmscan_balance_pgdat_begin, mm_vmscan_balance_pgdat_begin, 1, ctx->nid)

static __always_inline int mm_vmscan_balance_pgdat_end_tp(__u64 nid)
{
	SEEN(mm_vmscan_balance_pgdat_end);
	return 0;
}
TP(vmscan, mm_vmscan_balance_pgdat_end, mm_vmscan_balance_pgdat_end, 1, ctx->nid)
