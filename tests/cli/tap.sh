# SPDX-License-Identifier: GPL-2.0-only
# What the tests of the command line share. Sourced; $1 is the directory with the program.
set -u
build=$(cd "$1" && pwd)
rs=$build/reclaimscope
dir=$(mktemp -d /tmp/rs-cli-XXXXXX)
n=0

# result TEXT: ok if the command before succeeded; else what was seen
result() {
	if [ $? -eq 0 ]; then
		n=$((n + 1))
		echo "ok $n - $1"
	else
		n=$((n + 1))
		echo "not ok $n - $1"
		[ ! -e "$dir/err" ] || sed 's/^/# stderr: /' "$dir/err" | head -10
		[ ! -e "$dir/out" ] || sed 's/^/# stdout: /' "$dir/out" | head -5
		echo "# status: ${status:-}"
	fi
}

skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

run() { # run ARGUMENTS...: the program, its output kept
	"$rs" "$@" >"$dir/out" 2>"$dir/err" </dev/null
	status=$?
}

one_line() {
	[ "$(wc -l <"$dir/err")" -eq 1 ]
}

# refuses STATUS PATTERN ARGUMENTS...: ends with STATUS, one line on stderr with PATTERN in it, nothing on stdout
refuses() {
	local expected=$1 pattern=$2
	shift 2
	run "$@"
	[ "$status" -eq "$expected" ] && one_line && grep -qE -e "$pattern" "$dir/err" && [ ! -s "$dir/out" ]
	result "$(echo "$*" | tr '\n\033' '??'): $expected, \"$pattern\""
}

# Can anything be recorded here?
can_record() {
	run record -q -d 50ms -o "$dir/can"
	rm -f "$dir/can"
	[ "$status" -ne 77 ]
}

# Waits until the recording has its first blocks; 5 s.
wait_for_file() {
	local i=0
	while [ ! -s "$1" ] && [ $i -lt 400 ]; do
		sleep 0.05
		i=$((i + 1))
	done
	[ -s "$1" ]
}
