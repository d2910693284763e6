/* SPDX-License-Identifier: GPL-2.0-only */
/* The branches of the allocator's and kswapd's decisions: X(name, formula, operands...). */
#ifndef RS_MODEL_BRANCHES_ALLOC_H
#define RS_MODEL_BRANCHES_ALLOC_H

#define RS_BRANCHES_ALLOC(X)                                                                                           \
	X(wmark_min_clamped, "MIN = clamp(managed / 1024, SWAP_CLUSTER_MAX, 128)", "managed", "MIN")                   \
	X(wmark_min_share, "MIN = min_free_pages * managed / lowmem_pages", "min_free_pages", "managed",               \
	  "lowmem_pages", "MIN")

#endif
