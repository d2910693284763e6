#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# docs.sh BUILD: documents that programs write are what the programs would write now, and links lead
# somewhere. Prints TAP.
cd "$(dirname "$0")/.." || exit 1
if "$1/tests/docs/events" | diff -u docs/events.md - >"$1/events.diff"; then
	echo "ok - docs/events.md is what src/wire/event.h says"
else
	sed 's/^/# /' "$1/events.diff" | head -20
	echo "not ok - docs/events.md is what src/wire/event.h says; make docs rewrites it"
fi
dead=
for page in README.md CONTRIBUTING.md docs/*.md; do
	for link in $(grep -oE '\]\([^)#:]+[)#]' "$page" | sed -E 's/^\]\(//; s/[)#]$//'); do
		[ -e "$(dirname "$page")/$link" ] || dead="$dead $page:$link"
	done
done
if [ -z "$dead" ]; then echo "ok - links between documents lead somewhere"
else echo "not ok - dead links:$dead"; fi
# observed, identical, races, different
missing= told=$(sed -n '/agreement with live kernels/,/model-vs-kernel/p' README.md)
for number in $(sed -n 's/^| all | *| \([0-9]*\) | \([0-9]*\) | \([0-9]*\) | \([0-9]*\) |.*/\1 \2 \3 \4/p' docs/model-vs-kernel.md); do
	shown=$(echo "$number" | sed ':a; s/\([0-9]\)\([0-9]\{3\}\)\($\|,\)/\1,\2\3/; ta')
	seen=1
	echo "$told" | grep -qE "(^|[^0-9,])$shown([^0-9,]|,[^0-9]|\$)" || missing="$missing $shown"
done
if [ -n "${seen-}" ] && [ -z "$missing" ]; then echo "ok - README.md tells the figures of docs/model-vs-kernel.md"
else echo "not ok - README.md does not tell what docs/model-vs-kernel.md does:$missing"; fi
