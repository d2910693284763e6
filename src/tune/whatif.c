/* SPDX-License-Identifier: GPL-2.0-only */
#include "whatif.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/log.h"

#define Z90 1.645
/*
 * Parts of a log, chosen beforehand and not fitted to any outcome: by how much two runs of the same load differ on
 * the same host at least, and which part of an effect the simulated host is wrong about.
 */
#define SPREAD_OF_RUNS 0.05
#define SHARE_OF_EFFECT 0.3

enum side { SIDE_BEFORE, SIDE_AFTER, SIDE_ALONE, NR_SIDES };

struct job {
	const struct rs_workload *w;
	const struct rs_calibration *calibration;
	const struct rs_sim_config *after;
	struct rs_workload alone; /* without the memory that the recorder took */
	unsigned int nr_sides; /* without SIDE_ALONE where that is not known */
	unsigned int nr_seeds;
	double (*metrics)[NR_SIDES][RS_NR_METRICS]; /* [member and seed] */
	struct rs_sim_result results[NR_SIDES]; /* of the first */
};

static int run_one(void *arg, size_t i)
{
	struct job *j = arg;
	size_t pair = i / j->nr_sides, side = i % j->nr_sides;
	const struct rs_calibration_member *m = &j->calibration->members[pair / j->nr_seeds];

	return rs_workload_simulate(side == SIDE_ALONE ? &j->alone : j->w, side == SIDE_BEFORE ? &j->w->config : j->after,
				    m->parameters, m->seed + pair % j->nr_seeds, j->metrics[pair][side],
				    pair ? NULL : &j->results[side]);
}

static double metric_floor(enum rs_metric metric)
{
	/* log((0 + f) / (1 + f)) gives f away: f = 1 / (e^-log - 1). */
	return 1 / (exp(-rs_metric_log_ratio(metric, 0, 1)) - 1);
}

/* Log of a metric in a simulated run. */
static double level(const struct job *j, size_t pair, enum side side, enum rs_metric metric)
{
	return rs_metric_log_ratio(metric, j->metrics[pair][side][metric], 0);
}

/* How the runs of one member differ that differ by their seeds only, over all members. */
static double variance_of_seeds(const struct job *j, size_t nr_pairs, enum side side, enum rs_metric metric)
{
	double sum = 0;
	size_t m, i;

	for (m = 0; m < nr_pairs; m += j->nr_seeds) {
		double mean = 0;

		for (i = m; i < m + j->nr_seeds; i++)
			mean += level(j, i, side, metric) / j->nr_seeds;
		for (i = m; i < m + j->nr_seeds; i++)
			sum += pow(level(j, i, side, metric) - mean, 2);
	}
	return j->nr_seeds > 1 ? sum / (nr_pairs - nr_pairs / j->nr_seeds) : 0;
}

/*
 * What happens seldom differs from run to run by chance alone: a count as Poisson's do, but stalls, which come many in
 * one shortage, as shortages do; the time of so many stalls at least about twice as much, their lengths being about
 * exponential.
 */
static double variance_of_chance(const struct rs_workload *w, enum rs_metric metric, double value, double floor)
{
	double seen = w->recorded[RS_METRIC_allocstall], of_value = value / pow(value + floor, 2);

	if (metric == RS_METRIC_stall_ns)
		return fmax(2 * pow(value / (value + floor), 2) / (seen + 1), w->stall_ns_together * of_value);
	if (metric == RS_METRIC_allocstall)
		return fmax(1, w->stalls_together) * of_value;
	return rs_metric_unit(metric) == RS_UNIT_COUNT ? of_value : 0;
}

static double error_of(const struct job *j, enum rs_metric metric)
{
	double own = j->calibration->metric_error[metric], all = log1p(j->calibration->error);

	/* A metric that came out right by luck shares in what the simulation is wrong about: halfway to all of them. */
	return sqrt((own * own + all * all) / 2);
}

/*
 * Fills @effects. Their mean, not their median: where the members disagree about whether there is an effect at all, a median
 * takes one side, and which is chance.
 */
static double mean_effect(const struct job *j, size_t nr_pairs, enum side side, enum rs_metric metric, double *effects)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < nr_pairs; i++) {
		effects[i] = level(j, i, side, metric) - level(j, i, SIDE_BEFORE, metric);
		sum += effects[i];
	}
	return sum / nr_pairs;
}

/* How far a side is from what was recorded: mean of the logs, over what is known. */
static double distance(const struct job *j, size_t nr_pairs, enum side side, double *effects)
{
	double sum = 0;
	int i, nr = 0;

	for (i = 0; i < RS_NR_METRICS; i++)
		if (!isnan(j->w->recorded[i])) {
			sum += fabs(mean_effect(j, nr_pairs, side, i, effects));
			nr++;
		}
	return nr ? sum / nr : 0;
}

/*
 * The interval, as variances of a log that add up: members and seeds, which is what the recording leaves open; what a
 * run differs by from the next, once for the recorded one and once for the one to come; and what the simulation is
 * wrong about. Of that, what it is wrong about on both sides cancels: all of it without a change, less and less of it
 * with the distance.
 */
