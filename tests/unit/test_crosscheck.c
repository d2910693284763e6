/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tests/vm/crosscheck.c compares a recording with what the kernel and others have counted in the same run. Here a run is made
 * up in which everything corresponds; then one number is changed at a time, and just the rule that is about it has to notice.
 */
#include "../../src/report/refault.h"
#include "../../src/report/report.h"
#include "recording.h"

int crosscheck_main(int argc, char **argv);
static int report_with_a_mistake(struct rs_reader *reader, struct rs_report **ret);

#define main crosscheck_main
#define rs_report_create report_with_a_mistake
#include "../vm/crosscheck.c"
#undef main
#undef rs_report_create

#define WORKER 7
#define RECORDER 9
#define SETTINGS 20

static enum { NO_MISTAKE, NO_REPORT, FORGETS, LINKS_TOO_MANY, CURVE_TOO_LONG } mistake;

/* The report does not depend on what others count, so that its mistakes have to be made for it. */
static int report_with_a_mistake(struct rs_reader *reader, struct rs_report **ret)
{
	struct rs_refaults *f;
	int err = mistake == NO_REPORT ? -EIO : rs_report_create(reader, ret);

	if (err)
		return err;
	f = (*ret)->refaults;
	assert_int_equal(f->linked[0], 1);
	f->unlinked[1] -= mistake == FORGETS;
	f->links->refaulted += mistake == LINKS_TOO_MANY;
	f->working_sets->of[0].nr += mistake == CURVE_TOO_LONG;
	return 0;
}

struct count {
	const char *name;
	int64_t n;
};

/* What is counted elsewhere, and what the run is like. */
struct world {
	const char *release, *lru;
	bool tells; /* MGLRU that evicts with a tracepoint */
	int64_t missing, lost; /* of what was written; of what was attempted */
	int64_t unexplained; /* attempted, and neither written nor lost */
	bool ends, has_counts;
	struct count vmstat[20], counts[4], ours[4];
	int64_t a, b, c; /* anon refaults of memory.stat: /a, /a/b, /a/c */
	const char *drsnoop;
	int settings;
	int64_t mark[3], boost; /* what zoneinfo has more than the record, of min, low and high; and its boost */
	int recorder_refaults;
	int anon, written; /* pages of an anon folio on its way, and of one that was written; 0: there is none */
	int nid; /* of the zone whose marks are set */
	bool summary; /* the one of a recorder in mode summary, with sums of these */
	int64_t scanned[4], reclaimed[4];
};

static const struct world as_it_should_be = {
	.release = "6.12.1",
	.lru = "classic",
	.tells = true,
	.ends = true,
	.has_counts = true,
	.vmstat = { { "pgsteal_anon", 20 },	     { "pgsteal_file", 50 },
		    { "pgscan_anon", 32 },	     { "pgscan_file", 72 },
		    { "allocstall_normal", 1 },	     { "allocstall_movable", 1 },
		    { "pageoutrun", 1 },	     { "slabs_scanned", 60 },
		    { "workingset_refault_anon", 8 }, { "workingset_refault_file", 5 },
		    { "oom_kill", 1 },		     { "pswpout", 990 },
		    { "swpout_zero", 8 },	     { "pgdemote_kswapd", 5 },
		    { "pgdemote_direct", 4 },	     { "pgsteal_kswapd", 45 } },
	.counts = { { "mm_vmscan_write_folio", 1000 }, { "mm_vmscan_kswapd_wake", 3 }, { "mm_vmscan_lru_shrink_inactive", 2 } },
	.ours = { { "mm_vmscan_write_folio", 1000 }, { "mm_vmscan_kswapd_wake", 3 }, { "mm_vmscan_lru_shrink_inactive", 2 } },
	.a = 7,
	.b = 5,
	.c = 2,
	.settings = SETTINGS,
	.scanned = { 20, 40, 12, 24 },
	.reclaimed = { 15, 30, 5, 20 },
};

