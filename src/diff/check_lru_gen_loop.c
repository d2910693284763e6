/* SPDX-License-Identifier: GPL-2.0-only */
/* Judges the loop of try_to_shrink_lruvec(), step by step: what the model makes of each turn, and what the kernel did. */
#include "lru_gen_state.h"

static struct get_nr_to_scan head_inputs(const struct rs_diff *d, const struct rs_lru_gen_loop *l,
					 const struct rs_lruvec_snapshot *snapshot)
{
	return (struct get_nr_to_scan){
		.sizes = &snapshot->sizes,
		.size = l->size_known ? l->size : lruvec_evictable_size(&snapshot->sizes, l->swappiness, &d->rules),
		.swappiness = l->swappiness,
		.priority = l->priority,
		.memcg = l->memcg,
		.memcg_low_reclaim = l->low_reclaim,
		.online = l->online,
		.kswapd = l->kswapd,
	};
}

static const char *step_name(enum rs_lru_gen_step step)
{
	static const char *const names[] = { "stops", "ages", "evicts", "asks whether to stop" };

	return names[step];
}

void rs_loop_lose(struct rs_diff *d, struct rs_lru_gen_loop *l)
{
	if (!l->lost)
		rs_count_lost(d, l->at == RS_LOOP_HEAD || l->at == RS_LOOP_AGED ? RS_DECIDE_get_nr_to_scan :
										  RS_DECIDE_try_to_shrink_lruvec);
	l->lost = true;
}

/* The turn has come to @step. Judges the head of it: the aging, and how much. */
static void judge_head(struct rs_diff *d, struct rs_lru_gen_loop *l, enum rs_lru_gen_step step,
		       const struct rs_event_hdr *hdr)
{
	struct rs_lru_gen_thread *t = (void *)((char *)l - offsetof(struct rs_lru_gen_thread, loop));
	bool first = !l->s.begun, observable = !d->rules.kswapd_ages_node && !d->rules.aging_in_loop && l->online;
	struct try_to_shrink_lruvec before = l->s, after = l->s;
	enum rs_lru_gen_step model, by_after = RS_LRU_GEN_END;
	struct get_nr_to_scan in;
	uint64_t nr;

	if (l->lost)
		return;
	if (!l->before.known) {
		rs_loop_lose(d, l);
		return;
	}
	if (l->size_waits)
		rs_judge_evictable_size(d, t, hdr, l->size, l->swappiness, &l->before, &l->after);
	l->size_waits = false;
	in = head_inputs(d, l, &l->before);
	model = try_to_shrink_lruvec_turn(&before, &in, &d->rules, rs_diff_why(d));
	nr = step == RS_LRU_GEN_EVICT ? before.nr_batch : 0;
	if (l->after.known) {
		in = head_inputs(d, l, &l->after);
		by_after = try_to_shrink_lruvec_turn(&after, &in, &d->rules, NULL);
		if ((model != step || nr != l->nr_given) && by_after == step &&
		    (step != RS_LRU_GEN_EVICT || after.nr_batch == l->nr_given)) {
			model = step;
			before = after;
			nr = step == RS_LRU_GEN_EVICT ? after.nr_batch : 0;
		}
	}
	if (!first && d->rules.aging_in_loop)
		rs_count_branch(d, RS_DECIDE_get_nr_to_scan, "the next batch");
	rs_count_branch(d, RS_DECIDE_get_nr_to_scan, before.nr_to_scan < 0 && step == RS_LRU_GEN_END ? "below memory.min" :
						     !l->online ? "of a removed cgroup" :
						     l->size_known && (l->memcg.emin || l->memcg.elow) ?
									   "of a protected cgroup" :
									   step_name(step));
	/* Where aging was not called for, whether it was looked at is not to be seen. */
	if (step == RS_LRU_GEN_AGE || (d->rules.aging_in_loop && step == RS_LRU_GEN_EVICT) ||
	    (observable && l->priority != DEF_PRIORITY && step == RS_LRU_GEN_EVICT)) {
		rs_count_branch(d, RS_DECIDE_should_run_aging, step == RS_LRU_GEN_AGE ? "ages" : "does not age");
		rs_judge(d, RS_DECIDE_should_run_aging, NULL, hdr,
			 (struct rs_answer[]){ { "age", step == RS_LRU_GEN_AGE, model == RS_LRU_GEN_AGE } }, 1, 0,
			 rs_snapshots_differ(&l->before, &l->after) ? "generations moved around the test" : NULL);
	}
	if (!rs_judge(d, RS_DECIDE_get_nr_to_scan, NULL, hdr,
		      (struct rs_answer[]){
			      { "step", step, model },
			      { "nr_to_scan", step == RS_LRU_GEN_EVICT ? l->nr_given : 0, nr },
		      },
		      2, 0, rs_snapshots_differ(&l->before, &l->after) ? "generations moved around the test" : NULL))
		l->lost = true;
	l->s = l->aged_otherwise = before;
	l->nr_otherwise = before.nr_to_scan;
	/* The sizes after may call for the same, and tell other numbers for after aging and for the end of the loop. */
	if (l->after.known && by_after == step && step == RS_LRU_GEN_AGE)
		l->aged_otherwise = after;
	if (l->after.known && by_after == step && step == RS_LRU_GEN_EVICT && after.nr_batch == nr)
		l->nr_otherwise = after.nr_to_scan;
	if (l->share_known)
		l->aged_otherwise.if_aged = l->share;
}

