/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The classic lists of a cgroup, scanned. A batch is scanned at one instant of the simulated clock and paid for
 * afterwards: nothing is ever seen isolated, so too_many_isolated() never holds anybody back.
 */
#include <string.h>

#include "../model/isolate.h"
#include "../model/scan_balance.h"
#include "host.h"

struct batch {
	uint32_t pages[SWAP_CLUSTER_MAX];
	struct rs_ahead ahead;
	unsigned int nr, nr_scanned, nr_passed; /* of isolate_lru_folios(): scan, total_scan */
};

/* Could isolation pass over a page, or turn it away? If not, nothing needs to be asked of each. */
static bool isolates_all(const struct rs_sim *sim, const struct rs_scan_control *sc)
{
	struct isolate_lru_folios s = { .nr_to_scan = 1, .reclaim_idx = sc->reclaim_idx, .may_unmap = sc->may_unmap };
	const struct rs_tail_folio folio = { .nr_pages = 1, .zid = sim->highest_zone, .lru = true, .mapped = true };

	return isolate_lru_folios_step(&s, &folio, sim->rules, NULL) == RS_ISOLATE_TAKEN;
}

/* Page by page, where some are skipped. They go to the head of the list, as those that cannot be taken. */
static void isolate_each(struct rs_sim *sim, const struct rs_scan_control *sc, struct rs_queue *q,
			 unsigned int nr_to_scan, struct batch *b)
{
	struct isolate_lru_folios s = {
		.nr_to_scan = nr_to_scan,
		.reclaim_idx = sc->reclaim_idx,
		.may_unmap = sc->may_unmap,
	};
	uint64_t left = q->nr;
	uint32_t page;

	while (left-- && isolate_lru_folios_goes_on(&s) && rs_queue_take(sim, q, &page, 1)) {
		const struct rs_tail_folio folio = {
			.nr_pages = 1,
			.zid = page_zone(sim, page),
			.lru = true,
			.mapped = !(sim->hot[page] & PG_UNMAPPED),
		};

		if (isolate_lru_folios_step(&s, &folio, sim->rules, NULL) == RS_ISOLATE_TAKEN)
			b->pages[b->nr++] = page;
		else
			rs_queue_push(sim, q, page_slot(sim, page));
	}
	b->nr_scanned = s.scan;
	b->nr_passed = s.total_scan;
}

static void isolate(struct rs_sim *sim, const struct rs_scan_control *sc, struct rs_queue *q, unsigned int nr_to_scan,
		    struct batch *b)
{
	b->nr = 0;
	if (sc->isolates_all) {
		rs_queue_ahead(sim, q, &b->ahead, nr_to_scan);
		b->nr = b->nr_scanned = b->nr_passed = rs_queue_take(sim, q, b->pages, nr_to_scan);
	} else {
		memset(&b->ahead, 0, sizeof(b->ahead));
		isolate_each(sim, sc, q, nr_to_scan, b);
	}
}

void rs_count_scan(struct rs_sim *sim, const struct rs_scan_control *sc, bool file, uint64_t scanned,
		   uint64_t reclaimed)
{
	struct rs_sim_counts *c = &sim->counts;

	*(sc->target >= 0 ? &c->pgscan_memcg : sc->kswapd ? &c->pgscan_kswapd : &c->pgscan_direct) += scanned;
	*(sc->target >= 0 ? &c->pgsteal_memcg : sc->kswapd ? &c->pgsteal_kswapd : &c->pgsteal_direct) += reclaimed;
	c->pgscan[file] += scanned;
	c->pgsteal[file] += reclaimed;
}

static void count_moved_in(struct rs_sim *sim, unsigned int memcg, unsigned int zone, unsigned int nr,
			   enum lru_list from, enum lru_list to)
{
	if (!nr)
		return;
	rs_lruvec_count(sim, memcg, zone, from, -(int64_t)nr);
	if (to < NR_EVICTABLE_LISTS)
		rs_lruvec_count(sim, memcg, zone, to, nr);
	else
		rs_free(sim, zone, nr);
}

/* Pages leave a list: for another, or freed (NR_EVICTABLE_LISTS). */
static void count_moved(struct rs_sim *sim, unsigned int memcg, const uint32_t *pages, unsigned int nr,
			enum lru_list from, enum lru_list to)
{
	unsigned int of[MAX_NR_ZONES] = { 0 }, i;
	int zone;

	if (sim->only_zone >= 0) {
		count_moved_in(sim, memcg, sim->only_zone, nr, from, to);
		return;
	}
	for (i = 0; i < nr; i++)
		of[page_zone(sim, pages[i])]++;
	for (zone = 0; zone <= sim->highest_zone; zone++)
		count_moved_in(sim, memcg, zone, of[zone], from, to);
}

