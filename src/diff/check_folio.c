/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shrink_folio_list(), folio by folio. What became of a folio follows from the state in which it came,
 * the references found, and how far it got: a record of a later stage tells that the earlier ones let
 * it pass. Where no record tells an input, both answers are tried; if the fate depends on it the folio
 * counts as not observable, unless the kernel's outcome is none of the possible ones.
 *
 * Before its references are known, a folio has only a chance: that of those like it, earlier in this
 * recording.
 */
#include <stdlib.h>
#include <string.h>

#include "../model/gfp.h"
#include "../model/shrink_folio_list.h"
#include "scan_state.h"

/* What one pin adds to the references of a single page. */
#define GUP_PIN_COUNTING_BIAS 1024

enum { MAX_ITEMS = 64, MAX_NODES = 64, NR_LIKE = 64 };

/* One folio on its way. */
struct item {
	struct rs_event_folio in;
	struct rs_event_folio_referenced referenced; /* each: hdr.type 0: there was none */
	struct rs_event_folio_unmap unmap;
	struct rs_event_write_folio write;
	struct rs_event_folio_remove remove;
	struct rs_event_folio_kept kept;
	double chance;
};

struct list {
	struct list *next; /* a spare one */
	unsigned int nr, nr_kept, last;
	bool broken;
	uint32_t node_flags; /* of the node, when the list came */
	bool demotes; /* the folios that went without a trace are those that were demoted */
	struct item items[MAX_ITEMS];
};

struct folio_priv {
	struct list *spare;
	uint32_t node_flags[MAX_NODES];
	bool sampled_known, sampled;
	/* Folios like one another: how many there were, and how many survived. */
	struct {
		uint64_t n, survived;
	} like[NR_LIKE];
};

struct folio_frame {
	struct list *list;
};

static struct folio_priv *priv_get(struct rs_diff *d)
{
	if (!d->priv[RS_PRIV_FOLIO])
		d->priv[RS_PRIV_FOLIO] = calloc(1, sizeof(struct folio_priv));
	return d->priv[RS_PRIV_FOLIO];
}

/* ---- the chance ---- */

static unsigned int like_which(uint32_t flags)
{
	return (flags & RS_FOLIO_SWAPBACKED ? 1 : 0) | (flags & RS_FOLIO_MAPPED ? 2 : 0) |
	       (flags & RS_FOLIO_REFERENCED ? 4 : 0) | (flags & RS_FOLIO_WORKINGSET ? 8 : 0) |
	       (flags & RS_FOLIO_DIRTY ? 16 : 0) | (flags & RS_FOLIO_WRITEBACK ? 32 : 0);
}

static double chance(const struct folio_priv *p, uint32_t flags)
{
	unsigned int i = like_which(flags);

	return (p->like[i].survived + 1.0) / (p->like[i].n + 2.0);
}

static void learn_outcome(struct rs_diff *d, struct folio_priv *p, const struct item *item, bool survived)
{
	unsigned int i = like_which(item->in.flags);

	rs_judge_chance(d, RS_DECIDE_folio_check_references, item->chance, survived);
	p->like[i].n++;
	p->like[i].survived += survived;
}

/* ---- one folio ---- */

static enum rs_folio_outcome outcome_of(const struct shrink_folio_list_result *r)
{
	switch (r->fate) {
	case RS_FATE_ACTIVATE:
		return r->set_active ? RS_FOLIO_ACTIVATED : RS_FOLIO_KEPT;
	case RS_FATE_KEEP:
	case RS_FATE_RETRY:
		return RS_FOLIO_KEPT;
	case RS_FATE_FREE:
	case RS_FATE_DEMOTE:
	case RS_FATE_POISONED:
		break;
	}
	return RS_FOLIO_GONE;
}

static bool seen(const struct rs_event_hdr *hdr)
{
	return hdr->type;
}

static enum rs_folio_outcome kernel_outcome(const struct item *item)
{
	return seen(&item->kept.hdr) ? item->kept.outcome : RS_FOLIO_GONE;
}

