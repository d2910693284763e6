#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# vm.sh -k KERNEL -o DIRECTORY [option...] SCRIPT: boots a Debian kernel under QEMU, without KVM, and
# runs SCRIPT (a shell file) in it as root. What it leaves in /out of the guest is then in DIRECTORY,
# with the console in DIRECTORY/console. Exit status: the script's; 124: no answer in time, or the
# emulator crashed again and again, which is never counted as a result of what was tested.
#
#   -m MIB        memory (512)               -s CPUS      (2)
#   -w SWAP       none, zram:MIB, disk:MIB   -d           with the data disk at /data
#   -n MIB,MIB    NUMA nodes of these sizes  -l y|n       MGLRU on or off
#   -D           the firmware tells that nodes without a CPU are slower (HMAT): 6.12 and later demote to them
#   -b FILE[:TO]  a program to take along, with its libraries, into /lab
#   -T            with the tools disk        -a WORDS     for the kernel's command line
#   -i            count instructions: one CPU, virtual time, the same on every run; each takes 4 ns
#   -I SHIFT      the same with 1 << SHIFT ns for each: 0 is a CPU four times as fast
#   -S            keep module signatures, for lockdown
#   -x MODULE...  one more module, with its parameters; again for more
#   -r MIB        disks for data and swap no faster than this in a second
#   -t SECONDS    give up after (300)
set -u
. "$(dirname "$0")/lib.sh"

kernel= out= mem=512 cpus=2 swap=none data= nodes= lru= tools= words= icount= signed= limit=300 rate= hmat=
programs=() extra=() lbs=()
while getopts k:o:m:s:w:dDn:l:b:Ta:iI:Sx:t:r: option; do
	case $option in
	k) kernel=$OPTARG ;; o) out=$OPTARG ;; m) mem=$OPTARG ;; s) cpus=$OPTARG ;; w) swap=$OPTARG ;;
	d) data=1 ;; D) hmat=,hmat=on ;; n) nodes=$OPTARG ;; l) lru=$OPTARG ;; b) programs+=("$OPTARG") ;; T) tools=1 ;;
	a) words=$OPTARG ;; i) icount=2 cpus=1 ;; I) icount=$OPTARG cpus=1 ;; S) signed=1 ;; x) extra+=("$OPTARG") ;; t) limit=$OPTARG ;;
	r) rate=,throttling.bps-total=$((OPTARG << 20)) ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
script=${1:?no script}
dir=$CACHE/kernel-$kernel
[ -e "$dir/ready" ] || { echo "vm.sh: kernel $kernel is not fetched" >&2; exit 2; }
mkdir -p "$out"
work=$(mktemp -d "$CACHE/run.XXXXXX")
trap 'rm -rf "$work"' EXIT

# ---- the initramfs: busybox, init, modules in the order they depend, programs with their libraries
root=$work/root
chmod 755 "$work"
mkdir -p "$root"/{bin,lib,lab}
chmod 755 "$root"
cp "$(command -v busybox)" "$root/bin/busybox"
cp "$HERE/init" "$root/init"
cp "$script" "$root/lab/run.sh"
release=$(cat "$dir/release")
: >"$root/lib/lab-modules"
for module in virtio_pci virtio_blk zstd lz4 lz4_compress lzo_rle zsmalloc zram "${extra[@]%% *}"; do
	modprobe -d "$dir" -S "$release" --show-depends "$module" 2>/dev/null | awk '$1 == "insmod" { print $2 }'
