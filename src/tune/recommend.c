/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules. Each either gives an advice or says why it leaves its setting alone. Marks are always those that the
 * model of the kernel computes, so that a proposal is known in pages of each zone.
 */
#include "recommend.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../model/watermark.h"

/* Bounds that no rule passes: see docs/tuning-rules.md for where they come from. */
static const double most_kept_free = 0.04; /* of the memory that is not set aside as huge pages */
static const double most_min_free = 0.05;
#define MOST_SCALE_FACTOR 1000 /* older kernels refuse more */
#define WHOLE_ZONE 10000 /* the factor at which the distance is all of a zone */
#define MOST_SWAPPINESS 190 /* at 200 file pages would never be looked at */
#define LEAST_SWAPPINESS 5 /* at 0 the kernel swaps only in need, and OOM comes earlier */
#define LEAST_MIN_FREE_KB 1024
#define LEAST_DIRTY_BYTES (16LL << 20)

static const double worth_while = 0.0005; /* of the recorded time: less is not worth a change */
/* Stalls, or swapping out, of the time lost: what a change costs is about that. */
static const double least_share = 0.1;
#define LEAST_REQUESTS 100 /* of a device, for its mean to be used */
#define SMALL_ZONE 10 /* a zone of less than this part of memory is not what loads wait for */
#define LEAST_BURSTS 3 /* that did not fit in; fewer are an accident */
#define TOLERANCE 10 /* of swappiness: nearer is as good */
static const double swaps = 0.01; /* of what is reclaimed: the load does not fit into memory */
#define Z90 1.645

#define MIB (1 << 20)

const char *rs_confidence_name(enum rs_confidence confidence)
{
	static const char *const names[] = { "low", "medium", "high" };

	return names[confidence];
}

static double mib(const struct rs_recommendation *r, double pages)
{
	return pages * r->page_size / MIB;
}

void rs_recommend_leave(struct rs_recommendation *r, const char *id, const char *fmt, ...)
{
	struct rs_left_alone *l = &r->left_alone[r->nr_left_alone++];
	va_list args;

	l->id = id;
	va_start(args, fmt);
	vsnprintf(l->why, sizeof(l->why), fmt, args);
	va_end(args);
}

static struct rs_advice *advise(struct rs_recommendation *r, const char *id)
{
	struct rs_advice *a = &r->advice[r->nr_advice++];

	memset(a, 0, sizeof(*a));
	a->id = id;
	return a;
}

static void set(struct rs_advice *a, const char *key, int64_t now, int64_t value)
{
	a->values[a->nr_values] = (struct rs_value){ key, now, value };
	a->undo[a->nr_values++] = (struct rs_value){ key, value, now };
}

static void gain(struct rs_advice *a, const char *metric, double before, double after, double low, double high)
{
	a->gains[a->nr_gains++] = (struct rs_effect){ metric, before, after, low, high };
}

static void cost(struct rs_advice *a, const char *metric, double before, double after, double low, double high)
{
	a->costs[a->nr_costs++] = (struct rs_effect){ metric, before, after, low, high };
}

/* ---- marks ---- */

struct marks {
	struct zone zones[RS_EVIDENCE_ZONES];
	uint64_t high; /* of all zones */
};

static void marks_under(const struct rs_evidence *e, int64_t min_free_kbytes, int64_t scale_factor, struct marks *ret)
{
	unsigned int i;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; i < e->nr_zones; i++) {
		ret->zones[i].managed_pages = e->zones[i].managed;
		ret->zones[i].idx = e->zones[i].zid;
	}
	setup_per_zone_wmarks(ret->zones, e->nr_zones, min_free_kbytes, scale_factor, &e->rules, NULL);
	for (i = 0; i < e->nr_zones; i++)
		ret->high += ret->zones[i]._watermark[WMARK_HIGH];
}

double rs_kept_free_mib(const struct rs_evidence *e, int64_t min_free_kbytes, int64_t scale_factor)
{
	struct marks m;

	marks_under(e, min_free_kbytes, scale_factor, &m);
	return (double)m.high * (e->page_size ? e->page_size : 4096) / MIB;
}

