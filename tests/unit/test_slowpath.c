/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each path is written as the steps that the allocator takes, one letter each:
 *   f first pass  r retry pass  d pass after reclaim  D after draining  o at WMARK_HIGH
 *   n N pass that must not fail, with cpuset and without (M m: after the OOM killer)
 *   C compaction  R reclaim  z should_reclaim_retry  c should_compact_retry
 *   L oom_lock  K out_of_memory  + page  ! failure
 */
#include <stdlib.h>
#include <string.h>

#include "../../src/model/alloc_flags.h"
#include "../../src/model/slowpath.h"
#include "kernel_rules.h"
#include "unit.h"

#define GFP_KERNEL 0xcc0u

struct path {
	struct rs_rules rules;
	struct slowpath_request req;
	struct slowpath s;
	struct slowpath_result world; /* what every step says */
	char seen[64];
};

static char letter(const struct slowpath *s)
{
	static const char passes[] = "frdDoMmnN", steps[] = " CRzcLK+!";

	return s->step == SLOWPATH_FREELIST ? passes[s->pass] : steps[s->step];
}

static struct path path_of(enum kernel_under_test v, uint32_t gfp, unsigned int order, bool movable)
{
	struct path p = { .rules = kernel_rules(v) };
	struct gfp_to_alloc_flags flags = { .gfp = gfp, .order = order, .in_task = true };

	p.req = (struct slowpath_request){ .gfp = gfp, .order = order, .movable = movable,
					   .highest_zoneidx = ZONE_NORMAL };
	p.req.alloc_flags = gfp_to_alloc_flags(&flags, &p.rules, NULL);
	return p;
}

/* Goes on for @nr steps, or to the end; the letters are in p->seen. */
static const char *walk(struct path *p, int nr)
{
	int i;

	memset(p->seen, 0, sizeof(p->seen));
	slowpath_begin(&p->s, &p->req, p->world.reserve_flags, &p->rules, NULL);
	for (i = 0; i < nr; i++) {
		p->seen[i] = letter(&p->s);
		if (p->s.step == SLOWPATH_GOT_PAGE || p->s.step == SLOWPATH_FAIL)
			break;
		slowpath_next(&p->s, &p->req, &p->world, &p->rules, NULL);
	}
	return p->seen;
}

