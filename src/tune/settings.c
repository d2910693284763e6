/* SPDX-License-Identifier: GPL-2.0-only */
#include "settings.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/cleanup.h"
#include "../base/log.h"

#define PAGE_BYTES 4096

enum kind { KIND_INT, KIND_UNSIGNED, KIND_U64, KIND_BOOL };

/* The ranges are those of the kernel's own handlers. */
static const struct {
	const char *key;
	size_t offset;
	enum kind kind;
	int64_t low, high;
	size_t clears; /* the other of a pair, which the kernel sets to 0: an offset */
	enum kind clears_kind;
} keys[] = {
#define KEY(key, member, kind, low, high)                                                 \
	{                                                                                 \
		key, offsetof(struct rs_sim_config, member), kind, low, high, 0, KIND_INT \
	}
#define PAIR(key, member, kind, low, high, other, other_kind)                                                        \
	{                                                                                                            \
		key, offsetof(struct rs_sim_config, member), kind, low, high, offsetof(struct rs_sim_config, other), \
			other_kind                                                                                   \
	}
	KEY("min_free_kbytes", min_free_kbytes, KIND_INT, 0, INT32_MAX),
	KEY("watermark_scale_factor", watermark_scale_factor, KIND_INT, 1, 3000),
	KEY("watermark_boost_factor", watermark_boost_factor, KIND_INT, 0, INT32_MAX),
	KEY("swappiness", swappiness, KIND_INT, 0, 200),
	KEY("vfs_cache_pressure", vfs_cache_pressure, KIND_INT, 0, INT32_MAX),
	KEY("zone_reclaim_mode", zone_reclaim_mode, KIND_INT, 0, 7),
	PAIR("dirty_ratio", dirty_ratio, KIND_UNSIGNED, 0, 100, dirty_bytes, KIND_U64),
	PAIR("dirty_background_ratio", dirty_background_ratio, KIND_UNSIGNED, 0, 100, dirty_background_bytes, KIND_U64),
	PAIR("dirty_bytes", dirty_bytes, KIND_U64, 2 * PAGE_BYTES, INT64_MAX, dirty_ratio, KIND_UNSIGNED),
	PAIR("dirty_background_bytes", dirty_background_bytes, KIND_U64, 1, INT64_MAX, dirty_background_ratio,
	     KIND_UNSIGNED),
	KEY("dirty_expire_centisecs", dirty_expire_centisecs, KIND_UNSIGNED, 0, INT32_MAX),
	KEY("dirty_writeback_centisecs", dirty_writeback_centisecs, KIND_UNSIGNED, 0, INT32_MAX),
	KEY("laptop_mode", laptop_mode, KIND_BOOL, 0, 1),
	KEY("lru_gen.enabled", lru_gen, KIND_BOOL, 0, 1),
	KEY("lru_gen.min_ttl_ms", min_ttl_ms, KIND_UNSIGNED, 0, INT32_MAX),
};

static void put(struct rs_sim_config *config, size_t offset, enum kind kind, int64_t value)
{
	char *at = (char *)config + offset;

	switch (kind) {
	case KIND_INT:
		*(int *)at = value;
		break;
	case KIND_UNSIGNED:
		*(unsigned int *)at = value;
		break;
	case KIND_U64:
		*(uint64_t *)at = value;
		break;
	case KIND_BOOL:
		*(bool *)at = value;
		break;
	}
}

/* "512M", "+1G", "-25%", of @now pages. -EINVAL: no size. */
static int size_of(const char *text, uint64_t now, uint64_t *ret)
{
	double value, sign = *text == '-' ? -1 : 1;
	bool relative = *text == '-' || *text == '+';
	const char *number = text + relative;
	char *end;

	if (!isdigit((unsigned char)*number))
		return -EINVAL;
	value = strtod(number, &end);
	switch (*end) {
	case '%':
		if (!relative)
			return -EINVAL;
		value *= now / 100.0;
		break;
	case 'k':
	case 'K':
		value *= 1024.0 / PAGE_BYTES;
		break;
	case 'm':
	case 'M':
		value *= 1048576.0 / PAGE_BYTES;
		break;
	case 'g':
	case 'G':
		value *= 1073741824.0 / PAGE_BYTES;
		break;
	default:
		return -EINVAL;
	}
	if (end[1])
		return -EINVAL;
	value = relative ? now + sign * value : value;
	if (value < 0 || value >= RS_SIM_MAX_PAGES)
		return -EINVAL;
	*ret = value;
	return 0;
}

