/* SPDX-License-Identifier: GPL-2.0-only */
#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../base/table.h"
#include "../trace/show.h"

/* A stall between its two records. */
struct rs_open_stall {
	struct {
		uint32_t tid;
		uint32_t kind;
	} key;
	uint64_t begin_ns;
	struct rs_stall_group *process, *cgroup;
	UT_hash_handle hh;
};

struct rs_stall_group *rs_report_group(struct rs_report *r, uint32_t of, uint64_t id, uint32_t kind)
{
	struct rs_group_key key = { .id = id, .of = of, .kind = kind };

	return RS_FIND_OR_ADD(r->groups, struct rs_stall_group, key, key);
}

static int on_reclaim_begin(struct rs_report *r, const struct rs_event_reclaim_begin *e)
{
	struct rs_open_stall *open;
	__typeof__(open->key) key = { .tid = e->hdr.tid, .kind = e->kind };

	if (e->kind >= RS_NR_RECLAIM_KINDS)
		return 0;
	open = RS_FIND_OR_ADD(r->open, struct rs_open_stall, key, key);
	if (!open)
		return -ENOMEM;
	if (open->begin_ns)
		r->stalls[e->kind].unfinished++; /* its end was lost */
	open->begin_ns = e->hdr.ts_ns;
	open->process = rs_report_group(r, RS_GROUP_PROCESS, e->tgid, e->kind);
	open->cgroup = rs_report_group(r, RS_GROUP_CGROUP, e->cgroup, e->kind);
	if (!open->process || !open->cgroup)
		return -ENOMEM;
	rs_show_text(e->comm, RS_COMM_LEN, open->process->comm, sizeof(open->process->comm));
	return 0;
}

static int add_to_group(struct rs_stall_group *g, uint64_t ns, uint64_t nr_reclaimed)
{
	g->count++;
	g->sum_ns += ns;
	g->nr_reclaimed += nr_reclaimed;
	if (ns > g->max_ns)
		g->max_ns = ns;
	return rs_latency_add(&g->latency, ns);
}

static int on_reclaim_end(struct rs_report *r, const struct rs_event_reclaim_end *e)
{
	struct rs_stall_sum *sum;
	struct rs_open_stall *open;
	__typeof__(open->key) key = { .tid = e->hdr.tid, .kind = e->kind };
	uint64_t ns;
	int err;

	if (e->kind >= RS_NR_RECLAIM_KINDS)
		return 0;
	sum = &r->stalls[e->kind];
	HASH_FIND(hh, r->open, &key, sizeof(key), open);
	if (!open || !open->begin_ns) {
		sum->begin_missing++;
		return 0;
	}
	ns = e->hdr.ts_ns - open->begin_ns;
	open->begin_ns = 0;
	sum->nr_reclaimed += e->nr_reclaimed;
	sum->hist[rs_hist_bucket(ns)]++;
	sum->count++;
	sum->sum_ns += ns;
	if (ns > sum->max_ns)
		sum->max_ns = ns;
	err = rs_latency_add(&sum->latency, ns);
	if (!err)
		err = add_to_group(open->process, ns, e->nr_reclaimed);
	return err ? err : add_to_group(open->cgroup, ns, e->nr_reclaimed);
}

/* What the task of @tid is reclaiming for right now. */
static uint32_t reclaim_kind_of(struct rs_report *r, uint32_t tid, bool is_kswapd, struct rs_open_stall **ret_open)
{
	uint32_t kind;

	if (ret_open)
		*ret_open = NULL;
	if (is_kswapd)
		return RS_RECLAIM_KSWAPD;
	for (kind = 0; kind < RS_RECLAIM_KSWAPD; kind++) {
		struct rs_open_stall *open;
		__typeof__(open->key) key = { .tid = tid, .kind = kind };

		HASH_FIND(hh, r->open, &key, sizeof(key), open);
		if (!open || !open->begin_ns)
			continue;
		if (ret_open)
			*ret_open = open;
		return kind;
	}
	return RS_RECLAIM_DIRECT;
}

