/* SPDX-License-Identifier: GPL-2.0-only */
/* Who wakes kswapd, when it may sleep, and how its main loop goes round. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../model/kswapd.h"
#include "diff.h"

#define MAX_NODES 64
#define MAX_WAITING 32
#define MAX_RECENT_CALLS 16

/* A call of wakeup_kswapd() that came out otherwise: did kswapd take up the request meanwhile? */
struct waiting {
	struct rs_frame frame;
	struct rs_event_wakeup_kswapd_end end;
	struct rs_answer answers[4];
};

struct call {
	uint64_t begin_ns, end_ns;
	uint32_t tid;
	int order, highest_zoneidx; /* asked for */
	int order_before, zoneidx_before; /* what kswapd had been asked for when it began */
};

struct node {
	/* The main loop. */
	struct kswapd k;
	uint32_t tid;
	bool refused; /* to sleep, by its last record */
	bool known; /* k is in step with the kernel */
	/* What kswapd is asked for, after the last record that tells. */
	int order, highest_zoneidx;
	bool request_known;
	/* kswapd took this, and was asked for more before its record was written */
	bool taken;
	int taken_order, taken_zoneidx;
	unsigned int nr_open; /* calls of wakeup_kswapd() that are under way */
	uint64_t prev_ns; /* kswapd's last record */
	uint64_t wake_ns; /* it took up a request last, */
	uint64_t asleep_ns; /* and until then it had not */
	uint64_t run_ns; /* its last run ended */
	/* Calls that ended last. */
	struct call calls[MAX_RECENT_CALLS];
	unsigned int nr_calls;
	uint64_t woken_ns; /* mm_vmscan_wakeup_kswapd, and by whom */
	uint32_t woken_by;
	uint64_t refused_ns; /* allow_direct_reclaim() said no, which wakes it too */
};

struct kswapd_priv {
	struct node nodes[MAX_NODES];
	struct waiting waiting[MAX_WAITING];
	unsigned int nr_waiting;
	unsigned int nr_throttled; /* tasks in throttle_direct_reclaim(), where allow_direct_reclaim() is not seen */
	bool sees_allow;
	bool blind; /* what its loop goes by was left out of the recording */
};

static struct kswapd_priv *priv_get(struct rs_diff *d)
{
	const struct rs_reader *reader = d->reader;
	struct kswapd_priv *p = d->priv[RS_PRIV_KSWAPD];

	if (!p) {
		p = d->priv[RS_PRIV_KSWAPD] = calloc(1, sizeof(*p));
		if (p)
			p->blind = rs_reader_has_probe(reader, "mm_vmscan_kswapd_wake") &&
				   !(rs_reader_has_probe(reader, "wakeup_kswapd") && rs_reader_has_probe(reader, "balance_pgdat") &&
				     rs_reader_has_probe(reader, "prepare_kswapd_sleep"));
	}
	return p;
}

static struct node *node_get(struct rs_diff *d, int nid)
{
	struct kswapd_priv *p = priv_get(d);

	return p && nid >= 0 && nid < MAX_NODES ? &p->nodes[nid] : NULL;
}

/* The last pgdat_balanced() of what the thread has done since a function began or ended. */
static const struct rs_event_pgdat_balanced *last_balanced(const struct rs_thread *thread, int nid, int order,
							   int highest_zoneidx)
{
	const struct rs_event_pgdat_balanced *found = NULL;
	const struct rs_event_hdr *hdr;

	for (hdr = rs_recent_first(thread); hdr; hdr = rs_recent_next(thread, hdr)) {
		const struct rs_event_pgdat_balanced *e = (const void *)hdr;

		if (hdr->type == RS_EVENT_prepare_kswapd_sleep && rs_recent_next(thread, hdr))
			found = NULL;
		if (hdr->type == RS_EVENT_pgdat_balanced && e->nid == nid && e->order == order &&
		    e->highest_zoneidx == highest_zoneidx)
			found = e;
	}
	return found;
}

