/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings on trial. Two processes share the work, so that no single kill -9 leaves some settings new and
 * some old: a guard, detached from the terminal, that holds the lock, writes and takes back; and its
 * parent, which does nothing but wait, and takes back by the journal if the guard is killed. Whatever is
 * left when both are killed is taken back by the next command.
 */
#ifndef RS_APPLY_TRIAL_H
#define RS_APPLY_TRIAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "journal.h"

struct rs_trial {
	const char *root; /* "" or a directory that stands for / */
	const char *dir; /* of the journals */
	uint64_t duration_ns; /* unconfirmed for so long: taken back. 0: confirmed at once */
	uint64_t window_ns; /* memory pressure is measured for so long before, and again and again after */
	double worse; /* percentage points of time under pressure more than before: taken back */
	bool ask_tty; /* "y" on standard input confirms */
};

/*
 * Applies the planned changes of @journal and stands by them: writes the journal, the settings, reads
 * back, then waits for a confirmation, the end of time, worse pressure or somebody else's hand. 0 when
 * confirmed; -ECANCELED when taken back; -EBUSY when another trial is on; other -errno. All said.
 */
int rs_trial_run(const struct rs_trial *trial, struct rs_journal *journal);

/* Takes back what @journal has applied; what others have written since stays. As rs_trial_run(), 0 when done. */
int rs_trial_revert(const struct rs_trial *trial, struct rs_journal *journal, const char *why);

/* Takes back what was left unfinished, if nobody is at it. 0 or -errno, said. */
int rs_trial_recover(const char *root, const char *dir);

/* The guard of the trial that is on, 0 if none is. */
pid_t rs_trial_guard(const char *dir);

/* Tells the guard to confirm (or else to take back), and waits until the journal says so. 0 or -errno, said. */
int rs_trial_tell(const char *dir, bool confirm);

#endif
