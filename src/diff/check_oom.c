/* SPDX-License-Identifier: GPL-2.0-only */
/* The OOM killer: the scores of processes, and which of them it chooses. */
#include "../model/oom.h"
#include "diff.h"

#define PF_KTHREAD 0x200000u

/* In the frame of out_of_memory(): the best so far. */
struct candidates {
	struct oom_task best;
	uint32_t tgid;
	int64_t points;
	uint64_t totalpages;
	bool any, unknown; /* unknown: a score that cannot be computed */
};

static void compete(struct candidates *c, const struct oom_badness *badness, const struct rs_event_oom_badness *e)
{
	const struct oom_task tasks[] = { c->best, { .badness = *badness, .eligible = true } };
	int64_t points;

	c->totalpages = e->totalpages;
	if (select_bad_process(tasks, 2, e->totalpages, false, &points, NULL) != 1)
		return;
	c->best = tasks[1];
	c->tgid = e->tgid;
	c->points = points;
	c->any = true;
}

static void score(struct rs_diff *d, const struct rs_thread *thread, const struct rs_event_oom_badness *e)
{
	const bool sums = d->rules.oom_counts_cpus, hidden = sums && !e->rss_sum && e->rss;
	struct oom_badness in = {
		.unkillable = e->tgid == 1 || e->flags & PF_KTHREAD,
		.has_mm = e->has_mm,
		.oom_score_adj = e->oom_score_adj,
		.rss = sums ? e->rss_sum : e->rss,
		.swapents = sums ? e->swapents_sum : e->swapents,
		.pgtables_bytes = e->pgtables_bytes,
	};
	struct rs_frame *frame = rs_frame_find(thread, RS_EVENT_oom_begin);
	int64_t points = oom_badness(&in, e->totalpages, rs_diff_why(d));
	/* for what is not recorded: MMF_OOM_SKIP, or a vfork */
	bool spared = e->points == OOM_NEVER && points != OOM_NEVER;

	in.skip = spared;
	if (frame)
		compete(rs_frame_state(frame, struct candidates), &in, e);
	/* the memory is another thread's */
	if (frame && (hidden || !e->has_mm) && !e->untold && e->points != OOM_NEVER)
		rs_frame_state(frame, struct candidates)->unknown = true;
	if (!e->has_mm || spared || hidden || e->untold) {
		rs_count_hidden(d, RS_DECIDE_oom_badness);
		return;
	}
	rs_count_branch(d, RS_DECIDE_oom_badness, points == OOM_NEVER ? "never" : e->oom_score_adj ? "adjusted" : "by its size");
	rs_judge(d, RS_DECIDE_oom_badness, NULL, &e->hdr, (struct rs_answer[]){ { "points", e->points, points } }, 1, 0, NULL);
}

static void chosen(struct rs_diff *d, const struct rs_frame *frame, const struct rs_event_oom_end *e)
{
	const struct candidates *c = rs_frame_state(frame, struct candidates);

	/* current exits or is killed without a choice; or a victim is on its way out already */
	if (!c->any || !e->victim)
		return;
	if (frame->broken || c->unknown) {
		rs_count_lost(d, RS_DECIDE_select_bad_process);
		return;
	}
	rs_count_branch(d, RS_DECIDE_select_bad_process,
			rs_frame_entry(frame, oom_begin)->cgroup ? "of a cgroup" : "of all");
	rs_judge(d, RS_DECIDE_select_bad_process, frame, &e->hdr, (struct rs_answer[]){
		 { "victim", e->victim, c->tgid },
		 { "points", e->chosen_points, c->points },
		 { "totalpages", e->totalpages, c->totalpages },
		 }, 3, 0, NULL);
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	if (event->hdr->type == RS_EVENT_oom_badness)
		score(d, step->thread, (const void *)event->hdr);
	else if (event->hdr->type == RS_EVENT_oom_end && step->closed)
		chosen(d, step->closed, (const void *)event->hdr);
}

const struct rs_checker rs_check_oom = { .record = record };
