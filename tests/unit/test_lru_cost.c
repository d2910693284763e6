/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../src/model/lru_cost.h"
#include "../../src/model/why.h"
#include "kernel_rules.h"
#include "unit.h"

static void cost_is_io_before_6_12_and_rotations_as_well_since(void **state)
{
	struct rs_lru_cost_args args;

	(void)state;
	args = shrink_inactive_list_cost(3, 40, 30, rules_of(V6_1));
	assert_int_equal(args.nr_io, 3);
	assert_int_equal(args.nr_rotated, 0);
	args = shrink_inactive_list_cost(3, 40, 30, rules_of(V6_12));
	assert_int_equal(args.nr_io, 3);
	assert_int_equal(args.nr_rotated, 10);
	/* more reclaimed than scanned, by a large folio that was split: an unsigned int all the same */
	args = shrink_inactive_list_cost(0, 32, 33, rules_of(V6_12));
	assert_int_equal(args.nr_rotated, UINT32_MAX);

	assert_false(shrink_active_list_cost(5, rules_of(V5_10), &args));
	assert_false(shrink_active_list_cost(5, rules_of(V6_1), &args));
	assert_false(shrink_active_list_cost(0, rules_of(V6_12), &args));
	assert_true(shrink_active_list_cost(5, rules_of(V6_12), &args));
	assert_int_equal(args.nr_io, 0);
	assert_int_equal(args.nr_rotated, 5);
	assert_true(shrink_active_list_cost(0, rules_of(V6_18), &args));
	args = lru_note_cost_refault(512);
	assert_int_equal(args.nr_io, 512);
	assert_int_equal(args.nr_rotated, 0);
}

static void lru_note_cost_adds_to_each_level_and_halves_each_alone(void **state)
{
	struct rs_lru_cost level[2] = { { 100, 200, 1240 }, { 1000, 2000, 1 << 20 } };

	(void)state;
	lru_note_cost(level, 2, true, (struct rs_lru_cost_args){ 10, 0 }, rules_of(V6_1), NULL);
	assert_int_equal(level[0].file_cost, 210); /* 310 is not above 1240 / 4 */
	assert_int_equal(level[0].anon_cost, 100);
	assert_int_equal(level[1].file_cost, 2010);
	lru_note_cost(level, 2, false, (struct rs_lru_cost_args){ 1, 0 }, rules_of(V6_1), NULL);
	assert_int_equal(level[0].anon_cost, 50); /* 101 / 2 */
	assert_int_equal(level[0].file_cost, 105);
	assert_int_equal(level[1].anon_cost, 1001);
	assert_int_equal(level[1].file_cost, 2010);

	/* one written page as 32 scanned in vain */
	lru_note_cost(level, 1, false, (struct rs_lru_cost_args){ 2, 7 }, rules_of(V6_12), NULL);
	assert_int_equal(level[0].anon_cost, 121);
	assert_int_equal(level[1].anon_cost, 1001);
	/* nr_rotated means nothing where rotations do not */
	lru_note_cost(level, 1, false, (struct rs_lru_cost_args){ 2, 7 }, rules_of(V5_10), NULL);
	assert_int_equal(level[0].anon_cost, 123);
	lru_note_cost(level + 1, 1, true, (struct rs_lru_cost_args){ UINT32_MAX, UINT32_MAX }, rules_of(V6_12), NULL);
	assert_int_equal(level[1].file_cost, (33 * 4294967295ULL + 2010) / 2);
}

static void lru_note_cost_of_nothing_halves_before_6_18_only(void **state)
{
	int k;

	(void)state;
	for (k = 0; k < NR_KERNELS_UNDER_TEST; k++) {
		struct rs_lru_cost level = { 51, 50, 400 };
		struct rs_why why = { 0 };

		lru_note_cost(&level, 1, true, (struct rs_lru_cost_args){ 0, 0 }, rules_of(k), &why);
		assert_int_equal(level.anon_cost, k < V6_18 ? 25 : 51);
		assert_int_equal(level.file_cost, k < V6_18 ? 25 : 50);
		assert_int_equal(WHY_HAS(&why, cost_halved), k < V6_18);
		assert_int_equal(WHY_HAS(&why, cost_none), k >= V6_18);
		lru_note_cost(&level, 1, true, (struct rs_lru_cost_args){ 1, 0 }, rules_of(V6_1), &why);
		assert_int_equal(WHY_HAS(&why, cost_added), k < V6_18);
	}
}

/* Random calls: the same again gives the same, the other type never grows, and a halving leaves at most half. */
static void lru_note_cost_properties(void **state)
{
	uint64_t seed = 11;
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		struct rs_lru_cost a = { unit_random(&seed) % 5000, unit_random(&seed) % 5000,
					 unit_random(&seed) % 40000 };
		struct rs_lru_cost b = a, before = a;
		struct rs_lru_cost_args args = { unit_random(&seed) % 64, unit_random(&seed) % 64 };
		bool file = unit_random(&seed) % 2;
		const struct rs_rules *rules = rules_of(i % NR_KERNELS_UNDER_TEST);
		uint64_t x = rules->cost_of_rotation ? args.nr_io * 32 + args.nr_rotated : args.nr_io;

		lru_note_cost(&a, 1, file, args, rules, NULL);
		lru_note_cost(&b, 1, file, args, rules, NULL);
		assert_int_equal(a.anon_cost, b.anon_cost);
		assert_int_equal(a.file_cost, b.file_cost);
		assert_true(file ? a.anon_cost <= before.anon_cost : a.file_cost <= before.file_cost);
		assert_true(a.anon_cost + a.file_cost <= before.anon_cost + before.file_cost + x);
		if (x)
			assert_true(a.anon_cost + a.file_cost <=
				    (a.lru_size / 4 > (before.anon_cost + before.file_cost + x) / 2
					     ? a.lru_size / 4
					     : (before.anon_cost + before.file_cost + x) / 2));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cost_is_io_before_6_12_and_rotations_as_well_since),
		cmocka_unit_test(lru_note_cost_adds_to_each_level_and_halves_each_alone),
		cmocka_unit_test(lru_note_cost_of_nothing_halves_before_6_18_only),
		cmocka_unit_test(lru_note_cost_properties),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
