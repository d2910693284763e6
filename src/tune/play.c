/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A workload on the simulated host: as many tasks for anonymous memory as were seen to take it, in turns; one that
 * reads files, one that writes them.
 * Each follows the recorded spans: it does what the span held, then sleeps for what is left of it. What it waits
 * for memory comes on top, as it does for a program that thinks between two requests; so a slower host takes longer
 * for the same work.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/cleanup.h"
#include "stallers.h"
#include "workload.h"

#define NS_PER_S 1000000000ULL
/* Before the clock of the recording starts, the host is brought to the state that it had then. */
#define START_NS (30 * NS_PER_S)
#define MAX_SLOWDOWN 8
/* How often in the recorded time a run is looked at, and how many direct reclaims, and times as many, are too many. */
#define NR_LOOKS 32
#define MAX_STALLS 2000
#define MAX_EXCESS 30.0
#define MAX_IDS 65536
/* Of the gauge's spans, which are 10 ms under pressure and 1 s without. */
#define LONG_SPAN_NS (NS_PER_S / 20)

enum part { PART_ANON, PART_FILE, PART_WRITE, NR_PARTS };
/* One for each part, and the other growers. */
#define MAX_PLAYERS (NR_PARTS + RS_MAX_GROWERS - 1)

struct run;

struct player {
	struct run *run;
	enum part part;
	uint32_t grower; /* of PART_ANON: the spans that are its turn */
	int task;
	size_t slot;
	unsigned int step;
	bool began;
	unsigned int boosts; /* of this span, so far */
	uint64_t due_ns; /* when the spans so far would be over, had nothing waited for memory */
	uint64_t random;
	uint32_t *ids;
	double carry[3]; /* fractions of touches, from span to span */
};

struct run {
	const struct rs_workload *w;
	const double *p;
	struct rs_sim *sim;
	uint64_t seed;
	struct player players[MAX_PLAYERS];
	/* anonymous memory, used like a stack: what came last goes first */
	uint32_t anon_first, anon_pages, anon_top;
	uint32_t kernel_held;
	uint32_t sweep_first, sweep_pages, sweep_at;
	uint32_t random_first, random_pages;
	uint32_t write_first, write_pages, write_at;
	unsigned int setup_step;
};

static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static uint32_t below(struct player *player, uint32_t n)
{
	return (next_random(&player->random) >> 32) * n >> 32;
}

/* @mean touches on average, as whole ones. */
static uint32_t whole(double *carry, double mean)
{
	uint32_t n;

	*carry += mean;
	n = *carry > MAX_IDS / 2 ? MAX_IDS / 2 : *carry;
	*carry -= n;
	if (*carry > MAX_IDS)
		*carry = 0;
	return n;
}

static void pick(struct player *player, uint32_t *nr, uint32_t first, uint32_t pages, uint32_t n)
{
	while (n-- && pages && *nr < MAX_IDS)
		player->ids[(*nr)++] = first + below(player, pages);
}

static uint32_t anon_hot_pages(const struct run *r)
{
	return r->anon_top * r->p[RS_LOAD_anon_hot_share];
}

/* The touches of a span: each of the hot part at its rate, the rest more seldom, and more where more came back. */
static uint32_t anon_touches(struct player *player, const struct rs_load_slot *s)
{
	struct run *r = player->run;
	double seconds = (double)(s->ns - s->waited_ns) / NS_PER_S, profile = 1;
	uint32_t hot = anon_hot_pages(r), nr = 0;

	if (r->w->swapped_in > 500)
		profile = (double)s->swapped_in / r->w->swapped_in * r->w->nr_slots;
	pick(player, &nr, r->anon_first, hot, whole(&player->carry[0], seconds * hot * r->p[RS_LOAD_anon_hot_rate] * profile));
	pick(player, &nr, r->anon_first + hot, r->anon_top - hot,
	     whole(&player->carry[1], seconds * (r->anon_top - hot) * r->p[RS_LOAD_anon_cold_rate] * profile));
	return nr;
}

