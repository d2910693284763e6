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
function read_truth() {
	truth("memory_some_ns", member("psi_some_us") * 1000)
	truth("memory_full_ns", member("psi_full_us") * 1000)
	truth("allocstall", member("allocstall_dma32") + member("allocstall_normal") + member("allocstall_movable"))
	truth("stall_ns", member("stall_ns"))
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
