/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MGLRU on one lruvec: aging, how much is scanned, and when the loop ends, step by step as the kernel took them. Here the
 * records, each put where it belongs; check_lru_gen_loop.c judges.
 */
#include <stdlib.h>

#include "../base/table.h"
#include "lru_gen_state.h"

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
			rs_loop_evicts(d, l, &e->hdr);
		}
		break;
	case RS_EVENT_try_to_inc_max_seq:
		if (in_loop && l->aging_waits) {
			struct rs_lruvec_snapshot after;

			rs_lruvec_snapshot(&after, e);
			l->aging_waits = false;
			rs_loop_ages(d, l, &l->aging, &after);
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
		rs_loop_ages(d, l, &l->aging, NULL);
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
			rs_loop_judge_unseen(d, l, hdr, false, l->nr_reclaimed);
			rs_loop_next_turn(l);
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
			rs_loop_lose(d, l);
		} else {
			rs_judge_evicted(d, l, e);
			l->need_swapping |= l->anon_type && e->nr_scanned != l->nr_scanned;
		}
		l->delta = e->ret;
		l->nr_reclaimed = e->nr_reclaimed;
		l->at = RS_LOOP_EVICTED;
		break;
	}
	case RS_EVENT_should_abort_scan:
		rs_loop_asked(d, t, (const void *)hdr);
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
				rs_loop_ages(d, &t->loop, &t->loop.aging, NULL);
			rs_loop_ended(d, &t->loop, hdr, e->nr_reclaimed);
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
		rs_judge_abort(d, t, (const void *)hdr);
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
