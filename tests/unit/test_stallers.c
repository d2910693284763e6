/* SPDX-License-Identifier: GPL-2.0-only */
/* Who waits for memory, and how many tasks it is that grow. */
#include "../../src/model/gfp.h"
#include "../../src/tune/stallers.h"
#include "unit.h"

#define ANON (__GFP_ZERO | __GFP_MOVABLE)
#define READ_AHEAD (__GFP_NORETRY | __GFP_MOVABLE)

static void stall(struct rs_stallers *s, uint32_t tid, uint32_t gfp, const char *comm, uint64_t ns)
{
	rs_stallers_begin(s, tid, 1000, gfp, comm);
	rs_stallers_end(s, tid, 1000 + ns);
}

static void rs_stallers_time_by_who_waited(void **state)
{
	struct rs_stallers s = { 0 };

	(void)state;
	rs_stallers_begin(&s, 1, 100, ANON, "load");
	rs_stallers_begin(&s, 2, 110, READ_AHEAD, "load");
	rs_stallers_end(&s, 2, 150);
	rs_stallers_end(&s, 1, 400);
	rs_stallers_end(&s, 1, 900); /* it has ended before */
	rs_stallers_end(&s, 7, 900); /* it began before the recording did */
	stall(&s, 3, ANON, "reclaimscope", 5);
	assert_int_equal(s.nr_stalls, 3);
	assert_int_equal(s.stall_ns, 300 + 40 + 5);
	assert_int_equal(s.reader_ns, 40);
	assert_int_equal(s.recorder_ns, 5);
}

static void rs_stallers_growers_share_equally(void **state)
{
	static const struct {
		unsigned int signs[12]; /* of each thread */
		uint32_t gfp;
		unsigned int growers;
	} cases[] = {
		{ { 3, 4 }, ANON, 1 }, /* too few to tell */
		{ { 4, 4 }, ANON, 2 },	{ { 40, 4 }, ANON, 1 }, { { 10, 7 }, ANON, 2 },
		{ { 9, 9 }, READ_AHEAD, 1 }, { { 3, 3, 3 }, ANON, 3 }, { { 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5 }, ANON, RS_MAX_GROWERS },
	};
	unsigned int c, tid, i;

	(void)state;
	for (c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct rs_stallers stalled = { 0 }, woke = { 0 };

		for (tid = 0; tid < 12; tid++)
			for (i = 0; i < cases[c].signs[tid]; i++) {
				stall(&stalled, tid, cases[c].gfp, "load", 1);
				stall(&stalled, 99, ANON, "reclaimscope", 1);
				rs_stallers_woke(&woke, tid, cases[c].gfp);
			}
		assert_int_equal(rs_stallers_growers(&stalled), cases[c].growers);
		assert_int_equal(rs_stallers_growers(&woke), cases[c].growers);
	}
}

static void rs_stallers_more_than_there_is_room_for(void **state)
{
	struct rs_stallers s = { 0 };
	uint32_t tid;

	(void)state;
	for (tid = 1; tid <= RS_MAX_STALLERS + 5; tid++)
		stall(&s, tid, ANON, "load", 1);
	assert_int_equal(s.nr, RS_MAX_STALLERS);
	assert_int_equal(s.stall_ns, RS_MAX_STALLERS);
}

static void stall_at(struct rs_stallers *s, uint64_t window, unsigned int nr)
{
	while (nr--) {
		rs_stallers_begin(s, 1, window * RS_STALL_WINDOW_NS + nr + 1, ANON, "load");
		rs_stallers_end(s, 1, window * RS_STALL_WINDOW_NS + nr + 1001);
	}
}

/* Ten in each of 30 windows come alone; 300 in three shortages do not; and more and more of them are no chance. */
static void rs_stallers_together_in_shortages(void **state)
{
	struct rs_stallers even = { 0 }, shortages = { 0 }, slope = { 0 };
	struct rs_stall_sums r;
	int i;

	(void)state;
	r = rs_stallers_together(&even);
	assert_float_equal(r.nr, 1, 0);
	assert_float_equal(r.ns, 0, 0);
	for (i = 0; i < 30; i++)
		stall_at(&even, i + 5, 10);
	assert_float_equal(rs_stallers_together(&even).nr, 1, 0);
	for (i = 0; i < 3; i++)
		stall_at(&shortages, 5 + i * 7, 100);
	r = rs_stallers_together(&shortages);
	assert_float_equal(r.nr, 3 * 100 * 100 / 300.0, 1e-9);
	assert_float_equal(r.ns, r.nr * 1000, 1e-6);
	for (i = 0; i < 60; i++)
		stall_at(&slope, i, i < 30 ? i : 60 - i);
	assert_float_equal(rs_stallers_together(&slope).nr, 1, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rs_stallers_time_by_who_waited),
		cmocka_unit_test(rs_stallers_growers_share_equally),
		cmocka_unit_test(rs_stallers_together_in_shortages),
		cmocka_unit_test(rs_stallers_more_than_there_is_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
