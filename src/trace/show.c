/* SPDX-License-Identifier: GPL-2.0-only */
#include "show.h"

#include <inttypes.h>
#include <string.h>

#include "../base/cleanup.h"
#include "../wire/capture.h"

struct bit {
	uint32_t mask;
	const char *name;
};

/* Bits of gfp_t that have kept their place from 5.10 to 7.2; bit 9 is __GFP_ATOMIC up to 6.1. */
static const struct bit gfp_bits[] = {
	{ 0x1, "DMA" },		 { 0x2, "HIGHMEM" },	   { 0x4, "DMA32" },	     { 0x8, "MOVABLE" },
	{ 0x10, "RECLAIMABLE" }, { 0x20, "HIGH" },	   { 0x40, "IO" },	     { 0x80, "FS" },
	{ 0x100, "ZERO" },	 { 0x200, "ATOMIC" },	   { 0x400, "DIRECT_RECLAIM" }, { 0x800, "KSWAPD_RECLAIM" },
	{ 0x1000, "WRITE" },	 { 0x2000, "NOWARN" },	   { 0x4000, "RETRY_MAYFAIL" }, { 0x8000, "NOFAIL" },
	{ 0x10000, "NORETRY" },	 { 0x20000, "MEMALLOC" },  { 0x40000, "COMP" },	     { 0x80000, "NOMEMALLOC" },
	{ 0x100000, "HARDWALL" }, { 0x200000, "THISNODE" }, { 0x400000, "ACCOUNT" },
};

/* The masks that callers write; the first that is contained names the request. */
static const struct bit gfp_names[] = {
	{ 0x100cca, "GFP_HIGHUSER_MOVABLE" }, { 0x100cc2, "GFP_HIGHUSER" }, { 0x100cc0, "GFP_USER" },
	{ 0xcc0, "GFP_KERNEL" },	      { 0xc40, "GFP_NOFS" },	    { 0xc00, "GFP_NOIO" },
	{ 0xa20, "GFP_ATOMIC" },	      { 0x820, "GFP_ATOMIC" },	    { 0x800, "GFP_NOWAIT" },
};

static const struct bit alloc_bits[] = {
	{ 0x4, "NO_WATERMARKS" }, { 0x8, "OOM" },	   { 0x10, "NON_BLOCK" }, { 0x20, "MIN_RESERVE" },
	{ 0x40, "CPUSET" },	  { 0x80, "CMA" },	   { 0x100, "NOFRAGMENT" }, { 0x200, "HIGHATOMIC" },
	{ 0x800, "KSWAPD" },
};

static const struct bit sc_bits[] = {
	{ RS_SC_DEACTIVATE_ANON, "deactivate_anon" },
	{ RS_SC_DEACTIVATE_FILE, "deactivate_file" },
	{ RS_SC_FORCE_DEACTIVATE, "force_deactivate" },
	{ RS_SC_SKIPPED_DEACTIVATE, "skipped_deactivate" },
	{ RS_SC_MAY_WRITEPAGE, "may_writepage" },
	{ RS_SC_MAY_UNMAP, "may_unmap" },
	{ RS_SC_MAY_SWAP, "may_swap" },
	{ RS_SC_PROACTIVE, "proactive" },
	{ RS_SC_MEMCG_LOW_RECLAIM, "memcg_low_reclaim" },
	{ RS_SC_MEMCG_LOW_SKIPPED, "memcg_low_skipped" },
	{ RS_SC_HIBERNATION_MODE, "hibernation_mode" },
	{ RS_SC_COMPACTION_READY, "compaction_ready" },
	{ RS_SC_CACHE_TRIM_MODE, "cache_trim_mode" },
	{ RS_SC_FILE_IS_TINY, "file_is_tiny" },
	{ RS_SC_NO_CACHE_TRIM_MODE, "no_cache_trim_mode" },
	{ RS_SC_CACHE_TRIM_MODE_FAILED, "cache_trim_mode_failed" },
	{ RS_SC_MEMCG_FULL_WALK, "memcg_full_walk" },
	{ RS_SC_CAN_DEMOTE, "can_demote" },
};

static const struct bit task_bits[] = {
	{ 0x800, "MEMALLOC" },
	{ 0x20000, "KSWAPD" },
	{ 0x200000, "KTHREAD" },
};

