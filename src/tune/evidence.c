/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two passes: how long kswapd takes to react, then by how much memory shrinks in that time. Device times are means
 * over all requests of a device, which is what a page waited for where requests are not merged; where they are, a
 * page costs less and both costs, of which only the ratio is used, are divided by pages and not by requests.
 */
#include "evidence.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "../base/order.h"
#include "../diff/diff.h"
#include "../wire/capture.h"
#include "disks.h"

#define MAX_REACTS 65536
#define LEAST_REACT_S 0.001 /* where kswapd never had to: a scheduling latency */

static int64_t setting(struct json_object *settings, const char *key)
{
	struct json_object *v = rs_info_member(settings, key);
	char *end;
	long long value;

	if (!v)
		return -1;
	value = strtoll(json_object_get_string(v), &end, 10);
	return *end || value < 0 ? -1 : value;
}

/* ---- the host ---- */

static void read_settings(struct rs_evidence *e, struct json_object *info)
{
	struct json_object *s = rs_info_member(info, "settings"), *thp;

	e->min_free_kbytes = setting(s, "vm.min_free_kbytes");
	e->watermark_scale_factor = setting(s, "vm.watermark_scale_factor");
	e->swappiness = setting(s, "vm.swappiness");
	e->dirty_ratio = setting(s, "vm.dirty_ratio");
	e->dirty_background_ratio = setting(s, "vm.dirty_background_ratio");
	e->dirty_bytes = setting(s, "vm.dirty_bytes");
	e->dirty_background_bytes = setting(s, "vm.dirty_background_bytes");
	thp = rs_info_member(s, "/sys/kernel/mm/transparent_hugepage/enabled");
	e->thp = thp && !strstr(json_object_get_string(thp), "[never]");
}

static void read_zones(struct rs_evidence *e, struct json_object *info)
{
	struct json_object *zones = rs_info_member(info, "zones"), *hugetlb = rs_info_member(info, "hugetlb_pages");
	size_t i, n = zones ? json_object_array_length(zones) : 0;
	unsigned int z;

	for (i = 0; i < n && e->nr_zones < RS_EVIDENCE_ZONES; i++) {
		struct json_object *o = json_object_array_get_idx(zones, i);
		struct rs_evidence_zone *zone = &e->zones[e->nr_zones];
		const char *name = rs_info_member(o, "name") ? json_object_get_string(rs_info_member(o, "name")) : "?";
		double boost = rs_info_number(o, "boost");

		zone->managed = fmax(0, rs_info_number(o, "managed"));
		if (!zone->managed)
			continue;
		zone->nid = rs_info_number(o, "node");
		zone->zid = rs_info_number(o, "zone");
		snprintf(zone->name, sizeof(zone->name), "%.15s", name);
		boost = boost > 0 ? boost : 0;
		zone->min = fmax(0, rs_info_number(o, "min") - boost);
		zone->low = fmax(0, rs_info_number(o, "low") - boost);
		zone->high = fmax(0, rs_info_number(o, "high") - boost);
		e->mem_pages += zone->managed;
		e->nr_zones++;
	}
	if (!hugetlb)
		return;
	json_object_object_foreach (hugetlb, key, value) {
		struct rs_evidence_zone *largest = NULL;

		for (z = 0; z < e->nr_zones; z++)
			if (e->zones[z].nid == atoi(key) && (!largest || e->zones[z].managed > largest->managed))
				largest = &e->zones[z];
		if (!largest)
			continue;
		largest->hugetlb = fmin(json_object_get_int64(value), largest->managed);
		e->hugetlb_pages += largest->hugetlb;
	}
}

static void read_swaps(struct rs_evidence *e, struct json_object *info)
{
	struct json_object *swaps = rs_info_member(info, "swaps");
	size_t i, n = swaps ? json_object_array_length(swaps) : 0;

	e->has_swap = n > 0;
	e->swap_is_memory = n > 0;
	for (i = 0; i < n; i++) {
		struct json_object *name = rs_info_member(json_object_array_get_idx(swaps, i), "name");

		e->swap_is_memory &= name && rs_disk_is_zram(json_object_get_string(name));
	}
}

/* ---- sums of the whole recording ---- */

