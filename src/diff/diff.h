/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Live against model: each decision in a recording is computed again from the inputs that the
 * kernel had, and compared with what the kernel did.
 *
 * A checker (src/diff/check_*.c) looks at records and frames, fills the inputs of one of the model's
 * functions, and judges. It never scores a sequence that has a gap: that is lost.
 */
#ifndef RS_DIFF_DIFF_H
#define RS_DIFF_DIFF_H

#include <stdio.h>

#include "../episode/episode.h"
#include "../model/rules.h"
#include "../model/why.h"
#include "../trace/reader.h"
#include "../trace/tasks.h"

enum rs_class {
	RS_EXACT, /* the model must agree every time */
	RS_NEAR, /* but for counters that moved meanwhile; see its margin */
	RS_STATISTICAL, /* an input does not exist beforehand */
};

/* X(name, class, numbers of the decisions, text). Names are the kernel's functions where there is one. */
#define RS_DECISIONS(X)                                                                                                \
	X(zone_watermark_ok, EXACT, "D7", "free pages of a zone against a mark")                                       \
	X(pgdat_balanced, EXACT, "D11", "is the node balanced")                                                        \
	X(wakeup_kswapd, EXACT, "D10", "what a request to wake kswapd does")                                           \
	X(prepare_kswapd_sleep, EXACT, "D12", "may kswapd sleep")                                                      \
	X(kswapd, EXACT, "D12", "kswapd's main loop: what it does next, up to which zone, for which order")             \
	X(balance_pgdat, EXACT, "D13", "each shrink_node() of a run of kswapd: priority, target, switches")            \
	X(balance_pgdat_end, EXACT, "D13 D14", "what a run of kswapd returns, and whether it failed")                  \
	X(setup_per_zone_wmarks, EXACT, "D2", "marks of all zones")                                                    \
	X(do_try_to_free_pages, EXACT, "D20", "each round of direct and memcg reclaim, and the result")                \
	X(consider_reclaim_throttle, EXACT, "D21", "does a round without progress wait")                               \
	X(allow_direct_reclaim, EXACT, "D18", "may a task reclaim, or must it wait for the reserves")                  \
	X(zone_reclaimable_pages, EXACT, "D19", "what reclaim could free in a zone")                                   \
	X(reclaim_throttle, EXACT, "D21 D27", "does a reclaimer sleep, and for how long at most")                      \
	X(shrink_node_writeback, EXACT, "D27", "waits because of dirty and written-back pages")                        \
	X(reclaim_retry_zone, EXACT,"D23", "would the zone do if all was reclaimed")                                   \
	X(compact_retry, EXACT, "D24", "is compaction tried again")                                                    \
	X(compaction_suitable, EXACT, "D22", "could compaction make the block")                                        \
	X(compaction_deferred, EXACT, "D24", "is compaction put off, and for how long")                                \
	X(gfp_to_alloc_flags, EXACT, "D9", "alloc_flags of the slow path")                                             \
	X(oom_badness, EXACT, "D25", "score of a process for the OOM killer")                                          \
	X(select_bad_process, EXACT, "D25", "whom the OOM killer chooses")                                             \
	X(prepare_scan_control, EXACT, "D28", "deactivation, cache trimming, tiny file cache")                         \
	X(inactive_is_low, EXACT, "D29", "must the active list be shrunk")                                             \
	X(memcg_protection, EXACT, "D30", "effective memory.min and memory.low")                                       \
	X(shrink_node_memcgs, EXACT, "D30", "is a cgroup reclaimed or skipped, and does the walk go on")              \
	X(apply_proportional_protection, EXACT, "D31", "scan size after protection")                                   \
	X(get_scan_count, EXACT, "D31", "how much of each list is scanned: the whole series of requests")              \
	X(shrink_lruvec, EXACT, "D32", "each request to a list, given what the ones before it gave")                   \
	X(lru_note_cost_args, EXACT, "D33", "cost of a batch")                                                         \
	X(lru_note_cost, EXACT, "D33", "cost of anon and file after it was noted")                                     \
	X(should_continue_reclaim, EXACT, "D34", "another round over the node at the same priority")                   \
	X(shrink_inactive_list, EXACT, "D38", "sums of a batch, and what follows from them")                           \
	X(folio_check_references, STATISTICAL, "D40", "what references mean for a folio")                              \
	X(shrink_folio_list, EXACT, "D39", "fate of a folio once its references are known")                            \
	X(get_type_to_scan, EXACT, "D50", "MGLRU: which type is evicted")                                              \
	X(get_tier_idx, EXACT, "D50", "and which tiers of it: what is protected of each")                              \
	X(sort_folio, EXACT, "D45 D52", "each folio at a tail: isolated, or where it goes instead")                    \
	X(isolate_folios, EXACT, "D51 D52", "what a batch scans and isolates")                                         \
	X(try_to_inc_min_seq, EXACT, "D51", "oldest generations after a batch")                                        \
	X(reset_ctrl_pos, EXACT, "D50", "averages of refaults when a generation goes")                                 \
	X(inc_max_seq, EXACT, "D55", "generations after aging")                                                        \
	X(lru_gen_eviction, EXACT, "D42", "what MGLRU puts into a shadow")                                             \
	X(workingset_eviction, EXACT, "D41 D43", "the shadow that a page leaves")                                      \
	X(workingset_refault, EXACT, "D42 D43", "does a page that comes back count as working set")                    \
	X(do_shrink_slab, EXACT, "D56", "objects that a shrinker is asked for, and what it defers")                    \
	X(node_reclaim, EXACT, "D57", "is a node reclaimed before another is asked")                                   \
	X(try_charge, EXACT, "D58", "what a cgroup at its limit asks for")                                             \
	X(get_swappiness, EXACT, "D46", "MGLRU: swappiness in use for a lruvec")                                       \
	X(lruvec_evictable_size, EXACT, "D47", "MGLRU: pages of a lruvec that may be evicted")                         \
	X(should_run_aging, EXACT, "D48", "MGLRU: must a new generation be made first")                                \
	X(get_nr_to_scan, EXACT, "D49", "MGLRU: how much of a lruvec is scanned, and is it aged or left alone")        \
	X(try_to_shrink_lruvec, EXACT, "D51", "MGLRU: each further step on a lruvec, and is its cgroup rotated")       \
	X(should_abort_scan, EXACT, "D51", "MGLRU: is it enough")                                                      \
	X(evict_folios, EXACT, "D51", "MGLRU: what a batch says it has scanned")                                       \
	X(lru_gen_shrink_node, EXACT, "D51 D53b", "MGLRU: is anything done on a node")                                 \
	X(set_initial_priority, EXACT, "D53c", "MGLRU: the priority that reclaim of a node starts at")                 \
	X(lruvec_is_sizable, EXACT, "D53", "MGLRU: is a lruvec worth the effort at this priority")                     \
	X(shrink_one, EXACT, "D53", "MGLRU: is a cgroup visited, and where in the list of cgroups does it go")         \
	X(lru_gen_rotate_memcg, EXACT, "D53", "MGLRU: generation and segment of a cgroup that moves in the list")      \
	X(lru_gen_age_node, EXACT, "D54", "MGLRU: does min_ttl_ms make kswapd kill; 6.1: which lruvecs it ages")

