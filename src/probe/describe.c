/* SPDX-License-Identifier: GPL-2.0-only */
#include "describe.h"

#include <dirent.h>
#include <string.h>

#include "../base/cleanup.h"
#include "../base/clock.h"
#include "../base/readfile.h"
#include "../kernel/cgroup.h"
#include "../kernel/zoneinfo.h"

/* Every readable setting in /proc/sys/vm, and those of MGLRU and THP, as text. */
static void describe_settings(struct rs_json *j)
{
	static const char *const others[] = {
		"/sys/kernel/mm/lru_gen/enabled", "/sys/kernel/mm/lru_gen/min_ttl_ms",
		"/sys/kernel/mm/transparent_hugepage/enabled", "/sys/kernel/mm/transparent_hugepage/defrag",
		"/sys/kernel/mm/swap/vma_ra_enabled", "/sys/kernel/mm/numa/demotion_enabled",
		"/proc/sys/kernel/numa_balancing",
	};
	_cleanup_(closedirp) DIR *dir = opendir("/proc/sys/vm");
	char line[256], path[512];
	struct dirent *entry;
	size_t i;

	rs_json_object(j, "settings");
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/sys/vm/%s", entry->d_name);
		if (rs_read_line(path, line, sizeof(line)))
			continue;
		snprintf(path, sizeof(path), "vm.%s", entry->d_name);
		rs_json_string(j, path, line);
	}
	for (i = 0; i < RS_ARRAY_SIZE_OF(others); i++)
		if (!rs_read_line(others[i], line, sizeof(line)))
			rs_json_string(j, others[i], line);
	rs_json_end_object(j);
}

static void describe_zones(struct rs_json *j)
{
	_cleanup_(rs_freep) char *text = NULL;
	struct rs_zoneinfo zones[256];
	int i, n;
	unsigned int p;

	rs_json_array(j, "zones");
	n = rs_read_file("/proc/zoneinfo", &text, NULL) ? 0 : rs_zoneinfo_parse(text, zones, RS_ARRAY_SIZE_OF(zones));
	for (i = 0; i < n && i < (int)RS_ARRAY_SIZE_OF(zones); i++) {
		const struct rs_zoneinfo *z = &zones[i];

		rs_json_object(j, NULL);
		rs_json_i64(j, "node", z->nid);
		rs_json_i64(j, "zone", z->zid);
		rs_json_string(j, "name", z->name);
		rs_json_u64(j, "free", z->free);
		rs_json_u64(j, "min", z->min);
		rs_json_u64(j, "low", z->low);
		rs_json_u64(j, "high", z->high);
		rs_json_u64(j, "promo", z->promo);
		rs_json_u64(j, "boost", z->boost);
		rs_json_u64(j, "spanned", z->spanned);
		rs_json_u64(j, "present", z->present);
		rs_json_u64(j, "managed", z->managed);
		rs_json_array(j, "lowmem_reserve");
		for (p = 0; p < z->nr_protections; p++)
			rs_json_u64(j, NULL, z->protection[p]);
		rs_json_end_array(j);
		rs_json_end_object(j);
	}
	rs_json_end_array(j);
}

static void describe_swaps(struct rs_json *j)
{
	_cleanup_(rs_freep) char *text = NULL;
	char *line, *save = NULL;

	rs_json_array(j, "swaps");
	if (!rs_read_file("/proc/swaps", &text, NULL))
		for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
			char name[256], type[32];
			unsigned long long kib;
			int priority;

			if (sscanf(line, "%255s %31s %llu %*u %d", name, type, &kib, &priority) != 4)
				continue;
			rs_json_object(j, NULL);
			rs_json_string(j, "name", name);
			rs_json_string(j, "type", type);
			rs_json_u64(j, "kib", kib);
			rs_json_i64(j, "priority", priority);
			rs_json_end_object(j);
		}
	rs_json_end_array(j);
}

static void put_vmstat(void *ctx, const char *name, uint64_t value)
{
	rs_json_u64(ctx, name, value);
}

