/* SPDX-License-Identifier: GPL-2.0-only */
/* MGLRU on a simulated host: eviction, and the order of cgroups. */
#include <string.h>

#include "../model/scan_balance.h"
#include "lru_gen.h"

#define NS_PER_TICK (1000000000ULL / HZ)
/* lru_gen_look_around(): so many page table entries around one that was found young. */
#define LOOK_AROUND MIN_LRU_BATCH

/* ---- Pages. ---- */

struct taken {
	uint32_t pages[MIN_LRU_BATCH];
	unsigned int nr;
};

/* isolate_folio(): what it leaves of the flags. */
static void isolated(struct rs_sim *sim, uint32_t page, struct taken *t)
{
	if (!(sim->hot[page] & PG_REFERENCED)) {
		sim->cold[page] &= ~PG_REFS_MASK;
		if (!sim->rules->lru_gen_tier_flags)
			sim->hot[page] &= ~PG_WORKINGSET;
	}
	sim->hot[page] &= ~PG_RECLAIM;
	if (!sim->rules->lru_gen_tier_flags)
		sim->hot[page] &= ~PG_REFERENCED;
	t->pages[t->nr++] = page;
}

/* folio_inc_gen(): to the generation after the one it is in, where its uses are counted anew. */
static void next_gen(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file)
{
	unsigned int gen = (sim->cold[page] & PG_GEN_MASK) >> PG_GEN_SHIFT;

	sim->cold[page] &= ~PG_REFS_MASK;
	sim->hot[page] &= sim->rules->lru_gen_tier_flags ? ~PG_REFERENCED : ~(PG_REFERENCED | PG_WORKINGSET);
	rs_lru_gen_move(sim, memcg, page, file, (gen + 1) % MAX_NR_GENS);
	rs_lru_gen_push(sim, memcg, page, file, false);
}

/* One call of scan_folios(). */
static void scan(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg, struct scan_folios *s,
		 uint64_t nr_to_scan, struct taken *t)
{
	struct rs_lrugen *g = rs_lrugen(sim, memcg);
	bool file = s->type == LRU_GEN_FILE;
	unsigned int turn;
	int tier;

	scan_folios_begin(s, &g->state, nr_to_scan, sim->rules);
	for (turn = 0; turn < MAX_NR_ZONES && !s->over; turn++) {
		int zone = scan_folios_zone(s, turn);
		struct rs_queue *q, moved = { 0 };
		uint32_t page;

		if (zone >= RS_GEN_ZONES)
			continue;
		q = &g->queue[s->gen][file][zone];
		while (!s->zone_over && rs_queue_take(sim, q, &page, 1)) {
			const struct rs_gen_folio folio = rs_gen_folio_of(sim, page, file);

			switch (scan_folios_step(s, &folio, sim->rules, NULL)) {
			case RS_SCAN_ISOLATED:
				isolated(sim, page, t);
				break;
			case RS_SCAN_PROMOTED:
				rs_lru_gen_push(sim, memcg, page, file, false);
				break;
			case RS_SCAN_SKIPPED:
			case RS_SCAN_RACED:
				rs_queue_push(sim, &moved, page_slot(sim, page));
				break;
			case RS_SCAN_CULLED:
			case RS_SCAN_LAZYFREE:
			case RS_SCAN_PROTECTED:
			case RS_SCAN_INELIGIBLE:
			case RS_SCAN_WRITEBACK:
				next_gen(sim, memcg, page, file);
				break;
			}
		}
		/* what was skipped goes back to the head of its list */
		while (rs_queue_take(sim, &moved, &page, 1))
			rs_queue_push(sim, q, page_slot(sim, page));
		scan_folios_end_zone(s);
	}
	for (tier = 0; tier < MAX_NR_TIERS; tier++)
		g->state.protected[file][tier] += s->protected[tier];
	(void)sc;
}

