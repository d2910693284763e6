/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The remainder of a long message stays the same when its first sixteen bytes are replaced by a multiple of the polynomial more, or
 * less: each half of them, times what x to the power of its distance leaves, is added to the next sixteen, until these are all that
 * is left. Bits are the other way round, as CRC-32 takes them.
 */
#include "crc.h"

#include <zlib.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#ifdef __x86_64__
#define BLOCK sizeof(__m128i)
/* x to the power of 128 + 32 and of 128 - 32, modulo the polynomial: how far the first and second half have to go. */
#define FIRST_HALF 0x1751997d0
#define SECOND_HALF 0x0ccaa009e

/* Of whole blocks, at least two of them. */
static __attribute__((target("pclmul"))) uint32_t crc_of_blocks(const uint8_t *at, size_t len)
{
	const __m128i distance = _mm_set_epi64x(SECOND_HALF, FIRST_HALF);
	/* What a CRC begins with. */
	__m128i rest = _mm_xor_si128(_mm_loadu_si128((const __m128i *)at), _mm_cvtsi32_si128(-1));
	const uint8_t *end = at + len;

	for (at += BLOCK; at < end; at += BLOCK)
		rest = _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(rest, distance, 0x00), _mm_clmulepi64_si128(rest, distance, 0x11)),
				     _mm_loadu_si128((const __m128i *)at));
	return crc32(~0U, (const uint8_t *)&rest, sizeof(rest));
}
#endif

uint32_t rs_crc32(const void *data, size_t len)
{
#ifdef __x86_64__
	size_t blocks = len / BLOCK * BLOCK;

	if (blocks >= 4 * BLOCK && __builtin_cpu_supports("pclmul"))
		return crc32(crc_of_blocks(data, blocks), (const uint8_t *)data + blocks, len - blocks);
#endif
	return crc32(0, data, len);
}
