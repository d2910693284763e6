/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tasks that have to reclaim before they get their page: direct, memcg, soft-limit and node
 * reclaim, what they wait for, and the loop over priorities.
 *
 * Rate: a few records for each stall. A stall frees at least 32 pages, so this is never hot.
 */

static __always_inline int collect_stack(void *ctx)
{
	return opts.stacks ? bpf_get_stackid(ctx, &stacks, BPF_F_FAST_STACK_CMP) : -1;
}

static __always_inline int reclaim_begin(void *ctx, __u32 kind, __s32 order, __u32 gfp, __s32 nid,
					 __u64 target_cgroup)
{
	struct rs_event_reclaim_begin *e;
	struct emit em;
	__u64 pid_tgid;
	int stack;

	if (!wanted(RS_EVENT_reclaim_begin, nid))
		return 0;
	if (MODE_SUMMARY)
		return summary_stall_begin(kind);
	stack = collect_stack(ctx);
	pid_tgid = bpf_get_current_pid_tgid();
	e = EMIT_BY(&em, reclaim_begin, pid_tgid);
	if (!e)
		return 0;
	e->kind = kind;
	e->order = order;
	e->gfp = gfp;
	e->nid = nid;
	e->cgroup = current_cgroup_id();
	e->target_cgroup = target_cgroup;
	e->tgid = pid_tgid >> 32;
	e->stack = stack;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	emit_submit(&em);
	return 0;
}

static __always_inline int reclaim_end(__u32 kind, __u64 nr_reclaimed)
{
	struct rs_event_reclaim_end *e;
	struct emit em;

	if (!wanted(RS_EVENT_reclaim_end, -1))
		return 0;
	if (MODE_SUMMARY)
		return summary_stall_end(kind, nr_reclaimed);
	e = EMIT_BY(&em, reclaim_end, current_tid());
	if (!e)
		return 0;
	e->kind = kind;
	e->pad = 0;
	e->nr_reclaimed = nr_reclaimed;
	emit_submit(&em);
	return 0;
}

/*
 * The three begin tracepoints: (order, gfp), from 7.2 on (gfp, order, memcg). One body for each
 * order of arguments; the context has only as many slots as the kernel's tracepoint has arguments,
 * so the longer one is a program of its own.
 */
