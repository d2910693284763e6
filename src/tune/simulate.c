/* SPDX-License-Identifier: GPL-2.0-only */
#include "simulate.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "settings.h"

#define NS_PER_S 1e9

struct rs_simulation {
	struct rs_reader *reader;
	struct rs_calibration_options options;
	struct rs_workload *workload;
	struct rs_calibration calibration;
	bool tried, usable;
};

void rs_simulation_destroy(struct rs_simulation *s)
{
	if (!s)
		return;
	rs_workload_destroy(s->workload);
	free(s);
}

int rs_simulation_create(struct rs_reader *reader, const struct rs_calibration_options *options, struct rs_simulation **ret)
{
	struct rs_simulation *s = calloc(1, sizeof(*s));

	if (!s)
		return rs_err(-ENOMEM, "simulation");
	s->reader = reader;
	s->options = *options;
	*ret = s;
	return 0;
}

/* Takes seconds, and a host that is fine has nothing to ask: so when it is first asked. */
static bool calibrated(struct rs_simulation *s)
{
	double off;

	if (s->tried)
		return s->usable;
	s->tried = true;
	rs_reader_rewind(s->reader);
	if (rs_workload_create(s->reader, &s->workload))
		return false;
	if (isnan(s->workload->recorded[RS_METRIC_memory_some_ns])) {
		rs_warn("not simulated: the recording does not tell the time lost to memory pressure");
		return false;
	}
	if (rs_calibrate(s->workload, &s->options, &s->calibration))
		return false;
	off = s->calibration.metric_error[RS_METRIC_memory_some_ns];
	if (s->calibration.error > RS_WHATIF_MAX_ERROR)
		rs_warn("not simulated: off by %.0f %% under the recorded settings", 100 * s->calibration.error);
	else if (fabs(off) > RS_WHATIF_MAX_METRIC_LOG)
		rs_warn("not simulated: the time lost to memory pressure is off by %+.0f %% under the recorded settings",
			100 * expm1(off));
	else
		s->usable = true;
	return s->usable;
}

static struct rs_effect effect_of(const char *name, const struct rs_whatif_metric *m, double unit)
{
	return (struct rs_effect){ .metric = m->known ? name : NULL,
				   .before = m->before / unit,
				   .after = m->after / unit,
				   .low = m->low_beside / unit,
				   .high = m->high_beside / unit };
}

bool rs_simulation_ask(void *ctx, const struct rs_value *values, unsigned int nr_values, struct rs_simulated *ret)
{
	struct rs_simulation *s = ctx;
	struct rs_whatif_options o = { .nr_threads = s->options.nr_threads, .nr_seeds = 1, .beside_only = true };
	struct rs_sim_config after;
	struct rs_whatif r;
	char text[128];
	unsigned int i;

	for (i = 0; i < nr_values; i++)
		if (!rs_setting_is_known(values[i].key))
			return false;
	if (!calibrated(s))
		return false;
	after = s->workload->config;
	for (i = 0; i < nr_values; i++) {
		snprintf(text, sizeof(text), "%s=%" PRId64, values[i].key, values[i].value);
		if (rs_setting_apply(text, &after))
			return false;
	}
	if (rs_whatif(s->workload, &s->calibration, &after, &o, &r) || !r.metrics[RS_METRIC_memory_some_ns].known)
		return false;
	ret->lost = effect_of("lost_some_s", &r.metrics[RS_METRIC_memory_some_ns], NS_PER_S);
	ret->stalls = effect_of("stalls", &r.metrics[RS_METRIC_allocstall], 1);
	ret->stalled = effect_of("stall_s", &r.metrics[RS_METRIC_stall_ns], NS_PER_S);
	return true;
}
