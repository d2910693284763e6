/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packing records into the payload of an EVENTS block, and back.
 *
 * Records of one type are a table whose columns are the 8-byte words of a record. Each word is
 * replaced by its difference to the word above, as a zigzag number where the word is one field, by
 * XOR where several fields share it; then a column keeps only those of its eight byte planes that
 * are not all zero, and of those that begin with another byte and then are, only that one. Most words
 * of a record repeat or grow by little, so most planes vanish, and what is left goes through zstd;
 * but not the lowest bytes of times, which are as good as random.
 *
 *   u32 records
 *   u32 types, then for each: u16 type, u16 words after the header, u32 records
 *   records * u8: index of the type of each record, in order of time
 *   columns over all records: ts_ns, as plain differences and without its lowest plane, tid, cpu
 *   columns of each type, word by word
 *   a column: u8 mask of planes, u8 mask of planes with one byte, then of each plane records bytes or one, lowest first
 *   records * u8: the lowest plane of ts_ns
 *
 * Without RS_BLOCK_FIRSTS, so in files of version 1, columns have no second mask, and ts_ns is a column as any other, of zigzag
 * numbers.
 */
#ifndef RS_TRACE_CODEC_H
#define RS_TRACE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema.h"

/* A record on its way to or from a block. */
struct rs_record {
	uint32_t cpu;
	const struct rs_event_hdr *hdr;
};

/* Places for records, for who has many of them one behind the other. */
struct rs_batch {
	struct rs_record *from, *to, *end; /* @to: the next one */
	size_t room; /* bytes; the last record may reach beyond */
};

/* Upper bound of what rs_pack() writes for @nr records of @bytes bytes together. */
size_t rs_pack_bound(size_t nr, size_t bytes);

/*
 * Packs @nr records into @out. @schema tells which words are one field. @scratch: 3 * @nr words.
 * Returns the length, and how many bytes at the end are as good as random. At most 255 types can occur, which RS_NR_EVENTS ensures.
 */
size_t rs_pack(const struct rs_schema *schema, const struct rs_record *records, size_t nr, uint64_t *scratch,
	       uint8_t *out, size_t *ret_random);

/*
 * Unpacks a payload; @has_firsts: RS_BLOCK_FIRSTS. *@ret_records and *@ret_bytes are the caller's to free; the records point into
 * the bytes. 0, -ENOMEM, or -EBADMSG for a payload that rs_pack() with @schema did not make.
 */
int rs_unpack(const struct rs_schema *schema, const uint8_t *in, size_t len, bool has_firsts,
	      struct rs_record **ret_records, uint64_t **ret_bytes, size_t *ret_nr);

#endif
