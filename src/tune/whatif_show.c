/* SPDX-License-Identifier: GPL-2.0-only */
#include "whatif_show.h"

#include <math.h>
#include <string.h>

#include "../base/cleanup.h"
#include "../base/json.h"

#define PAGES_PER_MIB 256.0

static const char *const zone_names[MAX_NR_ZONES] = { "DMA", "DMA32", "Normal", "Movable", "Device" };

/* "1234", "12.3 ms", "56.7 MiB". */
static const char *show(char *buf, size_t size, enum rs_metric metric, double value)
{
	switch (rs_metric_unit(metric)) {
	case RS_UNIT_NS:
		snprintf(buf, size, "%.1f ms", value / 1e6);
		break;
	case RS_UNIT_COUNT:
		snprintf(buf, size, "%.0f", value);
		break;
	case RS_UNIT_PAGES:
		snprintf(buf, size, "%.1f MiB", value / PAGES_PER_MIB);
		break;
	}
	return buf;
}

/* Of next to nothing no percentage is told. */
static const char *show_change(char *buf, size_t size, enum rs_metric metric, const struct rs_whatif_metric *m)
{
	if (rs_metric_log_ratio(metric, m->before, 0) < log(2))
		snprintf(buf, size, "%9s", "");
	else
		snprintf(buf, size, "%+7.0f %%", 100 * (m->after / m->before - 1));
	return buf;
}

static void metric_text(enum rs_metric metric, const struct rs_whatif_metric *m, FILE *out)
{
	char before[32], after[32], low[32], high[32], change[32];

	if (isnan(m->before)) {
		fprintf(out, "%-16s %12s  not recorded\n", rs_metric_name(metric), "-");
		return;
	}
	fprintf(out, "%-16s %12s ", rs_metric_name(metric), show(before, sizeof(before), metric, m->before));
	if (m->known)
		fprintf(out, "%12s %s  %12s to %-12s %+5.0f %%\n", show(after, sizeof(after), metric, m->after),
			show_change(change, sizeof(change), metric, m), show(low, sizeof(low), metric, m->low),
			show(high, sizeof(high), metric, m->high), 100 * m->calibration_error);
	else
		fprintf(out, "%12s %9s  %-28s %+5.0f %%\n", "-", "", "not predicted", 100 * m->calibration_error);
}

static void unknown_text(const struct rs_workload *w, FILE *out)
{
	unsigned int i;

	for (i = 0; i < w->nr_unknown; i++)
		fprintf(out, "%s%s\n", i ? "             " : "Unknown:     ", w->unknown[i]);
}

/* The recorded figures have it in them, and so do the predicted ones, which start from there. */
static void recorder_text(const struct rs_workload *w, FILE *out)
{
	double host_ns = w->recorded[RS_METRIC_duration_ns] * w->config.nr_cpus;

	if (isfinite(w->recorder_cpu_ns))
		fprintf(out, "Recorder:    took %.1f %% of the host's CPU time for itself; ",
			100 * w->recorder_cpu_ns / host_ns);
	else
		fprintf(out, "Recorder:    its CPU time is not in this recording; ");
	fprintf(out, "it made %.0f records a second in the load's.\n",
		w->nr_records / (w->recorded[RS_METRIC_duration_ns] / 1e9));
	fprintf(out,
		"             Both are in the recorded and predicted figures alike: without it, expect the change, not the level.\n");
	if (w->recorder_pages)
		fprintf(out, "             It took %.1f MiB of memory, which the load has without it; the intervals are without it.\n",
			w->recorder_pages / PAGES_PER_MIB);
	else
		fprintf(out, "             How much memory it took is not in this recording, and not in the intervals.\n");
}

void rs_whatif_text(const struct rs_whatif_show *s, FILE *out)
{
	const struct rs_whatif *r = s->whatif;
	unsigned int i;

	fprintf(out, "Under");
	for (i = 0; i < s->nr_settings; i++)
		fprintf(out, " %s", s->settings[i]);
	fprintf(out, ", predicted from %u runs of %u loads that fit the recording:\n\n", r->nr_runs,
		s->calibration->nr_members);
	fprintf(out, "%-16s %12s %12s %9s  %-28s %s\n", "", "recorded", "predicted", "change", "        90 % interval",
		"calibration");
	for (i = 0; i < RS_NR_METRICS; i++)
		metric_text(i, &r->metrics[i], out);
	fprintf(out, "\n%-16s %10s %26s %26s\n", "kept free", "managed", "before", "after");
	for (i = 0; i < r->nr_zones; i++) {
		const struct rs_whatif_zone *z = &r->zones[i];

		fprintf(out, "%-16s %6.0f MiB", zone_names[z->idx], z->managed / PAGES_PER_MIB);
		fprintf(out, " %14.1f MiB, %4.1f %% %14.1f MiB, %4.1f %%\n", z->high[0] / PAGES_PER_MIB,
			100.0 * z->high[0] / z->managed, z->high[1] / PAGES_PER_MIB, 100.0 * z->high[1] / z->managed);
	}
	fprintf(out,
		"\nCalibration: with the recorded settings the simulation misses what was recorded by %.0f %% on average, each\n"
		"             figure by what its last column says (%u runs).\n",
		100 * s->calibration->error, s->calibration->nr_runs);
	recorder_text(s->workload, out);
	unknown_text(s->workload, out);
}

