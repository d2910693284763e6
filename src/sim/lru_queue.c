/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LRU lists without links: a list is a queue of slots in blocks, so that a scan reads memory in order and can ask
 * for the flags of pages well before it comes to them. A page that leaves from the middle gets a new stamp, by
 * which the slot it leaves behind is known for stale; where there are too many of those, a list is rewritten.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "host.h"

/* How far ahead of a list that is rewritten flags are asked for. */
#define AHEAD 24
/* How far ahead of a scan slots are asked for; a line of them. */
#define AHEAD_SLOTS (2 * RS_AHEAD_FLAGS)
#define LINE_SLOTS 16

/* Of what was ever used. */
size_t rs_blocks_bytes(const struct rs_blocks *blocks)
{
	return (size_t)(blocks->nr - 1) * (BLOCK_SLOTS * sizeof(uint32_t) + 2 * sizeof(uint32_t));
}

static uint32_t *block_slots(struct rs_blocks *blocks, uint32_t block)
{
	return blocks->slots + (size_t)block * BLOCK_SLOTS;
}

static uint32_t block_take(struct rs_blocks *blocks)
{
	uint32_t block = blocks->free;

	if (block)
		blocks->free = blocks->next[block];
	else
		block = blocks->nr++;
	assert(block < MAX_BLOCKS);
	blocks->next[block] = blocks->prev[block] = 0;
	return block;
}

static void block_give(struct rs_blocks *blocks, uint32_t block)
{
	blocks->next[block] = blocks->free;
	blocks->free = block;
}

static void first_block(struct rs_blocks *blocks, struct rs_queue *q)
{
	q->head = q->tail = block_take(blocks);
	q->head_at = q->tail_at = BLOCK_SLOTS / 2;
}

static void push_slot(struct rs_blocks *blocks, struct rs_queue *q, uint32_t slot)
{
	if (!q->head)
		first_block(blocks, q);
	if (q->head_at == BLOCK_SLOTS) {
		uint32_t block = block_take(blocks);

		blocks->next[q->head] = block;
		blocks->prev[block] = q->head;
		q->head = block;
		q->head_at = 0;
	}
	block_slots(blocks, q->head)[q->head_at++] = slot;
	q->nr_slots++;
}

/* The slots of the tail block, none of which there are any more: on to the next block. */
static void tail_block_done(struct rs_blocks *blocks, struct rs_queue *q)
{
	uint32_t block = q->tail;

	q->tail = blocks->next[block];
	q->tail_at = 0;
	if (q->tail)
		blocks->prev[q->tail] = 0;
	else
		q->head = 0;
	block_give(blocks, block);
}

static uint32_t tail_end(const struct rs_queue *q)
{
	return q->tail == q->head ? q->head_at : BLOCK_SLOTS;
}

/* The page of a slot, or -1 if it has left. */
static int64_t live_page(const struct rs_sim *sim, uint32_t slot)
{
	uint32_t page = slot_page(sim, slot);

	return page_slot(sim, page) == slot ? (int64_t)page : -1;
}

void rs_queue_push(struct rs_sim *sim, struct rs_queue *q, uint32_t slot)
{
	push_slot(&sim->blocks, q, slot);
	q->nr++;
}

/* Pages of their own slots, in this order. */
void rs_queue_push_all(struct rs_sim *sim, struct rs_queue *q, const uint32_t *pages, unsigned int nr)
{
	unsigned int i = 0;

	if (!sim->stamped && q->head && nr <= BLOCK_SLOTS - q->head_at) {
		memcpy(block_slots(&sim->blocks, q->head) + q->head_at, pages, nr * sizeof(*pages));
		q->head_at += nr;
		q->nr_slots += nr;
		q->nr += nr;
		return;
	}
	for (; i < nr; i++)
		rs_queue_push(sim, q, page_slot(sim, pages[i]));
}

