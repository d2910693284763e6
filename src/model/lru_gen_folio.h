/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * MGLRU, folio by folio: which type and which tiers are evicted (a feedback loop on refaults), what
 * becomes of each folio at the tail of an oldest generation, when generations move, and what a folio
 * that comes back means.
 */
#ifndef RS_MODEL_LRU_GEN_FOLIO_H
#define RS_MODEL_LRU_GEN_FOLIO_H

#include "lru.h"

struct rs_rules;
struct rs_why;
struct rs_shadow;
struct rs_shadow_layout;

#define MIN_NR_GENS 2
#define MAX_NR_GENS 4
#define MAX_NR_TIERS 4
#define LRU_REFS_WIDTH 2
#define MIN_LRU_BATCH 64
#define MAX_LRU_BATCH 4096
#define MAX_SWAPPINESS 200
#define LRU_GEN_ANON 0
#define LRU_GEN_FILE 1

/* lruvec->lrugen, as far as decisions on folios read it. The three counters are of the oldest generation. */
struct lru_gen_folio {
	uint64_t max_seq, min_seq[ANON_AND_FILE];
	uint64_t avg_refaulted[ANON_AND_FILE][MAX_NR_TIERS], avg_total[ANON_AND_FILE][MAX_NR_TIERS];
	uint64_t refaulted[ANON_AND_FILE][MAX_NR_TIERS], evicted[ANON_AND_FILE][MAX_NR_TIERS];
	uint64_t protected[ANON_AND_FILE][MAX_NR_TIERS]; /* tier 0 is never up to 6.12 */
	bool empty[MAX_NR_GENS][ANON_AND_FILE]; /* its lists of all zones are */
};

static inline unsigned int lru_gen_from_seq(uint64_t seq)
{
	return seq % MAX_NR_GENS;
}

static inline unsigned int get_nr_gens(const struct lru_gen_folio *lrugen, int type)
{
	return lrugen->max_seq - lrugen->min_seq[type] + 1;
}

/* What MGLRU looks at of a folio. */
struct rs_gen_folio {
	uint32_t nr_pages;
	int zid;
	unsigned int gen; /* lru_gen_from_seq() */
	unsigned int bits; /* LRU_REFS_MASK */
	bool file; /* folio_is_file_lru() */
	bool anon; /* lazyfree: anon and file */
	bool lru, active, referenced, workingset, dirty, writeback, reclaim, swapcache, mapped;
	bool locked; /* a race: told afterwards, or a moment before */
	bool mlocked; /* !folio_evictable() */
	bool frozen; /* its last reference was gone */
};

/* ---- D44, D45 ---- */

/* D44. Mirrors lru_gen_add_folio(): the generation that a folio joins. @reclaiming: to be evicted next. */
uint64_t lru_gen_folio_seq(const struct lru_gen_folio *lrugen, const struct rs_gen_folio *folio, bool reclaiming,
			   const struct rs_rules *rules, struct rs_why *why);
/* D45. Mirrors folio_lru_refs(). */
unsigned int folio_lru_refs(const struct rs_gen_folio *folio, const struct rs_rules *rules);
/* D45. Mirrors lru_tier_from_refs(). */
unsigned int lru_tier_from_refs(unsigned int refs, bool workingset, const struct rs_rules *rules);

/* ---- D50 ---- */

/* What is scanned first. */
struct rs_type_choice {
	int type;
	int tier; /* -1: get_tier_idx() tells */
	bool compared; /* by the refaults of both types */
};

/* D50. Mirrors get_type_to_scan(), and the choice around it in isolate_folios() up to 6.12. */
struct rs_type_choice get_type_to_scan(const struct lru_gen_folio *lrugen, int swappiness, uint32_t gfp_mask,
				       const struct rs_rules *rules, struct rs_why *why);
/* D50. Mirrors get_tier_idx(): the highest tier of @type that is evicted. */
int get_tier_idx(const struct lru_gen_folio *lrugen, int type, const struct rs_rules *rules, struct rs_why *why);

/* ---- D52 ---- */

/* One call of scan_folios(): begin, then for each zone in its order its folios from the tail, until zone_over. */
struct scan_folios {
	/* In. */
	int type, tier, reclaim_idx;
	uint32_t gfp_mask;
	bool may_unmap, may_writepage;
	unsigned int gen; /* the oldest of this type */
	/* Out. */
	bool zone_over; /* the rest of this zone's list stays where it is */
	bool over;
	int64_t remaining; /* folios */
	uint64_t scanned, sorted, isolated, skipped_zone, skipped; /* pages */
	uint64_t protected[MAX_NR_TIERS]; /* pages, as they are added to lrugen->protected */
};

