/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One stall, run of kswapd or OOM of a recording, told as a chain of causes: what was asked for, why
 * it could not be had, what kswapd did meanwhile, what was scanned by which branch of the balance,
 * what the pages were, and where the time went. Numbers are those that were recorded; branches and
 * fractions are the model's, computed from the recorded inputs.
 */
#ifndef RS_DIFF_EXPLAIN_H
#define RS_DIFF_EXPLAIN_H

#include <stdio.h>

#include "../model/lru_gen_folio.h"
#include "../model/rules.h"
#include "../model/why.h"
#include "../model/scan_balance.h"
#include "../trace/reader.h"
#include "explain_lru_gen.h"

enum rs_explain_kind { RS_EXPLAIN_STALL, RS_EXPLAIN_KSWAPD, RS_EXPLAIN_OOM };

/* Which one. Filters are combined; among what is left, @rank 1 is the longest. */
struct rs_explain_query {
	enum rs_explain_kind kind;
	unsigned int rank;
	bool by_time; /* @at_ns, from the start of the recording, lies within it */
	uint64_t at_ns;
	uint32_t pid; /* its process or thread, 0: any */
};

#define RS_EXPLAIN_ZONES 32
#define RS_EXPLAIN_SCANS 256
#define RS_EXPLAIN_BATCHES 64
#define RS_EXPLAIN_TOP 5

/* A sum by name: who, or what, and how much. */
struct rs_share {
	uint64_t id; /* process, cgroup or shrinker */
	char comm[RS_COMM_LEN + 1];
	uint64_t amount;
	uint64_t ns;
};

struct rs_explanation {
	enum rs_explain_kind kind;
	uint64_t begin_ns, end_ns; /* as recorded */
	uint64_t origin_ns; /* the start of the recording */
	uint64_t rank, out_of; /* of those that the query leaves */
	uint32_t tid, tgid;
	char comm[RS_COMM_LEN + 1];
	uint64_t cgroup, target_cgroup;
	uint32_t reclaim_kind; /* of a stall */
	int order, nid;
	int highest_zoneidx; /* of kswapd's run */
	uint32_t gfp;
	uint64_t nr_reclaimed;
	bool hidden_rounds; /* shrink_node() is not to be seen on this host */

	/* The zones as they were last read before it began. */
	struct {
		struct rs_event_zone_state state;
		uint64_t age_ns;
	} zones[RS_EXPLAIN_ZONES];
	unsigned int nr_zones;
	/* The last test of a mark that failed for this thread in the 10 ms before, or within. */
	bool has_failed_test;
	struct rs_event_zone_watermark_ok failed_test;
	struct rs_why failed_why;
	/* The limit of the cgroup, from memcg_reclaim_request. */
	bool has_request;
	struct rs_event_memcg_reclaim_request request;

	/* kswapd of the node, when it began. */
	bool kswapd_known, kswapd_awake;
	uint64_t kswapd_since_ns; /* awake or asleep since, 0: before the recording */
	uint64_t kswapd_reclaimed; /* from then to the end of what is explained */
	int kswapd_failures;

	/* What zones remembered of failed compaction, as far as the records before its end tell. */
	struct rs_event_compaction_deferral deferrals[RS_EXPLAIN_ZONES];
	unsigned int nr_deferrals;

	/* Rounds over a node. */
	uint64_t nr_shrink_nodes;
	int first_priority, last_priority;
	struct {
		uint64_t cgroup;
		int priority;
		struct get_scan_count_result result;
		struct get_scan_count inputs;
	} scans[RS_EXPLAIN_SCANS];
	unsigned int nr_scans;
	uint64_t nr_scans_all;
	uint64_t by_balance[4]; /* scans by enum scan_balance */
	uint64_t nr_evictions; /* MGLRU: evict_folios() */
	struct rs_explain_lru_gen lru_gen;
	/* MGLRU: the inputs of the choice of type and tiers, and how often which was chosen. */
	struct {
		uint64_t cgroup;
		int swappiness;
		uint32_t gfp;
		struct lru_gen_folio gens;
		struct rs_type_choice choice;
	} batches[RS_EXPLAIN_BATCHES];
	unsigned int nr_batches;
	uint64_t by_type[2], types_compared;

	/* Batches, by anon and file. */
	struct {
		uint64_t batches, scanned, reclaimed, dirty, unqueued_dirty, writeback, immediate, activated, referenced,
			unmap_fail, pageout, deactivated, rotated;
	} lists[2];

	uint64_t throttled[RS_NR_THROTTLES], throttled_ns[RS_NR_THROTTLES];
	uint64_t reserve_wait_ns; /* in throttle_direct_reclaim() */
	uint64_t slab_runs, slab_freed, slab_ns, lru_ns, compact_runs;
	struct rs_share shrinkers[RS_EXPLAIN_TOP];

	/* In the second before it began. */
	uint64_t nr_requests; /* for kswapd */
	struct rs_share requesters[RS_EXPLAIN_TOP]; /* by process */
	uint64_t refaults[2];

	/* OOM */
	struct rs_event_oom_end oom;
	char victim_comm[RS_COMM_LEN + 1];
	bool oom_of_kswapd; /* which it does for one reason only: min_ttl_ms */

	struct rs_rules rules; /* of the kernel that was recorded */
};

/*
 * Finds and explains. 0; -ENOENT, said: nothing fits the query; other -errno, said. Reads the
 * recording twice.
 */
int rs_explain(struct rs_reader *reader, const struct rs_explain_query *query, struct rs_explanation *ret);

/* @why: with formula and operands of each step. */
void rs_explain_text(const struct rs_explanation *x, struct rs_reader *reader, FILE *out, bool why);
const char *rs_balance_name(enum scan_balance balance);
void rs_explain_json(const struct rs_explanation *x, struct rs_reader *reader, FILE *out);

#endif
