# SPDX-License-Identifier: GPL-2.0-only
# What guests do, by name. For each: the machine it needs, in the options of vm.sh, and a command that
# the guest's shell runs. Sizes are for a guest with 512 MiB, of which about 450 are to be had.

WORKLOADS="stream anon anondisk mix burst memcg protect tree slab mlock numa noderec huge fragment retry oom hopeless slow marks swappy gentree ttl young anononly tiers zones cycles scarce demote large"

# machine WORKLOAD: options for vm.sh
machine() {
	case $1 in
	stream | slab | mlock | huge | marks | small-cache) echo "-d" ;;
	oom | hopeless | young) echo "" ;;
	zones) echo "-d -a kernelcore=192M" ;;
	anondisk) echo "-d -w disk:512" ;;
	small-global) echo "-w disk:256" ;;
	numa | noderec) echo "-d -w zram:512 -n 256,256" ;;
	demote) echo "-d -w zram:64 -n 256,256 -s 1 -D" ;;
	slow) echo "-d -w disk:512 -r 6" ;;
	# Most of their time is rest, which costs nothing where instructions are counted.
	cycles) echo "-d -i -t 600 -m 320 -n 160,160" ;;
	scarce) echo "-d -i -t 600" ;;
	*) echo "-d -w zram:512" ;;
	esac
}

