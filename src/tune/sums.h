/* SPDX-License-Identifier: GPL-2.0-only */
/* What a recording's counters rose by from its begin to its end. NAN: one of the two does not have it. */
#ifndef RS_TUNE_SUMS_H
#define RS_TUNE_SUMS_H

#include <json-c/json.h>

double rs_vmstat_delta(struct json_object *info, struct json_object *end, const char *name);
/* Some counters exist once for each zone. */
double rs_vmstat_delta_of_zones(struct json_object *info, struct json_object *end, const char *prefix);
/* @scale: what one of it is. */
double rs_pressure_delta(struct json_object *info, struct json_object *end, const char *name, double scale);

#endif
