/* SPDX-License-Identifier: GPL-2.0-only */
/* What a load is taken for, out of recordings whose numbers are known, and how it is played. */
#include <errno.h>
#include <math.h>

#include "../../src/base/log.h"
#include "../../src/model/gfp.h"
#include "../../src/tune/bursts.h"
#include "made_up_load.h"
#include "recording.h"

#define MANAGED 50000
#define KERNEL 4000

struct fixture {
	char *path;
	struct rs_writer *writer;
	uint64_t ts_ns;
	uint64_t steal_file;
	uint32_t tid; /* who does what is put next */
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->path = recording_path();
	assert_int_equal(rs_writer_create(f->path, false, &f->writer), 0);
	f->ts_ns = 1000 * MS;
	f->tid = 9;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	recording_remove(f->path);
	free(f);
	return 0;
}

static void put_info_of(struct fixture *f, const char *settings, const char *swap, const char *disks)
{
	const struct rs_rules rules = kernel_rules(V6_1);
	struct rs_schema *schema;
	struct rs_json j;
	size_t len;
	char *text;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(rs_schema_create(&schema), 0);
	fprintf(out,
		"{\"settings\":{%s},\"swaps\":[{\"name\":\"/dev/%s\"}],\"disks\":[%s],\"vmstat\":{\"pswpin\":5,\"allocstall_normal\":1,"
		"\"allocstall_movable\":1,\"nr_dirtied\":0},\"pressure\":{\"memory_some_us\":1000,\"io_some_us\":9000},"
		"\"kernel\":{\"cpus\":3,\"differences\":",
		settings, swap, disks);
	rs_json_init(&j, out);
	rs_json_object(&j, NULL);
#define RULE(rule, what) rs_json_bool(&j, #rule, rules.rule);
	RS_RULES_ALLOC(RULE)
	RS_RULES_LRU(RULE)
	rs_json_end_object(&j);
	fputs("},", out);
	rs_json_init(&j, out);
	rs_schema_to_json(schema, &j, "schema");
	fputc('}', out);
	fclose(out);
	assert_int_equal(rs_writer_put_json(f->writer, RS_BLOCK_INFO, text, len), 0);
	free(text);
	rs_schema_destroy(schema);
}

static void put_info(struct fixture *f, const char *settings)
{
	put_info_of(f, settings, "zram0", "");
}

#define PUT(f, name, ...)                                                                                     \
	do {                                                                                                  \
		struct rs_event_##name e_ = {                                                                 \
			.hdr = { .ts_ns = (f)->ts_ns, .tid = (f)->tid, .type = RS_EVENT_##name, .len = sizeof(e_) }, \
			__VA_ARGS__                                                                           \
		};                                                                                            \
		assert_int_equal(recording_put((f)->writer, 0, &e_.hdr), 0);                           \
	} while (0)

/* One reading of the gauge, 10 ms after the one before. */
static void put_gauge(struct fixture *f, uint64_t anon, uint64_t file, uint64_t swap_used)
{
	f->ts_ns += 10 * MS;
	PUT(f, node_state, .inactive_anon = anon, .inactive_file = file);
	PUT(f, zone_state, .zid = ZONE_NORMAL, .managed = MANAGED,
	    .free = MANAGED - KERNEL - anon - file - swap_used / 4, .context = RS_ZONE_OF_GAUGE);
	PUT(f, vm_state, .swap_total = 20000, .swap_free = 20000 - swap_used, .pswpin = 5);
}

static struct rs_workload *workload_of_end(struct fixture *f, int expected, const char *end)
{
	struct rs_workload *w = NULL;
	struct rs_reader *reader;

	recording_put_text(f->writer, RS_BLOCK_END, end);
	assert_int_equal(rs_writer_close(f->writer), 0);
	assert_int_equal(rs_reader_open(f->path, &reader), 0);
	assert_int_equal(rs_workload_create(reader, &w), expected);
	rs_reader_close(reader);
	return w;
}

static struct rs_workload *workload_of(struct fixture *f, int expected)
{
	return workload_of_end(
		f, expected,
		"{\"vmstat\":{\"pswpin\":25,\"allocstall_normal\":3,\"allocstall_movable\":4,\"nr_dirtied\":600},"
		"\"pressure\":{\"memory_some_us\":51000},\"attempted\":90,\"recorder_cpu_ns\":7000000,\"recorder_memory_bytes\":819200}");
}

