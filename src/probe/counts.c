/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs have counted, and what they remember for those who read it later. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>

#include "../base/cleanup.h"
#include "../base/grow.h"
#include "capture_state.h"

/* Closing a link waits for the programs on it; the counters of what was skipped are read before. */
void rs_capture_ask_skipped(struct rs_capture *c)
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

/* Those that the programs ask WANTED_OF() for. */
static const struct {
	enum rs_tracepoint tracepoint;
	enum rs_event_type event;
} seen_by_record[] = {
	{ RS_TP_mm_vmscan_lru_shrink_inactive, RS_EVENT_shrink_inactive },
	{ RS_TP_mm_vmscan_lru_shrink_active, RS_EVENT_shrink_active },
	{ RS_TP_mm_shrink_slab_end, RS_EVENT_shrink_slab },
};

void rs_capture_counters(struct rs_capture *c, struct rs_capture_counters *ret)
{
	unsigned int cpu, level, type, i;
	struct rs_counts counts;

	if (!c->cpus) {
		memset(ret, 0, sizeof(*ret));
		return;
	}
	/* Type by type, as then nothing has to be cleared that is written anyhow. */
	for (type = 0; type < RS_NR_EVENTS; type++) {
		uint64_t attempted = 0, full[2] = { 0 }, map_full = 0, unmatched = 0, filtered = 0, sampled_out = 0;

		for (cpu = 0; cpu < (unsigned int)c->kernel->nr_cpus; cpu++) {
			const struct rs_cpu *p = &c->cpus[cpu];

			for (level = 0; level < RS_LEVELS; level++) {
				attempted += p->level[level].attempted[type];
				full[level >= RS_RINGS] += p->level[level].full[type];
			}
			map_full += p->map_full[type];
			unmatched += p->unmatched[type];
			filtered += p->filtered[type];
			sampled_out += p->sampled_out[type];
		}
		ret->attempted[type] = attempted;
		ret->ring_full[type] = full[0];
		ret->nested[type] = full[1];
		ret->map_full[type] = map_full;
		ret->begin_not_seen[type] = unmatched;
		ret->filtered[type] = filtered;
		ret->sampled_out[type] = sampled_out;
	}
	rs_capture_counts(c, &counts);
	memcpy(ret->seen, counts.seen, sizeof(ret->seen));
	for (i = 0; !c->filtered && i < RS_ARRAY_SIZE_OF(seen_by_record); i++)
		ret->seen[seen_by_record[i].tracepoint] += ret->attempted[seen_by_record[i].event];
	/* In a summary there are no such records; a batch is counted by its priority, and the others for themselves. */
	for (i = 0; !c->filtered && i < RS_ARRAY_SIZE_OF(counts.batches_by_priority); i++)
		ret->seen[RS_TP_mm_vmscan_lru_shrink_inactive] += counts.batches_by_priority[i];
	memcpy(ret->delivered, c->delivered, sizeof(ret->delivered));
	ret->skipped = 0;
	for (i = 0; i < c->nr_probes; i++)
		ret->skipped += c->probes[i].skipped;
}

uint64_t rs_capture_cpu_added(const struct rs_capture *c)
{
	return c->no_ring ? *c->no_ring : 0;
}

void rs_capture_counts(const struct rs_capture *c, struct rs_counts *ret)
{
	const size_t words = sizeof(struct rs_counts) / sizeof(uint64_t);
	int cpus = libbpf_num_possible_cpus();
	size_t slots = cpus > 0 && cpus < RS_COUNT_SLOTS ? cpus : RS_COUNT_SLOTS, slot, w;

	memset(ret, 0, sizeof(*ret));
	for (slot = 0; c->counts && slot < slots; slot++)
		for (w = 0; w < words; w++)
			((uint64_t *)ret)[w] += ((const uint64_t *)&c->counts[slot])[w];
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

struct row {
	struct rs_staller_key key;
	struct rs_staller sum;
};

struct rows {
	struct row *rows;
	size_t nr, room;
};

static void add_row(struct rows *r, uint64_t id, uint32_t by_cgroup, uint32_t kind, const struct rs_staller *sum)
{
	if (RS_MAKE_ROOM(r->rows, r->nr, r->room, 64))
		r->rows[r->nr++] = (struct row){ { .id = id, .by_cgroup = by_cgroup, .kind = kind }, *sum };
}

static int compare_rows(const void *a, const void *b)
{
	return memcmp(&((const struct row *)a)->key, &((const struct row *)b)->key, sizeof(struct rs_staller_key));
}

/* The table first: what a thread hands over in between is then missing this time, and not there twice. */
static void find_rows(const struct rs_capture *c, struct rows *r)
{
	struct rs_staller_key key, next;
	struct rs_staller value;
	void *from = NULL;
	unsigned int i;

	while (!bpf_map_get_next_key(c->stallers, from, &next)) {
		key = next;
		from = &key;
		if (!bpf_map_lookup_elem(c->stallers, &key, &value))
			add_row(r, key.id, key.by_cgroup, key.kind, &value);
	}
	for (i = 0; c->task_slots && i < RS_TASK_SLOTS; i++) {
		const struct rs_own_stalls *own = &c->task_slots[i].own;

		if (!own->sum.count)
			continue;
		add_row(r, own->tgid, 0, own->kind, &own->sum);
		add_row(r, own->cgroup, 1, own->kind, &own->sum);
	}
}

void rs_capture_stallers(struct rs_capture *c,
			 void (*each)(void *ctx, const struct rs_staller_key *key, const struct rs_staller *value),
			 void *ctx)
{
	struct rows r = { 0 };
	size_t i, k;

	find_rows(c, &r);
	qsort(r.rows, r.nr, sizeof(*r.rows), compare_rows);
	for (i = 0; i < r.nr; i = k) {
		struct row *sum = &r.rows[i];

		for (k = i + 1; k < r.nr && !compare_rows(sum, &r.rows[k]); k++) {
			sum->sum.count += r.rows[k].sum.count;
			sum->sum.ns += r.rows[k].sum.ns;
			sum->sum.nr_reclaimed += r.rows[k].sum.nr_reclaimed;
			if (r.rows[k].sum.max_ns > sum->sum.max_ns)
				sum->sum.max_ns = r.rows[k].sum.max_ns;
		}
		each(ctx, &sum->key, &sum->sum);
	}
	free(r.rows);
}

bool rs_capture_has_stacks(const struct rs_capture *c)
{
	return c->config.stacks;
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
