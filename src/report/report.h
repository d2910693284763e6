/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What reclaim did, added up from a recording in one pass: by process, cgroup, list, priority,
 * shrinker and zone. report_text.c and report_json.c only print what is here.
 */
#ifndef RS_REPORT_REPORT_H
#define RS_REPORT_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

#include "../base/json.h"
#include "../trace/reader.h"
#include "../trace/tasks.h"
#include "../wire/capture.h"
#include "generations.h"
#include "latency.h"
#include "refault.h"

/* Stalls of one kind. @hist: by rs_hist_bucket(). */
struct rs_stall_sum {
	struct rs_latency latency;
	uint64_t nr_reclaimed;
	uint64_t unfinished; /* began, and no end in the recording */
	uint64_t begin_missing; /* ended, and no begin in the recording */
	uint64_t hist[RS_HIST_BUCKETS];
	/* Summary mode has no single latencies: these instead, and no percentiles. */
	uint64_t count, sum_ns, max_ns;
};

enum rs_group_of {
	RS_GROUP_PROCESS,
	RS_GROUP_CGROUP,
};

struct rs_group_key {
	uint64_t id; /* process or cgroup */
	uint32_t of; /* enum rs_group_of */
	uint32_t kind; /* enum rs_reclaim_kind */
};

/* Stalls of one process or cgroup. */
struct rs_stall_group {
	struct rs_group_key key;
	struct rs_latency latency;
	uint64_t count, sum_ns, max_ns; /* as above for summary mode; else the same as in latency */
	uint64_t nr_reclaimed;
	uint64_t throttled, throttled_ns;
	char comm[RS_COMM_LEN + 1];
	UT_hash_handle hh;
};

struct rs_waker {
	struct {
		uint32_t tgid;
		int32_t order;
		uint32_t gfp;
		int32_t nid;
	} key;
	uint64_t count;
	char comm[RS_COMM_LEN + 1];
	UT_hash_handle hh;
};

#define RS_REPORT_NODES 64

struct rs_kswapd_sum {
	bool seen;
	uint64_t wakes; /* times it began to work */
	uint64_t sleeps;
	uint64_t awake_ns;
	uint64_t awake_since_ns; /* 0: asleep, or not known */
	uint64_t wakeups; /* effective wakeup_kswapd() */
	uint64_t requests; /* calls of wakeup_kswapd() */
	uint64_t runs; /* of balance_pgdat() */
	uint64_t run_since_ns;
	uint64_t run_ns;
	uint64_t failures; /* runs that the kernel counted as such */
};

/* Pages by list, by who reclaimed, by priority. */
struct rs_scan_sum {
	uint64_t scanned, reclaimed, batches;
	uint64_t dirty, writeback, unqueued_dirty, activated, referenced, unmap_fail, pageout;
};

struct rs_shrinker_sum {
	uint64_t shrinker; /* key: offset from _stext */
	uint64_t runs, freed, asked, ns, max_ns;
	UT_hash_handle hh;
};

struct rs_workingset_sum {
	uint64_t cgroup; /* key */
	uint64_t refaults[2], evictions[2]; /* anon, file; pages */
	UT_hash_handle hh;
};

#define RS_TIMELINE_SLOTS 60
struct rs_timeline {
	struct {
		int32_t nid, zid;
	} key;
	uint64_t managed, min, low, high; /* at the last reading, without boost */
	uint64_t highest_boost;
	uint64_t lowest_free, lowest_at_ns;
	uint64_t samples, below_high, below_low, below_min;
	uint64_t free[RS_TIMELINE_SLOTS]; /* lowest of each slot; UINT64_MAX: no reading */
	uint8_t level[RS_TIMELINE_SLOTS]; /* worst of each slot: 0 above high ... 3 below min */
	UT_hash_handle hh;
};

struct rs_throttle_sum {
	uint64_t count, ns, max_ns;
};

struct rs_report {
	const struct rs_reader *reader;
	struct rs_tasks *tasks;
	struct rs_reader_state state;
	bool is_summary; /* recorded in mode summary */
	uint64_t duration_ns;

	struct rs_stall_sum stalls[RS_NR_RECLAIM_KINDS];
	struct rs_stall_group *groups;
	struct rs_kswapd_sum kswapd[RS_REPORT_NODES];
	struct rs_waker *wakers;
	struct rs_scan_sum by_list[2]; /* anon, file */
	struct rs_scan_sum by_reclaimer[RS_NR_RECLAIM_KINDS];
	struct rs_scan_sum by_priority[16];
	uint64_t deactivated[2], rotated[2]; /* of active lists: anon, file */
	struct rs_throttle_sum throttled[RS_NR_THROTTLES];
	struct rs_shrinker_sum *shrinkers;
	struct rs_workingset_sum *workingset;
	struct rs_timeline *timelines;
	struct rs_refaults *refaults;
	struct rs_generations *generations;
	uint64_t oom_kills, retries;
	struct {
		uint64_t direct, got_page; /* by allocating tasks */
		uint64_t asked, suitable; /* compaction_suitable(): would it help in a zone */
		uint64_t deferred, failed, reset; /* put off; for longer; no longer */
		uint64_t handed_over, kcompactd_runs;
	} compaction;

	struct rs_open_stall *open; /* stalls that go on, by thread */
};

/* Reads all records of @reader. 0 or -ENOMEM. rs_report_destroy() frees. */
int rs_report_create(struct rs_reader *reader, struct rs_report **ret);
void rs_report_destroy(struct rs_report *report);

/* Of a summary recording: the sums that it carries. 0 or -ENOMEM. */
int rs_report_take_summary(struct rs_report *report);
/* Finds or makes the stalls of a process or cgroup. NULL: no memory. */
struct rs_stall_group *rs_report_group(struct rs_report *report, uint32_t of, uint64_t id, uint32_t kind);

/* Tables in the order in which they are shown: by time lost. Sorts in place. */
void rs_report_sort(struct rs_report *report);

/* Prints, at most @top rows of each table. */
void rs_report_text(struct rs_report *report, FILE *out, unsigned int top);
void rs_report_json(struct rs_report *report, FILE *out);
/* Begins a line of JSON of this type; rs_json_end_line() ends it. */
void rs_report_begin_line(struct rs_json *j, FILE *out, const char *type);

#endif
