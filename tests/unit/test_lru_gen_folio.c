/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../src/model/gfp.h"
#include "../../src/model/lru_gen_folio.h"
#include "../../src/model/why.h"
#include "../../src/model/workingset.h"
#include "kernel_rules.h"
#include "unit.h"

#define ANON LRU_GEN_ANON
#define FILE_TYPE LRU_GEN_FILE
#define IO (__GFP_IO | __GFP_FS)

/* Three generations of each type, whose oldest is full; nothing has refaulted. */
static struct lru_gen_folio gens(void)
{
	struct lru_gen_folio g = { .max_seq = 7, .min_seq = { 5, 5 } };

	return g;
}

/* ---- D44, D45 ---- */

static void inserted(void **state)
{
	static const struct {
		struct rs_gen_folio folio;
		bool reclaiming;
		uint64_t v6_1, v6_18, v7_2;
	} cases[] = {
		{ { .file = true, .active = true }, false, 7, 6, 6 },
		{ { .file = true, .active = true, .workingset = true }, false, 7, 7, 7 },
		{ { .active = true }, true, 7, 6, 6 },
		{ { .file = false }, false, 6, 6, 6 },
		{ { .file = false, .swapcache = true }, false, 4, 4, 4 },
		{ { .file = true }, false, 4, 4, 4 },
		{ { .file = true, .workingset = true }, false, 4, 5, 5 },
		{ { .file = true, .referenced = true }, false, 4, 4, 5 },
		{ { .file = true, .workingset = true }, true, 3, 4, 4 },
		{ { .file = true, .reclaim = true, .dirty = true }, false, 6, 6, 6 },
		{ { .file = true, .reclaim = true, .writeback = true }, false, 6, 6, 6 },
		{ { .file = true, .reclaim = true }, false, 4, 4, 4 },
		{ { .file = true, .dirty = true, .writeback = true }, false, 4, 4, 4 },
		/* Later kernels put what is to be evicted before the rest, whatever it waits for. */
		{ { .file = true, .reclaim = true, .dirty = true }, true, 6, 4, 4 },
	};
	/* Five generations cannot be, but they tell min_seq + 1 from max_seq - 3. */
	struct lru_gen_folio g = { .max_seq = 7, .min_seq = { 3, 3 } };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct rs_gen_folio *f = &cases[i].folio;

		assert_int_equal(lru_gen_folio_seq(&g, f, cases[i].reclaiming, rules_of(V6_1), NULL), cases[i].v6_1);
		assert_int_equal(lru_gen_folio_seq(&g, f, cases[i].reclaiming, rules_of(V6_12), NULL), cases[i].v6_1);
		assert_int_equal(lru_gen_folio_seq(&g, f, cases[i].reclaiming, rules_of(V6_18), NULL), cases[i].v6_18);
		assert_int_equal(lru_gen_folio_seq(&g, f, cases[i].reclaiming, rules_of(V7_2), NULL), cases[i].v7_2);
	}
}

/* With three generations there is none between the oldest and the two youngest. */
static void inserted_into_the_oldest(void **state)
{
	const struct rs_gen_folio file = { .file = true }, anon = { .swapcache = true };
	struct lru_gen_folio g = { .max_seq = 7, .min_seq = { 4, 5 } };

	(void)state;
	assert_int_equal(lru_gen_folio_seq(&g, &file, false, rules_of(V6_1), NULL), 5);
	assert_int_equal(lru_gen_folio_seq(&g, &anon, false, rules_of(V6_1), NULL), 5);
	assert_int_equal(lru_gen_folio_seq(&g, &file, false, rules_of(V6_18), NULL), 5);
	assert_int_equal(lru_gen_folio_seq(&g, &anon, false, rules_of(V6_18), NULL), 4);
}

static void refs_and_tiers(void **state)
{
	static const struct {
		struct rs_gen_folio folio;
		unsigned int refs_6_1, tier_6_1, refs_6_18, tier_6_18;
	} cases[] = {
		{ { .bits = 0 }, 0, 0, 0, 0 },
		{ { .bits = 0, .referenced = true }, 0, 0, 1, 0 },
		{ { .bits = 1 }, 1, 1, 0, 0 },
		{ { .bits = 1, .referenced = true }, 1, 1, 2, 1 },
		{ { .bits = 2, .referenced = true }, 2, 2, 3, 2 },
		{ { .bits = 3, .referenced = true }, 3, 2, 4, 2 },
		{ { .bits = 3, .workingset = true }, 4, 3, 0, 3 },
		{ { .bits = 0, .workingset = true, .referenced = true }, 1, 1, 1, 3 },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct rs_gen_folio *f = &cases[i].folio;
		unsigned int refs = folio_lru_refs(f, rules_of(V6_1));

		assert_int_equal(refs, cases[i].refs_6_1);
		assert_int_equal(lru_tier_from_refs(refs, f->workingset, rules_of(V6_1)), cases[i].tier_6_1);
		refs = folio_lru_refs(f, rules_of(V6_18));
		assert_int_equal(refs, cases[i].refs_6_18);
		assert_int_equal(lru_tier_from_refs(refs, f->workingset, rules_of(V6_18)), cases[i].tier_6_18);
	}
}

/* ---- D50 ---- */

