/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libFuzzer's way in: bytes as a recording, for take(), which a harness defines. Checksums would keep
 * nearly every mutation out of all but the first lines, so they, and the lengths of the blocks, are
 * put right first; but for an input that ends with an 'r', which is taken as it is.
 */
#ifndef RS_TESTS_RECORDING_INPUT_H
#define RS_TESTS_RECORDING_INPUT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "../../src/base/log.h"
#include "../../src/trace/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads the recording at @path in all ways, and prints into @out. */
static void take(const char *path, FILE *out);

/* Where the next block header begins, or the end. */
static size_t next_block(const uint8_t *data, size_t size, size_t at)
{
	const uint32_t magic = RS_BLOCK_MAGIC;
	const uint8_t *hit = at < size ? memmem(data + at, size - at, &magic, sizeof(magic)) : NULL;

	return hit ? (size_t)(hit - data) : size;
}

static void put_right(uint8_t *data, size_t size)
{
	struct rs_file_header *file = (struct rs_file_header *)data;
	size_t at, next;

	if (size < sizeof(*file))
		return;
	memcpy(file->magic, RS_FILE_MAGIC, sizeof(file->magic));
	file->endian = RS_FILE_ENDIAN;
	file->crc = crc32(0, data, offsetof(struct rs_file_header, crc));
	for (at = next_block(data, size, sizeof(*file)); at + sizeof(struct rs_block_header) <= size; at = next) {
		struct rs_block_header h;

		memcpy(&h, data + at, sizeof(h));
		next = next_block(data, size, at + sizeof(h));
		h.stored_len = next - at - sizeof(h);
		if (!(h.flags & RS_BLOCK_ZSTD))
			h.raw_len = h.stored_len;
		h.payload_crc = crc32(0, data + at + sizeof(h), h.stored_len);
		h.header_crc = crc32(0, (const uint8_t *)&h, offsetof(struct rs_block_header, header_crc));
		memcpy(data + at, &h, sizeof(h));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	static uint8_t *copy;
	static size_t room;
	char path[32];
	int fd;

	if (!nowhere) {
		nowhere = fopen("/dev/null", "w");
		rs_log_set_level(RS_LOG_ERROR);
		if (!nowhere)
			abort();
	}
	if (size > room) {
		free(copy);
		room = size;
		copy = malloc(room);
		if (!copy)
			abort();
	}
	if (size)
		memcpy(copy, data, size);
	if (!size || data[size - 1] != 'r')
		put_right(copy, size);
	fd = memfd_create("recording", MFD_CLOEXEC);
	if (fd < 0 || write(fd, copy, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	take(path, nowhere);
	close(fd);
	return 0;
}

#endif
