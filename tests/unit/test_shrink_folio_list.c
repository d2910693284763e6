/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "../../src/model/gfp.h"
#include "../../src/model/shrink_folio_list.h"
#include "../../src/model/why.h"
#include "kernel_rules.h"
#include "unit.h"

#define FOR_KERNELS(mask, k)                        \
	for (k = 0; k < NR_KERNELS_UNDER_TEST; k++) \
		if ((mask)&1 << k)
#define ALL 31
#define ONLY(k) (1 << (k))
#define SINCE(k) (ALL & ~((1 << (k)) - 1))
#define BEFORE(k) ((1 << (k)) - 1)

static void folio_check_references_by_kernel(void **state)
{
	static const struct {
		struct folio_check_references
			in; /* referenced, locked, exec, PG_referenced, _workingset, swapbacked, refs, lru_gen */
		unsigned int kernels;
		enum folio_references references;
		bool pg_referenced, pg_workingset;
		unsigned int branch;
	} cases[] = {
		{ { 0, 0, 0, 0, 0, 0, 0, 0 }, ALL, FOLIOREF_RECLAIM, 0, 0, RS_BRANCH_refs_none },
		{ { 0, 0, 0, 1, 0, 0, 0, 0 }, ALL, FOLIOREF_RECLAIM_CLEAN, 0, 0, RS_BRANCH_refs_none },
		{ { 0, 0, 0, 1, 1, 1, 0, 0 }, ALL, FOLIOREF_RECLAIM, 0, 1, RS_BRANCH_refs_none },
		{ { 1, 0, 0, 0, 0, 0, 0, 0 }, ALL, FOLIOREF_KEEP, 1, 0, RS_BRANCH_refs_once },
		{ { 1, 0, 1, 0, 0, 1, 0, 0 }, ALL, FOLIOREF_KEEP, 1, 0, RS_BRANCH_refs_once },
		{ { 1, 0, 1, 0, 0, 0, 0, 0 }, ALL, FOLIOREF_ACTIVATE, 1, 0, RS_BRANCH_refs_executable },
		{ { 1, 0, 0, 1, 0, 1, 0, 0 }, ALL, FOLIOREF_ACTIVATE, 1, 0, RS_BRANCH_refs_twice },
		{ { 2, 0, 0, 0, 0, 1, 0, 0 }, ALL, FOLIOREF_ACTIVATE, 1, 0, RS_BRANCH_refs_twice },
		{ { 1, 1, 0, 1, 0, 0, 0, 0 }, ONLY(V5_10), FOLIOREF_RECLAIM, 0, 0, RS_BRANCH_refs_vm_locked },
		{ { 1, 1, 0, 1, 0, 0, 0, 0 },
		  ONLY(V6_1) | ONLY(V6_12),
		  FOLIOREF_ACTIVATE,
		  0,
		  0,
		  RS_BRANCH_refs_vm_locked },
		{ { 1, 1, 0, 1, 0, 0, 0, 0 }, SINCE(V6_18), FOLIOREF_ACTIVATE, 1, 0, RS_BRANCH_refs_vm_locked },
		{ { -1, 0, 0, 1, 0, 0, 0, 0 },
		  ONLY(V6_1) | ONLY(V6_12),
		  FOLIOREF_KEEP,
		  0,
		  0,
		  RS_BRANCH_refs_contended },
		{ { -1, 0, 0, 1, 0, 0, 0, 0 }, SINCE(V6_18), FOLIOREF_KEEP, 1, 0, RS_BRANCH_refs_contended },
		/* MGLRU: before 6.18 as the classic LRU */
		{ { 1, 0, 0, 0, 0, 0, 0, 1 }, BEFORE(V6_18), FOLIOREF_KEEP, 1, 0, RS_BRANCH_refs_once },
		{ { 2, 0, 0, 0, 0, 0, 0, 1 }, SINCE(V6_18), FOLIOREF_KEEP, 1, 0, RS_BRANCH_refs_lru_gen },
		{ { 0, 0, 0, 1, 0, 0, 0, 1 }, SINCE(V6_18), FOLIOREF_RECLAIM, 1, 0, RS_BRANCH_refs_lru_gen },
		{ { 1, 0, 0, 1, 0, 0, 0, 1 }, ONLY(V6_18), FOLIOREF_ACTIVATE, 0, 1, RS_BRANCH_refs_lru_gen },
		{ { 1, 0, 0, 1, 0, 0, 1, 1 }, ONLY(V7_2), FOLIOREF_ACTIVATE, 1, 0, RS_BRANCH_refs_lru_gen },
		{ { 1, 0, 0, 1, 0, 0, 2, 1 }, ONLY(V7_2), FOLIOREF_ACTIVATE, 0, 1, RS_BRANCH_refs_lru_gen },
		{ { 1, 0, 0, 0, 1, 0, 0, 1 }, ONLY(V6_18), FOLIOREF_ACTIVATE, 0, 1, RS_BRANCH_refs_lru_gen },
	};
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		FOR_KERNELS(cases[i].kernels, k)
		{
			struct rs_why why = { 0 };
			struct folio_check_references_result r =
				folio_check_references(&cases[i].in, rules_of(k), &why);

			assert_int_equal(r.references, cases[i].references);
			assert_int_equal(r.pg_referenced, cases[i].pg_referenced);
			assert_int_equal(r.pg_workingset, cases[i].pg_workingset);
			assert_int_equal(why.step[0].branch, cases[i].branch);
		}
}

