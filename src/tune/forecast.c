/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the gauge to times and probabilities. Time to min has three ways to come about, and the earliest counts: what
 * can be reclaimed is used up; the load stays ahead of kswapd; or one of the load's bursts does, which is known only
 * as the share of kswapd's working seconds in which tasks had to reclaim so far.
 *
 * Approximations: errors of rates are normal and independent of each other; NUMA nodes are one pool for stalls, and
 * share the demand for the times of their zones as they have done lately.
 */
#include "forecast.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/cleanup.h"
#include "../wire/capture.h"
#include "forecast_state.h"

#define SAMPLE_NS 90000000ULL /* closer readings are left out */
#define PAUSE_NS 2000000000ULL /* kswapd begins anew after this long without reclaim, and has got on after as long */
#define FARTHEST 3600.0 /* seconds; later is "not as far as can be seen" */

/* Chosen on parts a to e of the runs of docs/forecast.md. */
static const double stall_memory = 10; /* seconds of kswapd's work after which a stall counts half */
static const double stall_prior = 1; /* seconds of its work that the prior is worth */
static const double stall_prior_rate = 0.002; /* stalled seconds, for each time the load takes low - min in a second */
static const double stall_prior_most = 0.15;
static const double stall_prior_generations = 0.7; /* stalled seconds where it reclaims by generations */
static const double stall_at_first = 0.3; /* what a stall at kswapd's beginning counts among those of its work */
static const double another = 0.2; /* of the loads that go on: they become faster or slower */
static const double another_spread = 1; /* by that, in the logarithm */
static const double ends = 1.1; /* how many loads end before they are a given size, as the exponent of that */
/* Tasks have to reclaim when kswapd begins: with a probability of one half if they take low - min in this long, */
static const double contact_seconds = 0.006;
static const double contact_seconds_generations = 0.4; /* as it makes a generation first */
static const double contact_unclean = 0.98; /* but with this one if next to nothing can be reclaimed at once */
static const double contact_clean = 1; /* seconds of the load's demand that have to be, or it is next to nothing */

int rs_forecaster_create(uint64_t horizon_ns, struct rs_forecaster **ret)
{
	struct rs_forecaster *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->horizon = horizon_ns / SECOND;
	f->forecast.horizon_ns = horizon_ns;
	f->swap_worth = 1;
	*ret = f;
	return 0;
}

void rs_forecaster_destroy(struct rs_forecaster *f)
{
	free(f);
}

void rs_forecaster_set_generations(struct rs_forecaster *f, bool generations)
{
	f->generations = generations;
}

const struct rs_forecast *rs_forecaster_latest(const struct rs_forecaster *f)
{
	return &f->forecast;
}

const struct rs_forecast_truth *rs_forecaster_truth(const struct rs_forecaster *f)
{
	return &f->truth;
}

/* ---- samples ---- */

static uint64_t known(uint64_t value)
{
	return value == RS_UNKNOWN ? 0 : value;
}

static double above(double free, double mark)
{
	return free > mark ? free - mark : 0;
}

static void take_zone(struct rs_forecaster *f, const struct rs_event_zone_state *e)
{
	if (e->context == RS_ZONE_OF_GAUGE && e->managed && f->nr_zones < RS_FORECAST_ZONES)
		f->zones[f->nr_zones++] = *e;
}

static void take_node(struct rs_forecaster *f, const struct rs_event_node_state *e)
{
	f->file += e->inactive_file + e->active_file;
	f->anon += e->inactive_anon + e->active_anon;
	f->slab += e->slab_reclaimable;
	f->unmovable += e->unevictable + e->slab_unreclaimable;
}

/* The highest zone that memory of users comes from; lower ones hold so much back from such requests. */
static int highest_zone(const struct rs_forecaster *f)
{
	unsigned int i;
	int zid = 0;

	for (i = 0; i < f->nr_zones; i++)
		if (f->zones[i].zid > zid)
			zid = f->zones[i].zid;
	return zid < RS_MAX_ZONES ? zid : RS_MAX_ZONES - 1;
}

/* Higher zones of a node are used first. */
static int by_use(const void *a, const void *b)
{
	const struct rs_forecast_zone *x = a, *y = b;

	return x->nid != y->nid ? (x->nid > y->nid) - (x->nid < y->nid) : (x->zid < y->zid) - (x->zid > y->zid);
}

