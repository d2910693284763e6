/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MGLRU: generations, the choice of type and tier, eviction, aging, the memcg LRU.
 *
 * Rate: a pair of evict_folios and isolate_folios records, with one lru_gen_state, for each batch
 * of 64 folios or more. lru_gen_state copies the whole of a lruvec's lrugen, 1.3 KiB in eight reads.
 */

/* Where things lie in lrugen on this kernel; see the flavours in vmlinux.h. */
#define LRU_GEN_IS_STRUCT HAS(struct lru_gen_struct___seq, max_seq)
#define LRU_GEN_IS_MD HAS(struct lru_gen_folio___md, nr_pages[0][0][0])
#define LRU_GEN_OFFSET(member)                                                                     \
	(LRU_GEN_IS_STRUCT ? OFFSET(struct lru_gen_struct___flat, member) :                        \
	 LRU_GEN_IS_MD	   ? OFFSET(struct lru_gen_folio___md, member) :                           \
			     OFFSET(struct lru_gen_folio___flat, member))

static __always_inline __u64 lruvec_lrugen(__u64 lruvec)
{
	return lruvec + OFFSET(struct lruvec___lru_gen, lrugen);
}

/* protected[] has no tier 0 up to 6.12; ours has four tiers for each type everywhere. */
static __always_inline void copy_protected(__u64 to[2 * RS_TIERS], __u64 lrugen)
{
	__u64 six[6] = {};

	if (LRU_GEN_IS_MD) {
		copy(to, 8 * 8, lrugen + OFFSET(struct lru_gen_folio___md, protected));
		return;
	}
	if (HAS(struct lru_gen_folio___protected8, protected[7])) {
		copy(to, 8 * 8, lrugen + OFFSET(struct lru_gen_folio___protected8, protected));
		return;
	}
	if (LRU_GEN_IS_STRUCT)
		copy(six, sizeof(six), lrugen + OFFSET(struct lru_gen_struct___flat, protected));
	else
		copy(six, sizeof(six), lrugen + OFFSET(struct lru_gen_folio___protected6, protected));
	to[0] = 0;
	to[1] = six[0];
	to[2] = six[1];
	to[3] = six[2];
	to[4] = 0;
	to[5] = six[3];
	to[6] = six[4];
	to[7] = six[5];
}

/*
 * Bit for each of the 40 lists that is empty. @room: 640 bytes of the record's own. Without a branch, which the verifier would
 * follow on both sides.
 */
static __always_inline __u64 empty_lists(__u64 *room, __u64 lists)
{
	__u64 empty = 0;
	int i;

	copy(room, 640, lists);
	for (i = 0; i < RS_GENS * 2 * RS_MAX_ZONES; i++)
		empty |= (list_holds(room[2 * i], lists + 16 * (__u64)i) ^ 1) << i;
	return empty;
}

/* One lru_gen_state for @lruvec, a plain number, belonging to the record @of just before it. */
static __noinline void emit_lru_gen(__u64 lruvec, __u32 of)
{
	__u64 lrugen = lruvec_lrugen(lruvec);
	struct rs_event_lru_gen_state *e;
	struct emit em;

	e = EMIT(&em, lru_gen_state);
	if (!e)
		return;
	/* Borrows nr_pages to refaulted, 40 * 8 + 5 * 64 bytes, before they are filled. */
	e->empty = empty_lists((__u64 *)e->nr_pages, lrugen + LRU_GEN_OFFSET(folios));
	e->cgroup = memcg_cgroup_id(lruvec_memcg(lruvec));
	e->nid = pgdat_nid(READ64(struct lruvec, pgdat, lruvec));
	e->of = of;
	e->gen = 0;
	e->seg = 0;
	if (HAS(struct lru_gen_folio___memcg, gen)) {
		e->gen = read8(lrugen + OFFSET(struct lru_gen_folio___memcg, gen));
		e->seg = read8(lrugen + OFFSET(struct lru_gen_folio___memcg, seg));
	}
	/* max_seq, min_seq[2], timestamps[4] stand in this order everywhere. */
	copy(&e->max_seq, 3 * 8, lrugen);
	copy(e->timestamps, sizeof(e->timestamps), lrugen + 3 * 8);
	e->walk_seq = READ64(struct lruvec___lru_gen, mm_state.seq, lruvec);
	copy(e->nr_pages, sizeof(e->nr_pages), lrugen + LRU_GEN_OFFSET(nr_pages));
	copy(e->avg_refaulted, sizeof(e->avg_refaulted), lrugen + LRU_GEN_OFFSET(avg_refaulted));
	copy(e->avg_total, sizeof(e->avg_total), lrugen + LRU_GEN_OFFSET(avg_total));
	copy_protected(e->protected, lrugen);
	copy(e->evicted, sizeof(e->evicted), lrugen + LRU_GEN_OFFSET(evicted));
	copy(e->refaulted, sizeof(e->refaulted), lrugen + LRU_GEN_OFFSET(refaulted));
	e->jiffies = bpf_jiffies64();
	emit_submit(&em);
}