static int type_of(const struct lru_gen_folio *g, int swappiness, uint32_t gfp, enum kernel_under_test v)
{
	return get_type_to_scan(g, swappiness, gfp, rules_of(v), NULL).type;
}

static void type_by_swappiness(void **state)
{
	/* File has refaulted much: by comparison it would be anon. */
	struct lru_gen_folio g = gens();
	enum kernel_under_test v;

	(void)state;
	g.refaulted[FILE_TYPE][0] = 1000;
	g.evicted[FILE_TYPE][0] = 10;
	for (v = V6_1; v <= V7_2; v++) {
		assert_int_equal(type_of(&g, 0, IO, v), FILE_TYPE);
		assert_int_equal(type_of(&g, 1, IO, v), FILE_TYPE);
		assert_int_equal(type_of(&g, 2, IO, v), ANON);
		assert_int_equal(type_of(&g, 60, IO, v), ANON);
		assert_int_equal(type_of(&g, 60, __GFP_FS, v), v == V6_12 ? FILE_TYPE : ANON);
	}
	memset(g.refaulted, 0, sizeof(g.refaulted));
	for (v = V6_1; v <= V7_2; v++) {
		assert_int_equal(type_of(&g, 199, IO, v), FILE_TYPE);
		assert_int_equal(type_of(&g, 200, IO, v), ANON);
		assert_false(get_type_to_scan(&g, 200, IO, rules_of(v), NULL).compared);
		assert_true(get_type_to_scan(&g, 199, IO, rules_of(v), NULL).compared);
	}
	assert_int_equal(type_of(&g, 201, IO, V6_18), ANON);
	/* Up to 6.12 anon catches up first, even where swappiness says file. */
	g.min_seq[ANON] = 4;
	assert_int_equal(type_of(&g, 1, IO, V6_1), ANON);
	assert_int_equal(type_of(&g, 60, 0, V6_12), ANON);
	assert_int_equal(type_of(&g, 0, IO, V6_1), FILE_TYPE);
	assert_int_equal(type_of(&g, 60, IO, V6_18), FILE_TYPE);
	g.min_seq[ANON] = 6;
	assert_int_equal(type_of(&g, 60, IO, V6_1), FILE_TYPE);
}

/* refaulted(file) * (total(anon) + 64) * gain(anon) <= (refaulted(anon) + 1) * total(file) * gain(file) */
static void type_by_refaults(void **state)
{
	struct lru_gen_folio g = gens();
	struct rs_why why = { 0 };

	(void)state;
	/* 100 * (136 + 64) * 100 == (19 + 1) * 1000 * 100 */
	g.avg_refaulted[FILE_TYPE][0] = 60;
	g.refaulted[FILE_TYPE][0] = 40;
	g.avg_total[ANON][0] = 100;
	g.evicted[ANON][0] = 36;
	g.avg_refaulted[ANON][0] = 10;
	g.refaulted[ANON][0] = 9;
	g.avg_total[FILE_TYPE][0] = 700;
	g.evicted[FILE_TYPE][0] = 300;
	assert_int_equal(get_type_to_scan(&g, 100, IO, rules_of(V6_1), &why).type, FILE_TYPE);
	assert_true(WHY_HAS(&why, type_compared));
	assert_int_equal(type_of(&g, 100, IO, V6_18), FILE_TYPE);
	assert_int_equal(type_of(&g, 101, IO, V6_18), ANON);
	g.evicted[FILE_TYPE][0] = 299;
	assert_int_equal(type_of(&g, 100, IO, V6_1), ANON);
	assert_int_equal(type_of(&g, 99, IO, V6_1), FILE_TYPE);
	assert_int_equal(type_of(&g, 100, IO, V6_18), ANON);
	/* Protected pages of tier 0, which only later kernels count. */
	g.protected[FILE_TYPE][0] = 1;
	assert_int_equal(type_of(&g, 100, IO, V6_18), FILE_TYPE);
	/* Fewer than 64 refaults tell nothing. */
	g.avg_refaulted[FILE_TYPE][0] = 24;
	g.protected[FILE_TYPE][0] = g.evicted[FILE_TYPE][0] = g.avg_total[FILE_TYPE][0] = 0;
	assert_int_equal(type_of(&g, 100, IO, V6_1), ANON);
	g.avg_refaulted[FILE_TYPE][0] = 23;
	assert_int_equal(type_of(&g, 100, IO, V6_1), FILE_TYPE);
}

/* From 6.18 on, all tiers count. */
static void type_by_all_tiers(void **state)
{
	struct lru_gen_folio g = gens();

	(void)state;
	g.refaulted[FILE_TYPE][3] = 64;
	g.evicted[FILE_TYPE][3] = 64;
	assert_int_equal(type_of(&g, 100, IO, V6_12), FILE_TYPE);
	assert_int_equal(type_of(&g, 100, IO, V6_18), ANON);
	g.refaulted[ANON][3] = 63;
	assert_int_equal(type_of(&g, 100, IO, V6_18), FILE_TYPE);
}

