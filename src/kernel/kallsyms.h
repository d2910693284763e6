/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/kallsyms, in one pass for all that is wanted: the file is long and slow to read. */
#ifndef RS_KERNEL_KALLSYMS_H
#define RS_KERNEL_KALLSYMS_H

#include <stddef.h>
#include <stdint.h>

#define RS_SYMBOL_LEN 64

struct rs_symbol {
	const char *name;
	uint64_t addr; /* 0: not there, or hidden */
	int present;
};

/*
 * Looks up @n symbols by name. 0, -ENODATA if the file cannot be read (said), -EPERM if it can
 * but all addresses are hidden (not said: symbols are then present with address 0).
 */
int rs_kallsyms_find(struct rs_symbol *symbols, size_t n);

struct rs_address {
	uint64_t addr;
	char name[RS_SYMBOL_LEN]; /* the symbol it lies in, "" when unknown */
	uint64_t start; /* where that begins */
};

/* Names @n addresses. 0 or -errno (not said). The order of @addrs is changed: sorted. */
int rs_kallsyms_resolve(struct rs_address *addrs, size_t n);

#endif