/* ---- wakeup_kswapd() ---- */

static bool has_recent(const struct rs_thread *thread, uint16_t type)
{
	const struct rs_event_hdr *hdr;

	for (hdr = rs_recent_first(thread); hdr; hdr = rs_recent_next(thread, hdr))
		if (hdr->type == type)
			return true;
	return false;
}

/* Did somebody else ask for something, or wake kswapd, while this call was under way? */
static bool others_called(const struct node *node, uint64_t begin_ns, uint32_t tid)
{
	unsigned int i;

	if (node->nr_open)
		return true;
	if (node->woken_ns >= begin_ns && node->woken_by != tid)
		return true;
	for (i = 0; i < MAX_RECENT_CALLS && i < node->nr_calls; i++)
		if (node->calls[i].tid != tid && node->calls[i].end_ns >= begin_ns)
			return true;
	return false;
}

/*
 * A record has the time at which it was begun; what it holds is read after that, and later still if the CPU was
 * taken away in between. In the middle of a run kswapd takes no request: so this was read after the run.
 */
static bool read_late(const struct node *node, uint64_t begin_ns, const struct rs_event_wakeup_kswapd_end *e)
{
	return node->known && node->k.step == KSWAPD_BALANCE && node->wake_ns < begin_ns && e->kswapd_highest_zoneidx == MAX_NR_ZONES;
}

static void count_wakeup(struct rs_diff *d, const struct wakeup_kswapd *in, const struct rs_wakeup_result *r)
{
	bool boosted = false;
	int i;

	for (i = 0; i <= in->highest_zoneidx; i++)
		boosted |= in->watermark_boost[i] != 0;
	rs_count_branch(d, RS_DECIDE_wakeup_kswapd,
			!in->managed_pages ? "not managed" :
			!in->kswapd_waits ? "awake" :
			kswapd_test_hopeless(in->kswapd_failures) ? "hopeless" :
			!in->balanced ? "unbalanced: wakes" :
			boosted ? "balanced but boosted: wakes" : "balanced");
	if (r->wakeup == RS_WAKEUP_KCOMPACTD)
		rs_count_branch(d, RS_DECIDE_wakeup_kswapd, "wakes kcompactd instead");
}

/* Kept until kswapd's next record says whether it took the request in between. */
static void wait_for_kswapd(struct rs_diff *d, const struct rs_frame *frame, const struct rs_event_wakeup_kswapd_end *e,
			    const struct rs_answer *answers)
{
	struct kswapd_priv *p = priv_get(d);
	struct waiting *w;

	if (p->nr_waiting == MAX_WAITING) {
		rs_judge(d, RS_DECIDE_wakeup_kswapd, frame, &e->hdr, answers, 4, 0, NULL);
		return;
	}
	w = &p->waiting[p->nr_waiting++];
	w->frame = *frame;
	w->end = *e;
	memcpy(w->answers, answers, sizeof(w->answers));
}

/* @race: what kswapd did next, NULL: it asks whether it may sleep. */
static void resolve_waiting(struct rs_diff *d, int nid, const char *race)
{
	struct kswapd_priv *p = priv_get(d);
	unsigned int i = 0;

	while (i < p->nr_waiting) {
		struct waiting *w = &p->waiting[i];
		const char *why_not = race;

		if (w->end.nid != nid) {
			i++;
			continue;
		}
		rs_diff_why(d);
		/* it lines up in the wait queue before it asks */
		if (!race && !rs_frame_entry(&w->frame, wakeup_kswapd_begin)->kswapd_waits &&
		    w->answers[0].kernel == w->answers[0].model && w->answers[1].kernel == w->answers[1].model)
			why_not = "kswapd went to sleep meanwhile";
		rs_judge(d, RS_DECIDE_wakeup_kswapd, &w->frame, &w->end.hdr, w->answers, 4, 0, why_not);
		*w = p->waiting[--p->nr_waiting];
	}
}

