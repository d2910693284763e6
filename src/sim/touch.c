/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks use pages: hits set a bit, misses fault a page in, from nothing, from swap or from a file. */
#include <string.h>

#include "host.h"
#include "lru_gen.h"

/* How far ahead of an access its flags are asked for, and what a miss needs. */
#define AHEAD 96
#define AHEAD_MISS 48
#define CHUNK 512

/* ---- Refaults. ---- */

static void count_refault(struct rs_sim *sim, unsigned int memcg, bool file)
{
	sim->counts.workingset_activate[file]++;
	for (;; memcg = sim->memcgs[memcg].limits.parent) {
		sim->memcgs[memcg].lruvec.activate[file]++;
		if (!memcg)
			break;
	}
}

static void refault(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file)
{
	const struct rs_shadow shadow = unpack_shadow(sim->shadow[page], &sim->layout);
	const struct rs_lruvec *lruvec = &sim->memcgs[shadow.memcgid].lruvec;
	struct workingset_refault in = {
		.eviction = shadow.eviction,
		.nonresident_age = lruvec->nonresident_age,
		.swap_pages_eviction = rs_swap_pages(sim, shadow.memcgid),
		.swap_pages_refault = rs_swap_pages(sim, memcg),
		.nr_pages = 1,
		.bucket_order = sim->bucket_order[file],
		.workingset = shadow.workingset,
		.file = file,
	};
	struct workingset_refault_result r;
	int i;

	sim->counts.workingset_refault[file]++;
	for (i = 0; i < NR_EVICTABLE_LISTS; i++)
		in.lru_size[i] = lruvec->state[i];
	r = workingset_refault(&in, &sim->layout, sim->rules, NULL);
	if (!r.activate)
		return;
	sim->hot[page] |= PG_ACTIVE;
	rs_age_nonresident(sim, memcg, 1);
	count_refault(sim, memcg, file);
	if (!r.restore)
		return;
	sim->hot[page] |= PG_WORKINGSET;
	rs_note_cost(sim, memcg, file, lru_note_cost_refault(1));
	sim->counts.workingset_restore[file]++;
}

/* ---- Faults. ---- */

/* A page of memory becomes this page. false: there is none to be had, or somebody else was faster. */
static bool bring_in(struct rs_sim *sim, struct rs_task *task, const struct rs_area *area, uint32_t page)
{
	unsigned int memcg = area->conf.cgroup;
	bool file = area_is_file(area);
	int zone;

	if (memcg && rs_charge(sim, task, memcg, GFP_HIGHUSER_MOVABLE, 1))
		return false;
	zone = rs_alloc(sim, task, GFP_HIGHUSER_MOVABLE, 0);
	if (zone < 0 || sim->hot[page] & PG_RESIDENT || task->result.oom_killed) {
		if (zone >= 0)
			rs_free(sim, zone, 1);
		if (memcg)
			rs_uncharge(sim, memcg, 1);
		return false;
	}
	if (sim->only_zone < 0)
		sim->cold[page] = (sim->cold[page] & ~PG_ZONE_MASK) | zone << PG_ZONE_SHIFT;
	sim->hot[page] |= PG_RESIDENT;
	/* folio_add_lru(): what a fault brings in is young */
	if (sim->conf.lru_gen && !(sim->hot[page] & PG_UNMAPPED))
		sim->hot[page] |= PG_ACTIVE;
	if (sim->shadow[page]) {
		if (sim->conf.lru_gen)
			rs_lru_gen_refault(sim, memcg, page, file);
		else
			refault(sim, memcg, page, file);
	}
	sim->shadow[page] = 0;
	rs_page_add(sim, area, page);
	return true;
}

