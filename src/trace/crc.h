/* SPDX-License-Identifier: GPL-2.0-only */
/* CRC-32 as zlib has it, sixteen bytes at a time where the CPU multiplies without carries. */
#ifndef RS_TRACE_CRC_H
#define RS_TRACE_CRC_H

#include <stddef.h>
#include <stdint.h>

uint32_t rs_crc32(const void *data, size_t len);

#endif
