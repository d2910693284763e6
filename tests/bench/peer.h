/* SPDX-License-Identifier: GPL-2.0-only */
/* Another simulator on the same trace; peer_libcachesim.c is built against its sources, which are not part of this tree. */
#ifndef RS_BENCH_PEER_H
#define RS_BENCH_PEER_H

#include <stddef.h>
#include <stdint.h>

struct peer;

/* @policy: "clock", "lru". @pages: how many it holds. */
struct peer *peer_create(const char *policy, uint64_t pages);
/* Misses of the accesses. */
uint64_t peer_run(struct peer *peer, const uint32_t *ids, size_t nr);
void peer_destroy(struct peer *peer);

#endif
