/* SPDX-License-Identifier: GPL-2.0-only */
#include "lru_gen.h"

#include <stddef.h>

#include "rules.h"
#include "scan_balance.h"
#include "why.h"

uint64_t lru_gen_nr_pages(const struct lru_gen_sizes *sizes, uint64_t seq, int type)
{
	uint64_t size = 0;
	int zone;

	for (zone = 0; zone < MAX_NR_ZONES; zone++) {
		int64_t nr = sizes->nr_pages[seq % MAX_NR_GENS][type][zone];

		size += nr > 0 ? nr : 0;
	}
	return size;
}

/* ---- swappiness ---- */

int get_swappiness(const struct get_swappiness *in, const struct rs_rules *rules, struct rs_why *why)
{
	int swappiness;

	if (rules->swappiness_of_sc && !in->may_swap) {
		RS_WHY(why, swappiness_may_not);
		return 0;
	}
	if (!in->can_demote && in->swap_pages < MIN_LRU_BATCH) {
		RS_WHY(why, swappiness_no_swap, in->swap_pages, MIN_LRU_BATCH);
		return 0;
	}
	swappiness = sc_swappiness(in->proactive, in->proactive_swappiness, in->swappiness);
	RS_WHY(why, swappiness_set, swappiness, in->proactive && in->proactive_swappiness >= 0);
	return swappiness;
}

int lru_gen_turn_swappiness(int swappiness, bool may_swap, bool cgroup_reclaim, const struct rs_rules *rules)
{
	if (rules->swappiness_of_sc || may_swap)
		return swappiness;
	return !cgroup_reclaim && swappiness;
}

int min_type(int swappiness)
{
	return swappiness ? WORKINGSET_ANON : WORKINGSET_FILE;
}

int max_type(int swappiness, const struct rs_rules *rules)
{
	return rules->swappiness_anon_only && swappiness >= SWAPPINESS_ANON_ONLY ? WORKINGSET_ANON : WORKINGSET_FILE;
}

uint64_t evictable_min_seq(const struct lru_gen_sizes *sizes, int swappiness, const struct rs_rules *rules)
{
	uint64_t min_seq = sizes->min_seq[min_type(swappiness)];

	if (!rules->swappiness_anon_only)
		return min_seq;
	return rs_min(min_seq, sizes->min_seq[max_type(swappiness, rules)]);
}

uint64_t lruvec_evictable_size(const struct lru_gen_sizes *sizes, int swappiness, const struct rs_rules *rules)
{
	uint64_t total = 0, nr;
	int type;

	for (type = min_type(swappiness); type <= max_type(swappiness, rules); type++)
		/* Four at most: a damaged recording must not turn this into an endless loop. */
		for (nr = 0; nr < MAX_NR_GENS && sizes->min_seq[type] + nr <= sizes->max_seq; nr++)
			total += lru_gen_nr_pages(sizes, sizes->min_seq[type] + nr, type);
	return total;
}

bool lruvec_is_sizable(uint64_t size, int priority, bool online, struct rs_why *why)
{
	uint64_t share = online ? size >> priority : size;

	RS_WHY(why, lruvec_sizable, size, priority, online, share);
	return share;
}

/* ---- how much, and whether it ages first ---- */

/* Up to 6.12: too many pages in the youngest generation, or too few in the oldest of three. */
static bool badly_spread(const struct get_nr_to_scan *in, const struct rs_rules *rules, struct rs_why *why)
{
	const struct lru_gen_sizes *s = in->sizes;
	uint64_t young = 0, old = 0;
	int type;

	for (type = min_type(in->swappiness); type <= max_type(in->swappiness, rules); type++) {
		young += lru_gen_nr_pages(s, s->max_seq, type);
		if (s->min_seq[type] + MIN_NR_GENS <= s->max_seq)
			old += lru_gen_nr_pages(s, s->max_seq - MIN_NR_GENS, type);
	}
	if (young * MIN_NR_GENS > in->size) {
		RS_WHY(why, aging_young, young, in->size);
		return true;
	}
	if (old * (MIN_NR_GENS + 2) < in->size) {
		RS_WHY(why, aging_old, old, in->size);
		return true;
	}
	RS_WHY(why, aging_spread, young, old, in->size);
	return false;
}

