/* SPDX-License-Identifier: GPL-2.0-only */
#include "latency.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "../base/grow.h"

int rs_latency_add(struct rs_latency *l, uint64_t ns)
{
	if (!RS_MAKE_ROOM(l->ns, l->count, l->room, 16))
		return -ENOMEM;
	l->ns[l->count++] = ns;
	l->sum_ns += ns;
	if (ns > l->max_ns)
		l->max_ns = ns;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

uint64_t rs_latency_percentile(struct rs_latency *l, double percent)
{
	size_t rank;

	if (!l->count)
		return 0;
	qsort(l->ns, l->count, sizeof(*l->ns), compare);
	rank = ceil(percent / 100 * l->count);
	if (rank < 1)
		rank = 1;
	return l->ns[(rank > l->count ? l->count : rank) - 1];
}

void rs_latency_free(struct rs_latency *l)
{
	free(l->ns);
	*l = (struct rs_latency){ 0 };
}
