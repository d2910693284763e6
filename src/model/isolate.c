/* SPDX-License-Identifier: GPL-2.0-only */
#include "isolate.h"

#include "gfp.h"
#include "rules.h"
#include "why.h"

bool isolate_lru_folios_goes_on(const struct isolate_lru_folios *s)
{
	return s->scan < s->nr_to_scan;
}

enum rs_isolate_outcome isolate_lru_folios_step(struct isolate_lru_folios *s, const struct rs_tail_folio *folio,
						const struct rs_rules *rules, struct rs_why *why)
{
	bool limited = rules->isolate_skip_limit && s->nr_skipped_folios >= SWAP_CLUSTER_MAX_SKIPPED;

	s->total_scan += folio->nr_pages;
	if (folio->zid > s->reclaim_idx && !limited) {
		RS_WHY(why, isolate_skipped, folio->zid, s->reclaim_idx, s->nr_skipped_folios);
		s->nr_skipped[folio->zid] += folio->nr_pages;
		s->nr_skipped_folios++;
		return RS_ISOLATE_SKIPPED;
	}
	/* What cannot be taken counts as scanned, or a list of such folios would hold the lock for long. */
	s->scan += folio->nr_pages;
	if (!folio->lru || (!s->may_unmap && folio->mapped) || folio->get_failed || folio->lost) {
		RS_WHY(why, isolate_rotated, folio->lru, folio->mapped, s->may_unmap, folio->get_failed, folio->lost);
		return RS_ISOLATE_ROTATED;
	}
	RS_WHY(why, isolate_taken, folio->nr_pages, s->scan, s->nr_to_scan);
	s->nr_taken += folio->nr_pages;
	return RS_ISOLATE_TAKEN;
}

bool too_many_isolated(const struct too_many_isolated *in, struct rs_why *why)
{
	uint64_t inactive = in->inactive;

	if (in->kswapd || !in->writeback_throttling_sane) {
		RS_WHY(why, isolated_exempt, in->kswapd, in->writeback_throttling_sane);
		return false;
	}
	/* Who can do I/O is held back earlier, so that those who cannot are never stuck behind them. */
	if ((in->gfp_mask & (__GFP_IO | __GFP_FS)) == (__GFP_IO | __GFP_FS))
		inactive >>= 3;
	RS_WHY(why, isolated_compared, in->isolated, in->inactive, inactive);
	return in->isolated > inactive;
}

enum rs_isolate_wait shrink_inactive_list_wait(bool too_many, bool stalled, bool fatal, struct rs_why *why)
{
	enum rs_isolate_wait ret = !too_many ? RS_ISOLATE_GO
				   : stalled ? RS_ISOLATE_GIVE_UP
				   : fatal   ? RS_ISOLATE_DYING
					     : RS_ISOLATE_THROTTLE;

	RS_WHY(why, isolate_wait, too_many, stalled, fatal, ret);
	return ret;
}
