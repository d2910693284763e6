/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../src/base/log.h"
#include "../src/kernel/cgroup.h"
#include "../src/probe/record.h"
#include "tool.h"

enum {
	OPT_MODE = 1000,
	OPT_ATTACH,
	OPT_PROBES,
	OPT_BUFFER,
	OPT_STACKS,
	OPT_SAMPLE,
	OPT_SELF,
	OPT_GAUGE,
	OPT_FORCE,
	OPT_STRICT,
};

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "where to record to (reclaim.data)", 1 },
	{ "force", OPT_FORCE, NULL, 0, "replace FILE if it exists; without this it is left alone, and nothing is recorded", 1 },
	{ "mode", OPT_MODE, "MODE", 0,
	  "summary: sums kept in the kernel, for always-on use; decisions: every decision with its inputs (the default); "
	  "folios: and every folio with what became of it",
	  1 },
	{ "duration", 'd', "TIME", 0, "end after TIME: 10, 1.5s, 200ms, 5m, 2h", 1 },
	{ "pid", 'p', "PID", 0, "only this process", 2 },
	{ "tid", 't', "TID", 0, "only this thread", 2 },
	{ "cgroup", 'c', "PATH", 0, "only tasks in this memory cgroup and below", 2 },
	{ "node", 'N', "NODE", 0, "only this NUMA node, for events that belong to one", 2 },
	{ "exclude-self", OPT_SELF, NULL, 0, "leave this program's own reclaim out", 2 },
	{ "stacks", OPT_STACKS, NULL, 0, "with the call chain of who stalls and who wakes kswapd", 3 },
	{ "sample-folios", OPT_SAMPLE, "N", 0, "in mode folios, one folio in N", 3 },
	{ "probes", OPT_PROBES, "LIST", 0,
	  "+NAME or -NAME, separated by commas: families or probes to add or leave out; see reclaimscope check", 3 },
	{ "attach", OPT_ATTACH, "HOW", 0,
	  "cheap: BTF programs; complete: kprobes and perf tracepoints, where the kernel skips nothing; auto: what this "
	  "kernel needs (the default)",
	  3 },
	{ "buffer", OPT_BUFFER, "BYTES", 0, "size of all ring buffers together (16M)", 3 },
	{ "gauge", OPT_GAUGE, "MS", 0, "milliseconds between two readings of the gauge, 0: none (10; in mode summary it is read every 10 s)", 3 },
	{ "strict-loss", OPT_STRICT, NULL, 0, "exit with 3 if events were lost", 4 },
	{ "quiet", 'q', NULL, 0, "say nothing but errors", 4 },
	{ "verbose", 'v', NULL, 0, "say more", 4 },
	RS_OPTION_HELP,
	{ 0 },
};

struct args {
	struct rs_record_config config;
	bool strict_loss;
};

static bool process_exists(const char *what, uint64_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%" PRIu64 "%s", pid, what);
	return !access(path, F_OK);
}

