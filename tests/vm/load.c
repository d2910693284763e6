/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory pressure to order, the same on every run: what the lab's guests do while they are recorded.
 *
 *   load fill FILE MIB             write a file of numbers that do not compress
 *   load stream FILE MIB PASSES    read a file from end to end
 *   load anon MIB TOUCHES PROCS    fill anonymous memory, then touch pages of it at random
 *   load pace FILE KIB TIMES US    read so much of a file and rest US microseconds on average, so many times
 *   load reads FILE MIB COUNT      read pages of a file at random
 *   load mix FILE MIB TOUCHES      anonymous memory, random reads of FILE, and a writer
 *   load burst FILE MIB TIMES      read FILE all the time while two processes grow and shrink
 *   load slab DIR FILES NEGATIVE   look at files, and for files that are not there
 *   load mlock MIB COMMAND...      run COMMAND with so much memory locked beside it
 *   load node NODE COMMAND...      run COMMAND with memory from one NUMA node only
 *   load huge MIB TIMES            fill memory that wants to be huge pages, again and again
 *   load oom MIB                   fill memory until something gives
 *   load victims TIMES             have the OOM killer, by sysrq, kill a process that offers itself
 *   load hot MIB SECONDS           touch memory in order, over and over
 *   load bursts FILE MIB TIMES SEED          read FILE at a steady pace while two processes grow in bursts and shrink
 *   load touch MIB TOUCHES US SEED           fill anonymous memory, then touch it, resting US after each 16 touches
 *   load hosts FILE MIB FILEMIB TOUCHES SEED the same beside random reads of FILE and a steady writer
 *   load flat MIB PASSES           write memory in order, each page all the same: next to no compression
 *   load hold MIB FILE             fill anonymous memory, make FILE, and keep the memory
 *   load lrugen FILE               age every lruvec once through debugfs; when, and what lru_gen has then, to FILE, and
 *                                  lru_gen_full to FILE_full
 *   load shape MIB:SECONDS...      grow by so many MiB in so long, evenly; shrink where MIB is below 0
 *   load settle SECONDS FILE...    wait, add up the counters of all CPUs, write 0 to FILEs (tracing_on), and
 *                                  end without a page fault
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL
#define MIB (1UL << 20)

