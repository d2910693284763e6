/* SPDX-License-Identifier: GPL-2.0-only */
#include "working_set.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the order ---- */

static uint32_t room_left; /* stands where a page was that has come back, and none was evicted for it yet */

static void tree_add(uint32_t *tree, uint32_t room, uint32_t place, uint32_t what)
{
	for (place++; place <= room; place += place & -place)
		tree[place] += what;
}

static uint32_t tree_sum(const uint32_t *tree, uint32_t place)
{
	uint32_t sum = 0;

	for (place++; place; place -= place & -place)
		sum += tree[place];
	return sum;
}

/* The first place up to which there are @nr. */
static uint32_t tree_find(const uint32_t *tree, uint32_t room, uint32_t nr)
{
	uint32_t place = 0, step = 1;

	while (step <= room / 2)
		step *= 2;
	for (; step; step /= 2)
		if (place + step <= room && tree[place + step] < nr) {
			place += step;
			nr -= tree[place];
		}
	return place;
}

static void put(struct rs_working_set *ws, uint32_t at, uint32_t *place)
{
	ws->places[at] = place;
	tree_add(ws->tree, ws->room, at, 1);
	ws->nr_kept++;
	if (place == &room_left) {
		tree_add(ws->free, ws->room, at, 1);
		ws->nr_free++;
	} else {
		*place = at;
	}
}

static int grow(uint32_t **tree, uint32_t room)
{
	uint32_t *grown = reallocarray(*tree, (size_t)room + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	*tree = grown;
	return 0;
}

/* Closes the gaps; twice the room if that is not enough. */
static int make_room(struct rs_working_set *ws)
{
	uint32_t room = ws->nr_kept >= ws->room / 2 ? (ws->room ? ws->room * 2 : 1024) : ws->room, from;

	if (room != ws->room) {
		uint32_t **places = reallocarray(ws->places, room, sizeof(*places));

		if (!places)
			return -ENOMEM;
		ws->places = places;
		if (grow(&ws->tree, room) || grow(&ws->free, room))
			return -ENOMEM;
	}
	memset(ws->tree, 0, ((size_t)room + 1) * sizeof(*ws->tree));
	memset(ws->free, 0, ((size_t)room + 1) * sizeof(*ws->free));
	ws->room = room;
	ws->nr_kept = ws->nr_free = 0;
	for (from = 0; from < ws->next; from++)
		if (ws->places[from])
			put(ws, ws->nr_kept, ws->places[from]);
	ws->next = ws->nr_kept;
	return 0;
}

int rs_working_set_evict(struct rs_working_set *ws, uint32_t *place)
{
	int err = ws->next == ws->room ? make_room(ws) : 0;

	if (err)
		return err;
	if (ws->nr_free) {
		uint32_t filled = tree_find(ws->free, ws->room, ws->nr_free);

		tree_add(ws->free, ws->room, filled, -1);
		ws->nr_free--;
		tree_add(ws->tree, ws->room, filled, -1);
		ws->nr_kept--;
		ws->places[filled] = NULL;
	}
	put(ws, ws->next++, place);
	return 0;
}

uint32_t rs_working_set_return(struct rs_working_set *ws, uint32_t *place)
{
	ws->places[*place] = &room_left;
	tree_add(ws->free, ws->room, *place, 1);
	ws->nr_free++;
	return ws->nr_kept - tree_sum(ws->tree, *place);
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
	free(ws->free);
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
