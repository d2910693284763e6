/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of this folder share: the state of a simulated host.
 *
 * A page is a number. What is kept for each: a byte of flags that an access sets, two bytes of flags that only
 * reclaim and faults look at, one slot of 4 bytes in a list while it is resident, and its shadow entry.
 */
#ifndef RS_SIM_HOST_H
#define RS_SIM_HOST_H

#include "../base/cleanup.h"
#include "../model/gfp.h"
#include "../model/lru_cost.h"
#include "../model/protection.h"
#include "../model/shrink_folio_list.h"
#include "../model/shrink_lruvec.h"
#include "../model/throttle.h"
#include "../model/watermark.h"
#include "../model/workingset.h"
#include "sched.h"
#include "sim.h"

/* sim->hot[]: what an access may set, and what it has to see. */
#define PG_RESIDENT 0x01
#define PG_YOUNG 0x02 /* the accessed bit of its page table entry */
#define PG_REFERENCED 0x04
#define PG_ACTIVE 0x08
#define PG_DIRTY 0x10
#define PG_WORKINGSET 0x20
#define PG_UNMAPPED 0x40 /* of a file, used by read() and write() */
#define PG_RECLAIM 0x80

/* sim->cold[] */
#define PG_WRITEBACK 0x0001
/* anon: its content is in swap (resident: PG_swapcache, of a valid slot). File: in a fresh area, it was written. */
#define PG_BACKED 0x0002
#define PG_ZONE_SHIFT 2
#define PG_ZONE_MASK 0x000c
#define PG_GEN_SHIFT 4 /* MGLRU: generation modulo 4, and its tier's references */
#define PG_GEN_MASK 0x0030
#define PG_REFS_SHIFT 6
#define PG_REFS_MASK 0x00c0
#define PG_STAMP_SHIFT 8
#define PG_STAMP_ONE 0x0100

/* NODES_SHIFT of distributions */
static const struct rs_shadow_layout rs_shadow_layout = { .nodes_shift = 10 };

#define AREA_SHIFT 6
#define RS_HUGE_BYTES (2UL << 20)
#define GFP_HIGHUSER_MOVABLE                                                                                           \
	(__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM | __GFP_IO | __GFP_FS | __GFP_MOVABLE)
#define GFP_KERNEL (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM | __GFP_IO | __GFP_FS)

/* A list as a queue of slots: pushed at the head, scanned from the tail. See lru_queue.c. */
struct rs_queue {
	uint32_t head, tail; /* blocks; 0: none */
	uint32_t head_at, tail_at; /* slots in them: next free one, next to scan */
	uint64_t nr; /* pages */
	uint64_t nr_slots; /* with those of pages that have left */
};

#define BLOCK_SLOTS 1024
#define MAX_BLOCKS (RS_SIM_MAX_PAGES / BLOCK_SLOTS * 2)

struct rs_blocks {
	uint32_t *slots; /* of all blocks */
	uint32_t *next, *prev; /* of a block: towards the head, towards the tail */
	uint32_t nr, free; /* blocks ever used, one more for 0, which is none; first of the free ones */
};

struct rs_lruvec {
	struct rs_queue queue[NR_EVICTABLE_LISTS];
	bool left[2]; /* slots were left behind under a stamp of the lower, of the upper half */
	uint64_t zone_size[MAX_NR_ZONES][NR_EVICTABLE_LISTS]; /* of this cgroup alone */
	uint64_t state[NR_EVICTABLE_LISTS]; /* lruvec_page_state(): with its children */
	uint64_t anon_cost, file_cost;
	uint64_t nonresident_age;
	uint64_t activate[ANON_AND_FILE]; /* WORKINGSET_ACTIVATE, with its children */
	uint64_t refaults[ANON_AND_FILE];
};

struct rs_memcg {
	struct rs_sim_cgroup limits;
	unsigned int level; /* the root's is 0 */
	uint64_t usage, swap; /* pages, with its children */
	uint64_t emin, elow, protected_min, protected_low, children_min, children_low;
	unsigned int stock; /* pages charged, and not yet used */
	unsigned int iter; /* where the next partial walk from here goes on */
	bool congested;
	struct rs_lruvec lruvec;
	struct rs_lrugen *lrugen; /* NULL: the classic lists are in use */
};