static void sum_zones(struct rs_forecaster *f, struct rs_sample *s)
{
	int highest = highest_zone(f);
	unsigned int i;

	f->nr_now = f->nr_zones;
	f->truth.below_low = f->truth.below_min = f->nr_zones > 0;
	for (i = 0; i < f->nr_zones; i++) {
		const struct rs_event_zone_state *e = &f->zones[i];
		struct rs_forecast_zone *z = &f->now[i];
		uint64_t keep = known(e->boost) + e->lowmem_reserve[highest];
		int64_t free = e->free + e->free_diff;

		z->nid = e->nid;
		z->zid = e->zid;
		z->managed = e->managed;
		z->free = free > 0 ? free : 0;
		z->low = e->low + keep;
		z->min = e->min + keep;
		s->free += z->free;
		s->above_low += above(z->free, z->low);
		s->above_min += above(z->free, z->min);
		/* Where more is reserved than there is, the zone has no say. */
		if (z->low < z->managed) {
			s->gap += z->low - z->min;
			s->min += z->min;
			s->high += e->high + keep;
		}
		s->other += e->managed;
		f->truth.below_low &= z->free <= z->low;
		f->truth.below_min &= z->free <= z->min;
	}
	qsort(f->now, f->nr_now, sizeof(f->now[0]), by_use);
}

static void drain_nodes(struct rs_forecaster *f)
{
	double free[NODES] = { 0 };
	unsigned int i;

	for (i = 0; i < f->nr_now; i++)
		if (f->now[i].nid >= 0 && f->now[i].nid < NODES)
			free[f->now[i].nid] += f->now[i].free;
	for (i = 0; i < NODES; i++) {
		f->node_drain[i] = 0.95 * f->node_drain[i] + above(f->node_free[i], free[i]);
		f->node_free[i] = free[i];
	}
}

/* What a page of swap is worth: memory that nobody has named grows with swap that lies in memory. */
static void learn_swap(struct rs_forecaster *f, const struct rs_sample *now)
{
	const struct rs_sample *then = rs_forecast_sample_before(f, now->ts_ns, 3);
	double used = then ? now->swap_used - then->swap_used : 0;

	if (used > 512) {
		double worth = 1 - (now->other - then->other) / used;

		worth = worth < 0 ? 0 : worth > 1 ? 1 : worth;
		f->swap_worth += 0.1 * (worth - f->swap_worth);
	}
}

/* Is there much that can be reclaimed at once, as the load goes? */
static bool is_clean(const struct rs_forecaster *f, const struct rs_sample *s)
{
	return s->file > contact_clean * f->demand.rate + s->gap;
}

/*
 * How kswapd has worked since the sample before, and whether tasks had to help. Stalls come in clusters: a second with any
 * counts once.
 */
static void watch_kswapd(struct rs_forecaster *f, const struct rs_sample *was, const struct rs_sample *now)
{
	double seconds = (now->ts_ns - was->ts_ns) / SECOND, reclaimed = now->kswapd_steal - was->kswapd_steal;
	double keep = exp2(-seconds / stall_memory);
	bool stalls = now->stalls > was->stalls;

	struct rs_kswapd_record *k = &f->kswapd[is_clean(f, was)];

	f->kswapd_works = reclaimed > 0 || stalls;
	if (!f->kswapd_works)
		return;
	if (!f->worked_ns || now->ts_ns > f->worked_ns + PAUSE_NS) {
		f->contact_ns = now->ts_ns;
		f->contact_is_bad = false;
		k->contacts = keep * k->contacts + 1;
	}
	f->worked_ns = now->ts_ns;
	k->worked = keep * k->worked + seconds;
	k->stalled *= keep;
	if (stalls && now->ts_ns < f->contact_ns + PAUSE_NS) {
		if (!f->contact_is_bad) {
			f->contact_is_bad = true;
			k->bad_contacts = keep * k->bad_contacts + 1;
			k->stalled += stall_at_first;
		}
	} else if (stalls && (!f->stalled_ns || now->ts_ns > f->stalled_ns + (uint64_t)SECOND)) {
		k->stalled += fmax(seconds, 1);
		f->stalled_ns = now->ts_ns;
	}
	f->kswapd_rate = f->kswapd_rate > 0 ? 0.9 * f->kswapd_rate + 0.1 * reclaimed / seconds : reclaimed / seconds;
}

