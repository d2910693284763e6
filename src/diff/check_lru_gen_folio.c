/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * isolate_folios(): the type and the tiers it evicts, and what becomes of each folio at the tails of
 * the oldest generations (mode folios).
 *
 * Its entry and its exit are recorded under the LRU lock, so the state between is the kernel's to
 * the bit. What was isolated is the list that the same thread then gives to shrink_folio_list().
 */
#include <stdlib.h>
#include <string.h>

#include "isolate_call.h"

struct gen_priv {
	struct isolate_call *calls;
};

static struct gen_priv *priv_get(struct rs_diff *d)
{
	if (!d->priv[RS_PRIV_LRU_GEN_FOLIO])
		d->priv[RS_PRIV_LRU_GEN_FOLIO] = calloc(1, sizeof(struct gen_priv));
	return d->priv[RS_PRIV_LRU_GEN_FOLIO];
}

static struct isolate_call *call_find(struct gen_priv *p, uint32_t tid)
{
	return RS_FIND_OR_ADD(p->calls, struct isolate_call, tid, tid);
}

void rs_fill_gens(struct lru_gen_folio *g, const struct rs_event_lru_gen_state *e)
{
	int type, tier, gen, zone;

	memset(g, 0, sizeof(*g));
	g->max_seq = e->max_seq;
	for (type = 0; type < ANON_AND_FILE; type++) {
		g->min_seq[type] = e->min_seq[type];
		for (tier = 0; tier < MAX_NR_TIERS; tier++) {
			int at = type * MAX_NR_TIERS + tier;

			g->avg_refaulted[type][tier] = e->avg_refaulted[at];
			g->avg_total[type][tier] = e->avg_total[at];
			g->refaulted[type][tier] = e->refaulted[at];
			g->evicted[type][tier] = e->evicted[at];
			g->protected[type][tier] = e->protected[at];
		}
		for (gen = 0; gen < MAX_NR_GENS; gen++) {
			g->empty[gen][type] = true;
			for (zone = 0; zone < MAX_NR_ZONES; zone++)
				g->empty[gen][type] &= e->empty >> ((gen * 2 + type) * MAX_NR_ZONES + zone) & 1;
		}
	}
}

/* ---- the choice of type and tiers ---- */

/* Did it tell which type it took? Where nothing was isolated, 7.2 tells nothing. */
static bool tells_type(const struct rs_diff *d, const struct isolate_call *c)
{
	return d->rules.lru_gen_small_batch ? c->end.isolated > 0 : c->end.ret > 0;
}

/* Two generations are kept, and up to 6.12 an oldest one stays, empty, until both types' are. */
static bool gives_nothing(const struct lru_gen_folio *g, int type)
{
	return get_nr_gens(g, type) == MIN_NR_GENS || g->empty[lru_gen_from_seq(g->min_seq[type])][type];
}

/* @replayed: the type that the folios lead to, -1: they are not known. */
static void judge_type(struct rs_diff *d, const struct isolate_call *c, int replayed)
{
	struct rs_why *why = rs_diff_why(d);
	struct rs_type_choice choice;
	struct lru_gen_folio g;
	int type;
	bool both;

	rs_fill_gens(&g, &c->before);
	choice = get_type_to_scan(&g, c->begin.swappiness, c->begin.gfp, &d->rules, why);
	both = !gives_nothing(&g, LRU_GEN_ANON) && !gives_nothing(&g, LRU_GEN_FILE);
	type = choice.type;
	if (!tells_type(d, c)) {
		rs_count_hidden(d, RS_DECIDE_get_type_to_scan);
		return;
	}
	if (gives_nothing(&g, type) && c->begin.swappiness > 0) {
		type = !type;
		rs_count_branch(d, RS_DECIDE_get_type_to_scan, "the type chosen has nothing old: the other");
	} else if (replayed >= 0 && replayed != type) {
		type = replayed;
		rs_count_branch(d, RS_DECIDE_get_type_to_scan, "nothing of the type chosen: the other");
	} else if (replayed < 0 && type != c->end.type && c->begin.swappiness > 0 && c->begin.swappiness <= MAX_SWAPPINESS) {
		/* Whether the first type gave nothing would be told by its folios. */
		rs_count_branch(d, RS_DECIDE_get_type_to_scan, "the other type after the one chosen");
		rs_count_hidden(d, RS_DECIDE_get_type_to_scan);
		return;
	} else if (choice.compared) {
		rs_count_branch(d, RS_DECIDE_get_type_to_scan,
				!both ? "compared by refaults" :
				type  ? "compared by refaults, both types have folios: file" :
					"compared by refaults, both types have folios: anon");
	} else {
		rs_count_branch(d, RS_DECIDE_get_type_to_scan,
				type == LRU_GEN_ANON ? c->begin.swappiness >= MAX_SWAPPINESS ?
						       "swappiness: anon" :
						       "anon is a generation behind" :
				c->begin.swappiness <= 1 ? "swappiness: file" :
							   "no I/O: file");
	}
	rs_judge(d, RS_DECIDE_get_type_to_scan, NULL, &c->end.hdr,
		 (struct rs_answer[]){
			 { "type", c->end.type, type },
			 { "swappiness", c->begin.swappiness, c->begin.swappiness },
		 },
		 2, 0, NULL);
}

