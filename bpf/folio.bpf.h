/* SPDX-License-Identifier: GPL-2.0-only */
/* Looking at a folio. On 5.10 it is a struct page, whose first 64 bytes mean the same. */
#ifndef RS_FOLIO_BPF_H
#define RS_FOLIO_BPF_H

#define FOLIO_SIZE 64
#define MAPPING_ANON 1UL /* the low bit of folio->mapping */
#define MEMCG_DATA_FLAGS 7UL

#define FLAG_BIT(flags, name, ours)                                                                \
	(((flags) >> bpf_core_enum_value(enum pageflags, name)) & 1 ? (ours) : 0)

/* In the flags word, by the layout of Debian's x86-64 kernels: node from bit 54, zone from 51, MGLRU from 25. */
static __always_inline __u64 folio_zid(__u64 flags)
{
	return flags >> 51 & 7;
}

static __always_inline __u64 folio_gen(__u64 flags)
{
	return flags >> 27 & 7;
}

static __always_inline __u64 folio_refs(__u64 flags)
{
	return flags >> 25 & 3;
}

/* Our bits for the flags word, which stands first in every kernel, and the mapping. */
static __always_inline __u32 folio_flags(__u64 flags, __u64 mapping)
{
	return FLAG_BIT(flags, PG_locked, RS_FOLIO_LOCKED) |
	       FLAG_BIT(flags, PG_referenced, RS_FOLIO_REFERENCED) |
	       FLAG_BIT(flags, PG_dirty, RS_FOLIO_DIRTY) | FLAG_BIT(flags, PG_lru, RS_FOLIO_LRU) |
	       FLAG_BIT(flags, PG_active, RS_FOLIO_ACTIVE) |
	       FLAG_BIT(flags, PG_workingset, RS_FOLIO_WORKINGSET) |
	       FLAG_BIT(flags, PG_swapcache, RS_FOLIO_SWAPCACHE) |
	       FLAG_BIT(flags, PG_private, RS_FOLIO_PRIVATE) |
	       FLAG_BIT(flags, PG_writeback, RS_FOLIO_WRITEBACK) |
	       FLAG_BIT(flags, PG_head, RS_FOLIO_HEAD) | FLAG_BIT(flags, PG_reclaim, RS_FOLIO_RECLAIM) |
	       FLAG_BIT(flags, PG_swapbacked, RS_FOLIO_SWAPBACKED) |
	       FLAG_BIT(flags, PG_unevictable, RS_FOLIO_UNEVICTABLE) |
	       FLAG_BIT(flags, PG_mlocked, RS_FOLIO_MLOCKED) |
	       (mapping & MAPPING_ANON ? RS_FOLIO_ANON : 0);
}

static __always_inline bool folio_is_file(__u64 flags)
{
	return !FLAG_BIT(flags, PG_swapbacked, 1);
}

/* Base pages of a folio. Swap cache bits are only valid with swapbacked, which nobody here needs. */
static __always_inline __u32 folio_nr_pages(__u64 folio, __u64 flags)
{
	if (!FLAG_BIT(flags, PG_head, 1))
		return 1;
	if (HAS(struct folio___v6_18, _nr_pages))
		return READ32(struct folio___v6_18, _nr_pages, folio);
	if (HAS(struct folio___v6_12, _folio_nr_pages))
		return READ32(struct folio___v6_12, _folio_nr_pages, folio);
	if (HAS(struct folio___v6_1, _folio_order))
		return 1U << (read8(folio + OFFSET(struct folio___v6_1, _folio_order)) & 31);
	return 1U << (read8(folio + FOLIO_SIZE + OFFSET(struct page___v5_10, compound_order)) & 31);
}

static __always_inline __s32 folio_mapcount(__u64 folio, __u64 flags)
{
	if (FLAG_BIT(flags, PG_head, 1) && HAS(struct folio___large_mapcount, _large_mapcount))
		return (__s32)READ32(struct folio___large_mapcount, _large_mapcount, folio) + 1;
	return (__s32)READ32(struct page, _mapcount, folio) + 1;
}

static __always_inline __u64 folio_memcg(__u64 folio)
{
	__u64 owner;

	if (HAS(struct page___memcg_data, memcg_data)) {
		owner = READ64(struct page___memcg_data, memcg_data, folio) & ~MEMCG_DATA_FLAGS;
		if (owner && HAS(struct obj_cgroup___is_root, is_root))
			return READ64(struct obj_cgroup___is_root, memcg, owner);
		return owner;
	}
	if (HAS(struct page___v5_10, mem_cgroup))
		return READ64(struct page___v5_10, mem_cgroup, folio);
	return 0;
}

/*
 * Where a folio belongs while it is not in memory: the same number when it leaves and when it comes back,
 * and one more for each page that follows. 0: it is swapped in past the swap cache, and does not tell.
 */
static __always_inline __u64 folio_place(__u64 folio, __u64 flags)
{
	__u64 at[3] = {}; /* mapping, index, private: in this order everywhere */

	copy(at, sizeof(at), folio + OFFSET(struct page, mapping));
	if (folio_is_file(flags))
		return (scramble(at[0]) << 32) + (__u32)at[1];
	return FLAG_BIT(flags, PG_swapcache, 1) ? at[2] : 0;
}

/* The node is in the highest bits, as long as sections are not there: never with a virtual memmap. */
static __always_inline __s32 folio_nid(__u64 flags)
{
	return opts.nodes_shift > 0 ? flags >> (64 - opts.nodes_shift) : 0;
}

/* Node of a shadow entry: xa_value bit, workingset bit, then the node. */
static __always_inline __s32 shadow_nid(__u64 shadow)
{
	return (shadow >> 2) & ((1U << (opts.nodes_shift & 31)) - 1);
}

#endif
