/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Capture: loads and attaches the BPF programs, and hands over what they record.
 *
 * A capture goes create -> start -> (drain, gauge)* -> stop -> destroy. Between start and stop
 * nothing is allocated.
 */
#ifndef RS_PROBE_CAPTURE_H
#define RS_PROBE_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "../kernel/kernel.h"
#include "../wire/capture.h"
#include "hooks.h"
#include "ring.h"

/* How programs are put on functions and tracepoints; see bpf/hook.bpf.h. */
enum rs_attach {
	RS_ATTACH_AUTO, /* cheap where it loses nothing, complete elsewhere */
	RS_ATTACH_CHEAP,
	RS_ATTACH_COMPLETE,
};

struct rs_capture_config {
	enum rs_mode mode;
	enum rs_attach attach;
	const char *probes; /* "+allocator,-cost,-lru_isolate": families or hooks; NULL: as the mode has them */
	uint64_t ring_bytes; /* of all rings together; 0: 16 MiB */
	bool stacks;
	unsigned int folio_sample; /* one folio in so many; 0 or 1: all */
	uint32_t tgid, tid; /* 0: any */
	int nid; /* -1: any */
	uint64_t cgroup; /* 0: any */
	bool exclude_self; /* leave this process's own events out */
};

/* -1 for nid, everything else off. */
extern const struct rs_capture_config rs_capture_defaults;

enum rs_probe_state {
	RS_PROBE_OFF, /* not wanted */
	RS_PROBE_ABSENT, /* this kernel has nothing to put it on */
	RS_PROBE_REFUSED, /* it has, and does not let us */
	RS_PROBE_READY, /* can be attached */
	RS_PROBE_ATTACHED,
};

/* How a hook is attached. */
enum rs_probe_how {
	RS_HOW_NONE,
	RS_HOW_FENTRY, /* fentry and fexit */
	RS_HOW_KPROBE_MULTI,
	RS_HOW_KPROBE,
	RS_HOW_TP_BTF,
	RS_HOW_TP_PERF,
};

struct rs_probe {
	const struct rs_hook *hook;
	enum rs_probe_state state;
	enum rs_probe_how how;
	const char *reason; /* why it is not attached, or NULL */
	const char *remedy; /* what to do about it, or NULL: nothing can be done */
	bool elsewhere_only; /* this kernel does not do what the hook shows: nothing is lost */
	uint64_t skipped; /* calls that the kernel did not let its programs see */
};

/* What became of the events, by enum rs_event_type; all since start. */
struct rs_capture_counters {
	uint64_t attempted[RS_NR_EVENTS]; /* records that a program wanted to write */
	uint64_t ring_full[RS_NR_EVENTS];
	uint64_t nested[RS_NR_EVENTS]; /* interrupts of interrupts: there is no ring for them */
	uint64_t map_full[RS_NR_EVENTS];
	uint64_t begin_not_seen[RS_NR_EVENTS];
	uint64_t filtered[RS_NR_EVENTS];
	uint64_t sampled_out[RS_NR_EVENTS];
	uint64_t seen[RS_NR_TRACEPOINTS];
	uint64_t delivered[RS_NR_EVENTS]; /* handed over by drain */
	uint64_t skipped; /* sum over the probes */
};

struct rs_capture;

/* Must the kernel's symbols be read for these probes, which is slow? The gauge needs them in any case, mode summary never. */
bool rs_capture_needs_symbols(const struct rs_capture_config *config);

/*
 * Opens the BPF object and decides about every hook. Nothing is loaded yet. 0 or -errno, said; -EINVAL
 * for a bad @config->probes. rs_capture_destroy() frees. @kernel must outlive the capture.
 */
int rs_capture_create(const struct rs_kernel *kernel, const struct rs_capture_config *config,
		      struct rs_capture **ret);
/* Loads and attaches. 0 or -errno, said. */
int rs_capture_start(struct rs_capture *capture);
/* Gives back the memory of the BPF object, which nobody looks at after start. */
void rs_capture_forget_object(struct rs_capture *capture);
/* Detaches; records may still be drained. */
void rs_capture_stop(struct rs_capture *capture);
void rs_capture_destroy(struct rs_capture *capture);

const struct rs_probe *rs_capture_probes(const struct rs_capture *capture, unsigned int *nr);
const char *rs_probe_how_name(enum rs_probe_how how);
const char *rs_probe_state_name(enum rs_probe_state state);

/* Attachment of functions and of tracepoints that was decided for, for people. */
const char *rs_capture_attachment(const struct rs_capture *capture);

/*
 * Hands over every record up to @horizon_ns, in order of time over all CPUs; they stay in their rings until
 * rs_capture_release(). Returns the number of records, or the error of @each.
 */
int64_t rs_capture_drain(struct rs_capture *capture, uint64_t horizon_ns, rs_rings_each_t each, void *ctx);

/* Gives the space of all that was drained back to the programs. */
void rs_capture_release(struct rs_capture *capture);

/* Largest share of a ring in use, in percent: how urgent draining is. */
unsigned int rs_capture_fill(const struct rs_capture *capture);
/* Size of the ring of each CPU. */
uint64_t rs_capture_ring_bytes(const struct rs_capture *capture);
/* What all BPF maps take, rings included; less the kernel's own for keeping them. */
uint64_t rs_capture_map_bytes(const struct rs_capture *capture);
/* Bytes that all programs together have ever written. */
uint64_t rs_capture_written(const struct rs_capture *capture);

/* Can BPF read the gauge here? If not, see gauge.h. */
bool rs_capture_has_gauge(const struct rs_capture *capture);
/* Writes a gauge: node_state, zone_state and vm_state records. 0 or -errno, not said. */
int rs_capture_gauge(struct rs_capture *capture);

/* Sums. What the kernel skipped is as of the last rs_capture_ask_skipped() or rs_capture_stop(). */
void rs_capture_counters(struct rs_capture *capture, struct rs_capture_counters *ret);
/* Asks the kernel, program by program, what it skipped. */
void rs_capture_ask_skipped(struct rs_capture *capture);
/* Events of CPUs that went online after start, which have no ring. */
uint64_t rs_capture_cpu_added(const struct rs_capture *capture);
/* These add up over the CPUs what is counted and, in summary mode, the sums. */
void rs_capture_counts(const struct rs_capture *capture, struct rs_counts *ret);
void rs_capture_totals(struct rs_capture *capture, struct rs_totals *ret);
/* Calls @each for each row of summary mode's table of stallers. */
void rs_capture_stallers(struct rs_capture *capture,
			 void (*each)(void *ctx, const struct rs_staller_key *key, const struct rs_staller *value),
			 void *ctx);

/* Are call chains collected? */
bool rs_capture_has_stacks(const struct rs_capture *capture);
/* Addresses of call chain @id, innermost first; returns their number. Not for printing. */
unsigned int rs_capture_stack(struct rs_capture *capture, int32_t id, uint64_t addrs[RS_MAX_STACK]);

#endif
