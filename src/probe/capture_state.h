/* SPDX-License-Identifier: GPL-2.0-only */
/* A capture from within: what capture.c, choose.c and counts.c share, and nobody else looks at. */
#ifndef RS_PROBE_CAPTURE_STATE_H
#define RS_PROBE_CAPTURE_STATE_H

#include <bpf/libbpf.h>

#include "capture.h"
#include "permit.h"
#include "ring.h"

#define RS_MAX_PROGRAMS 4 /* of one hook in one form */

struct attached {
	struct rs_probe *probe;
	int fd; /* of one of its programs */
};

struct rs_capture {
	const struct rs_kernel *kernel;
	struct rs_capture_config config;
	struct rs_permit permit;
	int handlers[7]; /* of libbpf, for our sections */
	struct bpf_object *object;
	const void *elf; /* what it was made of */
	size_t elf_len;
	struct rs_probe *probes;
	unsigned int nr_probes;
	bool loaded;
	int core_btf; /* a memfd: what libbpf relocates against */
	unsigned int ring_segments;
	bool filtered; /* by a process, thread, cgroup or node */

	struct bpf_link **links;
	unsigned int nr_links;
	struct attached *attached;
	unsigned int nr_attached;

	struct rs_cpu *cpus;
	struct rs_segment *segments;
	struct rs_totals *totals;
	const char *bss;
	const uint64_t *no_ring; /* in it */
	const struct rs_counts *counts; /* likewise */
	const struct rs_summary_task *task_slots; /* likewise, of mode summary */
	size_t cpus_len, segments_len, totals_len, bss_len;
	uint64_t map_bytes; /* of all maps, which the kernel makes at once */
	int gauge, stallers, stacks; /* of the object, which is not kept */
	struct rs_rings *rings;
	uint64_t delivered[RS_NR_EVENTS];
};

/* Before the object is opened: tells libbpf how our sections are loaded. 0 or -errno, said; until rs_sections_unregister(). */
int rs_sections_register(struct rs_capture *capture);
void rs_sections_unregister(struct rs_capture *capture);

/* Is --probes well formed, and all that it names there? 0 or -EINVAL, said. */
int rs_choose_check(const char *probes);
/* Decides about every hook that this kernel can have. 0 or -ENOMEM. */
int rs_choose_probes(struct rs_capture *capture);
/* The programs of @hook in the form @how; returns their number. */
int rs_choose_programs(const struct rs_capture *capture, const struct rs_hook *hook, enum rs_probe_how how,
		       struct bpf_program *ret[RS_MAX_PROGRAMS]);
/* Can a program of @probe be preempted by another one on the same CPU? */
bool rs_choose_is_preemptible(const struct rs_capture *capture, const struct rs_probe *probe);
void rs_choose_state(struct rs_probe *probe, enum rs_probe_state state, const char *reason, const char *remedy);

#endif
