/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differential evolution, with the logs of the parameters in their ranges as coordinates. Each generation is made
 * before any of it is simulated, so the order in which threads finish changes nothing. Where a recording leaves much
 * open a search ends in one of several valleys, and chance decides in which: so there are several searches, each with a
 * seed of its own for where it looks and for what it simulates. What fits within a margin of the best of all becomes the
 * ensemble, as much of it from each.
 */
#include "calibrate.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/log.h"

#define POPULATION 24
/* Chosen by habit of the method, not tuned: the weight of a difference, and the chance of a coordinate to change. */
#define WEIGHT 0.6
#define CROSSOVER 0.7
/* A member may be so much worse than the best, in root mean square of logs. */
#define MARGIN 0.08
#define MIN_MEMBERS 4
#define NR_SEARCHES 3
#define MEMBERS_OF_SEARCH (RS_CALIBRATION_MEMBERS / NR_SEARCHES)
/* With fewer for each, there is one search less. */
#define MIN_RUNS 96
#define MAX_LOG 3.0

struct point {
	double x[RS_NR_LOAD_PARAMETERS]; /* 0 to 1 */
	double metrics[RS_NR_METRICS];
	double loss;
};

struct search {
	const struct rs_workload *w;
	const struct rs_calibration_options *o;
	uint64_t random, seed;
	unsigned int nr_before, nr_runs; /* of the searches before, and to spend on this one */
	struct point population[POPULATION], trial[POPULATION];
	struct point *seen; /* every point that was simulated */
	size_t nr_seen;
};

/* What makes a difference of a metric matter, and below which nothing does. */
static const struct {
	double weight, floor;
} metric_rules[RS_NR_METRICS] = {
	[RS_METRIC_memory_some_ns] = { 2, 20e6 },  [RS_METRIC_memory_full_ns] = { 1, 20e6 },
	[RS_METRIC_allocstall] = { 1, 20 },	   [RS_METRIC_stall_ns] = { 2, 10e6 },
	[RS_METRIC_refault_anon] = { 1, 200 },	   [RS_METRIC_refault_file] = { 2, 200 },
	[RS_METRIC_pswpin] = { 1, 200 },	   [RS_METRIC_pswpout] = { 1, 200 },
	[RS_METRIC_pageoutrun] = { 0.5, 5 },	   [RS_METRIC_kswapd_cpu_ns] = { 1, 10e6 },
	[RS_METRIC_pswpin_half_ns] = { 2, 200e6 }, [RS_METRIC_pgscan_kswapd] = { 0.5, 1000 }, [RS_METRIC_pgscan_direct] = { 0.5, 1000 },
	[RS_METRIC_pgsteal_kswapd] = { 1, 1000 },  [RS_METRIC_pgsteal_direct] = { 1, 500 },
	[RS_METRIC_pgactivate] = { 1, 500 },	   [RS_METRIC_pgpgin] = { 1, 500 },
	[RS_METRIC_free_pages] = { 1, 100 },	   [RS_METRIC_duration_ns] = { 2, 100e6 },
};

double rs_metric_log_ratio(enum rs_metric metric, double simulated, double recorded)
{
	double floor = metric_rules[metric].floor;

	return log((simulated + floor) / (recorded + floor));
}

static double uniform(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return ((z ^ z >> 31) >> 11) * 0x1p-53;
}

/* What was measured, or makes no difference, is not searched. */
static bool is_open(const struct rs_workload *w, int parameter)
{
	return rs_workload_has(w, parameter) && !w->measured[parameter];
}

static void parameters_of(const struct rs_workload *w, const struct point *point, double *ret)
{
	int i;

	for (i = 0; i < RS_NR_LOAD_PARAMETERS; i++) {
		const struct rs_load_range *r = rs_load_range(i);

		ret[i] = w->measured[i] ? w->measured[i] : r->low * pow(r->high / r->low, point->x[i]);
	}
}

static double loss_of(const struct search *s, const double *metrics)
{
	double sum = 0, weights = 0;
	int i;

	for (i = 0; i < RS_NR_METRICS; i++) {
		double e = rs_metric_log_ratio(i, metrics[i], s->w->recorded[i]);

		if (isnan(e))
			continue;
		e = fmin(fabs(e), MAX_LOG);
		sum += metric_rules[i].weight * e * e;
		weights += metric_rules[i].weight;
	}
	return weights ? sqrt(sum / weights) : 0;
}