/* What comes after aging, with those sizes that lead to the @step the kernel took. */
static enum rs_lru_gen_step after_aging(struct rs_lru_gen_loop *l, enum rs_lru_gen_step step)
{
	if ((l->s.nr_to_scan > 0) != (step == RS_LRU_GEN_EVICT))
		l->s = l->aged_otherwise;
	l->nr_otherwise = l->s.nr_to_scan;
	return l->s.nr_to_scan > 0 ? RS_LRU_GEN_EVICT : RS_LRU_GEN_END;
}

/* After aging, eviction or the question: @step is what the kernel did. */
static void judge_step(struct rs_diff *d, struct rs_lru_gen_loop *l, enum rs_lru_gen_step model,
		       enum rs_lru_gen_step step, const struct rs_event_hdr *hdr)
{
	uint64_t nr = model == RS_LRU_GEN_EVICT ? l->s.nr_batch : 0;

	rs_count_branch(d, RS_DECIDE_try_to_shrink_lruvec, step_name(step));
	if (!rs_judge(d, RS_DECIDE_try_to_shrink_lruvec, NULL, hdr,
		      (struct rs_answer[]){
			      { "step", step, model },
			      { "nr_to_scan", step == RS_LRU_GEN_EVICT ? l->nr_given : 0, nr },
		      },
		      2, 0, NULL))
		l->lost = true;
}

/* evict_folios() is entered, and the sizes then are known. */
void rs_loop_evicts(struct rs_diff *d, struct rs_lru_gen_loop *l, const struct rs_event_hdr *hdr)
{
	l->evict_waits = false;
	if (l->at == RS_LOOP_AGED)
		l->nr_given = d->rules.lru_gen_nr_to_scan ? l->nr_given : 0;
	if (l->at == RS_LOOP_HEAD) {
		judge_head(d, l, RS_LRU_GEN_EVICT, hdr);
	} else if (l->at == RS_LOOP_AGED && !l->lost) {
		/* What try_to_shrink_lruvec_aged() said is in the loop already. */
		judge_step(d, l, after_aging(l, RS_LRU_GEN_EVICT), RS_LRU_GEN_EVICT, hdr);
	} else {
		rs_loop_lose(d, l);
	}
	l->at = RS_LOOP_EVICTING;
}

void rs_loop_ages(struct rs_diff *d, struct rs_lru_gen_loop *l, const struct rs_event_try_to_inc_max_seq *e,
		  const struct rs_lruvec_snapshot *after)
{
	if (l->at != RS_LOOP_HEAD) {
		rs_loop_lose(d, l);
		return;
	}
	/* What it was told is what was read. */
	l->before.sizes.max_seq = e->seq;
	l->nr_given = 0;
	/* In vain: others were at it, and the generations as they are now may be what was read. */
	if (!e->ret && after && after->known) {
		l->after = *after;
		l->after.sizes.max_seq = e->seq;
	}
	judge_head(d, l, RS_LRU_GEN_AGE, &e->hdr);
	l->at = RS_LOOP_AGED;
	if (l->lost)
		return;
	try_to_shrink_lruvec_aged(&l->s, e->ret, &d->rules, NULL);
	try_to_shrink_lruvec_aged(&l->aged_otherwise, e->ret, &d->rules, NULL);
}

