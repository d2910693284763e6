/* SPDX-License-Identifier: GPL-2.0-only */
#include "generations.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../base/table.h"
#include "../wire/capture.h"

static struct rs_lruvec_generations *lruvec_of(struct rs_generations *g, uint64_t cgroup, int64_t nid)
{
	struct rs_lruvec_generations *l;
	__typeof__(l->key) key = { .cgroup = cgroup, .nid = nid };

	l = RS_FIND_OR_ADD(g->lruvecs, struct rs_lruvec_generations, key, key);
	if (l && !l->step) {
		l->step = 1;
		l->lowest_swappiness = -1;
		l->highest_swappiness = -1;
	}
	return l;
}

static bool seqs_differ(const struct rs_event_lru_gen_state *a, const struct rs_event_lru_gen_state *b)
{
	return a->max_seq != b->max_seq || a->min_seq[0] != b->min_seq[0] || a->min_seq[1] != b->min_seq[1];
}

/* The newest state is always the last; it stays when the next one has other seqs. */
static int on_state(struct rs_lruvec_generations *l, const struct rs_event_lru_gen_state *e)
{
	bool stays = l->nr_states < 2;
	int8_t evicts = -1;
	unsigned int i;

	if (!l->states) {
		l->states = calloc(RS_GENERATION_STATES, sizeof(*l->states));
		if (!l->states)
			return -ENOMEM;
	}
	if (l->nr_states && seqs_differ(&l->states[l->nr_states - 1].e, e))
		stays |= ++l->moved % l->step == 0;
	else if (l->nr_states)
		evicts = l->states[l->nr_states - 1].evicts;
	if (stays && l->nr_states == RS_GENERATION_STATES) {
		for (i = 1; i < RS_GENERATION_STATES / 2; i++)
			l->states[i] = l->states[2 * i];
		l->nr_states = RS_GENERATION_STATES / 2;
		l->step *= 2;
	}
	if (stays)
		l->nr_states++;
	l->states[l->nr_states - 1] = (struct rs_generations_state){ .e = *e, .evicts = evicts };
	return 0;
}

static void on_swappiness(struct rs_lruvec_generations *l, int32_t swappiness)
{
	if (swappiness < 0)
		return;
	if (l->lowest_swappiness < 0 || swappiness < l->lowest_swappiness)
		l->lowest_swappiness = swappiness;
	if (swappiness > l->highest_swappiness)
		l->highest_swappiness = swappiness;
}

static void on_isolated(struct rs_lruvec_generations *l, const struct rs_event_isolate_folios_end *e)
{
	unsigned int type = e->type == 1;

	if (e->ret <= 0) {
		l->nothing++;
		return;
	}
	l->chosen[type]++;
	l->scanned[type] += e->ret;
	if (e->isolated > 0)
		l->isolated[type] += e->isolated;
	if (l->nr_states)
		l->states[l->nr_states - 1].evicts = type;
}

#define LRUVEC_OF(g, e) lruvec_of(g, (e)->cgroup, (e)->nid)

int rs_generations_take(struct rs_generations *g, const struct rs_event_hdr *hdr)
{
	struct rs_lruvec_generations *l = NULL;

	switch (hdr->type) {
	case RS_EVENT_lru_gen_state: {
		const struct rs_event_lru_gen_state *e = (const void *)hdr;

		l = LRUVEC_OF(g, e);
		return l ? on_state(l, e) : -ENOMEM;
	}
	case RS_EVENT_try_to_inc_max_seq: {
		const struct rs_event_try_to_inc_max_seq *e = (const void *)hdr;

		l = LRUVEC_OF(g, e);
		if (!l)
			return -ENOMEM;
		if (!l->aging_calls++)
			memcpy(l->walked_first, e->walked, sizeof(e->walked));
		memcpy(l->walked, e->walked, sizeof(e->walked));
		l->agings += e->ret != 0;
		return 0;
	}
	case RS_EVENT_isolate_folios_begin: {
		const struct rs_event_isolate_folios_begin *e = (const void *)hdr;

		l = LRUVEC_OF(g, e);
		if (!l)
			return -ENOMEM;
		on_swappiness(l, e->swappiness);
		return 0;
	}
	case RS_EVENT_isolate_folios_end: {
		const struct rs_event_isolate_folios_end *e = (const void *)hdr;

		l = LRUVEC_OF(g, e);
		if (!l)
			return -ENOMEM;
		on_isolated(l, e);
		return 0;
	}
	case RS_EVENT_lru_gen_rotate_memcg: {
		const struct rs_event_lru_gen_rotate_memcg *e = (const void *)hdr;

		l = LRUVEC_OF(g, e);
		if (!l)
			return -ENOMEM;
		if (e->op >= 0 && e->op < 5)
			l->rotated[e->op]++;
		return 0;
	}
	}
	return 0;
}

uint64_t rs_generation_size(const struct rs_event_lru_gen_state *e, uint64_t seq, unsigned int type)
{
	uint64_t size = 0;
	unsigned int zone;

	for (zone = 0; zone < RS_MAX_ZONES; zone++) {
		int64_t nr = e->nr_pages[(seq % RS_GENS * 2 + type) * RS_MAX_ZONES + zone];

		size += nr > 0 ? nr : 0;
	}
	return size;
}

uint64_t rs_generations_oldest(const struct rs_event_lru_gen_state *e, unsigned int *ret_nr)
{
	uint64_t oldest = e->min_seq[0] < e->min_seq[1] ? e->min_seq[0] : e->min_seq[1];

	if (e->max_seq - oldest >= RS_GENS)
		oldest = e->max_seq - RS_GENS + 1;
	*ret_nr = e->max_seq - oldest + 1;
	return oldest;
}

bool rs_generations_walked(const struct rs_lruvec_generations *of)
{
	return of->walked[RS_WALK_LEAF_TOTAL] && of->walked[RS_WALK_LEAF_TOTAL] != RS_UNKNOWN;
}

struct rs_generations *rs_generations_create(struct json_object *info)
{
	struct rs_generations *g = calloc(1, sizeof(*g));
	struct json_object *kernel, *v;

	if (g && json_object_object_get_ex(info, "kernel", &kernel) && json_object_object_get_ex(kernel, "tick_ns", &v))
		g->tick_ns = json_object_get_uint64(v);
	return g;
}

void rs_generations_destroy(struct rs_generations *g)
{
	struct rs_lruvec_generations *l;

	if (!g)
		return;
	for (l = g->lruvecs; l; l = l->hh.next)
		free(l->states);
	RS_FREE_TABLE(g->lruvecs, struct rs_lruvec_generations);
	free(g);
}

int rs_generations_order(struct rs_lruvec_generations *a, struct rs_lruvec_generations *b)
{
	uint64_t x = a->chosen[0] + a->chosen[1], y = b->chosen[0] + b->chosen[1];

	return x != y ? (x < y ? 1 : -1) : memcmp(&a->key, &b->key, sizeof(a->key));
}
