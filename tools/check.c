/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../src/base/json.h"
#include "../src/base/log.h"
#include "../src/kernel/cgroup.h"
#include "../src/probe/capture.h"
#include "tool.h"

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "one JSON object for each probe", 1 },
	{ "missing", 'm', NULL, 0, "only the probes that cannot be attached", 1 },
	{ "verbose", 'v', NULL, 0, "say more", 2 },
	RS_OPTION_HELP,
	{ 0 },
};

struct args {
	bool json, missing;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case 'j':
		args->json = true;
		break;
	case 'm':
		args->missing = true;
		break;
	case 'v':
		rs_log_set_level(RS_LOG_DEBUG);
		break;
	case ARGP_KEY_ARG:
		return rs_bad_value("%s: check takes no argument", arg);
	case 'h':
		return rs_parse_help(state);
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const char *yes(bool b)
{
	return b ? "yes" : "no";
}

static void print_host(const struct rs_kernel *k)
{
	struct rs_cgroup_mount mount;

	printf("kernel       %s %s\n", k->release, k->machine);
	printf("BTF          %s\n", k->btf ? "yes" : "no: nothing can be attached; use a kernel with CONFIG_DEBUG_INFO_BTF");
	printf("lockdown     %s\n", rs_lockdown_name(k->lockdown));
	printf("preemption   %s\n", rs_preempt_name(k->preempt));
	printf("LRU          %s%s\n", rs_kernel_lru_name(k),
	       k->has_lru_gen && !(k->lru_gen_enabled & 1) ? ", MGLRU is built in and off" : "");
	printf("kprobes      %s\n", yes(k->has_kprobes));
	printf("tracefs      %s\n", k->has_tracefs				       ? "yes" :
				     k->lockdown == RS_LOCKDOWN_CONFIDENTIALITY ? "no, lockdown forbids it" :
										  "no (mount -t tracefs tracefs /sys/kernel/tracing)");
	printf("kallsyms     %s\n", k->addresses_hidden ?
					    "addresses hidden: run as root or with CAP_SYSLOG, or sysctl kernel.kptr_restrict=0" :
					    "yes");
	printf("cgroups      %s\n", rs_cgroup_mount(&mount) ? "no memory controller mounted" : mount.v2 ? "v2" : "v1");
	printf("permissions  bpf %s, perfmon %s, syslog %s\n", yes(k->caps.bpf), yes(k->caps.perfmon), yes(k->caps.syslog));
}

/* Number of the first probe with the same reason, counting reasons from 1. */
static unsigned int reason_number(const struct rs_probe *probes, unsigned int i)
{
	unsigned int k, number = 0;

	for (k = 0; k <= i; k++) {
		unsigned int first;

		if (!probes[k].reason || probes[k].state == RS_PROBE_ATTACHED)
			continue;
		for (first = 0; first < k; first++)
			if (probes[first].reason == probes[k].reason && probes[first].state != RS_PROBE_ATTACHED)
				break;
		number += first == k;
		if (probes[k].reason == probes[i].reason)
			return number;
	}
	return 0;
}

static void print_probe(const struct rs_probe *probes, unsigned int i)
{
	const struct rs_probe *p = &probes[i];

	printf("%-9s %-38s", rs_probe_state_name(p->state), rs_hook_symbol(p->hook));
	if (p->state == RS_PROBE_ATTACHED)
		printf(" %s\n", rs_probe_how_name(p->how));
	else if (p->elsewhere_only)
		printf(" [%u]\n", reason_number(probes, i));
	else
		printf(" [%u] %s\n", reason_number(probes, i), p->hook->lost);
}

/* Each reason once, with its remedy. */
static void print_reasons(const struct rs_probe *probes, unsigned int n)
{
	unsigned int i, said = 0;

	for (i = 0; i < n; i++) {
		unsigned int number = probes[i].state == RS_PROBE_ATTACHED ? 0 : reason_number(probes, i);

		if (number <= said)
			continue;
		said = number;
		printf("%s[%u] %s\n", said == 1 ? "\nWhy not, and what is lost is said behind each:\n" : "", number,
		       probes[i].reason);
		if (probes[i].remedy)
			printf("    remedy: %s\n", probes[i].remedy);
	}
}

static void print_probe_json(const struct rs_probe *p)
{
	struct rs_json j;

	rs_json_init(&j, stdout);
	rs_json_object(&j, NULL);
	rs_json_u64(&j, "v", 1);
	rs_json_string(&j, "type", "probe");
	rs_json_string(&j, "name", rs_hook_symbol(p->hook));
	rs_json_string(&j, "family", p->hook->family);
	rs_json_string(&j, "kind", p->how != RS_HOW_NONE ? rs_probe_how_name(p->how) :
				   p->hook->kind == RS_HOOK_FUNCTION ? "function" :
								       "tracepoint");
	rs_json_string(&j, "state", rs_probe_state_name(p->state));
	rs_json_string(&j, "reason", p->state == RS_PROBE_ATTACHED ? NULL : p->reason);
	rs_json_string(&j, "remedy", p->state == RS_PROBE_ATTACHED ? NULL : p->remedy);
	rs_json_string(&j, "lost", p->state == RS_PROBE_ATTACHED || p->elsewhere_only ? NULL : p->hook->lost);
	rs_json_end_line(&j);
}

static void print_all(const struct args *args, const struct rs_capture *capture)
{
	unsigned int i, n, count[RS_PROBE_ATTACHED + 1] = { 0 };
	const struct rs_probe *probes = rs_capture_probes(capture, &n);

	for (i = 0; i < n; i++) {
		count[probes[i].state]++;
		if (args->missing && probes[i].state == RS_PROBE_ATTACHED)
			continue;
		if (args->json)
			print_probe_json(&probes[i]);
		else
			print_probe(probes, i);
	}
	if (args->json)
		return;
	print_reasons(probes, n);
	if (!rs_capture_has_gauge(capture))
		printf("\nfree pages and marks are read from /proc every 100 ms, not by BPF every 10 ms: the kernel hides its "
		       "variables\n");
	printf("\n%u probes can be attached, %u are refused, %u have nothing to sit on in this kernel\n",
	       count[RS_PROBE_ATTACHED], count[RS_PROBE_REFUSED], count[RS_PROBE_ABSENT]);
}

int rs_check_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Show what works on this host: attaches every probe there is for a moment, and names those that "
		       "cannot be, why, what is lost, and what to do."
		       "\vExit status 0: something can be recorded; 77: nothing can.",
	};
	struct rs_capture_config config = rs_capture_defaults;
	const char *names[RS_MAX_HOOKS];
	struct rs_capture *capture = NULL;
	struct rs_kernel *kernel = NULL;
	struct args args = { 0 };
	unsigned int i;
	int err;

	if (rs_parse_args(&argp, argc, argv, 0, "check", &args))
		return RS_EXIT_USAGE;
	for (i = 0; i < rs_nr_hooks; i++)
		names[i] = rs_hook_symbol(&rs_hooks[i]);
	config.mode = RS_MODE_FOLIOS;
	config.probes = "+allocator";
	config.ring_bytes = 65536;
	err = rs_kernel_create(names, rs_nr_hooks, &kernel);
	if (!err)
		err = rs_capture_create(kernel, &config, &capture);
	if (err) {
		rs_kernel_destroy(kernel);
		return rs_exit_status(err);
	}
	if (!args.json) {
		print_host(kernel);
		putchar('\n');
		fflush(stdout);
	}
	err = rs_capture_start(capture);
	print_all(&args, capture);
	rs_capture_destroy(capture);
	rs_kernel_destroy(kernel);
	return rs_finish_output(err ? RS_EXIT_CANNOT : RS_EXIT_OK);
}
