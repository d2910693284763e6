/* SPDX-License-Identifier: GPL-2.0-only */
/* A call of a kernel's functions as made-up records, judged by the checkers. */
#ifndef RS_TESTS_JUDGED_H
#define RS_TESTS_JUDGED_H

#include "../../src/base/cleanup.h"
#include "../../src/diff/diff.h"
#include "kernel_recording.h"

struct judged {
	char *path;
	struct rs_reader *reader;
	struct rs_diff *diff;
};

/* Records @records without @missing and those of type 0, one each microsecond, and has them judged. For judged_drop(). */
static inline struct judged judge_records(struct rs_event_hdr *const *records, size_t nr, const void *missing)
{
	const struct rs_diff_options options = { .max_divergences = 10 };
	struct judged j = { .path = recording_path() };
	struct rs_writer *w;
	size_t i;

	assert_int_equal(rs_writer_create(j.path, false, &w), 0);
	recording_info_of(w, V6_1);
	for (i = 0; i < nr; i++) {
		records[i]->ts_ns = 1000 * (i + 1);
		if (records[i] != missing && records[i]->type)
			assert_int_equal(recording_put(w, 0, records[i]), 0);
	}
	assert_int_equal(rs_writer_close(w), 0);
	assert_int_equal(rs_reader_open(j.path, &j.reader), 0);
	assert_int_equal(rs_diff_create(j.reader, &options, &j.diff), 0);
	assert_null(j.diff->missing_rule);
	return j;
}

static inline void judged_drop(struct judged *j)
{
	rs_diff_destroy(j->diff);
	rs_reader_close(j->reader);
	recording_remove(j->path);
}

#endif
