/* SPDX-License-Identifier: GPL-2.0-only */
/* Evictions and refaults of a recording whose links are known. */
#include "report_of.h"

/* As the golden recordings have it: no nodes_shift, so that memcgid begins at bit 2. */
#define SHADOW(memcgid, age) ((uint64_t)(age) << 20 | (memcgid) << 2)


/*
 * time  1000   memcg reclaim of 42 for /a/b, which is full, evicts 1 file page and a folio of 4 anon ones
 *       3000   kswapd evicts the same file page and another one
 */
static void put_evictions(struct fixture *f)
{
	recording_info(f->writer, f->schema, "decisions");
	PUT(f, 900, 42, task, .tgid = 40, .comm = "worker");
	PUT(f, 950, 50, task, .tgid = 50, .comm = "kswapd0", .flags = 0x20000);
	PUT(f, 990, 42, memcg_reclaim_request, .cgroup = 7, .nr_pages = 1, .usage = 1000, .max = 1000, .options = 2);
	PUT(f, 1000, 42, reclaim_begin, .kind = RS_RECLAIM_MEMCG, .tgid = 40, .cgroup = 7, .order = 0, .comm = "worker");
	PUT(f, 1001, 42, shrink_node_begin, .priority = 12);
	PUT(f, 1002, 42, workingset_eviction, .cgroup = 7, .owner = 8, .shadow = SHADOW(3, 100), .file = 1, .nr_pages = 1, .place = 0x500);
	PUT(f, 1003, 42, shrink_node_begin, .priority = 11);
	PUT(f, 1004, 42, workingset_eviction, .cgroup = 7, .owner = 7, .shadow = SHADOW(3, 101), .nr_pages = 4, .place = 0x40);
	PUT(f, 1100, 42, reclaim_end, .kind = RS_RECLAIM_MEMCG, .nr_reclaimed = 5);
	PUT(f, 2000, 43, workingset_refault, .cgroup = 8, .shadow = SHADOW(3, 100), .file = 1, .nr_pages = 1, .place = 0x500);
	PUT(f, 3000, 50, balance_pgdat_begin, .order = 2);
	PUT(f, 3001, 50, shrink_node_begin, .priority = 9);
	PUT(f, 3002, 50, workingset_eviction, .owner = 8, .shadow = SHADOW(1, 7), .file = 1, .nr_pages = 1, .place = 0x500);
	PUT(f, 3003, 50, workingset_eviction, .owner = 8, .shadow = SHADOW(1, 8), .file = 1, .nr_pages = 1, .place = 0x501);
	PUT(f, 3100, 50, balance_pgdat_end, .order = 2);
}

static void links_are(const struct fixture *f, int file, const char *numbers)
{
	char text[160];

	snprintf(text, sizeof(text), "\"type\":\"refault_links\",\"list\":\"%s\",%s", file ? "file" : "anon", numbers);
	if (!strstr(f->json, text))
		fail_msg("no %s in\n%s", text, f->json);
}

static void refault_tells_who_evicted_why_and_how_long_ago(void **state)
{
	struct fixture *f = *state;

	put_evictions(f);
	PUT(f, 5002, 43, workingset_refault, .cgroup = 8, .shadow = SHADOW(1, 7), .file = 1, .nr_pages = 1, .place = 0x500);
	PUT(f, 6004, 42, workingset_refault, .cgroup = 7, .shadow = SHADOW(3, 101), .nr_pages = 1, .place = 0x42);
	make_report(f);
	links_are(f, 0, "\"linked_pages\":1,\"drawn_pages\":0,\"unlinked_pages\":0");
	links_are(f, 1, "\"linked_pages\":2,\"drawn_pages\":0,\"unlinked_pages\":0");
	/* The first time by the limit of /a/b, the second time by kswapd. */
	assert_non_null(strstr(f->json, "{\"v\":1,\"type\":\"refault\",\"list\":\"file\",\"cause\":\"memory.max\",\"limit_cgroup_id\":7,"
					"\"limit_cgroup\":\"cgroup:7\",\"owner_cgroup_id\":8,\"owner_cgroup\":\"cgroup:8\",\"cgroup_id\":8,"
					"\"cgroup\":\"cgroup:8\",\"evictor_tgid\":40,\"evictor_comm\":\"worker\",\"refaulter_tgid\":43,"
					"\"refaulter_comm\":\"?\",\"refaulted_pages\":1,\"away_p50_ns\":998,\"away_p99_ns\":998}"));
	assert_non_null(strstr(f->json, "\"type\":\"refault\",\"list\":\"file\",\"cause\":\"kswapd\",\"limit_cgroup_id\":null"));
	assert_non_null(strstr(f->json, "\"evictor_comm\":\"kswapd0\",\"refaulter_tgid\":43"));
	assert_non_null(strstr(f->json, "\"type\":\"reclaim_refaulted\",\"ts_ns\":1000,\"cause\":\"memory.max\",\"tgid\":40,"
					"\"comm\":\"worker\",\"order\":0,\"limit_cgroup_id\":7,\"limit_cgroup\":\"cgroup:7\","
					"\"first_priority\":12,\"last_priority\":11,\"evicted_pages\":5,\"refaulted_pages\":2}"));
	report_has(f, "Of 3 refaulted pages, the eviction is known of 3\n");
	report_has(f, "  worker (40)            memory.max            5         2  40.0 %");
	report_has(f, "  kswapd0 (50)           kswapd                2         1  50.0 %   2.0 us   2.0 us\n");
	report_has(f, "  cgroup:7              cgroup:8              cgroup:8              file      1\n");
	report_has(f, "  (whole system)        cgroup:8              cgroup:8              file      1\n");
	report_has(f, "  worker (40)             memory.max                  1\n");
	report_has(f, "   9                               2          1   50.0 %\n");
	report_has(f, "worker (40)          memory.max       0  12..11         5        2\n");
}