/* The gauge's last record: the sample is whole. True if it is kept. */
static bool take_vm(struct rs_forecaster *f, const struct rs_event_vm_state *e)
{
	const struct rs_sample *was = f->nr_samples ? rs_forecast_sample(f, 0) : NULL;
	struct rs_sample s = { .ts_ns = e->hdr.ts_ns, .file = f->file, .anon = f->anon, .slab = f->slab };
	bool whole = f->nr_zones && !(was && s.ts_ns < was->ts_ns + SAMPLE_NS);

	if (whole) {
		sum_zones(f, &s);
		drain_nodes(f);
		s.swap_free = e->swap_free > 0 && known(e->swap_free) ? e->swap_free : 0;
		s.swap_used = above(known(e->swap_total), s.swap_free);
		s.other -= s.free + s.file + s.anon + s.slab + f->unmovable;
		s.kswapd_steal = e->pgsteal_kswapd;
		s.steal = e->pgsteal_kswapd + e->pgsteal_direct;
		s.stalls = e->allocstall ? e->allocstall : f->stall_events;
		s.oom_kills = e->oom_kill ? e->oom_kill : f->oom_events;
		if (!was) {
			f->first_stalls = s.stalls;
			f->first_oom_kills = s.oom_kills;
		}
		f->ring[f->nr_samples++ % NR_SAMPLES] = s;
		if (was) {
			watch_kswapd(f, was, &s);
			learn_swap(f, &s);
		}
		f->truth.ts_ns = s.ts_ns;
		f->truth.stalls = s.stalls - f->first_stalls;
		f->truth.oom_kills = s.oom_kills - f->first_oom_kills;
		f->truth.free = s.free;
		f->truth.min = s.min;
		f->truth.high = s.high;
		f->truth.reclaimed_by_kswapd = s.kswapd_steal;
	}
	f->nr_zones = 0;
	f->file = f->anon = f->slab = f->unmovable = 0;
	return whole;
}

/* ---- times ---- */

static double normal(double x)
{
	return 0.5 * erfc(-x * M_SQRT1_2);
}

/* Middles of nine equally probable parts of the normal distribution. */
static const double ninths[] = { -1.593, -0.967, -0.589, -0.282, 0, 0.282, 0.589, 0.967, 1.593 };

/* Probability that @pages last longer than @t seconds: of loads that go on, some do so at another rate. */
static double lasts(const struct rs_flow *flow, double pages, double t)
{
	double as_now, as_another;

	if (t <= 0 || pages <= 0)
		return pages > 0;
	as_now = normal((pages / t - flow->rate) / flow->error);
	if (flow->rate <= 0)
		return as_now;
	as_another = normal(log(pages / t / flow->rate) / another_spread);
	return (1 - another) * as_now + another * as_another;
}

/* What min is a matter of. */
struct way {
	const struct rs_forecaster *f;
	double to_low; /* pages until kswapd is woken */
	double until_kept; /* pages until nothing can be reclaimed any more */
	double gap; /* low - min */
	bool clean; /* there is much that can be reclaimed without being written */
};

/* Seconds with stalls that were seen, or are taken to have been before any was. */
static double stalls_seen(const struct way *way, double demand)
{
	double prior = way->gap > 0 && demand > 0 ? fmin(stall_prior_rate * demand / way->gap, stall_prior_most) : 0;

	if (way->f->generations)
		prior = stall_prior_generations;
	return way->f->kswapd[way->clean].stalled + stall_prior * prior;
}

static double stalls_in_a_second(const struct way *way, double demand)
{
	return stalls_seen(way, demand) / (way->f->kswapd[way->clean].worked + stall_prior);
}

/* Probability of no stall while kswapd works for so many seconds: their rate is known only as far as it was watched. */
static double works_alone(const struct way *way, double demand, double seconds)
{
	double watched = way->f->kswapd[way->clean].worked + stall_prior;

	return pow(watched / (watched + seconds), stalls_seen(way, demand));
}

