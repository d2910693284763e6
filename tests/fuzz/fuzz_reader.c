/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything that shows a recording. */
#include "../unit/everything.h"
#include "recording_input.h"

static void take(const char *path, FILE *out)
{
	print_everything(path, out);
}