/* ---- folio by folio ---- */

/* Where in the order of isolation is this folio? 0: it was not isolated. */
static unsigned int isolated_at(const struct isolate_call *c, uint64_t id)
{
	unsigned int i;

	for (i = 0; i < c->nr_list; i++)
		if (c->list[i].folio == id)
			return i + 1;
	return 0;
}

static const char *const outcome_names[] = {
	[RS_SCAN_ISOLATED] = "isolated",
	[RS_SCAN_CULLED] = "unevictable",
	[RS_SCAN_LAZYFREE] = "dirty lazyfree",
	[RS_SCAN_PROMOTED] = "promoted before",
	[RS_SCAN_PROTECTED] = "protected",
	[RS_SCAN_INELIGIBLE] = "zone > reclaim_idx",
	[RS_SCAN_WRITEBACK] = "dirty, in writeback or locked",
	[RS_SCAN_SKIPPED] = "may not be written or unmapped",
	[RS_SCAN_RACED] = "freed, or taken by somebody else",
};

/* The flags of a folio that others change without the LRU lock. */
#define FLAGS_OF_OTHERS                                                                                                \
	(RS_FOLIO_LOCKED | RS_FOLIO_DIRTY | RS_FOLIO_WRITEBACK | RS_FOLIO_REFERENCED | RS_FOLIO_WORKINGSET)

/* Does another thread have a list at any time from the first record of the tails to the end of the call? */
static bool others_look(const struct gen_priv *p, const struct isolate_call *c)
{
	const struct isolate_call *o;

	for (o = p->calls; o; o = o->hh.next)
		if (o != c && o->list_begin_ns && o->list_begin_ns < c->end.hdr.ts_ns && c->nr_tail &&
		    (!o->list_end_ns || o->list_end_ns > c->tail[0].hdr.ts_ns))
			return true;
	return false;
}

/* Judges one folio. False: the kernel did otherwise, and it is not known what. */
static bool judge_folio(struct rs_diff *d, struct isolate_call *c, struct scan_folios *scan,
			const struct rs_event_gen_folio *e)
{
	unsigned int at = isolated_at(c, e->folio);
	struct rs_why *why = rs_diff_why(d);
	const char *race = NULL;
	const struct scan_folios before = *scan;
	bool isolated, explained;
	enum rs_scan_outcome outcome;
	struct rs_gen_folio folio;

	rs_fill_gen_folio(&folio, e);
	outcome = scan_folios_step(scan, &folio, &d->rules, why);
	rs_count_branch(d, RS_DECIDE_sort_folio, outcome_names[outcome]);
	isolated = outcome == RS_SCAN_ISOLATED;
	if (isolated && !at)
		race = rs_changed_folio(d, c, scan, &before, e, others_look(priv_get(d), c), &outcome);
	else if (!isolated && at && (c->list[at - 1].flags ^ e->flags) & FLAGS_OF_OTHERS)
		race = "its flags changed after they were recorded";
	explained = isolated && race;
	if (rs_moves_on(outcome))
		c->moved[scan->type] += folio.nr_pages;
	if (rs_moves_on(outcome) && outcome != RS_SCAN_PROTECTED)
		c->unprotected[scan->type] += folio.nr_pages;
	if (isolated && !explained)
		c->nr_taken++;
	return rs_judge(d, RS_DECIDE_sort_folio, NULL, &e->hdr,
			(struct rs_answer[]){
				{ "isolated", at, isolated ? c->nr_taken + explained : 0 },
				{ "outcome", outcome, outcome },
				{ "flags", e->flags, e->flags },
				{ "refs", e->refs, e->refs },
				{ "gen", e->gen, e->gen },
				{ "tier_idx", scan->tier, scan->tier },
				{ "type", scan->type, scan->type },
			},
			7, 0, race) || explained;
}

enum replay {
	REPLAYED,
	CUT, /* the records end before the scan does */
	DIFFERS,
};

