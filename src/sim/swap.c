/* SPDX-License-Identifier: GPL-2.0-only */
/* Places in swap: how many there are, for whom, and the memory that a compressed one takes. */
#include "../model/scan_balance.h"
#include "host.h"

/* Pages for each fault. */
#define LOOKED_AT 256
/* Of all places, by which part fewer are next to none. */
#define SCARCE 16

int64_t rs_swap_pages(const struct rs_sim *sim, unsigned int memcg)
{
	int64_t left = sim->conf.swap_pages - sim->nr_swap_used;

	for (; memcg; memcg = sim->memcgs[memcg].limits.parent) {
		const struct rs_memcg *m = &sim->memcgs[memcg];
		int64_t margin;

		if (m->limits.swap_max == RS_SIM_UNLIMITED)
			continue;
		margin = (int64_t)(m->limits.swap_max - m->swap);
		left = mem_cgroup_get_nr_swap_pages(left, &margin, 1);
	}
	return left;
}

/* mem_cgroup_swap_full(): from half on, places are not kept for pages that are in memory. */
bool rs_swap_full(const struct rs_sim *sim, unsigned int memcg)
{
	if (sim->nr_swap_used * 2 >= sim->conf.swap_pages)
		return true;
	for (; memcg; memcg = sim->memcgs[memcg].limits.parent)
		if (sim->memcgs[memcg].limits.swap_max != RS_SIM_UNLIMITED &&
		    sim->memcgs[memcg].swap * 2 >= sim->memcgs[memcg].limits.swap_max)
			return true;
	return false;
}

static void note(struct rs_sim *sim, unsigned int memcg, int64_t nr)
{
	uint64_t want;

	sim->nr_swap_used += nr;
	for (; memcg; memcg = sim->memcgs[memcg].limits.parent)
		sim->memcgs[memcg].swap += nr;
	if (!sim->conf.swap.stored_bytes)
		return;
	sim->zram_bytes += nr * (int64_t)sim->conf.swap.stored_bytes;
	want = (sim->zram_bytes + 4095) / 4096;
	if (want > sim->nr_zram) {
		/* it takes what there is, and the rest with a later page */
		sim->nr_zram += rs_take_reserve(sim, want - sim->nr_zram);
	} else if (want < sim->nr_zram) {
		rs_give_back(sim, sim->nr_zram - want);
		sim->nr_zram = want;
	}
}

void rs_swap_take(struct rs_sim *sim, unsigned int memcg)
{
	note(sim, memcg, 1);
}

void rs_swap_free(struct rs_sim *sim, unsigned int memcg)
{
	note(sim, memcg, -1);
}

/*
 * The first use of a page that was read ahead is a fault, which gives its place back when swap is getting full. A use
 * only leaves a mark here, so marks are looked for, a few pages further at each fault. A scan wipes marks away: where
 * next to no place is left, pages without one are taken for used as well.
 */
void rs_swap_give_back(struct rs_sim *sim)
{
	bool scarce = sim->conf.swap_pages - sim->nr_swap_used < sim->conf.swap_pages / SCARCE;
	unsigned int i;

	for (i = 0; i < LOOKED_AT && i < sim->nr_pages; i++) {
		uint32_t page = sim->swap_hand++ % sim->nr_pages;
		const struct rs_area *area = area_of(sim, page);

		if (!(sim->hot[page] & PG_RESIDENT) || area_is_file(area) ||
		    (sim->cold[page] & (PG_BACKED | PG_WRITEBACK)) != PG_BACKED || (!(sim->hot[page] & PG_YOUNG) && !scarce))
			continue;
		rs_swap_free(sim, area->conf.cgroup);
		sim->cold[page] &= ~PG_BACKED;
		sim->hot[page] |= PG_DIRTY;
	}
}
