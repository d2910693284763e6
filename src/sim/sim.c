/* SPDX-License-Identifier: GPL-2.0-only */
/* A simulated host: made, filled with what there is and what is done, run, and read. */
#include "sim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../model/scan_balance.h"
#include "host.h"
#include "lru_gen.h"

#define NS_PER_CS 10000000ULL
/* From this many pages on, huge pages are worth their clearing. */
#define HUGE_FROM (1u << 18)

/* ---- Configuration. ---- */

void rs_sim_config_init(struct rs_sim_config *config, const struct rs_rules *rules, uint64_t nr_pages)
{
	struct zone zone = { .managed_pages = nr_pages, .idx = ZONE_NORMAL };

	*config = (struct rs_sim_config){
		.rules = *rules,
		.seed = 1,
		.nr_cpus = 1,
		.zones = { { .idx = ZONE_NORMAL, .managed_pages = nr_pages } },
		.nr_zones = 1,
		.watermark_scale_factor = 10,
		.watermark_boost_factor = 15000,
		.swappiness = 60,
		.vfs_cache_pressure = 100,
		.lowmem_reserve_ratio = { 256, 256, 32, 0, 0 },
		.dirty_ratio = 20,
		.dirty_background_ratio = 10,
		.dirty_expire_centisecs = 3000,
		.dirty_writeback_centisecs = 500,
		.swap_readahead = 8,
		/* an SSD behind virtio */
		.swap = { .read_request_ns = 4000, .read_page_ns = 4000, .write_request_ns = 4000, .write_page_ns = 4000,
			  .latency_ns = 80000 },
		.file = { .read_request_ns = 4000, .read_page_ns = 4000, .write_request_ns = 4000, .write_page_ns = 4000,
			  .latency_ns = 80000 },
		/* of the order that perf shows on a server of 2020; a calibration replaces them */
		.costs = { .access = 50, .fault = 700, .alloc = 400, .free = 100, .scan = 60, .rmap = 150, .reclaim = 250,
			   .pageout = 600, .shrink_node = 1000, .slab_object = 40, .slowpath = 300 },
		.kswapd_wake_ns = 20000,
		.sched_slice_ns = 3000000,
	};
	config->min_free_kbytes = calculate_min_free_kbytes(nr_free_buffer_pages(&zone, 1), -1, 0, NULL);
}

/* ---- Creation. ---- */

static void time_passes(void *arg, uint64_t ns)
{
	struct rs_sim *sim = arg;
	int i;

	for (i = 0; i <= sim->highest_zone; i++)
		sim->extra[i].free_ns += (unsigned __int128)sim->zones[i].nr_free_pages * ns;
}

static int check_config(const struct rs_sim_config *config)
{
	unsigned int i;

	if (!config->nr_zones || config->nr_zones > MAX_NR_ZONES || !config->nr_cpus || config->nr_cpus > 4096)
		return -EINVAL;
	for (i = 0; i < config->nr_zones; i++)
		if (config->zones[i].idx >= ZONE_DEVICE || (i && config->zones[i].idx <= config->zones[i - 1].idx) ||
		    !config->zones[i].managed_pages || config->zones[i].managed_pages > RS_SIM_MAX_PAGES)
			return -EINVAL;
	if (config->swappiness < 0 || config->swappiness > SWAPPINESS_ANON_ONLY || config->min_free_kbytes < 0 ||
	    config->watermark_scale_factor < 1 || config->vfs_cache_pressure < 0 || config->watermark_boost_factor < 0)
		return -EINVAL;
	/* 5.10 has no MGLRU: it is told by the marks of 6.1 */
	return config->lru_gen && !config->rules.wmark_promo ? -EOPNOTSUPP : 0;
}

