/* SPDX-License-Identifier: GPL-2.0-only */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "../base/readfile.h"

#define SUFFIX ".journal"

static const char *const state_names[] = {
	[RS_JOURNAL_PLANNED] = "planned",	[RS_JOURNAL_APPLIED] = "applied",   [RS_JOURNAL_CONFIRMED] = "confirmed",
	[RS_JOURNAL_REVERTING] = "reverting", [RS_JOURNAL_REVERTED] = "reverted",
};

const char *rs_journal_state_name(enum rs_journal_state state)
{
	return state_names[state];
}

int rs_journal_boot(const char *root, char boot[40])
{
	char path[512];
	int err;

	snprintf(path, sizeof(path), "%s/proc/sys/kernel/random/boot_id", root);
	err = rs_read_line(path, boot, 40);
	return err ? rs_err(err, "%s: cannot read", path) : 0;
}

int rs_journal_dir(const char *root, char *dir, size_t size)
{
	static const char *const parts[] = { "/var", "/lib", "/reclaimscope" };
	size_t i, len;

	len = snprintf(dir, size, "%s", root);
	for (i = 0; i < RS_ARRAY_SIZE_OF(parts); i++) {
		len += snprintf(dir + len, len < size ? size - len : 0, "%s", parts[i]);
		if (len >= size)
			return rs_fail(-ENAMETOOLONG, "--root: the name is too long");
		if (mkdir(dir, 0755) && errno != EEXIST)
			return rs_err(-errno, "%s: cannot make", dir);
	}
	return 0;
}

static int sync_dir(const char *dir)
{
	_cleanup_(rs_closep) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) ? rs_err(-errno, "%s: cannot write to the disk", dir) : 0;
}

static int write_durably(int fd, const char *text, size_t len)
{
	ssize_t n = write(fd, text, len);

	if (n < 0 || fdatasync(fd))
		return -errno;
	return (size_t)n == len ? 0 : -ENOSPC;
}

int rs_journal_create(const char *dir, struct rs_journal *journal)
{
	char text[8192], path[600], now[32], fresh[600];
	_cleanup_(rs_closep) int fd = -1;
	time_t t = time(NULL);
	int i, err, tries;
	struct tm tm;
	size_t len;

	gmtime_r(&t, &tm);
	strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", &tm);
	len = snprintf(text, sizeof(text), "journal 1\nboot %s\ntime %s\n", journal->boot, now);
	for (i = 0; i < journal->nr_changes; i++) {
		const struct rs_change *c = &journal->changes[i];

		len += snprintf(text + len, sizeof(text) - len, "change %s %s %s\n", c->setting->key, c->old, c->new);
		if (len >= sizeof(text))
			return rs_fail(-E2BIG, "too many changes at once");
	}
	snprintf(fresh, sizeof(fresh), "%s/fresh", dir);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	err = fd < 0 ? -errno : write_durably(fd, text, len);
	if (err)
		return rs_err(err, "%s: cannot write", fresh);
	strftime(now, sizeof(now), "%Y%m%dT%H%M%S", &tm);
	for (tries = 1; tries < 100; tries++) {
		snprintf(journal->id, sizeof(journal->id), "%.20s-%02d", now, tries);
		snprintf(path, sizeof(path), "%s/%s" SUFFIX, dir, journal->id);
		if (!renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_NOREPLACE)) {
			journal->state = RS_JOURNAL_PLANNED;
			return sync_dir(dir);
		}
		if (errno != EEXIST)
			break;
	}
	return rs_err(-errno, "%s: cannot rename", path);
}

static int append(const char *dir, const char *id, const char *line)
{
	_cleanup_(rs_closep) int fd = -1;
	char path[600];
	int err;

	snprintf(path, sizeof(path), "%s/%s" SUFFIX, dir, id);
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	err = fd < 0 ? -errno : write_durably(fd, line, strlen(line));
	return err ? rs_err(err, "%s: cannot write", path) : 0;
}

int rs_journal_enter(const char *dir, struct rs_journal *journal, enum rs_journal_state state, const char *why)
{
	char line[160];
	int err;

	snprintf(line, sizeof(line), "%s%s%s\n", state_names[state], why ? " " : "", why ?: "");
	err = append(dir, journal->id, line);
	if (err)
		return err;
	journal->state = state;
	if (why)
		snprintf(journal->why, sizeof(journal->why), "%s", why);
	return 0;
}

