/* SPDX-License-Identifier: GPL-2.0-only */
/* The report for people: tables below 80 columns, the most important first. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../trace/show.h"
#include "report.h"
#include "text.h"

/* A member that is a string, fit for a terminal; "?" if there is none. */
static const char *member_text(struct json_object *object, const char *key, char *buf, size_t size)
{
	struct json_object *v;

	if (json_object_object_get_ex(object, key, &v) && json_object_is_type(v, json_type_string))
		rs_show_text(json_object_get_string(v), json_object_get_string_len(v), buf, size);
	else
		snprintf(buf, size, "?");
	return buf;
}

static uint64_t loss_number(const struct rs_report *r, const char *object, const char *key)
{
	struct json_object *o = rs_reader_loss(r->reader), *v;

	if (!o || (object && !json_object_object_get_ex(o, object, &o)) || !json_object_object_get_ex(o, key, &v))
		return 0;
	return json_object_get_uint64(v);
}

static void print_head(struct rs_report *r, FILE *out)
{
	struct json_object *info = rs_reader_info(r->reader), *kernel = NULL;
	char release[96], machine[32], text[32];

	json_object_object_get_ex(info, "kernel", &kernel);
	fprintf(out, "kernel %s %s", member_text(kernel, "release", release, sizeof(release)),
		member_text(kernel, "machine", machine, sizeof(machine)));
	fprintf(out, ", %s LRU\n", member_text(kernel, "lru", text, sizeof(text)));
	fprintf(out, "mode %s", member_text(info, "mode", text, sizeof(text)));
	fprintf(out, ", attachment %s, %.1f s\n", member_text(info, "attachment", text, sizeof(text)),
		r->duration_ns / 1e9);
	if (!strcmp(member_text(info, "gauge", text, sizeof(text)), "proc"))
		fprintf(out, "free pages and marks were read from /proc, every 100 ms at most: this kernel hides its variables\n");
	if (!rs_reader_loss(r->reader)) {
		fprintf(out, "events: how many were lost is not known, that part of the recording is missing\n");
		return;
	}
	fprintf(out, "events: %" PRIu64 " attempted, %" PRIu64 " written, %" PRIu64 " lost", loss_number(r, NULL, "attempted"),
		loss_number(r, NULL, "written"), loss_number(r, NULL, "lost"));
	if (loss_number(r, NULL, "lost"))
		fprintf(out, " (%" PRIu64 " ring full, %" PRIu64 " skipped by the kernel, %" PRIu64 " begin not seen)",
			loss_number(r, "by_reason", "ring_full"), loss_number(r, "by_reason", "skipped_by_kernel"),
			loss_number(r, "by_reason", "begin_not_seen"));
	if (loss_number(r, NULL, "filtered"))
		fprintf(out, "; %" PRIu64 " filtered out", loss_number(r, NULL, "filtered"));
	if (loss_number(r, NULL, "sampled_out"))
		fprintf(out, "; %" PRIu64 " not in the sample of folios", loss_number(r, NULL, "sampled_out"));
	putc('\n', out);
}

/* What is missing is said before the first number that could be mistaken for all there is. */
static void print_missing(struct rs_report *r, FILE *out)
{
	struct json_object *probes;
	char state[16], name[64], lost[128];
	bool any = false;
	size_t i;

	if (!json_object_object_get_ex(rs_reader_info(r->reader), "probes", &probes) ||
	    !json_object_is_type(probes, json_type_array))
		return;
	for (i = 0; i < json_object_array_length(probes); i++) {
		struct json_object *p = json_object_array_get_idx(probes, i);

		if (strcmp(member_text(p, "state", state, sizeof(state)), "refused"))
			continue;
		if (!any)
			fprintf(out, "\nNot to be seen on this host (reclaimscope check tells why):\n");
		any = true;
		fprintf(out, "  %-32s %s\n", member_text(p, "name", name, sizeof(name)),
			member_text(p, "lost", lost, sizeof(lost)));
	}
}

