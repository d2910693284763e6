/* SPDX-License-Identifier: GPL-2.0-only */
#include <math.h>
#include <string.h>

#include "../../src/tune/adaptivemm.h"
#include "unit.h"

#define S 1000000000ULL

static void truth_at(struct rs_forecast_score *s, double t, uint64_t stalls, uint64_t ooms)
{
	struct rs_forecast_truth truth = { .ts_ns = t * S, .stalls = stalls, .oom_kills = ooms };

	rs_score_truth(s, &truth);
}

static void claim_at(struct rs_forecast_score *s, double t, double p, double to_min, uint64_t stalls)
{
	struct rs_forecast_truth truth = { .ts_ns = t * S, .stalls = stalls };
	struct rs_claim claim = { .ts_ns = t * S, .to_min = { to_min * 0.8, to_min, to_min * 1.2 }, .p_direct = p };

	rs_score_claim(s, &claim, &truth);
}

static void claims_are_judged_when_their_horizon_is_over(void **state)
{
	static struct rs_forecast_score s;

	(void)state;
	rs_score_init(&s, 10 * S);
	truth_at(&s, 100, 0, 0);
	claim_at(&s, 100, 0.9, 5, 0); /* comes at 105: hit */
	claim_at(&s, 101, 0.2, 5, 0); /* comes, not said: miss */
	truth_at(&s, 104, 0, 0);
	assert_int_equal(rs_score_judged(&s), 0);
	truth_at(&s, 105, 1, 0);
	claim_at(&s, 106, 0.7, 5, 1); /* nothing after it: false alarm */
	claim_at(&s, 107, 0.1, 5, 1); /* quiet */
	truth_at(&s, 109.9, 1, 0);
	assert_int_equal(rs_score_judged(&s), 0);
	truth_at(&s, 118, 1, 0);
	assert_int_equal(s.hits, 1);
	assert_int_equal(s.misses, 1);
	assert_int_equal(s.false_alarms, 1);
	assert_int_equal(s.quiet, 1);
	assert_true(fabs(rs_score_precision(&s) - 0.5) < 1e-9 && fabs(rs_score_recall(&s) - 0.5) < 1e-9);
	assert_true(fabs(rs_score_brier_direct(&s) - (0.01 + 0.64 + 0.49 + 0.01) / 4) < 1e-9);
	assert_true(fabs(rs_score_brier_base(&s) - 0.25) < 1e-9);
}

static void what_comes_after_the_horizon_does_not_count(void **state)
{
	static struct rs_forecast_score s;

	(void)state;
	rs_score_init(&s, 10 * S);
	truth_at(&s, 100, 0, 0);
	claim_at(&s, 100, 0.9, 5, 0);
	truth_at(&s, 110.2, 1, 1);
	assert_int_equal(s.false_alarms, 1);
	assert_int_equal(s.ooms, 0);
}

static void end_of_a_recording_leaves_open_what_has_not_come(void **state)
{
	static struct rs_forecast_score s;

	(void)state;
	rs_score_init(&s, 10 * S);
	truth_at(&s, 100, 0, 0);
	claim_at(&s, 100, 0.9, 5, 0);
	truth_at(&s, 102, 1, 0);
	claim_at(&s, 103, 0.9, 5, 1);
	rs_score_end(&s);
	assert_int_equal(s.hits, 1);
	assert_int_equal(rs_score_judged(&s), 1);
}

static void time_to_min_is_judged_one_horizon_before(void **state)
{
	static struct rs_forecast_score s;
	int t;

	(void)state;
	rs_score_init(&s, 10 * S);
	assert_true(isnan(rs_score_median_lead_error(&s)));
	for (t = 0; t <= 30; t++) {
		truth_at(&s, 100 + t, t == 30, 0);
		/* right at 20, and wrong before and after */
		claim_at(&s, 100 + t, 0, t == 20 ? 11 : 100, 0);
	}
	assert_int_equal(s.nr_leads, 1);
	assert_int_equal(s.leads_inside, 1);
	assert_true(fabs(rs_score_median_lead_error(&s) - 0.1) < 1e-9);
	/* again at once: not an event of its own */
	truth_at(&s, 131, 2, 0);
	assert_int_equal(s.nr_leads, 1);
}

static void not_seen_coming_is_no_small_error(void **state)
{
	static struct rs_forecast_score s;
	int t;

	(void)state;
	rs_score_init(&s, 10 * S);
	for (t = 0; t <= 30; t++) {
		truth_at(&s, 100 + t, t == 30, 0);
		claim_at(&s, 100 + t, 0, INFINITY, 0);
	}
	assert_true(isinf(rs_score_median_lead_error(&s)));
	assert_int_equal(s.leads_inside, 0);
}

/* ---- the other rule ---- */

static struct rs_claim adaptivemm_after(unsigned int samples, double free_rate, double reclaim_rate)
{
	struct rs_adaptivemm a;
	unsigned int i;

	rs_adaptivemm_init(&a, S);
	for (i = 0; i < samples; i++) {
		struct rs_forecast_truth truth = {
			.ts_ns = (100 + i) * S,
			.free = 50000 + free_rate * i,
			.min = 1000,
			.high = 3000,
			.reclaimed_by_kswapd = reclaim_rate * i,
		};

		rs_adaptivemm_take(&a, &truth);
	}
	return rs_adaptivemm_claim(&a, (100 + samples - 1) * S);
}

static void adaptivemm_says_nothing_before_eight_samples_or_without_kswapd(void **state)
{
	(void)state;
	assert_true(adaptivemm_after(7, -1000, 1000).p_direct == 0);
	assert_true(adaptivemm_after(8, -1000, 0).p_direct == 0);
	assert_true(isinf(adaptivemm_after(8, -1000, 0).to_min.middle));
	assert_true(adaptivemm_after(8, 1000, 1000).p_direct == 0);
}

static void adaptivemm_alarms_when_the_line_is_faster_than_a_third_of_kswapd(void **state)
{
	struct rs_claim claim = adaptivemm_after(8, -1000, 2999);

	(void)state;
	assert_true(claim.p_direct == 1);
	assert_true(fabs(claim.to_min.middle - 42) < 1e-6); /* (50000 - 7000 - 1000) / 1000 */
	assert_true(adaptivemm_after(8, -1000, 3001).p_direct == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_are_judged_when_their_horizon_is_over),
		cmocka_unit_test(what_comes_after_the_horizon_does_not_count),
		cmocka_unit_test(end_of_a_recording_leaves_open_what_has_not_come),
		cmocka_unit_test(time_to_min_is_judged_one_horizon_before),
		cmocka_unit_test(not_seen_coming_is_no_small_error),
		cmocka_unit_test(adaptivemm_says_nothing_before_eight_samples_or_without_kswapd),
		cmocka_unit_test(adaptivemm_alarms_when_the_line_is_faster_than_a_third_of_kswapd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