#define FILL_USAGE(e, memcg)                                                                       \
	do {                                                                                       \
		__u64 memory_ = (memcg) + OFFSET(struct mem_cgroup, memory);                       \
		(e)->usage = READ64(struct page_counter, usage, memory_);                          \
		(e)->emin = READ64(struct page_counter, emin, memory_);                            \
	} while (0)
#define FILL_USAGE_LOW(e, memcg)                                                                   \
	do {                                                                                       \
		FILL_USAGE(e, memcg);                                                              \
		(e)->elow = READ64(struct page_counter, elow,                                      \
				   (memcg) + OFFSET(struct mem_cgroup, memory));                   \
	} while (0)

static __always_inline bool memcg_online(__u64 memcg)
{
	return READ32(struct cgroup_subsys_state, flags, memcg + OFFSET(struct mem_cgroup, css)) & CSS_ONLINE;
}

static __always_inline __s32 lruvec_nid(__u64 lruvec)
{
	return pgdat_nid(READ64(struct lruvec, pgdat, lruvec));
}

/* ---- eviction: (lruvec, sc, swappiness[, bool *]) up to 6.12, then (nr, lruvec, sc, swappiness) ---- */

static __always_inline int evict_folios_begin(__u64 nr, __u64 lruvec, __u64 sc_addr, __s32 swappiness)
{
	struct rs_event_evict_folios_begin *e;
	__s32 nid = lruvec_nid(lruvec);
	char sc[SC_SIZE] = {};
	struct emit em;
	__u64 lv;

	if (!wanted(RS_EVENT_evict_folios_begin, nid))
		return 0;
	copy(sc, sizeof(sc), sc_addr);
	e = EMIT(&em, evict_folios_begin);
	if (!e)
		return 0;
	fill_sc((struct rs_sc *)(&e->hdr + 1), sc, nid);
	lv = untyped(&e->cgroup, lruvec);
	e->cgroup = memcg_cgroup_id(lruvec_memcg(lv));
	e->nr_to_scan = nr;
	e->swappiness = swappiness;
	e->pad = 0;
	emit_submit(&em);
	emit_lru_gen(lv, RS_EVENT_evict_folios_begin);
	return 0;
}

static __always_inline int evict_folios_end(__u64 lruvec, __u64 sc_addr, __u64 ret)
{
	struct rs_event_evict_folios_end *e;
	__s32 nid = lruvec_nid(lruvec);
	char sc[SC_SIZE] = {};
	struct emit em;
	__u64 lv;

	if (!wanted(RS_EVENT_evict_folios_end, nid))
		return 0;
	copy(sc, sizeof(sc), sc_addr);
	e = EMIT(&em, evict_folios_end);
	if (!e)
		return 0;
	fill_sc((struct rs_sc *)(&e->hdr + 1), sc, nid);
	lv = untyped(&e->cgroup, lruvec);
	e->cgroup = memcg_cgroup_id(lruvec_memcg(lv));
	e->ret = (__s32)ret;
	emit_submit(&em);
	return 0;
}

static __always_inline int evict_folios__late_entry(__u64 nr, __u64 lruvec, __u64 sc, __u64 swappiness)
{
	return evict_folios_begin(nr, lruvec, sc, swappiness);
}
static __always_inline int evict_folios__late_exit(__u64 nr, __u64 lruvec, __u64 sc, __u64 ret)
{
	return evict_folios_end(lruvec, sc, ret);
}
SEC("?fentry/evict_folios")
int evict_folios__late__fentry(__u64 *ctx)
{
	return evict_folios__late_entry(ctx[0], ctx[1], ctx[2], ctx[3]);
}
FN_FEXIT(evict_folios__late, evict_folios, evict_folios__late, 3, 4)
SEC("?kprobe.multi/evict_folios")
int evict_folios__late__kentry(struct pt_regs *ctx)
{
	frame_push(FRAME_evict_folios, PUSH_3);
	return evict_folios__late_entry(ARGS_4(REG_ARG));
}
FN_KEXIT(evict_folios__late, evict_folios, evict_folios__late, 3, FRAME_evict_folios, evict_folios_end)

/* 6.1 has a fourth argument, 6.12 has not: the returned value is in the slot behind. */
SEC("?fentry/evict_folios")
int evict_folios__args4__fentry(__u64 *ctx)
{
	return evict_folios_begin(0, ctx[0], ctx[1], ctx[2]);
}
SEC("?fexit/evict_folios")
int evict_folios__args4__fexit(__u64 *ctx)
{
	return evict_folios_end(ctx[0], ctx[1], ctx[4]);
}
SEC("?fentry/evict_folios")
int evict_folios__args3__fentry(__u64 *ctx)
{
	return evict_folios_begin(0, ctx[0], ctx[1], ctx[2]);
}
SEC("?fexit/evict_folios")
int evict_folios__args3__fexit(__u64 *ctx)
{
	return evict_folios_end(ctx[0], ctx[1], ctx[3]);
}

