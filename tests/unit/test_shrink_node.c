/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../src/model/shrink_node.h"
#include "lru_rules.h"
#include "unit.h"

static void shrink_node_path_by_kernel(void **state)
{
	int k;

	(void)state;
	for (k = 0; k < NR_KERNELS; k++) {
		const struct rs_rules *rules = &lru_rules[k];

		assert_int_equal(shrink_node_path(false, false, true, rules, NULL), RS_SHRINK_CLASSIC);
		assert_int_equal(shrink_node_path(true, false, false, rules, NULL), RS_SHRINK_CLASSIC);
		assert_int_equal(shrink_node_path(true, false, true, rules, NULL),
				 k < V6_12 ? RS_SHRINK_CLASSIC : RS_SHRINK_LRU_GEN);
	}
	assert_int_equal(shrink_node_path(true, true, true, &lru_rules[V7_2], NULL),
			 RS_SHRINK_CLASSIC | RS_SHRINK_LRU_GEN);
	assert_int_equal(shrink_node_path(false, true, true, &lru_rules[V7_2], NULL),
			 RS_SHRINK_CLASSIC | RS_SHRINK_LRU_GEN);
	assert_int_equal(shrink_node_path(false, true, false, &lru_rules[V7_2], NULL), RS_SHRINK_CLASSIC);
}

static void reclaim_state_counts_for_the_root(void **state)
{
	(void)state;
	assert_int_equal(flush_reclaim_state(9, false, &lru_rules[V6_1]), 9);
	assert_int_equal(flush_reclaim_state(9, true, &lru_rules[V6_1]), 9);
	assert_int_equal(flush_reclaim_state(9, false, &lru_rules[V6_12]), 0);
	assert_int_equal(flush_reclaim_state(9, true, &lru_rules[V6_12]), 9);
}

static void kswapd_marks_the_node(void **state)
{
	struct shrink_node in = { .kswapd = true, .may_throttle = true };
	struct shrink_node_result r;
	int k;

	(void)state;
	for (k = 0; k < NR_KERNELS; k++) {
		in.nr = (struct rs_sc_nr){ 0 };
		r = shrink_node(&in, &lru_rules[k], NULL);
		assert_true(r.vmpressure_tree);
		assert_false(r.set_pgdat_writeback);
		assert_int_equal(r.set_pgdat_dirty, k <= V6_12); /* 0 of 0 */
		in.nr = (struct rs_sc_nr){ .unqueued_dirty = 5, .file_taken = 5, .taken = 6, .writeback = 6 };
		r = shrink_node(&in, &lru_rules[k], NULL);
		assert_true(r.set_pgdat_writeback);
		assert_int_equal(r.set_pgdat_dirty, k <= V6_18);
		assert_false(r.throttle_writeback);
		in.nr = (struct rs_sc_nr){
			.unqueued_dirty = 5, .file_taken = 6, .taken = 7, .writeback = 6, .immediate = 1
		};
		r = shrink_node(&in, &lru_rules[k], NULL);
		assert_false(r.set_pgdat_writeback);
		assert_false(r.set_pgdat_dirty);
		assert_true(r.throttle_writeback);
	}
	in.kswapd = false;
	in.proactive = true;
	in.nr = (struct rs_sc_nr){ .unqueued_dirty = 5, .file_taken = 5, .taken = 5, .writeback = 5, .immediate = 1 };
	r = shrink_node(&in, &lru_rules[V6_1], NULL);
	assert_false(r.vmpressure_tree || r.set_pgdat_writeback || r.set_pgdat_dirty || r.throttle_writeback);
}

