/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a recording to a load. The footprint of anonymous memory is what is resident plus what is in swap, so
 * that reclaim does not change it: its growth and fall are the program's own. What came into the page cache is
 * its growth plus what was evicted from it. Time spent waiting for memory is taken out of each span, since the
 * simulation adds its own.
 */
#include "workload.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/cleanup.h"
#include "../base/grow.h"
#include "../base/log.h"
#include "../diff/diff.h"
#include "bursts.h"
#include "disks.h"
#include "measured.h"
#include "settings.h"
#include "stallers.h"
#include "steps.h"
#include "sums.h"

#define NS_PER_S 1000000000ULL
#define MAX_WAKES 4096
/* Counters of a CPU are folded in late, and a page in swap can be in memory as well: smaller changes mean nothing. */
#define NOISE_PAGES 96
/* Fewer readings are no load. */
#define MIN_SLOTS 20

static const struct {
	const char *name;
	enum rs_metric_unit unit;
} metrics[] = {
#define METRIC_ROW(name, unit, text) { #name, RS_UNIT_##unit },
	RS_METRICS(METRIC_ROW)
};

static const struct rs_load_range ranges[] = {
#define RANGE_ROW(name, low, high, text) { #name, text, low, high },
	RS_LOAD_PARAMETERS(RANGE_ROW)
};

const char *rs_metric_name(enum rs_metric metric)
{
	return metrics[metric].name;
}

enum rs_metric_unit rs_metric_unit(enum rs_metric metric)
{
	return metrics[metric].unit;
}

const struct rs_load_range *rs_load_range(enum rs_load_parameter parameter)
{
	return &ranges[parameter];
}

/* ---- the recording's own words about the host ---- */

static void say(struct rs_workload *w, const char *sentence)
{
	if (w->nr_unknown < RS_ARRAY_SIZE_OF(w->unknown))
		w->unknown[w->nr_unknown++] = sentence;
}

static void read_settings(struct rs_workload *w, struct json_object *info)
{
	struct rs_sim_config *c = &w->config;
	struct json_object *settings = rs_info_member(info, "settings");
	const char *ratios = json_object_get_string(rs_info_member(settings, "vm.lowmem_reserve_ratio"));
	struct json_object *cluster = rs_info_member(settings, "vm.page-cluster"), *swaps = rs_info_member(info, "swaps");
	char *end;
	size_t i;

	c->nr_cpus = rs_max(1, json_object_get_int64(rs_info_member(rs_info_member(info, "kernel"), "cpus")));
	rs_settings_recorded(settings, c);
	if (cluster)
		c->swap_readahead = 1u << rs_min(rs_max(json_object_get_int64(cluster), 0), 8);
	for (i = 0; ratios && i < MAX_NR_ZONES; i++, ratios = end) {
		long ratio = strtol(ratios, &end, 10);

		if (end == ratios)
			break;
		c->lowmem_reserve_ratio[i] = ratio;
	}
	for (i = 0; swaps && i < json_object_array_length(swaps); i++) {
		const char *name = json_object_get_string(rs_info_member(json_object_array_get_idx(swaps, i), "name"));

		if (name && rs_disk_is_zram(name))
			w->swap_is_zram = true;
	}
	/* zram has no reason to read ahead, and the kernel reads one page from it where it is the only swap. */
	if (w->swap_is_zram)
		c->swap_readahead = 1;
}

/* ---- one pass over the records ---- */

struct sample {
	uint64_t ts_ns;
	uint64_t free, anon, file, kernel, swap_used;
	uint64_t steal_file, pswpin, pgalloc, waited_ns, reader_waited_ns, boost, boost_wakes;
};

struct pass {
	struct rs_workload *w;
	struct rs_event_node_state node; /* sums of all nodes */
	struct rs_event_zone_state zones[MAX_NR_ZONES];
	bool has_zone[MAX_NR_ZONES], has_node, has_other_node, has_memcg_reclaim, has_missing_rule;
	struct sample *samples;
	size_t nr_samples, room;
	struct rs_stallers stallers;
	struct rs_steps steps;
	uint64_t steal_file;
	double file_read; /* pages, by the devices; NAN: not known */
	uint64_t wake_asked_ns, boost_wakes;
	uint64_t wakes[MAX_WAKES];
	unsigned int nr_wakes;
};

