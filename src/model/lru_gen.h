/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How MGLRU goes about a node and a lruvec: what it may evict, whether it ages first, how much it scans, when it
 * stops, and how memcgs move in its list of them.
 */
#ifndef RS_MODEL_LRU_GEN_H
#define RS_MODEL_LRU_GEN_H

#include "lru_gen_folio.h"
#include "protection.h"

struct rs_rules;
struct rs_why;

#define MEMCG_NR_GENS 3

/* Of struct lru_gen_folio, lru_gen_struct in 6.1: what control decisions read without a lock. */
struct lru_gen_sizes {
	uint64_t max_seq, min_seq[ANON_AND_FILE];
	int64_t nr_pages[MAX_NR_GENS][ANON_AND_FILE][MAX_NR_ZONES];
};

/* Pages of generation @seq of @type; what CPUs have not folded in makes a zone negative, which counts as none. */
uint64_t lru_gen_nr_pages(const struct lru_gen_sizes *sizes, uint64_t seq, int type);

/* ---- swappiness ---- */

struct get_swappiness {
	int64_t swap_pages; /* mem_cgroup_get_nr_swap_pages() */
	bool may_swap, can_demote;
	bool proactive;
	int proactive_swappiness; /* of this reclaim, -1: none */
	int swappiness; /* vm.swappiness */
};

/* D46. Mirrors get_swappiness(). */
int get_swappiness(const struct get_swappiness *in, const struct rs_rules *rules, struct rs_why *why);
/* D46. What 6.1 makes of it where a turn begins; it is not even asked where @may_swap and @cgroup_reclaim forbid it. */
int lru_gen_turn_swappiness(int swappiness, bool may_swap, bool cgroup_reclaim, const struct rs_rules *rules);

/* D46. Which types may be evicted. Mirrors min_type(), max_type(). */
int min_type(int swappiness);
int max_type(int swappiness, const struct rs_rules *rules);
/* D47. Mirrors evictable_min_seq(); before 6.18 the oldest generation of the first type. */
uint64_t evictable_min_seq(const struct lru_gen_sizes *sizes, int swappiness, const struct rs_rules *rules);
/* D47. Mirrors lruvec_evictable_size(), and the sums that other functions made before it was one. */
uint64_t lruvec_evictable_size(const struct lru_gen_sizes *sizes, int swappiness, const struct rs_rules *rules);
/* D53. Mirrors lruvec_is_sizable(). @size: lruvec_evictable_size(). */
bool lruvec_is_sizable(uint64_t size, int priority, bool online, struct rs_why *why);

/* ---- how much, and whether it ages first ---- */

struct get_nr_to_scan {
	const struct lru_gen_sizes *sizes;
	uint64_t size; /* lruvec_evictable_size() */
	int swappiness; /* in use */
	int priority;
	struct mem_cgroup_below memcg;
	bool memcg_low_reclaim; /* of scan_control */
	bool online, kswapd;
};

/* D48. Mirrors should_run_aging(): must a generation be made? What it says about the size is in get_nr_to_scan(). */
bool should_run_aging(const struct get_nr_to_scan *in, const struct rs_rules *rules, struct rs_why *why);

struct get_nr_to_scan_result {
	bool age; /* try_to_inc_max_seq() decides which of the two below it is */
	int64_t nr_to_scan; /* pages; 0: nothing, -1: nothing, and the memcg is rotated */
	int64_t if_aged;
	bool memcg_low_skipped; /* it sets that bit of scan_control */
};

/* D49. Mirrors get_nr_to_scan(). */
struct get_nr_to_scan_result get_nr_to_scan(const struct get_nr_to_scan *in, const struct rs_rules *rules,
					    struct rs_why *why);

/* ---- the loop ---- */

enum rs_lru_gen_step {
	RS_LRU_GEN_END,
	RS_LRU_GEN_AGE, /* try_to_inc_max_seq() is called */
	RS_LRU_GEN_EVICT, /* evict_folios() is called */
	RS_LRU_GEN_ASK, /* should_abort_scan() is called */
};

/* One call of try_to_shrink_lruvec(), of lru_gen_shrink_lruvec() in 6.1. Zero it, then ask step by step. */
struct try_to_shrink_lruvec {
	bool begun; /* from 7.2 on nr_to_scan is computed but once */
	int64_t nr_to_scan, if_aged; /* of this turn; from 7.2 on what is left of it */
	uint64_t scanned;
	uint64_t nr_batch; /* what evict_folios() is given, 0: it has no such argument */
	bool need_rotate, should_age;
};

/* D51. The head of a turn, up to aging or eviction. */
enum rs_lru_gen_step try_to_shrink_lruvec_turn(struct try_to_shrink_lruvec *s, const struct get_nr_to_scan *in,
					       const struct rs_rules *rules, struct rs_why *why);
/* After RS_LRU_GEN_AGE: @success of try_to_inc_max_seq(). */
enum rs_lru_gen_step try_to_shrink_lruvec_aged(struct try_to_shrink_lruvec *s, bool success,
					       const struct rs_rules *rules, struct rs_why *why);
