/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lru_gen_eviction(): what MGLRU puts into the shadow of a folio. Mode folios: the record of a removed
 * folio comes just after that of its shadow, and its state is that in which it came to
 * shrink_folio_list(). The oldest generation is the one that the lruvec had after the batch.
 */
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

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
	bool evicts; /* from this lruvec, with MGLRU */
	struct lruvec_key lruvec;
	unsigned int nr_list;
	struct rs_event_folio list[MAX_LIST];
	struct rs_event_workingset_eviction eviction; /* hdr.type 0: none waits for its folio */
};

struct oldest {
	UT_hash_handle hh;
	struct lruvec_key key;
	uint64_t min_seq[ANON_AND_FILE];
	uint32_t tid; /* who has told it */
};

struct token_priv {
	struct evictor *evictors;
	struct oldest *lruvecs;
};

static struct evictor *evictor_find(struct token_priv *p, uint32_t tid)
{
	struct evictor *t;

	HASH_FIND(hh, p->evictors, &tid, sizeof(tid), t);
	if (t)
		return t;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->tid = tid;
	HASH_ADD(hh, p->evictors, tid, sizeof(t->tid), t);
	return t;
}

static struct oldest *oldest_find(struct token_priv *p, const struct lruvec_key *key, bool make)
{
	struct oldest *o;

	HASH_FIND(hh, p->lruvecs, key, sizeof(*key), o);
	if (o || !make)
		return o;
	o = calloc(1, sizeof(*o));
	if (!o)
		return NULL;
	o->key = *key;
	HASH_ADD(hh, p->lruvecs, key, sizeof(o->key), o);
	return o;
}

static void take_state(struct rs_diff *d, struct token_priv *p, struct evictor *t,
		       const struct rs_event_lru_gen_state *e)
{
	const struct lruvec_key key = { e->cgroup, e->nid };
	struct oldest *o = oldest_find(p, &key, true);
	struct lru_gen_folio g;

	if (!o)
		return;
	rs_fill_gens(&g, e);
	/* The lock is held on, and the first that happens is this. */
	if (e->of == RS_EVENT_isolate_folios_end) {
		try_to_inc_min_seq(&g, t->swappiness, &d->rules, NULL);
		t->lruvec = key;
		t->evicts = true;
	}
	memcpy(o->min_seq, g.min_seq, sizeof(o->min_seq));
	o->tid = t->tid;
}

static void take_list(struct evictor *t, const struct rs_thread *thread)
{
	const struct rs_event_hdr *hdr;

	t->nr_list = 0;
	for (hdr = rs_recent_first(thread); hdr; hdr = rs_recent_next(thread, hdr))
		if (hdr->type == RS_EVENT_folio && t->nr_list < MAX_LIST)
			t->list[t->nr_list++] = *(const struct rs_event_folio *)hdr;
}

static void removed(struct rs_diff *d, struct token_priv *p, struct evictor *t, const struct rs_event_folio_remove *e)
{
	const struct rs_shadow_layout layout = { .nodes_shift = d->nodes_shift };
	const struct rs_shadow shadow = unpack_shadow(t->eviction.shadow, &layout);
	const struct oldest *o = oldest_find(p, &t->lruvec, false);
	const struct rs_event_folio *in = NULL;
	struct lru_gen_folio g = { 0 };
	struct rs_gen_folio folio = { 0 };
	struct rs_shadow model;
	unsigned int i;

	for (i = 0; i < t->nr_list; i++)
		if (t->list[i].folio == e->folio)
			in = &t->list[i];
	if (!in || !o) {
		rs_count_lost(d, RS_DECIDE_lru_gen_eviction);
		return;
	}
	memcpy(g.min_seq, o->min_seq, sizeof(g.min_seq));
	folio.file = t->eviction.file;
	folio.bits = in->refs;
	folio.referenced = in->flags & RS_FOLIO_REFERENCED;
	folio.workingset = in->flags & RS_FOLIO_WORKINGSET;
	model = lru_gen_eviction(&g, &folio, &d->rules);
	rs_count_branch(d, RS_DECIDE_lru_gen_eviction, folio.file ? "file" : "anon");
	if (model.eviction & ((1 << LRU_REFS_WIDTH) - 1) || model.workingset)
		rs_count_branch(d, RS_DECIDE_lru_gen_eviction, "with references");
	rs_judge(d, RS_DECIDE_lru_gen_eviction, NULL, &t->eviction.hdr,
		 (struct rs_answer[]){
			 { "token", shadow.eviction, model.eviction },
			 { "workingset", shadow.workingset, model.workingset },
			 { "refs", in->refs, in->refs },
			 { "flags", in->flags, in->flags },
		 },
		 4, 0, o->tid != t->tid ? "another thread was at this lruvec meanwhile" : NULL);
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	const struct rs_event_hdr *hdr = event->hdr;
	struct token_priv *p;
	struct evictor *t;

	switch (hdr->type) {
	case RS_EVENT_isolate_folios_begin:
	case RS_EVENT_lru_gen_state:
	case RS_EVENT_shrink_folio_list_begin:
	case RS_EVENT_workingset_eviction:
	case RS_EVENT_folio_remove:
		break;
	default:
		return;
	}
	if (!d->priv[RS_PRIV_LRU_GEN_TOKEN])
		d->priv[RS_PRIV_LRU_GEN_TOKEN] = calloc(1, sizeof(*p));
	p = d->priv[RS_PRIV_LRU_GEN_TOKEN];
	t = p ? evictor_find(p, step->thread->tid) : NULL;
	if (!t)
		return;
	switch (hdr->type) {
	case RS_EVENT_isolate_folios_begin:
		t->swappiness = ((const struct rs_event_isolate_folios_begin *)hdr)->swappiness;
		break;
	case RS_EVENT_lru_gen_state:
		take_state(d, p, t, (const void *)hdr);
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
	struct token_priv *p = d->priv[RS_PRIV_LRU_GEN_TOKEN];
	struct evictor *t, *next;
	struct oldest *o, *following;

	if (!p)
		return;
	HASH_ITER(hh, p->evictors, t, next)
	{
		HASH_DEL(p->evictors, t);
		free(t);
	}
	HASH_ITER(hh, p->lruvecs, o, following)
	{
		HASH_DEL(p->lruvecs, o);
		free(o);
	}
	free(p);
	d->priv[RS_PRIV_LRU_GEN_TOKEN] = NULL;
}

const struct rs_checker rs_check_lru_gen_token = { .record = record, .destroy = destroy };
