/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same host and load under other settings. Each member of a calibration is run under both; what is told is the
 * recorded figure, changed by what the members say on the whole, and how far they and the calibration leave it open.
 */
#ifndef RS_TUNE_WHATIF_H
#define RS_TUNE_WHATIF_H

#include "calibrate.h"

/* Beyond these the answer is declined: of all metrics, and of a single one (a factor of 2.5). */
#define RS_WHATIF_MAX_ERROR 1.0
#define RS_WHATIF_MAX_METRIC_LOG 0.92

struct rs_whatif_metric {
	bool known; /* recorded, and simulated well enough under the recorded settings */
	double before; /* as recorded */
	double after, low, high; /* mean of logs, and the 90 % interval, which is without the recorder */
	double low_beside, high_beside; /* the interval beside the recorder, as @before was: what to compare with that */
	double calibration_error; /* simulated over recorded under the recorded settings, less 1; NAN: not recorded */
};

struct rs_whatif_zone {
	enum zone_type idx;
	uint64_t managed;
	uint64_t min[2], low[2], high[2]; /* pages, before and after */
};

struct rs_whatif {
	struct rs_whatif_metric metrics[RS_NR_METRICS];
	struct rs_whatif_zone zones[MAX_NR_ZONES];
	unsigned int nr_zones;
	unsigned int nr_runs;
};

struct rs_whatif_options {
	unsigned int nr_threads;
	unsigned int nr_members; /* of the calibration, the best first; 0: all */
	unsigned int nr_seeds; /* runs of each */
	bool beside_only; /* not without the recorder: low and high are as beside it */
};

/* @after: the workload's configuration with other settings. 0 or -errno, said. */
int rs_whatif(const struct rs_workload *workload, const struct rs_calibration *calibration,
	      const struct rs_sim_config *after, const struct rs_whatif_options *options, struct rs_whatif *ret);

#endif
