/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Time and threads of a simulated host. A thread is a function with a stack of its own; it runs ahead of the
 * clock while it adds up what its work costs, but never past the next thing that happens to the host, so what it
 * sees is what was there at that time.
 */
#ifndef RS_SIM_SCHED_H
#define RS_SIM_SCHED_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

#define RS_NEVER UINT64_MAX

/* Of rs_sleep(): what a thread is woken by. */
enum { RS_WAITS_TIME, RS_WAITS_WRITTEN, RS_WAITS_PROGRESS, RS_WAITS_PFMEMALLOC, RS_WAITS_KSWAPD, RS_WAITS_DEVICE, RS_WAITS_SYNC };

enum rs_thread_state { RS_THREAD_RUNNABLE, RS_THREAD_RUNNING, RS_THREAD_SLEEPING, RS_THREAD_OVER };

struct rs_thread {
	struct rs_sched *sched;
	ucontext_t context; /* to start with */
	jmp_buf jump; /* where it goes on */
	bool started;
	void *stack;
	void (*run)(void *arg);
	void *arg;
	enum rs_thread_state state;
	unsigned int cpu; /* it runs on, or ran last */
	uint64_t debt_ns; /* done, and not yet on the clock */
	uint64_t work_ns; /* being put on the clock */
	uint64_t vruntime_ns, cpu_ns;
	uint64_t wake; /* number of the event that wakes it, 0: none */
	bool timed_out; /* the last sleep ended by itself */
	bool ahead; /* of all that are not: it gets a CPU at once and keeps it, as SCHED_FIFO does */
	int memstall; /* depth */
	uint64_t memstall_ns, memstall_since_ns;
	int waits_for; /* what others wake it by, 0: nothing */
};

/* Something that happens at a time: a thread wakes up, or @fn is called. */
struct rs_event {
	uint64_t ns, nr; /* nr: in the order of creation, so that the order is always the same */
	struct rs_thread *thread;
	void (*fn)(void *arg, uint64_t now_ns);
	void *arg;
};

struct rs_cpu {
	struct rs_thread *thread;
	uint64_t since_ns; /* the clock up to which its time is accounted */
	uint64_t slice_end_ns;
	/* psi: threads whose CPU this is or was */
	unsigned int nr_stalled, nr_productive, nr_waiting;
	uint64_t some_ns, full_ns, nonidle_ns; /* of this window */
};

struct rs_sched {
	uint64_t now_ns, until_ns, slice_ns, chunk_ns;
	uint64_t horizon_ns; /* a thread that runs may run ahead by less than this */
	unsigned int nr_cpus;
	struct rs_cpu *cpus;
	struct rs_thread **threads;
	unsigned int nr_threads, nr_runnable;
	struct rs_thread *current;
	jmp_buf main;
	struct rs_event *heap;
	unsigned int nr_events, max_events;
	uint64_t next_nr;
	/* psi */
	double psi_some_ns, psi_full_ns;
	uint64_t psi_window_ns;
	/* called with the time that passes, before it does */
	void (*passes)(void *arg, uint64_t ns);
	void *passes_arg;
	int error;
};

int rs_sched_init(struct rs_sched *s, unsigned int nr_cpus, uint64_t slice_ns);
void rs_sched_deinit(struct rs_sched *s);
/* Runs until the clock says @until_ns or @over() does. */
void rs_sched_run(struct rs_sched *s, uint64_t until_ns, bool (*over)(void *arg), void *arg);
/* -ENOMEM; it starts at @start_ns. */
int rs_thread_create(struct rs_sched *s, void (*run)(void *arg), void *arg, uint64_t start_ns,
		     struct rs_thread **ret);
/* Calls @fn at @ns, returns a number of it; later ones count up. */
uint64_t rs_event_add(struct rs_sched *s, uint64_t ns, void (*fn)(void *arg, uint64_t now_ns), void *arg);
/* Time under memory pressure so far. */
void rs_psi(const struct rs_sched *s, uint64_t *some_ns, uint64_t *full_ns);

/* ---- Of the thread that runs. ---- */

/* Puts its debt on the clock. */
void rs_settle(struct rs_thread *t);

static inline uint64_t rs_clock(const struct rs_thread *t)
{
	return t->sched->now_ns + t->debt_ns;
}

/* Its work has cost @ns. */
static inline void rs_spend(struct rs_thread *t, uint64_t ns)
{
	t->debt_ns += ns;
	if (t->debt_ns >= t->sched->horizon_ns)
		rs_settle(t);
}

/* So long nothing else happens, and what passes is added up: in one piece or in many is the same. */
uint64_t rs_undisturbed_ns(const struct rs_thread *t);
/* Sleeps until @ns, RS_NEVER: until somebody wakes it. false: it was woken before. @waits_for: for rs_wake_all(). */
bool rs_sleep(struct rs_thread *t, uint64_t ns, int waits_for);
/* From now on it runs before others, or as everybody does. */
void rs_set_ahead(struct rs_thread *t, bool ahead);
/* It waits for memory from now on; may be nested. */
void rs_memstall_enter(struct rs_thread *t);
void rs_memstall_leave(struct rs_thread *t);

/* ---- Of others. ---- */

/* Wakes a thread that sleeps, at @ns. */
void rs_wake(struct rs_thread *t, uint64_t ns);
/* Now, each thread that waits for this. Returns how many. */
unsigned int rs_wake_all(struct rs_sched *s, int waits_for);
unsigned int rs_nr_waiting(const struct rs_sched *s, int waits_for);
/* The clock as whoever runs now sees it. */
static inline uint64_t rs_now(const struct rs_sched *s)
{
	return s->now_ns + (s->current ? s->current->debt_ns : 0);
}

#endif
