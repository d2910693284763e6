/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Getting a record out of a program: filter, reserve, fill, submit.
 *
 * Each CPU has its own rings in memory that user space has mapped, so a record costs no lock, no
 * wake-up and no copy; the reader comes by on a timer. A program that interrupts another one on
 * the same CPU writes to the ring of the next level. That is safe as long as the programs of one
 * CPU end in the reverse order in which they began: always so for kprobes, perf tracepoints and
 * kernels that do not preempt; elsewhere opts.preempt_guard makes it so.
 *
 * Nothing is allocated. What finds no room is counted by kind.
 */
#ifndef RS_EMIT_BPF_H
#define RS_EMIT_BPF_H

#include "capture.h"

const volatile struct rs_capture_opts opts = {};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* CPUs; set before loading, as below */
	__type(key, __u32);
	__type(value, struct rs_cpu);
} cpus SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* CPUs * (ring_segments + 1) */
	__type(key, __u32);
	__type(value, struct rs_segment);
} segments SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* CPUs */
	__type(key, __u32);
	__type(value, struct rs_totals);
} totals SEC(".maps");

struct rs_counts counts[RS_COUNT_SLOTS];

/* Events of CPUs that came after the start: they have no ring. */
__u64 no_ring;

/* Functions of the kernel that src/probe puts in by number: for their names libbpf would read all of the kernel's BTF. */
static void (*const bpf_preempt_disable)(void) = (void *)RS_CALL_PREEMPT_DISABLE;
static void (*const bpf_preempt_enable)(void) = (void *)RS_CALL_PREEMPT_ENABLE;
static void *(*const bpf_rdonly_cast)(const void *, __u32 btf_id) = (void *)RS_CALL_RDONLY_CAST;

#define barrier() asm volatile("" ::: "memory")

/* A record between reserve and submit. */
struct emit {
	struct rs_cpu *cpu;
	struct rs_level *level;
	__u32 len;
};

#ifdef RS_SUMMARY
#define MODE_SUMMARY true
#else
#define MODE_SUMMARY false
#endif
#define MODE_FOLIOS (opts.mode == RS_MODE_FOLIOS)

static __always_inline struct rs_counts *this_counts(void)
{
	return &counts[bpf_get_smp_processor_id() & (RS_COUNT_SLOTS - 1)];
}

#define SEEN(tracepoint) __sync_fetch_and_add(&this_counts()->seen[RS_TP_##tracepoint], 1)
/* The same where a page is written or a stall begins or ends: beside that, sharing a counter with other CPUs costs nothing. */
#define SEEN_SHARED(tracepoint) __sync_fetch_and_add(&counts[0].seen[RS_TP_##tracepoint], 1)

static __always_inline struct rs_cpu *this_cpu(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&cpus, &cpu);
}

static __always_inline void emit_unnest(struct emit *em)
{
	barrier();
	em->cpu->nest--;
	if (opts.preempt_guard)
		bpf_preempt_enable();
}

/*
 * Room for a record of @type and @len bytes by the thread @tid, with its header filled in; NULL when there is none, which
 * has then been counted. Ends with emit_submit(); no path may leave in between. @seen: of WANTED_OF(), or RS_NR_TRACEPOINTS.
 */
static __always_inline void *emit_reserve(struct emit *em, __u32 type, __u32 len, __u32 tid, __u32 seen)
{
	struct rs_event_hdr *hdr;
	struct rs_segment *segment;
	struct rs_level *level;
	struct rs_cpu *cpu;
	__u32 index;
	__u64 nest, head;

	if (opts.preempt_guard)
		bpf_preempt_disable();
	index = bpf_get_smp_processor_id();
	cpu = bpf_map_lookup_elem(&cpus, &index);
	if (!cpu) {
		__sync_fetch_and_add(&no_ring, 1);
		if (seen < RS_NR_TRACEPOINTS && !opts.filter_active)
			__sync_fetch_and_add(&this_counts()->seen[seen], 1);
		if (opts.preempt_guard)
			bpf_preempt_enable();
		return NULL;
	}
	em->cpu = cpu;
	nest = cpu->nest;
	cpu->nest = nest + 1;
	barrier();
	/*
	 * At most RS_LEVELS - 1. So that the verifier goes on with any level first, and has then seen what follows on the deepest;
	 * the other way round it would go through the rest of each program twice.
	 */
	asm volatile("if %[nest] > %[last] goto +1; goto +1; %[nest] = %[last]" : [nest] "+r"(nest) : [last] "i"(RS_LEVELS - 1));
	/* One place in the program for all levels: for the verifier two would be two ways to its end. */
	level = &cpu->level[nest];
	barrier_var(level); /* else clang keeps the array and the index instead */
	em->level = level;
	level->attempted[type]++;

	head = level->head;
	em->len = len;
	if (head + len - level->tail > level->room)
		goto full;
	/* Its number is kept: head % the ring's length would be a division for each record. */
	index = level->segment;
	segment = bpf_map_lookup_elem(&segments, &index);
	if (!segment)
		goto full;

	hdr = (void *)&segment->data[head & (RS_SEGMENT_SIZE - 1)];
	hdr->ts_ns = bpf_ktime_get_ns();
	hdr->tid = tid;
	hdr->type = type;
	hdr->len = len;
	return hdr;
full:
	level->full[type]++;
	emit_unnest(em);
	return NULL;
}

static __always_inline void emit_submit(struct emit *em)
{
	struct rs_level *level = em->level;
	__u64 segment, head = level->head, next = head + em->len;

	if ((head ^ next) / RS_SEGMENT_SIZE) {
		segment = level->segment + 1;
		level->segment = segment < level->end_segment ? segment : level->first_segment;
	}
	barrier();
	level->head = next;
	emit_unnest(em);
}

#define EMIT_BY(em, name, tid)                                                                     \
	((struct rs_event_##name *)emit_reserve(em, RS_EVENT_##name, sizeof(struct rs_event_##name), tid, \
					       RS_NR_TRACEPOINTS))
/* The record of a tracepoint that WANTED_OF() was asked for. */
#define EMIT_OF(em, name, tid, tracepoint)                                                         \
	((struct rs_event_##name *)emit_reserve(em, RS_EVENT_##name, sizeof(struct rs_event_##name), tid, \
					       RS_TP_##tracepoint))
/* By the current thread. Who has asked for its number anyhow uses the other one. */
#define EMIT(em, name) EMIT_BY(em, name, bpf_get_current_pid_tgid())

/* One more of a counter that any level may touch. */
#define COUNT(counter, index)                                                                      \
	do {                                                                                       \
		struct rs_cpu *cpu_ = this_cpu();                                                  \
		if (cpu_)                                                                          \
			__sync_fetch_and_add(&cpu_->counter[index], 1);                            \
	} while (0)

#endif