static void take_zone(struct pass *p, const struct rs_event_zone_state *e)
{
	if (e->context != RS_ZONE_OF_GAUGE || e->zid < 0 || e->zid >= MAX_NR_ZONES)
		return;
	if (e->nid) {
		p->has_other_node = true;
		return;
	}
	p->zones[e->zid] = *e;
	p->has_zone[e->zid] = true;
}

static void take_node(struct pass *p, const struct rs_event_node_state *e)
{
	if (e->nid) {
		p->has_other_node = true;
		return;
	}
	p->node = *e;
	p->has_node = true;
}

/* The gauge writes it last: everything of one reading is there. */
static int take_vm(struct pass *p, const struct rs_event_vm_state *e)
{
	const struct rs_event_node_state *n = &p->node;
	struct sample *s;
	uint64_t managed = 0, known;
	int i;

	if (!p->has_node)
		return 0;
	if (!RS_MAKE_ROOM(p->samples, p->nr_samples, p->room, 1024))
		return -ENOMEM;
	s = &p->samples[p->nr_samples];
	memset(s, 0, sizeof(*s));
	s->ts_ns = e->hdr.ts_ns;
	for (i = 0; i < MAX_NR_ZONES; i++)
		if (p->has_zone[i]) {
			managed += p->zones[i].managed;
			s->free += p->zones[i].free;
			s->boost += p->zones[i].boost;
		}
	for (i = 0; i < RS_MAX_ZONES; i++)
		s->pgalloc += e->pgalloc[i];
	s->anon = n->inactive_anon + n->active_anon + n->isolated_anon;
	s->file = n->inactive_file + n->active_file + n->isolated_file;
	known = s->free + s->anon + s->file;
	s->kernel = managed > known ? managed - known : 0;
	s->swap_used = e->swap_free >= 0 && e->swap_total > (uint64_t)e->swap_free ? e->swap_total - e->swap_free : 0;
	s->steal_file = p->steal_file;
	s->pswpin = e->pswpin;
	s->waited_ns = p->stallers.stall_ns - p->stallers.reader_ns - p->stallers.recorder_ns;
	s->reader_waited_ns = p->stallers.reader_ns;
	s->boost_wakes = p->boost_wakes;
	if (!p->nr_samples) {
		p->w->inactive_anon = n->inactive_anon;
		p->w->active_anon = n->active_anon;
		p->w->inactive_file = n->inactive_file;
		p->w->active_file = n->active_file;
		p->w->kernel = s->kernel;
		p->w->config.swap_pages = e->swap_total;
	}
	p->nr_samples++;
	return 0;
}

static int take(struct pass *p, const struct rs_event_hdr *hdr)
{
#define AS(name) ((const struct rs_event_##name *)hdr)
	switch (hdr->type) {
	case RS_EVENT_zone_state:
		take_zone(p, AS(zone_state));
		break;
	case RS_EVENT_node_state:
		take_node(p, AS(node_state));
		break;
	case RS_EVENT_vm_state:
		return take_vm(p, AS(vm_state));
	case RS_EVENT_reclaim_begin:
		p->has_memcg_reclaim |= AS(reclaim_begin)->kind == RS_RECLAIM_MEMCG;
		rs_steps_reclaims(&p->steps, hdr->tid, hdr->ts_ns);
		if (AS(reclaim_begin)->kind == RS_RECLAIM_DIRECT)
			rs_stallers_begin(&p->stallers, hdr->tid, hdr->ts_ns, AS(reclaim_begin)->gfp, AS(reclaim_begin)->comm);
		break;
	case RS_EVENT_reclaim_end:
		rs_steps_reclaims(&p->steps, hdr->tid, 0);
		if (AS(reclaim_end)->kind == RS_RECLAIM_DIRECT)
			rs_stallers_end(&p->stallers, hdr->tid, hdr->ts_ns);
		break;
	case RS_EVENT_shrink_inactive:
		rs_steps_add(&p->steps, AS(shrink_inactive), &p->w->config.costs);
		if (AS(shrink_inactive)->file)
			p->steal_file += AS(shrink_inactive)->nr_reclaimed;
		break;
	case RS_EVENT_kswapd_sleep:
		rs_steps_reclaims(&p->steps, hdr->tid, 0);
		break;
	case RS_EVENT_wakeup_kswapd:
		p->wake_asked_ns = hdr->ts_ns;
		rs_stallers_woke(&p->stallers, hdr->tid, AS(wakeup_kswapd)->gfp);
		/* without flags: of an allocation that has raised the marks */
		p->boost_wakes += !AS(wakeup_kswapd)->gfp;
		break;
	case RS_EVENT_kswapd_wake:
		rs_steps_reclaims(&p->steps, hdr->tid, hdr->ts_ns);
		if (p->wake_asked_ns && p->nr_wakes < MAX_WAKES)
			p->wakes[p->nr_wakes++] = hdr->ts_ns - p->wake_asked_ns;
		p->wake_asked_ns = 0;
		break;
	default:
		break;
	}
#undef AS
	return 0;
}

