/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a 6.1 kernel has read in the middle of what others change: a difference is a race where the records show the change,
 * and a difference where they do not.
 */
#include "judged.h"

#define TASK 7
#define OTHER 8

static struct rs_decision_sum judge(struct rs_event_hdr *const *records, size_t nr, const void *missing, enum rs_decision decision)
{
	struct judged j = judge_records(records, nr, missing);
	struct rs_decision_sum sum = j.diff->sums[decision];

	judged_drop(&j);
	return sum;
}

#define SET(record, name, thread, ...)                                                                  \
	record = (struct rs_event_##name){                                                              \
		.hdr = { .tid = thread, .type = RS_EVENT_##name, .len = sizeof(record) }, __VA_ARGS__ \
	}
#define EXPECT(missing, decision, agree_, race_, diverged_)                                                            \
	do {                                                                                                           \
		struct rs_decision_sum s_ = judge(records, RS_ARRAY_SIZE_OF(records), missing, RS_DECIDE_##decision); \
		assert_int_equal(s_.agree, agree_);                                                                    \
		assert_int_equal(s_.race, race_);                                                                      \
		assert_int_equal(s_.diverged, diverged_);                                                              \
	} while (0)

static void pages_that_come_while_they_are_counted(void **state)
{
	struct rs_event_zone_reclaimable_pages e;
	struct rs_event_hdr *const records[] = { &e.hdr };

	(void)state;
	SET(e, zone_reclaimable_pages, TASK, .ret = 30, .inactive_file = 10, .active_file = 21, .file_before = 31);
	EXPECT(NULL, zone_reclaimable_pages, 0, 0, 1);
	e.file_before = 30;
	EXPECT(NULL, zone_reclaimable_pages, 0, 1, 0);
	/* without swap anon does not count, and cannot have moved */
	e.file_before = 31;
	e.inactive_anon = 5;
	e.anon_before = 4;
	EXPECT(NULL, zone_reclaimable_pages, 0, 0, 1);
	e.swap_free = 1;
	e.ret = 35;
	EXPECT(NULL, zone_reclaimable_pages, 0, 1, 0);
	e.ret = 36;
	EXPECT(NULL, zone_reclaimable_pages, 1, 0, 0);
	/* a slower node is as good as swap */
	e.swap_free = 0;
	e.anon_before = 5;
	EXPECT(NULL, zone_reclaimable_pages, 0, 0, 1);
	e.can_demote = 1;
	EXPECT(NULL, zone_reclaimable_pages, 1, 0, 0);
}

static void a_page_between_two_lists(void **state)
{
	struct rs_event_zone_reclaimable_pages e;
	struct rs_event_hdr *const records[] = { &e.hdr };

	(void)state;
	SET(e, zone_reclaimable_pages, TASK, .ret = 29, .inactive_file = 9, .active_file = 21, .file_before = 30, .active_file_before = 20);
	EXPECT(NULL, zone_reclaimable_pages, 0, 1, 0);
	/* one page can be missing, not two */
	e.ret = 28;
	EXPECT(NULL, zone_reclaimable_pages, 0, 0, 1);
	e.ret = 29;
	e.active_file_before = 21;
	EXPECT(NULL, zone_reclaimable_pages, 0, 0, 1);
	/* where the lists were not recorded */
	e.active_file_before = 0;
	EXPECT(NULL, zone_reclaimable_pages, 0, 0, 1);
	/* anon counts where there is swap */
	e.active_file_before = 21;
	e.active_anon = e.anon_before = 4;
	e.active_anon_before = 3;
	EXPECT(NULL, zone_reclaimable_pages, 0, 0, 1);
	e.swap_free = 1;
	e.ret = 33;
	EXPECT(NULL, zone_reclaimable_pages, 0, 1, 0);
}

static void free_pages_that_change_before_a_task_is_throttled(void **state)
{
	struct rs_event_zone_reclaimable_pages pages;
	struct rs_event_zone_state zone;
	struct rs_event_allow_direct_reclaim e;
	struct rs_event_hdr *const records[] = { &pages.hdr, &zone.hdr, &e.hdr };

	(void)state;
	SET(pages, zone_reclaimable_pages, TASK, .zid = 1, .ret = 50, .inactive_file = 50, .file_before = 50, .free = 100);
	SET(zone, zone_state, TASK, .zid = 1, .managed = 1000, .free = 100, .min = 256, .low = 300, .high = 400,
	    .context = RS_ZONE_OF_ALLOW_DIRECT_RECLAIM);
	SET(e, allow_direct_reclaim, TASK);
	EXPECT(NULL, allow_direct_reclaim, 1, 0, 0);
	e.ret = 1;
	EXPECT(NULL, allow_direct_reclaim, 0, 0, 1);
	pages.free = 200;
	EXPECT(NULL, allow_direct_reclaim, 0, 1, 0);
}

/* ---- shrinkers ---- */

static void objects_that_another_reclaimer_defers(void **state)
{
	struct rs_event_shrink_slab mine, other, later;
	struct rs_event_hdr *const records[] = { &other.hdr, &mine.hdr, &later.hdr };

	(void)state;
	/* 24 of 100 at priority 3, fewer than a batch: all of them are deferred */
	SET(other, shrink_slab, OTHER, .shrinker = 9, .freeable = 100, .delta = 24, .total_scan = 24, .left = 24, .new_scan = 24,
	    .seeks = 2, .priority = 3, .duration_ns = 100);
	mine = other;
	mine.hdr.tid = TASK;
	SET(later, shrink_slab, TASK, .shrinker = 10, .freeable = 0, .seeks = 2, .priority = 3);
	EXPECT(&later, do_shrink_slab, 2, 0, 0);
	mine.new_scan = 48;
	EXPECT(&later, do_shrink_slab, 1, 1, 0);
	EXPECT(&other, do_shrink_slab, 1, 0, 1);
	mine.new_scan = 47; /* less than that */
	EXPECT(&later, do_shrink_slab, 1, 0, 1);
	/* one counter for all nodes: then it has to be just that */
	other.nid = 1;
	EXPECT(&later, do_shrink_slab, 1, 0, 1);
	mine.new_scan = 48;
	EXPECT(&later, do_shrink_slab, 1, 1, 0);
	mine.new_scan = 49;
	EXPECT(&later, do_shrink_slab, 1, 0, 1);
	other.nid = 0;
	EXPECT(&later, do_shrink_slab, 1, 1, 0);
	/* what is asked for is nobody else's doing */
	mine.total_scan = 25;
	EXPECT(&later, do_shrink_slab, 1, 0, 1);
}

/* The one that adds to it tells so only afterwards. */
static void objects_that_another_reclaimer_is_about_to_defer(void **state)
{
	struct rs_event_shrink_slab mine, other;
	struct rs_event_hdr *const records[] = { &mine.hdr, &other.hdr };

	(void)state;
	SET(other, shrink_slab, OTHER, .shrinker = 9, .freeable = 100, .delta = 24, .total_scan = 24, .left = 24, .new_scan = 24,
	    .seeks = 2, .priority = 3, .duration_ns = 5000);
	mine = other;
	mine.hdr.tid = TASK;
	mine.new_scan = 48;
	EXPECT(NULL, do_shrink_slab, 1, 1, 0);
	EXPECT(&other, do_shrink_slab, 0, 0, 1);
	other.shrinker = 10;
	EXPECT(NULL, do_shrink_slab, 1, 0, 1);
}

/* ---- boosts ---- */

static void a_boost_that_comes_while_a_node_is_tested(void **state)
{
	struct rs_event_zone_state zone, then;
	struct rs_event_vm_state mine;
	struct rs_event_zone_watermark_ok test;
	struct rs_event_pgdat_balanced e;
	struct rs_event_hdr *const records[] = { &zone.hdr, &mine.hdr, &then.hdr, &test.hdr, &e.hdr };

	(void)state;
	SET(zone, zone_state, OTHER, .zid = 1, .managed = 1000, .min = 256, .low = 356, .high = 456);
	SET(mine, vm_state, TASK, .swap_free = 1);
	then = zone;
	SET(test, zone_watermark_ok, TASK, .zid = 1, .highest_zoneidx = 1, .mark = 456, .free = 500, .ret = 1);
	SET(e, pgdat_balanced, TASK, .highest_zoneidx = 1, .ret = 1);
	EXPECT(NULL, pgdat_balanced, 1, 0, 0);
	/* tested against the old mark, with the boost there when the test told of itself */
	test.boost = 100;
	EXPECT(NULL, pgdat_balanced, 0, 1, 0);
	/* it was there before */
	zone.boost = then.boost = 100;
	EXPECT(NULL, pgdat_balanced, 0, 0, 1);
}

/* ---- shadows ---- */

static void a_lruvec_that_another_ages(void **state)
{
	struct rs_event_workingset_eviction e;
	struct rs_event_hdr *const records[] = { &e.hdr };

	(void)state;
	SET(e, workingset_eviction, TASK, .nonresident_age = 103, .file = 1, .workingset = 1, .entry_age = 100, .nr_pages = 1,
	    .shadow = ((((102ULL << 16 | 1) << 10) << 1 | 1) << 1) | 1);
	EXPECT(NULL, workingset_eviction, 0, 1, 0);
	/* later than that it cannot have been, nor before */
	e.nonresident_age = 101;
	EXPECT(NULL, workingset_eviction, 0, 0, 1);
	e.nonresident_age = 103;
	e.entry_age = 103;
	EXPECT(NULL, workingset_eviction, 0, 0, 1);
}

/* ---- costs ---- */

static void costs_that_two_note_at_once(void **state)
{
	struct rs_event_note_cost_begin mine, other;
	struct rs_event_note_cost_end mine_end, other_end;
	struct rs_event_hdr *const records[] = { &mine.hdr, &other.hdr, &other_end.hdr, &mine_end.hdr };

	(void)state;
#define COST .file = 1, .nr_io = 5, .levels = 1, .cgroup = { 1 }, .lru_size = { 1000 }
	SET(mine, note_cost_begin, TASK, COST, .file_cost = { 20 });
	SET(other, note_cost_begin, OTHER, COST, .file_cost = { 20 });
	SET(other_end, note_cost_end, OTHER, COST, .file_cost = { 25 });
	SET(mine_end, note_cost_end, TASK, COST, .file_cost = { 30 });
	assert_int_equal(judge(records, 4, NULL, RS_DECIDE_lru_note_cost).race, 1);
	assert_int_equal(judge(records, 4, NULL, RS_DECIDE_lru_note_cost).diverged, 0);
	/* another lruvec's costs are not these */
	other.cgroup[0] = other_end.cgroup[0] = 2;
	assert_int_equal(judge(records, 4, NULL, RS_DECIDE_lru_note_cost).race, 0);
	assert_int_equal(judge(records, 4, NULL, RS_DECIDE_lru_note_cost).diverged, 1);
}

/* The next call has found what this one has left, though its own record says otherwise: it was read later. */
static void costs_that_are_read_after_the_next_call(void **state)
{
	struct rs_event_note_cost_begin mine, next;
	struct rs_event_note_cost_end mine_end, next_end;
	struct rs_event_hdr *const records[] = { &mine.hdr, &mine_end.hdr, &next.hdr, &next_end.hdr };

	(void)state;
	SET(mine, note_cost_begin, TASK, COST, .file_cost = { 20 });
	SET(mine_end, note_cost_end, TASK, COST, .file_cost = { 30 });
	SET(next, note_cost_begin, OTHER, COST, .file_cost = { 25 });
	SET(next_end, note_cost_end, OTHER, COST, .file_cost = { 30 });
	EXPECT(NULL, lru_note_cost, 1, 1, 0);
	next.file_cost[0] = 24;
	next_end.file_cost[0] = 29;
	EXPECT(NULL, lru_note_cost, 1, 0, 1);
}

/* The same, where the counters that are read under the lock tell. */
static void costs_under_the_lock_when_another_call_is_open(void **state)
{
	struct rs_event_note_cost_begin mine, other;
	struct rs_event_lruvec_page_state read[4];
	struct rs_event_note_cost_end mine_end;
	struct rs_event_hdr *const records[] = {
		&mine.hdr, &other.hdr, &read[0].hdr, &read[1].hdr, &read[2].hdr, &read[3].hdr, &mine_end.hdr,
	};
	int i;

	(void)state;
	SET(mine, note_cost_begin, TASK, COST, .file_cost = { 20 });
	SET(other, note_cost_begin, OTHER, COST, .file_cost = { 20 });
	for (i = 0; i < 4; i++)
		SET(read[i], lruvec_page_state, TASK, .cgroup = 1, .item = i, .value = 250, .file_cost = 25);
	SET(mine_end, note_cost_end, TASK, COST, .file_cost = { 25 });
	EXPECT(&other, lru_note_cost, 1, 0, 0);
	for (i = 0; i < 4; i++)
		read[i].file_cost = 30;
	EXPECT(&other, lru_note_cost, 0, 0, 1);
	EXPECT(NULL, lru_note_cost, 0, 1, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_that_come_while_they_are_counted),
		cmocka_unit_test(a_page_between_two_lists),
		cmocka_unit_test(free_pages_that_change_before_a_task_is_throttled),
		cmocka_unit_test(objects_that_another_reclaimer_defers),
		cmocka_unit_test(objects_that_another_reclaimer_is_about_to_defer),
		cmocka_unit_test(a_boost_that_comes_while_a_node_is_tested),
		cmocka_unit_test(a_lruvec_that_another_ages),
		cmocka_unit_test(costs_that_two_note_at_once),
		cmocka_unit_test(costs_that_are_read_after_the_next_call),
		cmocka_unit_test(costs_under_the_lock_when_another_call_is_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
