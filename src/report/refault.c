/* SPDX-License-Identifier: GPL-2.0-only */
#include "refault.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "../base/grow.h"
#include "../base/table.h"

#define MEMCG_RECLAIM_PROACTIVE (1 << 2)
#define MEMCG_CHARGE_BATCH 64
#define MAX_FOLIO_PAGES 512 /* a record that claims more is damaged */

/* A thread that reclaims, or did. */
struct rs_reclaimer {
	uint32_t tid; /* key */
	uint32_t run; /* that it is in, 0: none */
	uint32_t kind; /* of that run */
	int32_t priority;
	struct rs_event_memcg_reclaim_request request; /* its last one; hdr.len 0: none */
	UT_hash_handle hh;
};

/* A page that is away. */
struct rs_evicted {
	struct {
		uint64_t place;
		uint64_t file;
	} key; /* place 0: it is in no table of places */
	uint64_t shadow, ts_ns;
	uint32_t run;
	int32_t priority;
	uint32_t order, page; /* in @ws, and in what a larger memory is told */
	uint32_t at; /* in @group */
	struct rs_working_set *ws;
	struct rs_refault_sum *reclaim;
	struct rs_shadow_group *group; /* NULL: file pages tell their place */
	UT_hash_handle hh;
};

/* Pages that are away under the same shadow entry. */
struct rs_shadow_group {
	struct {
		uint64_t shadow;
		uint64_t file;
	} key;
	struct rs_evicted **pages;
	uint32_t nr, room;
	UT_hash_handle hh;
};

const char *rs_cause_name(enum rs_cause cause)
{
	static const char *const names[RS_NR_CAUSES] = { "not seen",	  "kswapd",	"direct",     "memory.max",
							 "memory.high", "memory.reclaim", "soft limit", "node" };

	return cause < RS_NR_CAUSES ? names[cause] : "?";
}

/* ---- runs ---- */

static struct rs_reclaimer *reclaimer_of(struct rs_refaults *r, uint32_t tid)
{
	return RS_FIND_OR_ADD(r->reclaimers, struct rs_reclaimer, tid, tid, .priority = -1);
}

static struct rs_run *new_run(struct rs_refaults *r)
{
	if (!RS_MAKE_ROOM(r->runs, r->nr_runs, r->runs_room, 64))
		return NULL;
	r->runs[r->nr_runs] = (struct rs_run){ .first_priority = -1, .last_priority = -1 };
	return &r->runs[r->nr_runs++];
}

/* The charge that failed was of nr_pages, and first of a batch. */
static enum rs_cause cause_of_request(const struct rs_event_memcg_reclaim_request *q)
{
	if (!q->hdr.len)
		return RS_CAUSE_NOT_SEEN;
	if (q->options & MEMCG_RECLAIM_PROACTIVE)
		return RS_CAUSE_PROACTIVE;
	return q->usage >= q->max || q->max - q->usage < q->nr_pages + MEMCG_CHARGE_BATCH ? RS_CAUSE_MAX : RS_CAUSE_HIGH;
}

static int begin_run(struct rs_refaults *r, const struct rs_event_hdr *hdr, const struct rs_tasks *tasks, uint32_t kind,
		     int32_t order)
{
	static const uint8_t causes[RS_NR_RECLAIM_KINDS] = { [RS_RECLAIM_DIRECT] = RS_CAUSE_DIRECT,
							     [RS_RECLAIM_SOFTLIMIT] = RS_CAUSE_SOFTLIMIT,
							     [RS_RECLAIM_NODE] = RS_CAUSE_NODE,
							     [RS_RECLAIM_KSWAPD] = RS_CAUSE_KSWAPD };
	const struct rs_task *task = rs_tasks_find(tasks, hdr->tid);
	struct rs_reclaimer *t = reclaimer_of(r, hdr->tid);
	struct rs_run *run;

	if (!t)
		return -ENOMEM;
	if (kind >= RS_NR_RECLAIM_KINDS || (t->run && t->kind != kind))
		return 0; /* a part of what this thread is doing */
	run = new_run(r);
	if (!run)
		return -ENOMEM;
	run->begin_ns = hdr->ts_ns;
	run->order = order;
	run->cause = kind == RS_RECLAIM_MEMCG ? cause_of_request(&t->request) : causes[kind];
	run->tgid = task ? task->tgid : hdr->tid;
	snprintf(run->comm, sizeof(run->comm), "%s", task ? task->comm : "?");
	t->run = run - r->runs;
	t->kind = kind;
	return 0;
}

