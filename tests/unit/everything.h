/* SPDX-License-Identifier: GPL-2.0-only */
/* Every way in which the program reads a recording, one after the other, printing into @out. */
#ifndef RS_TESTS_EVERYTHING_H
#define RS_TESTS_EVERYTHING_H

#include <stdio.h>

#include "../../src/report/report.h"
#include "../../src/trace/show.h"

/* As `report`, `report -j`, `script` and `script -j` do. 0, or what opening or reading said. */
static inline int print_everything(const char *path, FILE *out)
{
	struct rs_reader_state state;
	struct rs_report *report;
	struct rs_reader *reader;
	struct rs_tasks *tasks;
	struct rs_event event;
	int err = rs_reader_open(path, &reader);

	if (err)
		return err;
	err = rs_report_create(reader, &report);
	if (!err) {
		rs_report_sort(report);
		rs_report_text(report, out, 10);
		rs_report_json(report, out);
		rs_report_destroy(report);
	}
	rs_reader_rewind(reader);
	rs_reader_state(reader, &state);
	tasks = rs_tasks_create();
	while (!err && (err = rs_reader_next(reader, &event)) > 0) {
		err = rs_tasks_learn(tasks, event.hdr);
		rs_show_record(out, reader, &event, state.first_ns, rs_tasks_comm(tasks, event.hdr->tid));
		rs_show_record_json(out, reader, &event, rs_tasks_comm(tasks, event.hdr->tid));
	}
	rs_tasks_destroy(tasks);
	rs_reader_warn(reader, path);
	rs_reader_close(reader);
	return err;
}

#endif
