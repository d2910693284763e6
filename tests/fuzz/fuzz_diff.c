/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything that judges a recording: `diff` and `explain`, as text and JSON, with their reasons. */
#include "../../src/diff/diff.h"
#include "../../src/diff/explain.h"
#include "recording_input.h"

static void take(const char *path, FILE *out)
{
	const struct rs_diff_options options = { .why = true, .max_divergences = 50 };
	struct rs_explain_query query = { .rank = 1 };
	static struct rs_explanation explanation;
	struct rs_reader *reader;
	struct rs_diff *diff;

	if (rs_reader_open(path, &reader))
		return;
	if (!rs_diff_create(reader, &options, &diff)) {
		rs_diff_text(diff, out, 50);
		rs_diff_json(diff, out);
		rs_diff_destroy(diff);
	}
	for (query.kind = RS_EXPLAIN_STALL; query.kind <= RS_EXPLAIN_OOM; query.kind++)
		if (!rs_explain(reader, &query, &explanation)) {
			rs_explain_text(&explanation, reader, out, true);
			rs_explain_json(&explanation, reader, out);
		}
	rs_reader_close(reader);
}
