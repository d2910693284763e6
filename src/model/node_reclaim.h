/* SPDX-License-Identifier: GPL-2.0-only */
/* Reclaim from a node before the request goes to one further away: vm.zone_reclaim_mode. */
#ifndef RS_MODEL_NODE_RECLAIM_H
#define RS_MODEL_NODE_RECLAIM_H

#include "gfp.h"
#include "why.h"
#include "zone.h"

#define RECLAIM_ZONE 1
#define RECLAIM_WRITE 2
#define RECLAIM_UNMAP 4
#define NODE_RECLAIM_PRIORITY 4

struct node_pagecache_reclaimable {
	unsigned int node_reclaim_mode;
	/* counters of the node */
	uint64_t file_pages;
	uint64_t inactive_file;
	uint64_t active_file;
	uint64_t file_mapped;
	uint64_t file_dirty;
};

/* D57. */
uint64_t node_pagecache_reclaimable(const struct node_pagecache_reclaimable *in, const struct rs_rules *rules,
				    struct rs_why *why);

enum rs_node_reclaim {
	RS_NODE_RECLAIM_NOSCAN, /* not now */
	RS_NODE_RECLAIM_FULL, /* nothing worth it */
	RS_NODE_RECLAIM_RUNS,
};

struct node_reclaim {
	uint64_t pagecache; /* node_pagecache_reclaimable() */
	uint64_t min_unmapped_pages;
	uint64_t slab_reclaimable;
	uint64_t min_slab_pages;
	uint32_t gfp;
	uint32_t task_flags;
	bool node_has_cpus;
	bool node_is_local;
	bool locked; /* somebody reclaims from it already */
};

/* D57: does it run at all. */
enum rs_node_reclaim node_reclaim(const struct node_reclaim *in, struct rs_why *why);

struct __node_reclaim {
	uint64_t nr_pages; /* that the request needs */
	uint64_t nr_to_reclaim;
	int priority; /* of the next shrink_node() */
	bool may_writepage;
	bool may_unmap;
	bool done;
	bool enough; /* when done */
};

/* D57: the rounds of shrink_node(). */
void __node_reclaim_begin(struct __node_reclaim *n, unsigned int order, unsigned int node_reclaim_mode);
void __node_reclaim_next(struct __node_reclaim *n, uint64_t nr_reclaimed, struct rs_why *why);

#endif
