/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which program goes where is decided here, hook by hook, before anything is loaded: a single
 * program that the kernel rejects would make libbpf give up the whole object.
 */
#include "capture.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "permit.h"
#include "ring.h"

#include "reclaimscope.skel.h"

#define DEFAULT_RING_BYTES (16u << 20)
#define MIN_SEGMENTS 8 /* for each CPU: half a MiB, whatever the number of CPUs */
#define MAX_PROGRAMS 4 /* of one hook in one form */

const struct rs_capture_config rs_capture_defaults = {
	.mode = RS_MODE_DECISIONS,
	.nid = -1,
};

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
	struct rs_probe *probes;
	unsigned int nr_probes;
	bool loaded;
	int core_btf; /* a memfd: what libbpf relocates against */
	unsigned int ring_segments;

	struct bpf_link **links;
	int *events; /* perf events of kprobes */
	unsigned int nr_links, nr_events;
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

/* Messages of libbpf: a level lower than it thinks, its errors being our decisions' business. */
static int print_libbpf(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (rs_log_level() < RS_LOG_DEBUG || level == LIBBPF_DEBUG)
		return 0;
	rs_vlog(RS_LOG_DEBUG, fmt, args);
	return 0;
}

const char *rs_probe_how_name(enum rs_probe_how how)
{
	static const char *const names[] = { "-", "fentry/fexit", "kprobe.multi", "kprobe", "tp_btf", "tracepoint" };

	return names[how];
}

const char *rs_probe_state_name(enum rs_probe_state state)
{
	static const char *const names[] = { "off", "absent", "refused", "ready", "attached" };

	return names[state];
}

/* ---- which hooks are wanted ---- */

static bool family_or_hook_exists(const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; rs_hook_families[i]; i++)
		if (strlen(rs_hook_families[i]) == len && !strncmp(rs_hook_families[i], name, len))
			return true;
	for (i = 0; i < rs_nr_hooks; i++)
		if (strlen(rs_hook_symbol(&rs_hooks[i])) == len && !strncmp(rs_hook_symbol(&rs_hooks[i]), name, len))
			return true;
	return false;
}

static int check_probes(const char *probes)
{
	const char *p = probes;

	while (p && *p) {
		size_t len = strcspn(p, ",");

		if (len < 2 || (*p != '+' && *p != '-'))
			return rs_fail(-EINVAL, "--probes %s: each part is +NAME or -NAME, separated by commas", probes);
		if (!family_or_hook_exists(p + 1, len - 1))
			return rs_fail(-EINVAL, "--probes %s: there is no family or probe called %.*s; see reclaimscope check",
				       probes, (int)len - 1, p + 1);
		p += len;
		p += *p == ',';
	}
	return 0;
}

/* What the last part of --probes that names @hook says: '+', '-', or 0. */
static char asked_for(const char *probes, const struct rs_hook *hook)
{
	const char *p = probes, *symbol = rs_hook_symbol(hook);
	char answer = 0;

	while (p && *p) {
		size_t len = strcspn(p, ",") - 1;

		if ((strlen(hook->family) == len && !strncmp(hook->family, p + 1, len)) ||
		    (strlen(symbol) == len && !strncmp(symbol, p + 1, len)))
			answer = *p;
		p += len + 1;
		p += *p == ',';
	}
	return answer;
}

static bool is_wanted(const struct rs_capture_config *config, const struct rs_hook *hook)
{
	char asked = asked_for(config->probes, hook);

	if (asked == '-')
		return false;
	switch (config->mode) {
	case RS_MODE_SUMMARY:
		return hook->flags & RS_HOOK_SUMMARY;
	case RS_MODE_DECISIONS:
		if (!(hook->flags & RS_HOOK_DECISIONS))
			return false;
		break;
	case RS_MODE_FOLIOS:
		break;
	}
	return !(hook->flags & RS_HOOK_ALLOCATOR) || asked == '+';
}

/* ---- which form a hook takes ---- */

static struct bpf_program *find_program(const struct rs_capture *c, const struct rs_hook *hook, const char *suffix)
{
	char name[128];

	snprintf(name, sizeof(name), "%s__%s", hook->program ? hook->program : hook->name, suffix);
	return bpf_object__find_program_by_name(c->skel->obj, name);
}