static void slowpath_order_of_steps(void **state)
{
	static const struct {
		uint32_t gfp;
		unsigned int order;
		bool movable;
		struct slowpath_result world;
		const char *v6_1, *v7_2;
	} rows[] = {
		{ GFP_KERNEL, 0, 0, { .got_page = true }, "f+", "f+" },
		/* cannot wait */
		{ 0x800, 0, 0, { 0 }, "fr!", NULL },
		/* order 0: reclaim in vain, then the OOM killer in vain */
		{ GFP_KERNEL, 0, 0, { 0 }, "frRzL!", NULL },
		{ GFP_KERNEL, 0, 0, { .progress = 1 }, "frRdDzcL!", "fRdDzcL!" },
		{ GFP_KERNEL, 0, 0, { .progress = 1, .yes = true }, "frRdDzrRdDz", "fRdDzrRdDz" },
		/* high orders compact first unless they are movable and cheap */
		{ GFP_KERNEL, 1, 0, { 0 }, "fCrRCzL!", "fCrRCzL!" },
		{ GFP_KERNEL, 2, 0, { 0 }, "fCrRCzL!", "fCrRCzL!" },
		{ GFP_KERNEL, 2, 1, { .progress = 9 }, "frRdDCzcL!", "fRdDCzcL!" },
		{ GFP_KERNEL, 4, 1, { 0 }, "fCrRC!", "fCrRC!" },
		{ GFP_KERNEL | __GFP_RETRY_MAYFAIL, 4, 1, { 0 }, "fCrRCzL!", "fCrRCzL!" },
		{ GFP_KERNEL | __GFP_NORETRY, 0, 1, { 0 }, "frR!", "fR!" },
		/* costly, no retry: over at once if compaction was skipped; 7.2 asks for this node too */
		{ GFP_KERNEL | __GFP_NORETRY, 9, 1, { .compact_result = COMPACT_SKIPPED }, "fC!", "fCrRC!" },
		{ GFP_KERNEL | __GFP_NORETRY, 9, 1, { .compact_result = COMPACT_DEFERRED }, "fC!", "fCrRC!" },
		{ GFP_KERNEL | __GFP_NORETRY, 9, 1, { .compact_result = COMPACT_COMPLETE }, "fCrRC!", "fCrRC!" },
		{ GFP_KERNEL | __GFP_NORETRY | __GFP_THISNODE, 9, 1, { .compact_result = COMPACT_COMPLETE }, "fC!", "fC!" },
		{ GFP_KERNEL | __GFP_NORETRY | __GFP_THISNODE, 2, 0, { 0 }, "fCrRC!", "fC!" },
		{ GFP_KERNEL | __GFP_THISNODE, 2, 0, { 0 }, "fCrRCzL!", "fCrRCzL!" },
		/* without I/O there is no compaction to ask about */
		{ 0xc00, 2, 0, { .progress = 1 }, "frRdDCzL!", "fRdDCzL!" },
		{ 0xc00 | __GFP_RETRY_MAYFAIL, 4, 0, { .progress = 1 }, "frRdDC!", "fRdDC!" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct path p = path_of(V6_1, rows[i].gfp, rows[i].order, rows[i].movable);

		p.world = rows[i].world;
		/* no oom_lock means progress made elsewhere, so end these walks by having been chosen */
		p.world.oom_victim = true;
		p.req.gfp |= __GFP_NOMEMALLOC;
		walk(&p, strlen(rows[i].v6_1));
		assert_string_equal(p.seen, rows[i].v6_1);
		if (!rows[i].v7_2)
			continue;
		p.rules = kernel_rules(V7_2);
		walk(&p, strlen(rows[i].v7_2));
		assert_string_equal(p.seen, rows[i].v7_2);
	}
}

static void slowpath_without_direct_reclaim(void **state)
{
	struct path p = path_of(V6_1, 0x800, 0, false);

	(void)state;
	assert_string_equal(walk(&p, 9), "fr!");
	p.rules = kernel_rules(V7_2);
	assert_string_equal(walk(&p, 9), "f!");
	p.req.gfp |= __GFP_NOFAIL; /* no right to loop without reclaim */
	assert_string_equal(walk(&p, 9), "f!");
	/* ALLOC_MIN_RESERVE drops ALLOC_CPUSET, which 7.2 answers with one more pass */
	p = path_of(V7_2, 0x820, 0, false);
	assert_string_equal(walk(&p, 9), "fr!");
	p = path_of(V6_1, GFP_KERNEL, 0, false);
	p.req.task_flags = PF_MEMALLOC;
	p.world.reserve_flags = ALLOC_NO_WATERMARKS;
	assert_string_equal(walk(&p, 9), "fr!");
	assert_int_equal(p.s.pass_alloc_flags, 0x804);
	p.rules = kernel_rules(V7_2);
	assert_string_equal(walk(&p, 9), "fr!");
	assert_int_equal(p.s.pass_alloc_flags, 0x804);
	/* those with a right to reserves do not compact before they have used it */
	p = path_of(V6_1, GFP_KERNEL, 4, false);
	p.world.reserve_flags = ALLOC_OOM;
	assert_string_equal(walk(&p, 3), "frR");
}

static void slowpath_passes_have_their_flags(void **state)
{
	struct path p = path_of(V5_10, GFP_KERNEL, 0, false);

	(void)state;
	walk(&p, 0);
	assert_int_equal(p.s.pass_alloc_flags, 0x840);
	assert_true(p.s.wakes_kswapds);
	p.world.yes = true;
	walk(&p, 1);
	assert_true(p.s.wakes_kswapds && p.s.pass == SLOWPATH_PASS_RETRY);
	walk(&p, 2);
	assert_false(p.s.wakes_kswapds);
	assert_int_equal(p.s.reclaim_order, 0);
	/* a victim: the rights of ALLOC_OOM */
	p.world.reserve_flags = ALLOC_OOM;
	walk(&p, 1);
	assert_int_equal(p.s.pass_alloc_flags, 0x8);
	p = path_of(V6_12, 0x400, 0, false); /* without __GFP_KSWAPD_RECLAIM nobody is woken */
	walk(&p, 0);
	assert_false(p.s.wakes_kswapds);
	walk(&p, 1);
	assert_false(p.s.wakes_kswapds);
}

/* Takes the path of @p up to the step @at, then lets the world say something else. */
static void go_to(struct path *p, char at)
{
	int i;

	slowpath_begin(&p->s, &p->req, 0, &p->rules, NULL);
	for (i = 0; letter(&p->s) != at; i++) {
		assert_true(i < 60);
		slowpath_next(&p->s, &p->req, &p->world, &p->rules, NULL);
	}
}

static char says(struct path *p, struct slowpath_result result)
{
	slowpath_next(&p->s, &p->req, &result, &p->rules, NULL);
	return letter(&p->s);
}

#define NO (struct slowpath_result){ 0 }
#define YES (struct slowpath_result){ .yes = true }

static void slowpath_oom(void **state)
{
	static const struct {
		uint32_t gfp, flags;
		unsigned int order;
		int zone;
		bool suspended;
		char next;
	} rows[] = {
		{ GFP_KERNEL, 0, 0, ZONE_NORMAL, false, 'K' },
		{ GFP_KERNEL, 0, 3, ZONE_MOVABLE, false, 'K' },
		{ GFP_KERNEL | __GFP_RETRY_MAYFAIL, 0, 4, ZONE_NORMAL, false, '!' },
		{ GFP_KERNEL | __GFP_RETRY_MAYFAIL, 0, 0, ZONE_NORMAL, false, '!' },
		{ GFP_KERNEL | __GFP_THISNODE, 0, 0, ZONE_NORMAL, false, '!' },
		{ GFP_KERNEL, PF_DUMPCORE, 0, ZONE_NORMAL, false, '!' },
		{ GFP_KERNEL, 0, 0, ZONE_DMA32, false, '!' },
		{ GFP_KERNEL, 0, 0, ZONE_NORMAL, true, '!' },
	};
	struct path p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		p = path_of(V6_1, rows[i].gfp, rows[i].order, false);
		p.req.task_flags = rows[i].flags;
		p.req.highest_zoneidx = rows[i].zone;
		p.req.suspended_storage = rows[i].suspended;
		go_to(&p, 'L');
		assert_int_equal(says(&p, YES), 'o');
		assert_int_equal(p.s.pass_alloc_flags, 0x42);
		assert_int_equal(says(&p, NO), rows[i].next);
	}
	p = path_of(V6_1, GFP_KERNEL, 0, false);
	go_to(&p, 'L');
	assert_int_equal(says(&p, NO), 'r'); /* somebody else holds the lock: progress */
	go_to(&p, 'L');
	says(&p, YES);
	assert_int_equal(says(&p, (struct slowpath_result){ .got_page = true }), '+');
	assert_int_equal(says(&p, NO), '+');
	go_to(&p, 'L');
	says(&p, YES);
	says(&p, NO);
	p.s.no_progress_loops = 17;
	assert_int_equal(says(&p, YES), 'r');
	assert_int_equal(p.s.no_progress_loops, 0);
	go_to(&p, 'L');
	says(&p, YES);
	says(&p, NO);
	assert_int_equal(says(&p, NO), '!');
	/* a victim whose reserves are gone gives up; one that did not try them retries */
	go_to(&p, 'L');
	p.s.alloc_flags = 0x808;
	assert_int_equal(says(&p, (struct slowpath_result){ .oom_victim = true }), '!');
	go_to(&p, 'L');
	assert_int_equal(says(&p, (struct slowpath_result){ .oom_victim = true }), 'r');
	p.req.gfp |= __GFP_NOMEMALLOC;
	go_to(&p, 'L');
	assert_int_equal(says(&p, (struct slowpath_result){ .oom_victim = true }), '!');
}

