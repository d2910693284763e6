/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tree is walked in the kernel's order, by stages that either decide the folio's fate or hand it
 * on. Locks, the demotion itself and the batched TLB flush are left out.
 */
#include "shrink_folio_list.h"

#include "gfp.h"
#include "rules.h"
#include "why.h"

/* MGLRU since 6.18: the first reference is remembered in PG_referenced, the second makes it workingset. */
static bool lru_gen_set_refs(const struct folio_check_references *in, const struct rs_rules *rules,
			     struct folio_check_references_result *r)
{
	if (!in->pg_referenced && !in->pg_workingset) {
		r->pg_referenced = true;
		return false;
	}
	if (!rules->lru_gen_refs_counted || in->refs > 1) {
		r->pg_workingset = true;
		r->pg_referenced = false;
	}
	return true;
}

struct folio_check_references_result folio_check_references(const struct folio_check_references *in,
							    const struct rs_rules *rules, struct rs_why *why)
{
	struct folio_check_references_result r = {
		.pg_referenced = in->pg_referenced && rules->referenced_kept_early,
		.pg_workingset = in->pg_workingset,
	};
	bool file = !in->swapbacked;

	if (in->vm_locked) {
		RS_WHY(why, refs_vm_locked);
		r.references = rules->vm_locked_activates ? FOLIOREF_ACTIVATE : FOLIOREF_RECLAIM;
		return r;
	}
	if (in->referenced == -1) {
		RS_WHY(why, refs_contended);
		r.references = FOLIOREF_KEEP;
		return r;
	}
	if (rules->lru_gen_set_refs && in->lru_gen) {
		RS_WHY(why, refs_lru_gen, in->referenced, in->pg_referenced, in->pg_workingset, in->refs);
		if (!in->referenced)
			r.references = FOLIOREF_RECLAIM;
		else
			r.references = lru_gen_set_refs(in, rules, &r) ? FOLIOREF_ACTIVATE : FOLIOREF_KEEP;
		return r;
	}

	r.pg_referenced = false;
	if (in->referenced) {
		r.pg_referenced = true;
		if (in->pg_referenced || in->referenced > 1) {
			RS_WHY(why, refs_twice, in->pg_referenced, in->referenced);
			r.references = FOLIOREF_ACTIVATE;
		} else if (in->vm_exec && file) {
			RS_WHY(why, refs_executable, in->referenced);
			r.references = FOLIOREF_ACTIVATE;
		} else {
			RS_WHY(why, refs_once, in->referenced);
			r.references = FOLIOREF_KEEP;
		}
		return r;
	}
	RS_WHY(why, refs_none, in->pg_referenced, file);
	r.references = in->pg_referenced && file ? FOLIOREF_RECLAIM_CLEAN : FOLIOREF_RECLAIM;
	return r;
}

pageout_t pageout(const struct pageout *in, struct rs_why *why)
{
	if (in->refcount - in->private != 1 + (int)in->nr_pages) {
		RS_WHY(why, pageout_referenced, in->refcount, in->private, in->nr_pages);
		return PAGE_KEEP;
	}
	if (!in->mapping) {
		RS_WHY(why, pageout_no_mapping, in->private, in->buffers_freed);
		return in->private && in->buffers_freed ? PAGE_CLEAN : PAGE_KEEP;
	}
	if (!in->writable || (in->dirty && in->refused)) {
		RS_WHY(why, pageout_refused, in->writable, in->refused);
		return PAGE_ACTIVATE;
	}
	RS_WHY(why, pageout_tried, in->dirty);
	return in->dirty ? PAGE_SUCCESS : PAGE_CLEAN;
}

/* One folio on its way. */
struct turn {
	const struct shrink_folio_list *in;
	const struct rs_rules *rules;
	struct rs_why *why;
	struct shrink_folio_list_result r;
	uint32_t nr_pages; /* now: a split leaves 1 */
	bool swapcache, swapbacked, dirty; /* now */
};

/* A stage: true: the fate is decided. */
static bool fate(struct turn *t, enum rs_folio_fate fate)
{
	t->r.fate = fate;
	return true;
}

static bool keep(struct turn *t)
{
	return fate(t, RS_FATE_KEEP);
}

static bool activate(struct turn *t)
{
	return fate(t, RS_FATE_ACTIVATE);
}

/* What 5.10 counts as one folio is later counted in pages. */
static uint32_t stat_pages(const struct turn *t)
{
	return t->rules->folio_stat_pages ? t->nr_pages : 1;
}

static bool may_enter_fs(const struct turn *t)
{
	if (t->in->gfp_mask & __GFP_FS)
		return true;
	return t->swapcache && t->in->gfp_mask & __GFP_IO && !t->in->swap_fs_ops;
}