static int64_t *counted(struct count *of, const char *name)
{
	while (strcmp(of->name, name))
		of++;
	return &of->n;
}

static void put_counts(struct rs_json *j, const char *key, const struct count *of, bool base)
{
	rs_json_object(j, key);
	for (; of->name; of++)
		rs_json_i64(j, of->name, base ? 1000 : of->n);
	rs_json_end_object(j);
}

#define PUT_RECORD(thread, name, ...)                                                                                       \
	do {                                                                                                                \
		struct rs_event_##name e_ = {                                                                               \
			.hdr = { .ts_ns = ts += 1000, .tid = thread, .type = RS_EVENT_##name, .len = sizeof(e_) }, __VA_ARGS__ \
		};                                                                                                          \
		assert_true(rs_writer_put_record(w, 0, &e_.hdr) >= 0);                                                      \
		assert_int_equal(rs_writer_flush(w), 0);                                                                    \
		written++;                                                                                                  \
	} while (0)

static uint64_t put_records(struct rs_writer *w, const struct world *world)
{
	uint64_t ts = 1000000, written = 0;
	int i;

	PUT_RECORD(WORKER, task, .tgid = WORKER, .comm = "worker");
	PUT_RECORD(RECORDER, task, .tgid = RECORDER, .comm = "reclaimscope");
	PUT_RECORD(WORKER, reclaim_begin, .kind = RS_RECLAIM_DIRECT, .tgid = WORKER, .comm = "worker");
	/* For the whole system: again at priority 12 is a second pass. For a cgroup: none. */
	PUT_RECORD(WORKER, try_to_free_pages_begin, .priority = 12);
	PUT_RECORD(WORKER, shrink_node_begin, .priority = 12);
	PUT_RECORD(WORKER, shrink_node_begin, .priority = 11);
	PUT_RECORD(WORKER, shrink_node_begin, .priority = 12);
	PUT_RECORD(WORKER, try_to_free_pages_end, .ret = 50);
	PUT_RECORD(WORKER, try_to_free_pages_begin, .priority = 12, .target_cgroup = 5);
	PUT_RECORD(WORKER, shrink_node_begin, .priority = 11);
	PUT_RECORD(WORKER, shrink_node_begin, .priority = 12);
	PUT_RECORD(WORKER, try_to_free_pages_end, .ret = 1);
	ts += 4000000;
	PUT_RECORD(WORKER, reclaim_end, .kind = RS_RECLAIM_DIRECT, .nr_reclaimed = 50);
	PUT_RECORD(WORKER, shrink_inactive, .nr_scanned = 32, .nr_taken = 30, .isolated = 1, .nr_reclaimed = 20, .full_stat = 1, .nr_pageout = 3,
		   .nr_demoted = 3);
	PUT_RECORD(WORKER, shrink_inactive, .nr_scanned = 64, .nr_taken = 60, .isolated = 1, .nr_reclaimed = 50, .file = 1, .full_stat = 1,
		   .nr_pageout = 2, .nr_demoted = 6);
	PUT_RECORD(WORKER, isolate_nothing, .lru = 2, .nr_isolate_scanned = 8);
	/* Of an active list: not part of pgscan. */
	PUT_RECORD(WORKER, isolate_nothing, .lru = 1, .nr_isolate_scanned = 16);
	PUT_RECORD(WORKER, shrink_slab, .total_scan = 100, .left = 40);
	PUT_RECORD(WORKER, balance_pgdat_begin, .highest_zoneidx = 1);
	PUT_RECORD(WORKER, mark_victim, .victim = 3);
	PUT_RECORD(WORKER, zone_state, .context = RS_ZONE_OF_SET_WATERMARKS + 1, .nid = world->nid, .min = 1);
	for (i = 0; i < SETTINGS; i++)
		PUT_RECORD(WORKER, zone_state, .context = RS_ZONE_OF_SET_WATERMARKS, .nid = world->nid, .min = 100 + i, .low = 200 + i,
			   .high = 300 + i);
	/* While others go on, the recorder's are as good as theirs. */
	PUT_RECORD(RECORDER, workingset_refault, .cgroup = 1, .nr_pages = 1, .file = 1);
	PUT_RECORD(WORKER, workingset_refault, .cgroup = 12, .nr_pages = 5);
	PUT_RECORD(WORKER, workingset_refault, .cgroup = 13, .nr_pages = 2);
	PUT_RECORD(WORKER, workingset_eviction, .nr_pages = 1, .shadow = 0x100, .place = 77);
	PUT_RECORD(WORKER, workingset_refault, .cgroup = 14, .nr_pages = 1, .shadow = 0x100, .place = 77);
	PUT_RECORD(WORKER, workingset_refault, .cgroup = 1, .nr_pages = 4, .file = 1);
	if (world->anon)
		PUT_RECORD(WORKER, folio, .flags = RS_FOLIO_SWAPBACKED, .nr_pages = world->anon);
	if (world->written)
		PUT_RECORD(WORKER, write_folio, .nr_pages = world->written);
	if (world->recorder_refaults)
		PUT_RECORD(RECORDER, workingset_refault, .cgroup = 1, .nr_pages = world->recorder_refaults, .file = 1);
	return written;
}

