/* SPDX-License-Identifier: GPL-2.0-only */
#include "episode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../base/cleanup.h"
#include "../base/table.h"

#define MAX_NODES 64
#define MAX_RECENT 65536 /* bytes of records between two entries or exits of a thread */

/* X(entry, exit) */
#define PAIRS(X)                                                                                                       \
	X(reclaim_begin, reclaim_end)                                                                                  \
	X(throttle_direct_begin, throttle_direct_end)                                                                  \
	X(try_to_free_pages_begin, try_to_free_pages_end)                                                              \
	X(wakeup_kswapd_begin, wakeup_kswapd_end)                                                                      \
	X(balance_pgdat_begin, balance_pgdat_end)                                                                      \
	X(shrink_node_begin, shrink_node_end)                                                                          \
	X(shrink_lruvec_begin, shrink_lruvec_end)                                                                      \
	X(note_cost_begin, note_cost_end)                                                                              \
	X(oom_begin, oom_end)                                                                                          \
	X(memcg_protection_begin, memcg_protection)                                                                    \
	X(evict_folios_begin, evict_folios_end)                                                                        \
	X(isolate_folios_begin, isolate_folios_end)                                                                    \
	X(try_to_shrink_lruvec_begin, try_to_shrink_lruvec_end)                                                        \
	X(shrink_folio_list_begin, shrink_folio_list_end)                                                              \
	X(rotate_memcg_begin, lru_gen_rotate_memcg)

#define EXIT_OF(begin, end) [RS_EVENT_##begin] = RS_EVENT_##end,
static const uint16_t exit_of[RS_NR_EVENTS] = { PAIRS(EXIT_OF) };
#define ENTRY_OF(begin, end) [RS_EVENT_##end] = RS_EVENT_##begin,
static const uint16_t entry_of[RS_NR_EVENTS] = { PAIRS(ENTRY_OF) };
#define FITS(begin, end) _Static_assert(sizeof(struct rs_event_##begin) <= RS_MAX_ENTRY, #begin);
PAIRS(FITS)

struct thread_entry {
	struct rs_thread thread; /* first: the rest is ours */
	struct rs_frame *spare; /* closed frames, kept for the next */
	struct rs_frame *closed; /* by the last record */
	bool forget; /* recent is of before the last entry or exit */
	UT_hash_handle hh;
};

struct rs_episodes {
	struct thread_entry *threads;
	struct thread_entry *last; /* most records come from the thread of the one before */
	struct {
		bool known;
		struct rs_event_zone_state state;
	} zones[MAX_NODES][RS_MAX_ZONES];
};

struct rs_episodes *rs_episodes_create(void)
{
	return calloc(1, sizeof(struct rs_episodes));
}

static void spare_frame(struct thread_entry *t, struct rs_frame *frame)
{
	frame->parent = t->spare;
	t->spare = frame;
}

void rs_episodes_destroy(struct rs_episodes *ep)
{
	struct thread_entry *t, *next;

	if (!ep)
		return;
	HASH_ITER(hh, ep->threads, t, next)
	{
		HASH_DEL(ep->threads, t);
		if (t->closed)
			spare_frame(t, t->closed);
		while (t->thread.depth)
			spare_frame(t, t->thread.frames[--t->thread.depth]);
		while (t->spare) {
			struct rs_frame *frame = t->spare;

			t->spare = frame->parent;
			free(frame);
		}
		free(t->thread.recent);
		free(t);
	}
	free(ep);
}

static struct thread_entry *find_thread(struct rs_episodes *ep, uint32_t tid)
{
	struct thread_entry *t = ep->last;

	if (t && t->thread.tid == tid)
		return t;
	t = RS_FIND_OR_ADD(ep->threads, struct thread_entry, thread.tid, tid);
	if (!t)
		return NULL;
	ep->last = t;
	return t;
}

static void forget_recent(struct rs_thread *thread)
{
	thread->recent_len = 0;
	thread->recent_overflowed = false;
}

static int keep_recent(struct rs_thread *thread, const struct rs_event_hdr *hdr)
{
	uint32_t need = thread->recent_len + hdr->len;

	if (need > MAX_RECENT) {
		/* Nothing that decides reads so much: what is asked for now is not within it. */
		forget_recent(thread);
		thread->recent_overflowed = true;
		return 0;
	}
	if (need > thread->recent_room) {
		uint32_t room = need * 2;
		uint8_t *bigger = realloc(thread->recent, room);

		if (!bigger)
			return -ENOMEM;
		thread->recent = bigger;
		thread->recent_room = room;
	}
	memcpy(thread->recent + thread->recent_len, hdr, hdr->len);
	thread->recent_len = need;
	return 0;
}

const struct rs_event_hdr *rs_recent_first(const struct rs_thread *thread)
{
	return thread->recent_len ? (const struct rs_event_hdr *)thread->recent : NULL;
}

const struct rs_event_hdr *rs_recent_next(const struct rs_thread *thread, const struct rs_event_hdr *hdr)
{
	const uint8_t *next = (const uint8_t *)hdr + hdr->len;

	return next < thread->recent + thread->recent_len ? (const struct rs_event_hdr *)next : NULL;
}

struct rs_frame *rs_frame_find(const struct rs_thread *thread, uint16_t type)
{
	unsigned int i;

	for (i = thread->depth; i-- > 0;)
		if (thread->frames[i]->type == type)
			return thread->frames[i];
	return NULL;
}

