/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mode folios: every folio that passes through shrink_folio_list(), with the references found and
 * what became of it.
 *
 * Rate: three to five records for each folio, some 100,000 folios a second. At most LIST_MAX folios
 * of a list are walked; shrink_folio_list_begin says how many there were and how many were
 * written, so a longer list shows as such.
 */

#define LIST_MAX 64

/* One folio in opts.folio_sample, the same ones in every record. */
static __always_inline bool folio_sampled(__u64 id, __u32 type)
{
	if (opts.folio_sample <= 1 || id % opts.folio_sample == 0)
		return true;
	COUNT(sampled_out, type);
	return false;
}

/* Tells about one folio that enters. Returns whether it was written. */
/* Global, so that the verifier looks at it once and not once for each turn of the walk. */
__noinline int emit_folio(__u64 folio)
{
	struct rs_event_folio *e;
	char head[FOLIO_SIZE];
	__u64 flags, id = scramble(folio);
	struct emit em;

	if (!folio_sampled(id, RS_EVENT_folio))
		return false;
	copy(head, sizeof(head), folio);
	e = EMIT(&em, folio);
	if (!e)
		return false;
	flags = *(__u64 *)head;
	e->folio = id;
	e->cgroup = memcg_cgroup_id(folio_memcg(folio));
	e->flags = folio_flags(flags, PICK(__u64, struct page, mapping, head));
	e->nr_pages = folio_nr_pages(folio, flags);
	e->refcount = PICK(__s32, struct page, _refcount, head);
	e->mapcount = folio_mapcount(folio, flags);
	if (e->mapcount > 0)
		e->flags |= RS_FOLIO_MAPPED;
	e->nid = flags >> 54;
	e->zid = folio_zid(flags);
	e->gen = folio_gen(flags);
	e->refs = folio_refs(flags);
	emit_submit(&em);
	return true;
}

__noinline int emit_kept(__u64 folio)
{
	struct rs_event_folio_kept *e;
	__u64 flags, id = scramble(folio);
	struct emit em;

	if (!folio_sampled(id, RS_EVENT_folio_kept))
		return false;
	flags = read64(folio);
	e = EMIT(&em, folio_kept);
	if (!e)
		return false;
	e->folio = id;
	e->flags = folio_flags(flags, READ64(struct page, mapping, folio));
	e->outcome = e->flags & RS_FOLIO_ACTIVE ? RS_FOLIO_ACTIVATED : RS_FOLIO_KEPT;
	emit_submit(&em);
	return true;
}

/*
 * Walks the private list of folios at @head. Returns its length, LIST_MAX + 1: longer; how many were
 * written is in task->written, which is memory so that the verifier does not follow each count.
 */
#define WALK(task, head, emit_one)                                                                 \
	({                                                                                         \
		__u64 node_ = read64(head);                                                        \
		__u32 n_;                                                                          \
		(task)->written = 0;                                                               \
		for (n_ = 0; n_ < LIST_MAX; n_++) {                                                \
			if (!node_ || node_ == (head))                                             \
				break;                                                             \
			(task)->written += emit_one(node_ - OFFSET(struct page, lru));             \
			node_ = read64(node_);                                                     \
		}                                                                                  \
		node_ && node_ != (head) ? LIST_MAX + 1 : n_;                                      \
	})

/*
 * (list, pgdat, sc, stat, ignore_references[, memcg]); 5.10: shrink_page_list(list, pgdat, sc, stat,
 * ignore_references). The summary record comes after the folios, when their number is known.
 */
static __always_inline int folio_list_begin(__u64 list_arg, __u64 pgdat, __u64 sc, __u64 ignore)
{
	struct rs_event_shrink_folio_list_begin *e;
	struct task_state *task;
	__u32 n;
	struct emit em;
	__u64 list;

	if (!wanted(RS_EVENT_shrink_folio_list_begin, -1))
		return 0;
	task = task_get(RS_EVENT_shrink_folio_list_begin);
	if (!task)
		return 0;
	list = untyped(&task->scratch, list_arg);
	n = WALK(task, list, emit_folio);
	e = EMIT(&em, shrink_folio_list_begin);
	if (!e)
		return 0;
	e->nr_scanned = READ64(struct scan_control, nr_scanned, sc);
	e->nr_folios = n;
	e->nr_recorded = task->written;
	e->nid = pgdat_nid(pgdat);
	e->ignore_references = ignore & 0xff;
	emit_submit(&em);
	return 0;
}

