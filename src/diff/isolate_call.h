/* SPDX-License-Identifier: GPL-2.0-only */
/* One call of isolate_folios() as it was recorded, and what became of a folio between its record and its turn. */
#ifndef RS_DIFF_ISOLATE_CALL_H
#define RS_DIFF_ISOLATE_CALL_H

#include "../base/table.h"
#include "../model/lru_gen_folio.h"
#include "scan_state.h"

enum { MAX_TAIL = 1024, MAX_LIST = 64, MAX_BACK = 256 };

/* The folios of one list, from its tail: a part of tail[]. */
struct tail_list {
	unsigned int next, end;
	bool cut; /* the list goes on, but not in tail[] */
};

enum stage {
	OUTSIDE, /* of isolate_folios(); what comes are gen_folio records, if any */
	BEGUN, /* the state is missing yet */
	INSIDE,
	ENDED, /* likewise */
	ISOLATED, /* the list is missing yet */
};

/* One call by one thread. */
struct isolate_call {
	UT_hash_handle hh;
	uint32_t tid;
	enum stage stage;
	struct rs_event_isolate_folios_begin begin;
	struct rs_event_isolate_folios_end end;
	struct rs_event_lru_gen_state before, after;
	unsigned int nr_tail;
	struct rs_event_gen_folio tail[MAX_TAIL];
	/* What was put back, since it was freed or another's, as it was at the end. */
	unsigned int nr_back;
	struct rs_event_gen_folio back[MAX_BACK];
	struct tail_list lists[ANON_AND_FILE][MAX_NR_ZONES]; /* of the zones in the order of the scan */
	uint64_t moved[ANON_AND_FILE]; /* pages that went from the oldest generation to the next */
	uint64_t unprotected[ANON_AND_FILE]; /* of these, those that did so without being protected */
	/* What shrink_folio_list() got, in the order in which it was isolated. */
	unsigned int nr_list, nr_taken;
	struct rs_event_folio list[MAX_LIST];
	uint64_t list_begin_ns, list_end_ns; /* when shrink_folio_list() had it; end 0: it still has */
};

void rs_fill_gen_folio(struct rs_gen_folio *f, const struct rs_event_gen_folio *e);

/* Does a folio with this outcome go to the next generation? */
static inline bool rs_moves_on(enum rs_scan_outcome outcome)
{
	return outcome == RS_SCAN_PROTECTED || outcome == RS_SCAN_INELIGIBLE || outcome == RS_SCAN_WRITEBACK;
}

/* By how many pages did the generation after the oldest grow during the call? */
int64_t rs_next_gen_grew(const struct isolate_call *c, int type);

/*
 * The folio of @e, the last one that was taken from c->lists, should have been isolated, but was not: was it changed
 * between being recorded and its turn? @others_look: other threads had lists meanwhile, and looked around in page tables.
 * If so, *scan, which was *before until that folio, and *outcome are what the
 * change leads to, and what happened is returned; else NULL.
 */
const char *rs_changed_folio(const struct rs_diff *d, const struct isolate_call *c, struct scan_folios *scan,
			     const struct scan_folios *before, const struct rs_event_gen_folio *e, bool others_look,
			     enum rs_scan_outcome *outcome);

#endif
