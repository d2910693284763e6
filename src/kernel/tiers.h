/* SPDX-License-Identifier: GPL-2.0-only */
/* Tiers of memory: nodes whose pages reclaim can move to a slower node, instead of swapping them or dropping them. */
#ifndef RS_KERNEL_TIERS_H
#define RS_KERNEL_TIERS_H

#include <stdint.h>

#define RS_MEMORY_TIERS "/sys/devices/virtual/memory_tiering"

/*
 * The nodes, a bit for each below 64, that have a slower tier after their own, as next_demotion_node() wants it.
 * @directory: RS_MEMORY_TIERS. 0: none, or a kernel without tiers (before 6.1).
 */
uint64_t rs_nodes_above_last_tier(const char *directory);

#endif
