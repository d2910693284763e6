/* SPDX-License-Identifier: GPL-2.0-only */
#include "codec.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "../base/cleanup.h"
#include "format.h"

#define HDR_WORDS (sizeof(struct rs_event_hdr) / 8)
#define MAX_WORDS (RS_MAX_RECORD / 8)

/* Which words of a record are one 8-byte field, and so a number that can grow by little. */
static void find_numbers(const struct rs_event_desc *d, bool is_number[MAX_WORDS])
{
	int f, i;

	memset(is_number, 0, MAX_WORDS * sizeof(*is_number));
	for (f = 0; f < d->nr_fields; f++) {
		const struct rs_field *field = &d->fields[f];

		if (field->size == 8 && field->offset % 8 == 0)
			for (i = 0; i < field->count; i++)
				is_number[field->offset / 8 + i] = true;
	}
}

static inline uint64_t zigzag(uint64_t delta)
{
	return delta << 1 ^ (uint64_t)((int64_t)delta >> 63);
}

static inline uint64_t unzigzag(uint64_t z)
{
	return z >> 1 ^ (0 - (z & 1));
}

static void put16(uint8_t **out, uint16_t v)
{
	memcpy(*out, &v, sizeof(v));
	*out += sizeof(v);
}

static void put32(uint8_t **out, uint32_t v)
{
	memcpy(*out, &v, sizeof(v));
	*out += sizeof(v);
}

/* ---- packing: most of what a recorder does for a record, so in steps over several words at once ---- */

enum difference { PLAIN, ZIGZAG, XOR };

#define ALWAYS_INLINE inline __attribute__((always_inline))

typedef uint64_t v4_t __attribute__((vector_size(32), aligned(8), may_alias));

#ifdef __x86_64__
#define WIDE __attribute__((target("avx2")))
/* Where a shuffle puts the two words' bytes of each half of a register: at @place and behind it; the rest stays empty. */
static const int8_t places[4][16] = {
	{ 0, 8, -99, -99, -99, -99, -99, -99, -99, -99, -99, -99, -99, -99, -99, -99 },
	{ -99, -99, 0, 8, -99, -99, -99, -99, -99, -99, -99, -99, -99, -99, -99, -99 },
	{ -99, -99, -99, -99, 0, 8, -99, -99, -99, -99, -99, -99, -99, -99, -99, -99 },
	{ -99, -99, -99, -99, -99, -99, 0, 8, -99, -99, -99, -99, -99, -99, -99, -99 },
};

static WIDE __m256i bytes_of(const uint64_t *from, int plane, int place)
{
	__m256i to = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)places[place]));

	return _mm256_shuffle_epi8(_mm256_loadu_si256((const __m256i *)from), _mm256_add_epi8(to, _mm256_set1_epi8(plane)));
}

/* Byte @plane of the first words of a column; returns of how many. */
static WIDE size_t put_plane_wide(uint8_t *to, const uint64_t *from, size_t nr, int plane)
{
	size_t i;

	for (i = 0; i + 16 <= nr; i += 16, from += 16) {
		__m256i both = _mm256_or_si256(_mm256_or_si256(bytes_of(from, plane, 0), bytes_of(from + 4, plane, 1)),
					       _mm256_or_si256(bytes_of(from + 8, plane, 2), bytes_of(from + 12, plane, 3)));

		_mm_storeu_si128((__m128i *)(to + i),
				 _mm_unpacklo_epi16(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1)));
	}
	return i;
}
#endif

#ifdef WIDE
/* Word @word of the first rows; returns of how many. */
static WIDE size_t get_words_wide(uint64_t *column, const uint64_t *const *rows, size_t nr, size_t word)
{
	size_t i;

	for (i = 0; i + 4 <= nr; i += 4) {
		__m256i at = _mm256_loadu_si256((const __m256i *)(rows + i));

		_mm256_storeu_si256((__m256i *)(column + i),
				    _mm256_i64gather_epi64((const long long *)(word * sizeof(**rows)), at, 1));
	}
	return i;
}
#endif

