/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * generations DIRECTORY: the generations that the report of DIRECTORY/r.data shows last for each lruvec against
 * DIRECTORY/lru_gen, the kernel's own debugfs file read right afterwards, while nothing ran, up to when it was. Prints TAP.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../../src/report/generations.h"
#include "../../src/trace/reader.h"
#include "../../src/trace/show.h"

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

static const struct rs_event_lru_gen_state *last_state(struct rs_reader *reader, const struct rs_generations *g,
						       const struct node *n, uint64_t *ret_agings)
{
	const struct rs_lruvec_generations *l;
	char name[192];

	for (l = g->lruvecs; l; l = l->hh.next)
		if (l->key.nid == n->nid && l->nr_states &&
		    !strcmp(rs_show_cgroup(reader, l->key.cgroup, name, sizeof(name)), n->path)) {
			*ret_agings = l->agings;
			return &l->states[l->nr_states - 1].e;
		}
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

int main(int argc, char **argv)
{
	unsigned int compared = 0, same = 0, rows = 0;
	uint64_t pages = 0, agings = 0, at_ns = 0;
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
			const struct rs_event_lru_gen_state *e = last_state(reader, g, &n, &agings);
			bool ok = e && agings && equal(g, e, &n);
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
	rs_generations_destroy(g);
	rs_reader_close(reader);
	return 0;
}
