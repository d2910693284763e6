/* SPDX-License-Identifier: GPL-2.0-only */
/* What the simulation says of each advice, and of what might be chosen instead. */
#include <inttypes.h>
#include <string.h>

#include "recommend.h"

/* What people set without a recording: a fixed factor, and four times the reserve. */
#define FIXED_FACTOR 500
#define FIXED_TIMES 4

static void note(const struct rs_evidence *e, struct rs_advice *a, const struct rs_value *value, const struct rs_simulated *s)
{
	bool is_factor = !strcmp(value->key, "vm.watermark_scale_factor");

	if (a->nr_tried == RS_ADVICE_TRIED || !s->stalls.metric)
		return;
	a->tried[a->nr_tried++] = (struct rs_tried){
		.value = *value,
		.kept_free_mib = rs_kept_free_mib(e, is_factor ? e->min_free_kbytes : value->value,
						  is_factor ? value->value : e->watermark_scale_factor),
		.lost = s->lost,
		.stalls = s->stalls,
	};
}

static void try(const struct rs_evidence *e, rs_simulate simulate, void *ctx, struct rs_advice *a, struct rs_value value)
{
	struct rs_simulated s;

	if (simulate(ctx, &value, 1, &s))
		note(e, a, &value, &s);
}

/* A larger distance: half of it, itself, which is @proposed, and the fixed choices. */
static void try_others(const struct rs_evidence *e, rs_simulate simulate, void *ctx, struct rs_advice *a,
		       const struct rs_simulated *proposed)
{
	const struct rs_value *advised = &a->values[0];
	struct rs_value v = *advised;

	v.value = (v.now + advised->value) / 2;
	if (v.value > v.now && v.value < advised->value)
		try(e, simulate, ctx, a, v);
	note(e, a, advised, proposed);
	v.value = FIXED_FACTOR;
	if (v.value > advised->value)
		try(e, simulate, ctx, a, v);
	try(e, simulate, ctx, a,
	    (struct rs_value){ "vm.min_free_kbytes", e->min_free_kbytes, FIXED_TIMES * e->min_free_kbytes });
}

/* What the rule expected of stalls gives way to what was simulated. */
static void take_stalls(struct rs_advice *a, const struct rs_simulated *s)
{
	const struct rs_effect *simulated[] = { &s->stalls, &s->stalled };
	unsigned int i, k;

	for (i = 0; i < a->nr_gains; i++)
		for (k = 0; k < 2; k++)
			if (simulated[k]->metric && !strcmp(a->gains[i].metric, simulated[k]->metric))
				a->gains[i] = *simulated[k];
}

void rs_recommend_try(const struct rs_evidence *e, rs_simulate simulate, void *ctx, struct rs_recommendation *r)
{
	struct rs_advice kept[RS_MAX_ADVICE];
	unsigned int i, n = 0;

	for (i = 0; i < r->nr_advice; i++) {
		struct rs_advice *a = &r->advice[i];
		struct rs_simulated s = { 0 };

		if (simulate(ctx, a->values, a->nr_values, &s)) {
			a->simulated = true;
			if (s.lost.low > s.lost.before || (a->only_if_simulated && s.lost.after > s.lost.before)) {
				rs_recommend_leave(r, a->id,
						   "%s = %" PRId64
						   " was simulated: time lost would rise from %.2f s to %.2f s (%.2f to %.2f)",
						   a->values[0].key, a->values[0].value, s.lost.before, s.lost.after,
						   s.lost.low, s.lost.high);
				continue;
			}
			take_stalls(a, &s);
			if (s.lost.after <= s.lost.before)
				a->gains[a->nr_gains++] = s.lost;
			else
				a->costs[a->nr_costs++] = s.lost;
			if (!strcmp(a->id, "watermark-gap"))
				try_others(e, simulate, ctx, a, &s);
		} else if (a->only_if_simulated) {
			rs_recommend_leave(r, a->id,
					   "%s = %" PRId64 " may lose more than it gains, and the simulation cannot tell here",
					   a->values[0].key, a->values[0].value);
			continue;
		}
		kept[n++] = *a;
	}
	memcpy(r->advice, kept, n * sizeof(kept[0]));
	r->nr_advice = n;
}
