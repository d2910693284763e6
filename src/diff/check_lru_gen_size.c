/* SPDX-License-Identifier: GPL-2.0-only */
/* MGLRU: swappiness in use, and the pages of a lruvec that may be evicted; the inputs of its other checkers. */
#include <stdlib.h>

#include "../base/table.h"
#include "lru_gen_state.h"

struct rs_lru_gen_thread *rs_lru_gen_thread(struct rs_diff *d, uint32_t tid)
{
	struct rs_lru_gen_thread *all = d->priv[RS_PRIV_LRU_GEN], *t;

	t = RS_FIND_OR_ADD(all, struct rs_lru_gen_thread, tid, tid);
	d->priv[RS_PRIV_LRU_GEN] = all;
	return t;
}

void rs_lruvec_snapshot(struct rs_lruvec_snapshot *to, const struct rs_event_lru_gen_state *e)
{
	_Static_assert(sizeof(to->sizes.nr_pages) == sizeof(e->nr_pages), "[gen][type][zone]");
	_Static_assert(sizeof(to->timestamps) == sizeof(e->timestamps), "[gen]");
	to->known = true;
	to->cgroup = e->cgroup;
	to->seg = e->seg;
	to->sizes.max_seq = e->max_seq;
	memcpy(to->sizes.min_seq, e->min_seq, sizeof(to->sizes.min_seq));
	memcpy(to->sizes.nr_pages, e->nr_pages, sizeof(to->sizes.nr_pages));
	memcpy(to->timestamps, e->timestamps, sizeof(to->timestamps));
}

struct mem_cgroup_below rs_memcg_below(uint64_t cgroup, uint64_t target, uint64_t usage, uint64_t emin, uint64_t elow)
{
	return (struct mem_cgroup_below){
		.usage = usage,
		.emin = emin,
		.elow = elow,
		.is_root = !cgroup || cgroup == RS_ROOT_CGROUP,
		.is_target = target && cgroup == target,
	};
}

bool rs_root_reclaim(const struct rs_diff *d, uint64_t target)
{
	return !target || (target == RS_ROOT_CGROUP && d->rules.lru_gen_shrink_node);
}

/* ---- swappiness and sizes ---- */

struct get_swappiness rs_get_swappiness_inputs(const struct rs_event_get_swappiness *e)
{
	return (struct get_swappiness){
		.swap_pages = mem_cgroup_get_nr_swap_pages(e->swap_free, (const int64_t *)&e->swap_margin, 1),
		.may_swap = e->sc_flags & RS_SC_MAY_SWAP,
		.can_demote = e->sc_flags & RS_SC_CAN_DEMOTE,
		.proactive = e->sc_flags & RS_SC_PROACTIVE,
		.proactive_swappiness = e->proactive_swappiness,
		.swappiness = e->swappiness,
	};
}

void rs_judge_swappiness(struct rs_diff *d, const struct rs_event_get_swappiness *e)
{
	const struct get_swappiness in = rs_get_swappiness_inputs(e);

	if (!e->sc_flags) {
		/* An older recording: whoever asks may unmap at least. */
		rs_count_lost(d, RS_DECIDE_get_swappiness);
		return;
	}
	rs_count_branch(d, RS_DECIDE_get_swappiness,
			!in.may_swap && d->rules.swappiness_of_sc		? "this reclaim may not swap" :
			in.swap_pages < MIN_LRU_BATCH && !in.can_demote		? "no swap to be had" :
			in.proactive && in.proactive_swappiness >= 0		? "as memory.reclaim asks for" :
										  "vm.swappiness");
	rs_judge(d, RS_DECIDE_get_swappiness, NULL, &e->hdr,
		 (struct rs_answer[]){ { "swappiness", e->ret, get_swappiness(&in, &d->rules, rs_diff_why(d)) } }, 1, 0,
		 NULL);
}

/* A page that came or went between the readings, and was back at the second: the reading before or after them shows it gone. */
static const char *const flaps = "a page went and came back between two readings";

static void settle_size(struct rs_diff *d, struct rs_size_wait *w, const char *race)
{
	rs_judge(d, RS_DECIDE_lruvec_evictable_size, NULL, w->record, (struct rs_answer[]){ { "pages", w->kernel, w->model } }, 1, 0,
		 race);
	free(w->record);
	w->record = NULL;
}