/* The tail of a large folio went back to the list, where it will be counted for itself. */
static void split(struct turn *t)
{
	t->r.nr_scanned -= t->nr_pages - 1;
	t->nr_pages = 1;
}

static bool stage_lock(struct turn *t)
{
	const struct shrink_folio_list *in = t->in;

	if (in->locked) {
		RS_WHY(t->why, folio_locked);
		return keep(t);
	}
	if (t->rules->reclaim_skips_hwpoison && in->hwpoison) {
		RS_WHY(t->why, folio_hwpoison, in->nr_pages);
		return fate(t, in->nr_pages > 1 ? RS_FATE_KEEP : RS_FATE_POISONED);
	}
	t->r.nr_scanned = in->nr_pages;
	if (!in->evictable) {
		RS_WHY(t->why, folio_unevictable, in->mlocked);
		return activate(t);
	}
	if (!in->may_unmap && in->mapped) {
		RS_WHY(t->why, folio_no_unmap);
		return keep(t);
	}
	if (t->rules->lru_gen_keeps_referenced && in->lru_gen && !in->ignore_references && in->mapped &&
	    in->pg_referenced) {
		RS_WHY(t->why, folio_promoted);
		return keep(t);
	}
	return false;
}

/* What flushers could have done about it: they write files, and only reclaim writes anon. */
static void folio_check_dirty_writeback(const struct shrink_folio_list *in, bool *dirty, bool *writeback)
{
	bool refined = in->private && in->is_dirty_writeback;

	*dirty = *writeback = false;
	if (in->swapbacked || in->anon)
		return;
	*dirty = refined ? in->fs_dirty : in->dirty;
	*writeback = refined ? in->fs_writeback : in->writeback;
}

static bool stage_writeback(struct turn *t)
{
	const struct shrink_folio_list *in = t->in;
	struct reclaim_stat *stat = &t->r.stat;
	bool dirty, writeback;

	folio_check_dirty_writeback(in, &dirty, &writeback);
	if (dirty || writeback)
		stat->nr_dirty += stat_pages(t);
	if (dirty && !writeback)
		stat->nr_unqueued_dirty += stat_pages(t);
	if ((writeback && in->reclaim) || ((dirty || writeback) && in->inode_congested))
		stat->nr_congested += stat_pages(t);

	if (!in->writeback)
		return false;
	if (in->kswapd && in->reclaim && in->pgdat_writeback) {
		RS_WHY(t->why, writeback_immediate);
		stat->nr_immediate += stat_pages(t);
		return activate(t);
	}
	if (in->writeback_throttling_sane || !in->reclaim || !may_enter_fs(t) || in->may_deadlock) {
		RS_WHY(t->why, writeback_marked, in->writeback_throttling_sane, in->reclaim, may_enter_fs(t),
		       in->may_deadlock);
		t->r.set_reclaim = true;
		stat->nr_writeback += stat_pages(t);
		return activate(t);
	}
	RS_WHY(t->why, writeback_waited);
	return fate(t, RS_FATE_RETRY);
}

static bool stage_references(struct turn *t)
{
	const struct shrink_folio_list *in = t->in;

	if (!in->ignore_references) {
		if (in->references == FOLIOREF_ACTIVATE) {
			RS_WHY(t->why, folio_ref_activate);
			return activate(t);
		}
		if (in->references == FOLIOREF_KEEP) {
			RS_WHY(t->why, folio_ref_keep);
			t->r.stat.nr_ref_keep += t->nr_pages;
			return keep(t);
		}
	}
	if (in->demote) {
		RS_WHY(t->why, folio_demote);
		return fate(t, RS_FATE_DEMOTE);
	}
	return false;
}

/* Anon pages need a place in swap before they can leave. */
static bool stage_swap(struct turn *t)
{
	const struct shrink_folio_list *in = t->in;

	if (!(in->gfp_mask & __GFP_IO)) {
		RS_WHY(t->why, swap_no_io);
		return keep(t);
	}
	if (in->dma_pinned) {
		RS_WHY(t->why, swap_pinned);
		return keep(t);
	}
	if (in->nr_pages > 1) {
		if (!in->can_split) {
			RS_WHY(t->why, swap_cannot_split);
			return activate(t);
		}
		if (in->partially_mapped) {
			if (in->split_failed) {
				RS_WHY(t->why, split_failed);
				return activate(t);
			}
			split(t);
		}
	}
	if (in->swap != RS_SWAP_DONE) {
		RS_WHY(t->why, swap_alloc_failed, in->swap, t->nr_pages);
		if (t->nr_pages > 1 && in->swap == RS_SWAP_SPLIT_FAILED)
			return activate(t);
		split(t);
		if (in->swap != RS_SWAP_SPLIT)
			return activate(t);
	}
	t->swapcache = true;
	t->dirty = true; /* add_to_swap() says so */
	return false;
}

