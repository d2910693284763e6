/* SPDX-License-Identifier: GPL-2.0-only */
#include <zlib.h>

#include "../../src/trace/crc.h"
#include "unit.h"

static void rs_crc32_is_that_of_zlib(void **state)
{
	uint8_t data[700];
	size_t from, len;
	uint32_t x = 1;

	(void)state;
	for (from = 0; from < sizeof(data); from++)
		data[from] = (x = x * 1664525 + 1013904223) >> 24;
	for (from = 0; from < 17; from++)
		for (len = 0; from + len <= sizeof(data); len++)
			assert_int_equal(rs_crc32(data + from, len), crc32(0, data + from, len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rs_crc32_is_that_of_zlib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
