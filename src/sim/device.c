/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices: how long reads take, and when pages that are written become clean. */
#include <errno.h>
#include <stdlib.h>

#include "host.h"

/* Pages that may wait for a device before who submits more has to. Chosen by eye: 128 requests of 128 KiB. */
#define MAX_WAITING 4096

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static struct rs_write *write_at(struct rs_device *dev, uint64_t at)
{
	return &dev->writes[at & (dev->size - 1)];
}

/* Begins the requests whose turn has come. Without reads_first, that is as soon as they are submitted. */
static void begin_writes(struct rs_device *dev, uint64_t now_ns)
{
	while (dev->begun < dev->head) {
		struct rs_write *first = write_at(dev, dev->begun);
		uint64_t start = later(dev->free_at, first->submitted_ns), i;
		unsigned int nr = first->nr;

		if (dev->conf->reads_first && start > now_ns)
			return;
		dev->free_at = start + dev->conf->write_request_ns + nr * dev->conf->write_page_ns;
		for (i = dev->begun; i < dev->begun + nr; i++)
			write_at(dev, i)->done_ns = dev->free_at + dev->conf->latency_ns;
		dev->begun += nr;
	}
}

static void written(struct rs_sim *sim, const struct rs_write *w)
{
	uint32_t page = w->page;
	struct rs_area *area = area_of(sim, page);
	bool file = area_is_file(area);

	sim->cold[page] &= ~PG_WRITEBACK;
	sim->nr_writeback--;
	sim->nr_file_writeback -= file;
	sim->extra[w->zone].write_pending--;
	if (file)
		sim->cold[page] |= PG_BACKED;
	sim->throttled_written++;
	if (!(sim->hot[page] & PG_RESIDENT) || !(sim->hot[page] & PG_RECLAIM))
		return;
	/* folio_rotate_reclaimable(): it is clean now, and next in line */
	sim->hot[page] &= ~PG_RECLAIM;
	if (sim->hot[page] & PG_DIRTY && file)
		return;
	sim->counts.pgrotated++;
	rs_page_rotate(sim, area, page);
}

static void schedule_event(struct rs_device *dev);

static void device_event(void *arg, uint64_t now_ns)
{
	struct rs_device *dev = arg;
	struct rs_sim *sim = dev->sim;

	if (dev->event_ns > now_ns)
		return;
	dev->event_ns = RS_NEVER;
	begin_writes(dev, now_ns);
	while (dev->tail < dev->begun && write_at(dev, dev->tail)->done_ns <= now_ns)
		written(sim, write_at(dev, dev->tail++));
	schedule_event(dev);
	if (dev->head - dev->tail < MAX_WAITING)
		rs_wake_all(&sim->sched, RS_WAITS_DEVICE);
	if (sim->throttled_written > SWAP_CLUSTER_MAX * rs_nr_waiting(&sim->sched, RS_WAITS_WRITTEN))
		rs_wake_all(&sim->sched, RS_WAITS_WRITTEN);
	if (!sim->nr_dirty && !sim->nr_file_writeback)
		rs_wake_all(&sim->sched, RS_WAITS_SYNC);
}

static void schedule_event(struct rs_device *dev)
{
	uint64_t ns;

	if (dev->tail == dev->head)
		return;
	if (dev->tail < dev->begun)
		ns = write_at(dev, dev->tail)->done_ns;
	else
		ns = later(dev->free_at, write_at(dev, dev->begun)->submitted_ns);
	if (ns >= dev->event_ns)
		return;
	dev->event_ns = ns;
	rs_event_add(&dev->sim->sched, ns, device_event, dev);
}

static int make_room(struct rs_device *dev, unsigned int nr)
{
	uint32_t size = dev->size ? dev->size : 1024;
	struct rs_write *writes;
	uint64_t i;

	while (size < dev->head - dev->tail + nr)
		size *= 2;
	if (size == dev->size)
		return 0;
	writes = malloc(size * sizeof(*writes));
	if (!writes)
		return -ENOMEM;
	for (i = dev->tail; i < dev->head; i++)
		writes[i & (size - 1)] = *write_at(dev, i);
	free(dev->writes);
	dev->writes = writes;
	dev->size = size;
	return 0;
}

/* Pages of swap are neighbours there; those of files are if their numbers are. */
static unsigned int request_length(const struct rs_device *dev, const uint32_t *pages, unsigned int nr)
{
	unsigned int i = 1;

	while (i < nr && (dev->swap || pages[i] == pages[i - 1] + 1))
		i++;
	return i;
}

/*
 * Writes @pages, which are clean and marked PG_WRITEBACK by then, unless the device is synchronous. All are handed
 * over before anybody else runs.
 */
void rs_device_write(struct rs_sim *sim, struct rs_thread *thread, struct rs_device *dev, const uint32_t *pages,
		     unsigned int nr)
{
	unsigned int i, j, length;

	if (!dev->swap)
		sim->counts.pgpgout += nr;
	if (dev->conf->synchronous) {
		for (i = 0; i < nr && !dev->swap; i++)
			sim->cold[pages[i]] |= PG_BACKED;
		rs_spend(thread, nr * (dev->conf->write_page_ns + sim->conf.costs.pageout));
		return;
	}
	if (make_room(dev, nr)) {
		sim->error = -ENOMEM;
		return;
	}
	sim->nr_writeback += nr;
	sim->nr_file_writeback += dev->swap ? 0 : nr;
	for (i = 0; i < nr; i += length) {
		length = request_length(dev, pages + i, nr - i);
		for (j = i; j < i + length; j++) {
			unsigned int zone = page_zone(sim, pages[j]);

			sim->extra[zone].write_pending++;
			*write_at(dev, dev->head++) = (struct rs_write){
				.submitted_ns = rs_clock(thread),
				.page = pages[j],
				.nr = j == i ? length : 0,
				.zone = zone,
			};
		}
	}
	begin_writes(dev, rs_clock(thread));
	schedule_event(dev);
	rs_spend(thread, (uint64_t)nr * sim->conf.costs.pageout);
	while (dev->head - dev->tail > MAX_WAITING && !sim->error)
		rs_sleep(thread, RS_NEVER, RS_WAITS_DEVICE);
}

/* Reads @nr pages in one request and waits for them. @stalls: as time lost to a lack of memory. */
void rs_device_read(struct rs_sim *sim, struct rs_thread *thread, struct rs_device *dev, unsigned int nr, bool stalls)
{
	uint64_t began = rs_clock(thread);

	if (stalls)
		rs_memstall_enter(thread);
	if (dev->conf->synchronous) {
		rs_spend(thread, nr * dev->conf->read_page_ns);
	} else {
		if (dev->swap)
			rs_spend(thread, (uint64_t)nr * sim->conf.costs.pageout);
		rs_settle(thread);
		begin_writes(dev, rs_clock(thread));
		dev->free_at = later(dev->free_at, rs_clock(thread)) + dev->conf->read_request_ns +
			       nr * dev->conf->read_page_ns;
		rs_sleep(thread, dev->free_at + dev->conf->latency_ns, RS_WAITS_TIME);
		sim->counts.read_wait_ns += rs_clock(thread) - began;
	}
	if (stalls)
		rs_memstall_leave(thread);
}
