/* SPDX-License-Identifier: GPL-2.0-only */
#include "schema.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "../base/cleanup.h"

static const char *const kind_names[RS_NR_KINDS] = {
	[RS_KIND_NUM] = "num",
	[RS_KIND_PAGES] = "pages",
	[RS_KIND_NS] = "ns",
	[RS_KIND_USEC] = "usec",
	[RS_KIND_BOOL] = "bool",
	[RS_KIND_HEX] = "hex",
	[RS_KIND_NODE] = "node",
	[RS_KIND_ZONE] = "zone",
	[RS_KIND_LRU] = "lru",
	[RS_KIND_GFP] = "gfp",
	[RS_KIND_ALLOC_FLAGS] = "alloc_flags",
	[RS_KIND_SC_FLAGS] = "sc_flags",
	[RS_KIND_TASK_FLAGS] = "task_flags",
	[RS_KIND_FOLIO_FLAGS] = "folio_flags",
	[RS_KIND_FOLIO_OUTCOME] = "folio_outcome",
	[RS_KIND_RECLAIM_KIND] = "reclaim_kind",
	[RS_KIND_THROTTLE] = "throttle",
	[RS_KIND_ZONE_CONTEXT] = "zone_context",
	[RS_KIND_LRUVEC_ITEM] = "lruvec_item",
	[RS_KIND_COST_SOURCE] = "cost_source",
	[RS_KIND_COMPACT_RESULT] = "compact_result",
	[RS_KIND_EVENT] = "event",
	[RS_KIND_CGROUP] = "cgroup",
	[RS_KIND_SYM] = "sym",
	[RS_KIND_STACK] = "stack",
	[RS_KIND_ID] = "id",
	[RS_KIND_COMM] = "comm",
	[RS_KIND_PATH] = "path",
	[RS_KIND_PAD] = "pad",
};

const char *rs_kind_name(enum rs_field_kind kind)
{
	return kind_names[kind];
}

static enum rs_field_kind kind_from_name(const char *name)
{
	int i;

	for (i = 0; i < RS_NR_KINDS; i++)
		if (!strcmp(kind_names[i], name))
			return i;
	return RS_KIND_NUM; /* a newer program's */
}

#define IS_SIGNED(type) ((type)-1 < (type)1)
/*
 * offsetof() needs the struct's name, which the field lists do not carry; so each event's table is a
 * function that names its struct and expands its list.
 */
