/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page allocator of the simulated host: marks, the walk over zones, the slow path. Left out: lists of CPUs,
 * drift of counters, fragmentation. Free memory is one block, so an order is only as hard to get as its pages.
 */
#include <string.h>

#include "../model/alloc_flags.h"
#include "../model/direct_reclaim.h"
#include "../model/node_reclaim.h"
#include "../model/scan_balance.h"
#include "../model/slowpath.h"
#include "host.h"

/* Of the fast path. */
#define FAST_FLAGS (WMARK_LOW | ALLOC_CPUSET | ALLOC_KSWAPD)

static int highest_zoneidx(const struct rs_sim *sim, uint32_t gfp)
{
	int idx = gfp & __GFP_MOVABLE ? ZONE_MOVABLE : ZONE_NORMAL;

	return idx < sim->highest_zone || managed_zone(&sim->zones[ZONE_MOVABLE]) ? idx : ZONE_NORMAL;
}

/* ---- Marks. ---- */

static enum rs_freelist_zone ask_zone(const struct rs_sim *sim, const struct zone *zone, uint32_t gfp,
				      unsigned int order, unsigned int alloc_flags, int highest)
{
	struct get_page_from_freelist in = {
		.zone = zone,
		.order = order,
		.alloc_flags = alloc_flags,
		.gfp = gfp,
		.highest_zoneidx = highest,
		.cpuset_allowed = true,
		.node_reclaim = sim->conf.zone_reclaim_mode,
	};
	bool below_high;

	return get_page_from_freelist(&in, &below_high, sim->rules, NULL);
}

/* Below how many free pages does the fast path not take one? Found by asking the model. */
static uint64_t fast_min(const struct rs_sim *sim, int idx, int highest)
{
	struct zone zone = sim->zones[idx];
	uint64_t no = 0, yes = zone.managed_pages + 1;

	while (no + 1 < yes) {
		uint64_t mid = no + (yes - no) / 2;

		zone.nr_free_pages = mid;
		if (ask_zone(sim, &zone, GFP_HIGHUSER_MOVABLE, 0, FAST_FLAGS, highest) == RS_FREELIST_TRY)
			yes = mid;
		else
			no = mid;
	}
	return no;
}

void rs_marks_changed(struct rs_sim *sim)
{
	int i, highest;

	for (i = 0; i <= sim->highest_zone; i++)
		for (highest = i; managed_zone(&sim->zones[i]) && highest < MAX_NR_ZONES; highest++)
			sim->extra[i].fast_min[highest] = fast_min(sim, i, highest);
}

void rs_set_marks(struct rs_sim *sim)
{
	struct zone zones[MAX_NR_ZONES];
	int i, nr = 0;

	for (i = 0; i < MAX_NR_ZONES; i++)
		if (managed_zone(&sim->zones[i]))
			zones[nr++] = sim->zones[i];
	setup_per_zone_wmarks(zones, nr, sim->conf.min_free_kbytes, sim->conf.watermark_scale_factor, sim->rules, NULL);
	for (i = 0; i < nr; i++)
		sim->zones[zones[i].idx] = zones[i];
	setup_per_zone_lowmem_reserve(sim->zones, sim->conf.lowmem_reserve_ratio, NULL);
	rs_marks_changed(sim);
}

/* Free memory as the largest blocks it fits into. */
void rs_fill_blocks(struct rs_sim *sim)
{
	int i, order;

	for (i = 0; i <= sim->highest_zone; i++) {
		struct zone *zone = &sim->zones[i];
		uint64_t types = (1 << MIGRATE_PCPTYPES) - 1;

		zone->free_area[MAX_PAGE_ORDER] = (zone->nr_free_pages >> MAX_PAGE_ORDER) << 8 | types;
		for (order = 0; order < MAX_PAGE_ORDER; order++)
			zone->free_area[order] = (zone->nr_free_pages >> order & 1) << 8 | types;
	}
}

void rs_boost(struct rs_sim *sim, struct rs_task *task, uint64_t below)
{
	int idx = highest_zoneidx(sim, GFP_KERNEL);

	while (idx > 0 && !managed_zone(&sim->zones[idx]))
		idx--;
	rs_settle(task->thread);
	if (below && sim->zones[idx].watermark_boost >= below)
		return;
	if (!boost_watermark(&sim->zones[idx], sim->conf.watermark_boost_factor, NULL))
		return;
	rs_marks_changed(sim);
	rs_wakeup_kswapd(sim, idx, 0, 0, idx);
}

/* ---- Free pages. ---- */

