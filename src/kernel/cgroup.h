/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory cgroups by number and by path, v1 and v2. A number is the inode of the directory. */
#ifndef RS_KERNEL_CGROUP_H
#define RS_KERNEL_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

/* Where memory cgroups are mounted. */
struct rs_cgroup_mount {
	char path[256];
	bool v2;
	bool recursiveprot; /* memory_recursiveprot: what a cgroup does not claim of its protection, its children share */
};

/* 0, or -ENOENT: no memory controller is mounted (not said). */
int rs_cgroup_mount(struct rs_cgroup_mount *ret);

/* Calls @each for every cgroup, "/" first, paths below the mount. 0 or -errno, not said. */
int rs_cgroup_each(const struct rs_cgroup_mount *mount, void (*each)(void *ctx, uint64_t id, const char *path),
		   void *ctx);

/*
 * Number of the cgroup at @path: below the mount, or as it is found in the file system. 0 or -errno,
 * said.
 */
int rs_cgroup_id(const char *path, uint64_t *ret);

#endif
