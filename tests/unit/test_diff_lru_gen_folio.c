/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The checker of isolate_folios() on one hand-made call: two files are isolated, one is protected and
 * one dirty, which empties the oldest generation; the generations advance, and then the lruvec ages.
 * As it is everything agrees; each test changes or removes one record.
 */
#include "../../src/diff/diff.h"
#include "kernel_recording.h"

#define TID 7
#define GFP 0xcc0 /* GFP_KERNEL */

enum { CLEAN = 1, PROTECTED, DIRTY, LAST, NR_TAIL = LAST, NR_ISOLATED = 2 };

static struct call {
	struct rs_event_gen_folio tail[NR_TAIL];
	struct rs_event_isolate_folios_begin begin;
	struct rs_event_lru_gen_state before;
	struct rs_event_gen_folio back; /* hdr.type 0: none */
	struct rs_event_isolate_folios_end end;
	struct rs_event_lru_gen_state after;
	struct rs_event_folio folio[NR_ISOLATED];
	struct rs_event_shrink_folio_list_begin list;
	struct rs_event_workingset_eviction eviction;
	struct rs_event_folio_remove remove;
	struct rs_event_shrink_folio_list_end list_end;
	struct rs_event_evict_folios_end evict_end;
	struct rs_event_isolate_folios_begin next;
	struct rs_event_lru_gen_state next_state;
	struct rs_event_isolate_folios_end next_end;
	struct rs_event_lru_gen_state next_after;
	struct rs_event_try_to_inc_max_seq aging;
	struct rs_event_lru_gen_state aged;
	/* Of another thread; hdr.type 0: not recorded. */
	struct rs_event_lru_gen_state before_all;
	struct rs_event_try_to_shrink_lruvec_end leave;
	struct rs_event_shrink_folio_list_begin other_list;
	struct rs_event_shrink_folio_list_end other_list_end;
} call;

static enum kernel_under_test kernel;
static bool second_thread; /* does the aging */

