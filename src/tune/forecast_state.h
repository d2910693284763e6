/* SPDX-License-Identifier: GPL-2.0-only */
/* What the forecaster keeps: samples of the gauge, and the rates of the load that they tell. */
#ifndef RS_TUNE_FORECAST_STATE_H
#define RS_TUNE_FORECAST_STATE_H

#include "forecast.h"

#define SECOND 1e9
#define NR_SAMPLES 2048
#define NODES 64
#define LEAD 5 /* steps after which an estimate is held to what came */
#define USUAL 12 /* steps whose differences are the usual ones */
#define CHANGES 5
#define NR_SPANS 4
#define TREND NR_SPANS /* one more: the second span, changing on as it did in the last seconds */
#define ALL (NR_SPANS + 1) /* and the mean of them, by their errors */

/* What can be said at one moment, in pages. */
struct rs_sample {
	uint64_t ts_ns;
	double free, above_low, above_min, gap, min, high;
	double file, anon, swap_free, swap_used, slab, other;
	double steal, kswapd_steal; /* since boot */
	uint64_t stalls, oom_kills; /* since boot */
};

/* A rate of the load: estimated over each span, and from all of them. */
struct rs_flow {
	double by_span[ALL + 1];
	double past[LEAD + 1][ALL + 1]; /* of the last steps */
	double square_error[ALL + 1];
	unsigned int judged;
	double second[USUAL]; /* the mean over one second, of the last steps */
	uint64_t changes[CHANGES]; /* when the latest were */
	unsigned int nr_changes;
	uint64_t changed_ns; /* the load is another one since then */
	double rate, error;
	double risen; /* pages above where it was lowest lately */
};

/* How kswapd got on, the older counting less. */
struct rs_kswapd_record {
	double worked, stalled; /* seconds of its work, and those with stalls */
	double contacts, bad_contacts; /* times it began after a pause; those at which tasks had to reclaim then */
};

struct rs_forecaster {
	double horizon;
	bool generations; /* MGLRU */
	/* The sample that is being read. */
	struct rs_event_zone_state zones[RS_FORECAST_ZONES];
	unsigned int nr_zones;
	struct rs_forecast_zone now[RS_FORECAST_ZONES]; /* of the last whole sample */
	unsigned int nr_now;
	double file, anon, slab, unmovable;
	uint64_t stall_events, oom_events; /* where the gauge has no counts of them */

	struct rs_sample ring[NR_SAMPLES];
	unsigned int nr_samples; /* ever */
	uint64_t first_stalls, first_oom_kills;
	uint64_t step_ns[LEAD + 1];
	unsigned int nr_steps;
	struct rs_flow demand, growth;
	double swap_worth; /* of a page of swap: below 1 where it lies in memory itself */
	uint64_t stalled_ns; /* the last that was counted */
	double kswapd_rate;
	double node_free[NODES], node_drain[NODES];
	bool kswapd_works;
	struct rs_kswapd_record kswapd[2]; /* [1]: there was much that could be reclaimed at once */
	uint64_t worked_ns, contact_ns; /* when it last did; since when it does */
	bool contact_is_bad;
	/* How high the load has risen since it was lowest, and where it has turned back so far; in pages that it keeps. */
	double trough, peak, turned_at;
	unsigned int nr_turned;
	struct rs_forecast forecast;
	struct rs_forecast_truth truth;
};

/* @back samples before the latest. */
const struct rs_sample *rs_forecast_sample(const struct rs_forecaster *f, unsigned int back);
/* The youngest sample that is at least so old; the oldest of all where that reaches back half as far, else NULL. */
const struct rs_sample *rs_forecast_sample_before(const struct rs_forecaster *f, uint64_t ts_ns, double seconds);

/* Memory that reclaim could turn into free memory. Swap counts as far as there can be anonymous pages for it. */
double rs_forecast_reclaimable(const struct rs_forecaster *f, const struct rs_sample *s);
/*
 * Probability that the load goes beyond where it has turned back before, by how often it did; 1 where it never has been, or
 * is beyond it.
 */
double rs_forecast_habit(const struct rs_forecaster *f);
/* Demand and growth as of the latest sample. Once a step. */
void rs_forecast_estimate(struct rs_forecaster *f);

#endif
