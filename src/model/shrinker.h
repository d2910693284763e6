/* SPDX-License-Identifier: GPL-2.0-only */
/* How many objects a shrinker is asked to scan, and what it leaves for the next call. */
#ifndef RS_MODEL_SHRINKER_H
#define RS_MODEL_SHRINKER_H

#include <stdbool.h>
#include <stdint.h>

struct rs_rules;
struct rs_why;

#define SHRINK_BATCH 128

struct do_shrink_slab {
	int64_t nr_deferred; /* what xchg_nr_deferred() took */
	int64_t freeable; /* count_objects(): 0 and SHRINK_EMPTY end the call before this */
	int64_t batch; /* shrinker->batch, 0: SHRINK_BATCH */
	int seeks, priority;
};

/* The scan, as a machine: plan, then while next(): scan that many and report what was scanned. */
struct rs_slab_scan {
	uint64_t delta;
	int64_t planned; /* total_scan of the start tracepoint */
	int64_t total_scan; /* what is left of it */
	int64_t batch_size, freeable;
	int64_t nr, next_deferred; /* found deferred; 5.10: to defer if nothing were scanned */
	int64_t scanned;
	int priority;
};

/* D56. Mirrors do_shrink_slab() up to its loop. */
void do_shrink_slab(struct rs_slab_scan *s, const struct do_shrink_slab *in, const struct rs_rules *rules,
		    struct rs_why *why);
/* D56. Objects that scan_objects() is asked for next, 0: the loop is over. SHRINK_STOP ends it as well. */
int64_t do_shrink_slab_next(const struct rs_slab_scan *s);
/* D56. @nr_scanned: shrinkctl.nr_scanned, which a shrinker may lower or raise. */
void do_shrink_slab_scanned(struct rs_slab_scan *s, int64_t nr_scanned);
/* D56. What add_nr_deferred() adds back. Others may add in between: the shared counter is then more. */
int64_t do_shrink_slab_deferred(const struct rs_slab_scan *s, const struct rs_rules *rules, struct rs_why *why);

/* D56. Where the counter of deferred objects is. */
struct shrink_slab_slot {
	bool memcg_map; /* shrink_slab_memcg(): only shrinkers whose bit is set in the map of the memcg */
	bool of_memcg; /* the counter is the memcg's, not shrinker->nr_deferred[] */
	int nid; /* its index */
};

struct shrink_slab {
	int nid;
	bool memcg; /* memcgs are enabled, and it is not the root's turn */
	bool memcg_aware, numa_aware; /* SHRINKER_ flags */
};

/* D56. Mirrors the choice at the head of shrink_slab(), and of xchg_nr_deferred(). */
struct shrink_slab_slot shrink_slab(const struct shrink_slab *in, const struct rs_rules *rules);

#endif
