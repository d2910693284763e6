/* SPDX-License-Identifier: GPL-2.0-only */
#include "pressure.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/cleanup.h"
#include "../base/readfile.h"

static uint64_t total_of(const char *text, const char *line)
{
	const char *at = strstr(text, line);
	const char *end = at ? strchr(at, '\n') : NULL;
	uint64_t us;

	at = at ? strstr(at, "total=") : NULL;
	if (!at || (end && at > end) || sscanf(at, "total=%" SCNu64, &us) != 1)
		return RS_PRESSURE_UNKNOWN;
	return us;
}

void rs_pressure_parse(const char *text, uint64_t *ret_some_us, uint64_t *ret_full_us)
{
	*ret_some_us = total_of(text, "some ");
	*ret_full_us = total_of(text, "full ");
}

static void read_pressure(const char *path, uint64_t *ret_some_us, uint64_t *ret_full_us)
{
	_cleanup_(rs_freep) char *text = NULL;

	rs_pressure_parse(rs_read_file(path, &text, NULL) ? "" : text, ret_some_us, ret_full_us);
}

/* The first number of schedstat is CPU time. Kernel threads are children of process 2. */
static uint64_t read_kswapd_cpu(void)
{
	_cleanup_(rs_freep) char *children = NULL;
	uint64_t sum = 0, ns;
	bool found = false;
	char path[64], line[128];
	char *at, *next;

	if (rs_read_file("/proc/2/task/2/children", &children, NULL))
		return RS_PRESSURE_UNKNOWN;
	for (at = children;; at = next) {
		long pid = strtol(at, &next, 10);

		if (next == at)
			break;
		snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
		if (rs_read_line(path, line, sizeof(line)) || strncmp(line, "kswapd", 6))
			continue;
		snprintf(path, sizeof(path), "/proc/%ld/schedstat", pid);
		if (rs_read_line(path, line, sizeof(line)) || sscanf(line, "%" SCNu64, &ns) != 1)
			continue;
		sum += ns;
		found = true;
	}
	return found ? sum : RS_PRESSURE_UNKNOWN;
}

void rs_pressure_read(struct rs_pressure *ret)
{
	read_pressure("/proc/pressure/memory", &ret->memory_some_us, &ret->memory_full_us);
	read_pressure("/proc/pressure/io", &ret->io_some_us, &ret->io_full_us);
	ret->kswapd_cpu_ns = read_kswapd_cpu();
}
