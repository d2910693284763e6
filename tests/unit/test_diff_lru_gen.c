/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The checkers of MGLRU's control decisions on hand-made visits of a node: as they are everything agrees; each test
 * changes or removes one record.
 */
#include "../../src/base/cleanup.h"
#include "../../src/diff/diff.h"
#include "../../src/model/gfp.h"
#include "../../src/model/lru_gen.h"
#include "kernel_recording.h"

#define TID 7
#define CGROUP 5
#define FLAGS (RS_SC_MAY_WRITEPAGE | RS_SC_MAY_UNMAP | RS_SC_MAY_SWAP)

/* One visit of one cgroup: planned, one batch, asked, aged or at its end, and rotated. */
static struct visit {
	struct rs_event_shrink_node_begin node;
	struct rs_event_set_mm_walk walk;
	struct rs_event_try_to_shrink_lruvec_begin lruvec;
	struct rs_event_shrink_lruvec_begin lruvec_6_1;
	struct rs_event_get_swappiness swappiness;
	struct rs_event_lru_gen_state planned;
	struct rs_event_should_run_aging should_age;
	struct rs_event_lru_gen_state should_age_state;
	struct rs_event_lruvec_evictable_size size;
	struct rs_event_lru_gen_state size_state;
	struct rs_event_proportional_protection protection;
	struct rs_event_evict_folios_begin evict;
	struct rs_event_lru_gen_state evict_state;
	struct rs_event_isolate_folios_begin isolate;
	struct rs_event_isolate_folios_end isolated;
	struct rs_event_lru_gen_state isolated_state;
	struct rs_event_evict_folios_end evicted;
	struct rs_event_zone_watermark_ok zone;
	struct rs_event_should_abort_scan abort;
	struct rs_event_lru_gen_state abort_state;
	struct rs_event_try_to_inc_max_seq aging;
	struct rs_event_lru_gen_state aged;
	struct rs_event_try_to_shrink_lruvec_end lruvec_end;
	struct rs_event_shrink_lruvec_end lruvec_end_6_1;
	struct rs_event_get_swappiness again;
	struct rs_event_lru_gen_state again_state;
	struct rs_event_lruvec_is_sizable sizable;
	struct rs_event_lru_gen_state sizable_state;
	struct rs_event_rotate_memcg_begin other; /* of another thread */
	struct rs_event_rotate_memcg_begin early_begin; /* likewise, before the visit */
	struct rs_event_lru_gen_rotate_memcg early;
	struct rs_event_shrink_one one;
	struct rs_event_rotate_memcg_begin rotate;
	struct rs_event_lru_gen_rotate_memcg rotated;
	struct rs_event_rotate_memcg_begin later_begin; /* of another thread, while this one still fills its record */
	struct rs_event_lru_gen_rotate_memcg later;
	struct rs_event_shrink_node_end node_end;
} v;

static enum kernel_under_test kernel;

