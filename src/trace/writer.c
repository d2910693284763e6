/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records are gathered in memory until a block is full or the caller flushes, once a second; then
 * packed, compressed and queued for the thread that writes. Where the file system can, past the page cache: a tracer that
 * fills it would stall in the very reclaim that it records.
 */
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <libdeflate.h>
#include <string.h>
#include <sys/stat.h>
#define ZSTD_STATIC_LINKING_ONLY /* a context in memory of ours; the library is linked statically */
#include <zstd.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "codec.h"
#include "output.h"

/* Bytes and number of records that make a block: some thousand, and small enough for a small tracer. */
#define BLOCK_BYTES (384 * 1024)
#define BLOCK_RECORDS 4096
#define MAX_JSON (1024 * 1024)
#define COMPRESSION_LEVEL 1
#define LEAST_COMPRESSED 1024 /* bytes; tables for less cost more than they save */
/*
 * Of records, which are most of what is compressed. Columns are long runs, which a small table finds as well as a large one; what
 * is between them are times, where looking at each byte, and a code for each, costs twice as much for a quarter fewer bytes.
 */
static const struct {
	ZSTD_cParameter parameter;
	int text, records;
} compression[] = {
	{ ZSTD_c_hashLog, 12, 10 },
	{ ZSTD_c_minMatch, 0, 7 },
	{ ZSTD_c_targetLength, 0, 2 },
	{ ZSTD_c_literalCompressionMode, ZSTD_ps_auto, ZSTD_ps_disable },
};

struct rs_writer {
	char *path;
	int fd;
	struct rs_output *output;
	bool begun; /* the file's header is queued */
	bool failed; /* said so once; everything after is given up */
	uint64_t seq;
	struct rs_schema *schema;
	ZSTD_CCtx *cctx; /* at the begin of workspace, which it would resize with the blocks if it were its own */
	void *workspace;

	struct rs_record *records; /* of the block being gathered */
	size_t nr_records, records_len;

	uint64_t *scratch;
	uint8_t *packed;
	uint8_t *out;
	size_t out_size;
	uint64_t nr_queued, nr_given_up; /* records; those that are queued may still fail */
	uint64_t nr_raw_bytes;
};

static void writer_free(struct rs_writer *w)
{
	rs_output_destroy(w->output);
	if (w->fd >= 0)
		close(w->fd);
	rs_schema_destroy(w->schema);
	free(w->workspace);
	free(w->records);
	free(w->scratch);
	free(w->packed);
	free(w->out);
	free(w->path);
	free(w);
}

RS_DEFINE_CLEANUP(struct rs_writer *, writer_free)

int rs_writer_check(const char *path, bool overwrite)
{
	_cleanup_(rs_freep) char *dir = strdup(path);
	struct stat st;
	char *slash;

	if (!dir)
		return -ENOMEM;
	if (stat(path, &st)) {
		if (errno != ENOENT)
			return rs_err(-errno, "%s: cannot create", path);
	} else if (!S_ISREG(st.st_mode)) {
		return rs_fail(-EINVAL, "%s: is %s, not a file that can hold a recording; choose another with -o", path,
			       S_ISDIR(st.st_mode)  ? "a directory" :
			       S_ISFIFO(st.st_mode) ? "a FIFO" :
						      "a device or socket");
	} else if (!overwrite) {
		return rs_fail(-EEXIST, "%s: exists; choose another name with -o, or give --force to overwrite it", path);
	}
	slash = strrchr(dir, '/');
	if (slash)
		slash[slash == dir] = 0;
	if (access(slash ? dir : ".", W_OK | X_OK))
		return rs_err(-errno, "%s: cannot create", path);
	return 0;
}

