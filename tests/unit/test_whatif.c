/* SPDX-License-Identifier: GPL-2.0-only */
/* That a load can be found again, and what is said of it under other settings. */
#include <math.h>

#include "../../src/tune/whatif.h"
#include "unit.h"
#include "made_up_load.h"

/* What the simulation itself did is its own recording: calibration must come near it, knowing only the sums. */
static void rs_calibrate_finds_a_simulated_load_again(void **state)
{
	struct rs_calibration_options o = { .nr_threads = 2, .nr_runs = 192, .seed = 7 };
	struct rs_calibration *a = calloc(1, sizeof(*a)), *b = calloc(1, sizeof(*b));
	struct rs_workload *w = made_up_load();

	(void)state;
	w->recorded[RS_METRIC_duration_ns] = 1200.0 * MS;
	assert_int_equal(rs_workload_simulate(w, &w->config, true_parameters, 3, w->recorded, NULL), 0);
	assert_true(w->recorded[RS_METRIC_pswpout] > 250);
	w->recorded[RS_METRIC_pgactivate] = NAN; /* as with every load that swaps */
	assert_int_equal(rs_calibrate(w, &o, a), 0);
	assert_true(a->error < RS_WHATIF_MAX_ERROR);
	o.nr_runs = 24; /* a first guess only */
	assert_int_equal(rs_calibrate(w, &o, b), 0);
	assert_true(a->error < b->error);
	assert_true(a->nr_members >= 1 && a->members[0].error <= a->members[a->nr_members - 1].error);
	/* The threads do not show. */
	o.nr_runs = 24;
	assert_int_equal(rs_calibrate(w, &o, a), 0);
	o.nr_threads = 1;
	assert_int_equal(rs_calibrate(w, &o, b), 0);
	assert_memory_equal(a, b, sizeof(*a));
	free(a);
	free(b);
	rs_workload_destroy(w);
}

/* Two searches look elsewhere, and both are heard; one that comes to nothing is not. */
static void rs_calibrate_hears_each_search(void **state)
{
	struct rs_calibration_options o = { .nr_threads = 2, .nr_runs = 192, .seed = 7 };
	struct rs_calibration *one = calloc(1, sizeof(*one)), *two = calloc(1, sizeof(*two));
	struct rs_workload *w = made_up_load();
	unsigned int i, k, nr_of_first = 0;
	double mean = 0;

	(void)state;
	w->recorded[RS_METRIC_duration_ns] = 1200.0 * MS;
	assert_int_equal(rs_workload_simulate(w, &w->config, true_parameters, 3, w->recorded, NULL), 0);
	assert_int_equal(rs_calibrate(w, &o, two), 0);
	assert_int_equal(two->nr_runs, 192);
	o.nr_runs = 96; /* enough for the first only */
	assert_int_equal(rs_calibrate(w, &o, one), 0);
	for (i = 0; i < one->nr_members; i++)
		assert_int_equal(one->members[i].seed, one->members[0].seed);
	for (i = 0; i < two->nr_members; i++) {
		assert_true(!i || two->members[i].error >= two->members[i - 1].error);
		nr_of_first += two->members[i].seed == one->members[0].seed;
		mean += rs_metric_log_ratio(RS_METRIC_pswpout, two->members[i].simulated[RS_METRIC_pswpout],
					    w->recorded[RS_METRIC_pswpout]) / two->nr_members;
		for (k = 0; k < i; k++)
			assert_true(memcmp(two->members[i].parameters, two->members[k].parameters, sizeof(true_parameters)) ||
				    two->members[i].seed != two->members[k].seed);
	}
	assert_in_range(nr_of_first, 1, two->nr_members - 1);
	assert_float_equal(two->metric_error[RS_METRIC_pswpout], mean, 1e-9);
	free(one);
	free(two);
	rs_workload_destroy(w);
}