static void on_throttled(struct rs_report *r, const struct rs_event_throttled *e)
{
	uint64_t ns = e->usec_delayed * 1000ULL;
	struct rs_open_stall *open;

	if (e->reason >= RS_NR_THROTTLES)
		return;
	r->throttled[e->reason].count++;
	r->throttled[e->reason].ns += ns;
	if (ns > r->throttled[e->reason].max_ns)
		r->throttled[e->reason].max_ns = ns;
	reclaim_kind_of(r, e->hdr.tid, false, &open);
	if (!open)
		return;
	open->process->throttled++;
	open->process->throttled_ns += ns;
	open->cgroup->throttled++;
	open->cgroup->throttled_ns += ns;
}

/* ---- kswapd ---- */

static struct rs_kswapd_sum *node_of(struct rs_report *r, int nid)
{
	if (nid < 0 || nid >= RS_REPORT_NODES)
		return NULL;
	r->kswapd[nid].seen = true;
	return &r->kswapd[nid];
}

static void on_kswapd_wake(struct rs_report *r, const struct rs_event_kswapd_wake *e)
{
	struct rs_kswapd_sum *k = node_of(r, e->nid);

	if (!k)
		return;
	k->wakes++;
	if (!k->awake_since_ns)
		k->awake_since_ns = e->hdr.ts_ns;
}

static void on_kswapd_sleep(struct rs_report *r, const struct rs_event_kswapd_sleep *e)
{
	struct rs_kswapd_sum *k = node_of(r, e->nid);

	if (!k)
		return;
	k->sleeps++;
	/* Without a wake before it, kswapd was awake when the recording began. */
	if (k->awake_since_ns)
		k->awake_ns += e->hdr.ts_ns - k->awake_since_ns;
	else if (k->wakes == 0 && k->sleeps == 1)
		k->awake_ns += e->hdr.ts_ns - r->state.first_ns;
	k->awake_since_ns = 0;
}

static int on_wakeup_kswapd(struct rs_report *r, const struct rs_event_wakeup_kswapd *e)
{
	const struct rs_task *task = rs_tasks_find(r->tasks, e->hdr.tid);
	struct rs_kswapd_sum *k = node_of(r, e->nid);
	struct rs_waker *waker;
	__typeof__(waker->key) key = { .tgid = task ? task->tgid : e->hdr.tid, .order = e->order, .gfp = e->gfp, .nid = e->nid };

	if (k)
		k->wakeups++;
	waker = RS_FIND_OR_ADD(r->wakers, struct rs_waker, key, key);
	if (!waker)
		return -ENOMEM;
	waker->count++;
	snprintf(waker->comm, sizeof(waker->comm), "%s", task ? task->comm : "?");
	return 0;
}

static void on_balance_end(struct rs_report *r, const struct rs_event_balance_pgdat_end *e)
{
	struct rs_kswapd_sum *k = node_of(r, e->nid);

	if (!k)
		return;
	k->runs++;
	if (k->run_since_ns)
		k->run_ns += e->hdr.ts_ns - k->run_since_ns;
	k->run_since_ns = 0;
}

/* ---- pages ---- */

static void add_scan(struct rs_scan_sum *s, const struct rs_event_shrink_inactive *e)
{
	s->batches++;
	s->scanned += e->nr_scanned;
	s->reclaimed += e->nr_reclaimed;
	s->dirty += e->nr_dirty;
	s->writeback += e->nr_writeback;
	s->unqueued_dirty += e->nr_unqueued_dirty;
	s->activated += e->nr_activate_anon + e->nr_activate_file;
	s->referenced += e->nr_ref_keep;
	s->unmap_fail += e->nr_unmap_fail;
	s->pageout += e->nr_pageout;
}

static void on_shrink_inactive(struct rs_report *r, const struct rs_event_shrink_inactive *e)
{
	uint32_t kind = reclaim_kind_of(r, e->hdr.tid, e->reclaimer == RS_RECLAIM_KSWAPD, NULL);

	add_scan(&r->by_list[!!e->file], e);
	add_scan(&r->by_reclaimer[kind], e);
	add_scan(&r->by_priority[e->priority & 15], e);
}