static double interval_width(const struct job *j, size_t nr_pairs, enum side side, enum rs_metric metric, double middle,
			     double far, double after, const double *effects)
{
	double floor = metric_floor(metric), error = error_of(j, metric), variance = 0;
	size_t i;

	for (i = 0; i < nr_pairs; i++)
		variance += pow(effects[i] - middle, 2) / (nr_pairs > 1 ? nr_pairs - 1 : 1);
	variance += variance_of_seeds(j, nr_pairs, SIDE_BEFORE, metric) + variance_of_seeds(j, nr_pairs, side, metric);
	variance += variance_of_chance(j->w, metric, j->w->recorded[metric], floor) +
		    variance_of_chance(j->w, metric, after, floor);
	variance += 2 * error * error * (1 - exp(-far));
	variance += 2 * SPREAD_OF_RUNS * SPREAD_OF_RUNS + pow(SHARE_OF_EFFECT * middle, 2);
	return Z90 * sqrt(variance);
}

/* By so much waiting may have been longer for the recorder: nobody else has a CPU while its process does. */
static double recorder_ns(const struct rs_workload *w)
{
	return isfinite(w->recorder_cpu_ns) ? w->recorder_cpu_ns / w->config.nr_cpus : 0;
}

struct interval {
	double middle, low, high;
};

static struct interval interval_of(const struct job *j, size_t nr_pairs, enum side side, enum rs_metric metric, double far,
				   double *effects)
{
	double before = j->w->recorded[metric], floor = metric_floor(metric),
	       middle = mean_effect(j, nr_pairs, side, metric, effects), width;
	struct interval ret = { .middle = fmax(0, (before + floor) * exp(middle) - floor) };

	width = interval_width(j, nr_pairs, side, metric, middle, far, ret.middle, effects);
	ret.low = fmax(0, (before + floor) * exp(middle - width) - floor);
	ret.high = fmax(0, (before + floor) * exp(middle + width) - floor);
	return ret;
}

/*
 * What was recorded had the recorder beside it, and what is to come will not: the change is told as the recorded host
 * would see it, the interval is that of the host without the recorder, and reaches to what is told.
 */
static void judge(const struct job *j, size_t nr_pairs, enum rs_metric metric, const double *far, double *effects,
		  struct rs_whatif_metric *ret)
{
	double error = j->calibration->metric_error[metric];
	struct interval own = interval_of(j, nr_pairs, SIDE_AFTER, metric, far[SIDE_AFTER], effects), alone = own;

	if (j->nr_sides > SIDE_ALONE)
		alone = interval_of(j, nr_pairs, SIDE_ALONE, metric, far[SIDE_ALONE], effects);
	ret->before = j->w->recorded[metric];
	ret->calibration_error = expm1(error);
	ret->known = !isnan(ret->before) && fabs(error) <= RS_WHATIF_MAX_METRIC_LOG;
	ret->after = own.middle;
	if (rs_metric_unit(metric) == RS_UNIT_NS && metric != RS_METRIC_kswapd_cpu_ns) {
		own.low = fmax(0, own.low - recorder_ns(j->w));
		alone.low = fmax(0, alone.low - recorder_ns(j->w));
	}
	ret->low_beside = own.low;
	ret->high_beside = own.high;
	ret->low = fmin(own.middle, alone.low);
	ret->high = fmax(own.middle, alone.high);
}

static void take_zones(const struct job *j, struct rs_whatif *ret)
{
	unsigned int i, side;

	ret->nr_zones = j->results[0].nr_zones;
	for (i = 0; i < ret->nr_zones; i++)
		for (side = 0; side < 2; side++) {
			const struct rs_sim_zone_state *z = &j->results[side].zones[i];

			ret->zones[i].idx = z->idx;
			ret->zones[i].managed = z->managed;
			ret->zones[i].min[side] = z->min;
			ret->zones[i].low[side] = z->low;
			ret->zones[i].high[side] = z->high;
		}
}

int rs_whatif(const struct rs_workload *workload, const struct rs_calibration *calibration,
	      const struct rs_sim_config *after, const struct rs_whatif_options *options, struct rs_whatif *ret)
{
	unsigned int nr_members = calibration->nr_members;
	struct job j = { .w = workload,
			 .calibration = calibration,
			 .after = after,
			 .alone = *workload,
			 .nr_sides = workload->recorder_pages && !options->beside_only ? NR_SIDES : SIDE_ALONE,
			 .nr_seeds = options->nr_seeds };
	double *effects;
	size_t nr_pairs;
	int err = -ENOMEM, i;

	memset(ret, 0, sizeof(*ret));
	j.alone.kernel -= rs_min(j.alone.kernel, workload->recorder_pages);
	if (options->nr_members && options->nr_members < nr_members)
		nr_members = options->nr_members;
	nr_pairs = (size_t)nr_members * options->nr_seeds;
	j.metrics = calloc(nr_pairs, sizeof(*j.metrics));
	effects = calloc(nr_pairs, sizeof(*effects));
	if (j.metrics && effects)
		err = rs_sim_pool(options->nr_threads, nr_pairs * j.nr_sides, run_one, &j);
	if (!err) {
		double far[NR_SIDES] = { 0 };

		for (i = SIDE_AFTER; i < (int)j.nr_sides; i++)
			far[i] = distance(&j, nr_pairs, i, effects);
		for (i = 0; i < RS_NR_METRICS; i++)
			judge(&j, nr_pairs, i, far, effects, &ret->metrics[i]);
		take_zones(&j, ret);
		ret->nr_runs = nr_pairs * j.nr_sides;
	}
	free(j.metrics);
	free(effects);
	return err ? rs_err(err, "simulation") : 0;
}
