#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs the commands given, each of which prints TAP, and adds up. The last line is
#   N passed, N failed, N skipped
# A command that ends with an error without having printed "not ok" counts as one failure.
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
passed=0 failed=0 skipped=0
for command in "$@"; do
	printf '# %s\n' "$command"
	CMOCKA_MESSAGE_OUTPUT=TAP sh -c "$command" >"$out" 2>&1
	status=$?
	grep -E '^(ok|not ok)|^#' "$out"
	s=$(grep -ciE '^ok .*# skip' "$out")
	p=$(($(grep -c '^ok ' "$out") - s))
	f=$(grep -c '^not ok ' "$out")
	if [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then
		echo "not ok - $command ended with status $status"
		f=1
	fi
	[ "$f" -eq 0 ] || sed 's/^/    /' "$out" | tail -60
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
