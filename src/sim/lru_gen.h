/* SPDX-License-Identifier: GPL-2.0-only */
/* MGLRU on a simulated host: the other way to keep and to scan the pages of a cgroup. */
#ifndef RS_SIM_LRU_GEN_H
#define RS_SIM_LRU_GEN_H

#include "host.h"

void rs_lru_gen_add(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file);
void rs_lru_gen_del(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file);
void rs_lru_gen_rotate(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file);
void rs_lru_gen_accessed(struct rs_sim *sim, uint32_t page);
void rs_lru_gen_refault(struct rs_sim *sim, unsigned int memcg, uint32_t page, bool file);
void rs_lru_gen_shrink_lruvec(struct rs_sim *sim, struct rs_scan_control *sc, unsigned int memcg);
void rs_lru_gen_shrink_node(struct rs_sim *sim, struct rs_scan_control *sc);

#endif