static void end_run(struct rs_refaults *r, uint32_t tid, uint32_t kind)
{
	struct rs_reclaimer *t;

	HASH_FIND(hh, r->reclaimers, &tid, sizeof(tid), t);
	if (!t || t->kind != kind)
		return;
	t->run = 0;
	t->priority = -1;
	if (kind == RS_RECLAIM_MEMCG)
		t->request.hdr.len = 0;
}

/* ---- what MGLRU spares ---- */

/* A lruvec, and what it has spared of its present generation. */
struct rs_spared {
	struct {
		uint64_t cgroup;
		int64_t nid;
	} key;
	uint64_t protected[2 * RS_TIERS], evicted[2 * RS_TIERS];
	uint64_t size; /* pages */
	struct rs_working_set *ws; /* whose limit has evicted from it last */
	UT_hash_handle hh;
};

static struct rs_spared *spared_by(struct rs_refaults *r, uint64_t cgroup, int32_t nid)
{
	__typeof__(((struct rs_spared *)0)->key) key = { .cgroup = cgroup, .nid = nid };

	return RS_FIND_OR_ADD(r->spared, struct rs_spared, key, key);
}

static int on_lru_gen_state(struct rs_refaults *r, const struct rs_event_lru_gen_state *e)
{
	struct rs_spared *s = spared_by(r, e->cgroup, e->nid);
	int type, tier;
	int64_t size = 0;
	size_t i;

	if (!s)
		return -ENOMEM;
	for (i = 0; i < RS_GENS * 2 * RS_MAX_ZONES; i++)
		size += e->nr_pages[i];
	for (type = 0; type < 2; type++) {
		uint64_t spared[2] = { 0 }, evicted = 0; /* [used] */

		for (tier = 0; tier < RS_TIERS; tier++) {
			i = type * RS_TIERS + tier;
			/* They begin at 0 with each generation. */
			spared[tier > 0] += e->protected[i] - (e->protected[i] < s->protected[i] ? 0 : s->protected[i]);
			if (tier)
				evicted += e->evicted[i] - (e->evicted[i] < s->evicted[i] ? 0 : s->evicted[i]);
			s->protected[i] = e->protected[i];
			s->evicted[i] = e->evicted[i];
		}
		if (s->ws)
			rs_larger_spared(&s->ws->larger, type, spared[1], evicted, spared[0]);
	}
	if (s->ws)
		s->ws->larger.size += (size > 0 ? size : 0) - s->size;
	s->size = size > 0 ? size : 0;
	return 0;
}

/* From now on that lruvec counts for @ws. */
static int lruvec_evicts(struct rs_refaults *r, uint64_t cgroup, int32_t nid, struct rs_working_set *ws)
{
	struct rs_spared *s = spared_by(r, cgroup, nid);

	if (!s)
		return -ENOMEM;
	if (s->ws == ws)
		return 0;
	if (s->ws)
		s->ws->larger.size -= s->size;
	s->ws = ws;
	ws->larger.size += s->size;
	return 0;
}

/* ---- pages that are away ---- */

static int join_group(struct rs_refaults *r, struct rs_evicted *p)
{
	__typeof__(p->group->key) key = { .shadow = p->shadow, .file = p->key.file };
	struct rs_shadow_group *g = RS_FIND_OR_ADD(r->by_shadow, struct rs_shadow_group, key, key);

	if (!g)
		return -ENOMEM;
	if (!RS_MAKE_ROOM(g->pages, g->nr, g->room, 1))
		return -ENOMEM;
	p->group = g;
	p->at = g->nr;
	g->pages[g->nr++] = p;
	return 0;
}

static void leave_group(struct rs_refaults *r, struct rs_evicted *p)
{
	struct rs_shadow_group *g = p->group;

	if (!g)
		return;
	g->pages[p->at] = g->pages[--g->nr];
	g->pages[p->at]->at = p->at;
	if (g->nr)
		return;
	HASH_DEL(r->by_shadow, g);
	free(g->pages);
	free(g);
}

