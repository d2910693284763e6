/* SPDX-License-Identifier: GPL-2.0-only */
#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libdeflate.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <zstd.h>

#include "../base/cleanup.h"
#include "../base/grow.h"
#include "../base/log.h"
#include "codec.h"
#include "format.h"

struct block {
	uint64_t offset; /* of the payload */
	bool counted; /* as good or bad, when it was first unpacked */
	struct rs_block_header h;
};

struct rs_reader {
	char *path;
	int fd;
	uint64_t size;
	struct rs_schema *own; /* this program's */
	struct rs_schema *theirs; /* the file's */
	bool same_layout[RS_NR_EVENTS];
	struct json_object *info, *loss, *totals, *end, *names;
	struct block *blocks; /* of records */
	size_t nr_blocks, blocks_room;
	struct rs_reader_state state;

	size_t block; /* the next one to unpack */
	struct rs_record *records;
	uint64_t *bytes;
	size_t nr_records, at;
	uint64_t converted[RS_MAX_RECORD / 8];
};

/* Reads @len bytes at @offset: 1, 0 when the file ends before, or -errno. */
static int read_at(const struct rs_reader *r, uint64_t offset, void *to, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(r->fd, (char *)to + done, len - done, offset + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return 0;
		done += n;
	}
	return 1;
}

static bool good_header(const struct rs_block_header *h)
{
	return h->magic == RS_BLOCK_MAGIC &&
	       h->header_crc == libdeflate_crc32(0, (const uint8_t *)h, offsetof(struct rs_block_header, header_crc)) &&
	       h->raw_len <= RS_BLOCK_MAX_RAW && h->stored_len <= ZSTD_compressBound(RS_BLOCK_MAX_RAW);
}

/*
 * Reads and checks a payload. 1 and *@ret, which the caller frees and which ends with a NUL byte that
 * is not counted; 0 when it is damaged; -errno.
 */
static int read_payload(const struct rs_reader *r, const struct block *b, uint8_t **ret)
{
	_cleanup_(rs_freep) uint8_t *stored = malloc(b->h.stored_len + 1), *raw = NULL;
	size_t n;
	int err;

	if (!stored)
		return -ENOMEM;
	err = read_at(r, b->offset, stored, b->h.stored_len);
	if (err <= 0)
		return err;
	if (libdeflate_crc32(0, stored, b->h.stored_len) != b->h.payload_crc)
		return 0;
	if (!(b->h.flags & RS_BLOCK_ZSTD)) {
		if (b->h.stored_len != b->h.raw_len)
			return 0;
		stored[b->h.stored_len] = 0;
		*ret = rs_take_ptr(stored);
		return 1;
	}
	raw = malloc(b->h.raw_len + 1);
	if (!raw)
		return -ENOMEM;
	n = ZSTD_decompress(raw, b->h.raw_len, stored, b->h.stored_len);
	if (ZSTD_isError(n) || n != b->h.raw_len)
		return 0;
	raw[n] = 0;
	*ret = rs_take_ptr(raw);
	return 1;
}

/* An object from text, or NULL. */
static struct json_object *parse_json(const uint8_t *text, size_t len)
{
	struct json_tokener *tok = json_tokener_new_ex(32);
	struct json_object *object;

	if (!tok)
		return NULL;
	object = json_tokener_parse_ex(tok, (const char *)text, len);
	if (object && !json_object_is_type(object, json_type_object)) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tok);
	return object;
}

static void replace(struct json_object **slot, struct json_object *with)
{
	json_object_put(*slot);
	*slot = with;
}

/* Adds the tables of a NAMES block to what is known. */
static void merge_names(struct rs_reader *r, struct json_object *names)
{
	json_object_object_foreach(names, table, entries)
	{
		struct json_object *known;

		if (!json_object_is_type(entries, json_type_object))
			continue;
		if (!json_object_object_get_ex(r->names, table, &known)) {
			known = json_object_new_object();
			json_object_object_add(r->names, table, known);
		}
		json_object_object_foreach(entries, key, value)
		{
			json_object_object_add(known, key, json_object_get(value));
		}
	}
}

