/* SPDX-License-Identifier: GPL-2.0-only */
/* Cgroups: charging, limits, protection. */
#include "../model/memcg_charge.h"

#include <errno.h>

#include "host.h"

#define NS_PER_TICK (1000000000ULL / HZ)

bool rs_memcg_within(const struct rs_sim *sim, unsigned int memcg, unsigned int top)
{
	while (memcg > top)
		memcg = sim->memcgs[memcg].limits.parent;
	return memcg == top;
}

/* try_to_free_mem_cgroup_pages(). */
static uint64_t reclaim(struct rs_sim *sim, struct rs_task *task, unsigned int memcg, uint64_t nr, uint32_t gfp)
{
	struct rs_scan_control sc = {
		.thread = task->thread,
		.task = task,
		.gfp = gfp,
		.task_flags = PF_MEMALLOC,
		.priority = DEF_PRIORITY,
		.reclaim_idx = MAX_NR_ZONES - 1,
		.target = memcg,
		.nr_to_reclaim = try_to_free_mem_cgroup_pages_target(nr),
		.may_writepage = !sim->conf.laptop_mode,
		.may_unmap = true,
		.may_swap = true,
	};
	uint64_t began, ret;

	rs_memstall_enter(task->thread);
	began = rs_clock(task->thread);
	sim->counts.memcg_reclaim++;
	ret = rs_try_to_free(sim, &sc);
	rs_memstall_leave(task->thread);
	sim->counts.memcg_reclaim_ns += rs_clock(task->thread) - began;
	return ret;
}

static bool try_charge_pages(struct rs_sim *sim, unsigned int memcg, unsigned int nr, unsigned int *over)
{
	unsigned int m;

	for (m = memcg; m; m = sim->memcgs[m].limits.parent) {
		if (sim->memcgs[m].limits.max != RS_SIM_UNLIMITED &&
		    sim->memcgs[m].usage + nr > sim->memcgs[m].limits.max) {
			*over = m;
			return false;
		}
	}
	for (m = memcg; m; m = sim->memcgs[m].limits.parent)
		sim->memcgs[m].usage += nr;
	return true;
}

static void note_high(struct rs_sim *sim, struct rs_task *task, unsigned int memcg, unsigned int nr)
{
	unsigned int m;

	for (m = memcg; m; m = sim->memcgs[m].limits.parent) {
		if (sim->memcgs[m].usage > sim->memcgs[m].limits.high) {
			task->over_high += nr;
			task->over_high_cgroup = memcg;
			return;
		}
	}
}

/* -ENOMEM: the cgroup is full, and nothing helps. */
int rs_charge(struct rs_sim *sim, struct rs_task *task, unsigned int memcg, uint32_t gfp, unsigned int nr)
{
	struct rs_memcg *m = &sim->memcgs[memcg];
	struct try_charge_request req = { .gfp = gfp, .nr_pages = nr };
	struct try_charge t;
	unsigned int over = memcg, i;

	if (!memcg)
		return 0;
	if (m->stock >= nr) {
		m->stock -= nr;
		return 0;
	}
	rs_settle(task->thread);
	req.dying = task->result.oom_killed;
	try_charge_begin(&t, &req, sim->rules);
	while (t.step != TRY_CHARGE_DONE && t.step != TRY_CHARGE_FORCED && t.step != TRY_CHARGE_ENOMEM) {
		struct try_charge_result result = { .dying = task->result.oom_killed };

		switch (t.step) {
		case TRY_CHARGE_CHARGE:
			result.charged = try_charge_pages(sim, memcg, t.batch, &over);
			break;
		case TRY_CHARGE_RECLAIM:
			result.nr_reclaimed = reclaim(sim, task, over, nr, gfp);
			result.margin = mem_cgroup_margin(sim->memcgs[over].usage, sim->memcgs[over].limits.max);
			break;
		case TRY_CHARGE_OOM:
			result.oom = rs_out_of_memory(sim, task, gfp, over);
			break;
		case TRY_CHARGE_DONE:
		case TRY_CHARGE_FORCED:
		case TRY_CHARGE_ENOMEM:
			break;
		}
		result.dying = task->result.oom_killed;
		try_charge_next(&t, &req, &result, sim->rules, NULL);
		if (sim->error)
			return sim->error;
	}
	if (t.step == TRY_CHARGE_ENOMEM)
		return -ENOMEM;
	if (t.step == TRY_CHARGE_FORCED) {
		for (i = memcg; i; i = sim->memcgs[i].limits.parent)
			sim->memcgs[i].usage += nr;
		return 0;
	}
	m->stock += t.batch - nr;
	note_high(sim, task, memcg, t.batch);
	return 0;
}

