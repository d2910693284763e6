/* SPDX-License-Identifier: GPL-2.0-only */
/* Hash tables whose entries have a member `key`. */
#ifndef RS_REPORT_TABLE_H
#define RS_REPORT_TABLE_H

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* Finds or makes the entry with this key. NULL: no memory. */
#define RS_FIND_OR_ADD(table, type, keyvalue)                                                      \
	({                                                                                         \
		type *entry_;                                                                      \
		HASH_FIND(hh, table, &(keyvalue), sizeof(keyvalue), entry_);                       \
		if (!entry_) {                                                                     \
			entry_ = calloc(1, sizeof(*entry_));                                       \
			if (entry_) {                                                              \
				memcpy(&entry_->key, &(keyvalue), sizeof(keyvalue));               \
				HASH_ADD(hh, table, key, sizeof(keyvalue), entry_);                \
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
