/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MGLRU, folio by folio. Refaults are counted for each type and tier of the oldest generation and
 * compared with what was evicted from it; the type that refaults less is evicted first, and a tier
 * that refaults more than tier 0 is not evicted but joins the next generation.
 */
#include "lru_gen_folio.h"

#include <string.h>

#include "gfp.h"
#include "rules.h"
#include "why.h"
#include "workingset.h"

#define LRU_REFS_MAX (1U << LRU_REFS_WIDTH)

static unsigned int order_base_2(unsigned int n)
{
	unsigned int order = 0;

	while (1U << order < n)
		order++;
	return order;
}

/* ---- D44, D45 ---- */

static uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t early_folio_seq(const struct lru_gen_folio *lrugen, const struct rs_gen_folio *folio, bool young,
				bool reclaiming)
{
	uint64_t min_seq = lrugen->min_seq[folio->file];

	if (folio->active)
		return lrugen->max_seq;
	if (young)
		return lrugen->max_seq - 1;
	if (reclaiming || min_seq + MIN_NR_GENS >= lrugen->max_seq)
		return min_seq;
	return min_seq + 1;
}

uint64_t lru_gen_folio_seq(const struct lru_gen_folio *lrugen, const struct rs_gen_folio *folio, bool reclaiming,
			   const struct rs_rules *rules, struct rs_why *why)
{
	/* Nothing can be done with it now: neither is it swapped, nor does it wait to be written. */
	bool young = (!folio->file && !folio->swapcache) || (folio->reclaim && (folio->dirty || folio->writeback));
	uint64_t seq;
	int gen;

	if (!rules->lru_gen_tier_flags) {
		seq = early_folio_seq(lrugen, folio, young, reclaiming);
	} else {
		if (folio->active)
			gen = MIN_NR_GENS - folio->workingset;
		else if (reclaiming)
			gen = MAX_NR_GENS;
		else if (young)
			gen = MIN_NR_GENS;
		else
			gen = MAX_NR_GENS -
			      (folio->workingset || (rules->lru_gen_refs_counted && folio->referenced));
		seq = lrugen->max_seq + 1 - gen;
	}
	seq = max_u64(seq, lrugen->min_seq[folio->file]);
	RS_WHY(why, gen_inserted, folio->active, folio->workingset, young, reclaiming, lrugen->max_seq, seq);
	return seq;
}

unsigned int folio_lru_refs(const struct rs_gen_folio *folio, const struct rs_rules *rules)
{
	if (!rules->lru_gen_tier_flags)
		return folio->bits + folio->workingset;
	return folio->referenced ? folio->bits + 1 : 0;
}

unsigned int lru_tier_from_refs(unsigned int refs, bool workingset, const struct rs_rules *rules)
{
	if (!rules->lru_gen_tier_flags)
		return order_base_2(refs + 1);
	return workingset ? MAX_NR_TIERS - 1 : order_base_2(refs);
}

/* ---- D50: the feedback loop ---- */

struct ctrl_pos {
	uint64_t refaulted, total;
	int gain;
};

static struct ctrl_pos read_ctrl_pos(const struct lru_gen_folio *lrugen, int type, int first, int last, int gain)
{
	struct ctrl_pos pos = { .gain = gain };
	int tier;

	for (tier = first; tier <= last; tier++) {
		pos.refaulted += lrugen->avg_refaulted[type][tier] + lrugen->refaulted[type][tier];
		pos.total += lrugen->avg_total[type][tier] + lrugen->evicted[type][tier] +
			     lrugen->protected[type][tier];
	}
	return pos;
}

/* Does @pv not refault more than @sp, gains considered? Few refaults tell nothing. */
static bool positive_ctrl_err(const struct ctrl_pos *sp, const struct ctrl_pos *pv)
{
	return pv->refaulted < MIN_LRU_BATCH ||
	       pv->refaulted * (sp->total + MIN_LRU_BATCH) * sp->gain <= (sp->refaulted + 1) * pv->total * pv->gain;
}

/* The tiers of @type that refault no more than @sp does are evicted. */
static int tiers_below(const struct lru_gen_folio *lrugen, const struct ctrl_pos *sp, int type, int gain,
		       struct rs_why *why)
{
	struct ctrl_pos pv;
	int tier;