#define SET(record, name, ...)                                                                     \
	record = (struct rs_event_##name){                                                         \
		.hdr = { .tid = TID, .type = RS_EVENT_##name, .len = sizeof(record) }, __VA_ARGS__ \
	}
#define LIST_BIT(gen, type, zone) (1ULL << (((gen) * 2 + (type)) * RS_MAX_ZONES + (zone)))
#define ALL_EMPTY ((1ULL << RS_GENS * 2 * RS_MAX_ZONES) - 1)
#define NEXT_GEN ((2 * 2 + 1) * RS_MAX_ZONES + 1) /* file folios of zone 1 */
#define STATE(record, event, min, max, nothing)                                                               \
	SET(record, lru_gen_state, .cgroup = 1, .of = RS_EVENT_##event, .max_seq = max, .min_seq = { min, min }, \
	    .evicted = { 0, 0, 0, 0, 20 }, .empty = nothing)

static int make_call(void **state)
{
	int i;

	(void)state;
	kernel = V6_12;
	second_thread = false;
	call.before_all.hdr.type = call.leave.hdr.type = call.back.hdr.type = 0;
	call.other_list.hdr.type = call.other_list_end.hdr.type = 0;
	for (i = 0; i < NR_TAIL; i++)
		SET(call.tail[i], gen_folio, .folio = i + 1, .nr_pages = 1, .refcount = 2, .zid = 1, .gen = 2,
		    .flags = RS_FOLIO_LRU);
	call.tail[PROTECTED - 1].refs = 3;
	call.tail[PROTECTED - 1].flags |= RS_FOLIO_WORKINGSET;
	call.tail[DIRTY - 1].flags |= RS_FOLIO_DIRTY;
	SET(call.begin, isolate_folios_begin, .cgroup = 1, .gfp = GFP, .nr_to_scan = 64, .swappiness = 60, .reclaim_idx = 2,
	    .sc_flags = RS_SC_MAY_UNMAP | RS_SC_MAY_WRITEPAGE, .nr_recorded = NR_TAIL,
	    .walked = RS_WALKED(0) | RS_WALKED(1) | RS_WALKED_TO_END(0) | RS_WALKED_TO_END(1));
	STATE(call.before, isolate_folios_begin, 5, 7, ALL_EMPTY & ~LIST_BIT(1, 1, 1));
	SET(call.end, isolate_folios_end, .cgroup = 1, .ret = 4, .isolated = -1, .type = 1);
	STATE(call.after, isolate_folios_end, 5, 7, ALL_EMPTY);
	call.after.protected[7] = 1;
	call.after.nr_pages[NEXT_GEN] = 2;
	SET(call.folio[0], folio, .folio = LAST, .nr_pages = 1);
	SET(call.folio[1], folio, .folio = CLEAN, .nr_pages = 1);
	SET(call.list, shrink_folio_list_begin, .nr_folios = NR_ISOLATED, .nr_recorded = NR_ISOLATED);
	/* The first of the oldest generation that is left: 6, 2 references. */
	call.folio[0].refs = call.folio[1].refs = 2;
	call.folio[0].flags = call.folio[1].flags = RS_FOLIO_REFERENCED;
	SET(call.eviction, workingset_eviction, .cgroup = 1, .file = 1, .nr_pages = 1,
	    .shadow = ((((6ULL << 2 | 1) << 16 | 1) << 10) << 1 | 1) << 1 | 1);
	SET(call.remove, folio_remove, .folio = CLEAN, .ret = 1);
	SET(call.list_end, shrink_folio_list_end, .ret = 2);
	SET(call.evict_end, evict_folios_end, .cgroup = 1, .ret = 5);
	/* The lock is taken again: by now both oldest generations are gone. Nobody walks, nothing is left. */
	SET(call.next, isolate_folios_begin, .cgroup = 1, .gfp = GFP, .swappiness = 60, .reclaim_idx = 2);
	STATE(call.next_state, isolate_folios_begin, 6, 7, ALL_EMPTY);
	call.next_state.evicted[4] = 0;
	call.next_state.avg_total[4] = 10;
	SET(call.next_end, isolate_folios_end, .cgroup = 1, .ret = 0, .isolated = -1, .type = 1);
	call.next_after = call.next_state;
	call.next_after.of = RS_EVENT_isolate_folios_end;
	SET(call.aging, try_to_inc_max_seq, .cgroup = 1, .seq = 7, .swappiness = 60, .ret = 1);
	call.aged = call.next_after;
	call.aged.of = RS_EVENT_try_to_inc_max_seq;
	call.aged.max_seq = 8;
	return 0;
}

/* Records the call without @missing, and has it judged. */
static struct rs_diff *judge(const void *missing, const char *path, struct rs_reader **reader)
{
	struct rs_event_hdr *const records[] = {
		&call.before_all.hdr, &call.leave.hdr, &call.other_list.hdr, &call.other_list_end.hdr,
		&call.tail[0].hdr, &call.tail[1].hdr, &call.tail[2].hdr, &call.tail[3].hdr, &call.begin.hdr,
		&call.before.hdr,  &call.back.hdr,    &call.end.hdr,     &call.after.hdr,	 &call.folio[0].hdr, &call.folio[1].hdr,
		&call.list.hdr,	   &call.eviction.hdr, &call.remove.hdr, &call.list_end.hdr,
		&call.evict_end.hdr, &call.next.hdr,  &call.next_state.hdr,
		&call.next_end.hdr, &call.next_after.hdr, &call.aging.hdr, &call.aged.hdr,
	};
	const struct rs_diff_options options = { .max_divergences = 20, .why = true };
	struct rs_writer *w;
	struct rs_diff *d;
	unsigned int i;

	if (second_thread)
		call.aging.hdr.tid = call.aged.hdr.tid = TID + 1;
	assert_int_equal(rs_writer_create(path, false, &w), 0);
	recording_info_of(w, kernel);
	for (i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		records[i]->ts_ns = 1000 * (i + 1);
		if (records[i] != missing && records[i]->type)
			assert_int_equal(recording_put(w, 0, records[i]), 0);
	}
	assert_int_equal(rs_writer_close(w), 0);
	assert_int_equal(rs_reader_open(path, reader), 0);
	assert_int_equal(rs_diff_create(*reader, &options, &d), 0);
	assert_null(d->missing_rule);
	return d;
}

static const struct {
	enum rs_decision decision;
	unsigned int observed, hidden; /* of the call as it is */
} expected[] = {
	{ RS_DECIDE_get_type_to_scan, 1, 1 }, { RS_DECIDE_get_tier_idx, 1, 1 },	    { RS_DECIDE_sort_folio, 4, 0 },
	{ RS_DECIDE_isolate_folios, 2, 0 },   { RS_DECIDE_try_to_inc_min_seq, 1, 0 }, { RS_DECIDE_reset_ctrl_pos, 2, 0 },
	{ RS_DECIDE_inc_max_seq, 1, 0 },      { RS_DECIDE_lru_gen_eviction, 1, 0 },
};

#define NR_EXPECTED (sizeof(expected) / sizeof(expected[0]))

struct outcome {
	enum rs_decision decision;
	int diverged, race, lost;
	int fewer; /* observed */
	int hidden; /* more than as it is */
};

/* The decisions in @changed (ended by RS_NR_DECISIONS) have these counts, all others agree. */
static void expect(const void *missing, const struct outcome *changed)
{
	char *path = recording_path();
	struct rs_reader *reader;
	struct rs_diff *d = judge(missing, path, &reader);
	unsigned int i;

	for (i = 0; i < NR_EXPECTED; i++) {
		const struct rs_decision_sum *s = &d->sums[expected[i].decision];
		const struct outcome *c = changed;
		struct outcome none = { .decision = expected[i].decision };

		while (c->decision != RS_NR_DECISIONS && c->decision != expected[i].decision)
			c++;
		if (c->decision == RS_NR_DECISIONS)
			c = &none;
		if (s->observed != expected[i].observed - c->fewer || s->diverged != (uint64_t)c->diverged ||
		    s->race != (uint64_t)c->race || s->lost != (uint64_t)c->lost ||
		    s->not_observable != (uint64_t)(expected[i].hidden + c->hidden))
			fail_msg("%s: observed %d, diverged %d, race %d, lost %d, hidden %d",
				 rs_decision_name(expected[i].decision), (int)s->observed, (int)s->diverged,
				 (int)s->race, (int)s->lost, (int)s->not_observable);
		assert_int_equal(s->agree, s->observed - s->diverged - s->race);
	}
	rs_diff_destroy(d);
	rs_reader_close(reader);
	recording_remove(path);
}

#define EXPECT(missing, ...)                                                                                           \
	expect(missing, (struct outcome[]){ __VA_ARGS__ __VA_OPT__(, ) { .decision = RS_NR_DECISIONS } })
#define DECIDED(name, ...) { .decision = RS_DECIDE_##name, __VA_ARGS__ }

#define NO_TOKEN DECIDED(lru_gen_eviction, .fewer = 1, .lost = 1)

static void as_it_is(void **state)
{
	(void)state;
	EXPECT(NULL);
}

static void what_differs_is_told(void **state)
{
	make_call(state);
	call.end.ret = 5;
	EXPECT(NULL, DECIDED(isolate_folios, .diverged = 1));
	make_call(state);
	call.after.nr_pages[NEXT_GEN] = 3;
	EXPECT(NULL, DECIDED(isolate_folios, .diverged = 1));
	/* The dirty one may have been protected as well, but not the clean ones, nor can fewer references be. */
	make_call(state);
	call.after.protected[7] = 3;
	call.next_state.avg_total[7] = 1;
	EXPECT(NULL, DECIDED(get_tier_idx, .diverged = 1));
	make_call(state);
	call.after.protected[7] = 2;
	call.next_state.avg_total[7] = 1;
	EXPECT(NULL, DECIDED(get_tier_idx, .race = 1));
	call.after.protected[6] = 1;
	call.after.protected[7] = 0;
	call.next_state.avg_total[7] = 0;
	EXPECT(NULL, DECIDED(get_tier_idx, .diverged = 1));
	make_call(state);
	call.next_state.min_seq[0] = 5;
	EXPECT(NULL, DECIDED(try_to_inc_min_seq, .diverged = 1), DECIDED(reset_ctrl_pos, .fewer = 1));
	make_call(state);
	call.next_state.avg_total[4] = 11;
	EXPECT(NULL, DECIDED(reset_ctrl_pos, .diverged = 1));
	make_call(state);
	call.next_state.avg_refaulted[3] = 1;
	EXPECT(NULL, DECIDED(reset_ctrl_pos, .diverged = 1));
	make_call(state);
	call.aged.max_seq = 9;
	EXPECT(NULL, DECIDED(inc_max_seq, .diverged = 1));
	make_call(state);
	call.aged.min_seq[1] = 7;
	EXPECT(NULL, DECIDED(inc_max_seq, .diverged = 1));
	make_call(state);
	call.next_end.ret = 1;
	EXPECT(NULL, DECIDED(isolate_folios, .diverged = 1), DECIDED(get_type_to_scan, .diverged = 1, .fewer = -1, .hidden = -1));
}

static void lists(void **state)
{
	make_call(state);
	call.folio[0].folio = CLEAN;
	call.folio[1].folio = LAST;
	EXPECT(NULL, DECIDED(sort_folio, .diverged = 1, .fewer = 3), DECIDED(isolate_folios, .lost = 1, .fewer = 1),
	       DECIDED(get_tier_idx, .lost = 1, .fewer = 1));
	make_call(state);
	call.folio[0].folio = DIRTY;
	call.folio[0].flags = 0;
	EXPECT(NULL, DECIDED(sort_folio, .race = 1, .fewer = 1), DECIDED(isolate_folios, .lost = 1, .fewer = 1),
	       DECIDED(get_tier_idx, .lost = 1, .fewer = 1));
	make_call(state);
	call.folio[0].folio = DIRTY;
	call.folio[0].flags = RS_FOLIO_DIRTY;
	EXPECT(NULL, DECIDED(sort_folio, .diverged = 1, .fewer = 1), DECIDED(isolate_folios, .lost = 1, .fewer = 1),
	       DECIDED(get_tier_idx, .lost = 1, .fewer = 1));
	/* Somebody that was at none of the tails. */
	make_call(state);
	call.tail[LAST - 1].refs = 3;
	call.tail[LAST - 1].flags |= RS_FOLIO_WORKINGSET;
	call.after.protected[7] = 2;
	call.next_state.avg_total[7] = 1;
	call.folio[0].folio = 99;
	EXPECT(NULL, DECIDED(isolate_folios, .diverged = 1));
}

/* The last of the tail stays: at the end it is still on its list, but isolated by somebody else, or without a reference. */
static void a_folio_that_somebody_took(void **state)
{
	static const struct {
		uint32_t flags;
		int32_t refcount;
		uint64_t folio;
		bool shown;
	} cases[] = {
		{ 0, 3, LAST, true }, { RS_FOLIO_LRU, 0, LAST, true }, { RS_FOLIO_LRU, 2, LAST, false }, { 0, 3, CLEAN, false },
	};
	unsigned int i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make_call(state);
		SET(call.back, gen_folio, .folio = cases[i].folio, .flags = cases[i].flags, .refcount = cases[i].refcount,
		    .nr_pages = 1, .zid = 1, .gen = 2);
		/* Only CLEAN is isolated; that its generation goes all the same is not asked here. */
		call.list.nr_folios = call.list.nr_recorded = 1;
		call.folio[0].hdr.type = 0;
		if (cases[i].shown)
			EXPECT(NULL, DECIDED(sort_folio, .race = 1));
		else
			EXPECT(NULL, DECIDED(sort_folio, .diverged = 1), DECIDED(isolate_folios, .lost = 1, .fewer = 1),
			       DECIDED(get_tier_idx, .lost = 1, .fewer = 1));
	}
}

