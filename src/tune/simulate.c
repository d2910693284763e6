/* SPDX-License-Identifier: GPL-2.0-only */
#include "simulate.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "settings.h"

#define NS_PER_S 1e9

struct rs_simulation {
	struct rs_workload *workload;
	struct rs_calibration calibration;
	unsigned int nr_threads;
};

void rs_simulation_destroy(struct rs_simulation *s)
{
	if (!s)
		return;
	rs_workload_destroy(s->workload);
	free(s);
}

RS_DEFINE_CLEANUP(struct rs_simulation *, rs_simulation_destroy)

int rs_simulation_create(struct rs_reader *reader, const struct rs_calibration_options *options, struct rs_simulation **ret)
{
	_cleanup_(rs_simulation_destroyp) struct rs_simulation *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return rs_err(-ENOMEM, "simulation");
	rs_reader_rewind(reader);
	err = rs_workload_create(reader, &s->workload);
	if (!err)
		err = rs_calibrate(s->workload, options, &s->calibration);
	if (err)
		return err;
	if (s->calibration.error > RS_WHATIF_MAX_ERROR)
		return rs_err(-EDOM, "not simulated: off by %.0f %% under the recorded settings", 100 * s->calibration.error);
	s->nr_threads = options->nr_threads;
	*ret = rs_take_ptr(s);
	return 0;
}

static void take(struct rs_effect *effect, const char *name, const struct rs_whatif_metric *m)
{
	*effect = (struct rs_effect){ .metric = name,
				      .before = m->before / NS_PER_S,
				      .after = m->after / NS_PER_S,
				      .low = m->low / NS_PER_S,
				      .high = m->high / NS_PER_S };
}

bool rs_simulation_ask(void *ctx, const struct rs_value *values, unsigned int nr_values, struct rs_simulated *ret)
{
	struct rs_simulation *s = ctx;
	struct rs_whatif_options o = { .nr_threads = s->nr_threads, .nr_seeds = 1 };
	struct rs_sim_config after = s->workload->config;
	struct rs_whatif r;
	char text[128];
	unsigned int i;

	for (i = 0; i < nr_values; i++) {
		snprintf(text, sizeof(text), "%s=%" PRId64, values[i].key, values[i].value);
		if (!rs_setting_is_known(values[i].key) || rs_setting_apply(text, &after))
			return false;
	}
	if (rs_whatif(s->workload, &s->calibration, &after, &o, &r) || !r.metrics[RS_METRIC_memory_some_ns].known)
		return false;
	take(&ret->lost, "lost_some_s", &r.metrics[RS_METRIC_memory_some_ns]);
	take(&ret->stalled, "stall_s", &r.metrics[RS_METRIC_stall_ns]);
	return true;
}
