/* SPDX-License-Identifier: GPL-2.0-only */
/* The reader's side of the rings that bpf/emit.bpf.h writes: merging them by time. */
#ifndef RS_PROBE_RING_H
#define RS_PROBE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../trace/codec.h"
#include "../wire/capture.h"

struct rs_rings;

/*
 * @cpus: the mapped per-CPU control blocks; @segments: the mapped segments, nr_cpus *
 * (ring_segments + 1) of them. 0 or -ENOMEM.
 */
int rs_rings_create(struct rs_cpu *cpus, struct rs_segment *segments, unsigned int nr_cpus,
		    unsigned int ring_segments, struct rs_rings **ret);
void rs_rings_destroy(struct rs_rings *rings);

/*
 * Gets what @batch holds by now, @bytes of records, and says where @next and those behind it go; NULL: there are none. 0; 1: all
 * that were taken before may be given back; or an error, with which draining stops. The first time @batch is empty.
 */
typedef int (*rs_rings_each_t)(void *ctx, const struct rs_event_hdr *next, size_t bytes, struct rs_batch *batch);

/* See rs_capture_drain(). -EBADMSG: a ring holds something that no program writes. */
int64_t rs_rings_drain(struct rs_rings *rings, uint64_t horizon_ns, uint64_t delivered[RS_NR_EVENTS], rs_rings_each_t each,
		       void *ctx);

/* Gives the space of all that was drained back to the programs. */
void rs_rings_release(struct rs_rings *rings);

unsigned int rs_rings_fill(const struct rs_rings *rings);
/* Bytes that were ever written to all of them: has anything happened? */
uint64_t rs_rings_written(const struct rs_rings *rings);

#endif