struct rs_area {
	struct rs_sim_area conf;
	uint32_t first, nr;
};

struct rs_slab {
	struct rs_sim_slab conf;
	uint64_t objects, pages;
	int64_t nr_deferred;
};

/* Pages that wait for a device, in order. */
struct rs_device {
	const struct rs_sim_device *conf;
	bool swap;
	struct rs_sim *sim;
	uint64_t free_at; /* it has served all that it began by then */
	struct rs_write {
		uint64_t submitted_ns, done_ns; /* done_ns: 0: it has not begun */
		uint32_t page;
		uint16_t nr; /* of the request that begins here, 0: within one */
		uint8_t zone;
	} *writes;
	uint32_t size; /* power of 2 */
	uint64_t head, tail, begun; /* head: next to be added; tail: oldest; begun: next to begin */
	uint64_t event_ns; /* of its pending event, RS_NEVER: none */
};

struct rs_dirty {
	uint32_t page, cs; /* when: clock in centiseconds */
};

/* Where a page of a classic list goes from there. */
enum rs_goes { RS_GOES_INACTIVE, RS_GOES_ACTIVE, RS_GOES_FREE, RS_NR_GOES };

/* What becomes of a page, told by the model once for each state it can be in. See folio.c. */
struct rs_verdict {
	uint8_t known, fate;
	uint8_t hot_set, hot_clear;
	uint16_t cold_set, cold_clear;
	bool writes, takes_slot, frees_slot, cleans;
	bool plain; /* nothing but hot[] changes, and nothing but nr_ref_keep is counted */
	/*
	 * What a page of it adds, in bytes: 1 to those that go there, by enum rs_goes, nr_ref_keep of a plain one, and
	 * whether it is mapped. Above what is added up: 8 * enum rs_goes, and hot[] of a plain one.
	 */
	uint64_t word;
	uint8_t nr_dirty, nr_unqueued_dirty, nr_congested, nr_writeback, nr_immediate, nr_ref_keep;
};
#define RS_WORD_REF_KEEP 24
#define RS_WORD_MAPPED 32
#define RS_WORD_GOES 40
#define RS_WORD_HOT 56
#define RS_VERDICTS 1024 /* flags in hot[], PG_WRITEBACK and PG_BACKED */
#define RS_VERDICT_MODES 8192

/* Of one mode. */
struct rs_verdicts {
	/* words of the plain ones, by hot[], of pages without PG_WRITEBACK and PG_BACKED; 0: not plain, or not asked yet */
	uint64_t plain[256];
	struct rs_verdict of[RS_VERDICTS];
};

struct rs_zone_extra {
	uint64_t fast_min[MAX_NR_ZONES]; /* by highest index: the fast path takes a page while there are more than this */
	uint64_t least_free, first_below_low_ns, first_below_min_ns;
	unsigned __int128 free_ns;
	uint64_t lru[NR_EVICTABLE_LISTS], write_pending;
};

struct rs_task {
	struct rs_sim *sim;
	struct rs_sim_task conf;
	struct rs_thread *thread;
	struct rs_sim_task_result result;
	uint64_t nr_kernel; /* pages that it took with ALLOC */
	unsigned int nr_dirtied, over_high;
	unsigned int over_high_cgroup;
};

struct rs_sim {
	struct rs_sim_config conf;
	const struct rs_rules *rules;
	struct rs_sched sched;
	int error; /* this machine's */

	uint8_t *hot;
	uint16_t *cold;
	uint64_t *shadow; /* of a page that is not resident; 0: none */
	uint32_t nr_pages;
	unsigned int id_bits;
	int only_zone; /* of every page, -1: there are more; then cold[] tells */
	bool stamped; /* a page has left from within a list: slots may be stale */
	struct rs_blocks blocks;
	void *mapping; /* that these arrays are in */
	size_t mapped_bytes;
	uint16_t *area_of; /* by id >> AREA_SHIFT */
	struct rs_area *areas;
	unsigned int nr_areas;
	bool any_exec;