static ALWAYS_INLINE void put_plane(uint8_t *to, const uint64_t *from, size_t nr, int plane, bool wide)
{
	size_t i = 0;

#ifdef WIDE
	if (wide)
		i = put_plane_wide(to, from, nr, plane);
#else
	(void)wide;
#endif
#pragma GCC unroll 8
	for (; i < nr; i++)
		to[i] = from[i] >> (8 * plane);
}

/*
 * The planes of a column that are not all zero; of those where only the first byte is not, that byte. From the column's first word
 * and all the others by OR.
 */
static ALWAYS_INLINE void put_column(uint8_t **out, const uint64_t *column, uint64_t first, uint64_t rest, size_t nr, bool wide)
{
	uint8_t *masks = *out, *to = masks + 2, byte;
	int plane;

	masks[0] = masks[1] = 0;
	for (plane = 0; plane < 8 && (first | rest) >> (8 * plane); plane++) {
		byte = first >> (8 * plane);
		if (rest >> (8 * plane) & 0xff) {
			masks[0] |= 1 << plane;
			put_plane(to, column, nr, plane, wide);
			to += nr;
		} else if (byte) {
			masks[1] |= 1 << plane;
			*to++ = byte;
		}
	}
	*out = to;
}

/* Makes differences of what a column holds, but for its first word, and returns all of them by OR. */
static ALWAYS_INLINE uint64_t subtract(uint64_t *column, size_t nr, enum difference how)
{
	v4_t any = { 0 }, *at;
	uint64_t rest = 0, delta;
	size_t i = nr;

	/* From the end, as each needs the one before as it was. */
	for (; i > 4; i -= 4) {
		at = (v4_t *)(column + i - 4);
		*at = how == XOR ? *at ^ *(v4_t *)(column + i - 5) : *at - *(v4_t *)(column + i - 5);
		if (how == ZIGZAG)
			*at = *at << 1 ^ (0 - (*at >> 63));
		any |= *at;
	}
	for (; i > 1; i--) {
		delta = how == XOR ? column[i - 1] ^ column[i - 2] : column[i - 1] - column[i - 2];
		if (how == ZIGZAG)
			delta = zigzag(delta);
		column[i - 1] = delta;
		rest |= delta;
	}
	return rest | any[0] | any[1] | any[2] | any[3];
}

static ALWAYS_INLINE void put_differences(uint8_t **out, uint64_t *column, size_t nr, enum difference how, bool wide)
{
	uint64_t rest = nr ? subtract(column, nr, how) : 0, first = 0;

	if (nr)
		first = column[0] = how == ZIGZAG ? zigzag(column[0]) : column[0];
	put_column(out, column, first, rest, nr, wide);
}

/* Times, but for their lowest bytes, which are as good as random: these go to @low. */
static ALWAYS_INLINE void put_times(uint8_t **out, uint8_t *low, uint64_t *column, size_t nr, bool wide)
{
	uint64_t rest = nr ? subtract(column, nr, PLAIN) : 0;

	put_plane(low, column, nr, 0, wide);
	put_column(out, column, nr ? column[0] & ~0xffULL : 0, rest & ~0xffULL, nr, wide);
}

/*
 * @diff[word]: what a word of any row has that the first row's has not, by OR. Half of them are the same in all of a block. From
 * the end of the record; whoever comes to the header that way looks at that as well.
 */
static ALWAYS_INLINE void compare(const uint64_t *const *rows, size_t nr, size_t words, uint64_t *diff)
{
	size_t at = words, i;

	while (at > HDR_WORDS) {
		const v4_t *first, *row;

		if (at >= 16 && at - HDR_WORDS > 8) {
			v4_t a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };

			at -= 16;
			first = (const v4_t *)(rows[0] + at);
			for (i = 1; i < nr; i++) {
				row = (const v4_t *)(rows[i] + at);
				a |= row[0] ^ first[0];
				b |= row[1] ^ first[1];
				c |= row[2] ^ first[2];
				d |= row[3] ^ first[3];
			}
			((v4_t *)(diff + at))[0] = a;
			((v4_t *)(diff + at))[1] = b;
			((v4_t *)(diff + at))[2] = c;
			((v4_t *)(diff + at))[3] = d;
		} else if (at >= 4) {
			v4_t a = { 0 };

			at -= 4;
			first = (const v4_t *)(rows[0] + at);
			for (i = 1; i < nr; i++)
				a |= *(const v4_t *)(rows[i] + at) ^ *first;
			*(v4_t *)(diff + at) = a;
		} else {
			diff[--at] = 0;
			for (i = 1; i < nr; i++)
				diff[at] |= rows[i][at] ^ rows[0][at];
		}
	}
}

