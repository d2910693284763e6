/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays that grow. */
#ifndef RS_BASE_GROW_H
#define RS_BASE_GROW_H

#include <stdbool.h>
#include <stdlib.h>

/* Makes room for one more in @array, which holds @nr of @room: for @first to begin with, then for twice as many. False: no memory. */
#define RS_MAKE_ROOM(array, nr, room, first)                                                       \
	({                                                                                         \
		bool made_ = true;                                                                 \
		if ((nr) == (room)) {                                                              \
			__typeof__(room) more_ = (room) ? 2 * (room) : (first);                    \
			void *bigger_ = reallocarray(array, more_, sizeof(*(array)));              \
			made_ = bigger_;                                                           \
			if (made_) {                                                               \
				(array) = bigger_;                                                 \
				(room) = more_;                                                    \
			}                                                                          \
		}                                                                                  \
		made_;                                                                             \
	})

#endif
