/* SPDX-License-Identifier: GPL-2.0-only */
/* shrink_node(): what it prepares for the walk, what its batches add up to, and whether it goes round again. */
#include "../model/compaction.h"
#include "../model/shrink_node.h"
#include "scan_state.h"

static struct rs_node_state *state(const struct rs_frame *node)
{
	return rs_frame_state(node, struct rs_node_state);
}

static uint64_t not_negative(uint64_t counter)
{
	return (int64_t)counter < 0 ? 0 : counter;
}

static uint64_t target_of(const struct rs_event_shrink_node_begin *n)
{
	return n->target_cgroup ? n->target_cgroup : RS_ROOT_CGROUP;
}

/* Before and after the comparison; an older recording has zeros there. */
static bool sizes_moved(const struct rs_event_inactive_is_low *e)
{
	return (e->entry_inactive || e->entry_active) && e->entry_inactive != UINT64_MAX &&
	       (e->entry_inactive != e->inactive || e->entry_active != e->active);
}

/* ---- what prepare_scan_control() reads ---- */

/* It reads again: another round over the node. */
static void new_round(struct rs_node_state *st)
{
	unsigned int rounds = st->prepare.rounds + 1, nr_zones = st->prepare.nr_zones;

	st->prepare = (struct rs_prepare){ .rounds = rounds, .nr_zones = nr_zones };
	st->round = (struct rs_round){ .nr_reclaimed = st->round.nr_reclaimed };
}

static void took_costs(struct rs_prepare *p, uint64_t anon_cost, uint64_t file_cost)
{
	if (p->costs)
		return;
	p->costs = true;
	p->anon_cost = anon_cost;
	p->file_cost = file_cost;
}

static void counter(struct rs_node_state *st, const struct rs_event_lruvec_page_state *e)
{
	struct rs_prepare *p = &st->prepare;

	took_costs(p, e->anon_cost, e->file_cost);
	p->refaults[WORKINGSET_ANON] = e->refaults[WORKINGSET_ANON];
	p->refaults[WORKINGSET_FILE] = e->refaults[WORKINGSET_FILE];
	switch (e->item) {
	case RS_ITEM_ACTIVATE_ANON:
	case RS_ITEM_ACTIVATE_FILE:
		p->activate[e->item - RS_ITEM_ACTIVATE_ANON] = e->value;
		p->activate_known[e->item - RS_ITEM_ACTIVATE_ANON] = true;
		break;
	case RS_ITEM_ACTIVE_ANON:
		p->lru_size[LRU_ACTIVE_ANON] = e->value;
		p->compared[WORKINGSET_ANON] = true;
		break;
	case RS_ITEM_ACTIVE_FILE:
		p->lru_size[LRU_ACTIVE_FILE] = e->value;
		p->compared[WORKINGSET_FILE] = true;
		break;
	case RS_ITEM_INACTIVE_ANON:
		p->lru_size[LRU_INACTIVE_ANON] = e->value;
		break;
	case RS_ITEM_INACTIVE_FILE:
		p->lru_size[LRU_INACTIVE_FILE] = e->value;
		p->file_known = true;
		break;
	}
}

static void comparison(struct rs_node_state *st, const struct rs_event_inactive_is_low *e)
{
	struct rs_prepare *p = &st->prepare;
	int type;

	for (type = 0; type < ANON_AND_FILE; type++) {
		p->activate[type] = e->activate[type];
		p->refaults[type] = e->refaults[type];
		p->activate_known[type] = true;
	}
	type = is_file_lru(e->lru) ? WORKINGSET_FILE : WORKINGSET_ANON;
	p->compared[type] = true;
	p->sizes_moved |= sizes_moved(e);
	p->lru_size[type * LRU_FILE] = e->inactive;
	p->lru_size[type * LRU_FILE + LRU_ACTIVE] = e->active;
	p->lru_size[LRU_INACTIVE_FILE] = e->inactive_file;
	p->file_known = true;
}

static void zone(struct rs_node_state *st, const struct rs_event_zone_state *e)
{
	st->prepare.free += e->free;
	if (e->managed)
		st->prepare.high += e->high + e->boost;
	st->prepare.nr_zones++;
}

