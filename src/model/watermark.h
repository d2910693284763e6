/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the marks of a zone come from, and the test of free pages against them. */
#ifndef RS_MODEL_WATERMARK_H
#define RS_MODEL_WATERMARK_H

#include "why.h"
#include "zone.h"

/* Pages that buffers may use, above the high marks. @zones: all of the zonelist. */
uint64_t nr_free_buffer_pages(const struct zone *zones, int nr);

/* D1: min_free_kbytes from the size of memory. @user_min_free_kbytes: as set by the admin, -1 never. */
int calculate_min_free_kbytes(uint64_t nr_free_buffer, int user_min_free_kbytes, int min_free_kbytes,
			      struct rs_why *why);

struct set_recommended_min_free_kbytes {
	bool hugepage_pmd_enabled; /* transparent huge pages are on */
	int nr_zones; /* populated ones up to ZONE_NORMAL */
	uint64_t nr_free_buffer; /* nr_free_buffer_pages() */
	int user_min_free_kbytes;
	int min_free_kbytes; /* in force */
};

/* D1b: what khugepaged makes of it. */
int set_recommended_min_free_kbytes(const struct set_recommended_min_free_kbytes *in, struct rs_why *why);

/* D2: the marks of all zones; boosts are reset. @zones: every zone of the machine. */
void setup_per_zone_wmarks(struct zone *zones, int nr, int min_free_kbytes, int watermark_scale_factor,
			   const struct rs_rules *rules, struct rs_why *why);

/* D4: of one node. */
void setup_per_zone_lowmem_reserve(struct zone node_zones[MAX_NR_ZONES], const int ratio[MAX_NR_ZONES],
				   struct rs_why *why);

/* D5: false: the zone is not boosted. */
bool boost_watermark(struct zone *zone, int watermark_boost_factor, struct rs_why *why);

/* D6: how far a CPU's share of a counter may be off, while kswapd sleeps and while it works. */
int calculate_normal_threshold(const struct zone *zone, unsigned int nr_cpus);
int calculate_pressure_threshold(const struct zone *zone, unsigned int nr_cpus);
/* D6: percpu_drift_mark after the marks were set. */
uint64_t refresh_zone_stat_thresholds(const struct zone *zone, unsigned int nr_cpus, struct rs_why *why);

/*
 * D7. Needs lowmem_reserve[highest_zoneidx], nr_free_highatomic, nr_free_cma, and free_area[] from
 * @order on if that is not 0. @free_pages can be negative.
 */
bool __zone_watermark_ok(const struct zone *z, unsigned int order, uint64_t mark, int highest_zoneidx,
			 unsigned int alloc_flags, int64_t free_pages, const struct rs_rules *rules,
			 struct rs_why *why);
/* With the cached counter. */
bool zone_watermark_ok(const struct zone *z, unsigned int order, uint64_t mark, int highest_zoneidx,
		       unsigned int alloc_flags, const struct rs_rules *rules, struct rs_why *why);
/* With the precise one when the cached one could mislead. */
bool zone_watermark_ok_safe(const struct zone *z, unsigned int order, uint64_t mark, int highest_zoneidx,
			    const struct rs_rules *rules, struct rs_why *why);
/* D8: the allocator's, with its shortcut for order 0. */
bool zone_watermark_fast(const struct zone *z, unsigned int order, uint64_t mark, int highest_zoneidx,
			 unsigned int alloc_flags, uint32_t gfp, const struct rs_rules *rules, struct rs_why *why);

#endif
