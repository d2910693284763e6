/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MGLRU on a node: whether it does anything there and at which priority, which cgroups it visits, where they go in
 * the list of cgroups, and what min_ttl_ms makes of their age.
 */
#include "lru_gen_state.h"

#define MAX_SEQ_STEPS 8 /* what memcg_lru.seq can move while one cgroup is */

/* ---- shrink_one() ---- */

static void lruvec_left(struct rs_memcg_walk *w, const struct rs_frame *frame,
			const struct rs_event_try_to_shrink_lruvec_end *e)
{
	const struct rs_event_try_to_shrink_lruvec_begin *b = rs_frame_entry(frame, try_to_shrink_lruvec_begin);

	w->shrunk = true;
	w->need_rotate = e->ret;
	w->cgroup = e->cgroup;
	w->memcg = rs_memcg_below(b->cgroup, 0, b->usage, b->emin, b->elow);
	w->sizable_known = false;
}

static const char *visit_name(enum rs_shrink_one visit, bool below_min)
{
	return visit == RS_SHRINK_ONE	  ? "visited" :
	       visit == RS_SHRINK_ONE_LOW ? "visited, below memory.low at the tail" :
	       below_min		  ? "skipped, below memory.min" :
					    "skipped, below memory.low";
}

static const char *op_name(int op)
{
	static const char *const names[] = { "stays", "to the head", "to the tail", "old", "young" };

	return op >= 0 && op <= MEMCG_LRU_YOUNG ? names[op] : "?";
}

/*
 * Has another thread moved this cgroup since the walk went on to it, whose segment is read before its first record? And
 * is there one in which it would have been visited, or not, as it was?
 */
static bool moved_since(const struct rs_diff *d, const struct rs_memcg_walk *w, const struct rs_event_shrink_one *e,
			const struct mem_cgroup_below *memcg, bool visited)
{
	struct rs_lru_gen_thread *all = d->priv[RS_PRIV_LRU_GEN], *t, *following;
	enum memcg_lru_op op = MEMCG_LRU_NOP;
	unsigned int i;

	for (i = MEMCG_LRU_NOP; i <= MEMCG_LRU_TAIL; i++)
		if (visited == (shrink_one_visit(memcg, i, &op, &d->rules, NULL) != RS_SHRINK_ONE_SKIPPED))
			break;
	if (i > MEMCG_LRU_TAIL)
		return false;

	HASH_ITER(hh, all, t, following)
	{
		for (i = 0; &t->memcgs != w && i < RS_MAX_ROTATIONS && i < t->memcgs.nr_rotations; i++) {
			const struct rs_event_lru_gen_rotate_memcg *o = &t->memcgs.rotations[i];

			if (o->cgroup == e->cgroup && o->nid == e->nid && o->hdr.ts_ns >= w->went_on_ns)
				return true;
		}
	}
	return false;
}

static void judge_shrink_one(struct rs_diff *d, struct rs_memcg_walk *w, const struct rs_event_shrink_one *e)
{
	bool visited = w->shrunk && w->cgroup == e->cgroup, expected;
	struct mem_cgroup_below now = rs_memcg_below(e->cgroup, 0, e->usage, e->emin, e->elow), memcg;
	enum memcg_lru_op op = MEMCG_LRU_NOP, moved = MEMCG_LRU_NOP;
	enum rs_shrink_one model;
	unsigned int seg = visited && w->seg_known ? w->seg : e->seg;
	unsigned int then = w->sizable_seg_known ? w->sizable_seg : e->seg;

	memcg = visited ? w->memcg : now;
	model = shrink_one_visit(&memcg, seg, &op, &d->rules, rs_diff_why(d));
	if (visited && !w->need_rotate && !w->sizable_known) {
		rs_count_lost(d, RS_DECIDE_shrink_one);
		return;
	}
	if (visited) {
		/* its segment is read between lruvec_is_sizable() and the return, and others may move it */
		if (then != e->seg && shrink_one(w->need_rotate, e->online, w->sizable, then, NULL) != (enum memcg_lru_op)e->ret)
			then = e->seg;
		op = shrink_one(w->need_rotate, e->online, w->sizable, then,
				model == RS_SHRINK_ONE_SKIPPED ? NULL : rs_diff_why(d));
	}
	rs_count_branch(d, RS_DECIDE_shrink_one,
			visit_name(model, mem_cgroup_below_min(&memcg, &d->rules)));
	rs_count_branch(d, RS_DECIDE_shrink_one, op_name(op));
	expected = model != RS_SHRINK_ONE_SKIPPED;
	rs_judge(d, RS_DECIDE_shrink_one, NULL, &e->hdr,
		 (struct rs_answer[]){
			 { "visited", visited, expected },
			 { "op", e->ret, op },
		 },
		 2, 0,
		 visited == expected && e->ret == (int)op ? NULL :
		 shrink_one_visit(&now, e->seg, &moved, &d->rules, NULL) != model ? "usage changed during the call" :
		 moved_since(d, w, e, &memcg, visited) ? "another thread moved the cgroup just before" :
					NULL);
}

