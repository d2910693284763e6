/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a step of reclaim costs on this host: the time from one record of pages scanned to the next of the same thread,
 * in the simulator's default costs of such pages. Who waits for direct reclaim may not have the CPU meanwhile; most steps
 * are too short for that.
 */
#ifndef RS_TUNE_STEPS_H
#define RS_TUNE_STEPS_H

#include <stddef.h>

#include "../sim/sim.h"
#include "../trace/reader.h"

#define RS_MAX_STEP_THREADS 64
#define RS_MAX_STEPS 4096

struct rs_steps {
	struct {
		uint32_t tid;
		uint64_t since_ns; /* its reclaim began or its last step ended; 0: it does not reclaim */
	} threads[RS_MAX_STEP_THREADS];
	unsigned int nr_threads;
	double costs[RS_MAX_STEPS]; /* in default costs, of each step */
	size_t nr;
};

/* @tid begins to reclaim, or is done with it (@ts_ns 0). */
void rs_steps_reclaims(struct rs_steps *s, uint32_t tid, uint64_t ts_ns);
/* Pages were scanned: a step is over. What was written meanwhile is not of reclaim alone, and is left out. */
void rs_steps_add(struct rs_steps *s, const struct rs_event_shrink_inactive *e, const struct rs_sim_costs *costs);
/* The median; NAN: too few steps. */
double rs_steps_scale(struct rs_steps *s);

#endif
