/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../src/model/protection.h"
#include "../../src/model/why.h"
#include "kernel_rules.h"
#include "unit.h"

static void effective_protection_is_shared_and_spills_over(void **state)
{
	static const struct {
		struct effective_protection in;
		uint64_t e;
	} cases[] = {
		/* usage, parent_usage, setting, parent_effective, siblings, recursive */
		{ { 100, 500, 60, 200, 150, false }, 60 },
		{ { 50, 500, 60, 200, 150, false }, 50 },
		{ { 100, 500, 60, 100, 150, true }, 40 }, /* 60 * 100 / 150 */
		{ { 100, 500, 60, 99, 150, true }, 39 }, /* 39.6 */
		{ { 100, 500, 60, 150, 150, true }, 60 }, /* just enough for all, nothing left */
		{ { 100, 500, 60, 200, 150, true }, 65 }, /* 60 + 50 * 40 / 350 = 60 + 5 */
		{ { 100, 500, 0, 200, 0, true }, 40 }, /* 200 * 100 / 500 */
		{ { 100, 500, 0, 200, 0, false }, 0 },
		{ { 60, 500, 60, 200, 150, true }, 60 }, /* it uses no more than is protected */
		{ { 100, 150, 60, 200, 150, true }, 60 }, /* the parent uses no more than is claimed */
		{ { 100, 151, 60, 200, 150, true }, 2060 }, /* 50 * 40 / 1: the kernel does not cut it either */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(effective_protection(&cases[i].in, NULL), cases[i].e);
		assert_int_equal(effective_protection(&cases[i].in, &(struct rs_why){ 0 }), cases[i].e);
	}
}

static void calculate_protection_by_place_in_the_tree(void **state)
{
	struct mem_cgroup_calculate_protection in = {
		.usage = 100,
		.min = 60,
		.low = 90,
		.emin = 1,
		.elow = 2,
		.parent_usage = 500,
		.parent_emin = 100,
		.parent_elow = 400,
		.children_min_usage = 150,
		.children_low_usage = 200,
		.recursiveprot = true,
	};
	struct mem_cgroup_protection r = mem_cgroup_calculate_protection(&in, NULL);

	(void)state;
	assert_int_equal(r.emin, 40); /* 60 * 100 / 150 */
	assert_int_equal(r.elow, 96); /* 90 + 200 * 10 / 300 */
	in.parent_is_walk_root = true;
	r = mem_cgroup_calculate_protection(&in, NULL);
	assert_int_equal(r.emin, 60);
	assert_int_equal(r.elow, 90);
	in.usage = 0; /* left as it was */
	r = mem_cgroup_calculate_protection(&in, NULL);
	assert_int_equal(r.emin, 1);
	assert_int_equal(r.elow, 2);
	in.usage = 100;
	in.is_walk_root = true;
	r = mem_cgroup_calculate_protection(&in, NULL);
	assert_int_equal(r.emin, 1);
	assert_int_equal(r.elow, 2);
}

static void memcg_is_visited_by_protection_and_kernel(void **state)
{
	static const struct {
		struct shrink_node_memcgs in;
		enum rs_memcg_visit old, new; /* up to 6.1, from 6.12 on */
	} cases[] = {
		/* usage, emin, elow, root, target; low_reclaim */
		{ { { 100, 99, 99, false, false }, false }, RS_MEMCG_SHRINK, RS_MEMCG_SHRINK },
		{ { { 100, 100, 0, false, false }, true }, RS_MEMCG_SKIP_MIN, RS_MEMCG_SKIP_MIN },
		{ { { 100, 99, 100, false, false }, false }, RS_MEMCG_SKIP_LOW, RS_MEMCG_SKIP_LOW },
		{ { { 100, 99, 100, false, false }, true }, RS_MEMCG_SHRINK_LOW, RS_MEMCG_SHRINK_LOW },
		{ { { 0, 0, 0, true, false }, false }, RS_MEMCG_SHRINK, RS_MEMCG_SHRINK },
		{ { { 0, 0, 0, false, false }, false }, RS_MEMCG_SKIP_MIN, RS_MEMCG_SKIP_MIN },
		{ { { 100, 100, 0, false, true }, false }, RS_MEMCG_SKIP_MIN, RS_MEMCG_SHRINK },
		{ { { 100, 0, 200, false, true }, false }, RS_MEMCG_SKIP_LOW, RS_MEMCG_SHRINK },
	};
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (k = 0; k < NR_KERNELS_UNDER_TEST; k++)
			assert_int_equal(shrink_node_memcgs(&cases[i].in, rules_of(k), NULL),
					 k < V6_12 ? cases[i].old : cases[i].new);
}

static void memcg_walk_ends_when_enough_is_reclaimed(void **state)
{
	struct shrink_node_memcgs_enough in = { .nr_reclaimed = 32, .nr_to_reclaim = 32 };
	struct rs_why why = { 0 };

	(void)state;
	assert_false(shrink_node_memcgs_enough(&in, rules_of(V6_1), NULL));
	assert_true(shrink_node_memcgs_enough(&in, rules_of(V6_12), &why));
	assert_true(WHY_HAS(&why, memcg_walk_enough));
	in.nr_reclaimed = 31;
	assert_false(shrink_node_memcgs_enough(&in, rules_of(V6_12), NULL));
	in.nr_reclaimed = 33;
	in.kswapd = true;
	assert_false(shrink_node_memcgs_enough(&in, rules_of(V6_12), NULL));
	in.kswapd = false;
	in.memcg_full_walk = true;
	assert_false(shrink_node_memcgs_enough(&in, rules_of(V6_12), NULL));
}

/* Random settings: repeatable; more setting never protects less where nothing spills over; never above usage then. */
static void effective_protection_properties(void **state)
{
	uint64_t seed = 5;
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		struct effective_protection in = {
			.usage = unit_random(&seed) % 1000,
			.parent_usage = unit_random(&seed) % 4000,
			.setting = unit_random(&seed) % 1000,
			.parent_effective = unit_random(&seed) % 3000,
			.siblings_protected = unit_random(&seed) % 3000,
		}, more = in;
		uint64_t e = effective_protection(&in, NULL), recursive;

		assert_int_equal(effective_protection(&in, NULL), e);
		assert_true(e <= in.usage && e <= in.setting);
		more.setting += unit_random(&seed) % 100;
		assert_true(effective_protection(&more, NULL) >= e);
		in.recursiveprot = true;
		recursive = effective_protection(&in, NULL);
		assert_true(recursive >= e);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(effective_protection_is_shared_and_spills_over),
		cmocka_unit_test(calculate_protection_by_place_in_the_tree),
		cmocka_unit_test(memcg_is_visited_by_protection_and_kernel),
		cmocka_unit_test(memcg_walk_ends_when_enough_is_reclaimed),
		cmocka_unit_test(effective_protection_properties),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
