/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MGLRU on one lruvec: aging, how much is scanned, and when the loop ends, step by step as the kernel took them.
 */
#include <stdlib.h>

#include "../base/table.h"
#include "lru_gen_state.h"

/* ---- the loop ---- */

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

static void lose(struct rs_diff *d, struct rs_lru_gen_loop *l)
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
		lose(d, l);
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
static void evicts(struct rs_diff *d, struct rs_lru_gen_loop *l, const struct rs_event_hdr *hdr)
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
		lose(d, l);
	}
	l->at = RS_LOOP_EVICTING;
}

static void ages(struct rs_diff *d, struct rs_lru_gen_loop *l, const struct rs_event_try_to_inc_max_seq *e,
		 const struct rs_lruvec_snapshot *after)
{
	if (l->at != RS_LOOP_HEAD) {
		lose(d, l);
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

/* A new turn, whose inputs are not known yet. */
static void next_turn(struct rs_lru_gen_loop *l)
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

/* After an eviction in 6.1: it went on, or ended. */
static void judge_unseen(struct rs_diff *d, struct rs_lru_gen_loop *l, const struct rs_event_hdr *hdr, bool ended,
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

static void judge_abort(struct rs_diff *d, struct rs_lru_gen_thread *t, const struct rs_event_should_abort_scan *e)
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

static void asked(struct rs_diff *d, struct rs_lru_gen_thread *t, const struct rs_event_should_abort_scan *e)
{
	struct rs_lru_gen_loop *l = &t->loop;

	if (l->at != RS_LOOP_EVICTED || l->cgroup != e->cgroup)
		lose(d, l);
	if (!l->lost)
		judge_step(d, l, after_eviction(d, l, RS_LRU_GEN_ASK), RS_LRU_GEN_ASK, &e->hdr);
	next_turn(l);
	l->memcg = rs_memcg_below(e->cgroup, e->target_cgroup, e->usage, e->emin, 0);
	if (e->ret || !try_to_shrink_lruvec_goes_on(&l->s, false, l->delta, l->root_reclaim, &d->rules, NULL))
		l->at = RS_LOOP_ASKED; /* the end is due */
}

static void ended(struct rs_diff *d, struct rs_lru_gen_loop *l, const struct rs_event_hdr *hdr, uint64_t nr_reclaimed)
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
			judge_unseen(d, l, hdr, true, nr_reclaimed);
		else if (!l->lost)
			judge_step(d, l, after_eviction(d, l, RS_LRU_GEN_END), RS_LRU_GEN_END, hdr);
		break;
	case RS_LOOP_ASKED:
		break;
	default:
		lose(d, l);
	}
}

/* ---- evict_folios() ---- */

static void judge_return(struct rs_diff *d, struct rs_lru_gen_loop *l, const struct rs_event_evict_folios_end *e)
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

/* ---- records ---- */

static void begin_loop(struct rs_lru_gen_thread *t, const struct rs_diff *d, const struct rs_sc *sc, uint64_t cgroup)
{
	struct rs_lru_gen_loop *l = &t->loop;

	memset(l, 0, sizeof(*l));
	l->at = RS_LOOP_HEAD;
	l->cgroup = cgroup;
	l->priority = sc->priority;
	l->order = sc->order;
	l->nr_to_reclaim = sc->nr_to_reclaim;
	l->nr_reclaimed = sc->nr_reclaimed;
	l->low_reclaim = sc->sc_flags & RS_SC_MEMCG_LOW_RECLAIM;
	l->root_reclaim = rs_root_reclaim(d, sc->target_cgroup);
}

#define SC_OF(e) ((const struct rs_sc *)(&(e)->hdr + 1))

/* Under the LRU lock: the generations as try_to_inc_min_seq() finds them. */
static void isolate_snapshot(struct rs_lru_gen_loop *l, const struct rs_event_lru_gen_state *e)
{
	int gen, type;

	memset(&l->isolate_end, 0, sizeof(l->isolate_end));
	l->isolate_end_known = true;
	l->isolate_end.max_seq = e->max_seq;
	memcpy(l->isolate_end.min_seq, e->min_seq, sizeof(l->isolate_end.min_seq));
	for (gen = 0; gen < MAX_NR_GENS; gen++)
		for (type = 0; type < ANON_AND_FILE; type++)
			l->isolate_end.empty[gen][type] =
				!(~e->empty >> (gen * 2 + type) * RS_MAX_ZONES & ((1 << RS_MAX_ZONES) - 1));
}

static void state(struct rs_diff *d, struct rs_lru_gen_thread *t, const struct rs_event_lru_gen_state *e)
{
	struct rs_lru_gen_loop *l = &t->loop;
	bool in_loop = l->at != RS_LOOP_OUTSIDE && l->cgroup == e->cgroup;

	switch (e->of) {
	case RS_EVENT_get_swappiness:
		if (t->swappiness.cgroup != e->cgroup)
			break;
		rs_lruvec_snapshot(&t->at_swappiness, e);
		if (in_loop && l->at == RS_LOOP_HEAD) {
			rs_lruvec_snapshot(&l->before, e);
			if (!l->first_max_seq)
				l->first_max_seq = e->max_seq;
		}
		break;
	case RS_EVENT_should_abort_scan:
		if (in_loop && l->at == RS_LOOP_HEAD)
			rs_lruvec_snapshot(&l->before, e);
		break;
	case RS_EVENT_should_run_aging:
		if (in_loop && l->at == RS_LOOP_HEAD)
			rs_lruvec_snapshot(l->before.known ? &l->after : &l->before, e);
		break;
	case RS_EVENT_lruvec_evictable_size: {
		struct rs_lruvec_snapshot after;

		rs_lruvec_snapshot(&after, e);
		if (t->asked && t->at_swappiness.known && t->at_swappiness.cgroup == e->cgroup &&
		    t->evictable.cgroup == e->cgroup)
			rs_judge_evictable_size(d, t, &t->evictable.hdr, t->evictable.ret, t->evictable.swappiness, &t->at_swappiness,
						&after);
		else
			rs_count_lost(d, RS_DECIDE_lruvec_evictable_size);
		if (in_loop && l->at == RS_LOOP_HEAD)
			l->after = after;
		break;
	}
	case RS_EVENT_lruvec_is_sizable:
		if (t->sizable.cgroup == e->cgroup)
			rs_judge_sizable(d, t, e);
		t->asked = false;
		break;
	case RS_EVENT_evict_folios_begin:
		if (in_loop && l->evict_waits) {
			rs_lruvec_snapshot(&l->after, e);
			evicts(d, l, &e->hdr);
		}
		break;
	case RS_EVENT_try_to_inc_max_seq:
		if (in_loop && l->aging_waits) {
			struct rs_lruvec_snapshot after;

			rs_lruvec_snapshot(&after, e);
			l->aging_waits = false;
			ages(d, l, &l->aging, &after);
		}
		break;
	case RS_EVENT_isolate_folios_end:
		if (in_loop)
			isolate_snapshot(l, e);
		break;
	}
}

static void in_loop(struct rs_diff *d, const struct rs_step *step, struct rs_lru_gen_thread *t,
		    const struct rs_event_hdr *hdr)
{
	struct rs_lru_gen_loop *l = &t->loop;

	if (l->aging_waits) {
		l->aging_waits = false;
		ages(d, l, &l->aging, NULL);
	}
	switch (hdr->type) {
	case RS_EVENT_should_run_aging: {
		const struct rs_event_should_run_aging *e = (const void *)hdr;

		/* 6.1 tells what it has added up, without a lock. */
		if (l->at == RS_LOOP_HEAD && e->cgroup == l->cgroup) {
			l->share = e->nr_to_scan;
			l->share_known = true;
		}
		break;
	}
	case RS_EVENT_get_swappiness: {
		const struct rs_event_get_swappiness *e = (const void *)hdr;

		if (e->cgroup != l->cgroup)
			break;
		/* In 6.1 this is where each turn begins. */
		if (l->at == RS_LOOP_EVICTED && d->rules.kswapd_ages_node) {
			judge_unseen(d, l, hdr, false, l->nr_reclaimed);
			next_turn(l);
		}
		l->memcg = rs_memcg_below(e->cgroup, e->target_cgroup, e->usage, e->emin, e->elow);
		l->online = e->online;
		l->kswapd = e->task_flags & PF_KSWAPD;
		l->swappiness = lru_gen_turn_swappiness(e->ret, e->sc_flags & RS_SC_MAY_SWAP, e->target_cgroup, &d->rules);
		break;
	}
	case RS_EVENT_lruvec_evictable_size: {
		const struct rs_event_lruvec_evictable_size *e = (const void *)hdr;

		if (l->at == RS_LOOP_HEAD && e->cgroup == l->cgroup) {
			l->size = e->ret;
			l->size_known = true;
		}
		break;
	}
	case RS_EVENT_proportional_protection: {
		const struct rs_event_proportional_protection *e = (const void *)hdr;

		if (l->at == RS_LOOP_HEAD && e->cgroup == l->cgroup) {
			l->memcg = rs_memcg_below(e->cgroup, l->memcg.is_target ? e->cgroup : 0, e->usage, e->emin, e->elow);
			/* 6.18 passes none where it has to age first. */
			if (e->scan || d->rules.aging_in_loop) {
				l->size_waits = !d->rules.aging_in_loop;
				l->size = e->scan;
				l->size_known = true;
			}
		}
		break;
	}
	case RS_EVENT_try_to_inc_max_seq:
		/* Judged when its snapshot has come. */
		if (((const struct rs_event_try_to_inc_max_seq *)hdr)->cgroup == l->cgroup) {
			l->aging = *(const struct rs_event_try_to_inc_max_seq *)hdr;
			l->aging_waits = true;
			return;
		}
		break;
	case RS_EVENT_evict_folios_begin: {
		const struct rs_event_evict_folios_begin *e = (const void *)hdr;

		l->evict_waits = true;
		l->nr_given = e->nr_to_scan;
		l->nr_scanned = e->nr_scanned;
		l->swappiness = e->swappiness;
		l->isolated = l->isolate_end_known = false;
		break;
	}
	case RS_EVENT_isolate_folios_end: {
		const struct rs_event_isolate_folios_end *e = (const void *)hdr;

		l->isolated = true;
		l->isolate_ret = e->ret;
		l->anon_type = !e->type;
		break;
	}
	case RS_EVENT_evict_folios_end: {
		const struct rs_event_evict_folios_end *e = (const void *)hdr;

		if (l->at != RS_LOOP_EVICTING || step->unmatched) {
			lose(d, l);
		} else {
			judge_return(d, l, e);
			l->need_swapping |= l->anon_type && e->nr_scanned != l->nr_scanned;
		}
		l->delta = e->ret;
		l->nr_reclaimed = e->nr_reclaimed;
		l->at = RS_LOOP_EVICTED;
		break;
	}
	case RS_EVENT_should_abort_scan:
		asked(d, t, (const void *)hdr);
		break;
	}
}

static void tested(struct rs_diff *d, struct rs_lru_gen_thread *t, const struct rs_event_zone_watermark_ok *e)
{
	const struct rs_event_zone_state *z = rs_episodes_zone(d->episodes, e->nid, e->zid);

	t->zone_failed |= !e->ret;
	t->nr_zones_tested++;
	t->mark = e->mark;
	t->expected_mark = z ? should_abort_scan_mark(z->high + e->boost) : e->mark;
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	const struct rs_event_hdr *hdr = event->hdr;
	struct rs_lru_gen_thread *t;
	bool early = d->rules.kswapd_ages_node;

	if (!d->mglru)
		return;
	t = rs_lru_gen_thread(d, step->thread->tid);
	if (!t)
		return;
	switch (hdr->type) {
	case RS_EVENT_try_to_shrink_lruvec_begin: {
		const struct rs_event_try_to_shrink_lruvec_begin *e = (const void *)hdr;

		begin_loop(t, d, SC_OF(e), e->cgroup);
		t->loop.memcg = rs_memcg_below(e->cgroup, e->target_cgroup, e->usage, e->emin, e->elow);
		t->loop.online = e->online;
		break;
	}
	case RS_EVENT_shrink_lruvec_begin: {
		const struct rs_event_shrink_lruvec_begin *e = (const void *)hdr;
		const struct rs_frame *node = rs_frame_find(step->thread, RS_EVENT_shrink_node_begin);

		if (!early)
			break;
		begin_loop(t, d, SC_OF(e), e->cgroup);
		t->loop.memcg = rs_memcg_below(e->cgroup, e->target_cgroup, e->usage, e->emin, e->elow);
		t->loop.online = e->online;
		t->loop.kswapd = e->task_flags & PF_KSWAPD;
		t->loop.last_reclaimed = node ? rs_frame_entry(node, shrink_node_begin)->nr_reclaimed : 0;
		break;
	}
	case RS_EVENT_try_to_shrink_lruvec_end:
	case RS_EVENT_shrink_lruvec_end: {
		const struct rs_event_shrink_lruvec_end *e = (const void *)hdr;
		const struct rs_event_try_to_shrink_lruvec_end *r = (const void *)hdr;

		if (early != (hdr->type == RS_EVENT_shrink_lruvec_end))
			break;
		if (!step->closed || t->loop.cgroup != e->cgroup) {
			rs_count_lost(d, RS_DECIDE_try_to_shrink_lruvec);
		} else {
			if (t->loop.aging_waits)
				ages(d, &t->loop, &t->loop.aging, NULL);
			ended(d, &t->loop, hdr, e->nr_reclaimed);
			if (!early && !t->loop.lost)
				rs_judge(d, RS_DECIDE_try_to_shrink_lruvec, step->closed, hdr,
					 (struct rs_answer[]){ { "need_rotate", r->ret, t->loop.s.need_rotate } }, 1, 0,
					 NULL);
		}
		t->loop.at = RS_LOOP_OUTSIDE;
		t->asked = false;
		break;
	}
	case RS_EVENT_get_swappiness:
		t->swappiness = *(const struct rs_event_get_swappiness *)hdr;
		t->asked = true;
		t->size_known = t->at_swappiness.known = false;
		rs_judge_swappiness(d, &t->swappiness);
		break;
	case RS_EVENT_lruvec_evictable_size:
		t->evictable = *(const struct rs_event_lruvec_evictable_size *)hdr;
		t->size_known = t->asked && t->swappiness.cgroup == t->evictable.cgroup;
		break;
	case RS_EVENT_lruvec_is_sizable:
		t->sizable = *(const struct rs_event_lruvec_is_sizable *)hdr;
		break;
	case RS_EVENT_zone_watermark_ok:
		tested(d, t, (const void *)hdr);
		break;
	case RS_EVENT_should_abort_scan:
		judge_abort(d, t, (const void *)hdr);
		break;
	}
	if (t->loop.at != RS_LOOP_OUTSIDE && hdr->type != RS_EVENT_lru_gen_state)
		in_loop(d, step, t, hdr);
	if (hdr->type == RS_EVENT_lru_gen_state) {
		rs_size_seen(d, t, (const void *)hdr);
		state(d, t, (const void *)hdr);
	}
	/* The tests of should_abort_scan() come just before its return. */
	if (hdr->type == RS_EVENT_should_abort_scan || hdr->type == RS_EVENT_evict_folios_end ||
	    hdr->type == RS_EVENT_shrink_one) {
		t->zone_failed = false;
		t->nr_zones_tested = 0;
	}
}

static void dropped(struct rs_diff *d, const struct rs_frame *frame)
{
	if (d->mglru && (frame->type == RS_EVENT_try_to_shrink_lruvec_begin ||
			 (frame->type == RS_EVENT_shrink_lruvec_begin && d->rules.kswapd_ages_node)))
		rs_count_lost(d, RS_DECIDE_try_to_shrink_lruvec);
}

static void finish(struct rs_diff *d)
{
	struct rs_lru_gen_thread *all = d->priv[RS_PRIV_LRU_GEN], *t, *following;

	HASH_ITER(hh, all, t, following)
		rs_size_seen(d, t, NULL);
}

static void destroy(struct rs_diff *d)
{
	struct rs_lru_gen_thread *all = d->priv[RS_PRIV_LRU_GEN], *t, *following;

	HASH_ITER(hh, all, t, following)
		free(t->size_wait.record);
	RS_FREE_TABLE(all, struct rs_lru_gen_thread);
	d->priv[RS_PRIV_LRU_GEN] = NULL;
}

const struct rs_checker rs_check_lru_gen = { .record = record, .dropped = dropped, .finish = finish, .destroy = destroy };
