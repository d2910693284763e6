/* SPDX-License-Identifier: GPL-2.0-only */
/* The branches of the LRU's decisions: X(name, formula, operands...). */
#ifndef RS_MODEL_BRANCHES_LRU_H
#define RS_MODEL_BRANCHES_LRU_H

#define RS_BRANCHES_LRU(X)

#endif