static void expect_op(struct rs_diff *d, struct rs_memcg_walk *w, const struct rs_event_hdr *hdr, uint64_t cgroup, int op)
{
	if (w->op_waits)
		rs_judge(d, RS_DECIDE_lru_gen_rotate_memcg, NULL, hdr,
			 (struct rs_answer[]){ { "op", 0, w->op } }, 1, 0, NULL);
	w->op_waits = op > MEMCG_LRU_NOP;
	w->op_cgroup = cgroup;
	w->op = op;
}

/* Another thread moved the same cgroup while this one did, before it had the lock. */
static bool moved_by_another(struct rs_diff *d, const struct rs_memcg_walk *w, const struct rs_event_rotate_memcg_begin *b)
{
	struct rs_lru_gen_thread *all = d->priv[RS_PRIV_LRU_GEN], *t, *following;

	HASH_ITER(hh, all, t, following)
	{
		const struct rs_memcg_walk *o = &t->memcgs;

		if (o != w && o->rotate_ns && o->rotated_cgroup == b->cgroup &&
		    (!o->rotated_ns || o->rotated_ns >= b->hdr.ts_ns))
			return true;
	}
	return false;
}

/* Where a rotation goes. The lock comes after the entry: the node may have gone on, to one of the generations until the return. */
static struct lru_gen_rotate_memcg_result rotation(struct lru_gen_rotate_memcg in, const struct rs_event_lru_gen_rotate_memcg *e,
						   struct rs_why *why)
{
	struct lru_gen_rotate_memcg_result r = lru_gen_rotate_memcg(&in, why);
	unsigned int steps;

	for (steps = 0; in.seq < e->seq && steps < MAX_SEQ_STEPS && (r.gen != e->gen || r.seg != e->seg); steps++) {
		in.seq++;
		r = lru_gen_rotate_memcg(&in, NULL);
	}
	return r;
}

/* Another thread put the cgroup where this one then moved it on from, or where the record has it. */
static const char *moved_by_then(const struct rs_diff *d, const struct rs_late *late, uint64_t next_ns)
{
	const struct rs_event_lru_gen_rotate_memcg *e = (const void *)&late->hdr;
	const struct rs_event_rotate_memcg_begin *b = rs_frame_entry(&late->frame, rotate_memcg_begin);
	struct rs_lru_gen_thread *all = d->priv[RS_PRIV_LRU_GEN], *t, *following;
	unsigned int i;

	(void)next_ns;
	HASH_ITER(hh, all, t, following)
	{
		for (i = 0; t->tid != e->hdr.tid && i < RS_MAX_ROTATIONS && i < t->memcgs.nr_rotations; i++) {
			const struct rs_event_lru_gen_rotate_memcg *o = &t->memcgs.rotations[i];
			struct lru_gen_rotate_memcg_result r =
				rotation((struct lru_gen_rotate_memcg){ .op = e->op, .gen = o->gen, .seq = o->seq }, e, NULL);

			if (o->cgroup != e->cgroup || o->nid != e->nid || o->hdr.ts_ns < b->hdr.ts_ns || o->seq > e->seq)
				continue;
			if (r.gen == e->gen && r.seg == e->seg)
				return "another thread moved the cgroup before it was this one's turn";
			if (o->gen == e->gen && o->seg == e->seg && o->seq == e->seq)
				return "another thread moved the cgroup on before this was read";
		}
	}
	return NULL;
}

