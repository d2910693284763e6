/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gauge is read late when the CPU is busy, and once a second without pressure: such a span may hold many bursts.
 * How large one is at most, and what its pages cost, the short spans tell.
 */
#ifndef RS_TUNE_BURSTS_H
#define RS_TUNE_BURSTS_H

#include "workload.h"

/* Largest growth of memory in one short span, in pages; 0: too few spans are short. */
uint32_t rs_load_burst_pages(const struct rs_load_slot *slots, size_t nr);
/* CPU time of an anonymous page that comes; NAN: too few spans held that and nothing else. */
double rs_load_growth_ns(const struct rs_load_slot *slots, size_t nr);
/* Time of a page that is read from a file, waiting included; NAN: too few spans held that and nothing else. */
double rs_load_read_ns(const struct rs_load_slot *slots, size_t nr);
/*
 * From the start until half of what was swapped in had been: whether a little was used often or much of it seldom.
 * NAN: too little came back.
 */
double rs_load_half_of_swapins_ns(const struct rs_load_slot *slots, size_t nr);
/* Makes several spans of each in which more grew than @burst_pages, evenly. 0 or -ENOMEM; *@slots is malloc'ed. */
int rs_load_split(struct rs_load_slot **slots, size_t *nr, uint32_t burst_pages);
/* Who grows takes turns from one span with growth to the next. */
void rs_load_take_turns(struct rs_load_slot *slots, size_t nr, unsigned int nr_growers);

#endif
