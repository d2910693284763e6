/* SPDX-License-Identifier: GPL-2.0-only */
/* The comparison for programs: an object for each decision, each divergence, and a summary. */
#include "../base/json.h"
#include "../trace/show.h"
#include "diff.h"

static const char *const numbers[] = {
#define NUMBERS(name, class, numbers, text) numbers,
	RS_DECISIONS(NUMBERS)
};

static void begin(struct rs_json *j, FILE *out, const char *type)
{
	rs_json_init(j, out);
	rs_json_object(j, NULL);
	rs_json_u64(j, "v", 1);
	rs_json_string(j, "type", type);
}

static void put_sum(struct rs_json *j, const struct rs_decision_sum *s)
{
	rs_json_u64(j, "observed", s->observed);
	rs_json_u64(j, "agree", s->agree);
	rs_json_u64(j, "diverged", s->diverged);
	rs_json_u64(j, "race", s->race);
	rs_json_u64(j, "inside_margin", s->inside_margin);
	rs_json_u64(j, "outside_margin", s->outside_margin);
	rs_json_u64(j, "not_observable", s->not_observable);
	rs_json_u64(j, "lost", s->lost);
}

static void put_kind(const struct rs_diff *d, FILE *out, enum rs_decision k)
{
	const struct rs_decision_sum *s = &d->sums[k];
	struct rs_json j;
	unsigned int i;

	begin(&j, out, "kind");
	rs_json_string(&j, "name", rs_decision_name(k));
	rs_json_string(&j, "class", rs_class_name(rs_decision_class(k)));
	rs_json_string(&j, "mirrors", numbers[k]);
	put_sum(&j, s);
	rs_json_object(&j, "branches");
	for (i = 0; i < s->nr_branches; i++)
		rs_json_u64(&j, s->branches[i].name, s->branches[i].count);
	rs_json_end_object(&j);
	if (rs_decision_class(k) == RS_STATISTICAL && s->observed) {
		double base = (double)s->yes / s->observed;

		rs_json_double(&j, "brier", s->brier / s->observed, 6);
		rs_json_double(&j, "brier_base_rate", base * (1 - base), 6);
		rs_json_array(&j, "calibration");
		for (i = 0; i < 10; i++) {
			rs_json_object(&j, NULL);
			rs_json_u64(&j, "n", s->calibration[i].n);
			rs_json_double(&j, "predicted", s->calibration[i].n ? s->calibration[i].p / s->calibration[i].n : 0, 6);
			rs_json_u64(&j, "happened", s->calibration[i].yes);
			rs_json_end_object(&j);
		}
		rs_json_end_array(&j);
	}
	rs_json_end_line(&j);
}

static void put_divergence(const struct rs_diff *d, FILE *out, const struct rs_divergence *v)
{
	struct rs_json j;
	unsigned int i;
	size_t at;

	begin(&j, out, "divergence");
	rs_json_string(&j, "name", rs_decision_name(v->decision));
	rs_json_string(&j, "class", rs_class_name(rs_decision_class(v->decision)));
	rs_json_string(&j, "cause", v->cause);
	rs_json_bool(&j, "race", v->race);
	rs_json_u64(&j, "ts_ns", v->ts_ns);
	rs_json_u64(&j, "tid", v->tid);
	rs_json_array(&j, "answers");
	for (i = 0; i < v->nr_answers; i++) {
		rs_json_object(&j, NULL);
		rs_json_string(&j, "name", v->answers[i].name);
		rs_json_i64(&j, "kernel", v->answers[i].kernel);
		rs_json_i64(&j, "model", v->answers[i].model);
		rs_json_end_object(&j);
	}
	rs_json_end_array(&j);
	rs_json_end_line(&j);
	/* The records follow, each a line like those of script -j. */
	for (at = 0; at < v->records_len;) {
		struct rs_event event = { .hdr = (const void *)(v->records + at) };

		rs_show_record_json(out, d->reader, &event, rs_tasks_comm(d->tasks, event.hdr->tid));
		at += event.hdr->len;
	}
}

void rs_diff_json(const struct rs_diff *d, FILE *out)
{
	struct rs_decision_sum totals[RS_STATISTICAL + 1] = { 0 };
	struct rs_json j;
	size_t i;
	int k, c;

	for (k = 0; k < RS_NR_DECISIONS; k++) {
		const struct rs_decision_sum *s = &d->sums[k];
		struct rs_decision_sum *t = &totals[rs_decision_class(k)];

		put_kind(d, out, k);
		t->observed += s->observed;
		t->agree += s->agree;
		t->diverged += s->diverged;
		t->race += s->race;
		t->inside_margin += s->inside_margin;
		t->outside_margin += s->outside_margin;
		t->not_observable += s->not_observable;
		t->lost += s->lost;
	}
	for (i = 0; i < d->nr_divergences; i++)
		put_divergence(d, out, &d->divergences[i]);
	begin(&j, out, "summary");
	for (c = RS_EXACT; c <= RS_STATISTICAL; c++) {
		rs_json_object(&j, rs_class_name(c));
		put_sum(&j, &totals[c]);
		rs_json_end_object(&j);
	}
	rs_json_u64(&j, "records", d->nr_records);
	rs_json_u64(&j, "exits_without_entry", d->nr_unmatched);
	rs_json_u64(&j, "entries_without_exit", d->nr_dropped);
	rs_json_string(&j, "kernel", json_object_get_string(json_object_object_get(
					     json_object_object_get(rs_reader_info(d->reader), "kernel"), "release")));
	rs_json_string(&j, "lru", d->mglru ? "mglru" : "classic");
	rs_json_end_line(&j);
}