/* Tells the lists in tail[] apart. False: the records are not all there, or not in their order. */
static bool find_lists(struct isolate_call *c, const struct lru_gen_folio *g)
{
	struct scan_folios scan = { .reclaim_idx = c->begin.reclaim_idx };
	unsigned int turn, at = 0;
	int type;

	if (c->nr_tail != c->begin.nr_recorded || scan.reclaim_idx < 0 || scan.reclaim_idx >= MAX_NR_ZONES)
		return false;
	for (type = 0; type < ANON_AND_FILE; type++) {
		struct tail_list *last = &c->lists[type][0];

		for (turn = 0; turn < MAX_NR_ZONES; turn++) {
			struct tail_list *list = &c->lists[type][turn];
			int zone = scan_folios_zone(&scan, turn);

			list->next = at;
			while (at < c->nr_tail && c->tail[at].zid == zone &&
			       (c->tail[at].flags & RS_FOLIO_SWAPBACKED) == (type == LRU_GEN_FILE ? 0 : RS_FOLIO_SWAPBACKED))
				at++;
			list->end = at;
			list->cut = false;
			if (list->next < list->end)
				last = list;
			else if (!(c->begin.walked & RS_WALKED_TO_END(type)))
				list->cut = !(c->before.empty >> ((lru_gen_from_seq(g->min_seq[type]) * 2 + type) *
									  MAX_NR_ZONES + zone) & 1);
		}
		/* The walk of this type ended there. */
		last->cut |= !(c->begin.walked & RS_WALKED_TO_END(type));
	}
	return at == c->nr_tail;
}

/* One call of scan_folios(). */
static enum replay replay_scan(struct rs_diff *d, struct isolate_call *c, struct scan_folios *scan)
{
	unsigned int turn;

	for (turn = 0; turn < MAX_NR_ZONES && !scan->over; turn++) {
		struct tail_list *list = &c->lists[scan->type][turn];

		while (!scan->zone_over && list->next < list->end)
			if (!judge_folio(d, c, scan, &c->tail[list->next++]))
				return DIFFERS;
		if (!scan->zone_over && list->cut)
			return CUT;
		/* What is skipped goes back to the other end of the list. */
		list->cut |= scan->skipped_zone > 0;
		scan_folios_end_zone(scan);
	}
	return REPLAYED;
}

/*
 * References that came after the records: folios are in higher tiers than they were, and of those that moved on without
 * being protected some were. How many moved on is the same.
 */
static const char *referenced_since(const struct isolate_call *c, const uint64_t protected[ANON_AND_FILE][MAX_NR_TIERS])
{
	int type, tier;

	for (type = 0; type < ANON_AND_FILE; type++) {
		int64_t more = 0;

		for (tier = MAX_NR_TIERS - 1; tier >= 0; tier--) {
			more += c->after.protected[type * MAX_NR_TIERS + tier] - c->before.protected[type * MAX_NR_TIERS + tier] -
				protected[type][tier];
			if (more < 0)
				return NULL;
		}
		if (more > (int64_t)c->unprotected[type] || rs_next_gen_grew(c, type) != (int64_t)c->moved[type])
			return NULL;
	}
	return "referenced after they were recorded";
}

static void judge_tiers(struct rs_diff *d, const struct isolate_call *c, const uint64_t protected[ANON_AND_FILE][MAX_NR_TIERS])
{
	struct rs_answer answers[ANON_AND_FILE * MAX_NR_TIERS];
	static const char *const names[ANON_AND_FILE * MAX_NR_TIERS] = {
		"protected anon 0", "protected anon 1", "protected anon 2", "protected anon 3",
		"protected file 0", "protected file 1", "protected file 2", "protected file 3",
	};
	unsigned int i;

	for (i = 0; i < ANON_AND_FILE * MAX_NR_TIERS; i++)
		answers[i] = (struct rs_answer){ names[i], c->after.protected[i] - c->before.protected[i],
						 protected[i / MAX_NR_TIERS][i % MAX_NR_TIERS] };
	rs_judge(d, RS_DECIDE_get_tier_idx, NULL, &c->end.hdr, answers, ANON_AND_FILE * MAX_NR_TIERS, 0,
		 referenced_since(c, protected));
}

