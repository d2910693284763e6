/* SPDX-License-Identifier: GPL-2.0-only */
/* What holds on every simulated host, whatever is done to it. */
#include <stdlib.h>
#include <string.h>

#include "../../src/base/cleanup.h"
#include "../../src/sim/lru_gen.h"
#include "script.h"

#define PAGES 6000
#define NR_TASKS 4
#define NR_AREAS 5

struct chaos {
	uint64_t seed;
	unsigned int left, task;
	uint32_t first[NR_AREAS], ids[300];
};

static void chaos_next(void *arg, uint64_t now_ns, struct rs_sim_op *op)
{
	struct chaos *c = arg;
	uint64_t r = unit_random(&c->seed);
	uint32_t first = c->first[(r >> 8) % NR_AREAS], i;

	if (!c->left--)
		return;
	op->write = r >> 16 & 1;
	switch (r % 16) {
	case 0:
		*op = (struct rs_sim_op){ .type = RS_SIM_OP_FREE, .first = first + (r >> 20) % 1000, .nr = r >> 32 & 1023 };
		break;
	case 1:
		*op = (struct rs_sim_op){ .type = RS_SIM_OP_ALLOC, .nr = r >> 32 & 31, .order = r >> 40 & 1 };
		break;
	case 2:
		*op = (struct rs_sim_op){ .type = RS_SIM_OP_RELEASE, .nr = r >> 32 & 255 };
		break;
	case 3:
		*op = (struct rs_sim_op){ .type = RS_SIM_OP_SLEEP, .ns = now_ns + (r >> 32 & 0xffffff) };
		break;
	case 4:
		*op = (struct rs_sim_op){ .type = RS_SIM_OP_SLAB, .nr = r >> 32 & 4095 };
		break;
	case 5:
		*op = (struct rs_sim_op){ .type = r >> 60 & 1 ? RS_SIM_OP_SLAB_FREE : RS_SIM_OP_BOOST,
					  .nr = r >> 32 & 4095 };
		break;
	case 6:
		*op = (struct rs_sim_op){ .type = r >> 60 ? RS_SIM_OP_COMPUTE : RS_SIM_OP_SYNC, .ns = r >> 32 & 0xfffff };
		break;
	case 7:
		*op = (struct rs_sim_op){ .type = RS_SIM_OP_RECLAIM, .cgroup = 1, .nr = r >> 40 & 63 };
		break;
	case 8:
	case 9:
	case 10:
		op->type = RS_SIM_OP_RANGE;
		op->first = first + (r >> 20) % 1500;
		op->nr = r >> 32 & 511;
		break;
	default:
		for (i = 0; i < 300; i++)
			c->ids[i] = first + (uint32_t)(unit_random(&c->seed) % 2000 * (unit_random(&c->seed) % 2000) / 2000);
		op->type = RS_SIM_OP_TOUCH;
		op->ids = c->ids;
		op->nr = 300;
		break;
	}
}

static struct rs_sim *chaos_host(uint64_t seed, struct chaos chaos[NR_TASKS])
{
	static const struct rs_sim_slab slab = { .cgroup = 1, .objects_per_page = 8, .seeks = 2, .freed_percent = 70 };
	struct rs_sim_cgroup groups[] = {
		{ .high = PAGES / 2, .max = PAGES - PAGES / 3, .swap_max = 3000, .low = 200 },
		{ .parent = 1, .high = RS_SIM_UNLIMITED, .max = PAGES / 4, .swap_max = RS_SIM_UNLIMITED, .min = 100 },
	};
	struct rs_sim_config config;
	struct rs_sim *sim;
	unsigned int i, j;

