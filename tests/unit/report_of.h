/* SPDX-License-Identifier: GPL-2.0-only */
/* The report of a recording that a test writes record by record. */
#ifndef RS_TESTS_REPORT_OF_H
#define RS_TESTS_REPORT_OF_H

#include "../../src/report/report.h"
#include "recording.h"

struct fixture {
	char *path;
	struct rs_schema *schema;
	struct rs_writer *writer;
	char *text, *json; /* the report, both ways */
};

static inline int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->path = recording_path();
	assert_int_equal(rs_schema_create(&f->schema), 0);
	assert_int_equal(rs_writer_create(f->path, false, &f->writer), 0);
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	recording_remove(f->path);
	rs_schema_destroy(f->schema);
	free(f->text);
	free(f->json);
	free(f);
	return 0;
}

/* Takes a record whose fields are given: PUT(f, time, thread, kswapd_wake, .nid = 0). */
#define PUT(f, ns, tid_, name, ...)                                                                \
	do {                                                                                       \
		struct rs_event_##name e_ = { .hdr = { .ts_ns = ns, .tid = tid_, .type = RS_EVENT_##name, .len = sizeof(e_) }, \
					      __VA_ARGS__ };                                       \
		assert_int_equal(recording_put((f)->writer, 0, &e_.hdr), 0);                \
	} while (0)

/* Ends the recording and prints the report. */
static inline void make_report(struct fixture *f)
{
	struct rs_report *report;
	struct rs_reader *reader;
	size_t len;
	FILE *out;

	assert_int_equal(rs_writer_close(f->writer), 0);
	assert_int_equal(rs_reader_open(f->path, &reader), 0);
	assert_int_equal(rs_report_create(reader, &report), 0);
	rs_report_sort(report);
	out = open_memstream(&f->text, &len);
	rs_report_text(report, out, 10);
	fclose(out);
	out = open_memstream(&f->json, &len);
	rs_report_json(report, out);
	fclose(out);
	rs_report_destroy(report);
	rs_reader_close(reader);
}

static inline void report_has(const struct fixture *f, const char *text)
{
	if (!strstr(f->text, text))
		fail_msg("the report does not have \"%s\":\n%s", text, f->text);
}

#endif