	for (tier = 1; tier < MAX_NR_TIERS; tier++) {
		pv = read_ctrl_pos(lrugen, type, tier, tier, gain);
		if (!positive_ctrl_err(sp, &pv)) {
			RS_WHY(why, tier_protected, tier, pv.refaulted, pv.total, sp->refaulted, sp->total);
			break;
		}
	}
	RS_WHY(why, tier_evicted, type, tier - 1);
	return tier - 1;
}

static struct rs_type_choice compare_types(const struct lru_gen_folio *lrugen, int swappiness,
					   const struct rs_rules *rules, struct rs_why *why)
{
	int gain[ANON_AND_FILE] = { swappiness, MAX_SWAPPINESS - swappiness };
	int last = rules->lru_gen_tier_flags ? MAX_NR_TIERS - 1 : 0;
	struct ctrl_pos sp = read_ctrl_pos(lrugen, LRU_GEN_ANON, 0, last, gain[LRU_GEN_ANON]);
	struct ctrl_pos pv = read_ctrl_pos(lrugen, LRU_GEN_FILE, 0, last, gain[LRU_GEN_FILE]);
	struct rs_type_choice r = { .tier = -1, .compared = true };

	r.type = positive_ctrl_err(&sp, &pv);
	RS_WHY(why, type_compared, pv.refaulted, pv.total, sp.refaulted, sp.total, swappiness, r.type);
	if (!rules->lru_gen_tier_flags) {
		sp = read_ctrl_pos(lrugen, !r.type, 0, 0, gain[!r.type]);
		r.tier = tiers_below(lrugen, &sp, r.type, gain[r.type], why);
	}
	return r;
}

struct rs_type_choice get_type_to_scan(const struct lru_gen_folio *lrugen, int swappiness, uint32_t gfp_mask,
				       const struct rs_rules *rules, struct rs_why *why)
{
	bool early = !rules->lru_gen_tier_flags;
	struct rs_type_choice r = { .type = LRU_GEN_FILE, .tier = -1 };

	if (swappiness <= 0) {
		RS_WHY(why, type_swappiness, swappiness, r.type);
		return r;
	}
	if (early && lrugen->min_seq[LRU_GEN_ANON] < lrugen->min_seq[LRU_GEN_FILE]) {
		RS_WHY(why, type_anon_behind, lrugen->min_seq[LRU_GEN_ANON], lrugen->min_seq[LRU_GEN_FILE]);
		r.type = LRU_GEN_ANON;
		return r;
	}
	if (swappiness == 1 || swappiness >= MAX_SWAPPINESS) {
		r.type = swappiness == 1 ? LRU_GEN_FILE : LRU_GEN_ANON;
		RS_WHY(why, type_swappiness, swappiness, r.type);
		return r;
	}
	if (rules->lru_gen_no_io_file && !(gfp_mask & __GFP_IO)) {
		RS_WHY(why, type_no_io);
		return r;
	}
	return compare_types(lrugen, swappiness, rules, why);
}

int get_tier_idx(const struct lru_gen_folio *lrugen, int type, const struct rs_rules *rules, struct rs_why *why)
{
	/* A margin against fluctuation: 1:2, later 2:3. */
	int own = rules->lru_gen_tier_flags ? 2 : 1;
	struct ctrl_pos sp = read_ctrl_pos(lrugen, type, 0, 0, own);

	return tiers_below(lrugen, &sp, type, own + 1, why);
}

/* ---- D52: one list after the other ---- */

void scan_folios_begin(struct scan_folios *s, const struct lru_gen_folio *lrugen, uint64_t nr_to_scan,
		       const struct rs_rules *rules)
{
	uint64_t limit = rules->lru_gen_small_batch ? MIN_LRU_BATCH : MAX_LRU_BATCH;

	s->gen = lru_gen_from_seq(lrugen->min_seq[s->type]);
	s->remaining = rules->lru_gen_nr_to_scan && nr_to_scan < limit ? nr_to_scan : limit;
	/* The two youngest generations are never evicted. */
	s->over = get_nr_gens(lrugen, s->type) == MIN_NR_GENS;
	s->zone_over = false;
	s->scanned = s->sorted = s->isolated = s->skipped_zone = s->skipped = 0;
	memset(s->protected, 0, sizeof(s->protected));
}