	struct zone zones[MAX_NR_ZONES];
	struct rs_zone_extra extra[MAX_NR_ZONES];
	int highest_zone;
	uint64_t nr_kernel, nr_slab, nr_zram, zram_bytes;
	uint64_t kernel_of[MAX_NR_ZONES]; /* pages of all three */
	uint64_t nr_dirty, nr_writeback, nr_file_writeback, nr_swap_used;
	uint32_t swap_hand; /* of rs_swap_give_back() */

	int kswapd_order, kswapd_highest_zoneidx, kswapd_failures;
	bool kswapd_waits;
	struct rs_thread *kswapd;
	bool pgdat_writeback, pgdat_dirty, pgdat_congested, node_reclaim_locked;
	uint64_t throttled_written; /* pages, while somebody waits for it */

	struct rs_memcg *memcgs;
	unsigned int nr_memcgs;
	bool protections;
	uint64_t memcg_lru_seq;
	struct rs_slab slabs[RS_SIM_MAX_SLABS];
	unsigned int nr_slabs;
	struct rs_task *tasks;
	unsigned int nr_tasks, nr_over;
	struct rs_thread *flusher;
	bool flush_all;
	struct rs_dirty *dirty;
	uint32_t dirty_size;
	uint64_t dirty_head, dirty_tail;
	struct rs_device swap, file;

	unsigned int bucket_order[ANON_AND_FILE];
	struct rs_verdicts *verdicts[RS_VERDICT_MODES];
	uint8_t active_outcome[8];
	uint8_t touch_sets[2][256]; /* by write and hot[]: the bits that a touch sets, 0: it is not that simple */

	struct rs_sim_counts counts;
};

/* sc of the kernel. */
struct rs_scan_control {
	struct rs_thread *thread;
	struct rs_task *task; /* NULL: kswapd */
	uint32_t gfp, task_flags;
	int order, priority, reclaim_idx;
	int target; /* cgroup, -1: none */
	uint64_t nr_to_reclaim, nr_scanned, nr_reclaimed;
	bool kswapd, may_writepage, may_unmap, may_swap;
	bool full_walk, force_deactivate, skipped_deactivate, memcg_low_reclaim, memcg_low_skipped;
	bool isolates_all; /* of the list that is scanned, see shrink_lists.c */
	bool no_cache_trim_mode, cache_trim_mode, cache_trim_mode_failed, file_is_tiny;
	unsigned int may_deactivate;
	uint64_t anon_cost, file_cost;
	struct rs_sc_nr nr;
	uint64_t slab_reclaimed, last_reclaimed;
};

static inline unsigned int page_zone(const struct rs_sim *sim, uint32_t page)
{
	if (sim->only_zone >= 0)
		return sim->only_zone;
	return (sim->cold[page] & PG_ZONE_MASK) >> PG_ZONE_SHIFT;
}

static inline struct rs_area *area_of(const struct rs_sim *sim, uint32_t page)
{
	return &sim->areas[sim->area_of[page >> AREA_SHIFT]];
}

static inline bool area_is_file(const struct rs_area *area)
{
	return area->conf.backing == RS_SIM_FILE;
}

static inline enum lru_list page_lru(uint8_t hot, bool file)
{
	return (file ? LRU_FILE : 0) + (hot & PG_ACTIVE ? LRU_ACTIVE : 0);
}

/* The slot that stands for a page: its number, and a stamp that changes whenever it leaves a list from within. */
static inline uint32_t page_slot(const struct rs_sim *sim, uint32_t page)
{
	if (!sim->stamped)
		return page;
	return page | (uint32_t)((uint64_t)(sim->cold[page] >> PG_STAMP_SHIFT) << sim->id_bits);
}

static inline uint32_t slot_page(const struct rs_sim *sim, uint32_t slot)
{
	return slot & ((1u << sim->id_bits) - 1);
}

/* How far ahead of a scan a page's flags are asked for, and where they let it be freed its shadow. */
#define RS_AHEAD_FLAGS 64
#define RS_AHEAD_SHADOW 32

/* The pages that come RS_AHEAD_SHADOW behind those of a batch and later. */
struct rs_ahead {
	uint32_t pages[RS_AHEAD_FLAGS - RS_AHEAD_SHADOW + SWAP_CLUSTER_MAX];
};

