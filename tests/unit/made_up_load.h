/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_TESTS_MADE_UP_LOAD_H
#define RS_TESTS_MADE_UP_LOAD_H

#include <stdlib.h>
#include <string.h>

#include "../../src/tune/workload.h"
#include "kernel_rules.h"

#define MS 1000000ULL

/* A small host, and a load that grows to more than it has, with zram behind it. */
static struct rs_workload *made_up_load(void)
{
	const struct rs_rules rules = kernel_rules(V6_1);
	struct rs_workload *w = calloc(1, sizeof(*w));
	size_t i;

	rs_sim_config_init(&w->config, &rules, 3000);
	w->config.swap_pages = 3000;
	w->config.swap.synchronous = true;
	w->config.swap.stored_bytes = 1000;
	w->swap_is_zram = true;
	w->nr_slots = 60;
	w->slots = calloc(w->nr_slots, sizeof(*w->slots));
	for (i = 0; i < w->nr_slots; i++) {
		w->slots[i].ns = 20 * MS;
		if (i < 30)
			w->slots[i].anon_new = 120;
	}
	w->kernel = 500;
	w->anon_peak = 30 * 120;
	return w;
}

static const double true_parameters[RS_NR_LOAD_PARAMETERS] = {
	[RS_LOAD_anon_hot_share] = 0.3, [RS_LOAD_anon_hot_rate] = 4,	  [RS_LOAD_anon_cold_rate] = 0.1,
	[RS_LOAD_file_size] = 1,	[RS_LOAD_file_sweep_share] = 0.1, [RS_LOAD_file_reads] = 1,
	[RS_LOAD_file_sweep_rate] = 0.02, [RS_LOAD_file_hot_share] = 0.1, [RS_LOAD_file_hot_rate] = 1,	  [RS_LOAD_cpu_busy] = 0.1,
	[RS_LOAD_cpu_scale] = 1,	[RS_LOAD_swap_in_ns] = 2e4,	  [RS_LOAD_swap_out_ns] = 4e4,
	[RS_LOAD_file_in_ns] = 1e5,
};

#endif