/* The programs of @hook in the form @how; returns their number. */
static int programs_of(const struct rs_capture *c, const struct rs_hook *hook, enum rs_probe_how how,
		       struct bpf_program *ret[MAX_PROGRAMS])
{
	static const char *const suffixes[RS_NR_HOWS][2] = {
		[RS_HOW_FENTRY] = { "fentry", "fexit" }, [RS_HOW_KPROBE_MULTI] = { "kentry", "kexit" },
		[RS_HOW_KPROBE] = { "kentry", "kexit" }, [RS_HOW_TP_BTF] = { "btf", NULL },
		[RS_HOW_TP_PERF] = { "perf", NULL },
	};
	int i, n = 0;

	for (i = 0; i < 2; i++)
		if (suffixes[how][i] && (ret[n] = find_program(c, hook, suffixes[how][i])))
			n++;
	return n;
}

static bool has_form(const struct rs_capture *c, const struct rs_hook *hook, enum rs_probe_how how)
{
	struct bpf_program *programs[MAX_PROGRAMS];

	return programs_of(c, hook, how, programs) > 0;
}

static void set_state(struct rs_probe *p, enum rs_probe_state state, const char *reason, const char *remedy)
{
	p->state = state;
	p->reason = reason;
	p->remedy = remedy;
}

/* May a task be preempted inside a BTF program on @hook, so that others are skipped? */
static bool btf_loses(const struct rs_capture *c, const struct rs_hook *hook)
{
	if (!rs_kernel_is_preemptible(c->kernel) || hook->flags & RS_HOOK_NEVER_SKIPPED)
		return false;
	return hook->kind == RS_HOOK_FUNCTION || c->kernel->kdiff[RS_KDIFF_TRACEPOINT_SRCU];
}

/* A program that can be preempted must not be while it writes a record. */
static bool can_guard(const struct rs_capture *c)
{
	struct rs_prototype proto;

	return rs_btf_function(c->kernel->btf, "bpf_preempt_disable", &proto);
}

static bool usable(struct rs_capture *c, const struct rs_hook *hook, enum rs_probe_how how)
{
	if (!has_form(c, hook, how) || rs_permit_try(c->kernel, how, &c->permit))
		return false;
	if (how == RS_HOW_FENTRY || how == RS_HOW_TP_BTF)
		return !btf_loses(c, hook) || can_guard(c);
	return true;
}

static bool is_absent(const struct rs_capture *c, struct rs_probe *p)
{
	const char *symbol = rs_hook_symbol(p->hook);
	struct rs_prototype proto;

	if (p->hook->kind == RS_HOOK_TRACEPOINT) {
		if (rs_btf_tracepoint(c->kernel->btf, symbol, &proto))
			return false;
		set_state(p, RS_PROBE_ABSENT, "no such tracepoint in this kernel", NULL);
		p->elsewhere_only = true;
		return true;
	}
	if (rs_kernel_has_symbol(c->kernel, symbol))
		return false;
	set_state(p, RS_PROBE_ABSENT,
		  rs_btf_function(c->kernel->btf, symbol, &proto) ?
			  "the compiler of this kernel renamed the function" :
			  "this kernel has no such function, or its compiler inlined it",
		  NULL);
	return true;
}

