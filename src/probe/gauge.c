/* SPDX-License-Identifier: GPL-2.0-only */
#include "gauge.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>

#include "../base/cleanup.h"
#include "../base/log.h"
#include "../base/readfile.h"
#include "../kernel/zoneinfo.h"
#include "../wire/capture.h"

#define MAX_ZONES 256
#define MAX_NODES 64

enum { ZONEINFO, VMSTAT, NR_FILES };

static const char *const paths[NR_FILES] = { "/proc/zoneinfo", "/proc/vmstat" };

struct rs_gauge {
	int fds[NR_FILES];
	char *text;
	size_t room;
	struct rs_zoneinfo zones[MAX_ZONES];
	struct rs_event_node_state nodes[MAX_NODES];
};

/* A file's name of a value, and where it goes. */
struct place {
	const char *name;
	size_t offset;
};

#define NODE_PLACE(name, member) { name, offsetof(struct rs_event_node_state, member) }
#define VM_PLACE(name, member) { name, offsetof(struct rs_event_vm_state, member) }

static const struct place node_places[] = {
	NODE_PLACE("nr_inactive_anon", inactive_anon),
	NODE_PLACE("nr_active_anon", active_anon),
	NODE_PLACE("nr_inactive_file", inactive_file),
	NODE_PLACE("nr_active_file", active_file),
	NODE_PLACE("nr_unevictable", unevictable),
	NODE_PLACE("nr_isolated_anon", isolated_anon),
	NODE_PLACE("nr_isolated_file", isolated_file),
	NODE_PLACE("nr_anon_pages", anon_mapped),
	NODE_PLACE("nr_mapped", file_mapped),
	NODE_PLACE("nr_file_pages", file_pages),
	NODE_PLACE("nr_dirty", file_dirty),
	NODE_PLACE("nr_writeback", writeback),
	NODE_PLACE("nr_slab_reclaimable", slab_reclaimable),
	NODE_PLACE("nr_slab_unreclaimable", slab_unreclaimable),
};

static const struct place vm_places[] = {
	VM_PLACE("pswpin", pswpin),
	VM_PLACE("pswpout", pswpout),
	VM_PLACE("pgalloc_dma", pgalloc[0]),
	VM_PLACE("pgalloc_dma32", pgalloc[1]),
	VM_PLACE("pgalloc_normal", pgalloc[2]),
	VM_PLACE("pgalloc_movable", pgalloc[3]),
	VM_PLACE("pgfree", pgfree),
	VM_PLACE("pgfault", pgfault),
	VM_PLACE("pgmajfault", pgmajfault),
	VM_PLACE("pgsteal_kswapd", pgsteal_kswapd),
	VM_PLACE("pgsteal_direct", pgsteal_direct),
	VM_PLACE("oom_kill", oom_kill),
};

static void put(void *record, const struct place *places, size_t n, const char *name, uint64_t value)
{
	size_t i;

	for (i = 0; i < n; i++)
		/* All have four letters at least, and most differ in one of these. */
		if (places[i].name[2] == name[2] && places[i].name[3] == name[3] && !strcmp(places[i].name, name)) {
			memcpy((char *)record + places[i].offset, &value, sizeof(value));
			return;
		}
}

void rs_gauge_close(struct rs_gauge *g)
{
	int i;

	if (!g)
		return;
	for (i = 0; i < NR_FILES; i++)
		rs_closep(&g->fds[i]);
	free(g->text);
	free(g);
}

RS_DEFINE_CLEANUP(struct rs_gauge *, rs_gauge_close)

int rs_gauge_open(struct rs_gauge **ret)
{
	_cleanup_(rs_gauge_closep) struct rs_gauge *g = calloc(1, sizeof(*g));
	size_t len;
	int i, err;

	if (!g)
		return rs_err(-ENOMEM, "gauge");
	for (i = 0; i < NR_FILES; i++)
		g->fds[i] = -1;
	for (i = 0; i < NR_FILES; i++) {
		_cleanup_(rs_freep) char *text = NULL;

		err = rs_read_file(paths[i], &text, &len);
		if (err)
			return rs_err(err, "%s: cannot read", paths[i]);
		g->fds[i] = open(paths[i], O_RDONLY | O_CLOEXEC);
		if (g->fds[i] < 0)
			return rs_err(-errno, "%s: cannot open", paths[i]);
		/* The numbers grow, and zones come and go. */
		if (2 * len + 4096 > g->room)
			g->room = 2 * len + 4096;
	}
	g->text = malloc(g->room);
	if (!g->text)
		return rs_err(-ENOMEM, "gauge");
	*ret = rs_take_ptr(g);
	return 0;
}