#define RS_DECISION_ENUM(name, class, numbers, text) RS_DECIDE_##name,
enum rs_decision { RS_DECISIONS(RS_DECISION_ENUM) RS_NR_DECISIONS };

/* One output of a decision. */
struct rs_answer {
	const char *name;
	int64_t kernel, model;
};

#define RS_MAX_ANSWERS 12 /* of a cost: both of each level */
#define RS_MAX_BRANCHES 24

struct rs_decision_sum {
	/* observed == agree + diverged + race + inside_margin + outside_margin */
	uint64_t observed, agree;
	uint64_t diverged; /* exact and different, without an excuse */
	uint64_t race; /* different, and the recording shows that an input changed in between */
	uint64_t inside_margin, outside_margin; /* near, and different */
	uint64_t not_observable; /* taken, but this kernel does not show an input or the outcome */
	uint64_t lost; /* a record that belongs to it is missing */
	/* How often which branch was taken, where the checker tells. */
	struct {
		const char *name;
		uint64_t count;
	} branches[RS_MAX_BRANCHES];
	unsigned int nr_branches;
	/* Statistical ones: sum of (p - outcome)^2, and the same for the base rate's sake. */
	double brier;
	uint64_t yes;
	struct {
		uint64_t n, yes;
		double p;
	} calibration[10];
};

