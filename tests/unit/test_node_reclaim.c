/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "../../src/model/node_reclaim.h"
#include "kernel_rules.h"
#include "unit.h"

static void node_pagecache_reclaimable_by_mode(void **state)
{
	static const struct {
		struct node_pagecache_reclaimable in;
		uint64_t v6_12, v7_2;
	} rows[] = {
		/* mode, file pages, inactive, active, mapped, dirty */
		{ { RECLAIM_ZONE, 900, 100, 200, 50, 30 }, 220, 220 },
		{ { RECLAIM_ZONE | RECLAIM_WRITE, 900, 100, 200, 50, 30 }, 250, 220 },
		{ { RECLAIM_ZONE | RECLAIM_UNMAP, 900, 100, 200, 50, 30 }, 870, 870 },
		{ { RECLAIM_ZONE, 900, 100, 200, 300, 30 }, 0, 0 },
		{ { RECLAIM_ZONE, 900, 100, 200, 299, 30 }, 0, 0 },
		{ { RECLAIM_ZONE | RECLAIM_WRITE, 900, 100, 200, 400, 0 }, 0, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rs_rules v6_12 = kernel_rules(V6_12), v7_2 = kernel_rules(V7_2);

		assert_int_equal(node_pagecache_reclaimable(&rows[i].in, &v6_12, NULL), rows[i].v6_12);
		assert_int_equal(node_pagecache_reclaimable(&rows[i].in, &v7_2, NULL), rows[i].v7_2);
	}
}

static void node_reclaim_runs_only_if_worth_it_and_allowed(void **state)
{
	static const struct {
		struct node_reclaim in;
		enum rs_node_reclaim out;
	} rows[] = {
		{ { 10, 10, 5, 5, 0xcc0, 0, 1, 1, 0 }, RS_NODE_RECLAIM_FULL },
		{ { 11, 10, 5, 5, 0xcc0, 0, 1, 1, 0 }, RS_NODE_RECLAIM_RUNS },
		{ { 10, 10, 6, 5, 0xcc0, 0, 1, 1, 0 }, RS_NODE_RECLAIM_RUNS },
		{ { 11, 10, 5, 5, 0x800, 0, 1, 1, 0 }, RS_NODE_RECLAIM_NOSCAN },
		{ { 11, 10, 5, 5, 0xcc0, PF_MEMALLOC, 1, 1, 0 }, RS_NODE_RECLAIM_NOSCAN },
		{ { 11, 10, 5, 5, 0xcc0, 0, 1, 0, 0 }, RS_NODE_RECLAIM_NOSCAN },
		{ { 11, 10, 5, 5, 0xcc0, 0, 0, 0, 0 }, RS_NODE_RECLAIM_RUNS },
		{ { 11, 10, 5, 5, 0xcc0, 0, 0, 0, 1 }, RS_NODE_RECLAIM_NOSCAN },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(node_reclaim(&rows[i].in, NULL), rows[i].out);
}

static void __node_reclaim_goes_from_4_to_0(void **state)
{
	struct __node_reclaim n;
	int rounds;

	(void)state;
	__node_reclaim_begin(&n, 3, RECLAIM_ZONE | RECLAIM_WRITE);
	assert_int_equal(n.nr_pages, 8);
	assert_int_equal(n.nr_to_reclaim, 32);
	assert_true(n.may_writepage && !n.may_unmap && !n.done);
	__node_reclaim_next(&n, 7, NULL);
	assert_true(!n.done && n.priority == 3);
	__node_reclaim_next(&n, 8, NULL);
	assert_true(n.done && n.enough && n.priority == 3);
	__node_reclaim_begin(&n, 9, RECLAIM_ZONE | RECLAIM_UNMAP);
	assert_int_equal(n.nr_to_reclaim, 512);
	assert_true(!n.may_writepage && n.may_unmap);
	for (rounds = 0; !n.done; rounds++)
		__node_reclaim_next(&n, 0, NULL);
	assert_int_equal(rounds, 5);
	assert_false(n.enough);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(node_pagecache_reclaimable_by_mode),
		cmocka_unit_test(node_reclaim_runs_only_if_worth_it_and_allowed),
		cmocka_unit_test(__node_reclaim_goes_from_4_to_0),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
