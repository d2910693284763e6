/* SPDX-License-Identifier: GPL-2.0-only */
#include "forecast_show.h"

#include <inttypes.h>
#include <math.h>
#include <unistd.h>

#include "../base/json.h"

static double mib(double pages)
{
	return pages * sysconf(_SC_PAGESIZE) / 1048576;
}

/* "12 s", "3 min", "> 1 h". */
static const char *seconds(double s, char buf[16])
{
	if (isinf(s))
		snprintf(buf, 16, "> 1 h");
	else if (s < 10)
		snprintf(buf, 16, "%.1f s", s);
	else if (s < 120)
		snprintf(buf, 16, "%.0f s", s);
	else
		snprintf(buf, 16, "%.0f min", s / 60);
	return buf;
}

static const char *span(const struct rs_span *s, char buf[48])
{
	char middle[16], low[16], high[16];

	if (isinf(s->low))
		snprintf(buf, 48, "> 1 h");
	else if (s->high <= 0)
		snprintf(buf, 48, "now");
	else
		snprintf(buf, 48, "%s (%s .. %s)", seconds(s->middle, middle), seconds(s->low, low),
			 seconds(s->high, high));
	return buf;
}

void rs_forecast_text_header(const struct rs_forecast *fc, FILE *out)
{
	fprintf(out,
		"~ Forecast: time until free memory is at low (kswapd works) and at min (tasks must reclaim), 90 %% interval,\n"
		"  and the probability within %.0f s\n",
		fc->horizon_ns / 1e9);
	fprintf(out, "%8s %9s %15s  %-27s %-27s %6s %6s\n", "time", "free MiB", "reclaimable MiB", "to low", "to min",
		"direct", "OOM");
}

void rs_forecast_text(const struct rs_forecast *fc, uint64_t begin_ns, FILE *out)
{
	double free = 0;
	char low[48], min[48];
	unsigned int i;

	for (i = 0; i < fc->nr_zones; i++)
		free += fc->zones[i].free;
	fprintf(out, "%6.0f s %9.0f %15.0f  %-27s %-27s %4.0f %% %4.0f %%\n", (fc->ts_ns - begin_ns) / 1e9, mib(free),
		mib(fc->reclaimable), span(&fc->to_low, low), span(&fc->to_min, min), 100 * fc->p_direct,
		100 * fc->p_oom);
}

void rs_forecast_zones_text(const struct rs_forecast *fc, FILE *out)
{
	char low[48], min[48];
	unsigned int i;

	fprintf(out,
		"\nEach zone, at the end (marks as ordinary memory has to keep them)\n  node zone  free MiB   low   min  %-27s %s\n",
		"to low", "to min");
	for (i = 0; i < fc->nr_zones; i++) {
		const struct rs_forecast_zone *z = &fc->zones[i];

		if (z->min >= z->managed) {
			fprintf(out, "  %4d %4d %9.1f              all of it is kept from ordinary memory\n", z->nid, z->zid,
				mib(z->free));
			continue;
		}
		fprintf(out, "  %4d %4d %9.1f %5.1f %5.1f  %-27s %s\n", z->nid, z->zid, mib(z->free), mib(z->low),
			mib(z->min), span(&z->to_low, low), span(&z->to_min, min));
	}
	fprintf(out, "\nThe load %s %.1f +- %.1f MiB/s; what cannot be reclaimed %s by %.1f +- %.1f MiB/s.\n",
		fc->demand < 0 ? "gives back" : "takes", mib(fabs(fc->demand)), mib(fc->demand_error),
		fc->growth < 0 ? "shrinks" : "grows", mib(fabs(fc->growth)), mib(fc->growth_error));
	if (fc->kswapd_rate > 0)
		fprintf(out, "kswapd reclaims %.1f MiB/s when it works; tasks had to help in %.0f %% of that time.\n",
			mib(fc->kswapd_rate), 100 * fc->stall_rate);
}

static void put_seconds(struct rs_json *j, const char *key, double s)
{
	if (isinf(s) || isnan(s))
		rs_json_null(j, key);
	else
		rs_json_double(j, key, s, 3);
}

static void put_span(struct rs_json *j, const char *key, const struct rs_span *s)
{
	rs_json_object(j, key);
	put_seconds(j, "low", s->low);
	put_seconds(j, "middle", s->middle);
	put_seconds(j, "high", s->high);
	rs_json_end_object(j);
}

static void begin(struct rs_json *j, const char *type, FILE *out)
{
	rs_json_init(j, out);
	rs_json_object(j, NULL);
	rs_json_i64(j, "v", 1);
	rs_json_string(j, "type", type);
}