static void print_histogram(const struct rs_stall_sum *s, FILE *out)
{
	uint64_t rows[64] = { 0 }, most = 0;
	int b, log, first = 64, last = 0;
	char from[16], to[16];

	/* Four buckets make one row: a power of two. */
	for (b = 0; b < RS_HIST_BUCKETS; b++) {
		uint64_t floor = rs_hist_floor(b);

		if (!s->hist[b])
			continue;
		log = floor ? 63 - __builtin_clzll(floor) : 0;
		rows[log] += s->hist[b];
		if (rows[log] > most)
			most = rows[log];
		first = log < first ? log : first;
		last = log > last ? log : last;
	}
	for (log = first; log <= last; log++) {
		int width = rows[log] ? (int)(rows[log] * 40 / most) : 0;

		fprintf(out, "  %9s .. %-9s %8" PRIu64 " |%-40.*s|\n", rs_text_ns(1ULL << log, from), rs_text_ns(2ULL << log, to),
			rows[log], width, "****************************************");
	}
}

static void print_stall_kind(struct rs_report *r, int kind, FILE *out)
{
	struct rs_stall_sum *s = &r->stalls[kind];
	char a[16], b[16], c[16], d[16], e[16];

	if (!s->count && !s->unfinished && !s->begin_missing)
		return;
	if (r->is_summary)
		fprintf(out, "  %-10s %7" PRIu64 " %10s %9s %9s %9s %10s\n", rs_show_reclaim_kind(kind), s->count,
			rs_text_ns(s->sum_ns, a), "-", "-", rs_text_ns(s->max_ns, d), rs_text_pages(s->nr_reclaimed, e));
	else
		fprintf(out, "  %-10s %7" PRIu64 " %10s %9s %9s %9s %10s\n", rs_show_reclaim_kind(kind), s->count,
			rs_text_ns(s->sum_ns, a), rs_text_ns(rs_latency_percentile(&s->latency, 50), b),
			rs_text_ns(rs_latency_percentile(&s->latency, 99), c), rs_text_ns(s->max_ns, d),
			rs_text_pages(s->nr_reclaimed, e));
	if (s->unfinished)
		fprintf(out, "  %10s %7" PRIu64 " more had not ended\n", "", s->unfinished);
	if (s->begin_missing)
		fprintf(out, "  %10s %7" PRIu64 " more had begun before\n", "", s->begin_missing);
}

static void print_groups(struct rs_report *r, enum rs_group_of of, unsigned int top, FILE *out)
{
	struct rs_stall_group *g;
	unsigned int n = 0, more = 0;
	char name[160], buf[160], a[16], b[16], c[16];

	for (g = r->groups; g; g = g->hh.next) {
		if (g->key.of != of || !g->count)
			continue;
		if (++n > top) {
			more++;
			continue;
		}
		if (n == 1)
			fprintf(out, "\nStalls by %-26s %-9s %7s %10s %9s %9s\n", of == RS_GROUP_PROCESS ? "process" : "cgroup",
				"kind", "count", "total", "max", "throttled");
		if (of == RS_GROUP_PROCESS)
			snprintf(name, sizeof(name), "%s (%" PRIu64 ")", g->comm, g->key.id);
		else
			rs_show_cgroup(r->reader, g->key.id, name, sizeof(name));
		fprintf(out, "  %-34s %-9s %7" PRIu64 " %10s %9s %9s\n", rs_text_tail(name, 34, buf, sizeof(buf)),
			rs_show_reclaim_kind(g->key.kind), g->count, rs_text_ns(g->sum_ns, a), rs_text_ns(g->max_ns, b),
			r->is_summary ? "-" : rs_text_ns(g->throttled_ns, c));
	}
	if (more)
		fprintf(out, "  and %u more\n", more);
}

