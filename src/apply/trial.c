/* SPDX-License-Identifier: GPL-2.0-only */
#include "trial.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../base/clock.h"
#include "../base/log.h"
#include "../base/readfile.h"
#include "../kernel/pressure.h"

enum { CONFIRM = SIGUSR1, TAKE_BACK = SIGTERM };

/* ---- The lock: held by the guard, and gone with it. ---- */

static int open_lock(const char *dir)
{
	char path[600];
	int fd;

	snprintf(path, sizeof(path), "%s/lock", dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	return fd < 0 ? rs_err(-errno, "%s: cannot open", path) : fd;
}

/* A descriptor that holds the lock, -EBUSY when another does (not said), or -errno, said. */
static int take_lock(const char *dir)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open_lock(dir);

	if (fd < 0 || !fcntl(fd, F_SETLK, &lock))
		return fd;
	close(fd);
	return -EBUSY;
}

pid_t rs_trial_guard(const char *dir)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	_cleanup_(rs_closep) int fd = open_lock(dir);

	if (fd < 0 || fcntl(fd, F_GETLK, &lock) || lock.l_type == F_UNLCK)
		return 0;
	return lock.l_pid;
}

/* ---- Writing and taking back. ---- */

/* The kernel sets it to 0 when its counterpart is written, and refuses a 0 that is written. */
static bool follows_counterpart(const struct rs_change *change, const char *value)
{
	return change->setting->counterpart && !strcmp(value, "0");
}

static int write_change(const struct rs_trial *trial, const struct rs_change *change, const char *value)
{
	int err;

	if (follows_counterpart(change, value))
		return 0;
	err = rs_setting_write(change->setting, trial->root, value);
	return err ? rs_err(err, "%s: the kernel refuses %s", change->setting->key, value) : 0;
}

static int read_change(const struct rs_trial *trial, const struct rs_change *change, char value[RS_SETTING_TEXT])
{
	int err = rs_setting_read(change->setting, trial->root, value);

	return err ? rs_err(err, "%s: cannot read", change->setting->key) : 0;
}

/* The first setting that has not its new (or else its old) value. 0 and *@ret, NULL: none; @value: what it has. -errno: said. */
static int find_other(const struct rs_trial *trial, const struct rs_journal *journal, bool new, const struct rs_change **ret,
		      char value[RS_SETTING_TEXT])
{
	int c, err;

	*ret = NULL;
	for (c = 0; c < journal->nr_changes; c++) {
		const struct rs_change *change = &journal->changes[c];

		err = read_change(trial, change, value);
		if (err)
			return err;
		if (!rs_setting_same(value, new ? change->new : change->old)) {
			*ret = change;
			break;
		}
	}
	return 0;
}

/* Reads all back. 0, -EIO when one is not what was written, or -errno; said. */
static int read_back(const struct rs_trial *trial, const struct rs_journal *journal)
{
	const struct rs_change *other;
	char value[RS_SETTING_TEXT];
	int err = find_other(trial, journal, true, &other, value);

	if (err || !other)
		return err;
	return rs_fail(-EIO, "%s: %s was written, but the kernel has %s", other->setting->key, other->new, value);
}

/* Leaves @change to whoever wrote @value. */
static int yield(const struct rs_trial *trial, struct rs_journal *journal, struct rs_change *change, const char *value)
{
	rs_info("%s: somebody else has written %s: left to them", change->setting->key, value);
	return rs_journal_yield(trial->dir, journal, change, value);
}

/* Writes the old values, the last first. The lock is held. */
static int take_back(const struct rs_trial *trial, struct rs_journal *journal, const char *why)
{
	char value[RS_SETTING_TEXT];
	int c, err, failed = 0;

	if (journal->state != RS_JOURNAL_REVERTING) {
		err = rs_journal_enter(trial->dir, journal, RS_JOURNAL_REVERTING, why);
		if (err)
			failed = err; /* a full disk must not keep new values in force */
	}
	for (c = journal->nr_changes - 1; c >= 0; c--) {
		struct rs_change *change = &journal->changes[c];

		if (change->yielded)
			continue;
		err = read_change(trial, change, value);
		if (!err && rs_setting_same(value, change->old))
			continue;
		if (!err && !rs_setting_same(value, change->new))
			err = yield(trial, journal, change, value);
		else if (!err)
			err = write_change(trial, change, change->old);
		failed = failed ?: err;
	}
	for (c = 0; c < journal->nr_changes; c++) {
		struct rs_change *change = &journal->changes[c];

		if (change->yielded || read_change(trial, change, value) || rs_setting_same(value, change->old))
			continue;
		failed = rs_fail(-EIO, "%s: %s could not be restored, the kernel has %s", change->setting->key, change->old, value);
	}
	return failed ?: rs_journal_enter(trial->dir, journal, RS_JOURNAL_REVERTED, NULL);
}