static const struct bit folio_bits[] = {
	{ RS_FOLIO_LOCKED, "locked" },	       { RS_FOLIO_REFERENCED, "referenced" },
	{ RS_FOLIO_DIRTY, "dirty" },	       { RS_FOLIO_LRU, "lru" },
	{ RS_FOLIO_ACTIVE, "active" },	       { RS_FOLIO_WORKINGSET, "workingset" },
	{ RS_FOLIO_SWAPCACHE, "swapcache" },   { RS_FOLIO_PRIVATE, "private" },
	{ RS_FOLIO_WRITEBACK, "writeback" },   { RS_FOLIO_HEAD, "head" },
	{ RS_FOLIO_RECLAIM, "reclaim" },       { RS_FOLIO_SWAPBACKED, "swapbacked" },
	{ RS_FOLIO_UNEVICTABLE, "unevictable" }, { RS_FOLIO_MLOCKED, "mlocked" },
	{ RS_FOLIO_ANON, "anon" },	       { RS_FOLIO_MAPPED, "mapped" },
};

/* Names of the bits that are set, joined by '|'; what has no name in hex. @other: bits to name nothing for. */
static void show_bits(const struct bit *bits, size_t n, uint32_t value, uint32_t other, char *buf, size_t size)
{
	size_t i, len = strlen(buf);

	value &= ~other;
	for (i = 0; i < n && len < size; i++) {
		if (!(value & bits[i].mask))
			continue;
		len += snprintf(buf + len, size - len, "%s%s", len ? "|" : "", bits[i].name);
		value &= ~bits[i].mask;
	}
	if (value && len < size)
		len += snprintf(buf + len, size - len, "%s%#x", len ? "|" : "", value);
	if (!len)
		snprintf(buf, size, "0");
}

const char *rs_show_gfp(uint32_t gfp, char *buf, size_t size)
{
	uint32_t named = 0;
	size_t i;

	buf[0] = 0;
	for (i = 0; i < RS_ARRAY_SIZE_OF(gfp_names); i++) {
		if ((gfp & gfp_names[i].mask) != gfp_names[i].mask)
			continue;
		named = gfp_names[i].mask;
		snprintf(buf, size, "%s", gfp_names[i].name);
		break;
	}
	if (gfp != named || !named)
		show_bits(gfp_bits, RS_ARRAY_SIZE_OF(gfp_bits), gfp, named, buf, size);
	return buf;
}

static void show_alloc_flags(uint32_t flags, char *buf, size_t size)
{
	static const char *const marks[] = { "MIN", "LOW", "HIGH", "PROMO" };

	buf[0] = 0;
	if (!(flags & 4))
		snprintf(buf, size, "%s", marks[flags & 3]);
	if (flags & ~3u)
		show_bits(alloc_bits, RS_ARRAY_SIZE_OF(alloc_bits), flags, 3, buf, size);
}

const char *rs_show_throttle(uint32_t reason)
{
	static const char *const names[RS_NR_THROTTLES] = {
		"WRITEBACK", "ISOLATED", "NOPROGRESS", "CONGESTED", "congestion_wait", "wait_iff_congested",
	};

	return reason < RS_NR_THROTTLES ? names[reason] : "?";
}

const char *rs_show_reclaim_kind(uint32_t kind)
{
	static const char *const names[RS_NR_RECLAIM_KINDS] = { "direct", "memcg", "softlimit", "node", "kswapd" };

	return kind < RS_NR_RECLAIM_KINDS ? names[kind] : "?";
}

static const char *show_lru(int lru)
{
	static const char *const names[] = { "inactive_anon", "active_anon", "inactive_file", "active_file", "unevictable" };

	return lru >= 0 && lru < RS_MAX_LRU ? names[lru] : "?";
}

const char *rs_show_zone(const struct rs_reader *reader, int nid, int zid, char *buf, size_t size)
{
	struct json_object *zones, *v;
	size_t i;

	if (json_object_object_get_ex(rs_reader_info(reader), "zones", &zones) &&
	    json_object_is_type(zones, json_type_array))
		for (i = 0; i < json_object_array_length(zones); i++) {
			struct json_object *z = json_object_array_get_idx(zones, i);

			if (!json_object_object_get_ex(z, "zone", &v) || json_object_get_int(v) != zid)
				continue;
			if (nid >= 0 && (!json_object_object_get_ex(z, "node", &v) || json_object_get_int(v) != nid))
				continue;
			if (json_object_object_get_ex(z, "name", &v) && json_object_is_type(v, json_type_string)) {
				rs_show_text(json_object_get_string(v), json_object_get_string_len(v), buf, size);
				return buf;
			}
		}
	snprintf(buf, size, "%d", zid);
	return buf;
}

