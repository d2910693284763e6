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
