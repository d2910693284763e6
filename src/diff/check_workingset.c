/* SPDX-License-Identifier: GPL-2.0-only */
/* Shadows: what an evicted page leaves behind, and what becomes of a page that comes back. */
#include <stdlib.h>
#include <string.h>

#include "../base/table.h"
#include "../model/workingset.h"
#include "scan_state.h"

/* The number that a memory cgroup has in shadows: told by its first one, and the same in all others. */
struct memcg_number {
	uint64_t cgroup;
	uint32_t memcgid;
	UT_hash_handle hh;
};

static struct memcg_number *number_of(struct rs_diff *d, uint64_t cgroup, uint32_t first)
{
	struct memcg_number *all = d->priv[RS_PRIV_WORKINGSET], *m;

	m = RS_FIND_OR_ADD(all, struct memcg_number, cgroup, cgroup, .memcgid = first);
	d->priv[RS_PRIV_WORKINGSET] = all;
	return m;
}

/* Has somebody else aged the lruvec, and lies the age in the shadow within what was there before and after? */
static bool aged_meanwhile(const struct rs_event_workingset_eviction *e, uint64_t eviction)
{
	return e->nonresident_age != e->entry_age + e->nr_pages && eviction >= e->entry_age &&
	       eviction <= e->nonresident_age;
}

static void eviction(struct rs_diff *d, const struct rs_event_workingset_eviction *e)
{
	const struct rs_shadow_layout layout = { .nodes_shift = d->nodes_shift };
	const struct rs_shadow shadow = unpack_shadow(e->shadow, &layout);
	const struct memcg_number *m = number_of(d, e->cgroup, shadow.memcgid);
	struct workingset_eviction in = {
		.nonresident_age = e->entry_age,
		.nr_pages = e->nr_pages,
		.memcgid = m ? m->memcgid : shadow.memcgid,
		.nid = e->nid,
		/* Ages have 36 bits and more: buckets take a machine with more than 2^36 pages. */
		.bucket_order = 0,
		.workingset = e->workingset,
		.file = e->file,
	};
	struct workingset_eviction_result model;

	if (!e->nr_pages) {
		/* Entered unseen, or an older recording. */
		rs_count_lost(d, RS_DECIDE_workingset_eviction);
		return;
	}
	model = workingset_eviction(&in, &layout, &d->rules, rs_diff_why(d));
	rs_count_branch(d, RS_DECIDE_workingset_eviction, e->file ? "file" : "anon");
	rs_count_branch(d, RS_DECIDE_workingset_eviction, e->cgroup ? "by a cgroup's limit" : "global");
	if (e->workingset)
		rs_count_branch(d, RS_DECIDE_workingset_eviction, "was working set");
	if (e->nr_pages > 1)
		rs_count_branch(d, RS_DECIDE_workingset_eviction, "large folio");
	rs_judge(d, RS_DECIDE_workingset_eviction, NULL, &e->hdr,
		 (struct rs_answer[]){
			 { "shadow", e->shadow, model.shadow },
			 { "nonresident_age", e->nonresident_age, model.nonresident_age },
		 },
		 2, 0,
		 aged_meanwhile(e, shadow.eviction) ? "somebody else aged the lruvec during the call" : NULL);
}

static struct workingset_refault_result compare(const struct rs_diff *d, const struct rs_event_refault_test *e,
						const __u64 *lru_size, uint64_t nonresident_age, struct rs_why *why)
{
	const struct rs_shadow_layout layout = { .nodes_shift = d->nodes_shift };
	const struct rs_shadow shadow = unpack_shadow(e->shadow, &layout);
	struct workingset_refault in = {
		.eviction = shadow.eviction,
		.nonresident_age = nonresident_age,
		.swap_pages_eviction = e->swap_eviction,
		.swap_pages_refault = e->swap_refault,
		.nr_pages = e->nr_pages,
		.workingset = shadow.workingset,
		.file = e->file,
	};

	memcpy(in.lru_size, lru_size, sizeof(in.lru_size));
	return workingset_refault(&in, &layout, &d->rules, why);
}

static void refault(struct rs_diff *d, const struct rs_event_refault_test *e)
{
	/* The page's own activation ages the lruvec, too. */
	uint64_t later_age = e->nonresident_age - (e->active ? e->nr_pages : 0);
	int64_t swap = d->rules.refault_swap_of_eviction ? e->swap_eviction : e->swap_refault;
	unsigned int lists = 1u << LRU_ACTIVE_FILE | (swap > 0 ? 1u << LRU_ACTIVE_ANON : 0);
	struct workingset_refault_result model, later;

	lists |= !e->file ? 1u << LRU_INACTIVE_FILE : swap > 0 ? 1u << LRU_INACTIVE_ANON : 0;
	if ((e->known & lists) != lists) {
		rs_count_hidden(d, RS_DECIDE_workingset_refault);
		return;
	}
	model = compare(d, e, e->lru_size, e->entry_age, rs_diff_why(d));
	later = compare(d, e, e->lru_size, later_age, NULL);
	if (later.activate == model.activate && d->rules.refault_swap_of_eviction == false)
		later = compare(d, e, e->entry_size, later_age, NULL);
	rs_count_branch(d, RS_DECIDE_workingset_refault, e->file ? "file" : "anon");
	rs_count_branch(d, RS_DECIDE_workingset_refault, !model.activate ? "too old" : model.restore ? "restored" : "activated");
	if (swap <= 0)
		rs_count_branch(d, RS_DECIDE_workingset_refault, "no swap left");
	rs_judge(d, RS_DECIDE_workingset_refault, NULL, &e->hdr,
		 (struct rs_answer[]){
			 { "activate", e->active, model.activate },
			 { "restore", e->workingset, model.restore },
		 },
		 2, 0, later.activate != model.activate ? "age or sizes changed during the call" : NULL);
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	(void)step;
	/* MGLRU packs generations, not ages. */
	if (d->mglru)
		return;
	if (event->hdr->type == RS_EVENT_workingset_eviction)
		eviction(d, (const void *)event->hdr);
	/* Hidden, until its end tells what it was compared with: an older recording has none. */
	if (event->hdr->type == RS_EVENT_workingset_refault)
		rs_count_hidden(d, RS_DECIDE_workingset_refault);
	if (event->hdr->type == RS_EVENT_refault_test) {
		d->sums[RS_DECIDE_workingset_refault].not_observable -= d->sums[RS_DECIDE_workingset_refault].not_observable > 0;
		refault(d, (const void *)event->hdr);
	}
}

static void destroy(struct rs_diff *d)
{
	struct memcg_number *all = d->priv[RS_PRIV_WORKINGSET];

	RS_FREE_TABLE(all, struct memcg_number);
	d->priv[RS_PRIV_WORKINGSET] = NULL;
}

const struct rs_checker rs_check_workingset = { .record = record, .destroy = destroy };
