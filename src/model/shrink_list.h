/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of a batch: of each folio of an active list, and of the reclaimer after an inactive one. */
#ifndef RS_MODEL_SHRINK_LIST_H
#define RS_MODEL_SHRINK_LIST_H

#include "lru.h"

struct rs_rules;
struct rs_why;

struct shrink_active_list {
	int referenced; /* folio_referenced(): -1 contended. Not asked for a folio that is not evictable */
	bool evictable; /* folio_evictable() */
	bool vm_exec; /* VM_EXEC in the vm_flags that it returned */
	bool swapbacked; /* PG_swapbacked: of the anon lists */
};

enum rs_active_outcome {
	RS_ACTIVE_PUTBACK, /* to the unevictable list */
	RS_ACTIVE_ROTATED, /* to the head of the active list; counted as nr_rotated */
	RS_ACTIVE_DEACTIVATED, /* to the inactive list, with PG_workingset */
};

/* D37. Mirrors what shrink_active_list() does with one folio. */
enum rs_active_outcome shrink_active_list(const struct shrink_active_list *in, struct rs_why *why);

/* sc->nr: what this round of shrink_node() has met, in pages (5.10: folios, but for the last two). */
struct rs_sc_nr {
	uint32_t dirty, unqueued_dirty, congested, writeback, immediate;
	uint32_t file_taken, taken;
};

/* struct reclaim_stat: what shrink_folio_list() counts, pages (5.10: folios for the first five). */
struct reclaim_stat {
	uint32_t nr_dirty, nr_unqueued_dirty, nr_congested, nr_writeback, nr_immediate;
	uint32_t nr_pageout, nr_activate[ANON_AND_FILE], nr_ref_keep, nr_unmap_fail, nr_lazyfree_fail, nr_demoted;
};

struct shrink_inactive_list {
	struct reclaim_stat stat;
	uint32_t nr_taken; /* above 0: else it has returned */
	bool file;
	bool writeback_throttling_sane;
};

struct shrink_inactive_list_result {
	bool wakeup_flusher_threads;
	bool throttle_writeback; /* VMSCAN_THROTTLE_WRITEBACK */
};

/* D38. Mirrors the end of shrink_inactive_list(), and adds to sc->nr. */
struct shrink_inactive_list_result shrink_inactive_list(const struct shrink_inactive_list *in, struct rs_sc_nr *nr,
							const struct rs_rules *rules, struct rs_why *why);

#endif
