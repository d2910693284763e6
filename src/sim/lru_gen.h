/* SPDX-License-Identifier: GPL-2.0-only */
/* MGLRU on a simulated host: the other way to keep and to scan the pages of a cgroup. */
#ifndef RS_SIM_LRU_GEN_H
#define RS_SIM_LRU_GEN_H

#include "../model/lru_gen.h"
#include "host.h"

#define RS_GEN_ZONES 4

struct rs_lrugen {
	struct lru_gen_folio state;
	struct rs_queue queue[MAX_NR_GENS][ANON_AND_FILE][RS_GEN_ZONES];
	/* by the generation in the page's flags: it may still be on the list of an older one */
	int64_t nr_pages[MAX_NR_GENS][ANON_AND_FILE][RS_GEN_ZONES];
	uint64_t timestamps[MAX_NR_GENS]; /* ticks */
	uint64_t nr_left; /* slots of pages that have left, at most */
	bool left[2];
	unsigned int gen, seg; /* in the list of memcgs */
};

/* lru_gen.c */
int rs_lru_gen_init(struct rs_sim *sim, unsigned int memcg);
struct rs_lrugen *rs_lrugen(const struct rs_sim *sim, unsigned int memcg);
struct rs_gen_folio rs_gen_folio_of(const struct rs_sim *sim, uint32_t page, bool file);
struct lru_gen_sizes rs_lru_gen_sizes(const struct rs_sim *sim, unsigned int memcg);
void rs_lru_gen_look_for_empty(struct rs_sim *sim, struct rs_lrugen *g);
void rs_lru_gen_push(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file, bool tail);
void rs_lru_gen_promote(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file);
void rs_lru_gen_move(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file, unsigned int gen);
void rs_lru_gen_uncount(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file);
bool rs_lru_gen_age(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg, int swappiness);
void rs_lru_gen_add(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file);
void rs_lru_gen_del(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file);
void rs_lru_gen_rotate(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file);
void rs_lru_gen_accessed(struct rs_sim *sim, uint32_t page);
void rs_lru_gen_refault(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file);

/* lru_gen_evict.c */
void rs_lru_gen_shrink_lruvec(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg);
void rs_lru_gen_shrink_node(struct rs_sim *sim, struct rs_scan_control *sc);
void rs_lru_gen_age_node(struct rs_sim *sim, struct rs_scan_control *sc);

#endif
