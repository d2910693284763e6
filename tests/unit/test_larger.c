/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../src/report/larger.h"
#include "unit.h"

/* One page of its own, known by its place. */
static uint32_t evict(struct rs_larger *l, uint64_t place, bool file, bool used)
{
	uint32_t page;

	assert_int_equal(rs_larger_evict(l, place, file, used, 0, 1, &page), 0);
	return page;
}

/* A folio of @nr; the number of its first page. */
static uint32_t evict_folio(struct rs_larger *l, uint64_t place, bool file, uint32_t nr)
{
	uint32_t first = 0, page, i;

	for (i = 0; i < nr; i++) {
		assert_int_equal(rs_larger_evict(l, place + i, file, false, i, nr, &page), 0);
		first = i ? first : page;
	}
	return first;
}

static void come_back(struct rs_larger *l, uint32_t page, uint64_t place, bool file)
{
	assert_int_equal(rs_larger_return(l, page, place, file, true), 0);
}

static void kept_are(struct rs_larger *l, uint64_t extra, bool in_use, enum rs_larger_first first, uint64_t anon, uint64_t file)
{
	uint64_t kept[2];

	assert_int_equal(rs_larger_play(l, extra, in_use, first, kept), 0);
	assert_int_equal(kept[0], anon);
	assert_int_equal(kept[1], file);
}

enum { PAGES = 3000, SIZE = 800, TOUCHES = 50000 };

/* An LRU of @size pages, youngest first. Logs to @l what goes and comes, if it is there. Returns the refaults. */
static uint64_t run_lru(uint32_t size, struct rs_larger *l, uint32_t used)
{
	uint32_t lru[PAGES], nr = 0, number[PAGES], i;
	bool known[PAGES] = { false };
	uint64_t seed = 5, refaults = 0;
	int touches;

	for (touches = 0; touches < TOUCHES; touches++) {
		uint32_t page = unit_random(&seed) % (unit_random(&seed) % 4 ? PAGES / 3 : PAGES);

		for (i = 0; i < nr && lru[i] != page; i++)
			;
		if (i == nr) {
			refaults += known[page];
			if (l && known[page])
				come_back(l, number[page], page + 1, page % 2);
			known[page] = true;
			if (nr == size) {
				uint32_t gone = lru[--nr];

				if (l)
					number[gone] = evict(l, gone + 1, gone % 2, used && gone % used == 0);
				if (l && used)
					rs_larger_spared(l, gone % 2, 3, 1, 1);
			}
			i = nr++;
		}
		for (; i; i--)
			lru[i] = lru[i - 1];
		lru[0] = page;
	}
	return refaults;
}

static void nothing_special_is_an_lru_to_the_page(void **state)
{
	struct rs_larger l = { 0 };
	uint64_t refaults = run_lru(SIZE, &l, 0), kept[2];
	uint32_t extra;

	(void)state;
	assert_true(refaults > TOUCHES / 4);
	assert_false(rs_larger_differs(&l));
	for (extra = 0; extra <= PAGES - SIZE; extra += 237) {
		assert_int_equal(rs_larger_play(&l, extra, true, RS_FIRST_IN_TURN, kept), 0);
		assert_int_equal(refaults - kept[0] - kept[1], run_lru(SIZE + extra, NULL, 0));
	}
	rs_larger_free(&l);
}

static void part_of_the_pages_tells_what_all_do(void **state)
{
	struct rs_larger l = { .size = SIZE }, part;
	uint64_t refaults = run_lru(SIZE, &l, 2), all[2], kept[2];
	uint32_t extra;

	(void)state;
	assert_int_equal(rs_larger_thin(&l, 4, &part), 0);
	assert_true(part.nr_pages > l.nr_pages / 5 && part.nr_pages < l.nr_pages / 3);
	assert_true(part.nr_log > l.nr_log / 5 && part.nr_log < l.nr_log / 3);
	assert_int_equal(l.refaults[0] + l.refaults[1], refaults);
	assert_true(part.generations && part.both[0] && part.both[1]);
	for (extra = 400; extra <= PAGES - SIZE; extra += 600) {
		double scale = (double)refaults / (part.refaults[0] + part.refaults[1]);

		assert_int_equal(rs_larger_play(&l, extra, false, RS_FIRST_IN_TURN, all), 0);
		assert_int_equal(rs_larger_play(&part, extra / 4, false, RS_FIRST_IN_TURN, kept), 0);
		assert_true(scale * (kept[0] + kept[1]) > 0.93 * (all[0] + all[1]));
		assert_true(scale * (kept[0] + kept[1]) < 1.07 * (all[0] + all[1]));
	}
	rs_larger_free(&l);
	rs_larger_free(&part);
}

/* A folio is taken as a whole or not at all. */
static void part_has_whole_folios(void **state)
{
	struct rs_larger l = { 0 }, part;
	size_t i;

	(void)state;
	for (i = 0; i < 300; i++)
		evict_folio(&l, 1000 * i, true, 7);
	assert_int_equal(rs_larger_thin(&l, 3, &part), 0);
	assert_true(part.nr_pages > 0 && part.nr_pages < l.nr_pages && part.nr_pages % 7 == 0);
	rs_larger_free(&l);
	rs_larger_free(&part);
}

