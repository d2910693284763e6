/* SPDX-License-Identifier: GPL-2.0-only */
#include "mentions.h"

#include <inttypes.h>
#include <stdlib.h>

#include "../base/cleanup.h"
#include "../base/json.h"
#include "../kernel/cgroup.h"
#include "../kernel/kallsyms.h"

static void note_symbol(struct rs_mentions *m, uint64_t offset)
{
	unsigned int i;

	for (i = 0; i < m->nr_symbols; i++)
		if (m->symbols[i] == offset)
			return;
	if (offset && m->nr_symbols < RS_MAX_SYMBOLS)
		m->symbols[m->nr_symbols++] = offset;
}

static void note_stack(struct rs_mentions *m, int32_t id)
{
	if (id >= 0 && id < RS_MAX_STACKS)
		m->stacks[id] = true;
}

void rs_mentions_note(struct rs_mentions *mentions, const struct rs_record *records, size_t nr)
{
	/* Most records mention nothing. */
	static const bool mentioning[RS_NR_EVENTS] = {
		[RS_EVENT_shrink_slab] = true, [RS_EVENT_reclaim_begin] = true, [RS_EVENT_wakeup_kswapd] = true,
	};
	size_t i;

#pragma GCC unroll 4
	for (i = 0; i < nr; i++) {
		const struct rs_event_hdr *hdr = records[i].hdr;

		if (!mentioning[hdr->type])
			continue;
		if (hdr->type == RS_EVENT_shrink_slab)
			note_symbol(mentions, ((const struct rs_event_shrink_slab *)hdr)->shrinker);
		else if (hdr->type == RS_EVENT_reclaim_begin)
			note_stack(mentions, ((const struct rs_event_reclaim_begin *)hdr)->stack);
		else if (hdr->type == RS_EVENT_wakeup_kswapd)
			note_stack(mentions, ((const struct rs_event_wakeup_kswapd *)hdr)->stack);
	}
}

static void put_cgroup(void *ctx, uint64_t id, const char *path)
{
	char key[24];

	snprintf(key, sizeof(key), "%" PRIu64, id);
	rs_json_string(ctx, key, path);
}

static void put_symbols(struct rs_json *j, const struct rs_mentions *m, const struct rs_kernel *kernel)
{
	_cleanup_(rs_freep) struct rs_address *addrs = calloc(m->nr_symbols + 1, sizeof(*addrs));
	uint64_t stext = rs_kernel_address(kernel, "_stext");
	unsigned int i;
	char key[24];

	rs_json_object(j, "symbols");
	for (i = 0; addrs && i < m->nr_symbols; i++)
		addrs[i].addr = stext + m->symbols[i];
	if (addrs && stext && !rs_kallsyms_resolve(addrs, m->nr_symbols))
		for (i = 0; i < m->nr_symbols; i++) {
			snprintf(key, sizeof(key), "%" PRId64, (int64_t)(addrs[i].addr - stext));
			if (addrs[i].start == addrs[i].addr)
				rs_json_string(j, key, addrs[i].name);
		}
	rs_json_end_object(j);
}

/* Call chains as lists of names, innermost first. The addresses stay here. */
static void put_stacks(struct rs_json *j, const struct rs_mentions *m, struct rs_capture *capture)
{
	_cleanup_(rs_freep) struct rs_address *addrs = calloc(RS_MAX_STACKS * RS_MAX_STACK, sizeof(*addrs));
	unsigned int id, i, n, nr = 0;
	uint64_t chain[RS_MAX_STACK];
	char key[24];

	rs_json_object(j, "stacks");
	for (id = 0; addrs && id < RS_MAX_STACKS; id++) {
		if (!m->stacks[id])
			continue;
		n = rs_capture_stack(capture, id, chain);
		for (i = 0; i < n; i++)
			addrs[nr++].addr = chain[i];
	}
	if (nr && !rs_kallsyms_resolve(addrs, nr))
		for (id = 0; id < RS_MAX_STACKS; id++) {
			if (!m->stacks[id])
				continue;
			n = rs_capture_stack(capture, id, chain);
			snprintf(key, sizeof(key), "%u", id);
			rs_json_array(j, key);
			for (i = 0; i < n; i++) {
				/* Sorted by address now. */
				unsigned int lo = 0, hi = nr;

				while (lo + 1 < hi) {
					unsigned int mid = (lo + hi) / 2;

					if (addrs[mid].addr <= chain[i])
						lo = mid;
					else
						hi = mid;
				}
				rs_json_string(j, NULL, addrs[lo].name[0] ? addrs[lo].name : "?");
			}
			rs_json_end_array(j);
		}
	rs_json_end_object(j);
}

void rs_mentions_describe(FILE *out, const struct rs_mentions *mentions, const struct rs_kernel *kernel,
			  struct rs_capture *capture)
{
	struct rs_cgroup_mount mount;
	struct rs_json j;

	rs_json_init(&j, out);
	rs_json_object(&j, NULL);
	rs_json_object(&j, "cgroups");
	if (!rs_cgroup_mount(&mount))
		rs_cgroup_each(&mount, put_cgroup, &j);
	rs_json_end_object(&j);
	if (mentions && mentions->nr_symbols)
		put_symbols(&j, mentions, kernel);
	if (mentions && rs_capture_has_stacks(capture))
		put_stacks(&j, mentions, capture);
	rs_json_end_object(&j);
}
