/* SPDX-License-Identifier: GPL-2.0-only */
/* The program: picks the verb. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../src/base/log.h"
#include "../src/probe/describe.h"
#include "tool.h"

const struct rs_verb rs_verbs[] = {
	{ "check", "what works on this host and what does not, and the remedy", rs_check_main },
	{ "record", "record what page reclaim does into a file", rs_record_main },
	{ "report", "show what reclaim did in a recording", rs_report_main },
	{ "script", "print every event of a recording", rs_script_main },
	{ "diff", "compare every decision with the model of the kernel", rs_diff_main },
	{ "explain", "tell why one stall, run of kswapd or OOM happened", rs_explain_main },
	{ "whatif", "tell what the same load would have met under other settings", rs_whatif_main },
	{ NULL, NULL, NULL },
};

static void print_usage(FILE *out)
{
	const struct rs_verb *v;

	fprintf(out, "Usage: reclaimscope VERB [OPTION...]\n\n"
		     "Makes the kernel's page reclaim visible: who stalled, for how long, and why.\n\n");
	for (v = rs_verbs; v->name; v++)
		fprintf(out, "  %-10s %s\n", v->name, v->what);
	fprintf(out, "\nreclaimscope VERB --help tells about each. The manual: man reclaimscope\n");
}

int main(int argc, char **argv)
{
	const struct rs_verb *v;
	int fd;

	/* What was closed must not be taken by a file: messages would end in a recording. Writing to this fails. */
	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	signal(SIGPIPE, SIG_IGN); /* output that nobody reads any more is a write error like others */
	if (argc < 2) {
		rs_fail(-EINVAL, "a verb is missing; see reclaimscope --help");
		return RS_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_usage(stdout);
		return rs_finish_output(RS_EXIT_OK);
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		printf("reclaimscope %s\n", RS_PROGRAM_VERSION);
		return rs_finish_output(RS_EXIT_OK);
	}
	for (v = rs_verbs; v->name; v++)
		if (!strcmp(argv[1], v->name))
			return v->main(argc - 1, argv + 1);
	rs_fail(-EINVAL, "there is no verb %s; see reclaimscope --help", argv[1]);
	return RS_EXIT_USAGE;
}
