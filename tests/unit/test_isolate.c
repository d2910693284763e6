/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../src/model/gfp.h"
#include "../../src/model/isolate.h"
#include "kernel_rules.h"
#include "unit.h"

/* Takes from a list that repeats @folios; returns the number of turns. */
static unsigned int isolate(struct isolate_lru_folios *s, const struct rs_tail_folio *folios, unsigned int nr,
			    const struct rs_rules *rules)
{
	unsigned int i;

	for (i = 0; isolate_lru_folios_goes_on(s); i++)
		isolate_lru_folios_step(s, &folios[i % nr], rules, NULL);
	return i;
}

static void isolate_takes_skips_and_rotates(void **state)
{
	/* zid, lru, mapped, get_failed, lost */
	static const struct {
		struct rs_tail_folio folio;
		bool may_unmap;
		enum rs_isolate_outcome outcome;
	} cases[] = {
		{ { 1, ZONE_DMA32, true, true, false, false }, true, RS_ISOLATE_TAKEN },
		{ { 1, ZONE_NORMAL, true, false, false, false }, true, RS_ISOLATE_SKIPPED },
		{ { 4, ZONE_DMA32, false, false, false, false }, true, RS_ISOLATE_ROTATED },
		{ { 1, ZONE_DMA, true, true, false, false }, false, RS_ISOLATE_ROTATED },
		{ { 1, ZONE_DMA, true, false, false, false }, false, RS_ISOLATE_TAKEN },
		{ { 1, ZONE_DMA, true, false, true, false }, true, RS_ISOLATE_ROTATED },
		{ { 1, ZONE_DMA, true, false, false, true }, true, RS_ISOLATE_ROTATED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct isolate_lru_folios s = { .nr_to_scan = 32,
						.reclaim_idx = ZONE_DMA32,
						.may_unmap = cases[i].may_unmap };
		uint32_t nr = cases[i].folio.nr_pages;

		assert_int_equal(isolate_lru_folios_step(&s, &cases[i].folio, rules_of(V6_1), NULL), cases[i].outcome);
		assert_int_equal(s.total_scan, nr);
		assert_int_equal(s.scan, cases[i].outcome == RS_ISOLATE_SKIPPED ? 0 : nr);
		assert_int_equal(s.nr_taken, cases[i].outcome == RS_ISOLATE_TAKEN ? nr : 0);
		assert_int_equal(s.nr_skipped[cases[i].folio.zid], cases[i].outcome == RS_ISOLATE_SKIPPED ? nr : 0);
	}
}

static void isolate_ends_at_nr_to_scan_whatever_the_folios(void **state)
{
	static const struct rs_tail_folio mixed[] = {
		{ .nr_pages = 1, .zid = ZONE_DMA32, .lru = true },
		{ .nr_pages = 16, .zid = ZONE_NORMAL, .lru = true },
		{ .nr_pages = 16, .zid = ZONE_DMA32, .lru = true },
	};
	struct isolate_lru_folios s = { .nr_to_scan = 32, .reclaim_idx = ZONE_DMA32, .may_unmap = true };

	(void)state;
	/* 1 + 16 + 1 + 16 = 34 eligible, with two folios skipped between */
	assert_int_equal(isolate(&s, mixed, 3, rules_of(V6_18)), 6);
	assert_int_equal(s.scan, 34);
	assert_int_equal(s.nr_taken, 34);
	assert_int_equal(s.total_scan, 66);
	assert_int_equal(s.nr_skipped[ZONE_NORMAL], 32);
}

static void isolate_gives_up_skipping_from_6_18_on(void **state)
{
	static const struct rs_tail_folio other = { .nr_pages = 1, .zid = ZONE_NORMAL, .lru = true };
	struct isolate_lru_folios s = { .nr_to_scan = 32, .reclaim_idx = ZONE_DMA32, .may_unmap = true };
	unsigned int i;

	(void)state;
	assert_int_equal(isolate(&s, &other, 1, rules_of(V6_18)), 32768 + 32);
	assert_int_equal(s.nr_skipped[ZONE_NORMAL], 32768);
	assert_int_equal(s.nr_taken, 32);
	s = (struct isolate_lru_folios){ .nr_to_scan = 32, .reclaim_idx = ZONE_DMA32 };
	for (i = 0; i < 40000; i++)
		assert_int_equal(isolate_lru_folios_step(&s, &other, rules_of(V6_12), NULL), RS_ISOLATE_SKIPPED);
}

static void too_many_isolated_is_an_eighth_with_io_and_fs(void **state)
{
	struct too_many_isolated in = { .inactive = 807, .isolated = 100, .writeback_throttling_sane = true };

	(void)state;
	in.gfp_mask = __GFP_IO | __GFP_FS; /* 807 >> 3 = 100 */
	assert_false(too_many_isolated(&in, NULL));
	in.isolated = 101;
	assert_true(too_many_isolated(&in, NULL));
	in.gfp_mask = __GFP_IO;
	assert_false(too_many_isolated(&in, NULL));
	in.gfp_mask = __GFP_FS;
	assert_false(too_many_isolated(&in, NULL));
	in.isolated = 808;
	assert_true(too_many_isolated(&in, NULL));
	in.kswapd = true;
	assert_false(too_many_isolated(&in, NULL));
	in.kswapd = false;
	in.writeback_throttling_sane = false;
	assert_false(too_many_isolated(&in, NULL));
}

static void shrink_inactive_list_waits_once(void **state)
{
	(void)state;
	assert_int_equal(shrink_inactive_list_wait(false, false, true, NULL), RS_ISOLATE_GO);
	assert_int_equal(shrink_inactive_list_wait(false, true, false, NULL), RS_ISOLATE_GO);
	assert_int_equal(shrink_inactive_list_wait(true, false, false, NULL), RS_ISOLATE_THROTTLE);
	assert_int_equal(shrink_inactive_list_wait(true, false, true, NULL), RS_ISOLATE_DYING);
	assert_int_equal(shrink_inactive_list_wait(true, true, true, NULL), RS_ISOLATE_GIVE_UP);
}

/* Random folios: every page is taken, skipped or rotated, once; the scan goes over by less than one folio. */
static void isolate_conserves_pages(void **state)
{
	uint64_t seed = 9, rotated;
	int i, z;

	(void)state;
	for (i = 0; i < 3000; i++) {
		struct isolate_lru_folios s = {
			.nr_to_scan = 1 + unit_random(&seed) % 64,
			.reclaim_idx = unit_random(&seed) % MAX_NR_ZONES,
			.may_unmap = unit_random(&seed) % 2,
		};
		uint64_t skipped = 0;

		for (rotated = 0; isolate_lru_folios_goes_on(&s);) {
			const struct rs_tail_folio folio = {
				.nr_pages = 1u << unit_random(&seed) % 10,
				.zid = unit_random(&seed) % MAX_NR_ZONES,
				.lru = unit_random(&seed) % 8,
				.mapped = unit_random(&seed) % 2,
				.get_failed = unit_random(&seed) % 16 == 0,
				.lost = unit_random(&seed) % 16 == 0,
			};
			uint64_t before = s.scan;

			if (isolate_lru_folios_step(&s, &folio, rules_of(i % NR_KERNELS_UNDER_TEST), NULL) ==
			    RS_ISOLATE_ROTATED)
				rotated += folio.nr_pages;
			assert_true(before < s.nr_to_scan && s.scan - before <= folio.nr_pages);
		}
		for (z = 0; z < MAX_NR_ZONES; z++)
			skipped += s.nr_skipped[z];
		assert_int_equal(s.total_scan, s.scan + skipped);
		assert_int_equal(s.scan, s.nr_taken + rotated);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(isolate_takes_skips_and_rotates),
		cmocka_unit_test(isolate_ends_at_nr_to_scan_whatever_the_folios),
		cmocka_unit_test(isolate_gives_up_skipping_from_6_18_on),
		cmocka_unit_test(too_many_isolated_is_an_eighth_with_io_and_fs),
		cmocka_unit_test(shrink_inactive_list_waits_once),
		cmocka_unit_test(isolate_conserves_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
