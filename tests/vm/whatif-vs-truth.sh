#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# whatif-vs-truth.sh [DIRECTORY]: docs/whatif-vs-kernel.md, on stdout: what `whatif` says of the recordings that truth.sh
# has made under the defaults, beside what really happened under each setting.
set -eu
. "$(dirname "$0")/lib.sh"
results=${1:-$TOP/build/vm/truth}

# settings_of SETTING MIN_FREE_KBYTES: as whatif wants them
settings_of() {
	case $1 in
	wsf=*) echo "vm.watermark_scale_factor=${1#wsf=}" ;;
	min=x*) echo "vm.min_free_kbytes=$((${1#min=x} * $2))" ;;
	sw=*) echo "vm.swappiness=${1#sw=}" ;;
	esac
}

# A flat JSON object a line: the number of a member.
number() { sed -n "s/.*\"$1\":\"*\([0-9][0-9]*\).*/\1/p"; }

{
	for dir in "$results"/*/; do
		[ -e "$dir/results.jsonl" ] || continue
		name=$(basename "$dir")
		IFS=- read -r kernel workload _ <<<"$name"
		sed "s/^/T $kernel $workload /" "$dir/results.jsonl"
		[ -e "$dir/r.data" ] || continue
		min=$(grep '"setting":"default"' "$dir/results.jsonl" | number min_free_kbytes)
		for setting in $(sed -n 's/.*"setting":"\([^"]*\)".*/\1/p' "$dir/results.jsonl" | grep -vE '^(default|recorded)$' | sort -u); do
			"$TOP/build/reclaimscope" whatif "$dir/r.data" --set "$(settings_of "$setting" "$min")" -j 2>"$dir/whatif.stderr" |
				sed "s/^/P $kernel $workload $setting /" ||
				echo "D $kernel $workload $setting $(tail -1 "$dir/whatif.stderr")"
		done
	done
} | awk -v q='"' '
function member(name,   at, rest) {
	at = index($0, q name q ":")
	if (!at) return ""
	rest = substr($0, at + length(name) + 3)
	if (substr(rest, 1, 1) == q) { rest = substr(rest, 2); return substr(rest, 1, index(rest, q) - 1) }
	return match(rest, /^-?[0-9.]+/) ? substr(rest, 1, RLENGTH) : ""
}
function truth(metric, value,   k) {
	if (value == "") return
	k = cell SUBSEP metric
	n[k]++; sum[k] += value; squares[k] += value * value
}
function mean(k) { return sum[k] / n[k] }
function variance(k,   v) { v = n[k] > 1 ? (squares[k] - sum[k] * sum[k] / n[k]) / (n[k] - 1) : 0; return v > 0 ? v : 0 }
# Two-sided 5 % of the t distribution, by degrees of freedom.
function critical(df) { return df < 2 ? 12.71 : df < 3 ? 4.30 : df < 4 ? 3.18 : df < 5 ? 2.78 : df < 6 ? 2.57 : df < 7 ? 2.45 : 2.36 }
# Welch; where there is one run of either, a difference of more than 5 % and of what is noise anyway.
function differ(a, b, metric,   va, vb, d, df) {
	d = mean(a) - mean(b); d = d < 0 ? -d : d
	if (d <= floor[metric] / 2) return 0
	if (n[a] < 2 || n[b] < 2) return d > 0.05 * (mean(a) > mean(b) ? mean(a) : mean(b))
	va = variance(a) / n[a]; vb = variance(b) / n[b]
	if (va + vb == 0) return 1
	df = (va + vb) ^ 2 / (va ^ 2 / (n[a] - 1) + vb ^ 2 / (n[b] - 1))
	return d / sqrt(va + vb) > critical(df)
}
function show(metric, value) {
	if (value == "") return "-"
	return metric ~ /_ns$/ ? sprintf("%.0f ms", value / 1e6) : sprintf("%.0f", value)
}
function share(a, b) { return b ? sprintf("%d of %d (%.0f %%)", a, b, 100 * a / b) : "none to judge" }
BEGIN {
	nm = split("memory_some_ns allocstall stall_ns refault_anon refault_file pswpin pswpout kswapd_cpu_ns free_pages", metrics, " ")
	split("20e6 20 10e6 200 200 200 200 10e6 100", f, " ")
	for (i = 1; i <= nm; i++) floor[metrics[i]] = f[i] + 0
	floor["refaults"] = 200
}
$1 == "T" {
	setting = member("setting"); load = $2 SUBSEP $3; cell = load SUBSEP setting
	if (setting == "recorded") next
	if (!(load in seen)) { seen[load] = 1; loads[++nl] = load }
	if (!(cell in seen)) { seen[cell] = 1; ns[load]++; settings[load, ns[load]] = setting }
	runs[cell]++
	truth("memory_some_ns", member("psi_some_us") * 1000)
	truth("allocstall", member("allocstall_dma32") + member("allocstall_normal") + member("allocstall_movable"))
	truth("stall_ns", member("stall_ns"))
	truth("refault_anon", member("workingset_refault_anon"))
	truth("refault_file", member("workingset_refault_file"))
	truth("refaults", member("workingset_refault_anon") + member("workingset_refault_file"))
	truth("pswpin", member("pswpin")); truth("pswpout", member("pswpout"))
	truth("kswapd_cpu_ns", member("kswapd_us") * 1000); truth("free_pages", member("free_mean"))
}
$1 == "P" && member("type") == "whatif" {
	k = $2 SUBSEP $3 SUBSEP $4 SUBSEP member("metric")
	# + 0: what substr() returns is compared as text otherwise, where 9 is more than 10.
	before[k] = member("before") + 0; low[k] = member("low") + 0; high[k] = member("high") + 0
	after[k] = member("after") == "" ? "" : member("after") + 0
	# The defaults need no prediction: they were recorded.
	after[$2 SUBSEP $3 SUBSEP "default" SUBSEP member("metric")] = before[k]
}
$1 == "P" && member("type") == "summary" { error[$2, $3] = member("calibration_error") }
$1 == "D" { declined[$2, $3] = substr($0, length($1 $2 $3 $4) + 5) }
END {
	print "# What `whatif` says, and what then happened\n"
	print "Written by `make whatif-vs-kernel` out of what `tests/vm/truth.sh` has left: for each kernel and load one recording under the"
	print "defaults, and real runs of the same work under each setting, in virtual time. Nothing is left out. The recording was made with"
	print "the recorder on the same, single CPU, whose cost is in it; the real runs with counters only. `*`: the real effect is beyond noise (Welch, p < 0.05;"
	print "where there is one run only: more than 5 %); `miss`: outside of the interval, and more than 25 % off.\n"
	for (l = 1; l <= nl; l++) for (i = 1; i <= ns[loads[l]]; i++) for (m = 1; m <= nm; m++) {
		s = settings[loads[l], i]; metric = metrics[m]; k = loads[l] SUBSEP s SUBSEP metric; d = loads[l] SUBSEP "default" SUBSEP metric
		if (s == "default" || !n[k] || !n[d]) continue
		effect = differ(k, d, metric); nc++
		if (after[k] == "") { unpredicted++; verdict = "not predicted" }
		else {
			predicted++
			inside = mean(k) >= low[k] && mean(k) <= high[k]
			off = after[k] - mean(k); off = off < 0 ? -off : off
			near = inside || off <= 0.25 * mean(k) + floor[metric] / 2
			covered += inside
			# The change that was predicted, from where the real runs under the defaults were.
			scale = (mean(d) + floor[metric]) / (before[k] + floor[metric])
			from_real = (after[k] + floor[metric]) * scale - floor[metric]; from_real = from_real > 0 ? from_real : 0
			inside_real = mean(k) + floor[metric] >= (low[k] + floor[metric]) * scale && mean(k) + floor[metric] <= (high[k] + floor[metric]) * scale
			off = from_real - mean(k); off = off < 0 ? -off : off
			near_real = inside_real || off <= 0.25 * mean(k) + floor[metric] / 2
			covered_real += inside_real
			if (effect) { effects++; good += near; good_real += near_real }
			verdict = inside ? "" : near ? "near" : "miss"
		}
		split(loads[l], kw, SUBSEP)
		rows[++nr] = "| " kw[1] " | " kw[2] " | " s " | " metric " | " show(metric, before[k]) " | " show(metric, mean(d)) " | " show(metric, mean(k)) \
			(effect ? " *" : "") " | " show(metric, after[k]) " | " show(metric, low[k]) " to " show(metric, high[k]) " | " verdict " |"
	}
	np = split("stall_ns refaults", ordered, " ")
	for (l = 1; l <= nl; l++) for (i = 1; i <= ns[loads[l]]; i++) {
		k = loads[l] SUBSEP settings[loads[l], i] SUBSEP "refault_"
		if (after[k "anon"] != "" && after[k "file"] != "") after[loads[l] SUBSEP settings[loads[l], i] SUBSEP "refaults"] = after[k "anon"] + after[k "file"]
	}
	for (o = 1; o <= np; o++) for (l = 1; l <= nl; l++) for (i = 1; i <= ns[loads[l]]; i++) for (j = i + 1; j <= ns[loads[l]]; j++) {
		a = loads[l] SUBSEP settings[loads[l], i] SUBSEP ordered[o]; b = loads[l] SUBSEP settings[loads[l], j] SUBSEP ordered[o]
		if (!n[a] || !n[b] || !differ(a, b, ordered[o])) continue
		if (after[a] == "" || after[b] == "") { pairs_unpredicted[o]++; continue }
		pairs[o]++
		right[o] += (mean(a) - mean(b)) * (after[a] - after[b]) > 0
	}
	print "| | | aim |\n|---|---|---|"
	print "| order of settings by stall time, of pairs that differ | " share(right[1], pairs[1]) ", " pairs_unpredicted[1] + 0 " more not predicted | 90 % |"
	print "| order of settings by refaults, of pairs that differ | " share(right[2], pairs[2]) ", " pairs_unpredicted[2] + 0 " more not predicted | 90 % |"
	print "| within 25 % or inside the interval, where the effect is real | " share(good, effects) " | all |"
	print "| truth inside the 90 % interval, all predicted cells | " share(covered, predicted) " | 80 to 97 % |"
	print "| the same of the predicted change, applied to the real run under the defaults: within 25 % or inside | " share(good_real, effects) " | |"
	print "| and inside the interval | " share(covered_real, predicted) " | |"
	print "| cells not predicted, because the simulation does not repeat the recording | " share(unpredicted, nc) " | |\n"
	print "## Loads\n\n| kernel | load | runs of each setting | calibration is off by |\n|---|---|---|---|"
	for (l = 1; l <= nl; l++) {
		split(loads[l], kw, SUBSEP)
		print "| " kw[1] " | " kw[2] " | " runs[loads[l] SUBSEP "default"] " | " \
			((kw[1], kw[2]) in declined ? declined[kw[1], kw[2]] : sprintf("%.0f %%", 100 * error[kw[1], kw[2]])) " |"
	}
	print "\n## Every cell\n\n| kernel | load | setting | metric | recorded | real, defaults | real | predicted | 90 % interval | |\n|---|---|---|---|---|---|---|---|---|---|"
	for (i = 1; i <= nr; i++) print rows[i]
}'
