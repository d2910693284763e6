/* SPDX-License-Identifier: GPL-2.0-only */
/* Reclaim from the node: the walk over cgroups, direct reclaim, throttling. */
#include "../model/direct_reclaim.h"
#include "../model/kswapd.h"
#include "../model/scan_balance.h"
#include "../model/shrink_node.h"
#include "host.h"
#include "lru_gen.h"

#define NS_PER_TICK (1000000000ULL / HZ)

uint64_t rs_zone_reclaimable(struct rs_sim *sim, int zone)
{
	const uint64_t *lru = sim->extra[zone].lru;
	const struct zone_reclaimable_pages in = {
		.inactive_file = lru[LRU_INACTIVE_FILE],
		.active_file = lru[LRU_ACTIVE_FILE],
		.inactive_anon = lru[LRU_INACTIVE_ANON],
		.active_anon = lru[LRU_ACTIVE_ANON],
		.free = sim->zones[zone].nr_free_pages,
		.can_reclaim_anon = can_reclaim_anon_pages(rs_swap_pages(sim, 0), false),
	};

	return zone_reclaimable_pages(&in, sim->rules, NULL);
}

/* ---- Throttling. ---- */

static bool skip_noprogress(struct rs_sim *sim)
{
	struct skip_throttle_noprogress in = { .kswapd_failures = sim->kswapd_failures };
	int i;

	for (i = 0; i <= sim->highest_zone; i++) {
		if (!managed_zone(&sim->zones[i]))
			continue;
		in.reclaimable[in.nr_zones] = rs_zone_reclaimable(sim, i);
		in.write_pending[in.nr_zones++] = sim->extra[i].write_pending;
	}
	return skip_throttle_noprogress(&in, NULL);
}

void rs_reclaim_throttle(struct rs_sim *sim, struct rs_scan_control *sc, enum vmscan_throttle_state reason)
{
	bool asks = reason == VMSCAN_THROTTLE_CONGESTED || reason == VMSCAN_THROTTLE_NOPROGRESS;
	long timeout = reclaim_throttle(reason, sc->task_flags, asks && skip_noprogress(sim), sim->rules, NULL);
	int queue = reason == VMSCAN_THROTTLE_WRITEBACK	   ? RS_WAITS_WRITTEN
		    : reason == VMSCAN_THROTTLE_NOPROGRESS ? RS_WAITS_PROGRESS
							   : RS_WAITS_TIME;
	uint64_t since;

	if (!timeout)
		return;
	rs_settle(sc->thread);
	if (reason == VMSCAN_THROTTLE_WRITEBACK && !rs_nr_waiting(&sim->sched, queue))
		sim->throttled_written = 0;
	since = rs_clock(sc->thread);
	sim->counts.reclaim_throttled++;
	rs_sleep(sc->thread, since + timeout * NS_PER_TICK, queue);
	sim->counts.reclaim_throttled_ns += rs_clock(sc->thread) - since;
}

static void consider_throttle(struct rs_sim *sim, struct rs_scan_control *sc, uint64_t nr_scanned)
{
	const struct consider_reclaim_throttle in = {
		.nr_reclaimed = sc->nr_reclaimed,
		.nr_scanned = nr_scanned,
		.priority = sc->priority,
		.kswapd = sc->kswapd,
		.cgroup_reclaim = sc->target >= 0,
	};

	if (!sim->rules->reclaim_throttle)
		return;
	switch (consider_reclaim_throttle(&in, NULL)) {
	case RS_NOPROGRESS_WAKES:
		rs_wake_all(&sim->sched, RS_WAITS_PROGRESS);
		break;
	case RS_NOPROGRESS_THROTTLES:
		rs_reclaim_throttle(sim, sc, VMSCAN_THROTTLE_NOPROGRESS);
		break;
	case RS_NOPROGRESS_NOTHING:
		break;
	}
}

/* ---- shrink_node() ---- */

