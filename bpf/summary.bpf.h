/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Summary mode: sums and histograms kept in the kernel, no records. Slots for each CPU, changed
 * with atomic adds, so that neither an interrupt nor a preempted program can lose a count.
 */
#ifndef RS_SUMMARY_BPF_H
#define RS_SUMMARY_BPF_H

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, RS_MAX_STALLERS);
	__type(key, struct rs_staller_key);
	__type(value, struct rs_staller);
} stallers SEC(".maps");

static __always_inline struct rs_totals *this_totals(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&totals, &cpu);
}

/* Never with a constant 0, of which clang makes an instruction that 5.10 does not know. */
#define ADD(counter, n) __sync_fetch_and_add(&(counter), n)

static __always_inline int summary_stall_begin(__u32 kind)
{
	struct rs_summary_task *task = (void *)task_get(RS_EVENT_reclaim_begin);

	if (task) {
		task->stall_ns = bpf_ktime_get_ns();
		task->stall_kind = kind;
	}
	return 0;
}

/*
 * What a thread had of its own goes to a row of the table. Global, and finds the thread itself: the verifier goes through it
 * once for each program, and not once for each way to each call.
 */
__noinline int add_staller(__u32 by_cgroup)
{
	struct rs_summary_task *task = (void *)task_find();
	struct rs_staller_key key = { .by_cgroup = by_cgroup };
	const struct rs_staller *sum;
	struct rs_staller *s;

	if (!task)
		return 0;
	sum = &task->own.sum;
	key.id = by_cgroup ? task->own.cgroup : task->own.tgid;
	key.kind = task->own.kind;
	s = bpf_map_lookup_elem(&stallers, &key);
	if (!s) {
		if (!bpf_map_update_elem(&stallers, &key, sum, BPF_NOEXIST))
			return 0;
		s = bpf_map_lookup_elem(&stallers, &key);
	}
	if (!s) {
		COUNT(map_full, RS_EVENT_reclaim_end);
		return 0;
	}
	ADD(s->count, sum->count);
	ADD(s->ns, sum->ns);
	ADD(s->nr_reclaimed, sum->nr_reclaimed);
	if (sum->max_ns > s->max_ns)
		s->max_ns = sum->max_ns; /* two at once can lose the smaller one's place, never the larger's for long */
	return 0;
}

static __always_inline void hand_over(struct rs_own_stalls *own)
{
	add_staller(0);
	add_staller(1);
	own->sum.count = own->sum.ns = own->sum.max_ns = own->sum.nr_reclaimed = 0;
}

/* From now on the thread's own stalls are of @kind and of who it is now. Global as well. */
__noinline int change_own_stalls(__u32 kind)
{
	struct rs_summary_task *task = (void *)task_find();
	struct rs_own_stalls *own;

	if (!task)
		return 0;
	own = &task->own;
	if (own->sum.count)
		hand_over(own);
	own->tgid = bpf_get_current_pid_tgid() >> 32;
	own->cgroup = ask_current_cgroup_id();
	own->cgroup_serial = current_cgroup_serial();
	own->kind = kind;
	bpf_get_current_comm(own->sum.comm, sizeof(own->sum.comm));
	return 0;
}

static __always_inline void add_own_stall(struct rs_summary_task *task, __u64 tgid, __u32 kind, __u64 ns, __u64 nr_reclaimed)
{
	struct rs_own_stalls *own = &task->own;

	/* One branch for three, each of which the verifier would follow both ways. */
	if ((own->tgid ^ tgid) | (own->cgroup_serial ^ current_cgroup_serial()) | (own->kind ^ kind))
		change_own_stalls(kind);
	own->sum.count++;
	own->sum.ns += ns;
	own->sum.nr_reclaimed += nr_reclaimed;
	if (ns > own->sum.max_ns)
		own->sum.max_ns = ns;
	/* Without a slot it is in a map that nobody reads. */
	if (!task->owner)
		hand_over(own);
}

static __always_inline int summary_stall_end(__u32 kind, __u64 nr_reclaimed)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	struct rs_summary_task *task = (void *)task_of(pid_tgid);
	struct rs_totals *t = this_totals();
	struct rs_stalls *stalls;
	__u32 bucket;
	__u64 ns;

	if (!t)
		return 0;
	stalls = &t->stalls[kind < RS_NR_RECLAIM_KINDS ? kind : 0];
	if (!task || !task->stall_ns || task->stall_kind != kind) {
		COUNT(unmatched, RS_EVENT_reclaim_end);
		return 0;
	}
	ns = bpf_ktime_get_ns() - task->stall_ns;
	task->stall_ns = 0;
	ADD(stalls->count, 1);
	ADD(stalls->ns, ns);
	if (nr_reclaimed)
		ADD(stalls->nr_reclaimed, nr_reclaimed);
	bucket = rs_hist_bucket(ns);
	asm volatile("" : "+r"(bucket)); /* else clang drops the mask, which the verifier has to see */
	ADD(stalls->hist[bucket & (RS_HIST_BUCKETS - 1)], 1);
	if (ns > stalls->max_ns)
		stalls->max_ns = ns;
	if (kind != RS_RECLAIM_KSWAPD)
		add_own_stall(task, pid_tgid >> 32, kind, ns, nr_reclaimed);
	return 0;
}

static __always_inline int summary_kswapd_wake(void)
{
	struct rs_summary_task *task = (void *)task_get(RS_EVENT_kswapd_wake);

	/* Awake already, with another request: the stay goes on. */
	if (task && !task->stall_ns) {
		task->stall_ns = bpf_ktime_get_ns();
		task->stall_kind = RS_RECLAIM_KSWAPD;
	}
	return 0;
}

static __always_inline int summary_throttled(__u32 reason, __u32 usec)
{
	struct rs_totals *t = this_totals();

	if (t && reason < RS_NR_THROTTLES) {
		ADD(t->throttled[reason], 1);
		ADD(t->throttled_usec[reason], usec);
	}
	return 0;
}

static __always_inline int summary_batch(__u64 nr_scanned, __u64 nr_reclaimed, __s32 priority, bool file)
{
	__u32 task = task_flags() & PF_KSWAPD ? 0 : 1;
	struct rs_counts *c = this_counts();

	ADD(c->nr_scanned[task][file & 1], nr_scanned);
	ADD(c->nr_reclaimed[task][file & 1], nr_reclaimed);
	ADD(c->batches_by_priority[priority & 15], 1);
	return 0;
}

static __always_inline int summary_slab(__s32 freed)
{
	struct rs_counts *c = this_counts();

	ADD(c->seen[RS_TP_mm_shrink_slab_end], 1);
	if (freed > 0)
		ADD(c->slab_freed, freed);
	return 0;
}

static __always_inline int summary_wakeup(__u32 order)
{
	struct rs_totals *t = this_totals();

	if (t)
		ADD(t->wakeups_by_order[order & 15], 1);
	return 0;
}

#endif
