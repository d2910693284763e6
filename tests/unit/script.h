/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks of a simulated host that do what a list says, or something random that is the same on every run. */
#ifndef RS_TESTS_SCRIPT_H
#define RS_TESTS_SCRIPT_H

#include "../../src/sim/sim.h"
#include "kernel_rules.h"
#include "unit.h"

#define MS 1000000ULL
#define SECOND 1000000000ULL

struct script {
	const struct rs_sim_op *ops;
	size_t nr, at;
	unsigned int rounds; /* of the whole list; 0: one */
};

static inline void script_next(void *arg, uint64_t now_ns, struct rs_sim_op *op)
{
	struct script *s = arg;

	(void)now_ns;
	if (s->at == s->nr && s->rounds > 1) {
		s->rounds--;
		s->at = 0;
	}
	if (s->at < s->nr)
		*op = s->ops[s->at++];
}

#define SCRIPT(...)                                                                                                    \
	{                                                                                                              \
		.ops = (const struct rs_sim_op[]){ __VA_ARGS__ },                                                      \
		.nr = sizeof((const struct rs_sim_op[]){ __VA_ARGS__ }) / sizeof(struct rs_sim_op),                    \
	}

static inline struct rs_sim_op range_op(uint32_t first, uint32_t nr, bool write)
{
	return (struct rs_sim_op){ .type = RS_SIM_OP_RANGE, .first = first, .nr = nr, .write = write };
}

static inline struct rs_sim *host_of(const struct rs_sim_config *config)
{
	struct rs_sim *sim = NULL;

	assert_int_equal(rs_sim_create(config, &sim), 0);
	return sim;
}

static inline uint32_t area_in(struct rs_sim *sim, struct rs_sim_area area)
{
	uint32_t first;

	assert_true(rs_sim_area_add(sim, &area, &first) >= 0);
	return first;
}

static inline int task_in(struct rs_sim *sim, rs_sim_next_fn next, void *arg)
{
	const struct rs_sim_task task = { .next = next, .arg = arg };
	int nr = rs_sim_task_add(sim, &task);

	assert_true(nr >= 0);
	return nr;
}

static inline struct rs_sim_result run_until(struct rs_sim *sim, uint64_t ns)
{
	struct rs_sim_result r;

	assert_int_equal(rs_sim_run(sim, ns), 0);
	rs_sim_result(sim, &r);
	return r;
}

#endif
