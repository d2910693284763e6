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
