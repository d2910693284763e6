/* SPDX-License-Identifier: GPL-2.0-only */
/* What the BTF of the running kernel says about functions, tracepoints and structs. */
#ifndef RS_KERNEL_BTF_H
#define RS_KERNEL_BTF_H

#include <stdbool.h>

#define RS_BTF_PATH "/sys/kernel/btf/vmlinux"

struct btf;
struct rs_btf;

struct rs_prototype {
	unsigned int id; /* of the function, or of the tracepoint's typedef */
	int nr_args;
	bool first_is_pointer; /* argument 0 */
};

/* Loads @path, NULL: RS_BTF_PATH. 0, -ENOMEM, or -ENODATA, said; rs_btf_destroy() frees. */
int rs_btf_create(const char *path, struct rs_btf **ret);
void rs_btf_destroy(struct rs_btf *btf);

/* false: not in BTF. Having BTF does not mean that there is code at the plain name: see kallsyms. */
bool rs_btf_function(const struct rs_btf *btf, const char *name, struct rs_prototype *ret);
/* Arguments of a BTF tracepoint, without the pointer to private data in front. */
bool rs_btf_tracepoint(const struct rs_btf *btf, const char *name, struct rs_prototype *ret);
/* Its number, 0: there is none. */
unsigned int rs_btf_struct(const struct rs_btf *btf, const char *name);
/* A member, also of anonymous structs within. */
bool rs_btf_has_member(const struct rs_btf *btf, const char *name, const char *member);
/* Bytes of a struct or typedef, 0 if it does not exist. */
long rs_btf_size(const struct rs_btf *btf, const char *name);
/*
 * Writes to @fd the BTF of those types whose names, but for a ___flavour, @like has as well, and of
 * what they hold by value: all that CO-RE can ask for on behalf of @like. libbpf goes through the
 * whole BTF for each type it relocates, and this one is a hundredth of the kernel's. 0 or -errno.
 */
int rs_btf_reduce(const struct rs_btf *btf, const struct btf *like, int fd);

#endif
