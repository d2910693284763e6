/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records, assembled: for each thread the functions it is in, as far as their entry was recorded,
 * and what the node and its zones looked like last. Functions nest (balance_pgdat > shrink_node >
 * shrink_lruvec ...), threads run at once, and a record can be missing anywhere: an exit without
 * its entry, or an entry that is never left, makes its function incomplete, which is counted and
 * never taken for a whole one.
 */
#ifndef RS_EPISODE_EPISODE_H
#define RS_EPISODE_EPISODE_H

#include <stdbool.h>
#include <stdint.h>

#include "../trace/reader.h"
#include "../trace/tasks.h"

#define RS_FRAME_STATE 1024 /* bytes that a reader of frames may keep in each */
#define RS_MAX_ENTRY 512 /* longest record that opens a frame */
#define RS_MAX_FRAMES 24 /* deepest nesting */
#define RS_IDLE_TID 0x80000000u

/* A function that a thread is in, from the record of its entry. */
struct rs_frame {
	uint16_t type; /* enum rs_event_type of the entry */
	bool broken; /* something inside of it is missing or contradicts */
	struct rs_frame *parent; /* the function it was called from, NULL: none was recorded */
	union {
		struct rs_event_hdr hdr;
		uint8_t entry[RS_MAX_ENTRY]; /* the record */
	};
	/* Zero at first; belongs to whoever reads the frames. */
	uint64_t state[RS_FRAME_STATE / 8];
};

struct rs_thread {
	uint32_t tid; /* RS_IDLE_TID + cpu for the idle tasks, which share their number */
	unsigned int depth;
	struct rs_frame *frames[RS_MAX_FRAMES]; /* [depth - 1] is the innermost */
	/*
	 * The last records that open and close nothing, newest last: what a decision has read just
	 * before. Cleared after a frame has opened or closed.
	 */
	uint8_t *recent;
	uint32_t recent_len;
	uint32_t recent_room;
	bool recent_overflowed;
	uint64_t since_ns; /* when the last of them was left or entered: @recent is later */
};

struct rs_episodes;

/* What a record was to its thread. */
struct rs_step {
	struct rs_thread *thread;
	struct rs_frame *opened; /* the record is an entry */
	/* The record is the exit of this frame: still whole, dropped by the next call. */
	struct rs_frame *closed;
	bool unmatched; /* the record is an exit, and the entry was not seen */
};

/* NULL: no memory. */
struct rs_episodes *rs_episodes_create(void);
void rs_episodes_destroy(struct rs_episodes *episodes);

/*
 * Takes all records that @reader has left, in order of time, and hands each on to @take, until that fails. @tasks learns
 * from it first. @dropped is called for each frame whose exit was missed, the innermost first. 0, or the first -errno.
 */
int rs_episodes_read(struct rs_episodes *episodes, struct rs_reader *reader, struct rs_tasks *tasks,
		     int (*take)(void *ctx, const struct rs_step *step, const struct rs_event *event),
		     void (*dropped)(void *ctx, const struct rs_frame *frame), void *ctx);
/* At the end of the recording: the same for what is still open. */
void rs_episodes_finish(struct rs_episodes *episodes, void (*dropped)(void *ctx, const struct rs_frame *frame), void *ctx);

/* The innermost frame of @type on @thread, or NULL. */
struct rs_frame *rs_frame_find(const struct rs_thread *thread, uint16_t type);
/* The innermost frame, or NULL. */
static inline struct rs_frame *rs_frame_top(const struct rs_thread *thread)
{
	return thread->depth ? thread->frames[thread->depth - 1] : NULL;
}

/* Frame state as a struct: rs_frame_state(frame, struct mine). */
#define rs_frame_state(frame, type)                                                                                    \
	({                                                                                                             \
		_Static_assert(sizeof(type) <= RS_FRAME_STATE, "raise RS_FRAME_STATE");                                \
		(type *)(frame)->state;                                                                                \
	})
#define rs_frame_entry(frame, name) ((const struct rs_event_##name *)(frame)->entry)

/*
 * Walks thread->recent: for (hdr = rs_recent_first(t); hdr; hdr = rs_recent_next(t, hdr)).
 * Oldest first.
 */
const struct rs_event_hdr *rs_recent_first(const struct rs_thread *thread);
const struct rs_event_hdr *rs_recent_next(const struct rs_thread *thread, const struct rs_event_hdr *hdr);

/* The last zone_state of a zone from whatever context, NULL: none yet. */
const struct rs_event_zone_state *rs_episodes_zone(const struct rs_episodes *episodes, int nid, int zid);

#endif