/* Pages of a batch, sorted by what becomes of them before it does: which comes next, no branch could foresee. */
struct sorted {
	unsigned int nr[RS_NR_GOES];
	uint32_t pages[RS_NR_GOES * SWAP_CLUSTER_MAX];
};

static const uint32_t *sorted_pages(const struct sorted *s, enum rs_goes to)
{
	return s->pages + to * SWAP_CLUSTER_MAX;
}

/* @counts: of all three, in a byte each. @to: 8 * enum rs_goes. */
static inline void sort_page(struct sorted *s, uint64_t counts, uint32_t page, unsigned int to)
{
	s->pages[to * (SWAP_CLUSTER_MAX / 8) + (counts >> to & 0xff)] = page;
}

static void sorted_all(struct sorted *s, uint64_t counts)
{
	unsigned int to;

	for (to = 0; to < RS_NR_GOES; to++)
		s->nr[to] = counts >> to * 8 & 0xff;
}

struct outcome {
	struct reclaim_stat stat;
	unsigned int nr_written, nr_mapped;
	struct sorted sorted;
	uint32_t written[SWAP_CLUSTER_MAX];
};

/* A page that is not told by its flags in hot[] alone. Returns the word of its verdict. */
static __attribute__((noinline)) uint64_t judge_page(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg,
						     bool file, uint32_t page, struct outcome *o)
{
	const bool exec = file && sim->any_exec && area_of(sim, page)->conf.exec;
	const unsigned int flags = sim->hot[page] | (sim->cold[page] & (PG_WRITEBACK | (file ? 0 : PG_BACKED))) << 8;
	/* what is left of swap may have changed with the page before */
	const struct rs_verdict *v = rs_verdict_of(sim, rs_verdict_mode(sim, sc, file, exec, memcg), flags);

	if (v->plain)
		sim->hot[page] = v->word >> RS_WORD_HOT;
	else if (rs_verdict_carry_out(sim, memcg, page, v, &o->stat))
		o->written[o->nr_written++] = page;
	return v->word;
}

/* What the model says about each page is done to it, in their order. */
static void judge_pages(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg, bool file,
			const struct batch *b, struct outcome *o)
{
	static const uint64_t none[256];
	const uint32_t *soon = b->ahead.pages, *later = soon + RS_AHEAD_FLAGS - RS_AHEAD_SHADOW;
	const struct rs_verdicts *verdicts = sim->verdicts[rs_verdict_mode(sim, sc, file, false, memcg)];
	/* where nothing but its flags in hot[] tells one page from another */
	const uint64_t *plain = verdicts && file && !sim->any_exec && !sim->nr_writeback ? verdicts->plain : none;
	const uint64_t *shadows = sim->shadow;
	uint8_t *hot = sim->hot;
	uint64_t counts = 0;
	unsigned int i;

	for (i = 0; i < b->nr; i++) {
		uint32_t page = b->pages[i];
		uint64_t word = plain[hot[page]];

		rs_ask_ahead(hot, shadows, soon[i], later[i]);
		if (__builtin_expect(word != 0, 1))
			hot[page] = word >> RS_WORD_HOT;
		else
			word = judge_page(sim, sc, memcg, file, page, o);
		sort_page(&o->sorted, counts, page, word >> RS_WORD_GOES & 0xff);
		counts += word;
	}
	o->stat.nr_ref_keep += counts >> RS_WORD_REF_KEEP & 0xff;
	o->nr_mapped = counts >> RS_WORD_MAPPED & 0xff;
	sorted_all(&o->sorted, counts);
}

/* They go where they belong. How many were freed? */
static unsigned int put_pages(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg, bool file,
			      const struct sorted *s)
{
	struct rs_queue *queue = &sim->memcgs[memcg].lruvec.queue[file ? LRU_FILE : LRU_BASE];
	const enum lru_list lru = file ? LRU_FILE : LRU_BASE;
	const uint32_t *active = sorted_pages(s, RS_GOES_ACTIVE), *freed = sorted_pages(s, RS_GOES_FREE);

	rs_queue_push_all(sim, &queue[0], sorted_pages(s, RS_GOES_INACTIVE), s->nr[RS_GOES_INACTIVE]);
	rs_queue_push_all(sim, &queue[LRU_ACTIVE], active, s->nr[RS_GOES_ACTIVE]);
	rs_evict(sim, sc, freed, s->nr[RS_GOES_FREE], file);
	count_moved(sim, memcg, active, s->nr[RS_GOES_ACTIVE], lru, lru + LRU_ACTIVE);
	count_moved(sim, memcg, freed, s->nr[RS_GOES_FREE], lru, NR_EVICTABLE_LISTS);
	return s->nr[RS_GOES_FREE];
}