/* What one sort_folio that differs leads to, when so many come after it. */
#define DIFFERS_BEFORE(nr)                                                                              \
	DECIDED(sort_folio, .diverged = 1, .fewer = nr), DECIDED(isolate_folios, .lost = 1, .fewer = 1), \
		DECIDED(get_tier_idx, .lost = 1, .fewer = 1)
#define DIFFERS DIFFERS_BEFORE(1)
#define DIFFERS_AT_LAST DIFFERS_BEFORE(0)

/* Somebody makes it dirty, or writes it, before it is this one's turn. */
static void a_folio_that_is_written(void **state)
{
	make_call(state);
	call.tail[DIRTY - 1].flags = RS_FOLIO_LRU;
	EXPECT(NULL, DECIDED(sort_folio, .race = 1));
	/* not if the next generation has no page more, nor if a folio that comes later is that page */
	call.after.nr_pages[NEXT_GEN] = 1;
	EXPECT(NULL, DIFFERS);
	call.after.nr_pages[NEXT_GEN] = 2;
	call.tail[LAST - 1].flags |= RS_FOLIO_DIRTY;
	EXPECT(NULL, DIFFERS);
}

/* Somebody reads it before it is this one's turn. */
static void a_folio_that_is_referenced(void **state)
{
	make_call(state);
	call.tail[PROTECTED - 1].refs = 0;
	call.tail[PROTECTED - 1].flags = RS_FOLIO_LRU;
	EXPECT(NULL, DECIDED(sort_folio, .race = 1));
	/* not if no page more was protected, or one that comes later is that page; it is not dirty either, as it stays */
	call.after.nr_pages[NEXT_GEN] = 1;
	EXPECT(NULL, DIFFERS_BEFORE(2));
}