size_t rs_pack_bound(size_t nr, size_t bytes)
{
	/* Each word at its full width, two masks for each column, three common columns, the heads. */
	return 8 + RS_NR_EVENTS * (8 + 2 * MAX_WORDS) + nr + 3 * (8 * nr + 2) + bytes;
}

static ALWAYS_INLINE void put_type(uint8_t **out, const struct rs_event_desc *desc, const uint64_t *const *rows, size_t nr,
				   size_t words, uint64_t *column, bool wide)
{
	bool is_number[MAX_WORDS];
	uint64_t diff[MAX_WORDS];
	size_t word, i;

	find_numbers(desc, is_number);
	compare(rows, nr, words, diff);
	for (word = HDR_WORDS; word < words; word++) {
		if (!diff[word]) {
			put_column(out, NULL, is_number[word] ? zigzag(rows[0][word]) : rows[0][word], 0, nr, wide);
			continue;
		}
		i = 0;
#ifdef WIDE
		if (wide)
			i = get_words_wide(column, rows, nr, word);
#endif
#pragma GCC unroll 4
		for (; i < nr; i++)
			column[i] = rows[i][word];
		put_differences(out, column, nr, is_number[word] ? ZIGZAG : XOR, wide);
	}
}

static ALWAYS_INLINE size_t pack(const struct rs_schema *schema, const struct rs_record *records, size_t nr, uint64_t *scratch,
				 uint8_t *out, size_t *ret_random, bool wide)
{
	uint8_t *low = (uint8_t *)(scratch + 2 * nr);
	const uint64_t **rows = (const uint64_t **)(scratch + nr), **next[RS_NR_EVENTS];
	uint32_t count[RS_NR_EVENTS] = { 0 };
	uint8_t index[RS_NR_EVENTS];
	uint8_t *start = out, *nr_types, *words[RS_NR_EVENTS];
	const uint32_t first_tid = nr ? records[0].hdr->tid : 0, first_cpu = nr ? records[0].cpu : 0;
	uint32_t types = 0, tids = 0, cpus = 0; /* the last two: in what they differ, by OR */
	size_t i;
	int type;

	put32(&out, nr);
	nr_types = out;
	put32(&out, 0);
#pragma GCC unroll 4
	for (i = 0; i < nr; i++) {
		type = records[i].hdr->type;
		count[type]++;
	}
	for (type = 0; type < RS_NR_EVENTS; type++) {
		if (!count[type])
			continue;
		next[type] = rows;
		rows += count[type];
		index[type] = types++;
		put16(&out, type);
		words[type] = out;
		put16(&out, 0); /* the first record tells, see below */
		put32(&out, count[type]);
	}
	memcpy(nr_types, &types, sizeof(types));
#pragma GCC unroll 4
	for (i = 0; i < nr; i++) {
		const struct rs_event_hdr *hdr = records[i].hdr;
		const uint64_t **row, ts_ns = hdr->ts_ns;

		type = hdr->type;
		tids |= hdr->tid ^ first_tid;
		cpus |= records[i].cpu ^ first_cpu;
		row = next[type];
		*row = (const uint64_t *)hdr;
		next[type] = row + 1;
		scratch[i] = ts_ns;
		out[i] = index[type];
	}
	out += nr;

	put_times(&out, low, scratch, nr, wide);
	for (i = 0; tids && i < nr; i++)
		scratch[i] = records[i].hdr->tid;
	if (tids)
		put_differences(&out, scratch, nr, XOR, wide);
	else
		put_column(&out, NULL, first_tid, 0, nr, wide);
	for (i = 0; cpus && i < nr; i++)
		scratch[i] = records[i].cpu;
	if (cpus)
		put_differences(&out, scratch, nr, XOR, wide);
	else
		put_column(&out, NULL, first_cpu, 0, nr, wide);

	for (type = 0; type < RS_NR_EVENTS; type++) {
		const uint64_t *const *first = next[type] - count[type];
		uint16_t nr_words;

		if (!count[type])
			continue;
		nr_words = ((const struct rs_event_hdr *)*first)->len / 8;
		put_type(&out, &schema->events[type], first, count[type], nr_words, scratch, wide);
		nr_words -= HDR_WORDS;
		memcpy(words[type], &nr_words, sizeof(nr_words));
	}
	memcpy(out, low, nr);
	*ret_random = nr;
	return out + nr - start;
}

