/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "../../src/model/direct_reclaim.h"
#include "kernel_rules.h"
#include "unit.h"

static void zone_reclaimable_pages_counts_lists(void **state)
{
	struct rs_rules v6_12 = kernel_rules(V6_12), v6_18 = kernel_rules(V6_18);
	struct zone_reclaimable_pages in = { 1, 20, 300, 4000, 77, true };
	struct rs_why why = { 0 };

	(void)state;
	assert_int_equal(zone_reclaimable_pages(&in, &v6_12, NULL), 4321);
	in.can_reclaim_anon = false;
	assert_int_equal(zone_reclaimable_pages(&in, &v6_12, NULL), 21);
	in.inactive_file = in.active_file = 0;
	assert_int_equal(zone_reclaimable_pages(&in, &v6_12, &why), 77);
	assert_true(WHY_HAS(&why, reclaimable_is_free));
	assert_int_equal(zone_reclaimable_pages(&in, &v6_18, NULL), 0);
}

static void allow_direct_reclaim_wants_half_of_the_reserve(void **state)
{
	struct rs_rules v6_1 = kernel_rules(V6_1), v6_12 = kernel_rules(V6_12), v6_18 = kernel_rules(V6_18);
	struct zone z[ZONE_NORMAL + 1] = {
		{ .managed_pages = 10, ._watermark = { 22 }, .nr_free_pages = 5 },
		{ .managed_pages = 10, ._watermark = { 79 }, .nr_free_pages = 46 },
		{ .managed_pages = 0, ._watermark = { 999 }, .nr_free_pages = 99 },
	};
	struct allow_direct_reclaim in = { z, { 1, 1, 1 }, 0, true, ZONE_MOVABLE };
	struct rs_allow_result r;

	(void)state;
	r = allow_direct_reclaim(&in, &v6_12, NULL); /* 51 > 101 / 2 */
	assert_true(r.allowed && !r.wakes_kswapd);
	assert_int_equal(r.kswapd_highest_zoneidx, ZONE_MOVABLE);
	z[ZONE_NORMAL].managed_pages = 10; /* it counts, with the reserve that it has */
	assert_false(allow_direct_reclaim(&in, &v6_12, NULL).allowed);
	z[ZONE_NORMAL].managed_pages = 0;
	z[1].nr_free_diff = -1;
	r = allow_direct_reclaim(&in, &v6_12, NULL);
	assert_false(r.allowed);
	assert_true(r.wakes_kswapd);
	assert_int_equal(r.kswapd_highest_zoneidx, ZONE_NORMAL);
	assert_true(allow_direct_reclaim(&in, &v6_1, NULL).allowed); /* the cached counter, there */
	in.kswapd_waits = false;
	r = allow_direct_reclaim(&in, &v6_12, NULL);
	assert_false(r.allowed || r.wakes_kswapd);
	assert_int_equal(r.kswapd_highest_zoneidx, ZONE_MOVABLE);
	in.kswapd_waits = true;
	in.kswapd_highest_zoneidx = ZONE_DMA;
	assert_int_equal(allow_direct_reclaim(&in, &v6_12, NULL).kswapd_highest_zoneidx, ZONE_DMA);
	in.kswapd_failures = 16;
	assert_true(allow_direct_reclaim(&in, &v6_12, NULL).allowed);
	in.kswapd_failures = 15;
	z[1].watermark_boost = 100;
	assert_false(allow_direct_reclaim(&in, &v6_12, NULL).allowed);
	/* nothing reclaimable: the zone does not count, unless 6.18 finds nothing free either */
	in.reclaimable[1] = 0;
	z[0].nr_free_pages = 12;
	assert_true(allow_direct_reclaim(&in, &v6_12, NULL).allowed);
	assert_true(allow_direct_reclaim(&in, &v6_18, NULL).allowed);
	z[1].nr_free_pages = 1; /* and the CPUs have taken it */
	assert_false(allow_direct_reclaim(&in, &v6_18, NULL).allowed);
	assert_true(allow_direct_reclaim(&in, &v6_12, NULL).allowed);
	in.reclaimable[0] = 0;
	assert_true(allow_direct_reclaim(&in, &v6_12, NULL).allowed); /* no reserve at all */
}

