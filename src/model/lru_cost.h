/* SPDX-License-Identifier: GPL-2.0-only */
/* What it costs to reclaim from each type of a lruvec: the balance that get_scan_count() strikes. */
#ifndef RS_MODEL_LRU_COST_H
#define RS_MODEL_LRU_COST_H

#include "lru.h"

struct rs_rules;
struct rs_why;

/* One lruvec; its parent's follows. */
struct rs_lru_cost {
	uint64_t anon_cost, file_cost;
	uint64_t lru_size; /* sum of lruvec_page_state() of the four lists; not used where nothing is added */
};

/* The last two arguments of lru_note_cost(); without rotations, its last one and 0. */
struct rs_lru_cost_args {
	uint32_t nr_io, nr_rotated; /* pages */
};

/* D33. What shrink_inactive_list() passes, where it isolated anything. @nr_scanned: skipped pages included. */
struct rs_lru_cost_args shrink_inactive_list_cost(uint32_t nr_pageout, uint64_t nr_scanned, uint64_t nr_reclaimed,
						  const struct rs_rules *rules);
/* D33. What shrink_active_list() passes. false: it does not call. */
bool shrink_active_list_cost(uint32_t nr_rotated, const struct rs_rules *rules, struct rs_lru_cost_args *ret);
/* D33. What the refault of a page that was in the workingset passes. Mirrors lru_note_cost_refault(). */
struct rs_lru_cost_args lru_note_cost_refault(uint32_t nr_pages);

/*
 * D33. Mirrors lru_note_cost(), lru_note_cost_unlock_irq() from 6.18 on: adds to @level[0], a lruvec, and
 * to those of its parents behind it.
 */
void lru_note_cost(struct rs_lru_cost *level, unsigned int nr_levels, bool file, struct rs_lru_cost_args args,
		   const struct rs_rules *rules, struct rs_why *why);

#endif
