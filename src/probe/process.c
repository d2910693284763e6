/* SPDX-License-Identifier: GPL-2.0-only */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <malloc.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "../base/readfile.h"

static void spare_from_oom(char old[16])
{
	FILE *f = fopen("/proc/self/oom_score_adj", "r+e");

	strcpy(old, "0");
	if (!f)
		return;
	if (fgets(old, 16, f)) {
		old[strcspn(old, "\n")] = 0;
		rewind(f);
		fputs("-1000", f);
	}
	fclose(f); /* without CAP_SYS_RESOURCE it stays as it was */
}

void rs_process_prefer(struct rs_process *ret)
{
	spare_from_oom(ret->oom_score_adj);
	ret->nice = getpriority(PRIO_PROCESS, 0);
	if (setpriority(PRIO_PROCESS, 0, -20))
		rs_debug("cannot raise the priority: %s", strerror(errno));
}

void rs_process_give_back(const void *from, size_t len)
{
	const uintptr_t page = sysconf(_SC_PAGESIZE);
	uintptr_t first = ((uintptr_t)from + page - 1) / page * page, end = ((uintptr_t)from + len) / page * page;

	if (end > first && madvise((void *)first, end - first, MADV_DONTNEED))
		rs_debug("cannot give memory back: %s", strerror(errno));
}

#define STACK_BYTES (48 * 1024) /* more than anything here needs */
#define LARGE_BYTES (256 * 1024)

/* What only the start needed; what is wanted again is in the page cache. Segments that are relocated are writable. */
static int forget(struct dl_phdr_info *object, __attribute__((unused)) size_t size, __attribute__((unused)) void *ctx)
{
	const uintptr_t page = sysconf(_SC_PAGESIZE);
	int i;

	for (i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &object->dlpi_phdr[i];
		uintptr_t from = (object->dlpi_addr + p->p_vaddr) / page * page;
		size_t len = object->dlpi_addr + p->p_vaddr + p->p_memsz - from;

		if (p->p_type == PT_LOAD && !(p->p_flags & PF_W) && madvise((void *)from, len, MADV_DONTNEED))
			rs_debug("cannot give back code: %s", strerror(errno));
	}
	return 0;
}

static void touch(unsigned long from, unsigned long to)
{
	unsigned long at, page = sysconf(_SC_PAGESIZE);

	for (at = from; at < to; at += page)
		*(volatile char *)at = *(volatile char *)at;
}

/*
 * Has the variables of the program and its libraries there, and some stack, so that no page has to be found when memory is
 * short: the recorder would have to reclaim then itself, and not drain. Whoever has a buffer fills it himself.
 */
static void touch_memory(void)
{
	_cleanup_(rs_freep) char *text = NULL;
	unsigned long from, to, here = (unsigned long)&text;
	char *line, *save = NULL, mode[5], path[2];

	if (rs_read_file("/proc/self/maps", &text, NULL))
		return;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		int n = sscanf(line, "%lx-%lx %4s %*s %*s %*s %1s", &from, &to, mode, path);

		if (n >= 3 && here >= from && here < to)
			touch(here - STACK_BYTES > from ? here - STACK_BYTES : from, here);
		else if (n >= 3 && !strcmp(mode, "rw-p") && (n == 3 || path[0] == '/') && to - from < LARGE_BYTES)
			touch(from, to);
	}
}

void rs_process_arrange_memory(void)
{
	malloc_trim(0);
	mallopt(M_TRIM_THRESHOLD, INT_MAX); /* what is freed from here on will be wanted again */
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	touch_memory();
}

/* A recorder that is swapped out stalls when it should drain. Where locking is not allowed, it goes without. */
void rs_process_stay_in_memory(void)
{
	dl_iterate_phdr(forget, NULL); /* which what is locked cannot be */
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT))
		rs_debug("cannot lock memory: %s", strerror(errno));
}

uint64_t rs_process_memory(void)
{
	_cleanup_(rs_freep) char *text = NULL;
	unsigned long resident, shared;

	if (rs_read_file("/proc/self/statm", &text, NULL) || sscanf(text, "%*u %lu %lu", &resident, &shared) != 2)
		return 0;
	return (uint64_t)(resident - shared) * sysconf(_SC_PAGESIZE);
}

/* In the child, which has the parent's memory until it is another program. */
static _Noreturn void become(const struct rs_process *was, char *const *command, int failed)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC), err;

	if (fd >= 0 && write(fd, was->oom_score_adj, strlen(was->oom_score_adj)) < 0)
		close(fd); /* it then keeps ours, which only spares it */
	setpriority(PRIO_PROCESS, 0, was->nice);
	signal(SIGPIPE, SIG_DFL); /* which the program ignores */
	sigprocmask(SIG_SETMASK, &was->signals, NULL);
	execvp(command[0], command);
	err = -errno;
	if (write(failed, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

int rs_process_run(const struct rs_process *was, char *const *command, pid_t *ret)
{
	int pipe_fds[2], err = 0;
	pid_t child;

	if (pipe2(pipe_fds, O_CLOEXEC))
		return rs_err(-errno, "%s: cannot start", command[0]);
	/* Not fork(): each page of ours would be written to for the first time once more, in the midst of recording. */
	child = vfork();
	if (child == 0)
		become(was, command, pipe_fds[1]);
	if (child < 0) {
		err = -errno;
		close(pipe_fds[0]);
		close(pipe_fds[1]);
		return rs_err(err, "%s: cannot start", command[0]);
	}
	close(pipe_fds[1]);
	if (read(pipe_fds[0], &err, sizeof(err)) != sizeof(err))
		err = 0;
	close(pipe_fds[0]);
	if (err) {
		waitpid(child, NULL, 0);
		return rs_err(err, "%s: cannot run", command[0]);
	}
	*ret = child;
	return 0;
}
