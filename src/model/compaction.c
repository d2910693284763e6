/* SPDX-License-Identifier: GPL-2.0-only */
/* Compaction as reclaim and the allocator see it, mm/compaction.c, mm/page_alloc.c, mm/vmstat.c. */
#include "compaction.h"

int fragmentation_index(const struct zone *zone, unsigned int order)
{
	uint64_t free_pages = 0, blocks_total = 0, requested = 1UL << order;
	unsigned int o;

	for (o = 0; o < NR_PAGE_ORDERS; o++) {
		uint64_t blocks = zone->free_area[o] >> 8;

		blocks_total += blocks;
		free_pages += blocks << o;
		if (o >= order && blocks)
			return -1000;
	}
	if (!blocks_total)
		return 0;
	return 1000 - (int)((1000 + free_pages * 1000 / requested) / blocks_total);
}

enum compact_result __compaction_suitable(const struct compaction_suitable *in, const struct rs_rules *rules,
					  struct rs_why *why)
{
	const struct zone *zone = in->zone;
	uint64_t watermark;

	if (rules->compaction_says_success) {
		watermark = wmark_pages(zone, in->alloc_flags & ALLOC_WMARK_MASK);
		if (zone_watermark_ok(zone, in->order, watermark, in->highest_zoneidx, in->alloc_flags, rules, why)) {
			RS_WHY(why, compaction_needless, in->order, watermark);
			return COMPACT_SUCCESS;
		}
	}
	if (rules->compaction_suitable_mark) {
		watermark = in->watermark + compact_gap(in->order, rules);
		if (in->order > PAGE_ALLOC_COSTLY_ORDER)
			watermark += zone->_watermark[WMARK_LOW] - zone->_watermark[WMARK_MIN];
	} else {
		watermark = wmark_pages(zone, in->order > PAGE_ALLOC_COSTLY_ORDER ? WMARK_LOW : WMARK_MIN);
		watermark += compact_gap(in->order, rules);
	}
	RS_WHY(why, compaction_mark, in->order, watermark, in->free_pages);
	if (!__zone_watermark_ok(zone, 0, watermark, in->highest_zoneidx, ALLOC_CMA, in->free_pages, rules, why))
		return COMPACT_SKIPPED;
	return COMPACT_CONTINUE;
}

enum compact_result compaction_suitable(const struct compaction_suitable *in, int extfrag_threshold,
					const struct rs_rules *rules, struct rs_why *why)
{
	enum compact_result ret = __compaction_suitable(in, rules, why);

	if (ret == COMPACT_CONTINUE && in->order > PAGE_ALLOC_COSTLY_ORDER) {
		int fragindex = fragmentation_index(in->zone, in->order);

		RS_WHY(why, compaction_fragindex, in->order, fragindex, extfrag_threshold);
		if (fragindex >= 0 && fragindex <= extfrag_threshold)
			ret = COMPACT_NOT_SUITABLE_ZONE;
	}
	return ret;
}

bool compaction_ready(const struct compaction_ready *in, const struct rs_rules *rules, struct rs_why *why)
{
	const struct zone *zone = in->zone;
	uint64_t high = wmark_pages(zone, WMARK_HIGH);
	struct compaction_suitable suitable = {
		.zone = zone,
		.order = in->order,
		.highest_zoneidx = in->reclaim_idx,
		.watermark = high,
		.free_pages = zone->nr_free_pages,
	};
	enum compact_result result;

	if (!gfp_compaction_allowed(in->gfp)) {
		RS_WHY(why, compaction_forbidden, in->gfp);
		return false;
	}
	if (!rules->compaction_says_success &&
	    zone_watermark_ok(zone, in->order, wmark_pages(zone, WMARK_MIN), in->reclaim_idx, 0, rules, why)) {
		RS_WHY(why, compaction_needless, in->order, wmark_pages(zone, WMARK_MIN));
		return true;
	}
	result = compaction_suitable(&suitable, in->extfrag_threshold, rules, why);
	if (result == COMPACT_SUCCESS)
		return true;
	if (result != COMPACT_CONTINUE)
		return false;
	if (rules->compaction_suitable_mark)
		return true;
	RS_WHY(why, compaction_buffer, high, compact_gap(in->order, rules));
	return zone_watermark_ok_safe(zone, 0, high + compact_gap(in->order, rules), in->reclaim_idx, rules, why);
}

