/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing a recording. Everything is allocated when it is opened; after that nothing is, so that a
 * host without memory can still be recorded. A block is written whole or taken back.
 */
#ifndef RS_TRACE_WRITER_H
#define RS_TRACE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format.h"
#include "schema.h"

struct rs_batch;
struct rs_writer;

/*
 * Would rs_writer_create() work? Looks only, so that a long preparation need not be in vain. 0 or
 * -errno, said.
 */
int rs_writer_check(const char *path, bool overwrite);

/*
 * Creates @path, which must not exist unless @overwrite. Fails, and says why, when it cannot be
 * written; nothing is left behind then. 0 or -errno.
 */
int rs_writer_create(const char *path, bool overwrite, struct rs_writer **ret);

/*
 * Touches what blocks of records need, before there are any: a page that is missing when memory is short costs the
 * reclaim that is recorded.
 */
void rs_writer_prefault(struct rs_writer *writer);

/* Appends a block of JSON text. 0 or -errno, said. */
int rs_writer_put_json(struct rs_writer *writer, enum rs_block_type type, const char *json, size_t len);

/*
 * Says where the next records go, in order of time; they have to stay where they are until the next flush. 0; 1: the block
 * was full, and all before these were flushed; or -errno, said, and there is no place.
 */
int rs_writer_begin_batch(struct rs_writer *writer, struct rs_batch *ret);
/* Those that are in the batch now, @bytes of them. */
void rs_writer_end_batch(struct rs_writer *writer, const struct rs_batch *batch, size_t bytes);
/* Both for one record. */
int rs_writer_put_record(struct rs_writer *writer, uint32_t cpu, const struct rs_event_hdr *hdr);

/*
 * Packs what was taken so far, for a thread to write. 0 or -errno, said, also of what was to be
 * written earlier; on a full disk the file still ends with a block.
 */
int rs_writer_flush(struct rs_writer *writer);
/* Waits until everything that was flushed is in the file. 0 or -errno, said. */
int rs_writer_sync(struct rs_writer *writer);

struct rs_writer_stats {
	uint64_t nr_records; /* in the file, or on the way to it; exact after rs_writer_sync() */
	uint64_t nr_failed; /* taken and given up, because writing failed */
	uint64_t nr_bytes; /* of the file */
	uint64_t nr_raw_bytes; /* of the records before packing */
};

void rs_writer_stats(const struct rs_writer *writer, struct rs_writer_stats *ret);

/* By which it packs; its own. */
const struct rs_schema *rs_writer_schema(const struct rs_writer *writer);

/* Flushes, and frees. 0 or -errno, said. The file stays. NULL is fine. */
int rs_writer_close(struct rs_writer *writer);

#endif