struct rs_divergence {
	enum rs_decision decision;
	const char *cause; /* a constant */
	bool race;
	uint64_t ts_ns;
	uint32_t tid;
	struct rs_answer answers[RS_MAX_ANSWERS];
	unsigned int nr_answers;
	struct rs_why why; /* nr 0: not asked for */
	/* The records it was judged on: the frame's entry if any, then the one that told the outcome. */
	uint8_t *records;
	size_t records_len;
};

struct rs_diff_options {
	bool why; /* keep the model's reasons */
	size_t max_divergences; /* to keep; all are counted */
};

/* Who keeps what in rs_diff.priv[]. */
enum {
	RS_PRIV_BOOST,
	RS_PRIV_KSWAPD,
	RS_PRIV_BALANCE,
	RS_PRIV_MARKS,
	RS_PRIV_THROTTLE,
	RS_PRIV_COMPACTION,
	RS_PRIV_MEMCG,
	RS_PRIV_COST,
	RS_PRIV_WORKINGSET,
	RS_PRIV_SLAB,
	RS_PRIV_FOLIO,
	RS_PRIV_LRU_GEN_FOLIO,
	RS_PRIV_LRU_GEN,
	RS_PRIV_LRU_GEN_SEQ,
	RS_NR_PRIV
};

struct rs_diff {
	struct rs_reader *reader;
	struct rs_diff_options options;
	struct rs_rules rules;
	const char *missing_rule; /* the recording does not tell this one: made by an older program */
	bool mglru;
	int nodes_shift;
	int recursiveprot; /* cgroup2 is mounted with memory_recursiveprot, -1: the recording does not tell */
	struct rs_episodes *episodes;
	struct rs_tasks *tasks;
	struct rs_why why;

	struct rs_decision_sum sums[RS_NR_DECISIONS];
	struct rs_divergence *divergences;
	size_t nr_divergences; /* kept */
	uint64_t nr_unmatched; /* exits without entry */
	uint64_t nr_dropped; /* entries without exit */
	uint64_t nr_records;

	/* What checkers keep between records; each owns its part. */
	void *priv[RS_NR_PRIV];

	struct rs_late *late; /* judged later */
};

/* Reads all of @reader. @ret to be freed by rs_diff_destroy(). 0, or -errno, said. */
int rs_diff_create(struct rs_reader *reader, const struct rs_diff_options *options, struct rs_diff **ret);
void rs_diff_destroy(struct rs_diff *diff);

/*
 * What the model has to know of the recorded kernel. Returns the first rule that the recording does
 * not tell, which is taken as not, or NULL.
 */
const char *rs_diff_read_rules(struct rs_reader *reader, struct rs_rules *rules);

const char *rs_decision_name(enum rs_decision decision);
enum rs_class rs_decision_class(enum rs_decision decision);
const char *rs_class_name(enum rs_class class);

/* Output: a table for people and the divergences, @max of them; one JSON object a line. */
void rs_diff_text(const struct rs_diff *diff, FILE *out, size_t max);
void rs_diff_json(const struct rs_diff *diff, FILE *out);
/* The model's reasons: each branch with its formula and operands. */
void rs_why_print(const struct rs_why *why, FILE *out);
/* Has an exact decision diverged? */
bool rs_diff_failed(const struct rs_diff *diff);