static uint32_t file_touches(struct player *player, const struct rs_load_slot *s)
{
	struct run *r = player->run;
	double seconds = (double)(s->ns - s->reader_waited_ns) / NS_PER_S, reads = s->file_in * r->p[RS_LOAD_file_reads];
	uint32_t hot = r->random_pages * r->p[RS_LOAD_file_hot_share], nr = 0, n;

	/* Who reads in order goes on when nothing is missed; nothing of that is in the recording. */
	n = whole(&player->carry[0], fmax(reads * r->p[RS_LOAD_file_sweep_share], seconds * r->sweep_pages * r->p[RS_LOAD_file_sweep_rate]));
	while (n-- && r->sweep_pages && nr < MAX_IDS) {
		player->ids[nr++] = r->sweep_first + r->sweep_at;
		r->sweep_at = (r->sweep_at + 1) % r->sweep_pages;
	}
	pick(player, &nr, r->random_first, r->random_pages,
	     whole(&player->carry[1], reads * (1 - r->p[RS_LOAD_file_sweep_share])));
	pick(player, &nr, r->random_first, hot, whole(&player->carry[2], seconds * hot * r->p[RS_LOAD_file_hot_rate]));
	return nr;
}

/* Does what this span takes come before everything else, as of an interrupt or a real-time task? */
static bool comes_first(const struct player *player, size_t slot)
{
	uint64_t state = (player->run->seed + 1) << 33 | slot;

	if (player->part != PART_ANON || slot >= player->run->w->nr_slots)
		return false;
	return (next_random(&state) >> 32) * 0x1p-32 < player->run->p[RS_LOAD_burst_first];
}

static bool anon_op(struct player *player, const struct rs_load_slot *s, struct rs_sim_op *op)
{
	struct run *r = player->run;
	uint32_t n;

	switch (player->step) {
	case 1:
		/* as long as they were seen raised: what has raised them does so again when kswapd is done */
		if (player->boosts * PAGEBLOCK_NR_PAGES >= s->boost)
			return false;
		player->boosts++;
		player->step--;
		n = 1;
		*op = (struct rs_sim_op){ .type = RS_SIM_OP_BOOST, .nr = s->boost };
		break;
	case 2:
		n = rs_min(s->anon_gone, r->anon_top);
		r->anon_top -= n;
		*op = (struct rs_sim_op){ .type = RS_SIM_OP_FREE, .first = r->anon_first + r->anon_top, .nr = n };
		break;
	case 3:
		n = rs_min(s->anon_new, r->anon_pages - r->anon_top);
		*op = (struct rs_sim_op){
			.type = RS_SIM_OP_RANGE, .write = true, .first = r->anon_first + r->anon_top, .nr = n
		};
		r->anon_top += n;
		break;
	case 4:
		n = rs_min(s->kernel_gone, r->kernel_held);
		r->kernel_held -= n;
		*op = (struct rs_sim_op){ .type = RS_SIM_OP_RELEASE, .nr = n };
		break;
	case 5:
		n = s->kernel_new;
		r->kernel_held += n;
		*op = (struct rs_sim_op){ .type = RS_SIM_OP_ALLOC, .nr = n };
		break;
	default:
		n = anon_touches(player, s);
		*op = (struct rs_sim_op){
			.type = RS_SIM_OP_TOUCH, .write = player->slot % 3 == 0, .ids = player->ids, .nr = n, .access_ns = 1
		};
	}
	op->ahead = comes_first(player, player->slot);
	return n;
}

static bool file_op(struct player *player, const struct rs_load_slot *s, struct rs_sim_op *op)
{
	uint32_t n = player->step == 1 ? file_touches(player, s) : 0;

	*op = (struct rs_sim_op){ .type = RS_SIM_OP_TOUCH, .ids = player->ids, .nr = n };
	return n;
}

