/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The journal of one application of settings: what was, what shall be, and how far it went. It is a text
 * file of lines; each is on the disk before what it announces is done:
 *
 *	journal 1 / boot UUID / time ISO / change KEY OLD NEW ...	written whole, then renamed into place
 *	applied | confirmed | yielded KEY VALUE | reverting WHY | reverted	appended one by one
 *
 * A line without its newline was cut and does not count.
 */
#ifndef RS_APPLY_JOURNAL_H
#define RS_APPLY_JOURNAL_H

#include <stdbool.h>

#include "../kernel/setting.h"

enum { RS_JOURNAL_CHANGES = 32 };

enum rs_journal_state {
	RS_JOURNAL_PLANNED, /* some may have been written */
	RS_JOURNAL_APPLIED, /* all are new, on trial */
	RS_JOURNAL_CONFIRMED, /* all are new, to stay */
	RS_JOURNAL_REVERTING, /* some may be old again */
	RS_JOURNAL_REVERTED, /* all are old */
};

struct rs_change {
	const struct rs_setting *setting;
	char old[RS_SETTING_TEXT], new[RS_SETTING_TEXT];
	bool yielded; /* somebody else wrote it since: theirs, not ours */
};

struct rs_journal {
	char id[32]; /* its name: the time of the application, UTC */
	char boot[40]; /* the boot it belongs to: settings do not outlive it */
	enum rs_journal_state state;
	char why[128]; /* of reverting */
	struct rs_change changes[RS_JOURNAL_CHANGES];
	int nr_changes;
};

/* A state in a word. */
const char *rs_journal_state_name(enum rs_journal_state state);

/* A boot's name. 0 or -errno, said. */
int rs_journal_boot(const char *root, char boot[40]);

/* Where journals are: @root/var/lib/reclaimscope, made if it is not there. 0 or -errno, said. */
int rs_journal_dir(const char *root, char *dir, size_t size);

/* Makes the journal durable under a new id, in state planned. 0 or -errno, said. */
int rs_journal_create(const char *dir, struct rs_journal *journal);

/* Appends a line, durably; then sets the state. 0 or -errno, said. */
int rs_journal_enter(const char *dir, struct rs_journal *journal, enum rs_journal_state state, const char *why);
/* Appends that @change is somebody else's now, who wrote @value. 0 or -errno, said. */
int rs_journal_yield(const char *dir, const struct rs_journal *journal, struct rs_change *change, const char *value);

/* Reads journal @id. 0, -ENOENT, or another -errno; the last said. */
int rs_journal_read(const char *dir, const char *id, struct rs_journal *journal);

/* Ids of all journals, oldest first; the caller frees each and the array. Their number, or -errno, said. */
int rs_journal_list(const char *dir, char ***ret);

/* Was it left in the middle, in this boot? Then it has to be taken back before anything else. */
bool rs_journal_unfinished(const struct rs_journal *journal, const char *boot);

#endif
