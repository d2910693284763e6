/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The checkers of the LRU on one hand-made call of shrink_node() of a 6.1 kernel: as it is everything
 * agrees; each test changes or removes one record.
 */
#include "judged.h"

#define TID 7
#define GFP 0xcc0 /* GFP_KERNEL */
#define FLAGS (RS_SC_MAY_UNMAP | RS_SC_MAY_SWAP)
#define TRIM RS_SC_CACHE_TRIM_MODE

/* The call, record by record. */
static struct call {
	struct rs_event_shrink_node_begin node;
	struct rs_event_zone_state zone;
	struct rs_event_inactive_is_low low[2];
	struct rs_event_memcg_protection_begin protection_begin;
	struct rs_event_memcg_protection protection;
	struct rs_event_shrink_lruvec_begin lruvec;
	struct rs_event_note_cost_begin cost[2];
	struct rs_event_note_cost_end cost_end[2];
	struct rs_event_shrink_inactive batch[2];
	struct rs_event_shrink_lruvec_end lruvec_end;
	struct rs_event_shrink_slab slab;
	struct rs_event_workingset_eviction eviction;
	struct rs_event_shrink_node_end node_end;
} call;

#define SET(record, name, ...)                                                                     \
	record = (struct rs_event_##name){                                                         \
		.hdr = { .tid = TID, .type = RS_EVENT_##name, .len = sizeof(record) }, __VA_ARGS__ \
	}
#define SC(flags, reclaimed)                                                                               \
	.nr_to_reclaim = 1000, .nr_reclaimed = reclaimed, .gfp = GFP, .sc_flags = flags, .priority = 3, \
	.reclaim_idx = 1

static int make_call(void **state)
{
	int i;

	(void)state;
	SET(call.node, shrink_node_begin, SC(FLAGS, 0), .inactive_file = 512, .active_file = 80, .anon_cost = 10,
	    .file_cost = 20);
	SET(call.zone, zone_state, .context = RS_ZONE_OF_SHRINK_NODE, .managed = 10000, .free = 5000, .high = 100);
	SET(call.low[0], inactive_is_low, .cgroup = 1, .lru = 0, .inactive_file = 512);
	SET(call.low[1], inactive_is_low, .cgroup = 1, .lru = 2, .inactive = 512, .active = 80, .inactive_file = 512);
	SET(call.protection_begin, memcg_protection_begin, .cgroup = 1);
	SET(call.protection, memcg_protection, .cgroup = 1);
	SET(call.lruvec, shrink_lruvec_begin, SC(FLAGS | TRIM, 0), .cgroup = 1, .sc_anon_cost = 10, .sc_file_cost = 20,
	    .swappiness = 60, .proactive_swappiness = -1, .online = 1, .node_inactive_file = 512,
	    .node_active_file = 80);
	call.lruvec.lru_zone_size[RS_MAX_LRU + 2] = 512;
	call.lruvec.lru_zone_size[RS_MAX_LRU + 3] = 80;
	for (i = 0; i < 2; i++) {
		SET(call.cost[i], note_cost_begin, .file = 1, .nr_io = 1 + i, .levels = 1, .cgroup = { 1 },
		    .anon_cost = { 10 }, .file_cost = { 20 + i }, .lru_size = { 592 });
		SET(call.cost_end[i], note_cost_end, .file = 1, .nr_io = 1 + i, .levels = 1, .cgroup = { 1 },
		    .anon_cost = { 10 }, .file_cost = { 21 + 2 * i }, .lru_size = { 592 });
		SET(call.batch[i], shrink_inactive, .nr_requested = 32, .nr_taken = 32, .lru = 2, .isolated = 1,
		    .nr_scanned = 32, .nr_reclaimed = 30 + i, .nr_dirty = 3, .nr_pageout = 1 + i, .file = 1,
		    .full_stat = 1);
	}
	SET(call.lruvec_end, shrink_lruvec_end, SC(FLAGS | TRIM | RS_SC_SKIPPED_DEACTIVATE, 61), .cgroup = 1);
	SET(call.slab, shrink_slab, .freeable = 1024, .delta = 256, .total_scan = 256, .seeks = 2, .priority = 3);
	SET(call.eviction, workingset_eviction, .nonresident_age = 101, .file = 1, .workingset = 1, .entry_age = 100,
	    .nr_pages = 1, .shadow = ((((100ULL << 16 | 1) << 10) << 1 | 1) << 1) | 1);
	SET(call.node_end, shrink_node_end, SC(FLAGS | TRIM | RS_SC_SKIPPED_DEACTIVATE, 61), .nr_dirty = 6,
	    .nr_taken = 64, .nr_file_taken = 64);
	return 0;
}

/* Records the call without @missing, and has it judged. */
static struct judged judge(const void *missing)
{
	struct rs_event_hdr *const records[] = {
		&call.node.hdr,	       &call.zone.hdr,	   &call.low[0].hdr,  &call.low[1].hdr,
		&call.protection_begin.hdr, &call.protection.hdr, &call.lruvec.hdr, &call.cost[0].hdr,
		&call.cost_end[0].hdr, &call.batch[0].hdr, &call.cost[1].hdr, &call.cost_end[1].hdr,
		&call.batch[1].hdr,    &call.lruvec_end.hdr, &call.slab.hdr, &call.eviction.hdr,
		&call.node_end.hdr,
	};

	return judge_records(records, RS_ARRAY_SIZE_OF(records), missing);
}

#define BIT(name) (1ULL << RS_DECIDE_##name)

static const struct {
	enum rs_decision decision;
	uint64_t observed;
} expected[] = {
	{ RS_DECIDE_prepare_scan_control, 1 },	 { RS_DECIDE_inactive_is_low, 2 },
	{ RS_DECIDE_memcg_protection, 1 },	 { RS_DECIDE_shrink_node_memcgs, 1 },
	{ RS_DECIDE_get_scan_count, 1 },	 { RS_DECIDE_shrink_lruvec, 1 },
	{ RS_DECIDE_lru_note_cost_args, 2 },	 { RS_DECIDE_lru_note_cost, 2 },
	{ RS_DECIDE_should_continue_reclaim, 1 }, { RS_DECIDE_shrink_inactive_list, 1 },
	{ RS_DECIDE_do_shrink_slab, 1 },	 { RS_DECIDE_workingset_eviction, 1 },
};

/* The decisions in @diverged differ once each, those in @lost are not judged; masks of 1 << decision. */
static void expect(const void *missing, uint64_t diverged, uint64_t lost)
{
	struct judged j = judge(missing);
	unsigned int i;

	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const struct rs_decision_sum *s = &j.diff->sums[expected[i].decision];
		uint64_t bit = 1ULL << expected[i].decision;

		/* What follows from the requests is not judged where they differ. */
		if (bit == BIT(shrink_lruvec) && diverged & BIT(get_scan_count)) {
			assert_int_equal(s->observed, 0);
			continue;
		}
		if (s->diverged != !!(diverged & bit) || !s->lost == !!(lost & bit) ||
		    (!(lost & bit) && s->observed != expected[i].observed))
			fail_msg("%s: %lu observed, %lu diverged, %lu lost", rs_decision_name(expected[i].decision),
				 (unsigned long)s->observed, (unsigned long)s->diverged, (unsigned long)s->lost);
		assert_int_equal(s->observed, s->agree + s->diverged + s->race);
	}
	judged_drop(&j);
}

