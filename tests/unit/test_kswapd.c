/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "../../src/model/kswapd.h"
#include "kernel_rules.h"
#include "unit.h"

/* Two managed zones, high marks 32 and 974, as seen in a guest of 512 MiB. */
static void guest_zones(struct zone z[MAX_NR_ZONES])
{
	memset(z, 0, sizeof(*z) * MAX_NR_ZONES);
	z[0] = (struct zone){ .managed_pages = 3840, ._watermark = { 22, 27, 32, 37 }, .nr_free_pages = 3808,
			      .lowmem_reserve = { 0, 445, 445, 445, 445 }, .percpu_drift_mark = 40 };
	z[1] = (struct zone){ .managed_pages = 114135, ._watermark = { 650, 812, 974, 1136 }, .nr_free_pages = 900,
			      .idx = ZONE_DMA32 };
}

static void pgdat_balanced_needs_one_zone(void **state)
{
	struct rs_rules v5_10 = kernel_rules(V5_10), v6_1 = kernel_rules(V6_1);
	struct rs_balance_mode plain = { 0 }, tiering = { .memory_tiering = true }, defrag = { .defrag_mode = true };
	struct zone z[MAX_NR_ZONES];
	struct rs_why why = { 0 };

	(void)state;
	guest_zones(z);
	assert_true(pgdat_balanced(z, 0, ZONE_DMA32, plain, &v6_1, &why));
	assert_true(WHY_HAS(&why, balanced_zone));
	z[0].nr_free_pages = 477; /* 32 + 445 is not enough */
	assert_false(pgdat_balanced(z, 0, ZONE_DMA32, plain, &v6_1, NULL));
	assert_true(pgdat_balanced(z, 0, ZONE_DMA, plain, &v6_1, NULL)); /* no reserve against its own */
	z[1].nr_free_pages = 975;
	assert_true(pgdat_balanced(z, 0, ZONE_DMA32, plain, &v6_1, NULL));
	assert_false(pgdat_balanced(z, 0, ZONE_DMA32, tiering, &v6_1, NULL));
	assert_true(pgdat_balanced(z, 0, ZONE_DMA32, tiering, &v5_10, NULL));
	z[1].nr_free_pages = 1137;
	assert_true(pgdat_balanced(z, 0, ZONE_DMA32, tiering, &v6_1, NULL));
	z[1].watermark_boost = 163;
	assert_false(pgdat_balanced(z, 0, ZONE_DMA32, plain, &v6_1, NULL));
	/* whole blocks count with defrag_mode, from order 1 on */
	z[1].watermark_boost = 0;
	z[1].free_area[4] = 0x102;
	assert_true(pgdat_balanced(z, 4, ZONE_DMA32, plain, &v6_1, NULL));
	assert_false(pgdat_balanced(z, 4, ZONE_DMA32, defrag, &v6_1, NULL));
	assert_true(pgdat_balanced(z, 0, ZONE_DMA32, defrag, &v6_1, NULL));
	z[1].nr_free_blocks = 990;
	assert_true(pgdat_balanced(z, 4, ZONE_DMA32, defrag, &v6_1, NULL));
	z[1].percpu_drift_mark = 2000;
	z[1].nr_free_blocks_diff = -2;
	assert_false(pgdat_balanced(z, 4, ZONE_DMA32, defrag, &v6_1, NULL));
	/* nothing managed is balanced */
	z[0].managed_pages = z[1].managed_pages = 0;
	z[0].nr_free_pages = z[1].nr_free_pages = 0;
	memset(&why, 0, sizeof(why));
	assert_true(pgdat_balanced(z, 0, ZONE_DMA32, plain, &v6_1, &why));
	assert_true(WHY_HAS(&why, balanced_none));
}

