/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of slots against a list that simply moves its elements. */
#include <stdlib.h>
#include <string.h>

#include "../../src/base/cleanup.h"
#include "../../src/sim/host.h"
#include "script.h"

#define NR 3000

/* [0]: the tail. */
struct plain {
	uint32_t page[NR];
	unsigned int nr;
};

static void plain_remove(struct plain *l, unsigned int at)
{
	l->nr--;
	memmove(l->page + at, l->page + at + 1, (l->nr - at) * sizeof(*l->page));
}

static unsigned int plain_find(const struct plain *l, uint32_t page)
{
	unsigned int i = 0;

	while (l->page[i] != page)
		i++;
	return i;
}

static struct rs_sim *sim_of_pages(void)
{
	struct rs_sim_config config;
	struct rs_sim *sim;

	rs_sim_config_init(&config, rules_of(V6_1), NR);
	sim = host_of(&config);
	area_in(sim, (struct rs_sim_area){ .nr_pages = NR, .backing = RS_SIM_FILE, .task = -1 });
	return sim;
}

/* Every page is on one of two lists or on none; each step does something to one of them. */
static void queue_is_a_list(void **state)
{
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = sim_of_pages();
	_cleanup_(rs_freep) struct plain *lists = calloc(2, sizeof(*lists));
	static const enum lru_list lrus[] = { LRU_INACTIVE_FILE, LRU_ACTIVE_FILE };
	struct rs_lruvec *lruvec = &sim->memcgs[0].lruvec;
	int8_t on[NR];
	uint64_t seed = 3, step, left = 0;

	(void)state;
	memset(on, -1, sizeof(on));
	for (step = 0; step < 600000; step++) {
		uint64_t r = unit_random(&seed);
		/* a few pages leave and come again and again, so that their stamps wrap */
		uint32_t page = r >> 8 & 1 ? r >> 16 & 7 : (r >> 16) % NR, taken[40];
		unsigned int to = r & 1, nr, i;

		if (r >> 3 & 15) {
			if (on[page] >= 0) {
				struct plain *l = &lists[(int)on[page]];

				rs_lruvec_del(sim, 0, page, lrus[(int)on[page]]);
				plain_remove(l, plain_find(l, page));
				left++;
			}
			if (r >> 7 & 1) {
				memmove(lists[to].page + 1, lists[to].page, lists[to].nr * sizeof(page));
				lists[to].page[0] = page;
				rs_lruvec_add_tail(sim, 0, page, lrus[to]);
			} else {
				lists[to].page[lists[to].nr] = page;
				rs_lruvec_add(sim, 0, page, lrus[to]);
			}
			lists[to].nr++;
			on[page] = to;
			continue;
		}
		nr = rs_queue_take(sim, &lruvec->queue[lrus[to]], taken, r >> 40 & 31);
		assert_int_equal(nr, rs_min(r >> 40 & 31, lists[to].nr));
		for (i = 0; i < nr; i++) {
			assert_int_equal(taken[i], lists[to].page[0]);
			plain_remove(&lists[to], 0);
			rs_lruvec_count(sim, 0, 0, lrus[to], -1);
			on[taken[i]] = -1;
		}
		for (i = 0; i < 2; i++) {
			assert_int_equal(lruvec->queue[lrus[i]].nr, lists[i].nr);
			assert_int_equal(lruvec->state[lrus[i]], lists[i].nr);
		}
	}
	assert_true(left > 256 * 8 * 4);
	/* slots of pages that have left do not pile up */
	assert_true(rs_blocks_bytes(&sim->blocks) < 16 * 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queue_is_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
