/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of marks: __zone_watermark_ok(), with the numbers that it saw. */
#include <string.h>

#include "../model/watermark.h"
#include "diff.h"

bool rs_diff_fill_tested_zone(struct zone *z, const struct rs_event_hdr *hdr)
{
	const struct rs_event_zone_watermark_ok *e = (const void *)hdr;

	if (e->highest_zoneidx < 0 || e->highest_zoneidx >= MAX_NR_ZONES || e->order < 0 || e->order > MAX_PAGE_ORDER)
		return false;
	memset(z, 0, sizeof(*z));
	z->idx = e->zid;
	z->managed_pages = 1;
	z->nr_free_highatomic = e->highatomic;
	z->nr_free_cma = e->cma;
	z->watermark_boost = e->boost;
	z->lowmem_reserve[e->highest_zoneidx] = e->lowmem_reserve;
	if (hdr->type == RS_EVENT_zone_watermark_ok_order)
		memcpy(z->free_area, ((const struct rs_event_zone_watermark_ok_order *)hdr)->free_area,
		       sizeof(z->free_area));
	return true;
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	const struct rs_event_hdr *hdr = event->hdr;
	const struct rs_event_zone_watermark_ok *e = (const void *)hdr;
	struct zone z;
	bool ok;

	(void)step;
	if (hdr->type != RS_EVENT_zone_watermark_ok && hdr->type != RS_EVENT_zone_watermark_ok_order)
		return;
	if (!rs_diff_fill_tested_zone(&z, hdr))
		return;
	ok = __zone_watermark_ok(&z, e->order, e->mark, e->highest_zoneidx, e->alloc_flags, e->free, &d->rules,
				 rs_diff_why(d));
	rs_count_branch(d, RS_DECIDE_zone_watermark_ok, e->order ? "order above 0" : "order 0");
	rs_judge(d, RS_DECIDE_zone_watermark_ok, NULL, hdr, (struct rs_answer[]){ { "ok", e->ret, ok } }, 1, 0, NULL);
}

const struct rs_checker rs_check_watermark = { .record = record };
