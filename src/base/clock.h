/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_BASE_CLOCK_H
#define RS_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* ns of a clock of clock_gettime(); 0: there is no such clock. */
static inline uint64_t rs_clock_ns(clockid_t clock)
{
	struct timespec t = { 0 };

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* Of CLOCK_MONOTONIC, which is what the programs in the kernel read. */
static inline uint64_t rs_now_ns(void)
{
	return rs_clock_ns(CLOCK_MONOTONIC);
}

#endif
