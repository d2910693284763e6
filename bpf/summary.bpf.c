/* SPDX-License-Identifier: GPL-2.0-only */
/* The object of mode summary: a tenth of the other one, as it has no program on a function, and so is opened in no time. */
#define RS_SUMMARY
#pragma clang diagnostic ignored "-Wunused-function"
#include "reclaimscope.bpf.c"
