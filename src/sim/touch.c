/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks use pages: hits set a bit, misses fault a page in, from nothing, from swap or from a file. */
#include <string.h>

#include "host.h"
#include "lru_gen.h"

/* How far ahead of an access its flags are asked for, and what a miss needs. */
#define AHEAD 96
#define AHEAD_MISS 48
#define CHUNK 512
/* Of touches that are looked at together. */
#define CALM_RUN 256

/* ---- Refaults. ---- */

static void count_refaults(struct rs_sim *sim, unsigned int memcg, bool file, uint64_t nr)
{
	sim->counts.workingset_activate[file] += nr;
	for (;; memcg = sim->memcgs[memcg].limits.parent) {
		sim->memcgs[memcg].lruvec.activate[file] += nr;
		if (!memcg)
			break;
	}
}

/* What a refault in @memcg of a page that @evicted was the target for depends on, beside its shadow. */
static inline __attribute__((always_inline)) struct workingset_refault
refault_into(const struct rs_sim *sim, unsigned int memcg, unsigned int evicted, bool file)
{
	const struct rs_lruvec *lruvec = &sim->memcgs[evicted].lruvec;
	struct workingset_refault in = {
		.nonresident_age = lruvec->nonresident_age,
		.swap_pages_eviction = rs_swap_pages(sim, evicted),
		.swap_pages_refault = rs_swap_pages(sim, memcg),
		.nr_pages = 1,
		.bucket_order = sim->bucket_order[file],
		.file = file,
	};

	memcpy(in.lru_size, lruvec->state, sizeof(in.lru_size));
	return in;
}

static inline struct workingset_refault_result ask_refault(struct workingset_refault *in, uint64_t entry,
							   const struct rs_rules *rules)
{
	const struct rs_shadow shadow = unpack_shadow(entry, &rs_shadow_layout);

	in->eviction = shadow.eviction;
	in->workingset = shadow.workingset;
	return workingset_refault(in, &rs_shadow_layout, rules, NULL);
}

static void restore(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file)
{
	sim->hot[page] |= PG_WORKINGSET;
	rs_note_cost(sim, memcg, file, lru_note_cost_refault(1));
	sim->counts.workingset_restore[file]++;
}

