/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads the programs that choose.c has decided for, attaches them, and takes them off again. */
#include "capture.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>

#include "../base/cleanup.h"
#include "../base/clock.h"
#include "../base/log.h"
#include "capture_state.h"
#include "process.h"

#include "cast.skel.h"
#include "reclaimscope.skel.h"
#include "summary.skel.h"

#define DEFAULT_RING_BYTES (16u << 20)
#define MIN_SEGMENTS 8 /* for each CPU: half a MiB, whatever the number of CPUs */

const struct rs_capture_config rs_capture_defaults = {
	.mode = RS_MODE_DECISIONS,
	.nid = -1,
};

/* Messages of libbpf: a level lower than it thinks, its errors being our decisions' business. */
static int print_libbpf(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (rs_log_level() < RS_LOG_DEBUG || level == LIBBPF_DEBUG)
		return 0;
	rs_vlog(RS_LOG_DEBUG, fmt, args);
	return 0;
}

static struct bpf_map *map_of(const struct rs_capture *c, const char *name)
{
	return bpf_object__find_map_by_name(c->object, name);
}

/* Where a variable of the programs lies in its section, which is a map; -1: nowhere. */
static long offset_of(const struct rs_capture *c, const char *section, const char *variable)
{
	const struct btf *btf = bpf_object__btf(c->object);
	const struct btf_type *t = btf__type_by_id(btf, btf__find_by_name_kind(btf, section, BTF_KIND_DATASEC));
	int i;

	for (i = 0; t && i < btf_vlen(t); i++) {
		const struct btf_var_secinfo *v = &btf_var_secinfos(t)[i];

		if (!strcmp(btf__name_by_offset(btf, btf__type_by_id(btf, v->type)->name_off), variable))
			return v->offset;
	}
	return -1;
}

/* The options, which are constants of the programs. */
static int put_options(struct rs_capture *c, const struct rs_capture_opts *opts)
{
	struct bpf_map *rodata = map_of(c, ".rodata");
	long offset = offset_of(c, ".rodata", "opts");
	size_t len;
	const void *initial = bpf_map__initial_value(rodata, &len);
	_cleanup_(rs_freep) char *bytes = initial ? malloc(len) : NULL;
	int err = bytes && offset >= 0 && offset + sizeof(*opts) <= len ? 0 : -EINVAL;

	if (!err) {
		memcpy(bytes, initial, len);
		memcpy(bytes + offset, opts, sizeof(*opts));
		err = bpf_map__set_initial_value(rodata, bytes, len);
	}
	return err ? rs_err(err, "cannot set the options of the BPF programs") : 0;
}

/*
 * Can programs read a word of the kernel as if it were typed, see bpf/compat.bpf.h? Then as a part of this struct, which is
 * returned by its number in the kernel's BTF; else 0.
 */
static unsigned int word_type(const struct rs_kernel *k)
{
	struct rs_prototype proto;

	return k->btf && k->lockdown != RS_LOCKDOWN_CONFIDENTIALITY && rs_btf_function(k->btf, "bpf_rdonly_cast", &proto) ?
		       rs_btf_struct(k->btf, "timespec64") :
		       0;
}

