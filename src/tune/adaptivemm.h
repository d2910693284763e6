/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The forecast of Oracle's adaptivemm as its rule is described in docs/forecast.md, written anew to be scored beside
 * ours: a line through the last eight samples of free memory, which alarms when free memory would be at the high mark
 * before three times as much as kswapd needs to make up for it. It says no time to min; the line does, drawn on.
 */
#ifndef RS_TUNE_ADAPTIVEMM_H
#define RS_TUNE_ADAPTIVEMM_H

#include "forecast_score.h"

#define RS_ADAPTIVEMM_SAMPLES 8

struct rs_adaptivemm {
	uint64_t interval_ns; /* between samples: 60, 30 or 15 s in the original */
	double free[RS_ADAPTIVEMM_SAMPLES], seconds[RS_ADAPTIVEMM_SAMPLES];
	unsigned int nr_samples; /* ever */
	uint64_t last_ns;
	double last_reclaimed;
	bool alarm;
	double until_min; /* seconds after last_ns; INFINITY: free memory does not shrink, or nothing was said */
};

void rs_adaptivemm_init(struct rs_adaptivemm *a, uint64_t interval_ns);
void rs_adaptivemm_take(struct rs_adaptivemm *a, const struct rs_forecast_truth *truth);
/* What it says at @ts_ns, in the form that is scored. */
struct rs_claim rs_adaptivemm_claim(const struct rs_adaptivemm *a, uint64_t ts_ns);

#endif
