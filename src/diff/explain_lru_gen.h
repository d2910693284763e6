/* SPDX-License-Identifier: GPL-2.0-only */
/* What MGLRU did within what is explained: which lruvecs it planned to scan, and why not more, or not others. */
#ifndef RS_DIFF_EXPLAIN_LRU_GEN_H
#define RS_DIFF_EXPLAIN_LRU_GEN_H

#include <stdio.h>

#include "../episode/episode.h"
#include "../model/lru_gen.h"

#define RS_LRU_GEN_PLANS 128
#define RS_LRU_GEN_WALKS 256 /* lruvecs whose walks are followed */

struct rs_lru_gen_plan {
	uint64_t cgroup;
	struct get_swappiness swappiness;
	struct lru_gen_sizes sizes;
	struct get_nr_to_scan in; /* its sizes are those above */
};

struct rs_explain_lru_gen {
	bool in_use; /* MGLRU was, when the recording began */
	struct rs_rules rules;
	uint64_t nr_plans_all, nr_protected, nr_aged, nr_enough;
	uint64_t skipped_min, skipped_low, too_small, rotated; /* cgroups in global reclaim */
	struct rs_lru_gen_plan plans[RS_LRU_GEN_PLANS];
	unsigned int nr_plans;
	int priority_before, priority_after; /* of the first visit of the node that changed it, 0: none */
	struct set_initial_priority initial;
	/* Walks of page tables that ended in its agings, by enum rs_walk_stat, and how many of these told what was before. */
	uint64_t walk_stats[RS_NR_WALK_STATS], nr_walks;
	struct {
		uint64_t cgroup;
		int32_t nid;
		uint64_t walked[RS_NR_WALK_STATS];
	} last_walks[RS_LRU_GEN_WALKS];
	unsigned int nr_last_walks;
	/* What waits for its other half. */
	bool asked, shrunk, walked, need_rotate;
	struct rs_event_get_swappiness swappiness;
	struct rs_event_set_mm_walk walk;
};

struct rs_reader;

void rs_explain_lru_gen_begin(struct rs_explain_lru_gen *x, struct rs_reader *reader, const struct rs_rules *rules);
void rs_explain_lru_gen_take(struct rs_explain_lru_gen *x, const struct rs_step *step, const struct rs_event_hdr *hdr);
/* Each aging of anybody, up to the end; @inside: one of what is explained. */
void rs_explain_lru_gen_walk(struct rs_explain_lru_gen *x, const struct rs_event_try_to_inc_max_seq *e, bool inside);
/* What MGLRU made of @plan before it scanned anything; whether it aged first. */
bool rs_lru_gen_plan_turn(const struct rs_explain_lru_gen *x, const struct rs_lru_gen_plan *plan,
			  struct try_to_shrink_lruvec *ret, struct rs_why *why);
/* What the choice of type compares, all tiers together: pages that came back, and pages evicted or protected. */
void rs_lru_gen_refaults(const struct lru_gen_folio *gens, const struct rs_rules *rules, uint64_t refaulted[2],
			 uint64_t total[2]);
/* Pages of the node that looked reclaimable when its first priority was chosen. */
uint64_t rs_lru_gen_reclaimable(const struct set_initial_priority *in);
/* Sentences; with @why formula and operands of each plan. */
size_t rs_explain_lru_gen_say(const struct rs_explain_lru_gen *x, char *buf, size_t size);
void rs_explain_lru_gen_why(const struct rs_explain_lru_gen *x, struct rs_reader *reader, FILE *out);

#endif
