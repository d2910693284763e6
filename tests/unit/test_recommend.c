/* SPDX-License-Identifier: GPL-2.0-only */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/model/watermark.h"
#include "../../src/tune/recommend.h"
#include "unit.h"

#define PAGES_OF_GIB (1ULL << 18)

/* A host of 4 GiB on which everything is fine: 16 MiB of DMA and the rest NORMAL; 100 s recorded. */
static void fine_host(struct rs_evidence *e)
{
	memset(e, 0, sizeof(*e));
	e->page_size = 4096;
	e->min_free_kbytes = 8192;
	e->watermark_scale_factor = 10;
	e->swappiness = 60;
	e->dirty_ratio = 20;
	e->dirty_background_ratio = 10;
	e->has_rules = true;
	e->nr_zones = 2;
	e->zones[0] = (struct rs_evidence_zone){ .name = "DMA", .managed = 4000 };
	e->zones[1] = (struct rs_evidence_zone){ .name = "Normal", .zid = 2, .managed = 4 * PAGES_OF_GIB };
	e->mem_pages = e->zones[0].managed + e->zones[1].managed;
	e->seconds = 100;
	e->psi_some_s = e->psi_full_s = 0;
	e->swapin_s = e->file_read_s = e->write_bytes_s = NAN;
	e->react_s = e->react_worst_s = e->dirty_met = NAN;
}

/* Stalls, and @n bursts of so many pages each. */
static void bursty(struct rs_evidence *e, unsigned int n, double pages)
{
	unsigned int i;

	e->stalls = 200;
	e->stall_s = 2;
	e->react_s = 0.005;
	e->react_worst_s = 0.02;
	e->nr_reacts = 50;
	e->zones[1].bursts = calloc(n, sizeof(double));
	e->zones[1].nr_bursts = n;
	for (i = 0; i < n; i++)
		e->zones[1].bursts[i] = pages;
}

static const struct rs_advice *advice(const struct rs_recommendation *r, const char *id)
{
	unsigned int i;

	for (i = 0; i < r->nr_advice; i++)
		if (!strcmp(r->advice[i].id, id))
			return &r->advice[i];
	return NULL;
}

static const char *left_alone(const struct rs_recommendation *r, const char *id)
{
	unsigned int i;

	for (i = 0; i < r->nr_left_alone; i++)
		if (!strcmp(r->left_alone[i].id, id))
			return r->left_alone[i].why;
	return "";
}

static void recommend_on_a_fine_host_changes_nothing(void **state)
{
	struct rs_recommendation r;
	struct rs_evidence e;

	(void)state;
	fine_host(&e);
	rs_recommend(&e, NULL, NULL, &r);
	assert_int_equal(r.nr_advice, 0);
	assert_int_equal(r.nr_left_alone, 4); /* and each rule says why */
}

static void watermark_gap_holds_the_bursts_that_were_measured(void **state)
{
	const struct rs_advice *a;
	struct rs_recommendation r;
	struct rs_evidence e;
	struct zone zones[2] = { { .managed_pages = 4000 }, { .managed_pages = 4 * PAGES_OF_GIB, .idx = 2 } };

	(void)state;
	fine_host(&e);
	bursty(&e, 200, 12345);
	rs_recommend(&e, NULL, NULL, &r);
	a = advice(&r, "watermark-gap");
	assert_non_null(a);
	assert_string_equal(a->values[0].key, "vm.watermark_scale_factor");
	/* 12345 of 1048576 pages are 117.7 ten-thousandths; in steps of five. */
	assert_int_equal(a->values[0].value, 120);
	assert_int_equal(a->values[0].now, 10);
	assert_int_equal(a->undo[0].value, 10);
	setup_per_zone_wmarks(zones, 2, 8192, 120, &e.rules, NULL);
	assert_true(zones[1]._watermark[WMARK_LOW] - zones[1]._watermark[WMARK_MIN] >= 12345);
	assert_true(a->gains[0].before == 200 && a->gains[0].after == 0);
	assert_true(a->gains[0].high == 3); /* of 200 none was seen: up to three in 200 */
	assert_int_equal(a->nr_costs, 1);
	assert_true(fabs(a->costs[0].after -
			 (zones[0]._watermark[WMARK_HIGH] + zones[1]._watermark[WMARK_HIGH]) / 256.0) < 0.01);
	assert_int_equal(a->confidence, RS_CONFIDENCE_MEDIUM);
	assert_false(a->simulated);
	rs_evidence_deinit(&e);
}

