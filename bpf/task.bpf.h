/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What has to be remembered of a task between two programs: the begin of a pair of tracepoints
 * that make one record, and the arguments of functions whose return probe does not see them.
 *
 * A thread's place is the slot with the last bits of its number, for good once it has claimed it;
 * that costs a tenth of a lookup in a hash. A thread whose slot belongs to another is in an LRU map
 * instead, until others push it out. Everything is preallocated. Nothing in another program is
 * decided by what is stored here: a lost entry costs the record that needed it, and that is counted.
 */
#ifndef RS_TASK_BPF_H
#define RS_TASK_BPF_H

/* Functions whose arguments are kept for their return probe. */
enum frame_id {
	FRAME_NONE,
	FRAME_throttle_direct_reclaim,
	FRAME_allow_direct_reclaim,
	FRAME_zone_reclaimable_pages,
	FRAME_do_try_to_free_pages,
	FRAME_wakeup_kswapd,
	FRAME_prepare_kswapd_sleep,
	FRAME_pgdat_balanced,
	FRAME_balance_pgdat,
	FRAME_shrink_node,
	FRAME_shrink_lruvec,
	FRAME_inactive_is_low,
	FRAME_lruvec_page_state,
	FRAME_lruvec_lru_size,
	FRAME_apply_proportional_protection,
	FRAME_lru_note_cost_unlock_irq,
	FRAME_compaction_suitable,
	FRAME___alloc_pages_direct_compact,
	FRAME_out_of_memory,
	FRAME_oom_badness,
	FRAME_oom_evaluate_task,
	FRAME___zone_watermark_ok,
	FRAME_get_page_from_freelist,
	FRAME_workingset_eviction,
	FRAME_workingset_refault,
	FRAME_mem_cgroup_calculate_protection,
	FRAME_evict_folios,
	FRAME_should_abort_scan,
	FRAME_shrink_one,
	FRAME_try_to_shrink_lruvec,
	FRAME_get_swappiness,
	FRAME_lru_gen_rotate_memcg,
	FRAME_lruvec_is_sizable,
	FRAME_lruvec_evictable_size,
	FRAME_try_to_inc_max_seq,
	FRAME_set_mm_walk,
	FRAME_setup_per_zone_wmarks,
	FRAME_shrink_folio_list,
	FRAME_folio_referenced,
	FRAME_try_to_unmap,
	FRAME___remove_mapping,
};

#define FRAME_ARGS 4
#define FRAMES 16 /* nested calls of one task, interrupts included: reclaim that demotes allocates, and may reclaim in that */
#define FRAMES_LOST 8 /* returns that may be lost before the one that comes */

struct frame {
	__u64 id; /* enum frame_id */
	__u64 arg[FRAME_ARGS];
};

struct slab_begin {
	__u64 ts_ns;
	__u64 shrinker; /* address, stays in the kernel */
	__u64 cgroup, serial; /* the latter of the BTF tracepoint: see current_cgroup_serial() */
	__s64 nr_deferred;
	__u64 freeable, delta, total_scan;
	__s64 batch;
	__s32 seeks;
	__u32 flags;
	__s16 priority, nid;
};

/* The lruvec that a page was evicted from, while it comes back. */
struct refault {
	__u64 lruvec;
	__u64 cgroup;
	__u64 age;
	__u64 entry_size[RS_MAX_LRU - 1], lru_size[RS_MAX_LRU - 1];
	__s64 swap_eviction, swap_refault;
	__u64 known; /* bits: lists whose size is in lru_size */
};

struct task_state {
	__u64 owner; /* of a slot: its thread, plus one; 0: nobody yet */
	__u64 described_ns; /* when a task record was written last */
	__u64 written; /* folios of a list that left a record */
	__u64 scratch; /* for untyped() where no record is at hand yet */
	struct rs_isolate isolate; /* isolated: waits for its shrink_inactive or shrink_active */
	struct slab_begin slab;
	struct rs_event_reclaim_writeback writeback; /* nr_taken != 0: waits likewise */
	__u64 planned; /* lruvec whose sizes are below, until get_scan_count() is through */
	__u64 usage, emin, elow; /* of its cgroup */
	__u64 lru_zone_size[RS_MAX_ZONES * RS_MAX_LRU];
	struct refault refault; /* of workingset_refault(), which the task is in; lruvec 0: it is not */
	__u64 nonresident_age, nr_evicted, evicted_flags; /* at entry of workingset_eviction(); nr_evicted 0: none */
	__u64 compared[2]; /* sizes that inactive_is_low() found at its entry */
	__u64 depth;
	struct frame frames[FRAMES];
};

/* What the maps hold. */
#ifdef RS_SUMMARY
#define task_value rs_summary_task
#else
#define task_value task_state
#endif
_Static_assert(__builtin_offsetof(struct rs_summary_task, owner) == __builtin_offsetof(struct task_state, owner), "task_of()");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct task_value);
} tasks SEC(".maps");

#ifdef RS_SUMMARY
/* A variable, of which a place is found by one multiplication. The other one is longer than a variable may be. */
struct rs_summary_task task_slots[RS_TASK_SLOTS];
#else
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RS_TASK_SLOTS);
	__type(key, __u32);
	__type(value, struct task_state);
} task_slots SEC(".maps");
#endif

