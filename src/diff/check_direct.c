/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reclaim by the tasks themselves: the rounds of do_try_to_free_pages(), what it is asked for by a
 * cgroup at its limit, node_reclaim(), and the reserves that a task may have to wait for.
 */
#include <string.h>

#include "../model/direct_reclaim.h"
#include "../model/memcg_charge.h"
#include "../model/node_reclaim.h"
#include "../model/scan_balance.h"
#include "../model/throttle.h"
#include "diff.h"

/* ---- the rounds ---- */

/* In the frame of try_to_free_pages. */
struct rounds {
	struct do_try_to_free_pages d;
	struct rs_shrink_zones_end end; /* of the round that is under way */
	uint64_t nr_scanned; /* there */
	uint64_t nids; /* nodes that this round has shrunk */
	uint32_t task_flags;
	bool begun, in_round, lost, throttled, throttle_expected;
};

static void rounds_begin(struct rounds *r, const struct rs_frame *frame)
{
	const struct rs_event_try_to_free_pages_begin *e = rs_frame_entry(frame, try_to_free_pages_begin);

	if (!r->begun)
		do_try_to_free_pages_begin(&r->d, e->priority, e->nr_to_reclaim, e->sc_flags & RS_SC_MAY_WRITEPAGE);
	r->begun = true;
}

/* The wait after a round, for want of progress. */
static void check_noprogress(struct rs_diff *d, const struct rs_frame *frame, struct rounds *r, const struct rs_event_hdr *hdr)
{
	const struct rs_event_try_to_free_pages_begin *e = rs_frame_entry(frame, try_to_free_pages_begin);
	struct consider_reclaim_throttle in = {
		.nr_reclaimed = r->end.nr_reclaimed,
		.nr_scanned = r->nr_scanned,
		.priority = r->end.priority,
		.kswapd = r->task_flags & PF_KSWAPD,
		.cgroup_reclaim = e->target_cgroup != 0,
	};
	enum rs_noprogress ret;

	if (!d->rules.reclaim_throttle)
		return;
	ret = consider_reclaim_throttle(&in, rs_diff_why(d));
	rs_count_branch(d, RS_DECIDE_consider_reclaim_throttle,
			ret == RS_NOPROGRESS_WAKES ? "wakes" : ret == RS_NOPROGRESS_THROTTLES ? "throttles" : "nothing");
	rs_judge(d, RS_DECIDE_consider_reclaim_throttle, frame, hdr,
		 (struct rs_answer[]){ { "throttles", r->throttled, ret == RS_NOPROGRESS_THROTTLES } }, 1, 0, NULL);
}

static void end_round(struct rs_diff *d, const struct rs_frame *frame, struct rounds *r, const struct rs_event_hdr *hdr)
{
	bool was_full = r->d.memcg_full_walk, was_forced = r->d.force_deactivate, was_low = r->d.memcg_low_reclaim;

	if (!r->in_round)
		return;
	check_noprogress(d, frame, r, hdr);
	do_try_to_free_pages_next(&r->d, &r->end, &d->rules, rs_diff_why(d));
	r->in_round = r->throttled = false;
	r->nids = 0;
	if (r->d.memcg_full_walk != was_full)
		rs_count_branch(d, RS_DECIDE_do_try_to_free_pages, "nothing: walks all memcgs");
	else if (r->d.memcg_low_reclaim != was_low)
		rs_count_branch(d, RS_DECIDE_do_try_to_free_pages, "nothing: takes from memory.low");
	else if (r->d.force_deactivate != was_forced)
		rs_count_branch(d, RS_DECIDE_do_try_to_free_pages, "nothing: deactivates");
	else
		rs_count_branch(d, RS_DECIDE_do_try_to_free_pages, !r->d.done ? "priority--" :
				!r->d.ret ? "nothing" : r->d.ret == 1 && r->end.compaction_ready ? "compaction is ready" :
				r->d.ret >= r->d.nr_to_reclaim ? "enough" : "less than asked for");
}

