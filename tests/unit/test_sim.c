/* SPDX-License-Identifier: GPL-2.0-only */
/* Small hosts whose course can be worked out by hand. */
#include <errno.h>

#include "../../src/model/watermark.h"
#include "../../src/base/cleanup.h"
#include "script.h"

#define PAGES 8192 /* 32 MiB */

static struct rs_sim_config config_of(enum kernel_under_test v)
{
	struct rs_sim_config config;

	rs_sim_config_init(&config, rules_of(v), PAGES);
	return config;
}

static const struct rs_sim_area anon = { .nr_pages = 2 * PAGES, .backing = RS_SIM_ANON, .task = 0 };
static const struct rs_sim_area file = { .nr_pages = 2 * PAGES, .backing = RS_SIM_FILE, .task = -1, .mapped = true };

static void marks_are_those_of_the_model(void **state)
{
	struct rs_sim_config config = config_of(V6_12);
	struct zone zone = { .managed_pages = PAGES, .idx = ZONE_NORMAL };
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	struct rs_sim_result r;

	(void)state;
	config.min_free_kbytes = 1024;
	config.watermark_scale_factor = 500;
	sim = host_of(&config);
	setup_per_zone_wmarks(&zone, 1, 1024, 500, rules_of(V6_12), NULL);
	r = run_until(sim, MS);
	assert_int_equal(r.nr_zones, 1);
	assert_int_equal(r.zones[0].min, zone._watermark[WMARK_MIN]);
	assert_int_equal(r.zones[0].min, 256);
	/* 5 % of 8192 */
	assert_int_equal(r.zones[0].low, 256 + 409);
	assert_int_equal(r.zones[0].high, 256 + 2 * 409);
	assert_int_equal(r.zones[0].free, PAGES);
}

static void time_of_a_read_is_the_sum_of_its_parts(void **state)
{
	struct rs_sim_config config = config_of(V6_1);
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	struct rs_sim_task_result t;
	struct script s = SCRIPT({ .type = RS_SIM_OP_RANGE, .nr = 1 }, { .type = RS_SIM_OP_RANGE, .nr = 1 });
	struct rs_sim_result r;

	(void)state;
	config.costs = (struct rs_sim_costs){ .access = 10, .fault = 1000, .alloc = 200 };
	config.file = (struct rs_sim_device){ .read_request_ns = 5000, .read_page_ns = 300, .latency_ns = 70000 };
	sim = host_of(&config);
	area_in(sim, file);
	task_in(sim, script_next, &s);
	r = run_until(sim, SECOND);
	assert_int_equal(rs_sim_task_result(sim, 0, &t), 0);
	assert_int_equal(t.end_ns, 1000 + 200 + 5000 + 300 + 70000 + 10 + 10);
	assert_int_equal(t.cpu_ns, 1000 + 200 + 10 + 10);
	assert_int_equal(t.read_wait_ns, 75300);
	assert_int_equal(r.counts.pgmajfault, 1);
	assert_int_equal(r.counts.accesses, 2);
	/* a first read is not memory that is lacking */
	assert_int_equal(r.counts.psi_some_ns, 0);
}

static void cpus_are_shared_fairly(void **state)
{
	static const unsigned int cpus[] = { 1, 2, 3 };
	unsigned int i, j;

	(void)state;
	for (i = 0; i < RS_ARRAY_SIZE_OF(cpus); i++) {
		struct rs_sim_config config = config_of(V6_1);
		_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
		struct script s[3] = { SCRIPT({ .type = RS_SIM_OP_COMPUTE, .ns = 100 * MS }),
				       SCRIPT({ .type = RS_SIM_OP_COMPUTE, .ns = 100 * MS }),
				       SCRIPT({ .type = RS_SIM_OP_COMPUTE, .ns = 100 * MS }) };
		struct rs_sim_task_result t;
		uint64_t last = 0;

		config.nr_cpus = cpus[i];
		sim = host_of(&config);
		for (j = 0; j < 3; j++)
			task_in(sim, script_next, &s[j]);
		run_until(sim, SECOND);
		for (j = 0; j < 3; j++) {
			assert_int_equal(rs_sim_task_result(sim, j, &t), 0);
			assert_int_equal(t.cpu_ns, 100 * MS);
			last = t.end_ns > last ? t.end_ns : last;
			/* nobody is done long before what a fair share allows */
			assert_true(t.end_ns + 10 * MS >= 300 * MS / cpus[i] * (cpus[i] == 2 ? 2 : 3) / 3);
		}
		assert_true(last >= 300 * MS / cpus[i] && last <= 200 * MS + (cpus[i] == 1) * 100 * MS);
	}
}

