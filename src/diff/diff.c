/* SPDX-License-Identifier: GPL-2.0-only */
#include "diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "../model/zone.h"

static const struct rs_checker *const checkers[] = {
	&rs_check_watermark,
	&rs_check_scan,
	&rs_check_lruvec,
	&rs_check_cost,
	&rs_check_memcg,
	&rs_check_slab,
	&rs_check_workingset,
	&rs_check_pgdat_balanced,
	&rs_check_kswapd,
	&rs_check_balance,
	&rs_check_direct,
	&rs_check_marks,
	&rs_check_throttle,
	&rs_check_retry,
	&rs_check_compaction,
	&rs_check_oom,
	&rs_check_folio,
	&rs_check_lru_gen,
	&rs_check_memcg_lru,
	&rs_check_lru_gen_folio,
	&rs_check_lru_gen_seq,
};

static const struct {
	const char *name;
	enum rs_class class;
} decisions[] = {
#define ROW(name, class, numbers, text) { #name, RS_##class },
	RS_DECISIONS(ROW)
};

const char *rs_decision_name(enum rs_decision decision)
{
	return decisions[decision].name;
}

enum rs_class rs_decision_class(enum rs_decision decision)
{
	return decisions[decision].class;
}

const char *rs_class_name(enum rs_class class)
{
	static const char *const names[] = { "exact", "near", "statistical" };

	return names[class];
}

/* ---- for checkers ---- */

struct rs_why *rs_diff_why(struct rs_diff *d)
{
	if (!d->options.why)
		return NULL;
	d->why.nr = 0;
	return &d->why;
}

static void keep_divergence(struct rs_diff *d, enum rs_decision decision, const struct rs_frame *frame,
			    const struct rs_event_hdr *hdr, const struct rs_answer *answers, unsigned int nr,
			    const char *cause, bool race)
{
	struct rs_divergence *v = &d->divergences[d->nr_divergences];
	size_t entry_len = frame ? frame->hdr.len : 0;

	if (d->nr_divergences == d->options.max_divergences)
		return;
	v->records = malloc(entry_len + hdr->len);
	if (!v->records)
		return; /* it is counted all the same */
	if (frame)
		memcpy(v->records, frame->entry, entry_len);
	memcpy(v->records + entry_len, hdr, hdr->len);
	v->records_len = entry_len + hdr->len;
	v->decision = decision;
	v->cause = cause;
	v->race = race;
	v->ts_ns = hdr->ts_ns;
	v->tid = hdr->tid;
	v->nr_answers = nr < RS_MAX_ANSWERS ? nr : RS_MAX_ANSWERS;
	memcpy(v->answers, answers, v->nr_answers * sizeof(*answers));
	if (d->options.why)
		v->why = d->why;
	d->nr_divergences++;
}

bool rs_judge(struct rs_diff *d, enum rs_decision decision, const struct rs_frame *frame,
	      const struct rs_event_hdr *hdr, const struct rs_answer *answers, unsigned int nr, int64_t margin,
	      const char *race)
{
	struct rs_decision_sum *s = &d->sums[decision];
	bool inside = true;
	unsigned int i, different = 0;

	s->observed++;
	for (i = 0; i < nr; i++) {
		int64_t off = answers[i].kernel - answers[i].model;

		different += off != 0;
		inside &= off <= margin && -off <= margin;
	}
	if (!different) {
		s->agree++;
		return true;
	}
	if (race) {
		s->race++;
	} else if (decisions[decision].class == RS_NEAR) {
		if (inside) {
			s->inside_margin++;
			return false;
		}
		s->outside_margin++;
	} else {
		s->diverged++;
	}
	keep_divergence(d, decision, frame, hdr, answers, nr, race ? race : "unknown", race != NULL);
	return false;
}

