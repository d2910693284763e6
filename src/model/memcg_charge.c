/* SPDX-License-Identifier: GPL-2.0-only */
/* Charging and limits, mm/memcontrol.c. */
#include "memcg_charge.h"

#include <string.h>

#define MEMCG_DELAY_PRECISION_SHIFT 20
#define MEMCG_DELAY_SCALING_SHIFT 14
#define MEMCG_MAX_HIGH_DELAY_JIFFIES (2UL * HZ)

uint64_t mem_cgroup_margin(uint64_t usage, uint64_t max)
{
	return usage < max ? max - usage : 0;
}

void try_charge_begin(struct try_charge *t, const struct try_charge_request *req, const struct rs_rules *rules)
{
	memset(t, 0, sizeof(*t));
	t->batch = rs_max(rs_charge_batch(rules), req->nr_pages);
	t->nr_retries = MAX_RECLAIM_RETRIES;
}

/* The label nomem. */
static void nomem(struct try_charge *t, const struct try_charge_request *req, const struct rs_rules *rules)
{
	uint32_t forces = __GFP_NOFAIL | (rules->charge_high_forced ? __GFP_HIGH : 0);

	t->step = req->gfp & forces ? TRY_CHARGE_FORCED : TRY_CHARGE_ENOMEM;
}

/* The limit is reached: may the task do something about it? */
static void charge_failed(struct try_charge *t, const struct try_charge_request *req, const struct rs_rules *rules,
			  struct rs_why *why)
{
	/* atomic and dying tasks were let through before they had to reclaim */
	bool forced = !rules->charge_high_forced && ((req->gfp & __GFP_ATOMIC) || req->dying);

	if (t->batch > req->nr_pages) {
		RS_WHY(why, charge_smaller, t->batch, req->nr_pages);
		t->batch = req->nr_pages;
		return;
	}
	RS_WHY(why, charge_over_limit, req->nr_pages, req->gfp, req->task_flags, req->in_memcg_oom, forced);
	if ((req->task_flags & PF_MEMALLOC) || forced)
		t->step = TRY_CHARGE_FORCED;
	else if (req->in_memcg_oom || !(req->gfp & __GFP_DIRECT_RECLAIM))
		nomem(t, req, rules);
	else
		t->step = TRY_CHARGE_RECLAIM;
}

static void charge_reclaimed(struct try_charge *t, const struct try_charge_request *req,
			     const struct try_charge_result *result, const struct rs_rules *rules, struct rs_why *why)
{
	RS_WHY(why, charge_reclaimed, result->nr_reclaimed, result->margin, req->nr_pages, t->drained, t->nr_retries);
	t->step = TRY_CHARGE_CHARGE;
	if (result->margin >= req->nr_pages)
		return;
	if (!t->drained) {
		t->drained = true;
		return;
	}
	if (req->gfp & __GFP_NORETRY) {
		nomem(t, req, rules);
		return;
	}
	if (result->nr_reclaimed && req->nr_pages <= 1 << PAGE_ALLOC_COSTLY_ORDER)
		return;
	if (t->nr_retries--)
		return;
	if (req->gfp & __GFP_RETRY_MAYFAIL)
		nomem(t, req, rules);
	else if (!rules->charge_high_forced && result->dying)
		t->step = TRY_CHARGE_FORCED;
	else if (t->passed_oom && result->dying)
		nomem(t, req, rules);
	else
		t->step = TRY_CHARGE_OOM;
}

void try_charge_next(struct try_charge *t, const struct try_charge_request *req,
		     const struct try_charge_result *result, const struct rs_rules *rules, struct rs_why *why)
{
	switch (t->step) {
	case TRY_CHARGE_CHARGE:
		if (result->charged)
			t->step = TRY_CHARGE_DONE;
		else
			charge_failed(t, req, rules, why);
		break;
	case TRY_CHARGE_RECLAIM:
		charge_reclaimed(t, req, result, rules, why);
		break;
	case TRY_CHARGE_OOM:
		RS_WHY(why, charge_oom, result->oom);
		if (!result->oom) {
			nomem(t, req, rules);
			break;
		}
		t->passed_oom = true;
		t->nr_retries = MAX_RECLAIM_RETRIES;
		t->step = TRY_CHARGE_CHARGE;
		break;
	case TRY_CHARGE_DONE:
	case TRY_CHARGE_FORCED:
	case TRY_CHARGE_ENOMEM:
		break;
	}
}