/* ---- inactive_is_low() ---- */

static void judge_is_low(struct rs_diff *d, const struct rs_event_inactive_is_low *e)
{
	const struct inactive_is_low in = { .inactive = e->inactive, .active = e->active };
	const struct inactive_is_low entry = { .inactive = e->entry_inactive, .active = e->entry_active };

	rs_count_branch(d, RS_DECIDE_inactive_is_low, is_file_lru(e->lru) ? "file" : "anon");
	rs_count_branch(d, RS_DECIDE_inactive_is_low, e->ret ? "low" : "enough");
	rs_judge(d, RS_DECIDE_inactive_is_low, NULL, &e->hdr,
		 (struct rs_answer[]){ { "low", e->ret, inactive_is_low(&in, rs_diff_why(d)) } }, 1, 0,
		 sizes_moved(e) && e->ret == inactive_is_low(&entry, NULL) ? "sizes changed during the call" : NULL);
}

/* ---- the judgement, when the first lruvec of a round shows what was prepared ---- */

static void judge_prepare(struct rs_diff *d, struct rs_frame *node, const struct rs_event_shrink_lruvec_begin *e)
{
	const struct rs_event_shrink_node_begin *n = rs_frame_entry(node, shrink_node_begin);
	struct rs_prepare *p = &state(node)->prepare;
	struct prepare_scan_control in = {
		.anon_cost = n->anon_cost,
		.file_cost = n->file_cost,
		.node_inactive_anon = not_negative(n->inactive_anon),
		.node_inactive_file = not_negative(n->inactive_file),
		.node_active_file = not_negative(n->active_file),
		.free = p->free,
		.total_high_wmark = p->high,
		.cgroup_reclaim = n->target_cgroup,
		.force_deactivate = n->sc_flags & RS_SC_FORCE_DEACTIVATE,
		.no_cache_trim_mode = n->sc_flags & RS_SC_NO_CACHE_TRIM_MODE,
		.file_is_tiny = n->sc_flags & RS_SC_FILE_IS_TINY,
		.priority = n->priority,
	};
	struct prepare_scan_control_result model, later;
	bool kernel_tiny = e->sc_flags & RS_SC_FILE_IS_TINY, tiny_known, moved = false;
	bool visible = e->cgroup == target_of(n) && e->activate[0] != UINT64_MAX && (e->activate[0] || e->activate[1]);
	struct rs_answer answers[7];
	const char *race = NULL;
	unsigned int type, nr = 0;

	/* A type whose counters are not there was decided by its refaults; where even those are not, say so. */
	for (type = 0; type < ANON_AND_FILE && !in.force_deactivate; type++) {
		/*
		 * Where only a comparison shows these counters, the target's lruvec shows them a moment later, if it
		 * is the first one visited. 0: an older recording.
		 */
		if (p->activate_known[type]) {
			moved |= p->refaults[type] != n->refaults[type] ||
				 (p->has_function && visible && e->activate[type] != p->activate[type]);
		} else if (visible) {
			p->activate_known[type] = true;
			p->activate[type] = e->activate[type];
			p->refaults[type] = e->refaults[type];
			moved |= e->refaults[type] != n->refaults[type];
		}
		if (!p->activate_known[type]) {
			rs_count_hidden(d, RS_DECIDE_prepare_scan_control);
			return;
		}
		in.activate[type] = p->activate[type];
		in.refaults[type] = p->refaults[type];
		in.lru_size[type * LRU_FILE] = p->lru_size[type * LRU_FILE];
		in.lru_size[type * LRU_FILE + LRU_ACTIVE] = p->lru_size[type * LRU_FILE + LRU_ACTIVE];
	}
	if (!in.force_deactivate && !p->file_known && p->compared[WORKINGSET_FILE]) {
		rs_count_lost(d, RS_DECIDE_prepare_scan_control);
		return;
	}
	/* Costs: whatever the lruvec had between the entry and the first counter that was read after them. */
	if ((e->sc_anon_cost != in.anon_cost || e->sc_file_cost != in.file_cost) &&
	    ((p->costs && e->sc_anon_cost == p->anon_cost && e->sc_file_cost == p->file_cost) ||
	     rs_cost_was(d, target_of(n), n->nid, n->hdr.ts_ns, e->sc_anon_cost, e->sc_file_cost))) {
		in.anon_cost = e->sc_anon_cost;
		in.file_cost = e->sc_file_cost;
	}
	model = prepare_scan_control(&in, rs_diff_why(d));
	/* The node's counters may be those of now as well. */
	in.node_inactive_anon = not_negative(e->node_inactive_anon);
	in.node_inactive_file = not_negative(e->node_inactive_file);
	in.node_active_file = not_negative(e->node_active_file);
	if (e->node_free)
		in.free = e->node_free;
	if (e->node_high)
		in.total_high_wmark = e->node_high;
	later = prepare_scan_control(&in, NULL);
	tiny_known = in.cgroup_reclaim || (p->nr_zones && !p->rounds);
	if (kernel_tiny != model.file_is_tiny && e->node_high && e->node_high != p->high)
		race = "a boost came or went since shrink_node() was entered";
	else if (kernel_tiny != model.file_is_tiny &&
		 (kernel_tiny == later.file_is_tiny || (e->node_free && e->node_free != p->free)))
		race = "counters of the node changed since shrink_node() was entered";
	if (moved)
		race = "counters of the lruvec changed since shrink_node() was entered";
	if (p->sizes_moved)
		race = "sizes changed during inactive_is_low()";

	answers[nr++] = (struct rs_answer){ "may_deactivate",
					    e->sc_flags & (RS_SC_DEACTIVATE_ANON | RS_SC_DEACTIVATE_FILE),
					    model.may_deactivate };
	answers[nr++] = (struct rs_answer){ "cache_trim_mode", (e->sc_flags & RS_SC_CACHE_TRIM_MODE) != 0,
					    model.cache_trim_mode };
	answers[nr++] = (struct rs_answer){ "anon_cost", e->sc_anon_cost, model.anon_cost };
	answers[nr++] = (struct rs_answer){ "file_cost", e->sc_file_cost, model.file_cost };
	for (type = 0; type < ANON_AND_FILE && !in.force_deactivate; type++)
		answers[nr++] = (struct rs_answer){ type ? "compared_file" : "compared_anon", p->compared[type],
						    model.compared[type] };
	if (tiny_known)
		answers[nr++] = (struct rs_answer){ "file_is_tiny", kernel_tiny, model.file_is_tiny };

	rs_count_branch(d, RS_DECIDE_prepare_scan_control,
			in.force_deactivate	     ? "forced" :
			!model.may_deactivate	     ? "deactivates nothing" :
			model.may_deactivate == DEACTIVATE_ANON ? "deactivates anon" :
			model.may_deactivate == DEACTIVATE_FILE ? "deactivates file" :
							     "deactivates both");
	if (model.cache_trim_mode)
		rs_count_branch(d, RS_DECIDE_prepare_scan_control, "cache_trim_mode");
	if (tiny_known && model.file_is_tiny)
		rs_count_branch(d, RS_DECIDE_prepare_scan_control, "file_is_tiny");
	for (type = 0; type < ANON_AND_FILE && !in.force_deactivate; type++)
		if (!model.compared[type])
			rs_count_branch(d, RS_DECIDE_prepare_scan_control, "refaults since the last reclaim");
	if (!rs_judge(d, RS_DECIDE_prepare_scan_control, node, &e->hdr, answers, nr, 0, race))
		return;
	/* Where inactive_is_low() is inlined, its answer is the bit it sets. */
	for (type = 0; type < ANON_AND_FILE && !p->has_function; type++) {
		const struct inactive_is_low sizes = {
			.inactive = p->lru_size[type * LRU_FILE],
			.active = p->lru_size[type * LRU_FILE + LRU_ACTIVE],
		};

		if (!p->compared[type])
			continue;
		rs_count_branch(d, RS_DECIDE_inactive_is_low, type ? "file" : "anon");
		rs_count_branch(d, RS_DECIDE_inactive_is_low, e->sc_flags & 1u << type ? "low" : "enough");
		rs_judge(d, RS_DECIDE_inactive_is_low, node, &e->hdr,
			 (struct rs_answer[]){ { "low", !!(e->sc_flags & 1u << type), inactive_is_low(&sizes, rs_diff_why(d)) } },
			 1, 0, NULL);
	}
}

