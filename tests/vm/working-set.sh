#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# working-set.sh KERNEL[:lru=y|n][:others|:again]...: docs/working-set.md on stdout. Records each workload in a cgroup with a
# limit, predicts from that recording how many refaults there would be with a higher limit, then gives the
# cgroup that limit and runs the same load again.
# working-set.sh --test KERNEL...: prints TAP instead: is each prediction within 15 %?
# working-set.sh --again KERNEL...: of the recordings that were made last time.
# others: other workloads and sizes, which were not looked at while the curve was made. again: one workload four times, begun
# some milliseconds later each: how far do runs differ that ought to be the same?
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
	*:again) for i in 1 2 3 4; do
		echo "both.$i 32 usleep ${i}3100; load stream /data/big 24 1; load anon 24 20000 1 & load reads /data/big 24 30000; wait"
	done
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
	*:again) echo 4 ;;
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
		case $o in lru=*) lru="-l ${o#lru=}" ;; others | again) ;; *) echo "working-set.sh: no option $o" >&2; return 2 ;; esac
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
all= known= others= repeated=
for what in "$@"; do
	if [ -z "$again" ]; then
		"$HERE/images.sh" data && "$HERE/fetch.sh" qemu "${what%%:*}" >/dev/null && run "$what" || exit 1
	fi
	file=$(directory "$what")/results
	case $what in
	*:again) repeated="$repeated $what"; continue ;;
	*:others) others="$others $file" ;;
	*) known="$known $file" ;;
	esac
	compare "$what" >"$file" || exit 1
	all="$all $file"
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

table() { # table FILE...: the rows, and how many are right
	[ $# -gt 0 ] || return
	cat <<-'EOF'
		| kernel | workload | limit, MiB | more, MiB | refaults recorded | predicted | 95 % band | happened | off |
		|---|---|---|---|---|---|---|---|---|
	EOF
	awk 'function abs(x) { return x < 0 ? -x : x }
	{
		off = $10 ? ($7 - $10) / $10 : ($7 ? 1 : 0)
		n++
		good += $10 != "" && $5 > 500 && abs(off) <= 0.15
		within = $10 >= $8 && $10 <= $9
		inside += within
		printf "| %s | %s | %d | %d | %d | %d | %d to %d%s | %d | %+.1f %% |\n", $1, $2, $3, $4, $5, $7, $8, $9,
			(within ? "" : " **no**"), $10, 100 * off
	}
	END { printf "\n%d of %d predictions are within 15 %%; %d of %d lie in the band.\n", good, n, inside, n }' "$@"
}

cat <<'EOF'
# The working-set curve against more memory

`reclaimscope report` tells, from a recording, how many refaults there would be with more memory. Here each workload was
recorded once in a cgroup with a limit; then the cgroup really got so many MiB more, and the same load ran again. Written by
`make working-set`; one CPU in virtual time, 512 MiB, swap on a disk. All runs were recorded. 6.1 has the classic LRU, the
others MGLRU.

EOF
table $known
[ -z "$others" ] || {
	cat <<-'EOF'

		## Others

		Workloads, sizes and seeds that were not looked at while the curve was made. One thing was changed after a look at them: the
		band reckons with a whole folio more or less (before that 29 of 36 lay in it; the predictions are the same).

	EOF
	table $others
}
[ -z "$repeated" ] || {
	cat <<-'EOF'

		## The same once more

		Virtual time repeats a run to the instruction, and hides how much of it is chance. `both` four times with the same limit, the first
		touch some milliseconds later each time:

		| kernel | more, MiB | refaults |
		|---|---|---|
	EOF
	for what in $repeated; do
		awk -v kernel="${what%%:*}" '{ runs[$2] = runs[$2] " " $3 + $4 } END { for (m = 0; m < 100; m++) if (m in runs) print "| " kernel " | " m " |" runs[m] " |" }' \
			"$(directory "$what")/measured"
	done
}
cat <<'EOF'

## What the curve knows, and what not

Under the classic LRU the order of eviction is near that of use, and the distance in it tells what more memory would keep. Under
MGLRU, and where folios are large, it is not, and the same run is played again with more room (`src/report/larger.h`):
* **MGLRU spares pages that were used before.** On 7.2 aging has found all of `anon` young twice before anything goes, so all
  pages are of the highest tier. When 64 of them have come back the kernel moves whole generations on: with 12 MiB more on 7.2, 3,493
  pages in the time in which 28 went. What goes then is spread over all of memory instead of being the oldest, which was
  the part that is read most. By the distance alone 7.2 was off by 16 and 40 % with 8 and 12 MiB more. The counters of protected and evicted pages,
  recorded with each step, tell how many are spared.
* **MGLRU lets file pages go in their turn**, though they were read meanwhile. `reads` on 6.12 with 12 MiB more: nearly all pages of the
  quarter that is read most went once, six in ten of them while in use. Which are in use a recording does not tell; the prediction
  supposes half, the band none and all.
* **A large folio goes as a whole,** and one page that is used keeps it. `reads` on 7.2 was off by 25 %. Files are read into folios of up
  to 512 pages, of which few pages are touched often, and which take the room of single pages that are: 3 MiB more can be one such
  folio more, and less room for the others than before (`files` on 6.18 and 7.2: more refaults with more memory).

The curve is off where more memory makes the kernel, or the load, do something else:
* **Between anon and file.** `both` on 6.18 and 7.2 evicts a whole file's worth in the beginning or next to none of it, as chance will have it:
  see above. The band supposes that either type goes first.
* Two tasks that wait less run in another order (`mixed` on 6.1).
* A task that has to write what it evicts can be far ahead of a slow disk. Pages then go in the order in which the disk has
  done with them, the last first: on 6.1 one task wrote half of a cgroup before the first page was free. One of two
  recordings of `anon` on 6.1 in time that was not virtual was of this kind, and off by up to 80 %.
EOF
