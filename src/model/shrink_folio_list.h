/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shrink_folio_list(), one folio: the tree of tests that ends in freeing, keeping or activating it.
 * What the kernel finds out on the way (references, unmapping, writing) is an input like the others;
 * only what lies on the way that is taken has to be known.
 */
#ifndef RS_MODEL_SHRINK_FOLIO_LIST_H
#define RS_MODEL_SHRINK_FOLIO_LIST_H

#include "lru.h"
#include "shrink_list.h"

struct rs_rules;
struct rs_why;

enum folio_references {
	FOLIOREF_RECLAIM,
	FOLIOREF_RECLAIM_CLEAN,
	FOLIOREF_KEEP,
	FOLIOREF_ACTIVATE,
};

struct folio_check_references {
	int referenced; /* folio_referenced(): VMAs with a young bit, -1 contended */
	bool vm_locked, vm_exec; /* of the vm_flags that it returned */
	bool pg_referenced, pg_workingset; /* the flags at that moment */
	bool swapbacked;
	unsigned int refs; /* MGLRU: reference bits of the folio */
	bool lru_gen; /* MGLRU is enabled, and not being switched */
};

struct folio_check_references_result {
	enum folio_references references;
	bool pg_referenced, pg_workingset; /* the flags afterwards */
};

/* D40. Mirrors folio_check_references(), page_check_references() of 5.10. */
struct folio_check_references_result folio_check_references(const struct folio_check_references *in,
							    const struct rs_rules *rules, struct rs_why *why);

/* What pageout() answers. */
typedef enum {
	PAGE_CLEAN, /* it can be freed */
	PAGE_KEEP,
	PAGE_ACTIVATE,
	PAGE_SUCCESS, /* handed to the device */
} pageout_t;

struct pageout {
	int refcount;
	uint32_t nr_pages;
	bool private; /* buffers or the like hold a reference */
	bool mapping; /* folio_mapping() is not NULL */
	bool buffers_freed; /* no mapping, but buffers: they could be freed */
	bool writable; /* there is a way to write it: writepage(), from 6.18 on only shmem and swap */
	bool dirty; /* folio_clear_dirty_for_io() */
	bool refused; /* the file system answered AOP_WRITEPAGE_ACTIVATE */
};

/* 1.7 i. Mirrors pageout(). */
pageout_t pageout(const struct pageout *in, struct rs_why *why);

enum rs_swap_alloc {
	RS_SWAP_DONE,
	RS_SWAP_FULL, /* add_to_swap(), folio_alloc_swap() failed; a large folio: also after it was split */
	RS_SWAP_SPLIT, /* it failed for the large folio, which was split, and its first page got a slot */
	RS_SWAP_SPLIT_FAILED, /* it failed, and the large folio could not be split */
};

enum rs_after_write {
	RS_WRITE_DONE, /* clean, and locked again */
	RS_WRITE_PENDING, /* under writeback or dirty, or not locked again */
	RS_WRITE_AGAIN, /* locked, but dirty or under writeback again */
};

struct shrink_folio_list {
	/* The folio as it came. */
	uint32_t nr_pages;
	bool locked; /* folio_trylock() failed */
	bool hwpoison;
	bool evictable, mlocked, mapped, dirty, writeback, reclaim, swapcache;
	bool anon, swapbacked, private, pg_referenced;
	bool is_dirty_writeback; /* the file system has its own view of a folio with buffers, which is: */
	bool fs_dirty, fs_writeback;
	bool inode_congested; /* 5.10: inode_write_congested() */
	bool swap_fs_ops; /* 6.1 and later: swap on a file system, SWP_FS_OPS */
	bool may_deadlock; /* 6.18 and later: mapping_writeback_may_deadlock_on_reclaim() */
	/* The reclaimer. */
	uint32_t gfp_mask;
	bool kswapd, writeback_throttling_sane, may_unmap, may_writepage, ignore_references, lru_gen;
	bool pgdat_writeback, pgdat_dirty; /* flags of the node */
	bool demote; /* this pass demotes, and the folio can be migrated */
	/* Found on the way. */
	enum folio_references references;
	bool dma_pinned; /* folio_maybe_dma_pinned() */
	bool can_split; /* can_split_folio() */
	bool partially_mapped; /* 5.10, 6.1: not mapped as a whole */
	bool split_failed; /* of a partially mapped one, or of a large folio that is not anon */
	enum rs_swap_alloc swap;
	bool still_mapped; /* after try_to_unmap() */
	bool lazyfree_redirtied; /* for that reason: it became swapbacked again */
	bool pte_dirty; /* unmapping made it dirty */
	pageout_t pageout;
	enum rs_after_write after_write;
	bool mapping; /* folio_mapping() is not NULL, after writing */
	bool release_failed; /* filemap_release_folio() */
	bool last_reference; /* without mapping and buffers: the reclaimer held the only reference */
	bool put_raced; /* then somebody else freed it first */
	bool freeze_failed; /* lazyfree: folio_ref_freeze() */
	bool dirty_at_last; /* lazyfree, 5.10: dirtied after unmapping */
	bool remove_failed; /* __remove_mapping() */
	bool swap_full; /* mem_cgroup_swap_full(), of one that is activated */
};

enum rs_folio_fate {
	RS_FATE_KEEP,
	RS_FATE_ACTIVATE, /* the activate label: becomes active unless mlocked */
	RS_FATE_FREE,
	RS_FATE_DEMOTE,
	RS_FATE_RETRY, /* legacy memcg: waits for writeback, then the folio comes once more */
	RS_FATE_POISONED, /* unmapped and dropped, on no list */
};

struct shrink_folio_list_result {
	enum rs_folio_fate fate;
	struct reclaim_stat stat; /* what this folio adds */
	uint32_t nr_scanned, nr_reclaimed; /* pages, likewise */
	bool set_active, set_reclaim; /* the flags it gets */
	bool free_swap; /* folio_free_swap() is tried */
};

/* 1.7. Mirrors one turn of shrink_folio_list(), shrink_page_list() of 5.10. */
struct shrink_folio_list_result shrink_folio_list(const struct shrink_folio_list *in, const struct rs_rules *rules,
						  struct rs_why *why);

#endif
