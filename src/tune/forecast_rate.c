/* SPDX-License-Identifier: GPL-2.0-only */
/* How fast the load takes memory, and how far that can be trusted. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/order.h"
#include "forecast_state.h"

static const double spans[NR_SPANS] = { 1, 3, 10, 30 };

/* Chosen on parts a to e of the runs of docs/forecast.md. */
static const double error_decay = 0.4; /* weight of the old mean square error at each step */
static const double least_error = 0.02; /* of the rate itself */
static const double least_rate_error = 32; /* pages per second */
static const double file_share = 0.9; /* of the file pages, what reclaim gets before tasks wait */
static const double slab_share = 0.5;
static const double change_noise = 3; /* times the usual difference from one second to the next, and */
static const double change_share = 0.1; /* of the rate itself: from here on another load */
static const double change_takes = 2; /* seconds in which it is the same change still */
static const double change_lasts = 7; /* seconds from one change to the next; if less, they are what the load is like */
static const double fresh_error = 0.1; /* of the rate of another load, of which nothing has come yet */
static const double turn_share = 0.5; /* of what it has risen by: a load that falls by this has turned back */
static const double least_rise = 0.05; /* of the memory that there is; less is no turn */
static const double load_memory = 120; /* seconds: what was taken before is not of this load */

const struct rs_sample *rs_forecast_sample(const struct rs_forecaster *f, unsigned int back)
{
	return &f->ring[(f->nr_samples - 1 - back) % NR_SAMPLES];
}

const struct rs_sample *rs_forecast_sample_before(const struct rs_forecaster *f, uint64_t ts_ns, double seconds)
{
	unsigned int n = f->nr_samples < NR_SAMPLES ? f->nr_samples : NR_SAMPLES, back;
	const struct rs_sample *s = NULL;

	for (back = 0; back < n; back++) {
		s = rs_forecast_sample(f, back);
		if (s->ts_ns <= ts_ns && ts_ns - s->ts_ns >= seconds * SECOND)
			return s;
	}
	return s && s->ts_ns < ts_ns && ts_ns - s->ts_ns >= seconds * SECOND / 2 ? s : NULL;
}

/* How much memory the load has taken, whatever was reclaimed meanwhile. */
static double taken(__attribute__((unused)) const struct rs_forecaster *f, const struct rs_sample *s)
{
	return s->steal - s->free;
}

double rs_forecast_reclaimable(const struct rs_forecaster *f, const struct rs_sample *s)
{
	double swap = s->anon + s->file + s->free;

	return file_share * s->file + slab_share * s->slab +
	       f->swap_worth * (s->swap_free < swap ? s->swap_free : swap);
}

/* How much of the memory neither is free nor can be made so. */
static double kept(const struct rs_forecaster *f, const struct rs_sample *s)
{
	return -s->free - rs_forecast_reclaimable(f, s);
}

typedef double (*rs_level)(const struct rs_forecaster *f, const struct rs_sample *s);

static double mean_rate(const struct rs_forecaster *f, rs_level level, const struct rs_sample *from,
			const struct rs_sample *to)
{
	return (level(f, to) - level(f, from)) / ((to->ts_ns - from->ts_ns) / SECOND);
}

/* Holds the estimates of LEAD steps ago to what came. */
static void judge_flow(struct rs_forecaster *f, struct rs_flow *flow, rs_level level)
{
	unsigned int slot = (f->nr_steps + 1) % (LEAD + 1), i;
	const struct rs_sample *now = rs_forecast_sample(f, 0), *then;
	double came;

	if (f->nr_steps < LEAD)
		return;
	if (f->step_ns[slot] <= flow->changed_ns)
		return; /* nothing could be known of this load then */
	then = rs_forecast_sample_before(f, now->ts_ns, (now->ts_ns - f->step_ns[slot]) / SECOND);
	if (!then || then->ts_ns >= now->ts_ns)
		return;
	came = mean_rate(f, level, then, now);
	for (i = 0; i <= ALL; i++) {
		double error = flow->past[slot][i] - came, keep = flow->judged ? error_decay : 0;

		flow->square_error[i] = keep * flow->square_error[i] + (1 - keep) * error * error;
	}
	flow->judged++;
}

/*
 * A load that changes again and again within seconds will have done so again before the horizon: its changes are part of
 * it, and it is the same since the first of them.
 */
static void note_change(struct rs_flow *flow, uint64_t ts_ns)
{
	unsigned int last = (flow->nr_changes - 1) % CHANGES;

	if (!flow->nr_changes || ts_ns > flow->changes[last] + (uint64_t)(change_takes * SECOND))
		flow->changes[last = flow->nr_changes++ % CHANGES] = ts_ns;
	flow->changed_ns = ts_ns;
	flow->judged = 0;
	if (flow->nr_changes >= CHANGES &&
	    ts_ns - flow->changes[(last + 1) % CHANGES] < change_lasts * (CHANGES - 1) * SECOND)
		flow->changed_ns = flow->changes[(last + 1) % CHANGES];
}