/*
 * Mode folios: the folios that isolate_folios() is going to look at, from the tails of the oldest
 * generation of each type, in its order of zones. A walk ends with 72 pages that nothing but a race
 * can save, or after GEN_WALK_MAX folios; isolate_folios_begin says whether it came to the end.
 *
 * Rate: up to 2 * GEN_WALK_MAX records for each batch of 64 pages, mostly about 150, one or two reads
 * of kernel memory each, with interrupts off.
 */
#define GEN_WALK_MAX 512
#define GEN_WALK_ENOUGH 72
#define GEN_LEFT_MAX 128
#define GEN_LEFT_ENOUGH 16

/* In memory, not on the stack: the verifier would follow each count of a known stack slot. */
struct gen_walk {
	__u64 head, node;
	__u64 left; /* folios that may still be read */
	__u64 enough; /* pages that will be isolated; after it, folios that were not taken by anybody */
	__u64 gen, reclaim_idx;
	__u64 written;
	bool after; /* from the heads, once the scan is over */
};

/* Interrupts are off, so each CPU has one at most. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct gen_walk);
} gen_walks SEC(".maps");

#define GEN_SAVED (RS_FOLIO_WORKINGSET | RS_FOLIO_LOCKED | RS_FOLIO_DIRTY | RS_FOLIO_WRITEBACK | RS_FOLIO_MLOCKED)

static long gen_walk_step(__u32 i, struct gen_walk **ctx)
{
	struct gen_walk *walk = *ctx;
	struct rs_event_gen_folio *e;
	__u64 folio, word;
	char head[FOLIO_SIZE];
	__u32 flags, nr_pages;
	struct emit em;
	__s32 refcount;

	if (!walk->node || walk->node == walk->head || !walk->left || walk->enough >= GEN_WALK_ENOUGH)
		return 1;
	folio = walk->node - OFFSET(struct page, lru);
	copy(head, sizeof(head), folio);
	walk->left--;
	word = *(__u64 *)head;
	flags = folio_flags(word, PICK(__u64, struct page, mapping, head));
	refcount = PICK(__s32, struct page, _refcount, head);
	if (walk->after) {
		walk->node = PICK(__u64, struct page, lru.next, head);
		if ((flags & RS_FOLIO_LRU) && refcount) {
			walk->enough++;
			return 0;
		}
	} else {
		walk->node = PICK(__u64, struct page, lru.prev, head);
	}
	nr_pages = folio_nr_pages(folio, word);
	if (folio_mapcount(folio, word) > 0)
		flags |= RS_FOLIO_MAPPED;
	if (!walk->after && !(flags & GEN_SAVED) && !folio_refs(word) && folio_gen(word) == walk->gen + 1 &&
	    folio_zid(word) <= walk->reclaim_idx && refcount)
		walk->enough += nr_pages;
	e = EMIT(&em, gen_folio);
	if (!e)
		return 0;
	e->folio = scramble(folio);
	e->flags = flags;
	e->nr_pages = nr_pages;
	e->refcount = refcount;
	e->zid = folio_zid(word);
	e->gen = folio_gen(word);
	e->refs = folio_refs(word);
	emit_submit(&em);
	walk->written++;
	return 0;
}

/*
 * What could not be taken is put back at the head. While the lock is held nobody takes a folio off its list, so one
 * there that is not on the LRU, or has no reference, was freed or is another's, who waits for the lock. A list ends with
 * GEN_LEFT_ENOUGH others.
 */
static __always_inline void walk_left(struct gen_walk *walk, __u64 lruvec)
{
	__u64 lrugen = lruvec_lrugen(lruvec), lists = lrugen + LRU_GEN_OFFSET(folios), type, zone;
	struct gen_walk *ctx = walk;

	walk->after = true;
#pragma unroll
	for (type = 0; type < 2; type++) {
		walk->gen = read64(lrugen + 8 + 8 * type) & (RS_GENS - 1);
#pragma unroll
		for (zone = 0; zone < RS_MAX_ZONES; zone++) {
			walk->enough = GEN_WALK_ENOUGH - GEN_LEFT_ENOUGH;
			walk->left = GEN_LEFT_MAX;
			walk->head = lists + 16 * ((walk->gen * 2 + type) * RS_MAX_ZONES + zone);
			walk->node = read64(walk->head);
			bpf_loop(GEN_LEFT_MAX, gen_walk_step, &ctx, 0);
		}
	}
}

