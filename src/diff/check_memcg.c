/* SPDX-License-Identifier: GPL-2.0-only */
/* memory.min and memory.low: what is effective of them, which cgroups a walk skips, what they spare. */
#include <stdlib.h>

#include "scan_state.h"

#define MAX_CALLS 1024 /* some ten milliseconds of two busy reclaimers */

/*
 * The last calls of mem_cgroup_calculate_protection(). Reclaimers with different roots compute different values
 * for one cgroup, and store them in the same place.
 */
struct memcg_priv {
	struct protection_call {
		uint64_t cgroup, root;
		uint64_t begin_ns, end_ns; /* 0: under way */
		uint64_t emin, elow; /* what it stored */
		uint32_t tid;
	} calls[MAX_CALLS];
	unsigned int next;
};

static bool is_root(uint64_t cgroup)
{
	return !cgroup || cgroup == RS_ROOT_CGROUP;
}

/* ---- effective protection ---- */

static void call_begins(struct rs_diff *d, const struct rs_event_memcg_protection_begin *b)
{
	struct memcg_priv *p = d->priv[RS_PRIV_MEMCG];

	if (!p)
		p = d->priv[RS_PRIV_MEMCG] = calloc(1, sizeof(*p));
	if (p)
		p->calls[p->next++ % MAX_CALLS] = (struct protection_call){
			.cgroup = b->cgroup, .root = b->root, .begin_ns = b->hdr.ts_ns, .tid = b->hdr.tid,
		};
}

/* @e: NULL: its end was missed. */
static void call_ends(struct rs_diff *d, const struct rs_event_hdr *begin, const struct rs_event_memcg_protection *e)
{
	struct memcg_priv *p = d->priv[RS_PRIV_MEMCG];
	unsigned int i;

	/* The newest first: mostly it is that. */
	for (i = 1; p && i <= MAX_CALLS; i++) {
		struct protection_call *c = &p->calls[(p->next - i) % MAX_CALLS];

		if (c->tid != begin->tid || c->begin_ns != begin->ts_ns)
			continue;
		c->end_ns = e ? e->hdr.ts_ns : begin->ts_ns;
		c->emin = e ? e->emin : UINT64_MAX;
		c->elow = e ? e->elow : UINT64_MAX;
		return;
	}
}

/* Has another thread computed the protection of @cgroup from another root, or was about to, since @since_ns? */
static bool others_computed(const struct rs_diff *d, uint64_t cgroup, uint64_t root, uint32_t tid, uint64_t since_ns)
{
	const struct memcg_priv *p = d->priv[RS_PRIV_MEMCG];
	unsigned int i;

	for (i = 0; p && i < MAX_CALLS; i++) {
		const struct protection_call *c = &p->calls[i];

		if (c->begin_ns && c->tid != tid && c->cgroup == cgroup && c->root != root &&
		    (!c->end_ns || c->end_ns >= since_ns))
			return true;
	}
	return false;
}

/* Has another thread stored just what the record says, before this thread went on? */
static const char *stored_by_another(const struct rs_diff *d, const struct rs_late *late, uint64_t next_ns)
{
	const struct rs_event_memcg_protection *e = (const void *)&late->hdr;
	const struct memcg_priv *p = d->priv[RS_PRIV_MEMCG];
	unsigned int i;

	for (i = 0; p && i < MAX_CALLS; i++) {
		const struct protection_call *c = &p->calls[i];

		if (c->end_ns >= late->frame.hdr.ts_ns && c->begin_ns <= next_ns && c->tid != e->hdr.tid && c->root != e->root &&
		    c->cgroup == e->cgroup && c->emin == e->emin && c->elow == e->elow)
			return "a reclaimer with another root stored this before it was read";
	}
	return NULL;
}

static struct mem_cgroup_protection compute(const struct rs_event_memcg_protection_begin *b,
					    const struct rs_event_memcg_protection *e, bool recursiveprot,
					    struct rs_why *why)
{
	const struct mem_cgroup_calculate_protection in = {
		.usage = e->usage,
		.min = e->min,
		.low = e->low,
		.emin = b->emin,
		.elow = b->elow,
		.parent_usage = e->parent_usage,
		.parent_emin = e->parent_emin,
		.parent_elow = e->parent_elow,
		.children_min_usage = e->children_min_usage,
		.children_low_usage = e->children_low_usage,
		.is_walk_root = e->cgroup == e->root || is_root(e->cgroup),
		.parent_is_walk_root = e->parent == e->root || (is_root(e->parent) && is_root(e->root)),
		.recursiveprot = recursiveprot,
	};

