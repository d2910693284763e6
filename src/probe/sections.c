/* SPDX-License-Identifier: GPL-2.0-only */
/* What libbpf is told about our sections: how to load a program on BTF without reading all of the kernel's BTF. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "capture.h"
#include "capture_state.h"

/* Puts the functions of the kernel in, where this program calls them; without such functions nothing gets there. */
static void put_calls(struct bpf_program *program, const struct rs_btf *btf)
{
	static const struct {
		const char *name;
		int imm;
	} calls[] = {
		{ "bpf_preempt_disable", RS_CALL_PREEMPT_DISABLE },
		{ "bpf_preempt_enable", RS_CALL_PREEMPT_ENABLE },
		{ "bpf_rdonly_cast", RS_CALL_RDONLY_CAST },
	};
	struct bpf_insn *insns = (struct bpf_insn *)bpf_program__insns(program);
	size_t n = bpf_program__insn_cnt(program), i, k;
	struct rs_prototype proto;

	for (k = 0; k < RS_ARRAY_SIZE_OF(calls); k++) {
		if (!rs_btf_function(btf, calls[k].name, &proto))
			continue;
		for (i = 0; i < n; i++)
			if (insns[i].code == (BPF_JMP | BPF_CALL) && !insns[i].src_reg && insns[i].imm == calls[k].imm) {
				insns[i].src_reg = BPF_PSEUDO_KFUNC_CALL;
				insns[i].imm = proto.id;
			}
	}
}

/*
 * Called by libbpf for each program before it is loaded. It sees programs on BTF as something else until then: it would read
 * all of the kernel's BTF for them, and look their targets up from type to type.
 */
static int prepare_program(struct bpf_program *program, struct bpf_prog_load_opts *opts, long cookie)
{
	const struct rs_kernel *kernel = (const struct rs_kernel *)cookie;
	const char *section = bpf_program__section_name(program), *slash = strchr(section, '/');
	enum bpf_attach_type type = bpf_program__expected_attach_type(program);
	struct rs_prototype proto;
	bool found;

	put_calls(program, kernel->btf);
	if (type != BPF_TRACE_RAW_TP && type != BPF_TRACE_FENTRY && type != BPF_TRACE_FEXIT)
		return 0;
	found = type == BPF_TRACE_RAW_TP ? rs_btf_tracepoint(kernel->btf, slash + 1, &proto) :
					   rs_btf_function(kernel->btf, slash + 1, &proto);
	if (!found)
		return -ESRCH;
	opts->attach_btf_id = proto.id;
	return bpf_program__set_type(program, BPF_PROG_TYPE_TRACING);
}

int rs_sections_register(struct rs_capture *c)
{
	static const struct {
		const char *section;
		enum bpf_prog_type type;
		enum bpf_attach_type attach;
	} kinds[RS_ARRAY_SIZE_OF(c->handlers)] = {
		{ "fentry+", BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_TRACE_FENTRY },
		{ "fexit+", BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_TRACE_FEXIT },
		{ "tp_btf+", BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_TRACE_RAW_TP },
		{ "kprobe.multi+", BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI },
		{ "kretprobe.multi+", BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI },
		{ "tp+", BPF_PROG_TYPE_TRACEPOINT, 0 },
		{ "raw_tp", BPF_PROG_TYPE_RAW_TRACEPOINT, 0 },
	};
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .cookie = (long)c->kernel, .prog_prepare_load_fn = prepare_program);
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE_OF(kinds); i++) {
		c->handlers[i] = libbpf_register_prog_handler(kinds[i].section, kinds[i].type, kinds[i].attach, &opts);
		if (c->handlers[i] < 0)
			return rs_err(c->handlers[i], "libbpf");
	}
	return 0;
}

void rs_sections_unregister(struct rs_capture *c)
{
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE_OF(c->handlers); i++)
		if (c->handlers[i] > 0)
			libbpf_unregister_prog_handler(c->handlers[i]);
}
