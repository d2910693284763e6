/* SPDX-License-Identifier: GPL-2.0-only */
/* Showing what records hold: numbers as people of this field write them, and names for numbers. */
#ifndef RS_TRACE_SHOW_H
#define RS_TRACE_SHOW_H

#include <stdio.h>

#include "reader.h"

/* Text of a value of @kind into @buf; always the same for the same number and recording. */
void rs_show_value(const struct rs_reader *reader, const struct rs_field *field, uint64_t value, char *buf, size_t size);

/* Names; each returns a string that lives for ever, or @buf. */
const char *rs_show_zone(const struct rs_reader *reader, int nid, int zid, char *buf, size_t size);
const char *rs_show_cgroup(const struct rs_reader *reader, uint64_t id, char *buf, size_t size);
const char *rs_show_symbol(const struct rs_reader *reader, uint64_t offset, char *buf, size_t size);
const char *rs_show_gfp(uint32_t gfp, char *buf, size_t size);
const char *rs_show_throttle(uint32_t reason);
const char *rs_show_reclaim_kind(uint32_t kind);

/* A name from a task or cgroup with everything unprintable replaced, so that it cannot drive a terminal. */
void rs_show_text(const char *from, size_t len, char *buf, size_t size);

/* Writes one record as a line of text, or as one line of JSON. */
void rs_show_record(FILE *out, const struct rs_reader *reader, const struct rs_event *event, uint64_t origin_ns,
		    const char *comm);
void rs_show_record_json(FILE *out, const struct rs_reader *reader, const struct rs_event *event, const char *comm);

#endif
