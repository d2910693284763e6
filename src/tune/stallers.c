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

static void differ(struct rs_stallers *s, const struct rs_stall_sums *a, const struct rs_stall_sums *b)
{
	s->squares.nr += (a->nr - b->nr) * (a->nr - b->nr) / 2;
	s->squares.ns += (a->ns - b->ns) * (a->ns - b->ns) / 2;
}

/* The window is over, and all before @window that come after it have nothing. */
static void close_window(struct rs_stallers *s, uint64_t window)
{
	const struct rs_stall_sums nothing = { 0 };

	differ(s, &s->in_last, &s->in_window);
	s->in_last = s->in_window;
	s->in_window = nothing;
	if (window > s->window + 1) {
		differ(s, &s->in_last, &nothing);
		s->in_last = nothing;
	}
	s->window = window;
}

static void count_in_window(struct rs_stallers *s, uint64_t began_ns, uint64_t ns)
{
	uint64_t window = began_ns / RS_STALL_WINDOW_NS;

	if (window > s->window) /* what began before and ended only now counts as if in this one */
		close_window(s, window);
	s->in_window.nr++;
	s->in_window.ns += ns;
}

struct rs_stall_sums rs_stallers_together(const struct rs_stallers *s)
{
	struct rs_stallers over = *s;
	struct rs_stall_sums ret = { .nr = 1 };

	close_window(&over, s->window + 2);
	if (s->nr_stalls)
		ret.nr = fmax(1, over.squares.nr / s->nr_stalls);
	if (s->stall_ns)
		ret.ns = over.squares.ns / s->stall_ns;
	return ret;
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
	count_in_window(s, t->began_ns, ns);
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