static uint64_t gap_of(const struct zone *z)
{
	return z->_watermark[WMARK_LOW] - z->_watermark[WMARK_MIN];
}

static uint64_t usable_pages(const struct rs_evidence *e)
{
	return e->mem_pages > e->hugetlb_pages ? e->mem_pages - e->hugetlb_pages : 1;
}

/* What the kernel itself would choose, and what khugepaged raises it to. */
static int kernels_min_free(const struct rs_evidence *e, bool thp)
{
	struct set_recommended_min_free_kbytes in = { .hugepage_pmd_enabled = thp, .user_min_free_kbytes = -1 };
	struct marks m;
	unsigned int i, n;
	bool seen[MAX_NR_ZONES] = { false };

	marks_under(e, e->min_free_kbytes, e->watermark_scale_factor, &m);
	for (i = n = 0; i < e->nr_zones; i++) {
		if (e->zones[i].zid <= ZONE_NORMAL && !seen[e->zones[i].zid])
			n++;
		seen[e->zones[i].zid] = true;
	}
	in.nr_zones = n;
	in.nr_free_buffer = nr_free_buffer_pages(m.zones, e->nr_zones);
	in.min_free_kbytes = calculate_min_free_kbytes(in.nr_free_buffer, -1, 0, NULL);
	return set_recommended_min_free_kbytes(&in, NULL);
}

bool rs_value_is_sane(const struct rs_evidence *e, const struct rs_value *v, char *why, size_t size)
{
	double usable = usable_pages(e);
	struct marks m;

	if (!strcmp(v->key, "vm.watermark_scale_factor")) {
		marks_under(e, e->min_free_kbytes, v->value, &m);
		if (v->value >= 1 && v->value <= MOST_SCALE_FACTOR && m.high <= most_kept_free * usable)
			return true;
		snprintf(why, size,
			 "%" PRId64
			 " would keep %.1f %% of the memory that is not huge pages free; at most %.0f %%, and %d",
			 v->value, 100 * m.high / usable, 100 * most_kept_free, MOST_SCALE_FACTOR);
	} else if (!strcmp(v->key, "vm.min_free_kbytes")) {
		double share = v->value / (double)(e->page_size / 1024 ? e->page_size / 1024 : 4) / usable;

		if (v->value >= LEAST_MIN_FREE_KB && share <= most_min_free)
			return true;
		snprintf(why, size,
			 "%" PRId64
			 " is %.1f %% of the memory that is not huge pages; at most %.0f %%, and at least %d KiB",
			 v->value, 100 * share, 100 * most_min_free, LEAST_MIN_FREE_KB);
	} else if (!strcmp(v->key, "vm.swappiness")) {
		if (v->value >= LEAST_SWAPPINESS && v->value <= MOST_SWAPPINESS)
			return true;
		snprintf(why, size, "%" PRId64 " is outside of %d to %d", v->value, LEAST_SWAPPINESS, MOST_SWAPPINESS);
	} else if (!strcmp(v->key, "vm.dirty_bytes") || !strcmp(v->key, "vm.dirty_background_bytes")) {
		if (v->value >= LEAST_DIRTY_BYTES)
			return true;
		snprintf(why, size, "%" PRId64 " is less than %lld MiB", v->value, LEAST_DIRTY_BYTES >> 20);
	} else {
		snprintf(why, size, "no bounds are known for %s", v->key);
	}
	return false;
}

/* ---- the distance between the marks ---- */

struct bursts {
	double needed; /* scale factor at which 99 of 100 bursts fit in */
	unsigned int seen, over_now, over_then; /* bursts; those that the distance does not hold */
	int worst; /* zone that needs most */
	double worst_pages;
};

/* What a small zone lacks, another one has. */
static bool counts(const struct rs_evidence *e, const struct rs_evidence_zone *z)
{
	return z->nr_bursts && z->managed && z->managed * SMALL_ZONE >= e->mem_pages;
}

static void count_bursts(const struct rs_evidence *e, const struct marks *now, const struct marks *then,
			 struct bursts *b)
{
	unsigned int i, n;

