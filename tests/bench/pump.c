/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way of a record through user space, without a kernel: a thread for each ring writes the
 * records of a recording into it again and again, as bpf/emit.bpf.h does, and the recorder's own
 * code merges, packs and writes them.
 *
 *   pump RECORDING OUTPUT RATE SECONDS    records a second over all CPUs, 0: as fast as they come
 *   pump RECORDING OUTPUT once            every record once, in this thread: for counting instructions
 *
 * Prints what was attempted, written and lost, and what writing cost. Exit status 1 when these do not
 * add up.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../../src/base/clock.h"
#include "../../src/probe/ring.h"
#include "../../src/trace/reader.h"
#include "../../src/trace/writer.h"

#define CPUS 2
#define SEGMENTS 128 /* for each CPU: together the recorder's default of 16 MiB */
/* As the recorder. */
#define TICK_NS 100000000
#define FLUSH_NS 800000000
#define DRAIN_PERCENT 12

static uint8_t *rows; /* every record of the recording, one after the other */
static size_t rows_len;
static struct rs_cpu cpus[CPUS];
static struct rs_segment *segments;
static atomic_bool stop;

struct producer {
	pthread_t thread;
	unsigned int cpu;
	double rate; /* of this one */
};

static int load(const char *path)
{
	struct rs_reader *reader;
	struct rs_event event;
	int err = rs_reader_open(path, &reader);

	if (err)
		return err;
	while ((err = rs_reader_next(reader, &event)) == 1) {
		uint8_t *larger = realloc(rows, rows_len + event.hdr->len);

		if (!larger)
			return -ENOMEM;
		rows = larger;
		memcpy(rows + rows_len, event.hdr, event.hdr->len);
		rows_len += event.hdr->len;
	}
	rs_reader_close(reader);
	return err ? err : rows_len ? 0 : -ENODATA;
}

/* What emit_reserve() and emit_submit() do, at the level of tasks. */
static bool emit(unsigned int cpu, const struct rs_event_hdr *from)
{
	struct rs_level *level = &cpus[cpu].level[0];
	struct rs_segment *s;
	struct rs_event_hdr *to;
	uint64_t head = level->head, tail = __atomic_load_n(&level->tail, __ATOMIC_ACQUIRE);

	level->attempted[from->type]++;
	if (head + from->len - tail > level->room) {
		level->full[from->type]++;
		return false;
	}
	s = &segments[level->segment];
	to = (struct rs_event_hdr *)&s->data[head % RS_SEGMENT_SIZE];
	memcpy(to, from, from->len);
	to->ts_ns = rs_now_ns();
	if ((head ^ (head + from->len)) / RS_SEGMENT_SIZE && ++level->segment == level->end_segment)
		level->segment = level->first_segment;
	__atomic_store_n(&level->head, head + from->len, __ATOMIC_RELEASE);
	return true;
}

static const struct rs_event_hdr *next(size_t *at)
{
	const struct rs_event_hdr *hdr = (const struct rs_event_hdr *)(rows + *at);

	*at += hdr->len;
	if (*at == rows_len)
		*at = 0;
	return hdr;
}

/* Keeps up with the clock in steps of a millisecond, whatever was missed. */
static void *produce(void *ctx)
{
	const struct producer *p = ctx;
	uint64_t began = rs_now_ns(), done = 0, due;
	const struct timespec step = { .tv_nsec = 1000000 };
	size_t at = 0;

	while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
		if (p->rate == 0) {
			emit(p->cpu, next(&at));
			continue;
		}
		for (due = (rs_now_ns() - began) * (p->rate / 1e9); done < due; done++)
			emit(p->cpu, next(&at));
		nanosleep(&step, NULL);
	}
	return NULL;
}

static int take(void *ctx, const struct rs_event_hdr *next, size_t bytes, struct rs_batch *batch)
{
	rs_writer_end_batch(ctx, batch, bytes);
	return next ? rs_writer_begin_batch(ctx, batch) : 0;
}

static uint64_t sum(const __u64 *values)
{
	uint64_t n = 0;
	int type;

	for (type = 0; type < RS_NR_EVENTS; type++)
		n += values[type];
	return n;
}

