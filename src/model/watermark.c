/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Watermarks, mm/page_alloc.c. Omitted: highmem, which x86-64 does not have; locks; memory that is
 * still to be accepted or initialised.
 */
#include "watermark.h"

#include "gfp.h"
#include "int_sqrt.h"

/* The largest x with x * x <= @n. */
/* Number of the highest bit set, from 1; 0 has none. */
static int fls(uint64_t x)
{
	int n = 0;

	while (x) {
		x >>= 1;
		n++;
	}
	return n;
}

/* x * n / d without the overflow of x * n. */
static uint64_t mult_frac(uint64_t x, uint64_t n, uint64_t d)
{
	return x / d * n + x % d * n / d;
}

uint64_t nr_free_buffer_pages(const struct zone *zones, int nr)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < nr; i++) {
		uint64_t high = wmark_pages(&zones[i], WMARK_HIGH);

		if (zones[i].idx <= ZONE_NORMAL && zones[i].managed_pages > high)
			sum += zones[i].managed_pages - high;
	}
	return sum;
}

int calculate_min_free_kbytes(uint64_t nr_free_buffer, int user_min_free_kbytes, int min_free_kbytes,
			      struct rs_why *why)
{
	int new = int_sqrt((nr_free_buffer << PAGE_KB_SHIFT) * 16);

	if (new <= user_min_free_kbytes) {
		RS_WHY(why, min_free_user, new, user_min_free_kbytes);
		return min_free_kbytes;
	}
	RS_WHY(why, min_free_sqrt, nr_free_buffer, new);
	return new < 128 ? 128 : new > 262144 ? 262144 : new;
}

int set_recommended_min_free_kbytes(const struct set_recommended_min_free_kbytes *in, struct rs_why *why)
{
	uint64_t min = PAGEBLOCK_NR_PAGES * in->nr_zones * 2;

	if (!in->hugepage_pmd_enabled)
		return calculate_min_free_kbytes(in->nr_free_buffer, in->user_min_free_kbytes, in->min_free_kbytes, why);
	min += PAGEBLOCK_NR_PAGES * in->nr_zones * MIGRATE_PCPTYPES * MIGRATE_PCPTYPES;
	min = rs_min(min, in->nr_free_buffer / 20) << PAGE_KB_SHIFT;
	if ((int64_t)min <= in->min_free_kbytes) {
		RS_WHY(why, min_free_enough, min, in->min_free_kbytes);
		return in->min_free_kbytes;
	}
	RS_WHY(why, min_free_thp, in->nr_zones, in->nr_free_buffer, min);
	return min;
}

void setup_per_zone_wmarks(struct zone *zones, int nr, int min_free_kbytes, int watermark_scale_factor,
			   const struct rs_rules *rules, struct rs_why *why)
{
	uint64_t pages_min = min_free_kbytes >> PAGE_KB_SHIFT, lowmem_pages = 0;
	int i;

	for (i = 0; i < nr; i++)
		if (!rules->movable_not_lowmem || zones[i].idx != ZONE_MOVABLE)
			lowmem_pages += zones[i].managed_pages;

	for (i = 0; i < nr; i++) {
		struct zone *zone = &zones[i];
		/* the kernel would divide by zero; it never has no memory at all */
		uint64_t tmp = lowmem_pages ? pages_min * zone->managed_pages / lowmem_pages : 0;

		if (rules->movable_not_lowmem && zone->idx == ZONE_MOVABLE) {
			zone->_watermark[WMARK_MIN] =
				rs_min(rs_max(zone->managed_pages / 1024, SWAP_CLUSTER_MAX), 128);
			RS_WHY(why, wmark_min_clamped, zone->idx, zone->managed_pages, zone->_watermark[WMARK_MIN]);
		} else {
			zone->_watermark[WMARK_MIN] = tmp;
			RS_WHY(why, wmark_min_share, zone->idx, pages_min, zone->managed_pages, lowmem_pages, tmp);
		}
		/* the share, even where MIN was clamped */
		tmp = rs_max(tmp >> 2, mult_frac(zone->managed_pages, watermark_scale_factor, 10000));
		RS_WHY(why, wmark_distance, zone->idx, zone->managed_pages, watermark_scale_factor, tmp);
		zone->watermark_boost = 0;
		zone->_watermark[WMARK_LOW] = zone->_watermark[WMARK_MIN] + tmp;
		zone->_watermark[WMARK_HIGH] = zone->_watermark[WMARK_LOW] + tmp;
		zone->_watermark[WMARK_PROMO] = rules->wmark_promo ? zone->_watermark[WMARK_HIGH] + tmp : 0;
	}
}