void rs_describe_vmstat(struct rs_json *j, const char *key, const char *text)
{
	rs_json_object(j, key);
	if (text)
		rs_vmstat_each(text, put_vmstat, j);
	rs_json_end_object(j);
}

/* Length of a tick, 1 / HZ: the coarse clock moves once in each. */
static uint64_t tick_ns(void)
{
	struct timespec t;

	return clock_getres(CLOCK_MONOTONIC_COARSE, &t) ? 0 : t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* What memory has cost so far; what is not known is left out. */
static void describe_pressure(struct rs_json *j, const struct rs_pressure *p)
{
	const struct {
		const char *name;
		uint64_t value;
	} members[] = {
		{ "memory_some_us", p->memory_some_us }, { "memory_full_us", p->memory_full_us }, { "io_some_us", p->io_some_us },
		{ "io_full_us", p->io_full_us },	 { "kswapd_cpu_ns", p->kswapd_cpu_ns },
	};
	size_t i;

	rs_json_object(j, "pressure");
	for (i = 0; i < RS_ARRAY_SIZE_OF(members); i++)
		if (members[i].value != RS_PRESSURE_UNKNOWN)
			rs_json_u64(j, members[i].name, members[i].value);
	rs_json_end_object(j);
}

/* How much each device has read and written so far, and how long requests took. */
static void describe_disks(struct rs_json *j)
{
	_cleanup_(rs_freep) char *text = NULL;
	char *line, *save = NULL;

	rs_json_array(j, "disks");
	if (!rs_read_file("/proc/diskstats", &text, NULL))
		for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
			unsigned long long reads, sectors_read, read_ms, writes, sectors_written, write_ms;
			char name[64];

			if (sscanf(line, "%*u %*u %63s %llu %*u %llu %llu %llu %*u %llu %llu", name, &reads, &sectors_read,
				   &read_ms, &writes, &sectors_written, &write_ms) != 7 ||
			    (!reads && !writes))
				continue;
			rs_json_object(j, NULL);
			rs_json_string(j, "name", name);
			rs_json_u64(j, "reads", reads);
			rs_json_u64(j, "sectors_read", sectors_read);
			rs_json_u64(j, "read_ms", read_ms);
			rs_json_u64(j, "writes", writes);
			rs_json_u64(j, "sectors_written", sectors_written);
			rs_json_u64(j, "write_ms", write_ms);
			rs_json_end_object(j);
		}
	rs_json_end_array(j);
}

void rs_describe_costs(struct rs_json *j, const struct rs_pressure *pressure)
{
	describe_pressure(j, pressure);
	describe_disks(j);
}

/* Memory that is set aside as huge pages, of all sizes, and does not belong to what reclaim works with. */
static void describe_hugetlb(struct rs_json *j, const struct rs_kernel *k)
{
	unsigned int nid;

	rs_json_object(j, "hugetlb_pages");
	for (nid = 0; (int)nid < k->nr_nodes; nid++) {
		_cleanup_(closedirp) DIR *dir = NULL;
		struct dirent *entry;
		uint64_t pages = 0;
		char path[512], key[16];

		snprintf(path, sizeof(path), "/sys/devices/system/node/node%u/hugepages", nid);
		dir = opendir(path);
		if (!dir)
			continue;
		while ((entry = readdir(dir))) {
			unsigned long long kib;
			int64_t n;

			if (sscanf(entry->d_name, "hugepages-%llukB", &kib) != 1)
				continue;
			snprintf(path, sizeof(path), "/sys/devices/system/node/node%u/hugepages/%.64s/nr_hugepages", nid,
				 entry->d_name);
			if (!rs_read_number(path, &n) && n > 0)
				pages += n * (kib * 1024 / k->page_size);
		}
		snprintf(key, sizeof(key), "%u", nid);
		rs_json_u64(j, key, pages);
	}
	rs_json_end_object(j);
}

