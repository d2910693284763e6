/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reclaim costs of anonymous and file pages, and the counters of a lruvec that decisions read.
 *
 * Rate: one pair of note_cost records for each batch, and six lruvec_page_state for each visit of a
 * lruvec (6.12 and later), four more for each level of a note_cost.
 */

static __noinline void fill_cost(struct rs_event_note_cost_begin *e, __u64 lruvec)
{
	__u64 memcg, parent;
	int level;

	lruvec = untyped(&e->cgroup[0], lruvec);
	e->nid = pgdat_nid(READ64(struct lruvec, pgdat, lruvec));
	e->levels = 0;
	for (level = 0; level < RS_COST_LEVELS; level++) {
		__u64 size[4] = {};

		e->cgroup[level] = 0;
		e->anon_cost[level] = 0;
		e->file_cost[level] = 0;
		e->lru_size[level] = 0;
		if (!lruvec)
			continue;
		memcg = lruvec_memcg(lruvec);
		e->levels = level + 1;
		e->cgroup[level] = memcg_cgroup_id(memcg);
		e->anon_cost[level] = READ64(struct lruvec, anon_cost, lruvec);
		e->file_cost[level] = READ64(struct lruvec, file_cost, lruvec);
		if (lruvec_counters_visible()) {
			/* The four lists stand first, as in the node's counters. */
			copy(size, sizeof(size),
			     lruvec_counters(lruvec) +
				     8 * bpf_core_enum_value(enum node_stat_item, NR_INACTIVE_ANON));
			e->lru_size[level] = not_negative(size[0]) + not_negative(size[1]) +
					     not_negative(size[2]) + not_negative(size[3]);
		}
		parent = READ64(struct cgroup_subsys_state, parent, memcg + OFFSET(struct mem_cgroup, css));
		lruvec = parent ? memcg_lruvec(parent - OFFSET(struct mem_cgroup, css), e->nid) : 0;
	}
}

