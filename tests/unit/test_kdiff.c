/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "../../src/kernel/kdiff.h"
#include "../../src/model/rules.h"
#include "unit.h"

#define RULE_NAME(name, what) #name,
static const char *const rules[] = {
	RS_RULES_ALLOC(RULE_NAME) RS_RULES_LRU(RULE_NAME) RS_RULES_LRU_GEN(RULE_NAME) RS_RULES_LRU_GEN_FOLIO(RULE_NAME)
};
#define NR_RULES (sizeof(rules) / sizeof(rules[0]))

static void every_row_is_complete_and_has_a_name_of_its_own(void **state)
{
	int i, k;

	(void)state;
	for (i = RS_KDIFF_NONE + 1; i < NR_RS_KDIFFS; i++) {
		const struct rs_kdiff_row *row = rs_kdiff_row(i);

		assert_non_null(row->name);
		assert_non_null(row->what);
		assert_non_null(row->since);
		assert_non_null(row->probe);
		assert_true(row->in);
		for (k = RS_KDIFF_NONE + 1; k < i; k++)
			assert_string_not_equal(row->name, rs_kdiff_row(k)->name);
	}
}

static void rules_of_the_model_and_rows_for_it_are_the_same(void **state)
{
	size_t r, found = 0;
	int i;

	(void)state;
	for (i = RS_KDIFF_NONE + 1; i < NR_RS_KDIFFS; i++) {
		if (!(rs_kdiff_row(i)->in & RS_IN_MODEL))
			continue;
		for (r = 0; r < NR_RULES && strcmp(rules[r], rs_kdiff_row(i)->name); r++)
			;
		assert_true(r < NR_RULES);
		found++;
	}
	assert_int_equal(found, NR_RULES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_complete_and_has_a_name_of_its_own),
		cmocka_unit_test(rules_of_the_model_and_rows_for_it_are_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
