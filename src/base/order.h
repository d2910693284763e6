/* SPDX-License-Identifier: GPL-2.0-only */
/* Orders of doubles for qsort(); no NAN. */
#ifndef RS_BASE_ORDER_H
#define RS_BASE_ORDER_H

static inline int rs_rising(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static inline int rs_falling(const void *a, const void *b)
{
	return rs_rising(b, a);
}

#endif