static void who_is_ahead_waits_for_nobody(void **state)
{
	struct rs_sim_config config = config_of(V6_1);
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	struct script first = SCRIPT({ .type = RS_SIM_OP_SLEEP, .ahead = true, .ns = 50 * MS },
				     { .type = RS_SIM_OP_COMPUTE, .ahead = true, .ns = 40 * MS },
				     { .type = RS_SIM_OP_COMPUTE, .ns = 40 * MS });
	struct script other = SCRIPT({ .type = RS_SIM_OP_COMPUTE, .ns = 100 * MS });
	struct rs_sim_task_result t;

	(void)state;
	sim = host_of(&config);
	task_in(sim, script_next, &first);
	task_in(sim, script_next, &other);
	run_until(sim, 89 * MS);
	assert_int_equal(rs_sim_task_result(sim, 1, &t), 0);
	assert_int_equal(t.cpu_ns, 50 * MS);
	/* then it is as good as anybody: the other one has had less by then only if it was kept waiting */
	run_until(sim, SECOND);
	assert_int_equal(rs_sim_task_result(sim, 1, &t), 0);
	assert_in_range(t.end_ns, 140 * MS, 180 * MS);
	assert_int_equal(rs_sim_task_result(sim, 0, &t), 0);
	assert_int_equal(t.cpu_ns, 80 * MS);
	assert_in_range(t.end_ns, 160 * MS, 180 * MS);
}

/* The fast path takes pages while there are more than the low mark; the next one wakes kswapd. */
static void kswapd_wakes_at_low_and_sleeps_above_high(void **state)
{
	enum kernel_under_test v;

	(void)state;
	for (v = 0; v < NR_KERNELS_UNDER_TEST; v++) {
		struct rs_sim_config config = config_of(v);
		_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
		struct script s = { .nr = 3 };
		struct rs_sim_area area = file;
		struct rs_sim_op ops[3];
		struct rs_sim_result r;
		uint64_t low, high;

		sim = host_of(&config);
		/* used once, by read(): nothing keeps them */
		area.mapped = false;
		area_in(sim, area);
		r = run_until(sim, MS);
		low = r.zones[0].low;
		high = r.zones[0].high;
		ops[0] = range_op(0, PAGES - low, false);
		ops[1] = (struct rs_sim_op){ .type = RS_SIM_OP_SLEEP, .ns = 30 * SECOND };
		ops[2] = range_op(PAGES, 1, false);
		s.ops = ops;
		task_in(sim, script_next, &s);
		r = run_until(sim, 29 * SECOND);
		assert_int_equal(r.counts.kswapd_wakes, 0);
		assert_int_equal(r.zones[0].free, low);
		assert_int_equal(r.counts.pgscan_kswapd, 0);
		r = run_until(sim, 31 * SECOND);
		assert_int_equal(r.counts.kswapd_wakes, 1);
		assert_int_equal(r.counts.kswapd_runs, 1);
		/* the page that woke it came from between min and low */
		assert_int_equal(r.zones[0].least_free, low - 1);
		assert_int_equal(r.counts.allocstall, 0);
		assert_true(r.zones[0].free > high);
		assert_true(r.zones[0].free < high + 2 * high);
		assert_int_equal(r.counts.pgsteal_kswapd, r.zones[0].free - (low - 1));
	}
}

