/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gauge: free pages, marks, LRU sizes, swap, and the allocator's counters, whenever user
 * space runs this program (BPF_PROG_TEST_RUN, every 10 ms while something happens). No text is
 * formatted and parsed, as reading /proc/zoneinfo would.
 *
 * Cost: about 20 reads for each zone and node, and 4 for each CPU.
 */

static __always_inline void gauge_node(__u64 pgdat, __s32 nid)
{
	struct rs_event_node_state *e;
	struct emit em;

	e = EMIT(&em, node_state);
	if (!e)
		return;
	e->nid = nid;
	e->kswapd_failures = kswapd_failures(pgdat);
	node_lists(&e->inactive_anon, 5, pgdat);
	e->isolated_anon = NODE_ITEM(pgdat, NR_ISOLATED_ANON);
	e->isolated_file = NODE_ITEM(pgdat, NR_ISOLATED_FILE);
	e->anon_mapped = NODE_ITEM(pgdat, NR_ANON_MAPPED);
	e->file_mapped = NODE_ITEM(pgdat, NR_FILE_MAPPED);
	e->file_pages = NODE_ITEM(pgdat, NR_FILE_PAGES);
	e->file_dirty = NODE_ITEM(pgdat, NR_FILE_DIRTY);
	e->writeback = NODE_ITEM(pgdat, NR_WRITEBACK);
	/* Counted in pages in the node's own array, whatever the names end with. */
	e->slab_reclaimable = NODE_ITEM(pgdat, NR_SLAB_RECLAIMABLE_B);
	e->slab_unreclaimable = NODE_ITEM(pgdat, NR_SLAB_UNRECLAIMABLE_B);
	emit_submit(&em);
}

#define EVENT(item) bpf_core_enum_value(enum vm_event_item, item)

static __always_inline void gauge_vm(void)
{
	struct rs_event_vm_state *e;
	struct emit em;
	__u32 cpu, nid;
	int i;

	e = EMIT(&em, vm_state);
	if (!e)
		return;
	__builtin_memset(&e->swap_free, 0, sizeof(*e) - sizeof(e->hdr));
	e->swap_free = global64(opts.addr_nr_swap_pages);
	e->swap_total = global64(opts.addr_total_swap_pages);
	for (cpu = 0; cpu < 1024; cpu++) {
		__u64 base;

		if (cpu >= opts.nr_cpus || !opts.addr_vm_event_states || !opts.addr_per_cpu_offset)
			break;
		base = opts.addr_vm_event_states + read64(opts.addr_per_cpu_offset + 8 * (__u64)cpu);
		e->pswpin += read64(base + 8 * EVENT(PSWPIN));
		e->pswpout += read64(base + 8 * EVENT(PSWPOUT));
		for (i = 0; i < 4; i++)
			e->pgalloc[i] += read64(base + 8 * (EVENT(PGALLOC_MOVABLE) - 3 + i));
		e->pgfree += read64(base + 8 * EVENT(PGFREE));
		e->pgfault += read64(base + 8 * EVENT(PGFAULT));
		e->pgmajfault += read64(base + 8 * EVENT(PGMAJFAULT));
		for (i = 0; i < 4; i++)
			e->allocstall += read64(base + 8 * (EVENT(ALLOCSTALL_MOVABLE) - i));
		e->oom_kill += read64(base + 8 * EVENT(OOM_KILL));
		if (steal_is_event()) {
			e->pgsteal_kswapd += event_steal(base, 0);
			e->pgsteal_direct += event_steal(base, 1);
		}
	}
	for (nid = 0; nid < 64 && !steal_is_event(); nid++) {
		__u64 pgdat = nid < opts.nr_nodes ? node_pgdat(nid) : 0;

		if (!pgdat)
			continue;
		e->pgsteal_kswapd += node_steal(pgdat, 0);
		e->pgsteal_direct += node_steal(pgdat, 1);
	}
	emit_submit(&em);
}

SEC("?raw_tp")
int gauge(void *ctx)
{
	__u32 nid;

	for (nid = 0; nid < 64; nid++) {
		__u64 pgdat;

		if (nid >= opts.nr_nodes)
			break;
		pgdat = node_pgdat(nid);
		if (!pgdat)
			continue;
		gauge_node(pgdat, nid);
		emit_zones(pgdat, nid, RS_ZONE_OF_GAUGE, RS_MAX_ZONES, true);
	}
	gauge_vm();
	return 0;
}
