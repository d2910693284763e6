/* SPDX-License-Identifier: GPL-2.0-only */
/* Not there yet: rs_sim_create() refuses a configuration with lru_gen, so that none of this is called. */
#include "lru_gen.h"

#include <assert.h>

void rs_lru_gen_add(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file)
{
	(void)sim, (void)memcg, (void)page, (void)file;
	assert(0);
}

void rs_lru_gen_del(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file)
{
	rs_lru_gen_add(sim, memcg, page, file);
}

void rs_lru_gen_rotate(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file)
{
	rs_lru_gen_add(sim, memcg, page, file);
}

void rs_lru_gen_accessed(struct rs_sim *sim, uint32_t page)
{
	rs_lru_gen_add(sim, 0, page, false);
}

void rs_lru_gen_refault(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file)
{
	rs_lru_gen_add(sim, memcg, page, file);
}

void rs_lru_gen_shrink_lruvec(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg)
{
	(void)sc;
	rs_lru_gen_add(sim, memcg, 0, false);
}

void rs_lru_gen_shrink_node(struct rs_sim *sim, struct rs_scan_control *sc)
{
	(void)sc;
	rs_lru_gen_add(sim, 0, 0, false);
}
