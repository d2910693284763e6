/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which program goes where is decided here, hook by hook, before anything is loaded: a single
 * program that the kernel rejects would make libbpf give up the whole object.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../base/log.h"
#include "capture_state.h"

const char *rs_probe_how_name(enum rs_probe_how how)
{
	static const char *const names[] = { "-", "fentry/fexit", "kprobe.multi", "kprobe", "tp_btf", "tracepoint" };

	return names[how];
}

const char *rs_probe_state_name(enum rs_probe_state state)
{
	static const char *const names[] = { "off", "absent", "refused", "ready", "attached" };

	return names[state];
}

/* ---- which hooks are wanted ---- */

static bool family_or_hook_exists(const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; rs_hook_families[i]; i++)
		if (strlen(rs_hook_families[i]) == len && !strncmp(rs_hook_families[i], name, len))
			return true;
	for (i = 0; i < rs_nr_hooks; i++)
		if (strlen(rs_hook_symbol(&rs_hooks[i])) == len && !strncmp(rs_hook_symbol(&rs_hooks[i]), name, len))
			return true;
	return false;
}

int rs_choose_check(const char *probes)
{
	const char *p = probes;

	while (p && *p) {
		size_t len = strcspn(p, ",");

		if (len < 2 || (*p != '+' && *p != '-'))
			return rs_fail(-EINVAL, "--probes %s: each part is +NAME or -NAME, separated by commas", probes);
		if (!family_or_hook_exists(p + 1, len - 1))
			return rs_fail(-EINVAL, "--probes %s: there is no family or probe called %.*s; see reclaimscope check",
				       probes, (int)len - 1, p + 1);
		p += len;
		p += *p == ',';
	}
	return 0;
}

/* What the last part of --probes that names @hook says: '+', '-', or 0. */
static char asked_for(const char *probes, const struct rs_hook *hook)
{
	const char *p = probes, *symbol = rs_hook_symbol(hook);
	char answer = 0;

	while (p && *p) {
		size_t len = strcspn(p, ",") - 1;

		if ((strlen(hook->family) == len && !strncmp(hook->family, p + 1, len)) ||
		    (strlen(symbol) == len && !strncmp(symbol, p + 1, len)))
			answer = *p;
		p += len + 1;
		p += *p == ',';
	}
	return answer;
}

static bool is_wanted(const struct rs_capture_config *config, const struct rs_hook *hook)
{
	char asked = asked_for(config->probes, hook);

	if (asked == '-')
		return false;
	switch (config->mode) {
	case RS_MODE_SUMMARY:
		return hook->flags & RS_HOOK_SUMMARY;
	case RS_MODE_DECISIONS:
		if (!(hook->flags & RS_HOOK_DECISIONS))
			return false;
		break;
	case RS_MODE_FOLIOS:
		break;
	}
	return !(hook->flags & RS_HOOK_ALLOCATOR) || asked == '+';
}

bool rs_capture_needs_symbols(const struct rs_capture_config *config)
{
	unsigned int i;

	for (i = 0; i < rs_nr_hooks; i++)
		if (is_wanted(config, &rs_hooks[i]) && !(rs_hooks[i].flags & RS_HOOK_ARGUMENTS))
			return true;
	return false;
}

/* ---- which form a hook takes ---- */

static struct bpf_program *find_program(const struct rs_capture *c, const struct rs_hook *hook, const char *suffix)
{
	char name[128];

	snprintf(name, sizeof(name), "%s__%s", hook->program ? hook->program : hook->name, suffix);
	return bpf_object__find_program_by_name(c->object, name);
}

/* The programs of @hook in the form @how; returns their number. */
int rs_choose_programs(const struct rs_capture *c, const struct rs_hook *hook, enum rs_probe_how how,
		       struct bpf_program *ret[RS_MAX_PROGRAMS])
{
	static const char *const suffixes[RS_NR_HOWS][2] = {
		[RS_HOW_FENTRY] = { "fentry", "fexit" }, [RS_HOW_KPROBE_MULTI] = { "kentry", "kexit" },
		[RS_HOW_KPROBE] = { "kentry", "kexit" }, [RS_HOW_TP_BTF] = { "btf", NULL },
		[RS_HOW_TP_PERF] = { "perf", NULL },
	};
	int i, n = 0;

	for (i = 0; i < 2; i++)
		if (suffixes[how][i] && (ret[n] = find_program(c, hook, suffixes[how][i])))
			n++;
	return n;
}

static bool has_form(const struct rs_capture *c, const struct rs_hook *hook, enum rs_probe_how how)
{
	struct bpf_program *programs[RS_MAX_PROGRAMS];

	return rs_choose_programs(c, hook, how, programs) > 0;
}

void rs_choose_state(struct rs_probe *p, enum rs_probe_state state, const char *reason, const char *remedy)
{
	p->state = state;
	p->reason = reason;
	p->remedy = remedy;
}

/* May a task be preempted inside a BTF program on @hook, so that others are skipped? */
static bool btf_loses(const struct rs_capture *c, const struct rs_hook *hook)
{
	if (!rs_kernel_is_preemptible(c->kernel) || hook->flags & RS_HOOK_NEVER_SKIPPED)
		return false;
	return hook->kind == RS_HOOK_FUNCTION || c->kernel->kdiff[RS_KDIFF_TRACEPOINT_SRCU];
}

/* A program that can be preempted must not be while it writes a record. */
static bool can_guard(const struct rs_capture *c)
{
	struct rs_prototype proto;

	return rs_btf_function(c->kernel->btf, "bpf_preempt_disable", &proto);
}