static void look_around(struct rs_sim *sim, unsigned int memcg, uint32_t page)
{
	const struct rs_area *area = area_of(sim, page);
	bool file = area_is_file(area);
	uint32_t at = page - (page - area->first) % LOOK_AROUND;
	uint32_t end = rs_min(at + LOOK_AROUND, area->first + area->nr);

	for (; at < end; at++)
		if (at != page && (sim->hot[at] & (PG_RESIDENT | PG_YOUNG | PG_UNMAPPED)) == (PG_RESIDENT | PG_YOUNG))
			rs_lru_gen_promote(sim, memcg, at, file);
}

/* lru_gen_eviction(): the shadow, and what was evicted of its tier. */
static void evict_page(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file)
{
	struct rs_lrugen *g = rs_lrugen(sim, memcg);
	const struct rs_gen_folio folio = rs_gen_folio_of(sim, page, file);
	struct rs_shadow shadow = lru_gen_eviction(&g->state, &folio, sim->rules);
	unsigned int refs = folio_lru_refs(&folio, sim->rules);

	shadow.memcgid = memcg;
	g->state.evicted[file][lru_tier_from_refs(refs, folio.workingset, sim->rules)]++;
	sim->shadow[page] = pack_shadow(&shadow, &rs_shadow_layout, file);
}

struct shrunk {
	unsigned int nr_freed, nr_mapped, nr_written, freed_of[RS_GEN_ZONES];
	uint32_t written[MIN_LRU_BATCH];
	struct reclaim_stat stat;
};

static void shrink_page(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg, bool file, uint32_t page,
			struct shrunk *o)
{
	bool exec = file && sim->any_exec && area_of(sim, page)->conf.exec, was_dirty = sim->hot[page] & PG_DIRTY;
	unsigned int refs = (sim->cold[page] & PG_REFS_MASK) >> PG_REFS_SHIFT, zone = page_zone(sim, page);
	unsigned int flags = sim->hot[page] | (sim->cold[page] & (PG_WRITEBACK | (file ? 0 : PG_BACKED))) << 8;
	bool mapped = !(sim->hot[page] & PG_UNMAPPED), young = mapped && sim->hot[page] & PG_YOUNG;
	const struct rs_verdict *v =
		rs_verdict_of(sim, rs_verdict_mode(sim, sc, file, exec, memcg) | rs_verdict_refs(refs), flags);

	o->nr_mapped += mapped;
	if (rs_verdict_carry_out(sim, memcg, page, v, &o->stat))
		o->written[o->nr_written++] = page;
	if (v->fate == RS_FATE_FREE) {
		evict_page(sim, memcg, page, file);
		rs_lru_gen_uncount(sim, memcg, page, file);
		sim->hot[page] &= PG_UNMAPPED;
		sim->cold[page] &= ~(PG_REFS_MASK | PG_GEN_MASK);
		o->freed_of[zone]++;
		o->nr_freed++;
		return;
	}
	if (young)
		look_around(sim, memcg, page);
	rs_lru_gen_uncount(sim, memcg, page, file);
	/* evict_folios(): whatever was not freed is young, unless it waits for being written */
	if (!(sim->hot[page] & PG_RECLAIM && (was_dirty || sim->cold[page] & PG_WRITEBACK))) {
		sim->hot[page] = (sim->hot[page] & ~(PG_REFERENCED | PG_WORKINGSET)) | PG_ACTIVE;
		sim->cold[page] &= ~PG_REFS_MASK;
		sim->counts.pgactivate++;
	}
	rs_lru_gen_add(sim, memcg, page, file);
}

static void shrink_taken(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg, bool file,
			 const struct taken *t, uint64_t scanned)
{
	struct shrunk o;
	struct shrink_inactive_list end = { .file = file, .writeback_throttling_sane = true, .nr_taken = t->nr };
	unsigned int i;

	memset(&o, 0, sizeof(o));
	for (i = 0; i < t->nr; i++)
		shrink_page(sim, sc, memcg, file, t->pages[i], &o);
	for (i = 0; i < RS_GEN_ZONES; i++)
		if (o.freed_of[i])
			rs_free(sim, i, o.freed_of[i]);
	if (o.nr_freed)
		rs_uncharge(sim, memcg, o.nr_freed);
	rs_count_scan(sim, sc, file, t->nr, o.nr_freed);
	sc->nr_scanned += t->nr;
	sc->nr_reclaimed += o.nr_freed;
	rs_pageout(sim, sc->thread, file, o.written, o.nr_written);
	rs_spend(sc->thread, scanned * sim->conf.costs.scan + (uint64_t)o.nr_mapped * sim->conf.costs.rmap +
			     (uint64_t)o.nr_freed * sim->conf.costs.reclaim);
	end.stat = o.stat;
	if (t->nr && shrink_inactive_list(&end, &sc->nr, sim->rules, NULL).wakeup_flusher_threads) {
		sim->flush_all = true;
		rs_wake(sim->flusher, rs_now(&sim->sched));
	}
}