static int set_options(struct rs_capture *c)
{
	struct rs_capture_opts opts = { 0 };
	const struct rs_capture_config *config = &c->config;
	const struct rs_kernel *k = c->kernel;
	unsigned int i;

	opts.mode = config->mode;
	opts.nr_cpus = k->nr_cpus;
	opts.nr_nodes = k->nr_nodes;
	opts.no_probe_read = k->lockdown == RS_LOCKDOWN_CONFIDENTIALITY;
	opts.word_type = word_type(k);
	for (i = 0; i < c->nr_probes; i++)
		opts.preempt_guard |= rs_choose_is_preemptible(c, &c->probes[i]);
	opts.stacks = config->stacks;
	opts.lru_gen = k->lru_gen_enabled & 1;
	opts.folio_sample = config->folio_sample;
	for (i = 0; i < c->nr_probes; i++)
		opts.allocator |= c->probes[i].hook->flags & RS_HOOK_ALLOCATOR && c->probes[i].state == RS_PROBE_READY;
	opts.filter_active = c->filtered =
		config->tgid || config->tid || config->nid >= 0 || config->cgroup || config->exclude_self;
	opts.filter_tgid = config->tgid;
	opts.filter_tid = config->tid;
	opts.filter_nid = config->nid;
	opts.filter_cgroup = config->cgroup;
	opts.self_tgid = config->exclude_self ? getpid() : 0;
	opts.reclaim_begin_gfp_first = k->kdiff[RS_KDIFF_RECLAIM_BEGIN_GFP_FIRST];
	opts.nodes_shift = k->nodes_shift;
	opts.demoting_nodes = k->demoting_nodes;
	opts.addr_stext = rs_kernel_address(k, "_stext");
	opts.addr_node_data = rs_kernel_address(k, "node_data");
	opts.addr_root_mem_cgroup = rs_kernel_address(k, "root_mem_cgroup");
	opts.addr_vm_swappiness = rs_kernel_address(k, "vm_swappiness");
	opts.addr_nr_swap_pages = rs_kernel_address(k, "nr_swap_pages");
	opts.addr_total_swap_pages = rs_kernel_address(k, "total_swap_pages");
	opts.addr_vm_event_states = rs_kernel_address(k, "vm_event_states");
	opts.addr_per_cpu_offset = rs_kernel_address(k, "__per_cpu_offset");
	opts.addr_min_free_kbytes = rs_kernel_address(k, "min_free_kbytes");
	opts.addr_user_min_free_kbytes = rs_kernel_address(k, "user_min_free_kbytes");
	opts.addr_watermark_scale_factor = rs_kernel_address(k, "watermark_scale_factor");
	opts.addr_watermark_boost_factor = rs_kernel_address(k, "watermark_boost_factor");
	opts.addr_laptop_mode = rs_kernel_address(k, "laptop_mode");
	opts.addr_extfrag_threshold = rs_kernel_address(k, "sysctl_extfrag_threshold");
	opts.addr_lru_gen_min_ttl = rs_kernel_address(k, "lru_gen_min_ttl");
	opts.addr_numa_demotion_enabled = rs_kernel_address(k, "numa_demotion_enabled");
	if (getrandom(&opts.id_key, sizeof(opts.id_key), 0) != sizeof(opts.id_key))
		return rs_err(-errno, "cannot get random bytes");
	return put_options(c, &opts);
}

static int set_map_sizes(struct rs_capture *c)
{
	bool summary = c->config.mode == RS_MODE_SUMMARY; /* leaves no records */
	uint64_t bytes = c->config.ring_bytes ? c->config.ring_bytes : summary ? 0 : DEFAULT_RING_BYTES;
	unsigned int cpus = c->kernel->nr_cpus, least = c->config.ring_bytes || summary ? 1 : MIN_SEGMENTS;
	int err;

	c->ring_segments = bytes / cpus / RS_SEGMENT_SIZE;
	if (c->ring_segments < least)
		c->ring_segments = least;
	err = bpf_map__set_max_entries(map_of(c, "cpus"), cpus);
	if (!err)
		err = bpf_map__set_max_entries(map_of(c, "totals"), cpus);
	if (!err)
		err = bpf_map__set_max_entries(map_of(c, "segments"), cpus * (c->ring_segments + 1));
	if (!err && !c->config.stacks)
		err = bpf_map__set_max_entries(map_of(c, "stacks"), 1);
	return err ? rs_err(err, "BPF maps: cannot set sizes") : 0;
}

/* libbpf would make it too, and then fill it: with zeros, which it has anyhow, and of which there are many in mode summary. */
static int create_bss(struct rs_capture *c)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	struct bpf_map *bss = map_of(c, ".bss");
	_cleanup_(rs_closep) int fd =
		bpf_map_create(BPF_MAP_TYPE_ARRAY, "rs_bss", sizeof(__u32), bpf_map__value_size(bss), 1, &opts);
	int err = fd < 0 ? -errno : bpf_map__reuse_fd(bss, fd);

	return err ? rs_err(err, "BPF maps: .bss") : 0;
}

bool rs_capture_has_gauge(const struct rs_capture *c)
{
	static const char *const needed[] = { "node_data", "nr_swap_pages", "total_swap_pages", "vm_event_states",
					      "__per_cpu_offset" };
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE_OF(needed); i++)
		if (!rs_kernel_address(c->kernel, needed[i]))
			return false;
	/* In summary it is read too seldom to be worth a program. */
	return c->config.mode != RS_MODE_SUMMARY && !c->permit.err[RS_HOW_TP_BTF] && c->kernel->lockdown != RS_LOCKDOWN_CONFIDENTIALITY;
}

