/* SPDX-License-Identifier: GPL-2.0-only */
/* Reclaim by the task that needs the page, or whose cgroup is full: when it must wait, how often it tries. */
#ifndef RS_MODEL_DIRECT_RECLAIM_H
#define RS_MODEL_DIRECT_RECLAIM_H

#include "gfp.h"
#include "why.h"
#include "zone.h"

struct zone_reclaimable_pages {
	/* NR_ZONE_*, precise: rs_snapshot() of counter and what the CPUs hold */
	uint64_t inactive_file;
	uint64_t active_file;
	uint64_t inactive_anon;
	uint64_t active_anon;
	uint64_t free;
	bool can_reclaim_anon; /* swap is free, or the node can demote */
};

/* D19. */
uint64_t zone_reclaimable_pages(const struct zone_reclaimable_pages *in, const struct rs_rules *rules,
				struct rs_why *why);

struct allow_direct_reclaim {
	const struct zone *node_zones; /* up to ZONE_NORMAL: managed pages, min mark and boost, free pages */
	uint64_t reclaimable[ZONE_NORMAL + 1]; /* zone_reclaimable_pages() */
	int kswapd_failures;
	bool kswapd_waits;
	int kswapd_highest_zoneidx; /* of the node */
};

struct rs_allow_result {
	bool allowed;
	bool wakes_kswapd;
	int kswapd_highest_zoneidx; /* of the node, after */
};

/* D18. */
struct rs_allow_result allow_direct_reclaim(const struct allow_direct_reclaim *in, const struct rs_rules *rules,
					    struct rs_why *why);

enum rs_direct_throttle {
	RS_DIRECT_THROTTLE_NONE,
	RS_DIRECT_THROTTLE_TIMEOUT, /* for at most HZ, until allowed */
	RS_DIRECT_THROTTLE_KILLABLE, /* until allowed or killed */
};

struct throttle_direct_reclaim {
	uint32_t gfp;
	uint32_t task_flags;
	bool fatal_signal_pending;
	bool has_zone; /* the zonelist has a zone up to ZONE_NORMAL */
	bool allowed; /* allow_direct_reclaim() of its node */
};

/* D18: how the task waits. Killed while it waits: try_to_free_pages() returns 1 at once. */
enum rs_direct_throttle throttle_direct_reclaim(const struct throttle_direct_reclaim *in, struct rs_why *why);

struct rs_shrink_zone {
	int nid;
	bool cpuset_allowed;
	bool compaction_ready; /* compaction_ready(); only asked for orders above PAGE_ALLOC_COSTLY_ORDER */
};

struct shrink_zones {
	const struct rs_shrink_zone *zones; /* the zonelist up to reclaim_idx, in its order */
	int nr;
	bool cgroup_reclaim; /* for a cgroup's limit, not for memory as a whole */
	int order;
	int *nids; /* out: room for @nr nodes, in the order they are shrunk */
};

struct rs_shrink_zones_result {
	int nr_nids;
	int first_nid; /* whose waiters are woken or joined afterwards, -1: none */
	bool compaction_ready;
};

/* D21. */
struct rs_shrink_zones_result shrink_zones(const struct shrink_zones *in, struct rs_why *why);

/* D20: do_try_to_free_pages() as the rounds of shrink_zones() that it calls. */
struct do_try_to_free_pages {
	bool done;
	uint64_t ret; /* when done */
	/* of the scan_control that the next round begins with */
	int initial_priority;
	int priority;
	uint64_t nr_to_reclaim;
	bool may_writepage;
	bool memcg_full_walk;
	bool force_deactivate;
	bool skipped_deactivate;
	bool memcg_low_reclaim;
	bool memcg_low_skipped;
};

/* What the scan_control says after a round. */
struct rs_shrink_zones_end {
	int priority;
	uint64_t nr_reclaimed;
	bool compaction_ready;
	bool skipped_deactivate;
	bool memcg_low_skipped;
};

void do_try_to_free_pages_begin(struct do_try_to_free_pages *d, int priority, uint64_t nr_to_reclaim,
				bool may_writepage);
void do_try_to_free_pages_next(struct do_try_to_free_pages *d, const struct rs_shrink_zones_end *end,
			       const struct rs_rules *rules, struct rs_why *why);

#endif