static bool usable(struct rs_capture *c, const struct rs_hook *hook, enum rs_probe_how how)
{
	if (!has_form(c, hook, how) || rs_permit_try(c->kernel, how, &c->permit))
		return false;
	if (how == RS_HOW_FENTRY || how == RS_HOW_TP_BTF)
		return !btf_loses(c, hook) || can_guard(c);
	return true;
}

static bool is_absent(const struct rs_capture *c, struct rs_probe *p)
{
	const char *symbol = rs_hook_symbol(p->hook);
	struct rs_prototype proto;

	if (p->hook->kind == RS_HOOK_TRACEPOINT) {
		if (rs_btf_tracepoint(c->kernel->btf, symbol, &proto))
			return false;
		rs_choose_state(p, RS_PROBE_ABSENT, "no such tracepoint in this kernel", NULL);
		p->elsewhere_only = true;
		return true;
	}
	if (rs_kernel_has_symbol(c->kernel, symbol))
		return false;
	rs_choose_state(p, RS_PROBE_ABSENT,
		  rs_btf_function(c->kernel->btf, symbol, &proto) ?
			  "the compiler of this kernel renamed the function" :
			  "this kernel has no such function, or its compiler inlined it",
		  NULL);
	return true;
}

static void decide(struct rs_capture *c, struct rs_probe *p)
{
	const struct rs_hook *hook = p->hook;
	bool function = hook->kind == RS_HOOK_FUNCTION, complete;
	enum rs_probe_how order[3];
	int n = 0, i;

	if (!is_wanted(&c->config, hook)) {
		rs_choose_state(p, RS_PROBE_OFF,
			  hook->flags & RS_HOOK_ALLOCATOR ? "on every allocation's path, attached only when asked for" :
							    "not part of this mode",
			  hook->flags & RS_HOOK_ALLOCATOR ? "--probes +allocator" : NULL);
		return;
	}
	if (!c->kernel->btf) {
		rs_choose_state(p, RS_PROBE_REFUSED, c->permit.reason[RS_HOW_TP_BTF], c->permit.remedy[RS_HOW_TP_BTF]);
		return;
	}
	if (is_absent(c, p))
		return;
	if (c->kernel->lockdown == RS_LOCKDOWN_CONFIDENTIALITY && hook->flags & RS_HOOK_READS) {
		rs_choose_state(p, RS_PROBE_REFUSED, "lockdown=confidentiality forbids reading kernel memory",
			  "boot with lockdown=integrity or without lockdown");
		return;
	}

	complete = c->config.attach == RS_ATTACH_COMPLETE ||
		   (c->config.attach == RS_ATTACH_AUTO && btf_loses(c, hook));
	if (!complete)
		order[n++] = function ? RS_HOW_FENTRY : RS_HOW_TP_BTF;
	if (function) {
		order[n++] = RS_HOW_KPROBE_MULTI;
		order[n++] = RS_HOW_KPROBE;
	} else {
		order[n++] = RS_HOW_TP_PERF;
	}
	if (c->config.attach == RS_ATTACH_CHEAP)
		n = 1;
	for (i = 0; i < n; i++)
		if (usable(c, hook, order[i]))
			break;
	if (i == n && complete) {
		/* Better with gaps that are counted than not at all. */
		order[0] = function ? RS_HOW_FENTRY : RS_HOW_TP_BTF;
		i = usable(c, hook, order[0]) ? 0 : n;
	}
	if (i < n) {
		p->how = order[i];
		rs_choose_state(p, RS_PROBE_READY, NULL, NULL);
		return;
	}
	for (i = 0; i < n - 1 && !has_form(c, hook, order[i]); i++)
		;
	if (c->permit.err[order[i]])
		rs_choose_state(p, RS_PROBE_REFUSED, c->permit.reason[order[i]], c->permit.remedy[order[i]]);
	else
		rs_choose_state(p, RS_PROBE_REFUSED, "this kernel preempts programs and has no bpf_preempt_disable()",
			  "boot with preempt=voluntary");
}

/* Hooks whose shape this kernel has; the others are no business of anybody's. */
int rs_choose_probes(struct rs_capture *c)
{
	unsigned int i;

	c->probes = calloc(rs_nr_hooks, sizeof(*c->probes));
	if (!c->probes)
		return -ENOMEM;
	for (i = 0; i < rs_nr_hooks; i++) {
		const struct rs_hook *hook = &rs_hooks[i];

		if ((hook->when && !c->kernel->kdiff[hook->when]) || (hook->unless && c->kernel->kdiff[hook->unless]))
			continue;
		c->probes[c->nr_probes].hook = hook;
		decide(c, &c->probes[c->nr_probes++]);
	}
	return 0;
}

bool rs_choose_is_preemptible(const struct rs_capture *c, const struct rs_probe *p)
{
	return p->state == RS_PROBE_READY && (p->how == RS_HOW_FENTRY || p->how == RS_HOW_TP_BTF) &&
	       btf_loses(c, p->hook);
}

const char *rs_capture_attachment(const struct rs_capture *c)
{
	bool complete = false, cheap = false;
	unsigned int i;

	for (i = 0; i < c->nr_probes; i++) {
		const struct rs_probe *p = &c->probes[i];

		if (p->state != RS_PROBE_ATTACHED && p->state != RS_PROBE_READY)
			continue;
		complete |= p->how == RS_HOW_KPROBE_MULTI || p->how == RS_HOW_KPROBE || p->how == RS_HOW_TP_PERF;
		cheap |= p->how == RS_HOW_FENTRY || p->how == RS_HOW_TP_BTF;
	}
	return complete && cheap ? "mixed" : complete ? "complete" : cheap ? "cheap" : "none";
}