void rs_whatif_load_text(const struct rs_workload *w, const struct rs_calibration *c, FILE *out)
{
	unsigned int p, i;

	fprintf(out, "\n%-16s %12s %12s %12s\n", "load", "best", "from", "to");
	for (p = 0; p < RS_NR_LOAD_PARAMETERS; p++) {
		double low = INFINITY, high = 0;

		if (!rs_workload_has(w, p))
			continue;
		for (i = 0; i < c->nr_members; i++) {
			low = fmin(low, c->members[i].parameters[p]);
			high = fmax(high, c->members[i].parameters[p]);
		}
		fprintf(out, "%-16s %12.4g %12.4g %12.4g  %s\n", rs_load_range(p)->name, c->members[0].parameters[p],
			low, high, rs_load_range(p)->text);
	}
}

static void json_number(struct rs_json *j, const char *key, double value, int decimals)
{
	if (isfinite(value))
		rs_json_double(j, key, value, decimals);
	else
		rs_json_null(j, key);
}

static void json_settings(struct rs_json *j, const struct rs_whatif_show *s)
{
	unsigned int i;

	rs_json_array(j, "settings");
	for (i = 0; i < s->nr_settings; i++)
		rs_json_string(j, NULL, s->settings[i]);
	rs_json_end_array(j);
}

static void begin(struct rs_json *j, const struct rs_whatif_show *s, const char *type)
{
	rs_json_object(j, NULL);
	rs_json_u64(j, "v", 1);
	rs_json_string(j, "type", type);
	json_settings(j, s);
}

void rs_whatif_json(const struct rs_whatif_show *s, FILE *out)
{
	static const char *const units[] = { "ns", "count", "pages" };
	const struct rs_whatif *r = s->whatif;
	struct rs_json j;
	unsigned int i;

	rs_json_init(&j, out);
	for (i = 0; i < RS_NR_METRICS; i++) {
		const struct rs_whatif_metric *m = &r->metrics[i];

		begin(&j, s, "whatif");
		rs_json_string(&j, "metric", rs_metric_name(i));
		rs_json_string(&j, "unit", units[rs_metric_unit(i)]);
		json_number(&j, "before", m->before, 0);
		json_number(&j, "after", m->known ? m->after : NAN, 0);
		json_number(&j, "low", m->known ? m->low : NAN, 0);
		json_number(&j, "high", m->known ? m->high : NAN, 0);
		json_number(&j, "low_beside", m->known ? m->low_beside : NAN, 0);
		json_number(&j, "high_beside", m->known ? m->high_beside : NAN, 0);
		json_number(&j, "change", m->known && m->before > 0 ? m->after / m->before - 1 : NAN, 4);
		json_number(&j, "calibration_error", m->calibration_error, 4);
		rs_json_end_line(&j);
	}
	for (i = 0; i < r->nr_zones; i++) {
		const struct rs_whatif_zone *z = &r->zones[i];

		begin(&j, s, "whatif_zone");
		rs_json_string(&j, "zone", zone_names[z->idx]);
		rs_json_u64(&j, "managed", z->managed);
		rs_json_u64(&j, "min_before", z->min[0]);
		rs_json_u64(&j, "low_before", z->low[0]);
		rs_json_u64(&j, "high_before", z->high[0]);
		rs_json_u64(&j, "min_after", z->min[1]);
		rs_json_u64(&j, "low_after", z->low[1]);
		rs_json_u64(&j, "high_after", z->high[1]);
		rs_json_end_line(&j);
	}
	begin(&j, s, "summary");
	rs_json_double(&j, "calibration_error", s->calibration->error, 4);
	rs_json_u64(&j, "members", s->calibration->nr_members);
	rs_json_u64(&j, "runs", r->nr_runs + s->calibration->nr_runs);
	json_number(&j, "recorder_cpu_ns", s->workload->recorder_cpu_ns, 0);
	json_number(&j, "recorder_pages", s->workload->recorder_pages ? s->workload->recorder_pages : NAN, 0);
	rs_json_u64(&j, "recorder_records", s->workload->nr_records);
	rs_json_array(&j, "unknown");
	for (i = 0; i < s->workload->nr_unknown; i++)
		rs_json_string(&j, NULL, s->workload->unknown[i]);
	rs_json_end_array(&j);
	rs_json_end_line(&j);
}

void rs_whatif_sweep_head(FILE *out)
{
	fprintf(out, "%-32s %14s %12s %10s %14s %14s %10s\n", "", "memory_some", "stall", "allocstall", "refault_anon",
		"refault_file", "free");
}

void rs_whatif_sweep_line(const struct rs_whatif_show *s, FILE *out)
{
	static const struct {
		enum rs_metric metric;
		int width;
	} columns[] = {
		{ RS_METRIC_memory_some_ns, 14 }, { RS_METRIC_stall_ns, 12 },	  { RS_METRIC_allocstall, 10 },
		{ RS_METRIC_refault_anon, 14 },	  { RS_METRIC_refault_file, 14 }, { RS_METRIC_free_pages, 10 },
	};
	char buf[32];
	size_t i;

	fprintf(out, "%-32s", s->settings[s->nr_settings - 1]);
	for (i = 0; i < RS_ARRAY_SIZE_OF(columns); i++) {
		const struct rs_whatif_metric *m = &s->whatif->metrics[columns[i].metric];

		fprintf(out, " %*s", columns[i].width,
			m->known ? show(buf, sizeof(buf), columns[i].metric, m->after) : "-");
	}
	fputc('\n', out);
}