static void wakeup_kswapd_branches(void **state)
{
	static const struct {
		struct wakeup_kswapd in;
		int order, zone;
		enum rs_wakeup wakeup;
		bool asks;
	} rows[] = {
		/* managed, cpuset, gfp, order, zone, kswapd: order, zone, failures, waits, balanced, boost */
		{ { 0, 1, 0x400, 3, 2, 0, 5, 0, 1, 0, { 0 } }, 0, 5, RS_WAKEUP_NONE, false },
		{ { 9, 0, 0x400, 3, 2, 0, 5, 0, 1, 0, { 0 } }, 0, 5, RS_WAKEUP_NONE, false },
		{ { 9, 1, 0x400, 3, 2, 0, 5, 0, 0, 0, { 0 } }, 3, 2, RS_WAKEUP_NONE, false },
		{ { 9, 1, 0x400, 3, 2, 4, 1, 0, 0, 0, { 0 } }, 4, 2, RS_WAKEUP_NONE, false },
		{ { 9, 1, 0x400, 3, 1, 3, 2, 0, 0, 0, { 0 } }, 3, 2, RS_WAKEUP_NONE, false },
		{ { 9, 1, 0x400, 3, 2, 0, 5, 0, 1, 0, { 0 } }, 3, 2, RS_WAKEUP_KSWAPD, true },
		{ { 9, 1, 0x400, 3, 2, 0, 5, 15, 1, 0, { 0 } }, 3, 2, RS_WAKEUP_KSWAPD, true },
		{ { 9, 1, 0x400, 3, 2, 0, 5, 16, 1, 0, { 0 } }, 3, 2, RS_WAKEUP_NONE, false },
		{ { 9, 1, 0x800, 3, 2, 0, 5, 16, 1, 0, { 0 } }, 3, 2, RS_WAKEUP_KCOMPACTD, false },
		{ { 9, 1, 0x400, 3, 2, 0, 5, 0, 1, 1, { 0 } }, 3, 2, RS_WAKEUP_NONE, true },
		{ { 9, 1, 0x000, 3, 2, 0, 5, 0, 1, 1, { 0 } }, 3, 2, RS_WAKEUP_KCOMPACTD, true },
		{ { 9, 1, 0x000, 0, 1, 0, 5, 0, 1, 1, { 0, 1461 } }, 0, 1, RS_WAKEUP_KSWAPD, true }, /* seen */
		{ { 9, 1, 0x000, 0, 1, 0, 5, 0, 1, 1, { 0, 0, 512 } }, 0, 1, RS_WAKEUP_KCOMPACTD, true },
		{ { 9, 1, 0x000, 0, 0, 0, 5, 0, 1, 1, { 1 } }, 0, 0, RS_WAKEUP_KSWAPD, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rs_why why = { 0 };
		struct rs_wakeup_result r = wakeup_kswapd(&rows[i].in, &why);

		assert_int_equal(r.kswapd_order, rows[i].order);
		assert_int_equal(r.kswapd_highest_zoneidx, rows[i].zone);
		assert_int_equal(r.wakeup, rows[i].wakeup);
		assert_int_equal(r.asks_balanced, rows[i].asks);
		assert_int_equal(why.nr, 1);
	}
	assert_int_equal(wake_all_kswapds_order(3, false), 3);
	assert_int_equal(wake_all_kswapds_order(3, true), 9);
	assert_int_equal(wake_all_kswapds_order(9, true), 9);
	assert_int_equal(wake_all_kswapds_order(10, true), 10);
}

static void prepare_kswapd_sleep_when_balanced_or_hopeless(void **state)
{
	(void)state;
	assert_false(prepare_kswapd_sleep(15, false, NULL));
	assert_true(prepare_kswapd_sleep(16, false, NULL));
	assert_true(prepare_kswapd_sleep(0, true, NULL));
}

/* One turn of kswapd: nap, sleep, woken for order 3, served for order 0 only, and to bed again. */
static void kswapd_next_goes_round(void **state)
{
	struct kswapd k;

	(void)state;
	kswapd_init(&k, 2, 1);
	assert_int_equal(k.step, KSWAPD_PREPARE_NAP);
	assert_int_equal(k.highest_zoneidx, 1);
	kswapd_init(&k, 0, MAX_NR_ZONES);
	assert_int_equal(k.highest_zoneidx, MAX_NR_ZONES - 1);
	kswapd_next(&k, &(struct kswapd_result){ .may_sleep = true }, NULL);
	assert_int_equal(k.step, KSWAPD_NAP);
	kswapd_next(&k, &(struct kswapd_result){ .napped = true }, NULL);
	assert_int_equal(k.step, KSWAPD_PREPARE_SLEEP);
	kswapd_next(&k, &(struct kswapd_result){ .may_sleep = true }, NULL);
	assert_int_equal(k.step, KSWAPD_SLEEP);
	kswapd_next(&k, &(struct kswapd_result){ .kswapd_order = 3, .kswapd_highest_zoneidx = 2 }, NULL);
	assert_int_equal(k.step, KSWAPD_BALANCE);
	assert_int_equal(k.alloc_order, 3);
	assert_int_equal(k.highest_zoneidx, 2);
	/* less than asked for: back to bed for what was done, compaction for what was asked */
	kswapd_next(&k, &(struct kswapd_result){ .reclaim_order = 0, .kswapd_order = 7, .kswapd_highest_zoneidx = 1 }, NULL);
	assert_int_equal(k.step, KSWAPD_PREPARE_NAP);
	assert_int_equal(k.alloc_order, 3);
	assert_int_equal(k.reclaim_order, 0);
	assert_int_equal(k.highest_zoneidx, 2);
	/* not balanced: no nap, and asked once more, the request is taken up */
	kswapd_next(&k, &(struct kswapd_result){ 0 }, NULL);
	assert_int_equal(k.step, KSWAPD_PREPARE_SLEEP);
	kswapd_next(&k, &(struct kswapd_result){ .kswapd_order = 7, .kswapd_highest_zoneidx = MAX_NR_ZONES }, NULL);
	assert_int_equal(k.step, KSWAPD_BALANCE);
	assert_int_equal(k.alloc_order, 7);
	assert_int_equal(k.highest_zoneidx, 2);
	/* all of it: what is asked for now is what it may sleep for */
	kswapd_next(&k, &(struct kswapd_result){ .reclaim_order = 7, .kswapd_order = 4, .kswapd_highest_zoneidx = 1 }, NULL);
	assert_int_equal(k.alloc_order, 4);
	assert_int_equal(k.reclaim_order, 4);
	assert_int_equal(k.highest_zoneidx, 1);
	/* woken early from the nap: the larger order is kept */
	kswapd_next(&k, &(struct kswapd_result){ .may_sleep = true }, NULL);
	kswapd_next(&k, &(struct kswapd_result){ .kswapd_order = 1, .kswapd_highest_zoneidx = 2 }, NULL);
	assert_int_equal(k.step, KSWAPD_BALANCE);
	assert_int_equal(k.alloc_order, 4);
	assert_int_equal(k.highest_zoneidx, 2);
	/* and after a nap that was long enough but in vain */
	k.step = KSWAPD_NAP;
	kswapd_next(&k, &(struct kswapd_result){ .napped = true }, NULL);
	kswapd_next(&k, &(struct kswapd_result){ .kswapd_order = 1, .kswapd_highest_zoneidx = 0 }, NULL);
	assert_int_equal(k.step, KSWAPD_BALANCE);
	assert_int_equal(k.alloc_order, 1);
	k.step = KSWAPD_NAP;
	k.reclaim_order = 4;
	kswapd_next(&k, &(struct kswapd_result){ .kswapd_order = 6, .kswapd_highest_zoneidx = 0 }, NULL);
	assert_int_equal(k.alloc_order, 6);
}

static void kswapd_shrink_node_target_sums_high_marks(void **state)
{
	struct zone z[MAX_NR_ZONES];

	(void)state;
	guest_zones(z);
	assert_int_equal(kswapd_shrink_node_target(z, ZONE_DMA32), 32 + 974);
	assert_int_equal(kswapd_shrink_node_target(z, ZONE_DMA), 32);
	z[0]._watermark[WMARK_HIGH] = 31; /* 32 at least */
	z[1].watermark_boost = 100;
	z[2]._watermark[WMARK_HIGH] = 5000; /* not managed */
	assert_int_equal(kswapd_shrink_node_target(z, ZONE_NORMAL), 32 + 1074);
}

static void kswapd_clears_failures_by_kernel(void **state)
{
	struct rs_rules old = kernel_rules(V6_18), new = kernel_rules(V7_2);

	(void)state;
	assert_true(kswapd_clears_failures(true, false, &old));
	assert_false(kswapd_clears_failures(true, false, &new));
	assert_true(kswapd_clears_failures(true, true, &new));
	assert_false(kswapd_clears_failures(false, true, &old));
}

struct run {
	struct rs_rules rules;
	struct zone z[MAX_NR_ZONES];
	struct balance_pgdat b;
	bool laptop_mode;
};

static void tested(struct run *r, bool balanced)
{
	struct balance_pgdat_test t = { balanced, r->laptop_mode, -1, r->z };

	assert_int_equal(r->b.step, BALANCE_PGDAT_TEST);
	balance_pgdat_tested(&r->b, &t, &r->rules, NULL);
}

/* One shrink_node(): scanned so much, reclaimed so much more. */
static void shrunk(struct run *r, uint64_t nr_scanned, uint64_t progress)
{
	struct balance_pgdat_shrunk s = { r->b.priority, nr_scanned, r->b.nr_reclaimed + progress, false, false };

	assert_int_equal(r->b.step, BALANCE_PGDAT_SHRINK);
	balance_pgdat_shrunk(&r->b, &s, &r->rules, NULL);
}

static struct run run_of(enum kernel_under_test v, int order, uint64_t boost)
{
	struct run r = { .rules = kernel_rules(v) };

	guest_zones(r.z);
	r.z[1].watermark_boost = boost;
	balance_pgdat_begin(&r.b, r.z, order, ZONE_DMA32, NULL);
	return r;
}

static void balance_pgdat_raises_priority_until_enough_is_scanned(void **state)
{
	struct run r = run_of(V6_1, 0, 0);

	(void)state;
	tested(&r, false);
	assert_int_equal(r.b.priority, 12);
	assert_int_equal(r.b.nr_to_reclaim, 1006);
	assert_true(r.b.may_writepage && r.b.may_swap);
	assert_int_equal(r.b.reclaim_idx, ZONE_DMA32);
	shrunk(&r, 1005, 100); /* one too few */
	tested(&r, false);
	assert_int_equal(r.b.priority, 11);
	shrunk(&r, 1006, 100);
	tested(&r, false);
	assert_int_equal(r.b.priority, 11);
	shrunk(&r, 2000, 0); /* scanned, but nothing came of it */
	tested(&r, false);
	assert_int_equal(r.b.priority, 10);
	shrunk(&r, 10, 2000); /* up to 6.1 what was reclaimed does not count */
	tested(&r, false);
	assert_int_equal(r.b.priority, 9);
	shrunk(&r, 5000, 1);
	tested(&r, true);
	assert_int_equal(r.b.step, BALANCE_PGDAT_DONE);
	assert_int_equal(r.b.nr_reclaimed, 2201);
	assert_false(r.b.failed);

	r = run_of(V6_12, 0, 0);
	tested(&r, false);
	shrunk(&r, 10, 1006);
	tested(&r, false);
	assert_int_equal(r.b.priority, 12);
	/* the one before does not count again */
	shrunk(&r, 10, 1005);
	tested(&r, false);
	assert_int_equal(r.b.priority, 11);
}

static void balance_pgdat_gives_up_after_priority_1(void **state)
{
	enum kernel_under_test v;

	(void)state;
	for (v = V5_10; v < NR_KERNELS_UNDER_TEST; v++) {
		struct run r = run_of(v, 0, 0);
		int i;

		for (i = 12; i >= 1; i--) {
			tested(&r, false);
			assert_int_equal(r.b.priority, i);
			shrunk(&r, 100000, 0);
		}
		assert_int_equal(r.b.step, BALANCE_PGDAT_DONE);
		assert_true(r.b.failed);
		assert_int_equal(r.b.priority, 0);
	}
}

static void balance_pgdat_retries_without_trimming_the_cache(void **state)
{
	enum kernel_under_test v;

	(void)state;
	for (v = V6_1; v <= V6_12; v++) {
		struct run r = run_of(v, 0, 0);
		struct balance_pgdat_shrunk s = { 1, 50, 0, true, false };
		struct rs_why why = { 0 };

		tested(&r, false);
		balance_pgdat_shrunk(&r.b, &s, &r.rules, &why);
		assert_int_equal(r.b.step, v == V6_1 ? BALANCE_PGDAT_DONE : BALANCE_PGDAT_TEST);
		assert_int_equal(WHY_HAS(&why, balance_without_trim), v != V6_1);
		if (v == V6_1)
			continue;
		assert_int_equal(r.b.priority, 12);
		assert_true(r.b.no_cache_trim_mode);
		tested(&r, false);
		balance_pgdat_shrunk(&r.b, &s, &r.rules, NULL); /* once only */
		assert_int_equal(r.b.step, BALANCE_PGDAT_DONE);
		assert_true(r.b.failed);
		/* stopped early, or with something reclaimed, it does not */
		r = run_of(v, 0, 0);
		tested(&r, false);
		s = (struct balance_pgdat_shrunk){ 1, 50, 0, true, true };
		balance_pgdat_shrunk(&r.b, &s, &r.rules, NULL);
		assert_int_equal(r.b.step, BALANCE_PGDAT_DONE);
		assert_int_equal(r.b.priority, 1);
		r = run_of(v, 0, 0);
		tested(&r, false);
		s = (struct balance_pgdat_shrunk){ 1, 50, 7, true, false };
		balance_pgdat_shrunk(&r.b, &s, &r.rules, NULL);
		assert_int_equal(r.b.step, BALANCE_PGDAT_DONE);
		assert_false(r.b.failed);
	}
}

static void balance_pgdat_drops_the_order_once_the_gap_is_reclaimed(void **state)
{
	struct run r = run_of(V6_18, 9, 0);

	(void)state;
	tested(&r, false);
	shrunk(&r, 10, 1023); /* compact_gap(9) is 1024 */
	assert_int_equal(r.b.order, 9);
	tested(&r, false);
	shrunk(&r, 10, 1);
	assert_int_equal(r.b.order, 0);
	r = run_of(V7_2, 9, 0);
	tested(&r, false);
	shrunk(&r, 10, 31);
	assert_int_equal(r.b.order, 9);
	tested(&r, false);
	shrunk(&r, 10, 1);
	assert_int_equal(r.b.order, 0);
}

static void balance_pgdat_works_off_a_boost(void **state)
{
	struct run r = run_of(V6_12, 0, 1000);

	(void)state;
	assert_true(r.b.boosted);
	tested(&r, true);
	assert_int_equal(r.b.step, BALANCE_PGDAT_SHRINK);
	assert_false(r.b.may_writepage || r.b.may_swap);
	assert_int_equal(r.b.nr_to_reclaim, 2006);
	shrunk(&r, 100, 400);
	tested(&r, true);
	assert_int_equal(r.b.nr_boost_reclaim, 600);
	assert_int_equal(r.b.priority, 11);
	shrunk(&r, 100, 1);
	tested(&r, true);
	assert_int_equal(r.b.priority, 10);
	shrunk(&r, 100, 1); /* it does not go below 10 for a boost */
	tested(&r, true);
	assert_int_equal(r.b.priority, 10);
	shrunk(&r, 100, 700);
	tested(&r, true);
	assert_int_equal(r.b.step, BALANCE_PGDAT_DONE);
	assert_int_equal(balance_pgdat_boost_left(&r.b, ZONE_DMA32, 1512), 512);
	assert_int_equal(balance_pgdat_boost_left(&r.b, ZONE_DMA32, 200), 0);
	assert_int_equal(balance_pgdat_boost_left(&r.b, ZONE_DMA, 200), 200);

	/* not balanced: the boost is forgotten, and all begins again */
	r = run_of(V6_12, 0, 1000);
	tested(&r, true);
	shrunk(&r, 100, 1);
	tested(&r, false);
	assert_int_equal(r.b.step, BALANCE_PGDAT_TEST);
	assert_int_equal(r.b.priority, 12);
	assert_int_equal(r.b.nr_boost_reclaim, 0);
	tested(&r, false);
	assert_true(r.b.may_writepage && r.b.may_swap);

	/* no progress for a boost: over, and on 7.2 no failure */
	r = run_of(V6_18, 0, 1000);
	tested(&r, true);
	shrunk(&r, 100, 0);
	assert_int_equal(r.b.step, BALANCE_PGDAT_DONE);
	assert_true(r.b.failed);
	r = run_of(V7_2, 0, 1000);
	tested(&r, true);
	shrunk(&r, 100, 0);
	assert_false(r.b.failed);
	/* a zone without pages has no boost to count */
	r.z[1].managed_pages = 0;
	balance_pgdat_begin(&r.b, r.z, 0, ZONE_DMA32, NULL);
	assert_false(r.b.boosted);
	r.z[0].watermark_boost = 3;
	balance_pgdat_begin(&r.b, r.z, 0, ZONE_DMA32, NULL);
	assert_int_equal(r.b.nr_boost_reclaim, 3);
	assert_int_equal(r.b.zone_boosts[0], 3);
	r.z[2] = r.z[0];
	r.z[0].watermark_boost = 0;
	r.z[2].watermark_boost = 5; /* above the zone asked for */
	balance_pgdat_begin(&r.b, r.z, 0, ZONE_DMA32, NULL);
	assert_false(r.b.boosted);
}

static void balance_pgdat_may_write_by_laptop_mode_and_priority(void **state)
{
	struct run r = run_of(V6_18, 0, 0);
	int i;

	(void)state;
	r.laptop_mode = true;
	for (i = 12; i >= 8; i--) {
		tested(&r, false);
		assert_int_equal(r.b.may_writepage, i < 10);
		shrunk(&r, 1, 1);
	}
	r = run_of(V7_2, 0, 0);
	r.laptop_mode = true; /* has no meaning any more */
	tested(&r, false);
	assert_true(r.b.may_writepage);
}

static void balance_pgdat_takes_priority_and_zone_from_outside(void **state)
{
	struct run r = run_of(V6_12, 0, 0);
	struct balance_pgdat_test t = { false, false, ZONE_NORMAL, r.z };
	struct balance_pgdat_shrunk s = { 7, 10, 5, false, false };

	(void)state;
	r.z[2] = (struct zone){ .managed_pages = 1, ._watermark = { 0, 0, 50 } };
	balance_pgdat_tested(&r.b, &t, &r.rules, NULL);
	assert_int_equal(r.b.reclaim_idx, ZONE_NORMAL);
	assert_int_equal(r.b.nr_to_reclaim, 1056);
	t.buffer_heads_idx = 0;
	balance_pgdat_tested(&r.b, &t, &r.rules, NULL);
	assert_int_equal(r.b.reclaim_idx, 0);
	balance_pgdat_shrunk(&r.b, &s, &r.rules, NULL);
	assert_int_equal(r.b.priority, 6);
}

/* Whatever the world does: it ends, priority stays in range, and nothing reclaimed is the only failure. */
static void balance_pgdat_always_ends(void **state)
{
	uint64_t seed = 3;
	int i, steps;

	(void)state;
	for (i = 0; i < 3000; i++) {
		enum kernel_under_test v = unit_random(&seed) % NR_KERNELS_UNDER_TEST;
		struct run r = run_of(v, unit_random(&seed) % 11, unit_random(&seed) % 3 ? 0 : unit_random(&seed) % 3000);
		uint64_t zones = 2 + unit_random(&seed) % 8;

		for (steps = 0; r.b.step != BALANCE_PGDAT_DONE; steps++) {
			assert_true(steps < 1000);
			if (r.b.step == BALANCE_PGDAT_TEST) {
				tested(&r, unit_random(&seed) % 16 == 0);
				continue;
			}
			assert_true(r.b.priority >= 1 && r.b.priority <= DEF_PRIORITY);
			assert_int_equal(r.b.may_swap, r.b.nr_boost_reclaim == 0);
			shrunk(&r, unit_random(&seed) % 2000, unit_random(&seed) % zones ? 0 : unit_random(&seed) % 500);
		}
		assert_true(!r.b.failed || !r.b.nr_reclaimed);
		assert_true(r.b.nr_boost_reclaim <= 3000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pgdat_balanced_needs_one_zone),
		cmocka_unit_test(wakeup_kswapd_branches),
		cmocka_unit_test(prepare_kswapd_sleep_when_balanced_or_hopeless),
		cmocka_unit_test(kswapd_next_goes_round),
		cmocka_unit_test(kswapd_shrink_node_target_sums_high_marks),
		cmocka_unit_test(kswapd_clears_failures_by_kernel),
		cmocka_unit_test(balance_pgdat_raises_priority_until_enough_is_scanned),
		cmocka_unit_test(balance_pgdat_gives_up_after_priority_1),
		cmocka_unit_test(balance_pgdat_retries_without_trimming_the_cache),
		cmocka_unit_test(balance_pgdat_drops_the_order_once_the_gap_is_reclaimed),
		cmocka_unit_test(balance_pgdat_works_off_a_boost),
		cmocka_unit_test(balance_pgdat_may_write_by_laptop_mode_and_priority),
		cmocka_unit_test(balance_pgdat_takes_priority_and_zone_from_outside),
		cmocka_unit_test(balance_pgdat_always_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