static void slowpath_nofail_never_fails(void **state)
{
	enum kernel_under_test v;

	(void)state;
	for (v = V5_10; v <= V6_12; v++) {
		struct path p = path_of(v, GFP_KERNEL | __GFP_NOFAIL, 0, false);

		go_to(&p, 'L');
		says(&p, YES);
		assert_int_equal(says(&p, NO), 'K');
		assert_int_equal(says(&p, NO), 'M'); /* no victim is progress all the same */
		assert_int_equal(p.s.pass_alloc_flags, ALLOC_NO_WATERMARKS | ALLOC_CPUSET);
		assert_int_equal(says(&p, NO), 'm');
		assert_int_equal(p.s.pass_alloc_flags, ALLOC_NO_WATERMARKS);
		assert_int_equal(says(&p, NO), 'r');
		/* PF_MEMALLOC gets to nopage */
		p.req.task_flags = PF_MEMALLOC;
		go_to(&p, 'r');
		assert_int_equal(says(&p, NO), 'n');
		assert_int_equal(p.s.pass_alloc_flags, ALLOC_CPUSET | (v == V5_10 ? ALLOC_HARDER : ALLOC_MIN_RESERVE));
		assert_int_equal(says(&p, NO), 'N');
		assert_int_equal(p.s.pass_alloc_flags, v == V5_10 ? ALLOC_HARDER : ALLOC_MIN_RESERVE);
		assert_int_equal(says(&p, NO), 'r');
	}
}