/* ---- a round ---- */

static void batch(struct rs_diff *d, struct rs_frame *node, const struct rs_event_shrink_inactive *e)
{
	struct rs_round *r = &state(node)->round;
	const struct shrink_inactive_list in = {
		.stat = {
			.nr_dirty = e->nr_dirty,
			.nr_unqueued_dirty = e->nr_unqueued_dirty,
			.nr_congested = e->nr_congested,
			.nr_writeback = e->nr_writeback,
			.nr_immediate = e->nr_immediate,
		},
		.nr_taken = e->nr_taken,
		.file = e->file,
		.writeback_throttling_sane = true,
	};

	r->lost |= !e->isolated;
	r->stat_missing |= !e->full_stat;
	r->reclaimed += e->nr_reclaimed;
	if (shrink_inactive_list(&in, &r->nr, &d->rules, rs_diff_why(d)).wakeup_flusher_threads)
		rs_count_branch(d, RS_DECIDE_shrink_inactive_list, "all dirty: flushers are woken");
	rs_count_branch(d, RS_DECIDE_shrink_inactive_list, e->file ? "file" : "anon");
}

static void judge_sums(struct rs_diff *d, struct rs_frame *node, const struct rs_event_shrink_node_end *e)
{
	const struct rs_round *r = &state(node)->round;
	const struct rs_sc_nr *nr = &r->nr;
	struct rs_answer answers[7] = {
		{ "dirty", e->nr_dirty, nr->dirty },	      { "congested", e->nr_congested, nr->congested },
		{ "writeback", e->nr_writeback, nr->writeback }, { "immediate", e->nr_immediate, nr->immediate },
		{ "taken", e->nr_taken, nr->taken },
	};
	unsigned int n = 5;

	if (node->broken || r->lost) {
		rs_count_lost(d, RS_DECIDE_shrink_inactive_list);
		return;
	}
	/* 7.2 does not keep these two. */
	if (d->rules.pgdat_dirty && !r->stat_missing) {
		answers[n++] = (struct rs_answer){ "unqueued_dirty", e->nr_unqueued_dirty, nr->unqueued_dirty };
		answers[n++] = (struct rs_answer){ "file_taken", e->nr_file_taken, nr->file_taken };
	}
	/* More is taken than the batches told of, and with it went pages that no batch told of. */
	if (e->nr_taken > nr->taken && r->lruvec_reclaimed != r->reclaimed) {
		rs_count_lost(d, RS_DECIDE_shrink_inactive_list);
		return;
	}
	if (nr->dirty)
		rs_count_branch(d, RS_DECIDE_shrink_inactive_list, "dirty");
	if (nr->congested)
		rs_count_branch(d, RS_DECIDE_shrink_inactive_list, "congested");
	if (nr->writeback)
		rs_count_branch(d, RS_DECIDE_shrink_inactive_list, "writeback");
	if (nr->immediate)
		rs_count_branch(d, RS_DECIDE_shrink_inactive_list, "immediate");
	rs_judge(d, RS_DECIDE_shrink_inactive_list, node, &e->hdr, answers, n, 0, NULL);
}

