/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages that leave with a shadow entry, and those that come back.
 *
 * Rate: one record for each folio evicted from the page cache or the swap cache, and for each
 * refault: up to 100,000 a second. Some ten reads of kernel memory each.
 */

static __always_inline int workingset_eviction_exit(__u64 folio, __u64 target_memcg, __u64 shadow)
{
	struct rs_event_workingset_eviction *e;
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
	if (!memcg)
		memcg = root_memcg();
	e->nonresident_age = memcg ? READ64(struct lruvec, nonresident_age, memcg_lruvec(memcg, e->nid)) : 0;
	e->file = folio_is_file(flags);
	e->workingset = FLAG_BIT(flags, PG_workingset, 1);
	emit_submit(&em);
	return 0;
}
FN_EXIT(workingset_eviction, 2, 2, workingset_eviction)

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
	emit_submit(&em);
	return 0;
}
FN_ENTRY(workingset_refault, 2)
