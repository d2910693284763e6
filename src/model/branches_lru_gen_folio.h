/* SPDX-License-Identifier: GPL-2.0-only */
/* The branches of MGLRU's decisions on folios: X(name, formula, operands...). */
#ifndef RS_MODEL_BRANCHES_LRU_GEN_FOLIO_H
#define RS_MODEL_BRANCHES_LRU_GEN_FOLIO_H

#define RS_BRANCHES_LRU_GEN_FOLIO(X)                                                                                   \
	X(gen_inserted, "generation of a folio that joins", "PG_active", "PG_workingset", "busy", "reclaiming",        \
	  "max_seq", "seq")                                                                                            \
	X(type_swappiness, "swappiness decides the type", "swappiness", "type")                                        \
	X(type_anon_behind, "min_seq[anon] < min_seq[file]: anon", "min_seq[anon]", "min_seq[file]")                   \
	X(type_no_io, "!__GFP_IO: file")                                                                               \
	X(type_compared,                                                                                               \
	  "file if its refaults < 64 || refaults(file) * (total(anon) + 64) * swappiness <= "                          \
	  "(refaults(anon) + 1) * total(file) * (200 - swappiness)",                                                   \
	  "refaults(file)", "total(file)", "refaults(anon)", "total(anon)", "swappiness", "type")                      \
	X(type_nothing, "nothing to be had: the next try", "type", "next_type")                                        \
	X(tier_protected, "refaults more than tier 0: protected, and those above", "tier", "refaults", "total",        \
	  "refaults(0)", "total(0)")                                                                                   \
	X(tier_evicted, "the highest tier that is evicted", "type", "tier_idx")                                        \
	X(sort_unevictable, "!folio_evictable(): to the unevictable list")                                             \
	X(sort_lazyfree, "lazyfree and dirty: back to anon")                                                           \
	X(sort_promoted, "in another generation by now: to its list", "gen", "oldest")                                 \
	X(sort_protected, "tier > tier_idx || refs at their maximum: next generation", "refs", "tier", "tier_idx",     \
	  "maximum")                                                                                                   \
	X(sort_ineligible, "zone > reclaim_idx: next generation", "zone", "reclaim_idx")                               \
	X(sort_writeback, "to be written, or locked: next generation", "writeback", "dirty", "locked")                 \
	X(isolate_constrained, "may not be unmapped or written: skipped", "mapped", "dirty", "__GFP_IO")               \
	X(isolate_raced, "freed, or taken by somebody else: skipped", "frozen", "PG_lru")                              \
	X(min_seq_kept, "the oldest generations have folios, or there are only two", "min_seq[anon]",                  \
	  "min_seq[file]", "max_seq")                                                                                  \
	X(min_seq_advanced, "an oldest generation is empty", "min_seq[anon]", "min_seq[file]", "max_seq", "advanced")  \
	X(max_seq_advanced, "a new generation", "max_seq", "min_seq[anon]", "min_seq[file]")                           \
	X(lru_gen_refaulted, "recent: its generation is the oldest one; from 6.18 on, less than 4 behind", "seq",      \
	  "min_seq", "max_seq", "recent", "refs", "PG_workingset")

#endif
