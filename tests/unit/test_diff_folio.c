/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The checker of folios on one hand-made list of a 6.1 kernel, with a folio for each fate; each test
 * changes or removes one record.
 */
#include "judged.h"

#define TID 7
#define GFP 0xcc0 /* GFP_KERNEL */
#define FILE_FLAGS (RS_FOLIO_MAPPED | RS_FOLIO_REFERENCED)

enum { FREED = 1, KEPT, DIRTY, LOCKED, NR_FOLIOS = LOCKED };

static struct call {
	struct rs_event_shrink_node_begin node;
	struct rs_event_folio folio[NR_FOLIOS];
	struct rs_event_shrink_folio_list_begin begin;
	struct rs_event_folio_referenced referenced[DIRTY];
	struct rs_event_folio_unmap unmap;
	struct rs_event_folio_remove remove;
	struct rs_event_folio_kept kept[NR_FOLIOS - 1];
	struct rs_event_shrink_folio_list_end end;
	struct rs_event_shrink_node_end node_end;
} call;

#define SET(record, name, ...)                                                                     \
	record = (struct rs_event_##name){                                                         \
		.hdr = { .tid = TID, .type = RS_EVENT_##name, .len = sizeof(record) }, __VA_ARGS__ \
	}

static int make_call(void **state)
{
	int i;

	(void)state;
	SET(call.node, shrink_node_begin, .gfp = GFP, .sc_flags = RS_SC_MAY_UNMAP | RS_SC_MAY_SWAP, .priority = 3);
	for (i = 0; i < NR_FOLIOS; i++)
		SET(call.folio[i], folio, .folio = i + 1, .flags = i + 1 == DIRTY ? RS_FOLIO_DIRTY : FILE_FLAGS,
		    .nr_pages = 1, .refcount = 3, .mapcount = i + 1 != DIRTY);
	SET(call.begin, shrink_folio_list_begin, .nr_folios = NR_FOLIOS, .nr_recorded = NR_FOLIOS);
	SET(call.referenced[0], folio_referenced, .folio = FREED, .flags = RS_FOLIO_LOCKED);
	SET(call.referenced[1], folio_referenced, .folio = KEPT, .flags = RS_FOLIO_LOCKED, .ret = 1);
	SET(call.referenced[2], folio_referenced, .folio = DIRTY, .flags = RS_FOLIO_LOCKED | RS_FOLIO_DIRTY);
	SET(call.unmap, folio_unmap, .folio = FREED, .flags = RS_FOLIO_LOCKED);
	SET(call.remove, folio_remove, .folio = FREED, .ret = 1);
	SET(call.kept[0], folio_kept, .folio = KEPT, .flags = RS_FOLIO_REFERENCED, .outcome = RS_FOLIO_KEPT);
	SET(call.kept[1], folio_kept, .folio = DIRTY, .flags = RS_FOLIO_ACTIVE, .outcome = RS_FOLIO_ACTIVATED);
	SET(call.kept[2], folio_kept, .folio = LOCKED, .flags = FILE_FLAGS, .outcome = RS_FOLIO_KEPT);
	SET(call.end, shrink_folio_list_end, .ret = 1, .nr_left = 3, .nr_recorded = 3);
	SET(call.node_end, shrink_node_end, .gfp = GFP);
	return 0;
}

/* Has the call without @missing judged. */
static void expect(const void *missing, unsigned int agree, unsigned int diverged, unsigned int hidden,
		   unsigned int lost)
{
	struct rs_event_hdr *const records[] = {
		&call.node.hdr,		 &call.folio[0].hdr,	  &call.folio[1].hdr,	   &call.folio[2].hdr,
		&call.folio[3].hdr,	 &call.begin.hdr,	  &call.referenced[0].hdr, &call.unmap.hdr,
		&call.remove.hdr,	 &call.referenced[1].hdr, &call.referenced[2].hdr, &call.kept[0].hdr,
		&call.kept[1].hdr,	 &call.kept[2].hdr,	  &call.end.hdr,	   &call.node_end.hdr,
	};
	struct judged j = judge_records(records, RS_ARRAY_SIZE_OF(records), missing);
	const struct rs_decision_sum *fate = &j.diff->sums[RS_DECIDE_shrink_folio_list];
	const struct rs_decision_sum *chance = &j.diff->sums[RS_DECIDE_folio_check_references];

	if (fate->agree != agree || fate->diverged != diverged || fate->not_observable != hidden || fate->lost != lost)
		fail_msg("%lu agree, %lu diverged, %lu hidden, %lu lost", (unsigned long)fate->agree,
			 (unsigned long)fate->diverged, (unsigned long)fate->not_observable, (unsigned long)fate->lost);
	assert_int_equal(fate->observed, agree + diverged);
	if (lost < 3) { /* nothing was known of such folios: each has a chance of one half */
		assert_int_equal(chance->observed, NR_FOLIOS);
		assert_int_equal(chance->yes, 3);
		assert_true(chance->brier == NR_FOLIOS * 0.25);
	} else {
		assert_int_equal(chance->observed, 0);
		assert_int_equal(chance->lost, lost);
	}
	judged_drop(&j);
}

static void a_whole_list_agrees(void **state)
{
	(void)state;
	/* Whether the last one was locked is not told. */
	expect(NULL, 3, 0, 1, 0);
}

/* The first folio goes without a trace. It was demoted if as many were, and if its references let it. */
static void what_is_demoted(void **state)
{
	(void)state;
	call.unmap.hdr.type = call.remove.hdr.type = 0;
	expect(NULL, 2, 0, 1, 1);
	call.end.nr_demoted = 1;
	expect(NULL, 3, 0, 1, 0);
	call.end.nr_demoted = 2;
	expect(NULL, 2, 0, 1, 1);
	call.referenced[0].ret = 1;
	call.end.nr_demoted = 1;
	expect(NULL, 2, 1, 1, 0);
}

static void each_wrong_record_diverges(void **state)
{
	call.remove.ret = 0;
	expect(NULL, 2, 1, 1, 0);
	make_call(state);
	call.unmap.mapcount = 1;
	expect(NULL, 2, 1, 1, 0);
	make_call(state);
	call.referenced[1].ret = 2;
	expect(NULL, 2, 1, 1, 0);
	make_call(state);
	call.referenced[2].ret = 1;
	expect(NULL, 2, 1, 1, 0);
	make_call(state);
	call.kept[0].outcome = RS_FOLIO_ACTIVATED;
	expect(NULL, 2, 1, 1, 0);
	make_call(state);
	/* Neither the lock nor references would do that: it may not be unmapped. */
	call.node.sc_flags &= ~RS_SC_MAY_UNMAP;
	call.kept[2].outcome = RS_FOLIO_ACTIVATED;
	call.folio[0].flags = call.folio[1].flags = 0;
	expect(&call.unmap, 3, 1, 0, 0);
}

static void a_missing_record_is_no_divergence(void **state)
{
	(void)state;
	expect(&call.folio[1], 0, 0, 0, 3);
	expect(&call.begin, 0, 0, 0, 4);
	expect(&call.kept[1], 0, 0, 0, 4);
	expect(&call.end, 0, 0, 0, 4);
	expect(&call.referenced[0], 2, 0, 1, 1);
	expect(&call.referenced[2], 2, 0, 1, 1);
	expect(&call.remove, 2, 0, 1, 1);
}

static void without_the_reclaimer_nothing_is_judged(void **state)
{
	(void)state;
	expect(&call.node, 0, 0, 4, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_whole_list_agrees, make_call),
		cmocka_unit_test_setup(what_is_demoted, make_call), cmocka_unit_test_setup(each_wrong_record_diverges, make_call),
		cmocka_unit_test_setup(a_missing_record_is_no_divergence, make_call),
		cmocka_unit_test_setup(without_the_reclaimer_nothing_is_judged, make_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