	rs_sim_config_init(&config, rules_of(seed % NR_KERNELS_UNDER_TEST), PAGES);
	config.nr_cpus = 1 + seed / 5 % 3;
	config.nr_zones = 3;
	config.zones[0] = (struct rs_sim_zone){ ZONE_DMA, 200 };
	config.zones[1] = (struct rs_sim_zone){ ZONE_DMA32, 2300 };
	config.zones[2] = (struct rs_sim_zone){ seed & 1 ? ZONE_NORMAL : ZONE_MOVABLE, PAGES - 2500 };
	config.swap_pages = seed % 7 ? 8000 : 0;
	config.swappiness = seed * 37 % 201;
	config.zone_reclaim_mode = seed % 11 == 3;
	if (seed % 4 == 1) {
		config.swap.synchronous = true;
		config.swap.stored_bytes = 1500;
	}
	config.file.reads_first = seed & 2;
	config.lru_gen = seed % 3 == 2 && seed % NR_KERNELS_UNDER_TEST != V5_10;
	sim = host_of(&config);
	for (i = 0; i < 2; i++)
		assert_int_equal(rs_sim_cgroup_add(sim, &groups[i]), i + 1);
	assert_int_equal(rs_sim_slab_add(sim, &slab), 0);
	for (i = 0; i < NR_AREAS; i++) {
		const struct rs_sim_area area = {
			.nr_pages = 2600,
			.backing = i < 2 ? RS_SIM_ANON : RS_SIM_FILE,
			.cgroup = i % 3,
			.task = i < 2 ? (int)i : -1,
			.mapped = i == 3,
			.exec = i == 3,
			.fresh = i == 4,
			.readahead = 1 << i,
		};
		uint32_t first = area_in(sim, area);

		for (j = 0; j < NR_TASKS; j++)
			chaos[j].first[i] = first;
	}
	for (j = 0; j < NR_TASKS; j++) {
		const struct rs_sim_task task = { .next = chaos_next, .arg = &chaos[j], .cgroup = j % 3, .start_ns = j * MS };

		chaos[j].seed = seed * 977 + j;
		chaos[j].left = 150;
		chaos[j].task = j;
		assert_int_equal(rs_sim_task_add(sim, &task), j);
	}
	return sim;
}

static uint64_t walk(struct rs_sim *sim, const struct rs_queue *q, enum lru_list lru, unsigned int memcg)
{
	_cleanup_(rs_freep) uint32_t *pages = malloc(sim->nr_pages * sizeof(*pages));
	struct rs_queue copy = *q;
	uint64_t nr, i;

	nr = rs_queue_take(sim, &copy, pages, sim->nr_pages);
	for (i = 0; i < nr; i++) {
		const struct rs_area *area = area_of(sim, pages[i]);

		assert_true(sim->hot[pages[i]] & PG_RESIDENT);
		assert_int_equal(page_lru(sim->hot[pages[i]], area_is_file(area)), lru);
		assert_int_equal(area->conf.cgroup, memcg);
		rs_queue_push(sim, &copy, page_slot(sim, pages[i]));
	}
	((struct rs_queue *)(uintptr_t)q)[0] = copy;
	return nr;
}

/* The same of MGLRU's lists: each page once, counted by the generation in its flags. */
static void check_generations(struct rs_sim *sim, unsigned int memcg)
{
	_cleanup_(rs_freep) uint32_t *pages = malloc(sim->nr_pages * sizeof(*pages));
	struct rs_lrugen *g = rs_lrugen(sim, memcg);
	int64_t nr[MAX_NR_GENS][ANON_AND_FILE][RS_GEN_ZONES] = { 0 };
	unsigned int gen, type, zone;
	uint64_t i, taken, page, total = 0;

	for (page = 0; page < sim->nr_pages; page++) {
		const struct rs_area *area = area_of(sim, page);

		if (area->conf.cgroup == memcg && sim->hot[page] & PG_RESIDENT) {
			nr[rs_gen_folio_of(sim, page, area_is_file(area)).gen][area_is_file(area)][page_zone(sim, page)]++;
			total++;
		}
	}
	assert_memory_equal(nr, g->nr_pages, sizeof(nr));
	for (type = 0; type < ANON_AND_FILE; type++) {
		for (zone = 0; zone < RS_GEN_ZONES; zone++) {
			/* the two youngest count as active */
			int64_t active = nr[g->state.max_seq % MAX_NR_GENS][type][zone] +
					 nr[(g->state.max_seq - 1) % MAX_NR_GENS][type][zone];

			assert_int_equal(sim->memcgs[memcg].lruvec.zone_size[zone][type * LRU_FILE + LRU_ACTIVE], active);
		}
	}
	for (gen = 0; gen < MAX_NR_GENS; gen++) {
		for (type = 0; type < ANON_AND_FILE; type++) {
			assert_in_range(get_nr_gens(&g->state, type), MIN_NR_GENS, MAX_NR_GENS);
			for (zone = 0; zone < RS_GEN_ZONES; zone++) {
				taken = rs_queue_take(sim, &g->queue[gen][type][zone], pages, sim->nr_pages);
				for (i = 0; i < taken; i++) {
					assert_true(sim->hot[pages[i]] & PG_RESIDENT);
					assert_int_equal(page_zone(sim, pages[i]), zone);
					rs_queue_push(sim, &g->queue[gen][type][zone], page_slot(sim, pages[i]));
				}
				total -= taken;
			}
		}
	}
	assert_int_equal(total, 0);
}

