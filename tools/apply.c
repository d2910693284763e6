/* SPDX-License-Identifier: GPL-2.0-only */
/* reclaimscope-apply: the only program of ours that writes a setting. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../src/apply/owner.h"
#include "../src/apply/trial.h"
#include "../src/base/cleanup.h"
#include "../src/base/json.h"
#include "../src/base/log.h"
#include "../src/base/readfile.h"
#include "../src/kernel/zoneinfo.h"
#include "tool.h"

struct args {
	const char *root, *file;
	const char *words[RS_JOURNAL_CHANGES];
	int nr_words;
	bool yes, keep, take_over, json;
	uint64_t trial_ns, baseline_ns, worse;
};

#define OPTION_ROOT { "root", 'r', "DIR", 0, "use DIR instead of / for everything that is read and written", 1 }
#define OPTION_JSON { "json", 'j', NULL, 0, "one JSON object for each line of the answer", 1 }

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case 'r':
		args->root = strcmp(arg, "/") ? arg : "";
		break;
	case 'j':
		args->json = true;
		break;
	case 'f':
		args->file = arg;
		break;
	case 'y':
		args->yes = true;
		break;
	case 'k':
		args->keep = true;
		break;
	case 'o':
		args->take_over = true;
		break;
	case 't':
		if (rs_parse_duration(arg, &args->trial_ns) || args->trial_ns < 1000000000 || args->trial_ns > 86400000000000)
			return rs_bad_value("--trial %s: must be from 1s to 24h", arg);
		break;
	case 'b':
		if (rs_parse_duration(arg, &args->baseline_ns) || args->baseline_ns > 600000000000)
			return rs_bad_value("--baseline %s: must be a time up to 10m", arg);
		break;
	case 'w':
		if (rs_parse_number(arg, 0, 100, &args->worse))
			return rs_bad_value("--worse %s: must be percentage points from 0 to 100", arg);
		break;
	case ARGP_KEY_ARG:
		if (args->nr_words == RS_JOURNAL_CHANGES)
			return rs_bad_value("%s: too many settings at once", arg);
		args->words[args->nr_words++] = arg;
		break;
	case 'h':
		return rs_parse_help(state);
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* ---- The plan. ---- */

static void learn_host(const char *root, struct rs_setting_host *host)
{
	_cleanup_(rs_freep) char *text = NULL;
	unsigned long long kib;
	char path[600], *at;

	snprintf(path, sizeof(path), "%s/proc/meminfo", root);
	if (rs_read_file(path, &text, NULL))
		return;
	if ((at = strstr(text, "MemTotal:")) && sscanf(at, "MemTotal: %llu", &kib) == 1)
		host->ram_bytes = kib * 1024;
	if ((at = strstr(text, "Hugetlb:")) && sscanf(at, "Hugetlb: %llu", &kib) == 1 && kib * 1024 <= host->ram_bytes)
		host->hugetlb_bytes = kib * 1024;
}

/* Adds what becomes of @setting: its value now is read. 0 or -errno, said. */
static int plan_change(struct rs_journal *plan, const struct args *args, const struct rs_setting *setting, const char *value)
{
	struct rs_change *change = &plan->changes[plan->nr_changes];
	int err, i;

	for (i = 0; i < plan->nr_changes; i++)
		if (plan->changes[i].setting == setting)
			return rs_fail(-EINVAL, "%s: is set twice, or by its counterpart", setting->key);
	if (plan->nr_changes == RS_JOURNAL_CHANGES)
		return rs_fail(-EINVAL, "%s: too many settings at once", setting->key);
	err = rs_setting_read(setting, args->root, change->old);
	if (err)
		return rs_err(err, "%s: this kernel does not have it, or it cannot be read", setting->key);
	change->setting = setting;
	snprintf(change->new, sizeof(change->new), "%s", value);
	if (!rs_setting_same(change->old, change->new))
		plan->nr_changes++;
	return 0;
}

/* One KEY=VALUE of the user. 0 or -errno, said. */
static int plan_word(struct rs_journal *plan, const struct args *args, const struct rs_setting_host *host, const char *key,
		     const char *value)
{
	const struct rs_setting *setting = rs_setting_find(key), *other;
	int before = plan->nr_changes, err;
	char why[256], now[RS_SETTING_TEXT];
	uint64_t number;

	if (!setting)
		return rs_fail(-EINVAL, "%s: not a setting that this program writes; see reclaimscope-apply apply --help", key);
	if (rs_setting_refuse(setting, value, host, &number, why, sizeof(why)))
		return rs_fail(-EINVAL, "%s=%s: %s", setting->key, value, why);
	if (!args->take_over && rs_setting_owner(setting, args->root, why, sizeof(why)))
		return rs_fail(-EBUSY, "%s: is managed by %s; change it there, or give --take-over", setting->key, why);
	err = plan_change(plan, args, setting, value);
	if (err || plan->nr_changes == before || !setting->counterpart)
		return err;
	other = rs_setting_find(setting->counterpart);
	if (!rs_setting_read(other, args->root, now) && strcmp(now, "0"))
		err = plan_change(plan, args, other, "0");
	return err;
}

