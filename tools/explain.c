/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "../src/base/log.h"
#include "../src/diff/explain.h"
#include "tool.h"

enum { OPT_STALL = 256, OPT_KSWAPD, OPT_OOM, OPT_AT, OPT_WHY };

static const struct argp_option options[] = {
	{ "stall", OPT_STALL, "N", 0, "the Nth longest stall (1, the default)", 1 },
	{ "kswapd", OPT_KSWAPD, "N", 0, "the Nth longest run of kswapd", 1 },
	{ "oom", OPT_OOM, "N", 0, "the Nth longest call of the OOM killer", 1 },
	{ "at", OPT_AT, "TIME", 0, "only what goes on at this time of the recording: 1.5s, 200ms", 2 },
	{ "pid", 'p', "PID", 0, "only of this process or thread", 2 },
	{ "why", OPT_WHY, NULL, 0, "with the formula and the operands of each step", 3 },
	{ "json", 'j', NULL, 0, "one JSON object", 3 },
	RS_OPTION_HELP,
	{ 0 },
};

struct args {
	const char *file;
	bool json, why;
	struct rs_explain_query query;
};

static int pick(struct args *args, enum rs_explain_kind kind, const char *name, const char *arg)
{
	uint64_t n;

	if (rs_parse_number(arg, 1, UINT_MAX, &n))
		return rs_bad_value("--%s %s: must be a number above zero", name, arg);
	args->query.kind = kind;
	args->query.rank = n;
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;
	uint64_t n;

	switch (key) {
	case OPT_STALL:
		return pick(args, RS_EXPLAIN_STALL, "stall", arg);
	case OPT_KSWAPD:
		return pick(args, RS_EXPLAIN_KSWAPD, "kswapd", arg);
	case OPT_OOM:
		return pick(args, RS_EXPLAIN_OOM, "oom", arg);
	case OPT_AT:
		if (rs_parse_duration(arg, &args->query.at_ns))
			return rs_bad_value("--at %s: must be a time from the start of the recording, as 1.5s or 200ms", arg);
		args->query.by_time = true;
		break;
	case 'p':
		if (rs_parse_number(arg, 1, INT_MAX, &n))
			return rs_bad_value("--pid %s: must be the number of a process", arg);
		args->query.pid = n;
		break;
	case OPT_WHY:
		args->why = true;
		break;
	case 'j':
		args->json = true;
		break;
	default:
		return rs_parse_file(key, arg, state, &args->file);
	}
	return 0;
}

int rs_explain_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "[FILE]",
		.doc = "Tell why a task stalled, why kswapd ran, or why the OOM killer came, as a chain of causes with the "
		       "numbers of a recording (reclaim.data).",
	};
	struct args args = { .file = "reclaim.data", .query = { .kind = RS_EXPLAIN_STALL, .rank = 1 } };
	struct rs_explanation explanation;
	struct rs_reader *reader = NULL;
	int err;

	if (rs_parse_args(&argp, argc, argv, 0, "explain", &args))
		return RS_EXIT_USAGE;
	err = rs_reader_open(args.file, &reader);
	if (!err)
		err = rs_explain(reader, &args.query, &explanation);
	if (!err) {
		if (args.json)
			rs_explain_json(&explanation, reader, stdout);
		else
			rs_explain_text(&explanation, reader, stdout, args.why);
		rs_reader_warn(reader, args.file);
	}
	rs_reader_close(reader);
	return rs_finish_output(rs_exit_status(err));
}