static bool write_op(struct player *player, const struct rs_load_slot *s, struct rs_sim_op *op)
{
	struct run *r = player->run;
	uint32_t n;

	if (player->step > 1)
		return false;
	n = rs_min(whole(&player->carry[0], r->w->dirtied_per_s * s->ns / NS_PER_S), r->write_pages - r->write_at);
	*op = (struct rs_sim_op){
		.type = RS_SIM_OP_RANGE, .write = true, .first = r->write_first + r->write_at, .nr = n
	};
	r->write_at = (r->write_at + n) % r->write_pages;
	return n;
}

static uint64_t stalled_ns(const struct player *player)
{
	struct rs_sim_task_result t;

	return rs_sim_task_result(player->run->sim, player->task, &t) ? 0 : t.memstall_ns;
}

static uint64_t waited_ns(const struct player *player, const struct rs_load_slot *s)
{
	return player->part == PART_ANON ? s->waited_ns : s->reader_waited_ns;
}

/* What a player does in a span: its operations, then the rest of the time. */
enum { STEP_LAST_OP = 6, STEP_COMPUTE, STEP_SLEEP };

/*
 * When in a long span something was done the gauge did not see: the seed decides, so that what depends on it shows
 * as a spread. The same for all players, whose work belongs together.
 */
static uint64_t starts_after_ns(const struct player *player, const struct rs_load_slot *s)
{
	uint64_t state = player->run->seed << 32 | player->slot;
	double work_ns = waited_ns(player, s), room_ns;

	if (isfinite(player->run->w->alloc_ns))
		work_ns += player->run->w->alloc_ns * ((uint64_t)s->anon_new + s->file_in + s->kernel_new);
	room_ns = s->ns > LONG_SPAN_NS ? fmax(0, s->ns - work_ns) : 0;
	return room_ns * ((next_random(&state) >> 32) * 0x1p-32);
}

/* A grower leaves the turns of the others to them, and what they waited for as well. */
static bool is_turn(const struct player *player, const struct rs_load_slot *s)
{
	return player->part != PART_ANON || s->grower == player->grower;
}

static size_t next_turn(const struct player *player)
{
	const struct rs_workload *w = player->run->w;
	size_t i = player->slot + 1;

	while (i < w->nr_slots && !is_turn(player, &w->slots[i]))
		i++;
	return i;
}

static void next_op(void *arg, uint64_t now_ns, struct rs_sim_op *op)
{
	static bool (*const ops[NR_PARTS])(struct player *, const struct rs_load_slot *,
					   struct rs_sim_op *) = { anon_op, file_op, write_op };
	struct player *player = arg;
	const struct rs_workload *w = player->run->w;

	if (!player->due_ns)
		player->due_ns = now_ns;
	for (; player->slot < w->nr_slots; player->slot++, player->step = 0, player->began = false, player->boosts = 0) {
		const struct rs_load_slot *s = &w->slots[player->slot];
		uint64_t until;

		if (!is_turn(player, s)) {
			player->due_ns += s->ns;
			continue;
		}
		if (!player->began) {
			player->began = true;
			until = player->due_ns + stalled_ns(player) + starts_after_ns(player, s);
			player->due_ns += s->ns - waited_ns(player, s);
			if (until > now_ns) {
				*op = (struct rs_sim_op){ .type = RS_SIM_OP_SLEEP,
							  .ahead = comes_first(player, player->slot),
							  .ns = until };
				return;
			}
		}
		while (player->step < STEP_LAST_OP) {
			player->step++;
			if (ops[player->part](player, s, op))
				return;
		}
		player->step++;
		/* what a span took longer for other reasons than waiting is taken from the rest that follows */
		until = player->due_ns + stalled_ns(player);
		if (player->step == STEP_COMPUTE && until > now_ns) {
			*op = (struct rs_sim_op){ .type = RS_SIM_OP_COMPUTE,
						  .ns = (until - now_ns) * player->run->p[RS_LOAD_cpu_busy] };
			if (op->ns && player->part != PART_WRITE)
				return;
			player->step++;
		}
		if (player->step == STEP_SLEEP && until > now_ns) {
			*op = (struct rs_sim_op){ .type = RS_SIM_OP_SLEEP,
						  .ahead = comes_first(player, next_turn(player)),
						  .ns = until };
			return;
		}
	}
	*op = (struct rs_sim_op){ .type = RS_SIM_OP_END };
}