/* Neighbours that are read along with @page. */
static unsigned int read_around(struct rs_sim *sim, struct rs_task *task, const struct rs_area *area, uint32_t page)
{
	bool file = area_is_file(area);
	unsigned int window = file ? area->conf.readahead : sim->conf.swap_readahead, nr = 0;
	uint32_t at, end;

	if (window < 2)
		return 0;
	at = page - (page - area->first) % window;
	end = rs_min(at + window, area->first + area->nr);
	for (; at < end; at++) {
		if (sim->hot[at] & PG_RESIDENT || !(file ? !area->conf.fresh || sim->cold[at] & PG_BACKED :
							   sim->cold[at] & PG_BACKED))
			continue;
		nr += bring_in(sim, task, area, at);
	}
	return nr;
}

static void set_dirty(struct rs_sim *sim, struct rs_task *task, uint32_t page, bool file)
{
	if (sim->hot[page] & PG_DIRTY)
		return;
	if (file) {
		rs_page_dirtied(sim, page);
		task->nr_dirtied++;
	} else {
		sim->hot[page] |= PG_DIRTY;
	}
}

static void fault(struct rs_sim *sim, struct rs_task *task, const struct rs_area *area, uint32_t page, bool write)
{
	bool file = area_is_file(area), unmapped = sim->hot[page] & PG_UNMAPPED, backed = sim->cold[page] & PG_BACKED;
	bool refaults = sim->shadow[page], stalls, reads;
	unsigned int nr = 1;
	uint64_t began;

	/* a whole page that write() replaces is not read first */
	reads = file ? (!area->conf.fresh || backed) && !(write && unmapped) : backed;
	sim->counts.pgfault++;
	rs_spend(task->thread, sim->conf.costs.fault + sim->conf.costs.alloc);
	if (!file && sim->conf.swap_pages && rs_swap_full(sim, area->conf.cgroup))
		rs_swap_give_back(sim);
	if (!bring_in(sim, task, area, page))
		return;
	sim->hot[page] |= unmapped ? PG_REFERENCED : PG_YOUNG;
	stalls = sim->hot[page] & PG_WORKINGSET;
	if (reads) {
		sim->counts.pgmajfault++;
		nr += read_around(sim, task, area, page);
		rs_spend(task->thread, (uint64_t)(nr - 1) * sim->conf.costs.alloc);
		*(file ? &sim->counts.pgpgin : &sim->counts.pswpin) += nr;
		began = rs_clock(task->thread);
		rs_device_read(sim, task->thread, file ? &sim->file : &sim->swap, nr, stalls);
		task->result.read_wait_ns += rs_clock(task->thread) - began;
		if (refaults)
			sim->counts.refault_wait_ns[file] += rs_clock(task->thread) - began;
	}
	if (!(sim->hot[page] & PG_RESIDENT))
		return;
	if (!file && backed && (write || sim->conf.swap.synchronous || rs_swap_full(sim, area->conf.cgroup)) &&
	    sim->cold[page] & PG_BACKED && !(sim->cold[page] & PG_WRITEBACK)) {
		rs_swap_free(sim, area->conf.cgroup);
		sim->cold[page] &= ~PG_BACKED;
	}
	if (write)
		set_dirty(sim, task, page, file);
}

/* A touch that a table does not answer: of a page that is missing, is dirtied, or moves by being used. */
__attribute__((noinline)) static void touch_slowly(struct rs_sim *sim, struct rs_task *task, const struct rs_area *area,
						   uint32_t page, bool write)
{
	bool file = area_is_file(area);

	if (!(sim->hot[page] & PG_RESIDENT)) {
		fault(sim, task, area, page, write);
	} else {
		if (!(sim->hot[page] & PG_UNMAPPED))
			sim->hot[page] |= PG_YOUNG;
		else
			rs_page_accessed(sim, area, page);
		if (write)
			set_dirty(sim, task, page, file);
	}
	if (task->nr_dirtied)
		rs_balance_dirty(sim, task);
	if (task->over_high)
		rs_handle_high(sim, task);
}

/* ---- Runs of touches. ---- */