static int bad(const char *assignment, const char *what)
{
	return rs_err(-EINVAL, "%s: %s", assignment, what);
}

/* The zones keep their shares. */
static int set_ram(const char *assignment, const char *value, struct rs_sim_config *c)
{
	uint64_t now = 0, wanted;
	unsigned int i;

	for (i = 0; i < c->nr_zones; i++)
		now += c->zones[i].managed_pages;
	if (size_of(value, now, &wanted) || !now || wanted < now / 8)
		return bad(assignment,
			   "must be a size such as 2G, +512M or -25%, and leave an eighth of what there is");
	for (i = 0; i < c->nr_zones; i++)
		c->zones[i].managed_pages = (double)c->zones[i].managed_pages * wanted / now;
	return 0;
}

static const char *without_vm(const char *key)
{
	return strncmp(key, "vm.", 3) ? key : key + 3;
}

bool rs_setting_is_known(const char *key)
{
	size_t i;

	key = without_vm(key);
	for (i = 0; i < RS_ARRAY_SIZE_OF(keys); i++)
		if (!strcmp(keys[i].key, key))
			return true;
	return !strcmp(key, "ram") || !strcmp(key, "swap");
}

int rs_setting_apply(const char *assignment, struct rs_sim_config *config)
{
	const char *equals = strchr(assignment, '='), *key = without_vm(assignment), *value;
	size_t len, i;
	int64_t number;
	char *end;

	if (!equals)
		return bad(assignment, "must be KEY=VALUE");
	len = equals - key;
	value = equals + 1;
	if (len == 3 && !strncmp(key, "ram", 3))
		return set_ram(assignment, value, config);
	if (len == 4 && !strncmp(key, "swap", 4)) {
		if (size_of(value, config->swap_pages, &config->swap_pages))
			return bad(assignment, "must be a size such as 2G, +512M or -25%");
		return 0;
	}
	for (i = 0; i < RS_ARRAY_SIZE_OF(keys); i++) {
		if (strlen(keys[i].key) != len || strncmp(keys[i].key, key, len))
			continue;
		errno = 0;
		number = strtoll(value, &end, 10);
		if (end == value || *end || errno || number < keys[i].low || number > keys[i].high)
			return rs_err(-EINVAL, "%s: must be a number from %lld to %lld", assignment,
				      (long long)keys[i].low, (long long)keys[i].high);
		put(config, keys[i].offset, keys[i].kind, number);
		if (keys[i].clears)
			put(config, keys[i].clears, keys[i].clears_kind, 0);
		return 0;
	}
	return bad(assignment, "no such setting; see the manual for those that can be simulated");
}

int rs_setting_parse_sweep(const char *text, struct rs_setting_sweep *ret)
{
	const char *equals = strchr(text, '=');
	int n = -1;

	if (!equals || equals == text || equals - text >= (int)sizeof(ret->key) ||
	    sscanf(equals + 1, "%lf:%lf:%u%n", &ret->low, &ret->high, &ret->nr, &n) != 3 || equals[1 + n] ||
	    !(ret->low < ret->high) || ret->nr < 2 || ret->nr > RS_SWEEP_MAX)
		return rs_err(-EINVAL, "%s: must be KEY=LOW:HIGH:N with 2 to %d values", text, RS_SWEEP_MAX);
	snprintf(ret->key, sizeof(ret->key), "%.*s", (int)(equals - text), text);
	return 0;
}

void rs_setting_of_sweep(const struct rs_setting_sweep *sweep, unsigned int i, char *ret, size_t size)
{
	double value = sweep->low + (sweep->high - sweep->low) * i / (sweep->nr - 1);

	snprintf(ret, size, "%s=%.0f", sweep->key, value);
}