static void throttle_direct_reclaim_chooses_the_wait(void **state)
{
	struct throttle_direct_reclaim in = { 0xcc0, 0, false, true, false };

	(void)state;
	assert_int_equal(throttle_direct_reclaim(&in, NULL), RS_DIRECT_THROTTLE_KILLABLE);
	in.gfp = 0xc40;
	assert_int_equal(throttle_direct_reclaim(&in, NULL), RS_DIRECT_THROTTLE_TIMEOUT);
	in.allowed = true;
	assert_int_equal(throttle_direct_reclaim(&in, NULL), RS_DIRECT_THROTTLE_NONE);
	in.allowed = false;
	in.has_zone = false;
	assert_int_equal(throttle_direct_reclaim(&in, NULL), RS_DIRECT_THROTTLE_NONE);
	in.has_zone = true;
	in.fatal_signal_pending = true;
	assert_int_equal(throttle_direct_reclaim(&in, NULL), RS_DIRECT_THROTTLE_NONE);
	in.fatal_signal_pending = false;
	in.task_flags = PF_KTHREAD;
	assert_int_equal(throttle_direct_reclaim(&in, NULL), RS_DIRECT_THROTTLE_NONE);
	in.task_flags = PF_KSWAPD;
	assert_int_equal(throttle_direct_reclaim(&in, NULL), RS_DIRECT_THROTTLE_TIMEOUT);
}

static void shrink_zones_visits_each_node_once_in_a_row(void **state)
{
	static const struct rs_shrink_zone zones[] = {
		{ 1, false, false }, { 0, true, true }, { 2, true, false }, { 2, true, false }, { 0, true, false },
	};
	struct rs_shrink_zones_result r;
	int nids[5];

	(void)state;
	r = shrink_zones(&(struct shrink_zones){ zones, 5, false, 4, nids }, NULL);
	assert_int_equal(r.nr_nids, 2);
	assert_int_equal(nids[0], 2);
	assert_int_equal(nids[1], 0);
	assert_int_equal(r.first_nid, 2);
	assert_true(r.compaction_ready);
	/* order 3 is not costly: compaction is not asked */
	r = shrink_zones(&(struct shrink_zones){ zones, 5, false, 3, nids }, NULL);
	assert_int_equal(r.nr_nids, 3);
	assert_int_equal(nids[0], 0);
	assert_int_equal(r.first_nid, 0);
	assert_false(r.compaction_ready);
	/* for a cgroup neither cpuset nor compaction count */
	r = shrink_zones(&(struct shrink_zones){ zones, 5, true, 9, nids }, NULL);
	assert_int_equal(r.nr_nids, 4);
	assert_int_equal(r.first_nid, 1);
	assert_false(r.compaction_ready);
	r = shrink_zones(&(struct shrink_zones){ zones, 1, false, 0, nids }, NULL);
	assert_int_equal(r.nr_nids, 0);
	assert_int_equal(r.first_nid, -1);
}

static struct rs_shrink_zones_end end_of(const struct do_try_to_free_pages *d, uint64_t nr_reclaimed)
{
	return (struct rs_shrink_zones_end){ d->priority, nr_reclaimed, false, d->skipped_deactivate,
					     d->memcg_low_skipped };
}

static void next(struct do_try_to_free_pages *d, struct rs_shrink_zones_end end, enum kernel_under_test v)
{
	struct rs_rules rules = kernel_rules(v);

	do_try_to_free_pages_next(d, &end, &rules, NULL);
}

