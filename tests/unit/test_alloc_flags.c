/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "../../src/model/alloc_flags.h"
#include "kernel_rules.h"
#include "unit.h"

#define GFP_KERNEL 0xcc0u
#define GFP_HIGHUSER_MOVABLE 0x100ccau
#define GFP_ATOMIC_OLD 0xa20u
#define GFP_ATOMIC 0x820u
#define GFP_NOWAIT 0x800u

/* The values are those that __zone_watermark_ok() was seen with on these kernels. */
static void gfp_to_alloc_flags_of_each_kernel(void **state)
{
	static const struct {
		uint32_t gfp;
		unsigned int order;
		bool rt, in_task, defrag;
		unsigned int v5_10, v6_12, v7_2;
	} rows[] = {
		{ GFP_KERNEL, 0, 0, 1, 0, 0x840, 0x840, 0x840 },
		{ GFP_HIGHUSER_MOVABLE, 0, 0, 1, 0, 0x840, 0x840, 0x8c0 },
		{ GFP_KERNEL | __GFP_RECLAIMABLE | __GFP_MOVABLE, 0, 0, 1, 0, 0x840, 0x840, 0x840 },
		{ GFP_KERNEL, 0, 1, 1, 0, 0x850, 0x860, 0x860 },
		{ GFP_KERNEL, 0, 1, 0, 0, 0x840, 0x840, 0x840 },
		{ GFP_NOWAIT, 0, 0, 1, 0, 0x840, 0x850, 0x850 },
		{ GFP_NOWAIT, 0, 1, 1, 0, 0x850, 0x850, 0x850 },
		{ GFP_NOWAIT | __GFP_NOMEMALLOC, 1, 0, 1, 0, 0x840, 0x840, 0x840 },
		{ GFP_ATOMIC_OLD, 0, 0, 0, 0, 0x830, 0x830, 0x830 },
		{ GFP_ATOMIC_OLD, 2, 0, 0, 0, 0x830, 0xa30, 0xa30 },
		{ GFP_ATOMIC_OLD | __GFP_NOMEMALLOC, 2, 0, 0, 0, 0x820, 0x820, 0x820 },
		{ GFP_ATOMIC, 1, 0, 0, 0, 0x860, 0xa30, 0xa30 },
		{ GFP_KERNEL | __GFP_HIGH, 1, 0, 1, 0, 0x860, 0x860, 0x860 },
		{ 0, 1, 0, 1, 0, 0x40, 0x50, 0x50 },
		{ GFP_KERNEL, 0, 0, 1, 1, 0x940, 0x940, 0x940 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gfp_to_alloc_flags in = { rows[i].gfp, rows[i].order, rows[i].rt, rows[i].in_task, rows[i].defrag };
		struct rs_rules v5_10 = kernel_rules(V5_10), v6_12 = kernel_rules(V6_12), v7_2 = kernel_rules(V7_2);
		struct rs_why why = { 0 };

		assert_int_equal(gfp_to_alloc_flags(&in, &v5_10, &why), rows[i].v5_10);
		assert_int_equal(gfp_to_alloc_flags(&in, &v6_12, NULL), rows[i].v6_12);
		assert_int_equal(gfp_to_alloc_flags(&in, &v7_2, &why), rows[i].v7_2);
	}
}

static void __gfp_pfmemalloc_flags_in_order(void **state)
{
	static const struct {
		struct gfp_pfmemalloc_flags in;
		unsigned int flags;
	} rows[] = {
		{ { GFP_KERNEL, 0, 0, 0, 0 }, 0 },
		{ { GFP_KERNEL, PF_MEMALLOC, 0, 0, 1 }, ALLOC_NO_WATERMARKS },
		{ { GFP_KERNEL, PF_KSWAPD, 0, 0, 1 }, ALLOC_OOM },
		{ { GFP_KERNEL | __GFP_MEMALLOC, 0, 1, 0, 0 }, ALLOC_NO_WATERMARKS },
		{ { GFP_KERNEL | __GFP_MEMALLOC | __GFP_NOMEMALLOC, PF_MEMALLOC, 0, 0, 1 }, 0 },
		{ { GFP_KERNEL, PF_MEMALLOC, 1, 1, 0 }, ALLOC_NO_WATERMARKS },
		{ { GFP_KERNEL, PF_MEMALLOC, 1, 0, 1 }, 0 },
		{ { GFP_KERNEL, 0, 1, 1, 1 }, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(__gfp_pfmemalloc_flags(&rows[i].in, NULL), rows[i].flags);
}

static void rs_reserve_alloc_flags_drop_all_but_kswapd(void **state)
{
	struct rs_rules v5_10 = kernel_rules(V5_10), v6_1 = kernel_rules(V6_1), v7_2 = kernel_rules(V7_2);

	(void)state;
	assert_int_equal(rs_reserve_alloc_flags(GFP_KERNEL, 0x840, ALLOC_OOM, &v5_10), 0x8);
	assert_int_equal(rs_reserve_alloc_flags(GFP_KERNEL, 0x840, ALLOC_OOM, &v6_1), 0x808);
	assert_int_equal(rs_reserve_alloc_flags(GFP_KERNEL, 0x40, ALLOC_OOM, &v6_1), 0x8);
	assert_int_equal(rs_reserve_alloc_flags(GFP_HIGHUSER_MOVABLE, 0x8c0, ALLOC_NO_WATERMARKS, &v7_2), 0x884);
}

static void get_page_from_freelist_decides_on_a_zone(void **state)
{
	struct rs_rules v6_1 = kernel_rules(V6_1), v6_12 = kernel_rules(V6_12);
	struct zone zone = { ._watermark = { 10, 20, 30 } };
	struct get_page_from_freelist in = { .zone = &zone, .alloc_flags = WMARK_LOW, .cpuset_allowed = true };
	struct rs_why why = { 0 };
	bool below;

	(void)state;
	zone.nr_free_pages = 31;
	assert_int_equal(get_page_from_freelist(&in, &below, &v6_12, NULL), RS_FREELIST_TRY);
	assert_false(below);
	zone.nr_free_pages = 30;
	assert_int_equal(get_page_from_freelist(&in, &below, &v6_12, &why), RS_FREELIST_TRY);
	assert_true(below && WHY_HAS(&why, freelist_below_high));
	assert_int_equal(get_page_from_freelist(&in, &below, &v6_1, NULL), RS_FREELIST_TRY);
	assert_false(below);
	in.below_high = true;
	zone.nr_free_pages = 20;
	assert_int_equal(get_page_from_freelist(&in, &below, &v6_12, NULL), RS_FREELIST_SKIP);
	assert_true(below);
	in.node_reclaim = true;
	assert_int_equal(get_page_from_freelist(&in, &below, &v6_12, NULL), RS_FREELIST_NODE_RECLAIM);
	in.alloc_flags = ALLOC_NO_WATERMARKS;
	zone.nr_free_pages = 1;
	memset(&why, 0, sizeof(why));
	assert_int_equal(get_page_from_freelist(&in, &below, &v6_12, &why), RS_FREELIST_TRY);
	assert_true(WHY_HAS(&why, freelist_no_watermarks));
	zone.nr_free_pages = 1000;
	in.cpuset_allowed = false;
	assert_int_equal(get_page_from_freelist(&in, &below, &v6_12, NULL), RS_FREELIST_TRY);
	in.alloc_flags = ALLOC_CPUSET;
	assert_int_equal(get_page_from_freelist(&in, &below, &v6_12, NULL), RS_FREELIST_SKIP);
	in.cpuset_allowed = true;
	assert_int_equal(get_page_from_freelist(&in, &below, &v6_12, NULL), RS_FREELIST_TRY);
	in.over_dirty_limit = true;
	assert_int_equal(get_page_from_freelist(&in, &below, &v6_12, NULL), RS_FREELIST_SKIP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gfp_to_alloc_flags_of_each_kernel),
		cmocka_unit_test(__gfp_pfmemalloc_flags_in_order),
		cmocka_unit_test(rs_reserve_alloc_flags_drop_all_but_kswapd),
		cmocka_unit_test(get_page_from_freelist_decides_on_a_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
