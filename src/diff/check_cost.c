/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The costs of a lruvec and of its parents: what one call adds, and when they are halved. Calls on the
 * same lruvec overlap; what they leave together depends on their order, which the records do not tell.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "../model/lru_cost.h"
#include "../model/workingset.h"
#include "scan_state.h"

#define HISTORY 32

struct lruvec_cost {
	struct {
		uint64_t cgroup;
		int64_t nid;
	} key;
	struct {
		uint64_t ts_ns, anon_cost, file_cost;
	} past[HISTORY]; /* a ring of what was read of it */
	unsigned int next;
	/* Calls on it: how many are open, and since when without a pause. */
	unsigned int open;
	uint64_t overlap_ns; /* when the last two were open at once */
	UT_hash_handle hh;
};

/* Of a note_cost frame. */
struct note_state {
	struct rs_lru_cost level[RS_COST_LEVELS];
	/* lruvec_page_state() inside of the call: four for each level, in the order of the lists. */
	unsigned int nr_read;
	bool out_of_order;
	bool overlapped;
};

static struct lruvec_cost *find(const struct rs_diff *d, uint64_t cgroup, int nid)
{
	struct lruvec_cost *all = d->priv[RS_PRIV_COST], *c, key = { .key = { cgroup, nid } };

	HASH_FIND(hh, all, &key.key, sizeof(key.key), c);
	return c;
}

static struct lruvec_cost *get(struct rs_diff *d, uint64_t cgroup, int nid)
{
	struct lruvec_cost *c = find(d, cgroup, nid), *all = d->priv[RS_PRIV_COST];

	if (c)
		return c;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->key.cgroup = cgroup;
	c->key.nid = nid;
	HASH_ADD(hh, all, key, sizeof(c->key), c);
	d->priv[RS_PRIV_COST] = all;
	return c;
}

static void remember(struct lruvec_cost *c, uint64_t ts_ns, uint64_t anon_cost, uint64_t file_cost)
{
	unsigned int i = c->next++ % HISTORY;

	c->past[i].ts_ns = ts_ns;
	c->past[i].anon_cost = anon_cost;
	c->past[i].file_cost = file_cost;
}

bool rs_cost_was(const struct rs_diff *d, uint64_t cgroup, int nid, uint64_t since_ns, uint64_t anon_cost,
		 uint64_t file_cost)
{
	const struct lruvec_cost *c = find(d, cgroup, nid);
	unsigned int i;

	for (i = 0; c && i < HISTORY && i < c->next; i++)
		if (c->past[i].ts_ns >= since_ns && c->past[i].anon_cost == anon_cost &&
		    c->past[i].file_cost == file_cost)
			return true;
	return false;
}

/* A call begins or ends, at each level that was recorded. */
static void open_levels(struct rs_diff *d, const struct rs_event_note_cost_begin *e, int by)
{
	unsigned int i;

	for (i = 0; i < e->levels && i < RS_COST_LEVELS; i++) {
		struct lruvec_cost *c = get(d, e->cgroup[i], e->nid);

		if (!c)
			continue;
		remember(c, e->hdr.ts_ns, e->anon_cost[i], e->file_cost[i]);
		if (c->open > 0)
			c->overlap_ns = e->hdr.ts_ns;
		if (by > 0 || c->open > 0)
			c->open += by;
		if (by < 0 && c->open > 0)
			c->overlap_ns = e->hdr.ts_ns;
	}
}

static void begin(struct rs_diff *d, struct rs_frame *frame)
{
	const struct rs_event_note_cost_begin *e = rs_frame_entry(frame, note_cost_begin);
	struct note_state *st = rs_frame_state(frame, struct note_state);
	unsigned int i;

	for (i = 0; i < RS_COST_LEVELS; i++)
		st->level[i] = (struct rs_lru_cost){ e->anon_cost[i], e->file_cost[i], e->lru_size[i] };
	open_levels(d, e, 1);
}

static void counter(struct rs_frame *frame, const struct rs_event_lruvec_page_state *e)
{
	const struct rs_event_note_cost_begin *b = rs_frame_entry(frame, note_cost_begin);
	struct note_state *st = rs_frame_state(frame, struct note_state);
	unsigned int level = st->nr_read / NR_EVICTABLE_LISTS, lru = st->nr_read % NR_EVICTABLE_LISTS;

	if (level >= RS_COST_LEVELS || level >= b->levels || e->item != lru || e->cgroup != b->cgroup[level]) {
		st->out_of_order = true;
		return;
	}
	st->level[level].lru_size += e->value;
	st->nr_read++;
}