static void watermark_gap_is_left_where_bursts_fit_in(void **state)
{
	struct rs_recommendation r;
	struct rs_evidence e;

	(void)state;
	fine_host(&e);
	bursty(&e, 200, 400); /* low is 1048 above min */
	rs_recommend(&e, NULL, NULL, &r);
	assert_null(advice(&r, "watermark-gap"));
	assert_non_null(strstr(left_alone(&r, "watermark-gap"), "would not help"));
	rs_evidence_deinit(&e);
}

static void watermark_gap_does_not_listen_to_small_zones(void **state)
{
	struct rs_recommendation r;
	struct rs_evidence e;
	double small[10] = { 3000, 3000, 3000, 3000, 3000, 3000, 3000, 3000, 3000, 3000 };

	(void)state;
	fine_host(&e);
	bursty(&e, 200, 400);
	e.zones[0].bursts = small;
	e.zones[0].nr_bursts = 10;
	rs_recommend(&e, NULL, NULL, &r);
	assert_null(advice(&r, "watermark-gap"));
	e.zones[0].bursts = NULL;
	rs_evidence_deinit(&e);
}

static void watermark_gap_needs_more_than_an_accident(void **state)
{
	struct rs_recommendation r;
	struct rs_evidence e;

	(void)state;
	fine_host(&e);
	bursty(&e, 2, 12345);
	rs_recommend(&e, NULL, NULL, &r);
	assert_null(advice(&r, "watermark-gap"));
	rs_evidence_deinit(&e);
}

static void watermark_gap_stays_within_what_huge_pages_leave(void **state)
{
	struct rs_recommendation r;
	const struct rs_advice *a;
	struct rs_evidence e;
	struct rs_value v = { "vm.watermark_scale_factor", 10, 0 };
	int64_t whole, huge;
	char why[200];

	(void)state;
	fine_host(&e);
	bursty(&e, 200, 80000);
	rs_recommend(&e, NULL, NULL, &r);
	a = advice(&r, "watermark-gap");
	assert_non_null(a);
	whole = a->values[0].value;
	assert_in_range(whole, 150, 200); /* 80000 pages would need 763, and keep 15 % and more */
	e.zones[1].hugetlb = e.hugetlb_pages = 3 * PAGES_OF_GIB;
	rs_recommend(&e, NULL, NULL, &r);
	a = advice(&r, "watermark-gap");
	assert_non_null(a);
	huge = a->values[0].value;
	assert_true(huge < whole / 3);
	for (v.value = huge; rs_value_is_sane(&e, &v, why, sizeof(why)); v.value++)
		;
	assert_true(v.value - huge <= 10); /* and not far below the bound either */
	rs_evidence_deinit(&e);
}

static void too_wide_a_gap_is_lowered_only_where_memory_is_missed(void **state)
{
	struct rs_recommendation r;
	struct rs_evidence e;

	(void)state;
	fine_host(&e);
	bursty(&e, 200, 300);
	e.stalls = e.stall_s = 0;
	e.watermark_scale_factor = 400;
	rs_recommend(&e, NULL, NULL, &r);
	assert_null(advice(&r, "watermark-gap-lower"));
	e.refault_file = 10000;
	e.file_read_s = 0.0005;
	rs_recommend(&e, NULL, NULL, &r);
	assert_non_null(advice(&r, "watermark-gap-lower"));
	assert_int_equal(advice(&r, "watermark-gap-lower")->values[0].value, 10);
	rs_evidence_deinit(&e);
}

static void min_free_of_a_tenth_of_memory_goes_back_to_the_kernels(void **state)
{
	struct rs_recommendation r;
	const struct rs_advice *a;
	struct rs_evidence e;

	(void)state;
	fine_host(&e);
	e.min_free_kbytes = 419430;
	rs_recommend(&e, NULL, NULL, &r);
	a = advice(&r, "min-free");
	assert_non_null(a);
	assert_in_range(a->values[0].value, 7000, 8192); /* the root of 16 times 4 GiB in KiB, less the marks */
	e.thp = true;
	rs_recommend(&e, NULL, NULL, &r);
	a = advice(&r, "min-free");
	assert_non_null(a);
	assert_int_equal(a->values[0].value, 512 * 2 * (2 + 9) * 4);
}