/* One seed for all points of a search: what differs between two is the parameters. */
static int simulate_trial(void *arg, size_t i)
{
	struct search *s = arg;
	struct point *point = &s->trial[i];
	double parameters[RS_NR_LOAD_PARAMETERS];
	int err;

	parameters_of(s->w, point, parameters);
	err = rs_workload_simulate(s->w, &s->w->config, parameters, s->seed, point->metrics, NULL);
	point->loss = err ? INFINITY : loss_of(s, point->metrics);
	return err;
}

static int simulate_all(struct search *s)
{
	int err = rs_sim_pool(s->o->nr_threads, POPULATION, simulate_trial, s);

	if (err)
		return err;
	memcpy(s->seen + s->nr_seen, s->trial, sizeof(s->trial));
	s->nr_seen += POPULATION;
	if (s->o->progress)
		s->o->progress(s->o->ctx, s->nr_before + s->nr_seen, s->o->nr_runs);
	return 0;
}

/*
 * A third of the start reads files in order only, a third at random only: such loads are common, are corners of the
 * ranges, and a search from within rarely comes near a corner.
 */
static void make_pure(const struct rs_workload *w, struct point *point, int i)
{
	if (!rs_workload_has(w, RS_LOAD_file_reads) || i % 3 == 2)
		return;
	point->x[RS_LOAD_file_sweep_share] = i % 3 == 0;
	point->x[RS_LOAD_file_hot_share] = point->x[RS_LOAD_file_hot_rate] = 0;
	if (i % 3 == 0)
		point->x[RS_LOAD_file_reads] = 0;
}

/* A stratified start: each coordinate has one point in each of its strata. */
static void first_generation(struct search *s)
{
	int strata[POPULATION], c, i;

	for (c = 0; c < RS_NR_LOAD_PARAMETERS; c++) {
		for (i = 0; i < POPULATION; i++)
			strata[i] = i;
		for (i = POPULATION - 1; i > 0; i--) {
			int j = uniform(&s->random) * (i + 1), t = strata[i];

			strata[i] = strata[j];
			strata[j] = t;
		}
		for (i = 0; i < POPULATION; i++)
			s->trial[i].x[c] =
				is_open(s->w, c) ? (strata[i] + uniform(&s->random)) / POPULATION : 0.5;
	}
	for (i = 0; i < POPULATION; i++)
		make_pure(s->w, &s->trial[i], i);
}

static const struct point *best_of(const struct search *s)
{
	const struct point *best = &s->population[0];
	int i;

	for (i = 1; i < POPULATION; i++)
		if (s->population[i].loss < best->loss)
			best = &s->population[i];
	return best;
}

static void next_generation(struct search *s)
{
	const struct point *best = best_of(s);
	int i, c;

	for (i = 0; i < POPULATION; i++) {
		const struct point *own = &s->population[i];
		const struct point *a = &s->population[(int)(uniform(&s->random) * POPULATION)];
		const struct point *b = &s->population[(int)(uniform(&s->random) * POPULATION)];
		int forced = uniform(&s->random) * RS_NR_LOAD_PARAMETERS;
		double pull = uniform(&s->random);

		s->trial[i] = *own;
		for (c = 0; c < RS_NR_LOAD_PARAMETERS; c++) {
			double x = own->x[c] + pull * WEIGHT * (best->x[c] - own->x[c]) + WEIGHT * (a->x[c] - b->x[c]);

			if (!is_open(s->w, c) || (c != forced && uniform(&s->random) > CROSSOVER))
				continue;
			/* Back from the wall by as far as it went through. */
			x = x < 0 ? -x : x > 1 ? 2 - x : x;
			s->trial[i].x[c] = fmin(fmax(x, 0), 1);
		}
	}
}

static void select_better(struct search *s)
{
	int i;

	for (i = 0; i < POPULATION; i++)
		if (s->trial[i].loss < s->population[i].loss)
			s->population[i] = s->trial[i];
}

static int compare_points(const void *a, const void *b)
{
	double x = ((const struct point *)a)->loss, y = ((const struct point *)b)->loss;

	return x < y ? -1 : x > y;
}

