#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# working-set.sh KERNEL[:lru=y|n][:others]...: docs/working-set.md on stdout. Records each workload in a cgroup with a
# limit, predicts from that recording how many refaults there would be with a higher limit, then gives the
# cgroup that limit and runs the same load again.
# working-set.sh --test KERNEL...: prints TAP instead: is each prediction within 15 %?
# working-set.sh --again KERNEL...: of the recordings that were made last time.
# others: other workloads and sizes, which were not looked at while the curve was made.
set -u
. "$(dirname "$0")/lib.sh"
build=$TOP/build
results=$build/vm
test= again=
while :; do
	case ${1:-} in
	--test) test=1 ;; --again) again=1 ;; *) break ;;
	esac
	shift
done

# NAME: LIMIT in MiB, and the command. All have about half as much again as fits.
loads_of() {
	case $1 in
	*:others) cat <<-'EOF'
		pairs 40 load anon 60 50000 2
		files 40 load stream /data/big 64 1; load reads /data/big 64 50000
		mixed 36 load stream /data/big 30 1; load anon 26 24000 2 & load reads /data/big 30 26000; wait
	EOF
	;;
	*) cat <<-'EOF'
		anon 32 load anon 48 40000 1
		reads 32 load stream /data/big 48 1; load reads /data/big 48 60000
		both 32 load stream /data/big 24 1; load anon 24 20000 1 & load reads /data/big 24 30000; wait
		stream 32 load stream /data/big 50 6
	EOF
	;;
	esac
}
extra_of() {
	case $1 in
	*:others) echo 3 6 10 ;;
	*) echo 4 8 12 ;;
	esac
}

guest() { # guest KERNEL:OPTION
	cat <<-'EOF'
		cg=/sys/fs/cgroup/ws
		run() { # run LIMIT COMMAND: refaults of anon and of file pages
			mkdir $cg && echo "$1M" >$cg/memory.max || exit 1
			echo 3 >/proc/sys/vm/drop_caches
			echo "echo \$\$ >$cg/cgroup.procs; $2" >/tmp/load
			# Each of them is recorded: what takes time from the load is the same for all.
			reclaimscope record -q -o "/out/$3.data" -- sh /tmp/load >>/out/log 2>&1 || exit 1
			# The kernel adds up the counters of its CPUs every two seconds.
			sleep 3
			awk '/^workingset_refault_anon/ { a = $2 } /^workingset_refault_file/ { f = $2 } END { print a + 0, f + 0 }' $cg/memory.stat
			echo 0 >$cg/memory.reclaim 2>/dev/null
			rmdir $cg
		}
	EOF
	loads_of "$1" | while read -r name limit command; do
		echo "echo $name 0 \$(run $limit '$command' $name) >>/out/measured"
		for mib in $(extra_of "$1"); do
			echo "echo $name $mib \$(run $((limit + mib)) '$command' $name+$mib) >>/out/measured"
		done
	done
}

# curve RECORDING: extra_pages avoided low high, for each point; first the number of refaults, with extra 0
curve() {
	"$build/reclaimscope" report -j "$1" 2>/dev/null | grep '"type":"working_set"' | grep '"limit_cgroup":"/ws"' |
		sed 's/{"extra_pages"/\n&/g' | sed -nE 's/.*"refaulted_pages":([0-9]+),.*/0 0 0 0 \1/p
			s/.*"extra_pages":([0-9]+),"avoided_anon":([0-9]+),"avoided_file":([0-9]+),"avoided_low":([0-9]+),"avoided_high":([0-9]+).*/\1 \2 \3 \4 \5/p'
}

directory() { # directory KERNEL:OPTION
	echo "$results/ws-${1//[:=]/-}"
}

