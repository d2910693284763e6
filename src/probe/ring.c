/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each ring is in order of time by itself. Those that hold something stand in a heap with the oldest
 * record on top; as long as one ring's records are older than everything else, they are taken in
 * one go.
 */
#include "ring.h"

#include <errno.h>
#include <stdlib.h>

struct ring {
	struct rs_level *level;
	const struct rs_segment *segments;
	unsigned int nr_segments;
	uint32_t cpu;
	uint64_t head; /* while draining */
	uint64_t tail; /* how far it was read; the level's is how far it was given back */
};

struct rs_rings {
	unsigned int nr;
	unsigned int nr_heap;
	struct ring **heap;
	struct ring rings[];
};

static const struct rs_event_hdr *first(const struct ring *r)
{
	const struct rs_segment *s = &r->segments[r->tail / RS_SEGMENT_SIZE % r->nr_segments];

	return (const struct rs_event_hdr *)&s->data[r->tail % RS_SEGMENT_SIZE];
}

static uint64_t first_ns(const struct ring *r)
{
	return first(r)->ts_ns;
}

int rs_rings_create(struct rs_cpu *cpus, struct rs_segment *segments, unsigned int nr_cpus,
		    unsigned int ring_segments, struct rs_rings **ret)
{
	struct rs_rings *rings = calloc(1, sizeof(*rings) + nr_cpus * RS_RINGS * sizeof(struct ring));
	unsigned int cpu, level;

	if (!rings)
		return -ENOMEM;
	rings->nr = nr_cpus * RS_RINGS;
	rings->heap = calloc(rings->nr, sizeof(*rings->heap));
	if (!rings->heap) {
		free(rings);
		return -ENOMEM;
	}
	for (cpu = 0; cpu < nr_cpus; cpu++)
		for (level = 0; level < RS_RINGS; level++) {
			struct ring *r = &rings->rings[cpu * RS_RINGS + level];
			struct rs_segment *own = &segments[cpu * (ring_segments + 1)];

			r->cpu = cpu;
			r->level = &cpus[cpu].level[level];
			r->segments = level ? own + ring_segments : own;
			r->nr_segments = level ? 1 : ring_segments;
			r->level->room = (uint64_t)r->nr_segments * RS_SEGMENT_SIZE - RS_MAX_RECORD;
			r->level->segment = r->level->first_segment = r->segments - segments;
			r->level->end_segment = r->level->first_segment + r->nr_segments;
		}
	*ret = rings;
	return 0;
}

void rs_rings_destroy(struct rs_rings *rings)
{
	if (!rings)
		return;
	free(rings->heap);
	free(rings);
}

static void sift_down(struct rs_rings *rings, unsigned int i)
{
	struct ring **heap = rings->heap, *r = heap[i];

	for (;;) {
		unsigned int child = 2 * i + 1;

		if (child >= rings->nr_heap)
			break;
		if (child + 1 < rings->nr_heap && first_ns(heap[child + 1]) < first_ns(heap[child]))
			child++;
		if (first_ns(heap[child]) >= first_ns(r))
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = r;
}

void rs_rings_release(struct rs_rings *rings)
{
	unsigned int i;

	for (i = 0; i < rings->nr; i++)
		__atomic_store_n(&rings->rings[i].level->tail, rings->rings[i].tail, __ATOMIC_RELEASE);
}

/* Hands on what is no younger than @until, up to the end of the segment. How many there were, or -errno. */
static int64_t take(struct rs_rings *rings, struct ring *r, uint64_t until, uint64_t delivered[RS_NR_EVENTS],
		    rs_rings_each_t each, void *ctx)
{
	const uint64_t room = RS_SEGMENT_SIZE - r->tail % RS_SEGMENT_SIZE, left = r->head - r->tail;
	const uint8_t *run = (const uint8_t *)first(r), *at = run, *end = run + (left < room ? left : room), *last = run + left;
	const uint8_t *batch_end = at; /* no record of this batch begins there or behind */
	struct rs_batch batch = { 0 };
	struct rs_record *to = NULL, *to_end = NULL;
	int64_t nr = 0;
	int err = 0;

	while (at < end) {
		const struct rs_event_hdr *hdr = (const struct rs_event_hdr *)at;
		const uint32_t type = hdr->type, len = hdr->len;

		if (hdr->ts_ns > until)
			break;
		if (len < sizeof(*hdr) || len % 8 || type >= RS_NR_EVENTS || at + len > last) {
			err = -EBADMSG;
			break;
		}
		if (at >= batch_end || to == to_end) {
			nr += to - batch.from;
			r->tail += at - run;
			batch.to = to;
			err = each(ctx, hdr, at - run, &batch);
			run = at;
			if (err < 0)
				break;
			if (err > 0)
				rs_rings_release(rings);
			to = batch.to;
			to_end = batch.end;
			batch_end = at + batch.room;
		}
		to->cpu = r->cpu;
		to++->hdr = hdr;
		delivered[type]++;
		at += len;
	}
	if (at > run) {
		nr += to - batch.from;
		r->tail += at - run;
		batch.to = to;
		each(ctx, NULL, at - run, &batch);
	}
	return err < 0 ? err : nr;
}

int64_t rs_rings_drain(struct rs_rings *rings, uint64_t horizon_ns, uint64_t delivered[RS_NR_EVENTS], rs_rings_each_t each,
		       void *ctx)
{
	int64_t nr = 0;
	unsigned int i;

	rings->nr_heap = 0;
	for (i = 0; i < rings->nr; i++) {
		struct ring *r = &rings->rings[i];

		r->head = __atomic_load_n(&r->level->head, __ATOMIC_ACQUIRE);
		if (r->head != r->tail)
			rings->heap[rings->nr_heap++] = r;
	}
	for (i = rings->nr_heap / 2; i-- > 0;)
		sift_down(rings, i);

	while (rings->nr_heap) {
		struct ring *r = rings->heap[0];
		uint64_t until = horizon_ns;
		int64_t n;

		/* The other rings' oldest record is one of the top's two children. */
		for (i = 1; i < 3 && i < rings->nr_heap; i++)
			if (first_ns(rings->heap[i]) < until)
				until = first_ns(rings->heap[i]);
		do {
			n = take(rings, r, until, delivered, each, ctx);
			if (n < 0)
				return n;
			nr += n;
		} while (n && r->tail != r->head);
		if (r->tail != r->head && first_ns(r) > horizon_ns)
			break; /* the oldest of all is too young */
		if (r->tail == r->head)
			rings->heap[0] = rings->heap[--rings->nr_heap];
		if (rings->nr_heap)
			sift_down(rings, 0);
	}
	return nr;
}

unsigned int rs_rings_fill(const struct rs_rings *rings)
{
	unsigned int i, most = 0;

	for (i = 0; i < rings->nr; i++) {
		const struct ring *r = &rings->rings[i];
		uint64_t used = __atomic_load_n(&r->level->head, __ATOMIC_RELAXED) - r->level->tail;
		unsigned int pct = used * 100 / ((uint64_t)r->nr_segments * RS_SEGMENT_SIZE);

		if (pct > most)
			most = pct;
	}
	return most;
}

uint64_t rs_rings_written(const struct rs_rings *rings)
{
	uint64_t bytes = 0;
	unsigned int i;

	for (i = 0; i < rings->nr; i++)
		bytes += __atomic_load_n(&rings->rings[i].level->head, __ATOMIC_RELAXED);
	return bytes;
}
