/* SPDX-License-Identifier: GPL-2.0-only */
#include "permit.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "../base/cleanup.h"
#include "../base/readfile.h"

/* Exists, as function and as tracepoint, on every kernel of the table. */
#define TRIAL_FUNCTION "balance_pgdat"
#define TRIAL_TRACEPOINT "mm_vmscan_kswapd_sleep"

static int load_nothing(enum bpf_prog_type type, enum bpf_attach_type attach, unsigned int btf_id)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = attach, .attach_btf_id = btf_id);
	int fd = bpf_prog_load(type, NULL, "GPL", insns, RS_ARRAY_SIZE_OF(insns), &opts);

	return fd < 0 ? -errno : fd;
}

static int try_btf(const struct rs_kernel *k, enum bpf_attach_type attach)
{
	_cleanup_(rs_closep) int prog = -1, link = -1;
	struct rs_prototype proto;
	bool found;

	if (!k->btf)
		return -ENODATA;
	found = attach == BPF_TRACE_RAW_TP ? rs_btf_tracepoint(k->btf, TRIAL_TRACEPOINT, &proto) :
					     rs_btf_function(k->btf, TRIAL_FUNCTION, &proto);
	if (!found)
		return -ESRCH;
	prog = load_nothing(BPF_PROG_TYPE_TRACING, attach, proto.id);
	if (prog < 0)
		return prog;
	link = bpf_raw_tracepoint_open(NULL, prog);
	return link < 0 ? -errno : 0;
}

static int try_kprobe_multi(const struct rs_kernel *k)
{
	_cleanup_(rs_closep) int prog = -1, link = -1;
	const char *symbol = TRIAL_FUNCTION;
	LIBBPF_OPTS(bpf_link_create_opts, opts);

	if (!rs_kernel_has_symbol(k, TRIAL_FUNCTION))
		return -ESRCH;
	prog = load_nothing(BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI, 0);
	if (prog < 0)
		return prog;
	opts.kprobe_multi.syms = &symbol;
	opts.kprobe_multi.cnt = 1;
	link = bpf_link_create(prog, 0, BPF_TRACE_KPROBE_MULTI, &opts);
	return link < 0 ? -errno : 0;
}