/* Takes a block that is not of records. 1, 0 when it is damaged, or -errno. */
static int take_json(struct rs_reader *r, const struct block *b)
{
	_cleanup_(rs_freep) uint8_t *payload = NULL;
	struct json_object *object;
	int err;

	if (b->h.type == RS_BLOCK_PAD)
		return 1;
	err = read_payload(r, b, &payload);
	if (err <= 0)
		return err;
	object = parse_json(payload, b->h.raw_len);
	if (!object)
		return 0;
	switch (b->h.type) {
	case RS_BLOCK_INFO:
		replace(&r->info, object);
		return 1;
	case RS_BLOCK_LOSS:
		replace(&r->loss, object);
		return 1;
	case RS_BLOCK_TOTALS:
		replace(&r->totals, object);
		return 1;
	case RS_BLOCK_END:
		replace(&r->end, object);
		r->state.ended = true;
		return 1;
	case RS_BLOCK_NAMES:
		merge_names(r, object);
		break;
	}
	json_object_put(object);
	return 1;
}

static int add_block(struct rs_reader *r, const struct block *b)
{
	if (!RS_MAKE_ROOM(r->blocks, r->nr_blocks, r->blocks_room, 64))
		return -ENOMEM;
	r->blocks[r->nr_blocks++] = *b;
	return 0;
}

/* The next place at or behind @offset that looks like a block, or the end of the file. */
static int find_magic(const struct rs_reader *r, uint64_t offset, uint64_t *ret)
{
	const uint32_t magic = RS_BLOCK_MAGIC;
	uint8_t buf[65536];

	while (offset + sizeof(struct rs_block_header) <= r->size) {
		ssize_t n = pread(r->fd, buf, sizeof(buf), offset);
		const uint8_t *hit;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n < (ssize_t)sizeof(magic))
			break;
		hit = memmem(buf, n, &magic, sizeof(magic));
		if (hit) {
			*ret = offset + (hit - buf);
			return 0;
		}
		offset += n - (sizeof(magic) - 1);
	}
	*ret = r->size;
	return 0;
}

/* Walks over the whole file: finds the blocks, and reads those that are not of records. */
static int index_file(struct rs_reader *r)
{
	uint64_t at = sizeof(struct rs_file_header);

	while (at < r->size) {
		struct block b = { 0 };
		int err = read_at(r, at, &b.h, sizeof(b.h));

		if (err < 0)
			return err;
		if (!err || !good_header(&b.h)) {
			uint64_t next;

			if (!err && r->size - at < sizeof(b.h)) {
				r->state.cut_off = true;
				r->state.bytes_skipped += r->size - at;
				return 0;
			}
			err = find_magic(r, at + 1, &next);
			if (err)
				return err;
			r->state.bytes_skipped += next - at;
			if (next == r->size)
				r->state.cut_off = true;
			at = next;
			continue;
		}
		b.offset = at + sizeof(b.h);
		if (b.offset + b.h.stored_len > r->size) {
			/* The end, unless the length is a lie and something good follows. */
			err = find_magic(r, at + 1, &at);
			if (err)
				return err;
			r->state.bytes_skipped += at - (b.offset - sizeof(b.h));
			r->state.cut_off = at == r->size;
			continue;
		}
		if (b.h.type == RS_BLOCK_EVENTS) {
			err = add_block(r, &b);
			if (err)
				return err;
			if (!r->state.first_ns || b.h.first_ns < r->state.first_ns)
				r->state.first_ns = b.h.first_ns;
			if (b.h.last_ns > r->state.last_ns)
				r->state.last_ns = b.h.last_ns;
		} else {
			err = take_json(r, &b);
			if (err < 0)
				return err;
			r->state.nr_blocks += err == 1;
			r->state.nr_bad_blocks += err == 0;
		}
		at = b.offset + b.h.stored_len;
	}
	return 0;
}

static int check_header(const struct rs_reader *r)
{
	struct rs_file_header h;
	int err = read_at(r, 0, &h, sizeof(h));

	if (err < 0)
		return rs_err(err, "%s: cannot read", r->path);
	if (r->size == 0)
		return rs_fail(-EBADMSG, "%s: is empty", r->path);
	if (err == 0 || memcmp(h.magic, RS_FILE_MAGIC, sizeof(h.magic)))
		return rs_fail(-EBADMSG, "%s: is not a recording of reclaimscope", r->path);
	if (h.endian == __builtin_bswap32(RS_FILE_ENDIAN))
		return rs_fail(-EPROTO, "%s: was recorded on a machine of the other byte order", r->path);
	if (h.endian != RS_FILE_ENDIAN || h.crc != libdeflate_crc32(0, (const uint8_t *)&h, offsetof(struct rs_file_header, crc)))
		return rs_fail(-EBADMSG, "%s: the first 32 bytes are damaged", r->path);
	if (h.version > RS_FILE_VERSION)
		return rs_fail(-EPROTO, "%s: format %u is newer than this program, which reads up to %u; use a newer reclaimscope",
			       r->path, h.version, RS_FILE_VERSION);
	return 0;
}