static void prepare(struct rs_sim *sim, struct rs_scan_control *sc)
{
	const struct rs_lruvec *lruvec = &sim->memcgs[sc->target >= 0 ? sc->target : 0].lruvec;
	const struct rs_lruvec *root = &sim->memcgs[0].lruvec;
	struct prepare_scan_control in = {
		.anon_cost = lruvec->anon_cost,
		.file_cost = lruvec->file_cost,
		.node_inactive_anon = root->state[LRU_INACTIVE_ANON],
		.node_inactive_file = root->state[LRU_INACTIVE_FILE],
		.node_active_file = root->state[LRU_ACTIVE_FILE],
		.cgroup_reclaim = sc->target >= 0,
		.force_deactivate = sc->force_deactivate,
		.no_cache_trim_mode = sc->no_cache_trim_mode,
		.file_is_tiny = sc->file_is_tiny,
		.priority = sc->priority,
		.lru_gen = sim->conf.lru_gen,
	};
	struct prepare_scan_control_result r;
	int i;

	for (i = 0; i < ANON_AND_FILE; i++) {
		in.activate[i] = lruvec->activate[i];
		in.refaults[i] = lruvec->refaults[i];
	}
	for (i = 0; i < NR_EVICTABLE_LISTS; i++)
		in.lru_size[i] = lruvec->state[i];
	for (i = 0; i <= sim->highest_zone; i++) {
		in.free += sim->zones[i].nr_free_pages;
		if (managed_zone(&sim->zones[i]))
			in.total_high_wmark += wmark_pages(&sim->zones[i], WMARK_HIGH);
	}
	r = prepare_scan_control(&in, NULL);
	if (!r.prepared)
		return;
	sc->anon_cost = r.anon_cost;
	sc->file_cost = r.file_cost;
	sc->may_deactivate = r.may_deactivate;
	sc->cache_trim_mode = r.cache_trim_mode;
	sc->file_is_tiny = r.file_is_tiny;
}

/* false: the walk is over. */
static bool shrink_memcg(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg)
{
	struct rs_memcg *m = &sim->memcgs[memcg];
	const struct shrink_node_memcgs visit = {
		.memcg = {
			.usage = m->usage,
			.emin = m->emin,
			.elow = m->elow,
			.is_root = memcg == 0,
			.is_target = sc->target == (int)memcg,
		},
		.memcg_low_reclaim = sc->memcg_low_reclaim,
	};
	struct shrink_node_memcgs_enough enough = { .nr_to_reclaim = sc->nr_to_reclaim };

	rs_spend(sc->thread, sim->conf.costs.shrink_node);
	switch (shrink_node_memcgs(&visit, sim->rules, NULL)) {
	case RS_MEMCG_SKIP_LOW:
		sc->memcg_low_skipped = true;
		return true;
	case RS_MEMCG_SKIP_MIN:
		return true;
	case RS_MEMCG_SHRINK_LOW:
	case RS_MEMCG_SHRINK:
		break;
	}
	if (sim->conf.lru_gen)
		rs_lru_gen_shrink_lruvec(sim, sc, memcg);
	else
		rs_shrink_lruvec(sim, sc, memcg);
	rs_shrink_slab(sim, sc, memcg, sc->priority);
	enough.nr_reclaimed = sc->nr_reclaimed;
	enough.kswapd = sc->kswapd;
	enough.memcg_full_walk = sc->full_walk;
	return !shrink_node_memcgs_enough(&enough, sim->rules, NULL);
}

/*
 * Cgroups are visited in the order of their creation, not of the tree. A walk that may end early goes on where
 * the last one from the same place has ended.
 */
static void shrink_memcgs(struct rs_sim *sim, struct rs_scan_control *sc)
{
	unsigned int top = sc->target > 0 ? sc->target : 0, nr = sim->nr_memcgs - top, i, from = 0;
	bool partial = sim->rules->memcg_partial_walk && !sc->kswapd && !sc->full_walk;

	rs_protect(sim, sc->target);
	if (partial && sim->memcgs[top].iter < nr)
		from = sim->memcgs[top].iter;
	for (i = 0; i < nr; i++) {
		unsigned int memcg = top + (from + i) % nr;

		if (!rs_memcg_within(sim, memcg, top))
			continue;
		if (!shrink_memcg(sim, sc, memcg)) {
			sim->memcgs[top].iter = (memcg - top + 1) % nr;
			break;
		}
	}
}

