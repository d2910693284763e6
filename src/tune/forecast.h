/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When will memory run short? Fed with the gauge's records, from a recording or live, it says every second how long
 * each zone has until low and until min, and how probable a direct reclaim and an OOM are within a horizon.
 * docs/forecast.md tells how, and how right it was.
 *
 * Three things are measured, and nothing else is known: how fast the load takes memory, how much there is to take or
 * to reclaim, and how often tasks had to reclaim while kswapd was at work. Rates are means over several spans; each
 * span is weighted by how well it told the next seconds lately, and its errors are the width of the interval.
 */
#ifndef RS_TUNE_FORECAST_H
#define RS_TUNE_FORECAST_H

#include <stdbool.h>
#include <stdint.h>

#include "../wire/event.h"

#define RS_FORECAST_ZONES 64
#define RS_FORECAST_STEP_NS 1000000000ULL /* between two forecasts */

/* Seconds: the middle, and the ends of the 90 % interval. INFINITY: not as far as can be seen. */
struct rs_span {
	double low, middle, high;
};

struct rs_forecast_zone {
	int32_t nid, zid;
	/*
	 * In pages. Marks are those that ordinary memory has to keep: with boost, and with what is reserved in this
	 * zone from requests that a higher zone could serve.
	 */
	uint64_t managed, free, low, min;
	struct rs_span to_low, to_min;
};

struct rs_forecast {
	uint64_t ts_ns;
	uint64_t horizon_ns;
	unsigned int nr_zones;
	struct rs_forecast_zone zones[RS_FORECAST_ZONES];
	/* Of the whole host: until no zone is left above min, which is when tasks reclaim themselves. */
	struct rs_span to_low, to_min;
	double p_direct, p_oom; /* within the horizon */

	/* What it was made from: pages, and pages per second. */
	double above_low, above_min; /* free memory above the marks, all zones */
	double reclaimable; /* what kswapd could still free */
	double demand, demand_error; /* how fast free memory would shrink without reclaim */
	double growth, growth_error; /* how fast memory becomes unreclaimable */
	double kswapd_rate; /* what kswapd reclaims in a second in which it works; 0: not seen yet */
	double stall_rate; /* seconds with a direct reclaim in one of kswapd's work */
	bool kswapd_works;
};

struct rs_forecaster;

/* rs_forecaster_destroy() frees. 0 or -ENOMEM. */
int rs_forecaster_create(uint64_t horizon_ns, struct rs_forecaster **ret);
void rs_forecaster_destroy(struct rs_forecaster *f);
/* Whether the host reclaims by generations (lru_gen/enabled): kswapd makes one before it reclaims, and tasks do not wait. */
void rs_forecaster_set_generations(struct rs_forecaster *f, bool generations);

/* What became of a record. */
enum rs_forecast_step {
	RS_FORECAST_NOTHING,
	RS_FORECAST_SAMPLE, /* there is a new truth */
	RS_FORECAST_MADE, /* and a new forecast of it */
};

/* Takes a record, any. Forecast and truth are valid until the next call. */
enum rs_forecast_step rs_forecaster_take(struct rs_forecaster *f, const struct rs_event_hdr *hdr);
const struct rs_forecast *rs_forecaster_latest(const struct rs_forecaster *f);

/* What the latest sample says of the host, for those who judge forecasts. */
struct rs_forecast_truth {
	uint64_t ts_ns;
	bool below_low, below_min; /* every zone */
	uint64_t stalls, oom_kills; /* since the first sample */
	double free, min, high, reclaimed_by_kswapd; /* pages; all zones' free memory and marks */
};
const struct rs_forecast_truth *rs_forecaster_truth(const struct rs_forecaster *f);

#endif