void rs_uncharge(struct rs_sim *sim, unsigned int memcg, uint64_t nr)
{
	for (; memcg; memcg = sim->memcgs[memcg].limits.parent)
		sim->memcgs[memcg].usage -= nr;
}

/* reclaim_high(): of the cgroup and those above it that are over their memory.high. */
static uint64_t reclaim_high(struct rs_sim *sim, struct rs_task *task, unsigned int memcg, unsigned int nr)
{
	uint64_t reclaimed = 0;

	for (; memcg; memcg = sim->memcgs[memcg].limits.parent)
		if (sim->memcgs[memcg].usage > sim->memcgs[memcg].limits.high)
			reclaimed += reclaim(sim, task, memcg, nr, GFP_KERNEL);
	return reclaimed;
}

static uint64_t most_overage(const struct rs_sim *sim, unsigned int memcg)
{
	uint64_t most = 0;

	for (; memcg; memcg = sim->memcgs[memcg].limits.parent)
		most = rs_max(most, calculate_overage(sim->memcgs[memcg].usage, sim->memcgs[memcg].limits.high));
	return most;
}

/* mem_cgroup_handle_over_high(), on the way back to user space. */
void rs_handle_high(struct rs_sim *sim, struct rs_task *task)
{
	unsigned int memcg = task->over_high_cgroup;
	struct handle_over_high h;
	uint64_t ns;

	handle_over_high_begin(&h, task->over_high);
	task->over_high = 0;
	while (!h.done && !sim->error) {
		struct handle_over_high_round round = {
			.nr_reclaimed = reclaim_high(sim, task, memcg, h.nr_to_reclaim),
			.dying = task->result.oom_killed,
		};

		round.memory_overage = most_overage(sim, memcg);
		handle_over_high_next(&h, &round, sim->rules, NULL);
	}
	if (!h.penalty_jiffies)
		return;
	ns = h.penalty_jiffies * NS_PER_TICK;
	rs_memstall_enter(task->thread);
	rs_sleep(task->thread, rs_clock(task->thread) + ns, RS_WAITS_TIME);
	rs_memstall_leave(task->thread);
	sim->counts.memcg_high_ns += ns;
}

void rs_proactive_reclaim(struct rs_sim *sim, struct rs_task *task, unsigned int memcg, uint64_t nr)
{
	struct proactive_reclaim p;

	proactive_reclaim_begin(&p, nr, sim->rules);
	while (!p.done && !sim->error)
		proactive_reclaim_next(&p, reclaim(sim, task, memcg, p.batch_size, GFP_KERNEL), sim->rules, NULL);
}

/* What is effective of memory.min and memory.low, for a walk from @target. */
void rs_protect(struct rs_sim *sim, int target)
{
	unsigned int top = target > 0 ? target : 0, i;

	if (!sim->protections)
		return;
	for (i = 0; i < sim->nr_memcgs; i++)
		sim->memcgs[i].children_min = sim->memcgs[i].children_low = 0;
	for (i = 1; i < sim->nr_memcgs; i++) {
		const struct rs_memcg *m = &sim->memcgs[i];

		/* propagate_protected_usage() */
		sim->memcgs[m->limits.parent].children_min += rs_min(m->usage, m->limits.min);
		sim->memcgs[m->limits.parent].children_low += rs_min(m->usage, m->limits.low);
	}
	for (i = top; i < sim->nr_memcgs; i++) {
		struct rs_memcg *m = &sim->memcgs[i], *parent = &sim->memcgs[m->limits.parent];
		const struct mem_cgroup_calculate_protection in = {
			.usage = m->usage,
			.min = m->limits.min,
			.low = m->limits.low,
			.emin = m->emin,
			.elow = m->elow,
			.parent_usage = parent->usage,
			.parent_emin = parent->emin,
			.parent_elow = parent->elow,
			.children_min_usage = parent->children_min,
			.children_low_usage = parent->children_low,
			.is_walk_root = i == top,
			.parent_is_walk_root = m->limits.parent == top,
			.recursiveprot = true,
		};
		struct mem_cgroup_protection r;

		if (!rs_memcg_within(sim, i, top))
			continue;
		r = mem_cgroup_calculate_protection(&in, NULL);
		m->emin = r.emin;
		m->elow = r.elow;
	}
}
