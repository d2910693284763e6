/* SPDX-License-Identifier: GPL-2.0-only */
/* The bits of a request that decide something. They have kept their place from 5.10 to 7.2. */
#ifndef RS_MODEL_GFP_H
#define RS_MODEL_GFP_H

#include <stdbool.h>
#include <stdint.h>

#define __GFP_MOVABLE 0x8u
#define __GFP_RECLAIMABLE 0x10u
#define __GFP_HIGH 0x20u
#define __GFP_IO 0x40u
#define __GFP_FS 0x80u
#define __GFP_ZERO 0x100u
#define __GFP_ATOMIC 0x200u /* up to 6.1 */
#define __GFP_DIRECT_RECLAIM 0x400u
#define __GFP_KSWAPD_RECLAIM 0x800u
#define __GFP_RETRY_MAYFAIL 0x4000u
#define __GFP_NOFAIL 0x8000u
#define __GFP_NORETRY 0x10000u
#define __GFP_MEMALLOC 0x20000u
#define __GFP_NOMEMALLOC 0x80000u
#define __GFP_THISNODE 0x200000u

#define ALLOC_WMARK_MASK 0x3u
#define ALLOC_NO_WATERMARKS 0x4u
#define ALLOC_OOM 0x8u
#define ALLOC_NON_BLOCK 0x10u
#define ALLOC_HARDER 0x10u /* before ALLOC_NON_BLOCK */
#define ALLOC_MIN_RESERVE 0x20u
#define ALLOC_HIGH 0x20u /* before ALLOC_MIN_RESERVE */
#define ALLOC_CPUSET 0x40u
#define ALLOC_CMA 0x80u
#define ALLOC_NOFRAGMENT 0x100u
#define ALLOC_HIGHATOMIC 0x200u
#define ALLOC_KSWAPD 0x800u
#define ALLOC_RESERVES (ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE | ALLOC_HIGHATOMIC | ALLOC_OOM)

/* Flags of a task. */
#define PF_IO_WORKER 0x10u
#define PF_DUMPCORE 0x200u
#define PF_MEMALLOC 0x800u
#define PF_USER_WORKER 0x4000u /* from 6.4 on */
#define PF_KSWAPD 0x20000u
#define PF_LOCAL_THROTTLE 0x100000u
#define PF_KTHREAD 0x200000u

/* Compaction moves pages in and out of the file system's way: it needs __GFP_IO. */
static inline bool gfp_compaction_allowed(uint32_t gfp)
{
	return (gfp & __GFP_IO) != 0;
}

#endif