void rs_take_free(struct rs_sim *sim, int idx, uint64_t nr)
{
	struct zone *zone = &sim->zones[idx];
	struct rs_zone_extra *extra = &sim->extra[idx];

	zone->nr_free_pages -= nr;
	sim->counts.pgalloc += nr;
	if (zone->nr_free_pages >= extra->least_free)
		return;
	extra->least_free = zone->nr_free_pages;
	if (extra->first_below_low_ns == RS_NEVER && zone->nr_free_pages <= zone->_watermark[WMARK_LOW])
		extra->first_below_low_ns = rs_now(&sim->sched);
	if (extra->first_below_min_ns == RS_NEVER && zone->nr_free_pages <= zone->_watermark[WMARK_MIN])
		extra->first_below_min_ns = rs_now(&sim->sched);
}

/* So many pages of a zone can be had one after the other as the first of the fast path, and nothing else happens. */
uint64_t rs_free_at_hand(const struct rs_sim *sim, unsigned int idx, uint32_t gfp)
{
	const struct zone *zone = &sim->zones[idx];
	const struct rs_zone_extra *extra = &sim->extra[idx];
	int highest = highest_zoneidx(sim, gfp);
	uint64_t least = extra->fast_min[highest];

	if ((int)idx > highest)
		return 0;
	/* when it falls below a mark for the first time is noted */
	if (extra->first_below_low_ns == RS_NEVER)
		least = rs_max(least, zone->_watermark[WMARK_LOW] + 1);
	if (extra->first_below_min_ns == RS_NEVER)
		least = rs_max(least, zone->_watermark[WMARK_MIN] + 1);
	return zone->nr_free_pages - rs_min(zone->nr_free_pages, least);
}

void rs_free(struct rs_sim *sim, unsigned int zone, uint64_t nr)
{
	sim->zones[zone].nr_free_pages += nr;
	sim->counts.pgfree += nr;
}

/* Pages of the kernel, given back to where most of them are from. */
void rs_give_back(struct rs_sim *sim, uint64_t nr)
{
	int idx;

	for (idx = sim->highest_zone; idx >= 0 && nr; idx--) {
		uint64_t here = rs_min(nr, sim->kernel_of[idx]);

		sim->kernel_of[idx] -= here;
		rs_free(sim, idx, here);
		nr -= here;
	}
}

/* For who frees memory: without regard to marks. Takes what there is, and says how much. */
uint64_t rs_take_reserve(struct rs_sim *sim, uint64_t nr)
{
	uint64_t want = nr;
	int idx;

	for (idx = rs_min(sim->highest_zone, ZONE_NORMAL); idx >= 0 && nr; idx--) {
		uint64_t here = rs_min(nr, sim->zones[idx].nr_free_pages);

		rs_take_free(sim, idx, here);
		sim->kernel_of[idx] += here;
		nr -= here;
	}
	return want - nr;
}

/* node_reclaim(): vm.zone_reclaim_mode. Did it help? */
static bool reclaim_node(struct rs_sim *sim, struct rs_task *task, uint32_t gfp, unsigned int order)
{
	const uint64_t *state = sim->memcgs[0].lruvec.state;
	const uint64_t file = state[LRU_INACTIVE_FILE] + state[LRU_ACTIVE_FILE];
	const struct node_pagecache_reclaimable cache = {
		.node_reclaim_mode = sim->conf.zone_reclaim_mode,
		.file_pages = file,
		.inactive_file = state[LRU_INACTIVE_FILE],
		.active_file = state[LRU_ACTIVE_FILE],
		.file_dirty = sim->nr_dirty,
	};
	uint64_t managed = 0;
	struct node_reclaim in = {
		.pagecache = node_pagecache_reclaimable(&cache, sim->rules, NULL),
		.slab_reclaimable = sim->nr_slab,
		.gfp = gfp,
		.node_has_cpus = true,
		.node_is_local = true,
		.locked = sim->node_reclaim_locked,
	};
	struct rs_scan_control sc = {
		.thread = task->thread,
		.task = task,
		.gfp = gfp,
		.task_flags = PF_MEMALLOC,
		.order = order,
		.reclaim_idx = sim->highest_zone,
		.target = -1,
		.may_swap = true,
	};
	struct __node_reclaim n;
	int i;

	for (i = 0; i <= sim->highest_zone; i++)
		managed += sim->zones[i].managed_pages;
	in.min_unmapped_pages = managed / 100;
	in.min_slab_pages = managed * 5 / 100;
	if (node_reclaim(&in, NULL) != RS_NODE_RECLAIM_RUNS)
		return false;
	sim->node_reclaim_locked = true;
	__node_reclaim_begin(&n, order, sim->conf.zone_reclaim_mode);
	while (!n.done) {
		sc.priority = n.priority;
		sc.nr_to_reclaim = n.nr_to_reclaim;
		sc.may_writepage = n.may_writepage;
		sc.may_unmap = n.may_unmap;
		rs_shrink_node(sim, &sc);
		__node_reclaim_next(&n, sc.nr_reclaimed, NULL);
	}
	sim->node_reclaim_locked = false;
	return n.enough;
}

