/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scanning: node, lruvec, batch of pages, and the costs that steer the next balance.
 *
 * Rate: one batch record for 32 pages looked at, 100,000 a second at most; a lruvec begins once
 * for each priority and cgroup. shrink_lruvec_begin copies about 600 bytes of kernel memory in
 * fifteen reads; reclaim itself spends more on two pages.
 */

static __always_inline int shrink_node_entry(__u64 pgdat, __u64 sc_addr)
{
	struct rs_event_shrink_node_begin *e;
	__s32 nid = pgdat_nid(pgdat);
	__u64 lruvec, target;
	char sc[SC_SIZE] = {};
	struct emit em;

	if (!wanted(RS_EVENT_shrink_node_begin, nid))
		return 0;
	copy(sc, sizeof(sc), sc_addr);
	e = EMIT(&em, shrink_node_begin);
	if (!e)
		return 0;
	fill_sc((struct rs_sc *)(&e->hdr + 1), sc, nid);
	node_lists(&e->inactive_anon, 4, pgdat);
	target = PICK(__u64, struct scan_control, target_mem_cgroup, sc);
	lruvec = target_lruvec(target, nid);
	e->anon_cost = lruvec ? READ64(struct lruvec, anon_cost, lruvec) : RS_UNKNOWN;
	e->file_cost = lruvec ? READ64(struct lruvec, file_cost, lruvec) : RS_UNKNOWN;
	e->refaults[0] = lruvec ? read64(lruvec + OFFSET(struct lruvec, refaults)) : RS_UNKNOWN;
	e->refaults[1] = lruvec ? read64(lruvec + OFFSET(struct lruvec, refaults) + 8) : RS_UNKNOWN;
	e->swap_free = global64(opts.addr_nr_swap_pages);
	e->swap_total = global64(opts.addr_total_swap_pages);
	e->kswapd_failures = kswapd_failures(pgdat);
	e->task_flags = task_flags();
	e->lruvec_flags = lruvec ? READ64(struct lruvec, flags, lruvec) : 0;
	e->node_flags = node_flags(pgdat);
	emit_submit(&em);
	if (!target)
		emit_zones(pgdat, nid, RS_ZONE_OF_SHRINK_NODE, RS_MAX_ZONES, false);
	return 0;
}

static __always_inline int shrink_node_exit(__u64 pgdat, __u64 sc_addr, __u64 ret)
{
	struct rs_event_shrink_node_end *e;
	__s32 nid = pgdat_nid(pgdat);
	char sc[SC_SIZE] = {};
	struct emit em;
	__u64 lruvec;

	if (!wanted(RS_EVENT_shrink_node_end, nid))
		return 0;
	copy(sc, sizeof(sc), sc_addr);
	e = EMIT(&em, shrink_node_end);
	if (!e)
		return 0;
	fill_sc((struct rs_sc *)(&e->hdr + 1), sc, nid);
	e->nr_dirty = PICK(__u32, struct scan_control, nr.dirty, sc);
	e->nr_congested = PICK(__u32, struct scan_control, nr.congested, sc);
	e->nr_writeback = PICK(__u32, struct scan_control, nr.writeback, sc);
	e->nr_immediate = PICK(__u32, struct scan_control, nr.immediate, sc);
	e->nr_taken = PICK(__u32, struct scan_control, nr.taken, sc);
	e->nr_unqueued_dirty = 0;
	e->nr_file_taken = 0;
	if (HAS(struct scan_control___v6_18, nr.unqueued_dirty)) {
		e->nr_unqueued_dirty = PICK(__u32, struct scan_control___v6_18, nr.unqueued_dirty, sc);
		e->nr_file_taken = PICK(__u32, struct scan_control___v6_18, nr.file_taken, sc);
	}
	e->kswapd_failures = kswapd_failures(pgdat);
	e->inactive_anon = NODE_ITEM(pgdat, NR_INACTIVE_ANON);
	e->inactive_file = NODE_ITEM(pgdat, NR_INACTIVE_FILE);
	e->swap_free = global64(opts.addr_nr_swap_pages);
	lruvec = target_lruvec(PICK(__u64, struct scan_control, target_mem_cgroup, sc), nid);
	e->lruvec_flags = lruvec ? READ64(struct lruvec, flags, lruvec) : 0;
	e->node_flags = node_flags(pgdat);
	emit_submit(&em);
	return 0;
}
FN_PAIR(shrink_node, 2, 2, shrink_node_end)