void rs_forecast_json(const struct rs_forecast *fc, FILE *out)
{
	struct rs_json j;
	unsigned int i;

	begin(&j, "forecast", out);
	rs_json_u64(&j, "ts_ns", fc->ts_ns);
	put_seconds(&j, "horizon_s", fc->horizon_ns / 1e9);
	put_span(&j, "to_low_s", &fc->to_low);
	put_span(&j, "to_min_s", &fc->to_min);
	rs_json_double(&j, "p_direct", fc->p_direct, 4);
	rs_json_double(&j, "p_oom", fc->p_oom, 4);
	rs_json_double(&j, "above_low_pages", fc->above_low, 0);
	rs_json_double(&j, "above_min_pages", fc->above_min, 0);
	rs_json_double(&j, "reclaimable_pages", fc->reclaimable, 0);
	rs_json_double(&j, "demand_pages_s", fc->demand, 0);
	rs_json_double(&j, "demand_error_pages_s", fc->demand_error, 0);
	rs_json_double(&j, "growth_pages_s", fc->growth, 0);
	rs_json_double(&j, "growth_error_pages_s", fc->growth_error, 0);
	rs_json_bool(&j, "kswapd_works", fc->kswapd_works);
	rs_json_double(&j, "kswapd_pages_s", fc->kswapd_rate, 0);
	rs_json_double(&j, "stalled_share", fc->stall_rate, 4);
	rs_json_array(&j, "zones");
	for (i = 0; i < fc->nr_zones; i++) {
		const struct rs_forecast_zone *z = &fc->zones[i];

		rs_json_object(&j, NULL);
		rs_json_i64(&j, "node", z->nid);
		rs_json_i64(&j, "zone", z->zid);
		rs_json_u64(&j, "managed", z->managed);
		rs_json_u64(&j, "free", z->free);
		rs_json_u64(&j, "low", z->low);
		rs_json_u64(&j, "min", z->min);
		put_span(&j, "to_low_s", &z->to_low);
		put_span(&j, "to_min_s", &z->to_min);
		rs_json_end_object(&j);
	}
	rs_json_end_array(&j);
	rs_json_end_line(&j);
}

void rs_score_text_header(uint64_t horizon_ns, FILE *out)
{
	fprintf(out,
		"How right the forecasts were, each %.0f s after it was made; direct reclaim counts as said from 50 %% on\n"
		"%-25s %9s %7s %9s %6s %-13s %s\n",
		horizon_ns / 1e9, "", "forecasts", "came", "precision", "recall", "Brier (base)",
		"time to min: times, error, inside");
}

static const char *two_digits(double x, char buf[16])
{
	if (isnan(x))
		snprintf(buf, 16, "-");
	else
		snprintf(buf, 16, "%.2f", x);
	return buf;
}

void rs_score_text(const struct rs_forecast_score *s, const char *method, FILE *out)
{
	double median = rs_score_median_lead_error(s);
	char precision[16], recall[16], error[32] = "unlimited", inside[32] = "-";

	if (!s->nr_leads)
		snprintf(error, sizeof(error), "-");
	else if (!isinf(median))
		snprintf(error, sizeof(error), "%.0f %%", 100 * median);
	if (s->nr_leads)
		snprintf(inside, sizeof(inside), "%" PRIu64, s->leads_inside);
	fprintf(out, "%-25s %9" PRIu64 " %7" PRIu64 " %9s %6s %.3f (%.3f) %19" PRIu64 " %10s %7s\n", method,
		rs_score_judged(s), s->hits + s->misses, two_digits(rs_score_precision(s), precision),
		two_digits(rs_score_recall(s), recall), rs_score_brier_direct(s), rs_score_brier_base(s), s->nr_leads, error,
		inside);
}

void rs_score_text_footer(FILE *out)
{
	fprintf(out,
		"came: forecasts that direct reclaim followed. Brier: mean square error of the probability; base: of always saying\n"
		"how often it came. Time to min: how often it was reached, the median error of the time said so long before, and\n"
		"how often the real one was inside the interval.\n");
}

void rs_score_json(const struct rs_forecast_score *s, const char *method, FILE *out)
{
	unsigned int i, n = s->nr_leads < RS_SCORE_LEADS ? s->nr_leads : RS_SCORE_LEADS;
	struct rs_json j;

	begin(&j, "forecast_score", out);
	rs_json_string(&j, "method", method);
	put_seconds(&j, "horizon_s", s->horizon_ns / 1e9);
	rs_json_u64(&j, "judged", rs_score_judged(s));
	rs_json_u64(&j, "hits", s->hits);
	rs_json_u64(&j, "false_alarms", s->false_alarms);
	rs_json_u64(&j, "misses", s->misses);
	rs_json_u64(&j, "quiet", s->quiet);
	put_seconds(&j, "precision", rs_score_precision(s));
	put_seconds(&j, "recall", rs_score_recall(s));
	put_seconds(&j, "brier_direct", rs_score_brier_direct(s));
	put_seconds(&j, "brier_base_rate", rs_score_brier_base(s));
	put_seconds(&j, "brier_oom", rs_score_brier_oom(s));
	rs_json_u64(&j, "ooms", s->ooms);
	rs_json_u64(&j, "min_reached", s->nr_leads);
	rs_json_u64(&j, "inside_interval", s->leads_inside);
	put_seconds(&j, "median_lead_error", rs_score_median_lead_error(s));
	rs_json_array(&j, "lead_errors");
	for (i = 0; i < n; i++)
		put_seconds(&j, NULL, s->lead_error[i]);
	rs_json_end_array(&j);
	rs_json_end_line(&j);
}
