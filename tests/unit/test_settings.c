/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>

#include "../../src/base/log.h"
#include "../../src/tune/settings.h"
#include "unit.h"

static struct rs_sim_config host(void)
{
	return (struct rs_sim_config){ .nr_zones = 2,
				       .zones = { { ZONE_DMA, 4000 }, { ZONE_NORMAL, 96000 } },
				       .swap_pages = 1000,
				       .swappiness = 60,
				       .dirty_ratio = 20,
				       .dirty_background_ratio = 10 };
}

static void rs_setting_apply_with_and_without_vm_is_the_same(void **state)
{
	struct rs_sim_config c = host();

	(void)state;
	assert_int_equal(rs_setting_apply("vm.swappiness=100", &c), 0);
	assert_int_equal(c.swappiness, 100);
	assert_int_equal(rs_setting_apply("swappiness=0", &c), 0);
	assert_int_equal(c.swappiness, 0);
	assert_int_equal(rs_setting_apply("lru_gen.enabled=1", &c), 0);
	assert_true(c.lru_gen);
	/* as the kernel prints it; the first bit is MGLRU */
	assert_int_equal(rs_setting_apply("/sys/kernel/mm/lru_gen/enabled=0x0006", &c), 0);
	assert_false(c.lru_gen);
	assert_int_equal(rs_setting_apply("lru_gen/enabled=7", &c), 0);
	assert_true(c.lru_gen);
	assert_int_equal(rs_setting_apply("lru_gen/min_ttl_ms=500", &c), 0);
	assert_int_equal(c.min_ttl_ms, 500);
	assert_int_equal(rs_setting_apply("min_free_kbytes=12345", &c), 0);
	assert_int_equal(c.min_free_kbytes, 12345);
	assert_true(rs_setting_is_known("vm.swappiness") && rs_setting_is_known("swap"));
	assert_false(rs_setting_is_known("vm.page-cluster") || rs_setting_is_known("swappiness=1"));
}

/* The kernel sets the other one of the pair to 0. */
static void rs_setting_apply_dirty_clears_its_twin(void **state)
{
	struct rs_sim_config c = host();

	(void)state;
	assert_int_equal(rs_setting_apply("vm.dirty_bytes=1048576", &c), 0);
	assert_int_equal(c.dirty_bytes, 1048576);
	assert_int_equal(c.dirty_ratio, 0);
	assert_int_equal(c.dirty_background_ratio, 10);
	assert_int_equal(rs_setting_apply("vm.dirty_ratio=5", &c), 0);
	assert_int_equal(c.dirty_bytes, 0);
	assert_int_equal(c.dirty_ratio, 5);
}

static void rs_setting_apply_sizes_are_absolute_or_a_change(void **state)
{
	struct rs_sim_config c = host();

	(void)state;
	assert_int_equal(rs_setting_apply("swap=1M", &c), 0);
	assert_int_equal(c.swap_pages, 256);
	assert_int_equal(rs_setting_apply("swap=+1M", &c), 0);
	assert_int_equal(c.swap_pages, 512);
	assert_int_equal(rs_setting_apply("swap=-50%", &c), 0);
	assert_int_equal(c.swap_pages, 256);
	assert_int_equal(rs_setting_apply("swap=-2M", &c), -EINVAL);
	/* Zones keep their shares. */
	assert_int_equal(rs_setting_apply("ram=+100%", &c), 0);
	assert_int_equal(c.zones[0].managed_pages, 8000);
	assert_int_equal(c.zones[1].managed_pages, 192000);
	assert_int_equal(rs_setting_apply("ram=1M", &c), -EINVAL);
}

static void rs_setting_apply_refused_changes_nothing(void **state)
{
	static const char *const wrong[] = { "swappiness=201",
					     "swappiness=-1",
					     "swappiness=",
					     "swappiness=6o",
					     "swappiness",
					     "swappines=1",
					     "vm.vm.swappiness=1",
					     "=1",
					     "dirty_bytes=1",
					     "lru_gen.enabled=8",
					     "lru_gen/enabled=y",
					     "vm.page-cluster=1",
					     "compaction_proactiveness=1",
					     "cgroup:/a:memory.high=1G",
					     "ram=512",
					     "swap=1T" };
	struct rs_sim_config c = host(), same = c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(rs_setting_apply(wrong[i], &c), -EINVAL);
	assert_memory_equal(&c, &same, sizeof(c));
}

static void rs_setting_sweep_has_both_ends(void **state)
{
	struct rs_setting_sweep s;
	char text[96];

	(void)state;
	assert_int_equal(rs_setting_parse_sweep("vm.swappiness=0:200:5", &s), 0);
	rs_setting_of_sweep(&s, 0, text, sizeof(text));
	assert_string_equal(text, "vm.swappiness=0");
	rs_setting_of_sweep(&s, 3, text, sizeof(text));
	assert_string_equal(text, "vm.swappiness=150");
	rs_setting_of_sweep(&s, 4, text, sizeof(text));
	assert_string_equal(text, "vm.swappiness=200");
	assert_int_equal(rs_setting_parse_sweep("swappiness=5:5:2", &s), -EINVAL);
	assert_int_equal(rs_setting_parse_sweep("swappiness=0:9:1", &s), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rs_setting_apply_with_and_without_vm_is_the_same),
		cmocka_unit_test(rs_setting_apply_dirty_clears_its_twin),
		cmocka_unit_test(rs_setting_apply_sizes_are_absolute_or_a_change),
		cmocka_unit_test(rs_setting_apply_refused_changes_nothing),
		cmocka_unit_test(rs_setting_sweep_has_both_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