/* Without the slots of pages that have left. */
void rs_queue_rewrite(struct rs_sim *sim, struct rs_queue *q)
{
	struct rs_queue old = *q;

	memset(q, 0, sizeof(*q));
	while (old.tail) {
		uint32_t *slots = block_slots(&sim->blocks, old.tail), end = tail_end(&old), i;

		for (i = old.tail_at; i < end; i++) {
			if (i + AHEAD < end)
				__builtin_prefetch(&sim->cold[slot_page(sim, slots[i + AHEAD])]);
			if (live_page(sim, slots[i]) >= 0)
				rs_queue_push(sim, q, slots[i]);
		}
		tail_block_done(&sim->blocks, &old);
	}
}

void rs_queue_push_tail(struct rs_sim *sim, struct rs_queue *q, uint32_t slot)
{
	struct rs_blocks *blocks = &sim->blocks;

	if (!q->tail)
		first_block(blocks, q);
	if (!q->tail_at) {
		uint32_t block = block_take(blocks);

		blocks->prev[q->tail] = block;
		blocks->next[block] = q->tail;
		q->tail = block;
		q->tail_at = BLOCK_SLOTS;
	}
	block_slots(blocks, q->tail)[--q->tail_at] = slot;
	q->nr++;
	q->nr_slots++;
}

/* A slot of the tail block or of the next one, or some slot that is valid. */
static uint32_t slot_ahead(const struct rs_sim *sim, const struct rs_queue *q, uint32_t i, uint32_t end)
{
	const uint32_t *slots = sim->blocks.slots + (size_t)q->tail * BLOCK_SLOTS;
	uint32_t next = sim->blocks.next[q->tail];

	if (i < end)
		return slots[i];
	if (!next || (next == q->head && i - end >= q->head_at))
		return slots[end - 1];
	return sim->blocks.slots[(size_t)next * BLOCK_SLOTS + i - end];
}

/* @nr slots from the @skip'th behind the tail on, in this block and those that follow; past the end 0, some slot. */
static void peek_slots(const struct rs_blocks *blocks, const struct rs_queue *q, uint32_t skip, uint32_t *ret,
		       unsigned int nr)
{
	uint32_t block = q->tail, at = q->tail_at + skip, end = tail_end(q), here;

	for (;; at -= end, block = blocks->next[block], end = block == q->head ? q->head_at : BLOCK_SLOTS) {
		here = at < end ? rs_min(end - at, nr) : 0;
		memcpy(ret, blocks->slots + (size_t)block * BLOCK_SLOTS + at, here * sizeof(*ret));
		ret += here;
		nr -= here;
		at += here;
		if (!nr || block == q->head)
			break;
	}
	memset(ret, 0, nr * sizeof(*ret));
}

/* The slots themselves, before they are peeked at: @nr of them, each line once. */
static void ask_slots(const struct rs_blocks *blocks, const struct rs_queue *q, unsigned int nr)
{
	uint32_t at = q->tail_at + AHEAD_SLOTS, end = at + nr;

	for (; at < end; at += LINE_SLOTS)
		__builtin_prefetch(blocks->slots + at % BLOCK_SLOTS +
				   (size_t)(at < BLOCK_SLOTS ? q->tail : blocks->next[q->tail]) * BLOCK_SLOTS);
}

/* What comes behind the next @nr pages, for rs_ask_ahead(). */
void rs_queue_ahead(const struct rs_sim *sim, const struct rs_queue *q, struct rs_ahead *ahead, unsigned int nr)
{
	const uint32_t mask = (1u << sim->id_bits) - 1;
	unsigned int all = RS_AHEAD_FLAGS - RS_AHEAD_SHADOW + nr, i;

	if (!q->tail)
		return;
	peek_slots(&sim->blocks, q, RS_AHEAD_SHADOW, ahead->pages, all);
	ask_slots(&sim->blocks, q, nr);
	if (sim->stamped)
		for (i = 0; i < all; i++)
			ahead->pages[i] &= mask;
	if (sim->stamped || sim->only_zone < 0)
		for (i = all - nr; i < all; i++)
			__builtin_prefetch(&sim->cold[ahead->pages[i]], 1);
}

