/* SPDX-License-Identifier: GPL-2.0-only */
/* Two reclaimers compute the protection of one cgroup: from its parent, and from the root. */
#include "judged.h"

#define SET(record, name, thread, ...)                                                                  \
	record = (struct rs_event_##name){                                                              \
		.hdr = { .tid = thread, .type = RS_EVENT_##name, .len = sizeof(record) }, __VA_ARGS__ \
	}
#define MEMCG .cgroup = 5, .parent = 3, .usage = 90, .min = 100, .low = 100
#define PARENT .parent_usage = 200, .parent_emin = 40, .parent_elow = 40, .children_min_usage = 90, .children_low_usage = 90

static struct {
	struct rs_event_memcg_protection_begin mine, other;
	struct rs_event_memcg_protection mine_end, other_end;
	struct rs_event_vm_state next; /* by which mine is full */
} call;

static int make_call(void **state)
{
	(void)state;
	SET(call.mine, memcg_protection_begin, 7, MEMCG, PARENT, .root = 3);
	SET(call.other, memcg_protection_begin, 41, MEMCG, PARENT, .root = 0);
	SET(call.other_end, memcg_protection, 41, MEMCG, PARENT, .root = 0, .emin = 40, .elow = 40);
	SET(call.mine_end, memcg_protection, 7, MEMCG, PARENT, .root = 3, .emin = 100, .elow = 100);
	SET(call.next, vm_state, 7, .swap_free = 1);
	return 0;
}

static struct rs_decision_sum judge(const void *missing)
{
	struct rs_event_hdr *const records[] = { &call.mine.hdr, &call.other.hdr, &call.other_end.hdr, &call.mine_end.hdr };
	struct judged j = judge_records(records, RS_ARRAY_SIZE_OF(records), missing);
	struct rs_decision_sum sum = j.diff->sums[RS_DECIDE_memcg_protection];

	judged_drop(&j);
	return sum;
}

static void each_has_its_own(void **state)
{
	(void)state;
	assert_int_equal(judge(NULL).agree, 2);
}

static void the_other_one_s_is_a_race(void **state)
{
	struct rs_decision_sum sum;

	(void)state;
	call.mine_end.emin = call.mine_end.elow = 40;
	sum = judge(NULL);
	assert_int_equal(sum.agree, 1);
	assert_int_equal(sum.race, 1);
}

static void without_the_other_it_diverges(void **state)
{
	(void)state;
	call.mine_end.emin = call.mine_end.elow = 40;
	assert_int_equal(judge(&call.other).diverged, 1);
}

static void with_the_same_root_it_diverges(void **state)
{
	struct rs_decision_sum sum;

	(void)state;
	call.other.root = call.other_end.root = 3;
	call.other_end.emin = call.other_end.elow = 100;
	call.mine_end.emin = call.mine_end.elow = 40;
	sum = judge(NULL);
	assert_int_equal(sum.agree, 1);
	assert_int_equal(sum.diverged, 1);
}

/* The other one comes after the record was begun, and before it was full. */
static struct rs_decision_sum judge_late(const void *missing, bool before)
{
	struct rs_event_hdr *const records[] = {
		&call.mine.hdr, &call.mine_end.hdr, before ? &call.other.hdr : &call.next.hdr,
		before ? &call.other_end.hdr : &call.other.hdr, before ? &call.next.hdr : &call.other_end.hdr,
	};
	struct judged j = judge_records(records, RS_ARRAY_SIZE_OF(records), missing);
	struct rs_decision_sum sum = j.diff->sums[RS_DECIDE_memcg_protection];

	judged_drop(&j);
	return sum;
}

static void what_another_stored_while_the_record_was_filled_is_a_race(void **state)
{
	(void)state;
	assert_int_equal(judge_late(NULL, true).agree, 2);
	call.mine_end.emin = call.mine_end.elow = 40;
	assert_int_equal(judge_late(NULL, true).race, 1);
	assert_int_equal(judge_late(NULL, true).agree, 1);
	/* after the thread went on; when the thread does nothing more; another value; the same root */
	assert_int_equal(judge_late(NULL, false).diverged, 1);
	assert_int_equal(judge_late(&call.next, true).diverged, 1);
	assert_int_equal(judge_late(&call.other_end, true).diverged, 1);
	call.mine_end.elow = 41;
	assert_int_equal(judge_late(NULL, true).diverged, 1);
	call.mine_end.elow = 40;
	call.other.root = call.other_end.root = 3;
	assert_int_equal(judge_late(NULL, true).race, 0);
}

static void usage_that_moves_during_the_call_is_a_race(void **state)
{
	(void)state;
	call.mine_end.emin = 99;
	assert_int_equal(judge(&call.other).diverged, 1);
	call.mine_end.usage = 91;
	assert_int_equal(judge(&call.other).race, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_has_its_own, make_call),
		cmocka_unit_test_setup(the_other_one_s_is_a_race, make_call),
		cmocka_unit_test_setup(without_the_other_it_diverges, make_call),
		cmocka_unit_test_setup(with_the_same_root_it_diverges, make_call),
		cmocka_unit_test_setup(what_another_stored_while_the_record_was_filled_is_a_race, make_call),
		cmocka_unit_test_setup(usage_that_moves_during_the_call_is_a_race, make_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
