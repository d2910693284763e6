/* SPDX-License-Identifier: GPL-2.0-only */
/* Who is made to wait for a device or for progress, and what shrink_node() concludes from dirty pages. */
#include <stdlib.h>
#include <string.h>

#include "../model/throttle.h"
#include "diff.h"

enum { NR_SLOTS = 1024 };

#define USEC_PER_TICK (1000000 / HZ)

/* What a thread does, by the low bits of its number; who comes later takes the place. */
struct slot {
	uint32_t tid;
	uint32_t task_flags;
	int kswapd_failures;
	bool known; /* the two before */
	/* Calls since shrink_node() was entered. */
	unsigned int nr_writeback, nr_congested;
	/* reclaim_throttle() was called, and has not returned, as far as records tell. */
	bool waits;
	struct rs_event_reclaim_throttle call;
	struct skip_throttle_noprogress skip;
};

struct throttle_priv {
	struct slot slots[NR_SLOTS];
};

static struct slot *slot_get(struct rs_diff *d, uint32_t tid)
{
	struct throttle_priv *p = d->priv[RS_PRIV_THROTTLE];
	struct slot *s;

	if (!p)
		p = d->priv[RS_PRIV_THROTTLE] = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	s = &p->slots[tid % NR_SLOTS];
	if (s->tid != tid) {
		if (s->waits)
			rs_count_lost(d, RS_DECIDE_reclaim_throttle);
		memset(s, 0, sizeof(*s));
		s->tid = tid;
	}
	return s;
}

/* ---- reclaim_throttle() ---- */

static const char *const reason_names[] = { "writeback", "isolated", "no progress", "congested" };

static int nr_managed_zones(const struct rs_diff *d, int nid)
{
	int zid, nr = 0;

	for (zid = 0; zid < MAX_NR_ZONES; zid++) {
		const struct rs_event_zone_state *state = rs_episodes_zone(d->episodes, nid, zid);

		nr += state && state->managed;
	}
	return nr;
}

/* It has returned; @throttled: after it slept, or NULL. */
static void returned(struct rs_diff *d, struct slot *s, const struct rs_event_throttled *throttled)
{
	bool asks = s->call.reason == VMSCAN_THROTTLE_NOPROGRESS || s->call.reason == VMSCAN_THROTTLE_CONGESTED, skip = false;
	long timeout;

	s->waits = false;
	if (!s->known || s->call.reason >= NR_VMSCAN_THROTTLE || (throttled && throttled->reason != s->call.reason)) {
		rs_count_lost(d, RS_DECIDE_reclaim_throttle);
		return;
	}
	if (!reclaim_throttle(s->call.reason, s->task_flags, false, &d->rules, NULL))
		asks = false;
	if (asks) {
		s->skip.kswapd_failures = s->kswapd_failures;
		if (s->kswapd_failures < MAX_RECLAIM_RETRIES && s->skip.nr_zones != nr_managed_zones(d, s->call.nid)) {
			rs_count_lost(d, RS_DECIDE_reclaim_throttle);
			return;
		}
		skip = skip_throttle_noprogress(&s->skip, rs_diff_why(d));
		rs_count_branch(d, RS_DECIDE_reclaim_throttle, skip ? "little to wait for" : "much is under writeback");
	}
	timeout = reclaim_throttle(s->call.reason, s->task_flags, skip, &d->rules, asks ? NULL : rs_diff_why(d));
	rs_count_branch(d, RS_DECIDE_reclaim_throttle, reason_names[s->call.reason]);
	rs_judge(d, RS_DECIDE_reclaim_throttle, NULL, throttled ? &throttled->hdr : &s->call.hdr, (struct rs_answer[]){
		 { "ticks at most", throttled ? throttled->usec_timeout / USEC_PER_TICK : 0, timeout },
		 }, 1, 0, NULL);
}

/* Records that can come from within reclaim_throttle(), or from an interrupt. */
static bool is_inside(uint16_t type)
{
	switch (type) {
	case RS_EVENT_zone_reclaimable_pages:
	case RS_EVENT_zone_state:
	case RS_EVENT_zone_watermark_ok:
	case RS_EVENT_zone_watermark_ok_order:
	case RS_EVENT_wakeup_kswapd:
	case RS_EVENT_wakeup_kswapd_begin:
	case RS_EVENT_wakeup_kswapd_end:
	case RS_EVENT_pgdat_balanced:
	case RS_EVENT_get_page_from_freelist:
	case RS_EVENT_task:
		return true;
	}
	return false;
}

/* ---- shrink_node() ---- */

