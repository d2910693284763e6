/* SPDX-License-Identifier: GPL-2.0-only */
/* kswapd: who wakes it, when it may sleep, and how it goes about balancing a node. */
#ifndef RS_MODEL_KSWAPD_H
#define RS_MODEL_KSWAPD_H

#include "gfp.h"
#include "watermark.h"

/* Settings that change what balanced means. */
struct rs_balance_mode {
	bool memory_tiering; /* kernel.numa_balancing has NUMA_BALANCING_MEMORY_TIERING (2) */
	bool defrag_mode; /* vm.defrag_mode */
};

/* D11. @node_zones: [0..highest_zoneidx]; free_area[] of them if @order is not 0. */
bool pgdat_balanced(const struct zone *node_zones, int order, int highest_zoneidx, struct rs_balance_mode mode,
		    const struct rs_rules *rules, struct rs_why *why);

/* D10, D12: reclaim by kswapd has failed so often that nobody waits for it. */
static inline bool kswapd_test_hopeless(int kswapd_failures)
{
	return kswapd_failures >= MAX_RECLAIM_RETRIES;
}

struct wakeup_kswapd {
	uint64_t managed_pages; /* of the zone */
	bool cpuset_allowed;
	uint32_t gfp;
	int order;
	int highest_zoneidx;
	int kswapd_order; /* of the node, before */
	int kswapd_highest_zoneidx; /* of the node, before; MAX_NR_ZONES: none */
	int kswapd_failures;
	bool kswapd_waits; /* it sleeps in kswapd_wait */
	bool balanced; /* pgdat_balanced(order, highest_zoneidx); only used if it waits and is not hopeless */
	uint64_t watermark_boost[MAX_NR_ZONES]; /* of the node's zones */
};

enum rs_wakeup { RS_WAKEUP_NONE, RS_WAKEUP_KCOMPACTD, RS_WAKEUP_KSWAPD };

struct rs_wakeup_result {
	int kswapd_order; /* of the node, after */
	int kswapd_highest_zoneidx;
	enum rs_wakeup wakeup;
	bool asks_balanced; /* it calls pgdat_balanced() */
};

/* D10. */
struct rs_wakeup_result wakeup_kswapd(const struct wakeup_kswapd *in, struct rs_why *why);

/* D10: the order that wake_all_kswapds() asks for. */
int wake_all_kswapds_order(int order, bool defrag_mode);

/* D12. @balanced: pgdat_balanced(), not asked when the node is hopeless. */
bool prepare_kswapd_sleep(int kswapd_failures, bool balanced, struct rs_why *why);

/* Which zone kswapd works up to: what was asked for, or the last one again. */
static inline int kswapd_highest_zoneidx(int asked, int prev)
{
	return asked == MAX_NR_ZONES ? prev : asked;
}

/*
 * D12: the main loop of kswapd, as the steps between which it looks at the world. The caller says
 * what came of each step and learns the next.
 */
enum kswapd_step {
	KSWAPD_PREPARE_NAP, /* calls prepare_kswapd_sleep(reclaim_order) */
	KSWAPD_NAP, /* wakes kcompactd(alloc_order), sleeps for HZ / 10 */
	KSWAPD_PREPARE_SLEEP, /* calls prepare_kswapd_sleep(reclaim_order) again */
	KSWAPD_SLEEP, /* mm_vmscan_kswapd_sleep, and until it is woken */
	KSWAPD_BALANCE, /* mm_vmscan_kswapd_wake, balance_pgdat(alloc_order, highest_zoneidx) */
};

struct kswapd {
	enum kswapd_step step;
	int alloc_order;
	int reclaim_order;
	int highest_zoneidx;
};

/* What came of a step. */
struct kswapd_result {
	bool may_sleep; /* of the PREPARE steps */
	bool napped; /* of NAP: nobody woke it early */
	int kswapd_order; /* of the node, at that moment */
	int kswapd_highest_zoneidx;
	int reclaim_order; /* of BALANCE: what balance_pgdat() returned */
};

void kswapd_init(struct kswapd *k, int kswapd_order, int kswapd_highest_zoneidx);
void kswapd_next(struct kswapd *k, const struct kswapd_result *result, struct rs_why *why);

/* D13: what kswapd_shrink_node() aims at: the high marks of the zones up to @reclaim_idx. */
uint64_t kswapd_shrink_node_target(const struct zone *node_zones, int reclaim_idx);

/* D15: does a shrink_node() with progress set kswapd_failures to 0? */
bool kswapd_clears_failures(bool progress, bool balanced, const struct rs_rules *rules);

/*
 * D13, D14: balance_pgdat() as the steps between which it looks at the world. The fields from
 * order to may_swap are those of its scan_control, as shrink_node() is entered with them.
 */
enum balance_pgdat_step {
	BALANCE_PGDAT_TEST, /* calls pgdat_balanced(order, highest_zoneidx) */
	BALANCE_PGDAT_SHRINK, /* calls shrink_node() */
	BALANCE_PGDAT_DONE, /* returns order */
};

struct balance_pgdat {
	enum balance_pgdat_step step;
	int highest_zoneidx;
	int order;
	int priority;
	int reclaim_idx;
	uint64_t nr_to_reclaim;
	uint64_t nr_reclaimed; /* of the whole run */
	bool may_writepage;
	bool may_swap;
	bool no_cache_trim_mode;
	bool raise_priority;
	bool boosted; /* it began with a boost */
	bool failed; /* kswapd_failures is one more at the end */
	uint64_t nr_boost_reclaim;
	uint64_t zone_boosts[MAX_NR_ZONES];
};

struct balance_pgdat_test {
	bool balanced;
	bool laptop_mode; /* vm.laptop_mode is not 0 */
	/* buffer_heads_over_limit: the highest managed zone, else -1 */
	int buffer_heads_idx;
	const struct zone *node_zones; /* managed pages, high mark and boost */
};

struct balance_pgdat_shrunk {
	int priority; /* sc->priority at shrink_node() exit: MGLRU lowers it at the start */
	uint64_t nr_scanned; /* sc->nr_scanned, there */
	uint64_t nr_reclaimed; /* sc->nr_reclaimed, there */
	bool cache_trim_mode_failed;
	bool must_stop; /* freezing, or the thread shall end */
};

void balance_pgdat_begin(struct balance_pgdat *b, const struct zone *node_zones, int order, int highest_zoneidx,
			 struct rs_why *why);
void balance_pgdat_tested(struct balance_pgdat *b, const struct balance_pgdat_test *test,
			  const struct rs_rules *rules, struct rs_why *why);
void balance_pgdat_shrunk(struct balance_pgdat *b, const struct balance_pgdat_shrunk *shrunk,
			  const struct rs_rules *rules, struct rs_why *why);
/* D14: the boost of a zone once the run is over. @boost: what it is by then. */
uint64_t balance_pgdat_boost_left(const struct balance_pgdat *b, int zone, uint64_t boost);

#endif