static void react_to_writeback(struct rs_sim *sim, struct rs_scan_control *sc)
{
	struct rs_memcg *target = &sim->memcgs[sc->target > 0 ? sc->target : 0];
	const struct shrink_node_writeback in = {
		.dirty = sc->nr.dirty,
		.unqueued_dirty = sc->nr.unqueued_dirty,
		.congested = sc->nr.congested,
		.writeback = sc->nr.writeback,
		.immediate = sc->nr.immediate,
		.file_taken = sc->nr.file_taken,
		.taken = sc->nr.taken,
		.task_flags = sc->task_flags,
		.cgroup_reclaim = sc->target >= 0,
		.writeback_throttling_sane = true,
		.cgroup_congested = target->congested,
		.node_congested = sim->pgdat_congested,
	};
	struct rs_writeback_result r = shrink_node_writeback(&in, sim->rules, NULL);

	sim->pgdat_writeback |= r.sets_writeback;
	sim->pgdat_dirty |= r.sets_dirty;
	target->congested = r.cgroup_congested;
	sim->pgdat_congested = r.node_congested;
	if (r.throttles_writeback)
		rs_reclaim_throttle(sim, sc, VMSCAN_THROTTLE_WRITEBACK);
	if (r.throttles_congested)
		rs_reclaim_throttle(sim, sc, VMSCAN_THROTTLE_CONGESTED);
}

static bool continues(struct rs_sim *sim, struct rs_scan_control *sc, uint64_t nr_reclaimed)
{
	const uint64_t *state = sim->memcgs[0].lruvec.state;
	struct should_continue_reclaim in = {
		.nr_reclaimed = nr_reclaimed,
		.inactive_file = state[LRU_INACTIVE_FILE],
		.inactive_anon = state[LRU_INACTIVE_ANON],
		.order = sc->order,
		.priority = sc->priority,
		.compaction_allowed = gfp_compaction_allowed(sc->gfp),
		.can_reclaim_anon = can_reclaim_anon_pages(rs_swap_pages(sim, 0), false),
	};
	int i;

	/* memory is not fragmented here: a zone above its mark has the page */
	if (sc->order)
		rs_fill_blocks(sim);
	for (i = 0; i <= sc->reclaim_idx && sc->order; i++)
		in.zone_ready |= managed_zone(&sim->zones[i]) &&
				 zone_watermark_ok(&sim->zones[i], sc->order, wmark_pages(&sim->zones[i], WMARK_MIN),
						   sc->reclaim_idx, 0, sim->rules, NULL);
	return should_continue_reclaim(&in, sim->rules, NULL);
}

static void note_progress(struct rs_sim *sim, const struct rs_scan_control *sc, bool progress)
{
	bool balanced = progress && sim->kswapd_failures && rs_balanced(sim, sc->order, sc->reclaim_idx);

	if (kswapd_clears_failures(progress, balanced, sim->rules))
		sim->kswapd_failures = 0;
}

void rs_shrink_node(struct rs_sim *sim, struct rs_scan_control *sc)
{
	bool root = sc->target < 0, reclaimable = false;
	uint64_t reclaimed, before;

	if (shrink_node_path(sim->conf.lru_gen, false, root, sim->rules, NULL) == RS_SHRINK_LRU_GEN) {
		reclaimed = sc->nr_reclaimed;
		rs_lru_gen_shrink_node(sim, sc);
		note_progress(sim, sc, sc->nr_reclaimed > reclaimed);
		return;
	}
	do {
		before = sc->nr_reclaimed;
		sc->nr = (struct rs_sc_nr){ 0 };
		sc->slab_reclaimed = 0;
		prepare(sim, sc);
		shrink_memcgs(sim, sc);
		sc->nr_reclaimed += flush_reclaim_state(sc->slab_reclaimed, root, sim->rules);
		reclaimed = sc->nr_reclaimed - before;
		reclaimable |= reclaimed != 0;
		react_to_writeback(sim, sc);
	} while (continues(sim, sc, reclaimed));
	if (rs_cache_trim_mode_failed(reclaimable, sc->cache_trim_mode, sim->rules))
		sc->cache_trim_mode_failed = true;
	note_progress(sim, sc, reclaimable);
}

