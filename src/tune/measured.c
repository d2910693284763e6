/* SPDX-License-Identifier: GPL-2.0-only */
#include "measured.h"

#include <math.h>

#include "disks.h"

#define NS_PER_S 1e9
/* Fewer requests tell nothing about a device. */
#define MIN_REQUESTS 50
#define MAX_SWAP_READAHEAD 256

/* A parameter that was measured stays in its range: what is beyond was measured wrongly. */
static void measured(struct rs_workload *w, enum rs_load_parameter parameter, double value)
{
	const struct rs_load_range *r = rs_load_range(parameter);

	if (isfinite(value))
		w->measured[parameter] = fmin(fmax(value, r->low), r->high);
}

/*
 * How many pages a request for files brought tells how much of them is read in order, since only that is read ahead;
 * and how many of the simulated requests shared in the waiting.
 */
static void measure_file_reads(struct rs_workload *w, const struct rs_disk_sums *file, double wait_ns)
{
	double pages = file->read_bytes / 4096, requests = 1 / fmax(1, pages / file->reads), ahead = 1.0 / RS_LOAD_READAHEAD;

	requests = fmax(requests, ahead);
	measured(w, RS_LOAD_file_sweep_share, (1 - requests) / (1 - ahead));
	if (pages > 0) {
		w->file_wait_ns = wait_ns / pages;
		measured(w, RS_LOAD_file_in_ns, wait_ns / (pages * requests));
	}
}

/* A swap-in that was not seen is taken to cost what a swap-out does, which is more than it needs. */
static void measure_zram(struct rs_workload *w, const struct rs_disk_sums *swap)
{
	double written = swap->written_bytes / 4096;
	bool in = swap->reads >= MIN_REQUESTS && swap->read_s > 0;

	if (written < MIN_REQUESTS || !(swap->write_s > 0))
		return;
	measured(w, RS_LOAD_swap_out_ns, swap->write_s * NS_PER_S / written);
	measured(w, RS_LOAD_swap_in_ns, in ? swap->read_s * NS_PER_S / swap->reads : w->measured[RS_LOAD_swap_out_ns]);
}

double rs_load_measure_devices(struct rs_workload *w, struct json_object *info, struct json_object *end, double io_ns)
{
	double file_read;
	struct rs_disks d;

	rs_disks_read(info, end, &d);
	if (!d.known)
		return NAN;
	file_read = d.file.read_bytes / 4096;
	/* tasks wait for what is written as well: no longer for reads than these took */
	if (d.file.reads >= MIN_REQUESTS)
		measure_file_reads(w, &d.file, isnan(io_ns) ? NAN : fmin(io_ns, d.file.read_s * NS_PER_S));
	if (w->swap_is_zram) {
		measure_zram(w, &d.swap);
	} else if (d.swap.reads >= MIN_REQUESTS) {
		measured(w, RS_LOAD_swap_in_ns, d.swap.read_s * NS_PER_S / d.swap.reads);
		w->config.swap_readahead = fmin(fmax(1, round(d.swap.read_bytes / 4096 / d.swap.reads)), MAX_SWAP_READAHEAD);
	}
	return file_read;
}

void rs_load_measure_cpu(struct rs_workload *w, double scale)
{
	measured(w, RS_LOAD_cpu_scale, scale);
}
