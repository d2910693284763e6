/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model run forward: a simulated host, page by page, on a simulated clock. Every decision is
 * taken by the functions of src/model; this folder holds the state they look at, the time that
 * passes, and the devices.
 *
 *	rs_sim_create(&config, &sim)
 *	cgroup = rs_sim_cgroup_add(sim, …), area = rs_sim_area_add(sim, …), rs_sim_task_add(sim, …)
 *	rs_sim_run(sim, until_ns), rs_sim_result(sim)
 *	rs_sim_destroy(sim)
 *
 * The same configuration, operations and seed give the same result to the bit. A simulation is one
 * thread and shares nothing with others: run as many at once as there are cores (rs_sim_pool()).
 */
#ifndef RS_SIM_SIM_H
#define RS_SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../model/lru.h"
#include "../model/rules.h"
#include "../model/zone.h"

#define RS_SIM_MAX_PAGES (1u << 28)
#define RS_SIM_MAX_CGROUPS 1024
#define RS_SIM_MAX_TASKS 1024
#define RS_SIM_MAX_SLABS 64
/* memory.max, memory.high, memory.swap.max: none. */
#define RS_SIM_UNLIMITED UINT64_MAX

/*
 * A device for swap or files. One server: a request of n pages occupies it for request_ns + n *
 * page_ns, and is done latency_ns after that.
 */
struct rs_sim_device {
	uint64_t read_request_ns, read_page_ns;
	uint64_t write_request_ns, write_page_ns;
	uint64_t latency_ns; /* of both, other requests may overlap it */
	bool reads_first; /* a read overtakes the writes that wait */
	/* zram: read_page_ns and write_page_ns are CPU time of the task or reclaimer, nothing waits */
	bool synchronous;
	uint32_t stored_bytes; /* zram: of memory, for one page of 4096 */
};

/* CPU time in ns. */
struct rs_sim_costs {
	uint32_t access; /* of a page that is there */
	uint32_t fault; /* entry and exit, mapping; without allocation and I/O */
	uint32_t alloc; /* a page from the free lists, cleared */
	uint32_t file_read; /* more, for a page that is read from a file: its device's driver, and copies */
	uint32_t free; /* a page that a task gives back */
	uint32_t scan; /* isolating a page and looking for references */
	uint32_t rmap; /* more, for one that is mapped */
	uint32_t reclaim; /* more, for one that is freed: unmapping, removing, shadow */
	uint32_t pageout; /* more, for one that is handed to a device, or read from that of swap */
	uint32_t shrink_node; /* of one walk: entry, statistics, each cgroup once more */
	uint32_t slab_object; /* scanning one */
	uint32_t slowpath; /* of each round of the allocator's slow path */
};

struct rs_sim_zone {
	enum zone_type idx; /* ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, ZONE_MOVABLE; ascending */
	uint64_t managed_pages;
};

struct rs_sim_config {
	struct rs_rules rules; /* of the kernel */
	uint64_t seed;
	unsigned int nr_cpus;
	struct rs_sim_zone zones[MAX_NR_ZONES]; /* of the one node */
	unsigned int nr_zones;

	/* vm.*; the names are the sysctls' */
	int min_free_kbytes;
	int watermark_scale_factor;
	int watermark_boost_factor;
	int swappiness;
	int vfs_cache_pressure;
	int zone_reclaim_mode;
	int lowmem_reserve_ratio[MAX_NR_ZONES];
	uint64_t dirty_bytes, dirty_background_bytes; /* 0: the ratio holds */
	unsigned int dirty_ratio, dirty_background_ratio; /* per cent */
	unsigned int dirty_expire_centisecs, dirty_writeback_centisecs;
	bool laptop_mode;
	unsigned int swap_readahead; /* pages of a swap-in: 1 << vm.page-cluster; 1: the page alone */
	bool lru_gen; /* /sys/kernel/mm/lru_gen/enabled */
	unsigned int min_ttl_ms;

	uint64_t swap_pages; /* 0: no swap */
	struct rs_sim_device swap, file;
	struct rs_sim_costs costs;
	uint64_t kswapd_wake_ns; /* from its wake-up until it runs, if a CPU is free */
	uint64_t sched_slice_ns; /* CPU time that a thread gets while others wait */

};

/* A host of one zone of @nr_pages with the kernel's default settings, 1 CPU, no swap and plausible costs. */
void rs_sim_config_init(struct rs_sim_config *config, const struct rs_rules *rules, uint64_t nr_pages);
/*
 * The same host at 1/2^@shift of its size, for a sample of its pages: sizes, limits and swap shrink, times
 * of single pages and requests grow. Batches of the kernel (SWAP_CLUSTER_MAX) cannot shrink.
 */
void rs_sim_config_scale(struct rs_sim_config *config, unsigned int shift);
#define RS_SIM_NOT_SAMPLED UINT32_MAX
/*
 * A sample of the pages of a trace, @nr accesses to @nr_pages pages: of each 2^@shift that follow each other in the
 * order of how often they are used, one at random. @ret has nr_pages: the number of each in the sample, in the
 * order of the ids, or RS_SIM_NOT_SAMPLED. Returns how many are in it, or -ENOMEM.
 */