bool charge_handles_high(unsigned int pages_over_high, uint32_t gfp, uint32_t task_flags, const struct rs_rules *rules)
{
	return rules->charge_high_at_once && pages_over_high > rs_charge_batch(rules) &&
	       !(task_flags & PF_MEMALLOC) && (gfp & __GFP_DIRECT_RECLAIM);
}

uint64_t calculate_overage(uint64_t usage, uint64_t high)
{
	if (usage <= high)
		return 0;
	high = rs_max(high, 1);
	return ((usage - high) << MEMCG_DELAY_PRECISION_SHIFT) / high;
}

uint64_t calculate_high_delay(unsigned int nr_pages, uint64_t max_overage, const struct rs_rules *rules)
{
	/* wraps where the kernel's does */
	uint64_t penalty = max_overage * max_overage * HZ;

	penalty >>= MEMCG_DELAY_PRECISION_SHIFT;
	penalty >>= MEMCG_DELAY_SCALING_SHIFT;
	return penalty * nr_pages / rs_charge_batch(rules);
}

void handle_over_high_begin(struct handle_over_high *h, unsigned int nr_pages)
{
	memset(h, 0, sizeof(*h));
	h->nr_pages = h->nr_to_reclaim = nr_pages;
	h->nr_retries = MAX_RECLAIM_RETRIES;
	h->done = !nr_pages;
}

void handle_over_high_next(struct handle_over_high *h, const struct handle_over_high_round *round,
			   const struct rs_rules *rules, struct rs_why *why)
{
	uint64_t penalty = calculate_high_delay(h->nr_pages, round->memory_overage, rules) +
			   calculate_high_delay(h->nr_pages, round->swap_overage, rules);

	penalty = rs_min(penalty, MEMCG_MAX_HIGH_DELAY_JIFFIES);
	RS_WHY(why, high_penalty, round->memory_overage, round->swap_overage, h->nr_pages, penalty,
	       round->nr_reclaimed, h->nr_retries);
	if (penalty <= HZ / 100) {
		h->done = true;
	} else if (round->nr_reclaimed || h->nr_retries--) {
		h->nr_to_reclaim = SWAP_CLUSTER_MAX;
		h->done = rules->high_spares_dying && round->dying;
	} else {
		h->done = true;
		h->penalty_jiffies = penalty;
	}
}

static void next_batch(struct proactive_reclaim *p, const struct rs_rules *rules)
{
	uint64_t left = p->nr_to_reclaim - p->nr_reclaimed;

	p->done = p->nr_reclaimed >= p->nr_to_reclaim;
	p->batch_size = p->done ? 0 : rules->proactive_batch ? left / 4 : left;
}

void proactive_reclaim_begin(struct proactive_reclaim *p, uint64_t nr_to_reclaim, const struct rs_rules *rules)
{
	memset(p, 0, sizeof(*p));
	p->nr_to_reclaim = nr_to_reclaim;
	p->nr_retries = MAX_RECLAIM_RETRIES;
	next_batch(p, rules);
}

void proactive_reclaim_next(struct proactive_reclaim *p, uint64_t reclaimed, const struct rs_rules *rules,
			    struct rs_why *why)
{
	RS_WHY(why, proactive, p->nr_to_reclaim, p->nr_reclaimed, reclaimed, p->nr_retries);
	if (!reclaimed && !p->nr_retries--) {
		p->done = p->again = true;
		return;
	}
	p->nr_reclaimed += reclaimed;
	next_batch(p, rules);
}