/* Pages that were used once each leave in the order they came; each comes back too late to be remembered. */
static void a_cyclic_scan_larger_than_memory_never_hits(void **state)
{
	struct rs_sim_config config = config_of(V6_1);
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	struct script s = SCRIPT({ .type = RS_SIM_OP_RANGE, .nr = 2 * PAGES });
	struct rs_sim_area area = file;
	struct rs_sim_result r;

	(void)state;
	area.mapped = false;
	s.rounds = 3;
	sim = host_of(&config);
	area_in(sim, area);
	task_in(sim, script_next, &s);
	r = run_until(sim, 100 * SECOND);
	assert_true(rs_sim_done(sim));
	assert_int_equal(r.counts.pgmajfault, 3 * 2 * PAGES);
	/* all of the second and third round, as all was evicted before */
	assert_int_equal(r.counts.workingset_refault[1], 2 * 2 * PAGES);
	assert_int_equal(r.counts.workingset_activate[1], 0);
	assert_int_equal(r.counts.pgsteal[1], 3 * 2 * PAGES - r.lru_size[LRU_INACTIVE_FILE]);
	assert_int_equal(r.counts.pgscan[1], r.counts.pgsteal[1]);
}

/* One that fits is read once, whatever else streams by: it is activated, the stream is not. */
static void a_hot_set_survives_a_stream(void **state)
{
	struct rs_sim_config config = config_of(V6_12);
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	struct rs_sim_op ops[40];
	struct script s = { .ops = ops };
	struct rs_sim_area area = file;
	struct rs_sim_result r;
	uint32_t hot, stream, i;

	(void)state;
	area.mapped = false;
	area.nr_pages = 16 * PAGES;
	sim = host_of(&config);
	stream = area_in(sim, area);
	area.nr_pages = PAGES / 4;
	hot = area_in(sim, area);
	for (i = 0; i < 4; i++)
		ops[s.nr++] = range_op(hot, PAGES / 4, false);
	for (i = 0; i < 16; i++) {
		ops[s.nr++] = range_op(stream + i * PAGES, PAGES, false);
		ops[s.nr++] = range_op(hot, PAGES / 4, false);
	}
	task_in(sim, script_next, &s);
	r = run_until(sim, 100 * SECOND);
	assert_true(rs_sim_done(sim));
	assert_int_equal(r.counts.pgmajfault, 16 * PAGES + PAGES / 4);
	assert_int_equal(r.counts.workingset_refault[1], 0);
	assert_true(r.counts.pgactivate >= PAGES / 4);
}

static void anon_goes_to_swap_and_comes_back(void **state)
{
	struct rs_sim_config config = config_of(V6_1);
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	struct script s = SCRIPT({ .type = RS_SIM_OP_RANGE, .nr = 2 * PAGES, .write = true },
				 { .type = RS_SIM_OP_RANGE, .nr = 2 * PAGES, .write = true });
	struct rs_sim_result r;

	(void)state;
	config.swap_pages = 4 * PAGES;
	config.swap_readahead = 1;
	sim = host_of(&config);
	area_in(sim, anon);
	task_in(sim, script_next, &s);
	r = run_until(sim, 100 * SECOND);
	assert_true(rs_sim_done(sim));
	assert_int_equal(r.counts.oom_kill, 0);
	assert_int_equal(r.counts.workingset_refault[0], r.counts.pswpin);
	assert_true(r.counts.pswpin > PAGES);
	/* each page is in memory, or in swap, or written and not yet freed */
	assert_true(r.nr_swap_used + r.lru_size[0] + r.lru_size[1] >= 2 * PAGES);
	/* what was written is in swap, or came back, or was rewritten because of that */
	assert_true(r.counts.pswpout >= r.counts.pswpin);
	assert_true(r.counts.refault_wait_ns[0] > 0 && r.counts.read_wait_ns == r.counts.refault_wait_ns[0]);
}

