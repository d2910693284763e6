/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of generations.h, for people and for programs; and what swappiness means where they are from. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../trace/show.h"
#include "../wire/capture.h"
#include "report.h"
#include "text.h"

#define STATES_SHOWN 3 /* of each lruvec: the first, the last, and one between */

static const char *const types[] = { "anon", "file" };

static const char *string_of(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_object_get_ex(o, key, &v) && json_object_is_type(v, json_type_string) ?
		       json_object_get_string(v) :
		       NULL;
}

/* How long ago, in ns; UINT64_MAX: not known. */
static uint64_t age_of(const struct rs_generations *g, const struct rs_event_lru_gen_state *e, uint64_t seq)
{
	uint64_t born = e->timestamps[seq % RS_GENS];

	if (!g->tick_ns || !e->jiffies || e->jiffies < born || e->jiffies - born > UINT64_MAX / g->tick_ns)
		return UINT64_MAX;
	return (e->jiffies - born) * g->tick_ns;
}

/* ---- text ---- */

static void print_state(const struct rs_report *r, const struct rs_generations_state *s, FILE *out)
{
	const struct rs_event_lru_gen_state *e = &s->e;
	unsigned int nr, i, type;
	uint64_t oldest = rs_generations_oldest(e, &nr), age;
	char buf[16];

	fprintf(out, "  at %.3f s\n", (e->hdr.ts_ns - r->state.first_ns) / 1e9);
	fprintf(out, "    gen  ");
	for (i = 0; i < nr; i++)
		fprintf(out, " %9" PRIu64, oldest + i);
	fprintf(out, "\n    age  ");
	for (i = 0; i < nr; i++) {
		age = age_of(r->generations, e, oldest + i);
		fprintf(out, " %9s", age == UINT64_MAX ? "?" : rs_text_ns(age, buf));
	}
	putc('\n', out);
	for (type = 0; type < 2; type++) {
		fprintf(out, "    %s ", types[type]);
		for (i = 0; i < nr; i++)
			if (oldest + i < e->min_seq[type])
				fprintf(out, " %9s", "-");
			else
				fprintf(out, " %9" PRIu64, rs_generation_size(e, oldest + i, type));
		fprintf(out, "%s\n", s->evicts == (int)type ? "     <- evict here" : "");
	}
}

/* Folios of each tier that came back, of those that went or were protected: what the choice weighs. */
static void print_tiers(const struct rs_event_lru_gen_state *e, FILE *out)
{
	unsigned int type, tier;

	for (type = 0; type < 2; type++) {
		uint64_t any = 0;

		for (tier = 0; tier < RS_TIERS; tier++)
			any |= e->avg_total[type * RS_TIERS + tier] | e->evicted[type * RS_TIERS + tier];
		if (!any)
			continue;
		fprintf(out, "  %s came back, by tier:", types[type]);
		for (tier = 0; tier < RS_TIERS; tier++) {
			unsigned int i = type * RS_TIERS + tier;

			fprintf(out, "  %llu of %llu", e->avg_refaulted[i] + e->refaulted[i],
				e->avg_total[i] + e->evicted[i] + e->protected[i]);
		}
		putc('\n', out);
	}
}

/* Since boot, as debugfs has them in lru_gen_full, and what came after the first aging. */
static void print_walks(const struct rs_lruvec_generations *l, FILE *out)
{
	const uint64_t *n = l->walked, *first = l->walked_first;

	if (!rs_generations_walked(l))
		return;
	fprintf(out, "  page tables:");
	if (n[RS_WALK_NONLEAF_TOTAL] != RS_UNKNOWN)
		fprintf(out, " come to %" PRIu64 " (+%" PRIu64 "),", n[RS_WALK_NONLEAF_TOTAL],
			n[RS_WALK_NONLEAF_TOTAL] - first[RS_WALK_NONLEAF_TOTAL]);
	fprintf(out, " through the bloom filter and walked %" PRIu64 " (+%" PRIu64 "), into the next filter %" PRIu64 " (+%" PRIu64 ")\n",
		n[RS_WALK_NONLEAF_FOUND], n[RS_WALK_NONLEAF_FOUND] - first[RS_WALK_NONLEAF_FOUND], n[RS_WALK_NONLEAF_ADDED],
		n[RS_WALK_NONLEAF_ADDED] - first[RS_WALK_NONLEAF_ADDED]);
	fprintf(out, "  entries looked at: %" PRIu64 " (+%" PRIu64 "), young %" PRIu64 " (+%" PRIu64 "); since boot (and since the first aging here)\n",
		n[RS_WALK_LEAF_TOTAL], n[RS_WALK_LEAF_TOTAL] - first[RS_WALK_LEAF_TOTAL], n[RS_WALK_LEAF_YOUNG],
		n[RS_WALK_LEAF_YOUNG] - first[RS_WALK_LEAF_YOUNG]);
}

