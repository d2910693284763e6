/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * measure KEY=VALUE... -- COMMAND...: runs COMMAND and prints what it cost as one line of JSON: the
 * KEYs as they are, and what the kernel's own counters moved by. The free memory is looked at every
 * 50 ms. What the command needs in CPU and waiting is the kernel's business; this only reads files.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ULL
#define SAMPLE_US 50000

static const char *const counters[] = {
	"allocstall_dma32",
	"allocstall_normal",
	"allocstall_movable",
	"pageoutrun",
	"kswapd_low_wmark_hit_quickly",
	"kswapd_high_wmark_hit_quickly",
	"pgscan_kswapd",
	"pgscan_direct",
	"pgsteal_kswapd",
	"pgsteal_direct",
	"pgscan_anon",
	"pgscan_file",
	"pgsteal_anon",
	"pgsteal_file",
	"workingset_refault_anon",
	"workingset_refault_file",
	"workingset_activate_anon",
	"workingset_activate_file",
	"pgactivate",
	"pgdeactivate",
	"pgrefill",
	"pswpin",
	"pswpout",
	"pgmajfault",
	"pgpgin",
	"pgpgout",
	"slabs_scanned",
	"oom_kill",
};
enum { NR_COUNTERS = sizeof(counters) / sizeof(counters[0]) };

struct state {
	uint64_t counter[NR_COUNTERS];
	uint64_t some_us, full_us, io_some_us, kswapd_ns, now_ns;
};

static char text[65536];

static void fail(const char *what)
{
	fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
	exit(1);
}

static const char *slurp(const char *path)
{
	int fd = open(path, O_RDONLY);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		fail(path);
	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	close(fd);
	text[len] = 0;
	return text;
}

static uint64_t after(const char *at, const char *word)
{
	at = strstr(at, word);
	return at ? strtoull(at + strlen(word), NULL, 10) : 0;
}

/* The value of a line of /proc/vmstat, 0 where this kernel has none. */
static uint64_t vmstat(const char *all, const char *name)
{
	char line[64];

	snprintf(line, sizeof(line), "\n%s ", name);
	return after(all, line);
}

static int kswapd_pid(void)
{
	char path[64];
	int pid;

	for (pid = 2; pid < 1000; pid++) {
		snprintf(path, sizeof(path), "/proc/%d/comm", pid);
		if (!access(path, R_OK) && !strncmp(slurp(path), "kswapd0", 7))
			return pid;
	}
	errno = ESRCH;
	fail("kswapd0");
	return 0;
}

static void look(int kswapd, struct state *ret)
{
	char path[64];
	struct timespec ts;
	int i;

	slurp("/proc/vmstat");
	for (i = 0; i < NR_COUNTERS; i++)
		ret->counter[i] = vmstat(text, counters[i]);
	slurp("/proc/pressure/memory");
	ret->some_us = after(text, "total=");
	ret->full_us = after(strstr(text, "full"), "total=");
	ret->io_some_us = after(slurp("/proc/pressure/io"), "total=");
	snprintf(path, sizeof(path), "/proc/%d/schedstat", kswapd);
	ret->kswapd_ns = strtoull(slurp(path), NULL, 10);
	clock_gettime(CLOCK_MONOTONIC, &ts);
	ret->now_ns = ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

int main(int argc, char **argv)
{
	int first = 1, kswapd = kswapd_pid(), status = 0, i;
	uint64_t free_pages, free_sum = 0, free_min = UINT64_MAX, nr_samples = 0;
	struct state before, end;
	pid_t pid;

	while (first < argc && strcmp(argv[first], "--"))
		first++;
	if (first + 1 >= argc) {
		fprintf(stderr, "measure: see the top of measure.c\n");
		return 2;
	}
	/* What watches must not wait for memory. */
	if (mlockall(MCL_CURRENT))
		fail("mlockall");
	look(kswapd, &before);
	pid = fork();
	if (!pid) {
		execvp(argv[first + 1], argv + first + 1);
		fail(argv[first + 1]);
	}
	while (waitpid(pid, &status, WNOHANG) == 0) {
		free_pages = after(slurp("/proc/vmstat"), "nr_free_pages ");
		free_sum += free_pages;
		free_min = free_pages < free_min ? free_pages : free_min;
		nr_samples++;
		usleep(SAMPLE_US);
	}
	look(kswapd, &end);
	printf("{");
	for (i = 1; i < first; i++) {
		char *value = strchr(argv[i], '=');

		if (value)
			printf("\"%.*s\":\"%s\",", (int)(value - argv[i]), argv[i], value + 1);
	}
	printf("\"status\":%d,\"wall_us\":%" PRIu64 ",\"psi_some_us\":%" PRIu64 ",\"psi_full_us\":%" PRIu64
	       ",\"psi_io_us\":%" PRIu64 ",\"kswapd_us\":%" PRIu64 ",\"free_mean\":%" PRIu64 ",\"free_min\":%" PRIu64,
	       status, (end.now_ns - before.now_ns) / 1000, end.some_us - before.some_us, end.full_us - before.full_us,
	       end.io_some_us - before.io_some_us, (end.kswapd_ns - before.kswapd_ns) / 1000,
	       nr_samples ? free_sum / nr_samples : 0, free_min);
	for (i = 0; i < NR_COUNTERS; i++)
		printf(",\"%s\":%" PRIu64, counters[i], end.counter[i] - before.counter[i]);
	puts("}");
	return status != 0;
}
