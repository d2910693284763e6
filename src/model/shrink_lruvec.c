/* SPDX-License-Identifier: GPL-2.0-only */
#include "shrink_lruvec.h"

#include "scan_balance.h"
#include "why.h"

void shrink_lruvec_begin(struct shrink_lruvec *s, const struct shrink_lruvec_begin *in)
{
	int lru;

	*s = (struct shrink_lruvec){
		.nr_to_reclaim = in->nr_to_reclaim,
		.may_deactivate = in->may_deactivate,
		/* Direct reclaim at its first priority scans all it planned, so that the lists age in proportion. */
		.proportional_reclaim = !in->cgroup_reclaim && !in->kswapd && in->priority == DEF_PRIORITY,
		.lru = NR_EVICTABLE_LISTS,
	};
	for (lru = 0; lru < NR_EVICTABLE_LISTS; lru++)
		s->nr[lru] = s->targets[lru] = in->nr[lru];
}

/* What is still to scan of the kept type: its target, less the share the other type has missed. */
static void rescale(struct shrink_lruvec *s, int lru, uint64_t percentage)
{
	uint64_t nr_scanned = s->targets[lru] - s->nr[lru];

	s->nr[lru] = s->targets[lru] * (100 - percentage) / 100;
	s->nr[lru] -= rs_min(s->nr[lru], nr_scanned);
}

/* Enough is reclaimed: drops the type with less to scan. false: one type is through, so all is. */
static bool adjust(struct shrink_lruvec *s, struct rs_why *why)
{
	uint64_t nr_file = s->nr[LRU_INACTIVE_FILE] + s->nr[LRU_ACTIVE_FILE];
	uint64_t nr_anon = s->nr[LRU_INACTIVE_ANON] + s->nr[LRU_ACTIVE_ANON];
	uint64_t scan_target, percentage;
	int drop, keep;

	if (!nr_file || !nr_anon) {
		RS_WHY(why, lruvec_enough, s->nr_reclaimed, s->nr_to_reclaim, nr_anon, nr_file);
		return false;
	}
	if (nr_file > nr_anon) {
		scan_target = s->targets[LRU_INACTIVE_ANON] + s->targets[LRU_ACTIVE_ANON] + 1;
		percentage = rs_div(nr_anon * 100, scan_target);
		drop = LRU_BASE;
		keep = LRU_FILE;
	} else {
		scan_target = s->targets[LRU_INACTIVE_FILE] + s->targets[LRU_ACTIVE_FILE] + 1;
		percentage = rs_div(nr_file * 100, scan_target);
		drop = LRU_FILE;
		keep = LRU_BASE;
	}
	s->nr[drop] = 0;
	s->nr[drop + LRU_ACTIVE] = 0;
	rescale(s, keep, percentage);
	rescale(s, keep + LRU_ACTIVE, percentage);
	RS_WHY(why, lruvec_adjusted, nr_anon, nr_file, percentage, keep, s->nr[keep], s->nr[keep + LRU_ACTIVE]);
	return true;
}

/* The test at the foot of a pass, then the one at its head. */
static bool another_pass(struct shrink_lruvec *s, struct rs_why *why)
{
	if (s->passes++ && s->nr_reclaimed >= s->nr_to_reclaim && !s->proportional_reclaim && !adjust(s, why))
		return false;
	/* Active anon alone keeps nothing going: it would only be deactivated. */
	return s->nr[LRU_INACTIVE_ANON] || s->nr[LRU_ACTIVE_FILE] || s->nr[LRU_INACTIVE_FILE];
}

bool shrink_lruvec_next(struct shrink_lruvec *s, struct shrink_list *next, struct rs_why *why)
{
	while (!s->over) {
		enum lru_list lru = s->lru++;
		uint64_t nr_to_scan;

		if (lru == NR_EVICTABLE_LISTS) {
			s->over = !another_pass(s, why);
			s->lru = 0;
			continue;
		}
		nr_to_scan = rs_min(s->nr[lru], SWAP_CLUSTER_MAX);
		if (!nr_to_scan)
			continue;
		s->nr[lru] -= nr_to_scan;
		if (is_active_lru(lru) && !(s->may_deactivate & 1u << is_file_lru(lru))) {
			RS_WHY(why, lruvec_skip_active, lru, nr_to_scan, s->may_deactivate);
			s->skipped_deactivate = true;
			continue;
		}
		RS_WHY(why, lruvec_scan, lru, nr_to_scan, s->nr[lru], s->nr_reclaimed, s->nr_to_reclaim);
		*next = (struct shrink_list){ .lru = lru, .nr_to_scan = nr_to_scan };
		return true;
	}
	return false;
}

void shrink_lruvec_reclaimed(struct shrink_lruvec *s, uint64_t nr_reclaimed)
{
	s->nr_reclaimed += nr_reclaimed;
}

bool shrink_lruvec_age_anon(const struct shrink_lruvec_age_anon *in, struct shrink_list *request, struct rs_why *why)
{
	const struct inactive_is_low sizes = {
		.inactive = in->inactive_anon,
		.active = in->active_anon,
	};

	if (!in->can_age_anon) {
		RS_WHY(why, cannot_age_anon);
		return false;
	}
	if (!inactive_is_low(&sizes, why))
		return false;
	*request = (struct shrink_list){ .lru = LRU_ACTIVE_ANON, .nr_to_scan = SWAP_CLUSTER_MAX };
	return true;
}
