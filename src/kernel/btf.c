/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A reader of BTF with an index of names, in one pass over the types: they are 150,000, and libbpf goes through them more
 * than once to read them and once for each name that it looks up. Flavours of a type, name___flavour, stand beside each
 * other.
 */
#include "btf.h"

#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "../base/readfile.h"

struct rs_btf {
	char *data; /* the file, and some zeros */
	const char *strings;
	uint32_t strings_len;
	uint32_t *types; /* where each type is in data, by id */
	uint32_t nr; /* of ids; 0 is void */
	uint32_t *slots; /* ids, open addressing */
	uint32_t mask;
};

#define TRACEPOINT_PREFIX "btf_trace_"
#define MAX_NAME 256
#define PAD 8 /* names are read by the word */

/* Kinds that are looked up by name; those of which CO-RE has candidates in front. */
static const uint32_t kinds[] = {
	BTF_KIND_INT, BTF_KIND_STRUCT, BTF_KIND_UNION, BTF_KIND_ENUM, BTF_KIND_FWD, BTF_KIND_TYPEDEF,
	BTF_KIND_FLOAT, BTF_KIND_ENUM64, BTF_KIND_FUNC,
};
#define NR_CORE_KINDS (RS_ARRAY_SIZE_OF(kinds) - 1)
#define INDEXED                                                                                    \
	(1u << BTF_KIND_INT | 1u << BTF_KIND_STRUCT | 1u << BTF_KIND_UNION | 1u << BTF_KIND_ENUM | \
	 1u << BTF_KIND_FWD | 1u << BTF_KIND_TYPEDEF | 1u << BTF_KIND_FLOAT | 1u << BTF_KIND_ENUM64 | 1u << BTF_KIND_FUNC)

/* Bytes of @name in front of a ___flavour. What begins with three underscores is no flavour. */
static size_t plain_len(const char *name)
{
	const char *p = name[0] ? strstr(name + 1, "___") : NULL;

	return p ? (size_t)(p - name) : strlen(name);
}

#define BYTES(x) (0x0101010101010101ULL * (x))
/* The highest bit of each byte of @w that is zero; above the lowest such byte it may also say so of others. */
static inline uint64_t zero_bytes(uint64_t w)
{
	return (w - BYTES(1)) & ~w & BYTES(0x80);
}

static inline uint64_t mix(uint64_t h, uint64_t w)
{
	h = (h ^ w) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 29;
}

/* Of the @len bytes at @name, which has PAD bytes behind it; @len -1: up to its end. */
static uint32_t hash(const char *name, size_t len, uint32_t kind)
{
	uint64_t h = kind, w, zeros;

	for (;; name += 8, len -= 8) {
		memcpy(&w, name, 8);
		zeros = zero_bytes(w);
		if (len < 8)
			w &= (1ULL << (8 * len)) - 1;
		else if (zeros)
			w &= ((zeros & -zeros) >> 7) - 1;
		h = mix(h, w);
		if (len < 8 || zeros)
			return h >> 32;
	}
}

/* May @name, of a type of the kernel, have a flavour? Nearly none has, and this is asked for all. */
static bool may_have_flavour(const char *name)
{
	uint64_t w, zeros, underscores;

	for (;; name += 8) {
		memcpy(&w, name, 8);
		zeros = zero_bytes(w);
		underscores = zero_bytes(w ^ BYTES('_'));
		if (underscores & (underscores >> 8 | 1ULL << 63))
			return true;
		if (zeros)
			return false;
	}
}

static uint32_t hash_type(const char *name, uint32_t kind)
{
	return hash(name, kind != BTF_KIND_FUNC && may_have_flavour(name) ? plain_len(name) : (size_t)-1, kind);
}

/* Of a name that somebody asks for: without its flavour, if CO-RE could be asking. */
static uint32_t hash_wanted(const char *name, uint32_t kind)
{
	char padded[MAX_NAME + PAD] = { 0 };
	size_t len = kind == BTF_KIND_FUNC ? strlen(name) : plain_len(name);

	memcpy(padded, name, len < MAX_NAME ? len : MAX_NAME);
	return hash(padded, -1, kind);
}

static bool is_same_but_flavour(const char *a, const char *b)
{
	size_t len = plain_len(a);

	return len == plain_len(b) && !memcmp(a, b, len);
}

