/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../src/base/cleanup.h"
#include "../src/base/log.h"
#include "../src/tune/settings.h"
#include "../src/tune/whatif_show.h"
#include "tool.h"

#define MAX_SETTINGS 32
/* Values of a sweep that are simulated a second time. */
#define NR_CONFIRMED 3

enum { OPT_SET = 256, OPT_SWEEP, OPT_RUNS, OPT_SEED, OPT_THREADS, OPT_LOAD, OPT_FORCE, OPT_EACH };

static const struct argp_option options[] = {
	{ "set", OPT_SET, "SETTING", 0, "KEY=VALUE, a setting to try; again for more of them", 1 },
	{ "sweep", OPT_SWEEP, "RANGE", 0, "try N values of a setting, beside those of --set: KEY=LOW:HIGH:N", 1 },
	{ "each", OPT_EACH, "FILE", 0, "answer for each line of FILE (-: stdin), SETTINGs beside those of --set", 1 },
	{ "json", 'j', NULL, 0, "one JSON object a line", 1 },
	{ "load", OPT_LOAD, NULL, 0, "show also what the load was taken for, and what the recording leaves open", 1 },
	{ "runs", OPT_RUNS, "N", 0, "simulations to spend on the calibration (1440)", 2 },
	{ "seed", OPT_SEED, "N", 0, "of the random numbers: the same seed gives the same answer (1)", 2 },
	{ "threads", OPT_THREADS, "N", 0, "simulations at once (one for each CPU); the answer does not depend on it",
	  2 },
	{ "force", OPT_FORCE, NULL, 0, "answer even if the simulation does not repeat the recording", 2 },
	RS_OPTION_HELP,
	{ 0 },
};

struct args {
	const char *file, *each;
	const char *settings[MAX_SETTINGS + 1]; /* one more for a value of the sweep */
	unsigned int nr_settings;
	struct rs_setting_sweep sweep;
	char swept[96];
	bool json, load, force;
	uint64_t runs, seed, threads;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct rs_sim_config any = { .swap_pages = 1u << 20, .nr_zones = 1, .zones[0].managed_pages = 1u << 20 };
	struct args *args = state->input;

	switch (key) {
	case OPT_SET:
		if (args->nr_settings == MAX_SETTINGS)
			return rs_bad_value("--set %s: at most %d of them", arg, MAX_SETTINGS);
		if (rs_setting_apply(arg, &any))
			return ERANGE;
		args->settings[args->nr_settings++] = arg;
		break;
	case OPT_SWEEP:
		if (rs_setting_parse_sweep(arg, &args->sweep))
			return ERANGE;
		break;
	case OPT_EACH:
		args->each = arg;
		break;
	case 'j':
		args->json = true;
		break;
	case OPT_LOAD:
		args->load = true;
		break;
	case OPT_FORCE:
		args->force = true;
		break;
	case OPT_RUNS:
		if (rs_parse_number(arg, 24, 100000, &args->runs))
			return rs_bad_value("--runs %s: must be a number from 24 to 100000", arg);
		break;
	case OPT_SEED:
		if (rs_parse_number(arg, 0, UINT32_MAX, &args->seed))
			return rs_bad_value("--seed %s: must be a number", arg);
		break;
	case OPT_THREADS:
		if (rs_parse_number(arg, 1, 1024, &args->threads))
			return rs_bad_value("--threads %s: must be a number from 1 to 1024", arg);
		break;
	case ARGP_KEY_END:
		if (!args->nr_settings && !args->sweep.nr && !args->each)
			return rs_bad_value("nothing to try: give --set KEY=VALUE or --sweep KEY=LOW:HIGH:N");
		if (args->sweep.nr && args->each)
			return rs_bad_value("--each and --sweep: one of them at a time");
		break;
	default:
		return rs_parse_file(key, arg, state, &args->file);
	}
	return 0;
}

