/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * generations DIRECTORY: the generations that the report of DIRECTORY/r.data shows last for each lruvec against
 * DIRECTORY/lru_gen, the kernel's own debugfs file read right afterwards, while nothing ran, up to when it was; and what
 * walks of page tables have counted against lru_gen_full. Prints TAP.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../../src/report/generations.h"
#include "../../src/trace/reader.h"
#include "../../src/trace/show.h"
#include "../../src/wire/capture.h"

#define ROWS 8

/* A node of a memcg in lru_gen. */
struct node {
	char path[192];
	int64_t nid;
	unsigned int nr;
	struct row {
		uint64_t seq, age_ms, size[2];
	} rows[ROWS];
};

/* Whoever reclaims after lru_gen was read, as soon as the recorder goes on, is not of interest. */
static struct rs_generations *generations_at(struct rs_reader *reader, uint64_t at_ns)
{
	struct rs_generations *g = rs_generations_create(rs_reader_info(reader));
	struct rs_event event;

	while (g && rs_reader_next(reader, &event) == 1)
		if (event.hdr->ts_ns <= at_ns && rs_generations_take(g, event.hdr))
			return NULL;
	return g;
}

static const struct rs_lruvec_generations *lruvec_of(struct rs_reader *reader, const struct rs_generations *g, const struct node *n)
{
	const struct rs_lruvec_generations *l;
	char name[192];

	for (l = g->lruvecs; l; l = l->hh.next)
		if (l->key.nid == n->nid && l->nr_states &&
		    !strcmp(rs_show_cgroup(reader, l->key.cgroup, name, sizeof(name)), n->path))
			return l;
	return NULL;
}

/* Ages are told at two times: compare how much older each generation is than the youngest. */
static bool equal(const struct rs_generations *g, const struct rs_event_lru_gen_state *e, const struct node *n)
{
	const struct row *youngest = &n->rows[n->nr - 1];
	unsigned int i, type;

	if (youngest->seq != e->max_seq || n->rows[0].seq != e->min_seq[0])
		return false;
	for (i = 0; i < n->nr; i++) {
		uint64_t older = e->timestamps[e->max_seq % RS_GENS] - e->timestamps[n->rows[i].seq % RS_GENS];

		if (older * g->tick_ns / 1000000 != n->rows[i].age_ms - youngest->age_ms)
			return false;
		for (type = 0; type < 2; type++)
			if (rs_generation_size(e, n->rows[i].seq, type) != n->rows[i].size[type])
				return false;
	}
	return true;
}

static void show(const struct rs_event_lru_gen_state *e, const struct node *n)
{
	unsigned int i;

	for (i = 0; i < n->nr; i++)
		printf("# %s node %" PRId64 " seq %" PRIu64 ": %" PRIu64 " anon %" PRIu64 " file there, %" PRIu64 " and %" PRIu64 " here (seqs %llu %llu to %llu)\n",
		       n->path, n->nid, n->rows[i].seq, n->rows[i].size[0], n->rows[i].size[1],
		       e ? rs_generation_size(e, n->rows[i].seq, 0) : 0, e ? rs_generation_size(e, n->rows[i].seq, 1) : 0,
		       e ? e->min_seq[0] : 0, e ? e->min_seq[1] : 0, e ? e->max_seq : 0);
}

/* The counters of walks in @line of lru_gen_full, each with its letter: LOYNFA, later TYFA. */
static bool walks_of(const char *line, uint64_t walked[RS_NR_WALK_STATS])
{
	uint64_t n[6];
	char letters[7] = "";
	int got = sscanf(line, " %" SCNu64 "%c %" SCNu64 "%c %" SCNu64 "%c %" SCNu64 "%c %" SCNu64 "%c %" SCNu64 "%c", &n[0], &letters[0],
			 &n[1], &letters[1], &n[2], &letters[2], &n[3], &letters[3], &n[4], &letters[4], &n[5], &letters[5]);

	if (got == 12 && !strcmp(letters, "LOYNFA")) {
		memcpy(walked, (uint64_t[]){ n[0], n[2], n[3], n[4], n[5] }, RS_NR_WALK_STATS * sizeof(*walked));
		return true;
	}
	if (got == 8 && !strcmp(letters, "TYFA")) {
		memcpy(walked, (uint64_t[]){ n[0], n[1], RS_UNKNOWN, n[2], n[3] }, RS_NR_WALK_STATS * sizeof(*walked));
		return true;
	}
	return false;
}