static void do_try_to_free_pages_lowers_priority_until_enough(void **state)
{
	struct do_try_to_free_pages d;

	(void)state;
	do_try_to_free_pages_begin(&d, 12, 32, false);
	next(&d, end_of(&d, 31), V6_1);
	assert_false(d.done);
	assert_int_equal(d.priority, 11);
	next(&d, end_of(&d, 32), V6_1);
	assert_true(d.done);
	assert_int_equal(d.ret, 32);
	assert_int_equal(d.priority, 11);
	/* compaction can go on: 1 even if nothing was reclaimed */
	do_try_to_free_pages_begin(&d, 12, 32, true);
	next(&d, (struct rs_shrink_zones_end){ 12, 0, true, false, false }, V6_12);
	assert_true(d.done);
	assert_int_equal(d.ret, 1);
	do_try_to_free_pages_begin(&d, 12, 32, true);
	next(&d, (struct rs_shrink_zones_end){ 12, 7, true, false, false }, V6_12);
	assert_int_equal(d.ret, 7);
	/* the last round is priority 0 */
	do_try_to_free_pages_begin(&d, 1, 32, true);
	next(&d, end_of(&d, 3), V6_12);
	assert_false(d.done);
	assert_int_equal(d.priority, 0);
	next(&d, end_of(&d, 3), V6_12);
	assert_true(d.done);
	assert_int_equal(d.ret, 3);
	/* priority as it comes out of the round */
	do_try_to_free_pages_begin(&d, 12, 32, true);
	next(&d, (struct rs_shrink_zones_end){ 5, 0, false, false, false }, V6_12);
	assert_int_equal(d.priority, 4);
}

static void do_try_to_free_pages_may_write_in_laptop_mode_below_10(void **state)
{
	struct do_try_to_free_pages d;
	int i;

	(void)state;
	do_try_to_free_pages_begin(&d, 12, 32, false);
	for (i = 12; i >= 8; i--) {
		assert_int_equal(d.may_writepage, i < 9);
		next(&d, end_of(&d, 0), V6_18);
	}
	do_try_to_free_pages_begin(&d, 5, 32, false);
	next(&d, end_of(&d, 0), V7_2);
	assert_false(d.may_writepage);
}

/* Nothing at all: all memcgs, then active lists, then memory.low, in this order and once each. */
static void do_try_to_free_pages_retries_in_order(void **state)
{
	enum kernel_under_test v;

	(void)state;
	for (v = V5_10; v < NR_KERNELS_UNDER_TEST; v++) {
		struct do_try_to_free_pages d;
		int rounds = 0;

		do_try_to_free_pages_begin(&d, 0, 32, true);
		if (v >= V6_12) {
			next(&d, (struct rs_shrink_zones_end){ 0, 0, false, true, true }, v);
			assert_true(!d.done && d.memcg_full_walk && !d.force_deactivate && d.skipped_deactivate);
		}
		next(&d, (struct rs_shrink_zones_end){ 0, 0, false, true, true }, v);
		assert_true(!d.done && d.force_deactivate && !d.skipped_deactivate && d.memcg_low_skipped);
		next(&d, (struct rs_shrink_zones_end){ 0, 0, false, false, true }, v);
		assert_true(!d.done && !d.force_deactivate && d.memcg_low_reclaim && !d.memcg_low_skipped);
		next(&d, (struct rs_shrink_zones_end){ 0, 0, false, false, false }, v);
		assert_true(d.done);
		assert_int_equal(d.ret, 0);
		/* each begins at the first priority again */
		for (do_try_to_free_pages_begin(&d, 12, 32, true); !d.done; rounds++) {
			assert_true(d.priority >= 0 && d.priority <= 12);
			next(&d, end_of(&d, 0), v);
		}
		assert_int_equal(rounds, v >= V6_12 ? 26 : 13);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zone_reclaimable_pages_counts_lists),
		cmocka_unit_test(allow_direct_reclaim_wants_half_of_the_reserve),
		cmocka_unit_test(throttle_direct_reclaim_chooses_the_wait),
		cmocka_unit_test(shrink_zones_visits_each_node_once_in_a_row),
		cmocka_unit_test(do_try_to_free_pages_lowers_priority_until_enough),
		cmocka_unit_test(do_try_to_free_pages_may_write_in_laptop_mode_below_10),
		cmocka_unit_test(do_try_to_free_pages_retries_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
