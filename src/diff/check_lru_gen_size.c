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
			in.swap_pages < MIN_LRU_BATCH				? "no swap to be had" :
			in.proactive && in.proactive_swappiness >= 0		? "as memory.reclaim asks for" :
										  "vm.swappiness");
	rs_judge(d, RS_DECIDE_get_swappiness, NULL, &e->hdr,
		 (struct rs_answer[]){ { "swappiness", e->ret, get_swappiness(&in, &d->rules, rs_diff_why(d)) } }, 1, 0,
		 NULL);
}

/* @after: NULL if there is none. True: the model's size is @kernel with one of the two. */
void rs_judge_evictable_size(struct rs_diff *d, const struct rs_event_hdr *hdr, uint64_t kernel, int swappiness,
			     const struct rs_lruvec_snapshot *before, const struct rs_lruvec_snapshot *after)
{
	uint64_t model = lruvec_evictable_size(&before->sizes, swappiness, &d->rules), other = model;

	if (after && after->known)
		other = lruvec_evictable_size(&after->sizes, swappiness, &d->rules);
	/* Every generation is read at an instant of its own. */
	rs_judge(d, RS_DECIDE_lruvec_evictable_size, NULL, hdr,
		 (struct rs_answer[]){ { "pages", kernel, other == kernel ? other : model } }, 1, 0,
		 after && rs_snapshots_differ(before, after) ? "generations moved while they were summed up" : NULL);
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