static void judge_rotation(struct rs_diff *d, struct rs_memcg_walk *w, const struct rs_frame *frame,
			   const struct rs_event_lru_gen_rotate_memcg *e)
{
	const struct rs_event_rotate_memcg_begin *b = rs_frame_entry(frame, rotate_memcg_begin);
	struct lru_gen_rotate_memcg_result model =
		rotation((struct lru_gen_rotate_memcg){ .op = e->op, .gen = b->gen, .seq = b->seq }, e, rs_diff_why(d));
	bool expected = w->op_waits && w->op_cgroup == e->cgroup;
	const struct rs_answer answers[] = {
		{ "gen", e->gen, model.gen },
		{ "seg", e->seg, model.seg },
		{ "op", e->op, expected ? w->op : e->op },
	};

	rs_count_branch(d, RS_DECIDE_lru_gen_rotate_memcg, op_name(e->op));
	if (moved_by_another(d, w, b))
		rs_judge(d, RS_DECIDE_lru_gen_rotate_memcg, NULL, &e->hdr, answers, 3, 0, "another thread moved the cgroup meanwhile");
	else if (answers[2].kernel != answers[2].model)
		rs_judge(d, RS_DECIDE_lru_gen_rotate_memcg, NULL, &e->hdr, answers, 3, 0, NULL);
	else
		rs_judge_late(d, RS_DECIDE_lru_gen_rotate_memcg, frame, &e->hdr, answers, 3, moved_by_then);
	w->op_waits = false;
	w->rotations[w->nr_rotations++ % RS_MAX_ROTATIONS] = *e;
}

/* ---- the node ---- */

static bool by_lru_gen(const struct rs_diff *d, const struct rs_event_shrink_node_begin *b)
{
	return d->rules.lru_gen_shrink_node && rs_root_reclaim(d, b->target_cgroup);
}

struct set_initial_priority rs_set_initial_priority_inputs(const struct rs_event_shrink_node_begin *b,
							   const struct rs_event_set_mm_walk *walk)
{
	return (struct set_initial_priority){
		.nr_to_reclaim = b->nr_to_reclaim,
		.inactive_file = walk->inactive_file,
		.inactive_anon = walk->inactive_anon,
		.priority = b->priority,
		.can_reclaim_anon = can_reclaim_anon_pages(walk->swap_free, b->sc_flags & RS_SC_CAN_DEMOTE),
	};
}

static void judge_node(struct rs_diff *d, const struct rs_frame *frame, const struct rs_memcg_walk *w,
		       const struct rs_event_shrink_node_end *e)
{
	const struct rs_event_shrink_node_begin *b = rs_frame_entry(frame, shrink_node_begin);
	struct set_initial_priority in = rs_set_initial_priority_inputs(b, &w->walk);
	int before, model;
	bool skips;

	if (!by_lru_gen(d, b))
		return;
	skips = lru_gen_shrink_node_skips(b->sc_flags & RS_SC_MAY_WRITEPAGE, b->sc_flags & RS_SC_MAY_UNMAP, rs_diff_why(d));
	rs_count_branch(d, RS_DECIDE_lru_gen_shrink_node, skips ? "skipped" : "reclaimed");
	rs_judge(d, RS_DECIDE_lru_gen_shrink_node, frame, &e->hdr,
		 (struct rs_answer[]){ { "reclaimed", w->walked, !skips } }, 1, 0, NULL);
	if (!w->walked)
		return;
	model = set_initial_priority(&in, rs_diff_why(d));
	in.inactive_file = b->inactive_file;
	in.inactive_anon = b->inactive_anon;
	in.can_reclaim_anon = can_reclaim_anon_pages(b->swap_free, b->sc_flags & RS_SC_CAN_DEMOTE);
	before = set_initial_priority(&in, NULL);
	rs_count_branch(d, RS_DECIDE_set_initial_priority,
			model == b->priority ? "kept" : model == DEF_PRIORITY / 2 ? "jumps to 6" : "jumps");
	rs_judge(d, RS_DECIDE_set_initial_priority, frame, &e->hdr,
		 (struct rs_answer[]){ { "priority", e->priority, model } }, 1, 0,
		 (e->priority - before) * (e->priority - model) <= 0 ? "the node's counters moved" : NULL);
}

