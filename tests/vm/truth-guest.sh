# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2086,SC2013,SC2154 # words are meant; defaults come from a loop
# Runs in the guest of truth.sh: the same work under each setting. $WORKLOAD, $REP, $WORK: what to run; $ORDER: settings.
vm=/proc/sys/vm
PROBES=-marks,-scan,-cost,-shrinker,-retry,-allocator,-workingset,-memcg,-lru_gen,-reclaim_throttle,-throttle_direct_reclaim
PROBES=$PROBES,-allow_direct_reclaim,-zone_reclaimable_pages,-do_try_to_free_pages,-try_to_free_mem_cgroup_pages,-msleep
PROBES=$PROBES,-wakeup_kswapd,-prepare_kswapd_sleep,-pgdat_balanced,-balance_pgdat,+mm_vmscan_lru_shrink_inactive
keys="min_free_kbytes watermark_scale_factor watermark_boost_factor swappiness dirty_ratio dirty_background_ratio"
for k in $keys; do eval "default_$k=$(cat $vm/$k)"; done
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
	for k in $keys; do eval "echo \$default_$k >$vm/$k"; done
	sync
	echo 3 >$vm/drop_caches
	for s in $(awk 'NR > 1 { print $1 }' /proc/swaps); do swapoff "$s" && swapon "$s"; done
	sleep 0.5
}

# adaptivemm's rule, as docs/tuning-rules.md tells it, with its look every 0.4 s instead of every 30 s because the load
# is as much shorter: what it has made of watermark_scale_factor when the load has run for 12 s, or once.
adaptivemm() {
	setsid $WORK >/dev/null 2>&1 &
	load=$!
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
		[ -e /proc/$load ] || break
		cat /proc/zoneinfo
		grep pgsteal_kswapd /proc/vmstat
		echo "sample $(cut -d' ' -f1 /proc/uptime)"
		sleep 0.4
	done | awk -v file=$vm/watermark_scale_factor -v factor="$default_watermark_scale_factor" '
	function fits(f) { return free + inactive > min + (low - min) * f / factor + 1.02 * free }
	function bound(f) { f = int(f); return f < 10 ? 10 : f > 700 ? 700 : f }
	function raised(   f) {
		if (free < high) f = int((1000 - share) / (inactive > high - free ? 10 : 20)) * 10
		else if (inactive > free - high) f = int((1000 - share) / 20) * 10
		else f = factor * (factor > 100 ? 1.1 : 1.2)
		f = bound(f)
		if (f == factor) f = bound(factor * 1.1)
		if (f > factor && !fits(f)) f = bound(factor * 1.1)
		return f > factor && !fits(f) ? factor : f
	}
	function lowered(   f) {
		f = bound(free < (low + high) / 2 ? factor * 0.9 : int((1000 - share) / 10) * 10)
		return f < factor ? f : factor
	}
	$1 == "pages" { free += $3 } $1 == "min" { min += $2 } $1 == "low" { low += $2 } $1 == "high" { high += $2 }
	$1 == "managed" { managed += $2 } $1 ~ /^nr_inactive_(anon|file)$/ { inactive += $2 }
	$1 == "pgsteal_kswapd" { stolen = $2 }
	$1 == "sample" {
		share = int(free * 1000 / managed)
		at[n % 8] = $2; frees[n % 8] = free
		rate = n ? (stolen - stolen_last) / ($2 - at_last) : 0
		at_last = $2; stolen_last = stolen
		if (++n >= 8) {
			t = y = tt = ty = 0
			for (i = 0; i < 8; i++) { t += at[i] / 8; y += frees[i] / 8 }
			for (i = 0; i < 8; i++) { tt += (at[i] - t) * (at[i] - t); ty += (at[i] - t) * (frees[i] - y) }
			slope = ty / tt; is = factor
			if (slope >= 0) is = lowered()
			else if (rate > 0 && (free <= high || (free - high) / -slope <= 3 * (free - high) / rate)) is = raised()
			if (is != factor) { factor = is; print factor > file; close(file) }
		}
		free = min = low = high = managed = inactive = 0
	}'
	kill -9 -$load 2>/dev/null
	echo "vm.watermark_scale_factor=$(cat $vm/watermark_scale_factor)" >/tmp/adaptivemm
}