static void read_disks(struct rs_evidence *e, struct json_object *info, struct json_object *end)
{
	double page = e->page_size ? e->page_size : 4096;
	struct rs_disks d;

	rs_disks_read(info, end, &d);
	e->swapin_reads = d.swap.reads;
	e->file_reads = d.file.reads;
	e->swapin_s = d.swap.read_bytes > 0 ? d.swap.read_s * page / d.swap.read_bytes : NAN;
	e->file_read_s = d.file.read_bytes > 0 ? d.file.read_s * page / d.file.read_bytes : NAN;
	e->swapout_s = d.swap.written_bytes > 0 ? d.swap.write_s * page / d.swap.written_bytes : NAN;
	e->write_bytes_s = d.file.write_s > 0 ? d.file.written_bytes / d.file.write_s : NAN;
}

static void read_sums(struct rs_evidence *e, struct json_object *info, struct json_object *end)
{
	struct json_object *was = rs_info_member(info, "vmstat"), *now = rs_info_member(end, "vmstat");
	struct json_object *psi_was = rs_info_member(info, "pressure"), *psi_now = rs_info_member(end, "pressure");

	e->psi_some_s = (rs_info_number(psi_now, "memory_some_us") - rs_info_number(psi_was, "memory_some_us")) / 1e6;
	e->psi_full_s = (rs_info_number(psi_now, "memory_full_us") - rs_info_number(psi_was, "memory_full_us")) / 1e6;
	e->refault_anon =
		rs_info_number(now, "workingset_refault_anon") - rs_info_number(was, "workingset_refault_anon");
	e->refault_file =
		rs_info_number(now, "workingset_refault_file") - rs_info_number(was, "workingset_refault_file");
	e->swapin = rs_info_number(now, "pswpin") - rs_info_number(was, "pswpin");
	e->swapout = rs_info_number(now, "pswpout") - rs_info_number(was, "pswpout");
	e->reclaimed = rs_info_number(now, "pgsteal_kswapd") - rs_info_number(was, "pgsteal_kswapd") +
		       rs_info_number(now, "pgsteal_direct") - rs_info_number(was, "pgsteal_direct");
	read_disks(e, info, end);
}

/* Where stalls of this kind are counted, or not at all. @kind: enum rs_reclaim_kind; NAN: a recording does not say. */
static bool stalls_of(struct rs_evidence *e, double kind, double **count, double **seconds)
{
	*count = kind == RS_RECLAIM_DIRECT ? &e->stalls : &e->memcg_stalls;
	*seconds = kind == RS_RECLAIM_DIRECT ? &e->stall_s : &e->memcg_stall_s;
	return kind == RS_RECLAIM_DIRECT || kind == RS_RECLAIM_MEMCG;
}

/* Summary mode keeps its sums beside the records. */
static void read_totals(struct rs_evidence *e, struct json_object *totals)
{
	struct json_object *stalls = rs_info_member(totals, "stalls"), *usec = rs_info_member(totals, "throttled_usec");
	size_t i, n = stalls ? json_object_array_length(stalls) : 0;

	for (i = 0; i < n; i++) {
		struct json_object *o = json_object_array_get_idx(stalls, i);
		double *count, *seconds;

		if (!stalls_of(e, rs_info_number(o, "kind"), &count, &seconds))
			continue;
		*count = rs_info_number(o, "count");
		*seconds = rs_info_number(o, "ns") / 1e9;
	}
	for (i = 0; usec && i < json_object_array_length(usec); i++) {
		double s = json_object_get_double(json_object_array_get_idx(usec, i)) / 1e6;

		e->throttled_s += s;
		if (i == RS_THROTTLE_WRITEBACK || i == RS_THROTTLE_CONGESTED || i == RS_THROTTLE_CONGESTION_WAIT)
			e->throttled_writeback_s += s;
	}
}

/* ---- first pass: stalls, and how fast kswapd is ---- */

#define MAX_STALLED 1024

struct pass {
	struct {
		uint32_t tid;
		uint64_t ts_ns;
	} stalled[MAX_STALLED];
	struct {
		uint64_t woken_ns;
		uint32_t tid; /* of kswapd, while it has not reclaimed yet */
	} nodes[RS_EVIDENCE_NODES];
	double *reacts;
	double dirty, scanned;
};

static void stall_begins(struct pass *p, const struct rs_event_hdr *hdr)
{
	unsigned int i;

	for (i = 0; i < MAX_STALLED; i++)
		if (!p->stalled[i].ts_ns || p->stalled[i].tid == hdr->tid) {
			p->stalled[i].tid = hdr->tid;
			p->stalled[i].ts_ns = hdr->ts_ns;
			return;
		}
}

