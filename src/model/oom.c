/* SPDX-License-Identifier: GPL-2.0-only */
/* The OOM killer, mm/oom_kill.c. Omitted: vm.panic_on_oom, which panics before anybody is selected. */
#include "oom.h"

#include <stddef.h>

int64_t oom_badness(const struct oom_badness *in, uint64_t totalpages, struct rs_why *why)
{
	int64_t points, adj = in->oom_score_adj;

	if (in->unkillable || !in->has_mm || in->skip || adj == OOM_SCORE_ADJ_MIN) {
		RS_WHY(why, oom_never, in->unkillable, in->has_mm, in->skip, adj);
		return OOM_NEVER;
	}
	points = in->rss + in->swapents + in->pgtables_bytes / 4096;
	adj *= (int64_t)(totalpages / 1000);
	RS_WHY(why, oom_points, in->rss, in->swapents, in->pgtables_bytes, in->oom_score_adj, totalpages, points + adj);
	return points + adj;
}

int select_bad_process(const struct oom_task *tasks, int nr, uint64_t totalpages, bool sysrq,
		       int64_t *chosen_points, struct rs_why *why)
{
	int chosen = OOM_NONE, i;

	*chosen_points = OOM_NEVER;
	for (i = 0; i < nr; i++) {
		const struct oom_task *task = &tasks[i];
		int64_t points;

		if (task->badness.unkillable || !task->eligible)
			continue;
		if (!sysrq && task->oom_victim) {
			if (task->victim_skip)
				continue;
			RS_WHY(why, oom_abort, i);
			return OOM_ABORT;
		}
		points = task->origin ? INT64_MAX : oom_badness(&task->badness, totalpages, NULL);
		/* equals replace: the later of two is chosen */
		if (points == OOM_NEVER || points < *chosen_points)
			continue;
		chosen = i;
		*chosen_points = points;
	}
	RS_WHY(why, oom_chosen, chosen, *chosen_points);
	return chosen;
}

enum rs_oom out_of_memory(const struct out_of_memory *in, struct rs_why *why)
{
	RS_WHY(why, oom_entered, in->disabled, in->memcg, in->notifier_freed, in->current_exits, in->fs, in->selected);
	if (in->disabled)
		return RS_OOM_NOTHING;
	if (!in->memcg && in->notifier_freed)
		return RS_OOM_PRETENDS;
	if (in->current_exits)
		return RS_OOM_CURRENT;
	if (!in->fs && !in->memcg)
		return RS_OOM_PRETENDS;
	if (!in->memcg && in->kill_allocating_task)
		return RS_OOM_CURRENT;
	if (in->selected == OOM_ABORT)
		return RS_OOM_PRETENDS;
	if (in->selected == OOM_NONE)
		return in->memcg ? RS_OOM_NOTHING : RS_OOM_PANICS;
	return RS_OOM_KILLS;
}
