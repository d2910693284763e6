/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The load of a recorded host, as tasks for the simulated one: what was allocated and given back and when,
 * as the gauge saw it, and how memory was used, as far as reclaim has revealed it. What a recording cannot
 * tell is a parameter with a range (enum rs_load_parameter); src/tune/calibrate.c narrows it.
 */
#ifndef RS_TUNE_WORKLOAD_H
#define RS_TUNE_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../sim/sim.h"
#include "../trace/reader.h"

/* X(name, unit, text): what is compared with the recording and predicted. Whole-run sums but for free_pages. */
#define RS_METRICS(X)                                                                          \
	X(memory_some_ns, NS, "time with at least one task waiting for memory, as PSI counts") \
	X(memory_full_ns, NS, "time with all of them waiting")                                 \
	X(allocstall, COUNT, "direct reclaims")                                                \
	X(stall_ns, NS, "time in direct reclaim, all tasks together")                          \
	X(refault_anon, PAGES, "anonymous pages evicted and wanted again")                     \
	X(refault_file, PAGES, "file pages evicted and wanted again")                          \
	X(pswpin, PAGES, "read from swap")                                                     \
	X(pswpin_half_ns, NS, "until half of that had been read")                              \
	X(pswpout, PAGES, "written to swap")                                                   \
	X(pageoutrun, COUNT, "runs of kswapd")                                                 \
	X(kswapd_cpu_ns, NS, "CPU time of kswapd")                                             \
	X(pgscan_kswapd, PAGES, "scanned by kswapd")                                           \
	X(pgscan_direct, PAGES, "scanned by tasks")                                            \
	X(pgsteal_kswapd, PAGES, "reclaimed by kswapd")                                        \
	X(pgsteal_direct, PAGES, "reclaimed by tasks")                                         \
	X(pgactivate, PAGES, "found in use, and moved to an active list")                      \
	X(pgpgin, PAGES, "read from files")                                                    \
	X(free_pages, PAGES, "free on average")                                                \
	X(duration_ns, NS, "from the first to the last of the recorded work")

enum rs_metric_unit { RS_UNIT_NS, RS_UNIT_COUNT, RS_UNIT_PAGES };

#define RS_METRIC_ENUM(name, unit, text) RS_METRIC_##name,
enum rs_metric { RS_METRICS(RS_METRIC_ENUM) RS_NR_METRICS };

const char *rs_metric_name(enum rs_metric metric);
enum rs_metric_unit rs_metric_unit(enum rs_metric metric);

/*
 * X(name, low, high, text): what the recording leaves open, with the range that is searched. Shares are of the
 * footprint or of the file, rates are touches of one page per second.
 */
#define RS_LOAD_PARAMETERS(X)                                                                               \
	X(anon_hot_share, 0.02, 1.0, "share of anonymous memory in steady use")                             \
	X(anon_hot_rate, 0.02, 20.0, "how often each page of it is touched")                                \
	X(anon_cold_rate, 0.0005, 5.0, "how often each other page is touched")                              \
	X(file_size, 1.0, 8.0, "size of what is read, in the pages that were cached or read")               \
	X(file_sweep_share, 0.01, 1.0, "share of reads that go through it in order")                        \
	X(file_sweep_rate, 0.02, 2.0, "how often it is gone through in order, at least, missed or not")       \
	X(file_reads, 1.0, 20.0, "reads for each one that missed the cache")                                \
	X(file_hot_share, 0.01, 0.5, "share of the file in steady use")                                     \
	X(file_hot_rate, 0.02, 20.0, "how often each page of it is read")                                   \
	X(cpu_scale, 0.2, 100.0, "CPU time of reclaim, in the simulator's default costs")                    \
	X(swap_in_ns, 2e3, 2e7, "time of a swap-in")                                                        \
	X(swap_out_ns, 2e3, 2e7, "time of a swap-out")                                                      \
	X(cpu_busy, 0.01, 1.0, "share of its time between allocations that each part of the load computes") \
	X(file_in_ns, 2e3, 2e7, "time of a read from a file's device")                                      \
	X(swap_cpu_ns, 2e2, 3e5, "CPU time of handing a page to the swap device, or of asking for one")      \
	X(burst_first, 0.02, 1.0, "share of bursts that take their memory before anybody else has the CPU")