static void a_whole_call_agrees(void **state)
{
	(void)state;
	expect(NULL, 0, 0);
}

static void each_wrong_answer_diverges(void **state)
{
	call.lruvec.sc_flags &= ~TRIM;
	expect(NULL, BIT(prepare_scan_control), 0);
	make_call(state);
	call.low[1].ret = 1;
	expect(NULL, BIT(inactive_is_low), 0);
	make_call(state);
	call.protection.emin = 5;
	expect(NULL, BIT(memcg_protection), 0);
	make_call(state);
	call.batch[1].nr_requested = 31;
	expect(NULL, BIT(get_scan_count), 0);
	make_call(state);
	call.lruvec_end.sc_flags &= ~RS_SC_SKIPPED_DEACTIVATE;
	expect(NULL, BIT(shrink_lruvec), 0);
	make_call(state);
	call.batch[0].nr_pageout = 9;
	expect(NULL, BIT(lru_note_cost_args), 0);
	make_call(state);
	call.cost_end[1].file_cost[0]--;
	expect(NULL, BIT(lru_note_cost), 0);
	make_call(state);
	call.node_end.nr_dirty--;
	expect(NULL, BIT(shrink_inactive_list), 0);
	make_call(state);
	call.slab.total_scan++;
	call.slab.left++;
	expect(NULL, BIT(do_shrink_slab), 0);
	make_call(state);
	call.eviction.shadow += 1ULL << 28;
	expect(NULL, BIT(workingset_eviction), 0);
}