static void slowpath_compaction_priority_and_order(void **state)
{
	struct path p = path_of(V6_1, GFP_KERNEL, 4, false);

	(void)state;
	go_to(&p, 'C');
	assert_int_equal(p.s.compact_priority, INIT_COMPACT_PRIORITY);
	says(&p, (struct slowpath_result){ .compact_result = COMPACT_COMPLETE });
	assert_int_equal(p.s.compact_result, COMPACT_COMPLETE);
	assert_int_equal(p.s.compact_priority, DEF_COMPACT_PRIORITY);
	p.req.gfp |= __GFP_NORETRY; /* stays asynchronous */
	go_to(&p, 'C');
	says(&p, (struct slowpath_result){ .compact_result = COMPACT_COMPLETE });
	assert_int_equal(p.s.compact_priority, INIT_COMPACT_PRIORITY);
	p = path_of(V7_2, GFP_KERNEL, 2, false);
	go_to(&p, 'C');
	assert_int_equal(p.s.compact_priority, INIT_COMPACT_PRIORITY);
	says(&p, NO);
	assert_int_equal(p.s.compact_priority, DEF_COMPACT_PRIORITY);
	p.req.gfp |= __GFP_NORETRY;
	go_to(&p, 'C');
	says(&p, NO);
	assert_int_equal(p.s.compact_priority, INIT_COMPACT_PRIORITY);
	p.req.gfp = GFP_KERNEL;
	/* should_compact_retry() lowers it for the next round */
	p.world.progress = 1;
	go_to(&p, 'c');
	assert_int_equal(says(&p, (struct slowpath_result){ .yes = true, .compact_priority = 0, .compaction_retries = 5 }),
			 'r');
	assert_int_equal(p.s.compact_priority, 0);
	assert_int_equal(p.s.compaction_retries, 5);
	go_to(&p, 'z');
	says(&p, (struct slowpath_result){ .no_progress_loops = 4 });
	assert_int_equal(p.s.no_progress_loops, 4);
	assert_int_equal(p.s.did_some_progress, 1);
}

static void slowpath_defrag_mode(void **state)
{
	struct path p = path_of(V7_2, GFP_KERNEL, 0, false);

	(void)state;
	go_to(&p, 'R');
	assert_int_equal(p.s.reclaim_order, 0);
	p.req.defrag_mode = true;
	p.req.alloc_flags |= ALLOC_NOFRAGMENT;
	go_to(&p, 'R');
	assert_int_equal(p.s.reclaim_order, 9);
	go_to(&p, 'z');
	assert_int_equal(says(&p, NO), 'r'); /* once more, and now it may fragment */
	assert_int_equal(p.s.pass_alloc_flags, 0x840);
	go_to(&p, 'z');
	p.s.alloc_flags &= ~ALLOC_NOFRAGMENT;
	assert_int_equal(says(&p, NO), 'L');
	p.req.movable = true;
	go_to(&p, 'R');
	assert_int_equal(p.s.reclaim_order, 0);
	p.req.movable = false;
	p.req.order = 10;
	go_to(&p, 'R');
	assert_int_equal(p.s.reclaim_order, 10);
	p.rules = kernel_rules(V6_18);
	p.req.order = 3;
	go_to(&p, 'R');
	assert_int_equal(p.s.reclaim_order, 3);
	p.req.defrag_mode = false;
	go_to(&p, 'z');
	assert_int_equal(says(&p, NO), 'L');
}