static __always_inline int folio_list_end(__u64 list_arg, __u64 pgdat, __u64 sc, __u64 stat, __u64 ret)
{
	struct rs_event_shrink_folio_list_end *e;
	struct task_state *task;
	__u32 n;
	struct emit em;
	__u64 list;

	if (!wanted(RS_EVENT_shrink_folio_list_end, -1))
		return 0;
	task = task_get(RS_EVENT_shrink_folio_list_end);
	if (!task)
		return 0;
	list = untyped(&task->scratch, list_arg);
	n = WALK(task, list, emit_kept);
	e = EMIT(&em, shrink_folio_list_end);
	if (!e)
		return 0;
	e->nr_scanned = READ64(struct scan_control, nr_scanned, sc);
	e->ret = (__u32)ret;
	e->nr_left = n;
	e->nr_recorded = task->written;
	e->nid = pgdat_nid(pgdat);
	e->nr_demoted = 0;
	if (HAS(struct reclaim_stat___demoted, nr_demoted))
		e->nr_demoted = READ32(struct reclaim_stat___demoted, nr_demoted, stat);
	emit_submit(&em);
	return 0;
}

#define FOLIO_LIST(hook, fn, nargs)                                                                \
	FN_SEC("?fentry/" #fn)                                                                        \
	int hook##__fentry(__u64 *ctx)                                                             \
	{                                                                                          \
		return folio_list_begin(ctx[0], ctx[1], ctx[2], ctx[4]);                           \
	}                                                                                          \
	FN_SEC("?fexit/" #fn)                                                                         \
	int hook##__fexit(__u64 *ctx)                                                              \
	{                                                                                          \
		return folio_list_end(ctx[0], ctx[1], ctx[2], ctx[3], ctx[nargs]);                           \
	}
FOLIO_LIST(shrink_page_list, shrink_page_list, 5)
FOLIO_LIST(shrink_folio_list__args5, shrink_folio_list, 5)
FOLIO_LIST(shrink_folio_list__args6, shrink_folio_list, 6)

FN_SEC("?kprobe.multi/shrink_folio_list")
int shrink_folio_list__args6__kentry(struct pt_regs *ctx)
{
	frame_push(FRAME_shrink_folio_list, PUSH_4);
	return folio_list_begin(REG_ARG(0), REG_ARG(1), REG_ARG(2), REG_ARG(4));
}
FN_SEC("?kretprobe.multi/shrink_folio_list")
int shrink_folio_list__args6__kexit(struct pt_regs *ctx)
{
	struct frame *f = frame_pop(FRAME_shrink_folio_list, RS_EVENT_shrink_folio_list_end);

	if (!f)
		return 0;
	return folio_list_end(f->arg[0], f->arg[1], f->arg[2], f->arg[3], PT_REGS_RC(ctx));
}

#define VM_EXEC 0x4
#define VM_LOCKED 0x2000

/* folio_referenced(folio, is_locked, memcg, vm_flags *), page_referenced() on 5.10 */
static __always_inline int folio_referenced_exit(__u64 folio, __u64 is_locked, __u64 memcg, __u64 vm_flags_ptr,
						 __u64 ret)
{
	struct rs_event_folio_referenced *e;
	__u64 flags = read64(folio), vm_flags, id;
	struct task_state *task;
	struct emit em;

	/* shrink_active_list() asks with is_locked 0. */
	if (!(is_locked & 0xffffffff) || !wanted(RS_EVENT_folio_referenced, -1))
		return 0;
	task = task_get(RS_EVENT_folio_referenced);
	if (!task)
		return 0;
	id = scramble(untyped(&task->scratch, folio));
	if (!folio_sampled(id, RS_EVENT_folio_referenced))
		return 0;
	vm_flags = read64(vm_flags_ptr);
	e = EMIT(&em, folio_referenced);
	if (!e)
		return 0;
	e->folio = id;
	e->flags = folio_flags(flags, READ64(struct page, mapping, folio));
	e->ret = ret;
	e->vm_flags = (vm_flags & VM_LOCKED ? 1 : 0) | (vm_flags & VM_EXEC ? 2 : 0);
	emit_submit(&em);
	return 0;
}
FN_EXIT(folio_referenced, 4, 4, folio_referenced)
/* The 5.10 verifier has no pointers to plain integers: take the address from the context's memory. */
FN_SEC("?fexit/page_referenced")
int page_referenced__fexit(__u64 *ctx)
{
	return folio_referenced_exit(ctx[0], ctx[1], ctx[2], read64((__u64)&ctx[3]), ctx[4]);
}

static __always_inline int try_to_unmap_exit(__u64 folio, __u64 ret)
{
	struct rs_event_folio_unmap *e;
	struct task_state *task;
	struct emit em;
	__u64 flags, id;

	if (!(task_flags() & (PF_MEMALLOC | PF_KSWAPD)) || !wanted(RS_EVENT_folio_unmap, -1))
		return 0;
	task = task_get(RS_EVENT_folio_unmap);
	if (!task)
		return 0;
	id = scramble(untyped(&task->scratch, folio));
	if (!folio_sampled(id, RS_EVENT_folio_unmap))
		return 0;
	e = EMIT(&em, folio_unmap);
	if (!e)
		return 0;
	e->folio = id;
	flags = read64(folio);
	e->mapcount = folio_mapcount(folio, flags);
	e->flags = folio_flags(flags, READ64(struct page, mapping, folio));
	emit_submit(&em);
	return 0;
}
FN_EXIT(try_to_unmap, 1, 2, folio_unmap)

/* __remove_mapping(mapping, folio, reclaimed, memcg) */
static __always_inline int __remove_mapping_exit(__u64 mapping, __u64 folio, __u64 ret)
{
	struct rs_event_folio_remove *e;
	struct task_state *task;
	struct emit em;
	__u64 id;

	if (!wanted(RS_EVENT_folio_remove, -1))
		return 0;
	task = task_get(RS_EVENT_folio_remove);
	if (!task)
		return 0;
	id = scramble(untyped(&task->scratch, folio));
	if (!folio_sampled(id, RS_EVENT_folio_remove))
		return 0;
	e = EMIT(&em, folio_remove);
	if (!e)
		return 0;
	e->folio = id;
	e->ret = (__u32)ret != 0;
	e->pad = 0;
	emit_submit(&em);
	return 0;
}
FN_EXIT(__remove_mapping, 2, 4, folio_remove)

/* ---- what is written out: counted in every mode, recorded in mode folios ---- */

static __always_inline int write_folio(__u64 folio)
{
	struct rs_event_write_folio *e;
	struct task_state *task;
	struct emit em;
	__u64 id, flags;

	if (!MODE_FOLIOS || !wanted(RS_EVENT_write_folio, -1))
		return 0;
	task = task_get(RS_EVENT_write_folio);
	if (!task)
		return 0;
	id = scramble(untyped(&task->scratch, folio));
	if (!folio_sampled(id, RS_EVENT_write_folio))
		return 0;
	e = EMIT(&em, write_folio);
	if (!e)
		return 0;
	flags = read64(folio);
	e->folio = id;
	e->flags = folio_flags(flags, READ64(struct page, mapping, folio));
	e->nr_pages = folio_nr_pages(folio, flags);
	emit_submit(&em);
	return 0;
}
SEC("?tp_btf/mm_vmscan_write_folio")
int mm_vmscan_write_folio__btf(__u64 *ctx)
{
	SEEN_SHARED(mm_vmscan_write_folio);
	return write_folio(ctx[0]);
}
SEC("?tp_btf/mm_vmscan_writepage")
int mm_vmscan_writepage__btf(__u64 *ctx)
{
	SEEN_SHARED(mm_vmscan_writepage);
	return write_folio(ctx[0]);
}
/* The perf record has a frame number instead of the folio, so here it is only counted. */
SEC("?tp/vmscan/mm_vmscan_write_folio")
int mm_vmscan_write_folio__perf(struct trace_event_raw_mm_vmscan_write_folio *ctx)
{
	SEEN_SHARED(mm_vmscan_write_folio);
	return 0;
}