/* The same record at both ends of the call; they differ in their type only. */
#define NOTE_COST(event, source_, file_, io_, rotated_, lruvec)                                    \
	({                                                                                         \
		struct rs_event_##event *e_;                                                       \
		struct emit em_;                                                                   \
		e_ = wanted(RS_EVENT_##event, -1) ? EMIT(&em_, event) : NULL;                      \
		if (e_) {                                                                          \
			e_->source = source_;                                                      \
			e_->file = (file_) & 0xff;                                                 \
			e_->nr_io = io_;                                                           \
			e_->nr_rotated = rotated_;                                                 \
			fill_cost((struct rs_event_note_cost_begin *)e_, lruvec);                  \
			emit_submit(&em_);                                                         \
		}                                                                                  \
		0;                                                                                 \
	})

/* lru_note_cost(lruvec, file, nr_pages) up to 6.1, with a fourth argument from 6.12 on. */
SEC("?fentry/lru_note_cost")
int lru_note_cost__args3__fentry(__u64 *ctx)
{
	return NOTE_COST(note_cost_begin, RS_COST_THREE_ARGS, ctx[1], ctx[2], 0, ctx[0]);
}
SEC("?fexit/lru_note_cost")
int lru_note_cost__args3__fexit(__u64 *ctx)
{
	return NOTE_COST(note_cost_end, RS_COST_THREE_ARGS, ctx[1], ctx[2], 0, ctx[0]);
}
SEC("?fentry/lru_note_cost")
int lru_note_cost__args4__fentry(__u64 *ctx)
{
	return NOTE_COST(note_cost_begin, RS_COST_FOUR_ARGS, ctx[1], ctx[2], ctx[3], ctx[0]);
}
SEC("?fexit/lru_note_cost")
int lru_note_cost__args4__fexit(__u64 *ctx)
{
	return NOTE_COST(note_cost_end, RS_COST_FOUR_ARGS, ctx[1], ctx[2], ctx[3], ctx[0]);
}

/* From 6.18 on it is entered with the LRU lock held, which it drops. */
static __always_inline int lru_note_cost_unlock_irq_entry(__u64 lruvec, __u64 file, __u64 nr_io, __u64 nr_rotated)
{
	return NOTE_COST(note_cost_begin, RS_COST_UNLOCK_IRQ, file, nr_io, nr_rotated, lruvec);
}
static __always_inline int lru_note_cost_unlock_irq_exit(__u64 lruvec, __u64 file, __u64 nr_io, __u64 nr_rotated,
							 __u64 ret)
{
	return NOTE_COST(note_cost_end, RS_COST_UNLOCK_IRQ, file, nr_io, nr_rotated, lruvec);
}
FN_PAIR(lru_note_cost_unlock_irq, 4, 4, note_cost_end)

/* ---- counters, as a decision read them ---- */

static __always_inline __s32 lruvec_item(__u32 item)
{
	__u32 base = bpf_core_enum_value(enum node_stat_item, NR_INACTIVE_ANON);

	if (item >= base && item < base + 4)
		return RS_ITEM_INACTIVE_ANON + (item - base);
	if (item == bpf_core_enum_value(enum node_stat_item, WORKINGSET_ACTIVATE_ANON))
		return RS_ITEM_ACTIVATE_ANON;
	if (item == bpf_core_enum_value(enum node_stat_item, WORKINGSET_ACTIVATE_FILE))
		return RS_ITEM_ACTIVATE_FILE;
	return -1;
}

/*
 * 6.12 and later: a size as it was compared, from lruvec_page_state(). The first reading is: lru_note_cost() of a page that is
 * restored reads them again, and of the lruvec that the page is in now, which can be another node's.
 */
static __always_inline void refault_read(__u32 list, __u64 size)
{
	struct task_state *task = task_find();

	if (!task || !task->refault.lruvec || list >= 4 || task->refault.known & 1U << (list & 3))
		return;
	task->refault.lru_size[list & 3] = size;
	task->refault.known |= 1U << (list & 3);
}

/* Reclaim is not the only caller: reading memory.numa_stat calls it too, for other items. */
static __always_inline int lruvec_page_state_exit(__u64 lruvec, __u64 idx, __u64 ret)
{
	struct rs_event_lruvec_page_state *e;
	__s32 item = lruvec_item(idx);
	struct emit em;
	__u64 lv;

	if (item < 0)
		return 0;
	if (!opts.lru_gen && item >= RS_ITEM_INACTIVE_ANON)
		refault_read(item - RS_ITEM_INACTIVE_ANON, ret);
	if (!(task_flags() & (PF_MEMALLOC | PF_KSWAPD)) || !wanted(RS_EVENT_lruvec_page_state, -1))
		return 0;
	e = EMIT(&em, lruvec_page_state);
	if (!e)
		return 0;
	lv = untyped(&e->cgroup, lruvec);
	e->value = ret;
	e->anon_cost = READ64(struct lruvec, anon_cost, lv);
	e->file_cost = READ64(struct lruvec, file_cost, lv);
	copy(e->refaults, sizeof(e->refaults), lv + OFFSET(struct lruvec, refaults));
	e->nid = pgdat_nid(READ64(struct lruvec, pgdat, lv));
	e->item = item;
	e->cgroup = memcg_cgroup_id(lruvec_memcg(lv));
	emit_submit(&em);
	return 0;
}
FN_EXIT(lruvec_page_state, 2, 2, lruvec_page_state)

/*
 * 5.10 and 6.1: the comparison itself, with the counters it used. They move at any time, so they are
 * read before and after.
 */
SEC("?fentry/inactive_is_low")
int inactive_is_low__fentry(__u64 *ctx)
{
	struct task_state *task = task_get(RS_EVENT_inactive_is_low);
	__u64 lv;

	if (!task)
		return 0;
	lv = untyped(&task->scratch, ctx[0]);
	copy(task->compared, sizeof(task->compared),
	     lruvec_counters(lv) +
		     8 * (bpf_core_enum_value(enum node_stat_item, NR_INACTIVE_ANON) + ((__u32)ctx[1] & 3)));
	return 0;
}
SEC("?fexit/inactive_is_low")
int inactive_is_low__fexit(__u64 *ctx)
{
	struct rs_event_inactive_is_low *e;
	struct task_state *task;
	__u64 lv, counters, active;
	struct emit em;
	__u32 lru = ctx[1];

	if (!wanted(RS_EVENT_inactive_is_low, -1))
		return 0;
	e = EMIT(&em, inactive_is_low);
	if (!e)
		return 0;
	lv = untyped(&e->cgroup, ctx[0]);
	counters = lruvec_counters(lv) + 8 * bpf_core_enum_value(enum node_stat_item, NR_INACTIVE_ANON);
	e->inactive = not_negative(read64(counters + 8 * (lru & 3)));
	e->active = not_negative(read64(counters + 8 * ((lru & 3) + 1)));
	e->inactive_file = not_negative(
		read64(lruvec_counters(lv) + 8 * bpf_core_enum_value(enum node_stat_item, NR_INACTIVE_FILE)));
	active = lruvec_counters(lv) + 8 * bpf_core_enum_value(enum node_stat_item, WORKINGSET_ACTIVATE_ANON);
	copy(e->activate, sizeof(e->activate), active);
	copy(e->refaults, sizeof(e->refaults), lv + OFFSET(struct lruvec, refaults));
	task = task_find();
	e->entry_inactive = task ? not_negative(task->compared[0]) : RS_UNKNOWN;
	e->entry_active = task ? not_negative(task->compared[1]) : RS_UNKNOWN;
	e->nid = pgdat_nid(READ64(struct lruvec, pgdat, lv));
	e->lru = lru;
	e->ret = (ctx[2] & 0xff) != 0;
	e->cgroup = memcg_cgroup_id(lruvec_memcg(lv));
	emit_submit(&em);
	return 0;
}

static __always_inline int lruvec_lru_size_exit(__u64 lruvec, __u64 lru, __u64 zid, __u64 ret)
{
	struct rs_event_lruvec_lru_size *e;
	struct emit em;
	__u64 lv;

	if (!wanted(RS_EVENT_lruvec_lru_size, -1))
		return 0;
	e = EMIT(&em, lruvec_lru_size);
	if (!e)
		return 0;
	lv = untyped(&e->cgroup, lruvec);
	e->ret = ret;
	e->nid = pgdat_nid(READ64(struct lruvec, pgdat, lv));
	e->lru = lru;
	e->zid = zid;
	e->cgroup = memcg_cgroup_id(lruvec_memcg(lv));
	emit_submit(&em);
	return 0;
}
FN_EXIT(lruvec_lru_size, 3, 3, lruvec_lru_size)
