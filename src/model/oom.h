/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom the OOM killer chooses. */
#ifndef RS_MODEL_OOM_H
#define RS_MODEL_OOM_H

#include <stdbool.h>
#include <stdint.h>

#include "why.h"

#define OOM_SCORE_ADJ_MIN (-1000)
/* oom_badness() of a task that must not be killed */
#define OOM_NEVER INT64_MIN

struct oom_badness {
	bool unkillable; /* init, or a kernel thread */
	bool has_mm; /* one of its threads has memory */
	bool skip; /* MMF_OOM_SKIP, or in vfork() */
	int oom_score_adj;
	uint64_t rss; /* pages */
	uint64_t swapents; /* pages */
	uint64_t pgtables_bytes;
};

/* D25: in pages; @totalpages: memory and swap that count. */
int64_t oom_badness(const struct oom_badness *in, uint64_t totalpages, struct rs_why *why);

struct oom_task {
	struct oom_badness badness;
	bool eligible; /* cpuset or mempolicy, or the cgroup at its limit, could gain by it */
	bool oom_victim; /* being killed already */
	bool victim_skip; /* MMF_OOM_SKIP of a victim's memory */
	bool origin; /* asked to be the first: oom_task_origin() */
};

#define OOM_NONE (-1) /* nobody to kill */
#define OOM_ABORT (-2) /* a victim is on its way out: wait for it */

/* D25: index of the victim, OOM_NONE or OOM_ABORT. @tasks: in the order of the process list. */
int select_bad_process(const struct oom_task *tasks, int nr, uint64_t totalpages, bool sysrq,
		       int64_t *chosen_points, struct rs_why *why);

struct out_of_memory {
	bool disabled; /* oom_killer_disabled */
	bool memcg; /* for a cgroup's limit */
	bool notifier_freed; /* somebody on the notifier chain gave memory back */
	bool current_exits; /* task_will_free_mem(current) */
	bool fs; /* __GFP_FS */
	bool kill_allocating_task; /* vm.oom_kill_allocating_task, and current may be killed */
	int selected; /* select_bad_process(), only asked for last */
};

enum rs_oom {
	RS_OOM_NOTHING, /* returns false */
	RS_OOM_PRETENDS, /* returns true, kills nobody */
	RS_OOM_CURRENT, /* current gets the reserves, or is killed */
	RS_OOM_KILLS, /* the selected task */
	RS_OOM_PANICS,
};

/* D25: up to here; returns true but for RS_OOM_NOTHING. */
enum rs_oom out_of_memory(const struct out_of_memory *in, struct rs_why *why);

#endif
