/* SPDX-License-Identifier: GPL-2.0-only */
/* The report for programs: one object a line, the last one "summary". docs/json.md is its schema. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../trace/show.h"
#include "report.h"

void rs_report_begin_line(struct rs_json *j, FILE *out, const char *type)
{
	rs_json_init(j, out);
	rs_json_object(j, NULL);
	rs_json_u64(j, "v", 1);
	rs_json_string(j, "type", type);
}

static void put_histogram(struct rs_json *j, const char *key, const uint64_t hist[RS_HIST_BUCKETS])
{
	int b;

	rs_json_array(j, key);
	for (b = 0; b < RS_HIST_BUCKETS; b++) {
		if (!hist[b])
			continue;
		rs_json_object(j, NULL);
		rs_json_u64(j, "lo", rs_hist_floor(b));
		rs_json_u64(j, "hi", b + 1 < RS_HIST_BUCKETS ? rs_hist_floor(b + 1) : UINT64_MAX);
		rs_json_u64(j, "count", hist[b]);
		rs_json_end_object(j);
	}
	rs_json_end_array(j);
}

static void put_latency(struct rs_json *j, const struct rs_report *r, struct rs_latency *l)
{
	if (r->is_summary)
		return;
	rs_json_u64(j, "p50_ns", rs_latency_percentile(l, 50));
	rs_json_u64(j, "p90_ns", rs_latency_percentile(l, 90));
	rs_json_u64(j, "p99_ns", rs_latency_percentile(l, 99));
}

static void put_stalls(struct rs_report *r, FILE *out)
{
	struct rs_stall_group *g;
	struct rs_json j;
	char name[192];
	int kind;

	for (kind = 0; kind < RS_RECLAIM_KSWAPD; kind++) {
		struct rs_stall_sum *s = &r->stalls[kind];

		if (!s->count && !s->unfinished && !s->begin_missing)
			continue;
		rs_report_begin_line(&j, out, "stalls");
		rs_json_string(&j, "kind", rs_show_reclaim_kind(kind));
		rs_json_u64(&j, "count", s->count);
		rs_json_u64(&j, "stall_ns", s->sum_ns);
		rs_json_u64(&j, "max_ns", s->max_ns);
		put_latency(&j, r, &s->latency);
		rs_json_u64(&j, "reclaimed_pages", s->nr_reclaimed);
		rs_json_u64(&j, "unfinished", s->unfinished);
		rs_json_u64(&j, "begin_missing", s->begin_missing);
		put_histogram(&j, "histogram_ns", s->hist);
		rs_json_end_line(&j);
	}
	for (g = r->groups; g; g = g->hh.next) {
		if (!g->count)
			continue;
		rs_report_begin_line(&j, out, g->key.of == RS_GROUP_PROCESS ? "stalls_by_process" : "stalls_by_cgroup");
		rs_json_string(&j, "kind", rs_show_reclaim_kind(g->key.kind));
		if (g->key.of == RS_GROUP_PROCESS) {
			rs_json_u64(&j, "tgid", g->key.id);
			rs_json_string(&j, "comm", g->comm);
		} else {
			rs_json_u64(&j, "cgroup_id", g->key.id);
			rs_json_string(&j, "cgroup", rs_show_cgroup(r->reader, g->key.id, name, sizeof(name)));
		}
		rs_json_u64(&j, "count", g->count);
		rs_json_u64(&j, "stall_ns", g->sum_ns);
		rs_json_u64(&j, "max_ns", g->max_ns);
		put_latency(&j, r, &g->latency);
		rs_json_u64(&j, "reclaimed_pages", g->nr_reclaimed);
		if (!r->is_summary) {
			rs_json_u64(&j, "throttled", g->throttled);
			rs_json_u64(&j, "throttled_ns", g->throttled_ns);
		}
		rs_json_end_line(&j);
	}
}

/* What a probe counts; without it, it is not known, and not 0. */
static void put_known(struct rs_json *j, bool known, const char *key, uint64_t value)
{
	if (known)
		rs_json_u64(j, key, value);
	else
		rs_json_null(j, key);
}