/* ---- sums ---- */

/*
 * Pages that were read from files. The kernel counts what every device reads, in KiB; whether zram's swap-ins are in
 * it depends on how the kernel reads from zram, so with them the sum says nothing.
 */
static double file_reads(const struct rs_workload *w, struct json_object *info, struct json_object *end)
{
	double pages = rs_vmstat_delta(info, end, "pgpgin") / 4, swapped_in = w->recorded[RS_METRIC_pswpin];

	if (w->swap_is_zram)
		return swapped_in > 0 ? NAN : pages;
	return fmax(0, pages - (swapped_in > 0 ? swapped_in : 0));
}

static void learn_chance(struct pass *p)
{
	struct rs_stall_sums together = rs_stallers_together(&p->stallers);

	p->w->stalls_together = together.nr;
	p->w->stall_ns_together = together.ns;
}

static void sum_up(struct pass *p, struct json_object *info, struct json_object *end)
{
	static const struct {
		enum rs_metric metric;
		const char *name;
	} counters[] = {
		{ RS_METRIC_refault_anon, "workingset_refault_anon" },
		{ RS_METRIC_refault_file, "workingset_refault_file" },
		{ RS_METRIC_pswpin, "pswpin" },
		{ RS_METRIC_pswpout, "pswpout" },
		{ RS_METRIC_pageoutrun, "pageoutrun" },
		{ RS_METRIC_pgscan_kswapd, "pgscan_kswapd" },
		{ RS_METRIC_pgscan_direct, "pgscan_direct" },
		{ RS_METRIC_pgsteal_kswapd, "pgsteal_kswapd" },
		{ RS_METRIC_pgsteal_direct, "pgsteal_direct" },
		{ RS_METRIC_pgactivate, "pgactivate" },
	};
	const struct sample *first = &p->samples[0], *last = &p->samples[p->nr_samples - 1];
	double *r = p->w->recorded, free_sum = 0;
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE_OF(counters); i++)
		r[counters[i].metric] = rs_vmstat_delta(info, end, counters[i].name);
	r[RS_METRIC_allocstall] = rs_vmstat_delta_of_zones(info, end, "allocstall");
	r[RS_METRIC_stall_ns] = p->stallers.stall_ns;
	r[RS_METRIC_pgpgin] = file_reads(p->w, info, end);
	/* Of both types in one counter: it tells how files are read only where they are most of what is reclaimed. */
	if (r[RS_METRIC_pswpout] > r[RS_METRIC_refault_file])
		r[RS_METRIC_pgactivate] = NAN;
	r[RS_METRIC_memory_some_ns] = rs_pressure_delta(info, end, "memory_some_us", 1000);
	r[RS_METRIC_memory_full_ns] = rs_pressure_delta(info, end, "memory_full_us", 1000);
	r[RS_METRIC_kswapd_cpu_ns] = rs_pressure_delta(info, end, "kswapd_cpu_ns", 1);
	for (i = 1; i < p->nr_samples; i++)
		free_sum += (p->samples[i - 1].free + p->samples[i].free) / 2.0 *
			    (p->samples[i].ts_ns - p->samples[i - 1].ts_ns);
	r[RS_METRIC_free_pages] = free_sum / (last->ts_ns - first->ts_ns);
	r[RS_METRIC_duration_ns] = last->ts_ns - first->ts_ns;
	p->w->dirtied_per_s = rs_vmstat_delta(info, end, "nr_dirtied") * NS_PER_S / r[RS_METRIC_duration_ns];
	p->w->file_wait_ns = NAN;
	p->file_read = rs_load_measure_devices(p->w, info, end, rs_pressure_delta(info, end, "io_some_us", 1000));
	rs_load_measure_cpu(p->w, rs_steps_scale(&p->steps));
	if (!(p->w->dirtied_per_s > 0))
		p->w->dirtied_per_s = 0;
}

