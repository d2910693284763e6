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

/* One line: sixteen digits of an address, a type, a name, and behind a tab perhaps a module. */
struct line {
	const char *text, *name;
	size_t len; /* of the name */
};

#define NAME_AT 19

static char type_of(const struct line *l)
{
	return l->text[NAME_AT - 2];
}

/* Not done for each of the 150,000 lines unless it is looked at. */
static uint64_t address_of(const struct line *l)
{
	uint64_t addr = 0;
	const char *p;

	for (p = l->text; *p != ' '; p++)
		addr = addr << 4 | (*p <= '9' ? *p - '0' : (*p | 32) - 'a' + 10);
	return addr;
}

/* Calls @each for each line. 0 or -errno. */
static int for_each_symbol(void (*each)(void *ctx, const struct line *l), void *ctx)
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
		while (end - line > NAME_AT && (newline = memchr(line + NAME_AT, '\n', end - line - NAME_AT))) {
			struct line l = { .text = line, .name = line + NAME_AT, .len = newline - line - NAME_AT };
			const char *tab = newline[-1] == ']' ? memchr(l.name, '\t', l.len) : NULL;

			if (tab)
				l.len = tab - l.name;
			each(ctx, &l);
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
	bool any, any_address;
	uint8_t lengths[256][32]; /* for each first character a bit for each length, modulo 256, that a wanted name has */
};

static void note_length(struct find *find, const char *name, size_t len)
{
	find->lengths[(unsigned char)name[0]][len % 256 / 8] |= 1 << len % 8;
}

static void find_one(void *ctx, const struct line *l)
{
	struct find *find = ctx;
	struct wanted *w;

	if (!(find->lengths[(unsigned char)l->name[0]][l->len % 256 / 8] >> l->len % 8 & 1))
		return;
	HASH_FIND(hh, find->table, l->name, l->len, w);
	if (w && !w->symbol->present) {
		w->symbol->present = 1;
		w->symbol->addr = address_of(l);
		find->any = true;
		find->any_address |= w->symbol->addr != 0;
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
		note_length(&find, symbols[i].name, len);
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
	return find.any && !find.any_address ? -EPERM : 0;
}

struct resolve {
	struct rs_address *addrs;
	size_t n;
};

static void resolve_one(void *ctx, const struct line *l)
{
	struct resolve *r = ctx;
	size_t lo = 0, hi = r->n;
	uint64_t addr;

	if (!strchr("tTwW", type_of(l)))
		return;
	addr = address_of(l);
	if (!addr)
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
		snprintf(r->addrs[lo].name, RS_SYMBOL_LEN, "%.*s", (int)l->len, l->name);
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
