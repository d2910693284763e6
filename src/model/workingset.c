/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shadow entries and refault distance of the classic LRU. MGLRU packs a token of its own into the
 * same entry. An age wraps where its bits end, and so does the distance of two of them.
 */
#include "workingset.h"

unsigned int workingset_bucket_order(uint64_t totalram_pages, const struct rs_shadow_layout *layout, bool file)
{
	unsigned int timestamp_bits = BITS_PER_LONG - eviction_shift(layout, file);
	uint64_t last = totalram_pages - 1;
	unsigned int max_order = last ? BITS_PER_LONG - __builtin_clzl(last) : 0;

	return max_order > timestamp_bits ? max_order - timestamp_bits : 0;
}

void workingset_age_nonresident(uint64_t *nonresident_age, unsigned int nr_levels, uint32_t nr_pages)
{
	unsigned int i;

	for (i = 0; i < nr_levels; i++)
		nonresident_age[i] += nr_pages;
}
