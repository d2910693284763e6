/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * checking RECORDING...: how long it takes to decode the recordings, and to decode and check them as reclaimscope diff
 * does: ns of CPU time of this one thread for a decision, for each recording the best of three.
 */
#include <inttypes.h>
#include <stdio.h>

#include "../../src/base/cleanup.h"
#include "../../src/base/clock.h"
#include "../../src/diff/diff.h"
#include "../../src/trace/reader.h"

#define ROUNDS 3

RS_DEFINE_CLEANUP(struct rs_reader *, rs_reader_close)

struct times {
	uint64_t records, decisions, decode_ns, check_ns;
};

/* Once over @path. False: it cannot be read, said. */
static bool measure(const char *path, struct times *ret)
{
	struct rs_diff_options options = { 0 };
	_cleanup_(rs_reader_closep) struct rs_reader *reader = NULL;
	struct rs_diff *diff;
	struct rs_event event;
	uint64_t began;
	int i, err;

	began = rs_clock_ns(CLOCK_THREAD_CPUTIME_ID);
	if (rs_reader_open(path, &reader))
		return false;
	for (ret->records = 0; (err = rs_reader_next(reader, &event)) > 0;)
		ret->records++;
	ret->decode_ns = rs_clock_ns(CLOCK_THREAD_CPUTIME_ID) - began;
	if (err)
		return false;
	rs_reader_rewind(reader);
	began = rs_clock_ns(CLOCK_THREAD_CPUTIME_ID);
	if (rs_diff_create(reader, &options, &diff))
		return false;
	ret->check_ns = rs_clock_ns(CLOCK_THREAD_CPUTIME_ID) - began;
	for (i = 0, ret->decisions = 0; i < RS_NR_DECISIONS; i++)
		ret->decisions += diff->sums[i].observed;
	rs_diff_destroy(diff);
	return true;
}

int main(int argc, char **argv)
{
	struct times sum = { 0 };
	int i, round;

	for (i = 1; i < argc; i++) {
		struct times best = { .decode_ns = UINT64_MAX, .check_ns = UINT64_MAX };

		for (round = 0; round < ROUNDS; round++) {
			struct times t;

			if (!measure(argv[i], &t))
				return 1;
			best.records = t.records;
			best.decisions = t.decisions;
			best.decode_ns = t.decode_ns < best.decode_ns ? t.decode_ns : best.decode_ns;
			best.check_ns = t.check_ns < best.check_ns ? t.check_ns : best.check_ns;
		}
		sum.records += best.records;
		sum.decisions += best.decisions;
		sum.decode_ns += best.decode_ns;
		sum.check_ns += best.check_ns;
	}
	if (!sum.decisions)
		return 2;
	printf("recordings %d records %" PRIu64 " decisions %" PRIu64 " decode_ns %.1f check_ns %.1f\n", argc - 1,
	       sum.records, sum.decisions, (double)sum.decode_ns / sum.decisions, (double)sum.check_ns / sum.decisions);
	return 0;
}