/* Somebody who looks around in page tables finds the last of the tail young, before it is its turn. */
static void a_folio_that_is_promoted(void **state)
{
	make_call(state);
	call.list.nr_folios = call.list.nr_recorded = 1;
	call.folio[0].hdr.type = 0;
	call.tail[LAST - 1].flags |= RS_FOLIO_MAPPED;
	SET(call.other_list, shrink_folio_list_begin, .nr_folios = 0);
	call.other_list.hdr.tid = TID + 1;
	EXPECT(NULL, DECIDED(sort_folio, .race = 1));
	/* not if it is not mapped, nor if nobody looks, or no longer */
	call.tail[LAST - 1].flags &= ~RS_FOLIO_MAPPED;
	EXPECT(NULL, DIFFERS_AT_LAST);
	call.tail[LAST - 1].flags |= RS_FOLIO_MAPPED;
	SET(call.other_list_end, shrink_folio_list_end, .ret = 0);
	call.other_list_end.hdr.tid = TID + 1;
	EXPECT(NULL, DIFFERS_AT_LAST);
	call.other_list.hdr.type = call.other_list_end.hdr.type = 0;
	EXPECT(NULL, DIFFERS_AT_LAST);
}

static void what_is_missing_is_lost(void **state)
{
	const struct outcome unwalked[] = { DECIDED(sort_folio, .fewer = 4), DECIDED(get_tier_idx, .fewer = 1),
					    DECIDED(isolate_folios, .lost = 1, .fewer = 1), { RS_NR_DECISIONS } };
	const struct outcome unseen[] = { DECIDED(sort_folio, .fewer = 4),
					  DECIDED(get_tier_idx, .fewer = 1),
					  DECIDED(isolate_folios, .lost = 1, .fewer = 1),
					  DECIDED(get_type_to_scan, .lost = 1, .fewer = 1),
					  { RS_NR_DECISIONS } };
	const struct outcome unknown[] = { DECIDED(try_to_inc_min_seq, .fewer = 1), DECIDED(reset_ctrl_pos, .fewer = 2),
					   DECIDED(lru_gen_eviction, .fewer = 1) };

	make_call(state);
	expect(&call.tail[0], unwalked);
	EXPECT(&call.begin, unseen[0], unseen[1], unseen[2], unseen[3], unknown[0], unknown[1], unknown[2]);
	expect(&call.before, unseen);
	expect(&call.end, unseen);
	EXPECT(&call.after, unseen[0], unseen[1], unseen[2], unseen[3], unknown[0], unknown[1], unknown[2]);
	expect(&call.folio[0], unwalked);
	EXPECT(&call.aging, DECIDED(inc_max_seq, .fewer = 1, .hidden = 1));
}

