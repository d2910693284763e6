/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shrinkers: one record for a run of each, made from the start and end tracepoints.
 *
 * Rate: for each lruvec visit once for each shrinker that has objects, up to 100,000 a second when
 * many memory cgroups have a few dentries each. Objects are read through their types where the
 * tracepoint has them.
 */

static __always_inline void slab_start(struct slab_begin *begin, __u64 shrinker, __u64 nr_deferred,
				       __u64 freeable, __u64 delta, __u64 total_scan, __s32 priority)
{
	begin->ts_ns = bpf_ktime_get_ns();
	begin->shrinker = shrinker;
	begin->nr_deferred = nr_deferred;
	begin->freeable = freeable;
	begin->delta = delta;
	begin->total_scan = total_scan;
	begin->priority = priority;
}

SEC("?tp_btf/mm_shrink_slab_start")
int mm_shrink_slab_start__btf(__u64 *ctx)
{
	const struct shrinker *shrinker = (void *)ctx[0];
	const struct shrink_control *sc = (void *)ctx[1];
	struct task_state *task;
	__u64 serial;

	SEEN(mm_shrink_slab_start);
	if (MODE_SUMMARY)
		return 0;
	task = task_get_of(current_tid(), RS_EVENT_shrink_slab);
	if (!task)
		return 0;
	slab_start(&task->slab, (__u64)shrinker->scan_objects, ctx[2], ctx[3], ctx[4], ctx[5], ctx[6]);
	serial = sc->memcg ? sc->memcg->css.serial_nr : 0;
	/* Mostly the cgroup of the one before, whose number takes three loads that have to be checked. */
	if (serial != task->slab.serial) {
		task->slab.cgroup = sc->memcg ? sc->memcg->css.cgroup->kn->id : 0;
		task->slab.serial = serial;
	}
	task->slab.nid = sc->nid;
	task->slab.batch = shrinker->batch;
	task->slab.seeks = shrinker->seeks;
	task->slab.flags = shrinker->flags;
	return 0;
}

SEC("?tp/vmscan/mm_shrink_slab_start")
int mm_shrink_slab_start__perf(struct trace_event_raw_mm_shrink_slab_start *ctx)
{
	__u64 shrinker = (__u64)ctx->shr;
	struct task_state *task;

	SEEN(mm_shrink_slab_start);
	if (MODE_SUMMARY)
		return 0;
	task = task_get_of(current_tid(), RS_EVENT_shrink_slab);
	if (!task)
		return 0;
	slab_start(&task->slab, READ64(struct shrinker, scan_objects, shrinker), ctx->nr_objects_to_shrink,
		   ctx->cache_items, ctx->delta, ctx->total_scan, ctx->priority);
	task->slab.cgroup = 0;
	if (bpf_core_field_exists(ctx->memcg_id))
		task->slab.cgroup = ctx->memcg_id;
	task->slab.nid = ctx->nid;
	task->slab.batch = READ64(struct shrinker, batch, shrinker);
	task->slab.seeks = READ32(struct shrinker, seeks, shrinker);
	task->slab.flags = READ32(struct shrinker, flags, shrinker);
	return 0;
}

static __always_inline int mm_shrink_slab_end_tp(__s32 freed, __s64 unused_scan, __s64 new_scan, __s64 left)
{
	struct rs_event_shrink_slab *e;
	struct task_state *task;
	struct slab_begin *begin;
	struct emit em;
	__u32 tid;

	if (MODE_SUMMARY)
		return summary_slab(freed);
	tid = current_tid();
	task = task_of(tid);
	if (!task || !task->slab.ts_ns) {
		SEEN(mm_shrink_slab_end);
		COUNT(unmatched, RS_EVENT_shrink_slab);
		return 0;
	}
	begin = &task->slab;
	if (!WANTED_OF(mm_shrink_slab_end, shrink_slab, begin->nid))
		return 0;
	e = EMIT_OF(&em, shrink_slab, tid, mm_shrink_slab_end);
	if (!e)
		return 0;
	e->cgroup = begin->cgroup;
	e->shrinker = symbol_offset(begin->shrinker);
	e->nr_deferred = begin->nr_deferred;
	e->freeable = begin->freeable;
	e->delta = begin->delta;
	e->total_scan = begin->total_scan;
	e->unused_scan = unused_scan;
	e->new_scan = new_scan;
	e->left = left;
	e->duration_ns = e->hdr.ts_ns - begin->ts_ns;
	e->batch = begin->batch;
	e->freed = freed;
	e->seeks = begin->seeks;
	e->flags = begin->flags;
	e->priority = begin->priority;
	e->nid = begin->nid;
	emit_submit(&em);
	begin->ts_ns = 0;
	return 0;
}
SEC("?tp_btf/mm_shrink_slab_end")
int mm_shrink_slab_end__btf(__u64 *ctx)
{
	return mm_shrink_slab_end_tp(ctx[2], ctx[3], ctx[4], ctx[5]);
}
TP_PERF(vmscan, mm_shrink_slab_end, mm_shrink_slab_end,
	mm_shrink_slab_end_tp(ctx->retval, ctx->unused_scan, ctx->new_scan, ctx->total_scan))
