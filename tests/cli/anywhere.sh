#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# anywhere.sh BUILD: a recording is analysed alike on any machine. Each analysis is made once here and once where nothing
# is known of any kernel: in a root directory with the program and the recordings alone, without /proc, /sys or BTF,
# with another locale, time zone and terminal. Prints TAP.
. "$(dirname "$0")/tap.sh"
trap 'rm -rf "$dir"' EXIT
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin
root=$dir/root
mkdir -p "$root/files"
cp "$rs" "$root/rs"
cp "$here"/../replay/*-small-memcg*.data "$here"/../replay/*-small-cache.data "$here"/../replay/7.2-young-lru_gen.data "$root/files"
alone() {
	env -i LC_ALL=tr_TR.UTF-8 LANGUAGE=tr TZ=Asia/Kathmandu COLUMNS=40 TERM=xterm-256color $enter "$root" /rs "$@"
}
enter=$(command -v chroot)
alone --version >/dev/null 2>&1 || enter="$(command -v unshare) --map-root-user --mount --pid --fork $enter"
if ! alone --version >/dev/null 2>"$dir/err"; then
	skip "without anything around it" "cannot chroot here: $(head -1 "$dir/err" | tr -d '#')"
	echo "1..$n"
	exit
fi
# Else this would compare a machine with itself.
alone check >"$dir/out" 2>"$dir/err"
status=$?
[ $status -ne 0 ] && grep -q '/proc/kallsyms: cannot read' "$dir/err"
result "nothing is around it"
for verb in report 'report -j' 'diff -j' 'explain --why' 'explain --kswapd 1' 'explain -j' 'recommend -j' 'forecast -j'; do
	for data in "$root"/files/*.data; do
		name=$(basename "$data")
		# Both under the same name, which is in the output.
		(cd "$root/files" && "$rs" $verb "../files/$name") >"$dir/here" 2>&1
		echo "status $?" >>"$dir/here"
		alone $verb "../files/$name" >"$dir/out" 2>"$dir/err" </dev/null
		status=$?
		cat "$dir/err" >>"$dir/out"
		echo "status $status" >>"$dir/out"
		[ "$(wc -l <"$dir/here")" -gt 1 ] && cmp "$dir/here" "$dir/out" >"$dir/err" 2>&1
		result "$verb ${name%.data}"
	done
done
echo "1..$n"
