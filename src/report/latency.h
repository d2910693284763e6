/* SPDX-License-Identifier: GPL-2.0-only */
/* Latencies: every one is kept, so that percentiles are exact. */
#ifndef RS_REPORT_LATENCY_H
#define RS_REPORT_LATENCY_H

#include <stddef.h>
#include <stdint.h>

struct rs_latency {
	uint64_t *ns;
	size_t count, room;
	uint64_t sum_ns, max_ns;
};

/* 0 or -ENOMEM. */
int rs_latency_add(struct rs_latency *latency, uint64_t ns);
/* The smallest value that at least @percent of the values do not exceed; 0 if there are none. Sorts. */
uint64_t rs_latency_percentile(struct rs_latency *latency, double percent);
void rs_latency_free(struct rs_latency *latency);

#endif
