/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A host and its load at a part of their size. Of a trace, the pages that most accesses go to are few: left to chance,
 * a sample has too many of them or too few (SHARDS corrects for that afterwards). Here each page stands for those used
 * as often as it is.
 */
#include <errno.h>
#include <stdlib.h>

#include "../base/cleanup.h"
#include "sim.h"

static uint64_t shrunk(uint64_t nr, unsigned int shift)
{
	return nr == RS_SIM_UNLIMITED ? nr : (nr + (1ULL << shift >> 1)) >> shift;
}

void rs_sim_config_scale(struct rs_sim_config *config, unsigned int shift)
{
	struct rs_sim_costs *costs = &config->costs;
	struct rs_sim_device *devices[] = { &config->swap, &config->file };
	uint32_t *per_page[] = {
		&costs->access, &costs->fault, &costs->alloc,	&costs->file_read, &costs->free,
		&costs->scan,	&costs->rmap,  &costs->reclaim, &costs->pageout,   &costs->slab_object
	};
	unsigned int i;

	for (i = 0; i < config->nr_zones; i++)
		config->zones[i].managed_pages = shrunk(config->zones[i].managed_pages, shift);
	config->min_free_kbytes = shrunk(config->min_free_kbytes, shift);
	config->swap_pages = shrunk(config->swap_pages, shift);
	config->dirty_bytes = shrunk(config->dirty_bytes, shift);
	config->dirty_background_bytes = shrunk(config->dirty_background_bytes, shift);
	for (i = 0; i < RS_ARRAY_SIZE_OF(per_page); i++)
		*per_page[i] <<= shift;
	/* One request stands for many, which whoever waits would have waited for one after the other. */
	for (i = 0; i < RS_ARRAY_SIZE_OF(devices); i++) {
		devices[i]->read_request_ns <<= shift;
		devices[i]->read_page_ns <<= shift;
		devices[i]->write_request_ns <<= shift;
		devices[i]->write_page_ns <<= shift;
		devices[i]->latency_ns <<= shift;
	}
}

static int by_uses(const void *a, const void *b, void *ctx)
{
	const uint32_t *uses = ctx, x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return uses[x] != uses[y] ? (uses[x] < uses[y] ? 1 : -1) : (x > y) - (x < y);
}

int64_t rs_sim_sample(const uint32_t *ids, size_t nr, uint32_t nr_pages, unsigned int shift, uint64_t seed,
		      uint32_t *ret)
{
	_cleanup_(rs_freep) uint32_t *uses = calloc(nr_pages, sizeof(*uses)), *order = calloc(nr_pages, sizeof(*order));
	uint32_t sampled = 0, i;
	size_t at;

	if (!uses || !order)
		return -ENOMEM;
	for (at = 0; at < nr; at++)
		uses[ids[at]]++;
	for (i = 0; i < nr_pages; i++) {
		order[i] = i;
		ret[i] = RS_SIM_NOT_SAMPLED;
	}
	qsort_r(order, nr_pages, sizeof(*order), by_uses, uses);
	for (i = 0; i < nr_pages >> shift; i++) {
		/* Knuth's MMIX generator; its high bits */
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		ret[order[(i << shift) + (seed >> 32 & ((1u << shift) - 1))]] = 0;
	}
	for (i = 0; i < nr_pages; i++)
		if (ret[i] != RS_SIM_NOT_SAMPLED)
			ret[i] = sampled++;
	return sampled;
}