static void put_sums(struct rs_writer *w, const struct world *world)
{
	struct rs_json j;
	char *text;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);

	rs_json_init(&j, f);
	rs_json_object(&j, NULL);
	rs_json_array(&j, "nr_scanned");
	for (i = 0; i < 4; i++)
		rs_json_i64(&j, NULL, world->scanned[i]);
	rs_json_end_array(&j);
	rs_json_array(&j, "nr_reclaimed");
	for (i = 0; i < 4; i++)
		rs_json_i64(&j, NULL, world->reclaimed[i]);
	rs_json_end_array(&j);
	rs_json_end_object(&j);
	fclose(f);
	assert_int_equal(rs_writer_put_json(w, RS_BLOCK_TOTALS, text, len), 0);
	free(text);
}

static void make_recording(const char *path, const struct world *world)
{
	struct rs_schema *schema;
	struct rs_writer *w;
	struct rs_json j;
	char *text;
	size_t len;
	uint64_t written;
	FILE *f = open_memstream(&text, &len);

	assert_int_equal(rs_schema_create(&schema), 0);
	assert_int_equal(rs_writer_create(path, false, &w), 0);
	rs_json_init(&j, f);
	rs_json_object(&j, NULL);
	rs_json_object(&j, "kernel");
	rs_json_string(&j, "release", world->release);
	rs_json_string(&j, "lru", world->lru);
	rs_json_object(&j, "differences");
	rs_json_bool(&j, "lru_gen_shrink_node", world->tells);
	rs_json_end_object(&j);
	rs_json_end_object(&j);
	put_counts(&j, "vmstat", world->vmstat, true);
	rs_schema_to_json(schema, &j, "schema");
	rs_json_end_object(&j);
	fclose(f);
	assert_int_equal(rs_writer_put_json(w, RS_BLOCK_INFO, text, len), 0);
	free(text);
	rs_schema_destroy(schema);

	written = put_records(w, world);
	put_sums(w, world);

	f = open_memstream(&text, &len);
	rs_json_init(&j, f);
	rs_json_object(&j, NULL);
	put_counts(&j, "tracepoints", world->ours, false);
	rs_json_end_object(&j);
	fclose(f);
	assert_int_equal(rs_writer_put_json(w, RS_BLOCK_LOSS, text, len), 0);
	free(text);

	if (world->ends) {
		struct count after[RS_ARRAY_SIZE_OF(world->vmstat)];
		size_t i;

		for (i = 0; i < RS_ARRAY_SIZE_OF(after); i++)
			after[i] = (struct count){ world->vmstat[i].name, world->vmstat[i].n + 1000 };
		f = open_memstream(&text, &len);
		rs_json_init(&j, f);
		rs_json_object(&j, NULL);
		rs_json_u64(&j, "written", written + world->missing);
		rs_json_u64(&j, "lost", world->lost);
		rs_json_u64(&j, "attempted", written + world->missing + world->lost + world->unexplained);
		put_counts(&j, "vmstat", after, false);
		rs_json_end_object(&j);
		fclose(f);
		assert_int_equal(rs_writer_put_json(w, RS_BLOCK_END, text, len), 0);
		free(text);
	}
	assert_int_equal(rs_writer_close(w), 0);
}