static void tiers(void **state)
{
	struct lru_gen_folio g = gens();
	struct rs_why why = { 0 };
	int tier;

	(void)state;
	assert_int_equal(get_tier_idx(&g, ANON, rules_of(V6_1), NULL), 3);
	/* 100 * (36 + 64) * 1 <= (9 + 1) * 500 * 2, and with 2:3: 100 * 100 * 2 <= 10 * 667 * 3 */
	g.refaulted[FILE_TYPE][0] = 9;
	g.evicted[FILE_TYPE][0] = 36;
	for (tier = 1; tier < MAX_NR_TIERS; tier++) {
		g.refaulted[FILE_TYPE][tier] = 100;
		g.evicted[FILE_TYPE][tier] = 500;
		assert_int_equal(get_tier_idx(&g, FILE_TYPE, rules_of(V6_1), NULL), 3);
		assert_int_equal(get_tier_idx(&g, FILE_TYPE, rules_of(V6_18), NULL), tier - 1);
		g.evicted[FILE_TYPE][tier] = 400;
		g.protected[FILE_TYPE][tier] = 99;
		assert_int_equal(get_tier_idx(&g, FILE_TYPE, rules_of(V6_1), &why), tier - 1);
		assert_true(WHY_HAS(&why, tier_protected));
		g.evicted[FILE_TYPE][tier] = 567;
		g.protected[FILE_TYPE][tier] = 100;
		assert_int_equal(get_tier_idx(&g, FILE_TYPE, rules_of(V6_18), NULL), 3);
		g.protected[FILE_TYPE][tier] = 99;
		assert_int_equal(get_tier_idx(&g, FILE_TYPE, rules_of(V6_18), NULL), tier - 1);
		g.protected[FILE_TYPE][tier] = 1000;
	}
	assert_int_equal(get_tier_idx(&g, ANON, rules_of(V6_18), NULL), 3);
}

/* Up to 6.12 the tiers of a compared type are held against tier 0 of the other one. */
static void tiers_of_a_compared_type(void **state)
{
	struct lru_gen_folio g = gens();
	struct rs_type_choice c;

	(void)state;
	/* 64 * (0 + 64) * gain(anon) <= (0 + 1) * total * gain(file) */
	g.refaulted[FILE_TYPE][2] = 64;
	g.evicted[FILE_TYPE][2] = 4096;
	c = get_type_to_scan(&g, 100, IO, rules_of(V6_1), NULL);
	assert_int_equal(c.type, FILE_TYPE);
	assert_int_equal(c.tier, 3);
	c = get_type_to_scan(&g, 101, IO, rules_of(V6_1), NULL);
	assert_int_equal(c.tier, 1);
	c = get_type_to_scan(&g, 101, IO, rules_of(V6_18), NULL);
	assert_int_equal(c.tier, -1);
	c = get_type_to_scan(&g, 1, IO, rules_of(V6_1), NULL);
	assert_int_equal(c.tier, -1);
	/* Only tier 0 of the other. */
	g.refaulted[ANON][1] = 1000;
	c = get_type_to_scan(&g, 101, IO, rules_of(V6_1), NULL);
	assert_int_equal(c.tier, 1);
	g.refaulted[ANON][1] = 0;
	/* The same with anon, against file. */
	memset(&g.refaulted, 0, sizeof(g.refaulted));
	g.refaulted[FILE_TYPE][0] = 64;
	g.evicted[FILE_TYPE][0] = 64;
	g.refaulted[ANON][1] = 65;
	/* 65 * (64 + 64) * 150 <= (64 + 1) * total * 50 */
	g.evicted[ANON][1] = 384;
	c = get_type_to_scan(&g, 50, IO, rules_of(V6_1), NULL);
	assert_int_equal(c.type, ANON);
	assert_int_equal(c.tier, 3);
	g.evicted[ANON][1] = 383;
	c = get_type_to_scan(&g, 50, IO, rules_of(V6_1), NULL);
	assert_int_equal(c.tier, 0);
}

/* ---- D52 ---- */

static struct scan_folios scan_of(const struct lru_gen_folio *g, int type, uint64_t nr, enum kernel_under_test v)
{
	struct scan_folios s = {
		.type = type, .tier = 3, .reclaim_idx = 1, .gfp_mask = IO, .may_unmap = true, .may_writepage = true,
	};

	scan_folios_begin(&s, g, nr, rules_of(v));
	return s;
}

/* A clean page of the oldest generation. */
#define CLEAN .nr_pages = 1, .gen = 1

static void expect_outcome(struct rs_gen_folio folio, const enum rs_scan_outcome outcome[4],
			   void (*change)(struct scan_folios *))
{
	struct lru_gen_folio g = gens();
	enum kernel_under_test v;

	for (v = V6_1; v <= V7_2; v++) {
		struct scan_folios s = scan_of(&g, folio.file, 4096, v);
		bool sorted = outcome[v - 1] >= RS_SCAN_CULLED && outcome[v - 1] <= RS_SCAN_WRITEBACK;

		folio.nr_pages = 2;
		if (change)
			change(&s);
		assert_int_equal(scan_folios_step(&s, &folio, rules_of(v), NULL), outcome[v - 1]);
		assert_int_equal(s.scanned, 2);
		assert_int_equal(s.sorted, sorted ? 2 : 0);
		assert_int_equal(s.isolated, outcome[v - 1] == RS_SCAN_ISOLATED ? 2 : 0);
		assert_int_equal(s.skipped_zone, outcome[v - 1] >= RS_SCAN_SKIPPED ? 2 : 0);
	}
}