/* Those that only set bits, up to the first that does more, or @end. What comes @AHEAD of it is asked for. */
static inline __attribute__((always_inline)) uint32_t touch_simple(struct rs_sim *sim, const uint32_t *ids, uint32_t at,
								   uint32_t end, const uint8_t *sets, bool ahead)
{
	uint8_t *hot = sim->hot, set;
	uint16_t *cold = sim->cold;
	uint64_t *shadow = sim->shadow;

	for (; at < end; at++) {
		if (ahead) {
			uint32_t soon = ids[at + AHEAD_MISS];

			__builtin_prefetch(&hot[ids[at + AHEAD]], 1);
			if (__builtin_expect(!(hot[soon] & PG_RESIDENT), 0)) {
				__builtin_prefetch(&cold[soon], 1);
				__builtin_prefetch(&shadow[soon], 1);
			}
		}
		set = sets[hot[ids[at]]];
		if (__builtin_expect(!set, 0))
			break;
		hot[ids[at]] |= set;
	}
	return at;
}

static void touch_run(struct rs_sim *sim, struct rs_task *task, const uint32_t *ids, uint32_t nr, bool write,
		      uint32_t access_ns)
{
	const uint8_t *sets = sim->touch_sets[write];
	const struct rs_area *area = sim->areas; /* of the last page: most stay in one, and need no look at area_of[] */
	uint32_t at = 0, from, end;

	while (at < nr && !sim->error && !task->result.oom_killed) {
		uint64_t room = sim->sched.horizon_ns - rs_min(sim->sched.horizon_ns, task->thread->debt_ns);

		/* no further than the next thing that happens */
		end = rs_min(nr, at + CHUNK);
		if (room < (uint64_t)(end - at) * access_ns)
			end = at + rs_max(1, room / access_ns);
		from = at;
		if (end + AHEAD <= nr)
			at = touch_simple(sim, ids, at, end, sets, true);
		else
			at = touch_simple(sim, ids, at, end, sets, false);
		if (at < end) {
			if (ids[at] - area->first >= area->nr)
				area = area_of(sim, ids[at]);
			touch_slowly(sim, task, area, ids[at++], write);
		}
		sim->counts.accesses += at - from;
		rs_spend(task->thread, (uint64_t)(at - from) * access_ns);
	}
}

void rs_touch(struct rs_sim *sim, struct rs_task *task, const struct rs_sim_op *op)
{
	uint32_t access_ns = op->access_ns ? op->access_ns : sim->conf.costs.access, ids[CHUNK], at = 0, i, nr;

	if (!op->nr)
		return;
	if (op->type == RS_SIM_OP_TOUCH) {
		touch_run(sim, task, op->ids, op->nr, op->write, access_ns);
		return;
	}
	while (at < op->nr && !task->result.oom_killed) {
		nr = rs_min(CHUNK, op->nr - at);
		for (i = 0; i < nr; i++)
			ids[i] = op->first + at + i;
		touch_run(sim, task, ids, nr, op->write, access_ns);
		at += nr;
	}
}

/* ---- Pages that go for good. ---- */

static void free_page(struct rs_sim *sim, const struct rs_area *area, uint32_t page)
{
	bool file = area_is_file(area);

	if (sim->hot[page] & PG_RESIDENT) {
		if (file && sim->hot[page] & PG_DIRTY)
			rs_page_cleaned(sim, page);
		rs_page_del(sim, area, page);
		rs_free(sim, page_zone(sim, page), 1);
		rs_uncharge(sim, area->conf.cgroup, 1);
	}
	if (!file && sim->cold[page] & PG_BACKED)
		rs_swap_free(sim, area->conf.cgroup);
	sim->hot[page] &= PG_UNMAPPED;
	sim->cold[page] &= ~(PG_BACKED | PG_GEN_MASK | PG_REFS_MASK);
	sim->shadow[page] = 0;
}

void rs_free_range(struct rs_sim *sim, struct rs_thread *thread, uint32_t first, uint32_t nr)
{
	uint32_t page;

	for (page = first; page < first + nr; page++) {
		bool resident = sim->hot[page] & PG_RESIDENT;

		free_page(sim, area_of(sim, page), page);
		if (thread && resident)
			rs_spend(thread, sim->conf.costs.free);
	}
}
