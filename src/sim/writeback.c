/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dirty pages of files: the flusher, and the writers that are slowed down. The limits are the kernel's; how a
 * writer is paced between them is its control line without the smoothing of rates over time.
 */
#include <errno.h>
#include <stdlib.h>

#include "host.h"

#define NS_PER_CS 10000000ULL
#define MAX_PAUSE_NS 200000000ULL
/* A writer looks at the limits this often: ratelimit_pages of a small host. */
#define RATELIMIT_PAGES 32
/* Pages that the flusher submits at once. */
#define FLUSH_BATCH 1024

static uint64_t dirtyable(const struct rs_sim *sim)
{
	const uint64_t *state = sim->memcgs[0].lruvec.state;
	uint64_t pages = state[LRU_INACTIVE_FILE] + state[LRU_ACTIVE_FILE], reserve = 0;
	int i, j;

	for (i = 0; i <= sim->highest_zone; i++) {
		const struct zone *zone = &sim->zones[i];
		uint64_t most = 0;

		/* totalreserve_pages */
		for (j = i; j < MAX_NR_ZONES; j++)
			most = rs_max(most, zone->lowmem_reserve[j]);
		reserve += rs_min(zone->managed_pages, most + wmark_pages(zone, WMARK_HIGH));
		pages += zone->nr_free_pages;
	}
	return pages - rs_min(pages, reserve);
}

static void limits(const struct rs_sim *sim, uint64_t *background, uint64_t *thresh)
{
	const struct rs_sim_config *conf = &sim->conf;
	uint64_t available = dirtyable(sim);

	*thresh = conf->dirty_bytes ? (conf->dirty_bytes + 4095) / 4096 : available * conf->dirty_ratio / 100;
	*background = conf->dirty_background_bytes ? (conf->dirty_background_bytes + 4095) / 4096 :
						     available * conf->dirty_background_ratio / 100;
	if (*background >= *thresh)
		*background = *thresh / 2;
}

static void queue_dirty(struct rs_sim *sim, uint32_t page)
{
	uint32_t cs = rs_now(&sim->sched) / NS_PER_CS;

	if (sim->dirty_head - sim->dirty_tail == sim->dirty_size) {
		uint32_t size = sim->dirty_size ? 2 * sim->dirty_size : 1024;
		struct rs_dirty *dirty = malloc(size * sizeof(*dirty));
		uint64_t i;

		if (!dirty) {
			sim->error = -ENOMEM;
			return;
		}
		for (i = sim->dirty_tail; i < sim->dirty_head; i++)
			dirty[i & (size - 1)] = sim->dirty[i & (sim->dirty_size - 1)];
		free(sim->dirty);
		sim->dirty = dirty;
		sim->dirty_size = size;
	}
	sim->dirty[sim->dirty_head++ & (sim->dirty_size - 1)] = (struct rs_dirty){ .page = page, .cs = cs };
}

/* A clean page of a file was written to. */
void rs_page_dirtied(struct rs_sim *sim, uint32_t page)
{
	sim->hot[page] |= PG_DIRTY;
	sim->nr_dirty++;
	sim->extra[page_zone(sim, page)].write_pending++;
	queue_dirty(sim, page);
}

/* It is not dirty any more: on its way to the device, or gone. */
void rs_page_cleaned(struct rs_sim *sim, uint32_t page)
{
	sim->nr_dirty--;
	sim->extra[page_zone(sim, page)].write_pending--;
}

/* ---- Writers. ---- */

/* pos_ratio_polynom(): 1 at the setpoint, 2 where nobody is slowed down, 0 at the limit. In 1024ths. */
static uint64_t pos_ratio(uint64_t dirty, uint64_t freerun, uint64_t limit)
{
	int64_t setpoint = (freerun + limit) / 2;
	int64_t x = (setpoint - (int64_t)dirty) * 1024 / (int64_t)((limit - setpoint) | 1);
	int64_t ratio = 1024 + x * x / 1024 * x / 1024;

	return ratio < 0 ? 0 : ratio > 2048 ? 2048 : ratio;
}