static void describe_kernel(struct rs_json *j, const struct rs_kernel *k)
{
	struct rs_cgroup_mount mount;
	int i;

	rs_json_object(j, "kernel");
	rs_json_string(j, "release", k->release);
	rs_json_string(j, "version", k->version);
	rs_json_string(j, "machine", k->machine);
	rs_json_u64(j, "page_size", k->page_size);
	rs_json_u64(j, "cpus", k->nr_cpus);
	rs_json_u64(j, "tick_ns", tick_ns());
	rs_json_u64(j, "nodes", k->nr_nodes);
	rs_json_u64(j, "demoting_nodes", k->demoting_nodes);
	rs_json_u64(j, "nodes_shift", k->nodes_shift);
	rs_json_string(j, "lru", rs_kernel_lru_name(k));
	rs_json_string(j, "preempt", rs_preempt_name(k->preempt));
	rs_json_string(j, "lockdown", rs_lockdown_name(k->lockdown));
	rs_json_bool(j, "addresses_hidden", k->addresses_hidden);
	if (!rs_cgroup_mount(&mount) && mount.v2)
		rs_json_bool(j, "memory_recursiveprot", mount.recursiveprot);
	rs_json_object(j, "differences");
	for (i = 1; i < NR_RS_KDIFFS; i++)
		rs_json_bool(j, rs_kdiff_row(i)->name, k->kdiff[i]);
	rs_json_end_object(j);
	rs_json_end_object(j);
}

static void describe_probes(struct rs_json *j, const struct rs_capture *capture)
{
	unsigned int i, n;
	const struct rs_probe *probes = rs_capture_probes(capture, &n);

	rs_json_array(j, "probes");
	for (i = 0; i < n; i++) {
		rs_json_object(j, NULL);
		rs_json_string(j, "name", rs_hook_symbol(probes[i].hook));
		rs_json_string(j, "family", probes[i].hook->family);
		rs_json_string(j, "state", rs_probe_state_name(probes[i].state));
		rs_json_string(j, "how", rs_probe_how_name(probes[i].how));
		if (probes[i].reason)
			rs_json_string(j, "reason", probes[i].reason);
		if (probes[i].state != RS_PROBE_ATTACHED && probes[i].state != RS_PROBE_OFF)
			rs_json_string(j, "lost", probes[i].hook->lost);
		rs_json_end_object(j);
	}
	rs_json_end_array(j);
}

void rs_describe_host(FILE *out, const struct rs_kernel *kernel, const struct rs_capture *capture,
		      const struct rs_capture_config *config, const struct rs_schema *schema,
		      const char *const *command, bool has_gauge)
{
	static const char *const modes[] = { "summary", "decisions", "folios" };
	_cleanup_(rs_freep) char *vmstat = NULL;
	struct rs_pressure pressure;
	int64_t mem_total = 0;
	struct rs_json j;

	rs_read_file("/proc/vmstat", &vmstat, NULL);
	rs_pressure_read(&pressure);
	rs_json_init(&j, out);
	rs_json_object(&j, NULL);
	rs_json_string(&j, "program", "reclaimscope " RS_PROGRAM_VERSION);
	rs_json_u64(&j, "started_ns", rs_now_ns());
	rs_json_u64(&j, "started_wall_ns", rs_clock_ns(CLOCK_REALTIME));
	rs_json_string(&j, "mode", modes[config->mode]);
	rs_json_string(&j, "attachment", rs_capture_attachment(capture));
	rs_json_string(&j, "gauge", !has_gauge ? "none" : rs_capture_has_gauge(capture) ? "bpf" : "proc");
	rs_json_array(&j, "command");
	for (; command && *command; command++)
		rs_json_string(&j, NULL, *command);
	rs_json_end_array(&j);
	rs_json_object(&j, "filter");
	rs_json_u64(&j, "tgid", config->tgid);
	rs_json_u64(&j, "tid", config->tid);
	rs_json_i64(&j, "node", config->nid);
	rs_json_u64(&j, "cgroup", config->cgroup);
	rs_json_u64(&j, "folio_sample", config->folio_sample ? config->folio_sample : 1);
	rs_json_bool(&j, "exclude_self", config->exclude_self);
	rs_json_end_object(&j);
	describe_kernel(&j, kernel);
	mem_total = sysconf(_SC_PHYS_PAGES);
	rs_json_i64(&j, "mem_total_pages", mem_total);
	describe_zones(&j);
	describe_hugetlb(&j, kernel);
	describe_swaps(&j);
	describe_settings(&j);
	rs_describe_costs(&j, &pressure);
	rs_describe_vmstat(&j, "vmstat", vmstat);
	describe_probes(&j, capture);
	rs_schema_to_json(schema, &j, "schema");
	rs_json_end_object(&j);
}

