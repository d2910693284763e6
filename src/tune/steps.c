/* SPDX-License-Identifier: GPL-2.0-only */
#include "steps.h"

#include <math.h>
#include <stdlib.h>

#include "../base/order.h"

/* Fewer tell nothing: the first ones of a thread are with a cold cache. */
#define MIN_STEPS 16

static uint64_t *since_of(struct rs_steps *s, uint32_t tid)
{
	unsigned int i;

	for (i = 0; i < s->nr_threads; i++)
		if (s->threads[i].tid == tid)
			return &s->threads[i].since_ns;
	if (s->nr_threads == RS_MAX_STEP_THREADS)
		return NULL;
	s->threads[s->nr_threads].tid = tid;
	return &s->threads[s->nr_threads++].since_ns;
}

void rs_steps_reclaims(struct rs_steps *s, uint32_t tid, uint64_t ts_ns)
{
	uint64_t *since = since_of(s, tid);

	if (since)
		*since = ts_ns;
}

void rs_steps_add(struct rs_steps *s, const struct rs_event_shrink_inactive *e, const struct rs_sim_costs *costs)
{
	uint64_t *since = since_of(s, e->hdr.tid), began;
	double cost = (double)e->nr_scanned * (costs->scan + (e->file ? 0 : costs->rmap)) + (double)e->nr_reclaimed * costs->reclaim;

	if (!since)
		return;
	began = *since;
	if (began)
		*since = e->hdr.ts_ns;
	/* what was scanned has pages of higher zones in it that were passed over: only where most of it was freed, there are few */
	if (began && e->nr_reclaimed && e->nr_reclaimed >= e->nr_scanned / 2 && !e->nr_pageout && s->nr < RS_MAX_STEPS)
		s->costs[s->nr++] = (e->hdr.ts_ns - began) / cost;
}

double rs_steps_scale(struct rs_steps *s)
{
	if (s->nr < MIN_STEPS)
		return NAN;
	qsort(s->costs, s->nr, sizeof(*s->costs), rs_rising);
	return s->costs[s->nr / 2];
}