static int take_schema(struct rs_reader *r)
{
	struct json_object *schema;
	int err, i;

	if (!r->info || !json_object_object_get_ex(r->info, "schema", &schema))
		return rs_fail(-EBADMSG, "%s: the block that describes the records is damaged or missing; nothing can be read",
			       r->path);
	err = rs_schema_from_json(schema, &r->theirs);
	if (err == -EBADMSG)
		return rs_fail(err, "%s: describes records that cannot exist", r->path);
	if (err)
		return rs_err(err, "%s", r->path);
	for (i = 0; i < RS_NR_EVENTS; i++)
		r->same_layout[i] = r->own->events[i].type &&
				    rs_schema_same_layout(&r->own->events[i], &r->theirs->events[i]);
	return 0;
}

int rs_reader_open(const char *path, struct rs_reader **ret)
{
	struct rs_reader *r = calloc(1, sizeof(*r));
	struct stat st;
	int err = 0;

	if (!r)
		return -ENOMEM;
	r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (r->fd < 0)
		err = rs_err(-errno, "%s: cannot open", path);
	else if (fstat(r->fd, &st))
		err = rs_err(-errno, "%s", path);
	else if (!S_ISREG(st.st_mode))
		err = rs_fail(-EINVAL, "%s: is %s, not a recording", path,
			      S_ISDIR(st.st_mode) ? "a directory" : S_ISFIFO(st.st_mode) ? "a FIFO" : "a device or socket");
	if (!err) {
		r->size = st.st_size;
		r->state.file_bytes = st.st_size;
		r->path = strdup(path);
		r->names = json_object_new_object();
		err = r->path && r->names ? rs_schema_create(&r->own) : -ENOMEM;
	}
	if (!err)
		err = check_header(r);
	if (!err) {
		err = index_file(r);
		if (err)
			rs_err(err, "%s: cannot read", path);
	}
	if (!err)
		err = take_schema(r);
	if (err) {
		rs_reader_close(r);
		return err;
	}
	*ret = r;
	return 0;
}

static void drop_block(struct rs_reader *r)
{
	free(r->records);
	free(r->bytes);
	r->records = NULL;
	r->bytes = NULL;
	r->nr_records = 0;
	r->at = 0;
}

void rs_reader_close(struct rs_reader *r)
{
	if (!r)
		return;
	drop_block(r);
	if (r->fd >= 0)
		close(r->fd);
	json_object_put(r->info);
	json_object_put(r->loss);
	json_object_put(r->totals);
	json_object_put(r->end);
	json_object_put(r->names);
	rs_schema_destroy(r->own);
	rs_schema_destroy(r->theirs);
	free(r->blocks);
	free(r->path);
	free(r);
}

void rs_reader_rewind(struct rs_reader *r)
{
	drop_block(r);
	r->block = 0;
	r->state.nr_records = 0;
	r->state.nr_unknown = 0;
}

/* Unpacks the next good block. 1, 0: there is none, or -ENOMEM. */
static int next_block(struct rs_reader *r)
{
	drop_block(r);
	while (r->block < r->nr_blocks) {
		_cleanup_(rs_freep) uint8_t *payload = NULL;
		struct block *b = &r->blocks[r->block++];
		int err = read_payload(r, b, &payload);

		if (err == -ENOMEM)
			return err;
		if (err > 0) {
			err = rs_unpack(r->theirs, payload, b->h.raw_len, b->h.flags & RS_BLOCK_FIRSTS, &r->records, &r->bytes, &r->nr_records);
			if (err == -ENOMEM)
				return err;
			err = err == 0;
		}
		if (!b->counted) {
			r->state.nr_blocks += err > 0;
			r->state.nr_bad_blocks += err <= 0;
			b->counted = true;
		}
		if (err > 0 && r->nr_records)
			return 1;
		drop_block(r);
	}
	return 0;
}

/* Copies what both know of a record into this program's struct, field by field, by name. */
static void convert(struct rs_reader *r, const struct rs_event_hdr *from)
{
	const struct rs_event_desc *ours = &r->own->events[from->type], *theirs = &r->theirs->events[from->type];
	uint8_t *to = (uint8_t *)r->converted;
	struct rs_event_hdr hdr = *from;
	int i, k;

	memset(to, 0, ours->len);
	hdr.len = ours->len;
	memcpy(to, &hdr, sizeof(hdr));
	for (i = 0; i < ours->nr_fields; i++) {
		const struct rs_field *f = &ours->fields[i], *g = NULL;
		int e;

		for (k = 0; k < theirs->nr_fields && !g; k++)
			if (!strcmp(theirs->fields[k].name, f->name))
				g = &theirs->fields[k];
		if (!g)
			continue;
		for (e = 0; e < f->count && e < g->count; e++) {
			uint64_t v = 0;

			memcpy(&v, (const uint8_t *)from + g->offset + e * g->size, g->size);
			if (g->is_signed && g->size < 8 && v >> (8 * g->size - 1) & 1)
				v |= ~0ULL << (8 * g->size);
			memcpy(to + f->offset + e * f->size, &v, f->size);
		}
	}
}

