/* SPDX-License-Identifier: GPL-2.0-only */
/* Shadows: what an evicted page leaves behind. */
#include <stdlib.h>
#include <uthash.h>

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

	HASH_FIND(hh, all, &cgroup, sizeof(cgroup), m);
	if (m)
		return m;
	m = calloc(1, sizeof(*m));
	if (!m)
		return NULL;
	m->cgroup = cgroup;
	m->memcgid = first;
	HASH_ADD(hh, all, cgroup, sizeof(m->cgroup), m);
	d->priv[RS_PRIV_WORKINGSET] = all;
	return m;
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
		 e->nonresident_age != e->entry_age + e->nr_pages ? "somebody else aged the lruvec during the call" :
								     NULL);
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	(void)step;
	/* MGLRU packs generations, not ages. */
	if (d->mglru)
		return;
	if (event->hdr->type == RS_EVENT_workingset_eviction)
		eviction(d, (const void *)event->hdr);
	/* The age and the sizes that a refault is compared with are those of a cgroup that only its shadow names. */
	if (event->hdr->type == RS_EVENT_workingset_refault)
		rs_count_hidden(d, RS_DECIDE_workingset_refault);
}

static void destroy(struct rs_diff *d)
{
	struct memcg_number *all = d->priv[RS_PRIV_WORKINGSET], *m, *following;

	HASH_ITER(hh, all, m, following)
	{
		HASH_DEL(all, m);
		free(m);
	}
	d->priv[RS_PRIV_WORKINGSET] = NULL;
}

const struct rs_checker rs_check_workingset = { .record = record, .destroy = destroy };