/* What a touch does that needs no thinking: of a page that is there, and stays where it is. */
static void fill_touch_sets(struct rs_sim *sim)
{
	unsigned int write, hot;

	for (write = 0; write < 2; write++) {
		for (hot = 0; hot < 256; hot++) {
			uint8_t set = hot & PG_UNMAPPED ? PG_REFERENCED : PG_YOUNG;
			/* MGLRU counts each such use */
			bool moves = (hot & PG_UNMAPPED) && (hot & PG_REFERENCED) &&
				     (sim->conf.lru_gen || !(hot & PG_ACTIVE));

			if (!(hot & PG_RESIDENT) || (write && !(hot & PG_DIRTY)) || moves)
				set = 0;
			sim->touch_sets[write][hot] = set;
		}
	}
}

/*
 * Address space, of which memory is taken where it is touched; each array begins where a huge page may. One mapping for all: what
 * is unmapped in one thread keeps the others waiting.
 */
static int map_arrays(struct rs_sim *sim)
{
	const struct {
		void *array; /* a pointer, of some type */
		size_t bytes;
	} arrays[] = {
		{ &sim->hot, RS_SIM_MAX_PAGES },
		{ &sim->cold, RS_SIM_MAX_PAGES * sizeof(*sim->cold) },
		{ &sim->shadow, RS_SIM_MAX_PAGES * sizeof(*sim->shadow) },
		{ &sim->area_of, (RS_SIM_MAX_PAGES >> AREA_SHIFT) * sizeof(*sim->area_of) },
		{ &sim->blocks.slots, (size_t)MAX_BLOCKS * BLOCK_SLOTS * sizeof(*sim->blocks.slots) },
		{ &sim->blocks.next, MAX_BLOCKS * sizeof(*sim->blocks.next) },
		{ &sim->blocks.prev, MAX_BLOCKS * sizeof(*sim->blocks.prev) },
	};
	size_t i, bytes = RS_HUGE_BYTES;
	uint8_t *p;

	_Static_assert((RS_SIM_MAX_PAGES >> AREA_SHIFT) % RS_HUGE_BYTES == 0 && MAX_BLOCKS * sizeof(uint32_t) % RS_HUGE_BYTES == 0,
		       "an array ends where a huge page does");
	for (i = 0; i < RS_ARRAY_SIZE_OF(arrays); i++)
		bytes += arrays[i].bytes;
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return -ENOMEM;
	sim->mapping = p;
	sim->mapped_bytes = bytes;
	p += -(uintptr_t)p % RS_HUGE_BYTES;
	for (i = 0; i < RS_ARRAY_SIZE_OF(arrays); i++) {
		memcpy(arrays[i].array, &p, sizeof(p));
		p += arrays[i].bytes;
	}
	return 0;
}

static int init_memory(struct rs_sim *sim)
{
	uint64_t total = 0;
	unsigned int i;

	if (map_arrays(sim))
		return -ENOMEM;
	sim->blocks.nr = 1;
	sim->id_bits = 24;
	for (i = 0; i < sim->conf.nr_zones; i++) {
		const struct rs_sim_zone *z = &sim->conf.zones[i];

		sim->zones[z->idx].managed_pages = z->managed_pages;
		sim->highest_zone = z->idx;
		sim->only_zone = sim->conf.nr_zones == 1 ? (int)z->idx : -1;
		total += z->managed_pages;
	}
	for (i = 0; i < MAX_NR_ZONES; i++) {
		sim->zones[i].idx = i;
		sim->zones[i].nr_free_pages = sim->zones[i].managed_pages;
		sim->extra[i].least_free = sim->zones[i].managed_pages;
		sim->extra[i].first_below_low_ns = sim->extra[i].first_below_min_ns = RS_NEVER;
	}
	rs_set_marks(sim);
	for (i = 0; i < ANON_AND_FILE; i++)
		sim->bucket_order[i] = workingset_bucket_order(total, &rs_shadow_layout, i);
	return 0;
}

