/* SPDX-License-Identifier: GPL-2.0-only */
#include "working_set.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/grow.h"
#include "../wire/capture.h"

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

int rs_working_set_evict(struct rs_working_set *ws, uint32_t run, uint32_t *place)
{
	int err = ws->next == ws->room ? make_room(ws) : 0;

	if (err)
		return err;
	if (run != ws->run)
		ws->run_pages = 0;
	ws->run = run;
	ws->runs_pages++;
	ws->runs_squares += 2 * ws->run_pages++ + 1;
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

	if (!RS_MAKE_ROOM(d->pages, d->nr, d->room, 64))
		return -ENOMEM;
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
	free(ws->played);
	rs_larger_free(&ws->larger);
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

#define LONG_LOG (1 << 16)

struct rs_working_set_played {
	uint64_t extra;
	double kept[2], low, high; /* without chance */
};

/* By this much memory may be more or less than its limit: what one reclaim evicts, and it keeps or gives a whole folio. */
static uint64_t swing(const struct rs_working_set *ws)
{
	uint64_t reclaim = ws->runs_pages ? ws->runs_squares / ws->runs_pages : 0;

	return reclaim > ws->larger.largest ? reclaim : ws->larger.largest;
}

static uint64_t in_order(struct rs_working_set *ws, uint64_t extra)
{
	return below(&ws->of[0], extra) + below(&ws->of[1], extra);
}

/* One point, at least as much as the one before. */
static int play(struct rs_working_set *ws, const struct rs_larger *l, uint32_t by,
		const struct rs_working_set_played *before, struct rs_working_set_played *point)
{
	uint64_t pages[2];
	double kept[2];
	int first, in_use, err, k;

	point->low = point->high = in_order(ws, point->extra);
	for (first = RS_FIRST_IN_TURN; first <= (l->both[0] && l->both[1] ? RS_FIRST_FILE : RS_FIRST_IN_TURN); first++)
		for (in_use = 0; in_use <= (l->both[1] && l->generations); in_use++) {
			double both;

			err = rs_larger_play(l, point->extra / by, in_use, first, pages);
			if (err)
				return err;
			/* In the proportion of all to those that were played. */
			for (k = 0; k < 2; k++)
				kept[k] = l->refaults[k] ? (double)pages[k] * ws->of[k].nr / l->refaults[k] : 0;
			both = kept[0] + kept[1];
			point->low = fmin(point->low, both);
			point->high = fmax(point->high, both);
			if (first != RS_FIRST_IN_TURN)
				continue;
			/* Half of the pages in use, if nobody knows which are. */
			for (k = 0; k < 2; k++)
				point->kept[k] = in_use ? (point->kept[k] + kept[k]) / 2 : kept[k];
		}
	for (k = 0; k < 2; k++)
		point->kept[k] = fmax(point->kept[k], before->kept[k]);
	point->low = fmax(point->low, before->low);
	point->high = fmax(point->high, before->high);
	return 0;
}

/* The points of a histogram, up to where all that is known is kept. Of a long recording a part stands for the whole. 0 or -ENOMEM. */
static int play_all(struct rs_working_set *ws)
{
	static const struct rs_working_set_played nothing;
	uint64_t known = ws->of[0].nr + ws->of[1].nr;
	struct rs_working_set_played *played = calloc(RS_HIST_BUCKETS, sizeof(*played));
	uint32_t by = 1 + ws->larger.nr_log / LONG_LOG;
	struct rs_larger thin;
	unsigned int b;
	size_t n = 0;
	int err;

	if (!played)
		return -ENOMEM;
	err = rs_larger_thin(&ws->larger, by, &thin);
	for (b = rs_hist_bucket(by); b < RS_HIST_BUCKETS && !err; b++) {
		played[n].extra = rs_hist_floor(b);
		err = play(ws, &thin, by, n ? &played[n - 1] : &nothing, &played[n]);
		n++;
		/* More pages than were ever away. */
		if (played[n - 1].extra >= ws->larger.nr_pages ||
		    (played[n - 1].low >= known && in_order(ws, played[n - 1].extra) >= known))
			break;
	}
	if (err) {
		free(played);
		return err;
	}
	rs_larger_free(&thin);
	ws->played = played;
	ws->nr_played = n;
	return 0;
}

/* Between two points that were played. */
static struct rs_working_set_played played_at(const struct rs_working_set *ws, uint64_t extra)
{
	struct rs_working_set_played low = { 0 }, high = ws->played[ws->nr_played - 1];
	double part;
	size_t i;

	for (i = 0; i < ws->nr_played; i++) {
		if (ws->played[i].extra > extra) {
			high = ws->played[i];
			break;
		}
		low = ws->played[i];
	}
	part = high.extra > low.extra ? (double)(extra - low.extra) / (high.extra - low.extra) : 0;
	return (struct rs_working_set_played){ .kept = { low.kept[0] + part * (high.kept[0] - low.kept[0]),
							 low.kept[1] + part * (high.kept[1] - low.kept[1]) },
					       .low = low.low + part * (high.low - low.low),
					       .high = low.high + part * (high.high - low.high) };
}

/* What is not known may have any distance; what is left is a count of events, of which another run has more or fewer, as this one had. */
struct rs_working_set_point rs_working_set_at(struct rs_working_set *ws, uint64_t extra)
{
	uint64_t all = rs_working_set_refaults(ws), kept, less = extra > swing(ws) ? extra - swing(ws) : 0;
	struct rs_working_set_point p = { .kept = { below(&ws->of[0], extra), below(&ws->of[1], extra) } };
	double low = in_order(ws, less), high = in_order(ws, extra ? extra + swing(ws) : 0), noise;

	if (!ws->played && rs_larger_differs(&ws->larger))
		play_all(ws); /* without memory for it, the order alone has to do */
	if (ws->played) {
		struct rs_working_set_played at = played_at(ws, extra);

		p.kept[0] = at.kept[0];
		p.kept[1] = at.kept[1];
		low = played_at(ws, less).low;
		high = played_at(ws, extra ? extra + swing(ws) : 0).high;
	}
	kept = p.kept[0] + p.kept[1];
	noise = extra ? 1.96 * sqrt(2.0 * (all - kept)) : 0;
	p.low = fmax(0, fmin(low, kept) - noise);
	p.high = fmin(all, fmax(high, kept) + noise + (extra ? ws->unknown[0] + ws->unknown[1] : 0));
	return p;
}

uint64_t rs_working_set_for(struct rs_working_set *ws, double share)
{
	uint64_t wanted = ceil(share * rs_working_set_refaults(ws)), low = 0, high = 1ULL << 32;
	struct rs_working_set_point p = rs_working_set_at(ws, high);

	if (p.kept[0] + p.kept[1] < wanted)
		return UINT64_MAX;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		p = rs_working_set_at(ws, middle);
		if (p.kept[0] + p.kept[1] < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