/* ---- one lruvec: what get_scan_count() looks at ---- */

/* What file_is_tiny is made of, beside the lists. */
static __always_inline void node_zones(struct rs_event_shrink_lruvec_begin *e, __u64 pgdat)
{
	char head[ZONE_HEAD];
	__u32 zid;

	e->node_free = 0;
	e->node_high = 0;
	for (zid = 0; zid < RS_MAX_ZONES; zid++) {
		__u64 zone = pgdat_zone(pgdat, zid);

		e->node_free += not_negative(ZONE_ITEM(zone, NR_FREE_PAGES));
		if (!READ64(struct zone, managed_pages, zone))
			continue;
		copy(head, sizeof(head), zone);
		e->node_high += PICK(__u64, struct zone, _watermark[2], head) + PICK(__u64, struct zone, watermark_boost, head);
	}
}

static __always_inline void fill_lruvec_begin(struct rs_event_shrink_lruvec_begin *e, __u64 lruvec,
					      const char *sc, __u64 pgdat)
{
	__u64 memcg = lruvec_memcg(lruvec), memory, swap, proactive = 0;

	e->cgroup = memcg_cgroup_id(memcg);
	memory = memcg + OFFSET(struct mem_cgroup, memory);
	swap = memcg + OFFSET(struct mem_cgroup, swap);
	e->usage = READ64(struct page_counter, usage, memory);
	e->emin = READ64(struct page_counter, emin, memory);
	e->elow = READ64(struct page_counter, elow, memory);
	e->swap_margin = READ64(struct page_counter, max, swap) - READ64(struct page_counter, usage, swap);
	e->swap_free = global64(opts.addr_nr_swap_pages);
	e->swap_total = global64(opts.addr_total_swap_pages);
	e->sc_anon_cost = 0;
	e->sc_file_cost = 0;
	if (HAS(struct scan_control___cost, anon_cost)) {
		e->sc_anon_cost = PICK(__u64, struct scan_control___cost, anon_cost, sc);
		e->sc_file_cost = PICK(__u64, struct scan_control___cost, file_cost, sc);
	}
	e->anon_cost = READ64(struct lruvec, anon_cost, lruvec);
	e->file_cost = READ64(struct lruvec, file_cost, lruvec);
	copy(e->refaults, sizeof(e->refaults), lruvec + OFFSET(struct lruvec, refaults));
	e->node_inactive_anon = NODE_ITEM(pgdat, NR_INACTIVE_ANON);
	e->node_inactive_file = NODE_ITEM(pgdat, NR_INACTIVE_FILE);
	e->node_active_file = NODE_ITEM(pgdat, NR_ACTIVE_FILE);
	e->swappiness = global32(opts.addr_vm_swappiness);
	e->proactive_swappiness = -1;
	if (HAS(struct scan_control___v6_12, proactive_swappiness))
		proactive = PICK(__u64, struct scan_control___v6_12, proactive_swappiness, sc);
	if (proactive)
		e->proactive_swappiness = read32(proactive);
	e->online = !!(READ32(struct cgroup_subsys_state, flags, memcg + OFFSET(struct mem_cgroup, css)) &
		       CSS_ONLINE);
	e->task_flags = task_flags();
	e->activate[0] = e->activate[1] = RS_UNKNOWN;
	if (lruvec_counters_visible())
		copy(e->activate, sizeof(e->activate),
		     lruvec_counters(lruvec) +
			     8 * bpf_core_enum_value(enum node_stat_item, WORKINGSET_ACTIVATE_ANON));
	node_zones(e, pgdat);
	copy(e->lru_zone_size, sizeof(e->lru_zone_size), lru_zone_sizes(lruvec));
}

