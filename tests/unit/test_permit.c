/* SPDX-License-Identifier: GPL-2.0-only */
/* Why the kernel refuses, in words; and the table of hooks. */
#include <errno.h>
#include <string.h>

#include "../../src/probe/hooks.h"
#include "../../src/probe/permit.h"
#include "unit.h"

#define ALL_CAPS { .bpf = true, .perfmon = true, .syslog = true, .sys_resource = true }

/* A kernel on which everything works: never looked into, so any pointer does for its BTF. */
static struct rs_kernel good(void)
{
	return (struct rs_kernel){ .btf = (void *)1, .caps = ALL_CAPS, .has_kprobes = true, .has_tracefs = true };
}

static void explains(const struct rs_kernel *k, enum rs_probe_how how, int err, const char *reason, const char *remedy)
{
	struct rs_permit permit = { .err = { [RS_HOW_TP_BTF] = how == RS_HOW_FENTRY ? 0 : err } };
	const char *got_reason, *got_remedy;

	rs_permit_explain(k, &permit, how, err, &got_reason, &got_remedy);
	if (!strstr(got_reason, reason))
		fail_msg("\"%s\" does not say \"%s\"", got_reason, reason);
	if (remedy ? !got_remedy || !strstr(got_remedy, remedy) : got_remedy != NULL)
		fail_msg("\"%s\": the remedy \"%s\" does not say \"%s\"", got_reason, got_remedy, remedy);
}

static void rs_permit_explains_each_refusal(void **state)
{
	struct rs_kernel k = good();

	(void)state;
	explains(&k, RS_HOW_FENTRY, -EPERM, "refuses programs on functions", "distribution's own kernel");
	explains(&k, RS_HOW_KPROBE_MULTI, -EOPNOTSUPP, "no kprobe.multi", NULL);
	explains(&k, RS_HOW_KPROBE, -EIO, "the kernel refused it", NULL);
	k.btf = NULL;
	explains(&k, RS_HOW_TP_BTF, -ENODATA, "no BTF", "CONFIG_DEBUG_INFO_BTF");
	k = good();
	k.jit_off = true;
	explains(&k, RS_HOW_FENTRY, -EOPNOTSUPP, "compiler is switched off", "bpf_jit_enable=1");
	k = good();
	k.caps.bpf = false;
	explains(&k, RS_HOW_TP_BTF, -EPERM, "no permission to load", "CAP_BPF and CAP_PERFMON");
	k = good();
	k.caps.perfmon = false;
	explains(&k, RS_HOW_KPROBE, -EPERM, "no permission to load", "CAP_BPF and CAP_PERFMON");
	k = good();
	k.caps.sys_resource = false;
	explains(&k, RS_HOW_TP_BTF, -EPERM, "locked memory", "ulimit -l");
	k = good();
	k.has_tracefs = false;
	explains(&k, RS_HOW_TP_PERF, -ENOENT, "tracefs is not mounted", "mount -t tracefs");
	k = good();
	k.has_kprobes = false;
	explains(&k, RS_HOW_KPROBE, -ENOENT, "no kprobes", "CONFIG_KPROBES");
	k = good();
	k.lockdown = RS_LOCKDOWN_CONFIDENTIALITY;
	explains(&k, RS_HOW_KPROBE, -EPERM, "lockdown=confidentiality", "lockdown=integrity");
	k = good();
	k.caps.syslog = false;
	explains(&k, RS_HOW_KPROBE_MULTI, -EPERM, "addresses up, which are hidden", "CAP_SYSLOG");
	k = good();
	k.perf_event_paranoid = 3;
	explains(&k, RS_HOW_TP_PERF, -EACCES, "perf_event_paranoid is above 2", "perf_event_paranoid=2");
}

static bool is_family(const char *name)
{
	int i;

	for (i = 0; rs_hook_families[i]; i++)
		if (!strcmp(rs_hook_families[i], name))
			return true;
	return false;
}

static void rs_hooks_are_whole_and_have_names_of_their_own(void **state)
{
	unsigned int i, k;

	(void)state;
	assert_true(rs_nr_hooks > 0 && rs_nr_hooks <= RS_MAX_HOOKS);
	for (i = 0; i < rs_nr_hooks; i++) {
		const struct rs_hook *h = &rs_hooks[i];

		assert_true(h->name && h->name[0]);
		assert_true(h->lost && h->lost[0]);
		assert_true(is_family(h->family));
		assert_int_equal(h->kind == RS_HOOK_TRACEPOINT, h->group != NULL);
		assert_true(h->flags & (RS_HOOK_SUMMARY | RS_HOOK_DECISIONS | RS_HOOK_FOLIOS));
		assert_true(!h->when || h->when != h->unless);
		assert_false(is_family(rs_hook_symbol(h))); /* --probes could not tell them apart */
		for (k = 0; k < i; k++) {
			assert_string_not_equal(h->name, rs_hooks[k].name);
			/* Two shapes of one symbol, of which a kernel has one. */
			if (!strcmp(rs_hook_symbol(h), rs_hook_symbol(&rs_hooks[k])))
				assert_true(h->when || h->unless);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rs_permit_explains_each_refusal),
		cmocka_unit_test(rs_hooks_are_whole_and_have_names_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