/* Not before the whole batch is where it belongs: others may run now. A page that is passed over costs a quarter. */
static void spend_scan(struct rs_sim *sim, struct rs_scan_control *sc, const struct batch *b, unsigned int nr_mapped,
		       unsigned int nr_freed)
{
	const struct rs_sim_costs *costs = &sim->conf.costs;

	rs_spend(sc->thread, (uint64_t)b->nr * costs->scan + (b->nr_passed - b->nr) * costs->scan / 4 +
				     (uint64_t)nr_mapped * costs->rmap + (uint64_t)nr_freed * costs->reclaim);
}

static uint64_t shrink_inactive(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg, enum lru_list lru,
				unsigned int nr_to_scan)
{
	bool file = is_file_lru(lru);
	struct rs_lruvec *lruvec = &sim->memcgs[memcg].lruvec;
	struct batch b;
	struct outcome o;
	struct shrink_inactive_list end = { .file = file, .writeback_throttling_sane = true };
	struct shrink_inactive_list_result r;
	unsigned int nr_freed, nr_activated;

	isolate(sim, sc, &lruvec->queue[lru], nr_to_scan, &b);
	if (!b.nr)
		return 0;
	memset(&o, 0, offsetof(struct outcome, sorted.pages));
	judge_pages(sim, sc, memcg, file, &b, &o);
	nr_activated = o.stat.nr_activate[file] = o.sorted.nr[RS_GOES_ACTIVE];
	nr_freed = put_pages(sim, sc, memcg, file, &o.sorted);
	if (nr_freed)
		rs_uncharge(sim, memcg, nr_freed);
	if (nr_activated) {
		rs_age_nonresident(sim, memcg, nr_activated);
		sim->counts.pgactivate += nr_activated;
	}
	rs_count_scan(sim, sc, file, b.nr_scanned, nr_freed);
	sc->nr_scanned += b.nr;
	rs_note_cost(sim, memcg, file,
		     shrink_inactive_list_cost(o.stat.nr_pageout, b.nr_passed, nr_freed, sim->rules));
	end.stat = o.stat;
	end.nr_taken = b.nr;
	r = shrink_inactive_list(&end, &sc->nr, sim->rules, NULL);
	rs_pageout(sim, sc->thread, file, o.written, o.nr_written);
	spend_scan(sim, sc, &b, o.nr_mapped, nr_freed);
	if (r.wakeup_flusher_threads && sim->flusher) {
		sim->flush_all = true;
		rs_wake(sim->flusher, rs_now(&sim->sched));
	}
	if (r.throttle_writeback)
		rs_reclaim_throttle(sim, sc, VMSCAN_THROTTLE_WRITEBACK);
	return nr_freed;
}

/* The model's answers about a page of an active list: which are asked for once. */
static enum rs_active_outcome active_outcome(struct rs_sim *sim, bool referenced, bool exec, bool swapbacked)
{
	unsigned int key = referenced | exec << 1 | swapbacked << 2;

	if (!sim->active_outcome[key]) {
		const struct shrink_active_list in = {
			.referenced = referenced,
			.evictable = true,
			.vm_exec = exec,
			.swapbacked = swapbacked,
		};

		sim->active_outcome[key] = 1 + shrink_active_list(&in, NULL);
	}
	return sim->active_outcome[key] - 1;
}

static void shrink_active(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg, enum lru_list lru,
			  unsigned int nr_to_scan)
{
	bool file = is_file_lru(lru);
	struct rs_lruvec *lruvec = &sim->memcgs[memcg].lruvec;
	struct rs_lru_cost_args cost;
	struct sorted sorted;
	struct batch b;
	unsigned int i, nr_rotated, nr_mapped = 0;
	const uint32_t *inactive = sorted_pages(&sorted, RS_GOES_INACTIVE);
	const uint32_t *later = b.ahead.pages + RS_AHEAD_FLAGS - RS_AHEAD_SHADOW;
	const bool exec = file && sim->any_exec;
	uint8_t *hot = sim->hot;
	uint64_t counts = 0;
	bool goes[2];

	isolate(sim, sc, &lruvec->queue[lru], nr_to_scan, &b);
	for (i = 0; i < 2; i++)
		goes[i] = active_outcome(sim, i, false, !file) == RS_ACTIVE_ROTATED;
	for (i = 0; i < b.nr; i++) {
		uint32_t page = b.pages[i];
		uint8_t flags = hot[page];
		bool mapped = !(flags & PG_UNMAPPED), referenced = mapped && flags & PG_YOUNG,
		     rotated = goes[referenced];

		if (exec && area_of(sim, page)->conf.exec)
			rotated = active_outcome(sim, referenced, true, false) == RS_ACTIVE_ROTATED;
		__builtin_prefetch(&hot[later[i]], 1);
		nr_mapped += mapped;
		flags &= ~PG_YOUNG;
		hot[page] = rotated ? flags : (flags & ~PG_ACTIVE) | PG_WORKINGSET;
		sort_page(&sorted, counts, page, rotated * 8);
		counts += 1ULL << rotated * 8;
	}
	sorted_all(&sorted, counts);
	nr_rotated = sorted.nr[RS_GOES_ACTIVE];
	rs_queue_push_all(sim, &lruvec->queue[lru], sorted_pages(&sorted, RS_GOES_ACTIVE), nr_rotated);
	rs_queue_push_all(sim, &lruvec->queue[lru - LRU_ACTIVE], inactive, b.nr - nr_rotated);
	count_moved(sim, memcg, inactive, b.nr - nr_rotated, lru, lru - LRU_ACTIVE);
	sim->counts.pgrefill += b.nr;
	sim->counts.pgdeactivate += b.nr - nr_rotated;
	if (nr_rotated)
		rs_age_nonresident(sim, memcg, nr_rotated);
	if (shrink_active_list_cost(nr_rotated, sim->rules, &cost))
		rs_note_cost(sim, memcg, file, cost);
	spend_scan(sim, sc, &b, nr_mapped, 0);
}

