/* SPDX-License-Identifier: GPL-2.0-only */
/* node_reclaim(), mm/vmscan.c. Its second look at the page cache, just before it runs, is taken as the first. */
#include "node_reclaim.h"

#include <string.h>

uint64_t node_pagecache_reclaimable(const struct node_pagecache_reclaimable *in, const struct rs_rules *rules,
				    struct rs_why *why)
{
	uint64_t file_lru = in->inactive_file + in->active_file, delta = 0, nr;

	if (in->node_reclaim_mode & RECLAIM_UNMAP)
		nr = in->file_pages;
	else
		nr = file_lru > in->file_mapped ? file_lru - in->file_mapped : 0;
	if (rules->node_reclaim_no_write || !(in->node_reclaim_mode & RECLAIM_WRITE))
		delta = rs_min(in->file_dirty, nr);
	RS_WHY(why, node_pagecache, in->node_reclaim_mode, nr, delta);
	return nr - delta;
}

enum rs_node_reclaim node_reclaim(const struct node_reclaim *in, struct rs_why *why)
{
	RS_WHY(why, node_reclaim_sizes, in->pagecache, in->min_unmapped_pages, in->slab_reclaimable, in->min_slab_pages);
	if (in->pagecache <= in->min_unmapped_pages && in->slab_reclaimable <= in->min_slab_pages)
		return RS_NODE_RECLAIM_FULL;
	if (!(in->gfp & __GFP_DIRECT_RECLAIM) || (in->task_flags & PF_MEMALLOC) ||
	    (in->node_has_cpus && !in->node_is_local) || in->locked) {
		RS_WHY(why, node_reclaim_not_now, in->gfp, in->task_flags, in->node_has_cpus, in->node_is_local,
		       in->locked);
		return RS_NODE_RECLAIM_NOSCAN;
	}
	return RS_NODE_RECLAIM_RUNS;
}

void __node_reclaim_begin(struct __node_reclaim *n, unsigned int order, unsigned int node_reclaim_mode)
{
	memset(n, 0, sizeof(*n));
	n->nr_pages = 1UL << order;
	n->nr_to_reclaim = rs_max(n->nr_pages, SWAP_CLUSTER_MAX);
	n->priority = NODE_RECLAIM_PRIORITY;
	n->may_writepage = node_reclaim_mode & RECLAIM_WRITE;
	n->may_unmap = node_reclaim_mode & RECLAIM_UNMAP;
}

void __node_reclaim_next(struct __node_reclaim *n, uint64_t nr_reclaimed, struct rs_why *why)
{
	n->enough = nr_reclaimed >= n->nr_pages;
	n->done = n->enough || --n->priority < 0;
	RS_WHY(why, node_reclaim_round, nr_reclaimed, n->nr_pages, n->priority);
}
