/* SPDX-License-Identifier: GPL-2.0-only */
#include "codec.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

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

/* Writes the planes of @column that are not all zero; @any: OR over the column. */
static void put_column(uint8_t **out, const uint64_t *column, size_t nr, uint64_t any)
{
	uint8_t *mask = (*out)++, *to = *out;
	int plane;
	size_t i;

	*mask = 0;
	for (plane = 0; plane < 8; plane++) {
		const uint8_t *from = (const uint8_t *)column + plane;

		if (!(any >> (8 * plane) & 0xff))
			continue;
		*mask |= 1 << plane;
#pragma GCC unroll 8
		for (i = 0; i < nr; i++)
			to[i] = from[8 * i];
		to += nr;
	}
	*out = to;
}

/* The same for a column of @first and zeros, which is what a word that never changes makes. */
static void put_constant(uint8_t **out, uint64_t first, size_t nr)
{
	uint8_t *mask = (*out)++;
	int plane;

	*mask = 0;
	for (plane = 0; plane < 8; plane++) {
		uint8_t byte = first >> (8 * plane);

		if (!byte)
			continue;
		*mask |= 1 << plane;
		memset(*out, 0, nr);
		**out = byte;
		*out += nr;
	}
}

/* Half of the columns of a block, which need no differences. */
static bool is_constant(const uint64_t *const *rows, size_t nr, size_t word)
{
	const uint64_t first = rows[0][word];
	size_t i;

#pragma GCC unroll 4
	for (i = 1; i < nr; i++)
		if (rows[i][word] != first)
			return false;
	return true;
}

size_t rs_pack_bound(size_t nr, size_t bytes)
{
	/* Each word at its full width, a mask for each column, three common columns, the heads. */
	return 8 + RS_NR_EVENTS * (8 + MAX_WORDS) + nr + 3 * (8 * nr + 1) + bytes;
}

size_t rs_pack(const struct rs_schema *schema, const struct rs_record *records, size_t nr, uint64_t *scratch,
	       uint8_t *out)
{
	const uint64_t **rows = (const uint64_t **)(scratch + nr), **next[RS_NR_EVENTS];
	uint32_t count[RS_NR_EVENTS] = { 0 };
	uint16_t words[RS_NR_EVENTS] = { 0 };
	uint8_t index[RS_NR_EVENTS] = { 0 };
	uint8_t *start = out, *nr_types;
	uint64_t any, last;
	uint32_t types = 0;
	size_t i, word;
	int type;

	put32(&out, nr);
	nr_types = out;
	put32(&out, 0);
	for (i = 0; i < nr; i++) {
		type = records[i].hdr->type;
		count[type]++;
		words[type] = records[i].hdr->len / 8 - HDR_WORDS;
	}
	for (type = 0; type < RS_NR_EVENTS; type++) {
		if (!count[type])
			continue;
		next[type] = rows;
		rows += count[type];
		index[type] = types++;
		put16(&out, type);
		put16(&out, words[type]);
		put32(&out, count[type]);
	}
	memcpy(nr_types, &types, sizeof(types));
	for (i = 0; i < nr; i++) {
		type = records[i].hdr->type;
		*out++ = index[type];
		*next[type]++ = (const uint64_t *)records[i].hdr;
	}

	for (i = 0, any = 0, last = 0; i < nr; i++) {
		scratch[i] = zigzag(records[i].hdr->ts_ns - last);
		last = records[i].hdr->ts_ns;
		any |= scratch[i];
	}
	put_column(&out, scratch, nr, any);
	for (i = 0, any = 0, last = 0; i < nr; i++) {
		scratch[i] = records[i].hdr->tid ^ last;
		last = records[i].hdr->tid;
		any |= scratch[i];
	}
	put_column(&out, scratch, nr, any);
	for (i = 0, any = 0, last = 0; i < nr; i++) {
		scratch[i] = records[i].cpu ^ last;
		last = records[i].cpu;
		any |= scratch[i];
	}
	put_column(&out, scratch, nr, any);

	for (type = 0; type < RS_NR_EVENTS; type++) {
		bool is_number[MAX_WORDS];

		if (!count[type])
			continue;
		find_numbers(&schema->events[type], is_number);
		rows = next[type] - count[type];
		for (word = HDR_WORDS; word < HDR_WORDS + words[type]; word++) {
			any = 0;
			last = 0;
			if (is_constant(rows, count[type], word)) {
				put_constant(&out, is_number[word] ? zigzag(rows[0][word]) : rows[0][word], count[type]);
				continue;
			}
			if (is_number[word]) {
				for (i = 0; i < count[type]; i++) {
					scratch[i] = zigzag(rows[i][word] - last);
					last = rows[i][word];
					any |= scratch[i];
				}
			} else {
				for (i = 0; i < count[type]; i++) {
					scratch[i] = rows[i][word] ^ last;
					last = rows[i][word];
					any |= scratch[i];
				}
			}
			put_column(&out, scratch, count[type], any);
		}
	}
	return out - start;
}

/* ---- and back; nothing about the input is taken for granted ---- */

struct input {
	const uint8_t *p, *end;
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
	uint8_t mask;
	int plane;
	size_t i;

	if (!get_bytes(in, &mask, 1))
		return false;
	memset(column, 0, nr * sizeof(*column));
	for (plane = 0; plane < 8; plane++) {
		if (!(mask >> plane & 1))
			continue;
		if ((size_t)(in->end - in->p) < nr)
			return false;
		for (i = 0; i < nr; i++)
			column[i] |= (uint64_t)in->p[i] << (8 * plane);
		in->p += nr;
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

	if (!get_column(&u->in, column, u->nr))
		return false;
	for (i = 0, last = 0; i < u->nr; i++) {
		last += unzigzag(column[i]);
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

int rs_unpack(const struct rs_schema *schema, const uint8_t *data, size_t len, struct rs_record **ret_records,
	      uint64_t **ret_bytes, size_t *ret_nr)
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
