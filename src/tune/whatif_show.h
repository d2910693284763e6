/* SPDX-License-Identifier: GPL-2.0-only */
/* What a what-if has to say, as text and as JSON, one object a line. */
#ifndef RS_TUNE_WHATIF_SHOW_H
#define RS_TUNE_WHATIF_SHOW_H

#include <stdio.h>

#include "whatif.h"

struct rs_whatif_show {
	const struct rs_workload *workload;
	const struct rs_calibration *calibration;
	const struct rs_whatif *whatif;
	const char *const *settings; /* as they were asked for */
	unsigned int nr_settings;
};

void rs_whatif_text(const struct rs_whatif_show *show, FILE *out);
void rs_whatif_json(const struct rs_whatif_show *show, FILE *out);
/* What the load was taken for: each parameter with the range that the recording leaves open. */
void rs_whatif_load_text(const struct rs_workload *workload, const struct rs_calibration *calibration, FILE *out);

/* A line of a sweep, the first with the heads of the columns. */
void rs_whatif_sweep_head(FILE *out);
void rs_whatif_sweep_line(const struct rs_whatif_show *show, FILE *out);

#endif