/* The number of @arg among three names. 0 or an error, said. */
static error_t pick(const char *option, const char *arg, const char *const names[3], unsigned int *ret)
{
	for (*ret = 0; *ret < 3; ++*ret)
		if (!strcmp(arg, names[*ret]))
			return 0;
	return rs_bad_value("--%s %s: must be %s, %s or %s", option, arg, names[0], names[1], names[2]);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	static const char *const modes[] = { "summary", "decisions", "folios" };
	static const char *const attachments[] = { "auto", "cheap", "complete" };
	struct args *args = state->input;
	struct rs_record_config *config = &args->config;
	struct rs_capture_config *capture = &config->capture;
	uint64_t n = 0;
	unsigned int i;
	char path[64];
	error_t err;

	switch (key) {
	case 'o':
		config->output = arg;
		break;
	case OPT_FORCE:
		config->overwrite = true;
		break;
	case OPT_MODE:
		err = pick("mode", arg, modes, &i);
		if (err)
			return err;
		capture->mode = i;
		break;
	case 'd':
		if (rs_parse_duration(arg, &config->duration_ns))
			return rs_bad_value("--duration %s: must be a time above zero, as in 10, 1.5s, 200ms, 5m or 2h", arg);
		break;
	case 'p':
		if (rs_parse_number(arg, 1, INT_MAX, &n) || !process_exists("", n))
			return rs_bad_value("--pid %s: there is no such process", arg);
		capture->tgid = n;
		break;
	case 't':
		if (rs_parse_number(arg, 1, INT_MAX, &n) || !process_exists("", n))
			return rs_bad_value("--tid %s: there is no such thread", arg);
		capture->tid = n;
		break;
	case 'c':
		if (rs_cgroup_id(arg, &capture->cgroup))
			return ENOENT; /* said */
		break;
	case 'N':
		snprintf(path, sizeof(path), "/sys/devices/system/node/node%s", arg);
		if (rs_parse_number(arg, 0, 1023, &n) || access(path, F_OK))
			return rs_bad_value("--node %s: this host has no such NUMA node", arg);
		capture->nid = n;
		break;
	case OPT_SELF:
		capture->exclude_self = true;
		break;
	case OPT_STACKS:
		capture->stacks = true;
		break;
	case OPT_SAMPLE:
		if (rs_parse_number(arg, 1, 1000000, &n))
			return rs_bad_value("--sample-folios %s: must be a number from 1 to 1000000", arg);
		capture->folio_sample = n;
		break;
	case OPT_PROBES:
		capture->probes = arg;
		break;
	case OPT_ATTACH:
		err = pick("attach", arg, attachments, &i);
		if (err)
			return err;
		capture->attach = i;
		break;
	case OPT_BUFFER:
		if (rs_parse_bytes(arg, &capture->ring_bytes) || capture->ring_bytes < 65536 ||
		    capture->ring_bytes > 1ULL << 32)
			return rs_bad_value("--buffer %s: must be from 64k to 4g", arg);
		break;
	case OPT_GAUGE:
		if (rs_parse_number(arg, 0, 60000, &n))
			return rs_bad_value("--gauge %s: must be a number of milliseconds from 0 to 60000", arg);
		config->gauge_ms = n;
		break;
	case OPT_STRICT:
		args->strict_loss = true;
		break;
	case 'q':
		config->quiet = true;
		rs_log_set_level(RS_LOG_ERROR);
		break;
	case 'v':
		rs_log_set_level(RS_LOG_DEBUG);
		break;
	case ARGP_KEY_ARGS:
		config->command = state->argv + state->next;
		state->next = state->argc;
		break;
	case 'h':
		return rs_parse_help(state);
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void say_end(const struct args *args, const struct rs_record_result *result)
{
	const struct rs_loss *loss = &result->loss;

	rs_info("%.1f s, %" PRIu64 " events, %" PRIu64 " bytes in %s%s", result->duration_ns / 1e9, loss->written,
		result->nr_bytes, args->config.output, loss->lost ? "" : "; none lost");
	if (loss->lost)
		rs_warn("%" PRIu64 " of %" PRIu64 " events lost: %" PRIu64 " ring full, %" PRIu64 " skipped by the kernel, %" PRIu64
			" begin not seen, %" PRIu64 " other",
			loss->lost, loss->attempted, loss->ring_full, loss->skipped, loss->begin_not_seen,
			loss->lost - loss->ring_full - loss->skipped - loss->begin_not_seen);
}

int rs_record_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "[-- COMMAND [ARG...]]",
		.doc = "Record what page reclaim does, until Ctrl-C, for a time, or while COMMAND runs."
		       "\vExit status: 0; 1 it failed, what was recorded is kept; 2 wrong usage; 3 events were lost "
		       "(--strict-loss); 77 cannot record here. With COMMAND, when that ends first: COMMAND's, 128 and "
		       "the signal that killed it, 127 not found, 126 cannot be run. Ended by a signal or -d before, "
		       "COMMAND is left running.\n\n"
		       "Examples:\n"
		       "  reclaimscope record -d 30              the whole host for 30 seconds\n"
		       "  reclaimscope record -- make -j8        while make runs\n"
		       "  reclaimscope record -p 1234 --stacks   one process, with call chains\n"
		       "  reclaimscope report reclaim.data       what happened\n",
	};
	struct args args = {
		.config = { .capture = rs_capture_defaults, .output = "reclaim.data", .gauge_ms = 10 },
	};
	struct rs_record_result result;
	int err;

	if (rs_parse_args(&argp, argc, argv, ARGP_IN_ORDER, "record", &args))
		return RS_EXIT_USAGE;
	err = rs_record(&args.config, &result);
	if (result.duration_ns)
		say_end(&args, &result);
	if (err)
		return result.command_failed ? (err == -ENOENT ? 127 : 126) : rs_exit_status(err);
	if (args.strict_loss && result.loss.lost)
		return RS_EXIT_LOST;
	return WIFSIGNALED(result.command_status) ? 128 + WTERMSIG(result.command_status) :
						    WEXITSTATUS(result.command_status);
}
