/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How right forecasts were: each is kept until what it spoke of has come, or has not. The same judge for this program's
 * forecasts and for those of another rule.
 */
#ifndef RS_TUNE_FORECAST_SCORE_H
#define RS_TUNE_FORECAST_SCORE_H

#include "forecast.h"

#define RS_SCORE_PENDING 256
#define RS_SCORE_LEADS 256 /* the latest so many are kept */

struct rs_claim {
	uint64_t ts_ns;
	struct rs_span to_min; /* seconds */
	double p_direct, p_oom;
};

struct rs_pending_claim {
	struct rs_claim claim;
	uint64_t stalls, oom_kills; /* when it was made */
	bool stalled, oom; /* since */
};

struct rs_forecast_score {
	uint64_t horizon_ns;
	/* Direct reclaim within the horizon: forecast with at least one half. */
	uint64_t hits, false_alarms, misses, quiet;
	double square_error_direct, square_error_oom; /* sums; divided by the number of forecasts: Brier scores */
	uint64_t ooms; /* forecasts that an OOM followed */
	/*
	 * Each time min was reached after a horizon in which it was not: the claim made one horizon ahead. |claimed -
	 * real| / real; INFINITY: it was not seen coming.
	 */
	double lead_error[RS_SCORE_LEADS];
	uint64_t nr_leads, leads_inside; /* all; real time inside of the 90 % interval */

	struct rs_pending_claim pending[RS_SCORE_PENDING];
	unsigned int first, nr_pending;
	uint64_t last_min_ns, last_stalls;
	bool begun;
};

void rs_score_init(struct rs_forecast_score *s, uint64_t horizon_ns);
/* What is, then what is claimed of it. */
void rs_score_truth(struct rs_forecast_score *s, const struct rs_forecast_truth *truth);
void rs_score_claim(struct rs_forecast_score *s, const struct rs_claim *claim, const struct rs_forecast_truth *truth);

/* A recording ends here; another one may follow. */
void rs_score_end(struct rs_forecast_score *s);

uint64_t rs_score_judged(const struct rs_forecast_score *s);
/* NAN where nothing is there to tell from. */
double rs_score_precision(const struct rs_forecast_score *s);
double rs_score_recall(const struct rs_forecast_score *s);
double rs_score_brier_direct(const struct rs_forecast_score *s);
/* Of a forecaster that always says how often it happens. */
double rs_score_brier_base(const struct rs_forecast_score *s);
double rs_score_brier_oom(const struct rs_forecast_score *s);
double rs_score_median_lead_error(const struct rs_forecast_score *s);

#endif
