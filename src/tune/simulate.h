/* SPDX-License-Identifier: GPL-2.0-only */
/* The question that recommend asks of a what-if: how much time would be lost under these values. */
#ifndef RS_TUNE_SIMULATE_H
#define RS_TUNE_SIMULATE_H

#include "recommend.h"
#include "whatif.h"

struct rs_simulation;

/*
 * Calibrates, when it is first asked, on what @reader has from its start; @reader stays the caller's and must live as
 * long. 0 or -errno, said. rs_simulation_destroy() frees.
 */
int rs_simulation_create(struct rs_reader *reader, const struct rs_calibration_options *options, struct rs_simulation **ret);
void rs_simulation_destroy(struct rs_simulation *simulation);

/* An rs_simulate; @ctx: the struct rs_simulation. Why it cannot tell is said, once. */
bool rs_simulation_ask(void *ctx, const struct rs_value *values, unsigned int nr_values, struct rs_simulated *ret);

#endif