bool should_run_aging(const struct get_nr_to_scan *in, const struct rs_rules *rules, struct rs_why *why)
{
	uint64_t max_seq = in->sizes->max_seq;
	uint64_t min_seq = evictable_min_seq(in->sizes, in->swappiness, rules);

	if (min_seq + MIN_NR_GENS > max_seq) {
		RS_WHY(why, aging_must, min_seq, max_seq);
		return true;
	}
	if (rules->aging_in_loop && in->priority == DEF_PRIORITY) {
		RS_WHY(why, aging_gentle, min_seq, max_seq, in->priority);
		return false;
	}
	if (min_seq + MIN_NR_GENS < max_seq) {
		RS_WHY(why, aging_enough, min_seq, max_seq);
		return false;
	}
	if (rules->aging_by_spread)
		return badly_spread(in, rules, why);
	RS_WHY(why, aging_ideal, min_seq, max_seq);
	return true;
}

static uint64_t protected_size(const struct get_nr_to_scan *in, uint64_t nr, bool *low_skipped, struct rs_why *why)
{
	const struct apply_proportional_protection protection = {
		.scan = nr,
		.usage = in->memcg.usage,
		.emin = in->memcg.emin,
		.elow = in->memcg.elow,
		.is_target = in->memcg.is_target || in->memcg.is_root,
		.memcg_low_reclaim = in->memcg_low_reclaim,
	};

	return apply_proportional_protection(&protection, low_skipped, why);
}

/* 6.1. */
static struct get_nr_to_scan_result nr_to_scan_in_age_node(const struct get_nr_to_scan *in, const struct rs_rules *rules,
							   struct rs_why *why)
{
	uint64_t max_seq = in->sizes->max_seq;
	bool some_cold = evictable_min_seq(in->sizes, in->swappiness, rules) + MIN_NR_GENS <= max_seq;
	struct get_nr_to_scan_result r = { 0 };
	uint64_t share;

	if (mem_cgroup_below_min(&in->memcg, rules) ||
	    (mem_cgroup_below_low(&in->memcg, rules) && !in->memcg_low_reclaim)) {
		RS_WHY(why, nr_to_scan_protected, in->memcg.emin, in->memcg.elow, in->memcg.usage);
		return r;
	}
	share = in->online ? in->size >> in->priority : in->size;
	if (!should_run_aging(in, rules, why)) {
		r.nr_to_scan = share;
	} else if (in->priority == DEF_PRIORITY) {
		r.nr_to_scan = some_cold ? share : 0;
	} else if (in->kswapd) {
		RS_WHY(why, nr_to_scan_age_node);
		return r;
	} else {
		r.age = true;
		r.nr_to_scan = some_cold ? share : 0;
		r.if_aged = share;
	}
	RS_WHY(why, nr_to_scan_share, in->size, in->priority, in->online, r.nr_to_scan);
	return r;
}

struct get_nr_to_scan_result get_nr_to_scan(const struct get_nr_to_scan *in, const struct rs_rules *rules,
					    struct rs_why *why)
{
	struct get_nr_to_scan_result r = { 0 };
	uint64_t min_seq = evictable_min_seq(in->sizes, in->swappiness, rules);
	uint64_t nr = in->size;
	bool aging;

	if (rules->kswapd_ages_node)
		return nr_to_scan_in_age_node(in, rules, why);
	if (rules->aging_in_loop) {
		aging = false;
	} else if (mem_cgroup_below_min(&in->memcg, rules)) {
		RS_WHY(why, memcg_below_min, in->memcg.emin, in->memcg.usage);
		r.nr_to_scan = -1;
		return r;
	} else {
		aging = should_run_aging(in, rules, why);
		if (min_seq + MIN_NR_GENS > in->sizes->max_seq)
			nr = 0;
	}
	if ((nr || rules->aging_in_loop) && !in->online) {
		RS_WHY(why, nr_to_scan_offline, nr);
		r.nr_to_scan = nr;
		return r;
	}
	if (rules->lru_gen_protection)
		nr = protected_size(in, nr, &r.memcg_low_skipped, why);
	if (aging && in->priority != DEF_PRIORITY) {
		r.age = true;
		r.if_aged = -1;
		return r;
	}
	r.nr_to_scan = nr >> in->priority;
	RS_WHY(why, nr_to_scan_share, nr, in->priority, in->online, r.nr_to_scan);
	return r;
}

