/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../src/model/shrink_list.h"
#include "kernel_rules.h"
#include "unit.h"

static void shrink_active_list_keeps_programs_that_run(void **state)
{
	static const struct {
		struct shrink_active_list in; /* referenced, evictable, vm_exec, swapbacked */
		enum rs_active_outcome outcome;
	} cases[] = {
		{ { 0, false, false, false }, RS_ACTIVE_PUTBACK },
		{ { 1, false, true, false }, RS_ACTIVE_PUTBACK },
		{ { 1, true, true, false }, RS_ACTIVE_ROTATED },
		{ { -1, true, true, false }, RS_ACTIVE_ROTATED },
		{ { 0, true, true, false }, RS_ACTIVE_DEACTIVATED },
		{ { 7, true, false, false }, RS_ACTIVE_DEACTIVATED },
		{ { 7, true, true, true }, RS_ACTIVE_DEACTIVATED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(shrink_active_list(&cases[i].in, NULL), cases[i].outcome);
}

static void shrink_inactive_list_adds_up_and_wakes_flushers(void **state)
{
	struct shrink_inactive_list in = {
		.stat = { .nr_dirty = 1,
			  .nr_unqueued_dirty = 32,
			  .nr_congested = 3,
			  .nr_writeback = 4,
			  .nr_immediate = 5 },
		.nr_taken = 32,
		.writeback_throttling_sane = true,
	};
	struct rs_sc_nr nr = { 100, 200, 300, 400, 500, 600, 700 };
	struct shrink_inactive_list_result r = shrink_inactive_list(&in, &nr, rules_of(V6_1), NULL);

	(void)state;
	assert_true(r.wakeup_flusher_threads);
	assert_false(r.throttle_writeback);
	assert_int_equal(nr.dirty, 101);
	assert_int_equal(nr.unqueued_dirty, 232);
	assert_int_equal(nr.congested, 303);
	assert_int_equal(nr.writeback, 404);
	assert_int_equal(nr.immediate, 505);
	assert_int_equal(nr.file_taken, 600);
	assert_int_equal(nr.taken, 732);

	in.file = true;
	in.writeback_throttling_sane = false;
	assert_true(shrink_inactive_list(&in, &nr, rules_of(V6_1), NULL).throttle_writeback);
	assert_int_equal(nr.file_taken, 632);
	assert_false(shrink_inactive_list(&in, &nr, rules_of(V5_10), NULL).throttle_writeback);
	in.nr_taken = 33;
	r = shrink_inactive_list(&in, &nr, rules_of(V6_1), NULL);
	assert_false(r.wakeup_flusher_threads || r.throttle_writeback);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shrink_active_list_keeps_programs_that_run),
		cmocka_unit_test(shrink_inactive_list_adds_up_and_wakes_flushers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
