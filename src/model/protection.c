/* SPDX-License-Identifier: GPL-2.0-only */
#include "protection.h"

#include "rules.h"
#include "why.h"

uint64_t effective_protection(const struct effective_protection *in, struct rs_why *why)
{
	uint64_t protected = rs_min(in->usage, in->setting);
	uint64_t parent_effective = in->parent_effective, siblings_protected = in->siblings_protected, unclaimed, ep;

	if (siblings_protected > parent_effective) {
		ep = protected * parent_effective / siblings_protected;
		RS_WHY(why, protection_shared, protected, parent_effective, siblings_protected, ep);
		return ep;
	}
	ep = protected;
	if (in->recursiveprot && parent_effective > siblings_protected && in->parent_usage > siblings_protected &&
	    in->usage > protected) {
		unclaimed = parent_effective - siblings_protected;
		unclaimed *= in->usage - protected;
		unclaimed /= in->parent_usage - siblings_protected;
		ep += unclaimed;
		RS_WHY(why, protection_unclaimed, protected, in->usage, parent_effective, siblings_protected,
		       in->parent_usage, ep);
		return ep;
	}
	RS_WHY(why, protection_full, in->usage, in->setting, ep);
	return ep;
}

struct mem_cgroup_protection mem_cgroup_calculate_protection(const struct mem_cgroup_calculate_protection *in,
							     struct rs_why *why)
{
	struct effective_protection of = {
		.usage = in->usage,
		.parent_usage = in->parent_usage,
		.recursiveprot = in->recursiveprot,
	};
	struct mem_cgroup_protection r = { in->emin, in->elow };

	if (in->is_walk_root || !in->usage) {
		RS_WHY(why, protection_stale, in->is_walk_root, in->usage, r.emin, r.elow);
		return r;
	}
	if (in->parent_is_walk_root) {
		RS_WHY(why, protection_top, in->min, in->low);
		return (struct mem_cgroup_protection){ in->min, in->low };
	}
	of.setting = in->min;
	of.parent_effective = in->parent_emin;
	of.siblings_protected = in->children_min_usage;
	r.emin = effective_protection(&of, why);
	of.setting = in->low;
	of.parent_effective = in->parent_elow;
	of.siblings_protected = in->children_low_usage;
	r.elow = effective_protection(&of, why);
	return r;
}

static bool unprotected(const struct mem_cgroup_below *in, const struct rs_rules *rules)
{
	return in->is_root || (rules->target_unprotected && in->is_target);
}

bool mem_cgroup_below_min(const struct mem_cgroup_below *in, const struct rs_rules *rules)
{
	return !unprotected(in, rules) && in->emin >= in->usage;
}

bool mem_cgroup_below_low(const struct mem_cgroup_below *in, const struct rs_rules *rules)
{
	return !unprotected(in, rules) && in->elow >= in->usage;
}

enum rs_memcg_visit shrink_node_memcgs(const struct shrink_node_memcgs *in, const struct rs_rules *rules,
				       struct rs_why *why)
{
	const struct mem_cgroup_below *memcg = &in->memcg;

	if (mem_cgroup_below_min(memcg, rules)) {
		RS_WHY(why, memcg_below_min, memcg->emin, memcg->usage);
		return RS_MEMCG_SKIP_MIN;
	}
	if (mem_cgroup_below_low(memcg, rules)) {
		RS_WHY(why, memcg_below_low, memcg->elow, memcg->usage, in->memcg_low_reclaim);
		return in->memcg_low_reclaim ? RS_MEMCG_SHRINK_LOW : RS_MEMCG_SKIP_LOW;
	}
	RS_WHY(why, memcg_above, memcg->emin, memcg->elow, memcg->usage, memcg->is_root, memcg->is_target);
	return RS_MEMCG_SHRINK;
}

bool shrink_node_memcgs_enough(const struct shrink_node_memcgs_enough *in, const struct rs_rules *rules,
			       struct rs_why *why)
{
	if (!rules->memcg_partial_walk || in->kswapd || in->memcg_full_walk || in->nr_reclaimed < in->nr_to_reclaim)
		return false;
	RS_WHY(why, memcg_walk_enough, in->nr_reclaimed, in->nr_to_reclaim);
	return true;
}
