/* SPDX-License-Identifier: GPL-2.0-only */
#include "stallers.h"

#include <math.h>
#include <string.h>

#include "../model/gfp.h"
#include "../model/zone.h"

/* Fewer signs tell nothing about who grows. */
#define MIN_SIGNS 8

static struct rs_staller *staller_of(struct rs_stallers *s, uint32_t tid)
{
	unsigned int i;

	for (i = 0; i < s->nr; i++)
		if (s->stallers[i].tid == tid)
			return &s->stallers[i];
	if (s->nr == RS_MAX_STALLERS)
		return NULL;
	s->stallers[s->nr].tid = tid;
	return &s->stallers[s->nr++];
}

void rs_stallers_begin(struct rs_stallers *s, uint32_t tid, uint64_t ts_ns, uint32_t gfp, const char *comm)
{
	struct rs_staller *t = staller_of(s, tid);

	if (!t)
		return;
	t->began_ns = ts_ns;
	t->reads = gfp & __GFP_NORETRY && gfp & __GFP_MOVABLE;
	t->is_recorder = !strcmp(comm, "reclaimscope");
	t->nr_grew += gfp & __GFP_ZERO && !t->is_recorder;
}

void rs_stallers_end(struct rs_stallers *s, uint32_t tid, uint64_t ts_ns)
{
	struct rs_staller *t = staller_of(s, tid);
	uint64_t ns;

	if (!t || !t->began_ns)
		return;
	ns = ts_ns - t->began_ns;
	s->stall_ns += ns;
	if (t->is_recorder)
		s->recorder_ns += ns;
	else if (t->reads)
		s->reader_ns += ns;
	s->nr_stalls++;
	t->began_ns = 0;
}

void rs_stallers_woke(struct rs_stallers *s, uint32_t tid, uint32_t gfp)
{
	struct rs_staller *t = gfp & __GFP_ZERO ? staller_of(s, tid) : NULL;

	if (t && !t->is_recorder)
		t->nr_grew++;
}

unsigned int rs_stallers_growers(const struct rs_stallers *s)
{
	double sum = 0, squares = 0;
	unsigned int i;

	for (i = 0; i < s->nr; i++) {
		sum += s->stallers[i].nr_grew;
		squares += (double)s->stallers[i].nr_grew * s->stallers[i].nr_grew;
	}
	return sum < MIN_SIGNS ? 1 : rs_min(RS_MAX_GROWERS, (unsigned int)round(sum * sum / squares));
}