static void a_missing_record_is_no_divergence(void **state)
{
	(void)state;
	expect(&call.lruvec, 0,
	       BIT(prepare_scan_control) | BIT(get_scan_count) | BIT(shrink_lruvec) | BIT(shrink_node_memcgs) |
		       BIT(shrink_inactive_list) | BIT(should_continue_reclaim) | BIT(lru_note_cost_args));
}

static void a_missing_batch_is_seen(void **state)
{
	(void)state;
	expect(&call.batch[0], 0,
	       BIT(get_scan_count) | BIT(shrink_lruvec) | BIT(lru_note_cost_args) | BIT(shrink_inactive_list));
}

static void a_list_that_changed_is_a_race(void **state)
{
	(void)state;
	call.low[1].entry_inactive = 60;
	call.low[1].entry_active = 80;
	call.low[1].ret = 1;
	/* At entry 60 were fewer than 80: an answer that the sizes at the return would not give. */
	expect(NULL, 0, 0);
	call.low[1].entry_inactive = call.low[1].inactive;
	expect(NULL, BIT(inactive_is_low), 0);
}

/* How often a decision of the call, as it is, is told to be a race. */
static uint64_t races(enum rs_decision decision)
{
	struct judged j = judge(NULL);
	uint64_t race = j.diff->sums[decision].race;

	judged_drop(&j);
	return race;
}

static void what_changed_since_the_entry_is_a_race(void **state)
{
	/* the node has gained a boost, or lost its free pages, by the first lruvec */
	call.lruvec.sc_flags |= RS_SC_FILE_IS_TINY;
	expect(NULL, BIT(prepare_scan_control), 0);
	call.lruvec.node_high = 9000;
	assert_int_equal(races(RS_DECIDE_prepare_scan_control), 1);
	call.lruvec.node_high = 100;
	expect(NULL, BIT(prepare_scan_control), 0);
	call.lruvec.node_free = 1;
	assert_int_equal(races(RS_DECIDE_prepare_scan_control), 1);
	/* of the lruvec: refaults, or its lists */
	make_call(state);
	call.lruvec.sc_flags &= ~TRIM;
	expect(NULL, BIT(prepare_scan_control), 0);
	call.low[0].refaults[0] = call.low[1].refaults[0] = 1;
	assert_int_equal(races(RS_DECIDE_prepare_scan_control), 1);
	make_call(state);
	call.lruvec.sc_flags &= ~TRIM;
	call.low[1].entry_inactive = call.low[1].inactive + 1;
	call.low[1].entry_active = call.low[1].active;
	assert_int_equal(races(RS_DECIDE_prepare_scan_control), 1);
}

/* Costs that the lruvec had only for a moment since the entry, long before the first lruvec. */
static void costs_are_found_however_many_were_noted_since(void **state)
{
	enum { MANY = 600 };
	struct rs_event_note_cost_begin begin, other;
	struct rs_event_note_cost_end end;
	struct rs_event_hdr *records[MANY + 16];
	struct judged j;
	size_t nr = 0, i;

	(void)state;
	SET(begin, note_cost_begin, .nr_io = 1, .levels = 1, .cgroup = { 1 }, .anon_cost = { 10 }, .file_cost = { 20 },
	    .lru_size = { 592 });
	SET(end, note_cost_end, .nr_io = 1, .levels = 1, .cgroup = { 1 }, .anon_cost = { 11 }, .file_cost = { 20 },
	    .lru_size = { 592 });
	SET(other, note_cost_begin, .levels = 1, .cgroup = { 1 }, .anon_cost = { 12 }, .file_cost = { 20 },
	    .lru_size = { 592 });
	begin.hdr.tid = end.hdr.tid = other.hdr.tid = TID + 1;
	records[nr++] = &call.node.hdr;
	records[nr++] = &call.zone.hdr;
	records[nr++] = &begin.hdr;
	records[nr++] = &end.hdr;
	for (i = 0; i < MANY; i++)
		records[nr++] = &other.hdr;
	records[nr++] = &call.low[0].hdr;
	records[nr++] = &call.low[1].hdr;
	records[nr++] = &call.protection_begin.hdr;
	records[nr++] = &call.protection.hdr;
	records[nr++] = &call.lruvec.hdr;
	call.lruvec.sc_anon_cost = 11;
	j = judge_records(records, nr, NULL);
	assert_int_equal(j.diff->sums[RS_DECIDE_prepare_scan_control].agree, 1);
	judged_drop(&j);
	/* as the call that has begun will leave it */
	j = judge_records(records, nr, &end.hdr);
	assert_int_equal(j.diff->sums[RS_DECIDE_prepare_scan_control].agree, 1);
	judged_drop(&j);
	call.lruvec.sc_anon_cost = 13;
	j = judge_records(records, nr, NULL);
	assert_int_equal(j.diff->sums[RS_DECIDE_prepare_scan_control].diverged, 1);
	judged_drop(&j);
}

