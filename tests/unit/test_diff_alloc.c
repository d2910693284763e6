/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The checkers of kswapd and direct reclaim on a hand-made recording of a 6.1 kernel: a wake-up, a run
 * of kswapd, a round of direct reclaim. As it is everything agrees; each test changes or removes one record.
 */
#include "judged.h"

#define TASK 7
#define KSWAPD 41
#define GFP 0xcc0 /* GFP_KERNEL */
#define SC(nr, prio, reclaimed, flags) \
	.nr_to_reclaim = nr, .priority = prio, .nr_reclaimed = reclaimed, .gfp = GFP, .reclaim_idx = 1, .sc_flags = flags
#define FLAGS (RS_SC_MAY_WRITEPAGE | RS_SC_MAY_UNMAP | RS_SC_MAY_SWAP)

static struct {
	struct rs_event_zone_state zone;
	struct rs_event_vm_state vm;
	struct rs_event_wakeup_kswapd_begin wakeup;
	struct rs_event_zone_watermark_ok test;
	struct rs_event_pgdat_balanced balanced;
	struct rs_event_wakeup_kswapd woken;
	struct rs_event_wakeup_kswapd_end wakeup_end;
	struct rs_event_kswapd_wake wake;
	struct rs_event_balance_pgdat_begin run;
	struct rs_event_zone_state run_zone;
	struct rs_event_zone_watermark_ok run_test;
	struct rs_event_pgdat_balanced run_balanced;
	struct rs_event_shrink_node_begin run_node;
	struct rs_event_zone_state run_node_zone;
	struct rs_event_shrink_node_end run_node_end;
	struct rs_event_zone_watermark_ok run_test2;
	struct rs_event_pgdat_balanced run_balanced2;
	struct rs_event_balance_pgdat_end run_end;
	struct rs_event_try_to_free_pages_begin direct;
	struct rs_event_shrink_node_begin node;
	struct rs_event_shrink_node_end node_end;
	struct rs_event_try_to_free_pages_end direct_end;
	struct rs_event_watermark_settings settings;
	struct rs_event_zone_state marks;
} r;