/* One walk over the zones. -1: none of them. */
static int freelist(struct rs_sim *sim, struct rs_task *task, uint32_t gfp, unsigned int order,
		    unsigned int alloc_flags)
{
	int highest = highest_zoneidx(sim, gfp), idx;

	if (order)
		rs_fill_blocks(sim);
	for (idx = rs_min(highest, sim->highest_zone); idx >= 0; idx--) {
		struct zone *zone = &sim->zones[idx];
		enum rs_freelist_zone answer;

		if (!managed_zone(zone))
			continue;
		answer = ask_zone(sim, zone, gfp, order, alloc_flags, highest);
		if (answer == RS_FREELIST_NODE_RECLAIM)
			answer = reclaim_node(sim, task, gfp, order)
					 ? ask_zone(sim, zone, gfp, order, alloc_flags, highest)
					 : RS_FREELIST_SKIP;
		if (answer == RS_FREELIST_TRY && zone->nr_free_pages >= 1UL << order) {
			rs_take_free(sim, idx, 1UL << order);
			return idx;
		}
	}
	return -1;
}

/* ---- The slow path. ---- */

static void wake_all_kswapds(struct rs_sim *sim, uint32_t gfp, unsigned int order)
{
	int highest = highest_zoneidx(sim, gfp), idx = rs_min(highest, sim->highest_zone);

	while (idx > 0 && !managed_zone(&sim->zones[idx]))
		idx--;
	rs_wakeup_kswapd(sim, idx, gfp, order, highest);
}

/* try_to_free_pages(). */
static uint64_t direct_reclaim(struct rs_sim *sim, struct rs_task *task, uint32_t gfp, unsigned int order)
{
	struct rs_thread *thread = task->thread;
	struct rs_scan_control sc = {
		.thread = thread,
		.task = task,
		.gfp = gfp,
		.task_flags = PF_MEMALLOC,
		.order = order,
		.priority = DEF_PRIORITY,
		.reclaim_idx = rs_min(highest_zoneidx(sim, gfp), sim->highest_zone),
		.target = -1,
		.nr_to_reclaim = SWAP_CLUSTER_MAX,
		.may_writepage = !sim->conf.laptop_mode,
		.may_unmap = true,
		.may_swap = true,
	};
	const struct throttle_direct_reclaim throttle = {
		.gfp = gfp,
		.has_zone = true,
		.allowed = rs_allow_direct(sim),
	};
	uint64_t began, progress;

	rs_memstall_enter(thread);
	began = rs_clock(thread);
	switch (throttle_direct_reclaim(&throttle, NULL)) {
	case RS_DIRECT_THROTTLE_NONE:
		break;
	case RS_DIRECT_THROTTLE_TIMEOUT:
		sim->counts.direct_throttled++;
		rs_sleep(thread, began + 1000000000ULL, RS_WAITS_PFMEMALLOC);
		break;
	case RS_DIRECT_THROTTLE_KILLABLE:
		sim->counts.direct_throttled++;
		while (!task->result.oom_killed && !rs_allow_direct(sim))
			rs_sleep(thread, RS_NEVER, RS_WAITS_PFMEMALLOC);
		break;
	}
	sim->counts.allocstall++;
	task->result.allocstall++;
	progress = rs_try_to_free(sim, &sc);
	rs_memstall_leave(thread);
	sim->counts.allocstall_ns += rs_clock(thread) - began;
	task->result.allocstall_ns += rs_clock(thread) - began;
	return progress;
}

static void retry_reclaim(struct rs_sim *sim, const struct slowpath *s, const struct slowpath_request *req,
			  struct slowpath_result *result)
{
	struct rs_retry_zone zones[MAX_NR_ZONES];
	struct should_reclaim_retry in = {
		.order = req->order,
		.alloc_flags = s->alloc_flags,
		.highest_zoneidx = req->highest_zoneidx,
		.did_some_progress = s->did_some_progress,
		.no_progress_loops = s->no_progress_loops,
		.zones = zones,
	};
	int idx;

