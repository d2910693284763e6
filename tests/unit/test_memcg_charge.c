/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "../../src/model/memcg_charge.h"
#include "kernel_rules.h"
#include "unit.h"

#define GFP_KERNEL 0xcc0u

static void targets_and_margins(void **state)
{
	(void)state;
	assert_int_equal(try_to_free_mem_cgroup_pages_target(1), 32);
	assert_int_equal(try_to_free_mem_cgroup_pages_target(64), 64);
	assert_int_equal(mem_cgroup_margin(90, 100), 10);
	assert_int_equal(mem_cgroup_margin(100, 100), 0);
	assert_int_equal(mem_cgroup_margin(101, 100), 0);
}

struct charge {
	struct rs_rules rules;
	struct try_charge_request req;
	struct try_charge t;
};

static struct charge charge_of(enum kernel_under_test v, struct try_charge_request req)
{
	struct charge c = { .rules = kernel_rules(v), .req = req };

	try_charge_begin(&c.t, &req, &c.rules);
	assert_int_equal(c.t.step, TRY_CHARGE_CHARGE);
	return c;
}

static enum try_charge_step said(struct charge *c, struct try_charge_result result)
{
	try_charge_next(&c->t, &c->req, &result, &c->rules, NULL);
	return c->t.step;
}

#define FAILED (struct try_charge_result){ 0 }
#define CHARGED (struct try_charge_result){ .charged = true }
#define RECLAIMED(n, m) (struct try_charge_result){ .nr_reclaimed = n, .margin = m }

static void try_charge_first_in_a_batch(void **state)
{
	struct charge c = charge_of(V6_1, (struct try_charge_request){ GFP_KERNEL, 1, 0, 0, 0 });

	(void)state;
	assert_int_equal(c.t.batch, 64);
	assert_int_equal(said(&c, FAILED), TRY_CHARGE_CHARGE);
	assert_int_equal(c.t.batch, 1);
	assert_int_equal(said(&c, CHARGED), TRY_CHARGE_DONE);
	assert_int_equal(said(&c, FAILED), TRY_CHARGE_DONE);
	assert_int_equal(charge_of(V5_10, (struct try_charge_request){ GFP_KERNEL, 1, 0, 0, 0 }).t.batch, 32);
	c = charge_of(V6_1, (struct try_charge_request){ GFP_KERNEL, 512, 0, 0, 0 });
	assert_int_equal(c.t.batch, 512);
	assert_int_equal(said(&c, FAILED), TRY_CHARGE_RECLAIM);
}

static void try_charge_over_the_limit_by_request(void **state)
{
	static const struct {
		enum kernel_under_test v;
		struct try_charge_request req; /* gfp, pages, task flags, in oom, dying */
		enum try_charge_step step;
	} rows[] = {
		{ V6_1, { GFP_KERNEL, 64, PF_MEMALLOC, 0, 0 }, TRY_CHARGE_FORCED },
		{ V6_1, { GFP_KERNEL, 64, 0, 1, 0 }, TRY_CHARGE_ENOMEM },
		{ V6_1, { GFP_KERNEL | __GFP_NOFAIL, 64, 0, 1, 0 }, TRY_CHARGE_FORCED },
		{ V6_1, { 0x800, 64, 0, 0, 0 }, TRY_CHARGE_ENOMEM },
		{ V6_1, { 0x820, 64, 0, 0, 0 }, TRY_CHARGE_FORCED },
		{ V5_10, { 0x820, 64, 0, 0, 0 }, TRY_CHARGE_ENOMEM },
		{ V5_10, { 0x801, 64, 0, 0, 0 }, TRY_CHARGE_ENOMEM },
		{ V5_10, { 0xa20, 64, 0, 0, 0 }, TRY_CHARGE_FORCED },
		{ V5_10, { GFP_KERNEL, 64, 0, 0, 1 }, TRY_CHARGE_FORCED },
		{ V6_1, { GFP_KERNEL, 64, 0, 0, 1 }, TRY_CHARGE_RECLAIM },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct charge c = charge_of(rows[i].v, rows[i].req);

		assert_int_equal(said(&c, FAILED), rows[i].step);
	}
}

