/* SPDX-License-Identifier: GPL-2.0-only */
#include "forecast_score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/order.h"

#define SLACK_NS 100000000ULL /* the gauge tells no finer than this when something happened */

void rs_score_init(struct rs_forecast_score *s, uint64_t horizon_ns)
{
	memset(s, 0, sizeof(*s));
	s->horizon_ns = horizon_ns;
}

static void judge(struct rs_forecast_score *s, const struct rs_pending_claim *p)
{
	bool said = p->claim.p_direct >= 0.5;
	double error = p->claim.p_direct - p->stalled, oom_error = p->claim.p_oom - p->oom;

	if (p->stalled && said)
		s->hits++;
	else if (p->stalled)
		s->misses++;
	else if (said)
		s->false_alarms++;
	else
		s->quiet++;
	s->square_error_direct += error * error;
	s->square_error_oom += oom_error * oom_error;
	s->ooms += p->oom;
}

/* Min was reached: what was said of this a horizon ago? */
static void judge_lead(struct rs_forecast_score *s, uint64_t now_ns)
{
	const struct rs_claim *best = NULL;
	double real, error;
	uint64_t off = UINT64_MAX;
	unsigned int i;

	for (i = 0; i < s->nr_pending; i++) {
		const struct rs_claim *claim = &s->pending[(s->first + i) % RS_SCORE_PENDING].claim;
		uint64_t due = claim->ts_ns + s->horizon_ns, d = due > now_ns ? due - now_ns : now_ns - due;

		if (d < off) {
			off = d;
			best = claim;
		}
	}
	if (!best || off > RS_FORECAST_STEP_NS)
		return; /* watching had only begun */
	real = (now_ns - best->ts_ns) / 1e9;
	error = fabs(best->to_min.middle - real) / real;
	s->lead_error[s->nr_leads++ % RS_SCORE_LEADS] = error;
	s->leads_inside += best->to_min.low <= real && real <= best->to_min.high;
}

void rs_score_truth(struct rs_forecast_score *s, const struct rs_forecast_truth *truth)
{
	bool at_min = truth->below_min || (s->begun && truth->stalls > s->last_stalls);
	unsigned int i;

	s->begun = true;
	s->last_stalls = truth->stalls;
	if (at_min) {
		if (truth->ts_ns >= s->last_min_ns + s->horizon_ns)
			judge_lead(s, truth->ts_ns);
		s->last_min_ns = truth->ts_ns;
	}
	for (i = 0; i < s->nr_pending; i++) {
		struct rs_pending_claim *p = &s->pending[(s->first + i) % RS_SCORE_PENDING];

		if (truth->ts_ns > p->claim.ts_ns + s->horizon_ns + SLACK_NS)
			continue;
		p->stalled |= truth->stalls > p->stalls;
		p->oom |= truth->oom_kills > p->oom_kills;
	}
	while (s->nr_pending && truth->ts_ns >= s->pending[s->first].claim.ts_ns + s->horizon_ns) {
		judge(s, &s->pending[s->first]);
		s->first = (s->first + 1) % RS_SCORE_PENDING;
		s->nr_pending--;
	}
}

void rs_score_claim(struct rs_forecast_score *s, const struct rs_claim *claim, const struct rs_forecast_truth *truth)
{
	if (s->nr_pending == RS_SCORE_PENDING)
		return;
	s->pending[(s->first + s->nr_pending++) % RS_SCORE_PENDING] =
		(struct rs_pending_claim){ .claim = *claim, .stalls = truth->stalls, .oom_kills = truth->oom_kills };
}

void rs_score_end(struct rs_forecast_score *s)
{
	unsigned int i;

	/* Where it has come already, the time that was not seen does not matter. */
	for (i = 0; i < s->nr_pending; i++)
		if (s->pending[(s->first + i) % RS_SCORE_PENDING].stalled)
			judge(s, &s->pending[(s->first + i) % RS_SCORE_PENDING]);
	s->nr_pending = 0;
	s->begun = false;
	s->last_min_ns = 0;
}

/* ---- the figures ---- */

static double ratio(double part, double whole)
{
	return whole > 0 ? part / whole : NAN;
}

uint64_t rs_score_judged(const struct rs_forecast_score *s)
{
	return s->hits + s->misses + s->false_alarms + s->quiet;
}

double rs_score_precision(const struct rs_forecast_score *s)
{
	return ratio(s->hits, s->hits + s->false_alarms);
}

double rs_score_recall(const struct rs_forecast_score *s)
{
	return ratio(s->hits, s->hits + s->misses);
}

double rs_score_brier_direct(const struct rs_forecast_score *s)
{
	return ratio(s->square_error_direct, rs_score_judged(s));
}

double rs_score_brier_oom(const struct rs_forecast_score *s)
{
	return ratio(s->square_error_oom, rs_score_judged(s));
}

double rs_score_brier_base(const struct rs_forecast_score *s)
{
	double often = ratio(s->hits + s->misses, rs_score_judged(s));

	return often * (1 - often);
}

double rs_score_median_lead_error(const struct rs_forecast_score *s)
{
	unsigned int n = s->nr_leads < RS_SCORE_LEADS ? s->nr_leads : RS_SCORE_LEADS;
	double sorted[RS_SCORE_LEADS];

	if (!n)
		return NAN;
	memcpy(sorted, s->lead_error, n * sizeof(sorted[0]));
	qsort(sorted, n, sizeof(sorted[0]), rs_rising);
	return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}