static int init_threads(struct rs_sim *sim)
{
	struct rs_device *devices[] = { &sim->swap, &sim->file };
	unsigned int i;
	int err;

	err = rs_sched_init(&sim->sched, sim->conf.nr_cpus, sim->conf.sched_slice_ns ? sim->conf.sched_slice_ns : 1);
	if (err)
		return err;
	sim->sched.passes = time_passes;
	sim->sched.passes_arg = sim;
	for (i = 0; i < 2; i++) {
		devices[i]->sim = sim;
		devices[i]->event_ns = RS_NEVER;
		devices[i]->swap = !i;
		devices[i]->conf = i ? &sim->conf.file : &sim->conf.swap;
	}
	sim->kswapd_highest_zoneidx = MAX_NR_ZONES;
	err = rs_thread_create(&sim->sched, rs_kswapd, sim, 0, &sim->kswapd);
	if (!err)
		err = rs_thread_create(&sim->sched, rs_flusher, sim, 0, &sim->flusher);
	return err ? err : sim->sched.error;
}

int rs_sim_create(const struct rs_sim_config *config, struct rs_sim **ret)
{
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	int err = check_config(config);

	if (err)
		return err;
	sim = calloc(1, sizeof(*sim));
	if (!sim)
		return -ENOMEM;
	sim->conf = *config;
	sim->rules = &sim->conf.rules;
	sim->memcgs = calloc(RS_SIM_MAX_CGROUPS, sizeof(*sim->memcgs));
	sim->tasks = calloc(RS_SIM_MAX_TASKS, sizeof(*sim->tasks));
	if (!sim->memcgs || !sim->tasks)
		return -ENOMEM;
	sim->nr_memcgs = 1;
	sim->memcgs[0].limits.high = sim->memcgs[0].limits.max = sim->memcgs[0].limits.swap_max = RS_SIM_UNLIMITED;
	fill_touch_sets(sim);
	err = config->lru_gen ? rs_lru_gen_init(sim, 0) : 0;
	if (!err)
		err = init_memory(sim);
	if (!err)
		err = init_threads(sim);
	if (err)
		return err;
	*ret = rs_take_ptr(sim);
	return 0;
}

void rs_sim_destroy(struct rs_sim *sim)
{
	unsigned int i;

	if (!sim)
		return;
	rs_sched_deinit(&sim->sched);
	if (sim->mapping)
		munmap(sim->mapping, sim->mapped_bytes);
	for (i = 0; i < RS_VERDICT_MODES; i++)
		free(sim->verdicts[i]);
	free(sim->swap.writes);
	free(sim->file.writes);
	free(sim->dirty);
	free(sim->areas);
	for (i = 0; sim->memcgs && i < RS_SIM_MAX_CGROUPS; i++)
		free(sim->memcgs[i].lrugen);
	free(sim->memcgs);
	free(sim->tasks);
	free(sim);
}

/* ---- What there is. ---- */

int rs_sim_cgroup_add(struct rs_sim *sim, const struct rs_sim_cgroup *cgroup)
{
	struct rs_memcg *m = &sim->memcgs[sim->nr_memcgs];

	if (sim->nr_memcgs == RS_SIM_MAX_CGROUPS)
		return -ENOSPC;
	if (cgroup->parent >= sim->nr_memcgs)
		return -EINVAL;
	m->limits = *cgroup;
	m->level = sim->memcgs[cgroup->parent].level + 1;
	if (sim->conf.lru_gen && rs_lru_gen_init(sim, sim->nr_memcgs))
		return -ENOMEM;
	sim->protections |= cgroup->min || cgroup->low;
	return sim->nr_memcgs++;
}

int rs_sim_cgroup_set(struct rs_sim *sim, unsigned int cgroup, const struct rs_sim_cgroup *limits)
{
	unsigned int parent;

	if (!cgroup || cgroup >= sim->nr_memcgs)
		return -EINVAL;
	parent = sim->memcgs[cgroup].limits.parent;
	sim->memcgs[cgroup].limits = *limits;
	sim->memcgs[cgroup].limits.parent = parent;
	sim->protections |= limits->min || limits->low;
	return 0;
}