static void put_kswapd(struct rs_report *r, FILE *out)
{
	bool passes = rs_reader_has_probe(r->reader, "balance_pgdat");
	struct rs_waker *w;
	struct rs_json j;
	char gfp[128];
	int nid;

	for (nid = 0; nid < RS_REPORT_NODES; nid++) {
		const struct rs_kswapd_sum *k = &r->kswapd[nid];

		if (!k->seen)
			continue;
		rs_report_begin_line(&j, out, "kswapd");
		rs_json_i64(&j, "node", nid);
		rs_json_u64(&j, "wakes", k->wakes);
		rs_json_u64(&j, "sleeps", k->sleeps);
		rs_json_u64(&j, "awake_ns", k->awake_ns);
		put_known(&j, passes, "passes", k->runs);
		put_known(&j, passes, "passes_ns", k->run_ns);
		put_known(&j, rs_reader_has_probe(r->reader, "wakeup_kswapd"), "requests", k->requests);
		rs_json_u64(&j, "effective", k->wakeups);
		rs_json_u64(&j, "failures", k->failures);
		rs_json_end_line(&j);
	}
	for (w = r->wakers; w; w = w->hh.next) {
		rs_report_begin_line(&j, out, "waker");
		rs_json_i64(&j, "node", w->key.nid);
		rs_json_u64(&j, "tgid", w->key.tgid);
		rs_json_string(&j, "comm", w->comm);
		rs_json_i64(&j, "order", w->key.order);
		rs_json_string(&j, "gfp", rs_show_gfp(w->key.gfp, gfp, sizeof(gfp)));
		rs_json_u64(&j, "count", w->count);
		rs_json_end_line(&j);
	}
}

static void put_scan(struct rs_json *j, const struct rs_scan_sum *s)
{
	rs_json_u64(j, "batches", s->batches);
	rs_json_u64(j, "scanned", s->scanned);
	rs_json_u64(j, "reclaimed", s->reclaimed);
	rs_json_u64(j, "dirty", s->dirty);
	rs_json_u64(j, "writeback", s->writeback);
	rs_json_u64(j, "unqueued_dirty", s->unqueued_dirty);
	rs_json_u64(j, "activated", s->activated);
	rs_json_u64(j, "referenced", s->referenced);
	rs_json_u64(j, "unmap_fail", s->unmap_fail);
	rs_json_u64(j, "pageout", s->pageout);
}

static void put_pages(struct rs_report *r, FILE *out)
{
	static const char *const lists[] = { "anon", "file" };
	struct rs_json j;
	int i;

	for (i = 0; i < 2; i++) {
		rs_report_begin_line(&j, out, "pages_by_list");
		rs_json_string(&j, "list", lists[i]);
		put_scan(&j, &r->by_list[i]);
		rs_json_u64(&j, "deactivated", r->deactivated[i]);
		rs_json_u64(&j, "rotated", r->rotated[i]);
		rs_json_end_line(&j);
	}
	for (i = 0; i < RS_NR_RECLAIM_KINDS; i++) {
		if (!r->by_reclaimer[i].scanned && !r->by_reclaimer[i].batches)
			continue;
		rs_report_begin_line(&j, out, "pages_by_reclaimer");
		rs_json_string(&j, "reclaimer",
			       r->is_summary && i == RS_RECLAIM_DIRECT ? "direct_or_memcg" : rs_show_reclaim_kind(i));
		put_scan(&j, &r->by_reclaimer[i]);
		rs_json_end_line(&j);
	}
	for (i = 0; i < 16; i++) {
		if (!r->by_priority[i].batches)
			continue;
		rs_report_begin_line(&j, out, "pages_by_priority");
		rs_json_i64(&j, "priority", i);
		if (r->is_summary)
			rs_json_u64(&j, "batches", r->by_priority[i].batches);
		else
			put_scan(&j, &r->by_priority[i]);
		rs_json_end_line(&j);
	}
}

static void put_others(struct rs_report *r, FILE *out)
{
	const struct rs_shrinker_sum *s;
	const struct rs_workingset_sum *w;
	struct rs_json j;
	char name[192];
	int i;

	for (i = 0; i < RS_NR_THROTTLES; i++) {
		if (!r->throttled[i].count)
			continue;
		rs_report_begin_line(&j, out, "throttled");
		rs_json_string(&j, "reason", rs_show_throttle(i));
		rs_json_u64(&j, "count", r->throttled[i].count);
		rs_json_u64(&j, "ns", r->throttled[i].ns);
		if (!r->is_summary)
			rs_json_u64(&j, "max_ns", r->throttled[i].max_ns);
		rs_json_end_line(&j);
	}
	for (s = r->shrinkers; s; s = s->hh.next) {
		rs_report_begin_line(&j, out, "shrinker");
		rs_json_string(&j, "name", rs_show_symbol(r->reader, s->shrinker, name, sizeof(name)));
		rs_json_u64(&j, "runs", s->runs);
		rs_json_u64(&j, "total_scan", s->asked);
		rs_json_u64(&j, "freed", s->freed);
		rs_json_u64(&j, "ns", s->ns);
		rs_json_u64(&j, "max_ns", s->max_ns);
		rs_json_end_line(&j);
	}
	for (w = r->workingset; w; w = w->hh.next) {
		rs_report_begin_line(&j, out, "workingset");
		rs_json_u64(&j, "cgroup_id", w->cgroup);
		rs_json_string(&j, "cgroup", rs_show_cgroup(r->reader, w->cgroup, name, sizeof(name)));
		rs_json_u64(&j, "refault_anon", w->refaults[0]);
		rs_json_u64(&j, "refault_file", w->refaults[1]);
		rs_json_u64(&j, "evict_anon", w->evictions[0]);
		rs_json_u64(&j, "evict_file", w->evictions[1]);
		rs_json_end_line(&j);
	}
}