static void should_reclaim_retry_counts_and_tests(void **state)
{
	struct rs_rules v5_10 = kernel_rules(V5_10), v6_1 = kernel_rules(V6_1);
	struct zone a = { ._watermark = { 100 }, .watermark_boost = 10, .nr_free_pages = 50, .nr_free_diff = -5 };
	struct zone b = { ._watermark = { 10 }, .nr_free_pages = 6 };
	struct rs_retry_zone zones[] = { { &a, 65, 0 }, { &b, 5, 3 } };
	struct should_reclaim_retry s = { .did_some_progress = true, .no_progress_loops = 9, .zones = zones, .nr = 2 };
	struct rs_why why = { 0 };

	(void)state;
	/* 65 + 45 > 110 does not hold; 5 + 6 > 10 does */
	assert_true(should_reclaim_retry(&s, &v6_1, &why));
	assert_int_equal(s.tried, 2);
	assert_int_equal(s.no_progress_loops, 0);
	assert_true(WHY_HAS(&why, retry_zone));
	s.no_progress_loops = 9;
	s.order = PAGE_ALLOC_COSTLY_ORDER; /* not yet costly */
	should_reclaim_retry(&s, &v6_1, NULL);
	assert_int_equal(s.no_progress_loops, 0);
	a.nr_free_diff = -4;
	s.order = 4;
	a.free_area[4] = 0x101;
	s.no_progress_loops = 15;
	zones[0].reclaimable = 65 + 15;
	assert_true(should_reclaim_retry(&s, &v6_1, NULL));
	assert_int_equal(s.tried, 1);
	assert_int_equal(s.no_progress_loops, 16); /* costly: progress does not count */
	assert_false(should_reclaim_retry(&s, &v6_1, NULL));
	assert_int_equal(s.tried, 0);
	s.unreserved = true;
	assert_true(should_reclaim_retry(&s, &v6_1, NULL));
	/* no zone */
	s = (struct should_reclaim_retry){ .zones = zones, .nr = 1, .alloc_flags = 0 };
	zones[0].reclaimable = 0;
	assert_false(should_reclaim_retry(&s, &v6_1, NULL));
	assert_int_equal(s.no_progress_loops, 1);
	assert_false(s.waits);
	s.unreserved = true;
	assert_true(should_reclaim_retry(&s, &v6_1, NULL));
	/* 5.10 waits for what is being written, unless there was progress */
	s = (struct should_reclaim_retry){ .zones = zones + 1, .nr = 1 };
	assert_true(should_reclaim_retry(&s, &v5_10, NULL));
	assert_true(s.waits);
	assert_true(should_reclaim_retry(&s, &v6_1, NULL));
	assert_false(s.waits);
	s.did_some_progress = true;
	should_reclaim_retry(&s, &v5_10, NULL);
	assert_false(s.waits);
	s.did_some_progress = false;
	b.nr_free_pages = 6;
	zones[1].reclaimable = 6;
	should_reclaim_retry(&s, &v5_10, NULL);
	assert_false(s.waits); /* 2 * 3 > 6 does not hold */
}

/* Whatever the world says, the steps are legal; reasons change nothing; and it ends once the world says no for good. */
static void slowpath_ends_when_everything_fails(void **state)
{
	uint64_t seed = 11;
	int i, steps;

	(void)state;
	for (i = 0; i < 5000; i++) {
		uint32_t gfp = (GFP_KERNEL | (unit_random(&seed) & 0x2d4800)) & ~__GFP_NOFAIL;
		struct path p = path_of(unit_random(&seed) % NR_KERNELS_UNDER_TEST, gfp, unit_random(&seed) % 11,
					unit_random(&seed) % 2);
		struct slowpath twin;

		slowpath_begin(&p.s, &p.req, 0, &p.rules, NULL);
		for (steps = 0; p.s.step != SLOWPATH_GOT_PAGE && p.s.step != SLOWPATH_FAIL; steps++) {
			bool kind = steps < 200;
			struct slowpath_result r = {
				.got_page = kind && unit_random(&seed) % 40 == 0,
				.compact_result = unit_random(&seed) % (COMPACT_SUCCESS + 1),
				.progress = kind ? unit_random(&seed) % 3 : 0,
				.yes = kind ? unit_random(&seed) % 2 : p.s.step == SLOWPATH_OOM_LOCK,
				.reserve_flags = unit_random(&seed) % 5 ? 0 : ALLOC_OOM,
			};
			struct rs_why why = { 0 };

			assert_true(steps < 300);
			if (p.s.step == SLOWPATH_RECLAIM)
				assert_true((gfp & __GFP_DIRECT_RECLAIM) && p.s.reclaim_order >= p.req.order);
			if (p.s.step == SLOWPATH_COMPACT)
				assert_true(p.req.order > 0);
			if (p.s.step == SLOWPATH_OOM)
				assert_true(p.req.order <= PAGE_ALLOC_COSTLY_ORDER);
			memcpy(&twin, &p.s, sizeof(twin));
			slowpath_next(&p.s, &p.req, &r, &p.rules, &why);
			slowpath_next(&twin, &p.req, &r, &p.rules, NULL);
			assert_memory_equal(&twin, &p.s, sizeof(twin));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slowpath_order_of_steps),
		cmocka_unit_test(slowpath_without_direct_reclaim),
		cmocka_unit_test(slowpath_passes_have_their_flags),
		cmocka_unit_test(slowpath_oom),
		cmocka_unit_test(slowpath_nofail_never_fails),
		cmocka_unit_test(slowpath_compaction_priority_and_order),
		cmocka_unit_test(slowpath_defrag_mode),
		cmocka_unit_test(should_reclaim_retry_counts_and_tests),
		cmocka_unit_test(slowpath_ends_when_everything_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
