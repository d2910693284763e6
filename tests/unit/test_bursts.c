/* SPDX-License-Identifier: GPL-2.0-only */
/* What short spans tell about bursts, costs and swap-ins. */
#include <math.h>

#include "../../src/tune/bursts.h"
#include "unit.h"

#define MS 1000000ULL

/* Short spans with 300 and 310 pages of 20 us each, long ones with 900: three bursts. */
static void rs_load_split_makes_bursts_of_long_spans(void **state)
{
	struct rs_load_slot *slots = calloc(21, sizeof(*slots));
	uint64_t ns = 0, grown = 0, read = 0;
	size_t nr = 21, i;

	(void)state;
	for (i = 0; i < 20; i++)
		slots[i] = (struct rs_load_slot){ .ns = 300 * 20000, .anon_new = i % 2 ? 300 : 310, .file_in = i % 4 ? 0 : 90 };
	slots[20] = (struct rs_load_slot){
		.ns = 100 * MS, .anon_new = 890, .kernel_new = 11, .file_in = 100, .anon_gone = 7, .boost = 700
	};
	assert_int_equal(rs_load_burst_pages(slots, nr), 310);
	assert_int_equal(rs_load_burst_pages(slots, 7), 0);
	/* of those that read nothing beside; the fast ones are those with 310 in the same time */
	assert_float_equal(rs_load_growth_ns(slots, nr), 300 * 20000.0 / 310, 1e-9);
	assert_true(isnan(rs_load_growth_ns(slots, 5)));
	assert_int_equal(rs_load_split(&slots, &nr, 310), 0);
	assert_int_equal(nr, 23);
	assert_int_equal(slots[19].anon_new, 300);
	for (i = 20; i < nr; i++) {
		assert_in_range(slots[i].anon_new + slots[i].kernel_new, 299, 302);
		assert_int_equal(slots[i].anon_gone, i == 20 ? 7 : 0);
		assert_int_equal(slots[i].boost, i == 22 ? 700 : 0);
		ns += slots[i].ns;
		grown += slots[i].anon_new + slots[i].kernel_new;
		read += slots[i].file_in;
	}
	assert_int_equal(ns, 100 * MS);
	assert_int_equal(grown, 901);
	assert_int_equal(read, 100);
	assert_int_equal(rs_load_split(&slots, &nr, 0), 0);
	assert_int_equal(nr, 23);
	free(slots);
}

/* Of what reads and does nothing else, without waiting in reclaim: ten spans of 100 pages, at 30 us to 39 us each. */
static void rs_load_read_ns_of_what_only_reads(void **state)
{
	struct rs_load_slot slots[13];
	size_t i;

	(void)state;
	for (i = 0; i < 10; i++)
		slots[i] = (struct rs_load_slot){ .ns = 100 * (30000 + 1000 * (i * 7 % 10)), .file_in = 100, .anon_new = i };
	slots[10] = (struct rs_load_slot){ .ns = 1000, .file_in = 100, .anon_new = 20 };
	slots[11] = (struct rs_load_slot){ .ns = 1000, .file_in = 100, .reader_waited_ns = 1 };
	slots[12] = (struct rs_load_slot){ .ns = 1000, .file_in = 95 };
	assert_float_equal(rs_load_read_ns(slots, 13), 31000, 1e-9);
	assert_true(isnan(rs_load_read_ns(slots, 7)));
}

static void rs_load_half_of_swapins_ns_by_the_time_they_came(void **state)
{
	struct rs_load_slot slots[10] = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 10; i++)
		slots[i] = (struct rs_load_slot){ .ns = MS, .swapped_in = i < 6 ? 10 : 100 };
	assert_float_equal(rs_load_half_of_swapins_ns(slots, 10), 8.0 * MS, 0);
	assert_true(isnan(rs_load_half_of_swapins_ns(slots, 7)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rs_load_split_makes_bursts_of_long_spans),
		cmocka_unit_test(rs_load_read_ns_of_what_only_reads),
		cmocka_unit_test(rs_load_half_of_swapins_ns_by_the_time_they_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
