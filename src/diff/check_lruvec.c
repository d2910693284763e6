/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One lruvec: what get_scan_count() planned, told from the series of requests to the lists, which the
 * model makes as well when it is told what each request gave; and the costs that go with a batch.
 */
#include <string.h>

#include "../model/lru_cost.h"
#include "scan_state.h"

static bool has_flag(const struct rs_event_shrink_lruvec_begin *e, enum rs_sc_flag flag)
{
	return e->sc_flags & flag;
}

struct get_scan_count rs_get_scan_count_inputs(const struct rs_event_shrink_lruvec_begin *e,
						const struct rs_lruvec_state *st)
{
	struct get_scan_count in = {
		.anon_cost = e->sc_anon_cost,
		.file_cost = e->sc_file_cost,
		.usage = e->usage,
		.emin = e->emin,
		.elow = e->elow,
		.swappiness = sc_swappiness(has_flag(e, RS_SC_PROACTIVE), e->proactive_swappiness, e->swappiness),
		.priority = e->priority,
		.may_swap = has_flag(e, RS_SC_MAY_SWAP),
		.can_reclaim_anon = can_reclaim_anon_pages(
			mem_cgroup_get_nr_swap_pages(e->swap_free, (const int64_t *)&e->swap_margin, 1),
			has_flag(e, RS_SC_CAN_DEMOTE)),
		.cgroup_reclaim = e->target_cgroup,
		.file_is_tiny = has_flag(e, RS_SC_FILE_IS_TINY),
		.cache_trim_mode = has_flag(e, RS_SC_CACHE_TRIM_MODE),
		.memcg_low_reclaim = has_flag(e, RS_SC_MEMCG_LOW_RECLAIM),
		.is_target = e->target_cgroup == e->cgroup,
		.online = e->online,
	};
	int lru;

	for (lru = 0; lru < NR_EVICTABLE_LISTS; lru++)
		in.lru_size[lru] = lruvec_lru_size((const uint64_t *)e->lru_zone_size, RS_MAX_LRU, lru,
						   e->reclaim_idx < RS_MAX_ZONES ? e->reclaim_idx : RS_MAX_ZONES - 1);
	/* Where the kernel has a function for it, the size that it used. */
	if (st->nr_size == NR_EVICTABLE_LISTS)
		memcpy(in.lru_size, st->size, sizeof(in.lru_size));
	if (st->nr_protection == NR_EVICTABLE_LISTS) {
		for (lru = 0; lru < NR_EVICTABLE_LISTS; lru++)
			in.lru_size[lru] = st->protection[lru].scan;
		in.usage = st->protection[0].usage;
		in.emin = st->protection[0].emin;
		in.elow = st->protection[0].elow;
	}
	return in;
}

static const char *balance_name(enum scan_balance balance)
{
	static const char *const names[] = { "equal", "fraction", "anon", "file" };

	return names[balance];
}

static void start(struct rs_diff *d, const struct rs_frame *frame, struct rs_lruvec_state *st)
{
	const struct rs_event_shrink_lruvec_begin *e = rs_frame_entry(frame, shrink_lruvec_begin);
	const struct get_scan_count in = rs_get_scan_count_inputs(e, st);
	struct shrink_lruvec_begin begin = {
		.nr_to_reclaim = e->nr_to_reclaim,
		.may_deactivate = (has_flag(e, RS_SC_DEACTIVATE_ANON) ? DEACTIVATE_ANON : 0) |
				  (has_flag(e, RS_SC_DEACTIVATE_FILE) ? DEACTIVATE_FILE : 0),
		.cgroup_reclaim = e->target_cgroup,
		.kswapd = e->task_flags & PF_KSWAPD,
		.priority = e->priority,
	};

	st->started = true;
	st->sum_known = true;
	st->kernel_lru = st->model_lru = -1;
	st->count = get_scan_count(&in, rs_diff_why(d));
	memcpy(begin.nr, st->count.nr, sizeof(begin.nr));
	shrink_lruvec_begin(&st->series, &begin);
}

static bool next(struct rs_lruvec_state *st, struct shrink_list *request)
{
	return shrink_lruvec_next(&st->series, request, NULL);
}

static void differ(struct rs_lruvec_state *st, int kernel_lru, uint64_t kernel_nr, int model_lru, uint64_t model_nr)
{
	st->differs = true;
	st->kernel_lru = kernel_lru;
	st->kernel_nr = kernel_nr;
	st->model_lru = model_lru;
	st->model_nr = model_nr;
}