	for (idx = rs_min(req->highest_zoneidx, sim->highest_zone); idx >= 0; idx--) {
		if (!managed_zone(&sim->zones[idx]))
			continue;
		zones[in.nr++] = (struct rs_retry_zone){
			.zone = &sim->zones[idx],
			.reclaimable = rs_zone_reclaimable(sim, idx),
			.write_pending = sim->extra[idx].write_pending,
		};
	}
	result->yes = should_reclaim_retry(&in, sim->rules, NULL);
	result->no_progress_loops = in.no_progress_loops;
	/* who waits gives the CPU to those who could help: a tick at least, as schedule_timeout_uninterruptible(1) */
	if (in.waits)
		rs_sleep(sim->sched.current, rs_clock(sim->sched.current) + 1000000000ULL / 10, RS_WAITS_TIME);
}

static int slowpath(struct rs_sim *sim, struct rs_task *task, uint32_t gfp, unsigned int order)
{
	const struct gfp_to_alloc_flags flags = { .gfp = gfp, .order = order, .rt = task->thread->ahead, .in_task = true };
	struct slowpath_request req = {
		.gfp = gfp,
		.order = order,
		.movable = gfp & __GFP_MOVABLE,
		.highest_zoneidx = highest_zoneidx(sim, gfp),
		.alloc_flags = gfp_to_alloc_flags(&flags, sim->rules, NULL),
	};
	struct slowpath s;
	int zone = -1;

	slowpath_begin(&s, &req, 0, sim->rules, NULL);
	while (s.step != SLOWPATH_GOT_PAGE && s.step != SLOWPATH_FAIL && !sim->error) {
		const struct gfp_pfmemalloc_flags reserve = { .gfp = gfp, .oom_victim = task->result.oom_killed };
		struct slowpath_result result = {
			.reserve_flags = __gfp_pfmemalloc_flags(&reserve, NULL),
			.oom_victim = task->result.oom_killed,
			.compact_priority = s.compact_priority,
			.compaction_retries = s.compaction_retries,
		};

		rs_spend(task->thread, sim->conf.costs.slowpath);
		if (s.wakes_kswapds)
			wake_all_kswapds(sim, gfp, order);
		switch (s.step) {
		case SLOWPATH_FREELIST:
			zone = freelist(sim, task, gfp, order, s.pass_alloc_flags);
			result.got_page = zone >= 0;
			break;
		case SLOWPATH_COMPACT:
			/* nothing is fragmented: it finds the block if there are pages enough */
			zone = freelist(sim, task, gfp, order, s.alloc_flags);
			result.got_page = zone >= 0;
			result.compact_result = zone >= 0 ? COMPACT_SUCCESS : COMPACT_SKIPPED;
			break;
		case SLOWPATH_RECLAIM:
			result.progress = direct_reclaim(sim, task, gfp, s.reclaim_order);
			break;
		case SLOWPATH_RETRY_RECLAIM:
			retry_reclaim(sim, &s, &req, &result);
			break;
		case SLOWPATH_OOM_LOCK:
			result.yes = true;
			break;
		case SLOWPATH_OOM:
			result.yes = rs_out_of_memory(sim, task, gfp, -1);
			break;
		case SLOWPATH_RETRY_COMPACT:
		case SLOWPATH_GOT_PAGE:
		case SLOWPATH_FAIL:
			break;
		}
		slowpath_next(&s, &req, &result, sim->rules, NULL);
	}
	if (s.step == SLOWPATH_GOT_PAGE)
		return zone;
	sim->counts.alloc_failed++;
	return -1;
}

/* The zone of the page or block, -1: there is none to be had. */
int rs_alloc(struct rs_sim *sim, struct rs_task *task, uint32_t gfp, unsigned int order)
{
	int highest = highest_zoneidx(sim, gfp), idx, zone;

	if (!order) {
		for (idx = rs_min(highest, sim->highest_zone); idx >= 0; idx--) {
			if (sim->zones[idx].nr_free_pages > sim->extra[idx].fast_min[highest]) {
				rs_take_free(sim, idx, 1);
				return idx;
			}
			if (sim->conf.zone_reclaim_mode)
				break;
		}
	}
	rs_settle(task->thread);
	if (order || sim->conf.zone_reclaim_mode) {
		zone = freelist(sim, task, gfp, order, FAST_FLAGS);
		if (zone >= 0)
			return zone;
	}
	return slowpath(sim, task, gfp, order);
}
