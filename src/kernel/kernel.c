/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/utsname.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "../base/readfile.h"
#include "tiers.h"

/* Symbols that the library itself wants, whatever hooks there are. */
static const char *const own_symbols[] = {
	"_stext", "node_data", "root_mem_cgroup", "vm_swappiness", "nr_swap_pages", "total_swap_pages",
	"min_free_kbytes", "user_min_free_kbytes", "watermark_scale_factor", "watermark_boost_factor",
	"sysctl_extfrag_threshold", "lru_gen_min_ttl", "laptop_mode", "numa_demotion_enabled",
	"vm_event_states", "__per_cpu_offset", "tracepoint_srcu",
};

/* A list as in "0-3,5": the highest number, or -1. */
static int highest_in_list(const char *path)
{
	char line[256], *last;
	size_t n;

	if (rs_read_line(path, line, sizeof(line)))
		return -1;
	n = strlen(line);
	for (last = line + n; last > line && last[-1] >= '0' && last[-1] <= '9'; last--)
		;
	return *last ? atoi(last) : -1;
}

static enum rs_lockdown read_lockdown(void)
{
	char line[128];

	if (rs_read_line("/sys/kernel/security/lockdown", line, sizeof(line)))
		return RS_LOCKDOWN_NONE;
	if (strstr(line, "[confidentiality]"))
		return RS_LOCKDOWN_CONFIDENTIALITY;
	if (strstr(line, "[integrity]"))
		return RS_LOCKDOWN_INTEGRITY;
	return RS_LOCKDOWN_NONE;
}

/* The running mode is in parentheses in debugfs; else what the command line or the build says. */
static enum rs_preempt read_preempt(const char *version)
{
	static const struct {
		const char *name;
		enum rs_preempt mode;
	} modes[] = {
		{ "none", RS_PREEMPT_NONE },
		{ "voluntary", RS_PREEMPT_VOLUNTARY },
		{ "full", RS_PREEMPT_FULL },
		{ "lazy", RS_PREEMPT_LAZY },
	};
	_cleanup_(rs_freep) char *cmdline = NULL;
	char line[128], pattern[32];
	size_t i;

	if (!rs_read_line("/sys/kernel/debug/sched/preempt", line, sizeof(line)))
		for (i = 0; i < RS_ARRAY_SIZE_OF(modes); i++) {
			snprintf(pattern, sizeof(pattern), "(%s)", modes[i].name);
			if (strstr(line, pattern))
				return modes[i].mode;
		}
	if (!strstr(version, "PREEMPT"))
		return RS_PREEMPT_VOLUNTARY;
	if (!strstr(version, "PREEMPT_DYNAMIC"))
		return RS_PREEMPT_FULL;
	if (!rs_read_file("/proc/cmdline", &cmdline, NULL))
		for (i = 0; i < RS_ARRAY_SIZE_OF(modes); i++) {
			snprintf(pattern, sizeof(pattern), "preempt=%s", modes[i].name);
			if (strstr(cmdline, pattern))
				return modes[i].mode;
		}
	return RS_PREEMPT_UNKNOWN;
}

static void read_caps(struct rs_caps *caps)
{
	_cleanup_(rs_freep) char *status = NULL;
	unsigned long long eff = 0;
	const char *p;
	bool admin;

	if (!rs_read_file("/proc/self/status", &status, NULL)) {
		p = strstr(status, "\nCapEff:");
		if (p)
			eff = strtoull(p + 8, NULL, 16);
	}
	admin = eff >> 21 & 1;
	caps->bpf = admin || (eff >> 39 & 1);
	caps->perfmon = admin || (eff >> 38 & 1);
	caps->syslog = admin || (eff >> 34 & 1);
	caps->sys_resource = eff >> 24 & 1;
}

static void read_host(struct rs_kernel *k)
{
	int64_t v;

	k->page_size = sysconf(_SC_PAGESIZE);
	k->nr_cpus = highest_in_list("/sys/devices/system/cpu/online") + 1;
	if (k->nr_cpus < 1)
		k->nr_cpus = sysconf(_SC_NPROCESSORS_CONF);
	k->nr_nodes = highest_in_list("/sys/devices/system/node/possible") + 1;
	if (k->nr_nodes < 1)
		k->nr_nodes = 1;
	k->demoting_nodes = rs_nodes_above_last_tier(RS_MEMORY_TIERS);
	k->lockdown = read_lockdown();
	k->preempt = read_preempt(k->version);
	read_caps(&k->caps);
	k->has_lru_gen = !rs_read_number("/sys/kernel/mm/lru_gen/enabled", &v);
	k->lru_gen_enabled = k->has_lru_gen ? v : 0;
	k->has_tracefs = !access("/sys/kernel/tracing/events/vmscan", R_OK) ||
			 !access("/sys/kernel/debug/tracing/events/vmscan", R_OK);
	k->has_kprobes = !access("/sys/bus/event_source/devices/kprobe/type", R_OK);
	k->jit_off = !rs_read_number("/proc/sys/net/core/bpf_jit_enable", &v) && v == 0;
	k->perf_event_paranoid = rs_read_number("/proc/sys/kernel/perf_event_paranoid", &v) ? INT_MIN : v;
	k->kptr_restrict = rs_read_number("/proc/sys/kernel/kptr_restrict", &v) ? 0 : v;
}

