/* SPDX-License-Identifier: GPL-2.0-only */
#include "working_set.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the order ---- */

static void tree_add(struct rs_working_set *ws, uint32_t place, uint32_t what)
{
	for (place++; place <= ws->room; place += place & -place)
		ws->tree[place] += what;
}

/* Pages away at @place and before. */
static uint32_t tree_sum(const struct rs_working_set *ws, uint32_t place)
{
	uint32_t sum = 0;

	for (place++; place; place -= place & -place)
		sum += ws->tree[place];
	return sum;
}

/* Closes the gaps of pages that have come back; twice the room if that is not enough. */
static int make_room(struct rs_working_set *ws)
{
	uint32_t room = ws->nr_away >= ws->room / 2 ? (ws->room ? ws->room * 2 : 1024) : ws->room, from, to = 0;

	if (room != ws->room) {
		uint32_t **places = reallocarray(ws->places, room, sizeof(*places)), *tree;

		if (!places)
			return -ENOMEM;
		ws->places = places;
		tree = reallocarray(ws->tree, (size_t)room + 1, sizeof(*tree));
		if (!tree)
			return -ENOMEM;
		ws->tree = tree;
	}
	memset(ws->tree, 0, ((size_t)room + 1) * sizeof(*ws->tree));
	ws->room = room;
	for (from = 0; from < ws->next; from++) {
		if (!ws->places[from])
			continue;
		ws->places[to] = ws->places[from];
		*ws->places[to] = to;
		tree_add(ws, to, 1);
		to++;
	}
	ws->next = to;
	return 0;
}

int rs_working_set_evict(struct rs_working_set *ws, uint32_t *place)
{
	int err = ws->next == ws->room ? make_room(ws) : 0;

	if (err)
		return err;
	*place = ws->next++;
	ws->places[*place] = place;
	tree_add(ws, *place, 1);
	ws->nr_away++;
	return 0;
}

uint32_t rs_working_set_return(struct rs_working_set *ws, uint32_t *place)
{
	uint32_t distance = ws->nr_away - tree_sum(ws, *place);

	tree_add(ws, *place, -1);
	ws->places[*place] = NULL;
	ws->nr_away--;
	return distance;
}

/* ---- the curve ---- */

int rs_working_set_refault(struct rs_working_set *ws, bool file, uint32_t distance)
{
	struct rs_distances *d = &ws->of[file];

	if (d->nr == d->room) {
		size_t room = d->room ? d->room * 2 : 64;
		uint32_t *pages = reallocarray(d->pages, room, sizeof(*pages));

		if (!pages)
			return -ENOMEM;
		d->pages = pages;
		d->room = room;
	}
	d->pages[d->nr++] = distance;
	d->sorted = false;
	return 0;
}

void rs_working_set_free(struct rs_working_set *ws)
{
	free(ws->of[0].pages);
	free(ws->of[1].pages);
	free(ws->places);
	free(ws->tree);
}

static int compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* How many are below @limit. */
static size_t below(struct rs_distances *d, uint64_t limit)
{
	size_t from = 0, to = d->nr;

	if (!d->sorted && d->nr)
		qsort(d->pages, d->nr, sizeof(*d->pages), compare);
	d->sorted = true;
	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (d->pages[middle] < limit)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

uint64_t rs_working_set_refaults(const struct rs_working_set *ws)
{
	return ws->of[0].nr + ws->of[1].nr + ws->unknown[0] + ws->unknown[1];
}

/* What is not known may have any distance; what is known counts events that another run has more or fewer of. */
struct rs_working_set_point rs_working_set_at(struct rs_working_set *ws, uint64_t extra)
{
	struct rs_working_set_point p = { .kept = { below(&ws->of[0], extra), below(&ws->of[1], extra) } };
	uint64_t all = rs_working_set_refaults(ws), kept = p.kept[0] + p.kept[1];
	uint64_t noise = all ? 1.96 * sqrt((double)kept * (all - kept) / all) : 0;

	p.low = kept > noise ? kept - noise : 0;
	p.high = kept + (extra ? ws->unknown[0] + ws->unknown[1] : 0) + noise;
	if (p.high > all)
		p.high = all;
	return p;
}

uint64_t rs_working_set_for(struct rs_working_set *ws, double share)
{
	uint64_t wanted = ceil(share * rs_working_set_refaults(ws)), low = 0, high = 1ULL << 32;

	if (below(&ws->of[0], high) + below(&ws->of[1], high) < wanted)
		return UINT64_MAX;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (below(&ws->of[0], middle) + below(&ws->of[1], middle) < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
