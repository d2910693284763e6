/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a recording says that settings can be decided from: the settings and zones it was made under, and what was
 * measured. A number that the recording does not hold is NAN, and never 0.
 */
#ifndef RS_TUNE_EVIDENCE_H
#define RS_TUNE_EVIDENCE_H

#include "../model/zone.h"
#include "../trace/reader.h"

#define RS_EVIDENCE_ZONES 64
#define RS_EVIDENCE_NODES 64

struct rs_evidence_zone {
	int32_t nid, zid;
	char name[16];
	uint64_t managed, hugetlb; /* pages; huge pages are counted to the largest zone of their node */
	uint64_t min, low, high;
	/*
	 * Pages by which free memory shrank within one reaction time of kswapd, by reading of the gauge, largest
	 * first; only those that matter: where free memory was below twice the high mark at the end of it.
	 */
	double *bursts;
	unsigned int nr_bursts;
};

struct rs_evidence {
	/* ---- settings in force; -1: not in the recording ---- */
	int64_t min_free_kbytes, watermark_scale_factor, swappiness;
	int64_t dirty_ratio, dirty_background_ratio, dirty_bytes, dirty_background_bytes;
	bool mglru, thp, has_rules;
	struct rs_rules rules;
	uint64_t page_size, mem_pages, hugetlb_pages;
	unsigned int nr_zones;
	struct rs_evidence_zone zones[RS_EVIDENCE_ZONES];
	bool swap_is_memory; /* all of it is zram */
	bool has_swap;

	/* ---- measured ---- */
	double seconds;
	double psi_some_s, psi_full_s;
	double stalls, stall_s; /* direct reclaim; order 0 or higher */
	double memcg_stalls, memcg_stall_s; /* reclaim of one cgroup: its limits, memory.reclaim */
	double throttled_s, throttled_writeback_s;
	double refault_anon, refault_file, swapin, swapout, reclaimed; /* pages */
	double swapout_s; /* of a page, as the swap device counted */
	double swapin_s, file_read_s; /* waiting for one page, as the devices counted */
	double swapin_reads, file_reads; /* requests that these are means of */
	double write_bytes_s; /* of the devices with files, while they wrote */
	double dirty_met; /* of the pages reclaim scanned, dirty or under writeback */
	double react_s, react_worst_s; /* from the wake-up of kswapd to its first reclaimed batch: median and 95 % */
	unsigned int nr_reacts;
};

/* Reads all of @reader. 0 or -errno, said. rs_evidence_deinit() frees what is in it. */
int rs_evidence_init(struct rs_evidence *e, struct rs_reader *reader, const char *path);
void rs_evidence_deinit(struct rs_evidence *e);

#endif
