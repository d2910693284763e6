/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Time and threads. The scheduler is fair by CPU time received, as CFS and EEVDF are in the long run; their finer
 * points (weights, lag, load balancing) are left out. Pressure is counted per CPU and averaged as in psi.c.
 */
#include "sched.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Most of it is never touched. */
#define STACK_BYTES (256 << 10)
/* While several CPUs work, how far one may be ahead of the others. Chosen by eye: half of a batch of reclaim. */
#define CHUNK_NS 20000
/* psi_avgs_work() averages over the CPUs this often. */
#define PSI_WINDOW_NS 2000000000ULL

int rs_sched_init(struct rs_sched *s, unsigned int nr_cpus, uint64_t slice_ns)
{
	memset(s, 0, sizeof(*s));
	s->nr_cpus = nr_cpus;
	s->slice_ns = slice_ns;
	s->cpus = calloc(nr_cpus, sizeof(*s->cpus));
	return s->cpus ? 0 : -ENOMEM;
}

void rs_sched_deinit(struct rs_sched *s)
{
	unsigned int i;

	for (i = 0; i < s->nr_threads; i++) {
		free(s->threads[i]->stack);
		free(s->threads[i]);
	}
	free(s->threads);
	free(s->cpus);
	free(s->heap);
}

/* ---- Events: a heap, the earliest at the top. ---- */

static bool before(const struct rs_event *a, const struct rs_event *b)
{
	return a->ns < b->ns || (a->ns == b->ns && a->nr < b->nr);
}

static uint64_t heap_add(struct rs_sched *s, struct rs_event event)
{
	unsigned int i = s->nr_events, up;

	if (i == s->max_events) {
		unsigned int max = i ? 2 * i : 64;
		struct rs_event *heap = realloc(s->heap, max * sizeof(*heap));

		if (!heap) {
			s->error = -ENOMEM;
			s->horizon_ns = 0;
			return 0;
		}
		s->heap = heap;
		s->max_events = max;
	}
	event.nr = ++s->next_nr;
	s->nr_events++;
	for (; i > 0; i = up) {
		up = (i - 1) / 2;
		if (before(&s->heap[up], &event))
			break;
		s->heap[i] = s->heap[up];
	}
	s->heap[i] = event;
	if (event.ns - s->now_ns < s->horizon_ns)
		s->horizon_ns = event.ns - s->now_ns;
	return event.nr;
}

static struct rs_event heap_pop(struct rs_sched *s)
{
	struct rs_event top = s->heap[0], last = s->heap[--s->nr_events];
	unsigned int i = 0, child;

	while ((child = 2 * i + 1) < s->nr_events) {
		if (child + 1 < s->nr_events && before(&s->heap[child + 1], &s->heap[child]))
			child++;
		if (before(&last, &s->heap[child]))
			break;
		s->heap[i] = s->heap[child];
		i = child;
	}
	s->heap[i] = last;
	return top;
}

uint64_t rs_event_add(struct rs_sched *s, uint64_t ns, void (*fn)(void *arg, uint64_t now_ns), void *arg)
{
	if (ns < s->now_ns)
		ns = s->now_ns;
	return heap_add(s, (struct rs_event){ .ns = ns, .fn = fn, .arg = arg });
}

/* ---- Pressure. ---- */

static void psi_count(struct rs_thread *t, int sign)
{
	struct rs_cpu *cpu = &t->sched->cpus[t->cpu];
	bool active = t->state == RS_THREAD_RUNNABLE || t->state == RS_THREAD_RUNNING;

	if (t->state == RS_THREAD_OVER)
		return;
	if (t->memstall)
		cpu->nr_stalled += sign;
	else if (active)
		cpu->nr_productive += sign;
}

static void set_state(struct rs_thread *t, enum rs_thread_state state)
{
	psi_count(t, -1);
	t->state = state;
	psi_count(t, 1);
}

static void psi_fold(const struct rs_sched *s, double *some_ns, double *full_ns)
{
	double some = 0, full = 0, nonidle = 0;
	unsigned int i;

	for (i = 0; i < s->nr_cpus; i++) {
		const struct rs_cpu *cpu = &s->cpus[i];

		some += (double)cpu->some_ns * cpu->nonidle_ns;
		full += (double)cpu->full_ns * cpu->nonidle_ns;
		nonidle += cpu->nonidle_ns;
	}
	if (nonidle > 0) {
		*some_ns += some / nonidle;
		*full_ns += full / nonidle;
	}
}

