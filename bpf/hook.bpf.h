/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How one body becomes programs. A fact is written once, as name_entry(), name_exit() or name_tp();
 * the macros here make a program of it for each way of attaching, and src/probe loads exactly one:
 *
 *   cheap     fentry, fexit, BTF tracepoints. On preemptible kernels the kernel skips such a program
 *             while another task is preempted inside it on the same CPU.
 *   complete  kprobe.multi, kretprobe.multi, perf tracepoints: nothing is skipped, at two to three
 *             times the instructions. A return probe does not see the arguments, so the entry keeps
 *             them (frame_push).
 *
 * The names are a contract with src/probe/hooks.c: <hook>__fentry, __fexit, __kentry, __kexit for
 * functions; <tracepoint>__btf and __perf for tracepoints.
 */
#ifndef RS_HOOK_BPF_H
#define RS_HOOK_BPF_H

/* The section of a program on a function, of which there are none in mode summary. */
#ifdef RS_SUMMARY
#define FN_SEC(name) static __always_inline
#else
#define FN_SEC(name) SEC(name)
#endif

/* Argument @i of a BTF program, and of a kprobe. */
#define BTF_ARG(i) (ctx[i])
#define REG_ARG(i) REG_ARG_##i
#define REG_ARG_0 ((__u64)PT_REGS_PARM1(ctx))
#define REG_ARG_1 ((__u64)PT_REGS_PARM2(ctx))
#define REG_ARG_2 ((__u64)PT_REGS_PARM3(ctx))
#define REG_ARG_3 ((__u64)PT_REGS_PARM4(ctx))
#define REG_ARG_4 ((__u64)PT_REGS_PARM5(ctx))
#define FRAME_ARG(i) (frame->arg[i])

#define ARGS_0(A)
#define ARGS_1(A) A(0)
#define ARGS_2(A) A(0), A(1)
#define ARGS_3(A) A(0), A(1), A(2)
#define ARGS_4(A) A(0), A(1), A(2), A(3)
#define ARGS_5(A) A(0), A(1), A(2), A(3), A(4)

/* The same, filled up to what frame_push() takes. */
#define PUSH_1 REG_ARG(0), 0, 0, 0
#define PUSH_2 REG_ARG(0), REG_ARG(1), 0, 0
#define PUSH_3 REG_ARG(0), REG_ARG(1), REG_ARG(2), 0
#define PUSH_4 REG_ARG(0), REG_ARG(1), REG_ARG(2), REG_ARG(3)

/*
 * Programs for the entry of @fn, of which the first @n arguments go to @body##_entry(). @hook names
 * the programs: a function with several shapes has a hook for each.
 */