const char *rs_show_cgroup(const struct rs_reader *reader, uint64_t id, char *buf, size_t size)
{
	struct json_object *name = rs_reader_name(reader, "cgroups", id);

	if (id == 0) {
		snprintf(buf, size, "-");
	} else if (name && json_object_is_type(name, json_type_string)) {
		rs_show_text(json_object_get_string(name), json_object_get_string_len(name), buf, size);
	} else {
		snprintf(buf, size, "cgroup:%" PRIu64, id);
	}
	return buf;
}

const char *rs_show_symbol(const struct rs_reader *reader, uint64_t offset, char *buf, size_t size)
{
	struct json_object *name = rs_reader_name(reader, "symbols", offset);

	if (name && json_object_is_type(name, json_type_string))
		rs_show_text(json_object_get_string(name), json_object_get_string_len(name), buf, size);
	else if (offset)
		snprintf(buf, size, "_stext+%#" PRIx64, offset);
	else
		snprintf(buf, size, "?");
	return buf;
}

void rs_show_text(const char *from, size_t len, char *buf, size_t size)
{
	size_t i, n = 0;

	for (i = 0; i < len && from[i] && n + 1 < size; i++)
		buf[n++] = (unsigned char)from[i] < ' ' || from[i] == 0x7f || (from[i] & 0x80) ? '?' : from[i];
	buf[n] = 0;
}

void rs_show_value(const struct rs_reader *reader, const struct rs_field *f, uint64_t value, char *buf, size_t size)
{
	static const char *const contexts[] = {
		"gauge", "balance_begin", "balance_end", "shrink_node", "pgdat_balanced", "allow_direct_reclaim",
		"set_watermarks",
	};
	static const char *const items[] = {
		"inactive_anon", "active_anon", "inactive_file", "active_file", "activate_anon", "activate_file",
	};
	static const char *const costs[] = { "lru_note_cost", "lru_note_cost", "lru_note_cost_unlock_irq" };
	static const char *const outcomes[] = { "gone", "kept", "activated" };
	const char *name = NULL;

	buf[0] = 0;
	/* A number whose address was hidden from the recorder; see RS_UNKNOWN. */
	if (value == RS_UNKNOWN && (f->kind == RS_KIND_PAGES || (f->kind == RS_KIND_NUM && f->size == 8))) {
		snprintf(buf, size, "?");
		return;
	}
	switch (f->kind) {
	case RS_KIND_HEX:
	case RS_KIND_ID:
		snprintf(buf, size, "%#" PRIx64, value);
		return;
	case RS_KIND_ZONE:
		name = rs_show_zone(reader, -1, value, buf, size);
		break;
	case RS_KIND_LRU:
		name = show_lru(value);
		break;
	case RS_KIND_GFP:
		rs_show_gfp(value, buf, size);
		return;
	case RS_KIND_ALLOC_FLAGS:
		show_alloc_flags(value, buf, size);
		return;
	case RS_KIND_SC_FLAGS:
		show_bits(sc_bits, RS_ARRAY_SIZE_OF(sc_bits), value, 0, buf, size);
		return;
	case RS_KIND_TASK_FLAGS:
		show_bits(task_bits, RS_ARRAY_SIZE_OF(task_bits), value & 0x220800, 0, buf, size);
		return;
	case RS_KIND_FOLIO_FLAGS:
		show_bits(folio_bits, RS_ARRAY_SIZE_OF(folio_bits), value, 0, buf, size);
		return;
	case RS_KIND_FOLIO_OUTCOME:
		name = value < RS_ARRAY_SIZE_OF(outcomes) ? outcomes[value] : "?";
		break;
	case RS_KIND_RECLAIM_KIND:
		name = rs_show_reclaim_kind(value);
		break;
	case RS_KIND_THROTTLE:
		name = rs_show_throttle(value);
		break;
	case RS_KIND_ZONE_CONTEXT:
		name = value < RS_ARRAY_SIZE_OF(contexts) ? contexts[value] : "?";
		break;
	case RS_KIND_LRUVEC_ITEM:
		name = value < RS_ARRAY_SIZE_OF(items) ? items[value] : "?";
		break;
	case RS_KIND_COST_SOURCE:
		name = value < RS_ARRAY_SIZE_OF(costs) ? costs[value] : "?";
		break;
	case RS_KIND_EVENT:
		name = value < RS_NR_EVENTS && rs_reader_schema(reader)->events[value].type ?
			       rs_reader_schema(reader)->events[value].name :
			       "?";
		break;
	case RS_KIND_CGROUP:
		rs_show_cgroup(reader, value, buf, size);
		return;
	case RS_KIND_SYM:
		rs_show_symbol(reader, value, buf, size);
		return;
	default:
		if (f->is_signed)
			snprintf(buf, size, "%" PRId64, (int64_t)value);
		else
			snprintf(buf, size, "%" PRIu64, value);
		return;
	}
	if (name != buf)
		snprintf(buf, size, "%s", name);
}