/* Every page of memory is free, on a list, or taken by the kernel; and every count says so. */
static void check_pages(struct rs_sim *sim)
{
	uint64_t resident = 0, dirty = 0, backed = 0, writeback = 0, zone_lru[MAX_NR_ZONES] = { 0 }, kernel = 0, page;
	uint64_t charged[3] = { 0 };
	int z, lru;
	unsigned int m;

	for (page = 0; page < sim->nr_pages; page++) {
		bool file = area_is_file(area_of(sim, page));

		writeback += sim->cold[page] & PG_WRITEBACK;
		backed += !file && sim->cold[page] & PG_BACKED;
		if (!(sim->hot[page] & PG_RESIDENT))
			continue;
		resident++;
		dirty += file && sim->hot[page] & PG_DIRTY;
		zone_lru[page_zone(sim, page)]++;
		for (m = area_of(sim, page)->conf.cgroup; m; m = sim->memcgs[m].limits.parent)
			charged[m]++;
	}
	assert_int_equal(dirty, sim->nr_dirty);
	assert_int_equal(backed, sim->nr_swap_used);
	assert_int_equal(writeback, sim->nr_writeback);
	for (z = 0; z <= sim->highest_zone; z++) {
		uint64_t nr = 0;

		for (lru = 0; lru < NR_EVICTABLE_LISTS; lru++)
			nr += sim->extra[z].lru[lru];
		assert_int_equal(nr, zone_lru[z]);
		kernel += sim->kernel_of[z];
		assert_int_equal(sim->zones[z].nr_free_pages + nr + sim->kernel_of[z], sim->zones[z].managed_pages);
	}
	assert_int_equal(kernel, sim->nr_kernel + sim->nr_slab + sim->nr_zram);
	for (m = 0; m < sim->nr_memcgs; m++) {
		const struct rs_memcg *g = &sim->memcgs[m];

		if (g->lrugen)
			check_generations(sim, m);
		for (lru = 0; lru < NR_EVICTABLE_LISTS && !g->lrugen; lru++)
			assert_int_equal(walk(sim, &g->lruvec.queue[lru], lru, m), g->lruvec.queue[lru].nr);
		assert_true(!m || g->usage >= charged[m]);
		assert_true(!m || g->usage <= g->limits.max);
	}
	for (resident *= 1, z = 0, m = 0; m < NR_EVICTABLE_LISTS; m++)
		resident -= sim->memcgs[0].lruvec.state[m];
	assert_int_equal(resident, 0);
}

/* A moment when no thread is in the middle of a step: all of them sleep or are over. */
static bool at_rest(const struct rs_sim *sim)
{
	unsigned int i;

	for (i = 0; i < sim->sched.nr_threads; i++)
		if (sim->sched.threads[i]->state < RS_THREAD_SLEEPING)
			return false;
	return true;
}