static void fail(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static uint64_t next_random(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	*state = x;
	return x * 0x2545F4914F6CDD1DULL;
}

/* A third of the page random: to zram it is worth about as much as ordinary data. */
static void fill_page(char *page, uint64_t number)
{
	uint64_t state = number * 0x9E3779B97F4A7C15ULL + 1, *words = (uint64_t *)page;
	size_t i;

	for (i = 0; i < PAGE / 8; i++)
		words[i] = i % 3 ? number : next_random(&state);
}

static char *map(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		fail("mmap");
	return p;
}

/* Mostly a small part of the pages, now and then any: a working set with a long tail. */
static size_t pick_page(uint64_t *state, size_t pages)
{
	uint64_t r = next_random(state);

	return (r & 7 ? r >> 8 & 0xffffffff : r >> 8) % (r & 7 ? pages / 4 + 1 : pages);
}

static void anon(size_t mib, long touches, uint64_t seed)
{
	size_t pages = mib * MIB / PAGE, i;
	char *p = map(pages * PAGE);
	long t;

	madvise(p, pages * PAGE, MADV_NOHUGEPAGE);
	for (i = 0; i < pages; i++)
		fill_page(p + i * PAGE, seed << 32 | i);
	for (t = 0; t < touches; t++) {
		volatile uint64_t *word = (uint64_t *)(p + pick_page(&seed, pages) * PAGE);

		if (t % 3)
			(void)*word;
		else
			*word = t;
	}
	munmap(p, pages * PAGE);
}

/*
 * As anon(), with less work of its own: an eighth of each page is random, which zram is quick with, so that
 * most of the time is the kernel's even where each instruction is emulated.
 */
static void touch(size_t mib, long touches, int pause_us, uint64_t seed)
{
	size_t pages = mib * MIB / PAGE, i, w;
	char *p = map(pages * PAGE);
	uint64_t state = seed + 1;
	long t;

	madvise(p, pages * PAGE, MADV_NOHUGEPAGE);
	for (i = 0; i < pages; i++)
		for (w = 0; w < PAGE / 64; w++)
			((uint64_t *)(p + i * PAGE))[w] = next_random(&state);
	for (t = 0; t < touches; t++) {
		volatile uint64_t *word = (uint64_t *)(p + pick_page(&state, pages) * PAGE);

		if (pause_us && t % 16 == 0)
			usleep(pause_us);
		if (t % 3)
			(void)*word;
		else
			*word = t;
	}
	munmap(p, pages * PAGE);
}

static void fill_and_hold(size_t mib, const char *file)
{
	size_t pages = mib * MIB / PAGE, i;
	char *p = map(pages * PAGE);

	for (i = 0; i < pages; i++)
		fill_page(p + i * PAGE, i);
	if (creat(file, 0644) < 0)
		fail(file);
	pause();
}

static void stream(const char *file, size_t mib, int passes)
{
	static char buf[65536];
	int fd = open(file, O_RDONLY);

	if (fd < 0)
		fail(file);
	while (passes--) {
		size_t done = 0;
		ssize_t n;

		lseek(fd, 0, SEEK_SET);
		while (done < mib * MIB && (n = read(fd, buf, sizeof(buf))) > 0)
			done += n;
	}
	close(fd);
}

/* From the whole file, round and round: what is read is never there any more. The rests are of any length up to twice US. */
static void pace(const char *file, size_t kib, long times, unsigned long us)
{
	static char buf[65536];
	uint64_t seed = 11;
	int fd = open(file, O_RDONLY);

	if (fd < 0)
		fail(file);
	while (times--) {
		size_t done;
		ssize_t n;

		for (done = 0; done < kib << 10; done += n) {
			n = read(fd, buf, sizeof(buf));
			if (n < 0)
				fail(file);
			if (!n && lseek(fd, 0, SEEK_SET))
				fail(file);
		}
		usleep(next_random(&seed) % (2 * us + 1));
	}
	close(fd);
}

static void random_reads(const char *file, size_t mib, long count, int pause_us, uint64_t seed)
{
	char buf[PAGE];
	int fd = open(file, O_RDONLY);

	if (fd < 0)
		fail(file);
	posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
	while (count--) {
		if (pread(fd, buf, PAGE, pick_page(&seed, mib * MIB / PAGE) * PAGE) < 0)
			fail(file);
		if (pause_us && count % 16 == 0)
			usleep(pause_us);
	}
	close(fd);
}

static void writer(const char *file, size_t mib)
{
	static char buf[65536];
	uint64_t seed = 5;
	int fd = open(file, O_RDWR | O_CREAT, 0644);

	if (fd < 0)
		fail(file);
	for (;;) {
		memset(buf, next_random(&seed), sizeof(buf));
		if (pwrite(fd, buf, sizeof(buf), next_random(&seed) % (mib * 16) * sizeof(buf)) < 0)
			fail(file);
	}
}

/* One MiB every PAUSE, for ever, as a server that logs. */
static void steady_writer(const char *file, size_t mib, int pause_us, uint64_t seed)
{
	static char buf[65536];
	size_t at = 0;
	int fd = open(file, O_RDWR | O_CREAT, 0644), i;

	if (fd < 0)
		fail(file);
	for (;;) {
		for (i = 0; i < 16; i++, at = (at + sizeof(buf)) % (mib * MIB)) {
			memset(buf, next_random(&seed), sizeof(buf));
			if (pwrite(fd, buf, sizeof(buf), at) < 0)
				fail(file);
		}
		usleep(pause_us);
	}
}

static void steady_reader(const char *file, int pause_us)
{
	static char buf[65536];
	int fd = open(file, O_RDONLY), i;
	ssize_t n;

	if (fd < 0)
		fail(file);
	for (i = 1;; i++) {
		n = read(fd, buf, sizeof(buf));
		if (n < 0)
			fail(file);
		if (!n)
			lseek(fd, 0, SEEK_SET);
		if (i % 16 == 0)
			usleep(pause_us);
	}
}

static pid_t start(void)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	return pid;
}

static int wait_all(void)
{
	int status, bad = 0;

	while (wait(&status) > 0)
		bad |= status != 0;
	return bad;
}

static void stop(pid_t pid)
{
	kill(pid, 9);
	waitpid(pid, NULL, 0);
}

static int mix(const char *file, size_t mib, long touches)
{
	pid_t w = start();
	int bad;

	if (!w)
		writer("/data/written", 64);
	if (!start()) {
		anon(mib, touches, 1);
		_exit(0);
	}
	if (!start()) {
		random_reads(file, 240, touches / 6, 0, 2);
		_exit(0);
	}
	/* The writer never ends by itself. */
	bad = waitpid(-1, NULL, 0) < 0;
	bad |= waitpid(-1, NULL, 0) < 0;
	stop(w);
	return bad;
}

