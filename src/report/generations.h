/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MGLRU: the generations of each lruvec over time, what was chosen from them, and how often they
 * aged. Sizes are as the kernel counts them for its own debugfs file lru_gen: pages on the lists, of
 * all zones, and never below 0. Pages in the per-CPU batches are on no list yet.
 */
#ifndef RS_REPORT_GENERATIONS_H
#define RS_REPORT_GENERATIONS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <uthash.h>

#include "../wire/event.h"

#define RS_GENERATION_STATES 64 /* kept for each lruvec; every second one goes when there are more */

/* How a lruvec looked at one time. */
struct rs_generations_state {
	struct rs_event_lru_gen_state e;
	int8_t evicts; /* type that was isolated from last while the seqs were these, -1: none */
};

struct rs_lruvec_generations {
	struct {
		uint64_t cgroup;
		int64_t nid;
	} key;
	struct rs_generations_state *states; /* first, whenever a seq had moved, last */
	unsigned int nr_states, step; /* kept: one in @step of those whose seqs had moved */
	uint64_t moved; /* times that a seq had moved */
	uint64_t agings, aging_calls; /* a generation was made; it was tried */
	uint64_t chosen[2], scanned[2]; /* isolations from anon and file, and pages they scanned */
	uint64_t isolated[2]; /* pages, where the kernel tells */
	uint64_t nothing; /* isolations that scanned nothing */
	uint64_t rotated[5]; /* by direction in the memcg LRU */
	/* Walks of page tables, by enum rs_walk_stat: as the first aging found them counted, and the last. */
	uint64_t walked_first[RS_NR_WALK_STATS], walked[RS_NR_WALK_STATS];
	int32_t lowest_swappiness, highest_swappiness; /* in use; -1: none was seen */
	UT_hash_handle hh;
};

struct rs_generations {
	struct rs_lruvec_generations *lruvecs;
	uint64_t tick_ns; /* 1 / HZ, 0: not told */
};

/* @info: of the recording. NULL: no memory. */
struct rs_generations *rs_generations_create(struct json_object *info);
void rs_generations_destroy(struct rs_generations *generations);
/* Takes the next record. 0 or -ENOMEM. */
int rs_generations_take(struct rs_generations *generations, const struct rs_event_hdr *hdr);
/* Most isolations first; ties by key. */
int rs_generations_order(struct rs_lruvec_generations *a, struct rs_lruvec_generations *b);

/* Pages of a generation. @type: 0 anon, 1 file. */
uint64_t rs_generation_size(const struct rs_event_lru_gen_state *state, uint64_t seq, unsigned int type);
/* Oldest generation of both types, and how many there are: at most RS_GENS, whatever the record says. */
uint64_t rs_generations_oldest(const struct rs_event_lru_gen_state *state, unsigned int *ret_nr);

/* Is @of what walks have counted? Not where the kernel does not tell, nor in recordings that have none of it. */
bool rs_generations_walked(const struct rs_lruvec_generations *of);

struct rs_report;
void rs_generations_text(struct rs_report *report, FILE *out, unsigned int top);
void rs_generations_json(struct rs_report *report, FILE *out);

#endif