/* As the recorder: what is drained is packed. */
static int drain(struct rs_rings *rings, struct rs_writer *writer, uint64_t horizon_ns, uint64_t delivered[RS_NR_EVENTS])
{
	if (rs_rings_drain(rings, horizon_ns, delivered, take, writer) < 0 || rs_writer_flush(writer))
		return -1;
	rs_rings_release(rings);
	return 0;
}

static int once(struct rs_rings *rings, struct rs_writer *writer, uint64_t delivered[RS_NR_EVENTS])
{
	size_t at = 0;

	do {
		const struct rs_event_hdr *hdr = (const struct rs_event_hdr *)(rows + at);

		if (cpus[0].level[0].head - cpus[0].level[0].tail > 1 << 20 && drain(rings, writer, UINT64_MAX, delivered))
			return -1;
		emit(0, hdr);
		at += hdr->len;
	} while (at < rows_len);
	return 0;
}

static int for_a_while(struct rs_rings *rings, struct rs_writer *writer, uint64_t delivered[RS_NR_EVENTS], double rate,
		       double seconds)
{
	struct producer producers[CPUS];
	uint64_t until = rs_now_ns() + seconds * 1e9, flushed = rs_now_ns();
	const struct timespec step = { .tv_nsec = TICK_NS };
	int i, err = 0;

	for (i = 0; i < CPUS; i++) {
		producers[i] = (struct producer){ .cpu = i, .rate = rate / CPUS };
		if (pthread_create(&producers[i].thread, NULL, produce, &producers[i]))
			return -1;
	}
	while (!err && rs_now_ns() < until) {
		bool flush;

		nanosleep(&step, NULL);
		flush = rs_now_ns() - flushed >= FLUSH_NS;
		if (!flush && rs_rings_fill(rings) < DRAIN_PERCENT)
			continue;
		err = drain(rings, writer, rs_now_ns() - 1000000, delivered);
		if (flush)
			flushed = rs_now_ns();
	}
	atomic_store(&stop, true);
	for (i = 0; i < CPUS; i++)
		pthread_join(producers[i].thread, NULL);
	return err;
}

int main(int argc, char **argv)
{
	uint64_t delivered[RS_NR_EVENTS] = { 0 }, attempted = 0, lost = 0, cpu_ns, began;
	struct rs_writer_stats stats;
	struct rs_rings *rings;
	struct rs_writer *writer;
	struct rusage usage;
	int i, err;

	if ((argc != 5 && (argc != 4 || strcmp(argv[3], "once"))) || load(argv[1]))
		return 2;
	segments = calloc(CPUS * (SEGMENTS + 1), sizeof(*segments));
	if (!segments || rs_rings_create(cpus, segments, CPUS, SEGMENTS, &rings) ||
	    rs_writer_create(argv[2], true, &writer))
		return 2;
	rs_writer_prefault(writer);
	cpu_ns = rs_clock_ns(CLOCK_THREAD_CPUTIME_ID);
	began = rs_now_ns();
	err = argc == 4 ? once(rings, writer, delivered) :
			  for_a_while(rings, writer, delivered, atof(argv[3]), atof(argv[4]));
	if (!err)
		err = drain(rings, writer, UINT64_MAX, delivered);
	cpu_ns = rs_clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_ns;
	rs_writer_stats(writer, &stats);
	rs_writer_close(writer);
	for (i = 0; i < CPUS; i++) {
		attempted += sum(cpus[i].level[0].attempted);
		lost += sum(cpus[i].level[0].full);
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("attempted %" PRIu64 " written %" PRIu64 " lost %" PRIu64 " bytes %" PRIu64 " raw %" PRIu64
	       " ms %" PRIu64 " reader_ns %" PRIu64 " maxrss_kb %ld\n",
	       attempted, stats.nr_records, lost, stats.nr_bytes, stats.nr_raw_bytes,
	       (rs_now_ns() - began) / 1000000, stats.nr_records ? cpu_ns / stats.nr_records : 0, usage.ru_maxrss);
	return err || attempted != stats.nr_records + lost || sum((__u64 *)delivered) != stats.nr_records;
}
