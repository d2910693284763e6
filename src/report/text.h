/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers and names as the tables of the report have them. Each returns @buf. */
#ifndef RS_REPORT_TEXT_H
#define RS_REPORT_TEXT_H

#include <stddef.h>
#include <stdint.h>

const char *rs_text_ns(uint64_t ns, char buf[16]);
const char *rs_text_pages(uint64_t pages, char buf[16]);
/* The last part of a long path says more than its beginning. */
const char *rs_text_tail(const char *text, size_t width, char *buf, size_t size);
/* Never above 100 %: where the kernel's own counts would give more, there is no such number. */
const char *rs_text_percent(uint64_t part, uint64_t whole, char buf[16]);

#endif
