/* SPDX-License-Identifier: GPL-2.0-only */
/* The queue in front of the file. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../../src/trace/format.h"
#include "../../src/trace/output.h"
#include "unit.h"

#define LONG (2 << 20) /* more than the queue holds */

static uint8_t data[LONG], back[LONG];

static void fill(size_t len, uint32_t seed)
{
	size_t i;

	for (i = 0; i < len; i++)
		data[i] = (seed = seed * 1664525 + 1013904223) >> 24;
}

static int create(struct rs_output **output)
{
	int fd = memfd_create("output", 0);

	assert_true(fd >= 0);
	assert_int_equal(rs_output_create(fd, false, output), 0);
	return fd;
}

/* Lengths around the queue's alignment, so that it wraps at different places, and some that do not fit into it. */
static size_t length(uint32_t i)
{
	return i % 97 == 50 ? LONG : 1 + i * 7919 % 90000;
}

static void rs_output_put_keeps_order_and_bytes(void **state)
{
	struct rs_output_stats stats;
	struct rs_output *output;
	uint64_t total = 0;
	uint32_t i;
	int fd = create(&output);

	(void)state;
	for (i = 0; i < 300; i++) {
		fill(length(i), i);
		assert_int_equal(rs_output_put(output, data, length(i), 1, i + 1), 0);
		total += length(i);
	}
	assert_int_equal(rs_output_sync(output), 0);
	rs_output_stats(output, &stats);
	assert_int_equal(stats.nr_bytes, total);
	assert_int_equal(stats.seq, 300);
	assert_int_equal(stats.nr_failed, 0);
	rs_output_destroy(output);
	for (i = 0, total = 0; i < 300; total += length(i), i++) {
		fill(length(i), i);
		assert_int_equal(pread(fd, back, length(i), total), length(i));
		assert_memory_equal(back, data, length(i));
	}
	assert_int_equal(pread(fd, back, 1, total), 0);
	close(fd);
}

static void rs_output_destroy_writes_what_is_queued(void **state)
{
	struct rs_output *output;
	int fd = create(&output), i;

	(void)state;
	fill(1000, 1);
	for (i = 0; i < 100; i++)
		assert_int_equal(rs_output_put(output, data, 1000, 1, 1), 0);
	rs_output_destroy(output);
	assert_int_equal(lseek(fd, 0, SEEK_END), 100000);
	close(fd);
}

static void rs_output_takes_a_failed_block_back_and_counts_its_records(void **state)
{
	struct rlimit old, limit;
	struct rs_output_stats stats;
	struct rs_output *output;
	int fd = create(&output);

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = 25000;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	fill(10000, 1);
	rs_output_put(output, data, 10000, 5, 1);
	rs_output_put(output, data, 10000, 6, 2);
	assert_int_equal(rs_output_sync(output), 0);
	rs_output_put(output, data, 10000, 7, 3); /* half of it fits */
	rs_output_put(output, data, 100, 8, 4);
	assert_int_equal(rs_output_sync(output), -EFBIG);
	rs_output_stats(output, &stats);
	assert_int_equal(stats.nr_bytes, 20000);
	assert_int_equal(stats.nr_failed, 15);
	assert_int_equal(stats.seq, 2);
	assert_int_equal(lseek(fd, 0, SEEK_END), 20000);
	assert_int_equal(rs_output_put(output, data, 100, 9, 5), -EFBIG);
	assert_int_equal(rs_output_sync(output), -EFBIG);
	rs_output_retry(output);
	assert_int_equal(rs_output_put(output, data, 100, 0, 3), 0);
	assert_int_equal(rs_output_sync(output), 0);
	rs_output_destroy(output);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), 20100);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rs_output_put_keeps_order_and_bytes),
		cmocka_unit_test(rs_output_destroy_writes_what_is_queued),
		cmocka_unit_test(rs_output_takes_a_failed_block_back_and_counts_its_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
