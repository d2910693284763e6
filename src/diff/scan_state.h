/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the checkers of the LRU keep in a frame. A frame has one place for it, so shrink_node() and
 * shrink_lruvec() each have one struct, with a part for each checker.
 */
#ifndef RS_DIFF_SCAN_STATE_H
#define RS_DIFF_SCAN_STATE_H

#include "../model/gfp.h"
#include "../model/protection.h"
#include "../model/scan_balance.h"
#include "../model/shrink_list.h"
#include "../model/shrink_lruvec.h"
#include "diff.h"

#define RS_ROOT_CGROUP 1 /* kernfs number of the root of cgroup2 */

/* check_scan.c: what prepare_scan_control() was seen to read. */
struct rs_prepare {
	bool judged; /* of this round over the node */
	bool has_function; /* inactive_is_low() is not inlined */
	bool costs; /* the two below are those of the target, after it had taken them */
	bool compared[ANON_AND_FILE], activate_known[ANON_AND_FILE];
	bool file_known;
	bool sizes_moved; /* while they were compared */
	unsigned int rounds;
	uint64_t anon_cost, file_cost;
	uint64_t activate[ANON_AND_FILE], refaults[ANON_AND_FILE];
	uint64_t lru_size[NR_EVICTABLE_LISTS];
	/* Sums over the zone_state records of this call of shrink_node(). */
	uint64_t free, high;
	unsigned int nr_zones;
};

/* check_scan.c: what one round has met. */
struct rs_round {
	struct rs_sc_nr nr;
	bool stat_missing; /* a batch did not tell everything */
	bool lost;
	uint64_t nr_reclaimed; /* sc->nr_reclaimed at its beginning */
	uint64_t reclaimed, lruvec_reclaimed; /* sums over batches and over lruvecs */
	bool zone_ready; /* a test after the last lruvec said so */
	unsigned int nr_unsuitable; /* zones of which such a test said that they are not */
};

/* check_memcg.c: the walk. */
struct rs_walk {
	bool pending; /* a protection was computed, and nothing is known yet of its cgroup */
	bool usage_moved; /* with the usage of a moment before, the answer is another */
	bool enough; /* the lruvec before gave enough */
	bool round_over; /* and then shrink_node() began again */
	uint64_t cgroup, root;
	uint64_t computed_ns;
	enum rs_memcg_visit visit;
};

struct rs_node_state {
	bool wrong_round; /* it went round again where the model would not */
	bool again; /* it goes round again after this round, whose sum its next lruvec tells */
	struct rs_round before;
	struct rs_prepare prepare;
	struct rs_round round;
	struct rs_walk walk;
};

/* check_lruvec.c */
struct rs_lruvec_state {
	struct rs_event_proportional_protection protection[NR_EVICTABLE_LISTS];
	unsigned int nr_protection, nr_size;
	uint64_t size[NR_EVICTABLE_LISTS]; /* lruvec_lru_size() */

	bool started, broken, stalled;
	bool sum_known; /* false: a batch gave up before it isolated */
	struct get_scan_count_result count;
	struct shrink_lruvec series;
	bool memcg_low_skipped;
	/* The first request that differs; lru -1: the model has none. */
	bool differs;
	unsigned int nr_requests;
	int kernel_lru, model_lru;
	uint64_t kernel_nr, model_nr, nr_reclaimed;

	/* Asked for after the loop: the last counters that were read. */
	bool ia_known, aa_known, aged, is_low_known, is_low;
	uint64_t inactive_anon, active_anon;

	/* Costs noted by this thread since the last batch. */
	unsigned int nr_notes;
	bool note_file;
	uint32_t nr_io, nr_rotated;

	bool changed; /* a list, while get_scan_count() ran */
};

/* Inputs of get_scan_count(), from the entry of shrink_lruvec() and what was seen to be read after it. */
struct get_scan_count rs_get_scan_count_inputs(const struct rs_event_shrink_lruvec_begin *e,
						const struct rs_lruvec_state *st);

/* Generations out of a record. */
struct lru_gen_folio;
void rs_fill_gens(struct lru_gen_folio *gens, const struct rs_event_lru_gen_state *e);

/* Has the lruvec of @cgroup had these costs, as far as is recorded, since @since_ns? */
bool rs_cost_was(const struct rs_diff *d, uint64_t cgroup, int nid, uint64_t since_ns, uint64_t anon_cost,
		 uint64_t file_cost);

#endif
