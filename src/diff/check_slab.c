/* SPDX-License-Identifier: GPL-2.0-only */
/* Shrinkers: how many objects one is asked for, where its loop ends, and what it leaves for the next call. */
#include <stdlib.h>

#include "../base/cleanup.h"
#include "../model/shrinker.h"
#include "scan_state.h"

#define RECENT 128
#define WAITING 16
#define PATIENCE_NS 100000000ULL

struct run {
	uint64_t shrinker;
	uint64_t since_ns; /* the counter was taken after this: the thread's run before, or a while ago */
	uint64_t end_ns;
	int64_t deferred; /* what it added by the model */
	int64_t surplus; /* by how much the counter was more than that */
	uint32_t tid;
	int nid;
};

struct slab {
	struct run recent[RECENT]; /* a ring */
	unsigned int next;
	/* Those whose counter is larger than what they left: did somebody add at the same time? */
	struct {
		struct run run;
		struct rs_event_shrink_slab event;
		struct rs_answer answers[3];
	} waiting[WAITING];
	unsigned int nr_waiting;
};

/*
 * Another thread's run of the same shrinker that may account for the surplus of @run. Only one that knows of nodes has a
 * counter for each, and its flags do not tell that on every kernel: for another node's it has to be just the surplus.
 */
static bool meets(const struct run *run, const struct run *other)
{
	return other->shrinker == run->shrinker && other->tid != run->tid && other->deferred > 0 &&
	       (other->nid == run->nid ? other->deferred <= run->surplus : other->deferred == run->surplus) &&
	       other->end_ns >= run->since_ns && other->since_ns <= run->end_ns;
}

static void settle(struct rs_diff *d, struct slab *slab, unsigned int i, const char *race)
{
	rs_judge(d, RS_DECIDE_do_shrink_slab, NULL, &slab->waiting[i].event.hdr, slab->waiting[i].answers,
		 RS_ARRAY_SIZE_OF(slab->waiting[i].answers), 0, race);
	slab->waiting[i] = slab->waiting[--slab->nr_waiting];
}

static void settle_waiting(struct rs_diff *d, struct slab *slab, const struct run *run)
{
	unsigned int i;

	for (i = slab->nr_waiting; i-- > 0;)
		if (meets(&slab->waiting[i].run, run))
			settle(d, slab, i, "another reclaimer added to the same counter");
		else if (run->end_ns > slab->waiting[i].run.end_ns + PATIENCE_NS)
			settle(d, slab, i, NULL);
}

static const char *branch(const struct rs_event_shrink_slab *e, const struct rs_slab_scan *s)
{
	if (!s->planned)
		return "nothing to scan";
	if (e->left == s->planned)
		return "less than a batch";
	return do_shrink_slab_next(&(struct rs_slab_scan){ .total_scan = e->left,
							   .batch_size = s->batch_size,
							   .freeable = s->freeable }) ?
		       "stopped by the shrinker" :
		       "scanned";
}

static void judge(struct rs_diff *d, const struct rs_event_shrink_slab *e)
{
	const struct do_shrink_slab in = {
		.nr_deferred = e->nr_deferred,
		.freeable = e->freeable,
		.batch = e->batch,
		.seeks = e->seeks,
		.priority = e->priority,
	};
	struct slab *slab = d->priv[RS_PRIV_SLAB];
	struct rs_slab_scan s;
	const char *race = NULL;
	struct rs_answer *a;
	struct run run;
	unsigned int i;

	if (e->priority < 0 || e->priority > DEF_PRIORITY || e->seeks < 0)
		return; /* impossible */
	if (!slab && !(slab = d->priv[RS_PRIV_SLAB] = calloc(1, sizeof(*slab))))
		return;
	do_shrink_slab(&s, &in, &d->rules, rs_diff_why(d));
	rs_count_branch(d, RS_DECIDE_do_shrink_slab, branch(e, &s));
	rs_count_branch(d, RS_DECIDE_do_shrink_slab, e->seeks ? "seeks" : "no seeks");
	if (e->nr_deferred)
		rs_count_branch(d, RS_DECIDE_do_shrink_slab, "with deferred objects");
	do_shrink_slab_scanned(&s, s.planned - e->left);
	run = (struct run){
		.shrinker = e->shrinker,
		.since_ns = e->hdr.ts_ns > e->duration_ns + PATIENCE_NS ? e->hdr.ts_ns - e->duration_ns - PATIENCE_NS : 0,
		.end_ns = e->hdr.ts_ns,
		.deferred = do_shrink_slab_deferred(&s, &d->rules, rs_diff_why(d)),
		.tid = e->hdr.tid,
		.nid = e->nid,
	};
	run.surplus = e->new_scan - run.deferred;
	for (i = 0; i < RECENT && i < slab->next; i++)
		if (slab->recent[i].tid == run.tid && slab->recent[i].end_ns > run.since_ns)
			run.since_ns = slab->recent[i].end_ns;
	settle_waiting(d, slab, &run);
	a = slab->waiting[slab->nr_waiting].answers;
	a[0] = (struct rs_answer){ "delta", e->delta, s.delta };
	a[1] = (struct rs_answer){ "total_scan", e->total_scan, s.planned };
	a[2] = (struct rs_answer){ "deferred", e->new_scan, run.deferred };
	/* Only what it leaves behind can be another's. */
	if (a[0].kernel != a[0].model || a[1].kernel != a[1].model)
		run.surplus = 0;
	for (i = 0; run.surplus > 0 && i < RECENT && i < slab->next; i++)
		if (meets(&run, &slab->recent[i]))
			race = "another reclaimer added to the same counter";
	slab->recent[slab->next++ % RECENT] = run;
	if (run.surplus > 0 && !race && slab->nr_waiting < WAITING - 1) {
		slab->waiting[slab->nr_waiting].run = run;
		slab->waiting[slab->nr_waiting].event = *e;
		slab->nr_waiting++;
		return;
	}
	rs_judge(d, RS_DECIDE_do_shrink_slab, NULL, &e->hdr, a, RS_ARRAY_SIZE_OF(slab->waiting[0].answers), 0, race);
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	(void)step;
	if (event->hdr->type == RS_EVENT_shrink_slab)
		judge(d, (const void *)event->hdr);
}

static void finish(struct rs_diff *d)
{
	struct slab *slab = d->priv[RS_PRIV_SLAB];

	while (slab && slab->nr_waiting)
		settle(d, slab, slab->nr_waiting - 1, NULL);
}

static void destroy(struct rs_diff *d)
{
	free(d->priv[RS_PRIV_SLAB]);
	d->priv[RS_PRIV_SLAB] = NULL;
}

const struct rs_checker rs_check_slab = { .record = record, .finish = finish, .destroy = destroy };