/* A list that changes between the entry of shrink_lruvec() and get_scan_count(). */
static void a_list_that_changes_before_it_is_shared_out_is_a_race(void **state)
{
	struct rs_event_lruvec_sizes sizes;
	struct rs_event_hdr *const records[] = {
		&call.node.hdr, &call.zone.hdr, &call.low[0].hdr, &call.low[1].hdr, &call.protection_begin.hdr, &call.protection.hdr,
		&call.lruvec.hdr, &sizes.hdr, &call.batch[0].hdr, &call.batch[1].hdr, &call.lruvec_end.hdr, &call.node_end.hdr,
	};
	struct judged j;

	(void)state;
	SET(sizes, lruvec_sizes, .cgroup = 1);
	memcpy(sizes.lru_zone_size, call.lruvec.lru_zone_size, sizeof(sizes.lru_zone_size));
	call.batch[1].nr_requested = 31;
	j = judge_records(records, RS_ARRAY_SIZE_OF(records), NULL);
	assert_int_equal(j.diff->sums[RS_DECIDE_get_scan_count].race, 1);
	judged_drop(&j);
	j = judge_records(records, RS_ARRAY_SIZE_OF(records), &sizes);
	assert_int_equal(j.diff->sums[RS_DECIDE_get_scan_count].race, 0);
	assert_int_equal(j.diff->sums[RS_DECIDE_get_scan_count].diverged, 1);
	judged_drop(&j);
}

/* A cgroup that is visited although it is below its memory.min. */
static void a_cgroup_whose_protection_moves_is_a_race(void **state)
{
	struct rs_event_memcg_protection_begin other;
	struct rs_event_hdr *const records[] = {
		&call.node.hdr, &call.zone.hdr, &call.low[0].hdr, &call.low[1].hdr, &call.protection_begin.hdr, &call.protection.hdr,
		&other.hdr, &call.lruvec.hdr, &call.lruvec_end.hdr, &call.node_end.hdr,
	};
	struct rs_decision_sum sum;
	unsigned int other_computes;

	(void)state;
	call.protection_begin.cgroup = call.protection.cgroup = call.lruvec.cgroup = call.lruvec_end.cgroup = 5;
	call.protection_begin.usage = call.protection.usage = 90;
	call.protection.emin = call.protection.elow = 100;
	SET(other, memcg_protection_begin, .cgroup = 5, .root = 3);
	other.hdr.tid = TID + 1;
	for (other_computes = 0; other_computes < 2; other_computes++) {
		struct judged j = judge_records(records, RS_ARRAY_SIZE_OF(records), other_computes ? NULL : &other);

		sum = j.diff->sums[RS_DECIDE_shrink_node_memcgs];
		assert_int_equal(sum.race, other_computes);
		assert_int_equal(sum.diverged, !other_computes);
		judged_drop(&j);
	}
	/* it used more a moment before */
	call.protection_begin.usage = 200;
	assert_int_equal(races(RS_DECIDE_shrink_node_memcgs), 1);
}

