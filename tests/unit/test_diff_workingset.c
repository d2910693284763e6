/* SPDX-License-Identifier: GPL-2.0-only */
/* The checker of shadows on a made-up refault: 50 pages of age, an active file list as long. */
#include "judged.h"

#define SET(record, name, ...)                                                                   \
	record = (struct rs_event_##name){                                                       \
		.hdr = { .tid = 7, .type = RS_EVENT_##name, .len = sizeof(record) }, __VA_ARGS__ \
	}
#define SHADOW(age, workingset) (((((age) << 16 | 1ULL) << 10) << 1 | (workingset)) << 1 | 1)

static struct {
	struct rs_event_workingset_refault refault;
	struct rs_event_refault_test test;
} call;

static int make_call(void **state)
{
	(void)state;
	SET(call.refault, workingset_refault, .shadow = SHADOW(100ULL, 1), .file = 1, .nr_pages = 1);
	SET(call.test, refault_test, .cgroup = 1, .shadow = SHADOW(100ULL, 1), .entry_age = 150, .nonresident_age = 151,
	    .entry_size = { 10, 20, 30, 50 }, .lru_size = { 10, 20, 30, 50 }, .nr_pages = 1, .file = 1, .known = 15,
	    .active = 1, .workingset = 1);
	return 0;
}

enum outcome { AGREES, DIVERGES, RACES, HIDDEN };

static void expect(const void *missing, enum outcome outcome)
{
	struct rs_event_hdr *const records[] = { &call.refault.hdr, &call.test.hdr };
	struct judged j = judge_records(records, RS_ARRAY_SIZE_OF(records), missing);
	const struct rs_decision_sum *s = &j.diff->sums[RS_DECIDE_workingset_refault];

	assert_int_equal(s->agree, outcome == AGREES);
	assert_int_equal(s->diverged, outcome == DIVERGES);
	assert_int_equal(s->race, outcome == RACES);
	assert_int_equal(s->not_observable, outcome == HIDDEN);
	judged_drop(&j);
}

static void not_activated(void)
{
	call.test.active = call.test.workingset = 0;
	call.test.nonresident_age = call.test.entry_age;
}

static void a_recent_page_is_activated_and_restored(void **state)
{
	(void)state;
	expect(NULL, AGREES);
	not_activated();
	expect(NULL, DIVERGES);
}

static void one_page_older_is_too_old(void **state)
{
	(void)state;
	call.test.entry_age++;
	call.test.nonresident_age++;
	expect(NULL, DIVERGES);
	not_activated();
	expect(NULL, AGREES);
}

static void what_was_no_working_set_is_not_restored(void **state)
{
	(void)state;
	call.test.shadow = SHADOW(100ULL, 0);
	expect(NULL, DIVERGES);
	call.test.workingset = 0;
	expect(NULL, AGREES);
}

static void swap_lets_anon_count(void **state)
{
	(void)state;
	call.test.entry_age += 30;
	call.test.nonresident_age += 30;
	/* this kernel asks for that of the cgroup that faults */
	call.test.swap_eviction = 1;
	expect(NULL, DIVERGES);
	call.test.swap_refault = 1;
	expect(NULL, AGREES);
}

static void an_age_that_moved_across_the_size_is_a_race(void **state)
{
	(void)state;
	not_activated();
	call.test.nonresident_age = 151;
	expect(NULL, RACES);
}

static void what_was_not_read_is_hidden(void **state)
{
	(void)state;
	call.test.known = 7;
	expect(NULL, HIDDEN);
	call.test.known = 15;
	expect(&call.test, HIDDEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_recent_page_is_activated_and_restored, make_call),
		cmocka_unit_test_setup(one_page_older_is_too_old, make_call),
		cmocka_unit_test_setup(what_was_no_working_set_is_not_restored, make_call),
		cmocka_unit_test_setup(swap_lets_anon_count, make_call),
		cmocka_unit_test_setup(an_age_that_moved_across_the_size_is_a_race, make_call),
		cmocka_unit_test_setup(what_was_not_read_is_hidden, make_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
