#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# crash.sh BUILD KERNEL [KILLS]: tests/cli/crash.sh in a guest, in whose time no other load of this host takes part. TAP.
# All but every tenth recorder have only the tracepoints of vmscan, and so start in a fraction of the time.
set -u
build=$1 kernel=$2 kills=${3:-200}
here=$(dirname "$0")
out=$(mktemp -d /tmp/rs-crash-XXXXXX)
trap 'rm -rf "$out"' EXIT
"$here/fetch.sh" "$kernel" >"$out/fetch" 2>&1 || { echo "1..0 # SKIP kernel $kernel cannot be had: $(tail -1 "$out/fetch")"; exit 0; }
cat >"$out/run.sh" <<EOF
few=$((kills * 9 / 10)) many=$((kills - kills * 9 / 10))
export CRASH_SEED=${CRASH_SEED:-7}
EOF
cat >>"$out/run.sh" <<'EOF'
cd /lab
# What is read again and again has to lie on a disk, or nothing can be reclaimed.
mkdir -p /tmp /data/tmp
mount --bind /data/tmp /tmp
families='-direct,-kswapd,-marks,-scan,-cost,-shrinker,-retry,-workingset,-memcg,-lru_gen'
probes=$(reclaimscope check --json 2>/dev/null | tr -d '\n' | grep -o '"name":"mm_\(vmscan\|shrink\)_[a-z_]*"' | cut -d'"' -f4 | sort -u)
sh crash.sh /lab $few --probes "$families$(printf ',+%s' $probes)" >/out/few 2>&1
sh crash.sh /lab $many >/out/many 2>&1
EOF
"$here/vm.sh" -k "$kernel" -o "$out/vm" -i -d -t 5400 -b "$build/reclaimscope" -b "$here/../cli/crash.sh" -b "$here/../cli/tap.sh" \
	"$out/run.sh" >"$out/log" 2>&1
status=$?
n=0
for part in few many; do
	[ -s "$out/vm/$part" ] || { n=$((n + 1)); echo "not ok $n - $kernel: $part: nothing came of it (status $status)"; continue; }
	while read -r line; do
		case $line in
		"ok "* | "not ok "*) n=$((n + 1)); echo "${line%%ok *}ok $n - $kernel: ${line#*- }" ;;
		"#"*) echo "$line" ;;
		esac
	done <"$out/vm/$part"
done
echo "1..$n"