/* Without shrink_folio_list() nothing was isolated, unless its record is missing. */
static void no_list(void **state)
{
	make_call(state);
	call.tail[CLEAN - 1].flags |= RS_FOLIO_WRITEBACK;
	call.tail[LAST - 1].flags |= RS_FOLIO_WRITEBACK;
	call.after.nr_pages[NEXT_GEN] = 4;
	call.end.ret = 0;
	EXPECT(&call.list, DECIDED(get_type_to_scan, .fewer = 1, .hidden = 1), NO_TOKEN);
	make_call(state);
	EXPECT(&call.list, NO_TOKEN, DECIDED(sort_folio, .diverged = 1, .fewer = 3),
	       DECIDED(isolate_folios, .lost = 1, .fewer = 1), DECIDED(get_tier_idx, .lost = 1, .fewer = 1));
}

static void walks_end_early(void **state)
{
	make_call(state);
	call.begin.walked &= ~RS_WALKED_TO_END(1);
	EXPECT(NULL, DECIDED(isolate_folios, .hidden = 1, .fewer = 1), DECIDED(get_tier_idx, .hidden = 1, .fewer = 1));
	/* Another zone, of which nothing is recorded. */
	make_call(state);
	call.before.empty &= ~LIST_BIT(1, 1, 0);
	call.begin.walked &= ~RS_WALKED_TO_END(1);
	EXPECT(NULL, DECIDED(isolate_folios, .hidden = 1, .fewer = 1), DECIDED(get_tier_idx, .hidden = 1, .fewer = 1));
	/* The other type, which is not needed. */
	make_call(state);
	call.begin.walked &= ~RS_WALKED_TO_END(0);
	EXPECT(NULL);
	/* Not in the order of zones. */
	make_call(state);
	call.tail[1].zid = 2;
	EXPECT(NULL, DECIDED(sort_folio, .fewer = 4), DECIDED(get_tier_idx, .fewer = 1),
	       DECIDED(isolate_folios, .lost = 1, .fewer = 1));
	make_call(state);
	call.begin.reclaim_idx = 9;
	EXPECT(NULL, DECIDED(sort_folio, .fewer = 4), DECIDED(get_tier_idx, .fewer = 1),
	       DECIDED(isolate_folios, .lost = 1, .fewer = 1));
}

