# SPDX-License-Identifier: GPL-2.0-only
# What the tables out of truth.sh's results have in common: reading a line of JSON, and figures of repeated runs. A cell is
# a kernel, a load and a setting; n, sum and squares are of a cell and a metric.
function member(name,   at, rest, q) {
	q = "\""
	at = index($0, q name q ":")
	if (!at) return ""
	rest = substr($0, at + length(name) + 3)
	if (substr(rest, 1, 1) == q) { rest = substr(rest, 2); return substr(rest, 1, index(rest, q) - 1) }
	return match(rest, /^-?[0-9.]+/) ? substr(rest, 1, RLENGTH) : ""
}
function truth(metric, value,   k, load) {
	if (value == "") return
	k = cell SUBSEP metric; load = load_of(cell) SUBSEP metric
	n[k]++; sum[k] += value; squares[k] += value * value; ran[k, values()]++
	nr_seen[load]++
	cell_seen[load, nr_seen[load]] = cell; rep_seen[load, nr_seen[load]] = member("rep"); log_seen[load, nr_seen[load]] = log(value + floor[metric])
}
# What was set in a run, as one word.
function values(   v) { v = member("set"); sub(/ +$/, "", v); gsub(/ /, "+", v); return v }
function mean(k) { return sum[k] / n[k] }
function variance(k,   v) { v = n[k] > 1 ? (squares[k] - sum[k] * sum[k] / n[k]) / (n[k] - 1) : 0; return v > 0 ? v : 0 }
# Two-sided 5 % of the t distribution, by degrees of freedom; of the next lower number of them where it is not here.
function critical(df,   i, best) {
	if (!nt) nt = split("1 12.71 2 4.30 3 3.18 4 2.78 5 2.57 6 2.45 7 2.36 8 2.31 10 2.23 15 2.13 20 2.09 30 2.04 60 2.00", t95, " ")
	for (i = 1; i < nt; i += 2) if (t95[i] + 0 <= df) best = t95[i + 1]
	return best + 0
}
# A setting without the keys that cannot act on this load: swappiness where nothing is swapped, dirty_* where next to
# nothing is written to files. Settings that are left with the same are the same, and their runs differ by chance.
function class_of(c,   load, words, nw, i, v) {
	if (c in class) return class[c]
	split(c, words, SUBSEP)
	load = words[1] SUBSEP words[2]
	if (values_of[c] ~ /;/) return class[c] = words[3]
	nw = split(values_of[c], words, " ")
	for (i = 1; i <= nw; i++) {
		if (words[i] ~ /swappiness/ && !swapped[load]) continue
		if (words[i] ~ /dirty_/ && written[load] < 100 * nr_runs[load]) continue
		v = v " " words[i]
	}
	return class[c] = v
}
# What chance does to a metric of a load: variance of the logs of what should be the same, and its degrees of freedom. What
# a repetition shares, which has one seed for all settings, is not chance: log = class + repetition + chance, by least squares.
function pool(load, metric,   lm, i, turn, c, r, cn, cs, rn, rs, of_rep, ss, nr, x) {
	if ((load, metric) in noise_df) return
	lm = load SUBSEP metric; nr = nr_seen[lm]
	for (i = 1; i <= nr; i++) { cn[class_of(cell_seen[lm, i])]++; rn[rep_seen[lm, i]]++ }
	for (turn = 0; turn < 30; turn++) {
		for (c in cn) cs[c] = 0
		for (i = 1; i <= nr; i++) cs[class_of(cell_seen[lm, i])] += log_seen[lm, i] - of_rep[rep_seen[lm, i]]
		for (c in cn) class_log[load, c, metric] = cs[c] / cn[c]
		for (r in rn) rs[r] = 0
		for (i = 1; i <= nr; i++) rs[rep_seen[lm, i]] += log_seen[lm, i] - class_log[load, class_of(cell_seen[lm, i]), metric]
		for (r in rn) of_rep[r] = rs[r] / rn[r]
	}
	for (i = 1; i <= nr; i++) {
		x = log_seen[lm, i] - class_log[load, class_of(cell_seen[lm, i]), metric] - of_rep[rep_seen[lm, i]]
		ss += x * x
	}
	nr++
	for (c in cn) { nr--; class_n[load, c, metric] = cn[c] }
	for (r in rn) nr--
	noise_df[load, metric] = nr > 0 ? nr : 0; noise_var[load, metric] = nr > 0 ? ss / nr : 0
}
function cell_of(k,   p) { split(k, p, SUBSEP); return p[1] SUBSEP p[2] SUBSEP p[3] }
function load_of(k,   p) { split(k, p, SUBSEP); return p[1] SUBSEP p[2] }
# Is the difference of two settings beyond chance? 1, 0; -1: how much chance does is not known.
function differ(a, b, metric,   load, x, y, d) {
	load = load_of(a)
	pool(load, metric)
	if (!noise_df[load, metric]) return -1
	x = load SUBSEP class_of(cell_of(a)) SUBSEP metric; y = load SUBSEP class_of(cell_of(b)) SUBSEP metric
	if (x == y) return 0
	d = mean(a) - mean(b)
	if ((d < 0 ? -d : d) <= floor[metric] / 2) return 0
	d = class_log[x] - class_log[y]
	return (d < 0 ? -d : d) > critical(noise_df[load, metric]) * sqrt(noise_var[load, metric] * (1 / class_n[x] + 1 / class_n[y]))
}
function show(metric, value) {
	if (value == "") return "-"
	return metric ~ /_ns$/ ? sprintf("%.0f ms", value / 1e6) : sprintf("%.0f", value)
}
function share(a, b) { return b ? sprintf("%d of %d (%.0f %%)", a, b, 100 * a / b) : "none to judge" }
function read_truth(   load, v) {
	load = load_of(cell); v = member("set")
	if (!(cell in values_of)) { values_of[cell] = v; cells[load, ++nr_cells[load]] = cell }
	else if (values_of[cell] != v) values_of[cell] = values_of[cell] ";" v
	nr_runs[load]++; swapped[load] += member("pswpout")
	v = member("pgpgout") / 4 - member("pswpout"); written[load] += v > 0 ? v : 0
	truth("memory_some_ns", member("psi_some_us") * 1000)
	truth("memory_full_ns", member("psi_full_us") * 1000)
	truth("allocstall", member("allocstall_dma32") + member("allocstall_normal") + member("allocstall_movable"))
	# Where adaptivemm's trial is not told apart, its stalls are in the sum.
	if (member("setting") != "adaptivemm" || member("trial") != "") truth("stall_ns", member("stall_ns"))
	truth("refault_anon", member("workingset_refault_anon"))
	truth("refault_file", member("workingset_refault_file"))
	truth("refaults", member("workingset_refault_anon") + member("workingset_refault_file"))
	truth("pswpin", member("pswpin")); truth("pswpout", member("pswpout"))
	truth("kswapd_cpu_ns", member("kswapd_us") * 1000); truth("free_pages", member("free_mean"))
	truth("high_pages", member("high"))
}
BEGIN {
	split("memory_some_ns memory_full_ns allocstall stall_ns refault_anon refault_file refaults pswpin pswpout kswapd_cpu_ns free_pages", with, " ")
	split("20e6 20e6 20 10e6 200 200 200 200 200 10e6 100", f, " ")
	for (i in with) floor[with[i]] = f[i] + 0
}