/* evict_folios(). */
static int64_t evict(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg, int swappiness,
		     uint64_t nr_to_scan, bool *need_swapping)
{
	struct rs_lrugen *g = rs_lrugen(sim, memcg);
	struct taken t = { .nr = 0 };
	struct isolate_folios iso;
	struct scan_folios s;
	struct evict_folios in = { .lrugen = &g->state, .swappiness = swappiness };
	bool file, again;
	int64_t ret;

	isolate_folios_begin(&iso, &g->state, swappiness, sc->gfp, sim->rules, NULL);
	do {
		s = (struct scan_folios){
			.type = iso.type,
			.tier = iso.tier,
			.reclaim_idx = rs_min(sc->reclaim_idx, MAX_NR_ZONES - 1),
			.gfp_mask = sc->gfp,
			.may_unmap = sc->may_unmap,
			.may_writepage = sc->may_writepage,
		};
		file = iso.type == LRU_GEN_FILE;
		scan(sim, sc, memcg, &s, nr_to_scan, &t);
		again = isolate_folios_step(&iso, &s, &g->state, sim->rules, NULL);
	} while (again);
	in.scanned = iso.ret;
	rs_lru_gen_look_for_empty(sim, g);
	ret = evict_folios(&in, sim->rules, NULL);
	try_to_inc_min_seq(&g->state, swappiness, sim->rules, NULL);
	*need_swapping |= t.nr && !file;
	shrink_taken(sim, sc, memcg, file, &t, iso.ret);
	return ret;
}

/* ---- A cgroup. ---- */

static struct mem_cgroup_below below(const struct rs_sim *sim, const struct rs_scan_control *sc, unsigned int memcg)
{
	const struct rs_memcg *m = &sim->memcgs[memcg];

	return (struct mem_cgroup_below){
		.usage = m->usage,
		.emin = m->emin,
		.elow = m->elow,
		.is_root = memcg == 0,
		.is_target = sc->target == (int)memcg,
	};
}

static int swappiness_of(const struct rs_sim *sim, const struct rs_scan_control *sc, unsigned int memcg)
{
	const struct get_swappiness in = {
		.swap_pages = rs_swap_pages(sim, memcg),
		.may_swap = sc->may_swap,
		.swappiness = sim->conf.swappiness,
	};

	return lru_gen_turn_swappiness(get_swappiness(&in, sim->rules, NULL), sc->may_swap, sc->target >= 0, sim->rules);
}

static bool zones_ok(struct rs_sim *sim, const struct rs_scan_control *sc)
{
	int i;

	if (sc->order)
		rs_fill_blocks(sim);
	for (i = 0; i <= sc->reclaim_idx && i < MAX_NR_ZONES; i++) {
		const struct zone *zone = &sim->zones[i];

		if (managed_zone(zone) &&
		    !zone_watermark_ok(zone, sc->order, should_abort_scan_mark(wmark_pages(zone, WMARK_HIGH)),
				       sc->reclaim_idx, 0, sim->rules, NULL))
			return false;
	}
	return true;
}

static struct get_nr_to_scan ask(const struct rs_sim *sim, const struct rs_scan_control *sc, unsigned int memcg,
				 const struct lru_gen_sizes *sizes, int swappiness)
{
	return (struct get_nr_to_scan){
		.sizes = sizes,
		.size = lruvec_evictable_size(sizes, swappiness, sim->rules),
		.swappiness = swappiness,
		.priority = sc->priority,
		.memcg = below(sim, sc, memcg),
		.memcg_low_reclaim = sc->memcg_low_reclaim,
		.online = true,
		.kswapd = sc->kswapd,
	};
}