static __always_inline int shrink_lruvec_entry(__u64 lruvec, __u64 sc_addr)
{
	struct rs_event_shrink_lruvec_begin *e;
	struct task_state *task;
	char sc[SC_SIZE] = {};
	struct emit em;
	__u64 pgdat;
	__s32 nid;

	pgdat = READ64(struct lruvec, pgdat, lruvec);
	nid = pgdat_nid(pgdat);
	if (!wanted(RS_EVENT_shrink_lruvec_begin, nid))
		return 0;
	copy(sc, sizeof(sc), sc_addr);
	e = EMIT(&em, shrink_lruvec_begin);
	if (!e)
		return 0;
	fill_sc((struct rs_sc *)(&e->hdr + 1), sc, nid);
	task = task_get(RS_EVENT_lruvec_sizes);
	if (task)
		task->planned = untyped(&e->cgroup, lruvec);
	fill_lruvec_begin(e, untyped(&e->cgroup, lruvec), sc, pgdat);
	if (task) {
		task->usage = e->usage;
		task->emin = e->emin;
		task->elow = e->elow;
		__builtin_memcpy(task->lru_zone_size, e->lru_zone_size, sizeof(task->lru_zone_size));
	}
	emit_submit(&em);
	return 0;
}

static __always_inline int shrink_lruvec_exit(__u64 lruvec, __u64 sc_addr, __u64 ret)
{
	struct rs_event_shrink_lruvec_end *e;
	char sc[SC_SIZE] = {};
	struct emit em;
	__s32 nid;

	nid = pgdat_nid(READ64(struct lruvec, pgdat, lruvec));
	if (!wanted(RS_EVENT_shrink_lruvec_end, nid))
		return 0;
	copy(sc, sizeof(sc), sc_addr);
	e = EMIT(&em, shrink_lruvec_end);
	if (!e)
		return 0;
	fill_sc((struct rs_sc *)(&e->hdr + 1), sc, nid);
	e->cgroup = memcg_cgroup_id(lruvec_memcg(untyped(&e->cgroup, lruvec)));
	emit_submit(&em);
	return 0;
}
FN_PAIR(shrink_lruvec, 2, 2, shrink_lruvec_end)

/*
 * The first function that shrink_lruvec() calls once get_scan_count(), which is inlined, is through: did
 * somebody change the lists meanwhile? Every submission of I/O passes here, and leaves at the first test.
 */
static __always_inline int blk_start_plug_entry(__u64 plug)
{
	__u64 size[RS_MAX_ZONES * RS_MAX_LRU], changed, lruvec, memcg, memory, usage, emin, elow;
	struct rs_event_lruvec_sizes *e;
	struct task_state *task;
	struct emit em;
	int i;

	if (!(task_flags() & (PF_MEMALLOC | PF_KSWAPD)))
		return 0;
	task = task_find();
	if (!task || !task->planned)
		return 0;
	lruvec = task->planned;
	task->planned = 0;
	memcg = lruvec_memcg(lruvec);
	memory = memcg + OFFSET(struct mem_cgroup, memory);
	usage = READ64(struct page_counter, usage, memory);
	emin = READ64(struct page_counter, emin, memory);
	elow = READ64(struct page_counter, elow, memory);
	changed = (emin | elow ? usage ^ task->usage : 0) | (emin ^ task->emin) | (elow ^ task->elow);
	copy(size, sizeof(size), lru_zone_sizes(lruvec));
	for (i = 0; i < RS_MAX_ZONES * RS_MAX_LRU; i++)
		changed |= size[i] ^ task->lru_zone_size[i];
	if (!changed || !wanted(RS_EVENT_lruvec_sizes, -1))
		return 0;
	e = EMIT(&em, lruvec_sizes);
	if (!e)
		return 0;
	e->cgroup = memcg_cgroup_id(memcg);
	e->usage = usage;
	e->emin = emin;
	e->elow = elow;
	__builtin_memcpy(e->lru_zone_size, size, sizeof(size));
	emit_submit(&em);
	return 0;
}
FN_ENTRY(blk_start_plug, 1)

/* ---- one batch: isolate, then shrink; one record for both ---- */

static __always_inline void fill_isolate(struct rs_isolate *to, __s32 highest_zoneidx, __s32 order,
					 __u64 nr_requested, __u64 nr_scanned, __u64 nr_skipped,
					 __u64 nr_taken, __s32 lru)
{
	to->nr_requested = nr_requested;
	to->nr_isolate_scanned = nr_scanned;
	to->nr_skipped = nr_skipped;
	to->nr_taken = nr_taken;
	to->lru = lru;
	to->highest_zoneidx = highest_zoneidx;
	to->order = order;
	to->isolated = 1;
}

