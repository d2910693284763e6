#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Changes one constant, comparison or operator of src/model at a time and asks whether a test
# notices. Says the share that was noticed, and lists what survived: each such line is one that no
# test holds, or one that cannot be told apart.
#
#   MUTATE_FILES  files to change               (all of src/model that is code)
#   MUTATE_TESTS  commands, one on each line, that must fail; a path below build/ is made first
#                 (the unit test of the file, then those of all other files of the model)
#   MUTATE_EVERY  take only each n-th change    (1)
#   MUTATE_JOBS   copies of the tree to work in (2)
set -u
cd "$(dirname "$0")/.." || exit 1

names=$(sed -n 's/^MODEL *[:+]= *//p' Makefile)
units=$(sed -n 's/^UNIT *[:+]= *//p' Makefile)
files=${MUTATE_FILES:-$(for n in $names; do echo "src/model/$n.c"; done) src/model/zone.h src/model/workingset.h}
tests=${MUTATE_TESTS:-$(for n in $names; do case " $(echo $units) " in *" $n "*) echo "build/tests/unit/test_$n" ;; esac; done)}
jobs=${MUTATE_JOBS:-2}

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
pids=
trap 'kill $pids; report; exit 130' INT TERM # what is known by then

# FILE LINE COLUMN LENGTH REPLACEMENT, for each change there is to try. Reasons are not decisions,
# so RS_WHY() is left alone.
changes() {
	awk -v file="$1" '
	BEGIN {
		n = split("<= < >= > == != && || << >> += -= ++ --", from)
		split("< <= > >= != == || && >> << -= += -- ++", to)
		for (i = 1; i <= n; i++) swap[from[i]] = to[i]
		n = split("+ - * / & |", from)
		split("- + / * | &", to)
		for (i = 1; i <= n; i++) spaced[from[i]] = to[i]
	}
	function emit(at, len, new) { printf "%s %d %d %d %s\n", file, NR, at, len, new }
	/^[ \t]*#/ { next }
	/RS_WHY\(/ { why = 1 }
	why { if (/;[ \t]*$/) why = 0; next }
	/^(static |struct |enum |bool |uint|int|unsigned |void )/ && !/=/ { next } # a declaration
	{
		len = length($0)
		for (i = 1; i <= len; i++) {
			two = substr($0, i, 2); c = substr($0, i, 1); before = substr($0, i - 1, 1)
			if (comment) { if (two == "*/") { comment = 0; i++ } continue }
			if (two == "/*") { comment = 1; i++; continue }
			if (two == "->") { i++; continue }
			if (c == "\"") { while (++i <= len && substr($0, i, 1) != "\"") ; continue }
			if (substr($0, i, 3) ~ /^(<<|>>)=$/) { emit(i, 2, swap[two]); i += 2; continue }
			if (two in swap) { emit(i, 2, swap[two]); i++; continue }
			if (c in swap) { emit(i, 1, swap[c]); continue }
			if (c in spaced && before == " " && substr($0, i + 1, 1) == " ") { emit(i, 1, spaced[c]); continue }
			if (c == "!") { emit(i, 1, ""); continue }
			if (c ~ /[A-Za-z_0-9]/ && before !~ /[A-Za-z_0-9]/) {
				match(substr($0, i), /^[A-Za-z_0-9]+/)
				word = substr($0, i, RLENGTH)
				if (word == "true") emit(i, 4, "false")
				else if (word == "false") emit(i, 5, "true")
				else if (word ~ /^[0-9]+(UL|ULL)?$/) { number = word; sub(/[UL]+/, "", number); emit(i, length(word), number + 1) }
				i += RLENGTH - 1
			}
		}
	}' "$1"
}

for f in $files; do changes "$f"; done | awk -v n="${MUTATE_EVERY:-1}" 'NR % n == 0' >"$work/changes"
[ -s "$work/changes" ] || { echo "mutate: nothing to change in: $files" >&2; exit 1; }

# Does any test fail? Own test first: it is the likeliest.
noticed() { # noticed FILE
	own=build/tests/unit/test_$(basename "$1" | sed 's/\.[ch]$//')
	{ printf '%s\n' "$tests" | grep -xF "$own"; printf '%s\n' "$tests" | grep -vxF "$own"; } >tests.todo
	while read -r t; do
		case $t in build/*) make -s CFLAGS=-O0 "${t%% *}" >/dev/null 2>&1 || return 2 ;; esac
		timeout 60 sh -c "$t" >/dev/null 2>&1 </dev/null || return 0
	done <tests.todo
	return 1
}

worker() { # worker NUMBER
	cp -a . "$work/tree$1" && cd "$work/tree$1" || exit 1
	awk -v n="$jobs" -v k="$1" 'NR % n == k' "$work/changes" | while read -r file line at len new; do
		cp "$file" saved
		awk -v line="$line" -v at="$at" -v len="$len" -v new="$new" 'NR == line {
			$0 = substr($0, 1, at - 1) new substr($0, at + len) } { print }' saved >"$file"
		noticed "$file"
		case $? in
		0) echo "caught" ;;
		1) echo "survived $file:$line: $(sed -n "${line}p" "$file" | sed 's/^[[:space:]]*//')" ;;
		*) echo "does not compile" ;;
		esac
		cp saved "$file"
	done >"$work/result$1"
}

make -s >/dev/null || exit 1
printf '%s\n' "$tests" >"$work/tests"
while read -r t; do # what fails anyway notices nothing
	case $t in build/*) make -s "${t%% *}" >/dev/null || exit 1 ;; esac
	sh -c "$t" >/dev/null 2>&1 </dev/null || { echo "mutate: fails without any change: $t" >&2; exit 1; }
done <"$work/tests"

report() {
	cat "$work"/result* >"$work/results"
	sed -n 's/^survived //p' "$work/results" | sort -t: -k1,1 -k2,2n
	tried=$(grep -c -e ^caught -e ^survived "$work/results")
	caught=$(grep -c ^caught "$work/results")
	echo "$tried of $(wc -l <"$work/changes") changes tried, $caught noticed" \
		"($((caught * 100 / (tried ? tried : 1))) %), $((tried - caught)) survived," \
		"$(grep -c '^does not' "$work/results") did not compile"
}

k=0
while [ "$k" -lt "$jobs" ]; do
	worker "$k" &
	pids="$pids $!"
	k=$((k + 1))
done
wait
report
