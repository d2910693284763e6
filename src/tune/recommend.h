/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which settings would serve a host better than those it has, from what a recording holds. docs/tuning-rules.md tells
 * each rule.
 *
 * What counts, in this order: time lost to memory pressure, then stalls, then memory kept free. An advice says what
 * it is expected to gain and to cost of each; one that the simulation finds to lose time is not given.
 */
#ifndef RS_TUNE_RECOMMEND_H
#define RS_TUNE_RECOMMEND_H

#include "evidence.h"

#define RS_ADVICE_VALUES 2 /* dirty_* belong together in pairs */
#define RS_ADVICE_EFFECTS 4
#define RS_ADVICE_TRIED 4

struct rs_value {
	const char *key; /* as sysctl names it */
	int64_t now, value;
};

/* One thing that an advice changes. NAN: cannot be told. */
struct rs_effect {
	const char *metric;
	double before, after, low, high; /* 90 % interval of after */
};

/* What another value would bring and cost by simulation, beside what is advised: where not everything can be had. */
struct rs_tried {
	struct rs_value value;
	double kept_free_mib;
	struct rs_effect lost, stalls;
};

enum rs_confidence { RS_CONFIDENCE_LOW, RS_CONFIDENCE_MEDIUM, RS_CONFIDENCE_HIGH };
const char *rs_confidence_name(enum rs_confidence confidence);

struct rs_advice {
	const char *id; /* stays the same from version to version */
	unsigned int nr_values, nr_gains, nr_costs;
	struct rs_value values[RS_ADVICE_VALUES], undo[RS_ADVICE_VALUES]; /* of undo, only key and value */
	struct rs_effect gains[RS_ADVICE_EFFECTS], costs[RS_ADVICE_EFFECTS];
	enum rs_confidence confidence;
	bool only_if_simulated; /* without, or when more time is lost then, it is no advice */
	bool simulated;
	unsigned int nr_tried;
	struct rs_tried tried[RS_ADVICE_TRIED];
	char why[640], risk[400];
};

/* A rule that changes nothing here. */
struct rs_left_alone {
	const char *id;
	char why[400];
};

#define RS_MAX_ADVICE 8

struct rs_recommendation {
	/* The objective as it is now. NAN: not in the recording. */
	double seconds, lost_some_s, lost_full_s, stalls, stall_s, refault_wait_s;
	double memcg_stalls, memcg_stall_s; /* for limits of cgroups and memory.reclaim */
	uint64_t kept_free_pages, usable_pages; /* sum of the high marks; memory without huge pages */
	uint64_t page_size;
	unsigned int nr_advice, nr_left_alone;
	struct rs_advice advice[RS_MAX_ADVICE];
	struct rs_left_alone left_alone[RS_MAX_ADVICE];
};

/*
 * The simulation: what the recorded load would do under @values. Fills seconds lost, stalls and seconds in them, with
 * intervals; one without a name is not known.
 * False: it cannot tell, and the advice says that it was not simulated.
 */
struct rs_simulated {
	struct rs_effect lost, stalls, stalled;
};
typedef bool (*rs_simulate)(void *ctx, const struct rs_value *values, unsigned int nr_values, struct rs_simulated *ret);

/* @simulate: NULL where there is none. */
void rs_recommend(const struct rs_evidence *e, rs_simulate simulate, void *ctx, struct rs_recommendation *ret);

/* ---- between recommend.c and tried.c ---- */

/* What the simulation says of each advice; one by which more time is lost is taken back. */
void rs_recommend_try(const struct rs_evidence *e, rs_simulate simulate, void *ctx, struct rs_recommendation *r);
void rs_recommend_leave(struct rs_recommendation *r, const char *id, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* What all high marks would keep free. */
double rs_kept_free_mib(const struct rs_evidence *e, int64_t min_free_kbytes, int64_t scale_factor);

/* False: a value that must not be proposed on this host, whatever asks for it; @why says the reason. */
bool rs_value_is_sane(const struct rs_evidence *e, const struct rs_value *value, char *why, size_t size);

#endif
