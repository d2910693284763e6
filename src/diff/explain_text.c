/* SPDX-License-Identifier: GPL-2.0-only */
/* The explanation in sentences, for people at night: what happened, why, and where the time went. */
#include <inttypes.h>
#include <string.h>

#include <stdarg.h>

#include "../model/lru.h"
#include "../trace/show.h"
#include "diff.h"
#include "explain.h"

#define LINE 100
/* Fields of records are of the kernel's types. */
#define U(x) ((uint64_t)(x))
#define I(x) ((int64_t)(x))

static const char *ms(uint64_t ns, char buf[24])
{
	if (ns < 1000000)
		snprintf(buf, 24, "%.1f us", ns / 1e3);
	else if (ns < 10000000000)
		snprintf(buf, 24, "%.1f ms", ns / 1e6);
	else
		snprintf(buf, 24, "%.2f s", ns / 1e9);
	return buf;
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static double share(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * part / whole : 0;
}

/* One sentence after the other, broken at spaces. */
struct paragraph {
	FILE *out;
	char text[2048];
	size_t len;
};

static void say(struct paragraph *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct paragraph *p, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(p->text + p->len, sizeof(p->text) - p->len, fmt, args);
	va_end(args);
	if (n > 0)
		p->len = p->len + n < sizeof(p->text) ? p->len + n : sizeof(p->text) - 1;
}

static void end_paragraph(struct paragraph *p)
{
	const char *at = p->text;

	while (strlen(at) > LINE) {
		size_t cut = LINE;

		while (cut && at[cut] != ' ')
			cut--;
		if (!cut)
			cut = LINE;
		fprintf(p->out, "  %.*s\n", (int)cut, at);
		at += cut;
		at += strspn(at, " ");
	}
	if (*at)
		fprintf(p->out, "  %s\n", at);
	p->len = 0;
	p->text[0] = 0;
}

static void title(const struct rs_explanation *x, struct rs_reader *reader, FILE *out)
{
	static const char *const names[] = { "Stall", "kswapd's run", "OOM" };
	char len[24], at[24], cgroup[256];

	fprintf(out, "%s %" PRIu64 " of %" PRIu64 ": %s, at %s of the recording, thread %u of process %u (%s)", names[x->kind],
		x->rank, x->out_of, ms(x->end_ns - x->begin_ns, len), ms(x->begin_ns - x->origin_ns, at), x->tid, x->tgid,
		x->comm);
	if (x->cgroup)
		fprintf(out, " in %s", rs_show_cgroup(reader, x->cgroup, cgroup, sizeof(cgroup)));
	fputs("\n", out);
}

static void heading(FILE *out, const char *text)
{
	fprintf(out, "\n%s\n", text);
}

/* ---- what was asked for ---- */

static void say_request(struct paragraph *p, const struct rs_explanation *x, struct rs_reader *reader)
{
	char gfp[256], cgroup[256];

	if (x->kind == RS_EXPLAIN_KSWAPD) {
		say(p, "kswapd of node %d was to balance the node for order %d, zones up to %s.", x->nid, x->order,
		    rs_show_zone(reader, x->nid, x->highest_zoneidx, gfp, sizeof(gfp)));
		return;
	}
	if (x->oom_of_kswapd) {
		say(p, "Nobody asked for memory. kswapd found no cgroup with pages that had not been used for lru_gen/min_ttl_ms, which "
		       "it must leave alone, and had the OOM killer choose.");
		return;
	}
	say(p, "%s asked for %s%" PRIu64 " page%s (order %d, %s)", x->comm, x->order ? "a block of " : "",
	    (uint64_t)1 << (x->order & 63), x->order ? "s" : "", x->order, rs_show_gfp(x->gfp, gfp, sizeof(gfp)));
	if (x->kind == RS_EXPLAIN_OOM) {
		if (x->target_cgroup)
			say(p, ", and the cgroup %s had no room for it, after reclaim.",
			    rs_show_cgroup(reader, x->target_cgroup, cgroup, sizeof(cgroup)));
		else
			say(p, ", and no zone had it, after reclaim.");
		return;
	}
	if (x->reclaim_kind == RS_RECLAIM_MEMCG) {
		say(p, " for a cgroup that was full, so it had to reclaim there first.");
		if (x->has_request)
			say(p, " %s uses %" PRIu64 " pages of memory.max %" PRIu64 "; %" PRIu64 " page%s asked to be freed.",
			    rs_show_cgroup(reader, x->request.cgroup, cgroup, sizeof(cgroup)), U(x->request.usage),
			    U(x->request.max), U(x->request.nr_pages), x->request.nr_pages == 1 ? " was" : "s were");
	} else {
		say(p, ", no zone had it above its mark, and so it had to reclaim itself.");
	}
	say(p, " It got %" PRIu64 " page%s back.", x->nr_reclaimed, plural(x->nr_reclaimed));
}

static void say_zones(struct paragraph *p, const struct rs_explanation *x, struct rs_reader *reader)
{
	char zone[32], age[24];
	unsigned int i;

	for (i = 0; i < x->nr_zones; i++) {
		const struct rs_event_zone_state *z = &x->zones[i].state;
		uint64_t nr_free = z->free + (z->snapshot ? z->free_diff : 0), min = z->min + z->boost;
		const char *where = nr_free < min		      ? "below min" :
				    nr_free < z->low + z->boost  ? "below low" :
				    nr_free < z->high + z->boost ? "below high" :
								     "above high";

		say(p, "Zone %s of node %d: %" PRIu64 " pages free, %s (min %" PRIu64 ", low %" PRIu64 ", high %" PRIu64,
		    rs_show_zone(reader, z->nid, z->zid, zone, sizeof(zone)), z->nid, nr_free, where, U(z->min), U(z->low), U(z->high));
		if (z->boost)
			say(p, ", each raised by a boost of %" PRIu64, U(z->boost));
		say(p, "), %s before. ", ms(x->zones[i].age_ns, age));
	}
}

static void say_failed_test(struct paragraph *p, const struct rs_explanation *x, struct rs_reader *reader)
{
	const struct rs_event_zone_watermark_ok *t = &x->failed_test;
	char zone[32];

	if (!x->has_failed_test)
		return;
	say(p, "The last test of a mark that failed for it: zone %s, %" PRId64 " free against mark %" PRIu64
	       " and a reserve of %" PRIu64 ".", rs_show_zone(reader, t->nid, t->zid, zone, sizeof(zone)), I(t->free), U(t->mark),
	    U(t->lowmem_reserve));
}

/* ---- kswapd ---- */

/* For a block: is compaction tried at all? */
static void say_deferrals(struct paragraph *p, const struct rs_explanation *x, struct rs_reader *reader)
{
	unsigned int i;
	char zone[32];

	for (i = 0; x->order > 0 && i < x->nr_deferrals; i++) {
		const struct rs_event_compaction_deferral *c = &x->deferrals[i];
		const char *name = rs_show_zone(reader, c->nid, c->zid, zone, sizeof(zone));

		if (x->order < c->order_failed)
			say(p, " Compaction of zone %s of node %d was open to it: it had failed for order %d and above only.", name, c->nid,
			    c->order_failed);
		else if (c->defer_shift)
			say(p, " Compaction of zone %s of node %d had failed for order %d and above: of the next %u requests %u had been put off.",
			    name, c->nid, c->order_failed, 1U << (c->defer_shift < 31 ? c->defer_shift : 31), c->considered);
	}
}

static void say_kswapd(struct paragraph *p, const struct rs_explanation *x)
{
	char since[24];
	unsigned int i;

	if (x->kind != RS_EXPLAIN_KSWAPD) {
		if (!x->kswapd_known)
			say(p, "Whether kswapd was awake is not known: neither its waking nor its sleeping was seen before.");
		else if (!x->kswapd_awake)
			say(p, "kswapd slept, since %s.", ms(x->begin_ns - x->kswapd_since_ns, since));
		else
			say(p, "kswapd was awake, since %s, and freed %" PRIu64 " page%s while this went on.",
			    ms(x->begin_ns - x->kswapd_since_ns, since), x->kswapd_reclaimed, plural(x->kswapd_reclaimed));
		if (x->kswapd_failures >= 16)
			say(p, " It had failed %d times in a row, and was no longer woken (hopeless at 16).", x->kswapd_failures);
		else if (x->kswapd_failures > 0)
			say(p, " It had failed %d time%s in a row.", x->kswapd_failures, plural(x->kswapd_failures));
	} else {
		say(p, "It freed %" PRIu64 " page%s.", x->nr_reclaimed, plural(x->nr_reclaimed));
	}
	if (!x->nr_requests)
		return;
	say(p, " In the second before, %" PRIu64 " request%s for kswapd came from", x->nr_requests, plural(x->nr_requests));
	for (i = 0; i < RS_EXPLAIN_TOP && x->requesters[i].amount; i++)
		say(p, "%s %s (%" PRIu64 ") %.0f %%", i ? "," : "", x->requesters[i].comm, x->requesters[i].id,
		    share(x->requesters[i].amount, x->nr_requests));
	say(p, ": they allocated while the node was low.");
}

/* ---- what was scanned ---- */

static void say_balance(struct paragraph *p, const struct rs_explanation *x, struct rs_reader *reader)
{
	uint64_t most = 0;
	char cgroup[256];
	unsigned int i, shown = 0;

	if (x->nr_shrink_nodes)
		say(p, "It went over a node %" PRIu64 " time%s, at priority %d", x->nr_shrink_nodes, plural(x->nr_shrink_nodes),
		    x->first_priority);
	if (x->nr_shrink_nodes && x->last_priority != x->first_priority)
		say(p, " to %d", x->last_priority);
	if (x->nr_shrink_nodes)
		say(p, ".");
	else if (x->hidden_rounds)
		say(p, "Rounds over nodes and their priority cannot be seen on this host.");
	if (x->nr_evictions && !x->nr_scans_all)
		say(p, " MGLRU evicted %" PRIu64 " time%s from its oldest generation.", x->nr_evictions, plural(x->nr_evictions));
	if (x->lru_gen.in_use) {
		char lru_gen[2048];

		rs_explain_lru_gen_say(&x->lru_gen, lru_gen, sizeof(lru_gen));
		say(p, "%s", lru_gen);
	}
	if (!x->nr_scans_all)
		return;
	say(p, " It scanned %" PRIu64 " lruvec%s:", x->nr_scans_all, plural(x->nr_scans_all));
	for (i = 0; i < 4; i++)
		if (x->by_balance[i])
			say(p, "%s %" PRIu64 " by %s", shown++ ? "," : "", x->by_balance[i], rs_balance_name(i));
	say(p, ".");
	for (i = 0; i < x->nr_scans; i++) {
		const struct get_scan_count_result *r = &x->scans[i].result;
		uint64_t sum = r->nr[0] + r->nr[1] + r->nr[2] + r->nr[3];

		if (sum >= most)
			most = sum;
	}
	for (i = 0; i < x->nr_scans; i++) {
		const struct get_scan_count_result *r = &x->scans[i].result;
		const struct get_scan_count *in = &x->scans[i].inputs;

		if (r->nr[0] + r->nr[1] + r->nr[2] + r->nr[3] != most)
			continue;
		say(p, " The largest plan, at priority %d for %s: %s", x->scans[i].priority,
		    rs_show_cgroup(reader, x->scans[i].cgroup, cgroup, sizeof(cgroup)), rs_balance_name(r->scan_balance));
		if (r->scan_balance == SCAN_FRACT && r->denominator)
			say(p, ", %.1f %% anon and %.1f %% file (swappiness %d, cost of anon %" PRIu64 ", of file %" PRIu64 ")",
			    share(r->fraction[WORKINGSET_ANON], r->denominator),
			    share(r->fraction[WORKINGSET_FILE], r->denominator), in->swappiness, in->anon_cost, in->file_cost);
		else if (!in->may_swap || !in->can_reclaim_anon)
			say(p, in->may_swap ? ", because there was no swap to be had" : ", because this reclaim does not swap");
		else if (r->scan_balance == SCAN_ANON && in->file_is_tiny)
			say(p, ", because so few file pages were left (file_is_tiny)");
		else if (r->scan_balance == SCAN_FILE && in->cache_trim_mode)
			say(p, ", because there were plenty of inactive file pages (cache_trim_mode)");
		else if (r->scan_balance == SCAN_EQUAL)
			say(p, ", because at priority 0 all lists are scanned alike");
		say(p, "; of lists of %" PRIu64 " inactive and %" PRIu64 " active anon, %" PRIu64 " inactive and %" PRIu64
		       " active file pages it meant to scan %" PRIu64 ", %" PRIu64 ", %" PRIu64 " and %" PRIu64 ".",
		    in->lru_size[0], in->lru_size[1], in->lru_size[2], in->lru_size[3], r->nr[0], r->nr[1], r->nr[2], r->nr[3]);
		return;
	}
}

/* MGLRU: which type, and why. */
static void say_types(struct paragraph *p, const struct rs_explanation *x, struct rs_reader *reader)
{
	const struct lru_gen_folio *g;
	uint64_t refaulted[2], total[2];
	unsigned int i = x->nr_batches;
	char cgroup[256];
	int type;

	if (!x->by_type[0] && !x->by_type[1])
		return;
	say(p, "The oldest generation was asked for anon %" PRIu64 " time%s and for file %" PRIu64 " time%s first, %" PRIu64
	       " of which by comparing refaults.",
	    x->by_type[0], plural(x->by_type[0]), x->by_type[1], plural(x->by_type[1]), x->types_compared);
	while (i && !x->batches[i - 1].choice.compared)
		i--;
	if (!i)
		return;
	g = &x->batches[i - 1].gens;
	rs_lru_gen_refaults(g, &x->rules, refaulted, total);
	type = x->batches[i - 1].choice.type;
	say(p, " In %s at swappiness %d it was %s: of %" PRIu64 " anon pages evicted or protected %" PRIu64
	       " came back, of %" PRIu64 " file pages %" PRIu64,
	    rs_show_cgroup(reader, x->batches[i - 1].cgroup, cgroup, sizeof(cgroup)), x->batches[i - 1].swappiness,
	    type ? "file" : "anon", total[0], refaulted[0], total[1], refaulted[1]);
	say(p, refaulted[1] < MIN_LRU_BATCH ? ", too few to tell against file." : ".");
}

static void why_types(const struct rs_explanation *x, struct rs_reader *reader, FILE *out)
{
	char cgroup[256];
	unsigned int i;

	for (i = 0; i < x->nr_batches; i++) {
		struct isolate_folios isolate;
		struct rs_why reasons = { 0 };

		isolate_folios_begin(&isolate, &x->batches[i].gens, x->batches[i].swappiness, x->batches[i].gfp,
				     &x->rules, &reasons);
		fprintf(out, "  batch %u, swappiness %d, %s:\n", i + 1, x->batches[i].swappiness,
			rs_show_cgroup(reader, x->batches[i].cgroup, cgroup, sizeof(cgroup)));
		rs_why_print(&reasons, out);
	}
}

static void say_pages(struct paragraph *p, const struct rs_explanation *x)
{
	static const char *const types[] = { "anon", "file" };
	const char *gap = "";
	int i;

	for (i = 0; i < 2; i++) {
		const __typeof__(x->lists[0]) *l = &x->lists[i];
		bool any = false;

		if (!l->batches && !l->deactivated && !l->rotated)
			continue;
		say(p, "%sOf %s pages it scanned %" PRIu64 " and freed %" PRIu64 " (%.1f %%)", gap, types[i], l->scanned, l->reclaimed,
		    share(l->reclaimed, l->scanned));
#define MET(field, words)                                                                                              \
	do {                                                                                                           \
		if (l->field) {                                                                                        \
			say(p, "%s %" PRIu64 " " words, any ? "," : "; it met", l->field);                             \
			any = true;                                                                                    \
		}                                                                                                      \
	} while (0)
		MET(dirty, "dirty or under writeback");
		MET(unqueued_dirty, "dirty that nobody was writing");
		MET(writeback, "under writeback");
		MET(immediate, "still under writeback when met again");
		MET(activated, "that went back to the active list");
		MET(referenced, "kept because they were referenced");
		MET(unmap_fail, "that could not be unmapped");
		MET(pageout, "that it wrote itself");
#undef MET
		say(p, ".");
		if (l->deactivated || l->rotated)
			say(p, " From the active %s list %" PRIu64 " went to the inactive one and %" PRIu64 " stayed.", types[i],
			    l->deactivated, l->rotated);
		gap = " ";
	}
	if (x->refaults[0] || x->refaults[1])
		say(p, "%sIn the second before, %" PRIu64 " anon and %" PRIu64 " file page%s came back that had been evicted.",
		    gap, x->refaults[0], x->refaults[1], plural(x->refaults[0] + x->refaults[1]));
}

/* ---- where the time went ---- */

static void print_time(const struct rs_explanation *x, FILE *out)
{
	uint64_t total = x->end_ns - x->begin_ns, known;
	char buf[24];
	unsigned int i;

	fprintf(out, "    %-52s %12s\n", "all of it", ms(total, buf));
	if (x->reserve_wait_ns)
		fprintf(out, "    %-52s %12s\n", "before it, waiting for the reserves to refill", ms(x->reserve_wait_ns, buf));
	/* Sleeps are told in ticks, by which they can be longer than what they are in, and can lie inside of the scan. */
	for (i = 0; i < RS_NR_THROTTLES; i++)
		if (x->throttled[i])
			fprintf(out, "    asleep, throttled: %-20s %4" PRIu64 " time%-3s %12s  ~%5.1f %%\n", rs_show_throttle(i),
				x->throttled[i], plural(x->throttled[i]), ms(x->throttled_ns[i], buf),
				share(x->throttled_ns[i] < total ? x->throttled_ns[i] : total, total));
	if (x->lru_ns)
		fprintf(out, "    %-52s %12s   %5.1f %%\n", "in the LRU lists, sleeps there included", ms(x->lru_ns, buf),
			share(x->lru_ns, total));
	if (x->slab_runs) {
		fprintf(out, "    shrinkers: %5" PRIu64 " runs, %8" PRIu64 " objects freed %8s %12s   %5.1f %%\n", x->slab_runs,
			x->slab_freed, "", ms(x->slab_ns, buf), share(x->slab_ns, total));
		for (i = 0; i < RS_EXPLAIN_TOP && x->shrinkers[i].ns; i++)
			fprintf(out, "        %-48s %12s   %5.1f %%\n", x->shrinkers[i].comm, ms(x->shrinkers[i].ns, buf),
				share(x->shrinkers[i].ns, total));
	}
	known = x->lru_ns + x->slab_ns;
	if (x->lru_ns && known < total)
		fprintf(out, "    %-52s %12s   %5.1f %%\n", "the rest: other code, interrupts, waiting for a CPU",
			ms(total - known, buf), share(total - known, total));
	if (x->compact_runs)
		fprintf(out, "    compaction was tried %" PRIu64 " time%s\n", x->compact_runs, plural(x->compact_runs));
}

static void say_oom(struct paragraph *p, const struct rs_explanation *x)
{
	if (x->oom.victim)
		say(p, "The victim was %s (%u), with a score of %" PRId64 " of %" PRIu64 " pages of memory and swap.",
		    x->victim_comm, x->oom.victim, I(x->oom.chosen_points), U(x->oom.totalpages));
	else
		say(p, "No process was chosen to die%s.", x->oom.ret ? ", though something was done about it" : "");
}

void rs_explain_text(const struct rs_explanation *x, struct rs_reader *reader, FILE *out, bool why)
{
	struct paragraph p = { .out = out };

	title(x, reader, out);
	heading(out, "What was asked for");
	say_request(&p, x, reader);
	end_paragraph(&p);
	if (x->kind == RS_EXPLAIN_OOM) {
		say_oom(&p, x);
		end_paragraph(&p);
	}
	/* A cgroup at its limit stalls however much is free. */
	if (x->nr_zones && !(x->kind == RS_EXPLAIN_STALL && x->reclaim_kind == RS_RECLAIM_MEMCG)) {
		heading(out, "Why it could not be had");
		say_zones(&p, x, reader);
		say_failed_test(&p, x, reader);
		say_deferrals(&p, x, reader);
		end_paragraph(&p);
		if (why && x->has_failed_test)
			rs_why_print(&x->failed_why, out);
	}
	heading(out, x->kind == RS_EXPLAIN_KSWAPD ? "What came of it" : "What kswapd did");
	say_kswapd(&p, x);
	end_paragraph(&p);
	if (x->kind == RS_EXPLAIN_OOM)
		return;
	heading(out, "What was scanned");
	say_balance(&p, x, reader);
	end_paragraph(&p);
	say_types(&p, x, reader);
	end_paragraph(&p);
	say_pages(&p, x);
	end_paragraph(&p);
	if (why) {
		unsigned int i;
		char cgroup[256];

		rs_explain_lru_gen_why(&x->lru_gen, reader, out);

		for (i = 0; i < x->nr_scans; i++) {
			struct rs_why reasons = { 0 };

			get_scan_count(&x->scans[i].inputs, &reasons);
			fprintf(out, "  lruvec %u, priority %d, %s:\n", i + 1, x->scans[i].priority,
				rs_show_cgroup(reader, x->scans[i].cgroup, cgroup, sizeof(cgroup)));
			rs_why_print(&reasons, out);
		}
		why_types(x, reader, out);
	}
	heading(out, "Where the time went");
	print_time(x, out);
}
