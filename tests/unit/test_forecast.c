/* SPDX-License-Identifier: GPL-2.0-only */
#include <math.h>
#include <string.h>

#include "../../src/tune/forecast.h"
#include "unit.h"

#define S 1000000000ULL

/* A host of one node with two zones: a small low one, and the one that loads use. In pages. */
struct host {
	uint64_t ts_ns;
	double free, file, anon, swap_free, swap_total, kswapd_steal;
	uint64_t boost, stalls, oom_kills;
	struct rs_forecaster *f;
};

static void setup(struct host *h, uint64_t horizon_s)
{
	memset(h, 0, sizeof(*h));
	h->ts_ns = 100 * S;
	assert_int_equal(rs_forecaster_create(horizon_s * S, &h->f), 0);
}

static enum rs_forecast_step give_zone(struct host *h, int zid, uint64_t managed, uint64_t free, uint64_t min)
{
	struct rs_event_zone_state z = {
		.hdr = { .ts_ns = h->ts_ns, .type = RS_EVENT_zone_state, .len = sizeof(z) },
		.zid = zid,
		.context = RS_ZONE_OF_GAUGE,
		.managed = managed,
		.free = free,
		.min = min,
		.low = 2 * min,
		.high = 3 * min,
		.boost = h->boost,
	};

	if (zid == 1)
		z.lowmem_reserve[2] = 2000;
	return rs_forecaster_take(h->f, &z.hdr);
}

/* One reading of the gauge, 0.1 s after the last. */
static enum rs_forecast_step reading(struct host *h)
{
	struct rs_event_node_state n = {
		.hdr = { .ts_ns = h->ts_ns, .type = RS_EVENT_node_state, .len = sizeof(n) },
		.inactive_file = h->file,
		.inactive_anon = h->anon,
	};
	struct rs_event_vm_state vm = {
		.hdr = { .ts_ns = h->ts_ns, .type = RS_EVENT_vm_state, .len = sizeof(vm) },
		.swap_free = h->swap_free,
		.swap_total = h->swap_total,
		.pgsteal_kswapd = h->kswapd_steal,
		.allocstall = h->stalls,
		.oom_kill = h->oom_kills,
	};
	enum rs_forecast_step step;

	assert_int_equal(rs_forecaster_take(h->f, &n.hdr), RS_FORECAST_NOTHING);
	assert_int_equal(give_zone(h, 1, 4000, 3900, 10), RS_FORECAST_NOTHING);
	assert_int_equal(give_zone(h, 2, 200000, h->free, 1000), RS_FORECAST_NOTHING);
	step = rs_forecaster_take(h->f, &vm.hdr);
	h->ts_ns += S / 10;
	return step;
}

/* @free, @file: pages a second. */
static const struct rs_forecast *go_on(struct host *h, double seconds, double free, double file)
{
	int i;

	for (i = 0; i < seconds * 10; i++) {
		reading(h);
		h->free += free / 10;
		h->file += file / 10;
		h->anon -= (free + file) / 10;
	}
	return rs_forecaster_latest(h->f);
}

static void forecast_of_a_quiet_host_is_no_alarm(void **state)
{
	const struct rs_forecast *fc;
	struct host h;

	(void)state;
	setup(&h, 10);
	h.free = 50000;
	fc = go_on(&h, 20, 0, 0);
	assert_true(isinf(fc->to_min.middle) && isinf(fc->to_low.middle));
	assert_true(fc->p_direct < 0.01 && fc->p_oom < 0.01);
	rs_forecaster_destroy(h.f);
}

static void forecast_is_made_every_second_and_not_of_less(void **state)
{
	int i, made = 0, samples = 0;
	struct host h;

	(void)state;
	setup(&h, 10);
	h.free = 50000;
	for (i = 0; i < 101; i++) {
		enum rs_forecast_step step = reading(&h);

		made += step == RS_FORECAST_MADE;
		samples += step != RS_FORECAST_NOTHING;
	}
	assert_int_equal(samples, 101);
	assert_int_equal(made, 10);
	h.ts_ns -= S / 10 - 1;
	assert_int_equal(reading(&h), RS_FORECAST_NOTHING); /* too close to the one before */
	rs_forecaster_destroy(h.f);
}

