/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything that advises from a recording: `recommend`, `forecast` with its score, and the load that `whatif` takes out of it. */
#include "../../src/tune/evidence.h"
#include "../../src/tune/forecast.h"
#include "../../src/tune/forecast_show.h"
#include "../../src/tune/recommend.h"
#include "../../src/tune/recommend_show.h"
#include "../../src/tune/workload.h"
#include "recording_input.h"

#define HORIZON_NS 10000000000ULL

static void forecast(struct rs_reader *reader, FILE *out)
{
	struct rs_forecaster *forecaster;
	struct rs_event event;

	if (rs_forecaster_create(HORIZON_NS, &forecaster))
		return;
	rs_reader_rewind(reader);
	while (rs_reader_next(reader, &event) == 1)
		if (rs_forecaster_take(forecaster, event.hdr) == RS_FORECAST_MADE) {
			rs_forecast_text(rs_forecaster_latest(forecaster), 0, out);
			rs_forecast_json(rs_forecaster_latest(forecaster), out);
		}
	rs_forecaster_destroy(forecaster);
}

static void take(const char *path, FILE *out)
{
	static struct rs_evidence evidence;
	struct rs_recommendation recommendation;
	struct rs_workload *workload;
	struct rs_reader *reader;

	if (rs_reader_open(path, &reader))
		return;
	if (!rs_evidence_init(&evidence, reader, path)) {
		rs_recommend(&evidence, NULL, NULL, &recommendation);
		rs_recommend_text(&recommendation, out);
		rs_recommend_json(&recommendation, out);
	}
	rs_evidence_deinit(&evidence);
	forecast(reader, out);
	rs_reader_rewind(reader);
	if (!rs_workload_create(reader, &workload))
		rs_workload_destroy(workload);
	rs_reader_close(reader);
}