void rs_psi(const struct rs_sched *s, uint64_t *some_ns, uint64_t *full_ns)
{
	double some = s->psi_some_ns, full = s->psi_full_ns;

	psi_fold(s, &some, &full);
	*some_ns = some;
	*full_ns = full;
}

/* ---- The clock. ---- */

static void advance(struct rs_sched *s, uint64_t ns)
{
	unsigned int i;

	if (!ns)
		return;
	s->passes(s->passes_arg, ns);
	for (i = 0; i < s->nr_cpus; i++) {
		struct rs_cpu *cpu = &s->cpus[i];
		struct rs_thread *t = cpu->thread;

		if (cpu->nr_stalled) {
			cpu->some_ns += ns;
			/* also while the CPU itself reclaims: what could use it cannot run */
			if (!cpu->nr_productive || (t && t->memstall))
				cpu->full_ns += ns;
		}
		if (cpu->nr_stalled || cpu->nr_productive)
			cpu->nonidle_ns += ns;
		if (!t)
			continue;
		t->cpu_ns += ns;
		t->vruntime_ns += ns;
		/* the thread that settles has its work in hand */
		t->work_ns -= t->work_ns < ns ? t->work_ns : ns;
	}
	s->now_ns += ns;
	s->psi_window_ns += ns;
	if (s->psi_window_ns < PSI_WINDOW_NS)
		return;
	s->psi_window_ns = 0;
	psi_fold(s, &s->psi_some_ns, &s->psi_full_ns);
	for (i = 0; i < s->nr_cpus; i++)
		s->cpus[i].some_ns = s->cpus[i].full_ns = s->cpus[i].nonidle_ns = 0;
}

/* When something happens next to anybody but @self. */
static uint64_t next_ns(const struct rs_sched *s, const struct rs_thread *self)
{
	uint64_t next = s->until_ns;
	unsigned int i;

	if (s->nr_events && s->heap[0].ns < next)
		next = s->heap[0].ns;
	for (i = 0; i < s->nr_cpus; i++) {
		const struct rs_cpu *cpu = &s->cpus[i];
		const struct rs_thread *t = cpu->thread;

		if (!t)
			continue;
		if (s->nr_runnable && cpu->slice_end_ns < next)
			next = cpu->slice_end_ns;
		if (t == self)
			continue;
		if (s->now_ns + (t->work_ns ? t->work_ns : CHUNK_NS) < next)
			next = s->now_ns + (t->work_ns ? t->work_ns : CHUNK_NS);
	}
	return next > s->now_ns ? next : s->now_ns;
}

/* ---- Threads. ---- */

/*
 * From one stack to another. A stack is entered by setcontext() once, and later by a jump, which leaves the signal
 * mask alone and so needs no system call.
 */
static void switch_to(jmp_buf *from, struct rs_thread *to)
{
	if (_setjmp(*from))
		return;
	if (to->started)
		_longjmp(to->jump, 1);
	to->started = true;
	setcontext(&to->context);
}

static void to_main(struct rs_thread *t)
{
	if (!_setjmp(t->jump))
		_longjmp(t->sched->main, 1);
}

/* What runs in a thread ends here and not by returning: nothing comes after it. */
static void thread_main(unsigned int high, unsigned int low)
{
	struct rs_thread *t = (struct rs_thread *)((uintptr_t)high << 32 | low);

	t->run(t->arg);
	rs_settle(t);
	if (t->memstall)
		t->memstall = 0;
	set_state(t, RS_THREAD_OVER);
	t->sched->cpus[t->cpu].thread = NULL;
	to_main(t);
}

int rs_thread_create(struct rs_sched *s, void (*run)(void *arg), void *arg, uint64_t start_ns, struct rs_thread **ret)
{
	struct rs_thread **threads = realloc(s->threads, (s->nr_threads + 1) * sizeof(*threads)), *t;

	if (!threads)
		return -ENOMEM;
	s->threads = threads;
	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	t->stack = malloc(STACK_BYTES);
	if (!t->stack) {
		free(t);
		return -ENOMEM;
	}
	t->sched = s;
	t->run = run;
	t->arg = arg;
	t->state = RS_THREAD_SLEEPING;
	t->cpu = s->nr_threads % s->nr_cpus;
	s->threads[s->nr_threads++] = t;
	getcontext(&t->context);
	t->context.uc_stack.ss_sp = t->stack;
	t->context.uc_stack.ss_size = STACK_BYTES;
	t->context.uc_link = NULL;
	makecontext(&t->context, (void (*)(void))thread_main, 2, (unsigned int)((uintptr_t)t >> 32),
		    (unsigned int)(uintptr_t)t);
	rs_wake(t, start_ns);
	*ret = t;
	return s->error;
}

