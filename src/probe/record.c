/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One thread, which wakes up by the clock: at each tick the gauge is read and the rings are drained; another one writes, as
 * that may take long. Under memory pressure the recorder must not become its own subject, so all memory is there before the
 * first event, the process is spared by the OOM killer and preferred by the scheduler where that is allowed, and the file is
 * written past the page cache.
 */
#include "record.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>

#include "../base/cleanup.h"
#include "../base/clock.h"
#include "../base/log.h"
#include "../base/readfile.h"
#include "../trace/writer.h"
#include "gauge.h"
#include "mentions.h"
#include "process.h"

#define TEXT_BYTES (512 * 1024) /* for the JSON of one block */
#define TEXT_KEPT (16 * 1024) /* of it, for what is written while it records */
#define TICK_NS 100000000ULL /* how often it is looked whether anything happens */
#define LONG_TICK_NS 400000000ULL /* where only rings fill up meanwhile, that have room for as long at ... */
#define BYTES_A_SECOND 40000000ULL /* ... of each CPU: 400,000 records */
#define DRAIN_PERCENT 12 /* a ring so full is drained; else records wait in it for the next flush */
#define FLUSH_NS 800000000ULL /* a recorder that is killed loses no more than a second */
#define ASK_SKIPPED_NS 5000000000ULL /* a system call for each program */
#define SUMMARY_FLUSH_NS 10000000000ULL /* sums are small, and what they stand for is in the kernel */
#define IDLE_GAUGE_NS 1000000000ULL
#define ACTIVE_NS 1000000000ULL /* how long after an event the host counts as active */
/* Records this young may still have older ones behind them in another ring. */
#define HORIZON_NS 1000000ULL

struct recorder {
	const struct rs_record_config *config;
	struct rs_kernel *kernel;
	struct rs_capture *capture;
	struct rs_writer *writer;
	struct rs_schema *schema;
	char *text;
	FILE *text_file; /* writes into text */

	int signals;
	struct rs_process was;
	pid_t child;
	int child_status;
	bool child_ended, interrupted;

	uint64_t began_cpu_ns; /* of this process */
	uint64_t began_ns, last_event_ns, last_gauge_ns, last_flush_ns, last_asked_ns;
	uint64_t written; /* bytes in the rings when it was looked last */
	bool hurried; /* there was much in them then */
	struct rs_mentions mentions;
	char *vmstat; /* as it was when capture stopped */
	struct rs_pressure pressure; /* likewise */

	struct rs_gauge *gauge; /* out of /proc; NULL: BPF reads it */
	/* What it read, in order of time, until the rings are drained up to the same moments. */
	char *pending;
	size_t pending_at, pending_len, pending_room;
	uint64_t gauge_records[RS_NR_EVENTS];
};

