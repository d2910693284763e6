/* SPDX-License-Identifier: GPL-2.0-only */
/* What the report makes of a recording whose numbers are known. */
#include <errno.h>

#include "../../src/base/readfile.h"
#include "everything.h"
#include "report_of.h"

/* The last line of the JSON, parsed. */
static struct json_object *summary_of(const struct fixture *f)
{
	const char *line = f->json, *next;

	while ((next = strchr(line, '\n')) && next[1])
		line = next + 1;
	return json_tokener_parse(line);
}

/* A member, "a.b.c"; fails the test when it is missing. */
static struct json_object *get(struct json_object *object, const char *path)
{
	char name[64];

	while (*path) {
		size_t len = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)len, path);
		if (!json_object_object_get_ex(object, name, &object))
			fail_msg("the summary has no %s", path);
		path += len + (path[len] == '.');
	}
	return object;
}

static uint64_t number(struct json_object *summary, const char *path)
{
	struct json_object *v = get(summary, path);

	assert_true(json_object_is_type(v, json_type_int));
	return json_object_get_uint64(v);
}

/*
 * time   1000      2000      3000     5000     9000
 * 42     direct begins ------ ends
 * 43               memcg begins --------------- ends
 * kswapd wakes --------------------- sleeps
 */
static void put_story(struct fixture *f)
{
	PUT(f, 1000, 42, reclaim_begin, .kind = RS_RECLAIM_DIRECT, .tgid = 42, .cgroup = 7, .comm = "cat");
	PUT(f, 1000, 50, kswapd_wake, .nid = 0);
	PUT(f, 2000, 43, reclaim_begin, .kind = RS_RECLAIM_MEMCG, .tgid = 43, .cgroup = 7, .comm = "e\033[2Jvil");
	PUT(f, 2500, 42, shrink_inactive, .nr_scanned = 100, .nr_reclaimed = 60, .priority = 12, .file = 1);
	PUT(f, 3000, 42, reclaim_end, .kind = RS_RECLAIM_DIRECT, .nr_reclaimed = 60);
	PUT(f, 4000, 50, shrink_inactive, .nr_scanned = 30, .nr_reclaimed = 40, .priority = 11, .reclaimer = RS_RECLAIM_KSWAPD);
	PUT(f, 5000, 50, kswapd_sleep, .nid = 0);
	PUT(f, 9000, 43, reclaim_end, .kind = RS_RECLAIM_MEMCG, .nr_reclaimed = 5);
}

static void summary_has_what_scripts_rely_on(void **state)
{
	struct fixture *f = *state;
	struct json_object *s;

	recording_info(f->writer, f->schema, "decisions");
	put_story(f);
	assert_int_equal(rs_writer_flush(f->writer), 0);
	recording_loss(f->writer);
	recording_put_text(f->writer, RS_BLOCK_END, "{\"duration_ns\":20000}");
	make_report(f);
	s = summary_of(f);
	assert_string_equal(json_object_get_string(get(s, "type")), "summary");
	assert_int_equal(number(s, "events.attempted"), 90);
	assert_int_equal(number(s, "events.written"), 80);
	assert_int_equal(number(s, "events.lost"), 10);
	assert_int_equal(number(s, "events.by_reason.ring_full"), 7);
	assert_int_equal(number(s, "events.read"), 8);
	assert_int_equal(number(s, "tracepoints.mm_vmscan_kswapd_wake"), 5);
	assert_int_equal(number(s, "direct_reclaim.count"), 1);
	assert_int_equal(number(s, "direct_reclaim.stall_ns"), 2000);
	assert_int_equal(number(s, "direct_reclaim.reclaimed_pages"), 60);
	assert_int_equal(number(s, "memcg_reclaim.count"), 1);
	assert_int_equal(number(s, "memcg_reclaim.stall_ns"), 7000);
	assert_int_equal(number(s, "memcg_reclaim.reclaimed_pages"), 5);
	assert_int_equal(number(s, "kswapd.wakes"), 1);
	assert_int_equal(number(s, "kswapd.awake_ns"), 4000);
	assert_int_equal(number(s, "pages.scanned"), 130);
	assert_int_equal(number(s, "pages.reclaimed"), 100);
	assert_int_equal(number(s, "pages.by_list.anon.scanned"), 30);
	assert_int_equal(number(s, "pages.by_list.file.reclaimed"), 60);
	assert_string_equal(json_object_get_string(get(s, "kernel")), "6.1.0-made-up");
	assert_string_equal(json_object_get_string(get(s, "lru")), "classic");
	assert_int_equal(number(s, "duration_ns"), 20000);
	assert_true(json_object_get_boolean(get(s, "complete")));
	json_object_put(s);
}