static void pageout_writes_what_only_reclaim_holds(void **state)
{
	static const struct {
		struct pageout in; /* refcount, nr_pages, private, mapping, buffers_freed, writable, dirty, refused */
		pageout_t answer;
	} cases[] = {
		{ { 3, 1, false, true, false, true, true, false }, PAGE_KEEP },
		{ { 2, 1, true, true, false, true, true, false }, PAGE_KEEP },
		{ { 2, 1, false, true, false, true, true, false }, PAGE_SUCCESS },
		{ { 18, 16, true, true, false, true, true, false }, PAGE_SUCCESS },
		{ { 2, 1, false, true, false, true, false, false }, PAGE_CLEAN },
		{ { 2, 1, false, true, false, true, false, true }, PAGE_CLEAN },
		{ { 2, 1, false, true, false, true, true, true }, PAGE_ACTIVATE },
		{ { 2, 1, false, true, false, false, true, false }, PAGE_ACTIVATE },
		{ { 2, 1, false, false, true, true, true, false }, PAGE_KEEP },
		{ { 3, 1, true, false, true, true, true, false }, PAGE_CLEAN },
		{ { 3, 1, true, false, false, true, true, false }, PAGE_KEEP },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(pageout(&cases[i].in, NULL), cases[i].answer);
}

/* A clean, unmapped page of a file, and direct reclaim that may do anything. */
static struct shrink_folio_list clean(void)
{
	return (struct shrink_folio_list){
		.nr_pages = 1,
		.evictable = true,
		.gfp_mask = __GFP_IO | __GFP_FS,
		.writeback_throttling_sane = true,
		.may_unmap = true,
		.may_writepage = true,
		.mapping = true,
		.can_split = true,
	};
}

static struct shrink_folio_list anon(uint32_t nr_pages)
{
	struct shrink_folio_list in = clean();

	in.nr_pages = nr_pages;
	in.anon = in.swapbacked = in.mapped = true;
	in.pageout = PAGE_SUCCESS;
	return in;
}

/* The fate on each kernel of a mask, and the counts that are not zero. */
static void assert_fate(const struct shrink_folio_list *in, unsigned int kernels, struct shrink_folio_list_result want)
{
	int k;

	FOR_KERNELS(kernels, k)
	{
		struct rs_why why = { 0 };
		struct shrink_folio_list_result r = shrink_folio_list(in, rules_of(k), &why);

		assert_int_equal(r.fate, want.fate);
		assert_int_equal(r.nr_scanned, want.nr_scanned);
		assert_int_equal(r.nr_reclaimed, want.nr_reclaimed);
		assert_int_equal(r.set_active, want.set_active);
		assert_int_equal(r.set_reclaim, want.set_reclaim);
		assert_int_equal(r.free_swap, want.free_swap);
		assert_memory_equal(&r.stat, &want.stat, sizeof(r.stat));
		assert_true(why.nr > 0);
	}
}
#define FATE(in, kernels, f, ...) \
	assert_fate(in, kernels, (struct shrink_folio_list_result){ .fate = RS_FATE_##f, ##__VA_ARGS__ })
/* One page goes to the active list, and is counted there by type. */
#define FATE_ACTIVE(in, kernels, file, ...) \
	FATE(in, kernels, ACTIVATE, .nr_scanned = 1, .set_active = true, .stat.nr_activate[file] = 1, ##__VA_ARGS__)

static void clean_file_page_is_freed(void **state)
{
	struct shrink_folio_list in = clean();

	(void)state;
	FATE(&in, ALL, FREE, .nr_scanned = 1, .nr_reclaimed = 1);
	in.nr_pages = 16;
	in.mapped = true;
	FATE(&in, SINCE(V6_1), FREE, .nr_scanned = 16, .nr_reclaimed = 16);
	FATE(&in, ONLY(V5_10), FREE, .nr_scanned = 1, .nr_reclaimed = 1); /* split first */
	in.split_failed = true;
	FATE(&in, ONLY(V5_10), KEEP, .nr_scanned = 16);
	in.nr_pages = 2;
	FATE(&in, ONLY(V5_10), KEEP, .nr_scanned = 2);
	in = clean();
	in.remove_failed = true;
	FATE(&in, ALL, KEEP, .nr_scanned = 1);
	in = clean();
	in.mapping = false;
	FATE(&in, ALL, KEEP, .nr_scanned = 1);
}

static void folio_that_cannot_be_looked_at(void **state)
{
	struct shrink_folio_list in = clean();

	(void)state;
	in.locked = true;
	FATE(&in, ALL, KEEP);
	in = clean();
	in.hwpoison = true;
	FATE(&in, BEFORE(V6_12), FREE, .nr_scanned = 1, .nr_reclaimed = 1);
	FATE(&in, SINCE(V6_12), POISONED);
	in.nr_pages = 2;
	FATE(&in, SINCE(V6_12), KEEP);
	in = clean();
	in.evictable = false;
	FATE_ACTIVE(&in, ALL, 1);
	in.mlocked = true;
	in.swapcache = true;
	FATE(&in, ALL, ACTIVATE, .nr_scanned = 1, .free_swap = true);
	in = clean();
	in.may_unmap = false;
	FATE(&in, ALL, FREE, .nr_scanned = 1, .nr_reclaimed = 1);
	in.mapped = true;
	FATE(&in, ALL, KEEP, .nr_scanned = 1);
	in = clean();
	in.lru_gen = in.mapped = in.pg_referenced = true;
	FATE(&in, ONLY(V6_1) | ONLY(V6_12), KEEP, .nr_scanned = 1);
	FATE(&in, ONLY(V5_10) | SINCE(V6_18), FREE, .nr_scanned = 1, .nr_reclaimed = 1);
	in.ignore_references = true;
	FATE(&in, ALL, FREE, .nr_scanned = 1, .nr_reclaimed = 1);
	in.ignore_references = false;
	in.mapped = false;
	FATE(&in, ALL, FREE, .nr_scanned = 1, .nr_reclaimed = 1);
	in.mapped = true;
	in.pg_referenced = false;
	FATE(&in, ALL, FREE, .nr_scanned = 1, .nr_reclaimed = 1);
	in.pg_referenced = true;
	in.lru_gen = false;
	FATE(&in, ALL, FREE, .nr_scanned = 1, .nr_reclaimed = 1);
}

static void dirty_file_page_is_left_to_flushers(void **state)
{
	struct shrink_folio_list in = clean();

	(void)state;
	in.dirty = true;
	FATE_ACTIVE(&in, ALL, 1, .set_reclaim = true, .stat.nr_dirty = 1, .stat.nr_unqueued_dirty = 1);
	in.nr_pages = 4;
	FATE(&in, SINCE(V6_1), ACTIVATE, .nr_scanned = 4, .set_active = true, .set_reclaim = true,
	     .stat = { .nr_activate[1] = 4, .nr_dirty = 4, .nr_unqueued_dirty = 4 });
	in.nr_pages = 1;
	in.kswapd = in.reclaim = in.pgdat_dirty = true; /* all three: kswapd writes */
	in.pageout = PAGE_CLEAN;
	FATE(&in, BEFORE(V7_2), FREE, .nr_scanned = 1, .nr_reclaimed = 1, .stat.nr_dirty = 1,
	     .stat.nr_unqueued_dirty = 1);
	FATE_ACTIVE(&in, ONLY(V7_2), 1, .set_reclaim = true, .stat.nr_dirty = 1, .stat.nr_unqueued_dirty = 1);
	in.kswapd = false;
	FATE_ACTIVE(&in, ALL, 1, .set_reclaim = true, .stat.nr_dirty = 1, .stat.nr_unqueued_dirty = 1);
	in.kswapd = true;
	in.reclaim = false;
	FATE_ACTIVE(&in, ALL, 1, .set_reclaim = true, .stat.nr_dirty = 1, .stat.nr_unqueued_dirty = 1);
	in.reclaim = true;
	in.references = FOLIOREF_RECLAIM_CLEAN;
	FATE(&in, BEFORE(V7_2), KEEP, .nr_scanned = 1, .stat.nr_dirty = 1, .stat.nr_unqueued_dirty = 1);
	in.ignore_references = true;
	FATE(&in, BEFORE(V7_2), FREE, .nr_scanned = 1, .nr_reclaimed = 1, .stat.nr_dirty = 1,
	     .stat.nr_unqueued_dirty = 1);
	/* the file system knows better */
	in = clean();
	in.dirty = in.private = in.is_dirty_writeback = true;
	FATE_ACTIVE(&in, ALL, 1, .set_reclaim = true);
	in.fs_writeback = true;
	in.fs_dirty = true;
	FATE_ACTIVE(&in, ALL, 1, .set_reclaim = true, .stat.nr_dirty = 1);
	in.inode_congested = true;
	FATE_ACTIVE(&in, ALL, 1, .set_reclaim = true, .stat.nr_dirty = 1, .stat.nr_congested = 1);
	in.fs_dirty = false; /* what is being written is not clean either */
	FATE_ACTIVE(&in, ALL, 1, .set_reclaim = true, .stat.nr_dirty = 1, .stat.nr_congested = 1);
	/* and where it has no opinion, the flags count */
	in = clean();
	in.dirty = in.private = true;
	FATE_ACTIVE(&in, ALL, 1, .set_reclaim = true, .stat.nr_dirty = 1, .stat.nr_unqueued_dirty = 1);
	in.private = false;
	in.is_dirty_writeback = true;
	FATE_ACTIVE(&in, ALL, 1, .set_reclaim = true, .stat.nr_dirty = 1, .stat.nr_unqueued_dirty = 1);
	/* dirty only in a page table */
	in = clean();
	in.mapped = in.pte_dirty = true;
	FATE_ACTIVE(&in, ALL, 1, .set_reclaim = true);
	in.mapped = false;
	FATE(&in, ALL, FREE, .nr_scanned = 1, .nr_reclaimed = 1);
}

static void folio_under_writeback_is_activated_or_waited_for(void **state)
{
	struct shrink_folio_list in = clean();

	(void)state;
	in.writeback = in.reclaim = in.kswapd = in.pgdat_writeback = true;
	FATE_ACTIVE(&in, ALL, 1, .stat.nr_dirty = 1, .stat.nr_congested = 1, .stat.nr_immediate = 1);
	in.kswapd = false;
	FATE_ACTIVE(&in, ALL, 1, .set_reclaim = true, .stat.nr_dirty = 1, .stat.nr_congested = 1,
		    .stat.nr_writeback = 1);
	in.reclaim = false;
	in.kswapd = true;
	FATE_ACTIVE(&in, ALL, 1, .set_reclaim = true, .stat.nr_dirty = 1, .stat.nr_writeback = 1);
	in.reclaim = true;
	in.pgdat_writeback = false;
	in.nr_pages = 8;
	FATE(&in, SINCE(V6_1), ACTIVATE, .nr_scanned = 8, .set_active = true, .set_reclaim = true,
	     .stat = { .nr_activate[1] = 8, .nr_dirty = 8, .nr_congested = 8, .nr_writeback = 8 });
	FATE(&in, ONLY(V5_10), ACTIVATE, .nr_scanned = 8, .set_active = true, .set_reclaim = true,
	     .stat = { .nr_activate[1] = 8, .nr_dirty = 1, .nr_congested = 1, .nr_writeback = 1 });
	in.nr_pages = 1;
	in.writeback_throttling_sane = false; /* legacy memcg */
	FATE(&in, ALL, RETRY, .nr_scanned = 1, .stat.nr_dirty = 1, .stat.nr_congested = 1);
	in.may_deadlock = true;
	FATE_ACTIVE(&in, ALL, 1, .set_reclaim = true, .stat.nr_dirty = 1, .stat.nr_congested = 1,
		    .stat.nr_writeback = 1);
	in.may_deadlock = false;
	in.gfp_mask = __GFP_IO;
	FATE_ACTIVE(&in, ALL, 1, .set_reclaim = true, .stat.nr_dirty = 1, .stat.nr_congested = 1,
		    .stat.nr_writeback = 1);
	/* swap cache needs IO only, unless swap is a file */
	in.swapcache = in.swapbacked = in.anon = true;
	FATE(&in, ALL, RETRY, .nr_scanned = 1);
	in.swap_fs_ops = true;
	FATE_ACTIVE(&in, ALL, 0, .set_reclaim = true, .stat.nr_writeback = 1);
}

static void references_save_a_folio_or_not(void **state)
{
	struct shrink_folio_list in = clean();

	(void)state;
	in.nr_pages = 2;
	in.references = FOLIOREF_ACTIVATE;
	FATE(&in, ALL, ACTIVATE, .nr_scanned = 2, .set_active = true, .stat.nr_activate[1] = 2);
	in.references = FOLIOREF_KEEP;
	FATE(&in, ALL, KEEP, .nr_scanned = 2, .stat.nr_ref_keep = 2);
	in.ignore_references = true;
	FATE(&in, SINCE(V6_1), FREE, .nr_scanned = 2, .nr_reclaimed = 2);
	in.demote = true;
	FATE(&in, SINCE(V6_1), DEMOTE, .nr_scanned = 2);
	in.ignore_references = false;
	FATE(&in, SINCE(V6_1), KEEP, .nr_scanned = 2, .stat.nr_ref_keep = 2);
}

static void anon_page_needs_swap(void **state)
{
	struct shrink_folio_list in = anon(1);

	(void)state;
	in.after_write = RS_WRITE_PENDING;
	FATE(&in, ALL, KEEP, .nr_scanned = 1, .stat.nr_pageout = 1);
	in.after_write = RS_WRITE_AGAIN;
	FATE(&in, ALL, KEEP, .nr_scanned = 1, .stat.nr_pageout = 1);
	in.after_write = RS_WRITE_DONE;
	FATE(&in, ALL, FREE, .nr_scanned = 1, .nr_reclaimed = 1, .stat.nr_pageout = 1);
	in.pageout = PAGE_KEEP;
	FATE(&in, ALL, KEEP, .nr_scanned = 1);
	in.pageout = PAGE_ACTIVATE;
	in.swap_full = true;
	FATE_ACTIVE(&in, ALL, 0, .free_swap = true);
	in.swap_full = false;
	FATE_ACTIVE(&in, ALL, 0);
	in.gfp_mask = __GFP_IO; /* enough for swap on a device */
	FATE_ACTIVE(&in, ALL, 0);
	in.swap_fs_ops = true;
	FATE(&in, ALL, KEEP, .nr_scanned = 1);
	in.swap_fs_ops = false;
	in.may_writepage = false;
	FATE(&in, ALL, KEEP, .nr_scanned = 1);
	in = anon(1);
	in.gfp_mask = __GFP_FS; /* swap is I/O */
	FATE(&in, ALL, KEEP, .nr_scanned = 1);
	in.gfp_mask = 0;
	in.swapcache = in.dirty = true;
	FATE(&in, ALL, KEEP, .nr_scanned = 1);
	in = anon(1);
	in.swap = RS_SWAP_FULL;
	in.swap_full = true;
	FATE_ACTIVE(&in, ALL, 0);
	in = anon(1);
	in.dma_pinned = true;
	FATE(&in, ALL, KEEP, .nr_scanned = 1);
	/* in the swap cache and clean: no I/O at all */
	in = anon(1);
	in.swapcache = true;
	in.gfp_mask = 0;
	FATE(&in, ALL, FREE, .nr_scanned = 1, .nr_reclaimed = 1);
	in.dma_pinned = true;
	FATE(&in, ONLY(V5_10), FREE, .nr_scanned = 1, .nr_reclaimed = 1);
	FATE_ACTIVE(&in, SINCE(V6_1), 0);
}

static void large_anon_folio_is_split_where_swap_is_short(void **state)
{
	struct shrink_folio_list in = anon(512);

	(void)state;
	FATE(&in, ALL, FREE, .nr_scanned = 512, .nr_reclaimed = 512, .stat.nr_pageout = 512);
	in.swap = RS_SWAP_SPLIT;
	FATE(&in, ALL, FREE, .nr_scanned = 1, .nr_reclaimed = 1, .stat.nr_pageout = 1);
	in.swap = RS_SWAP_FULL;
	FATE_ACTIVE(&in, ALL, 0);
	in.swap = RS_SWAP_SPLIT_FAILED;
	FATE(&in, ALL, ACTIVATE, .nr_scanned = 512, .set_active = true, .stat.nr_activate[0] = 512);
	in.partially_mapped = true; /* was split before, so it is not large now */
	FATE_ACTIVE(&in, ALL, 0);
	in.swap = RS_SWAP_DONE;
	FATE(&in, ALL, FREE, .nr_scanned = 1, .nr_reclaimed = 1, .stat.nr_pageout = 1);
	in.split_failed = true;
	FATE(&in, ALL, ACTIVATE, .nr_scanned = 512, .set_active = true, .stat.nr_activate[0] = 512);
	in.can_split = false;
	in.partially_mapped = in.split_failed = false;
	FATE(&in, ALL, ACTIVATE, .nr_scanned = 512, .set_active = true, .stat.nr_activate[0] = 512);
	/* the smallest large folio */
	in = anon(2);
	in.swap = RS_SWAP_SPLIT_FAILED;
	FATE(&in, ALL, ACTIVATE, .nr_scanned = 2, .set_active = true, .stat.nr_activate[0] = 2);
	in.swap = RS_SWAP_DONE;
	in.can_split = false;
	FATE(&in, ALL, ACTIVATE, .nr_scanned = 2, .set_active = true, .stat.nr_activate[0] = 2);
	/* shmem */
	in = anon(512);
	in.anon = false;
	in.mapped = false;
	FATE(&in, BEFORE(V6_12), FREE, .nr_scanned = 1, .nr_reclaimed = 1);
	FATE(&in, SINCE(V6_12), FREE, .nr_scanned = 512, .nr_reclaimed = 512);
	in.split_failed = true;
	FATE(&in, BEFORE(V6_12), KEEP, .nr_scanned = 512);
	in.nr_pages = 1;
	FATE(&in, ALL, FREE, .nr_scanned = 1, .nr_reclaimed = 1);
}

static void mapped_folio_has_to_be_unmapped(void **state)
{
	struct shrink_folio_list in = anon(1);

	(void)state;
	in.still_mapped = true;
	FATE(&in, ALL, ACTIVATE, .nr_scanned = 1, .set_active = true,
	     .stat = { .nr_activate[0] = 1, .nr_unmap_fail = 1 });
	in.swapbacked = false; /* lazyfree: of the file lists, until it is dirtied */
	FATE(&in, ALL, ACTIVATE, .nr_scanned = 1, .set_active = true,
	     .stat = { .nr_activate[1] = 1, .nr_unmap_fail = 1 });
	in.lazyfree_redirtied = true;
	FATE(&in, ALL, ACTIVATE, .nr_scanned = 1, .set_active = true,
	     .stat = { .nr_activate[0] = 1, .nr_unmap_fail = 1, .nr_lazyfree_fail = 1 });
	in.still_mapped = in.lazyfree_redirtied = false;
	FATE(&in, ALL, FREE, .nr_scanned = 1, .nr_reclaimed = 1);
	in.mapping = false; /* not asked for */
	in.remove_failed = true;
	FATE(&in, ALL, FREE, .nr_scanned = 1, .nr_reclaimed = 1);
	in.dirty_at_last = true;
	FATE(&in, ONLY(V5_10), KEEP, .nr_scanned = 1);
	FATE(&in, SINCE(V6_1), FREE, .nr_scanned = 1, .nr_reclaimed = 1);
	in.freeze_failed = true;
	FATE(&in, ALL, KEEP, .nr_scanned = 1);
	in.dirty = true; /* no work for flushers, so not counted */
	FATE_ACTIVE(&in, ALL, 1, .set_reclaim = true);
}

static void buffers_have_to_be_released(void **state)
{
	struct shrink_folio_list in = clean();

	(void)state;
	in.private = true;
	FATE(&in, ALL, FREE, .nr_scanned = 1, .nr_reclaimed = 1);
	in.release_failed = true;
	FATE_ACTIVE(&in, ALL, 1);
	in.release_failed = false;
	in.mapping = false;
	FATE(&in, ALL, KEEP, .nr_scanned = 1);
	in.last_reference = true;
	FATE(&in, ALL, FREE, .nr_scanned = 1, .nr_reclaimed = 1);
	in.nr_pages = 4;
	in.put_raced = true;
	FATE(&in, SINCE(V6_1), FREE, .nr_scanned = 4, .nr_reclaimed = 4);
	in.nr_pages = 1;
	FATE(&in, ONLY(V5_10), FREE, .nr_scanned = 1, .nr_reclaimed = 1);
	in.mapping = true;
	in.remove_failed = true;
	FATE(&in, ALL, KEEP, .nr_scanned = 1);
}

/* Random folios in random states: repeatable, counted once, freed or kept, and never more than the folio has. */
static void shrink_folio_list_properties(void **state)
{
	struct shrink_folio_list_result r, again;
	uint64_t seed = 19;
	int i;

	(void)state;
	for (i = 0; i < 200000; i++) {
		const struct rs_rules *rules = rules_of(i % NR_KERNELS_UNDER_TEST);
		struct shrink_folio_list in = anon(1u << unit_random(&seed) % 10);
		uint32_t n = in.nr_pages;
		bool *flags[] = {
			&in.locked,	   &in.hwpoison,	 &in.mlocked,	    &in.dirty,
			&in.writeback,	   &in.reclaim,		 &in.swapcache,	    &in.anon,
			&in.swapbacked,	   &in.private,		 &in.pg_referenced, &in.kswapd,
			&in.still_mapped,  &in.pgdat_writeback,	 &in.pgdat_dirty,   &in.demote,
			&in.dma_pinned,	   &in.partially_mapped, &in.split_failed,  &in.lazyfree_redirtied,
			&in.pte_dirty,	   &in.release_failed,	 &in.put_raced,	    &in.freeze_failed,
			&in.remove_failed, &in.swap_full,	 &in.lru_gen,
		};
		uint64_t bits = unit_random(&seed) & unit_random(&seed), fates;
		size_t f;

		for (f = 0; f < sizeof(flags) / sizeof(flags[0]); f++)
			*flags[f] = bits >> f & 1;
		in.swap = unit_random(&seed) % 4;
		in.references = unit_random(&seed) % 4;
		in.pageout = unit_random(&seed) % 4;
		in.after_write = unit_random(&seed) % 3;
		in.may_unmap = unit_random(&seed) % 4;
		in.gfp_mask = unit_random(&seed) % 4 * __GFP_IO;
		r = shrink_folio_list(&in, rules, NULL);
		again = shrink_folio_list(&in, rules, &(struct rs_why){ 0 });
		assert_memory_equal(&r.stat, &again.stat, sizeof(r.stat));
		assert_int_equal(r.fate, again.fate);
		fates = r.nr_reclaimed + r.stat.nr_activate[0] + r.stat.nr_activate[1] + r.stat.nr_ref_keep;
		assert_true(fates <= n);
		assert_true(r.nr_scanned == n || r.nr_scanned == 1 || r.nr_scanned == 0);
		assert_true(r.stat.nr_pageout <= n && r.stat.nr_dirty <= n && r.stat.nr_unmap_fail <= n);
		assert_true(r.stat.nr_unqueued_dirty <= r.stat.nr_dirty && r.stat.nr_congested <= r.stat.nr_dirty);
		assert_int_equal(r.set_active, r.stat.nr_activate[0] + r.stat.nr_activate[1] > 0);
		assert_int_equal(r.nr_reclaimed > 0, r.fate == RS_FATE_FREE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folio_check_references_by_kernel),
		cmocka_unit_test(pageout_writes_what_only_reclaim_holds),
		cmocka_unit_test(clean_file_page_is_freed),
		cmocka_unit_test(folio_that_cannot_be_looked_at),
		cmocka_unit_test(dirty_file_page_is_left_to_flushers),
		cmocka_unit_test(folio_under_writeback_is_activated_or_waited_for),
		cmocka_unit_test(references_save_a_folio_or_not),
		cmocka_unit_test(anon_page_needs_swap),
		cmocka_unit_test(large_anon_folio_is_split_where_swap_is_short),
		cmocka_unit_test(mapped_folio_has_to_be_unmapped),
		cmocka_unit_test(buffers_have_to_be_released),
		cmocka_unit_test(shrink_folio_list_properties),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
