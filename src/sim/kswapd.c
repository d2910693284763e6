/* SPDX-License-Identifier: GPL-2.0-only */
/* kswapd of the simulated node: it carries out the steps that the model names. */
#include "../model/kswapd.h"

#include "../model/scan_balance.h"
#include "host.h"
#include "lru_gen.h"

#define NAP_NS (1000000000ULL / 10)

static const struct rs_balance_mode plain;

bool rs_balanced(struct rs_sim *sim, int order, int highest_zoneidx)
{
	if (order)
		rs_fill_blocks(sim);
	return pgdat_balanced(sim->zones, order, highest_zoneidx, plain, sim->rules, NULL);
}

void rs_wakeup_kswapd(struct rs_sim *sim, int zone, uint32_t gfp, int order, int highest_zoneidx)
{
	struct wakeup_kswapd in = {
		.managed_pages = sim->zones[zone].managed_pages,
		.cpuset_allowed = true,
		.gfp = gfp,
		.order = order,
		.highest_zoneidx = highest_zoneidx,
		.kswapd_order = sim->kswapd_order,
		.kswapd_highest_zoneidx = sim->kswapd_highest_zoneidx,
		.kswapd_failures = sim->kswapd_failures,
		.kswapd_waits = sim->kswapd_waits,
	};
	struct rs_wakeup_result r;
	int i;

	if (in.kswapd_waits && !kswapd_test_hopeless(in.kswapd_failures))
		in.balanced = rs_balanced(sim, order, highest_zoneidx);
	for (i = 0; i <= highest_zoneidx; i++)
		in.watermark_boost[i] = sim->zones[i].watermark_boost;
	r = wakeup_kswapd(&in, NULL);
	sim->kswapd_order = r.kswapd_order;
	sim->kswapd_highest_zoneidx = r.kswapd_highest_zoneidx;
	if (r.wakeup == RS_WAKEUP_KSWAPD) {
		sim->kswapd_waits = false;
		rs_wake(sim->kswapd, rs_now(&sim->sched) + sim->conf.kswapd_wake_ns);
	}
}

static void shrink(struct rs_sim *sim, struct balance_pgdat *b, struct rs_scan_control *sc)
{
	struct balance_pgdat_shrunk shrunk = { 0 };

	sc->order = b->order;
	sc->priority = b->priority;
	sc->reclaim_idx = b->reclaim_idx;
	sc->nr_to_reclaim = b->nr_to_reclaim;
	sc->may_writepage = b->may_writepage;
	sc->may_swap = b->may_swap;
	sc->no_cache_trim_mode = b->no_cache_trim_mode;
	sc->nr_scanned = 0;
	if (sim->conf.lru_gen)
		rs_lru_gen_age_node(sim, sc);
	else
		rs_age_active_anon(sim, sc);
	rs_shrink_node(sim, sc);
	if (rs_nr_waiting(&sim->sched, RS_WAITS_PFMEMALLOC) && rs_allow_direct(sim))
		rs_wake_pfmemalloc(sim);
	shrunk.priority = sc->priority;
	shrunk.nr_scanned = sc->nr_scanned;
	shrunk.nr_reclaimed = sc->nr_reclaimed;
	shrunk.cache_trim_mode_failed = sc->cache_trim_mode_failed;
	shrunk.must_stop = sim->error;
	balance_pgdat_shrunk(b, &shrunk, sim->rules, NULL);
}

static int balance(struct rs_sim *sim, int order, int highest_zoneidx)
{
	struct rs_scan_control sc = {
		.thread = sim->kswapd,
		.gfp = GFP_KERNEL,
		.task_flags = PF_MEMALLOC | PF_KSWAPD | PF_KTHREAD,
		.target = -1,
		.kswapd = true,
		.may_unmap = true,
	};
	struct balance_pgdat b;
	int i;

	rs_memstall_enter(sim->kswapd);
	sim->counts.kswapd_runs++;
	balance_pgdat_begin(&b, sim->zones, order, highest_zoneidx, NULL);
	while (b.step != BALANCE_PGDAT_DONE) {
		if (b.step == BALANCE_PGDAT_TEST) {
			const struct balance_pgdat_test test = {
				.balanced = rs_balanced(sim, b.order, b.highest_zoneidx),
				.laptop_mode = sim->conf.laptop_mode,
				.buffer_heads_idx = -1,
				.node_zones = sim->zones,
			};

			balance_pgdat_tested(&b, &test, sim->rules, NULL);
		} else {
			shrink(sim, &b, &sc);
		}
	}
	if (b.failed) {
		sim->kswapd_failures++;
		sim->counts.pageoutrun_failed++;
	}
	if (b.boosted) {
		for (i = 0; i <= highest_zoneidx; i++)
			sim->zones[i].watermark_boost =
				balance_pgdat_boost_left(&b, i, sim->zones[i].watermark_boost);
		rs_marks_changed(sim);
	}
	rs_snapshot_refaults(sim, -1);
	rs_memstall_leave(sim->kswapd);
	return b.order;
}

/* Where nothing is short any more, what was noticed about the node in need is forgotten. */
static void forget(struct rs_sim *sim)
{
	sim->pgdat_writeback = sim->pgdat_dirty = sim->pgdat_congested = false;
}

static bool may_sleep(struct rs_sim *sim, const struct kswapd *k)
{
	bool may;

	rs_wake_pfmemalloc(sim);
	rs_settle(sim->kswapd);
	may = prepare_kswapd_sleep(sim->kswapd_failures, rs_balanced(sim, k->reclaim_order, k->highest_zoneidx), NULL);
	if (may)
		forget(sim);
	return may;
}

void rs_kswapd(void *arg)
{
	struct rs_sim *sim = arg;
	struct kswapd_result r = { 0 };
	struct kswapd k;

	kswapd_init(&k, sim->kswapd_order, sim->kswapd_highest_zoneidx);
	for (;;) {
		enum kswapd_step step = k.step;

		switch (step) {
		case KSWAPD_PREPARE_NAP:
		case KSWAPD_PREPARE_SLEEP:
			r.may_sleep = may_sleep(sim, &k);
			break;
		case KSWAPD_NAP:
			rs_settle(sim->kswapd);
			sim->kswapd_waits = true;
			r.napped = rs_sleep(sim->kswapd, rs_clock(sim->kswapd) + NAP_NS, RS_WAITS_KSWAPD);
			sim->kswapd_waits = false;
			sim->counts.kswapd_naps_cut += !r.napped;
			break;
		case KSWAPD_SLEEP:
			rs_settle(sim->kswapd);
			sim->kswapd_waits = true;
			rs_sleep(sim->kswapd, RS_NEVER, RS_WAITS_KSWAPD);
			sim->kswapd_waits = false;
			sim->counts.kswapd_wakes++;
			break;
		case KSWAPD_BALANCE:
			r.reclaim_order = balance(sim, k.alloc_order, k.highest_zoneidx);
			break;
		}
		r.kswapd_order = sim->kswapd_order;
		r.kswapd_highest_zoneidx = sim->kswapd_highest_zoneidx;
		kswapd_next(&k, &r, NULL);
		if (k.step == KSWAPD_BALANCE) {
			sim->kswapd_order = 0;
			sim->kswapd_highest_zoneidx = MAX_NR_ZONES;
		}
	}
}
