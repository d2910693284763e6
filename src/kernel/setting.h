/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The settings of reclaim that an administrator can change: where they are, what the kernel takes, and
 * what we refuse to write although the kernel would take it. The one place for these facts.
 */
#ifndef RS_KERNEL_SETTING_H
#define RS_KERNEL_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RS_SETTING_TEXT = 64 }; /* room for the value of any setting, as text */

struct rs_setting {
	const char *key; /* "vm.swappiness"; for sysfs its path, as a recording names it */
	const char *path;
	const char *unit; /* of the value; "" for a plain number */
	uint64_t min, max; /* what makes sense; the kernel may take more */
	const char *why; /* what happens outside of @min to @max */
	const char *counterpart; /* the key that the kernel sets to 0 when this one is written, or NULL */
};

/* The setting called @name: its key, or the last part of it ("swappiness", "lru_gen/enabled"). NULL if there is none. */
const struct rs_setting *rs_setting_find(const char *name);

/* Its value now, as the kernel prints it. @root: "" or a directory that stands for /. 0 or -errno; says nothing. */
int rs_setting_read(const struct rs_setting *setting, const char *root, char value[RS_SETTING_TEXT]);

/* Writes @value in one system call. 0 or -errno; says nothing. */
int rs_setting_write(const struct rs_setting *setting, const char *root, const char *value);

/* Are two texts the same value? "y", "1" and "0x0001" differ only in looks where numbers are compared. */
bool rs_setting_same(const char *a, const char *b);

/* What a value is judged by, beside itself. */
struct rs_setting_host {
	uint64_t ram_bytes; /* 0: unknown */
	uint64_t hugetlb_bytes; /* of these, memory that reclaim never gets */
};

/*
 * NULL if @value is one that can be written to @setting without harm, otherwise why not, in @why. A value
 * that is no number is refused as well. *@ret: the number, when it is one.
 */
const char *rs_setting_refuse(const struct rs_setting *setting, const char *value, const struct rs_setting_host *host,
			      uint64_t *ret, char *why, size_t size);

#endif