	return mem_cgroup_calculate_protection(&in, why);
}

static bool agrees(const struct mem_cgroup_protection *p, const struct rs_event_memcg_protection *e)
{
	return p->emin == e->emin && p->elow == e->elow;
}

static bool inputs_moved(const struct rs_event_memcg_protection_begin *b, const struct rs_event_memcg_protection *e)
{
	return b->usage != e->usage || b->min != e->min || b->low != e->low || b->parent_usage != e->parent_usage ||
	       b->parent_emin != e->parent_emin || b->parent_elow != e->parent_elow ||
	       b->children_min_usage != e->children_min_usage || b->children_low_usage != e->children_low_usage;
}

static void protection(struct rs_diff *d, const struct rs_frame *frame, const struct rs_event_memcg_protection *e)
{
	const struct rs_event_memcg_protection_begin *b = rs_frame_entry(frame, memcg_protection_begin);
	const struct rs_event_memcg_protection *begin = (const struct rs_event_memcg_protection *)b;
	struct mem_cgroup_protection with, without, model;
	struct rs_answer answers[2];
	const char *race;

	if (b->cgroup != e->cgroup || b->root != e->root) {
		rs_count_lost(d, RS_DECIDE_memcg_protection);
		return;
	}
	/* With what was there at the return; if that moved meanwhile, what was there at entry will do as well. */
	with = compute(b, e, true, NULL);
	without = compute(b, e, false, NULL);
	if (d->recursiveprot < 0 && (with.emin != without.emin || with.elow != without.elow)) {
		rs_count_hidden(d, RS_DECIDE_memcg_protection);
		return;
	}
	model = compute(b, e, d->recursiveprot > 0, rs_diff_why(d));
	if (!agrees(&model, e) && inputs_moved(b, e)) {
		struct mem_cgroup_protection entry = compute(b, begin, d->recursiveprot > 0, NULL);

		if (agrees(&entry, e))
			model = entry;
	}
	rs_count_branch(d, RS_DECIDE_memcg_protection,
			e->cgroup == e->root || is_root(e->cgroup) ? "where the walk begins" :
			!e->usage				   ? "empty" :
			e->parent == e->root || is_root(e->parent) ? "top level" :
			e->children_min_usage > e->parent_emin ||
					e->children_low_usage > e->parent_elow ? "more claimed than there is" :
			e->parent_emin > e->children_min_usage ||
					e->parent_elow > e->children_low_usage ? "less claimed than there is" :
										 "as much claimed as there is");
	/* The other calls are many: they are looked through only where something differs. */
	race = agrees(&model, e)  ? NULL :
	       inputs_moved(b, e) ? "usage changed during the call" :
	       others_computed(d, e->cgroup, e->root, e->hdr.tid, b->hdr.ts_ns) ||
			       others_computed(d, e->parent, e->root, e->hdr.tid, b->hdr.ts_ns) ?
		       "a reclaimer with another root computed it at the same time" :
		       NULL;
	answers[0] = (struct rs_answer){ "emin", e->emin, model.emin };
	answers[1] = (struct rs_answer){ "elow", e->elow, model.elow };
	if (race)
		rs_judge(d, RS_DECIDE_memcg_protection, frame, &e->hdr, answers, 2, 0, race);
	else
		rs_judge_late(d, RS_DECIDE_memcg_protection, frame, &e->hdr, answers, 2, stored_by_another);
}