/* Returns the bits of isolate_folios_begin.walked. */
static __always_inline __u32 walk_oldest(struct gen_walk *walk, __u64 lruvec, __s32 reclaim_idx, __u64 nr)
{
	__u64 lrugen = lruvec_lrugen(lruvec), lists = lrugen + LRU_GEN_OFFSET(folios), type, zone, i;
	struct gen_walk *ctx = walk;
	__u32 walked = 0;
	bool to_end;

	walk->written = 0;
	walk->after = false;
	walk->reclaim_idx = reclaim_idx;
	/* Unrolled: 6.1 takes a callback that is named inside a loop for a jump back. */
#pragma unroll
	for (type = 0; type < 2; type++) {
		walk->gen = read64(lrugen + 8 + 8 * type) & (RS_GENS - 1);
		walk->enough = 0;
		/* A kernel that limits its scan may scan one type twice. */
		walk->left = nr && nr < GEN_WALK_MAX / 2 ? 2 * nr : GEN_WALK_MAX;
		to_end = true;
#pragma unroll
		for (i = RS_MAX_ZONES; i > 0; i--) {
			if (!to_end)
				continue;
			zone = (reclaim_idx + i) % RS_MAX_ZONES;
			walk->head = lists + 16 * ((walk->gen * 2 + type) * RS_MAX_ZONES + zone);
			walk->node = read64(walk->head + 8);
			bpf_loop(GEN_WALK_MAX + 1, gen_walk_step, &ctx, 0);
			to_end = walk->node == walk->head;
		}
		walked |= RS_WALKED(type);
		if (to_end)
			walked |= RS_WALKED_TO_END(type);
	}
	return walked;
}

/* NULL: folios are not walked. */
static __always_inline struct gen_walk *gen_walk(void)
{
	__u32 zero = 0;

	return MODE_FOLIOS && opts.folio_sample <= 1 ? bpf_map_lookup_elem(&gen_walks, &zero) : NULL;
}

/*
 * isolate_folios() runs under the LRU lock with interrupts off, so no program on it is ever
 * skipped, and its state is exact. (lruvec, sc, swappiness, &type, list) up to 6.12; with nr in
 * front in 6.18; (nr, lruvec, sc, swappiness, list, &isolated, &type, &scanned) in 7.2.
 */
static __always_inline int isolate_folios_begin(__u64 nr, __u64 lruvec, __u64 sc_addr, __s32 swappiness)
{
	struct rs_event_isolate_folios_begin *e;
	struct gen_walk *walk = gen_walk();
	char sc[SC_SIZE] = {};
	__u32 walked = 0;
	struct emit em;
	__u64 lv;

	if (!wanted(RS_EVENT_isolate_folios_begin, -1))
		return 0;
	copy(sc, sizeof(sc), sc_addr);
	if (walk)
		walked = walk_oldest(walk, untyped(&walk->head, lruvec),
				     PICK(__s8, struct scan_control, reclaim_idx, sc), nr);
	e = EMIT(&em, isolate_folios_begin);
	if (!e)
		return 0;
	lv = untyped(&e->cgroup, lruvec);
	e->cgroup = memcg_cgroup_id(lruvec_memcg(lv));
	e->nr_to_scan = nr;
	e->gfp = PICK(__u32, struct scan_control, gfp_mask, sc);
	e->sc_flags = sc_flags(sc);
	e->nid = lruvec_nid(lv);
	e->swappiness = swappiness;
	e->reclaim_idx = PICK(__s8, struct scan_control, reclaim_idx, sc);
	e->walked = walked;
	e->nr_recorded = walk ? walk->written : 0;
	e->pad = 0;
	emit_submit(&em);
	emit_lru_gen(lv, RS_EVENT_isolate_folios_begin);
	return 0;
}

static __always_inline int isolate_folios_end(__u64 lruvec, __u64 type, __u64 isolated, __u64 ret)
{
	struct rs_event_isolate_folios_end *e;
	struct gen_walk *walk = gen_walk();
	struct emit em;
	__u64 lv;

	if (!wanted(RS_EVENT_isolate_folios_end, -1))
		return 0;
	if (walk)
		walk_left(walk, untyped(&walk->head, lruvec));
	e = EMIT(&em, isolate_folios_end);
	if (!e)
		return 0;
	lv = untyped(&e->cgroup, lruvec);
	e->cgroup = memcg_cgroup_id(lruvec_memcg(lv));
	e->ret = (__s32)ret;
	e->isolated = isolated ? (__s32)read32(isolated) : -1;
	e->nid = lruvec_nid(lv);
	e->type = read32(type);
	emit_submit(&em);
	emit_lru_gen(lv, RS_EVENT_isolate_folios_end);
	return 0;
}

