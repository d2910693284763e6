#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# recommend-vs-truth.sh [DIRECTORY]: docs/recommend-vs-kernel.md, on stdout: what became of loads under the kernel's defaults, under
# what `recommend` said, and under fixed choices and published rules, as truth.sh has run them.
set -eu
. "$(dirname "$0")/lib.sh"
results=${1:-$TOP/build/vm/truth}
eval "$(sed -n 's/^\(kernels="[^"]*" workloads="[^"]*"\).*/\1/p' "$HERE/truth.sh")" # what there is to run

for dir in "$results"/*/; do
	[ -e "$dir/done" ] || continue
	name=$(basename "$dir")
	IFS=- read -r kernel workload rep <<<"$name"
	sed "s/^/T $kernel $workload $rep /" "$dir/results.jsonl"
	[ ! -e "$dir/recommend.jsonl" ] || sed "s/^/R $kernel $workload $rep /" "$dir/recommend.jsonl"
done | awk -v kernels="$kernels" -v workloads="$workloads" "$(cat "$HERE/truth.awk")"'
BEGIN { nm = split("allocstall stall_ns memory_some_ns memory_full_ns refault_anon refault_file pswpin pswpout high_pages free_pages", metrics, " ") }
$1 == "T" {
	setting = member("setting"); load = $2 SUBSEP $3; cell = load SUBSEP setting
	if (setting == "recorded") next
	if (!(load in seen)) { seen[load] = 1; loads[++nl] = load }
	if (!(cell in seen)) { seen[cell] = 1; order[load, ++ns[load]] = setting }
	runs[cell]++
	v = member("set"); gsub(/vm\./, "", v); sub(/ $/, "", v)
	if (!((cell, v) in had)) { had[cell, v] = 1; values[cell] = values[cell] (values[cell] == "" ? "" : "; ") v }
	read_truth()
}
$1 == "R" {
	load = $2 SUBSEP $3; asked[load, $4] = 1
	if (member("type") == "advice") advised[load, $4] = advised[load, $4] " " member("id")
	if (member("type") == "left_alone") why[load, member("id")] = member("why")
}
function figure(metric, k, d,   text, m) {
	if (!n[k]) return "-"
	m = mean(k)
	if (metric ~ /_ns$/) text = sprintf("%.0f ms", m / 1e6)
	else if (metric ~ /^(high|free)_pages$/) text = sprintf("%.1f MiB", m / 256)
	else text = sprintf("%.0f", m)
	if (n[k] > 1) text = text sprintf(" ± %.0f %%", m ? 100 * sqrt(variance(k)) / m : 0)
	return text (n[d] && k != d && differ(k, d, metric) > 0 ? " *" : "")
}
END {
	print "# What `recommend` says, and what then happened\n"
	print "Written by `make recommend-vs-kernel` out of what `tests/vm/truth.sh` has left. For each kernel and load: the kernel\x27s defaults; what"
	print "`recommend` said of a recording under the defaults, applied by `reclaimscope-apply` and rolled back; fixed choices; and published rules:"
	print "adaptivemm (its rule of docs/tuning-rules.md, looking every 0.4 s, at the value where it was after the load has run for once or for 12 s),"
	print "tuned\x27s throughput-performance and latency-performance, and the guidance for zram. The same work in virtual time on one"
	print "CPU; nothing is left out. With more than one run: mean ± standard deviation. `*`: differs from the defaults beyond noise"
	print "(p < 0.05; how large noise is, runs tell that are the same but for keys that cannot act). The high marks are what the kernel keeps free; free memory is the mean"
	print "while the load ran.\n"
	nk = split(kernels, kernel, " "); nload = split(workloads, workload, " ")
	for (i = 1; i <= nk; i++) for (j = 1; j <= nload; j++)
		if (!((kernel[i], workload[j]) in seen)) missing = missing (missing == "" ? "" : ", ") kernel[i] " " workload[j]
	if (missing != "") print "Not run yet: " missing ".\n"
	for (l = 1; l <= nl; l++) {
		load = loads[l]; split(load, kw, SUBSEP); d = load SUBSEP "default"
		print "## " kw[1] ", " kw[2] "\n"
		reps = told = 0; said = ""
		for (i in asked) {
			split(i, p, SUBSEP)
			if (p[1] SUBSEP p[2] != load) continue
			reps++
			if (i in advised) { told++; sub(/^ /, "", advised[i]); said = said (said == "" ? "" : "; ") advised[i] }
		}
		print "Runs of the defaults: " runs[d] + 0 ". " (reps ? "Asked " reps " times, `recommend` advised a change " told " times" (said == "" ? "" : " (" said ")") "." : "`recommend` was not asked.")
		if (reps && told < reps) {
			print "\nLeft alone:\n"
			for (i in why) { split(i, p, SUBSEP); if (p[1] SUBSEP p[2] == load) print "* " p[3] ": " why[i] }
		}
		print "\n| setting | values | runs | stalls | stall time | PSI some | PSI full | refaults, anon | refaults, file | swapped in | swapped out | high marks | free |"
		print "|---|---|---|---|---|---|---|---|---|---|---|---|---|"
		nw = split("default recommended", first, " ")
		for (i = 1; i <= ns[load]; i++) if (order[load, i] !~ /^(default|recommended)$/) first[++nw] = order[load, i]
		for (i = 1; i <= nw; i++) {
			s = first[i]; k = load SUBSEP s; row = "| " s " | "
			if (!(k in runs)) {
				if (s == "recommended" && reps) print row "no change: as the defaults | | | | | | | | | | | |"
				continue
			}
			row = row (values[k] == "" ? "" : "`" values[k] "`") " | " runs[k]
			for (m = 1; m <= nm; m++) row = row " | " figure(metrics[m], k SUBSEP metrics[m], d SUBSEP metrics[m])
			print row " |"
		}
		print ""
	}
}'
