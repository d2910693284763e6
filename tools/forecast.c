/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../src/base/clock.h"
#include "../src/base/log.h"
#include "../src/base/readfile.h"
#include "../src/probe/gauge.h"
#include "../src/trace/reader.h"
#include "../src/tune/adaptivemm.h"
#include "../src/tune/forecast_show.h"
#include "tool.h"

enum { OPT_SCORE = 1000 };

#define ROWS 30 /* of a recording, as text */

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "one JSON object a line, for each forecast and each score", 1 },
	{ "horizon", 'H', "TIME", 0, "how far ahead direct reclaim and OOM are forecast, 1s to 1min (10s)", 1 },
	{ "duration", 'd', "TIME", 0, "end after TIME; without FILE, the default is Ctrl-C", 1 },
	{ "score", OPT_SCORE, NULL, 0, "show only how right the forecasts were, over all FILEs", 1 },
	RS_OPTION_HELP,
	{ 0 },
};

/* A method and its judge; ours first, then another's rule at its fastest setting and at our pace. */
struct watch {
	uint64_t horizon_ns, duration_ns, row_ns;
	bool json, only_score;
	char *const *files;
	int nr_files;

	struct rs_forecaster *forecaster;
	uint64_t begin_ns, last_row_ns;
	struct rs_forecast_score ours, theirs[2];
	struct rs_adaptivemm rule[2];
};

static const struct {
	const char *name;
	uint64_t interval_ns;
} rules[2] = {
	{ "adaptivemm's rule (15 s)", 15000000000ULL },
	{ "adaptivemm's rule (1 s)", 1000000000ULL },
};

/* As a recording has it, or this host. */
static bool has_generations(const struct rs_reader *reader)
{
	int64_t mask = 0;

	if (reader)
		return rs_info_has_lru_gen(rs_reader_info(reader));
	return !rs_read_number("/sys/kernel/mm/lru_gen/enabled", &mask) && (mask & 1);
}

static int begin(struct watch *w, const struct rs_reader *reader)
{
	int i, err;

	rs_forecaster_destroy(w->forecaster);
	w->forecaster = NULL;
	w->begin_ns = w->last_row_ns = 0;
	for (i = 0; i < 2; i++)
		rs_adaptivemm_init(&w->rule[i], rules[i].interval_ns);
	err = rs_forecaster_create(w->horizon_ns, &w->forecaster);
	if (!err)
		rs_forecaster_set_generations(w->forecaster, has_generations(reader));
	return err;
}

static void end(struct watch *w)
{
	int i;

	rs_score_end(&w->ours);
	for (i = 0; i < 2; i++)
		rs_score_end(&w->theirs[i]);
}

static void show(struct watch *w, const struct rs_forecast *fc)
{
	if (w->only_score)
		return;
	if (w->json) {
		rs_forecast_json(fc, stdout);
	} else if (!w->last_row_ns || fc->ts_ns >= w->last_row_ns + w->row_ns) {
		if (!w->last_row_ns)
			rs_forecast_text_header(fc, stdout);
		rs_forecast_text(fc, w->begin_ns, stdout);
		w->last_row_ns = fc->ts_ns;
	}
}

static int take(void *ctx, const struct rs_event_hdr *hdr)
{
	struct watch *w = ctx;
	enum rs_forecast_step step = rs_forecaster_take(w->forecaster, hdr);
	const struct rs_forecast_truth *truth = rs_forecaster_truth(w->forecaster);
	const struct rs_forecast *fc = rs_forecaster_latest(w->forecaster);
	int i;

	if (step == RS_FORECAST_NOTHING)
		return 0;
	if (!w->begin_ns)
		w->begin_ns = truth->ts_ns;
	rs_score_truth(&w->ours, truth);
	for (i = 0; i < 2; i++) {
		rs_score_truth(&w->theirs[i], truth);
		rs_adaptivemm_take(&w->rule[i], truth);
	}
	if (step != RS_FORECAST_MADE)
		return 0;
	rs_score_claim(&w->ours, &(struct rs_claim){ fc->ts_ns, fc->to_min, fc->p_direct, fc->p_oom }, truth);
	for (i = 0; i < 2; i++) {
		struct rs_claim claim = rs_adaptivemm_claim(&w->rule[i], fc->ts_ns);

		rs_score_claim(&w->theirs[i], &claim, truth);
	}
	show(w, fc);
	return 0;
}