#define EXPECT(change, a, b, c, d, ...)                                                                                \
	expect_outcome((struct rs_gen_folio){ CLEAN, .lru = true, .zid = 1, __VA_ARGS__ },                              \
		       (enum rs_scan_outcome[]){ RS_SCAN_##a, RS_SCAN_##b, RS_SCAN_##c, RS_SCAN_##d }, change)

static void no_io(struct scan_folios *s)
{
	s->gfp_mask = 0;
}

static void no_writepage(struct scan_folios *s)
{
	s->may_writepage = false;
}

static void no_unmap(struct scan_folios *s)
{
	s->may_unmap = false;
}

static void dma(struct scan_folios *s)
{
	s->reclaim_idx = 0;
}

static void tier_1(struct scan_folios *s)
{
	s->tier = 1;
}

static void sorted(void **state)
{
	struct rs_gen_folio other = { .nr_pages = 1, .zid = 1, .gen = 2, .lru = true };

	(void)state;
	EXPECT(NULL, ISOLATED, ISOLATED, ISOLATED, ISOLATED, .file = true);
	EXPECT(NULL, ISOLATED, ISOLATED, ISOLATED, ISOLATED, .anon = true);
	EXPECT(NULL, ISOLATED, CULLED, CULLED, ISOLATED, .mlocked = true);
	EXPECT(NULL, LAZYFREE, WRITEBACK, WRITEBACK, ISOLATED, .anon = true, .file = true, .dirty = true);
	EXPECT(NULL, ISOLATED, ISOLATED, ISOLATED, ISOLATED, .anon = true, .file = true);
	EXPECT(NULL, ISOLATED, ISOLATED, ISOLATED, ISOLATED, .anon = true, .dirty = true);
	expect_outcome(other, (enum rs_scan_outcome[]){ RS_SCAN_PROMOTED, RS_SCAN_PROMOTED, RS_SCAN_PROMOTED,
							RS_SCAN_PROMOTED }, NULL);
	/* bits 2: tier 2 in every kernel, if it was referenced; 1: tier 1. */
	EXPECT(tier_1, PROTECTED, PROTECTED, PROTECTED, PROTECTED, .bits = 2, .referenced = true);
	EXPECT(tier_1, ISOLATED, ISOLATED, ISOLATED, ISOLATED, .bits = 1, .referenced = true);
	/* As often as can be counted: safe in any tier. */
	EXPECT(NULL, PROTECTED, PROTECTED, ISOLATED, ISOLATED, .bits = 3, .workingset = true);
	EXPECT(NULL, PROTECTED, PROTECTED, PROTECTED, PROTECTED, .bits = 3, .workingset = true, .referenced = true);
	EXPECT(NULL, ISOLATED, ISOLATED, ISOLATED, ISOLATED, .bits = 3, .referenced = true);
	EXPECT(dma, INELIGIBLE, INELIGIBLE, INELIGIBLE, INELIGIBLE, .file = true);
	EXPECT(NULL, WRITEBACK, WRITEBACK, WRITEBACK, ISOLATED, .writeback = true);
	EXPECT(NULL, WRITEBACK, WRITEBACK, WRITEBACK, ISOLATED, .file = true, .dirty = true);
	EXPECT(NULL, WRITEBACK, WRITEBACK, ISOLATED, ISOLATED, .file = true, .locked = true);
}

static void constrained(void **state)
{
	struct rs_gen_folio no_lru = { CLEAN, .file = true };

	(void)state;
	EXPECT(no_unmap, SKIPPED, ISOLATED, ISOLATED, ISOLATED, .mapped = true);
	EXPECT(NULL, ISOLATED, ISOLATED, ISOLATED, ISOLATED, .mapped = true);
	EXPECT(no_unmap, ISOLATED, ISOLATED, ISOLATED, ISOLATED, .file = true);
	EXPECT(no_io, SKIPPED, SKIPPED, SKIPPED, ISOLATED, .dirty = true);
	EXPECT(no_io, SKIPPED, SKIPPED, SKIPPED, ISOLATED, .anon = true);
	EXPECT(no_io, ISOLATED, ISOLATED, ISOLATED, ISOLATED, .anon = true, .swapcache = true);
	EXPECT(no_io, ISOLATED, ISOLATED, ISOLATED, ISOLATED, .file = true);
	EXPECT(no_writepage, SKIPPED, ISOLATED, ISOLATED, ISOLATED, .dirty = true);
	EXPECT(no_writepage, ISOLATED, ISOLATED, ISOLATED, ISOLATED, .file = true);
	EXPECT(NULL, RACED, RACED, RACED, RACED, .frozen = true);
	
	expect_outcome(no_lru, (enum rs_scan_outcome[]){ RS_SCAN_RACED, RS_SCAN_RACED, RS_SCAN_RACED, RS_SCAN_RACED },
		       NULL);
}

/* What is protected counts by its tier; what is safe anyway does not, from 6.18 on. */
static void protected_counts(void **state)
{
	const struct rs_gen_folio two = { CLEAN, .lru = true, .bits = 2, .referenced = true },
				  most = { CLEAN, .bits = 3, .workingset = true, .referenced = true };
	struct lru_gen_folio g = gens();
	struct scan_folios s = scan_of(&g, ANON, 0, V6_1);

	(void)state;
	s.tier = 0;
	scan_folios_step(&s, &two, rules_of(V6_1), NULL);
	scan_folios_step(&s, &most, rules_of(V6_1), NULL);
	assert_int_equal(s.protected[0] + s.protected[1], 0);
	assert_int_equal(s.protected[2], 1);
	assert_int_equal(s.protected[3], 1);
	s = scan_of(&g, ANON, 64, V6_18);
	s.tier = 0;
	scan_folios_step(&s, &two, rules_of(V6_18), NULL);
	scan_folios_step(&s, &two, rules_of(V6_18), NULL);
	scan_folios_step(&s, &most, rules_of(V6_18), NULL);
	assert_int_equal(s.protected[2], 2);
	assert_int_equal(s.protected[3], 0);
}

static void limits(void **state)
{
	const struct rs_gen_folio page = { CLEAN, .lru = true }, moved = { .nr_pages = 1, .zid = 1, .gen = 2 },
				  stuck = { CLEAN, .frozen = true }, large = { .nr_pages = 63, .zid = 1, .gen = 1, .lru = true };
	struct lru_gen_folio g = gens();
	struct scan_folios s;
	int i;

	(void)state;
	assert_int_equal(scan_of(&g, ANON, 10, V6_1).remaining, 4096);
	assert_int_equal(scan_of(&g, ANON, 10, V6_12).remaining, 4096);
	assert_int_equal(scan_of(&g, ANON, 10, V6_18).remaining, 10);
	assert_int_equal(scan_of(&g, ANON, 5000, V6_18).remaining, 4096);
	assert_int_equal(scan_of(&g, ANON, 10, V7_2).remaining, 10);
	assert_int_equal(scan_of(&g, ANON, 5000, V7_2).remaining, 64);
	assert_false(scan_of(&g, ANON, 10, V6_1).over);
	g.min_seq[ANON] = 6;
	assert_true(scan_of(&g, ANON, 10, V6_1).over);
	assert_false(scan_of(&g, FILE_TYPE, 10, V6_1).over);
	g.min_seq[ANON] = 5;

	/* 64 pages, not folios. */
	s = scan_of(&g, ANON, 0, V6_1);
	scan_folios_step(&s, &large, rules_of(V6_1), NULL);
	assert_false(s.zone_over);
	scan_folios_step(&s, &page, rules_of(V6_1), NULL);
	assert_true(s.zone_over);
	assert_int_equal(s.remaining, 4094);
	scan_folios_end_zone(&s);
	assert_true(s.over);
	assert_false(s.zone_over);
	assert_int_equal(scan_folios_ret(&s, rules_of(V6_1)), 64);

	/* 64 pages skipped end a zone, not the scan; the next zone counts anew. */
	s = scan_of(&g, ANON, 0, V6_1);
	for (i = 0; i < 64; i++) {
		assert_false(s.zone_over);
		scan_folios_step(&s, &stuck, rules_of(V6_1), NULL);
	}
	assert_true(s.zone_over);
	scan_folios_end_zone(&s);
	assert_false(s.over);
	assert_int_equal(s.skipped, 64);
	scan_folios_step(&s, &stuck, rules_of(V6_1), NULL);
	assert_false(s.zone_over);
	scan_folios_end_zone(&s);
	assert_int_equal(s.skipped, 65);
	assert_int_equal(scan_folios_ret(&s, rules_of(V6_1)), 0);
	assert_int_equal(scan_folios_ret(&s, rules_of(V6_18)), 0);
	assert_int_equal(scan_folios_ret(&s, rules_of(V7_2)), 65);

	/* A whole batch that was only sorted is an answer all the same. */
	s = scan_of(&g, ANON, 3, V6_18);
	for (i = 0; i < 3; i++) {
		assert_false(s.zone_over);
		scan_folios_step(&s, &moved, rules_of(V6_18), NULL);
	}
	assert_true(s.zone_over);
	scan_folios_end_zone(&s);
	assert_true(s.over);
	assert_int_equal(scan_folios_ret(&s, rules_of(V6_18)), 3);
	s = scan_of(&g, ANON, 4, V6_18);
	scan_folios_step(&s, &page, rules_of(V6_18), NULL);
	assert_int_equal(scan_folios_ret(&s, rules_of(V6_18)), 1);
}

static void zones(void **state)
{
	struct scan_folios s = { .reclaim_idx = 2 };

	(void)state;
	assert_int_equal(scan_folios_zone(&s, 0), 2);
	assert_int_equal(scan_folios_zone(&s, 1), 1);
	assert_int_equal(scan_folios_zone(&s, 2), 0);
	assert_int_equal(scan_folios_zone(&s, 3), 4);
	assert_int_equal(scan_folios_zone(&s, 4), 3);
}

/* One try gives nothing, one something. */
static void both_types(void **state)
{
	const struct scan_folios nothing = { 0 }, something = { .scanned = 70, .isolated = 64, .remaining = 1 },
				 in_vain = { .scanned = 64, .remaining = 0 };
	struct lru_gen_folio g = gens();
	enum kernel_under_test v;
	struct isolate_folios s;

	(void)state;
	for (v = V6_1; v <= V7_2; v++) {
		isolate_folios_begin(&s, &g, 1, IO, rules_of(v), NULL);
		assert_int_equal(s.type, FILE_TYPE);
		assert_int_equal(s.tier, 3);
		assert_int_equal(s.turns, 2);
		assert_false(s.compared);
		g.refaulted[ANON][1] = 64;
		assert_true(isolate_folios_step(&s, &nothing, &g, rules_of(v), NULL));
		g.refaulted[ANON][1] = 0;
		assert_int_equal(s.type, ANON);
		assert_int_equal(s.tier, 0);
		assert_false(isolate_folios_step(&s, &something, &g, rules_of(v), NULL));
		assert_int_equal(s.ret, 70);
		assert_int_equal(s.isolated, 64);
		assert_int_equal(s.type_scanned, ANON);

		isolate_folios_begin(&s, &g, 60, IO, rules_of(v), NULL);
		assert_true(s.compared);
		assert_false(isolate_folios_step(&s, &something, &g, rules_of(v), NULL));
		assert_int_equal(s.type_scanned, FILE_TYPE);

		/* Nothing at all: what the caller is told differs. */
		isolate_folios_begin(&s, &g, 1, IO, rules_of(v), NULL);
		isolate_folios_step(&s, &nothing, &g, rules_of(v), NULL);
		assert_false(isolate_folios_step(&s, &nothing, &g, rules_of(v), NULL));
		assert_int_equal(s.ret, 0);
		assert_int_equal(s.type_scanned, v <= V6_12 ? FILE_TYPE : v == V6_18 ? ANON : -1);

		/* Without swappiness there is no second type. */
		isolate_folios_begin(&s, &g, 0, IO, rules_of(v), NULL);
		assert_int_equal(s.turns, 1);
		assert_false(isolate_folios_step(&s, &nothing, &g, rules_of(v), NULL));
		assert_int_equal(s.type_scanned, v <= V6_12 ? ANON : v == V6_18 ? FILE_TYPE : -1);
		isolate_folios_begin(&s, &g, 200, IO, rules_of(v), NULL);
		assert_int_equal(s.turns, 2);

		/* A batch of which nothing was isolated: 7.2 goes on with the same type. */
		isolate_folios_begin(&s, &g, 1, IO, rules_of(v), NULL);
		assert_int_equal(isolate_folios_step(&s, &in_vain, &g, rules_of(v), NULL), v == V7_2);
		assert_int_equal(s.type, FILE_TYPE);
		assert_int_equal(s.ret, 64);
		if (v == V7_2) {
			assert_int_equal(s.type_scanned, -1);
			assert_false(isolate_folios_step(&s, &something, &g, rules_of(v), NULL));
			assert_int_equal(s.ret, 134);
			assert_int_equal(s.type_scanned, FILE_TYPE);
		}
	}
	isolate_folios_begin(&s, &g, 201, IO, rules_of(V6_18), NULL);
	assert_int_equal(s.turns, 1);
	assert_int_equal(s.type, ANON);
	/* The tier that came with the choice. */
	g.refaulted[FILE_TYPE][1] = 64;
	g.evicted[FILE_TYPE][1] = 4096;
	isolate_folios_begin(&s, &g, 101, IO, rules_of(V6_1), NULL);
	assert_int_equal(s.tier, 0);
	isolate_folios_begin(&s, &g, 99, IO, rules_of(V6_1), NULL);
	assert_int_equal(s.tier, 3);
}

/* ---- generations ---- */

static void carry(void **state)
{
	struct lru_gen_folio g = gens();
	int tier;

	(void)state;
	for (tier = 0; tier < MAX_NR_TIERS; tier++) {
		g.avg_refaulted[FILE_TYPE][tier] = 10 + tier;
		g.refaulted[FILE_TYPE][tier] = 7;
		g.avg_total[FILE_TYPE][tier] = 100;
		g.evicted[FILE_TYPE][tier] = 30 + tier;
		g.protected[FILE_TYPE][tier] = 5;
		g.avg_total[ANON][tier] = 3;
	}
	reset_ctrl_pos(&g, FILE_TYPE);
	for (tier = 0; tier < MAX_NR_TIERS; tier++) {
		assert_int_equal(g.avg_refaulted[FILE_TYPE][tier], (17 + tier) / 2);
		assert_int_equal(g.avg_total[FILE_TYPE][tier], (135 + tier) / 2);
		assert_int_equal(g.refaulted[FILE_TYPE][tier], 0);
		assert_int_equal(g.evicted[FILE_TYPE][tier], 0);
		assert_int_equal(g.protected[FILE_TYPE][tier], 0);
		assert_int_equal(g.avg_total[ANON][tier], 3);
	}
}

static void min_seq(void **state)
{
	struct lru_gen_folio g = gens();
	struct rs_why why = { 0 };
	enum kernel_under_test v;

	(void)state;
	for (v = V6_1; v <= V7_2; v++) {
		/* Nothing is empty. */
		g = gens();
		g.avg_total[ANON][0] = g.avg_total[FILE_TYPE][0] = 8;
		assert_false(try_to_inc_min_seq(&g, 60, rules_of(v), &why));
		assert_int_equal(g.min_seq[ANON], 5);
		assert_int_equal(g.avg_total[FILE_TYPE][0], 8);

		/* Anon and file. */
		g.empty[5 % 4][ANON] = g.empty[5 % 4][FILE_TYPE] = true;
		assert_true(try_to_inc_min_seq(&g, 60, rules_of(v), &why));
		assert_int_equal(g.min_seq[ANON], 6);
		assert_int_equal(g.min_seq[FILE_TYPE], 6);
		assert_int_equal(g.avg_total[ANON][0], 4);
		assert_int_equal(g.avg_total[FILE_TYPE][0], 4);
		/* Two generations always stay. */
		g.empty[6 % 4][ANON] = g.empty[6 % 4][FILE_TYPE] = true;
		assert_false(try_to_inc_min_seq(&g, 60, rules_of(v), &why));
		assert_int_equal(g.min_seq[FILE_TYPE], 6);

		/* Without swappiness anon stays. */
		g = gens();
		g.empty[5 % 4][ANON] = g.empty[5 % 4][FILE_TYPE] = true;
		assert_true(try_to_inc_min_seq(&g, 0, rules_of(v), &why));
		assert_int_equal(g.min_seq[ANON], 5);
		assert_int_equal(g.min_seq[FILE_TYPE], 6);

		/* One carry for two generations. */
		g = gens();
		g.min_seq[ANON] = g.min_seq[FILE_TYPE] = 4;
		g.avg_total[FILE_TYPE][0] = 8;
		g.empty[4 % 4][ANON] = g.empty[4 % 4][FILE_TYPE] = g.empty[5 % 4][ANON] = g.empty[5 % 4][FILE_TYPE] = true;
		assert_true(try_to_inc_min_seq(&g, 60, rules_of(v), &why));
		assert_int_equal(g.min_seq[FILE_TYPE], 6);
		assert_int_equal(g.avg_total[FILE_TYPE][0], 4);

		/* File alone is empty: up to 6.12 it waits for anon. */
		g = gens();
		g.empty[5 % 4][FILE_TYPE] = true;
		assert_int_equal(try_to_inc_min_seq(&g, 60, rules_of(v), &why), v > V6_12);
		assert_int_equal(g.min_seq[FILE_TYPE], v > V6_12 ? 6 : 5);
		assert_int_equal(g.min_seq[ANON], 5);
	}
	assert_true(WHY_HAS(&why, min_seq_kept));
	assert_true(WHY_HAS(&why, min_seq_advanced));
}

static void types_apart(void **state)
{
	struct lru_gen_folio g;

	(void)state;
	/* Up to 6.12 anon does not pass file. */
	g = gens();
	g.empty[5 % 4][ANON] = true;
	assert_false(try_to_inc_min_seq(&g, 60, rules_of(V6_1), NULL));
	assert_int_equal(g.min_seq[ANON], 5);
	assert_true(try_to_inc_min_seq(&g, 60, rules_of(V6_18), NULL));
	assert_int_equal(g.min_seq[ANON], 6);
	/* From 6.18 on neither gets down to two generations while the other has four. */
	g = gens();
	g.min_seq[ANON] = g.min_seq[FILE_TYPE] = 4;
	g.empty[4 % 4][ANON] = g.empty[5 % 4][ANON] = true;
	assert_true(try_to_inc_min_seq(&g, 60, rules_of(V6_18), NULL));
	assert_int_equal(g.min_seq[ANON], 5);
	assert_int_equal(g.min_seq[FILE_TYPE], 4);
	g = gens();
	g.min_seq[ANON] = g.min_seq[FILE_TYPE] = 4;
	g.empty[4 % 4][FILE_TYPE] = g.empty[5 % 4][FILE_TYPE] = true;
	assert_true(try_to_inc_min_seq(&g, 200, rules_of(V6_18), NULL));
	assert_int_equal(g.min_seq[FILE_TYPE], 5);
	g = gens();
	g.empty[5 % 4][ANON] = true;
	assert_true(try_to_inc_min_seq(&g, 1, rules_of(V6_18), NULL));
	assert_int_equal(g.min_seq[ANON], 6);
	g = gens();
	g.min_seq[ANON] = g.min_seq[FILE_TYPE] = 4;
	g.empty[4 % 4][FILE_TYPE] = true;
	assert_true(try_to_inc_min_seq(&g, 200, rules_of(V6_18), NULL));
	/* But if only one is evicted it does. */
	g.empty[5 % 4][FILE_TYPE] = true;
	assert_true(try_to_inc_min_seq(&g, 0, rules_of(V6_18), NULL));
	assert_int_equal(g.min_seq[FILE_TYPE], 6);
	g = gens();
	g.min_seq[ANON] = g.min_seq[FILE_TYPE] = 4;
	memset(g.empty, true, sizeof(g.empty));
	assert_true(try_to_inc_min_seq(&g, 201, rules_of(V6_18), NULL));
	assert_int_equal(g.min_seq[ANON], 6);
	assert_int_equal(g.min_seq[FILE_TYPE], 4);
	/* One generation apart is not too far. */
	g = gens();
	g.min_seq[FILE_TYPE] = 5;
	g.empty[5 % 4][ANON] = true;
	assert_true(try_to_inc_min_seq(&g, 199, rules_of(V6_18), NULL));
	assert_int_equal(g.min_seq[ANON], 6);
}

static void aging(void **state)
{
	struct lru_gen_folio g = { .max_seq = 7, .min_seq = { 4, 5 } };
	struct rs_why why = { 0 };

	(void)state;
	g.avg_total[ANON][2] = g.avg_total[FILE_TYPE][2] = 6;
	inc_max_seq(&g, &why);
	assert_int_equal(g.max_seq, 8);
	assert_int_equal(g.min_seq[ANON], 5);
	assert_int_equal(g.min_seq[FILE_TYPE], 5);
	assert_int_equal(g.avg_total[ANON][2], 3);
	assert_int_equal(g.avg_total[FILE_TYPE][2], 6);
	assert_true(WHY_HAS(&why, max_seq_advanced));
}

/* ---- D42 ---- */

static void tokens(void **state)
{
	const struct rs_shadow_layout layout = { .nodes_shift = 10 };
	struct lru_gen_folio g = gens();
	struct rs_gen_folio f = { .file = true, .bits = 2, .referenced = true };
	struct rs_lru_gen_refault in = { .lrugen = &g, .file = true };
	struct rs_lru_gen_refault_result r;
	struct rs_shadow s;

	(void)state;
	g.min_seq[ANON] = 4;
	s = lru_gen_eviction(&g, &f, rules_of(V6_1));
	assert_int_equal(s.eviction, 5 << 2 | 1);
	assert_true(s.workingset);
	r = lru_gen_refault(&in, &s, &layout, rules_of(V6_1), NULL);
	assert_true(r.recent);
	assert_int_equal(r.refs, 2);
	assert_int_equal(r.tier, 2);
	assert_false(r.workingset);
	assert_true(r.activate);
	in.in_fault = true;
	assert_true(lru_gen_refault(&in, &s, &layout, rules_of(V6_1), NULL).workingset);
	in.in_fault = false;
	f.workingset = true;
	s = lru_gen_eviction(&g, &f, rules_of(V6_1));
	r = lru_gen_refault(&in, &s, &layout, rules_of(V6_12), NULL);
	assert_int_equal(r.refs, 3);
	assert_true(r.workingset);
	/* Only the oldest generation is recent, up to 6.12. */
	g.min_seq[FILE_TYPE] = 6;
	assert_false(lru_gen_refault(&in, &s, &layout, rules_of(V6_1), NULL).recent);
	f = (struct rs_gen_folio){ .swapcache = true };
	s = lru_gen_eviction(&g, &f, rules_of(V6_1));
	assert_int_equal(s.eviction, 4 << 2);
	assert_false(s.workingset);

	/* Later: fewer than four generations ago. */
	f = (struct rs_gen_folio){ .file = true, .bits = 2, .referenced = true };
	g = gens();
	s = lru_gen_eviction(&g, &f, rules_of(V6_18));
	assert_int_equal(s.eviction, 5 << 2 | 2);
	assert_false(s.workingset);
	r = lru_gen_refault(&in, &s, &layout, rules_of(V6_18), NULL);
	assert_true(r.recent);
	assert_int_equal(r.refs, 3);
	assert_int_equal(r.tier, 2);
	assert_false(r.workingset);
	assert_false(r.activate);
	in.in_fault = true;
	assert_true(lru_gen_refault(&in, &s, &layout, rules_of(V6_18), NULL).activate);
	g.max_seq = 8;
	assert_true(lru_gen_refault(&in, &s, &layout, rules_of(V6_18), NULL).recent);
	g.max_seq = 9;
	assert_false(lru_gen_refault(&in, &s, &layout, rules_of(V6_18), NULL).recent);
	/* A token from the future, where numbers wrap. */
	g.max_seq = 2;
	assert_true(lru_gen_refault(&in, &s, &layout, rules_of(V6_18), NULL).recent);
	g.max_seq = 1;
	assert_false(lru_gen_refault(&in, &s, &layout, rules_of(V6_18), NULL).recent);
	g.max_seq = (1ULL << 34) + 5;
	assert_true(lru_gen_refault(&in, &s, &layout, rules_of(V6_18), NULL).recent);
	f.workingset = true;
	s = lru_gen_eviction(&g, &f, rules_of(V6_18));
	assert_true(s.workingset);
	r = lru_gen_refault(&in, &s, &layout, rules_of(V7_2), NULL);
	assert_true(r.workingset);
	assert_int_equal(r.tier, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inserted),
		cmocka_unit_test(inserted_into_the_oldest),
		cmocka_unit_test(refs_and_tiers),
		cmocka_unit_test(type_by_swappiness),
		cmocka_unit_test(type_by_refaults),
		cmocka_unit_test(type_by_all_tiers),
		cmocka_unit_test(tiers),
		cmocka_unit_test(tiers_of_a_compared_type),
		cmocka_unit_test(sorted),
		cmocka_unit_test(constrained),
		cmocka_unit_test(protected_counts),
		cmocka_unit_test(limits),
		cmocka_unit_test(zones),
		cmocka_unit_test(both_types),
		cmocka_unit_test(carry),
		cmocka_unit_test(min_seq),
		cmocka_unit_test(types_apart),
		cmocka_unit_test(aging),
		cmocka_unit_test(tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