void rs_judge_late(struct rs_diff *d, enum rs_decision decision, const struct rs_frame *frame, const struct rs_event_hdr *hdr,
		   const struct rs_answer *answers, unsigned int nr,
		   const char *(*race)(const struct rs_diff *d, const struct rs_late *late, uint64_t next_ns))
{
	struct rs_late *late;
	unsigned int i;

	for (i = 0; i < nr && answers[i].kernel == answers[i].model; i++)
		;
	late = i < nr ? calloc(1, offsetof(struct rs_late, hdr) + hdr->len) : NULL;
	if (!late) {
		rs_judge(d, decision, frame, hdr, answers, nr, 0, NULL);
		return;
	}
	late->decision = decision;
	late->has_frame = frame;
	if (frame)
		late->frame = *frame;
	memcpy(late->answers, answers, nr * sizeof(*answers));
	late->nr = nr;
	late->why = d->why;
	late->race = race;
	memcpy(&late->hdr, hdr, hdr->len);
	late->next = d->late;
	d->late = late;
}

/* @next: a record of some thread; NULL: there are no more. */
static void judge_late(struct rs_diff *d, const struct rs_event_hdr *next)
{
	struct rs_late **at = &d->late;

	while (*at) {
		struct rs_late *late = *at;

		if (next && next->tid != late->hdr.tid) {
			at = &late->next;
			continue;
		}
		*at = late->next;
		d->why = late->why;
		rs_judge(d, late->decision, late->has_frame ? &late->frame : NULL, &late->hdr, late->answers, late->nr, 0,
			 next ? late->race(d, late, next->ts_ns) : NULL);
		free(late);
	}
}

void rs_judge_chance(struct rs_diff *d, enum rs_decision decision, double p, bool outcome)
{
	struct rs_decision_sum *s = &d->sums[decision];
	int bin = p >= 1 ? 9 : p <= 0 ? 0 : (int)(p * 10);

	s->observed++;
	s->yes += outcome;
	s->brier += (p - outcome) * (p - outcome);
	s->calibration[bin].n++;
	s->calibration[bin].yes += outcome;
	s->calibration[bin].p += p;
}

void rs_count_branch(struct rs_diff *d, enum rs_decision decision, const char *name)
{
	struct rs_decision_sum *s = &d->sums[decision];
	unsigned int i;

	for (i = 0; i < s->nr_branches; i++)
		if (s->branches[i].name == name) {
			s->branches[i].count++;
			return;
		}
	if (i == RS_MAX_BRANCHES)
		return;
	s->branches[i].name = name;
	s->branches[i].count = 1;
	s->nr_branches++;
}

void rs_diff_fill_zone(struct zone *z, const struct rs_event_zone_state *e)
{
	int i;

	memset(z, 0, sizeof(*z));
	z->idx = e->zid;
	z->managed_pages = e->managed;
	z->_watermark[WMARK_MIN] = e->min;
	z->_watermark[WMARK_LOW] = e->low;
	z->_watermark[WMARK_HIGH] = e->high;
	z->_watermark[WMARK_PROMO] = e->promo;
	z->watermark_boost = e->boost;
	z->percpu_drift_mark = e->drift_mark;
	z->nr_free_pages = e->free;
	z->nr_free_diff = e->free_diff;
	z->nr_free_highatomic = e->highatomic;
	z->nr_free_cma = e->cma;
	for (i = 0; i < MAX_NR_ZONES && i < RS_MAX_ZONES; i++)
		z->lowmem_reserve[i] = e->lowmem_reserve[i];
}

/* ---- the whole ---- */