#define SET(record, name, thread, ...)                                                                \
	record = (struct rs_event_##name){                                                            \
		.hdr = { .tid = thread, .type = RS_EVENT_##name, .len = sizeof(record) }, __VA_ARGS__ \
	}
#define ZONE .zid = 1, .managed = 100000, .min = 256, .low = 356, .high = 456, .promo = 556

static int make_records(void **state)
{
	(void)state;
	SET(r.zone, zone_state, 1, ZONE);
	SET(r.vm, vm_state, 1, .swap_free = 1);
	SET(r.wakeup, wakeup_kswapd_begin, TASK, .zid = 1, .gfp = GFP, .highest_zoneidx = 1, .kswapd_highest_zoneidx = 5,
	    .kswapd_waits = 1, .managed = 100000);
	SET(r.test, zone_watermark_ok, TASK, .zid = 1, .highest_zoneidx = 1, .mark = 456, .free = 400);
	SET(r.balanced, pgdat_balanced, TASK, .highest_zoneidx = 1);
	SET(r.woken, wakeup_kswapd, TASK, .zid = 1, .gfp = GFP);
	SET(r.wakeup_end, wakeup_kswapd_end, TASK, .highest_zoneidx = 1, .kswapd_highest_zoneidx = 1, .gfp = GFP);
	SET(r.wake, kswapd_wake, KSWAPD, .zid = 1);
	SET(r.run, balance_pgdat_begin, KSWAPD, .highest_zoneidx = 1);
	SET(r.run_zone, zone_state, KSWAPD, ZONE, .context = RS_ZONE_OF_BALANCE_BEGIN);
	SET(r.run_test, zone_watermark_ok, KSWAPD, .zid = 1, .highest_zoneidx = 1, .mark = 456, .free = 400);
	SET(r.run_balanced, pgdat_balanced, KSWAPD, .highest_zoneidx = 1);
	SET(r.run_node, shrink_node_begin, KSWAPD, SC(456, 12, 0, FLAGS), .task_flags = 0x20800);
	SET(r.run_node_zone, zone_state, KSWAPD, ZONE, .context = RS_ZONE_OF_SHRINK_NODE);
	/* nothing was dirty, which this kernel takes for all */
	SET(r.run_node_end, shrink_node_end, KSWAPD, SC(456, 12, 100, FLAGS), .nr_scanned = 200, .node_flags = 1);
	SET(r.run_test2, zone_watermark_ok, KSWAPD, .zid = 1, .highest_zoneidx = 1, .mark = 456, .free = 500, .ret = 1);
	SET(r.run_balanced2, pgdat_balanced, KSWAPD, .highest_zoneidx = 1, .ret = 1);
	SET(r.run_end, balance_pgdat_end, KSWAPD, .highest_zoneidx = 1);
	SET(r.direct, try_to_free_pages_begin, TASK, SC(32, 12, 0, FLAGS));
	SET(r.node, shrink_node_begin, TASK, SC(32, 12, 0, FLAGS), .task_flags = 0x800);
	SET(r.node_end, shrink_node_end, TASK, SC(32, 12, 40, FLAGS), .nr_scanned = 60);
	SET(r.direct_end, try_to_free_pages_end, TASK, SC(32, 12, 40, FLAGS), .ret = 40);
	SET(r.settings, watermark_settings, TASK, .min_free_kbytes = 1024, .watermark_scale_factor = 10);
	SET(r.marks, zone_state, TASK, ZONE, .context = RS_ZONE_OF_SET_WATERMARKS);
	return 0;
}

/* What became of the decisions of a kind when the records, but for @missing, are judged. */
static struct rs_decision_sum judge(const void *missing, enum rs_decision decision)
{
	struct rs_event_hdr *const records[] = {
		&r.zone.hdr, &r.vm.hdr, &r.wakeup.hdr, &r.test.hdr, &r.balanced.hdr, &r.woken.hdr, &r.wakeup_end.hdr,
		&r.wake.hdr, &r.run.hdr, &r.run_zone.hdr, &r.run_test.hdr, &r.run_balanced.hdr, &r.run_node.hdr,
		&r.run_node_zone.hdr, &r.run_node_end.hdr, &r.run_test2.hdr, &r.run_balanced2.hdr, &r.run_end.hdr,
		&r.direct.hdr, &r.node.hdr, &r.node_end.hdr, &r.direct_end.hdr, &r.settings.hdr, &r.marks.hdr,
	};
	struct judged j = judge_records(records, RS_ARRAY_SIZE_OF(records), missing);
	struct rs_decision_sum sum = j.diff->sums[decision];

	judged_drop(&j);
	return sum;
}

#define ASSERT_SUM(missing, decision, observed_, agree_, diverged_, lost_)      \
	do {                                                                    \
		struct rs_decision_sum s_ = judge(missing, RS_DECIDE_##decision); \
		assert_int_equal(s_.observed, observed_);                       \
		assert_int_equal(s_.agree, agree_);                             \
		assert_int_equal(s_.diverged, diverged_);                       \
		assert_int_equal(s_.lost, lost_);                               \
	} while (0)

static void all_agrees(void **state)
{
	(void)state;
	ASSERT_SUM(NULL, pgdat_balanced, 3, 3, 0, 0);
	ASSERT_SUM(NULL, wakeup_kswapd, 1, 1, 0, 0);
	ASSERT_SUM(NULL, balance_pgdat, 1, 1, 0, 0);
	ASSERT_SUM(NULL, balance_pgdat_end, 1, 1, 0, 0);
	ASSERT_SUM(NULL, do_try_to_free_pages, 2, 2, 0, 0);
	ASSERT_SUM(NULL, consider_reclaim_throttle, 1, 1, 0, 0);
	ASSERT_SUM(NULL, shrink_node_writeback, 2, 2, 0, 0);
	ASSERT_SUM(NULL, setup_per_zone_wmarks, 1, 1, 0, 0);
}

static void a_changed_outcome_diverges(void **state)
{
	(void)state;
	r.balanced.ret = 1;
	ASSERT_SUM(NULL, pgdat_balanced, 3, 2, 1, 0);
	make_records(NULL);
	r.run_node.priority = 11;
	ASSERT_SUM(NULL, balance_pgdat, 1, 0, 1, 0);
	make_records(NULL);
	r.run_end.kswapd_failures = 1;
	ASSERT_SUM(NULL, balance_pgdat_end, 1, 0, 1, 0);
	make_records(NULL);
	r.direct_end.ret = 39;
	ASSERT_SUM(NULL, do_try_to_free_pages, 2, 1, 1, 0);
	make_records(NULL);
	r.run_node_end.node_flags = 0;
	ASSERT_SUM(NULL, shrink_node_writeback, 2, 1, 1, 0);
	make_records(NULL);
	r.marks.low = 357;
	ASSERT_SUM(NULL, setup_per_zone_wmarks, 1, 0, 1, 0);
}

static void a_missing_record_is_lost_not_wrong(void **state)
{
	(void)state;
	ASSERT_SUM(&r.test, pgdat_balanced, 2, 2, 0, 1);
	ASSERT_SUM(&r.wakeup, wakeup_kswapd, 0, 0, 0, 1);
	ASSERT_SUM(&r.run_balanced, balance_pgdat, 0, 0, 0, 1);
	ASSERT_SUM(&r.run_node, balance_pgdat_end, 0, 0, 0, 1);
	ASSERT_SUM(&r.node_end, do_try_to_free_pages, 0, 0, 0, 1);
}

/* kswapd takes the request before the call returns: its record says so. */
static void a_request_that_was_taken_is_a_race(void **state)
{
	struct rs_decision_sum s;

	(void)state;
	r.wakeup_end.kswapd_highest_zoneidx = 5;
	s = judge(NULL, RS_DECIDE_wakeup_kswapd);
	assert_int_equal(s.observed, 1);
	assert_int_equal(s.race, 1);
	/* without it there is nothing to tell, so it is wrong */
	s = judge(&r.wake, RS_DECIDE_wakeup_kswapd);
	assert_int_equal(s.race, 0);
}

static void laptop_mode_keeps_kswapd_from_writing(void **state)
{
	(void)state;
	r.run.laptop_mode = 5;
	ASSERT_SUM(NULL, balance_pgdat, 1, 0, 1, 0);
	r.run_node.sc_flags = r.run_node_end.sc_flags &= ~RS_SC_MAY_WRITEPAGE;
	ASSERT_SUM(NULL, balance_pgdat, 1, 1, 0, 0);
}

/* A task's shrink_node() with that much progress, while kswapd is in the last one of its run. */
static struct rs_decision_sum judge_run(uint64_t progress, const void *missing)
{
	struct rs_event_hdr *const records[] = {
		&r.run.hdr,	   &r.run_zone.hdr,	  &r.run_test.hdr,  &r.run_balanced.hdr,  &r.run_node.hdr, &r.run_node_zone.hdr,
		&r.node.hdr,	   &r.run_node_end.hdr,	  &r.node_end.hdr,  &r.run_test2.hdr,	  &r.run_balanced2.hdr,
		&r.run_end.hdr,
	};
	struct judged j;
	struct rs_decision_sum sum;

	r.node_end.nr_reclaimed = r.node.nr_reclaimed + progress;
	j = judge_records(records, RS_ARRAY_SIZE_OF(records), missing);
	sum = j.diff->sums[RS_DECIDE_balance_pgdat_end];
	judged_drop(&j);
	return sum;
}

static void failures_that_another_reclaimer_clears_are_a_race(void **state)
{
	(void)state;
	r.run.kswapd_failures = r.run_node_end.kswapd_failures = r.run_end.kswapd_failures = 3;
	assert_int_equal(judge_run(0, NULL).agree, 1);
	r.run_end.kswapd_failures = 0;
	assert_int_equal(judge_run(0, NULL).diverged, 1);
	assert_int_equal(judge_run(5, NULL).race, 1);
	/* it is still at it: its progress is not told yet */
	assert_int_equal(judge_run(0, &r.node_end).race, 1);
	/* to two, nobody clears them */
	r.run_end.kswapd_failures = 2;
	assert_int_equal(judge_run(5, NULL).diverged, 1);
}

static void congestion_that_comes_meanwhile_is_a_race(void **state)
{
	(void)state;
	r.run_node_end.node_flags = 0;
	assert_int_equal(judge(NULL, RS_DECIDE_shrink_node_writeback).race, 0);
	r.run_node_end.lruvec_flags = 1;
	assert_int_equal(judge(NULL, RS_DECIDE_shrink_node_writeback).race, 1);
}

static void a_boost_that_goes_as_a_run_begins_is_a_race(void **state)
{
	(void)state;
	r.run_zone.boost = 100;
	assert_int_equal(judge(NULL, RS_DECIDE_balance_pgdat).race, 1);
	assert_int_equal(judge(NULL, RS_DECIDE_balance_pgdat).diverged, 0);
	/* it was there all the time */
	r.run_node_zone.boost = 100;
	assert_int_equal(judge(NULL, RS_DECIDE_balance_pgdat).race, 0);
	assert_int_equal(judge(NULL, RS_DECIDE_balance_pgdat).diverged, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(all_agrees, make_records),
		cmocka_unit_test_setup(a_changed_outcome_diverges, make_records),
		cmocka_unit_test_setup(a_missing_record_is_lost_not_wrong, make_records),
		cmocka_unit_test_setup(a_request_that_was_taken_is_a_race, make_records),
		cmocka_unit_test_setup(laptop_mode_keeps_kswapd_from_writing, make_records),
		cmocka_unit_test_setup(congestion_that_comes_meanwhile_is_a_race, make_records),
		cmocka_unit_test_setup(a_boost_that_goes_as_a_run_begins_is_a_race, make_records),
		cmocka_unit_test_setup(failures_that_another_reclaimer_clears_are_a_race, make_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
