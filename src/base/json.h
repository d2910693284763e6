/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing JSON, one object a line where it is NDJSON. Commas are put where they belong; a string is
 * escaped so that whatever a task or cgroup calls itself stays a string. Reading is json-c's.
 */
#ifndef RS_BASE_JSON_H
#define RS_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct rs_json {
	FILE *out;
	bool need_comma;
};

void rs_json_init(struct rs_json *j, FILE *out);

/* @key: NULL inside an array and at the top. */
void rs_json_object(struct rs_json *j, const char *key);
void rs_json_end_object(struct rs_json *j);
void rs_json_array(struct rs_json *j, const char *key);
void rs_json_end_array(struct rs_json *j);
/* Ends an object that stood at the top, and the line. */
void rs_json_end_line(struct rs_json *j);

void rs_json_u64(struct rs_json *j, const char *key, uint64_t value);
void rs_json_i64(struct rs_json *j, const char *key, int64_t value);
void rs_json_double(struct rs_json *j, const char *key, double value, int decimals);
void rs_json_bool(struct rs_json *j, const char *key, bool value);
void rs_json_null(struct rs_json *j, const char *key);
/* @value NULL writes null. Bytes that are not UTF-8 are written as U+FFFD. */
void rs_json_string(struct rs_json *j, const char *key, const char *value);

#endif