/*
 * Has the load become another one? A step between two seconds that is far beyond the usual ones. A load that pauses or
 * saws all the time has large ones usually, and stays the same.
 */
static void watch_change(const struct rs_forecaster *f, struct rs_flow *flow, double second)
{
	double steps[USUAL], step, was;
	unsigned int i, n = 0;

	if (f->nr_steps) {
		was = flow->second[(f->nr_steps - 1) % USUAL];
		step = fabs(second - was);
		/* But for the latest, which may be of the same step. */
		for (i = 2; i + 1 < USUAL && i + 1 <= f->nr_steps; i++)
			steps[n++] = fabs(flow->second[(f->nr_steps - i) % USUAL] -
					  flow->second[(f->nr_steps - i - 1) % USUAL]);
		qsort(steps, n, sizeof(steps[0]), rs_rising);
		if (n > 1 && step > change_noise * steps[n / 2] + change_share * fmax(fabs(second), fabs(was)) +
					     least_rate_error)
			note_change(flow, rs_forecast_sample(f, 0)->ts_ns - (uint64_t)(spans[0] * SECOND));
	}
	flow->second[f->nr_steps % USUAL] = second;
}

/* How far the load is above where it was lowest lately. */
static double risen(const struct rs_forecaster *f, rs_level level)
{
	const struct rs_sample *now = rs_forecast_sample(f, 0), *s;
	double top = level(f, now), lowest = top;
	unsigned int back;

	for (back = 1; back < f->nr_samples && back < NR_SAMPLES; back++) {
		s = rs_forecast_sample(f, back);
		if (now->ts_ns - s->ts_ns > load_memory * SECOND)
			break;
		lowest = fmin(lowest, level(f, s));
	}
	return top - lowest;
}

static void estimate_flow(struct rs_forecaster *f, struct rs_flow *flow, rs_level level)
{
	const struct rs_sample *now = rs_forecast_sample(f, 0), *from;
	double sum = 0, weights = 0, spread = 0, rate = 0, since_change = 0;
	unsigned int i, then = (f->nr_steps + 1) % (LEAD + 1); /* LEAD steps ago */
	bool trend;

	for (i = 0; i < NR_SPANS; i++) {
		from = rs_forecast_sample_before(f, now->ts_ns, fmin(spans[i], fmax(since_change, spans[0])));
		if (from && from->ts_ns < now->ts_ns)
			rate = mean_rate(f, level, from, now);
		flow->by_span[i] = rate; /* a span that is not there yet: as the shorter one */
		if (!i) {
			watch_change(f, flow, rate);
			since_change = (now->ts_ns - flow->changed_ns) / SECOND;
		}
	}
	judge_flow(f, flow, level);
	/* Half as much again as came in LEAD seconds, being the mean of the next ones. */
	trend = f->nr_steps >= 2 * LEAD && f->step_ns[then] > flow->changed_ns;
	flow->by_span[TREND] = flow->by_span[1] + (trend ? flow->by_span[1] - flow->past[then][1] : 0);
	for (i = 0; i < ALL; i++) {
		double weight = flow->judged ? pow(flow->square_error[i] + least_rate_error * least_rate_error, -2)
					     : i < NR_SPANS;

		sum += weight * flow->by_span[i];
		weights += weight;
		if (i < NR_SPANS)
			spread = fmax(spread, fabs(flow->by_span[i] - flow->by_span[0]));
	}
	flow->rate = flow->by_span[ALL] = sum / weights;
	flow->error = flow->judged ? sqrt(flow->square_error[ALL]) : fmax(spread, fresh_error * fabs(flow->rate));
	flow->risen = risen(f, level);
	flow->error = fmax(flow->error, least_error * fabs(flow->rate) + least_rate_error);
	memcpy(flow->past[f->nr_steps % (LEAD + 1)], flow->by_span, sizeof(flow->by_span));
}

double rs_forecast_habit(const struct rs_forecaster *f)
{
	return f->nr_turned && kept(f, rs_forecast_sample(f, 0)) < f->turned_at ? 1.0 / (f->nr_turned + 1) : 1;
}

/* Another turn counts where it is as high as the ones before; a higher one is the first of its kind. */
static void watch_turns(struct rs_forecaster *f)
{
	const struct rs_sample *now = rs_forecast_sample(f, 0);
	double level = kept(f, now), least = least_rise * (now->free + now->file + now->anon + now->slab);
	double rise = f->peak - f->trough;

	if (f->nr_steps && rise >= least && f->peak - level >= turn_share * rise) {
		f->nr_turned = f->peak > f->turned_at + least ? 1 : f->nr_turned + 1;
		f->turned_at = fmax(f->turned_at, f->peak);
		f->trough = f->peak = level;
	}
	if (!f->nr_steps)
		f->turned_at = -INFINITY;
	if (!f->nr_steps || level < f->trough)
		f->trough = f->peak = level;
	f->peak = fmax(f->peak, level);
}

void rs_forecast_estimate(struct rs_forecaster *f)
{
	watch_turns(f);
	estimate_flow(f, &f->demand, taken);
	estimate_flow(f, &f->growth, kept);
}