/* Large ones in huge pages, small ones in whole: threads that fault wait for each other. A refusal costs speed only. */
static void advise(void *array, size_t bytes, bool huge)
{
	if (huge)
		madvise(array, (bytes + RS_HUGE_BYTES - 1) / RS_HUGE_BYTES * RS_HUGE_BYTES, MADV_HUGEPAGE);
	else
		madvise(array, bytes, MADV_POPULATE_WRITE);
}

static void advise_arrays(struct rs_sim *sim)
{
	const size_t nr = sim->nr_pages;
	const bool huge = nr >= HUGE_FROM;

	advise(sim->hot, nr, huge);
	if (huge || sim->only_zone < 0)
		advise(sim->cold, nr * sizeof(*sim->cold), huge);
	advise(sim->shadow, nr * sizeof(*sim->shadow), huge);
	advise(sim->blocks.slots, nr * sizeof(*sim->blocks.slots), huge);
}

int rs_sim_area_add(struct rs_sim *sim, const struct rs_sim_area *area, uint32_t *first)
{
	uint64_t ids = (area->nr_pages + (1 << AREA_SHIFT) - 1) >> AREA_SHIFT << AREA_SHIFT;
	struct rs_area *areas;
	uint32_t i;

	if (!area->nr_pages || area->cgroup >= sim->nr_memcgs || area->task >= (int)RS_SIM_MAX_TASKS)
		return -EINVAL;
	if (ids > RS_SIM_MAX_PAGES - sim->nr_pages || sim->nr_areas == UINT16_MAX)
		return -ENOSPC;
	if (sim->nr_pages + ids > 1u << sim->id_bits) {
		/* slots that are in use tell pages apart by fewer bits */
		if (sim->sched.now_ns)
			return -EBUSY;
		sim->id_bits = 28;
	}
	areas = realloc(sim->areas, (sim->nr_areas + 1) * sizeof(*areas));
	if (!areas)
		return -ENOMEM;
	sim->areas = areas;
	areas[sim->nr_areas] = (struct rs_area){ .conf = *area, .first = sim->nr_pages, .nr = area->nr_pages };
	for (i = 0; i < ids >> AREA_SHIFT; i++)
		sim->area_of[(sim->nr_pages >> AREA_SHIFT) + i] = sim->nr_areas;
	*first = sim->nr_pages;
	sim->nr_pages += ids;
	advise_arrays(sim);
	if (area->backing == RS_SIM_FILE && !area->mapped)
		memset(sim->hot + *first, PG_UNMAPPED, ids);
	sim->any_exec |= area->exec;
	return sim->nr_areas++;
}

int rs_sim_slab_add(struct rs_sim *sim, const struct rs_sim_slab *slab)
{
	if (sim->nr_slabs == RS_SIM_MAX_SLABS)
		return -ENOSPC;
	if (!slab->objects_per_page || slab->cgroup >= sim->nr_memcgs || slab->freed_percent > 100)
		return -EINVAL;
	sim->slabs[sim->nr_slabs].conf = *slab;
	return sim->nr_slabs++;
}

/* ---- What is done. ---- */

static void alloc_blocks(struct rs_sim *sim, struct rs_task *task, const struct rs_sim_op *op)
{
	uint32_t gfp = op->gfp ? op->gfp : GFP_KERNEL, i;
	uint64_t pages = 1ULL << op->order;

	for (i = 0; i < op->nr && !task->result.oom_killed && !sim->error; i++) {
		int zone;

		rs_spend(task->thread, sim->conf.costs.alloc * pages);
		if (rs_charge(sim, task, task->conf.cgroup, gfp, pages))
			return;
		zone = rs_alloc(sim, task, gfp, op->order);
		if (zone < 0) {
			rs_uncharge(sim, task->conf.cgroup, pages);
			continue;
		}
		sim->kernel_of[zone] += pages;
		sim->nr_kernel += pages;
		task->nr_kernel += pages;
		if (task->over_high)
			rs_handle_high(sim, task);
	}
}