int64_t rs_sim_sample(const uint32_t *ids, size_t nr, uint32_t nr_pages, unsigned int shift, uint64_t seed,
		      uint32_t *ret);

struct rs_sim;

int rs_sim_create(const struct rs_sim_config *config, struct rs_sim **ret);
void rs_sim_destroy(struct rs_sim *sim);
static inline void rs_sim_destroyp(struct rs_sim **sim)
{
	rs_sim_destroy(*sim);
}

/* ---- What there is. Indexes count from 0, in the order of creation; errors are -errno. ---- */

/* Cgroup 0 is the root, and there from the start. A parent comes before its children. */
struct rs_sim_cgroup {
	unsigned int parent;
	uint64_t min, low; /* pages */
	uint64_t high, max, swap_max; /* pages, RS_SIM_UNLIMITED: none */
};

int rs_sim_cgroup_add(struct rs_sim *sim, const struct rs_sim_cgroup *cgroup);
/* The limits of a cgroup that exists; to be called between two rs_sim_run(). */
int rs_sim_cgroup_set(struct rs_sim *sim, unsigned int cgroup, const struct rs_sim_cgroup *limits);

enum rs_sim_backing {
	RS_SIM_ANON, /* new pages are zeroed, evicted ones go to swap */
	RS_SIM_FILE, /* pages are read from the file device, dirty ones written back to it */
};

/* Pages of one kind: a mapping, a heap, a file. */
struct rs_sim_area {
	uint64_t nr_pages;
	enum rs_sim_backing backing;
	unsigned int cgroup; /* charged */
	int task; /* loses it when the OOM killer chooses it; -1: nobody */
	bool mapped; /* of a file: used through page tables; otherwise by read() and write(). Anon always is */
	bool exec; /* of a mapped file: VM_EXEC */
	bool fresh; /* of a file: not on the device yet, the first touch reads nothing */
	unsigned int readahead; /* of a file: pages that a miss reads, aligned; 0, 1: the page alone */
};

/* @first: id of its first page; the others follow. Areas are rounded up to 64 ids. */
int rs_sim_area_add(struct rs_sim *sim, const struct rs_sim_area *area, uint32_t *first);

/* A cache of the kernel: objects that a shrinker frees. */
struct rs_sim_slab {
	unsigned int cgroup;
	unsigned int objects_per_page;
	int seeks; /* shrinker->seeks: 2 */
	unsigned int batch; /* shrinker->batch, 0: SHRINK_BATCH */
	bool vfs; /* vfs_cache_pressure applies */
	unsigned int freed_percent; /* of the scanned objects: the others were in use */
};

int rs_sim_slab_add(struct rs_sim *sim, const struct rs_sim_slab *slab);

/* ---- What is done. ---- */

enum rs_sim_op_type {
	RS_SIM_OP_END, /* the task is over; what it has allocated stays */
	RS_SIM_OP_TOUCH, /* the @nr pages @ids, in this order */
	RS_SIM_OP_RANGE, /* the pages @first to @first + @nr - 1 */
	RS_SIM_OP_FREE, /* the pages of that range are unmapped or truncated: gone, with their swap */
	RS_SIM_OP_ALLOC, /* @nr blocks of @order for the kernel, which nothing reclaims; @gfp 0: GFP_KERNEL */
	RS_SIM_OP_RELEASE, /* gives @nr of such pages back, of those that this task took */
	RS_SIM_OP_SLAB, /* @nr objects more in slab @slab */
	RS_SIM_OP_SLAB_FREE, /* @nr objects less */
	/* an allocation had to break up a block of another type: boost_watermark(), of marks raised by less than @nr, 0: of any */
	RS_SIM_OP_BOOST,
	RS_SIM_OP_SYNC, /* waits until no page of a file is dirty or under writeback */
	RS_SIM_OP_COMPUTE, /* @ns of CPU time */
	RS_SIM_OP_SLEEP, /* until the clock says @ns */
	RS_SIM_OP_RECLAIM, /* memory.reclaim of @cgroup: @nr pages */
};

struct rs_sim_op {
	enum rs_sim_op_type type;
	bool write; /* of TOUCH and RANGE */
	bool ahead; /* until the next operation, the task runs before all that do not */
	uint16_t order;
	uint32_t gfp; /* of ALLOC */
	uint32_t first;
	uint32_t nr;
	uint32_t slab, cgroup;
	uint32_t access_ns; /* CPU time of each touch, instead of costs.access; 0: that */
	const uint32_t *ids; /* of TOUCH: stay until the next operation is asked for */
	uint64_t ns;
};

/*
 * Fills @op with what the task does next. Called when the last one is done; @now_ns is the clock then.
 * It may look at the simulation with the functions below, and must depend on nothing else that moves.
 */
typedef void (*rs_sim_next_fn)(void *arg, uint64_t now_ns, struct rs_sim_op *op);