static void proportional(struct rs_diff *d, const struct rs_thread *thread,
			 const struct rs_event_proportional_protection *e)
{
	const struct rs_frame *lruvec = rs_frame_find(thread, RS_EVENT_shrink_lruvec_begin);
	const struct rs_frame *lru_gen = rs_frame_find(thread, RS_EVENT_try_to_shrink_lruvec_begin);
	struct mem_cgroup_protection entry = { 0 };
	uint64_t usage, target;
	struct apply_proportional_protection in = {
		.scan = e->scan,
		.usage = e->usage,
		.emin = e->emin,
		.elow = e->elow,
		.memcg_low_reclaim = e->sc_flags & RS_SC_MEMCG_LOW_RECLAIM,
	};
	bool low_skipped = false, moved;
	uint64_t model;

	/* MGLRU's is the inner one of the two. */
	if (lru_gen) {
		const struct rs_event_try_to_shrink_lruvec_begin *b = rs_frame_entry(lru_gen, try_to_shrink_lruvec_begin);

		target = b->target_cgroup;
		usage = b->usage;
		entry = (struct mem_cgroup_protection){ b->emin, b->elow };
	} else if (lruvec) {
		const struct rs_event_shrink_lruvec_begin *b = rs_frame_entry(lruvec, shrink_lruvec_begin);

		target = b->target_cgroup;
		usage = b->usage;
		entry = (struct mem_cgroup_protection){ b->emin, b->elow };
	} else {
		rs_count_lost(d, RS_DECIDE_apply_proportional_protection);
		return;
	}
	in.is_target = e->cgroup == target;
	moved = usage != e->usage || entry.emin != e->emin || entry.elow != e->elow;
	model = apply_proportional_protection(&in, &low_skipped, rs_diff_why(d));
	if (model != e->ret && moved) {
		in.usage = usage;
		in.emin = entry.emin;
		in.elow = entry.elow;
		if (apply_proportional_protection(&in, &low_skipped, NULL) == e->ret)
			model = e->ret;
	}
	rs_count_branch(d, RS_DECIDE_apply_proportional_protection,
			in.is_target		 ? "target" :
			!(in.emin || in.elow)	 ? "not protected" :
			in.memcg_low_reclaim	 ? "protected by min only" :
			in.elow > in.emin	 ? "protected by low" :
						   "protected by min");
	rs_judge(d, RS_DECIDE_apply_proportional_protection, lru_gen ? lru_gen : lruvec, &e->hdr,
		 (struct rs_answer[]){ { "scan", e->ret, model } }, 1, 0,
		 moved ? "usage changed since the lruvec was begun" : NULL);
}

/* ---- the walk ---- */

static const char *visit_name(enum rs_memcg_visit visit)
{
	static const char *const names[] = { "skipped, below min", "skipped, below low", "below low, and reclaimed", "reclaimed" };

	return names[visit];
}

/* What became of the cgroup whose protection was computed last. */
static void settle(struct rs_diff *d, const struct rs_frame *node, const struct rs_event_hdr *hdr, bool visited)
{
	struct rs_walk *w = &rs_frame_state(node, struct rs_node_state)->walk;
	const bool expected = w->visit >= RS_MEMCG_SHRINK_LOW;

	if (!w->pending)
		return;
	w->pending = false;
	if (node->broken) {
		rs_count_lost(d, RS_DECIDE_shrink_node_memcgs);
		return;
	}
	rs_count_branch(d, RS_DECIDE_shrink_node_memcgs, visit_name(w->visit));
	rs_judge(d, RS_DECIDE_shrink_node_memcgs, node, hdr,
		 (struct rs_answer[]){ { "reclaimed", visited, expected } }, 1, 0,
		 visited == expected ? NULL :
		 w->usage_moved	     ? "usage changed around the test" :
		 others_computed(d, w->cgroup, w->root, hdr->tid, w->computed_ns) ?
				  "a reclaimer with another root computed the protection in between" :
				  NULL);
}

static void next_memcg(struct rs_diff *d, struct rs_frame *node, const struct rs_event_memcg_protection *e,
		       const struct rs_event_memcg_protection_begin *b)
{
	const struct rs_event_shrink_node_begin *n = rs_frame_entry(node, shrink_node_begin);
	struct rs_walk *w = &rs_frame_state(node, struct rs_node_state)->walk;
	struct shrink_node_memcgs in = {
		.memcg = {
			.usage = e->usage,
			.emin = e->emin,
			.elow = e->elow,
			.is_root = is_root(e->cgroup),
			.is_target = e->cgroup == n->target_cgroup,
		},
		.memcg_low_reclaim = n->sc_flags & RS_SC_MEMCG_LOW_RECLAIM,
	};
	enum rs_memcg_visit before;

	settle(d, node, &e->hdr, false);
	if (w->enough && !w->round_over) {
		/* One more although there was enough. */
		rs_count_branch(d, RS_DECIDE_shrink_node_memcgs, "goes on in spite of enough");
		if (node->broken)
			rs_count_lost(d, RS_DECIDE_shrink_node_memcgs);
		else
			rs_judge(d, RS_DECIDE_shrink_node_memcgs, node, &e->hdr,
				 (struct rs_answer[]){ { "goes_on", 1, 0 } }, 1, 0, NULL);
	}
	w->enough = w->round_over = false;
	w->pending = true;
	w->cgroup = e->cgroup;
	w->root = e->root;
	w->computed_ns = b->hdr.ts_ns;
	w->visit = shrink_node_memcgs(&in, &d->rules, rs_diff_why(d));
	in.memcg.usage = b->usage;
	before = shrink_node_memcgs(&in, &d->rules, NULL);
	w->usage_moved = before != w->visit;
}

