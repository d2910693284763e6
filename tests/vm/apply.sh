#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# apply.sh BUILD KERNEL [KILLS]: reclaimscope-apply writes real settings in a guest; one of its processes is killed between system
# calls, again and again; then settings are all old or all new, and the journal says which. TAP.
set -u
build=$1 kernel=$2 kills=${3:-200}
here=$(dirname "$0")
out=$(mktemp -d /tmp/rs-apply-XXXXXX)
trap 'rm -rf "$out"' EXIT
"$here/fetch.sh" "$kernel" >"$out/fetch" 2>&1 || { echo "1..0 # SKIP kernel $kernel cannot be had: $(tail -1 "$out/fetch")"; exit 0; }
cat >"$out/run.sh" <<EOF
kills=$kills
EOF
cat >>"$out/run.sh" <<'EOF'
keys="vm/swappiness vm/watermark_scale_factor vm/min_free_kbytes vm/dirty_ratio vm/dirty_bytes"
now() { for k in $keys; do cat /proc/sys/$k; done | tr '\n' ' '; }
old=$(now)
new="90 50 8192 0 50000000 "
words="swappiness=90 watermark_scale_factor=50 min_free_kbytes=8192 dirty_bytes=50000000"
last() { tail -n 1 "$(ls /var/lib/reclaimscope/*.journal 2>/dev/null | tail -n 1)" 2>/dev/null | cut -d' ' -f1; }
# How many beginnings and ends of system calls each process has.
for who in parent guard; do
	n=512 step=256
	while [ $step -gt 0 ]; do
		killer $who $n /lab/reclaimscope-apply apply --yes --keep $words >/dev/null 2>&1
		if [ $? -eq 3 ]; then n=$((n - step)); else n=$((n + step)); fi
		reclaimscope-apply rollback >/dev/null 2>&1
		step=$((step / 2))
	done
	eval "nr_$who=$n"
done
echo "calls parent $nr_parent guard $nr_guard" >/out/result
# How many calls there are differs a little from run to run: one that ended before it was its turn is tried again.
i=0 killed=0
while [ $killed -lt $kills ] && [ $i -lt $((2 * kills)) ]; do
	if [ $((i % 2)) -eq 0 ]; then who=guard nr=$nr_guard; else who=parent nr=$nr_parent; fi
	at=$((1 + $(od -An -N2 -tu2 /dev/urandom) % nr))
	rm -rf /var/lib/reclaimscope
	killer $who $at /lab/reclaimscope-apply apply --yes --keep $words >/dev/null 2>&1
	got=$? is=$(now) state=$(last)
	[ $got -ne 0 ] || killed=$((killed + 1))
	case $state in
	confirmed) want=$new ;;
	reverted | '') want=$old ;;
	*) want="a journal that ends" ;;
	esac
	if [ "$is" = "$want" ]; then echo "right $got $state"; else echo "WRONG $who $at: $state: $is"; fi >>/out/result
	reclaimscope-apply rollback >/dev/null 2>&1
	[ "$(now)" = "$old" ] || echo "WRONG $who $at: not restored: $(now)" >>/out/result
	i=$((i + 1))
done
EOF
"$here/vm.sh" -k "$kernel" -o "$out/vm" -t 1200 -b "$build/reclaimscope-apply" -b "$build/tests/cli/killer" "$out/run.sh" >"$out/log" 2>&1
status=$?
result=$out/vm/result
right=$(grep -c '^right 0' "$result" 2>/dev/null)
if [ $status -eq 0 ] && ! grep -q WRONG "$result" && [ "$right" -eq "$kills" ]; then
	echo "ok 1 - $kernel: $right kills of apply: all old ($(grep -c '^right 0 \(reverted\)\?$' "$result")) or all new ($(grep -c '^right 0 confirmed' "$result")), the journal right"
else
	echo "not ok 1 - $kernel: apply is killed between system calls (status $status, ${right:-none} of $kills killed and right)"
	{ grep WRONG "$result" || tail -3 "$out/log" "$out/vm/console"; } 2>/dev/null | head -20 | sed 's/^/# /'
fi
echo 1..1
