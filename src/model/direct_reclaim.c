/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Direct reclaim, mm/vmscan.c. Omitted: soft limit reclaim (cgroup v1 only), snapshot_refaults()
 * at the end, and buffer_heads_over_limit, which only widens the zonelist.
 */
#include "direct_reclaim.h"

#include <string.h>

uint64_t zone_reclaimable_pages(const struct zone_reclaimable_pages *in, const struct rs_rules *rules,
				struct rs_why *why)
{
	uint64_t nr = in->inactive_file + in->active_file;

	if (in->can_reclaim_anon)
		nr += in->inactive_anon + in->active_anon;
	RS_WHY(why, reclaimable, in->inactive_file, in->active_file, in->inactive_anon, in->active_anon,
	       in->can_reclaim_anon, nr);
	if (!nr && rules->reclaimable_or_free) {
		RS_WHY(why, reclaimable_is_free, in->free);
		nr = in->free;
	}
	return nr;
}

struct rs_allow_result allow_direct_reclaim(const struct allow_direct_reclaim *in, const struct rs_rules *rules,
					    struct rs_why *why)
{
	struct rs_allow_result r = { true, false, in->kswapd_highest_zoneidx };
	uint64_t reserve = 0, free_pages = 0;
	int i;

	if (in->kswapd_failures >= MAX_RECLAIM_RETRIES) {
		RS_WHY(why, allow_hopeless, in->kswapd_failures);
		return r;
	}
	for (i = 0; i <= ZONE_NORMAL; i++) {
		const struct zone *zone = &in->node_zones[i];
		uint64_t free = rs_snapshot(zone->nr_free_pages, zone->nr_free_diff);

		if (!managed_zone(zone))
			continue;
		if (!in->reclaimable[i] && (free || !rules->allow_direct_keeps_empty))
			continue;
		reserve += wmark_pages(zone, WMARK_MIN);
		free_pages += rules->allow_direct_snapshot ? free : zone->nr_free_pages;
	}
	RS_WHY(why, allow_reserve, free_pages, reserve);
	if (!reserve || free_pages > reserve / 2)
		return r;
	r.allowed = false;
	if (in->kswapd_waits) {
		r.wakes_kswapd = true;
		if (r.kswapd_highest_zoneidx > ZONE_NORMAL)
			r.kswapd_highest_zoneidx = ZONE_NORMAL;
	}
	return r;
}

enum rs_direct_throttle throttle_direct_reclaim(const struct throttle_direct_reclaim *in, struct rs_why *why)
{
	if ((in->task_flags & PF_KTHREAD) || in->fatal_signal_pending || !in->has_zone || in->allowed) {
		RS_WHY(why, throttle_direct_not, in->task_flags, in->fatal_signal_pending, in->has_zone, in->allowed);
		return RS_DIRECT_THROTTLE_NONE;
	}
	RS_WHY(why, throttle_direct_waits, in->gfp);
	return in->gfp & __GFP_FS ? RS_DIRECT_THROTTLE_KILLABLE : RS_DIRECT_THROTTLE_TIMEOUT;
}

struct rs_shrink_zones_result shrink_zones(const struct shrink_zones *in, struct rs_why *why)
{
	struct rs_shrink_zones_result r = { 0, -1, false };
	int i, last_nid = -1;

	for (i = 0; i < in->nr; i++) {
		const struct rs_shrink_zone *zone = &in->zones[i];

		if (!in->cgroup_reclaim) {
			if (!zone->cpuset_allowed)
				continue;
			if (in->order > PAGE_ALLOC_COSTLY_ORDER && zone->compaction_ready) {
				RS_WHY(why, shrink_zones_ready, i, zone->nid);
				r.compaction_ready = true;
				continue;
			}
		}
		if (zone->nid == last_nid)
			continue;
		if (r.first_nid < 0)
			r.first_nid = zone->nid;
		last_nid = zone->nid;
		in->nids[r.nr_nids++] = zone->nid;
		RS_WHY(why, shrink_zones_node, i, zone->nid);
	}
	return r;
}

void do_try_to_free_pages_begin(struct do_try_to_free_pages *d, int priority, uint64_t nr_to_reclaim,
				bool may_writepage)
{
	memset(d, 0, sizeof(*d));
	d->initial_priority = d->priority = priority;
	d->nr_to_reclaim = nr_to_reclaim;
	d->may_writepage = may_writepage;
}

static void returns(struct do_try_to_free_pages *d, uint64_t ret)
{
	d->done = true;
	d->ret = ret;
}

void do_try_to_free_pages_next(struct do_try_to_free_pages *d, const struct rs_shrink_zones_end *end,
			       const struct rs_rules *rules, struct rs_why *why)
{
	bool enough = end->nr_reclaimed >= d->nr_to_reclaim || end->compaction_ready;

	d->priority = end->priority;
	d->skipped_deactivate = end->skipped_deactivate;
	d->memcg_low_skipped = end->memcg_low_skipped;
	RS_WHY(why, try_to_free_round, d->priority, end->nr_reclaimed, d->nr_to_reclaim, end->compaction_ready);
	if (!enough) {
		if (rules->laptop_mode && d->priority < DEF_PRIORITY - 2)
			d->may_writepage = true;
		if (--d->priority >= 0)
			return;
	}
	if (end->nr_reclaimed || end->compaction_ready) {
		returns(d, end->nr_reclaimed ? end->nr_reclaimed : 1);
		return;
	}
	/* Nothing at all: the same again, without what may have been in the way. */
	d->priority = d->initial_priority;
	if (rules->full_walk_retry && !d->memcg_full_walk) {
		RS_WHY(why, try_to_free_full_walk);
		d->memcg_full_walk = true;
	} else if (d->skipped_deactivate) {
		RS_WHY(why, try_to_free_deactivates);
		d->force_deactivate = true;
		d->skipped_deactivate = false;
	} else if (d->memcg_low_skipped) {
		RS_WHY(why, try_to_free_low);
		d->force_deactivate = false;
		d->memcg_low_reclaim = true;
		d->memcg_low_skipped = false;
	} else {
		returns(d, 0);
	}
}
