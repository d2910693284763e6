/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crosscheck DIRECTORY: compares a recording with what others counted in the same run, event for event:
 * the kernel's own tracing (counts), /proc/vmstat (in the recording itself), memory.stat, drsnoop, /proc/zoneinfo.
 * Prints TAP. The rules by which numbers correspond are in docs/crosscheck.md.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../src/base/cleanup.h"
#include "../../src/base/log.h"
#include "../../src/base/readfile.h"
#include "../../src/kernel/zoneinfo.h"
#include "../../src/report/report.h"
#include "../../src/trace/reader.h"
#include "../../src/trace/tasks.h"

#define LARGEST_BATCH 64 /* MIN_LRU_BATCH of MGLRU; the classic LRU takes 32 */

static int nr_tests;
static bool failed;

static void result(bool ok, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void result(bool ok, const char *fmt, ...)
{
	va_list args;

	printf("%s %d - ", ok ? "ok" : "not ok", ++nr_tests);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	failed |= !ok;
}

static void equal(const char *what, uint64_t ours, uint64_t theirs)
{
	result(ours == theirs, "%s: %" PRIu64 " here, %" PRIu64 " there", what, ours, theirs);
}

static void at_least(const char *what, uint64_t ours, uint64_t theirs)
{
	result(ours >= theirs, "%s: %" PRIu64 " here, which is at least %" PRIu64, what, ours, theirs);
}

/* What the records of the recording add up to. */
struct sums {
	uint64_t nr[RS_NR_EVENTS];
	uint64_t scanned[2], taken[2], reclaimed[2]; /* anon, file */
	uint64_t batches_scanned[2]; /* the same without what gave nothing */
	uint64_t file_pageout; /* file pages that reclaim wrote itself */
	uint64_t written_more; /* pages of folios that were written, but for the first of each (mode folios) */
	uint32_t most_written; /* pages of one of them */
	uint64_t anon_more; /* pages of anon folios on their way, but for the first of each: any may have been written */
	uint64_t demoted;
	uint64_t slabs_scanned;
	uint64_t refaults[2];
	uint64_t own_refaults[2]; /* of the recorder at the very end, when nobody adds the counters up any more */
	uint64_t direct; /* reclaim_begin of kind direct */
	uint64_t passes; /* of do_try_to_free_pages() for the whole system, repeated ones included */
	uint64_t kswapd_scanned, kswapd_reclaimed;
};

struct stall {
	uint32_t tid;
	uint64_t pages, ns;
};

struct mark {
	int nid, zid;
	uint64_t min, low, high;
};

/* Refaults charged to one cgroup. */
struct charged {
	uint64_t cgroup, refaults[2];
};

struct run {
	struct rs_reader *reader;
	struct rs_tasks *tasks;
	struct charged charged[256];
	size_t nr_charged;
	struct json_object *before, *after; /* vmstat */
	struct sums s;
	struct {
		bool inside, global;
		int last_priority;
	} episodes[65536]; /* by thread: do_try_to_free_pages() that goes on */
	uint64_t begin_ns[65536]; /* by thread: direct reclaim that goes on */
	struct stall *stalls;
	size_t nr_stalls;
	struct mark *marks;
	size_t nr_marks;
	bool mglru;
	bool silent; /* MGLRU of before 6.12, which evicts without a tracepoint */
	/* several nodes: MGLRU does not count a page that comes back on another one, of which no record tells */
	bool wanders;
};

static void run_free(struct run *run)
{
	rs_tasks_destroy(run->tasks);
	rs_reader_close(run->reader);
	free(run->stalls);
	free(run->marks);
	free(run);
}
RS_DEFINE_CLEANUP(struct run *, run_free)

static uint64_t delta(const struct run *run, const char *name)
{
	struct json_object *a, *b;

	if (!json_object_object_get_ex(run->before, name, &a) || !json_object_object_get_ex(run->after, name, &b))
		return 0;
	return json_object_get_uint64(b) - json_object_get_uint64(a);
}

/* The sum over all names that begin with @prefix. */
static uint64_t delta_all(const struct run *run, const char *prefix)
{
	uint64_t sum = 0;

	json_object_object_foreach(run->after, name, value)
	{
		(void)value;
		if (!strncmp(name, prefix, strlen(prefix)))
			sum += delta(run, name);
	}
	return sum;
}

static bool has(const struct run *run, const char *name)
{
	return json_object_object_get_ex(run->after, name, NULL);
}

static bool is_recorder(const struct run *run, uint32_t tid)
{
	return !strcmp(rs_tasks_comm(run->tasks, tid), "reclaimscope");
}

static void charge(struct run *run, const struct rs_event_workingset_refault *e)
{
	size_t i;

	for (i = 0; i < run->nr_charged && run->charged[i].cgroup != e->cgroup; i++)
		;
	if (i == RS_ARRAY_SIZE_OF(run->charged))
		return; /* which makes a sum too small */
	if (i == run->nr_charged)
		run->charged[run->nr_charged++].cgroup = e->cgroup;
	run->charged[i].refaults[e->file] += e->nr_pages;
}

static void take(struct run *run, const struct rs_event *event)
{
	const struct rs_event_hdr *hdr = event->hdr;
	struct sums *s = &run->s;
	uint16_t tid = hdr->tid;

	s->nr[hdr->type]++;
	rs_tasks_learn(run->tasks, hdr);
	switch (hdr->type) {
	case RS_EVENT_shrink_inactive: {
		const struct rs_event_shrink_inactive *e = (const void *)hdr;

		s->scanned[e->file] += e->nr_scanned;
		s->batches_scanned[e->file] += e->nr_scanned;
		s->taken[e->file] += e->isolated ? e->nr_taken : 0;
		s->reclaimed[e->file] += e->nr_reclaimed;
		s->demoted += e->nr_demoted;
		s->file_pageout += e->file && e->full_stat ? e->nr_pageout : 0;
		break;
	}
	case RS_EVENT_write_folio: {
		const struct rs_event_write_folio *e = (const void *)hdr;

		s->written_more += e->nr_pages ? e->nr_pages - 1 : 0;
		if (e->nr_pages > s->most_written)
			s->most_written = e->nr_pages;
		break;
	}
	case RS_EVENT_folio: {
		const struct rs_event_folio *e = (const void *)hdr;

		s->anon_more += e->flags & RS_FOLIO_SWAPBACKED ? e->nr_pages - 1 : 0;
		break;
	}
	case RS_EVENT_isolate_nothing: {
		const struct rs_event_isolate_nothing *e = (const void *)hdr;

		if (e->lru == 0 || e->lru == 2)
			s->scanned[e->lru == 2] += e->nr_isolate_scanned;
		break;
	}
	case RS_EVENT_shrink_slab: {
		const struct rs_event_shrink_slab *e = (const void *)hdr;

		s->slabs_scanned += e->total_scan - e->left;
		break;
	}
	case RS_EVENT_workingset_refault: {
		const struct rs_event_workingset_refault *e = (const void *)hdr;

		s->refaults[e->file] += e->nr_pages;
		if (is_recorder(run, hdr->tid))
			s->own_refaults[e->file] += e->nr_pages;
		else
			memset(s->own_refaults, 0, sizeof(s->own_refaults));
		charge(run, e);
		break;
	}
	case RS_EVENT_reclaim_begin:
		if (((const struct rs_event_reclaim_begin *)hdr)->kind == RS_RECLAIM_DIRECT) {
			s->direct++;
			run->begin_ns[tid] = hdr->ts_ns;
		}
		break;
	case RS_EVENT_reclaim_end:
		if (((const struct rs_event_reclaim_end *)hdr)->kind == RS_RECLAIM_DIRECT && run->begin_ns[tid]) {
			run->stalls = realloc(run->stalls, (run->nr_stalls + 1) * sizeof(*run->stalls));
			run->stalls[run->nr_stalls++] = (struct stall){
				hdr->tid,
				((const struct rs_event_reclaim_end *)hdr)->nr_reclaimed,
				hdr->ts_ns - run->begin_ns[tid],
			};
			run->begin_ns[tid] = 0;
		}
		break;
	case RS_EVENT_try_to_free_pages_begin: {
		const struct rs_event_try_to_free_pages_begin *e = (const void *)hdr;

		run->episodes[tid].inside = true;
		run->episodes[tid].global = !e->target_cgroup;
		run->episodes[tid].last_priority = e->priority;
		s->passes += !e->target_cgroup;
		break;
	}
	case RS_EVENT_shrink_node_begin: {
		const struct rs_event_shrink_node_begin *e = (const void *)hdr;

		/* Back at a higher priority: the whole pass is done again. */
		if (run->episodes[tid].inside && e->priority > run->episodes[tid].last_priority)
			s->passes += run->episodes[tid].global;
		run->episodes[tid].last_priority = e->priority;
		break;
	}
	case RS_EVENT_try_to_free_pages_end:
		run->episodes[tid].inside = false;
		break;
	case RS_EVENT_zone_state: {
		const struct rs_event_zone_state *e = (const void *)hdr;

		run->wanders |= e->nid > 0;
		if (e->context != RS_ZONE_OF_SET_WATERMARKS)
			break;
		run->marks = realloc(run->marks, (run->nr_marks + 1) * sizeof(*run->marks));
		run->marks[run->nr_marks++] = (struct mark){ e->nid, e->zid, e->min, e->low, e->high };
		break;
	}
	}
}

/* ---- the kernel's own tracing ---- */

static void check_counts(const struct run *run, const char *dir)
{
	struct json_object *loss = rs_reader_loss(run->reader), *seen, *v;
	char path[512], name[128];
	uint64_t count;
	FILE *f;

	snprintf(path, sizeof(path), "%s/counts", dir);
	f = fopen(path, "r");
	if (!f || !loss || !json_object_object_get_ex(loss, "tracepoints", &seen)) {
		result(false, "%s: cannot read", path);
		return;
	}
	while (fscanf(f, "%127s %" SCNu64, name, &count) == 2) {
		uint64_t ours = json_object_object_get_ex(seen, name, &v) ? json_object_get_uint64(v) : 0;

		if (count || ours)
			equal(name, ours, count);
		if (run->silent && !strcmp(name, "mm_vmscan_lru_shrink_inactive"))
			equal("mm_vmscan_lru_shrink_inactive, without which this MGLRU evicts", 0, count);
	}
	fclose(f);
}

/* ---- /proc/vmstat ---- */

static void check_vmstat(const struct run *run)
{
	const struct sums *s = &run->s;
	const uint64_t *scanned = run->mglru ? s->taken : s->scanned;
	struct json_object *seen, *v;
	int k;

	if (!run->silent) {
		equal("pgsteal_anon", s->reclaimed[0], delta(run, "pgsteal_anon"));
		equal("pgsteal_file", s->reclaimed[1], delta(run, "pgsteal_file"));
		equal("pgscan_anon", scanned[0], delta(run, "pgscan_anon"));
		equal("pgscan_file", scanned[1], delta(run, "pgscan_file"));
		if (has(run, "pgdemote_kswapd"))
			equal("pgdemote_*", s->demoted, delta_all(run, "pgdemote_"));
	}
	equal("allocstall_*", s->passes, delta_all(run, "allocstall_"));
	equal("pageoutrun", s->nr[RS_EVENT_balance_pgdat_begin], delta(run, "pageoutrun"));
	equal("slabs_scanned", s->slabs_scanned, delta(run, "slabs_scanned"));
	if (has(run, "workingset_refault_anon")) {
		for (k = 0; k < 2; k++) {
			static const char *const names[] = { "workingset_refault_anon", "workingset_refault_file" };
			uint64_t ours = s->refaults[k], theirs = delta(run, names[k]);

			if (run->silent || run->wanders)
				at_least(names[k], ours, theirs);
			else
				result(ours >= theirs && ours - theirs <= s->own_refaults[k],
				       "%s: %" PRIu64 " here, of them %" PRIu64 " of the recorder after the end, %" PRIu64 " there",
				       names[k], ours, s->own_refaults[k], theirs);
		}
	}
	equal("oom_kill", s->nr[RS_EVENT_mark_victim], delta(run, "oom_kill"));
	if (json_object_object_get_ex(rs_reader_loss(run->reader), "tracepoints", &seen)) {
		uint64_t written = 0;

		if (json_object_object_get_ex(seen, "mm_vmscan_write_folio", &v))
			written += json_object_get_uint64(v);
		if (json_object_object_get_ex(seen, "mm_vmscan_writepage", &v))
			written += json_object_get_uint64(v);
		/*
		 * File pages are written elsewhere. Pages of zeros are not written but remembered, from 6.13
		 * on. A page whose slot was freed meanwhile is not written at all, which nothing counts: a
		 * whole batch where a process ends while its folios are reclaimed. The perf tracepoint, as it is
		 * attached to preemptible kernels, does not tell how large a folio is.
		 */
		uint64_t swapped = delta(run, "pswpout") + delta(run, "swpout_zero");
		uint64_t batch = LARGEST_BATCH * (uint64_t)(s->most_written ? s->most_written : 1);
		uint64_t untold = s->nr[RS_EVENT_write_folio] ? 0 : s->anon_more;

		written += s->written_more;
		written -= s->file_pageout < written ? s->file_pageout : written;
		result(swapped <= written + untold && (swapped >= written || written - swapped <= batch + written / 200),
		       "pswpout and swpout_zero: %" PRIu64 " writes here, %" PRIu64 " there", written, swapped);
	}
}

/* ---- memory.stat of each cgroup, which has its descendants in it: ID PATH ANON FILE ---- */

static bool is_below(const char *path, const char *top)
{
	size_t len = strlen(top);

	return !strncmp(path, top, len) && (!path[len] || path[len] == '/');
}

static void check_memory_stat(const struct run *run, const char *dir)
{
	static const char *const types[] = { "anon", "file" };
	struct {
		uint64_t id, refaults[2];
		char path[200];
	} stats[256];
	struct json_object *kernel, *v;
	size_t n = 0, i, k, c, margin = 0;
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/memory.stat", dir);
	f = fopen(path, "r");
	if (!f) {
		result(false, "%s: cannot read", path);
		return;
	}
	while (n < RS_ARRAY_SIZE_OF(stats) && fscanf(f, "%" SCNu64 " %199s %" SCNu64 " %" SCNu64, &stats[n].id, stats[n].path,
						     &stats[n].refaults[0], &stats[n].refaults[1]) == 4)
		n++;
	fclose(f);
	/* 5.10 leaves up to 32 of each CPU out. */
	if (json_object_object_get_ex(rs_reader_info(run->reader), "kernel", &kernel) &&
	    json_object_object_get_ex(kernel, "release", &v) && !strncmp(json_object_get_string(v), "5.10", 4))
		margin = 32 * 2;
	for (i = 0; i < n; i++)
		for (k = 0; k < 2; k++) {
			uint64_t ours = 0, theirs = stats[i].refaults[k];
			size_t below;

			for (below = 0; below < n; below++)
				for (c = 0; is_below(stats[below].path, stats[i].path) && c < run->nr_charged; c++)
					if (run->charged[c].cgroup == stats[below].id)
						ours += run->charged[c].refaults[k];
			result(ours >= theirs && (run->silent || run->wanders || ours - theirs <= margin), "workingset_refault_%s of %s: %" PRIu64 " here, %" PRIu64 " there",
			       types[k], stats[i].path, ours, theirs);
		}
}

/* ---- the report: every refault is in one of its sums ---- */

static void check_report(struct run *run)
{
	struct rs_report *report;
	struct rs_working_set *ws;
	int k;

	rs_reader_rewind(run->reader);
	if (rs_report_create(run->reader, &report)) {
		result(false, "the report cannot be made");
		return;
	}
	for (k = 0; k < 2; k++) {
		const struct rs_refaults *f = report->refaults;
		struct rs_refault_sum *s;
		uint64_t links = 0, curves = 0;

		equal(k ? "refaults of file pages in the report" : "refaults of anon pages in the report",
		      f->linked[k] + f->drawn[k] + f->unlinked[k], run->s.refaults[k]);
		for (s = f->links; s; s = s->hh.next)
			links += s->key.file == (uint32_t)k ? s->refaulted : 0;
		equal("of them with their reclaim", links, f->linked[k] + f->drawn[k]);
		for (ws = f->working_sets; ws; ws = ws->hh.next)
			curves += ws->of[k].nr;
		equal("of them in a curve", curves, links);
	}
	rs_report_destroy(report);
}

/* ---- drsnoop: TIME COMM TID LAT(ms) PAGES ---- */

/* The stall of the same thread and pages that lasted nearest to @ns and is not taken yet; -1: none. */
static ssize_t match_stall(const struct run *run, const bool *taken, uint32_t tid, uint64_t pages, double ns)
{
	double off, best_off = 0;
	ssize_t best = -1;
	size_t i;

	for (i = 0; i < run->nr_stalls; i++) {
		const struct stall *s = &run->stalls[i];

		if (taken[i] || s->tid != tid || s->pages != pages)
			continue;
		off = ns > s->ns ? ns - s->ns : s->ns - ns;
		if (best < 0 || off < best_off) {
			best = i;
			best_off = off;
		}
	}
	return best;
}

static void check_drsnoop(const struct run *run, const char *dir)
{
	_cleanup_(rs_freep) bool *taken = calloc(run->nr_stalls + 1, sizeof(*taken));
	char path[512], line[256], comm[64];
	size_t n = 0, same = 0, near = 0;
	double ours = 0, theirs = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/drsnoop", dir);
	f = fopen(path, "r");
	if (!f || !taken)
		return;
	while (fgets(line, sizeof(line), f)) {
		unsigned long tid, pages;
		double ms, off;
		ssize_t i;

		if (sscanf(line, "%*d:%*d:%*d %63s %lu %lf %lu", comm, &tid, &ms, &pages) != 4)
			continue;
		n++;
		theirs += ms * 1e6;
		i = match_stall(run, taken, tid, pages, ms * 1e6);
		if (i < 0)
			continue;
		taken[i] = true;
		same++;
		ours += run->stalls[i].ns;
		/* The two programs on one tracepoint run one after the other, and may be preempted between. */
		off = ms * 1e6 - run->stalls[i].ns;
		near += (off < 0 ? -off : off) < 1e6 + run->stalls[i].ns * 0.01;
	}
	fclose(f);
	equal("stalls that drsnoop saw", run->nr_stalls, n);
	equal("of them of the same thread with the same pages", same, n);
	result(n && near >= n - n / 10, "length of the stalls: %zu of %zu within 1 ms and 1 %%", near, n);
	result(n && ours > theirs * 0.98 && ours < theirs * 1.02, "all stalls together: %.1f ms here, %.1f ms there",
	       ours / 1e6, theirs / 1e6);
}

/* ---- /proc/zoneinfo after each change of a setting ---- */

static void check_marks(const struct run *run, const char *dir)
{
	struct rs_zoneinfo zones[64];
	char path[512], *text, *part;
	size_t at = 0, settings = 0, wrong = 0, zones_seen = 0;
	int i, n;

	snprintf(path, sizeof(path), "%s/zoneinfo", dir);
	if (rs_read_file(path, &text, NULL))
		return;
	for (part = strstr(text, "== "); part; part = strstr(part + 1, "== ")) {
		char *end = strstr(part + 1, "== ");

		if (end)
			*end = 0;
		n = rs_zoneinfo_parse(part, zones, 64);
		if (end)
			*end = '=';
		settings++;
		for (i = 0; i < n; i++) {
			const struct mark *m;

			if (!zones[i].managed)
				continue;
			zones_seen++;
			/* One record for each zone and setting; on 6.17 and later for empty zones, too. */
			while (at < run->nr_marks && (run->marks[at].nid != zones[i].nid || run->marks[at].zid != zones[i].zid))
				at++;
			if (at == run->nr_marks) {
				wrong++;
				continue;
			}
			m = &run->marks[at++];
			wrong += m->min != zones[i].min - zones[i].boost || m->low != zones[i].low - zones[i].boost ||
				 m->high != zones[i].high - zones[i].boost;
		}
	}
	free(text);
	result(settings >= 20 && !wrong, "marks after %zu settings, %zu zones: %zu differ from /proc/zoneinfo", settings,
	       zones_seen, wrong);
}

/* ---- the recording itself ---- */

static uint64_t number(struct json_object *o, const char *key)
{
	struct json_object *v;

	return o && json_object_object_get_ex(o, key, &v) ? json_object_get_uint64(v) : 0;
}

static void check_loss(const struct run *run)
{
	struct json_object *loss = rs_reader_loss(run->reader), *end = rs_reader_end(run->reader);
	struct rs_reader_state state;

	rs_reader_state(run->reader, &state);
	result(end && loss, "the recording is complete");
	result(number(end, "attempted") == number(end, "written") + number(end, "lost"),
	       "attempted %" PRIu64 " == written %" PRIu64 " + lost %" PRIu64, number(end, "attempted"),
	       number(end, "written"), number(end, "lost"));
	equal("written, and read back", number(end, "written"), state.nr_records);
	result(number(end, "lost") * 1000 <= number(end, "attempted"), "at most one event in a thousand lost: %" PRIu64 " of %" PRIu64,
	       number(end, "lost"), number(end, "attempted"));
}

/* @path with what it adds up to; NULL if it cannot be read or is not complete, which has been said. */
static struct run *read_run(const char *path)
{
	struct run *run = calloc(1, sizeof(*run));
	struct rs_event event;
	int err;

	if (!run || rs_reader_open(path, &run->reader)) {
		result(false, "%s: cannot be read", path);
		free(run);
		return NULL;
	}
	run->tasks = rs_tasks_create();
	while (run->tasks && (err = rs_reader_next(run->reader, &event)) > 0)
		take(run, &event);
	if (!run->tasks || err || !json_object_object_get_ex(rs_reader_info(run->reader), "vmstat", &run->before) ||
	    !rs_reader_end(run->reader) || !json_object_object_get_ex(rs_reader_end(run->reader), "vmstat", &run->after)) {
		result(false, "%s: is not complete", path);
		run_free(run);
		return NULL;
	}
	return run;
}

/* ---- a recorder in mode summary that was there before this one, and after ---- */

/* Of the sums by [kswapd, task][anon, file] those at @i and @k. */
static uint64_t two_of(struct json_object *totals, const char *key, size_t i, size_t k)
{
	struct json_object *v;

	if (!json_object_object_get_ex(totals, key, &v) || !json_object_is_type(v, json_type_array))
		return 0;
	return json_object_get_uint64(json_object_array_get_idx(v, i)) + json_object_get_uint64(json_object_array_get_idx(v, k));
}

static void check_summary(const struct run *run, const char *dir)
{
	_cleanup_(run_freep) struct run *around = NULL;
	struct json_object *totals;
	char path[512];

	snprintf(path, sizeof(path), "%s/s.data", dir);
	if (access(path, F_OK))
		return;
	around = read_run(path);
	if (!around)
		return;
	totals = rs_reader_totals(around->reader);
	equal("mode summary, pgsteal_anon", two_of(totals, "nr_reclaimed", 0, 2), delta(around, "pgsteal_anon"));
	equal("mode summary, pgsteal_file", two_of(totals, "nr_reclaimed", 1, 3), delta(around, "pgsteal_file"));
	equal("mode summary, pgsteal_kswapd", two_of(totals, "nr_reclaimed", 0, 1), delta(around, "pgsteal_kswapd"));
	at_least("mode summary, scanned anon pages", two_of(totals, "nr_scanned", 0, 2), run->s.batches_scanned[0]);
	at_least("mode summary, scanned file pages", two_of(totals, "nr_scanned", 1, 3), run->s.batches_scanned[1]);
}

int main(int argc, char **argv)
{
	_cleanup_(run_freep) struct run *run = NULL;
	struct json_object *kernel, *differences, *v;
	char path[512];

	if (argc != 2) {
		fprintf(stderr, "usage: crosscheck DIRECTORY\n");
		return 2;
	}
	snprintf(path, sizeof(path), "%s/r.data", argv[1]);
	run = read_run(path);
	if (!run)
		return 1;
	run->mglru = json_object_object_get_ex(rs_reader_info(run->reader), "kernel", &kernel) &&
		     json_object_object_get_ex(kernel, "lru", &v) && !strcmp(json_object_get_string(v), "mglru");
	run->silent = run->mglru && json_object_object_get_ex(kernel, "differences", &differences) &&
		      json_object_object_get_ex(differences, "lru_gen_shrink_node", &v) && !json_object_get_boolean(v);
	run->wanders &= run->mglru;
	check_loss(run);
	check_counts(run, argv[1]);
	check_vmstat(run);
	check_memory_stat(run, argv[1]);
	check_report(run);
	check_drsnoop(run, argv[1]);
	check_marks(run, argv[1]);
	check_summary(run, argv[1]);
	return failed;
}
