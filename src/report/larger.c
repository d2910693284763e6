/* SPDX-License-Identifier: GPL-2.0-only */
#include "larger.h"

#include <errno.h>
#include <stdlib.h>

#include "../base/grow.h"
#include "../base/table.h"

/* A share is that of the last so many pages. */
#define SHARE_OF 512
#define SIZE_NOT_KNOWN (1ULL << 40) /* a turn that comes last */

enum { EVICT, RETURN, RATE };

/* 8 bytes for each page that went or came. */
struct rs_larger_entry {
	uint32_t page; /* RATE: which one */
	uint32_t kind : 2, file : 1, used : 1, refault : 1, nth : 10, nr : 10;
};

struct rs_larger_rate {
	uint64_t size, moved;
	float spared[2];
};

struct rs_larger_back {
	uint64_t place; /* key */
	uint32_t page;
	UT_hash_handle hh;
};

/* ---- what happened ---- */

static int log_entry(struct rs_larger *l, struct rs_larger_entry e)
{
	if (!RS_MAKE_ROOM(l->log, l->nr_log, l->log_room, 1024))
		return -ENOMEM;
	l->log[l->nr_log++] = e;
	return 0;
}

static int log_rate(struct rs_larger *l, struct rs_larger_rate rate)
{
	if (!RS_MAKE_ROOM(l->rates, l->nr_rates, l->rates_room, 256))
		return -ENOMEM;
	l->rates[l->nr_rates] = rate;
	return log_entry(l, (struct rs_larger_entry){ .page = l->nr_rates++, .kind = RATE });
}

int rs_larger_evict(struct rs_larger *l, uint64_t place, bool file, bool used, uint32_t nth, uint32_t nr,
		    uint32_t *ret_page)
{
	struct rs_larger_back *back = NULL;
	int err = 0;

	if (l->moved)
		err = log_rate(l, (struct rs_larger_rate){ l->size, l->moved, { l->spared[0], l->spared[1] } });
	if (err)
		return err;
	l->moved = 0;
	if (place && file && nr == 1)
		HASH_FIND(hh, l->back, &place, sizeof(place), back);
	*ret_page = back ? back->page : ++l->nr_pages;
	if (back) {
		HASH_DEL(l->back, back);
		free(back);
	}
	l->both[file] = true;
	l->largest = nr > l->largest ? nr : l->largest;
	return log_entry(l,
			 (struct rs_larger_entry){
				 .page = *ret_page, .kind = EVICT, .file = file, .used = used, .nth = nth, .nr = nr });
}

int rs_larger_return(struct rs_larger *l, uint32_t page, uint64_t place, bool file, bool refault)
{
	/* Only these keep their turn: see touch(). */
	if (place && file && refault && l->generations) {
		struct rs_larger_back *back = RS_FIND_OR_ADD(l->back, struct rs_larger_back, place, place);

		if (!back)
			return -ENOMEM;
		back->page = page;
	}
	l->refaults[file] += refault;
	return log_entry(l, (struct rs_larger_entry){ .page = page, .kind = RETURN, .file = file, .refault = refault });
}

void rs_larger_spared(struct rs_larger *l, bool file, uint64_t spared, uint64_t evicted, uint64_t others)
{
	uint64_t all = spared + evicted;
	float weight = all < SHARE_OF ? (float)all / SHARE_OF : 1;

	l->generations = true;
	if (all)
		l->spared[file] += weight * ((float)spared / all - l->spared[file]);
	l->moved += spared + others;
}

