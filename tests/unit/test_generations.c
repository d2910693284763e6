/* SPDX-License-Identifier: GPL-2.0-only */
/* MGLRU in the report of a recording whose generations are known. */
#include "report_of.h"

#define AT(seq, type, zone) [((seq) % RS_GENS * 2 + (type)) * RS_MAX_ZONES + (zone)]

/*
 *          min_seq          max_seq
 * gen         3     4     5     6
 * anon        -    10     0   140
 * file      500     0     0    20     <- evict here
 */
static void put_state(struct fixture *f, uint64_t ns, uint64_t max_seq)
{
	PUT(f, ns, 42, lru_gen_state, .cgroup = 7, .max_seq = max_seq, .min_seq = { 4, 3 }, .jiffies = 1000,
	    .timestamps = { [3] = 250, [0] = 750, [1] = 990, [2] = 1000 },
	    .nr_pages = { AT(4, 0, 1) = 10, AT(6, 0, 1) = 100, AT(6, 0, 2) = 40, AT(3, 1, 1) = 500, AT(6, 1, 0) = 20, AT(5, 1, 0) = -3 },
	    .avg_total = { [4] = 60 }, .avg_refaulted = { [4] = 6 }, .evicted = { [4] = 30 }, .refaulted = { [4] = 3 },
	    .protected = { [5] = 10 });
}

static void generations_are_drawn_with_sizes_ages_and_the_choice(void **state)
{
	struct fixture *f = *state;

	recording_put_text(f->writer, RS_BLOCK_NAMES, "{\"cgroups\":{\"7\":\"/a/b\"}}");
	recording_info(f->writer, f->schema, "decisions");
	PUT(f, 1000000, 42, isolate_folios_begin, .cgroup = 7, .swappiness = 60);
	put_state(f, 1000000, 6);
	PUT(f, 1000001, 42, isolate_folios_end, .cgroup = 7, .ret = 64, .isolated = 32, .type = 1);
	PUT(f, 2000000, 42, isolate_folios_begin, .cgroup = 7, .swappiness = 1);
	PUT(f, 2000001, 42, isolate_folios_end, .cgroup = 7, .ret = 0, .type = 0);
	PUT(f, 3000000, 42, try_to_inc_max_seq, .cgroup = 7, .seq = 6, .ret = 0);
	put_state(f, 3000000, 6);
	make_report(f);
	report_has(f, "Generations of /a/b, node 0\n"
		      "  aged 0 times of 1 tried; chose anon 0 times, file 1, got nothing 1\n"
		      "  swappiness in use 1 to 60; scanned 0 anon, 64 file\n"
		      "  file came back, by tier:  9 of 90  0 of 10  0 of 0  0 of 0\n"
		      "  at 0.000 s\n"
		      "    gen           3         4         5         6\n"
		      "    age           ?         ?         ?         ?\n"
		      "    anon          -        10         0       140\n"
		      "    file        500         0         0        20     <- evict here\n"
		      "  at 0.002 s\n");
	assert_non_null(strstr(f->json, "\"type\":\"generations\",\"cgroup_id\":7,\"cgroup\":\"/a/b\",\"node\":0,\"ts_ns\":3000000,\"last\":true,"
					"\"max_seq\":6,\"min_seq_anon\":4,\"min_seq_file\":3,\"generations\":["
					"{\"seq\":3,\"age_ns\":null,\"anon\":0,\"file\":500},{\"seq\":4,\"age_ns\":null,\"anon\":10,\"file\":0},"
					"{\"seq\":5,\"age_ns\":null,\"anon\":0,\"file\":0},{\"seq\":6,\"age_ns\":null,\"anon\":140,\"file\":20}],"
					"\"evicts\":\"file\"}"));
	assert_non_null(strstr(f->json, "\"type\":\"lru_gen\",\"cgroup_id\":7,\"cgroup\":\"/a/b\",\"node\":0,\"agings\":0,\"aging_calls\":1,"
					"\"chose_anon\":0,\"chose_file\":1,\"got_nothing\":1"));
}

#define WALKED(total, young, tables, found, added)                                                           \
	{ [RS_WALK_LEAF_TOTAL] = total, [RS_WALK_LEAF_YOUNG] = young, [RS_WALK_NONLEAF_TOTAL] = tables,       \
	  [RS_WALK_NONLEAF_FOUND] = found, [RS_WALK_NONLEAF_ADDED] = added }