static void check_round(struct rs_diff *d, struct rs_frame *frame, const struct rs_frame *node,
			const struct rs_event_shrink_node_end *end)
{
	const struct rs_event_shrink_node_begin *e = rs_frame_entry(node, shrink_node_begin);
	struct rounds *r = rs_frame_state(frame, struct rounds);
	bool again;

	rounds_begin(r, frame);
	r->task_flags = e->task_flags;
	if (e->nid < 0 || e->nid >= 64)
		r->lost = true;
	/* a node once a round: so it is the next when this one had its turn, or scanning starts at 0 again */
	again = !r->in_round || r->nids >> (e->nid & 63) & 1 || e->nr_scanned != r->nr_scanned ||
		e->priority != r->end.priority;
	if (r->lost) {
		rs_count_lost(d, RS_DECIDE_do_try_to_free_pages);
		return;
	}
	if (again) {
		end_round(d, frame, r, &node->hdr);
		r->in_round = true;
		r->lost = !rs_judge(d, RS_DECIDE_do_try_to_free_pages, node, &end->hdr, (struct rs_answer[]){
			{ "another round", true, !r->d.done },
			{ "priority", e->priority, r->d.priority },
			{ "nr_to_reclaim", e->nr_to_reclaim, r->d.nr_to_reclaim },
			{ "nr_scanned", e->nr_scanned, 0 },
			{ "may_writepage", !!(e->sc_flags & RS_SC_MAY_WRITEPAGE), r->d.may_writepage },
			{ "memcg_full_walk", !!(e->sc_flags & RS_SC_MEMCG_FULL_WALK), r->d.memcg_full_walk },
			{ "force_deactivate", !!(e->sc_flags & RS_SC_FORCE_DEACTIVATE), r->d.force_deactivate },
			{ "memcg_low_reclaim", !!(e->sc_flags & RS_SC_MEMCG_LOW_RECLAIM), r->d.memcg_low_reclaim },
			}, 8, 0, NULL);
	} else {
		rs_count_branch(d, RS_DECIDE_do_try_to_free_pages, "another node in the same round");
	}
	r->nids |= 1ULL << (e->nid & 63);
	r->nr_scanned = end->nr_scanned;
	r->end = (struct rs_shrink_zones_end){
		.priority = end->priority,
		.nr_reclaimed = end->nr_reclaimed,
		.compaction_ready = end->sc_flags & RS_SC_COMPACTION_READY,
		.skipped_deactivate = end->sc_flags & RS_SC_SKIPPED_DEACTIVATE,
		.memcg_low_skipped = end->sc_flags & RS_SC_MEMCG_LOW_SKIPPED,
	};
}

static void check_result(struct rs_diff *d, struct rs_frame *frame, const struct rs_event_try_to_free_pages_end *e)
{
	struct rounds *r = rs_frame_state(frame, struct rounds);

	rounds_begin(r, frame);
	if (frame->broken || r->lost) {
		rs_count_lost(d, RS_DECIDE_do_try_to_free_pages);
		return;
	}
	/* a round may have skipped every zone, or the last ones, because compaction can have them */
	if (e->sc_flags & RS_SC_COMPACTION_READY)
		r->end.compaction_ready = true;
	end_round(d, frame, r, &e->hdr);
	if (!r->d.done && r->end.compaction_ready) {
		r->in_round = true;
		r->end.nr_reclaimed = e->nr_reclaimed;
		r->end.priority = e->priority;
		rs_count_branch(d, RS_DECIDE_do_try_to_free_pages, "no zone left to shrink");
		do_try_to_free_pages_next(&r->d, &r->end, &d->rules, rs_diff_why(d));
	}
	rs_judge(d, RS_DECIDE_do_try_to_free_pages, frame, &e->hdr,
		 (struct rs_answer[]){ { "is over", true, r->d.done }, { "ret", e->ret, r->d.ret } }, 2, 0, NULL);
}

/* ---- node_reclaim(): in the frame of reclaim ---- */

struct node_run {
	struct __node_reclaim n;
	bool begun, lost;
};