/* A lruvec is visited: it must be the one whose turn it is. */
static void visited(struct rs_diff *d, struct rs_frame *node, const struct rs_event_shrink_lruvec_begin *e)
{
	struct rs_walk *w = &rs_frame_state(node, struct rs_node_state)->walk;

	if (w->pending && w->cgroup != e->cgroup) {
		w->pending = false;
		rs_count_lost(d, RS_DECIDE_shrink_node_memcgs);
		return;
	}
	settle(d, node, &e->hdr, true);
}

static void left(struct rs_diff *d, struct rs_frame *node, const struct rs_event_shrink_lruvec_end *e,
		 const struct rs_event_shrink_lruvec_begin *b)
{
	struct rs_walk *w = &rs_frame_state(node, struct rs_node_state)->walk;
	const struct shrink_node_memcgs_enough in = {
		.nr_reclaimed = e->nr_reclaimed,
		.nr_to_reclaim = e->nr_to_reclaim,
		.kswapd = b->task_flags & PF_KSWAPD,
		.memcg_full_walk = e->sc_flags & RS_SC_MEMCG_FULL_WALK,
	};

	w->enough = shrink_node_memcgs_enough(&in, &d->rules, rs_diff_why(d));
	if (w->enough)
		rs_count_branch(d, RS_DECIDE_shrink_node_memcgs, "enough");
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	const struct rs_event_hdr *hdr = event->hdr;
	struct rs_frame *node = rs_frame_find(step->thread, RS_EVENT_shrink_node_begin);

	switch (hdr->type) {
	case RS_EVENT_memcg_protection_begin:
		call_begins(d, (const void *)hdr);
		break;
	case RS_EVENT_memcg_protection:
		if (!step->closed) {
			rs_count_lost(d, RS_DECIDE_memcg_protection);
			break;
		}
		protection(d, step->closed, (const void *)hdr);
		call_ends(d, &step->closed->hdr, (const void *)hdr);
		if (node)
			next_memcg(d, node, (const void *)hdr, rs_frame_entry(step->closed, memcg_protection_begin));
		break;
	case RS_EVENT_proportional_protection:
		proportional(d, step->thread, (const void *)hdr);
		break;
	case RS_EVENT_shrink_lruvec_begin:
		if (node)
			visited(d, node, (const void *)hdr);
		break;
	case RS_EVENT_shrink_lruvec_end:
		if (node && step->closed)
			left(d, node, (const void *)hdr, rs_frame_entry(step->closed, shrink_lruvec_begin));
		break;
	case RS_EVENT_inactive_is_low:
	case RS_EVENT_lruvec_page_state:
		/* Outside of a lruvec: shrink_node() goes over the node again. */
		if (node && rs_frame_top(step->thread) == node)
			rs_frame_state(node, struct rs_node_state)->walk.round_over = true;
		break;
	case RS_EVENT_shrink_node_end:
		if (step->closed)
			settle(d, step->closed, hdr, false);
		break;
	}
}

static void dropped(struct rs_diff *d, const struct rs_frame *frame)
{
	if (frame->type != RS_EVENT_memcg_protection_begin)
		return;
	rs_count_lost(d, RS_DECIDE_memcg_protection);
	call_ends(d, &frame->hdr, NULL);
}

static void destroy(struct rs_diff *d)
{
	free(d->priv[RS_PRIV_MEMCG]);
}

const struct rs_checker rs_check_memcg = { .record = record, .dropped = dropped, .destroy = destroy };