run() { # run KERNEL:OPTION...: the recordings, and what was measured
	local kernel options lru= dir
	IFS=: read -r kernel options <<<"$1"
	for o in ${options//:/ }; do
		case $o in lru=*) lru="-l ${o#lru=}" ;; others) ;; *) echo "working-set.sh: no option $o" >&2; return 2 ;; esac
	done
	dir=$(directory "$1")
	rm -rf "$dir"
	mkdir -p "$dir"
	guest "$1" >"$dir/script"
	"$HERE/vm.sh" -k "$kernel" -o "$dir" -i -m 512 -w disk:512 -d -t 1500 $lru -b "$build/reclaimscope" -b "$build/tests/vm/load" \
		"$dir/script" || { echo "working-set.sh: $1: $(tail -2 "$dir/console") $(tail -2 "$dir/log")" >&2; return 1; }
	ls "$dir"/*.data >/dev/null
}

compare() { # compare KERNEL:OPTION: lines of KERNEL LOAD LIMIT EXTRA BASE COUNTED PREDICTED LOW HIGH MEASURED
	local dir
	dir=$(directory "$1")
	loads_of "$1" | while read -r name limit _; do
		curve "$dir/$name.data" >"$dir/$name.curve"
		for mib in $(extra_of "$1"); do
			awk -v kernel="${1%:others}" -v name="$name" -v limit="$limit" -v mib="$mib" '
				FILENAME == ARGV[1] && FNR == 1 { base = $5; next }
				# The last point is where nothing more is gained.
				FILENAME == ARGV[1] && $1 <= mib * 256 { kept = $2 + $3; low = $4; high = $5 }
				FILENAME == ARGV[2] && $1 == name && $2 == mib { measured = $3 + $4 }
				FILENAME == ARGV[2] && $1 == name && $2 == 0 { counted = $3 + $4 }
				END { print kernel, name, limit, mib, base, counted, base - kept, base - high, base - low, measured }
			' "$dir/$name.curve" "$dir/measured"
		done
	done
}

mkdir -p "$results"
all=
for what in "$@"; do
	if [ -z "$again" ]; then
		"$HERE/images.sh" data && "$HERE/fetch.sh" qemu "${what%%:*}" >/dev/null && run "$what" || exit 1
	fi
	compare "$what" >"$(directory "$what")/results" || exit 1
	all="$all $(directory "$what")/results"
done

# off MEASURED PREDICTED: by how much of the measured
if [ "$test" ]; then
	awk 'function abs(x) { return x < 0 ? -x : x }
	{
		off = $10 ? abs($7 - $10) / $10 : ($7 ? 1 : 0)
		printf "%sok %d - %s %s, %d MiB and %d more: %d refaults predicted, %d happened\n",
			($10 != "" && $5 > 500 && $5 == $6 && off <= 0.15 ? "" : "not "), NR, $1, $2, $3, $4, $7, $10
	}
	END { if (!NR) print "not ok - nothing was measured" }' $all
	exit
fi
awk 'BEGIN {
	print "# The working-set curve against more memory\n"
	print "`reclaimscope report` tells, from a recording, how many refaults there would be with more memory. Here each workload was"
	print "recorded once in a cgroup with a limit; then the cgroup really got 4, 8 and 12 MiB more, and the same load ran again. Written by"
	print "`make working-set`; one CPU in virtual time, so that every run is the same, 512 MiB, swap on a disk. All runs were recorded.\n"
	print "| kernel | workload | limit, MiB | more, MiB | refaults recorded | predicted | 95 % band | happened | off |"
	print "|---|---|---|---|---|---|---|---|---|"
}
function abs(x) { return x < 0 ? -x : x }
{
	off = $10 ? ($7 - $10) / $10 : ($7 ? 1 : 0)
	n++
	good += $10 != "" && $5 > 500 && abs(off) <= 0.15
	printf "| %s | %s | %d | %d | %d | %d | %d to %d | %d | %+.1f %% |\n", $1, $2, $3, $4, $5, $7, $8, $9, $10, 100 * off
}
END {
	printf "\n%d of %d predictions are within 15 %%.\n\n", good, n
	print "The curve knows in which order pages went, and not why. It is off where more memory makes the kernel choose others:"
	print "* MGLRU lets pages of files go in the order in which they came, however often they are read meanwhile, until it has seen pages"
	print "  of their tier come back. `reads` on 6.12 with 12 MiB more: nearly all pages of the quarter that is read most went once,"
	print "  six in ten of them while they were in use; of those of the classic LRU on 6.1 a quarter never went."
	print "* A large folio stays or goes as a whole. On 7.2 folios of up to 512 pages that are hardly read stay while single pages of"
	print "  the quarter that is read most go two to four times: what 4 MiB more keep are not the pages that went last."
	print "* `anon` on 7.2 has fewer refaults with 8 and 12 MiB more than the curve tells, with 12 about as few as the order in which it is"
	print "  touched allows. What 7.2 does better there has not been found out."
	print "* A task that has to write what it evicts can be far ahead of a slow disk. Pages then go in the order in which the disk has"
	print "  done with them, the last first: on 6.1 one task wrote half of a cgroup before the first page was free. One of two"
	print "  recordings of `anon` on 6.1 in time that was not virtual was of this kind, and off by up to 80 %."
}' $all
