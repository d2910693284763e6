/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers marked "seen" are from a recording of a 7.2 guest with 512 MiB and two CPUs; the others
 * were computed by hand.
 */
#include <stdlib.h>
#include <string.h>

#include "../../src/model/gfp.h"
#include "../../src/model/watermark.h"
#include "kernel_rules.h"
#include "unit.h"

static void nr_free_buffer_pages_leaves_out_high_marks_and_movable(void **state)
{
	struct zone zones[] = {
		{ .managed_pages = 1000, ._watermark = { 0, 0, 90 }, .watermark_boost = 10, .idx = ZONE_DMA },
		{ .managed_pages = 100, ._watermark = { 0, 0, 100 }, .idx = ZONE_DMA32 },
		{ .managed_pages = 50, ._watermark = { 0, 0, 60 }, .idx = ZONE_NORMAL },
		{ .managed_pages = 5000, ._watermark = { 0, 0, 7 }, .idx = ZONE_NORMAL },
		{ .managed_pages = 7000, .idx = ZONE_MOVABLE },
	};

	(void)state;
	assert_int_equal(nr_free_buffer_pages(zones, 5), 900 + 4993);
	assert_int_equal(nr_free_buffer_pages(zones, 0), 0);
}

static void calculate_min_free_kbytes_is_the_root_within_bounds(void **state)
{
	static const struct {
		uint64_t pages;
		int user, before, after;
	} rows[] = {
		/* 1 GiB: sqrt(1048576 * 16) = 4096 */
		{ 262144, -1, 0, 4096 },
		{ 262144, 4095, 1, 4096 },
		{ 262144, 4096, 777, 777 },
		{ 262144, 9000, 777, 777 },
		{ 262143, -1, 0, 4095 }, /* the root is rounded down */
		{ 10, -1, 0, 128 },
		{ 0, -1, 0, 128 },
		{ 256, -1, 0, 128 }, /* exactly */
		{ 272, -1, 0, 131 },
		{ 1ULL << 30, -1, 0, 262144 },
		{ 1ULL << 40, -1, 0, 262144 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(calculate_min_free_kbytes(rows[i].pages, rows[i].user, rows[i].before, NULL),
				 rows[i].after);
}

static void set_recommended_min_free_kbytes_asks_for_blocks(void **state)
{
	/* seen on all kernels: 1 GiB with 2 zones, 45056 kB; here 22 blocks of 512 pages, below 5 % */
	struct set_recommended_min_free_kbytes in = { true, 2, 250000, -1, 4000 };
	struct rs_why why = { 0 };

	(void)state;
	assert_int_equal(set_recommended_min_free_kbytes(&in, &why), 45056);
	assert_true(WHY_HAS(&why, min_free_thp));
	in.min_free_kbytes = 45056;
	assert_int_equal(set_recommended_min_free_kbytes(&in, NULL), 45056);
	in.min_free_kbytes = 50000;
	assert_int_equal(set_recommended_min_free_kbytes(&in, NULL), 50000);
	in = (struct set_recommended_min_free_kbytes){ true, 3, 114000, 100, 100 };
	assert_int_equal(set_recommended_min_free_kbytes(&in, NULL), 5700 * 4);
	in.hugepage_pmd_enabled = false;
	in.nr_free_buffer = 262144;
	assert_int_equal(set_recommended_min_free_kbytes(&in, NULL), 4096);
	in.user_min_free_kbytes = 5000;
	assert_int_equal(set_recommended_min_free_kbytes(&in, NULL), 100);
}

static void setup_per_zone_wmarks_shares_and_clamps(void **state)
{
	static const struct zone before[] = {
		{ .managed_pages = 4000, .watermark_boost = 5, .idx = ZONE_DMA },
		{ .managed_pages = 96000, .watermark_boost = 5, .idx = ZONE_DMA32 },
		{ .managed_pages = 100000, .watermark_boost = 5, .idx = ZONE_MOVABLE },
		{ .managed_pages = 0, .idx = ZONE_NORMAL },
	};
	struct rs_rules old = kernel_rules(V5_10), new = kernel_rules(V6_12);
	struct zone z[4];
	struct rs_why why = { 0 };

	(void)state;
	/* 4000 kB = 1000 pages over 100000: DMA 40, DMA32 960; distance max(share / 4, managed / 1000) */
	memcpy(z, before, sizeof(z));
	setup_per_zone_wmarks(z, 4, 4000, 10, &new, &why);
	assert_int_equal(z[0]._watermark[WMARK_MIN], 40);
	assert_int_equal(z[0]._watermark[WMARK_LOW], 50);
	assert_int_equal(z[0]._watermark[WMARK_HIGH], 60);
	assert_int_equal(z[0]._watermark[WMARK_PROMO], 70);
	assert_int_equal(z[0].watermark_boost, 0);
	assert_int_equal(z[1]._watermark[WMARK_MIN], 960);
	assert_int_equal(z[1]._watermark[WMARK_HIGH], 960 + 480);
	/* the clamp holds for MIN only: 100000 / 1024 = 97, but the share is 1000 */
	assert_int_equal(z[2]._watermark[WMARK_MIN], 97);
	assert_int_equal(z[2]._watermark[WMARK_LOW], 97 + 250);
	assert_int_equal(z[3]._watermark[WMARK_MIN], 0);
	assert_int_equal(z[3]._watermark[WMARK_PROMO], 0);
	assert_true(WHY_HAS(&why, wmark_min_clamped) && WHY_HAS(&why, wmark_distance));

	memcpy(z, before, sizeof(z));
	setup_per_zone_wmarks(z, 4, 4003, 100, &old, NULL); /* 1 % */
	assert_int_equal(z[0]._watermark[WMARK_MIN], 20);
	assert_int_equal(z[0]._watermark[WMARK_LOW], 20 + 40);
	assert_int_equal(z[1]._watermark[WMARK_MIN], 480);
	assert_int_equal(z[1]._watermark[WMARK_HIGH], 480 + 1920);
	assert_int_equal(z[2]._watermark[WMARK_MIN], 500);
	assert_int_equal(z[2]._watermark[WMARK_PROMO], 0);

	/* the bounds of the clamp, on an empty and on a large zone */
	memcpy(z, before, sizeof(z));
	z[2].managed_pages = 0;
	setup_per_zone_wmarks(z, 3, 4000, 10, &new, NULL);
	assert_int_equal(z[2]._watermark[WMARK_MIN], 32);
	assert_int_equal(z[2]._watermark[WMARK_HIGH], 32);
	z[2].managed_pages = 1 << 20;
	setup_per_zone_wmarks(z, 3, 4000, 25, &new, NULL);
	assert_int_equal(z[2]._watermark[WMARK_MIN], 128);
	/* share 10485 / 4 = 2621, scale 1048576 * 25 / 10000 = 2621.4 */
	assert_int_equal(z[2]._watermark[WMARK_LOW], 128 + 2621);
	setup_per_zone_wmarks(z, 3, 4000, 27, &new, NULL);
	assert_int_equal(z[2]._watermark[WMARK_LOW], 128 + 2831);
	memset(z, 0, sizeof(z));
	setup_per_zone_wmarks(z, 4, 4000, 10, &new, NULL);
	assert_int_equal(z[0]._watermark[WMARK_LOW], 0);
}

static void setup_per_zone_lowmem_reserve_divides_what_is_above(void **state)
{
	struct zone z[MAX_NR_ZONES] = { { .managed_pages = 3840 }, { .managed_pages = 114135 }, { .managed_pages = 0 },
					{ .managed_pages = 640 }, { .managed_pages = 0 } };
	static const int ratio[] = { 256, 256, 32, 0, 0 };

	(void)state;
	setup_per_zone_lowmem_reserve(z, ratio, NULL);
	assert_int_equal(z[0].lowmem_reserve[0], 0);
	assert_int_equal(z[0].lowmem_reserve[1], 445); /* seen */
	assert_int_equal(z[0].lowmem_reserve[3], 448); /* (114135 + 640) / 256 */
	assert_int_equal(z[1].lowmem_reserve[2], 0);
	assert_int_equal(z[1].lowmem_reserve[3], 2);
	assert_int_equal(z[1].lowmem_reserve[4], 2);
	assert_int_equal(z[2].lowmem_reserve[3], 0); /* it has no pages itself */
	assert_int_equal(z[3].lowmem_reserve[4], 0); /* ratio 0 */
	z[4].lowmem_reserve[4] = 9;
	z[2].managed_pages = 1;
	setup_per_zone_lowmem_reserve(z, ratio, NULL);
	assert_int_equal(z[2].lowmem_reserve[3], 20);
	assert_int_equal(z[4].lowmem_reserve[4], 9); /* the last zone is never touched */
}

static void boost_watermark_grows_in_blocks_to_its_limit(void **state)
{
	struct zone z = { .managed_pages = 114135, ._watermark = { 650, 812, 974, 1136 } };

	(void)state;
	assert_false(boost_watermark(&z, 0, NULL));
	assert_true(boost_watermark(&z, 15000, NULL));
	assert_int_equal(z.watermark_boost, 512);
	assert_true(boost_watermark(&z, 15000, NULL));
	assert_true(boost_watermark(&z, 15000, NULL));
	assert_int_equal(z.watermark_boost, 1461); /* seen */
	assert_false(boost_watermark(&z, 10, NULL)); /* 974 * 10 / 10000 is none */
	assert_int_equal(z.watermark_boost, 1461);
}

static void boost_watermark_spares_small_zones(void **state)
{
	struct zone z = { .managed_pages = 2047, ._watermark = { 0, 0, 100 } };
	struct rs_why why = { 0 };

	(void)state;
	assert_false(boost_watermark(&z, 15000, &why));
	assert_true(WHY_HAS(&why, boost_off));
	z.managed_pages = 2048;
	assert_true(boost_watermark(&z, 15000, NULL));
	assert_int_equal(z.watermark_boost, 512); /* the limit is at least a block */
	assert_true(boost_watermark(&z, 15000, NULL));
	assert_int_equal(z.watermark_boost, 512);
	z.watermark_boost = 0;
	z._watermark[WMARK_HIGH] = 0;
	assert_false(boost_watermark(&z, 15000, &why));
	assert_true(WHY_HAS(&why, boost_no_mark));
}

static void thresholds_follow_size_and_cpus(void **state)
{
	struct zone dma = { .managed_pages = 3840, ._watermark = { 22, 27, 32, 37 } };
	struct zone dma32 = { .managed_pages = 114135, ._watermark = { 650, 812, 974, 1136 }, .watermark_boost = 0 };

	(void)state;
	assert_int_equal(calculate_normal_threshold(&dma, 2), 4);
	assert_int_equal(calculate_normal_threshold(&dma, 16), 10);
	assert_int_equal(calculate_normal_threshold(&dma32, 2), 2 * 2 * 3); /* 114135 >> 15 = 3, fls 2 */
	dma32.managed_pages = 1 << 22; /* 16 GiB */
	assert_int_equal(calculate_normal_threshold(&dma32, 1024), 125);
	assert_int_equal(calculate_pressure_threshold(&dma, 2), 2);
	assert_int_equal(calculate_pressure_threshold(&dma, 6), 1);
	assert_int_equal(calculate_pressure_threshold(&dma32, 1), 125);
	assert_int_equal(calculate_pressure_threshold(&dma32, 2), 81);
	/* 2 CPUs * 4 > 27 - 22: seen, drift_mark=40 */
	assert_int_equal(refresh_zone_stat_thresholds(&dma, 2, NULL), 40);
	dma.watermark_boost = 3;
	assert_int_equal(refresh_zone_stat_thresholds(&dma, 2, NULL), 43);
	dma._watermark[WMARK_LOW] = 30;
	dma.percpu_drift_mark = 17;
	assert_int_equal(refresh_zone_stat_thresholds(&dma, 2, NULL), 17); /* 8 > 8 does not hold: left alone */
}

#define MASK(type) (1 << MIGRATE_##type)

/* The last free page count that fails with these flags: mark 1000, reserve 200, 30 high-atomic, 7 CMA. */
static int64_t fails_at(const struct rs_rules *rules, unsigned int flags)
{
	struct zone z = { .nr_free_highatomic = 30, .nr_free_cma = 7, .lowmem_reserve = { 0, 0, 200 } };
	int64_t free = 0;

	while (!__zone_watermark_ok(&z, 0, 1000, ZONE_NORMAL, flags, free, rules, NULL))
		free++;
	assert_true(__zone_watermark_ok(&z, 0, 1000, ZONE_NORMAL, flags, free + 1000, rules, NULL));
	assert_false(__zone_watermark_ok(&z, 0, 1000, ZONE_NORMAL, flags, -5, rules, NULL));
	return free - 1;
}

static void __zone_watermark_ok_lowers_the_mark_by_flags(void **state)
{
	static const struct {
		unsigned int flags;
		int64_t v5_10, v6_1, v7_2; /* the last count that fails */
	} rows[] = {
		{ 0, 1230, 1230, 1237 },
		{ ALLOC_CPUSET | ALLOC_KSWAPD, 1230, 1230, 1237 },
		{ ALLOC_CMA, 1230, 1230, 1230 },
		/* 1000 - 500; up to 5.10 this is no right to the high-atomic pages */
		{ ALLOC_MIN_RESERVE, 730, 700, 707 },
		{ ALLOC_NON_BLOCK, 950, 1200, 1207 }, /* 5.10: 1000 - 250 */
		{ ALLOC_MIN_RESERVE | ALLOC_NON_BLOCK, 575, 575, 582 }, /* 500 - 125 */
		{ ALLOC_OOM, 700, 700, 707 },
		{ ALLOC_OOM | ALLOC_NON_BLOCK, 700, 700, 707 },
		{ ALLOC_OOM | ALLOC_MIN_RESERVE, 450, 450, 457 },
		{ ALLOC_OOM | ALLOC_MIN_RESERVE | ALLOC_NON_BLOCK, 450, 388, 395 }, /* 375 - 187 */
		{ ALLOC_HIGHATOMIC, 1230, 1200, 1207 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rs_rules v5_10 = kernel_rules(V5_10), v6_1 = kernel_rules(V6_1), v7_2 = kernel_rules(V7_2);

		assert_int_equal(fails_at(&v5_10, rows[i].flags), rows[i].v5_10);
		assert_int_equal(fails_at(&v6_1, rows[i].flags), rows[i].v6_1);
		assert_int_equal(fails_at(&v7_2, rows[i].flags), rows[i].v7_2);
	}
}

static void __zone_watermark_ok_wants_a_block_of_the_right_type(void **state)
{
	static const struct {
		unsigned int order, block_order, mask, flags;
		bool v5_10, v6_12, v7_2;
	} rows[] = {
		{ 3, 3, MASK(UNMOVABLE), 0, true, true, true },
		{ 3, 3, MASK(MOVABLE), 0, true, true, true },
		{ 3, 3, MASK(RECLAIMABLE), 0, true, true, true },
		{ 3, 2, MASK(MOVABLE), 0, false, false, false },
		{ 3, 10, MASK(MOVABLE), 0, true, true, true },
		{ 10, 10, MASK(MOVABLE), 0, true, true, true },
		{ 3, 4, 0, 0, false, false, false },
		{ 3, 4, MASK(HIGHATOMIC), 0, false, false, false },
		{ 3, 4, MASK(HIGHATOMIC), ALLOC_OOM, true, true, true },
		{ 3, 4, MASK(HIGHATOMIC), ALLOC_HIGHATOMIC, false, true, true },
		{ 3, 4, MASK(HIGHATOMIC), ALLOC_NON_BLOCK, true, false, false },
		{ 3, 4, MASK(CMA), ALLOC_CMA, false, false, true },
		{ 3, 4, MASK(CMA), 0, false, false, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rs_rules v5_10 = kernel_rules(V5_10), v6_12 = kernel_rules(V6_12), v7_2 = kernel_rules(V7_2);
		struct zone z = { 0 };

		z.free_area[rows[i].block_order] = 1 << 8 | rows[i].mask;
#define OK(rules) __zone_watermark_ok(&z, rows[i].order, 10, 0, rows[i].flags, 100000, rules, NULL)
		assert_int_equal(OK(&v5_10), rows[i].v5_10);
		assert_int_equal(OK(&v6_12), rows[i].v6_12);
		assert_int_equal(OK(&v7_2), rows[i].v7_2);
		z.free_area[rows[i].block_order] = 0xff; /* types, but no block is counted */
		assert_false(OK(&v7_2));
#undef OK
	}
}

/* The pages of the block itself do not count: order 3 costs 7. */
static void __zone_watermark_ok_takes_the_block_off(void **state)
{
	struct rs_rules rules = kernel_rules(V6_12);
	struct zone z = { .free_area = { 0, 0, 0, 0x101 } };
	struct rs_why why = { 0 };

	(void)state;
	assert_false(__zone_watermark_ok(&z, 3, 100, 0, 0, 107, &rules, &why));
	assert_int_equal(why.nr, 1);
	assert_int_equal(why.step[0].branch, RS_BRANCH_mark_failed);
	assert_int_equal(why.step[0].operand[1], 7);
	assert_true(__zone_watermark_ok(&z, 3, 100, 0, 0, 108, &rules, &why));
	assert_true(WHY_HAS(&why, block_found));
}

static void zone_watermark_ok_safe_reads_precisely_below_the_drift_mark(void **state)
{
	struct rs_rules rules = kernel_rules(V6_1);
	struct zone z = { .nr_free_pages = 100, .nr_free_diff = -60, .percpu_drift_mark = 101 };

	(void)state;
	assert_false(zone_watermark_ok_safe(&z, 0, 50, 0, &rules, NULL));
	assert_true(zone_watermark_ok(&z, 0, 50, 0, 0, &rules, NULL));
	z.percpu_drift_mark = 100; /* 100 is not below */
	assert_true(zone_watermark_ok_safe(&z, 0, 50, 0, &rules, NULL));
	z.percpu_drift_mark = 0;
	assert_true(zone_watermark_ok_safe(&z, 0, 50, 0, &rules, NULL));
	z.percpu_drift_mark = 500;
	z.nr_free_diff = -300; /* negative is zero */
	assert_int_equal(rs_snapshot(z.nr_free_pages, z.nr_free_diff), 0);
	assert_false(zone_watermark_ok_safe(&z, 0, 0, 0, &rules, NULL));
	z.nr_free_diff = -99;
	assert_true(zone_watermark_ok_safe(&z, 0, 0, 0, &rules, NULL));
}

static void zone_watermark_fast_accepts_order_0_and_ignores_a_boost(void **state)
{
	struct rs_rules v6_1 = kernel_rules(V6_1), v6_12 = kernel_rules(V6_12);
	struct zone z = { .nr_free_pages = 131, .nr_free_highatomic = 20, .lowmem_reserve = { 10 },
			  ._watermark = { 100 } };
	struct rs_why why = { 0 };

	(void)state;
	/* 131 - 20 > 100 + 10 */
	assert_true(zone_watermark_fast(&z, 0, 100, 0, 0, 0, &v6_12, &why));
	assert_int_equal(why.nr, 1);
	assert_int_equal(why.step[0].branch, RS_BRANCH_mark_fast);
	z.nr_free_pages = 130;
	assert_false(zone_watermark_fast(&z, 0, 100, 0, 0, 0, &v6_12, NULL));
	z.nr_free_pages = 10; /* less than is reserved */
	assert_false(zone_watermark_fast(&z, 0, 0, 0, 0, 0, &v6_12, NULL));
	/* boosted by 400 the mark is 500; half of it still is too much, half of 100 is not */
	z = (struct zone){ .nr_free_pages = 100, ._watermark = { 100 }, .watermark_boost = 400 };
	assert_true(zone_watermark_fast(&z, 0, 500, 0, ALLOC_MIN_RESERVE, __GFP_HIGH, &v6_12, &why));
	assert_true(WHY_HAS(&why, boost_ignored));
	assert_false(zone_watermark_fast(&z, 0, 500, 0, ALLOC_NON_BLOCK, __GFP_ATOMIC, &v6_12, NULL));
	assert_false(zone_watermark_fast(&z, 0, 500, 0, ALLOC_MIN_RESERVE, __GFP_HIGH, &v6_1, NULL));
	assert_true(zone_watermark_fast(&z, 0, 500, 0, ALLOC_MIN_RESERVE, __GFP_ATOMIC, &v6_1, NULL));
	assert_false(zone_watermark_fast(&z, 0, 500, 0, ALLOC_MIN_RESERVE | WMARK_LOW, __GFP_HIGH, &v6_12, NULL));
	z.free_area[1] = 0x101;
	assert_false(zone_watermark_fast(&z, 1, 500, 0, ALLOC_MIN_RESERVE, __GFP_HIGH, &v6_12, NULL));
	assert_true(zone_watermark_fast(&z, 1, 180, 0, ALLOC_MIN_RESERVE, __GFP_HIGH, &v6_12, NULL));
	z.watermark_boost = 0;
	assert_false(zone_watermark_fast(&z, 0, 500, 0, ALLOC_MIN_RESERVE, __GFP_HIGH, &v6_12, NULL));
}

/* More free pages never turn a yes into a no; reasons never change an answer; the same twice is the same. */
static void __zone_watermark_ok_is_monotonic(void **state)
{
	uint64_t seed = 42;
	int i, k;

	(void)state;
	for (i = 0; i < 20000; i++) {
		struct rs_rules rules = kernel_rules(unit_random(&seed) % NR_KERNELS_UNDER_TEST);
		unsigned int order = unit_random(&seed) % NR_PAGE_ORDERS, flags = unit_random(&seed) & 0xfff;
		uint64_t mark = unit_random(&seed) % 5000;
		int64_t free = (int64_t)(unit_random(&seed) % 12000) - 1000;
		struct rs_why why = { 0 };
		struct zone z;
		bool ok, more;

		memset(&z, 0, sizeof(z));
		z.nr_free_highatomic = unit_random(&seed) % 600;
		z.nr_free_cma = unit_random(&seed) % 600;
		for (k = 0; k < MAX_NR_ZONES; k++)
			z.lowmem_reserve[k] = unit_random(&seed) % 500;
		for (k = 0; k < NR_PAGE_ORDERS; k++)
			z.free_area[k] = unit_random(&seed) % 3 ? unit_random(&seed) & 0x31f : 0;
		k = unit_random(&seed) % MAX_NR_ZONES;
		ok = __zone_watermark_ok(&z, order, mark, k, flags, free, &rules, &why);
		assert_int_equal(ok, __zone_watermark_ok(&z, order, mark, k, flags, free, &rules, NULL));
		more = __zone_watermark_ok(&z, order, mark, k, flags, free + unit_random(&seed) % 3000, &rules, NULL);
		assert_true(!ok || more);
		if (ok)
			assert_true(free > 0 && __zone_watermark_ok(&z, 0, mark, k, flags, free, &rules, NULL));
		assert_true(why.nr >= 1 && why.nr <= RS_WHY_STEPS);
	}
}

/* Marks rise, each zone's by the same distance, and together the shares are what was asked for. */
static void setup_per_zone_wmarks_gives_out_what_there_is(void **state)
{
	uint64_t seed = 7;
	int i, k;

	(void)state;
	for (i = 0; i < 3000; i++) {
		struct rs_rules rules = kernel_rules(unit_random(&seed) % NR_KERNELS_UNDER_TEST);
		int kbytes = 128 + unit_random(&seed) % 262016, scale = 10 + unit_random(&seed) % 2990;
		struct zone z[MAX_NR_ZONES];
		uint64_t sum = 0;

		memset(z, 0, sizeof(z));
		for (k = 0; k < MAX_NR_ZONES; k++) {
			z[k].idx = k;
			z[k].managed_pages = k == ZONE_DEVICE ? 0 : 1 + unit_random(&seed) % (1 << 24);
		}
		setup_per_zone_wmarks(z, MAX_NR_ZONES, kbytes, scale, &rules, NULL);
		for (k = 0; k < MAX_NR_ZONES; k++) {
			uint64_t *w = z[k]._watermark;

			assert_true(w[WMARK_LOW] >= w[WMARK_MIN]);
			assert_int_equal(w[WMARK_HIGH] - w[WMARK_LOW], w[WMARK_LOW] - w[WMARK_MIN]);
			if (!rules.movable_not_lowmem || k != ZONE_MOVABLE)
				sum += w[WMARK_MIN];
		}
		assert_true(sum <= (uint64_t)kbytes / 4 && sum + MAX_NR_ZONES > (uint64_t)kbytes / 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nr_free_buffer_pages_leaves_out_high_marks_and_movable),
		cmocka_unit_test(calculate_min_free_kbytes_is_the_root_within_bounds),
		cmocka_unit_test(set_recommended_min_free_kbytes_asks_for_blocks),
		cmocka_unit_test(setup_per_zone_wmarks_shares_and_clamps),
		cmocka_unit_test(setup_per_zone_lowmem_reserve_divides_what_is_above),
		cmocka_unit_test(boost_watermark_grows_in_blocks_to_its_limit),
		cmocka_unit_test(boost_watermark_spares_small_zones),
		cmocka_unit_test(thresholds_follow_size_and_cpus),
		cmocka_unit_test(__zone_watermark_ok_lowers_the_mark_by_flags),
		cmocka_unit_test(__zone_watermark_ok_wants_a_block_of_the_right_type),
		cmocka_unit_test(__zone_watermark_ok_takes_the_block_off),
		cmocka_unit_test(zone_watermark_ok_safe_reads_precisely_below_the_drift_mark),
		cmocka_unit_test(zone_watermark_fast_accepts_order_0_and_ignores_a_boost),
		cmocka_unit_test(__zone_watermark_ok_is_monotonic),
		cmocka_unit_test(setup_per_zone_wmarks_gives_out_what_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
