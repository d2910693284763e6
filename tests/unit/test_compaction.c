/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "../../src/model/compaction.h"
#include "kernel_rules.h"
#include "unit.h"

static void compact_gap_is_capped_on_7_2(void **state)
{
	struct rs_rules v6_18 = kernel_rules(V6_18), v7_2 = kernel_rules(V7_2);

	(void)state;
	assert_int_equal(compact_gap(0, &v6_18), 2);
	assert_int_equal(compact_gap(9, &v6_18), 1024);
	assert_int_equal(compact_gap(9, &v7_2), 32);
	assert_int_equal(compact_gap(3, &v7_2), 16);
}

static void fragmentation_index_of_free_lists(void **state)
{
	struct zone z = { 0 };

	(void)state;
	assert_int_equal(fragmentation_index(&z, 4), 0);
	z.free_area[0] = 64 << 8;
	/* 1000 - (1000 + 64 * 1000 / 16) / 64 */
	assert_int_equal(fragmentation_index(&z, 4), 1000 - 78);
	z.free_area[3] = 3 << 8;
	/* 64 + 24 = 88 pages in 67 blocks: (1000 + 5500) / 67 = 97 */
	assert_int_equal(fragmentation_index(&z, 4), 1000 - 97);
	z.free_area[4] = 1 << 8;
	assert_int_equal(fragmentation_index(&z, 4), -1000);
	assert_true(fragmentation_index(&z, 5) >= 0);
	memset(&z, 0, sizeof(z));
	z.free_area[10] = 1 << 8;
	assert_int_equal(fragmentation_index(&z, 10), -1000);
	memset(&z, 0, sizeof(z));
	z.free_area[0] = 1 << 8;
	assert_int_equal(fragmentation_index(&z, 9), 1000 - 1001); /* (1000 + 1) / 1 */
	z.free_area[0] = 2 << 8;
	z.free_area[1] = 1 << 8;
	/* (1000 + 4 * 1000 / 4) / 3, rounded down twice */
	assert_int_equal(fragmentation_index(&z, 2), 334);
}

/* Marks 100, 150, 200 and a boost of 10. */
static struct zone marks_zone(void)
{
	return (struct zone){ .managed_pages = 9, ._watermark = { 100, 150, 200 }, .watermark_boost = 10,
			      .lowmem_reserve = { 0, 0, 7 }, .nr_free_cma = 5 };
}

/* The most free pages with which it is refused. */
static int64_t skipped_up_to(enum kernel_under_test v, unsigned int order, uint64_t watermark)
{
	struct rs_rules rules = kernel_rules(v);
	struct zone z = marks_zone();
	struct compaction_suitable in = { &z, order, ZONE_NORMAL, 0, watermark, 0 };

	while (__compaction_suitable(&in, &rules, NULL) == COMPACT_SKIPPED)
		in.free_pages++;
	assert_int_equal(__compaction_suitable(&in, &rules, NULL), COMPACT_CONTINUE);
	return in.free_pages - 1;
}

static void __compaction_suitable_mark_by_kernel(void **state)
{
	(void)state;
	/* MIN + boost + 16 + reserve, or LOW for costly orders; the block's own pages are no matter */
	assert_int_equal(skipped_up_to(V5_10, 3, 0), 110 + 16 + 7);
	assert_int_equal(skipped_up_to(V6_12, 3, 999), 110 + 16 + 7);
	assert_int_equal(skipped_up_to(V6_12, 4, 999), 160 + 32 + 7);
	assert_int_equal(skipped_up_to(V6_12, 9, 999), 160 + 1024 + 7);
	/* the mark that is given, and for costly orders LOW - MIN on top */
	assert_int_equal(skipped_up_to(V6_18, 3, 300), 300 + 16 + 7);
	assert_int_equal(skipped_up_to(V6_18, 4, 300), 300 + 50 + 32 + 7);
	assert_int_equal(skipped_up_to(V7_2, 9, 300), 300 + 50 + 32 + 7); /* ALLOC_CMA: free CMA pages count */
}