/* The state at the start of the recording: kernel memory, anonymous pages, then the cache, the active part twice. */
static void next_setup(void *arg, uint64_t now_ns, struct rs_sim_op *op)
{
	struct run *r = arg;
	const struct rs_workload *w = r->w;
	uint64_t cached = w->inactive_file + w->active_file;
	uint32_t sweep = cached * r->p[RS_LOAD_file_sweep_share];

	(void)now_ns;
	switch (r->setup_step++) {
	case 0:
		*op = (struct rs_sim_op){ .type = RS_SIM_OP_ALLOC, .nr = w->kernel };
		break;
	case 1:
		r->anon_top = rs_min(w->inactive_anon + w->active_anon, r->anon_pages);
		*op = (struct rs_sim_op){
			.type = RS_SIM_OP_RANGE, .write = true, .first = r->anon_first, .nr = r->anon_top
		};
		break;
	case 2:
		r->sweep_at = rs_min(sweep, r->sweep_pages);
		*op = (struct rs_sim_op){ .type = RS_SIM_OP_RANGE, .first = r->sweep_first, .nr = r->sweep_at };
		r->sweep_at %= r->sweep_pages ? r->sweep_pages : 1;
		break;
	case 3:
	case 4:
		*op = (struct rs_sim_op){ .type = RS_SIM_OP_RANGE,
					  .first = r->random_first,
					  .nr = rs_min(r->setup_step == 4 ? cached - sweep : w->active_file,
						       r->random_pages) };
		break;
	default:
		*op = (struct rs_sim_op){ .type = RS_SIM_OP_END };
		return;
	}
	if (!op->nr)
		next_setup(arg, now_ns, op);
}

static void set_devices(struct rs_sim_config *c, const double *p, bool swap_is_zram)
{
	struct rs_sim_costs *k = &c->costs;
	double scale = p[RS_LOAD_cpu_scale];

	k->scan *= scale;
	k->rmap *= scale;
	k->reclaim *= scale;
	k->pageout *= scale;
	k->shrink_node *= scale;
	k->slab_object *= scale;
	k->slowpath *= scale;
	if (swap_is_zram) {
		c->swap.read_page_ns = p[RS_LOAD_swap_in_ns];
		c->swap.write_page_ns = p[RS_LOAD_swap_out_ns];
	} else {
		/* How many requests a disk serves at once is not in a recording: four of them. */
		c->swap.read_request_ns = p[RS_LOAD_swap_in_ns] / 4;
		c->swap.latency_ns = p[RS_LOAD_swap_in_ns] * 3 / 4;
		c->swap.write_page_ns = p[RS_LOAD_swap_out_ns];
		k->pageout = p[RS_LOAD_swap_cpu_ns];
		c->swap.read_page_ns = 0;
		c->swap.write_request_ns = 0;
	}
	c->file.read_request_ns = p[RS_LOAD_file_in_ns] / 4;
	c->file.latency_ns = p[RS_LOAD_file_in_ns] * 3 / 4;
}

