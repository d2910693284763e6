/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../src/model/workingset.h"
#include "kernel_rules.h"
#include "unit.h"

static const struct rs_shadow_layout debian = { .nodes_shift = 10 };

static void shadow_packs_age_cgroup_node_and_bit(void **state)
{
	const struct rs_shadow s = { .eviction = 0x123456789, .memcgid = 0x2a, .nid = 3, .workingset = true };
	uint64_t entry = pack_shadow(&s, &debian, true);
	struct rs_shadow back = unpack_shadow(entry, &debian);

	(void)state;
	/* 36 bits | 16 | 10 | 1 | the value bit */
	assert_int_equal(entry, 0x123456789ULL << 28 | 0x2aULL << 12 | 3 << 2 | 1 << 1 | 1);
	assert_int_equal(back.eviction, s.eviction);
	assert_int_equal(back.memcgid, s.memcgid);
	assert_int_equal(back.nid, s.nid);
	assert_true(back.workingset);
	assert_int_equal(rs_eviction_mask(&debian, true), 0xfffffffffULL);
	assert_int_equal(rs_eviction_mask(&debian, false), 0xfffffffffULL);
	assert_int_equal(rs_eviction_mask(&(struct rs_shadow_layout){ 10, 5 }, true), 0xfffffffffULL);
	assert_int_equal(rs_eviction_mask(&(struct rs_shadow_layout){ 10, 5 }, false), 0x7fffffffULL);
	assert_int_equal(rs_eviction_mask(&(struct rs_shadow_layout){ 6, 0 }, true), 0xffffffffffULL);
}

static void bucket_order_is_what_does_not_fit(void **state)
{
	(void)state;
	assert_int_equal(workingset_bucket_order(1, &debian, true), 0);
	assert_int_equal(workingset_bucket_order(1 << 18, &debian, true), 0);
	assert_int_equal(workingset_bucket_order(1UL << 36, &debian, true), 0);
	assert_int_equal(workingset_bucket_order((1UL << 36) + 1, &debian, true), 1);
	assert_int_equal(workingset_bucket_order(1UL << 33, &(struct rs_shadow_layout){ 10, 5 }, true), 0);
	assert_int_equal(workingset_bucket_order(1UL << 33, &(struct rs_shadow_layout){ 10, 5 }, false), 2);
}

static void eviction_ages_before_on_5_10_and_after_later(void **state)
{
	struct workingset_eviction in = {
		.nonresident_age = 1000, .nr_pages = 4, .memcgid = 7, .nid = 1, .file = true
	};
	struct workingset_eviction_result r;
	int k;

	(void)state;
	for (k = 0; k < NR_KERNELS_UNDER_TEST; k++) {
		r = workingset_eviction(&in, &debian, rules_of(k), NULL);
		assert_int_equal(r.nonresident_age, 1004);
		assert_int_equal(unpack_shadow(r.shadow, &debian).eviction, k == V5_10 ? 1004 : 1000);
		assert_int_equal(unpack_shadow(r.shadow, &debian).memcgid, 7);
		assert_false(unpack_shadow(r.shadow, &debian).workingset);
	}
	in.bucket_order = 3;
	in.workingset = true;
	r = workingset_eviction(&in, &debian, rules_of(V6_1), NULL);
	assert_int_equal(unpack_shadow(r.shadow, &debian).eviction, 125);
	assert_true(unpack_shadow(r.shadow, &debian).workingset);
	in.nonresident_age = (1UL << 39) - 1 + 8; /* beyond 36 bits of buckets */
	r = workingset_eviction(&in, &debian, rules_of(V6_1), NULL);
	assert_int_equal(unpack_shadow(r.shadow, &debian).eviction, 0);
}

static void refault_is_recent_within_the_workingset(void **state)
{
	static const struct {
		bool file;
		int64_t swap;
		uint64_t size; /* of 1 IA, 20 AA, 300 IF, 4000 AF */
	} cases[] = {
		{ true, 0, 4000 }, { true, 5, 4021 }, { false, 0, 4300 }, { false, 5, 4320 }, { true, -1, 4000 },
	};
	struct workingset_refault_result r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct workingset_refault in = {
			.eviction = 500,
			.nonresident_age = 500 + cases[i].size,
			.lru_size = { 1, 20, 300, 4000 },
			.swap_pages_eviction = cases[i].swap,
			.swap_pages_refault = cases[i].swap,
			.file = cases[i].file,
		};

		r = workingset_refault(&in, &debian, rules_of(V6_1), NULL);
		assert_int_equal(r.workingset_size, cases[i].size);
		assert_int_equal(r.refault_distance, cases[i].size);
		assert_true(r.activate);
		assert_false(r.restore);
		in.workingset = true;
		assert_true(workingset_refault(&in, &debian, rules_of(V6_1), NULL).restore);
		in.nonresident_age++;
		r = workingset_refault(&in, &debian, rules_of(V6_1), NULL);
		assert_false(r.activate || r.restore);
		in.nonresident_age = 500;
		in.memcg_gone = true;
		r = workingset_refault(&in, &debian, rules_of(V6_12), NULL);
		assert_false(r.activate);
		assert_int_equal(r.refault_distance, 0);
	}
}