static void set_autoload(struct rs_capture *c)
{
	struct bpf_program *program, *programs[RS_MAX_PROGRAMS];
	unsigned int i;
	int k, n;

	bpf_object__for_each_program(program, c->object)
		bpf_program__set_autoload(program, false);
	if (rs_capture_has_gauge(c))
		bpf_program__set_autoload(bpf_object__find_program_by_name(c->object, "gauge"), true);
	for (i = 0; i < c->nr_probes; i++) {
		struct rs_probe *p = &c->probes[i];

		if (p->state != RS_PROBE_READY)
			continue;
		n = rs_choose_programs(c, p->hook, p->how, programs);
		for (k = 0; k < n; k++) {
			bpf_program__set_autoload(programs[k], true);
			if (p->how == RS_HOW_KPROBE)
				bpf_program__set_expected_attach_type(programs[k], 0);
		}
	}
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
	if (c->config.mode == RS_MODE_SUMMARY)
		c->elf = summary_bpf__elf_bytes(&c->elf_len);
	else if (word_type(c->kernel))
		c->elf = cast_bpf__elf_bytes(&c->elf_len);
	else
		c->elf = reclaimscope_bpf__elf_bytes(&c->elf_len);
	opts.object_name = "reclaimscope";
	c->object = bpf_object__open_mem(c->elf, c->elf_len, &opts);
	if (!c->object)
		return rs_err(-errno, "cannot open the BPF programs");
	if (!opts.btf_custom_path)
		return 0;
	err = rs_btf_reduce(c->kernel->btf, bpf_object__btf(c->object), c->core_btf);
	return err ? rs_err(err, "cannot prepare the kernel's BTF") : 0;
}

int rs_capture_create(const struct rs_kernel *kernel, const struct rs_capture_config *config,
		      struct rs_capture **ret)
{
	struct rs_capture *c;
	int err = rs_choose_check(config->probes);

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
	err = rs_sections_register(c);
	if (!err)
		err = open_object(c);
	if (!err)
		err = rs_choose_probes(c);
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

static uint64_t bytes_of_maps(const struct rs_capture *c)
{
	struct bpf_map *map;
	uint64_t sum = 0;

	bpf_object__for_each_map(map, c->object)
		sum += (uint64_t)bpf_map__max_entries(map) * (bpf_map__key_size(map) + (bpf_map__value_size(map) + 7) / 8 * 8);
	return sum;
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
		link = bpf_program__attach_tracepoint(program, p->hook->group, symbol);
	}
	if (!link)
		return -errno;
	c->links[c->nr_links++] = link;
	return 0;
}