static void decide(struct rs_capture *c, struct rs_probe *p)
{
	const struct rs_hook *hook = p->hook;
	bool function = hook->kind == RS_HOOK_FUNCTION, complete;
	enum rs_probe_how order[3];
	int n = 0, i;

	if (!is_wanted(&c->config, hook)) {
		set_state(p, RS_PROBE_OFF,
			  hook->flags & RS_HOOK_ALLOCATOR ? "on every allocation's path, attached only when asked for" :
							    "not part of this mode",
			  hook->flags & RS_HOOK_ALLOCATOR ? "--probes +allocator" : NULL);
		return;
	}
	if (!c->kernel->btf) {
		set_state(p, RS_PROBE_REFUSED, c->permit.reason[RS_HOW_TP_BTF], c->permit.remedy[RS_HOW_TP_BTF]);
		return;
	}
	if (is_absent(c, p))
		return;
	if (c->kernel->lockdown == RS_LOCKDOWN_CONFIDENTIALITY && hook->flags & RS_HOOK_READS) {
		set_state(p, RS_PROBE_REFUSED, "lockdown=confidentiality forbids reading kernel memory",
			  "boot with lockdown=integrity or without lockdown");
		return;
	}

	complete = c->config.attach == RS_ATTACH_COMPLETE ||
		   (c->config.attach == RS_ATTACH_AUTO && btf_loses(c, hook));
	if (!complete)
		order[n++] = function ? RS_HOW_FENTRY : RS_HOW_TP_BTF;
	if (function) {
		order[n++] = RS_HOW_KPROBE_MULTI;
		order[n++] = RS_HOW_KPROBE;
	} else {
		order[n++] = RS_HOW_TP_PERF;
	}
	if (c->config.attach == RS_ATTACH_CHEAP)
		n = 1;
	for (i = 0; i < n; i++)
		if (usable(c, hook, order[i]))
			break;
	if (i == n && complete) {
		/* Better with gaps that are counted than not at all. */
		order[0] = function ? RS_HOW_FENTRY : RS_HOW_TP_BTF;
		i = usable(c, hook, order[0]) ? 0 : n;
	}
	if (i < n) {
		p->how = order[i];
		set_state(p, RS_PROBE_READY, NULL, NULL);
		return;
	}
	for (i = 0; i < n - 1 && !has_form(c, hook, order[i]); i++)
		;
	if (c->permit.err[order[i]])
		set_state(p, RS_PROBE_REFUSED, c->permit.reason[order[i]], c->permit.remedy[order[i]]);
	else
		set_state(p, RS_PROBE_REFUSED, "this kernel preempts programs and has no bpf_preempt_disable()",
			  "boot with preempt=voluntary");
}

/* Hooks whose shape this kernel has; the others are no business of anybody's. */
static int list_probes(struct rs_capture *c)
{
	unsigned int i;

	c->probes = calloc(rs_nr_hooks, sizeof(*c->probes));
	if (!c->probes)
		return -ENOMEM;
	for (i = 0; i < rs_nr_hooks; i++) {
		const struct rs_hook *hook = &rs_hooks[i];

		if ((hook->when && !c->kernel->kdiff[hook->when]) || (hook->unless && c->kernel->kdiff[hook->unless]))
			continue;
		c->probes[c->nr_probes].hook = hook;
		decide(c, &c->probes[c->nr_probes++]);
	}
	return 0;
}

/* ---- loading ---- */

static bool is_preemptible_btf(const struct rs_capture *c, const struct rs_probe *p)
{
	return p->state == RS_PROBE_READY && (p->how == RS_HOW_FENTRY || p->how == RS_HOW_TP_BTF) &&
	       btf_loses(c, p->hook);
}