static void end(struct rs_diff *d, struct rs_frame *frame, const struct rs_event_note_cost_end *e)
{
	static const char *const names[RS_COST_LEVELS][2] = {
		{ "anon_cost", "file_cost" },
		{ "anon_cost of the parent", "file_cost of the parent" },
		{ "anon_cost of its parent", "file_cost of its parent" },
	};
	const struct rs_event_note_cost_begin *b = rs_frame_entry(frame, note_cost_begin);
	struct note_state *st = rs_frame_state(frame, struct note_state);
	struct rs_answer answers[2 * RS_COST_LEVELS];
	const struct rs_lru_cost_args args = { e->nr_io, e->nr_rotated };
	bool none = d->rules.cost_zero_ignored && !args.nr_io && !args.nr_rotated, known = !st->out_of_order;
	const char *race = NULL;
	unsigned int i;

	for (i = 0; i < e->levels && i < RS_COST_LEVELS; i++) {
		struct lruvec_cost *c = find(d, e->cgroup[i], e->nid);

		/* Sizes come at entry, or with each level. */
		if (!none && !b->lru_size[i] && st->nr_read < NR_EVICTABLE_LISTS * (i + 1))
			known = false;
		if (c && c->overlap_ns >= b->hdr.ts_ns)
			race = "another call on the same lruvec ran at the same time";
	}
	open_levels(d, (const struct rs_event_note_cost_begin *)e, -1);
	if (e->levels != b->levels || e->cgroup[0] != b->cgroup[0] || e->nid != b->nid || frame->broken || !e->levels) {
		rs_count_lost(d, RS_DECIDE_lru_note_cost);
		return;
	}
	if (!known && !st->nr_read && !st->out_of_order) {
		/* Refaults, where only reclaim's own reading of counters is recorded. */
		rs_count_hidden(d, RS_DECIDE_lru_note_cost);
		return;
	}
	if (!known) {
		rs_count_lost(d, RS_DECIDE_lru_note_cost);
		return;
	}
	lru_note_cost(st->level, e->levels, e->file, args, &d->rules, rs_diff_why(d));
	for (i = 0; i < e->levels && i < RS_COST_LEVELS; i++) {
		answers[2 * i] = (struct rs_answer){ names[i][0], e->anon_cost[i], st->level[i].anon_cost };
		answers[2 * i + 1] = (struct rs_answer){ names[i][1], e->file_cost[i], st->level[i].file_cost };
	}
	rs_count_branch(d, RS_DECIDE_lru_note_cost,
			none				  ? "no cost" :
			st->level[0].anon_cost + st->level[0].file_cost <
					b->anon_cost[0] + b->file_cost[0] ? "halved" :
							    "added");
	if (e->levels > 1)
		rs_count_branch(d, RS_DECIDE_lru_note_cost, "with parents");
	rs_judge(d, RS_DECIDE_lru_note_cost, frame, &e->hdr, answers, 2 * i, 0, race);
}

/* A page came back and was in the working set: what that costs. */
static void refault(struct rs_diff *d, const struct rs_thread *thread, const struct rs_event_note_cost_begin *e)
{
	const struct rs_event_workingset_refault *r = NULL;
	const struct rs_event_hdr *hdr;
	struct rs_lru_cost_args args;

	for (hdr = rs_recent_first(thread); hdr; hdr = rs_recent_next(thread, hdr))
		if (hdr->type == RS_EVENT_workingset_refault)
			r = (const void *)hdr;
	if (!r) {
		rs_count_lost(d, RS_DECIDE_lru_note_cost_args);
		return;
	}
	args = lru_note_cost_refault(r->nr_pages);
	rs_count_branch(d, RS_DECIDE_lru_note_cost_args, "refault");
	rs_judge(d, RS_DECIDE_lru_note_cost_args, NULL, &e->hdr,
		 (struct rs_answer[]){
			 { "file", e->file, r->file },
			 { "nr_io", e->nr_io, args.nr_io },
			 { "nr_rotated", e->nr_rotated, args.nr_rotated },
		 },
		 3, 0, NULL);
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	const struct rs_event_hdr *hdr = event->hdr;
	struct rs_frame *frame;

	switch (hdr->type) {
	case RS_EVENT_note_cost_begin:
		begin(d, step->opened);
		if (!rs_frame_find(step->thread, RS_EVENT_shrink_node_begin) &&
		    !rs_frame_find(step->thread, RS_EVENT_shrink_lruvec_begin))
			refault(d, step->thread, (const void *)hdr);
		break;
	case RS_EVENT_note_cost_end:
		if (step->closed)
			end(d, step->closed, (const void *)hdr);
		else
			rs_count_lost(d, RS_DECIDE_lru_note_cost);
		break;
	case RS_EVENT_lruvec_page_state: {
		const struct rs_event_lruvec_page_state *e = (const void *)hdr;
		struct lruvec_cost *c = find(d, e->cgroup, e->nid);

		if (c)
			remember(c, hdr->ts_ns, e->anon_cost, e->file_cost);
		frame = rs_frame_top(step->thread);
		if (frame && frame->type == RS_EVENT_note_cost_begin)
			counter(frame, e);
		break;
	}
	}
}

static void dropped(struct rs_diff *d, const struct rs_frame *frame)
{
	const struct rs_event_note_cost_begin *e = rs_frame_entry(frame, note_cost_begin);
	unsigned int i;

	if (frame->type != RS_EVENT_note_cost_begin)
		return;
	rs_count_lost(d, RS_DECIDE_lru_note_cost);
	for (i = 0; i < e->levels && i < RS_COST_LEVELS; i++) {
		struct lruvec_cost *c = find(d, e->cgroup[i], e->nid);

		if (c && c->open)
			c->open--;
	}
}

static void destroy(struct rs_diff *d)
{
	struct lruvec_cost *all = d->priv[RS_PRIV_COST], *c, *next;

	HASH_ITER(hh, all, c, next)
	{
		HASH_DEL(all, c);
		free(c);
	}
	d->priv[RS_PRIV_COST] = NULL;
}

const struct rs_checker rs_check_cost = { .record = record, .dropped = dropped, .destroy = destroy };
