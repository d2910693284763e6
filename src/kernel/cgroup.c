/* SPDX-License-Identifier: GPL-2.0-only */
#include "cgroup.h"

#include <errno.h>
#include <fts.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/cleanup.h"
#include "../base/log.h"

/* Memory is either a v1 controller of its own, or in the one v2 hierarchy. */
int rs_cgroup_mount(struct rs_cgroup_mount *ret)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct rs_cgroup_mount v2 = { .v2 = true };
	struct mntent *m;

	if (!mounts)
		return -errno;
	while ((m = getmntent(mounts))) {
		if (!strcmp(m->mnt_type, "cgroup") && hasmntopt(m, "memory")) {
			snprintf(ret->path, sizeof(ret->path), "%s", m->mnt_dir);
			ret->v2 = false;
			endmntent(mounts);
			return 0;
		}
		if (!strcmp(m->mnt_type, "cgroup2") && !v2.path[0])
			snprintf(v2.path, sizeof(v2.path), "%s", m->mnt_dir);
	}
	endmntent(mounts);
	if (!v2.path[0])
		return -ENOENT;
	*ret = v2;
	return 0;
}

int rs_cgroup_each(const struct rs_cgroup_mount *mount, void (*each)(void *ctx, uint64_t id, const char *path),
		   void *ctx)
{
	char *const roots[] = { (char *)mount->path, NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	FTSENT *entry;

	if (!fts)
		return -errno;
	while ((entry = fts_read(fts))) {
		const char *below = entry->fts_path + strlen(mount->path);

		if (entry->fts_info == FTS_D)
			each(ctx, entry->fts_statp->st_ino, *below ? below : "/");
	}
	fts_close(fts);
	return 0;
}

int rs_cgroup_id(const char *path, uint64_t *ret)
{
	struct rs_cgroup_mount mount;
	char full[1024];
	struct stat st;
	size_t len;

	if (rs_cgroup_mount(&mount))
		return rs_fail(-ENOENT, "cgroup %s: no memory cgroups are mounted", path);
	len = strlen(mount.path);
	if (!strncmp(path, mount.path, len) && (!path[len] || path[len] == '/'))
		snprintf(full, sizeof(full), "%s", path);
	else
		snprintf(full, sizeof(full), "%s/%s", mount.path, path + strspn(path, "/"));
	if (stat(full, &st) || !S_ISDIR(st.st_mode))
		return rs_fail(-ENOENT, "cgroup %s: there is none, looked for %s", path, full);
	*ret = st.st_ino;
	return 0;
}
