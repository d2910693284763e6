/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <string.h>

#include "../../src/kernel/zoneinfo.h"
#include "unit.h"

static const char *const text = "Node 0, zone      DMA\n"
				"  per-node stats\n"
				"      nr_inactive_anon 12\n"
				"  pages free     2816\n"
				"        boost    0\n"
				"        min      34\n"
				"        low      42\n"
				"        high     50\n"
				"        promo    58\n"
				"        spanned  4095\n"
				"        present  3998\n"
				"        managed  3840\n"
				"        cma      0\n"
				"        protection: (0, 952, 952, 952, 952)\n"
				"      nr_free_pages 2816\n"
				"  pagesets\n"
				"    cpu: 0\n"
				"              count:    0\n"
				"              high:     999\n"
				"              batch:    1\n"
				"Node 0, zone    DMA32\n"
				"  pages free     100\n"
				"        min      7\n"
				"Node 1, zone   Normal\n"
				"  pages free     200\n"
				"        protection: (0, 0)\n";

static void rs_zoneinfo_reads_each_zone(void **state)
{
	struct rs_zoneinfo z[4];

	(void)state;
	assert_int_equal(rs_zoneinfo_parse(text, z, 4), 3);
	assert_string_equal(z[0].name, "DMA");
	assert_int_equal(z[0].free, 2816);
	assert_int_equal(z[0].min, 34);
	assert_int_equal(z[0].low, 42);
	assert_int_equal(z[0].high, 50); /* and not that of a CPU's list */
	assert_int_equal(z[0].promo, 58);
	assert_int_equal(z[0].spanned, 4095);
	assert_int_equal(z[0].present, 3998);
	assert_int_equal(z[0].managed, 3840);
	assert_int_equal(z[0].nr_protections, 5);
	assert_int_equal(z[0].protection[1], 952);
	assert_int_equal(z[1].nid, 0);
	assert_int_equal(z[1].zid, 1);
	assert_int_equal(z[1].min, 7);
	assert_int_equal(z[1].promo, 0);
	assert_int_equal(z[2].nid, 1);
	assert_int_equal(z[2].zid, 0);
	assert_int_equal(z[2].nr_protections, 2);
}

static void rs_zoneinfo_takes_no_more_than_there_is_room_for(void **state)
{
	struct rs_zoneinfo z[2];

	(void)state;
	memset(z, 0x55, sizeof(z));
	assert_int_equal(rs_zoneinfo_parse(text, z, 1), 3);
	assert_int_equal(z[0].free, 2816);
	assert_int_equal(z[1].free, 0x5555555555555555);
	assert_int_equal(rs_zoneinfo_parse("", z, 1), -EBADMSG);
	assert_int_equal(rs_zoneinfo_parse("nothing of it\n", z, 1), -EBADMSG);
}

static void add(void *ctx, const char *name, uint64_t value)
{
	uint64_t *sum = ctx;

	sum[0]++;
	if (!strcmp(name, "pgfree"))
		sum[1] = value;
}

static void rs_vmstat_gives_each_line(void **state)
{
	uint64_t sum[2] = { 0 };

	(void)state;
	rs_vmstat_each("nr_free_pages 1\npgfree 18446744073709551615\npgfault 3\n", add, sum);
	assert_int_equal(sum[0], 3);
	assert_int_equal(sum[1], UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rs_zoneinfo_reads_each_zone),
		cmocka_unit_test(rs_zoneinfo_takes_no_more_than_there_is_room_for),
		cmocka_unit_test(rs_vmstat_gives_each_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