/* One advice, or one of the values that belong together with it: its key and what is proposed. */
static int plan_advice(struct rs_journal *plan, const struct args *args, const struct rs_setting_host *host,
		       struct json_object *advice)
{
	struct json_object *key, *value, *others;
	size_t i;
	int err;

	if (!json_object_object_get_ex(advice, "key", &key) || !json_object_object_get_ex(advice, "proposed", &value) || !key || !value)
		return rs_fail(-EINVAL, "%s: an advice without key and proposed value", args->file);
	err = plan_word(plan, args, host, json_object_get_string(key), json_object_get_string(value));
	if (err || !json_object_object_get_ex(advice, "together_with", &others) || !json_object_is_type(others, json_type_array))
		return err;
	for (i = 0; !err && i < json_object_array_length(others); i++)
		err = plan_advice(plan, args, host, json_object_array_get_idx(others, i));
	return err;
}

/* The lines of `reclaimscope recommend -j`. */
static int plan_file(struct rs_journal *plan, const struct args *args, const struct rs_setting_host *host)
{
	_cleanup_(rs_freep) char *text = NULL;
	const char *path = strcmp(args->file, "-") ? args->file : "/dev/stdin";
	char *line, *next;
	int err, nr = 0;

	err = rs_read_file(path, &text, NULL);
	if (err)
		return rs_err(err, "%s: cannot read", args->file);
	for (line = text; !err && line && *line; line = next) {
		struct json_object *o, *type;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		nr++;
		o = json_tokener_parse(line);
		if (!json_object_is_type(o, json_type_object))
			err = rs_fail(-EINVAL, "%s line %d: no JSON object; give what recommend -j prints", args->file, nr);
		else if (json_object_object_get_ex(o, "type", &type) && type && !strcmp(json_object_get_string(type), "advice"))
			err = plan_advice(plan, args, host, o);
		json_object_put(o);
	}
	return err;
}

static int make_plan(struct rs_journal *plan, const struct args *args)
{
	struct rs_setting_host host = {};
	int i, err = 0;

	learn_host(args->root, &host);
	if (args->file)
		err = plan_file(plan, args, &host);
	for (i = 0; !err && i < args->nr_words; i++) {
		char key[128];
		const char *equals = strchr(args->words[i], '=');

		if (!equals || equals == args->words[i] || (size_t)(equals - args->words[i]) >= sizeof(key))
			return rs_fail(-EINVAL, "%s: must be KEY=VALUE, as in vm.swappiness=100", args->words[i]);
		snprintf(key, sizeof(key), "%.*s", (int)(equals - args->words[i]), args->words[i]);
		err = plan_word(plan, args, &host, key, equals + 1);
	}
	return err;
}

static void show_changes(const struct rs_journal *journal, bool json)
{
	int c;

	for (c = 0; c < journal->nr_changes; c++) {
		const struct rs_change *change = &journal->changes[c];
		struct rs_json j;

		if (!json) {
			printf("  %-36s %12s -> %-12s %s%s\n", change->setting->key, change->old, change->new, change->setting->unit,
			       change->yielded ? " (written by somebody else since)" : "");
			continue;
		}
		rs_json_init(&j, stdout);
		rs_json_object(&j, NULL);
		rs_json_string(&j, "type", "change");
		rs_json_string(&j, "id", journal->id[0] ? journal->id : NULL);
		rs_json_string(&j, "key", change->setting->key);
		rs_json_string(&j, "old", change->old);
		rs_json_string(&j, "new", change->new);
		rs_json_bool(&j, "yielded", change->yielded);
		rs_json_end_line(&j);
	}
}

/* Asks on the terminal. 0, or -ECANCELED or -EINVAL, said. */
static int ask(void)
{
	char line[64];

	if (!isatty(STDIN_FILENO))
		return rs_fail(-EINVAL, "standard input is no terminal: --yes applies without asking");
	fprintf(stderr, "Write these? [y/N] ");
	if (!fgets(line, sizeof(line), stdin) || (line[0] != 'y' && line[0] != 'Y'))
		return rs_fail(-ECANCELED, "nothing was written");
	return 0;
}

