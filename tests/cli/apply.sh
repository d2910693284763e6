#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# apply.sh BUILD [KILLS]: reclaimscope-apply in a tree that stands for /, killed between system calls, and given wrong input. TAP.
. "$(dirname "$0")/tap.sh"
trap 'rm -rf "$dir"' EXIT
kills=${2:-60}
apply=$build/reclaimscope-apply
root=$dir/root
vm=$root/proc/sys/vm

# fresh: a host with settings, of which none was ever applied. No value is longer than another: plain files keep what is not overwritten.
fresh() {
	rm -rf "$root"
	mkdir -p "$vm" "$root/proc/sys/kernel/random" "$root/proc/pressure" "$root/etc/sysctl.d" "$root/sys/kernel/mm/lru_gen"
	echo 01234567-89ab-cdef-0123-456789abcdef >"$root/proc/sys/kernel/random/boot_id"
	printf 'some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n' >"$root/proc/pressure/memory"
	echo 'MemTotal:        4000000 kB' >"$root/proc/meminfo"
	echo 60 >"$vm/swappiness"; echo 10 >"$vm/watermark_scale_factor"; echo 67584 >"$vm/min_free_kbytes"
	echo 20 >"$vm/dirty_ratio"; echo 0 >"$vm/dirty_bytes"
	echo 0x0007 >"$root/sys/kernel/mm/lru_gen/enabled"
}
a() { # a VERB ARGUMENTS...
	local verb=$1
	shift
	"$apply" "$verb" --root "$root" "$@" >"$dir/out" 2>"$dir/err" </dev/null
	status=$?
}
background() { # background ARGUMENTS...: an apply on trial, its messages in a file of their own
	"$apply" apply --root "$root" --yes "$@" >/dev/null 2>"$dir/trial" </dev/null &
}
is() { # is SWAPPINESS WATERMARK_SCALE_FACTOR
	[ "$(head -1 "$vm/swappiness")" = "$1" ] && [ "$(head -1 "$vm/watermark_scale_factor")" = "$2" ]
}
state() { # the newest journal's last state
	tail -1 "$(ls "$root"/var/lib/reclaimscope/*.journal | tail -1)" | cut -d' ' -f1
}
wait_for() { # wait_for STATE
	for _ in $(seq 200); do
		[ -e "$root"/var/lib/reclaimscope ] && [ "$(state 2>/dev/null)" = "$1" ] && return 0
		sleep 0.05
	done
	return 1
}
new='swappiness=90 watermark_scale_factor=50'