static int open_output(struct rs_writer *w, bool overwrite)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_EXCL;
	int err = rs_writer_check(w->path, overwrite);
	bool direct = true;

	if (err)
		return err;
	/* A new file, not the old one emptied: somebody may still read that, or record into it. */
	if (overwrite && unlink(w->path) && errno != ENOENT)
		return rs_err(-errno, "%s: cannot replace", w->path);
	w->fd = open(w->path, flags | O_DIRECT, 0600);
	if (w->fd < 0 && errno == EINVAL) {
		/* No O_DIRECT here, tmpfs for one; the file may have been created all the same. */
		direct = false;
		w->fd = open(w->path, (flags & ~O_EXCL) | O_TRUNC, 0600);
	}
	if (w->fd < 0)
		return rs_err(-errno, "%s: cannot create", w->path);
	err = rs_output_create(w->fd, direct, &w->output);
	if (err)
		unlink(w->path);
	return err ? rs_err(err, "%s: cannot start to write", w->path) : 0;
}

/* What does not compress uses all that the compressor has. */
void rs_writer_prefault(struct rs_writer *w)
{
	uint64_t x = 1;
	size_t i;

	memset(w->records, 0, BLOCK_RECORDS * sizeof(*w->records));
	memset(w->scratch, 0, 3 * BLOCK_RECORDS * sizeof(*w->scratch));
	for (i = 0; i < BLOCK_BYTES; i += sizeof(x)) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		memcpy(w->packed + i, &x, sizeof(x));
	}
	ZSTD_compress2(w->cctx, w->out, w->out_size, w->packed, BLOCK_BYTES);
	rs_output_prefault(w->output);
}

static ZSTD_CCtx *create_compressor(struct rs_writer *w)
{
	ZSTD_compressionParameters p = ZSTD_getCParams(COMPRESSION_LEVEL, MAX_JSON, 0);
	ZSTD_CCtx *cctx;
	size_t size;

	p.hashLog = compression[0].text;
	size = ZSTD_estimateCCtxSize_usingCParams(p);
	w->workspace = malloc(size);
	cctx = w->workspace ? ZSTD_initStaticCCtx(w->workspace, size) : NULL;
	if (!cctx || ZSTD_isError(ZSTD_CCtx_setParameter(cctx, ZSTD_c_compressionLevel, COMPRESSION_LEVEL)))
		return NULL;
	return cctx;
}

static int allocate(struct rs_writer *w)
{
	size_t bound = rs_pack_bound(BLOCK_RECORDS, BLOCK_BYTES + RS_MAX_RECORD);

	if (bound < MAX_JSON)
		bound = MAX_JSON;
	w->out_size = sizeof(struct rs_file_header) + 2 * sizeof(struct rs_block_header) +
		      ZSTD_compressBound(bound) + 2 * RS_BLOCK_ALIGN;
	w->records = malloc(BLOCK_RECORDS * sizeof(*w->records));
	w->scratch = malloc(3 * BLOCK_RECORDS * sizeof(*w->scratch));
	w->packed = malloc(bound);
	w->out = malloc(w->out_size);
	w->cctx = create_compressor(w);
	if (!w->records || !w->scratch || !w->packed || !w->cctx ||
	    !w->out)
		return rs_err(-ENOMEM, "%s", w->path);
	return rs_schema_create(&w->schema);
}

/* Puts a block header in front of @len bytes of payload that already stand behind it. */
static void seal_block(struct rs_writer *w, uint8_t *at, enum rs_block_type type, uint16_t flags, size_t stored_len,
		       size_t raw_len)
{
	struct rs_block_header h = {
		.magic = RS_BLOCK_MAGIC,
		.type = type,
		.flags = flags,
		.stored_len = stored_len,
		.raw_len = raw_len,
		.seq = w->seq++,
	};

	if (type == RS_BLOCK_EVENTS) {
		h.first_ns = w->records[0].hdr->ts_ns;
		h.last_ns = w->records[w->nr_records - 1].hdr->ts_ns;
		h.nr_records = w->nr_records;
	}
	h.payload_crc = libdeflate_crc32(0, at + sizeof(h), stored_len);
	h.header_crc = libdeflate_crc32(0, (const uint8_t *)&h, offsetof(struct rs_block_header, header_crc));
	memcpy(at, &h, sizeof(h));
}