/* ---- min_ttl_ms, and the aging of 6.1 ---- */

static bool in_age_node(const struct rs_thread *thread)
{
	const struct rs_frame *top = rs_frame_top(thread);

	return top && top->type == RS_EVENT_balance_pgdat_begin;
}

/* 6.1: what became of the last lruvec that was looked at. */
static void settle_aging(struct rs_diff *d, struct rs_age_walk *a, const struct rs_event_hdr *hdr)
{
	if (!a->pending)
		return;
	a->pending = false;
	if (a->lost)
		return;
	rs_count_branch(d, RS_DECIDE_lru_gen_age_node, a->aged ? "aged" : "not aged");
	rs_judge(d, RS_DECIDE_lru_gen_age_node, NULL, hdr,
		 (struct rs_answer[]){ { "aged", a->aged, a->should_age } }, 1, 0, NULL);
}

/* From 6.12 on: was the memcg asked whether it is sizable, if it had to be? */
static void settle_memcg(struct rs_diff *d, struct rs_age_walk *a, const struct rs_event_hdr *hdr)
{
	bool ask = a->min_ttl && !a->reclaimable && !mem_cgroup_below_min(&a->memcg, &d->rules);

	if (!a->memcg_known || d->rules.kswapd_ages_node || a->lost)
		return;
	a->memcg_known = false;
	/* The first to be asked tells what min_ttl_ms is. */
	if (!a->min_ttl)
		return;
	rs_count_branch(d, RS_DECIDE_lru_gen_age_node, ask ? "too young so far" : a->reclaimable ? "another will do" :
												    "below memory.min");
	rs_judge(d, RS_DECIDE_lru_gen_age_node, NULL, hdr,
		 (struct rs_answer[]){ { "asked", a->asked, ask } }, 1, 0, NULL);
}

static void end_age_node(struct rs_diff *d, struct rs_age_walk *a, const struct rs_event_hdr *hdr, int order)
{
	bool kills;

	if (!a->active)
		return;
	settle_aging(d, a, hdr);
	a->active = false;
	if (a->lost) {
		rs_count_lost(d, RS_DECIDE_lru_gen_age_node);
		return;
	}
	if (!a->min_ttl)
		return;
	/* 6.1 spares the node where kswapd works for a block. */
	kills = !a->reclaimable && !(d->rules.kswapd_ages_node && order);
	rs_count_branch(d, RS_DECIDE_lru_gen_age_node, kills ? "kills" : "does not kill");
	rs_judge(d, RS_DECIDE_lru_gen_age_node, NULL, hdr,
		 (struct rs_answer[]){ { "kills", a->oom, kills } }, 1, 0, NULL);
}

/* mem_cgroup_calculate_protection() of the next memcg; the root comes first. */
static void next_memcg(struct rs_diff *d, struct rs_age_walk *a, const struct rs_event_memcg_protection *e)
{
	struct mem_cgroup_below memcg = rs_memcg_below(e->cgroup, 0, e->usage, e->emin, e->elow);

	settle_aging(d, a, &e->hdr);
	if (memcg.is_root) {
		uint64_t min_ttl = a->min_ttl;

		memset(a, 0, sizeof(*a));
		a->active = true;
		/* As it was last; 6.1 tells it for each lruvec. */
		a->min_ttl = d->rules.kswapd_ages_node ? 0 : min_ttl;
	} else {
		settle_memcg(d, a, &e->hdr);
	}
	a->memcg_known = true;
	a->asked = false;
	a->memcg = memcg;
}

static void judge_reclaimable(struct rs_diff *d, struct rs_lru_gen_thread *t, const struct rs_lruvec_snapshot *snapshot,
			      uint64_t jiffies, bool sizable)
{
	struct rs_age_walk *a = &t->age;
	const struct lruvec_is_reclaimable in = {
		.memcg = a->memcg,
		.sizes = &snapshot->sizes,
		.timestamps = snapshot->timestamps,
		.jiffies = jiffies,
		.min_ttl = a->min_ttl,
		.swappiness = t->swappiness.ret,
		.sizable = sizable,
	};

	a->asked = true;
	if (lruvec_is_reclaimable(&in, &d->rules, rs_diff_why(d)))
		a->reclaimable = true;
}