#ifdef WIDE
static WIDE size_t pack_wide(const struct rs_schema *schema, const struct rs_record *records, size_t nr, uint64_t *scratch,
			     uint8_t *out, size_t *ret_random)
{
	return pack(schema, records, nr, scratch, out, ret_random, true);
}
#endif

size_t rs_pack(const struct rs_schema *schema, const struct rs_record *records, size_t nr, uint64_t *scratch,
	       uint8_t *out, size_t *ret_random)
{
#ifdef WIDE
	if (__builtin_cpu_supports("avx2"))
		return pack_wide(schema, records, nr, scratch, out, ret_random);
#endif
	return pack(schema, records, nr, scratch, out, ret_random, false);
}

/* ---- and back; nothing about the input is taken for granted ---- */

struct input {
	const uint8_t *p, *end;
	bool has_firsts; /* RS_BLOCK_FIRSTS */
};

static bool get_bytes(struct input *in, void *to, size_t n)
{
	if ((size_t)(in->end - in->p) < n)
		return false;
	memcpy(to, in->p, n);
	in->p += n;
	return true;
}

static bool get_column(struct input *in, uint64_t *column, size_t nr)
{
	uint8_t mask, firsts = 0, byte;
	int plane;
	size_t i;

	if (!get_bytes(in, &mask, 1) || (in->has_firsts && !get_bytes(in, &firsts, 1)))
		return false;
	memset(column, 0, nr * sizeof(*column));
	for (plane = 0; plane < 8; plane++) {
		if (mask >> plane & 1) {
			if ((size_t)(in->end - in->p) < nr)
				return false;
			for (i = 0; i < nr; i++)
				column[i] |= (uint64_t)in->p[i] << (8 * plane);
			in->p += nr;
		} else if (firsts >> plane & 1) {
			if (!nr || !get_bytes(in, &byte, 1))
				return false;
			column[0] |= (uint64_t)byte << (8 * plane);
		}
	}
	return true;
}

struct unpack {
	struct input in;
	uint32_t nr;
	uint32_t types;
	uint16_t type[RS_NR_EVENTS];
	uint16_t words[RS_NR_EVENTS];
	uint32_t count[RS_NR_EVENTS];
};

static bool get_heads(struct unpack *u, const struct rs_schema *schema)
{
	uint64_t total = 0;
	uint32_t i;

	/* Each record has at least its type's index in the payload. */
	if (!get_bytes(&u->in, &u->nr, 4) || !get_bytes(&u->in, &u->types, 4) || u->types > RS_NR_EVENTS ||
	    u->nr > (size_t)(u->in.end - u->in.p))
		return false;
	for (i = 0; i < u->types; i++) {
		const struct rs_event_desc *d;

		if (!get_bytes(&u->in, &u->type[i], 2) || !get_bytes(&u->in, &u->words[i], 2) ||
		    !get_bytes(&u->in, &u->count[i], 4) || u->type[i] >= RS_NR_EVENTS)
			return false;
		d = &schema->events[u->type[i]];
		if (!d->type || d->len != (u->words[i] + HDR_WORDS) * 8)
			return false;
		total += u->count[i];
	}
	return total == u->nr;
}

/* Finds the place of each record, one after the other in order of time; @rows: grouped by type. */
static bool place_records(struct unpack *u, const uint8_t *index, struct rs_record *records, uint64_t *bytes,
			  uint64_t **rows)
{
	uint64_t **next[RS_NR_EVENTS], **end[RS_NR_EVENTS], *at = bytes;
	uint32_t i;

	for (i = 0; i < u->types; i++) {
		next[i] = rows;
		rows += u->count[i];
		end[i] = rows;
	}
	for (i = 0; i < u->nr; i++) {
		struct rs_event_hdr *hdr = (struct rs_event_hdr *)at;

		if (index[i] >= u->types || next[index[i]] == end[index[i]])
			return false;
		*next[index[i]]++ = at;
		hdr->type = u->type[index[i]];
		hdr->len = (u->words[index[i]] + HDR_WORDS) * 8;
		records[i].hdr = hdr;
		at += hdr->len / 8;
	}
	return true;
}

