#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# record.sh BUILD: recording on this kernel, and everything that can end it or come in its way. Prints TAP.
. "$(dirname "$0")/tap.sh"
mounted=
trap '[ -z "$mounted" ] || umount "$mounted"; rm -rf "$dir"' EXIT
cd "$dir" || exit 1
if ! can_record; then
	echo "ok 1 - recording # SKIP nothing can be recorded here: $(head -1 err)"
	exit 0
fi

# state FILE: "true" if the recording is complete, "false" if it is unfinished; both undamaged
state() {
	"$rs" report -j "$1" 2>warnings | sed -n 's/.*"type":"summary".*"complete":\([a-z]*\),"bad_blocks":0,"bytes_skipped":0.*/\1/p'
}
begin() { # begin ARGUMENTS...: records in the background, with signals as from a terminal
	env --default-signal=INT,HUP "$rs" record -q "$@" >out 2>err &
	pid=$!
}
finish() {
	wait $pid
	status=$?
}

run record -d 300ms -o a.data
[ "$status" -eq 0 ] && [ "$(state a.data)" = true ] && [ ! -s out ] && grep -q 'none lost' err
result "record -d: complete"
run record -d 300ms -o a.data
[ "$status" -eq 2 ] && one_line && [ "$(state a.data)" = true ]
result "a second time: refused, and the first is still there"
run record -q -d 300ms -o a.data --force
[ "$status" -eq 0 ] && [ ! -s err ] && [ "$(state a.data)" = true ]
result "with --force: replaced"

for signal in INT TERM HUP; do
	begin -o $signal.data
	wait_for_file $signal.data && kill -$signal $pid
	finish
	[ "$status" -eq 0 ] && [ ! -s err ] && [ "$(state $signal.data)" = true ]
	result "SIG$signal: ends, complete"
done
begin -o twice.data
wait_for_file twice.data && kill -INT $pid && kill -INT $pid
finish
s=$(state twice.data)
{ [ $status -eq 0 ] && [ "$s" = true ]; } || { [ $status -eq 130 ] && [ -n "$s" ]; }
result "SIGINT twice: ends, and what is written is whole"

# The command.
for expected in 0 1 7 77 255; do
	run record -q -o c.data --force -- sh -c "exit $expected"
	[ "$status" -eq $expected ] && [ "$(state c.data)" = true ]
	result "a command that exits with $expected"
done
run record -q -o c.data --force sh -c 'kill -9 $$'
[ "$status" -eq 137 ] && [ "$(state c.data)" = true ]
result "a command that is killed, without --"
refuses 127 'no-such-command: cannot run: No such file' record -o none.data -- no-such-command
: >not-executable
refuses 126 'not-executable: cannot run: Permission denied' record -o none.data -- ./not-executable
[ ! -e none.data ]
result "a command that does not start leaves no file"
run record -q -o c.data --force -- sh -c 'yes 2>yes.err | head -1; trap "exit 5" PIPE; kill -PIPE $$; exit 6'
[ "$status" -eq 5 ] && [ ! -s yes.err ]
result "a command has SIGPIPE as it should be"
run record -q -o c.data --force -d 200ms -- sleep 5
[ "$status" -eq 0 ] && [ "$(state c.data)" = true ]
result "-d ends before the command does"

# Several at once.
begin -d 1s -o one.data
first=$pid
"$rs" record -q -d 1s -o two.data 2>err2
status=$?
wait $first && [ $status -eq 0 ] && [ "$(state one.data)" = true ] && [ "$(state two.data)" = true ]
result "two recordings at the same time"
begin -d 1s -o same.data
wait_for_file same.data
exec 9<same.data
"$rs" record -q -d 300ms -o same.data --force 2>err2
status=$?
[ $status -eq 0 ] && [ "$(state same.data)" = true ] && finish && [ "$status" -eq 0 ] && [ "$(state /proc/self/fd/9)" = true ]
result "--force while somebody records into that file: both are whole"
exec 9<&-
begin -d 2s -o live.data
wait_for_file live.data
bad=0
while kill -0 $pid 2>/dev/null; do
	s=$(state live.data)
	[ "$s" = true ] || { [ "$s" = false ] && grep -q 'killed, or still records' warnings; } || bad=$((bad + 1))
done
finish
[ "$status" -eq 0 ] && [ $bad -eq 0 ] && [ "$(state live.data)" = true ]
result "report while it is recorded: every time whole and unfinished"

# Descriptors that are closed, output that nobody takes.
"$rs" record -q -d 200ms -o fd.data <&- >&- 2>&-
status=$?
[ $status -eq 0 ] && [ "$(state fd.data)" = true ]
result "with 0, 1 and 2 closed"
"$rs" record -o fd.data -d 200ms 2>&-
[ $? -eq 2 ] && [ "$(state fd.data)" = true ] && "$rs" record --force -o fd.data -d 200ms 2>&- && [ "$(state fd.data)" = true ]
result "messages do not end in the recording when stderr is closed"
"$rs" record -q -o big.data --gauge 1 --mode folios -d 1s -- sh -c 'for i in 1 2 3 4 5 6 7 8 9; do mkdir /sys/fs/cgroup/memory/rs-cli-$$ 2>/dev/null && rmdir /sys/fs/cgroup/memory/rs-cli-$$; done'
for verb in report script 'report -j' 'script -j' check; do
	file=big.data
	[ "$verb" != check ] || file=
	{ "$rs" $verb $file 2>err; echo $? >st; } | head -1 >out
	status=$(cat st)
	[ "$status" -eq 0 ] && [ "$(wc -l <out)" -eq 1 ] && ! grep -v warning err
	result "$verb | head -1"
	"$rs" $verb $file >/dev/full 2>err
	status=$?
	[ $status -eq 1 ] && one_line && grep -q 'standard output: cannot write' err
	result "$verb >/dev/full"
	"$rs" $verb $file 2>err >&-
	status=$?
	[ $status -eq 1 ] && one_line && grep -q 'standard output: cannot write' err
	result "$verb >&-"