struct rs_sim_task {
	rs_sim_next_fn next;
	void *arg;
	unsigned int cgroup; /* charged with what ALLOC and SLAB take; areas have their own */
	int oom_score_adj;
	uint64_t start_ns;
};

int rs_sim_task_add(struct rs_sim *sim, const struct rs_sim_task *task);

/* 0: the clock has come to @until_ns, or every task is over; -ENOMEM of this machine. */
int rs_sim_run(struct rs_sim *sim, uint64_t until_ns);
uint64_t rs_sim_now(const struct rs_sim *sim);
/* Every task is over. */
bool rs_sim_done(const struct rs_sim *sim);

/* ---- What came of it. ---- */

/* Pages unless the name says otherwise; [ANON_AND_FILE] as WORKINGSET_ANON, WORKINGSET_FILE. The names are those of /proc/vmstat. */
struct rs_sim_counts {
	uint64_t accesses; /* touches of pages */
	uint64_t pgfault; /* those that found the page missing */
	uint64_t pgmajfault; /* those of them that had to read */
	uint64_t pgalloc, pgfree;
	uint64_t allocstall; /* direct reclaims */
	uint64_t allocstall_ns; /* their time, all tasks together, throttling included */
	uint64_t direct_throttled; /* waited for kswapd in throttle_direct_reclaim() */
	uint64_t reclaim_throttled, reclaim_throttled_ns; /* sleeps in reclaim_throttle(), of all */
	uint64_t memcg_reclaim, memcg_reclaim_ns; /* for a cgroup's max or high */
	uint64_t memcg_high_ns; /* penalties of memory.high */
	uint64_t pgscan_kswapd, pgscan_direct, pgscan_memcg;
	uint64_t pgsteal_kswapd, pgsteal_direct, pgsteal_memcg;
	uint64_t pgscan[ANON_AND_FILE], pgsteal[ANON_AND_FILE];
	uint64_t pgactivate, pgdeactivate, pgrefill, pgrotated;
	uint64_t workingset_refault[ANON_AND_FILE], workingset_activate[ANON_AND_FILE], workingset_restore[ANON_AND_FILE];
	uint64_t refault_wait_ns[ANON_AND_FILE]; /* waiting for what those refaults read */
	uint64_t read_wait_ns; /* all waiting for reads */
	uint64_t pswpin, pswpout;
	uint64_t pgpgin, pgpgout; /* of files */
	uint64_t slabs_scanned, slab_reclaimed; /* objects, pages */
	uint64_t kswapd_wakes; /* from sleep: mm_vmscan_kswapd_wake */
	uint64_t kswapd_runs; /* balance_pgdat() */
	uint64_t kswapd_naps_cut; /* woken within HZ / 10 of a run: kswapd_low_wmark_hit_quickly */
	uint64_t kswapd_cpu_ns;
	uint64_t pageoutrun_failed; /* runs without progress */
	uint64_t dirty_throttled_ns; /* writers that waited in balance_dirty_pages() */
	uint64_t psi_some_ns, psi_full_ns; /* /proc/pressure/memory */
	uint64_t oom_kill, alloc_failed;
};

struct rs_sim_zone_state {
	enum zone_type idx;
	uint64_t managed, free, min, low, high, boost;
	uint64_t least_free;
	uint64_t free_ns_sum; /* integral of free pages over time, in page * µs */
	/* Clock when free was first at or below: UINT64_MAX: never. */
	uint64_t first_below_low_ns, first_below_min_ns;
};

struct rs_sim_result {
	uint64_t now_ns;
	struct rs_sim_counts counts;
	struct rs_sim_zone_state zones[MAX_NR_ZONES];
	unsigned int nr_zones;
	uint64_t lru_size[NR_EVICTABLE_LISTS]; /* now, of the whole host */
	uint64_t nr_kernel, nr_slab, nr_zram; /* pages taken by them, now */
	uint64_t nr_dirty, nr_writeback, nr_swap_used;
	double bytes_per_page; /* what the simulation itself takes for each page id, shadows included */
	double bytes_per_page_resident; /* the same without shadows */
};

void rs_sim_result(const struct rs_sim *sim, struct rs_sim_result *ret);

struct rs_sim_task_result {
	uint64_t end_ns; /* clock at END; UINT64_MAX: not over */
	uint64_t cpu_ns, allocstall, allocstall_ns, memstall_ns, read_wait_ns;
	bool oom_killed;
};

int rs_sim_task_result(const struct rs_sim *sim, unsigned int task, struct rs_sim_task_result *ret);

struct rs_sim_cgroup_result {
	uint64_t usage, swap; /* pages */
	uint64_t lru_size[NR_EVICTABLE_LISTS]; /* with its children */
};

int rs_sim_cgroup_result(const struct rs_sim *sim, unsigned int cgroup, struct rs_sim_cgroup_result *ret);

/* ---- Many of them. ---- */

/*
 * Calls @job(@arg, i) for every i below @nr on @nr_threads threads. Which thread takes which is not said, so a
 * job writes to its own place only. The first error ends it and is returned.
 */
int rs_sim_pool(unsigned int nr_threads, size_t nr, int (*job)(void *arg, size_t i), void *arg);

#endif
