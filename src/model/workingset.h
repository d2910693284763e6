/* SPDX-License-Identifier: GPL-2.0-only */
/* Shadow entries and refault distance of the classic LRU. */
#ifndef RS_MODEL_WORKINGSET_H
#define RS_MODEL_WORKINGSET_H

#include "lru.h"

struct rs_rules;
struct rs_why;

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

/* EVICTION_MASK, or EVICTION_MASK_ANON where that is another. */
uint64_t rs_eviction_mask(const struct rs_shadow_layout *layout, bool file);
/* D41. Mirrors pack_shadow() of a page that is evicted from a @file list or not. */
uint64_t pack_shadow(const struct rs_shadow *shadow, const struct rs_shadow_layout *layout, bool file);
/* D42. Mirrors unpack_shadow(). */
struct rs_shadow unpack_shadow(uint64_t shadow, const struct rs_shadow_layout *layout);
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
struct workingset_eviction_result workingset_eviction(const struct workingset_eviction *in,
						      const struct rs_shadow_layout *layout,
						      const struct rs_rules *rules, struct rs_why *why);

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
struct workingset_refault_result workingset_refault(const struct workingset_refault *in,
						    const struct rs_shadow_layout *layout, const struct rs_rules *rules,
						    struct rs_why *why);

#endif