static void steady_drain_is_told_within_its_interval(void **state)
{
	const struct rs_forecast *fc;
	double left;
	struct host h;

	(void)state;
	setup(&h, 10);
	h.free = 100000;
	fc = go_on(&h, 20.1, -2000, 0);
	/* Zone 1 keeps 2000 from ordinary memory beside its marks: 3900 - 2020 until low, 3900 - 2010 until min. */
	left = (100000 - 20 * 2000 - 1000 + 1890) / 2000.0;
	assert_true(fabs(fc->to_min.middle - left) < 0.1 * left);
	assert_true(fc->to_min.low < left && left < fc->to_min.high);
	assert_true(fc->to_low.middle <= fc->to_min.middle && fc->to_low.low <= fc->to_min.low);
	assert_true(fc->p_direct < 1.1);
	fc = go_on(&h, left - 6, -2000, 0);
	assert_true(fc->p_direct > 0.8 && fc->p_oom > 0.5);
	rs_forecaster_destroy(h.f);
}

static void zones_fill_from_the_highest_and_their_reserve_counts(void **state)
{
	const struct rs_forecast *fc;
	struct host h;

	(void)state;
	setup(&h, 10);
	h.free = 60000;
	fc = go_on(&h, 10, -2000, 0);
	assert_int_equal(fc->nr_zones, 2);
	assert_int_equal(fc->zones[0].zid, 2);
	assert_int_equal(fc->zones[1].low, 2020);
	assert_int_equal(fc->zones[1].min, 2010);
	assert_true(fc->zones[0].to_low.middle < fc->zones[1].to_low.middle);
	assert_true(fc->zones[0].to_low.middle <= fc->zones[0].to_min.middle);
	assert_true(fc->zones[0].to_min.middle <= fc->zones[1].to_min.middle);
	h.boost = 500;
	fc = go_on(&h, 2, -2000, 0);
	assert_int_equal(fc->zones[0].min, 1500);
	assert_int_equal(fc->zones[0].low, 2500);
	rs_forecaster_destroy(h.f);
}

static void reading_files_uses_free_memory_and_exhausts_nothing(void **state)
{
	const struct rs_forecast *fc;
	struct host h;

	(void)state;
	setup(&h, 10);
	h.free = 60000;
	fc = go_on(&h, 20, -2000, 2000);
	assert_true(fc->to_low.middle < 20);
	assert_true(fc->to_min.middle > fc->to_low.middle);
	assert_true(fc->p_oom < 0.01);
	assert_true(fc->demand > 1500 && fc->growth < 500);
	rs_forecaster_destroy(h.f);
}

static void pages_that_can_be_reclaimed_put_min_off(void **state)
{
	struct rs_span without, with;
	struct host h;

	(void)state;
	setup(&h, 10);
	h.free = 60000;
	without = go_on(&h, 20, -2000, 0)->to_min;
	rs_forecaster_destroy(h.f);
	setup(&h, 10);
	h.free = 60000;
	h.file = 40000;
	with = go_on(&h, 20, -2000, 0)->to_min;
	/* Kswapd has not worked yet, so it may fail in its first moments: the early end of the interval knows that. */
	assert_true(with.middle > without.middle + 15);
	assert_true(with.low < without.middle + 5);
	rs_forecaster_destroy(h.f);
}

static void another_load_is_told_apart_from_a_load_that_pauses(void **state)
{
	const struct rs_forecast *fc;
	struct host h;
	int i;

	(void)state;
	setup(&h, 10);
	h.free = 150000;
	go_on(&h, 15, -6000, 0);
	fc = go_on(&h, 3.1, -1000, 0);
	/* All of what was before is forgotten. */
	assert_true(fabs(fc->demand - 1000) < 100);
	assert_true(fc->to_min.middle > 45);
	fc = go_on(&h, 3, -1000, 0);
	assert_true(fabs(fc->demand - 1000) < 100 && fc->demand_error < 1000);
	rs_forecaster_destroy(h.f);

	setup(&h, 10);
	h.free = 150000;
	for (i = 0; i < 6; i++) {
		go_on(&h, 2, -4000, 0);
		fc = go_on(&h, 2, 0, 0);
	}
	assert_true(fc->demand > 1000 && fc->demand_error > 400);
	rs_forecaster_destroy(h.f);
}