/* A kernel that hides it is as lost as a record that is missing. */
static void learn_ttl(struct rs_age_walk *a, uint64_t min_ttl)
{
	a->lost |= min_ttl == UINT64_MAX;
	a->min_ttl = a->lost ? 0 : min_ttl;
}

static void aging_snapshot(struct rs_diff *d, struct rs_lru_gen_thread *t, const struct rs_event_lru_gen_state *e)
{
	struct rs_lruvec_snapshot snapshot;

	if (!t->age.active)
		return;
	rs_lruvec_snapshot(&snapshot, e);
	if (e->of == RS_EVENT_lruvec_is_sizable && t->sizable.cgroup == e->cgroup) {
		learn_ttl(&t->age, t->sizable.min_ttl);
		judge_reclaimable(d, t, &snapshot, t->sizable.jiffies, t->sizable.ret);
	} else if (e->of == RS_EVENT_should_run_aging && t->aging.cgroup == e->cgroup) {
		bool before = t->age.reclaimable, sizable = t->aging.nr_to_scan || t->aging.priority == DEF_PRIORITY;

		learn_ttl(&t->age, t->aging.min_ttl);
		t->age.reclaimable = false;
		judge_reclaimable(d, t, &snapshot, t->aging.jiffies, !t->age.min_ttl || sizable);
		t->age.pending = true;
		t->age.aged = false;
		t->age.should_age = t->aging.ret && (!t->age.min_ttl || t->age.reclaimable);
		t->age.reclaimable |= before;
	}
}

/* ---- should_run_aging() of 6.1 ---- */

static void judge_aging(struct rs_diff *d, struct rs_lru_gen_thread *t, const struct rs_event_lru_gen_state *e)
{
	const struct rs_event_should_run_aging *a = &t->aging;
	struct rs_lruvec_snapshot *before = &t->at_swappiness, after;
	struct get_nr_to_scan in = {
		.sizes = &after.sizes,
		.swappiness = a->can_swap,
		.priority = a->priority,
		.online = a->online,
	};
	bool age, has_before = t->asked && before->known && before->cgroup == e->cgroup;
	uint64_t share;

	if (a->cgroup != e->cgroup) {
		rs_count_lost(d, RS_DECIDE_should_run_aging);
		return;
	}
	rs_lruvec_snapshot(&after, e);
	after.sizes.max_seq = a->max_seq;
	memcpy(after.sizes.min_seq, a->min_seq, sizeof(after.sizes.min_seq));
	in.size = lruvec_evictable_size(&after.sizes, in.swappiness, &d->rules);
	age = should_run_aging(&in, &d->rules, rs_diff_why(d));
	share = in.online ? in.size >> in.priority : in.size;
	if ((age != a->ret || share != a->nr_to_scan) && has_before) {
		struct rs_lruvec_snapshot first = *before;
		bool other;
		uint64_t other_share;

		first.sizes.max_seq = a->max_seq;
		memcpy(first.sizes.min_seq, a->min_seq, sizeof(first.sizes.min_seq));
		in.sizes = &first.sizes;
		in.size = lruvec_evictable_size(in.sizes, in.swappiness, &d->rules);
		other = should_run_aging(&in, &d->rules, NULL);
		other_share = in.online ? in.size >> in.priority : in.size;
		age = other == a->ret ? other : age;
		share = other_share == a->nr_to_scan ? other_share : share;
	}
	rs_count_branch(d, RS_DECIDE_should_run_aging, a->ret ? "ages" : "does not age");
	rs_judge(d, RS_DECIDE_should_run_aging, NULL, &a->hdr,
		 (struct rs_answer[]){
			 { "age", a->ret, age },
			 { "nr_to_scan", a->nr_to_scan, share },
		 },
		 2, 0, has_before && rs_snapshots_differ(before, &after) ? "generations moved while they were summed up" : NULL);
}