static void rs_whatif_same_settings_same_figures(void **state)
{
	struct rs_whatif_options o = { .nr_threads = 2, .nr_seeds = 1 };
	struct rs_calibration *c = calloc(1, sizeof(*c));
	struct rs_workload *w = made_up_load();
	struct rs_whatif r, wrong;
	int i;

	(void)state;
	w->recorded[RS_METRIC_duration_ns] = 1200.0 * MS;
	memcpy(c->members[0].parameters, true_parameters, sizeof(true_parameters));
	c->nr_members = 1;
	c->members[0].seed = 3;
	assert_int_equal(rs_workload_simulate(w, &w->config, true_parameters, 3, w->recorded, NULL), 0);
	assert_int_equal(rs_whatif(w, c, &w->config, &o, &r), 0);
	for (i = 0; i < RS_NR_METRICS; i++) {
		assert_true(r.metrics[i].known);
		assert_float_equal(r.metrics[i].after, r.metrics[i].before, 1e-6 * r.metrics[i].before + 1e-6);
		assert_true(r.metrics[i].low <= r.metrics[i].after && r.metrics[i].after <= r.metrics[i].high);
	}
	/* What the simulation is wrong about is the same on both sides. */
	c->error = 0.5;
	assert_int_equal(rs_whatif(w, c, &w->config, &o, &wrong), 0);
	assert_memory_equal(&wrong, &r, sizeof(r));
	/* The wait may have been the recorder's; what kswapd used cannot. */
	w->recorder_cpu_ns = MS * w->config.nr_cpus;
	assert_int_equal(rs_whatif(w, c, &w->config, &o, &wrong), 0);
	assert_float_equal(wrong.metrics[RS_METRIC_memory_some_ns].low, r.metrics[RS_METRIC_memory_some_ns].low - MS,
			   1);
	assert_float_equal(wrong.metrics[RS_METRIC_kswapd_cpu_ns].low, r.metrics[RS_METRIC_kswapd_cpu_ns].low, 0);
	free(c);
	rs_workload_destroy(w);
}

/* Twice the memory: nothing has to go to swap, and the answer says so. */
static void rs_whatif_enough_memory_no_swapping(void **state)
{
	struct rs_whatif_options o = { .nr_threads = 2, .nr_seeds = 1 };
	struct rs_calibration *c = calloc(1, sizeof(*c));
	struct rs_workload *w = made_up_load();
	struct rs_sim_config more = w->config;
	struct rs_whatif r, wrong;

	(void)state;
	w->recorded[RS_METRIC_duration_ns] = 1200.0 * MS;
	memcpy(c->members[0].parameters, true_parameters, sizeof(true_parameters));
	c->nr_members = 1;
	assert_int_equal(rs_workload_simulate(w, &w->config, true_parameters, 0, w->recorded, NULL), 0);
	more.zones[0].managed_pages *= 2;
	assert_int_equal(rs_whatif(w, c, &more, &o, &r), 0);
	assert_true(r.metrics[RS_METRIC_pswpout].before > 250);
	assert_true(r.metrics[RS_METRIC_pswpout].after < 100);
	assert_true(r.metrics[RS_METRIC_memory_some_ns].after < r.metrics[RS_METRIC_memory_some_ns].before);
	assert_int_equal(r.zones[0].managed, 3000 * 2);
	/* The farther from what was recorded, the more does it matter that the simulation is wrong there already. */
	c->error = 0.5;
	assert_int_equal(rs_whatif(w, c, &more, &o, &wrong), 0);
	assert_true(wrong.metrics[RS_METRIC_pgsteal_kswapd].after == r.metrics[RS_METRIC_pgsteal_kswapd].after);
	assert_true(wrong.metrics[RS_METRIC_free_pages].low < r.metrics[RS_METRIC_free_pages].low);
	assert_true(wrong.metrics[RS_METRIC_free_pages].high > r.metrics[RS_METRIC_free_pages].high);
	/* A metric that the simulation cannot repeat is not predicted. */
	c->metric_error[RS_METRIC_allocstall] = RS_WHATIF_MAX_METRIC_LOG + 0.01;
	assert_int_equal(rs_whatif(w, c, &more, &o, &r), 0);
	assert_false(r.metrics[RS_METRIC_allocstall].known);
	free(c);
	rs_workload_destroy(w);
}

