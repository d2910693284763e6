/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "../../src/model/why.h"
#include "unit.h"

static void rs_why_add_keeps_the_first_steps_and_counts_all(void **state)
{
	struct rs_why why = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 20; i++)
		RS_WHY(&why, mark_failed, i, -i, i * 2, 7);
	assert_int_equal(why.nr, 20);
	assert_int_equal(why.step[0].operand[0], 0);
	assert_int_equal(why.step[RS_WHY_STEPS - 1].operand[0], 15);
	assert_int_equal(why.step[15].operand[1], -15);
	assert_int_equal(why.step[15].operand[3], 7);
	assert_int_equal(why.step[15].nr_operands, 4);
	assert_int_equal(why.step[15].branch, RS_BRANCH_mark_failed);
	memset(&why, 0, sizeof(why));
	RS_WHY(&why, balance_without_trim);
	assert_int_equal(why.nr, 1);
	assert_int_equal(why.step[0].nr_operands, 0);
	RS_WHY((struct rs_why *)NULL, balance_without_trim);
}

/* Each branch has a name of its own, a formula, and its operands without a gap. */
static void rs_branch_row_describes_every_branch(void **state)
{
	unsigned int b, c;
	int i;

	(void)state;
	assert_null(rs_branch_row(RS_BRANCH_NONE));
	assert_null(rs_branch_row(RS_NR_BRANCHES));
	assert_null(rs_branch_row(1000000));
	for (b = RS_BRANCH_NONE + 1; b < RS_NR_BRANCHES; b++) {
		const struct rs_branch_row *row = rs_branch_row(b);

		assert_non_null(row);
		assert_true(row->name[0] && row->formula[0]);
		for (i = 1; i < RS_WHY_OPERANDS; i++)
			assert_true(row->operands[i - 1] || !row->operands[i]);
		for (c = RS_BRANCH_NONE + 1; c < b; c++)
			assert_string_not_equal(row->name, rs_branch_row(c)->name);
	}
	assert_string_equal(rs_branch_row(RS_BRANCH_mark_failed)->operands[3], "lowmem_reserve");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rs_why_add_keeps_the_first_steps_and_counts_all),
		cmocka_unit_test(rs_branch_row_describes_every_branch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