/* A batch of an inactive list of which nothing could be taken: scanned all the same. */
static void on_isolate_nothing(struct rs_report *r, const struct rs_event_isolate_nothing *e)
{
	const struct rs_task *task = rs_tasks_find(r->tasks, e->hdr.tid);
	uint32_t kind = reclaim_kind_of(r, e->hdr.tid, task && task->flags & RS_PF_KSWAPD, NULL);

	if (e->lru != 0 && e->lru != 2)
		return;
	r->by_list[e->lru == 2].scanned += e->nr_isolate_scanned;
	r->by_reclaimer[kind].scanned += e->nr_isolate_scanned;
}

static int on_shrink_slab(struct rs_report *r, const struct rs_event_shrink_slab *e)
{
	uint64_t key = e->shrinker;
	struct rs_shrinker_sum *s = RS_FIND_OR_ADD(r->shrinkers, struct rs_shrinker_sum, shrinker, key);

	if (!s)
		return -ENOMEM;
	s->runs++;
	s->asked += e->total_scan;
	s->freed += e->freed > 0 ? e->freed : 0;
	s->ns += e->duration_ns;
	if (e->duration_ns > s->max_ns)
		s->max_ns = e->duration_ns;
	return 0;
}

static struct rs_workingset_sum *workingset_of(struct rs_report *r, uint64_t cgroup)
{
	return RS_FIND_OR_ADD(r->workingset, struct rs_workingset_sum, cgroup, cgroup);
}

/* ---- marks ---- */

static int on_zone_state(struct rs_report *r, const struct rs_event_zone_state *e)
{
	uint64_t slot_ns = (r->state.last_ns - r->state.first_ns) / RS_TIMELINE_SLOTS + 1, slot;
	uint64_t nr_free = e->free + (e->snapshot ? e->free_diff : 0);
	struct rs_timeline *t;
	__typeof__(t->key) key = { .nid = e->nid, .zid = e->zid };
	uint8_t level;
	int i;

	if (e->context != RS_ZONE_OF_GAUGE || !e->managed)
		return 0;
	HASH_FIND(hh, r->timelines, &key, sizeof(key), t);
	if (!t) {
		t = RS_FIND_OR_ADD(r->timelines, struct rs_timeline, key, key);
		if (!t)
			return -ENOMEM;
		t->lowest_free = UINT64_MAX;
		for (i = 0; i < RS_TIMELINE_SLOTS; i++)
			t->free[i] = UINT64_MAX;
	}
	t->managed = e->managed;
	t->min = e->min;
	t->low = e->low;
	t->high = e->high;
	if (e->boost > t->highest_boost)
		t->highest_boost = e->boost;
	level = nr_free < e->min + e->boost ? 3 : nr_free < e->low + e->boost ? 2 : nr_free < e->high + e->boost ? 1 : 0;
	t->samples++;
	t->below_high += level >= 1;
	t->below_low += level >= 2;
	t->below_min += level >= 3;
	if (nr_free < t->lowest_free) {
		t->lowest_free = nr_free;
		t->lowest_at_ns = e->hdr.ts_ns;
	}
	slot = (e->hdr.ts_ns - r->state.first_ns) / slot_ns;
	if (slot >= RS_TIMELINE_SLOTS)
		return 0;
	if (nr_free < t->free[slot])
		t->free[slot] = nr_free;
	if (level > t->level[slot])
		t->level[slot] = level;
	return 0;
}

