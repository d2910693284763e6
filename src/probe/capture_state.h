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
	int handlers[3]; /* of libbpf: for sections of programs on BTF */
	struct reclaimscope_bpf *skel;
	struct bpf_object *object; /* the same, without the types of its variables */
	struct rs_probe *probes;
	unsigned int nr_probes;
	bool loaded;
	int core_btf; /* a memfd: what libbpf relocates against */
	unsigned int ring_segments;

	struct bpf_link **links;
	unsigned int nr_links;
	struct attached *attached;
	unsigned int nr_attached;

	struct rs_cpu *cpus;
	struct rs_segment *segments;
	struct rs_totals *totals;
	const uint64_t *bss, *no_ring; /* in it */
	size_t cpus_len, segments_len, totals_len, bss_len;
	int gauge, stallers, stacks; /* of the object, which is not kept */
	struct rs_rings *rings;
	uint64_t delivered[RS_NR_EVENTS];
};

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

/* Asks the kernel how many calls each probe was not shown; not after its links are closed. */
void rs_counts_read_skipped(struct rs_capture *capture);

#endif
