/* SPDX-License-Identifier: GPL-2.0-only */
#include "kdiff.h"

#include "kernel.h"

/* The number of arguments of a function or tracepoint; -1 if it does not exist. */
static int function_args(const struct rs_kernel *k, const char *name)
{
	struct rs_prototype proto;

	return rs_btf_function(k->btf, name, &proto) ? proto.nr_args : -1;
}

static bool reclaim_begin_gfp_first(const struct rs_kernel *k)
{
	struct rs_prototype proto;

	return rs_btf_tracepoint(k->btf, "mm_vmscan_direct_reclaim_begin", &proto) && proto.nr_args == 3;
}

static bool lru_isolate_mode(const struct rs_kernel *k)
{
	struct rs_prototype proto;

	return rs_btf_tracepoint(k->btf, "mm_vmscan_lru_isolate", &proto) && proto.nr_args == 8;
}

static bool mark_victim_task(const struct rs_kernel *k)
{
	struct rs_prototype proto;

	return rs_btf_tracepoint(k->btf, "mark_victim", &proto) && proto.first_is_pointer;
}

/*
 * tracepoint_srcu alone existed long before, for tracepoints outside of RCU; with the newer shape of
 * struct tracepoint it serves them all, and their programs can be preempted.
 */
static bool tracepoint_srcu(const struct rs_kernel *k)
{
	return rs_kernel_has_symbol(k, "tracepoint_srcu") && rs_btf_has_member(k->btf, "tracepoint", "ext");
}

static bool note_cost_args4(const struct rs_kernel *k)
{
	return function_args(k, "lru_note_cost") == 4;
}

static bool compaction_suitable_args3(const struct rs_kernel *k)
{
	return function_args(k, "compaction_suitable") == 3;
}

static bool evict_folios_nr_first(const struct rs_kernel *k)
{
	struct rs_prototype proto;

	return rs_btf_function(k->btf, "evict_folios", &proto) && !proto.first_is_pointer;
}

static bool evict_folios_args3(const struct rs_kernel *k)
{
	return function_args(k, "evict_folios") == 3;
}

static bool evict_folios_need_swapping(const struct rs_kernel *k)
{
	struct rs_prototype proto;

	return rs_btf_function(k->btf, "evict_folios", &proto) && proto.first_is_pointer && proto.nr_args == 4;
}

static bool isolate_folios_args5(const struct rs_kernel *k)
{
	return function_args(k, "isolate_folios") == 5;
}

static bool isolate_folios_args8(const struct rs_kernel *k)
{
	return function_args(k, "isolate_folios") == 8;
}

static bool inc_max_seq_args5(const struct rs_kernel *k)
{
	return function_args(k, "try_to_inc_max_seq") == 5;
}

static bool shrink_folio_list_memcg(const struct rs_kernel *k)
{
	return function_args(k, "shrink_folio_list") == 6;
}

static bool has_wmarks_tracepoint(const struct rs_kernel *k)
{
	struct rs_prototype proto;

	return rs_btf_tracepoint(k->btf, "mm_setup_per_zone_wmarks", &proto);
}

static bool setup_wmarks_inner(const struct rs_kernel *k)
{
	return !has_wmarks_tracepoint(k) && function_args(k, "__setup_per_zone_wmarks") >= 0;
}

static bool setup_wmarks_outer(const struct rs_kernel *k)
{
	return !has_wmarks_tracepoint(k) && !setup_wmarks_inner(k);
}