	memset(b, 0, sizeof(*b));
	for (i = 0; i < e->nr_zones; i++) {
		const struct rs_evidence_zone *z = &e->zones[i];
		double pages;

		if (!counts(e, z))
			continue;
		b->seen += z->nr_bursts;
		for (n = 0; n < z->nr_bursts; n++) {
			b->over_now += z->bursts[n] > gap_of(&now->zones[i]);
			b->over_then += then && z->bursts[n] > gap_of(&then->zones[i]);
		}
		pages = z->bursts[z->nr_bursts / 100];
		if (10000 * pages / z->managed > b->needed) {
			b->needed = 10000 * pages / z->managed;
			b->worst = i;
			b->worst_pages = pages;
		}
	}
}

static int64_t within_bounds(const struct rs_evidence *e, int64_t factor)
{
	struct rs_value v = { "vm.watermark_scale_factor", 0, factor < MOST_SCALE_FACTOR ? factor : MOST_SCALE_FACTOR };
	char why[200];

	while (v.value > 1 && !rs_value_is_sane(e, &v, why, sizeof(why)))
		v.value -= v.value > 100 ? 10 : 1;
	return v.value;
}

static void keep_free_effect(const struct rs_recommendation *r, struct rs_advice *a, const struct marks *now,
			     const struct marks *then)
{
	double before = mib(r, now->high), after = mib(r, then->high);

	if (after > before)
		cost(a, "memory_kept_free_mib", before, after, after, after);
	else
		gain(a, "memory_kept_free_mib", before, after, after, after);
}

/* Why raised marks may cost more than the stalls do, on loads of the lab as well: only a simulation can tell then. */
static bool in_doubt(const struct rs_evidence *e, const struct bursts *b, char *why, size_t size)
{
	/* Their lengths spread about as much as their mean. */
	double least_s = e->stall_s * exp(-Z90 * sqrt(2 / (e->stalls + 1)));

	if (least_s < least_share * e->psi_some_s)
		snprintf(
			why, size,
			"%.0f stalls of %.2f s together, which is %.0f %% of the time lost to memory pressure, but with so many of them it may "
			"be as little as %.0f %%: reclaiming earlier costs about %.0f %%; --simulate tries it",
			e->stalls, e->stall_s, 100 * e->stall_s / e->psi_some_s, 100 * least_s / e->psi_some_s,
			100 * least_share);
	else if (e->swapout > swaps * e->reclaimed) /* what is kept free is not taken from what nobody needs */
		snprintf(
			why, size,
			"%.0f stalls of %.2f s together, and %u bursts that did not fit in; but %.0f pages were swapped out for %.0f reclaimed, "
			"and what is kept free would be swapped out as well, which cost more than the stalls on such loads in the lab: "
			"--simulate tries it",
			e->stalls, e->stall_s, b->over_now, e->swapout, e->reclaimed);
	else
		return false;
	return true;
}

static void raise_gap(const struct rs_evidence *e, struct rs_recommendation *r, const struct marks *now,
		      struct bursts *b, bool doubtful)
{
	static const char id[] = "watermark-gap";
	int64_t wanted = fmin(ceil(b->needed / 5) * 5, WHOLE_ZONE), factor = within_bounds(e, wanted);
	const struct rs_evidence_zone *z = &e->zones[b->worst];
	struct marks then;
	struct rs_advice *a;
	double left, most;

