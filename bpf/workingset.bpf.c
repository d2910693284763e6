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
	if (!memcg)
		memcg = root_memcg();
	return memcg ? READ64(struct lruvec, nonresident_age, memcg_lruvec(memcg, nid)) : 0;
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
	return 0;
}

static __always_inline int workingset_eviction_exit(__u64 folio, __u64 target_memcg, __u64 shadow)
{
	struct rs_event_workingset_eviction *e;
	struct task_state *task;
	__u64 flags = read64(folio), memcg, entry;
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
	if (task)
		task->nr_evicted = 0;
	e->pad = 0;
	e->owner = memcg_cgroup_id(folio_memcg(folio));
	e->place = folio_place(folio, flags);
	emit_submit(&em);
	return 0;
}
FN_PAIR(workingset_eviction, 2, 2, workingset_eviction)

static __always_inline int workingset_refault_entry(__u64 folio, __u64 shadow)
{
	struct rs_event_workingset_refault *e;
	__u64 flags = read64(folio), entry;
	struct emit em;

	if (!wanted(RS_EVENT_workingset_refault, -1))
		return 0;
	describe_task();
	e = EMIT(&em, workingset_refault);
	if (!e)
		return 0;
	entry = untyped(&e->shadow, shadow);
	e->nid = shadow_nid(entry);
	e->cgroup = memcg_cgroup_id(folio_memcg(folio));
	e->file = folio_is_file(flags);
	e->nr_pages = folio_nr_pages(folio, flags);
	e->place = folio_place(folio, flags);
	emit_submit(&em);
	return 0;
}
FN_ENTRY(workingset_refault, 2)