/* @p is not away any more. If it came back, its distance counts. */
static int forget(struct rs_refaults *r, struct rs_evicted *p, bool refault)
{
	uint32_t distance = rs_working_set_return(p->ws, &p->order);
	int err = rs_larger_return(&p->ws->larger, p->page, p->key.place, p->key.file, refault);

	if (refault && !err)
		err = rs_working_set_refault(p->ws, p->key.file, distance);
	if (p->key.place)
		HASH_DEL(r->by_place, p);
	leave_group(r, p);
	free(p);
	return err;
}

static struct rs_evicted *find_place(const struct rs_refaults *r, uint64_t place, bool file)
{
	struct rs_evicted *p;
	__typeof__(p->key) key = { .place = place, .file = file };

	HASH_FIND(hh, r->by_place, &key, sizeof(key), p);
	return p;
}

/* The @nth page of a folio of @nr. */
static int away(struct rs_refaults *r, const struct rs_evicted *like, uint64_t place, bool used, uint32_t nth, uint32_t nr)
{
	struct rs_evicted *p = place ? find_place(r, place, like->key.file) : NULL;
	int err = p ? forget(r, p, false) : 0; /* it was freed while away */

	if (err)
		return err;
	p = malloc(sizeof(*p));
	if (!p)
		return -ENOMEM;
	*p = *like;
	p->key.place = place;
	err = rs_larger_evict(&p->ws->larger, place, p->key.file, used, nth, nr, &p->page);
	if (!err)
		err = rs_working_set_evict(p->ws, p->run, &p->order);
	if (err) {
		free(p);
		return err;
	}
	if (place)
		HASH_ADD(hh, r->by_place, key, sizeof(p->key), p);
	if (place && p->key.file)
		return 0;
	err = join_group(r, p);
	if (err)
		forget(r, p, false);
	return err;
}

static uint16_t memcgid(const struct rs_refaults *r, uint64_t shadow)
{
	return shadow >> (2 + r->nodes_shift);
}

/* Where MGLRU keeps the uses of a page in its shadow: the two lowest bits of the eviction. */
static bool used_before(const struct rs_refaults *r, const struct rs_event_workingset_eviction *e)
{
	return e->workingset || (e->shadow >> (2 + r->nodes_shift + 16) & 3);
}

static int on_eviction(struct rs_refaults *r, const struct rs_event_workingset_eviction *e)
{
	/* Folios whose size was not told, and those of older recordings, count as one page. */
	uint32_t nr = e->nr_pages > 0 && e->nr_pages <= MAX_FOLIO_PAGES ? e->nr_pages : 1, i;
	struct rs_evicted p = { .key = { .file = !!e->file }, .shadow = e->shadow, .ts_ns = e->hdr.ts_ns, .priority = -1 };
	struct rs_refault_key key = { .target = e->cgroup, .owner = e->owner, .file = !!e->file };
	uint64_t cgroup = e->cgroup;
	struct rs_reclaimer *t;
	struct rs_run *run;
	int err = 0;

	HASH_FIND(hh, r->reclaimers, &e->hdr.tid, sizeof(e->hdr.tid), t);
	p.run = t ? t->run : 0;
	run = &r->runs[p.run];
	if (p.run) {
		p.priority = t->priority;
		run->target = e->cgroup;
		if (run->first_priority < 0)
			run->first_priority = p.priority;
		run->last_priority = p.priority;
	}
	run->evicted += nr;
	if (p.priority >= 0)
		r->evicted_at[p.priority & 15] += nr;
	key.cause = run->cause;
	key.evictor = run->tgid;
	p.reclaim = RS_FIND_OR_ADD(r->reclaims, struct rs_refault_sum, key, key);
	if (!p.reclaim)
		return -ENOMEM;
	memcpy(p.reclaim->evictor_comm, run->comm, sizeof(run->comm));
	p.reclaim->evicted += nr;
	p.ws = RS_FIND_OR_ADD(r->working_sets, struct rs_working_set, cgroup, cgroup);
	if (!p.ws)
		return -ENOMEM;
	r->of_memcgid[memcgid(r, e->shadow)] = p.ws;
	err = lruvec_evicts(r, e->owner, e->nid, p.ws);
	for (i = 0; i < nr && !err; i++)
		err = away(r, &p, e->place ? e->place + i : 0, used_before(r, e), i, nr);
	return err;
}

/* ---- pages that come back ---- */

