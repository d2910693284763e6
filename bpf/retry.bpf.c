/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an allocation does when reclaim did not help: try again, compact, kill.
 *
 * Rate: a few records for each round of the slow path. get_page_from_freelist is on the path of
 * every allocation and therefore only attached when asked for (opts.allocator); the fast path then
 * costs one compare.
 */

static __always_inline int reclaim_retry_zone(__s32 nid, __s32 zid, __s32 order, __u64 reclaimable,
					      __u64 available, __u64 min_wmark, __s32 loops, bool check)
{
	struct rs_event_reclaim_retry_zone *e;
	struct emit em;

	SEEN(reclaim_retry_zone);
	if (!wanted(RS_EVENT_reclaim_retry_zone, nid) || MODE_SUMMARY)
		return 0;
	e = EMIT(&em, reclaim_retry_zone);
	if (!e)
		return 0;
	e->nid = nid;
	e->zid = zid;
	e->order = order;
	e->no_progress_loops = loops;
	e->reclaimable = reclaimable;
	e->available = available;
	e->min_wmark = min_wmark;
	e->wmark_check = check;
	e->pad = 0;
	emit_submit(&em);
	return 0;
}
SEC("?tp_btf/reclaim_retry_zone")
int reclaim_retry_zone__btf(__u64 *ctx)
{
	struct task_state *task = MODE_SUMMARY ? NULL : task_get(RS_EVENT_reclaim_retry_zone);
	const struct zoneref *ref = (void *)ctx[0];
	__s32 nid = -1, zid = -1;

	if (task)
		zid = zone_index(&task->scratch, (__u64)ref->zone, &nid);
	return reclaim_retry_zone(nid, zid, ctx[1], ctx[2], ctx[3], ctx[4], ctx[5], ctx[6] & 0xff);
}
TP_PERF(oom, reclaim_retry_zone, reclaim_retry_zone,
	reclaim_retry_zone(ctx->node, ctx->zone_idx, ctx->order, ctx->reclaimable, ctx->available,
			   ctx->min_wmark, ctx->no_progress_loops, ctx->wmark_check))

/* Only as a BTF tracepoint: the perf record holds a summary of the result. */
static __always_inline int compact_retry_tp(__s32 order, __s32 priority, __s32 result, __s32 retries,
					    __s32 max_retries, __u64 ret)
{
	struct rs_event_compact_retry *e;
	struct emit em;

	SEEN(compact_retry);
	if (!wanted(RS_EVENT_compact_retry, -1) || MODE_SUMMARY)
		return 0;
	e = EMIT(&em, compact_retry);
	if (!e)
		return 0;
	e->order = order;
	e->priority = priority;
	e->result = result;
	e->retries = retries;
	e->max_retries = max_retries;
	e->ret = (ret & 0xff) != 0;
	emit_submit(&em);
	return 0;
}
SEC("?tp_btf/compact_retry")
int compact_retry__btf(__u64 *ctx)
{
	return compact_retry_tp(ctx[0], ctx[1], ctx[2], ctx[3], ctx[4], ctx[5]);
}

static __always_inline int compaction_suitable(__s32 nid, __s32 zid, __s32 order, __s32 result)
{
	struct rs_event_compaction_suitable *e;
	struct emit em;

	SEEN(mm_compaction_suitable);
	if (!wanted(RS_EVENT_compaction_suitable, nid) || MODE_SUMMARY)
		return 0;
	e = EMIT(&em, compaction_suitable);
	if (!e)
		return 0;
	e->nid = nid;
	e->zid = zid;
	e->order = order;
	e->result = result;
	emit_submit(&em);
	return 0;
}
SEC("?tp_btf/mm_compaction_suitable")
int mm_compaction_suitable__btf(__u64 *ctx)
{
	struct task_state *task = MODE_SUMMARY ? NULL : task_get(RS_EVENT_compaction_suitable);
	__s32 nid = -1, zid = -1;

	if (task)
		zid = zone_index(&task->scratch, ctx[0], &nid);
	return compaction_suitable(nid, zid, ctx[1], ctx[2]);
}
TP_PERF(compaction, mm_compaction_suitable, mm_compaction_suitable_template,
	compaction_suitable(ctx->nid, ctx->idx, ctx->order, ctx->ret))

#define PAGE_ALLOC_COSTLY_ORDER 3

/* What fragmentation_index() counts, which is asked for costly orders only. */
static __always_inline void fill_nr_free(__u64 *nr_free, __u64 zone, __u32 order)
{
	__u64 area = zone + OFFSET(struct zone, free_area);
	__u32 o;

	for (o = 0; o < RS_MAX_ORDERS; o++)
		nr_free[o] = order > PAGE_ALLOC_COSTLY_ORDER ?
				     READ64(struct free_area, nr_free,
					    area + o * (__u64)bpf_core_type_size(struct free_area)) : 0;
}