static void summary_of_a_summary_recording_has_the_kernels_sums(void **state)
{
	struct fixture *f = *state;
	struct json_object *s;

	recording_info(f->writer, f->schema, "summary");
	recording_loss(f->writer);
	recording_totals(f->writer);
	make_report(f);
	s = summary_of(f);
	assert_int_equal(number(s, "direct_reclaim.count"), 5);
	assert_int_equal(number(s, "memcg_reclaim.stall_ns"), 70);
	assert_int_equal(number(s, "kswapd.wakes"), 3);
	assert_int_equal(number(s, "pages.scanned"), 640);
	assert_false(json_object_get_boolean(get(s, "complete")));
	json_object_put(s);
}

/* 40 of 30 pages, as the kernel's own counts can have it; and kswapd awake before the clock began. */
static void percentages_are_never_above_100(void **state)
{
	struct fixture *f = *state;
	const char *p;
	int n = 0;

	recording_info(f->writer, f->schema, "decisions");
	put_story(f);
	assert_int_equal(rs_writer_flush(f->writer), 0);
	recording_put_text(f->writer, RS_BLOCK_END, "{\"duration_ns\":3000}");
	make_report(f);
	for (p = f->text; (p = strchr(p, '%')); p++) {
		const char *from = p;

		if (p == f->text || p[-1] != ' ')
			continue;
		for (from--; from > f->text && strchr("0123456789. ", from[-1]) && p - from < 8; from--)
			;
		assert_true(strtod(from, NULL) <= 100);
		n++;
	}
	assert_true(n >= 3);
	report_has(f, "60.0 %"); /* file */
	report_has(f, "50.0 %"); /* kswapd: 4000 of 8000 ns */
}

static void what_no_probe_saw_is_missing_and_not_0(void **state)
{
	struct fixture *f = *state;

	recording_info(f->writer, f->schema, "decisions");
	PUT(f, 1000, 50, kswapd_wake, .nid = 0);
	PUT(f, 2000, 50, balance_pgdat_end, .nid = 0);
	assert_int_equal(rs_writer_flush(f->writer), 0);
	make_report(f);
	assert_non_null(strstr(f->json, "\"passes\":1,"));
	assert_non_null(strstr(f->json, "\"requests\":null"));
	report_has(f, "refaults, and whose they are");
	report_has(f, "Refaults: not seen, the probe was missing");
	report_has(f, "Stalls: none, no task had to reclaim"); /* whose probe was there */
	report_has(f, "how many were lost is not known");
	assert_non_null(strstr(f->json, "\"missing_probes\":[\"workingset_refault\"]"));
	assert_non_null(strstr(f->json, "\"attempted\":null"));
}

static void a_stall_without_its_other_half_is_told_apart(void **state)
{
	struct fixture *f = *state;

	recording_info(f->writer, f->schema, "decisions");
	PUT(f, 1000, 5, reclaim_end, .kind = RS_RECLAIM_DIRECT, .nr_reclaimed = 9);
	PUT(f, 2000, 6, reclaim_begin, .kind = RS_RECLAIM_DIRECT, .tgid = 6, .comm = "sleeper");
	make_report(f);
	report_has(f, "1 more had not ended");
	report_has(f, "1 more had begun before");
	assert_non_null(strstr(f->json, "\"unfinished\":1,\"begin_missing\":1"));
}

/* Nothing that any output of any verb prints may drive a terminal. */
static void names_reach_the_terminal_without_control_characters(void **state)
{
	struct fixture *f = *state;
	char *all, *p;
	size_t len;
	FILE *out;

	recording_info(f->writer, f->schema, "decisions");
	put_story(f);
	PUT(f, 9001, 1, task, .tgid = 1, .cgroup = 66, .comm = "\x9b\x1b\r\x07\x7f");
	PUT(f, 9002, 1, cgroup, .cgroup = 66, .path = "/\xc2\x9b" "2J\033]0;x\a");
	PUT(f, 9003, 1, reclaim_begin, .kind = RS_RECLAIM_MEMCG, .cgroup = 66, .comm = "a\nb");
	PUT(f, 9004, 1, reclaim_end, .kind = RS_RECLAIM_MEMCG);
	assert_int_equal(rs_writer_flush(f->writer), 0);
	recording_put_text(f->writer, RS_BLOCK_NAMES, "{\"cgroups\":{\"7\":\"/evil\\u001b[2J\\u009b\",\"66\":\"\\u0007\"}}");
	make_report(f);
	out = open_memstream(&all, &len);
	assert_int_equal(print_everything(f->path, out), 0);
	fclose(out);
	assert_non_null(strstr(all, "/evil?[2J"));
	for (p = all; *p; p++) {
		assert_true(*p == '\n' || (unsigned char)*p >= ' ');
		assert_true(*p != 0x7f);
		assert_false((unsigned char)p[0] == 0xc2 && (unsigned char)p[1] < 0xa0);
	}
	free(all);
}

