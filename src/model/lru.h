/* SPDX-License-Identifier: GPL-2.0-only */
/* The lists of a lruvec, and the constants and switches of struct scan_control that several decisions share. */
#ifndef RS_MODEL_LRU_H
#define RS_MODEL_LRU_H

#include <stdbool.h>
#include <stdint.h>

#include "zone.h"

#define PAGE_SHIFT 12

#define LRU_BASE 0
#define LRU_ACTIVE 1
#define LRU_FILE 2

enum lru_list {
	LRU_INACTIVE_ANON = LRU_BASE,
	LRU_ACTIVE_ANON = LRU_BASE + LRU_ACTIVE,
	LRU_INACTIVE_FILE = LRU_BASE + LRU_FILE,
	LRU_ACTIVE_FILE = LRU_BASE + LRU_FILE + LRU_ACTIVE,
	NR_EVICTABLE_LISTS, /* what for_each_evictable_lru() visits, in this order */
};

/* Index of every pair [2] of the model, and of lruvec->refaults[]. */
#define WORKINGSET_ANON 0
#define WORKINGSET_FILE 1
#define ANON_AND_FILE 2

/* Bits of sc->may_deactivate. */
#define DEACTIVATE_ANON 1
#define DEACTIVATE_FILE 2

static inline bool is_file_lru(enum lru_list lru)
{
	return lru == LRU_INACTIVE_FILE || lru == LRU_ACTIVE_FILE;
}

static inline bool is_active_lru(enum lru_list lru)
{
	return lru == LRU_ACTIVE_ANON || lru == LRU_ACTIVE_FILE;
}

/* Where the kernel would divide by zero, which takes a counter at 2^64 - 1 or a damaged recording: 0. */
static inline uint64_t rs_div(uint64_t dividend, uint64_t divisor)
{
	return divisor ? dividend / divisor : 0;
}

#endif
