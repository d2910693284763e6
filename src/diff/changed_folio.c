/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Folios that others change without the LRU lock, between being recorded and their turn in isolate_folios(). While the
 * lock is held nobody else moves pages from one generation to another, so what such a change leads to shows in the
 * sizes and the counters at the end.
 */
#include <string.h>

#include "isolate_call.h"

void rs_fill_gen_folio(struct rs_gen_folio *f, const struct rs_event_gen_folio *e)
{
	*f = (struct rs_gen_folio){
		.nr_pages = e->nr_pages,
		.zid = e->zid,
		.gen = (e->gen + MAX_NR_GENS - 1) % MAX_NR_GENS,
		.bits = e->refs,
		.file = !(e->flags & RS_FOLIO_SWAPBACKED),
		.anon = e->flags & RS_FOLIO_ANON,
		.lru = e->flags & RS_FOLIO_LRU,
		.active = e->flags & RS_FOLIO_ACTIVE,
		.referenced = e->flags & RS_FOLIO_REFERENCED,
		.workingset = e->flags & RS_FOLIO_WORKINGSET,
		.dirty = e->flags & RS_FOLIO_DIRTY,
		.writeback = e->flags & RS_FOLIO_WRITEBACK,
		.reclaim = e->flags & RS_FOLIO_RECLAIM,
		.swapcache = (e->flags & RS_FOLIO_SWAPCACHE) && (e->flags & RS_FOLIO_SWAPBACKED),
		.mapped = e->flags & RS_FOLIO_MAPPED,
		.locked = e->flags & RS_FOLIO_LOCKED,
		.mlocked = e->flags & RS_FOLIO_MLOCKED,
		.frozen = !e->refcount,
	};
}

int64_t rs_next_gen_grew(const struct isolate_call *c, int type)
{
	unsigned int gen = lru_gen_from_seq(c->before.min_seq[type] + 1), zone, at;
	int64_t grew = 0;

	for (zone = 0; zone < MAX_NR_ZONES; zone++) {
		at = (gen * 2 + type) * MAX_NR_ZONES + zone;
		grew += c->after.nr_pages[at] - c->before.nr_pages[at];
	}
	return grew;
}

/*
 * Can @folio have been at its turn as it is here? The kernel must have counted as many pages as moved on, and as
 * protected, as there are with it, once the scan has been through all that is left of this type.
 */
static bool counted(const struct rs_diff *d, const struct isolate_call *c, struct scan_folios scan,
		    const struct rs_gen_folio *folio, enum rs_scan_outcome expected)
{
	uint64_t moved = c->moved[scan.type] + (rs_moves_on(expected) ? folio->nr_pages : 0);
	const struct scan_folios before = scan;
	unsigned int turn, i, tier, at;

	if (scan_folios_step(&scan, folio, &d->rules, NULL) != expected)
		return false;
	/* The most used are not always counted, which would tell nothing. */
	if (expected == RS_SCAN_PROTECTED && !memcmp(scan.protected, before.protected, sizeof(scan.protected)))
		return false;
	for (turn = 0; turn < MAX_NR_ZONES; turn++)
		for (i = c->lists[scan.type][turn].next; i < c->lists[scan.type][turn].end; i++) {
			struct rs_gen_folio next;

			rs_fill_gen_folio(&next, &c->tail[i]);
			if (rs_moves_on(scan_folios_step(&scan, &next, &d->rules, NULL)))
				moved += next.nr_pages;
		}
	for (tier = 0; tier < MAX_NR_TIERS; tier++) {
		at = scan.type * MAX_NR_TIERS + tier;
		if (scan.protected[tier] > c->after.protected[at] - c->before.protected[at])
			return false;
	}
	return (int64_t)moved <= rs_next_gen_grew(c, scan.type);
}

/* Was it put back, since it was freed or isolated by somebody else by then? Changes @folio to what it was. */
static bool taken(const struct isolate_call *c, const struct rs_event_gen_folio *e, struct rs_gen_folio *folio)
{
	unsigned int i;

	for (i = 0; i < c->nr_back; i++)
		if (c->back[i].folio == e->folio) {
			folio->lru = c->back[i].flags & RS_FOLIO_LRU;
			folio->frozen = !c->back[i].refcount;
			return true;
		}
	return false;
}

/* Who reads a folio tells so without a lock, and that may protect it. Changes @folio to what it was. */
static bool referenced(const struct rs_diff *d, const struct isolate_call *c, const struct scan_folios *before,
		       struct rs_gen_folio *folio)
{
	const struct rs_gen_folio recorded = *folio;
	unsigned int refs;

	folio->referenced = true;
	for (refs = 0; refs < 2U << LRU_REFS_WIDTH; refs++) {
		folio->workingset = recorded.workingset || refs >> LRU_REFS_WIDTH;
		folio->bits = refs & ((1U << LRU_REFS_WIDTH) - 1);
		if (counted(d, c, *before, folio, RS_SCAN_PROTECTED))
			return true;
	}
	*folio = recorded;
	return false;
}

/* Neither a lock nor the begin of a write waits for the LRU lock. Changes @folio to what it was. */
static bool written(const struct rs_diff *d, const struct isolate_call *c, const struct scan_folios *before,
		    struct rs_gen_folio *folio)
{
	const struct rs_gen_folio recorded = *folio;

	folio->writeback = true;
	if (counted(d, c, *before, folio, RS_SCAN_WRITEBACK))
		return true;
	*folio = recorded;
	return false;
}

/*
 * Who finds a folio referenced looks around in the page table, and puts the gen of the youngest on what is mapped beside it.
 * That is in no size yet; what the call returns has to fit all the same. Changes @folio to what it was.
 */
static bool promoted(const struct rs_diff *d, const struct isolate_call *c, const struct scan_folios *before,
		     struct rs_gen_folio *folio)
{
	folio->gen = lru_gen_from_seq(c->before.max_seq);
	return folio->mapped && counted(d, c, *before, folio, RS_SCAN_PROMOTED);
}

const char *rs_changed_folio(const struct rs_diff *d, const struct isolate_call *c, struct scan_folios *scan,
			     const struct scan_folios *before, const struct rs_event_gen_folio *e, bool others_look,
			     enum rs_scan_outcome *outcome)
{
	enum rs_scan_outcome changed;
	struct rs_gen_folio folio;
	const char *race;

	rs_fill_gen_folio(&folio, e);
	if (taken(c, e, &folio)) {
		changed = RS_SCAN_RACED;
		race = "freed, or taken by somebody else, after it was recorded";
	} else if (referenced(d, c, before, &folio)) {
		changed = RS_SCAN_PROTECTED;
		race = "referenced after it was recorded, and protected";
	} else if (written(d, c, before, &folio)) {
		changed = RS_SCAN_WRITEBACK;
		race = "locked, made dirty or written after it was recorded";
	} else if (others_look && promoted(d, c, before, &folio)) {
		changed = RS_SCAN_PROMOTED;
		race = "another thread found it mapped and young after it was recorded";
	} else {
		return NULL;
	}
	*scan = *before;
	*outcome = scan_folios_step(scan, &folio, &d->rules, NULL);
	return *outcome == changed ? race : NULL;
}