void setup_per_zone_lowmem_reserve(struct zone node_zones[MAX_NR_ZONES], const int ratio[MAX_NR_ZONES],
				   struct rs_why *why)
{
	int i, j;

	for (i = 0; i < MAX_NR_ZONES - 1; i++) {
		uint64_t managed_pages = 0;

		for (j = i + 1; j < MAX_NR_ZONES; j++) {
			managed_pages += node_zones[j].managed_pages;
			node_zones[i].lowmem_reserve[j] =
				ratio[i] && managed_zone(&node_zones[i]) ? managed_pages / ratio[i] : 0;
		}
		RS_WHY(why, lowmem_reserve, i, managed_pages, ratio[i], node_zones[i].lowmem_reserve[MAX_NR_ZONES - 1]);
	}
}

bool boost_watermark(struct zone *zone, int watermark_boost_factor, struct rs_why *why)
{
	uint64_t max_boost;

	if (!watermark_boost_factor || PAGEBLOCK_NR_PAGES * 4 > zone->managed_pages) {
		RS_WHY(why, boost_off, watermark_boost_factor, zone->managed_pages);
		return false;
	}
	max_boost = mult_frac(zone->_watermark[WMARK_HIGH], watermark_boost_factor, 10000);
	if (!max_boost) {
		RS_WHY(why, boost_no_mark, zone->_watermark[WMARK_HIGH]);
		return false;
	}
	max_boost = rs_max(PAGEBLOCK_NR_PAGES, max_boost);
	zone->watermark_boost = rs_min(zone->watermark_boost + PAGEBLOCK_NR_PAGES, max_boost);
	RS_WHY(why, boost_added, zone->watermark_boost, max_boost);
	return true;
}

int calculate_normal_threshold(const struct zone *zone, unsigned int nr_cpus)
{
	uint64_t mem = zone->managed_pages >> 15; /* units of 128 MiB */

	return rs_min(125, 2 * fls(nr_cpus) * (1 + fls(mem)));
}

int calculate_pressure_threshold(const struct zone *zone, unsigned int nr_cpus)
{
	uint64_t distance = zone->_watermark[WMARK_LOW] - zone->_watermark[WMARK_MIN];

	return rs_min(125, rs_max(1, distance / nr_cpus));
}

uint64_t refresh_zone_stat_thresholds(const struct zone *zone, unsigned int nr_cpus, struct rs_why *why)
{
	uint64_t tolerate_drift = zone->_watermark[WMARK_LOW] - zone->_watermark[WMARK_MIN];
	uint64_t max_drift = (uint64_t)nr_cpus * calculate_normal_threshold(zone, nr_cpus);

	RS_WHY(why, drift, nr_cpus, max_drift, tolerate_drift);
	if (max_drift <= tolerate_drift)
		return zone->percpu_drift_mark;
	return wmark_pages(zone, WMARK_HIGH) + max_drift;
}

/* Before the flags were reworked, ALLOC_HARDER was also the right to the reserve for high orders. */
static unsigned int reserve_flags(const struct rs_rules *rules)
{
	return rules->alloc_min_reserve ? ALLOC_RESERVES : ALLOC_HARDER | ALLOC_OOM;
}

static int64_t __zone_watermark_unusable_free(const struct zone *z, unsigned int order, unsigned int alloc_flags,
					      const struct rs_rules *rules)
{
	int64_t unusable_free = (1 << order) - 1;

	if (!(alloc_flags & reserve_flags(rules)))
		unusable_free += z->nr_free_highatomic;
	if (rules->alloc_cma && !(alloc_flags & ALLOC_CMA))
		unusable_free += z->nr_free_cma;
	return unusable_free;
}

/* How much of the mark a request with these flags may go below. */
static int64_t lowered_mark(int64_t min, unsigned int alloc_flags, const struct rs_rules *rules, struct rs_why *why)
{
	if (alloc_flags & ALLOC_MIN_RESERVE) {
		min -= min / 2;
		RS_WHY(why, mark_min_reserve, min);
	}
	if (!rules->alloc_min_reserve) {
		if (alloc_flags & ALLOC_OOM)
			min -= min / 2;
		else if (alloc_flags & ALLOC_HARDER)
			min -= min / 4;
		if (alloc_flags & (ALLOC_OOM | ALLOC_HARDER))
			RS_WHY(why, mark_harder, alloc_flags, min);
		return min;
	}
	if ((alloc_flags & ALLOC_MIN_RESERVE) && (alloc_flags & ALLOC_NON_BLOCK)) {
		min -= min / 4;
		RS_WHY(why, mark_non_block, min);
	}
	if (alloc_flags & ALLOC_OOM) {
		min -= min / 2;
		RS_WHY(why, mark_oom, min);
	}
	return min;
}

