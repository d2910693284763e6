/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of refault.h and working_set.h, for people and for programs. */
#include <inttypes.h>
#include <stdlib.h>

#include "../trace/show.h"
#include "report.h"
#include "text.h"

#define CGROUP_WIDTH 21

static uint64_t both(const uint64_t of[2])
{
	return of[0] + of[1];
}

/* "-": not told. */
static const char *cgroup_text(const struct rs_report *r, uint64_t cgroup, char *buf, size_t size)
{
	char name[160];

	return rs_text_tail(rs_show_cgroup(r->reader, cgroup, name, sizeof(name)), CGROUP_WIDTH, buf, size);
}

static const char *limit_text(const struct rs_report *r, uint64_t cgroup, char *buf, size_t size)
{
	return cgroup ? cgroup_text(r, cgroup, buf, size) : "(whole system)";
}

/* ---- text ---- */

static void print_links(const struct rs_refaults *f, FILE *out)
{
	uint64_t all = both(f->linked) + both(f->drawn) + both(f->unlinked);

	fprintf(out, "\nOf %" PRIu64 " refaulted pages, the eviction is known of %" PRIu64, all, both(f->linked));
	if (both(f->drawn))
		fprintf(out, ",\n  one of several with the same shadow of ~%" PRIu64 ", drawn by lot", both(f->drawn));
	if (both(f->unlinked))
		fprintf(out, ",\n  and not known of %" PRIu64 ": before the recording, or its record is missing", both(f->unlinked));
	putc('\n', out);
}

static void print_evictors(const struct rs_refaults *f, unsigned int top, FILE *out)
{
	static const struct rs_refault_key which = { .cause = 1, .evictor = 1 };
	struct rs_refault_sum *sums = rs_refaults_group(f->reclaims, &which), *s;
	char name[64], a[16], b[16], c[16];
	unsigned int n = 0;

	for (s = sums; s && n < top; s = s->hh.next, n++) {
		if (!n)
			fprintf(out, "\nEvicted by                because of        pages came back           median    99 %%\n");
		if (s->key.cause == RS_CAUSE_NOT_SEEN)
			snprintf(name, sizeof(name), "?");
		else
			snprintf(name, sizeof(name), "%s (%u)", s->evictor_comm, s->key.evictor);
		fprintf(out, "  %-22s %-14s %8" PRIu64 " %9" PRIu64 " %7s %8s %8s\n", name, rs_cause_name(s->key.cause), s->evicted,
			s->refaulted, rs_text_percent(s->refaulted, s->evicted, a),
			s->refaulted ? rs_text_ns(rs_latency_percentile(&s->away, 50), b) : "-",
			s->refaulted ? rs_text_ns(rs_latency_percentile(&s->away, 99), c) : "-");
	}
	rs_refault_sums_free(sums);
}

static void print_cgroups(struct rs_report *r, unsigned int top, FILE *out)
{
	static const struct rs_refault_key which = { .target = 1, .owner = 1, .cgroup = 1, .file = 1 };
	struct rs_refault_sum *sums = rs_refaults_group(r->refaults->links, &which), *s;
	char target[64], owner[64], cgroup[64];
	unsigned int n = 0;

	for (s = sums; s && n < top; s = s->hh.next, n++) {
		if (!n)
			fprintf(out, "\n%-23s %-21s %-21s type  pages\n", "Evicted for the limit of", "from", "came back to");
		fprintf(out, "  %-21s %-21s %-21s %-4s %6" PRIu64 "\n", limit_text(r, s->key.target, target, sizeof(target)),
			cgroup_text(r, s->key.owner, owner, sizeof(owner)), cgroup_text(r, s->key.cgroup, cgroup, sizeof(cgroup)),
			s->key.file ? "file" : "anon", s->refaulted);
	}
	rs_refault_sums_free(sums);
}

static void print_refaulters(const struct rs_refaults *f, unsigned int top, FILE *out)
{
	static const struct rs_refault_key which = { .refaulter = 1, .cause = 1 };
	struct rs_refault_sum *sums = rs_refaults_group(f->links, &which), *s;
	char name[64];
	unsigned int n = 0;

	for (s = sums; s && n < top; s = s->hh.next, n++) {
		if (!n)
			fprintf(out, "\nBrought back by           what was evicted by     pages\n");
		snprintf(name, sizeof(name), "%s (%u)", s->refaulter_comm, s->key.refaulter);
		fprintf(out, "  %-23s %-18s %10" PRIu64 "\n", name, rs_cause_name(s->key.cause), s->refaulted);
	}
	rs_refault_sums_free(sums);
}

static void print_priorities(const struct rs_refaults *f, FILE *out)
{
	char a[16];
	int i;

	fprintf(out, "\nEvicted at priority            pages  came back\n");
	for (i = 15; i >= 0; i--)
		if (f->evicted_at[i])
			fprintf(out, "  %2d                      %10" PRIu64 " %10" PRIu64 " %8s\n", i, f->evicted_at[i], f->refaulted_at[i],
				rs_text_percent(f->refaulted_at[i], f->evicted_at[i], a));
}