static void large_folio_goes_as_a_whole(void **state)
{
	struct rs_larger l = { 0 };
	uint32_t folio = evict_folio(&l, 100, true, 4);

	(void)state;
	assert_true(rs_larger_differs(&l));
	come_back(&l, folio + 2, 102, true);
	/* Of four pages three might stay, of a folio none. */
	kept_are(&l, 3, false, RS_FIRST_IN_TURN, 0, 0);
	kept_are(&l, 4, false, RS_FIRST_IN_TURN, 0, 1);
	rs_larger_free(&l);
}

static void used_page_keeps_its_large_folio(void **state)
{
	struct rs_larger l = { 0 };
	uint32_t folio = evict_folio(&l, 100, true, 4), i;

	(void)state;
	come_back(&l, folio, 100, true);
	/* Three of it are left. Ten come after them and go before them. */
	for (i = 0; i < 10; i++)
		evict(&l, 200 + i, true, false);
	come_back(&l, folio + 1, 101, true);
	kept_are(&l, 4, false, RS_FIRST_IN_TURN, 0, 2);
	rs_larger_free(&l);
}

/* A page used more than once, and ten others after it. How many of its refaults are avoided, if that share is spared? */
static void spared_are(uint64_t spared, uint64_t evicted, bool used, uint64_t kept)
{
	struct rs_larger l = { 0 };
	uint32_t page, i;

	rs_larger_spared(&l, false, spared, evicted, 0);
	page = evict(&l, 1, false, used);
	for (i = 0; i < 10; i++)
		evict(&l, 2 + i, false, false);
	come_back(&l, page, 1, false);
	kept_are(&l, 3, false, RS_FIRST_IN_TURN, kept, 0);
	rs_larger_free(&l);
}

static void used_pages_are_spared_as_often_as_in_the_recording(void **state)
{
	(void)state;
	spared_are(1000, 0, true, 1);
	spared_are(1000, 0, false, 0);
	spared_are(0, 1000, true, 0);
	spared_are(900, 100, true, 1);
	spared_are(100, 900, true, 0);
}

/* Of few pages little is known. */
static void share_is_that_of_many_pages(void **state)
{
	struct rs_larger l = { 0 };

	(void)state;
	rs_larger_spared(&l, true, 128, 0, 5);
	assert_true(l.spared[1] > 0.24 && l.spared[1] < 0.26 && l.spared[0] == 0);
	assert_int_equal(l.moved, 133);
	rs_larger_spared(&l, true, 600, 200, 0);
	assert_true(l.spared[1] > 0.74 && l.spared[1] < 0.76);
	rs_larger_spared(&l, true, 0, 0, 0);
	assert_true(l.spared[1] > 0.74 && l.spared[1] < 0.76);
	rs_larger_free(&l);
}

/* MGLRU lets a file page go in its turn, though it was read meanwhile. */
static void file_page_that_was_read_keeps_its_turn(void **state)
{
	struct rs_larger l = { 0 };
	uint32_t page;

	(void)state;
	rs_larger_spared(&l, true, 0, 1000, 0);
	page = evict(&l, 1, true, false);
	evict(&l, 2, true, false);
	come_back(&l, page, 1, true);
	kept_are(&l, 2, true, RS_FIRST_IN_TURN, 0, 1);
	evict(&l, 3, true, false);
	kept_are(&l, 2, true, RS_FIRST_IN_TURN, 0, 1); /* there is room */
	evict(&l, 4, true, false);
	kept_are(&l, 2, true, RS_FIRST_IN_TURN, 0, 0); /* its turn: out, and in again if it is in use */
	kept_are(&l, 2, false, RS_FIRST_IN_TURN, 0, 1);
	/* In again, it is the youngest: when it is evicted in the recording, it stays longer than those before it. */
	assert_int_equal(evict(&l, 1, true, false), page);
	evict(&l, 5, true, false);
	come_back(&l, page, 1, true);
	kept_are(&l, 2, true, RS_FIRST_IN_TURN, 0, 1);
	rs_larger_free(&l);
}

/* What is touched in page tables is made young, as in an LRU. */
static void anon_page_that_was_used_gets_another_turn(void **state)
{
	struct rs_larger l = { 0 };
	uint32_t page, i;

	(void)state;
	rs_larger_spared(&l, false, 0, 1000, 0);
	page = evict(&l, 1, false, false);
	evict(&l, 2, false, false);
	come_back(&l, page, 1, false);
	for (i = 0; i < 10; i++)
		evict(&l, 3 + i, false, false);
	kept_are(&l, 2, true, RS_FIRST_IN_TURN, 1, 0);
	rs_larger_free(&l);
}

