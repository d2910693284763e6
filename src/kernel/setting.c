/* SPDX-License-Identifier: GPL-2.0-only */
#include "setting.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/cleanup.h"
#include "../base/readfile.h"

#define SYSCTL(name) "vm." #name, "/proc/sys/vm/" #name
#define SYSFS(path) path, path

/* Ends with a NULL key. */
static const struct rs_setting settings[] = {
	{ SYSCTL(min_free_kbytes), "KiB", 1024, UINT32_MAX, "below 1 MiB atomic allocations fail (Documentation/admin-guide/sysctl/vm.rst)" },
	{ SYSCTL(watermark_scale_factor), "1/10000 of a zone", 1, 1000, "above 1000 more than a tenth of each zone is kept free twice over" },
	{ SYSCTL(watermark_boost_factor), "1/10000 of high", 0, 100000, "a boost above ten times the high watermark empties the page cache" },
	{ SYSCTL(swappiness), "", 0, 200, "the kernel takes 0 to 200" },
	{ SYSCTL(vfs_cache_pressure), "%", 1, 1000, "0 never frees dentries and inodes, which ends in OOM; above 1000 frees all of them at once" },
	{ SYSCTL(dirty_ratio), "%", 1, 80, "0 stops every writer; above 80 reclaim finds little but dirty pages", "vm.dirty_bytes" },
	{ SYSCTL(dirty_background_ratio), "%", 1, 60, "0 writes each page at once; above 60 writers are stopped before writeback helps",
	  "vm.dirty_background_bytes" },
	{ SYSCTL(dirty_bytes), "bytes", 1 << 20, UINT64_MAX, "below 1 MiB every writer waits for the disk", "vm.dirty_ratio" },
	{ SYSCTL(dirty_background_bytes), "bytes", 1 << 16, UINT64_MAX, "below 64 KiB each page is written at once", "vm.dirty_background_ratio" },
	{ SYSCTL(dirty_expire_centisecs), "1/100 s", 100, 360000, "an hour at most: what is not written is lost with the power" },
	{ SYSCTL(dirty_writeback_centisecs), "1/100 s", 0, 360000, "an hour at most: what is not written is lost with the power" },
	{ SYSCTL(zone_reclaim_mode), "", 0, 7, "the kernel knows bits 1, 2 and 4" },
	{ SYSCTL(page-cluster), "2^n pages", 0, 6, "above 6 one fault reads more than 256 KiB of swap" },
	{ SYSCTL(laptop_mode), "", 0, 3600, "seconds, an hour at most" },
	{ SYSCTL(compaction_proactiveness), "", 0, 100, "the kernel takes 0 to 100" },
	{ SYSFS("/sys/kernel/mm/lru_gen/enabled"), "", 0, 7, "the kernel knows bits 1, 2 and 4" },
	{ SYSFS("/sys/kernel/mm/lru_gen/min_ttl_ms"), "ms", 0, 10000, "more than 10 s of working set that must not be reclaimed ends in OOM kills" },
	{ NULL },
};

const struct rs_setting *rs_setting_find(const char *name)
{
	const struct rs_setting *s;
	size_t key, len = strlen(name);

	for (s = settings; s->key; s++) {
		key = strlen(s->key);
		if (len && len <= key && !strcmp(s->key + key - len, name) && (len == key || strchr("./", s->key[key - len - 1])))
			return s;
	}
	return NULL;
}

int rs_setting_read(const struct rs_setting *setting, const char *root, char value[RS_SETTING_TEXT])
{
	char path[512];

	if ((size_t)snprintf(path, sizeof(path), "%s%s", root, setting->path) >= sizeof(path))
		return -ENAMETOOLONG;
	return rs_read_line(path, value, RS_SETTING_TEXT);
}

int rs_setting_write(const struct rs_setting *setting, const char *root, const char *value)
{
	_cleanup_(rs_closep) int fd = -1;
	char path[512], line[RS_SETTING_TEXT + 1];
	int len;

	if ((size_t)snprintf(path, sizeof(path), "%s%s", root, setting->path) >= sizeof(path))
		return -ENAMETOOLONG;
	len = snprintf(line, sizeof(line), "%s\n", value);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return write(fd, line, len) == len ? 0 : errno ? -errno : -EIO;
}

static bool number(const char *text, uint64_t *ret)
{
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*ret = strtoull(text, &end, !strncmp(text, "0x", 2) ? 16 : 10);
	return !errno && !*end;
}

bool rs_setting_same(const char *a, const char *b)
{
	uint64_t x, y;

	return number(a, &x) && number(b, &y) ? x == y : !strcmp(a, b);
}

const char *rs_setting_refuse(const struct rs_setting *setting, const char *value, const struct rs_setting_host *host,
			      uint64_t *ret, char *why, size_t size)
{
	uint64_t ram = host->ram_bytes - host->hugetlb_bytes;

	if (strlen(value) >= RS_SETTING_TEXT || !number(value, ret)) {
		snprintf(why, size, "must be a whole number");
	} else if (*ret < setting->min || *ret > setting->max) {
		if (setting->max >= UINT32_MAX)
			snprintf(why, size, "must be at least %llu: %s", (unsigned long long)setting->min, setting->why);
		else
			snprintf(why, size, "must be from %llu to %llu: %s", (unsigned long long)setting->min,
				 (unsigned long long)setting->max, setting->why);
	} else if (!strcmp(setting->key, "vm.min_free_kbytes") && ram && *ret > ram / 1024 / 20) {
		snprintf(why, size, "is more than 5 %% of the memory that is not hugetlb's (%llu KiB): reclaim would never end",
			 (unsigned long long)(ram / 1024));
	} else if ((!strcmp(setting->key, "vm.dirty_bytes") || !strcmp(setting->key, "vm.dirty_background_bytes")) && ram &&
		   *ret > ram / 10 * 8) {
		snprintf(why, size, "is more than 80 %% of the memory that is not hugetlb's (%llu bytes)", (unsigned long long)ram);
	} else {
		return NULL;
	}
	return why;
}
