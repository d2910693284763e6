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
	static const char name[] = "/r.data";
	char dir[] = "/tmp/rs-unit-XXXXXX", *path = malloc(sizeof(dir) + sizeof(name));

	assert_non_null(path);
	assert_non_null(mkdtemp(dir));
	strcpy(path, dir);
	return strcat(path, name);
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

/* Puts a copy of a record, which stays for good: the writer looks at it when it flushes. */
static __attribute__((noinline, unused)) int recording_put(struct rs_writer *w, uint32_t cpu, const struct rs_event_hdr *hdr)
{
	static struct kept {
		struct kept *next;
		struct rs_event_hdr hdr;
	} *all;
	struct kept *kept = malloc(sizeof(*kept) + hdr->len);
	int ret;

	assert_non_null(kept);
	kept->next = all;
	all = kept;
	memcpy(&kept->hdr, hdr, hdr->len);
	ret = rs_writer_put_record(w, cpu, &kept->hdr);
	return ret < 0 ? ret : 0;
}

/* The INFO block that a recorder would write, as far as a reader and a report need it. */
static inline void recording_info(struct rs_writer *w, const struct rs_schema *schema, const char *mode)
{
	static const struct {
		const char *name, *state, *lost;
	} probes[] = {
		{ "balance_pgdat", "attached", NULL },
		{ "mm_vmscan_direct_reclaim_begin", "attached", NULL },
		{ "mm_vmscan_lru_shrink_inactive", "attached", NULL },
		{ "workingset_refault", "refused", "refaults, and whose they are" },
	};
	struct rs_json j;
	size_t len, i;
	char *text;
	FILE *f = open_memstream(&text, &len);

	rs_json_init(&j, f);
	rs_json_object(&j, NULL);
	rs_json_string(&j, "mode", mode);
	rs_json_string(&j, "attachment", "cheap");
	rs_json_object(&j, "kernel");
	rs_json_string(&j, "release", "6.1.0-made-up");
	rs_json_string(&j, "machine", "x86_64");
	rs_json_string(&j, "lru", "classic");
	rs_json_end_object(&j);
	rs_json_array(&j, "zones");
	rs_json_object(&j, NULL);
	rs_json_i64(&j, "node", 0);
	rs_json_i64(&j, "zone", 1);
	rs_json_string(&j, "name", "DMA32");
	rs_json_end_object(&j);
	rs_json_end_array(&j);
	rs_json_array(&j, "probes");
	for (i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		rs_json_object(&j, NULL);
		rs_json_string(&j, "name", probes[i].name);
		rs_json_string(&j, "state", probes[i].state);
		if (probes[i].lost)
			rs_json_string(&j, "lost", probes[i].lost);
		rs_json_end_object(&j);
	}
	rs_json_end_array(&j);
	rs_schema_to_json(schema, &j, "schema");
	rs_json_end_object(&j);
	fclose(f);
	assert_int_equal(rs_writer_put_json(w, RS_BLOCK_INFO, text, len), 0);
	free(text);
}

static inline void recording_put_text(struct rs_writer *w, enum rs_block_type type, const char *json)
{
	assert_int_equal(rs_writer_put_json(w, type, json, strlen(json)), 0);
}

/* The other blocks of JSON that a recorder writes, with every member that a report looks at. */
static inline void recording_loss(struct rs_writer *w)
{
	recording_put_text(w, RS_BLOCK_LOSS,
			   "{\"attempted\":90,\"written\":80,\"lost\":10,\"by_reason\":{\"ring_full\":7,"
			   "\"skipped_by_kernel\":2,\"begin_not_seen\":1},\"filtered\":4,\"sampled_out\":3,"
			   "\"tracepoints\":{\"mm_vmscan_kswapd_wake\":5}}");
	recording_put_text(w, RS_BLOCK_NAMES,
			   "{\"cgroups\":{\"1\":\"/\",\"7\":\"/a/b\"},\"symbols\":{\"64\":\"super_cache_scan\"},"
			   "\"stacks\":{\"1\":[\"a\",\"b\"]}}");
}

static inline void recording_totals(struct rs_writer *w)
{
	recording_put_text(w, RS_BLOCK_TOTALS,
			   "{\"stalls\":[{\"kind\":0,\"count\":5,\"ns\":9000,\"max_ns\":4000,\"nr_reclaimed\":160,"
			   "\"histogram\":{\"40\":4,\"44\":1}},{\"kind\":1,\"count\":2,\"ns\":70,\"max_ns\":40,"
			   "\"nr_reclaimed\":64,\"histogram\":{\"20\":2}},{\"kind\":4,\"count\":3,\"ns\":5000000,"
			   "\"max_ns\":3000000,\"nr_reclaimed\":0,\"histogram\":{}}],"
			   "\"nr_scanned\":[10,200,30,400],\"nr_reclaimed\":[1,100,3,300],"
			   "\"batches_by_priority\":[0,0,0,0,0,0,0,0,0,0,1,2,30,0,0,0],\"throttled\":[1,0,0,2,0,0],"
			   "\"throttled_usec\":[100,0,0,4000,0,0],\"wakeups_by_order\":[3],\"slab_freed\":12,"
			   "\"stallers\":[{\"tgid\":42,\"kind\":0,\"comm\":\"ca\\u001bt\",\"count\":5,\"ns\":9000,"
			   "\"max_ns\":4000,\"nr_reclaimed\":160},{\"cgroup\":7,\"kind\":0,\"count\":5,\"ns\":9000,"
			   "\"max_ns\":4000,\"nr_reclaimed\":160}]}");
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
	for (i = 0; i < RS_MAX_RECORD / 8; i++) {
		/* Mostly small numbers, as in real records, and now and then all 64 bits. */
		buf[i] = unit_random(seed) >> (unit_random(seed) % 8 * 8);
		if (unit_random(seed) % 2) /* and two of 32 bits, with few values: kinds and nodes */
			buf[i] = (buf[i] & 3) | (unit_random(seed) & 1) << 32;
	}
	*ts_ns += unit_random(seed) % 100000;
	hdr->ts_ns = *ts_ns;
	hdr->tid = unit_random(seed) % 100;
	hdr->type = type;
	hdr->len = schema->events[type].len;
	return hdr;
}

/* A whole recording with @nr records of the types in @schema, in blocks of 10. */
static inline void recording_make(const char *path, uint64_t seed, int nr, const struct rs_schema *schema, const char *mode)
{
	uint64_t ts = 1000, buf[RS_MAX_RECORD / 8];
	struct rs_writer *w;
	int i;

	assert_int_equal(rs_writer_create(path, false, &w), 0);
	recording_info(w, schema, mode);
	for (i = 0; i < nr; i++) {
		assert_int_equal(recording_put(w, i % 4, random_record(&seed, schema, &ts, buf)), 0);
		if (i % 10 == 9)
			assert_int_equal(rs_writer_flush(w), 0);
	}
	assert_int_equal(rs_writer_flush(w), 0);
	recording_loss(w);
	if (!strcmp(mode, "summary"))
		recording_totals(w);
	recording_put_text(w, RS_BLOCK_END, "{\"duration_ns\":5000000}");
	assert_int_equal(rs_writer_close(w), 0);
}

#endif