/* ---- the loop ---- */

static enum rs_lru_gen_step evict(struct try_to_shrink_lruvec *s, const struct rs_rules *rules)
{
	if (s->nr_to_scan <= 0) {
		/* -1: below memory.min, or it has just aged */
		s->need_rotate |= s->nr_to_scan < 0;
		return RS_LRU_GEN_END;
	}
	if (rules->aging_in_loop)
		s->nr_batch = rs_min(s->nr_to_scan, MIN_LRU_BATCH);
	else
		s->nr_batch = rules->lru_gen_nr_to_scan ? s->nr_to_scan : 0;
	return RS_LRU_GEN_EVICT;
}

enum rs_lru_gen_step try_to_shrink_lruvec_turn(struct try_to_shrink_lruvec *s, const struct get_nr_to_scan *in,
					       const struct rs_rules *rules, struct rs_why *why)
{
	struct get_nr_to_scan_result r;

	if (!s->begun || !rules->aging_in_loop) {
		r = get_nr_to_scan(in, rules, why);
		s->begun = true;
		s->nr_to_scan = r.nr_to_scan;
		s->if_aged = r.if_aged;
		if (r.age)
			return RS_LRU_GEN_AGE;
	}
	if (rules->aging_in_loop && s->nr_to_scan > 0) {
		if (mem_cgroup_below_min(&in->memcg, rules)) {
			RS_WHY(why, memcg_below_min, in->memcg.emin, in->memcg.usage);
			s->need_rotate = true;
			return RS_LRU_GEN_END;
		}
		if (should_run_aging(in, rules, why)) {
			s->should_age = true;
			return RS_LRU_GEN_AGE;
		}
	}
	return evict(s, rules);
}

enum rs_lru_gen_step try_to_shrink_lruvec_aged(struct try_to_shrink_lruvec *s, bool success,
					       const struct rs_rules *rules, struct rs_why *why)
{
	RS_WHY(why, aged, success);
	if (rules->aging_in_loop)
		s->need_rotate |= success;
	else if (success)
		s->nr_to_scan = s->if_aged;
	return evict(s, rules);
}

enum rs_lru_gen_step try_to_shrink_lruvec_evicted(struct try_to_shrink_lruvec *s, int64_t delta,
						  const struct rs_rules *rules, struct rs_why *why)
{
	if (!delta) {
		RS_WHY(why, evicted_nothing);
		return RS_LRU_GEN_END;
	}
	s->scanned += delta;
	if (!rules->aging_in_loop && s->scanned >= (uint64_t)s->nr_to_scan) {
		RS_WHY(why, evicted_enough, s->scanned, s->nr_to_scan);
		return RS_LRU_GEN_END;
	}
	return RS_LRU_GEN_ASK;
}

bool try_to_shrink_lruvec_goes_on(struct try_to_shrink_lruvec *s, bool abort, int64_t delta, bool root_reclaim,
				  const struct rs_rules *rules, struct rs_why *why)
{
	if (abort)
		return false;
	if (!rules->aging_in_loop)
		return true;
	if (root_reclaim && s->should_age) {
		RS_WHY(why, aged_enough_for_root);
		return false;
	}
	s->nr_to_scan -= delta;
	if (s->nr_to_scan > 0)
		return true;
	RS_WHY(why, evicted_enough, s->scanned, s->scanned + s->nr_to_scan);
	return false;
}

/* 6.1. */
static struct should_abort_scan_result abort_by_marks(const struct should_abort_scan *in, struct rs_why *why)
{
	struct should_abort_scan_result r = { 0 };

