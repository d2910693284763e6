/* SPDX-License-Identifier: GPL-2.0-only */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "format.h"

/* More than ten seconds of records at ten thousand a second; as much again is in the rings. */
#define QUEUE_BYTES (384 * 1024)
#define MAX_ENTRIES 256
#define STACK_BYTES (64 * 1024)

struct entry {
	size_t pos, len; /* in the queue's bytes */
	uint32_t nr_records;
	uint64_t next_seq;
};

struct rs_output {
	int fd;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stop;

	/* Under the lock. An entry's bytes are contiguous, and aligned for O_DIRECT. */
	bool direct;
	struct entry entries[MAX_ENTRIES];
	unsigned int first, nr;
	size_t head; /* where the next entry's bytes may begin */
	struct rs_output_stats stats;

	uint8_t *bytes;
};

/* Writes at the end of the file, whole or not at all. Only one thread at a time is here. */
static int append(struct rs_output *o, const uint8_t *data, size_t len)
{
	uint64_t offset = o->stats.nr_bytes; /* changed by nobody else meanwhile */
	bool direct = rs_output_is_direct(o);
	size_t done = 0;
	int err;

	while (done < len) {
		ssize_t n = pwrite(o->fd, data + done, len - done, offset + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EINVAL && direct) {
			/* The device wants more alignment than we give: go on through the page cache. */
			int flags = fcntl(o->fd, F_GETFL);

			direct = false;
			pthread_mutex_lock(&o->lock);
			o->direct = false;
			pthread_mutex_unlock(&o->lock);
			if (!fcntl(o->fd, F_SETFL, flags & ~O_DIRECT))
				continue;
		}
		if (n <= 0) {
			err = n < 0 ? -errno : -ENOSPC;
			if (ftruncate(o->fd, offset))
				rs_debug("cannot take back a part of a block");
			return err;
		}
		done += n;
		if (direct && done < len && done % RS_BLOCK_ALIGN)
			done -= done % RS_BLOCK_ALIGN; /* a short write: rewrite the broken page */
	}
	return 0;
}

static void account(struct rs_output *o, const struct entry *e, int err)
{
	if (err) {
		o->stats.err = o->stats.err ? o->stats.err : err;
		o->stats.nr_failed += e->nr_records;
		return;
	}
	o->stats.nr_bytes += e->len;
	o->stats.seq = e->next_seq;
}

static void *write_all(void *arg)
{
	struct rs_output *o = arg;

	pthread_mutex_lock(&o->lock);
	for (;;) {
		struct entry *e = &o->entries[o->first];
		int err;

		while (!o->nr && !o->stop)
			pthread_cond_wait(&o->changed, &o->lock);
		if (!o->nr)
			break;
		err = o->stats.err;
		pthread_mutex_unlock(&o->lock);
		if (!err)
			err = append(o, o->bytes + e->pos, e->len);
		pthread_mutex_lock(&o->lock);
		account(o, e, err);
		o->first = (o->first + 1) % MAX_ENTRIES;
		o->nr--;
		pthread_cond_broadcast(&o->changed);
	}
	pthread_mutex_unlock(&o->lock);
	return NULL;
}

static int start_thread(struct rs_output *o)
{
	sigset_t all, old;
	pthread_attr_t attr;
	int err;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are the other threads' business */
	err = pthread_create(&o->thread, &attr, write_all, o);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return -err;
}

int rs_output_create(int fd, bool direct, struct rs_output **ret)
{
	struct rs_output *o = calloc(1, sizeof(*o));
	int err = o ? 0 : -ENOMEM;

	if (!err)
		err = -posix_memalign((void **)&o->bytes, RS_BLOCK_ALIGN, QUEUE_BYTES);
	if (!err) {
		o->fd = fd;
		o->direct = direct;
		pthread_mutex_init(&o->lock, NULL);
		pthread_cond_init(&o->changed, NULL);
		err = start_thread(o);
	}
	if (err) {
		if (o)
			free(o->bytes);
		free(o);
		return err;
	}
	*ret = o;
	return 0;
}

void rs_output_prefault(struct rs_output *output)
{
	pthread_mutex_lock(&output->lock);
	if (!output->nr)
		memset(output->bytes, 0, QUEUE_BYTES);
	pthread_mutex_unlock(&output->lock);
}

void rs_output_destroy(struct rs_output *output)
{
	if (!output)
		return;
	pthread_mutex_lock(&output->lock);
	output->stop = true;
	pthread_cond_broadcast(&output->changed);
	pthread_mutex_unlock(&output->lock);
	pthread_join(output->thread, NULL);
	pthread_cond_destroy(&output->changed);
	pthread_mutex_destroy(&output->lock);
	free(output->bytes);
	free(output);
}

/* Finds room for @len bytes; they may wrap, but not be torn. */
static bool find_room(const struct rs_output *o, size_t len, size_t *ret)
{
	size_t tail = o->entries[o->first].pos;

	*ret = o->nr ? o->head : 0;
	if (!o->nr)
		return true;
	if (o->nr == MAX_ENTRIES)
		return false;
	if (o->head <= tail)
		return tail - o->head >= len;
	if (QUEUE_BYTES - o->head >= len)
		return true;
	*ret = 0;
	return tail >= len;
}

int rs_output_put(struct rs_output *output, const void *data, size_t len, uint32_t nr_records, uint64_t next_seq)
{
	size_t room = (len + RS_BLOCK_ALIGN - 1) / RS_BLOCK_ALIGN * RS_BLOCK_ALIGN;
	struct entry e = { .len = len, .nr_records = nr_records, .next_seq = next_seq };
	int err;

	pthread_mutex_lock(&output->lock);
	if (room > QUEUE_BYTES) {
		/* Longer than the queue: written from here, when the thread has nothing to do. */
		while (output->nr)
			pthread_cond_wait(&output->changed, &output->lock);
		err = output->stats.err;
		pthread_mutex_unlock(&output->lock);
		if (!err)
			err = append(output, data, len);
		pthread_mutex_lock(&output->lock);
		account(output, &e, err);
	} else {
		while (!find_room(output, room, &e.pos))
			pthread_cond_wait(&output->changed, &output->lock);
		memcpy(output->bytes + e.pos, data, len);
		output->entries[(output->first + output->nr++) % MAX_ENTRIES] = e;
		output->head = e.pos + room;
		pthread_cond_broadcast(&output->changed);
	}
	err = output->stats.err;
	pthread_mutex_unlock(&output->lock);
	return err;
}

int rs_output_sync(struct rs_output *output)
{
	int err;

	pthread_mutex_lock(&output->lock);
	while (output->nr)
		pthread_cond_wait(&output->changed, &output->lock);
	err = output->stats.err;
	pthread_mutex_unlock(&output->lock);
	return err;
}

void rs_output_retry(struct rs_output *output)
{
	pthread_mutex_lock(&output->lock);
	output->stats.err = 0;
	pthread_mutex_unlock(&output->lock);
}

bool rs_output_is_direct(struct rs_output *output)
{
	bool direct;

	pthread_mutex_lock(&output->lock);
	direct = output->direct;
	pthread_mutex_unlock(&output->lock);
	return direct;
}

void rs_output_stats(struct rs_output *output, struct rs_output_stats *ret)
{
	pthread_mutex_lock(&output->lock);
	*ret = output->stats;
	pthread_mutex_unlock(&output->lock);
}
