/* SPDX-License-Identifier: GPL-2.0-only */
/* The program: picks the verb. */
#include <stddef.h>

#include "tool.h"

static const struct rs_verb verbs[] = {
	{ "check", "what works on this host and what does not, and the remedy", rs_check_main },
	{ "record", "record what page reclaim does into a file", rs_record_main },
	{ "report", "show what reclaim did in a recording", rs_report_main },
	{ "script", "print every event of a recording", rs_script_main },
	{ "diff", "compare every decision with the model of the kernel", rs_diff_main },
	{ "explain", "tell why one stall, run of kswapd or OOM happened", rs_explain_main },
	{ "whatif", "tell what the same load would have met under other settings", rs_whatif_main },
	{ "forecast", "when memory runs short: time to low and min, and how probable stalls are", rs_forecast_main },
	{ "recommend", "which settings to change, why, what it gains and costs, and the undo", rs_recommend_main },
	{ NULL, NULL, NULL },
};

int main(int argc, char **argv)
{
	return rs_run_verb(argc, argv, verbs, "reclaimscope",
			   "Makes the kernel's page reclaim visible: who stalled, for how long, and why.");
}
