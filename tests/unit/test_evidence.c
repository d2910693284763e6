/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <math.h>

#include "../../src/tune/evidence.h"
#include "recording.h"

#define MS 1000000ULL

static const char info[] =
	"{\"kernel\":{\"page_size\":4096,\"lru\":\"MGLRU\",\"differences\":{\"movable_not_lowmem\":true}},"
	"\"zones\":[{\"node\":0,\"zone\":1,\"name\":\"DMA32\",\"managed\":1000,\"min\":60,\"low\":70,\"high\":80,\"boost\":50},"
	"{\"node\":0,\"zone\":2,\"name\":\"Normal\",\"managed\":90000,\"min\":500,\"low\":1000,\"high\":1500,\"boost\":0},"
	"{\"node\":1,\"zone\":2,\"name\":\"Normal\",\"managed\":0}],"
	"\"hugetlb_pages\":{\"0\":40000,\"1\":0},"
	"\"swaps\":[{\"name\":\"/dev/vdb\"}],"
	"\"settings\":{\"vm.min_free_kbytes\":\"2000\",\"vm.watermark_scale_factor\":\"10\",\"vm.swappiness\":\"60\","
	"\"vm.dirty_ratio\":\"20\",\"vm.dirty_background_ratio\":\"10\",\"vm.dirty_bytes\":\"0\",\"vm.dirty_background_bytes\":\"0\","
	"\"/sys/kernel/mm/transparent_hugepage/enabled\":\"always [madvise] never\"},"
	"\"pressure\":{\"memory_some_us\":1000000,\"memory_full_us\":500000},"
	"\"disks\":[{\"name\":\"vda\",\"reads\":100,\"sectors_read\":800,\"read_ms\":50,\"writes\":0,\"sectors_written\":0,\"write_ms\":0}],"
	"\"vmstat\":{\"workingset_refault_anon\":10,\"workingset_refault_file\":20,\"pswpin\":5,\"pswpout\":6,\"pgsteal_kswapd\":1000,\"pgsteal_direct\":100},\"schema\":";

static const char end[] =
	"{\"duration_ns\":20000000000,\"pressure\":{\"memory_some_us\":3500000,\"memory_full_us\":1500000},"
	"\"disks\":[{\"name\":\"vda\",\"reads\":300,\"sectors_read\":2400,\"read_ms\":450,\"writes\":10,\"sectors_written\":20480,\"write_ms\":500},"
	"{\"name\":\"vdb\",\"reads\":150,\"sectors_read\":2400,\"read_ms\":300,\"writes\":1,\"sectors_written\":8,\"write_ms\":9},"
	"{\"name\":\"zram0\",\"reads\":9999,\"sectors_read\":99999,\"read_ms\":1,\"writes\":0,\"sectors_written\":0,\"write_ms\":0}],"
	"\"vmstat\":{\"workingset_refault_anon\":110,\"workingset_refault_file\":320,\"pswpin\":205,\"pswpout\":406,\"pgsteal_kswapd\":8000,\"pgsteal_direct\":900}}";

static struct rs_writer *begin(const char *path)
{
	struct rs_schema *schema;
	struct rs_writer *w;
	struct rs_json j;
	size_t len;
	char *text;
	FILE *f = open_memstream(&text, &len);

	assert_int_equal(rs_schema_create(&schema), 0);
	assert_int_equal(rs_writer_create(path, false, &w), 0);
	fputs(info, f);
	fflush(f);
	rs_json_init(&j, f);
	rs_schema_to_json(schema, &j, NULL);
	fputs("}", f);
	fclose(f);
	assert_int_equal(rs_writer_put_json(w, RS_BLOCK_INFO, text, len), 0);
	free(text);
	rs_schema_destroy(schema);
	return w;
}

#define HDR(name, ms, task)                                                                                   \
	{                                                                                                     \
		.ts_ns = (ms)*MS, .tid = task, .type = RS_EVENT_##name, .len = sizeof(struct rs_event_##name) \
	}
#define PUT(name, ms, task, ...)                                                           \
	do {                                                                               \
		struct rs_event_##name e_ = { .hdr = HDR(name, ms, task), ##__VA_ARGS__ }; \
		assert_int_equal(recording_put(w, 0, &e_.hdr), 0);                  \
	} while (0)
#define GAUGE(ms, zone, pages)                                                                                        \
	PUT(zone_state, ms, 1, .zid = zone, .context = RS_ZONE_OF_GAUGE, .managed = 90000, .free = pages, .min = 500, \
	    .low = 1000, .high = 1500)

static void read_back(char *path, struct rs_writer *w, struct rs_evidence *e)
{
	struct rs_reader *reader;

	assert_int_equal(rs_writer_flush(w), 0);
	recording_put_text(w, RS_BLOCK_END, end);
	assert_int_equal(rs_writer_close(w), 0);
	assert_int_equal(rs_reader_open(path, &reader), 0);
	assert_int_equal(rs_evidence_init(e, reader, path), 0);
	rs_reader_close(reader);
	recording_remove(path);
}