static void without_swap_somebody_is_killed(void **state)
{
	struct rs_sim_config config = config_of(V6_12);
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	struct script s = SCRIPT({ .type = RS_SIM_OP_RANGE, .nr = 2 * PAGES, .write = true });
	struct rs_sim_task_result t;
	struct rs_sim_result r;

	(void)state;
	sim = host_of(&config);
	area_in(sim, anon);
	task_in(sim, script_next, &s);
	r = run_until(sim, 100 * SECOND);
	assert_true(rs_sim_done(sim));
	assert_int_equal(r.counts.oom_kill, 1);
	assert_int_equal(rs_sim_task_result(sim, 0, &t), 0);
	assert_true(t.oom_killed);
	assert_true(r.counts.allocstall > 0);
	assert_int_equal(r.zones[0].free, PAGES);
	/* nobody went below the min mark before the end */
	assert_true(r.zones[0].least_free >= r.zones[0].min);
}

/* zram: what is stored takes memory, and nobody waits for a device. */
static void zram_takes_the_memory_that_it_stores_in(void **state)
{
	struct rs_sim_config config = config_of(V6_1);
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	struct script s = SCRIPT({ .type = RS_SIM_OP_RANGE, .nr = PAGES + PAGES / 2, .write = true });
	struct rs_sim_result r;

	(void)state;
	config.swap_pages = 4 * PAGES;
	config.swap = (struct rs_sim_device){ .synchronous = true, .read_page_ns = 3000, .write_page_ns = 9000,
					      .stored_bytes = 1024 };
	sim = host_of(&config);
	area_in(sim, anon);
	task_in(sim, script_next, &s);
	r = run_until(sim, 100 * SECOND);
	assert_true(r.nr_swap_used > PAGES / 2);
	assert_int_equal(r.nr_zram, (r.nr_swap_used * 1024 + 4095) / 4096);
	assert_int_equal(r.nr_writeback, 0);
	assert_int_equal(r.counts.read_wait_ns, 0);
	assert_int_equal(r.counts.pswpout, r.nr_swap_used);
}

static void dirty_pages_are_written_once_and_writers_are_slowed(void **state)
{
	struct rs_sim_config config = config_of(V6_1);
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	struct script s = SCRIPT({ .type = RS_SIM_OP_RANGE, .nr = PAGES / 2, .write = true }, { .type = RS_SIM_OP_SYNC });
	struct rs_sim_area area = file;
	struct rs_sim_task_result t;
	struct rs_sim_result r;

	(void)state;
	area.mapped = false;
	area.fresh = true;
	sim = host_of(&config);
	area_in(sim, area);
	task_in(sim, script_next, &s);
	r = run_until(sim, 100 * SECOND);
	assert_true(rs_sim_done(sim));
	assert_int_equal(r.counts.pgpgin, 0);
	assert_int_equal(r.counts.pgpgout, PAGES / 2);
	assert_int_equal(r.nr_dirty, 0);
	assert_int_equal(r.nr_writeback, 0);
	/* 15 % of memory may be dirty before anybody waits; this was half of it */
	assert_true(r.counts.dirty_throttled_ns > 0);
	assert_int_equal(rs_sim_task_result(sim, 0, &t), 0);
	assert_true(t.end_ns >= PAGES / 2 * config.file.write_page_ns);
}

static void a_limit_holds_and_leaves_others_alone(void **state)
{
	struct rs_sim_config config = config_of(V6_12);
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	const struct rs_sim_cgroup small = { .high = RS_SIM_UNLIMITED, .max = PAGES / 8, .swap_max = RS_SIM_UNLIMITED };
	struct script s = SCRIPT({ .type = RS_SIM_OP_RANGE, .nr = PAGES / 4 },
				 { .type = RS_SIM_OP_RANGE, .first = PAGES, .nr = PAGES / 2 });
	struct rs_sim_area area = file;
	struct rs_sim_cgroup_result g;
	struct rs_sim_result r;

	(void)state;
	area.nr_pages = PAGES;
	sim = host_of(&config);
	assert_int_equal(rs_sim_cgroup_add(sim, &small), 1);
	area_in(sim, area);
	area.cgroup = 1;
	area_in(sim, area);
	task_in(sim, script_next, &s);
	r = run_until(sim, 100 * SECOND);
	assert_int_equal(rs_sim_cgroup_result(sim, 1, &g), 0);
	assert_true(g.usage <= PAGES / 8);
	assert_int_equal(r.counts.allocstall, 0);
	assert_int_equal(r.counts.kswapd_runs, 0);
	assert_true(r.counts.memcg_reclaim > 0);
	assert_int_equal(r.counts.pgsteal_memcg, PAGES / 2 - g.lru_size[LRU_INACTIVE_FILE] - g.lru_size[LRU_ACTIVE_FILE]);
	assert_int_equal(rs_sim_cgroup_result(sim, 0, &g), 0);
	assert_int_equal(r.lru_size[LRU_INACTIVE_FILE] + r.lru_size[LRU_ACTIVE_FILE],
			 PAGES / 4 + PAGES / 2 - r.counts.pgsteal_memcg);
}

