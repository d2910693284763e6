# SPDX-License-Identifier: GPL-2.0-only
# Runs in the guest of truth.sh: the same work under each setting. $WORKLOAD, $REP, $WORK: what to run; $ORDER: settings.
vm=/proc/sys/vm
PROBES=-marks,-scan,-cost,-shrinker,-retry,-allocator,-workingset,-memcg,-lru_gen,-reclaim_throttle,-throttle_direct_reclaim
PROBES=$PROBES,-allow_direct_reclaim,-zone_reclaimable_pages,-do_try_to_free_pages,-try_to_free_mem_cgroup_pages,-msleep
PROBES=$PROBES,-wakeup_kswapd,-prepare_kswapd_sleep,-pgdat_balanced,-balance_pgdat,+mm_vmscan_lru_shrink_inactive
default_min=$(cat $vm/min_free_kbytes)
case $WORKLOAD in
burst | hosts)
	[ -b /dev/sda ] || { echo "no /dev/sda" >&2; exit 1; }
	/lab/mke2fs -q -F -t ext4 -O ^has_journal,uninit_bg -m 0 /dev/sda && mkdir /srv && mount -t ext4 -o noatime /dev/sda /srv || exit 1
	load fill /srv/big 100
	;;
disk) mkswap /dev/sda >/dev/null && swapon /dev/sda || exit 1 ;;
esac

# Everything as after the boot: settings, caches, swap.
reset() {
	echo "$default_min" >$vm/min_free_kbytes
	echo 10 >$vm/watermark_scale_factor
	echo 60 >$vm/swappiness
	sync
	echo 3 >$vm/drop_caches
	for s in $(awk 'NR > 1 { print $1 }' /proc/swaps); do swapoff "$s" && swapon "$s"; done
	sleep 0.5
}

set_to() {
	case $1 in
	wsf=*) echo "${1#wsf=}" >$vm/watermark_scale_factor ;;
	min=x*) echo $((default_min * ${1#min=x})) >$vm/min_free_kbytes ;;
	sw=*) echo "${1#sw=}" >$vm/swappiness ;;
	esac
}

# How long tasks were in direct reclaim, of the recorder's sums so far.
stall_so_far() {
	sleep 11 # they are written every 10 s
	cp /out/s.data /out/so-far.data
	reclaimscope report -j /out/so-far.data 2>/dev/null |
		sed -n 's/.*"type":"summary".*"direct_reclaim":{"count":[0-9]*,"stall_ns":\([0-9]*\).*/\1/p'
}

keys="kernel=$(uname -r) workload=$WORKLOAD rep=$REP min_free_kbytes=$default_min"
run() { # run SETTING
	reset
	set_to "$1"
	echo "lab: $1 $(cut -d' ' -f1 /proc/uptime)" >/dev/console
	# shellcheck disable=SC2086
	measure $keys setting="$1" -- $WORK >/tmp/line 2>>/out/stderr || { cat /tmp/line >>/out/stderr; exit 1; }
	stall_now=$(stall_so_far)
	sed "s/}\$/,\"stall_ns\":$((stall_now - stall_before))}/" /tmp/line >>/out/results.jsonl
	stall_before=$stall_now
}
reclaimscope record -q --mode summary --force -o /out/s.data 2>>/out/stderr &
recorder=$!
sleep 3
stall_before=0
for setting in $ORDER; do run "$setting"; done
kill -INT $recorder
wait $recorder
# Once more the defaults, with every decision recorded: what `whatif` is given.
# Only what it needs, because a recorder of everything slows down the load of a single emulated CPU by a quarter.
if [ "$REP" = 1 ]; then
	reset
	echo "lab: recorded $(cut -d' ' -f1 /proc/uptime)" >/dev/console
	reclaimscope record -q --buffer 4M --probes "$PROBES" -o /out/r.data -- measure $keys setting=recorded -- $WORK >/tmp/line 2>>/out/stderr
	cat /tmp/line >>/out/results.jsonl
fi
rm -f /out/so-far.data