/* The kernel has asked @lru for @nr pages and got @nr_reclaimed out of it. */
static void request(struct rs_diff *d, const struct rs_frame *frame, int lru, uint64_t nr, uint64_t nr_reclaimed)
{
	struct rs_lruvec_state *st = rs_frame_state(frame, struct rs_lruvec_state);
	struct shrink_list want;
	bool more;

	if (!st->started)
		start(d, frame, st);
	st->nr_reclaimed += nr_reclaimed;
	if (st->differs)
		return;
	more = next(st, &want);
	if (more && st->stalled && ((int)want.lru != lru || want.nr_to_scan != nr)) {
		/* Too many pages were isolated, twice: that request has asked no list. */
		st->sum_known = false;
		more = next(st, &want);
	}
	st->stalled = false;
	st->nr_requests++;
	if (!more && !st->aged && lru == LRU_ACTIVE_ANON && nr == SWAP_CLUSTER_MAX)
		st->aged = true;
	else if (!more)
		differ(st, lru, nr, -1, 0);
	else if ((int)want.lru != lru || want.nr_to_scan != nr)
		differ(st, lru, nr, want.lru, want.nr_to_scan);
	else
		shrink_lruvec_reclaimed(&st->series, nr_reclaimed);
}

/* Too many pages are isolated: the next request waits, once, and then may have to give up. */
static void stall(struct rs_diff *d, const struct rs_frame *frame)
{
	struct rs_lruvec_state *st = rs_frame_state(frame, struct rs_lruvec_state);
	struct shrink_list want;

	if (!st->started)
		start(d, frame, st);
	if (st->stalled && !st->differs) {
		/* No request waits twice: the one before gave up. */
		st->sum_known = false;
		next(st, &want);
	}
	st->stalled = true;
}

/* ---- the end of a lruvec ---- */

static void judge_end(struct rs_diff *d, const struct rs_frame *frame, const struct rs_event_hdr *hdr)
{
	const struct rs_event_shrink_lruvec_begin *b = rs_frame_entry(frame, shrink_lruvec_begin);
	const struct rs_event_shrink_lruvec_end *e = (const void *)hdr;
	struct rs_lruvec_state *st = rs_frame_state(frame, struct rs_lruvec_state);
	const struct shrink_lruvec_age_anon age = {
		.can_age_anon = can_age_anon_pages(b->swap_total, has_flag(b, RS_SC_CAN_DEMOTE)),
		.inactive_anon = st->inactive_anon,
		.active_anon = st->active_anon,
	};
	struct shrink_list want;
	bool skipped, low_skipped;

	if (!st->started)
		start(d, frame, st);
	if (!st->differs && next(st, &want) && !(st->stalled && !next(st, &want)))
		differ(st, -1, 0, want.lru, want.nr_to_scan);
	if (st->stalled)
		st->sum_known = false;
	/* Pages that no batch told of: a batch is missing. */
	if (frame->broken || st->broken || st->nr_notes || e->cgroup != b->cgroup || e->priority != b->priority ||
	    (st->differs && st->sum_known && st->nr_reclaimed != e->nr_reclaimed - b->nr_reclaimed)) {
		rs_count_lost(d, RS_DECIDE_get_scan_count);
		rs_count_lost(d, RS_DECIDE_shrink_lruvec);
		return;
	}
	rs_count_branch(d, RS_DECIDE_get_scan_count, balance_name(st->count.scan_balance));
	if (st->differs && d->options.why) {
		const struct get_scan_count in = rs_get_scan_count_inputs(b, st);

		get_scan_count(&in, rs_diff_why(d));
	}
	if (!rs_judge(d, RS_DECIDE_get_scan_count, frame, hdr,
		      (struct rs_answer[]){
			      { "lru", st->kernel_lru, st->model_lru },
			      { "nr_to_scan", st->kernel_nr, st->model_nr },
		      },
		      2, 0, st->changed ? "sizes changed between entry and use" : NULL))
		return;

	rs_count_branch(d, RS_DECIDE_shrink_lruvec, st->series.proportional_reclaim ? "all that was planned" :
						    st->series.passes > 1	    ? "several passes" :
						    st->nr_requests		    ? "one pass" :
										      "nothing to ask for");
	skipped = has_flag(b, RS_SC_SKIPPED_DEACTIVATE) || st->series.skipped_deactivate;
	low_skipped = has_flag(b, RS_SC_MEMCG_LOW_SKIPPED) || st->count.memcg_low_skipped;
	if (age.can_age_anon && !(st->ia_known && st->aa_known)) {
		rs_count_lost(d, RS_DECIDE_shrink_lruvec);
		return;
	}
	rs_judge(d, RS_DECIDE_shrink_lruvec, frame, hdr,
		 (struct rs_answer[]){
			 { "age_anon", st->aged, shrink_lruvec_age_anon(&age, &want, rs_diff_why(d)) },
			 { "skipped_deactivate", (e->sc_flags & RS_SC_SKIPPED_DEACTIVATE) != 0, skipped },
			 { "memcg_low_skipped", (e->sc_flags & RS_SC_MEMCG_LOW_SKIPPED) != 0, low_skipped },
			 { "nr_reclaimed", st->sum_known ? e->nr_reclaimed - b->nr_reclaimed : 0,
			   st->sum_known ? st->nr_reclaimed : 0 },
		 },
		 4, 0, NULL);
	if (st->aged)
		rs_count_branch(d, RS_DECIDE_shrink_lruvec, "anon is aged");
}