/* ---- The guard. ---- */

struct pressure {
	uint64_t some_us, full_us, at_ns;
};

/* What the kernel has counted of memory pressure. 0, or -errno when it does not count it. */
static int read_pressure(const struct rs_trial *trial, struct pressure *p)
{
	_cleanup_(rs_freep) char *text = NULL;
	char path[600];
	int err;

	snprintf(path, sizeof(path), "%s/proc/pressure/memory", trial->root);
	err = rs_read_file(path, &text, NULL);
	if (err)
		return err;
	rs_pressure_parse(text, &p->some_us, &p->full_us);
	if (p->some_us == RS_PRESSURE_UNKNOWN)
		return -ENODATA;
	if (p->full_us == RS_PRESSURE_UNKNOWN)
		p->full_us = 0;
	p->at_ns = rs_now_ns();
	return 0;
}

/* Time under pressure between two readings, in per cent. */
static double share(uint64_t before_us, uint64_t after_us, const struct pressure *from, const struct pressure *to)
{
	return to->at_ns > from->at_ns ? (after_us - before_us) * 1e3 * 100 / (to->at_ns - from->at_ns) : 0;
}

/* Waits up to @wait_ns for a signal. Its number, or 0. */
static int wait_signal(int signals, uint64_t wait_ns)
{
	struct pollfd p = { .fd = signals, .events = POLLIN };
	struct signalfd_siginfo info;

	if (poll(&p, 1, wait_ns / 1000000 + 1) == 1 && read(signals, &info, sizeof(info)) == sizeof(info))
		return info.ssi_signo;
	return 0;
}

/* Somebody else's writes. The number of changes that are still ours, or -errno. */
static int look_for_others(const struct rs_trial *trial, struct rs_journal *journal)
{
	char value[RS_SETTING_TEXT];
	int c, err, ours = 0;

	for (c = 0; c < journal->nr_changes; c++) {
		struct rs_change *change = &journal->changes[c];

		if (change->yielded)
			continue;
		err = read_change(trial, change, value);
		if (!err && !rs_setting_same(value, change->new))
			err = yield(trial, journal, change, value);
		if (err)
			return err;
		ours += !change->yielded;
	}
	return ours;
}

/* Memory pressure before the settings were written, and where counting goes on from. */
struct baseline {
	bool counted;
	double some, full; /* per cent of the time */
	struct pressure end;
};

/* Stands by the applied settings. NULL when they are to stay, or why they have to go. */
static const char *stand_by(const struct rs_trial *trial, struct rs_journal *journal, int signals, struct baseline *before, char *why,
			    size_t size)
{
	uint64_t end = rs_now_ns() + trial->duration_ns;
	struct pressure to;

	while (rs_now_ns() < end) {
		uint64_t left = end - rs_now_ns();
		double some, full;
		int n;

		switch (wait_signal(signals, left < 1000000000 ? left : 1000000000)) {
		case CONFIRM:
			return NULL;
		case 0:
			break;
		default:
			return "asked to";
		}
		n = look_for_others(trial, journal);
		if (n < 0)
			return "a setting or the journal could not be read or written";
		if (!n)
			return "every setting has been written by somebody else";
		if (!before->counted || read_pressure(trial, &to) || to.at_ns - before->end.at_ns < trial->window_ns)
			continue;
		some = share(before->end.some_us, to.some_us, &before->end, &to);
		full = share(before->end.full_us, to.full_us, &before->end, &to);
		if (some > before->some + trial->worse || full > before->full + trial->worse) {
			snprintf(why, size, "memory pressure rose: some %.1f %% to %.1f %% of the time, full %.1f %% to %.1f %%",
				 before->some, some, before->full, full);
			return why;
		}
		before->end = to;
	}
	return "nobody confirmed in time";
}

