/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "../src/base/log.h"
#include "../src/report/report.h"
#include "tool.h"

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "one JSON object a line; the last one is the summary", 1 },
	{ "top", 'n', "N", 0, "at most N rows of each table (10)", 1 },
	RS_OPTION_HELP,
	{ 0 },
};

struct args {
	const char *file;
	bool json;
	unsigned int top;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;
	uint64_t n;

	switch (key) {
	case 'j':
		args->json = true;
		break;
	case 'n':
		if (rs_parse_number(arg, 1, INT_MAX, &n))
			return rs_bad_value("--top %s: must be a number above zero", arg);
		args->top = n;
		break;
	default:
		return rs_parse_file(key, arg, state, &args->file);
	}
	return 0;
}

int rs_report_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "[FILE]",
		.doc = "Show what page reclaim did in a recording (reclaim.data).",
	};
	struct args args = { .file = "reclaim.data", .top = 10 };
	struct rs_reader *reader = NULL;
	struct rs_report *report = NULL;
	int err;

	if (rs_parse_args(&argp, argc, argv, 0, "report", &args))
		return RS_EXIT_USAGE;
	err = rs_reader_open(args.file, &reader);
	if (!err) {
		err = rs_report_create(reader, &report);
		if (err)
			rs_err(err, "%s", args.file);
	}
	if (!err) {
		rs_report_sort(report);
		if (args.json)
			rs_report_json(report, stdout);
		else
			rs_report_text(report, stdout, args.top);
		rs_reader_warn(reader, args.file);
	}
	rs_report_destroy(report);
	rs_reader_close(reader);
	return rs_finish_output(rs_exit_status(err));
}