/* (zone, order, alloc_flags, hzi) up to 6.1, (zone, order, hzi) in 6.12, then (zone, order, mark, hzi) */
static __always_inline int compaction_suitable_exit(__u64 zone, __u64 order, __u64 third, __u64 fourth,
						    __u64 ret)
{
	struct rs_event_compaction_suitable_fn *e;
	struct emit em;
	__s32 nid;

	if (!wanted(RS_EVENT_compaction_suitable_fn, -1))
		return 0;
	e = EMIT(&em, compaction_suitable_fn);
	if (!e)
		return 0;
	e->zid = zone_index(&e->mark, zone, &nid);
	e->nid = nid;
	e->order = order;
	e->ret = ret & 0xff;
	e->highest_zoneidx = fourth;
	e->extfrag_threshold = global32(opts.addr_extfrag_threshold);
	e->pad = 0;
	fill_nr_free(e->nr_free, untyped(&e->mark, zone), order);
	e->mark = third;
	emit_submit(&em);
	return 0;
}
FN_EXIT_AS(compaction_suitable__args4, compaction_suitable, compaction_suitable, 4, 4, compaction_suitable_fn)
FN_SEC("?fexit/compaction_suitable")
int compaction_suitable__args3__fexit(__u64 *ctx)
{
	return compaction_suitable_exit(ctx[0], ctx[1], 0, ctx[2], ctx[3]);
}

/* (gfp, order, alloc_flags, ac, priority, &result): the page or NULL. Up to 6.18. */
FN_SEC("?fexit/__alloc_pages_direct_compact")
int __alloc_pages_direct_compact__fexit(__u64 *ctx)
{
	struct rs_event_direct_compact *e;
	struct emit em;

	if (!wanted(RS_EVENT_direct_compact, -1))
		return 0;
	e = EMIT(&em, direct_compact);
	if (!e)
		return 0;
	e->gfp = ctx[0];
	e->order = ctx[1];
	e->priority = ctx[4];
	e->got_page = (void *)ctx[6] != NULL;
	emit_submit(&em);
	return 0;
}

/* ---- the OOM killer ---- */

static __always_inline int out_of_memory_entry(__u64 oc)
{
	struct rs_event_oom_begin *e;
	struct emit em;

	if (!wanted(RS_EVENT_oom_begin, -1))
		return 0;
	describe_task();
	e = EMIT(&em, oom_begin);
	if (!e)
		return 0;
	e->order = READ32(struct oom_control, order, oc);
	e->gfp = READ32(struct oom_control, gfp_mask, oc);
	e->cgroup = memcg_cgroup_id(READ64(struct oom_control, memcg, oc));
	emit_submit(&em);
	return 0;
}

#define MMF_OOM_SKIP (1UL << 21) /* in every kernel where it is read */
#define ORDER_OF_SYSRQ 0xffffffffU /* nobody asked for memory but an administrator for a victim */

static __always_inline int out_of_memory_exit(__u64 oc, __u64 ret)
{
	struct rs_event_oom_end *e;
	struct emit em;
	__u64 chosen;

	if (!wanted(RS_EVENT_oom_end, -1))
		return 0;
	e = EMIT(&em, oom_end);
	if (!e)
		return 0;
	e->totalpages = READ64(struct oom_control, totalpages, oc);
	e->chosen_points = READ64(struct oom_control, chosen_points, oc);
	e->ret = (ret & 0xff) != 0;
	chosen = READ64(struct oom_control, chosen, oc);
	e->victim = chosen && chosen != ~0ULL ? READ32(struct task_struct, tgid, chosen) : 0;
	emit_submit(&em);
	return 0;
}
FN_PAIR(out_of_memory, 1, 1, oom_end)

/* What a score is made of. */
static __always_inline void fill_badness(struct rs_event_oom_badness *e, __u64 p, __u64 totalpages, __u64 points)
{
	__u64 mm = READ64(struct task_struct, mm, p);

	e->tgid = READ32(struct task_struct, tgid, p);
	e->flags = READ32(struct task_struct, flags, p);
	e->oom_score_adj = (__s16)read32(READ64(struct task_struct, signal, p) + OFFSET(struct signal_struct, oom_score_adj));
	e->has_mm = mm != 0;
	e->rss = mm ? mm_counter(mm, 0) + mm_counter(mm, 1) + mm_counter(mm, 3) : 0;
	e->swapents = mm ? mm_counter(mm, 2) : 0;
	e->rss_sum = mm ? mm_counter_sum(mm, 0) + mm_counter_sum(mm, 1) + mm_counter_sum(mm, 3) : 0;
	e->swapents_sum = mm ? mm_counter_sum(mm, 2) : 0;
	e->pgtables_bytes = mm ? READ64(struct mm_struct, pgtables_bytes, mm) : 0;
	e->totalpages = totalpages;
	e->points = points;
}

/* Also whenever somebody reads a /proc/PID/oom_score. */
static __always_inline int oom_badness_exit(__u64 task, __u64 totalpages, __u64 ret)
{
	struct rs_event_oom_badness *e;
	struct emit em;

	if (!wanted(RS_EVENT_oom_badness, -1))
		return 0;
	e = EMIT(&em, oom_badness);
	if (!e)
		return 0;
	fill_badness(e, untyped(&e->points, task), totalpages, ret);
	e->untold = 0;
	e->pad = 0;
	emit_submit(&em);
	return 0;
}
FN_EXIT(oom_badness, 2, 2, oom_badness)