static void __compaction_suitable_says_success_up_to_6_1(void **state)
{
	struct rs_rules v6_1 = kernel_rules(V6_1), v6_12 = kernel_rules(V6_12);
	struct zone z = marks_zone();
	struct compaction_suitable in = { &z, 4, ZONE_NORMAL, WMARK_LOW, 0, 100000 };

	(void)state;
	z.nr_free_pages = 160 + 7 + 15 + 1;
	assert_int_equal(__compaction_suitable(&in, &v6_1, NULL), COMPACT_CONTINUE); /* no block */
	z.free_area[4] = 0x102;
	assert_int_equal(__compaction_suitable(&in, &v6_1, NULL), COMPACT_SUCCESS);
	assert_int_equal(__compaction_suitable(&in, &v6_12, NULL), COMPACT_CONTINUE);
	z.nr_free_pages--;
	assert_int_equal(__compaction_suitable(&in, &v6_1, NULL), COMPACT_CONTINUE);
}

static void compaction_suitable_looks_at_fragmentation(void **state)
{
	struct rs_rules rules = kernel_rules(V6_12);
	struct zone z = marks_zone();
	struct compaction_suitable in = { &z, 4, ZONE_NORMAL, 0, 0, 100000 };

	(void)state;
	z.free_area[3] = 1 << 8; /* 1000 - (1000 + 500) / 1 = -500 */
	assert_int_equal(compaction_suitable(&in, 500, &rules, NULL), COMPACT_CONTINUE);
	z.free_area[3] = 3 << 8; /* 1000 - 2500 / 3 = 167 */
	assert_int_equal(compaction_suitable(&in, 500, &rules, NULL), COMPACT_NOT_SUITABLE_ZONE);
	assert_int_equal(compaction_suitable(&in, 167, &rules, NULL), COMPACT_NOT_SUITABLE_ZONE);
	assert_int_equal(compaction_suitable(&in, 166, &rules, NULL), COMPACT_CONTINUE);
	z.free_area[3] = 0; /* index 0 */
	assert_int_equal(compaction_suitable(&in, 500, &rules, NULL), COMPACT_NOT_SUITABLE_ZONE);
	in.order = 3; /* not costly: never asked */
	assert_int_equal(compaction_suitable(&in, 500, &rules, NULL), COMPACT_CONTINUE);
	in.free_pages = 0;
	assert_int_equal(compaction_suitable(&in, 500, &rules, NULL), COMPACT_SKIPPED);
}

static void compaction_ready_wants_a_buffer(void **state)
{
	enum kernel_under_test v;

	(void)state;
	for (v = V5_10; v < NR_KERNELS_UNDER_TEST; v++) {
		struct rs_rules rules = kernel_rules(v);
		struct zone z = marks_zone();
		struct compaction_ready in = { &z, 0xcc0, 4, ZONE_NORMAL, 500 };
		/* HIGH + boost + gap + reserve; from 6.18 on LOW - MIN on top; 7.2 has no right to CMA in the last test */
		uint64_t last = 210 + 32 + 7 + (v >= V6_18 ? 50 : 0);

		z.free_area[0] = 1000 << 8; /* fragmented, not short: index above 500 */
		z.nr_free_pages = last;
		assert_false(compaction_ready(&in, &rules, NULL));
		z.nr_free_pages = last + 1;
		assert_true(compaction_ready(&in, &rules, NULL));
		in.gfp = 0xc00; /* GFP_NOIO */
		assert_false(compaction_ready(&in, &rules, NULL));
		in.gfp = 0xcc0;
		in.extfrag_threshold = 1000;
		assert_false(compaction_ready(&in, &rules, NULL));
		/* a block at hand: MIN is enough */
		z.free_area[5] = 0x101;
		z.nr_free_pages = 110 + 7 + 15 + 1 + (v == V7_2 ? 5 : 0);
		assert_true(compaction_ready(&in, &rules, NULL));
		z.nr_free_pages--;
		assert_false(compaction_ready(&in, &rules, NULL));
		/* between the mark of compaction and the buffer */
		memset(z.free_area, 0, sizeof(z.free_area));
		z.free_area[0] = 1000 << 8;
		z.nr_free_pages = 160 + 32 + 7 + 1;
		in.extfrag_threshold = 500;
		assert_false(compaction_ready(&in, &rules, NULL));
	}
}

