/* SPDX-License-Identifier: GPL-2.0-only */
#include "why.h"

#include <stddef.h>

#define RS_BRANCH_ROW(name, formula, ...) [RS_BRANCH_##name] = { #name, formula, { __VA_ARGS__ } },
static const struct rs_branch_row branches[RS_NR_BRANCHES] = {
	RS_BRANCHES_ALLOC(RS_BRANCH_ROW)
	RS_BRANCHES_LRU(RS_BRANCH_ROW)
	RS_BRANCHES_LRU_GEN(RS_BRANCH_ROW)
	RS_BRANCHES_LRU_GEN_FOLIO(RS_BRANCH_ROW)
};

const struct rs_branch_row *rs_branch_row(unsigned int branch)
{
	return branch > RS_BRANCH_NONE && branch < RS_NR_BRANCHES ? &branches[branch] : NULL;
}