/* ---- another round? ---- */

/* @inactive: what the node has by then, 0 where a recording does not say. @again: it does. */
static void judge_continue(struct rs_diff *d, struct rs_frame *node, const struct rs_event_hdr *hdr,
			   const struct rs_round *r, struct should_continue_reclaim in, bool again)
{
	const struct rs_event_shrink_node_begin *n = rs_frame_entry(node, shrink_node_begin);
	bool early;

	in.nr_reclaimed -= r->nr_reclaimed;
	in.order = n->order;
	in.priority = n->priority;
	in.compaction_allowed = n->gfp & __GFP_IO;
	in.zone_ready = r->zone_ready;
	early = !in.order || (in.order <= PAGE_ALLOC_COSTLY_ORDER && in.priority >= DEF_PRIORITY - 2) ||
		!in.nr_reclaimed || in.zone_ready || !in.compaction_allowed;
	if (node->broken) {
		rs_count_lost(d, RS_DECIDE_should_continue_reclaim);
		return;
	}
	if (!early && r->nr_unsuitable < state(node)->prepare.nr_zones) {
		/* Not every zone was seen to be asked. */
		rs_count_lost(d, RS_DECIDE_should_continue_reclaim);
		return;
	}
	/* An older recording. */
	if (!early && !(in.inactive_anon || in.inactive_file)) {
		rs_count_hidden(d, RS_DECIDE_should_continue_reclaim);
		return;
	}
	if (again && early) {
		/* It may not; unless this round belongs to another call, which the end will tell. */
		state(node)->wrong_round = true;
		return;
	}
	rs_count_branch(d, RS_DECIDE_should_continue_reclaim,
			!in.order	 ? "order 0" :
			in.zone_ready	 ? "a zone is ready" :
			!in.nr_reclaimed ? "no progress" :
			early		 ? "not for compaction" :
			again		 ? "again" :
					   "too little is left");
	rs_judge(d, RS_DECIDE_should_continue_reclaim, node, hdr,
		 (struct rs_answer[]){ { "again", again, should_continue_reclaim(&in, &d->rules, rs_diff_why(d)) } }, 1,
		 0, NULL);
}

