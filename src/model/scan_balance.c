/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How hard each list of a lruvec is scanned. Counters come from the caller, at the moment the kernel
 * reads them: flushing statistics and taking locks have no place here.
 */
#include "scan_balance.h"

#include "int_sqrt.h"
#include "why.h"

bool inactive_is_low(const struct inactive_is_low *in, struct rs_why *why)
{
	uint64_t gb = (in->inactive + in->active) >> (30 - PAGE_SHIFT);
	uint64_t inactive_ratio = gb ? int_sqrt(10 * gb) : 1;

	if (in->inactive * inactive_ratio < in->active) {
		RS_WHY(why, inactive_low, in->inactive, inactive_ratio, in->active);
		return true;
	}
	RS_WHY(why, inactive_enough, in->inactive, inactive_ratio, in->active);
	return false;
}

/* One of the two halves of prepare_scan_control(): shall active pages of this type be deactivated? */
static bool may_deactivate(const struct prepare_scan_control *in, int file, bool *compared, struct rs_why *why)
{
	struct inactive_is_low sizes = {
		.inactive = in->lru_size[file * LRU_FILE],
		.active = in->lru_size[file * LRU_FILE + LRU_ACTIVE],
	};

	if (in->activate[file] != in->refaults[file]) {
		RS_WHY(why, deactivate_refaults, file, in->activate[file], in->refaults[file]);
		return true;
	}
	*compared = true;
	return inactive_is_low(&sizes, why);
}

struct prepare_scan_control_result prepare_scan_control(const struct prepare_scan_control *in, struct rs_why *why)
{
	struct prepare_scan_control_result r = { .file_is_tiny = in->file_is_tiny };
	uint64_t file = in->lru_size[LRU_INACTIVE_FILE];

	if (in->lru_gen) {
		RS_WHY(why, prepare_lru_gen);
		return r;
	}
	r.prepared = true;
	r.anon_cost = in->anon_cost;
	r.file_cost = in->file_cost;
	if (!in->force_deactivate) {
		if (may_deactivate(in, WORKINGSET_ANON, &r.compared[WORKINGSET_ANON], why))
			r.may_deactivate |= DEACTIVATE_ANON;
		if (may_deactivate(in, WORKINGSET_FILE, &r.compared[WORKINGSET_FILE], why))
			r.may_deactivate |= DEACTIVATE_FILE;
	} else {
		RS_WHY(why, deactivate_forced);
		r.may_deactivate = DEACTIVATE_ANON | DEACTIVATE_FILE;
	}

	if (file >> in->priority && !(r.may_deactivate & DEACTIVATE_FILE) && !in->no_cache_trim_mode)
		r.cache_trim_mode = true;
	RS_WHY(why, cache_trim_mode, file, in->priority, r.may_deactivate, in->no_cache_trim_mode, r.cache_trim_mode);

	if (!in->cgroup_reclaim) {
		uint64_t node_file = in->node_active_file + in->node_inactive_file;

		r.file_is_tiny = node_file + in->free <= in->total_high_wmark &&
				 !(r.may_deactivate & DEACTIVATE_ANON) && in->node_inactive_anon >> in->priority;
		RS_WHY(why, file_is_tiny, node_file, in->free, in->total_high_wmark, r.may_deactivate,
		       in->node_inactive_anon, r.file_is_tiny);
	}
	return r;
}

void snapshot_refaults(const uint64_t activate[ANON_AND_FILE], uint64_t refaults[ANON_AND_FILE])
{
	refaults[WORKINGSET_ANON] = activate[WORKINGSET_ANON];
	refaults[WORKINGSET_FILE] = activate[WORKINGSET_FILE];
}

bool can_reclaim_anon_pages(int64_t swap_pages, bool can_demote)
{
	return swap_pages > 0 || can_demote;
}

int64_t mem_cgroup_get_nr_swap_pages(int64_t swap_free, const int64_t *swap_margin, unsigned int levels)
{
	unsigned int i;

	for (i = 0; i < levels; i++)
		if (swap_margin[i] < swap_free)
			swap_free = swap_margin[i];
	return swap_free;
}

bool can_age_anon_pages(uint64_t swap_total, bool can_demote)
{
	return (int64_t)swap_total > 0 || can_demote;
}

int sc_swappiness(bool proactive, int proactive_swappiness, int swappiness)
{
	return proactive && proactive_swappiness >= 0 ? proactive_swappiness : swappiness;
}

uint64_t lruvec_lru_size(const uint64_t *zone_size, unsigned int stride, enum lru_list lru, int zone_idx)
{
	uint64_t size = 0;
	int zid;

	for (zid = 0; zid <= zone_idx; zid++)
		size += zone_size[zid * stride + lru];
	return size;
}