/* Two cgroups of equal size; the one that memory.low protects keeps its pages while a stream goes by. */
static void protected_memory_stays(void **state)
{
	struct rs_sim_config config = config_of(V6_12);
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	struct rs_sim_cgroup g = { .high = RS_SIM_UNLIMITED, .max = RS_SIM_UNLIMITED, .swap_max = RS_SIM_UNLIMITED };
	struct rs_sim_cgroup_result safe, bare;
	struct rs_sim_op ops[3];
	struct script s = { .ops = ops, .nr = 3 };
	struct rs_sim_area area = file;

	(void)state;
	sim = host_of(&config);
	area.nr_pages = 4 * PAGES;
	ops[2] = range_op(area_in(sim, area), 4 * PAGES, false);
	area.nr_pages = PAGES / 4;
	g.low = PAGES / 2;
	area.cgroup = rs_sim_cgroup_add(sim, &g);
	ops[0] = range_op(area_in(sim, area), PAGES / 4, false);
	g.low = 0;
	area.cgroup = rs_sim_cgroup_add(sim, &g);
	ops[1] = range_op(area_in(sim, area), PAGES / 4, false);
	task_in(sim, script_next, &s);
	run_until(sim, 100 * SECOND);
	assert_int_equal(rs_sim_cgroup_result(sim, 1, &safe), 0);
	assert_int_equal(rs_sim_cgroup_result(sim, 2, &bare), 0);
	/* a batch of charges is not used up */
	assert_true(safe.usage >= PAGES / 4 && safe.usage <= PAGES / 4 + 64);
	assert_true(bare.usage < PAGES / 8);
}

static void memory_high_slows_down(void **state)
{
	struct rs_sim_config config = config_of(V6_12);
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	const struct rs_sim_cgroup g = { .high = PAGES / 16, .max = RS_SIM_UNLIMITED, .swap_max = 0 };
	struct script s = SCRIPT({ .type = RS_SIM_OP_RANGE, .nr = PAGES / 4, .write = true });
	struct rs_sim_area area = anon;
	struct rs_sim_result r;

	(void)state;
	config.swap_pages = PAGES;
	sim = host_of(&config);
	area.cgroup = rs_sim_cgroup_add(sim, &g);
	area_in(sim, area);
	task_in(sim, script_next, &s);
	r = run_until(sim, 5 * SECOND);
	/* nothing can be reclaimed: it sleeps up to two seconds for each batch */
	assert_false(rs_sim_done(sim));
	assert_true(r.counts.memcg_high_ns > 2 * SECOND);
	assert_int_equal(r.counts.pswpout, 0);
	assert_true(r.counts.psi_full_ns > 2 * SECOND);
}

/* A reader that could go on waits for the only CPU while kswapd has it. */
static void pressure_is_full_while_the_cpu_reclaims(void **state)
{
	struct rs_sim_config config = config_of(V6_12);
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	struct script s = SCRIPT({ .type = RS_SIM_OP_RANGE, .nr = 2 * PAGES });
	struct rs_sim_result r;

	(void)state;
	config.nr_cpus = 1;
	config.file = (struct rs_sim_device){ 0 };
	sim = host_of(&config);
	area_in(sim, file);
	task_in(sim, script_next, &s);
	r = run_until(sim, 10 * SECOND);
	assert_true(r.counts.kswapd_cpu_ns > MS);
	assert_true(r.counts.psi_full_ns + 1000 >= r.counts.kswapd_cpu_ns);
	assert_true(r.counts.psi_full_ns <= r.counts.psi_some_ns);
}

