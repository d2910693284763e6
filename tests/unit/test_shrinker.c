/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../src/model/shrinker.h"
#include "kernel_rules.h"
#include "unit.h"

static void do_shrink_slab_plans_by_kernel(void **state)
{
	static const struct {
		struct do_shrink_slab in; /* nr_deferred, freeable, batch, seeks, priority */
		uint64_t delta;
		int64_t old, new; /* total_scan of 5.10, and later */
	} cases[] = {
		{ { 0, 10000, 0, 2, 12 }, 4, 4, 4 }, /* 10000 >> 12 = 2, * 4 / 2 */
		{ { 0, 10000, 0, 2, 0 }, 20000, 20000, 20000 },
		{ { 0, 10000, 0, 1, 0 }, 40000, 20000, 20000 }, /* at most twice what there is */
		{ { 0, 10001, 0, 0, 5 }, 5000, 5000, 5000 },
		{ { 0, 10000, 0, 3, 4 }, 833, 833, 833 }, /* 625 * 4 / 3 */
		{ { 8192, 10000, 0, 2, 12 }, 4, 5000, 6 }, /* tamed to half; or 8192 >> 12 = 2 */
		{ { 4000, 10000, 0, 2, 12 }, 4, 4004, 4 },
		{ { 8192, 10000, 0, 2, 3 }, 2500, 10692, 3524 }, /* 2500 is not below a quarter */
		{ { 8192, 10000, 0, 9, 1 }, 2222, 5000, 6318 }, /* but this is */
		{ { 90000, 10000, 0, 2, 1 }, 10000, 20000, 20000 },
		{ { -100, 10000, 0, 2, 12 }, 4, 10000 / 2, 3 }, /* negative: all, tamed; or -100 >> 12 = -1 */
	};
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (k = 0; k < NR_KERNELS_UNDER_TEST; k++) {
			struct rs_slab_scan s;

			do_shrink_slab(&s, &cases[i].in, rules_of(k), NULL);
			assert_int_equal(s.delta, cases[i].delta);
			assert_int_equal(s.total_scan, k == V5_10 ? cases[i].old : cases[i].new);
			assert_int_equal(s.planned, s.total_scan);
			assert_int_equal(s.batch_size, 128);
		}
}

static void do_shrink_slab_scans_whole_batches(void **state)
{
	struct do_shrink_slab in = { .freeable = 1000, .batch = 0, .seeks = 2, .priority = 2 }; /* 500 */
	struct rs_slab_scan s;
	int i;

	(void)state;
	do_shrink_slab(&s, &in, rules_of(V6_1), NULL);
	for (i = 0; i < 3; i++) {
		assert_int_equal(do_shrink_slab_next(&s), 128);
		do_shrink_slab_scanned(&s, 128);
	}
	assert_int_equal(s.total_scan, 116);
	assert_int_equal(do_shrink_slab_next(&s), 0);
	assert_int_equal(do_shrink_slab_deferred(&s, rules_of(V6_1), NULL), 116);

	/* a cache smaller than a batch is scanned when all of it is asked for */
	in = (struct do_shrink_slab){ .freeable = 50, .seeks = 2, .priority = 1 };
	do_shrink_slab(&s, &in, rules_of(V6_1), NULL);
	assert_int_equal(do_shrink_slab_next(&s), 50);
	do_shrink_slab_scanned(&s, 50);
	assert_int_equal(do_shrink_slab_next(&s), 0);
	in.priority = 2;
	do_shrink_slab(&s, &in, rules_of(V6_1), NULL);
	assert_int_equal(s.total_scan, 24);
	assert_int_equal(do_shrink_slab_next(&s), 0);
	in.batch = 24;
	do_shrink_slab(&s, &in, rules_of(V6_1), NULL);
	assert_int_equal(do_shrink_slab_next(&s), 24);
}