uint64_t apply_proportional_protection(const struct apply_proportional_protection *in, bool *memcg_low_skipped,
				       struct rs_why *why)
{
	uint64_t protection = in->emin, cgroup_size, scan;

	if (in->is_target || !(in->emin || in->elow))
		return in->scan;

	if (!in->memcg_low_reclaim && in->elow > in->emin) {
		protection = in->elow;
		*memcg_low_skipped = true;
	}
	cgroup_size = rs_max(in->usage, protection);
	scan = in->scan - rs_div(in->scan * protection, cgroup_size + 1);
	scan = rs_max(scan, SWAP_CLUSTER_MAX);
	RS_WHY(why, scan_protected, in->scan, protection, cgroup_size, scan);
	return scan;
}

static enum scan_balance scan_balance(const struct get_scan_count *in, struct rs_why *why)
{
	if (!in->may_swap || !in->can_reclaim_anon) {
		RS_WHY(why, scan_file_no_swap, in->may_swap, in->can_reclaim_anon);
		return SCAN_FILE;
	}
	/* Only the limit of a cgroup takes swappiness 0 for a ban: global reclaim must not run out of memory. */
	if (in->cgroup_reclaim && !in->swappiness) {
		RS_WHY(why, scan_file_swappiness_0, in->swappiness);
		return SCAN_FILE;
	}
	if (in->swappiness == SWAPPINESS_ANON_ONLY) {
		RS_WHY(why, scan_anon_only, in->swappiness);
		return SCAN_ANON;
	}
	if (!in->priority && in->swappiness) {
		RS_WHY(why, scan_equal, in->priority, in->swappiness);
		return SCAN_EQUAL;
	}
	if (in->file_is_tiny) {
		RS_WHY(why, scan_anon_file_is_tiny);
		return SCAN_ANON;
	}
	if (in->cache_trim_mode) {
		RS_WHY(why, scan_file_cache_trim);
		return SCAN_FILE;
	}
	return SCAN_FRACT;
}

static void scan_fraction(const struct get_scan_count *in, struct get_scan_count_result *r, struct rs_why *why)
{
	uint64_t total_cost = in->anon_cost + in->file_cost;
	uint64_t anon_cost = total_cost + in->anon_cost;
	uint64_t file_cost = total_cost + in->file_cost;
	uint64_t ap, fp;

	total_cost = anon_cost + file_cost;
	ap = rs_div(in->swappiness * (total_cost + 1), anon_cost + 1);
	fp = rs_div((MAX_SWAPPINESS - in->swappiness) * (total_cost + 1), file_cost + 1);
	r->fraction[WORKINGSET_ANON] = ap;
	r->fraction[WORKINGSET_FILE] = fp;
	r->denominator = ap + fp;
	RS_WHY(why, scan_fract, in->swappiness, in->anon_cost, in->file_cost, ap, fp);
}

struct get_scan_count_result get_scan_count(const struct get_scan_count *in, struct rs_why *why)
{
	struct get_scan_count_result r = { .scan_balance = scan_balance(in, why) };
	int lru;

	if (r.scan_balance == SCAN_FRACT)
		scan_fraction(in, &r, why);

	for (lru = 0; lru < NR_EVICTABLE_LISTS; lru++) {
		const struct apply_proportional_protection protection = {
			.scan = in->lru_size[lru],
			.usage = in->usage,
			.emin = in->emin,
			.elow = in->elow,
			.is_target = in->is_target,
			.memcg_low_reclaim = in->memcg_low_reclaim,
		};
		bool file = is_file_lru(lru);
		uint64_t scan = apply_proportional_protection(&protection, &r.memcg_low_skipped, why);

		scan >>= in->priority;
		if (!scan && !in->online)
			scan = rs_min(in->lru_size[lru], SWAP_CLUSTER_MAX);
		switch (r.scan_balance) {
		case SCAN_EQUAL:
			break;
		case SCAN_FRACT:
			/* A cgroup that was removed loses its last pages only if the share is rounded up. */
			scan *= r.fraction[file];
			scan = rs_div(in->online ? scan : scan + r.denominator - 1, r.denominator);
			break;
		case SCAN_FILE:
		case SCAN_ANON:
			if ((r.scan_balance == SCAN_FILE) != file)
				scan = 0;
			break;
		}
		r.nr[lru] = scan;
		RS_WHY(why, scan_count, lru, in->lru_size[lru], in->priority, scan);
	}
	return r;
}