static int set_options(struct rs_capture *c)
{
	struct rs_capture_opts *opts = &c->skel->rodata->opts;
	const struct rs_capture_config *config = &c->config;
	const struct rs_kernel *k = c->kernel;
	unsigned int i;

	opts->mode = config->mode;
	opts->nr_cpus = k->nr_cpus;
	opts->nr_nodes = k->nr_nodes;
	opts->ring_segments = c->ring_segments;
	opts->no_probe_read = k->lockdown == RS_LOCKDOWN_CONFIDENTIALITY;
	for (i = 0; i < c->nr_probes; i++)
		opts->preempt_guard |= is_preemptible_btf(c, &c->probes[i]);
	opts->stacks = config->stacks;
	opts->lru_gen = k->lru_gen_enabled & 1;
	opts->folio_sample = config->folio_sample;
	for (i = 0; i < c->nr_probes; i++)
		opts->allocator |= c->probes[i].hook->flags & RS_HOOK_ALLOCATOR && c->probes[i].state == RS_PROBE_READY;
	opts->filter_active = config->tgid || config->tid || config->nid >= 0 || config->cgroup;
	opts->filter_tgid = config->tgid;
	opts->filter_tid = config->tid;
	opts->filter_nid = config->nid;
	opts->filter_cgroup = config->cgroup;
	opts->self_tgid = config->exclude_self ? getpid() : 0;
	opts->reclaim_begin_gfp_first = k->kdiff[RS_KDIFF_RECLAIM_BEGIN_GFP_FIRST];
	opts->nodes_shift = k->nodes_shift;
	opts->addr_stext = rs_kernel_address(k, "_stext");
	opts->addr_node_data = rs_kernel_address(k, "node_data");
	opts->addr_root_mem_cgroup = rs_kernel_address(k, "root_mem_cgroup");
	opts->addr_vm_swappiness = rs_kernel_address(k, "vm_swappiness");
	opts->addr_nr_swap_pages = rs_kernel_address(k, "nr_swap_pages");
	opts->addr_total_swap_pages = rs_kernel_address(k, "total_swap_pages");
	opts->addr_vm_event_states = rs_kernel_address(k, "vm_event_states");
	opts->addr_per_cpu_offset = rs_kernel_address(k, "__per_cpu_offset");
	opts->addr_min_free_kbytes = rs_kernel_address(k, "min_free_kbytes");
	opts->addr_user_min_free_kbytes = rs_kernel_address(k, "user_min_free_kbytes");
	opts->addr_watermark_scale_factor = rs_kernel_address(k, "watermark_scale_factor");
	opts->addr_watermark_boost_factor = rs_kernel_address(k, "watermark_boost_factor");
	opts->addr_laptop_mode = rs_kernel_address(k, "laptop_mode");
	opts->addr_extfrag_threshold = rs_kernel_address(k, "sysctl_extfrag_threshold");
	if (getrandom(&opts->id_key, sizeof(opts->id_key), 0) != sizeof(opts->id_key))
		return rs_err(-errno, "cannot get random bytes");
	return 0;
}

static int set_map_sizes(struct rs_capture *c)
{
	uint64_t bytes = c->config.ring_bytes ? c->config.ring_bytes : c->config.mode == RS_MODE_SUMMARY ? 0 : DEFAULT_RING_BYTES;
	unsigned int cpus = c->kernel->nr_cpus;
	int err;

	c->ring_segments = bytes / cpus / RS_SEGMENT_SIZE;
	if (c->ring_segments < (c->config.ring_bytes ? 1 : MIN_SEGMENTS))
		c->ring_segments = c->config.ring_bytes ? 1 : MIN_SEGMENTS;
	err = bpf_map__set_max_entries(c->skel->maps.cpus, cpus);
	if (!err)
		err = bpf_map__set_max_entries(c->skel->maps.totals, cpus);
	if (!err)
		err = bpf_map__set_max_entries(c->skel->maps.segments, cpus * (c->ring_segments + 1));
	if (!err && !c->config.stacks)
		err = bpf_map__set_max_entries(c->skel->maps.stacks, 1);
	return err ? rs_err(err, "BPF maps: cannot set sizes") : 0;
}

bool rs_capture_has_gauge(const struct rs_capture *c)
{
	static const char *const needed[] = { "node_data", "nr_swap_pages", "total_swap_pages", "vm_event_states",
					      "__per_cpu_offset" };
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE_OF(needed); i++)
		if (!rs_kernel_address(c->kernel, needed[i]))
			return false;
	return !c->permit.err[RS_HOW_TP_BTF] && c->kernel->lockdown != RS_LOCKDOWN_CONFIDENTIALITY;
}

static void set_autoload(struct rs_capture *c)
{
	struct bpf_program *program, *programs[MAX_PROGRAMS];
	unsigned int i;
	int k, n;

	bpf_object__for_each_program(program, c->skel->obj)
		bpf_program__set_autoload(program, false);
	bpf_program__set_autoload(c->skel->progs.gauge, rs_capture_has_gauge(c));
	for (i = 0; i < c->nr_probes; i++) {
		struct rs_probe *p = &c->probes[i];

		if (p->state != RS_PROBE_READY)
			continue;
		n = programs_of(c, p->hook, p->how, programs);
		for (k = 0; k < n; k++) {
			bpf_program__set_autoload(programs[k], true);
			if (p->how == RS_HOW_KPROBE)
				bpf_program__set_expected_attach_type(programs[k], 0);
		}
	}
}