static FILE *create(const char *dir, const char *name)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	return f;
}

/* What others have counted. */
static void make_others(const char *dir, const struct world *world)
{
	const struct count *c;
	FILE *f;
	int i;

	if (world->has_counts) {
		f = create(dir, "counts");
		for (c = world->counts; c->name; c++)
			fprintf(f, "%s %" PRIi64 "\n", c->name, c->n);
		fclose(f);
	}
	f = create(dir, "memory.stat");
	fprintf(f, "11 /a %" PRIi64 " 0\n12 /a/b %" PRIi64 " 0\n13 /a/c %" PRIi64 " 0\n14 /ab 1 0\n", world->a, world->b, world->c);
	fclose(f);
	if (world->drsnoop) {
		f = create(dir, "drsnoop");
		fprintf(f, "TIME(s) COMM TID LAT(ms) PAGES\n%s", world->drsnoop);
		fclose(f);
	}
	f = create(dir, "zoneinfo");
	for (i = 0; i < world->settings; i++) {
		const int64_t *more = i == 3 ? world->mark : as_it_should_be.mark, boost = world->boost;

		fprintf(f,
			"== %d\nNode %d, zone    DMA\n  pages free     500\n        boost    %" PRIi64 "\n        min      %" PRIi64
			"\n        low      %" PRIi64 "\n        high     %" PRIi64 "\n        spanned  4000\n        present  4000\n        managed  4000\n",
			i, world->nid, boost, 100 + i + boost + more[0], 200 + i + boost + more[1], 300 + i + boost + more[2]);
	}
	fclose(f);
}

/* The rules that the run breaks, each followed by a semicolon. */
static const char *broken(const struct world *world)
{
	static const char *const files[] = { "counts", "memory.stat", "drsnoop", "zoneinfo", "s.data" };
	static char names[2000];
	char *path = recording_path(), dir[300], line[500], file[512], *end;
	char *argv[] = { (char *)"crosscheck", dir, NULL };
	int out = dup(STDOUT_FILENO), fd, status;
	size_t lines = 0, i;
	FILE *f = tmpfile();

	snprintf(dir, sizeof(dir), "%.*s", (int)(strrchr(path, '/') - path), path);
	make_recording(path, world);
	make_others(dir, world);
	snprintf(file, sizeof(file), "%s/s.data", dir);
	if (world->summary)
		make_recording(file, world);
	assert_non_null(f);
	fflush(stdout);
	fd = dup2(fileno(f), STDOUT_FILENO);
	nr_tests = 0;
	failed = false;
	status = crosscheck_main(2, argv);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	assert_int_equal(fd, STDOUT_FILENO);

	*names = 0;
	rewind(f);
	while (fgets(line, sizeof(line), f)) {
		lines++;
		if (strncmp(line, "not ok ", 7))
			continue;
		end = strstr(line, " - ") + 3;
		strncat(names, end, strcspn(end, ":0123456789\n"));
		strcat(names, ";");
	}
	fclose(f);
	assert_true(lines > 0);
	assert_int_equal(status, *names != 0);
	for (i = 0; i < RS_ARRAY_SIZE_OF(files); i++) {
		snprintf(file, sizeof(file), "%s/%s", dir, files[i]);
		unlink(file);
	}
	recording_remove(path);
	return names;
}