int scan_folios_zone(const struct scan_folios *s, unsigned int turn)
{
	return (s->reclaim_idx + MAX_NR_ZONES - turn) % MAX_NR_ZONES;
}

/* Is the folio moved elsewhere, and where to? RS_SCAN_ISOLATED: it is not. */
static enum rs_scan_outcome sort_folio(struct scan_folios *s, const struct rs_gen_folio *f,
				       const struct rs_rules *rules, struct rs_why *why)
{
	unsigned int refs = folio_lru_refs(f, rules), tier = lru_tier_from_refs(refs, f->workingset, rules);
	/* As often used as can be counted: safe whatever the tiers say. */
	bool most = rules->lru_gen_tier_flags ? refs + f->workingset == LRU_REFS_MAX + 1 : refs == LRU_REFS_MAX;

	if (rules->lru_gen_culls_unevictable && f->mlocked) {
		RS_WHY(why, sort_unevictable);
		return RS_SCAN_CULLED;
	}
	if (rules->lru_gen_heeds_scan_control && f->file && f->anon && f->dirty) {
		RS_WHY(why, sort_lazyfree);
		return RS_SCAN_LAZYFREE;
	}
	if (f->gen != s->gen) {
		RS_WHY(why, sort_promoted, f->gen, s->gen);
		return RS_SCAN_PROMOTED;
	}
	if ((int)tier > s->tier || most) {
		RS_WHY(why, sort_protected, refs, tier, s->tier, most);
		if (!most || !rules->lru_gen_tier_flags)
			s->protected[tier] += f->nr_pages;
		return RS_SCAN_PROTECTED;
	}
	if (f->zid > s->reclaim_idx) {
		RS_WHY(why, sort_ineligible, f->zid, s->reclaim_idx);
		return RS_SCAN_INELIGIBLE;
	}
	if (rules->lru_gen_spares_dirty &&
	    (f->writeback || (f->file && f->dirty) || (rules->lru_gen_spares_locked && f->locked))) {
		RS_WHY(why, sort_writeback, f->writeback, f->dirty, f->locked);
		return RS_SCAN_WRITEBACK;
	}
	return RS_SCAN_ISOLATED;
}

static enum rs_scan_outcome isolate_folio(const struct scan_folios *s, const struct rs_gen_folio *f,
					  const struct rs_rules *rules, struct rs_why *why)
{
	bool io = s->gfp_mask & __GFP_IO, heeds = rules->lru_gen_heeds_scan_control;

	if (heeds && !s->may_unmap && f->mapped) {
		RS_WHY(why, isolate_constrained, f->mapped, f->dirty, io);
		return RS_SCAN_SKIPPED;
	}
	if (rules->lru_gen_spares_dirty && !(io && (!heeds || s->may_writepage)) &&
	    (f->dirty || (f->anon && !f->swapcache))) {
		RS_WHY(why, isolate_constrained, f->mapped, f->dirty, io);
		return RS_SCAN_SKIPPED;
	}
	if (f->frozen || !f->lru) {
		RS_WHY(why, isolate_raced, f->frozen, f->lru);
		return RS_SCAN_RACED;
	}
	return RS_SCAN_ISOLATED;
}

enum rs_scan_outcome scan_folios_step(struct scan_folios *s, const struct rs_gen_folio *folio,
				      const struct rs_rules *rules, struct rs_why *why)
{
	enum rs_scan_outcome r = sort_folio(s, folio, rules, why);

	s->scanned += folio->nr_pages;
	if (r != RS_SCAN_ISOLATED) {
		s->sorted += folio->nr_pages;
	} else {
		r = isolate_folio(s, folio, rules, why);
		if (r == RS_SCAN_ISOLATED)
			s->isolated += folio->nr_pages;
		else
			s->skipped_zone += folio->nr_pages;
	}
	s->remaining--;
	s->zone_over = !s->remaining || max_u64(s->isolated, s->skipped_zone) >= MIN_LRU_BATCH;
	return r;
}