/* Of slots none of which is stale, off the tail's block. */
static unsigned int take_live(struct rs_sim *sim, struct rs_queue *q, uint32_t *pages, unsigned int nr)
{
	const uint32_t mask = (1u << sim->id_bits) - 1;
	unsigned int i;

	nr = rs_min(nr, tail_end(q) - q->tail_at);
	memcpy(pages, block_slots(&sim->blocks, q->tail) + q->tail_at, nr * sizeof(*pages));
	if (sim->stamped)
		for (i = 0; i < nr; i++)
			pages[i] &= mask;
	q->tail_at += nr;
	q->nr_slots -= nr;
	return nr;
}

/* Some of them may be stale. What it asks for ahead may be as well. */
static unsigned int take_some(struct rs_sim *sim, struct rs_queue *q, uint32_t *pages, unsigned int nr)
{
	const uint32_t mask = (1u << sim->id_bits) - 1, *slots = block_slots(&sim->blocks, q->tail), end = tail_end(q);
	unsigned int taken = 0;
	uint32_t i;

	for (i = q->tail_at; i < end && taken < nr; i++) {
		int64_t page = live_page(sim, slots[i]);
		uint32_t later = slot_ahead(sim, q, i + RS_AHEAD_FLAGS, end) & mask;

		rs_ask_ahead(sim->hot, sim->shadow, slot_ahead(sim, q, i + RS_AHEAD_SHADOW, end) & mask, later);
		__builtin_prefetch(&sim->cold[later], 1);
		if (page >= 0)
			pages[taken++] = page;
	}
	q->nr_slots -= i - q->tail_at;
	q->tail_at = i;
	return taken;
}

/* Takes up to @nr pages off the tail. One at a time, what will be taken is asked for; else see rs_queue_ahead(). */
unsigned int rs_queue_take(struct rs_sim *sim, struct rs_queue *q, uint32_t *pages, unsigned int nr)
{
	/* no slot is stale; MGLRU does not count those */
	const bool live = !sim->stamped || (!sim->conf.lru_gen && q->nr_slots == q->nr);
	unsigned int taken = 0;

	while (taken < nr && q->tail) {
		taken += (live && nr > 1 ? take_live : take_some)(sim, q, pages + taken, nr - taken);
		if (q->tail_at == tail_end(q))
			tail_block_done(&sim->blocks, q);
	}
	q->nr -= taken;
	return taken;
}

/* Drops what has left at the tail on the way. */
bool rs_queue_is_empty(struct rs_sim *sim, struct rs_queue *q)
{
	uint32_t page;

	if (!rs_queue_take(sim, q, &page, 1))
		return true;
	rs_queue_push_tail(sim, q, page_slot(sim, page));
	return false;
}

/* ---- Pages on the lists of a cgroup. ---- */

void rs_lruvec_count(struct rs_sim *sim, unsigned int memcg, unsigned int zone, enum lru_list lru, int64_t nr)
{
	sim->memcgs[memcg].lruvec.zone_size[zone][lru] += nr;
	sim->extra[zone].lru[lru] += nr;
	for (;; memcg = sim->memcgs[memcg].limits.parent) {
		sim->memcgs[memcg].lruvec.state[lru] += nr;
		if (!memcg)
			break;
	}
}

static void compact(struct rs_sim *sim, struct rs_lruvec *lruvec)
{
	int lru;

	for (lru = 0; lru < NR_EVICTABLE_LISTS; lru++)
		rs_queue_rewrite(sim, &lruvec->queue[lru]);
	lruvec->left[0] = lruvec->left[1] = false;
}

static struct rs_queue *queue_to_fill(struct rs_sim *sim, unsigned int memcg, enum lru_list lru)
{
	struct rs_queue *q = &sim->memcgs[memcg].lruvec.queue[lru];

