/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each refault, and the reclaim that had evicted the page: who reclaimed, why, at which priority,
 * how long ago; for whose limit, from which cgroup, and who wanted the page back.
 *
 * A page is known again by its place in a file or in swap, which both records tell. A page that is
 * swapped in past the swap cache does not tell its place: it is known by its shadow entry, which the
 * classic LRU gives to one folio only. MGLRU gives the same one to all that it evicts while a
 * generation is the oldest: then one of those is drawn by lot, and counted as such. A page that has
 * been freed leaves no record and counts as away, until its place is used again.
 */
#ifndef RS_REPORT_REFAULT_H
#define RS_REPORT_REFAULT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <uthash.h>

#include "../trace/reader.h"
#include "../trace/tasks.h"
#include "latency.h"
#include "working_set.h"

/* What made a task reclaim. */
enum rs_cause {
	RS_CAUSE_NOT_SEEN, /* its begin is not in the recording, or it is none of these: MADV_PAGEOUT, DAMON */
	RS_CAUSE_KSWAPD,
	RS_CAUSE_DIRECT,
	RS_CAUSE_MAX,
	RS_CAUSE_HIGH,
	RS_CAUSE_PROACTIVE,
	RS_CAUSE_SOFTLIMIT,
	RS_CAUSE_NODE,
	RS_NR_CAUSES,
};
const char *rs_cause_name(enum rs_cause cause);

/* One reclaim: a stall, or a pass of kswapd. */
struct rs_run {
	uint64_t begin_ns;
	uint64_t target; /* cgroup whose limit caused it, 0: none, or it evicted nothing */
	uint32_t tgid, cause;
	int32_t order, first_priority, last_priority; /* priorities -1: evicted nothing */
	uint64_t evicted, refaulted; /* pages */
	char comm[RS_COMM_LEN + 1];
};

/* Members that a table does not tell apart are 0. */
struct rs_refault_key {
	uint64_t target; /* cgroup whose limit evicted it, 0: global */
	uint64_t owner; /* cgroup that lost it */
	uint64_t cgroup; /* cgroup that is charged for it now */
	uint32_t cause;
	uint32_t evictor, refaulter; /* processes */
	uint32_t file;
};

struct rs_refault_sum {
	struct rs_refault_key key;
	uint64_t evicted, refaulted; /* pages */
	struct rs_latency away; /* how long they were */
	char evictor_comm[RS_COMM_LEN + 1], refaulter_comm[RS_COMM_LEN + 1];
	UT_hash_handle hh;
};

struct rs_refaults {
	uint64_t linked[2], drawn[2], unlinked[2]; /* refaulted pages, anon and file: see above; their sum is all */
	struct rs_refault_sum *reclaims; /* by target, owner, cause, evictor and type */
	struct rs_refault_sum *links; /* by all of the key; without those that are not linked */
	uint64_t evicted_at[16], refaulted_at[16]; /* by priority */
	struct rs_run *runs; /* [0]: all that were not seen */
	size_t nr_runs, runs_room;
	struct rs_working_set *working_sets;

	struct rs_evicted *by_place;
	struct rs_shadow_group *by_shadow;
	struct rs_reclaimer *reclaimers;
	struct rs_spared *spared;
	struct rs_working_set *of_memcgid[1 << 16]; /* the last to evict for each number that shadows have */
	unsigned int nodes_shift;
	uint64_t random;
};

/* @info: of the recording. NULL: no memory. */
struct rs_refaults *rs_refaults_create(struct json_object *info);
void rs_refaults_destroy(struct rs_refaults *refaults);
/* Takes the next record. 0 or -ENOMEM. */
int rs_refaults_take(struct rs_refaults *refaults, const struct rs_event_hdr *hdr, const struct rs_tasks *tasks);

/* Adds up the rows of @from by the members of their keys that are not 0 in @which. NULL: none, or no memory. */
struct rs_refault_sum *rs_refaults_group(const struct rs_refault_sum *from, const struct rs_refault_key *which);
void rs_refault_sums_free(struct rs_refault_sum *sums);
/* Most refaulted first; ties by key. */
int rs_refault_sum_order(struct rs_refault_sum *a, struct rs_refault_sum *b);
int rs_working_set_order(struct rs_working_set *a, struct rs_working_set *b);

struct rs_report;
void rs_refaults_text(struct rs_report *report, FILE *out, unsigned int top);
void rs_refaults_json(struct rs_report *report, FILE *out);

#endif