/* Flags as late as they are known before the folio is written. */
static uint32_t late_flags(const struct item *item)
{
	if (seen(&item->unmap.hdr) && item->unmap.flags)
		return item->unmap.flags;
	return seen(&item->referenced.hdr) ? item->referenced.flags : item->in.flags;
}

static bool passed_references(const struct item *item)
{
	return seen(&item->unmap.hdr) || seen(&item->write.hdr) || seen(&item->remove.hdr);
}

static bool reached_nothing(const struct item *item)
{
	return !seen(&item->referenced.hdr) && !passed_references(item);
}

/* Gone, and nothing tells where. */
static bool vanished(const struct item *item)
{
	return !passed_references(item) && !seen(&item->kept.hdr);
}

static void fill_references(struct rs_diff *d, const struct item *item, struct shrink_folio_list *in,
			    struct rs_why *why)
{
	const struct rs_event_folio_referenced *e = &item->referenced;
	const struct folio_check_references refs = {
		.referenced = e->ret,
		.vm_locked = e->vm_flags & 1,
		.vm_exec = e->vm_flags & 2,
		.pg_referenced = e->flags & RS_FOLIO_REFERENCED,
		.pg_workingset = e->flags & RS_FOLIO_WORKINGSET,
		.swapbacked = e->flags & RS_FOLIO_SWAPBACKED,
		.refs = item->in.refs,
		.lru_gen = d->mglru,
	};

	in->references = folio_check_references(&refs, &d->rules, why).references;
}

/* What is not known is filled in as what lets the folio pass. */
static void fill(struct rs_diff *d, const struct item *item, const struct list *list,
		 const struct rs_event_shrink_node_begin *sc, bool ignore_references, struct shrink_folio_list *in,
		 struct rs_why *why)
{
	uint32_t first = item->in.flags, late = late_flags(item);
	bool wrote = seen(&item->write.hdr), removed = seen(&item->remove.hdr);

	*in = (struct shrink_folio_list){
		.nr_pages = item->in.nr_pages,
		.evictable = !(first & (RS_FOLIO_UNEVICTABLE | RS_FOLIO_MLOCKED)),
		.mlocked = late & RS_FOLIO_MLOCKED,
		.mapped = first & RS_FOLIO_MAPPED || seen(&item->unmap.hdr),
		.dirty = late & RS_FOLIO_DIRTY,
		.writeback = first & RS_FOLIO_WRITEBACK,
		.reclaim = late & RS_FOLIO_RECLAIM,
		.swapcache = first & RS_FOLIO_SWAPCACHE,
		.anon = first & RS_FOLIO_ANON,
		.swapbacked = first & RS_FOLIO_SWAPBACKED,
		.private = late & RS_FOLIO_PRIVATE,
		.pg_referenced = first & RS_FOLIO_REFERENCED,
		.gfp_mask = sc->gfp,
		.kswapd = sc->task_flags & PF_KSWAPD,
		.writeback_throttling_sane = true, /* cgroup2 */
		.may_unmap = sc->sc_flags & RS_SC_MAY_UNMAP,
		.may_writepage = sc->sc_flags & RS_SC_MAY_WRITEPAGE,
		.ignore_references = ignore_references,
		.lru_gen = d->mglru,
		.pgdat_dirty = list->node_flags & 1,
		.pgdat_writeback = list->node_flags & 2,
		.dma_pinned = item->in.nr_pages == 1 && item->in.refcount >= GUP_PIN_COUNTING_BIAS,
		/* What could not be migrated goes on like any other. */
		.demote = list->demotes && vanished(item),
		.can_split = true,
		.still_mapped = item->unmap.mapcount > 0,
		.lazyfree_redirtied = seen(&item->unmap.hdr) && late & RS_FOLIO_SWAPBACKED,
		.pageout = wrote ? PAGE_SUCCESS : PAGE_CLEAN,
		.after_write = wrote && !removed && item->write.flags & (RS_FOLIO_WRITEBACK | RS_FOLIO_DIRTY) ?
				       RS_WRITE_PENDING :
				       RS_WRITE_DONE,
		.mapping = true,
		.remove_failed = removed && !item->remove.ret,
	};
	if (seen(&item->referenced.hdr)) {
		/* It has passed the test; what was seen before has ended meanwhile. */
		in->writeback = false;
		in->swapcache = item->referenced.flags & RS_FOLIO_SWAPCACHE;
		in->swapbacked = item->referenced.flags & RS_FOLIO_SWAPBACKED;
		fill_references(d, item, in, why);
	} else if (reached_nothing(item) && seen(&item->kept.hdr) && item->kept.flags & RS_FOLIO_WRITEBACK) {
		in->writeback = true; /* since it came */
	}
}

