/* SPDX-License-Identifier: GPL-2.0-only */
/* Which folios are taken off the tail of a list, and when a reclaimer is held back from taking more. */
#ifndef RS_MODEL_ISOLATE_H
#define RS_MODEL_ISOLATE_H

#include "lru.h"

struct rs_rules;
struct rs_why;

#define SWAP_CLUSTER_MAX_SKIPPED (SWAP_CLUSTER_MAX << 10)

struct isolate_lru_folios {
	/* In. */
	uint64_t nr_to_scan; /* pages */
	int reclaim_idx;
	bool may_unmap;
	/* Out, pages: total_scan is what the tracepoint calls nr_scanned. */
	uint64_t total_scan, scan, nr_taken;
	uint64_t nr_skipped[MAX_NR_ZONES];
	uint64_t nr_skipped_folios;
};

/* The folio at the tail. The last two are races: they are known only from what became of it. */
struct rs_tail_folio {
	uint32_t nr_pages;
	int zid;
	bool lru; /* PG_lru */
	bool mapped;
	bool get_failed; /* its last reference was gone */
	bool lost; /* somebody else cleared PG_lru first */
};

enum rs_isolate_outcome {
	RS_ISOLATE_TAKEN,
	RS_ISOLATE_SKIPPED, /* in a zone that does not help; spliced back at the head in the end */
	RS_ISOLATE_ROTATED, /* to the head, and counted as scanned */
};

/* D35. Mirrors the loop condition of isolate_lru_folios(), isolate_lru_pages() of 5.10, a list that ran out excepted. */
bool isolate_lru_folios_goes_on(const struct isolate_lru_folios *s);
/* D35. One turn of that loop. */
enum rs_isolate_outcome isolate_lru_folios_step(struct isolate_lru_folios *s, const struct rs_tail_folio *folio,
						const struct rs_rules *rules, struct rs_why *why);

struct too_many_isolated {
	uint64_t inactive, isolated; /* pages of this type in the node, cached counters */
	uint32_t gfp_mask;
	bool kswapd, writeback_throttling_sane;
};

/* D36. Mirrors too_many_isolated(). */
bool too_many_isolated(const struct too_many_isolated *in, struct rs_why *why);

enum rs_isolate_wait {
	RS_ISOLATE_GO,
	RS_ISOLATE_THROTTLE, /* VMSCAN_THROTTLE_ISOLATED, 5.10: msleep(100), and ask again */
	RS_ISOLATE_GIVE_UP, /* shrink_inactive_list() returns 0 */
	RS_ISOLATE_DYING, /* it returns SWAP_CLUSTER_MAX, so that the dying task gets out */
};

/* D36. One turn of the wait at the head of shrink_inactive_list(). @fatal: a fatal signal is pending after the sleep. */
enum rs_isolate_wait shrink_inactive_list_wait(bool too_many, bool stalled, bool fatal, struct rs_why *why);

#endif
