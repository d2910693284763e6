/* SPDX-License-Identifier: GPL-2.0-only */
/* What the verbs share: exit status, option values, and the end of output. */
#ifndef RS_TOOLS_TOOL_H
#define RS_TOOLS_TOOL_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

enum rs_exit {
	RS_EXIT_OK = 0,
	RS_EXIT_FAILED = 1,
	RS_EXIT_USAGE = 2,
	RS_EXIT_LOST = 3, /* finished, but events were lost, under --strict-loss */
	RS_EXIT_CANNOT = 77, /* cannot run on this host */
};

struct rs_verb {
	const char *name;
	const char *what; /* a line for `reclaimscope --help` */
	int (*main)(int argc, char **argv);
};

/* The main() of a program: picks the verb from @verbs, which ends with a NULL name. @what: a line about the program. */
int rs_run_verb(int argc, char **argv, const struct rs_verb *verbs, const char *program, const char *what);

int rs_check_main(int argc, char **argv);
int rs_record_main(int argc, char **argv);
int rs_report_main(int argc, char **argv);
int rs_script_main(int argc, char **argv);
int rs_diff_main(int argc, char **argv);
int rs_explain_main(int argc, char **argv);
int rs_whatif_main(int argc, char **argv);
int rs_forecast_main(int argc, char **argv);
int rs_recommend_main(int argc, char **argv);

/* A failure of the library, in terms of an exit status. */
int rs_exit_status(int err);

/* "10", "1.5s", "200ms", "5m", "2h": nanoseconds. -EINVAL or -ERANGE, not said. Must be above zero. */
int rs_parse_duration(const char *text, uint64_t *ret_ns);
/* A whole number from @min to @max. -EINVAL or -ERANGE, not said. */
int rs_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret);
/* "16M", "64k", "1g": bytes. */
int rs_parse_bytes(const char *text, uint64_t *ret);

/* Flushes stdout; a reader that went away is no failure, a full disk is. */
int rs_finish_output(int status);

/* The option that each verb has; its key is for rs_parse_help(). */
#define RS_OPTION_HELP { "help", 'h', NULL, 0, "show this, and end", -1 }

/* Prints the help of a verb; what it returns, returned by the parser, ends the program. */
error_t rs_parse_help(struct argp_state *state);

/* The keys that all verbs have that read a recording: its name and --help. */
error_t rs_parse_file(int key, char *arg, struct argp_state *state, const char **file);

/* What a parser returns for a bad value: says it. Not EINVAL, which is argp's own. */
error_t rs_bad_value(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Parses the command line of @verb with argp, whose messages become one line each. @flags: of
 * argp_parse(). 0, or -EINVAL, said.
 */
int rs_parse_args(const struct argp *argp, int argc, char **argv, unsigned int flags, const char *verb, void *input);

#endif