	if (factor <= e->watermark_scale_factor) {
		rs_recommend_leave(r, id,
				   "%.0f stalls, but the bounds leave no room: 99 of 100 bursts need %" PRId64
				   ", which would keep too much free",
				   e->stalls, wanted);
		return;
	}
	marks_under(e, e->min_free_kbytes, factor, &then);
	count_bursts(e, now, &then, b);
	/* None seen in n is up to three in n: the upper end of the interval. */
	left = (double)b->over_then / b->over_now;
	most = fmin(1, (b->over_then + 3.0) / b->over_now);
	a = advise(r, id);
	a->only_if_simulated = doubtful;
	set(a, "vm.watermark_scale_factor", e->watermark_scale_factor, factor);
	gain(a, "stalls", e->stalls, e->stalls * left, 0, e->stalls * most);
	gain(a, "stall_s", e->stall_s, e->stall_s * left, 0, e->stall_s * most);
	keep_free_effect(r, a, now, &then);
	a->confidence = b->over_now >= 20 && e->nr_reacts >= 20 ? RS_CONFIDENCE_MEDIUM : RS_CONFIDENCE_LOW;
	snprintf(
		a->why, sizeof(a->why),
		"%.0f direct reclaims took %.2f s. kswapd needs %.1f ms from its wake-up to its first reclaimed batch (95 %%, %u seen), "
		"and within such a time the load took up to %.1f MiB of zone %s on node %d (99 %% of %u bursts near the marks), where "
		"low is only %.1f MiB above min; it will be %.1f MiB. %u of the bursts did not fit in, %u will not%s",
		e->stalls, e->stall_s, e->react_worst_s * 1000, e->nr_reacts, mib(r, b->worst_pages), z->name, z->nid,
		b->seen, mib(r, gap_of(&now->zones[b->worst])), mib(r, gap_of(&then.zones[b->worst])), b->over_now,
		b->over_then, factor < wanted ? ". More is needed than the bounds allow" : "");
	snprintf(
		a->risk, sizeof(a->risk),
		"kswapd starts earlier and keeps more free: stalls become refaults and CPU time of kswapd. On a bursty load in the lab "
		"(6.1) stalls halved at about 130 with as much time lost as before, and fell by two thirds at 500 with two fifths more; "
		"watch time lost, not stalls");
}

static void lower_gap(const struct rs_evidence *e, struct rs_recommendation *r, const struct marks *now,
		      const struct bursts *b)
{
	static const char id[] = "watermark-gap-lower";
	double largest = 0;
	unsigned int i;
	int64_t factor;
	struct marks then;
	struct rs_advice *a;

	for (i = 0; i < e->nr_zones; i++)
		if (counts(e, &e->zones[i]))
			largest = fmax(largest, 10000 * e->zones[i].bursts[0] / e->zones[i].managed);
	factor = fmin(fmax(10, ceil(2 * largest / 5) * 5), WHOLE_ZONE);
	marks_under(e, e->min_free_kbytes, factor, &then);
	if (b->seen < LEAST_REQUESTS || e->stalls > 0 || now->high < 0.03 * usable_pages(e) ||
	    then.high * 2 > now->high || !(r->refault_wait_s > worth_while * e->seconds)) {
		rs_recommend_leave(r, "watermark-gap", "%.0f stalls of %.1f ms together in %.0f s: nothing to gain",
				   e->stalls, e->stall_s * 1000, e->seconds);
		return;
	}
	a = advise(r, id);
	set(a, "vm.watermark_scale_factor", e->watermark_scale_factor, factor);
	keep_free_effect(r, a, now, &then);
	gain(a, "refault_wait_s", r->refault_wait_s, NAN, 0, r->refault_wait_s);
	cost(a, "stalls", 0, 0, 0, 3);
	a->confidence = RS_CONFIDENCE_LOW;
	snprintf(
		a->why, sizeof(a->why),
		"%.0f MiB are kept free, which is %.1f %% of the memory; twice the largest of %u bursts needs less than half of it, there was no "
		"stall, and tasks waited %.2f s for pages that had been reclaimed",
		mib(r, now->high), 100.0 * now->high / usable_pages(e), b->seen, r->refault_wait_s);
	snprintf(a->risk, sizeof(a->risk), "a load that did not run while this was recorded may have larger bursts");
}

