/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MGLRU on a simulated host: where pages are, how they age, refault and are used. Page tables are walked in one
 * go, whole, without the kernel's filters; a page found young by eviction brings its neighbours along.
 */
#include "lru_gen.h"

#include <errno.h>
#include <string.h>

#define NS_PER_TICK (1000000000ULL / HZ)
/* Of the cost of a scan: one entry of a page table, in a walk in order. Chosen by eye. */
#define WALK_SHARE 16

struct rs_lrugen *rs_lrugen(const struct rs_sim *sim, unsigned int memcg)
{
	return sim->memcgs[memcg].lrugen;
}

int rs_lru_gen_init(struct rs_sim *sim, unsigned int memcg)
{
	struct rs_lrugen *g = calloc(1, sizeof(*g));

	if (!g)
		return -ENOMEM;
	g->state.max_seq = MIN_NR_GENS + 1;
	sim->memcgs[memcg].lrugen = g;
	return 0;
}

struct rs_gen_folio rs_gen_folio_of(const struct rs_sim *sim, uint32_t page, bool file)
{
	uint8_t hot = sim->hot[page];
	uint16_t cold = sim->cold[page];

	return (struct rs_gen_folio){
		.nr_pages = 1,
		.zid = page_zone(sim, page),
		.gen = (cold & PG_GEN_MASK) >> PG_GEN_SHIFT,
		.bits = (cold & PG_REFS_MASK) >> PG_REFS_SHIFT,
		.file = file,
		.anon = !file,
		.lru = true,
		.active = hot & PG_ACTIVE,
		.referenced = hot & PG_REFERENCED,
		.workingset = hot & PG_WORKINGSET,
		.dirty = hot & PG_DIRTY,
		.writeback = cold & PG_WRITEBACK,
		.reclaim = hot & PG_RECLAIM,
		.swapcache = !file && cold & PG_BACKED,
		.mapped = !(hot & PG_UNMAPPED),
	};
}

static void set_bits(struct rs_sim *sim, uint32_t page, uint16_t mask, unsigned int shift, unsigned int value)
{
	sim->cold[page] = (sim->cold[page] & ~mask) | (value << shift & mask);
}

/* lru_gen_is_active(): the two youngest generations count as active. */
static enum lru_list list_of(const struct rs_lrugen *g, unsigned int gen, bool file)
{
	bool active = gen == lru_gen_from_seq(g->state.max_seq) || gen == lru_gen_from_seq(g->state.max_seq - 1);

	return (file ? LRU_FILE : 0) + (active ? LRU_ACTIVE : 0);
}

static void count(struct rs_sim *sim, unsigned int memcg, uint32_t page, unsigned int gen, bool file, int nr)
{
	struct rs_lrugen *g = rs_lrugen(sim, memcg);
	unsigned int zone = page_zone(sim, page);

	g->nr_pages[gen][file][zone] += nr;
	rs_lruvec_count(sim, memcg, zone, list_of(g, gen, file), nr);
}

static unsigned int page_gen(const struct rs_sim *sim, uint32_t page)
{
	return (sim->cold[page] & PG_GEN_MASK) >> PG_GEN_SHIFT;
}

static struct rs_queue *queue_of(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file)
{
	return &rs_lrugen(sim, memcg)->queue[page_gen(sim, page)][file][page_zone(sim, page)];
}

static void compact(struct rs_sim *sim, struct rs_lrugen *g)
{
	unsigned int gen, type, zone;

	for (gen = 0; gen < MAX_NR_GENS; gen++)
		for (type = 0; type < ANON_AND_FILE; type++)
			for (zone = 0; zone < RS_GEN_ZONES; zone++)
				rs_queue_rewrite(sim, &g->queue[gen][type][zone]);
	g->nr_left = 0;
	g->left[0] = g->left[1] = false;
}

/* Puts a page of a generation, already counted there, at the head or tail of its list. */
void rs_lru_gen_push(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file, bool tail)
{
	if (tail)
		rs_queue_push_tail(sim, queue_of(sim, memcg, page, file), page_slot(sim, page));
	else
		rs_queue_push(sim, queue_of(sim, memcg, page, file), page_slot(sim, page));
}

static void add(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file, bool reclaiming)
{
	struct rs_lrugen *g = rs_lrugen(sim, memcg);
	const struct rs_gen_folio folio = rs_gen_folio_of(sim, page, file);
	uint64_t seq = lru_gen_folio_seq(&g->state, &folio, reclaiming, sim->rules, NULL);

	sim->hot[page] &= ~PG_ACTIVE;
	set_bits(sim, page, PG_GEN_MASK, PG_GEN_SHIFT, lru_gen_from_seq(seq));
	count(sim, memcg, page, lru_gen_from_seq(seq), file, 1);
	rs_lru_gen_push(sim, memcg, page, file, reclaiming);
}

void rs_lru_gen_add(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file)
{
	add(sim, memcg, page, file, false);
}