static void stall_ends(struct rs_evidence *e, struct pass *p, const struct rs_event_hdr *hdr, uint32_t kind)
{
	double *count, *seconds;
	unsigned int i;

	if (!stalls_of(e, kind, &count, &seconds))
		return;
	for (i = 0; i < MAX_STALLED; i++)
		if (p->stalled[i].ts_ns && p->stalled[i].tid == hdr->tid) {
			++*count;
			*seconds += (hdr->ts_ns - p->stalled[i].ts_ns) / 1e9;
			p->stalled[i].ts_ns = 0;
			return;
		}
}

static void kswapd_reclaimed(struct rs_evidence *e, struct pass *p, const struct rs_event_shrink_inactive *s)
{
	int nid = s->nid;

	if (nid < 0 || nid >= RS_EVIDENCE_NODES || !s->nr_reclaimed || p->nodes[nid].tid != s->hdr.tid)
		return;
	if (p->nodes[nid].woken_ns && e->nr_reacts < MAX_REACTS)
		p->reacts[e->nr_reacts++] = (s->hdr.ts_ns - p->nodes[nid].woken_ns) / 1e9;
	p->nodes[nid].woken_ns = 0;
	p->nodes[nid].tid = 0;
}

static void first_pass(struct rs_evidence *e, struct pass *p, const struct rs_event_hdr *hdr)
{
	double *count, *seconds;

	switch (hdr->type) {
	case RS_EVENT_reclaim_begin:
		if (stalls_of(e, ((const struct rs_event_reclaim_begin *)hdr)->kind, &count, &seconds))
			stall_begins(p, hdr);
		break;
	case RS_EVENT_reclaim_end:
		stall_ends(e, p, hdr, ((const struct rs_event_reclaim_end *)hdr)->kind);
		break;
	case RS_EVENT_throttled: {
		const struct rs_event_throttled *t = (const void *)hdr;

		e->throttled_s += t->usec_delayed / 1e6;
		if (t->reason == RS_THROTTLE_WRITEBACK || t->reason == RS_THROTTLE_CONGESTED ||
		    t->reason == RS_THROTTLE_CONGESTION_WAIT)
			e->throttled_writeback_s += t->usec_delayed / 1e6;
		break;
	}
	case RS_EVENT_wakeup_kswapd: {
		int nid = ((const struct rs_event_wakeup_kswapd *)hdr)->nid;

		if (nid >= 0 && nid < RS_EVIDENCE_NODES && !p->nodes[nid].woken_ns && !p->nodes[nid].tid)
			p->nodes[nid].woken_ns = hdr->ts_ns;
		break;
	}
	case RS_EVENT_kswapd_wake: {
		int nid = ((const struct rs_event_kswapd_wake *)hdr)->nid;

		if (nid >= 0 && nid < RS_EVIDENCE_NODES)
			p->nodes[nid].tid = hdr->tid;
		break;
	}
	case RS_EVENT_kswapd_sleep: {
		int nid = ((const struct rs_event_kswapd_sleep *)hdr)->nid;

		if (nid >= 0 && nid < RS_EVIDENCE_NODES)
			p->nodes[nid].tid = p->nodes[nid].woken_ns = 0;
		break;
	}
	case RS_EVENT_shrink_inactive: {
		const struct rs_event_shrink_inactive *s = (const void *)hdr;

		p->scanned += s->nr_scanned;
		p->dirty += s->nr_dirty + s->nr_writeback;
		kswapd_reclaimed(e, p, s);
		break;
	}
	}
}

static int measure_kswapd(struct rs_evidence *e, struct rs_reader *reader)
{
	struct pass *p = calloc(1, sizeof(*p));
	struct rs_event event;
	int err = 0;

	if (p)
		p->reacts = calloc(MAX_REACTS, sizeof(*p->reacts));
	if (!p || !p->reacts)
		err = -ENOMEM;
	while (!err && (err = rs_reader_next(reader, &event)) == 1) {
		err = 0;
		first_pass(e, p, event.hdr);
	}
	if (!err) {
		qsort(p->reacts, e->nr_reacts, sizeof(p->reacts[0]), rs_falling);
		e->react_s = e->nr_reacts ? p->reacts[e->nr_reacts / 2] : NAN;
		e->react_worst_s = e->nr_reacts ? p->reacts[e->nr_reacts / 20] : NAN;
		e->dirty_met = p->scanned > 0 ? p->dirty / p->scanned : NAN;
	}
	if (p)
		free(p->reacts);
	free(p);
	return err;
}