static void print_stalls(struct rs_report *r, unsigned int top, FILE *out)
{
	bool any = false;
	int kind;

	for (kind = 0; kind < RS_RECLAIM_KSWAPD; kind++)
		any |= r->stalls[kind].count || r->stalls[kind].unfinished || r->stalls[kind].begin_missing;
	if (!any) {
		fprintf(out, "\nStalls: %s\n",
			rs_reader_has_probe(r->reader, "mm_vmscan_direct_reclaim_begin") ? "none, no task had to reclaim" :
										   "not seen, the probe was missing");
		return;
	}
	fprintf(out, "\nStalls       %7s %10s %9s %9s %9s %10s\n", "count", "total", "median", "99 %", "max", "reclaimed");
	for (kind = 0; kind < RS_RECLAIM_KSWAPD; kind++)
		print_stall_kind(r, kind, out);
	for (kind = 0; kind < RS_RECLAIM_KSWAPD; kind++) {
		if (!r->stalls[kind].count)
			continue;
		fprintf(out, "\nHow long %s reclaim took\n", rs_show_reclaim_kind(kind));
		print_histogram(&r->stalls[kind], out);
	}
	print_groups(r, RS_GROUP_PROCESS, top, out);
	print_groups(r, RS_GROUP_CGROUP, top, out);
}

static void print_throttling(struct rs_report *r, FILE *out)
{
	bool any = false;
	char a[16], b[16];
	int i;

	for (i = 0; i < RS_NR_THROTTLES; i++) {
		const struct rs_throttle_sum *t = &r->throttled[i];

		if (!t->count)
			continue;
		if (!any)
			fprintf(out, "\nThrottled because of           count      total       max\n");
		any = true;
		fprintf(out, "  %-24s %9" PRIu64 " %10s %9s\n", rs_show_throttle(i), t->count, rs_text_ns(t->ns, a),
			r->is_summary ? "-" : rs_text_ns(t->max_ns, b));
	}
}

static void print_kswapd(struct rs_report *r, unsigned int top, FILE *out)
{
	bool passes = rs_reader_has_probe(r->reader, "balance_pgdat"), requests = rs_reader_has_probe(r->reader, "wakeup_kswapd");
	char a[16], b[16], c[16], d[24], e[24], gfp[128], name[64];
	struct rs_waker *w;
	unsigned int n = 0;
	bool any = false;
	int nid;

	if (r->is_summary) {
		const struct rs_stall_sum *s = &r->stalls[RS_RECLAIM_KSWAPD];

		if (s->count)
			fprintf(out, "\nkswapd      %" PRIu64 " times awake until asleep, %s in all, %s at most\n", s->count,
				rs_text_ns(s->sum_ns, a), rs_text_ns(s->max_ns, b));
		return;
	}
	for (nid = 0; nid < RS_REPORT_NODES; nid++) {
		const struct rs_kswapd_sum *k = &r->kswapd[nid];

		if (!k->seen)
			continue;
		if (!any)
			fprintf(out, "\nkswapd      wakes     awake  %%time    passes    in them  requests effective\n");
		any = true;
		snprintf(d, sizeof(d), passes ? "%" PRIu64 : "-", k->runs);
		snprintf(e, sizeof(e), requests ? "%" PRIu64 : "-", k->requests);
		fprintf(out, "  node %-3d %7" PRIu64 " %9s %7s %8s %10s %9s %9" PRIu64 "\n", nid, k->wakes, rs_text_ns(k->awake_ns, a),
			rs_text_percent(k->awake_ns, r->duration_ns, c), d, passes ? rs_text_ns(k->run_ns, b) : "-", e, k->wakeups);
		if (k->failures)
			fprintf(out, "           %" PRIu64 " passes reclaimed nothing\n", k->failures);
	}
	for (w = r->wakers; w && n < top; w = w->hh.next, n++) {
		if (!n)
			fprintf(out, "\nWoken by                     node order    times  gfp\n");
		snprintf(name, sizeof(name), "%s (%u)", w->comm, w->key.tgid);
		fprintf(out, "  %-26s %4d %5d %8" PRIu64 "  %s\n", name, w->key.nid, w->key.order, w->count,
			rs_show_gfp(w->key.gfp, gfp, sizeof(gfp)));
	}
}

