/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reasons of a decision: the branches that were taken, with the numbers they were taken on.
 * Every decision takes a struct rs_why as its last argument; NULL asks for none.
 */
#ifndef RS_MODEL_WHY_H
#define RS_MODEL_WHY_H

#include <stdint.h>

#include "branches_alloc.h"
#include "branches_lru.h"
#include "branches_lru_gen.h"
#include "branches_lru_gen_folio.h"

#define RS_WHY_STEPS 16
#define RS_WHY_OPERANDS 6

#define RS_BRANCH_ENUM(name, formula, ...) RS_BRANCH_##name,
enum rs_branch {
	RS_BRANCH_NONE,
	RS_BRANCHES_ALLOC(RS_BRANCH_ENUM)
	RS_BRANCHES_LRU(RS_BRANCH_ENUM)
	RS_BRANCHES_LRU_GEN(RS_BRANCH_ENUM)
	RS_BRANCHES_LRU_GEN_FOLIO(RS_BRANCH_ENUM)
	RS_NR_BRANCHES,
};

struct rs_why {
	uint32_t nr; /* taken; above RS_WHY_STEPS: the later ones are not kept */
	struct {
		uint16_t branch; /* enum rs_branch */
		uint16_t nr_operands;
		int64_t operand[RS_WHY_OPERANDS];
	} step[RS_WHY_STEPS];
};

struct rs_branch_row {
	const char *name;
	const char *formula; /* in the kernel's words, over the operands */
	const char *operands[RS_WHY_OPERANDS];
};

/* NULL: there is no such branch. */
const struct rs_branch_row *rs_branch_row(unsigned int branch);

static inline void rs_why_add(struct rs_why *why, enum rs_branch b, int n, const int64_t *operands)
{
	int i;

	if (!why)
		return;
	if (why->nr < RS_WHY_STEPS) {
		why->step[why->nr].branch = b;
		why->step[why->nr].nr_operands = n;
		for (i = 0; i < n; i++)
			why->step[why->nr].operand[i] = operands[i];
	}
	why->nr++;
}

/* RS_WHY(why, branch, operands...): at most RS_WHY_OPERANDS of them, none is fine. */
#define RS_WHY(why, b, ...)                                                                                            \
	do {                                                                                                           \
		const int64_t rs_why_ops[] = { 0, ##__VA_ARGS__ };                                                     \
		_Static_assert(sizeof(rs_why_ops) / sizeof(rs_why_ops[0]) <= RS_WHY_OPERANDS + 1, #b);                 \
		rs_why_add(why, RS_BRANCH_##b, sizeof(rs_why_ops) / sizeof(rs_why_ops[0]) - 1, rs_why_ops + 1);        \
	} while (0)

#endif
