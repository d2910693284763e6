/* SPDX-License-Identifier: GPL-2.0-only */
#include "adaptivemm.h"

#include <math.h>
#include <string.h>

void rs_adaptivemm_init(struct rs_adaptivemm *a, uint64_t interval_ns)
{
	memset(a, 0, sizeof(*a));
	a->interval_ns = interval_ns;
	a->until_min = INFINITY;
}

/* Least squares: pages per second. */
static double slope(const struct rs_adaptivemm *a)
{
	double t = 0, y = 0, tt = 0, ty = 0, n = RS_ADAPTIVEMM_SAMPLES;
	unsigned int i;

	for (i = 0; i < RS_ADAPTIVEMM_SAMPLES; i++) {
		t += a->seconds[i] / n;
		y += a->free[i] / n;
	}
	for (i = 0; i < RS_ADAPTIVEMM_SAMPLES; i++) {
		tt += (a->seconds[i] - t) * (a->seconds[i] - t);
		ty += (a->seconds[i] - t) * (a->free[i] - y);
	}
	return tt > 0 ? ty / tt : 0;
}

void rs_adaptivemm_take(struct rs_adaptivemm *a, const struct rs_forecast_truth *truth)
{
	unsigned int at = a->nr_samples % RS_ADAPTIVEMM_SAMPLES;
	double reclaim_rate, m, above_high = truth->free - truth->high;

	if (a->nr_samples && truth->ts_ns < a->last_ns + a->interval_ns)
		return;
	reclaim_rate = a->nr_samples
			       ? (truth->reclaimed_by_kswapd - a->last_reclaimed) / ((truth->ts_ns - a->last_ns) / 1e9)
			       : 0;
	a->free[at] = truth->free;
	a->seconds[at] = truth->ts_ns / 1e9;
	a->nr_samples++;
	a->last_ns = truth->ts_ns;
	a->last_reclaimed = truth->reclaimed_by_kswapd;
	a->alarm = false;
	a->until_min = INFINITY;
	if (a->nr_samples < RS_ADAPTIVEMM_SAMPLES)
		return;
	m = slope(a);
	if (m >= 0 || reclaim_rate <= 0)
		return;
	a->alarm = above_high <= 0 || above_high / -m <= 3 * above_high / reclaim_rate;
	a->until_min = truth->free > truth->min ? (truth->free - truth->min) / -m : 0;
}

struct rs_claim rs_adaptivemm_claim(const struct rs_adaptivemm *a, uint64_t ts_ns)
{
	double left = fmax(0, a->until_min - (ts_ns - a->last_ns) / 1e9);

	return (struct rs_claim){ .ts_ns = ts_ns, .p_direct = a->alarm, .to_min = { left, left, left } };
}