static void congestion_throttles_all_but_kswapd(void **state)
{
	struct shrink_node in = { .nr = { .dirty = 4, .congested = 4 }, .may_throttle = true };
	struct shrink_node_result r;

	(void)state;
	r = shrink_node(&in, &lru_rules[V6_12], NULL);
	assert_false(r.set_congested_cgroup || r.set_congested_node || r.throttle_congested);
	in.cgroup_reclaim = true; /* legacy memcg: not sane */
	r = shrink_node(&in, &lru_rules[V6_12], NULL);
	assert_false(r.set_congested_cgroup || r.throttle_congested);
	in.writeback_throttling_sane = true;
	r = shrink_node(&in, &lru_rules[V6_12], NULL);
	assert_true(r.set_congested_cgroup && r.throttle_congested);
	assert_false(r.set_congested_node);
	in.nr.congested = 3;
	r = shrink_node(&in, &lru_rules[V6_12], NULL);
	assert_false(r.set_congested_cgroup || r.throttle_congested);
	in.congested = true; /* from an earlier round */
	assert_true(shrink_node(&in, &lru_rules[V6_12], NULL).throttle_congested);
	in.hibernation_mode = true;
	assert_false(shrink_node(&in, &lru_rules[V6_12], NULL).throttle_congested);
	in.hibernation_mode = false;
	in.may_throttle = false;
	assert_false(shrink_node(&in, &lru_rules[V6_12], NULL).throttle_congested);
	in.may_throttle = true;
	in.nr = (struct rs_sc_nr){ 0 };
	r = shrink_node(&in, &lru_rules[V6_12], NULL);
	assert_false(r.set_congested_cgroup);
	assert_true(r.throttle_congested);
	in = (struct shrink_node){ .nr = { .dirty = 4, .congested = 4 }, .may_throttle = true, .kswapd = true };
	r = shrink_node(&in, &lru_rules[V6_12], NULL);
	assert_true(r.set_congested_node);
	assert_false(r.set_congested_cgroup || r.throttle_congested);
}

static void shrink_node_end_by_progress_and_kernel(void **state)
{
	int k, bits;

	(void)state;
	for (k = 0; k < NR_KERNELS; k++)
		for (bits = 0; bits < 8; bits++) {
			struct shrink_node_end in = { bits & 1, bits & 2, bits & 4 };
			struct shrink_node_end_result r = shrink_node_end(&in, &lru_rules[k], NULL);

			assert_int_equal(r.clear_kswapd_failures, (bits & 1) && (k < V7_2 || bits & 4));
			assert_int_equal(r.cache_trim_mode_failed, k >= V6_12 && (bits & 3) == 2);
		}
}

static void should_continue_reclaim_for_compaction_only(void **state)
{
	static const struct {
		int order, priority;
		bool allowed, ready, anon;
		uint64_t nr_reclaimed, file;
		bool old, capped; /* up to 6.18, 7.2; with 10 pages of inactive anon */
	} cases[] = {
		{ 4, 12, true, false, false, 1, 32, false, false }, /* gap 2 << 4 = 32 */
		{ 4, 12, true, false, false, 1, 33, true, true },
		{ 4, 12, true, false, true, 1, 23, true, true },
		{ 4, 12, true, false, true, 1, 22, false, false },
		{ 9, 12, true, false, false, 1, 1024, false, true },
		{ 9, 12, true, false, false, 1, 1025, true, true },
		{ 0, 2, true, false, false, 1, 9999, false, false },
		{ 3, 10, true, false, false, 1, 9999, false, false },
		{ 3, 9, true, false, false, 1, 9999, true, true },
		{ 1, 9, true, false, false, 1, 4, false, false },
		{ 1, 9, true, false, false, 1, 5, true, true },
		{ 4, 12, false, false, false, 1, 9999, false, false },
		{ 4, 12, true, true, false, 1, 9999, false, false },
		{ 4, 12, true, false, false, 0, 9999, false, false },
	};
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (k = 0; k < NR_KERNELS; k++) {
			struct should_continue_reclaim in = {
				.nr_reclaimed = cases[i].nr_reclaimed,
				.inactive_file = cases[i].file,
				.inactive_anon = 10,
				.order = cases[i].order,
				.priority = cases[i].priority,
				.compaction_allowed = cases[i].allowed,
				.zone_ready = cases[i].ready,
				.can_reclaim_anon = cases[i].anon,
			};

			assert_int_equal(should_continue_reclaim(&in, &lru_rules[k], NULL),
					 k < V7_2 ? cases[i].old : cases[i].capped);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shrink_node_path_by_kernel),
		cmocka_unit_test(reclaim_state_counts_for_the_root),
		cmocka_unit_test(kswapd_marks_the_node),
		cmocka_unit_test(congestion_throttles_all_but_kswapd),
		cmocka_unit_test(shrink_node_end_by_progress_and_kernel),
		cmocka_unit_test(should_continue_reclaim_for_compaction_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
