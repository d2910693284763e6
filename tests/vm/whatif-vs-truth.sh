#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# whatif-vs-truth.sh [-s SEEDS] [-a DIRECTORY] [RESULTS]: docs/whatif-vs-kernel.md, on stdout: what `whatif` says of the
# recordings that truth.sh has made under the defaults, beside what really happened under each setting. The tables are of the
# first seed, and how much the seed matters is told of all of them.
#
# An answer stays in DIRECTORY/SEED/ and is not asked for again until the program, or what was really run, is newer.
set -eu
. "$(dirname "$0")/lib.sh"
seeds="1 2 3 4 5" answers=$TOP/build/vm/answers
while getopts s:a: option; do
	case $option in
	s) seeds=$OPTARG ;; a) answers=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
results=${1:-$TOP/build/vm/truth}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What was really run, as truth.awk reads it; a repetition without all of its settings would shift the means of those it has.
for dir in "$results"/*/; do
	[ -e "$dir/done" ] || continue
	IFS=- read -r kernel workload _ <<<"$(basename "$dir")"
	sed "s/^/T $kernel $workload /" "$dir/results.jsonl"
done >"$work/truth"

ask() { # ask SEED RECORDING SETTINGS: one set of lines for each setting, in their order, with a summary as the last of them
	local said
	said=$answers/$1/$(basename "$(dirname "$2")")
	if [ ! "$said" -nt "$TOP/build/reclaimscope" ] || [ ! "$said" -nt "$2" ] || ! cmp -s "$said.each" "$3"; then
		mkdir -p "$answers/$1"
		rm -f "$said"
		cp "$3" "$said.each"
		"$TOP/build/reclaimscope" whatif "$2" --seed "$1" --each "$3" -j >"$said.new" 2>"$said.err" || : >"$said.new"
		mv "$said.new" "$said"
	fi
	cat "$said"
}

predictions() { # predictions SEED
	local dir kernel workload settings values setting value
	for dir in "$results"/*/; do
		if [ ! -e "$dir/done" ] || [ ! -e "$dir/r.data" ]; then continue; fi
		IFS=- read -r kernel workload _ <<<"$(basename "$dir")"
		settings=() values=()
		while read -r setting value; do
			[ -z "$value" ] || { settings+=("$setting"); values+=("$value"); }
		done < <(sed -n 's/.*"setting":"\([^"]*\)","set":"\([^"]*\)".*/\1 \2/p' "$results/$kernel-$workload"-*/results.jsonl | sort -u)
		printf '%s\n' "${values[@]}" >"$work/each"
		ask "$1" "$dir/r.data" "$work/each" >"$work/said"
		[ -s "$work/said" ] || {
			echo "D $kernel $workload $(tail -1 "$answers/$1/$(basename "$dir").err" | sed 's/^.*r\.data: //; s/^reclaimscope: //')"
			continue
		}
		awk -v head="P $kernel $workload" -v names="${settings[*]}" -v values="$(tr ' \n' '+ ' <"$work/each")" '
			BEGIN { split(names, name, " "); split(values, value, " "); i = 1 }
			{ print head, name[i], value[i], $0 }
			/"type":"summary"/ { i++ }' "$work/said"
	done
}

