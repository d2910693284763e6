/* SPDX-License-Identifier: GPL-2.0-only */
#include "zoneinfo.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "protection: (0, 952, 952, 952, 952)" */
static void parse_protection(struct rs_zoneinfo *z, const char *p)
{
	char *end;

	z->nr_protections = 0;
	for (p = strchr(p, '('); p && *p != ')' && z->nr_protections < RS_ZONE_PROTECTIONS;) {
		uint64_t v = strtoull(p + 1, &end, 10);

		if (end == p + 1)
			return;
		z->protection[z->nr_protections++] = v;
		p = end;
	}
}

static void parse_line(struct rs_zoneinfo *z, const char *line)
{
	struct {
		const char *name;
		uint64_t *value;
	} fields[] = {
		{ "pages free", &z->free }, { "boost", &z->boost },	{ "min", &z->min },
		{ "low", &z->low },	    { "high", &z->high },	{ "promo", &z->promo },
		{ "spanned", &z->spanned }, { "present", &z->present }, { "managed", &z->managed },
	};
	size_t i, len;

	while (*line == ' ')
		line++;
	if (!strncmp(line, "protection:", 11)) {
		parse_protection(z, line);
		return;
	}
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (*line != *fields[i].name)
			continue;
		len = strlen(fields[i].name);
		/* "high:" with a colon belongs to a CPU's page lists further down. */
		if (!strncmp(line, fields[i].name, len) && line[len] == ' ') {
			*fields[i].value = strtoull(line + len, NULL, 10);
			return;
		}
	}
}

int rs_zoneinfo_parse(const char *text, struct rs_zoneinfo *zones, int room)
{
	struct rs_zoneinfo *z = NULL, ignored;
	const char *line = text;
	int n = 0, last_nid = -1, zid = 0;

	while (*line) {
		const char *end = strchrnul(line, '\n');
		char name[RS_ZONE_NAME_LEN];
		int nid;

		/* Asked of each line, sscanf() would look for the end of the text each time. */
		if (*line == 'N' && sscanf(line, "Node %d, zone %15s", &nid, name) == 2) {
			zid = nid == last_nid ? zid + 1 : 0;
			last_nid = nid;
			z = n < room ? &zones[n] : &ignored;
			n++;
			memset(z, 0, sizeof(*z));
			z->nid = nid;
			z->zid = zid;
			memcpy(z->name, name, sizeof(name));
		} else if (z) {
			parse_line(z, line);
		}
		line = *end ? end + 1 : end;
	}
	return n ? n : -EBADMSG;
}

#define NAME_LEN 64

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/*
 * A word and a number, behind which @text stands then. By hand, as there are some 300 of them: sscanf() would take ten times as
 * long, and the functions for strings twice.
 */
static bool name_and_value(const char **text, char name[NAME_LEN], uint64_t *value)
{
	const char *at = *text;
	uint64_t v = 0;
	size_t len = 0;

	memset(name, 0, 4); /* so that whoever compares may look at the first letters of any name */
	while (is_blank(*at))
		at++;
	for (; *at && !is_blank(*at) && len < NAME_LEN; at++)
		name[len++] = *at;
	while (is_blank(*at))
		at++;
	if (!len || len >= NAME_LEN || *at < '0' || *at > '9')
		return false;
	name[len] = 0;
	for (; *at >= '0' && *at <= '9'; at++)
		v = 10 * v + (*at - '0');
	*value = v;
	*text = at;
	return true;
}

void rs_zoneinfo_nodes(const char *text, void (*each)(void *ctx, int nid, const char *name, uint64_t value), void *ctx)
{
	bool of_node = false;
	const char *line, *end, *at;
	uint64_t value;
	char name[NAME_LEN];
	int nid = -1;

	for (line = text; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		at = line;
		if (*line == 'N' && sscanf(line, "Node %d,", &nid) == 1)
			of_node = false;
		else if (!strncmp(line, "  per-node stats", 16))
			of_node = true;
		else if (!strncmp(line, "  pages free", 12))
			of_node = false;
		else if ((of_node || !strncmp(line, "  node_unreclaimable:", 21)) && name_and_value(&at, name, &value))
			each(ctx, nid, strcmp(name, "node_unreclaimable:") ? name : "node_unreclaimable", value);
	}
}

void rs_vmstat_each(const char *text, void (*each)(void *ctx, const char *name, uint64_t value), void *ctx)
{
	char name[NAME_LEN];
	uint64_t value;

	while (name_and_value(&text, name, &value))
		each(ctx, name, value);
}
