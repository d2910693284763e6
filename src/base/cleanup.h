/* SPDX-License-Identifier: GPL-2.0-only */
/* Scope guards: a resource is given up where its variable goes out of scope. */
#ifndef RS_BASE_CLEANUP_H
#define RS_BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((cleanup(f)))

/* Defines name##p(), which calls @destroy unless the pointer is NULL. */
#define RS_DEFINE_CLEANUP(type, destroy)                                                           \
	static inline void destroy##p(type *p)                                                     \
	{                                                                                          \
		if (*p)                                                                            \
			destroy(*p);                                                               \
	}

static inline void rs_freep(void *p)
{
	free(*(void **)p);
}

static inline void rs_closep(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

RS_DEFINE_CLEANUP(FILE *, fclose)
RS_DEFINE_CLEANUP(DIR *, closedir)

/* Hands the resource in @p to somebody else: its guard will do nothing. */
#define rs_take_ptr(p)                                                                             \
	({                                                                                         \
		__typeof__(p) taken_ = (p);                                                        \
		(p) = NULL;                                                                        \
		taken_;                                                                            \
	})

#define rs_take_fd(fd)                                                                             \
	({                                                                                         \
		int taken_ = (fd);                                                                 \
		(fd) = -1;                                                                         \
		taken_;                                                                            \
	})

#define RS_ARRAY_SIZE_OF(a) (sizeof(a) / sizeof((a)[0]))

#endif
