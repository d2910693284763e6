/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>

#include "recording.h"

/* What packs where there is no AVX2: the same bytes. */
#undef __x86_64__
#define rs_pack plain_pack
#define rs_pack_bound plain_pack_bound
#define rs_unpack plain_unpack
#include "../../src/trace/codec.c"
#undef rs_pack
#undef rs_pack_bound
#undef rs_unpack

size_t rs_pack_bound(size_t nr, size_t bytes);
size_t rs_pack(const struct rs_schema *schema, const struct rs_record *records, size_t nr, uint64_t *scratch, uint8_t *out,
	       size_t *ret_random);
int rs_unpack(const struct rs_schema *schema, const uint8_t *in, size_t len, bool has_firsts, struct rs_record **ret_records,
	      uint64_t **ret_bytes, size_t *ret_nr);

/* Packs @nr random records and unpacks them again; returns the packed length. */
static size_t roundtrip(uint64_t seed, size_t nr)
{
	struct rs_record *records = calloc(nr + 1, sizeof(*records)), *back;
	uint64_t *copies = malloc((nr + 1) * RS_MAX_RECORD), ts = 1000, *bytes;
	uint64_t *scratch = malloc(24 * (nr + 1));
	size_t i, total = 0, len, nr_back, random;
	struct rs_schema *schema;
	uint8_t *out, *plain;

	assert_int_equal(rs_schema_create(&schema), 0);
	for (i = 0; i < nr; i++) {
		uint64_t *buf = copies + i * (RS_MAX_RECORD / 8);

		records[i].hdr = random_record(&seed, schema, &ts, buf);
		records[i].cpu = unit_random(&seed) % 256;
		total += records[i].hdr->len;
	}
	out = malloc(rs_pack_bound(nr, total));
	len = rs_pack(schema, records, nr, scratch, out, &random);
	assert_true(len <= rs_pack_bound(nr, total));
	assert_int_equal(random, nr);
	plain = malloc(rs_pack_bound(nr, total));
	assert_int_equal(plain_pack(schema, records, nr, scratch, plain, &random), len);
	assert_memory_equal(out, plain, len);
	free(plain);
	assert_int_equal(rs_unpack(schema, out, len, true, &back, &bytes, &nr_back), 0);
	assert_int_equal(nr_back, nr);
	for (i = 0; i < nr; i++) {
		assert_int_equal(back[i].cpu, records[i].cpu);
		assert_memory_equal(back[i].hdr, records[i].hdr, records[i].hdr->len);
	}
	free(back);
	free(bytes);
	free(out);
	free(scratch);
	free(copies);
	free(records);
	rs_schema_destroy(schema);
	return len;
}

static void rs_unpack_gives_back_what_was_packed(void **state)
{
	uint64_t seed;

	(void)state;
	roundtrip(1, 0);
	roundtrip(2, 1);
	for (seed = 3; seed < 40; seed++)
		roundtrip(seed, seed * 7);
}

/* Every truncation and many changed bytes: never read beyond the end, never accept what is too long. */
static void rs_unpack_refuses_damage_and_survives_it(void **state)
{
	uint64_t seed = 7, ts = 0, buf[8][RS_MAX_RECORD / 8], scratch[24], *bytes;
	struct rs_record records[8], *back;
	struct rs_schema *schema;
	size_t i, len, nr, random;
	uint8_t *out, *copy;

	(void)state;
	assert_int_equal(rs_schema_create(&schema), 0);
	for (i = 0; i < 8; i++) {
		records[i].hdr = random_record(&seed, schema, &ts, buf[i]);
		records[i].cpu = i;
	}
	out = malloc(rs_pack_bound(8, sizeof(buf)));
	len = rs_pack(schema, records, 8, scratch, out, &random);
	for (i = 0; i < len; i++) {
		copy = malloc(i ? i : 1); /* exactly so long that a sanitizer sees one byte too many */
		memcpy(copy, out, i);
		assert_int_equal(rs_unpack(schema, copy, i, true, &back, &bytes, &nr), -EBADMSG);
		free(copy);
	}
	for (i = 0; i < 20000; i++) {
		size_t at = unit_random(&seed) % len;
		uint8_t was = out[at];

		out[at] = unit_random(&seed);
		if (rs_unpack(schema, out, len, true, &back, &bytes, &nr) == 0) {
			free(back);
			free(bytes);
		}
		out[at] = was;
	}
	free(out);
	rs_schema_destroy(schema);
}

static void rs_unpack_refuses_more_bytes_than_a_block_can_hold(void **state)
{
	/* 4 million records of the longest kind, all zero: short to write down, 4 GiB to unpack. */
	const uint32_t nr = 4u << 20;
	struct rs_schema *schema;
	struct rs_record *back;
	uint64_t *bytes;
	uint8_t *p, *payload = calloc(1, 2 * nr + 65536);
	uint16_t type = RS_EVENT_lru_gen_state, words;
	uint32_t one = 1;
	size_t n;

	(void)state;
	assert_int_equal(rs_schema_create(&schema), 0);
	words = schema->events[type].len / 8 - 2;
	p = payload;
	memcpy(p, &nr, 4);
	memcpy(p + 4, &one, 4);
	memcpy(p + 8, &type, 2);
	memcpy(p + 10, &words, 2);
	memcpy(p + 12, &nr, 4);
	assert_int_equal(rs_unpack(schema, payload, 16 + nr + 3 + words, false, &back, &bytes, &n), -EBADMSG);
	assert_int_equal(rs_unpack(schema, payload, 16 + 2 * nr + 2 * (3 + words), true, &back, &bytes, &n), -EBADMSG);
	free(payload);
	rs_schema_destroy(schema);
}

static void rs_pack_of_like_records_is_small(void **state)
{
	struct rs_event_shrink_inactive e = { .hdr = { .type = RS_EVENT_shrink_inactive, .len = sizeof(e) } };
	struct rs_event_shrink_inactive *all = calloc(1000, sizeof(e));
	struct rs_record records[1000];
	uint64_t scratch[3000];
	size_t random;
	struct rs_schema *schema;
	uint8_t *out = malloc(rs_pack_bound(1000, 1000 * sizeof(e)));
	int i;

	(void)state;
	assert_int_equal(rs_schema_create(&schema), 0);
	for (i = 0; i < 1000; i++) {
		e.hdr.ts_ns += 5000;
		e.nr_scanned = 32;
		e.nr_reclaimed = 30 + i % 3;
		all[i] = e;
		records[i] = (struct rs_record){ .cpu = 0, .hdr = &all[i].hdr };
	}
	/* Time, type, one counter that changes: a few bytes each, of 160. */
	assert_true(rs_pack(schema, records, 1000, scratch, out, &random) < 6 * 1000);
	free(out);
	free(all);
	rs_schema_destroy(schema);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rs_unpack_gives_back_what_was_packed),
		cmocka_unit_test(rs_unpack_refuses_damage_and_survives_it),
		cmocka_unit_test(rs_unpack_refuses_more_bytes_than_a_block_can_hold),
		cmocka_unit_test(rs_pack_of_like_records_is_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