static void refault(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file)
{
	const struct rs_shadow shadow = unpack_shadow(sim->shadow[page], &rs_shadow_layout);
	struct workingset_refault in = refault_into(sim, memcg, shadow.memcgid, file);
	struct workingset_refault_result r = ask_refault(&in, sim->shadow[page], sim->rules);

	sim->counts.workingset_refault[file]++;
	if (!r.activate)
		return;
	sim->hot[page] |= PG_ACTIVE;
	rs_age_nonresident(sim, memcg, 1);
	count_refaults(sim, memcg, file, 1);
	if (r.restore)
		restore(sim, memcg, page, file);
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
		if (sim->hot[at] & PG_RESIDENT ||
		    !(file ? !area->conf.fresh || sim->cold[at] & PG_BACKED : sim->cold[at] & PG_BACKED))
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

/* What the driver takes of the CPU is waiting for memory as well, where the pages were in use when they were evicted. */
static void spend_read(struct rs_task *task, uint64_t ns, bool stalls)
{
	if (stalls)
		rs_memstall_enter(task->thread);
	rs_spend(task->thread, ns);
	if (stalls)
		rs_memstall_leave(task->thread);
}

static void fault(struct rs_sim *sim, struct rs_task *task, const struct rs_area *area, uint32_t page, bool write)
{
	bool file = area_is_file(area), unmapped = sim->hot[page] & PG_UNMAPPED;
	/* a look at cold[] is not for nothing */
	bool backed = (!file || area->conf.fresh) && sim->cold[page] & PG_BACKED;
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
		if (file && sim->conf.costs.file_read)
			spend_read(task, (uint64_t)nr * sim->conf.costs.file_read, stalls);
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

/* ---- Runs of touches in a calm stretch. ---- */

/*
 * While there is memory to be had and nothing else happens to the host, the order of hits and misses does not matter:
 * no list is looked at. So hits set their bits first, and the misses come after them, for which what they need has
 * been asked for by then. Which of the two an access is, no branch could foresee.
 */
struct calm {
	struct rs_sim *sim;
	struct rs_task *task;
	const struct rs_area *area;
	uint32_t access_ns, fault_ns; /* of each */
	uint64_t read_ns;
	uint32_t nr, nr_misses; /* that it may have at most */
	uint16_t misses[CALM_RUN + 1]; /* which they are */
	/* what has been done and not been noted down */
	uint32_t nr_accesses, nr_last, nr_refaults,
		nr_of[2]; /* nr_last: behind the last miss but one; nr_of[], pages[]: by active */
	uint64_t nr_before; /* accesses that were over at each miss, added up */
	uint32_t pages[2][CALM_RUN + 1];
};

/* Would nobody notice if somebody slept for a read, until something else happens? */
static bool reads_are_calm(const struct rs_sim *sim, const struct rs_task *task)
{
	const struct rs_device *dev = &sim->file;

	return dev->conf->synchronous || (!sim->sched.nr_runnable && dev->free_at <= rs_clock(task->thread) &&
					  dev->conf->read_request_ns + dev->conf->read_page_ns + dev->conf->latency_ns);
}

/* Where a page of an area like that is missing, it comes from the file, which takes time and nothing else. */
static bool can_be_calm(const struct rs_sim *sim, const struct rs_task *task, const struct rs_area *area, bool write)
{
	return sim->only_zone >= 0 && sim->nr_memcgs == 1 && !sim->conf.lru_gen && !write && area_is_file(area) &&
	       area->conf.mapped && !area->conf.fresh && area->conf.readahead < 2 && !task->nr_dirtied &&
	       !task->over_high && reads_are_calm(sim, task);
}

/* false: it would not last. */
static bool calm_begin(struct calm *c, struct rs_sim *sim, struct rs_task *task, const struct rs_area *area,
		       uint32_t access_ns, uint32_t done)
{
	const struct rs_sim_device *dev = &sim->conf.file;
	const uint64_t room = rs_undisturbed_ns(task->thread);
	uint64_t pages, hits_ns;

	c->fault_ns = sim->conf.costs.fault + sim->conf.costs.alloc + sim->conf.costs.file_read;
	c->read_ns = dev->read_page_ns + (dev->synchronous ? 0 : dev->read_request_ns + dev->latency_ns);
	pages = rs_free_at_hand(sim, sim->only_zone, GFP_HIGHUSER_MOVABLE);
	/* shortly before something happens, only as many as leave room for misses */
	c->nr = room > 8ULL * CALM_RUN * access_ns ? CALM_RUN : room / (8ULL * access_ns);
	hits_ns = (uint64_t)(done + c->nr) * access_ns;
	if (room <= hits_ns || !pages)
		return false;
	c->nr_misses = rs_min(pages, (room - 1 - hits_ns) / (c->fault_ns + c->read_ns + 1));
	c->sim = sim;
	c->task = task;
	c->area = area;
	c->access_ns = access_ns;
	return c->nr_misses;
}

/* The hits among those from @at on; up to where is returned. How many are misses? */
static uint32_t calm_hits(struct calm *c, const uint32_t *ids, uint32_t at, uint32_t *ret_misses)
{
	const uint32_t first = c->area->first, nr = c->area->nr, nr_misses = c->nr_misses;
	const uint8_t *sets = c->sim->touch_sets[0];
	const uint64_t *shadow = c->sim->shadow;
	uint8_t *hot = c->sim->hot;
	uint32_t misses = 0, end = at + c->nr;

	for (; at < end && misses < nr_misses; at++) {
		uint32_t page = ids[at];
		uint8_t set;

		if (__builtin_expect(page - first >= nr, 0))
			break;
		set = sets[hot[page]];
		hot[page] |= set;
		c->misses[misses] = at;
		misses += !set;
		__builtin_prefetch(&hot[ids[at + AHEAD]], 1);
		__builtin_prefetch(set ? (const void *)&hot[page] : (const void *)&shadow[page], 1);
	}
	*ret_misses = misses;
	return at;
}

/* For all reads at once, each of which began when the accesses before it were over, and the faults up to its own. */
static void calm_sleep(struct calm *c, uint64_t nr)
{
	struct rs_thread *thread = c->task->thread;

	/* fewer pages were free from miss to miss: now there are as few as there were in the end */
	c->sim->extra[c->sim->only_zone].free_ns += (nr - 1) * thread->debt_ns + c->nr_before * c->access_ns +
						    nr * (nr - 1) / 2 * (c->fault_ns + c->read_ns);
	rs_spend(thread, nr * c->fault_ns + (uint64_t)(c->nr_accesses - c->nr_last) * c->access_ns);
	rs_sleep(thread, rs_clock(thread) + nr * c->read_ns, RS_WAITS_TIME);
	c->sim->counts.read_wait_ns += nr * c->read_ns;
	rs_spend(thread, (uint64_t)c->nr_last * c->access_ns);
}

/* Everybody may look now. */
static void calm_note(struct calm *c)
{
	const unsigned int zone = c->sim->only_zone;
	struct rs_queue *queue = &c->sim->memcgs[0].lruvec.queue[LRU_FILE];
	struct rs_sim_counts *counts = &c->sim->counts;
	uint64_t nr = c->nr_of[0] + c->nr_of[1];

	rs_take_free(c->sim, zone, nr);
	rs_queue_push_all(c->sim, &queue[0], c->pages[0], c->nr_of[0]);
	rs_queue_push_all(c->sim, &queue[LRU_ACTIVE], c->pages[1], c->nr_of[1]);
	rs_lruvec_count(c->sim, 0, zone, LRU_INACTIVE_FILE, c->nr_of[0]);
	rs_lruvec_count(c->sim, 0, zone, LRU_ACTIVE_FILE, c->nr_of[1]);
	rs_age_nonresident(c->sim, 0, c->nr_of[1]);
	count_refaults(c->sim, 0, true, c->nr_of[1]);
	counts->pgfault += nr;
	counts->pgmajfault += nr;
	counts->pgpgin += nr;
	counts->workingset_refault[1] += c->nr_refaults;
	counts->refault_wait_ns[1] += (uint64_t)c->nr_refaults * c->read_ns;
	c->task->result.read_wait_ns += nr * c->read_ns;
	if (c->sim->conf.file.synchronous)
		rs_spend(c->task->thread, nr * (c->fault_ns + c->read_ns) + (uint64_t)c->nr_accesses * c->access_ns);
	else if (nr)
		calm_sleep(c, nr);
}

/*
 * Misses up to the first that is more than one of them: it was in the workingset, and so is noted on the lists, and its
 * time as lost to a lack of memory. Returns how many came before it; @at is moved behind the last that was missing.
 */
static uint32_t calm_misses(struct calm *c, const uint32_t *ids, uint32_t i, uint32_t nr, uint32_t *at)
{
	const struct rs_sim *sim = c->sim;
	struct workingset_refault in = refault_into(sim, 0, 0, true);
	/* copies, since what is written to hot[] could be anything for a compiler */
	const struct rs_rules rules = *sim->rules;
	uint32_t over = *at, last = over, refaults = 0, nr_of[2] = { 0 };
	uint64_t before = 0;
	const uint64_t *shadows = sim->shadow;
	uint8_t *hot = sim->hot;

	for (; i < nr; i++) {
		uint32_t page = ids[c->misses[i]];
		const uint64_t entry = shadows[page];
		struct workingset_refault_result r;
		bool again = entry, active;

		if (__builtin_expect(hot[page] & PG_RESIDENT, 0)) {
			/* for the second time among these */
			hot[page] |= sim->touch_sets[0][hot[page]];
			continue;
		}
		/* a page without a shadow is asked for as well, rather than having a branch that cannot be foreseen */
		r = ask_refault(&in, entry, &rules);
		active = again & r.activate;
		if (__builtin_expect(again & r.restore, 0))
			break;
		refaults += again;
		hot[page] |= PG_RESIDENT | PG_YOUNG | (active ? PG_ACTIVE : 0);
		c->pages[0][nr_of[0]] = page;
		c->pages[1][nr_of[1]] = page;
		nr_of[0] += !active;
		nr_of[1] += active;
		in.nonresident_age += active;
		in.lru_size[LRU_ACTIVE_FILE] += active;
		in.lru_size[LRU_INACTIVE_FILE] += !active;
		before += last - *at;
		last = over;
		over = c->misses[i] + 1;
	}
	c->nr_refaults = refaults;
	c->nr_accesses = over - *at;
	c->nr_last = over - last;
	c->nr_before = before;
	memcpy(c->nr_of, nr_of, sizeof(nr_of));
	calm_note(c);
	*at = over;
	return i;
}

/*
 * Returns the accesses that are over, each with its time. Hits up to @done were touched before; @done is moved on.
 */
static __attribute__((noinline)) uint32_t touch_calmly(struct rs_sim *sim, struct rs_task *task,
						       const struct rs_area *area, const uint32_t *ids,
						       uint32_t access_ns, uint32_t *done)
{
	struct calm c;
	uint32_t misses, i = 0, at = 0;

	if (!calm_begin(&c, sim, task, area, access_ns, *done))
		return 0;
	*done = calm_hits(&c, ids, *done, &misses);
	while (i < misses) {
		i = calm_misses(&c, ids, i, misses, &at);
		if (i == misses)
			break;
		fault(sim, task, area, ids[c.misses[i]], false);
		rs_spend(task->thread, (uint64_t)(c.misses[i] + 1 - at) * access_ns);
		at = c.misses[i++] + 1;
	}
	return at;
}

static void touch_run(struct rs_sim *sim, struct rs_task *task, const uint32_t *ids, uint32_t nr, bool write,
		      uint32_t access_ns)
{
	const uint8_t *sets = sim->touch_sets[write];
	const struct rs_area *area = sim->areas; /* of the last page: most stay in one, and need no look at area_of[] */
	/* of those from @at on, so many hits are done already, and their time not yet spent */
	uint32_t at = 0, done = 0, from, end;

	while (at < nr && !sim->error && !task->result.oom_killed) {
		uint64_t room;

		if (ids[at] - area->first >= area->nr)
			area = area_of(sim, ids[at]);
		if (at + 2 * CALM_RUN + AHEAD <= nr && can_be_calm(sim, task, area, write)) {
			from = touch_calmly(sim, task, area, ids + at, access_ns, &done);
			sim->counts.accesses += from;
			at += from;
			done -= from;
			if (from)
				continue;
		}
		/* no further than the next thing that happens */
		room = sim->sched.horizon_ns - rs_min(sim->sched.horizon_ns, task->thread->debt_ns);
		end = rs_min(nr, at + CHUNK);
		if (room < (uint64_t)(end - at) * access_ns)
			end = at + rs_max(1, room / access_ns);
		from = at;
		at += done;
		done = 0;
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