# What a setting of the list is in sysctls.
values_of() {
	case $1 in
	wsf=*) echo "vm.watermark_scale_factor=${1#wsf=}" ;;
	min=x*) echo "vm.min_free_kbytes=$((default_min_free_kbytes * ${1#min=x}))" ;;
	sw=*) echo "vm.swappiness=${1#sw=}" ;;
	recommended) sed -n 's/.*"key":"\([^"]*\)".*"proposed":\([0-9]*\).*/\1=\2/p' /out/recommend.jsonl | tr '\n' ' ' ;;
	adaptivemm) cat /tmp/adaptivemm ;;
	tuned-tp) echo "vm.swappiness=10 vm.dirty_ratio=40 vm.dirty_background_ratio=10" ;;
	tuned-lp) echo "vm.swappiness=10 vm.dirty_ratio=10 vm.dirty_background_ratio=3" ;;
	zram-guide) echo "vm.swappiness=180 vm.watermark_boost_factor=0 vm.watermark_scale_factor=125" ;;
	esac
}

set_to() { # set_to SETTING VALUES
	if [ "$1" = recommended ]; then
		reclaimscope-apply apply --yes --keep --file /out/recommend.jsonl >>/out/apply 2>&1 || exit 1
		return
	fi
	for v in $2; do echo "${v#*=}" >"/proc/sys/vm/$(echo "${v%%=*}" | cut -d. -f2)" || exit 1; done
}

# How long tasks were in direct reclaim, of the recorder's sums so far.
stall_so_far() {
	sleep 11 # they are written every 10 s
	cp /out/s.data /out/so-far.data
	reclaimscope report -j /out/so-far.data 2>/dev/null |
		sed -n 's/.*"type":"summary".*"direct_reclaim":{"count":[0-9]*,"stall_ns":\([0-9]*\).*/\1/p'
}

facts="kernel=$(uname -r) workload=$WORKLOAD rep=$REP min_free_kbytes=$default_min_free_kbytes"
run() { # run SETTING
	reset
	trial=
	if [ "$1" = adaptivemm ]; then
		adaptivemm
		reset
		stall_before=$(stall_so_far)
		trial=trial=apart
	fi
	values=$(values_of "$1")
	# A recommendation to change nothing is what was run as the defaults.
	[ "$1" != recommended ] || [ -n "$values" ] || return 0
	set_to "$1" "$values"
	high=$(awk '$1 == "high" { pages += $2 } END { print pages }' /proc/zoneinfo)
	echo "lab: $1 $(cut -d' ' -f1 /proc/uptime)" >/dev/console
	# shellcheck disable=SC2086
	measure $facts $trial setting="$1" set="$values" high="$high" -- $WORK >/tmp/line 2>>/out/stderr || { cat /tmp/line >>/out/stderr; exit 1; }
	[ "$1" != recommended ] || reclaimscope-apply rollback >>/out/apply 2>&1 || exit 1
	stall_now=$(stall_so_far)
	sed "s/}\$/,\"stall_ns\":$((stall_now - stall_before))}/" /tmp/line >>/out/results.jsonl
	stall_before=$stall_now
}
# The defaults, with every decision recorded: what `recommend` and `whatif` are given.
# Only what they need, because a recorder of everything slows down the load of a single emulated CPU by a quarter.
reset
echo "lab: recorded $(cut -d' ' -f1 /proc/uptime)" >/dev/console
# shellcheck disable=SC2086
reclaimscope record -q --buffer 4M --probes "$PROBES" -o /out/r.data -- measure $facts setting=recorded -- $WORK >/tmp/line 2>>/out/stderr
cat /tmp/line >>/out/results.jsonl
reclaimscope recommend -j /out/r.data >/out/recommend.jsonl 2>>/out/stderr || exit 1

reclaimscope record -q --mode summary --force -o /out/s.data 2>>/out/stderr &
recorder=$!
sleep 3
stall_before=0
for setting in $ORDER; do run "$setting"; done
kill -INT $recorder
wait $recorder
# What is predicted is predicted once.
[ "$REP" = 1 ] || rm /out/r.data
rm -f /out/so-far.data
