/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../src/base/log.h"
#include "../src/tune/recommend_show.h"
#include "../src/tune/simulate.h"
#include "tool.h"

enum { OPT_SIMULATE = 256 };

static const struct argp_option options[] = {
	{ "simulate", OPT_SIMULATE, NULL, 0, "try each advice on a simulated host first, as whatif does; takes a minute", 1 },
	{ "json", 'j', NULL, 0, "one JSON object for each advice", 1 },
	{ "format", 'f', "FORMAT", 0,
	  "text (the default), json, sysctl (a file for sysctl.d), tuned (a profile) or shell", 1 },
	RS_OPTION_HELP,
	{ 0 },
};

static const struct {
	const char *name;
	rs_recommend_show show;
} formats[] = {
	{ "text", rs_recommend_text },	 { "json", rs_recommend_json },	  { "sysctl", rs_recommend_sysctl },
	{ "tuned", rs_recommend_tuned }, { "shell", rs_recommend_shell }, { NULL, NULL },
};

struct args {
	const char *file;
	rs_recommend_show show;
	bool simulate;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;
	unsigned int i;

	switch (key) {
	case 'j':
		args->show = rs_recommend_json;
		break;
	case OPT_SIMULATE:
		args->simulate = true;
		break;
	case 'f':
		for (i = 0; formats[i].name && strcmp(arg, formats[i].name); i++)
			;
		if (!formats[i].name)
			return rs_bad_value("--format %s: must be text, json, sysctl, tuned or shell", arg);
		args->show = formats[i].show;
		break;
	default:
		return rs_parse_file(key, arg, state, &args->file);
	}
	return 0;
}

int rs_recommend_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "[FILE]",
		.doc = "Recommend memory settings from a recording (reclaim.data): what to change, why, what it gains and costs, and "
		       "how to undo it. Nothing is changed.",
	};
	struct args args = { .file = "reclaim.data", .show = rs_recommend_text };
	static struct rs_evidence evidence;
	struct rs_recommendation recommendation;
	const struct rs_calibration_options calibration = { .nr_threads = sysconf(_SC_NPROCESSORS_ONLN), .nr_runs = RS_CALIBRATION_RUNS, .seed = 1 };
	struct rs_simulation *simulation = NULL;
	struct rs_reader *reader = NULL;
	int err;

	if (rs_parse_args(&argp, argc, argv, 0, "recommend", &args))
		return RS_EXIT_USAGE;
	err = rs_reader_open(args.file, &reader);
	if (!err) {
		err = rs_evidence_init(&evidence, reader, args.file);
		if (!err) {
			/* Without it, or where it does not repeat the recording, the advice says so. */
			if (args.simulate)
				rs_simulation_create(reader, &calibration, &simulation);
			rs_recommend(&evidence, simulation ? rs_simulation_ask : NULL, simulation, &recommendation);
			args.show(&recommendation, stdout);
			rs_reader_warn(reader, args.file);
		}
		rs_evidence_deinit(&evidence);
		rs_simulation_destroy(simulation);
	}
	rs_reader_close(reader);
	return rs_finish_output(rs_exit_status(err));
}
