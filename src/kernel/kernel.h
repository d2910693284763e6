/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the running kernel is: its BTF and symbols, what differs from other kernels (kdiff), how
 * restricted it is, and how it preempts. Everything is found out by looking, nothing by a version.
 */
#ifndef RS_KERNEL_KERNEL_H
#define RS_KERNEL_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "btf.h"
#include "kallsyms.h"
#include "kdiff.h"

enum rs_lockdown {
	RS_LOCKDOWN_NONE,
	RS_LOCKDOWN_INTEGRITY,
	RS_LOCKDOWN_CONFIDENTIALITY,
};

enum rs_preempt {
	RS_PREEMPT_NONE,
	RS_PREEMPT_VOLUNTARY,
	RS_PREEMPT_FULL,
	RS_PREEMPT_LAZY,
	RS_PREEMPT_UNKNOWN, /* built with PREEMPT_DYNAMIC, and the mode cannot be read */
};

/* Capabilities of this process that matter here. */
struct rs_caps {
	bool bpf; /* CAP_BPF or CAP_SYS_ADMIN */
	bool perfmon; /* CAP_PERFMON or CAP_SYS_ADMIN */
	bool syslog; /* CAP_SYSLOG or CAP_SYS_ADMIN: kernel addresses, kprobe.multi */
	bool sys_resource; /* CAP_SYS_RESOURCE: locked memory on kernels before 5.11 */
};

struct rs_kernel {
	char release[96];
	char version[160];
	char machine[66];
	struct rs_btf *btf; /* NULL: this kernel has none, and nothing can be attached */
	struct rs_symbol *symbols; /* those asked for in rs_kernel_create(), then our own */
	unsigned int nr_symbols;
	bool addresses_hidden; /* kallsyms shows only zeros */
	bool kdiff[NR_RS_KDIFFS];

	long page_size;
	int nr_cpus; /* highest online, plus 1 */
	int nr_nodes; /* possible */
	uint64_t demoting_nodes; /* rs_nodes_above_last_tier() */
	int nodes_shift; /* bits of a node number in this kernel's shadow entries */

	enum rs_lockdown lockdown;
	enum rs_preempt preempt;
	struct rs_caps caps;
	bool has_lru_gen;
	int lru_gen_enabled; /* the mask in /sys/kernel/mm/lru_gen/enabled */
	bool has_tracefs; /* mounted, and readable */
	bool has_kprobes;
	bool jit_off; /* net.core.bpf_jit_enable is 0: no tracing program loads */
	int perf_event_paranoid;
	int kptr_restrict;
};

/*
 * Looks at the running kernel. @symbols: names that hooks need to be looked up; they must outlive
 * the result. None: no symbol is looked up at all, as formatting all of them takes the kernel longer
 * than everything else at a start. 0 or -errno, said; rs_kernel_destroy() frees. A kernel without BTF is no failure.
 */
int rs_kernel_create(const char *const *symbols, unsigned int nr_symbols, struct rs_kernel **ret);
/* Gives the BTF back, 5 MiB, when nothing will be looked up in it any more. */
void rs_kernel_forget_btf(struct rs_kernel *kernel);
void rs_kernel_destroy(struct rs_kernel *kernel);

/* Is there a symbol of exactly this name? Only for names that were asked for. */
bool rs_kernel_has_symbol(const struct rs_kernel *kernel, const char *name);
/* Its address; 0 when there is none or it is hidden. */
uint64_t rs_kernel_address(const struct rs_kernel *kernel, const char *name);

/* May a task be preempted inside a BPF program on a function or tracepoint? */
bool rs_kernel_is_preemptible(const struct rs_kernel *kernel);

const char *rs_preempt_name(enum rs_preempt preempt);
const char *rs_lockdown_name(enum rs_lockdown lockdown);
/* "mglru" or "classic": the algorithm in use now. */
const char *rs_kernel_lru_name(const struct rs_kernel *kernel);

#endif
