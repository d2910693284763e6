/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kswapd, mm/vmscan.c. Omitted: soft limit reclaim (cgroup v1 only), waking those who wait for the
 * reserves (direct_reclaim.h), and the aging before each shrink_node(), which is the LRU's.
 */
#include "kswapd.h"

#include <string.h>

bool pgdat_balanced(const struct zone *node_zones, int order, int highest_zoneidx, struct rs_balance_mode mode,
		    const struct rs_rules *rules, struct rs_why *why)
{
	enum zone_watermarks w = rules->wmark_promo && mode.memory_tiering ? WMARK_PROMO : WMARK_HIGH;
	bool any = false;
	int i;

	for (i = 0; i <= highest_zoneidx; i++) {
		struct zone zone = node_zones[i];
		uint64_t mark = wmark_pages(&zone, w);

		if (!managed_zone(&zone))
			continue;
		any = true;
		if (mode.defrag_mode && order) {
			zone.nr_free_pages = zone.nr_free_blocks;
			zone.nr_free_diff = zone.nr_free_blocks_diff;
		}
		if (zone_watermark_ok_safe(&zone, order, mark, highest_zoneidx, rules, why)) {
			RS_WHY(why, balanced_zone, i, order, mark);
			return true;
		}
	}
	RS_WHY(why, balanced_none, order, highest_zoneidx, any);
	return !any;
}

struct rs_wakeup_result wakeup_kswapd(const struct wakeup_kswapd *in, struct rs_why *why)
{
	struct rs_wakeup_result r = { in->kswapd_order, in->kswapd_highest_zoneidx, RS_WAKEUP_NONE, false };
	bool boosted = false, hopeless = kswapd_test_hopeless(in->kswapd_failures);
	int i;

	if (!in->managed_pages || !in->cpuset_allowed) {
		RS_WHY(why, wakeup_not_here, in->managed_pages, in->cpuset_allowed);
		return r;
	}
	if (r.kswapd_highest_zoneidx == MAX_NR_ZONES || r.kswapd_highest_zoneidx < in->highest_zoneidx)
		r.kswapd_highest_zoneidx = in->highest_zoneidx;
	if (r.kswapd_order < in->order)
		r.kswapd_order = in->order;
	if (!in->kswapd_waits) {
		RS_WHY(why, wakeup_awake, r.kswapd_order, r.kswapd_highest_zoneidx);
		return r;
	}
	r.asks_balanced = !hopeless;
	for (i = 0; i <= in->highest_zoneidx; i++)
		boosted |= in->watermark_boost[i] != 0;
	if (hopeless || (in->balanced && !boosted)) {
		RS_WHY(why, wakeup_useless, in->kswapd_failures, in->balanced, boosted, in->gfp);
		if (!(in->gfp & __GFP_DIRECT_RECLAIM))
			r.wakeup = RS_WAKEUP_KCOMPACTD;
		return r;
	}
	RS_WHY(why, wakeup_effective, in->kswapd_failures, in->balanced, boosted);
	r.wakeup = RS_WAKEUP_KSWAPD;
	return r;
}

int wake_all_kswapds_order(int order, bool defrag_mode)
{
	return defrag_mode && order < PAGEBLOCK_ORDER ? PAGEBLOCK_ORDER : order;
}

bool prepare_kswapd_sleep(int kswapd_failures, bool balanced, struct rs_why *why)
{
	RS_WHY(why, prepare_sleep, kswapd_failures, balanced);
	return kswapd_test_hopeless(kswapd_failures) || balanced;
}

void kswapd_init(struct kswapd *k, int kswapd_order, int kswapd_highest_zoneidx_asked)
{
	k->step = KSWAPD_PREPARE_NAP;
	k->alloc_order = k->reclaim_order = kswapd_order;
	k->highest_zoneidx = kswapd_highest_zoneidx(kswapd_highest_zoneidx_asked, MAX_NR_ZONES - 1);
}

