/* SPDX-License-Identifier: GPL-2.0-only */
/* The settings that can be tried on a simulated host: their names, their ranges, and what they change. */
#ifndef RS_TUNE_SETTINGS_H
#define RS_TUNE_SETTINGS_H

#include "../sim/sim.h"

struct json_object;

/*
 * Applies "key=value": a setting by any name that src/kernel/setting.h knows it by, or ram and swap, which take a
 * size ("2G") or a change ("+512M", "-25%"). 0, or -EINVAL, said in one line.
 */
int rs_setting_apply(const char *assignment, struct rs_sim_config *config);

/* Takes over what a recording says of them (`settings` of its INFO); what it does not say stays. */
void rs_settings_recorded(struct json_object *settings, struct rs_sim_config *config);

/* Can this key be tried at all? */
bool rs_setting_is_known(const char *key);

/* A sweep: "key=low:high:n", n values at equal distances. */
struct rs_setting_sweep {
	char key[64];
	double low, high;
	unsigned int nr;
};

#define RS_SWEEP_MAX 1000

/* 0, or -EINVAL, said. */
int rs_setting_parse_sweep(const char *text, struct rs_setting_sweep *ret);
/* Value @i as "key=value". */
void rs_setting_of_sweep(const struct rs_setting_sweep *sweep, unsigned int i, char *ret, size_t size);

#endif