/* After @change of a run that is as it should be otherwise. */
#define BROKEN(expected, ...)                            \
	do {                                             \
		struct world w = as_it_should_be;        \
		__VA_ARGS__;                             \
		assert_string_equal(broken(&w), expected); \
	} while (0)

static void a_run_in_which_all_corresponds(void **state)
{
	(void)state;
	BROKEN("", (void)w);
}

static void the_recording_accounts_for_itself(void **state)
{
	(void)state;
	BROKEN("attempted ;", w.unexplained = 1);
	BROKEN("written, and read back;", w.missing = 1);
	BROKEN("at most one event in a thousand lost;", w.lost = 1);
	/* it stops there: without an end there is nothing to compare with */
	struct world w = as_it_should_be;

	w.ends = false;
	assert_non_null(strstr(broken(&w), "/tmp/rs-unit-"));
}

static void tracepoints_equal_ftrace(void **state)
{
	(void)state;
	BROKEN("mm_vmscan_kswapd_wake;", ++*counted(w.counts, "mm_vmscan_kswapd_wake"));
	BROKEN("mm_vmscan_kswapd_wake;", --*counted(w.counts, "mm_vmscan_kswapd_wake"));
	/* nothing seen of an event that ftrace saw */
	BROKEN("mm_vmscan_kswapd_wake;", w.ours[1].name = "mm_vmscan_kswapd_sleep");
	struct world w = as_it_should_be;

	w.has_counts = false;
	assert_non_null(strstr(broken(&w), "/tmp/rs-unit-"));
}