static void rule_watermark_gap(const struct rs_evidence *e, bool may_simulate, struct rs_recommendation *r)
{
	struct marks now;
	struct bursts b;
	char why[sizeof(r->left_alone->why)];
	bool doubtful;

	marks_under(e, e->min_free_kbytes, e->watermark_scale_factor, &now);
	count_bursts(e, &now, NULL, &b);
	if (!(e->stall_s > worth_while * e->seconds)) {
		lower_gap(e, r, &now, &b);
		return;
	}
	doubtful = in_doubt(e, &b, why, sizeof(why));
	if (!b.seen || !e->nr_reacts)
		rs_recommend_leave(r, "watermark-gap",
				   "%.0f stalls of %.2f s together, but %s: record in mode decisions", e->stalls,
				   e->stall_s,
				   b.seen ? "not how long kswapd takes" : "no burst near the marks was seen");
	else if (!b.over_now || b.needed <= e->watermark_scale_factor)
		rs_recommend_leave(
			r, "watermark-gap",
			"%.0f stalls of %.2f s together, but 99 of 100 bursts fit between min and low: a larger distance would not help; "
			"see reclaimscope explain",
			e->stalls, e->stall_s);
	else if (b.over_now < LEAST_BURSTS || e->nr_reacts < LEAST_BURSTS)
		rs_recommend_leave(
			r, "watermark-gap",
			"%.0f stalls of %.2f s together, but only %u bursts that did not fit in and %u times that kswapd began: "
			"record for longer",
			e->stalls, e->stall_s, b.over_now, e->nr_reacts);
	else if (doubtful && !may_simulate)
		rs_recommend_leave(r, "watermark-gap", "%s", why);
	else
		raise_gap(e, r, &now, &b, doubtful);
}

/* ---- the reserve ---- */

static void rule_min_free(const struct rs_evidence *e, struct rs_recommendation *r)
{
	static const char id[] = "min-free";
	int kernels = kernels_min_free(e, e->thp), without = kernels_min_free(e, false);
	struct rs_value now = { "vm.min_free_kbytes", 0, e->min_free_kbytes };
	struct marks before, after;
	struct rs_advice *a;
	char why[200] = "";

	if (rs_value_is_sane(e, &now, why, sizeof(why)) && e->min_free_kbytes * 2 >= without) {
		if (e->thp && e->min_free_kbytes < kernels)
			rs_recommend_leave(
				r, id,
				"%" PRId64
				" KiB; transparent huge pages are on, and khugepaged makes it %d KiB when it next looks",
				e->min_free_kbytes, kernels);
		else
			rs_recommend_leave(
				r, id,
				"%" PRId64
				" KiB is between half of the kernel's own choice (%d KiB) and %.0f %% of memory; a reserve for "
				"those who cannot wait is no means against stalls",
				e->min_free_kbytes, kernels, 100 * most_min_free);
		return;
	}
	/* On a small or huge-page host even the kernel's choice can be beyond the bound. */
	now.value = kernels;
	if (kernels == e->min_free_kbytes || !rs_value_is_sane(e, &now, why, sizeof(why))) {
		rs_recommend_leave(r, id, "the kernel's own choice of %d KiB is no better: %s", kernels, why);
		return;
	}
	marks_under(e, e->min_free_kbytes, e->watermark_scale_factor, &before);
	marks_under(e, kernels, e->watermark_scale_factor, &after);
	a = advise(r, id);
	set(a, "vm.min_free_kbytes", e->min_free_kbytes, kernels);
	keep_free_effect(r, a, &before, &after);
	a->confidence = RS_CONFIDENCE_HIGH;
	if (why[0])
		snprintf(a->why, sizeof(a->why), "%s. The kernel's own choice here is %d KiB%s", why, kernels,
			 e->thp ? ", with transparent huge pages" : "");
	else
		snprintf(a->why, sizeof(a->why),
			 "%" PRId64 " KiB is less than half of what the kernel chooses itself (%d KiB%s): allocations "
			 "that cannot wait will fail",
			 e->min_free_kbytes, kernels, e->thp ? " with transparent huge pages" : "");
	snprintf(
		a->risk, sizeof(a->risk),
		e->min_free_kbytes > kernels
			? "somebody may have set it for a driver that allocates much in interrupts: look for page allocation failures in the log"
			: "a little less memory for everything else");
}

/* ---- swap or files ---- */

/* The swappiness at which scanning costs alike on both sides, with the bounds of the 90 % interval; @value is what can be advised. */
struct swappiness {
	double best, low, high;
	int64_t value;
};

