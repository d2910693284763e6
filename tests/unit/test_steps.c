/* SPDX-License-Identifier: GPL-2.0-only */
/* What reclaim costs on a host, out of when its steps were. */
#include <math.h>

#include "../../src/tune/steps.h"
#include "unit.h"

static const struct rs_sim_costs costs = { .scan = 10, .rmap = 5, .reclaim = 30 };

static void step(struct rs_steps *s, uint32_t tid, uint64_t ts_ns, bool file, uint64_t scanned, uint64_t freed, uint32_t written)
{
	struct rs_event_shrink_inactive e = {
		.hdr = { .tid = tid, .ts_ns = ts_ns }, .file = file, .nr_scanned = scanned, .nr_reclaimed = freed, .nr_pageout = written,
	};

	rs_steps_add(s, &e, &costs);
}

/* A page of a file costs 40, one of a process 45; ten in 4,000 ns and 4,500 ns are ten times as much. */
static void rs_steps_scale_is_time_over_default_costs(void **state)
{
	struct rs_steps s = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 8; i++) {
		rs_steps_reclaims(&s, 1, 1000 + i * 100000);
		rs_steps_reclaims(&s, 2, 1500 + i * 100000);
		step(&s, 1, 5000 + i * 100000, true, 10, 10, 0);
		assert_true(i == 7 || isnan(rs_steps_scale(&s)));
		step(&s, 2, 6000 + i * 100000, false, 10, 10, 0);
		rs_steps_reclaims(&s, 2, 0);
		step(&s, 2, 99000 + i * 100000, false, 10, 10, 0); /* not in reclaim: since when is not known */
	}
	assert_int_equal(s.nr, 16);
	assert_float_equal(rs_steps_scale(&s), 10, 1e-9);
}

/* Who had to wait for the CPU, wrote pages, or passed most of them over tells nothing. */
static void rs_steps_scale_of_what_reclaim_alone_did(void **state)
{
	struct rs_steps s = { 0 };
	uint64_t ns = 1000;
	int i;

	(void)state;
	rs_steps_reclaims(&s, 1, ns);
	for (i = 0; i < 100; i++) {
		step(&s, 1, ns += i % 3 ? 1200 : 90000, true, 10, 10, 0);
		step(&s, 1, ns += 77, true, 10, 10, 1);
		step(&s, 1, ns += 7777, true, 1000, 10, 0);
		step(&s, 1, ns += 7777, true, 10, 0, 0);
	}
	assert_int_equal(s.nr, 100);
	assert_float_equal(rs_steps_scale(&s), 3, 1e-9);
}

static void rs_steps_more_than_there_is_room_for(void **state)
{
	struct rs_steps *s = calloc(1, sizeof(*s));
	uint32_t tid;
	int i;

	(void)state;
	for (tid = 1; tid <= RS_MAX_STEP_THREADS + 3; tid++) {
		rs_steps_reclaims(s, tid, tid);
		step(s, tid, tid + 800, true, 10, 10, 0);
	}
	assert_int_equal(s->nr, RS_MAX_STEP_THREADS);
	for (i = 0; i < RS_MAX_STEPS; i++)
		step(s, 1, 100000 + i * 800, true, 10, 10, 0);
	assert_int_equal(s->nr, RS_MAX_STEPS);
	assert_float_equal(rs_steps_scale(s), 2, 1e-9);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rs_steps_scale_is_time_over_default_costs),
		cmocka_unit_test(rs_steps_scale_of_what_reclaim_alone_did),
		cmocka_unit_test(rs_steps_more_than_there_is_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
