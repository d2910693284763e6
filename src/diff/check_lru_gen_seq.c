/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generations that come and go, and what MGLRU puts into the shadow of a folio.
 *
 * The oldest generations advance just after isolate_folios(), under the same lock; the next record
 * that is made under it tells whether they did. Mode folios: the record of a removed folio comes just
 * after that of its shadow, and its state is that in which it came to shrink_folio_list().
 */
#include <stdlib.h>
#include <string.h>

#include "../base/table.h"
#include "../model/lru_gen_folio.h"
#include "../model/workingset.h"
#include "scan_state.h"

enum { MAX_LIST = 64 };

struct lruvec_key {
	uint64_t cgroup, nid;
};

/* What a thread is about. */
struct evictor {
	UT_hash_handle hh;
	uint32_t tid;
	int swappiness;
	bool begun; /* isolate_folios() */
	bool evicts; /* from this lruvec, with MGLRU */
	struct lruvec *lruvec;
	const struct lruvec *inside; /* try_to_shrink_lruvec() of it, from its first eviction on where that has no record */
	int min_seq_swappiness; /* of try_to_inc_min_seq(), whose state comes next; -1: not told */
	struct rs_event_try_to_inc_max_seq aging; /* its state comes next */
	unsigned int nr_list;
	struct rs_event_folio list[MAX_LIST];
	struct rs_event_workingset_eviction eviction; /* hdr.type 0: none waits for its folio */
};

/* A lruvec, as the last of its records under the lock has left it. */
struct lruvec {
	UT_hash_handle hh;
	struct lruvec_key key;
	bool waits; /* for a record that tells whether generations moved as they should */
	int swappiness;
	struct lru_gen_folio was, expected;
	uint64_t end_min_seq[ANON_AND_FILE]; /* when they had not moved yet */
	uint64_t max_seq, min_seq[ANON_AND_FILE]; /* as they should be by now */
	uint32_t tid; /* who saw it last */
	bool shared; /* others were at work on it then */
};

struct seq_priv {
	struct evictor *evictors;
	struct lruvec *lruvecs;
};

static struct evictor *evictor_find(struct seq_priv *p, uint32_t tid)
{
	return RS_FIND_OR_ADD(p->evictors, struct evictor, tid, tid, .min_seq_swappiness = -1);
}

static struct lruvec *lruvec_find(struct seq_priv *p, uint64_t cgroup, int nid)
{
	struct lruvec key = { .key = { cgroup, nid } };

	return RS_FIND_OR_ADD(p->lruvecs, struct lruvec, key, key.key);
}

/* ---- generations ---- */

/* What try_to_inc_min_seq() has to do now, which is the next that happens under the lock. */
static void expect_min_seq(struct rs_diff *d, struct lruvec *l, const struct rs_event_lru_gen_state *e, int swappiness)
{
	rs_fill_gens(&l->was, e);
	l->expected = l->was;
	l->swappiness = swappiness;
	memcpy(l->end_min_seq, l->was.min_seq, sizeof(l->end_min_seq));
	l->waits = true;
	try_to_inc_min_seq(&l->expected, l->swappiness, &d->rules, NULL);
}

/* @shared: others are at work on the lruvec. What they evict and bring back is counted without its lock, also after it was read. */
static void judge_carry(struct rs_diff *d, const struct lruvec *l, const struct lru_gen_folio *now,
			const struct rs_event_hdr *hdr, int type, bool shared)
{
	struct rs_answer answers[2 * MAX_NR_TIERS];
	static const char *const names[2 * MAX_NR_TIERS] = {
		"avg_refaulted 0", "avg_refaulted 1", "avg_refaulted 2", "avg_refaulted 3",
		"avg_total 0",	   "avg_total 1",     "avg_total 2",	 "avg_total 3",
	};
	int tier;

	for (tier = 0; tier < MAX_NR_TIERS; tier++) {
		answers[tier] = (struct rs_answer){ names[tier], now->avg_refaulted[type][tier],
						    l->expected.avg_refaulted[type][tier] };
		answers[MAX_NR_TIERS + tier] = (struct rs_answer){ names[MAX_NR_TIERS + tier], now->avg_total[type][tier],
								   l->expected.avg_total[type][tier] };
	}
	rs_count_branch(d, RS_DECIDE_reset_ctrl_pos, type ? "file" : "anon");
	for (tier = 0; tier < 2 * MAX_NR_TIERS; tier++)
		shared &= answers[tier].kernel >= answers[tier].model;
	rs_judge(d, RS_DECIDE_reset_ctrl_pos, NULL, hdr, answers, 2 * MAX_NR_TIERS, 0,
		 shared ? "others evicted or brought back meanwhile" : NULL);
}