/* ---- second pass: bursts ---- */

static struct rs_evidence_zone *zone_of(struct rs_evidence *e, const struct rs_event_zone_state *s)
{
	unsigned int i;

	for (i = 0; i < e->nr_zones; i++)
		if (e->zones[i].nid == s->nid && e->zones[i].zid == s->zid)
			return &e->zones[i];
	return NULL;
}

static int measure_bursts(struct rs_evidence *e, struct rs_reader *reader)
{
	double react = isnan(e->react_worst_s) ? LEAST_REACT_S : fmax(e->react_worst_s, LEAST_REACT_S);
	struct {
		uint64_t ts_ns, free;
	} was[RS_EVIDENCE_ZONES] = { { 0 } };
	struct rs_event event;
	unsigned int i;
	int err;

	rs_reader_rewind(reader);
	while ((err = rs_reader_next(reader, &event)) == 1) {
		const struct rs_event_zone_state *s = (const void *)event.hdr;
		struct rs_evidence_zone *z;
		uint64_t ts_was, free_was, high;
		double seconds, shrunk;

		if (s->hdr.type != RS_EVENT_zone_state || s->context != RS_ZONE_OF_GAUGE)
			continue;
		z = zone_of(e, s);
		if (!z)
			continue;
		i = z - e->zones;
		ts_was = was[i].ts_ns;
		free_was = was[i].free;
		was[i].ts_ns = s->hdr.ts_ns;
		was[i].free = s->free;
		high = s->high + (s->boost == RS_UNKNOWN ? 0 : s->boost);
		if (!ts_was || s->free >= free_was || s->free > 2 * high)
			continue;
		/* A rate that is a mean over longer than the reaction is the least that the burst can have been. */
		seconds = (s->hdr.ts_ns - ts_was) / 1e9;
		shrunk = (double)(free_was - s->free);
		if (seconds > react)
			shrunk *= react / seconds;
		if ((z->nr_bursts & (z->nr_bursts - 1)) == 0) {
			double *more = realloc(z->bursts, (z->nr_bursts ? 2 * z->nr_bursts : 1) * sizeof(*more));

			if (!more)
				return -ENOMEM;
			z->bursts = more;
		}
		z->bursts[z->nr_bursts++] = shrunk;
	}
	for (i = 0; i < e->nr_zones; i++)
		if (e->zones[i].nr_bursts)
			qsort(e->zones[i].bursts, e->zones[i].nr_bursts, sizeof(double), rs_falling);
	return err;
}

int rs_evidence_init(struct rs_evidence *e, struct rs_reader *reader, const char *path)
{
	struct json_object *info = rs_reader_info(reader), *end, *kernel = rs_info_member(info, "kernel");
	struct rs_reader_state state;
	int err;

	memset(e, 0, sizeof(*e));
	e->react_s = e->react_worst_s = NAN;
	if (!info || !rs_info_member(info, "settings") || !rs_info_member(info, "zones"))
		return rs_fail(-EBADMSG, "%s: says nothing of the host's settings and zones", path);
	e->page_size = fmax(0, rs_info_number(kernel, "page_size"));
	e->mglru = rs_info_has_lru_gen(info);
	rs_diff_read_rules(reader, &e->rules);
	e->has_rules = rs_info_member(rs_info_member(kernel, "differences"),
				      "movable_not_lowmem"); /* all that marks depend on */
	read_settings(e, info);
	read_zones(e, info);
	read_swaps(e, info);
	err = measure_kswapd(e, reader);
	if (!err)
		err = measure_bursts(e, reader);
	if (err)
		return rs_err(err, "%s", path);
	rs_reader_state(reader, &state);
	end = rs_reader_end(reader);
	e->seconds = end ? rs_info_number(end, "duration_ns") / 1e9 : (state.last_ns - state.first_ns) / 1e9;
	read_sums(e, info, end);
	if (rs_reader_totals(reader))
		read_totals(e, rs_reader_totals(reader));
	return 0;
}

void rs_evidence_deinit(struct rs_evidence *e)
{
	unsigned int i;

	for (i = 0; i < e->nr_zones; i++)
		free(e->zones[i].bursts);
	e->nr_zones = 0;
}
