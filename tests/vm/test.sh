#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# test.sh KERNEL:WORKLOAD[:OPTION...]...: records each workload on each kernel and cross-checks it.
# Options: lru=y|n, mode=summary|folios, attach=cheap|complete, probes=+allocator, buffer=BYTES, drsnoop, summary (a second recorder,
# in mode summary), check (what can be attached). Prints TAP. What cannot be booted here is skipped, with the reason.
set -u
. "$(dirname "$0")/lib.sh"
. "$HERE/workloads.sh"
build=$TOP/build
results=$build/vm
n=0

one() { # one KERNEL:WORKLOAD:...
	local kernel workload options lru= record= tools= drsnoop= summary= check= dir script
	IFS=: read -r kernel workload options <<<"$1"
	for o in ${options//:/ }; do
		case $o in
		lru=*) lru="-l ${o#lru=}" ;;
		mode=* | attach=* | probes=* | buffer=*) record+=" --${o%%=*} ${o#*=}" ;;
		drsnoop) tools=-T drsnoop=1 ;;
		summary) summary=1 ;;
		check) check=1 ;;
		*) echo "not ok - $1: no option $o"; return ;;
		esac
	done
	if ! "$HERE/fetch.sh" qemu "$kernel" >/dev/null 2>"$build/vm/fetch"; then
		echo "ok - $1 # SKIP cannot fetch: $(tail -1 "$build/vm/fetch")"
		return
	fi
	dir=$results/${1//[:=]/-}
	rm -rf "$dir"
	mkdir -p "$dir"
	script=$dir/script
	{
		printf "RECORD='%s'\nDRSNOOP='%s'\nSUMMARY='%s'\nCHECK='%s'\n" "$record" "$drsnoop" "$summary" "$check"
		printf "WORKLOAD=\$(cat <<'END'\n%s\nEND\n)\n" "$(command_of "$workload")"
		cat "$HERE/guest.sh"
	} >"$script"
	"$HERE/vm.sh" -k "$kernel" -o "$dir" $(machine "$workload") $lru $tools \
		-b "$build/reclaimscope" -b "$build/tests/vm/load" "$script"
	local status=$?
	if [ $status -ne 0 ]; then
		echo "not ok - $1: the guest ended with $status: $(tail -3 "$dir/console" | tr '\n' ' ') $(cat "$dir/stderr" 2>/dev/null)"
		return
	fi
	"$build/tests/vm/crosscheck" "$dir" >"$dir/crosscheck"
	status=$? # 1: something does not correspond, which it has said
	sed -E "s/^((not )?ok) [0-9]+ - /\1 - $1: /" "$dir/crosscheck"
	[ $status -le 1 ] || echo "not ok - $1: crosscheck ended with $status"
}

mkdir -p "$results"
"$HERE/images.sh" data || { echo "ok - the lab # SKIP no data disk"; exit 0; }
case " $* " in *drsnoop*) "$HERE/images.sh" tools || exit 1 ;; esac
for what in "$@"; do one "$what"; done