/* In again, a page is nobody's loss when its turn comes once more: the recorded memory has it as well. */
static void page_that_came_in_again_is_counted_once(void **state)
{
	struct rs_larger l = { .size = 1 };
	uint32_t page, other, i;

	(void)state;
	rs_larger_spared(&l, true, 0, 1000, 1);
	page = evict(&l, 1, true, false);
	evict(&l, 2, true, false);
	come_back(&l, page, 1, true);
	for (i = 0; i < 20; i++)
		evict(&l, 10 + i, true, false);
	kept_are(&l, 2, true, RS_FIRST_IN_TURN, 0, 0);
	other = evict(&l, 40, true, false);
	come_back(&l, other, 40, true);
	kept_are(&l, 2, true, RS_FIRST_IN_TURN, 0, 1);
	rs_larger_free(&l);
}

/* A page that was moved on; then @others are moved on in the recording, and @after go. Does it stay where there is room for one? */
static bool stays_moved_on(uint64_t others, uint32_t after)
{
	struct rs_larger l = { .size = 50 };
	uint64_t kept[2];
	uint32_t page, i;

	rs_larger_spared(&l, false, 1000, 0, 0);
	page = evict(&l, 1, false, true);
	evict(&l, 2, false, false);
	rs_larger_spared(&l, false, 0, 1000, others);
	for (i = 0; i < after; i++)
		evict(&l, 3 + i, false, false);
	come_back(&l, page, 1, false);
	assert_int_equal(rs_larger_play(&l, 1, false, RS_FIRST_IN_TURN, kept), 0);
	rs_larger_free(&l);
	return kept[0];
}

static void page_moved_on_has_its_turn_after_all_the_others(void **state)
{
	(void)state;
	assert_true(stays_moved_on(1, 40));
	assert_false(stays_moved_on(1, 60));
	assert_false(stays_moved_on(40, 20));
}

/* That the recorded memory let it go was decided on the same page at the same time. */
static void what_just_went_is_not_spared(void **state)
{
	struct rs_larger l = { .size = 1000 };
	uint32_t page;

	(void)state;
	rs_larger_spared(&l, false, 1000, 0, 0);
	page = evict(&l, 1, false, true);
	evict(&l, 2, false, false);
	rs_larger_spared(&l, false, 600, 400, 0);
	evict(&l, 3, false, true);
	come_back(&l, page, 1, false);
	kept_are(&l, 1, false, RS_FIRST_IN_TURN, 1, 0);
	rs_larger_free(&l);
}

static void folio_that_was_used_is_spared_later(void **state)
{
	struct rs_larger l = { .size = 5 };
	uint32_t folio, i;

	(void)state;
	rs_larger_spared(&l, true, 1000, 0, 0);
	folio = evict_folio(&l, 100, true, 2);
	come_back(&l, folio, 100, true);
	for (i = 0; i < 30; i++)
		evict(&l, 200 + i, true, false);
	come_back(&l, folio + 1, 101, true);
	kept_are(&l, 2, false, RS_FIRST_IN_TURN, 0, 2);
	rs_larger_free(&l);
}

static void one_type_may_go_first(void **state)
{
	struct rs_larger l = { 0 };
	uint32_t anon = evict(&l, 1, false, false), file = evict(&l, 2, true, false);

	(void)state;
	evict(&l, 3, false, false);
	evict(&l, 4, true, false);
	come_back(&l, anon, 1, false);
	come_back(&l, file, 2, true);
	kept_are(&l, 2, false, RS_FIRST_IN_TURN, 0, 0);
	kept_are(&l, 3, false, RS_FIRST_IN_TURN, 0, 1);
	kept_are(&l, 2, false, RS_FIRST_FILE, 1, 0);
	kept_are(&l, 2, false, RS_FIRST_ANON, 0, 1);
	rs_larger_free(&l);
}

static void page_that_was_freed_is_no_refault(void **state)
{
	struct rs_larger l = { 0 };
	uint32_t page = evict(&l, 1, true, false), other = evict(&l, 2, true, false);

	(void)state;
	assert_int_equal(rs_larger_return(&l, page, 1, true, false), 0);
	evict(&l, 3, true, false);
	come_back(&l, other, 2, true);
	/* Its room is for others. */
	kept_are(&l, 2, false, RS_FIRST_IN_TURN, 0, 1);
	rs_larger_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_special_is_an_lru_to_the_page),
		cmocka_unit_test(part_of_the_pages_tells_what_all_do),
		cmocka_unit_test(part_has_whole_folios),
		cmocka_unit_test(large_folio_goes_as_a_whole),
		cmocka_unit_test(used_page_keeps_its_large_folio),
		cmocka_unit_test(used_pages_are_spared_as_often_as_in_the_recording),
		cmocka_unit_test(share_is_that_of_many_pages),
		cmocka_unit_test(file_page_that_was_read_keeps_its_turn),
		cmocka_unit_test(anon_page_that_was_used_gets_another_turn),
		cmocka_unit_test(page_that_came_in_again_is_counted_once),
		cmocka_unit_test(page_moved_on_has_its_turn_after_all_the_others),
		cmocka_unit_test(what_just_went_is_not_spared),
		cmocka_unit_test(folio_that_was_used_is_spared_later),
		cmocka_unit_test(one_type_may_go_first),
		cmocka_unit_test(page_that_was_freed_is_no_refault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
