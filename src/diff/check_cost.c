/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The costs of a lruvec and of its parents: what one call adds, and when they are halved.
 *
 * Calls on the same lruvec overlap, and the records of entry and exit are read outside of the lock. Where
 * lruvec_page_state() is recorded, which is under the lock, there is a chain: what the call before has
 * left by the model's halving, and what this one adds, must be what the kernel has then. Elsewhere the
 * two ends are compared, and a difference is a race if another call is seen to have come in between.
 */
#include <stdlib.h>
#include <string.h>

#include "../base/table.h"
#include "../model/lru_cost.h"
#include "scan_state.h"

#define HISTORY 2048

struct lruvec_cost {
	struct {
		uint64_t cgroup;
		int64_t nid;
	} key;
	struct {
		uint64_t ts_ns, anon_cost, file_cost;
	} past[HISTORY]; /* a ring of what was read of it, and when last */
	unsigned int next;
	unsigned int open; /* calls on it */
	uint64_t overlap_ns; /* when the last two were open at once */
	/* What the last call left by the model, under the lock. */
	bool chained;
	struct rs_lru_cost left;
	/* A call whose end looks wrong, until it is seen what the next one found. */
	bool waits;
	unsigned int wrong_level; /* of the call; this lruvec */
	struct rs_event_note_cost_end end;
	struct rs_lru_cost model[RS_COST_LEVELS];
	UT_hash_handle hh;
};

/* Of a note_cost frame. */
struct note_state {
	/* lruvec_page_state() inside of the call: four for each level, in the order of the lists. */
	unsigned int nr_read;
	bool out_of_order;
	struct rs_lru_cost added[RS_COST_LEVELS]; /* as they are then: the cost is added, nothing is halved */
};

static struct lruvec_cost *find(const struct rs_diff *d, uint64_t cgroup, int nid)
{
	struct lruvec_cost *all = d->priv[RS_PRIV_COST], *c, key = { .key = { cgroup, nid } };

	HASH_FIND(hh, all, &key.key, sizeof(key.key), c);
	return c;
}

static struct lruvec_cost *get(struct rs_diff *d, uint64_t cgroup, int nid)
{
	struct lruvec_cost *all = d->priv[RS_PRIV_COST], *c, key = { .key = { cgroup, nid } };

	c = RS_FIND_OR_ADD(all, struct lruvec_cost, key, key.key);
	d->priv[RS_PRIV_COST] = all;
	return c;
}

static void remember(struct lruvec_cost *c, uint64_t ts_ns, uint64_t anon_cost, uint64_t file_cost)
{
	unsigned int i = (c->next - 1) % HISTORY;

	/* once for as long as it stays */
	if (!c->next || c->past[i].anon_cost != anon_cost || c->past[i].file_cost != file_cost)
		i = c->next++ % HISTORY;
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
		if (by < 0 && c->open > 0)
			c->open--;
		/* Without this call: another one is open. */
		if (c->open > 0)
			c->overlap_ns = e->hdr.ts_ns;
		if (by > 0)
			c->open++;
	}
}

static const char *const names[RS_COST_LEVELS][2] = {
	{ "anon_cost", "file_cost" },
	{ "anon_cost of the parent", "file_cost of the parent" },
	{ "anon_cost of its parent", "file_cost of its parent" },
	{ "anon_cost, 3 above", "file_cost, 3 above" },
	{ "anon_cost, 4 above", "file_cost, 4 above" },
	{ "anon_cost, 5 above", "file_cost, 5 above" },
};

static unsigned int compare(const struct rs_event_note_cost_end *e, const struct rs_lru_cost *model,
			    struct rs_answer *answers)
{
	unsigned int i;

	for (i = 0; i < e->levels && i < RS_COST_LEVELS; i++) {
		answers[2 * i] = (struct rs_answer){ names[i][0], e->anon_cost[i], model[i].anon_cost };
		answers[2 * i + 1] = (struct rs_answer){ names[i][1], e->file_cost[i], model[i].file_cost };
	}
	return 2 * i;
}

/* @found: the next call that has the lruvec as its level @i, NULL: there is none. */
static void settle(struct rs_diff *d, struct lruvec_cost *c, const struct rs_event_note_cost_begin *found, unsigned int i)
{
	struct rs_answer answers[2 * RS_COST_LEVELS];
	const struct rs_lru_cost *model = &c->model[c->wrong_level];
	unsigned int nr = compare(&c->end, c->model, answers);

	if (!c->waits)
		return;
	c->waits = false;
	rs_judge(d, RS_DECIDE_lru_note_cost, NULL, &c->end.hdr, answers, nr, 0,
		 found && found->anon_cost[i] == model->anon_cost && found->file_cost[i] == model->file_cost ?
			 "read after the next call, which found what the model says" :
			 NULL);
}

static void begin(struct rs_diff *d, const struct rs_event_note_cost_begin *e)
{
	unsigned int i;

	for (i = 0; i < e->levels && i < RS_COST_LEVELS; i++) {
		struct lruvec_cost *c = find(d, e->cgroup[i], e->nid);

		if (c)
			settle(d, c, e, i);
	}
	open_levels(d, e, 1);
}

