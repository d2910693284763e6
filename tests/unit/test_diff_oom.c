/* SPDX-License-Identifier: GPL-2.0-only */
/* The checker of the OOM killer on a made-up choice among three processes. */
#include "judged.h"

#include "../../src/model/oom.h"

#define SET(record, name, ...)                                                                   \
	record = (struct rs_event_##name){                                                       \
		.hdr = { .tid = 7, .type = RS_EVENT_##name, .len = sizeof(record) }, __VA_ARGS__ \
	}
#define TOTAL 10000

static struct {
	struct rs_event_oom_begin begin;
	struct rs_event_oom_badness score[4];
	struct rs_event_oom_end end;
} call;

static int make_call(void **state)
{
	(void)state;
	SET(call.begin, oom_begin, .gfp = 0xcc0);
	SET(call.score[0], oom_badness, .tgid = 100, .has_mm = 1, .rss = 400, .swapents = 10, .pgtables_bytes = 8192,
	    .totalpages = TOTAL, .points = 412);
	SET(call.score[1], oom_badness, .tgid = 101, .has_mm = 1, .rss = 200, .oom_score_adj = 30, .totalpages = TOTAL,
	    .points = 500);
	SET(call.score[2], oom_badness, .tgid = 102, .has_mm = 1, .rss = 9000, .oom_score_adj = -1000, .totalpages = TOTAL,
	    .points = OOM_NEVER);
	/* as many: the later one */
	SET(call.score[3], oom_badness, .tgid = 103, .has_mm = 1, .rss = 500, .totalpages = TOTAL, .points = 500);
	SET(call.end, oom_end, .totalpages = TOTAL, .chosen_points = 500, .ret = 1, .victim = 103);
	return 0;
}

static void expect(const void *missing, unsigned int scores, unsigned int agree, unsigned int hidden, bool choice_agrees)
{
	struct rs_event_hdr *const records[] = { &call.begin.hdr,    &call.score[0].hdr, &call.score[1].hdr,
						 &call.score[2].hdr, &call.score[3].hdr, &call.end.hdr };
	struct judged j = judge_records(records, RS_ARRAY_SIZE_OF(records), missing);
	const struct rs_decision_sum *score = &j.diff->sums[RS_DECIDE_oom_badness];
	const struct rs_decision_sum *choice = &j.diff->sums[RS_DECIDE_select_bad_process];

	assert_int_equal(score->observed, scores);
	assert_int_equal(score->agree, agree);
	assert_int_equal(score->not_observable, hidden);
	assert_int_equal(choice->observed, 1);
	assert_int_equal(choice->agree, choice_agrees);
	judged_drop(&j);
}

static void scores_and_choice_agree(void **state)
{
	(void)state;
	expect(NULL, 4, 4, 0, true);
}

static void another_score_diverges(void **state)
{
	(void)state;
	call.score[0].points++;
	expect(NULL, 4, 3, 0, true);
}

static void another_victim_diverges(void **state)
{
	(void)state;
	call.end.victim = 101;
	expect(NULL, 4, 4, 0, false);
}

static void the_choice_follows_the_scores(void **state)
{
	(void)state;
	expect(&call.score[3], 3, 3, 0, false);
	call.end.victim = 101;
	expect(&call.score[3], 3, 3, 0, true);
}

static void who_is_spared_for_unseen_reasons_is_hidden_and_not_chosen(void **state)
{
	(void)state;
	call.score[3].points = OOM_NEVER;
	call.end.victim = 101;
	expect(NULL, 3, 3, 1, true);
}

/* 5.10, where a score is seen only while it is the best. */
static void a_score_that_is_not_told_still_competes(void **state)
{
	(void)state;
	call.score[0].untold = 1;
	call.score[0].points = 0;
	expect(NULL, 3, 3, 1, true);
	/* it would have been the best: then it would have been told */
	call.score[0].rss = 500;
	call.end.victim = 100;
	call.end.chosen_points = 512;
	expect(NULL, 3, 3, 1, true);
	call.end.victim = 103;
	call.end.chosen_points = 500;
	expect(NULL, 3, 3, 1, false);
}

/* Its first thread has no memory: of what is told nothing can be computed; of what is not, it was less. */
static void a_choice_without_knowing_a_score_is_lost(void **state)
{
	struct judged j;
	struct rs_event_hdr *const records[] = { &call.begin.hdr, &call.score[0].hdr, &call.score[3].hdr, &call.end.hdr };

	(void)state;
	call.score[0].has_mm = 0;
	j = judge_records(records, RS_ARRAY_SIZE_OF(records), NULL);
	assert_int_equal(j.diff->sums[RS_DECIDE_select_bad_process].lost, 1);
	judged_drop(&j);
	call.score[0].untold = 1;
	j = judge_records(records, RS_ARRAY_SIZE_OF(records), NULL);
	assert_int_equal(j.diff->sums[RS_DECIDE_select_bad_process].agree, 1);
	judged_drop(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(scores_and_choice_agree, make_call),
		cmocka_unit_test_setup(another_score_diverges, make_call),
		cmocka_unit_test_setup(another_victim_diverges, make_call),
		cmocka_unit_test_setup(the_choice_follows_the_scores, make_call),
		cmocka_unit_test_setup(who_is_spared_for_unseen_reasons_is_hidden_and_not_chosen, make_call),
		cmocka_unit_test_setup(a_score_that_is_not_told_still_competes, make_call),
		cmocka_unit_test_setup(a_choice_without_knowing_a_score_is_lost, make_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