/* Loads that fit disagree about what more memory would change: each has its part in what is told, be it alone or not. */
static void rs_whatif_hears_each_load(void **state)
{
	static const double hot_share[] = { 0.3, 0.3, 0.6 };
	struct rs_whatif_options o = { .nr_threads = 2, .nr_seeds = 1 };
	struct rs_calibration *all = calloc(1, sizeof(*all)), *one = calloc(1, sizeof(*one));
	struct rs_workload *w = made_up_load();
	struct rs_sim_config more = w->config;
	double logs[3], recorded, told;
	struct rs_whatif r;
	int i;

	(void)state;
	w->recorded[RS_METRIC_duration_ns] = 1200.0 * MS;
	assert_int_equal(rs_workload_simulate(w, &w->config, true_parameters, 0, w->recorded, NULL), 0);
	recorded = w->recorded[RS_METRIC_pswpin];
	more.zones[0].managed_pages += 300;
	one->nr_members = 1;
	all->nr_members = 3;
	for (i = 0; i < 3; i++) {
		memcpy(one->members[0].parameters, true_parameters, sizeof(true_parameters));
		one->members[0].parameters[RS_LOAD_anon_hot_share] = hot_share[i];
		all->members[i] = one->members[0];
		assert_int_equal(rs_whatif(w, one, &more, &o, &r), 0);
		logs[i] = rs_metric_log_ratio(RS_METRIC_pswpin, r.metrics[RS_METRIC_pswpin].after, recorded);
	}
	/* a median would tell what the first two say */
	assert_true(logs[0] == logs[1] && fabs(logs[2] - logs[0]) > 0.1);
	assert_int_equal(rs_whatif(w, all, &more, &o, &r), 0);
	told = rs_metric_log_ratio(RS_METRIC_pswpin, r.metrics[RS_METRIC_pswpin].after, recorded);
	assert_float_equal(told, (logs[0] + logs[1] + logs[2]) / 3, 1e-9);
	free(all);
	free(one);
	rs_workload_destroy(w);
}

/* Of the memory, the recorder had a part: the change is that with it, the interval is of the host without. */
static void rs_whatif_holds_the_host_without_the_recorder(void **state)
{
	struct rs_whatif_options o = { .nr_threads = 2, .nr_seeds = 1 };
	struct rs_calibration *c = calloc(1, sizeof(*c));
	struct rs_workload *w = made_up_load();
	double alone[RS_NR_METRICS];
	struct rs_whatif with, r;
	int i;

	(void)state;
	w->recorded[RS_METRIC_duration_ns] = 1200.0 * MS;
	memcpy(c->members[0].parameters, true_parameters, sizeof(true_parameters));
	c->nr_members = 1;
	assert_int_equal(rs_workload_simulate(w, &w->config, true_parameters, 0, w->recorded, NULL), 0);
	assert_int_equal(rs_whatif(w, c, &w->config, &o, &with), 0);
	w->recorder_pages = 450;
	assert_int_equal(rs_whatif(w, c, &w->config, &o, &r), 0);
	w->kernel -= 450;
	assert_int_equal(rs_workload_simulate(w, &w->config, true_parameters, 0, alone, NULL), 0);
	assert_true(alone[RS_METRIC_pswpout] < with.metrics[RS_METRIC_pswpout].low);
	for (i = 0; i < RS_NR_METRICS; i++) {
		assert_true(r.metrics[i].after == with.metrics[i].after);
		assert_true(r.metrics[i].low <= with.metrics[i].after && r.metrics[i].high >= with.metrics[i].after);
	}
	assert_true(r.metrics[RS_METRIC_pswpout].low < alone[RS_METRIC_pswpout]);
	assert_true(r.metrics[RS_METRIC_pswpout].high < with.metrics[RS_METRIC_pswpout].high);
	/* That it is less without the recorder is no gain of the settings. */
	assert_float_equal(r.metrics[RS_METRIC_pswpout].low_beside, with.metrics[RS_METRIC_pswpout].low, 0);
	assert_float_equal(r.metrics[RS_METRIC_pswpout].high_beside, with.metrics[RS_METRIC_pswpout].high, 0);
	free(c);
	rs_workload_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rs_calibrate_finds_a_simulated_load_again),
		cmocka_unit_test(rs_calibrate_hears_each_search),
		cmocka_unit_test(rs_whatif_same_settings_same_figures),
		cmocka_unit_test(rs_whatif_enough_memory_no_swapping),
		cmocka_unit_test(rs_whatif_hears_each_load),
		cmocka_unit_test(rs_whatif_holds_the_host_without_the_recorder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