void rs_loop_next_turn(struct rs_lru_gen_loop *l)
{
	l->at = RS_LOOP_HEAD;
	l->before.known = l->after.known = false;
	l->size_known = l->size_waits = l->share_known = false;
}

/* The kernel's should_abort_scan() of 6.1 is part of the loop, and shows in what follows. */
static bool aborts_unseen(struct rs_diff *d, struct rs_lru_gen_loop *l, const struct rs_event_hdr *hdr, bool ended,
			  uint64_t nr_reclaimed)
{
	struct should_abort_scan in = {
		.nr_reclaimed = l->nr_reclaimed,
		.nr_to_reclaim = l->nr_to_reclaim,
		.order = l->order,
		.priority = l->priority,
		.kswapd = l->kswapd,
		.root_reclaim = l->root_reclaim,
		.zones_ok = ended,
		.last_reclaimed = l->last_reclaimed,
		.need_swapping = l->need_swapping,
		/* No way but these two to be credited with a batch. */
		.fatal_signal = ended && !l->kswapd && l->priority > DEF_PRIORITY - 2 &&
				nr_reclaimed - l->nr_reclaimed == MIN_LRU_BATCH,
		.max_seq_moved = l->before.known ? l->before.sizes.max_seq - l->first_max_seq : 0,
	};
	struct should_abort_scan_result r = should_abort_scan(&in, &d->rules, rs_diff_why(d));

	if (r.zones_matter)
		rs_count_hidden(d, RS_DECIDE_should_abort_scan);
	else
		rs_judge(d, RS_DECIDE_should_abort_scan, NULL, hdr,
			 (struct rs_answer[]){
				 { "abort", ended, r.abort },
				 { "credit", ended ? nr_reclaimed - l->nr_reclaimed : 0, ended ? r.credit : 0 },
			 },
			 2, 0, NULL);
	rs_count_branch(d, RS_DECIDE_should_abort_scan, r.zones_matter ? "the zones decide" : ended ? "stops" : "goes on");
	return r.abort;
}

void rs_loop_judge_unseen(struct rs_diff *d, struct rs_lru_gen_loop *l, const struct rs_event_hdr *hdr, bool ended,
			  uint64_t nr_reclaimed)
{
	struct try_to_shrink_lruvec s = l->s;

	if (l->lost)
		return;
	if (try_to_shrink_lruvec_evicted(&s, l->delta, &d->rules, rs_diff_why(d)) == RS_LRU_GEN_END)
		judge_step(d, l, RS_LRU_GEN_END, ended ? RS_LRU_GEN_END : RS_LRU_GEN_ASK, hdr);
	else
		aborts_unseen(d, l, hdr, ended, nr_reclaimed);
	l->s = s;
}

void rs_judge_abort(struct rs_diff *d, struct rs_lru_gen_thread *t, const struct rs_event_should_abort_scan *e)
{
	const struct should_abort_scan in = {
		.nr_reclaimed = e->nr_reclaimed,
		.nr_to_reclaim = e->nr_to_reclaim,
		.order = e->order,
		.priority = e->priority,
		.kswapd = e->task_flags & PF_KSWAPD,
		.root_reclaim = rs_root_reclaim(d, e->target_cgroup),
		.zones_ok = !t->zone_failed,
	};
	struct should_abort_scan_result r = should_abort_scan(&in, &d->rules, rs_diff_why(d));

	/* From 7.2 on a signal ends proactive reclaim; it is not recorded. */
	if (d->rules.aging_in_loop && e->sc_flags & RS_SC_PROACTIVE && e->ret && !r.abort) {
		rs_count_hidden(d, RS_DECIDE_should_abort_scan);
		return;
	}
	if (r.zones_matter && !t->nr_zones_tested) {
		rs_count_lost(d, RS_DECIDE_should_abort_scan);
		return;
	}
	rs_count_branch(d, RS_DECIDE_should_abort_scan,
			r.zones_matter ? (e->ret ? "all zones are well" : "a zone is not") :
			e->ret	       ? "enough" :
			!in.root_reclaim && !d->rules.aging_in_loop ? "not for a cgroup" :
								      "not enough");
	rs_judge(d, RS_DECIDE_should_abort_scan, NULL, &e->hdr,
		 (struct rs_answer[]){
			 { "abort", e->ret, r.abort },
			 { "mark", r.zones_matter ? t->mark : 0, r.zones_matter ? t->expected_mark : 0 },
		 },
		 2, 0, NULL);
}

