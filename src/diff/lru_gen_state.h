/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the checkers of MGLRU's control decisions keep of each thread. Sizes of a lruvec are read without a lock, so
 * they were recorded just before and, where there was a chance, just after each decision: one of the two must do.
 */
#ifndef RS_DIFF_LRU_GEN_STATE_H
#define RS_DIFF_LRU_GEN_STATE_H

#include <string.h>
#include <uthash.h>

#include "../model/gfp.h"
#include "../model/lru_gen.h"
#include "../model/scan_balance.h"
#include "diff.h"
#include "scan_state.h"

/* A lru_gen_state record, as far as it is looked at. */
struct rs_lruvec_snapshot {
	bool known;
	uint64_t cgroup;
	struct lru_gen_sizes sizes;
	uint64_t timestamps[MAX_NR_GENS];
	unsigned int seg;
};

/* What the kernel has done last on a lruvec. */
enum rs_loop_at {
	RS_LOOP_OUTSIDE,
	RS_LOOP_HEAD, /* a turn begins */
	RS_LOOP_AGED,
	RS_LOOP_EVICTING,
	RS_LOOP_EVICTED,
	RS_LOOP_ASKED,
};

/* check_lru_gen.c: one call of try_to_shrink_lruvec(), lru_gen_shrink_lruvec() in 6.1. */
struct rs_lru_gen_loop {
	enum rs_loop_at at;
	bool lost; /* no more is judged of this call */
	bool root_reclaim, kswapd, need_swapping, anon_type;
	uint64_t cgroup;
	int priority, order;
	uint64_t nr_to_reclaim;
	struct try_to_shrink_lruvec s;
	struct try_to_shrink_lruvec aged_otherwise; /* by the sizes after, or as told: aged all the same, and then so much to scan */
	int64_t nr_otherwise; /* what there was to scan by the sizes after */
	uint64_t share; /* what should_run_aging() of 6.1 tells */
	bool share_known;
	/* Inputs of the turn. */
	struct rs_lruvec_snapshot before, after;
	struct mem_cgroup_below memcg;
	bool low_reclaim, online;
	int swappiness;
	bool size_known;
	bool size_waits; /* to be judged, when the sizes after it are known */
	uint64_t size;
	bool evict_waits; /* evict_folios() was entered, its snapshot comes next */
	uint64_t nr_given; /* to it */
	bool aging_waits; /* likewise */
	struct rs_event_try_to_inc_max_seq aging;
	/* Of the last eviction. */
	int64_t delta;
	uint64_t nr_scanned, nr_reclaimed, first_max_seq, last_reclaimed;
	bool isolated; /* the record of isolate_folios() */
	int64_t isolate_ret;
	bool isolate_end_known;
	struct lru_gen_folio isolate_end;
};

#define RS_MAX_ROTATIONS 8

/* check_memcg_lru.c: what shrink_one() and shrink_node() have met. */
struct rs_memcg_walk {
	bool shrunk; /* a call of try_to_shrink_lruvec() has ended, and shrink_one() has not yet */
	bool need_rotate;
	uint64_t cgroup;
	struct mem_cgroup_below memcg; /* when it began */
	bool seg_known;
	unsigned int seg;
	bool sizable_known, sizable;
	bool sizable_seg_known; /* the segment when it was asked */
	unsigned int sizable_seg;
	uint64_t went_on_ns; /* the begin of the node, or the last shrink_one() or rotation: what it looks at next is of a later time */
	/* The last rotation: of whom, since when, until when (0: it goes on). */
	uint64_t rotated_cgroup, rotate_ns, rotated_ns;
	bool op_waits;
	uint64_t op_cgroup;
	int op;
	/* The node. */
	bool walked;
	struct rs_event_set_mm_walk walk;
	/* Rotations that ended last, a ring. */
	struct rs_event_lru_gen_rotate_memcg rotations[RS_MAX_ROTATIONS];
	unsigned int nr_rotations;
};

/* check_memcg_lru.c: kswapd looks at the age of all memcgs. */
struct rs_age_walk {
	bool active, reclaimable;
	bool memcg_known, asked; /* of the memcg whose turn it is */
	bool lost;
	bool oom;
	uint64_t min_ttl;
	struct mem_cgroup_below memcg;
	/* 6.1: the lruvec that is aged, or not */
	bool pending, should_age, aged;
	unsigned int nr;
};

#define RS_SIZES_SEEN 4

/* check_lru_gen_size.c: a size that fits neither reading, until the next one. */
struct rs_size_wait {
	uint64_t cgroup, kernel, model;
	int swappiness;
	struct rs_event_hdr *record;
};