static void check_wakeup(struct rs_diff *d, const struct rs_thread *thread, const struct rs_frame *frame,
			 const struct rs_event_wakeup_kswapd_end *e)
{
	const struct rs_event_wakeup_kswapd_begin *b = rs_frame_entry(frame, wakeup_kswapd_begin);
	struct node *node = node_get(d, e->nid);
	const struct rs_event_pgdat_balanced *balanced;
	struct wakeup_kswapd in = {
		.managed_pages = b->managed,
		.cpuset_allowed = true,
		.gfp = b->gfp,
		.order = b->order,
		.highest_zoneidx = b->highest_zoneidx,
		.kswapd_order = b->kswapd_order,
		.kswapd_highest_zoneidx = b->kswapd_highest_zoneidx,
		.kswapd_failures = b->kswapd_failures,
		.kswapd_waits = b->kswapd_waits,
	};
	struct rs_wakeup_result r;
	struct rs_answer answers[4];
	bool woke;
	int i;

	if (!node || frame->broken || b->nid != e->nid || b->order != e->order || b->gfp != e->gfp ||
	    b->highest_zoneidx != e->highest_zoneidx || b->highest_zoneidx < 0 || b->highest_zoneidx >= MAX_NR_ZONES) {
		rs_count_lost(d, RS_DECIDE_wakeup_kswapd);
		return;
	}
	for (i = 0; i < MAX_NR_ZONES; i++)
		in.watermark_boost[i] = b->boost[i];
	balanced = last_balanced(thread, e->nid, e->order, e->highest_zoneidx);
	in.balanced = balanced && balanced->ret;
	woke = has_recent(thread, RS_EVENT_wakeup_kswapd);
	r = wakeup_kswapd(&in, rs_diff_why(d));
	if (r.asks_balanced && !balanced && e->kswapd_waits) {
		/* kswapd has slept all the time: the test is missing */
		rs_count_lost(d, RS_DECIDE_wakeup_kswapd);
		return;
	}
	answers[0] = (struct rs_answer){ "kswapd_order", e->kswapd_order, r.kswapd_order };
	answers[1] = (struct rs_answer){ "kswapd_highest_zoneidx", e->kswapd_highest_zoneidx, r.kswapd_highest_zoneidx };
	answers[2] = (struct rs_answer){ "wakes", woke, r.wakeup == RS_WAKEUP_KSWAPD };
	answers[3] = (struct rs_answer){ "asks pgdat_balanced", balanced != NULL, r.asks_balanced };
	for (i = 0; i < 4 && answers[i].kernel == answers[i].model; i++)
		;
	if (i == 4)
		count_wakeup(d, &in, &r);
	if (i == 4)
		rs_judge(d, RS_DECIDE_wakeup_kswapd, frame, &e->hdr, answers, 4, 0, NULL);
	else if (read_late(node, b->hdr.ts_ns, e))
		rs_judge(d, RS_DECIDE_wakeup_kswapd, frame, &e->hdr, answers, 4, 0, "read after kswapd's run, which began before");
	else if (others_called(node, b->hdr.ts_ns, b->hdr.tid))
		rs_judge(d, RS_DECIDE_wakeup_kswapd, frame, &e->hdr, answers, 4, 0, "another call at the same time");
	else if (node->wake_ns >= b->hdr.ts_ns)
		rs_judge(d, RS_DECIDE_wakeup_kswapd, frame, &e->hdr, answers, 4, 0, "kswapd took the request");
	else if (b->kswapd_waits != e->kswapd_waits && !woke)
		rs_judge(d, RS_DECIDE_wakeup_kswapd, frame, &e->hdr, answers, 4, 0, "kswapd woke up meanwhile");
	else
		wait_for_kswapd(d, frame, e, answers);
}

/* ---- prepare_kswapd_sleep() ---- */