enum rs_scan_outcome {
	RS_SCAN_ISOLATED,
	RS_SCAN_CULLED, /* to the unevictable list */
	RS_SCAN_LAZYFREE, /* dirtied again: back to anon */
	RS_SCAN_PROMOTED, /* to the list of the generation it is in already */
	RS_SCAN_PROTECTED, /* the next generation */
	RS_SCAN_INELIGIBLE, /* in a zone that does not help: the next generation */
	RS_SCAN_WRITEBACK, /* waits for writing, or is locked: the next generation */
	RS_SCAN_SKIPPED, /* may not be taken by this reclaim */
	RS_SCAN_RACED, /* freed, or isolated by somebody else; skipped as well */
};

/* @nr_to_scan: the argument of isolate_folios(), which has none up to 6.12. */
void scan_folios_begin(struct scan_folios *s, const struct lru_gen_folio *lrugen, uint64_t nr_to_scan,
		       const struct rs_rules *rules);
/* The zone to scan in turn @turn of MAX_NR_ZONES: reclaim_idx and down, then those above. */
int scan_folios_zone(const struct scan_folios *s, unsigned int turn);
/* D52. Mirrors sort_folio() and isolate_folio() of one folio, and the accounting around them. */
enum rs_scan_outcome scan_folios_step(struct scan_folios *s, const struct rs_gen_folio *folio,
				      const struct rs_rules *rules, struct rs_why *why);
/* After the last folio of a zone, or zone_over: tells in over whether there is a next zone. */
void scan_folios_end_zone(struct scan_folios *s);
/* What it returns. */
uint64_t scan_folios_ret(const struct scan_folios *s, const struct rs_rules *rules);

/* The loop of isolate_folios() around it. */
struct isolate_folios {
	int type, tier; /* to be scanned next */
	unsigned int turns; /* left */
	bool compared; /* the first type was */
	uint64_t ret;
	uint64_t isolated; /* pages */
	int type_scanned; /* what is told to the caller; -1: nothing, it was not written */
};

void isolate_folios_begin(struct isolate_folios *s, const struct lru_gen_folio *lrugen, int swappiness,
			  uint32_t gfp_mask, const struct rs_rules *rules, struct rs_why *why);
/* After scan_folios() of s->type and s->tier. True: once more. */
bool isolate_folios_step(struct isolate_folios *s, const struct scan_folios *scan, const struct lru_gen_folio *lrugen,
			 const struct rs_rules *rules, struct rs_why *why);

/* ---- generations move ---- */

/* D50. Mirrors reset_ctrl_pos(carryover): the counters of the oldest generation go into the averages. */
void reset_ctrl_pos(struct lru_gen_folio *lrugen, int type);
/* D51. Mirrors try_to_inc_min_seq(). True: something advanced. */
bool try_to_inc_min_seq(struct lru_gen_folio *lrugen, int swappiness, const struct rs_rules *rules,
			struct rs_why *why);
/* D55. Mirrors the new generation of inc_max_seq(). The folios of a generation that has to go are not its business. */
void inc_max_seq(struct lru_gen_folio *lrugen, struct rs_why *why);

/* ---- D42: refaults ---- */

struct rs_lru_gen_refault {
	const struct lru_gen_folio *lrugen; /* of the folio's lruvec, which is that of the shadow too */
	bool file;
	bool in_fault; /* the task is in a page fault */
};

struct rs_lru_gen_refault_result {
	bool recent;
	unsigned int refs, tier; /* refaulted[type][tier] grows */
	bool workingset; /* PG_workingset, WORKINGSET_RESTORE */
	bool activate; /* WORKINGSET_ACTIVATE */
};

/* Mirrors lru_gen_eviction(): what goes into a shadow for @folio. */
struct rs_shadow lru_gen_eviction(const struct lru_gen_folio *lrugen, const struct rs_gen_folio *folio,
				  const struct rs_rules *rules);
/* Mirrors lru_gen_refault() of a shadow of the same lruvec. */
struct rs_lru_gen_refault_result lru_gen_refault(const struct rs_lru_gen_refault *in, const struct rs_shadow *shadow,
						 const struct rs_shadow_layout *layout, const struct rs_rules *rules,
						 struct rs_why *why);

#endif