static void min_free_counts_against_what_huge_pages_leave(void **state)
{
	struct rs_recommendation r;
	struct rs_evidence e;

	(void)state;
	fine_host(&e);
	e.min_free_kbytes = 100000;
	rs_recommend(&e, NULL, NULL, &r);
	assert_null(advice(&r, "min-free"));
	e.zones[1].hugetlb = e.hugetlb_pages = 3 * PAGES_OF_GIB;
	rs_recommend(&e, NULL, NULL, &r);
	assert_non_null(advice(&r, "min-free"));
}

static void min_free_below_khugepageds_is_known_to_be_raised(void **state)
{
	struct rs_recommendation r;
	struct rs_evidence e;

	(void)state;
	fine_host(&e);
	e.thp = true;
	rs_recommend(&e, NULL, NULL, &r);
	assert_null(advice(&r, "min-free"));
	assert_non_null(strstr(left_alone(&r, "min-free"), "khugepaged makes it 45056 KiB"));
	e.min_free_kbytes = 2000;
	rs_recommend(&e, NULL, NULL, &r);
	assert_int_equal(advice(&r, "min-free")->values[0].value, 45056);
}

static void with_swap(struct rs_evidence *e, double swapin_s, double file_s, double requests)
{
	e->has_swap = true;
	e->swapin_s = swapin_s;
	e->file_read_s = file_s;
	e->swapin_reads = e->file_reads = requests;
	e->swapin = e->refault_file = 20000;
}

static void swappiness_is_the_ratio_of_costs(void **state)
{
	static const struct {
		double swap, file;
		int64_t value;
	} rows[] = {
		{ 0.001, 0.002, 135 }, /* twice as fast: 133 */
		{ 0.001, 0.001, 100 },	{ 0.0001, 0.0009, 180 }, { 0.001, 0.00001, 5 }, /* 2, but never so low */
		{ 0.00001, 0.01, 190 }, /* 199.8, but never so high */
	};
	struct rs_recommendation r;
	struct rs_evidence e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fine_host(&e);
		with_swap(&e, rows[i].swap, rows[i].file, 10000);
		rs_recommend(&e, NULL, NULL, &r);
		assert_non_null(advice(&r, "swappiness"));
		assert_int_equal(advice(&r, "swappiness")->values[0].value, rows[i].value);
	}
}

static void swappiness_that_fits_or_cannot_be_told_is_left(void **state)
{
	struct rs_recommendation r;
	struct rs_evidence e;

	(void)state;
	fine_host(&e);
	with_swap(&e, 0.001, 0.00045, 10000); /* 62 */
	rs_recommend(&e, NULL, NULL, &r);
	assert_non_null(strstr(left_alone(&r, "swappiness"), "60 fits"));
	with_swap(&e, 0.001, 0.002, 99);
	rs_recommend(&e, NULL, NULL, &r);
	assert_non_null(strstr(left_alone(&r, "swappiness"), "too few"));
	with_swap(&e, 0.001, 0.002, 10000);
	e.swapin = e.refault_file = 10; /* 30 ms of 100 s */
	rs_recommend(&e, NULL, NULL, &r);
	assert_non_null(strstr(left_alone(&r, "swappiness"), "nothing to gain"));
	e.has_swap = false;
	rs_recommend(&e, NULL, NULL, &r);
	assert_string_equal(left_alone(&r, "swappiness"), "there is no swap");
}

static void swappiness_means_something_else_with_mglru(void **state)
{
	struct rs_recommendation r;
	struct rs_evidence e;

	(void)state;
	fine_host(&e);
	with_swap(&e, 0.001, 0.002, 10000);
	rs_recommend(&e, NULL, NULL, &r);
	assert_int_equal(advice(&r, "swappiness")->confidence, RS_CONFIDENCE_MEDIUM);
	assert_null(strstr(advice(&r, "swappiness")->risk, "MGLRU"));
	e.mglru = true;
	rs_recommend(&e, NULL, NULL, &r);
	assert_int_equal(advice(&r, "swappiness")->confidence, RS_CONFIDENCE_LOW);
	assert_non_null(strstr(advice(&r, "swappiness")->risk, "MGLRU"));
}

/*
 * 10000 pages to zram at 0.3 ms, of which 100 came back: 0.303 ms for one that goes. 20000 pages of files, of which 2000
 * came back at 0.5 ms: 0.05 ms. 200 * 0.05 / 0.353 = 28.
 */
