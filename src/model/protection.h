/* SPDX-License-Identifier: GPL-2.0-only */
/* memory.min and memory.low: what is effective of them, and which memcgs a walk skips. */
#ifndef RS_MODEL_PROTECTION_H
#define RS_MODEL_PROTECTION_H

#include "lru.h"

struct rs_rules;
struct rs_why;

/* One of min and low; pages. */
struct effective_protection {
	uint64_t usage, parent_usage;
	uint64_t setting; /* memory.min or memory.low */
	uint64_t parent_effective; /* the parent's emin or elow */
	uint64_t siblings_protected; /* the parent's children_min_usage or children_low_usage */
	bool recursiveprot; /* cgroup2 is mounted with memory_recursiveprot */
};

/* D30. Mirrors effective_protection(). */
uint64_t effective_protection(const struct effective_protection *in, struct rs_why *why);

struct mem_cgroup_calculate_protection {
	uint64_t usage, min, low; /* of the memcg, pages */
	uint64_t emin, elow; /* before: they stay where nothing is computed */
	uint64_t parent_usage, parent_emin, parent_elow, children_min_usage, children_low_usage;
	bool is_walk_root; /* it is where the walk began: the target memcg, or the root */
	bool parent_is_walk_root;
	bool recursiveprot;
};

struct mem_cgroup_protection {
	uint64_t emin, elow; /* pages */
};

/* D30, D58. Mirrors mem_cgroup_calculate_protection(). */
struct mem_cgroup_protection mem_cgroup_calculate_protection(const struct mem_cgroup_calculate_protection *in,
							     struct rs_why *why);

struct mem_cgroup_below {
	uint64_t usage, emin, elow; /* pages */
	bool is_root; /* the root memcg, or memcgs are disabled */
	bool is_target; /* of this reclaim; before 6.12 that saves it from nothing, see the rule */
};

/* D30. Mirror mem_cgroup_below_min(), mem_cgroup_below_low(). */
bool mem_cgroup_below_min(const struct mem_cgroup_below *in, const struct rs_rules *rules);
bool mem_cgroup_below_low(const struct mem_cgroup_below *in, const struct rs_rules *rules);

enum rs_memcg_visit {
	RS_MEMCG_SKIP_MIN,
	RS_MEMCG_SKIP_LOW, /* it sets sc->memcg_low_skipped */
	RS_MEMCG_SHRINK_LOW, /* in spite of memory.low: counted as MEMCG_LOW */
	RS_MEMCG_SHRINK,
};

struct shrink_node_memcgs {
	struct mem_cgroup_below memcg;
	bool memcg_low_reclaim; /* of scan_control */
};

/* D30. Mirrors one turn of shrink_node_memcgs(): is this memcg reclaimed? */
enum rs_memcg_visit shrink_node_memcgs(const struct shrink_node_memcgs *in, const struct rs_rules *rules,
				       struct rs_why *why);

struct shrink_node_memcgs_enough {
	uint64_t nr_reclaimed, nr_to_reclaim; /* of scan_control, after this memcg */
	bool kswapd, memcg_full_walk;
};

/* D30. The end of such a turn: does the walk stop here? Before 6.12 it never did. */
bool shrink_node_memcgs_enough(const struct shrink_node_memcgs_enough *in, const struct rs_rules *rules,
			       struct rs_why *why);

#endif
