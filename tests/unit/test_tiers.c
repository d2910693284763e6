/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../../src/kernel/tiers.h"
#include "unit.h"

/* A directory of tiers; each is "N:NODES". */
static uint64_t nodes_above_last(const char *const tiers[], size_t nr)
{
	char dir[] = "/tmp/rs-unit-XXXXXX", path[128], command[64];
	uint64_t nodes;
	size_t i;
	FILE *f;
	int n;

	assert_non_null(mkdtemp(dir));
	for (i = 0; i < nr; i++) {
		snprintf(path, sizeof(path), "%s/memory_tier%n%s", dir, &n, tiers[i]);
		*strchr(path + n, ':') = 0;
		assert_int_equal(mkdir(path, 0700), 0);
		snprintf(path + strlen(path), sizeof(path) - strlen(path), "/nodelist");
		f = fopen(path, "w");
		assert_non_null(f);
		fprintf(f, "%s\n", strchr(tiers[i], ':') + 1);
		fclose(f);
	}
	snprintf(path, sizeof(path), "%s/power", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	nodes = rs_nodes_above_last_tier(dir);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
	return nodes;
}
#define ABOVE_LAST(...) \
	nodes_above_last((const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void every_tier_but_the_slowest(void **state)
{
	(void)state;
	assert_int_equal(ABOVE_LAST("4:0-1"), 0);
	assert_int_equal(ABOVE_LAST("4:0", "558:1"), 1);
	/* by number, not by name */
	assert_int_equal(ABOVE_LAST("4:0-1,3", "30:2,4", "22:5-6"), 0x6b);
	/* a tier whose nodes went offline */
	assert_int_equal(ABOVE_LAST("4:0", "22:1", "30:"), 1);
	/* nodes that have no bit */
	assert_int_equal(ABOVE_LAST("4:62-65", "5:1"), 3ULL << 62);
	assert_int_equal(rs_nodes_above_last_tier("/nowhere"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_tier_but_the_slowest) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
