/* SPDX-License-Identifier: GPL-2.0-only */
#include "log.h"

#include <stdio.h>
#include <string.h>

static enum rs_log_level max_level = RS_LOG_INFO;

void rs_log_set_level(enum rs_log_level level)
{
	max_level = level;
}

enum rs_log_level rs_log_level(void)
{
	return max_level;
}

/* One write for a line, so that lines of several processes do not mix. */
static void print_line(const char *prefix, const char *fmt, va_list args, const char *suffix)
{
	char line[1024];
	int n, len = snprintf(line, sizeof(line), "reclaimscope: %s", prefix);

	n = vsnprintf(line + len, sizeof(line) - len, fmt, args);
	len += n < (int)sizeof(line) - len ? n : (int)sizeof(line) - len - 1;
	if (suffix) {
		n = snprintf(line + len, sizeof(line) - len, ": %s", suffix);
		len += n < (int)sizeof(line) - len ? n : (int)sizeof(line) - len - 1;
	}
	/* Names of files, tasks and cgroups are in it: none may drive a terminal or begin a new line. */
	for (n = 0; n < len; n++)
		if ((unsigned char)line[n] < ' ' || line[n] == 0x7f)
			line[n] = '?';
	fprintf(stderr, "%s\n", line);
}

void rs_vlog(enum rs_log_level level, const char *fmt, va_list args)
{
	static const char *const prefix[] = { "", "warning: ", "", "debug: " };

	if (level <= max_level)
		print_line(prefix[level], fmt, args, NULL);
}

int rs_err(int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_line("", fmt, args, err ? strerror(-err) : NULL);
	va_end(args);
	return err;
}

int rs_fail(int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_line("", fmt, args, NULL);
	va_end(args);
	return err;
}

void rs_warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	rs_vlog(RS_LOG_WARNING, fmt, args);
	va_end(args);
}

void rs_info(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	rs_vlog(RS_LOG_INFO, fmt, args);
	va_end(args);
}

void rs_debug(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	rs_vlog(RS_LOG_DEBUG, fmt, args);
	va_end(args);
}