/*
 *   reading    0 .. 9   10 .. 19            20 .. 29            30
 *   resident   2000     + 500 each          - 300 each          2000
 *   in swap    0        0                   + 300 each          0      <- footprint falls by 5000 at once
 */
static void rs_workload_footprint_is_what_is_resident_and_in_swap(void **state)
{
	uint64_t anon = 2000, swap = 0, grown = 0, gone = 0, gone_slots = 0;
	struct fixture *f = *state;
	struct rs_workload *w;
	size_t i;

	put_info(f, "\"vm.swappiness\":\"33\"");
	for (i = 0; i < 40; i++) {
		if (i >= 10 && i < 20)
			anon += 500;
		if (i >= 20 && i < 30) {
			anon -= 300;
			swap += 300;
		}
		if (i == 30) {
			anon = 2000;
			swap = 0;
		}
		put_gauge(f, anon, 1000, swap);
	}
	w = workload_of(f, 0);
	assert_int_equal(w->nr_slots, 39);
	for (i = 0; i < w->nr_slots; i++) {
		grown += w->slots[i].anon_new;
		gone += w->slots[i].anon_gone;
		gone_slots += w->slots[i].anon_gone != 0;
		assert_int_equal(w->slots[i].ns, 10 * MS);
		assert_int_equal(w->slots[i].file_in, 0);
		/* What zram takes for the pages in swap is not the kernel's own. */
		assert_int_equal(w->slots[i].kernel_new, 0);
	}
	assert_int_equal(grown, 5000);
	assert_int_equal(gone, 5000);
	assert_int_equal(gone_slots, 1);
	assert_int_equal(w->anon_peak, 7000);
	assert_in_range(w->config.swap.stored_bytes, 1000, 1048);
	assert_int_equal(w->config.swappiness, 33);
	assert_int_equal(w->config.nr_cpus, 3);
	assert_int_equal(w->config.swap_pages, 20000);
	assert_true(w->swap_is_zram);
	assert_int_equal(w->recorded[RS_METRIC_pswpin], 20);
	assert_int_equal(w->recorded[RS_METRIC_allocstall], 5);
	assert_int_equal(w->recorded[RS_METRIC_memory_some_ns], 50 * MS);
	assert_true(isnan(w->recorded[RS_METRIC_memory_full_ns]));
	assert_int_equal(w->recorded[RS_METRIC_duration_ns], 390 * MS);
	assert_int_equal(w->recorder_cpu_ns, 7 * MS);
	assert_int_equal(w->recorder_pages, 200);
	assert_int_equal(w->nr_records, 90);
	rs_workload_destroy(w);
}

/* The cache stays as large as it is while 40 pages come and 40 go in each span. */
static void rs_workload_what_is_evicted_was_read_before(void **state)
{
	struct fixture *f = *state;
	struct rs_workload *w;
	uint64_t read = 0, waited = 0;
	size_t i;

	put_info(f, "");
	for (i = 0; i < 30; i++) {
		put_gauge(f, 2000, 3000, 0);
		f->ts_ns += MS;
		PUT(f, reclaim_begin, .kind = RS_RECLAIM_DIRECT);
		PUT(f, shrink_inactive, .nr_reclaimed = 40, .file = 1);
		PUT(f, shrink_inactive, .nr_reclaimed = 7, .file = 0);
		f->ts_ns += 2 * MS;
		PUT(f, reclaim_end, .kind = RS_RECLAIM_DIRECT);
	}
	w = workload_of(f, 0);
	for (i = 0; i < w->nr_slots; i++) {
		read += w->slots[i].file_in;
		waited += w->slots[i].waited_ns;
	}
	assert_int_equal(read, 29 * 40);
	assert_int_equal(w->file_seen, 3000 + 29 * 40);
	assert_int_equal(waited, 29 * 2 * MS);
	assert_int_equal(w->recorded[RS_METRIC_stall_ns], 30 * 2 * MS);
	rs_workload_destroy(w);
}

