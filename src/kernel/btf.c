/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A name index over libbpf's BTF, which itself looks names up one by one: 150,000 types for each.
 * Only the kinds that are asked for are in it.
 */
#include "btf.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "../base/cleanup.h"
#include "../base/log.h"

struct rs_btf {
	struct btf *btf;
	uint32_t *slots; /* type ids, open addressing */
	uint32_t mask;
};

#define TRACEPOINT_PREFIX "btf_trace_"

static uint32_t hash_name(const char *name, uint32_t kind)
{
	uint32_t h = 2166136261u ^ kind;

	while (*name)
		h = (h ^ (unsigned char)*name++) * 16777619u;
	return h;
}

static int build_index(struct rs_btf *b)
{
	uint32_t n = btf__type_cnt(b->btf), size = 1, id;

	while (size < n * 2)
		size *= 2;
	b->slots = calloc(size, sizeof(*b->slots));
	if (!b->slots)
		return -ENOMEM;
	b->mask = size - 1;
	for (id = 1; id < n; id++) {
		const struct btf_type *t = btf__type_by_id(b->btf, id);
		uint32_t kind = btf_kind(t), i;
		const char *name;

		if (kind != BTF_KIND_FUNC && kind != BTF_KIND_STRUCT && kind != BTF_KIND_TYPEDEF)
			continue;
		name = btf__name_by_offset(b->btf, t->name_off);
		if (!name || !name[0])
			continue;
		for (i = hash_name(name, kind) & b->mask; b->slots[i]; i = (i + 1) & b->mask)
			;
		b->slots[i] = id;
	}
	return 0;
}

int rs_btf_create(const char *path, struct rs_btf **ret)
{
	_cleanup_(rs_freep) struct rs_btf *b = calloc(1, sizeof(*b));
	int err;

	if (!b)
		return -ENOMEM;
	if (!path)
		path = RS_BTF_PATH;
	b->btf = btf__parse(path, NULL);
	if (!b->btf)
		return rs_fail(-ENODATA, "%s: cannot read BTF: %s; use a kernel that is built with CONFIG_DEBUG_INFO_BTF", path,
			       strerror(errno));
	err = build_index(b);
	if (err) {
		btf__free(b->btf);
		return err;
	}
	*ret = rs_take_ptr(b);
	return 0;
}

void rs_btf_destroy(struct rs_btf *btf)
{
	if (!btf)
		return;
	btf__free(btf->btf);
	free(btf->slots);
	free(btf);
}

/* @ret_id may be NULL. */
static const struct btf_type *find(const struct rs_btf *b, const char *name, uint32_t kind, unsigned int *ret_id)
{
	uint32_t i;

	for (i = hash_name(name, kind) & b->mask; b->slots[i]; i = (i + 1) & b->mask) {
		const struct btf_type *t = btf__type_by_id(b->btf, b->slots[i]);

		if (btf_kind(t) != kind || strcmp(btf__name_by_offset(b->btf, t->name_off), name))
			continue;
		if (ret_id)
			*ret_id = b->slots[i];
		return t;
	}
	return NULL;
}

static const struct btf_type *skip_modifiers(const struct rs_btf *b, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(b->btf, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t)))
		t = btf__type_by_id(b->btf, t->type);
	return t;
}

/* @skip: arguments in front that do not count. */
static bool prototype(const struct rs_btf *b, const struct btf_type *proto, int skip, struct rs_prototype *ret)
{
	if (!proto || !btf_is_func_proto(proto) || btf_vlen(proto) < skip)
		return false;
	ret->nr_args = btf_vlen(proto) - skip;
	ret->first_is_pointer = false;
	if (ret->nr_args) {
		const struct btf_type *first = skip_modifiers(b, btf_params(proto)[skip].type);

		ret->first_is_pointer = first && btf_is_ptr(first);
	}
	return true;
}

bool rs_btf_function(const struct rs_btf *btf, const char *name, struct rs_prototype *ret)
{
	const struct btf_type *t = find(btf, name, BTF_KIND_FUNC, &ret->id);

	return t && prototype(btf, btf__type_by_id(btf->btf, t->type), 0, ret);
}

bool rs_btf_tracepoint(const struct rs_btf *btf, const char *name, struct rs_prototype *ret)
{
	char typedef_name[128];
	const struct btf_type *t;

	snprintf(typedef_name, sizeof(typedef_name), TRACEPOINT_PREFIX "%s", name);
	t = find(btf, typedef_name, BTF_KIND_TYPEDEF, &ret->id);
	if (!t)
		return false;
	t = btf__type_by_id(btf->btf, t->type);
	if (!t || !btf_is_ptr(t))
		return false;
	return prototype(btf, btf__type_by_id(btf->btf, t->type), 1, ret);
}

bool rs_btf_has_struct(const struct rs_btf *btf, const char *name)
{
	return find(btf, name, BTF_KIND_STRUCT, NULL) != NULL;
}

static bool has_member(const struct rs_btf *b, const struct btf_type *t, const char *member, int depth)
{
	const struct btf_member *m = btf_members(t);
	int i;

	for (i = 0; i < btf_vlen(t); i++) {
		const char *name = btf__name_by_offset(b->btf, m[i].name_off);
		const struct btf_type *inner;

		if (name && !strcmp(name, member))
			return true;
		if ((name && name[0]) || depth == 0)
			continue;
		inner = skip_modifiers(b, m[i].type);
		if (inner && btf_is_composite(inner) && has_member(b, inner, member, depth - 1))
			return true;
	}
	return false;
}

bool rs_btf_has_member(const struct rs_btf *btf, const char *name, const char *member)
{
	const struct btf_type *t = find(btf, name, BTF_KIND_STRUCT, NULL);

	return t && has_member(btf, t, member, 4);
}

long rs_btf_size(const struct rs_btf *btf, const char *name)
{
	const struct btf_type *t = find(btf, name, BTF_KIND_STRUCT, NULL);
	long size;

	if (!t)
		t = find(btf, name, BTF_KIND_TYPEDEF, NULL);
	if (!t)
		return 0;
	if (btf_is_typedef(t))
		size = btf__resolve_size(btf->btf, t->type);
	else
		size = t->size;
	return size > 0 ? size : 0;
}