static int by_refaulted(const void *a, const void *b)
{
	const struct rs_run *const *x = a, *const *y = b;

	if ((*x)->refaulted != (*y)->refaulted)
		return (*x)->refaulted < (*y)->refaulted ? 1 : -1;
	return *x < *y ? -1 : *x > *y;
}

/* The reclaims whose pages came back most. Not the first one, which stands for those that were not seen. */
static const struct rs_run **sorted_runs(const struct rs_refaults *f, size_t *ret_nr)
{
	const struct rs_run **runs = calloc(f->nr_runs, sizeof(*runs));
	size_t i, n = 0;

	for (i = 1; runs && i < f->nr_runs; i++)
		if (f->runs[i].refaulted)
			runs[n++] = &f->runs[i];
	if (n)
		qsort(runs, n, sizeof(*runs), by_refaulted);
	*ret_nr = n;
	return runs;
}

static void print_runs(struct rs_report *r, unsigned int top, FILE *out)
{
	size_t nr, i;
	const struct rs_run **runs = sorted_runs(r->refaults, &nr);
	char name[64];

	if (nr)
		fprintf(out, "\nReclaims whose pages came back most          order priority  evicted came back\n");
	for (i = 0; i < nr && i < top; i++) {
		const struct rs_run *run = runs[i];

		snprintf(name, sizeof(name), "%s (%u)", run->comm, run->tgid);
		fprintf(out, "  at %8.3f s %-20s %-14s %3d %3d..%-3d %8" PRIu64 " %8" PRIu64 "\n",
			(run->begin_ns - r->state.first_ns) / 1e9, name, rs_cause_name(run->cause), run->order,
			run->first_priority, run->last_priority, run->evicted, run->refaulted);
	}
	free(runs);
}

static void print_curve(struct rs_report *r, struct rs_working_set *ws, FILE *out)
{
	static const double shares[] = { 0.1, 0.25, 0.5, 0.75, 0.9, 0.99 };
	uint64_t all = rs_working_set_refaults(ws), last = 0;
	struct rs_working_set_point p;
	char a[16], b[16], c[16], d[16], name[64];
	size_t i;

	if (ws->cgroup)
		fprintf(out, "\nHad %s had more memory,", cgroup_text(r, ws->cgroup, name, sizeof(name)));
	else
		fprintf(out, "\nHad this host had more memory,");
	fprintf(out, " of %" PRIu64 " refaults (~)\n", all);
	for (i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		uint64_t extra = rs_working_set_for(ws, shares[i]);

		if (extra == UINT64_MAX || extra == last)
			continue;
		last = extra;
		p = rs_working_set_at(ws, extra);
		fprintf(out, "  %9s more would have avoided %8s (%s to %s)\n", rs_text_pages(extra, a),
			rs_text_percent(both(p.kept), all, b), rs_text_percent(p.low, all, c), rs_text_percent(p.high, all, d));
	}
	if (!last)
		fprintf(out, "  it is not known how much: their evictions are not in the recording\n");
}

void rs_refaults_text(struct rs_report *r, FILE *out, unsigned int top)
{
	const struct rs_refaults *f = r->refaults;
	struct rs_working_set *ws;
	unsigned int n = 0;

	if (!(both(f->linked) + both(f->drawn) + both(f->unlinked)))
		return;
	print_links(f, out);
	print_evictors(f, top, out);
	print_cgroups(r, top, out);
	print_refaulters(f, top, out);
	print_priorities(f, out);
	print_runs(r, top, out);
	for (ws = f->working_sets; ws && n < top; ws = ws->hh.next)
		if (rs_working_set_refaults(ws)) {
			print_curve(r, ws, out);
			n++;
		}
}

/* ---- JSON ---- */

/* null: global, or not told. */
static void put_cgroup(struct rs_json *j, const struct rs_report *r, const char *id_key, const char *key, uint64_t cgroup)
{
	char name[192];

	if (cgroup)
		rs_json_u64(j, id_key, cgroup);
	else
		rs_json_null(j, id_key);
	rs_json_string(j, key, cgroup ? rs_show_cgroup(r->reader, cgroup, name, sizeof(name)) : NULL);
}