#define RS_LOAD_PARAMETER_ENUM(name, low, high, text) RS_LOAD_##name,
enum rs_load_parameter { RS_LOAD_PARAMETERS(RS_LOAD_PARAMETER_ENUM) RS_NR_LOAD_PARAMETERS };

struct rs_load_range {
	const char *name, *text;
	double low, high;
};

/* Linux reads 128 KiB ahead in a file that is read in order. */
#define RS_LOAD_READAHEAD 32

/* What one span between two readings of the gauge held, or a part of it. */
struct rs_load_slot {
	uint64_t ns;
	/* Of it in direct reclaim or for a swap-in, which another setting may not repeat: by who grows, by who reads. */
	uint64_t waited_ns, reader_waited_ns;
	uint32_t grower; /* whose turn it is */
	uint32_t anon_new, anon_gone; /* footprint: resident and swapped out */
	uint32_t file_in; /* read into the cache: what came into it, less the share that was written there */
	uint32_t kernel_new, kernel_gone;
	uint32_t swapped_in;
	uint32_t boost; /* by which a zone's marks are raised at its end, because pageblocks change their type, in pages */
};

struct rs_workload {
	struct rs_sim_config config; /* the host as recorded; devices and costs as far as they are known */
	struct rs_load_slot *slots;
	size_t nr_slots;

	/* At the start, in pages. */
	uint64_t inactive_anon, active_anon, inactive_file, active_file, kernel;
	uint64_t anon_peak, file_peak; /* largest footprint, largest cache */
	uint64_t file_seen; /* different file pages: cached at the start, or read since and not for a second time */
	double dirtied_per_s; /* file pages, over the whole recording */
	uint64_t file_written; /* of what came into the cache, what no device had read; 0 where that is not known */
	uint64_t swapped_in; /* sum over slots */
	unsigned int nr_growers; /* tasks that take their memory in turns, each at its own pace */
	double alloc_ns; /* of a page when the host allocates as fast as it was ever seen to */
	double file_wait_ns; /* for a device, of a page that is read from a file; NAN: not known */
	double growth_ns; /* of an anonymous page, where nothing but such pages was taken; NAN: not seen */
	bool swap_is_zram;
	double measured[RS_NR_LOAD_PARAMETERS]; /* what is open on other hosts; 0: open here too */

	double stalls_together, stall_ns_together; /* as rs_stallers_together() has it; 0: not known */

	/* The recorder's own cost, which is in what was recorded. */
	double recorder_cpu_ns; /* of its process; NAN: the recording does not tell */
	uint64_t recorder_pages; /* memory that the load did not have, and has without it; 0: the recording does not tell */
	uint64_t nr_records; /* made where the load ran */

	double recorded[RS_NR_METRICS]; /* NAN: the recording does not tell */
	/* Sentences about what is not known or not simulated, for people. */
	const char *unknown[12];
	unsigned int nr_unknown;
};

/* Reads all of @reader. 0 or -errno, said; -ENODATA when there is too little in it. rs_workload_destroy() frees. */
int rs_workload_create(struct rs_reader *reader, struct rs_workload **ret);
void rs_workload_destroy(struct rs_workload *workload);

/* Does this parameter make a difference here? A host without swap has no swap-ins. */
bool rs_workload_has(const struct rs_workload *workload, enum rs_load_parameter parameter);
const struct rs_load_range *rs_load_range(enum rs_load_parameter parameter);

/*
 * Runs the load on the host of @config, which is workload->config with other settings, and sums up. A run that takes
 * many times as long as was recorded is ended; its duration says so. @ret_result may be NULL. 0 or -errno.
 */
int rs_workload_simulate(const struct rs_workload *workload, const struct rs_sim_config *config,
			 const double parameters[RS_NR_LOAD_PARAMETERS], uint64_t seed, double ret[RS_NR_METRICS],
			 struct rs_sim_result *ret_result);

#endif