static int read_nodes_shift(const struct rs_btf *btf)
{
	long bits = rs_btf_size(btf, "nodemask_t") * 8;
	int shift = 0;

	/* The mask is padded to a whole word; below 64 nodes this is an upper bound. */
	while ((1L << shift) < bits)
		shift++;
	return shift;
}

/* Whether tracepoints' programs can be preempted is a question that a symbol answers. */
static bool may_need_symbols(const struct rs_kernel *k)
{
	return k->btf && rs_kernel_is_preemptible(k) && rs_btf_has_member(k->btf, "tracepoint", "ext");
}

int rs_kernel_create(const char *const *symbols, unsigned int nr_symbols, struct rs_kernel **ret)
{
	struct rs_kernel *k = calloc(1, sizeof(*k));
	struct utsname u;
	unsigned int i;
	int err;

	if (!k)
		return -ENOMEM;
	uname(&u);
	snprintf(k->release, sizeof(k->release), "%s", u.release);
	snprintf(k->version, sizeof(k->version), "%s", u.version);
	snprintf(k->machine, sizeof(k->machine), "%s", u.machine);
	read_host(k);

	err = access(RS_BTF_PATH, R_OK) ? 0 : rs_btf_create(NULL, &k->btf);
	if (!err && (nr_symbols || may_need_symbols(k))) {
		k->nr_symbols = nr_symbols + RS_ARRAY_SIZE_OF(own_symbols);
		k->symbols = calloc(k->nr_symbols, sizeof(*k->symbols));
		if (!k->symbols)
			err = -ENOMEM;
	}
	if (!err && k->nr_symbols) {
		for (i = 0; i < nr_symbols; i++)
			k->symbols[i].name = symbols[i];
		for (; i < k->nr_symbols; i++)
			k->symbols[i].name = own_symbols[i - nr_symbols];
		err = rs_kallsyms_find(k->symbols, k->nr_symbols);
		k->addresses_hidden = err == -EPERM;
		if (k->addresses_hidden)
			err = 0;
	}
	if (err) {
		rs_kernel_destroy(k);
		return err;
	}
	if (k->btf) {
		k->nodes_shift = read_nodes_shift(k->btf);
		rs_kdiff_probe(k, k->kdiff);
	}
	*ret = k;
	return 0;
}

void rs_kernel_forget_btf(struct rs_kernel *kernel)
{
	rs_btf_destroy(kernel->btf);
	kernel->btf = NULL;
}

void rs_kernel_destroy(struct rs_kernel *kernel)
{
	if (!kernel)
		return;
	rs_btf_destroy(kernel->btf);
	free(kernel->symbols);
	free(kernel);
}

static const struct rs_symbol *find_symbol(const struct rs_kernel *k, const char *name)
{
	unsigned int i;

	for (i = 0; i < k->nr_symbols; i++)
		if (!strcmp(k->symbols[i].name, name))
			return &k->symbols[i];
	return NULL;
}

bool rs_kernel_has_symbol(const struct rs_kernel *kernel, const char *name)
{
	const struct rs_symbol *s = find_symbol(kernel, name);

	return s && s->present;
}

uint64_t rs_kernel_address(const struct rs_kernel *kernel, const char *name)
{
	const struct rs_symbol *s = find_symbol(kernel, name);

	return s ? s->addr : 0;
}

bool rs_kernel_is_preemptible(const struct rs_kernel *kernel)
{
	return kernel->preempt == RS_PREEMPT_FULL || kernel->preempt == RS_PREEMPT_LAZY ||
	       kernel->preempt == RS_PREEMPT_UNKNOWN;
}

const char *rs_preempt_name(enum rs_preempt preempt)
{
	static const char *const names[] = { "none", "voluntary", "full", "lazy", "unknown" };

	return names[preempt];
}

const char *rs_lockdown_name(enum rs_lockdown lockdown)
{
	static const char *const names[] = { "none", "integrity", "confidentiality" };

	return names[lockdown];
}

const char *rs_kernel_lru_name(const struct rs_kernel *kernel)
{
	return kernel->lru_gen_enabled & 1 ? "mglru" : "classic";
}
