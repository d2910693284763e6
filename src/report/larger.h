/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same evictions and refaults once more, in a larger memory: for where the pages that go are not those that were used
 * longest ago, so that no distance tells what more memory would keep.
 *
 * A larger memory has all that the recorded one had, and @extra pages that were evicted there. All stand in one queue, and
 * reclaim takes them in turn. A page that is evicted joins the extra ones; when they are too many, that of them goes whose
 * turn it is. But
 * - MGLRU moves pages on that were used more than once ("protected"), and as many of them as it has found worth it. Here
 *   the same share is spared that was spared in the recording at that time; its next turn is a whole queue later.
 * - MGLRU takes file pages in the order in which they came, however often they are read meanwhile. An extra page that was
 *   read, which is a refault in the recording, keeps its turn. When that comes the page goes, and if it is in use it
 *   comes back at once. Which are in use is not known: @in_use supposes all of them, or none.
 * - A large folio goes as a whole, and one page of it that is used keeps all of it.
 */
#ifndef RS_REPORT_LARGER_H
#define RS_REPORT_LARGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

struct rs_larger_entry;
struct rs_larger_rate;

/* What one limit did, in its order. */
struct rs_larger {
	struct rs_larger_entry *log;
	struct rs_larger_rate *rates;
	size_t nr_log, log_room, nr_rates, rates_room;
	struct rs_larger_back *back; /* file pages that have come back, by place */
	uint32_t nr_pages; /* numbers given out */
	uint64_t size; /* pages of its lruvecs, where they are told */
	uint64_t refaults[2]; /* in the log: anon and file */
	uint64_t moved; /* pages that were moved on since the last rate */
	float spared[2]; /* share of the used pages that were, anon and file */
	uint32_t largest; /* folio, in pages */
	bool generations, both[2]; /* seen: states of MGLRU, types */
};

/*
 * Takes a page that was just evicted, the @nth of a folio of @nr, whose first page has number @first. @used: more than once, as
 * its shadow tells. *ret_page: its number. 0 or -ENOMEM.
 */
int rs_larger_evict(struct rs_larger *l, uint64_t place, bool file, bool used, uint32_t nth, uint32_t nr,
		    uint32_t *ret_page);
/* Page @page is not away any more. @refault: it came back. 0 or -ENOMEM. */
int rs_larger_return(struct rs_larger *l, uint32_t page, uint64_t place, bool file, bool refault);
/* Of pages of one type that were used more than once, MGLRU has moved @spared on and evicted @evicted; of others it moved @others on. */
void rs_larger_spared(struct rs_larger *l, bool file, uint64_t spared, uint64_t evicted, uint64_t others);
/*
 * About one page of @by, large folios as a whole, with sizes to match: what it says of @extra / @by pages is the same in small.
 * 0 or -ENOMEM.
 */
int rs_larger_thin(const struct rs_larger *l, uint32_t by, struct rs_larger *ret);
/* Is the order of eviction not that of use, as far as can be seen? */
bool rs_larger_differs(const struct rs_larger *l);

enum rs_larger_first { RS_FIRST_IN_TURN, RS_FIRST_ANON, RS_FIRST_FILE };
/* How many refaults @extra pages would have avoided, anon and file. @first: whose pages go. 0 or -ENOMEM. */
int rs_larger_play(const struct rs_larger *l, uint64_t extra, bool in_use, enum rs_larger_first first,
		   uint64_t ret_kept[2]);
void rs_larger_free(struct rs_larger *l);

#endif