done 2>/dev/null
refuses 2 'no such event; see' script -e bogus a.data
run record -q -d 100ms -o sums.data --mode summary
refuses 1 'a recording in mode summary has no decisions to compare' diff sums.data
refuses 1 'a recording in mode summary has nothing to explain' explain sums.data

run check -j
[ "$status" -eq 0 ] && ! grep -vE '^\{"v":1,"type":"probe","name":"[a-z_]+","family":"[a-z_]+","kind":"[a-z_./]+","state":"(off|absent|refused|attached)","reason":(null|"[^"]+"),"remedy":(null|"[^"]+"),"lost":(null|"[^"]+")\}$' out &&
	! grep '"state":"attached","reason":"' out && ! grep -E '"state":"refused","reason":null' out
result "check -j: name, kind, state, reason and remedy of each probe, and nothing else"

# A disk that becomes full.
if mkdir small && mount -t tmpfs -o size=4k none small 2>/dev/null; then
	mounted=$dir/small
	run record -q -d 5s -o small/r.data
	[ "$status" -eq 1 ] && one_line && grep -q 'r.data: cannot write: No space left' err && [ ! -e small/r.data ]
	result "a disk too small for the first block: one line, and no file"
	"$rs" record -q -d 100ms -o size.data
	mount -o remount,size=$(($(stat -c %s size.data) + 4096)) small
	run record -q -d 20s -o small/r.data
	[ "$status" -eq 1 ] && one_line && grep -q 'cannot write; what was recorded up to here is kept: No space left' err &&
		[ -n "$(state small/r.data)" ]
	result "a disk that is full later: one line, 1, and a whole file"
	umount small && mounted=
else
	skip "a full disk" "cannot mount a tmpfs"
fi

# What a kernel may lack. Simulated, in a mount namespace of its own, by hiding the files that tell.
hidden() { # hidden COMMAND ARGUMENTS...: with COMMAND done before, in a mount namespace
	local command=$1
	shift
	unshare -m sh -c "mount --make-rprivate / && $command && exec \"\$0\" \"\$@\"" "$rs" "$@" >out 2>err
	status=$?
}
if unshare -m true 2>/dev/null; then
	hidden 'mount -t tmpfs none /sys/kernel/btf' record -d 1s -o none.data
	[ $status -eq 77 ] && one_line && grep -q 'no BTF; use one that is built with CONFIG_DEBUG_INFO_BTF' err && [ ! -e none.data ]
	result "no BTF: 77, the remedy, and no file"
	hidden 'mount -t tmpfs none /sys/kernel/btf' check
	[ $status -eq 77 ] && one_line && grep -q 'remedy: use a kernel that is built with CONFIG_DEBUG_INFO_BTF' out
	result "check without BTF"
	: >nothing
	# Without this capability the file is all there is: the kernel may not be asked for it by number.
	unshare -m sh -c 'mount --make-rprivate / && mount --bind nothing /sys/kernel/btf/vmlinux &&
		exec setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin "$0" record -d 1s -o none.data' "$rs" >out 2>err
	status=$?
	[ $status -eq 77 ] && one_line && grep -q 'cannot read BTF' err && [ ! -e none.data ]
	result "BTF that is empty"
	hidden 'umount -l /proc' record -d 1s -o none.data
	[ $status -eq 77 ] && one_line && grep -q '/proc/kallsyms: cannot read: No such file.*needs /proc' err && [ ! -e none.data ]
	result "no /proc"
	hidden 'mount -t tmpfs none /sys/bus/event_source && mount -t tmpfs none /sys/kernel/debug; umount -l /sys/kernel/tracing; mount -t tmpfs none /sys/kernel/tracing' check
	[ $status -eq 0 ] && grep -q '^kprobes      no' out && grep -q '^tracefs      no (mount -t tracefs' out
	result "check names kprobes and tracefs that are missing"
else
	skip "what a kernel may lack" "no mount namespaces here"
fi

# Names that would drive a terminal.
if cgroup=$(awk '$3 == "cgroup" && $4 ~ /memory/ { print $2; exit }' /proc/self/mounts) && [ -n "$cgroup" ] &&
	mkdir "$cgroup/rs-cli-$(printf '\033')[2J-$$" 2>/dev/null; then
	g="$cgroup/rs-cli-$(printf '\033')[2J-$$"
	echo 4M >"$g/memory.limit_in_bytes"
	cat >evil.sh <<-'SH'
		echo $$ >"$1/cgroup.procs"
		cp /usr/bin/head "$(printf 'e\033[2Jvil')"
		"./$(printf 'e\033[2Jvil')" -c 12M /dev/zero >zeros
	SH
	"$rs" record -q -o evil.data -- sh evil.sh "$g"
	{ "$rs" report evil.data; "$rs" report -j evil.data; "$rs" script evil.data; "$rs" script -j evil.data; } >out 2>&1
	status=$?
	rmdir "$g"
	grep -q 'e?\[2Jvil' out && grep -q 'rs-cli-?\[2J' out && ! LC_ALL=C grep -q '[[:cntrl:]]' out
	result "names of tasks and cgroups reach no terminal raw"
else
	skip "names of tasks and cgroups" "no memory cgroup (v1) can be made here"
fi
echo "1..$n"
