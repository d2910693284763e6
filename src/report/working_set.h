/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much more memory would have kept what came back: one curve for each limit that evicts.
 *
 * The pages that a limit has evicted and that have not come back stand in the order of their
 * eviction. Were there room for @extra pages more, the youngest @extra of them would still be in
 * memory: so a refault would not have happened if fewer than @extra pages were evicted after its
 * page and were away at the same time. That is the stack distance of an LRU, and exact for one. A page
 * that comes back where memory is free, because a process ended, leaves its room: who had to be @extra
 * pages away from eviction once is not nearer for it. It asks nothing of the kernel's own policy but
 * that the additional pages are those that it would evict last. Where it is seen to do otherwise the same run is
 * played again with more room, and this distance is one end of the band: see larger.h. How near both come is
 * measured in docs/working-set.md. Unlike the kernel's refault distance, which is
 * a difference of ages, it does not count a page that has come back, nor an activation, and it is
 * the same for both LRUs.
 */
#ifndef RS_REPORT_WORKING_SET_H
#define RS_REPORT_WORKING_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

#include "larger.h"

struct rs_distances {
	uint32_t *pages;
	size_t nr, room;
	bool sorted;
};

/* What one limit has evicted. */
struct rs_working_set {
	uint64_t cgroup; /* key; 0: the whole system */
	struct rs_distances of[2]; /* distances of refaults: anon, file */
	uint64_t unknown[2]; /* refaults whose eviction is not known: their distance is not either */

	/* Evicted pages in their order, and room that others left. NULL: a gap. Counted by Fenwick trees. */
	uint32_t **places;
	uint32_t *tree, *free; /* both; the room alone */
	uint32_t next, room, nr_kept, nr_free;

	/* Pages that one reclaim evicted: by so much the use of the limit goes up and down. */
	uint64_t runs_pages, runs_squares;
	uint32_t run, run_pages;

	struct rs_larger larger;
	struct rs_working_set_played *played; /* points of the curve that were played */
	size_t nr_played;
	UT_hash_handle hh;
};

/* Takes a page that was just evicted by reclaim @run. Its place in the order is kept in @place. 0 or -ENOMEM. */
int rs_working_set_evict(struct rs_working_set *ws, uint32_t run, uint32_t *place);
/* The page is not away any more; its distance. */
uint32_t rs_working_set_return(struct rs_working_set *ws, uint32_t *place);
/* Takes the distance of a refault of @file or anon. 0 or -ENOMEM. */
int rs_working_set_refault(struct rs_working_set *ws, bool file, uint32_t distance);
void rs_working_set_free(struct rs_working_set *ws);

/* Refaults with @extra pages more. */
struct rs_working_set_point {
	uint64_t kept[2]; /* of them would not have happened: anon, file */
	/*
	 * Of both together; 95 % of runs of the same kind lie between. It has what two runs differ by chance, what one reclaim
	 * evicts at once, and where larger.h is asked, each of its suppositions and the order of eviction alone.
	 */
	uint64_t low, high;
};
struct rs_working_set_point rs_working_set_at(struct rs_working_set *ws, uint64_t extra);
/* Smallest number of additional pages that keep at least @share of all refaults; UINT64_MAX: no number would. */
uint64_t rs_working_set_for(struct rs_working_set *ws, double share);
uint64_t rs_working_set_refaults(const struct rs_working_set *ws);

#endif