static __always_inline int lru_isolate(__s32 highest_zoneidx, __s32 order, __u64 nr_requested, __u64 nr_scanned,
				       __u64 nr_skipped, __u64 nr_taken, __s32 lru)
{
	struct rs_event_isolate_nothing *e;
	struct task_state *task;
	struct emit em;

	SEEN(mm_vmscan_lru_isolate);
	if (MODE_SUMMARY)
		return 0;
	if (nr_taken) {
		/* shrink_inactive or shrink_active follows in the same task. */
		task = task_get_of(current_tid(), RS_EVENT_shrink_inactive);
		if (task)
			fill_isolate(&task->isolate, highest_zoneidx, order, nr_requested, nr_scanned,
				     nr_skipped, nr_taken, lru);
		return 0;
	}
	if (!wanted(RS_EVENT_isolate_nothing, -1))
		return 0;
	e = EMIT(&em, isolate_nothing);
	if (!e)
		return 0;
	fill_isolate((struct rs_isolate *)(&e->hdr + 1), highest_zoneidx, order, nr_requested, nr_scanned,
		     nr_skipped, nr_taken, lru);
	emit_submit(&em);
	return 0;
}

/* Up to 6.1 there is isolate_mode in front of lru; a program may only look at what is there. */
SEC("?tp_btf/mm_vmscan_lru_isolate")
int mm_vmscan_lru_isolate__mode__btf(__u64 *ctx)
{
	return lru_isolate(ctx[0], ctx[1], ctx[2], ctx[3], ctx[4], ctx[5], ctx[7]);
}
SEC("?tp_btf/mm_vmscan_lru_isolate")
int mm_vmscan_lru_isolate__btf(__u64 *ctx)
{
	return lru_isolate(ctx[0], ctx[1], ctx[2], ctx[3], ctx[4], ctx[5], ctx[6]);
}
TP_PERF(vmscan, mm_vmscan_lru_isolate, mm_vmscan_lru_isolate,
	lru_isolate(ctx->highest_zoneidx, ctx->order, ctx->nr_requested, ctx->nr_scanned,
		    ctx->nr_skipped, ctx->nr_taken, ctx->lru))

/*
 * Moves what was kept of the isolation into the record; all zero if there is none. Under MGLRU that
 * is usual: a batch that is tried again has been isolated once.
 */
static __always_inline void take_isolate(struct rs_isolate *to, struct task_state *task)
{
	if (task && task->isolate.isolated) {
		*to = task->isolate;
		task->isolate.isolated = 0;
	} else {
		__builtin_memset(to, 0, sizeof(*to));
	}
}

static __always_inline __u32 reclaimer(void)
{
	return task_flags() & PF_KSWAPD ? RS_RECLAIM_KSWAPD : RS_RECLAIM_DIRECT;
}

#define RECLAIM_FILE 2 /* RECLAIM_WB_FILE, in the flags that the tracepoints print */

/* From the BTF tracepoint: with the whole reclaim_stat, read through its type, which is cheap. */
SEC("?tp_btf/mm_vmscan_lru_shrink_inactive")
int mm_vmscan_lru_shrink_inactive__btf(__u64 *ctx)
{
	const struct reclaim_stat *stat = (void *)ctx[3];
	struct rs_event_shrink_inactive *e;
	struct task_state *task;
	struct emit em;
	__u32 tid;

	if (!WANTED_OF(mm_vmscan_lru_shrink_inactive, shrink_inactive, ctx[0]))
		return 0;
	if (MODE_SUMMARY)
		return summary_batch(ctx[1], ctx[2], ctx[4], (__u32)ctx[5] != 0);
	tid = current_tid();
	task = task_of(tid);
	e = EMIT_OF(&em, shrink_inactive, tid, mm_vmscan_lru_shrink_inactive);
	if (!e)
		return 0;
	take_isolate((struct rs_isolate *)(&e->hdr + 1), task);
	e->nr_scanned = ctx[1];
	e->nr_reclaimed = ctx[2];
	e->nr_dirty = stat->nr_dirty;
	e->nr_writeback = stat->nr_writeback;
	e->nr_congested = stat->nr_congested;
	e->nr_immediate = stat->nr_immediate;
	e->nr_activate_anon = stat->nr_activate[0];
	e->nr_activate_file = stat->nr_activate[1];
	e->nr_ref_keep = stat->nr_ref_keep;
	e->nr_unmap_fail = stat->nr_unmap_fail;
	e->nr_unqueued_dirty = stat->nr_unqueued_dirty;
	e->nr_lazyfree_fail = stat->nr_lazyfree_fail;
	e->nr_pageout = 0;
	if (HAS(struct reclaim_stat___pageout, nr_pageout))
		e->nr_pageout = ((struct reclaim_stat___pageout *)stat)->nr_pageout;
	e->nr_demoted = 0;
	if (HAS(struct reclaim_stat___demoted, nr_demoted))
		e->nr_demoted = ((struct reclaim_stat___demoted *)stat)->nr_demoted;
	e->nid = ctx[0];
	e->priority = ctx[4];
	e->file = (__u32)ctx[5] != 0; /* MGLRU hands over 2, which is LRU_INACTIVE_FILE */
	e->full_stat = 1;
	e->reclaimer = reclaimer();
	e->pad = 0;
	emit_submit(&em);
	return 0;
}