#define SET(record, name, ...)                                                                     \
	record = (struct rs_event_##name){                                                         \
		.hdr = { .tid = TID, .type = RS_EVENT_##name, .len = sizeof(record) }, __VA_ARGS__ \
	}
#define SC(prio, reclaimed) .nr_to_reclaim = 1000, .nr_reclaimed = reclaimed, .sc_flags = FLAGS, .priority = prio, .reclaim_idx = 2

/* Generations @min to @max, 1000 anon and 3000 file pages in each. */
static struct rs_event_lru_gen_state state(uint16_t of, uint64_t min, uint64_t max)
{
	struct rs_event_lru_gen_state s;
	int gen;

	SET(s, lru_gen_state, .cgroup = CGROUP, .of = of, .max_seq = max, .min_seq = { min, min });
	for (gen = 0; gen < MAX_NR_GENS; gen++) {
		s.nr_pages[(gen * 2 + 0) * RS_MAX_ZONES + 2] = 1000;
		s.nr_pages[(gen * 2 + 1) * RS_MAX_ZONES + 2] = 3000;
	}
	return s;
}

/* kswapd at priority 6 of the kernel: 16000 pages in four generations, 250 planned; then three are left, and it ages. */
static void make_visit(enum kernel_under_test k)
{
	memset(&v, 0, sizeof(v));
	kernel = k;
	SET(v.node, shrink_node_begin, SC(12, 50), .inactive_file = 4096, .inactive_anon = 1000);
	SET(v.walk, set_mm_walk, .inactive_file = 4096, .swap_free = 0);
	SET(v.lruvec, try_to_shrink_lruvec_begin, SC(6, 0), .cgroup = CGROUP, .usage = 20000, .online = 1);
	SET(v.swappiness, get_swappiness, .cgroup = CGROUP, .ret = 60, .swappiness = 60, .proactive_swappiness = -1,
	    .usage = 20000, .swap_margin = 100000, .swap_free = 1000, .sc_flags = FLAGS, .task_flags = PF_KSWAPD,
	    .priority = 6, .online = 1);
	v.planned = state(RS_EVENT_get_swappiness, 5, 8);
	if (k == V7_2) {
		SET(v.size, lruvec_evictable_size, .cgroup = CGROUP, .ret = 16000, .swappiness = 60);
		v.size_state = state(RS_EVENT_lruvec_evictable_size, 5, 8);
	}
	if (k >= V6_18)
		SET(v.protection, proportional_protection, .cgroup = CGROUP, .scan = 16000, .ret = 16000, .usage = 20000);
	SET(v.evict, evict_folios_begin, SC(6, 0), .cgroup = CGROUP, .nr_to_scan = k == V7_2 ? 64 : k == V6_18 ? 250 : 0,
	    .swappiness = 60);
	v.evict_state = state(RS_EVENT_evict_folios_begin, 5, 8);
	SET(v.isolate, isolate_folios_begin, .cgroup = CGROUP);
	SET(v.isolated, isolate_folios_end, .cgroup = CGROUP, .ret = 64, .type = 1);
	v.isolated_state = state(RS_EVENT_isolate_folios_end, 5, 8);
	v.isolated_state.empty = 0x3ffULL << (5 % 4 * 10); /* the oldest of both types */
	SET(v.evicted, evict_folios_end, SC(6, 60), .nr_scanned = 64, .cgroup = CGROUP, .ret = k == V7_2 ? 64 : 65);
	SET(v.zone, zone_watermark_ok, .mark = 164, .ret = 0);
	SET(v.abort, should_abort_scan, SC(6, 60), .cgroup = CGROUP, .task_flags = PF_KSWAPD, .usage = 20000);
	v.abort_state = state(RS_EVENT_should_abort_scan, 6, 8);
	if (k < V6_18) /* pages are badly spread, and it ages */
		v.abort_state.nr_pages[(8 % 4 * 2 + 1) * RS_MAX_ZONES + 2] = 30000;
	SET(v.aging, try_to_inc_max_seq, .cgroup = CGROUP, .seq = 8, .swappiness = 60, .ret = 1);
	v.aged = state(RS_EVENT_try_to_inc_max_seq, 6, 9);
	SET(v.lruvec_end, try_to_shrink_lruvec_end, SC(6, 60), .cgroup = CGROUP, .ret = 1);
	if (k == V7_2) { /* there aging is followed by a batch, and stops the loop only after that */
		v.aging.hdr.type = v.aged.hdr.type = 0;
		v.abort.nr_reclaimed = 1000;
		v.abort.ret = 1;
		v.abort_state.hdr.type = v.zone.hdr.type = 0;
		v.lruvec_end.ret = 0;
	}
	SET(v.again, get_swappiness, .cgroup = CGROUP, .ret = 60, .swappiness = 60, .proactive_swappiness = -1,
	    .usage = 20000, .swap_margin = 100000, .swap_free = 1000, .sc_flags = FLAGS, .priority = 6, .online = 1);
	v.again_state = state(RS_EVENT_get_swappiness, 7, 9);
	SET(v.sizable, lruvec_is_sizable, .cgroup = CGROUP, .priority = 6, .ret = 1);
	v.sizable_state = state(RS_EVENT_lruvec_is_sizable, 7, 9);
	SET(v.one, shrink_one, SC(6, 60), .cgroup = CGROUP, .usage = 19940, .ret = v.lruvec_end.ret ? MEMCG_LRU_YOUNG : 0,
	    .online = 1);
	if (v.one.ret) {
		SET(v.rotate, rotate_memcg_begin, .cgroup = CGROUP, .op = MEMCG_LRU_YOUNG, .gen = 1, .seq = 4);
		SET(v.rotated, lru_gen_rotate_memcg, .cgroup = CGROUP, .op = MEMCG_LRU_YOUNG, .gen = 2, .seq = 5);
	}
	SET(v.node_end, shrink_node_end, SC(6, 110));
}

/* The same in 6.1, where kswapd does not age here. */
static void make_visit_6_1(void)
{
	make_visit(V6_12);
	kernel = V6_1;
	v.lruvec.hdr.type = v.lruvec_end.hdr.type = v.walk.hdr.type = 0;
	v.again.hdr.type = v.again_state.hdr.type = v.sizable.hdr.type = v.sizable_state.hdr.type = 0;
	v.one.hdr.type = v.rotate.hdr.type = v.rotated.hdr.type = 0;
	v.zone.hdr.type = v.abort.hdr.type = v.abort_state.hdr.type = v.aging.hdr.type = v.aged.hdr.type = 0;
	v.node.priority = v.node_end.priority = 6;
	SET(v.lruvec_6_1, shrink_lruvec_begin, SC(6, 50), .cgroup = CGROUP, .usage = 20000, .online = 1,
	    .task_flags = PF_KSWAPD);
	SET(v.should_age, should_run_aging, .cgroup = CGROUP, .max_seq = 8, .min_seq = { 5, 5 }, .nr_to_scan = 250,
	    .can_swap = 1, .priority = 6, .online = 1);
	v.should_age_state = state(RS_EVENT_should_run_aging, 5, 8);
	v.evicted.ret = 300; /* all that was planned */
	v.isolated.ret = 299;
	SET(v.lruvec_end_6_1, shrink_lruvec_end, SC(6, 110), .cgroup = CGROUP);
}

/* Records the visit without @missing; masks of 1 << decision - @diverged must differ, @lost must be lost. */
static uint64_t moved; /* those that are told to be races */
#define BIT(name) (1ULL << (RS_DECIDE_##name - RS_DECIDE_get_swappiness))
static void expect(const void *missing, uint64_t diverged, uint64_t lost)
{
	struct rs_event_hdr *const records[] = {
		&v.node.hdr, &v.walk.hdr, &v.early_begin.hdr, &v.early.hdr, &v.lruvec.hdr, &v.lruvec_6_1.hdr, &v.swappiness.hdr, &v.planned.hdr,
		&v.should_age.hdr, &v.should_age_state.hdr, &v.size.hdr, &v.size_state.hdr, &v.protection.hdr, &v.evict.hdr,
		&v.evict_state.hdr, &v.isolate.hdr, &v.isolated.hdr, &v.isolated_state.hdr, &v.evicted.hdr, &v.zone.hdr,
		&v.abort.hdr, &v.abort_state.hdr, &v.aging.hdr, &v.aged.hdr, &v.lruvec_end.hdr, &v.lruvec_end_6_1.hdr,
		&v.again.hdr, &v.again_state.hdr, &v.sizable.hdr, &v.sizable_state.hdr, &v.other.hdr, &v.one.hdr, &v.rotate.hdr,
		&v.rotated.hdr, &v.later_begin.hdr, &v.later.hdr, &v.node_end.hdr,
	};
	const struct rs_diff_options options = { .max_divergences = 10, .why = true };
	char *path = recording_path();
	struct rs_reader *reader;
	struct rs_writer *w;
	struct rs_diff *d;
	size_t i;

	assert_int_equal(rs_writer_create(path, false, &w), 0);
	recording_info_with(w, kernel, "mglru");
	for (i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		records[i]->ts_ns = 1000 * (i + 1);
		if (records[i]->type && records[i] != missing)
			assert_int_equal(recording_put(w, 0, records[i]), 0);
	}
	assert_int_equal(rs_writer_close(w), 0);
	assert_int_equal(rs_reader_open(path, &reader), 0);
	assert_int_equal(rs_diff_create(reader, &options, &d), 0);
	assert_null(d->missing_rule);
	for (i = RS_DECIDE_get_swappiness; i <= RS_DECIDE_lru_gen_age_node; i++) {
		bool want = diverged >> (i - RS_DECIDE_get_swappiness) & 1, gone = lost >> (i - RS_DECIDE_get_swappiness) & 1;

		if ((d->sums[i].diverged != 0) != want || (d->sums[i].lost != 0) != gone)
			fail_msg("kernel %d: %s: %d diverged, %d lost", kernel, rs_decision_name(i),
				 (int)d->sums[i].diverged, (int)d->sums[i].lost);
		if (!missing && !diverged && !lost)
			assert_int_equal(d->sums[i].race, moved >> (i - RS_DECIDE_get_swappiness) & 1);
	}
	rs_diff_destroy(d);
	rs_reader_close(reader);
	recording_remove(path);
}

static void everything_agrees(void **unused)
{
	(void)unused;
	for (enum kernel_under_test k = V6_12; k < NR_KERNELS_UNDER_TEST; k++) {
		make_visit(k);
		expect(NULL, 0, 0);
	}
	make_visit_6_1();
	expect(NULL, 0, 0);
}

static void what_differs_is_found(void **unused)
{
	(void)unused;
#define CHANGE(k, change, diverged)                                                                \
	do {                                                                                       \
		make_visit(k);                                                                     \
		change;                                                                            \
		expect(NULL, diverged, 0);                                                         \
	} while (0)
	CHANGE(V6_12, v.swappiness.ret = 61, BIT(get_swappiness));
	CHANGE(V6_12, v.swappiness.swap_free = 0, BIT(get_swappiness));
	CHANGE(V6_12, v.swappiness.swap_free = 0; v.swappiness.sc_flags |= RS_SC_CAN_DEMOTE, 0);
	CHANGE(V6_12, v.walk.inactive_anon = v.node.inactive_anon = 1 << 20, 0);
	CHANGE(V6_12, v.walk.inactive_anon = v.node.inactive_anon = 1 << 20; v.node.sc_flags |= RS_SC_CAN_DEMOTE,
	       BIT(set_initial_priority));
	CHANGE(V6_18, v.protection.scan = v.protection.ret = 16064, BIT(lruvec_evictable_size) | BIT(get_nr_to_scan));
	CHANGE(V7_2, v.size.ret = 16001, BIT(lruvec_evictable_size));
	CHANGE(V6_18, v.evict.nr_to_scan = 251, BIT(get_nr_to_scan));
	CHANGE(V7_2, v.evict.nr_to_scan = 63, BIT(get_nr_to_scan));
	CHANGE(V7_2, v.planned = state(RS_EVENT_get_swappiness, 6, 8); v.evict_state = v.planned;
	       v.evict_state.of = RS_EVENT_evict_folios_begin; v.size_state = v.planned;
	       v.size_state.of = RS_EVENT_lruvec_evictable_size; v.size.ret = v.protection.scan = v.protection.ret = 12000,
	       BIT(should_run_aging) | BIT(get_nr_to_scan));
	CHANGE(V6_12, v.evicted.ret = 64, BIT(evict_folios));
	CHANGE(V6_12, v.evicted.ret = 250; v.isolated.ret = 249, BIT(try_to_shrink_lruvec));
	CHANGE(V6_12, v.zone.ret = 1, BIT(should_abort_scan));
	CHANGE(V6_18, v.abort.nr_reclaimed = 1000, BIT(should_abort_scan));
	CHANGE(V6_18, v.aged = v.aged; v.lruvec_end.ret = 0; v.one.ret = 0; v.rotate.hdr.type = v.rotated.hdr.type = 0,
	       BIT(try_to_shrink_lruvec));
	CHANGE(V6_12, v.node_end.priority = 7, BIT(set_initial_priority));
	CHANGE(V6_12, v.node.sc_flags &= ~RS_SC_MAY_WRITEPAGE, BIT(lru_gen_shrink_node));
	CHANGE(V6_12, v.sizable.ret = 0, BIT(lruvec_is_sizable));
	CHANGE(V7_2, v.sizable.ret = 0, BIT(lruvec_is_sizable) | BIT(shrink_one));
	CHANGE(V6_12, v.one.ret = v.rotate.op = v.rotated.op = MEMCG_LRU_TAIL; v.rotated.gen = 1;
	       v.rotated.seg = MEMCG_LRU_TAIL, BIT(shrink_one));
	CHANGE(V6_12, v.lruvec.elow = v.one.elow = 30000, BIT(shrink_one));
	CHANGE(V6_12, v.rotated.gen = 1, BIT(lru_gen_rotate_memcg));
	CHANGE(V6_12, v.rotated.seg = 1, BIT(lru_gen_rotate_memcg));
	CHANGE(V6_12, v.rotate.hdr.type = v.rotated.hdr.type = 0, BIT(lru_gen_rotate_memcg));
#undef CHANGE
}

static void what_moved_meanwhile_is_no_divergence(void **unused)
{
	(void)unused;
	/* Either of the two readings will do. */
	make_visit(V7_2);
	v.size.ret = 16001;
	v.size_state.nr_pages[2] = 1001;
	v.protection.scan = v.protection.ret = 16001;
	expect(NULL, 0, 0);
	make_visit(V6_12);
	v.evicted.ret = 250;
	v.isolated.ret = 249;
	expect(NULL, BIT(try_to_shrink_lruvec), 0);
	v.evict_state.nr_pages[2] += 64; /* of which one more is to be scanned */
	expect(NULL, 0, 0);
	/* If none does, the kernel has read in between, and that is to be seen. */
	make_visit(V7_2);
	v.size.ret = 16001;
	v.size_state.nr_pages[2] = 1002;
	moved = BIT(lruvec_evictable_size);
	expect(NULL, 0, 0);
	moved = 0;
	/* A page went and came back: the next reading shows it gone. */
	make_visit(V7_2);
	v.size.ret = v.protection.scan = v.protection.ret = 16001;
	expect(NULL, BIT(lruvec_evictable_size), 0);
	v.evict_state.nr_pages[2] = 1001;
	moved = BIT(lruvec_evictable_size);
	expect(NULL, 0, 0);
	moved = 0;
	make_visit(V6_12);
	v.sizable.ret = 0;
	v.sizable_state.nr_pages[2]++;
	moved = BIT(lruvec_is_sizable);
	expect(NULL, 0, 0);
	moved = 0;
	/* The priority by the counters at the entry, or by those a moment later, or one between. */
	make_visit(V6_12);
	v.walk.inactive_file *= 512;
	moved = BIT(set_initial_priority);
	expect(NULL, 0, 0);
	moved = 0;
	v.node_end.priority = 3;
	expect(NULL, BIT(set_initial_priority), 0);
	/* Below memory.low when it was begun, and not any more. */
	make_visit(V6_12);
	v.lruvec.elow = 30000;
	moved = BIT(shrink_one);
	expect(NULL, 0, 0);
	moved = 0;
	/* It was at the tail, where it is visited all the same, until another thread moved it. */
	make_visit(V6_12);
	v.lruvec.elow = v.one.elow = 30000;
	SET(v.early_begin, rotate_memcg_begin, .cgroup = CGROUP, .op = MEMCG_LRU_YOUNG, .gen = 0, .seg = MEMCG_LRU_TAIL, .seq = 5);
	SET(v.early, lru_gen_rotate_memcg, .cgroup = CGROUP, .op = MEMCG_LRU_YOUNG, .gen = 0, .seq = 5);
	v.early_begin.hdr.tid = v.early.hdr.tid = TID + 1;
	moved = BIT(shrink_one);
	expect(NULL, 0, 0);
	moved = 0;
	/* not another cgroup, nor below memory.min, wherever it is */
	v.early_begin.cgroup = v.early.cgroup = CGROUP + 1;
	expect(NULL, BIT(shrink_one), 0);
	v.early_begin.cgroup = v.early.cgroup = CGROUP;
	v.lruvec.emin = v.one.emin = 30000;
	expect(NULL, BIT(shrink_one), 0);
	make_visit(V6_12);
	v.again_state = state(RS_EVENT_get_swappiness, 10, 9); /* nothing at all, and then something */
	expect(NULL, 0, 0);
	make_visit(V6_12);
	v.planned = state(RS_EVENT_get_swappiness, 8, 8);
	v.planned.nr_pages[0] = 5;
	v.evict_state = state(RS_EVENT_evict_folios_begin, 8, 8);
	moved = BIT(get_nr_to_scan) | BIT(should_run_aging);
	expect(NULL, 0, 0);
	moved = 0;
	/* Aging in vain leaves the generations as they were read, after the snapshot before. */
	make_visit(V6_12);
	v.aging.ret = v.lruvec_end.ret = v.one.ret = v.rotate.hdr.type = v.rotated.hdr.type = 0;
	v.aged = v.abort_state;
	v.aged.of = RS_EVENT_try_to_inc_max_seq;
	v.abort_state.min_seq[0] = v.abort_state.min_seq[1] = 5;
	expect(NULL, 0, 0);
	expect(&v.aged, BIT(get_nr_to_scan) | BIT(should_run_aging), 0);
	/* Two threads rotate the same cgroup. */
	make_visit(V6_12);
	v.walk.hdr.type = 0;
	v.node.sc_flags &= ~RS_SC_MAY_WRITEPAGE;
	SET(v.other, rotate_memcg_begin, .cgroup = CGROUP, .op = MEMCG_LRU_YOUNG, .gen = 1, .seq = 4);
	v.other.hdr.tid = TID + 1;
	v.rotated.gen = 1;
	moved = BIT(lru_gen_rotate_memcg);
	expect(NULL, 0, 0);
	moved = 0;
}

/* A record is full only when its thread goes on: what another did until then may be in it. */
static void what_moved_while_a_record_was_filled_is_no_divergence(void **unused)
{
	(void)unused;
	make_visit(V6_12);
	v.one.ret = v.rotate.op = v.rotated.op = v.rotated.seg = MEMCG_LRU_TAIL;
	v.rotated.gen = 0;
	expect(NULL, BIT(shrink_one) | BIT(lru_gen_rotate_memcg), 0);
	SET(v.later_begin, rotate_memcg_begin, .cgroup = CGROUP, .op = MEMCG_LRU_YOUNG, .gen = 1, .seq = 5);
	SET(v.later, lru_gen_rotate_memcg, .cgroup = CGROUP, .op = MEMCG_LRU_YOUNG, .gen = 0, .seq = 5);
	v.later_begin.hdr.tid = v.later.hdr.tid = TID + 1;
	expect(NULL, BIT(shrink_one), 0);
	/* not to where it was moved on from, not this cgroup, not by then */
	v.later.gen = 2;
	expect(NULL, BIT(shrink_one) | BIT(lru_gen_rotate_memcg), 0);
	v.later.gen = 0;
	v.later_begin.cgroup = v.later.cgroup = CGROUP + 1;
	expect(NULL, BIT(shrink_one) | BIT(lru_gen_rotate_memcg), 0);
	v.later_begin.cgroup = v.later.cgroup = CGROUP;
	v.later.seq = 6;
	expect(NULL, BIT(shrink_one) | BIT(lru_gen_rotate_memcg), 0);

	/* Or to where the record has it. */
	make_visit(V6_12);
	v.rotated.gen = 1;
	v.rotated.seg = MEMCG_LRU_TAIL;
	SET(v.later_begin, rotate_memcg_begin, .cgroup = CGROUP, .op = MEMCG_LRU_YOUNG, .gen = 1, .seq = 5);
	SET(v.later, lru_gen_rotate_memcg, .cgroup = CGROUP, .op = MEMCG_LRU_TAIL, .gen = 1, .seg = MEMCG_LRU_TAIL, .seq = 5);
	v.later_begin.hdr.tid = v.later.hdr.tid = TID + 1;
	moved = BIT(lru_gen_rotate_memcg);
	expect(NULL, 0, 0);
	moved = 0;
	v.later.seq = 4;
	expect(NULL, BIT(lru_gen_rotate_memcg), 0);

	/* The segment as it was read just before, or as it was at the return. */
	make_visit(V7_2);
	v.sizable.ret = 0;
	v.one.ret = MEMCG_LRU_YOUNG;
	SET(v.rotate, rotate_memcg_begin, .cgroup = CGROUP, .op = MEMCG_LRU_YOUNG, .gen = 1, .seq = 4);
	SET(v.rotated, lru_gen_rotate_memcg, .cgroup = CGROUP, .op = MEMCG_LRU_YOUNG, .gen = 2, .seq = 5);
	expect(NULL, BIT(lruvec_is_sizable) | BIT(shrink_one), 0);
	v.sizable_state.seg = MEMCG_LRU_TAIL;
	expect(NULL, BIT(lruvec_is_sizable), 0);
	v.sizable_state.seg = 0;
	v.one.seg = MEMCG_LRU_TAIL;
	expect(NULL, BIT(lruvec_is_sizable), 0);
}

static void what_is_missing_is_lost(void **unused)
{
	(void)unused;
	make_visit(V6_12);
	expect(&v.planned, 0, BIT(get_nr_to_scan));
	make_visit(V6_18);
	expect(&v.planned, 0, BIT(get_nr_to_scan));
	make_visit(V6_12);
	expect(&v.evict, 0, BIT(get_nr_to_scan));
	make_visit(V6_12);
	expect(&v.isolated_state, 0, BIT(evict_folios));
	make_visit(V6_12);
	expect(&v.zone, 0, BIT(should_abort_scan));
	make_visit(V7_2);
	expect(&v.again_state, 0, BIT(lruvec_is_sizable));
	make_visit(V7_2);
	expect(&v.sizable, 0, BIT(shrink_one));
	make_visit(V6_12);
	expect(&v.rotate, 0, BIT(lru_gen_rotate_memcg));
	make_visit(V6_12);
	expect(&v.node, 0, BIT(lru_gen_shrink_node));
	make_visit(V6_12);
	expect(&v.lruvec_end, BIT(shrink_one), BIT(try_to_shrink_lruvec));
}

static void the_unseen_parts_of_6_1_show_in_what_follows(void **unused)
{
	(void)unused;
	make_visit_6_1();
	v.should_age.ret = 1;
	expect(NULL, BIT(should_run_aging), 0);
	make_visit_6_1();
	v.should_age.nr_to_scan = 999;
	expect(NULL, BIT(should_run_aging), 0);
	v.should_age_state.nr_pages[2]++; /* it adds up what others change */
	v.evict_state.nr_pages[2]++;
	moved = BIT(should_run_aging);
	v.should_age.nr_to_scan = 251;
	expect(NULL, 0, 0);
	moved = 0;
	make_visit_6_1();
	v.evicted.ret = 249; /* less than was planned, and not enough for kswapd: it may not stop */
	v.isolated.ret = 248;
	expect(NULL, BIT(should_abort_scan), 0);
	make_visit_6_1();
	v.planned = state(RS_EVENT_get_swappiness, 7, 8);
	v.should_age_state = v.evict_state = v.planned;
	v.should_age_state.of = RS_EVENT_should_run_aging;
	v.evict_state.of = RS_EVENT_evict_folios_begin;
	v.should_age.min_seq[0] = v.should_age.min_seq[1] = 7;
	v.should_age.ret = 1;
	v.should_age.nr_to_scan = 125;
	expect(NULL, BIT(get_nr_to_scan), 0); /* kswapd leaves aging to others: nothing to evict */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_agrees),
		cmocka_unit_test(what_differs_is_found),
		cmocka_unit_test(what_moved_meanwhile_is_no_divergence),
		cmocka_unit_test(what_moved_while_a_record_was_filled_is_no_divergence),
		cmocka_unit_test(what_is_missing_is_lost),
		cmocka_unit_test(the_unseen_parts_of_6_1_show_in_what_follows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
