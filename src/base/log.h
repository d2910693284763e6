/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages to stderr. The function that knows the cause of a failure says it, once, with
 * rs_err(), and returns what that returns; the functions above it pass it on in silence.
 */
#ifndef RS_BASE_LOG_H
#define RS_BASE_LOG_H

#include <stdarg.h>

enum rs_log_level {
	RS_LOG_ERROR,
	RS_LOG_WARNING,
	RS_LOG_INFO,
	RS_LOG_DEBUG,
};

/* Shows messages up to @level; RS_LOG_INFO at first. */
void rs_log_set_level(enum rs_log_level level);
enum rs_log_level rs_log_level(void);

/*
 * Prints "reclaimscope: " and the message. @err is 0, or a negative errno whose text is added after
 * a colon; pass 0 to the _plain forms' place when the message says it all. Returns @err.
 */
int rs_err(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same without the errno's text, for when @err only names the kind of failure. */
int rs_fail(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void rs_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void rs_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void rs_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void rs_vlog(enum rs_log_level level, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));

#endif