static double distance(const struct point *a, const struct point *b)
{
	double sum = 0;
	int i;

	for (i = 0; i < RS_NR_LOAD_PARAMETERS; i++)
		sum += fabs(a->x[i] - b->x[i]);
	return sum;
}

/* The best of a search, and those near it in error that are not near it in parameters. */
static void choose_members(struct search *s, struct rs_calibration *ret)
{
	const struct point *chosen[MEMBERS_OF_SEARCH];
	unsigned int nr = 0;
	size_t i, k;

	qsort(s->seen, s->nr_seen, sizeof(*s->seen), compare_points);
	for (i = 0; i < s->nr_seen && nr < MEMBERS_OF_SEARCH; i++) {
		struct rs_calibration_member *m = &ret->members[ret->nr_members];

		for (k = 0; k < nr && distance(chosen[k], &s->seen[i]) > 0.1; k++)
			;
		if (k < nr)
			continue;
		chosen[nr++] = &s->seen[i];
		parameters_of(s->w, &s->seen[i], m->parameters);
		memcpy(m->simulated, s->seen[i].metrics, sizeof(m->simulated));
		m->error = expm1(s->seen[i].loss);
		m->seed = s->seed;
		ret->nr_members++;
	}
}

static int compare_members(const void *a, const void *b)
{
	const struct rs_calibration_member *x = a, *y = b;

	return x->error != y->error ? (x->error > y->error) - (x->error < y->error) : (x->seed > y->seed) - (x->seed < y->seed);
}

/* A search that came to nothing is left out. */
static void keep_those_that_fit(struct rs_calibration *c)
{
	qsort(c->members, c->nr_members, sizeof(*c->members), compare_members);
	while (c->nr_members > MIN_MEMBERS &&
	       log1p(c->members[c->nr_members - 1].error) > log1p(c->members[0].error) + MARGIN)
		c->nr_members--;
	memset(c->members + c->nr_members, 0, (RS_CALIBRATION_MEMBERS - c->nr_members) * sizeof(*c->members));
}

static int search(struct search *s)
{
	int err, i;

	for (i = 0; i < POPULATION; i++)
		s->population[i].loss = INFINITY;
	first_generation(s);
	do {
		err = simulate_all(s);
		if (err)
			return err;
		select_better(s);
		next_generation(s);
	} while (s->nr_seen + POPULATION <= s->nr_runs);
	return 0;
}

static int search_from(struct search *s, unsigned int i, unsigned int nr, struct rs_calibration *ret)
{
	int err;

	s->nr_before = ret->nr_runs;
	s->nr_runs = s->o->nr_runs / nr;
	s->nr_seen = 0;
	/* neighbours of a seed are what members are run with as well */
	s->random = s->seed = (s->o->seed * NR_SEARCHES + i) << 8;
	err = search(s);
	if (!err)
		choose_members(s, ret);
	ret->nr_runs += s->nr_seen;
	return err;
}

int rs_calibrate(const struct rs_workload *workload, const struct rs_calibration_options *options,
		 struct rs_calibration *ret)
{
	unsigned int nr = rs_max(1, rs_min(NR_SEARCHES, options->nr_runs / MIN_RUNS)), k;
	struct search *s = calloc(1, sizeof(*s));
	int err = -ENOMEM, i;

	memset(ret, 0, sizeof(*ret));
	if (s)
		s->seen = calloc(options->nr_runs + POPULATION, sizeof(*s->seen));
	if (s && s->seen) {
		s->w = workload;
		s->o = options;
		for (k = 0, err = 0; k < nr && !err; k++)
			err = search_from(s, k, nr, ret);
	}
	if (!err) {
		keep_those_that_fit(ret);
		ret->error = ret->members[0].error;
		for (i = 0; i < RS_NR_METRICS; i++)
			for (k = 0; k < ret->nr_members; k++)
				ret->metric_error[i] +=
					rs_metric_log_ratio(i, ret->members[k].simulated[i], workload->recorded[i]) / ret->nr_members;
	}
	if (s)
		free(s->seen);
	free(s);
	if (err == -EOPNOTSUPP)
		return rs_err(err, "no answer: MGLRU is on, and the recording does not tell how this kernel does it");
	return err ? rs_err(err, "calibration") : 0;
}