static void slab_shrinks_in_proportion(void **state)
{
	struct rs_sim_config config = config_of(V6_12);
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	const struct rs_sim_slab dentries = { .objects_per_page = 21, .seeks = 2, .vfs = true, .freed_percent = 100 };
	struct script s = SCRIPT({ .type = RS_SIM_OP_SLAB, .nr = PAGES / 4 * 21 },
				 { .type = RS_SIM_OP_RANGE, .nr = 2 * PAGES });
	struct rs_sim_result r;

	(void)state;
	sim = host_of(&config);
	assert_int_equal(rs_sim_slab_add(sim, &dentries), 0);
	area_in(sim, file);
	task_in(sim, script_next, &s);
	r = run_until(sim, MS * 2);
	assert_true(r.nr_slab > 0);
	r = run_until(sim, 100 * SECOND);
	assert_true(r.counts.slab_reclaimed > 0);
	assert_int_equal(r.nr_slab, PAGES / 4 - r.counts.slab_reclaimed);
	assert_true(r.counts.slabs_scanned >= r.counts.slab_reclaimed * 21 - 21);
}

/* A hot set that is used through page tables is found young by the walks; a stream that is read is not. */
static void generations_keep_what_is_used(void **state)
{
	static const enum kernel_under_test kernels[] = { V6_1, V6_12, V6_18, V7_2 };
	unsigned int k, i;

	(void)state;
	for (k = 0; k < RS_ARRAY_SIZE_OF(kernels); k++) {
		struct rs_sim_config config = config_of(kernels[k]);
		_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
		struct rs_sim_op ops[260];
		struct script s = { .ops = ops };
		struct rs_sim_area area = file;
		struct rs_sim_result r;
		uint32_t hot, stream;

		config.lru_gen = true;
		config.swap_pages = PAGES;
		sim = host_of(&config);
		area.nr_pages = 16 * PAGES;
		area.mapped = false;
		stream = area_in(sim, area);
		area = anon;
		area.nr_pages = PAGES / 4;
		hot = area_in(sim, area);
		for (i = 0; i < 128; i++) {
			ops[s.nr++] = range_op(hot, PAGES / 4, true);
			ops[s.nr++] = range_op(stream + i * (PAGES / 8), PAGES / 8, false);
		}
		task_in(sim, script_next, &s);
		r = run_until(sim, 100 * SECOND);
		assert_true(rs_sim_done(sim));
		assert_int_equal(r.counts.oom_kill, 0);
		/* all of the stream was read once, and nearly nothing else came back */
		assert_int_equal(r.counts.pgmajfault - r.counts.workingset_refault[0], 16 * PAGES);
		assert_true(r.counts.pswpin < PAGES / 64);
		assert_true(r.counts.pgsteal[1] > 14 * PAGES);
	}
}

static void min_ttl_kills_rather_than_thrashes(void **state)
{
	struct rs_sim_config config = config_of(V6_12);
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	struct script s = SCRIPT({ .type = RS_SIM_OP_RANGE, .nr = PAGES + PAGES / 4, .write = true });
	struct rs_sim_result r;

	(void)state;
	s.rounds = 3;
	config.lru_gen = true;
	config.swap_pages = 4 * PAGES;
	config.min_ttl_ms = 60000;
	sim = host_of(&config);
	area_in(sim, anon);
	task_in(sim, script_next, &s);
	r = run_until(sim, 50 * SECOND);
	assert_int_equal(r.counts.oom_kill, 1);
	/* with nothing to protect the same load runs */
	rs_sim_destroy(sim);
	s.at = 0;
	s.rounds = 3;
	config.min_ttl_ms = 0;
	sim = host_of(&config);
	area_in(sim, anon);
	task_in(sim, script_next, &s);
	r = run_until(sim, 50 * SECOND);
	assert_true(rs_sim_done(sim));
	assert_int_equal(r.counts.oom_kill, 0);
	assert_true(r.counts.pswpin > 0);
}