static void put_timelines(struct rs_report *r, FILE *out)
{
	const struct rs_timeline *t;
	struct rs_json j;
	char zone[32];
	int i;

	for (t = r->timelines; t; t = t->hh.next) {
		rs_report_begin_line(&j, out, "zone");
		rs_json_i64(&j, "node", t->key.nid);
		rs_json_string(&j, "zone", rs_show_zone(r->reader, t->key.nid, t->key.zid, zone, sizeof(zone)));
		rs_json_u64(&j, "managed", t->managed);
		rs_json_u64(&j, "min", t->min);
		rs_json_u64(&j, "low", t->low);
		rs_json_u64(&j, "high", t->high);
		rs_json_u64(&j, "highest_boost", t->highest_boost);
		rs_json_u64(&j, "lowest_free", t->lowest_free);
		rs_json_u64(&j, "lowest_at_ns", t->lowest_at_ns);
		rs_json_u64(&j, "readings", t->samples);
		rs_json_u64(&j, "below_high", t->below_high);
		rs_json_u64(&j, "below_low", t->below_low);
		rs_json_u64(&j, "below_min", t->below_min);
		rs_json_array(&j, "lowest_free_by_slot");
		for (i = 0; i < RS_TIMELINE_SLOTS; i++)
			if (t->free[i] == UINT64_MAX)
				rs_json_null(&j, NULL);
			else
				rs_json_u64(&j, NULL, t->free[i]);
		rs_json_end_array(&j);
		rs_json_end_line(&j);
	}
}

/* Copies a member of the LOSS block as it is; null when the block is missing. */
static void copy_loss(struct rs_json *j, const struct rs_report *r, const char *key, const char *as)
{
	struct json_object *loss = rs_reader_loss(r->reader), *v;

	if (!loss || !json_object_object_get_ex(loss, key, &v)) {
		rs_json_null(j, as);
	} else if (json_object_is_type(v, json_type_object)) {
		rs_json_object(j, as);
		json_object_object_foreach(v, name, number)
		{
			if (json_object_is_type(number, json_type_int))
				rs_json_u64(j, name, json_object_get_uint64(number));
		}
		rs_json_end_object(j);
	} else {
		rs_json_u64(j, as, json_object_get_uint64(v));
	}
}

static void put_summary_stalls(struct rs_json *j, const struct rs_report *r, const char *key, int kind)
{
	rs_json_object(j, key);
	rs_json_u64(j, "count", r->stalls[kind].count);
	rs_json_u64(j, "stall_ns", r->stalls[kind].sum_ns);
	rs_json_u64(j, "reclaimed_pages", r->stalls[kind].nr_reclaimed);
	rs_json_end_object(j);
}

static void put_summary_kswapd(struct rs_json *j, const struct rs_report *r)
{
	uint64_t wakes = 0, awake_ns = 0;
	int nid;

	for (nid = 0; nid < RS_REPORT_NODES; nid++) {
		wakes += r->kswapd[nid].wakes;
		awake_ns += r->kswapd[nid].awake_ns;
	}
	if (r->is_summary) {
		wakes = r->stalls[RS_RECLAIM_KSWAPD].count;
		awake_ns = r->stalls[RS_RECLAIM_KSWAPD].sum_ns;
	}
	rs_json_object(j, "kswapd");
	rs_json_u64(j, "wakes", wakes);
	rs_json_u64(j, "awake_ns", awake_ns);
	rs_json_end_object(j);
}

