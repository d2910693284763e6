/* SPDX-License-Identifier: GPL-2.0-only */
/* Where marks come from: setup_per_zone_wmarks(), whenever a sysctl, khugepaged or hot-plug calls it. */
#include <stdlib.h>

#include "../model/watermark.h"
#include "diff.h"

enum { MAX_NODES = 64 };

struct marks_priv {
	bool all_known; /* each zone has been gauged once */
	struct rs_event_watermark_settings settings;
	struct zone zones[MAX_NODES * MAX_NR_ZONES];
};

static void check(struct rs_diff *d, const struct rs_event_zone_state *e)
{
	struct marks_priv *p = d->priv[RS_PRIV_MARKS];
	struct zone *mine = NULL;
	int nid, zid, nr = 0;

	if (!p || !p->all_known || p->settings.hdr.tid != e->hdr.tid || p->settings.min_free_kbytes < 0 ||
	    p->settings.watermark_scale_factor <= 0) {
		rs_count_hidden(d, RS_DECIDE_setup_per_zone_wmarks);
		return;
	}
	for (nid = 0; nid < MAX_NODES; nid++)
		for (zid = 0; zid < MAX_NR_ZONES; zid++) {
			const struct rs_event_zone_state *state = rs_episodes_zone(d->episodes, nid, zid);

			if (!state)
				continue;
			if (nid == e->nid && zid == e->zid)
				mine = &p->zones[nr];
			rs_diff_fill_zone(&p->zones[nr++], state);
		}
	if (!mine)
		return;
	setup_per_zone_wmarks(p->zones, nr, p->settings.min_free_kbytes, p->settings.watermark_scale_factor, &d->rules,
			      rs_diff_why(d));
	rs_count_branch(d, RS_DECIDE_setup_per_zone_wmarks, !e->managed ? "empty zone" :
			e->zid == ZONE_MOVABLE ? "movable zone" : "lowmem zone");
	if (e->managed)
		rs_count_branch(d, RS_DECIDE_setup_per_zone_wmarks,
				mine->_watermark[WMARK_LOW] - mine->_watermark[WMARK_MIN] > mine->_watermark[WMARK_MIN] / 4 ?
					"distance by watermark_scale_factor" : "distance by min");
	rs_judge(d, RS_DECIDE_setup_per_zone_wmarks, NULL, &e->hdr, (struct rs_answer[]){
		 { "min", e->min, mine->_watermark[WMARK_MIN] },
		 { "low", e->low, mine->_watermark[WMARK_LOW] },
		 { "high", e->high, mine->_watermark[WMARK_HIGH] },
		 { "promo", e->promo, d->rules.wmark_promo ? mine->_watermark[WMARK_PROMO] : 0 },
		 }, 4, 0, NULL);
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	const struct rs_event_hdr *hdr = event->hdr;

	struct marks_priv *p = d->priv[RS_PRIV_MARKS];

	(void)step;
	if (!p)
		p = d->priv[RS_PRIV_MARKS] = calloc(1, sizeof(*p));
	if (!p)
		return;
	if (hdr->type == RS_EVENT_watermark_settings) {
		p->settings = *(const struct rs_event_watermark_settings *)hdr;
	} else if (hdr->type == RS_EVENT_vm_state) {
		p->all_known = true; /* ends a round of the gauge */
	} else if (hdr->type == RS_EVENT_zone_state &&
		   ((const struct rs_event_zone_state *)hdr)->context == RS_ZONE_OF_SET_WATERMARKS) {
		check(d, (const void *)hdr);
	}
}

static void destroy(struct rs_diff *d)
{
	free(d->priv[RS_PRIV_MARKS]);
}

const struct rs_checker rs_check_marks = { .record = record, .destroy = destroy };