static void check_prepare(struct rs_diff *d, const struct rs_thread *thread, const struct rs_event_prepare_kswapd_sleep *e)
{
	const struct rs_event_pgdat_balanced *balanced = last_balanced(thread, e->nid, e->order, e->highest_zoneidx);
	bool hopeless = kswapd_test_hopeless(e->kswapd_failures);
	bool ret;

	if (!balanced && !hopeless) {
		rs_count_lost(d, RS_DECIDE_prepare_kswapd_sleep);
		return;
	}
	ret = prepare_kswapd_sleep(e->kswapd_failures, balanced && balanced->ret, rs_diff_why(d));
	rs_count_branch(d, RS_DECIDE_prepare_kswapd_sleep, hopeless ? "hopeless" : ret ? "balanced" : "unbalanced");
	rs_judge(d, RS_DECIDE_prepare_kswapd_sleep, NULL, &e->hdr, (struct rs_answer[]){ { "sleeps", e->ret, ret } }, 1, 0,
		 NULL);
}

/* ---- the main loop ---- */

static const char *const step_names[] = {
	[KSWAPD_PREPARE_NAP] = "before the nap",
	[KSWAPD_NAP] = "woken during the nap",
	[KSWAPD_PREPARE_SLEEP] = "after the nap",
	[KSWAPD_SLEEP] = "woken",
	[KSWAPD_BALANCE] = "balances",
};

/* Is a request on its way that the records do not settle? */
static const char *request_race(const struct rs_diff *d, const struct node *node)
{
	const struct kswapd_priv *p = d->priv[RS_PRIV_KSWAPD];
	unsigned int i;

	if (p->nr_throttled)
		return "a task waits for the reserves and may wake kswapd";
	if (node->refused_ns >= node->run_ns)
		return "a task that waits for the reserves woke kswapd";
	if (node->nr_open)
		return "a request at the same time";
	for (i = 0; i < MAX_RECENT_CALLS && i < node->nr_calls; i++)
		if (node->calls[i].end_ns >= node->prev_ns && node->calls[i].begin_ns <= node->prev_ns)
			return "a request at the same time";
	return NULL;
}

/* Was this asked for just when kswapd took the request before, of which only its record tells? */
static const char *late_request(const struct node *node, int order, int highest_zoneidx)
{
	unsigned int i;

	for (i = 0; i < MAX_RECENT_CALLS && i < node->nr_calls; i++)
		if (node->calls[i].end_ns >= node->asleep_ns && node->calls[i].begin_ns <= node->wake_ns &&
		    node->calls[i].order == order && node->calls[i].highest_zoneidx == highest_zoneidx)
			return "a request while kswapd took the one before";
	return NULL;
}

/*
 * Has kswapd taken just what there was when the last call began, which was after it was woken? Then that request is still there,
 * and has to be seen again.
 */
static bool came_too_late(const struct node *node, const struct rs_event_kswapd_wake *e)
{
	const struct call *c = &node->calls[(node->nr_calls - 1) % MAX_RECENT_CALLS];

	return node->nr_calls && c->begin_ns >= node->woken_ns && node->woken_ns >= node->prev_ns && c->order_before == e->order &&
	       c->zoneidx_before == e->zid && (c->order > e->order || c->highest_zoneidx > e->zid);
}

