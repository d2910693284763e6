/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every family of probes, compiled together because they share the rings and each other's helpers.
 * src/probe decides which programs of it are loaded. summary.bpf.c makes a small object of it,
 * cast.bpf.c one that reads kernel memory in another way.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#include "emit.bpf.h"
#include "compat.bpf.h"
#include "task.bpf.h"
#include "hook.bpf.h"
#include "summary.bpf.h"
#include "folio.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 1024);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, RS_MAX_STACK * sizeof(__u64));
} stacks SEC(".maps");

#include "zone.bpf.c"
#include "direct.bpf.c"
#include "kswapd.bpf.c"
#include "scan.bpf.c"
#include "shrinker.bpf.c"
#include "retry.bpf.c"
#include "compaction.bpf.c"
#include "folio.bpf.c"
#ifndef RS_SUMMARY
#include "cost.bpf.c"
#include "workingset.bpf.c"
#include "memcg.bpf.c"
#include "lru_gen.bpf.c"
#include "gauge.bpf.c"
#endif

char LICENSE[] SEC("license") = "GPL";