/* A bar on a terminal, gone when all is done. @ctx: what is being done. */
static void show_progress(void *ctx, unsigned int done, unsigned int all)
{
	static const char bar[] = "########################################",
			  blank[] = "                                        ";
	int filled = (sizeof(bar) - 1) * (done < all ? done : all) / all;

	if (!isatty(STDERR_FILENO))
		return;
	if (done < all)
		fprintf(stderr, "\r%-11s [%.*s%.*s] %3u %%", (const char *)ctx, filled, bar,
			(int)sizeof(bar) - 1 - filled, blank, 100 * done / all);
	else
		fprintf(stderr, "\r%-60s\r", "");
}

/* The recorded host with the settings of @args. */
static int config_after(const struct args *args, const struct rs_workload *w, unsigned int nr_settings,
			struct rs_sim_config *ret)
{
	unsigned int i;
	int err = 0;

	*ret = w->config;
	for (i = 0; i < nr_settings && !err; i++)
		err = rs_setting_apply(args->settings[i], ret);
	return err;
}

static int answer(struct args *args, struct rs_whatif_show *show)
{
	struct rs_whatif_options o = { .nr_threads = args->threads, .nr_seeds = 2 };
	struct rs_sim_config after;
	struct rs_whatif whatif;
	int err = config_after(args, show->workload, args->nr_settings, &after);

	if (!err)
		err = rs_whatif(show->workload, show->calibration, &after, &o, &whatif);
	if (err)
		return err;
	show->whatif = &whatif;
	show->nr_settings = args->nr_settings;
	if (args->json)
		rs_whatif_json(show, stdout);
	else
		rs_whatif_text(show, stdout);
	if (args->load && !args->json)
		rs_whatif_load_text(show->workload, show->calibration, stdout);
	return 0;
}

/* All with one calibration, which is what takes long. */
static int answer_each(struct args *args, struct rs_whatif_show *show)
{
	_cleanup_(fclosep) FILE *f = strcmp(args->each, "-") ? fopen(args->each, "re") : fdopen(dup(STDIN_FILENO), "r");
	unsigned int nr_settings = args->nr_settings;
	char line[1024], *word, *rest;
	int err = 0;

	if (!f)
		return rs_err(-errno, "%s: cannot be opened", args->each);
	while (!err && fgets(line, sizeof(line), f)) {
		for (word = strtok_r(line, " \t\n", &rest); word && !err; word = strtok_r(NULL, " \t\n", &rest)) {
			if (args->nr_settings == MAX_SETTINGS)
				err = rs_err(-E2BIG, "%s: at most %d settings at a time", args->each, MAX_SETTINGS);
			else
				args->settings[args->nr_settings++] = word;
		}
		if (!err && args->nr_settings > nr_settings)
			err = answer(args, show);
		args->nr_settings = nr_settings;
	}
	return err;
}

/* What a sweep looks for: the least time lost to memory pressure; fewest refaults where that is not known. */
static double lost(const struct rs_whatif *r)
{
	const struct rs_whatif_metric *m = r->metrics;

	return m[RS_METRIC_memory_some_ns].known ? m[RS_METRIC_memory_some_ns].after
						 : m[RS_METRIC_refault_anon].after + m[RS_METRIC_refault_file].after;
}

/* One value of the sweep. */
static int ask(struct args *args, struct rs_whatif_show *show, unsigned int value, const struct rs_whatif_options *o,
	       struct rs_whatif *ret)
{
	unsigned int nr_settings = args->nr_settings;
	struct rs_sim_config after;
	int err;

	rs_setting_of_sweep(&args->sweep, value, args->swept, sizeof(args->swept));
	args->settings[nr_settings] = args->swept;
	err = config_after(args, show->workload, nr_settings + 1, &after);
	return err ? err : rs_whatif(show->workload, show->calibration, &after, o, ret);
}

static void print_swept(struct args *args, struct rs_whatif_show *show, const struct rs_whatif *whatif)
{
	show->whatif = whatif;
	show->nr_settings = args->nr_settings + 1;
	if (args->json)
		rs_whatif_json(show, stdout);
	else
		rs_whatif_sweep_line(show, stdout);
}