static bool get_common(struct unpack *u, struct rs_record *records, uint64_t *column)
{
	uint64_t last;
	uint32_t i;

	if (u->in.has_firsts && (size_t)(u->in.end - u->in.p) < u->nr)
		return false;
	if (u->in.has_firsts)
		u->in.end -= u->nr; /* the lowest bytes */
	if (!get_column(&u->in, column, u->nr))
		return false;
	for (i = 0, last = 0; i < u->nr; i++) {
		last += u->in.has_firsts ? column[i] | u->in.end[i] : unzigzag(column[i]);
		((struct rs_event_hdr *)records[i].hdr)->ts_ns = last;
	}
	if (!get_column(&u->in, column, u->nr))
		return false;
	for (i = 0, last = 0; i < u->nr; i++) {
		last ^= column[i];
		((struct rs_event_hdr *)records[i].hdr)->tid = last;
	}
	if (!get_column(&u->in, column, u->nr))
		return false;
	for (i = 0, last = 0; i < u->nr; i++) {
		last ^= column[i];
		records[i].cpu = last;
	}
	return true;
}

static bool get_type(struct unpack *u, const struct rs_schema *schema, uint32_t t, uint64_t **rows,
		     uint64_t *column)
{
	bool is_number[MAX_WORDS];
	size_t word;
	uint32_t i;

	find_numbers(&schema->events[u->type[t]], is_number);
	for (word = HDR_WORDS; word < (size_t)u->words[t] + HDR_WORDS; word++) {
		uint64_t last = 0;

		if (!get_column(&u->in, column, u->count[t]))
			return false;
		for (i = 0; i < u->count[t]; i++) {
			last = is_number[word] ? last + unzigzag(column[i]) : last ^ column[i];
			rows[i][word] = last;
		}
	}
	return true;
}

int rs_unpack(const struct rs_schema *schema, const uint8_t *data, size_t len, bool has_firsts,
	      struct rs_record **ret_records, uint64_t **ret_bytes, size_t *ret_nr)
{
	_cleanup_(rs_freep) struct unpack *u = calloc(1, sizeof(*u));
	_cleanup_(rs_freep) struct rs_record *records = NULL;
	_cleanup_(rs_freep) uint64_t *bytes = NULL, *column = NULL, **rows = NULL;
	uint64_t **of_type;
	const uint8_t *index;
	size_t size = 0;
	uint32_t t;

	if (!u)
		return -ENOMEM;
	u->in.p = data;
	u->in.end = data + len;
	u->in.has_firsts = has_firsts;
	if (!get_heads(u, schema))
		return -EBADMSG;
	for (t = 0; t < u->types; t++)
		size += (size_t)u->count[t] * (u->words[t] + HDR_WORDS) * 8;
	if (size > RS_BLOCK_MAX_RAW)
		return -EBADMSG;
	records = malloc((u->nr + 1) * sizeof(*records));
	rows = malloc((u->nr + 1) * sizeof(*rows));
	column = malloc((u->nr + 1) * sizeof(*column));
	bytes = malloc(size + 8);
	if (!records || !rows || !column || !bytes)
		return -ENOMEM;
	if ((size_t)(u->in.end - u->in.p) < u->nr)
		return -EBADMSG;
	index = u->in.p;
	u->in.p += u->nr;
	if (!place_records(u, index, records, bytes, rows) || !get_common(u, records, column))
		return -EBADMSG;
	for (t = 0, of_type = rows; t < u->types; of_type += u->count[t++])
		if (!get_type(u, schema, t, of_type, column))
			return -EBADMSG;
	if (u->in.p != u->in.end)
		return -EBADMSG;
	*ret_records = rs_take_ptr(records);
	*ret_bytes = rs_take_ptr(bytes);
	*ret_nr = u->nr;
	return 0;
}