int rs_journal_yield(const char *dir, const struct rs_journal *journal, struct rs_change *change, const char *value)
{
	char line[256];

	change->yielded = true;
	snprintf(line, sizeof(line), "yielded %s %s\n", change->setting->key, value);
	return append(dir, journal->id, line);
}

static int take_change(struct rs_journal *journal, char *key, char *old, char *new)
{
	struct rs_change *c = &journal->changes[journal->nr_changes];

	if (!key || !old || !new || journal->nr_changes == RS_JOURNAL_CHANGES)
		return -EBADMSG;
	c->setting = rs_setting_find(key);
	if (!c->setting || strlen(old) >= sizeof(c->old) || strlen(new) >= sizeof(c->new))
		return -EBADMSG;
	strcpy(c->old, old);
	strcpy(c->new, new);
	journal->nr_changes++;
	return 0;
}

/* One whole line. 0 or -EBADMSG. */
static int take_line(struct rs_journal *journal, char *line)
{
	char *rest = NULL, *word = strtok_r(line, " ", &rest);
	size_t i;

	if (!word)
		return -EBADMSG;
	if (!strcmp(word, "journal"))
		return strcmp(rest, "1") ? -EBADMSG : 0;
	if (!strcmp(word, "time"))
		return 0;
	if (!strcmp(word, "boot")) {
		snprintf(journal->boot, sizeof(journal->boot), "%s", rest);
		return 0;
	}
	if (!strcmp(word, "change")) {
		char *key = strtok_r(NULL, " ", &rest), *old = strtok_r(NULL, " ", &rest);

		return take_change(journal, key, old, strtok_r(NULL, " ", &rest));
	}
	if (!strcmp(word, "yielded")) {
		char *key = strtok_r(NULL, " ", &rest);
		int c;

		for (c = 0; key && c < journal->nr_changes; c++)
			if (!strcmp(journal->changes[c].setting->key, key))
				journal->changes[c].yielded = true;
		return 0;
	}
	for (i = 0; i < RS_ARRAY_SIZE_OF(state_names); i++) {
		if (strcmp(word, state_names[i]))
			continue;
		journal->state = i;
		if (i == RS_JOURNAL_REVERTING)
			snprintf(journal->why, sizeof(journal->why), "%s", rest);
		return 0;
	}
	return -EBADMSG;
}

int rs_journal_read(const char *dir, const char *id, struct rs_journal *journal)
{
	_cleanup_(rs_freep) char *text = NULL;
	char path[600], *line, *end;
	struct rs_journal fresh = {};
	int err;

	snprintf(fresh.id, sizeof(fresh.id), "%s", id); /* which may be @journal's own */
	*journal = fresh;
	id = journal->id;
	snprintf(path, sizeof(path), "%s/%s" SUFFIX, dir, id);
	err = rs_read_file(path, &text, NULL);
	if (err == -ENOENT)
		return err;
	if (err)
		return rs_err(err, "%s: cannot read", path);
	for (line = text; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		err = take_line(journal, line);
		if (err)
			return rs_fail(err, "%s: is not a journal of this program", path);
	}
	return journal->boot[0] && journal->nr_changes ? 0 : rs_fail(-EBADMSG, "%s: is not a journal of this program", path);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int rs_journal_list(const char *dir, char ***ret)
{
	_cleanup_(closedirp) DIR *d = opendir(dir);
	struct dirent *entry;
	char **ids = NULL;
	int n = 0;

	*ret = NULL;
	if (!d)
		return rs_err(-errno, "%s: cannot read", dir);
	while ((entry = readdir(d))) {
		size_t len = strlen(entry->d_name);
		char **more;

		if (len <= strlen(SUFFIX) || strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX))
			continue;
		more = reallocarray(ids, n + 1, sizeof(*ids));
		if (!more)
			return rs_err(-ENOMEM, "%s", dir);
		ids = more;
		ids[n++] = strndup(entry->d_name, len - strlen(SUFFIX));
	}
	if (n)
		qsort(ids, n, sizeof(*ids), by_name);
	*ret = ids;
	return n;
}

bool rs_journal_unfinished(const struct rs_journal *journal, const char *boot)
{
	return journal->state != RS_JOURNAL_CONFIRMED && journal->state != RS_JOURNAL_REVERTED && !strcmp(journal->boot, boot);
}