/* What a call that has begun leaves, if nobody comes in between: others find it before its end is recorded. */
static void will_leave(struct rs_diff *d, const struct rs_event_note_cost_begin *b)
{
	const struct rs_lru_cost_args args = { b->nr_io, b->nr_rotated };
	struct rs_lru_cost model[RS_COST_LEVELS];
	unsigned int i, levels = b->levels < RS_COST_LEVELS ? b->levels : RS_COST_LEVELS;

	for (i = 0; i < levels; i++)
		model[i] = (struct rs_lru_cost){ b->anon_cost[i], b->file_cost[i], b->lru_size[i] };
	lru_note_cost(model, levels, b->file, args, &d->rules, NULL);
	for (i = 0; i < levels; i++) {
		struct lruvec_cost *c = get(d, b->cgroup[i], b->nid);

		if (c)
			remember(c, b->hdr.ts_ns, model[i].anon_cost, model[i].file_cost);
	}
}

/* The cost of a level, as the kernel has it before it may halve. */
static void judge_locked(struct rs_diff *d, struct rs_frame *frame, const struct rs_event_hdr *hdr, unsigned int i)
{
	const struct rs_event_note_cost_begin *b = rs_frame_entry(frame, note_cost_begin);
	const struct rs_lru_cost_args args = { b->nr_io, b->nr_rotated }, nothing = { 0 };
	const struct rs_lru_cost *added = &rs_frame_state(frame, struct note_state)->added[i];
	struct lruvec_cost *c = get(d, b->cgroup[i], b->nid);
	struct rs_rules rules = d->rules;
	struct rs_lru_cost model = { .lru_size = UINT64_MAX }, left = *added, entry = model;
	bool chained = c && c->chained;

	/* An immense lruvec: it only adds. */
	entry.anon_cost = b->anon_cost[i];
	entry.file_cost = b->file_cost[i];
	lru_note_cost(&entry, 1, b->file, args, &rules, NULL);
	if (chained) {
		model.anon_cost = c->left.anon_cost;
		model.file_cost = c->left.file_cost;
		lru_note_cost(&model, 1, b->file, args, &rules, rs_diff_why(d));
	} else {
		model = entry;
	}
	/* Nothing more to add: it only halves. */
	rules.cost_zero_ignored = false;
	lru_note_cost(&left, 1, b->file, nothing, &rules, NULL);
	rs_count_branch(d, RS_DECIDE_lru_note_cost, left.anon_cost + left.file_cost ==
							    added->anon_cost + added->file_cost ? "added" : "halved");
	if (i)
		rs_count_branch(d, RS_DECIDE_lru_note_cost, "of a parent");
	if (c) {
		c->chained = true;
		c->left = left;
	}
	if (chained && (model.anon_cost != added->anon_cost || model.file_cost != added->file_cost) &&
	    entry.anon_cost == added->anon_cost && entry.file_cost == added->file_cost) {
		/* At entry it was not as the call before had left it: another call is missing. */
		rs_count_lost(d, RS_DECIDE_lru_note_cost);
		return;
	}
	rs_judge(d, RS_DECIDE_lru_note_cost, frame, hdr,
		 (struct rs_answer[]){
			 { names[i][0], added->anon_cost, model.anon_cost },
			 { names[i][1], added->file_cost, model.file_cost },
		 },
		 2, 0, !chained && c && c->overlap_ns >= b->hdr.ts_ns ? "another call on the same lruvec ran" : NULL);
}

static void counter(struct rs_diff *d, struct rs_frame *frame, const struct rs_event_lruvec_page_state *e)
{
	const struct rs_event_note_cost_begin *b = rs_frame_entry(frame, note_cost_begin);
	struct note_state *st = rs_frame_state(frame, struct note_state);
	unsigned int level = st->nr_read / NR_EVICTABLE_LISTS, lru = st->nr_read % NR_EVICTABLE_LISTS;

	if (level >= RS_COST_LEVELS || level >= b->levels || e->item != lru || e->cgroup != b->cgroup[level]) {
		struct lruvec_cost *above = find(d, e->cgroup, e->nid);

		/* Above what the record has room for: it changes, unseen. */
		if (above) {
			above->chained = false;
			above->overlap_ns = e->hdr.ts_ns;
		}
		st->out_of_order = true;
		return;
	}
	st->added[level].anon_cost = e->anon_cost;
	st->added[level].file_cost = e->file_cost;
	st->added[level].lru_size += e->value;
	/* The lock is held from the first of the four to the halving: this is the order of the calls. */
	if (++st->nr_read % NR_EVICTABLE_LISTS == 0)
		judge_locked(d, frame, &e->hdr, level);
}