/* Probability that tasks have to reclaim before kswapd gets on, when it begins. */
static double begins_late(const struct way *way, double demand)
{
	const struct rs_kswapd_record *k = &way->f->kswapd[way->clean];
	double latency = way->f->generations ? contact_seconds_generations : contact_seconds;
	double prior = way->clean ? latency / (latency + way->gap / fmax(demand, 1)) : contact_unclean;

	return (k->bad_contacts + prior) / (k->contacts + 1);
}

/*
 * Probability that the load goes on until it has taken so many pages more. Loads come in all sizes: of those that have come
 * to one, so many come to twice that, whatever it is.
 */
static double goes_on(const struct rs_forecaster *f, const struct rs_flow *flow, double pages)
{
	return flow->rate > 0 && flow->risen > 0 ? pow(flow->risen / (flow->risen + pages), ends) * rs_forecast_habit(f) : 0;
}

/* Between two batches it has not stopped: a sample without reclaim is no new beginning. */
static bool is_at_work(const struct rs_forecaster *f)
{
	return f->kswapd_works || (f->worked_ns && rs_forecast_sample(f, 0)->ts_ns <= f->worked_ns + PAUSE_NS);
}

/* Probability that kswapd keeps ahead for @t seconds. @may_end: the load may also end before kswapd has to begin. */
static double no_stalls(const struct way *way, double t, bool may_end)
{
	const struct rs_flow *demand = &way->f->demand;
	double on = may_end ? goes_on(way->f, demand, way->to_low) : 1, sum = 0;
	unsigned int i;

	for (i = 0; i < RS_ARRAY_SIZE_OF(ninths); i++) {
		double rate = demand->rate + ninths[i] * demand->error, got_on, alone;

		if (is_at_work(way->f)) {
			sum += works_alone(way, rate, t);
		} else if (rate > 0 && rate * t > way->to_low) {
			got_on = way->to_low / rate + PAUSE_NS / SECOND;
			alone = works_alone(way, rate, above(t, got_on));
			sum += 1 - on * (1 - alone * (1 - begins_late(way, rate)));
		} else {
			sum += 1;
		}
	}
	return sum / RS_ARRAY_SIZE_OF(ninths);
}

/* Probability that min is not reached within @t seconds if the load goes on. */
static double stays_above_min(const struct way *way, double t)
{
	return lasts(&way->f->growth, way->until_kept, t) * no_stalls(way, t, false);
}

/* Either kswapd falls behind, or it does not and there is nothing left: both only if the load goes on. */
static double p_direct(const struct way *way)
{
	const struct rs_forecaster *f = way->f;

	return 1 - no_stalls(way, f->horizon, true) +
	       no_stalls(way, f->horizon, false) * (1 - lasts(&f->growth, way->until_kept, f->horizon)) *
		       goes_on(f, &f->growth, way->until_kept);
}

/* When the probability has fallen to @p. */
static double when(double (*stays)(const void *ctx, double t), const void *ctx, double p)
{
	double from = 0, to = FARTHEST;
	int i;

	if (stays(ctx, FARTHEST) > p)
		return INFINITY;
	for (i = 0; i < 40; i++) {
		double t = (from + to) / 2;

		if (stays(ctx, t) > p)
			from = t;
		else
			to = t;
	}
	return (from + to) / 2;
}

static double min_stays(const void *ctx, double t)
{
	return stays_above_min(ctx, t);
}

struct drain {
	struct rs_flow flow;
	double pages;
};

static double drain_stays(const void *ctx, double t)
{
	const struct drain *d = ctx;

	return lasts(&d->flow, d->pages, t);
}

static struct rs_span span_of(double (*stays)(const void *ctx, double t), const void *ctx)
{
	return (struct rs_span){ when(stays, ctx, 0.95), when(stays, ctx, 0.5), when(stays, ctx, 0.05) };
}

static struct rs_span time_to_drain(const struct rs_flow *flow, double share, double pages)
{
	struct drain d = { *flow, pages };

	if (pages <= 0)
		return (struct rs_span){ 0, 0, 0 };
	d.flow.rate *= share;
	d.flow.error *= share;
	return d.flow.error > 0 ? span_of(drain_stays, &d) : (struct rs_span){ INFINITY, INFINITY, INFINITY };
}

/* Never before low, whatever the two rates, of which each has its own error, say. */
static struct rs_span time_to_min(const struct way *way, const struct rs_span *to_low, bool below)
{
	struct rs_span span;