	if (!in->kswapd) {
		if (in->max_seq_moved > 1) {
			RS_WHY(why, abort_aged_twice, in->max_seq_moved);
			r.abort = true;
			return r;
		}
		if (in->nr_reclaimed >= in->nr_to_reclaim && in->need_swapping) {
			RS_WHY(why, abort_swapping, in->nr_reclaimed, in->nr_to_reclaim);
			r.abort = true;
			return r;
		}
		if (in->fatal_signal) {
			RS_WHY(why, abort_dying);
			r.abort = true;
			r.credit = MIN_LRU_BATCH;
			return r;
		}
		if (!in->root_reclaim)
			return r;
	} else if (in->nr_reclaimed - in->last_reclaimed < in->nr_to_reclaim) {
		return r;
	}
	if (in->priority > DEF_PRIORITY - 2)
		return r;
	r.zones_matter = true;
	r.abort = in->zones_ok;
	if (r.abort) {
		RS_WHY(why, abort_zones_ok, in->priority);
		r.credit = MIN_LRU_BATCH;
	}
	return r;
}

struct should_abort_scan_result should_abort_scan(const struct should_abort_scan *in, const struct rs_rules *rules,
						  struct rs_why *why)
{
	struct should_abort_scan_result r = { 0 };
	uint64_t enough = rs_max(in->nr_to_reclaim, compact_gap(in->order, rules));

	if (rules->kswapd_ages_node)
		return abort_by_marks(in, why);
	if (!rules->aging_in_loop && !in->root_reclaim) {
		RS_WHY(why, abort_not_memcg);
		return r;
	}
	if (in->nr_reclaimed >= enough) {
		RS_WHY(why, abort_enough, in->nr_reclaimed, in->nr_to_reclaim, in->order, enough);
		r.abort = true;
		return r;
	}
	if (!in->kswapd || in->order) {
		RS_WHY(why, abort_not_yet, in->nr_reclaimed, in->nr_to_reclaim, in->order, enough);
		return r;
	}
	r.zones_matter = true;
	r.abort = in->zones_ok;
	RS_WHY(why, abort_zones, in->zones_ok);
	return r;
}

uint64_t should_abort_scan_mark(uint64_t high_wmark_pages)
{
	return high_wmark_pages + MIN_LRU_BATCH;
}

int64_t evict_folios(const struct evict_folios *in, const struct rs_rules *rules, struct rs_why *why)
{
	struct lru_gen_folio after;
	struct lru_gen_sizes seqs;
	uint64_t min_seq;
	bool moved;
	int64_t scanned;

	if (rules->aging_in_loop) {
		RS_WHY(why, evict_returns, in->scanned);
		return in->scanned;
	}
	after = *in->lrugen;
	moved = try_to_inc_min_seq(&after, in->swappiness, rules, NULL);
	seqs.min_seq[WORKINGSET_ANON] = after.min_seq[WORKINGSET_ANON];
	seqs.min_seq[WORKINGSET_FILE] = after.min_seq[WORKINGSET_FILE];
	min_seq = evictable_min_seq(&seqs, in->swappiness, rules);
	/* Before 6.18 the test is for exactly two generations; fewer there are not. */
	scanned = min_seq + MIN_NR_GENS > after.max_seq ? 0 : in->scanned + moved;
	RS_WHY(why, evict_returns_moved, in->scanned, moved, min_seq, after.max_seq, scanned);
	return scanned;
}

/* ---- the node ---- */

bool lru_gen_shrink_node_skips(bool may_writepage, bool may_unmap, struct rs_why *why)
{
	if (may_writepage && may_unmap)
		return false;
	RS_WHY(why, lru_gen_node_skipped, may_writepage, may_unmap);
	return true;
}

