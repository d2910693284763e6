/* SPDX-License-Identifier: GPL-2.0-only */
/* BTF of made-up kernels, and what the table of differences makes of it. */
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../src/kernel/kernel.h"
#include "unit.h"

struct made_up {
	struct btf *btf;
	int u32, pointer;
};

static struct made_up begin(void)
{
	struct made_up m = { .btf = btf__new_empty() };

	assert_non_null(m.btf);
	m.u32 = btf__add_int(m.btf, "unsigned int", 4, 0);
	m.pointer = btf__add_ptr(m.btf, 0);
	return m;
}

/* A prototype; @args: 'p' for a pointer, 'i' for a number. */
static int prototype(struct made_up *m, const char *args)
{
	int id = btf__add_func_proto(m->btf, 0);

	for (; *args; args++)
		assert_int_equal(btf__add_func_param(m->btf, "x", *args == 'p' ? m->pointer : m->u32), 0);
	return id;
}

static void add_function(struct made_up *m, const char *name, const char *args)
{
	assert_true(btf__add_func(m->btf, name, BTF_FUNC_GLOBAL, prototype(m, args)) > 0);
}

static void add_tracepoint(struct made_up *m, const char *name, const char *args)
{
	char with_private[16], full[64];
	int ptr;

	snprintf(with_private, sizeof(with_private), "p%s", args);
	snprintf(full, sizeof(full), "btf_trace_%s", name);
	ptr = btf__add_ptr(m->btf, prototype(m, with_private));
	assert_true(btf__add_typedef(m->btf, full, ptr) > 0);
}

static struct rs_btf *finish(struct made_up *m)
{
	char path[] = "/tmp/rs-unit-btf-XXXXXX";
	int fd = mkstemp(path);
	struct rs_btf *btf;
	const void *data;
	__u32 size;

	data = btf__raw_data(m->btf, &size);
	assert_int_equal(write(fd, data, size), size);
	close(fd);
	assert_int_equal(rs_btf_create(path, &btf), 0);
	unlink(path);
	btf__free(m->btf);
	return btf;
}

static void rs_btf_finds_by_name_and_kind(void **state)
{
	struct made_up m = begin();
	struct rs_prototype proto;
	struct rs_btf *btf;
	int inner, word;

	(void)state;
	add_function(&m, "scan", "pii");
	add_tracepoint(&m, "scan", "i");
	add_tracepoint(&m, "nothing", "");
	inner = btf__add_struct(m.btf, NULL, 4);
	btf__add_field(m.btf, "hidden", m.u32, 0, 0);
	btf__add_struct(m.btf, "zone", 24);
	btf__add_field(m.btf, "free", m.u32, 0, 0);
	btf__add_field(m.btf, "", inner, 64, 0);
	word = btf__add_typedef(m.btf, "word_t", btf__add_typedef(m.btf, "u32_t", m.u32));
	assert_true(word > 0);
	btf = finish(&m);

	assert_true(rs_btf_function(btf, "scan", &proto));
	assert_int_equal(proto.nr_args, 3);
	assert_true(proto.first_is_pointer);
	assert_true(rs_btf_tracepoint(btf, "scan", &proto));
	assert_int_equal(proto.nr_args, 1);
	assert_false(proto.first_is_pointer);
	assert_true(rs_btf_tracepoint(btf, "nothing", &proto));
	assert_int_equal(proto.nr_args, 0);
	assert_false(rs_btf_function(btf, "nothing", &proto));
	assert_false(rs_btf_tracepoint(btf, "zone", &proto));
	assert_true(rs_btf_struct(btf, "zone"));
	assert_false(rs_btf_struct(btf, "scan"));
	assert_true(rs_btf_has_member(btf, "zone", "free"));
	assert_true(rs_btf_has_member(btf, "zone", "hidden"));
	assert_false(rs_btf_has_member(btf, "zone", "fre"));
	assert_false(rs_btf_has_member(btf, "node", "free"));
	assert_int_equal(rs_btf_size(btf, "zone"), 24);
	assert_int_equal(rs_btf_size(btf, "word_t"), 4);
	assert_int_equal(rs_btf_size(btf, "node"), 0);
	rs_btf_destroy(btf);
}

