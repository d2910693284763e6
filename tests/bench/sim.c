/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the simulation costs, beside another simulator on the same accesses in the same run. Times are CPU time of
 * this process, medians of chunks that the two take in turn.
 *
 *	sim speed PAGES THETA EVENTS SHARE	our engine, the peer's Clock and LRU; memory for PAGES / SHARE
 *	sim sweep SETTINGS EVENTS SHIFT	a sweep by a sample of 1 / 2^SHIFT, its error, and one and two threads
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../src/base/cleanup.h"
#include "../../src/base/clock.h"
#include "../../src/base/order.h"
#include "../../src/sim/sim.h"
#include "../unit/kernel_rules.h"
#include "peer.h"

#define CHUNKS 9
/* Of pages for a sample, whose error differs: the largest is the average of so many. */
#define CHOICES 20
/* A simulated host is stopped after each to see whether its chunk is over. */
#define STEP_NS 10000000

static uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state * 0x2545F4914F6CDD1DULL;
}

/* Ranks by Zipf's law (Gray et al.), scattered over the ids. @nr: a power of 2. */
static uint32_t *zipf(uint32_t nr, double theta, size_t events, uint64_t seed)
{
	uint32_t *ids = malloc(events * sizeof(*ids));
	double zeta = 0, zeta2 = 1 + pow(0.5, theta), alpha = 1 / (1 - theta), eta;
	size_t i;

	if (!ids)
		exit(1);
	for (i = 1; i <= nr; i++)
		zeta += pow(1.0 / i, theta);
	eta = (1 - pow(2.0 / nr, 1 - theta)) / (1 - zeta2 / zeta);
	for (i = 0; i < events; i++) {
		double u = (random_next(&seed) >> 11) / 9007199254740992.0, uz = u * zeta;
		uint32_t rank = uz < 1 ? 0 : uz < zeta2 ? 1 : nr * pow(eta * u - eta + 1, alpha);

		ids[i] = rank * 0x9E3779B1u & (nr - 1);
	}
	return ids;
}

struct stream {
	const uint32_t *ids;
	size_t nr, at, end; /* a chunk at a time, up to end */
};

static void stream_next(void *arg, uint64_t now_ns, struct rs_sim_op *op)
{
	struct stream *s = arg;

	if (s->at == s->nr)
		return;
	if (s->at == s->end) {
		/* the chunk is over: the clock stands still for whoever looks at it */
		op->type = RS_SIM_OP_SLEEP;
		op->ns = now_ns + STEP_NS;
		return;
	}
	op->type = RS_SIM_OP_TOUCH;
	op->ids = s->ids + s->at;
	op->nr = s->end - s->at < 65536 ? s->end - s->at : 65536;
	s->at += op->nr;
}

/* A host that uses one mapped file. */
static struct rs_sim *file_host(const struct rs_sim_config *config, uint32_t pages, struct stream *stream)
{
	const struct rs_sim_area area = { .nr_pages = pages, .backing = RS_SIM_FILE, .task = -1, .mapped = true };
	const struct rs_sim_task task = { .next = stream_next, .arg = stream };
	struct rs_sim *sim;
	uint32_t first;

	if (rs_sim_create(config, &sim) || rs_sim_area_add(sim, &area, &first) < 0 || rs_sim_task_add(sim, &task) < 0)
		exit(1);
	return sim;
}

static void run_chunk(struct rs_sim *sim, struct stream *s, size_t nr)
{
	s->end = s->at + nr;
	while (s->at < s->end)
		if (rs_sim_run(sim, rs_sim_now(sim) + STEP_NS))
			exit(1);
}

static double median(double *v, size_t nr)
{
	qsort(v, nr, sizeof(*v), rs_rising);
	return v[nr / 2];
}

static uint64_t page_events(const struct rs_sim *sim)
{
	struct rs_sim_result r;

	rs_sim_result(sim, &r);
	return r.counts.accesses + r.counts.pgscan[0] + r.counts.pgscan[1] + r.counts.pgrefill + r.counts.pgsteal[0] +
	       r.counts.pgsteal[1];
}

