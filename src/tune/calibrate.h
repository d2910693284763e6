/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the parameters of a load with which the simulation repeats the recording: not one set, but all that fit
 * about as well, since what a recording leaves open stays open. Their spread is the uncertainty of what they predict.
 */
#ifndef RS_TUNE_CALIBRATE_H
#define RS_TUNE_CALIBRATE_H

#include "workload.h"

#define RS_CALIBRATION_RUNS 1440 /* unless told: 480 for each of three searches */
#define RS_CALIBRATION_MEMBERS 15

struct rs_calibration_options {
	unsigned int nr_threads;
	unsigned int nr_runs; /* simulations to spend */
	uint64_t seed;
	/* Told now and then how many of the runs are done; may be NULL. */
	void (*progress)(void *ctx, unsigned int done, unsigned int all);
	void *ctx;
};

struct rs_calibration_member {
	double parameters[RS_NR_LOAD_PARAMETERS];
	double simulated[RS_NR_METRICS]; /* under the recorded settings */
	double error; /* as below */
	uint64_t seed;
};

struct rs_calibration {
	struct rs_calibration_member members[RS_CALIBRATION_MEMBERS]; /* the best first */
	unsigned int nr_members;
	unsigned int nr_runs;
	/*
	 * How far the best member is from the recording: exp of the root mean square of the logs of the ratios, less
	 * 1. 0.25: a metric is off by a quarter, on average. Of single metrics: the mean of the members, signed; NAN: not compared.
	 */
	double error;
	double metric_error[RS_NR_METRICS];
};

/* 0 or -errno, said. The same workload, options and seed give the same calibration with any number of threads. */
int rs_calibrate(const struct rs_workload *workload, const struct rs_calibration_options *options,
		 struct rs_calibration *ret);

/* log of simulated over recorded; below the metric's floor, where it is noise, nothing counts. NAN: not recorded. */
double rs_metric_log_ratio(enum rs_metric metric, double simulated, double recorded);

#endif
