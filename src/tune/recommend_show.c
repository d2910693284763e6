/* SPDX-License-Identifier: GPL-2.0-only */
#include "recommend_show.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "../base/json.h"

static const char *simulated(const struct rs_advice *a)
{
	return a->simulated ? "simulated" : "not simulated";
}

/* @text, broken into lines below @label. */
static void paragraph(FILE *out, const char *label, const char *text)
{
	size_t room = 84, len;

	while (*text) {
		len = strlen(text);
		if (len > room) {
			for (len = room; len && text[len] != ' '; len--)
				;
			if (!len)
				len = room;
		}
		fprintf(out, "  %-5s %.*s\n", label, (int)len, text);
		text += len + (text[len] == ' ');
		label = "";
	}
}

static const char *figure(double x, char buf[24])
{
	if (isnan(x))
		snprintf(buf, 24, "?");
	else
		snprintf(buf, 24, fabs(x) >= 100 || x == floor(x) ? "%.0f" : "%.3g", x);
	return buf;
}

static void effect_text(FILE *out, const char *label, const struct rs_effect *e)
{
	char before[24], after[24], low[24], high[24], line[200];

	if (isnan(e->after))
		snprintf(line, sizeof(line), "%s: %s now; not known after", e->metric, figure(e->before, before));
	else if (e->low == e->high)
		snprintf(line, sizeof(line), "%s: %s -> %s", e->metric, figure(e->before, before),
			 figure(e->after, after));
	else
		snprintf(line, sizeof(line), "%s: %s -> ~%s (%s .. %s)", e->metric, figure(e->before, before),
			 figure(e->after, after), figure(e->low, low), figure(e->high, high));
	paragraph(out, label, line);
}

static void interval_text(FILE *out, const struct rs_effect *e)
{
	char after[24], low[24], high[24], text[80];

	snprintf(text, sizeof(text), "~%s (%s .. %s)", figure(e->after, after), figure(e->low, low), figure(e->high, high));
	fprintf(out, " %-24s", text);
}

/* One line for each, what is now first. */
static void tried_text(FILE *out, const struct rs_recommendation *r, const struct rs_advice *a)
{
	char setting[64], stalls[24], lost[24];
	unsigned int i;

	if (!a->nr_tried)
		return;
	fprintf(out, "  tried %-30s %-24s %-24s %s\n", "", "stalls", "time lost, s", "kept free, MiB");
	fprintf(out, "        %-30s %-24s %-24s %.1f\n", "as it is", figure(r->stalls, stalls), figure(r->lost_some_s, lost),
		r->kept_free_pages * (r->page_size / 1048576.0));
	for (i = 0; i < a->nr_tried; i++) {
		const struct rs_tried *t = &a->tried[i];

		snprintf(setting, sizeof(setting), "%s=%" PRId64, t->value.key, t->value.value);
		fprintf(out, "        %-30s", setting);
		interval_text(out, &t->stalls);
		interval_text(out, &t->lost);
		fprintf(out, " %.1f\n", t->kept_free_mib);
	}
}

static void write_line(FILE *out, const char *format, const struct rs_value *v)
{
	fprintf(out, format, v->key, v->value);
}

#define SYSCTL_W "sysctl -w %s=%" PRId64
#define SYSCTL_D "%s = %" PRId64 "\n"

static void objective_text(const struct rs_recommendation *r, FILE *out)
{
	fprintf(out, "What counts, in this order, and how it is now (%.0f s recorded)\n", r->seconds);
	if (isnan(r->lost_some_s))
		fprintf(out,
			"  1. time lost to memory pressure  not known: no pressure counters (psi) in the recording\n");
	else
		fprintf(out, "  1. time lost to memory pressure  %.3f s (some), %.3f s (full)\n", r->lost_some_s,
			r->lost_full_s);
	if (!isnan(r->refault_wait_s))
		fprintf(out, "     of it, waiting for pages that had been reclaimed: ~%.3f s\n", r->refault_wait_s);
	fprintf(out, "  2. stalls in direct reclaim      %.0f, %.3f s\n", r->stalls, r->stall_s);
	if (r->memcg_stalls > 0)
		fprintf(out, "     beside them, for cgroups      %.0f, %.3f s: their limits and memory.reclaim, which no setting of the host moves\n",
			r->memcg_stalls, r->memcg_stall_s);
	fprintf(out, "  3. memory kept free              %.1f MiB, %.1f %% of what is not huge pages\n",
		r->kept_free_pages * (r->page_size / 1048576.0), 100.0 * r->kept_free_pages / r->usable_pages);
}