static void do_shrink_slab_defers_the_rest(void **state)
{
	static const struct {
		struct do_shrink_slab in;
		int64_t scanned;
		int64_t old, new;
	} cases[] = {
		{ { 0, 10000, 0, 2, 12 }, 0, 4, 4 },
		{ { 8192, 10000, 0, 2, 12 }, 0, 8196, 8196 },
		{ { 8192, 10000, 0, 2, 12 }, 100, 8096, 8096 },
		{ { 90000, 10000, 0, 2, 1 }, 20000, 80000, 20000 }, /* later kernels keep at most twice what there is */
		{ { 0, 10000, 0, 2, 1 }, 10128, 0, 0 },
		{ { -100, 10000, 0, 2, 12 }, 0, 0, 0 },
	};
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (k = 0; k < NR_KERNELS_UNDER_TEST; k++) {
			struct rs_slab_scan s;

			do_shrink_slab(&s, &cases[i].in, rules_of(k), NULL);
			do_shrink_slab_scanned(&s, cases[i].scanned);
			assert_int_equal(do_shrink_slab_deferred(&s, rules_of(k), NULL),
					 k == V5_10 ? cases[i].old : cases[i].new);
		}
}

static void deferred_objects_have_their_place(void **state)
{
	struct shrink_slab in = { .nid = 3, .memcg = true, .memcg_aware = true, .numa_aware = true };
	struct shrink_slab_slot slot = shrink_slab(&in, rules_of(V6_1));

	(void)state;
	assert_true(slot.memcg_map && slot.of_memcg);
	assert_int_equal(slot.nid, 3);
	slot = shrink_slab(&in, rules_of(V5_10));
	assert_true(slot.memcg_map);
	assert_false(slot.of_memcg);
	in.memcg_aware = false;
	assert_false(shrink_slab(&in, rules_of(V6_1)).of_memcg);
	in.memcg_aware = true;
	in.memcg = false;
	in.numa_aware = false;
	slot = shrink_slab(&in, rules_of(V6_1));
	assert_false(slot.memcg_map || slot.of_memcg);
	assert_int_equal(slot.nid, 0);
}

/* Random caches: never more than twice the cache, never negative, nothing lost, more pressure never less scan. */
static void do_shrink_slab_properties(void **state)
{
	uint64_t seed = 17;
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		const struct rs_rules *rules = rules_of(i % NR_KERNELS_UNDER_TEST);
		struct do_shrink_slab in = {
			.nr_deferred = unit_random(&seed) % (1 << unit_random(&seed) % 20),
			.freeable = 1 + unit_random(&seed) % (1 << unit_random(&seed) % 20),
			.batch = unit_random(&seed) % 2 ? 1 + unit_random(&seed) % 2048 : 0,
			.seeks = unit_random(&seed) % 4,
			.priority = unit_random(&seed) % 13,
		}, harder = in;
		struct rs_slab_scan s, t;
		int64_t n, deferred;
		int turns = 0;

		do_shrink_slab(&s, &in, rules, NULL);
		assert_in_range(s.planned, 0, 2 * in.freeable);
		while ((n = do_shrink_slab_next(&s))) {
			assert_true(n <= s.batch_size && n <= s.total_scan);
			do_shrink_slab_scanned(&s, n);
			assert_true(++turns <= 2 * in.freeable);
		}
		assert_int_equal(s.planned, s.total_scan + s.scanned);
		deferred = do_shrink_slab_deferred(&s, rules, NULL);
		assert_true(deferred >= 0);
		assert_true(deferred <= in.nr_deferred + (int64_t)s.delta - s.scanned || deferred == 0);
		harder.priority = in.priority ? in.priority - 1 : 0;
		do_shrink_slab(&t, &harder, rules, NULL);
		assert_true(t.planned >= s.planned);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(do_shrink_slab_plans_by_kernel), cmocka_unit_test(do_shrink_slab_scans_whole_batches),
		cmocka_unit_test(do_shrink_slab_defers_the_rest), cmocka_unit_test(deferred_objects_have_their_place),
		cmocka_unit_test(do_shrink_slab_properties),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
