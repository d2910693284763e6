/* SPDX-License-Identifier: GPL-2.0-only */
/* The writer and the reader together: whole files, and every way in which a file can be damaged. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <zlib.h>

#include "../../src/base/readfile.h"
#include "everything.h"
#include "recording.h"

#define NR_RECORDS 80

/* Writes NR_RECORDS records in blocks of 10; returns the path. */
static char *write_recording(uint64_t seed)
{
	struct rs_schema *schema = small_schema();
	char *path = recording_path();

	recording_make(path, seed, NR_RECORDS, schema, "decisions");
	rs_schema_destroy(schema);
	return path;
}

/* Reads all; checks that the records are a subset of what was written, in order. Returns their number. */
static int read_all(const char *path, uint64_t seed, struct rs_reader_state *state)
{
	uint64_t ts = 1000, buf[RS_MAX_RECORD / 8];
	const struct rs_event_hdr *expected;
	struct rs_schema *schema;
	struct rs_reader *r;
	struct rs_event e;
	int i = 0, n = 0, err = rs_reader_open(path, &r);

	if (err)
		return err;
	schema = small_schema();
	while ((err = rs_reader_next(r, &e)) > 0) {
		do {
			assert_true(i < NR_RECORDS);
			expected = random_record(&seed, schema, &ts, buf);
		} while (i++, expected->ts_ns != e.hdr->ts_ns || expected->type != e.hdr->type);
		assert_memory_equal(e.hdr, expected, expected->len);
		assert_int_equal(e.cpu, (i - 1) % 4);
		n++;
	}
	assert_int_equal(err, 0);
	rs_reader_state(r, state);
	rs_reader_close(r);
	rs_schema_destroy(schema);
	return n;
}

static void rs_reader_gives_back_what_was_written(void **state)
{
	char *path = write_recording(11);
	struct rs_reader_state s;

	(void)state;
	assert_int_equal(read_all(path, 11, &s), NR_RECORDS);
	assert_true(s.ended);
	assert_false(s.cut_off);
	assert_int_equal(s.nr_bad_blocks, 0);
	assert_int_equal(s.bytes_skipped, 0);
	recording_remove(path);
}

static void write_file(const char *path, const char *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
}

/* Offsets at which the blocks of records end, from the file itself. */
static int count_whole_blocks(const char *data, size_t len)
{
	size_t at = sizeof(struct rs_file_header);
	int n = 0;

	while (at + sizeof(struct rs_block_header) <= len) {
		struct rs_block_header h;

		memcpy(&h, data + at, sizeof(h));
		if (h.magic != RS_BLOCK_MAGIC || at + sizeof(h) + h.stored_len > len)
			break;
		n += h.type == RS_BLOCK_EVENTS;
		at += sizeof(h) + h.stored_len;
	}
	return n;
}

/* The next offset worth trying: each one, but of the zeros that fill up to a page only a few. */
static size_t next_offset(const char *data, size_t len, size_t at)
{
	size_t zeros = 0;

	while (at + zeros < len && zeros < 101 && !data[at + zeros])
		zeros++;
	return at + (zeros > 100 ? 97 : 1);
}

static void rs_reader_reads_every_whole_block_of_every_truncation(void **state)
{
	FILE *nowhere = fopen("/dev/null", "w");
	char *path = write_recording(12), *data;
	struct rs_reader_state s;
	size_t len, cut;

	(void)state;
	assert_int_equal(rs_read_file(path, &data, &len), 0);
	rs_log_set_level(RS_LOG_ERROR);
	for (cut = 0; cut < len; cut = next_offset(data, len, cut)) {
		int n, expected = count_whole_blocks(data, cut) * 10;

		write_file(path, data, cut);
		print_everything(path, nowhere);
		n = read_all(path, 12, &s);
		if (n < 0) {
			assert_true(n == -EBADMSG);
			assert_int_equal(expected, 0); /* the block that describes the records is not whole */
			continue;
		}
		assert_int_equal(n, expected);
	}
	fclose(nowhere);
	free(data);
	recording_remove(path);
}

static void rs_reader_survives_every_changed_byte(void **state)
{
	FILE *nowhere = fopen("/dev/null", "w");
	char *path = write_recording(13), *data;
	struct rs_reader_state s;
	size_t len, at;

	(void)state;
	assert_int_equal(rs_read_file(path, &data, &len), 0);
	for (at = 0; at < len; at = next_offset(data, len, at)) {
		int n;

		data[at] ^= 1 << (at % 8);
		write_file(path, data, len);
		print_everything(path, nowhere);
		n = read_all(path, 13, &s);
		/* At most the one block with the byte in it is lost; or the head, and with it everything. */
		assert_true(n == -EBADMSG || n == -EPROTO || n >= NR_RECORDS - 10);
		if (n >= 0 && n < NR_RECORDS)
			assert_true(s.nr_bad_blocks || s.bytes_skipped);
		data[at] ^= 1 << (at % 8);
	}
	fclose(nowhere);
	free(data);
	recording_remove(path);
}

