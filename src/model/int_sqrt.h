/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_MODEL_INT_SQRT_H
#define RS_MODEL_INT_SQRT_H

#include <stdint.h>

/* The largest number whose square is at most @x, as lib/math/int_sqrt.c has it. */
static inline uint64_t int_sqrt(uint64_t x)
{
	uint64_t root = 0, bit;

	for (bit = 1ULL << 31; bit; bit >>= 1)
		if ((root + bit) * (root + bit) <= x)
			root += bit;
	return root;
}

#endif
