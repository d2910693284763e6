/* SPDX-License-Identifier: GPL-2.0-only */
#include "tool.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../src/base/cleanup.h"
#include "../src/base/log.h"
#include "../src/probe/describe.h"

static const char *program_name = "reclaimscope"; /* set once, by rs_run_verb() */

int rs_exit_status(int err)
{
	switch (err) {
	case 0:
		return RS_EXIT_OK;
	case -EINVAL:
	case -EEXIST:
		return RS_EXIT_USAGE;
	case -EPERM:
	case -ENODATA:
		return RS_EXIT_CANNOT;
	default:
		return RS_EXIT_FAILED;
	}
}

int rs_parse_duration(const char *text, uint64_t *ret_ns)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = {
		{ "", 1e9 }, { "s", 1e9 }, { "ms", 1e6 }, { "us", 1e3 }, { "m", 60e9 }, { "min", 60e9 }, { "h", 3600e9 },
	};
	double value;
	char *end;
	size_t i;

	if (strspn(text, "0123456789.") == 0 || strpbrk(text, "xX"))
		return -EINVAL; /* strtod() takes more than people mean: inf, 0x10, signs */
	errno = 0;
	value = strtod(text, &end);
	if (end == text || errno || !(value > 0))
		return -EINVAL;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].unit))
			continue;
		if (value * units[i].ns > 1e18 || value * units[i].ns < 1)
			return -ERANGE;
		*ret_ns = value * units[i].ns;
		return 0;
	}
	return -EINVAL;
}

int rs_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	unsigned long long v;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL; /* strtoull() takes spaces and signs */
	errno = 0;
	v = strtoull(text, &end, 10);
	if (*end || errno)
		return -EINVAL;
	if (v < min || v > max)
		return -ERANGE;
	*ret = v;
	return 0;
}

int rs_parse_bytes(const char *text, uint64_t *ret)
{
	unsigned long long v;
	int shift = 0;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	v = strtoull(text, &end, 10);
	if (errno)
		return -EINVAL;
	switch (*end | 32) {
	case 'g':
		shift += 10;
		/* fall through */
	case 'm':
		shift += 10;
		/* fall through */
	case 'k':
		shift += 10;
		end++;
		break;
	}
	if (*end)
		return -EINVAL;
	if (!v || v > UINT64_MAX >> shift)
		return -ERANGE;
	*ret = v << shift;
	return 0;
}

int rs_finish_output(int status)
{
	struct pollfd out = { .fd = STDOUT_FILENO };
	int err;

	errno = 0;
	err = fflush(stdout) ? errno : 0;
	if (!err && !ferror(stdout))
		return status;
	/* When an earlier write failed, stdio has forgotten why. */
	if (err == EPIPE || (poll(&out, 1, 0) == 1 && out.revents & POLLERR))
		return status;
	if (err)
		rs_err(-err, "standard output: cannot write");
	else
		rs_fail(-EIO, "standard output: cannot write all of it");
	return status ? status : RS_EXIT_FAILED;
}

error_t rs_parse_help(struct argp_state *state)
{
	argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
	return ECANCELED;
}

error_t rs_parse_file(int key, char *arg, struct argp_state *state, const char **file)
{
	switch (key) {
	case ARGP_KEY_ARG:
		if (state->arg_num)
			return rs_bad_value("%s: only one recording at a time", arg);
		*file = arg;
		return 0;
	case 'h':
		return rs_parse_help(state);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

error_t rs_bad_value(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	rs_vlog(RS_LOG_ERROR, fmt, args);
	va_end(args);
	return ERANGE;
}

int rs_parse_args(const struct argp *argp, int argc, char **argv, unsigned int flags, const char *verb, void *input)
{
	_cleanup_(rs_freep) char *said = NULL;
	FILE *real = stderr, *kept;
	char name[64];
	size_t len;
	error_t err;

	snprintf(name, sizeof(name), "%s %s", program_name, verb);
	argv[0] = name;
	/* getopt writes to stderr and nowhere else, and argp adds two lines of advice: kept, and cut to one. */
	kept = open_memstream(&said, &len);
	if (!kept)
		return rs_err(-ENOMEM, "%s", name);
	stderr = kept;
	err = argp_parse(argp, argc, argv, flags | ARGP_NO_EXIT | ARGP_NO_HELP, NULL, input);
	stderr = real;
	if (fclose(kept))
		return rs_err(-ENOMEM, "%s", name);
	if (err == ECANCELED)
		exit(rs_finish_output(RS_EXIT_OK));
	if (err != EINVAL) /* which is argp's own */
		fputs(said, stderr);
	else
		fprintf(stderr, "%.*s; see %s --help\n", (int)strcspn(said, "\n"), said, name);
	return err ? -EINVAL : 0;
}

static void print_usage(FILE *out, const struct rs_verb *verbs, const char *what)
{
	const struct rs_verb *v;

	fprintf(out, "Usage: %s VERB [OPTION...]\n\n%s\n\n", program_name, what);
	for (v = verbs; v->name; v++)
		fprintf(out, "  %-10s %s\n", v->name, v->what);
	fprintf(out, "\n%s VERB --help tells about each. The manual: man %s\n", program_name, program_name);
}

int rs_run_verb(int argc, char **argv, const struct rs_verb *verbs, const char *program, const char *what)
{
	const struct rs_verb *v;
	int fd;

	program_name = program;
	/* What was closed must not be taken by a file: messages would end in a recording. Writing to this fails. */
	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	signal(SIGPIPE, SIG_IGN); /* output that nobody reads any more is a write error like others */
	if (argc < 2) {
		rs_fail(-EINVAL, "a verb is missing; see %s --help", program);
		return RS_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_usage(stdout, verbs, what);
		return rs_finish_output(RS_EXIT_OK);
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		printf("%s %s\n", program, RS_PROGRAM_VERSION);
		return rs_finish_output(RS_EXIT_OK);
	}
	for (v = verbs; v->name; v++)
		if (!strcmp(argv[1], v->name))
			return v->main(argc - 1, argv + 1);
	rs_fail(-EINVAL, "there is no verb %s; see %s --help", argv[1], program);
	return RS_EXIT_USAGE;
}