SEC("?fentry/isolate_folios")
int isolate_folios__args5__fentry(__u64 *ctx)
{
	return isolate_folios_begin(0, ctx[0], ctx[1], ctx[2]);
}
SEC("?fexit/isolate_folios")
int isolate_folios__args5__fexit(__u64 *ctx)
{
	return isolate_folios_end(ctx[0], ctx[3], 0, ctx[5]);
}
SEC("?fentry/isolate_folios")
int isolate_folios__args6__fentry(__u64 *ctx)
{
	return isolate_folios_begin(ctx[0], ctx[1], ctx[2], ctx[3]);
}
SEC("?fexit/isolate_folios")
int isolate_folios__args6__fexit(__u64 *ctx)
{
	return isolate_folios_end(ctx[1], ctx[4], 0, ctx[6]);
}
SEC("?fentry/isolate_folios")
int isolate_folios__args8__fentry(__u64 *ctx)
{
	return isolate_folios_begin(ctx[0], ctx[1], ctx[2], ctx[3]);
}
SEC("?fexit/isolate_folios")
int isolate_folios__args8__fexit(__u64 *ctx)
{
	return isolate_folios_end(ctx[1], ctx[6], ctx[5], ctx[8]);
}

/* ---- the loop around eviction ---- */

static __always_inline int should_abort_scan_exit(__u64 lruvec, __u64 sc_addr, __u64 ret)
{
	struct rs_event_should_abort_scan *e;
	__u64 pgdat = READ64(struct lruvec, pgdat, lruvec);
	__s32 nid = pgdat_nid(pgdat);
	char sc[SC_SIZE] = {};
	__u64 lv, memcg;
	struct emit em;

	if (!wanted(RS_EVENT_should_abort_scan, nid))
		return 0;
	copy(sc, sizeof(sc), sc_addr);
	e = EMIT(&em, should_abort_scan);
	if (!e)
		return 0;
	fill_sc((struct rs_sc *)(&e->hdr + 1), sc, nid);
	lv = untyped(&e->cgroup, lruvec);
	memcg = lruvec_memcg(lv);
	e->cgroup = memcg_cgroup_id(memcg);
	e->ret = (ret & 0xff) != 0;
	e->task_flags = task_flags();
	FILL_USAGE(e, memcg);
	emit_submit(&em);
	/* Where it goes on, these sizes are what the next turn decides on. */
	if (!(ret & 0xff))
		emit_lru_gen(lv, RS_EVENT_should_abort_scan);
	return 0;
}
FN_EXIT(should_abort_scan, 2, 2, should_abort_scan)

static __always_inline int shrink_one_exit(__u64 lruvec, __u64 sc_addr, __u64 ret)
{
	struct rs_event_shrink_one *e;
	__s32 nid = lruvec_nid(lruvec);
	char sc[SC_SIZE] = {};
	__u64 lv, memcg;
	struct emit em;

	if (!wanted(RS_EVENT_shrink_one, nid))
		return 0;
	copy(sc, sizeof(sc), sc_addr);
	e = EMIT(&em, shrink_one);
	if (!e)
		return 0;
	fill_sc((struct rs_sc *)(&e->hdr + 1), sc, nid);
	lv = untyped(&e->cgroup, lruvec);
	memcg = lruvec_memcg(lv);
	e->cgroup = memcg_cgroup_id(memcg);
	FILL_USAGE_LOW(e, memcg);
	e->ret = ret;
	e->seg = 0;
	if (HAS(struct lru_gen_folio___memcg, seg))
		e->seg = read8(lruvec_lrugen(lv) + OFFSET(struct lru_gen_folio___memcg, seg));
	e->online = memcg_online(memcg);
	e->pad = 0;
	emit_submit(&em);
	return 0;
}
FN_EXIT(shrink_one, 2, 2, shrink_one)

static __always_inline int try_to_shrink_lruvec_entry(__u64 lruvec, __u64 sc_addr)
{
	struct rs_event_try_to_shrink_lruvec_begin *e;
	__s32 nid = lruvec_nid(lruvec);
	char sc[SC_SIZE] = {};
	__u64 lv, memcg;
	struct emit em;

	if (!wanted(RS_EVENT_try_to_shrink_lruvec_begin, nid))
		return 0;
	copy(sc, sizeof(sc), sc_addr);
	e = EMIT(&em, try_to_shrink_lruvec_begin);
	if (!e)
		return 0;
	fill_sc((struct rs_sc *)(&e->hdr + 1), sc, nid);
	lv = untyped(&e->cgroup, lruvec);
	memcg = lruvec_memcg(lv);
	e->cgroup = memcg_cgroup_id(memcg);
	FILL_USAGE_LOW(e, memcg);
	e->online = memcg_online(memcg);
	e->pad = 0;
	emit_submit(&em);
	return 0;
}