static void usage_that_moves_before_a_scan_is_cut_is_a_race(void **state)
{
	struct rs_event_proportional_protection e;
	struct rs_event_hdr *const records[] = {
		&call.node.hdr, &call.zone.hdr, &call.low[0].hdr, &call.low[1].hdr, &call.protection_begin.hdr, &call.protection.hdr,
		&call.lruvec.hdr, &e.hdr, &call.lruvec_end.hdr, &call.node_end.hdr,
	};
	struct rs_decision_sum sum;
	unsigned int moved;

	(void)state;
	/* of 100 used pages 50 are protected */
	SET(e, proportional_protection, .cgroup = 5, .scan = 1000, .usage = 99, .elow = 50, .ret = 777);
	for (moved = 0; moved < 2; moved++) {
		struct judged j;

		call.lruvec.usage = moved ? 100 : 99;
		call.lruvec.elow = 50;
		j = judge_records(records, RS_ARRAY_SIZE_OF(records), NULL);
		sum = j.diff->sums[RS_DECIDE_apply_proportional_protection];
		assert_int_equal(sum.race, moved);
		assert_int_equal(sum.diverged, !moved);
		judged_drop(&j);
	}
}

/* Two rounds over a node for a large block: the first one has given @reclaimed pages by the second one's first lruvec. */
static struct rs_decision_sum judge_rounds(uint64_t reclaimed, uint64_t inactive)
{
	struct rs_event_zone_watermark_ok_order test;
	struct rs_event_compaction_suitable suitable;
	struct rs_event_shrink_lruvec_begin again;
	struct rs_event_shrink_lruvec_end again_end;
	struct rs_event_hdr *const records[] = {
		&call.node.hdr, &call.zone.hdr, &call.low[0].hdr, &call.low[1].hdr, &call.protection_begin.hdr, &call.protection.hdr,
		&call.lruvec.hdr, &call.lruvec_end.hdr, &test.hdr, &suitable.hdr, &call.low[0].hdr, &call.low[1].hdr,
		&call.protection_begin.hdr, &call.protection.hdr, &again.hdr, &again_end.hdr, &test.hdr, &suitable.hdr, &call.node_end.hdr,
	};
	struct rs_decision_sum sum;
	struct judged j;

	make_call(NULL);
	SET(test, zone_watermark_ok_order, .order = 4, .highest_zoneidx = 1);
	SET(suitable, compaction_suitable, .order = 4, .result = 1);
	call.node.order = call.lruvec.order = call.lruvec_end.order = call.node_end.order = 4;
	/* the lruvec gives nothing; what there is comes from slabs */
	call.lruvec_end.nr_reclaimed = 0;
	again = call.lruvec;
	again.nr_reclaimed = reclaimed;
	again.node_inactive_file = inactive;
	again_end = call.lruvec_end;
	again_end.nr_reclaimed = call.node_end.nr_reclaimed = reclaimed;
	j = judge_records(records, RS_ARRAY_SIZE_OF(records), NULL);
	sum = j.diff->sums[RS_DECIDE_should_continue_reclaim];
	judged_drop(&j);
	return sum;
}

static void another_round_is_judged_by_what_the_one_before_gave(void **state)
{
	struct rs_decision_sum sum;

	(void)state;
	sum = judge_rounds(5, 512);
	assert_int_equal(sum.observed, 2); /* it goes on, and then, with nothing more, it does not */
	assert_int_equal(sum.agree, 2);
	/* nothing came of the first, or too little is left for the second */
	assert_int_equal(judge_rounds(0, 512).diverged, 1);
	assert_int_equal(judge_rounds(5, 32).diverged, 1);
	assert_int_equal(judge_rounds(5, 33).diverged, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_whole_call_agrees, make_call),
		cmocka_unit_test_setup(each_wrong_answer_diverges, make_call),
		cmocka_unit_test_setup(a_missing_record_is_no_divergence, make_call),
		cmocka_unit_test_setup(a_missing_batch_is_seen, make_call),
		cmocka_unit_test_setup(a_list_that_changed_is_a_race, make_call),
		cmocka_unit_test_setup(what_changed_since_the_entry_is_a_race, make_call),
		cmocka_unit_test_setup(costs_are_found_however_many_were_noted_since, make_call),
		cmocka_unit_test_setup(a_list_that_changes_before_it_is_shared_out_is_a_race, make_call),
		cmocka_unit_test_setup(a_cgroup_whose_protection_moves_is_a_race, make_call),
		cmocka_unit_test_setup(usage_that_moves_before_a_scan_is_cut_is_a_race, make_call),
		cmocka_unit_test_setup(another_round_is_judged_by_what_the_one_before_gave, make_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