static void release(struct rs_sim *sim, struct rs_task *task, uint64_t nr)
{
	nr = rs_min(nr, task->nr_kernel);
	task->nr_kernel -= nr;
	rs_spend(task->thread, nr * sim->conf.costs.free);
	sim->nr_kernel -= nr;
	rs_give_back(sim, nr);
	rs_uncharge(sim, task->conf.cgroup, nr);
}

static bool in_range(const struct rs_sim *sim, const struct rs_sim_op *op)
{
	return op->first <= sim->nr_pages && op->nr <= sim->nr_pages - op->first;
}

static void carry_out(struct rs_sim *sim, struct rs_task *task, const struct rs_sim_op *op)
{
	switch (op->type) {
	case RS_SIM_OP_END:
		break;
	case RS_SIM_OP_TOUCH:
		rs_touch(sim, task, op);
		break;
	case RS_SIM_OP_RANGE:
		if (in_range(sim, op))
			rs_touch(sim, task, op);
		break;
	case RS_SIM_OP_FREE:
		if (in_range(sim, op))
			rs_free_range(sim, task->thread, op->first, op->nr);
		break;
	case RS_SIM_OP_ALLOC:
		alloc_blocks(sim, task, op);
		break;
	case RS_SIM_OP_RELEASE:
		release(sim, task, op->nr);
		break;
	case RS_SIM_OP_SLAB:
		if (op->slab < sim->nr_slabs)
			rs_slab_alloc(sim, task, op->slab, op->nr);
		break;
	case RS_SIM_OP_SLAB_FREE:
		if (op->slab < sim->nr_slabs)
			rs_slab_free(sim, op->slab, op->nr);
		break;
	case RS_SIM_OP_BOOST:
		rs_boost(sim, task, op->nr);
		break;
	case RS_SIM_OP_SYNC:
		rs_sync(sim, task);
		break;
	case RS_SIM_OP_COMPUTE:
		rs_spend(task->thread, op->ns);
		break;
	case RS_SIM_OP_SLEEP:
		rs_sleep(task->thread, op->ns, RS_WAITS_TIME);
		break;
	case RS_SIM_OP_RECLAIM:
		if (op->cgroup < sim->nr_memcgs)
			rs_proactive_reclaim(sim, task, op->cgroup, op->nr);
		break;
	}
}

static void run_task(void *arg)
{
	struct rs_task *task = arg;
	struct rs_sim *sim = task->sim;
	struct rs_sim_op op;

	do {
		op = (struct rs_sim_op){ .type = RS_SIM_OP_END };
		rs_settle(task->thread);
		task->conf.next(task->conf.arg, rs_clock(task->thread), &op);
		rs_set_ahead(task->thread, op.ahead);
		carry_out(sim, task, &op);
		sim->error |= sim->sched.error;
	} while (op.type != RS_SIM_OP_END && !task->result.oom_killed && !sim->error);
	rs_settle(task->thread);
	task->result.end_ns = sim->sched.now_ns;
	sim->nr_over++;
}

int rs_sim_task_add(struct rs_sim *sim, const struct rs_sim_task *task)
{
	struct rs_task *t = &sim->tasks[sim->nr_tasks];
	int err;

	if (sim->nr_tasks == RS_SIM_MAX_TASKS)
		return -ENOSPC;
	if (!task->next || task->cgroup >= sim->nr_memcgs)
		return -EINVAL;
	t->sim = sim;
	t->conf = *task;
	t->result.end_ns = RS_NEVER;
	err = rs_thread_create(&sim->sched, run_task, t, task->start_ns, &t->thread);
	return err ? err : (int)sim->nr_tasks++;
}

