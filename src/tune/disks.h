/* SPDX-License-Identifier: GPL-2.0-only */
/* What the block devices did while a recording was made, by the kernel's own counts: those with swap, and those with files. */
#ifndef RS_TUNE_DISKS_H
#define RS_TUNE_DISKS_H

#include <stdbool.h>

#include "../trace/reader.h"

struct rs_disk_sums {
	double reads, read_bytes, read_s; /* requests, and how long they took, one added to the other */
	double written_bytes, write_s;
};

struct rs_disks {
	bool known;
	struct rs_disk_sums swap, file; /* zram is swap only: it holds no files that matter */
};

/* @info and @end of a recording, which may be NULL. */
void rs_disks_read(struct json_object *info, struct json_object *end, struct rs_disks *ret);
/* Of the name of a device, with or without its directory. */
bool rs_disk_is_zram(const char *name);

#endif
