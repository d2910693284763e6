/* SPDX-License-Identifier: GPL-2.0-only */
#include "sums.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "../base/cleanup.h"
#include "../trace/reader.h"

double rs_vmstat_delta(struct json_object *info, struct json_object *end, const char *name)
{
	struct json_object *a = rs_info_member(rs_info_member(info, "vmstat"), name), *b = rs_info_member(rs_info_member(end, "vmstat"), name);

	return a && b ? (double)json_object_get_int64(b) - (double)json_object_get_int64(a) : NAN;
}

double rs_vmstat_delta_of_zones(struct json_object *info, struct json_object *end, const char *prefix)
{
	static const char *const zones[] = { "dma", "dma32", "normal", "movable" };
	double sum = NAN;
	char name[64];
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE_OF(zones); i++) {
		double v;

		snprintf(name, sizeof(name), "%s_%s", prefix, zones[i]);
		v = rs_vmstat_delta(info, end, name);
		if (!isnan(v))
			sum = isnan(sum) ? v : sum + v;
	}
	return sum;
}

double rs_pressure_delta(struct json_object *info, struct json_object *end, const char *name, double scale)
{
	struct json_object *a = rs_info_member(rs_info_member(info, "pressure"), name), *b = rs_info_member(rs_info_member(end, "pressure"), name);

	return a && b ? scale * ((double)json_object_get_int64(b) - (double)json_object_get_int64(a)) : NAN;
}