/* Which page that was, NULL: its eviction is not known. */
static struct rs_evicted *find_evicted(struct rs_refaults *r, const struct rs_event_workingset_refault *e, uint32_t i,
				       bool *ret_drawn)
{
	struct rs_shadow_group *g;
	__typeof__(g->key) key = { .shadow = e->shadow, .file = !!e->file };
	struct rs_evicted *p;

	*ret_drawn = false;
	if (e->place) {
		p = find_place(r, e->place + i, e->file);
		/* A large folio may bring several shadows back, of which only one is told. */
		if (!p || p->shadow == e->shadow || e->nr_pages > 1)
			return p;
		forget(r, p, false); /* the record of a later eviction is missing */
		return NULL;
	}
	HASH_FIND(hh, r->by_shadow, &key, sizeof(key), g);
	if (!g)
		return NULL;
	*ret_drawn = g->nr > 1;
	r->random ^= r->random << 13;
	r->random ^= r->random >> 7;
	r->random ^= r->random << 17;
	return g->pages[r->random % g->nr];
}

static int on_link(struct rs_refaults *r, const struct rs_event_workingset_refault *e, const struct rs_tasks *tasks,
		   struct rs_evicted *p)
{
	const struct rs_task *task = rs_tasks_find(tasks, e->hdr.tid);
	struct rs_refault_key key = p->reclaim->key;
	uint64_t ns = e->hdr.ts_ns > p->ts_ns ? e->hdr.ts_ns - p->ts_ns : 0;
	struct rs_refault_sum *link;
	int err;

	key.cgroup = e->cgroup;
	key.refaulter = task ? task->tgid : e->hdr.tid;
	link = RS_FIND_OR_ADD(r->links, struct rs_refault_sum, key, key);
	if (!link)
		return -ENOMEM;
	memcpy(link->evictor_comm, p->reclaim->evictor_comm, sizeof(link->evictor_comm));
	snprintf(link->refaulter_comm, sizeof(link->refaulter_comm), "%s", task ? task->comm : "?");
	link->refaulted++;
	p->reclaim->refaulted++;
	r->runs[p->run].refaulted++;
	if (p->priority >= 0)
		r->refaulted_at[p->priority & 15]++;
	err = rs_latency_add(&p->reclaim->away, ns);
	if (!err)
		err = rs_latency_add(&link->away, ns);
	return err ? err : forget(r, p, true);
}

static int on_refault(struct rs_refaults *r, const struct rs_event_workingset_refault *e, const struct rs_tasks *tasks)
{
	uint32_t i;
	bool drawn;
	int err;

	for (i = 0; i < e->nr_pages; i++) {
		struct rs_evicted *p = find_evicted(r, e, i, &drawn);

		if (!p) {
			struct rs_working_set *ws = r->of_memcgid[memcgid(r, e->shadow)];

			r->unlinked[!!e->file]++;
			if (ws)
				ws->unknown[!!e->file]++;
			continue;
		}
		(drawn ? r->drawn : r->linked)[!!e->file]++;
		err = on_link(r, e, tasks, p);
		if (err)
			return err;
	}
	return 0;
}

int rs_refaults_take(struct rs_refaults *r, const struct rs_event_hdr *hdr, const struct rs_tasks *tasks)
{
	struct rs_reclaimer *t;

	switch (hdr->type) {
	case RS_EVENT_memcg_reclaim_request:
		t = reclaimer_of(r, hdr->tid);
		if (!t)
			return -ENOMEM;
		t->request = *(const struct rs_event_memcg_reclaim_request *)hdr;
		return 0;
	case RS_EVENT_reclaim_begin: {
		const struct rs_event_reclaim_begin *e = (const void *)hdr;

		return begin_run(r, hdr, tasks, e->kind, e->order);
	}
	case RS_EVENT_reclaim_end:
		end_run(r, hdr->tid, ((const struct rs_event_reclaim_end *)hdr)->kind);
		return 0;
	case RS_EVENT_balance_pgdat_begin:
		return begin_run(r, hdr, tasks, RS_RECLAIM_KSWAPD,
				 ((const struct rs_event_balance_pgdat_begin *)hdr)->order);
	case RS_EVENT_balance_pgdat_end:
		end_run(r, hdr->tid, RS_RECLAIM_KSWAPD);
		return 0;
	case RS_EVENT_shrink_node_begin:
		t = reclaimer_of(r, hdr->tid);
		if (!t)
			return -ENOMEM;
		t->priority = ((const struct rs_event_shrink_node_begin *)hdr)->priority;
		return 0;
	case RS_EVENT_lru_gen_state:
		return on_lru_gen_state(r, (const void *)hdr);
	case RS_EVENT_workingset_eviction:
		return on_eviction(r, (const void *)hdr);
	case RS_EVENT_workingset_refault:
		return on_refault(r, (const void *)hdr, tasks);
	}
	return 0;
}

