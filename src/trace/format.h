/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording on disk: a header, then blocks, appended and never changed. docs/recording.md tells
 * the whole of it; these are the structs. Little-endian.
 */
#ifndef RS_TRACE_FORMAT_H
#define RS_TRACE_FORMAT_H

#include <stdint.h>

#define RS_FILE_MAGIC "RSTRACE\n"
#define RS_FILE_VERSION 2
#define RS_FILE_ENDIAN 0x01020304u

struct rs_file_header {
	char magic[8];
	uint32_t version; /* a reader refuses what is newer than itself */
	uint32_t endian;
	uint32_t page_size; /* for the kernel's pages, not for this file */
	uint32_t pad[2];
	uint32_t crc; /* CRC-32 of what is before */
};

#define RS_BLOCK_MAGIC 0x424b5352u /* "RSKB" */
#define RS_BLOCK_ALIGN 4096 /* where the file is written past the page cache */
#define RS_BLOCK_MAX_RAW (8u << 20)

enum rs_block_type {
	RS_BLOCK_PAD = 0, /* nothing; payload of any bytes */
	RS_BLOCK_INFO = 1, /* JSON: host, kernel, settings, schema */
	RS_BLOCK_EVENTS = 2, /* records, as src/trace/codec.c packs them */
	RS_BLOCK_LOSS = 3, /* JSON: what became of the events so far */
	RS_BLOCK_NAMES = 4, /* JSON: cgroups, symbols, call chains */
	RS_BLOCK_TOTALS = 5, /* JSON: the sums of summary mode so far */
	RS_BLOCK_END = 6, /* JSON: written once, at a clean end */
};

struct rs_block_header {
	uint32_t magic;
	uint16_t type; /* enum rs_block_type */
	uint16_t flags;
	uint32_t stored_len; /* payload on disk */
	uint32_t raw_len; /* payload unpacked */
	uint64_t seq; /* 0, 1, 2 ... */
	uint64_t first_ns; /* oldest and newest record in it, 0 if none */
	uint64_t last_ns;
	uint32_t nr_records;
	uint32_t payload_crc; /* CRC-32 of the payload on disk */
	uint32_t pad;
	uint32_t header_crc; /* CRC-32 of what is before in this header */
};

#define RS_BLOCK_ZSTD 1 /* payload is zstd frames */
#define RS_BLOCK_FIRSTS 2 /* of EVENTS, from version 2 on: see codec.h */

_Static_assert(sizeof(struct rs_file_header) == 32, "file format");
_Static_assert(sizeof(struct rs_block_header) == 56, "file format");

#endif