static bool aborts(struct rs_sim *sim, struct rs_scan_control *sc, uint64_t seq_moved, bool need_swapping)
{
	const struct should_abort_scan in = {
		.nr_reclaimed = sc->nr_reclaimed,
		.nr_to_reclaim = sc->nr_to_reclaim,
		.order = sc->order,
		.priority = sc->priority,
		.kswapd = sc->kswapd,
		.root_reclaim = sc->target < 0,
		.zones_ok = zones_ok(sim, sc),
		.max_seq_moved = seq_moved,
		.last_reclaimed = sc->last_reclaimed,
		.need_swapping = need_swapping,
	};
	struct should_abort_scan_result r = should_abort_scan(&in, sim->rules, NULL);

	sc->nr_reclaimed += r.credit;
	return r.abort;
}

/* try_to_shrink_lruvec(). true: the cgroup has had its turn. */
static bool try_to_shrink(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg)
{
	struct rs_lrugen *g = rs_lrugen(sim, memcg);
	struct try_to_shrink_lruvec s = { 0 };
	uint64_t max_seq = g->state.max_seq;
	bool need_swapping = false;

	while (!sim->error) {
		const struct lru_gen_sizes sizes = rs_lru_gen_sizes(sim, memcg);
		int swappiness = swappiness_of(sim, sc, memcg);
		const struct get_nr_to_scan in = ask(sim, sc, memcg, &sizes, swappiness);
		enum rs_lru_gen_step step = try_to_shrink_lruvec_turn(&s, &in, sim->rules, NULL);
		int64_t delta;

		if (step == RS_LRU_GEN_AGE)
			step = try_to_shrink_lruvec_aged(&s, rs_lru_gen_age(sim, sc, memcg, swappiness), sim->rules, NULL);
		if (step != RS_LRU_GEN_EVICT)
			break;
		delta = evict(sim, sc, memcg, swappiness, s.nr_batch, &need_swapping);
		if (try_to_shrink_lruvec_evicted(&s, delta, sim->rules, NULL) != RS_LRU_GEN_ASK)
			break;
		if (!try_to_shrink_lruvec_goes_on(&s, aborts(sim, sc, g->state.max_seq - max_seq, need_swapping), delta,
						  sc->target < 0, sim->rules, NULL))
			break;
	}
	return s.need_rotate;
}

/* ---- The order of cgroups. ---- */

static void rotate_memcg(struct rs_sim *sim, struct rs_lrugen *g, enum memcg_lru_op op)
{
	const struct lru_gen_rotate_memcg in = { .op = op, .gen = g->gen, .seq = sim->memcg_lru_seq };
	struct lru_gen_rotate_memcg_result r;

	if (op == MEMCG_LRU_NOP)
		return;
	r = lru_gen_rotate_memcg(&in, NULL);
	g->gen = r.gen;
	g->seg = r.seg;
}

static enum memcg_lru_op shrink_memcg(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg)
{
	struct rs_lrugen *g = rs_lrugen(sim, memcg);
	const struct mem_cgroup_below protection = below(sim, sc, memcg);
	enum memcg_lru_op op = MEMCG_LRU_NOP;
	bool need_rotate;

	rs_spend(sc->thread, sim->conf.costs.shrink_node);
	if (shrink_one_visit(&protection, g->seg, &op, sim->rules, NULL) == RS_SHRINK_ONE_SKIPPED)
		return op;
	sc->slab_reclaimed = 0;
	need_rotate = try_to_shrink(sim, sc, memcg);
	rs_shrink_slab(sim, sc, memcg, sc->priority);
	sc->nr_reclaimed += sc->slab_reclaimed;
	{
		const struct lru_gen_sizes sizes = rs_lru_gen_sizes(sim, memcg);
		uint64_t size = lruvec_evictable_size(&sizes, swappiness_of(sim, sc, memcg), sim->rules);

		return shrink_one(need_rotate, true, lruvec_is_sizable(size, sc->priority, true, NULL), g->seg, NULL);
	}
}