int rs_larger_thin(const struct rs_larger *l, uint32_t by, struct rs_larger *ret)
{
	uint32_t *number = calloc((size_t)l->nr_pages + 1, sizeof(*number)); /* in @ret. 0: none yet */
	struct rs_larger_rate rate = { 0 };
	bool rated = false;
	int err = number ? 0 : -ENOMEM;
	size_t i;

	*ret = (struct rs_larger){ .generations = l->generations,
				   .largest = l->largest,
				   .both = { l->both[0], l->both[1] } };
	for (i = 0; i < l->nr_log && !err; i++) {
		struct rs_larger_entry e = l->log[i];
		uint32_t unit = e.page - (e.kind == EVICT && e.nr > 1 ? e.nth : 0);

		if (e.kind == RATE) {
			uint64_t moved = rate.moved + l->rates[e.page].moved;

			rate = l->rates[e.page];
			rate.moved = moved;
			rated = true;
			continue;
		}
		/* A page that was taken once is always taken. */
		if (!number[e.page] && (e.kind == RETURN || (unit * 0x9E3779B1U >> 7) % by))
			continue;
		if (rated) {
			err = log_rate(ret, (struct rs_larger_rate){ rate.size / by,
								     rate.moved / by,
								     { rate.spared[0], rate.spared[1] } });
			rate.moved %= by;
			rated = false;
		}
		if (!number[e.page])
			number[e.page] = ++ret->nr_pages;
		e.page = number[e.page];
		ret->refaults[e.file] += e.kind == RETURN && e.refault;
		if (!err)
			err = log_entry(ret, e);
	}
	free(number);
	if (err)
		rs_larger_free(ret);
	return err;
}

bool rs_larger_differs(const struct rs_larger *l)
{
	return l->largest > 1 || l->generations;
}

void rs_larger_free(struct rs_larger *l)
{
	free(l->log);
	free(l->rates);
	RS_FREE_TABLE(l->back, struct rs_larger_back);
}

/* ---- what would have happened ---- */

enum {
	NOT_HERE, /* in no queue */
	EXTRA, /* the recorded memory does not have it */
	USED, /* it does again; here it has kept its turn */
	BACK, /* its turn came, and it came back */
};

/* In the order of their turns: as they were evicted; as they were moved on. */
enum { AS_EVICTED, MOVED_ON, NR_QUEUES };

struct page {
	uint64_t turn; /* when reclaim comes to it, as a number of pages that it has come to */
	uint32_t next, prev; /* 0: none */
	uint32_t folio; /* first page of its large one, or 0 */
	uint16_t nr; /* of a first page: of that folio */
	uint8_t state, queue, used, file;
};

struct play {
	const struct rs_larger *l;
	struct page *pages;
	uint32_t first[NR_QUEUES][2], last[NR_QUEUES][2];
	uint64_t now, extra, nr_extra, size;
	double credit[2];
	float spared[2];
	bool in_use;
	enum rs_larger_first whose;
	int64_t kept[2];
};

static void leave(struct play *p, uint32_t at)
{
	struct page *page = &p->pages[at];

	if (page->state == NOT_HERE)
		return;
	if (page->prev)
		p->pages[page->prev].next = page->next;
	else
		p->first[page->queue][page->file] = page->next;
	if (page->next)
		p->pages[page->next].prev = page->prev;
	else
		p->last[page->queue][page->file] = page->prev;
	p->nr_extra -= page->state == EXTRA;
	page->state = NOT_HERE;
}

static void join(struct play *p, uint32_t at, unsigned int queue, uint8_t state)
{
	struct page *page = &p->pages[at];
	uint32_t *last = &p->last[queue][page->file];

	page->turn = queue == MOVED_ON ? p->now + p->size + p->extra : p->now;
	page->queue = queue;
	page->state = state;
	page->prev = *last;
	page->next = 0;
	if (*last)
		p->pages[*last].next = at;
	else
		p->first[queue][page->file] = at;
	*last = at;
	p->nr_extra += state == EXTRA;
}

static void move_on(struct play *p, uint32_t at, uint8_t state)
{
	leave(p, at);
	join(p, at, MOVED_ON, state);
}

static uint32_t whose_turn_of(const struct play *p, int file)
{
	uint32_t a = p->first[AS_EVICTED][file], b = p->first[MOVED_ON][file];

	return !a || (b && p->pages[b].turn < p->pages[a].turn) ? b : a;
}

static uint32_t whose_turn(const struct play *p)
{
	uint32_t anon = whose_turn_of(p, 0), file = whose_turn_of(p, 1);

	if (!anon || !file)
		return anon ? anon : file;
	if (p->whose != RS_FIRST_IN_TURN)
		return p->whose == RS_FIRST_ANON ? anon : file;
	return p->pages[file].turn < p->pages[anon].turn ? file : anon;
}