void scan_folios_end_zone(struct scan_folios *s)
{
	s->skipped += s->skipped_zone;
	s->skipped_zone = 0;
	s->zone_over = false;
	s->over |= !s->remaining || s->isolated >= MIN_LRU_BATCH;
}

uint64_t scan_folios_ret(const struct scan_folios *s, const struct rs_rules *rules)
{
	/* A list of which nothing was taken is nothing, or the caller would go on for ever. */
	if (rules->lru_gen_small_batch)
		return s->scanned;
	return s->isolated || !s->remaining ? s->scanned : 0;
}

void isolate_folios_begin(struct isolate_folios *s, const struct lru_gen_folio *lrugen, int swappiness,
			  uint32_t gfp_mask, const struct rs_rules *rules, struct rs_why *why)
{
	struct rs_type_choice choice = get_type_to_scan(lrugen, swappiness, gfp_mask, rules, why);
	bool one = swappiness <= 0 || (rules->lru_gen_tier_flags && swappiness > MAX_SWAPPINESS);

	s->type = choice.type;
	s->compared = choice.compared;
	s->tier = choice.tier >= 0 ? choice.tier : get_tier_idx(lrugen, s->type, rules, why);
	s->turns = one ? 1 : ANON_AND_FILE;
	s->ret = s->isolated = 0;
	s->type_scanned = -1;
}

bool isolate_folios_step(struct isolate_folios *s, const struct scan_folios *scan, const struct lru_gen_folio *lrugen,
			 const struct rs_rules *rules, struct rs_why *why)
{
	uint64_t ret = scan_folios_ret(scan, rules);

	s->turns--;
	s->ret += ret;
	s->isolated = scan->isolated;
	if (rules->lru_gen_small_batch) {
		if (scan->isolated) {
			s->type_scanned = s->type;
			return false;
		}
		s->type ^= !ret;
	} else {
		/* From 6.18 on the type of the last try, before that the one that would come next. */
		if (rules->lru_gen_tier_flags || ret)
			s->type_scanned = s->type;
		else
			s->type_scanned = !s->type;
		if (ret)
			return false;
		s->type = !s->type;
	}
	if (!s->turns)
		return false;
	RS_WHY(why, type_nothing, !s->type, s->type);
	s->tier = get_tier_idx(lrugen, s->type, rules, why);
	return true;
}

/* ---- generations move ---- */

void reset_ctrl_pos(struct lru_gen_folio *lrugen, int type)
{
	struct ctrl_pos pos;
	int tier;

	for (tier = 0; tier < MAX_NR_TIERS; tier++) {
		pos = read_ctrl_pos(lrugen, type, tier, tier, 0);
		lrugen->avg_refaulted[type][tier] = pos.refaulted / 2;
		lrugen->avg_total[type][tier] = pos.total / 2;
		lrugen->refaulted[type][tier] = 0;
		lrugen->evicted[type][tier] = 0;
		lrugen->protected[type][tier] = 0;
	}
}

/* Types may be apart by one generation only, and file never runs ahead of anon that can be swapped. */
static void keep_close_early(const struct lru_gen_folio *lrugen, uint64_t min_seq[ANON_AND_FILE])
{
	if (min_seq[LRU_GEN_ANON] > min_seq[LRU_GEN_FILE])
		min_seq[LRU_GEN_ANON] = min_seq[LRU_GEN_FILE];
	min_seq[LRU_GEN_FILE] = max_u64(min_seq[LRU_GEN_ANON], lrugen->min_seq[LRU_GEN_FILE]);
}

/* One type may not be down to its two youngest generations while the other has all four. */
static void keep_close(const struct lru_gen_folio *lrugen, uint64_t min_seq[ANON_AND_FILE])
{
	uint64_t seq = lrugen->max_seq - MIN_NR_GENS;
	int type;

	for (type = 0; type < ANON_AND_FILE; type++)
		if (min_seq[type] > seq && min_seq[!type] < seq) {
			min_seq[type] = seq;
			return;
		}
}

