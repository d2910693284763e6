/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs of accesses. */
#include <string.h>

#include "../../src/base/cleanup.h"
#include "../../src/sim/host.h"
#include "script.h"

#define PAGES 6000
#define RUN 3000

struct long_runs {
	uint64_t seed;
	unsigned int left;
	uint32_t file, anon, ids[RUN];
};

/* Of a file, few pages often and all of them sometimes; between the runs, memory and pages of the file are written to. */
static void long_runs_next(void *arg, uint64_t now_ns, struct rs_sim_op *op)
{
	struct long_runs *l = arg;
	unsigned int i;

	(void)now_ns;
	if (!l->left--)
		return;
	if (l->left % 8 == 0) {
		*op = range_op(l->anon + l->left % 16 * 32, 300, true);
		return;
	}
	if (l->left % 8 == 4) {
		*op = range_op(l->file + l->left * 7 % PAGES, 100, true);
		return;
	}
	for (i = 0; i < RUN; i++) {
		uint64_t r = unit_random(&l->seed);

		l->ids[i] = l->file + (r & 3 ? (r >> 8) % (PAGES / 4) * (r >> 40 & 15) / 8 : (r >> 8) % (2 * PAGES));
	}
	*op = (struct rs_sim_op){ .type = RS_SIM_OP_TOUCH, .nr = RUN, .ids = l->ids };
}

/* Two tasks with such loads, each of an area of a file and one of its own. */
static struct rs_sim *loaded_host(const struct rs_sim_config *config, uint64_t seed, struct long_runs runs[2],
				  bool shortcuts)
{
	const struct rs_sim_area file = { .nr_pages = 2 * PAGES, .backing = RS_SIM_FILE, .task = -1, .mapped = true };
	const struct rs_sim_area anon = { .nr_pages = 1000, .backing = RS_SIM_ANON, .task = -1 };
	struct rs_sim *sim = host_of(config);
	int t;

	if (!shortcuts)
		sim->only_zone = -1;
	for (t = 0; t < 2; t++) {
		runs[t] = (struct long_runs){ .seed = seed * 2 + t, .left = 60 };
		/* who sleeps for reads is alone then */
		if (!config->file.synchronous)
			runs[t].left = t ? 10 : 240;
		runs[t].file = area_in(sim, file);
		runs[t].anon = area_in(sim, anon);
		task_in(sim, long_runs_next, &runs[t]);
	}
	return sim;
}

/* Runs of accesses that are done at once, and all else that is spared where there is one zone only, are for speed alone. */
static void shortcuts_change_nothing(void **state)
{
	static struct long_runs runs[2][2];
	uint64_t restores = 0, seed;

	(void)state;
	for (seed = 1; seed <= 6; seed++) {
		_cleanup_(rs_sim_destroyp) struct rs_sim *with = NULL, *without = NULL;
		struct rs_sim_config config;
		struct rs_sim_result r, plain;

		rs_sim_config_init(&config, rules_of(seed % 2 ? V6_1 : V6_12), PAGES);
		config.nr_cpus = 1 + (seed > 4);
		config.swap_pages = PAGES;
		config.watermark_scale_factor = 10 * seed * seed;
		config.file = (struct rs_sim_device){ .synchronous = seed % 3, .read_page_ns = 3000 * seed,
						      .write_page_ns = 400000, .latency_ns = 20000 };
		config.dirty_writeback_centisecs = config.dirty_expire_centisecs = 10;
		with = loaded_host(&config, seed, runs[0], true);
		without = loaded_host(&config, seed, runs[1], false);
		r = run_until(with, 1000 * SECOND);
		plain = run_until(without, 1000 * SECOND);
		assert_true(rs_sim_done(with) && rs_sim_done(without));
		assert_memory_equal(&r.counts, &plain.counts, sizeof(r.counts));
		assert_memory_equal(r.lru_size, plain.lru_size, sizeof(r.lru_size));
		assert_memory_equal(r.zones, plain.zones, sizeof(r.zones));
		assert_memory_equal(with->hot, without->hot, with->nr_pages);
		assert_memory_equal(with->shadow, without->shadow, with->nr_pages * sizeof(*with->shadow));
		restores += r.counts.workingset_restore[1];
		assert_true(r.counts.pgsteal_kswapd > PAGES && r.counts.workingset_refault[1] > PAGES);
	}
	assert_true(restores > PAGES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shortcuts_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