/* From the perf tracepoint: its fields, and the rest from reclaim_writeback if that was seen. */
SEC("?tp/vmscan/mm_vmscan_lru_shrink_inactive")
int mm_vmscan_lru_shrink_inactive__perf(struct trace_event_raw_mm_vmscan_lru_shrink_inactive *ctx)
{
	bool file = ctx->reclaim_flags & RECLAIM_FILE;
	struct rs_event_shrink_inactive *e;
	struct task_state *task;
	struct emit em;
	__u32 tid;

	if (!WANTED_OF(mm_vmscan_lru_shrink_inactive, shrink_inactive, ctx->nid))
		return 0;
	if (MODE_SUMMARY)
		return summary_batch(ctx->nr_scanned, ctx->nr_reclaimed, ctx->priority, file);
	tid = current_tid();
	task = task_of(tid);
	e = EMIT_OF(&em, shrink_inactive, tid, mm_vmscan_lru_shrink_inactive);
	if (!e)
		return 0;
	take_isolate((struct rs_isolate *)(&e->hdr + 1), task);
	e->nr_scanned = ctx->nr_scanned;
	e->nr_reclaimed = ctx->nr_reclaimed;
	e->nr_dirty = ctx->nr_dirty;
	e->nr_writeback = ctx->nr_writeback;
	e->nr_congested = ctx->nr_congested;
	e->nr_immediate = ctx->nr_immediate;
	e->nr_activate_anon = ctx->nr_activate0;
	e->nr_activate_file = ctx->nr_activate1;
	e->nr_ref_keep = ctx->nr_ref_keep;
	e->nr_unmap_fail = ctx->nr_unmap_fail;
	e->nr_unqueued_dirty = 0;
	e->nr_pageout = 0;
	e->nr_lazyfree_fail = 0;
	e->nr_demoted = 0;
	e->full_stat = 0;
	if (task && task->writeback.nr_taken) {
		e->nr_unqueued_dirty = task->writeback.nr_unqueued_dirty;
		e->nr_pageout = task->writeback.nr_pageout;
		e->nr_lazyfree_fail = task->writeback.nr_lazyfree_fail;
		e->nr_demoted = task->writeback.nr_demoted;
		e->full_stat = 1;
		task->writeback.nr_taken = 0;
	}
	e->nid = ctx->nid;
	e->priority = ctx->priority;
	e->file = file;
	e->reclaimer = reclaimer();
	e->pad = 0;
	emit_submit(&em);
	return 0;
}