/* A change in the first seconds is not seen as one; how wrong the load was said since then is not held against the next. */
static void error_of_another_load_begins_anew(void **state)
{
	const struct rs_forecast *fc;
	struct host h;

	(void)state;
	setup(&h, 10);
	h.free = 190000;
	go_on(&h, 2, -9000, 0);
	fc = go_on(&h, 6.1, -1000, 0);
	assert_true(fc->demand_error > 500);
	fc = go_on(&h, 2.5, -2000, 0);
	assert_true(fabs(fc->demand - 2000) < 200);
	assert_true(fc->demand_error < 400);
	rs_forecaster_destroy(h.f);
}

/* A burst in a second of five, which is rare enough to be unusual. */
static void changes_that_come_again_and_again_are_of_the_load(void **state)
{
	const struct rs_forecast *fc;
	struct host h;
	int i;

	(void)state;
	setup(&h, 10);
	h.free = 190000;
	for (i = 0; i < 6; i++) {
		go_on(&h, 1, -10000, 0);
		fc = go_on(&h, 4, 0, 0);
	}
	assert_true(fc->demand > 500);
	assert_true(fc->to_min.middle < 300);
	rs_forecaster_destroy(h.f);
}

static void time_to_min_may_be_half_of_it_if_the_load_becomes_faster(void **state)
{
	const struct rs_span *t;
	struct host h;

	(void)state;
	setup(&h, 10);
	h.free = 100000;
	t = &go_on(&h, 20.1, -2000, 0)->to_min;
	assert_true(t->low < 0.6 * t->middle && t->low > 0.4 * t->middle);
	assert_true(t->high > 1.7 * t->middle && t->high < 2.5 * t->middle);
	rs_forecaster_destroy(h.f);
}

/* kswapd was not seen to begin yet. What is said 3 s before low, with so many of the pages of a file? */
static double before_contact(double file, bool generations)
{
	double said;
	struct host h;

	setup(&h, 10);
	rs_forecaster_set_generations(h.f, generations);
	h.free = 60000;
	h.file = file;
	h.swap_free = h.swap_total = 100000;
	h.anon = 100000;
	said = go_on(&h, 26.9, -2000, 0)->p_direct;
	rs_forecaster_destroy(h.f);
	return said;
}

static void kswapd_is_trusted_more_where_pages_need_no_writing(void **state)
{
	double clean = before_contact(50000, false), unclean = before_contact(100, false);

	(void)state;
	assert_true(clean < 0.1);
	assert_true(unclean > 0.7 && unclean < 0.9);
}

static void kswapd_is_trusted_less_where_it_makes_a_generation_first(void **state)
{
	(void)state;
	assert_true(before_contact(50000, true) > before_contact(50000, false) + 0.2);
}

/* Whether the load goes on is asked once, though both ways into direct reclaim need it. */
static void load_that_may_end_counts_once(void **state)
{
	const struct rs_forecast *fc;
	struct host h;

	(void)state;
	setup(&h, 10);
	h.free = 30000;
	fc = go_on(&h, 9.1, -2000, 0);
	/* Of what there was it has taken 16200 when that was said, and has to take 14690 more. */
	assert_true(fc->p_direct < pow(16200 / (16200 + 14690.0), 1.1) * 1.1);
	assert_true(fc->p_direct > pow(16200 / (16200 + 14690.0), 1.1) * 0.8);
	rs_forecaster_destroy(h.f);
}

static void load_is_as_large_as_what_it_took_lately(void **state)
{
	struct host h;
	double said[2];
	int i;

	(void)state;
	/* A pause does not make it a small one; what was long ago is another load's. */
	for (i = 0; i < 2; i++) {
		setup(&h, 10);
		h.free = 70000;
		go_on(&h, 20, -2500, 0);
		go_on(&h, i ? 135 : 15, 0, 0);
		said[i] = go_on(&h, 3.1, -2500, 0)->p_direct;
		rs_forecaster_destroy(h.f);
	}
	assert_true(said[0] > 0.7);
	assert_true(said[1] < 0.5);
}