/* @k: what a page of a file costs, in pages of anonymous memory; it is known to a factor of @spread. */
static struct swappiness swappiness_of(double k, double spread)
{
	struct swappiness s = { .best = 200 * k / (1 + k),
				.low = 200 * k / (spread + k),
				.high = 200 * k * spread / (1 + k * spread) };

	s.value = fmin(MOST_SWAPPINESS, fmax(LEAST_SWAPPINESS, round(s.best / 5) * 5));
	return s;
}

static bool swappiness_fits(const struct swappiness *s, double now)
{
	return now >= s->low - TOLERANCE && now <= s->high + TOLERANCE;
}

static void swappiness_risk(const struct rs_evidence *e, int64_t value, struct rs_advice *a)
{
	snprintf(
		a->risk, sizeof(a->risk), "%s%s",
		e->mglru
			? "with MGLRU it is not a ratio of scanning but a weight on refault rates: a step can do nothing, or turn "
			  "the choice over at once. "
			: "",
		value > e->swappiness ? "swap fills sooner; when it is full, only files are left to reclaim"
				      : "the page cache shrinks more; unused anonymous memory stays");
}

/*
 * What is swapped to zram costs its compression at once, in the time of who reclaims; and as much when it comes back,
 * where it was not seen how long that takes. A file page costs nothing until it is read again. So both are weighed by
 * how many came back.
 */
static void rule_swappiness_zram(const struct rs_evidence *e, struct rs_recommendation *r)
{
	static const char id[] = "swappiness";
	double files = e->reclaimed - e->swapout, again_anon = e->swapin / e->swapout,
	       again_file = e->refault_file / files;
	double in_s = e->swapin_reads >= LEAST_REQUESTS && e->swapin_s > 0 ? e->swapin_s : e->swapout_s;
	double anon_s = e->swapout_s + again_anon * in_s, file_s = again_file * e->file_read_s;
	struct swappiness s = swappiness_of(file_s / anon_s, exp(Z90 * sqrt(1 / e->swapout + 1 / e->refault_file)));
	struct rs_advice *a;

	if (swappiness_fits(&s, e->swappiness) || s.value >= e->swappiness) {
		rs_recommend_leave(
			r, id,
			"%" PRId64
			" fits: a page swapped to zram costs %.2f ms, one of a file that goes %.2f ms, which makes %.0f "
			"(%.0f to %.0f), and no more is advised from that",
			e->swappiness, anon_s * 1000, file_s * 1000, s.best, s.low, s.high);
		return;
	}
	if (!(e->swapout * e->swapout_s > worth_while * e->seconds) ||
	    e->swapout * e->swapout_s < least_share * e->psi_some_s) {
		rs_recommend_leave(
			r, id,
			"%.0f pages were swapped out in %.1f ms, of %.2f s lost to memory pressure: little to gain",
			e->swapout, e->swapout * e->swapout_s * 1000, e->psi_some_s);
		return;
	}
	a = advise(r, id);
	set(a, "vm.swappiness", e->swappiness, s.value);
	gain(a, "swapout_s", e->swapout * e->swapout_s, NAN, 0, e->swapout * e->swapout_s);
	cost(a, "refault_file_pages", e->refault_file, NAN, NAN, NAN);
	a->confidence = RS_CONFIDENCE_LOW;
	snprintf(
		a->why, sizeof(a->why),
		"%.0f pages were swapped out to zram, which takes %.2f ms of whoever reclaims, and %.0f came back: %.2f ms for a page that "
		"goes. Of %.0f pages of files %.0f came back, %.2f ms each: %.2f ms for a page that goes. By these costs it should be "
		"%.0f (90 %%: %.0f to %.0f)",
		e->swapout, e->swapout_s * 1000, e->swapin, anon_s * 1000, files, e->refault_file,
		e->file_read_s * 1000, file_s * 1000, s.best, s.low, s.high);
	swappiness_risk(e, s.value, a);
}

