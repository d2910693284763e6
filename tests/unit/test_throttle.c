/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "../../src/model/throttle.h"
#include "kernel_rules.h"
#include "unit.h"

static void consider_reclaim_throttle_at_the_eighth(void **state)
{
	static const struct {
		struct consider_reclaim_throttle in;
		enum rs_noprogress out;
	} rows[] = {
		{ { 126, 1000, 1, 0, 0 }, RS_NOPROGRESS_WAKES }, /* 1000 >> 3 = 125 */
		{ { 125, 1000, 1, 0, 0 }, RS_NOPROGRESS_NOTHING },
		{ { 0, 0, 1, 0, 0 }, RS_NOPROGRESS_THROTTLES },
		{ { 1, 7, 1, 1, 1 }, RS_NOPROGRESS_WAKES },
		{ { 0, 9, 1, 0, 0 }, RS_NOPROGRESS_THROTTLES },
		{ { 0, 9, 2, 0, 0 }, RS_NOPROGRESS_NOTHING },
		{ { 0, 9, 0, 0, 0 }, RS_NOPROGRESS_NOTHING },
		{ { 0, 9, 1, 1, 0 }, RS_NOPROGRESS_NOTHING },
		{ { 0, 9, 1, 0, 1 }, RS_NOPROGRESS_NOTHING },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(consider_reclaim_throttle(&rows[i].in, NULL), rows[i].out);
}

static void skip_throttle_noprogress_compares_what_is_being_written(void **state)
{
	struct skip_throttle_noprogress in = { 0, 2, { 60, 41, 1000 }, { 30, 20, 1000 } };

	(void)state;
	assert_true(skip_throttle_noprogress(&in, NULL)); /* 100 <= 101 */
	in.reclaimable[1] = 40;
	assert_true(skip_throttle_noprogress(&in, NULL));
	in.reclaimable[1] = 39;
	assert_false(skip_throttle_noprogress(&in, NULL));
	in.kswapd_failures = 15;
	assert_false(skip_throttle_noprogress(&in, NULL));
	in.kswapd_failures = 16;
	assert_true(skip_throttle_noprogress(&in, NULL));
	/* 32 bits: 2^31 pages are negative */
	in = (struct skip_throttle_noprogress){ 0, 1, { 1UL << 31 }, { 1 } };
	assert_false(skip_throttle_noprogress(&in, NULL));
}

static void reclaim_throttle_timeouts(void **state)
{
	static const struct {
		int reason;
		uint32_t flags;
		bool skip;
		long v6_1, v6_12;
	} rows[] = {
		{ VMSCAN_THROTTLE_WRITEBACK, 0, true, 25, 25 },
		{ VMSCAN_THROTTLE_ISOLATED, 0, true, 5, 5 },
		{ VMSCAN_THROTTLE_NOPROGRESS, 0, false, 1, 1 },
		{ VMSCAN_THROTTLE_NOPROGRESS, 0, true, 0, 0 },
		{ VMSCAN_THROTTLE_CONGESTED, 0, false, 1, 1 },
		{ VMSCAN_THROTTLE_CONGESTED, 0, true, 0, 0 },
		{ NR_VMSCAN_THROTTLE, 0, false, 250, 250 },
		{ VMSCAN_THROTTLE_WRITEBACK, PF_KTHREAD, false, 0, 0 },
		{ VMSCAN_THROTTLE_WRITEBACK, PF_KTHREAD | PF_KSWAPD, false, 25, 25 },
		{ VMSCAN_THROTTLE_WRITEBACK, PF_USER_WORKER, false, 25, 0 },
		{ VMSCAN_THROTTLE_WRITEBACK, PF_IO_WORKER, false, 0, 25 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rs_rules v6_1 = kernel_rules(V6_1), v6_12 = kernel_rules(V6_12);
		struct rs_why why = { 0 };

		assert_int_equal(reclaim_throttle(rows[i].reason, rows[i].flags, rows[i].skip, &v6_1, &why), rows[i].v6_1);
		assert_int_equal(reclaim_throttle(rows[i].reason, rows[i].flags, rows[i].skip, &v6_12, NULL),
				 rows[i].v6_12);
	}
}

static struct rs_writeback_result on(enum kernel_under_test v, struct shrink_node_writeback in)
{
	struct rs_rules rules = kernel_rules(v);

	return shrink_node_writeback(&in, &rules, NULL);
}

static void shrink_node_writeback_by_kswapd(void **state)
{
	struct shrink_node_writeback in = { .task_flags = PF_KSWAPD, .writeback = 5, .taken = 5, .immediate = 1,
					    .unqueued_dirty = 3, .file_taken = 3 };
	struct rs_writeback_result r = on(V6_12, in);

	(void)state;
	assert_true(r.sets_writeback && r.sets_dirty && r.throttles_writeback && !r.throttles_congested);
	assert_false(on(V7_2, in).sets_dirty);
	in.taken = 6;
	in.immediate = 0;
	in.file_taken = 4;
	r = on(V6_18, in);
	assert_false(r.sets_writeback || r.sets_dirty || r.throttles_writeback);
	in = (struct shrink_node_writeback){ .task_flags = PF_KSWAPD };
	assert_false(on(V6_12, in).sets_writeback); /* nothing is not all of it */
	assert_true(on(V6_12, in).sets_dirty); /* but here it is, up to 6.12 */
	assert_false(on(V6_18, in).sets_dirty);
	in.unqueued_dirty = in.file_taken = 3;
	assert_true(on(V6_18, in).sets_dirty);
	in.task_flags = 0;
	in.writeback = in.taken = in.immediate = 9;
	r = on(V6_12, in);
	assert_false(r.sets_writeback || r.sets_dirty || r.throttles_writeback);
}

static void shrink_node_writeback_congestion(void **state)
{
	static const struct {
		uint32_t dirty, congested, flags;
		bool cgroup, sane, hibernation, cgroup_bit, node_bit;
		/* bits after, and whether it waits: 6.1, then 6.12 */
		bool node_6_1, waits_6_1, cgroup_6_12, node_6_12, waits_6_12;
	} rows[] = {
		{ 4, 4, 0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 1 },
		{ 4, 3, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0 },
		{ 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0 },
		{ 4, 4, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
		{ 4, 4, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 },
		{ 4, 4, PF_KSWAPD, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0 },
		{ 0, 0, 0, 0, 1, 0, 0, 1, 1, 1, 0, 1, 1 },
		{ 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1 },
		{ 0, 0, PF_LOCAL_THROTTLE, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0 },
		{ 0, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 1, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct shrink_node_writeback in = {
			.dirty = rows[i].dirty, .congested = rows[i].congested, .task_flags = rows[i].flags,
			.cgroup_reclaim = rows[i].cgroup, .writeback_throttling_sane = rows[i].sane,
			.hibernation_mode = rows[i].hibernation, .cgroup_congested = rows[i].cgroup_bit,
			.node_congested = rows[i].node_bit,
		};
		struct rs_writeback_result old = on(V6_1, in), new = on(V6_12, in);

		assert_int_equal(old.node_congested, rows[i].node_6_1);
		assert_int_equal(old.throttles_congested, rows[i].waits_6_1);
		assert_int_equal(new.cgroup_congested, rows[i].cgroup_6_12);
		assert_int_equal(new.node_congested, rows[i].node_6_12);
		assert_int_equal(new.throttles_congested, rows[i].waits_6_12);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(consider_reclaim_throttle_at_the_eighth),
		cmocka_unit_test(skip_throttle_noprogress_compares_what_is_being_written),
		cmocka_unit_test(reclaim_throttle_timeouts),
		cmocka_unit_test(shrink_node_writeback_by_kswapd),
		cmocka_unit_test(shrink_node_writeback_congestion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