static void check_node_round(struct rs_diff *d, struct rs_frame *frame, const struct rs_frame *node,
			     const struct rs_event_shrink_node_end *end)
{
	const struct rs_event_reclaim_begin *b = rs_frame_entry(frame, reclaim_begin);
	const struct rs_event_shrink_node_begin *e = rs_frame_entry(node, shrink_node_begin);
	struct node_run *run = rs_frame_state(frame, struct node_run);

	if (b->order < 0 || b->order > MAX_PAGE_ORDER)
		return;
	if (!run->begun)
		/* the mode is not recorded: as the first round shows it */
		__node_reclaim_begin(&run->n, b->order, (e->sc_flags & RS_SC_MAY_WRITEPAGE ? RECLAIM_WRITE : 0) |
							(e->sc_flags & RS_SC_MAY_UNMAP ? RECLAIM_UNMAP : 0));
	run->begun = true;
	rs_judge(d, RS_DECIDE_node_reclaim, node, &end->hdr, (struct rs_answer[]){
		 { "another round", true, !run->n.done },
		 { "priority", e->priority, run->n.priority },
		 { "nr_to_reclaim", e->nr_to_reclaim, run->n.nr_to_reclaim },
		 { "nid", e->nid, b->nid },
		 { "may_writepage", !!(e->sc_flags & RS_SC_MAY_WRITEPAGE), run->n.may_writepage },
		 { "may_unmap", !!(e->sc_flags & RS_SC_MAY_UNMAP), run->n.may_unmap },
		 }, 6, 0, NULL);
	run->n.priority = end->priority; /* MGLRU lowers it at the start */
	__node_reclaim_next(&run->n, end->nr_reclaimed, rs_diff_why(d));
	rs_count_branch(d, RS_DECIDE_node_reclaim, !run->n.done ? "priority--" : run->n.enough ? "enough" : "gives up");
}

static void check_node_end(struct rs_diff *d, struct rs_frame *frame, const struct rs_event_reclaim_end *e)
{
	struct node_run *run = rs_frame_state(frame, struct node_run);

	if (frame->broken) {
		rs_count_lost(d, RS_DECIDE_node_reclaim);
		return;
	}
	/* too little page cache by now: only slabs are shrunk, of which no round tells */
	if (!run->begun) {
		rs_count_hidden(d, RS_DECIDE_node_reclaim);
		return;
	}
	rs_judge(d, RS_DECIDE_node_reclaim, frame, &e->hdr, (struct rs_answer[]){ { "is over", true, run->n.done } }, 1, 0,
		 NULL);
}

/* ---- a cgroup's request ---- */

/* In the frame of its reclaim: the request just before it. */
struct request {
	bool known;
	uint64_t cgroup, nr_pages;
};

static void learn_request(const struct rs_thread *thread, struct rs_frame *frame)
{
	struct request *request = rs_frame_state(frame, struct request);
	const struct rs_event_hdr *hdr;

	if (rs_frame_entry(frame, reclaim_begin)->kind != RS_RECLAIM_MEMCG)
		return;
	for (hdr = rs_recent_first(thread); hdr; hdr = rs_recent_next(thread, hdr)) {
		const struct rs_event_memcg_reclaim_request *e = (const void *)hdr;

		if (hdr->type == RS_EVENT_memcg_reclaim_request)
			*request = (struct request){ true, e->cgroup, e->nr_pages };
	}
}

static void check_request(struct rs_diff *d, const struct rs_frame *frame)
{
	const struct rs_event_try_to_free_pages_begin *e = rs_frame_entry(frame, try_to_free_pages_begin);
	const struct request *request;

	if (!e->target_cgroup)
		return;
	if (!frame->parent || frame->parent->type != RS_EVENT_reclaim_begin ||
	    rs_frame_entry(frame->parent, reclaim_begin)->kind != RS_RECLAIM_MEMCG) {
		rs_count_lost(d, RS_DECIDE_try_charge);
		return;
	}
	request = rs_frame_state(frame->parent, struct request);
	if (!request->known || request->cgroup != e->target_cgroup) {
		rs_count_lost(d, RS_DECIDE_try_charge);
		return;
	}
	rs_count_branch(d, RS_DECIDE_try_charge, request->nr_pages < SWAP_CLUSTER_MAX ? "fewer than 32" : "32 or more");
	rs_judge(d, RS_DECIDE_try_charge, NULL, &e->hdr, (struct rs_answer[]){
		 { "nr_to_reclaim", e->nr_to_reclaim, try_to_free_mem_cgroup_pages_target(request->nr_pages) },
		 { "priority", e->priority, DEF_PRIORITY },
		 }, 2, 0, NULL);
}

