/* SPDX-License-Identifier: GPL-2.0-only */
#include "../../src/model/scan_balance.h"
#include "../../src/model/shrink_lruvec.h"
#include <string.h>

#include "../../src/model/why.h"
#include "kernel_rules.h"
#include "unit.h"

struct step {
	enum lru_list lru;
	uint64_t nr_to_scan;
	uint64_t nr_reclaimed; /* what it gives */
};

/* Runs the machine against a script of what each request has to be and gives. */
static void follow(const struct shrink_lruvec_begin *in, const struct step *steps, size_t nr, struct shrink_lruvec *s)
{
	struct shrink_list next;
	size_t i;

	shrink_lruvec_begin(s, in);
	for (i = 0; i < nr; i++) {
		assert_true(shrink_lruvec_next(s, &next, NULL));
		assert_int_equal(next.lru, steps[i].lru);
		assert_int_equal(next.nr_to_scan, steps[i].nr_to_scan);
		shrink_lruvec_reclaimed(s, steps[i].nr_reclaimed);
	}
	assert_false(shrink_lruvec_next(s, &next, NULL));
	assert_false(shrink_lruvec_next(s, &next, NULL)); /* and stays over */
}
#define FOLLOW(in, s, ...)                               \
	follow(in, (const struct step[]){ __VA_ARGS__ }, \
	       sizeof((const struct step[]){ __VA_ARGS__ }) / sizeof(struct step), s)

#define IA LRU_INACTIVE_ANON
#define AA LRU_ACTIVE_ANON
#define INF LRU_INACTIVE_FILE
#define AF LRU_ACTIVE_FILE

static void shrink_lruvec_takes_lists_in_turn_by_32(void **state)
{
	const struct shrink_lruvec_begin in = {
		.nr = { 40, 33, 70, 5 },
		.nr_to_reclaim = 1000,
		.may_deactivate = DEACTIVATE_ANON | DEACTIVATE_FILE,
		.priority = 11,
	};
	struct shrink_lruvec s;

	(void)state;
	FOLLOW(&in, &s, { IA, 32, 3 }, { AA, 32, 0 }, { INF, 32, 4 }, { AF, 5, 0 }, { IA, 8, 0 }, { AA, 1, 0 },
	       { INF, 32, 0 }, { INF, 6, 1 });
	assert_int_equal(s.nr_reclaimed, 8);
	assert_false(s.skipped_deactivate);
}

static void shrink_lruvec_without_deactivation_skips_active_lists(void **state)
{
	struct shrink_lruvec_begin in = {
		.nr = { 40, 33, 0, 64 },
		.nr_to_reclaim = 1000,
		.may_deactivate = DEACTIVATE_ANON,
		.priority = 11,
	};
	struct shrink_lruvec s;

	(void)state;
	/* AF counts down unseen: it keeps the second pass going. */
	FOLLOW(&in, &s, { IA, 32, 0 }, { AA, 32, 0 }, { IA, 8, 0 }, { AA, 1, 0 });
	assert_true(s.skipped_deactivate);
	assert_int_equal(s.nr[AF], 0);

	in.may_deactivate = DEACTIVATE_FILE;
	in.nr[AF] = 96;
	FOLLOW(&in, &s, { IA, 32, 0 }, { AF, 32, 0 }, { IA, 8, 0 }, { AF, 32, 0 }, { AF, 32, 0 });
	assert_int_equal(s.nr[AA], 0);
}

static void shrink_lruvec_active_anon_alone_does_nothing(void **state)
{
	const struct shrink_lruvec_begin in = { .nr = { 0, 500, 0, 0 }, .may_deactivate = 3, .priority = 11 };
	const struct shrink_lruvec_begin with = {
		.nr = { 1, 500, 0, 0 }, .nr_to_reclaim = 9, .may_deactivate = 3, .priority = 11
	};
	struct shrink_lruvec s;

	(void)state;
	follow(&in, NULL, 0, &s);
	FOLLOW(&with, &s, { IA, 1, 0 }, { AA, 32, 0 });
}