static void rule_swappiness(const struct rs_evidence *e, struct rs_recommendation *r)
{
	static const char id[] = "swappiness";
	struct swappiness s;
	struct rs_advice *a;
	double k;

	if (!e->has_swap) {
		rs_recommend_leave(r, id, "there is no swap");
		return;
	}
	if (e->swap_is_memory && e->swapout >= LEAST_REQUESTS && e->swapout_s > 0 && e->file_reads >= LEAST_REQUESTS &&
	    e->refault_file >= LEAST_REQUESTS && e->reclaimed > e->swapout) {
		rule_swappiness_zram(e, r);
		return;
	}
	if (!(e->swapin_reads >= LEAST_REQUESTS) || !(e->file_reads >= LEAST_REQUESTS) || !(e->swapin_s > 0) ||
	    !(e->file_read_s > 0)) {
		rs_recommend_leave(r, id, "%.0f reads of swap and %.0f of files: too few to compare what they cost",
				   e->swapin_reads, e->file_reads);
		return;
	}
	if (!(r->refault_wait_s > worth_while * e->seconds)) {
		rs_recommend_leave(r, id,
				   "tasks waited %.1f ms in %.0f s for pages that had been reclaimed: nothing to gain",
				   r->refault_wait_s * 1000, e->seconds);
		return;
	}
	k = e->file_read_s / e->swapin_s;
	/* Waiting times spread about as much as their mean. */
	s = swappiness_of(k, exp(Z90 * sqrt(1 / e->swapin_reads + 1 / e->file_reads)));
	if (swappiness_fits(&s, e->swappiness) || s.value == e->swappiness) {
		rs_recommend_leave(
			r, id,
			"%" PRId64
			" fits: a page of swap costs %.2f ms, one of a file %.2f ms, which makes %.0f (%.0f to %.0f)",
			e->swappiness, e->swapin_s * 1000, e->file_read_s * 1000, s.best, s.low, s.high);
		return;
	}
	a = advise(r, id);
	set(a, "vm.swappiness", e->swappiness, s.value);
	gain(a, "refault_wait_s", r->refault_wait_s, NAN, 0, r->refault_wait_s);
	cost(a, s.value > e->swappiness ? "swapin_pages" : "refault_file_pages",
	     s.value > e->swappiness ? e->swapin : e->refault_file, NAN, NAN, NAN);
	a->confidence = e->mglru ? RS_CONFIDENCE_LOW : RS_CONFIDENCE_MEDIUM;
	snprintf(
		a->why, sizeof(a->why),
		"a page of a file costs %.2f ms (%.0f requests) and one of swap %.2f ms (%.0f requests): k = %.2f, and 200*k/(1+k) = %.0f "
		"(90 %%: %.0f to %.0f). %.0f pages were swapped in and %.0f file pages read again: %.2f s of waiting%s",
		e->file_read_s * 1000, e->file_reads, e->swapin_s * 1000, e->swapin_reads, k, s.best, s.low, s.high,
		e->swapin, e->refault_file, r->refault_wait_s, e->swap_is_memory ? ". All swap is zram" : "");
	swappiness_risk(e, s.value, a);
}

/* ---- dirty pages ---- */