/* Fills up to the next RS_BLOCK_ALIGN with a PAD block, as O_DIRECT needs. Returns the new length. */
static size_t pad(struct rs_writer *w, size_t len)
{
	size_t end = (len + sizeof(struct rs_block_header) + RS_BLOCK_ALIGN - 1) / RS_BLOCK_ALIGN * RS_BLOCK_ALIGN;
	size_t payload = end - len - sizeof(struct rs_block_header);

	if (!rs_output_is_direct(w->output) || len % RS_BLOCK_ALIGN == 0)
		return len;
	memset(w->out + len + sizeof(struct rs_block_header), 0, payload);
	seal_block(w, w->out + len, RS_BLOCK_PAD, 0, payload, payload);
	return end;
}

static int fail(struct rs_writer *w, int err)
{
	struct rs_output_stats stats;

	if (w->failed)
		return err;
	w->failed = true;
	rs_output_stats(w->output, &stats);
	if (stats.nr_bytes)
		return rs_err(err, "%s: cannot write; what was recorded up to here is kept", w->path);
	unlink(w->path);
	return rs_err(err, "%s: cannot write", w->path);
}

/* After a failure the end is tried once more: it is short, and the block taken back made room. */
static void go_on_for_the_end(struct rs_writer *w)
{
	struct rs_output_stats stats;
	int err = rs_output_sync(w->output);

	if (!err)
		return;
	fail(w, err);
	rs_output_stats(w->output, &stats);
	w->seq = stats.seq;
	w->begun = stats.nr_bytes > 0;
	rs_output_retry(w->output);
}

/* A zstd frame of one block that is stored as it is, less than 64 KiB. */
static size_t put_stored_frame(uint8_t *to, const uint8_t *from, uint32_t len)
{
	const uint8_t head[] = {
		0x28, 0xb5, 0x2f, 0xfd, 0xa0 /* the length in four bytes, one segment */, len, len >> 8, len >> 16, len >> 24,
		1 /* the last block */ | len << 3, len >> 5, len >> 13,
	};

	memcpy(to, head, sizeof(head));
	memcpy(to + sizeof(head), from, len);
	return sizeof(head) + len;
}

/* Returns the length of what is stored, of which the last @random bytes are not worth trying, or an error of zstd. */
static size_t fill_block(struct rs_writer *w, enum rs_block_type type, uint8_t *to, size_t room, const uint8_t *payload, size_t len,
			 size_t random, uint16_t *flags)
{
	size_t i, ret = 0;

	if (len < LEAST_COMPRESSED && type != RS_BLOCK_EVENTS) {
		memcpy(to, payload, len);
		*flags = 0;
		return len;
	}
	*flags = RS_BLOCK_ZSTD | (type == RS_BLOCK_EVENTS ? RS_BLOCK_FIRSTS : 0);
	for (i = 0; i < RS_ARRAY_SIZE_OF(compression) && !ZSTD_isError(ret); i++)
		ret = ZSTD_CCtx_setParameter(w->cctx, compression[i].parameter,
					     type == RS_BLOCK_EVENTS ? compression[i].records : compression[i].text);
	if (!ZSTD_isError(ret))
		ret = ZSTD_compress2(w->cctx, to, room, payload, len - random);
	if (!ZSTD_isError(ret) && random)
		ret += put_stored_frame(to + ret, payload + len - random, random);
	return ret;
}

static int write_block(struct rs_writer *w, enum rs_block_type type, const void *payload, size_t len, size_t random)
{
	size_t at = 0, room, stored, nr_records = type == RS_BLOCK_EVENTS ? w->nr_records : 0;
	uint16_t flags;
	int err;

	if (type == RS_BLOCK_END)
		go_on_for_the_end(w);
	else if (w->failed)
		return -EIO;
	if (!w->begun) {
		struct rs_file_header h = {
			.magic = RS_FILE_MAGIC,
			.version = RS_FILE_VERSION,
			.endian = RS_FILE_ENDIAN,
			.page_size = sysconf(_SC_PAGESIZE),
		};

		h.crc = libdeflate_crc32(0, (const uint8_t *)&h, offsetof(struct rs_file_header, crc));
		memcpy(w->out, &h, sizeof(h));
		at = sizeof(h);
	}
	room = w->out_size - at - sizeof(struct rs_block_header) - 2 * RS_BLOCK_ALIGN;
	stored = fill_block(w, type, w->out + at + sizeof(struct rs_block_header), room, payload, len, random, &flags);
	if (ZSTD_isError(stored))
		return rs_fail(-EIO, "%s: cannot compress: %s", w->path, ZSTD_getErrorName(stored));
	seal_block(w, w->out + at, type, flags, stored, len);
	len = pad(w, at + sizeof(struct rs_block_header) + stored);
	w->begun = true;
	w->nr_queued += nr_records;
	err = rs_output_put(w->output, w->out, len, nr_records, w->seq);
	return err ? fail(w, err) : 0;
}

