/* SPDX-License-Identifier: GPL-2.0-only */
/* Who a thread is, as far as the records have told by now. */
#ifndef RS_TRACE_TASKS_H
#define RS_TRACE_TASKS_H

#include <stdint.h>

#include "reader.h"

#define RS_PF_KSWAPD 0x20000u /* of rs_task.flags */

struct rs_task {
	uint32_t tid;
	uint32_t tgid;
	uint32_t flags; /* PF_ */
	uint64_t cgroup;
	char comm[RS_COMM_LEN + 1]; /* printable */
};

struct rs_tasks;

/* NULL: no memory. */
struct rs_tasks *rs_tasks_create(void);
void rs_tasks_destroy(struct rs_tasks *tasks);

/* Learns from a record that says who its task is; others are ignored. 0 or -ENOMEM. */
int rs_tasks_learn(struct rs_tasks *tasks, const struct rs_event_hdr *hdr);

/* What is known of @tid, or NULL. */
const struct rs_task *rs_tasks_find(const struct rs_tasks *tasks, uint32_t tid);

/* Its name: "?" when it is not known. */
const char *rs_tasks_comm(const struct rs_tasks *tasks, uint32_t tid);

#endif