/* It takes up what it is asked for, and resets the request. */
static void kswapd_read(struct kswapd *k, int kswapd_order, int asked)
{
	k->alloc_order = kswapd_order;
	k->highest_zoneidx = kswapd_highest_zoneidx(asked, k->highest_zoneidx);
	k->step = KSWAPD_BALANCE;
}

void kswapd_next(struct kswapd *k, const struct kswapd_result *result, struct rs_why *why)
{
	int order = result->kswapd_order;

	switch (k->step) {
	case KSWAPD_PREPARE_NAP:
		/* refused: asks a second time, as after a nap that nobody ended early */
		k->step = result->may_sleep ? KSWAPD_NAP : KSWAPD_PREPARE_SLEEP;
		break;
	case KSWAPD_PREPARE_SLEEP:
		if (result->may_sleep)
			k->step = KSWAPD_SLEEP;
		else
			kswapd_read(k, order, result->kswapd_highest_zoneidx);
		break;
	case KSWAPD_NAP:
		if (result->napped) {
			k->step = KSWAPD_PREPARE_SLEEP;
			break;
		}
		/* woken early: what it has not finished is asked for again */
		if (order < k->reclaim_order)
			order = k->reclaim_order;
		kswapd_read(k, order, result->kswapd_highest_zoneidx);
		break;
	case KSWAPD_SLEEP:
		kswapd_read(k, order, result->kswapd_highest_zoneidx);
		break;
	case KSWAPD_BALANCE:
		k->reclaim_order = result->reclaim_order;
		if (k->reclaim_order >= k->alloc_order) {
			k->alloc_order = k->reclaim_order = order;
			k->highest_zoneidx = kswapd_highest_zoneidx(result->kswapd_highest_zoneidx, k->highest_zoneidx);
		}
		k->step = KSWAPD_PREPARE_NAP;
		break;
	}
	RS_WHY(why, kswapd_step, k->step, k->alloc_order, k->reclaim_order, k->highest_zoneidx);
}

uint64_t kswapd_shrink_node_target(const struct zone *node_zones, int reclaim_idx)
{
	uint64_t nr_to_reclaim = 0;
	int i;

	for (i = 0; i <= reclaim_idx; i++)
		if (managed_zone(&node_zones[i]))
			nr_to_reclaim += rs_max(wmark_pages(&node_zones[i], WMARK_HIGH), SWAP_CLUSTER_MAX);
	return nr_to_reclaim;
}

bool kswapd_clears_failures(bool progress, bool balanced, const struct rs_rules *rules)
{
	return progress && (balanced || !rules->hopeless_cleared_if_balanced);
}

void balance_pgdat_begin(struct balance_pgdat *b, const struct zone *node_zones, int order, int highest_zoneidx,
			 struct rs_why *why)
{
	int i;

	memset(b, 0, sizeof(*b));
	b->order = order;
	b->highest_zoneidx = highest_zoneidx;
	for (i = 0; i <= highest_zoneidx; i++) {
		if (!managed_zone(&node_zones[i]))
			continue;
		b->zone_boosts[i] = node_zones[i].watermark_boost;
		b->nr_boost_reclaim += node_zones[i].watermark_boost;
	}
	b->boosted = b->nr_boost_reclaim;
	b->priority = DEF_PRIORITY;
	b->step = BALANCE_PGDAT_TEST;
	RS_WHY(why, balance_begin, order, highest_zoneidx, b->nr_boost_reclaim);
}