static int burst(const char *file, size_t mib, int times)
{
	pid_t reader = start(), kids[2];
	int i, t;

	if (!reader)
		for (;;)
			stream(file, 640, 1);
	for (i = 0; i < 2; i++) {
		kids[i] = start();
		if (kids[i])
			continue;
		for (t = 0; t < times; t++) {
			char *p = map(mib * MIB);
			size_t at;

			madvise(p, mib * MIB, MADV_NOHUGEPAGE);
			for (at = 0; at < mib * MIB; at += PAGE)
				fill_page(p + at, at);
			usleep(50000);
			munmap(p, mib * MIB);
			usleep(300000 + i * 37000);
		}
		_exit(0);
	}
	for (i = 0; i < 2; i++)
		waitpid(kids[i], NULL, 0);
	stop(reader);
	return 0;
}

/*
 * One process of a bursty service: it takes memory at once, by the MiB or two, as packets arrive at an interrupt: with
 * a priority that lets no kswapd in between. When it has enough, it holds it, gives it back, and rests.
 */
static void grow_and_shrink(size_t mib, int times, uint64_t seed)
{
	struct sched_param first = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_FIFO, &first))
		fail("sched_setscheduler");
	while (times--) {
		size_t bytes = mib * MIB * (75 + next_random(&seed) % 51) / 100 / PAGE * PAGE, at = 0, until;
		char *p = map(bytes);

		madvise(p, bytes, MADV_NOHUGEPAGE);
		while (at < bytes) {
			until = at + MIB + next_random(&seed) % MIB / PAGE * PAGE;
			for (; at < until && at < bytes; at += PAGE)
				p[at] = 1;
			usleep(12000 + next_random(&seed) % 8000);
		}
		usleep(60000);
		munmap(p, bytes);
		usleep(200000 + next_random(&seed) % 200000);
	}
}

static int bursts(const char *file, size_t mib, int times, uint64_t seed)
{
	pid_t reader, kids[2];
	int i, status, bad = 0;

	/* All of it is cached when the bursts begin. */
	stream(file, 4096, 1);
	reader = start();
	if (!reader)
		steady_reader(file, 8000);
	for (i = 0; i < 2; i++) {
		kids[i] = start();
		if (!kids[i]) {
			grow_and_shrink(mib, times, seed * 2 + i + 1);
			_exit(0);
		}
	}
	for (i = 0; i < 2; i++)
		bad |= waitpid(kids[i], &status, 0) < 0 || status;
	stop(reader);
	return bad;
}

static int hosts(const char *file, size_t mib, size_t file_mib, long touches, uint64_t seed)
{
	pid_t w = start(), kids[2];
	int i, status, bad = 0;

	if (!w)
		steady_writer("/srv/log", 16, 100000, seed + 7);
	for (i = 0; i < 2; i++) {
		kids[i] = start();
		if (kids[i])
			continue;
		if (i)
			random_reads(file, file_mib, touches, 2000, seed * 2 + 1);
		else
			touch(mib, touches * 2, 2000, seed * 2 + 2);
		_exit(0);
	}
	for (i = 0; i < 2; i++)
		bad |= waitpid(kids[i], &status, 0) < 0 || status;
	stop(w);
	return bad;
}

static void walk(const char *dir, long *left)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	struct stat st;
	char path[600];

	while (d && *left > 0 && (e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (lstat(path, &st))
			continue;
		--*left;
		if (S_ISDIR(st.st_mode))
			walk(path, left);
	}
	if (d)
		closedir(d);
}

static void slab(const char *dir, long files, long negative)
{
	uint64_t seed = 9;
	struct stat st;
	char path[300];

	walk(dir, &files);
	while (negative-- > 0) {
		snprintf(path, sizeof(path), "%s/%d/no-%016llx", dir, (int)(negative % 10), (unsigned long long)next_random(&seed));
		stat(path, &st);
	}
}

static void huge(size_t mib, int times)
{
	while (times--) {
		char *p = map(mib * MIB + 2 * MIB), *q = (char *)(((uintptr_t)p + 2 * MIB - 1) & ~(2 * MIB - 1));
		size_t at;

		madvise(q, mib * MIB, MADV_HUGEPAGE);
		for (at = 0; at < mib * MIB; at += PAGE)
			q[at] = at;
		munmap(p, mib * MIB + 2 * MIB);
	}
}

static void put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0 || close(fd))
		fail(file);
}

static void victims(int times)
{
	char path[64];

	while (times--) {
		pid_t pid = start();

		if (!pid)
			for (;;)
				pause();
		snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", pid);
		put(path, "1000");
		put("/proc/sysrq-trigger", "f");
		if (waitpid(pid, NULL, 0) < 0)
			fail("waitpid");
	}
}

