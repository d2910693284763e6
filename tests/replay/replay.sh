#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# replay.sh BUILD [--write]: what diff, explain and report say of the golden recordings is what they said. TAP.
here=$(cd "$(dirname "$0")" && pwd)
rs=$1/reclaimscope
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0
same() { # same GOLDEN NEW TEXT
	n=$((n + 1))
	if [ "$write" ]; then cp "$2" "$1"
	elif diff -u "$1" "$2" >"$dir/delta"; then echo "ok $n - $3"
	else
		sed 's/^/# /' "$dir/delta" | head -20
		echo "not ok $n - $3"
	fi
}
write=${2:-}
for data in "$here"/*.data; do
	name=$(basename "$data" .data)
	"$rs" diff -j "$data" | grep -E '"type":"(kind|summary)"' | grep -v '"observed":0,.*"not_observable":0,"lost":0,"branches"' >"$dir/diff"
	same "$here/$name.diff" "$dir/diff" "diff $name"
	{
		"$rs" explain --why "$data"
		"$rs" explain --kswapd 1 "$data"
		"$rs" explain --oom 1 "$data"
		"$rs" explain -j "$data"
	} >"$dir/explain" 2>&1
	same "$here/$name.explain" "$dir/explain" "explain $name"
	"$rs" report -n 3 "$data" | awk '/^Refaults/ { on = 1 } /^(Shrinkers|Free pages)/ { on = 0 } on' >"$dir/report"
	same "$here/$name.report" "$dir/report" "report $name"
done