/* What the recorder's own process has used, which the load did not get. */
static uint64_t own_cpu_ns(void)
{
	return rs_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

/* ---- blocks of JSON ---- */

static FILE *begin_text(struct recorder *r)
{
	rewind(r->text_file);
	return r->text_file;
}

static int put_text(struct recorder *r, enum rs_block_type type)
{
	long len = ftell(r->text_file);

	if (fflush(r->text_file) || ferror(r->text_file) || len >= TEXT_BYTES - 1) {
		clearerr(r->text_file);
		rs_warn("a block of type %d does not fit into %d bytes and is left out", type, TEXT_BYTES);
		return 0;
	}
	return rs_writer_put_json(r->writer, type, r->text, len);
}

static void sum_loss(struct recorder *r, bool given_up, struct rs_capture_counters *counters, struct rs_loss *loss)
{
	struct rs_writer_stats stats;
	int i;

	rs_capture_counters(r->capture, counters);
	for (i = 0; i < RS_NR_EVENTS; i++)
		counters->attempted[i] += r->gauge_records[i];
	rs_writer_stats(r->writer, &stats);
	rs_loss_sum(counters, &stats, rs_capture_cpu_added(r->capture), given_up, loss);
}

static int put_loss(struct recorder *r)
{
	static struct rs_capture_counters counters;
	struct rs_loss loss;
	unsigned int n;
	const struct rs_probe *probes = rs_capture_probes(r->capture, &n);

	sum_loss(r, false, &counters, &loss);
	rs_describe_loss(begin_text(r), &loss, &counters, probes, n, rs_writer_schema(r->writer));
	return put_text(r, RS_BLOCK_LOSS);
}

/* @all: also what takes long to find. */
static int put_names(struct recorder *r, bool all)
{
	rs_mentions_describe(begin_text(r), all ? &r->mentions : NULL, r->kernel, r->capture);
	return put_text(r, RS_BLOCK_NAMES);
}

static int put_end(struct recorder *r, struct rs_record_result *result)
{
	struct rs_json j;

	rs_json_init(&j, begin_text(r));
	rs_json_object(&j, NULL);
	rs_json_u64(&j, "ended_ns", r->began_ns + result->duration_ns);
	rs_json_u64(&j, "duration_ns", result->duration_ns);
	rs_json_u64(&j, "attempted", result->loss.attempted);
	rs_json_u64(&j, "written", result->loss.written);
	rs_json_u64(&j, "lost", result->loss.lost);
	rs_json_u64(&j, "recorder_cpu_ns", own_cpu_ns() - r->began_cpu_ns);
	rs_json_u64(&j, "recorder_memory_bytes", rs_process_memory() + rs_capture_map_bytes(r->capture));
	rs_json_string(&j, "reason", r->child_ended ? "command ended" : r->interrupted ? "signal" : "time");
	rs_describe_vmstat(&j, "vmstat", r->vmstat);
	rs_describe_costs(&j, &r->pressure);
	rs_json_end_object(&j);
	return put_text(r, RS_BLOCK_END);
}

/* ---- the gauge ---- */

static int keep_pending(void *ctx, const struct rs_event_hdr *hdr)
{
	struct recorder *r = ctx;

	if (r->pending_len + hdr->len > r->pending_room) {
		size_t room = 2 * r->pending_room + RS_MAX_RECORD;
		char *bigger = realloc(r->pending, room);

		if (!bigger)
			return -ENOMEM;
		r->pending = bigger;
		r->pending_room = room;
	}
	memcpy(r->pending + r->pending_len, hdr, hdr->len);
	r->pending_len += hdr->len;
	r->gauge_records[hdr->type]++;
	return 0;
}

/* Puts what was read up to @until among the records. */
static int write_pending(struct recorder *r, uint64_t until)
{
	int err = 0;

	while (r->pending_at < r->pending_len && err >= 0) {
		const struct rs_event_hdr *hdr = (const void *)(r->pending + r->pending_at);

		if (hdr->ts_ns > until)
			break;
		err = rs_writer_put_record(r->writer, 0, hdr);
		r->pending_at += hdr->len;
	}
	return err < 0 ? err : 0;
}

/* ---- records ---- */

static int take_records(void *ctx, const struct rs_event_hdr *next, size_t bytes, struct rs_batch *batch)
{
	struct recorder *r = ctx;
	int ret = 0;

	rs_writer_end_batch(r->writer, batch, bytes);
	rs_mentions_note(&r->mentions, batch->from, batch->to - batch->from);
	if (next && r->pending_at < r->pending_len)
		ret = write_pending(r, next->ts_ns);
	if (!next || ret)
		return ret;
	ret = rs_writer_begin_batch(r->writer, batch);
	if (ret >= 0 && r->pending_at < r->pending_len)
		batch->end = batch->to + 1; /* before the next one there may be more */
	return ret;
}

/* What is drained is packed, too: until then it needs its place in the rings. */
static int drain(struct recorder *r, uint64_t horizon_ns)
{
	int64_t n = rs_capture_drain(r->capture, horizon_ns, take_records, r);
	int err = n == -EBADMSG ? rs_fail(-EBADMSG, "a ring holds what no program writes; please report this") : n < 0 ? n : 0;

	if (!err)
		err = write_pending(r, horizon_ns);
	if (!err)
		err = rs_writer_flush(r->writer);
	if (err)
		return err;
	rs_capture_release(r->capture);
	if (r->pending_at) {
		r->pending_len -= r->pending_at;
		memmove(r->pending, r->pending + r->pending_at, r->pending_len);
		r->pending_at = 0;
	}
	return 0;
}

static int read_gauge(struct recorder *r)
{
	int err;

	if (r->gauge) {
		err = rs_gauge_read(r->gauge, rs_now_ns(), keep_pending, r);
		return err ? rs_err(err, "cannot read /proc") : 0;
	}
	err = rs_capture_gauge(r->capture);
	r->written = rs_capture_written(r->capture); /* its own records are no activity */
	return err ? rs_err(err, "cannot read the gauge") : 0;
}

/* Writes what is drained, and how much was lost. */
static int flush(struct recorder *r, uint64_t horizon_ns)
{
	int err = drain(r, horizon_ns);

	if (!err && r->config->capture.mode == RS_MODE_SUMMARY) {
		rs_describe_totals(begin_text(r), r->capture);
		err = put_text(r, RS_BLOCK_TOTALS);
	}
	return err ? err : put_loss(r);
}

static uint64_t flush_interval(const struct recorder *r)
{
	return r->config->capture.mode == RS_MODE_SUMMARY ? SUMMARY_FLUSH_NS : FLUSH_NS;
}

/* How long from one gauge to the next; 0: there is none. */
static uint64_t gauge_interval(const struct recorder *r, uint64_t now)
{
	unsigned int ms = r->config->gauge_ms;

	if (!ms)
		return 0;
	if (r->config->capture.mode == RS_MODE_SUMMARY)
		return SUMMARY_FLUSH_NS;
	if (!r->last_event_ns || now - r->last_event_ns >= ACTIVE_NS)
		return IDLE_GAUGE_NS;
	return 1000000ULL * (r->gauge && ms < RS_GAUGE_PROC_MS ? RS_GAUGE_PROC_MS : ms);
}

static void look(struct recorder *r, uint64_t now)
{
	uint64_t written = rs_capture_written(r->capture);

	if (written != r->written)
		r->last_event_ns = now;
	r->written = written;
}

/* How long until it is looked again. A gauge has to begin when something begins to happen. */
static uint64_t tick_interval(const struct recorder *r)
{
	uint64_t room_ns = rs_capture_ring_bytes(r->capture) * (1000000000ULL / BYTES_A_SECOND);

	if (r->config->gauge_ms || r->hurried || room_ns < TICK_NS)
		return TICK_NS;
	return room_ns < LONG_TICK_NS ? room_ns : LONG_TICK_NS;
}

static int tick(struct recorder *r)
{
	uint64_t now = rs_now_ns(), gauge;
	int err = 0;

	look(r, now);
	r->hurried = rs_capture_fill(r->capture) >= DRAIN_PERCENT;
	gauge = gauge_interval(r, now);
	if (gauge && now - r->last_gauge_ns >= gauge) {
		err = read_gauge(r);
		r->last_gauge_ns = now;
	}
	if (err)
		return err;
	if (now - r->last_flush_ns < flush_interval(r))
		return r->hurried ? drain(r, now - HORIZON_NS) : 0;
	r->last_flush_ns = now;
	if (now - r->last_asked_ns >= ASK_SKIPPED_NS) {
		rs_capture_ask_skipped(r->capture);
		r->last_asked_ns = now;
	}
	return flush(r, now - HORIZON_NS);
}

/* When there is something to do next. */
static uint64_t next_tick(const struct recorder *r, uint64_t now)
{
	uint64_t gauge = gauge_interval(r, now), next = r->last_flush_ns + flush_interval(r);

	if (gauge && r->last_gauge_ns + gauge < next)
		next = r->last_gauge_ns + gauge;
	/* In a summary there are no records but the gauge's. */
	if (r->config->capture.mode != RS_MODE_SUMMARY && now + tick_interval(r) < next)
		next = now + tick_interval(r);
	return next;
}

static void handle_signals(struct recorder *r)
{
	struct signalfd_siginfo info;

	while (read(r->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD) {
			if (r->child && waitpid(r->child, &r->child_status, WNOHANG) == r->child)
				r->child_ended = true;
			continue;
		}
		r->interrupted = true;
	}
}

/* ---- the whole ---- */

static int loop(struct recorder *r)
{
	uint64_t until = r->config->duration_ns ? r->began_ns + r->config->duration_ns : UINT64_MAX;
	struct pollfd fd = { .fd = r->signals, .events = POLLIN };
	int err = 0;

	while (!err && !r->interrupted && !r->child_ended) {
		uint64_t now = rs_now_ns(), next, wait;
		struct timespec t;

		if (now >= until)
			break;
		next = next_tick(r, now);
		if (next > until)
			next = until;
		wait = next > now ? next - now : 0;
		t = (struct timespec){ wait / 1000000000, wait % 1000000000 };
		fd.revents = 0;
		if (ppoll(&fd, 1, &t, NULL) < 0 && errno != EINTR)
			return rs_err(-errno, "poll");
		if (fd.revents)
			handle_signals(r);
		err = tick(r);
	}
	return err;
}

/* A second SIGINT kills, in case the end takes too long for somebody. */
static void let_interrupts_through(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static int finish(struct recorder *r, int err, struct rs_record_result *result)
{
	static struct rs_capture_counters counters;
	int end_err;

	result->duration_ns = rs_now_ns() - r->began_ns;
	if (!err && r->config->gauge_ms)
		err = read_gauge(r);
	rs_read_file("/proc/vmstat", &r->vmstat, NULL);
	rs_pressure_read(&r->pressure);
	/* Taking the programs off can take seconds, in which somebody may kill us. */
	if (!err)
		err = flush(r, rs_now_ns() - HORIZON_NS);
	rs_capture_stop(r->capture);
	handle_signals(r);
	let_interrupts_through();
	if (!err)
		err = flush(r, UINT64_MAX);
	if (!err)
		err = put_names(r, true);
	if (!err)
		err = rs_writer_sync(r->writer);
	sum_loss(r, err != 0, &counters, &result->loss);
	end_err = put_end(r, result);
	if (!end_err)
		end_err = rs_writer_sync(r->writer);
	err = err ? err : end_err;
	if (!err && result->loss.in_flight)
		err = rs_fail(-EBADMSG, "%" PRIu64 " events are unaccounted for; please report this", result->loss.in_flight);
	return err;
}

static int prepare(struct recorder *r)
{
	static const uint16_t gauge_types[] = { RS_EVENT_zone_state, RS_EVENT_node_state, RS_EVENT_vm_state };
	const char *names[RS_MAX_HOOKS];
	uint64_t began_ns = rs_now_ns();
	sigset_t set;
	unsigned int i;
	bool symbols;
	int err;

	for (i = 0; i < rs_nr_hooks; i++)
		names[i] = rs_hook_symbol(&rs_hooks[i]);
	/* A summary has no hooks on functions, and reads its gauge out of /proc: seldom enough. */
	symbols = r->config->capture.mode != RS_MODE_SUMMARY &&
		  (r->config->gauge_ms || rs_capture_needs_symbols(&r->config->capture));
	err = rs_kernel_create(names, symbols ? rs_nr_hooks : 0, &r->kernel);
	rs_debug("kernel looked at: %" PRIu64 " ms", (rs_now_ns() - began_ns) / 1000000);
	if (!err)
		err = rs_schema_create(&r->schema);
	if (!err && r->config->capture.mode == RS_MODE_SUMMARY)
		rs_schema_keep(r->schema, gauge_types, RS_ARRAY_SIZE_OF(gauge_types));
	if (!err)
		err = rs_capture_create(r->kernel, &r->config->capture, &r->capture);
	if (!err && r->config->gauge_ms && !rs_capture_has_gauge(r->capture))
		err = rs_gauge_open(&r->gauge);
	if (err)
		return err;
	r->text = malloc(TEXT_BYTES);
	r->text_file = r->text ? fmemopen(r->text, TEXT_BYTES, "w") : NULL;
	if (!r->text_file)
		return -ENOMEM;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &r->was.signals);
	r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (r->signals < 0)
		return rs_err(-errno, "signalfd");
	return 0;
}

static int start(struct recorder *r, bool *ret_command_failed)
{
	int err;

	err = rs_writer_check(r->config->output, r->config->overwrite);
	if (!err)
		err = rs_capture_start(r->capture);
	if (err)
		return err;
	/* What was only needed to load. */
	rs_capture_forget_object(r->capture);
	rs_kernel_forget_btf(r->kernel);
	rs_process_arrange_memory();
	rs_process_prefer(&r->was);
	r->began_ns = rs_now_ns();
	r->began_cpu_ns = own_cpu_ns();
	r->last_flush_ns = r->last_asked_ns = r->began_ns;
	rs_describe_host(begin_text(r), r->kernel, r->capture, &r->config->capture, r->schema,
			 (const char *const *)r->config->command, r->config->gauge_ms);
	rs_schema_destroy(r->schema); /* the writer has one */
	r->schema = NULL;
	/* Not earlier: killed between these two, it leaves an empty file. */
	err = rs_writer_create(r->config->output, r->config->overwrite, &r->writer);
	if (!err && r->config->capture.mode != RS_MODE_SUMMARY) /* which has few records, at its leisure */
		rs_writer_prefault(r->writer);
	if (!err)
		err = put_text(r, RS_BLOCK_INFO);
	if (!err)
		err = put_names(r, false);
	if (!err)
		err = rs_writer_sync(r->writer);
	rs_process_give_back(r->text + TEXT_KEPT, TEXT_BYTES - TEXT_KEPT);
	rs_process_stay_in_memory();
	if (!err)
		err = tick(r); /* the gauge as it is before the command */
	if (!err && r->config->command) {
		err = rs_process_run(&r->was, r->config->command, &r->child);
		*ret_command_failed = err != 0;
	}
	return err;
}

static void say_start(const struct recorder *r)
{
	unsigned int i, n, attached = 0, missing = 0;
	const struct rs_probe *probes = rs_capture_probes(r->capture, &n);

	for (i = 0; i < n; i++) {
		attached += probes[i].state == RS_PROBE_ATTACHED;
		missing += probes[i].state == RS_PROBE_REFUSED;
	}
	if (r->config->quiet)
		return;
	rs_info("recording to %s, %u probes, attachment %s%s", r->config->output, attached,
		rs_capture_attachment(r->capture),
		r->config->command ? "" : r->config->duration_ns ? "" : "; Ctrl-C ends it");
	if (missing)
		rs_warn("%u probes are refused here; reclaimscope check names them and what is lost", missing);
}

int rs_record(const struct rs_record_config *config, struct rs_record_result *ret)
{
	struct recorder *r = calloc(1, sizeof(*r));
	bool started = false;
	int err;

	if (!r)
		return -ENOMEM;
	memset(ret, 0, sizeof(*ret));
	r->config = config;
	r->signals = -1;
	err = prepare(r);
	if (!err)
		err = start(r, &ret->command_failed);
	if (!err) {
		started = true;
		say_start(r);
		err = loop(r);
		err = finish(r, err, ret);
		ret->command_status = r->child_status;
	}
	if (r->writer) {
		struct rs_writer_stats stats;
		int close_err;

		rs_writer_stats(r->writer, &stats);
		ret->nr_bytes = stats.nr_bytes;
		close_err = rs_writer_close(r->writer);
		err = err ? err : close_err;
		if (!started)
			unlink(config->output);
	}
	rs_capture_destroy(r->capture);
	rs_schema_destroy(r->schema);
	rs_kernel_destroy(r->kernel);
	if (r->signals >= 0) {
		close(r->signals);
		sigprocmask(SIG_SETMASK, &r->was.signals, NULL);
	}
	if (r->text_file)
		fclose(r->text_file);
	free(r->text);
	free(r->vmstat);
	free(r->pending);
	rs_gauge_close(r->gauge);
	free(r);
	return err;
}