/* An input that no record tells, and why not. */
struct unknown {
	const char *name; /* NULL: a record should have told */
	void (*flip)(struct shrink_folio_list *in);
};

#define FLIP(name, what)                                                                                               \
	static void name(struct shrink_folio_list *in)                                                                 \
	{                                                                                                              \
		what;                                                                                                  \
	}
FLIP(flip_lock, in->locked = true)
FLIP(flip_ref_keep, in->references = FOLIOREF_KEEP)
FLIP(flip_ref_activate, in->references = FOLIOREF_ACTIVATE)
FLIP(flip_swap, in->swap = RS_SWAP_FULL)
FLIP(flip_pin, in->dma_pinned = true)
FLIP(flip_can_split, in->can_split = false)
FLIP(flip_split, (in->partially_mapped = true, in->split_failed = true))
FLIP(flip_unmap, in->still_mapped = true)
FLIP(flip_mlocked, in->mlocked = true)
FLIP(flip_pte_dirty, in->pte_dirty = true)
FLIP(flip_pageout_keep, in->pageout = PAGE_KEEP)
FLIP(flip_pageout_activate, in->pageout = PAGE_ACTIVATE)
FLIP(flip_after_write, in->after_write = RS_WRITE_PENDING)
FLIP(flip_release, in->release_failed = true)
FLIP(flip_mapping, in->mapping = false)
FLIP(flip_freeze, in->freeze_failed = true)
FLIP(flip_remove, in->remove_failed = true)

/* What is unknown of a folio that has left these records. @ret has room for all. Returns how many. */
static unsigned int list_unknown(const struct item *item, const struct shrink_folio_list *in, bool can_demote,
				 struct unknown *ret)
{
	bool removed = seen(&item->remove.hdr), wrote = removed || seen(&item->write.hdr);
	bool unmapped = wrote || seen(&item->unmap.hdr), referenced = unmapped || seen(&item->referenced.hdr);
	bool kept = seen(&item->kept.hdr);
	/* Added to swap: it says so even where it was not mapped. */
	bool swapped = unmapped || in->swapcache || (kept && item->kept.flags & RS_FOLIO_SWAPCACHE);
	unsigned int n = 0;

#define UNKNOWN(text, fn) (ret[n++] = (struct unknown){ text, fn })
	if (!referenced && kept && item->kept.outcome == RS_FOLIO_KEPT)
		UNKNOWN("unknown: is it locked", flip_lock);
	/* It had its turn, and could not be moved: then all is asked of it once more. */
	if (can_demote && referenced && kept && item->kept.outcome == RS_FOLIO_KEPT)
		UNKNOWN("unknown: is it locked when it comes back from demotion", flip_lock);
	if (!seen(&item->referenced.hdr) && !in->ignore_references) {
		UNKNOWN(NULL, flip_ref_keep);
		UNKNOWN(NULL, flip_ref_activate);
	}
	if (!swapped) {
		UNKNOWN("unknown: swap given", flip_swap);
		if (in->nr_pages > 1) {
			UNKNOWN("unknown: pinned", flip_pin);
			UNKNOWN("unknown: split", flip_can_split);
			UNKNOWN("unknown: split", flip_split);
		}
	}
	if (!unmapped)
		UNKNOWN(NULL, flip_unmap);
	if (!wrote) {
		if (in->nr_pages > 1)
			UNKNOWN("unknown: pinned", flip_pin);
		if (seen(&item->unmap.hdr) && !item->unmap.flags) {
			UNKNOWN("unknown: dirty when unmapped", flip_pte_dirty);
			UNKNOWN("unknown: mlocked when unmapped", flip_mlocked);
		}
		UNKNOWN("unknown: refused to be written", flip_pageout_keep);
		UNKNOWN("unknown: refused to be written", flip_pageout_activate);
	}
	if (!removed) {
		if (seen(&item->write.hdr))
			UNKNOWN("unknown: locked again after writing", flip_after_write);
		UNKNOWN("unknown: buffers released", flip_release);
		if (in->anon && !in->swapbacked)
			UNKNOWN("unknown: last reference", flip_freeze);
		else if (kept)
			UNKNOWN("unknown: truncated", flip_mapping);
		else
			UNKNOWN(NULL, flip_remove);
	}
	return n;
#undef UNKNOWN
}

