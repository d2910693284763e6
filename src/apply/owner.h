/* SPDX-License-Identifier: GPL-2.0-only */
/* Who else manages a setting on this host: files that are applied at boot, tuned's profile, daemons that write it. */
#ifndef RS_APPLY_OWNER_H
#define RS_APPLY_OWNER_H

#include <stdbool.h>
#include <stddef.h>

#include "../kernel/setting.h"

/* True, and in @who the owner with its evidence, if @setting is managed by somebody else. @root as in rs_setting_read(). */
bool rs_setting_owner(const struct rs_setting *setting, const char *root, char *who, size_t size);

#endif