/*
 * A page that was used will stay, and its shadow is not touched. Inlined always: a function that only prefetches is
 * taken for one without effect, and left out.
 */
static inline __attribute__((always_inline)) void rs_ask_ahead(const uint8_t *hot, const uint64_t *shadows,
							       uint32_t soon, uint32_t later)
{
	__builtin_prefetch(&hot[later], 1);
	/* no branch: it could not be foreseen */
	__builtin_prefetch(hot[soon] & PG_YOUNG ? (const void *)&hot[soon] : (const void *)&shadows[soon], 1);
}

/* lru_queue.c */
size_t rs_blocks_bytes(const struct rs_blocks *blocks);
void rs_queue_push(struct rs_sim *sim, struct rs_queue *q, uint32_t slot);
void rs_queue_push_all(struct rs_sim *sim, struct rs_queue *q, const uint32_t *pages, unsigned int nr);
void rs_queue_push_tail(struct rs_sim *sim, struct rs_queue *q, uint32_t slot);
void rs_queue_rewrite(struct rs_sim *sim, struct rs_queue *q);
bool rs_queue_is_empty(struct rs_sim *sim, struct rs_queue *q);
bool rs_stamp_next_wraps(const struct rs_sim *sim, uint32_t page, bool left[2]);
void rs_stamp_next(struct rs_sim *sim, uint32_t page, bool left[2]);
void rs_queue_ahead(const struct rs_sim *sim, const struct rs_queue *q, struct rs_ahead *ahead, unsigned int nr);
unsigned int rs_queue_take(struct rs_sim *sim, struct rs_queue *q, uint32_t *pages, unsigned int nr);
void rs_lruvec_add(struct rs_sim *sim, unsigned int memcg, uint32_t page, enum lru_list lru);
void rs_lruvec_add_tail(struct rs_sim *sim, unsigned int memcg, uint32_t page, enum lru_list lru);
void rs_lruvec_del(struct rs_sim *sim, unsigned int memcg, uint32_t page, enum lru_list lru);
void rs_lruvec_count(struct rs_sim *sim, unsigned int memcg, unsigned int zone, enum lru_list lru, int64_t nr);
void rs_note_cost(struct rs_sim *sim, unsigned int memcg, bool file, struct rs_lru_cost_args args);
void rs_age_nonresident(struct rs_sim *sim, unsigned int memcg, uint32_t nr);

/* folio.c */
unsigned int rs_verdict_mode(const struct rs_sim *sim, const struct rs_scan_control *sc, bool file, bool exec,
			     unsigned int memcg);
const struct rs_verdict *rs_verdict_ask(struct rs_sim *sim, unsigned int mode, unsigned int flags);
static inline const struct rs_verdict *rs_verdict_of(struct rs_sim *sim, unsigned int mode, unsigned int flags)
{
	const struct rs_verdicts *v = sim->verdicts[mode];

	return __builtin_expect(v && v->of[flags].known, 1) ? &v->of[flags] : rs_verdict_ask(sim, mode, flags);
}
unsigned int rs_verdict_refs(unsigned int refs);
/* What @v does to the page and to its place in swap, and adds to @stat. True: the page is to be written. */
bool rs_verdict_carry_out(struct rs_sim *sim, unsigned int memcg, uint32_t page, const struct rs_verdict *v,
			  struct reclaim_stat *stat);
/* Writes what was found so, of one type. */
void rs_pageout(struct rs_sim *sim, struct rs_thread *thread, bool file, const uint32_t *pages, unsigned int nr);
void rs_evict(struct rs_sim *sim, const struct rs_scan_control *sc, const uint32_t *pages, unsigned int nr, bool file);

/* shrink_lists.c */
void rs_count_scan(struct rs_sim *sim, const struct rs_scan_control *sc, bool file, uint64_t scanned, uint64_t reclaimed);
void rs_shrink_lruvec(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg);
void rs_age_active_anon(struct rs_sim *sim, struct rs_scan_control *sc);

