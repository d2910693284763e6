/* SPDX-License-Identifier: GPL-2.0-only */
/* Shadow entries and refault distance of the classic LRU. */
#ifndef RS_MODEL_WORKINGSET_H
#define RS_MODEL_WORKINGSET_H

#include "lru.h"
#include "rules.h"
#include "why.h"

#define BITS_PER_LONG 64
/* The bit that makes an entry a value and not a pointer. */
#define XA_VALUE_SHIFT 1
#define WORKINGSET_SHIFT 1
#define MEM_CGROUP_ID_SHIFT 16

/* How a kernel lays out a shadow entry: an xarray value of eviction | memcgid | nid | workingset. */
struct rs_shadow_layout {
	unsigned int nodes_shift; /* NODES_SHIFT */
	unsigned int count_bits; /* of an anon entry, kept for the swap table: SWAP_COUNT_SHIFT of 7.2, else 0 */
};

struct rs_shadow {
	uint64_t eviction; /* age in buckets, without bucket_order */
	uint32_t memcgid, nid;
	bool workingset;
};

static inline unsigned int eviction_shift(const struct rs_shadow_layout *layout, bool file)
{
	return XA_VALUE_SHIFT + WORKINGSET_SHIFT + layout->nodes_shift + MEM_CGROUP_ID_SHIFT +
	       (file ? 0 : layout->count_bits);
}

/* EVICTION_MASK, or EVICTION_MASK_ANON where that is another. */
static inline uint64_t rs_eviction_mask(const struct rs_shadow_layout *layout, bool file)
{
	return ~0UL >> eviction_shift(layout, file);
}

/* D41. Mirrors pack_shadow() of a page that is evicted from a @file list or not. */
static inline uint64_t pack_shadow(const struct rs_shadow *shadow, const struct rs_shadow_layout *layout, bool file)
{
	uint64_t entry = shadow->eviction & rs_eviction_mask(layout, file);

	entry = (entry << MEM_CGROUP_ID_SHIFT) | shadow->memcgid;
	entry = (entry << layout->nodes_shift) | shadow->nid;
	entry = (entry << WORKINGSET_SHIFT) | shadow->workingset;
	return entry << XA_VALUE_SHIFT | 1;
}

/* D42. Mirrors unpack_shadow(). */
static inline struct rs_shadow unpack_shadow(uint64_t shadow, const struct rs_shadow_layout *layout)
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

/* Mirrors workingset_init(): how many bits of an age do not fit. */
unsigned int workingset_bucket_order(uint64_t totalram_pages, const struct rs_shadow_layout *layout, bool file);

struct workingset_eviction {
	uint64_t nonresident_age; /* of the lruvec of the memcg that is the target of the reclaim, before */
	uint32_t nr_pages;
	uint32_t memcgid, nid;
	unsigned int bucket_order; /* of this type */
	bool workingset, file;
};

struct workingset_eviction_result {
	uint64_t shadow;
	uint64_t nonresident_age; /* after; its parents age by as much */
};

/* D41. Mirrors workingset_eviction(). */
static inline struct workingset_eviction_result workingset_eviction(const struct workingset_eviction *in,
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

/* D43. Mirrors workingset_age_nonresident(): the lruvec and its parents. */
void workingset_age_nonresident(uint64_t *nonresident_age, unsigned int nr_levels, uint32_t nr_pages);

struct workingset_refault {
	uint64_t eviction; /* of unpack_shadow() */
	uint64_t nonresident_age; /* of the lruvec of the memcg in the shadow */
	uint64_t lru_size[NR_EVICTABLE_LISTS]; /* lruvec_page_state() of that lruvec */
	int64_t swap_pages_eviction,
		swap_pages_refault; /* mem_cgroup_get_nr_swap_pages() of that memcg, of the task's */
	uint32_t nr_pages;
	unsigned int bucket_order;
	bool workingset, file;
	bool memcg_gone; /* memcgs are enabled, and that of the shadow does not exist any more */
};

struct workingset_refault_result {
	uint64_t refault_distance, workingset_size; /* pages */
	bool activate; /* PG_active; the lruvec of the task ages by nr_pages; WORKINGSET_ACTIVATE */
	bool restore; /* PG_workingset; lru_note_cost_refault(); WORKINGSET_RESTORE */
};

/* D42. Mirrors workingset_refault() with workingset_test_recent(), which 5.10 and 6.1 do not have apart. */
static inline struct workingset_refault_result workingset_refault(const struct workingset_refault *in,
								  const struct rs_shadow_layout *layout,
								  const struct rs_rules *rules, struct rs_why *why)
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

#endif