/*
 * May the unknown inputs decide? Not if all lead to the same, and not if none leads to what the kernel
 * has done: then NULL. The first that may is returned.
 */
static const struct unknown *find_open(struct rs_diff *d, const struct shrink_folio_list *in,
				       enum rs_folio_outcome model, enum rs_folio_outcome kernel,
				       const struct unknown *unknown, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		struct shrink_folio_list other = *in;
		struct shrink_folio_list_result r;
		enum rs_folio_outcome outcome;

		unknown[i].flip(&other);
		r = shrink_folio_list(&other, &d->rules, NULL);
		outcome = outcome_of(&r);
		if (outcome != model && (model == kernel || outcome == kernel))
			return &unknown[i];
	}
	return NULL;
}

static void judge(struct rs_diff *d, const struct rs_frame *frame, const struct rs_event_shrink_node_begin *sc,
		  const struct list *list, const struct item *item, const struct rs_event_hdr *end, const char *race)
{
	const struct rs_event_shrink_folio_list_begin *b = rs_frame_entry(frame, shrink_folio_list_begin);
	enum rs_folio_outcome kernel = kernel_outcome(item), model;
	struct rs_why own, *why = rs_diff_why(d);
	struct unknown unknown[20];
	const struct unknown *open;
	struct shrink_folio_list in;
	struct shrink_folio_list_result r;
	unsigned int nr;

	if (!why) {
		own.nr = 0;
		why = &own;
	}
	fill(d, item, list, sc, b->ignore_references, &in, why);
	if (seen(&item->referenced.hdr) && why->nr)
		rs_count_branch(d, RS_DECIDE_folio_check_references, rs_branch_row(why->step[0].branch)->name);
	r = shrink_folio_list(&in, &d->rules, why);
	model = outcome_of(&r);
	nr = list_unknown(item, &in, sc->sc_flags & RS_SC_CAN_DEMOTE, unknown);
	open = find_open(d, &in, model, kernel, unknown, nr);
	if (open && !open->name) {
		rs_count_lost(d, RS_DECIDE_shrink_folio_list);
		return;
	}
	if (open) {
		rs_count_branch(d, RS_DECIDE_shrink_folio_list, open->name);
		rs_count_hidden(d, RS_DECIDE_shrink_folio_list);
		return;
	}
	if (why->nr && why->nr <= RS_WHY_STEPS)
		rs_count_branch(d, RS_DECIDE_shrink_folio_list, rs_branch_row(why->step[why->nr - 1].branch)->name);
	rs_judge(d, RS_DECIDE_shrink_folio_list, frame, seen(&item->kept.hdr) ? &item->kept.hdr : end,
		 (struct rs_answer[]){
			 { "outcome", kernel, model },
			 { "flags", item->in.flags, item->in.flags },
			 { "references", item->referenced.ret, item->referenced.ret },
			 { "unmapped", seen(&item->unmap.hdr), seen(&item->unmap.hdr) },
			 { "removed", seen(&item->remove.hdr), seen(&item->remove.hdr) },
		 },
		 5, 0, race);
}

/* ---- the list ---- */

static bool is_sampled(struct rs_diff *d, struct folio_priv *p)
{
	struct json_object *o = rs_reader_info(d->reader), *v;

	if (!p->sampled_known) {
		p->sampled_known = true;
		p->sampled = json_object_object_get_ex(o, "filter", &o) &&
			     json_object_object_get_ex(o, "folio_sample", &v) && json_object_get_int(v) > 1;
	}
	return p->sampled;
}

