/* SPDX-License-Identifier: GPL-2.0-only */
#include "disks.h"

#include <math.h>
#include <string.h>

#define SECTOR 512.0

bool rs_disk_is_zram(const char *name)
{
	const char *base = strrchr(name, '/');

	return !strncmp(base ? base + 1 : name, "zram", 4);
}

static bool is_swap(struct json_object *info, const char *disk)
{
	struct json_object *swaps = rs_info_member(info, "swaps");
	size_t i, n = swaps ? json_object_array_length(swaps) : 0;

	for (i = 0; i < n; i++) {
		struct json_object *name = rs_info_member(json_object_array_get_idx(swaps, i), "name");
		const char *base = name ? strrchr(json_object_get_string(name), '/') : NULL;

		if (base && !strcmp(base + 1, disk))
			return true;
	}
	return false;
}

static struct json_object *disk_named(struct json_object *disks, const char *name)
{
	size_t i, n = disks ? json_object_array_length(disks) : 0;

	for (i = 0; i < n; i++) {
		struct json_object *o = json_object_array_get_idx(disks, i), *v = rs_info_member(o, "name");

		if (v && !strcmp(json_object_get_string(v), name))
			return o;
	}
	return NULL;
}

static double since(struct json_object *was, struct json_object *now, const char *key)
{
	double before = rs_info_number(was, key);

	return rs_info_number(now, key) - (isnan(before) ? 0 : before); /* a device without requests was left out */
}

void rs_disks_read(struct json_object *info, struct json_object *end, struct rs_disks *ret)
{
	struct json_object *was = rs_info_member(info, "disks"), *now = rs_info_member(end, "disks");
	size_t i, n = was && now ? json_object_array_length(now) : 0;

	memset(ret, 0, sizeof(*ret));
	ret->known = was && now;
	for (i = 0; i < n; i++) {
		struct json_object *o = json_object_array_get_idx(now, i), *name = rs_info_member(o, "name"), *before;
		struct rs_disk_sums *sums;

		if (!name)
			continue;
		before = disk_named(was, json_object_get_string(name));
		if (is_swap(info, json_object_get_string(name)))
			sums = &ret->swap;
		else if (!rs_disk_is_zram(json_object_get_string(name)))
			sums = &ret->file;
		else
			continue;
		sums->reads += since(before, o, "reads");
		sums->read_bytes += since(before, o, "sectors_read") * SECTOR;
		sums->read_s += since(before, o, "read_ms") / 1000;
		sums->written_bytes += since(before, o, "sectors_written") * SECTOR;
		sums->write_s += since(before, o, "write_ms") / 1000;
	}
}
