/* SPDX-License-Identifier: GPL-2.0-only */
/* What a recording says about itself and the host it was made on: the JSON of its blocks. */
#ifndef RS_PROBE_DESCRIBE_H
#define RS_PROBE_DESCRIBE_H

#include <stdint.h>
#include <stdio.h>

#include "../kernel/pressure.h"
#include "../trace/schema.h"
#include "../trace/writer.h"
#include "capture.h"

#define RS_PROGRAM_VERSION "0.1"

/* The INFO block: everything that analysis elsewhere needs. @command: what is recorded, or NULL. */
void rs_describe_host(FILE *out, const struct rs_kernel *kernel, const struct rs_capture *capture,
		      const struct rs_capture_config *config, const struct rs_schema *schema,
		      const char *const *command, bool has_gauge);

/*
 * What became of the events. attempted is counted by the BPF programs, written by the writer, lost by
 * both; attempted == written + lost + in_flight, and at the end nothing is in flight.
 */
struct rs_loss {
	uint64_t attempted, written, lost;
	uint64_t in_flight; /* in a ring, or in the writer's memory */
	uint64_t ring_full, nested, map_full, begin_not_seen, skipped, cpu_added, write_failed;
	uint64_t filtered, sampled_out; /* not wanted, and so not lost */
};

/* @given_up: writing has failed, so what is in flight is lost, too. */
void rs_loss_sum(const struct rs_capture_counters *counters, const struct rs_writer_stats *stats, uint64_t cpu_added,
		 bool given_up, struct rs_loss *ret);

/* The LOSS block, and the part "events" of the END block. */
void rs_describe_loss(FILE *out, const struct rs_loss *loss, const struct rs_capture_counters *counters,
		      const struct rs_probe *probes, unsigned int nr_probes, const struct rs_schema *schema);

/* The TOTALS block of summary mode. */
void rs_describe_totals(FILE *out, struct rs_capture *capture);

/* Pressure and devices as they are now, for the begin and the end of a recording: members of an open object. */
void rs_describe_costs(struct rs_json *j, const struct rs_pressure *pressure);

/* The text of /proc/vmstat as the member @key of an open object; NULL: an empty one. */
void rs_describe_vmstat(struct rs_json *j, const char *key, const char *text);

#endif
