/* SPDX-License-Identifier: GPL-2.0-only */
/* Many simulations at once: they share nothing, so all a thread needs is the number of the next one. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "../base/cleanup.h"
#include "sim.h"

struct pool {
	size_t nr;
	int (*job)(void *arg, size_t i);
	void *arg;
	atomic_size_t next;
	atomic_int err;
};

static void *work(void *arg)
{
	struct pool *pool = arg;
	size_t i;

	while (!atomic_load(&pool->err) && (i = atomic_fetch_add(&pool->next, 1)) < pool->nr) {
		int err = pool->job(pool->arg, i);

		if (err)
			atomic_store(&pool->err, err);
	}
	return NULL;
}

int rs_sim_pool(unsigned int nr_threads, size_t nr, int (*job)(void *arg, size_t i), void *arg)
{
	struct pool pool = { .nr = nr, .job = job, .arg = arg };
	_cleanup_(rs_freep) pthread_t *threads = calloc(nr_threads, sizeof(*threads));
	unsigned int i, started = 0;

	if (!threads)
		return -ENOMEM;
	/* this thread is one of them, and does it alone where no other can be had */
	for (i = 1; i < nr_threads && i < nr; i++)
		if (!pthread_create(&threads[started], NULL, work, &pool))
			started++;
	work(&pool);
	for (i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	return atomic_load(&pool.err);
}