#define RECLAIM_TP(name, kind)                                                                     \
	SEC("?tp_btf/mm_vmscan_" #name "_begin")                                                   \
	int mm_vmscan_##name##_begin__btf(__u64 *ctx)                                              \
	{                                                                                          \
		SEEN_SHARED(mm_vmscan_##name##_begin);                                             \
		if (opts.reclaim_begin_gfp_first)                                                  \
			return reclaim_begin(ctx, kind, ctx[1], ctx[0], -1, 0);                    \
		return reclaim_begin(ctx, kind, ctx[0], ctx[1], -1, 0);                            \
	}                                                                                          \
	TP_PERF(vmscan, mm_vmscan_##name##_begin, mm_vmscan_direct_reclaim_begin_template,         \
		({                                                                                 \
			SEEN_SHARED(mm_vmscan_##name##_begin);                                     \
			reclaim_begin(ctx, kind, ctx->order, ctx->gfp_flags, -1, 0);               \
		}))                                                                                \
	static __always_inline int mm_vmscan_##name##_end_tp(__u64 nr_reclaimed)                   \
	{                                                                                          \
		SEEN_SHARED(mm_vmscan_##name##_end);                                               \
		return reclaim_end(kind, nr_reclaimed);                                            \
	}                                                                                          \
	TP(vmscan, mm_vmscan_##name##_end, mm_vmscan_direct_reclaim_end_template, 1, ctx->nr_reclaimed)

RECLAIM_TP(direct_reclaim, RS_RECLAIM_DIRECT)
RECLAIM_TP(memcg_reclaim, RS_RECLAIM_MEMCG)
RECLAIM_TP(memcg_softlimit_reclaim, RS_RECLAIM_SOFTLIMIT)

SEC("?tp_btf/mm_vmscan_node_reclaim_begin")
int mm_vmscan_node_reclaim_begin__btf(__u64 *ctx)
{
	SEEN_SHARED(mm_vmscan_node_reclaim_begin);
	return reclaim_begin(ctx, RS_RECLAIM_NODE, ctx[1], ctx[2], ctx[0], 0);
}
TP_PERF(vmscan, mm_vmscan_node_reclaim_begin, mm_vmscan_node_reclaim_begin, ({
		SEEN_SHARED(mm_vmscan_node_reclaim_begin);
		reclaim_begin(ctx, RS_RECLAIM_NODE, ctx->order, ctx->gfp_flags, ctx->nid, 0);
	}))
static __always_inline int mm_vmscan_node_reclaim_end_tp(__u64 nr_reclaimed)
{
	SEEN_SHARED(mm_vmscan_node_reclaim_end);
	return reclaim_end(RS_RECLAIM_NODE, nr_reclaimed);
}
TP(vmscan, mm_vmscan_node_reclaim_end, mm_vmscan_direct_reclaim_end_template, 1, ctx->nr_reclaimed)

/* ---- waiting ---- */

static __always_inline int throttled(__s32 nid, __u32 usec_timeout, __u32 usec_delayed, __u32 reason)
{
	struct rs_event_throttled *e;
	struct emit em;

	if (!wanted(RS_EVENT_throttled, nid))
		return 0;
	if (MODE_SUMMARY)
		return summary_throttled(reason, usec_delayed);
	e = EMIT(&em, throttled);
	if (!e)
		return 0;
	e->nid = nid;
	e->reason = reason;
	e->usec_timeout = usec_timeout;
	e->usec_delayed = usec_delayed;
	emit_submit(&em);
	return 0;
}

static __always_inline int mm_vmscan_throttled_tp(__s32 nid, __u32 usec_timeout, __u32 usec_delayed,
						  __u32 reason)
{
	SEEN(mm_vmscan_throttled);
	return throttled(nid, usec_timeout, usec_delayed, reason);
}
TP(vmscan, mm_vmscan_throttled, mm_vmscan_throttled, 4, ctx->nid, ctx->usec_timeout,
   ctx->usec_delayed, ctx->reason)

/* 5.10 has two waits of its own instead; they know no node. */
SEC("?tp_btf/writeback_congestion_wait")
int writeback_congestion_wait__btf(__u64 *ctx)
{
	SEEN(writeback_congestion_wait);
	return throttled(-1, ctx[0], ctx[1], RS_THROTTLE_CONGESTION_WAIT);
}

SEC("?tp_btf/writeback_wait_iff_congested")
int writeback_wait_iff_congested__btf(__u64 *ctx)
{
	SEEN(writeback_wait_iff_congested);
	return throttled(-1, ctx[0], ctx[1], RS_THROTTLE_WAIT_IFF_CONGESTED);
}

static __always_inline int reclaim_throttle_entry(__u64 pgdat, __u64 reason)
{
	struct rs_event_reclaim_throttle *e;
	struct emit em;
	__s32 nid = pgdat_nid(pgdat);

	if (!wanted(RS_EVENT_reclaim_throttle, nid))
		return 0;
	e = EMIT(&em, reclaim_throttle);
	if (!e)
		return 0;
	e->nid = nid;
	e->reason = reason;
	emit_submit(&em);
	return 0;
}
FN_ENTRY(reclaim_throttle, 2)

/* 5.10 has no such function: where too many pages are isolated, shrink_inactive_list() sleeps like this. */
static __always_inline int msleep_entry(__u64 msecs)
{
	struct rs_event_reclaim_throttle *e;
	struct emit em;

	if ((__u32)msecs != 100 || !(task_flags() & PF_MEMALLOC) || !wanted(RS_EVENT_reclaim_throttle, -1))
		return 0;
	e = EMIT(&em, reclaim_throttle);
	if (!e)
		return 0;
	e->nid = -1;
	e->reason = RS_THROTTLE_ISOLATED;
	emit_submit(&em);
	return 0;
}
FN_ENTRY(msleep, 1)

static __always_inline int throttle_direct_reclaim_entry(__u64 gfp)
{
	struct rs_event_throttle_direct_begin *e;
	struct emit em;

	if (!wanted(RS_EVENT_throttle_direct_begin, -1))
		return 0;
	e = EMIT(&em, throttle_direct_begin);
	if (!e)
		return 0;
	e->gfp = gfp;
	e->pad = 0;
	emit_submit(&em);
	return 0;
}

static __always_inline int throttle_direct_reclaim_exit(__u64 gfp, __u64 ret)
{
	struct rs_event_throttle_direct_end *e;
	struct emit em;

	if (!wanted(RS_EVENT_throttle_direct_end, -1))
		return 0;
	e = EMIT(&em, throttle_direct_end);
	if (!e)
		return 0;
	e->killed = (ret & 0xff) != 0;
	e->pad = 0;
	emit_submit(&em);
	return 0;
}
FN_PAIR(throttle_direct_reclaim, 1, 3, throttle_direct_end)

static __always_inline int allow_direct_reclaim_exit(__u64 pgdat, __u64 ret)
{
	struct rs_event_allow_direct_reclaim *e;
	struct emit em;
	__s32 nid = pgdat_nid(pgdat);

	if (!wanted(RS_EVENT_allow_direct_reclaim, nid))
		return 0;
	emit_zones(pgdat, nid, RS_ZONE_OF_ALLOW_DIRECT_RECLAIM, 3, true);
	e = EMIT(&em, allow_direct_reclaim);
	if (!e)
		return 0;
	e->nid = nid;
	e->ret = (ret & 0xff) != 0;
	e->kswapd_failures = kswapd_failures(pgdat);
	e->pad = 0;
	emit_submit(&em);
	return 0;
}
FN_EXIT(allow_direct_reclaim, 1, 1, allow_direct_reclaim)

/* ---- the loop over priorities ---- */

static __always_inline int do_try_to_free_pages_entry(__u64 zonelist, __u64 sc_addr)
{
	struct rs_event_try_to_free_pages_begin *e;
	char sc[SC_SIZE] = {};
	struct emit em;

	if (!wanted(RS_EVENT_try_to_free_pages_begin, -1))
		return 0;
	copy(sc, sizeof(sc), sc_addr);
	e = EMIT(&em, try_to_free_pages_begin);
	if (!e)
		return 0;
	fill_sc((struct rs_sc *)(&e->hdr + 1), sc, -1);
	emit_submit(&em);
	return 0;
}

static __always_inline int do_try_to_free_pages_exit(__u64 zonelist, __u64 sc_addr, __u64 ret)
{
	struct rs_event_try_to_free_pages_end *e;
	char sc[SC_SIZE] = {};
	struct emit em;

	if (!wanted(RS_EVENT_try_to_free_pages_end, -1))
		return 0;
	copy(sc, sizeof(sc), sc_addr);
	e = EMIT(&em, try_to_free_pages_end);
	if (!e)
		return 0;
	fill_sc((struct rs_sc *)(&e->hdr + 1), sc, -1);
	e->ret = ret;
	emit_submit(&em);
	return 0;
}
FN_PAIR(do_try_to_free_pages, 2, 2, try_to_free_pages_end)

static __always_inline int try_to_free_mem_cgroup_pages_entry(__u64 memcg, __u64 nr_pages, __u64 gfp,
							      __u64 options)
{
	struct rs_event_memcg_reclaim_request *e;
	struct emit em;
	__u64 memory;

	if (!wanted(RS_EVENT_memcg_reclaim_request, -1))
		return 0;
	e = EMIT(&em, memcg_reclaim_request);
	if (!e)
		return 0;
	memory = untyped(&e->usage, memcg) + OFFSET(struct mem_cgroup, memory);
	e->cgroup = memcg_cgroup_id(memcg);
	e->nr_pages = nr_pages;
	e->usage = READ64(struct page_counter, usage, memory);
	e->max = READ64(struct page_counter, max, memory);
	e->gfp = gfp;
	e->options = options;
	emit_submit(&em);
	return 0;
}
FN_ENTRY(try_to_free_mem_cgroup_pages, 4)