static void try_charge_retries_after_reclaim(void **state)
{
	struct charge c = charge_of(V6_1, (struct try_charge_request){ GFP_KERNEL, 64, 0, 0, 0 });
	int i;

	(void)state;
	said(&c, FAILED);
	assert_int_equal(said(&c, RECLAIMED(0, 64)), TRY_CHARGE_CHARGE);
	assert_false(c.t.drained);
	said(&c, FAILED);
	assert_int_equal(said(&c, RECLAIMED(0, 63)), TRY_CHARGE_CHARGE);
	assert_true(c.t.drained);
	for (i = 0; i < 16; i++) {
		said(&c, FAILED);
		assert_int_equal(said(&c, RECLAIMED(100, 0)), TRY_CHARGE_CHARGE); /* 64 pages are too many to be lucky */
	}
	said(&c, FAILED);
	assert_int_equal(said(&c, RECLAIMED(100, 0)), TRY_CHARGE_OOM);
	assert_int_equal(said(&c, (struct try_charge_result){ .oom = true }), TRY_CHARGE_CHARGE);
	assert_true(c.t.passed_oom);
	assert_int_equal(c.t.nr_retries, 16);
	c.t.nr_retries = 0;
	said(&c, FAILED);
	assert_int_equal(said(&c, (struct try_charge_result){ .dying = true }), TRY_CHARGE_ENOMEM);
	c.t = (struct try_charge){ .step = TRY_CHARGE_OOM };
	assert_int_equal(said(&c, FAILED), TRY_CHARGE_ENOMEM);
	assert_int_equal(said(&c, CHARGED), TRY_CHARGE_ENOMEM);
	/* dying, but the killer was not asked yet */
	c.t = (struct try_charge){ .step = TRY_CHARGE_RECLAIM, .drained = true };
	assert_int_equal(said(&c, (struct try_charge_result){ .dying = true }), TRY_CHARGE_OOM);
	c.rules = kernel_rules(V5_10);
	c.t = (struct try_charge){ .step = TRY_CHARGE_RECLAIM, .drained = true };
	assert_int_equal(said(&c, (struct try_charge_result){ .dying = true }), TRY_CHARGE_FORCED);
	/* up to 8 pages, any progress is worth a retry */
	c = charge_of(V6_1, (struct try_charge_request){ GFP_KERNEL, 8, 0, 0, 0 });
	c.t = (struct try_charge){ .step = TRY_CHARGE_RECLAIM, .drained = true, .batch = 8 };
	assert_int_equal(said(&c, RECLAIMED(1, 0)), TRY_CHARGE_CHARGE);
	assert_int_equal(c.t.nr_retries, 0);
	c.req.nr_pages = 9;
	c.t.step = TRY_CHARGE_RECLAIM;
	assert_int_equal(said(&c, RECLAIMED(1, 0)), TRY_CHARGE_OOM);
	c.req.gfp |= __GFP_RETRY_MAYFAIL;
	c.t = (struct try_charge){ .step = TRY_CHARGE_RECLAIM, .drained = true };
	assert_int_equal(said(&c, RECLAIMED(1, 0)), TRY_CHARGE_ENOMEM);
	c.req.gfp = GFP_KERNEL | __GFP_NORETRY;
	c.t = (struct try_charge){ .step = TRY_CHARGE_RECLAIM, .drained = true, .nr_retries = 16 };
	assert_int_equal(said(&c, RECLAIMED(100, 0)), TRY_CHARGE_ENOMEM);
	c.t = (struct try_charge){ .step = TRY_CHARGE_FORCED };
	assert_int_equal(said(&c, FAILED), TRY_CHARGE_FORCED);
}

static void charge_handles_high_beyond_a_batch(void **state)
{
	struct rs_rules v5_10 = kernel_rules(V5_10), v6_1 = kernel_rules(V6_1);

	(void)state;
	assert_true(charge_handles_high(65, GFP_KERNEL, 0, &v6_1));
	assert_false(charge_handles_high(64, GFP_KERNEL, 0, &v6_1));
	assert_false(charge_handles_high(65, GFP_KERNEL, PF_MEMALLOC, &v6_1));
	assert_false(charge_handles_high(65, 0x800, 0, &v6_1));
	assert_false(charge_handles_high(6500, GFP_KERNEL, 0, &v5_10));
}

static void high_delays(void **state)
{
	struct rs_rules v5_10 = kernel_rules(V5_10), v6_1 = kernel_rules(V6_1);

	(void)state;
	assert_int_equal(calculate_overage(100, 100), 0);
	assert_int_equal(calculate_overage(101, 100), 10485); /* 2^20 / 100 */
	assert_int_equal(calculate_overage(200, 100), 1 << 20);
	assert_int_equal(calculate_overage(3, 0), 2 << 20); /* as if it were one page */
	/* 100 %: 2^40 * 250 >> 34 = 16000 ticks for a batch */
	assert_int_equal(calculate_high_delay(64, 1 << 20, &v6_1), 16000);
	assert_int_equal(calculate_high_delay(64, 1 << 20, &v5_10), 32000);
	assert_int_equal(calculate_high_delay(32, 1 << 20, &v6_1), 8000);
	assert_int_equal(calculate_high_delay(1, 10485, &v6_1), 0); /* 1 * 1 / 64 */
	assert_int_equal(calculate_high_delay(64, 10485, &v6_1), 1);
	assert_int_equal(calculate_high_delay(64, 0, &v6_1), 0);
}

