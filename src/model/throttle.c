/* SPDX-License-Identifier: GPL-2.0-only */
/* Throttling of reclaimers, mm/vmscan.c. Omitted: nr_writeback_throttled, by which writers wake them early. */
#include "throttle.h"

enum rs_noprogress consider_reclaim_throttle(const struct consider_reclaim_throttle *in, struct rs_why *why)
{
	RS_WHY(why, noprogress, in->nr_reclaimed, in->nr_scanned, in->priority, in->kswapd, in->cgroup_reclaim);
	if (in->nr_reclaimed > in->nr_scanned >> 3)
		return RS_NOPROGRESS_WAKES;
	if (in->kswapd || in->cgroup_reclaim)
		return RS_NOPROGRESS_NOTHING;
	return in->priority == 1 && !in->nr_reclaimed ? RS_NOPROGRESS_THROTTLES : RS_NOPROGRESS_NOTHING;
}

bool skip_throttle_noprogress(const struct skip_throttle_noprogress *in, struct rs_why *why)
{
	uint32_t reclaimable = 0, write_pending = 0;
	int i;

	if (in->kswapd_failures >= MAX_RECLAIM_RETRIES) {
		RS_WHY(why, throttle_hopeless, in->kswapd_failures);
		return true;
	}
	for (i = 0; i < in->nr_zones; i++) {
		reclaimable += in->reclaimable[i];
		write_pending += in->write_pending[i];
	}
	RS_WHY(why, throttle_pending, write_pending, reclaimable);
	return (int32_t)(2 * write_pending) <= (int32_t)reclaimable;
}

long reclaim_throttle(enum vmscan_throttle_state reason, uint32_t task_flags, bool skip,
		      const struct rs_rules *rules, struct rs_why *why)
{
	uint32_t spared = PF_KTHREAD | (rules->throttle_user_worker ? PF_USER_WORKER : PF_IO_WORKER);
	long timeout = HZ;

	if (!(task_flags & PF_KSWAPD) && (task_flags & spared)) {
		RS_WHY(why, throttle_spared, task_flags);
		return 0;
	}
	switch (reason) {
	case VMSCAN_THROTTLE_WRITEBACK:
		timeout = HZ / 10;
		break;
	case VMSCAN_THROTTLE_CONGESTED:
	case VMSCAN_THROTTLE_NOPROGRESS:
		timeout = skip ? 0 : 1;
		break;
	case VMSCAN_THROTTLE_ISOLATED:
		timeout = HZ / 50;
		break;
	case NR_VMSCAN_THROTTLE:
		break;
	}
	RS_WHY(why, throttle_timeout, reason, skip, timeout);
	return timeout;
}

struct rs_writeback_result shrink_node_writeback(const struct shrink_node_writeback *in, const struct rs_rules *rules,
						 struct rs_why *why)
{
	struct rs_writeback_result r = {
		.cgroup_congested = in->cgroup_congested,
		.node_congested = in->node_congested,
	};
	bool kswapd = in->task_flags & PF_KSWAPD;
	bool for_cgroup = in->cgroup_reclaim && in->writeback_throttling_sane;

	if (kswapd) {
		r.sets_writeback = in->writeback && in->writeback == in->taken;
		r.sets_dirty = rules->pgdat_dirty && in->unqueued_dirty == in->file_taken &&
			       (in->unqueued_dirty || !rules->pgdat_dirty_if_taken);
		r.throttles_writeback = in->immediate;
		RS_WHY(why, writeback_kswapd, in->writeback, in->taken, in->unqueued_dirty, in->file_taken, in->immediate);
	}
	if (in->dirty && in->dirty == in->congested) {
		if (rules->node_congested_bit) {
			r.cgroup_congested |= for_cgroup;
			r.node_congested |= kswapd;
		} else {
			r.node_congested |= for_cgroup || kswapd;
		}
		RS_WHY(why, writeback_congested, in->dirty, r.cgroup_congested, r.node_congested);
	}
	r.throttles_congested = !kswapd && !(in->task_flags & PF_LOCAL_THROTTLE) && !in->hibernation_mode &&
				((rules->node_congested_bit && r.cgroup_congested) || r.node_congested);
	return r;
}