static void main_loop(struct rs_diff *d, const struct rs_event_hdr *hdr)
{
	struct kswapd_result result = { 0 };
	struct rs_answer answers[3];
	const char *race = NULL;
	struct node *node;
	int nid;

	/* the first field of each of them */
	nid = ((const struct rs_event_kswapd_wake *)hdr)->nid;
	node = node_get(d, nid);
	if (!node)
		return;
	if (priv_get(d)->blind) {
		rs_count_hidden(d, RS_DECIDE_kswapd);
		return;
	}
	if (node->tid != hdr->tid)
		node->known = false;
	node->tid = hdr->tid;
	/* from taking a request kswapd goes straight on to its record of that */
	if (hdr->type != RS_EVENT_kswapd_wake)
		node->taken = false;
	result.kswapd_order = node->order;
	result.kswapd_highest_zoneidx = node->highest_zoneidx;
	if (hdr->type == RS_EVENT_prepare_kswapd_sleep) {
		const struct rs_event_prepare_kswapd_sleep *e = (const void *)hdr;
		enum kswapd_step step = node->k.step;

		if (node->known && step == KSWAPD_NAP) {
			result.napped = true;
			kswapd_next(&node->k, &result, rs_diff_why(d));
		}
		answers[0] = (struct rs_answer){ "asks to sleep", true, node->k.step == KSWAPD_PREPARE_NAP ||
										(node->k.step == KSWAPD_PREPARE_SLEEP && !node->refused) };
		answers[1] = (struct rs_answer){ "order", e->order, node->k.reclaim_order };
		answers[2] = (struct rs_answer){ "highest zone", e->highest_zoneidx, node->k.highest_zoneidx };
		result.may_sleep = e->ret;
		race = late_request(node, e->order, e->highest_zoneidx);
	} else if (hdr->type == RS_EVENT_kswapd_sleep) {
		answers[0] = (struct rs_answer){ "sleeps", true, node->k.step == KSWAPD_SLEEP };
		answers[1] = answers[2] = (struct rs_answer){ "", 0, 0 };
	} else if (hdr->type == RS_EVENT_kswapd_wake) {
		const struct rs_event_kswapd_wake *e = (const void *)hdr;
		enum kswapd_step before = node->k.step;

		if (node->taken) {
			result.kswapd_order = node->taken_order;
			result.kswapd_highest_zoneidx = node->taken_zoneidx;
		}
		/* refused to sleep: it reads the request only now */
		if (node->known && before != KSWAPD_BALANCE && before != KSWAPD_PREPARE_NAP) {
			kswapd_next(&node->k, &result, rs_diff_why(d));
			race = request_race(d, node);
			rs_count_branch(d, RS_DECIDE_kswapd, step_names[before]);
		}
		answers[0] = (struct rs_answer){ "balances", true, node->k.step == KSWAPD_BALANCE &&
									(before != KSWAPD_PREPARE_SLEEP || node->refused) };
		answers[1] = (struct rs_answer){ "order", e->order, node->k.alloc_order };
		answers[2] = (struct rs_answer){ "highest zone", e->zid, node->k.highest_zoneidx };
		if (!node->taken && (e->order != node->k.alloc_order || e->zid != node->k.highest_zoneidx) && came_too_late(node, e)) {
			node->taken = true;
			race = "a request while kswapd took the one before";
		}
	}
	if (!node->known || !node->request_known)
		rs_count_lost(d, RS_DECIDE_kswapd);
	else
		node->known = rs_judge(d, RS_DECIDE_kswapd, NULL, hdr, answers, 3, 0, race);
	/* on from what the kernel does */
	if (hdr->type == RS_EVENT_prepare_kswapd_sleep && node->known) {
		rs_count_branch(d, RS_DECIDE_kswapd, step_names[node->k.step]);
		node->refused = node->k.step == KSWAPD_PREPARE_SLEEP && !result.may_sleep;
		if (!node->refused)
			kswapd_next(&node->k, &result, NULL);
	} else if (hdr->type == RS_EVENT_kswapd_wake) {
		const struct rs_event_kswapd_wake *e = (const void *)hdr;

		node->refused = false;
		node->k.step = KSWAPD_BALANCE;
		node->k.alloc_order = e->order;
		node->k.highest_zoneidx = e->zid;
		node->known = true;
		if (!node->taken) {
			node->order = 0;
			node->highest_zoneidx = MAX_NR_ZONES;
		}
		node->taken = false;
		node->request_known = true;
		node->asleep_ns = node->woken_ns > node->prev_ns ? node->woken_ns : node->prev_ns;
		node->wake_ns = hdr->ts_ns;
	}
	node->prev_ns = hdr->ts_ns;
}