static void compaction_zonelist_suitable_adds_a_share(void **state)
{
	struct rs_rules v6_1 = kernel_rules(V6_1), v6_12 = kernel_rules(V6_12), v6_18 = kernel_rules(V6_18);
	struct zone poor = marks_zone(), z = marks_zone();
	/* 110 + 8 + 7 = 125 for order 2 */
	struct compaction_zone zones[] = { { &poor, 0 }, { &z, 200 } };

	(void)state;
	z.nr_free_pages = 30;
	z.nr_free_diff = -5;
	assert_false(compaction_zonelist_suitable(zones, 2, 2, ZONE_NORMAL, 0, &v6_12, NULL));
	z.nr_free_diff = -4;
	assert_true(compaction_zonelist_suitable(zones, 2, 2, ZONE_NORMAL, 0, &v6_12, NULL));
	assert_true(compaction_zonelist_suitable(zones, 2, 2, ZONE_NORMAL, 0, &v6_18, NULL));
	assert_false(compaction_zonelist_suitable(zones, 1, 2, ZONE_NORMAL, 0, &v6_12, NULL));
	assert_true(compaction_zonelist_suitable(&zones[1], 1, 2, ZONE_NORMAL, 0, &v6_12, NULL));
	zones[1].reclaimable = 199;
	assert_false(compaction_zonelist_suitable(zones, 2, 2, ZONE_NORMAL, 0, &v6_12, NULL));
	/* up to 6.1 a zone that has the block is no reason to compact */
	z.nr_free_pages = 1000;
	z.free_area[2] = 0x101;
	assert_false(compaction_zonelist_suitable(zones, 2, 2, ZONE_NORMAL, 0, &v6_1, NULL));
	assert_true(compaction_zonelist_suitable(zones, 2, 2, ZONE_NORMAL, 0, &v6_12, NULL));
}