/* kswapd keeps free memory where it is, and anonymous pages go to swap; so much of each stays in memory. */
static double swap_out(double stays)
{
	double reclaimable;
	struct host h;
	int i;

	setup(&h, 10);
	h.free = 10000;
	h.swap_free = h.swap_total = 100000;
	h.anon = 150000;
	for (i = 0; i < 300; i++) {
		reading(&h);
		h.swap_free -= 100;
		h.kswapd_steal += 100;
		h.anon -= 100 * stays; /* the rest is new ones */
	}
	reclaimable = rs_forecaster_latest(h.f)->reclaimable;
	rs_forecaster_destroy(h.f);
	return reclaimable;
}

static void swap_in_memory_is_worth_less_than_swap_on_a_disk(void **state)
{
	double disk = swap_out(0), zram = swap_out(0.4);

	(void)state;
	assert_true(disk > 65000);
	assert_true(zram > 0.5 * disk && zram < 0.75 * disk);
}

/*
 * kswapd begins ten times, with a stall each time or without. What is said when free memory comes near low once more?
 */
static double after_contacts(bool with_stalls, bool used_up)
{
	double said;
	struct host h;
	int i;

	setup(&h, 10);
	h.free = 20000;
	h.file = 100000;
	for (i = 0; i < 10; i++) {
		go_on(&h, 5, -3000, 3000);
		h.kswapd_steal += 15000;
		h.stalls += with_stalls;
		h.free += 15000;
		h.file -= 15000;
		go_on(&h, 0.3, 0, 0);
	}
	if (used_up) {
		h.swap_free = h.swap_total = 0.9 * h.file; /* as much can be reclaimed, but has to be written */
		h.file = 10;
	}
	said = go_on(&h, 4, -3000, used_up ? 0 : 3000)->p_direct;
	rs_forecaster_destroy(h.f);
	return said;
}

static void stalls_of_kswapds_first_moments_are_learned(void **state)
{
	double with, without;

	(void)state;
	with = after_contacts(true, false);
	without = after_contacts(false, false);
	assert_true(with > 0.5);
	assert_true(without < 0.2);
	/* That was with pages of files: it says nothing about when there are none. */
	assert_true(after_contacts(false, true) > 0.5);
}

/* Takes 90000 of 100000 pages, 2000 of them in a second, @times, and gives them back at once; then again. */
static double alarm_after_turns(int times, double beyond)
{
	struct host h;
	double p;

	setup(&h, 10);
	h.free = 100000;
	while (times--) {
		go_on(&h, 45, -2000, 0);
		go_on(&h, 1, 90000, 0);
		go_on(&h, 9, 0, 0);
	}
	p = go_on(&h, 44 + beyond, -2000, 0)->p_direct;
	rs_forecaster_destroy(h.f);
	return p;
}

static void load_that_turned_back_is_expected_to_do_so_again(void **state)
{
	double first = alarm_after_turns(0, 2), beyond;

	(void)state;
	assert_true(first > 0.5);
	beyond = alarm_after_turns(1, 2);
	assert_true(beyond > 0.5); /* it has never been there */
	first = alarm_after_turns(0, 0);
	assert_true(alarm_after_turns(1, 0) < 0.6 * first);
	assert_true(alarm_after_turns(2, 0) < 0.4 * first);
}

/* Of every ten readings one without reclaim: kswapd has not begun anew. */
static void kswapd_that_pauses_for_a_moment_is_at_work(void **state)
{
	const struct rs_forecast *fc;
	double p[2];
	struct host h;
	int i, idle;

	(void)state;
	for (idle = 0; idle < 2; idle++) {
		setup(&h, 10);
		h.free = 5000;
		h.file = 150000;
		for (i = 0; i < 301; i++) {
			reading(&h);
			h.kswapd_steal += idle && i % 10 == 0 ? 0 : 100;
		}
		fc = rs_forecaster_latest(h.f);
		assert_int_equal(fc->kswapd_works, !idle);
		p[idle] = fc->p_direct;
		rs_forecaster_destroy(h.f);
	}
	assert_true(p[1] < p[0] + 0.05);
}

/* kswapd works for so long, with ten stalls in that second, and with one every so many from the first on. What is said then? */
static double after_stalls(double seconds, int burst, int every)
{
	struct host h;
	double said;
	int i;

	setup(&h, 10);
	h.free = 2500;
	h.file = 150000;
	for (i = 0; i < seconds * 10; i++) {
		h.kswapd_steal += 100;
		h.stalls += i / 10 == burst || (every && i % (every * 10) == 5);
		reading(&h);
	}
	said = rs_forecaster_latest(h.f)->p_direct;
	rs_forecaster_destroy(h.f);
	return said;
}

