/* SPDX-License-Identifier: GPL-2.0-only */
#include "whatif.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/log.h"

#define Z90 1.645
/*
 * What the members do not know of: parts of a log that were chosen beforehand and not fitted to any outcome. Runs of
 * the same load differ by some per cent; the simulated host is wrong about a part of every effect, and about a
 * metric the more, the worse it repeated the recording.
 */
#define SPREAD_OF_RUNS 0.05
#define SHARE_OF_EFFECT 0.3
#define SHARE_OF_ERROR 0.3

struct job {
	const struct rs_workload *w;
	const struct rs_calibration *calibration;
	const struct rs_sim_config *after;
	unsigned int nr_seeds;
	double (*metrics)[2][RS_NR_METRICS]; /* [member and seed][before, after] */
	struct rs_sim_result results[2]; /* of the first */
};

static int run_one(void *arg, size_t i)
{
	struct job *j = arg;
	size_t pair = i / 2, side = i % 2;
	const struct rs_calibration_member *m = &j->calibration->members[pair / j->nr_seeds];

	return rs_workload_simulate(j->w, side ? j->after : &j->w->config, m->parameters, m->seed + pair % j->nr_seeds,
				    j->metrics[pair][side], pair ? NULL : &j->results[side]);
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double metric_floor(enum rs_metric metric)
{
	/* log((0 + f) / (1 + f)) gives f away: f = 1 / (e^-log - 1). */
	return 1 / (exp(-rs_metric_log_ratio(metric, 0, 1)) - 1);
}

static void judge(const struct job *j, size_t nr_pairs, enum rs_metric metric, double *effects,
		  struct rs_whatif_metric *ret)
{
	double before = j->w->recorded[metric], error = j->calibration->metric_error[metric],
	       floor = metric_floor(metric);
	double mean = 0, variance = 0, middle, width;
	size_t i;

	ret->before = before;
	ret->calibration_error = expm1(error);
	ret->known = !isnan(before) && fabs(error) <= RS_WHATIF_MAX_METRIC_LOG;
	for (i = 0; i < nr_pairs; i++) {
		effects[i] = rs_metric_log_ratio(metric, j->metrics[i][1][metric], j->metrics[i][0][metric]);
		mean += effects[i] / nr_pairs;
	}
	for (i = 0; i < nr_pairs; i++)
		variance += (effects[i] - mean) * (effects[i] - mean) / (nr_pairs > 1 ? nr_pairs - 1 : 1);
	qsort(effects, nr_pairs, sizeof(*effects), compare_doubles);
	middle = effects[nr_pairs / 2];
	width = Z90 * sqrt(variance + SPREAD_OF_RUNS * SPREAD_OF_RUNS + pow(SHARE_OF_EFFECT * middle, 2) +
			   pow(SHARE_OF_ERROR * error, 2));
	ret->after = fmax(0, (before + floor) * exp(middle) - floor);
	ret->low = fmax(0, (before + floor) * exp(middle - width) - floor);
	ret->high = fmax(0, (before + floor) * exp(middle + width) - floor);
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
	struct job j = { .w = workload, .calibration = calibration, .after = after, .nr_seeds = options->nr_seeds };
	double *effects;
	size_t nr_pairs;
	int err = -ENOMEM, i;

	memset(ret, 0, sizeof(*ret));
	if (options->nr_members && options->nr_members < nr_members)
		nr_members = options->nr_members;
	nr_pairs = (size_t)nr_members * options->nr_seeds;
	j.metrics = calloc(nr_pairs, sizeof(*j.metrics));
	effects = calloc(nr_pairs, sizeof(*effects));
	if (j.metrics && effects)
		err = rs_sim_pool(options->nr_threads, nr_pairs * 2, run_one, &j);
	if (!err) {
		for (i = 0; i < RS_NR_METRICS; i++)
			judge(&j, nr_pairs, i, effects, &ret->metrics[i]);
		take_zones(&j, ret);
		ret->nr_runs = nr_pairs * 2;
	}
	free(j.metrics);
	free(effects);
	return err ? rs_err(err, "simulation") : 0;
}