/* ---- batches ---- */

static void judge_cost(struct rs_diff *d, const struct rs_frame *frame, const struct rs_event_hdr *hdr, bool file,
		       struct rs_lru_cost_args args)
{
	struct rs_lruvec_state *st = rs_frame_state(frame, struct rs_lruvec_state);

	if (st->nr_notes == 1 && !frame->broken)
		rs_judge(d, RS_DECIDE_lru_note_cost_args, NULL, hdr,
			 (struct rs_answer[]){
				 { "file", st->note_file, file },
				 { "nr_io", st->nr_io, args.nr_io },
				 { "nr_rotated", st->nr_rotated, args.nr_rotated },
			 },
			 3, 0, NULL);
	else
		rs_count_lost(d, RS_DECIDE_lru_note_cost_args);
	st->nr_notes = 0;
}

static void inactive_batch(struct rs_diff *d, struct rs_frame *frame, const struct rs_event_shrink_inactive *e)
{
	struct rs_lruvec_state *st = rs_frame_state(frame, struct rs_lruvec_state);

	if (!e->isolated)
		st->broken = true;
	else
		request(d, frame, e->lru, e->nr_requested, e->nr_reclaimed);
	if (!e->full_stat) {
		rs_count_hidden(d, RS_DECIDE_lru_note_cost_args);
		st->nr_notes = 0;
		return;
	}
	rs_count_branch(d, RS_DECIDE_lru_note_cost_args, "inactive list");
	judge_cost(d, frame, &e->hdr, e->file,
		   shrink_inactive_list_cost(e->nr_pageout, e->nr_scanned, e->nr_reclaimed, &d->rules));
}

static void active_batch(struct rs_diff *d, struct rs_frame *frame, const struct rs_event_shrink_active *e)
{
	struct rs_lruvec_state *st = rs_frame_state(frame, struct rs_lruvec_state);
	struct rs_lru_cost_args args;

	/* An empty one was told about by isolate_nothing. */
	if (e->isolated)
		request(d, frame, e->lru, e->nr_requested, 0);
	else if (e->nr_active + e->nr_deactivated)
		st->broken = true;
	if (shrink_active_list_cost(e->nr_referenced, &d->rules, &args)) {
		rs_count_branch(d, RS_DECIDE_lru_note_cost_args, "active list");
		judge_cost(d, frame, &e->hdr, e->file, args);
	} else if (d->rules.cost_of_rotation) {
		rs_count_branch(d, RS_DECIDE_lru_note_cost_args, "active list, no call");
		rs_judge(d, RS_DECIDE_lru_note_cost_args, NULL, &e->hdr,
			 (struct rs_answer[]){ { "calls", st->nr_notes, 0 } }, 1, 0, NULL);
		st->nr_notes = 0;
	}
}

/* In the function itself, or in wakeup_kswapd() from an interrupt or a write: not in lru_note_cost(). */
static bool directly(const struct rs_step *step)
{
	const struct rs_frame *top = rs_frame_top(step->thread);

	return top && top->type == RS_EVENT_shrink_lruvec_begin;
}

