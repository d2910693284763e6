/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * seeds DIRECTORY [RECORDING...]: what fuzzing begins with. Recordings, given or made up, with their
 * blocks unpacked, so that a changed byte is a changed number and not a broken zstd frame. Of long
 * ones the beginning.
 */
#include <zstd.h>

#include "../../src/base/readfile.h"
#include "../../src/trace/format.h"
#include "../unit/recording.h"

static void put(FILE *out, const void *data, size_t len)
{
	if (fwrite(data, 1, len, out) != len)
		abort();
}

#define ENOUGH (384 * 1024)

/* Copies @from block by block, unpacked, without padding. */
static void inflate(const char *from, const char *to)
{
	static uint8_t raw[RS_BLOCK_MAX_RAW];
	size_t len, at = sizeof(struct rs_file_header);
	FILE *out = fopen(to, "w");
	char *data;

	if (!out || rs_read_file(from, &data, &len) || len < at) {
		fprintf(stderr, "seeds: cannot make %s of %s\n", to, from);
		exit(1);
	}
	put(out, data, at);
	while (at + sizeof(struct rs_block_header) <= len && ftell(out) < ENOUGH) {
		struct rs_block_header h;
		size_t n;

		memcpy(&h, data + at, sizeof(h));
		at += sizeof(h);
		if (h.magic != RS_BLOCK_MAGIC || at + h.stored_len > len)
			break;
		if (h.type != RS_BLOCK_PAD) {
			bool packed = h.flags & RS_BLOCK_ZSTD;

			n = packed ? ZSTD_decompress(raw, sizeof(raw), data + at, h.stored_len) : h.stored_len;
			if (ZSTD_isError(n))
				abort();
			h.flags &= ~RS_BLOCK_ZSTD;
			put(out, &h, sizeof(h));
			put(out, packed ? (void *)raw : data + at, n);
		}
		at += h.stored_len;
	}
	put(out, " ", 1); /* not an 'r' */
	fclose(out);
	free(data);
}

int main(int argc, char **argv)
{
	struct rs_schema *schemas[3];
	char to[512];
	int i, type;

	if (argc < 2)
		return 2;
	schemas[0] = small_schema();
	if (rs_schema_create(&schemas[1]) || rs_schema_create(&schemas[2]))
		return 1;
	/* Most seeds have what the report adds up, because a small file is mutated often. */
	for (type = 0; type < RS_NR_EVENTS; type++)
		switch (type) {
		case RS_EVENT_task:
		case RS_EVENT_zone_state:
		case RS_EVENT_reclaim_begin ... RS_EVENT_throttled:
		case RS_EVENT_kswapd_wake ... RS_EVENT_wakeup_kswapd_begin:
		case RS_EVENT_balance_pgdat_begin ... RS_EVENT_kswapd_fail:
		case RS_EVENT_isolate_nothing ... RS_EVENT_shrink_active:
		case RS_EVENT_shrink_slab:
		case RS_EVENT_workingset_eviction ... RS_EVENT_workingset_refault:
			break;
		default:
			schemas[1]->events[type].type = 0;
		}
	for (i = 0; i < 9; i++) {
		char *path = recording_path();

		recording_make(path, i + 1, i % 3 ? 60 : 30, schemas[i == 8 ? 2 : i % 2], i == 2 ? "summary" : "decisions");
		snprintf(to, sizeof(to), "%s/made-up-%d", argv[1], i);
		inflate(path, to);
		recording_remove(path);
	}
	for (i = 2; i < argc; i++) {
		snprintf(to, sizeof(to), "%s/recorded-%d", argv[1], i);
		inflate(argv[i], to);
	}
	return 0;
}