/* @e was read under the lock: have the generations moved as they should since the last call? */
static void judge_min_seq(struct rs_diff *d, struct lruvec *l, const struct rs_event_lru_gen_state *e, bool shared)
{
	struct lru_gen_folio now;
	int type;

	if (!l->waits)
		return;
	l->waits = false;
	rs_fill_gens(&now, e);
	/* Aging in between moves them as well. */
	if (now.max_seq != l->was.max_seq) {
		rs_count_hidden(d, RS_DECIDE_try_to_inc_min_seq);
		return;
	}
	rs_count_branch(d, RS_DECIDE_try_to_inc_min_seq,
			l->expected.min_seq[LRU_GEN_ANON] != l->was.min_seq[LRU_GEN_ANON] ? "anon advances" :
			l->expected.min_seq[LRU_GEN_FILE] != l->was.min_seq[LRU_GEN_FILE] ? "file advances" :
											  "stay");
	try_to_inc_min_seq(&l->was, l->swappiness, &d->rules, rs_diff_why(d));
	rs_judge(d, RS_DECIDE_try_to_inc_min_seq, NULL, &e->hdr,
		 (struct rs_answer[]){
			 { "min_seq[anon]", now.min_seq[LRU_GEN_ANON], l->expected.min_seq[LRU_GEN_ANON] },
			 { "min_seq[file]", now.min_seq[LRU_GEN_FILE], l->expected.min_seq[LRU_GEN_FILE] },
			 { "max_seq", now.max_seq, l->was.max_seq },
			 { "swappiness", l->swappiness, l->swappiness },
		 },
		 4, 0, NULL);
	for (type = 0; type < ANON_AND_FILE; type++)
		if (now.min_seq[type] != l->end_min_seq[type] && now.min_seq[type] == l->expected.min_seq[type])
			judge_carry(d, l, &now, &e->hdr, type, shared);
}

/* Generations can be advanced at any time by a thread that is at work on the same lruvec. */
static bool others_inside(const struct seq_priv *p, const struct lruvec *l, uint32_t tid)
{
	const struct evictor *t;

	for (t = p->evictors; t; t = t->hh.next)
		if (t->inside == l && t->tid != tid)
			return true;
	return false;
}

/* Is anybody else at work on it, or was when it was last seen? */
static bool is_shared(const struct seq_priv *p, const struct lruvec *l, uint32_t tid)
{
	return l->shared || others_inside(p, l, tid);
}

static void aged(struct rs_diff *d, const struct seq_priv *p, struct lruvec *l, const struct rs_event_try_to_inc_max_seq *a,
		 const struct rs_event_lru_gen_state *e)
{
	struct lru_gen_folio g = { .max_seq = l->max_seq };
	const char *race = NULL;

	if (!a->ret || !l->max_seq) {
		rs_count_hidden(d, RS_DECIDE_inc_max_seq);
		return;
	}
	memcpy(g.min_seq, l->min_seq, sizeof(g.min_seq));
	if (l->tid != e->hdr.tid || g.max_seq != a->seq || is_shared(p, l, e->hdr.tid))
		race = "another thread was at this lruvec meanwhile";
	inc_max_seq(&g, rs_diff_why(d));
	rs_judge(d, RS_DECIDE_inc_max_seq, NULL, &e->hdr,
		 (struct rs_answer[]){
			 { "max_seq", e->max_seq, g.max_seq },
			 { "min_seq[anon]", e->min_seq[LRU_GEN_ANON], g.min_seq[LRU_GEN_ANON] },
			 { "min_seq[file]", e->min_seq[LRU_GEN_FILE], g.min_seq[LRU_GEN_FILE] },
			 { "seq", a->seq, a->seq },
		 },
		 4, 0, race);
}

