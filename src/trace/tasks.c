/* SPDX-License-Identifier: GPL-2.0-only */
#include "tasks.h"

#include <errno.h>
#include <stdlib.h>

#include "../base/table.h"
#include "show.h"

struct entry {
	struct rs_task task;
	UT_hash_handle hh;
};

struct rs_tasks {
	struct entry *table;
};

struct rs_tasks *rs_tasks_create(void)
{
	return calloc(1, sizeof(struct rs_tasks));
}

void rs_tasks_destroy(struct rs_tasks *tasks)
{
	if (!tasks)
		return;
	RS_FREE_TABLE(tasks->table, struct entry);
	free(tasks);
}

static int learn(struct rs_tasks *tasks, uint32_t tid, uint32_t tgid, uint64_t cgroup, const char comm[RS_COMM_LEN],
		 const uint32_t *flags)
{
	struct entry *e = RS_FIND_OR_ADD(tasks->table, struct entry, task.tid, tid);

	if (!e)
		return -ENOMEM;
	e->task.tgid = tgid;
	e->task.cgroup = cgroup;
	if (flags)
		e->task.flags = *flags;
	rs_show_text(comm, RS_COMM_LEN, e->task.comm, sizeof(e->task.comm));
	return 0;
}

int rs_tasks_learn(struct rs_tasks *tasks, const struct rs_event_hdr *hdr)
{
	if (hdr->type == RS_EVENT_task) {
		const struct rs_event_task *t = (const void *)hdr;

		return learn(tasks, hdr->tid, t->tgid, t->cgroup, t->comm, &t->flags);
	}
	if (hdr->type == RS_EVENT_reclaim_begin) {
		const struct rs_event_reclaim_begin *b = (const void *)hdr;

		return learn(tasks, hdr->tid, b->tgid, b->cgroup, b->comm, NULL);
	}
	return 0;
}

const struct rs_task *rs_tasks_find(const struct rs_tasks *tasks, uint32_t tid)
{
	struct entry *e;

	HASH_FIND(hh, tasks->table, &tid, sizeof(tid), e);
	return e ? &e->task : NULL;
}

const char *rs_tasks_comm(const struct rs_tasks *tasks, uint32_t tid)
{
	const struct rs_task *task = rs_tasks_find(tasks, tid);

	return task && task->comm[0] ? task->comm : "?";
}
