/* SPDX-License-Identifier: GPL-2.0-only */
/* Recording: from the rings into a file, until something ends it. */
#ifndef RS_PROBE_RECORD_H
#define RS_PROBE_RECORD_H

#include "capture.h"
#include "describe.h"

struct rs_record_config {
	struct rs_capture_config capture;
	const char *output;
	bool overwrite;
	uint64_t duration_ns; /* 0: until a signal, or the end of the command */
	char *const *command; /* run and recorded until it ends; NULL: none */
	unsigned int gauge_ms; /* between two gauges while something happens; 0: no gauge */
	bool quiet; /* no word about start and end */
};

struct rs_record_result {
	struct rs_loss loss;
	uint64_t duration_ns;
	uint64_t nr_bytes;
	int command_status; /* as from waitpid(); 0 without a command, or if it still runs */
	bool command_failed; /* to start: -ENOENT: there is no such program */
};

/*
 * Records. Blocks SIGINT, SIGTERM and SIGCHLD while it runs; a second SIGINT ends the process. 0 or
 * -errno, said. After a failed write what was recorded before is kept and @ret is filled.
 */
int rs_record(const struct rs_record_config *config, struct rs_record_result *ret);

#endif
