/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_BENCH_CLOCK_H
#define RS_BENCH_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

#endif