static void take_state(struct rs_diff *d, struct seq_priv *p, struct evictor *t,
		       const struct rs_event_lru_gen_state *e)
{
	struct lruvec *l = lruvec_find(p, e->cgroup, e->nid);

	if (!l)
		return;
	/* 7.2 calls it first of all, too, which nothing before shows under the lock: it may be about other types. */
	if (e->of == RS_EVENT_try_to_inc_min_seq && l->waits && t->min_seq_swappiness >= 0 &&
	    t->min_seq_swappiness != l->swappiness) {
		l->waits = false;
		rs_count_hidden(d, RS_DECIDE_try_to_inc_min_seq);
	}
	if (e->of == RS_EVENT_isolate_folios_begin || e->of == RS_EVENT_try_to_inc_min_seq)
		judge_min_seq(d, l, e, is_shared(p, l, t->tid));
	else if (e->of == RS_EVENT_try_to_inc_max_seq)
		aged(d, p, l, &t->aging, e);
	else if (e->of == RS_EVENT_try_to_shrink_lruvec_begin || e->of == RS_EVENT_evict_folios_begin)
		t->inside = l;
	l->max_seq = e->max_seq;
	memcpy(l->min_seq, e->min_seq, sizeof(l->min_seq));
	l->tid = t->tid;
	l->shared = others_inside(p, l, t->tid);
	if (e->of != RS_EVENT_isolate_folios_end)
		return;
	t->evicts = t->begun;
	if (t->begun) {
		expect_min_seq(d, l, e, t->swappiness);
		memcpy(l->min_seq, l->expected.min_seq, sizeof(l->min_seq));
		t->lruvec = l;
	}
	t->begun = false;
}

static void take_list(struct evictor *t, const struct rs_thread *thread)
{
	const struct rs_event_hdr *hdr;

	t->nr_list = 0;
	for (hdr = rs_recent_first(thread); hdr; hdr = rs_recent_next(thread, hdr))
		if (hdr->type == RS_EVENT_folio && t->nr_list < MAX_LIST)
			t->list[t->nr_list++] = *(const struct rs_event_folio *)hdr;
}

/* Was a token made of what the record has only afterwards: other references, or generations that others advanced? */
static const char *token_race(const struct seq_priv *p, const struct evictor *t, uint64_t kernel, uint64_t model)
{
	const uint64_t refs = (1 << LRU_REFS_WIDTH) - 1;
	const bool shared = t->lruvec->tid != t->tid || is_shared(p, t->lruvec, t->tid);

	if ((kernel & refs) != (model & refs))
		return t->eviction.refs != t->eviction.refs_after ? "it was referenced meanwhile" : NULL;
	return shared ? "another thread was at this lruvec meanwhile" : NULL;
}