/* ---- zone_reclaimable_pages(), allow_direct_reclaim() ---- */

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

static void check_reclaimable(struct rs_diff *d, const struct rs_event_zone_reclaimable_pages *e)
{
	struct zone_reclaimable_pages in = {
		.inactive_file = rs_snapshot(e->inactive_file, e->inactive_file_diff),
		.active_file = rs_snapshot(e->active_file, e->active_file_diff),
		.inactive_anon = rs_snapshot(e->inactive_anon, e->inactive_anon_diff),
		.active_anon = rs_snapshot(e->active_anon, e->active_anon_diff),
		.free = rs_snapshot(e->free, e->free_diff),
		.can_reclaim_anon = can_reclaim_anon_pages(e->swap_free, e->can_demote),
	};
	uint64_t active_file = e->active_file + e->active_file_diff, active_anon = e->active_anon + e->active_anon_diff;
	uint64_t file = e->inactive_file + e->inactive_file_diff + active_file;
	uint64_t anon = e->inactive_anon + e->inactive_anon_diff + active_anon;
	bool moved = file != e->file_before || (in.can_reclaim_anon && anon != e->anon_before);
	uint64_t ret = zone_reclaimable_pages(&in, &d->rules, rs_diff_why(d));
	bool lists = in.inactive_file || in.active_file || (in.can_reclaim_anon && (in.inactive_anon || in.active_anon));

	/* Pages between two lists are on neither, and the sum is the same before and after. Old recordings have the sum only. */
	if (e->active_file_before || e->active_anon_before) {
		uint64_t between = distance(active_file, e->active_file_before) +
				   (in.can_reclaim_anon ? distance(active_anon, e->active_anon_before) : 0);

		moved |= between && distance(ret, e->ret) <= between;
	}
	/* With nothing on the lists it is what is free. */
	if (!lists && d->rules.reclaimable_or_free && e->free_before)
		moved |= e->free + e->free_diff != e->free_before;
	rs_count_branch(d, RS_DECIDE_zone_reclaimable_pages, in.can_reclaim_anon ? "with anon" : "file only");
	if (!lists)
		rs_count_branch(d, RS_DECIDE_zone_reclaimable_pages, "empty lists");
	rs_judge(d, RS_DECIDE_zone_reclaimable_pages, NULL, &e->hdr, (struct rs_answer[]){ { "pages", e->ret, ret } }, 1, 0,
		 moved ? "pages came or went meanwhile" : NULL);
}

