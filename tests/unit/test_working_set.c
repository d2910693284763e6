/* SPDX-License-Identifier: GPL-2.0-only */
#include <limits.h>

#include "../../src/report/working_set.h"
#include "unit.h"

#define PAGES 300

/* An LRU of @size pages: every one that it has not is read. */
struct lru {
	uint32_t page[PAGES]; /* youngest first */
	uint32_t nr, size;
};

/* Touches @page. true: it was there. *ret_evicted: the page that had to go, or PAGES. */
static bool touch(struct lru *lru, uint32_t page, uint32_t *ret_evicted)
{
	uint32_t i;
	bool there;

	*ret_evicted = PAGES;
	for (i = 0; i < lru->nr && lru->page[i] != page; i++)
		;
	there = i < lru->nr;
	if (!there) {
		if (lru->nr == lru->size)
			*ret_evicted = lru->page[--lru->nr];
		i = lru->nr++;
	}
	for (; i; i--)
		lru->page[i] = lru->page[i - 1];
	lru->page[0] = page;
	return there;
}

/* Mostly a third of the pages. */
static uint32_t next_page(uint64_t *seed)
{
	return unit_random(seed) % (unit_random(seed) % 4 ? PAGES / 3 : PAGES);
}

static void drop(struct lru *lru, uint32_t page)
{
	uint32_t i, kept = 0;

	for (i = 0; i < lru->nr; i++)
		if (lru->page[i] != page)
			lru->page[kept++] = lru->page[i];
	lru->nr = kept;
}

/* A process ends: a third of what @small has is free, there and in a @larger one. */
static void end_process(struct lru *small, struct lru *larger, bool known[PAGES])
{
	uint32_t page, i;

	for (page = 0; page < PAGES; page += 3)
		for (i = 0; i < small->nr; i++)
			if (small->page[i] == page) {
				drop(small, page);
				if (larger)
					drop(larger, page);
				known[page] = false;
			}
}

/* Refaults of an LRU of @extra pages more, of pages that had been there and went. Every @rest touches a process ends. */
static uint64_t refaults_of(uint32_t size, uint32_t extra, int touches, int rest)
{
	struct lru lru = { .size = size }, larger = { .size = size + extra };
	bool known[PAGES] = { false };
	uint64_t seed = 5, refaults = 0;
	uint32_t evicted;
	int i;

	for (i = 1; i <= touches; i++) {
		uint32_t page = next_page(&seed);

		touch(&lru, page, &evicted);
		refaults += !touch(&larger, page, &evicted) && known[page];
		known[page] = true;
		if (i % rest == 0)
			end_process(&lru, &larger, known);
	}
	return refaults;
}

static void check_curve(int rest)
{
	enum { SIZE = 80, TOUCHES = 20000 };
	struct lru lru = { .size = SIZE };
	struct rs_working_set ws = { 0 };
	uint32_t order[PAGES], evicted, extra;
	bool away[PAGES] = { false }, known[PAGES];
	uint64_t seed = 5;
	int i;

	for (i = 1; i <= TOUCHES; i++) {
		uint32_t page = next_page(&seed);

		/* A page comes back before another one goes for it. */
		if (away[page]) {
			assert_int_equal(rs_working_set_refault(&ws, page % 2, rs_working_set_return(&ws, &order[page])), 0);
			away[page] = false;
		}
		touch(&lru, page, &evicted);
		if (evicted < PAGES) {
			assert_int_equal(rs_working_set_evict(&ws, i, &order[evicted]), 0);
			away[evicted] = true;
		}
		if (i % rest == 0)
			end_process(&lru, NULL, known);
	}
	assert_true(ws.room < TOUCHES / 4); /* gaps are closed */
	for (extra = 0; extra <= PAGES - SIZE; extra += 11) {
		struct rs_working_set_point p = rs_working_set_at(&ws, extra);

		assert_int_equal(rs_working_set_refaults(&ws) - p.kept[0] - p.kept[1], refaults_of(SIZE, extra, TOUCHES, rest));
		assert_true(p.low <= p.kept[0] + p.kept[1] && p.high >= p.kept[0] + p.kept[1]);
	}
	rs_working_set_free(&ws);
}