static void shrink_lruvec_drops_the_type_with_less_left(void **state)
{
	/* After one pass: anon 68 + 0, file 268 + 68 are left of 100, 0, 300, 100. */
	const struct shrink_lruvec_begin in = {
		.nr = { 100, 0, 300, 100 },
		.nr_to_reclaim = 32,
		.may_deactivate = DEACTIVATE_FILE,
		.priority = 11,
	};
	struct shrink_lruvec s;

	(void)state;
	/*
	 * pct = 68 * 100 / 101 = 67; IF = 300 * 33 / 100 - 32 = 67; AF = 33 - 32 = 1. The second pass ends
	 * with enough reclaimed, and anon done.
	 */
	FOLLOW(&in, &s, { IA, 32, 10 }, { INF, 32, 22 }, { AF, 32, 0 }, { INF, 32, 5 }, { AF, 1, 0 });
	assert_int_equal(s.nr[IA], 0);
	assert_int_equal(s.nr[INF], 35);

	/* One page less, and both types go on to the end of the second pass. */
	FOLLOW(&in, &s, { IA, 32, 9 }, { INF, 32, 22 }, { AF, 32, 0 }, { IA, 32, 1 }, { INF, 32, 0 }, { AF, 32, 0 },
	       /* anon 36, file 236 + 36: pct 35, IF = 300 * 65 / 100 - 64 = 131, AF = 65 - 64 = 1 */
	       { INF, 32, 0 }, { AF, 1, 0 });
}

static void shrink_lruvec_drops_file_when_equal(void **state)
{
	const struct shrink_lruvec_begin in = {
		.nr = { 132, 0, 132, 0 },
		.nr_to_reclaim = 32,
		.priority = 0,
	};
	struct shrink_lruvec s;
	struct shrink_list next;
	struct rs_why why = { 0 };

	(void)state;
	/* 100 and 100 left: pct = 100 * 100 / 133 = 75, IA = 132 * 25 / 100 - 32 = 1. */
	FOLLOW(&in, &s, { IA, 32, 32 }, { INF, 32, 0 }, { IA, 1, 0 });
	assert_int_equal(s.nr[INF], 0);

	shrink_lruvec_begin(&s, &in);
	assert_true(shrink_lruvec_next(&s, &next, &why));
	shrink_lruvec_reclaimed(&s, 32);
	assert_true(shrink_lruvec_next(&s, &next, &why));
	assert_true(shrink_lruvec_next(&s, &next, &why));
	assert_true(WHY_HAS(&why, lruvec_adjusted));
	assert_false(shrink_lruvec_next(&s, &next, &why));
	assert_true(WHY_HAS(&why, lruvec_enough)); /* file is done */
}

static void shrink_lruvec_counts_both_lists_of_a_type(void **state)
{
	const struct shrink_lruvec_begin in = {
		.nr = { 200, 0, 150, 100 },
		.nr_to_reclaim = 32,
		.may_deactivate = DEACTIVATE_FILE,
		.priority = 11,
	};
	const struct shrink_lruvec_begin active = {
		.nr = { 100, 60, 120, 0 }, .nr_to_reclaim = 32, .may_deactivate = DEACTIVATE_ANON, .priority = 11
	};
	const struct shrink_lruvec_begin anon = { .nr = { 1000, 0, 500, 0 }, .nr_to_reclaim = 32, .priority = 11 };
	struct shrink_lruvec s;

	(void)state;
	/* anon 168, file 118 + 68: pct = 16800 / 201 = 83; 17 % of 150 and of 100 are scanned already */
	FOLLOW(&in, &s, { IA, 32, 32 }, { INF, 32, 0 }, { AF, 32, 0 });
	assert_int_equal(s.nr[IA] + s.nr[INF] + s.nr[AF], 0);
	/* anon 68 + 28, file 88: pct = 8800 / 121 = 72; 28 % of 100 and of 60 are scanned already */
	FOLLOW(&active, &s, { IA, 32, 32 }, { AA, 32, 0 }, { INF, 32, 0 });
	assert_int_equal(s.nr[IA] + s.nr[AA] + s.nr[INF], 0);
	/* anon 968, file 468: pct = 46800 / 501 = 93; IA = 1000 * 7 / 100 - 32 = 38 */
	FOLLOW(&anon, &s, { IA, 32, 32 }, { INF, 32, 0 }, { IA, 32, 0 });
	assert_int_equal(s.nr[IA], 6);
}

static void shrink_lruvec_of_one_type_stops_when_enough(void **state)
{
	const struct shrink_lruvec_begin in = {
		.nr = { 0, 0, 132, 0 },
		.nr_to_reclaim = 32,
		.priority = 11,
	};
	struct shrink_lruvec s;

	(void)state;
	FOLLOW(&in, &s, { INF, 32, 31 }, { INF, 32, 1 });
	assert_int_equal(s.nr[INF], 68);
}