static void each_counter_equals_vmstat(void **state)
{
	static const struct {
		const char *counter, *rule;
	} pairs[] = {
		{ "pgsteal_anon", "pgsteal_anon;" },	      { "pgsteal_file", "pgsteal_file;" },
		{ "pgscan_anon", "pgscan_anon;" },	      { "pgscan_file", "pgscan_file;" },
		{ "allocstall_normal", "allocstall_*;" },     { "allocstall_movable", "allocstall_*;" },
		{ "pageoutrun", "pageoutrun;" },	      { "slabs_scanned", "slabs_scanned;" },
		{ "workingset_refault_anon", "workingset_refault_anon;" },
		{ "workingset_refault_file", "workingset_refault_file;" },
		{ "oom_kill", "oom_kill;" },		      { "pgdemote_kswapd", "pgdemote_*;" },
		{ "pgdemote_direct", "pgdemote_*;" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < RS_ARRAY_SIZE_OF(pairs); i++) {
		BROKEN(pairs[i].rule, ++*counted(w.vmstat, pairs[i].counter));
		BROKEN(pairs[i].rule, --*counted(w.vmstat, pairs[i].counter));
	}
}

static void the_recorders_last_refaults_are_its_own(void **state)
{
	(void)state;
	BROKEN("", w.recorder_refaults = 2);
	/* seen by vmstat or not, but no more than those */
	BROKEN("", w.recorder_refaults = 2; *counted(w.vmstat, "workingset_refault_file") += 2);
	BROKEN("workingset_refault_file;", w.recorder_refaults = 2; *counted(w.vmstat, "workingset_refault_file") += 3);
	BROKEN("workingset_refault_file;", w.recorder_refaults = 2; --*counted(w.vmstat, "workingset_refault_file"));
}

static void swapped_out_is_nearly_what_was_written(void **state)
{
	int64_t margin = 64 + 998 / 200;

	(void)state;
	/* 1000 writes, less 2 of file pages */
	BROKEN("", *counted(w.vmstat, "pswpout") -= margin);
	BROKEN("pswpout and swpout_zero;", *counted(w.vmstat, "pswpout") -= margin + 1);
	BROKEN("pswpout and swpout_zero;", *counted(w.vmstat, "pswpout") += 1);
	BROKEN("pswpout and swpout_zero;", *counted(w.vmstat, "swpout_zero") += 1);
	/* one of 16 pages, and a batch of such that was not written after all */
	BROKEN("", w.written = 16; *counted(w.vmstat, "pswpout") += 15);
	BROKEN("pswpout and swpout_zero;", w.written = 16; *counted(w.vmstat, "pswpout") += 16);
	margin = 2 * 64 + (998 + 1) / 200;
	BROKEN("", w.written = 2; *counted(w.vmstat, "pswpout") += 1 - margin);
	BROKEN("pswpout and swpout_zero;", w.written = 2; *counted(w.vmstat, "pswpout") += 1 - margin - 1);
	/* one that may have been written, where that is not told */
	BROKEN("", w.anon = 16; *counted(w.vmstat, "pswpout") += 15);
	BROKEN("pswpout and swpout_zero;", w.anon = 16; *counted(w.vmstat, "pswpout") += 16);
	BROKEN("pswpout and swpout_zero;", w.anon = 16; w.written = 1; *counted(w.vmstat, "pswpout") += 15);
}

static void mglru_counts_what_it_isolates(void **state)
{
	(void)state;
	BROKEN("pgscan_anon;pgscan_file;", w.lru = "mglru");
	BROKEN("", w.lru = "mglru"; *counted(w.vmstat, "pgscan_anon") = 30; *counted(w.vmstat, "pgscan_file") = 60);
	/* a page that comes back on another node is not counted there */
	BROKEN("", w.lru = "mglru"; w.nid = 1; *counted(w.vmstat, "pgscan_anon") = 30; *counted(w.vmstat, "pgscan_file") = 60; w.a--;
	       --*counted(w.vmstat, "workingset_refault_anon"));
	BROKEN("workingset_refault_anon;", w.nid = 1; --*counted(w.vmstat, "workingset_refault_anon"));
}

/* 6.1: no tracepoint of its evictions, and refaults that the kernel does not count. */
static struct world silent(void)
{
	struct world w = as_it_should_be;

	w.lru = "mglru";
	w.tells = false;
	*counted(w.counts, "mm_vmscan_lru_shrink_inactive") = *counted(w.ours, "mm_vmscan_lru_shrink_inactive") = 0;
	return w;
}

static void mglru_that_is_silent(void **state)
{
	(void)state;
	BROKEN("", w = silent());
	BROKEN("", w = silent(); *counted(w.vmstat, "pgsteal_anon") = 0; *counted(w.vmstat, "pgscan_anon") = 0);
	BROKEN("", w = silent(); *counted(w.vmstat, "workingset_refault_anon") = 2; w.a = 1; w.b = 1; w.c = 0);
	BROKEN("workingset_refault_anon;", w = silent(); ++*counted(w.vmstat, "workingset_refault_anon"));
	BROKEN("workingset_refault_anon of /a/c;", w = silent(); w.c++);
	BROKEN("mm_vmscan_lru_shrink_inactive, without which this MGLRU evicts;", w = silent();
	       *counted(w.counts, "mm_vmscan_lru_shrink_inactive") = *counted(w.ours, "mm_vmscan_lru_shrink_inactive") = 2);
}

static void refaults_equal_memory_stat_of_each_cgroup(void **state)
{
	(void)state;
	BROKEN("workingset_refault_anon of /a;", w.a--);
	BROKEN("workingset_refault_anon of /a;", w.a++);
	BROKEN("workingset_refault_anon of /a/b;", w.b--);
	BROKEN("workingset_refault_anon of /a/c;", w.c++);
	/* 5.10 leaves some out, and never counts more */
	BROKEN("", w.release = "5.10.1"; w.a = 0; w.b = 0; w.c = 0);
	BROKEN("workingset_refault_anon of /a/b;", w.release = "5.10.1"; w.b++);
}

static void a_report_that_is_wrong(void **state)
{
	(void)state;
	mistake = NO_REPORT;
	BROKEN("the report cannot be made;", (void)w);
	mistake = FORGETS;
	BROKEN("refaults of file pages in the report;", (void)w);
	mistake = LINKS_TOO_MANY;
	BROKEN("of them with their reclaim;of them in a curve;", (void)w);
	mistake = CURVE_TOO_LONG;
	BROKEN("of them in a curve;", (void)w);
	mistake = NO_MISTAKE;
}

static void stalls_equal_drsnoops(void **state)
{
	(void)state;
	BROKEN("", w.drsnoop = "12:00:00 worker 7 4.00 50\n");
	BROKEN("stalls that drsnoop saw;of them of the same thread with the same pages;length of the stalls;all stalls together;",
	       w.drsnoop = "12:00:00 worker 7 4.00 50\n12:00:01 worker 7 4.00 50\n");
	BROKEN("of them of the same thread with the same pages;length of the stalls;all stalls together;",
	       w.drsnoop = "12:00:00 worker 8 4.00 50\n");
	BROKEN("of them of the same thread with the same pages;length of the stalls;all stalls together;",
	       w.drsnoop = "12:00:00 worker 7 4.00 51\n");
	/* within 1 ms, yet 2 % of the sum */
	BROKEN("all stalls together;", w.drsnoop = "12:00:00 worker 7 4.90 50\n");
	BROKEN("all stalls together;", w.drsnoop = "12:00:00 worker 7 3.10 50\n");
	BROKEN("length of the stalls;all stalls together;", w.drsnoop = "12:00:00 worker 7 5.10 50\n");
	BROKEN("stalls that drsnoop saw;length of the stalls;all stalls together;", w.drsnoop = "");
}

static void marks_equal_zoneinfo(void **state)
{
	(void)state;
	BROKEN("marks after ;", w.mark[0] = 1);
	BROKEN("marks after ;", w.mark[1] = 1);
	BROKEN("marks after ;", w.mark[2] = -1);
	BROKEN("", w.boost = 40);
	BROKEN("marks after ;", w.settings = SETTINGS - 1);
	BROKEN("marks after ;", w.settings = SETTINGS + 1);
}

static void sums_of_mode_summary_equal_vmstat(void **state)
{
	int i;

	(void)state;
	BROKEN("", w.summary = true);
	/* to whom and to which list it belongs */
	BROKEN("mode summary, pgsteal_anon;", w.summary = true; w.reclaimed[2]++);
	BROKEN("mode summary, pgsteal_file;", w.summary = true; w.reclaimed[3]--);
	BROKEN("mode summary, pgsteal_anon;mode summary, pgsteal_file;", w.summary = true; w.reclaimed[0]++; w.reclaimed[1]--);
	BROKEN("mode summary, pgsteal_kswapd;", w.summary = true; w.reclaimed[0]++; w.reclaimed[2]--);
	BROKEN("mode summary, pgsteal_kswapd;", w.summary = true; ++*counted(w.vmstat, "pgsteal_kswapd"));
	for (i = 0; i < 4; i++) {
		BROKEN("", w.summary = true; w.scanned[i]++);
		BROKEN(i % 2 ? "mode summary, scanned file pages;" : "mode summary, scanned anon pages;", w.summary = true; w.scanned[i]--);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_in_which_all_corresponds),
		cmocka_unit_test(the_recording_accounts_for_itself),
		cmocka_unit_test(tracepoints_equal_ftrace),
		cmocka_unit_test(each_counter_equals_vmstat),
		cmocka_unit_test(the_recorders_last_refaults_are_its_own),
		cmocka_unit_test(swapped_out_is_nearly_what_was_written),
		cmocka_unit_test(mglru_counts_what_it_isolates),
		cmocka_unit_test(mglru_that_is_silent),
		cmocka_unit_test(refaults_equal_memory_stat_of_each_cgroup),
		cmocka_unit_test(a_report_that_is_wrong),
		cmocka_unit_test(stalls_equal_drsnoops),
		cmocka_unit_test(marks_equal_zoneinfo),
		cmocka_unit_test(sums_of_mode_summary_equal_vmstat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