/* It belongs to another generation from now on; where its slot is is another matter. */
void rs_lru_gen_move(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file, unsigned int gen)
{
	count(sim, memcg, page, page_gen(sim, page), file, -1);
	set_bits(sim, page, PG_GEN_MASK, PG_GEN_SHIFT, gen);
	count(sim, memcg, page, gen, file, 1);
}

/* A page that was taken off its list does not come back as it is. */
void rs_lru_gen_uncount(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file)
{
	count(sim, memcg, page, page_gen(sim, page), file, -1);
}

/* The slot stays behind, in whichever list it is: that of the generation the page was in when it was last moved. */
void rs_lru_gen_del(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file)
{
	struct rs_lrugen *g = rs_lrugen(sim, memcg);
	uint64_t *state = sim->memcgs[memcg].lruvec.state;

	if (rs_stamp_next_wraps(sim, page, g->left) ||
	    ++g->nr_left > (state[0] + state[1] + state[2] + state[3]) / 8 + 1024)
		compact(sim, g);
	rs_stamp_next(sim, page, g->left);
	count(sim, memcg, page, page_gen(sim, page), file, -1);
}

/* lru_gen_rotate: a page that was written is next, in the oldest generation. */
void rs_lru_gen_rotate(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file)
{
	rs_lru_gen_del(sim, memcg, page, file);
	sim->hot[page] &= ~PG_ACTIVE;
	add(sim, memcg, page, file, true);
}

/* folio_inc_refs(), lru_gen_inc_refs() from 6.18 on: uses through file descriptors are counted. */
void rs_lru_gen_accessed(struct rs_sim *sim, uint32_t page)
{
	unsigned int refs = (sim->cold[page] & PG_REFS_MASK) >> PG_REFS_SHIFT, most = (1 << LRU_REFS_WIDTH) - 1;

	if (!(sim->hot[page] & PG_REFERENCED)) {
		sim->hot[page] |= PG_REFERENCED;
		if (sim->rules->lru_gen_tier_flags)
			refs = 0;
	} else if (sim->rules->lru_gen_tier_flags ? refs == most : !(sim->hot[page] & PG_WORKINGSET)) {
		sim->hot[page] |= PG_WORKINGSET;
	} else if (refs < most) {
		refs++;
	}
	set_bits(sim, page, PG_REFS_MASK, PG_REFS_SHIFT, refs);
}

static void count_refault(struct rs_sim *sim, unsigned int memcg, const struct rs_lru_gen_refault_result *r, bool file)
{
	sim->counts.workingset_activate[file] += r->activate;
	sim->counts.workingset_restore[file] += r->workingset;
	if (!r->activate)
		return;
	for (;; memcg = sim->memcgs[memcg].limits.parent) {
		sim->memcgs[memcg].lruvec.activate[file]++;
		if (!memcg)
			break;
	}
}

void rs_lru_gen_refault(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file)
{
	const struct rs_shadow shadow = unpack_shadow(sim->shadow[page], &rs_shadow_layout);
	struct rs_lrugen *g = rs_lrugen(sim, memcg);
	const struct rs_lru_gen_refault in = {
		.lrugen = &g->state,
		.file = file,
		.in_fault = !(sim->hot[page] & PG_UNMAPPED),
	};
	struct rs_lru_gen_refault_result r;
	unsigned int refs;

	if (shadow.memcgid != memcg)
		return;
	sim->counts.workingset_refault[file]++;
	r = lru_gen_refault(&in, &shadow, &rs_shadow_layout, sim->rules, NULL);
	if (!r.recent)
		return;
	g->state.refaulted[file][r.tier]++;
	count_refault(sim, memcg, &r, file);
	if (r.workingset)
		sim->hot[page] |= PG_WORKINGSET;
	/* up to 6.12 it counts as used as often as can be told; later what was known of it comes back */
	refs = sim->rules->lru_gen_tier_flags ? (r.workingset ? 0 : r.refs - 1) : r.workingset ? 3 : 0;
	set_bits(sim, page, PG_REFS_MASK, PG_REFS_SHIFT, refs);
}

/* ---- Generations. ---- */

struct lru_gen_sizes rs_lru_gen_sizes(const struct rs_sim *sim, unsigned int memcg)
{
	const struct rs_lrugen *g = rs_lrugen(sim, memcg);
	struct lru_gen_sizes s = { .max_seq = g->state.max_seq };
	unsigned int gen, type, zone;

	for (type = 0; type < ANON_AND_FILE; type++)
		s.min_seq[type] = g->state.min_seq[type];
	for (gen = 0; gen < MAX_NR_GENS; gen++)
		for (type = 0; type < ANON_AND_FILE; type++)
			for (zone = 0; zone < RS_GEN_ZONES; zone++)
				s.nr_pages[gen][type][zone] = g->nr_pages[gen][type][zone];
	return s;
}