/* Is there a block of at least this order that the request may have? */
static bool has_block(const struct zone *z, unsigned int order, unsigned int alloc_flags, const struct rs_rules *rules,
		      struct rs_why *why)
{
	unsigned int types = (1 << MIGRATE_PCPTYPES) - 1, o;

	if (rules->alloc_cma && (alloc_flags & ALLOC_CMA))
		types |= 1 << MIGRATE_CMA;
	if (alloc_flags & (rules->alloc_min_reserve ? ALLOC_HIGHATOMIC | ALLOC_OOM : ALLOC_HARDER | ALLOC_OOM))
		types |= 1 << MIGRATE_HIGHATOMIC;
	for (o = order; o < NR_PAGE_ORDERS; o++) {
		uint64_t nr_free = z->free_area[o] >> 8;

		if (nr_free && (z->free_area[o] & types)) {
			RS_WHY(why, block_found, order, o, nr_free);
			return true;
		}
	}
	RS_WHY(why, block_none, order, types);
	return false;
}

bool __zone_watermark_ok(const struct zone *z, unsigned int order, uint64_t mark, int highest_zoneidx,
			 unsigned int alloc_flags, int64_t free_pages, const struct rs_rules *rules,
			 struct rs_why *why)
{
	int64_t unusable = __zone_watermark_unusable_free(z, order, alloc_flags, rules), min = mark;
	int64_t reserve = z->lowmem_reserve[highest_zoneidx];

	if (alloc_flags & (reserve_flags(rules) | ALLOC_MIN_RESERVE))
		min = lowered_mark(min, alloc_flags, rules, why);
	if (free_pages - unusable <= min + reserve) {
		RS_WHY(why, mark_failed, free_pages, unusable, min, reserve);
		return false;
	}
	RS_WHY(why, mark_holds, free_pages, unusable, min, reserve);
	return !order || has_block(z, order, alloc_flags, rules, why);
}

bool zone_watermark_ok(const struct zone *z, unsigned int order, uint64_t mark, int highest_zoneidx,
		       unsigned int alloc_flags, const struct rs_rules *rules, struct rs_why *why)
{
	return __zone_watermark_ok(z, order, mark, highest_zoneidx, alloc_flags, z->nr_free_pages, rules, why);
}

bool zone_watermark_ok_safe(const struct zone *z, unsigned int order, uint64_t mark, int highest_zoneidx,
			    const struct rs_rules *rules, struct rs_why *why)
{
	uint64_t free_pages = z->nr_free_pages;

	if (z->percpu_drift_mark && free_pages < z->percpu_drift_mark) {
		free_pages = rs_snapshot(z->nr_free_pages, z->nr_free_diff);
		RS_WHY(why, free_snapshot, z->nr_free_pages, z->percpu_drift_mark, free_pages);
	}
	return __zone_watermark_ok(z, order, mark, highest_zoneidx, 0, free_pages, rules, why);
}

bool zone_watermark_fast(const struct zone *z, unsigned int order, uint64_t mark, int highest_zoneidx,
			 unsigned int alloc_flags, uint32_t gfp, const struct rs_rules *rules, struct rs_why *why)
{
	int64_t free_pages = z->nr_free_pages;

	if (!order) {
		int64_t reserved = __zone_watermark_unusable_free(z, 0, alloc_flags, rules);
		uint64_t usable = free_pages - (int64_t)rs_min(free_pages, reserved);

		if (usable > mark + z->lowmem_reserve[highest_zoneidx]) {
			RS_WHY(why, mark_fast, usable, mark, z->lowmem_reserve[highest_zoneidx]);
			return true;
		}
	}
	if (__zone_watermark_ok(z, order, mark, highest_zoneidx, alloc_flags, free_pages, rules, why))
		return true;
	if (order || !z->watermark_boost || (alloc_flags & ALLOC_WMARK_MASK) != WMARK_MIN)
		return false;
	if (rules->boost_retry_min_reserve ? !(alloc_flags & ALLOC_MIN_RESERVE) : !(gfp & __GFP_ATOMIC))
		return false;
	RS_WHY(why, boost_ignored, z->watermark_boost, z->_watermark[WMARK_MIN]);
	return __zone_watermark_ok(z, 0, z->_watermark[WMARK_MIN], highest_zoneidx, alloc_flags, free_pages, rules, why);
}