/* reclaim.c */
void rs_shrink_node(struct rs_sim *sim, struct rs_scan_control *sc);
uint64_t rs_try_to_free(struct rs_sim *sim, struct rs_scan_control *sc);
void rs_reclaim_throttle(struct rs_sim *sim, struct rs_scan_control *sc, enum vmscan_throttle_state reason);
uint64_t rs_zone_reclaimable(struct rs_sim *sim, int zone);
void rs_snapshot_refaults(struct rs_sim *sim, int target);
void rs_wake_pfmemalloc(struct rs_sim *sim);
bool rs_allow_direct(struct rs_sim *sim);

/* kswapd.c */
void rs_kswapd(void *arg);
bool rs_balanced(struct rs_sim *sim, int order, int highest_zoneidx);
void rs_wakeup_kswapd(struct rs_sim *sim, int zone, uint32_t gfp, int order, int highest_zoneidx);

/* alloc.c */
void rs_set_marks(struct rs_sim *sim);
void rs_marks_changed(struct rs_sim *sim);
int rs_alloc(struct rs_sim *sim, struct rs_task *task, uint32_t gfp, unsigned int order);
void rs_take_free(struct rs_sim *sim, int idx, uint64_t nr);
uint64_t rs_free_at_hand(const struct rs_sim *sim, unsigned int idx, uint32_t gfp);
uint64_t rs_take_reserve(struct rs_sim *sim, uint64_t nr);
void rs_free(struct rs_sim *sim, unsigned int zone, uint64_t nr);
void rs_give_back(struct rs_sim *sim, uint64_t nr);
void rs_fill_blocks(struct rs_sim *sim);
void rs_boost(struct rs_sim *sim, struct rs_task *task, uint64_t below);

/* oom.c */
bool rs_out_of_memory(struct rs_sim *sim, struct rs_task *task, uint32_t gfp, int memcg);

/* page.c */
void rs_page_add(struct rs_sim *sim, const struct rs_area *area, uint32_t page);
void rs_page_del(struct rs_sim *sim, const struct rs_area *area, uint32_t page);
void rs_page_rotate(struct rs_sim *sim, const struct rs_area *area, uint32_t page);
void rs_page_accessed(struct rs_sim *sim, const struct rs_area *area, uint32_t page);

/* touch.c */
void rs_touch(struct rs_sim *sim, struct rs_task *task, const struct rs_sim_op *op);
void rs_free_range(struct rs_sim *sim, struct rs_thread *thread, uint32_t first, uint32_t nr);

/* swap.c */
int64_t rs_swap_pages(const struct rs_sim *sim, unsigned int memcg);
void rs_swap_take(struct rs_sim *sim, unsigned int memcg);
void rs_swap_free(struct rs_sim *sim, unsigned int memcg);
void rs_swap_give_back(struct rs_sim *sim);
bool rs_swap_full(const struct rs_sim *sim, unsigned int memcg);

/* device.c */
void rs_device_read(struct rs_sim *sim, struct rs_thread *thread, struct rs_device *dev, unsigned int nr, bool stalls);
void rs_device_write(struct rs_sim *sim, struct rs_thread *thread, struct rs_device *dev, const uint32_t *pages,
		    unsigned int nr);

/* writeback.c */
void rs_page_dirtied(struct rs_sim *sim, uint32_t page);
void rs_page_cleaned(struct rs_sim *sim, uint32_t page);
void rs_balance_dirty(struct rs_sim *sim, struct rs_task *task);
void rs_flusher(void *arg);
void rs_sync(struct rs_sim *sim, struct rs_task *task);

/* memcg.c */
int rs_charge(struct rs_sim *sim, struct rs_task *task, unsigned int memcg, uint32_t gfp, unsigned int nr);
void rs_uncharge(struct rs_sim *sim, unsigned int memcg, uint64_t nr);
void rs_handle_high(struct rs_sim *sim, struct rs_task *task);
void rs_proactive_reclaim(struct rs_sim *sim, struct rs_task *task, unsigned int memcg, uint64_t nr);
bool rs_memcg_within(const struct rs_sim *sim, unsigned int memcg, unsigned int top);
void rs_protect(struct rs_sim *sim, int target);

/* slab.c */
void rs_slab_alloc(struct rs_sim *sim, struct rs_task *task, unsigned int slab, uint64_t nr);
void rs_slab_free(struct rs_sim *sim, unsigned int slab, uint64_t nr);
void rs_shrink_slab(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg, int priority);

#endif