static __always_inline int try_to_shrink_lruvec_exit(__u64 lruvec, __u64 sc_addr, __u64 ret)
{
	struct rs_event_try_to_shrink_lruvec_end *e;
	__s32 nid = lruvec_nid(lruvec);
	char sc[SC_SIZE] = {};
	struct emit em;

	if (!wanted(RS_EVENT_try_to_shrink_lruvec_end, nid))
		return 0;
	copy(sc, sizeof(sc), sc_addr);
	e = EMIT(&em, try_to_shrink_lruvec_end);
	if (!e)
		return 0;
	fill_sc((struct rs_sc *)(&e->hdr + 1), sc, nid);
	e->cgroup = memcg_cgroup_id(lruvec_memcg(untyped(&e->cgroup, lruvec)));
	e->ret = (ret & 0xff) != 0;
	e->pad = 0;
	emit_submit(&em);
	return 0;
}
FN_PAIR(try_to_shrink_lruvec, 2, 2, try_to_shrink_lruvec_end)

/* What @memcg may still put into swap by memory.swap.max, its own and its parents'. */
static __always_inline __s64 swap_margin(__u64 memcg)
{
	__u64 counter = memcg + OFFSET(struct mem_cgroup, swap);
	__s64 margin = 1LL << 62, own; /* more than any */
	int i;

	for (i = 0; i < 16 && counter; i++) {
		own = READ64(struct page_counter, max, counter) - READ64(struct page_counter, usage, counter);
		margin = lesser(own, margin);
		counter = READ64(struct page_counter, parent, counter);
	}
	return margin;
}

/* Just before a turn of the eviction, or lruvec_is_sizable(), looks at the sizes. */
static __always_inline int get_swappiness_exit(__u64 lruvec, __u64 sc_addr, __u64 ret)
{
	struct rs_event_get_swappiness *e;
	__u64 lv, memcg, proactive = 0;
	char sc[SC_SIZE] = {};
	struct emit em;

	if (!wanted(RS_EVENT_get_swappiness, -1))
		return 0;
	copy(sc, sizeof(sc), sc_addr);
	e = EMIT(&em, get_swappiness);
	if (!e)
		return 0;
	lv = untyped(&e->cgroup, lruvec);
	memcg = lruvec_memcg(lv);
	e->cgroup = memcg_cgroup_id(memcg);
	e->nid = lruvec_nid(lv);
	e->ret = ret;
	e->swappiness = global32(opts.addr_vm_swappiness);
	e->proactive_swappiness = -1;
	if (HAS(struct scan_control___v6_12, proactive_swappiness))
		proactive = PICK(__u64, struct scan_control___v6_12, proactive_swappiness, sc);
	if (proactive)
		e->proactive_swappiness = read32(proactive);
	e->target_cgroup = memcg_cgroup_id(PICK(__u64, struct scan_control, target_mem_cgroup, sc));
	FILL_USAGE_LOW(e, memcg);
	e->swap_margin = swap_margin(memcg);
	e->swap_free = global64(opts.addr_nr_swap_pages);
	e->sc_flags = sc_flags(sc) | (can_demote(e->nid) ? RS_SC_CAN_DEMOTE : 0);
	e->task_flags = task_flags();
	e->priority = PICK(__s8, struct scan_control, priority, sc);
	e->online = memcg_online(memcg);
	e->pad = 0;
	emit_submit(&em);
	emit_lru_gen(lv, RS_EVENT_get_swappiness);
	return 0;
}
FN_EXIT(get_swappiness, 2, 2, get_swappiness)

static __always_inline int lruvec_is_sizable_exit(__u64 lruvec, __u64 sc, __u64 ret)
{
	struct rs_event_lruvec_is_sizable *e;
	struct emit em;
	__u64 lv;

	if (!wanted(RS_EVENT_lruvec_is_sizable, -1))
		return 0;
	e = EMIT(&em, lruvec_is_sizable);
	if (!e)
		return 0;
	lv = untyped(&e->cgroup, lruvec);
	e->cgroup = memcg_cgroup_id(lruvec_memcg(lv));
	e->nid = lruvec_nid(lv);
	e->priority = (__s8)read8(sc + OFFSET(struct scan_control, priority));
	e->ret = (ret & 0xff) != 0;
	e->jiffies = bpf_jiffies64();
	e->min_ttl = global64(opts.addr_lru_gen_min_ttl);
	emit_submit(&em);
	emit_lru_gen(lv, RS_EVENT_lruvec_is_sizable);
	return 0;
}
FN_EXIT(lruvec_is_sizable, 2, 2, lruvec_is_sizable)

static __always_inline int lruvec_evictable_size_exit(__u64 lruvec, __u64 swappiness, __u64 ret)
{
	struct rs_event_lruvec_evictable_size *e;
	struct emit em;
	__u64 lv;

	if (!wanted(RS_EVENT_lruvec_evictable_size, -1))
		return 0;
	e = EMIT(&em, lruvec_evictable_size);
	if (!e)
		return 0;
	lv = untyped(&e->cgroup, lruvec);
	e->cgroup = memcg_cgroup_id(lruvec_memcg(lv));
	e->ret = ret;
	e->nid = lruvec_nid(lv);
	e->swappiness = swappiness;
	emit_submit(&em);
	emit_lru_gen(lv, RS_EVENT_lruvec_evictable_size);
	return 0;
}
FN_EXIT(lruvec_evictable_size, 2, 2, lruvec_evictable_size)

