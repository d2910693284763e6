/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages that leave with a shadow entry, and those that come back.
 *
 * Rate: one record for each folio evicted from the page cache or the swap cache, and for each
 * refault: up to 100,000 a second. Some ten reads of kernel memory each.
 */

/* Of the lruvec that the reclaim of @memcg, 0: global, evicts from. */
static __always_inline __u64 nonresident_age(__u64 memcg, __s32 nid)
{
	__u64 lruvec = target_lruvec(memcg, nid);

	return lruvec ? READ64(struct lruvec, nonresident_age, lruvec) : 0;
}

/* Others age the same lruvec at any time, so its age is read before and after. */
static __always_inline int workingset_eviction_entry(__u64 folio, __u64 target_memcg)
{
	struct task_state *task = task_get(RS_EVENT_workingset_eviction);
	__u64 flags = read64(folio);

	if (!task)
		return 0;
	task->nonresident_age = nonresident_age(untyped(&task->scratch, target_memcg), folio_nid(flags));
	task->nr_evicted = folio_nr_pages(folio, flags);
	task->evicted_flags = flags;
	return 0;
}

static __always_inline int workingset_eviction_exit(__u64 folio, __u64 target_memcg, __u64 shadow)
{
	struct rs_event_workingset_eviction *e;
	struct task_state *task;
	__u64 flags = read64(folio), memcg, owner, entry;
	struct emit em;

	if (!wanted(RS_EVENT_workingset_eviction, -1))
		return 0;
	e = EMIT(&em, workingset_eviction);
	if (!e)
		return 0;
	entry = untyped(&e->shadow, shadow);
	e->nid = shadow_nid(entry);
	memcg = untyped(&e->cgroup, target_memcg);
	e->cgroup = memcg_cgroup_id(memcg);
	e->nonresident_age = nonresident_age(memcg, e->nid);
	e->file = folio_is_file(flags);
	e->workingset = FLAG_BIT(flags, PG_workingset, 1);
	task = task_find();
	e->entry_age = task ? task->nonresident_age : 0;
	e->nr_pages = task ? task->nr_evicted : 0;
	e->flags = 0;
	e->refs = e->refs_after = folio_refs(flags);
	if (task && task->nr_evicted) {
		e->flags = folio_flags(task->evicted_flags, 0);
		e->refs = folio_refs(task->evicted_flags);
		task->nr_evicted = 0;
	}
	owner = folio_memcg(folio);
	e->owner = owner == memcg ? e->cgroup : memcg_cgroup_id(owner);
	e->place = folio_place(folio, flags);
	emit_submit(&em);
	return 0;
}
FN_PAIR(workingset_eviction, 2, 2, workingset_eviction)

#define MEMCG_LEVELS 8

/* Sizes of the four lists that can be evicted, where they can be read. */
static __always_inline __u32 lruvec_sizes(__u64 sizes[RS_MAX_LRU - 1], __u64 lruvec)
{
	int i;

	if (!lruvec_counters_visible())
		return 0;
	copy(sizes, 4 * 8, lruvec_counters(lruvec) + 8 * bpf_core_enum_value(enum node_stat_item, NR_INACTIVE_ANON));
	for (i = 0; i < 4; i++)
		sizes[i] = not_negative(sizes[i]);
	return 15;
}

/*
 * Finds the cgroup that the shadow names: reclaim evicts for that of the page, which is @owner by number, for one above it,
 * or for all. On the way up, how much swap is left for it and for that of the page.
 */
static __noinline void refault_begin(struct refault *r, __u64 memcg, __u64 owner, __u64 shadow)
{
	__u32 id = shadow >> (2 + (opts.nodes_shift & 31)) & 0xffff;
	__s64 swap_free = global64(opts.addr_nr_swap_pages);
	__u64 root = root_memcg(), swap, parent;
	__s64 left;
	int level;

	r->lruvec = 0;
	r->known = 0;
	r->swap_refault = r->swap_eviction = swap_free;
	for (level = 0; level < MEMCG_LEVELS && memcg; level++) {
		if (!r->lruvec && READ32(struct mem_cgroup, id.id, memcg) == id) {
			r->lruvec = memcg_lruvec(memcg, shadow_nid(shadow));
			r->cgroup = level ? memcg_cgroup_id(memcg) : owner;
		}
		if (memcg == root)
			break;
		swap = memcg + OFFSET(struct mem_cgroup, swap);
		left = READ64(struct page_counter, max, swap) - READ64(struct page_counter, usage, swap);
		r->swap_refault = lesser(left, r->swap_refault);
		if (r->lruvec)
			r->swap_eviction = lesser(left, r->swap_eviction);
		parent = READ64(struct cgroup_subsys_state, parent, memcg + OFFSET(struct mem_cgroup, css));
		memcg = parent ? parent - OFFSET(struct mem_cgroup, css) : 0;
	}
	if (!r->lruvec)
		return;
	r->age = READ64(struct lruvec, nonresident_age, r->lruvec);
	lruvec_sizes(r->entry_size, r->lruvec);
}

static __always_inline int workingset_refault_entry(__u64 folio, __u64 shadow)
{
	struct rs_event_workingset_refault *e;
	__u64 flags = read64(folio), memcg, owner, entry;
	struct task_state *task;
	struct emit em;

	if (!wanted(RS_EVENT_workingset_refault, -1))
		return 0;
	describe_task();
	memcg = folio_memcg(folio);
	owner = memcg_cgroup_id(memcg);
	e = EMIT(&em, workingset_refault);
	if (!e)
		return 0;
	entry = untyped(&e->shadow, shadow);
	e->nid = shadow_nid(entry);
	e->cgroup = owner;
	e->file = folio_is_file(flags);
	e->nr_pages = folio_nr_pages(folio, flags);
	e->place = folio_place(folio, flags);
	emit_submit(&em);
	if (opts.lru_gen)
		return 0;
	task = task_get(RS_EVENT_refault_test);
	if (task)
		refault_begin(&task->refault, memcg, owner, untyped(&task->scratch, shadow));
	return 0;
}

static __always_inline int workingset_refault_exit(__u64 folio, __u64 shadow, __u64 ret)
{
	struct rs_event_refault_test *e;
	__u64 flags = read64(folio);
	struct task_state *task;
	struct refault *r;
	struct emit em;

	(void)ret;
	if (opts.lru_gen || !wanted(RS_EVENT_refault_test, -1))
		return 0;
	task = task_find();
	e = task ? EMIT(&em, refault_test) : NULL;
	if (!e)
		return 0;
	r = &task->refault;
	e->shadow = untyped(&e->shadow, shadow);
	e->nid = shadow_nid(e->shadow);
	e->file = folio_is_file(flags);
	e->nr_pages = folio_nr_pages(folio, flags);
	e->active = FLAG_BIT(flags, PG_active, 1);
	e->workingset = FLAG_BIT(flags, PG_workingset, 1);
	e->cgroup = r->lruvec ? r->cgroup : 0;
	e->entry_age = r->age;
	e->nonresident_age = r->lruvec ? READ64(struct lruvec, nonresident_age, r->lruvec) : 0;
	__builtin_memcpy(e->entry_size, r->entry_size, sizeof(e->entry_size));
	__builtin_memcpy(e->lru_size, r->lru_size, sizeof(e->lru_size));
	e->known = r->lruvec ? r->known | lruvec_sizes(e->lru_size, r->lruvec) : 0;
	e->swap_eviction = r->swap_eviction;
	e->swap_refault = r->swap_refault;
	r->lruvec = 0;
	emit_submit(&em);
	return 0;
}
FN_PAIR(workingset_refault, 2, 2, refault_test)
