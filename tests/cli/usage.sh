#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# usage.sh BUILD: the command line, right and wrong, and files that are no recordings. Prints TAP.
. "$(dirname "$0")/tap.sh"
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1

for verb in check record report script diff explain whatif forecast recommend; do
	run $verb --help
	[ "$status" -eq 0 ] && [ ! -s err ] && grep -q "^Usage: reclaimscope $verb" out && [ "$(wc -L <out)" -lt 80 ]
	result "$verb --help"
	cp out help
	run $verb -h
	[ "$status" -eq 0 ] && cmp -s out help
	result "$verb -h is the same"
	refuses 2 "unrecognized option '--bogus'; see reclaimscope $verb --help" $verb --bogus
	refuses 2 "invalid option -- 'Z'; see reclaimscope $verb --help" $verb -Z
	"$rs" $verb --help >/dev/full 2>err
	status=$?
	[ $status -eq 1 ] && one_line && grep -q 'standard output: cannot write: No space left' err
	result "$verb --help on a full disk"
done
for help in --help -h help; do
	run $help
	[ "$status" -eq 0 ] && grep -q '^Usage: reclaimscope VERB' out
	result "$help"
done
run --version
[ "$status" -eq 0 ] && grep -qE '^reclaimscope [0-9]' out
result "--version"

refuses 2 'a verb is missing; see reclaimscope --help'
refuses 2 'there is no verb bogus; see' bogus
refuses 2 'there is no verb \?\[2J; see' "$(printf '\033[2J')"
refuses 2 'takes no argument' check extra
refuses 2 'only one recording' report a b
refuses 2 'only one recording' script a b
refuses 2 "requires an argument" record --output
refuses 2 "requires an argument -- 'd'" record -d

for v in 0 -1 x '' 5x 1e30 inf nan 0x10 ' 5' 1,5; do
	refuses 2 'must be a time above zero, as in' record -d "$v"
done
for v in 0 x -5 '' 99999999999999999999 4194305; do refuses 2 'no such process' record -p "$v"; done
refuses 2 'no such thread' record -t 4194305
refuses 2 'looked for /.*no/such' record -c no/such
refuses 2 'looked for /' record -c "$(printf 'a\033[2J\nb')"
for v in 1023 x -1 '' ../node0 0x0; do refuses 2 'no such NUMA node' record -N "$v"; done
for v in bogus '' Summary; do refuses 2 'must be summary, decisions or folios' record --mode "$v"; done
for v in bogus ''; do refuses 2 'must be auto, cheap or complete' record --attach "$v"; done
for v in 0 1k 63k 5g x -1 16MB '' 99999999999g; do refuses 2 'must be from 64k to 4g' record --buffer "$v"; done
for v in -1 x 60001 1.5; do refuses 2 'milliseconds from 0 to 60000' record --gauge "$v"; done
for v in 0 x 1000001; do refuses 2 'must be a number from 1 to 1000000' record --sample-folios "$v"; done
for v in 0 x -1 1.5; do refuses 2 'must be a number above zero' report -n "$v"; done
refuses 2 'must be a number' script -t x
refuses 2 'nothing to try: give --set KEY=VALUE or --sweep' whatif
refuses 2 'swappiness: must be KEY=VALUE' whatif --set swappiness
refuses 2 'no such setting; see the manual' whatif --set vm.swapiness=10
for v in x '' 1.5 60x; do refuses 2 'must be a whole number' whatif --set "vm.swappiness=$v"; done
for v in -1 201; do refuses 2 'must be from 0 to 200, which' whatif --set "vm.swappiness=$v"; done
refuses 2 'vm.page-cluster cannot be simulated' whatif --set page-cluster=0
refuses 2 "no cgroup's limits can be tried" whatif --set cgroup:/a:memory.high=1G
for v in 0 3001; do refuses 2 'must be from 1 to 3000, which' whatif --set "watermark_scale_factor=$v"; done
for v in '' x 5 +5 -101% 10%; do refuses 2 'must be a size such as 2G' whatif --set "ram=$v"; done
for v in swappiness swappiness=1:2 swappiness=2:1:3 swappiness=0:9:1 swappiness=0:9:1001 =0:9:2 swappiness=0:9:2x; do
	refuses 2 'must be KEY=LOW:HIGH:N' whatif --sweep "$v"