static void spare_list(struct rs_diff *d, const struct rs_frame *frame)
{
	struct folio_frame *st = rs_frame_state((struct rs_frame *)frame, struct folio_frame);
	struct folio_priv *p = d->priv[RS_PRIV_FOLIO];

	if (!st->list)
		return;
	st->list->next = p->spare;
	p->spare = st->list;
	st->list = NULL;
}

/* The folios came before the record of the entry. */
static void begin(struct rs_diff *d, const struct rs_step *step, const struct rs_event_shrink_folio_list_begin *e)
{
	struct folio_frame *st = rs_frame_state(step->opened, struct folio_frame);
	struct folio_priv *p = priv_get(d);
	const struct rs_event_hdr *hdr;
	struct list *list;

	if (!p)
		return;
	list = p->spare;
	if (list)
		p->spare = list->next;
	else if (!(list = malloc(sizeof(*list))))
		return;
	st->list = list;
	list->nr = list->nr_kept = list->last = 0;
	list->broken = step->thread->recent_overflowed;
	list->node_flags = e->nid >= 0 && e->nid < MAX_NODES ? p->node_flags[e->nid] : 0;
	for (hdr = rs_recent_first(step->thread); hdr; hdr = rs_recent_next(step->thread, hdr)) {
		struct item *item = &list->items[list->nr];

		if (hdr->type != RS_EVENT_folio)
			continue;
		if (list->nr == MAX_ITEMS) {
			list->broken = true;
			break;
		}
		memset(item, 0, sizeof(*item));
		item->in = *(const struct rs_event_folio *)hdr;
		item->chance = chance(p, item->in.flags);
		list->nr++;
	}
	list->broken |= list->nr != e->nr_recorded;
}

static void count_lost(struct rs_diff *d, unsigned int nr)
{
	d->sums[RS_DECIDE_folio_check_references].lost += nr;
	d->sums[RS_DECIDE_shrink_folio_list].lost += nr;
}

static void end(struct rs_diff *d, const struct rs_step *step, const struct rs_event_shrink_folio_list_end *e)
{
	const struct rs_event_shrink_folio_list_begin *b = rs_frame_entry(step->closed, shrink_folio_list_begin);
	const struct rs_frame *node = rs_frame_find(step->thread, RS_EVENT_shrink_node_begin);
	struct list *list = rs_frame_state(step->closed, struct folio_frame)->list;
	struct folio_priv *p = d->priv[RS_PRIV_FOLIO];
	bool whole, all_kept, node_moved;
	unsigned int i, nr_vanished = 0;

	if (!list)
		return;
	whole = !list->broken && !step->closed->broken && e->nid == b->nid && list->nr_kept == e->nr_recorded;
	/* Does the absence of a folio tell that it is gone? */
	all_kept = is_sampled(d, p) || e->nr_recorded == e->nr_left;
	node_moved = b->nid >= 0 && b->nid < MAX_NODES && p->node_flags[b->nid] != list->node_flags;
	for (i = 0; i < list->nr; i++)
		nr_vanished += vanished(&list->items[i]) ? list->items[i].in.nr_pages : 0;
	list->demotes = e->nr_demoted && e->nr_demoted == nr_vanished;
	for (i = 0; i < list->nr; i++) {
		const struct item *item = &list->items[i];
		bool told = seen(&item->kept.hdr);

		if (!whole || (!told && !all_kept && e->nr_left <= MAX_ITEMS)) {
			count_lost(d, 1);
			continue;
		}
		if (!told && e->nr_left > MAX_ITEMS) {
			rs_count_hidden(d, RS_DECIDE_folio_check_references);
			rs_count_hidden(d, RS_DECIDE_shrink_folio_list);
			continue;
		}
		learn_outcome(d, p, item, told);
		/* Not part of the reclaim of a node: nothing tells what it may do. */
		if (!node)
			rs_count_hidden(d, RS_DECIDE_shrink_folio_list);
		else
			judge(d, step->closed, rs_frame_entry(node, shrink_node_begin), list, item, &e->hdr,
			      node_moved ? "the flags of the node changed" : NULL);
	}
	spare_list(d, step->closed);
}

