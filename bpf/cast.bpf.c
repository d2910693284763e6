/* SPDX-License-Identifier: GPL-2.0-only */
/* The object of all families for kernels that have bpf_rdonly_cast(), and let kernel memory be read. */
#define RS_CAST
#include "reclaimscope.bpf.c"
