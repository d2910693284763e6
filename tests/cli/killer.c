/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * killer WHO N COMMAND...: runs COMMAND and kills one of its processes, with SIGKILL, where it begins or
 * ends its Nth system call: WHO is parent (the first process) or guard (the first that it forks). Waits
 * until all of them are gone. Exit status 0 if there was something to kill, 3 if that process ended before.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long n = argc > 3 ? atol(argv[2]) : 0, seen = 0;
	pid_t first, second = 0, victim, pid;
	int status, killed = 0, guard;

	if (n <= 0 || (strcmp(argv[1], "parent") && strcmp(argv[1], "guard"))) {
		fprintf(stderr, "usage: killer parent|guard N COMMAND...\n");
		return 2;
	}
	guard = !strcmp(argv[1], "guard");
	prctl(PR_SET_CHILD_SUBREAPER, 1); /* the guard outlives its parent */
	first = fork();
	if (!first) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		execv(argv[3], argv + 3);
		_exit(127);
	}
	if (waitpid(first, &status, 0) != first || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, first, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL)) {
		perror("ptrace");
		return 2;
	}
	ptrace(PTRACE_SYSCALL, first, 0, 0);
	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		int sig = 0;

		if (pid < 0 || !WIFSTOPPED(status))
			continue;
		if (pid != first && !second)
			second = pid;
		victim = guard ? second : first;
		if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
			if (pid == victim && !killed && ++seen == n) {
				kill(pid, SIGKILL);
				killed = 1;
				continue;
			}
		} else if (WSTOPSIG(status) != SIGTRAP && WSTOPSIG(status) != SIGSTOP) {
			sig = WSTOPSIG(status); /* a signal of its own: passed on */
		}
		ptrace(killed ? PTRACE_CONT : PTRACE_SYSCALL, pid, 0, sig);
	}
	return killed ? 0 : 3;
}
