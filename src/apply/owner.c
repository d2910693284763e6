/* SPDX-License-Identifier: GPL-2.0-only */
#include "owner.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "../base/cleanup.h"
#include "../base/readfile.h"

/* Daemons that write settings of reclaim as they see fit (adaptivemm: src/adaptivemmd.c of its repository). */
static const struct {
	const char *comm, *keys;
} daemons[] = {
	{ "adaptivemmd", "vm.watermark_scale_factor vm.vfs_cache_pressure" },
};

/* One "key = value" line, cut in place: NULL if it is none. A leading '-' and '/' for '.' are sysctl.d(5)'s. */
static char *key_of(char *line, char **value)
{
	char *key = line + strspn(line, " \t-"), *equals = strchr(key, '='), *end;

	if (!equals || *key == '#' || *key == ';')
		return NULL;
	for (end = equals; end > key && isspace((unsigned char)end[-1]); end--)
		;
	*end = '\0';
	*value = equals + 1 + strspn(equals + 1, " \t");
	for (end = *value + strlen(*value); end > *value && isspace((unsigned char)end[-1]); end--)
		end[-1] = '\0';
	for (end = key; *end; end++)
		if (*end == '/')
			*end = '.';
	return key;
}

/* A file of key = value lines. @section: only those of this [section], NULL for files that have none. */
static bool file_sets(const struct rs_setting *setting, const char *root, const char *file, const char *section, char *who,
		      size_t size, const char *what, char include[64])
{
	_cleanup_(rs_freep) char *text = NULL;
	char path[600], *line, *next, *value, *key;
	bool in = !section;
	int nr = 0;

	snprintf(path, sizeof(path), "%s%s", root, file);
	if (rs_read_file(path, &text, NULL))
		return false;
	for (line = text; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		nr++;
		if (section && *line == '[') {
			in = !strncmp(line + 1, section, strlen(section)) && line[1 + strlen(section)] == ']';
			continue;
		}
		key = key_of(line, &value);
		if (!key)
			continue;
		if (include && !strcmp(key, "include"))
			snprintf(include, 64, "%s", value);
		if (in && !strcmp(key, setting->key)) {
			snprintf(who, size, "%s (%s line %d sets it to %s)", what, file, nr, value);
			return true;
		}
	}
	return false;
}

static bool dir_sets(const struct rs_setting *setting, const char *root, const char *dir, char *who, size_t size)
{
	char path[300], file[600];
	_cleanup_(closedirp) DIR *d = NULL;
	struct dirent *entry;

	snprintf(path, sizeof(path), "%s%s", root, dir);
	d = opendir(path);
	while (d && (entry = readdir(d))) {
		size_t len = strlen(entry->d_name);

		snprintf(file, sizeof(file), "%s/%s", dir, entry->d_name);
		if (len > 5 && !strcmp(entry->d_name + len - 5, ".conf") &&
		    file_sets(setting, root, file, NULL, who, size, "the files of sysctl.d(5)", NULL))
			return true;
	}
	return false;
}

/* Does a process with this name run? */
static bool runs(const char *root, const char *comm)
{
	char path[600], line[64];
	_cleanup_(closedirp) DIR *d = NULL;
	struct dirent *entry;

	snprintf(path, sizeof(path), "%s/proc", root);
	d = opendir(path);
	while (d && (entry = readdir(d))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "%s/proc/%s/comm", root, entry->d_name);
		if (!rs_read_line(path, line, sizeof(line)) && !strcmp(line, comm))
			return true;
	}
	return false;
}

/* tuned's active profile, and those that it includes. */
static bool tuned_sets(const struct rs_setting *setting, const char *root, char *who, size_t size)
{
	char path[600], profile[64], include[64];
	int depth;

	snprintf(path, sizeof(path), "%s/etc/tuned/active_profile", root);
	if (rs_read_line(path, profile, sizeof(profile)) || !profile[0] || !runs(root, "tuned"))
		return false;
	for (depth = 0; depth < 8 && profile[0]; depth++) {
		static const char *const dirs[] = { "/etc/tuned", "/etc/tuned/profiles", "/usr/lib/tuned", "/usr/lib/tuned/profiles" };
		size_t i;

		include[0] = '\0';
		for (i = 0; i < RS_ARRAY_SIZE_OF(dirs); i++) {
			snprintf(path, sizeof(path), "%s/%s/tuned.conf", dirs[i], profile);
			if (file_sets(setting, root, path, "sysctl", who, size, "tuned", include))
				return true;
		}
		memcpy(profile, include, sizeof(profile));
	}
	return false;
}

bool rs_setting_owner(const struct rs_setting *setting, const char *root, char *who, size_t size)
{
	static const char *const dirs[] = { "/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d" };
	size_t i;

	if (tuned_sets(setting, root, who, size))
		return true;
	for (i = 0; i < RS_ARRAY_SIZE_OF(daemons); i++) {
		if (strstr(daemons[i].keys, setting->key) && runs(root, daemons[i].comm)) {
			snprintf(who, size, "%s (it runs on this host)", daemons[i].comm);
			return true;
		}
	}
	if (file_sets(setting, root, "/etc/sysctl.conf", NULL, who, size, "the files of sysctl.d(5)", NULL))
		return true;
	for (i = 0; i < RS_ARRAY_SIZE_OF(dirs); i++)
		if (dir_sets(setting, root, dirs[i], who, size))
			return true;
	return false;
}