static void shrink_lruvec_direct_reclaim_scans_all_at_first(void **state)
{
	struct shrink_lruvec_begin in = { .nr = { 33, 0, 64, 0 }, .nr_to_reclaim = 1, .priority = DEF_PRIORITY };
	struct shrink_lruvec s;

	(void)state;
	FOLLOW(&in, &s, { IA, 32, 32 }, { INF, 32, 32 }, { IA, 1, 1 }, { INF, 32, 32 });
	/* 1 and 32 left: pct = 1 * 100 / 34 = 2; IF = 64 * 98 / 100 - 32 = 30 */
	in.kswapd = true;
	FOLLOW(&in, &s, { IA, 32, 32 }, { INF, 32, 32 }, { INF, 30, 0 });
	in.kswapd = false;
	in.cgroup_reclaim = true;
	FOLLOW(&in, &s, { IA, 32, 32 }, { INF, 32, 32 }, { INF, 30, 0 });
	in.cgroup_reclaim = false;
	in.priority = DEF_PRIORITY - 1;
	FOLLOW(&in, &s, { IA, 32, 32 }, { INF, 32, 32 }, { INF, 30, 0 });
}

static void shrink_lruvec_ages_anon_in_the_end(void **state)
{
	struct shrink_lruvec_age_anon in = { .can_age_anon = true, .inactive_anon = 10, .active_anon = 11 };
	struct shrink_list request = { 0 };

	(void)state;
	assert_true(shrink_lruvec_age_anon(&in, &request, NULL));
	assert_int_equal(request.lru, LRU_ACTIVE_ANON);
	assert_int_equal(request.nr_to_scan, 32);
	in.active_anon = 10;
	assert_false(shrink_lruvec_age_anon(&in, &request, NULL));
	in.active_anon = 11;
	in.can_age_anon = false;
	assert_false(shrink_lruvec_age_anon(&in, &request, NULL));
}

/* Random targets and yields: it ends, asks for 1 to 32, never for more of a list than planned, and repeats itself. */
static void shrink_lruvec_properties(void **state)
{
	uint64_t seed = 3, total[NR_EVICTABLE_LISTS], scanned, hash[2];
	int i, lru, round;

	(void)state;
	for (i = 0; i < 5000; i++) {
		struct shrink_lruvec_begin in = {
			.nr_to_reclaim = unit_random(&seed) % 200,
			.may_deactivate = unit_random(&seed) % 4,
			.cgroup_reclaim = unit_random(&seed) % 2,
			.kswapd = unit_random(&seed) % 2,
			.priority = 11 + unit_random(&seed) % 2,
		};
		uint64_t yields = unit_random(&seed);

		for (lru = 0; lru < NR_EVICTABLE_LISTS; lru++)
			in.nr[lru] = unit_random(&seed) % 4 ? unit_random(&seed) % 600 : 0;
		for (round = 0; round < 2; round++) {
			uint64_t yield = yields;
			struct shrink_lruvec s;
			struct shrink_list next;

			memset(total, 0, sizeof(total));
			hash[round] = 0;
			shrink_lruvec_begin(&s, &in);
			for (scanned = 0; shrink_lruvec_next(&s, &next, NULL); scanned++) {
				assert_in_range(next.nr_to_scan, 1, SWAP_CLUSTER_MAX);
				total[next.lru] += next.nr_to_scan;
				if (!is_active_lru(next.lru))
					shrink_lruvec_reclaimed(&s, unit_random(&yield) % (next.nr_to_scan + 1));
				else
					assert_true(in.may_deactivate & 1u << is_file_lru(next.lru));
				hash[round] = hash[round] * 31 + next.lru * 64 + next.nr_to_scan;
				assert_true(scanned < 4 * 20);
			}
			for (lru = 0; lru < NR_EVICTABLE_LISTS; lru++)
				assert_true(total[lru] <= in.nr[lru]);
			if (s.nr_reclaimed < in.nr_to_reclaim)
				assert_int_equal(s.nr[IA] + s.nr[INF] + s.nr[AF], 0);
		}
		assert_int_equal(hash[0], hash[1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shrink_lruvec_takes_lists_in_turn_by_32),
		cmocka_unit_test(shrink_lruvec_without_deactivation_skips_active_lists),
		cmocka_unit_test(shrink_lruvec_active_anon_alone_does_nothing),
		cmocka_unit_test(shrink_lruvec_drops_the_type_with_less_left),
		cmocka_unit_test(shrink_lruvec_drops_file_when_equal),
		cmocka_unit_test(shrink_lruvec_counts_both_lists_of_a_type),
		cmocka_unit_test(shrink_lruvec_of_one_type_stops_when_enough),
		cmocka_unit_test(shrink_lruvec_direct_reclaim_scans_all_at_first),
		cmocka_unit_test(shrink_lruvec_ages_anon_in_the_end),
		cmocka_unit_test(shrink_lruvec_properties),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
