/* SPDX-License-Identifier: GPL-2.0-only */
/* What tasks of the simulated host may take, and what they pay for it. */
#include "../../src/base/cleanup.h"
#include "../../src/model/watermark.h"
#include "script.h"

#define PAGES 8192 /* 32 MiB */

static struct rs_sim_config config_of(enum kernel_under_test v)
{
	struct rs_sim_config config;

	rs_sim_config_init(&config, rules_of(v), PAGES);
	config.min_free_kbytes = 2048; /* min: 512 pages */
	return config;
}

/* A real-time task goes below min by a quarter (5.10) or a half before it has to reclaim or wait; nobody else does. */
static void who_is_ahead_has_a_part_of_the_reserve(void **state)
{
	static const struct {
		enum kernel_under_test kernel;
		bool ahead;
		uint64_t least;
	} cases[] = { { V5_10, false, 512 }, { V5_10, true, 384 }, { V6_12, false, 512 }, { V6_12, true, 256 } };
	size_t c;

	(void)state;
	for (c = 0; c < RS_ARRAY_SIZE_OF(cases); c++) {
		struct rs_sim_config config = config_of(cases[c].kernel);
		_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
		struct script s = SCRIPT({ .type = RS_SIM_OP_RANGE, .nr = PAGES - 1024 },
					 { .type = RS_SIM_OP_ALLOC, .ahead = cases[c].ahead, .nr = 1024 });
		struct rs_sim_result r;

		config.kswapd_wake_ns = 20 * MS; /* not before the marks are reached */
		config.file = (struct rs_sim_device){ 0 };
		sim = host_of(&config);
		area_in(sim,
			(struct rs_sim_area){ .nr_pages = PAGES, .backing = RS_SIM_FILE, .task = -1, .readahead = 1 });
		task_in(sim, script_next, &s);
		r = run_until(sim, SECOND);
		assert_int_equal(r.nr_kernel, 1024);
		assert_in_range(r.zones[0].least_free, cases[c].least - 1, cases[c].least + 1);
	}
}

/* A read takes CPU time as well; where the page was in use before it was evicted, that is time under pressure. */
static void a_read_takes_cpu_time(void **state)
{
	struct rs_sim_config config = config_of(V6_1);
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	/* most of memory is active, then it is evicted by what is read once, and wanted again */
	struct script s =
		SCRIPT({ .type = RS_SIM_OP_RANGE, .nr = 6000 }, { .type = RS_SIM_OP_RANGE, .nr = 6000 },
		       { .type = RS_SIM_OP_RANGE, .first = 6000, .nr = 5000 }, { .type = RS_SIM_OP_RANGE, .nr = 6000 });
	struct rs_sim_task_result t;
	struct rs_sim_result r;

	(void)state;
	config.costs = (struct rs_sim_costs){ .file_read = 3000, .alloc = 100 };
	config.file = (struct rs_sim_device){ 0 };
	sim = host_of(&config);
	area_in(sim, (struct rs_sim_area){ .nr_pages = 2 * PAGES, .backing = RS_SIM_FILE, .task = -1, .readahead = 8 });
	task_in(sim, script_next, &s);
	r = run_until(sim, SECOND);
	assert_int_equal(rs_sim_task_result(sim, 0, &t), 0);
	assert_true(r.counts.workingset_restore[WORKINGSET_FILE] > 100);
	assert_int_equal(t.cpu_ns, 3100 * r.counts.pgpgin);
	/* nothing else of it costs any time */
	assert_in_range(t.memstall_ns, 3000 * r.counts.workingset_restore[WORKINGSET_FILE] / 8,
			3000 * r.counts.workingset_refault[WORKINGSET_FILE]);
}

/* Blocks are broken up until the marks are raised by as much as was asked for, and no further. */
static void marks_are_boosted_up_to_what_is_asked_for(void **state)
{
	static const struct {
		uint32_t below[3];
		uint64_t boost;
	} cases[] = { { { 0, 0, 0 }, 1536 },
		      { { 600, 600, 600 }, 1024 },
		      { { 512, 512, 512 }, 512 },
		      { { 100, 0, 100 }, 1024 } };
	size_t c;

	(void)state;
	for (c = 0; c < RS_ARRAY_SIZE_OF(cases); c++) {
		const uint32_t *below = cases[c].below;
		struct rs_sim_config config = config_of(V6_1);
		_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
		struct script s =
			SCRIPT({ .type = RS_SIM_OP_BOOST, .nr = below[0] }, { .type = RS_SIM_OP_BOOST, .nr = below[1] },
			       { .type = RS_SIM_OP_BOOST, .nr = below[2] });

		config.min_free_kbytes = 8192; /* high: 3072 pages, half more at most */
		config.kswapd_wake_ns = 100 * SECOND;
		sim = host_of(&config);
		task_in(sim, script_next, &s);
		assert_int_equal(run_until(sim, SECOND).zones[0].boost, cases[c].boost);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_ahead_has_a_part_of_the_reserve),
		cmocka_unit_test(a_read_takes_cpu_time),
		cmocka_unit_test(marks_are_boosted_up_to_what_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
