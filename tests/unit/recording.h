/* SPDX-License-Identifier: GPL-2.0-only */
/* Small recordings for tests: written with the real writer, filled with made-up records. */
#ifndef RS_TESTS_RECORDING_H
#define RS_TESTS_RECORDING_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../src/base/log.h"
#include "../../src/trace/reader.h"
#include "../../src/trace/writer.h"
#include "unit.h"

/* A path in a directory of this test's own; removed by test_remove(). */
static __attribute__((noinline, unused)) char *recording_path(void)
{
	char dir[] = "/tmp/rs-unit-XXXXXX", *path = NULL;

	assert_non_null(mkdtemp(dir));
	assert_true(asprintf(&path, "%s/r.data", dir) > 0);
	return path;
}

static inline void recording_remove(char *path)
{
	unlink(path);
	*strrchr(path, '/') = 0;
	rmdir(path);
	free(path);
}

/* This program's schema, but only a few small events: files that thousands of tests can read. */
static inline struct rs_schema *small_schema(void)
{
	struct rs_schema *schema;
	int i;

	assert_int_equal(rs_schema_create(&schema), 0);
	for (i = 0; i < RS_NR_EVENTS; i++)
		if (i != RS_EVENT_reclaim_begin && i != RS_EVENT_reclaim_end && i != RS_EVENT_kswapd_wake &&
		    i != RS_EVENT_shrink_slab)
			schema->events[i].type = 0;
	return schema;
}

/* The INFO block that a recorder would write, as far as a reader needs it. */
static inline void recording_info(struct rs_writer *w)
{
	struct rs_schema *schema = small_schema();
	struct rs_json j;
	size_t len;
	char *text;
	FILE *f = open_memstream(&text, &len);

	rs_json_init(&j, f);
	rs_json_object(&j, NULL);
	rs_json_string(&j, "mode", "decisions");
	rs_schema_to_json(schema, &j, "schema");
	rs_json_end_object(&j);
	fclose(f);
	assert_int_equal(rs_writer_put_json(w, RS_BLOCK_INFO, text, len), 0);
	free(text);
	rs_schema_destroy(schema);
}

/* A record of a random type with random content, @ns after the one before. */
static inline const struct rs_event_hdr *random_record(uint64_t *seed, const struct rs_schema *schema, uint64_t *ts_ns,
						       uint64_t buf[RS_MAX_RECORD / 8])
{
	struct rs_event_hdr *hdr = (struct rs_event_hdr *)buf;
	int type, i;

	do
		type = unit_random(seed) % RS_NR_EVENTS;
	while (!schema->events[type].type);
	for (i = 0; i < RS_MAX_RECORD / 8; i++)
		/* Mostly small numbers, as in real records, and now and then all 64 bits. */
		buf[i] = unit_random(seed) >> (unit_random(seed) % 8 * 8);
	*ts_ns += unit_random(seed) % 100000;
	hdr->ts_ns = *ts_ns;
	hdr->tid = unit_random(seed) % 100;
	hdr->type = type;
	hdr->len = schema->events[type].len;
	return hdr;
}

#endif