/* All values with a sample of the loads that fit; then the best of them once more, with all loads and more seeds. */
static int sweep(struct args *args, struct rs_whatif_show *show)
{
	struct rs_whatif_options sample = { .nr_threads = args->threads, .nr_seeds = 1, .nr_members = 6 },
				 exact = { .nr_threads = args->threads, .nr_seeds = 2 };
	unsigned int best[NR_CONFIRMED], nr_best = 0, i, k;
	double least[NR_CONFIRMED + 1];
	struct rs_whatif whatif;
	int err;

	if (!args->json)
		rs_whatif_sweep_head(stdout);
	for (i = 0; i < args->sweep.nr; i++) {
		show_progress("sweeping", i, args->sweep.nr);
		err = ask(args, show, i, &sample, &whatif);
		if (err)
			return err;
		print_swept(args, show, &whatif);
		/* sorted in, and what is too many falls off the end */
		for (k = nr_best; k && least[k - 1] > lost(&whatif); k--) {
			least[k] = least[k - 1];
			if (k < NR_CONFIRMED)
				best[k] = best[k - 1];
		}
		least[k] = lost(&whatif);
		if (k < NR_CONFIRMED)
			best[k] = i;
		nr_best += nr_best < NR_CONFIRMED;
	}
	if (!args->json)
		printf("\nThe best of them by time lost to memory, with all %u loads:\n",
		       show->calibration->nr_members);
	for (k = 0; k < nr_best; k++) {
		show_progress("confirming", k, nr_best);
		err = ask(args, show, best[k], &exact, &whatif);
		if (err)
			return err;
		print_swept(args, show, &whatif);
	}
	show_progress("", 1, 1);
	return 0;
}

static int run(struct args *args)
{
	struct rs_calibration_options o = { .nr_threads = args->threads,
					    .nr_runs = args->runs,
					    .seed = args->seed,
					    .progress = show_progress,
					    .ctx = "calibrating" };
	struct rs_whatif_show show = { .settings = args->settings };
	struct rs_calibration *calibration = malloc(sizeof(*calibration));
	struct rs_workload *workload = NULL;
	struct rs_reader *reader = NULL;
	int err = calibration ? rs_reader_open(args->file, &reader) : -ENOMEM;

	if (!err)
		err = rs_workload_create(reader, &workload);
	if (!err) {
		rs_reader_warn(reader, args->file);
		err = rs_calibrate(workload, &o, calibration);
	}
	if (!err && calibration->error > RS_WHATIF_MAX_ERROR && !args->force)
		err = rs_fail(
			-EDOM,
			"%s: no answer: even with the recorded settings the simulation misses what was recorded by %.0f %% on "
			"average; above %.0f %% a prediction would be a guess. A longer recording may help; --force answers all the same",
			args->file, 100 * calibration->error, 100 * RS_WHATIF_MAX_ERROR);
	show.workload = workload;
	show.calibration = calibration;
	if (!err && args->each)
		err = answer_each(args, &show);
	else if (!err && args->nr_settings && !args->sweep.nr)
		err = answer(args, &show);
	else if (!err)
		err = sweep(args, &show);
	rs_workload_destroy(workload);
	rs_reader_close(reader);
	free(calibration);
	return err;
}

int rs_whatif_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "[FILE]",
		.doc = "Tell what a recorded host (reclaim.data) and its load would have done under other settings."
		       "\vThe load is taken from the recording and run on a simulated host, first under the recorded settings: how "
		       "far that is from what was recorded is told with every answer.",
	};
	struct args args = { .file = "reclaim.data", .runs = RS_CALIBRATION_RUNS, .seed = 1, .threads = sysconf(_SC_NPROCESSORS_ONLN) };

	if (rs_parse_args(&argp, argc, argv, 0, "whatif", &args))
		return RS_EXIT_USAGE;
	return rs_finish_output(rs_exit_status(run(&args)));
}