static void put_summary_pages(struct rs_json *j, const struct rs_report *r)
{
	static const char *const lists[] = { "anon", "file" };
	int i;

	rs_json_object(j, "pages");
	rs_json_u64(j, "scanned", r->by_list[0].scanned + r->by_list[1].scanned);
	rs_json_u64(j, "reclaimed", r->by_list[0].reclaimed + r->by_list[1].reclaimed);
	rs_json_object(j, "by_list");
	for (i = 0; i < 2; i++) {
		rs_json_object(j, lists[i]);
		rs_json_u64(j, "scanned", r->by_list[i].scanned);
		rs_json_u64(j, "reclaimed", r->by_list[i].reclaimed);
		rs_json_end_object(j);
	}
	rs_json_end_object(j);
	rs_json_end_object(j);
}

static void put_missing(struct rs_json *j, const struct rs_report *r)
{
	struct json_object *probes, *v;
	size_t i;

	rs_json_array(j, "missing_probes");
	if (json_object_object_get_ex(rs_reader_info(r->reader), "probes", &probes) &&
	    json_object_is_type(probes, json_type_array))
		for (i = 0; i < json_object_array_length(probes); i++) {
			struct json_object *p = json_object_array_get_idx(probes, i);

			if (json_object_object_get_ex(p, "state", &v) && json_object_is_type(v, json_type_string) &&
			    !strcmp(json_object_get_string(v), "refused") && json_object_object_get_ex(p, "name", &v))
				rs_json_string(j, NULL, json_object_get_string(v));
		}
	rs_json_end_array(j);
}

static void put_summary(struct rs_report *r, FILE *out)
{
	struct json_object *kernel, *v;
	struct rs_json j;

	rs_report_begin_line(&j, out, "summary");
	rs_json_object(&j, "events");
	copy_loss(&j, r, "attempted", "attempted");
	copy_loss(&j, r, "written", "written");
	copy_loss(&j, r, "lost", "lost");
	copy_loss(&j, r, "by_reason", "by_reason");
	copy_loss(&j, r, "filtered", "filtered");
	copy_loss(&j, r, "sampled_out", "sampled_out");
	rs_json_u64(&j, "read", r->state.nr_records);
	rs_json_end_object(&j);
	copy_loss(&j, r, "tracepoints", "tracepoints");
	put_summary_stalls(&j, r, "direct_reclaim", RS_RECLAIM_DIRECT);
	put_summary_stalls(&j, r, "memcg_reclaim", RS_RECLAIM_MEMCG);
	put_summary_stalls(&j, r, "node_reclaim", RS_RECLAIM_NODE);
	put_summary_kswapd(&j, r);
	put_summary_pages(&j, r);
	rs_json_u64(&j, "oom_kills", r->oom_kills);
	rs_json_object(&j, "compaction");
	rs_json_u64(&j, "direct", r->compaction.direct);
	rs_json_u64(&j, "got_page", r->compaction.got_page);
	rs_json_u64(&j, "asked", r->compaction.asked);
	rs_json_u64(&j, "suitable", r->compaction.suitable);
	rs_json_u64(&j, "deferred", r->compaction.deferred);
	rs_json_u64(&j, "failed", r->compaction.failed);
	rs_json_u64(&j, "reset", r->compaction.reset);
	rs_json_u64(&j, "handed_over", r->compaction.handed_over);
	rs_json_u64(&j, "kcompactd_runs", r->compaction.kcompactd_runs);
	rs_json_end_object(&j);
	put_missing(&j, r);
	if (json_object_object_get_ex(rs_reader_info(r->reader), "kernel", &kernel)) {
		if (json_object_object_get_ex(kernel, "release", &v))
			rs_json_string(&j, "kernel", json_object_get_string(v));
		if (json_object_object_get_ex(kernel, "lru", &v))
			rs_json_string(&j, "lru", json_object_get_string(v));
	}
	rs_json_u64(&j, "duration_ns", r->duration_ns);
	rs_json_bool(&j, "complete", r->state.ended && !r->state.nr_bad_blocks && !r->state.bytes_skipped);
	rs_json_u64(&j, "bad_blocks", r->state.nr_bad_blocks);
	rs_json_u64(&j, "bytes_skipped", r->state.bytes_skipped);
	rs_json_end_line(&j);
}

void rs_report_json(struct rs_report *r, FILE *out)
{
	put_stalls(r, out);
	put_kswapd(r, out);
	put_pages(r, out);
	put_others(r, out);
	put_timelines(r, out);
	rs_refaults_json(r, out);
	rs_generations_json(r, out);
	put_summary(r, out);
}