/* What the reader waited for is not the growers' waiting. A thread that never left reclaim counts as a sign of growth only. */
static void rs_workload_waiting_belongs_to_who_waited(void **state)
{
	static const uint32_t gfps[] = { __GFP_ZERO | __GFP_MOVABLE, __GFP_NORETRY | __GFP_MOVABLE, __GFP_ZERO };
	uint64_t waited = 0, reader = 0;
	struct fixture *f = *state;
	struct rs_workload *w;
	size_t i, k;

	put_info(f, "");
	for (i = 0; i < 30; i++) {
		put_gauge(f, 2000, 3000, 0);
		for (k = 0; k < 3; k++) {
			f->tid = 20 + k;
			PUT(f, reclaim_begin, .kind = RS_RECLAIM_DIRECT, .gfp = gfps[k]);
			if (k == 2)
				continue;
			f->ts_ns += (k + 1) * MS;
			PUT(f, reclaim_end, .kind = RS_RECLAIM_DIRECT);
		}
		/* of a cgroup: no direct reclaim */
		PUT(f, reclaim_begin, .kind = RS_RECLAIM_MEMCG, .gfp = gfps[0]);
		f->ts_ns += MS;
		PUT(f, reclaim_end, .kind = RS_RECLAIM_MEMCG);
	}
	w = workload_of(f, 0);
	for (i = 0; i < w->nr_slots; i++) {
		waited += w->slots[i].waited_ns;
		reader += w->slots[i].reader_waited_ns;
	}
	assert_int_equal(waited, 29 * MS);
	assert_int_equal(reader, 29 * 2 * MS);
	assert_int_equal(w->nr_growers, 2);
	rs_workload_destroy(w);
}

/*
 * 100 reads of swap took 300 ms and brought 4 pages each. 400 requests for files brought 600 pages: with 32 pages to one
 * that reads ahead, s / 32 + (1 - s) = 400 / 600. They took 500 ms, but tasks waited for 200 ms at most.
 */
static void rs_workload_what_devices_count_is_not_open(void **state)
{
	struct fixture *f = *state;
	struct rs_workload *w;
	uint64_t read = 0;
	int i;

	put_info_of(f, "\"vm.page-cluster\":\"3\"", "sda",
		    "{\"name\":\"sda\",\"reads\":10,\"sectors_read\":80,\"read_ms\":20,\"writes\":0,\"sectors_written\":0,"
		    "\"write_ms\":0}");
	for (i = 0; i < 30; i++) {
		put_gauge(f, 2000, 3000, 0);
		PUT(f, shrink_inactive, .nr_reclaimed = 40, .file = 1);
	}
	w = workload_of_end(f, 0,
			    "{\"vmstat\":{\"pswpin\":25,\"nr_dirtied\":0},\"pressure\":{\"io_some_us\":209000},\"disks\":["
			    "{\"name\":\"sda\",\"reads\":110,\"sectors_read\":3280,\"read_ms\":320},"
			    "{\"name\":\"vda\",\"reads\":400,\"sectors_read\":4800,\"read_ms\":500}]}");
	assert_float_equal(w->measured[RS_LOAD_swap_in_ns], 3 * MS, 1e-3);
	assert_int_equal(w->config.swap_readahead, 4);
	assert_float_equal(w->measured[RS_LOAD_file_sweep_share], (1 - 2 / 3.0) / (1 - 1 / 32.0), 1e-9);
	assert_float_equal(w->measured[RS_LOAD_file_in_ns], 200 * MS / 400.0, 1e-3);
	/* 29 * 40 pages came into the cache, and 600 of them from the device: the others were written. */
	for (i = 0; i < 29; i++)
		read += w->slots[i].file_in;
	assert_in_range(read, 599, 600);
	assert_int_equal(read + w->file_written, 29 * 40);
	rs_workload_destroy(w);
}