static bool stage_anon(struct turn *t)
{
	const struct shrink_folio_list *in = t->in;

	if (in->anon && in->swapbacked)
		return !in->swapcache && stage_swap(t);
	if (in->nr_pages > 1 && (t->rules->reclaim_splits_file || (t->rules->reclaim_splits_shmem && in->swapbacked))) {
		if (in->split_failed) {
			RS_WHY(t->why, split_failed);
			return keep(t);
		}
		split(t);
	}
	return false;
}

static bool stage_unmap(struct turn *t)
{
	const struct shrink_folio_list *in = t->in;

	if (in->mapped && in->still_mapped) {
		RS_WHY(t->why, unmap_failed, in->swapbacked, in->lazyfree_redirtied);
		t->r.stat.nr_unmap_fail += t->nr_pages;
		if (!in->swapbacked && in->lazyfree_redirtied) {
			t->r.stat.nr_lazyfree_fail += t->nr_pages;
			t->swapbacked = true;
		}
		return activate(t);
	}
	if (in->mapped && in->pte_dirty)
		t->dirty = true;
	/* Where pages are no longer mapped, a pin is all that can still point to them. */
	if (t->rules->dma_pinned_after_unmap && in->dma_pinned) {
		RS_WHY(t->why, unmap_pinned);
		return activate(t);
	}
	return false;
}

static bool stage_pageout(struct turn *t)
{
	const struct shrink_folio_list *in = t->in;

	if (!in->swapbacked && (!t->rules->pgdat_dirty || !in->kswapd || !in->reclaim || !in->pgdat_dirty)) {
		RS_WHY(t->why, dirty_file, in->kswapd, in->reclaim, in->pgdat_dirty);
		t->r.set_reclaim = true;
		return activate(t);
	}
	if (!in->ignore_references && in->references == FOLIOREF_RECLAIM_CLEAN) {
		RS_WHY(t->why, dirty_reclaim_clean);
		return keep(t);
	}
	if (!may_enter_fs(t) || !in->may_writepage) {
		RS_WHY(t->why, dirty_may_not, may_enter_fs(t), in->may_writepage);
		return keep(t);
	}
	RS_WHY(t->why, dirty_pageout, in->pageout, in->after_write);
	switch (in->pageout) {
	case PAGE_KEEP:
		return keep(t);
	case PAGE_ACTIVATE:
		return activate(t);
	case PAGE_SUCCESS:
		t->r.stat.nr_pageout += t->nr_pages;
		if (in->after_write != RS_WRITE_DONE)
			return keep(t);
		return false;
	case PAGE_CLEAN:
		break;
	}
	return false;
}

static bool freed(struct turn *t)
{
	RS_WHY(t->why, folio_freed, t->nr_pages);
	t->r.nr_reclaimed = t->nr_pages;
	return fate(t, RS_FATE_FREE);
}

static bool stage_release(struct turn *t)
{
	const struct shrink_folio_list *in = t->in;

	if (in->private) {
		if (in->release_failed) {
			RS_WHY(t->why, release_failed);
			return activate(t);
		}
		if (!in->mapping && in->last_reference) {
			if (!in->put_raced)
				return freed(t);
			RS_WHY(t->why, release_raced);
			t->r.nr_reclaimed = stat_pages(t);
			return fate(t, RS_FATE_FREE);
		}
	}
	if (in->anon && !in->swapbacked) {
		if (in->freeze_failed || (t->rules->lazyfree_checks_dirty && in->dirty_at_last)) {
			RS_WHY(t->why, lazyfree_kept, in->freeze_failed, in->dirty_at_last);
			return keep(t);
		}
	} else if (!in->mapping || in->remove_failed) {
		RS_WHY(t->why, remove_failed, in->mapping, in->remove_failed);
		return keep(t);
	}
	return freed(t);
}

struct shrink_folio_list_result shrink_folio_list(const struct shrink_folio_list *in, const struct rs_rules *rules,
						  struct rs_why *why)
{
	struct turn t = {
		.in = in,
		.rules = rules,
		.why = why,
		.nr_pages = in->nr_pages,
		.swapcache = in->swapcache,
		.swapbacked = in->swapbacked,
		.dirty = in->dirty,
	};

	if (!stage_lock(&t) && !stage_writeback(&t) && !stage_references(&t) && !stage_anon(&t) && !stage_unmap(&t) &&
	    !(t.dirty && stage_pageout(&t)))
		stage_release(&t);

	if (t.r.fate == RS_FATE_ACTIVATE) {
		t.r.free_swap = t.swapcache && (in->swap_full || in->mlocked);
		t.r.set_active = !in->mlocked;
		if (t.r.set_active)
			t.r.stat.nr_activate[!t.swapbacked] += t.nr_pages;
	}
	return t.r;
}