static void print_lruvec(struct rs_report *r, const struct rs_lruvec_generations *l, FILE *out)
{
	unsigned int shown[STATES_SHOWN] = { 0, l->nr_states / 2, l->nr_states - 1 }, i;
	char name[160];

	fprintf(out, "\nGenerations of %s, node %" PRId64 "\n", rs_show_cgroup(r->reader, l->key.cgroup, name, sizeof(name)),
		l->key.nid);
	fprintf(out, "  aged %" PRIu64 " times of %" PRIu64 " tried; chose anon %" PRIu64 " times, file %" PRIu64 ", got nothing %" PRIu64 "\n",
		l->agings, l->aging_calls, l->chosen[0], l->chosen[1], l->nothing);
	if (l->highest_swappiness >= 0) {
		fprintf(out, "  swappiness in use %d", l->lowest_swappiness);
		if (l->highest_swappiness != l->lowest_swappiness)
			fprintf(out, " to %d", l->highest_swappiness);
		fprintf(out, "; scanned %" PRIu64 " anon, %" PRIu64 " file\n", l->scanned[0], l->scanned[1]);
	}
	print_walks(l, out);
	if (!l->nr_states)
		return;
	print_tiers(&l->states[l->nr_states - 1].e, out);
	for (i = 0; i < STATES_SHOWN; i++)
		if (!i || shown[i] != shown[i - 1])
			print_state(r, &l->states[shown[i]], out);
}

/* The same sysctl has another meaning on each LRU, and on MGLRU changed with 6.18. */
static void print_swappiness(const struct rs_report *r, FILE *out)
{
	struct json_object *info = rs_reader_info(r->reader), *settings = NULL, *kernel = NULL, *differences = NULL, *v;
	const char *swappiness, *lru;
	bool ranged;

	json_object_object_get_ex(info, "settings", &settings);
	json_object_object_get_ex(info, "kernel", &kernel);
	json_object_object_get_ex(kernel, "differences", &differences);
	swappiness = string_of(settings, "vm.swappiness");
	lru = string_of(kernel, "lru");
	if (!swappiness || !lru)
		return;
	/* evict_folios() got its nr with the change that made swappiness a range from one type to the other. */
	ranged = json_object_object_get_ex(differences, "evict_folios_nr_first", &v) && json_object_get_boolean(v);
	fprintf(out, "\nvm.swappiness was %ld. Here it means:\n", strtol(swappiness, NULL, 10));
	if (strcmp(lru, "mglru"))
		fprintf(out, "  n : 200 - n weighs anon against file, each divided by its cost of late; 200: no file pages.\n"
			     "  0: no anon pages, except when there are next to no file pages (the whole system, not a limit)\n");
	else if (ranged)
		fprintf(out, "  n : 200 - n weighs the refaults of anon against those of file; 1: file first, 200: anon first.\n"
			     "  0: anon pages are never evicted; memory.reclaim may ask for anon only\n");
	else
		fprintf(out, "  n : 200 - n weighs the refaults of anon against those of file; 1 prefers file, 200 anon.\n"
			     "  0: anon pages are never evicted; every other number ages and counts them alike\n");
}

void rs_generations_text(struct rs_report *r, FILE *out, unsigned int top)
{
	const struct rs_lruvec_generations *l;
	unsigned int n = 0;

	print_swappiness(r, out);
	for (l = r->generations->lruvecs; l && n < top; l = l->hh.next, n++)
		print_lruvec(r, l, out);
	if (l)
		fprintf(out, "\nand %u more with generations\n", HASH_COUNT(r->generations->lruvecs) - n);
}

/* ---- JSON ---- */

static void put_lruvec(struct rs_json *j, const struct rs_report *r, const struct rs_lruvec_generations *l)
{
	char name[192];

	rs_json_u64(j, "cgroup_id", l->key.cgroup);
	rs_json_string(j, "cgroup", rs_show_cgroup(r->reader, l->key.cgroup, name, sizeof(name)));
	rs_json_i64(j, "node", l->key.nid);
}