static int attach_all(struct rs_capture *c)
{
	struct bpf_program *programs[RS_MAX_PROGRAMS];
	unsigned int i, attached = 0;
	int k, n, err;

	c->links = calloc((size_t)c->nr_probes * RS_MAX_PROGRAMS, sizeof(struct bpf_link *));
	c->attached = calloc((size_t)c->nr_probes * RS_MAX_PROGRAMS, sizeof(*c->attached));
	if (!c->links || !c->attached)
		return -ENOMEM;
	for (i = 0; i < c->nr_probes; i++) {
		struct rs_probe *p = &c->probes[i];

		if (p->state != RS_PROBE_READY)
			continue;
		n = rs_choose_programs(c, p->hook, p->how, programs);
		p->state = RS_PROBE_ATTACHED;
		for (k = 0; k < n; k++) {
			err = attach_program(c, p, programs[k]);
			if (!err) {
				c->attached[c->nr_attached++] = (struct attached){ p, duplicate(bpf_program__fd(programs[k])) };
				continue;
			}
			rs_debug("%s: cannot attach: %s", bpf_program__name(programs[k]), strerror(-err));
			rs_choose_state(p, RS_PROBE_REFUSED, "the kernel refused to attach it", NULL);
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

static uint64_t ms_since(uint64_t began_ns)
{
	return (rs_now_ns() - began_ns) / 1000000;
}

int rs_capture_start(struct rs_capture *c)
{
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	uint64_t began_ns = rs_now_ns();
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
		err = create_bss(c);
	if (!err)
		err = set_options(c);
	if (err)
		return err;
	set_autoload(c);
	err = bpf_object__load(c->object);
	if (err)
		return rs_err(err, "the kernel rejects the BPF programs; run with -v and report this");
	c->loaded = true;
	rs_debug("programs loaded: %" PRIu64 " ms", ms_since(began_ns));
	close(c->core_btf);
	c->core_btf = -1;
	c->map_bytes = bytes_of_maps(c);
	err = map_memory(map_of(c, "cpus"), sizeof(struct rs_cpu), c->kernel->nr_cpus, (void **)&c->cpus, &c->cpus_len);
	if (!err)
		err = map_memory(map_of(c, "segments"), sizeof(struct rs_segment),
				 c->kernel->nr_cpus * (c->ring_segments + 1), (void **)&c->segments, &c->segments_len);
	if (!err)
		err = map_memory(map_of(c, "totals"), sizeof(struct rs_totals), c->kernel->nr_cpus,
				 (void **)&c->totals, &c->totals_len);
	if (!err)
		err = map_memory(map_of(c, ".bss"), bpf_map__value_size(map_of(c, ".bss")), 1, (void **)&c->bss, &c->bss_len);
	if (!err) {
		c->no_ring = (const void *)(c->bss + offset_of(c, ".bss", "no_ring"));
		c->counts = (const void *)(c->bss + offset_of(c, ".bss", "counts"));
		if (c->config.mode == RS_MODE_SUMMARY)
			c->task_slots = (const void *)(c->bss + offset_of(c, ".bss", "task_slots"));
	}
	if (rs_capture_has_gauge(c))
		c->gauge = duplicate(bpf_program__fd(bpf_object__find_program_by_name(c->object, "gauge")));
	c->stallers = duplicate(bpf_map__fd(map_of(c, "stallers")));
	c->stacks = duplicate(bpf_map__fd(map_of(c, "stacks")));
	if (!err && (c->stallers < 0 || c->stacks < 0))
		err = rs_err(-errno, "BPF maps");
	if (!err)
		err = rs_rings_create(c->cpus, c->segments, c->kernel->nr_cpus, c->ring_segments, &c->rings);
	began_ns = rs_now_ns();
	if (!err)
		err = attach_all(c);
	if (!err)
		rs_debug("programs attached: %" PRIu64 " ms", ms_since(began_ns));
	return err;
}

void rs_capture_forget_object(struct rs_capture *c)
{
	bpf_object__close(c->object);
	c->object = NULL;
	/* It is part of our own program file: pages that are wanted again come from there. */
	rs_process_give_back(c->elf, c->elf_len);
}

void rs_capture_stop(struct rs_capture *c)
{
	if (c->loaded)
		rs_capture_ask_skipped(c);
	while (c->nr_links)
		bpf_link__destroy(c->links[--c->nr_links]);
	while (c->nr_attached)
		close(c->attached[--c->nr_attached].fd);
}

void rs_capture_destroy(struct rs_capture *c)
{
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
	rs_closep(&c->gauge);
	rs_closep(&c->stallers);
	rs_closep(&c->stacks);
	bpf_object__close(c->object);
	rs_sections_unregister(c);
	rs_closep(&c->core_btf);
	free(c->probes);
	free(c);
}

const struct rs_probe *rs_capture_probes(const struct rs_capture *c, unsigned int *nr)
{
	*nr = c->nr_probes;
	return c->probes;
}

int64_t rs_capture_drain(struct rs_capture *c, uint64_t horizon_ns, rs_rings_each_t each, void *ctx)
{
	return rs_rings_drain(c->rings, horizon_ns, c->delivered, each, ctx);
}

void rs_capture_release(struct rs_capture *c)
{
	rs_rings_release(c->rings);
}

unsigned int rs_capture_fill(const struct rs_capture *c)
{
	return rs_rings_fill(c->rings);
}

uint64_t rs_capture_ring_bytes(const struct rs_capture *c)
{
	return (uint64_t)c->ring_segments * RS_SEGMENT_SIZE;
}

uint64_t rs_capture_map_bytes(const struct rs_capture *c)
{
	return c->map_bytes;
}

uint64_t rs_capture_written(const struct rs_capture *c)
{
	return rs_rings_written(c->rings);
}

int rs_capture_gauge(struct rs_capture *c)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	return bpf_prog_test_run_opts(c->gauge, &opts);
}
