/* SPDX-License-Identifier: GPL-2.0-only */
/* Draining rings that a stand-in for the BPF programs has filled. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/probe/ring.h"
#include "unit.h"

#define CPUS 3
#define SEGMENTS 2

struct fixture {
	struct rs_cpu *cpus;
	struct rs_segment *segments;
	struct rs_rings *rings;
	uint64_t delivered[RS_NR_EVENTS];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->cpus = calloc(CPUS, sizeof(*f->cpus));
	f->segments = calloc(CPUS * (SEGMENTS + 1), sizeof(*f->segments));
	assert_int_equal(rs_rings_create(f->cpus, f->segments, CPUS, SEGMENTS, &f->rings), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	rs_rings_destroy(f->rings);
	free(f->cpus);
	free(f->segments);
	free(f);
	return 0;
}

/* Does what emit_reserve() and emit_submit() of bpf/emit.bpf.h do. false: no room. */
static int put(struct fixture *f, int cpu, int level, uint64_t ts_ns, uint16_t len)
{
	struct rs_level *l = &f->cpus[cpu].level[level];
	struct rs_event_hdr *hdr;

	l->attempted[RS_EVENT_kswapd_sleep]++;
	if (l->head + len - l->tail > l->room) {
		l->full[RS_EVENT_kswapd_sleep]++;
		return 0;
	}
	hdr = (struct rs_event_hdr *)&f->segments[l->segment].data[l->head % RS_SEGMENT_SIZE];
	hdr->ts_ns = ts_ns;
	hdr->tid = cpu;
	hdr->type = RS_EVENT_kswapd_sleep;
	hdr->len = len;
	if ((l->head ^ (l->head + len)) / RS_SEGMENT_SIZE && ++l->segment == l->end_segment)
		l->segment = l->first_segment;
	l->head += len;
	return 1;
}

struct seen {
	uint64_t last_ns, count, stop_after, done_after;
	struct rs_record records[7]; /* of a batch, so that batches end somewhere in a run */
};

static int each(void *ctx, const struct rs_event_hdr *next, size_t bytes, struct rs_batch *batch)
{
	struct seen *seen = ctx;
	size_t nr = sizeof(seen->records) / sizeof(*seen->records), taken = 0;
	const struct rs_record *r;

	for (r = batch->from; r < batch->to; r++) {
		assert_true(r->hdr->ts_ns >= seen->last_ns);
		assert_int_equal(r->hdr->tid, r->cpu);
		seen->last_ns = r->hdr->ts_ns;
		seen->count++;
		taken += r->hdr->len;
	}
	assert_int_equal(taken, bytes);
	if (!next)
		return 0;
	batch->from = batch->to = seen->records;
	if (seen->stop_after && seen->count == seen->stop_after)
		return -EIO;
	if (seen->stop_after && nr > seen->stop_after - seen->count)
		nr = seen->stop_after - seen->count;
	if (seen->done_after && nr > seen->done_after - seen->count)
		nr = seen->done_after - seen->count;
	batch->end = batch->from + (nr ? nr : 1);
	batch->room = 2000;
	if (nr)
		return 0;
	seen->done_after = 0;
	return 1;
}

static void rs_rings_drain_merges_by_time_over_cpus_and_levels(void **state)
{
	struct fixture *f = *state;
	uint64_t ts[CPUS][RS_RINGS] = { 0 }, seed = 3, put_in = 0, horizon = 0;
	struct seen seen = { 0 };
	int round, i;

	/* Many rounds, so that records lie across segment ends and the positions wrap. */
	for (round = 0; round < 400; round++) {
		for (i = 0; i < 200; i++) {
			int cpu = unit_random(&seed) % CPUS, level = unit_random(&seed) % 8 == 0;

			/* What is drained must be over: no ring may still come up with something older. */
			ts[cpu][level] = (ts[cpu][level] > horizon ? ts[cpu][level] : horizon) + unit_random(&seed) % 50;
			put_in += put(f, cpu, level, ts[cpu][level], 16 + 8 * (unit_random(&seed) % 100));
		}
		horizon += 600;
		assert_true(rs_rings_drain(f->rings, horizon, f->delivered, each, &seen) >= 0);
		assert_true(seen.last_ns <= horizon);
		if (round % 3)
			rs_rings_release(f->rings);
	}
	assert_true(rs_rings_drain(f->rings, UINT64_MAX, f->delivered, each, &seen) >= 0);
	rs_rings_release(f->rings);
	assert_int_equal(seen.count, put_in);
	assert_int_equal(f->delivered[RS_EVENT_kswapd_sleep], put_in);
	assert_int_equal(rs_rings_fill(f->rings), 0);
}