static void counter(struct rs_lruvec_state *st, const struct rs_event_lruvec_page_state *e)
{
	switch (e->item) {
	case RS_ITEM_INACTIVE_ANON:
		st->ia_known = true;
		st->aa_known = false;
		st->inactive_anon = e->value;
		break;
	case RS_ITEM_ACTIVE_ANON:
		st->aa_known = true;
		st->active_anon = e->value;
		break;
	default:
		/* Those of lru_note_cost(), whose entry is missing. */
		st->ia_known = st->aa_known = false;
	}
}

static void inside(struct rs_diff *d, const struct rs_step *step, struct rs_frame *frame,
		   const struct rs_event_hdr *hdr)
{
	const struct rs_event_shrink_lruvec_begin *b = rs_frame_entry(frame, shrink_lruvec_begin);
	struct rs_lruvec_state *st = rs_frame_state(frame, struct rs_lruvec_state);

	switch (hdr->type) {
	case RS_EVENT_lruvec_lru_size: {
		const struct rs_event_lruvec_lru_size *e = (const void *)hdr;

		if (!st->started && e->cgroup == b->cgroup && e->zid == b->reclaim_idx && st->nr_size == (unsigned)e->lru)
			st->size[st->nr_size++] = e->ret;
		break;
	}
	case RS_EVENT_proportional_protection:
		if (!st->started && st->nr_protection < NR_EVICTABLE_LISTS)
			st->protection[st->nr_protection++] = *(const struct rs_event_proportional_protection *)hdr;
		break;
	case RS_EVENT_lruvec_sizes:
		st->changed |= !st->started;
		break;
	case RS_EVENT_isolate_nothing: {
		const struct rs_event_isolate_nothing *e = (const void *)hdr;

		request(d, frame, e->lru, e->nr_requested, 0);
		break;
	}
	case RS_EVENT_shrink_inactive:
		inactive_batch(d, frame, (const void *)hdr);
		break;
	case RS_EVENT_shrink_active:
		active_batch(d, frame, (const void *)hdr);
		break;
	case RS_EVENT_note_cost_begin: {
		const struct rs_event_note_cost_begin *e = (const void *)hdr;

		/* The batch of the one before has not told of itself. */
		st->broken |= st->nr_notes != 0;
		st->nr_notes++;
		st->note_file = e->file;
		st->nr_io = e->nr_io;
		st->nr_rotated = e->nr_rotated;
		break;
	}
	case RS_EVENT_reclaim_throttle:
		if (((const struct rs_event_reclaim_throttle *)hdr)->reason == RS_THROTTLE_ISOLATED)
			stall(d, frame);
		break;
	case RS_EVENT_lruvec_page_state:
		if (directly(step))
			counter(st, (const void *)hdr);
		break;
	case RS_EVENT_inactive_is_low: {
		const struct rs_event_inactive_is_low *e = (const void *)hdr;

		st->ia_known = st->aa_known = e->lru == LRU_INACTIVE_ANON;
		st->inactive_anon = e->inactive;
		st->active_anon = e->active;
		break;
	}
	}
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	struct rs_frame *frame;

	/* MGLRU takes over at the head of shrink_lruvec(). */
	if (d->mglru)
		return;
	if (event->hdr->type == RS_EVENT_shrink_lruvec_end) {
		if (step->closed)
			judge_end(d, step->closed, event->hdr);
		else if (step->unmatched) {
			rs_count_lost(d, RS_DECIDE_get_scan_count);
			rs_count_lost(d, RS_DECIDE_shrink_lruvec);
		}
		return;
	}
	frame = rs_frame_find(step->thread, RS_EVENT_shrink_lruvec_begin);
	if (frame)
		inside(d, step, frame, event->hdr);
	else if (event->hdr->type == RS_EVENT_shrink_inactive)
		rs_count_lost(d, RS_DECIDE_lru_note_cost_args);
}

static void dropped(struct rs_diff *d, const struct rs_frame *frame)
{
	if (d->mglru || frame->type != RS_EVENT_shrink_lruvec_begin)
		return;
	rs_count_lost(d, RS_DECIDE_get_scan_count);
	rs_count_lost(d, RS_DECIDE_shrink_lruvec);
}

const struct rs_checker rs_check_lruvec = { .record = record, .dropped = dropped };