	if (below)
		return (struct rs_span){ 0, 0, 0 };
	span = span_of(min_stays, way);
	span.low = fmax(span.low, to_low->low);
	span.middle = fmax(span.middle, to_low->middle);
	span.high = fmax(span.high, to_low->high);
	return span;
}

/* A zone reaches low once those before it have, and min once all have reached low and those before it min. */
static void forecast_zones(struct rs_forecaster *f, const struct way *host)
{
	struct rs_forecast *fc = &f->forecast;
	double all = 0, to_low = 0, gaps = 0, share;
	unsigned int i, n;

	fc->nr_zones = f->nr_now;
	memcpy(fc->zones, f->now, f->nr_now * sizeof(f->now[0]));
	for (i = 0; i < NODES; i++)
		all += f->node_drain[i];
	for (i = 0; i < fc->nr_zones; i++) {
		struct rs_forecast_zone *z = &fc->zones[i];
		struct way way = *host;

		if (!i || z->nid != fc->zones[i - 1].nid)
			to_low = gaps = 0;
		to_low += above(z->free, z->low);
		gaps += above(fmin(z->free, z->low), z->min);
		share = all > 0 && z->nid >= 0 && z->nid < NODES ? f->node_drain[z->nid] / all : 1;
		z->to_low = time_to_drain(&f->demand, share, above(z->free, z->low) > 0 ? to_low : 0);
		/* What is left to be kept from below min in zones that come later. */
		for (n = i + 1; n < fc->nr_zones && fc->zones[n].nid == z->nid; n++)
			way.until_kept -= above(fmin(fc->zones[n].free, fc->zones[n].low), fc->zones[n].min);
		z->to_min = time_to_min(&way, &z->to_low, z->free <= z->min);
	}
}

static void make_forecast(struct rs_forecaster *f)
{
	const struct rs_sample *now = rs_forecast_sample(f, 0);
	struct rs_forecast *fc = &f->forecast;
	struct way way = { f, now->above_low, 0, now->gap, false };
	double to_oom;

	rs_forecast_estimate(f);
	way.clean = is_clean(f, now);
	fc->ts_ns = now->ts_ns;
	fc->above_low = now->above_low;
	fc->above_min = now->above_min;
	fc->reclaimable = rs_forecast_reclaimable(f, now);
	fc->demand = f->demand.rate;
	fc->demand_error = f->demand.error;
	fc->growth = f->growth.rate;
	fc->growth_error = f->growth.error;
	fc->kswapd_rate = f->kswapd_rate;
	fc->kswapd_works = f->kswapd_works;
	fc->stall_rate = stalls_in_a_second(&way, f->demand.rate);
	way.until_kept = fc->above_min + fc->reclaimable;
	fc->to_low = time_to_drain(&f->demand, 1, fc->above_low);
	fc->to_min = time_to_min(&way, &fc->to_low, f->truth.below_min);
	fc->p_direct = f->truth.below_min ? 1 : p_direct(&way);
	to_oom = way.until_kept + now->free - now->above_min;
	fc->p_oom = (1 - lasts(&f->growth, to_oom, f->horizon)) * goes_on(f, &f->growth, to_oom);
	forecast_zones(f, &way);
	f->step_ns[f->nr_steps % (LEAD + 1)] = now->ts_ns;
	f->nr_steps++;
}

enum rs_forecast_step rs_forecaster_take(struct rs_forecaster *f, const struct rs_event_hdr *hdr)
{
	switch (hdr->type) {
	case RS_EVENT_zone_state:
		take_zone(f, (const void *)hdr);
		break;
	case RS_EVENT_node_state:
		take_node(f, (const void *)hdr);
		break;
	case RS_EVENT_reclaim_begin:
		f->stall_events += ((const struct rs_event_reclaim_begin *)hdr)->kind == RS_RECLAIM_DIRECT;
		break;
	case RS_EVENT_mark_victim:
		f->oom_events++;
		break;
	case RS_EVENT_vm_state:
		if (!take_vm(f, (const void *)hdr))
			break;
		if (f->nr_samples < 2 || (f->nr_steps && f->truth.ts_ns < f->forecast.ts_ns + RS_FORECAST_STEP_NS))
			return RS_FORECAST_SAMPLE;
		make_forecast(f);
		return RS_FORECAST_MADE;
	}
	return RS_FORECAST_NOTHING;
}
