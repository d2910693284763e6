/* SPDX-License-Identifier: GPL-2.0-only */
/* Parameters of a load that need no search, because the kernel has counted what they are. */
#ifndef RS_TUNE_MEASURED_H
#define RS_TUNE_MEASURED_H

#include "workload.h"

/*
 * Of the devices: how long a swap-in takes and how many pages it brings, what zram costs, how much of files is read in order
 * and how long tasks waited for that. @io_ns: time with a task waiting for a device, NAN: not known. Returns the pages
 * that were read from files, NAN: not known.
 */
double rs_load_measure_devices(struct rs_workload *workload, struct json_object *info, struct json_object *end, double io_ns);

/* Of reclaim itself: @scale is rs_steps_scale(). */
void rs_load_measure_cpu(struct rs_workload *workload, double scale);

#endif