static int add_areas(struct run *r)
{
	const struct rs_workload *w = r->w;
	double share = r->p[RS_LOAD_file_sweep_share], file = w->file_seen * r->p[RS_LOAD_file_size];
	struct rs_sim_area area = { .nr_pages = w->anon_peak + 64, .backing = RS_SIM_ANON, .task = -1 };
	int err;

	r->anon_pages = area.nr_pages;
	err = rs_sim_area_add(r->sim, &area, &r->anon_first);
	if (err < 0)
		return err;
	area = (struct rs_sim_area){
		.nr_pages = file * share + 1, .backing = RS_SIM_FILE, .task = -1, .readahead = RS_LOAD_READAHEAD
	};
	r->sweep_pages = area.nr_pages;
	err = rs_sim_area_add(r->sim, &area, &r->sweep_first);
	if (err < 0)
		return err;
	area = (struct rs_sim_area){
		.nr_pages = file * (1 - share) + 1, .backing = RS_SIM_FILE, .task = -1, .readahead = 1
	};
	r->random_pages = area.nr_pages;
	err = rs_sim_area_add(r->sim, &area, &r->random_first);
	if (err < 0)
		return err;
	/* Which pages are written is not known: those that came so, or as many as a quarter of the cache, over and over. */
	area = (struct rs_sim_area){
		.nr_pages = (w->file_written ? w->file_written : w->file_peak / 4) + 64, .backing = RS_SIM_FILE, .task = -1, .fresh = true
	};
	r->write_pages = area.nr_pages;
	return rs_sim_area_add(r->sim, &area, &r->write_first);
}

static unsigned int nr_players(const struct rs_workload *w)
{
	return NR_PARTS + rs_max(1, w->nr_growers) - 1;
}

static int add_tasks(struct run *r, uint64_t seed)
{
	struct rs_sim_task task = { .next = next_setup, .arg = r };
	int err = rs_sim_task_add(r->sim, &task);
	unsigned int i;

	for (i = 0; i < nr_players(r->w) && err >= 0; i++) {
		struct player *player = &r->players[i];

		player->run = r;
		player->part = i < NR_PARTS ? i : PART_ANON;
		player->grower = i < NR_PARTS ? 0 : i - NR_PARTS + 1;
		player->random = seed * NR_PARTS + i;
		player->ids = malloc(MAX_IDS * sizeof(*player->ids));
		if (!player->ids)
			return -ENOMEM;
		task = (struct rs_sim_task){ .next = next_op, .arg = player, .start_ns = START_NS };
		err = player->task = rs_sim_task_add(r->sim, &task);
	}
	return err < 0 ? err : 0;
}

static void sum_up(const struct rs_sim_result *a, const struct rs_sim_result *b, double *ret)
{
	const struct rs_sim_counts *x = &a->counts, *y = &b->counts;
	double free_sum = 0;
	unsigned int i;

	for (i = 0; i < b->nr_zones; i++)
		free_sum += (double)(b->zones[i].free_ns_sum - a->zones[i].free_ns_sum);
	ret[RS_METRIC_memory_some_ns] = y->psi_some_ns - x->psi_some_ns;
	ret[RS_METRIC_memory_full_ns] = y->psi_full_ns - x->psi_full_ns;
	ret[RS_METRIC_allocstall] = y->allocstall - x->allocstall;
	ret[RS_METRIC_stall_ns] = y->allocstall_ns - x->allocstall_ns;
	ret[RS_METRIC_refault_anon] = y->workingset_refault[0] - x->workingset_refault[0];
	ret[RS_METRIC_refault_file] = y->workingset_refault[1] - x->workingset_refault[1];
	ret[RS_METRIC_pswpin] = y->pswpin - x->pswpin;
	ret[RS_METRIC_pswpout] = y->pswpout - x->pswpout;
	ret[RS_METRIC_pageoutrun] = y->kswapd_runs - x->kswapd_runs;
	ret[RS_METRIC_kswapd_cpu_ns] = y->kswapd_cpu_ns - x->kswapd_cpu_ns;
	ret[RS_METRIC_pgscan_kswapd] = y->pgscan_kswapd - x->pgscan_kswapd;
	ret[RS_METRIC_pgscan_direct] = y->pgscan_direct - x->pgscan_direct;
	ret[RS_METRIC_pgsteal_kswapd] = y->pgsteal_kswapd - x->pgsteal_kswapd;
	ret[RS_METRIC_pgsteal_direct] = y->pgsteal_direct - x->pgsteal_direct;
	ret[RS_METRIC_pgactivate] = y->pgactivate - x->pgactivate;
	ret[RS_METRIC_pgpgin] = y->pgpgin - x->pgpgin;
	ret[RS_METRIC_duration_ns] = b->now_ns - a->now_ns;
	ret[RS_METRIC_free_pages] = free_sum * 1000 / rs_max(1, b->now_ns - a->now_ns);
}

