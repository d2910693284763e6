/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory cgroups: how much of memory.min and memory.low takes effect, and how much scanning that
 * spares. Cgroups that appear while recording, so that every number has a name.
 *
 * Rate: twice for each cgroup and visit of a node, four times for each protected lruvec.
 */

static __always_inline void fill_protection(struct rs_event_memcg_protection *e, __u64 root, __u64 memcg_arg)
{
	__u64 memcg = untyped(&e->cgroup, memcg_arg), memory, parent;

	memory = memcg + OFFSET(struct mem_cgroup, memory);
	parent = READ64(struct page_counter, parent, memory);
	e->usage = READ64(struct page_counter, usage, memory);
	e->min = READ64(struct page_counter, min, memory);
	e->low = READ64(struct page_counter, low, memory);
	e->emin = READ64(struct page_counter, emin, memory);
	e->elow = READ64(struct page_counter, elow, memory);
	e->parent_usage = parent ? READ64(struct page_counter, usage, parent) : 0;
	e->parent_emin = parent ? READ64(struct page_counter, emin, parent) : 0;
	e->parent_elow = parent ? READ64(struct page_counter, elow, parent) : 0;
	e->children_min_usage = parent ? READ64(struct page_counter, children_min_usage, parent) : 0;
	e->children_low_usage = parent ? READ64(struct page_counter, children_low_usage, parent) : 0;
	e->parent = parent ? memcg_cgroup_id(parent - OFFSET(struct mem_cgroup, memory)) : 0;
	e->root = memcg_cgroup_id(untyped(&e->root, root));
	e->cgroup = memcg_cgroup_id(memcg);
}

static __always_inline int mem_cgroup_calculate_protection_entry(__u64 root, __u64 memcg)
{
	struct rs_event_memcg_protection_begin *e;
	struct emit em;

	if (!wanted(RS_EVENT_memcg_protection_begin, -1))
		return 0;
	e = EMIT(&em, memcg_protection_begin);
	if (!e)
		return 0;
	fill_protection((struct rs_event_memcg_protection *)e, root, memcg);
	emit_submit(&em);
	return 0;
}

static __always_inline int mem_cgroup_calculate_protection_exit(__u64 root, __u64 memcg, __u64 ret)
{
	struct rs_event_memcg_protection *e;
	struct emit em;

	if (!wanted(RS_EVENT_memcg_protection, -1))
		return 0;
	e = EMIT(&em, memcg_protection);
	if (!e)
		return 0;
	fill_protection(e, root, memcg);
	emit_submit(&em);
	return 0;
}
FN_PAIR(mem_cgroup_calculate_protection, 2, 2, memcg_protection)

static __always_inline int apply_proportional_protection_exit(__u64 memcg_arg, __u64 sc_addr, __u64 scan, __u64 ret)
{
	struct rs_event_proportional_protection *e;
	__u64 memcg, memory;
	char sc[SC_SIZE] = {};
	struct emit em;

	if (!wanted(RS_EVENT_proportional_protection, -1))
		return 0;
	copy(sc, sizeof(sc), sc_addr);
	e = EMIT(&em, proportional_protection);
	if (!e)
		return 0;
	memcg = untyped(&e->cgroup, memcg_arg);
	memory = memcg + OFFSET(struct mem_cgroup, memory);
	e->cgroup = memcg_cgroup_id(memcg);
	e->scan = scan;
	e->ret = ret;
	e->usage = READ64(struct page_counter, usage, memory);
	e->emin = READ64(struct page_counter, emin, memory);
	e->elow = READ64(struct page_counter, elow, memory);
	e->sc_flags = sc_flags(sc);
	e->pad = 0;
	emit_submit(&em);
	return 0;
}
FN_EXIT(apply_proportional_protection, 3, 3, proportional_protection)

/* (cgroup, path) */
SEC("?tp_btf/cgroup_mkdir")
int cgroup_mkdir__btf(__u64 *ctx)
{
	const struct cgroup *cgroup = (void *)ctx[0];
	struct rs_event_cgroup *e;
	struct emit em;

	SEEN(cgroup_mkdir);
	if (MODE_SUMMARY)
		return 0;
	e = EMIT(&em, cgroup);
	if (!e)
		return 0;
	e->cgroup = cgroup->kn->id;
	if (opts.no_probe_read || bpf_probe_read_kernel_str(e->path, sizeof(e->path), (void *)ctx[1]) < 0)
		e->path[0] = 0;
	emit_submit(&em);
	return 0;
}