#define EVENT_TABLE(number, name_, text_)                                                          \
	static int add_##name_(struct rs_schema *schema)                                           \
	{                                                                                          \
		typedef struct rs_event_##name_ event_t;                                           \
		static const struct rs_field rows[] = { RS_FIELDS_##name_(ROW_F, ROW_A) };         \
		return add_event(schema, number, #name_, text_, sizeof(event_t), rows,             \
				 sizeof(rows) / sizeof(rows[0]));                                  \
	}
#define ROW_F(type_, name_, kind_, text_)                                                          \
	{ .name = #name_, .offset = offsetof(event_t, name_), .count = 1, .size = sizeof(type_),   \
	  .is_signed = IS_SIGNED(type_), .kind = RS_KIND_##kind_, .text = text_ },
#define ROW_A(type_, name_, count_, kind_, text_)                                                  \
	{ .name = #name_, .offset = offsetof(event_t, name_), .count = count_, .size = sizeof(type_), \
	  .is_signed = IS_SIGNED(type_), .kind = RS_KIND_##kind_, .text = text_ },

static int add_event(struct rs_schema *schema, uint16_t type, const char *name, const char *text, size_t len,
		     const struct rs_field *rows, size_t nr)
{
	struct rs_event_desc *d = &schema->events[type];

	d->type = type;
	d->len = len;
	d->text = text;
	d->nr_fields = nr;
	snprintf(d->name, sizeof(d->name), "%s", name);
	d->fields = malloc(nr * sizeof(*rows));
	if (!d->fields)
		return -ENOMEM;
	memcpy(d->fields, rows, nr * sizeof(*rows));
	return 0;
}

RS_EVENTS(EVENT_TABLE)

#define ADD_ONE(number, name_, text_) err = err ? err : add_##name_(schema);

int rs_schema_create(struct rs_schema **ret)
{
	struct rs_schema *schema = calloc(1, sizeof(*schema));
	int err = 0;

	if (!schema)
		return -ENOMEM;
	RS_EVENTS(ADD_ONE)
	if (err) {
		rs_schema_destroy(schema);
		return err;
	}
	*ret = schema;
	return 0;
}

void rs_schema_keep(struct rs_schema *schema, const uint16_t *types, size_t nr)
{
	size_t i;
	int type;

	for (type = 0; type < RS_NR_EVENTS; type++) {
		for (i = 0; i < nr && types[i] != type; i++)
			;
		if (i == nr)
			schema->events[type].type = 0;
	}
}

void rs_schema_destroy(struct rs_schema *schema)
{
	int i;

	if (!schema)
		return;
	for (i = 0; i < RS_NR_EVENTS; i++)
		free(schema->events[i].fields);
	free(schema);
}

void rs_schema_to_json(const struct rs_schema *schema, struct rs_json *j, const char *key)
{
	int i, f;

	rs_json_array(j, key);
	for (i = 0; i < RS_NR_EVENTS; i++) {
		const struct rs_event_desc *d = &schema->events[i];

		if (!d->type)
			continue;
		rs_json_object(j, NULL);
		rs_json_u64(j, "type", d->type);
		rs_json_string(j, "name", d->name);
		rs_json_u64(j, "len", d->len);
		rs_json_array(j, "fields");
		for (f = 0; f < d->nr_fields; f++) {
			const struct rs_field *field = &d->fields[f];

			rs_json_object(j, NULL);
			rs_json_string(j, "name", field->name);
			rs_json_u64(j, "offset", field->offset);
			rs_json_u64(j, "size", field->size);
			if (field->count > 1)
				rs_json_u64(j, "count", field->count);
			if (field->is_signed)
				rs_json_bool(j, "signed", true);
			rs_json_string(j, "kind", kind_names[field->kind]);
			rs_json_end_object(j);
		}
		rs_json_end_array(j);
		rs_json_end_object(j);
	}
	rs_json_end_array(j);
}

/* A whole number from @object, within bounds; false: missing or outside. */
static bool get_uint(struct json_object *object, const char *key, uint64_t max, uint64_t *ret)
{
	struct json_object *v;
	int64_t n;

	if (!json_object_object_get_ex(object, key, &v) || !json_object_is_type(v, json_type_int))
		return false;
	n = json_object_get_int64(v);
	if (n < 0 || (uint64_t)n > max)
		return false;
	*ret = n;
	return true;
}

static const char *get_string(struct json_object *object, const char *key)
{
	struct json_object *v;

	if (!json_object_object_get_ex(object, key, &v) || !json_object_is_type(v, json_type_string))
		return NULL;
	return json_object_get_string(v);
}

static bool parse_field(struct json_object *object, const struct rs_event_desc *d, struct rs_field *field)
{
	const char *name = get_string(object, "name"), *kind = get_string(object, "kind");
	uint64_t offset, size, count = 1;
	struct json_object *v;

	if (!name || !kind || !get_uint(object, "offset", RS_MAX_RECORD, &offset) ||
	    !get_uint(object, "size", 8, &size))
		return false;
	if (json_object_object_get_ex(object, "count", &v) && !get_uint(object, "count", RS_MAX_RECORD, &count))
		return false;
	if ((size != 1 && size != 2 && size != 4 && size != 8) || !count ||
	    offset < sizeof(struct rs_event_hdr) || offset + size * count > d->len)
		return false;
	snprintf(field->name, sizeof(field->name), "%s", name);
	field->offset = offset;
	field->size = size;
	field->count = count;
	field->is_signed = json_object_object_get_ex(object, "signed", &v) && json_object_get_boolean(v);
	field->kind = kind_from_name(kind);
	return true;
}

static int parse_event(struct json_object *object, struct rs_schema *schema)
{
	const char *name = get_string(object, "name");
	struct rs_event_desc *d;
	struct json_object *fields;
	uint64_t type, len;
	size_t i, n;

	if (!name || !get_uint(object, "type", RS_NR_EVENTS - 1, &type) || !type ||
	    !get_uint(object, "len", RS_MAX_RECORD, &len) || len % 8 || len < sizeof(struct rs_event_hdr) ||
	    !json_object_object_get_ex(object, "fields", &fields) ||
	    !json_object_is_type(fields, json_type_array))
		return -EBADMSG;
	d = &schema->events[type];
	n = json_object_array_length(fields);
	if (d->type || n > RS_MAX_RECORD)
		return -EBADMSG;
	d->type = type;
	d->len = len;
	snprintf(d->name, sizeof(d->name), "%s", name);
	d->fields = calloc(n ? n : 1, sizeof(*d->fields));
	if (!d->fields)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		if (!parse_field(json_object_array_get_idx(fields, i), d, &d->fields[i]))
			return -EBADMSG;
	d->nr_fields = n;
	return 0;
}

int rs_schema_from_json(struct json_object *array, struct rs_schema **ret)
{
	struct rs_schema *schema = calloc(1, sizeof(*schema));
	size_t i;
	int err = 0;

	if (!schema)
		return -ENOMEM;
	if (!json_object_is_type(array, json_type_array))
		err = -EBADMSG;
	for (i = 0; !err && i < json_object_array_length(array); i++)
		err = parse_event(json_object_array_get_idx(array, i), schema);
	if (err) {
		rs_schema_destroy(schema);
		return err;
	}
	*ret = schema;
	return 0;
}

bool rs_schema_same_layout(const struct rs_event_desc *a, const struct rs_event_desc *b)
{
	int i;

	if (a->len != b->len || a->nr_fields != b->nr_fields)
		return false;
	for (i = 0; i < a->nr_fields; i++) {
		const struct rs_field *x = &a->fields[i], *y = &b->fields[i];

		if (strcmp(x->name, y->name) || x->offset != y->offset || x->size != y->size ||
		    x->count != y->count || x->is_signed != y->is_signed)
			return false;
	}
	return true;
}