static void speed(uint32_t pages, double theta, size_t events, unsigned int share)
{
	_cleanup_(rs_freep) uint32_t *ids = zipf(pages, theta, 2 * events, 42);
	struct stream s = { .ids = ids, .nr = 2 * events };
	struct peer *peers[2] = { peer_create("clock", pages / share), peer_create("lru", pages / share) };
	double ours[CHUNKS], rate[CHUNKS], theirs[2][CHUNKS];
	uint64_t misses[2] = { 0 }, before, faults;
	size_t chunk = events / CHUNKS, i, p;
	struct rs_sim_config config;
	struct rs_sim_result r;
	struct rs_sim *sim;

	rs_sim_config_init(&config, rules_of(V6_1), pages / share);
	/* reading takes time, but nobody sleeps for it: the peer knows nothing of devices */
	config.file = (struct rs_sim_device){ .synchronous = true, .read_page_ns = 5000, .write_page_ns = 5000 };
	sim = file_host(&config, pages, &s);
	/* the first half fills the caches */
	run_chunk(sim, &s, events);
	for (p = 0; p < 2; p++)
		peer_run(peers[p], ids, events);
	rs_sim_result(sim, &r);
	faults = r.counts.pgfault;
	for (i = 0; i < CHUNKS; i++) {
		const uint32_t *at = ids + s.at;
		uint64_t began = rs_clock_ns(CLOCK_THREAD_CPUTIME_ID);

		before = page_events(sim);
		run_chunk(sim, &s, chunk);
		ours[i] = (double)(rs_clock_ns(CLOCK_THREAD_CPUTIME_ID) - began);
		rate[i] = (page_events(sim) - before) / ours[i] * 1000;
		ours[i] /= chunk;
		for (p = 0; p < 2; p++) {
			began = rs_clock_ns(CLOCK_THREAD_CPUTIME_ID);
			misses[p] += peer_run(peers[p], at, chunk);
			theirs[p][i] = (double)(rs_clock_ns(CLOCK_THREAD_CPUTIME_ID) - began) / chunk;
		}
	}
	rs_sim_result(sim, &r);
	printf("speed pages %u theta %.2f miss %.4f clock_miss %.4f lru_miss %.4f ", pages, theta,
	       (double)(r.counts.pgfault - faults) / (chunk * CHUNKS), (double)misses[0] / (chunk * CHUNKS),
	       (double)misses[1] / (chunk * CHUNKS));
	printf("ns %.2f clock_ns %.1f lru_ns %.1f ", median(ours, CHUNKS), median(theirs[0], CHUNKS),
	       median(theirs[1], CHUNKS));
	printf("ratio_clock %.1f ratio_lru %.1f mevents %.0f scanned %.2f bytes %.2f bytes_shadow %.2f\n",
	       median(theirs[0], CHUNKS) / median(ours, CHUNKS), median(theirs[1], CHUNKS) / median(ours, CHUNKS),
	       median(rate, CHUNKS), (double)(r.counts.pgscan[1] + r.counts.pgrefill) / r.counts.accesses,
	       r.bytes_per_page_resident, r.bytes_per_page);
	rs_sim_destroy(sim);
	peer_destroy(peers[0]);
	peer_destroy(peers[1]);
}

/* ---- Sweep. ---- */

struct sweep {
	const uint32_t *ids;
	size_t nr;
	uint32_t pages;
	size_t settings;
	unsigned int shift; /* of the sample */
	double *misses; /* of each setting, of all accesses there are */
	size_t all;
	const size_t *only; /* NULL: setting i, else only[i] */
};

/* Memory sizes, watermark_scale_factor and min_free_kbytes, all combinations. */
static void setting(struct rs_sim_config *config, uint32_t pages, size_t i)
{
	static const int scale[] = { 10, 20, 50, 100, 150, 200, 300, 500, 700, 1000 };

	rs_sim_config_init(config, rules_of(V6_1), pages / 20 * (3 + i / 100 % 10));
	config->watermark_scale_factor = scale[i % 10];
	config->min_free_kbytes = config->min_free_kbytes * (2 + i / 10 % 10) / 2;
}

static int sweep_job(void *arg, size_t i)
{
	const struct sweep *w = arg;
	struct stream s = { .ids = w->ids, .nr = w->nr, .end = w->nr };
	_cleanup_(rs_sim_destroyp) struct rs_sim *sim = NULL;
	struct rs_sim_config config;
	struct rs_sim_result r;
	int err;

	setting(&config, w->pages, w->only ? w->only[i] : i);
	rs_sim_config_scale(&config, w->shift);
	sim = file_host(&config, w->pages >> w->shift, &s);
	err = rs_sim_run(sim, UINT64_MAX - 1);
	rs_sim_result(sim, &r);
	w->misses[i] = (double)(r.counts.pgfault << w->shift) / w->all;
	return err;
}

