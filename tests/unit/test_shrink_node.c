/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../src/model/shrink_node.h"
#include "kernel_rules.h"
#include "unit.h"

static void shrink_node_path_by_kernel(void **state)
{
	int k;

	(void)state;
	for (k = 0; k < NR_KERNELS_UNDER_TEST; k++) {
		const struct rs_rules *rules = rules_of(k);

		assert_int_equal(shrink_node_path(false, false, true, rules, NULL), RS_SHRINK_CLASSIC);
		assert_int_equal(shrink_node_path(true, false, false, rules, NULL), RS_SHRINK_CLASSIC);
		assert_int_equal(shrink_node_path(true, false, true, rules, NULL),
				 k < V6_12 ? RS_SHRINK_CLASSIC : RS_SHRINK_LRU_GEN);
	}
	assert_int_equal(shrink_node_path(true, true, true, rules_of(V7_2), NULL),
			 RS_SHRINK_CLASSIC | RS_SHRINK_LRU_GEN);
	assert_int_equal(shrink_node_path(false, true, true, rules_of(V7_2), NULL),
			 RS_SHRINK_CLASSIC | RS_SHRINK_LRU_GEN);
	assert_int_equal(shrink_node_path(false, true, false, rules_of(V7_2), NULL), RS_SHRINK_CLASSIC);
}

static void reclaim_state_counts_for_the_root(void **state)
{
	(void)state;
	assert_int_equal(flush_reclaim_state(9, false, rules_of(V6_1)), 9);
	assert_int_equal(flush_reclaim_state(9, true, rules_of(V6_1)), 9);
	assert_int_equal(flush_reclaim_state(9, false, rules_of(V6_12)), 0);
	assert_int_equal(flush_reclaim_state(9, true, rules_of(V6_12)), 9);
}

static void trimming_the_cache_in_vain_is_noted_since_6_12(void **state)
{
	int k, bits;

	(void)state;
	for (k = 0; k < NR_KERNELS_UNDER_TEST; k++)
		for (bits = 0; bits < 4; bits++)
			assert_int_equal(rs_cache_trim_mode_failed(bits & 1, bits & 2, rules_of(k)),
					 k >= V6_12 && bits == 2);
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
		for (k = 0; k < NR_KERNELS_UNDER_TEST; k++) {
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

			assert_int_equal(should_continue_reclaim(&in, rules_of(k), NULL),
					 k < V7_2 ? cases[i].old : cases[i].capped);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shrink_node_path_by_kernel),
		cmocka_unit_test(reclaim_state_counts_for_the_root),
		cmocka_unit_test(trimming_the_cache_in_vain_is_noted_since_6_12),
		cmocka_unit_test(should_continue_reclaim_for_compaction_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