/* Mode decisions. */
static void no_walk(void **state)
{
	make_call(state);
	call.begin.walked = 0;
	EXPECT(NULL, DECIDED(sort_folio, .fewer = 4), DECIDED(get_tier_idx, .fewer = 1, .hidden = 1),
	       DECIDED(isolate_folios, .hidden = 1, .fewer = 1));
	call.before.min_seq[0] = 6;
	EXPECT(NULL, DECIDED(sort_folio, .fewer = 4), DECIDED(get_tier_idx, .fewer = 1, .hidden = 1),
	       DECIDED(isolate_folios, .hidden = 1, .fewer = 1));
}

static void types(void **state)
{
	int i;

	/* It took anon: perhaps file had nothing, but here it had. */
	make_call(state);
	call.end.type = 0;
	EXPECT(NULL, DECIDED(get_type_to_scan, .diverged = 1), DECIDED(isolate_folios, .diverged = 1));
	call.begin.walked = 0;
	EXPECT(NULL, DECIDED(get_type_to_scan, .fewer = 1, .hidden = 1), DECIDED(sort_folio, .fewer = 4),
	       DECIDED(get_tier_idx, .fewer = 1, .hidden = 1), DECIDED(isolate_folios, .fewer = 1, .hidden = 1));
	/* With swappiness 0 there is no other type. */
	make_call(state);
	call.end.type = 0;
	call.begin.swappiness = 0;
	call.next_state.min_seq[0] = 5;
	EXPECT(NULL, DECIDED(get_type_to_scan, .diverged = 1), DECIDED(isolate_folios, .diverged = 1),
	       DECIDED(reset_ctrl_pos, .fewer = 1));
	/* Swappiness, or __GFP_IO, instead of refaults. */
	make_call(state);
	call.begin.swappiness = 1;
	EXPECT(NULL);
	make_call(state);
	call.begin.gfp = 0;
	EXPECT(NULL);
	/* Anon first, but it has only two generations. */
	make_call(state);
	call.begin.swappiness = 200;
	call.before.min_seq[0] = 6;
	EXPECT(NULL);
	call.end.type = 0;
	EXPECT(NULL, DECIDED(get_type_to_scan, .diverged = 1), DECIDED(isolate_folios, .diverged = 1));
	/* Anon is behind, and so empty that file is next. */
	make_call(state);
	call.before.min_seq[0] = 4;
	EXPECT(NULL);
	/* And is not empty. */
	for (i = 0; i < NR_TAIL; i++) {
		call.tail[i].flags |= RS_FOLIO_SWAPBACKED;
		call.tail[i].gen = i == PROTECTED - 1 || i == DIRTY - 1 ? 2 : 1;
	}
	call.before.empty = ALL_EMPTY & ~LIST_BIT(0, 0, 1);
	call.end.type = 0;
	call.after.protected[7] = call.after.nr_pages[NEXT_GEN] = 0;
	EXPECT(NULL);
}

