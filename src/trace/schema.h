/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What records consist of: a row for each field, made from src/wire/event.h for this program, and
 * read from the file for a recording, which may be older or newer.
 */
#ifndef RS_TRACE_SCHEMA_H
#define RS_TRACE_SCHEMA_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "../base/json.h"
#include "../wire/event.h"

/* What a number means, which decides how it is shown. */
enum rs_field_kind {
	RS_KIND_NUM,
	RS_KIND_PAGES,
	RS_KIND_NS,
	RS_KIND_USEC,
	RS_KIND_BOOL,
	RS_KIND_HEX,
	RS_KIND_NODE,
	RS_KIND_ZONE,
	RS_KIND_LRU,
	RS_KIND_GFP,
	RS_KIND_ALLOC_FLAGS,
	RS_KIND_SC_FLAGS,
	RS_KIND_TASK_FLAGS,
	RS_KIND_FOLIO_FLAGS,
	RS_KIND_FOLIO_OUTCOME,
	RS_KIND_RECLAIM_KIND,
	RS_KIND_THROTTLE,
	RS_KIND_ZONE_CONTEXT,
	RS_KIND_LRUVEC_ITEM,
	RS_KIND_COST_SOURCE,
	RS_KIND_COMPACT_RESULT,
	RS_KIND_EVENT,
	RS_KIND_CGROUP,
	RS_KIND_SYM,
	RS_KIND_STACK,
	RS_KIND_ID,
	RS_KIND_COMM,
	RS_KIND_PATH,
	RS_KIND_PAD,
	RS_NR_KINDS,
};

struct rs_field {
	char name[32];
	uint16_t offset; /* from the start of the record, header included */
	uint16_t count; /* elements; 1 unless an array */
	uint8_t size; /* bytes of an element: 1, 2, 4, 8 */
	bool is_signed;
	uint8_t kind; /* enum rs_field_kind; unknown ones are shown as numbers */
	const char *text; /* only for this program's own fields */
};

struct rs_event_desc {
	uint16_t type; /* enum rs_event_type, 0: no such event */
	uint16_t len; /* bytes, header included */
	uint16_t nr_fields;
	char name[32];
	const char *text; /* only for this program's own events */
	struct rs_field *fields;
};

struct rs_schema {
	struct rs_event_desc events[RS_NR_EVENTS]; /* indexed by type */
};

/* This program's own, built once by the caller. 0 or -errno. rs_schema_destroy() frees. */
int rs_schema_create(struct rs_schema **ret);
/* From the "schema" array of an INFO block. 0, -ENOMEM, or -EBADMSG: impossible. */
int rs_schema_from_json(struct json_object *array, struct rs_schema **ret);
/* Leaves the events of @types only, for a recording that has no others. */
void rs_schema_keep(struct rs_schema *schema, const uint16_t *types, size_t nr);
void rs_schema_destroy(struct rs_schema *schema);

/* Writes the schema as the array @key. */
void rs_schema_to_json(const struct rs_schema *schema, struct rs_json *j, const char *key);

/* Both describe @type in the same bytes. */
bool rs_schema_same_layout(const struct rs_event_desc *a, const struct rs_event_desc *b);

const char *rs_kind_name(enum rs_field_kind kind);

#endif