static void judge_ends(struct rs_diff *d, struct rs_frame *frame, const struct rs_event_note_cost_end *e)
{
	const struct rs_event_note_cost_begin *b = rs_frame_entry(frame, note_cost_begin);
	const struct rs_lru_cost_args args = { e->nr_io, e->nr_rotated };
	struct rs_lru_cost model[RS_COST_LEVELS];
	struct lruvec_cost *c = NULL;
	struct rs_answer answers[2 * RS_COST_LEVELS];
	const char *race = NULL;
	unsigned int i, nr;

	for (i = 0; i < RS_COST_LEVELS; i++) {
		const struct lruvec_cost *level = i < e->levels ? find(d, e->cgroup[i], e->nid) : NULL;

		model[i] = (struct rs_lru_cost){ b->anon_cost[i], b->file_cost[i], b->lru_size[i] };
		if (level && level->overlap_ns >= b->hdr.ts_ns)
			race = "another call on the same lruvec ran";
	}
	lru_note_cost(model, e->levels, e->file, args, &d->rules, rs_diff_why(d));
	for (i = 0; i < e->levels && i < RS_COST_LEVELS; i++)
		if (get(d, e->cgroup[i], e->nid))
			remember(get(d, e->cgroup[i], e->nid), e->hdr.ts_ns, model[i].anon_cost, model[i].file_cost);
	nr = compare(e, model, answers);
	for (i = 0; i < nr && !c; i++)
		if (answers[i].kernel != answers[i].model)
			c = get(d, e->cgroup[i / 2], e->nid);
	rs_count_branch(d, RS_DECIDE_lru_note_cost,
			d->rules.cost_zero_ignored && !args.nr_io && !args.nr_rotated ? "no cost" :
			model[0].anon_cost + model[0].file_cost <
					b->anon_cost[0] + b->file_cost[0] + args.nr_io ? "halved" :
											 "added");
	if (e->levels > 1)
		rs_count_branch(d, RS_DECIDE_lru_note_cost, "of a parent");
	if (c && !race && !c->waits) {
		c->waits = true;
		c->wrong_level = (i - 1) / 2;
		c->end = *e;
		memcpy(c->model, model, sizeof(model));
		return;
	}
	rs_judge(d, RS_DECIDE_lru_note_cost, frame, &e->hdr, answers, nr, 0, race);
}

static void end(struct rs_diff *d, struct rs_frame *frame, const struct rs_event_note_cost_end *e)
{
	const struct rs_event_note_cost_begin *b = rs_frame_entry(frame, note_cost_begin);
	const struct note_state *st = rs_frame_state(frame, struct note_state);
	bool none = d->rules.cost_zero_ignored && !e->nr_io && !e->nr_rotated;
	unsigned int i;

	open_levels(d, (const struct rs_event_note_cost_begin *)e, -1);
	if (st->nr_read && st->nr_read == NR_EVICTABLE_LISTS * e->levels && !st->out_of_order)
		return; /* judged */
	if (e->levels != b->levels || e->cgroup[0] != b->cgroup[0] || e->nid != b->nid || frame->broken || !e->levels ||
	    e->levels > RS_COST_LEVELS || st->out_of_order || st->nr_read) {
		rs_count_lost(d, RS_DECIDE_lru_note_cost);
		return;
	}
	if (none || b->lru_size[0]) {
		judge_ends(d, frame, e);
	} else {
		/* Refaults, where only reclaim's own reading of counters is recorded. The chain is cut. */
		for (i = 0; i < e->levels; i++)
			if (find(d, e->cgroup[i], e->nid))
				find(d, e->cgroup[i], e->nid)->chained = false;
		rs_count_hidden(d, RS_DECIDE_lru_note_cost);
	}
}

/* A page came back and was in the working set: what that costs. */
static void refault(struct rs_diff *d, const struct rs_thread *thread, const struct rs_event_note_cost_begin *e)
{
	const struct rs_event_workingset_refault *r = NULL;
	const struct rs_event_hdr *hdr;
	struct rs_lru_cost_args args;
	bool ages = false;

	for (hdr = rs_recent_first(thread); hdr; hdr = rs_recent_next(thread, hdr)) {
		r = hdr->type == RS_EVENT_workingset_refault ? (const void *)hdr : NULL;
		ages = hdr->type == RS_EVENT_shrink_active_list || hdr->type == RS_EVENT_isolate_nothing;
	}
	/* kswapd ages anon before it shrinks: what that batch has met is told after its cost */
	if (ages) {
		rs_count_hidden(d, RS_DECIDE_lru_note_cost_args);
		return;
	}
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
		begin(d, (const void *)hdr);
		will_leave(d, (const void *)hdr);
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
			counter(d, frame, e);
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

static void finish(struct rs_diff *d)
{
	struct lruvec_cost *all = d->priv[RS_PRIV_COST], *c, *following;

	HASH_ITER(hh, all, c, following)
	{
		settle(d, c, NULL, 0);
	}
}

static void destroy(struct rs_diff *d)
{
	struct lruvec_cost *all = d->priv[RS_PRIV_COST];

	RS_FREE_TABLE(all, struct lruvec_cost);
	d->priv[RS_PRIV_COST] = NULL;
}

const struct rs_checker rs_check_cost = { .record = record, .dropped = dropped, .finish = finish, .destroy = destroy };