/* The accesses to a sample of the pages, which are numbered anew. */
static size_t take_sample(const uint32_t *ids, size_t nr, uint32_t pages, unsigned int shift, uint64_t seed,
			  uint32_t *ret)
{
	_cleanup_(rs_freep) uint32_t *number = calloc(pages, sizeof(*number));
	size_t i, kept = 0;

	if (!number || rs_sim_sample(ids, nr, pages, shift, seed, number) < 0)
		exit(1);
	for (i = 0; i < nr; i++)
		if (number[ids[i]] != RS_SIM_NOT_SAMPLED)
			ret[kept++] = number[ids[i]];
	return kept;
}

static void sweep(size_t settings, size_t events, unsigned int shift)
{
	static const size_t checked[] = { 5, 109, 250, 333, 487, 501, 642, 777, 808, 999 };
	const uint32_t pages = 1 << 20;
	_cleanup_(rs_freep) uint32_t *ids = zipf(pages, 0.99, events, 42);
	_cleanup_(rs_freep) uint32_t *sampled = malloc(events * sizeof(*sampled));
	_cleanup_(rs_freep) double *misses = calloc(settings, sizeof(*misses)),
				   *again = calloc(settings, sizeof(*again));
	double exact[RS_ARRAY_SIZE_OF(checked)], by_sample[RS_ARRAY_SIZE_OF(checked)], largest = 0, sum = 0;
	struct sweep w = {
		.ids = sampled, .pages = pages, .settings = settings, .shift = shift, .misses = misses, .all = events
	};
	struct sweep full = {
		.ids = ids, .nr = events, .pages = pages, .misses = exact, .all = events, .only = checked
	};
	struct sweep part = w;
	uint64_t began, wall, prepare, one_cpu, one_wall, two_cpu, two_wall;
	size_t i, choice, nr = RS_ARRAY_SIZE_OF(checked);

	began = rs_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	w.nr = take_sample(ids, events, pages, shift, 1, sampled);
	prepare = rs_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - began;
	began = rs_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	wall = rs_now_ns();
	if (rs_sim_pool(1, settings, sweep_job, &w))
		exit(1);
	one_cpu = rs_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - began;
	one_wall = rs_now_ns() - wall;
	w.misses = again;
	began = rs_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	wall = rs_now_ns();
	if (rs_sim_pool(2, settings, sweep_job, &w))
		exit(1);
	two_cpu = rs_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - began;
	two_wall = rs_now_ns() - wall;
	if (memcmp(misses, again, settings * sizeof(*misses))) {
		fprintf(stderr, "sim: two threads gave another result than one\n");
		exit(1);
	}
	if (rs_sim_pool(2, nr, sweep_job, &full))
		exit(1);
	part.misses = by_sample;
	part.only = checked;
	for (choice = 1; choice <= CHOICES; choice++) {
		double worst = 0;

		part.nr = take_sample(ids, events, pages, shift, choice, sampled);
		if (rs_sim_pool(2, nr, sweep_job, &part))
			exit(1);
		for (i = 0; i < nr; i++) {
			double err = fabs(exact[i] - by_sample[i]);

			worst = err > worst ? err : worst;
			sum += err;
		}
		largest += worst;
	}
	printf("sweep settings %zu events %zu shift %u sampled %zu prepare_s %.2f one_cpu_s %.2f one_wall_s %.2f two_cpu_s %.2f "
	       "two_wall_s %.2f error_mean %.5f error_max %.5f\n",
	       settings, events, shift, w.nr, prepare / 1e9, one_cpu / 1e9, one_wall / 1e9, two_cpu / 1e9,
	       two_wall / 1e9, sum / nr / CHOICES, largest / CHOICES);
}

int main(int argc, char **argv)
{
	if (argc == 6 && !strcmp(argv[1], "speed") && atoi(argv[5]) > 0)
		speed(atoi(argv[2]), atof(argv[3]), strtoul(argv[4], NULL, 10), atoi(argv[5]));
	else if (argc == 5 && !strcmp(argv[1], "sweep") && (unsigned int)atoi(argv[4]) <= 8)
		sweep(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10), atoi(argv[4]));
	else
		return 2;
	return 0;
}