static void leave_cpu(struct rs_thread *t)
{
	t->sched->cpus[t->cpu].thread = NULL;
}

void rs_settle(struct rs_thread *t)
{
	struct rs_sched *s = t->sched;

	if (!t->debt_ns)
		return;
	if (t->debt_ns < s->horizon_ns) {
		uint64_t ns = t->debt_ns;

		t->debt_ns = 0;
		s->horizon_ns -= ns;
		advance(s, ns);
		return;
	}
	t->work_ns = t->debt_ns;
	t->debt_ns = 0;
	to_main(t);
}

uint64_t rs_undisturbed_ns(const struct rs_thread *t)
{
	const struct rs_sched *s = t->sched;
	uint64_t ns = s->horizon_ns;

	if (PSI_WINDOW_NS - s->psi_window_ns < ns)
		ns = PSI_WINDOW_NS - s->psi_window_ns;
	return ns > t->debt_ns ? ns - t->debt_ns : 0;
}

bool rs_sleep(struct rs_thread *t, uint64_t ns, int waits_for)
{
	struct rs_sched *s = t->sched;

	rs_settle(t);
	if (ns <= s->now_ns)
		return true;
	t->timed_out = true;
	t->waits_for = waits_for;
	set_state(t, RS_THREAD_SLEEPING);
	leave_cpu(t);
	if (!s->nr_runnable && !s->error && ns < next_ns(s, t)) {
		/* nothing else happens until then: not worth a change of threads */
		advance(s, ns - s->now_ns);
		s->cpus[t->cpu].thread = t;
		s->cpus[t->cpu].slice_end_ns = s->now_ns + s->slice_ns;
		set_state(t, RS_THREAD_RUNNING);
		s->horizon_ns = next_ns(s, t) - s->now_ns;
		t->waits_for = 0;
		return true;
	}
	t->wake = ns == RS_NEVER ? 0 : heap_add(s, (struct rs_event){ .ns = ns, .thread = t });
	to_main(t);
	t->waits_for = 0;
	return t->timed_out;
}

void rs_wake(struct rs_thread *t, uint64_t ns)
{
	struct rs_sched *s = t->sched;

	if (t->state != RS_THREAD_SLEEPING)
		return;
	t->timed_out = false;
	t->waits_for = 0;
	t->wake = heap_add(s, (struct rs_event){ .ns = ns < s->now_ns ? s->now_ns : ns, .thread = t });
}

unsigned int rs_wake_all(struct rs_sched *s, int waits_for)
{
	unsigned int i, nr = 0;

	for (i = 0; i < s->nr_threads; i++) {
		if (s->threads[i]->waits_for != waits_for || s->threads[i]->state != RS_THREAD_SLEEPING)
			continue;
		rs_wake(s->threads[i], rs_now(s));
		nr++;
	}
	return nr;
}

unsigned int rs_nr_waiting(const struct rs_sched *s, int waits_for)
{
	unsigned int i, nr = 0;

	for (i = 0; i < s->nr_threads; i++)
		nr += s->threads[i]->waits_for == waits_for && s->threads[i]->state == RS_THREAD_SLEEPING;
	return nr;
}

void rs_set_ahead(struct rs_thread *t, bool ahead)
{
	struct rs_sched *s = t->sched;

	if (t->ahead == ahead)
		return;
	rs_settle(t);
	t->ahead = ahead;
	/* who was kept from the CPU may have it before the next step */
	if (!ahead && s->nr_runnable) {
		s->cpus[t->cpu].slice_end_ns = s->now_ns;
		s->horizon_ns = 0;
	}
}

void rs_memstall_enter(struct rs_thread *t)
{
	rs_settle(t);
	if (t->memstall++)
		return;
	t->memstall = 0;
	psi_count(t, -1);
	t->memstall = 1;
	psi_count(t, 1);
	t->memstall_since_ns = t->sched->now_ns;
}