/* Bytes of a type, 0 if its kind is not known. */
static uint32_t type_size(const struct btf_type *t)
{
	uint32_t vlen = btf_vlen(t), more;

	switch (btf_kind(t)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		more = 4;
		break;
	case BTF_KIND_ARRAY:
		more = sizeof(struct btf_array);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_DATASEC:
	case BTF_KIND_ENUM64:
		more = 12 * vlen;
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_FUNC_PROTO:
		more = 8 * vlen;
		break;
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_PTR:
	case BTF_KIND_FUNC:
	case BTF_KIND_TYPE_TAG:
	case BTF_KIND_FLOAT:
		more = 0;
		break;
	default:
		return 0;
	}
	return sizeof(*t) + more;
}

static const struct btf_type *type_by_id(const struct rs_btf *b, uint32_t id)
{
	return id && id < b->nr ? (const struct btf_type *)(b->data + b->types[id]) : NULL;
}

static const char *name_at(const struct rs_btf *b, uint32_t offset)
{
	return offset < b->strings_len ? b->strings + offset : "";
}

/* Finds the types, up to the end or to what is none. 0, -ENOMEM or -EBADMSG. */
static int find_types(struct rs_btf *b, uint32_t at, uint32_t end)
{
	uint32_t room = 1 << 16, size;

	b->types = malloc(room * sizeof(*b->types));
	for (b->nr = 1; b->types && at < end; at += size) {
		if (b->nr == room) {
			uint32_t *more = realloc(b->types, (room *= 2) * sizeof(*more));

			if (!more)
				return -ENOMEM;
			b->types = more;
		}
		if (end - at < sizeof(struct btf_type))
			return -EBADMSG;
		size = type_size((const struct btf_type *)(b->data + at));
		if (!size || size > end - at)
			return -EBADMSG;
		b->types[b->nr++] = at;
	}
	return b->types ? 0 : -ENOMEM;
}

static int build_index(struct rs_btf *b)
{
	uint32_t size = 1, id;

	while (size < b->nr * 3 / 2)
		size *= 2;
	b->slots = calloc(size, sizeof(*b->slots));
	if (!b->slots)
		return -ENOMEM;
	b->mask = size - 1;
	for (id = 1; id < b->nr; id++) {
		const struct btf_type *t = (const struct btf_type *)(b->data + b->types[id]);
		uint32_t kind = btf_kind(t), i;

		if (!(INDEXED >> kind & 1) || !t->name_off || t->name_off >= b->strings_len)
			continue;
		for (i = hash_type(b->strings + t->name_off, kind) & b->mask; b->slots[i]; i = (i + 1) & b->mask)
			;
		b->slots[i] = id;
	}
	return 0;
}

/* 0 or -errno. */
static int load(struct rs_btf *b, const char *path)
{
	const struct btf_header *h;
	size_t len;
	int err = rs_read_file(path, &b->data, &len);
	char *padded;

	if (err)
		return err;
	padded = realloc(b->data, len + PAD);
	if (!padded)
		return -ENOMEM;
	b->data = padded;
	memset(b->data + len, 0, PAD);
	h = (const struct btf_header *)b->data;
	if (len < sizeof(*h) || h->magic != BTF_MAGIC || h->version != BTF_VERSION || h->hdr_len > len ||
	    (uint64_t)h->hdr_len + h->type_off + h->type_len > len || h->type_off % 4 || h->hdr_len % 4 ||
	    (uint64_t)h->hdr_len + h->str_off + h->str_len > len || !h->str_len)
		return -EBADMSG;
	b->strings = b->data + h->hdr_len + h->str_off;
	b->strings_len = h->str_len;
	if (b->strings[b->strings_len - 1])
		return -EBADMSG;
	err = find_types(b, h->hdr_len + h->type_off, h->hdr_len + h->type_off + h->type_len);
	return err ? err : build_index(b);
}

int rs_btf_create(const char *path, struct rs_btf **ret)
{
	struct rs_btf *b = calloc(1, sizeof(*b));
	int err;

	if (!b)
		return -ENOMEM;
	if (!path)
		path = RS_BTF_PATH;
	err = load(b, path);
	if (err) {
		rs_btf_destroy(b);
		return err == -ENOMEM ? err :
					rs_fail(-ENODATA, "%s: cannot read BTF: %s; use a kernel that is built with CONFIG_DEBUG_INFO_BTF",
						path, strerror(-err));
	}
	*ret = b;
	return 0;
}

