/* SPDX-License-Identifier: GPL-2.0-only */
/* What memory has cost this host so far, as the kernel sums it up. */
#ifndef RS_KERNEL_PRESSURE_H
#define RS_KERNEL_PRESSURE_H

#include <stdint.h>

/* Sums since boot; RS_PRESSURE_UNKNOWN: this kernel does not tell. */
#define RS_PRESSURE_UNKNOWN UINT64_MAX

struct rs_pressure {
	uint64_t memory_some_us, memory_full_us; /* /proc/pressure/memory, totals */
	uint64_t io_some_us, io_full_us; /* /proc/pressure/io */
	uint64_t kswapd_cpu_ns; /* CPU time of all kswapds */
};

/* "total=" of the lines "some" and "full" of a /proc/pressure file. */
void rs_pressure_parse(const char *text, uint64_t *ret_some_us, uint64_t *ret_full_us);

void rs_pressure_read(struct rs_pressure *ret);

#endif
