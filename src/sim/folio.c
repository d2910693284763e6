/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What reclaim does with a page of an inactive list. The model is asked once for each combination of the page's
 * flags and of what the reclaimer may do; the answer is kept.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "host.h"

/* The bits of a mode: all that the verdict depends on beside the page. */
#define MODE_FILE 0x001
#define MODE_EXEC 0x002
#define MODE_KSWAPD 0x004
#define MODE_MAY_WRITEPAGE 0x008
#define MODE_MAY_UNMAP 0x010
#define MODE_IO 0x020
#define MODE_FS 0x040
#define MODE_PGDAT_WRITEBACK 0x080
#define MODE_PGDAT_DIRTY 0x100
#define MODE_SWAP_FREE 0x200
#define MODE_SWAP_FULL 0x400 /* mem_cgroup_swap_full() */
#define MODE_REFS_SHIFT 11 /* MGLRU: two bits of references */

unsigned int rs_verdict_mode(const struct rs_sim *sim, const struct rs_scan_control *sc, bool file, bool exec,
			     unsigned int memcg)
{
	return (file ? MODE_FILE : 0) | (exec ? MODE_EXEC : 0) | (sc->kswapd ? MODE_KSWAPD : 0) |
	       (sc->may_writepage ? MODE_MAY_WRITEPAGE : 0) | (sc->may_unmap ? MODE_MAY_UNMAP : 0) |
	       (sc->gfp & __GFP_IO ? MODE_IO : 0) | (sc->gfp & __GFP_FS ? MODE_FS : 0) |
	       (sim->pgdat_writeback ? MODE_PGDAT_WRITEBACK : 0) | (sim->pgdat_dirty ? MODE_PGDAT_DIRTY : 0) |
	       (!file && rs_swap_pages(sim, memcg) > 0 ? MODE_SWAP_FREE : 0) |
	       (!file && rs_swap_full(sim, memcg) ? MODE_SWAP_FULL : 0);
}

unsigned int rs_verdict_refs(unsigned int refs)
{
	return refs << MODE_REFS_SHIFT;
}

static pageout_t pageout_of(bool file, const struct rs_rules *rules)
{
	const struct pageout in = {
		.refcount = 2,
		.nr_pages = 1,
		.mapping = true,
		/* by then no kernel has a way to write a page of a file from reclaim */
		.writable = !file || !rules->lru_gen_set_refs,
		.dirty = true,
	};

	return pageout(&in, NULL);
}

static struct shrink_folio_list page_as_seen(const struct rs_sim *sim, unsigned int mode, unsigned int flags)
{
	uint8_t hot = flags;
	bool file = mode & MODE_FILE;
	const struct rs_sim_device *dev = file ? &sim->conf.file : &sim->conf.swap;

	return (struct shrink_folio_list){
		.nr_pages = 1,
		.evictable = true,
		.mapped = !(hot & PG_UNMAPPED),
		.dirty = hot & PG_DIRTY,
		.writeback = flags & PG_WRITEBACK << 8,
		.reclaim = hot & PG_RECLAIM,
		.swapcache = !file && (flags & PG_BACKED << 8),
		.anon = !file,
		.swapbacked = !file,
		.pg_referenced = hot & PG_REFERENCED,
		.gfp_mask = (mode & MODE_IO ? __GFP_IO : 0) | (mode & MODE_FS ? __GFP_FS : 0),
		.kswapd = mode & MODE_KSWAPD,
		.writeback_throttling_sane = true,
		.may_unmap = mode & MODE_MAY_UNMAP,
		.may_writepage = mode & MODE_MAY_WRITEPAGE,
		.pgdat_writeback = mode & MODE_PGDAT_WRITEBACK,
		.pgdat_dirty = mode & MODE_PGDAT_DIRTY,
		.swap = mode & MODE_SWAP_FREE ? RS_SWAP_DONE : RS_SWAP_FULL,
		.pageout = pageout_of(file, sim->rules),
		.after_write = dev->synchronous ? RS_WRITE_DONE : RS_WRITE_PENDING,
		.mapping = true,
		.swap_full = mode & MODE_SWAP_FULL,
		.lru_gen = sim->conf.lru_gen,
	};
}

/* Are references looked at before the fate is decided? Only then does looking clear them. */
static bool asks_references(struct shrink_folio_list in, const struct rs_rules *rules)
{
	in.references = FOLIOREF_KEEP;
	if (shrink_folio_list(&in, rules, NULL).stat.nr_ref_keep)
		return true;
	return false;
}