static void stalls_are_learned_by_the_second_and_forgotten(void **state)
{
	double just_now = after_stalls(6.5, 5, 0);

	(void)state;
	assert_true(just_now > 0.5 && just_now < 0.65); /* six seconds are little to know kswapd from */
	assert_true(after_stalls(20, 5, 0) < 0.5);
	assert_true(after_stalls(20, 5, 4) > 0.7);
	assert_true(after_stalls(4, 9, 9) > after_stalls(4, 9, 0) + 0.1); /* at its beginning */
}

/* Tasks had to reclaim all the time; then the load ends a little above low, and something small comes and goes. */
static void load_that_stands_still_is_no_alarm(void **state)
{
	const struct rs_forecast *fc;
	struct host h;
	int i;

	(void)state;
	setup(&h, 10);
	h.free = 3000;
	h.anon = 150000;
	h.swap_free = h.swap_total = 100000;
	for (i = 0; i < 200; i++) {
		reading(&h);
		h.kswapd_steal += 100;
		h.swap_free -= 100;
		h.stalls++;
	}
	assert_true(rs_forecaster_latest(h.f)->p_direct > 0.9);
	h.free = 2200;
	go_on(&h, 125, 0, 0);
	go_on(&h, 2, 300, 0);
	fc = go_on(&h, 2, -300, 0);
	assert_true(fc->demand > 0 && fc->p_direct < 0.2);
	assert_true(fc->stall_rate <= 1);
	rs_forecaster_destroy(h.f);
}

static void truth_counts_from_the_first_sample(void **state)
{
	const struct rs_forecast_truth *truth;
	struct host h;

	(void)state;
	setup(&h, 10);
	h.free = 500;
	h.stalls = 7;
	h.oom_kills = 2;
	go_on(&h, 1, 0, 0);
	truth = rs_forecaster_truth(h.f);
	assert_int_equal(truth->stalls, 0);
	assert_int_equal(truth->oom_kills, 0);
	assert_false(truth->below_min); /* zone 1 has some left */
	h.stalls = 9;
	h.oom_kills = 3;
	go_on(&h, 0.1, 0, 0);
	assert_int_equal(truth->stalls, 2);
	assert_int_equal(truth->oom_kills, 1);
	rs_forecaster_destroy(h.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forecast_of_a_quiet_host_is_no_alarm),
		cmocka_unit_test(forecast_is_made_every_second_and_not_of_less),
		cmocka_unit_test(steady_drain_is_told_within_its_interval),
		cmocka_unit_test(zones_fill_from_the_highest_and_their_reserve_counts),
		cmocka_unit_test(reading_files_uses_free_memory_and_exhausts_nothing),
		cmocka_unit_test(pages_that_can_be_reclaimed_put_min_off),
		cmocka_unit_test(another_load_is_told_apart_from_a_load_that_pauses),
		cmocka_unit_test(error_of_another_load_begins_anew),
		cmocka_unit_test(changes_that_come_again_and_again_are_of_the_load),
		cmocka_unit_test(time_to_min_may_be_half_of_it_if_the_load_becomes_faster),
		cmocka_unit_test(kswapd_is_trusted_more_where_pages_need_no_writing),
		cmocka_unit_test(kswapd_is_trusted_less_where_it_makes_a_generation_first),
		cmocka_unit_test(load_that_may_end_counts_once),
		cmocka_unit_test(load_is_as_large_as_what_it_took_lately),
		cmocka_unit_test(swap_in_memory_is_worth_less_than_swap_on_a_disk),
		cmocka_unit_test(stalls_of_kswapds_first_moments_are_learned),
		cmocka_unit_test(load_that_turned_back_is_expected_to_do_so_again),
		cmocka_unit_test(kswapd_that_pauses_for_a_moment_is_at_work),
		cmocka_unit_test(stalls_are_learned_by_the_second_and_forgotten),
		cmocka_unit_test(load_that_stands_still_is_no_alarm),
		cmocka_unit_test(truth_counts_from_the_first_sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