	if (q->nr_slots > q->nr + q->nr / 8 + BLOCK_SLOTS)
		rs_queue_rewrite(sim, q);
	return q;
}

void rs_lruvec_add(struct rs_sim *sim, unsigned int memcg, uint32_t page, enum lru_list lru)
{
	rs_queue_push(sim, queue_to_fill(sim, memcg, lru), page_slot(sim, page));
	rs_lruvec_count(sim, memcg, page_zone(sim, page), lru, 1);
}

void rs_lruvec_add_tail(struct rs_sim *sim, unsigned int memcg, uint32_t page, enum lru_list lru)
{
	rs_queue_push_tail(sim, queue_to_fill(sim, memcg, lru), page_slot(sim, page));
	rs_lruvec_count(sim, memcg, page_zone(sim, page), lru, 1);
}

static unsigned int nr_stamps(const struct rs_sim *sim)
{
	return sim->id_bits > 24 ? 1u << (32 - sim->id_bits) : 256;
}

/*
 * A page is about to leave from within a list. true: its stamp comes into the other half of all stamps, of which
 * slots were left behind. They must be gone before, or one of them could be taken for it.
 */
bool rs_stamp_next_wraps(const struct rs_sim *sim, uint32_t page, bool left[2])
{
	unsigned int nr = nr_stamps(sim), stamp = sim->cold[page] >> PG_STAMP_SHIFT, next = (stamp + 1) % nr;
	bool half = stamp >= nr / 2, next_half = next >= nr / 2;

	return half != next_half && left[next_half];
}

/* It leaves: its slot stays behind. */
void rs_stamp_next(struct rs_sim *sim, uint32_t page, bool left[2])
{
	unsigned int next = ((sim->cold[page] >> PG_STAMP_SHIFT) + 1) % nr_stamps(sim);

	sim->stamped = true;
	left[sim->cold[page] >> PG_STAMP_SHIFT >= nr_stamps(sim) / 2] = true;
	sim->cold[page] = (sim->cold[page] & (PG_STAMP_ONE - 1)) | next << PG_STAMP_SHIFT;
}

void rs_lruvec_del(struct rs_sim *sim, unsigned int memcg, uint32_t page, enum lru_list lru)
{
	struct rs_lruvec *lruvec = &sim->memcgs[memcg].lruvec;

	if (rs_stamp_next_wraps(sim, page, lruvec->left))
		compact(sim, lruvec);
	rs_stamp_next(sim, page, lruvec->left);
	lruvec->queue[lru].nr--;
	rs_lruvec_count(sim, memcg, page_zone(sim, page), lru, -1);
}

/* ---- What a cgroup's lists pay. ---- */

void rs_note_cost(struct rs_sim *sim, unsigned int memcg, bool file, struct rs_lru_cost_args args)
{
	unsigned int nr = sim->memcgs[memcg].level + 1, i, m;

	/* one level at a time: they do not look at each other */
	for (i = 0, m = memcg; i < nr; i++, m = sim->memcgs[m].limits.parent) {
		struct rs_lruvec *lruvec = &sim->memcgs[m].lruvec;
		struct rs_lru_cost cost = {
			.anon_cost = lruvec->anon_cost,
			.file_cost = lruvec->file_cost,
			.lru_size = lruvec->state[0] + lruvec->state[1] + lruvec->state[2] + lruvec->state[3],
		};

		lru_note_cost(&cost, 1, file, args, sim->rules, NULL);
		lruvec->anon_cost = cost.anon_cost;
		lruvec->file_cost = cost.file_cost;
	}
}

void rs_age_nonresident(struct rs_sim *sim, unsigned int memcg, uint32_t nr)
{
	for (;; memcg = sim->memcgs[memcg].limits.parent) {
		workingset_age_nonresident(&sim->memcgs[memcg].lruvec.nonresident_age, 1, nr);
		if (!memcg)
			break;
	}
}
