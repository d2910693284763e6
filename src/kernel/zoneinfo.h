/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/zoneinfo and /proc/vmstat, as numbers. */
#ifndef RS_KERNEL_ZONEINFO_H
#define RS_KERNEL_ZONEINFO_H

#include <stdint.h>

#define RS_ZONE_NAME_LEN 16
#define RS_ZONE_PROTECTIONS 8

/* One zone; all in pages. */
struct rs_zoneinfo {
	int nid;
	int zid; /* position within its node */
	char name[RS_ZONE_NAME_LEN];
	uint64_t free, boost, min, low, high, promo; /* promo 0: not on this kernel */
	uint64_t spanned, present, managed;
	uint64_t protection[RS_ZONE_PROTECTIONS];
	unsigned int nr_protections;
};

/*
 * Parses the text of a zoneinfo file into at most @room zones. Returns their number, which may be
 * larger than @room, or -EBADMSG.
 */
int rs_zoneinfo_parse(const char *text, struct rs_zoneinfo *zones, int room);

/* Calls @each for each "name value" line of the per-node part of a zoneinfo file. */
void rs_zoneinfo_nodes(const char *text, void (*each)(void *ctx, int nid, const char *name, uint64_t value), void *ctx);

/* Calls @each for each "name value" line of a vmstat file. */
void rs_vmstat_each(const char *text, void (*each)(void *ctx, const char *name, uint64_t value), void *ctx);

#endif
