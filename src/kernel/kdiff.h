/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every behaviour or shape that differs between the kernels we support, in one table (kdiff.c).
 * Names say what is true when the row holds.
 */
#ifndef RS_KERNEL_KDIFF_H
#define RS_KERNEL_KDIFF_H

#include <stdbool.h>

struct rs_kernel;

enum rs_kdiff {
	RS_KDIFF_NONE, /* no condition */
	RS_KDIFF_RECLAIM_BEGIN_GFP_FIRST,
	RS_KDIFF_LRU_ISOLATE_MODE,
	RS_KDIFF_MARK_VICTIM_TASK,
	RS_KDIFF_TRACEPOINT_SRCU,
	RS_KDIFF_NOTE_COST_ARGS4,
	RS_KDIFF_COMPACTION_SUITABLE_ARGS3,
	RS_KDIFF_EVICT_FOLIOS_NR_FIRST,
	RS_KDIFF_EVICT_FOLIOS_ARGS3,
	RS_KDIFF_EVICT_FOLIOS_NEED_SWAPPING,
	RS_KDIFF_ISOLATE_FOLIOS_ARGS5,
	RS_KDIFF_ISOLATE_FOLIOS_ARGS8,
	RS_KDIFF_INC_MAX_SEQ_ARGS5,
	RS_KDIFF_SHRINK_FOLIO_LIST_MEMCG,
	RS_KDIFF_SETUP_WMARKS_OUTER,
	RS_KDIFF_SETUP_WMARKS_INNER,
	RS_KDIFF_WMARK_PROMO,
	RS_KDIFF_MOVABLE_NOT_LOWMEM,
	RS_KDIFF_ALLOC_MIN_RESERVE,
	RS_KDIFF_RESERVE_KEEPS_KSWAPD,
	RS_KDIFF_BOOST_RETRY_MIN_RESERVE,
	RS_KDIFF_ALLOC_CMA,
	RS_KDIFF_ZONE_BELOW_HIGH,
	RS_KDIFF_LAPTOP_MODE,
	RS_KDIFF_KSWAPD_COUNTS_RECLAIMED,
	RS_KDIFF_CACHE_TRIM_MODE_RETRY,
	RS_KDIFF_BOOSTED_RUN_NO_FAILURE,
	RS_KDIFF_HOPELESS_CLEARED_IF_BALANCED,
	RS_KDIFF_RECLAIM_THROTTLE,
	RS_KDIFF_THROTTLE_USER_WORKER,
	RS_KDIFF_ALLOW_DIRECT_SNAPSHOT,
	RS_KDIFF_ALLOW_DIRECT_KEEPS_FREE,
	RS_KDIFF_RECLAIMABLE_OR_FREE,
	RS_KDIFF_FULL_WALK_RETRY,
	RS_KDIFF_COMPACT_GAP_CAPPED,
	RS_KDIFF_COMPACTION_SAYS_SUCCESS,
	RS_KDIFF_COMPACTION_SUITABLE_MARK,
	RS_KDIFF_COMPACT_RETRY_ON_SUCCESS,
	RS_KDIFF_COMPACT_DYING_STOPS,
	RS_KDIFF_COMPACT_THISNODE_FAILS,
	RS_KDIFF_COMPACT_FIRST_LOOP,
	RS_KDIFF_PGDAT_DIRTY,
	RS_KDIFF_PGDAT_DIRTY_IF_TAKEN,
	RS_KDIFF_NODE_CONGESTED_BIT,
	RS_KDIFF_NODE_RECLAIM_NO_WRITE,
	RS_KDIFF_CHARGE_BATCH_64,
	RS_KDIFF_CHARGE_HIGH_FORCED,
	RS_KDIFF_CHARGE_HIGH_AT_ONCE,
	RS_KDIFF_HIGH_SPARES_DYING,
	RS_KDIFF_PROACTIVE_BATCH,
	NR_RS_KDIFFS,
};

/* Who honours a row. */
enum rs_kdiff_user {
	RS_IN_HOOKS = 1 << 0, /* which program is loaded */
	RS_IN_BPF = 1 << 1, /* an option or an accessor of bpf/ */
	RS_IN_MODEL = 1 << 2, /* a switch of src/model */
};

struct rs_kdiff_row {
	const char *name; /* as it is stored in a recording */
	const char *what;
	const char *since; /* Debian kernels where it was seen first and last, for people */
	unsigned int in; /* enum rs_kdiff_user */
	bool (*probe)(const struct rs_kernel *kernel);
};

const struct rs_kdiff_row *rs_kdiff_row(enum rs_kdiff id);

/* Evaluates every row for @kernel into @ret. */
void rs_kdiff_probe(const struct rs_kernel *kernel, bool ret[NR_RS_KDIFFS]);

#endif
