/* SPDX-License-Identifier: GPL-2.0-only */
/* What a cgroup's limits do to the task that charges memory to it. */
#ifndef RS_MODEL_MEMCG_CHARGE_H
#define RS_MODEL_MEMCG_CHARGE_H

#include "gfp.h"
#include "why.h"
#include "zone.h"

static inline unsigned int rs_charge_batch(const struct rs_rules *rules)
{
	return rules->charge_batch_64 ? 64 : 32;
}

/* D58: what one call of try_to_free_mem_cgroup_pages() aims at. */
static inline uint64_t try_to_free_mem_cgroup_pages_target(uint64_t nr_pages)
{
	return rs_max(nr_pages, SWAP_CLUSTER_MAX);
}

/* D58: pages left below the limit. */
uint64_t mem_cgroup_margin(uint64_t usage, uint64_t max);

/*
 * D58: try_charge_memcg() as the steps between which it looks at the world. Omitted: the task's
 * stock of charges, which a step of its own would be; memory+swap limits (cgroup v1); waiting for
 * tasks that move between cgroups (v1).
 */
enum try_charge_step {
	TRY_CHARGE_CHARGE, /* page_counter_try_charge(batch) */
	TRY_CHARGE_RECLAIM, /* try_to_free_mem_cgroup_pages(nr_pages) of the cgroup over its limit */
	TRY_CHARGE_OOM, /* mem_cgroup_oom() */
	TRY_CHARGE_DONE, /* charged */
	TRY_CHARGE_FORCED, /* charged above the limit */
	TRY_CHARGE_ENOMEM,
};

struct try_charge_request {
	uint32_t gfp;
	unsigned int nr_pages;
	uint32_t task_flags;
	bool in_memcg_oom; /* the task waits for the OOM killer of its cgroup */
	bool dying; /* killed or exiting, before it began */
};

struct try_charge {
	enum try_charge_step step;
	unsigned int batch; /* of a CHARGE step */
	int nr_retries;
	bool drained;
	bool passed_oom;
};

struct try_charge_result {
	bool charged; /* of CHARGE */
	uint64_t nr_reclaimed; /* of RECLAIM */
	uint64_t margin; /* of RECLAIM: mem_cgroup_margin() after it */
	bool oom; /* of OOM: it did something */
	bool dying; /* the task is, by now */
};

void try_charge_begin(struct try_charge *t, const struct try_charge_request *req, const struct rs_rules *rules);
void try_charge_next(struct try_charge *t, const struct try_charge_request *req,
		     const struct try_charge_result *result, const struct rs_rules *rules, struct rs_why *why);

/*
 * D58: after a charge: is memory.high handled at once, before the task returns to user space?
 * @pages_over_high: what the task has charged above it since then.
 */
bool charge_handles_high(unsigned int pages_over_high, uint32_t gfp, uint32_t task_flags,
			 const struct rs_rules *rules);

/* D58: how far above, in 2^-20 of memory.high. */
uint64_t calculate_overage(uint64_t usage, uint64_t high);
/* D58: ticks to sleep for @nr_pages charged at this overage, not yet limited. */
uint64_t calculate_high_delay(unsigned int nr_pages, uint64_t max_overage, const struct rs_rules *rules);

/* D58: mem_cgroup_handle_over_high() as its rounds of reclaim_high(). */
struct handle_over_high {
	bool done;
	uint64_t penalty_jiffies; /* when done: how long it sleeps, 0: not */
	unsigned int nr_pages; /* the task charged */
	unsigned int nr_to_reclaim; /* that reclaim_high() asks of each cgroup above its memory.high */
	int nr_retries;
};

struct handle_over_high_round {
	uint64_t nr_reclaimed; /* by reclaim_high() */
	uint64_t memory_overage; /* largest calculate_overage() of the cgroup and its ancestors, after */
	uint64_t swap_overage; /* the same of swap.high */
	bool dying; /* the task is, before the next round; from high_spares_dying on */
};

void handle_over_high_begin(struct handle_over_high *h, unsigned int nr_pages);
void handle_over_high_next(struct handle_over_high *h, const struct handle_over_high_round *round,
			   const struct rs_rules *rules, struct rs_why *why);

/* D58: a write to memory.reclaim as its calls of try_to_free_mem_cgroup_pages(). */
struct proactive_reclaim {
	bool done;
	bool again; /* when done: -EAGAIN, less was reclaimed than asked for */
	uint64_t nr_to_reclaim; /* asked for */
	uint64_t nr_reclaimed;
	uint64_t batch_size; /* the argument of the next call */
	int nr_retries;
};

void proactive_reclaim_begin(struct proactive_reclaim *p, uint64_t nr_to_reclaim, const struct rs_rules *rules);
void proactive_reclaim_next(struct proactive_reclaim *p, uint64_t reclaimed, const struct rs_rules *rules,
			    struct rs_why *why);

#endif