void rs_recommend_text(const struct rs_recommendation *r, FILE *out)
{
	unsigned int i, n;

	objective_text(r, out);
	if (!r->nr_advice)
		fprintf(out, "\nChange nothing.\n");
	for (i = 0; i < r->nr_advice; i++) {
		const struct rs_advice *a = &r->advice[i];

		fprintf(out, "\n%s (confidence %s, %s)\n", a->id, rs_confidence_name(a->confidence), simulated(a));
		for (n = 0; n < a->nr_values; n++)
			fprintf(out, "  set   %s: %" PRId64 " -> %" PRId64 "\n", a->values[n].key, a->values[n].now,
				a->values[n].value);
		paragraph(out, "why", a->why);
		for (n = 0; n < a->nr_gains; n++)
			effect_text(out, n ? "" : "gain", &a->gains[n]);
		for (n = 0; n < a->nr_costs; n++)
			effect_text(out, n ? "" : "cost", &a->costs[n]);
		tried_text(out, r, a);
		paragraph(out, "risk", a->risk);
		for (n = 0; n < a->nr_values; n++) {
			fprintf(out, "  %-5s ", n ? "" : "undo");
			write_line(out, SYSCTL_W "\n", &a->undo[n]);
		}
	}
	if (r->nr_left_alone)
		fprintf(out, "\nLeft alone\n");
	for (i = 0; i < r->nr_left_alone; i++) {
		fprintf(out, "  %s\n", r->left_alone[i].id);
		paragraph(out, "", r->left_alone[i].why);
	}
}

/* ---- NDJSON ---- */

static void put(struct rs_json *j, const char *key, double x)
{
	if (isnan(x))
		rs_json_null(j, key);
	else
		rs_json_double(j, key, x, 6);
}

static void begin(struct rs_json *j, FILE *out, const char *type)
{
	rs_json_init(j, out);
	rs_json_object(j, NULL);
	rs_json_i64(j, "v", 1);
	rs_json_string(j, "type", type);
}

static void effects_json(struct rs_json *j, const char *key, const struct rs_effect *effects, unsigned int n)
{
	unsigned int i;

	rs_json_array(j, key);
	for (i = 0; i < n; i++) {
		rs_json_object(j, NULL);
		rs_json_string(j, "metric", effects[i].metric);
		put(j, "before", effects[i].before);
		put(j, "after", effects[i].after);
		put(j, "low", effects[i].low);
		put(j, "high", effects[i].high);
		rs_json_end_object(j);
	}
	rs_json_end_array(j);
}

static void interval_json(struct rs_json *j, const char *key, const struct rs_effect *e)
{
	rs_json_object(j, key);
	put(j, "after", e->after);
	put(j, "low", e->low);
	put(j, "high", e->high);
	rs_json_end_object(j);
}

static void tried_json(struct rs_json *j, const struct rs_advice *a)
{
	unsigned int i;

	rs_json_array(j, "tried");
	for (i = 0; i < a->nr_tried; i++) {
		rs_json_object(j, NULL);
		rs_json_string(j, "key", a->tried[i].value.key);
		rs_json_i64(j, "value", a->tried[i].value.value);
		interval_json(j, "stalls", &a->tried[i].stalls);
		interval_json(j, "lost_some_s", &a->tried[i].lost);
		put(j, "memory_kept_free_mib", a->tried[i].kept_free_mib);
		rs_json_end_object(j);
	}
	rs_json_end_array(j);
}

