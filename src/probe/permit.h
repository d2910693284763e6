/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this kernel lets this process attach, found out by trying each kind once with a program that
 * does nothing. libbpf's own messages about refusals mislead; the table here says what they mean.
 */
#ifndef RS_PROBE_PERMIT_H
#define RS_PROBE_PERMIT_H

#include "capture.h"

#define RS_NR_HOWS (RS_HOW_TP_PERF + 1)

struct rs_permit {
	bool tried[RS_NR_HOWS]; /* by enum rs_probe_how */
	int err[RS_NR_HOWS]; /* 0 or -errno */
	const char *reason[RS_NR_HOWS]; /* of a refusal */
	const char *remedy[RS_NR_HOWS]; /* NULL: none */
};

/* Tries @how, unless that has been done: each costs the time of attaching and detaching. 0 or -errno. */
int rs_permit_try(const struct rs_kernel *kernel, enum rs_probe_how how, struct rs_permit *permit);

/* A perf event on the kernel function @symbol, or -errno. */
int rs_open_kprobe(const char *symbol, bool retprobe);

/*
 * Explains a refusal: pure, so that each row can be tested. @err: -errno of the kind @how; @permit:
 * the errors of all kinds, because what else works narrows the cause down.
 */
void rs_permit_explain(const struct rs_kernel *kernel, const struct rs_permit *permit, enum rs_probe_how how, int err,
		       const char **ret_reason, const char **ret_remedy);

#endif