/* What comes after an eviction, with those sizes that lead to the @step the kernel took. */
static enum rs_lru_gen_step after_eviction(struct rs_diff *d, struct rs_lru_gen_loop *l, enum rs_lru_gen_step step)
{
	struct try_to_shrink_lruvec s = l->s, otherwise = l->s;
	enum rs_lru_gen_step model = try_to_shrink_lruvec_evicted(&s, l->delta, &d->rules, rs_diff_why(d));

	otherwise.nr_to_scan = l->nr_otherwise;
	if (model != step && try_to_shrink_lruvec_evicted(&otherwise, l->delta, &d->rules, NULL) == step) {
		model = step;
		s = otherwise;
	}
	l->s = s;
	return model;
}

void rs_loop_asked(struct rs_diff *d, struct rs_lru_gen_thread *t, const struct rs_event_should_abort_scan *e)
{
	struct rs_lru_gen_loop *l = &t->loop;

	if (l->at != RS_LOOP_EVICTED || l->cgroup != e->cgroup)
		rs_loop_lose(d, l);
	if (!l->lost)
		judge_step(d, l, after_eviction(d, l, RS_LRU_GEN_ASK), RS_LRU_GEN_ASK, &e->hdr);
	rs_loop_next_turn(l);
	l->memcg = rs_memcg_below(e->cgroup, e->target_cgroup, e->usage, e->emin, 0);
	if (e->ret || !try_to_shrink_lruvec_goes_on(&l->s, false, l->delta, l->root_reclaim, &d->rules, NULL))
		l->at = RS_LOOP_ASKED; /* the end is due */
}

void rs_loop_ended(struct rs_diff *d, struct rs_lru_gen_loop *l, const struct rs_event_hdr *hdr, uint64_t nr_reclaimed)
{
	switch (l->at) {
	case RS_LOOP_HEAD:
		l->nr_given = 0;
		judge_head(d, l, RS_LRU_GEN_END, hdr);
		break;
	case RS_LOOP_AGED:
		if (!l->lost)
			judge_step(d, l, after_aging(l, RS_LRU_GEN_END), RS_LRU_GEN_END, hdr);
		break;
	case RS_LOOP_EVICTED:
		if (d->rules.kswapd_ages_node)
			rs_loop_judge_unseen(d, l, hdr, true, nr_reclaimed);
		else if (!l->lost)
			judge_step(d, l, after_eviction(d, l, RS_LRU_GEN_END), RS_LRU_GEN_END, hdr);
		break;
	case RS_LOOP_ASKED:
		break;
	default:
		rs_loop_lose(d, l);
	}
}

/* ---- evict_folios() ---- */

void rs_judge_evicted(struct rs_diff *d, struct rs_lru_gen_loop *l, const struct rs_event_evict_folios_end *e)
{
	const struct evict_folios in = {
		.scanned = l->isolate_ret,
		.lrugen = &l->isolate_end,
		.swappiness = l->swappiness,
	};
	int64_t model;

	if (!l->isolated || !l->isolate_end_known) {
		rs_count_lost(d, RS_DECIDE_evict_folios);
		return;
	}
	model = evict_folios(&in, &d->rules, rs_diff_why(d));
	rs_count_branch(d, RS_DECIDE_evict_folios,
			model == l->isolate_ret ? "what was scanned" : model ? "and a generation ended" : "no generation left");
	rs_judge(d, RS_DECIDE_evict_folios, NULL, &e->hdr, (struct rs_answer[]){ { "scanned", e->ret, model } }, 1, 0,
		 NULL);
}
