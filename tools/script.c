/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "../src/base/log.h"
#include "../src/trace/show.h"
#include "../src/trace/tasks.h"
#include "tool.h"

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "one JSON object for each event", 1 },
	{ "event", 'e', "NAME", 0, "only events of this name; can be given several times", 1 },
	{ "tid", 't', "TID", 0, "only events of this thread", 1 },
	RS_OPTION_HELP,
	{ 0 },
};

struct args {
	const char *file;
	bool json;
	const char *events[RS_NR_EVENTS];
	int nr_events;
	uint64_t tid;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case 'j':
		args->json = true;
		break;
	case 'e':
		if (args->nr_events == RS_NR_EVENTS)
			return rs_bad_value("--event %s: there are not so many kinds", arg);
		args->events[args->nr_events++] = arg;
		break;
	case 't':
		if (rs_parse_number(arg, 0, UINT32_MAX, &args->tid))
			return rs_bad_value("--tid %s: must be a number", arg);
		break;
	default:
		return rs_parse_file(key, arg, state, &args->file);
	}
	return 0;
}

/* Marks the types that are wanted. 0, or -EINVAL, said. */
static int choose(const struct args *args, const struct rs_schema *schema, bool wanted[RS_NR_EVENTS])
{
	int i, type;

	memset(wanted, !args->nr_events, RS_NR_EVENTS * sizeof(*wanted));
	for (i = 0; i < args->nr_events; i++) {
		for (type = 0; type < RS_NR_EVENTS; type++)
			if (schema->events[type].type && !strcmp(schema->events[type].name, args->events[i]))
				break;
		if (type == RS_NR_EVENTS)
			return rs_fail(-EINVAL, "--event %s: there is no such event; see docs/events.md", args->events[i]);
		wanted[type] = true;
	}
	return 0;
}

static int print_all(const struct args *args, struct rs_reader *reader, struct rs_tasks *tasks,
		     const bool wanted[RS_NR_EVENTS])
{
	struct rs_reader_state state;
	struct rs_event event;
	int err;

	rs_reader_state(reader, &state);
	while ((err = rs_reader_next(reader, &event)) > 0) {
		const char *comm;

		err = rs_tasks_learn(tasks, event.hdr);
		if (err)
			return err;
		if (!wanted[event.hdr->type] || (args->tid != UINT64_MAX && event.hdr->tid != args->tid))
			continue;
		comm = rs_tasks_comm(tasks, event.hdr->tid);
		if (args->json)
			rs_show_record_json(stdout, reader, &event, comm);
		else
			rs_show_record(stdout, reader, &event, state.first_ns, comm);
		if (ferror(stdout))
			return 0; /* said by rs_finish_output() */
	}
	return err;
}

int rs_script_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "[FILE]",
		.doc = "Print every event of a recording (reclaim.data) as text or as JSON lines."
		       "\vThe events and their fields are explained in docs/events.md.",
	};
	struct args args = { .file = "reclaim.data", .tid = UINT64_MAX };
	struct rs_reader *reader = NULL;
	bool wanted[RS_NR_EVENTS];
	struct rs_tasks *tasks;
	int err;

	if (rs_parse_args(&argp, argc, argv, 0, "script", &args))
		return RS_EXIT_USAGE;
	err = rs_reader_open(args.file, &reader);
	if (err)
		return rs_exit_status(err);
	tasks = rs_tasks_create();
	err = tasks ? choose(&args, rs_reader_schema(reader), wanted) : -ENOMEM;
	if (!err)
		err = print_all(&args, reader, tasks, wanted);
	if (!err)
		rs_reader_warn(reader, args.file);
	rs_tasks_destroy(tasks);
	rs_reader_close(reader);
	return rs_finish_output(rs_exit_status(err));
}