bool rs_sim_done(const struct rs_sim *sim)
{
	return sim->nr_over == sim->nr_tasks;
}

static bool over(void *arg)
{
	const struct rs_sim *sim = arg;

	return sim->error || rs_sim_done(sim);
}

int rs_sim_run(struct rs_sim *sim, uint64_t until_ns)
{
	rs_sched_run(&sim->sched, until_ns, over, sim);
	return sim->error ? sim->error : sim->sched.error;
}

uint64_t rs_sim_now(const struct rs_sim *sim)
{
	return rs_now(&sim->sched);
}

/* ---- What came of it. ---- */

/* What is taken for each page, in bytes: flags, slots of the lists, areas; and the shadow. */
static void count_bytes(const struct rs_sim *sim, struct rs_sim_result *ret)
{
	const double resident = sizeof(*sim->hot) + sizeof(*sim->cold) +
				(double)sizeof(*sim->area_of) / (1 << AREA_SHIFT);

	ret->bytes_per_page_resident =
		resident + (sim->nr_pages ? (double)rs_blocks_bytes(&sim->blocks) / sim->nr_pages : 0);
	ret->bytes_per_page = ret->bytes_per_page_resident + sizeof(*sim->shadow);
}

void rs_sim_result(const struct rs_sim *sim, struct rs_sim_result *ret)
{
	int i;

	*ret = (struct rs_sim_result){
		.now_ns = rs_sim_now(sim),
		.counts = sim->counts,
		.nr_kernel = sim->nr_kernel,
		.nr_slab = sim->nr_slab,
		.nr_zram = sim->nr_zram,
		.nr_dirty = sim->nr_dirty,
		.nr_writeback = sim->nr_writeback,
		.nr_swap_used = sim->nr_swap_used,
	};
	rs_psi(&sim->sched, &ret->counts.psi_some_ns, &ret->counts.psi_full_ns);
	ret->counts.kswapd_cpu_ns = sim->kswapd->cpu_ns;
	memcpy(ret->lru_size, sim->memcgs[0].lruvec.state, sizeof(ret->lru_size));
	for (i = 0; i <= sim->highest_zone; i++) {
		const struct zone *zone = &sim->zones[i];

		if (!managed_zone(zone))
			continue;
		ret->zones[ret->nr_zones++] = (struct rs_sim_zone_state){
			.idx = i,
			.managed = zone->managed_pages,
			.free = zone->nr_free_pages,
			.min = zone->_watermark[WMARK_MIN],
			.low = zone->_watermark[WMARK_LOW],
			.high = zone->_watermark[WMARK_HIGH],
			.boost = zone->watermark_boost,
			.least_free = sim->extra[i].least_free,
			.free_ns_sum = sim->extra[i].free_ns / 1000,
			.first_below_low_ns = sim->extra[i].first_below_low_ns,
			.first_below_min_ns = sim->extra[i].first_below_min_ns,
		};
	}
	count_bytes(sim, ret);
}

int rs_sim_task_result(const struct rs_sim *sim, unsigned int task, struct rs_sim_task_result *ret)
{
	if (task >= sim->nr_tasks)
		return -EINVAL;
	*ret = sim->tasks[task].result;
	ret->cpu_ns = sim->tasks[task].thread->cpu_ns;
	ret->memstall_ns = sim->tasks[task].thread->memstall_ns;
	return 0;
}

int rs_sim_cgroup_result(const struct rs_sim *sim, unsigned int cgroup, struct rs_sim_cgroup_result *ret)
{
	const struct rs_memcg *m = &sim->memcgs[cgroup];

	if (cgroup >= sim->nr_memcgs)
		return -EINVAL;
	*ret = (struct rs_sim_cgroup_result){ .usage = m->usage, .swap = m->swap };
	memcpy(ret->lru_size, m->lruvec.state, sizeof(ret->lru_size));
	return 0;
}
