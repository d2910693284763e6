/* SPDX-License-Identifier: GPL-2.0-only */
#define KALLSYMS test_path
static const char *test_path;
#include "../../src/kernel/kallsyms.c"
#include "unit.h"

static char path[] = "/tmp/rs-unit-kallsyms-XXXXXX";

static void put(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	fclose(f);
	test_path = path;
}

static const char *const text = "0000000000000010 D fixed_percpu_data\n"
				"ffffffff81000000 T _stext\n"
				"ffffffff81000100 t shrink_node\n"
				"ffffffff81000100 t shrink_alias\n"
				"ffffffff81000200 t shrink_node.cold\n"
				"ffffffff81000300 T balance_pgdat\n"
				"ffffffff81000380 b some_data\n"
				"ffffffffa0000000 t zram_write\t[zram]\n";

static void rs_kallsyms_finds_exact_names(void **state)
{
	struct rs_symbol s[] = { { .name = "shrink_node" }, { .name = "shrink_nod" }, { .name = "zram_write" },
				 { .name = "shrink_node" }, { .name = "shrink_node.cold" } };

	(void)state;
	put(text);
	assert_int_equal(rs_kallsyms_find(s, 5), 0);
	assert_int_equal(s[0].addr, 0xffffffff81000100);
	assert_false(s[1].present);
	assert_int_equal(s[2].addr, 0xffffffffa0000000);
	assert_int_equal(s[3].addr, s[0].addr);
	assert_int_equal(s[4].addr, 0xffffffff81000200);
}

static void rs_kallsyms_tells_hidden_addresses_from_missing_names(void **state)
{
	struct rs_symbol s[] = { { .name = "shrink_node" }, { .name = "none" } };

	(void)state;
	put("0000000000000000 T _stext\n0000000000000000 t shrink_node\n");
	assert_int_equal(rs_kallsyms_find(s, 2), -EPERM);
	assert_true(s[0].present && !s[0].addr && !s[1].present);
	/* What is not there says nothing about the others. */
	s[0].name = "none";
	assert_int_equal(rs_kallsyms_find(s, 2), 0);
	assert_false(s[0].present || s[1].present);
	test_path = "/no/such/file";
	assert_int_equal(rs_kallsyms_find(s, 2), -ENODATA);
}

static void rs_kallsyms_resolve_names_what_an_address_lies_in(void **state)
{
	struct rs_address a[] = { { .addr = 0xffffffffa0000123 }, { .addr = 0xffffffff81000100 },
				  { .addr = 0xffffffff810002ff }, { .addr = 5 }, { .addr = 0xffffffff81000400 } };

	(void)state;
	put(text);
	assert_int_equal(rs_kallsyms_resolve(a, 5), 0);
	assert_string_equal(a[0].name, "");
	assert_string_equal(a[1].name, "shrink_node"); /* the first of two names */
	assert_int_equal(a[1].start, a[1].addr);
	assert_string_equal(a[2].name, "shrink_node.cold");
	assert_string_equal(a[3].name, "balance_pgdat"); /* and not the data */
	assert_string_equal(a[4].name, "zram_write");
	assert_int_equal(a[4].start, 0xffffffffa0000000);
}

/* Longer than the buffer that it is read with, so that lines lie across its end. */
static void rs_kallsyms_reads_files_of_any_length(void **state)
{
	struct rs_symbol s[] = { { .name = "function_29999" }, { .name = "function_0" } };
	FILE *f = fopen(path, "w");
	int i;

	(void)state;
	for (i = 0; i < 30000; i++)
		fprintf(f, "%016x t function_%d\n", i + 1, i);
	fclose(f);
	test_path = path;
	assert_int_equal(rs_kallsyms_find(s, 2), 0);
	assert_int_equal(s[0].addr, 30000);
	assert_int_equal(s[1].addr, 1);
}

static int setup(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rs_kallsyms_finds_exact_names),
		cmocka_unit_test(rs_kallsyms_tells_hidden_addresses_from_missing_names),
		cmocka_unit_test(rs_kallsyms_resolve_names_what_an_address_lies_in),
		cmocka_unit_test(rs_kallsyms_reads_files_of_any_length),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