/* The whole call, once its list is known. */
static void replay(struct rs_diff *d, struct isolate_call *c)
{
	uint64_t protected[ANON_AND_FILE][MAX_NR_TIERS] = { 0 };
	struct rs_why *why = rs_diff_why(d);
	struct isolate_folios isolate;
	enum replay result = REPLAYED;
	struct lru_gen_folio g;
	bool more = true;
	int tier;

	rs_fill_gens(&g, &c->before);
	c->nr_taken = 0;
	memset(c->moved, 0, sizeof(c->moved));
	memset(c->unprotected, 0, sizeof(c->unprotected));
	isolate_folios_begin(&isolate, &g, c->begin.swappiness, c->begin.gfp, &d->rules, why);
	if (!find_lists(c, &g)) {
		judge_type(d, c, -1);
		rs_count_lost(d, RS_DECIDE_isolate_folios);
		return;
	}
	while (more && result == REPLAYED) {
		struct scan_folios scan = {
			.type = isolate.type,
			.tier = isolate.tier,
			.reclaim_idx = c->begin.reclaim_idx,
			.gfp_mask = c->begin.gfp,
			.may_unmap = c->begin.sc_flags & RS_SC_MAY_UNMAP,
			.may_writepage = c->begin.sc_flags & RS_SC_MAY_WRITEPAGE,
		};

		scan_folios_begin(&scan, &g, c->begin.nr_to_scan, &d->rules);
		result = replay_scan(d, c, &scan);
		for (tier = 0; tier < MAX_NR_TIERS; tier++)
			protected[scan.type][tier] += scan.protected[tier];
		if (result == REPLAYED) {
			/* Protected pages count at once. */
			for (tier = 0; tier < MAX_NR_TIERS; tier++)
				g.protected[scan.type][tier] += scan.protected[tier];
			more = isolate_folios_step(&isolate, &scan, &g, &d->rules, why);
		}
	}
	judge_type(d, c, result == REPLAYED && isolate.ret ? isolate.type_scanned : -1);
	if (result == DIFFERS) {
		/* What follows is about another folio than the kernel's. */
		rs_count_lost(d, RS_DECIDE_isolate_folios);
		rs_count_lost(d, RS_DECIDE_get_tier_idx);
		return;
	}
	if (result == CUT) {
		rs_count_branch(d, RS_DECIDE_isolate_folios, "more folios than are recorded");
		rs_count_hidden(d, RS_DECIDE_isolate_folios);
		rs_count_hidden(d, RS_DECIDE_get_tier_idx);
		return;
	}
	rs_count_branch(d, RS_DECIDE_isolate_folios,
			!isolate.ret	   ? "nothing to be had" :
			!isolate.isolated  ? "scanned, nothing isolated" :
			isolate.turns == 1 ? "the first type" :
					     "on the second try");
	judge_tiers(d, c, protected);
	rs_judge(d, RS_DECIDE_isolate_folios, NULL, &c->end.hdr,
		 (struct rs_answer[]){
			 { "ret", c->end.ret, isolate.ret },
			 { "isolated", c->end.isolated < 0 ? -1 : c->end.isolated, c->end.isolated < 0 ? -1 : (int64_t)isolate.isolated },
			 { "folios", c->nr_list, c->nr_taken },
			 { "type", tells_type(d, c) ? c->end.type : -1, tells_type(d, c) ? isolate.type_scanned : -1 },
			 { "moved anon", rs_next_gen_grew(c, LRU_GEN_ANON), c->moved[LRU_GEN_ANON] },
			 { "moved file", rs_next_gen_grew(c, LRU_GEN_FILE), c->moved[LRU_GEN_FILE] },
		 },
		 6, 0, NULL);
}

/* In mode decisions the folios are not known. */
static void without_folios(struct rs_diff *d, const struct isolate_call *c)
{
	struct lru_gen_folio g;
	int type;

	rs_fill_gens(&g, &c->before);
	rs_count_hidden(d, RS_DECIDE_get_tier_idx);
	for (type = 0; type < ANON_AND_FILE; type++)
		if (!gives_nothing(&g, type) && (type == LRU_GEN_FILE || c->begin.swappiness > 0)) {
			rs_count_hidden(d, RS_DECIDE_isolate_folios);
			return;
		}
	rs_count_branch(d, RS_DECIDE_isolate_folios, "nothing to be had");
	rs_judge(d, RS_DECIDE_isolate_folios, NULL, &c->end.hdr, (struct rs_answer[]){ { "ret", c->end.ret, 0 } }, 1, 0,
		 NULL);
}

/* ---- records ---- */