static uint64_t shrink_list(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg, enum lru_list lru,
			    unsigned int nr_to_scan)
{
	if (!is_active_lru(lru))
		return shrink_inactive(sim, sc, memcg, lru, nr_to_scan);
	shrink_active(sim, sc, memcg, lru, nr_to_scan);
	return 0;
}

static bool age_anon_wanted(const struct rs_sim *sim, unsigned int memcg, struct shrink_list *request)
{
	const struct rs_lruvec *lruvec = &sim->memcgs[memcg].lruvec;
	const struct shrink_lruvec_age_anon age = {
		.can_age_anon = can_age_anon_pages(sim->conf.swap_pages, false),
		.inactive_anon = lruvec->state[LRU_INACTIVE_ANON],
		.active_anon = lruvec->state[LRU_ACTIVE_ANON],
	};

	return shrink_lruvec_age_anon(&age, request, NULL);
}

void rs_shrink_lruvec(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg)
{
	struct rs_memcg *m = &sim->memcgs[memcg];
	struct get_scan_count count = {
		.anon_cost = sc->anon_cost,
		.file_cost = sc->file_cost,
		.usage = m->usage,
		.emin = m->emin,
		.elow = m->elow,
		.swappiness = sc_swappiness(false, -1, sim->conf.swappiness),
		.priority = sc->priority,
		.may_swap = sc->may_swap,
		.can_reclaim_anon = can_reclaim_anon_pages(rs_swap_pages(sim, memcg), false),
		.cgroup_reclaim = sc->target >= 0,
		.file_is_tiny = sc->file_is_tiny,
		.cache_trim_mode = sc->cache_trim_mode,
		.memcg_low_reclaim = sc->memcg_low_reclaim,
		.is_target = sc->target == (int)memcg,
		.online = true,
	};
	struct shrink_lruvec_begin begin = {
		.nr_to_reclaim = sc->nr_to_reclaim,
		.may_deactivate = sc->may_deactivate,
		.cgroup_reclaim = sc->target >= 0,
		.kswapd = sc->kswapd,
		.priority = sc->priority,
	};
	struct get_scan_count_result nr;
	struct shrink_lruvec s;
	struct shrink_list next;
	int lru;

	for (lru = 0; lru < NR_EVICTABLE_LISTS; lru++)
		count.lru_size[lru] =
			lruvec_lru_size(&m->lruvec.zone_size[0][0], NR_EVICTABLE_LISTS, lru, sc->reclaim_idx);
	nr = get_scan_count(&count, NULL);
	sc->isolates_all = isolates_all(sim, sc);
	sc->memcg_low_skipped |= nr.memcg_low_skipped;
	memcpy(begin.nr, nr.nr, sizeof(begin.nr));
	shrink_lruvec_begin(&s, &begin);
	while (shrink_lruvec_next(&s, &next, NULL))
		shrink_lruvec_reclaimed(&s, shrink_list(sim, sc, memcg, next.lru, next.nr_to_scan));
	sc->nr_reclaimed += s.nr_reclaimed;
	sc->skipped_deactivate |= s.skipped_deactivate;
	if (age_anon_wanted(sim, memcg, &next))
		shrink_list(sim, sc, memcg, next.lru, next.nr_to_scan);
}

/* age_active_anon(): kswapd keeps some anonymous pages inactive everywhere, whatever it reclaims. */
void rs_age_active_anon(struct rs_sim *sim, struct rs_scan_control *sc)
{
	struct shrink_list request;
	unsigned int memcg;

	if (!age_anon_wanted(sim, 0, &request))
		return;
	sc->isolates_all = isolates_all(sim, sc);
	for (memcg = 0; memcg < sim->nr_memcgs; memcg++)
		shrink_list(sim, sc, memcg, request.lru, request.nr_to_scan);
}