int rs_writer_create(const char *path, bool overwrite, struct rs_writer **ret)
{
	_cleanup_(writer_freep) struct rs_writer *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->fd = -1;
	w->path = strdup(path);
	if (!w->path)
		return -ENOMEM;
	err = allocate(w);
	if (!err)
		err = open_output(w, overwrite);
	if (err)
		return err;
	*ret = rs_take_ptr(w);
	return 0;
}

int rs_writer_put_json(struct rs_writer *writer, enum rs_block_type type, const char *json, size_t len)
{
	if (len > MAX_JSON)
		return rs_fail(-E2BIG, "%s: block of %zu bytes is too long", writer->path, len);
	return write_block(writer, type, json, len, 0);
}

int rs_writer_begin_batch(struct rs_writer *writer, struct rs_batch *ret)
{
	const bool full = writer->nr_records == BLOCK_RECORDS || writer->records_len >= BLOCK_BYTES;
	int err = full ? rs_writer_flush(writer) : 0;

	ret->from = ret->to = ret->end = NULL;
	if (err)
		return err;
	ret->from = ret->to = writer->records + writer->nr_records;
	ret->end = writer->records + BLOCK_RECORDS;
	ret->room = BLOCK_BYTES - writer->records_len;
	return full;
}

void rs_writer_end_batch(struct rs_writer *writer, const struct rs_batch *batch, size_t bytes)
{
	writer->nr_records += batch->to - batch->from;
	writer->records_len += bytes;
}

int rs_writer_put_record(struct rs_writer *writer, uint32_t cpu, const struct rs_event_hdr *hdr)
{
	struct rs_batch batch;
	int ret = rs_writer_begin_batch(writer, &batch);

	if (ret < 0)
		return ret;
	*batch.to++ = (struct rs_record){ cpu, hdr };
	rs_writer_end_batch(writer, &batch, hdr->len);
	return ret;
}

int rs_writer_flush(struct rs_writer *writer)
{
	size_t len, random;
	uint64_t queued;
	int err;

	if (!writer->nr_records)
		return writer->failed ? -EIO : 0;
	len = rs_pack(writer->schema, writer->records, writer->nr_records, writer->scratch, writer->packed, &random);
	queued = writer->nr_queued;
	err = write_block(writer, RS_BLOCK_EVENTS, writer->packed, len, random);
	if (writer->nr_queued == queued)
		writer->nr_given_up += writer->nr_records;
	writer->nr_raw_bytes += writer->records_len;
	writer->nr_records = 0;
	writer->records_len = 0;
	return err;
}

int rs_writer_sync(struct rs_writer *writer)
{
	int err = rs_output_sync(writer->output);

	return err ? fail(writer, err) : 0;
}

const struct rs_schema *rs_writer_schema(const struct rs_writer *writer)
{
	return writer->schema;
}

void rs_writer_stats(const struct rs_writer *writer, struct rs_writer_stats *ret)
{
	struct rs_output_stats stats;

	rs_output_stats(writer->output, &stats);
	*ret = (struct rs_writer_stats){
		.nr_records = writer->nr_queued - stats.nr_failed,
		.nr_failed = writer->nr_given_up + stats.nr_failed,
		.nr_bytes = stats.nr_bytes,
		.nr_raw_bytes = writer->nr_raw_bytes,
	};
}

int rs_writer_close(struct rs_writer *writer)
{
	int err;

	if (!writer)
		return 0;
	err = rs_writer_flush(writer);
	if (!err)
		err = rs_writer_sync(writer);
	if (!err && close(writer->fd))
		err = rs_err(-errno, "%s: cannot close", writer->path);
	else if (err)
		close(writer->fd);
	writer->fd = -1;
	writer_free(writer);
	return err;
}
