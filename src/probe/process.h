/* SPDX-License-Identifier: GPL-2.0-only */
/* The recorder as a process that must go on when memory is short, and the command that it starts. */
#ifndef RS_PROBE_PROCESS_H
#define RS_PROBE_PROCESS_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

/* What was, for a command that is to start as it would have without us. */
struct rs_process {
	char oom_score_adj[16];
	int nice;
	sigset_t signals;
};

/* Asks to be spared by the OOM killer and preferred by the scheduler, where that is allowed; fills in @ret. */
void rs_process_prefer(struct rs_process *ret);
/* The whole pages of it that can be had again: from the program file, or as zeros. Before memory is locked. */
void rs_process_give_back(const void *from, size_t len);
/* All of its memory is there from now on. Before there is another thread: touches what that may write. */
void rs_process_arrange_memory(void);
/* And stays; but what only the start needed is given back. */
void rs_process_stay_in_memory(void);
/* Bytes of its own that are there now: not those of files, nor what it has mapped of the kernel. */
uint64_t rs_process_memory(void);
/* Starts @command as @was. 0 or -errno, said; -ENOENT: there is no such program. */
int rs_process_run(const struct rs_process *was, char *const *command, pid_t *ret);

#endif