/* ---- the memcg LRU ---- */

#define FILL_MEMCG_LRU(e, lv)                                                                      \
	do {                                                                                       \
		__u64 lrugen_ = lruvec_lrugen(lv), pgdat_ = READ64(struct lruvec, pgdat, lv);      \
		(e)->cgroup = memcg_cgroup_id(lruvec_memcg(lv));                                   \
		(e)->nid = pgdat_nid(pgdat_);                                                      \
		(e)->gen = (e)->seg = 0;                                                           \
		(e)->seq = 0;                                                                      \
		if (HAS(struct lru_gen_folio___memcg, gen)) {                                      \
			(e)->gen = read8(lrugen_ + OFFSET(struct lru_gen_folio___memcg, gen));     \
			(e)->seg = read8(lrugen_ + OFFSET(struct lru_gen_folio___memcg, seg));     \
			(e)->seq = READ64(struct pglist_data___memcg_lru, memcg_lru.seq, pgdat_);  \
		}                                                                                  \
	} while (0)

static __always_inline int lru_gen_rotate_memcg_entry(__u64 lruvec, __u64 op)
{
	struct rs_event_rotate_memcg_begin *e;
	struct emit em;
	__u64 lv;

	if (!wanted(RS_EVENT_rotate_memcg_begin, -1))
		return 0;
	e = EMIT(&em, rotate_memcg_begin);
	if (!e)
		return 0;
	lv = untyped(&e->cgroup, lruvec);
	FILL_MEMCG_LRU(e, lv);
	e->op = op;
	emit_submit(&em);
	return 0;
}

static __always_inline int lru_gen_rotate_memcg_exit(__u64 lruvec, __u64 op, __u64 ret)
{
	struct rs_event_lru_gen_rotate_memcg *e;
	struct emit em;
	__u64 lv;

	if (!wanted(RS_EVENT_lru_gen_rotate_memcg, -1))
		return 0;
	e = EMIT(&em, lru_gen_rotate_memcg);
	if (!e)
		return 0;
	lv = untyped(&e->cgroup, lruvec);
	FILL_MEMCG_LRU(e, lv);
	e->op = op;
	emit_submit(&em);
	return 0;
}
FN_PAIR(lru_gen_rotate_memcg, 2, 2, lru_gen_rotate_memcg)

/* ---- aging ---- */

#define MM_STATS_OFFSET                                                                            \
	(HAS(struct lru_gen_mm_state___md, stats[0][0]) ? OFFSET(struct lru_gen_mm_state___md, stats) :  \
							  OFFSET(struct lru_gen_mm_state___flat, stats))

/*
 * What walks have counted so far, by enum rs_walk_stat. The kernel's enum has no name to ask for; its length tells: up to 6.12
 * total, old, young, total, found, added; then total, young, found, added. Whose rows are by generation has no sum.
 */
static __always_inline void fill_walked(__u64 walked[RS_NR_WALK_STATS], __u64 lruvec)
{
	__u64 stats[6] = {};

	if (HAS(struct lru_gen_mm_state___md, stats[1][0]) || HAS(struct lru_gen_mm_state___flat, stats[6])) {
		__builtin_memset(walked, 0xff, RS_NR_WALK_STATS * 8);
		return;
	}
	if (HAS(struct lru_gen_mm_state___md, stats[0][5]) || HAS(struct lru_gen_mm_state___flat, stats[5])) {
		copy(stats, 6 * 8, lruvec + OFFSET(struct lruvec___lru_gen, mm_state) + MM_STATS_OFFSET);
		walked[RS_WALK_LEAF_YOUNG] = stats[2];
		walked[RS_WALK_NONLEAF_TOTAL] = stats[3];
		walked[RS_WALK_NONLEAF_FOUND] = stats[4];
		walked[RS_WALK_NONLEAF_ADDED] = stats[5];
	} else {
		copy(stats, 4 * 8, lruvec + OFFSET(struct lruvec___lru_gen, mm_state) + MM_STATS_OFFSET);
		walked[RS_WALK_LEAF_YOUNG] = stats[1];
		walked[RS_WALK_NONLEAF_TOTAL] = RS_UNKNOWN;
		walked[RS_WALK_NONLEAF_FOUND] = stats[2];
		walked[RS_WALK_NONLEAF_ADDED] = stats[3];
	}
	walked[RS_WALK_LEAF_TOTAL] = stats[0];
}