static void rs_btf_reduce_keeps_what_is_held_by_value(void **state)
{
	struct made_up m = begin(), like = begin();
	int stat, list, lists, words, unwanted, fd = memfd_create("btf", 0);
	const struct btf_type *zone, *t;
	struct rs_btf *btf;
	struct btf *small;
	char path[32];
	size_t i;

	(void)state;
	assert_true(fd >= 0);
	unwanted = btf__add_struct(m.btf, "unwanted", 400);
	btf__add_field(m.btf, "x", m.u32, 0, 0);
	unwanted = btf__add_ptr(m.btf, unwanted);
	list = btf__add_struct(m.btf, "list_head", 16);
	btf__add_field(m.btf, "next", unwanted, 0, 0);
	lists = btf__add_array(m.btf, m.u32, list, 2);
	words = btf__add_array(m.btf, m.u32, btf__add_typedef(m.btf, "word_t", btf__add_const(m.btf, m.u32)), 3);
	stat = btf__add_enum(m.btf, "stat_item", 4);
	btf__add_enum_value(m.btf, "NR_FREE", 7);
	btf__add_struct(m.btf, "zone", 56);
	assert_int_equal(btf__add_field(m.btf, "lists", lists, 0, 0), 0);
	assert_int_equal(btf__add_field(m.btf, "words", words, 256, 0), 0);
	assert_int_equal(btf__add_field(m.btf, "item", stat, 352, 5), 0);
	assert_int_equal(btf__add_field(m.btf, "unwanted", unwanted, 384, 0), 0);
	btf__add_struct(m.btf, "zone___old", 8);
	add_function(&m, "zone", "p");
	btf__add_struct(like.btf, "zone___v5_10", 0);
	btf__add_struct(like.btf, "missing", 0);
	btf = finish(&m);
	assert_int_equal(rs_btf_reduce(btf, like.btf, fd), 0);
	rs_btf_destroy(btf);
	btf__free(like.btf);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	small = btf__parse(path, NULL);
	assert_non_null(small);
	assert_true(btf__find_by_name_kind(small, "unwanted", BTF_KIND_STRUCT) < 0);
	assert_true(btf__find_by_name_kind(small, "zone", BTF_KIND_FUNC) < 0);
	assert_true(btf__find_by_name_kind(small, "zone___old", BTF_KIND_STRUCT) > 0);
	zone = btf__type_by_id(small, btf__find_by_name_kind(small, "zone", BTF_KIND_STRUCT));
	assert_non_null(zone);
	assert_int_equal(zone->size, 56);
	assert_int_equal(btf_vlen(zone), 4);
	t = btf__type_by_id(small, btf_members(zone)[0].type);
	assert_true(btf_is_array(t));
	assert_int_equal(btf_array(t)->nelems, 2);
	t = btf__type_by_id(small, btf_array(t)->type);
	assert_string_equal(btf__name_by_offset(small, t->name_off), "list_head");
	t = btf__type_by_id(small, btf_members(t)[0].type);
	assert_true(btf_is_ptr(t));
	assert_int_equal(t->type, 0);
	assert_int_equal(btf__resolve_size(small, btf_members(zone)[1].type), 12);
	assert_int_equal(btf_member_bit_offset(zone, 2), 352);
	assert_int_equal(btf_member_bitfield_size(zone, 2), 5);
	t = btf__type_by_id(small, btf_members(zone)[2].type);
	assert_int_equal(btf_enum(t)[0].val, 7);
	/* No id points outside. */
	for (i = 1; i < btf__type_cnt(small); i++) {
		t = btf__type_by_id(small, i);
		if (btf_is_ptr(t) || btf_is_mod(t) || btf_is_typedef(t))
			assert_true(t->type < btf__type_cnt(small));
	}
	btf__free(small);
	close(fd);
}