/* Measures the pressure that the settings find. 0, or -ECANCELED, said. */
static int measure_before(const struct rs_trial *trial, int signals, struct baseline *before)
{
	struct pressure from;

	if (read_pressure(trial, &from)) {
		rs_warn("this kernel does not count memory pressure (psi=1 on its command line): only time takes the settings back");
		return 0;
	}
	if (wait_signal(signals, trial->window_ns))
		return rs_fail(-ECANCELED, "nothing was written");
	if (read_pressure(trial, &before->end))
		return 0;
	before->counted = true;
	before->some = share(from.some_us, before->end.some_us, &from, &before->end);
	before->full = share(from.full_us, before->end.full_us, &from, &before->end);
	rs_info("before: under memory pressure for %.1f %% of the time (some), %.1f %% (full)", before->some, before->full);
	return 0;
}

/* Do the settings still have the values that the plan was made for? */
static int check_old(const struct rs_trial *trial, const struct rs_journal *journal)
{
	const struct rs_change *other;
	char value[RS_SETTING_TEXT];
	int err = find_other(trial, journal, false, &other, value);

	if (err || !other)
		return err;
	return rs_fail(-EAGAIN, "%s: has become %s since the plan was made; nothing was written", other->setting->key, value);
}

/* Everything from the plan to the end, in the guard. */
static int guard_trial(const struct rs_trial *trial, struct rs_journal *journal, int signals)
{
	struct baseline before = {};
	const char *because = NULL;
	char why[128];
	int c, err;

	err = trial->duration_ns ? measure_before(trial, signals, &before) : 0;
	err = err ?: check_old(trial, journal);
	err = err ?: rs_journal_create(trial->dir, journal);
	if (err)
		return err;
	for (c = 0; !err && c < journal->nr_changes; c++)
		err = write_change(trial, &journal->changes[c], journal->changes[c].new);
	err = err ?: read_back(trial, journal);
	err = err ?: rs_journal_enter(trial->dir, journal, RS_JOURNAL_APPLIED, NULL);
	if (err) {
		take_back(trial, journal, "not all could be written");
		return err;
	}
	if (trial->duration_ns) {
		rs_info("applied as %s, on trial for %" PRIu64 " s; to keep: reclaimscope-apply confirm", journal->id,
			trial->duration_ns / 1000000000);
		because = stand_by(trial, journal, signals, &before, why, sizeof(why));
	}
	if (!because) {
		err = rs_journal_enter(trial->dir, journal, RS_JOURNAL_CONFIRMED, NULL);
		if (!err) {
			rs_info("confirmed; to take back: reclaimscope-apply rollback %s", journal->id);
			return 0;
		}
		because = "the confirmation could not be written";
	}
	err = take_back(trial, journal, because);
	return err ?: rs_fail(-ECANCELED, "taken back: %s", because);
}

/* ---- The parent. ---- */

static int open_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, CONFIRM);
	sigaddset(&set, TAKE_BACK);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	return fd < 0 ? rs_err(-errno, "signalfd") : fd;
}

/* The guard's life. Its exit status is what it returned, negated. */
static int guard_main(const struct rs_trial *trial, struct rs_journal *journal, const char *revert_why)
{
	_cleanup_(rs_closep) int lock = -1, signals = -1;

	setsid();
	signal(SIGPIPE, SIG_IGN);
	lock = take_lock(trial->dir);
	if (lock == -EBUSY)
		return rs_fail(-EBUSY, "another trial is on: confirm it, or roll it back, first (see status)");
	if (lock < 0)
		return lock;
	if (revert_why)
		return take_back(trial, journal, revert_why);
	signals = open_signals();
	return signals < 0 ? signals : guard_trial(trial, journal, signals);
}

/* Has the user typed y? Anything else goes by. */
static bool typed_yes(void)
{
	char line[64];
	ssize_t n = read(STDIN_FILENO, line, sizeof(line));

	return n > 0 && (line[0] == 'y' || line[0] == 'Y');
}