static void compare_walks(struct rs_reader *reader, const struct rs_generations *g, FILE *f)
{
	unsigned int compared = 0, same = 0;
	uint64_t walked[RS_NR_WALK_STATS], sum[RS_NR_WALK_STATS] = { 0 };
	struct node n = { .nr = 0 };
	char line[256];
	int k;

	while (fgets(line, sizeof(line), f)) {
		const struct rs_lruvec_generations *l;

		if (sscanf(line, "memcg %*u %191s", n.path) == 1 || sscanf(line, " node %" SCNd64, &n.nid) == 1 || !walks_of(line, walked))
			continue;
		l = lruvec_of(reader, g, &n);
		compared++;
		if (l && !memcmp(l->walked, walked, sizeof(walked))) {
			same++;
		} else {
			printf("# %s node %" PRId64 ":", n.path, n.nid);
			for (k = 0; k < RS_NR_WALK_STATS; k++)
				printf(" %" PRIu64 "/%" PRIu64, l ? l->walked[k] : 0, walked[k]);
			putchar('\n');
		}
		for (k = 0; k < RS_NR_WALK_STATS; k++)
			sum[k] += walked[k];
	}
	printf("%sok - walks of page tables: %u of %u lruvecs equal (%" PRIu64 " entries, %" PRIu64 " young, %" PRIu64
	       " tables through the bloom filter, %" PRIu64 " into the next)\n",
	       compared >= 3 && same == compared && sum[RS_WALK_LEAF_YOUNG] && sum[RS_WALK_NONLEAF_ADDED] ? "" : "not ", same, compared,
	       sum[RS_WALK_LEAF_TOTAL], sum[RS_WALK_LEAF_YOUNG], sum[RS_WALK_NONLEAF_FOUND], sum[RS_WALK_NONLEAF_ADDED]);
}

int main(int argc, char **argv)
{
	unsigned int compared = 0, same = 0, rows = 0;
	uint64_t pages = 0, at_ns = 0;
	struct rs_generations *g = NULL;
	struct rs_reader *reader;
	char path[512], line[256];
	struct node n = { .nr = 0 };
	bool more = true;
	FILE *f;

	if (argc != 2) {
		fprintf(stderr, "usage: generations DIRECTORY\n");
		return 2;
	}
	snprintf(path, sizeof(path), "%s/r.data", argv[1]);
	if (rs_reader_open(path, &reader)) {
		printf("not ok - %s: cannot be read\n", path);
		return 1;
	}
	snprintf(path, sizeof(path), "%s/lru_gen", argv[1]);
	f = fopen(path, "r");
	if (f && fgets(line, sizeof(line), f) && sscanf(line, "at %" SCNu64, &at_ns) == 1)
		g = generations_at(reader, at_ns);
	while (g && more) {
		struct row row;
		bool is_row = false;

		more = fgets(line, sizeof(line), f);
		if (more)
			is_row = sscanf(line, " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64, &row.seq, &row.age_ms, &row.size[0],
					&row.size[1]) == 4;
		if (is_row && n.nr < ROWS) {
			n.rows[n.nr++] = row;
			continue;
		}
		if (n.nr) {
			const struct rs_lruvec_generations *l = lruvec_of(reader, g, &n);
			const struct rs_event_lru_gen_state *e = l ? &l->states[l->nr_states - 1].e : NULL;
			bool ok = l && l->agings && equal(g, e, &n);
			unsigned int i;

			compared++;
			same += ok;
			rows += n.nr;
			for (i = 0; i < n.nr; i++)
				pages += n.rows[i].size[0] + n.rows[i].size[1];
			if (!ok)
				show(e, &n);
			n.nr = 0;
		}
		if (more && sscanf(line, "memcg %*u %191s", n.path) != 1)
			sscanf(line, " node %" SCNd64, &n.nid);
	}
	if (f)
		fclose(f);
	printf("%sok - seqs, births and sizes of generations: %u of %u lruvecs equal (%u generations, %" PRIu64 " pages)\n",
	       compared >= 3 && same == compared && pages ? "" : "not ", same, compared, rows, pages);
	snprintf(path, sizeof(path), "%s/lru_gen_full", argv[1]);
	f = g ? fopen(path, "r") : NULL;
	if (f) {
		compare_walks(reader, g, f);
		fclose(f);
	} else {
		printf("not ok - %s: cannot be read\n", path);
	}
	rs_generations_destroy(g);
	rs_reader_close(reader);
	return 0;
}
