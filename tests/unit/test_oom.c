/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "../../src/model/oom.h"
#include "kernel_rules.h"
#include "unit.h"

static void oom_badness_in_pages(void **state)
{
	static const struct {
		struct oom_badness in;
		int64_t points;
	} rows[] = {
		{ { 0, 1, 0, 0, 1000, 200, 8191 }, 1201 },
		{ { 0, 1, 0, 500, 1000, 200, 8192 }, 1202 + 500 * 262 },
		{ { 0, 1, 0, -999, 1000, 200, 0 }, 1200 - 999 * 262 },
		{ { 0, 1, 0, -1000, 1000, 200, 0 }, OOM_NEVER },
		{ { 1, 1, 0, 0, 1000, 200, 0 }, OOM_NEVER },
		{ { 0, 0, 0, 0, 1000, 200, 0 }, OOM_NEVER },
		{ { 0, 1, 1, 0, 1000, 200, 0 }, OOM_NEVER },
	};
	struct rs_why why = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(oom_badness(&rows[i].in, 262144 + 500, &why), rows[i].points);
	assert_true(WHY_HAS(&why, oom_points) && WHY_HAS(&why, oom_never));
}

#define TASK(pages) { .badness = { .has_mm = true, .rss = pages }, .eligible = true }

static void select_bad_process_takes_the_last_of_the_worst(void **state)
{
	struct oom_task t[] = { TASK(10), TASK(500), TASK(500), TASK(400), TASK(9000), TASK(9000) };
	int64_t points;

	(void)state;
	t[4].eligible = false;
	t[5].badness.unkillable = true;
	assert_int_equal(select_bad_process(t, 6, 1000000, false, &points, NULL), 2);
	assert_int_equal(points, 500);
	t[0].origin = true;
	assert_int_equal(select_bad_process(t, 6, 1000000, false, &points, NULL), 0);
	assert_int_equal(points, INT64_MAX);
	t[3].oom_victim = t[3].victim_skip = true; /* reaped already */
	assert_int_equal(select_bad_process(t, 6, 1000000, false, &points, NULL), 0);
	t[3].victim_skip = false;
	assert_int_equal(select_bad_process(t, 6, 1000000, false, &points, NULL), OOM_ABORT);
	assert_int_equal(select_bad_process(t, 6, 1000000, true, &points, NULL), 0);
	assert_int_equal(select_bad_process(t, 0, 1000000, false, &points, NULL), OOM_NONE);
	t[0].badness.oom_score_adj = OOM_SCORE_ADJ_MIN;
	t[0].origin = false;
	assert_int_equal(select_bad_process(t, 1, 1000000, false, &points, NULL), OOM_NONE);
	t[0].badness.oom_score_adj = -900; /* points below zero are points */
	assert_int_equal(select_bad_process(t, 1, 1000000, false, &points, NULL), 0);
	assert_int_equal(points, 10 - 900000);
}

static void out_of_memory_order_of_tests(void **state)
{
	static const struct {
		struct out_of_memory in; /* disabled, memcg, notifier, current exits, fs, allocating, selected */
		enum rs_oom out;
	} rows[] = {
		{ { 1, 0, 1, 1, 1, 1, 3 }, RS_OOM_NOTHING },
		{ { 0, 0, 1, 1, 1, 1, 3 }, RS_OOM_PRETENDS },
		{ { 0, 1, 1, 0, 1, 1, 3 }, RS_OOM_KILLS },
		{ { 0, 0, 0, 1, 0, 0, 3 }, RS_OOM_CURRENT },
		{ { 0, 0, 0, 0, 0, 1, 3 }, RS_OOM_PRETENDS },
		{ { 0, 1, 0, 0, 0, 0, 3 }, RS_OOM_KILLS },
		{ { 0, 0, 0, 0, 1, 1, 3 }, RS_OOM_CURRENT },
		{ { 0, 0, 0, 0, 1, 0, 0 }, RS_OOM_KILLS },
		{ { 0, 0, 0, 0, 1, 0, OOM_ABORT }, RS_OOM_PRETENDS },
		{ { 0, 0, 0, 0, 1, 0, OOM_NONE }, RS_OOM_PANICS },
		{ { 0, 1, 0, 0, 1, 0, OOM_NONE }, RS_OOM_NOTHING },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(out_of_memory(&rows[i].in, NULL), rows[i].out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oom_badness_in_pages),
		cmocka_unit_test(select_bad_process_takes_the_last_of_the_worst),
		cmocka_unit_test(out_of_memory_order_of_tests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
