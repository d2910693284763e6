/* SPDX-License-Identifier: GPL-2.0-only */
/* The comparison for people: one row for each decision, then what diverged, grouped by cause. */
#include <inttypes.h>
#include <string.h>

#include "../trace/show.h"
#include "diff.h"

static const char *const texts[] = {
#define TEXT(name, class, numbers, text) text,
	RS_DECISIONS(TEXT)
};

static void print_row(const struct rs_diff *d, FILE *out, enum rs_decision k)
{
	const struct rs_decision_sum *s = &d->sums[k];

	if (!s->observed && !s->not_observable && !s->lost)
		return;
	fprintf(out, "%-30s %10" PRIu64, rs_decision_name(k), s->observed);
	if (!s->observed)
		fprintf(out, " %10s %9s", "-", "-");
	else if (rs_decision_class(k) == RS_STATISTICAL)
		fprintf(out, " %20s", "see below");
	else
		fprintf(out, " %10" PRIu64 " %8.4f%%", s->agree, 100.0 * s->agree / s->observed);
	fprintf(out, " %8" PRIu64 " %6" PRIu64 " %6" PRIu64 " %8" PRIu64 "\n", s->diverged + s->outside_margin, s->race,
		s->inside_margin, s->not_observable + s->lost);
}

static void print_class(const struct rs_diff *d, FILE *out, enum rs_class class)
{
	int k;
	bool any = false;

	for (k = 0; k < RS_NR_DECISIONS; k++) {
		const struct rs_decision_sum *s = &d->sums[k];

		if (rs_decision_class(k) != class || !(s->observed + s->not_observable + s->lost))
			continue;
		if (!any)
			fprintf(out, "\n%-30s %10s %10s %9s %8s %6s %6s %8s\n", class == RS_EXACT ? "Exact decisions" :
				class == RS_NEAR ? "Near decisions" : "Statistical decisions", "observed", "agree", "",
				"differ", "races", "margin", "unseen");
		any = true;
		print_row(d, out, k);
	}
}

static void print_chances(const struct rs_diff *d, FILE *out)
{
	int k, b;

	for (k = 0; k < RS_NR_DECISIONS; k++) {
		const struct rs_decision_sum *s = &d->sums[k];
		double base;

		if (rs_decision_class(k) != RS_STATISTICAL || !s->observed)
			continue;
		base = (double)s->yes / s->observed;
		fprintf(out, "\n%s: %s\n", rs_decision_name(k), texts[k]);
		fprintf(out, "  Brier score %.4f, of always saying the base rate %.1f %%: %.4f (0 is perfect)\n",
			s->brier / s->observed, base * 100, base * (1 - base));
		fprintf(out, "  predicted    happened      times\n");
		for (b = 0; b < 10; b++)
			if (s->calibration[b].n)
				fprintf(out, "  %7.1f %%   %7.1f %%   %8" PRIu64 "\n",
					100 * s->calibration[b].p / s->calibration[b].n,
					100.0 * s->calibration[b].yes / s->calibration[b].n, s->calibration[b].n);
	}
}

void rs_why_print(const struct rs_why *why, FILE *out)
{
	uint32_t i;
	int n;

	for (i = 0; i < why->nr && i < RS_WHY_STEPS; i++) {
		const struct rs_branch_row *row = rs_branch_row(why->step[i].branch);

		if (!row)
			continue;
		fprintf(out, "    %s: %s", row->name, row->formula);
		for (n = 0; n < why->step[i].nr_operands; n++)
			fprintf(out, "%s%s=%" PRId64, n ? ", " : "\n        ", row->operands[n] ? row->operands[n] : "?",
				why->step[i].operand[n]);
		fputc('\n', out);
	}
}

static void print_divergence(const struct rs_diff *d, FILE *out, const struct rs_divergence *v)
{
	size_t at = 0;
	unsigned int i;

	fprintf(out, "  %s:", rs_decision_name(v->decision));
	for (i = 0; i < v->nr_answers; i++)
		if (v->answers[i].kernel != v->answers[i].model)
			fprintf(out, " %s: kernel %" PRId64 ", model %" PRId64 ";", v->answers[i].name, v->answers[i].kernel,
				v->answers[i].model);
	fputc('\n', out);
	while (at < v->records_len) {
		struct rs_event event = { .hdr = (const void *)(v->records + at) };
		struct rs_reader_state state;

		rs_reader_state(d->reader, &state);
		fputs("    ", out);
		rs_show_record(out, d->reader, &event, state.first_ns, rs_tasks_comm(d->tasks, event.hdr->tid));
		at += event.hdr->len;
	}
	rs_why_print(&v->why, out);
}

static bool same_group(const struct rs_divergence *a, const struct rs_divergence *b)
{
	return a->decision == b->decision && !strcmp(a->cause, b->cause);
}

/* Each group once: how many, and the first @max of them in full. */
static void print_divergences(const struct rs_diff *d, FILE *out, size_t max)
{
	size_t i, k, n, shown;

	for (i = 0; i < d->nr_divergences; i++) {
		const struct rs_divergence *v = &d->divergences[i];

		for (k = 0; k < i; k++)
			if (same_group(&d->divergences[k], v))
				break;
		if (k < i)
			continue;
		for (n = 0, k = i; k < d->nr_divergences; k++)
			n += same_group(&d->divergences[k], v);
		fprintf(out, "\n%s: %zu, cause: %s\n", rs_decision_name(v->decision), n, v->cause);
		for (shown = 0, k = i; k < d->nr_divergences && shown < max; k++)
			if (same_group(&d->divergences[k], v)) {
				print_divergence(d, out, &d->divergences[k]);
				shown++;
			}
	}
}

void rs_diff_text(const struct rs_diff *d, FILE *out, size_t max)
{
	enum rs_class class;

	if (d->missing_rule)
		fprintf(out, "This recording does not say how its kernel stands to %s; it was taken as not.\n", d->missing_rule);
	for (class = RS_EXACT; class <= RS_STATISTICAL; class++)
		print_class(d, out, class);
	if (d->nr_unmatched || d->nr_dropped)
		fprintf(out, "\n%" PRIu64 " exits without their entry and %" PRIu64
			" entries without their exit: what belongs to them is not judged\n", d->nr_unmatched, d->nr_dropped);
	print_chances(d, out);
	print_divergences(d, out, max);
}