/* A run is over: what kswapd goes on with. */
static void main_loop_ran(struct rs_diff *d, const struct rs_event_balance_pgdat_end *e)
{
	struct node *node = node_get(d, e->nid);
	struct kswapd_result result = { 0 };

	if (!node || node->tid != e->hdr.tid || node->k.step != KSWAPD_BALANCE)
		return;
	result.reclaim_order = e->ret;
	result.kswapd_order = node->order;
	result.kswapd_highest_zoneidx = node->highest_zoneidx;
	rs_count_branch(d, RS_DECIDE_kswapd, e->ret < node->k.alloc_order ? "gave up the order" : step_names[KSWAPD_BALANCE]);
	kswapd_next(&node->k, &result, NULL);
	node->prev_ns = node->run_ns = e->hdr.ts_ns;
}

/* ---- */

/* In the middle of a run kswapd takes nothing: then what was known of the request was out of date. */
static void taken(struct node *node, int order, int highest_zoneidx)
{
	if (node->known && node->k.step == KSWAPD_BALANCE)
		return;
	node->taken = true;
	node->taken_order = order;
	node->taken_zoneidx = highest_zoneidx;
}

static void wakeup_opened(struct rs_diff *d, const struct rs_event_wakeup_kswapd_begin *e)
{
	struct node *node = node_get(d, e->nid);

	if (!node)
		return;
	node->nr_open++;
	/* taken by a kswapd whose record is yet to come */
	if (node->request_known && e->kswapd_highest_zoneidx == MAX_NR_ZONES &&
	    node->highest_zoneidx != MAX_NR_ZONES) {
		taken(node, node->order, node->highest_zoneidx);
		node->order = e->kswapd_order;
		node->highest_zoneidx = MAX_NR_ZONES;
	}
}

static void wakeup_closed(struct rs_diff *d, const struct rs_step *step, const struct rs_event_wakeup_kswapd_end *e)
{
	const struct rs_event_wakeup_kswapd_begin *b = rs_frame_entry(step->closed, wakeup_kswapd_begin);
	struct node *node = node_get(d, b->nid);

	if (!node)
		return;
	node->nr_open -= node->nr_open > 0;
	check_wakeup(d, step->thread, step->closed, e);
	node->calls[node->nr_calls++ % MAX_RECENT_CALLS] = (struct call){ b->hdr.ts_ns, e->hdr.ts_ns, e->hdr.tid, b->order, b->highest_zoneidx,
									       b->kswapd_order, b->kswapd_highest_zoneidx };
	if (read_late(node, b->hdr.ts_ns, e)) {
		node->order = b->order > b->kswapd_order ? b->order : b->kswapd_order;
		node->highest_zoneidx = kswapd_highest_zoneidx(b->kswapd_highest_zoneidx, b->highest_zoneidx) > b->highest_zoneidx ?
						b->kswapd_highest_zoneidx : b->highest_zoneidx;
		return;
	}
	/* taken meanwhile, with this request or just before it */
	if (node->request_known && node->wake_ns < b->hdr.ts_ns && !node->taken) {
		if (e->kswapd_highest_zoneidx == MAX_NR_ZONES)
			taken(node, b->order > node->order ? b->order : node->order,
			      kswapd_highest_zoneidx(node->highest_zoneidx, b->highest_zoneidx) > b->highest_zoneidx ?
				      node->highest_zoneidx : b->highest_zoneidx);
		else if (e->kswapd_order < node->order ||
			 (node->highest_zoneidx != MAX_NR_ZONES && e->kswapd_highest_zoneidx < node->highest_zoneidx))
			taken(node, node->order, node->highest_zoneidx);
	}
	node->order = e->kswapd_order;
	node->highest_zoneidx = e->kswapd_highest_zoneidx;
}