static void rule_dirty(const struct rs_evidence *e, struct rs_recommendation *r)
{
	static const char id[] = "dirty-limits";
	double memory = (double)usable_pages(e) * r->page_size, limit_now, background_now, background, limit;
	struct rs_advice *a;

	if (e->dirty_bytes < 0 || e->dirty_background_bytes < 0 || e->dirty_ratio < 0 ||
	    e->dirty_background_ratio < 0) {
		rs_recommend_leave(r, id, "the recording does not hold the limits");
		return;
	}
	if (!(e->throttled_writeback_s > worth_while * e->seconds) &&
	    !(e->dirty_met > 0.2 && e->stall_s > worth_while * e->seconds)) {
		rs_recommend_leave(
			r, id,
			"reclaim waited %.1f ms for writeback, and %.0f %% of what it scanned was dirty: nothing to gain",
			e->throttled_writeback_s * 1000, isnan(e->dirty_met) ? 0 : 100 * e->dirty_met);
		return;
	}
	if (!(e->write_bytes_s > 0)) {
		rs_recommend_leave(
			r, id, "reclaim waited for writeback, but how fast the devices write is not in the recording");
		return;
	}
	limit_now = e->dirty_bytes > 0 ? e->dirty_bytes : memory * e->dirty_ratio / 100;
	background_now =
		e->dirty_background_bytes > 0 ? e->dirty_background_bytes : memory * e->dirty_background_ratio / 100;
	/* As much as is written in one second, and in three. */
	background = fmax(LEAST_DIRTY_BYTES, floor(e->write_bytes_s / MIB) * MIB);
	limit = 3 * background;
	if (limit > 0.8 * limit_now || background >= background_now) {
		rs_recommend_leave(
			r, id,
			"reclaim waited %.2f s for writeback, but the limits (%.0f and %.0f MiB) are what the devices write in seconds (%.0f MiB/s)",
			e->throttled_writeback_s, background_now / MIB, limit_now / MIB, e->write_bytes_s / MIB);
		return;
	}
	a = advise(r, id);
	set(a, "vm.dirty_background_bytes", e->dirty_background_bytes, background);
	set(a, "vm.dirty_bytes", e->dirty_bytes, limit);
	/* The kernel clears one form when the other is written, and takes no 0. */
	if (!e->dirty_background_bytes)
		a->undo[0] = (struct rs_value){ "vm.dirty_background_ratio", 0, e->dirty_background_ratio };
	if (!e->dirty_bytes)
		a->undo[1] = (struct rs_value){ "vm.dirty_ratio", 0, e->dirty_ratio };
	gain(a, "throttled_writeback_s", e->throttled_writeback_s, NAN, 0, e->throttled_writeback_s);
	cost(a, "dirty_limit_mib", limit_now / MIB, limit / MIB, limit / MIB, limit / MIB);
	a->confidence = RS_CONFIDENCE_LOW;
	snprintf(
		a->why, sizeof(a->why),
		"reclaimers waited %.2f s for writeback, and %.0f %% of the pages they scanned were dirty or being written; the limits allow %.0f MiB "
		"before writing begins and %.0f MiB before writers wait, while the devices write %.1f MiB/s",
		e->throttled_writeback_s, isnan(e->dirty_met) ? 0 : 100 * e->dirty_met, background_now / MIB,
		limit_now / MIB, e->write_bytes_s / MIB);
	snprintf(a->risk, sizeof(a->risk),
		 "programs that write in bursts wait earlier; fewer writes to the same page are merged");
}

/* ---- the whole ---- */

void rs_recommend(const struct rs_evidence *e, rs_simulate simulate, void *ctx, struct rs_recommendation *r)
{
	struct marks now;
	double swap = e->swapin * e->swapin_s, file = e->refault_file * e->file_read_s;

	memset(r, 0, sizeof(*r));
	r->seconds = e->seconds;
	r->page_size = e->page_size ? e->page_size : 4096;
	r->lost_some_s = e->psi_some_s;
	r->lost_full_s = e->psi_full_s;
	r->stalls = e->stalls;
	r->stall_s = e->stall_s;
	r->memcg_stalls = e->memcg_stalls;
	r->memcg_stall_s = e->memcg_stall_s;
	r->refault_wait_s = isnan(swap) ? file : isnan(file) ? swap : swap + file;
	r->usable_pages = usable_pages(e);
	if (e->min_free_kbytes < 0 || e->watermark_scale_factor < 0 || !e->nr_zones || !e->has_rules) {
		rs_recommend_leave(r, "watermark-gap", "the recording does not say how this kernel computes its marks");
	} else {
		marks_under(e, e->min_free_kbytes, e->watermark_scale_factor, &now);
		r->kept_free_pages = now.high;
		rule_watermark_gap(e, simulate, r);
		rule_min_free(e, r);
	}
	if (e->swappiness < 0)
		rs_recommend_leave(r, "swappiness", "the recording does not hold it");
	else
		rule_swappiness(e, r);
	rule_dirty(e, r);
	if (simulate)
		rs_recommend_try(e, simulate, ctx, r);
}