bool compaction_zonelist_suitable(const struct compaction_zone *zones, int nr, unsigned int order,
				  int highest_zoneidx, unsigned int alloc_flags, const struct rs_rules *rules,
				  struct rs_why *why)
{
	int i;

	for (i = 0; i < nr; i++) {
		const struct zone *zone = zones[i].zone;
		struct compaction_suitable suitable = {
			.zone = zone,
			.order = order,
			.highest_zoneidx = highest_zoneidx,
			.alloc_flags = alloc_flags,
			.watermark = wmark_pages(zone, WMARK_MIN),
			.free_pages = zones[i].reclaimable / order + rs_snapshot(zone->nr_free_pages, zone->nr_free_diff),
		};

		if (__compaction_suitable(&suitable, rules, why) == COMPACT_CONTINUE)
			return true;
	}
	return false;
}

/* Another round at the same priority? As it was before only successes were counted. */
static bool retry_same_priority_old(struct should_compact_retry *s)
{
	if (s->compact_result == COMPACT_SUCCESS)
		s->compaction_retries++;
	if (s->compact_result == COMPACT_COMPLETE || s->compact_result == COMPACT_DEFERRED ||
	    s->compact_result == COMPACT_CONTENDED || s->compact_result == COMPACT_PARTIAL_SKIPPED)
		return false;
	if (s->order > PAGE_ALLOC_COSTLY_ORDER)
		s->max_retries /= 4;
	return s->compaction_retries <= s->max_retries;
}

static bool retry_same_priority(struct should_compact_retry *s)
{
	if (s->compact_result != COMPACT_SUCCESS)
		return false;
	if (s->order > PAGE_ALLOC_COSTLY_ORDER)
		s->max_retries /= 4;
	return ++s->compaction_retries <= s->max_retries;
}

bool should_compact_retry(struct should_compact_retry *s, const struct rs_rules *rules, struct rs_why *why)
{
	int min_priority = s->order > PAGE_ALLOC_COSTLY_ORDER ? MIN_COMPACT_COSTLY_PRIORITY : MIN_COMPACT_PRIORITY;

	s->max_retries = MAX_COMPACT_RETRIES;
	if (!s->order || (rules->compact_dying_stops && s->fatal_signal_pending)) {
		RS_WHY(why, compact_retry_no, s->order, s->fatal_signal_pending);
		return false;
	}
	if (s->compact_result == COMPACT_SKIPPED) {
		RS_WHY(why, compact_retry_skipped, s->zonelist_suitable);
		return s->zonelist_suitable;
	}
	if (rules->compact_retry_on_success ? retry_same_priority(s) : retry_same_priority_old(s)) {
		RS_WHY(why, compact_retry_same, s->compact_result, s->compaction_retries, s->max_retries);
		return true;
	}
	RS_WHY(why, compact_retry_lower, s->compact_result, s->compact_priority, min_priority);
	if (s->compact_priority <= min_priority)
		return false;
	s->compact_priority--;
	if (rules->compact_retry_on_success)
		s->compaction_retries = 0;
	return true;
}

bool compaction_deferred(struct compact_deferral *zone, int order, struct rs_why *why)
{
	unsigned int defer_limit = 1U << zone->defer_shift;

	RS_WHY(why, compaction_deferred, order, zone->order_failed, zone->considered, defer_limit);
	if (order < zone->order_failed)
		return false;
	if (++zone->considered >= defer_limit) {
		zone->considered = defer_limit;
		return false;
	}
	return true;
}

void defer_compaction(struct compact_deferral *zone, int order, struct rs_why *why)
{
	RS_WHY(why, compaction_failed, order, zone->order_failed, zone->defer_shift);
	zone->considered = 0;
	if (zone->defer_shift < COMPACT_MAX_DEFER_SHIFT)
		zone->defer_shift++;
	if (order < zone->order_failed)
		zone->order_failed = order;
}

void compaction_defer_reset(struct compact_deferral *zone, int order, bool alloc_success, struct rs_why *why)
{
	RS_WHY(why, compaction_reset, order, zone->order_failed, alloc_success);
	if (alloc_success) {
		zone->considered = 0;
		zone->defer_shift = 0;
	}
	if (order >= zone->order_failed)
		zone->order_failed = order + 1;
}