void balance_pgdat_tested(struct balance_pgdat *b, const struct balance_pgdat_test *test,
			  const struct rs_rules *rules, struct rs_why *why)
{
	bool laptop = rules->laptop_mode && test->laptop_mode;

	b->reclaim_idx = test->buffer_heads_idx >= 0 ? test->buffer_heads_idx : b->highest_zoneidx;
	if (!test->balanced && b->nr_boost_reclaim) {
		/* first of all the marks without a boost: from the start */
		RS_WHY(why, balance_drops_boost, b->nr_boost_reclaim);
		b->nr_boost_reclaim = 0;
		b->priority = DEF_PRIORITY;
		return;
	}
	if (test->balanced && !b->nr_boost_reclaim) {
		RS_WHY(why, balance_reached, b->order, b->priority);
		b->step = BALANCE_PGDAT_DONE;
		return;
	}
	b->raise_priority = !(b->nr_boost_reclaim && b->priority == DEF_PRIORITY - 2);
	b->may_writepage = !laptop && !b->nr_boost_reclaim;
	if (rules->laptop_mode && b->priority < DEF_PRIORITY - 2)
		b->may_writepage = true;
	b->may_swap = !b->nr_boost_reclaim;
	b->nr_to_reclaim = kswapd_shrink_node_target(test->node_zones, b->reclaim_idx);
	b->step = BALANCE_PGDAT_SHRINK;
	RS_WHY(why, balance_shrinks, b->priority, b->nr_to_reclaim, b->nr_boost_reclaim, b->may_writepage);
}

/* After the loop. */
static void balance_pgdat_ends(struct balance_pgdat *b, bool cache_trim_mode_failed, const struct rs_rules *rules,
			       struct rs_why *why)
{
	if (rules->cache_trim_mode_retry && !b->nr_reclaimed && b->priority < 1 && !b->no_cache_trim_mode &&
	    cache_trim_mode_failed) {
		RS_WHY(why, balance_without_trim);
		b->no_cache_trim_mode = true;
		b->priority = DEF_PRIORITY;
		b->step = BALANCE_PGDAT_TEST;
		return;
	}
	b->failed = !b->nr_reclaimed && !(rules->boosted_run_no_failure && b->boosted);
	b->step = BALANCE_PGDAT_DONE;
	RS_WHY(why, balance_gives_up, b->priority, b->nr_reclaimed, b->failed);
}

void balance_pgdat_shrunk(struct balance_pgdat *b, const struct balance_pgdat_shrunk *shrunk,
			  const struct rs_rules *rules, struct rs_why *why)
{
	uint64_t nr_reclaimed = shrunk->nr_reclaimed - b->nr_reclaimed, done = shrunk->nr_scanned;

	b->nr_reclaimed = shrunk->nr_reclaimed;
	b->priority = shrunk->priority;
	if (b->order && b->nr_reclaimed >= compact_gap(b->order, rules)) {
		RS_WHY(why, balance_order_dropped, b->order, b->nr_reclaimed, compact_gap(b->order, rules));
		b->order = 0;
	}
	if (rules->kswapd_counts_reclaimed)
		done = rs_max(done, nr_reclaimed);
	if (done >= b->nr_to_reclaim) {
		RS_WHY(why, balance_keeps_priority, done, b->nr_to_reclaim);
		b->raise_priority = false;
	}
	if (shrunk->must_stop) {
		balance_pgdat_ends(b, shrunk->cache_trim_mode_failed, rules, why);
		return;
	}
	b->nr_boost_reclaim -= rs_min(b->nr_boost_reclaim, nr_reclaimed);
	if (b->nr_boost_reclaim && !nr_reclaimed) {
		RS_WHY(why, balance_boost_stuck, b->nr_boost_reclaim);
		balance_pgdat_ends(b, shrunk->cache_trim_mode_failed, rules, why);
		return;
	}
	if (b->raise_priority || !nr_reclaimed)
		b->priority--;
	RS_WHY(why, balance_goes_on, b->priority, nr_reclaimed, b->raise_priority, b->nr_boost_reclaim);
	b->step = BALANCE_PGDAT_TEST;
	if (b->priority < 1)
		balance_pgdat_ends(b, shrunk->cache_trim_mode_failed, rules, why);
}

uint64_t balance_pgdat_boost_left(const struct balance_pgdat *b, int zone, uint64_t boost)
{
	return boost - rs_min(boost, b->zone_boosts[zone]);
}