void rs_size_seen(struct rs_diff *d, struct rs_lru_gen_thread *t, const struct rs_event_lru_gen_state *e)
{
	struct rs_size_wait *w = &t->size_wait;
	struct rs_lruvec_snapshot *s = &t->seen[t->nr_seen % RS_SIZES_SEEN];

	if (e) {
		rs_lruvec_snapshot(s, e);
		t->nr_seen++;
	}
	if (w->record)
		settle_size(d, w, e && s->cgroup == w->cgroup && lruvec_evictable_size(&s->sizes, w->swappiness, &d->rules) == w->kernel ?
					  flaps : NULL);
}

/* @after: NULL if there is none. The model's size is to be @kernel with one of the two. */
void rs_judge_evictable_size(struct rs_diff *d, struct rs_lru_gen_thread *t, const struct rs_event_hdr *hdr, uint64_t kernel,
			     int swappiness, const struct rs_lruvec_snapshot *before, const struct rs_lruvec_snapshot *after)
{
	uint64_t model = lruvec_evictable_size(&before->sizes, swappiness, &d->rules), other = model;
	const char *race = NULL;
	unsigned int i;

	if (after && after->known)
		other = lruvec_evictable_size(&after->sizes, swappiness, &d->rules);
	if (other == kernel)
		model = other;
	/* Every generation is read at an instant of its own. */
	if (after && rs_snapshots_differ(before, after))
		race = "generations moved while they were summed up";
	for (i = 0; i < RS_SIZES_SEEN && !race; i++)
		if (t->seen[i].known && t->seen[i].cgroup == before->cgroup &&
		    lruvec_evictable_size(&t->seen[i].sizes, swappiness, &d->rules) == kernel)
			race = flaps;
	if (t->size_wait.record)
		settle_size(d, &t->size_wait, NULL);
	if (model != kernel && !race)
		t->size_wait.record = malloc(hdr->len);
	if (t->size_wait.record) {
		t->size_wait.cgroup = before->cgroup;
		t->size_wait.kernel = kernel;
		t->size_wait.model = model;
		t->size_wait.swappiness = swappiness;
		memcpy(t->size_wait.record, hdr, hdr->len);
	} else {
		rs_judge(d, RS_DECIDE_lruvec_evictable_size, NULL, hdr, (struct rs_answer[]){ { "pages", kernel, model } }, 1, 0, race);
	}
	rs_count_branch(d, RS_DECIDE_lruvec_evictable_size,
			min_type(swappiness) == max_type(swappiness, &d->rules) ?
				(swappiness ? "anon only" : "file only") :
				"anon and file");
}

void rs_judge_sizable(struct rs_diff *d, struct rs_lru_gen_thread *t, const struct rs_event_lru_gen_state *st)
{
	const struct rs_event_lruvec_is_sizable *e = &t->sizable;
	const struct rs_lruvec_snapshot *before = &t->at_swappiness;
	struct rs_lruvec_snapshot after;
	int swappiness = t->swappiness.ret;
	bool model;

	if (!t->asked || t->swappiness.cgroup != e->cgroup || !before->known || before->cgroup != e->cgroup) {
		rs_count_lost(d, RS_DECIDE_lruvec_is_sizable);
		return;
	}
	rs_lruvec_snapshot(&after, st);
	model = lruvec_is_sizable(t->size_known ? t->evictable.ret :
						  lruvec_evictable_size(&before->sizes, swappiness, &d->rules),
				  e->priority, t->swappiness.online, rs_diff_why(d));
	if (model != e->ret && !t->size_known)
		model = lruvec_is_sizable(lruvec_evictable_size(&after.sizes, swappiness, &d->rules), e->priority,
					  t->swappiness.online, NULL);
	rs_count_branch(d, RS_DECIDE_lruvec_is_sizable, e->ret ? "large enough" : "too small");
	rs_judge(d, RS_DECIDE_lruvec_is_sizable, NULL, &e->hdr, (struct rs_answer[]){ { "sizable", e->ret, model } }, 1, 0,
		 !t->size_known && rs_snapshots_differ(before, &after) ? "generations moved while they were summed up" :
									 NULL);
}