# @seed: only the row that tells how this one fares; @fares: a file with those of all, for the whole document.
score() { awk -v seed="$1" -v fares="$2" "$(cat "$HERE/truth.awk")"'
BEGIN {
	nm = split("memory_some_ns allocstall stall_ns refault_anon refault_file pswpin pswpout kswapd_cpu_ns free_pages", metrics, " ")
}
# What a rule advises differs from one repetition to the next: what is predicted is the mean over what was run, as the truth is.
function predict(k,   i, v, w, all) {
	for (i = 1; i <= nr_asked[k]; i++) {
		v = asked[k, i]; w = ran[k, v]
		if (!w || after_of[k, v] == "") continue
		all += w
		after[k] += w * after_of[k, v]; low[k] += w * low_of[k, v]; high[k] += w * high_of[k, v]
		low_beside[k] += w * low_beside_of[k, v]; high_beside[k] += w * high_beside_of[k, v]
	}
	if (!all) return
	after[k] /= all; low[k] /= all; high[k] /= all; low_beside[k] /= all; high_beside[k] /= all
}
# The same as a level to order settings by, which is a mean of logs there.
function level(c, metric,   k, by, i, v, w, all, sum) {
	k = c SUBSEP metric; by = c SUBSEP (metric == "refaults" ? "refault_file" : metric)
	if (c ~ SUBSEP "default$") return log(before_of(c, metric) + floor[metric])
	for (i = 1; i <= nr_asked[by]; i++) {
		v = asked[by, i]; w = ran[k, v]
		if (!w || after_of[by, v] == "" || (metric == "refaults" && after_of[c, "refault_anon", v] == "")) continue
		all += w
		sum += w * log(after_of[by, v] + (metric == "refaults" ? after_of[c, "refault_anon", v] : 0) + floor[metric])
	}
	return all ? sum / all : ""
}
function before_of(c, metric) {
	return metric == "refaults" ? after[c, "refault_anon"] + after[c, "refault_file"] : after[c, metric]
}
function noise(load, metric) {
	pool(load, metric)
	return noise_df[load, metric] ? sprintf("%.0f %% (%d)", 100 * (exp(sqrt(noise_var[load, metric])) - 1), noise_df[load, metric]) : "not known"
}
$1 == "T" {
	setting = member("setting"); load = $2 SUBSEP $3; cell = load SUBSEP setting
	if (setting == "recorded") next
	if (!(load in seen)) { seen[load] = 1; loads[++nl] = load }
	if (!(cell in seen)) { seen[cell] = 1; ns[load]++; settings[load, ns[load]] = setting }
	runs[cell]++
	read_truth()
}
$1 == "P" && member("type") == "whatif" {
	k = $2 SUBSEP $3 SUBSEP $4 SUBSEP member("metric")
	# + 0: what substr() returns is compared as text otherwise, where 9 is more than 10.
	before[k] = member("before") + 0; low_of[k, $5] = member("low") + 0; high_of[k, $5] = member("high") + 0
	low_beside_of[k, $5] = member("low_beside") + 0; high_beside_of[k, $5] = member("high_beside") + 0
	after_of[k, $5] = member("after") == "" ? "" : member("after") + 0
	asked[k, ++nr_asked[k]] = $5
	# The defaults need no prediction: they were recorded.
	after[$2 SUBSEP $3 SUBSEP "default" SUBSEP member("metric")] = before[k]
}
$1 == "P" && member("type") == "summary" {
	recordings += !(($2, $3) in error); tell += !(($2, $3) in error) && member("recorder_pages") != ""
	error[$2, $3] = member("calibration_error")
}
$1 == "D" { declined[$2, $3] = substr($0, length($1 $2 $3) + 4) }
END {
	for (l = 1; l <= nl; l++) for (i = 1; i <= ns[loads[l]]; i++) for (m = 1; m <= nm; m++) {
		s = settings[loads[l], i]; metric = metrics[m]; k = loads[l] SUBSEP s SUBSEP metric; d = loads[l] SUBSEP "default" SUBSEP metric
		if (s == "default" || !n[k] || !n[d]) continue
		predict(k)
		effect = differ(k, d, metric); unjudged += effect < 0; nc++
		if (after[k] == "") { unpredicted++; verdict = "not predicted" }
		else {
			predicted++
			inside = mean(k) >= low[k] && mean(k) <= high[k]
			off = after[k] - mean(k); off = off < 0 ? -off : off
			near = inside || off <= 0.25 * mean(k) + floor[metric] / 2
			covered += inside
			widths[predicted] = (high[k] - low[k]) / (after[k] + floor[metric])
			# The change that was predicted, from where the real runs under the defaults were.
			scale = (mean(d) + floor[metric]) / (before[k] + floor[metric])
			from_real = (after[k] + floor[metric]) * scale - floor[metric]; from_real = from_real > 0 ? from_real : 0
			inside_real = mean(k) + floor[metric] >= (low_beside[k] + floor[metric]) * scale && mean(k) + floor[metric] <= (high_beside[k] + floor[metric]) * scale
			off = from_real - mean(k); off = off < 0 ? -off : off
			near_real = inside_real || off <= 0.25 * mean(k) + floor[metric] / 2
			covered_real += inside_real
			if (effect > 0) { effects++; good += near; good_real += near_real }
			verdict = inside ? "" : near ? "near" : "miss"
		}
		split(loads[l], kw, SUBSEP)
		rows[++nr] = "| " kw[1] " | " kw[2] " | " s " | " metric " | " show(metric, before[k]) " | " show(metric, mean(d)) " | " show(metric, mean(k)) \
			(effect > 0 ? " *" : effect < 0 ? " ?" : "") " | " show(metric, after[k]) " | " show(metric, low[k]) " to " show(metric, high[k]) " | " verdict " |"
	}
	np = split("stall_ns refaults", ordered, " ")
	for (o = 1; o <= np; o++) for (l = 1; l <= nl; l++) for (i = 1; i <= ns[loads[l]]; i++) for (j = i + 1; j <= ns[loads[l]]; j++) {
		a = loads[l] SUBSEP settings[loads[l], i] SUBSEP ordered[o]; b = loads[l] SUBSEP settings[loads[l], j] SUBSEP ordered[o]
		if (!n[a] || !n[b]) continue
		ca = class_of(cell_of(a)); cb = class_of(cell_of(b))
		# A class is one setting: each pair of them once.
		if (ca == cb || ((o, loads[l], ca, cb) in paired)) continue
		paired[o, loads[l], ca, cb] = paired[o, loads[l], cb, ca] = 1
		effect = differ(a, b, ordered[o])
		if (effect <= 0) { pairs_not_judged[o] += effect < 0; continue }
		la = level(cell_of(a), ordered[o]); lb = level(cell_of(b), ordered[o])
		if (la == "" || lb == "") { pairs_unpredicted[o]++; continue }
		pairs[o]++
		right[o] += (class_log[loads[l], ca, ordered[o]] - class_log[loads[l], cb, ordered[o]]) * (la - lb) > 0
	}
	if (seed != "") {
		print seed, right[1], pairs[1], right[2], pairs[2], good, effects, covered, predicted
		exit
	}
	print "# What `whatif` says, and what then happened\n"
	print "Written by `make whatif-vs-kernel` out of what `tests/vm/truth.sh` has left: for each kernel and load one recording under the"
	print "defaults, and real runs of the same work under each setting, in virtual time. Nothing is left out. The recording was made with"
	print "the recorder on the same, single CPU, whose time and memory are in what was recorded; the real runs with counters only, which take"
	print "less of both. What is predicted is the recorded figure with its change; the interval is of the host without the recorder."
	print "`*`: the real effect is beyond noise (p < 0.05); `?`: not judged, because how large noise is is not known; `miss`: outside"
	print "of the interval, and more than 25 % off.\n"
	print tell + 0 " of " recordings + 0 " recordings tell how much memory the recorder took; without that, the interval has its time only. A recording can be"
	print "newer than the runs, of the same work.\n"
	print "Noise is measured: settings that are the same but for keys that cannot act on the load (swappiness where nothing is swapped,"
	print "dirty_* where nothing is written to files) are the same setting, judged as one. What its runs differ by, less what a repetition has"
	print "in common, is chance: its standard deviation is below, for each load. An order is judged for pairs of settings beyond it only."
	print "Under adaptivemm the time of stalls is not there where the trial that found its value was not told apart."
	print "Where a rule found another value in each repetition, each was predicted; the table has the mean, as of the real runs."
	print "The counters of the first three repetitions of disk, zram and the 6.1 burst were still kept beside room for what decisions"
	print "remember of 8192 tasks, which took about 12 MB of memory that the other two repetitions, and all of the other loads, had.\n"
	print "| | | aim |\n|---|---|---|"
	print "| order of settings by stall time, of pairs that differ | " share(right[1], pairs[1]) ", " pairs_unpredicted[1] + 0 " more not predicted, " pairs_not_judged[1] + 0 " not judged | 90 % |"
	print "| order of settings by refaults, of pairs that differ | " share(right[2], pairs[2]) ", " pairs_unpredicted[2] + 0 " more not predicted, " pairs_not_judged[2] + 0 " not judged | 90 % |"
	print "| within 25 % or inside the interval, where the effect is real | " share(good, effects) " | all |"
	print "| truth inside the 90 % interval, all predicted cells | " share(covered, predicted) " | 80 to 97 % |"
	for (i = 2; i <= predicted; i++)
		for (j = i; j > 1 && widths[j - 1] > widths[j]; j--) { w = widths[j]; widths[j] = widths[j - 1]; widths[j - 1] = w }
	if (predicted) printf "| width of the intervals as a share of the prediction: median, a quarter is wider than | %.2f, %.2f | |\n", \
		widths[int((predicted + 1) / 2)], widths[int(predicted * 3 / 4)]
	print "| the predicted change with the interval beside the recorder, applied to the real run under the defaults: within 25 % or inside | " share(good_real, effects) " | |"
	print "| and inside the interval | " share(covered_real, predicted) " | |"
	print "| cells not predicted, because the simulation does not repeat the recording | " share(unpredicted, nc) " | |\n"
	print "The search for loads that fit the recording, and the simulations, have a seed. All of the above is of the first of these:\n"
	print "| seed | order by stall time | order by refaults | within 25 % or inside, where the effect is real | truth inside the interval |\n|---|---|---|---|---|"
	while ((getline line < fares) > 0) {
		split(line, f, " ")
		printf "| %s |", f[1]
		nseeds++
		for (i = 1; i <= 4; i++) {
			x = f[2 * i + 1] ? 100 * f[2 * i] / f[2 * i + 1] : 0
			printf " %s |", share(f[2 * i], f[2 * i + 1])
			least[i] = nseeds == 1 || x < least[i] ? x : least[i]
			greatest[i] = nseeds == 1 || x > greatest[i] ? x : greatest[i]
			total[i] += x
		}
		print ""
	}
	printf "| least, mean, greatest |"
	for (i = 1; i <= 4; i++) printf " %.1f, %.1f, %.1f %% |", least[i], total[i] / nseeds, greatest[i]
	print "\n"
	print "## Loads\n\n| kernel | load | runs of each setting | calibration is off by | noise (degrees of freedom): time lost | stalls | stall time | refaults |"
	print "|---|---|---|---|---|---|---|---|"
	for (l = 1; l <= nl; l++) {
		split(loads[l], kw, SUBSEP)
		print "| " kw[1] " | " kw[2] " | " runs[loads[l] SUBSEP "default"] " | " \
			((kw[1], kw[2]) in declined ? declined[kw[1], kw[2]] : sprintf("%.0f %%", 100 * error[kw[1], kw[2]])) \
			" | " noise(loads[l], "memory_some_ns") " | " noise(loads[l], "allocstall") " | " noise(loads[l], "stall_ns") " | " noise(loads[l], "refaults") " |"
	}
	print "\n## Every cell\n\n| kernel | load | setting | metric | recorded | real, defaults | real | predicted | 90 % interval | |\n|---|---|---|---|---|---|---|---|---|---|"
	for (i = 1; i <= nr; i++) print rows[i]
}'
}

for seed in $seeds; do
	predictions "$seed" >"$work/$seed"
	cat "$work/truth" "$work/$seed" | score "$seed" "" >>"$work/rows"
done
cat "$work/truth" "$work/${seeds%% *}" | score "" "$work/rows"