/* Drops the innermost frames down to @depth. */
static void drop_frames(struct thread_entry *t, unsigned int depth,
			void (*dropped)(void *ctx, const struct rs_frame *frame), void *ctx)
{
	while (t->thread.depth > depth) {
		struct rs_frame *frame = t->thread.frames[t->thread.depth - 1];

		if (frame->parent)
			frame->parent->broken = true;
		dropped(ctx, frame);
		t->thread.depth--;
		spare_frame(t, frame);
	}
}

static int open_frame(struct thread_entry *t, const struct rs_event_hdr *hdr,
		      void (*dropped)(void *ctx, const struct rs_frame *frame), void *ctx, struct rs_step *ret)
{
	struct rs_frame *frame, *same = rs_frame_find(&t->thread, hdr->type);
	unsigned int depth = 0;

	/*
	 * None of these functions is entered again by the thread that is in it, except that an interrupt,
	 * or the writing of a page, may allocate and wake kswapd inside of anything. So the exit of the
	 * earlier one was missed.
	 */
	if (same) {
		while (t->thread.frames[depth] != same)
			depth++;
		drop_frames(t, depth, dropped, ctx);
	}
	if (t->thread.depth == RS_MAX_FRAMES)
		drop_frames(t, 0, dropped, ctx);
	frame = t->spare;
	if (frame)
		t->spare = frame->parent;
	else
		frame = malloc(sizeof(*frame));
	if (!frame)
		return -ENOMEM;
	frame->type = hdr->type;
	frame->broken = false;
	frame->parent = rs_frame_top(&t->thread);
	memcpy(frame->entry, hdr, hdr->len);
	memset(frame->state, 0, sizeof(frame->state));
	t->thread.frames[t->thread.depth++] = frame;
	ret->opened = frame;
	return 0;
}

static void close_frame(struct thread_entry *t, uint16_t type,
			void (*dropped)(void *ctx, const struct rs_frame *frame), void *ctx, struct rs_step *ret)
{
	unsigned int depth = t->thread.depth;

	while (depth && t->thread.frames[depth - 1]->type != type)
		depth--;
	if (!depth) {
		struct rs_frame *top = rs_frame_top(&t->thread);

		/* What it did belongs to the function around it, if there is one. */
		if (top)
			top->broken = true;
		ret->unmatched = true;
		return;
	}
	drop_frames(t, depth, dropped, ctx);
	ret->closed = t->closed = t->thread.frames[--t->thread.depth];
}

static void learn(struct rs_episodes *ep, const struct rs_event_hdr *hdr)
{
	const struct rs_event_zone_state *e = (const void *)hdr;

	if (hdr->type != RS_EVENT_zone_state || e->nid < 0 || e->nid >= MAX_NODES || e->zid < 0 || e->zid >= RS_MAX_ZONES)
		return;
	ep->zones[e->nid][e->zid].known = true;
	ep->zones[e->nid][e->zid].state = *e;
}

/* The next record. 0 or -ENOMEM. */
static int feed(struct rs_episodes *ep, const struct rs_event *event,
		void (*dropped)(void *ctx, const struct rs_frame *frame), void *ctx, struct rs_step *ret)
{
	const struct rs_event_hdr *hdr = event->hdr;
	struct thread_entry *t = find_thread(ep, hdr->tid ? hdr->tid : RS_IDLE_TID + event->cpu);
	int err = 0;

	memset(ret, 0, sizeof(*ret));
	if (!t)
		return -ENOMEM;
	if (t->closed) {
		spare_frame(t, t->closed);
		t->closed = NULL;
	}
	if (t->forget)
		forget_recent(&t->thread);
	t->forget = exit_of[hdr->type] || entry_of[hdr->type];
	if (t->forget)
		t->thread.since_ns = hdr->ts_ns;
	ret->thread = &t->thread;
	learn(ep, hdr);
	if (exit_of[hdr->type])
		err = open_frame(t, hdr, dropped, ctx, ret);
	else if (entry_of[hdr->type])
		close_frame(t, entry_of[hdr->type], dropped, ctx, ret);
	else
		err = keep_recent(&t->thread, hdr);
	return err;
}

int rs_episodes_read(struct rs_episodes *ep, struct rs_reader *reader, struct rs_tasks *tasks,
		     int (*take)(void *ctx, const struct rs_step *step, const struct rs_event *event),
		     void (*dropped)(void *ctx, const struct rs_frame *frame), void *ctx)
{
	struct rs_event event;
	struct rs_step step;
	int err;

	while ((err = rs_reader_next(reader, &event)) > 0) {
		err = rs_tasks_learn(tasks, event.hdr);
		if (!err)
			err = feed(ep, &event, dropped, ctx, &step);
		if (!err)
			err = take(ctx, &step, &event);
		if (err)
			return err;
	}
	return err;
}

void rs_episodes_finish(struct rs_episodes *ep, void (*dropped)(void *ctx, const struct rs_frame *frame), void *ctx)
{
	struct thread_entry *t, *next;

	HASH_ITER(hh, ep->threads, t, next)
	{
		drop_frames(t, 0, dropped, ctx);
	}
}

const struct rs_event_zone_state *rs_episodes_zone(const struct rs_episodes *ep, int nid, int zid)
{
	if (nid < 0 || nid >= MAX_NODES || zid < 0 || zid >= RS_MAX_ZONES || !ep->zones[nid][zid].known)
		return NULL;
	return &ep->zones[nid][zid].state;
}
