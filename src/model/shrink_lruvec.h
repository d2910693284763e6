/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The loop of shrink_lruvec() as a machine that is stepped: it says which list is asked for how many
 * pages next, and is told what that gave.
 */
#ifndef RS_MODEL_SHRINK_LRUVEC_H
#define RS_MODEL_SHRINK_LRUVEC_H

#include "lru.h"

struct rs_why;

struct shrink_lruvec {
	uint64_t targets[NR_EVICTABLE_LISTS]; /* nr[] of get_scan_count() */
	uint64_t nr[NR_EVICTABLE_LISTS]; /* what is left of it */
	uint64_t nr_to_reclaim, nr_reclaimed; /* pages; the second of this lruvec alone */
	unsigned int may_deactivate; /* of scan_control */
	bool proportional_reclaim;
	bool skipped_deactivate; /* it sets that bit of scan_control */
	bool over; /* nothing is asked for any more */
	uint64_t passes; /* begun over all lists */
	int lru; /* next list of this pass, NR_EVICTABLE_LISTS: the pass is over */
};

/* One call of shrink_list(). */
struct shrink_list {
	enum lru_list lru; /* active: shrink_active_list(), which reclaims nothing */
	uint64_t nr_to_scan; /* pages */
};

/* What shrink_lruvec() starts with. */
struct shrink_lruvec_begin {
	uint64_t nr[NR_EVICTABLE_LISTS]; /* get_scan_count() */
	uint64_t nr_to_reclaim; /* of scan_control */
	unsigned int may_deactivate;
	bool cgroup_reclaim, kswapd;
	int priority;
};

/* D32. Mirrors shrink_lruvec() of the classic LRU. Begin, then for each request: next, and reclaimed. */
void shrink_lruvec_begin(struct shrink_lruvec *s, const struct shrink_lruvec_begin *in);
/* Fills @next, or returns false at the end of the loop. */
bool shrink_lruvec_next(struct shrink_lruvec *s, struct shrink_list *next, struct rs_why *why);
/* What the last request gave: the return value of shrink_inactive_list(). */
void shrink_lruvec_reclaimed(struct shrink_lruvec *s, uint64_t nr_reclaimed);

/* D32, after the loop: the anon lists are rebalanced even where nothing is scanned. */
struct shrink_lruvec_age_anon {
	bool can_age_anon; /* can_age_anon_pages() */
	uint64_t inactive_anon, active_anon; /* lruvec_page_state() */
};
/* Fills @request, or returns false. */
bool shrink_lruvec_age_anon(const struct shrink_lruvec_age_anon *in, struct shrink_list *request, struct rs_why *why);

#endif
