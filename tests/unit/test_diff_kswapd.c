/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests to kswapd of a 6.1 kernel: which of them its main loop has taken, and what is told to be a race. */
#include "judged.h"

#define TASK 7
#define OTHER 8
#define KSWAPD 41
#define GFP 0xcc0 /* GFP_KERNEL */
#define NONE 5 /* MAX_NR_ZONES: nothing is asked for */
#define MAX 32

static union record {
	struct rs_event_hdr hdr;
	struct rs_event_zone_state zone;
	struct rs_event_kswapd_wake wake;
	struct rs_event_kswapd_sleep sleep;
	struct rs_event_balance_pgdat_begin run;
	struct rs_event_balance_pgdat_end run_end;
	struct rs_event_pgdat_balanced balanced;
	struct rs_event_prepare_kswapd_sleep prepare;
	struct rs_event_wakeup_kswapd_begin wakeup;
	struct rs_event_wakeup_kswapd woken;
	struct rs_event_wakeup_kswapd_end wakeup_end;
	struct rs_event_throttle_direct_begin throttle;
	struct rs_event_allow_direct_reclaim allow;
} r[MAX];
static unsigned int nr;

#define ADD(name, member, thread, ...)                                                                            \
	(r[nr].member = (struct rs_event_##name){                                                                 \
		 .hdr = { .tid = thread, .type = RS_EVENT_##name, .len = sizeof(r[nr].member) }, __VA_ARGS__ },   \
	 &r[nr++])

static int begin(void **state)
{
	(void)state;
	nr = 0;
	ADD(kswapd_wake, wake, KSWAPD, .zid = 3);
	ADD(balance_pgdat_begin, run, KSWAPD, .highest_zoneidx = 3);
	return 0;
}

/* Ends a run and asks whether to sleep. */
static void run_over(int order, int highest_zoneidx, bool sleeps)
{
	ADD(balance_pgdat_end, run_end, KSWAPD, .highest_zoneidx = 3);
	ADD(pgdat_balanced, balanced, KSWAPD, .order = order, .highest_zoneidx = highest_zoneidx, .ret = sleeps);
	ADD(prepare_kswapd_sleep, prepare, KSWAPD, .order = order, .highest_zoneidx = highest_zoneidx, .ret = sleeps);
}

static void prepare(int order, int highest_zoneidx, bool sleeps)
{
	ADD(pgdat_balanced, balanced, KSWAPD, .order = order, .highest_zoneidx = highest_zoneidx, .ret = sleeps);
	ADD(prepare_kswapd_sleep, prepare, KSWAPD, .order = order, .highest_zoneidx = highest_zoneidx, .ret = sleeps);
}

static union record *wakeup_begin(uint32_t tid, int order, int zone, int order_before, int zone_before, bool waits)
{
	return ADD(wakeup_kswapd_begin, wakeup, tid, .zid = 1, .gfp = GFP, .order = order, .highest_zoneidx = zone,
		   .kswapd_order = order_before, .kswapd_highest_zoneidx = zone_before, .kswapd_waits = waits, .managed = 1000);
}

static union record *wakeup_end(uint32_t tid, int order, int zone, int order_after, int zone_after, bool waits)
{
	return ADD(wakeup_kswapd_end, wakeup_end, tid, .gfp = GFP, .order = order, .highest_zoneidx = zone,
		   .kswapd_order = order_after, .kswapd_highest_zoneidx = zone_after, .kswapd_waits = waits);
}

/* A kswapd that sleeps, and is out of balance. */
static void woken(uint32_t tid, int order, int zone)
{
	ADD(pgdat_balanced, balanced, tid, .order = order, .highest_zoneidx = zone);
	ADD(wakeup_kswapd, woken, tid, .zid = 1, .gfp = GFP, .order = order);
}

static struct rs_decision_sum judge(const void *missing, enum rs_decision decision)
{
	struct rs_event_hdr *records[MAX];
	struct rs_decision_sum sum;
	struct judged j;
	unsigned int i;

	assert_true(nr <= MAX);
	for (i = 0; i < nr; i++)
		records[i] = &r[i].hdr;
	j = judge_records(records, nr, missing);
	sum = j.diff->sums[decision];
	judged_drop(&j);
	return sum;
}

#define EXPECT(missing, decision, agree_, race_, diverged_)                               \
	do {                                                                              \
		struct rs_decision_sum s_ = judge(missing, RS_DECIDE_##decision);         \
		assert_int_equal(s_.agree, agree_);                                       \
		assert_int_equal(s_.race, race_);                                         \
		assert_int_equal(s_.diverged, diverged_);                                 \
	} while (0)

static void nothing_is_taken_in_the_middle_of_a_run(void **state)
{
	union record *wake;

	(void)state;
	wakeup_begin(TASK, 0, 3, 0, NONE, false);
	wakeup_end(TASK, 0, 3, 0, 3, false);
	/* read late: as if somebody had taken it */
	wakeup_begin(TASK, 1, 3, 0, NONE, false);
	wakeup_end(TASK, 1, 3, 1, 3, false);
	run_over(1, 3, false);
	prepare(1, 3, false);
	wake = ADD(kswapd_wake, wake, KSWAPD, .zid = 3, .order = 1);
	EXPECT(NULL, kswapd, 3, 0, 0);
	wake->wake.order = 0;
	EXPECT(NULL, kswapd, 2, 0, 1);
}

/* Who is refused by the reserves lowers the zone that a sleeping kswapd is asked for: it has taken nothing. */
static void a_request_that_was_lowered_was_not_taken(void **state)
{
	union record *wake;

	(void)state;
	run_over(0, 3, true);
	wakeup_begin(TASK, 0, 3, 0, NONE, true);
	woken(TASK, 0, 3);
	wakeup_end(TASK, 0, 3, 0, 3, true);
	wakeup_begin(OTHER, 0, 1, 0, 3, true);
	woken(OTHER, 0, 1);
	wakeup_end(OTHER, 0, 1, 0, 2, true);
	prepare(0, 3, false);
	wake = ADD(kswapd_wake, wake, KSWAPD, .zid = 2);
	ADD(balance_pgdat_begin, run, KSWAPD, .highest_zoneidx = 2);
	run_over(0, 2, true);
	EXPECT(NULL, kswapd, 4, 0, 0);
	wake->wake.zid = 3;
	EXPECT(NULL, kswapd, 2, 0, 2);
}

/* kswapd takes one request, and before its record of that another one comes. */
static void a_request_that_comes_while_another_is_taken_is_kept(void **state)
{
	union record *later;

	(void)state;
	run_over(0, 3, true);
	prepare(0, 3, true);
	ADD(kswapd_sleep, sleep, KSWAPD);
	wakeup_begin(TASK, 0, 1, 0, NONE, true);
	woken(TASK, 0, 1);
	wakeup_end(TASK, 0, 1, 0, 1, true);
	later = wakeup_begin(OTHER, 2, 3, 0, NONE, false);
	wakeup_end(OTHER, 2, 3, 2, 3, false);
	ADD(kswapd_wake, wake, KSWAPD, .zid = 1);
	ADD(balance_pgdat_begin, run, KSWAPD, .highest_zoneidx = 1);
	run_over(2, 3, true);
	EXPECT(NULL, kswapd, 5, 0, 0);
	/* had the first one still been there, it would have been taken as one with the second */
	later->wakeup.kswapd_highest_zoneidx = 1;
	assert_true(judge(NULL, RS_DECIDE_kswapd).agree < 5);
}

/* The same, and the begin of the call still shows what kswapd takes. */
static void a_request_that_comes_too_late_is_a_race_and_kept(void **state)
{
	union record *later, *next, *next_balanced;

	(void)state;
	run_over(0, 3, true);
	prepare(0, 3, true);
	ADD(kswapd_sleep, sleep, KSWAPD);
	wakeup_begin(TASK, 0, 1, 0, NONE, true);
	woken(TASK, 0, 1);
	wakeup_end(TASK, 0, 1, 0, 1, true);
	later = wakeup_begin(OTHER, 2, 3, 0, 1, false);
	wakeup_end(OTHER, 2, 3, 2, 3, false);
	ADD(kswapd_wake, wake, KSWAPD, .zid = 1);
	ADD(balance_pgdat_begin, run, KSWAPD, .highest_zoneidx = 1);
	run_over(2, 3, true);
	next = &r[nr - 1];
	next_balanced = &r[nr - 2];
	EXPECT(NULL, kswapd, 4, 1, 0);
	/* it has to be there then */
	next->prepare.order = next_balanced->balanced.order = 1;
	next->prepare.highest_zoneidx = next_balanced->balanced.highest_zoneidx = 2;
	EXPECT(NULL, kswapd, 3, 1, 1);
	/* another one was there before */
	later->wakeup.kswapd_order = 1;
	EXPECT(NULL, kswapd, 3, 0, 2);
}

/* Begun before kswapd was woken: that it was too late is not shown. */
static void a_request_from_before_the_wakeup_is_no_race(void **state)
{
	(void)state;
	run_over(0, 3, true);
	prepare(0, 3, true);
	ADD(kswapd_sleep, sleep, KSWAPD);
	wakeup_begin(TASK, 0, 1, 0, NONE, true);
	wakeup_begin(OTHER, 2, 3, 0, 1, true);
	woken(TASK, 0, 1);
	wakeup_end(TASK, 0, 1, 0, 1, true);
	wakeup_end(OTHER, 2, 3, 2, 3, false);
	ADD(kswapd_wake, wake, KSWAPD, .zid = 1);
	EXPECT(NULL, kswapd, 3, 0, 1);
}

/* Without one of the functions by which it goes, its loop is not judged. */
static void a_loop_of_which_not_all_is_recorded_is_hidden(void **state)
{
	static const char *const all[] = { "mm_vmscan_kswapd_wake", "wakeup_kswapd", "balance_pgdat", "prepare_kswapd_sleep", NULL };
	const char *some[RS_ARRAY_SIZE_OF(all)];
	struct rs_decision_sum sum;
	size_t i, left_out;

	(void)state;
	run_over(0, 3, true);
	prepare(0, 3, true);
	ADD(kswapd_sleep, sleep, KSWAPD);
	recording_probes = all;
	EXPECT(NULL, kswapd, 3, 0, 0);
	recording_probes = some;
	for (left_out = 1; all[left_out]; left_out++) {
		for (i = 0; i < RS_ARRAY_SIZE_OF(all); i++)
			some[i] = i == left_out ? "something_else" : all[i];
		sum = judge(NULL, RS_DECIDE_kswapd);
		assert_int_equal(sum.observed, 0);
		assert_int_equal(sum.not_observable, 4);
	}
	recording_probes = NULL;
}

/* ---- wakeup_kswapd() ---- */

static void another_call_at_the_same_time_is_a_race(void **state)
{
	union record *other;

	(void)state;
	wakeup_begin(TASK, 0, 1, 0, NONE, false);
	other = wakeup_begin(OTHER, 0, 3, 0, NONE, false);
	wakeup_end(OTHER, 0, 3, 0, 3, false);
	wakeup_end(TASK, 0, 1, 0, 3, false);
	ADD(balance_pgdat_end, run_end, KSWAPD, .highest_zoneidx = 3);
	prepare(0, 3, true);
	EXPECT(NULL, wakeup_kswapd, 1, 1, 0);
	/* without it there is nothing to tell */
	other->wakeup.nid = r[4].wakeup_end.nid = 1;
	EXPECT(NULL, wakeup_kswapd, 1, 0, 1);
}

static void a_record_that_was_read_after_the_run_is_a_race(void **state)
{
	(void)state;
	wakeup_begin(TASK, 0, 1, 0, NONE, false);
	wakeup_end(TASK, 0, 1, 0, NONE, false);
	EXPECT(NULL, wakeup_kswapd, 0, 1, 0);
	/* not in a run, it may take a request, but does not ask then whether it may sleep */
	begin(NULL);
	run_over(0, 3, true);
	wakeup_begin(TASK, 0, 1, 0, NONE, false);
	wakeup_end(TASK, 0, 1, 0, NONE, false);
	prepare(0, 3, true);
	EXPECT(NULL, wakeup_kswapd, 0, 0, 1);
}

static void a_kswapd_that_wakes_up_meanwhile_is_a_race(void **state)
{
	(void)state;
	run_over(0, 3, true);
	wakeup_begin(TASK, 0, 1, 0, NONE, true);
	/* by now it is up: nobody is asked, nobody woken */
	wakeup_end(TASK, 0, 1, 0, 1, false);
	prepare(0, 3, true);
	EXPECT(NULL, wakeup_kswapd, 0, 1, 0);
	r[6].wakeup_end.kswapd_waits = true;
	assert_int_equal(judge(NULL, RS_DECIDE_wakeup_kswapd).race, 0);
}

static void a_kswapd_that_goes_to_sleep_meanwhile_is_a_race(void **state)
{
	union record *end;

	(void)state;
	wakeup_begin(TASK, 0, 1, 0, NONE, false);
	woken(TASK, 0, 1);
	end = wakeup_end(TASK, 0, 1, 0, 1, true);
	ADD(balance_pgdat_end, run_end, KSWAPD, .highest_zoneidx = 3);
	prepare(0, 1, true);
	EXPECT(NULL, wakeup_kswapd, 0, 1, 0);
	/* that does not change what is asked for */
	end->wakeup_end.kswapd_order = 1;
	EXPECT(NULL, wakeup_kswapd, 0, 0, 1);
}

static void what_waits_for_kswapd_at_the_end_is_lost(void **state)
{
	struct rs_decision_sum sum;

	(void)state;
	run_over(0, 3, true);
	wakeup_begin(TASK, 0, 1, 0, NONE, false);
	wakeup_end(TASK, 0, 1, 0, NONE, false);
	sum = judge(NULL, RS_DECIDE_wakeup_kswapd);
	assert_int_equal(sum.observed, 0);
	assert_int_equal(sum.lost, 1);
}

/* ---- what wakes it and leaves no record ---- */

static void a_task_that_waits_for_the_reserves_may_wake_kswapd(void **state)
{
	union record *throttle;

	(void)state;
	run_over(0, 3, true);
	prepare(0, 3, true);
	ADD(kswapd_sleep, sleep, KSWAPD);
	throttle = ADD(throttle_direct_begin, throttle, TASK, .gfp = GFP);
	ADD(kswapd_wake, wake, KSWAPD, .zid = 2);
	EXPECT(NULL, kswapd, 3, 1, 0);
	EXPECT(throttle, kswapd, 3, 0, 1);
}

/* Where it is seen whether they are allowed to go on. */
static void a_task_that_is_refused_wakes_kswapd(void **state)
{
	union record *allow, *wake;

	(void)state;
	run_over(0, 3, true);
	allow = ADD(allow_direct_reclaim, allow, TASK);
	wake = ADD(kswapd_wake, wake, KSWAPD, .zid = 2);
	EXPECT(NULL, kswapd, 2, 0, 0);
	wake->wake.order = 1;
	EXPECT(NULL, kswapd, 1, 1, 0);
	EXPECT(allow, kswapd, 1, 0, 1);
	allow->allow.ret = 1;
	EXPECT(NULL, kswapd, 1, 0, 1);
}

static void a_request_that_overlaps_its_last_record_is_a_race(void **state)
{
	unsigned int overlaps;

	(void)state;
	for (overlaps = 0; overlaps < 2; overlaps++) {
		begin(NULL);
		run_over(0, 3, true);
		if (!overlaps)
			prepare(0, 3, true);
		wakeup_begin(TASK, 1, 3, 0, NONE, true);
		if (overlaps)
			prepare(0, 3, true);
		woken(TASK, 1, 3);
		wakeup_end(TASK, 1, 3, 1, 3, true);
		ADD(kswapd_wake, wake, KSWAPD, .zid = 3);
		EXPECT(NULL, kswapd, 2, overlaps, !overlaps);
	}
}

static void a_request_that_is_taken_before_the_call_returns_is_a_race(void **state)
{
	union record *wake;

	(void)state;
	run_over(0, 3, true);
	wakeup_begin(TASK, 0, 1, 0, NONE, true);
	woken(TASK, 0, 1);
	wake = ADD(kswapd_wake, wake, KSWAPD, .zid = 1);
	wakeup_end(TASK, 0, 1, 0, NONE, false);
	EXPECT(NULL, wakeup_kswapd, 0, 1, 0);
	EXPECT(wake, wakeup_kswapd, 0, 0, 0);
}

static void a_request_while_kswapd_takes_one_is_a_race(void **state)
{
	(void)state;
	run_over(0, 3, true);
	prepare(0, 3, true);
	ADD(kswapd_sleep, sleep, KSWAPD);
	wakeup_begin(TASK, 1, 3, 0, NONE, true);
	woken(TASK, 1, 3);
	/* it has not returned: what it asked for may be there or not */
	ADD(kswapd_wake, wake, KSWAPD, .zid = 3, .order = 1);
	EXPECT(NULL, kswapd, 3, 1, 0);
	EXPECT(&r[nr - 4], kswapd, 3, 0, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_is_taken_in_the_middle_of_a_run, begin),
		cmocka_unit_test_setup(a_request_that_was_lowered_was_not_taken, begin),
		cmocka_unit_test_setup(a_request_that_comes_while_another_is_taken_is_kept, begin),
		cmocka_unit_test_setup(another_call_at_the_same_time_is_a_race, begin),
		cmocka_unit_test_setup(a_record_that_was_read_after_the_run_is_a_race, begin),
		cmocka_unit_test_setup(a_kswapd_that_wakes_up_meanwhile_is_a_race, begin),
		cmocka_unit_test_setup(a_kswapd_that_goes_to_sleep_meanwhile_is_a_race, begin),
		cmocka_unit_test_setup(what_waits_for_kswapd_at_the_end_is_lost, begin),
		cmocka_unit_test_setup(a_task_that_waits_for_the_reserves_may_wake_kswapd, begin),
		cmocka_unit_test_setup(a_task_that_is_refused_wakes_kswapd, begin),
		cmocka_unit_test_setup(a_request_that_overlaps_its_last_record_is_a_race, begin),
		cmocka_unit_test_setup(a_request_that_is_taken_before_the_call_returns_is_a_race, begin),
		cmocka_unit_test_setup(a_request_while_kswapd_takes_one_is_a_race, begin),
		cmocka_unit_test_setup(a_request_that_comes_too_late_is_a_race_and_kept, begin),
		cmocka_unit_test_setup(a_request_from_before_the_wakeup_is_no_race, begin),
		cmocka_unit_test_setup(a_loop_of_which_not_all_is_recorded_is_hidden, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
