/* SPDX-License-Identifier: GPL-2.0-only */
/* Hash tables: finding an entry by a member of it, or adding one. */
#ifndef RS_BASE_TABLE_H
#define RS_BASE_TABLE_H

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* Finds the entry whose @member is @keyvalue, or adds it: the other members as given (".priority = -1"), or 0. NULL: no memory. */
#define RS_FIND_OR_ADD(table, type, member, keyvalue, ...)                                         \
	({                                                                                         \
		_Static_assert(sizeof(((type *)0)->member) == sizeof(keyvalue), "the whole key");  \
		type *entry_;                                                                      \
		HASH_FIND(hh, table, &(keyvalue), sizeof(keyvalue), entry_);                       \
		if (!entry_) {                                                                     \
			entry_ = malloc(sizeof(*entry_));                                          \
			if (entry_) {                                                              \
				*entry_ = (type){ __VA_ARGS__ };                                   \
				memcpy(&entry_->member, &(keyvalue), sizeof(keyvalue));            \
				HASH_ADD(hh, table, member, sizeof(keyvalue), entry_);             \
			}                                                                          \
		}                                                                                  \
		entry_;                                                                            \
	})

#define RS_FREE_TABLE(table, type)                                                                 \
	do {                                                                                       \
		type *entry_, *next_;                                                              \
		HASH_ITER(hh, table, entry_, next_)                                                \
		{                                                                                  \
			HASH_DEL(table, entry_);                                                   \
			free(entry_);                                                              \
		}                                                                                  \
	} while (0)

#endif