void rs_lru_gen_look_for_empty(struct rs_sim *sim, struct rs_lrugen *g)
{
	unsigned int gen, type, zone;

	for (gen = 0; gen < MAX_NR_GENS; gen++) {
		for (type = 0; type < ANON_AND_FILE; type++) {
			g->state.empty[gen][type] = true;
			for (zone = 0; zone < RS_GEN_ZONES; zone++)
				if (!rs_queue_is_empty(sim, &g->queue[gen][type][zone]))
					g->state.empty[gen][type] = false;
		}
	}
}

/* folio_update_gen(): the page is found where it is, and moved when a scan comes to it. */
void rs_lru_gen_promote(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file)
{
	unsigned int gen = lru_gen_from_seq(rs_lrugen(sim, memcg)->state.max_seq);

	sim->hot[page] &= ~PG_YOUNG;
	/* from 6.18 on the first time is only remembered */
	if (sim->rules->lru_gen_tier_flags && !(sim->hot[page] & (PG_REFERENCED | PG_WORKINGSET))) {
		sim->hot[page] |= PG_REFERENCED;
		set_bits(sim, page, PG_REFS_MASK, PG_REFS_SHIFT, 0);
		return;
	}
	if (gen == page_gen(sim, page))
		return;
	rs_lru_gen_move(sim, memcg, page, file, gen);
	set_bits(sim, page, PG_REFS_MASK, PG_REFS_SHIFT, 0);
	sim->hot[page] &= ~(PG_REFERENCED | PG_WORKINGSET);
}

/* All page tables that map pages of the cgroup. Returns how many entries there were. */
static uint64_t walk_page_tables(struct rs_sim *sim, unsigned int memcg)
{
	uint64_t nr = 0;
	unsigned int i;
	uint32_t page;

	for (i = 0; i < sim->nr_areas; i++) {
		const struct rs_area *area = &sim->areas[i];

		if (area->conf.cgroup != memcg || (area_is_file(area) && !area->conf.mapped))
			continue;
		for (page = area->first; page < area->first + area->nr; page++) {
			nr += sim->hot[page] & PG_RESIDENT;
			if ((sim->hot[page] & (PG_RESIDENT | PG_YOUNG)) == (PG_RESIDENT | PG_YOUNG))
				rs_lru_gen_promote(sim, memcg, page, area_is_file(area));
		}
	}
	return nr;
}

/* inc_min_seq(): what is left in a generation that has to go joins the next. */
static void fold_oldest(struct rs_sim *sim, unsigned int memcg, bool file)
{
	struct rs_lrugen *g = rs_lrugen(sim, memcg);
	unsigned int old = lru_gen_from_seq(g->state.min_seq[file]), next = (old + 1) % MAX_NR_GENS, zone;
	uint32_t page;

	for (zone = 0; zone < RS_GEN_ZONES; zone++) {
		while (rs_queue_take(sim, &g->queue[old][file][zone], &page, 1)) {
			if (page_gen(sim, page) == old)
				rs_lru_gen_move(sim, memcg, page, file, next);
			/* a page that was promoted goes to where it belongs, the others to the tail of the next */
			rs_lru_gen_push(sim, memcg, page, file, page_gen(sim, page) == next);
		}
	}
}

/*
 * What was in the second youngest generation counts as inactive from now on. Pages that could not be folded are where
 * the youngest will be, and so become a part of it.
 */
static void count_as_inactive(struct rs_sim *sim, unsigned int memcg)
{
	struct rs_lrugen *g = rs_lrugen(sim, memcg);
	unsigned int gen = lru_gen_from_seq(g->state.max_seq - 1), youngest = lru_gen_from_seq(g->state.max_seq + 1);
	unsigned int type, zone;

	for (type = 0; type < ANON_AND_FILE; type++) {
		for (zone = 0; zone < RS_GEN_ZONES; zone++) {
			int64_t nr = g->nr_pages[gen][type][zone] - g->nr_pages[youngest][type][zone];

			rs_lruvec_count(sim, memcg, zone, type * LRU_FILE + LRU_ACTIVE, -nr);
			rs_lruvec_count(sim, memcg, zone, type * LRU_FILE, nr);
		}
	}
}

/* try_to_inc_max_seq(). */
bool rs_lru_gen_age(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg, int swappiness)
{
	struct rs_lrugen *g = rs_lrugen(sim, memcg);
	uint64_t walked = walk_page_tables(sim, memcg);
	int type;

	/* inc_min_seq() leaves those of a type alone that is not evicted */
	for (type = min_type(swappiness); type <= max_type(swappiness, sim->rules); type++)
		if (get_nr_gens(&g->state, type) == MAX_NR_GENS)
			fold_oldest(sim, memcg, type);
	count_as_inactive(sim, memcg);
	inc_max_seq(&g->state, NULL);
	g->timestamps[lru_gen_from_seq(g->state.max_seq)] = rs_now(&sim->sched) / NS_PER_TICK;
	rs_spend(sc->thread, walked * sim->conf.costs.rmap / WALK_SHARE);
	return true;
}
