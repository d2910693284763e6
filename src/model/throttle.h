/* SPDX-License-Identifier: GPL-2.0-only */
/* When a reclaimer is made to wait, and for how long at most. */
#ifndef RS_MODEL_THROTTLE_H
#define RS_MODEL_THROTTLE_H

#include "gfp.h"
#include "why.h"
#include "zone.h"

enum vmscan_throttle_state {
	VMSCAN_THROTTLE_WRITEBACK,
	VMSCAN_THROTTLE_ISOLATED,
	VMSCAN_THROTTLE_NOPROGRESS,
	VMSCAN_THROTTLE_CONGESTED,
	NR_VMSCAN_THROTTLE,
};

struct consider_reclaim_throttle {
	uint64_t nr_reclaimed; /* of the scan_control, after all nodes */
	uint64_t nr_scanned; /* of this priority */
	int priority;
	bool kswapd;
	bool cgroup_reclaim;
};

enum rs_noprogress { RS_NOPROGRESS_NOTHING, RS_NOPROGRESS_WAKES, RS_NOPROGRESS_THROTTLES };

/* D21: from 6.1 on. */
enum rs_noprogress consider_reclaim_throttle(const struct consider_reclaim_throttle *in, struct rs_why *why);

struct skip_throttle_noprogress {
	int kswapd_failures;
	int nr_zones; /* managed ones of the node */
	uint64_t reclaimable[MAX_NR_ZONES]; /* zone_reclaimable_pages() of each */
	uint64_t write_pending[MAX_NR_ZONES]; /* NR_ZONE_WRITE_PENDING of each, precise */
};

/* D21: sums are 32 bits wide there, and here. */
bool skip_throttle_noprogress(const struct skip_throttle_noprogress *in, struct rs_why *why);

/*
 * D27, D21: longest sleep in ticks, 0: none. @skip: skip_throttle_noprogress(), only asked for
 * CONGESTED and NOPROGRESS. A mm_vmscan_throttled follows exactly when it is not 0.
 */
long reclaim_throttle(enum vmscan_throttle_state reason, uint32_t task_flags, bool skip,
		      const struct rs_rules *rules, struct rs_why *why);

/* What shrink_node() does about pages that wait for a device. */
struct shrink_node_writeback {
	/* sc->nr, after a walk of the memcgs */
	uint32_t dirty;
	uint32_t unqueued_dirty;
	uint32_t congested;
	uint32_t writeback;
	uint32_t immediate;
	uint32_t file_taken;
	uint32_t taken;
	uint32_t task_flags;
	bool cgroup_reclaim;
	bool writeback_throttling_sane; /* cgroup v2, or not for a cgroup */
	bool hibernation_mode;
	bool cgroup_congested; /* flags of the target's lruvec, before */
	bool node_congested; /* up to 6.1 this is the only one */
};

struct rs_writeback_result {
	bool sets_writeback; /* PGDAT_WRITEBACK */
	bool sets_dirty; /* PGDAT_DIRTY */
	bool throttles_writeback; /* reclaim_throttle(WRITEBACK), 5.10: congestion_wait() */
	bool cgroup_congested; /* after */
	bool node_congested;
	bool throttles_congested; /* reclaim_throttle(CONGESTED), 5.10: wait_iff_congested() */
};

/* D27. */
struct rs_writeback_result shrink_node_writeback(const struct shrink_node_writeback *in, const struct rs_rules *rules,
						 struct rs_why *why);

#endif