static void rs_rings_drain_accounts_for_every_record_of_a_full_ring(void **state)
{
	struct fixture *f = *state;
	uint64_t ts = 0, attempted, full;
	struct seen seen = { 0 };

	assert_int_equal(rs_rings_written(f->rings), 0);
	assert_true(put(f, 0, 0, ++ts, 4096) && put(f, 0, 1, ++ts, 64));
	assert_int_equal(rs_rings_written(f->rings), 4096 + 64);
	while (put(f, 0, 0, ++ts, 4096))
		;
	while (ts < 1000)
		put(f, 0, 0, ++ts, 4096);
	assert_true(rs_rings_fill(f->rings) > 80);
	assert_true(rs_rings_drain(f->rings, UINT64_MAX, f->delivered, each, &seen) >= 0);
	attempted = 1 + f->cpus[0].level[0].attempted[RS_EVENT_kswapd_sleep]; /* one is in the other ring */
	full = f->cpus[0].level[0].full[RS_EVENT_kswapd_sleep];
	assert_int_equal(attempted, 1000);
	assert_int_equal(attempted, seen.count + full);
	/* And there is room again, but not before what was read is given back. */
	assert_false(put(f, 0, 0, ++ts, 4096));
	rs_rings_release(f->rings);
	assert_true(put(f, 0, 0, ++ts, 4096));
}

static void rs_rings_drain_stops_at_an_error_and_goes_on_after_it(void **state)
{
	struct seen seen = { .stop_after = 5 };
	struct fixture *f = *state;
	int i;

	for (i = 1; i <= 20; i++)
		put(f, i % CPUS, 0, i, 32);
	assert_int_equal(rs_rings_drain(f->rings, UINT64_MAX, f->delivered, each, &seen), -EIO);
	assert_int_equal(seen.count, 5);
	assert_int_equal(f->delivered[RS_EVENT_kswapd_sleep], 5);
	seen.stop_after = 0;
	assert_int_equal(rs_rings_drain(f->rings, UINT64_MAX, f->delivered, each, &seen), 15);
}

static void rs_rings_drain_gives_back_what_is_done_with(void **state)
{
	struct seen seen = { .done_after = 11 };
	struct fixture *f = *state;
	int i;

	for (i = 1; i <= 20; i++)
		put(f, i % CPUS, 0, i, 32);
	assert_int_equal(rs_rings_drain(f->rings, UINT64_MAX, f->delivered, each, &seen), 20);
	/* The first eleven: 3, 6, 9; 1, 4, 7, 10; 2, 5, 8, 11. */
	assert_int_equal(f->cpus[0].level[0].tail, 3 * 32);
	assert_int_equal(f->cpus[1].level[0].tail, 4 * 32);
	assert_int_equal(f->cpus[2].level[0].tail, 4 * 32);
	rs_rings_release(f->rings);
	assert_int_equal(rs_rings_fill(f->rings), 0);
	for (i = 0; i < CPUS; i++)
		assert_int_equal(f->cpus[i].level[0].tail, f->cpus[i].level[0].head);
}

static void rs_rings_drain_refuses_what_no_program_writes(void **state)
{
	struct fixture *f = *state;
	struct seen seen = { 0 };

	put(f, 1, 0, 5, 32);
	((struct rs_event_hdr *)f->segments[1 * (SEGMENTS + 1)].data)->len = 7;
	assert_int_equal(rs_rings_drain(f->rings, UINT64_MAX, f->delivered, each, &seen), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rs_rings_drain_merges_by_time_over_cpus_and_levels, setup, teardown),
		cmocka_unit_test_setup_teardown(rs_rings_drain_accounts_for_every_record_of_a_full_ring, setup, teardown),
		cmocka_unit_test_setup_teardown(rs_rings_drain_stops_at_an_error_and_goes_on_after_it, setup, teardown),
		cmocka_unit_test_setup_teardown(rs_rings_drain_gives_back_what_is_done_with, setup, teardown),
		cmocka_unit_test_setup_teardown(rs_rings_drain_refuses_what_no_program_writes, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