/* How much memory zram takes for a page: how kernel memory follows the pages in swap. */
static void learn_zram(struct pass *p)
{
	double n = p->nr_samples, sx = 0, sy = 0, sxx = 0, sxy = 0, slope;
	size_t i;

	for (i = 0; i < p->nr_samples; i++) {
		double x = p->samples[i].swap_used, y = p->samples[i].kernel;

		sx += x;
		sy += y;
		sxx += x * x;
		sxy += x * y;
	}
	slope = sxx * n - sx * sx > 0 ? (sxy * n - sx * sy) / (sxx * n - sx * sx) : 0;
	p->w->config.swap.stored_bytes = 4096 * (slope < 0.02 ? 0.02 : slope > 1 ? 1 : slope);
	for (i = 0; i < p->nr_samples; i++) {
		uint64_t stored = p->samples[i].swap_used * p->w->config.swap.stored_bytes / 4096;

		p->samples[i].kernel -= rs_min(p->samples[i].kernel, stored);
	}
}

/* Follows @value with a little slack, and tells what it rose or fell by. */
static void follow(int64_t *level, int64_t value, uint32_t *rose, uint32_t *fell)
{
	*rose = *fell = 0;
	if (value > *level + NOISE_PAGES) {
		*rose = value - *level;
		*level = value;
	} else if (value < *level - NOISE_PAGES) {
		*fell = *level - value;
		*level = value;
	}
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The shortest time of a page, over spans with enough of them: then the host did little else. */
static double fastest_alloc_ns(const struct pass *p)
{
	double best = INFINITY;
	size_t i;

	for (i = 1; i < p->nr_samples; i++) {
		double pages = (double)p->samples[i].pgalloc - (double)p->samples[i - 1].pgalloc;
		double ns = (double)(p->samples[i].ts_ns - p->samples[i - 1].ts_ns) -
			    (double)(p->samples[i].waited_ns - p->samples[i - 1].waited_ns);

		if (pages >= 128 && ns > 0 && ns / pages < best)
			best = ns / pages;
	}
	return best;
}

/*
 * A page that is faulted in costs more than one of many that are read at once; and reading takes CPU time as well, all that
 * nobody waited for a device.
 */
static void learn_costs(struct rs_workload *w)
{
	struct rs_sim_costs *costs = &w->config.costs;
	double read_ns = rs_load_read_ns(w->slots, w->nr_slots) - w->file_wait_ns;

	w->growth_ns = rs_load_growth_ns(w->slots, w->nr_slots);
	if (isfinite(w->alloc_ns))
		costs->alloc = costs->fault = w->alloc_ns / 2;
	if (isfinite(w->growth_ns))
		costs->fault = fmax(costs->fault, w->growth_ns - costs->alloc);
	if (isfinite(read_ns))
		costs->file_read = fmax(0, read_ns - costs->alloc);
}

/* What came into the cache was read by a device or written by a task. */
static void take_out_written(struct pass *p, uint64_t *file_in)
{
	struct rs_workload *w = p->w;
	double share = p->file_read / *file_in, read = 0;
	uint64_t sum = 0;
	size_t i;

	if (!(share >= 0 && share < 1))
		return;
	for (i = 0; i < w->nr_slots; i++) {
		read += w->slots[i].file_in * share;
		w->slots[i].file_in = read - sum;
		sum += w->slots[i].file_in;
	}
	w->file_written = *file_in - sum;
	*file_in = sum;
}

static int make_slots(struct pass *p)
{
	struct rs_workload *w = p->w;
	int64_t anon, kernel;
	uint64_t file_in = 0;
	double waits = w->recorded[RS_METRIC_memory_some_ns] - w->recorded[RS_METRIC_stall_ns], per_swapin = 0;
	size_t i;

	w->nr_slots = p->nr_samples - 1;
	w->slots = calloc(w->nr_slots, sizeof(*w->slots));
	if (!w->slots)
		return -ENOMEM;
	anon = p->samples[0].anon + p->samples[0].swap_used;
	kernel = p->samples[0].kernel;
	w->kernel = kernel;
	w->swapped_in = p->samples[p->nr_samples - 1].pswpin - p->samples[0].pswpin;
	if (waits > 0 && w->swapped_in)
		per_swapin = waits / w->swapped_in;
	for (i = 0; i < w->nr_slots; i++) {
		const struct sample *a = &p->samples[i], *b = &p->samples[i + 1];
		int64_t in = (int64_t)(b->file + b->steal_file) - (int64_t)(a->file + a->steal_file);
		struct rs_load_slot *s = &w->slots[i];

		s->ns = b->ts_ns - a->ts_ns;
		follow(&anon, b->anon + b->swap_used, &s->anon_new, &s->anon_gone);
		follow(&kernel, b->kernel, &s->kernel_new, &s->kernel_gone);
		s->file_in = in > 0 ? in : 0;
		file_in += s->file_in;
		s->swapped_in = b->pswpin - a->pswpin;
		/* kswapd may have lowered them since they were raised */
		s->boost = b->boost || b->boost_wakes == a->boost_wakes ? b->boost : PAGEBLOCK_NR_PAGES;
		s->waited_ns =
			rs_min(b->waited_ns - a->waited_ns + (uint64_t)(per_swapin * s->swapped_in), s->ns * 95 / 100);
		s->reader_waited_ns = rs_min(b->reader_waited_ns - a->reader_waited_ns, s->ns * 95 / 100);
		w->anon_peak = rs_max(w->anon_peak, anon);
		w->file_peak = rs_max(w->file_peak, b->file);
	}
	take_out_written(p, &file_in);
	w->anon_peak = rs_max(w->anon_peak, p->samples[0].anon + p->samples[0].swap_used);
	w->file_peak = rs_max(w->file_peak, p->samples[0].file);
	w->file_seen = p->samples[0].file + file_in;
	if (w->recorded[RS_METRIC_refault_file] > 0)
		w->file_seen -= rs_min(w->file_seen, (uint64_t)w->recorded[RS_METRIC_refault_file]);
	w->file_seen = rs_max(w->file_seen, w->file_peak);
	w->recorded[RS_METRIC_pswpin_half_ns] = rs_load_half_of_swapins_ns(w->slots, w->nr_slots);
	learn_costs(w);
	w->nr_growers = rs_stallers_growers(&p->stallers);
	if (rs_load_split(&w->slots, &w->nr_slots, rs_load_burst_pages(w->slots, w->nr_slots)))
		return -ENOMEM;
	rs_load_take_turns(w->slots, w->nr_slots, w->nr_growers);
	return 0;
}

static void learn_host(struct pass *p)
{
	struct rs_sim_config *c = &p->w->config;
	int i;

	c->nr_zones = 0;
	for (i = 0; i < MAX_NR_ZONES; i++)
		if (p->has_zone[i] && p->zones[i].managed)
			c->zones[c->nr_zones++] =
				(struct rs_sim_zone){ .idx = i, .managed_pages = p->zones[i].managed };
	if (p->nr_wakes) {
		qsort(p->wakes, p->nr_wakes, sizeof(p->wakes[0]), compare_u64);
		c->kswapd_wake_ns = p->wakes[p->nr_wakes / 10];
	}
	c->swap.synchronous = p->w->swap_is_zram;
	p->w->alloc_ns = fastest_alloc_ns(p);
}

static void say_unknown(const struct pass *p)
{
	struct rs_workload *w = p->w;

	if (p->has_other_node)
		say(w, "only node 0 is simulated");
	if (p->has_missing_rule)
		say(w, "how this kernel differs in ways that the recorder did not know yet: record again");
	if (p->has_memcg_reclaim)
		say(w, "the limits of cgroups: what their reclaim did is recorded, but not simulated");
	if (!p->nr_wakes)
		say(w, "how soon kswapd runs after its wake-up: it was never woken");
	if (isnan(w->recorded[RS_METRIC_memory_some_ns]))
		say(w, "pressure stall information: the recording has none");
	if (w->config.swap_pages && !w->swapped_in)
		say(w, "how often anonymous memory is used, and what a swap-in costs: nothing came back from swap");
	if (!(w->recorded[RS_METRIC_refault_file] > 0))
		say(w, "how much more file cache would be used: no file page came back");
	if (w->recorded[RS_METRIC_pgscan_kswapd] + w->recorded[RS_METRIC_pgscan_direct] == 0)
		say(w, "what reclaim costs here: nothing was reclaimed");
}

void rs_workload_destroy(struct rs_workload *w)
{
	if (!w)
		return;
	free(w->slots);
	free(w);
}

RS_DEFINE_CLEANUP(struct rs_workload *, rs_workload_destroy)

static int read_all(struct pass *p, struct rs_reader *reader)
{
	struct rs_event event;
	int err;

	while ((err = rs_reader_next(reader, &event)) > 0) {
		err = take(p, event.hdr);
		if (err)
			return rs_err(err, "workload");
	}
	return err ? rs_err(err, "workload") : 0;
}

static int create(struct pass *p, struct rs_reader *reader)
{
	struct json_object *info = rs_reader_info(reader), *end = rs_reader_end(reader);
	struct rs_rules rules;
	int err, i;

	p->has_missing_rule = rs_diff_read_rules(reader, &rules) != NULL;
	rs_sim_config_init(&p->w->config, &rules, 1024);
	err = read_all(p, reader);
	if (err)
		return err;
	end = rs_reader_end(reader);
	if (!end)
		return rs_fail(-ENODATA, "the recording was cut off: its sums at the end are missing");
	if (p->nr_samples <= MIN_SLOTS)
		return rs_fail(-ENODATA, "the gauge was read %zu times only: record longer, in mode decisions",
			      p->nr_samples);
	p->w->recorder_cpu_ns =
		rs_info_member(end, "recorder_cpu_ns") ? json_object_get_int64(rs_info_member(end, "recorder_cpu_ns")) : NAN;
	p->w->recorder_pages = json_object_get_int64(rs_info_member(end, "recorder_memory_bytes")) / 4096;
	p->w->nr_records = json_object_get_int64(rs_info_member(end, "attempted"));
	for (i = 0; i < RS_NR_METRICS; i++)
		p->w->recorded[i] = NAN;
	read_settings(p->w, info);
	learn_host(p);
	sum_up(p, info, end);
	learn_chance(p);
	if (p->w->swap_is_zram)
		learn_zram(p);
	err = make_slots(p);
	if (err)
		return rs_err(err, "workload");
	say_unknown(p);
	return 0;
}

int rs_workload_create(struct rs_reader *reader, struct rs_workload **ret)
{
	_cleanup_(rs_workload_destroyp) struct rs_workload *w = calloc(1, sizeof(*w));
	struct pass *p = calloc(1, sizeof(*p));
	int err;

	if (!w || !p) {
		free(p);
		return rs_err(-ENOMEM, "workload");
	}
	p->w = w;
	err = create(p, reader);
	free(p->samples);
	free(p);
	if (err)
		return err;
	*ret = rs_take_ptr(w);
	return 0;
}

bool rs_workload_has(const struct rs_workload *w, enum rs_load_parameter parameter)
{
	bool swaps = w->config.swap_pages != 0, reads = w->file_peak > 64;

	switch (parameter) {
	case RS_LOAD_anon_hot_share:
	case RS_LOAD_anon_hot_rate:
	case RS_LOAD_anon_cold_rate:
	case RS_LOAD_swap_in_ns:
	case RS_LOAD_swap_out_ns:
		return swaps && w->anon_peak;
	case RS_LOAD_swap_cpu_ns:
		return swaps && w->anon_peak && !w->swap_is_zram;
	case RS_LOAD_file_size:
	case RS_LOAD_file_sweep_share:
	case RS_LOAD_file_sweep_rate:
	case RS_LOAD_file_reads:
	case RS_LOAD_file_in_ns:
		return reads;
	case RS_LOAD_file_hot_share:
	case RS_LOAD_file_hot_rate:
		/* nothing is read otherwise than in order */
		return reads && w->measured[RS_LOAD_file_sweep_share] < 1;
	default:
		return true;
	}
}