/*
 * Where the compiler has put oom_badness() into its caller, that knows the score of a task only while it is the best one. Tasks
 * that cannot become it leave no record: kernel threads, a victim on its way out, what was reaped, and a vfork.
 */
static __always_inline int oom_evaluate_task_exit(__u64 task_arg, __u64 oc, __u64 ret)
{
	struct task_state *task = task_get(RS_EVENT_oom_badness);
	struct rs_event_oom_badness *e;
	struct emit em;
	__u64 p, mm;
	bool best;

	if (!task || !wanted(RS_EVENT_oom_badness, -1) || (__u32)ret)
		return 0;
	p = untyped(&task->scratch, task_arg);
	mm = READ64(struct task_struct, mm, p);
	best = READ64(struct oom_control, chosen, oc) == p;
	if (!best) {
		if (!mm || READ64(struct mm_struct, flags, mm) & MMF_OOM_SKIP)
			return 0;
		if (READ32(struct oom_control, order, oc) != ORDER_OF_SYSRQ &&
		    read64(READ64(struct task_struct, signal, p) + OFFSET(struct signal_struct, oom_mm)))
			return 0;
		if (READ64(struct task_struct, vfork_done, p) &&
		    read64(READ64(struct task_struct, real_parent, p) + OFFSET(struct task_struct, mm)) == mm)
			return 0;
	}
	e = EMIT(&em, oom_badness);
	if (!e)
		return 0;
	fill_badness(e, p, READ64(struct oom_control, totalpages, oc), best ? READ64(struct oom_control, chosen_points, oc) : 0);
	e->untold = !best;
	e->pad = 0;
	emit_submit(&em);
	return 0;
}
FN_EXIT(oom_evaluate_task, 2, 2, oom_badness)

static __always_inline int mark_victim(__u32 pid)
{
	struct rs_event_mark_victim *e;
	struct emit em;

	SEEN(mark_victim);
	if (!wanted(RS_EVENT_mark_victim, -1) || MODE_SUMMARY)
		return 0;
	e = EMIT(&em, mark_victim);
	if (!e)
		return 0;
	e->victim = pid;
	e->pad = 0;
	emit_submit(&em);
	return 0;
}
/* (pid) at first, later (task, uid). */
SEC("?tp_btf/mark_victim")
int mark_victim__pid__btf(__u64 *ctx)
{
	return mark_victim(ctx[0]);
}
SEC("?tp_btf/mark_victim")
int mark_victim__task__btf(__u64 *ctx)
{
	return mark_victim(((struct task_struct *)ctx[0])->pid);
}
SEC("?tp/oom/mark_victim")
int mark_victim__task__perf(struct trace_event_raw_mark_victim *ctx)
{
	return mark_victim(ctx->pid);
}

/* ---- the slow path of the allocator: passes over the zones ---- */

#define ALLOC_WMARK_MASK 3
#define ALLOC_WMARK_LOW 1

static __always_inline int freelist_pass(__u64 gfp, __u64 order, __u64 alloc_flags, __u32 highest_zoneidx,
					 bool got_page)
{
	struct rs_event_get_page_from_freelist *e;
	struct emit em;

	/* The first pass tests the low mark; nearly all allocations end with it. */
	if (got_page && (alloc_flags & ALLOC_WMARK_MASK) == ALLOC_WMARK_LOW)
		return 0;
	if (!wanted(RS_EVENT_get_page_from_freelist, -1))
		return 0;
	e = EMIT(&em, get_page_from_freelist);
	if (!e)
		return 0;
	e->gfp = gfp;
	e->order = order;
	e->alloc_flags = alloc_flags;
	e->got_page = got_page;
	e->task_flags = task_flags();
	e->prio = READ32(struct task_struct, prio, bpf_get_current_task());
	e->highest_zoneidx = highest_zoneidx;
	emit_submit(&em);
	return 0;
}
FN_SEC("?fexit/get_page_from_freelist")
int get_page_from_freelist__fexit(__u64 *ctx)
{
	const struct alloc_context *ac = (void *)ctx[3];
	bool got_page = (void *)ctx[4] != NULL;

	return freelist_pass(ctx[0], ctx[1], ctx[2], ac->highest_zoneidx, got_page);
}
FN_SEC("?kprobe.multi/get_page_from_freelist")
int get_page_from_freelist__kentry(struct pt_regs *ctx)
{
	frame_push(FRAME_get_page_from_freelist, PUSH_4);
	return 0;
}
FN_SEC("?kretprobe.multi/get_page_from_freelist")
int get_page_from_freelist__kexit(struct pt_regs *ctx)
{
	struct frame *f = frame_pop(FRAME_get_page_from_freelist, RS_EVENT_get_page_from_freelist);

	if (!f)
		return 0;
	return freelist_pass(f->arg[0], f->arg[1], f->arg[2],
			     READ32(struct alloc_context, highest_zoneidx, f->arg[3]), PT_REGS_RC(ctx) != 0);
}