const char *rs_diff_read_rules(struct rs_reader *reader, struct rs_rules *rules)
{
	struct json_object *kdiff = rs_info_member(rs_info_member(rs_reader_info(reader), "kernel"), "differences");
	const char *missing = NULL, *known, *lru;

#define READ_RULE(rule, what)                                                                                          \
	do {                                                                                                           \
		struct json_object *v = rs_info_member(kdiff, #rule);                                                          \
		if (!v && !missing)                                                                                    \
			missing = #rule;                                                                               \
		rules->rule = v && json_object_get_boolean(v);                                                         \
	} while (0);
	RS_RULES_ALLOC(READ_RULE)
	RS_RULES_LRU(READ_RULE)
	known = missing;
	RS_RULES_LRU_GEN(READ_RULE)
	RS_RULES_LRU_GEN_FOLIO(READ_RULE)
	/* Older recordings do not tell those of MGLRU, which matter only where it is in use. */
	lru = json_object_get_string(rs_info_member(rs_info_member(rs_reader_info(reader), "kernel"), "lru"));
	return lru && !strcmp(lru, "mglru") ? missing : known;
}

static void dropped(void *ctx, const struct rs_frame *frame)
{
	struct rs_diff *d = ctx;
	size_t i;

	d->nr_dropped++;
	for (i = 0; i < RS_ARRAY_SIZE_OF(checkers); i++)
		if (checkers[i]->dropped)
			checkers[i]->dropped(d, frame);
}

static int take(void *ctx, const struct rs_step *step, const struct rs_event *event)
{
	struct rs_diff *d = ctx;
	size_t i;

	d->nr_records++;
	d->nr_unmatched += step->unmatched;
	judge_late(d, event->hdr);
	for (i = 0; i < RS_ARRAY_SIZE_OF(checkers); i++)
		checkers[i]->record(d, step, event);
	return 0;
}

static int take_all(struct rs_diff *d)
{
	int err = rs_episodes_read(d->episodes, d->reader, d->tasks, take, dropped, d);
	size_t i;

	if (err)
		return err;
	rs_episodes_finish(d->episodes, dropped, d);
	judge_late(d, NULL);
	for (i = 0; i < RS_ARRAY_SIZE_OF(checkers); i++)
		if (checkers[i]->finish)
			checkers[i]->finish(d);
	return 0;
}

void rs_diff_destroy(struct rs_diff *d)
{
	size_t i;

	if (!d)
		return;
	for (i = 0; i < RS_ARRAY_SIZE_OF(checkers); i++)
		if (checkers[i]->destroy)
			checkers[i]->destroy(d);
	while (d->late) {
		struct rs_late *late = d->late;

		d->late = late->next;
		free(late);
	}
	for (i = 0; i < d->nr_divergences; i++)
		free(d->divergences[i].records);
	free(d->divergences);
	rs_episodes_destroy(d->episodes);
	rs_tasks_destroy(d->tasks);
	free(d);
}

RS_DEFINE_CLEANUP(struct rs_diff *, rs_diff_destroy)

int rs_diff_create(struct rs_reader *reader, const struct rs_diff_options *options, struct rs_diff **ret)
{
	_cleanup_(rs_diff_destroyp) struct rs_diff *d = calloc(1, sizeof(*d));
	struct json_object *kernel;
	const char *lru;
	int err;

	if (!d)
		return rs_err(-ENOMEM, "diff");
	if (rs_info_is_summary(rs_reader_info(reader)))
		return rs_fail(-ENOENT, "a recording in mode summary has no decisions to compare: record in mode decisions");
	d->reader = reader;
	d->options = *options;
	d->divergences = calloc(options->max_divergences + 1, sizeof(*d->divergences));
	d->episodes = rs_episodes_create();
	d->tasks = rs_tasks_create();
	if (!d->divergences || !d->episodes || !d->tasks)
		return rs_err(-ENOMEM, "diff");
	d->missing_rule = rs_diff_read_rules(reader, &d->rules);
	kernel = rs_info_member(rs_reader_info(reader), "kernel");
	lru = json_object_get_string(rs_info_member(kernel, "lru"));
	d->mglru = lru && !strcmp(lru, "mglru");
	d->recursiveprot = rs_info_member(kernel, "memory_recursiveprot") ?
				   json_object_get_boolean(rs_info_member(kernel, "memory_recursiveprot")) :
				   -1;
	d->nodes_shift = json_object_get_int(rs_info_member(kernel, "nodes_shift"));
	err = take_all(d);
	if (err)
		return rs_err(err, "diff");
	*ret = rs_take_ptr(d);
	return 0;
}

bool rs_diff_failed(const struct rs_diff *d)
{
	int i;

	for (i = 0; i < RS_NR_DECISIONS; i++)
		if (decisions[i].class == RS_EXACT && d->sums[i].diverged)
			return true;
	return false;
}