/* Waits for the guard @pid, passing on what the user says. Its status as waitpid() gives it. */
static int attend(pid_t pid, int signals, bool ask_tty)
{
	_cleanup_(rs_closep) int guard = pidfd_open(pid, 0);
	struct pollfd p[] = {
		{ .fd = guard, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
		{ .fd = ask_tty ? STDIN_FILENO : -1, .events = POLLIN },
	};
	struct signalfd_siginfo info;
	int status = 0;

	while (guard >= 0 && (poll(p, 3, -1) >= 0 || errno == EINTR) && !(p[0].revents & POLLIN)) {
		/* A terminal that went away leaves the trial to its end. */
		if (p[1].revents & POLLIN && read(signals, &info, sizeof(info)) == sizeof(info) && info.ssi_signo != SIGHUP)
			kill(pid, TAKE_BACK);
		if (p[2].revents & (POLLHUP | POLLERR))
			p[2].fd = -1;
		else if (p[2].revents & POLLIN && typed_yes())
			kill(pid, CONFIRM);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static int guarded(const struct rs_trial *trial, struct rs_journal *journal, const char *revert_why)
{
	_cleanup_(rs_closep) int signals = open_signals();
	int status;
	pid_t pid;

	if (signals < 0)
		return signals;
	pid = fork();
	if (pid < 0)
		return rs_err(-errno, "fork");
	if (!pid) {
		int err = guard_main(trial, journal, revert_why);

		_exit(-err & 0xff);
	}
	status = attend(pid, signals, trial->ask_tty);
	if (WIFEXITED(status))
		return -WEXITSTATUS(status);
	rs_warn("the guard was killed by signal %d: taking back what it did", WTERMSIG(status));
	return rs_trial_recover(trial->root, trial->dir) ?: -ECANCELED;
}

int rs_trial_run(const struct rs_trial *trial, struct rs_journal *journal)
{
	return guarded(trial, journal, NULL);
}

int rs_trial_revert(const struct rs_trial *trial, struct rs_journal *journal, const char *why)
{
	return guarded(trial, journal, why);
}

int rs_trial_recover(const char *root, const char *dir)
{
	const struct rs_trial trial = { .root = root, .dir = dir };
	_cleanup_(rs_closep) int lock = take_lock(dir);
	struct rs_journal journal;
	char boot[40], **ids;
	int i, n, err;

	if (lock == -EBUSY)
		return 0;
	if (lock < 0)
		return lock;
	err = rs_journal_boot(root, boot);
	if (err)
		return err;
	n = rs_journal_list(dir, &ids);
	for (i = n - 1; i >= 0; i--) {
		/* The newest first: it is the one that has written last. */
		if (!err && !rs_journal_read(dir, ids[i], &journal) && rs_journal_unfinished(&journal, boot)) {
			rs_warn("%s was left unfinished (%s): taking it back", journal.id, rs_journal_state_name(journal.state));
			err = take_back(&trial, &journal, "left unfinished");
		}
		free(ids[i]);
	}
	free(ids);
	return n < 0 ? n : err;
}

int rs_trial_tell(const char *dir, bool confirm)
{
	pid_t pid = rs_trial_guard(dir);
	_cleanup_(rs_closep) int guard = pid ? pidfd_open(pid, 0) : -1;
	struct rs_journal journal;
	struct pollfd p;
	char **ids;
	int i, n, err;

	/* The pid is the guard's only if it still holds the lock now that we hold the pidfd. */
	if (guard < 0 || rs_trial_guard(dir) != pid)
		return rs_fail(-ENODATA, "no trial is on");
	n = rs_journal_list(dir, &ids);
	if (n <= 0)
		return n ?: rs_fail(-EAGAIN, "the trial has written nothing yet; try again in a moment");
	err = rs_journal_read(dir, ids[n - 1], &journal);
	for (i = 0; i < n; i++)
		free(ids[i]);
	free(ids);
	if (err)
		return err;
	if (confirm && journal.state != RS_JOURNAL_APPLIED)
		return rs_fail(-EAGAIN, "the trial is not on yet, or over (%s %s)", journal.id, rs_journal_state_name(journal.state));
	if (pidfd_send_signal(guard, confirm ? CONFIRM : TAKE_BACK, NULL, 0))
		return rs_err(-errno, "cannot reach the guard of the trial, process %d", pid);
	p = (struct pollfd){ .fd = guard, .events = POLLIN };
	if (poll(&p, 1, 10000) != 1)
		return rs_fail(-ETIMEDOUT, "the guard of the trial, process %d, does not answer", pid);
	err = rs_journal_read(dir, journal.id, &journal);
	if (err)
		return err;
	if (journal.state != (confirm ? RS_JOURNAL_CONFIRMED : RS_JOURNAL_REVERTED))
		return rs_fail(-ECANCELED, "%s ended as %s %s", journal.id, rs_journal_state_name(journal.state), journal.why);
	return 0;
}
