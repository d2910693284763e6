/* SPDX-License-Identifier: GPL-2.0-only */
/* The OOM killer on a simulated host: a victim is a task, which loses its areas at once. */
#include "../model/oom.h"

#include "host.h"

static uint64_t task_rss(struct rs_sim *sim, int task, int memcg, uint64_t *swapents)
{
	uint64_t rss = 0;
	unsigned int i;
	uint32_t page;

	*swapents = 0;
	for (i = 0; i < sim->nr_areas; i++) {
		const struct rs_area *area = &sim->areas[i];

		if (area->conf.task != task || area_is_file(area))
			continue;
		if (memcg >= 0 && !rs_memcg_within(sim, area->conf.cgroup, memcg))
			continue;
		for (page = area->first; page < area->first + area->nr; page++) {
			if (sim->hot[page] & PG_RESIDENT)
				rss++;
			else if (sim->cold[page] & PG_BACKED)
				(*swapents)++;
		}
	}
	return rss;
}

static void kill_task(struct rs_sim *sim, struct rs_task *victim)
{
	int task = victim - sim->tasks;
	unsigned int i;

	victim->result.oom_killed = true;
	sim->counts.oom_kill++;
	for (i = 0; i < sim->nr_areas; i++)
		if (sim->areas[i].conf.task == task)
			rs_free_range(sim, NULL, sim->areas[i].first, sim->areas[i].nr);
	rs_wake(victim->thread, rs_now(&sim->sched));
}

/* @memcg: whose limit it is for, -1: the host's. */
bool rs_out_of_memory(struct rs_sim *sim, struct rs_task *task, uint32_t gfp, int memcg)
{
	_cleanup_(rs_freep) struct oom_task *tasks = calloc(sim->nr_tasks, sizeof(*tasks));
	struct out_of_memory in = {
		.memcg = memcg >= 0,
		.current_exits = task->result.oom_killed,
		.fs = gfp & __GFP_FS,
	};
	uint64_t totalpages = sim->conf.swap_pages;
	int64_t points;
	unsigned int i;

	if (!tasks) {
		sim->error = -12;
		return false;
	}
	for (i = 0; i < MAX_NR_ZONES; i++)
		totalpages += sim->zones[i].managed_pages;
	for (i = 0; i < sim->nr_tasks; i++) {
		const struct rs_task *t = &sim->tasks[i];
		struct oom_badness *b = &tasks[i].badness;

		b->rss = task_rss(sim, i, memcg, &b->swapents);
		b->has_mm = b->rss || b->swapents;
		b->oom_score_adj = t->conf.oom_score_adj;
		b->skip = t->result.oom_killed;
		tasks[i].eligible = true;
	}
	in.selected = select_bad_process(tasks, sim->nr_tasks, totalpages, false, &points, NULL);
	switch (out_of_memory(&in, NULL)) {
	case RS_OOM_NOTHING:
	case RS_OOM_PANICS:
		return false;
	case RS_OOM_PRETENDS:
	case RS_OOM_CURRENT:
		return true;
	case RS_OOM_KILLS:
		kill_task(sim, &sim->tasks[in.selected]);
		return true;
	}
	return false;
}