static void curve_of_an_lru_is_exactly_what_a_larger_one_does(void **state)
{
	(void)state;
	check_curve(INT_MAX);
}

static void curve_is_exact_where_processes_end_and_memory_is_free(void **state)
{
	(void)state;
	check_curve(700);
	check_curve(90);
}

static void memory_for_a_share_is_the_smallest_that_is_enough(void **state)
{
	static const double shares[] = { 0.01, 0.1, 0.5, 0.9, 1 };
	struct rs_working_set ws = { 0 };
	size_t i;
	uint32_t d;

	(void)state;
	for (d = 0; d < 100; d++)
		assert_int_equal(rs_working_set_refault(&ws, d & 1, 3 * d), 0);
	for (i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		uint64_t extra = rs_working_set_for(&ws, shares[i]);
		struct rs_working_set_point at = rs_working_set_at(&ws, extra), less = rs_working_set_at(&ws, extra - 1);

		assert_true(at.kept[0] + at.kept[1] >= 100 * shares[i]);
		assert_true(less.kept[0] + less.kept[1] < 100 * shares[i]);
	}
	ws.unknown[1] = 1;
	assert_true(rs_working_set_for(&ws, 1) == UINT64_MAX);
	rs_working_set_free(&ws);
}

static void what_is_not_known_widens_the_band_upwards_only(void **state)
{
	struct rs_working_set ws = { .unknown = { 10, 5 } };
	struct rs_working_set_point p;
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		assert_int_equal(rs_working_set_refault(&ws, false, 7), 0);
	p = rs_working_set_at(&ws, 8);
	assert_int_equal(p.kept[0], 100);
	assert_int_equal(p.kept[1], 0);
	assert_int_equal(p.high, 115);
	assert_true(p.low < 100 && p.low > 85); /* 1.96 * sqrt(100 * 15 / 115) */
	p = rs_working_set_at(&ws, 7);
	assert_int_equal(p.kept[0] + p.low, 0);
	assert_int_equal(p.high, 15 + 29); /* 1.96 * sqrt(2 * 115) */
	assert_int_equal(rs_working_set_at(&ws, 0).high, 0);
	rs_working_set_free(&ws);
}

/* 100 refaults at a distance of 60, and 50 pages evicted, @at_once by one reclaim. How many does room for 100 keep at least? */
static uint64_t least_kept(uint32_t at_once)
{
	struct rs_working_set ws = { 0 };
	uint32_t order[50], i;
	uint64_t low;

	for (i = 0; i < 50; i++)
		assert_int_equal(rs_working_set_evict(&ws, 1 + i / at_once, &order[i]), 0);
	for (i = 0; i < 100; i++)
		assert_int_equal(rs_working_set_refault(&ws, true, 60), 0);
	low = rs_working_set_at(&ws, 100).low;
	assert_int_equal(rs_working_set_at(&ws, 100).kept[1], 100);
	rs_working_set_free(&ws);
	return low;
}

static void band_reckons_with_what_one_reclaim_evicts(void **state)
{
	(void)state;
	assert_int_equal(least_kept(1), 100);
	assert_int_equal(least_kept(25), 100);
	assert_int_equal(least_kept(50), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(curve_of_an_lru_is_exactly_what_a_larger_one_does),
		cmocka_unit_test(curve_is_exact_where_processes_end_and_memory_is_free),
		cmocka_unit_test(memory_for_a_share_is_the_smallest_that_is_enough),
		cmocka_unit_test(band_reckons_with_what_one_reclaim_evicts),
		cmocka_unit_test(what_is_not_known_widens_the_band_upwards_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