static int take(struct rs_report *r, const struct rs_event_hdr *hdr)
{
	struct rs_workingset_sum *w;
	struct rs_kswapd_sum *k;

	switch (hdr->type) {
	case RS_EVENT_reclaim_begin:
		return on_reclaim_begin(r, (const void *)hdr);
	case RS_EVENT_reclaim_end:
		return on_reclaim_end(r, (const void *)hdr);
	case RS_EVENT_throttled:
		on_throttled(r, (const void *)hdr);
		break;
	case RS_EVENT_kswapd_wake:
		on_kswapd_wake(r, (const void *)hdr);
		break;
	case RS_EVENT_kswapd_sleep:
		on_kswapd_sleep(r, (const void *)hdr);
		break;
	case RS_EVENT_wakeup_kswapd:
		return on_wakeup_kswapd(r, (const void *)hdr);
	case RS_EVENT_wakeup_kswapd_begin:
		k = node_of(r, ((const struct rs_event_wakeup_kswapd_begin *)hdr)->nid);
		if (k)
			k->requests++;
		break;
	case RS_EVENT_balance_pgdat_begin:
		k = node_of(r, ((const struct rs_event_balance_pgdat_begin *)hdr)->nid);
		if (k)
			k->run_since_ns = hdr->ts_ns;
		break;
	case RS_EVENT_balance_pgdat_end:
		on_balance_end(r, (const void *)hdr);
		break;
	case RS_EVENT_kswapd_fail:
		k = node_of(r, ((const struct rs_event_kswapd_fail *)hdr)->nid);
		if (k)
			k->failures++;
		break;
	case RS_EVENT_shrink_inactive:
		on_shrink_inactive(r, (const void *)hdr);
		break;
	case RS_EVENT_isolate_nothing:
		on_isolate_nothing(r, (const void *)hdr);
		break;
	case RS_EVENT_shrink_active: {
		const struct rs_event_shrink_active *e = (const void *)hdr;

		r->deactivated[!!e->file] += e->nr_deactivated;
		r->rotated[!!e->file] += e->nr_active;
		break;
	}
	case RS_EVENT_shrink_slab:
		return on_shrink_slab(r, (const void *)hdr);
	case RS_EVENT_workingset_eviction: {
		const struct rs_event_workingset_eviction *e = (const void *)hdr;

		w = workingset_of(r, e->cgroup);
		if (!w)
			return -ENOMEM;
		w->evictions[!!e->file]++;
		break;
	}
	case RS_EVENT_workingset_refault: {
		const struct rs_event_workingset_refault *e = (const void *)hdr;

		w = workingset_of(r, e->cgroup);
		if (!w)
			return -ENOMEM;
		w->refaults[!!e->file] += e->nr_pages;
		break;
	}
	case RS_EVENT_zone_state:
		return on_zone_state(r, (const void *)hdr);
	case RS_EVENT_mark_victim:
		r->oom_kills++;
		break;
	case RS_EVENT_reclaim_retry_zone:
		r->retries++;
		break;
	case RS_EVENT_direct_compact:
		r->compaction.direct++;
		r->compaction.got_page += ((const struct rs_event_direct_compact *)hdr)->got_page != 0;
		break;
	case RS_EVENT_compaction_suitable:
		r->compaction.asked++;
		switch (((const struct rs_event_compaction_suitable *)hdr)->result) {
		case RS_COMPACT_CONTINUE:
		case RS_COMPACT_SUCCESS:
			r->compaction.suitable++;
		}
		break;
	case RS_EVENT_compaction_deferral: {
		uint32_t what = ((const struct rs_event_compaction_deferral *)hdr)->what;

		r->compaction.deferred += what == RS_COMPACTION_DEFERRED;
		r->compaction.failed += what == RS_COMPACTION_FAILED;
		r->compaction.reset += what == RS_COMPACTION_RESET;
		break;
	}
	case RS_EVENT_kcompactd: {
		uint32_t what = ((const struct rs_event_kcompactd *)hdr)->what;

		r->compaction.handed_over += what == RS_KCOMPACTD_WOKEN;
		r->compaction.kcompactd_runs += what == RS_KCOMPACTD_WAKES;
		break;
	}
	}
	return 0;
}

/* ---- the whole ---- */

static void finish(struct rs_report *r)
{
	struct rs_open_stall *open;
	int nid;

	for (open = r->open; open; open = open->hh.next)
		if (open->begin_ns)
			r->stalls[open->key.kind].unfinished++;
	for (nid = 0; nid < RS_REPORT_NODES; nid++) {
		struct rs_kswapd_sum *k = &r->kswapd[nid];

		if (k->awake_since_ns)
			k->awake_ns += r->state.last_ns - k->awake_since_ns;
	}
}

static uint64_t recorded_ns(const struct rs_report *r)
{
	uint64_t ns = 0, span = r->state.last_ns - r->state.first_ns;
	struct json_object *v;

	if (json_object_object_get_ex(rs_reader_end(r->reader), "duration_ns", &v))
		ns = json_object_get_uint64(v);
	/* Probes are attached before the clock is started: the first events may be a little older. */
	return ns > span ? ns : span;
}

