/* SPDX-License-Identifier: GPL-2.0-only */
#include "tiers.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "../base/cleanup.h"
#include "../base/readfile.h"

/* "0-1,4" as bits. */
static uint64_t parse_nodes(const char *text)
{
	unsigned long first, last;
	uint64_t nodes = 0;
	char *end;

	for (; *text >= '0' && *text <= '9'; text = *end == ',' ? end + 1 : end) {
		first = last = strtoul(text, &end, 10);
		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		for (; first <= last && first < 64; first++)
			nodes |= 1ULL << first;
	}
	return nodes;
}

uint64_t rs_nodes_above_last_tier(const char *directory)
{
	_cleanup_(closedirp) DIR *dir = opendir(directory);
	uint64_t all = 0, last = 0, nodes;
	char path[512], line[256];
	struct dirent *entry;
	long tier, slowest = -1;

	while (dir && (entry = readdir(dir))) {
		if (sscanf(entry->d_name, "memory_tier%ld", &tier) != 1)
			continue;
		snprintf(path, sizeof(path), "%s/%s/nodelist", directory, entry->d_name);
		if (rs_read_line(path, line, sizeof(line)))
			continue;
		nodes = parse_nodes(line);
		all |= nodes;
		/* Their numbers rise with the distance; a tier without nodes is none. */
		if (nodes && tier > slowest) {
			slowest = tier;
			last = nodes;
		}
	}
	return all & ~last;
}
