/* SPDX-License-Identifier: GPL-2.0-only */
#include "lru_cost.h"

#include "rules.h"
#include "why.h"

struct rs_lru_cost_args shrink_inactive_list_cost(uint32_t nr_pageout, uint64_t nr_scanned, uint64_t nr_reclaimed,
						  const struct rs_rules *rules)
{
	return (struct rs_lru_cost_args){
		.nr_io = nr_pageout,
		.nr_rotated = rules->cost_of_rotation ? nr_scanned - nr_reclaimed : 0,
	};
}

bool shrink_active_list_cost(uint32_t nr_rotated, const struct rs_rules *rules, struct rs_lru_cost_args *ret)
{
	*ret = (struct rs_lru_cost_args){ .nr_rotated = nr_rotated };
	return rules->cost_of_rotation && (nr_rotated || rules->cost_zero_ignored);
}

struct rs_lru_cost_args lru_note_cost_refault(uint32_t nr_pages)
{
	return (struct rs_lru_cost_args){ .nr_io = nr_pages };
}

void lru_note_cost(struct rs_lru_cost *level, unsigned int nr_levels, bool file, struct rs_lru_cost_args args,
		   const struct rs_rules *rules, struct rs_why *why)
{
	uint64_t cost = args.nr_io;
	unsigned int i;

	if (rules->cost_of_rotation)
		cost = cost * SWAP_CLUSTER_MAX + args.nr_rotated;
	/* Before that, a call without cost could still halve what had piled up. */
	if (rules->cost_zero_ignored && !cost) {
		RS_WHY(why, cost_none);
		return;
	}
	for (i = 0; i < nr_levels; i++) {
		struct rs_lru_cost *c = &level[i];

		*(file ? &c->file_cost : &c->anon_cost) += cost;
		if (c->file_cost + c->anon_cost > c->lru_size / 4) {
			RS_WHY(why, cost_halved, i, cost, c->anon_cost, c->file_cost, c->lru_size);
			c->file_cost /= 2;
			c->anon_cost /= 2;
		} else {
			RS_WHY(why, cost_added, i, cost, c->anon_cost, c->file_cost, c->lru_size);
		}
	}
}
