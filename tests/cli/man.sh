#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# man.sh BUILD: the manual agrees with --help, has no mistakes, and is installed with the program. TAP.
. "$(dirname "$0")/tap.sh"
trap 'rm -rf "$dir"' EXIT
top=$(cd "$(dirname "$0")/../.." && pwd)

# same_options PAGE COMMAND...: the page's options are those of COMMAND --help
same_options() {
	local page=$1
	shift
	"$@" --help | sed -n 's/^ \{2,6\}\(-[^ ].*\)/\1/p' | sed 's/  .*//; s/=[A-Z]*//g' | tr -d ' ' | sort >"$dir/help"
	sed -n 's/^\.It Fl //p' "$page" | sed 's/ Ns = Ns Ar .*//; s/ , Fl /,-/; s/^/-/; s/ //g' | sort >"$dir/page"
	[ -s "$dir/help" ] && diff "$dir/help" "$dir/page" >"$dir/out"
	result "${page##*/} has the options of --help, and no others"
}
for verb in check record report script diff explain whatif forecast recommend; do
	same_options "$top/docs/man/reclaimscope-$verb.1" "$rs" $verb
done
same_options "$top/docs/man/reclaimscope-apply.1" "$build/reclaimscope-apply" apply
# The words of the METRICS are those of whatif -j, from the one list of them.
sed -n 's/^\tX(\([a-z_]*\), [A-Z]*, ".*/\1/p' "$top/src/tune/workload.h" | sort >"$dir/metrics"
sed -n '/^\.Ss Metrics/,/^\.El/s/^\.It //p' "$top/docs/man/reclaimscope-whatif.1" | tr -d ' ' | tr , '\n' | sort >"$dir/page"
[ -s "$dir/metrics" ] && diff "$dir/metrics" "$dir/page" >"$dir/out"
result "reclaimscope-whatif.1 has every metric, and no others"
for page in "$top"/docs/man/*.1; do
	if command -v mandoc >/dev/null; then
		mandoc -T lint -W warning "$page" >"$dir/out" 2>&1
		result "${page##*/} has no mistakes (mandoc)"
	elif command -v man >/dev/null && command -v groff >/dev/null; then
		LC_ALL=C.UTF-8 MANROFFOPT='-ww' man --warnings -E UTF-8 -l "$page" >"$dir/text" 2>"$dir/err"
		[ ! -s "$dir/err" ] && grep -q 'EXIT STATUS' "$dir/text"
		result "${page##*/} has no mistakes (groff)"
	else
		skip "${page##*/} has no mistakes" "neither mandoc nor man and groff are installed"
	fi
done
MAKEFLAGS= make -s -C "$top" install DESTDIR="$dir/dest" PREFIX=/usr >"$dir/out" 2>"$dir/err" && [ ! -s "$dir/err" ] &&
	[ "$("$dir/dest/usr/bin/reclaimscope" --version)" = "$("$rs" --version)" ] &&
	"$dir/dest/usr/bin/reclaimscope-apply" --version >/dev/null &&
	(cd "$top/docs/man" && for page in *.1; do cmp "$page" "$dir/dest/usr/share/man/man1/$page" || exit 1; done) &&
	[ "$(find "$dir/dest" -type f | wc -l)" -eq $((2 + $(ls "$top"/docs/man/*.1 | wc -l))) ]
result "make install puts the program and the manual where PREFIX and DESTDIR say"
echo "1..$n"
