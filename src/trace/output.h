/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way of packed blocks into the file: a bounded queue, and a thread that writes. A write can
 * take seconds while memory is short, and whoever drains the rings must not wait for it.
 */
#ifndef RS_TRACE_OUTPUT_H
#define RS_TRACE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rs_output;

struct rs_output_stats {
	uint64_t nr_bytes; /* in the file: whole blocks */
	uint64_t nr_failed; /* records in blocks that were given up */
	uint64_t seq; /* the number that the next block of the file must have */
	int err; /* of the first write that failed; nothing is written after it */
};

/* Writes to @fd, which stays the caller's; @direct: it is open with O_DIRECT. 0 or -errno. */
int rs_output_create(int fd, bool direct, struct rs_output **ret);
/* Touches the memory of the queue, so that it is there before memory is short. */
void rs_output_prefault(struct rs_output *output);
/* Writes what is queued, and frees. */
void rs_output_destroy(struct rs_output *output);

/*
 * Queues a copy of @len bytes, which hold @nr_records; blocks behind them go on with the number
 * @next_seq. Waits while there is no room. The error of an earlier write, or 0.
 */
int rs_output_put(struct rs_output *output, const void *data, size_t len, uint32_t nr_records, uint64_t next_seq);
/* Waits until the queue is empty. 0, or the error of the first write that failed. */
int rs_output_sync(struct rs_output *output);
/* After a failure: writes again from here on. */
void rs_output_retry(struct rs_output *output);

/* Must what is put have a length of whole RS_BLOCK_ALIGN? */
bool rs_output_is_direct(struct rs_output *output);
void rs_output_stats(struct rs_output *output, struct rs_output_stats *ret);

#endif
