#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# support.sh DIR...: docs/kernel-support.md out of what `reclaimscope check -j` said on each kernel
# (DIR/check.jsonl). The kernels come in the order of the arguments.
set -eu
for dir in "$@"; do
	sed "s/^/$(cat "$dir/release") /" "$dir/check.jsonl"
done | awk -v q='"' '
function member(name,   at, rest) {
	at = index($0, q name q ":")
	if (!at) return ""
	rest = substr($0, at + length(name) + 3)
	if (substr(rest, 1, 4) == "null") return ""
	rest = substr(rest, 2)
	return substr(rest, 1, index(rest, q) - 1)
}
{
	kernel = $1
	if (!(kernel in seen)) { seen[kernel] = 1; kernels[++nk] = kernel }
	name = member("name"); state = member("state"); family = member("family")
	key = family SUBSEP name
	if (!(key in known)) { known[key] = 1; order[++n] = key; fam[n] = family; nam[n] = name }
	# Several shapes of one function: the one that fits this kernel counts.
	if (state == "attached") { cell[key, kernel] = member("kind"); total[kernel]++ }
	else if (!((key, kernel) in cell)) {
		reason = (state == "refused" ? "refused: " : "") member("reason")
		if (!(reason in number)) { number[reason] = ++nr; reasons[nr] = reason }
		cell[key, kernel] = "[" number[reason] "]"
		refused[kernel] += state == "refused"
	}
}
END {
	print "# What can be seen on which kernel\n"
	print "Written by `make kernel-support` from what `reclaimscope check -j` says on these Debian kernels, booted in the lab;"
	print "`make test` compares. Each cell names how the probe is attached, or the number of the reason why it cannot be.\n"
	line = "| family | probe |"; rule = "|---|---|"
	for (k = 1; k <= nk; k++) { line = line " " kernels[k] " |"; rule = rule "---|" }
	print line; print rule
	for (i = 1; i <= n; i++) {
		line = "| " fam[i] " | `" nam[i] "` |"
		for (k = 1; k <= nk; k++) line = line " " cell[fam[i] SUBSEP nam[i], kernels[k]] " |"
		print line
	}
	line = "| | **attached** |"
	for (k = 1; k <= nk; k++) line = line " " total[kernels[k]] + 0 (refused[kernels[k]] ? ", " refused[kernels[k]] " refused" : "") " |"
	print line
	print ""
	for (i = 1; i <= nr; i++) print "[" i "] " reasons[i] "  "
}'