static int read_text(struct rs_gauge *g, int file)
{
	size_t len = 0;
	ssize_t n;

	while ((n = pread(g->fds[file], g->text + len, g->room - len - 1, len)) > 0)
		len += n;
	if (n < 0)
		return -errno;
	if (len >= g->room - 1)
		return -E2BIG;
	g->text[len] = 0;
	return 0;
}

static void *begin(void *record, size_t size, uint16_t type, uint64_t now_ns)
{
	struct rs_event_hdr *hdr = record;

	memset(record, 0, size);
	hdr->ts_ns = now_ns;
	hdr->type = type;
	hdr->len = size;
	return record;
}

#define BEGIN(record, name, now_ns) begin(record, sizeof(*(record)), RS_EVENT_##name, now_ns)

static void put_node(void *ctx, int nid, const char *name, uint64_t value)
{
	struct rs_gauge *g = ctx;

	if (nid < 0 || nid >= MAX_NODES)
		return;
	g->nodes[nid].nid = nid;
	/* It says whether the limit was reached, not how often kswapd failed. */
	if (!strcmp(name, "node_unreclaimable"))
		g->nodes[nid].kswapd_failures = value ? 16 : -1;
	else
		put(&g->nodes[nid], node_places, RS_ARRAY_SIZE_OF(node_places), name, value);
}

static int emit_zone(const struct rs_zoneinfo *z, uint64_t now_ns,
		     int (*each)(void *ctx, const struct rs_event_hdr *hdr), void *ctx)
{
	struct rs_event_zone_state e;
	unsigned int i;

	if (!z->managed)
		return 0;
	BEGIN(&e, zone_state, now_ns);
	e.nid = z->nid;
	e.zid = z->zid;
	e.context = RS_ZONE_OF_GAUGE;
	e.managed = z->managed;
	e.free = z->free;
	e.min = z->min - z->boost;
	e.low = z->low - z->boost;
	e.high = z->high - z->boost;
	e.promo = z->promo ? z->promo - z->boost : 0;
	e.boost = z->boost;
	e.drift_mark = RS_UNKNOWN;
	e.highatomic = RS_UNKNOWN;
	e.cma = RS_UNKNOWN;
	for (i = 0; i < RS_MAX_ZONES && i < z->nr_protections; i++)
		e.lowmem_reserve[i] = z->protection[i];
	return each(ctx, &e.hdr);
}

static void put_vm(void *ctx, const char *name, uint64_t value)
{
	struct rs_event_vm_state *vm = ctx;

	if (!strncmp(name, "allocstall", strlen("allocstall")))
		vm->allocstall += value; /* one for each kind of zone */
	else
		put(vm, vm_places, RS_ARRAY_SIZE_OF(vm_places), name, value);
}

int rs_gauge_read(struct rs_gauge *g, uint64_t now_ns, int (*each)(void *ctx, const struct rs_event_hdr *hdr),
		  void *ctx)
{
	const long page = sysconf(_SC_PAGESIZE);
	struct rs_event_vm_state vm;
	struct sysinfo info;
	int err, i, n;

	err = read_text(g, ZONEINFO);
	if (err)
		return err;
	n = rs_zoneinfo_parse(g->text, g->zones, MAX_ZONES);
	if (n < 0)
		return n;
	for (i = 0; i < MAX_NODES; i++) {
		BEGIN(&g->nodes[i], node_state, now_ns);
		g->nodes[i].nid = -1;
	}
	rs_zoneinfo_nodes(g->text, put_node, g);
	for (i = 0; i < MAX_NODES && !err; i++)
		if (g->nodes[i].nid >= 0)
			err = each(ctx, &g->nodes[i].hdr);
	for (i = 0; i < n && i < MAX_ZONES && !err; i++)
		err = emit_zone(&g->zones[i], now_ns, each, ctx);
	if (err)
		return err;

	BEGIN(&vm, vm_state, now_ns);
	err = read_text(g, VMSTAT);
	if (err)
		return err;
	rs_vmstat_each(g->text, put_vm, &vm);
	/* The same numbers as /proc/meminfo, which adds up much else for each read. */
	if (sysinfo(&info))
		return -errno;
	vm.swap_free = (uint64_t)info.freeswap * info.mem_unit / page;
	vm.swap_total = (uint64_t)info.totalswap * info.mem_unit / page;
	return each(ctx, &vm.hdr);
}