void rs_btf_destroy(struct rs_btf *btf)
{
	if (!btf)
		return;
	free(btf->data);
	free(btf->types);
	free(btf->slots);
	free(btf);
}

/* @ret_id may be NULL. */
static const struct btf_type *find(const struct rs_btf *b, const char *name, uint32_t kind, unsigned int *ret_id)
{
	uint32_t i;

	for (i = hash_wanted(name, kind) & b->mask; b->slots[i]; i = (i + 1) & b->mask) {
		const struct btf_type *t = type_by_id(b, b->slots[i]);

		if (btf_kind(t) != kind || strcmp(name_at(b, t->name_off), name))
			continue;
		if (ret_id)
			*ret_id = b->slots[i];
		return t;
	}
	return NULL;
}

static const struct btf_type *skip_modifiers(const struct rs_btf *b, uint32_t id)
{
	const struct btf_type *t = type_by_id(b, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t)))
		t = type_by_id(b, t->type);
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

	return t && prototype(btf, type_by_id(btf, t->type), 0, ret);
}

bool rs_btf_tracepoint(const struct rs_btf *btf, const char *name, struct rs_prototype *ret)
{
	char typedef_name[128];
	const struct btf_type *t;

	snprintf(typedef_name, sizeof(typedef_name), TRACEPOINT_PREFIX "%s", name);
	t = find(btf, typedef_name, BTF_KIND_TYPEDEF, &ret->id);
	if (!t)
		return false;
	t = type_by_id(btf, t->type);
	if (!t || !btf_is_ptr(t))
		return false;
	return prototype(btf, type_by_id(btf, t->type), 1, ret);
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
		const char *name = name_at(b, m[i].name_off);
		const struct btf_type *inner;

		if (!strcmp(name, member))
			return true;
		if (name[0] || depth == 0)
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

/* Of a struct, or an array of such or of numbers; 0: something else. */
static long size_of(const struct rs_btf *b, const struct btf_type *t)
{
	long nr = 1;

	while (t && btf_is_array(t)) {
		nr *= btf_array(t)->nelems;
		t = skip_modifiers(b, btf_array(t)->type);
	}
	if (!t || !(btf_is_composite(t) || btf_is_int(t) || btf_is_any_enum(t) || btf_is_float(t)))
		return t && btf_is_ptr(t) ? nr * (long)sizeof(uint64_t) : 0;
	return nr * t->size;
}

long rs_btf_size(const struct rs_btf *btf, const char *name)
{
	const struct btf_type *t = find(btf, name, BTF_KIND_STRUCT, NULL);

	if (!t)
		t = find(btf, name, BTF_KIND_TYPEDEF, NULL);
	if (t && btf_is_typedef(t))
		t = skip_modifiers(btf, t->type);
	return size_of(btf, t);
}

/* ---- a smaller BTF ---- */

struct bytes {
	char *data;
	size_t len, room;
};

struct reduction {
	const struct rs_btf *from;
	struct bytes types, strings;
	uint32_t *ids; /* in the result, of types of @from; 0: not there */
	uint32_t *todo; /* types of @from, whose ids in the result are given and in this order */
	uint32_t nr;
	bool failed; /* no memory */
};

#define VOID_PTR 1 /* the id of void * in the result */

/* Appends, and returns where that begins. */
static uint32_t append(struct reduction *r, struct bytes *to, const void *data, size_t len)
{
	if (to->len + len > to->room) {
		size_t room = 2 * (to->len + len) + 65536;
		char *more = realloc(to->data, room);

		if (!more) {
			r->failed = true;
			return 0;
		}
		to->data = more;
		to->room = room;
	}
	memcpy(to->data + to->len, data, len);
	to->len += len;
	return to->len - len;
}

static uint32_t copy_name(struct reduction *r, uint32_t offset)
{
	const char *name = name_at(r->from, offset);

	return name[0] ? append(r, &r->strings, name, strlen(name) + 1) : 0;
}

/* The id that @id has in the result. Pointers lose what they point to: CO-RE does not look there. */
static uint32_t take(struct reduction *r, uint32_t id)
{
	const struct btf_type *t = type_by_id(r->from, id);

	if (!t)
		return 0;
	if (!r->ids[id]) {
		if (btf_is_ptr(t))
			return VOID_PTR;
		r->todo[r->nr] = id;
		r->ids[id] = VOID_PTR + 1 + r->nr++;
	}
	return r->ids[id];
}

static void take_named(struct reduction *r, const char *name)
{
	const struct rs_btf *b = r->from;
	size_t k;
	uint32_t i;

	for (k = 0; k < NR_CORE_KINDS; k++)
		for (i = hash_wanted(name, kinds[k]) & b->mask; b->slots[i]; i = (i + 1) & b->mask) {
			const struct btf_type *t = type_by_id(b, b->slots[i]);

			if (btf_kind(t) == kinds[k] && is_same_but_flavour(name_at(b, t->name_off), name))
				take(r, b->slots[i]);
		}
}

/* Copies one type, with the ids of what it holds by value. */
static void copy_type(struct reduction *r, uint32_t id)
{
	const struct btf_type *t = type_by_id(r->from, id);
	uint32_t at = append(r, &r->types, t, type_size(t)), name = copy_name(r, t->name_off);
	struct btf_type *copy;
	int i;

	if (r->failed)
		return;
	copy = (struct btf_type *)(r->types.data + at);
	copy->name_off = name;
	if (btf_is_composite(copy)) {
		for (i = 0; i < btf_vlen(copy); i++) {
			btf_members(copy)[i].name_off = copy_name(r, btf_members(copy)[i].name_off);
			btf_members(copy)[i].type = take(r, btf_members(copy)[i].type);
		}
	} else if (btf_is_enum(copy)) {
		for (i = 0; i < btf_vlen(copy); i++)
			btf_enum(copy)[i].name_off = copy_name(r, btf_enum(copy)[i].name_off);
	} else if (btf_is_enum64(copy)) {
		for (i = 0; i < btf_vlen(copy); i++)
			btf_enum64(copy)[i].name_off = copy_name(r, btf_enum64(copy)[i].name_off);
	} else if (btf_is_array(copy)) {
		btf_array(copy)->type = take(r, btf_array(copy)->type);
		btf_array(copy)->index_type = take(r, btf_array(copy)->index_type);
	} else if (btf_is_mod(copy) || btf_is_typedef(copy)) {
		copy->type = take(r, copy->type);
	} else if (btf_is_func_proto(copy)) {
		copy->type = 0; /* a typedef may name one; nobody asks further */
		for (i = 0; i < btf_vlen(copy); i++)
			btf_params(copy)[i] = (struct btf_param){ 0 };
	}
}

static int write_all(int fd, const void *data, size_t len)
{
	return write(fd, data, len) == (ssize_t)len ? 0 : -EIO;
}

int rs_btf_reduce(const struct rs_btf *btf, const struct btf *like, int fd)
{
	_cleanup_(rs_freep) uint32_t *ids = calloc(btf->nr, sizeof(*ids)), *todo = malloc(btf->nr * sizeof(*todo));
	struct reduction r = { .from = btf, .ids = ids, .todo = todo, .failed = !ids || !todo };
	struct btf_type void_ptr = { .info = BTF_KIND_PTR << 24 };
	struct btf_header h = { .magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(h) };
	uint32_t i;
	int err;

	append(&r, &r.strings, "", 1);
	append(&r, &r.types, &void_ptr, sizeof(void_ptr));
	for (i = 1; !r.failed && i < btf__type_cnt(like); i++) {
		const struct btf_type *t = btf__type_by_id(like, i);
		const char *name = btf__name_by_offset(like, t->name_off);

		if (name && name[0] && !btf_is_func(t) && !btf_is_var(t) && !btf_is_datasec(t))
			take_named(&r, name);
	}
	for (i = 0; i < r.nr && !r.failed; i++)
		copy_type(&r, todo[i]);
	h.type_len = h.str_off = r.types.len;
	h.str_len = r.strings.len;
	err = r.failed ? -ENOMEM : write_all(fd, &h, sizeof(h));
	if (!err)
		err = write_all(fd, r.types.data, r.types.len);
	if (!err)
		err = write_all(fd, r.strings.data, r.strings.len);
	free(r.types.data);
	free(r.strings.data);
	return err;
}