static void check_allow(struct rs_diff *d, const struct rs_thread *thread, const struct rs_event_allow_direct_reclaim *e)
{
	const struct rs_event_zone_reclaimable_pages *reclaimable[ZONE_NORMAL + 1] = { NULL };
	const struct rs_event_zone_state *zones[ZONE_NORMAL + 1] = { NULL };
	struct zone z[ZONE_NORMAL + 1];
	struct allow_direct_reclaim in = { .node_zones = z, .kswapd_failures = e->kswapd_failures };
	const struct rs_event_hdr *hdr;
	struct rs_allow_result r;
	bool hopeless = e->kswapd_failures >= MAX_RECLAIM_RETRIES, moved = false;
	int i, nr = 0;

	for (hdr = rs_recent_first(thread); hdr; hdr = rs_recent_next(thread, hdr)) {
		const struct rs_event_zone_reclaimable_pages *p = (const void *)hdr;
		const struct rs_event_zone_state *s = (const void *)hdr;

		if (hdr->type == RS_EVENT_allow_direct_reclaim && hdr->ts_ns < e->hdr.ts_ns) {
			memset(reclaimable, 0, sizeof(reclaimable));
			memset(zones, 0, sizeof(zones));
		} else if (hdr->type == RS_EVENT_zone_reclaimable_pages && p->nid == e->nid && p->zid <= ZONE_NORMAL) {
			reclaimable[p->zid] = p;
		} else if (hdr->type == RS_EVENT_zone_state && s->context == RS_ZONE_OF_ALLOW_DIRECT_RECLAIM &&
			   s->nid == e->nid && s->zid <= ZONE_NORMAL) {
			zones[s->zid] = s;
		}
	}
	memset(z, 0, sizeof(z));
	for (i = 0; i <= ZONE_NORMAL; i++) {
		if (!zones[i])
			continue;
		nr++;
		rs_diff_fill_zone(&z[i], zones[i]);
		if (reclaimable[i]) {
			in.reclaimable[i] = reclaimable[i]->ret;
			/* read just before the kernel's own reading, and after */
			moved |= d->rules.allow_direct_snapshot ?
					 rs_snapshot(reclaimable[i]->free, reclaimable[i]->free_diff) !=
						 rs_snapshot(zones[i]->free, zones[i]->free_diff) :
					 reclaimable[i]->free != zones[i]->free;
		} else if (!hopeless)
			nr = -ZONE_NORMAL - 1; /* the size of a zone is missing */
	}
	if (nr <= 0 && !hopeless) {
		rs_count_lost(d, RS_DECIDE_allow_direct_reclaim);
		return;
	}
	r = allow_direct_reclaim(&in, &d->rules, rs_diff_why(d));
	rs_count_branch(d, RS_DECIDE_allow_direct_reclaim, hopeless ? "hopeless" : r.allowed ? "allowed" : "refused");
	rs_judge(d, RS_DECIDE_allow_direct_reclaim, NULL, &e->hdr, (struct rs_answer[]){ { "allowed", e->ret, r.allowed } },
		 1, 0, moved ? "free pages changed meanwhile" : NULL);
}

/* ---- */

static void shrink_node_ended(struct rs_diff *d, const struct rs_step *step, const struct rs_event_shrink_node_end *e)
{
	struct rs_frame *parent = step->closed->parent;

	if (!parent)
		return;
	if (parent->type == RS_EVENT_try_to_free_pages_begin)
		check_round(d, parent, step->closed, e);
	else if (parent->type == RS_EVENT_reclaim_begin && rs_frame_entry(parent, reclaim_begin)->kind == RS_RECLAIM_NODE)
		check_node_round(d, parent, step->closed, e);
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	const struct rs_event_hdr *hdr = event->hdr;
	struct rs_frame *top = rs_frame_top(step->thread);

	switch (hdr->type) {
	case RS_EVENT_shrink_node_end:
		if (step->closed)
			shrink_node_ended(d, step, (const void *)hdr);
		break;
	case RS_EVENT_reclaim_throttle:
		if (top && top->type == RS_EVENT_try_to_free_pages_begin &&
		    ((const struct rs_event_reclaim_throttle *)hdr)->reason == RS_THROTTLE_NOPROGRESS)
			rs_frame_state(top, struct rounds)->throttled = true;
		break;
	case RS_EVENT_reclaim_begin:
		learn_request(step->thread, step->opened);
		break;
	case RS_EVENT_try_to_free_pages_begin:
		check_request(d, step->opened);
		break;
	case RS_EVENT_try_to_free_pages_end:
		if (step->closed)
			check_result(d, step->closed, (const void *)hdr);
		else
			rs_count_lost(d, RS_DECIDE_do_try_to_free_pages);
		break;
	case RS_EVENT_reclaim_end:
		if (step->closed && rs_frame_entry(step->closed, reclaim_begin)->kind == RS_RECLAIM_NODE)
			check_node_end(d, step->closed, (const void *)hdr);
		break;
	case RS_EVENT_zone_reclaimable_pages:
		check_reclaimable(d, (const void *)hdr);
		break;
	case RS_EVENT_allow_direct_reclaim:
		check_allow(d, step->thread, (const void *)hdr);
		break;
	}
}

static void dropped(struct rs_diff *d, const struct rs_frame *frame)
{
	if (frame->type == RS_EVENT_try_to_free_pages_begin)
		rs_count_lost(d, RS_DECIDE_do_try_to_free_pages);
}

const struct rs_checker rs_check_direct = { .record = record, .dropped = dropped };
