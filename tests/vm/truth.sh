#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# truth.sh [-r REPETITIONS] [-k KERNELS] [-w WORKLOADS] [-o DIRECTORY]: what really happens under other settings.
#
# Each guest is one kernel, one workload and one repetition, and runs the same work under each setting, in an
# order that turns with the repetition. It counts instructions (one CPU, virtual time), so that the same seed gives
# nearly the same figures; the repetitions differ by their seed. Disks are scsi_debug: RAM with a delay in virtual
# time, which a disk of the host would not keep. A guest that was run before is not run again.
#
# DIRECTORY/KERNEL-WORKLOAD-N/results.jsonl has a line for each setting, r.data the recording of the defaults.
# Everything together goes to stdout. Status 1: a guest failed.
set -u
. "$(dirname "$0")/lib.sh"
build=$TOP/build

kernels="6.1 6.12" workloads="burst zram disk hosts fine" repetitions=5 results=$build/vm/truth failed=0
while getopts r:k:w:o: option; do
	case $option in
	r) repetitions=$OPTARG ;; k) kernels=$OPTARG ;; w) workloads=$OPTARG ;; o) results=$OPTARG ;;
	*) exit 2 ;;
	esac
done

# What truth-guest.sh makes of each. The load that is fine is only there to be left alone.
settings_of() {
	case $1 in
	fine) echo "default recommended" ;;
	*) echo "default recommended wsf=100 wsf=500 min=x4 sw=10 sw=100 sw=180 adaptivemm tuned-tp tuned-lp zram-guide" ;;
	esac
}

# What the loads can have is about the same everywhere: the store of scsi_debug is taken from what -m gives.
machine=() store=
machine_of() {
	case $1 in
	burst) machine=(-m 390) store="dev_size_mb=130 ndelay=150000 max_queue=16" ;;
	fine) machine=(-m 256) store= ;;
	zram) machine=(-m 256 -w zram:256) store= ;;
	disk) machine=(-m 340) store="dev_size_mb=80 ndelay=2000000 max_queue=4" ;;
	hosts) machine=(-m 390 -w zram:256) store="dev_size_mb=130 ndelay=300000 max_queue=8" ;;
	*) return 1 ;;
	esac
	[ -z "$store" ] || machine+=(-x sd_mod -x "scsi_debug $store" -b /sbin/mke2fs)
}

work_of() {
	case $1 in
	burst) echo "load bursts /srv/big 50 4 SEED" ;;
	fine) echo "load touch 60 60000 1000 SEED" ;;
	zram) echo "load touch 210 30000 0 SEED" ;;
	disk) echo "load touch 185 4000 1000 SEED" ;;
	hosts) echo "load hosts /srv/big 130 95 9000 SEED" ;;
	esac
}

guest_script() { # guest_script WORKLOAD REPETITION
	local order
	# shellcheck disable=SC2046
	order=$(printf '%s\n' $(settings_of "$1") | awk -v by="$2" '{ s[NR] = $0 } END { for (i = 0; i < NR; i++) print s[(i + by - 1) % NR + 1] }')
	printf "WORKLOAD=%s\nREP=%s\nORDER='%s'\nWORK='%s'\n" "$1" "$2" "$(echo $order)" "$(work_of "$1" | sed "s/SEED/$2/")"
	cat "$HERE/truth-guest.sh"
}

mkdir -p "$results"
"$HERE/fetch.sh" qemu $kernels >/dev/null || exit 1
for rep in $(seq "$repetitions"); do
	for workload in $workloads; do
		for kernel in $kernels; do
			dir=$results/$kernel-$workload-$rep
			[ -e "$dir/done" ] && continue
			rm -rf "$dir"
			mkdir -p "$dir"
			guest_script "$workload" "$rep" >"$dir/script"
			machine_of "$workload" || exit 2
			if ${VM_SLOT:-} "$HERE/vm.sh" -k "$kernel" -o "$dir" -d -i -t 10800 "${machine[@]}" -b "$build/reclaimscope" -b "$build/reclaimscope-apply" \
				-b "$build/tests/vm/load" -b "$build/tests/vm/measure" "$dir/script"; then
				touch "$dir/done"
			else
				failed=1
				echo "truth.sh: $kernel-$workload-$rep: $(tail -1 "$dir/console")" >&2
			fi
		done
	done
done
cat "$results"/*/results.jsonl
exit $failed