/* (lruvec, seq, sc, can_swap, force_scan) in 6.1, then (lruvec, seq, can_swap or swappiness, force_scan) */
static __always_inline int inc_max_seq(__u64 lruvec, __u64 seq, __s32 swappiness, __u32 force_scan, __u64 ret)
{
	struct rs_event_try_to_inc_max_seq *e;
	struct emit em;
	__u64 lv;

	if (!wanted(RS_EVENT_try_to_inc_max_seq, -1))
		return 0;
	e = EMIT(&em, try_to_inc_max_seq);
	if (!e)
		return 0;
	lv = untyped(&e->cgroup, lruvec);
	e->cgroup = memcg_cgroup_id(lruvec_memcg(lv));
	e->seq = seq;
	e->nid = lruvec_nid(lv);
	e->swappiness = swappiness;
	e->force_scan = force_scan & 0xff;
	e->ret = (ret & 0xff) != 0;
	fill_walked(e->walked, lv);
	emit_submit(&em);
	emit_lru_gen(lv, RS_EVENT_try_to_inc_max_seq);
	return 0;
}
static __always_inline int try_to_inc_max_seq_exit(__u64 lruvec, __u64 seq, __u64 swappiness, __u64 force_scan,
						   __u64 ret)
{
	return inc_max_seq(lruvec, seq, swappiness, force_scan, ret);
}
FN_EXIT_AS(try_to_inc_max_seq__args4, try_to_inc_max_seq, try_to_inc_max_seq, 4, 4, try_to_inc_max_seq)
SEC("?fexit/try_to_inc_max_seq")
int try_to_inc_max_seq__args5__fexit(__u64 *ctx)
{
	return inc_max_seq(ctx[0], ctx[1], (__u32)ctx[3] & 0xff, ctx[4], ctx[5]);
}

/* 7.2 and later; under the LRU lock. */
SEC("?fexit/try_to_inc_min_seq")
int try_to_inc_min_seq__fexit(__u64 *ctx)
{
	struct rs_event_try_to_inc_min_seq *e;
	struct emit em;
	__u64 lv;

	if (!wanted(RS_EVENT_try_to_inc_min_seq, -1))
		return 0;
	e = EMIT(&em, try_to_inc_min_seq);
	if (!e)
		return 0;
	lv = untyped(&e->cgroup, ctx[0]);
	e->cgroup = memcg_cgroup_id(lruvec_memcg(lv));
	e->nid = lruvec_nid(lv);
	e->swappiness = ctx[1];
	emit_submit(&em);
	emit_lru_gen(lv, RS_EVENT_try_to_inc_min_seq);
	return 0;
}

/* 6.1: (lruvec, max_seq, min_seq[], sc, can_swap, &nr_to_scan) */
SEC("?fexit/should_run_aging")
int should_run_aging__fexit(__u64 *ctx)
{
	struct rs_event_should_run_aging *e;
	struct emit em;
	__u64 lv;

	if (!wanted(RS_EVENT_should_run_aging, -1))
		return 0;
	e = EMIT(&em, should_run_aging);
	if (!e)
		return 0;
	lv = untyped(&e->cgroup, ctx[0]);
	e->cgroup = memcg_cgroup_id(lruvec_memcg(lv));
	e->max_seq = ctx[1];
	copy(e->min_seq, sizeof(e->min_seq), ctx[2]);
	e->nr_to_scan = read64(ctx[5]);
	e->nid = lruvec_nid(lv);
	e->can_swap = ctx[4] & 0xff;
	e->ret = (ctx[6] & 0xff) != 0;
	e->jiffies = bpf_jiffies64();
	e->min_ttl = global64(opts.addr_lru_gen_min_ttl);
	e->priority = (__s8)read8(ctx[3] + OFFSET(struct scan_control, priority));
	e->online = memcg_online(lruvec_memcg(lv));
	emit_submit(&em);
	emit_lru_gen(lv, RS_EVENT_should_run_aging);
	return 0;
}

static __always_inline int set_mm_walk_exit(__u64 pgdat, __u64 force_alloc, __u64 ret)
{
	struct rs_event_set_mm_walk *e;
	struct emit em;
	__u64 p;

	if (!wanted(RS_EVENT_set_mm_walk, -1))
		return 0;
	e = EMIT(&em, set_mm_walk);
	if (!e)
		return 0;
	p = untyped(&e->inactive_anon, pgdat);
	e->nid = p ? pgdat_nid(p) : -1;
	e->pad = 0;
	e->inactive_anon = p ? NODE_ITEM(p, NR_INACTIVE_ANON) : 0;
	e->inactive_file = p ? NODE_ITEM(p, NR_INACTIVE_FILE) : 0;
	e->swap_free = global64(opts.addr_nr_swap_pages);
	emit_submit(&em);
	return 0;
}
FN_EXIT(set_mm_walk, 2, 2, set_mm_walk)