struct rs_lru_gen_thread {
	uint32_t tid;
	UT_hash_handle hh;
	struct rs_lruvec_snapshot seen[RS_SIZES_SEEN]; /* the last ones, a ring */
	unsigned int nr_seen;
	struct rs_size_wait size_wait;
	/* The last of each that was read. */
	bool asked;
	struct rs_event_get_swappiness swappiness;
	struct rs_lruvec_snapshot at_swappiness;
	struct rs_event_lruvec_is_sizable sizable;
	struct rs_event_lruvec_evictable_size evictable;
	bool size_known; /* evictable is of the lruvec of swappiness, and after it */
	struct rs_event_should_run_aging aging;
	bool zone_failed; /* a test of kswapd's since the last eviction or visit */
	unsigned int nr_zones_tested;
	uint64_t mark, expected_mark; /* of the last test */
	struct rs_lru_gen_loop loop;
	struct rs_memcg_walk memcgs;
	struct rs_age_walk age;
};

/* NULL: no memory. */
struct rs_lru_gen_thread *rs_lru_gen_thread(struct rs_diff *d, uint32_t tid);

void rs_lruvec_snapshot(struct rs_lruvec_snapshot *to, const struct rs_event_lru_gen_state *e);
/* A lruvec's record of memory usage. */
struct mem_cgroup_below rs_memcg_below(uint64_t cgroup, uint64_t target, uint64_t usage, uint64_t emin, uint64_t elow);
/* Inputs of the model out of records. */
struct get_swappiness rs_get_swappiness_inputs(const struct rs_event_get_swappiness *e);
struct set_initial_priority rs_set_initial_priority_inputs(const struct rs_event_shrink_node_begin *b,
							   const struct rs_event_set_mm_walk *walk);
/* No target, or from 6.12 on the root. */
bool rs_root_reclaim(const struct rs_diff *d, uint64_t target);

/* check_lru_gen_loop.c: the kernel has come to this step of the loop; @after: NULL if it was not read. */
void rs_loop_evicts(struct rs_diff *d, struct rs_lru_gen_loop *l, const struct rs_event_hdr *hdr);
void rs_loop_ages(struct rs_diff *d, struct rs_lru_gen_loop *l, const struct rs_event_try_to_inc_max_seq *e,
		  const struct rs_lruvec_snapshot *after);
void rs_loop_asked(struct rs_diff *d, struct rs_lru_gen_thread *t, const struct rs_event_should_abort_scan *e);
void rs_loop_ended(struct rs_diff *d, struct rs_lru_gen_loop *l, const struct rs_event_hdr *hdr, uint64_t nr_reclaimed);
/* After an eviction in 6.1: it went on, or ended. */
void rs_loop_judge_unseen(struct rs_diff *d, struct rs_lru_gen_loop *l, const struct rs_event_hdr *hdr, bool ended,
			  uint64_t nr_reclaimed);
/* A new turn, whose inputs are not known yet. */
void rs_loop_next_turn(struct rs_lru_gen_loop *l);
/* A record is missing: no more is judged of this call. */
void rs_loop_lose(struct rs_diff *d, struct rs_lru_gen_loop *l);
void rs_judge_abort(struct rs_diff *d, struct rs_lru_gen_thread *t, const struct rs_event_should_abort_scan *e);
void rs_judge_evicted(struct rs_diff *d, struct rs_lru_gen_loop *l, const struct rs_event_evict_folios_end *e);

/* Judge what check_lru_gen.c has collected. @after: NULL if there is none. */
void rs_judge_swappiness(struct rs_diff *d, const struct rs_event_get_swappiness *e);
void rs_judge_evictable_size(struct rs_diff *d, struct rs_lru_gen_thread *t, const struct rs_event_hdr *hdr, uint64_t kernel,
			     int swappiness, const struct rs_lruvec_snapshot *before, const struct rs_lruvec_snapshot *after);
/* Each reading of generations: what the one before or after it shows of a size that fits neither. @e: NULL: there are no more. */
void rs_size_seen(struct rs_diff *d, struct rs_lru_gen_thread *t, const struct rs_event_lru_gen_state *e);
void rs_judge_sizable(struct rs_diff *d, struct rs_lru_gen_thread *t, const struct rs_event_lru_gen_state *st);

/* Did the sizes move between the two, as far as both are known? */
static inline bool rs_snapshots_differ(const struct rs_lruvec_snapshot *a, const struct rs_lruvec_snapshot *b)
{
	return a->known && b->known && memcmp(&a->sizes, &b->sizes, sizeof(a->sizes));
}

#endif