void rs_balance_dirty(struct rs_sim *sim, struct rs_task *task)
{
	const struct rs_sim_device *dev = &sim->conf.file;
	/* of one page, in requests of the flusher */
	uint64_t page_ns = dev->write_page_ns + dev->write_request_ns / SWAP_CLUSTER_MAX, began, background, thresh;
	unsigned int nr = task->nr_dirtied;

	if (nr < RATELIMIT_PAGES)
		return;
	task->nr_dirtied = 0;
	began = rs_clock(task->thread);
	while (!sim->error) {
		uint64_t dirty = sim->nr_dirty + sim->nr_file_writeback, freerun, ratio, pause;

		limits(sim, &background, &thresh);
		freerun = (background + thresh) / 2;
		if (dirty > background)
			rs_wake(sim->flusher, rs_clock(task->thread));
		if (dirty <= freerun)
			break;
		ratio = pos_ratio(dirty, freerun, thresh);
		pause = ratio ? rs_min(nr * page_ns * 1024 / ratio, MAX_PAUSE_NS) : MAX_PAUSE_NS;
		rs_sleep(task->thread, rs_clock(task->thread) + rs_max(pause, 1), RS_WAITS_TIME);
		if (ratio)
			break;
	}
	sim->counts.dirty_throttled_ns += rs_clock(task->thread) - began;
}

void rs_sync(struct rs_sim *sim, struct rs_task *task)
{
	rs_settle(task->thread);
	while ((sim->nr_dirty || sim->nr_file_writeback) && !sim->error) {
		if (sim->nr_dirty) {
			sim->flush_all = true;
			rs_wake(sim->flusher, rs_clock(task->thread));
		}
		rs_sleep(task->thread, rs_clock(task->thread) + 10 * NS_PER_CS, RS_WAITS_SYNC);
	}
}

/* ---- The flusher. ---- */

/* Writes the oldest dirty pages, up to those of @until_cs. */
static unsigned int flush(struct rs_sim *sim, uint32_t until_cs)
{
	uint32_t pages[FLUSH_BATCH];
	uint64_t end = sim->dirty_head;
	unsigned int nr = 0;

	while (nr < FLUSH_BATCH && sim->dirty_tail < end) {
		struct rs_dirty d = sim->dirty[sim->dirty_tail & (sim->dirty_size - 1)];

		if (d.cs > until_cs)
			break;
		sim->dirty_tail++;
		if (!(sim->hot[d.page] & PG_RESIDENT) || !(sim->hot[d.page] & PG_DIRTY))
			continue;
		if (sim->cold[d.page] & PG_WRITEBACK) {
			/* written while it was dirtied again: later */
			queue_dirty(sim, d.page);
			continue;
		}
		rs_page_cleaned(sim, d.page);
		sim->hot[d.page] &= ~PG_DIRTY;
		if (!sim->conf.file.synchronous)
			sim->cold[d.page] |= PG_WRITEBACK;
		pages[nr++] = d.page;
	}
	if (nr)
		rs_device_write(sim, sim->flusher, &sim->file, pages, nr);
	return nr;
}

void rs_flusher(void *arg)
{
	struct rs_sim *sim = arg;
	uint64_t interval = sim->conf.dirty_writeback_centisecs * NS_PER_CS, background, thresh;

	for (;;) {
		uint32_t now_cs = rs_clock(sim->flusher) / NS_PER_CS;
		bool all = sim->flush_all;

		limits(sim, &background, &thresh);
		sim->flush_all = false;
		if (all || sim->nr_dirty > background) {
			/* all there were; those that are dirtied meanwhile have to wait for their turn */
			if (flush(sim, now_cs))
				sim->flush_all |= all && sim->nr_dirty;
			else
				rs_sleep(sim->flusher, rs_clock(sim->flusher) + NS_PER_CS, RS_WAITS_TIME);
			continue;
		}
		if (now_cs > sim->conf.dirty_expire_centisecs && flush(sim, now_cs - sim->conf.dirty_expire_centisecs))
			continue;
		rs_sleep(sim->flusher, interval ? rs_clock(sim->flusher) + interval : RS_NEVER, RS_WAITS_TIME);
	}
}