static void judge(struct rs_sim *sim, struct rs_verdict *v, unsigned int mode, unsigned int flags)
{
	uint8_t hot = flags;
	struct shrink_folio_list in = page_as_seen(sim, mode, flags);
	const struct folio_check_references refs = {
		.referenced = in.mapped && hot & PG_YOUNG,
		.vm_exec = mode & MODE_EXEC,
		.pg_referenced = hot & PG_REFERENCED,
		.pg_workingset = hot & PG_WORKINGSET,
		.swapbacked = in.swapbacked,
		.refs = mode >> MODE_REFS_SHIFT,
		.lru_gen = sim->conf.lru_gen,
	};
	struct folio_check_references_result after = folio_check_references(&refs, sim->rules, NULL);
	struct shrink_folio_list_result r;
	enum rs_goes to;

	if (asks_references(in, sim->rules)) {
		v->hot_clear |= PG_YOUNG | PG_REFERENCED | PG_WORKINGSET;
		v->hot_set |= (after.pg_referenced ? PG_REFERENCED : 0) | (after.pg_workingset ? PG_WORKINGSET : 0);
	}
	in.references = after.references;
	r = shrink_folio_list(&in, sim->rules, NULL);
	v->fate = r.fate;
	v->nr_dirty = r.stat.nr_dirty;
	v->nr_unqueued_dirty = r.stat.nr_unqueued_dirty;
	v->nr_congested = r.stat.nr_congested;
	v->nr_writeback = r.stat.nr_writeback;
	v->nr_immediate = r.stat.nr_immediate;
	v->nr_ref_keep = r.stat.nr_ref_keep;
	v->writes = r.stat.nr_pageout;
	/* a place in swap: taken on the way to the device, or on the way to being freed */
	v->takes_slot = in.anon && !in.swapcache && (v->writes || r.fate == RS_FATE_FREE);
	v->cold_set = v->takes_slot ? PG_BACKED : 0;
	if (r.set_reclaim)
		v->hot_set |= PG_RECLAIM;
	if (v->writes) {
		v->hot_clear |= PG_DIRTY;
		if (in.after_write == RS_WRITE_PENDING) {
			v->hot_set |= PG_RECLAIM;
			v->cold_set |= PG_WRITEBACK;
		}
	}
	if (r.set_active)
		v->hot_set |= PG_ACTIVE;
	if (r.free_swap)
		v->frees_slot = true;
	v->hot_clear &= ~v->hot_set;
	/* a dirty page of a file is counted until it is written, or gone */
	v->cleans = !in.anon && in.dirty && (v->writes || r.fate == RS_FATE_FREE);
	v->plain = !(v->cold_set | v->writes | v->takes_slot | v->frees_slot | v->cleans | v->nr_dirty |
		     v->nr_unqueued_dirty | v->nr_congested | v->nr_writeback | v->nr_immediate);
	hot = (hot & ~v->hot_clear) | v->hot_set;
	to = r.fate == RS_FATE_FREE ? RS_GOES_FREE : hot & PG_ACTIVE ? RS_GOES_ACTIVE : RS_GOES_INACTIVE;
	v->word = 1ULL << to * 8 | (uint64_t)in.mapped << RS_WORD_MAPPED | (uint64_t)(to * 8) << RS_WORD_GOES;
	if (v->plain)
		v->word |= (uint64_t)v->nr_ref_keep << RS_WORD_REF_KEEP | (uint64_t)hot << RS_WORD_HOT;
	v->known = 1;
}

const struct rs_verdict *rs_verdict_ask(struct rs_sim *sim, unsigned int mode, unsigned int flags)
{
	struct rs_verdict *v;

	if (!sim->verdicts[mode]) {
		sim->verdicts[mode] = calloc(1, sizeof(**sim->verdicts));
		if (!sim->verdicts[mode]) {
			static const struct rs_verdict keep = { .fate = RS_FATE_KEEP };

			sim->error = -ENOMEM;
			return &keep;
		}
	}
	v = &sim->verdicts[mode]->of[flags];
	judge(sim, v, mode, flags);
	if (v->plain && flags < 256)
		sim->verdicts[mode]->plain[flags] = v->word;
	return v;
}

bool rs_verdict_carry_out(struct rs_sim *sim, unsigned int memcg, uint32_t page, const struct rs_verdict *v,
			  struct reclaim_stat *stat)
{
	stat->nr_dirty += v->nr_dirty;
	stat->nr_unqueued_dirty += v->nr_unqueued_dirty;
	stat->nr_congested += v->nr_congested;
	stat->nr_writeback += v->nr_writeback;
	stat->nr_immediate += v->nr_immediate;
	stat->nr_ref_keep += v->nr_ref_keep;
	stat->nr_pageout += v->writes;
	sim->hot[page] = (sim->hot[page] & ~v->hot_clear) | v->hot_set;
	sim->cold[page] |= v->cold_set;
	if (v->takes_slot)
		rs_swap_take(sim, memcg);
	if (v->frees_slot) {
		rs_swap_free(sim, memcg);
		sim->cold[page] &= ~PG_BACKED;
		sim->hot[page] |= PG_DIRTY;
	}
	if (v->cleans)
		rs_page_cleaned(sim, page);
	return v->writes;
}

void rs_pageout(struct rs_sim *sim, struct rs_thread *thread, bool file, const uint32_t *pages, unsigned int nr)
{
	if (!nr)
		return;
	if (!file)
		sim->counts.pswpout += nr;
	rs_device_write(sim, thread, file ? &sim->file : &sim->swap, pages, nr);
}

/* They go, one after the other, and leave their shadows. */
void rs_evict(struct rs_sim *sim, const struct rs_scan_control *sc, const uint32_t *pages, unsigned int nr, bool file)
{
	unsigned int memcg = sc->target > 0 ? sc->target : 0, i;
	struct workingset_eviction in = {
		.nonresident_age = sim->memcgs[memcg].lruvec.nonresident_age,
		.nr_pages = 1,
		.memcgid = memcg,
		.bucket_order = sim->bucket_order[file],
		.file = file,
	};
	/* copies, since what is written to hot[] could be anything for a compiler */
	const struct rs_rules rules = *sim->rules;
	uint64_t *shadows = sim->shadow;
	uint8_t *hot = sim->hot;

	for (i = 0; i < nr; i++) {
		struct workingset_eviction_result r;

		in.workingset = hot[pages[i]] & PG_WORKINGSET;
		r = workingset_eviction(&in, &rs_shadow_layout, &rules, NULL);
		in.nonresident_age = r.nonresident_age;
		shadows[pages[i]] = r.shadow;
		hot[pages[i]] &= PG_UNMAPPED;
	}
	rs_age_nonresident(sim, memcg, nr);
}
