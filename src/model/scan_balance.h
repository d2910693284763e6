/* SPDX-License-Identifier: GPL-2.0-only */
/* How hard each list of a lruvec is scanned: prepare_scan_control(), get_scan_count(), inactive_is_low(). */
#ifndef RS_MODEL_SCAN_BALANCE_H
#define RS_MODEL_SCAN_BALANCE_H

#include "lru.h"

struct rs_rules;
struct rs_why;

/* Both sizes are lruvec_page_state(), of all zones. */
struct inactive_is_low {
	uint64_t inactive, active; /* pages */
};

/* D29. Mirrors inactive_is_low(). */
bool inactive_is_low(const struct inactive_is_low *in, struct rs_why *why);

struct prepare_scan_control {
	/* Of the lruvec of the target memcg, the root's if there is none. */
	uint64_t anon_cost, file_cost; /* after the stats flush, under the lock */
	uint64_t activate[ANON_AND_FILE]; /* WORKINGSET_ACTIVATE_* */
	uint64_t refaults[ANON_AND_FILE]; /* lruvec->refaults[] */
	uint64_t lru_size[NR_EVICTABLE_LISTS]; /* lruvec_page_state(); a value that was not read may be anything */
	/* Of the node, cached counters, negative as 0. Used without a target memcg only. */
	uint64_t node_inactive_anon, node_inactive_file, node_active_file;
	uint64_t free; /* sum over all zones */
	uint64_t total_high_wmark; /* sum of HIGH and boost over managed zones */
	/* Of scan_control, before. */
	bool cgroup_reclaim; /* there is a target memcg */
	bool force_deactivate;
	bool no_cache_trim_mode; /* false where scan_control does not have it */
	bool file_is_tiny;
	int priority;
	bool lru_gen; /* enabled, and not being switched: nothing is prepared */
};

/* Of scan_control, after. */
struct prepare_scan_control_result {
	bool prepared; /* false: scan_control is as it was */
	uint64_t anon_cost, file_cost;
	unsigned int may_deactivate;
	bool cache_trim_mode, file_is_tiny;
	/* Which of the two lists were compared; where not, the refault count had already decided. */
	bool compared[ANON_AND_FILE];
};

/* D28. Mirrors prepare_scan_control(), prepare_scan_count() of 6.1, the head of shrink_node() of 5.10. */
struct prepare_scan_control_result prepare_scan_control(const struct prepare_scan_control *in, struct rs_why *why);

/* What snapshot_refaults() leaves in lruvec->refaults[] (D14, D20). */
void snapshot_refaults(const uint64_t activate[ANON_AND_FILE], uint64_t refaults[ANON_AND_FILE]);

/*
 * D31, first test. Mirrors can_reclaim_anon_pages(). @swap_pages: mem_cgroup_get_nr_swap_pages(), the least of
 * nr_swap_pages and of swap.max - swap.current from the memcg up. @can_demote: false where nothing is demoted.
 */
bool can_reclaim_anon_pages(int64_t swap_pages, bool can_demote);
/* Mirrors mem_cgroup_get_nr_swap_pages(), with what is left of swap.max for the memcg and its parents. */
int64_t mem_cgroup_get_nr_swap_pages(int64_t swap_free, const int64_t *swap_margin, unsigned int levels);
/* Mirrors can_age_anon_pages(); 5.10 asks total_swap_pages only, where nothing is demoted either. */
bool can_age_anon_pages(uint64_t swap_total, bool can_demote);
/* Mirrors sc_swappiness(). @proactive_swappiness: -1 none. @swappiness: vm.swappiness, or the memcg's in v1. */
int sc_swappiness(bool proactive, int proactive_swappiness, int swappiness);
/* Mirrors lruvec_lru_size(): @zone_size is [zone][list] with @stride lists, as lru_zone_size[][]. */
uint64_t lruvec_lru_size(const uint64_t *zone_size, unsigned int stride, enum lru_list lru, int zone_idx);

struct apply_proportional_protection {
	uint64_t scan; /* size of the list, pages */
	uint64_t usage, emin, elow; /* of the memcg, pages */
	bool is_target; /* memcg is the target of the reclaim: not protected */
	bool memcg_low_reclaim;
};

/* D31, (P). Mirrors apply_proportional_protection(), inside of get_scan_count() before 6.17. */
uint64_t apply_proportional_protection(const struct apply_proportional_protection *in, bool *memcg_low_skipped,
				       struct rs_why *why);

enum scan_balance {
	SCAN_EQUAL,
	SCAN_FRACT,
	SCAN_ANON,
	SCAN_FILE,
};

#define MAX_SWAPPINESS 200
#define SWAPPINESS_ANON_ONLY 201 /* 6.18 and later accept it, so it needs no rule */

struct get_scan_count {
	uint64_t lru_size[NR_EVICTABLE_LISTS]; /* lruvec_lru_size() up to reclaim_idx, in the order of enum lru_list */
	uint64_t anon_cost, file_cost; /* of scan_control */
	uint64_t usage, emin, elow; /* of the memcg, pages; 0 when memcgs are disabled */
	int swappiness; /* sc_swappiness() */
	int priority;
	bool may_swap, can_reclaim_anon;
	bool cgroup_reclaim, file_is_tiny, cache_trim_mode, memcg_low_reclaim;
	bool is_target; /* the memcg is the target of the reclaim */
	bool online; /* mem_cgroup_online() */
};

struct get_scan_count_result {
	uint64_t nr[NR_EVICTABLE_LISTS];
	enum scan_balance scan_balance;
	uint64_t fraction[ANON_AND_FILE], denominator; /* SCAN_FRACT */
	bool memcg_low_skipped; /* it sets that bit of scan_control */
};

/* D31. Mirrors get_scan_count(). */
struct get_scan_count_result get_scan_count(const struct get_scan_count *in, struct rs_why *why);

#endif