static void advice_json(const struct rs_advice *a, FILE *out)
{
	char line[200], undo[400] = "";
	struct rs_json j;
	unsigned int i;

	for (i = 0; i < a->nr_values; i++) {
		snprintf(line, sizeof(line), "%s" SYSCTL_W, i ? "; " : "", a->undo[i].key, a->undo[i].value);
		strncat(undo, line, sizeof(undo) - strlen(undo) - 1);
	}
	begin(&j, out, "advice");
	rs_json_string(&j, "id", a->id);
	rs_json_string(&j, "key", a->values[0].key);
	rs_json_i64(&j, "now", a->values[0].now);
	rs_json_i64(&j, "proposed", a->values[0].value);
	rs_json_array(&j, "together_with");
	for (i = 1; i < a->nr_values; i++) {
		rs_json_object(&j, NULL);
		rs_json_string(&j, "key", a->values[i].key);
		rs_json_i64(&j, "now", a->values[i].now);
		rs_json_i64(&j, "proposed", a->values[i].value);
		rs_json_end_object(&j);
	}
	rs_json_end_array(&j);
	rs_json_string(&j, "why", a->why);
	effects_json(&j, "gain", a->gains, a->nr_gains);
	effects_json(&j, "cost", a->costs, a->nr_costs);
	tried_json(&j, a);
	rs_json_string(&j, "risk", a->risk);
	rs_json_string(&j, "confidence", rs_confidence_name(a->confidence));
	rs_json_bool(&j, "simulated", a->simulated);
	rs_json_string(&j, "undo", undo);
	rs_json_end_line(&j);
}

void rs_recommend_json(const struct rs_recommendation *r, FILE *out)
{
	struct rs_json j;
	unsigned int i;

	begin(&j, out, "objective");
	put(&j, "seconds", r->seconds);
	put(&j, "lost_some_s", r->lost_some_s);
	put(&j, "lost_full_s", r->lost_full_s);
	put(&j, "refault_wait_s", r->refault_wait_s);
	put(&j, "stalls", r->stalls);
	put(&j, "stall_s", r->stall_s);
	put(&j, "memcg_stalls", r->memcg_stalls);
	put(&j, "memcg_stall_s", r->memcg_stall_s);
	rs_json_u64(&j, "kept_free_pages", r->kept_free_pages);
	rs_json_u64(&j, "usable_pages", r->usable_pages);
	rs_json_end_line(&j);
	for (i = 0; i < r->nr_advice; i++)
		advice_json(&r->advice[i], out);
	for (i = 0; i < r->nr_left_alone; i++) {
		begin(&j, out, "left_alone");
		rs_json_string(&j, "id", r->left_alone[i].id);
		rs_json_string(&j, "why", r->left_alone[i].why);
		rs_json_end_line(&j);
	}
}

/* ---- files for other programs ---- */

static void comment(const struct rs_advice *a, FILE *out)
{
	unsigned int n;

	fprintf(out, "\n# %s (confidence %s, %s): %s\n", a->id, rs_confidence_name(a->confidence), simulated(a),
		a->why);
	fprintf(out, "# risk: %s\n", a->risk);
	for (n = 0; n < a->nr_values; n++)
		write_line(out, "# undo: " SYSCTL_W "\n", &a->undo[n]);
}

static void settings(const struct rs_recommendation *r, FILE *out, const char *format)
{
	unsigned int i, n;

	if (!r->nr_advice)
		fprintf(out, "# change nothing\n");
	for (i = 0; i < r->nr_advice; i++) {
		comment(&r->advice[i], out);
		for (n = 0; n < r->advice[i].nr_values; n++)
			write_line(out, format, &r->advice[i].values[n]);
	}
}

void rs_recommend_sysctl(const struct rs_recommendation *r, FILE *out)
{
	fprintf(out, "# For /etc/sysctl.d/90-reclaimscope.conf, by reclaimscope recommend.\n");
	settings(r, out, SYSCTL_D);
}

void rs_recommend_tuned(const struct rs_recommendation *r, FILE *out)
{
	fprintf(out,
		"# For /etc/tuned/reclaimscope/tuned.conf, by reclaimscope recommend; add include= of the profile in use.\n"
		"[main]\nsummary=Memory settings from a recording of this host\n\n[sysctl]\n");
	settings(r, out, "%s=%" PRId64 "\n");
}

void rs_recommend_shell(const struct rs_recommendation *r, FILE *out)
{
	unsigned int i, n;

	fprintf(out, "#!/bin/sh\n# By reclaimscope recommend. With the word undo, it sets everything back.\nset -e\n"
		     "if [ \"$1\" = undo ]; then\n");
	for (i = 0; i < r->nr_advice; i++)
		for (n = 0; n < r->advice[i].nr_values; n++)
			write_line(out, SYSCTL_W "\n", &r->advice[i].undo[n]);
	fprintf(out, "exit\nfi\n");
	settings(r, out, SYSCTL_W "\n");
}