static void rs_reader_refuses_what_is_no_recording(void **state)
{
	struct rs_file_header h = { .magic = RS_FILE_MAGIC, .endian = __builtin_bswap32(RS_FILE_ENDIAN) };
	char *path = recording_path();
	struct rs_reader *r;

	(void)state;
	assert_int_equal(rs_reader_open(path, &r), -ENOENT);
	write_file(path, "", 0);
	assert_int_equal(rs_reader_open(path, &r), -EBADMSG);
	write_file(path, "PERFILE2 and more than thirty-two bytes of it", 45);
	assert_int_equal(rs_reader_open(path, &r), -EBADMSG);
	write_file(path, (const char *)&h, sizeof(h));
	assert_int_equal(rs_reader_open(path, &r), -EPROTO); /* the other byte order */
	h.endian = RS_FILE_ENDIAN;
	h.version = RS_FILE_VERSION + 1;
	h.crc = crc32(0, (const uint8_t *)&h, offsetof(struct rs_file_header, crc));
	write_file(path, (const char *)&h, sizeof(h));
	assert_int_equal(rs_reader_open(path, &r), -EPROTO); /* a newer format */
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(rs_reader_open(path, &r), -EINVAL);
	recording_remove(path);
}

static void rs_writer_does_not_overwrite_unless_told(void **state)
{
	char *path = recording_path(), *data;
	struct rs_writer *w;
	size_t len;

	(void)state;
	write_file(path, "precious", 8);
	assert_int_equal(rs_writer_create(path, false, &w), -EEXIST);
	assert_int_equal(rs_read_file(path, &data, &len), 0);
	assert_string_equal(data, "precious");
	free(data);
	assert_int_equal(rs_writer_create(path, true, &w), 0);
	assert_int_equal(rs_writer_close(w), 0);
	recording_remove(path);
}

/* A recording of an older program, in which a record has fewer and narrower fields. */
static void rs_reader_converts_records_of_another_shape(void **state)
{
	static const char info[] =
		"{\"schema\":[{\"type\":9,\"name\":\"reclaim_end\",\"len\":24,\"fields\":["
		"{\"name\":\"nr_reclaimed\",\"offset\":16,\"size\":4,\"kind\":\"pages\"},"
		"{\"name\":\"kind\",\"offset\":20,\"size\":2,\"kind\":\"reclaim_kind\"},"
		"{\"name\":\"gone\",\"offset\":22,\"size\":2,\"signed\":true,\"kind\":\"num\"}]},"
		"{\"type\":127,\"name\":\"from_the_future\",\"len\":24,\"fields\":[]}]}";
	struct {
		struct rs_event_hdr hdr;
		uint32_t nr_reclaimed;
		uint16_t kind, gone;
	} old = { .hdr = { .ts_ns = 5, .tid = 6, .type = 9, .len = 24 }, .nr_reclaimed = 77, .kind = 1, .gone = 3 };
	const struct rs_event_reclaim_end *e;
	struct rs_reader_state s;
	char *path = recording_path();
	struct rs_reader *r;
	struct rs_writer *w;
	struct rs_event event;

	(void)state;
	assert_int_equal(rs_writer_create(path, false, &w), 0);
	assert_int_equal(rs_writer_put_json(w, RS_BLOCK_INFO, info, sizeof(info) - 1), 0);
	assert_int_equal(recording_put(w, 1, &old.hdr), 0);
	old.hdr.type = 127;
	assert_int_equal(recording_put(w, 1, &old.hdr), 0);
	assert_int_equal(rs_writer_close(w), 0);

	assert_int_equal(rs_reader_open(path, &r), 0);
	assert_int_equal(rs_reader_next(r, &event), 1);
	e = (const void *)event.hdr;
	assert_int_equal(e->hdr.len, sizeof(*e));
	assert_int_equal(e->nr_reclaimed, 77);
	assert_int_equal(e->kind, 1);
	assert_int_equal(rs_reader_next(r, &event), 0);
	rs_reader_state(r, &s);
	assert_int_equal(s.nr_unknown, 1);
	rs_reader_close(r);
	recording_remove(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rs_reader_gives_back_what_was_written),
		cmocka_unit_test(rs_reader_reads_every_whole_block_of_every_truncation),
		cmocka_unit_test(rs_reader_survives_every_changed_byte),
		cmocka_unit_test(rs_reader_refuses_what_is_no_recording),
		cmocka_unit_test(rs_writer_does_not_overwrite_unless_told),
		cmocka_unit_test(rs_reader_converts_records_of_another_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