int rs_report_create(struct rs_reader *reader, struct rs_report **ret)
{
	struct rs_report *r = calloc(1, sizeof(*r));
	struct rs_event event;
	int err;

	if (!r)
		return -ENOMEM;
	r->reader = reader;
	r->tasks = rs_tasks_create();
	rs_reader_state(reader, &r->state);
	r->is_summary = rs_info_is_summary(rs_reader_info(reader));
	r->refaults = rs_refaults_create(rs_reader_info(reader));
	r->generations = rs_generations_create(rs_reader_info(reader));
	err = r->tasks && r->refaults && r->generations ? 0 : -ENOMEM;
	while (!err && (err = rs_reader_next(reader, &event)) > 0) {
		err = rs_tasks_learn(r->tasks, event.hdr);
		if (!err)
			err = take(r, event.hdr);
		if (!err)
			err = rs_refaults_take(r->refaults, event.hdr, r->tasks);
		if (!err)
			err = rs_generations_take(r->generations, event.hdr);
	}
	if (!err && r->is_summary)
		err = rs_report_take_summary(r);
	if (err) {
		rs_report_destroy(r);
		return err;
	}
	finish(r);
	rs_reader_state(reader, &r->state);
	r->duration_ns = recorded_ns(r);
	*ret = r;
	return 0;
}

void rs_report_destroy(struct rs_report *r)
{
	struct rs_stall_group *g;
	int kind;

	if (!r)
		return;
	for (g = r->groups; g; g = g->hh.next)
		rs_latency_free(&g->latency);
	for (kind = 0; kind < RS_NR_RECLAIM_KINDS; kind++)
		rs_latency_free(&r->stalls[kind].latency);
	RS_FREE_TABLE(r->groups, struct rs_stall_group);
	RS_FREE_TABLE(r->wakers, struct rs_waker);
	RS_FREE_TABLE(r->shrinkers, struct rs_shrinker_sum);
	RS_FREE_TABLE(r->workingset, struct rs_workingset_sum);
	RS_FREE_TABLE(r->timelines, struct rs_timeline);
	RS_FREE_TABLE(r->open, struct rs_open_stall);
	rs_refaults_destroy(r->refaults);
	rs_generations_destroy(r->generations);
	rs_tasks_destroy(r->tasks);
	free(r);
}

/* Largest first; ties by key, so that the order does not depend on the hash table. */
#define BY(field, key)                                                                             \
	(a->field != b->field ? (a->field < b->field ? 1 : -1) : memcmp(&a->key, &b->key, sizeof(a->key)))

static int by_stall_time(struct rs_stall_group *a, struct rs_stall_group *b)
{
	return BY(sum_ns, key);
}

static int by_wakes(struct rs_waker *a, struct rs_waker *b)
{
	return BY(count, key);
}

static int by_shrinker_time(struct rs_shrinker_sum *a, struct rs_shrinker_sum *b)
{
	return BY(ns, shrinker);
}

static int by_refaults(struct rs_workingset_sum *a, struct rs_workingset_sum *b)
{
	uint64_t x = a->refaults[0] + a->refaults[1], y = b->refaults[0] + b->refaults[1];

	return x != y ? (x < y ? 1 : -1) : a->cgroup < b->cgroup ? -1 : a->cgroup > b->cgroup;
}

static int by_zone(struct rs_timeline *a, struct rs_timeline *b)
{
	return a->key.nid != b->key.nid ? a->key.nid - b->key.nid : a->key.zid - b->key.zid;
}

void rs_report_sort(struct rs_report *r)
{
	HASH_SORT(r->groups, by_stall_time);
	HASH_SORT(r->wakers, by_wakes);
	HASH_SORT(r->shrinkers, by_shrinker_time);
	HASH_SORT(r->workingset, by_refaults);
	HASH_SORT(r->timelines, by_zone);
	HASH_SORT(r->refaults->links, rs_refault_sum_order);
	HASH_SORT(r->refaults->reclaims, rs_refault_sum_order);
	HASH_SORT(r->refaults->working_sets, rs_working_set_order);
	HASH_SORT(r->generations->lruvecs, rs_generations_order);
}
