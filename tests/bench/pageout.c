/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fires mm_vmscan_reclaim_pages at a rate: madvise(MADV_PAGEOUT) of one page that is locked by nobody and can go nowhere, as
 * there is no swap, so that nothing changes but what tracers see. A process for each CPU; one that does not get its CPU in time
 * makes up for it.
 *
 *   pageout RATE SECONDS    calls a second over all CPUs, 0: as many as there come
 *
 * Prints how many calls there were, and in how many seconds. Each is one event, unless swap takes the page.
 */
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static uint64_t fire(int cpu, double rate, double seconds)
{
	const struct timespec step = { .tv_nsec = 1000000 };
	long page = sysconf(_SC_PAGESIZE);
	char *p = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	double began = now(), at;
	uint64_t done = 0, due;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	/* The page waits in a list of its CPU until the next call takes it from there. */
	if (p == MAP_FAILED || sched_setaffinity(0, sizeof(set), &set)) {
		perror("pageout");
		_exit(1);
	}
	*p = 1;
	while ((at = now() - began) < seconds) {
		due = rate > 0 ? at * rate : done + 1000;
		for (; done < due; done++)
			if (madvise(p, page, MADV_PAGEOUT)) {
				perror("madvise");
				_exit(1);
			}
		if (rate > 0)
			nanosleep(&step, NULL);
	}
	return done;
}

int main(int argc, char **argv)
{
	int cpus = sysconf(_SC_NPROCESSORS_ONLN), cpu, status, failed = 0;
	double began = now();
	uint64_t *done;

	if (argc != 3)
		return 2;
	done = mmap(NULL, cpus * sizeof(*done), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (done == MAP_FAILED)
		return 1;
	for (cpu = 0; cpu < cpus; cpu++)
		if (!fork()) {
			done[cpu] = fire(cpu, atof(argv[1]) / cpus, atof(argv[2]));
			_exit(0);
		}
	while (wait(&status) > 0)
		failed |= status;
	for (cpu = 1; cpu < cpus; cpu++)
		done[0] += done[cpu];
	printf("calls %lu seconds %.2f\n", (unsigned long)done[0], now() - began);
	return failed != 0;
}
