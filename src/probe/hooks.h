/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of hooks: every place in the kernel that a program can be put, what for, and on which
 * kernels. The programs of a hook are found by name in the BPF object (bpf/hook.bpf.h).
 */
#ifndef RS_PROBE_HOOKS_H
#define RS_PROBE_HOOKS_H

#include <stdbool.h>

#include "../kernel/kernel.h"
#include "../wire/capture.h"

enum rs_hook_kind {
	RS_HOOK_FUNCTION,
	RS_HOOK_TRACEPOINT,
};

enum rs_hook_flag {
	RS_HOOK_SUMMARY = 1 << 0, /* wanted in mode summary */
	RS_HOOK_DECISIONS = 1 << 1, /* wanted in mode decisions, and in mode folios */
	RS_HOOK_FOLIOS = 1 << 2, /* wanted in mode folios only */
	RS_HOOK_ALLOCATOR = 1 << 3, /* only with the family allocator: on every allocation's path */
	RS_HOOK_READS = 1 << 4, /* of no use where kernel memory cannot be read */
	RS_HOOK_NEVER_SKIPPED = 1 << 5, /* runs with interrupts off: the BTF program loses nothing */
	RS_HOOK_BTF_ONLY = 1 << 6, /* has no lossless form */
	RS_HOOK_ARGUMENTS = 1 << 7, /* its arguments and the task are all that it looks at: no symbol is needed for it */
};

struct rs_hook {
	const char *name; /* what it is called: stable, in `check` and in recordings */
	const char *symbol; /* function or tracepoint; NULL: the name */
	const char *group; /* of a tracepoint */
	const char *program; /* stem of the programs' names; NULL: the name */
	const char *family;
	enum rs_hook_kind kind;
	unsigned int flags;
	enum rs_kdiff when; /* must hold on this kernel; NONE: any */
	enum rs_kdiff unless; /* must not hold */
	const char *lost; /* what cannot be seen without it */
};

extern const struct rs_hook rs_hooks[];
extern const unsigned int rs_nr_hooks;
#define RS_MAX_HOOKS 128 /* at least as many as there are */

/* The function or tracepoint that the hook sits on. */
const char *rs_hook_symbol(const struct rs_hook *hook);

/* Families, for --probes: NULL-terminated. */
extern const char *const rs_hook_families[];

#endif
