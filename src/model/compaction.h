/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether compaction could make the block that a request wants, and whether to try it again. */
#ifndef RS_MODEL_COMPACTION_H
#define RS_MODEL_COMPACTION_H

#include "gfp.h"
#include "watermark.h"

enum compact_result {
	COMPACT_NOT_SUITABLE_ZONE,
	COMPACT_SKIPPED,
	COMPACT_DEFERRED,
	COMPACT_NO_SUITABLE_PAGE,
	COMPACT_CONTINUE,
	COMPACT_COMPLETE,
	COMPACT_PARTIAL_SKIPPED,
	COMPACT_CONTENDED,
	COMPACT_SUCCESS,
};

enum compact_priority {
	COMPACT_PRIO_SYNC_FULL,
	MIN_COMPACT_PRIORITY = COMPACT_PRIO_SYNC_FULL,
	COMPACT_PRIO_SYNC_LIGHT,
	MIN_COMPACT_COSTLY_PRIORITY = COMPACT_PRIO_SYNC_LIGHT,
	DEF_COMPACT_PRIORITY = COMPACT_PRIO_SYNC_LIGHT,
	COMPACT_PRIO_ASYNC,
	INIT_COMPACT_PRIORITY = COMPACT_PRIO_ASYNC,
};

#define MAX_COMPACT_RETRIES 16

struct compaction_suitable {
	const struct zone *zone;
	unsigned int order;
	int highest_zoneidx;
	unsigned int alloc_flags; /* up to 6.1: the mark that already suffices, 0: WMARK_MIN */
	uint64_t watermark; /* from compaction_suitable_mark on: the third argument */
	int64_t free_pages; /* NR_FREE_PAGES, or what reclaim could make of it */
};

/* D22: SUCCESS (up to 6.1 only), CONTINUE, or SKIPPED: too little free memory. */
enum compact_result __compaction_suitable(const struct compaction_suitable *in, const struct rs_rules *rules,
					  struct rs_why *why);
/*
 * D22: as mm_compaction_suitable tells it: also NOT_SUITABLE_ZONE, which callers take for SKIPPED.
 * The function itself says yes to CONTINUE and SUCCESS.
 */
enum compact_result compaction_suitable(const struct compaction_suitable *in, int extfrag_threshold,
					const struct rs_rules *rules, struct rs_why *why);
/* -1000: a block is free; towards 0: too little memory; towards 1000: fragmented. From free_area[]. */
int fragmentation_index(const struct zone *zone, unsigned int order);

#define COMPACT_MAX_DEFER_SHIFT 6

/* What a zone remembers of failed compaction. */
struct compact_deferral {
	unsigned int considered; /* requests put off since the last failure */
	unsigned int defer_shift; /* 1 << this are put off */
	int order_failed; /* lower orders are tried all the same */
};

/* Is a request put off? Counts it if so. */
bool compaction_deferred(struct compact_deferral *zone, int order, struct rs_why *why);
/* Compaction has failed: twice as many are put off from now on. */
void defer_compaction(struct compact_deferral *zone, int order, struct rs_why *why);
/* @alloc_success: the block was made and taken; else it only looks as if it could be. */
void compaction_defer_reset(struct compact_deferral *zone, int order, bool alloc_success, struct rs_why *why);

struct compaction_ready {
	const struct zone *zone;
	uint32_t gfp;
	unsigned int order;
	int reclaim_idx;
	int extfrag_threshold; /* vm.extfrag_threshold */
};

/* D22: so much is free that compaction should have its turn instead of reclaim. */
bool compaction_ready(const struct compaction_ready *in, const struct rs_rules *rules, struct rs_why *why);

struct compaction_zone {
	const struct zone *zone;
	uint64_t reclaimable; /* zone_reclaimable_pages() */
};

/* D24: would compaction of any of these zones be possible if some were reclaimed? */
bool compaction_zonelist_suitable(const struct compaction_zone *zones, int nr, unsigned int order,
				  int highest_zoneidx, unsigned int alloc_flags, const struct rs_rules *rules,
				  struct rs_why *why);

struct should_compact_retry {
	unsigned int order;
	bool fatal_signal_pending;
	enum compact_result compact_result;
	bool zonelist_suitable; /* compaction_zonelist_suitable(), only asked after COMPACT_SKIPPED */
	int compact_priority; /* goes down with each failure */
	int compaction_retries;
	int max_retries; /* out: as oom:compact_retry tells it */
};

/* D24: may change compact_priority and compaction_retries. */
bool should_compact_retry(struct should_compact_retry *s, const struct rs_rules *rules, struct rs_why *why);

#endif