done
refuses 2 'each and --sweep: one of them' whatif --each - --sweep swappiness=0:100:3
refuses 2 'must be a number from 24 to 100000' whatif --set swappiness=1 --runs 23
refuses 2 'each part is \+NAME or -NAME' record -o x.data --probes bogus
refuses 2 'no family or probe called bogus; see reclaimscope check' record -o x.data --probes +bogus

# Files.
refuses 1 'reclaim.data: cannot open: No such file' report
refuses 1 'none: cannot open: No such file' script none
refuses 1 'none: cannot open: No such file' whatif --set swappiness=1 none
refuses 2 'is a directory, not a recording' report .
mkfifo fifo
refuses 2 'is a FIFO, not a recording' report fifo
refuses 2 'is a device or socket, not a recording' script /dev/zero
: >empty
refuses 1 'empty: is empty' report empty
echo 'something else, of more than thirty-two bytes, one would think' >text
refuses 1 'is not a recording of reclaimscope' script text
printf 'RSTRACE\n' >short
refuses 1 'is not a recording of reclaimscope' report short
printf 'RSTRACE\n\001\0\0\0\001\002\003\004\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' >endian
refuses 1 'machine of the other byte order' report endian
printf 'RSTRACE\n\003\0\0\0\004\003\002\001\0\020\0\0\0\0\0\0\0\0\0\0' >newer
gzip -c newer | tail -c 8 | head -c 4 >crc
cat crc >>newer
refuses 1 'format 3 is newer than this program, which reads up to 2; use a newer' report newer
refuses 1 'format 3 is newer' script newer
head -c 28 newer >damaged
printf '\1\2\3\4' >>damaged
refuses 1 'the first 32 bytes are damaged' report damaged

# Where a recording cannot be put.
mkdir d
refuses 2 'd: is a directory, not a file that can hold a recording; choose another' record -o d -d 50ms
refuses 2 'is a FIFO' record -o fifo -d 50ms
refuses 2 'is a device' record -o /dev/full -d 50ms
refuses 2 'text: exists; choose another name with -o, or give --force' record -o text -d 50ms
grep -q 'something else' text
result "what exists is left alone"
refuses 1 'no/such/file: cannot create: No such file' record -o no/such/file -d 50ms
refuses 1 'cannot create: Not a directory' record -o text/x -d 50ms

# Not root: nothing can be traced, said in one line, and nothing is left behind.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	chmod 755 "$dir"
	mkdir -m 777 open
	cp "$rs" open/rs && chmod 755 open/rs
	unprivileged() { # unprivileged ARGUMENTS...
		setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all open/rs "$@" >out 2>err </dev/null
		status=$?
	}
	unprivileged record -d 50ms -o open/x.data
	[ $status -eq 77 ] && one_line && grep -q 'no permission.*run as root, or with CAP_BPF and CAP_PERFMON' err && [ ! -e open/x.data ]
	result "record without root: 77, the remedy, and no file"
	unprivileged check
	[ $status -eq 77 ] && one_line && grep -q 'run as root, or with CAP_BPF and CAP_PERFMON' out
	result "check without root: 77 and the remedy"
	unprivileged check -j
	[ $status -eq 77 ] && ! grep -vq '^{.*}$' out && grep -q '"state":"refused","reason":"no permission' out
	result "check -j without root"
	setpriv --inh-caps -all --bounding-set -all --no-new-privs open/rs record -d 50ms -o open/x.data >out 2>err
	status=$?
	[ $status -eq 77 ] && one_line && grep -q 'CAP_BPF and CAP_PERFMON' err && [ ! -e open/x.data ]
	result "root without capabilities: 77, the remedy, and no file"
	: >open/mine && chmod 600 open/mine && mkdir -m 700 closed
	unprivileged report open/mine
	[ $status -eq 1 ] && one_line && grep -q 'cannot open: Permission denied' err
	result "a recording of somebody else"
	unprivileged record -d 50ms -o closed/x
	[ $status -eq 1 ] && one_line && grep -q 'cannot create: Permission denied' err
	result "a directory of somebody else"
else
	skip "without root" "needs root and setpriv to become nobody"
fi
echo "1..$n"