/* The page of 0x42 was the third of a folio of 4, which only room for all of it would have kept. */
static void distance_counts_what_was_evicted_later_for_the_same_limit(void **state)
{
	struct fixture *f = *state;

	put_evictions(f);
	PUT(f, 6004, 42, workingset_refault, .cgroup = 7, .shadow = SHADOW(3, 101), .nr_pages = 1, .place = 0x42);
	make_report(f);
	assert_non_null(strstr(f->json, "\"type\":\"working_set\",\"limit_cgroup_id\":7,\"limit_cgroup\":\"cgroup:7\",\"refaulted_pages\":2,"
					"\"unknown_pages\":0,\"pages_away\":3"));
	/* The file page came back with 4 after it. */
	assert_non_null(strstr(f->json, "\"extra_pages\":1,\"avoided_anon\":0,\"avoided_file\":0"));
	assert_non_null(strstr(f->json, "\"extra_pages\":4,\"avoided_anon\":1,\"avoided_file\":0"));
	assert_non_null(strstr(f->json, "\"extra_pages\":5,\"avoided_anon\":1,\"avoided_file\":1"));
}

/* Ten pages go after one that was used before. Where MGLRU spares such pages it would have stayed with room for one. */
static void state_of_mglru_tells_what_a_larger_memory_spares(void **state)
{
	struct fixture *f = *state;
	int i;

	recording_info(f->writer, f->schema, "decisions");
	PUT(f, 1000, 42, workingset_eviction, .cgroup = 7, .owner = 8, .workingset = 1, .shadow = SHADOW(3, 4), .nr_pages = 1, .place = 0x40);
	PUT(f, 1001, 42, lru_gen_state, .cgroup = 8, .nr_pages = { 300 }, .protected = { 0, 0, 0, 100 }, .evicted = { 50, 0, 0, 0 });
	/* The counters begin anew with a generation. */
	PUT(f, 1002, 42, lru_gen_state, .cgroup = 8, .nr_pages = { 300 }, .protected = { 0, 0, 0, 90 }, .evicted = { 40, 0, 0, 0 });
	PUT(f, 1003, 42, lru_gen_state, .cgroup = 8, .nr_pages = { 300 }, .protected = { 0, 0, 0, 990 }, .evicted = { 40, 0, 0, 9 });
	/* Another lruvec's are of no account. */
	PUT(f, 1004, 42, lru_gen_state, .cgroup = 9, .nr_pages = { 300 }, .evicted = { 0, 0, 0, 900 });
	for (i = 0; i < 10; i++)
		PUT(f, 1010 + i, 42, workingset_eviction, .cgroup = 7, .owner = 8, .shadow = SHADOW(3, 4), .nr_pages = 1, .place = 0x50 + i);
	PUT(f, 2000, 42, workingset_refault, .cgroup = 8, .shadow = SHADOW(3, 4), .nr_pages = 1, .place = 0x40);
	make_report(f);
	assert_non_null(strstr(f->json, "\"extra_pages\":1,\"avoided_anon\":1,\"avoided_file\":0"));
}