/* Who claimed which slot: inserting into a hash is what only one of two can do. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RS_TASK_SLOTS);
	__type(key, __u32);
	__type(value, __u32);
} task_claims SEC(".maps");

/* All zero: what a thread that was not seen before starts with. Too long for the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct task_value);
} new_task SEC(".maps");

static __always_inline struct task_state *task_slot(__u32 tid)
{
	__u32 slot = tid & (RS_TASK_SLOTS - 1);

#ifdef RS_SUMMARY
	return (void *)&task_slots[slot];
#else
	return bpf_map_lookup_elem(&task_slots, &slot);
#endif
}

/* The state of @tid, the current thread, if it has one. */
static __always_inline struct task_state *task_of(__u32 tid)
{
	struct task_state *task = task_slot(tid);

	if (task && task->owner == (__u64)tid + 1)
		return task;
	return bpf_map_lookup_elem(&tasks, &tid);
}

static __always_inline struct task_state *task_find(void)
{
	return task_of(bpf_get_current_pid_tgid());
}

/* A thread without a state gets its slot, or else a place in the map. */
static __noinline struct task_state *task_new(__u32 tid)
{
	__u32 slot = tid & (RS_TASK_SLOTS - 1), zero = 0;
	struct task_state *task = task_slot(tid);

	if (task && !task->owner && !bpf_map_update_elem(&task_claims, &slot, &tid, BPF_NOEXIST)) {
		task->owner = (__u64)tid + 1;
		return task;
	}
	task = bpf_map_lookup_elem(&new_task, &zero);
	if (task)
		bpf_map_update_elem(&tasks, &tid, task, BPF_NOEXIST);
	return bpf_map_lookup_elem(&tasks, &tid);
}

/* The same, made when it is missing. NULL: no room, counted as @type. */
static __always_inline struct task_state *task_get_of(__u32 tid, __u32 type)
{
	struct task_state *task = task_of(tid);

	if (task)
		return task;
	task = task_new(tid);
	if (!task)
		COUNT(map_full, type);
	return task;
}

static __always_inline struct task_state *task_get(__u32 type)
{
	return task_get_of(bpf_get_current_pid_tgid(), type);
}

/* Keeps the arguments of a call until frame_pop() at its return. */
static __always_inline void frame_push(__u32 id, __u64 a0, __u64 a1, __u64 a2, __u64 a3)
{
	struct task_state *task = task_get(0);
	struct frame *frame;
	__u64 depth;

	if (!task)
		return;
	depth = task->depth;
	if (depth >= FRAMES)
		depth = 0; /* returns were lost: start again */
	frame = &task->frames[depth & (FRAMES - 1)];
	frame->id = id;
	frame->arg[0] = a0;
	frame->arg[1] = a1;
	frame->arg[2] = a2;
	frame->arg[3] = a3;
	task->depth = depth + 1;
}

/* The arguments of the call that returns now; NULL, and counted as @type, if they were not seen. */
static __always_inline struct frame *frame_pop(__u32 id, __u32 type)
{
	struct task_state *task = task_find();
	__u64 depth;
	int i;

	if (task) {
		depth = task->depth;
#pragma unroll
		for (i = 0; i < FRAMES_LOST; i++) {
			struct frame *frame;

			if (!depth)
				break;
			depth--;
			frame = &task->frames[depth & (FRAMES - 1)];
			if (frame->id == id) {
				task->depth = depth;
				return frame;
			}
		}
	}
	COUNT(unmatched, type);
	return NULL;
}

/* ---- who is it ---- */

/*
 * Are the current task's events wanted? A cgroup filter looks at up to 8 ancestors. A function of its own, because each
 * program that has it would be relocated, and cleared of it by the verifier, for itself.
 */
static __noinline bool task_wanted(void)
{
	__u64 pid_tgid, css;
	int i;

	if (!opts.filter_active)
		return true; /* the usual case, without asking who it is */
	pid_tgid = bpf_get_current_pid_tgid();
	if (opts.self_tgid && pid_tgid >> 32 == opts.self_tgid)
		return false;
	if (opts.filter_tgid && pid_tgid >> 32 != opts.filter_tgid)
		return false;
	if (opts.filter_tid && (__u32)pid_tgid != opts.filter_tid)
		return false;
	if (!opts.filter_cgroup)
		return true;
	css = current_css();
	for (i = 0; i < 8 && css; i++) {
		if (css_cgroup_id(css) == opts.filter_cgroup)
			return true;
		css = READ64(struct cgroup_subsys_state, parent, css);
	}
	return false;
}

/* Is this event wanted? @nid -1: it belongs to no node, or is not known yet. */
static __always_inline bool wanted(__u32 type, __s32 nid)
{
	if (!opts.filter_active || (task_wanted() && (opts.filter_nid < 0 || nid < 0 || nid == opts.filter_nid)))
		return true;
	COUNT(filtered, type);
	return false;
}

/*
 * The same for a tracepoint of which each call is such a record, or in a summary something else that is counted, and nothing
 * else is: while there is no filter its calls are not counted once more, see rs_capture_counters().
 */
#define WANTED_OF(tracepoint, name, nid)                                                           \
	(!opts.filter_active ? true : ({                                                           \
		SEEN(tracepoint);                                                                  \
		wanted(RS_EVENT_##name, nid);                                                      \
	}))

/* Says who the current thread is, at most once a second for each. */
static __always_inline void describe_task(void)
{
	struct task_state *task = task_get(RS_EVENT_task);
	struct rs_event_task *e;
	struct emit em;
	__u64 now;

	if (!task)
		return;
	now = bpf_ktime_get_ns();
	if (task->described_ns && now - task->described_ns < 1000000000ULL)
		return;
	task->described_ns = now;
	e = EMIT(&em, task);
	if (!e)
		return;
	e->cgroup = current_cgroup_id();
	e->tgid = bpf_get_current_pid_tgid() >> 32;
	e->flags = task_flags();
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	emit_submit(&em);
}

#endif