static void print_scan_row(const char *name, const struct rs_scan_sum *s, FILE *out)
{
	char a[16];

	fprintf(out, "  %-14s %10" PRIu64 " %10" PRIu64 " %8s %9" PRIu64 " %9" PRIu64 " %9" PRIu64 "\n", name, s->scanned,
		s->reclaimed, rs_text_percent(s->reclaimed, s->scanned, a), s->activated, s->dirty, s->writeback);
}

static void print_scan(struct rs_report *r, FILE *out)
{
	static const char *const lists[] = { "anon", "file" };
	char name[32], a[16];
	int i;

	if (!r->by_list[0].scanned && !r->by_list[1].scanned) {
		fprintf(out, "\nPages scanned: %s\n",
			rs_reader_has_probe(r->reader, "mm_vmscan_lru_shrink_inactive") ? "none" : "not seen, the probe was missing");
		return;
	}
	fprintf(out, "\nPages             scanned  reclaimed effective activated     dirty writeback\n");
	for (i = 0; i < 2; i++)
		if (r->by_list[i].scanned)
			print_scan_row(lists[i], &r->by_list[i], out);
	for (i = 0; i < RS_NR_RECLAIM_KINDS; i++)
		if (r->by_reclaimer[i].scanned) {
			snprintf(name, sizeof(name), "by %s%s", rs_show_reclaim_kind(i),
				 r->is_summary && i == RS_RECLAIM_DIRECT ? "/memcg" : "");
			print_scan_row(name, &r->by_reclaimer[i], out);
		}
	if (r->deactivated[0] + r->deactivated[1] + r->rotated[0] + r->rotated[1])
		fprintf(out, "  deactivated    %10" PRIu64 " anon %10" PRIu64 " file; kept active %" PRIu64 " and %" PRIu64 "\n",
			r->deactivated[0], r->deactivated[1], r->rotated[0], r->rotated[1]);
	fprintf(out, "\nBy priority   batches    scanned  reclaimed effective\n");
	for (i = 15; i >= 0; i--)
		if (r->by_priority[i].batches) {
			const struct rs_scan_sum *s = &r->by_priority[i];

			if (r->is_summary)
				fprintf(out, "  %2d         %8" PRIu64 "          -          -         -\n", i, s->batches);
			else
				fprintf(out, "  %2d         %8" PRIu64 " %10" PRIu64 " %10" PRIu64 " %9s\n", i, s->batches, s->scanned,
					s->reclaimed, rs_text_percent(s->reclaimed, s->scanned, a));
		}
}

static void print_shrinkers(struct rs_report *r, unsigned int top, FILE *out)
{
	const struct rs_shrinker_sum *s;
	char name[96], a[16], b[16];
	unsigned int n = 0;

	for (s = r->shrinkers; s && n < top; s = s->hh.next, n++) {
		if (!n)
			fprintf(out, "\nShrinkers                                runs       freed      time       max\n");
		fprintf(out, "  %-34s %8" PRIu64 " %11" PRIu64 " %9s %9s\n",
			rs_show_symbol(r->reader, s->shrinker, name, sizeof(name)), s->runs, s->freed, rs_text_ns(s->ns, a),
			rs_text_ns(s->max_ns, b));
	}
}

