/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compaction beside reclaim: what is put off, and what kcompactd gets to do.
 *
 * Rate: at most one record for each request of a high order that enters the slow path.
 */

static __always_inline int compaction_deferral(__s32 nid, __s32 zid, __s32 order, __u32 what, __u32 considered,
					       __u32 defer_shift, __s32 order_failed)
{
	struct rs_event_compaction_deferral *e;
	struct emit em;

	if (!wanted(RS_EVENT_compaction_deferral, nid) || MODE_SUMMARY)
		return 0;
	e = EMIT(&em, compaction_deferral);
	if (!e)
		return 0;
	e->nid = nid;
	e->zid = zid;
	e->order = order;
	e->what = what;
	e->considered = considered;
	e->defer_shift = defer_shift;
	e->order_failed = order_failed;
	e->pad = 0;
	emit_submit(&em);
	return 0;
}

static __always_inline int deferral_of_zone(const struct zone *zone, __u64 addr, __s32 order, __u32 what)
{
	struct task_state *task = MODE_SUMMARY ? NULL : task_get(RS_EVENT_compaction_deferral);
	__s32 nid = -1, zid = -1;

	if (task)
		zid = zone_index(&task->scratch, addr, &nid);
	return compaction_deferral(nid, zid, order, what, zone->compact_considered, zone->compact_defer_shift,
				   zone->compact_order_failed);
}

#define DEFERRAL(name, what)                                                                       \
	SEC("?tp_btf/" #name)                                                                      \
	int name##__btf(__u64 *ctx)                                                                \
	{                                                                                          \
		const struct zone *zone = (void *)ctx[0];                                          \
		SEEN(name);                                                                        \
		return deferral_of_zone(zone, ctx[0], ctx[1], what);                               \
	}                                                                                          \
	SEC("?tp/compaction/" #name)                                                               \
	int name##__perf(struct trace_event_raw_mm_compaction_defer_template *ctx)                 \
	{                                                                                          \
		SEEN(name);                                                                        \
		return compaction_deferral(ctx->nid, ctx->idx, ctx->order, what, ctx->considered,  \
					   ctx->defer_shift, ctx->order_failed);                   \
	}

DEFERRAL(mm_compaction_deferred, RS_COMPACTION_DEFERRED)
DEFERRAL(mm_compaction_defer_compaction, RS_COMPACTION_FAILED)
DEFERRAL(mm_compaction_defer_reset, RS_COMPACTION_RESET)

static __always_inline int kcompactd(__s32 nid, __s32 order, __s32 highest_zoneidx, __u32 what)
{
	struct rs_event_kcompactd *e;
	struct emit em;

	if (!wanted(RS_EVENT_kcompactd, nid) || MODE_SUMMARY)
		return 0;
	e = EMIT(&em, kcompactd);
	if (!e)
		return 0;
	e->nid = nid;
	e->order = order;
	e->highest_zoneidx = highest_zoneidx;
	e->what = what;
	emit_submit(&em);
	return 0;
}

static __always_inline int mm_compaction_wakeup_kcompactd_tp(__s32 nid, __s32 order, __s32 highest_zoneidx)
{
	SEEN(mm_compaction_wakeup_kcompactd);
	return kcompactd(nid, order, highest_zoneidx, RS_KCOMPACTD_WOKEN);
}
TP(compaction, mm_compaction_wakeup_kcompactd, kcompactd_wake_template, 3, ctx->nid, ctx->order, ctx->highest_zoneidx)

static __always_inline int mm_compaction_kcompactd_wake_tp(__s32 nid, __s32 order, __s32 highest_zoneidx)
{
	SEEN(mm_compaction_kcompactd_wake);
	return kcompactd(nid, order, highest_zoneidx, RS_KCOMPACTD_WAKES);
}
TP(compaction, mm_compaction_kcompactd_wake, kcompactd_wake_template, 3, ctx->nid, ctx->order, ctx->highest_zoneidx)