static void hot(size_t mib, int seconds)
{
	char *p = map(mib * MIB);
	time_t until = time(NULL) + seconds;
	size_t at;

	while (time(NULL) < until)
		for (at = 0; at < mib * MIB; at += PAGE)
			p[at]++;
}

static void flat(size_t mib, long passes)
{
	char *p = map(mib * MIB);
	size_t at;

	for (; passes; passes--)
		for (at = 0; at < mib * MIB; at += PAGE)
			memset(p + at, (int)passes & 0xff, PAGE);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Memory of so much at the time it says, and no more of its own. What was touched last goes first. */
static void shape(int nr_steps, char **steps)
{
	static char page[PAGE]; /* copied, so that the time goes into the kernel and not into making pages up */
	size_t room = 4096 * MIB / PAGE, pages = 0, target;
	char *p = mmap(NULL, room * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	double begin = now(), until = begin, mib, seconds;
	int i;

	if (p == MAP_FAILED)
		fail("mmap");
	madvise(p, room * PAGE, MADV_NOHUGEPAGE);
	fill_page(page, 1);
	for (i = 0; i < nr_steps; i++) {
		size_t from = pages;

		if (sscanf(steps[i], "%lf:%lf", &mib, &seconds) != 2) {
			errno = EINVAL;
			fail(steps[i]);
		}
		begin = until;
		until += seconds;
		for (;;) {
			double at = seconds > 0 ? (now() - begin) / seconds : 1;
			int64_t wanted = from + (int64_t)((at < 1 ? at : 1) * mib * (MIB / PAGE));

			target = wanted < 0 ? 0 : wanted > (int64_t)room ? room : (size_t)wanted;
			for (; pages < target; pages++)
				memcpy(p + pages * PAGE, page, PAGE);
			if (pages > target)
				madvise(p + target * PAGE, (pages - target) * PAGE, MADV_DONTNEED);
			pages = target;
			if (at >= 1)
				break;
			usleep(20000);
		}
	}
}

/* Whoever ends after this and faults a page in would change what was just added up. */
static void settle(int seconds, int nr_files, char **files)
{
	static int fds[256];
	char c;
	int fd, i;

	for (i = 0; i < nr_files && i < 256; i++)
		fds[i] = open(files[i], O_WRONLY);
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		fail("mlockall");
	sleep(seconds);
	fd = open("/proc/sys/vm/stat_refresh", O_RDONLY);
	if (fd >= 0 && read(fd, &c, 1) < 0)
		fail("stat_refresh");
	for (i = 0; i < nr_files && i < 256; i++)
		if (fds[i] >= 0 && write(fds[i], "0", 1) < 0)
			fail(files[i]);
	_exit(0);
}

/* All of debugfs' lru_gen, without a page fault; returns its end. */
static char *read_lru_gen(int fd, char *buf, size_t size)
{
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET))
		fail("lru_gen");
	while (size > 1 && (n = read(fd, buf, size - 1)) > 0) {
		buf += n;
		size -= n;
	}
	*buf = 0;
	return buf;
}