static void swappiness_of_zram_by_what_comes_back(void **state)
{
	struct rs_recommendation r;
	const struct rs_advice *a;
	struct rs_evidence e;

	(void)state;
	fine_host(&e);
	with_swap(&e, 0.0003, 0.0005, 99);
	e.file_reads = 2000;
	e.swapin = 100;
	e.refault_file = 2000;
	e.swapout = 10000;
	e.swapout_s = 0.0003;
	e.reclaimed = 30000;
	e.psi_some_s = 20;
	e.swap_is_memory = true;
	rs_recommend(&e, NULL, NULL, &r);
	a = advice(&r, "swappiness");
	assert_non_null(a);
	assert_int_equal(a->values[0].value, 30);
	assert_int_equal(a->confidence, RS_CONFIDENCE_LOW);
	assert_string_equal(a->gains[0].metric, "swapout_s");
	assert_float_equal(a->gains[0].before, 3, 1e-9);
	/* Swapping out is 3 s: less than a tenth of what is lost. */
	e.psi_some_s = 31;
	rs_recommend(&e, NULL, NULL, &r);
	assert_non_null(strstr(left_alone(&r, "swappiness"), "little to gain"));
	e.psi_some_s = 20;
	/* All of the file pages come back: 0.5 ms, which would be 125. Swapping more costs at once, and is not advised. */
	e.refault_file = 20000;
	rs_recommend(&e, NULL, NULL, &r);
	assert_non_null(strstr(left_alone(&r, "swappiness"), "60 fits"));
	/* On a disk, writing is nobody's time. */
	e.refault_file = 2000;
	e.swap_is_memory = false;
	rs_recommend(&e, NULL, NULL, &r);
	assert_non_null(strstr(left_alone(&r, "swappiness"), "too few"));
}

static void dirty_limits_come_and_go_as_a_pair(void **state)
{
	struct rs_recommendation r;
	const struct rs_advice *a;
	struct rs_evidence e;

	(void)state;
	fine_host(&e);
	e.throttled_writeback_s = 3;
	e.write_bytes_s = 50.5 * (1 << 20);
	rs_recommend(&e, NULL, NULL, &r);
	a = advice(&r, "dirty-limits");
	assert_non_null(a);
	assert_int_equal(a->nr_values, 2);
	assert_string_equal(a->values[0].key, "vm.dirty_background_bytes");
	assert_int_equal(a->values[0].value, 50LL << 20);
	assert_string_equal(a->values[1].key, "vm.dirty_bytes");
	assert_int_equal(a->values[1].value, 150LL << 20);
	/* Writing 0 back would be refused. */
	assert_string_equal(a->undo[0].key, "vm.dirty_background_ratio");
	assert_int_equal(a->undo[0].value, 10);
	assert_string_equal(a->undo[1].key, "vm.dirty_ratio");
	assert_int_equal(a->undo[1].value, 20);
	e.dirty_bytes = 1 << 30;
	rs_recommend(&e, NULL, NULL, &r);
	a = advice(&r, "dirty-limits");
	assert_string_equal(a->undo[0].key, "vm.dirty_background_ratio");
	assert_string_equal(a->undo[1].key, "vm.dirty_bytes");
	assert_int_equal(a->undo[1].value, 1 << 30);
	e.write_bytes_s = 1e9; /* what is allowed is written in no time */
	rs_recommend(&e, NULL, NULL, &r);
	assert_null(advice(&r, "dirty-limits"));
}

static bool simulated(void *ctx, const struct rs_value *values, unsigned int nr_values, struct rs_simulated *ret)
{
	double after = *(double *)ctx;

	assert_int_equal(nr_values, 1);
	/* what else could be chosen is asked for as well */
	assert_true(!strcmp(values[0].key, "vm.watermark_scale_factor") || !strcmp(values[0].key, "vm.min_free_kbytes"));
	*ret = (struct rs_simulated){ .lost = { "lost_some_s", 10, after, after - 1, after + 1 },
				      .stalls = { "stalls", 200, 1000.0 / values[0].value, 0, 99 } };
	return after >= 0;
}

/* The advice to raise the marks, where the simulation says that @after seconds would be lost, of 10; negative: cannot tell. */
static const struct rs_advice *gap_if_lost(const struct rs_evidence *e, double after, struct rs_recommendation *r)
{
	rs_recommend(e, simulated, &after, r);
	return advice(r, "watermark-gap");
}