# command_of WORKLOAD: what the guest runs
command_of() {
	case $1 in
	stream) echo 'load stream /data/big 640 2' ;;
	anon) echo 'load anon 560 30000 2' ;;
	anondisk) echo 'load anon 520 6000 2' ;;
	mix) echo 'load mix /data/big 330 24000' ;;
	burst) echo 'load burst /data/big 110 4' ;;
	memcg) cat <<-'EOF'
		cg=/sys/fs/cgroup; mkdir $cg/a $cg/a/b $cg/c
		echo '+memory' >$cg/a/cgroup.subtree_control
		echo 64M >$cg/a/b/memory.max; echo 48M >$cg/c/memory.high
		sh -c 'echo $$ >/sys/fs/cgroup/a/b/cgroup.procs; exec load anon 80 12000 2' &
		sh -c 'echo $$ >/sys/fs/cgroup/c/cgroup.procs; exec load stream /data/big 200 1' &
		wait
		echo 8M >$cg/a/b/memory.reclaim 2>/dev/null || true
	EOF
	;;
	protect) cat <<-'EOF'
		cg=/sys/fs/cgroup; mkdir $cg/p $cg/p/min $cg/p/low $cg/q
		echo '+memory' >$cg/p/cgroup.subtree_control
		echo 120M >$cg/p/memory.min; echo 60M >$cg/p/min/memory.min; echo 80M >$cg/p/memory.low; echo 60M >$cg/p/low/memory.low
		for g in p/min p/low q; do
			sh -c "echo \$\$ >$cg/$g/cgroup.procs; exec load hot 90 6" &
		done
		sh -c "echo \$\$ >$cg/q/cgroup.procs; exec load anon 330 20000 2" &
		wait
	EOF
	;;
	# Three levels of guarantees, smaller further down, and siblings that claim more than their parent has.
	tree) cat <<-'EOF'
		cg=/sys/fs/cgroup
		for g in a a/b a/b/c a/b/d a/e q; do mkdir $cg/$g; done
		for g in a a/b; do echo '+memory' >$cg/$g/cgroup.subtree_control; done
		echo 110M >$cg/a/memory.min; echo 70M >$cg/a/b/memory.min; echo 60M >$cg/a/b/c/memory.min
		echo 150M >$cg/a/memory.low; echo 100M >$cg/a/b/memory.low; echo 70M >$cg/a/b/c/memory.low
		echo 70M >$cg/a/b/d/memory.low; echo 60M >$cg/a/e/memory.low; echo 90M >$cg/a/b/memory.high
		for g in a/b/c a/b/d a/e; do
			sh -c "echo \$\$ >$cg/$g/cgroup.procs; exec load hot 70 8" &
		done
		sh -c "echo \$\$ >$cg/q/cgroup.procs; load stream /data/big 200 1; exec load anon 300 9000 2" &
		wait
		for i in 1 2 3 4 5 6 7 8; do echo 2M >$cg/a/memory.reclaim; done 2>/dev/null
		true
	EOF
	;;
	# Next to nothing to reclaim, and less free than kswapd wants: it gives up.
	hopeless) cat <<-'EOF'
		echo 4096 >/proc/sys/vm/min_free_kbytes; echo 900 >/proc/sys/vm/watermark_scale_factor
		echo 3 >/proc/sys/vm/drop_caches
		free=$(awk '/^MemFree/ { print int($2 / 1024) }' /proc/meminfo)
		load mlock $((free - 24)) anon 4 2000 2
		load mlock $((free - 16)) anon 3 2000 2
		echo 10 >/proc/sys/vm/watermark_scale_factor
	EOF
	;;
	# Reclaimers that wait for a slow disk, with pages in their hands.
	slow) echo 'echo 1 >/proc/sys/vm/laptop_mode; load mix /data/big 330 6000 & load anon 220 9000 16; wait' ;;
	slab) echo 'load slab /data/many 40000 60000; load stream /data/big 400 1; load slab /data/many 40000 20000' ;;
	mlock) echo 'load mlock 250 stream /data/big 640 1' ;;
	numa) echo 'load node 1 anon 250 16000 2' ;;
	demote) echo 'echo 1 >/sys/kernel/mm/numa/demotion_enabled; load anon 390 6000 1; load stream /data/big 300 1' ;;
	noderec) echo "echo 7 >/proc/sys/vm/zone_reclaim_mode; load stream /data/big 300 1; load anon 330 4000 1" ;;
	huge) echo 'load stream /data/big 640 1; load huge 260 2; echo 100 >/proc/sys/vm/nr_hugepages; echo 0 >/proc/sys/vm/nr_hugepages' ;;
	# Blocks wanted from memory in pieces: compaction fails, is put off, and works again.
	fragment) cat <<-'EOF'
		echo always >/sys/kernel/mm/transparent_hugepage/defrag
		load slab /data/many 40000 60000
		load anon 330 9000 2 &
		for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
			echo 160 >/proc/sys/vm/nr_hugepages; load huge 60 1; echo 0 >/proc/sys/vm/nr_hugepages
		done
		wait
		load huge 300 2
	EOF
	;;
	# The OOM killer, with many to choose from: a few times for want of memory, often at a cgroup's limit.
	oom) cat <<-'EOF'
		echo 1 >/proc/sys/vm/overcommit_memory
		cg=/sys/fs/cgroup; mkdir $cg/o; echo 24M >$cg/o/memory.max
		for i in $(seq 40); do sleep 900 & echo $! >$cg/o/cgroup.procs; done
		for i in $(seq 30); do sh -c "echo \$\$ >$cg/o/cgroup.procs; exec load oom 60"; done
		for i in 1 2 3 4; do load oom 600; done
		kill $(pidof sleep)
		wait
	EOF
	;;
	# Huge pages that cannot be had, asked for again and again.
	retry) cat <<-'EOF'
		load mlock 120 hold 1 /tmp/held &
		until [ -e /tmp/held ]; do sleep 1; done
		load anon 200 60000 2 &
		anon=$!
		for i in $(seq 40); do echo 220 >/proc/sys/vm/nr_hugepages; echo 0 >/proc/sys/vm/nr_hugepages; done
		wait $anon
		kill $(pidof load)
		wait
	EOF
	;;
	marks) cat <<-'EOF'
		for min in 1024 2048 3000 4096 6000 8192 12000 16384; do
			echo $min >/proc/sys/vm/min_free_kbytes; echo "== $min" >>/out/zoneinfo; cat /proc/zoneinfo >>/out/zoneinfo
		done
		for wsf in 10 20 50 100 150 200 300 500 700 900 1000 1; do
			echo $wsf >/proc/sys/vm/watermark_scale_factor; echo "== $wsf" >>/out/zoneinfo; cat /proc/zoneinfo >>/out/zoneinfo
		done
	EOF
	;;
	# Anonymous folios of 2 to 64 pages, which go to swap whole or are split.
	large) cat <<-'EOF'
		for kib in 16 32 64 128 256; do echo always >/sys/kernel/mm/transparent_hugepage/hugepages-${kib}kB/enabled; done
		load hot 260 10 &
		load hot 280 10 &
		wait
		load mix /data/big 330 24000
	EOF
	;;
	# MGLRU: every kind of swappiness; cgroups three deep, one of them below its protection, one with little to reclaim
	# and one that is removed; generations that are too young to be evicted.
	swappy) cat <<-'EOF'
		load mix /data/big 300 40000 &
		for s in 0 1 60 200 100 0 60; do
			echo $s >/proc/sys/vm/swappiness; load stream /data/big 120 1
			for how in '' ' swappiness=0' ' swappiness=100' ' swappiness=200' ' swappiness=max'; do
				echo "8M$how" >/sys/fs/cgroup/memory.reclaim 2>/dev/null
			done
		done
		wait
	EOF
	;;
	gentree) cat <<-'EOF'
		cg=/sys/fs/cgroup; mkdir $cg/t $cg/t/u $cg/t/u/min $cg/t/u/low $cg/t/v $cg/tiny $cg/gone $cg/cap $cg/cap/in
		for g in t t/u cap; do echo '+memory' >$cg/$g/cgroup.subtree_control; done
		echo 150M >$cg/t/memory.min; echo 150M >$cg/t/u/memory.min; echo 64M >$cg/t/u/min/memory.min
		echo 100M >$cg/t/u/memory.low; echo 80M >$cg/t/u/low/memory.low; echo 20M >$cg/t/v/memory.low
		echo 60M >$cg/cap/memory.max; echo 30M >$cg/cap/in/memory.min
		at() { g=$1; shift; sh -c "echo \$\$ >$cg/$g/cgroup.procs; exec $*"; }
		at gone load stream /data/big 12 1; rmdir $cg/gone
		at t/u/min load hot 40 12 &
		at t/u/low load hot 50 12 &
		at t/v load hot 60 12 &
		at tiny sleep 12 &
		at cap/in load anon 90 6000 1 &
		at . load mix /data/big 190 30000 &
		wait
		for how in '' ' swappiness=0' ' swappiness=200'; do
			echo "4M$how" >$cg/t/memory.reclaim; echo "4M$how" >$cg/cap/memory.reclaim
		done 2>/dev/null
	EOF
	;;
	ttl) cat <<-'EOF'
		cd /sys/kernel/mm/lru_gen; echo 100 >min_ttl_ms; load stream /data/big 500 1
		echo 4000 >min_ttl_ms; load anon 500 20000 2; true
	EOF
	;;
	# All generations are younger than min_ttl_ms: kswapd does not reclaim, it lets the OOM killer choose.
	young) cat <<-'EOF'
		echo 1 >/proc/sys/vm/overcommit_memory; echo 600000 >/sys/kernel/mm/lru_gen/min_ttl_ms
		for i in 1 2 3; do load oom 600; done
		echo 0 >/sys/kernel/mm/lru_gen/min_ttl_ms
	EOF
	;;
	# A swappiness of its own for each reclaim: from file pages only to anonymous pages only (201, where the kernel has it).
	anononly) cat <<-'EOF'
		cg=/sys/fs/cgroup; mkdir $cg/x; echo 150M >$cg/x/memory.max
		sh -c "echo \$\$ >$cg/x/cgroup.procs; load stream /data/big 60 1; exec load hold 80 /tmp/held" &
		while [ ! -e /tmp/held ]; do sleep 1; done
		for i in 1 2 3 4 5 6; do
			for how in max 0 max 200 max 1 max 100; do echo "512K swappiness=$how" >$cg/x/memory.reclaim; done
		done 2>/dev/null
		kill $!
	EOF
	;;
	# Both types in short supply, refaults of both, dirty pages, and every way to choose between the types.
	tiers) cat <<-'EOF'
		cg=/sys/fs/cgroup; mkdir $cg/t; echo 56M >$cg/t/memory.max
		for s in 100 60 150 20 190 200 1 0; do
			echo $s >/proc/sys/vm/swappiness
			sh -c "echo \$\$ >$cg/t/cgroup.procs; load stream /data/big 34 6 & load anon 42 6000 2; wait"
		done
		echo 60 >/proc/sys/vm/swappiness
		sh -c "echo \$\$ >$cg/t/cgroup.procs; exec load mix /data/big 44 4000"
	EOF
	;;
	# Limits on three levels, and refaults of both types below each of them. Not among WORKLOADS: the cgroups share a file, and
	# under MGLRU the kernel does not count a page that comes back in another cgroup than it left, so crosscheck refuses that.
	nest) cat <<-'EOF'
		cg=/sys/fs/cgroup; mkdir $cg/n $cg/n/a $cg/n/a/x $cg/n/a/y $cg/n/b
		for g in n n/a; do echo '+memory' >$cg/$g/cgroup.subtree_control; done
		echo 64M >$cg/n/memory.max; echo 36M >$cg/n/a/memory.max; echo 12M >$cg/n/a/x/memory.max; echo 24M >$cg/n/b/memory.high
		at() { g=$1; shift; sh -c "echo \$\$ >$cg/$g/cgroup.procs; $*"; }
		at n/a/x 'load anon 16 6000 1 & load reads /data/big 20 8000; wait' &
		at n/a/y 'load anon 28 6000 1 & load reads /data/big 40 8000; wait' &
		at n/b 'load anon 30 6000 1 & load reads /data/big 60 8000; wait' &
		wait
	EOF
	;;
	# Requests that the highest zone does not help.
	zones) echo 'load slab /data/many 40000 60000; load stream /data/big 420 1; load slab /data/many 40000 20000' ;;
	# kswapd of two nodes woken, and asleep again before it is woken once more, or not yet; and zones that are reclaimed from
	# before another node is asked.
	cycles) cat <<-'EOF'
		echo 1 >/sys/kernel/mm/lru_gen/min_ttl_ms
		echo 0 >/proc/sys/vm/watermark_boost_factor; echo 1024 >/proc/sys/vm/min_free_kbytes
		load stream /data/big 330 1
		load node 0 pace /data/big 256 1000 90000 &
		load node 1 pace /data/big 256 1000 90000 &
		wait
		echo 1 >/proc/sys/vm/zone_reclaim_mode
		load pace /data/big 1024 400 20000
		echo 0 >/proc/sys/vm/zone_reclaim_mode
	EOF
	;;
	# What kernels decide seldom, in bulk. The OOM killer, by order and for want of memory; huge pages, one more each time,
	# where there are none to be had, with and without something to reclaim; and marks that are written anew.
	scarce) cat <<-'EOF'
		echo 1 >/proc/sys/kernel/printk; echo 1 >/proc/sys/vm/overcommit_memory; echo 0 >/proc/sys/vm/oom_dump_tasks
		echo 0 >/proc/sys/vm/compact_unevictable_allowed
		min=$(cat /proc/sys/vm/min_free_kbytes)
		for i in $(seq 520); do echo $((min + i % 2)) >/proc/sys/vm/min_free_kbytes; done
		load victims 1000
		echo 3 >/proc/sys/vm/drop_caches
		load mlock $(awk '/^MemFree/ { print int($2 / 1024) - 48 }' /proc/meminfo) hold 1 /tmp/held &
		until [ -e /tmp/held ]; do sleep 1; done
		# A recorder that waits for memory itself has to catch up.
		for i in $(seq 6); do
			sh -c 'echo 1000 >/proc/self/oom_score_adj; exec load oom 120'
			sleep 4
		done
		for i in $(seq 500); do echo 220 >/proc/sys/vm/nr_hugepages; usleep 20000; done
		load pace /data/big 128 100000 40000 &
		for i in $(seq 1000); do echo 220 >/proc/sys/vm/nr_hugepages; usleep 40000; done
		echo 0 >/proc/sys/vm/nr_hugepages
		kill $(pidof load)
		wait
	EOF
	;;
	# Short ones, whose recordings are kept in tests/replay.
	small-global) echo 'load anon 385 40 1' ;;
	small-cache) echo 'load stream /data/big 415 1; load slab /data/many 2500 1500; load stream /data/big 20 1' ;;
	small-memcg) cat <<-'EOF'
		cg=/sys/fs/cgroup; mkdir $cg/a $cg/a/b $cg/c
		echo '+memory' >$cg/a/cgroup.subtree_control
		echo 32M >$cg/a/b/memory.max; echo 24M >$cg/c/memory.high; echo 8M >$cg/a/memory.min; echo 8M >$cg/a/b/memory.min
		sh -c 'echo $$ >/sys/fs/cgroup/a/b/cgroup.procs; exec load anon 40 2500 1' &
		sh -c 'echo $$ >/sys/fs/cgroup/c/cgroup.procs; exec load stream /data/big 60 1' &
		wait
		echo 2M >$cg/a/memory.reclaim 2>/dev/null || true
	EOF
	;;
	small-folios) cat <<-'EOF'
		cg=/sys/fs/cgroup; mkdir $cg/a; echo 16M >$cg/a/memory.max
		sh -c 'echo $$ >/sys/fs/cgroup/a/cgroup.procs; load stream /data/big 18 1; exec load anon 19 250 1'
	EOF
	;;
	*) return 1 ;;
	esac
}