/* 7.2 scans a type again of which nothing was isolated, and tells what was. */
static void again(void **state)
{
	int i;

	make_call(state);
	kernel = V7_2;
	for (i = 0; i < NR_TAIL; i++)
		call.tail[i].flags |= RS_FOLIO_REFERENCED;
	call.end.isolated = 3;
	SET(call.folio[0], folio, .folio = LAST, .nr_pages = 1);
	call.folio[1].refs = 1;
	call.eviction.shadow ^= 1ULL << 1; /* PG_workingset */
	EXPECT(NULL, DECIDED(sort_folio, .diverged = 1, .fewer = 1), DECIDED(isolate_folios, .lost = 1, .fewer = 1, .hidden = 0),
	       DECIDED(get_tier_idx, .lost = 1, .fewer = 1), DECIDED(reset_ctrl_pos, .fewer = 0));
	/* Nothing isolated: tail by tail, two of them in each scan. */
	make_call(state);
	kernel = V7_2;
	call.begin.nr_to_scan = 2;
	for (i = 0; i < NR_TAIL; i++)
		call.tail[i].gen = 3;
	call.end.ret = 4;
	call.end.isolated = 0;
	call.after.protected[7] = call.after.nr_pages[NEXT_GEN] = 0;
	EXPECT(&call.list, NO_TOKEN, DECIDED(get_type_to_scan, .fewer = 1, .hidden = 1));
	/* The folios that were skipped come again, after all others. */
	make_call(state);
	kernel = V7_2;
	for (i = 0; i < NR_TAIL; i++)
		call.tail[i].refcount = 0;
	call.tail[1].refs = 0;
	call.tail[1].flags = RS_FOLIO_LRU;
	EXPECT(&call.list, NO_TOKEN, DECIDED(isolate_folios, .hidden = 1, .fewer = 1), DECIDED(get_tier_idx, .hidden = 1, .fewer = 1),
	       DECIDED(get_type_to_scan, .fewer = 1, .hidden = 1));
}

static void generations(void **state)
{
	/* Aging in between. */
	make_call(state);
	call.next_state.max_seq = call.next_after.max_seq = call.aged.max_seq = 8;
	EXPECT(NULL, DECIDED(try_to_inc_min_seq, .fewer = 1, .hidden = 1), DECIDED(reset_ctrl_pos, .fewer = 2),
	       DECIDED(inc_max_seq, .race = 1));
	/* 7.2 tells it at once. */
	make_call(state);
	call.next_state.of = RS_EVENT_try_to_inc_min_seq;
	EXPECT(&call.next, DECIDED(isolate_folios, .lost = 1, .fewer = 1), DECIDED(get_type_to_scan, .lost = 1, .hidden = -1),
	       DECIDED(get_tier_idx, .hidden = -1));
	/* No new generation, or nothing known of it before. */
	make_call(state);
	call.aging.ret = 0;
	EXPECT(NULL, DECIDED(inc_max_seq, .fewer = 1, .hidden = 1));
	make_call(state);
	call.aged.cgroup = 2;
	EXPECT(NULL, DECIDED(inc_max_seq, .fewer = 1, .hidden = 1));
	/* Another thread was there last. */
	make_call(state);
	second_thread = true;
	EXPECT(NULL);
	call.aged.min_seq[1] = 7;
	EXPECT(NULL, DECIDED(inc_max_seq, .race = 1));
	/* Or is there still. */
	make_call(state);
	call.aged.min_seq[1] = 7;
	STATE(call.before_all, try_to_shrink_lruvec_begin, 5, 7, ALL_EMPTY);
	call.before_all.hdr.tid = TID + 1;
	EXPECT(NULL, DECIDED(inc_max_seq, .race = 1));
	SET(call.leave, try_to_shrink_lruvec_end, .cgroup = 1);
	call.leave.hdr.tid = TID + 1;
	EXPECT(NULL, DECIDED(inc_max_seq, .diverged = 1));
}