/* ---- Direct reclaim. ---- */

void rs_snapshot_refaults(struct rs_sim *sim, int target)
{
	struct rs_lruvec *lruvec = &sim->memcgs[target > 0 ? target : 0].lruvec;

	snapshot_refaults(lruvec->activate, lruvec->refaults);
}

/* do_try_to_free_pages(), as the node's or a cgroup's memory is reclaimed. */
uint64_t rs_try_to_free(struct rs_sim *sim, struct rs_scan_control *sc)
{
	struct do_try_to_free_pages d;
	struct rs_shrink_zone zonelist[MAX_NR_ZONES];
	int nids[MAX_NR_ZONES], i;

	do_try_to_free_pages_begin(&d, sc->priority, sc->nr_to_reclaim, sc->may_writepage);
	sc->nr_reclaimed = 0;
	while (!d.done) {
		struct shrink_zones zones = {
			.zones = zonelist,
			.cgroup_reclaim = sc->target >= 0,
			.order = sc->order,
			.nids = nids,
		};
		struct rs_shrink_zones_end end = { 0 };
		struct rs_shrink_zones_result r;

		for (i = sc->reclaim_idx; i >= 0; i--)
			if (managed_zone(&sim->zones[i]))
				zonelist[zones.nr++] = (struct rs_shrink_zone){ .cpuset_allowed = true };
		sc->priority = d.priority;
		sc->may_writepage = d.may_writepage;
		sc->full_walk = d.memcg_full_walk;
		sc->force_deactivate = d.force_deactivate;
		sc->skipped_deactivate = d.skipped_deactivate;
		sc->memcg_low_reclaim = d.memcg_low_reclaim;
		sc->memcg_low_skipped = d.memcg_low_skipped;
		sc->nr_scanned = 0;
		r = shrink_zones(&zones, NULL);
		for (i = 0; i < r.nr_nids; i++)
			rs_shrink_node(sim, sc);
		if (r.first_nid >= 0)
			consider_throttle(sim, sc, sc->nr_scanned);
		end.priority = sc->priority;
		end.nr_reclaimed = sc->nr_reclaimed;
		end.compaction_ready = r.compaction_ready;
		end.skipped_deactivate = sc->skipped_deactivate;
		end.memcg_low_skipped = sc->memcg_low_skipped;
		do_try_to_free_pages_next(&d, &end, sim->rules, NULL);
		if (sim->error)
			break;
	}
	rs_snapshot_refaults(sim, sc->target);
	if (sc->target > 0)
		sim->memcgs[sc->target].congested = false;
	return d.ret;
}

bool rs_allow_direct(struct rs_sim *sim)
{
	struct allow_direct_reclaim in = {
		.node_zones = sim->zones,
		.kswapd_failures = sim->kswapd_failures,
		.kswapd_waits = sim->kswapd_waits,
		.kswapd_highest_zoneidx = sim->kswapd_highest_zoneidx,
	};
	struct rs_allow_result r;
	int i;

	for (i = 0; i <= ZONE_NORMAL; i++)
		in.reclaimable[i] = managed_zone(&sim->zones[i]) ? rs_zone_reclaimable(sim, i) : 0;
	r = allow_direct_reclaim(&in, sim->rules, NULL);
	sim->kswapd_highest_zoneidx = r.kswapd_highest_zoneidx;
	if (r.wakes_kswapd) {
		sim->kswapd_waits = false;
		rs_wake(sim->kswapd, rs_now(&sim->sched) + sim->conf.kswapd_wake_ns);
	}
	return r.allowed;
}

void rs_wake_pfmemalloc(struct rs_sim *sim)
{
	rs_wake_all(&sim->sched, RS_WAITS_PFMEMALLOC);
}
