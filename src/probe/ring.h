/* SPDX-License-Identifier: GPL-2.0-only */
/* The reader's side of the rings that bpf/emit.bpf.h writes: merging them by time. */
#ifndef RS_PROBE_RING_H
#define RS_PROBE_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "../wire/capture.h"

struct rs_rings;

/*
 * @cpus: the mapped per-CPU control blocks; @segments: the mapped segments, nr_cpus *
 * (ring_segments + 1) of them. 0 or -ENOMEM.
 */
int rs_rings_create(struct rs_cpu *cpus, struct rs_segment *segments, unsigned int nr_cpus,
		    unsigned int ring_segments, struct rs_rings **ret);
void rs_rings_destroy(struct rs_rings *rings);

/* See rs_capture_drain(). -EBADMSG: a ring holds something that no program writes. */
int64_t rs_rings_drain(struct rs_rings *rings, uint64_t horizon_ns, uint64_t delivered[RS_NR_EVENTS],
		       int (*each)(void *ctx, uint32_t cpu, const struct rs_event_hdr *hdr), void *ctx);

/* Gives the space of all that was drained back to the programs. */
void rs_rings_release(struct rs_rings *rings);

unsigned int rs_rings_fill(const struct rs_rings *rings);
/* Bytes that were ever written to all of them: has anything happened? */
uint64_t rs_rings_written(const struct rs_rings *rings);

#endif