/* Nothing else may run meanwhile that puts pages on a list: one CPU, the recorder stopped. */
static void lrugen(const char *file)
{
	static char before[1 << 20], after[1 << 20], full[4 << 20], command[128], path[64];
	int fd = open("/sys/kernel/debug/lru_gen", O_RDWR), out = creat(file, 0644), full_fd, full_out;
	char *line, *next, *p, *end, *full_end;
	unsigned long memcg = 0, node = 0, seq, other;

	snprintf(command, sizeof(command), "%s_full", file);
	full_fd = open("/sys/kernel/debug/lru_gen_full", O_RDONLY);
	full_out = creat(command, 0644);
	if (fd < 0 || out < 0 || full_fd < 0 || full_out < 0)
		fail("lru_gen");
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		fail("mlockall");
	/* An unmapping puts what waits in the batches of this CPU on the lists. */
	p = map(PAGE);
	*p = 1;
	munmap(p, PAGE);
	read_lru_gen(fd, before, sizeof(before));
	for (line = before; *line; line = next) {
		next = strchr(line, '\n');
		next = next ? next + 1 : line + strlen(line);
		if (sscanf(line, "memcg %lu %63s", &memcg, path) >= 1 || sscanf(line, " node %lu", &node) == 1)
			continue;
		if (sscanf(line, " %lu", &seq) != 1)
			continue;
		/* The youngest generation is the last line of a node. */
		if (sscanf(next, " %lu", &other) == 1)
			continue;
		snprintf(command, sizeof(command), "+ %lu %lu %lu", memcg, node, seq);
		if (write(fd, command, strlen(command)) < 0)
			fail(command);
	}
	snprintf(command, sizeof(command), "at %.0f\n", now() * 1e9);
	end = read_lru_gen(fd, after, sizeof(after));
	full_end = read_lru_gen(full_fd, full, sizeof(full));
	if (write(out, command, strlen(command)) < 0 || write(out, after, end - after) != end - after ||
	    write(full_out, full, full_end - full) != full_end - full)
		fail(file);
	_exit(0);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	long a = argc > 3 ? atol(argv[3]) : 0, b = argc > 4 ? atol(argv[4]) : 0;
	int i;

	if (!strcmp(mode, "fill") && argc == 4) {
		uint64_t state = 42, block[512];
		FILE *f = fopen(argv[2], "w");
		long n;

		if (!f)
			fail(argv[2]);
		for (n = 0; n < a * 256; n++) {
			for (i = 0; i < 512; i++)
				block[i] = next_random(&state);
			if (fwrite(block, sizeof(block), 1, f) != 1)
				fail(argv[2]);
		}
		return fclose(f) != 0;
	}
	if (!strcmp(mode, "stream") && argc == 5) {
		stream(argv[2], a, b);
		return 0;
	}
	if (!strcmp(mode, "anon") && argc == 5) {
		for (i = 0; i < b; i++)
			if (!start()) {
				anon(atol(argv[2]) / b, a / b, i + 1);
				_exit(0);
			}
		return wait_all();
	}
	if (!strcmp(mode, "pace") && argc == 6) {
		pace(argv[2], a, b, atol(argv[5]));
		return 0;
	}
	if (!strcmp(mode, "reads") && argc == 5) {
		random_reads(argv[2], a, b, 0, 3);
		return 0;
	}
	if (!strcmp(mode, "mix") && argc == 5)
		return mix(argv[2], a, b);
	if (!strcmp(mode, "burst") && argc == 5)
		return burst(argv[2], a, b);
	if (!strcmp(mode, "bursts") && argc == 6)
		return bursts(argv[2], a, b, atol(argv[5]));
	if (!strcmp(mode, "touch") && argc == 6) {
		touch(atol(argv[2]), a, b, atol(argv[5]));
		return 0;
	}
	if (!strcmp(mode, "hosts") && argc == 7)
		return hosts(argv[2], a, b, atol(argv[5]), atol(argv[6]));
	if (!strcmp(mode, "slab") && argc == 5) {
		slab(argv[2], a, b);
		return 0;
	}
	if (!strcmp(mode, "mlock") && argc > 3) {
		size_t bytes = atol(argv[2]) * MIB;

		memset(map(bytes), 1, bytes);
		if (mlockall(MCL_CURRENT))
			fail("mlockall");
		if (!start()) {
			execv("/proc/self/exe", argv + 2);
			fail("exec");
		}
		return wait_all();
	}
	if (!strcmp(mode, "node") && argc > 3) {
		unsigned long mask = 1UL << atol(argv[2]);

		if (syscall(SYS_set_mempolicy, 2 /* MPOL_BIND */, &mask, 64))
			fail("set_mempolicy");
		execv("/proc/self/exe", argv + 2);
		fail("exec");
	}
	if (!strcmp(mode, "huge") && argc == 4) {
		huge(atol(argv[2]), a);
		return 0;
	}
	if (!strcmp(mode, "oom") && argc == 3) {
		anon(atol(argv[2]), 0, 1);
		return 0;
	}
	if (!strcmp(mode, "victims") && argc == 3) {
		victims(atoi(argv[2]));
		return 0;
	}
	if (!strcmp(mode, "hot") && argc == 4) {
		hot(atol(argv[2]), a);
		return 0;
	}
	if (!strcmp(mode, "flat") && argc == 4) {
		flat(atol(argv[2]), a);
		return 0;
	}
	if (!strcmp(mode, "hold") && argc == 4) {
		fill_and_hold(atol(argv[2]), argv[3]);
		return 0;
	}
	if (!strcmp(mode, "lrugen") && argc == 3)
		lrugen(argv[2]);
	if (!strcmp(mode, "shape") && argc >= 3) {
		shape(argc - 2, argv + 2);
		return 0;
	}
	if (!strcmp(mode, "settle") && argc >= 3)
		settle(atoi(argv[2]), argc - 3, argv + 3);
	fprintf(stderr, "load: see the top of load.c\n");
	return 2;
}
