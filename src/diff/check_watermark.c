/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of marks: __zone_watermark_ok(), with the numbers that it saw. */
#include <string.h>

#include "../model/watermark.h"
#include "diff.h"

bool rs_diff_fill_tested_zone(struct zone *z, const struct rs_event_zone_watermark_ok *t)
{
	if (t->highest_zoneidx < 0 || t->highest_zoneidx >= MAX_NR_ZONES || t->order < 0 || t->order > MAX_PAGE_ORDER)
		return false;
	z->nr_free_pages = t->free;
	z->nr_free_diff = 0;
	z->percpu_drift_mark = 0; /* the precise counter is in free already, if it was used */
	z->nr_free_highatomic = t->highatomic;
	z->nr_free_cma = t->cma;
	z->watermark_boost = t->boost;
	z->lowmem_reserve[t->highest_zoneidx] = t->lowmem_reserve;
	if (t->hdr.type == RS_EVENT_zone_watermark_ok_order)
		memcpy(z->free_area, ((const struct rs_event_zone_watermark_ok_order *)t)->free_area,
		       sizeof(z->free_area));
	return true;
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	const struct rs_event_zone_watermark_ok *e = rs_zone_test(event->hdr);
	struct zone z = { .managed_pages = 1 };
	bool ok;

	(void)step;
	if (!e || !rs_diff_fill_tested_zone(&z, e))
		return;
	ok = __zone_watermark_ok(&z, e->order, e->mark, e->highest_zoneidx, e->alloc_flags, e->free, &d->rules,
				 rs_diff_why(d));
	rs_count_branch(d, RS_DECIDE_zone_watermark_ok, e->order ? "order above 0" : "order 0");
	rs_judge(d, RS_DECIDE_zone_watermark_ok, NULL, &e->hdr, (struct rs_answer[]){ { "ok", e->ret, ok } }, 1, 0, NULL);
}

const struct rs_checker rs_check_watermark = { .record = record };
