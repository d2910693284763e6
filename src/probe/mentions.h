/* SPDX-License-Identifier: GPL-2.0-only */
/* What records mention by number only, symbols and call chains, and the names of it for those who read elsewhere. */
#ifndef RS_PROBE_MENTIONS_H
#define RS_PROBE_MENTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "capture.h"

#define RS_MAX_SYMBOLS 512
#define RS_MAX_STACKS 1024

struct rs_mentions {
	uint64_t symbols[RS_MAX_SYMBOLS]; /* offsets from _stext */
	unsigned int nr_symbols;
	bool stacks[RS_MAX_STACKS]; /* by number of the call chain */
};

void rs_mentions_note(struct rs_mentions *mentions, const struct rs_record *records, size_t nr);
/* The NAMES block: cgroups, and if @mentions is not NULL what takes long to find. @capture: whose call chains they are. */
void rs_mentions_describe(FILE *out, const struct rs_mentions *mentions, const struct rs_kernel *kernel,
			  struct rs_capture *capture);

#endif