static void check_node(struct rs_diff *d, const struct slot *s, const struct rs_frame *frame,
		       const struct rs_event_shrink_node_end *e)
{
	const struct rs_event_shrink_node_begin *b = rs_frame_entry(frame, shrink_node_begin);
	bool kswapd = b->task_flags & PF_KSWAPD, split = d->rules.node_congested_bit;
	struct shrink_node_writeback in = {
		.dirty = e->nr_dirty,
		.unqueued_dirty = e->nr_unqueued_dirty,
		.congested = e->nr_congested,
		.writeback = e->nr_writeback,
		.immediate = e->nr_immediate,
		.file_taken = e->nr_file_taken,
		.taken = e->nr_taken,
		.task_flags = b->task_flags,
		.cgroup_reclaim = b->target_cgroup != 0,
		.writeback_throttling_sane = true, /* cgroup v2 */
		.hibernation_mode = b->sc_flags & RS_SC_HIBERNATION_MODE,
		.cgroup_congested = split && b->lruvec_flags & 1,
		.node_congested = split ? b->lruvec_flags & 2 : b->lruvec_flags & 1,
	};
	struct rs_writeback_result r;
	uint32_t flags;

	/* under MGLRU a walk from the root goes another way */
	if (d->mglru && d->rules.lru_gen_shrink_node && !b->target_cgroup)
		return;
	if (frame->broken) {
		rs_count_lost(d, RS_DECIDE_shrink_node_writeback);
		return;
	}
	/* several walks in one call: the sums of the earlier ones are gone */
	if (b->order && (b->order > PAGE_ALLOC_COSTLY_ORDER || b->priority < DEF_PRIORITY - 2)) {
		rs_count_hidden(d, RS_DECIDE_shrink_node_writeback);
		return;
	}
	r = shrink_node_writeback(&in, &d->rules, rs_diff_why(d));
	flags = b->node_flags | (r.sets_dirty ? 1 : 0) | (r.sets_writeback ? 2 : 0);
	rs_count_branch(d, RS_DECIDE_shrink_node_writeback,
			r.throttles_writeback ? "kswapd waits for writeback" :
			r.sets_writeback ? "PGDAT_WRITEBACK" : r.sets_dirty ? "PGDAT_DIRTY" :
			r.throttles_congested ? "waits for congestion" : "nothing");
	if (e->nr_dirty && e->nr_dirty == e->nr_congested)
		rs_count_branch(d, RS_DECIDE_shrink_node_writeback, "congested");
	rs_judge(d, RS_DECIDE_shrink_node_writeback, frame, &e->hdr, (struct rs_answer[]){
		 { "waits for writeback", s->nr_writeback, r.throttles_writeback },
		 { "waits for congestion", s->nr_congested, r.throttles_congested },
		 { "node_flags", kswapd ? e->node_flags : 0, kswapd ? flags : 0 },
		 }, 3, 0, b->lruvec_flags != e->lruvec_flags ? "congestion came or went meanwhile" : NULL);
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	const struct rs_event_hdr *hdr = event->hdr;
	const struct rs_event_shrink_node_begin *b = (const void *)hdr;
	const struct rs_event_shrink_node_end *end = (const void *)hdr;
	const struct rs_event_zone_reclaimable_pages *p = (const void *)hdr;
	const struct rs_event_throttled *throttled = (const void *)hdr;
	struct rs_frame *top = rs_frame_top(step->thread);
	bool in_node = top && top->type == RS_EVENT_shrink_node_begin;
	struct slot *s;

	/* most records are of neither concern: look no further */
	if (is_inside(hdr->type) && hdr->type != RS_EVENT_zone_reclaimable_pages)
		return;
	s = slot_get(d, hdr->tid);
	if (!s || !hdr->tid)
		return;
	if (s->waits && !is_inside(hdr->type))
		returned(d, s, hdr->type == RS_EVENT_throttled ? throttled : NULL);
	switch (hdr->type) {
	case RS_EVENT_shrink_node_begin:
		s->task_flags = b->task_flags;
		s->kswapd_failures = b->kswapd_failures;
		s->known = true;
		s->nr_writeback = s->nr_congested = 0;
		break;
	case RS_EVENT_kcompactd:
		/* it does not reclaim, but waits for pages that others have isolated */
		if (((const struct rs_event_kcompactd *)hdr)->what == RS_KCOMPACTD_WAKES) {
			s->task_flags = PF_KTHREAD;
			s->known = true;
		}
		break;
	case RS_EVENT_shrink_node_end:
		s->kswapd_failures = end->kswapd_failures;
		if (step->closed)
			check_node(d, s, step->closed, end);
		break;
	case RS_EVENT_throttled:
		if (in_node && throttled->reason == RS_THROTTLE_CONGESTION_WAIT)
			s->nr_writeback++;
		if (in_node && throttled->reason == RS_THROTTLE_WAIT_IFF_CONGESTED)
			s->nr_congested++;
		if (throttled->reason >= RS_THROTTLE_CONGESTION_WAIT)
			rs_count_hidden(d, RS_DECIDE_reclaim_throttle);
		break;
	case RS_EVENT_reclaim_throttle:
		/* Up to 5.10: a msleep(100), for isolated pages, of which there is nothing to compute. */
		if (((const struct rs_event_reclaim_throttle *)hdr)->nid < 0) {
			rs_count_hidden(d, RS_DECIDE_reclaim_throttle);
			break;
		}
		s->call = *(const struct rs_event_reclaim_throttle *)hdr;
		s->waits = true;
		memset(&s->skip, 0, sizeof(s->skip));
		s->nr_writeback += in_node && s->call.reason == RS_THROTTLE_WRITEBACK;
		s->nr_congested += in_node && s->call.reason == RS_THROTTLE_CONGESTED;
		break;
	case RS_EVENT_zone_reclaimable_pages:
		if (s->waits && p->nid == s->call.nid && s->skip.nr_zones < MAX_NR_ZONES) {
			s->skip.reclaimable[s->skip.nr_zones] = p->ret;
			s->skip.write_pending[s->skip.nr_zones++] = rs_snapshot(p->write_pending, p->write_pending_diff);
		}
		break;
	}
}

static void destroy(struct rs_diff *d)
{
	free(d->priv[RS_PRIV_THROTTLE]);
}

const struct rs_checker rs_check_throttle = { .record = record, .destroy = destroy };