static int fls_long(uint64_t x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

int set_initial_priority(const struct set_initial_priority *in, struct rs_why *why)
{
	uint64_t reclaimable = in->inactive_file;
	int priority;

	if (in->priority != DEF_PRIORITY || in->nr_to_reclaim < MIN_LRU_BATCH) {
		RS_WHY(why, initial_priority_kept, in->priority, in->nr_to_reclaim);
		return in->priority;
	}
	if (in->can_reclaim_anon)
		reclaimable += in->inactive_anon;
	/* (total >> priority) * (reclaimable / total) = nr_to_reclaim: the first is rounded down, the last up. */
	priority = fls_long(reclaimable) - 1 - fls_long(in->nr_to_reclaim - 1);
	if (priority > DEF_PRIORITY)
		priority = DEF_PRIORITY;
	if (priority < DEF_PRIORITY / 2)
		priority = DEF_PRIORITY / 2;
	RS_WHY(why, initial_priority, reclaimable, in->can_reclaim_anon, in->nr_to_reclaim, priority);
	return priority;
}

/* ---- the memcg LRU ---- */

enum rs_shrink_one shrink_one_visit(const struct mem_cgroup_below *memcg, unsigned int seg, enum memcg_lru_op *op,
				    const struct rs_rules *rules, struct rs_why *why)
{
	if (mem_cgroup_below_min(memcg, rules)) {
		RS_WHY(why, memcg_below_min, memcg->emin, memcg->usage);
		*op = MEMCG_LRU_YOUNG;
		return RS_SHRINK_ONE_SKIPPED;
	}
	if (!mem_cgroup_below_low(memcg, rules))
		return RS_SHRINK_ONE;
	RS_WHY(why, shrink_one_below_low, memcg->elow, memcg->usage, seg);
	if (seg == MEMCG_LRU_TAIL)
		return RS_SHRINK_ONE_LOW;
	*op = MEMCG_LRU_TAIL;
	return RS_SHRINK_ONE_SKIPPED;
}

enum memcg_lru_op shrink_one(bool need_rotate, bool online, bool sizable, unsigned int seg, struct rs_why *why)
{
	enum memcg_lru_op op = seg != MEMCG_LRU_TAIL ? MEMCG_LRU_TAIL : MEMCG_LRU_YOUNG;

	if (need_rotate && online)
		op = MEMCG_LRU_YOUNG;
	else if (!need_rotate && sizable)
		op = MEMCG_LRU_NOP;
	RS_WHY(why, shrink_one_op, need_rotate, online, sizable, seg, op);
	return op;
}

struct lru_gen_rotate_memcg_result lru_gen_rotate_memcg(const struct lru_gen_rotate_memcg *in, struct rs_why *why)
{
	struct lru_gen_rotate_memcg_result r = { .gen = in->gen };

	switch (in->op) {
	case MEMCG_LRU_HEAD:
	case MEMCG_LRU_TAIL:
		r.seg = in->op;
		break;
	case MEMCG_LRU_OLD:
		r.gen = in->seq % MEMCG_NR_GENS;
		break;
	case MEMCG_LRU_YOUNG:
		r.gen = (in->seq + 1) % MEMCG_NR_GENS;
		break;
	case MEMCG_LRU_NOP:
		break;
	}
	RS_WHY(why, memcg_rotated, in->op, in->gen, in->seq, r.gen, r.seg);
	return r;
}

/* ---- min_ttl_ms ---- */

bool lruvec_is_reclaimable(const struct lruvec_is_reclaimable *in, const struct rs_rules *rules, struct rs_why *why)
{
	uint64_t min_seq, birth;
	bool old;

	if (mem_cgroup_below_min(&in->memcg, rules)) {
		RS_WHY(why, memcg_below_min, in->memcg.emin, in->memcg.usage);
		return false;
	}
	if (!in->sizable) {
		RS_WHY(why, ttl_not_sizable);
		return false;
	}
	min_seq = rules->swappiness_anon_only ? evictable_min_seq(in->sizes, in->swappiness, rules) :
						in->sizes->min_seq[WORKINGSET_FILE];
	birth = in->timestamps[min_seq % MAX_NR_GENS];
	/* Up to 6.1 a generation as old as min_ttl will do, later it has to be older. */
	old = rules->kswapd_ages_node ? (int64_t)(birth + in->min_ttl - in->jiffies) <= 0 :
					(int64_t)(birth + in->min_ttl - in->jiffies) < 0;
	RS_WHY(why, ttl_age, in->jiffies - birth, in->min_ttl, old);
	return old;
}