static int open_perf_event(struct perf_event_attr *attr)
{
	int fd;

	attr->size = sizeof(*attr);
	/* CPU 0 stands for all: a program on such an event runs wherever the event does. */
	fd = syscall(SYS_perf_event_open, attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int rs_open_kprobe(const char *symbol, bool retprobe)
{
	struct perf_event_attr attr = { 0 };
	int64_t type;

	if (rs_read_number("/sys/bus/event_source/devices/kprobe/type", &type))
		return -ENOENT;
	attr.type = type;
	attr.config = retprobe; /* the only bit of format/retprobe on every kernel */
	attr.config1 = (uint64_t)(uintptr_t)symbol;
	return open_perf_event(&attr);
}

static int try_kprobe(const struct rs_kernel *k)
{
	_cleanup_(rs_closep) int prog = -1, event = -1;

	if (!k->has_kprobes)
		return -ENOENT;
	prog = load_nothing(BPF_PROG_TYPE_KPROBE, 0, 0);
	if (prog < 0)
		return prog;
	event = rs_open_kprobe(TRIAL_FUNCTION, false);
	if (event < 0)
		return event;
	return ioctl(event, PERF_EVENT_IOC_SET_BPF, prog) ? -errno : 0;
}

static int try_tp_perf(const struct rs_kernel *k)
{
	_cleanup_(rs_closep) int prog = -1, event = -1;
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT };
	int64_t id;

	if (!k->has_tracefs)
		return -ENOENT;
	if (rs_read_number("/sys/kernel/tracing/events/vmscan/" TRIAL_TRACEPOINT "/id", &id) &&
	    rs_read_number("/sys/kernel/debug/tracing/events/vmscan/" TRIAL_TRACEPOINT "/id", &id))
		return -EACCES;
	prog = load_nothing(BPF_PROG_TYPE_TRACEPOINT, 0, 0);
	if (prog < 0)
		return prog;
	attr.config = id;
	attr.sample_period = 1;
	event = open_perf_event(&attr);
	if (event < 0)
		return event;
	return ioctl(event, PERF_EVENT_IOC_SET_BPF, prog) ? -errno : 0;
}

void rs_permit_explain(const struct rs_kernel *k, const struct rs_permit *permit, enum rs_probe_how how, int err,
		       const char **ret_reason, const char **ret_remedy)
{
	bool is_btf = how == RS_HOW_FENTRY || how == RS_HOW_TP_BTF;

	*ret_remedy = NULL;
	if (!k->btf && is_btf) {
		*ret_reason = "this kernel has no BTF (" RS_BTF_PATH ")";
		*ret_remedy = "use a kernel that is built with CONFIG_DEBUG_INFO_BTF";
	} else if (k->jit_off && is_btf) {
		*ret_reason = "the BPF compiler is switched off";
		*ret_remedy = "sysctl net.core.bpf_jit_enable=1";
	} else if (!k->caps.bpf || !k->caps.perfmon) {
		*ret_reason = "no permission to load tracing programs";
		*ret_remedy = "run as root, or with CAP_BPF and CAP_PERFMON";
	} else if (err == -EPERM && how == RS_HOW_FENTRY && !permit->err[RS_HOW_TP_BTF]) {
		*ret_reason = "this kernel refuses programs on functions, though not on tracepoints";
		*ret_remedy = "a distribution's own kernel allows them; tracepoints are used as far as they go";
	} else if (err == -EPERM && !k->caps.sys_resource && is_btf) {
		*ret_reason = "no permission; this kernel counts BPF memory as locked memory";
		*ret_remedy = "run as root, or raise the limit (ulimit -l unlimited)";
	} else if (how == RS_HOW_TP_PERF && !k->has_tracefs) {
		*ret_reason = "tracefs is not mounted or not readable";
		*ret_remedy = "mount -t tracefs tracefs /sys/kernel/tracing";
	} else if (how == RS_HOW_KPROBE && !k->has_kprobes) {
		*ret_reason = "this kernel has no kprobes";
		*ret_remedy = "use a kernel that is built with CONFIG_KPROBES";
	} else if (k->lockdown == RS_LOCKDOWN_CONFIDENTIALITY && !is_btf) {
		*ret_reason = "lockdown=confidentiality forbids it";
		*ret_remedy = "boot with lockdown=integrity or without lockdown";
	} else if (how == RS_HOW_KPROBE_MULTI && (err == -EOPNOTSUPP || err == -EINVAL) && k->caps.syslog) {
		*ret_reason = "this kernel has no kprobe.multi (CONFIG_FPROBE)";
	} else if (how == RS_HOW_KPROBE_MULTI && !k->caps.syslog) {
		*ret_reason = "kprobe.multi looks addresses up, which are hidden from this process";
		*ret_remedy = "run as root, or with CAP_SYSLOG as well";
	} else if ((how == RS_HOW_KPROBE || how == RS_HOW_TP_PERF) && err == -EACCES && k->perf_event_paranoid > 2) {
		*ret_reason = "kernel.perf_event_paranoid is above 2";
		*ret_remedy = "run as root, or sysctl kernel.perf_event_paranoid=2";
	} else {
		*ret_reason = "the kernel refused it";
	}
}

static int try(const struct rs_kernel *k, enum rs_probe_how how)
{
	switch (how) {
	case RS_HOW_FENTRY:
		return try_btf(k, BPF_TRACE_FENTRY);
	case RS_HOW_TP_BTF:
		return try_btf(k, BPF_TRACE_RAW_TP);
	case RS_HOW_KPROBE_MULTI:
		return try_kprobe_multi(k);
	case RS_HOW_KPROBE:
		return try_kprobe(k);
	case RS_HOW_TP_PERF:
		return try_tp_perf(k);
	default:
		return -EINVAL;
	}
}

int rs_permit_try(const struct rs_kernel *k, enum rs_probe_how how, struct rs_permit *permit)
{
	if (permit->tried[how])
		return permit->err[how];
	permit->tried[how] = true;
	permit->err[how] = try(k, how);
	if (permit->err[how]) {
		rs_permit_try(k, RS_HOW_TP_BTF, permit); /* narrows the reason down */
		rs_permit_explain(k, permit, how, permit->err[how], &permit->reason[how], &permit->remedy[how]);
	}
	return permit->err[how];
}
