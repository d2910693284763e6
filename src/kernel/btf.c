/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A reader of BTF with an index of names, in one pass over the types: they are 150,000, and libbpf goes through them more
 * than once to read them and once for each name that it looks up. Flavours of a type, name___flavour, stand beside each
 * other.
 */
#include "btf.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "../base/cleanup.h"
#include "../base/log.h"

struct rs_btf {
	char *data; /* the file, and some zeros; mapped */
	size_t data_len;
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

/* Of a name, which has PAD bytes behind it. */
static inline uint32_t hash(const char *name, uint32_t kind)
{
	uint64_t h = kind, w, zeros;

	for (;; name += 8) {
		memcpy(&w, name, 8);
		zeros = zero_bytes(w);
		if (zeros)
			break;
		h = mix(h, w);
	}
	w &= ((zeros & -zeros) >> 7) - 1;
	return mix(h, w) >> 32;
}

/* Of the first @len bytes of it. */
static uint32_t hash_part(const char *name, size_t len, uint32_t kind)
{
	char padded[MAX_NAME + PAD] = { 0 };

	memcpy(padded, name, len < MAX_NAME ? len : MAX_NAME);
	return hash(padded, kind);
}

/* May @name, of a type of the kernel, have a flavour? Nearly none has, and this is asked for all. */
static bool may_have_flavour(const char *name)
{
	uint64_t w, zeros, underscores;

	for (;; name += 8) {
		memcpy(&w, name, 8);
		zeros = zero_bytes(w);
		underscores = zero_bytes(w ^ BYTES('_'));
		/* Three of them, or one of them the last of these eight and the next one, too. */
		if (underscores && ((underscores & underscores >> 8 & underscores >> 16) || (underscores >> 63 && name[8] == '_')))
			return true;
		if (zeros)
			return false;
	}
}

static inline uint32_t hash_type(const char *name, uint32_t kind)
{
	if (kind == BTF_KIND_FUNC || !may_have_flavour(name))
		return hash(name, kind);
	return hash_part(name, plain_len(name), kind);
}

/* Of a name that somebody asks for: without its flavour, if CO-RE could be asking. */
static uint32_t hash_wanted(const char *name, uint32_t kind)
{
	return hash_part(name, kind == BTF_KIND_FUNC ? strlen(name) : plain_len(name), kind);
}

static bool is_same_but_flavour(const char *a, const char *b)
{
	size_t len = plain_len(a);

	return len == plain_len(b) && !memcmp(a, b, len);
}

/* Behind a type: so many bytes, and so many for each of what it has. */
static const struct {
	uint8_t fixed, each;
	bool known;
} sizes[32] = {
	[BTF_KIND_INT] = { 4, 0, true },
	[BTF_KIND_PTR] = { 0, 0, true },
	[BTF_KIND_ARRAY] = { sizeof(struct btf_array), 0, true },
	[BTF_KIND_STRUCT] = { 0, 12, true },
	[BTF_KIND_UNION] = { 0, 12, true },
	[BTF_KIND_ENUM] = { 0, 8, true },
	[BTF_KIND_FWD] = { 0, 0, true },
	[BTF_KIND_TYPEDEF] = { 0, 0, true },
	[BTF_KIND_VOLATILE] = { 0, 0, true },
	[BTF_KIND_CONST] = { 0, 0, true },
	[BTF_KIND_RESTRICT] = { 0, 0, true },
	[BTF_KIND_FUNC] = { 0, 0, true },
	[BTF_KIND_FUNC_PROTO] = { 0, 8, true },
	[BTF_KIND_VAR] = { 4, 0, true },
	[BTF_KIND_DATASEC] = { 0, 12, true },
	[BTF_KIND_FLOAT] = { 0, 0, true },
	[BTF_KIND_DECL_TAG] = { 4, 0, true },
	[BTF_KIND_TYPE_TAG] = { 0, 0, true },
	[BTF_KIND_ENUM64] = { 0, 12, true },
};

/* Bytes of a type, 0 if its kind is not known. btf_vlen() of a FUNC is its linkage, and each is then 0 bytes. */
static inline uint32_t type_size(const struct btf_type *t)
{
	uint32_t kind = btf_kind(t) & 31;

	return sizes[kind].known ? sizeof(*t) + sizes[kind].fixed + sizes[kind].each * btf_vlen(t) : 0;
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
	uint32_t room = 1 << 16, nr = 1, size, *types = malloc(room * sizeof(*types));
	const char *data = b->data;

	b->types = types;
	if (!types)
		return -ENOMEM;
	for (; at < end; at += size) {
		if (nr == room) {
			types = realloc(types, (room *= 2) * sizeof(*types));
			if (!types)
				return -ENOMEM;
			b->types = types;
		}
		if (end - at < sizeof(struct btf_type))
			return -EBADMSG;
		size = type_size((const struct btf_type *)(data + at));
		if (!size || size > end - at)
			return -EBADMSG;
		types[nr++] = at;
	}
	b->nr = nr;
	return 0;
}

static int build_index(struct rs_btf *b)
{
	const char *data = b->data, *strings = b->strings;
	uint32_t size = 1, nr = b->nr, strings_len = b->strings_len, *types = b->types, *slots, mask, id;

	while (size < nr * 3 / 2)
		size *= 2;
	slots = calloc(size, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	mask = size - 1;
	for (id = 1; id < nr; id++) {
		const struct btf_type *t = (const struct btf_type *)(data + types[id]);
		uint32_t kind = btf_kind(t), i;

		if (!(INDEXED >> kind & 1) || !t->name_off || t->name_off >= strings_len)
			continue;
		for (i = hash_type(strings + t->name_off, kind) & mask; slots[i]; i = (i + 1) & mask)
			;
		slots[i] = id;
	}
	b->slots = slots;
	b->mask = mask;
	return 0;
}

/* Memory that is there at once: finding it page by page takes longer. */
static int map_data(struct rs_btf *b, size_t len)
{
	char *data = mmap(NULL, len + PAD, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (data == MAP_FAILED)
		return -errno;
	b->data = data;
	b->data_len = len + PAD;
	return 0;
}

/* Asks for the kernel's own, in one copy; the file gives it by the page, through a buffer. Some may only read the file. */
static int ask_kernel(struct rs_btf *b, size_t *ret_len)
{
	_cleanup_(rs_closep) int fd = -1;
	char name[16] = "";
	struct bpf_btf_info info = { .name = (uintptr_t)name, .name_len = sizeof(name) };
	__u32 id, info_len = sizeof(info);

	if (bpf_btf_get_next_id(0, &id))
		return -errno;
	fd = bpf_btf_get_fd_by_id(id);
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &info_len))
		return -errno;
	if (!info.kernel_btf || strcmp(name, "vmlinux") || map_data(b, info.btf_size))
		return -ENOENT;
	*ret_len = info.btf_size;
	info = (struct bpf_btf_info){ .btf = (uintptr_t)b->data, .btf_size = *ret_len };
	return bpf_obj_get_info_by_fd(fd, &info, &info_len) ? -errno : 0;
}

static int read_file(struct rs_btf *b, const char *path, size_t *ret_len)
{
	_cleanup_(rs_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	size_t len = 0;
	ssize_t n = 1;
	int err;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	err = b->data ? 0 : map_data(b, st.st_size);
	if (err)
		return err;
	if (b->data_len < (size_t)st.st_size + PAD)
		return -EBADMSG;
	for (; n && len < (size_t)st.st_size; len += n) {
		n = read(fd, b->data + len, st.st_size - len);
		if (n < 0)
			return -errno;
	}
	*ret_len = len;
	return 0;
}

/* 0 or -errno. */
static int load(struct rs_btf *b, const char *path)
{
	const struct btf_header *h;
	size_t len = 0;
	int err = path ? -ENOENT : ask_kernel(b, &len);

	if (err)
		err = read_file(b, path ? path : RS_BTF_PATH, &len);
	if (err)
		return err;
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
	err = load(b, path);
	if (err) {
		rs_btf_destroy(b);
		return err == -ENOMEM ? err :
					rs_fail(-ENODATA, "%s: cannot read BTF: %s; use a kernel that is built with CONFIG_DEBUG_INFO_BTF",
						path ? path : RS_BTF_PATH, strerror(-err));
	}
	*ret = b;
	return 0;
}

void rs_btf_destroy(struct rs_btf *btf)
{
	if (!btf)
		return;
	if (btf->data)
		munmap(btf->data, btf->data_len);
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

unsigned int rs_btf_struct(const struct rs_btf *btf, const char *name)
{
	unsigned int id;

	return find(btf, name, BTF_KIND_STRUCT, &id) ? id : 0;
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