/* 800 sectors are 100 pages in 30 ms; of swap-ins there were too few at first, and then 80 in 8 ms. */
static void rs_workload_what_zram_costs_is_not_open(void **state)
{
	static const struct {
		const char *reads;
		double in_ns;
	} cases[] = { { "\"reads\":49,\"sectors_read\":392,\"read_ms\":5", 3e5 }, { "\"reads\":80,\"sectors_read\":640,\"read_ms\":8", 1e5 } };
	struct fixture *f = *state;
	char end[400];
	size_t c;
	int i;

	for (c = 0; c < 2; c++) {
		struct rs_workload *w;

		if (c) {
			teardown(state);
			setup(state);
			f = *state;
		}
		put_info(f, "");
		for (i = 0; i < 30; i++)
			put_gauge(f, 2000, 3000, 0);
		snprintf(end, sizeof(end),
			 "{\"vmstat\":{},\"pressure\":{},\"disks\":[{\"name\":\"zram0\",%s,\"writes\":100,\"sectors_written\":800,"
			 "\"write_ms\":30}]}",
			 cases[c].reads);
		w = workload_of_end(f, 0, end);
		assert_float_equal(w->measured[RS_LOAD_swap_out_ns], 3e5, 1e-3);
		assert_float_equal(w->measured[RS_LOAD_swap_in_ns], cases[c].in_ns, 1e-3);
		assert_int_equal(w->config.swap_readahead, 1);
		assert_float_equal(w->measured[RS_LOAD_file_in_ns], 0, 0);
		rs_workload_destroy(w);
	}
}

/* Marks are raised as long as a reading sees it; by a pageblock where only a wake-up that asks for no page tells of it. */
static void rs_workload_knows_when_marks_were_raised(void **state)
{
	struct fixture *f = *state;
	struct rs_workload *w;
	int i;

	put_info(f, "");
	for (i = 0; i < 30; i++) {
		put_gauge(f, 2000, 3000, 0);
		if (i == 12)
			PUT(f, wakeup_kswapd, .gfp = 0);
		if (i == 14)
			PUT(f, wakeup_kswapd, .gfp = 0xcc0);
		/* what the next reading of the zone goes by is what the last one said */
		PUT(f, zone_state, .zid = ZONE_DMA32, .managed = 1, .boost = i < 20 ? 0 : i < 25 ? 700 : 512,
		    .context = RS_ZONE_OF_GAUGE);
	}
	w = workload_of(f, 0);
	for (i = 0; i < 29; i++)
		assert_int_equal(w->slots[i].boost, i == 12 ? PAGEBLOCK_NR_PAGES : i < 20 ? 0 : i < 25 ? 700 : 512);
	rs_workload_destroy(w);
}

static bool says(const struct rs_workload *w, const char *words)
{
	unsigned int i;

	for (i = 0; i < w->nr_unknown; i++)
		if (strstr(w->unknown[i], words))
			return true;
	return false;
}

static void rs_workload_says_what_it_does_not_know(void **state)
{
	struct fixture *f = *state;
	struct rs_workload *w;
	int i;

	put_info(f, "");
	for (i = 0; i < 30; i++)
		put_gauge(f, 2000, 3000, 0);
	PUT(f, reclaim_begin, .kind = RS_RECLAIM_MEMCG);
	w = workload_of(f, 0);
	assert_true(says(w, "limits of cgroups"));
	assert_true(says(w, "never woken"));
	assert_true(says(w, "no file page came back"));
	assert_false(says(w, "node 0"));
	assert_false(says(w, "record again"));
	assert_false(says(w, "has none"));
	rs_workload_destroy(w);
}

static void rs_workload_too_short_is_refused(void **state)
{
	struct fixture *f = *state;
	int i;

	put_info(f, "");
	for (i = 0; i < 20; i++)
		put_gauge(f, 2000, 3000, 0);
	assert_null(workload_of(f, -ENODATA));
}

/* Two who take their memory in turns: while one waits for it, the other goes on. */
static void rs_workload_simulate_growers_wait_for_themselves(void **state)
{
	double alone[RS_NR_METRICS], both[RS_NR_METRICS], parameters[RS_NR_LOAD_PARAMETERS];
	struct rs_workload *w = made_up_load();

	(void)state;
	w->recorded[RS_METRIC_duration_ns] = 1200.0 * MS;
	w->config.nr_cpus = 3;
	memcpy(parameters, true_parameters, sizeof(parameters));
	parameters[RS_LOAD_swap_out_ns] = 4e6; /* who has to reclaim waits for long */
	assert_int_equal(rs_workload_simulate(w, &w->config, parameters, 3, alone, NULL), 0);
	w->nr_growers = 2;
	rs_load_take_turns(w->slots, w->nr_slots, w->nr_growers);
	assert_int_equal(w->slots[0].grower, 0);
	assert_int_equal(w->slots[1].grower, 1);
	assert_int_equal(w->slots[2].grower, 0);
	assert_int_equal(w->slots[40].grower, w->slots[50].grower); /* nobody grows there */
	assert_int_equal(rs_workload_simulate(w, &w->config, parameters, 3, both, NULL), 0);
	assert_true(alone[RS_METRIC_allocstall] > 5 && both[RS_METRIC_allocstall] > 5);
	assert_true(both[RS_METRIC_duration_ns] < 0.9 * alone[RS_METRIC_duration_ns]);
	rs_workload_destroy(w);
}