static void print_workingset(struct rs_report *r, unsigned int top, FILE *out)
{
	const struct rs_workingset_sum *w;
	char name[160], buf[160];
	unsigned int n = 0;

	for (w = r->workingset; w; w = w->hh.next) {
		if (!(w->refaults[0] + w->refaults[1]))
			continue;
		if (n++ == top)
			break;
		if (n == 1)
			fprintf(out, "\nRefaults, in pages                          anon       file\n");
		rs_show_cgroup(r->reader, w->cgroup, name, sizeof(name));
		fprintf(out, "  %-34s %11" PRIu64 " %10" PRIu64 "\n", rs_text_tail(name, 34, buf, sizeof(buf)), w->refaults[0],
			w->refaults[1]);
	}
	if (!n && !r->is_summary)
		fprintf(out, "\nRefaults: %s\n",
			rs_reader_has_probe(r->reader, "workingset_refault") ? "none" : "not seen, the probe was missing");
}

static void print_timelines(struct rs_report *r, FILE *out)
{
	static const char levels[] = { '.', '-', '=', '#' };
	const struct rs_timeline *t;
	char zone[32], name[64], a[16], b[16], c[16], d[16], e[16];
	bool any = false;
	int i;

	for (t = r->timelines; t; t = t->hh.next) {
		if (!any)
			fprintf(out, "\nFree pages over time: . above high, - below high, = below low, # below min\n");
		any = true;
		snprintf(name, sizeof(name), "%d/%s", t->key.nid,
			 rs_show_zone(r->reader, t->key.nid, t->key.zid, zone, sizeof(zone)));
		fprintf(out, "  %-10s |", name);
		for (i = 0; i < RS_TIMELINE_SLOTS; i++)
			putc(t->free[i] == UINT64_MAX ? ' ' : levels[t->level[i]], out);
		fprintf(out, "|\n");
		fprintf(out, "             managed %s, min %s, low %s, high %s, lowest free %s\n", rs_text_pages(t->managed, a),
			rs_text_pages(t->min, b), rs_text_pages(t->low, c), rs_text_pages(t->high, d), rs_text_pages(t->lowest_free, e));
		if (t->highest_boost)
			fprintf(out, "             each mark was raised by a boost of up to %s\n",
				rs_text_pages(t->highest_boost, a));
		if (t->samples)
			fprintf(out, "             below high %.1f %%, low %.1f %%, min %.1f %% of %" PRIu64 " readings\n",
				100.0 * t->below_high / t->samples, 100.0 * t->below_low / t->samples,
				100.0 * t->below_min / t->samples, t->samples);
	}
}

static void print_compaction(const struct rs_report *r, FILE *out)
{
	if (!r->compaction.direct && !r->compaction.asked && !r->compaction.deferred && !r->compaction.failed && !r->compaction.handed_over)
		return;
	fprintf(out, "\nCompaction, for blocks of pages that lie together\n");
	if (rs_reader_has_probe(r->reader, "__alloc_pages_direct_compact"))
		fprintf(out, "  by allocating tasks %10" PRIu64 " times, %" PRIu64 " with a block at once\n", r->compaction.direct,
			r->compaction.got_page);
	fprintf(out, "  put off             %10" PRIu64 " times; failed %" PRIu64 " times, after which more is put off; worked again %" PRIu64
		     " times\n", r->compaction.deferred, r->compaction.failed, r->compaction.reset);
	fprintf(out, "  left to kcompactd   %10" PRIu64 " times, which ran %" PRIu64 " times\n", r->compaction.handed_over,
		r->compaction.kcompactd_runs);
	fprintf(out, "  asked of a zone     %10" PRIu64 " times, of which %" PRIu64 " had the free pages for it\n", r->compaction.asked,
		r->compaction.suitable);
}

void rs_report_text(struct rs_report *r, FILE *out, unsigned int top)
{
	print_head(r, out);
	print_missing(r, out);
	print_stalls(r, top, out);
	print_throttling(r, out);
	print_kswapd(r, top, out);
	print_scan(r, out);
	print_workingset(r, top, out);
	rs_refaults_text(r, out, top);
	rs_generations_text(r, out, top);
	print_shrinkers(r, top, out);
	print_compaction(r, out);
	print_timelines(r, out);
	if (r->oom_kills)
		fprintf(out, "\nThe OOM killer chose %" PRIu64 " victims\n", r->oom_kills);
}