static void handle_over_high_reclaims_then_sleeps(void **state)
{
	struct rs_rules v6_1 = kernel_rules(V6_1), v6_12 = kernel_rules(V6_12);
	struct handle_over_high h;
	int i;

	(void)state;
	handle_over_high_begin(&h, 0);
	assert_true(h.done);
	handle_over_high_begin(&h, 64);
	assert_int_equal(h.nr_to_reclaim, 64);
	for (i = 0; i < 16; i++) {
		handle_over_high_next(&h, &(struct handle_over_high_round){ 0, 1 << 20, 0, true }, &v6_1, NULL);
		assert_false(h.done);
		assert_int_equal(h.nr_to_reclaim, 32);
		/* progress costs no retry */
		handle_over_high_next(&h, &(struct handle_over_high_round){ 1, 1 << 20, 0, false }, &v6_1, NULL);
		assert_false(h.done);
	}
	handle_over_high_next(&h, &(struct handle_over_high_round){ 0, 1 << 20, 0, false }, &v6_1, NULL);
	assert_true(h.done);
	assert_int_equal(h.penalty_jiffies, 500); /* at most 2 s */
	/* HZ / 100 = 2 ticks are let pass, 3 are not: overage 10485 and 0.0x make 1 each */
	handle_over_high_begin(&h, 128);
	h.nr_retries = 0;
	handle_over_high_next(&h, &(struct handle_over_high_round){ 0, 10485, 0, false }, &v6_1, NULL);
	assert_true(h.done && !h.penalty_jiffies);
	handle_over_high_begin(&h, 192);
	h.nr_retries = 0;
	handle_over_high_next(&h, &(struct handle_over_high_round){ 0, 10485, 0, false }, &v6_1, NULL);
	assert_int_equal(h.penalty_jiffies, 3);
	handle_over_high_begin(&h, 128);
	h.nr_retries = 0;
	handle_over_high_next(&h, &(struct handle_over_high_round){ 0, 10485, 10485, false }, &v6_1, NULL);
	assert_int_equal(h.penalty_jiffies, 4); /* swap.high adds */
	handle_over_high_begin(&h, 64);
	handle_over_high_next(&h, &(struct handle_over_high_round){ 9, 1 << 20, 0, true }, &v6_12, NULL);
	assert_true(h.done && !h.penalty_jiffies);
}

static void proactive_reclaim_until_done_or_stuck(void **state)
{
	struct rs_rules v6_1 = kernel_rules(V6_1), v6_12 = kernel_rules(V6_12);
	struct proactive_reclaim p;
	int i;

	(void)state;
	proactive_reclaim_begin(&p, 0, &v6_1);
	assert_true(p.done && !p.again);
	proactive_reclaim_begin(&p, 1000, &v6_1);
	assert_int_equal(p.batch_size, 1000);
	proactive_reclaim_next(&p, 300, &v6_1, NULL);
	assert_int_equal(p.batch_size, 700);
	proactive_reclaim_next(&p, 700, &v6_1, NULL);
	assert_true(p.done && !p.again);
	assert_int_equal(p.batch_size, 0);
	assert_int_equal(p.nr_reclaimed, 1000);
	proactive_reclaim_begin(&p, 1000, &v6_12);
	assert_int_equal(p.batch_size, 250);
	proactive_reclaim_next(&p, 998, &v6_12, NULL);
	assert_int_equal(p.batch_size, 0); /* the target of a call is 32 at least */
	assert_false(p.done);
	for (i = 0; i < 16; i++) {
		proactive_reclaim_next(&p, 0, &v6_12, NULL);
		assert_false(p.done);
	}
	proactive_reclaim_next(&p, 1, &v6_12, NULL);
	assert_false(p.done);
	proactive_reclaim_next(&p, 0, &v6_12, NULL);
	assert_true(p.done && p.again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets_and_margins),
		cmocka_unit_test(try_charge_first_in_a_batch),
		cmocka_unit_test(try_charge_over_the_limit_by_request),
		cmocka_unit_test(try_charge_retries_after_reclaim),
		cmocka_unit_test(charge_handles_high_beyond_a_batch),
		cmocka_unit_test(high_delays),
		cmocka_unit_test(handle_over_high_reclaims_then_sleeps),
		cmocka_unit_test(proactive_reclaim_until_done_or_stuck),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