static void removed(struct rs_diff *d, const struct seq_priv *p, struct evictor *t,
		    const struct rs_event_folio_remove *e)
{
	const struct rs_shadow_layout layout = { .nodes_shift = d->nodes_shift };
	const struct rs_shadow shadow = unpack_shadow(t->eviction.shadow, &layout);
	const struct rs_event_folio *in = NULL;
	struct lru_gen_folio g = { 0 };
	struct rs_gen_folio folio = { 0 };
	struct rs_shadow model;
	unsigned int i, flags;

	for (i = 0; i < t->nr_list; i++)
		if (t->list[i].folio == e->folio)
			in = &t->list[i];
	if (!in) {
		rs_count_lost(d, RS_DECIDE_lru_gen_eviction);
		return;
	}
	memcpy(g.min_seq, t->lruvec->min_seq, sizeof(g.min_seq));
	/* As it was when it left, where that is recorded: others can reference it until then. */
	flags = t->eviction.flags ? t->eviction.flags : in->flags;
	folio.file = t->eviction.file;
	folio.bits = t->eviction.flags ? t->eviction.refs : in->refs;
	folio.referenced = flags & RS_FOLIO_REFERENCED;
	folio.workingset = flags & RS_FOLIO_WORKINGSET;
	model = lru_gen_eviction(&g, &folio, &d->rules);
	rs_count_branch(d, RS_DECIDE_lru_gen_eviction, folio.file ? "file" : "anon");
	if (model.eviction & ((1 << LRU_REFS_WIDTH) - 1) || model.workingset)
		rs_count_branch(d, RS_DECIDE_lru_gen_eviction, "with references");
	rs_judge(d, RS_DECIDE_lru_gen_eviction, NULL, &t->eviction.hdr,
		 (struct rs_answer[]){
			 { "token", shadow.eviction, model.eviction },
			 { "workingset", shadow.workingset, model.workingset },
			 { "refs", folio.bits, folio.bits },
			 { "flags", flags, flags },
		 },
		 4, 0, token_race(p, t, shadow.eviction, model.eviction));
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	const struct rs_event_hdr *hdr = event->hdr;
	struct seq_priv *p;
	struct evictor *t;

	switch (hdr->type) {
	case RS_EVENT_isolate_folios_begin:
	case RS_EVENT_lru_gen_state:
	case RS_EVENT_try_to_inc_max_seq:
	case RS_EVENT_try_to_inc_min_seq:
	case RS_EVENT_try_to_shrink_lruvec_end:
	case RS_EVENT_shrink_lruvec_end:
	case RS_EVENT_shrink_folio_list_begin:
	case RS_EVENT_workingset_eviction:
	case RS_EVENT_folio_remove:
		break;
	default:
		return;
	}
	if (!d->priv[RS_PRIV_LRU_GEN_SEQ])
		d->priv[RS_PRIV_LRU_GEN_SEQ] = calloc(1, sizeof(*p));
	p = d->priv[RS_PRIV_LRU_GEN_SEQ];
	t = p ? evictor_find(p, step->thread->tid) : NULL;
	if (!t)
		return;
	switch (hdr->type) {
	case RS_EVENT_isolate_folios_begin:
		t->begun = true;
		t->swappiness = ((const struct rs_event_isolate_folios_begin *)hdr)->swappiness;
		break;
	case RS_EVENT_lru_gen_state:
		take_state(d, p, t, (const void *)hdr);
		break;
	case RS_EVENT_try_to_inc_max_seq:
		t->aging = *(const struct rs_event_try_to_inc_max_seq *)hdr;
		break;
	case RS_EVENT_try_to_inc_min_seq:
		t->min_seq_swappiness = ((const struct rs_event_try_to_inc_min_seq *)hdr)->swappiness;
		break;
	case RS_EVENT_try_to_shrink_lruvec_end:
	case RS_EVENT_shrink_lruvec_end:
		t->inside = NULL;
		break;
	case RS_EVENT_shrink_folio_list_begin:
		take_list(t, step->thread);
		break;
	case RS_EVENT_workingset_eviction:
		t->eviction = *(const struct rs_event_workingset_eviction *)hdr;
		break;
	case RS_EVENT_folio_remove:
		if (t->eviction.hdr.type && t->evicts)
			removed(d, p, t, (const void *)hdr);
		t->eviction.hdr.type = 0;
		break;
	}
}

static void destroy(struct rs_diff *d)
{
	struct seq_priv *p = d->priv[RS_PRIV_LRU_GEN_SEQ];

	if (!p)
		return;
	RS_FREE_TABLE(p->evictors, struct evictor);
	RS_FREE_TABLE(p->lruvecs, struct lruvec);
	free(p);
	d->priv[RS_PRIV_LRU_GEN_SEQ] = NULL;
}

const struct rs_checker rs_check_lru_gen_seq = { .record = record, .destroy = destroy };