/* After RS_LRU_GEN_EVICT: what evict_folios() returned. */
enum rs_lru_gen_step try_to_shrink_lruvec_evicted(struct try_to_shrink_lruvec *s, int64_t delta,
						  const struct rs_rules *rules, struct rs_why *why);
/* After RS_LRU_GEN_ASK: does another turn follow? @delta as before, @root_reclaim: no target, or the root. */
bool try_to_shrink_lruvec_goes_on(struct try_to_shrink_lruvec *s, bool abort, int64_t delta, bool root_reclaim,
				  const struct rs_rules *rules, struct rs_why *why);

struct should_abort_scan {
	uint64_t nr_reclaimed, nr_to_reclaim; /* of scan_control */
	int order, priority;
	bool kswapd, root_reclaim;
	bool zones_ok; /* each managed zone up to reclaim_idx has its mark; asked for only where it matters */
	/* 6.1 only */
	uint64_t max_seq_moved; /* since this lruvec was begun */
	uint64_t last_reclaimed; /* sc->last_reclaimed */
	bool need_swapping; /* anon was evicted */
	bool fatal_signal;
};

struct should_abort_scan_result {
	bool abort;
	bool zones_matter; /* zones_ok decided */
	uint64_t credit; /* 6.1: added to sc->nr_reclaimed */
};

/* D51. Mirrors should_abort_scan(), but for the signal that ends proactive reclaim from 7.2 on. */
struct should_abort_scan_result should_abort_scan(const struct should_abort_scan *in, const struct rs_rules *rules,
						  struct rs_why *why);
/* D51. The mark of a zone in it: its WMARK_HIGH, boost included, and a batch. */
uint64_t should_abort_scan_mark(uint64_t high_wmark_pages);

struct evict_folios {
	int64_t scanned; /* what isolate_folios() returned */
	const struct lru_gen_folio *lrugen; /* then; not looked at from 7.2 on */
	int swappiness;
};

/* D51. What evict_folios() returns: 0 ends the loop. try_to_inc_min_seq() comes after isolate_folios(). */
int64_t evict_folios(const struct evict_folios *in, const struct rs_rules *rules, struct rs_why *why);

/* ---- the node ---- */

/* D51, D53b. lru_gen_shrink_node() does nothing at all: zone_reclaim_mode without 2 or 4, and a boosted kswapd. */
bool lru_gen_shrink_node_skips(bool may_writepage, bool may_unmap, struct rs_why *why);

struct set_initial_priority {
	uint64_t nr_to_reclaim;
	uint64_t inactive_file, inactive_anon; /* of the node, cached counters */
	int priority;
	bool can_reclaim_anon; /* can_reclaim_anon_pages(NULL) */
};

/* D51, D53c. Mirrors set_initial_priority(): sc->priority after it. */
int set_initial_priority(const struct set_initial_priority *in, struct rs_why *why);

/* ---- the memcg LRU ---- */

/* Segments of a memcg in its generation, and where an operation takes it; 0: it stays. */
enum memcg_lru_op {
	MEMCG_LRU_NOP,
	MEMCG_LRU_HEAD,
	MEMCG_LRU_TAIL,
	MEMCG_LRU_OLD,
	MEMCG_LRU_YOUNG,
};

enum rs_shrink_one {
	RS_SHRINK_ONE, /* it is reclaimed */
	RS_SHRINK_ONE_LOW, /* in spite of memory.low: counted as MEMCG_LOW */
	RS_SHRINK_ONE_SKIPPED,
};

/* D53. The head of shrink_one(). @seg: of the memcg. @op: set where it is skipped. */
enum rs_shrink_one shrink_one_visit(const struct mem_cgroup_below *memcg, unsigned int seg, enum memcg_lru_op *op,
				    const struct rs_rules *rules, struct rs_why *why);
/* D53. What shrink_one() returns when it was not skipped. @sizable: lruvec_is_sizable(), asked unless @need_rotate. */
enum memcg_lru_op shrink_one(bool need_rotate, bool online, bool sizable, unsigned int seg, struct rs_why *why);

struct lru_gen_rotate_memcg {
	enum memcg_lru_op op;
	unsigned int gen;
	uint64_t seq; /* memcg_lru.seq of the node */
};

struct lru_gen_rotate_memcg_result {
	unsigned int gen, seg;
};

/* D53. Mirrors lru_gen_rotate_memcg(), but for the bin, which is random. */
struct lru_gen_rotate_memcg_result lru_gen_rotate_memcg(const struct lru_gen_rotate_memcg *in, struct rs_why *why);

/* ---- min_ttl_ms ---- */

struct lruvec_is_reclaimable {
	struct mem_cgroup_below memcg;
	const struct lru_gen_sizes *sizes;
	const uint64_t *timestamps; /* [MAX_NR_GENS], jiffies */
	uint64_t jiffies, min_ttl;
	int swappiness; /* in use */
	bool sizable; /* lruvec_is_sizable(); in 6.1: something to scan, or priority is DEF_PRIORITY */
};

/* D54. Mirrors lruvec_is_reclaimable(), age_lruvec() in 6.1. If no memcg is, kswapd kills. */
bool lruvec_is_reclaimable(const struct lruvec_is_reclaimable *in, const struct rs_rules *rules, struct rs_why *why);

#endif