/* Called by libbpf for each program of ours on BTF, which it would look up from type to type. */
static int set_target(struct bpf_program *program, struct bpf_prog_load_opts *opts, long cookie)
{
	const struct rs_kernel *kernel = (const struct rs_kernel *)cookie;
	const char *section = bpf_program__section_name(program), *target = strchr(section, '/') + 1;
	struct rs_prototype proto;
	bool found = bpf_program__expected_attach_type(program) == BPF_TRACE_RAW_TP ?
			     rs_btf_tracepoint(kernel->btf, target, &proto) :
			     rs_btf_function(kernel->btf, target, &proto);

	if (!found)
		return -ESRCH;
	opts->attach_btf_id = proto.id;
	return 0;
}

static int register_targets(struct rs_capture *c)
{
	static const struct {
		const char *section;
		enum bpf_attach_type type;
	} kinds[RS_ARRAY_SIZE_OF(c->handlers)] = {
		{ "fentry+", BPF_TRACE_FENTRY },
		{ "fexit+", BPF_TRACE_FEXIT },
		{ "tp_btf+", BPF_TRACE_RAW_TP },
	};
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .cookie = (long)c->kernel, .prog_prepare_load_fn = set_target);
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE_OF(kinds); i++) {
		c->handlers[i] = libbpf_register_prog_handler(kinds[i].section, BPF_PROG_TYPE_TRACING, kinds[i].type, &opts);
		if (c->handlers[i] < 0)
			return rs_err(c->handlers[i], "libbpf");
	}
	return 0;
}

static int open_object(struct rs_capture *c)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	char path[32];
	int err;

	c->core_btf = memfd_create("btf", MFD_CLOEXEC);
	if (c->core_btf >= 0 && c->kernel->btf) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", c->core_btf);
		opts.btf_custom_path = path;
	}
	c->skel = reclaimscope_bpf__open_opts(&opts);
	if (!c->skel)
		return rs_err(-errno, "cannot open the BPF programs");
	if (!opts.btf_custom_path)
		return 0;
	err = rs_btf_reduce(c->kernel->btf, bpf_object__btf(c->skel->obj), c->core_btf);
	return err ? rs_err(err, "cannot prepare the kernel's BTF") : 0;
}

int rs_capture_create(const struct rs_kernel *kernel, const struct rs_capture_config *config,
		      struct rs_capture **ret)
{
	struct rs_capture *c;
	int err = check_probes(config->probes);

	if (err)
		return err;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->core_btf = c->gauge = c->stallers = c->stacks = -1;
	c->kernel = kernel;
	c->config = *config;
	libbpf_set_print(print_libbpf);
	rs_permit_try(kernel, RS_HOW_TP_BTF, &c->permit);
	err = register_targets(c);
	if (!err)
		err = open_object(c);
	if (!err)
		err = list_probes(c);
	if (err) {
		rs_capture_destroy(c);
		return err;
	}
	*ret = c;
	return 0;
}

