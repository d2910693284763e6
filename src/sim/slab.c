/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Slab as aggregates: so many objects, so many pages for them. Freed objects give pages back in proportion, as if
 * nothing were ever fragmented.
 */
#include "../model/shrinker.h"

#include "host.h"

static void resize(struct rs_sim *sim, struct rs_slab *slab)
{
	uint64_t want = (slab->objects + slab->conf.objects_per_page - 1) / slab->conf.objects_per_page;

	if (want >= slab->pages)
		return;
	rs_give_back(sim, slab->pages - want);
	rs_uncharge(sim, slab->conf.cgroup, slab->pages - want);
	sim->nr_slab -= slab->pages - want;
	slab->pages = want;
}

void rs_slab_alloc(struct rs_sim *sim, struct rs_task *task, unsigned int index, uint64_t nr)
{
	struct rs_slab *slab = &sim->slabs[index];
	int zone;

	while (nr && !task->result.oom_killed && !sim->error) {
		uint64_t room = slab->pages * slab->conf.objects_per_page - slab->objects;

		if (room) {
			room = rs_min(room, nr);
			slab->objects += room;
			nr -= room;
			continue;
		}
		rs_spend(task->thread, sim->conf.costs.alloc);
		if (rs_charge(sim, task, slab->conf.cgroup, GFP_KERNEL, 1))
			return;
		zone = rs_alloc(sim, task, GFP_KERNEL, 0);
		if (zone < 0) {
			rs_uncharge(sim, slab->conf.cgroup, 1);
			return;
		}
		sim->kernel_of[zone]++;
		sim->nr_slab++;
		slab->pages++;
	}
}

void rs_slab_free(struct rs_sim *sim, unsigned int index, uint64_t nr)
{
	struct rs_slab *slab = &sim->slabs[index];

	slab->objects -= rs_min(slab->objects, nr);
	resize(sim, slab);
}

static void shrink(struct rs_sim *sim, struct rs_scan_control *sc, struct rs_slab *slab, int priority)
{
	/* vfs_pressure_ratio() */
	uint64_t freeable = slab->conf.vfs ? slab->objects * sim->conf.vfs_cache_pressure / 100 : slab->objects;
	struct do_shrink_slab in = {
		.nr_deferred = slab->nr_deferred,
		.freeable = freeable,
		.batch = slab->conf.batch,
		.seeks = slab->conf.seeks,
		.priority = priority,
	};
	uint64_t before = slab->pages;
	struct rs_slab_scan s;
	int64_t nr;

	if (!freeable)
		return;
	do_shrink_slab(&s, &in, sim->rules, NULL);
	while ((nr = do_shrink_slab_next(&s)) > 0) {
		uint64_t scanned = rs_min(nr, slab->objects);

		slab->objects -= scanned * slab->conf.freed_percent / 100;
		do_shrink_slab_scanned(&s, nr);
		sim->counts.slabs_scanned += scanned;
		resize(sim, slab);
		rs_spend(sc->thread, scanned * sim->conf.costs.slab_object);
	}
	slab->nr_deferred = do_shrink_slab_deferred(&s, sim->rules, NULL);
	sc->slab_reclaimed += before - rs_min(before, slab->pages);
	sim->counts.slab_reclaimed += before - rs_min(before, slab->pages);
}

void rs_shrink_slab(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg, int priority)
{
	unsigned int i;

	for (i = 0; i < sim->nr_slabs; i++)
		if (sim->slabs[i].conf.cgroup == memcg)
			shrink(sim, sc, &sim->slabs[i], priority);
}
