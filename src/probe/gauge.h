/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gauge where BPF cannot read it, because the kernel hides its addresses: the same records, out
 * of /proc. Text costs more, so it is read less often, and the marks in it include the boost.
 */
#ifndef RS_PROBE_GAUGE_H
#define RS_PROBE_GAUGE_H

#include <stdint.h>

#include "../wire/event.h"

/* Between two readings at least; formatting zoneinfo takes the kernel some 0.1 ms for each node. */
#define RS_GAUGE_PROC_MS 100

struct rs_gauge;

/* @ret to be freed with rs_gauge_close(). 0 or -errno, said. */
int rs_gauge_open(struct rs_gauge **ret);
void rs_gauge_close(struct rs_gauge *gauge);

/*
 * Reads node_state, zone_state and vm_state records, stamped @now_ns, and hands each to @each. What
 * /proc does not tell is RS_UNKNOWN. 0, -errno (not said), or what @each returned if not 0.
 */
int rs_gauge_read(struct rs_gauge *gauge, uint64_t now_ns, int (*each)(void *ctx, const struct rs_event_hdr *hdr),
		  void *ctx);

#endif
