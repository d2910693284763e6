/* SPDX-License-Identifier: GPL-2.0-only */
/* Which threads wait in direct reclaim or wake kswapd, for how long, and how many of them take memory for themselves. */
#ifndef RS_TUNE_STALLERS_H
#define RS_TUNE_STALLERS_H

#include <stdbool.h>
#include <stdint.h>

#define RS_MAX_STALLERS 256
/* More than so many that grow at the same time are simulated as so many. */
#define RS_MAX_GROWERS 8

struct rs_staller {
	uint32_t tid;
	uint64_t began_ns; /* of the direct reclaim it is in, 0: none */
	bool reads; /* that one is for pages read ahead into the cache */
	bool is_recorder;
	uint32_t nr_grew; /* how often it was short of a page of zeroes, which only its own memory needs */
};

/* What began in one window of time. Longer than a shortage mostly is, so that what came of one is together. */
#define RS_STALL_WINDOW_NS 300000000ULL

struct rs_stall_sums {
	double nr, ns;
};

struct rs_stallers {
	struct rs_staller stallers[RS_MAX_STALLERS];
	unsigned int nr;
	uint64_t nr_stalls, stall_ns; /* of all */
	uint64_t reader_ns, recorder_ns; /* of it by who reads files, by the recorder itself */
	uint64_t window;
	struct rs_stall_sums in_window, in_last, squares; /* squares of what a window differs by from the next, halved */
};

void rs_stallers_begin(struct rs_stallers *s, uint32_t tid, uint64_t ts_ns, uint32_t gfp, const char *comm);
void rs_stallers_end(struct rs_stallers *s, uint32_t tid, uint64_t ts_ns);
/* @tid has woken kswapd. */
void rs_stallers_woke(struct rs_stallers *s, uint32_t tid, uint32_t gfp);

/*
 * How many come together: variance of their number over their number, as windows differ from the next, so that a load
 * that changes slowly does not count. 1, as of what has nothing to do with each other, at least. Of their time likewise.
 */
struct rs_stall_sums rs_stallers_together(const struct rs_stallers *s);

/* As many as share equally in the growth as well: 1 / sum of squared shares. At least 1. */
unsigned int rs_stallers_growers(const struct rs_stallers *s);

#endif
