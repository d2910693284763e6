/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shadow entries and refault distance of the classic LRU. MGLRU packs a token of its own into the
 * same entry. An age wraps where its bits end, and so does the distance of two of them.
 */
#include "workingset.h"

#include "rules.h"
#include "why.h"

#define BITS_PER_LONG 64
/* The bit that makes an entry a value and not a pointer. */
#define XA_VALUE_SHIFT 1
#define WORKINGSET_SHIFT 1
#define MEM_CGROUP_ID_SHIFT 16

static unsigned int eviction_shift(const struct rs_shadow_layout *layout, bool file)
{
	return XA_VALUE_SHIFT + WORKINGSET_SHIFT + layout->nodes_shift + MEM_CGROUP_ID_SHIFT +
	       (file ? 0 : layout->count_bits);
}

uint64_t rs_eviction_mask(const struct rs_shadow_layout *layout, bool file)
{
	return ~0UL >> eviction_shift(layout, file);
}

uint64_t pack_shadow(const struct rs_shadow *shadow, const struct rs_shadow_layout *layout, bool file)
{
	uint64_t entry = shadow->eviction & rs_eviction_mask(layout, file);

	entry = (entry << MEM_CGROUP_ID_SHIFT) | shadow->memcgid;
	entry = (entry << layout->nodes_shift) | shadow->nid;
	entry = (entry << WORKINGSET_SHIFT) | shadow->workingset;
	return entry << XA_VALUE_SHIFT | 1;
}

struct rs_shadow unpack_shadow(uint64_t shadow, const struct rs_shadow_layout *layout)
{
	uint64_t entry = shadow >> XA_VALUE_SHIFT;
	struct rs_shadow r;

	r.workingset = entry & ((1UL << WORKINGSET_SHIFT) - 1);
	entry >>= WORKINGSET_SHIFT;
	r.nid = entry & ((1UL << layout->nodes_shift) - 1);
	entry >>= layout->nodes_shift;
	r.memcgid = entry & ((1UL << MEM_CGROUP_ID_SHIFT) - 1);
	entry >>= MEM_CGROUP_ID_SHIFT;
	r.eviction = entry;
	return r;
}

unsigned int workingset_bucket_order(uint64_t totalram_pages, const struct rs_shadow_layout *layout, bool file)
{
	unsigned int timestamp_bits = BITS_PER_LONG - eviction_shift(layout, file);
	uint64_t last = totalram_pages - 1;
	unsigned int max_order = last ? BITS_PER_LONG - __builtin_clzl(last) : 0;

	return max_order > timestamp_bits ? max_order - timestamp_bits : 0;
}

struct workingset_eviction_result workingset_eviction(const struct workingset_eviction *in,
						      const struct rs_shadow_layout *layout,
						      const struct rs_rules *rules, struct rs_why *why)
{
	struct workingset_eviction_result r = { .nonresident_age = in->nonresident_age + in->nr_pages };
	const struct rs_shadow shadow = {
		.eviction = (rules->eviction_ages_first ? r.nonresident_age : in->nonresident_age) >> in->bucket_order,
		.memcgid = in->memcgid,
		.nid = in->nid,
		.workingset = in->workingset,
	};

	r.shadow = pack_shadow(&shadow, layout, in->file);
	RS_WHY(why, workingset_evicted, in->nonresident_age, in->nr_pages, in->bucket_order,
	       shadow.eviction & rs_eviction_mask(layout, in->file));
	return r;
}

void workingset_age_nonresident(uint64_t *nonresident_age, unsigned int nr_levels, uint32_t nr_pages)
{
	unsigned int i;

	for (i = 0; i < nr_levels; i++)
		nonresident_age[i] += nr_pages;
}

struct workingset_refault_result workingset_refault(const struct workingset_refault *in,
						    const struct rs_shadow_layout *layout, const struct rs_rules *rules,
						    struct rs_why *why)
{
	struct workingset_refault_result r = { 0 };
	int64_t swap_pages = rules->refault_swap_of_eviction ? in->swap_pages_eviction : in->swap_pages_refault;

	if (in->memcg_gone) {
		RS_WHY(why, refault_memcg_gone);
		return r;
	}
	r.refault_distance =
		(in->nonresident_age - (in->eviction << in->bucket_order)) & rs_eviction_mask(layout, in->file);

	/* What could have made room for the page: it competes with all that is not older for sure. */
	r.workingset_size = in->lru_size[LRU_ACTIVE_FILE];
	if (!in->file)
		r.workingset_size += in->lru_size[LRU_INACTIVE_FILE];
	if (swap_pages > 0) {
		r.workingset_size += in->lru_size[LRU_ACTIVE_ANON];
		if (in->file)
			r.workingset_size += in->lru_size[LRU_INACTIVE_ANON];
	}
	if (r.refault_distance > r.workingset_size) {
		RS_WHY(why, refault_too_old, in->nonresident_age, in->eviction, r.refault_distance, r.workingset_size,
		       in->file, swap_pages);
		return r;
	}
	RS_WHY(why, refault_recent, in->nonresident_age, in->eviction, r.refault_distance, r.workingset_size, in->file,
	       swap_pages);
	r.activate = true;
	r.restore = in->workingset;
	return r;
}