/* ---- what became of the events ---- */

void rs_loss_sum(const struct rs_capture_counters *c, const struct rs_writer_stats *stats, uint64_t cpu_added,
		 bool given_up, struct rs_loss *ret)
{
	int i;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; i < RS_NR_EVENTS; i++) {
		ret->attempted += c->attempted[i] + c->map_full[i] + c->begin_not_seen[i];
		ret->ring_full += c->ring_full[i];
		ret->nested += c->nested[i];
		ret->map_full += c->map_full[i];
		ret->begin_not_seen += c->begin_not_seen[i];
		ret->filtered += c->filtered[i];
		ret->sampled_out += c->sampled_out[i];
	}
	ret->skipped = c->skipped;
	ret->cpu_added = cpu_added;
	ret->attempted += ret->skipped + cpu_added;
	ret->written = stats->nr_records;
	ret->lost = ret->ring_full + ret->nested + ret->map_full + ret->begin_not_seen + ret->skipped + ret->cpu_added;
	ret->in_flight = ret->attempted - ret->lost - ret->written;
	if (given_up) {
		ret->write_failed = ret->in_flight;
		ret->lost += ret->write_failed;
		ret->in_flight = 0;
	}
}

static void describe_by_kind(struct rs_json *j, const struct rs_capture_counters *c, const struct rs_schema *schema)
{
	int i;

	rs_json_object(j, "by_kind");
	for (i = 0; i < RS_NR_EVENTS; i++) {
		uint64_t lost = c->ring_full[i] + c->nested[i] + c->map_full[i] + c->begin_not_seen[i];

		if (!schema->events[i].type || !(c->attempted[i] + lost + c->filtered[i] + c->sampled_out[i]))
			continue;
		rs_json_object(j, schema->events[i].name);
		rs_json_u64(j, "attempted", c->attempted[i] + c->map_full[i] + c->begin_not_seen[i]);
		rs_json_u64(j, "lost", lost);
		if (c->filtered[i])
			rs_json_u64(j, "filtered", c->filtered[i]);
		if (c->sampled_out[i])
			rs_json_u64(j, "sampled_out", c->sampled_out[i]);
		rs_json_end_object(j);
	}
	rs_json_end_object(j);
}

#define TRACEPOINT_NAME(name) #name,

void rs_describe_loss(FILE *out, const struct rs_loss *loss, const struct rs_capture_counters *c,
		      const struct rs_probe *probes, unsigned int nr_probes, const struct rs_schema *schema)
{
	static const char *const tracepoints[] = { RS_TRACEPOINTS(TRACEPOINT_NAME) };
	struct rs_json j;
	unsigned int i;

	rs_json_init(&j, out);
	rs_json_object(&j, NULL);
	rs_json_u64(&j, "at_ns", rs_now_ns());
	rs_json_u64(&j, "attempted", loss->attempted);
	rs_json_u64(&j, "written", loss->written);
	rs_json_u64(&j, "lost", loss->lost);
	rs_json_u64(&j, "in_flight", loss->in_flight);
	rs_json_object(&j, "by_reason");
	rs_json_u64(&j, "ring_full", loss->ring_full);
	rs_json_u64(&j, "nested_interrupts", loss->nested);
	rs_json_u64(&j, "map_full", loss->map_full);
	rs_json_u64(&j, "begin_not_seen", loss->begin_not_seen);
	rs_json_u64(&j, "skipped_by_kernel", loss->skipped);
	rs_json_u64(&j, "cpu_added", loss->cpu_added);
	rs_json_u64(&j, "write_failed", loss->write_failed);
	rs_json_end_object(&j);
	rs_json_u64(&j, "filtered", loss->filtered);
	rs_json_u64(&j, "sampled_out", loss->sampled_out);
	describe_by_kind(&j, c, schema);
	rs_json_object(&j, "skipped");
	for (i = 0; i < nr_probes; i++)
		if (probes[i].skipped)
			rs_json_u64(&j, rs_hook_symbol(probes[i].hook), probes[i].skipped);
	rs_json_end_object(&j);
	rs_json_object(&j, "tracepoints");
	for (i = 0; i < RS_NR_TRACEPOINTS; i++)
		if (c->seen[i])
			rs_json_u64(&j, tracepoints[i], c->seen[i]);
	rs_json_end_object(&j);
	rs_json_end_object(&j);
}

