/* SPDX-License-Identifier: GPL-2.0-only */
/* Compaction that is put off: each zone's memory of failures, from one record to the next. */
#include <stdlib.h>

#include "../base/cleanup.h"
#include "../model/compaction.h"
#include "diff.h"

#define MAX_ZONES 64

struct compaction {
	struct {
		int nid, zid;
		struct compact_deferral state; /* after the last record */
	} zones[MAX_ZONES];
	int nr_zones;
};

static void check_deferral(struct rs_diff *d, const struct rs_event_compaction_deferral *e)
{
	static const char *const branches[] = { "put off", "failed", "reset" };
	struct compaction *c = d->priv[RS_PRIV_COMPACTION];
	const struct compact_deferral after = { e->considered, e->defer_shift, e->order_failed };
	struct compact_deferral model, through;
	bool deferred = true, success;
	int z;

	if (!c)
		c = d->priv[RS_PRIV_COMPACTION] = calloc(1, sizeof(*c));
	if (!c || e->zid < 0 || e->what >= RS_ARRAY_SIZE_OF(branches) || e->defer_shift > COMPACT_MAX_DEFER_SHIFT)
		return;
	for (z = 0; z < c->nr_zones; z++)
		if (c->zones[z].nid == e->nid && c->zones[z].zid == e->zid)
			break;
	if (z == MAX_ZONES)
		return;
	model = through = c->zones[z].state;
	c->zones[z].state = after;
	if (z == c->nr_zones) { /* what it was before is not known */
		c->zones[z].nid = e->nid;
		c->zones[z].zid = e->zid;
		c->nr_zones++;
		rs_count_hidden(d, RS_DECIDE_compaction_deferred);
		return;
	}
	switch (e->what) {
	case RS_COMPACTION_DEFERRED:
		deferred = compaction_deferred(&model, e->order, rs_diff_why(d));
		break;
	case RS_COMPACTION_FAILED:
		defer_compaction(&model, e->order, rs_diff_why(d));
		break;
	case RS_COMPACTION_RESET:
		/* an argument that no record has; it shows in what became of the others */
		success = !after.considered && !after.defer_shift;
		/* Who compacted had asked before, unless it had to: one that is not put off counts without a record. */
		if (after.considered == 1U << after.defer_shift && !compaction_deferred(&through, e->order, NULL))
			model = through;
		compaction_defer_reset(&model, e->order, success, rs_diff_why(d));
		break;
	}
	rs_count_branch(d, RS_DECIDE_compaction_deferred, branches[e->what]);
	rs_judge(d, RS_DECIDE_compaction_deferred, NULL, &e->hdr, (struct rs_answer[]){
		 { "deferred", true, deferred },
		 { "considered", after.considered, model.considered },
		 { "defer_shift", after.defer_shift, model.defer_shift },
		 { "order_failed", after.order_failed, model.order_failed },
		 }, 4, 0, NULL);
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	(void)step;
	if (event->hdr->type == RS_EVENT_compaction_deferral)
		check_deferral(d, (const void *)event->hdr);
}

static void destroy(struct rs_diff *d)
{
	free(d->priv[RS_PRIV_COMPACTION]);
}

const struct rs_checker rs_check_compaction = { .record = record, .destroy = destroy };