static void advice_that_loses_time_in_simulation_is_taken_back(void **state)
{
	struct rs_recommendation r;
	struct rs_evidence e;

	(void)state;
	fine_host(&e);
	bursty(&e, 200, 12345);
	assert_true(gap_if_lost(&e, 4, &r)->simulated);
	assert_string_equal(advice(&r, "watermark-gap")->gains[2].metric, "lost_some_s");
	assert_string_equal(gap_if_lost(&e, 10.5, &r)->costs[1].metric, "lost_some_s");
	assert_null(gap_if_lost(&e, 12, &r));
	assert_non_null(strstr(left_alone(&r, "watermark-gap"), "time lost would rise"));
	assert_false(gap_if_lost(&e, -1, &r)->simulated); /* it cannot tell */
	assert_int_equal(gap_if_lost(&e, -1, &r)->nr_tried, 0);
	rs_evidence_deinit(&e);
}

/* 5000 pages of a zone of 2^20: 50. Half way to it, a factor of 500 and four times the reserve stand beside it. */
static void advice_shows_what_else_could_be_chosen(void **state)
{
	static const struct {
		const char *key;
		int64_t value;
	} expected[] = { { "vm.watermark_scale_factor", 30 },
			 { "vm.watermark_scale_factor", 50 },
			 { "vm.watermark_scale_factor", 500 },
			 { "vm.min_free_kbytes", 4 * 8192 } };
	struct rs_recommendation r;
	const struct rs_advice *a;
	struct rs_evidence e;
	unsigned int i;

	(void)state;
	fine_host(&e);
	bursty(&e, 200, 5000);
	a = gap_if_lost(&e, 4, &r);
	assert_int_equal(a->values[0].value, 50);
	/* what was simulated, and not what the rule expects; of the time nothing was said */
	assert_string_equal(a->gains[0].metric, "stalls");
	assert_float_equal(a->gains[0].after, 20, 1e-9);
	assert_string_equal(a->gains[1].metric, "stall_s");
	assert_float_equal(a->gains[1].before, 2, 1e-9);
	assert_int_equal(a->nr_tried, 4);
	for (i = 0; i < 4; i++) {
		assert_string_equal(a->tried[i].value.key, expected[i].key);
		assert_int_equal(a->tried[i].value.value, expected[i].value);
		assert_float_equal(a->tried[i].stalls.after, 1000.0 / expected[i].value, 1e-9);
		assert_float_equal(a->tried[i].lost.after, 4, 1e-9);
	}
	/* min of 32 MiB, and of 8, with low and high above it */
	assert_float_equal(a->tried[2].kept_free_mib, 8 + 2 * 0.05 * 4096, 2);
	assert_float_equal(a->tried[3].kept_free_mib, 32 * 1.5, 1);
	rs_evidence_deinit(&e);
}

/* Two seconds of stalls. */
static void watermark_gap_is_only_raised_where_stalls_are_what_costs(void **state)
{
	struct rs_recommendation r;
	struct rs_evidence e;

	(void)state;
	fine_host(&e);
	bursty(&e, 200, 12345);
	/* of 200 stalls, the time may be as little as exp(-1.645 sqrt(2 / 201)) of what was seen: 1.697 s */
	e.psi_some_s = 16.9;
	rs_recommend(&e, NULL, NULL, &r);
	assert_non_null(advice(&r, "watermark-gap"));
	e.psi_some_s = 17.1;
	rs_recommend(&e, NULL, NULL, &r);
	assert_null(advice(&r, "watermark-gap"));
	assert_non_null(strstr(left_alone(&r, "watermark-gap"), "12 % of the time lost"));
	assert_non_null(gap_if_lost(&e, 9, &r));
	assert_null(gap_if_lost(&e, 10.5, &r)); /* worse, but perhaps not */
	e.psi_some_s = NAN; /* not known */
	rs_recommend(&e, NULL, NULL, &r);
	assert_non_null(advice(&r, "watermark-gap"));
	rs_evidence_deinit(&e);
}

static void watermark_gap_stays_in_bounds_whatever_was_recorded(void **state)
{
	struct rs_recommendation r;
	struct rs_evidence e;

	(void)state;
	fine_host(&e);
	bursty(&e, 200, 1e18);
	rs_recommend(&e, NULL, NULL, &r);
	assert_in_range(advice(&r, "watermark-gap")->values[0].value, 11, 1000);
	assert_non_null(strstr(advice(&r, "watermark-gap")->why, "More is needed"));
	e.zones[0].managed = e.zones[1].managed = e.mem_pages = 0;
	rs_recommend(&e, NULL, NULL, &r);
	assert_null(advice(&r, "watermark-gap"));
	rs_evidence_deinit(&e);
}