bool try_to_inc_min_seq(struct lru_gen_folio *lrugen, int swappiness, const struct rs_rules *rules,
			struct rs_why *why)
{
	bool late = rules->lru_gen_tier_flags;
	int type, first = swappiness <= 0, last = late && swappiness > MAX_SWAPPINESS ? LRU_GEN_ANON : LRU_GEN_FILE;
	uint64_t min_seq[ANON_AND_FILE] = { lrugen->min_seq[LRU_GEN_ANON], lrugen->min_seq[LRU_GEN_FILE] };
	bool found = false, success = false;

	for (type = first; type <= last; type++)
		while (min_seq[type] + MIN_NR_GENS <= lrugen->max_seq &&
		       lrugen->empty[lru_gen_from_seq(min_seq[type])][type]) {
			min_seq[type]++;
			found = true;
		}
	if (!found) {
		RS_WHY(why, min_seq_kept, min_seq[LRU_GEN_ANON], min_seq[LRU_GEN_FILE], lrugen->max_seq);
		return false;
	}
	if (late && !first && last == LRU_GEN_FILE)
		keep_close(lrugen, min_seq);
	else if (!late && !first)
		keep_close_early(lrugen, min_seq);
	for (type = first; type <= last; type++) {
		if (min_seq[type] <= lrugen->min_seq[type])
			continue;
		/* Once, however many generations were passed over. */
		reset_ctrl_pos(lrugen, type);
		lrugen->min_seq[type] = min_seq[type];
		success = true;
	}
	RS_WHY(why, min_seq_advanced, lrugen->min_seq[LRU_GEN_ANON], lrugen->min_seq[LRU_GEN_FILE], lrugen->max_seq,
	       success);
	return success;
}

void inc_max_seq(struct lru_gen_folio *lrugen, struct rs_why *why)
{
	int type;

	for (type = 0; type < ANON_AND_FILE; type++)
		if (get_nr_gens(lrugen, type) == MAX_NR_GENS) {
			reset_ctrl_pos(lrugen, type);
			lrugen->min_seq[type]++;
		}
	lrugen->max_seq++;
	RS_WHY(why, max_seq_advanced, lrugen->max_seq, lrugen->min_seq[LRU_GEN_ANON], lrugen->min_seq[LRU_GEN_FILE]);
}

/* ---- D42: refaults ---- */

struct rs_shadow lru_gen_eviction(const struct lru_gen_folio *lrugen, const struct rs_gen_folio *folio,
				  const struct rs_rules *rules)
{
	unsigned int refs = folio_lru_refs(folio, rules);

	return (struct rs_shadow){
		.eviction = lrugen->min_seq[folio->file] << LRU_REFS_WIDTH | (refs ? refs - 1 : 0),
		.workingset = rules->lru_gen_tier_flags ? folio->workingset : refs != 0,
	};
}

struct rs_lru_gen_refault_result lru_gen_refault(const struct rs_lru_gen_refault *in, const struct rs_shadow *shadow,
						 const struct rs_shadow_layout *layout, const struct rs_rules *rules,
						 struct rs_why *why)
{
	uint64_t mask = rs_eviction_mask(layout, in->file) >> LRU_REFS_WIDTH;
	uint64_t seq = shadow->eviction >> LRU_REFS_WIDTH, refs = shadow->eviction & (LRU_REFS_MAX - 1);
	uint64_t max_seq = in->lrugen->max_seq & mask, min_seq = in->lrugen->min_seq[in->file] & mask;
	struct rs_lru_gen_refault_result r = { 0 };

	if (rules->lru_gen_tier_flags)
		r.recent = (max_seq > seq ? max_seq - seq : seq - max_seq) < MAX_NR_GENS;
	else
		r.recent = seq == min_seq;
	RS_WHY(why, lru_gen_refaulted, seq, min_seq, max_seq, r.recent, refs, shadow->workingset);
	if (!r.recent)
		return r;
	if (rules->lru_gen_tier_flags) {
		r.refs = refs + 1;
		r.workingset = shadow->workingset;
		r.activate = in->in_fault;
	} else {
		r.refs = refs + shadow->workingset;
		r.workingset = in->in_fault || r.refs >= LRU_REFS_MAX - 1;
		r.activate = true;
	}
	r.tier = lru_tier_from_refs(r.refs, shadow->workingset, rules);
	return r;
}
