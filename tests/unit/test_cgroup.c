/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/kernel/cgroup.h"
#include "unit.h"

struct seen {
	char paths[4][64];
	uint64_t ids[4];
	int nr;
};

static void see(void *ctx, uint64_t id, const char *path)
{
	struct seen *s = ctx;

	assert_true(s->nr < 4);
	snprintf(s->paths[s->nr], sizeof(s->paths[0]), "%s", path);
	s->ids[s->nr++] = id;
}

/* A directory is all that it takes: a cgroup is one, and its number is the inode. */
static void rs_cgroup_each_goes_down_the_tree(void **state)
{
	struct rs_cgroup_mount mount = { .path = "/tmp/rs-unit-cgroup-XXXXXX" };
	struct seen s = { .nr = 0 };
	char path[300];
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(mount.path));
	snprintf(path, sizeof(path), "%s/a", mount.path);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/a/b", mount.path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(rs_cgroup_each(&mount, see, &s), 0);
	rmdir(path);
	*strrchr(path, '/') = 0;
	rmdir(path);
	rmdir(mount.path);
	assert_int_equal(s.nr, 3);
	assert_string_equal(s.paths[0], "/");
	assert_string_equal(s.paths[1], "/a");
	assert_string_equal(s.paths[2], "/a/b");
	assert_int_equal(s.ids[2], st.st_ino);
}

static void rs_cgroup_id_takes_paths_with_and_without_the_mount(void **state)
{
	struct rs_cgroup_mount mount;
	uint64_t root, same = 0;
	struct stat st;

	(void)state;
	if (rs_cgroup_mount(&mount)) {
		assert_int_equal(rs_cgroup_id("/", &root), -ENOENT);
		return;
	}
	assert_int_equal(stat(mount.path, &st), 0);
	assert_int_equal(rs_cgroup_id("/", &root), 0);
	assert_int_equal(root, st.st_ino);
	assert_int_equal(rs_cgroup_id(mount.path, &same), 0);
	assert_int_equal(same, root);
	assert_int_equal(rs_cgroup_id("no/such/cgroup", &same), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rs_cgroup_each_goes_down_the_tree),
		cmocka_unit_test(rs_cgroup_id_takes_paths_with_and_without_the_mount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
