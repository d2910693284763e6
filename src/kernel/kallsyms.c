/* SPDX-License-Identifier: GPL-2.0-only */
#include "kallsyms.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <uthash.h>

#include "../base/cleanup.h"
#include "../base/log.h"

#ifndef KALLSYMS /* a test has its own */
#define KALLSYMS "/proc/kallsyms"
#endif

/* Calls @each for each line until it returns non-zero. 0 or -errno. */
static int for_each_symbol(void (*each)(void *ctx, uint64_t addr, char type, const char *name, size_t len),
			   void *ctx)
{
	_cleanup_(rs_closep) int fd = open(KALLSYMS, O_RDONLY | O_CLOEXEC);
	_cleanup_(rs_freep) char *buf = NULL;
	const size_t size = 256 * 1024;
	size_t kept = 0;

	if (fd < 0)
		return -errno;
	buf = malloc(size);
	if (!buf)
		return -ENOMEM;
	for (;;) {
		ssize_t n = read(fd, buf + kept, size - kept);
		char *line = buf, *end, *newline;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return 0;
		end = buf + kept + n;
		while ((newline = memchr(line, '\n', end - line))) {
			uint64_t addr = 0;
			char *p = line, *name;

			for (; p < newline && *p != ' '; p++)
				addr = addr << 4 | (*p <= '9' ? *p - '0' : (*p | 32) - 'a' + 10);
			if (newline - p > 3) {
				name = p + 3;
				p = memchr(name, '\t', newline - name); /* a module's name follows */
				each(ctx, addr, name[-2], name, (p ? p : newline) - name);
			}
			line = newline + 1;
		}
		kept = end - line;
		if (kept == size)
			return -EBADMSG;
		memmove(buf, line, kept);
	}
}

struct wanted {
	struct rs_symbol *symbol;
	UT_hash_handle hh;
};

struct find {
	struct wanted *table;
	bool any_address;
};

static void find_one(void *ctx, uint64_t addr, char type, const char *name, size_t len)
{
	struct find *find = ctx;
	struct wanted *w;

	(void)type;
	if (addr)
		find->any_address = true;
	HASH_FIND(hh, find->table, name, len, w);
	if (w && !w->symbol->present) {
		w->symbol->present = 1;
		w->symbol->addr = addr;
	}
}

int rs_kallsyms_find(struct rs_symbol *symbols, size_t n)
{
	_cleanup_(rs_freep) struct wanted *wanted = calloc(n, sizeof(*wanted));
	struct find find = { 0 };
	size_t i;
	int err;

	if (!wanted)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		struct wanted *same;
		size_t len = strlen(symbols[i].name);

		symbols[i].present = 0;
		symbols[i].addr = 0;
		wanted[i].symbol = &symbols[i];
		HASH_FIND(hh, find.table, symbols[i].name, len, same);
		if (!same)
			HASH_ADD_KEYPTR(hh, find.table, symbols[i].name, len, &wanted[i]);
	}
	err = for_each_symbol(find_one, &find);
	/* A name that was asked for twice has its answer in the first place. */
	for (i = 0; i < n; i++) {
		struct wanted *w;

		HASH_FIND(hh, find.table, symbols[i].name, strlen(symbols[i].name), w);
		if (w && w->symbol != &symbols[i]) {
			symbols[i].present = w->symbol->present;
			symbols[i].addr = w->symbol->addr;
		}
	}
	HASH_CLEAR(hh, find.table);
	if (err)
		return rs_fail(-ENODATA, "%s: cannot read: %s; it needs /proc and CONFIG_KALLSYMS", KALLSYMS, strerror(-err));
	return find.any_address ? 0 : -EPERM;
}

struct resolve {
	struct rs_address *addrs;
	size_t n;
};

static void resolve_one(void *ctx, uint64_t addr, char type, const char *name, size_t len)
{
	struct resolve *r = ctx;
	size_t lo = 0, hi = r->n;

	if (!addr || !strchr("tTwW", type))
		return;
	/* The first address at or behind this symbol; from there on it may be the nearest one. */
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (r->addrs[mid].addr < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < r->n && addr >= r->addrs[lo].start; lo++) {
		if (addr == r->addrs[lo].start && r->addrs[lo].name[0])
			continue; /* an alias: the first name stays */
		r->addrs[lo].start = addr;
		snprintf(r->addrs[lo].name, RS_SYMBOL_LEN, "%.*s", (int)len, name);
	}
}

static int by_address(const void *a, const void *b)
{
	const struct rs_address *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

int rs_kallsyms_resolve(struct rs_address *addrs, size_t n)
{
	struct resolve r = { .addrs = addrs, .n = n };
	size_t i;

	qsort(addrs, n, sizeof(*addrs), by_address);
	for (i = 0; i < n; i++) {
		addrs[i].name[0] = 0;
		addrs[i].start = 0;
	}
	return for_each_symbol(resolve_one, &r);
}