void rs_memstall_leave(struct rs_thread *t)
{
	rs_settle(t);
	if (--t->memstall)
		return;
	t->memstall = 1;
	psi_count(t, -1);
	t->memstall = 0;
	psi_count(t, 1);
	t->memstall_ns += t->sched->now_ns - t->memstall_since_ns;
}

/* ---- Who runs. ---- */

/* Should @t have the CPU rather than @other? */
static bool precedes(const struct rs_thread *t, const struct rs_thread *other)
{
	return t->ahead != other->ahead ? t->ahead : t->vruntime_ns < other->vruntime_ns;
}

static struct rs_thread *least_runnable(const struct rs_sched *s)
{
	struct rs_thread *least = NULL;
	unsigned int i;

	for (i = 0; i < s->nr_threads; i++) {
		struct rs_thread *t = s->threads[i];

		if (t->state == RS_THREAD_RUNNABLE && (!least || precedes(t, least)))
			least = t;
	}
	return least;
}

static void run_on(struct rs_sched *s, struct rs_thread *t, unsigned int cpu)
{
	psi_count(t, -1);
	t->state = RS_THREAD_RUNNING;
	t->cpu = cpu;
	psi_count(t, 1);
	s->nr_runnable--;
	s->cpus[cpu].thread = t;
	s->cpus[cpu].slice_end_ns = s->now_ns + s->slice_ns;
}

static void preempt(struct rs_sched *s, struct rs_cpu *cpu)
{
	set_state(cpu->thread, RS_THREAD_RUNNABLE);
	s->nr_runnable++;
	cpu->thread = NULL;
}

static void assign(struct rs_sched *s)
{
	unsigned int i;

	for (i = 0; i < s->nr_cpus && s->nr_runnable; i++) {
		struct rs_cpu *cpu = &s->cpus[i];

		if (cpu->thread && s->now_ns >= cpu->slice_end_ns) {
			cpu->slice_end_ns = s->now_ns + s->slice_ns;
			if (precedes(least_runnable(s), cpu->thread))
				preempt(s, cpu);
		}
		if (!cpu->thread)
			run_on(s, least_runnable(s), i);
	}
}

/* A thread wakes up: where it is far behind one that runs, or ahead of it by right, it takes its place. */
static void woken(struct rs_sched *s, struct rs_thread *t)
{
	struct rs_cpu *most = NULL;
	uint64_t least = UINT64_MAX;
	unsigned int i;

	t->wake = 0;
	for (i = 0; i < s->nr_threads; i++)
		if (s->threads[i]->state <= RS_THREAD_RUNNING && s->threads[i]->vruntime_ns < least)
			least = s->threads[i]->vruntime_ns;
	if (least != UINT64_MAX && t->vruntime_ns + s->slice_ns < least)
		t->vruntime_ns = least - s->slice_ns;
	set_state(t, RS_THREAD_RUNNABLE);
	s->nr_runnable++;
	for (i = 0; i < s->nr_cpus; i++) {
		if (!s->cpus[i].thread)
			return;
		if (!most || precedes(most->thread, s->cpus[i].thread))
			most = &s->cpus[i];
	}
	if (t->ahead != most->thread->ahead ? t->ahead :
					      t->vruntime_ns + s->slice_ns / 3 < most->thread->vruntime_ns)
		preempt(s, most);
}

static void due_events(struct rs_sched *s)
{
	while (s->nr_events && s->heap[0].ns <= s->now_ns && !s->error) {
		struct rs_event event = heap_pop(s);

		if (event.fn)
			event.fn(event.arg, s->now_ns);
		else if (event.thread->wake == event.nr)
			woken(s, event.thread);
	}
}

static struct rs_thread *ready(const struct rs_sched *s)
{
	unsigned int i;

	for (i = 0; i < s->nr_cpus; i++)
		if (s->cpus[i].thread && !s->cpus[i].thread->work_ns)
			return s->cpus[i].thread;
	return NULL;
}

void rs_sched_run(struct rs_sched *s, uint64_t until_ns, bool (*over)(void *arg), void *arg)
{
	struct rs_thread *t;

	s->until_ns = until_ns;
	while (!s->error && s->now_ns < until_ns && !over(arg)) {
		due_events(s);
		assign(s);
		t = ready(s);
		if (t) {
			s->current = t;
			s->horizon_ns = next_ns(s, t) - s->now_ns;
			switch_to(&s->main, t);
			s->current = NULL;
		} else {
			advance(s, next_ns(s, NULL) - s->now_ns);
		}
	}
}