/* The call is over, and so is the wait for its list. */
static void have_list(struct rs_diff *d, struct isolate_call *c, const struct rs_thread *thread,
		      const struct rs_event_shrink_folio_list_begin *e)
{
	const struct rs_event_hdr *hdr;
	unsigned int i;

	c->stage = OUTSIDE;
	c->nr_list = 0;
	for (hdr = e ? rs_recent_first(thread) : NULL; hdr; hdr = rs_recent_next(thread, hdr))
		if (hdr->type == RS_EVENT_folio && c->nr_list < MAX_LIST)
			c->list[c->nr_list++] = *(const struct rs_event_folio *)hdr;
	if (e && (c->nr_list != e->nr_recorded || e->nr_folios != e->nr_recorded)) {
		judge_type(d, c, -1);
		rs_count_lost(d, RS_DECIDE_isolate_folios);
		return;
	}
	/* The last that was isolated stands first. */
	for (i = 0; i < c->nr_list / 2; i++) {
		struct rs_event_folio f = c->list[i];

		c->list[i] = c->list[c->nr_list - 1 - i];
		c->list[c->nr_list - 1 - i] = f;
	}
	replay(d, c);
}

static void broken(struct rs_diff *d, struct isolate_call *c)
{
	rs_count_lost(d, RS_DECIDE_get_type_to_scan);
	rs_count_lost(d, RS_DECIDE_isolate_folios);
	c->stage = OUTSIDE;
}

static void ended(struct rs_diff *d, struct isolate_call *c)
{
	if (c->begin.walked) {
		c->stage = ISOLATED;
		return;
	}
	judge_type(d, c, -1);
	without_folios(d, c);
	c->stage = OUTSIDE;
}

static void take_state(struct rs_diff *d, struct isolate_call *c, const struct rs_event_lru_gen_state *e)
{
	if (e->of == RS_EVENT_isolate_folios_begin && c->stage == BEGUN) {
		c->before = *e;
		c->stage = INSIDE;
	} else if (e->of == RS_EVENT_isolate_folios_end && c->stage == ENDED) {
		c->after = *e;
		ended(d, c);
	}
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	const struct rs_event_hdr *hdr = event->hdr;
	struct gen_priv *p;
	struct isolate_call *c;

	switch (hdr->type) {
	case RS_EVENT_gen_folio:
	case RS_EVENT_isolate_folios_begin:
	case RS_EVENT_isolate_folios_end:
	case RS_EVENT_lru_gen_state:
	case RS_EVENT_evict_folios_end:
	case RS_EVENT_shrink_folio_list_begin:
	case RS_EVENT_shrink_folio_list_end:
		break;
	default:
		return;
	}
	p = priv_get(d);
	c = p ? call_find(p, step->thread->tid) : NULL;
	if (!c)
		return;
	/* A list that nobody was given was empty. */
	if (c->stage == ISOLATED && hdr->type != RS_EVENT_lru_gen_state)
		have_list(d, c, step->thread,
			  hdr->type == RS_EVENT_shrink_folio_list_begin ? (const void *)hdr : NULL);
	switch (hdr->type) {
	case RS_EVENT_gen_folio:
		if (c->stage == INSIDE) {
			if (c->nr_back < MAX_BACK)
				c->back[c->nr_back++] = *(const struct rs_event_gen_folio *)hdr;
			break;
		}
		if (c->stage != OUTSIDE)
			broken(d, c);
		if (c->nr_tail < MAX_TAIL)
			c->tail[c->nr_tail++] = *(const struct rs_event_gen_folio *)hdr;
		break;
	case RS_EVENT_isolate_folios_begin:
		if (c->stage != OUTSIDE)
			broken(d, c);
		c->begin = *(const struct rs_event_isolate_folios_begin *)hdr;
		c->nr_back = 0;
		c->stage = BEGUN;
		break;
	case RS_EVENT_isolate_folios_end:
		if (c->stage != INSIDE) {
			broken(d, c);
			break;
		}
		c->end = *(const struct rs_event_isolate_folios_end *)hdr;
		c->stage = ENDED;
		break;
	case RS_EVENT_lru_gen_state:
		take_state(d, c, (const void *)hdr);
		break;
	case RS_EVENT_shrink_folio_list_begin:
		c->list_begin_ns = hdr->ts_ns;
		c->list_end_ns = 0;
		break;
	case RS_EVENT_shrink_folio_list_end:
		c->list_end_ns = hdr->ts_ns;
		break;
	}
	if (c->stage == OUTSIDE && hdr->type != RS_EVENT_gen_folio)
		c->nr_tail = 0;
}

static void destroy(struct rs_diff *d)
{
	struct gen_priv *p = d->priv[RS_PRIV_LRU_GEN_FOLIO];

	if (!p)
		return;
	RS_FREE_TABLE(p->calls, struct isolate_call);
	free(p);
	d->priv[RS_PRIV_LRU_GEN_FOLIO] = NULL;
}

const struct rs_checker rs_check_lru_gen_folio = { .record = record, .destroy = destroy };
