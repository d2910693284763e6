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
	/* The LRU half of src/model: RS_RULES_LRU has the same names. */
	RS_KDIFF_TARGET_UNPROTECTED,
	RS_KDIFF_MEMCG_PARTIAL_WALK,
	RS_KDIFF_LRU_GEN_SHRINK_NODE,
	RS_KDIFF_RECLAIM_STATE_ROOT_ONLY,
	RS_KDIFF_ISOLATE_SKIP_LIMIT,
	RS_KDIFF_COST_OF_ROTATION,
	RS_KDIFF_COST_ZERO_IGNORED,
	RS_KDIFF_FOLIO_STAT_PAGES,
	RS_KDIFF_RECLAIM_SKIPS_HWPOISON,
	RS_KDIFF_LRU_GEN_KEEPS_REFERENCED,
	RS_KDIFF_RECLAIM_SPLITS_FILE,
	RS_KDIFF_RECLAIM_SPLITS_SHMEM,
	RS_KDIFF_DMA_PINNED_AFTER_UNMAP,
	RS_KDIFF_LAZYFREE_CHECKS_DIRTY,
	RS_KDIFF_VM_LOCKED_ACTIVATES,
	RS_KDIFF_REFERENCED_KEPT_EARLY,
	RS_KDIFF_LRU_GEN_SET_REFS,
	RS_KDIFF_LRU_GEN_REFS_COUNTED,
	RS_KDIFF_EVICTION_AGES_FIRST,
	RS_KDIFF_REFAULT_SWAP_OF_EVICTION,
	RS_KDIFF_SLAB_DEFERRED_BY_PRIORITY,
	RS_KDIFF_SLAB_DEFERRED_OF_MEMCG,
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