static void pages_are_conserved(void **state)
{
	uint64_t seed, ns, checks = 0, refaults[2] = { 0 }, stalls = 0, swapped = 0;

	(void)state;
	for (seed = 1; seed <= 24; seed++) {
		struct chaos chaos[NR_TASKS] = { 0 };
		_cleanup_(rs_sim_destroyp) struct rs_sim *sim = chaos_host(seed, chaos);
		struct rs_sim_result r;

		for (ns = MS; ns < 100 * SECOND && !rs_sim_done(sim); ns += 20 * MS) {
			run_until(sim, ns);
			if (!at_rest(sim))
				continue;
			check_pages(sim);
			checks++;
		}
		assert_true(rs_sim_done(sim));
		/* what is on its way to a device arrives */
		check_pages(sim);
		r = run_until(sim, ns);
		refaults[0] += r.counts.workingset_refault[0];
		refaults[1] += r.counts.workingset_refault[1];
		stalls += r.counts.allocstall + r.counts.memcg_reclaim;
		swapped += r.counts.pswpout;
		assert_int_equal(r.counts.pgsteal[0] + r.counts.pgsteal[1],
				 r.counts.pgsteal_kswapd + r.counts.pgsteal_direct + r.counts.pgsteal_memcg);
		assert_true(r.counts.psi_full_ns <= r.counts.psi_some_ns && r.counts.psi_some_ns <= r.now_ns);
	}
	/* it was about something; who is killed is a test of its own */
	assert_true(checks > 24 && refaults[0] > 1000 && refaults[1] > 1000 && stalls > 1000 && swapped > 1000);
}

static int chaos_job(void *arg, size_t i)
{
	struct rs_sim_result *results = arg;
	struct chaos chaos[NR_TASKS] = { 0 };
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = chaos_host(i + 1, chaos);
	int err = rs_sim_run(sim, 3 * SECOND);

	rs_sim_result(sim, &results[i]);
	return err;
}

#define NR_JOBS 12

static void results_do_not_depend_on_threads_or_steps(void **state)
{
	static struct rs_sim_result one[NR_JOBS], two[NR_JOBS], five[NR_JOBS];
	struct chaos chaos[NR_TASKS] = { 0 };
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = chaos_host(1, chaos);
	struct rs_sim_result r;
	uint64_t ns;

	(void)state;
	assert_int_equal(rs_sim_pool(1, NR_JOBS, chaos_job, one), 0);
	assert_int_equal(rs_sim_pool(2, NR_JOBS, chaos_job, two), 0);
	assert_int_equal(rs_sim_pool(5, NR_JOBS, chaos_job, five), 0);
	assert_memory_equal(one, two, sizeof(one));
	assert_memory_equal(one, five, sizeof(one));
	assert_memory_not_equal(&one[0], &one[5], sizeof(one[0]));
	for (ns = 7 * MS; ns < 3 * SECOND + 7 * MS; ns += 7 * MS)
		r = run_until(sim, ns < 3 * SECOND ? ns : 3 * SECOND);
	assert_int_equal(r.counts.accesses, one[0].counts.accesses);
}

/* What zram stores in is taken from free memory; what it could not get yet, it takes with a later page. */
static void zram_takes_no_page_that_is_not_free(void **state)
{
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	struct rs_sim_config config;
	unsigned int i;

	(void)state;
	rs_sim_config_init(&config, rules_of(V6_1), PAGES);
	config.swap_pages = 100;
	config.swap.synchronous = true;
	config.swap.stored_bytes = 4096;
	sim = host_of(&config);
	sim->zones[ZONE_NORMAL].nr_free_pages = 2;
	for (i = 0; i < 5; i++)
		rs_swap_take(sim, 0);
	assert_int_equal(sim->nr_zram, 2);
	assert_int_equal(sim->kernel_of[ZONE_NORMAL], 2);
	assert_int_equal(sim->zones[ZONE_NORMAL].nr_free_pages, 0);
	rs_free(sim, ZONE_NORMAL, 10);
	rs_swap_take(sim, 0);
	assert_int_equal(sim->nr_zram, 6);
	assert_int_equal(sim->zones[ZONE_NORMAL].nr_free_pages, 6);
	for (i = 0; i < 6; i++)
		rs_swap_free(sim, 0);
	assert_int_equal(sim->nr_zram, 0);
	assert_int_equal(sim->zones[ZONE_NORMAL].nr_free_pages, 12);
}

