#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# tune.sh BUILD: forecast and recommend, of recordings and of this host. Prints TAP.
. "$(dirname "$0")/tap.sh"
trap 'rm -rf "$dir"' EXIT
replay=$(cd "$(dirname "$0")/../replay" && pwd)
bursty=$replay/6.1-small-cache.data
cd "$dir" || exit 1

json_lines() { # every line of out is one JSON object
	python3 -c 'import json, sys
for line in sys.stdin: assert isinstance(json.loads(line), dict)' <out
}
have_python=$(command -v python3)

run recommend "$bursty"
[ "$status" -eq 0 ] && [ ! -s err ] && grep -q '^What counts' out && grep -q 'set   vm.watermark_scale_factor: 10 -> [0-9]' out &&
	grep -q 'undo  sysctl -w vm.watermark_scale_factor=10$' out
result "recommend says what counts, what to set, and the undo"
run recommend -j "$bursty"
members=0
for member in id key now proposed gain cost confidence undo; do
	grep '"type":"advice"' out | grep -q "\"$member\":" && members=$((members + 1))
done
[ "$status" -eq 0 ] && [ "$(grep -c '"type":"advice"' out)" -eq 1 ] && [ $members -eq 8 ]
result "recommend -j: each advice has its members"
if [ -n "$have_python" ]; then json_lines; result "recommend -j is NDJSON"; else skip "recommend -j is NDJSON" "no python3"; fi
proposed=$(sed -n 's/.*"proposed":\([0-9]*\).*/\1/p' out)
run recommend -f sysctl "$bursty"
[ "$(grep -v '^#' out | grep .)" = "vm.watermark_scale_factor = $proposed" ]
result "recommend -f sysctl: a file for sysctl.d with the same value"
run recommend -f tuned "$bursty"
grep -q '^\[sysctl\]$' out && grep -q "^vm.watermark_scale_factor=$proposed$" out
result "recommend -f tuned: a profile"
run recommend -f shell "$bursty"
# What it would do, told by a sysctl that only says so.
mkdir bin && printf '#!/bin/sh\necho "$@"\n' >bin/sysctl && chmod 755 bin/sysctl
[ "$(PATH=$dir/bin:$PATH sh out)" = "-w vm.watermark_scale_factor=$proposed" ] &&
	[ "$(PATH=$dir/bin:$PATH sh out undo)" = "-w vm.watermark_scale_factor=10" ]
result "recommend -f shell: a script that sets, and undoes"
run recommend "$replay/6.18-small-memcg.data"
[ "$status" -eq 0 ] && grep -q '^Change nothing' out && ! grep -q '  set  ' out
result "recommend: change nothing"
cp out fine
run recommend --simulate "$replay/6.18-small-memcg.data"
[ "$status" -eq 0 ] && [ ! -s err ] && cmp -s out fine
result "recommend --simulate: nothing to try is not simulated"
run recommend "$bursty"
cp out rules
run recommend --simulate "$bursty"
[ "$status" -eq 0 ] && grep -q 'not simulated: the recording does not tell the time lost' err && cmp -s out rules
result "recommend --simulate says why it cannot, and gives the advice of the rules"
run recommend --simulate "$replay/5.10-small-global.data"
[ "$status" -eq 0 ] && ! grep -q '  set  ' out && grep -q 'may lose more than it gains' out
result "recommend: a load that swaps keeps its marks where the simulation cannot tell"
refuses 2 'must be text, json, sysctl, tuned or shell' recommend -f yaml "$bursty"
refuses 2 'only one recording' recommend a b
refuses 1 'cannot open|No such file' recommend no/such

run forecast "$bursty"
[ "$status" -eq 0 ] && [ ! -s err ] && grep -q '^~ Forecast' out &&
	grep -Eq '^reclaimscope +[0-9]+ +[0-9]+ +[0-9.-]+ +[0-9.-]+ 0[.][0-9]{3} \(0[.][0-9]{3}\) ' out &&
	grep -Eq "^adaptivemm's rule \(15 s\) +[0-9]" out && grep -q '^came: forecasts that direct reclaim followed' out
result "forecast of a recording, with the scores of three methods"
run forecast -j "$bursty"
[ "$status" -eq 0 ] && [ "$(grep -c '"type":"forecast_score"' out)" -eq 3 ] && [ "$(grep -c '"type":"forecast"' out)" -gt 2 ]
result "forecast -j: a line each second, and the scores"
if [ -n "$have_python" ]; then json_lines; result "forecast -j is NDJSON"; else skip "forecast -j is NDJSON" "no python3"; fi
one=$(grep '"type":"forecast_score"' out | head -1 | sed 's/.*"judged":\([0-9]*\).*/\1/')
run forecast -j --score "$bursty" "$bursty"
[ "$status" -eq 0 ] && [ "$(grep -c . out)" -eq 3 ] && [ "$(head -1 out | sed 's/.*"judged":\([0-9]*\).*/\1/')" -eq $((2 * one)) ]
result "forecast --score adds recordings up"
run forecast -d 2500ms -j
[ "$status" -eq 0 ] && [ "$(grep -c '"type":"forecast"' out)" -ge 2 ]
result "forecast of this host"
run forecast -d 1500ms
[ "$status" -eq 0 ] && grep -q 'reclaimable MiB' out && grep -q '^No forecast has come due: each is judged 10 s after' out &&
	! grep -q '^How right' out
result "forecast too short to be judged says so"
head -c 20000 "$bursty" >cut.data
run forecast cut.data
[ "$status" -eq 0 ] && grep -q '^No forecast: it takes two readings of the gauge' out && [ "$(grep -c . out)" -eq 1 ]
result "forecast of one reading says that it takes two"
refuses 2 'must be a time from 1s to 1min' forecast -H 2m
refuses 2 'is for watching this host' forecast -d 1 "$bursty"
refuses 2 'can only be scored together' forecast "$bursty" "$bursty"
refuses 1 'cannot open|No such file' forecast no/such
echo "1..$n"