static int from_recording(struct watch *w, const char *path)
{
	struct rs_reader *reader = NULL;
	struct rs_event event;
	struct rs_reader_state state;
	int err = rs_reader_open(path, &reader);

	if (err)
		return err;
	err = begin(w, reader);
	rs_reader_state(reader, &state);
	w->row_ns = (state.last_ns - state.first_ns) / ROWS;
	while (!err && (err = rs_reader_next(reader, &event)) == 1)
		err = take(w, event.hdr);
	if (err)
		rs_err(err, "%s", path);
	else
		rs_reader_warn(reader, path);
	if (!err && !w->begin_ns)
		err = rs_fail(-EBADMSG, "%s: holds no readings of the gauge; record without --gauge 0", path);
	rs_reader_close(reader);
	end(w);
	return err;
}

static int live(struct watch *w)
{
	const struct timespec pause = { .tv_nsec = RS_GAUGE_PROC_MS * 1000000 };
	uint64_t until = w->duration_ns ? rs_now_ns() + w->duration_ns : UINT64_MAX;
	struct rs_gauge *gauge = NULL;
	sigset_t set;
	int err;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	err = rs_gauge_open(&gauge);
	if (!err)
		err = begin(w, NULL);
	if (!err && w->only_score)
		rs_info("watching this host%s", w->duration_ns ? "" : "; Ctrl-C ends it, and shows the scores");
	while (!err && rs_now_ns() < until) {
		err = rs_gauge_read(gauge, rs_now_ns(), take, w);
		if (err)
			rs_err(err, "cannot read /proc");
		if (fflush(stdout))
			break; /* nobody reads any more */
		if (sigtimedwait(&set, NULL, &pause) > 0)
			break;
	}
	rs_gauge_close(gauge);
	end(w);
	return err;
}

static void show_scores(const struct watch *w)
{
	const struct rs_forecast *fc = rs_forecaster_latest(w->forecaster);
	void (*score)(const struct rs_forecast_score *s, const char *method, FILE *out) =
		w->json ? rs_score_json : rs_score_text;
	int i;

	if (!w->json && !w->only_score) {
		if (!fc->ts_ns) {
			printf("No forecast: it takes two readings of the gauge.\n");
			return;
		}
		rs_forecast_zones_text(fc, stdout);
		printf("\n");
	}
	if (!w->json && !rs_score_judged(&w->ours)) {
		printf("No forecast has come due: each is judged %.0f s after it was made.\n", w->horizon_ns / 1e9);
		return;
	}
	if (!w->json)
		rs_score_text_header(w->horizon_ns, stdout);
	score(&w->ours, "reclaimscope", stdout);
	for (i = 0; i < 2; i++)
		score(&w->theirs[i], rules[i].name, stdout);
	if (!w->json)
		rs_score_text_footer(stdout);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct watch *w = state->input;

	switch (key) {
	case 'j':
		w->json = true;
		break;
	case 'H':
		if (rs_parse_duration(arg, &w->horizon_ns) || w->horizon_ns < 1000000000ULL ||
		    w->horizon_ns > 60000000000ULL)
			return rs_bad_value("--horizon %s: must be a time from 1s to 1min", arg);
		break;
	case 'd':
		if (rs_parse_duration(arg, &w->duration_ns))
			return rs_bad_value("--duration %s: must be a time above zero, as in 10, 1.5s, 200ms, 5m or 2h",
					    arg);
		break;
	case OPT_SCORE:
		w->only_score = true;
		break;
	case ARGP_KEY_ARGS:
		w->files = state->argv + state->next;
		w->nr_files = state->argc - state->next;
		state->next = state->argc;
		break;
	case ARGP_KEY_END:
		if (w->nr_files && w->duration_ns)
			return rs_bad_value("--duration is for watching this host, not for a recording");
		if (w->nr_files > 1 && !w->only_score)
			return rs_bad_value("several recordings can only be scored together; see --score");
		break;
	case 'h':
		return rs_parse_help(state);
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

int rs_forecast_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "[FILE...]",
		.doc = "Forecast when memory runs short, of this host or from a recording: time until free memory reaches low "
		       "and min, and the probability of direct reclaim and OOM. Needs no privileges.",
	};
	struct watch w = { .horizon_ns = 10000000000ULL };
	int err = 0, i;

	if (rs_parse_args(&argp, argc, argv, 0, "forecast", &w))
		return RS_EXIT_USAGE;
	rs_score_init(&w.ours, w.horizon_ns);
	for (i = 0; i < 2; i++)
		rs_score_init(&w.theirs[i], w.horizon_ns);
	if (!w.nr_files)
		err = live(&w);
	for (i = 0; i < w.nr_files && !err; i++)
		err = from_recording(&w, w.files[i]);
	if (!err && w.begin_ns)
		show_scores(&w);
	rs_forecaster_destroy(w.forecaster);
	return rs_finish_output(rs_exit_status(err));
}
