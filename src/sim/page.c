/* SPDX-License-Identifier: GPL-2.0-only */
/* A page comes onto a list, leaves it, or moves because it is used: on the classic lists or on MGLRU's. */
#include "host.h"
#include "lru_gen.h"

void rs_page_add(struct rs_sim *sim, const struct rs_area *area, uint32_t page)
{
	if (sim->conf.lru_gen)
		rs_lru_gen_add(sim, area->conf.cgroup, page, area_is_file(area));
	else
		rs_lruvec_add(sim, area->conf.cgroup, page, page_lru(sim->hot[page], area_is_file(area)));
}

void rs_page_del(struct rs_sim *sim, const struct rs_area *area, uint32_t page)
{
	if (sim->conf.lru_gen)
		rs_lru_gen_del(sim, area->conf.cgroup, page, area_is_file(area));
	else
		rs_lruvec_del(sim, area->conf.cgroup, page, page_lru(sim->hot[page], area_is_file(area)));
}

/* lru_move_tail(): to where the next scan begins. */
void rs_page_rotate(struct rs_sim *sim, const struct rs_area *area, uint32_t page)
{
	unsigned int memcg = area->conf.cgroup;
	bool file = area_is_file(area);

	if (sim->conf.lru_gen) {
		rs_lru_gen_rotate(sim, memcg, page, file);
		return;
	}
	rs_lruvec_del(sim, memcg, page, page_lru(sim->hot[page], file));
	sim->hot[page] &= ~PG_ACTIVE;
	rs_lruvec_add_tail(sim, memcg, page, page_lru(sim->hot[page], file));
}

/* folio_mark_accessed() of a page that read() or write() uses. */
void rs_page_accessed(struct rs_sim *sim, const struct rs_area *area, uint32_t page)
{
	unsigned int memcg = area->conf.cgroup;
	bool file = area_is_file(area);

	if (sim->conf.lru_gen) {
		rs_lru_gen_accessed(sim, page);
		return;
	}
	if (!(sim->hot[page] & PG_REFERENCED)) {
		sim->hot[page] |= PG_REFERENCED;
		return;
	}
	if (sim->hot[page] & PG_ACTIVE)
		return;
	rs_lruvec_del(sim, memcg, page, page_lru(sim->hot[page], file));
	sim->hot[page] = (sim->hot[page] & ~PG_REFERENCED) | PG_ACTIVE;
	rs_lruvec_add(sim, memcg, page, page_lru(sim->hot[page], file));
	rs_age_nonresident(sim, memcg, 1);
	sim->counts.pgactivate++;
}