/* Folios that came, and no list that they were on. */
static void without_begin(struct rs_diff *d, const struct rs_step *step)
{
	const struct rs_event_hdr *hdr;

	for (hdr = rs_recent_first(step->thread); hdr; hdr = rs_recent_next(step->thread, hdr))
		if (hdr->type == RS_EVENT_folio)
			count_lost(d, 1);
}

static struct item *find_item(const struct rs_step *step, uint64_t id)
{
	struct rs_frame *frame = rs_frame_find(step->thread, RS_EVENT_shrink_folio_list_begin);
	struct list *list = frame ? rs_frame_state(frame, struct folio_frame)->list : NULL;
	unsigned int i, at;

	/* The kernel takes them from the end. */
	for (i = 0; list && i < list->nr; i++) {
		at = (list->last + list->nr - i) % list->nr;
		if (list->items[at].in.folio == id) {
			list->last = at;
			return &list->items[at];
		}
	}
	return NULL;
}

static void node_flags(struct rs_diff *d, int nid, uint32_t flags)
{
	struct folio_priv *p = priv_get(d);

	if (p && nid >= 0 && nid < MAX_NODES)
		p->node_flags[nid] = flags;
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	const struct rs_event_hdr *hdr = event->hdr;
	struct rs_frame *frame;
	struct item *item;

#define KEEP(name, member)                                                                                             \
	case RS_EVENT_##name:                                                                                          \
		item = find_item(step, ((const struct rs_event_##name *)hdr)->folio);                                  \
		if (item)                                                                                              \
			item->member = *(const struct rs_event_##name *)hdr;                                           \
		break;
	switch (hdr->type) {
	KEEP(folio_referenced, referenced)
	KEEP(folio_unmap, unmap)
	KEEP(write_folio, write)
	KEEP(folio_remove, remove)
	case RS_EVENT_folio_kept:
		frame = rs_frame_find(step->thread, RS_EVENT_shrink_folio_list_begin);
		if (!frame || !rs_frame_state(frame, struct folio_frame)->list)
			break;
		rs_frame_state(frame, struct folio_frame)->list->nr_kept++;
		item = find_item(step, ((const struct rs_event_folio_kept *)hdr)->folio);
		if (item)
			item->kept = *(const struct rs_event_folio_kept *)hdr;
		break;
	case RS_EVENT_shrink_node_begin:
		node_flags(d, ((const struct rs_event_shrink_node_begin *)hdr)->nid,
			   ((const struct rs_event_shrink_node_begin *)hdr)->node_flags);
		break;
	case RS_EVENT_shrink_node_end:
		node_flags(d, ((const struct rs_event_shrink_node_end *)hdr)->nid,
			   ((const struct rs_event_shrink_node_end *)hdr)->node_flags);
		break;
	case RS_EVENT_shrink_folio_list_begin:
		if (step->opened)
			begin(d, step, (const void *)hdr);
		break;
	case RS_EVENT_shrink_folio_list_end:
		if (step->closed)
			end(d, step, (const void *)hdr);
		else
			without_begin(d, step);
		break;
	}
#undef KEEP
}

static void dropped(struct rs_diff *d, const struct rs_frame *frame)
{
	struct list *list;

	if (frame->type != RS_EVENT_shrink_folio_list_begin)
		return;
	list = rs_frame_state((struct rs_frame *)frame, struct folio_frame)->list;
	if (!list)
		return;
	count_lost(d, list->nr);
	spare_list(d, frame);
}

static void destroy(struct rs_diff *d)
{
	struct folio_priv *p = d->priv[RS_PRIV_FOLIO];

	while (p && p->spare) {
		struct list *list = p->spare;

		p->spare = list->next;
		free(list);
	}
	free(p);
	d->priv[RS_PRIV_FOLIO] = NULL;
}

const struct rs_checker rs_check_folio = { .record = record, .dropped = dropped, .destroy = destroy };