/* Bursts that fill the time and come before everything leave kswapd next to no CPU, also where they touch what they have. */
static void rs_workload_simulate_bursts_ahead_keep_kswapd_out(void **state)
{
	double first[RS_NR_METRICS], fair[RS_NR_METRICS], parameters[RS_NR_LOAD_PARAMETERS];
	struct rs_workload *w = made_up_load();

	(void)state;
	w->recorded[RS_METRIC_duration_ns] = 1200.0 * MS;
	w->config.costs.alloc = w->config.costs.fault = 100000;
	memcpy(parameters, true_parameters, sizeof(parameters));
	parameters[RS_LOAD_burst_first] = 0.02;
	assert_int_equal(rs_workload_simulate(w, &w->config, parameters, 3, fair, NULL), 0);
	parameters[RS_LOAD_burst_first] = 1;
	assert_int_equal(rs_workload_simulate(w, &w->config, parameters, 3, first, NULL), 0);
	assert_true(fair[RS_METRIC_pgsteal_kswapd] > fair[RS_METRIC_pgsteal_direct]);
	assert_true(first[RS_METRIC_pgsteal_direct] > 5 * first[RS_METRIC_pgsteal_kswapd]);
	rs_workload_destroy(w);
}

/* A file of 1500 pages that is gone through ten times a second, of which nothing was missed while it was recorded. */
static void rs_workload_simulate_reads_in_order_whatever_was_missed(void **state)
{
	double seldom[RS_NR_METRICS], often[RS_NR_METRICS], parameters[RS_NR_LOAD_PARAMETERS];
	struct rs_workload *w = made_up_load();
	size_t i;

	(void)state;
	w->recorded[RS_METRIC_duration_ns] = 1200.0 * MS;
	for (i = 0; i < w->nr_slots; i++)
		w->slots[i].anon_new = 0;
	w->file_seen = w->file_peak = 1500;
	assert_true(rs_workload_has(w, RS_LOAD_file_hot_rate));
	w->measured[RS_LOAD_file_sweep_share] = 1;
	assert_false(rs_workload_has(w, RS_LOAD_file_hot_rate));
	assert_true(rs_workload_has(w, RS_LOAD_file_sweep_rate));
	memcpy(parameters, true_parameters, sizeof(parameters));
	parameters[RS_LOAD_file_sweep_share] = 1;
	assert_int_equal(rs_workload_simulate(w, &w->config, parameters, 3, seldom, NULL), 0);
	parameters[RS_LOAD_file_sweep_rate] = 10;
	assert_int_equal(rs_workload_simulate(w, &w->config, parameters, 3, often, NULL), 0);
	assert_in_range(seldom[RS_METRIC_pgpgin], 1, 200);
	assert_in_range(often[RS_METRIC_pgpgin], 1450, 1600);
	rs_workload_destroy(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rs_workload_footprint_is_what_is_resident_and_in_swap, setup, teardown),
		cmocka_unit_test_setup_teardown(rs_workload_what_is_evicted_was_read_before, setup, teardown),
		cmocka_unit_test_setup_teardown(rs_workload_waiting_belongs_to_who_waited, setup, teardown),
		cmocka_unit_test_setup_teardown(rs_workload_what_devices_count_is_not_open, setup, teardown),
		cmocka_unit_test_setup_teardown(rs_workload_what_zram_costs_is_not_open, setup, teardown),
		cmocka_unit_test_setup_teardown(rs_workload_knows_when_marks_were_raised, setup, teardown),
		cmocka_unit_test_setup_teardown(rs_workload_says_what_it_does_not_know, setup, teardown),
		cmocka_unit_test_setup_teardown(rs_workload_too_short_is_refused, setup, teardown),
		cmocka_unit_test(rs_workload_simulate_growers_wait_for_themselves),
		cmocka_unit_test(rs_workload_simulate_bursts_ahead_keep_kswapd_out),
		cmocka_unit_test(rs_workload_simulate_reads_in_order_whatever_was_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