/* ---- The verbs. ---- */

/* What every verb begins with: the state directory, and what an earlier run left unfinished. 0 or -errno, said. */
static int begin(const struct args *args, char *dir, size_t size)
{
	if (!args->root[0] && geteuid())
		return rs_fail(-EPERM, "settings are written by root only");
	return rs_journal_dir(args->root, dir, size) ?: rs_trial_recover(args->root, dir);
}

static const char *const no_words = "takes no argument";

static int apply_main(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "file", 'f', "FILE", 0, "the advice of reclaimscope recommend -j; - for standard input", 1 },
		{ "yes", 'y', NULL, 0, "do not ask before writing", 1 },
		{ "trial", 't', "TIME", 0, "take back what nobody has confirmed after TIME (5m)", 1 },
		{ "keep", 'k', NULL, 0, "no trial: confirmed as soon as all is written and read back", 1 },
		{ "baseline", 'b', "TIME", 0, "measure memory pressure for TIME before, and again and again after (10s)", 1 },
		{ "worse", 'w', "POINTS", 0, "take back when pressure is worse by so many percentage points of time (10)", 1 },
		{ "take-over", 'o', NULL, 0, "also what another manager sets on this host", 1 },
		OPTION_ROOT,
		OPTION_JSON,
		RS_OPTION_HELP,
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "[KEY=VALUE...]",
		.doc = "Write settings on trial: shows the plan, keeps a journal, and takes all back unless it is confirmed in time."
		       "\vSettings: vm.min_free_kbytes, vm.watermark_scale_factor, vm.swappiness and others; the manual has the list.",
	};
	struct args args = { .root = "", .trial_ns = 300000000000, .baseline_ns = 10000000000, .worse = 10 };
	struct rs_journal plan = {};
	struct rs_trial trial;
	char dir[512];
	int err;

	if (rs_parse_args(&argp, argc, argv, 0, "apply", &args))
		return RS_EXIT_USAGE;
	if (!args.file && !args.nr_words) {
		rs_fail(-EINVAL, "what shall be written? KEY=VALUE or --file; see reclaimscope-apply apply --help");
		return RS_EXIT_USAGE;
	}
	err = begin(&args, dir, sizeof(dir));
	if (!err && rs_trial_guard(dir))
		err = rs_fail(-EBUSY, "another trial is on: confirm it, or roll it back, first (see reclaimscope-apply status)");
	err = err ?: rs_journal_boot(args.root, plan.boot);
	err = err ?: make_plan(&plan, &args);
	if (err)
		return rs_exit_status(err);
	if (!plan.nr_changes) {
		rs_info("all of it is so already; nothing to write");
		return RS_EXIT_OK;
	}
	show_changes(&plan, args.json);
	fflush(stdout);
	err = args.yes ? 0 : ask();
	if (err)
		return rs_exit_status(err);
	trial = (struct rs_trial){
		.root = args.root,
		.dir = dir,
		.duration_ns = args.keep ? 0 : args.trial_ns,
		.window_ns = args.baseline_ns,
		.worse = args.worse,
		.ask_tty = isatty(STDIN_FILENO),
	};
	return rs_finish_output(rs_exit_status(rs_trial_run(&trial, &plan)));
}

static const struct argp_option few_options[] = { OPTION_ROOT, OPTION_JSON, RS_OPTION_HELP, { 0 } };

static int confirm_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = few_options,
		.parser = parse,
		.doc = "Keep the settings that are on trial.",
	};
	struct args args = { .root = "" };
	char dir[512];
	int err;

	if (rs_parse_args(&argp, argc, argv, 0, "confirm", &args))
		return RS_EXIT_USAGE;
	if (args.nr_words) {
		rs_fail(-EINVAL, "confirm %s", no_words);
		return RS_EXIT_USAGE;
	}
	err = begin(&args, dir, sizeof(dir));
	return rs_exit_status(err ?: rs_trial_tell(dir, true));
}

/* The newest journal that is confirmed and of this boot, or the one named. 0 or -errno, said. */
static int choose_journal(const char *dir, const char *boot, const char *id, struct rs_journal *journal)
{
	char **ids;
	int i, n, err;

	if (id) {
		err = strchr(id, '/') ? -ENOENT : rs_journal_read(dir, id, journal);
		if (err == -ENOENT)
			return rs_fail(-EINVAL, "%s: no such journal; see reclaimscope-apply status", id);
		if (!err && strcmp(journal->boot, boot))
			return rs_fail(-EINVAL, "%s: is of an earlier boot: its settings are gone already", id);
		if (!err && journal->state == RS_JOURNAL_REVERTED)
			return rs_fail(-EINVAL, "%s: is taken back already", id);
		return err;
	}
	n = rs_journal_list(dir, &ids);
	err = n < 0 ? n : -ENOENT;
	for (i = n - 1; i >= 0; i--) {
		if (err == -ENOENT && !rs_journal_read(dir, ids[i], journal) && journal->state == RS_JOURNAL_CONFIRMED &&
		    !strcmp(journal->boot, boot))
			err = 0;
		free(ids[i]);
	}
	free(ids);
	return err == -ENOENT ? rs_fail(-ENODATA, "nothing to take back: no settings were applied in this boot") : err;
}