/* Rewrites the text of a block with the value behind the @n-th colon replaced. false: there is none. */
static bool replace_value(const char *json, int n, const char *with, char *out, size_t size)
{
	const char *p = json, *end;
	int depth = 0;
	bool quoted = false;

	for (; *p; p++) {
		if (*p == '"' && p[-1] != '\\')
			quoted = !quoted;
		if (*p == ':' && !quoted && n-- == 0)
			break;
	}
	if (!*p)
		return false;
	for (end = ++p, quoted = false; *end; end++) {
		if (*end == '"' && end[-1] != '\\')
			quoted = !quoted;
		if (quoted)
			continue;
		if (depth == 0 && strchr(",}]", *end))
			break;
		depth += (*end == '{' || *end == '[') - (*end == '}' || *end == ']');
	}
	snprintf(out, size, "%.*s%s%s", (int)(p - json), json, with, end);
	return true;
}

/* What each member of each block could be instead: the reader and the report take nothing for granted. */
static void any_value_of_any_block_may_be_anything(void **state)
{
	static const char *const instead[] = { "null", "{}", "[]", "[null]", "\"x\"", "-1", "18446744073709551615", "1e300", "{\"a\":1}" };
	struct fixture *f = *state;
	struct rs_schema *schema = small_schema();
	FILE *nowhere = fopen("/dev/null", "w");
	static char changed[65536];
	char *base = recording_path();
	int type, n, tried = 0;
	size_t i;

	rs_log_set_level(RS_LOG_ERROR);
	recording_make(base, 5, 20, schema, "summary");
	for (type = RS_BLOCK_INFO; type <= RS_BLOCK_END; type++) {
		struct rs_reader *reader;
		const char *json;

		if (type == RS_BLOCK_EVENTS || type == RS_BLOCK_NAMES)
			continue;
		assert_int_equal(rs_reader_open(base, &reader), 0);
		json = json_object_to_json_string_ext(type == RS_BLOCK_INFO   ? rs_reader_info(reader) :
						      type == RS_BLOCK_LOSS   ? rs_reader_loss(reader) :
						      type == RS_BLOCK_TOTALS ? rs_reader_totals(reader) :
										rs_reader_end(reader),
						      JSON_C_TO_STRING_PLAIN);
		/* The schema, which repeats itself, only up to the first events. */
		for (n = 0; n < 60; n++)
			for (i = 0; i < sizeof(instead) / sizeof(instead[0]); i++) {
				struct rs_writer *w;

				if (!replace_value(json, n, instead[i], changed, sizeof(changed)))
					break;
				assert_int_equal(rs_writer_create(f->path, true, &w), 0);
				if (type != RS_BLOCK_INFO)
					recording_info(w, schema, "summary");
				recording_put_text(w, type, changed);
				PUT(&(struct fixture){ .writer = w }, 5, 1, shrink_slab, .shrinker = 64);
				assert_int_equal(rs_writer_close(w), 0);
				print_everything(f->path, nowhere);
				tried++;
			}
		rs_reader_close(reader);
	}
	assert_true(tried > 500);
	rs_writer_close(f->writer);
	recording_remove(base);
	fclose(nowhere);
	rs_schema_destroy(schema);
}

/* Around each power of two, where buckets become wider, and in between. */
static void a_latency_lies_in_its_bucket(void **state)
{
	int bit, step;

	(void)state;
	for (bit = 0; bit < 62; bit++)
		for (step = -3; step <= 8; step++) {
			uint64_t v = (1ULL << bit) + (step <= 3 ? (uint64_t)step : (1ULL << bit) / 4 * (step - 4));
			uint32_t b = rs_hist_bucket(v);

			if ((int64_t)v < 0)
				continue;
			assert_in_range(v, rs_hist_floor(b), rs_hist_floor(b + 1) - 1);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(summary_has_what_scripts_rely_on, setup, teardown),
		cmocka_unit_test_setup_teardown(summary_of_a_summary_recording_has_the_kernels_sums, setup, teardown),
		cmocka_unit_test_setup_teardown(percentages_are_never_above_100, setup, teardown),
		cmocka_unit_test_setup_teardown(what_no_probe_saw_is_missing_and_not_0, setup, teardown),
		cmocka_unit_test_setup_teardown(a_stall_without_its_other_half_is_told_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(names_reach_the_terminal_without_control_characters, setup, teardown),
		cmocka_unit_test_setup_teardown(any_value_of_any_block_may_be_anything, setup, teardown),
		cmocka_unit_test(a_latency_lies_in_its_bucket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