static int duplicate(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static int map_memory(struct bpf_map *map, size_t value, unsigned int nr, void **ret, size_t *len)
{
	long page = sysconf(_SC_PAGESIZE);

	*len = ((value + 7) / 8 * 8 * nr + page - 1) / page * page;
	*ret = mmap(NULL, *len, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
	if (*ret == MAP_FAILED) {
		*ret = NULL;
		return rs_err(-errno, "BPF map %s: cannot map %zu bytes", bpf_map__name(map), *len);
	}
	return 0;
}

static int attach_kprobe(struct rs_capture *c, struct bpf_program *program, const char *symbol, bool retprobe)
{
	struct bpf_link *link;
	int fd = rs_open_kprobe(symbol, retprobe);

	if (fd < 0)
		return fd;
	link = bpf_program__attach_perf_event(program, fd);
	if (!link) {
		int err = -errno;

		close(fd);
		return err;
	}
	c->links[c->nr_links++] = link; /* closes the event, too */
	return 0;
}

static int attach_program(struct rs_capture *c, struct rs_probe *p, struct bpf_program *program)
{
	const char *section = bpf_program__section_name(program), *symbol = rs_hook_symbol(p->hook);
	bool retprobe = strstr(section, "kretprobe") != NULL;
	struct bpf_link *link;

	switch (p->how) {
	case RS_HOW_KPROBE_MULTI: {
		LIBBPF_OPTS(bpf_kprobe_multi_opts, opts, .syms = &symbol, .cnt = 1, .retprobe = retprobe);

		link = bpf_program__attach_kprobe_multi_opts(program, NULL, &opts);
		break;
	}
	case RS_HOW_KPROBE:
		return attach_kprobe(c, program, symbol, retprobe);
	case RS_HOW_FENTRY:
	case RS_HOW_TP_BTF:
		link = bpf_program__attach_trace(program);
		break;
	default:
		link = bpf_program__attach(program);
	}
	if (!link)
		return -errno;
	c->links[c->nr_links++] = link;
	return 0;
}

static int attach_all(struct rs_capture *c)
{
	struct bpf_program *programs[MAX_PROGRAMS];
	unsigned int i, attached = 0;
	int k, n, err;

	c->links = calloc((size_t)c->nr_probes * MAX_PROGRAMS, sizeof(struct bpf_link *));
	c->attached = calloc((size_t)c->nr_probes * MAX_PROGRAMS, sizeof(*c->attached));
	if (!c->links || !c->attached)
		return -ENOMEM;
	for (i = 0; i < c->nr_probes; i++) {
		struct rs_probe *p = &c->probes[i];

		if (p->state != RS_PROBE_READY)
			continue;
		n = programs_of(c, p->hook, p->how, programs);
		p->state = RS_PROBE_ATTACHED;
		for (k = 0; k < n; k++) {
			err = attach_program(c, p, programs[k]);
			if (!err) {
				c->attached[c->nr_attached++] = (struct attached){ p, duplicate(bpf_program__fd(programs[k])) };
				continue;
			}
			rs_debug("%s: cannot attach: %s", bpf_program__name(programs[k]), strerror(-err));
			set_state(p, RS_PROBE_REFUSED, "the kernel refused to attach it", NULL);
			rs_permit_explain(c->kernel, &c->permit, p->how, err, &p->reason, &p->remedy);
			break;
		}
		attached += p->state == RS_PROBE_ATTACHED;
	}
	if (!attached)
		return rs_fail(-EPERM, "nothing can be attached: %s", c->permit.reason[RS_HOW_TP_BTF] ?
									      c->permit.reason[RS_HOW_TP_BTF] :
									      "see reclaimscope check");
	return 0;
}

int rs_capture_start(struct rs_capture *c)
{
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	int err;

	if (!c->kernel->btf)
		return rs_fail(-ENODATA, RS_BTF_PATH ": this kernel has no BTF; use one that is built with CONFIG_DEBUG_INFO_BTF");
	if (c->permit.err[RS_HOW_TP_BTF] && rs_permit_try(c->kernel, RS_HOW_TP_PERF, &c->permit) &&
	    rs_permit_try(c->kernel, RS_HOW_FENTRY, &c->permit) && rs_permit_try(c->kernel, RS_HOW_KPROBE, &c->permit))
		return rs_fail(-EPERM, "cannot trace: %s; %s", c->permit.reason[RS_HOW_TP_BTF],
			       c->permit.remedy[RS_HOW_TP_BTF] ? c->permit.remedy[RS_HOW_TP_BTF] : "see reclaimscope check");
	if (c->kernel->caps.sys_resource)
		setrlimit(RLIMIT_MEMLOCK, &unlimited); /* before 5.11 maps count as locked memory */
	err = set_map_sizes(c);
	if (!err)
		err = set_options(c);
	if (err)
		return err;
	set_autoload(c);
	err = reclaimscope_bpf__load(c->skel);
	if (err)
		return rs_err(err, "the kernel rejects the BPF programs; run with -v and report this");
	c->loaded = true;
	close(c->core_btf);
	c->core_btf = -1;
	err = map_memory(c->skel->maps.cpus, sizeof(struct rs_cpu), c->kernel->nr_cpus, (void **)&c->cpus, &c->cpus_len);
	if (!err)
		err = map_memory(c->skel->maps.segments, sizeof(struct rs_segment),
				 c->kernel->nr_cpus * (c->ring_segments + 1), (void **)&c->segments, &c->segments_len);
	if (!err)
		err = map_memory(c->skel->maps.totals, sizeof(struct rs_totals), c->kernel->nr_cpus,
				 (void **)&c->totals, &c->totals_len);
	if (!err)
		err = map_memory(c->skel->maps.bss, sizeof(*c->skel->bss), 1, (void **)&c->bss, &c->bss_len);
	if (!err)
		c->no_ring = (const void *)((const char *)c->bss + ((char *)&c->skel->bss->no_ring - (char *)c->skel->bss));
	c->gauge = duplicate(bpf_program__fd(c->skel->progs.gauge));
	c->stallers = duplicate(bpf_map__fd(c->skel->maps.stallers));
	c->stacks = duplicate(bpf_map__fd(c->skel->maps.stacks));
	if (!err && (c->stallers < 0 || c->stacks < 0))
		err = rs_err(-errno, "BPF maps");
	if (!err)
		err = rs_rings_create(c->cpus, c->segments, c->kernel->nr_cpus, c->ring_segments, &c->rings);
	if (!err)
		err = attach_all(c);
	return err;
}

void rs_capture_forget_object(struct rs_capture *c)
{
	const uintptr_t page = sysconf(_SC_PAGESIZE);
	uintptr_t from = ((uintptr_t)c->skel->skeleton->data + page - 1) / page * page;
	uintptr_t to = ((uintptr_t)c->skel->skeleton->data + c->skel->skeleton->data_sz) / page * page;

	reclaimscope_bpf__destroy(c->skel);
	c->skel = NULL;
	/* It is part of our own program file: pages that are wanted again come from there. */
	if (to > from && madvise((void *)from, to - from, MADV_DONTNEED))
		rs_debug("cannot give the BPF object back: %s", strerror(errno));
}

/* Closing a link waits for the programs on it; the counters of what was skipped are read before. */
static void read_skipped(struct rs_capture *c)
{
	unsigned int i;

	if (!c->nr_links)
		return;
	for (i = 0; i < c->nr_attached; i++)
		c->attached[i].probe->skipped = 0;
	for (i = 0; i < c->nr_attached; i++) {
		struct bpf_prog_info info = { 0 };
		__u32 len = sizeof(info);

		if (!bpf_obj_get_info_by_fd(c->attached[i].fd, &info, &len))
			c->attached[i].probe->skipped += info.recursion_misses;
	}
}

void rs_capture_stop(struct rs_capture *c)
{
	if (c->loaded)
		read_skipped(c);
	while (c->nr_links)
		bpf_link__destroy(c->links[--c->nr_links]);
	while (c->nr_attached)
		close(c->attached[--c->nr_attached].fd);
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void rs_capture_destroy(struct rs_capture *c)
{
	size_t i;

	if (!c)
		return;
	rs_capture_stop(c);
	free(c->links);
	free(c->attached);
	rs_rings_destroy(c->rings);
	if (c->cpus)
		munmap(c->cpus, c->cpus_len);
	if (c->segments)
		munmap(c->segments, c->segments_len);
	if (c->totals)
		munmap(c->totals, c->totals_len);
	if (c->bss)
		munmap((void *)c->bss, c->bss_len);
	close_fd(c->gauge);
	close_fd(c->stallers);
	close_fd(c->stacks);
	reclaimscope_bpf__destroy(c->skel);
	for (i = 0; i < RS_ARRAY_SIZE_OF(c->handlers); i++)
		if (c->handlers[i] > 0)
			libbpf_unregister_prog_handler(c->handlers[i]);
	close_fd(c->core_btf);
	free(c->probes);
	free(c);
}

const struct rs_probe *rs_capture_probes(const struct rs_capture *c, unsigned int *nr)
{
	*nr = c->nr_probes;
	return c->probes;
}

const char *rs_capture_attachment(const struct rs_capture *c)
{
	bool complete = false, cheap = false;
	unsigned int i;

	for (i = 0; i < c->nr_probes; i++) {
		const struct rs_probe *p = &c->probes[i];

		if (p->state != RS_PROBE_ATTACHED && p->state != RS_PROBE_READY)
			continue;
		complete |= p->how == RS_HOW_KPROBE_MULTI || p->how == RS_HOW_KPROBE || p->how == RS_HOW_TP_PERF;
		cheap |= p->how == RS_HOW_FENTRY || p->how == RS_HOW_TP_BTF;
	}
	return complete && cheap ? "mixed" : complete ? "complete" : cheap ? "cheap" : "none";
}

int64_t rs_capture_drain(struct rs_capture *c, uint64_t horizon_ns,
			 int (*each)(void *ctx, uint32_t cpu, const struct rs_event_hdr *hdr), void *ctx)
{
	return rs_rings_drain(c->rings, horizon_ns, c->delivered, each, ctx);
}

unsigned int rs_capture_fill(const struct rs_capture *c)
{
	return rs_rings_fill(c->rings);
}

int rs_capture_gauge(struct rs_capture *c)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	return bpf_prog_test_run_opts(c->gauge, &opts);
}

void rs_capture_counters(struct rs_capture *c, struct rs_capture_counters *ret)
{
	unsigned int cpu, level, type, i;

	memset(ret, 0, sizeof(*ret));
	if (!c->cpus)
		return;
	for (cpu = 0; cpu < (unsigned int)c->kernel->nr_cpus; cpu++) {
		const struct rs_cpu *p = &c->cpus[cpu];

		for (type = 0; type < RS_NR_EVENTS; type++) {
			for (level = 0; level < RS_LEVELS; level++) {
				ret->attempted[type] += p->level[level].attempted[type];
				if (level < RS_RINGS)
					ret->ring_full[type] += p->level[level].full[type];
				else
					ret->nested[type] += p->level[level].full[type];
			}
			ret->map_full[type] += p->map_full[type];
			ret->begin_not_seen[type] += p->unmatched[type];
			ret->filtered[type] += p->filtered[type];
			ret->sampled_out[type] += p->sampled_out[type];
		}
		for (i = 0; i < RS_NR_TRACEPOINTS; i++)
			ret->seen[i] += p->seen[i];
	}
	memcpy(ret->delivered, c->delivered, sizeof(ret->delivered));
	read_skipped(c);
	for (i = 0; i < c->nr_probes; i++)
		ret->skipped += c->probes[i].skipped;
}

uint64_t rs_capture_cpu_added(const struct rs_capture *c)
{
	return c->no_ring ? *c->no_ring : 0;
}

void rs_capture_totals(struct rs_capture *c, struct rs_totals *ret)
{
	const size_t words = sizeof(struct rs_totals) / sizeof(uint64_t);
	int cpu, kind;
	size_t w;

	memset(ret, 0, sizeof(*ret));
	for (cpu = 0; cpu < c->kernel->nr_cpus; cpu++) {
		uint64_t max[RS_NR_RECLAIM_KINDS];

		for (kind = 0; kind < RS_NR_RECLAIM_KINDS; kind++)
			max[kind] = ret->stalls[kind].max_ns > c->totals[cpu].stalls[kind].max_ns ?
					    ret->stalls[kind].max_ns :
					    c->totals[cpu].stalls[kind].max_ns;
		for (w = 0; w < words; w++)
			((uint64_t *)ret)[w] += ((const uint64_t *)&c->totals[cpu])[w];
		for (kind = 0; kind < RS_NR_RECLAIM_KINDS; kind++)
			ret->stalls[kind].max_ns = max[kind];
	}
}

void rs_capture_stallers(struct rs_capture *c,
			 void (*each)(void *ctx, const struct rs_staller_key *key, const struct rs_staller *value),
			 void *ctx)
{
	struct rs_staller_key key, next;
	struct rs_staller value;
	int fd = c->stallers;
	void *from = NULL;

	while (!bpf_map_get_next_key(fd, from, &next)) {
		key = next;
		from = &key;
		if (!bpf_map_lookup_elem(fd, &key, &value))
			each(ctx, &key, &value);
	}
}

unsigned int rs_capture_stack(struct rs_capture *c, int32_t id, uint64_t addrs[RS_MAX_STACK])
{
	uint32_t key = id;
	unsigned int n;

	if (id < 0 || bpf_map_lookup_elem(c->stacks, &key, addrs))
		return 0;
	for (n = 0; n < RS_MAX_STACK && addrs[n]; n++)
		;
	return n;
}