/* Element @i of a field, sign-extended. */
static uint64_t load(const struct rs_event_hdr *hdr, const struct rs_field *f, int i)
{
	uint64_t v = 0;

	memcpy(&v, (const uint8_t *)hdr + f->offset + i * f->size, f->size);
	if (f->is_signed && f->size < 8 && v >> (8 * f->size - 1) & 1)
		v |= ~0ULL << (8 * f->size);
	return v;
}

void rs_show_record(FILE *out, const struct rs_reader *reader, const struct rs_event *event, uint64_t origin_ns,
		    const char *comm)
{
	const struct rs_event_desc *d = &rs_reader_schema(reader)->events[event->hdr->type];
	uint64_t ns = event->hdr->ts_ns - origin_ns;
	char buf[512];
	int i, f;

	fprintf(out, "%6" PRIu64 ".%09" PRIu64 " [%03u] %s-%u %s:", ns / 1000000000, ns % 1000000000, event->cpu,
		comm && *comm ? comm : "?", event->hdr->tid, d->name);
	for (f = 0; f < d->nr_fields; f++) {
		const struct rs_field *field = &d->fields[f];

		if (field->kind == RS_KIND_PAD)
			continue;
		fprintf(out, " %s=", field->name);
		if (field->size == 1 && field->count > 1) {
			rs_show_text((const char *)event->hdr + field->offset, field->count, buf, sizeof(buf));
			fputs(buf, out);
			continue;
		}
		for (i = 0; i < field->count; i++) {
			rs_show_value(reader, field, load(event->hdr, field, i), buf, sizeof(buf));
			fprintf(out, "%s%s", i ? "," : "", buf);
		}
	}
	putc('\n', out);
}

static bool is_number_kind(enum rs_field_kind kind)
{
	return kind == RS_KIND_NUM || kind == RS_KIND_PAGES || kind == RS_KIND_NS || kind == RS_KIND_USEC ||
	       kind == RS_KIND_NODE || kind == RS_KIND_STACK;
}

static void put_value(struct rs_json *j, const char *key, const struct rs_reader *reader, const struct rs_field *f,
		      uint64_t value)
{
	char buf[512];

	if (value == RS_UNKNOWN && f->size == 8 && (f->kind == RS_KIND_PAGES || f->kind == RS_KIND_NUM)) {
		rs_json_null(j, key);
	} else if (f->kind == RS_KIND_BOOL) {
		rs_json_bool(j, key, value);
	} else if (is_number_kind(f->kind)) {
		if (f->is_signed)
			rs_json_i64(j, key, value);
		else
			rs_json_u64(j, key, value);
	} else {
		rs_show_value(reader, f, value, buf, sizeof(buf));
		rs_json_string(j, key, buf);
	}
}

void rs_show_record_json(FILE *out, const struct rs_reader *reader, const struct rs_event *event, const char *comm)
{
	const struct rs_event_desc *d = &rs_reader_schema(reader)->events[event->hdr->type];
	struct rs_json j;
	char text[RS_MAX_RECORD];
	int i, f;

	rs_json_init(&j, out);
	rs_json_object(&j, NULL);
	rs_json_u64(&j, "v", 1);
	rs_json_string(&j, "type", d->name);
	rs_json_u64(&j, "ts_ns", event->hdr->ts_ns);
	rs_json_u64(&j, "cpu", event->cpu);
	rs_json_u64(&j, "tid", event->hdr->tid);
	if (comm && *comm)
		rs_json_string(&j, "task", comm);
	for (f = 0; f < d->nr_fields; f++) {
		const struct rs_field *field = &d->fields[f];

		if (field->kind == RS_KIND_PAD)
			continue;
		if (field->size == 1 && field->count > 1) {
			snprintf(text, sizeof(text), "%.*s", field->count, (const char *)event->hdr + field->offset);
			rs_json_string(&j, field->name, text);
			continue;
		}
		if (field->count == 1) {
			put_value(&j, field->name, reader, field, load(event->hdr, field, 0));
			continue;
		}
		rs_json_array(&j, field->name);
		for (i = 0; i < field->count; i++)
			put_value(&j, NULL, reader, field, load(event->hdr, field, i));
		rs_json_end_array(&j);
	}
	rs_json_end_line(&j);
}