static void evidence_has_settings_zones_and_sums(void **state)
{
	static struct rs_evidence e;
	char *path = recording_path();

	(void)state;
	read_back(path, begin(path), &e);
	assert_int_equal(e.min_free_kbytes, 2000);
	assert_int_equal(e.swappiness, 60);
	assert_true(e.mglru && e.thp && e.has_rules && e.has_swap && !e.swap_is_memory);
	assert_true(e.rules.movable_not_lowmem);
	assert_int_equal(e.nr_zones, 2); /* the empty one is none */
	assert_int_equal(e.zones[0].min, 10); /* without its boost */
	assert_int_equal(e.zones[0].hugetlb, 0);
	assert_int_equal(e.zones[1].hugetlb, 40000);
	assert_int_equal(e.mem_pages, 91000);
	assert_true(e.seconds == 20 && e.psi_some_s == 2.5 && e.psi_full_s == 1);
	assert_true(e.refault_anon == 100 && e.refault_file == 300 &&
		    e.swapin == 200 && e.swapout == 400 && e.reclaimed == 7800);
	/* 400 ms for 200 pages of files; 300 ms for 300 pages of swap, on a device that had no request before. */
	assert_true(fabs(e.file_read_s - 0.002) < 1e-9 && e.file_reads == 200);
	assert_true(fabs(e.swapin_s - 0.001) < 1e-9 && e.swapin_reads == 150);
	assert_true(fabs(e.write_bytes_s - 20480 * 512 / 0.5) < 1);
	/* Nothing was recorded of it, which is not 0. */
	assert_true(isnan(e.react_s) && isnan(e.dirty_met));
	rs_evidence_deinit(&e);
}

static void reaction_is_from_the_wake_up_to_the_first_reclaimed_batch(void **state)
{
	static struct rs_evidence e;
	char *path = recording_path();
	struct rs_writer *w = begin(path);

	(void)state;
	PUT(wakeup_kswapd, 100, 7);
	PUT(wakeup_kswapd, 105, 8); /* it is on its way already */
	PUT(kswapd_wake, 110, 50);
	PUT(shrink_inactive, 112, 7, .nr_scanned = 32, .nr_reclaimed = 32); /* a task */
	PUT(shrink_inactive, 120, 50, .nr_scanned = 32, .nr_dirty = 16); /* nothing */
	PUT(shrink_inactive, 130, 50, .nr_scanned = 32, .nr_reclaimed = 20);
	PUT(shrink_inactive, 140, 50, .nr_scanned = 32, .nr_reclaimed = 20); /* not the first */
	PUT(kswapd_sleep, 150, 50);
	PUT(wakeup_kswapd, 200, 7);
	PUT(kswapd_wake, 201, 50);
	PUT(kswapd_sleep, 202, 50); /* gave up */
	PUT(reclaim_begin, 300, 7, .kind = RS_RECLAIM_DIRECT);
	PUT(reclaim_begin, 301, 8, .kind = RS_RECLAIM_MEMCG);
	PUT(reclaim_end, 302, 8, .kind = RS_RECLAIM_MEMCG);
	PUT(throttled, 303, 7, .reason = RS_THROTTLE_WRITEBACK, .usec_delayed = 2000);
	PUT(reclaim_end, 310, 7, .kind = RS_RECLAIM_DIRECT);
	PUT(reclaim_end, 311, 9, .kind = RS_RECLAIM_DIRECT); /* began before */
	read_back(path, w, &e);
	assert_int_equal(e.nr_reacts, 1);
	assert_true(fabs(e.react_s - 0.030) < 1e-9);
	assert_true(e.stalls == 1 && fabs(e.stall_s - 0.010) < 1e-9);
	assert_true(e.memcg_stalls == 1 && fabs(e.memcg_stall_s - 0.001) < 1e-9);
	assert_true(fabs(e.throttled_writeback_s - 0.002) < 1e-9);
	assert_true(fabs(e.dirty_met - 16 / 128.0) < 1e-9);
	rs_evidence_deinit(&e);
}

static void bursts_are_those_near_the_marks_within_one_reaction(void **state)
{
	static struct rs_evidence e;
	char *path = recording_path();
	struct rs_writer *w = begin(path);

	(void)state;
	PUT(wakeup_kswapd, 100, 7);
	PUT(kswapd_wake, 110, 50);
	PUT(shrink_inactive, 120, 50, .nr_reclaimed = 20); /* 20 ms */
	GAUGE(1000, 2, 20000);
	GAUGE(1010, 2, 10000); /* far from the marks */
	GAUGE(1020, 2, 2900); /* 7100 in 10 ms */
	GAUGE(1030, 2, 2900);
	GAUGE(1040, 2, 2950);
	GAUGE(1140, 2, 950); /* 2000 in 100 ms: 400 in 20 ms */
	GAUGE(1150, 1, 950); /* the other zone */
	read_back(path, w, &e);
	assert_int_equal(e.zones[1].nr_bursts, 2);
	assert_true(fabs(e.zones[1].bursts[0] - 7100) < 1e-6 && fabs(e.zones[1].bursts[1] - 400) < 1e-6);
	assert_int_equal(e.zones[0].nr_bursts, 0);
	rs_evidence_deinit(&e);
}

static void recording_without_settings_is_refused(void **state)
{
	static struct rs_evidence e;
	char *path = recording_path();
	struct rs_schema *schema = small_schema();
	struct rs_reader *reader;

	(void)state;
	recording_make(path, 1, 20, schema, "decisions");
	rs_schema_destroy(schema);
	assert_int_equal(rs_reader_open(path, &reader), 0);
	assert_int_equal(rs_evidence_init(&e, reader, path), -EBADMSG);
	rs_evidence_deinit(&e);
	rs_reader_close(reader);
	recording_remove(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evidence_has_settings_zones_and_sums),
		cmocka_unit_test(reaction_is_from_the_wake_up_to_the_first_reclaimed_batch),
		cmocka_unit_test(bursts_are_those_near_the_marks_within_one_reaction),
		cmocka_unit_test(recording_without_settings_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
