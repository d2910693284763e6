/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A zone as the page allocator and kswapd look at it, and the constants they use (x86-64). The
 * caller vouches for the ranges: an order is at most MAX_PAGE_ORDER, a zone index below
 * MAX_NR_ZONES.
 */
#ifndef RS_MODEL_ZONE_H
#define RS_MODEL_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "rules.h"

enum zone_type { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, ZONE_MOVABLE, ZONE_DEVICE, MAX_NR_ZONES };
enum zone_watermarks { WMARK_MIN, WMARK_LOW, WMARK_HIGH, WMARK_PROMO, NR_WMARK };
enum migratetype { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_HIGHATOMIC, MIGRATE_CMA };

#define MIGRATE_PCPTYPES 3
#define MAX_PAGE_ORDER 10
#define NR_PAGE_ORDERS (MAX_PAGE_ORDER + 1)
#define PAGE_ALLOC_COSTLY_ORDER 3
#define PAGEBLOCK_ORDER 9
#define PAGEBLOCK_NR_PAGES (1UL << PAGEBLOCK_ORDER)
#define SWAP_CLUSTER_MAX 32
#define DEF_PRIORITY 12
#define MAX_RECLAIM_RETRIES 16
/* PAGE_SHIFT - 10: pages to KiB */
#define PAGE_KB_SHIFT 2
#define HZ 250

struct zone {
	uint64_t managed_pages;
	uint64_t _watermark[NR_WMARK]; /* without the boost */
	uint64_t watermark_boost;
	uint64_t percpu_drift_mark;
	int64_t lowmem_reserve[MAX_NR_ZONES];
	uint64_t nr_free_pages; /* NR_FREE_PAGES, the cached counter */
	int64_t nr_free_diff; /* what the CPUs have not folded into it */
	uint64_t nr_free_blocks; /* NR_FREE_PAGES_BLOCKS; only asked for with defrag_mode */
	int64_t nr_free_blocks_diff;
	/* what a request without reserves may not have: reserved pages up to 6.1, free ones of them later */
	uint64_t nr_free_highatomic;
	uint64_t nr_free_cma;
	/* nr_free << 8 | mask of the migrate types that have a block; only asked for orders above 0 */
	uint64_t free_area[NR_PAGE_ORDERS];
	uint8_t idx; /* enum zone_type */
};

static inline uint64_t rs_min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t rs_max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static inline bool managed_zone(const struct zone *zone)
{
	return zone->managed_pages != 0;
}

/* D3: the mark that every test uses. */
static inline uint64_t wmark_pages(const struct zone *zone, enum zone_watermarks w)
{
	return zone->_watermark[w] + zone->watermark_boost;
}

/* A counter with what the CPUs hold; it can be behind zero, and is then taken as zero. */
static inline uint64_t rs_snapshot(uint64_t cached, int64_t diff)
{
	int64_t x = (int64_t)cached + diff;

	return x < 0 ? 0 : x;
}

/* The free pages that compaction wants beside the request. */
static inline uint64_t compact_gap(unsigned int order, const struct rs_rules *rules)
{
	uint64_t gap = 2UL << order;

	return rules->compact_gap_capped ? rs_min(gap, SWAP_CLUSTER_MAX) : gap;
}

#endif