static void tokens(void **state)
{
	make_call(state);
	call.eviction.shadow ^= 1ULL << 1;
	EXPECT(NULL, DECIDED(lru_gen_eviction, .diverged = 1));
	make_call(state);
	call.eviction.shadow ^= 1ULL << 28;
	EXPECT(NULL, DECIDED(lru_gen_eviction, .diverged = 1));
	make_call(state);
	call.remove.folio = 99;
	EXPECT(NULL, DECIDED(lru_gen_eviction, .lost = 1, .fewer = 1));
	make_call(state);
	EXPECT(&call.eviction, DECIDED(lru_gen_eviction, .fewer = 1));
}

/* It is asked of the folio as it was when it left, where that is known. */
static void tokens_of_folios_that_change(void **state)
{
	make_call(state);
	call.folio[1].refs = call.folio[1].flags = 0;
	EXPECT(NULL, DECIDED(lru_gen_eviction, .diverged = 1));
	call.eviction.flags = RS_FOLIO_LOCKED | RS_FOLIO_REFERENCED;
	call.eviction.refs = call.eviction.refs_after = 2;
	EXPECT(NULL);
	call.eviction.refs = 1;
	EXPECT(NULL, DECIDED(lru_gen_eviction, .race = 1));
	call.eviction.refs_after = 1;
	EXPECT(NULL, DECIDED(lru_gen_eviction, .diverged = 1));
}

/* The counts that are carried over can only have grown since they were read, and only if somebody else was there. */
static void averages_while_others_evict(void **state)
{
	make_call(state);
	call.next_state.avg_total[4] = 11;
	EXPECT(NULL, DECIDED(reset_ctrl_pos, .diverged = 1));
	STATE(call.before_all, try_to_shrink_lruvec_begin, 5, 7, ALL_EMPTY);
	call.before_all.hdr.tid = TID + 1;
	EXPECT(NULL, DECIDED(reset_ctrl_pos, .race = 1));
	call.next_state.avg_total[4] = 9;
	EXPECT(NULL, DECIDED(reset_ctrl_pos, .diverged = 1));
}

/* Others that are at the same lruvec advance its generations, but do not reference the folio. */
static void tokens_while_others_age(void **state)
{
	make_call(state);
	call.eviction.shadow ^= 1ULL << 30; /* of min_seq */
	EXPECT(NULL, DECIDED(lru_gen_eviction, .diverged = 1));
	STATE(call.before_all, try_to_shrink_lruvec_begin, 5, 7, ALL_EMPTY);
	call.before_all.hdr.tid = TID + 1;
	EXPECT(NULL, DECIDED(lru_gen_eviction, .race = 1));
	make_call(state);
	call.eviction.shadow ^= 1ULL << 28; /* of the references */
	STATE(call.before_all, try_to_shrink_lruvec_begin, 5, 7, ALL_EMPTY);
	call.before_all.hdr.tid = TID + 1;
	EXPECT(NULL, DECIDED(lru_gen_eviction, .diverged = 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(as_it_is, make_call), cmocka_unit_test(what_differs_is_told),
		cmocka_unit_test(lists),		     cmocka_unit_test(what_is_missing_is_lost),
		cmocka_unit_test(a_folio_that_somebody_took),
		cmocka_unit_test(a_folio_that_is_written),
		cmocka_unit_test(a_folio_that_is_referenced),
		cmocka_unit_test(a_folio_that_is_promoted),
		cmocka_unit_test(no_list),		     cmocka_unit_test(walks_end_early),
		cmocka_unit_test(no_walk),		     cmocka_unit_test(types),
		cmocka_unit_test(again),		     cmocka_unit_test(tokens),
		cmocka_unit_test(tokens_of_folios_that_change),
		cmocka_unit_test(tokens_while_others_age), cmocka_unit_test(averages_while_others_evict),		     cmocka_unit_test(generations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
