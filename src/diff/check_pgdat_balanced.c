/* SPDX-License-Identifier: GPL-2.0-only */
/* Is a node balanced, by the tests of the marks of its zones. */
#include <stdlib.h>
#include <string.h>

#include "../model/kswapd.h"
#include "diff.h"

#define MAX_NODES 64

/* Of a zone, as records show it. */
struct boost {
	uint64_t now, before;
	uint64_t changed_ns; /* 0: it has not */
	bool known;
};

static struct boost *boost_get(struct rs_diff *d, int nid, int zid)
{
	struct boost(*all)[MAX_NR_ZONES] = d->priv[RS_PRIV_BOOST];

	if (!all)
		all = d->priv[RS_PRIV_BOOST] = calloc(MAX_NODES, sizeof(*all));
	return all && nid >= 0 && nid < MAX_NODES && zid >= 0 && zid < MAX_NR_ZONES ? &all[nid][zid] : NULL;
}

/* The tests just before @e, by zone: it tests them in rising order. */
static void find_tests(const struct rs_thread *thread, const struct rs_event_pgdat_balanced *e,
		       const struct rs_event_zone_watermark_ok *tests[MAX_NR_ZONES])
{
	const struct rs_event_hdr *hdr, *next;
	int last = -1;

	memset(tests, 0, MAX_NR_ZONES * sizeof(tests[0]));
	for (hdr = rs_recent_first(thread); hdr && (next = rs_recent_next(thread, hdr)); hdr = next) {
		const struct rs_event_zone_watermark_ok *t = rs_zone_test(hdr);
		bool fits = t && !t->alloc_flags && t->nid == e->nid && t->order == e->order &&
			    t->highest_zoneidx == e->highest_zoneidx && t->zid >= 0 && t->zid <= e->highest_zoneidx;

		if (!fits || t->zid <= last)
			memset(tests, 0, MAX_NR_ZONES * sizeof(tests[0]));
		last = fits ? t->zid : -1;
		if (fits)
			tests[t->zid] = t;
	}
}

static void learn_boost(struct rs_diff *d, int nid, int zid, uint64_t value, uint64_t ts_ns)
{
	struct boost *boost = boost_get(d, nid, zid);

	if (!boost || (boost->known && boost->now == value))
		return;
	if (boost->known)
		boost->changed_ns = ts_ns;
	boost->before = boost->now;
	boost->now = value;
	boost->known = true;
}

/* Was the mark made with a boost that the zone still had after the thread's record before the test? */
static bool boost_changed(struct rs_diff *d, const struct rs_thread *thread, const struct rs_event_zone_watermark_ok *t)
{
	const struct rs_event_zone_state *state = rs_episodes_zone(d->episodes, t->nid, t->zid);
	const struct boost *boost = boost_get(d, t->nid, t->zid);

	const struct rs_event_hdr *hdr;
	uint64_t since_ns = thread->since_ns;

	for (hdr = rs_recent_first(thread); hdr && hdr != &t->hdr; hdr = rs_recent_next(thread, hdr))
		since_ns = hdr->ts_ns;
	return state && boost && boost->changed_ns >= since_ns && t->mark == state->high + boost->before;
}

static void check_balanced(struct rs_diff *d, const struct rs_thread *thread, const struct rs_event_pgdat_balanced *e)
{
	const struct rs_event_zone_watermark_ok *tests[MAX_NR_ZONES], *last = NULL;
	struct zone zones[MAX_NR_ZONES];
	int i, nr_tests = 0, nr_needed = 0;
	bool known = false, over = false, ret;
	const char *race = NULL;

	if (e->highest_zoneidx < 0 || e->highest_zoneidx >= MAX_NR_ZONES || e->order < 0 || e->order > MAX_PAGE_ORDER)
		return;
	find_tests(thread, e, tests);
	for (i = 0; i <= e->highest_zoneidx; i++) {
		const struct rs_event_zone_state *state = rs_episodes_zone(d->episodes, e->nid, i);

		memset(&zones[i], 0, sizeof(zones[i]));
		if (tests[i]) {
			nr_tests++;
			last = tests[i];
		}
		if (!state)
			continue;
		known = true;
		rs_diff_fill_zone(&zones[i], state);
		if (over || !managed_zone(&zones[i]))
			continue;
		nr_needed++;
		if (!tests[i]) {
			rs_count_lost(d, RS_DECIDE_pgdat_balanced);
			return;
		}
		rs_diff_fill_tested_zone(&zones[i], tests[i]);
		over = tests[i]->ret;
	}
	if (!known) {
		rs_count_hidden(d, RS_DECIDE_pgdat_balanced);
		return;
	}
	ret = pgdat_balanced(zones, e->order, e->highest_zoneidx, (struct rs_balance_mode){ 0 }, &d->rules,
			     rs_diff_why(d));
	rs_count_branch(d, RS_DECIDE_pgdat_balanced, !nr_needed ? "no managed zone" : ret ? "balanced" : "unbalanced");
	if (nr_tests > 1)
		rs_count_branch(d, RS_DECIDE_pgdat_balanced, "several zones");
	if (e->order)
		rs_count_branch(d, RS_DECIDE_pgdat_balanced, "order above 0");
	if (last && last->boost)
		rs_count_branch(d, RS_DECIDE_pgdat_balanced, "boosted");
	if (last && boost_changed(d, thread, last))
		race = "the boost changed meanwhile";
	rs_judge(d, RS_DECIDE_pgdat_balanced, NULL, &e->hdr,
		 (struct rs_answer[]){ { "balanced", e->ret, ret },
				       { "zones tested", nr_tests, nr_needed },
				       { "mark", last ? last->mark : 0,
					 last ? wmark_pages(&zones[last->zid], WMARK_HIGH) : 0 } },
		 3, 0, race);
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	const struct rs_event_zone_watermark_ok *test = rs_zone_test(event->hdr);
	const struct rs_event_zone_state *state = (const void *)event->hdr;

	if (test)
		learn_boost(d, test->nid, test->zid, test->boost, test->hdr.ts_ns);
	else if (event->hdr->type == RS_EVENT_zone_state)
		learn_boost(d, state->nid, state->zid, state->boost, state->hdr.ts_ns);
	else if (event->hdr->type == RS_EVENT_pgdat_balanced)
		check_balanced(d, step->thread, (const void *)event->hdr);
}

static void destroy(struct rs_diff *d)
{
	free(d->priv[RS_PRIV_BOOST]);
}

const struct rs_checker rs_check_pgdat_balanced = { .record = record, .destroy = destroy };
