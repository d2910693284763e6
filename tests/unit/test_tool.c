/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../tools/tool.c"
#include "unit.h"

static void rs_parse_duration_takes_units(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} good[] = {
		{ "10", 10000000000 }, { "1.5s", 1500000000 }, { "200ms", 200000000 }, { "7us", 7000 },	  { "5m", 300000000000 },
		{ "5min", 300000000000 }, { "2h", 7200000000000 }, { ".5", 500000000 }, { "1e3ms", 1000000000 },
	};
	static const char *const bad[] = { "", "0", "0s", "-1", "+1", " 1", "1 ", "1x", "1ss", "s", "inf", "nan", "0x10", "1,5", "." };
	uint64_t ns;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(rs_parse_duration(good[i].text, &ns), 0);
		assert_int_equal(ns, good[i].ns);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ns = 1234;
		assert_true(rs_parse_duration(bad[i], &ns) < 0);
		assert_int_equal(ns, 1234);
	}
	assert_int_equal(rs_parse_duration("1e10", &ns), -ERANGE);
	assert_int_equal(rs_parse_duration("0.1e-9", &ns), -ERANGE);
}

static void rs_parse_number_takes_digits_within_bounds(void **state)
{
	static const char *const bad[] = { "", " 5", "+5", "-5", "5 ", "0x5", "5.0", "1e1", "18446744073709551616" };
	uint64_t n;
	size_t i;

	(void)state;
	assert_int_equal(rs_parse_number("18446744073709551615", 0, UINT64_MAX, &n), 0);
	assert_int_equal(n, UINT64_MAX);
	assert_int_equal(rs_parse_number("010", 0, 100, &n), 0);
	assert_int_equal(n, 10);
	assert_int_equal(rs_parse_number("4", 5, 7, &n), -ERANGE);
	assert_int_equal(rs_parse_number("8", 5, 7, &n), -ERANGE);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(rs_parse_number(bad[i], 0, UINT64_MAX, &n), -EINVAL);
}

static void rs_parse_bytes_takes_units(void **state)
{
	static const char *const bad[] = { "", "k", "-1k", " 1k", "1kb", "1t", "1.5m", "0x1" };
	uint64_t n;
	size_t i;

	(void)state;
	assert_int_equal(rs_parse_bytes("512", &n), 0);
	assert_int_equal(n, 512);
	assert_int_equal(rs_parse_bytes("64k", &n), 0);
	assert_int_equal(n, 65536);
	assert_int_equal(rs_parse_bytes("16M", &n), 0);
	assert_int_equal(n, 16 << 20);
	assert_int_equal(rs_parse_bytes("3g", &n), 0);
	assert_int_equal(n, 3ULL << 30);
	assert_int_equal(rs_parse_bytes("0", &n), -ERANGE);
	assert_int_equal(rs_parse_bytes("17179869184g", &n), -ERANGE);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(rs_parse_bytes(bad[i], &n), -EINVAL);
}

static void rs_exit_status_has_a_status_for_each_failure(void **state)
{
	(void)state;
	assert_int_equal(rs_exit_status(0), 0);
	assert_int_equal(rs_exit_status(-EIO), 1);
	assert_int_equal(rs_exit_status(-EBADMSG), 1);
	assert_int_equal(rs_exit_status(-EINVAL), 2);
	assert_int_equal(rs_exit_status(-EEXIST), 2);
	assert_int_equal(rs_exit_status(-EPERM), 77);
	assert_int_equal(rs_exit_status(-ENODATA), 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rs_parse_duration_takes_units),
		cmocka_unit_test(rs_parse_number_takes_digits_within_bounds),
		cmocka_unit_test(rs_parse_bytes_takes_units),
		cmocka_unit_test(rs_exit_status_has_a_status_for_each_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