/* Page i of 256 is used i / 16 times: a sample of a sixteenth has one page of each number of uses. */
static void a_sample_is_used_as_all_pages_are(void **state)
{
	uint32_t ids[16 * 15 * 16 / 2], number[256], nr = 0, page, use, sampled = 0;
	bool seen[16] = { false };

	(void)state;
	for (page = 0; page < 256; page++)
		for (use = 0; use < page / 16; use++)
			ids[nr++] = page;
	assert_int_equal(nr, RS_ARRAY_SIZE_OF(ids));
	assert_int_equal(rs_sim_sample(ids, nr, 256, 4, 7, number), 16);
	for (page = 0; page < 256; page++) {
		if (number[page] == RS_SIM_NOT_SAMPLED)
			continue;
		assert_int_equal(number[page], sampled++);
		assert_false(seen[page / 16]);
		seen[page / 16] = true;
	}
	assert_int_equal(sampled, 16);
	assert_int_equal(rs_sim_sample(ids, nr, 256, 0, 7, number), 256);
}

static void wrong_configurations_are_refused(void **state)
{
	struct rs_sim_config config = config_of(V6_1);
	struct rs_sim *sim = NULL;
	struct rs_sim_cgroup orphan = { .parent = 3 };
	uint32_t first;

	(void)state;
	config.nr_zones = 0;
	assert_int_equal(rs_sim_create(&config, &sim), -EINVAL);
	config = config_of(V6_1);
	config.swappiness = 202;
	assert_int_equal(rs_sim_create(&config, &sim), -EINVAL);
	assert_null(sim);
	config = config_of(V5_10);
	config.lru_gen = true;
	assert_int_equal(rs_sim_create(&config, &sim), -EOPNOTSUPP);
	config = config_of(V6_1);
	config.swappiness = 200;
	sim = host_of(&config);
	assert_int_equal(rs_sim_cgroup_add(sim, &orphan), -EINVAL);
	assert_int_equal(rs_sim_area_add(sim, &(struct rs_sim_area){ .nr_pages = 0 }, &first), -EINVAL);
	assert_int_equal(rs_sim_area_add(sim, &(struct rs_sim_area){ .nr_pages = 1, .cgroup = 1 }, &first), -EINVAL);
	rs_sim_destroy(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_are_those_of_the_model),
		cmocka_unit_test(time_of_a_read_is_the_sum_of_its_parts),
		cmocka_unit_test(cpus_are_shared_fairly),
		cmocka_unit_test(who_is_ahead_waits_for_nobody),
		cmocka_unit_test(kswapd_wakes_at_low_and_sleeps_above_high),
		cmocka_unit_test(a_cyclic_scan_larger_than_memory_never_hits),
		cmocka_unit_test(a_hot_set_survives_a_stream),
		cmocka_unit_test(anon_goes_to_swap_and_comes_back),
		cmocka_unit_test(without_swap_somebody_is_killed),
		cmocka_unit_test(zram_takes_the_memory_that_it_stores_in),
		cmocka_unit_test(dirty_pages_are_written_once_and_writers_are_slowed),
		cmocka_unit_test(a_limit_holds_and_leaves_others_alone),
		cmocka_unit_test(protected_memory_stays),
		cmocka_unit_test(memory_high_slows_down),
		cmocka_unit_test(pressure_is_full_while_the_cpu_reclaims),
		cmocka_unit_test(slab_shrinks_in_proportion),
		cmocka_unit_test(generations_keep_what_is_used),
		cmocka_unit_test(min_ttl_kills_rather_than_thrashes),
		cmocka_unit_test(a_sample_is_used_as_all_pages_are),
		cmocka_unit_test(wrong_configurations_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