/* In the lab, each load that swapped lost more time with a larger distance. */
static void watermark_gap_is_only_raised_where_memory_suffices(void **state)
{
	struct rs_recommendation r;
	struct rs_evidence e;

	(void)state;
	fine_host(&e);
	bursty(&e, 200, 12345);
	e.reclaimed = 100000;
	e.swapout = 1000;
	rs_recommend(&e, NULL, NULL, &r);
	assert_non_null(advice(&r, "watermark-gap"));
	e.swapout = 1001;
	rs_recommend(&e, NULL, NULL, &r);
	assert_null(advice(&r, "watermark-gap"));
	assert_non_null(strstr(left_alone(&r, "watermark-gap"), "--simulate"));
	assert_non_null(gap_if_lost(&e, 9.5, &r));
	assert_null(gap_if_lost(&e, 10.5, &r)); /* worse, but perhaps not */
	assert_non_null(strstr(left_alone(&r, "watermark-gap"), "time lost would rise"));
	assert_null(gap_if_lost(&e, -1, &r));
	assert_non_null(strstr(left_alone(&r, "watermark-gap"), "cannot tell"));
	rs_evidence_deinit(&e);
}

static void harmful_values_are_refused(void **state)
{
	static const struct {
		const char *key;
		int64_t value;
		bool sane;
	} rows[] = {
		{ "vm.watermark_scale_factor", 100, true },
		{ "vm.watermark_scale_factor", 1000, false },
		{ "vm.watermark_scale_factor", 0, false },
		{ "vm.min_free_kbytes", 67584, true },
		{ "vm.min_free_kbytes", 4194304, false },
		{ "vm.min_free_kbytes", 1000, false },
		{ "vm.swappiness", 200, false },
		{ "vm.swappiness", 0, false },
		{ "vm.swappiness", 180, true },
		{ "vm.dirty_bytes", 4096, false },
		{ "vm.dirty_bytes", 256LL << 20, true },
		{ "vm.vfs_cache_pressure", 100, false },
	};
	struct rs_evidence e;
	char why[200];
	size_t i;

	(void)state;
	fine_host(&e);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rs_value v = { rows[i].key, 0, rows[i].value };

		why[0] = 0;
		assert_int_equal(rs_value_is_sane(&e, &v, why, sizeof(why)), rows[i].sane);
		assert_int_equal(why[0] != 0, !rows[i].sane);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recommend_on_a_fine_host_changes_nothing),
		cmocka_unit_test(watermark_gap_holds_the_bursts_that_were_measured),
		cmocka_unit_test(watermark_gap_is_left_where_bursts_fit_in),
		cmocka_unit_test(watermark_gap_does_not_listen_to_small_zones),
		cmocka_unit_test(watermark_gap_needs_more_than_an_accident),
		cmocka_unit_test(watermark_gap_stays_within_what_huge_pages_leave),
		cmocka_unit_test(too_wide_a_gap_is_lowered_only_where_memory_is_missed),
		cmocka_unit_test(min_free_of_a_tenth_of_memory_goes_back_to_the_kernels),
		cmocka_unit_test(min_free_counts_against_what_huge_pages_leave),
		cmocka_unit_test(min_free_below_khugepageds_is_known_to_be_raised),
		cmocka_unit_test(swappiness_is_the_ratio_of_costs),
		cmocka_unit_test(swappiness_that_fits_or_cannot_be_told_is_left),
		cmocka_unit_test(swappiness_of_zram_by_what_comes_back),
		cmocka_unit_test(advice_shows_what_else_could_be_chosen),
		cmocka_unit_test(swappiness_means_something_else_with_mglru),
		cmocka_unit_test(dirty_limits_come_and_go_as_a_pair),
		cmocka_unit_test(advice_that_loses_time_in_simulation_is_taken_back),
		cmocka_unit_test(watermark_gap_is_only_raised_where_memory_suffices),
		cmocka_unit_test(watermark_gap_is_only_raised_where_stalls_are_what_costs),
		cmocka_unit_test(watermark_gap_stays_in_bounds_whatever_was_recorded),
		cmocka_unit_test(harmful_values_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