/* Two lruvecs: one of a kernel that tells how many tables it came to, and one of another that does not. */
static void walks_are_told_since_boot_and_since_the_first(void **state)
{
	struct fixture *f = *state;

	recording_info(f->writer, f->schema, "decisions");
	PUT(f, 1000, 42, try_to_inc_max_seq, .cgroup = 7, .seq = 6, .ret = 1, .walked = WALKED(5000, 400, 90, 70, 30));
	PUT(f, 2000, 42, try_to_inc_max_seq, .cgroup = 7, .seq = 7, .ret = 0, .walked = WALKED(5000, 400, 90, 70, 30));
	PUT(f, 3000, 42, try_to_inc_max_seq, .cgroup = 8, .seq = 7, .ret = 1, .walked = WALKED(100, 9, RS_UNKNOWN, 8, 1));
	PUT(f, 4000, 42, try_to_inc_max_seq, .cgroup = 7, .seq = 7, .ret = 1, .walked = WALKED(5512, 403, 92, 71, 31));
	make_report(f);
	report_has(f, "  page tables: come to 92 (+2), through the bloom filter and walked 71 (+1), into the next filter 31 (+1)\n"
		      "  entries looked at: 5512 (+512), young 403 (+3); since boot (and since the first aging here)\n");
	report_has(f, "  page tables: through the bloom filter and walked 8 (+0), into the next filter 1 (+0)\n"
		      "  entries looked at: 100 (+0), young 9 (+0); since boot");
	assert_non_null(strstr(f->json, "\"walked_since_boot\":{\"entries\":5512,\"young\":403,\"tables\":92,\"tables_found\":71,\"tables_added\":31},"
					"\"walked_since_first\":{\"entries\":512,\"young\":3,\"tables\":2,\"tables_found\":1,\"tables_added\":1}"));
	assert_non_null(strstr(f->json, "\"walked_since_boot\":{\"entries\":100,\"young\":9,\"tables\":null,\"tables_found\":8,\"tables_added\":1}"));
}

/* Nothing where it was not recorded, or there were none: not 0. */
static void walks_that_are_not_known_are_not_told(void **state)
{
	struct fixture *f = *state;

	recording_info(f->writer, f->schema, "decisions");
	PUT(f, 1000, 42, try_to_inc_max_seq, .cgroup = 7, .seq = 6, .ret = 1,
	    .walked = WALKED(RS_UNKNOWN, RS_UNKNOWN, RS_UNKNOWN, RS_UNKNOWN, RS_UNKNOWN));
	PUT(f, 2000, 42, try_to_inc_max_seq, .cgroup = 8, .seq = 6, .ret = 1);
	make_report(f);
	assert_null(strstr(f->text, "page tables"));
	assert_null(strstr(f->json, "\"walked_since_boot\":{"));
	assert_non_null(strstr(f->json, "\"walked_since_boot\":null,\"walked_since_first\":null"));
}

/* Ages need the length of a tick, which a recorder tells. */
static void ages_are_counted_in_ticks(void **state)
{
	struct json_object *info = json_tokener_parse("{\"kernel\":{\"tick_ns\":4000000}}");
	struct rs_generations *g = rs_generations_create(info);

	(void)state;
	assert_int_equal(g->tick_ns, 4000000);
	rs_generations_destroy(g);
	json_object_put(info);
}

/* 200 agings: the first and the last are kept, and some between, in order. */
static void only_some_of_many_states_are_kept(void **state)
{
	struct json_object *info = json_object_new_object();
	struct rs_generations *g = rs_generations_create(info);
	struct rs_event_lru_gen_state e = { .hdr = { .type = RS_EVENT_lru_gen_state, .len = sizeof(e) } };
	const struct rs_lruvec_generations *l;
	unsigned int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		e.hdr.ts_ns = i;
		e.max_seq = 3 + i / 5;
		assert_int_equal(rs_generations_take(g, &e.hdr), 0);
	}
	l = g->lruvecs;
	assert_int_equal(l->moved, 199);
	assert_true(l->nr_states > RS_GENERATION_STATES / 4 && l->nr_states <= RS_GENERATION_STATES);
	assert_int_equal(l->states[0].e.hdr.ts_ns, 0);
	assert_int_equal(l->states[l->nr_states - 1].e.hdr.ts_ns, 999);
	for (i = 1; i < l->nr_states; i++)
		assert_true(l->states[i - 1].e.max_seq <= l->states[i].e.max_seq && l->states[i - 1].e.hdr.ts_ns < l->states[i].e.hdr.ts_ns);
	rs_generations_destroy(g);
	json_object_put(info);
}

/* A damaged record must not make a table of any length. */
static void seqs_that_cannot_be_are_cut(void **state)
{
	struct rs_event_lru_gen_state e = { .max_seq = 1000, .min_seq = { 1, 900 } };
	unsigned int nr;

	(void)state;
	assert_int_equal(rs_generations_oldest(&e, &nr), 997);
	assert_int_equal(nr, RS_GENS);
	e.max_seq = 5;
	assert_int_equal(rs_generations_oldest(&e, &nr), 2);
	assert_int_equal(nr, RS_GENS);
	e.max_seq = 0;
	rs_generations_oldest(&e, &nr);
	assert_in_range(nr, 1, RS_GENS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(generations_are_drawn_with_sizes_ages_and_the_choice, setup, teardown),
		cmocka_unit_test_setup_teardown(walks_are_told_since_boot_and_since_the_first, setup, teardown),
		cmocka_unit_test_setup_teardown(walks_that_are_not_known_are_not_told, setup, teardown),
		cmocka_unit_test(ages_are_counted_in_ticks),
		cmocka_unit_test(only_some_of_many_states_are_kept),
		cmocka_unit_test(seqs_that_cannot_be_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