static void refault_asks_whose_swap_by_kernel(void **state)
{
	struct workingset_refault in = { .lru_size = { 0, 10, 0, 0 }, .nonresident_age = 10, .swap_pages_eviction = 1 };
	int k;

	(void)state;
	for (k = 0; k < NR_KERNELS_UNDER_TEST; k++)
		assert_int_equal(workingset_refault(&in, &debian, rules_of(k), NULL).activate, k >= V6_12);
	in.swap_pages_eviction = 0;
	in.swap_pages_refault = 1;
	for (k = 0; k < NR_KERNELS_UNDER_TEST; k++)
		assert_int_equal(workingset_refault(&in, &debian, rules_of(k), NULL).activate, k < V6_12);
}

static void refault_distance_wraps(void **state)
{
	struct workingset_refault in = {
		.eviction = 0xffffffff0ULL,
		.nonresident_age = 0x5000000020ULL,
		.lru_size = { 0, 0, 0, 48 },
		.file = true,
	};

	(void)state;
	/* (0x5000000020 - 0xffffffff0) & mask: 0x20 + 0x10 */
	assert_int_equal(workingset_refault(&in, &debian, rules_of(V6_1), NULL).refault_distance, 0x30);
	assert_true(workingset_refault(&in, &debian, rules_of(V6_1), NULL).activate);
	in.eviction = 5;
	in.bucket_order = 2;
	in.nonresident_age = 67;
	assert_int_equal(workingset_refault(&in, &debian, rules_of(V6_1), NULL).refault_distance, 47);
}

static void ages_go_up_the_tree(void **state)
{
	uint64_t age[3] = { 1, 20, 300 };

	(void)state;
	workingset_age_nonresident(age, 2, 16);
	assert_int_equal(age[0], 17);
	assert_int_equal(age[1], 36);
	assert_int_equal(age[2], 300);
}

/* Random evictions, each refaulted after a random number of others: the distance is that number, masked. */
static void eviction_and_refault_agree(void **state)
{
	uint64_t seed = 13;
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		const struct rs_rules *rules = rules_of(i % NR_KERNELS_UNDER_TEST);
		const struct rs_shadow_layout layout = { unit_random(&seed) % 11, unit_random(&seed) % 6 };
		struct workingset_eviction e = {
			.nonresident_age = unit_random(&seed) >> unit_random(&seed) % 64,
			.nr_pages = 1 + unit_random(&seed) % 512,
			.memcgid = unit_random(&seed) & 0xffff,
			.nid = layout.nodes_shift ? unit_random(&seed) & ((1u << layout.nodes_shift) - 1) : 0,
			.workingset = unit_random(&seed) % 2,
			.file = unit_random(&seed) % 2,
		};
		struct workingset_eviction_result r = workingset_eviction(&e, &layout, rules, NULL);
		struct rs_shadow s = unpack_shadow(r.shadow, &layout);
		uint64_t others = unit_random(&seed) % 100000, mask = rs_eviction_mask(&layout, e.file);
		struct workingset_refault in = {
			.eviction = s.eviction,
			.nonresident_age = r.nonresident_age + others,
			.lru_size = { 0, 0, 0, unit_random(&seed) % 200000 },
			.file = e.file,
			.workingset = s.workingset,
		};
		struct workingset_refault_result f = workingset_refault(&in, &layout, rules, NULL);

		assert_int_equal(s.memcgid, e.memcgid);
		assert_int_equal(s.nid, e.nid);
		assert_int_equal(s.workingset, e.workingset);
		assert_int_equal(f.refault_distance, (others + (rules->eviction_ages_first ? 0 : e.nr_pages)) & mask);
		assert_int_equal(f.activate, f.refault_distance <= in.lru_size[LRU_ACTIVE_FILE]);
		assert_int_equal(f.restore, f.activate && e.workingset);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shadow_packs_age_cgroup_node_and_bit),
		cmocka_unit_test(bucket_order_is_what_does_not_fit),
		cmocka_unit_test(eviction_ages_before_on_5_10_and_after_later),
		cmocka_unit_test(refault_is_recent_within_the_workingset),
		cmocka_unit_test(refault_asks_whose_swap_by_kernel),
		cmocka_unit_test(refault_distance_wraps),
		cmocka_unit_test(ages_go_up_the_tree),
		cmocka_unit_test(eviction_and_refault_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
