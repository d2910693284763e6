/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../src/model/lru_gen.h"
#include "../../src/model/why.h"
#include "kernel_rules.h"
#include "unit.h"

#define ALL NR_KERNELS_UNDER_TEST
#define EACH(v) for (enum kernel_under_test v = V6_1; v < ALL; v++)

/* Generations min_seq to max_seq of both types, with so many pages of each in zone NORMAL. */
static struct lru_gen_sizes sizes(uint64_t max_seq, uint64_t anon_min, uint64_t file_min, int64_t anon, int64_t file)
{
	struct lru_gen_sizes s = { .max_seq = max_seq, .min_seq = { anon_min, file_min } };
	int gen;

	for (gen = 0; gen < MAX_NR_GENS; gen++) {
		s.nr_pages[gen][WORKINGSET_ANON][ZONE_NORMAL] = anon;
		s.nr_pages[gen][WORKINGSET_FILE][ZONE_NORMAL] = file;
	}
	return s;
}

/* ---- swappiness and sizes ---- */

static void swappiness_is_0_without_swap_or_leave(void **state)
{
	static const struct {
		struct get_swappiness in;
		int old, now; /* 6.1; later */
	} cases[] = {
		/* swap_pages, may_swap, can_demote, proactive, proactive_swappiness, swappiness */
		{ { 64, true, false, false, -1, 60 }, 60, 60 },
		{ { 63, true, false, false, -1, 60 }, 0, 0 },
		{ { -5, true, false, false, -1, 60 }, 0, 0 },
		{ { 63, true, true, false, -1, 60 }, 60, 60 },
		{ { 64, false, false, false, -1, 60 }, 60, 0 },
		{ { 64, true, false, true, 201, 60 }, 201, 201 },
		{ { 64, true, false, true, -1, 60 }, 60, 60 },
		{ { 64, true, false, false, 7, 60 }, 60, 60 },
		{ { 64, true, false, true, 0, 60 }, 0, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		EACH(v) {
			struct rs_why why = { 0 };
			int want = v == V6_1 ? cases[i].old : cases[i].now;

			assert_int_equal(get_swappiness(&cases[i].in, rules_of(v), NULL), want);
			assert_int_equal(get_swappiness(&cases[i].in, rules_of(v), &why), want);
			assert_int_equal(why.nr, 1);
		}
}

static void a_turn_of_6_1_asks_for_the_leave_itself(void **state)
{
	(void)state;
	assert_int_equal(lru_gen_turn_swappiness(60, true, true, rules_of(V6_1)), 60);
	assert_int_equal(lru_gen_turn_swappiness(60, false, true, rules_of(V6_1)), 0);
	assert_int_equal(lru_gen_turn_swappiness(60, false, false, rules_of(V6_1)), 1);
	assert_int_equal(lru_gen_turn_swappiness(0, false, false, rules_of(V6_1)), 0);
	assert_int_equal(lru_gen_turn_swappiness(60, false, true, rules_of(V6_12)), 60);
}

static void sizes_are_of_the_types_that_may_be_evicted(void **state)
{
	struct lru_gen_sizes s = sizes(7, 5, 6, 100, 1000);

	(void)state;
	EACH(v) {
		bool by_int = v >= V6_18;

		/* Three generations of anon, two of file. */
		assert_int_equal(lruvec_evictable_size(&s, 60, rules_of(v)), 2300);
		assert_int_equal(lruvec_evictable_size(&s, 0, rules_of(v)), 2000);
		assert_int_equal(lruvec_evictable_size(&s, 200, rules_of(v)), 2300);
		assert_int_equal(lruvec_evictable_size(&s, 201, rules_of(v)), by_int ? 300 : 2300);
		assert_int_equal(evictable_min_seq(&s, 60, rules_of(v)), 5);
		assert_int_equal(evictable_min_seq(&s, 0, rules_of(v)), 6);
		assert_int_equal(evictable_min_seq(&s, 201, rules_of(v)), 5);
		s.min_seq[WORKINGSET_ANON] = 6;
		s.min_seq[WORKINGSET_FILE] = 5;
		assert_int_equal(evictable_min_seq(&s, 60, rules_of(v)), by_int ? 5 : 6);
		s.min_seq[WORKINGSET_ANON] = 5;
		s.min_seq[WORKINGSET_FILE] = 6;
	}
	s.nr_pages[7 % MAX_NR_GENS][WORKINGSET_FILE][ZONE_DMA] = -3;
	s.nr_pages[7 % MAX_NR_GENS][WORKINGSET_FILE][ZONE_MOVABLE] = 2;
	s.nr_pages[7 % MAX_NR_GENS][WORKINGSET_FILE][MAX_NR_ZONES - 1] = 5;
	assert_int_equal(lru_gen_nr_pages(&s, 7, WORKINGSET_FILE), 1007);
	s.nr_pages[7 % MAX_NR_GENS][WORKINGSET_FILE][ZONE_DMA] = 1; /* the first zone counts, and a single page */
	assert_int_equal(lru_gen_nr_pages(&s, 7, WORKINGSET_FILE), 1008);
	s.nr_pages[7 % MAX_NR_GENS][WORKINGSET_FILE][ZONE_DMA] = -3;
	assert_int_equal(lru_gen_nr_pages(&s, 7, WORKINGSET_ANON), 100);
	/* A damaged one: it ends. */
	s.max_seq = UINT64_MAX;
	s.min_seq[WORKINGSET_ANON] = s.min_seq[WORKINGSET_FILE] = 0;
	assert_int_equal(lruvec_evictable_size(&s, 0, rules_of(V7_2)), 4007);
	assert_true(lruvec_is_sizable(4096, 12, true, NULL));
	assert_false(lruvec_is_sizable(4095, 12, true, NULL));
	assert_true(lruvec_is_sizable(1, 12, false, NULL));
	assert_false(lruvec_is_sizable(0, 0, false, &(struct rs_why){ 0 }));
}

/* ---- aging ---- */

static struct get_nr_to_scan head(const struct lru_gen_sizes *s, int priority)
{
	return (struct get_nr_to_scan){
		.sizes = s,
		.size = lruvec_evictable_size(s, 60, rules_of(V6_12)),
		.swappiness = 60,
		.priority = priority,
		.memcg = { .usage = 10000 },
		.online = true,
	};
}

static bool ages(uint64_t gens, int64_t young, int64_t middle, int64_t old, int priority, enum kernel_under_test v,
		 struct rs_why *why)
{
	struct lru_gen_sizes s = sizes(9, 10 - gens, 10 - gens, 0, 0);
	struct get_nr_to_scan in;

	s.nr_pages[9 % MAX_NR_GENS][WORKINGSET_FILE][ZONE_NORMAL] = young;
	s.nr_pages[8 % MAX_NR_GENS][WORKINGSET_ANON][ZONE_NORMAL] = middle;
	s.nr_pages[7 % MAX_NR_GENS][WORKINGSET_ANON][ZONE_NORMAL] = old;
	in = head(&s, priority);
	return should_run_aging(&in, rules_of(v), why);
}

static void aging_runs_where_nothing_is_cold(void **state)
{
	(void)state;
	EACH(v) {
		struct rs_why why = { 0 };

		assert_true(ages(2, 100, 100, 100, 12, v, &why));
		assert_true(WHY_HAS(&why, aging_must));
		assert_true(ages(2, 100, 100, 100, 3, v, NULL));
		why.nr = 0;
		assert_false(ages(4, 100, 100, 100, 3, v, &why));
		assert_true(WHY_HAS(&why, aging_enough));
	}
}

static void three_generations_are_judged_by_spread_or_by_themselves(void **state)
{
	struct rs_why why = { 0 };

	(void)state;
	for (enum kernel_under_test v = V6_1; v <= V6_12; v++) {
		assert_true(ages(3, 151, 100, 50, 6, v, NULL)); /* 302 > 301 */
		assert_false(ages(3, 150, 75, 75, 6, v, NULL)); /* 300 == 300, 300 == 300 */
		assert_true(ages(3, 150, 76, 74, 6, v, NULL)); /* 296 < 300 */
		assert_false(ages(3, 100, 100, 100, 12, v, NULL));
	}
	assert_true(ages(3, 151, 100, 50, 6, V6_1, &why) && WHY_HAS(&why, aging_young));
	assert_true(ages(3, 10, 100, 5, 6, V6_1, &why) && WHY_HAS(&why, aging_old));
	assert_true(ages(3, 100, 100, 100, 12, V6_18, NULL));
	assert_true(ages(3, 100, 100, 100, 11, V7_2, NULL));
	why.nr = 0;
	assert_false(ages(3, 100, 100, 100, 12, V7_2, &why) || !WHY_HAS(&why, aging_gentle));
}

static void spread_counts_a_generation_only_for_types_that_have_it(void **state)
{
	struct lru_gen_sizes s = sizes(9, 7, 8, 100, 100);
	struct get_nr_to_scan in = head(&s, 6);

	(void)state;
	/* Five generations of 100: 200 young of 500; old is anon's alone, 100 * 4 < 500. */
	assert_int_equal(in.size, 500);
	assert_true(should_run_aging(&in, rules_of(V6_12), NULL));
	s.nr_pages[7 % MAX_NR_GENS][WORKINGSET_ANON][ZONE_NORMAL] = 134;
	in.size = 534;
	assert_false(should_run_aging(&in, rules_of(V6_12), NULL));
	in.swappiness = 0; /* file has two only */
	assert_true(should_run_aging(&in, rules_of(V6_12), NULL));
}

/* ---- how much ---- */

static void how_much_is_a_share_of_what_may_be_evicted(void **state)
{
	struct lru_gen_sizes four = sizes(9, 6, 6, 1000, 3000), two = sizes(9, 8, 8, 1000, 3000);
	struct get_nr_to_scan_result r;
	struct get_nr_to_scan in;

	(void)state;
	EACH(v) {
		in = head(&four, 4);
		r = get_nr_to_scan(&in, rules_of(v), &(struct rs_why){ 0 });
		assert_false(r.age);
		assert_int_equal(r.nr_to_scan, 16000 >> 4);
		in.online = false;
		assert_int_equal(get_nr_to_scan(&in, rules_of(v), NULL).nr_to_scan, 16000);
		/* Nothing is cold: at the default priority nothing is done, but from 7.2 on that is for later. */
		in = head(&two, 12);
		r = get_nr_to_scan(&in, rules_of(v), NULL);
		assert_false(r.age);
		assert_int_equal(r.nr_to_scan, v == V7_2 ? 1 : 0); /* 8000 >> 12 */
		in.priority = 4;
		r = get_nr_to_scan(&in, rules_of(v), NULL);
		assert_int_equal(r.age, v != V7_2);
		assert_int_equal(r.nr_to_scan, v == V7_2 ? 500 : 0);
		assert_int_equal(r.if_aged, v == V6_1 ? 500 : v == V7_2 ? 0 : -1);
	}
}

static void kernel_6_1_leaves_aging_to_kswapd(void **state)
{
	struct lru_gen_sizes three = sizes(9, 7, 7, 0, 3000), two = sizes(9, 8, 8, 0, 3000);
	struct get_nr_to_scan in = head(&three, 4);
	struct get_nr_to_scan_result r;

	(void)state;
	three.nr_pages[7 % MAX_NR_GENS][WORKINGSET_FILE][ZONE_NORMAL] = 1;
	in.size = 6001;
	r = get_nr_to_scan(&in, rules_of(V6_1), NULL);
	assert_true(r.age);
	assert_int_equal(r.nr_to_scan, 375); /* in vain, but there is something cold */
	assert_int_equal(r.if_aged, 375);
	in.kswapd = true;
	r = get_nr_to_scan(&in, rules_of(V6_1), &(struct rs_why){ 0 });
	assert_false(r.age);
	assert_int_equal(r.nr_to_scan, 0);
	in.priority = DEF_PRIORITY;
	in.size = 8192;
	assert_int_equal(get_nr_to_scan(&in, rules_of(V6_1), NULL).nr_to_scan, 2);
	in = head(&two, DEF_PRIORITY);
	in.online = false;
	assert_int_equal(get_nr_to_scan(&in, rules_of(V6_1), NULL).nr_to_scan, 0);
}

static void protection_stops_spares_or_is_not_looked_at(void **state)
{
	struct lru_gen_sizes s = sizes(9, 6, 6, 1000, 3000);
	struct get_nr_to_scan in = head(&s, 2);
	struct get_nr_to_scan_result r;

	(void)state;
	in.memcg.usage = 999;
	in.memcg.emin = 999;
	assert_int_equal(get_nr_to_scan(&in, rules_of(V6_1), &(struct rs_why){ 0 }).nr_to_scan, 0);
	assert_int_equal(get_nr_to_scan(&in, rules_of(V6_12), &(struct rs_why){ 0 }).nr_to_scan, -1);
	assert_int_equal(get_nr_to_scan(&in, rules_of(V6_18), NULL).nr_to_scan, -1);
	assert_int_equal(get_nr_to_scan(&in, rules_of(V7_2), NULL).nr_to_scan, SWAP_CLUSTER_MAX >> 2); /* not 16 */
	in.memcg.is_target = true; /* which saves it from nothing, from 6.12 on */
	assert_int_equal(get_nr_to_scan(&in, rules_of(V6_1), NULL).nr_to_scan, 0);
	assert_int_equal(get_nr_to_scan(&in, rules_of(V6_12), NULL).nr_to_scan, 4000);
	assert_int_equal(get_nr_to_scan(&in, rules_of(V7_2), NULL).nr_to_scan, 4000);
	in.memcg = (struct mem_cgroup_below){ .usage = 999, .emin = 0, .elow = 999 };
	assert_int_equal(get_nr_to_scan(&in, rules_of(V6_1), NULL).nr_to_scan, 0);
	in.memcg_low_reclaim = true;
	assert_int_equal(get_nr_to_scan(&in, rules_of(V6_1), NULL).nr_to_scan, 4000);
	assert_int_equal(get_nr_to_scan(&in, rules_of(V6_12), NULL).nr_to_scan, 4000);
	in.memcg_low_reclaim = false;
	in.memcg.usage = 3999;
	in.memcg.elow = 1000;
	assert_int_equal(get_nr_to_scan(&in, rules_of(V6_12), NULL).nr_to_scan, 4000);
	for (enum kernel_under_test v = V6_18; v < ALL; v++) {
		r = get_nr_to_scan(&in, rules_of(v), NULL);
		assert_int_equal(r.nr_to_scan, 3000); /* 16000 - 16000 / 4 */
		assert_true(r.memcg_low_skipped);
	}
	in.memcg.is_root = true;
	assert_int_equal(get_nr_to_scan(&in, rules_of(V6_18), NULL).nr_to_scan, 4000);
	/* An empty one that was removed has nothing to be spared of. */
	in = head(&s, 2);
	in.size = 0;
	in.online = false;
	in.memcg = (struct mem_cgroup_below){ .usage = 100, .emin = 10 };
	assert_int_equal(get_nr_to_scan(&in, rules_of(V7_2), NULL).nr_to_scan, 0);
	assert_int_equal(get_nr_to_scan(&in, rules_of(V6_18), NULL).nr_to_scan, 32 >> 2);
}

/* ---- the loop ---- */

static void until_6_18_each_turn_plans_anew(void **state)
{
	struct lru_gen_sizes s = sizes(9, 6, 6, 1000, 3000);
	struct get_nr_to_scan in = head(&s, 6); /* 250 */

	(void)state;
	for (enum kernel_under_test v = V6_1; v < V7_2; v++) {
		struct try_to_shrink_lruvec l = { 0 };

		assert_int_equal(try_to_shrink_lruvec_turn(&l, &in, rules_of(v), NULL), RS_LRU_GEN_EVICT);
		assert_int_equal(l.nr_batch, v == V6_18 ? 250 : 0);
		assert_int_equal(try_to_shrink_lruvec_evicted(&l, 100, rules_of(v), NULL), RS_LRU_GEN_ASK);
		assert_false(try_to_shrink_lruvec_goes_on(&(struct try_to_shrink_lruvec){ 0 }, true, 100, true, rules_of(v),
							  NULL));
		assert_true(try_to_shrink_lruvec_goes_on(&l, false, 100, true, rules_of(v), NULL));
		assert_int_equal(try_to_shrink_lruvec_turn(&l, &in, rules_of(v), NULL), RS_LRU_GEN_EVICT);
		assert_int_equal(try_to_shrink_lruvec_evicted(&l, 149, rules_of(v), NULL), RS_LRU_GEN_ASK);
		assert_int_equal(try_to_shrink_lruvec_turn(&l, &in, rules_of(v), NULL), RS_LRU_GEN_EVICT);
		assert_int_equal(try_to_shrink_lruvec_evicted(&l, 1, rules_of(v), &(struct rs_why){ 0 }), RS_LRU_GEN_END);
		assert_int_equal(l.scanned, 250);
		assert_int_equal(try_to_shrink_lruvec_evicted(&l, 0, rules_of(v), &(struct rs_why){ 0 }), RS_LRU_GEN_END);
		assert_false(l.need_rotate);
	}
}

static void aging_ends_the_turn_but_not_in_6_1(void **state)
{
	struct lru_gen_sizes s = sizes(9, 8, 8, 1000, 3000);
	struct get_nr_to_scan in = head(&s, 6); /* 125 */

	(void)state;
	for (enum kernel_under_test v = V6_1; v < V7_2; v++) {
		struct try_to_shrink_lruvec l = { 0 }, vain;

		assert_int_equal(try_to_shrink_lruvec_turn(&l, &in, rules_of(v), NULL), RS_LRU_GEN_AGE);
		vain = l;
		assert_int_equal(try_to_shrink_lruvec_aged(&l, true, rules_of(v), NULL),
				 v == V6_1 ? RS_LRU_GEN_EVICT : RS_LRU_GEN_END);
		assert_int_equal(l.need_rotate, v != V6_1);
		assert_int_equal(try_to_shrink_lruvec_aged(&vain, false, rules_of(v), NULL), RS_LRU_GEN_END);
		assert_false(vain.need_rotate);
	}
}

static void below_memory_min_the_memcg_is_rotated(void **state)
{
	struct lru_gen_sizes s = sizes(9, 6, 6, 1000, 3000);
	struct get_nr_to_scan in = head(&s, 6);

	(void)state;
	in.memcg = (struct mem_cgroup_below){ .usage = 64, .emin = 64 };
	EACH(v) {
		struct try_to_shrink_lruvec l = { 0 };

		assert_int_equal(try_to_shrink_lruvec_turn(&l, &in, rules_of(v), NULL), RS_LRU_GEN_END);
		assert_int_equal(l.need_rotate, v != V6_1);
	}
}

static void from_7_2_on_a_plan_is_worked_off_in_batches(void **state)
{
	struct lru_gen_sizes s = sizes(9, 6, 6, 1000, 3000);
	struct get_nr_to_scan in = head(&s, 7); /* 125 */
	const struct rs_rules *rules = rules_of(V7_2);
	struct try_to_shrink_lruvec l = { 0 }, root;

	(void)state;
	assert_int_equal(try_to_shrink_lruvec_turn(&l, &in, rules, NULL), RS_LRU_GEN_EVICT);
	assert_int_equal(l.nr_batch, 64);
	assert_int_equal(try_to_shrink_lruvec_evicted(&l, 64, rules, NULL), RS_LRU_GEN_ASK);
	assert_false(try_to_shrink_lruvec_goes_on(&l, true, 64, false, rules, NULL));
	assert_true(try_to_shrink_lruvec_goes_on(&l, false, 64, true, rules, NULL));
	s = sizes(9, 8, 8, 1, 1); /* the plan stays, but now there is nothing cold */
	assert_int_equal(try_to_shrink_lruvec_turn(&l, &in, rules, NULL), RS_LRU_GEN_AGE);
	assert_int_equal(try_to_shrink_lruvec_aged(&l, true, rules, NULL), RS_LRU_GEN_EVICT);
	assert_int_equal(l.nr_batch, 61);
	assert_true(l.need_rotate);
	assert_int_equal(try_to_shrink_lruvec_evicted(&l, 60, rules, NULL), RS_LRU_GEN_ASK);
	root = l;
	assert_false(try_to_shrink_lruvec_goes_on(&root, false, 60, true, rules, &(struct rs_why){ 0 }));
	assert_true(try_to_shrink_lruvec_goes_on(&l, false, 60, false, rules, NULL));
	assert_int_equal(try_to_shrink_lruvec_turn(&l, &in, rules, NULL), RS_LRU_GEN_AGE);
	assert_int_equal(try_to_shrink_lruvec_aged(&l, false, rules, NULL), RS_LRU_GEN_EVICT);
	assert_int_equal(l.nr_batch, 1);
	assert_int_equal(try_to_shrink_lruvec_evicted(&l, 1, rules, NULL), RS_LRU_GEN_ASK);
	assert_false(try_to_shrink_lruvec_goes_on(&l, false, 1, false, rules, &(struct rs_why){ 0 }));
	/* Nothing to do from the start. */
	l = (struct try_to_shrink_lruvec){ 0 };
	in.size = 127;
	assert_int_equal(try_to_shrink_lruvec_turn(&l, &in, rules, NULL), RS_LRU_GEN_END);
	assert_false(l.need_rotate);
	assert_false(l.should_age);
}

static void enough_is_the_target_or_the_gap(void **state)
{
	struct should_abort_scan in = { .nr_reclaimed = 31, .nr_to_reclaim = 32, .priority = 12, .root_reclaim = true };
	struct should_abort_scan_result r;

	(void)state;
	for (enum kernel_under_test v = V6_12; v < ALL; v++) {
		in.nr_reclaimed = 31;
		assert_false(should_abort_scan(&in, rules_of(v), &(struct rs_why){ 0 }).abort);
		in.nr_reclaimed = 32;
		assert_true(should_abort_scan(&in, rules_of(v), &(struct rs_why){ 0 }).abort);
		in.order = 5; /* 64, but for the cap of 7.2 */
		assert_int_equal(should_abort_scan(&in, rules_of(v), NULL).abort, v == V7_2);
		in.nr_reclaimed = 64;
		assert_true(should_abort_scan(&in, rules_of(v), NULL).abort);
		in.root_reclaim = false;
		assert_int_equal(should_abort_scan(&in, rules_of(v), &(struct rs_why){ 0 }).abort, v == V7_2);
		in.root_reclaim = true;
		/* kswapd */
		in.nr_reclaimed = 0;
		in.kswapd = in.zones_ok = true;
		r = should_abort_scan(&in, rules_of(v), NULL);
		assert_false(r.abort || r.zones_matter);
		in.order = 0;
		r = should_abort_scan(&in, rules_of(v), NULL);
		assert_true(r.abort && r.zones_matter);
		assert_int_equal(r.credit, 0);
		in.zones_ok = false;
		assert_false(should_abort_scan(&in, rules_of(v), NULL).abort);
		in.kswapd = false;
		in.zones_ok = true;
		assert_false(should_abort_scan(&in, rules_of(v), NULL).abort);
	}
	assert_int_equal(should_abort_scan_mark(100), 164);
}

static void kernel_6_1_stops_for_other_reasons(void **state)
{
	static const struct {
		struct should_abort_scan in;
		struct should_abort_scan_result r;
	} cases[] = {
		/* reclaimed, target, order, priority, kswapd, root, zones_ok, moved, last, swapping, dying */
		{ { 10, 32, 0, 12, false, true, true, 1, 0, true, false }, { false, false, 0 } },
		{ { 10, 32, 0, 12, false, true, true, 2, 0, false, false }, { true, false, 0 } },
		{ { 32, 32, 0, 12, false, true, true, 0, 0, true, false }, { true, false, 0 } },
		{ { 32, 32, 0, 12, false, true, true, 0, 0, false, false }, { false, false, 0 } },
		{ { 31, 32, 0, 12, false, true, true, 0, 0, true, false }, { false, false, 0 } },
		{ { 0, 32, 0, 12, false, true, true, 0, 0, false, true }, { true, false, 64 } },
		{ { 0, 32, 0, 5, false, false, true, 0, 0, false, false }, { false, false, 0 } },
		{ { 0, 32, 0, 11, false, true, true, 0, 0, false, false }, { false, false, 0 } },
		{ { 0, 32, 0, 10, false, true, true, 0, 0, false, false }, { true, true, 64 } },
		{ { 0, 32, 0, 10, false, true, false, 0, 0, false, false }, { false, true, 0 } },
		{ { 131, 32, 0, 10, true, true, true, 9, 100, true, true }, { false, false, 0 } },
		{ { 132, 32, 0, 10, true, true, true, 9, 100, true, true }, { true, true, 64 } },
		{ { 132, 32, 0, 12, true, true, true, 9, 100, true, true }, { false, false, 0 } },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct should_abort_scan_result r = should_abort_scan(&cases[i].in, rules_of(V6_1), &(struct rs_why){ 0 });

		assert_int_equal(r.abort, cases[i].r.abort);
		assert_int_equal(r.zones_matter, cases[i].r.zones_matter);
		assert_int_equal(r.credit, cases[i].r.credit);
	}
}

static void what_a_batch_returns(void **state)
{
	struct lru_gen_folio lrugen;
	struct evict_folios in = { .scanned = 70, .lrugen = &lrugen, .swappiness = 60 };

	(void)state;
	EACH(v) {
		bool last = v == V7_2;

		lrugen = (struct lru_gen_folio){ .max_seq = 9, .min_seq = { 6, 6 } };
		assert_int_equal(evict_folios(&in, rules_of(v), NULL), 70);
		/* Both oldest generations are empty, and end. */
		lrugen.empty[6 % MAX_NR_GENS][0] = lrugen.empty[6 % MAX_NR_GENS][1] = true;
		assert_int_equal(evict_folios(&in, rules_of(v), &(struct rs_why){ 0 }), last ? 70 : 71);
		assert_int_equal(lrugen.min_seq[0], 6);
		/* And the ones before the last two. */
		lrugen.empty[7 % MAX_NR_GENS][0] = lrugen.empty[7 % MAX_NR_GENS][1] = true;
		assert_int_equal(evict_folios(&in, rules_of(v), NULL), last ? 70 : 0);
		/* Anon at two generations: before 6.18 that alone counts. */
		lrugen = (struct lru_gen_folio){ .max_seq = 9, .min_seq = { 8, 7 } };
		assert_int_equal(evict_folios(&in, rules_of(v), NULL), v >= V6_18 ? 70 : 0);
		in.swappiness = 0;
		assert_int_equal(evict_folios(&in, rules_of(v), NULL), 70);
		in.swappiness = 60;
	}
}

/* ---- the node ---- */

static void a_boost_keeps_mglru_from_all_work(void **state)
{
	(void)state;
	assert_false(lru_gen_shrink_node_skips(true, true, NULL));
	assert_true(lru_gen_shrink_node_skips(false, true, &(struct rs_why){ 0 }));
	assert_true(lru_gen_shrink_node_skips(true, false, NULL));
}

static void the_initial_priority_is_told_by_the_target(void **state)
{
	static const struct {
		struct set_initial_priority in;
		int priority;
	} cases[] = {
		/* to_reclaim, file, anon, priority, can_reclaim_anon */
		{ { 63, 100000, 0, 12, true }, 12 },
		{ { 64, 100000, 0, 11, true }, 11 },
		{ { 64, 65536, 0, 12, true }, 10 }, /* 17 - 1 - 6 */
		{ { 65, 65536, 0, 12, true }, 9 }, /* 17 - 1 - 7 */
		{ { 64, 65535, 0, 12, true }, 9 },
		{ { 64, 65535, 1, 12, true }, 10 },
		{ { 64, 65535, 1, 12, false }, 9 },
		{ { 64, 1 << 18, 0, 12, false }, 12 },
		{ { 64, 1 << 19, 0, 12, false }, 12 }, /* 13 */
		{ { 64, 1 << 12, 0, 12, false }, 6 },
		{ { 64, 1 << 11, 0, 12, false }, 6 }, /* 5 */
		{ { 64, 0, 0, 12, false }, 6 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(set_initial_priority(&cases[i].in, &(struct rs_why){ 0 }), cases[i].priority);
}

/* ---- the memcg LRU ---- */

static void protected_memcgs_are_passed_over(void **state)
{
	const struct rs_rules *rules = rules_of(V6_12);
	struct mem_cgroup_below memcg = { .usage = 100, .emin = 99, .elow = 99 };
	enum memcg_lru_op op = MEMCG_LRU_NOP;

	(void)state;
	assert_int_equal(shrink_one_visit(&memcg, 0, &op, rules, NULL), RS_SHRINK_ONE);
	assert_int_equal(op, MEMCG_LRU_NOP);
	memcg.elow = 100;
	assert_int_equal(shrink_one_visit(&memcg, 0, &op, rules, &(struct rs_why){ 0 }), RS_SHRINK_ONE_SKIPPED);
	assert_int_equal(op, MEMCG_LRU_TAIL);
	op = MEMCG_LRU_NOP;
	assert_int_equal(shrink_one_visit(&memcg, MEMCG_LRU_TAIL, &op, rules, NULL), RS_SHRINK_ONE_LOW);
	assert_int_equal(op, MEMCG_LRU_NOP);
	assert_int_equal(shrink_one_visit(&memcg, MEMCG_LRU_HEAD, &op, rules, NULL), RS_SHRINK_ONE_SKIPPED);
	memcg.emin = 100;
	assert_int_equal(shrink_one_visit(&memcg, MEMCG_LRU_TAIL, &op, rules, &(struct rs_why){ 0 }),
			 RS_SHRINK_ONE_SKIPPED);
	assert_int_equal(op, MEMCG_LRU_YOUNG);
	memcg.is_root = true;
	assert_int_equal(shrink_one_visit(&memcg, 0, &op, rules, NULL), RS_SHRINK_ONE);
}

static void where_a_memcg_goes(void **state)
{
	(void)state;
	/* need_rotate, online, sizable, seg */
	assert_int_equal(shrink_one(true, true, false, MEMCG_LRU_NOP, NULL), MEMCG_LRU_YOUNG);
	assert_int_equal(shrink_one(true, false, true, MEMCG_LRU_NOP, NULL), MEMCG_LRU_TAIL);
	assert_int_equal(shrink_one(false, true, true, MEMCG_LRU_TAIL, NULL), MEMCG_LRU_NOP);
	assert_int_equal(shrink_one(false, true, false, MEMCG_LRU_HEAD, NULL), MEMCG_LRU_TAIL);
	assert_int_equal(shrink_one(false, true, false, MEMCG_LRU_TAIL, &(struct rs_why){ 0 }), MEMCG_LRU_YOUNG);
	assert_int_equal(shrink_one(true, false, false, MEMCG_LRU_TAIL, NULL), MEMCG_LRU_YOUNG);
}

static void where_a_rotation_leads(void **state)
{
	static const struct {
		struct lru_gen_rotate_memcg in;
		unsigned int gen, seg;
	} cases[] = {
		{ { MEMCG_LRU_HEAD, 2, 5 }, 2, MEMCG_LRU_HEAD },
		{ { MEMCG_LRU_TAIL, 1, 5 }, 1, MEMCG_LRU_TAIL },
		{ { MEMCG_LRU_OLD, 1, 5 }, 2, 0 },
		{ { MEMCG_LRU_YOUNG, 1, 5 }, 0, 0 },
		{ { MEMCG_LRU_YOUNG, 1, 6 }, 1, 0 },
		{ { MEMCG_LRU_NOP, 1, 6 }, 1, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lru_gen_rotate_memcg_result r = lru_gen_rotate_memcg(&cases[i].in, &(struct rs_why){ 0 });

		assert_int_equal(r.gen, cases[i].gen);
		assert_int_equal(r.seg, cases[i].seg);
	}
}

static void min_ttl_asks_for_the_age_of_the_oldest_generation(void **state)
{
	static const uint64_t timestamps[MAX_NR_GENS] = { 1000, 2000, 3000, 4000 };
	const struct lru_gen_sizes s = sizes(7, 5, 6, 1, 1);
	struct lruvec_is_reclaimable in = {
		.memcg = { .usage = 100, .emin = 99 },
		.sizes = &s,
		.timestamps = timestamps,
		.min_ttl = 500,
		.swappiness = 60,
		.sizable = true,
	};

	(void)state;
	/* Generation 6 of file was born at 3000; from 6.18 on anon's, at 2000, counts as well. */
	EACH(v) {
		uint64_t birth = v >= V6_18 ? 2000 : 3000;

		in.swappiness = 60;
		in.jiffies = birth + 501;
		assert_true(lruvec_is_reclaimable(&in, rules_of(v), &(struct rs_why){ 0 }));
		in.jiffies = birth + 500;
		assert_int_equal(lruvec_is_reclaimable(&in, rules_of(v), NULL), v == V6_1);
		in.jiffies = birth + 499;
		assert_false(lruvec_is_reclaimable(&in, rules_of(v), NULL));
		in.swappiness = 0;
		in.jiffies = 3501;
		assert_true(lruvec_is_reclaimable(&in, rules_of(v), NULL));
		in.jiffies = 3499;
		assert_false(lruvec_is_reclaimable(&in, rules_of(v), NULL));
		in.jiffies = 9999;
		in.sizable = false;
		assert_false(lruvec_is_reclaimable(&in, rules_of(v), &(struct rs_why){ 0 }));
		in.sizable = true;
		in.memcg.emin = 100;
		assert_false(lruvec_is_reclaimable(&in, rules_of(v), &(struct rs_why){ 0 }));
		in.memcg.emin = 99;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(swappiness_is_0_without_swap_or_leave),
		cmocka_unit_test(a_turn_of_6_1_asks_for_the_leave_itself),
		cmocka_unit_test(sizes_are_of_the_types_that_may_be_evicted),
		cmocka_unit_test(aging_runs_where_nothing_is_cold),
		cmocka_unit_test(three_generations_are_judged_by_spread_or_by_themselves),
		cmocka_unit_test(spread_counts_a_generation_only_for_types_that_have_it),
		cmocka_unit_test(how_much_is_a_share_of_what_may_be_evicted),
		cmocka_unit_test(kernel_6_1_leaves_aging_to_kswapd),
		cmocka_unit_test(protection_stops_spares_or_is_not_looked_at),
		cmocka_unit_test(until_6_18_each_turn_plans_anew),
		cmocka_unit_test(aging_ends_the_turn_but_not_in_6_1),
		cmocka_unit_test(below_memory_min_the_memcg_is_rotated),
		cmocka_unit_test(from_7_2_on_a_plan_is_worked_off_in_batches),
		cmocka_unit_test(enough_is_the_target_or_the_gap),
		cmocka_unit_test(kernel_6_1_stops_for_other_reasons),
		cmocka_unit_test(what_a_batch_returns),
		cmocka_unit_test(a_boost_keeps_mglru_from_all_work),
		cmocka_unit_test(the_initial_priority_is_told_by_the_target),
		cmocka_unit_test(protected_memcgs_are_passed_over),
		cmocka_unit_test(where_a_memcg_goes),
		cmocka_unit_test(where_a_rotation_leads),
		cmocka_unit_test(min_ttl_asks_for_the_age_of_the_oldest_generation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
