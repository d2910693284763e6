/* SPDX-License-Identifier: GPL-2.0-only */
#include "shrinker.h"

#include "rules.h"
#include "why.h"

static int64_t min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static uint64_t slab_delta(const struct do_shrink_slab *in, struct rs_why *why)
{
	uint64_t delta;

	if (in->seeks) {
		delta = in->freeable >> in->priority;
		delta *= 4;
		delta /= (uint32_t)in->seeks; /* do_div(): 32 bits */
	} else {
		/* Cheap to make again, such as shadow nodes: half of them at every call. */
		delta = in->freeable / 2;
	}
	RS_WHY(why, slab_delta, in->freeable, in->priority, in->seeks, delta);
	return delta;
}

/* 5.10: what was deferred comes back whole, tamed only where the pressure of this call is low. */
static void plan_whole(struct rs_slab_scan *s, struct rs_why *why)
{
	s->total_scan = s->nr + s->delta;
	s->next_deferred = s->total_scan;
	if (s->total_scan < 0) {
		RS_WHY(why, slab_total_negative, s->nr, s->delta);
		s->total_scan = s->freeable;
		s->next_deferred = s->nr;
	}
	if (s->delta < (uint64_t)(s->freeable / 4))
		s->total_scan = min64(s->total_scan, s->freeable / 2);
	s->total_scan = min64(s->total_scan, s->freeable * 2);
	RS_WHY(why, slab_total_whole, s->nr, s->delta, s->freeable, s->total_scan);
}

/* Later: as much of it as the priority says, as with everything else. */
static void plan_by_priority(struct rs_slab_scan *s, struct rs_why *why)
{
	s->total_scan = (s->nr >> s->priority) + s->delta;
	s->total_scan = min64(s->total_scan, 2 * s->freeable);
	RS_WHY(why, slab_total_by_priority, s->nr, s->priority, s->delta, s->freeable, s->total_scan);
}

void do_shrink_slab(struct rs_slab_scan *s, const struct do_shrink_slab *in, const struct rs_rules *rules,
		    struct rs_why *why)
{
	*s = (struct rs_slab_scan){
		.delta = slab_delta(in, why),
		.batch_size = in->batch ? in->batch : SHRINK_BATCH,
		.freeable = in->freeable,
		.nr = in->nr_deferred,
		.priority = in->priority,
	};
	if (rules->slab_deferred_by_priority)
		plan_by_priority(s, why);
	else
		plan_whole(s, why);
	s->planned = s->total_scan;
}

int64_t do_shrink_slab_next(const struct rs_slab_scan *s)
{
	if (s->total_scan < s->batch_size && s->total_scan < s->freeable)
		return 0;
	return min64(s->batch_size, s->total_scan);
}

void do_shrink_slab_scanned(struct rs_slab_scan *s, int64_t nr_scanned)
{
	s->total_scan -= nr_scanned;
	s->scanned += nr_scanned;
}

int64_t do_shrink_slab_deferred(const struct rs_slab_scan *s, const struct rs_rules *rules, struct rs_why *why)
{
	int64_t left;

	if (!rules->slab_deferred_by_priority) {
		left = s->next_deferred >= s->scanned ? s->next_deferred - s->scanned : 0;
		RS_WHY(why, slab_deferred_whole, s->next_deferred, s->scanned, left);
		return left;
	}
	left = s->nr + s->delta - s->scanned;
	left = min64(left > 0 ? left : 0, 2 * s->freeable);
	RS_WHY(why, slab_deferred_by_priority, s->nr, s->delta, s->scanned, s->freeable, left);
	return left;
}

struct shrink_slab_slot shrink_slab(const struct shrink_slab *in, const struct rs_rules *rules)
{
	return (struct shrink_slab_slot){
		.memcg_map = in->memcg,
		.of_memcg = rules->slab_deferred_of_memcg && in->memcg && in->memcg_aware,
		.nid = in->numa_aware ? in->nid : 0,
	};
}
