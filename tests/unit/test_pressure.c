/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../src/kernel/pressure.h"
#include "unit.h"

static void rs_pressure_parse_reads_both_totals(void **state)
{
	uint64_t some, full;

	(void)state;
	rs_pressure_parse(
		"some avg10=0.00 avg60=1.00 avg300=0.20 total=1234\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=56\n",
		&some, &full);
	assert_int_equal(some, 1234);
	assert_int_equal(full, 56);
}

static void rs_pressure_parse_line_missing_unknown(void **state)
{
	uint64_t some, full;

	(void)state;
	rs_pressure_parse("some avg10=0.00 total=9\n", &some, &full);
	assert_int_equal(some, 9);
	assert_true(full == RS_PRESSURE_UNKNOWN);
	/* The total of the next line is not this line's. */
	rs_pressure_parse("some avg10=0.00\nfull avg10=0.00 total=7\n", &some, &full);
	assert_true(some == RS_PRESSURE_UNKNOWN);
	assert_int_equal(full, 7);
}

static void rs_pressure_read_answers_or_says_unknown(void **state)
{
	struct rs_pressure p = { 0 };

	(void)state;
	rs_pressure_read(&p);
	/* some contains full, where both are known. */
	assert_true(p.memory_some_us == RS_PRESSURE_UNKNOWN || p.memory_full_us == RS_PRESSURE_UNKNOWN ||
		    p.memory_some_us >= p.memory_full_us);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rs_pressure_parse_reads_both_totals),
		cmocka_unit_test(rs_pressure_parse_line_missing_unknown),
		cmocka_unit_test(rs_pressure_read_answers_or_says_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