/* ---- for checkers ---- */

struct rs_checker {
	/* Called for each record, after the frames know it. */
	void (*record)(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event);
	/* Called for each frame whose exit was missed. May be NULL. */
	void (*dropped)(struct rs_diff *d, const struct rs_frame *frame);
	/* Called after the last record, to judge what waited for another one. May be NULL. */
	void (*finish)(struct rs_diff *d);
	/* Frees d->priv[]. May be NULL. */
	void (*destroy)(struct rs_diff *d);
};

extern const struct rs_checker rs_check_watermark, rs_check_pgdat_balanced, rs_check_kswapd, rs_check_balance, rs_check_direct, rs_check_throttle,
	rs_check_retry, rs_check_compaction, rs_check_oom, rs_check_marks, rs_check_scan,
	rs_check_lruvec, rs_check_cost, rs_check_memcg, rs_check_workingset, rs_check_slab, rs_check_folio;
extern const struct rs_checker rs_check_lru_gen, rs_check_memcg_lru, rs_check_lru_gen_folio, rs_check_lru_gen_seq;

/* Where the model's reasons go: NULL unless they are wanted. Empty at first. */
struct rs_why *rs_diff_why(struct rs_diff *d);

/*
 * Compares. @frame: whose entry belongs to the inputs, or NULL; @hdr: the record with the outcome.
 * @margin: how far an answer of a near decision may be off, 0 for exact ones. @race: NULL, or what the
 * recording shows to have changed in between, used only if the answers differ. True: they agree.
 */
bool rs_judge(struct rs_diff *d, enum rs_decision decision, const struct rs_frame *frame,
	      const struct rs_event_hdr *hdr, const struct rs_answer *answers, unsigned int nr, int64_t margin,
	      const char *race);
/*
 * A record holds what is read while it is filled, and is full only when its thread goes on to its next one: what did
 * others write until then? Judges at once if the answers agree, else at the thread's next record.
 */
struct rs_late {
	struct rs_late *next;
	enum rs_decision decision;
	bool has_frame;
	struct rs_frame frame;
	struct rs_answer answers[RS_MAX_ANSWERS];
	unsigned int nr;
	struct rs_why why;
	/* What the recording shows by then, or NULL. */
	const char *(*race)(const struct rs_diff *d, const struct rs_late *late, uint64_t next_ns);
	struct rs_event_hdr hdr; /* the record */
};

void rs_judge_late(struct rs_diff *d, enum rs_decision decision, const struct rs_frame *frame, const struct rs_event_hdr *hdr,
		   const struct rs_answer *answers, unsigned int nr,
		   const char *(*race)(const struct rs_diff *d, const struct rs_late *late, uint64_t next_ns));
/* A statistical decision: the probability that was predicted, and what happened. */
void rs_judge_chance(struct rs_diff *d, enum rs_decision decision, double p, bool outcome);
/* Counts a branch that was taken. @name: a constant. */
void rs_count_branch(struct rs_diff *d, enum rs_decision decision, const char *name);

static inline void rs_count_lost(struct rs_diff *d, enum rs_decision decision)
{
	d->sums[decision].lost++;
}

static inline void rs_count_hidden(struct rs_diff *d, enum rs_decision decision)
{
	d->sums[decision].not_observable++;
}

/* Numbers of the model's zone out of a record. */
struct zone;
void rs_diff_fill_zone(struct zone *zone, const struct rs_event_zone_state *e);
/* A test of a mark, with or without the blocks by order; NULL: the record is another one. */
static inline const struct rs_event_zone_watermark_ok *rs_zone_test(const struct rs_event_hdr *hdr)
{
	return hdr->type == RS_EVENT_zone_watermark_ok || hdr->type == RS_EVENT_zone_watermark_ok_order ?
		       (const void *)hdr : NULL;
}

/* Puts into @zone what a test has seen of it. False: its numbers are impossible. */
bool rs_diff_fill_tested_zone(struct zone *zone, const struct rs_event_zone_watermark_ok *test);

#endif