/* ---- records ---- */

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	const struct rs_event_hdr *hdr = event->hdr;
	struct rs_lru_gen_thread *t;
	struct rs_memcg_walk *w;

	if (!d->mglru)
		return;
	t = rs_lru_gen_thread(d, step->thread->tid);
	if (!t)
		return;
	w = &t->memcgs;
	switch (hdr->type) {
	case RS_EVENT_shrink_node_begin:
		end_age_node(d, &t->age, hdr, ((const struct rs_event_shrink_node_begin *)hdr)->order);
		/* the rotations stay */
		memset(w, 0, offsetof(struct rs_memcg_walk, rotations));
		w->went_on_ns = hdr->ts_ns;
		break;
	case RS_EVENT_balance_pgdat_end:
		end_age_node(d, &t->age, hdr, 0);
		break;
	case RS_EVENT_set_mm_walk:
		if (((const struct rs_event_set_mm_walk *)hdr)->nid >= 0) {
			w->walked = true;
			w->walk = *(const struct rs_event_set_mm_walk *)hdr;
		}
		break;
	case RS_EVENT_shrink_node_end:
		expect_op(d, w, hdr, 0, 0);
		if (step->closed)
			judge_node(d, step->closed, w, (const void *)hdr);
		else
			rs_count_lost(d, RS_DECIDE_lru_gen_shrink_node);
		break;
	case RS_EVENT_try_to_shrink_lruvec_end: {
		const struct rs_event_try_to_shrink_lruvec_end *e = (const void *)hdr;

		if (step->closed)
			lruvec_left(w, step->closed, e);
		/* In reclaim of a cgroup there is no shrink_one() around it. */
		if (rs_frame_find(step->thread, RS_EVENT_shrink_lruvec_begin))
			expect_op(d, w, hdr, e->cgroup, e->ret ? MEMCG_LRU_YOUNG : MEMCG_LRU_NOP);
		break;
	}
	case RS_EVENT_lruvec_is_sizable: {
		const struct rs_event_lruvec_is_sizable *e = (const void *)hdr;

		if (w->shrunk && w->cgroup == e->cgroup) {
			w->sizable_known = true;
			w->sizable = e->ret;
		}
		break;
	}
	case RS_EVENT_shrink_one: {
		const struct rs_event_shrink_one *e = (const void *)hdr;

		judge_shrink_one(d, w, e);
		expect_op(d, w, hdr, e->cgroup, e->ret);
		w->went_on_ns = hdr->ts_ns;
		w->shrunk = w->sizable_known = w->seg_known = w->sizable_seg_known = false;
		break;
	}
	case RS_EVENT_rotate_memcg_begin:
		w->rotated_cgroup = ((const struct rs_event_rotate_memcg_begin *)hdr)->cgroup;
		w->rotate_ns = hdr->ts_ns;
		w->rotated_ns = 0;
		break;
	case RS_EVENT_lru_gen_rotate_memcg:
		w->rotated_ns = w->went_on_ns = hdr->ts_ns;
		if (step->closed)
			judge_rotation(d, w, step->closed, (const void *)hdr);
		else
			rs_count_lost(d, RS_DECIDE_lru_gen_rotate_memcg);
		w->op_waits = false;
		break;
	case RS_EVENT_memcg_protection:
		if (step->closed && in_age_node(step->thread))
			next_memcg(d, &t->age, (const void *)hdr);
		break;
	case RS_EVENT_oom_begin:
		t->age.oom |= t->age.active;
		break;
	case RS_EVENT_should_run_aging:
		t->aging = *(const struct rs_event_should_run_aging *)hdr;
		break;
	case RS_EVENT_try_to_inc_max_seq:
		t->age.aged |= t->age.pending;
		break;
	case RS_EVENT_lru_gen_state: {
		const struct rs_event_lru_gen_state *e = (const void *)hdr;

		if (e->of == RS_EVENT_get_swappiness && t->loop.at == RS_LOOP_HEAD) {
			w->seg_known = true;
			w->seg = e->seg;
		}
		if (e->of == RS_EVENT_lruvec_is_sizable && w->sizable_known) {
			w->sizable_seg_known = true;
			w->sizable_seg = e->seg;
		}
		if (e->of == RS_EVENT_should_run_aging)
			judge_aging(d, t, e);
		if (in_age_node(step->thread))
			aging_snapshot(d, t, e);
		break;
	}
	}
}

const struct rs_checker rs_check_memcg_lru = { .record = record };
