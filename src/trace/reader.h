/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading a recording: whole, cut off, damaged, or still being written. Everything in the file is
 * checked before it is used. What cannot be read is counted and stepped over; what can is given
 * back, record by record, in the shape of this program's structs whatever program wrote it.
 */
#ifndef RS_TRACE_READER_H
#define RS_TRACE_READER_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "schema.h"

struct rs_reader;

/* One record. @hdr is this program's struct for its type; fields that the file lacks are 0. */
struct rs_event {
	uint32_t cpu;
	const struct rs_event_hdr *hdr; /* valid until the next call */
};

/* What shape the file is in; complete once rs_reader_next() has returned 0. */
struct rs_reader_state {
	uint64_t file_bytes;
	uint64_t nr_blocks; /* good ones */
	uint64_t nr_bad_blocks; /* with a good header and a damaged payload */
	uint64_t bytes_skipped; /* that belong to no block */
	uint64_t nr_records; /* given back so far */
	uint64_t nr_unknown; /* of types that this program does not know */
	bool cut_off; /* the file ends within a block */
	bool ended; /* the recorder ended by itself */
	uint64_t first_ns, last_ns; /* over all good blocks */
};

/*
 * Opens @path and reads everything but the records. 0 or -errno, said; -EBADMSG when it is no
 * recording, -EPROTO when it is a newer format. rs_reader_close() frees.
 */
int rs_reader_open(const char *path, struct rs_reader **ret);
void rs_reader_close(struct rs_reader *reader);

/* The next record in order of time. 1, 0 at the end, -ENOMEM. Damage is no failure: see the state. */
int rs_reader_next(struct rs_reader *reader, struct rs_event *ret);
/* Starts again at the first record. */
void rs_reader_rewind(struct rs_reader *reader);

void rs_reader_state(const struct rs_reader *reader, struct rs_reader_state *ret);

/* Says what is wrong with the file, if anything is; once the last record was read. */
void rs_reader_warn(const struct rs_reader *reader, const char *path);

/* JSON of the last good block of a type, or NULL. The reader keeps it. */
struct json_object *rs_reader_info(const struct rs_reader *reader);
/* A member of such an object. NULL: there is none, or no object. */
struct json_object *rs_info_member(struct json_object *object, const char *key);
/* The same as a number. NaN: there is none. */
double rs_info_number(struct json_object *object, const char *key);
/* Did the host of a recording with this information reclaim by generations? */
bool rs_info_has_lru_gen(struct json_object *info);
/* Was it made in mode summary, which keeps sums and no decisions? */
bool rs_info_is_summary(struct json_object *info);
struct json_object *rs_reader_loss(const struct rs_reader *reader);
struct json_object *rs_reader_totals(const struct rs_reader *reader);
struct json_object *rs_reader_end(const struct rs_reader *reader);
/* A name from the NAMES blocks: @table "cgroups", "symbols" or "stacks", @key in decimal. Or NULL. */
struct json_object *rs_reader_name(const struct rs_reader *reader, const char *table, int64_t key);

/* Was the probe attached while recording? A number that it feeds is otherwise unknown, not 0. */
bool rs_reader_has_probe(const struct rs_reader *reader, const char *name);

/* Schema of this program, in whose shape records come. */
const struct rs_schema *rs_reader_schema(const struct rs_reader *reader);

#endif