/* The first lruvec after a round: what was reclaimed by then, from slabs as well. */
static void went_on(struct rs_diff *d, struct rs_frame *node, const struct rs_event_shrink_lruvec_begin *e)
{
	struct rs_node_state *st = state(node);

	st->again = false;
	judge_continue(d, node, &e->hdr, &st->before, (struct should_continue_reclaim){
			.nr_reclaimed = e->nr_reclaimed,
			.inactive_anon = not_negative(e->node_inactive_anon),
			.inactive_file = not_negative(e->node_inactive_file),
			.can_reclaim_anon = can_reclaim_anon_pages(e->swap_free, e->sc_flags & RS_SC_CAN_DEMOTE),
		       }, true);
	st->round.nr_reclaimed = e->nr_reclaimed;
}

static void ended(struct rs_diff *d, struct rs_frame *node, const struct rs_event_shrink_node_end *e)
{
	/* no lruvec in its last round: what it had from the one before is not known */
	if (state(node)->again) {
		rs_count_hidden(d, RS_DECIDE_should_continue_reclaim);
		return;
	}
	judge_continue(d, node, &e->hdr, &state(node)->round, (struct should_continue_reclaim){
			.nr_reclaimed = e->nr_reclaimed,
			.inactive_anon = not_negative(e->inactive_anon),
			.inactive_file = not_negative(e->inactive_file),
			.can_reclaim_anon = can_reclaim_anon_pages(e->swap_free, e->sc_flags & RS_SC_CAN_DEMOTE),
		       }, false);
}

static bool same_call(const struct rs_event_shrink_node_begin *n, const struct rs_event_shrink_node_end *e)
{
	return n->priority == e->priority && n->nid == e->nid && n->order == e->order && n->gfp == e->gfp &&
	       n->target_cgroup == e->target_cgroup && n->nr_to_reclaim == e->nr_to_reclaim;
}

static void lruvec_end(struct rs_frame *node, const struct rs_event_shrink_lruvec_begin *b,
		       const struct rs_event_shrink_lruvec_end *e)
{
	struct rs_round *r = &state(node)->round;

	r->lruvec_reclaimed += e->nr_reclaimed - b->nr_reclaimed;
	r->zone_ready = false;
	r->nr_unsuitable = 0;
}

