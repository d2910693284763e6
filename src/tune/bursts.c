/* SPDX-License-Identifier: GPL-2.0-only */
#include "bursts.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "../base/order.h"

/* The gauge's own distance under pressure is 10 ms: a span that is not much longer holds what came at once. */
#define SHORT_SPAN_NS 15000000ULL
/* A span in which this many pages came was busy with them. */
#define MIN_GROWTH 96
/* Fewer pages from swap tell nothing about when they came. */
#define MIN_SWAPINS 200
/* Fewer spans with growth tell nothing. */
#define MIN_BURSTS 8

static uint32_t growth(const struct rs_load_slot *s)
{
	return s->anon_new + s->kernel_new;
}

uint32_t rs_load_burst_pages(const struct rs_load_slot *slots, size_t nr)
{
	uint32_t largest = 0;
	size_t i, nr_bursts = 0;

	for (i = 0; i < nr; i++) {
		if (slots[i].ns > SHORT_SPAN_NS || !growth(&slots[i]))
			continue;
		nr_bursts++;
		largest = rs_max(largest, growth(&slots[i]));
	}
	return nr_bursts < MIN_BURSTS ? 0 : largest;
}

static bool is_growth(const struct rs_load_slot *s)
{
	return s->anon_new >= MIN_GROWTH && s->file_in + s->kernel_new < s->anon_new / 5 && !s->waited_ns && !s->anon_gone &&
	       !s->swapped_in;
}

static bool is_reading(const struct rs_load_slot *s)
{
	return s->file_in >= MIN_GROWTH && growth(s) < s->file_in / 5 && !s->waited_ns && !s->reader_waited_ns && !s->swapped_in;
}

/* Of the spans of one kind, the time of a page in the fast tenth: others may have had the CPU in the slower ones. */
static double fast_tenth_ns(const struct rs_load_slot *slots, size_t nr, bool (*is)(const struct rs_load_slot *s),
			    uint32_t (*pages)(const struct rs_load_slot *s))
{
	double *costs = calloc(nr, sizeof(*costs)), ret = NAN;
	size_t i, n = 0;

	for (i = 0; costs && i < nr; i++)
		if (is(&slots[i]))
			costs[n++] = (double)slots[i].ns / pages(&slots[i]);
	if (n >= MIN_BURSTS) {
		qsort(costs, n, sizeof(*costs), rs_rising);
		ret = costs[n / 10];
	}
	free(costs);
	return ret;
}

static uint32_t anon_pages(const struct rs_load_slot *s)
{
	return s->anon_new;
}

static uint32_t file_pages(const struct rs_load_slot *s)
{
	return s->file_in;
}

double rs_load_growth_ns(const struct rs_load_slot *slots, size_t nr)
{
	return fast_tenth_ns(slots, nr, is_growth, anon_pages);
}

double rs_load_read_ns(const struct rs_load_slot *slots, size_t nr)
{
	return fast_tenth_ns(slots, nr, is_reading, file_pages);
}

double rs_load_half_of_swapins_ns(const struct rs_load_slot *slots, size_t nr)
{
	uint64_t ns = 0, all = 0, swapped_in = 0;
	size_t i;

	for (i = 0; i < nr; i++)
		all += slots[i].swapped_in;
	if (all < MIN_SWAPINS)
		return NAN;
	for (i = 0; swapped_in * 2 < all; i++) {
		swapped_in += slots[i].swapped_in;
		ns += slots[i].ns;
	}
	return ns;
}

static uint32_t parts_of(const struct rs_load_slot *s, uint32_t burst_pages)
{
	return rs_max(1, (growth(s) + burst_pages - 1) / burst_pages);
}

/* Part @i of @n of @value; all parts together are @value. */
static uint64_t part(uint64_t value, uint32_t i, uint32_t n)
{
	return value * (i + 1) / n - value * i / n;
}

int rs_load_split(struct rs_load_slot **slots, size_t *nr, uint32_t burst_pages)
{
	const struct rs_load_slot *whole = *slots;
	struct rs_load_slot *parts;
	size_t i, nr_parts = 0, at = 0;
	uint32_t k, n;

	if (!burst_pages)
		return 0;
	for (i = 0; i < *nr; i++)
		nr_parts += parts_of(&whole[i], burst_pages);
	parts = calloc(nr_parts, sizeof(*parts));
	if (!parts)
		return -ENOMEM;
	for (i = 0; i < *nr; i++) {
		n = parts_of(&whole[i], burst_pages);
		for (k = 0; k < n; k++)
			parts[at++] = (struct rs_load_slot){
				.ns = part(whole[i].ns, k, n),
				.waited_ns = part(whole[i].waited_ns, k, n),
				.reader_waited_ns = part(whole[i].reader_waited_ns, k, n),
				.anon_new = part(whole[i].anon_new, k, n),
				/* what goes, goes at once: as a process ends or an unmapping does it */
				.anon_gone = k ? 0 : whole[i].anon_gone,
				.file_in = part(whole[i].file_in, k, n),
				.kernel_new = part(whole[i].kernel_new, k, n),
				.kernel_gone = k ? 0 : whole[i].kernel_gone,
				.swapped_in = part(whole[i].swapped_in, k, n),
				/* when blocks of the right type have run out */
				.boost = k + 1 < n ? 0 : whole[i].boost,
			};
	}
	free(*slots);
	*slots = parts;
	*nr = nr_parts;
	return 0;
}

void rs_load_take_turns(struct rs_load_slot *slots, size_t nr, unsigned int nr_growers)
{
	uint32_t turn = 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		slots[i].grower = turn;
		if (growth(&slots[i]))
			turn = (turn + 1) % rs_max(1, nr_growers);
	}
}
