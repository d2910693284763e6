/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flags of a request, mm/page_alloc.c. Omitted: the spreading over nodes whose kswapd sleeps and
 * the choice of ALLOC_NOFRAGMENT, which need the whole zonelist; page_group_by_mobility_disabled.
 */
#include "alloc_flags.h"

static unsigned int gfp_to_alloc_flags_cma(uint32_t gfp, unsigned int alloc_flags, const struct rs_rules *rules)
{
	if (rules->alloc_cma && (gfp & (__GFP_MOVABLE | __GFP_RECLAIMABLE)) == __GFP_MOVABLE)
		alloc_flags |= ALLOC_CMA;
	return alloc_flags;
}

/* The rights of a request that cannot wait, as they were before ALLOC_MIN_RESERVE. */
static unsigned int harder_flags(const struct gfp_to_alloc_flags *in, unsigned int alloc_flags, struct rs_why *why)
{
	if (in->gfp & __GFP_ATOMIC) {
		if (!(in->gfp & __GFP_NOMEMALLOC))
			alloc_flags |= ALLOC_HARDER;
		alloc_flags &= ~ALLOC_CPUSET;
		RS_WHY(why, flags_atomic, in->gfp, alloc_flags);
	} else if (in->rt && in->in_task) {
		alloc_flags |= ALLOC_HARDER;
		RS_WHY(why, flags_rt, alloc_flags);
	}
	return alloc_flags;
}

unsigned int gfp_to_alloc_flags(const struct gfp_to_alloc_flags *in, const struct rs_rules *rules, struct rs_why *why)
{
	unsigned int alloc_flags = WMARK_MIN | ALLOC_CPUSET;

	/* these two have the same bits in both */
	alloc_flags |= in->gfp & (__GFP_HIGH | __GFP_KSWAPD_RECLAIM);
	if (!rules->alloc_min_reserve) {
		alloc_flags = harder_flags(in, alloc_flags, why);
	} else if (!(in->gfp & __GFP_DIRECT_RECLAIM)) {
		if (!(in->gfp & __GFP_NOMEMALLOC)) {
			alloc_flags |= ALLOC_NON_BLOCK;
			if (in->order > 0 && (alloc_flags & ALLOC_MIN_RESERVE))
				alloc_flags |= ALLOC_HIGHATOMIC;
		}
		if (alloc_flags & ALLOC_MIN_RESERVE)
			alloc_flags &= ~ALLOC_CPUSET;
		RS_WHY(why, flags_non_block, in->gfp, in->order, alloc_flags);
	} else if (in->rt && in->in_task) {
		alloc_flags |= ALLOC_MIN_RESERVE;
		RS_WHY(why, flags_rt, alloc_flags);
	}
	alloc_flags = gfp_to_alloc_flags_cma(in->gfp, alloc_flags, rules);
	if (in->defrag_mode)
		alloc_flags |= ALLOC_NOFRAGMENT;
	return alloc_flags;
}

unsigned int __gfp_pfmemalloc_flags(const struct gfp_pfmemalloc_flags *in, struct rs_why *why)
{
	bool memalloc = in->task_flags & PF_MEMALLOC;
	unsigned int flags = 0;

	if (in->gfp & __GFP_NOMEMALLOC)
		flags = 0;
	else if (in->gfp & __GFP_MEMALLOC)
		flags = ALLOC_NO_WATERMARKS;
	else if (in->serving_softirq && memalloc)
		flags = ALLOC_NO_WATERMARKS;
	else if (!in->in_interrupt && memalloc)
		flags = ALLOC_NO_WATERMARKS;
	else if (!in->in_interrupt && in->oom_victim)
		flags = ALLOC_OOM;
	RS_WHY(why, flags_reserve, in->gfp, in->task_flags, in->oom_victim, flags);
	return flags;
}

unsigned int rs_reserve_alloc_flags(uint32_t gfp, unsigned int alloc_flags, unsigned int reserve_flags,
				    const struct rs_rules *rules)
{
	unsigned int flags = gfp_to_alloc_flags_cma(gfp, reserve_flags, rules);

	return rules->reserve_keeps_kswapd ? flags | (alloc_flags & ALLOC_KSWAPD) : flags;
}

enum rs_freelist_zone get_page_from_freelist(const struct get_page_from_freelist *in, bool *below_high,
					     const struct rs_rules *rules, struct rs_why *why)
{
	const struct zone *zone = in->zone;
	/* without watermarks the bits of the index are those of WMARK_MIN */
	uint64_t mark = wmark_pages(zone, in->alloc_flags & ALLOC_WMARK_MASK);

	*below_high = in->below_high;
	if (((in->alloc_flags & ALLOC_CPUSET) && !in->cpuset_allowed) || in->over_dirty_limit) {
		RS_WHY(why, freelist_not_allowed, in->cpuset_allowed, in->over_dirty_limit);
		return RS_FREELIST_SKIP;
	}
	if (rules->zone_below_high && !in->below_high) {
		if (zone_watermark_fast(zone, in->order, wmark_pages(zone, WMARK_HIGH), in->highest_zoneidx,
					in->alloc_flags, in->gfp, rules, why))
			return RS_FREELIST_TRY;
		*below_high = true;
		RS_WHY(why, freelist_below_high, wmark_pages(zone, WMARK_HIGH));
	}
	if (zone_watermark_fast(zone, in->order, mark, in->highest_zoneidx, in->alloc_flags, in->gfp, rules, why))
		return RS_FREELIST_TRY;
	if (in->alloc_flags & ALLOC_NO_WATERMARKS) {
		RS_WHY(why, freelist_no_watermarks, in->alloc_flags);
		return RS_FREELIST_TRY;
	}
	return in->node_reclaim ? RS_FREELIST_NODE_RECLAIM : RS_FREELIST_SKIP;
}
