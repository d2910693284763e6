/* SPDX-License-Identifier: GPL-2.0-only */
/* Expected numbers are worked out by hand from the formulas; those from a kernel say which. */
#include "../../src/model/int_sqrt.h"
#include "../../src/model/scan_balance.h"
#include "../../src/model/why.h"
#include "kernel_rules.h"
#include "unit.h"

static void int_sqrt_is_the_floor(void **state)
{
	uint64_t seed = 1, x, root;
	int i;

	(void)state;
	assert_int_equal(int_sqrt(0), 0);
	assert_int_equal(int_sqrt(3), 1);
	assert_int_equal(int_sqrt(99), 9);
	assert_int_equal(int_sqrt(100), 10);
	assert_int_equal(int_sqrt(UINT64_MAX), UINT32_MAX);
	for (i = 0; i < 10000; i++) {
		x = unit_random(&seed) >> unit_random(&seed) % 64;
		root = int_sqrt(x);
		assert_true(root * root <= x);
		assert_true(root == UINT32_MAX || (root + 1) * (root + 1) > x);
	}
}

static void inactive_is_low_compares_by_the_ratio_of_the_size(void **state)
{
	static const struct {
		uint64_t inactive, active;
		bool low;
	} cases[] = {
		{ 0, 0, false },
		{ 100, 100, false },
		{ 100, 101, true },
		{ 131071, 131072, true }, /* 262143 pages: still below 1 GiB, ratio 1 */
		{ 131072, 131072, false }, /* 1 GiB: ratio 3 */
		{ 65536, 196608, false }, /* 3 * 65536 == 196608 */
		{ 65535, 196609, true },
		{ 2621440, 23592960, false }, /* 100 GiB: int_sqrt(1000) = 31 */
		{ 800000, 25414400, true }, /* 31 * 800000 = 24800000 */
		{ 819819, 25414389, false }, /* 31 * 819819 = 25414389 */
		{ 819818, 25414390, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct inactive_is_low in = { .inactive = cases[i].inactive, .active = cases[i].active };
		struct rs_why why = { 0 };

		assert_int_equal(inactive_is_low(&in, &why), cases[i].low);
		assert_int_equal(inactive_is_low(&in, NULL), cases[i].low);
		assert_int_equal(why.nr, 1);
		assert_int_equal(why.step[0].branch, cases[i].low ? RS_BRANCH_inactive_low : RS_BRANCH_inactive_enough);
		assert_int_equal(why.step[0].operand[0], cases[i].inactive);
	}
}

/* Global, priority 12: nothing refaulted, both lists well filled, much file. */
static struct prepare_scan_control calm(void)
{
	return (struct prepare_scan_control){
		.anon_cost = 7,
		.file_cost = 11,
		.activate = { 5, 6 },
		.refaults = { 5, 6 },
		.lru_size = { 5000, 4000, 9000, 3000 },
		.node_inactive_anon = 5000,
		.node_inactive_file = 9000,
		.node_active_file = 3000,
		.free = 1000,
		.total_high_wmark = 2000,
		.priority = 12,
	};
}

static void prepare_scan_control_of_a_calm_node_trims_cache(void **state)
{
	struct prepare_scan_control in = calm();
	struct prepare_scan_control_result r = prepare_scan_control(&in, NULL);

	(void)state;
	assert_true(r.prepared);
	assert_int_equal(r.anon_cost, 7);
	assert_int_equal(r.file_cost, 11);
	assert_int_equal(r.may_deactivate, 0);
	assert_true(r.compared[0] && r.compared[1]);
	assert_true(r.cache_trim_mode); /* 9000 >> 12 = 2 */
	assert_false(r.file_is_tiny);

	in.no_cache_trim_mode = true;
	assert_false(prepare_scan_control(&in, NULL).cache_trim_mode);
	in = calm();
	in.lru_size[LRU_INACTIVE_FILE] = 4095;
	assert_false(prepare_scan_control(&in, NULL).cache_trim_mode);
	in.lru_size[LRU_INACTIVE_FILE] = 4096;
	assert_true(prepare_scan_control(&in, NULL).cache_trim_mode);
}

static void prepare_scan_control_deactivates_by_refaults_size_or_force(void **state)
{
	struct prepare_scan_control in = calm();
	struct prepare_scan_control_result r;
	struct rs_why why = { 0 };

	(void)state;
	in.activate[WORKINGSET_ANON] = 4;
	r = prepare_scan_control(&in, &why);
	assert_int_equal(r.may_deactivate, DEACTIVATE_ANON);
	assert_false(r.compared[WORKINGSET_ANON]);
	assert_true(WHY_HAS(&why, deactivate_refaults));
	assert_true(r.cache_trim_mode);

	in = calm();
	in.activate[WORKINGSET_FILE] = 7;
	r = prepare_scan_control(&in, NULL);
	assert_int_equal(r.may_deactivate, DEACTIVATE_FILE);
	assert_true(r.compared[WORKINGSET_ANON]);
	assert_false(r.cache_trim_mode);

	in = calm();
	in.lru_size[LRU_ACTIVE_ANON] = 5001;
	assert_int_equal(prepare_scan_control(&in, NULL).may_deactivate, DEACTIVATE_ANON);
	in = calm();
	in.lru_size[LRU_ACTIVE_FILE] = 9000;
	assert_int_equal(prepare_scan_control(&in, NULL).may_deactivate, 0);
	in.lru_size[LRU_ACTIVE_FILE] = 9001;
	assert_int_equal(prepare_scan_control(&in, NULL).may_deactivate, DEACTIVATE_FILE);

	in = calm();
	in.force_deactivate = true;
	r = prepare_scan_control(&in, NULL);
	assert_int_equal(r.may_deactivate, DEACTIVATE_ANON | DEACTIVATE_FILE);
	assert_false(r.compared[0] || r.compared[1]);
}

static void prepare_scan_control_file_is_tiny_needs_all_three(void **state)
{
	struct prepare_scan_control in = calm();

	(void)state;
	in.total_high_wmark = 13000; /* 3000 + 9000 + 1000 */
	assert_true(prepare_scan_control(&in, NULL).file_is_tiny);
	in.total_high_wmark = 12999;
	assert_false(prepare_scan_control(&in, NULL).file_is_tiny);
	in.total_high_wmark = 13000;
	in.node_inactive_anon = 4095;
	assert_false(prepare_scan_control(&in, NULL).file_is_tiny);
	in.node_inactive_anon = 4096;
	assert_true(prepare_scan_control(&in, NULL).file_is_tiny);
	in.activate[WORKINGSET_ANON]++;
	assert_false(prepare_scan_control(&in, NULL).file_is_tiny);

	/* The limit of a cgroup asks nothing about the node, and leaves the bit. */
	in = calm();
	in.total_high_wmark = 13000;
	in.cgroup_reclaim = true;
	assert_false(prepare_scan_control(&in, NULL).file_is_tiny);
	in.total_high_wmark = 0;
	in.file_is_tiny = true;
	assert_true(prepare_scan_control(&in, NULL).file_is_tiny);
}

static void prepare_scan_control_of_lru_gen_prepares_nothing(void **state)
{
	struct prepare_scan_control in = calm();
	struct prepare_scan_control_result r;

	(void)state;
	in.lru_gen = true;
	r = prepare_scan_control(&in, NULL);
	assert_false(r.prepared);
	assert_int_equal(r.anon_cost, 0);
	assert_false(r.cache_trim_mode);
}

static void snapshot_refaults_makes_the_counts_equal(void **state)
{
	uint64_t refaults[2] = { 1, 2 };

	(void)state;
	snapshot_refaults((const uint64_t[2]){ 3, 4 }, refaults);
	assert_int_equal(refaults[WORKINGSET_ANON], 3);
	assert_int_equal(refaults[WORKINGSET_FILE], 4);
}

static void anon_needs_swap_or_a_place_to_demote_to(void **state)
{
	(void)state;
	assert_false(can_reclaim_anon_pages(0, false));
	assert_false(can_reclaim_anon_pages(-3, false));
	assert_true(can_reclaim_anon_pages(1, false));
	assert_true(can_reclaim_anon_pages(0, true));
	assert_false(can_age_anon_pages(0, false));
	assert_true(can_age_anon_pages(1, false));
	assert_true(can_age_anon_pages(0, true));
	assert_int_equal(mem_cgroup_get_nr_swap_pages(100, NULL, 0), 100);
	assert_int_equal(mem_cgroup_get_nr_swap_pages(100, (const int64_t[]){ 200, 40, 50 }, 3), 40);
	assert_int_equal(mem_cgroup_get_nr_swap_pages(30, (const int64_t[]){ 200, 40, 50 }, 3), 30);
	assert_int_equal(mem_cgroup_get_nr_swap_pages(30, (const int64_t[]){ -5 }, 1), -5);
	assert_int_equal(sc_swappiness(false, 0, 60), 60);
	assert_int_equal(sc_swappiness(true, -1, 60), 60);
	assert_int_equal(sc_swappiness(true, 0, 60), 0);
	assert_int_equal(sc_swappiness(false, 10, 60), 60);
}

static void lruvec_lru_size_counts_the_zones_that_help(void **state)
{
	static const uint64_t size[3 * 5] = { 1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 100, 200, 300, 400, 500 };

	(void)state;
	assert_int_equal(lruvec_lru_size(size, 5, LRU_INACTIVE_ANON, 2), 111);
	assert_int_equal(lruvec_lru_size(size, 5, LRU_ACTIVE_FILE, 2), 444);
	assert_int_equal(lruvec_lru_size(size, 5, LRU_INACTIVE_FILE, 1), 33);
	assert_int_equal(lruvec_lru_size(size, 5, LRU_ACTIVE_ANON, 0), 2);
}

static void protection_scales_the_scan(void **state)
{
	static const struct {
		struct apply_proportional_protection in;
		uint64_t scan;
		bool skipped;
	} cases[] = {
		{ { 1000, 2000, 0, 0, false, false }, 1000, false },
		{ { 1000, 2000, 500, 0, true, false }, 1000, false }, /* the target of the reclaim */
		{ { 1000, 2000, 500, 0, false, false }, 751, false }, /* 500000 / 2001 = 249 */
		{ { 1000, 2000, 500, 500, false, false }, 751, false }, /* low not above min */
		{ { 1000, 2000, 500, 501, false, false }, 750, true }, /* 501000 / 2001 = 250 */
		{ { 1000, 2000, 500, 501, false, true }, 751, false }, /* the second pass honours min alone */
		{ { 1000, 2000, 0, 1000, false, true }, 1000, false },
		{ { 1000, 400, 0, 1000, false, false }, 32, true }, /* usage below: 1000 - 999, at least 32 */
		{ { 5, 2000, 500, 0, false, false }, 32, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool skipped = false;

		assert_int_equal(apply_proportional_protection(&cases[i].in, &skipped, NULL), cases[i].scan);
		assert_int_equal(skipped, cases[i].skipped);
	}
}

static struct get_scan_count plain(void)
{
	return (struct get_scan_count){
		.lru_size = { 10000, 20000, 30000, 40000 },
		.anon_cost = 0,
		.file_cost = 0,
		.swappiness = 60,
		.priority = 3,
		.may_swap = true,
		.can_reclaim_anon = true,
		.online = true,
	};
}

static void assert_nr(const struct get_scan_count *in, uint64_t ia, uint64_t aa, uint64_t inf, uint64_t af)
{
	struct get_scan_count_result r = get_scan_count(in, NULL);

	assert_int_equal(r.nr[LRU_INACTIVE_ANON], ia);
	assert_int_equal(r.nr[LRU_ACTIVE_ANON], aa);
	assert_int_equal(r.nr[LRU_INACTIVE_FILE], inf);
	assert_int_equal(r.nr[LRU_ACTIVE_FILE], af);
}

static void get_scan_count_shares_by_cost_and_swappiness(void **state)
{
	struct get_scan_count in = plain();
	struct get_scan_count_result r;

	(void)state;
	/* No cost: 60 * 1 / 1 to 140 * 1 / 1 of 200, of sizes >> 3. */
	assert_nr(&in, 375, 750, 2625, 3500);
	r = get_scan_count(&in, NULL);
	assert_int_equal(r.scan_balance, SCAN_FRACT);
	assert_int_equal(r.fraction[0], 60);
	assert_int_equal(r.fraction[1], 140);
	assert_int_equal(r.denominator, 200);

	/*
	 * Costs 100 and 300: t 400, a 500, f 700, t2 1200.
	 * ap = 60 * 1201 / 501 = 143, fp = 140 * 1201 / 701 = 239, den 382.
	 */
	in.anon_cost = 100;
	in.file_cost = 300;
	r = get_scan_count(&in, NULL);
	assert_int_equal(r.fraction[0], 143);
	assert_int_equal(r.fraction[1], 239);
	assert_int_equal(r.denominator, 382);
	/* 1250 * 143 / 382, 2500 * 143 / 382, 3750 * 239 / 382, 5000 * 239 / 382 */
	assert_nr(&in, 467, 935, 2346, 3128);
	in.online = false; /* rounded up */
	assert_nr(&in, 468, 936, 2347, 3129);

	in.lru_size[LRU_INACTIVE_ANON] = 187 << 3; /* 187 * 143 = 70 * 382 + 1: the least remainder counts */
	assert_int_equal(get_scan_count(&in, NULL).nr[LRU_INACTIVE_ANON], 71);
	in.lru_size[LRU_INACTIVE_ANON] = 382 << 3; /* and without one nothing is added */
	assert_int_equal(get_scan_count(&in, NULL).nr[LRU_INACTIVE_ANON], 143);
	in.lru_size[LRU_INACTIVE_ANON] = 187 << 3;
	in.online = true;
	assert_int_equal(get_scan_count(&in, NULL).nr[LRU_INACTIVE_ANON], 70);

	in = plain();
	in.swappiness = 0;
	assert_nr(&in, 0, 0, 3750, 5000);
	in.swappiness = 200;
	assert_nr(&in, 1250, 2500, 0, 0);
}

static void get_scan_count_balance_is_the_first_that_matches(void **state)
{
	static const struct {
		bool may_swap, can, cgroup, tiny, trim;
		int swappiness, priority;
		enum scan_balance balance;
		unsigned int branch;
	} cases[] = {
		{ false, true, true, true, true, 0, 0, SCAN_FILE, RS_BRANCH_scan_file_no_swap },
		{ true, false, false, true, true, 201, 0, SCAN_FILE, RS_BRANCH_scan_file_no_swap },
		{ true, true, true, true, false, 0, 0, SCAN_FILE, RS_BRANCH_scan_file_swappiness_0 },
		{ true, true, false, false, true, 201, 0, SCAN_ANON, RS_BRANCH_scan_anon_only },
		{ true, true, true, true, true, 1, 0, SCAN_EQUAL, RS_BRANCH_scan_equal },
		{ true, true, false, true, true, 0, 0, SCAN_ANON, RS_BRANCH_scan_anon_file_is_tiny },
		{ true, true, true, true, true, 60, 1, SCAN_ANON, RS_BRANCH_scan_anon_file_is_tiny },
		{ true, true, false, false, true, 60, 12, SCAN_FILE, RS_BRANCH_scan_file_cache_trim },
		{ true, true, false, false, false, 0, 0, SCAN_FRACT, RS_BRANCH_scan_fract },
		{ true, true, true, false, false, 200, 12, SCAN_FRACT, RS_BRANCH_scan_fract },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct get_scan_count in = plain();
		struct get_scan_count_result r;
		struct rs_why why = { 0 };

		in.may_swap = cases[i].may_swap;
		in.can_reclaim_anon = cases[i].can;
		in.cgroup_reclaim = cases[i].cgroup;
		in.file_is_tiny = cases[i].tiny;
		in.cache_trim_mode = cases[i].trim;
		in.swappiness = cases[i].swappiness;
		in.priority = cases[i].priority;
		r = get_scan_count(&in, &why);
		assert_int_equal(r.scan_balance, cases[i].balance);
		assert_int_equal(why.step[0].branch, cases[i].branch);
		if (r.scan_balance == SCAN_FILE || (r.scan_balance == SCAN_FRACT && !in.swappiness))
			assert_int_equal(r.nr[LRU_ACTIVE_ANON], 0);
		else
			assert_true(r.nr[LRU_ACTIVE_ANON]);
		if (r.scan_balance == SCAN_ANON || (r.scan_balance == SCAN_FRACT && in.swappiness == 200))
			assert_int_equal(r.nr[LRU_ACTIVE_FILE], 0);
		else
			assert_true(r.nr[LRU_ACTIVE_FILE]);
	}
}

static void get_scan_count_of_small_lists(void **state)
{
	struct get_scan_count in = plain();
	struct get_scan_count_result r;

	(void)state;
	in.priority = 12;
	in.cache_trim_mode = true;
	in.lru_size[LRU_INACTIVE_FILE] = 4095;
	in.lru_size[LRU_ACTIVE_FILE] = 8191;
	assert_nr(&in, 0, 0, 0, 1);
	in.online = false; /* a removed cgroup is emptied all the same */
	assert_nr(&in, 0, 0, 32, 1);
	in.lru_size[LRU_INACTIVE_FILE] = 31;
	assert_nr(&in, 0, 0, 31, 1);

	in = plain();
	in.priority = 0; /* EQUAL: everything */
	assert_nr(&in, 10000, 20000, 30000, 40000);
	in.emin = 100;
	in.elow = 200;
	in.usage = 399; /* half is protected */
	r = get_scan_count(&in, NULL);
	assert_true(r.memcg_low_skipped);
	assert_nr(&in, 5000, 10000, 15000, 20000);
	in.memcg_low_reclaim = true;
	assert_false(get_scan_count(&in, NULL).memcg_low_skipped);
	assert_nr(&in, 7500, 15000, 22500, 30000);
	in.is_target = true;
	assert_nr(&in, 10000, 20000, 30000, 40000);
}

/* Any costs and sizes: deterministic, never more than there is (or 32), and more cost never means more scan. */
static void get_scan_count_properties(void **state)
{
	uint64_t seed = 42;
	int i, lru;

	(void)state;
	for (i = 0; i < 20000; i++) {
		struct get_scan_count in = plain(), dearer;
		struct get_scan_count_result a, b;

		for (lru = 0; lru < NR_EVICTABLE_LISTS; lru++)
			in.lru_size[lru] = unit_random(&seed) % (1 << unit_random(&seed) % 24);
		in.anon_cost = unit_random(&seed) % (1 << unit_random(&seed) % 24);
		in.file_cost = unit_random(&seed) % (1 << unit_random(&seed) % 24);
		in.swappiness = unit_random(&seed) % 201;
		in.priority = unit_random(&seed) % 13;
		in.online = unit_random(&seed) % 4;
		in.cgroup_reclaim = unit_random(&seed) % 2;
		in.file_is_tiny = unit_random(&seed) % 4 == 0;
		in.cache_trim_mode = unit_random(&seed) % 4 == 0;
		in.usage = unit_random(&seed) % 100000;
		in.emin = unit_random(&seed) % 2 ? unit_random(&seed) % 100000 : 0;
		in.elow = unit_random(&seed) % 2 ? unit_random(&seed) % 100000 : 0;
		a = get_scan_count(&in, NULL);
		b = get_scan_count(&in, &(struct rs_why){ 0 });
		assert_memory_equal(a.nr, b.nr, sizeof(a.nr));
		for (lru = 0; lru < NR_EVICTABLE_LISTS; lru++)
			assert_true(a.nr[lru] <= in.lru_size[lru] || a.nr[lru] <= SWAP_CLUSTER_MAX);
		dearer = in;
		dearer.anon_cost += 1 + unit_random(&seed) % 1000;
		b = get_scan_count(&dearer, NULL);
		/* ap and fp are rounded for themselves, so a step of cost may shift the share back by their last digit */
		if (a.scan_balance == SCAN_FRACT && a.fraction[1] > 0 && b.denominator)
			assert_true(b.nr[LRU_INACTIVE_ANON] <= a.nr[LRU_INACTIVE_ANON] + in.lru_size[0] / 50 + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(int_sqrt_is_the_floor),
		cmocka_unit_test(inactive_is_low_compares_by_the_ratio_of_the_size),
		cmocka_unit_test(prepare_scan_control_of_a_calm_node_trims_cache),
		cmocka_unit_test(prepare_scan_control_deactivates_by_refaults_size_or_force),
		cmocka_unit_test(prepare_scan_control_file_is_tiny_needs_all_three),
		cmocka_unit_test(prepare_scan_control_of_lru_gen_prepares_nothing),
		cmocka_unit_test(snapshot_refaults_makes_the_counts_equal),
		cmocka_unit_test(anon_needs_swap_or_a_place_to_demote_to),
		cmocka_unit_test(lruvec_lru_size_counts_the_zones_that_help),
		cmocka_unit_test(protection_scales_the_scan),
		cmocka_unit_test(get_scan_count_shares_by_cost_and_swappiness),
		cmocka_unit_test(get_scan_count_balance_is_the_first_that_matches),
		cmocka_unit_test(get_scan_count_of_small_lists),
		cmocka_unit_test(get_scan_count_properties),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