/* ---- the whole ---- */

struct rs_refaults *rs_refaults_create(struct json_object *info)
{
	struct rs_refaults *r = calloc(1, sizeof(*r));
	struct json_object *kernel, *v;

	if (!r)
		return NULL;
	r->random = 0x9E3779B97F4A7C15ULL; /* any, but always the same */
	if (json_object_object_get_ex(info, "kernel", &kernel) && json_object_object_get_ex(kernel, "nodes_shift", &v))
		r->nodes_shift = json_object_get_uint64(v) & 15;
	if (new_run(r))
		return r;
	free(r);
	return NULL;
}

void rs_refaults_destroy(struct rs_refaults *r)
{
	struct rs_shadow_group *g, *next_group;
	struct rs_evicted *p, *next;
	struct rs_working_set *ws;

	if (!r)
		return;
	/* A page is in one of the tables, or in both. */
	HASH_ITER(hh, r->by_place, p, next)
	{
		HASH_DEL(r->by_place, p);
		if (!p->group)
			free(p);
	}
	HASH_ITER(hh, r->by_shadow, g, next_group)
	{
		HASH_DEL(r->by_shadow, g);
		while (g->nr)
			free(g->pages[--g->nr]);
		free(g->pages);
		free(g);
	}
	for (ws = r->working_sets; ws; ws = ws->hh.next)
		rs_working_set_free(ws);
	RS_FREE_TABLE(r->working_sets, struct rs_working_set);
	RS_FREE_TABLE(r->spared, struct rs_spared);
	RS_FREE_TABLE(r->reclaimers, struct rs_reclaimer);
	rs_refault_sums_free(r->reclaims);
	rs_refault_sums_free(r->links);
	free(r->runs);
	free(r);
}

struct rs_refault_sum *rs_refaults_group(const struct rs_refault_sum *from, const struct rs_refault_key *which)
{
	struct rs_refault_sum *sums = NULL, *sum;
	size_t i;

	for (; from; from = from->hh.next) {
		struct rs_refault_key key = {
			.target = which->target ? from->key.target : 0,
			.owner = which->owner ? from->key.owner : 0,
			.cgroup = which->cgroup ? from->key.cgroup : 0,
			.cause = which->cause ? from->key.cause : 0,
			.evictor = which->evictor ? from->key.evictor : 0,
			.refaulter = which->refaulter ? from->key.refaulter : 0,
			.file = which->file ? from->key.file : 0,
		};

		sum = RS_FIND_OR_ADD(sums, struct rs_refault_sum, key, key);
		if (!sum)
			break;
		sum->evicted += from->evicted;
		sum->refaulted += from->refaulted;
		for (i = 0; i < from->away.count; i++)
			rs_latency_add(&sum->away, from->away.ns[i]);
		memcpy(sum->evictor_comm, from->evictor_comm, sizeof(sum->evictor_comm));
		memcpy(sum->refaulter_comm, from->refaulter_comm, sizeof(sum->refaulter_comm));
	}
	HASH_SORT(sums, rs_refault_sum_order);
	return sums;
}

void rs_refault_sums_free(struct rs_refault_sum *sums)
{
	struct rs_refault_sum *sum;

	for (sum = sums; sum; sum = sum->hh.next)
		rs_latency_free(&sum->away);
	RS_FREE_TABLE(sums, struct rs_refault_sum);
}

int rs_refault_sum_order(struct rs_refault_sum *a, struct rs_refault_sum *b)
{
	if (a->refaulted != b->refaulted)
		return a->refaulted < b->refaulted ? 1 : -1;
	if (a->evicted != b->evicted)
		return a->evicted < b->evicted ? 1 : -1;
	return memcmp(&a->key, &b->key, sizeof(a->key));
}

int rs_working_set_order(struct rs_working_set *a, struct rs_working_set *b)
{
	uint64_t x = rs_working_set_refaults(a), y = rs_working_set_refaults(b);

	return x != y ? (x < y ? 1 : -1) : a->cgroup < b->cgroup ? -1 : a->cgroup > b->cgroup;
}