/* ---- summary mode ---- */

static void put_staller(void *ctx, const struct rs_staller_key *key, const struct rs_staller *s)
{
	struct rs_json *j = ctx;
	char comm[RS_COMM_LEN + 1];

	snprintf(comm, sizeof(comm), "%.*s", RS_COMM_LEN, s->comm);
	rs_json_object(j, NULL);
	rs_json_u64(j, key->by_cgroup ? "cgroup" : "tgid", key->id);
	rs_json_u64(j, "kind", key->kind);
	if (!key->by_cgroup)
		rs_json_string(j, "comm", comm);
	rs_json_u64(j, "count", s->count);
	rs_json_u64(j, "ns", s->ns);
	rs_json_u64(j, "max_ns", s->max_ns);
	rs_json_u64(j, "nr_reclaimed", s->nr_reclaimed);
	rs_json_end_object(j);
}

static void put_u64s(struct rs_json *j, const char *key, const __u64 *values, int n)
{
	int i;

	rs_json_array(j, key);
	for (i = 0; i < n; i++)
		rs_json_u64(j, NULL, values[i]);
	rs_json_end_array(j);
}

void rs_describe_totals(FILE *out, struct rs_capture *capture)
{
	struct rs_totals *t = malloc(sizeof(*t));
	struct rs_counts counts;
	struct rs_json j;
	int kind, b;

	if (!t)
		return;
	rs_capture_totals(capture, t);
	rs_capture_counts(capture, &counts);
	rs_json_init(&j, out);
	rs_json_object(&j, NULL);
	rs_json_u64(&j, "at_ns", rs_now_ns());
	rs_json_array(&j, "stalls");
	for (kind = 0; kind < RS_NR_RECLAIM_KINDS; kind++) {
		rs_json_object(&j, NULL);
		rs_json_u64(&j, "kind", kind);
		rs_json_u64(&j, "count", t->stalls[kind].count);
		rs_json_u64(&j, "ns", t->stalls[kind].ns);
		rs_json_u64(&j, "max_ns", t->stalls[kind].max_ns);
		rs_json_u64(&j, "nr_reclaimed", t->stalls[kind].nr_reclaimed);
		rs_json_object(&j, "histogram");
		for (b = 0; b < RS_HIST_BUCKETS; b++) {
			char floor[24];

			if (!t->stalls[kind].hist[b])
				continue;
			snprintf(floor, sizeof(floor), "%d", b);
			rs_json_u64(&j, floor, t->stalls[kind].hist[b]);
		}
		rs_json_end_object(&j);
		rs_json_end_object(&j);
	}
	rs_json_end_array(&j);
	put_u64s(&j, "nr_scanned", &counts.nr_scanned[0][0], 4);
	put_u64s(&j, "nr_reclaimed", &counts.nr_reclaimed[0][0], 4);
	put_u64s(&j, "batches_by_priority", counts.batches_by_priority, 16);
	put_u64s(&j, "throttled", t->throttled, RS_NR_THROTTLES);
	put_u64s(&j, "throttled_usec", t->throttled_usec, RS_NR_THROTTLES);
	put_u64s(&j, "wakeups_by_order", t->wakeups_by_order, 16);
	rs_json_u64(&j, "slab_freed", counts.slab_freed);
	rs_json_array(&j, "stallers");
	rs_capture_stallers(capture, put_staller, &j);
	rs_json_end_array(&j);
	rs_json_end_object(&j);
	free(t);
}
