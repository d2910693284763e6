/* SPDX-License-Identifier: GPL-2.0-only */
#include "shrink_list.h"

#include "rules.h"
#include "why.h"

enum rs_active_outcome shrink_active_list(const struct shrink_active_list *in, struct rs_why *why)
{
	if (!in->evictable) {
		RS_WHY(why, active_unevictable);
		return RS_ACTIVE_PUTBACK;
	}
	/* Programs that run stay; anything else has to be referenced again on the inactive list. */
	if (in->referenced != 0 && in->vm_exec && !in->swapbacked) {
		RS_WHY(why, active_executable, in->referenced);
		return RS_ACTIVE_ROTATED;
	}
	RS_WHY(why, active_deactivated, in->referenced, in->vm_exec, in->swapbacked);
	return RS_ACTIVE_DEACTIVATED;
}

struct shrink_inactive_list_result shrink_inactive_list(const struct shrink_inactive_list *in, struct rs_sc_nr *nr,
							const struct rs_rules *rules, struct rs_why *why)
{
	const struct reclaim_stat *stat = &in->stat;
	struct shrink_inactive_list_result r = { 0 };

	if (stat->nr_unqueued_dirty == in->nr_taken) {
		r.wakeup_flusher_threads = true;
		r.throttle_writeback = rules->reclaim_throttle && !in->writeback_throttling_sane;
		RS_WHY(why, inactive_all_dirty, stat->nr_unqueued_dirty, in->nr_taken, r.throttle_writeback);
	}
	nr->dirty += stat->nr_dirty;
	nr->unqueued_dirty += stat->nr_unqueued_dirty;
	nr->congested += stat->nr_congested;
	nr->writeback += stat->nr_writeback;
	nr->immediate += stat->nr_immediate;
	nr->taken += in->nr_taken;
	if (in->file)
		nr->file_taken += in->nr_taken;
	return r;
}
