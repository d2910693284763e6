/* SPDX-License-Identifier: GPL-2.0-only */
/* Small files of /proc and /sys. */
#ifndef RS_BASE_READFILE_H
#define RS_BASE_READFILE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads all of @path. *@ret: a string of *@ret_len bytes that the caller frees; @ret_len may be
 * NULL. 0 or -errno; says nothing.
 */
int rs_read_file(const char *path, char **ret, size_t *ret_len);

/* Reads the first line of @path, without its newline, into @buf. 0 or -errno. */
int rs_read_line(const char *path, char *buf, size_t size);

/* Reads a decimal or 0x number. 0 or -errno. */
int rs_read_number(const char *path, int64_t *ret);

#endif