/* One of the oldest generation, from @from on; -1: none. */
static int next_memcg(const struct rs_sim *sim, unsigned int from)
{
	unsigned int i;

	for (i = from; i < sim->nr_memcgs; i++)
		if (rs_lrugen(sim, i)->gen == sim->memcg_lru_seq % MEMCG_NR_GENS)
			return i;
	return -1;
}

/* shrink_many(): each cgroup of the oldest generation, until there is enough. Bins are left out. */
static void shrink_many(struct rs_sim *sim, struct rs_scan_control *sc)
{
	int memcg = next_memcg(sim, 0);
	unsigned int visits = 0;

	while (memcg >= 0 && visits++ < 2 * sim->nr_memcgs && !sim->error) {
		rotate_memcg(sim, rs_lrugen(sim, memcg), shrink_memcg(sim, sc, memcg));
		if (aborts(sim, sc, 0, false))
			break;
		memcg = next_memcg(sim, memcg + 1);
		if (memcg < 0 && next_memcg(sim, 0) < 0) {
			sim->memcg_lru_seq++;
			memcg = next_memcg(sim, 0);
		}
	}
	if (next_memcg(sim, 0) < 0)
		sim->memcg_lru_seq++;
}

static int initial_priority(struct rs_sim *sim, const struct rs_scan_control *sc)
{
	const uint64_t *state = sim->memcgs[0].lruvec.state;
	const struct set_initial_priority in = {
		.nr_to_reclaim = sc->nr_to_reclaim,
		.inactive_file = state[LRU_INACTIVE_FILE],
		.inactive_anon = state[LRU_INACTIVE_ANON],
		.priority = sc->priority,
		.can_reclaim_anon = can_reclaim_anon_pages(rs_swap_pages(sim, 0), false),
	};

	return set_initial_priority(&in, NULL);
}

void rs_lru_gen_shrink_node(struct rs_sim *sim, struct rs_scan_control *sc)
{
	uint64_t reclaimed = sc->nr_reclaimed;

	if (lru_gen_shrink_node_skips(sc->may_writepage, sc->may_unmap, NULL))
		return;
	sc->priority = initial_priority(sim, sc);
	if (sc->kswapd)
		sc->nr_reclaimed = 0;
	rs_protect(sim, sc->target);
	shrink_many(sim, sc);
	if (sc->kswapd)
		sc->nr_reclaimed += reclaimed;
}

void rs_lru_gen_shrink_lruvec(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg)
{
	if (try_to_shrink(sim, sc, memcg))
		rotate_memcg(sim, rs_lrugen(sim, memcg), MEMCG_LRU_YOUNG);
}

/* lru_gen_age_node(): kswapd, before it reclaims. Up to 6.1 it ages; it always looks at min_ttl_ms. */
void rs_lru_gen_age_node(struct rs_sim *sim, struct rs_scan_control *sc)
{
	uint64_t jiffies = rs_clock(sc->thread) / NS_PER_TICK;
	bool reclaimable = !sim->conf.min_ttl_ms;
	unsigned int i;

	sc->last_reclaimed = sc->nr_reclaimed;
	for (i = 0; i < sim->nr_memcgs; i++) {
		const struct lru_gen_sizes sizes = rs_lru_gen_sizes(sim, i);
		const struct get_nr_to_scan in = ask(sim, sc, i, &sizes, swappiness_of(sim, sc, i));
		const struct lruvec_is_reclaimable ttl = {
			.memcg = in.memcg,
			.sizes = &sizes,
			.timestamps = rs_lrugen(sim, i)->timestamps,
			.jiffies = jiffies,
			.min_ttl = sim->conf.min_ttl_ms * HZ / 1000,
			.swappiness = in.swappiness,
			.sizable = lruvec_is_sizable(in.size, sc->priority, true, NULL),
		};

		reclaimable |= lruvec_is_reclaimable(&ttl, sim->rules, NULL);
		if (sim->rules->kswapd_ages_node && should_run_aging(&in, sim->rules, NULL))
			rs_lru_gen_age(sim, sc, i, in.swappiness);
	}
	if (!reclaimable && sim->nr_tasks)
		rs_out_of_memory(sim, &sim->tasks[0], GFP_KERNEL, -1);
}