static void page_without_its_eviction_is_not_linked(void **state)
{
	struct fixture *f = *state;

	put_evictions(f);
	/* Never evicted; evicted a second time, unseen; and both come back only once. */
	PUT(f, 5000, 43, workingset_refault, .cgroup = 8, .shadow = SHADOW(1, 5), .file = 1, .nr_pages = 1, .place = 0x900);
	PUT(f, 5001, 43, workingset_refault, .cgroup = 8, .shadow = SHADOW(1, 9), .file = 1, .nr_pages = 1, .place = 0x500);
	PUT(f, 5002, 43, workingset_refault, .cgroup = 8, .shadow = SHADOW(1, 7), .file = 1, .nr_pages = 1, .place = 0x500);
	make_report(f);
	links_are(f, 1, "\"linked_pages\":1,\"drawn_pages\":0,\"unlinked_pages\":3");
	report_has(f, "and not known of 3: before the recording");
	assert_non_null(strstr(f->json, "\"limit_cgroup\":null,\"refaulted_pages\":3,\"unknown_pages\":3"));
}

static void page_without_a_place_is_known_by_its_shadow(void **state)
{
	struct fixture *f = *state;

	recording_info(f->writer, f->schema, "decisions");
	PUT(f, 1000, 42, workingset_eviction, .cgroup = 7, .owner = 7, .shadow = SHADOW(3, 4), .nr_pages = 1, .place = 0x40);
	PUT(f, 1001, 42, workingset_eviction, .cgroup = 7, .owner = 7, .shadow = SHADOW(3, 5), .nr_pages = 1, .place = 0x41);
	PUT(f, 1002, 42, workingset_eviction, .cgroup = 7, .owner = 7, .shadow = SHADOW(3, 5), .nr_pages = 1, .place = 0x42);
	PUT(f, 2000, 42, workingset_refault, .cgroup = 7, .shadow = SHADOW(3, 4), .nr_pages = 1);
	PUT(f, 2001, 42, workingset_refault, .cgroup = 7, .shadow = SHADOW(3, 5), .nr_pages = 1);
	PUT(f, 2002, 42, workingset_refault, .cgroup = 7, .shadow = SHADOW(3, 5), .nr_pages = 1);
	PUT(f, 2003, 42, workingset_refault, .cgroup = 7, .shadow = SHADOW(3, 5), .nr_pages = 1);
	make_report(f);
	/* The second one could be either; then only one is left, and then none. */
	links_are(f, 0, "\"linked_pages\":2,\"drawn_pages\":1,\"unlinked_pages\":1");
	report_has(f, "one of several with the same shadow of ~1, drawn by lot");
	report_has(f, "  ?                      not seen ");
}

static void why_a_cgroup_reclaims_is_told_by_its_request(void **state)
{
	static const struct {
		uint64_t usage, max;
		uint32_t options;
		const char *cause;
	} requests[] = {
		{ 1000, 1000, 2, "memory.max" },  { 1200, 1000, 2, "memory.max" }, { 940, 1000, 2, "memory.max" },
		{ 900, 1000, 2, "memory.high" },  { 500, UINT64_MAX, 2, "memory.high" },
		{ 1000, 1000, 6, "memory.reclaim" },
	};
	struct fixture *f = *state;
	char text[128];
	size_t i;

	recording_info(f->writer, f->schema, "decisions");
	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		PUT(f, 1000 * i + 1, 42, memcg_reclaim_request, .cgroup = 7, .nr_pages = 1, .usage = requests[i].usage,
		    .max = requests[i].max, .options = requests[i].options);
		PUT(f, 1000 * i + 2, 42, reclaim_begin, .kind = RS_RECLAIM_MEMCG, .tgid = 40);
		PUT(f, 1000 * i + 3, 42, workingset_eviction, .cgroup = 7, .shadow = SHADOW(3, i), .file = 1, .nr_pages = 1, .place = 0x40 + i);
		PUT(f, 1000 * i + 4, 42, reclaim_end, .kind = RS_RECLAIM_MEMCG);
		PUT(f, 1000 * i + 5, 42, workingset_refault, .shadow = SHADOW(3, i), .file = 1, .nr_pages = 1, .place = 0x40 + i);
	}
	make_report(f);
	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		snprintf(text, sizeof(text), "\"type\":\"reclaim_refaulted\",\"ts_ns\":%zu,\"cause\":\"%s\"", 1000 * i + 2, requests[i].cause);
		if (!strstr(f->json, text))
			fail_msg("no %s in\n%s", text, f->json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(refault_tells_who_evicted_why_and_how_long_ago, setup, teardown),
		cmocka_unit_test_setup_teardown(distance_counts_what_was_evicted_later_for_the_same_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(state_of_mglru_tells_what_a_larger_memory_spares, setup, teardown),
		cmocka_unit_test_setup_teardown(page_without_its_eviction_is_not_linked, setup, teardown),
		cmocka_unit_test_setup_teardown(page_without_a_place_is_known_by_its_shadow, setup, teardown),
		cmocka_unit_test_setup_teardown(why_a_cgroup_reclaims_is_told_by_its_request, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