/* Refused: a kswapd that sleeps is woken, but only for zones that count as a reserve. */
static void refused(struct rs_diff *d, const struct rs_event_allow_direct_reclaim *e)
{
	struct node *node = node_get(d, e->nid);

	if (!node || e->ret)
		return;
	node->refused_ns = e->hdr.ts_ns;
	if (node->k.step != KSWAPD_NAP && node->k.step != KSWAPD_SLEEP)
		return;
	if (node->woken_ns >= node->prev_ns)
		return;
	node->woken_ns = e->hdr.ts_ns;
	node->woken_by = e->hdr.tid;
	if (node->highest_zoneidx > ZONE_NORMAL)
		node->highest_zoneidx = ZONE_NORMAL;
}

static void record(struct rs_diff *d, const struct rs_step *step, const struct rs_event *event)
{
	const struct rs_event_hdr *hdr = event->hdr;
	const struct rs_event_kswapd_wake *e = (const void *)hdr;
	struct node *node;

	switch (hdr->type) {
	case RS_EVENT_wakeup_kswapd_begin:
		wakeup_opened(d, (const void *)hdr);
		break;
	case RS_EVENT_wakeup_kswapd_end:
		if (step->closed)
			wakeup_closed(d, step, (const void *)hdr);
		else
			rs_count_lost(d, RS_DECIDE_wakeup_kswapd);
		break;
	case RS_EVENT_wakeup_kswapd:
		node = node_get(d, ((const struct rs_event_wakeup_kswapd *)hdr)->nid);
		if (node) {
			node->woken_ns = hdr->ts_ns;
			node->woken_by = hdr->tid;
		}
		break;
	case RS_EVENT_prepare_kswapd_sleep:
		check_prepare(d, step->thread, (const void *)hdr);
		resolve_waiting(d, e->nid, NULL);
		main_loop(d, hdr);
		break;
	case RS_EVENT_kswapd_wake:
		resolve_waiting(d, e->nid, "kswapd took the request");
		main_loop(d, hdr);
		break;
	case RS_EVENT_kswapd_sleep:
		resolve_waiting(d, e->nid, NULL);
		main_loop(d, hdr);
		break;
	case RS_EVENT_throttle_direct_begin:
		priv_get(d)->nr_throttled += !priv_get(d)->sees_allow;
		break;
	case RS_EVENT_throttle_direct_end:
		if (priv_get(d)->nr_throttled)
			priv_get(d)->nr_throttled--;
		break;
	case RS_EVENT_allow_direct_reclaim:
		priv_get(d)->sees_allow = true;
		priv_get(d)->nr_throttled = 0;
		refused(d, (const void *)hdr);
		break;
	case RS_EVENT_balance_pgdat_end:
		main_loop_ran(d, (const void *)hdr);
		break;
	}
}

static void dropped(struct rs_diff *d, const struct rs_frame *frame)
{
	struct node *node;

	if (frame->type == RS_EVENT_throttle_direct_begin && priv_get(d)->nr_throttled)
		priv_get(d)->nr_throttled--;
	if (frame->type != RS_EVENT_wakeup_kswapd_begin)
		return;
	rs_count_lost(d, RS_DECIDE_wakeup_kswapd);
	node = node_get(d, rs_frame_entry(frame, wakeup_kswapd_begin)->nid);
	if (node)
		node->nr_open -= node->nr_open > 0;
}

/* kswapd did nothing more, which would have told. */
static void finish(struct rs_diff *d)
{
	struct kswapd_priv *p = d->priv[RS_PRIV_KSWAPD];

	for (; p && p->nr_waiting; p->nr_waiting--)
		rs_count_lost(d, RS_DECIDE_wakeup_kswapd);
}

static void destroy(struct rs_diff *d)
{
	free(d->priv[RS_PRIV_KSWAPD]);
}

const struct rs_checker rs_check_kswapd = { .record = record, .dropped = dropped, .finish = finish, .destroy = destroy };
