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
#include "../kernel/setting.h"
#include "../trace/reader.h"

#define PAGE_BYTES 4096

enum kind { KIND_INT, KIND_UNSIGNED, KIND_U64, KIND_BOOL, KIND_BIT };

/* Names and pairs are those of src/kernel/setting.c; the ranges are what the kernel takes, harmful or not. */
static const struct row {
	const char *key;
	size_t offset;
	enum kind kind;
	int64_t low, high;
} rows[] = {
#define ROW(key, member, kind, low, high)                                    \
	{                                                                    \
		key, offsetof(struct rs_sim_config, member), kind, low, high \
	}
#define VM(name, kind, low, high) ROW("vm." #name, name, kind, low, high)
	VM(min_free_kbytes, KIND_INT, 0, INT32_MAX),
	VM(watermark_scale_factor, KIND_INT, 1, 3000),
	VM(watermark_boost_factor, KIND_INT, 0, INT32_MAX),
	VM(swappiness, KIND_INT, 0, 200),
	VM(vfs_cache_pressure, KIND_INT, 0, INT32_MAX),
	VM(zone_reclaim_mode, KIND_INT, 0, 7),
	VM(dirty_ratio, KIND_UNSIGNED, 0, 100),
	VM(dirty_background_ratio, KIND_UNSIGNED, 0, 100),
	VM(dirty_bytes, KIND_U64, 2 * PAGE_BYTES, INT64_MAX),
	VM(dirty_background_bytes, KIND_U64, 1, INT64_MAX),
	VM(dirty_expire_centisecs, KIND_UNSIGNED, 0, INT32_MAX),
	VM(dirty_writeback_centisecs, KIND_UNSIGNED, 0, INT32_MAX),
	VM(laptop_mode, KIND_BOOL, 0, INT32_MAX),
	/* bits: the first one is MGLRU, the others only make it cheaper */
	ROW("/sys/kernel/mm/lru_gen/enabled", lru_gen, KIND_BIT, 0, 7),
	ROW("/sys/kernel/mm/lru_gen/min_ttl_ms", min_ttl_ms, KIND_UNSIGNED, 0, INT32_MAX),
};

static const struct row *row_of(const char *key)
{
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE_OF(rows); i++)
		if (!strcmp(rows[i].key, key))
			return &rows[i];
	return NULL;
}

static void put(struct rs_sim_config *config, const struct row *row, int64_t value)
{
	char *at = (char *)config + row->offset;

	switch (row->kind) {
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
	case KIND_BIT:
		*(bool *)at = value & 1;
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
	return rs_fail(-EINVAL, "%s: %s", assignment, what);
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

/* As src/kernel/setting.c has it; "lru_gen.enabled" is understood like "lru_gen/enabled". */
static const struct rs_setting *setting_of(const char *name)
{
	char path[96];

	if (strncmp(name, "lru_gen.", 8))
		return rs_setting_find(name);
	snprintf(path, sizeof(path), "lru_gen/%s", name + 8);
	return rs_setting_find(path);
}

bool rs_setting_is_known(const char *key)
{
	const struct rs_setting *setting = setting_of(key);

	return (setting && row_of(setting->key)) || !strcmp(key, "ram") || !strcmp(key, "swap");
}

/* "100" or, as the kernel prints bits, "0x0007". */
static bool parse_number(const char *value, int64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoll(value, &end, !strncmp(value, "0x", 2) ? 16 : 10);
	return end != value && !*end && !errno;
}

static int set_row(const char *assignment, const struct rs_setting *setting, const char *value,
		   struct rs_sim_config *config)
{
	const struct row *row = row_of(setting->key);
	int64_t number;

	if (!row)
		return rs_fail(-EINVAL, "%s: %s cannot be simulated", assignment, setting->key);
	if (!parse_number(value, &number))
		return bad(assignment, "must be a whole number");
	if (number < row->low || number > row->high)
		return rs_fail(-EINVAL, "%s: must be from %lld to %lld, which is what the kernel takes", assignment,
			      (long long)row->low, (long long)row->high);
	put(config, row, number);
	if (setting->counterpart)
		put(config, row_of(setting->counterpart), 0);
	return 0;
}

void rs_settings_recorded(struct json_object *settings, struct rs_sim_config *config)
{
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE_OF(rows); i++) {
		const char *text = json_object_get_string(rs_info_member(settings, rows[i].key));
		int64_t value;

		if (text && parse_number(text, &value))
			put(config, &rows[i], value);
	}
}

int rs_setting_apply(const char *assignment, struct rs_sim_config *config)
{
	const char *equals = strchr(assignment, '='), *value;
	const struct rs_setting *setting;
	char name[96];

	if (!equals || equals == assignment)
		return bad(assignment, "must be KEY=VALUE");
	if (!strncmp(assignment, "cgroup:", 7))
		return bad(
			assignment,
			"no cgroup's limits can be tried: a recording does not tell which memory belongs to which cgroup");
	snprintf(name, sizeof(name), "%.*s", (int)(equals - assignment), assignment);
	value = equals + 1;
	if (!strcmp(name, "ram"))
		return set_ram(assignment, value, config);
	if (!strcmp(name, "swap")) {
		if (size_of(value, config->swap_pages, &config->swap_pages))
			return bad(assignment, "must be a size such as 2G, +512M or -25%");
		return 0;
	}
	setting = setting_of(name);
	return setting ? set_row(assignment, setting, value, config)
		       : bad(assignment, "no such setting; see the manual for those that can be simulated");
}

int rs_setting_parse_sweep(const char *text, struct rs_setting_sweep *ret)
{
	const char *equals = strchr(text, '=');
	int n = -1;

	if (!equals || equals == text || equals - text >= (int)sizeof(ret->key) ||
	    sscanf(equals + 1, "%lf:%lf:%u%n", &ret->low, &ret->high, &ret->nr, &n) != 3 || equals[1 + n] ||
	    !(ret->low < ret->high) || ret->nr < 2 || ret->nr > RS_SWEEP_MAX)
		return rs_fail(-EINVAL, "%s: must be KEY=LOW:HIGH:N with 2 to %d values", text, RS_SWEEP_MAX);
	snprintf(ret->key, sizeof(ret->key), "%.*s", (int)(equals - text), text);
	return 0;
}

void rs_setting_of_sweep(const struct rs_setting_sweep *sweep, unsigned int i, char *ret, size_t size)
{
	double value = sweep->low + (sweep->high - sweep->low) * i / (sweep->nr - 1);

	snprintf(ret, size, "%s=%.0f", sweep->key, value);
}