int rs_reader_next(struct rs_reader *r, struct rs_event *ret)
{
	for (;;) {
		const struct rs_event_hdr *hdr;

		if (r->at == r->nr_records) {
			int err = next_block(r);

			if (err <= 0)
				return err;
		}
		hdr = r->records[r->at].hdr;
		ret->cpu = r->records[r->at].cpu;
		r->at++;
		r->state.nr_records++;
		if (!r->own->events[hdr->type].type) {
			r->state.nr_unknown++;
			continue;
		}
		if (r->same_layout[hdr->type]) {
			ret->hdr = hdr;
		} else {
			convert(r, hdr);
			ret->hdr = (const struct rs_event_hdr *)r->converted;
		}
		return 1;
	}
}

void rs_reader_state(const struct rs_reader *r, struct rs_reader_state *ret)
{
	*ret = r->state;
}

void rs_reader_warn(const struct rs_reader *r, const char *path)
{
	const struct rs_reader_state *s = &r->state;

	if (s->bytes_skipped && !s->nr_bad_blocks)
		rs_warn("%s: damaged: %" PRIu64 " bytes cannot be read", path, s->bytes_skipped);
	else if (s->nr_bad_blocks)
		rs_warn("%s: damaged: %" PRIu64 " of %" PRIu64 " blocks and %" PRIu64 " bytes beside them cannot be read", path,
			s->nr_bad_blocks, s->nr_blocks + s->nr_bad_blocks, s->bytes_skipped);
	if (s->cut_off)
		rs_warn("%s: is cut off; what is whole was read", path);
	else if (!s->ended)
		rs_warn("%s: has no end: the recorder was killed, or still records", path);
	if (s->nr_unknown)
		rs_warn("%s: %" PRIu64 " events of kinds that a newer program recorded were left out", path, s->nr_unknown);
}

struct json_object *rs_reader_info(const struct rs_reader *r)
{
	return r->info;
}

struct json_object *rs_reader_loss(const struct rs_reader *r)
{
	return r->loss;
}

struct json_object *rs_reader_totals(const struct rs_reader *r)
{
	return r->totals;
}

struct json_object *rs_reader_end(const struct rs_reader *r)
{
	return r->end;
}

struct json_object *rs_info_member(struct json_object *object, const char *key)
{
	struct json_object *value;

	return object && json_object_object_get_ex(object, key, &value) ? value : NULL;
}

bool rs_info_has_lru_gen(struct json_object *info)
{
	const char *lru = json_object_get_string(rs_info_member(rs_info_member(info, "kernel"), "lru"));

	return lru && strcmp(lru, "classic") != 0;
}

bool rs_info_is_summary(struct json_object *info)
{
	const char *mode = json_object_get_string(rs_info_member(info, "mode"));

	return mode && !strcmp(mode, "summary");
}

double rs_info_number(struct json_object *object, const char *key)
{
	struct json_object *value = rs_info_member(object, key);

	return value ? json_object_get_double(value) : NAN;
}

struct json_object *rs_reader_name(const struct rs_reader *r, const char *table, int64_t key)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, key);
	return rs_info_member(rs_info_member(r->names, table), text);
}

static bool is_text(struct json_object *value, const char *text)
{
	return json_object_is_type(value, json_type_string) && !strcmp(json_object_get_string(value), text);
}

bool rs_reader_has_probe(const struct rs_reader *r, const char *name)
{
	struct json_object *probes = rs_info_member(rs_reader_info(r), "probes");
	size_t i;

	if (!json_object_is_type(probes, json_type_array))
		return false;
	for (i = 0; i < json_object_array_length(probes); i++) {
		struct json_object *p = json_object_array_get_idx(probes, i);

		if (is_text(rs_info_member(p, "name"), name))
			return is_text(rs_info_member(p, "state"), "attached");
	}
	return false;
}

const struct rs_schema *rs_reader_schema(const struct rs_reader *r)
{
	return r->own;
}