fresh
# shellcheck disable=SC2086
a apply --yes --keep $new
[ $status -eq 0 ] && is 90 50 && [ "$(state)" = confirmed ] && grep -q 'vm.swappiness *60 -> 90' "$dir/out"
result "apply --keep writes, and shows the plan"
a rollback
[ $status -eq 0 ] && is 60 10 && [ "$(state)" = reverted ]
result "rollback restores"
a rollback
[ $status -eq 77 ] && one_line && is 60 10
result "rollback of nothing says so"
# shellcheck disable=SC2086
a apply --yes --baseline 10ms --trial 1s $new
[ $status -eq 1 ] && is 60 10 && [ "$(state)" = reverted ] && grep -q 'taken back: nobody confirmed in time' "$dir/err"
result "what nobody confirms is taken back"
# shellcheck disable=SC2086
background --baseline 10ms --trial 30s $new
wait_for applied && is 90 50 && "$apply" confirm --root "$root" 2>"$dir/err2"
s=$?
wait $!
[ $s -eq 0 ] && is 90 50 && [ "$(state)" = confirmed ]
result "confirm, from elsewhere, keeps them"
a rollback "$(basename "$(ls "$root"/var/lib/reclaimscope/*.journal | tail -1)" .journal)" && is 60 10
result "rollback ID"
# shellcheck disable=SC2086
background --baseline 10ms --trial 30s $new
wait_for applied
a status
grep -q 'applied, on trial' "$dir/out"
result "status shows a trial that is on"
# shellcheck disable=SC2086
a apply --yes $new
[ $status -eq 1 ] && one_line && grep -q 'another trial is on' "$dir/err"
result "a second trial is refused"
echo 77 >"$vm/swappiness"
sleep 1.5
a rollback
wait
[ $status -eq 0 ] && is 77 10 && grep -q '^yielded vm.swappiness 77' "$root"/var/lib/reclaimscope/*.journal
result "what somebody else writes during a trial stays theirs"
echo 60 >"$vm/swappiness"
# shellcheck disable=SC2086
background --baseline 300ms --trial 30s $new
wait_for applied
printf 'some avg10=0.00 avg60=0.00 avg300=0.00 total=99000000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n' >"$root/proc/pressure/memory"
wait
is 60 10 && grep -q '^reverting memory pressure rose' "$(ls "$root"/var/lib/reclaimscope/*.journal | tail -1)"
result "worse pressure takes back"

# Pairs: of dirty_ratio and dirty_bytes the one that was in force comes back, and a 0 is never written.
fresh
a apply --yes --keep dirty_bytes=9000000
cp "$(ls "$root"/var/lib/reclaimscope/*.journal | tail -1)" "$dir/journal"
# The kernel would have set dirty_ratio to 0: a plain file has not, so reading back has to fail, and all is as it was.
[ $status -eq 1 ] && grep -q 'change vm.dirty_ratio 20 0' "$dir/journal" && [ "$(head -1 "$vm/dirty_ratio")" = 20 ]
result "dirty_bytes is journaled with the dirty_ratio that it replaces"

# Owners.
fresh
echo ' vm/swappiness = 33' >"$root/etc/sysctl.d/50-mine.conf"
a apply --yes --keep swappiness=90
[ $status -eq 1 ] && one_line && grep -q '50-mine.conf line 1 sets it to 33' "$dir/err" && is 60 10
result "a key of sysctl.d is refused"
a apply --yes --keep --take-over swappiness=90
[ $status -eq 0 ] && is 90 10
result "and written with --take-over"
fresh
mkdir -p "$root/proc/77" "$root/etc/tuned" "$root/usr/lib/tuned/child" "$root/usr/lib/tuned/parent"
echo tuned >"$root/proc/77/comm"; echo child >"$root/etc/tuned/active_profile"
printf '[main]\ninclude=parent\n[disk]\nvm.swappiness=1\n' >"$root/usr/lib/tuned/child/tuned.conf"
printf '[sysctl]\nvm.swappiness=10\n' >"$root/usr/lib/tuned/parent/tuned.conf"
a apply --yes --keep swappiness=90
[ $status -eq 1 ] && one_line && grep -q 'managed by tuned (.*parent/tuned.conf line 2 sets it to 10)' "$dir/err" && is 60 10
result "a key of tuned's profile is refused"

# Advice.
fresh
printf '{"type":"summary"}\n{"type":"advice","id":"x","key":"vm.swappiness","now":"60","proposed":"90"}\n' >"$dir/advice"
a apply --yes --keep --file "$dir/advice" -j
[ $status -eq 0 ] && is 90 10 && grep -q '"type":"change","id":null,"key":"vm.swappiness","old":"60","new":"90"' "$dir/out"
result "apply --file takes the advice of recommend"

fresh
printf '{"type":"advice","key":"swappiness","proposed":90,"together_with":[{"key":"watermark_scale_factor","proposed":50}]}\n' >"$dir/advice"
"$apply" apply --root "$root" --yes --keep --file - <"$dir/advice" >"$dir/out" 2>"$dir/err"
is 90 50
result "and the values that belong together with one"

# Wrong input changes nothing.
fresh
refuse() { # refuse STATUS PATTERN ARGUMENTS...
	local expected=$1 pattern=$2
	shift 2
	a "$@"
	[ "$status" -eq "$expected" ] && one_line && grep -qE "$pattern" "$dir/err" && [ ! -s "$dir/out" ] && is 60 10
	result "$*: refused"
}
refuse 2 'must be KEY=VALUE' apply --yes swappiness
refuse 2 'not a setting' apply --yes overcommit_memory=2
refuse 2 'must be a whole number' apply --yes swappiness=lots
refuse 2 'must be from 0 to 200' apply --yes swappiness=201
refuse 2 'more than 5 % of the memory' apply --yes min_free_kbytes=400000
refuse 2 'must be at least 1024' apply --yes min_free_kbytes=1
refuse 2 'is set twice' apply --yes swappiness=70 vm.swappiness=80
refuse 2 'what shall be written' apply --yes
refuse 1 'zone_reclaim_mode: this kernel does not have it' apply --yes zone_reclaim_mode=1
echo '{"type":"advice","key":"vm.swappiness"}' >"$dir/half"
refuse 2 'without key and proposed' apply --yes -f "$dir/half"
echo 'vm.swappiness = 90' >"$dir/text"
refuse 2 'text line 1: no JSON object' apply --yes -f "$dir/text"
refuse 1 'cannot read: No such file' apply --yes -f "$dir/none"
refuse 2 'no such journal' rollback 20200101T000000-01
refuse 2 'no such journal' rollback ../../../etc/passwd
refuse 77 'no trial is on' confirm
refuse 2 'must be from 1s to 24h' apply --trial 100ms swappiness=90
a apply swappiness=90
[ $status -eq 2 ] && grep -q 'no terminal: --yes' "$dir/err" && is 60 10
result "without a terminal it does not write unasked"
a apply --yes swappiness=60
[ $status -eq 0 ] && grep -q 'nothing to write' "$dir/err" && [ -z "$(ls "$root"/var/lib/reclaimscope/*.journal 2>/dev/null)" ]
result "what is so already is not written"

# A journal of an earlier boot is history.
fresh
# shellcheck disable=SC2086
a apply --yes --keep $new
echo 11111111-89ab-cdef-0123-456789abcdef >"$root/proc/sys/kernel/random/boot_id"
a rollback
[ $status -eq 77 ] && is 90 50
result "settings of an earlier boot are not taken back"

# One process is killed before or after its Nth system call. Afterwards all is old or all is new, and the journal says which.
mixed() {
	case "$(state 2>/dev/null)" in
	'' | reverted) is 60 10 ;;
	confirmed) is 90 50 ;;
	*) false ;;
	esac
}
for who in parent guard; do
	done_at=0
	at=1
	bad=
	count=0
	step=1 # of them all when many are asked for, otherwise every third
	[ "$kills" -lt 200 ] && step=3
	while :; do
		fresh
		# shellcheck disable=SC2086
		"$build/tests/cli/killer" $who $at "$apply" apply --root "$root" --yes --keep $new >"$dir/out" 2>"$dir/err" </dev/null
		s=$?
		[ $s -eq 3 ] && done_at=$at && break
		[ $s -eq 0 ] || bad="$bad $at:killer-$s"
		mixed || bad="$bad $at:$(state 2>/dev/null):$(head -1 "$vm/swappiness"):$(head -1 "$vm/watermark_scale_factor")"
		count=$((count + 1))
		[ $count -gt 2000 ] && break
		at=$((at + step))
	done
	[ $done_at -gt 10 ] && [ -z "$bad" ]
	result "$count kills of the $who at its $done_at beginnings and ends of system calls: never mixed, the journal right${bad:+:$bad}"
done

# Both killed at once, between the writes: the next command puts it right.
fresh
mkdir -p "$root/var/lib/reclaimscope"
printf 'journal 1\nboot 01234567-89ab-cdef-0123-456789abcdef\ntime x\nchange vm.swappiness 60 90\nchange vm.watermark_scale_factor 10 50\nappl' \
	>"$root/var/lib/reclaimscope/20260101T000000-01.journal"
echo 90 >"$vm/swappiness"
a status
is 60 10 && grep -q 'was left unfinished (planned)' "$dir/err"
result "what two kills have left mixed is taken back by the next command"
echo "1..$n"