static void in_node(struct rs_diff *d, const struct rs_step *step, struct rs_frame *node,
		    const struct rs_event_hdr *hdr)
{
	const struct rs_event_shrink_node_begin *n = rs_frame_entry(node, shrink_node_begin);
	struct rs_node_state *st = state(node);
	bool directly = rs_frame_top(step->thread) == node;

	switch (hdr->type) {
	case RS_EVENT_zone_state:
		if (((const struct rs_event_zone_state *)hdr)->context == RS_ZONE_OF_SHRINK_NODE)
			zone(st, (const void *)hdr);
		break;
	case RS_EVENT_inactive_is_low:
	case RS_EVENT_lruvec_page_state:
		if (!directly)
			break;
		if (st->prepare.judged) {
			st->again = true;
			st->before = st->round;
			new_round(st);
		}
		if (hdr->type == RS_EVENT_inactive_is_low) {
			st->prepare.has_function = true;
			comparison(st, (const void *)hdr);
		} else {
			counter(st, (const void *)hdr);
		}
		break;
	case RS_EVENT_shrink_lruvec_begin: {
		const struct rs_event_shrink_lruvec_begin *e = (const void *)hdr;

		/* Of another scan_control: the entry of its shrink_node() is missing. */
		if (e->priority != n->priority || e->nid != n->nid || e->order != n->order ||
		    e->target_cgroup != n->target_cgroup || e->gfp != n->gfp)
			node->broken = true;
		if (st->prepare.judged)
			break;
		st->prepare.judged = true;
		if (st->again)
			went_on(d, node, e);
		if (node->broken)
			rs_count_lost(d, RS_DECIDE_prepare_scan_control);
		else
			judge_prepare(d, node, e);
		break;
	}
	case RS_EVENT_shrink_lruvec_end:
		if (step->closed)
			lruvec_end(node, rs_frame_entry(step->closed, shrink_lruvec_begin), (const void *)hdr);
		break;
	case RS_EVENT_shrink_inactive:
		batch(d, node, (const void *)hdr);
		break;
	case RS_EVENT_zone_watermark_ok_order: {
		const struct rs_event_zone_watermark_ok *e = (const void *)hdr;

		if (directly && e->order == n->order && e->ret)
			st->round.zone_ready = true;
		break;
	}
	case RS_EVENT_compaction_suitable: {
		const struct rs_event_compaction_suitable *e = (const void *)hdr;

		if (directly && e->order == n->order && e->result != COMPACT_SKIPPED)
			st->round.zone_ready = true;
		else if (directly && e->order == n->order)
			st->round.nr_unsuitable++;
		break;
	}
	}
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	const struct rs_event_hdr *hdr = event->hdr;
	struct rs_frame *node;

	if (hdr->type == RS_EVENT_inactive_is_low)
		judge_is_low(d, (const void *)hdr);
	/* MGLRU prepares nothing, and its batches are others. */
	if (d->mglru)
		return;
	if (hdr->type == RS_EVENT_shrink_node_begin) {
		state(step->opened)->round.nr_reclaimed = rs_frame_entry(step->opened, shrink_node_begin)->nr_reclaimed;
		return;
	}
	if (hdr->type == RS_EVENT_shrink_node_end) {
		const struct rs_event_shrink_node_end *e = (const void *)hdr;

		if (!step->closed) {
			rs_count_lost(d, RS_DECIDE_shrink_inactive_list);
			return;
		}
		/* The two ends are not of one call: something between them is missing, or comes in the wrong order. */
		if (!same_call(rs_frame_entry(step->closed, shrink_node_begin), e))
			step->closed->broken = true;
		if (step->closed->broken && !state(step->closed)->prepare.judged)
			rs_count_lost(d, RS_DECIDE_prepare_scan_control);
		judge_sums(d, step->closed, e);
		ended(d, step->closed, e);
		if (state(step->closed)->wrong_round && step->closed->broken)
			rs_count_lost(d, RS_DECIDE_should_continue_reclaim);
		else if (state(step->closed)->wrong_round)
			rs_judge(d, RS_DECIDE_should_continue_reclaim, step->closed, hdr,
				 (struct rs_answer[]){ { "again", 1, 0 } }, 1, 0, NULL);
		return;
	}
	node = rs_frame_find(step->thread, RS_EVENT_shrink_node_begin);
	if (node)
		in_node(d, step, node, hdr);
}

static void dropped(struct rs_diff *d, const struct rs_frame *frame)
{
	if (d->mglru || frame->type != RS_EVENT_shrink_node_begin)
		return;
	rs_count_lost(d, RS_DECIDE_shrink_inactive_list);
	rs_count_lost(d, RS_DECIDE_should_continue_reclaim);
}

const struct rs_checker rs_check_scan = { .record = record, .dropped = dropped };
