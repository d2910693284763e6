/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "../src/diff/diff.h"
#include "tool.h"

enum { OPT_STRICT = 256, OPT_WHY, OPT_MAX };

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "one JSON object a line; the last one is the summary", 1 },
	{ "strict", OPT_STRICT, NULL, 0, "exit with 1 if an exact decision diverged", 1 },
	{ "why", OPT_WHY, NULL, 0, "with each divergence, the model's reasons: formula and operands", 1 },
	{ "max", OPT_MAX, "N", 0, "show at most N divergences of each kind and cause (3)", 1 },
	RS_OPTION_HELP,
	{ 0 },
};

struct args {
	const char *file;
	bool json, strict;
	uint64_t max;
	struct rs_diff_options options;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case 'j':
		args->json = true;
		break;
	case OPT_STRICT:
		args->strict = true;
		break;
	case OPT_WHY:
		args->options.why = true;
		break;
	case OPT_MAX:
		if (rs_parse_number(arg, 0, 100000, &args->max))
			return rs_bad_value("--max %s: must be a number from 0 to 100000", arg);
		break;
	default:
		return rs_parse_file(key, arg, state, &args->file);
	}
	return 0;
}

int rs_diff_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "[FILE]",
		.doc = "Compute every decision in a recording (reclaim.data) again, and show where the kernel and the model "
		       "of it differ."
		       "\vExact decisions must agree every time; near ones may be off by counters that moved while they were "
		       "read; statistical ones are scored as predictions.",
	};
	struct args args = { .file = "reclaim.data", .max = 3, .options.max_divergences = 10000 };
	struct rs_reader *reader = NULL;
	struct rs_diff *diff = NULL;
	int err;

	if (rs_parse_args(&argp, argc, argv, 0, "diff", &args))
		return RS_EXIT_USAGE;
	err = rs_reader_open(args.file, &reader);
	if (!err)
		err = rs_diff_create(reader, &args.options, &diff);
	if (!err) {
		if (args.json)
			rs_diff_json(diff, stdout);
		else
			rs_diff_text(diff, stdout, args.max);
		rs_reader_warn(reader, args.file);
	}
	if (!err && args.strict && rs_diff_failed(diff))
		err = -1;
	rs_diff_destroy(diff);
	rs_reader_close(reader);
	return rs_finish_output(rs_exit_status(err));
}