static void should_compact_retry_rounds(void **state)
{
	static const struct {
		enum kernel_under_test v;
		struct should_compact_retry in; /* order, fatal, result, suitable, priority, retries */
		bool ret;
		int priority, retries, max;
	} rows[] = {
		{ V6_12, { 0, 0, COMPACT_SUCCESS, 1, 2, 3 }, false, 2, 3, 16 },
		{ V6_12, { 1, 1, COMPACT_SUCCESS, 1, 2, 3 }, false, 2, 3, 16 },
		{ V5_10, { 1, 1, COMPACT_SUCCESS, 1, 2, 3 }, true, 2, 4, 16 },
		{ V6_12, { 1, 0, COMPACT_SKIPPED, 1, 2, 3 }, true, 2, 3, 16 },
		{ V6_12, { 1, 0, COMPACT_SKIPPED, 0, 2, 3 }, false, 2, 3, 16 },
		{ V6_12, { 3, 0, COMPACT_SUCCESS, 0, 2, 15 }, true, 2, 16, 16 },
		{ V6_12, { 3, 0, COMPACT_SUCCESS, 0, 2, 16 }, true, 1, 0, 16 },
		{ V6_1, { 3, 0, COMPACT_SUCCESS, 0, 2, 16 }, true, 1, 17, 16 },
		{ V6_12, { 4, 0, COMPACT_SUCCESS, 0, 2, 3 }, true, 2, 4, 4 },
		{ V6_12, { 4, 0, COMPACT_SUCCESS, 0, 1, 4 }, false, 1, 5, 4 },
		{ V6_1, { 4, 0, COMPACT_SUCCESS, 0, 2, 3 }, true, 2, 4, 4 },
		{ V6_12, { 3, 0, COMPACT_COMPLETE, 0, 1, 4 }, true, 0, 0, 16 },
		{ V6_12, { 3, 0, COMPACT_COMPLETE, 0, 0, 4 }, false, 0, 4, 16 },
		{ V6_12, { 4, 0, COMPACT_DEFERRED, 0, 1, 4 }, false, 1, 4, 16 },
		{ V6_1, { 3, 0, COMPACT_COMPLETE, 0, 1, 4 }, true, 0, 4, 16 },
		{ V6_1, { 3, 0, COMPACT_DEFERRED, 0, 1, 4 }, true, 0, 4, 16 },
		{ V6_1, { 3, 0, COMPACT_CONTENDED, 0, 1, 4 }, true, 0, 4, 16 },
		{ V6_1, { 3, 0, COMPACT_PARTIAL_SKIPPED, 0, 0, 4 }, false, 0, 4, 16 },
		{ V6_1, { 3, 0, COMPACT_NO_SUITABLE_PAGE, 0, 0, 4 }, true, 0, 4, 16 },
		{ V6_12, { 3, 0, COMPACT_NO_SUITABLE_PAGE, 0, 0, 4 }, false, 0, 4, 16 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rs_rules rules = kernel_rules(rows[i].v);
		struct should_compact_retry s = rows[i].in;
		struct rs_why why = { 0 };

		assert_int_equal(should_compact_retry(&s, &rules, &why), rows[i].ret);
		assert_int_equal(s.compact_priority, rows[i].priority);
		assert_int_equal(s.compaction_retries, rows[i].retries);
		assert_int_equal(s.max_retries, rows[i].max);
		assert_int_equal(why.nr, 1);
	}
}

/* The state after each step of a zone that fails, is put off, and works again. */
static void compaction_deferral_doubles(void **state)
{
	struct compact_deferral z = { 0, 0, 11 };
	struct rs_why why = { 0 };
	int i;

	(void)state;
	assert_false(compaction_deferred(&z, 9, &why)); /* never failed */
	assert_int_equal(z.considered, 0);
	defer_compaction(&z, 9, &why);
	assert_int_equal(z.order_failed, 9);
	assert_int_equal(z.defer_shift, 1);
	assert_false(compaction_deferred(&z, 8, &why)); /* a lower order is not put off, nor counted */
	assert_int_equal(z.considered, 0);
	assert_true(compaction_deferred(&z, 9, &why));
	assert_int_equal(z.considered, 1);
	assert_false(compaction_deferred(&z, 10, &why)); /* the second one is tried */
	assert_int_equal(z.considered, 2);
	assert_false(compaction_deferred(&z, 9, &why)); /* and does not count further */
	assert_int_equal(z.considered, 2);
	defer_compaction(&z, 10, &why);
	assert_int_equal(z.order_failed, 9); /* not raised by a failure */
	assert_int_equal(z.considered, 0);
	for (i = 0; i < 8; i++)
		defer_compaction(&z, 9, &why);
	assert_int_equal(z.defer_shift, COMPACT_MAX_DEFER_SHIFT);
	for (i = 1; i < 64; i++)
		assert_true(compaction_deferred(&z, 9, &why));
	assert_false(compaction_deferred(&z, 9, &why));
	compaction_defer_reset(&z, 4, false, &why);
	assert_int_equal(z.order_failed, 9);
	assert_int_equal(z.defer_shift, 6);
	assert_int_equal(z.considered, 64);
	compaction_defer_reset(&z, 9, true, &why);
	assert_int_equal(z.order_failed, 10);
	assert_int_equal(z.defer_shift, 0);
	assert_int_equal(z.considered, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compact_gap_is_capped_on_7_2),
		cmocka_unit_test(fragmentation_index_of_free_lists),
		cmocka_unit_test(__compaction_suitable_mark_by_kernel),
		cmocka_unit_test(__compaction_suitable_says_success_up_to_6_1),
		cmocka_unit_test(compaction_suitable_looks_at_fragmentation),
		cmocka_unit_test(compaction_ready_wants_a_buffer),
		cmocka_unit_test(compaction_zonelist_suitable_adds_a_share),
		cmocka_unit_test(should_compact_retry_rounds),
		cmocka_unit_test(compaction_deferral_doubles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