static int rollback_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = few_options,
		.parser = parse,
		.args_doc = "[ID]",
		.doc = "Take back the settings that are on trial, or else those that were confirmed last.",
	};
	struct args args = { .root = "" };
	struct rs_journal journal;
	struct rs_trial trial;
	char dir[512], boot[40];
	int err;

	if (rs_parse_args(&argp, argc, argv, 0, "rollback", &args))
		return RS_EXIT_USAGE;
	if (args.nr_words > 1) {
		rs_fail(-EINVAL, "rollback takes one ID");
		return RS_EXIT_USAGE;
	}
	err = begin(&args, dir, sizeof(dir)) ?: rs_journal_boot(args.root, boot);
	if (err)
		return rs_exit_status(err);
	if (rs_trial_guard(dir))
		return rs_exit_status(rs_trial_tell(dir, false));
	err = choose_journal(dir, boot, args.nr_words ? args.words[0] : NULL, &journal);
	if (err)
		return rs_exit_status(err);
	trial = (struct rs_trial){ .root = args.root, .dir = dir };
	err = rs_trial_revert(&trial, &journal, "rollback");
	if (!err && !args.json)
		printf("taken back: %s\n", journal.id);
	return rs_finish_output(rs_exit_status(err));
}

static void show_journal(const struct rs_journal *journal, const char *boot, pid_t guard, bool json)
{
	bool earlier = strcmp(journal->boot, boot);
	struct rs_json j;

	if (json) {
		rs_json_init(&j, stdout);
		rs_json_object(&j, NULL);
		rs_json_string(&j, "type", "journal");
		rs_json_string(&j, "id", journal->id);
		rs_json_string(&j, "state", rs_journal_state_name(journal->state));
		rs_json_string(&j, "why", journal->why[0] ? journal->why : NULL);
		rs_json_bool(&j, "this_boot", !earlier);
		rs_json_bool(&j, "on_trial", guard && rs_journal_unfinished(journal, boot));
		rs_json_end_line(&j);
	} else {
		printf("%s  %s%s%s%s%s\n", journal->id, rs_journal_state_name(journal->state), journal->why[0] ? ": " : "", journal->why,
		       earlier ? " (in an earlier boot)" : "", guard && rs_journal_unfinished(journal, boot) ? ", on trial" : "");
	}
	show_changes(journal, json);
}

static int status_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = few_options,
		.parser = parse,
		.doc = "Show what was applied, and what became of it.",
	};
	struct args args = { .root = "" };
	struct rs_journal journal;
	char dir[512], boot[40];
	char **ids = NULL;
	int i, n, err;

	if (rs_parse_args(&argp, argc, argv, 0, "status", &args))
		return RS_EXIT_USAGE;
	if (args.nr_words) {
		rs_fail(-EINVAL, "status %s", no_words);
		return RS_EXIT_USAGE;
	}
	err = begin(&args, dir, sizeof(dir)) ?: rs_journal_boot(args.root, boot);
	if (err)
		return rs_exit_status(err);
	n = rs_journal_list(dir, &ids);
	for (i = 0; i < n; i++) {
		int bad = rs_journal_read(dir, ids[i], &journal);

		if (!bad)
			show_journal(&journal, boot, rs_trial_guard(dir), args.json);
		err = err ?: bad;
		free(ids[i]);
	}
	free(ids);
	if (!n && !args.json)
		printf("nothing was ever applied\n");
	return rs_finish_output(rs_exit_status(n < 0 ? n : err));
}

static const struct rs_verb verbs[] = {
	{ "apply", "write settings on trial, with a journal", apply_main },
	{ "confirm", "keep what is on trial", confirm_main },
	{ "rollback", "take back what is on trial, or what was confirmed last", rollback_main },
	{ "status", "show what was applied", status_main },
	{ NULL, NULL, NULL },
};

int main(int argc, char **argv)
{
	return rs_run_verb(argc, argv, verbs, "reclaimscope-apply",
			   "Writes settings of page reclaim: the plan first, a journal, and the way back.");
}