done | awk '!seen[$0]++' | while read -r path; do
	name=$(basename "$path" | sed 's/\.ko.*//')
	case $path in
	*.xz) xz -dc "$path" ;; *.zst) zstd -qdc "$path" ;; *.gz) gzip -dc "$path" ;; *) cat "$path" ;;
	esac >"$root/lib/$name.ko"
	[ -n "$signed" ] || strip --strip-debug "$root/lib/$name.ko"
	parameters=
	for e in "${extra[@]}"; do
		[ "${e%% *}" != "$name" ] || parameters=${e#"$name"}
	done
	echo "/lib/$name.ko$parameters" >>"$root/lib/lab-modules"
done
for program in "${programs[@]}"; do
	from=${program%%:*} to=/lab/$(basename "${program%%:*}")
	[ "$program" = "$from" ] || to=${program#*:}
	install -D "$from" "$root/$to"
	for lib in $(ldd "$from" 2>/dev/null | grep -oE '/[^ ]+'); do
		[ -e "$root/$lib" ] || install -D "$lib" "$root/$lib"
	done
done
(cd "$root" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) >"$work/initramfs" || exit 1

# ---- the machine
qemu=("$CACHE/qemu/usr/bin/qemu-system-x86_64" -L "$CACHE/qemu/usr/share/qemu" -L "$CACHE/qemu/usr/share/seabios")
threads=multi
[ "$cpus" -gt 1 ] || threads=single
cmdline="console=ttyS0 panic=-1 oops=panic quiet loglevel=4 rdinit=/init psi=1 mitigations=off nokaslr no_timer_check"
cmdline+=" transparent_hugepage=madvise lab.swap=$swap ${lru:+lab.lru_gen=$lru} $words"
machine=(-nodefaults -no-user-config -machine "q35,hpet=off$hmat" -accel "tcg,thread=$threads,tb-size=256" -cpu max,la57=off
	-smp "$cpus" -m "$mem" -display none -no-reboot -serial stdio -monitor none
	-kernel "$dir/vmlinuz" -initrd "$work/initramfs" -append "$cmdline")
[ -z "$icount" ] || machine+=(-icount shift=$icount,sleep=off -rtc base=2026-01-01T00:00:00,clock=vm)
if [ -n "$nodes" ]; then
	i=0
	for size in ${nodes//,/ }; do
		# Where there are fewer CPUs than nodes, the last ones are memory only.
		role=,cpus=$i latency=10 bandwidth=20 # ns, GB/s
		[ $i -lt "$cpus" ] || role=${hmat:+,initiator=0} latency=310 bandwidth=5
		machine+=(-object "memory-backend-ram,id=m$i,size=${size}M" -numa "node,nodeid=$i,memdev=m$i$role")
		[ -z "$hmat" ] || lbs+=(-numa "hmat-lb,initiator=0,target=$i,hierarchy=memory,data-type=access-latency,latency=$latency"
			-numa "hmat-lb,initiator=0,target=$i,hierarchy=memory,data-type=access-bandwidth,bandwidth=${bandwidth}G")
		i=$((i + 1))
	done
	machine+=("${lbs[@]}")
fi
disk() { # disk SERIAL FILE OPTIONS
	machine+=(-drive "file=$2,format=raw,if=none,id=$1,$3" -device "virtio-blk-pci,drive=$1,serial=$1")
}
truncate -s 256M "$work/out.img"
disk out "$work/out.img" cache=unsafe
[ -z "$data" ] || disk data "$CACHE/data.img" "snapshot=on,cache=unsafe$rate"
[ -z "$tools" ] || disk tools "$CACHE/tools.img" readonly=on
case $swap in
disk:*)
	truncate -s "${swap#disk:}M" "$work/swap.img"
	disk swap "$work/swap.img" "cache=unsafe$rate" ;;
esac

for attempt in 1 2 3; do
	# Not in the foreground, so that whoever stops this script also stops the guest.
	TMPDIR=$work timeout -k 5 "$limit" "${qemu[@]}" "${machine[@]}" </dev/null >"$out/console" 2>&1 &
	guest=$!
	trap 'kill $guest 2>/dev/null; exit 143' TERM INT
	wait $guest
	status=$(sed -n 's/.*lab: exit \([0-9]*\).*/\1/p' "$out/console" | tail -1)
	[ -z "$status" ] || break
	cp "$out/console" "$out/console.crash$attempt"
done
tar -C "$out" -xf "$work/out.img" 2>/dev/null
exit "${status:-124}"