static void put_sum(struct rs_report *r, struct rs_refault_sum *s, bool is_link, FILE *out)
{
	struct rs_json j;

	rs_report_begin_line(&j, out, is_link ? "refault" : "eviction");
	rs_json_string(&j, "list", s->key.file ? "file" : "anon");
	rs_json_string(&j, "cause", rs_cause_name(s->key.cause));
	put_cgroup(&j, r, "limit_cgroup_id", "limit_cgroup", s->key.target);
	put_cgroup(&j, r, "owner_cgroup_id", "owner_cgroup", s->key.owner);
	if (is_link)
		put_cgroup(&j, r, "cgroup_id", "cgroup", s->key.cgroup);
	rs_json_u64(&j, "evictor_tgid", s->key.evictor);
	rs_json_string(&j, "evictor_comm", s->key.cause ? s->evictor_comm : NULL);
	if (is_link) {
		rs_json_u64(&j, "refaulter_tgid", s->key.refaulter);
		rs_json_string(&j, "refaulter_comm", s->refaulter_comm);
	} else {
		rs_json_u64(&j, "evicted_pages", s->evicted);
	}
	rs_json_u64(&j, "refaulted_pages", s->refaulted);
	rs_json_u64(&j, "away_p50_ns", rs_latency_percentile(&s->away, 50));
	rs_json_u64(&j, "away_p99_ns", rs_latency_percentile(&s->away, 99));
	rs_json_end_line(&j);
}

static void put_run(struct rs_report *r, const struct rs_run *run, FILE *out)
{
	struct rs_json j;

	rs_report_begin_line(&j, out, "reclaim_refaulted");
	rs_json_u64(&j, "ts_ns", run->begin_ns);
	rs_json_string(&j, "cause", rs_cause_name(run->cause));
	rs_json_u64(&j, "tgid", run->tgid);
	rs_json_string(&j, "comm", run->comm);
	rs_json_i64(&j, "order", run->order);
	put_cgroup(&j, r, "limit_cgroup_id", "limit_cgroup", run->target);
	rs_json_i64(&j, "first_priority", run->first_priority);
	rs_json_i64(&j, "last_priority", run->last_priority);
	rs_json_u64(&j, "evicted_pages", run->evicted);
	rs_json_u64(&j, "refaulted_pages", run->refaulted);
	rs_json_end_line(&j);
}

static void put_links(const struct rs_refaults *f, FILE *out)
{
	struct rs_json j;
	int file;

	for (file = 0; file < 2; file++) {
		rs_report_begin_line(&j, out, "refault_links");
		rs_json_string(&j, "list", file ? "file" : "anon");
		rs_json_u64(&j, "linked_pages", f->linked[file]);
		rs_json_u64(&j, "drawn_pages", f->drawn[file]);
		rs_json_u64(&j, "unlinked_pages", f->unlinked[file]);
		rs_json_end_line(&j);
	}
}

/* One point for each bucket of a histogram, four to each power of two, up to where nothing more is gained. */
static void put_curve(struct rs_report *r, struct rs_working_set *ws, FILE *out)
{
	uint64_t all = rs_working_set_refaults(ws), known = ws->of[0].nr + ws->of[1].nr, kept = 0;
	struct rs_working_set_point p;
	struct rs_json j;
	unsigned int b;

	if (!all)
		return;
	rs_report_begin_line(&j, out, "working_set");
	put_cgroup(&j, r, "limit_cgroup_id", "limit_cgroup", ws->cgroup);
	rs_json_u64(&j, "refaulted_pages", all);
	rs_json_u64(&j, "unknown_pages", both(ws->unknown));
	rs_json_u64(&j, "pages_away", ws->nr_kept - ws->nr_free);
	rs_json_array(&j, "curve");
	for (b = 1; b < RS_HIST_BUCKETS && kept < known; b++) {
		p = rs_working_set_at(ws, rs_hist_floor(b));
		if (both(p.kept) == kept && b > 1 && rs_hist_floor(b) < 64)
			continue;
		kept = both(p.kept);
		rs_json_object(&j, NULL);
		rs_json_u64(&j, "extra_pages", rs_hist_floor(b));
		rs_json_u64(&j, "avoided_anon", p.kept[0]);
		rs_json_u64(&j, "avoided_file", p.kept[1]);
		rs_json_u64(&j, "avoided_low", p.low);
		rs_json_u64(&j, "avoided_high", p.high);
		rs_json_end_object(&j);
	}
	rs_json_end_array(&j);
	rs_json_end_line(&j);
}

void rs_refaults_json(struct rs_report *r, FILE *out)
{
	const struct rs_refaults *f = r->refaults;
	struct rs_refault_sum *s;
	struct rs_working_set *ws;
	const struct rs_run **runs;
	size_t nr, i;

	if (!f->reclaims && !both(f->unlinked))
		return;
	put_links(f, out);
	for (s = f->reclaims; s; s = s->hh.next)
		put_sum(r, s, false, out);
	for (s = f->links; s; s = s->hh.next)
		put_sum(r, s, true, out);
	runs = sorted_runs(f, &nr);
	for (i = 0; i < nr; i++)
		put_run(r, runs[i], out);
	free(runs);
	for (ws = f->working_sets; ws; ws = ws->hh.next)
		put_curve(r, ws, out);
}
