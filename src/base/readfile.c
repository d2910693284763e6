/* SPDX-License-Identifier: GPL-2.0-only */
#include "readfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cleanup.h"

int rs_read_file(const char *path, char **ret, size_t *ret_len)
{
	_cleanup_(rs_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_(rs_freep) char *buf = NULL;
	size_t len = 0, size = 0;

	if (fd < 0)
		return -errno;
	for (;;) {
		ssize_t n;

		if (size - len < 2) {
			char *bigger;

			size = size ? size * 2 : 4096;
			bigger = realloc(buf, size);
			if (!bigger)
				return -ENOMEM;
			buf = bigger;
		}
		n = read(fd, buf + len, size - len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += n;
	}
	buf[len] = 0;
	if (ret_len)
		*ret_len = len;
	*ret = rs_take_ptr(buf);
	return 0;
}

int rs_read_line(const char *path, char *buf, size_t size)
{
	_cleanup_(rs_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	if (n < 0)
		return -errno;
	buf[n] = 0;
	buf[strcspn(buf, "\n")] = 0;
	return 0;
}

int rs_read_number(const char *path, int64_t *ret)
{
	char line[64], *end;
	int err = rs_read_line(path, line, sizeof(line));
	long long v;

	if (err)
		return err;
	errno = 0;
	v = strtoll(line, &end, 0);
	if (end == line || errno)
		return -EINVAL;
	*ret = v;
	return 0;
}