/* It reclaims so much more than was recorded that nothing can be learned from the rest. */
static bool is_hopeless(const struct rs_workload *w, const struct rs_sim_counts *begin, const struct rs_sim_counts *now)
{
	uint64_t stalls = now->allocstall - begin->allocstall;

	return stalls > MAX_STALLS && stalls > MAX_EXCESS * w->recorded[RS_METRIC_allocstall];
}

/* In which of the looks half of what was swapped in had been; evenly within it. */
static double half_of_swapins_ns(const uint64_t *pswpin, unsigned int nr_looks, uint64_t look_ns)
{
	double half = (pswpin[0] + pswpin[nr_looks]) / 2.0;
	unsigned int i = 0;

	while (i < nr_looks && pswpin[i + 1] < half)
		i++;
	if (i == nr_looks || pswpin[i + 1] == pswpin[i])
		return i * (double)look_ns;
	return (i + (half - pswpin[i]) / (pswpin[i + 1] - pswpin[i])) * look_ns;
}

static int run_to_end(struct run *r, double *ret, struct rs_sim_result *ret_result)
{
	struct rs_sim_result before, after;
	uint64_t duration = r->w->recorded[RS_METRIC_duration_ns], pswpin[NR_LOOKS * MAX_SLOWDOWN + 1];
	unsigned int looks = 0;
	int err = rs_sim_run(r->sim, START_NS);

	rs_sim_result(r->sim, &before);
	pswpin[0] = before.counts.pswpin;
	do {
		if (err)
			return err;
		looks++;
		err = rs_sim_run(r->sim, START_NS + duration * looks / NR_LOOKS);
		rs_sim_result(r->sim, &after);
		pswpin[looks] = after.counts.pswpin;
	} while (!rs_sim_done(r->sim) && looks < MAX_SLOWDOWN * NR_LOOKS &&
		 !is_hopeless(r->w, &before.counts, &after.counts));
	if (err)
		return err;
	sum_up(&before, &after, ret);
	ret[RS_METRIC_pswpin_half_ns] = half_of_swapins_ns(pswpin, looks, duration / NR_LOOKS);
	if (ret_result)
		*ret_result = after;
	return 0;
}

int rs_workload_simulate(const struct rs_workload *workload, const struct rs_sim_config *config,
			 const double parameters[RS_NR_LOAD_PARAMETERS], uint64_t seed, double ret[RS_NR_METRICS],
			 struct rs_sim_result *ret_result)
{
	struct run *r = calloc(1, sizeof(*r));
	struct rs_sim_config c = *config;
	int err, i;

	if (!r)
		return -ENOMEM;
	r->w = workload;
	r->p = parameters;
	r->seed = seed;
	c.seed = seed;
	set_devices(&c, parameters, workload->swap_is_zram);
	err = rs_sim_create(&c, &r->sim);
	if (!err)
		err = add_areas(r);
	if (err >= 0)
		err = add_tasks(r, seed);
	if (!err)
		err = run_to_end(r, ret, ret_result);
	rs_sim_destroy(r->sim);
	for (i = 0; i < MAX_PLAYERS; i++)
		free(r->players[i].ids);
	free(r);
	return err;
}