static int failing_job(void *arg, size_t i)
{
	unsigned int *called = arg;

	__atomic_fetch_add(called, 1, __ATOMIC_RELAXED);
	return i == 3 ? -5 : 0;
}

static void the_first_error_of_a_pool_is_returned(void **state)
{
	unsigned int called = 0;

	(void)state;
	assert_int_equal(rs_sim_pool(2, 1000, failing_job, &called), -5);
	assert_in_range(called, 4, 900);
	called = 0;
	assert_int_equal(rs_sim_pool(3, 3, failing_job, &called), 0);
	assert_int_equal(called, 3);
}

/* A file that is read again and again beside memory that has nowhere to go, which stays, and stays counted. */
static void generations_without_swap_evict_files_only(void **state)
{
	static const enum kernel_under_test kernels[] = { V6_1, V6_12, V6_18, V7_2 };
	unsigned int k, i, j;

	(void)state;
	for (k = 0; k < RS_ARRAY_SIZE_OF(kernels); k++) {
		struct rs_sim_config config;
		_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
		struct rs_sim_op ops[200];
		struct script s = { .ops = ops };
		struct rs_sim_area area = { .nr_pages = PAGES, .backing = RS_SIM_FILE, .task = -1, .mapped = true };
		struct rs_sim_result r;
		uint32_t held, again, page;
		unsigned int gen;
		uint64_t seq;

		rs_sim_config_init(&config, rules_of(kernels[k]), PAGES);
		config.lru_gen = true;
		sim = host_of(&config);
		again = area_in(sim, area);
		area.backing = RS_SIM_ANON;
		area.nr_pages = PAGES / 2;
		held = area_in(sim, area);
		ops[s.nr++] = range_op(held, PAGES / 2, true);
		for (i = 0; i < 8; i++)
			for (j = 0; j < 16; j++)
				ops[s.nr++] = range_op(again + (i + j % 4) % 8 * (PAGES / 8), PAGES / 8, false);
		task_in(sim, script_next, &s);
		for (i = 1; !rs_sim_done(sim) && rs_lrugen(sim, 0)->state.max_seq < 2 * MAX_NR_GENS; i++)
			run_until(sim, i * 10 * MS);
		/* whatever was used has been seen by then */
		gen = rs_gen_folio_of(sim, held, false).gen;
		seq = rs_lrugen(sim, 0)->state.max_seq;
		r = run_until(sim, 1000 * SECOND);
		assert_true(rs_sim_done(sim));
		assert_int_equal(r.counts.oom_kill + r.counts.alloc_failed, 0);
		assert_true(r.counts.pgsteal[1] > PAGES / 2);
		/* each is looked at a few times at most before it goes */
		assert_true(r.counts.pgscan[1] < 4 * r.counts.pgsteal[1]);
		assert_true(r.lru_size[LRU_INACTIVE_ANON] <= PAGES / 2 && r.lru_size[LRU_ACTIVE_ANON] <= PAGES / 2);
		assert_int_equal(r.lru_size[LRU_INACTIVE_ANON] + r.lru_size[LRU_ACTIVE_ANON], PAGES / 2);
		/* the file has been through all generations more than once, and they are in the one they came to */
		assert_true(rs_lrugen(sim, 0)->state.max_seq > seq + MAX_NR_GENS);
		for (page = held; page < held + PAGES / 2; page++)
			assert_int_equal(rs_gen_folio_of(sim, page, false).gen, gen);
	}
}

struct random_use {
	uint64_t seed;
	unsigned int left;
	uint32_t first, nr, ids[256];
};

static void random_next(void *arg, uint64_t now_ns, struct rs_sim_op *op)
{
	struct random_use *u = arg;
	unsigned int i;

	(void)now_ns;
	if (!u->left--)
		return;
	for (i = 0; i < RS_ARRAY_SIZE_OF(u->ids); i++)
		u->ids[i] = u->first + unit_random(&u->seed) % u->nr;
	*op = (struct rs_sim_op){ .type = RS_SIM_OP_TOUCH, .nr = RS_ARRAY_SIZE_OF(u->ids), .ids = u->ids };
}