#define FN_ENTRY_AS(hook, fn, body, n)                                                             \
	FN_SEC("?fentry/" #fn)                                                                     \
	int hook##__fentry(__u64 *ctx)                                                             \
	{                                                                                          \
		return body##_entry(ARGS_##n(BTF_ARG));                                            \
	}                                                                                          \
	FN_SEC("?kprobe.multi/" #fn)                                                               \
	int hook##__kentry(struct pt_regs *ctx)                                                    \
	{                                                                                          \
		return body##_entry(ARGS_##n(REG_ARG));                                            \
	}
#define FN_ENTRY(fn, n) FN_ENTRY_AS(fn, fn, fn, n)

#define FN_FEXIT(hook, fn, body, n, nargs)                                                         \
	FN_SEC("?fexit/" #fn)                                                                      \
	int hook##__fexit(__u64 *ctx)                                                              \
	{                                                                                          \
		return body##_exit(ARGS_##n(BTF_ARG), BTF_ARG(nargs));                             \
	}
#define FN_KEXIT(hook, fn, body, n, frame_id, event)                                               \
	FN_SEC("?kretprobe.multi/" #fn)                                                            \
	int hook##__kexit(struct pt_regs *ctx)                                                     \
	{                                                                                          \
		struct frame *frame = frame_pop(frame_id, RS_EVENT_##event);                       \
		if (!frame)                                                                        \
			return 0;                                                                  \
		return body##_exit(ARGS_##n(FRAME_ARG), (__u64)PT_REGS_RC(ctx));                   \
	}

/*
 * Programs for the return of @fn, which has @nargs arguments; the first @n of them and the returned
 * value, a raw 64-bit slot, go to @body##_exit(). @event is the record that is lost when the call
 * was not seen.
 */
#define FN_EXIT_AS(hook, fn, body, n, nargs, event)                                                \
	FN_FEXIT(hook, fn, body, n, nargs)                                                         \
	FN_SEC("?kprobe.multi/" #fn)                                                               \
	int hook##__kentry(struct pt_regs *ctx)                                                    \
	{                                                                                          \
		frame_push(FRAME_##fn, PUSH_##n);                                                  \
		return 0;                                                                          \
	}                                                                                          \
	FN_KEXIT(hook, fn, body, n, FRAME_##fn, event)
#define FN_EXIT(fn, n, nargs, event) FN_EXIT_AS(fn, fn, fn, n, nargs, event)

/* Both: @body##_entry() and @body##_exit(). */
#define FN_PAIR_AS(hook, fn, body, n, nargs, event)                                                \
	FN_SEC("?fentry/" #fn)                                                                     \
	int hook##__fentry(__u64 *ctx)                                                             \
	{                                                                                          \
		return body##_entry(ARGS_##n(BTF_ARG));                                            \
	}                                                                                          \
	FN_FEXIT(hook, fn, body, n, nargs)                                                         \
	FN_SEC("?kprobe.multi/" #fn)                                                               \
	int hook##__kentry(struct pt_regs *ctx)                                                    \
	{                                                                                          \
		frame_push(FRAME_##fn, PUSH_##n);                                                  \
		return body##_entry(ARGS_##n(REG_ARG));                                            \
	}                                                                                          \
	FN_KEXIT(hook, fn, body, n, FRAME_##fn, event)
#define FN_PAIR(fn, n, nargs, event) FN_PAIR_AS(fn, fn, fn, n, nargs, event)

/* Programs for the return of @fn, of which nothing but the moment matters. */
#define FN_RETURN(fn, body)                                                                        \
	FN_SEC("?fexit/" #fn)                                                                      \
	int fn##__fexit(__u64 *ctx)                                                                \
	{                                                                                          \
		return body##_exit();                                                              \
	}                                                                                          \
	FN_SEC("?kretprobe.multi/" #fn)                                                            \
	int fn##__kexit(struct pt_regs *ctx)                                                       \
	{                                                                                          \
		return body##_exit();                                                              \
	}

/* Entry and return of @fn where fn##_entry() pushes the frame itself, in every form: fn##_exit() gets that and the value. */
#define FN_FRAMED(fn, n, nargs, event)                                                             \
	FN_ENTRY(fn, n)                                                                            \
	FN_SEC("?fexit/" #fn)                                                                      \
	int fn##__fexit(__u64 *ctx)                                                                \
	{                                                                                          \
		return fn##_exit(frame_pop(FRAME_##fn, RS_EVENT_##event), BTF_ARG(nargs));         \
	}                                                                                          \
	FN_SEC("?kretprobe.multi/" #fn)                                                            \
	int fn##__kexit(struct pt_regs *ctx)                                                       \
	{                                                                                          \
		return fn##_exit(frame_pop(FRAME_##fn, RS_EVENT_##event), PT_REGS_RC(ctx));        \
	}

/*
 * Programs for a tracepoint of @group: the BTF one passes its arguments to @name##_tp() as they
 * are, the perf one takes the fields named in @... from the record.
 */
#define TP(group, name, class, n, ...)                                                             \
	SEC("?tp_btf/" #name)                                                                      \
	int name##__btf(__u64 *ctx)                                                                \
	{                                                                                          \
		return name##_tp(ARGS_##n(BTF_ARG));                                               \
	}                                                                                          \
	TP_PERF(group, name, class, name##_tp(__VA_ARGS__))

#define TP_PERF(group, name, class, call)                                                          \
	SEC("?tp/" #group "/" #name)                                                               \
	int name##__perf(struct trace_event_raw_##class *ctx)                                      \
	{                                                                                          \
		return call;                                                                       \
	}

#endif