static const struct rs_kdiff_row kdiffs[NR_RS_KDIFFS] = {
	[RS_KDIFF_RECLAIM_BEGIN_GFP_FIRST] = {
		.name = "reclaim_begin_gfp_first",
		.what = "mm_vmscan_*_reclaim_begin(gfp, order, memcg) instead of (order, gfp)",
		.since = "7.2",
		.in = RS_IN_BPF,
		.probe = reclaim_begin_gfp_first,
	},
	[RS_KDIFF_LRU_ISOLATE_MODE] = {
		.name = "lru_isolate_mode",
		.what = "mm_vmscan_lru_isolate has isolate_mode in front of lru",
		.since = "up to 6.1",
		.in = RS_IN_HOOKS,
		.probe = lru_isolate_mode,
	},
	[RS_KDIFF_MARK_VICTIM_TASK] = {
		.name = "mark_victim_task",
		.what = "mark_victim(task, uid) instead of (pid)",
		.since = "6.12, and late 6.1.y",
		.in = RS_IN_HOOKS,
		.probe = mark_victim_task,
	},
	[RS_KDIFF_TRACEPOINT_SRCU] = {
		.name = "tracepoint_srcu",
		.what = "tracepoints run under SRCU, so their BTF programs can be preempted",
		.since = "7.2",
		.in = RS_IN_HOOKS,
		.probe = tracepoint_srcu,
	},
	[RS_KDIFF_NOTE_COST_ARGS4] = {
		.name = "note_cost_args4",
		.what = "lru_note_cost(lruvec, file, nr_io, nr_rotated) instead of (lruvec, file, nr_pages)",
		.since = "6.12; from 6.18 on it is lru_note_cost_unlock_irq()",
		.in = RS_IN_HOOKS,
		.probe = note_cost_args4,
	},
	[RS_KDIFF_COMPACTION_SUITABLE_ARGS3] = {
		.name = "compaction_suitable_args3",
		.what = "compaction_suitable(zone, order, highest_zoneidx), without flags or mark",
		.since = "6.12 only",
		.in = RS_IN_HOOKS,
		.probe = compaction_suitable_args3,
	},
	[RS_KDIFF_EVICT_FOLIOS_NR_FIRST] = {
		.name = "evict_folios_nr_first",
		.what = "evict_folios(nr_to_scan, lruvec, sc, swappiness)",
		.since = "6.18",
		.in = RS_IN_HOOKS,
		.probe = evict_folios_nr_first,
	},
	[RS_KDIFF_EVICT_FOLIOS_ARGS3] = {
		.name = "evict_folios_args3",
		.what = "evict_folios(lruvec, sc, swappiness)",
		.since = "6.12 only",
		.in = RS_IN_HOOKS,
		.probe = evict_folios_args3,
	},
	[RS_KDIFF_EVICT_FOLIOS_NEED_SWAPPING] = {
		.name = "evict_folios_need_swapping",
		.what = "evict_folios(lruvec, sc, swappiness, bool *)",
		.since = "6.1 only",
		.in = RS_IN_HOOKS,
		.probe = evict_folios_need_swapping,
	},
	[RS_KDIFF_ISOLATE_FOLIOS_ARGS5] = {
		.name = "isolate_folios_args5",
		.what = "isolate_folios(lruvec, sc, swappiness, &type, list)",
		.since = "6.1, 6.12",
		.in = RS_IN_HOOKS,
		.probe = isolate_folios_args5,
	},
	[RS_KDIFF_ISOLATE_FOLIOS_ARGS8] = {
		.name = "isolate_folios_args8",
		.what = "isolate_folios(nr, lruvec, sc, swappiness, list, &isolated, &type, &scanned)",
		.since = "7.2",
		.in = RS_IN_HOOKS,
		.probe = isolate_folios_args8,
	},
	[RS_KDIFF_INC_MAX_SEQ_ARGS5] = {
		.name = "inc_max_seq_args5",
		.what = "try_to_inc_max_seq(lruvec, seq, sc, can_swap, force_scan)",
		.since = "6.1 only",
		.in = RS_IN_HOOKS,
		.probe = inc_max_seq_args5,
	},
	[RS_KDIFF_SHRINK_FOLIO_LIST_MEMCG] = {
		.name = "shrink_folio_list_memcg",
		.what = "shrink_folio_list() has a sixth argument, the memcg",
		.since = "6.18",
		.in = RS_IN_HOOKS,
		.probe = shrink_folio_list_memcg,
	},
	[RS_KDIFF_SETUP_WMARKS_OUTER] = {
		.name = "setup_wmarks_outer",
		.what = "setup_per_zone_wmarks() is where marks are set",
		.since = "6.1, 6.12; from 6.17 on there is a tracepoint",
		.in = RS_IN_HOOKS,
		.probe = setup_wmarks_outer,
	},
	[RS_KDIFF_SETUP_WMARKS_INNER] = {
		.name = "setup_wmarks_inner",
		.what = "__setup_per_zone_wmarks() is where marks are set: the other is inlined where sysctls call it",
		.since = "5.10",
		.in = RS_IN_HOOKS,
		.probe = setup_wmarks_inner,
	},
};

const struct rs_kdiff_row *rs_kdiff_row(enum rs_kdiff id)
{
	return &kdiffs[id];
}

void rs_kdiff_probe(const struct rs_kernel *kernel, bool ret[NR_RS_KDIFFS])
{
	int i;

	for (i = 0; i < NR_RS_KDIFFS; i++)
		ret[i] = kdiffs[i].probe && kdiffs[i].probe(kernel);
}