static void rs_btf_create_refuses_what_is_no_btf(void **state)
{
	struct rs_btf *btf;

	(void)state;
	assert_int_equal(rs_btf_create("/dev/null", &btf), -ENODATA);
	assert_int_equal(rs_btf_create("/no/such/file", &btf), -ENODATA);
}

/* A kernel with these functions and tracepoints, { name, arguments }, "tp:" in front of the latter. */
static void probe(const char *const (*things)[2], int nr, bool ret[NR_RS_KDIFFS])
{
	struct rs_kernel k = { 0 };
	struct made_up m = begin();
	int i;

	for (i = 0; i < nr; i++)
		if (!strncmp(things[i][0], "tp:", 3))
			add_tracepoint(&m, things[i][0] + 3, things[i][1]);
		else
			add_function(&m, things[i][0], things[i][1]);
	k.btf = finish(&m);
	rs_kdiff_probe(&k, ret);
	rs_btf_destroy(k.btf);
}

static void rs_kdiff_tells_the_shapes_apart(void **state)
{
	static const char *const old[][2] = {
		{ "tp:mm_vmscan_direct_reclaim_begin", "ii" }, { "tp:mm_vmscan_lru_isolate", "iiiiiiii" },
		{ "tp:mark_victim", "i" },		       { "lru_note_cost", "pii" },
		{ "evict_folios", "ppip" },		       { "try_to_inc_max_seq", "piiii" },
	};
	static const char *const late[][2] = {
		{ "tp:mm_vmscan_direct_reclaim_begin", "iip" }, { "tp:mm_vmscan_lru_isolate", "iiiiiii" },
		{ "tp:mark_victim", "pi" },			{ "lru_note_cost", "piii" },
		{ "evict_folios", "ippi" },			{ "compaction_suitable", "pii" },
		{ "isolate_folios", "ippipppp" },		{ "shrink_folio_list", "pppppp" },
	};
	bool is[NR_RS_KDIFFS];
	int i;

	/* The rows that only the model asks are probed by test_kdiff. */
	(void)state;
	probe(old, sizeof(old) / sizeof(old[0]), is);
	for (i = 1; i < NR_RS_KDIFFS; i++)
		if (rs_kdiff_row(i)->in != RS_IN_MODEL)
			assert_int_equal(is[i], i == RS_KDIFF_LRU_ISOLATE_MODE || i == RS_KDIFF_EVICT_FOLIOS_NEED_SWAPPING ||
						i == RS_KDIFF_INC_MAX_SEQ_ARGS5);
	probe(late, sizeof(late) / sizeof(late[0]), is);
	for (i = 1; i < NR_RS_KDIFFS; i++)
		if (rs_kdiff_row(i)->in != RS_IN_MODEL)
			assert_int_equal(is[i], i == RS_KDIFF_RECLAIM_BEGIN_GFP_FIRST || i == RS_KDIFF_MARK_VICTIM_TASK ||
						i == RS_KDIFF_NOTE_COST_ARGS4 || i == RS_KDIFF_EVICT_FOLIOS_NR_FIRST ||
						i == RS_KDIFF_COMPACTION_SUITABLE_ARGS3 ||
						i == RS_KDIFF_ISOLATE_FOLIOS_ARGS8 || i == RS_KDIFF_SHRINK_FOLIO_LIST_MEMCG);
	probe(old, 0, is);
	for (i = 1; i < NR_RS_KDIFFS; i++)
		if (rs_kdiff_row(i)->in != RS_IN_MODEL)
			assert_false(is[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rs_btf_finds_by_name_and_kind),
		cmocka_unit_test(rs_btf_reduce_keeps_what_is_held_by_value),
		cmocka_unit_test(rs_btf_create_refuses_what_is_no_btf),
		cmocka_unit_test(rs_kdiff_tells_the_shapes_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