static void put_state(const struct rs_report *r, const struct rs_lruvec_generations *l, unsigned int at, FILE *out)
{
	const struct rs_generations_state *s = &l->states[at];
	const struct rs_event_lru_gen_state *e = &s->e;
	unsigned int nr, i;
	uint64_t oldest = rs_generations_oldest(e, &nr), age;
	struct rs_json j;

	rs_report_begin_line(&j, out, "generations");
	put_lruvec(&j, r, l);
	rs_json_u64(&j, "ts_ns", e->hdr.ts_ns);
	rs_json_bool(&j, "last", at == l->nr_states - 1);
	rs_json_u64(&j, "max_seq", e->max_seq);
	rs_json_u64(&j, "min_seq_anon", e->min_seq[0]);
	rs_json_u64(&j, "min_seq_file", e->min_seq[1]);
	rs_json_array(&j, "generations");
	for (i = 0; i < nr; i++) {
		rs_json_object(&j, NULL);
		rs_json_u64(&j, "seq", oldest + i);
		age = age_of(r->generations, e, oldest + i);
		if (age == UINT64_MAX)
			rs_json_null(&j, "age_ns");
		else
			rs_json_u64(&j, "age_ns", age);
		rs_json_u64(&j, "anon", rs_generation_size(e, oldest + i, 0));
		rs_json_u64(&j, "file", rs_generation_size(e, oldest + i, 1));
		rs_json_end_object(&j);
	}
	rs_json_end_array(&j);
	rs_json_string(&j, "evicts", s->evicts >= 0 ? types[s->evicts] : NULL);
	rs_json_end_line(&j);
}

static void put_tiers(struct rs_json *j, const struct rs_event_lru_gen_state *e)
{
	unsigned int i;

	rs_json_array(j, "tiers");
	for (i = 0; e && i < 2 * RS_TIERS; i++) {
		rs_json_object(j, NULL);
		rs_json_string(j, "list", types[i / RS_TIERS]);
		rs_json_u64(j, "tier", i % RS_TIERS);
		rs_json_u64(j, "refaulted", e->avg_refaulted[i] + e->refaulted[i]);
		rs_json_u64(j, "total", e->avg_total[i] + e->evicted[i] + e->protected[i]);
		rs_json_end_object(j);
	}
	rs_json_end_array(j);
}

static void put_walks(struct rs_json *j, const char *key, const struct rs_lruvec_generations *l, const uint64_t *from)
{
	static const char *const names[RS_NR_WALK_STATS] = {
		[RS_WALK_LEAF_TOTAL] = "entries",      [RS_WALK_LEAF_YOUNG] = "young",
		[RS_WALK_NONLEAF_TOTAL] = "tables",    [RS_WALK_NONLEAF_FOUND] = "tables_found",
		[RS_WALK_NONLEAF_ADDED] = "tables_added",
	};
	int i;

	if (!rs_generations_walked(l)) {
		rs_json_null(j, key);
		return;
	}
	rs_json_object(j, key);
	for (i = 0; i < RS_NR_WALK_STATS; i++)
		if (l->walked[i] == RS_UNKNOWN)
			rs_json_null(j, names[i]);
		else
			rs_json_u64(j, names[i], l->walked[i] - (from ? from[i] : 0));
	rs_json_end_object(j);
}

static void put_choices(const struct rs_report *r, const struct rs_lruvec_generations *l, FILE *out)
{
	static const char *const ops[] = { NULL, "head", "tail", "old", "young" };
	struct rs_json j;
	int i;

	rs_report_begin_line(&j, out, "lru_gen");
	put_lruvec(&j, r, l);
	rs_json_u64(&j, "agings", l->agings);
	rs_json_u64(&j, "aging_calls", l->aging_calls);
	rs_json_u64(&j, "chose_anon", l->chosen[0]);
	rs_json_u64(&j, "chose_file", l->chosen[1]);
	rs_json_u64(&j, "got_nothing", l->nothing);
	rs_json_u64(&j, "scanned_anon", l->scanned[0]);
	rs_json_u64(&j, "scanned_file", l->scanned[1]);
	if (l->highest_swappiness < 0) {
		rs_json_null(&j, "lowest_swappiness");
		rs_json_null(&j, "highest_swappiness");
	} else {
		rs_json_i64(&j, "lowest_swappiness", l->lowest_swappiness);
		rs_json_i64(&j, "highest_swappiness", l->highest_swappiness);
	}
	rs_json_object(&j, "rotated");
	for (i = 1; i < 5; i++)
		rs_json_u64(&j, ops[i], l->rotated[i]);
	rs_json_end_object(&j);
	put_walks(&j, "walked_since_boot", l, NULL);
	put_walks(&j, "walked_since_first", l, l->walked_first);
	put_tiers(&j, l->nr_states ? &l->states[l->nr_states - 1].e : NULL);
	rs_json_end_line(&j);
}

void rs_generations_json(struct rs_report *r, FILE *out)
{
	const struct rs_lruvec_generations *l;
	unsigned int i;

	for (l = r->generations->lruvecs; l; l = l->hh.next) {
		put_choices(r, l, out);
		for (i = 0; i < l->nr_states; i++)
			put_state(r, l, i, out);
	}
}
