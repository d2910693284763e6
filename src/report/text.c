/* SPDX-License-Identifier: GPL-2.0-only */
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *rs_text_ns(uint64_t ns, char buf[16])
{
	if (ns < 1000)
		snprintf(buf, 16, "%" PRIu64 " ns", ns);
	else if (ns < 1000000)
		snprintf(buf, 16, "%.1f us", ns / 1e3);
	else if (ns < 1000000000)
		snprintf(buf, 16, "%.1f ms", ns / 1e6);
	else
		snprintf(buf, 16, "%.2f s", ns / 1e9);
	return buf;
}

const char *rs_text_pages(uint64_t pages, char buf[16])
{
	double mib = pages * 4096.0 / (1 << 20);

	if (mib < 10)
		snprintf(buf, 16, "%.0f KiB", pages * 4.0);
	else if (mib < 10240)
		snprintf(buf, 16, "%.0f MiB", mib);
	else
		snprintf(buf, 16, "%.1f GiB", mib / 1024);
	return buf;
}

/* The last part of a long path says more than its beginning. */
const char *rs_text_tail(const char *text, size_t width, char *buf, size_t size)
{
	size_t len = strlen(text);

	if (len <= width)
		snprintf(buf, size, "%s", text);
	else
		snprintf(buf, size, "...%s", text + len - width + 3);
	return buf;
}

/* Never above 100 %: where the kernel's own counts would give more, there is no such number. */
const char *rs_text_percent(uint64_t part, uint64_t whole, char buf[16])
{
	if (!whole || part > whole)
		snprintf(buf, 16, "-");
	else
		snprintf(buf, 16, "%.1f %%", 100.0 * part / whole);
	return buf;
}
