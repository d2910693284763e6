#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# agreement.sh DIR...: docs/model-vs-kernel.md, its tables, out of the recordings DIR/r.data, as test.sh leaves
# them in build/vm: KERNEL-WORKLOAD-OPTIONS.
set -eu -o pipefail
. "$(dirname "$0")/lib.sh"
for dir in "$@"; do
	name=$(basename "$dir")
	lines=$("$TOP/build/reclaimscope" diff -j "$dir/r.data" 2>/dev/null | grep -E '^\{"v":1,"type":"(kind|summary)"') ||
		{ echo "agreement.sh: nothing in $dir" >&2; exit 1; }
	lru=
	case $lines in *'"lru":"mglru"'*) lru=+MGLRU ;; esac
	sed "s/^/${name%%-*}$lru ${name#*-} /" <<<"$lines"
done | sort -s -V -k1,1 | awk -v q='"' '
function member(name,   at, rest) {
	at = index($0, q name q ":")
	if (!at) return ""
	rest = substr($0, at + length(name) + 3)
	if (substr(rest, 1, 1) == q) { rest = substr(rest, 2); return substr(rest, 1, index(rest, q) - 1) }
	match(rest, /^[0-9.]+/)
	return substr(rest, 1, RLENGTH)
}
{
	kernel = $1; workload = $2
	sub(/[+]/, " ", kernel)
	if (!(kernel in seen)) { seen[kernel] = 1; kernels[++nk] = kernel }
	if (!((kernel, workload) in ran)) { ran[kernel, workload] = 1; runs[kernel] = runs[kernel] " " workload }
	name = member("name")
	if (name == "") { # the summary: exact ones are its first numbers
		of[kernel] += member("observed"); ag[kernel] += member("agree"); ra[kernel] += member("race")
		di[kernel] += member("diverged"); hi[kernel] += member("not_observable"); lo[kernel] += member("lost")
		next
	}
	if (!(name in class)) { class[name] = member("class"); mirrors[name] = member("mirrors"); names[++n] = name }
	o[name, kernel] += member("observed"); a[name, kernel] += member("agree")
	d[name, kernel] += member("diverged") + member("outside_margin"); r[name, kernel] += member("race")
	m[name, kernel] += member("inside_margin"); u[name, kernel] += member("not_observable"); l[name, kernel] += member("lost")
	at = index($0, q "branches" q ":{")
	rest = substr($0, at + 12); rest = substr(rest, 1, index(rest, "}") - 1)
	k = split(rest, pairs, ",")
	for (i = 1; i <= k; i++) if (split(pairs[i], pair, ":") == 2) {
		gsub(q, "", pair[1])
		if (!((name, pair[1]) in branch)) { branch[name, pair[1]] = 1; nb[name]++; bname[name, nb[name]] = pair[1] }
		b[name, pair[1], kernel] += pair[2]
	}
}
END {
	rare["setup_per_zone_wmarks"] = "once for each change of a setting or of the memory that there is"
	rare["reclaim_throttle"] = "where reclaim gets nowhere, or the disks do not keep up"
	rare["reclaim_retry_zone"] = "when direct reclaim has not helped, shortly before the OOM killer"
	rare["compact_retry"] = "once for a request of several pages that failed although something was reclaimed"
	rare["compaction_deferred"] = "only after compaction has failed"
	rare["select_bad_process"] = "once for each OOM"
	rare["reset_ctrl_pos"] = "once for each type when a generation ends"
	rare["inc_max_seq"] = "once for each generation"
	rare["lru_gen_age_node"] = "only while min_ttl_ms is set, once for each round of kswapd"
	print "# The model against live kernels\n"
	print "Every decision in recordings of real kernels, computed again by src/model from the inputs that were recorded. Written by"
	print "`make model-vs-kernel` out of what `make test-vm` has recorded: run both to check it. What was learned, hidden or never reached"
	print "is in [model-findings.md](model-findings.md).\n"
	print "## All exact decisions\n"
	print "| kernel and LRU | recordings | observed | identical | races | different | lost | hidden |"
	print "|---|---|---|---|---|---|---|---|"
	for (k = 1; k <= nk; k++) {
		x = kernels[k]
		print "| " x " | " split(runs[x], some, " ") " | " of[x] " | " ag[x] " | " ra[x] " | " di[x] " | " lo[x] " | " hi[x] " |"
		of["all"] += of[x]; ag["all"] += ag[x]; ra["all"] += ra[x]; di["all"] += di[x]; lo["all"] += lo[x]; hi["all"] += hi[x]
	}
	print "| all | | " of["all"] " | " ag["all"] " | " ra["all"] " | " di["all"] " | " lo["all"] " | " hi["all"] " |\n"
	print "## Agreement\n"
	print "Each cell: how many the model computed identically, of how many observed; `d`: different without an excuse, `r`: races that"
	print "the recording shows, `m`: inside of the margin (near decisions), `l`: lost, a record is missing, `h`: this kernel hides an input.\n"
	head = "| decision | mirrors | class |"; rule = "|---|---|---|"
	for (k = 1; k <= nk; k++) { head = head " " kernels[k] " |"; rule = rule "---|" }
	print head; print rule
	for (i = 1; i <= n; i++) {
		line = "| `" names[i] "` | " mirrors[names[i]] " | " class[names[i]] " |"
		for (k = 1; k <= nk; k++) {
			x = names[i] SUBSEP kernels[k]
			cell = o[x] ? (class[names[i]] == "statistical" ? o[x] : a[x] "/" o[x]) : "-"
			if (d[x]) cell = cell " " d[x] "d"
			if (r[x]) cell = cell " " r[x] "r"
			if (m[x]) cell = cell " " m[x] "m"
			if (l[x]) cell = cell " " l[x] "l"
			if (u[x]) cell = cell " " u[x] "h"
			line = line " " cell " |"
		}
		print line
	}
	print "\nRecordings:\n"
	for (k = 1; k <= nk; k++) print "- " kernels[k] ":" runs[kernels[k]]
	print "\n## Where it was not seen often\n"
	print "At least 1000 decisions of each kind are wanted, and of these at least 30, which are rare by nature:\n"
	for (i = 1; i <= n; i++) if (names[i] in rare) print "- `" names[i] "`: " rare[names[i]]
	print "\nWhat a kernel never did is `-` above.\n"
	print "| kernel and LRU | fewer than wanted | rare ones, 30 to 999 |\n|---|---|---|"
	for (k = 1; k <= nk; k++) {
		few = middling = ""
		for (i = 1; i <= n; i++) {
			x = o[names[i], kernels[k]]
			if (x && x < (names[i] in rare ? 30 : 1000)) few = few (few ? ", " : "") "`" names[i] "` " x
			else if (x && x < 1000) middling = middling (middling ? ", " : "") "`" names[i] "` " x
		}
		print "| " kernels[k] " | " few " | " middling " |"
	}
	print "\n## By number\n"
	print "Decisions compared, of all kinds that a number stands for. What has no kind of its own, and why, is in"
	print "[model-findings.md](model-findings.md#what-a-kernel-hides).\n"
	head = "| number |"; rule = "|---|"
	for (k = 1; k <= nk; k++) { head = head " " kernels[k] " |"; rule = rule "---|" }
	print head; print rule
	for (i = 1; i <= n; i++) {
		count = split(mirrors[names[i]], numbers, " ")
		for (j = 1; j <= count; j++) {
			match(numbers[j], /[0-9]+/)
			number = substr(numbers[j], RSTART, RLENGTH) + 0
			for (k = 1; k <= nk; k++) if (!((names[i], number, k) in added)) {
				added[names[i], number, k] = 1
				compared[number, k] += o[names[i], kernels[k]]
			}
		}
	}
	for (number = 1; number <= 58; number++) {
		line = "| D" number " |"
		for (k = 1; k <= nk; k++) line = line " " (compared[number, k] ? compared[number, k] : "-") " |"
		print line
	}
	print "\n## Branches that were taken\n"
	head = "| decision | branch |"; rule = "|---|---|"
	for (k = 1; k <= nk; k++) { head = head " " kernels[k] " |"; rule = rule "---|" }
	print head; print rule
	for (i = 1; i <= n; i++) for (j = 1; j <= nb[names[i]]; j++) {
		line = "| `" names[i] "` | " bname[names[i], j] " |"
		for (k = 1; k <= nk; k++) line = line " " b[names[i], bname[names[i], j], kernels[k]] + 0 " |"
		print line
	}
}'