/* The next page from *pos of a large folio that is still here as an extra one, 0: no more. */
static uint32_t next_of_folio(const struct play *p, uint32_t folio, uint32_t *pos)
{
	while (folio && *pos < p->pages[folio].nr) {
		uint32_t at = folio + (*pos)++;

		if (p->pages[at].state == EXTRA && p->pages[at].folio == folio)
			return at;
	}
	return 0;
}

/* Makes as many go as are too many. @evicted has just gone in the recording and is not spared here either. */
static void make_room(struct play *p, uint32_t evicted)
{
	uint64_t to_spare = p->nr_extra; /* or it might not end */

	while (p->nr_extra > p->extra) {
		uint32_t at = whose_turn(p), pos = 0;
		struct page *page = &p->pages[at];
		uint8_t was = page->state;
		bool spare = false;

		if (was == BACK) {
			leave(p, at);
			continue;
		}
		if (page->used && to_spare && (page->folio ? page->folio : at) != evicted) {
			p->credit[page->file] += 1 - p->spared[page->file];
			spare = p->credit[page->file] < 1;
			p->credit[page->file] -= !spare;
			to_spare--;
		}
		if (was == USED) {
			p->kept[page->file] -= !spare;
			move_on(p, at, spare ? USED : BACK);
			continue;
		}
		do {
			if (spare)
				move_on(p, at, EXTRA);
			else
				leave(p, at);
			at = next_of_folio(p, page->folio, &pos);
		} while (at);
	}
}

static void evict(struct play *p, const struct rs_larger_entry *e)
{
	struct page *page = &p->pages[e->page];

	page->folio = e->nr > 1 ? e->page - e->nth : 0;
	if (page->folio)
		p->pages[page->folio].nr = e->nr;
	page->used = e->used;
	if (page->state == USED || page->state == BACK) {
		page->state = EXTRA;
		p->nr_extra++;
	} else {
		leave(p, e->page);
		page->file = e->file;
		join(p, e->page, AS_EVICTED, EXTRA);
	}
	p->now++;
	if (e->nth + 1U == e->nr)
		make_room(p, page->folio ? page->folio : e->page);
}

/* It comes back in the recording. If it is here, it is only touched. */
static void touch(struct play *p, const struct rs_larger_entry *e)
{
	struct page *page = &p->pages[e->page];
	uint32_t at, pos = 0;

	if (page->state != EXTRA)
		return;
	p->kept[page->file] += e->refault;
	if (e->refault && !page->folio && page->file && p->l->generations && p->in_use) {
		page->state = USED;
		p->nr_extra--;
		return;
	}
	leave(p, e->page);
	while (e->refault && (at = next_of_folio(p, page->folio, &pos))) {
		move_on(p, at, EXTRA);
		p->pages[at].used = true;
	}
}

int rs_larger_play(const struct rs_larger *l, uint64_t extra, bool in_use, enum rs_larger_first first,
		   uint64_t ret_kept[2])
{
	struct play p = {
		.l = l, .extra = extra, .in_use = in_use, .whose = first, .credit = { 0.5, 0.5 }, .size = SIZE_NOT_KNOWN
	};
	size_t i;

	p.pages = calloc((size_t)l->nr_pages + 1, sizeof(*p.pages));
	if (!p.pages)
		return -ENOMEM;
	for (i = 0; i < l->nr_log; i++) {
		const struct rs_larger_entry *e = &l->log[i];

		if (e->kind == EVICT) {
			evict(&p, e);
		} else if (e->kind == RETURN) {
			touch(&p, e);
		} else {
			p.now += l->rates[e->page].moved;
			p.size = l->rates[e->page].size ? l->rates[e->page].size : SIZE_NOT_KNOWN;
			p.spared[0] = l->rates[e->page].spared[0];
			p.spared[1] = l->rates[e->page].spared[1];
		}
	}
	for (i = 0; i < 2; i++)
		ret_kept[i] = p.kept[i] > 0 ? p.kept[i] : 0;
	free(p.pages);
	return 0;
}