/* 7.2 and later: the reclaim_stat that a perf tracepoint does not show, a moment before it. */
static __always_inline int handle_reclaim_writeback_entry(__u64 nr_taken, __u64 pgdat, __u64 sc, __u64 stat)
{
	struct task_state *task = task_get(RS_EVENT_shrink_inactive);
	char s[64] = {};

	if (!task)
		return 0;
	copy(s, sizeof(s), stat);
	task->writeback.nr_unqueued_dirty = PICK(__u32, struct reclaim_stat, nr_unqueued_dirty, s);
	task->writeback.nr_lazyfree_fail = PICK(__u32, struct reclaim_stat, nr_lazyfree_fail, s);
	if (HAS(struct reclaim_stat___pageout, nr_pageout))
		task->writeback.nr_pageout = PICK(__u32, struct reclaim_stat___pageout, nr_pageout, s);
	if (HAS(struct reclaim_stat___demoted, nr_demoted))
		task->writeback.nr_demoted = PICK(__u32, struct reclaim_stat___demoted, nr_demoted, s);
	task->writeback.nr_taken = nr_taken;
	return 0;
}
FN_ENTRY(handle_reclaim_writeback, 4)

static __always_inline int shrink_active(__s32 nid, __u64 nr_taken, __u64 nr_active, __u64 nr_deactivated,
					 __u64 nr_referenced, __s32 priority, bool file)
{
	struct rs_event_shrink_active *e;
	struct emit em;
	__u32 tid;

	if (!WANTED_OF(mm_vmscan_lru_shrink_active, shrink_active, nid))
		return 0;
	if (MODE_SUMMARY) {
		if (!opts.filter_active)
			SEEN(mm_vmscan_lru_shrink_active);
		return 0;
	}
	tid = current_tid();
	e = EMIT_OF(&em, shrink_active, tid, mm_vmscan_lru_shrink_active);
	if (!e)
		return 0;
	/* Also called for an empty batch, which isolate_nothing has told about. */
	if (nr_taken)
		take_isolate((struct rs_isolate *)(&e->hdr + 1), task_of(tid));
	else
		__builtin_memset(&e->hdr + 1, 0, sizeof(struct rs_isolate));
	e->nr_active = nr_active;
	e->nr_deactivated = nr_deactivated;
	e->nr_referenced = nr_referenced;
	e->nid = nid;
	e->priority = priority;
	e->file = file;
	e->pad = 0;
	emit_submit(&em);
	return 0;
}
SEC("?tp_btf/mm_vmscan_lru_shrink_active")
int mm_vmscan_lru_shrink_active__btf(__u64 *ctx)
{
	return shrink_active(ctx[0], ctx[1], ctx[2], ctx[3], ctx[4], ctx[5], (__u32)ctx[6] != 0);
}
TP_PERF(vmscan, mm_vmscan_lru_shrink_active, mm_vmscan_lru_shrink_active,
	shrink_active(ctx->nid, ctx->nr_taken, ctx->nr_active, ctx->nr_deactivated, ctx->nr_referenced,
		      ctx->priority, !!(ctx->reclaim_flags & RECLAIM_FILE)))

static __always_inline int shrink_active_list_entry(__u64 nr_to_scan, __u64 lruvec, __u64 sc, __u64 lru)
{
	struct rs_event_shrink_active_list *e;
	struct emit em;
	__s32 nid;

	nid = pgdat_nid(READ64(struct lruvec, pgdat, lruvec));
	if (!wanted(RS_EVENT_shrink_active_list, nid))
		return 0;
	e = EMIT(&em, shrink_active_list);
	if (!e)
		return 0;
	e->cgroup = memcg_cgroup_id(lruvec_memcg(untyped(&e->cgroup, lruvec)));
	e->nr_to_scan = nr_to_scan;
	e->nid = nid;
	e->lru = lru;
	emit_submit(&em);
	return 0;
}
FN_ENTRY(shrink_active_list, 4)

static __always_inline int mm_vmscan_reclaim_pages_tp(__s32 nid, __u64 nr_scanned, __u64 nr_reclaimed)
{
	struct rs_event_reclaim_pages *e;
	struct emit em;

	SEEN(mm_vmscan_reclaim_pages);
	if (!wanted(RS_EVENT_reclaim_pages, nid) || MODE_SUMMARY)
		return 0;
	e = EMIT(&em, reclaim_pages);
	if (!e)
		return 0;
	e->nr_scanned = nr_scanned;
	e->nr_reclaimed = nr_reclaimed;
	e->nid = nid;
	e->pad = 0;
	emit_submit(&em);
	return 0;
}
TP(vmscan, mm_vmscan_reclaim_pages, mm_vmscan_reclaim_pages, 3, ctx->nid, ctx->nr_scanned, ctx->nr_reclaimed)
