/* SPDX-License-Identifier: GPL-2.0-only */
/* The report of a recording in mode summary: the sums come from the kernel. */
#include <errno.h>
#include <stdlib.h>

#include "../trace/show.h"
#include "report.h"

static uint64_t member(struct json_object *object, const char *key)
{
	struct json_object *v;

	return json_object_object_get_ex(object, key, &v) ? json_object_get_uint64(v) : 0;
}

static uint64_t element(struct json_object *object, const char *key, size_t i)
{
	struct json_object *v;

	if (!json_object_object_get_ex(object, key, &v) || !json_object_is_type(v, json_type_array))
		return 0;
	return json_object_get_uint64(json_object_array_get_idx(v, i));
}

static void take_summary_stalls(struct rs_report *r, struct json_object *stalls)
{
	size_t i;

	for (i = 0; i < json_object_array_length(stalls); i++) {
		struct json_object *s = json_object_array_get_idx(stalls, i), *hist;
		uint64_t kind = member(s, "kind");
		struct rs_stall_sum *sum;

		if (kind >= RS_NR_RECLAIM_KINDS)
			continue;
		sum = &r->stalls[kind];
		sum->count = member(s, "count");
		sum->sum_ns = member(s, "ns");
		sum->max_ns = member(s, "max_ns");
		sum->nr_reclaimed = member(s, "nr_reclaimed");
		if (!json_object_object_get_ex(s, "histogram", &hist) || !json_object_is_type(hist, json_type_object))
			continue;
		json_object_object_foreach(hist, bucket, value)
		{
			unsigned long b = strtoul(bucket, NULL, 10);

			if (b < RS_HIST_BUCKETS)
				sum->hist[b] = json_object_get_uint64(value);
		}
	}
}

static int take_summary_stallers(struct rs_report *r, struct json_object *stallers)
{
	size_t i;

	for (i = 0; i < json_object_array_length(stallers); i++) {
		struct json_object *s = json_object_array_get_idx(stallers, i), *v;
		bool by_cgroup = json_object_object_get_ex(s, "cgroup", &v);
		struct rs_stall_group *g;

		g = rs_report_group(r, by_cgroup ? RS_GROUP_CGROUP : RS_GROUP_PROCESS, member(s, by_cgroup ? "cgroup" : "tgid"),
			     member(s, "kind"));
		if (!g)
			return -ENOMEM;
		g->count = member(s, "count");
		g->sum_ns = member(s, "ns");
		g->max_ns = member(s, "max_ns");
		g->nr_reclaimed = member(s, "nr_reclaimed");
		if (json_object_object_get_ex(s, "comm", &v) && json_object_is_type(v, json_type_string))
			rs_show_text(json_object_get_string(v), json_object_get_string_len(v), g->comm, sizeof(g->comm));
	}
	return 0;
}

int rs_report_take_summary(struct rs_report *r)
{
	struct json_object *totals = rs_reader_totals(r->reader), *v;
	size_t i;

	if (!totals)
		return 0;
	if (json_object_object_get_ex(totals, "stalls", &v) && json_object_is_type(v, json_type_array))
		take_summary_stalls(r, v);
	for (i = 0; i < 2; i++) {
		/* [kswapd, task][anon, file] */
		r->by_list[i].scanned = element(totals, "nr_scanned", i) + element(totals, "nr_scanned", 2 + i);
		r->by_list[i].reclaimed = element(totals, "nr_reclaimed", i) + element(totals, "nr_reclaimed", 2 + i);
	}
	r->by_reclaimer[RS_RECLAIM_KSWAPD].scanned = element(totals, "nr_scanned", 0) + element(totals, "nr_scanned", 1);
	r->by_reclaimer[RS_RECLAIM_KSWAPD].reclaimed =
		element(totals, "nr_reclaimed", 0) + element(totals, "nr_reclaimed", 1);
	r->by_reclaimer[RS_RECLAIM_DIRECT].scanned = element(totals, "nr_scanned", 2) + element(totals, "nr_scanned", 3);
	r->by_reclaimer[RS_RECLAIM_DIRECT].reclaimed =
		element(totals, "nr_reclaimed", 2) + element(totals, "nr_reclaimed", 3);
	for (i = 0; i < 16; i++)
		r->by_priority[i].batches = element(totals, "batches_by_priority", i);
	for (i = 0; i < RS_NR_THROTTLES; i++) {
		r->throttled[i].count = element(totals, "throttled", i);
		r->throttled[i].ns = element(totals, "throttled_usec", i) * 1000;
	}
	if (json_object_object_get_ex(totals, "stallers", &v) && json_object_is_type(v, json_type_array))
		return take_summary_stallers(r, v);
	return 0;
}