/*
 * Pages that are read ahead from swap keep their places there until they are used: or a swap that has room for what
 * does not fit into memory would fill up with copies of what does.
 */
static void places_in_swap_are_not_kept_for_pages_in_use(void **state)
{
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	struct rs_sim_area area = { .nr_pages = PAGES + PAGES / 8, .backing = RS_SIM_ANON, .task = -1 };
	struct random_use u = { .seed = 3, .left = 300, .nr = area.nr_pages };
	struct rs_sim_config config;
	struct rs_sim_result r;

	(void)state;
	rs_sim_config_init(&config, rules_of(V6_12), PAGES);
	config.lru_gen = true;
	config.swap_pages = PAGES / 3;
	config.swap_readahead = 8;
	config.swap = (struct rs_sim_device){ .read_request_ns = 10000, .write_page_ns = 1000 };
	sim = host_of(&config);
	u.first = area_in(sim, area);
	task_in(sim, random_next, &u);
	r = run_until(sim, 1000 * SECOND);
	assert_true(rs_sim_done(sim));
	assert_true(r.counts.pswpin > PAGES);
	assert_int_equal(r.counts.oom_kill + r.counts.alloc_failed + r.counts.pageoutrun_failed, 0);
}

/* Pages that cannot go because they are dirty move on; what was counted of their uses until then is forgotten. */
static void moving_on_forgets_uses(void **state)
{
	static const enum kernel_under_test kernels[] = { V6_1, V6_12, V6_18 };
	unsigned int k, i;

	(void)state;
	for (k = 0; k < RS_ARRAY_SIZE_OF(kernels); k++) {
		_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
		struct rs_sim_area area = { .nr_pages = PAGES / 4, .backing = RS_SIM_FILE, .task = -1, .fresh = true };
		struct rs_sim_op ops[40];
		struct script s = { .ops = ops };
		struct rs_sim_config config;
		uint32_t dirty, stream, page, moved = 0;
		unsigned int first_gen;

		rs_sim_config_init(&config, rules_of(kernels[k]), PAGES);
		config.lru_gen = true;
		config.dirty_ratio = config.dirty_background_ratio = 100;
		config.dirty_expire_centisecs = config.dirty_writeback_centisecs = 1000000;
		sim = host_of(&config);
		dirty = area_in(sim, area);
		area.nr_pages = 4 * PAGES;
		area.fresh = false;
		stream = area_in(sim, area);
		for (i = 0; i < 4; i++)
			ops[s.nr++] = (struct rs_sim_op){
				.type = RS_SIM_OP_RANGE, .first = dirty, .nr = PAGES / 4, .write = true
			};
		ops[s.nr++] = (struct rs_sim_op){ .type = RS_SIM_OP_SLEEP, .ns = SECOND };
		for (i = 0; i < 4; i++)
			ops[s.nr++] = (struct rs_sim_op){
				.type = RS_SIM_OP_RANGE, .first = stream + i * PAGES, .nr = PAGES
			};
		task_in(sim, script_next, &s);
		run_until(sim, SECOND / 2);
		first_gen = rs_gen_folio_of(sim, dirty, true).gen;
		assert_true(rs_gen_folio_of(sim, dirty, true).bits > 0);
		run_until(sim, 20 * SECOND);
		for (page = dirty; page < dirty + PAGES / 4; page++) {
			const struct rs_gen_folio f = rs_gen_folio_of(sim, page, true);

			if (!f.dirty || f.gen == first_gen)
				continue;
			moved++;
			assert_int_equal(f.bits, 0);
			assert_false(f.referenced);
		}
		assert_true(moved > PAGES / 16);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_conserved),
		cmocka_unit_test(results_do_not_depend_on_threads_or_steps),
		cmocka_unit_test(generations_without_swap_evict_files_only),
		cmocka_unit_test(places_in_swap_are_not_kept_for_pages_in_use),
		cmocka_unit_test(moving_on_forgets_uses),
		cmocka_unit_test(zram_takes_no_page_that_is_not_free),
		cmocka_unit_test(the_first_error_of_a_pool_is_returned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
