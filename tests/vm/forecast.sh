#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# forecast.sh record [KERNEL...]   records runs into exhaustion and runs that recover in guests
# forecast.sh score                scores the forecasts of those recordings, and writes the tables of docs/forecast.md
# RUNS='x-fast|r-free' in the environment: only these.
#
# A run is known by how it goes (x: into exhaustion, r: it recovers), its shape, and its part: the method was made from parts
# a to e, in this order, each of which was unseen once. Parts e to g were drawn at random, so that nobody chose what they are like: up
# to three steps to a size below what there is, with a pause or a fall after each, at 5 to 50 MiB/s (even in the logarithm); then x- runs
# grow on until memory is out, and r- runs stop between 30 and 97 % of it, and half of them free it all. A third have files read beside.
set -u
. "$(dirname "$0")/lib.sh"
build=$TOP/build
results=$build/forecast

times() { # times N STEPS...
	local i n=$1
	shift
	for ((i = 0; i < n; i++)); do printf '%s ' "$*"; done
}

# machine part name command
runs() {
	cat <<END
none a x-ramp load shape 600:30
none b x-ramp load shape 600:60
none a x-slow load shape 600:100
none b x-slow load shape 600:80
none a x-fast load shape 600:15
none b x-fast load shape 600:22
none a x-steps load shape $(times 15 40:0.3 0:3)
none b x-steps load shape $(times 10 60:1 0:4)
none a x-pauses load shape $(times 20 30:2 0:2)
none b x-pauses load shape $(times 14 45:2 0:3)
none a x-faster load shape 20:6 40:6 80:6 160:6 400:8
none b x-faster load shape 30:8 60:8 120:8 400:11
none a x-slower load shape 250:8 100:8 50:8 200:40
none b x-slower load shape 200:8 120:10 60:10 240:36
none a x-cache load stream /data/big 640 1; load shape 600:40
none b x-cache load stream /data/big 640 1; load shape 600:25
none a x-stream load stream /data/big 640 99 & load shape 600:40; kill \$!
none b x-stream load stream /data/big 640 99 & load shape 600:60; kill \$!
none a x-saw load shape $(times 20 60:1 -60:0 0:2) & load shape 500:40; kill \$!
none b x-saw load shape $(times 30 40:0.5 -40:0.5 0:1) & load shape 500:55; kill \$!
none a r-hold load shape 300:20 0:15
none b r-hold load shape 330:30 0:15
none a r-free load shape 340:25 -340:1 0:12
none b r-free load shape 320:15 0:5 -320:0 0:15
none a r-burst load shape $(times 5 250:2 0:1 -250:0 0:4) 0:10
none b r-burst load shape $(times 4 300:4 -300:1 0:5) 0:10
none a r-saw load shape $(times 4 120:5 -120:5) 0:10
none b r-saw load shape $(times 4 200:8 -200:2) 0:10
none a r-stream load stream /data/big 640 3; sleep 12
none b r-stream load stream /data/big 640 1; sleep 4; load stream /data/big 500 1; sleep 12
none a r-both load stream /data/big 640 99 & load shape $(times 6 100:2 -100:0 0:3) 0:10; kill \$!
none b r-both load stream /data/big 640 99 & load shape $(times 5 150:3 -150:0 0:4) 0:10; kill \$!
none a r-stairs load shape $(times 5 60:1 0:3) $(times 5 -60:1 0:2) 0:10
none b r-stairs load shape $(times 4 80:2 0:3) $(times 4 -80:1 0:2) 0:10
none a r-leak load shape $(times 10 30:2 0:2) -300:0 0:14
none b r-leak load shape $(times 8 40:3 0:2) -320:0.5 0:14
none a r-faster load shape 20:5 40:5 80:5 140:5 0:15
none b r-faster load shape 30:6 60:6 120:6 90:8 0:14
zram:256 a x-zram load shape 900:45
zram:256 b x-zram load shape 900:70
zram:256 a r-zram load shape 440:30 0:15
zram:256 b r-zram load shape 470:20 0:15
disk:256 a x-disk load shape 900:50
disk:256 b x-disk load shape 900:75
disk:256 a r-disk load shape 450:30 0:12 -300:1 0:12
disk:256 b r-disk load shape 500:40 0:15
none c x-wave load shape $(times 8 10:1 30:1 50:1 30:1)
none c x-late load shape 40:40 500:25
none c x-two load shape 250:50 & load shape 350:40; wait
none c x-halves load shape 220:10 0:12 400:18
none c x-drip load shape $(times 60 8:0.1 0:0.9)
none c x-back load shape $(times 6 180:8 -60:1 0:2)
none c x-reads load reads /data/big 400 200000 & load shape 600:45; kill \$!
none c x-stages load shape 300:6 300:40
none c r-peaks load shape 360:20 -360:0 0:8 300:12 -300:0 0:12
none c r-plateaus load shape 150:6 0:10 120:8 0:20
none c r-wave load shape $(times 4 260:9 -260:6) 0:10
none c r-cache load stream /data/big 640 1; load shape 200:20 0:15
none c r-reads load reads /data/big 300 60000; sleep 12
none c r-two load shape 150:20 0:12 & load shape 150:10 -150:5 0:12; wait
none c r-late load shape 30:30 250:10 0:15
zram:256 c x-zram load shape $(times 18 50:1 0:2)
zram:256 c r-zram load shape 430:15 0:20
disk:256 c x-disk load shape 300:10 600:60
disk:256 c r-disk load shape 420:40 0:20
none d x-again load shape 260:8 -200:4 450:30
none d x-crawl load shape $(times 100 5:1)
none d x-bursty load shape $(times 30 25:0.3 -8:0.3 0:1)
none d x-after load stream /data/big 400 1; load shape 300:8 0:5 300:20
none d x-accel load shape 10:5 20:5 40:5 60:5 90:5 120:5 200:6
none d x-three load shape 120:20 & load shape 150:25 & load shape 300:40; wait
none d x-sawup load shape $(times 9 90:3 -40:1 0:1)
none d r-hump load shape 120:10 200:8 -250:15 0:10
none d r-sine load shape $(times 3 60:3 120:3 60:3 -60:3 -120:3 -60:3) 0:10
none d r-tries load shape 200:10 -200:1 0:5 280:12 -280:1 0:5 320:14 -320:1 0:10
none d r-stop load shape 310:12 0:30
none d r-pair load shape 160:9 -160:3 0:20 & load shape 0:10 180:9 -180:3 0:10; wait
none d r-scan load stream /data/big 500 2; load shape 150:10 0:12
none d r-step load shape $(times 3 100:1 0:8) 0:10
zram:256 d x-zram load shape 500:20 0:5 450:25
zram:256 d r-zram load shape 300:10 -200:4 300:14 0:15
none e x-1 load shape 172:7.4 0:5.4 102:3.2 600:80.9
none e x-2 load shape 47:1.1 -17:3.6 53:4.9 -25:2.2 99:8.5 600:24.4
none e x-3 load shape 55:1.5 -17:2.7 51:8.1 -29:0.9 34:3.4 600:25.5
none e x-4 load shape 62:1.3 -20:2.4 43:3.9 600:47.1
none e x-5 load shape 131:10.1 0:2.5 27:1.1 0:3.9 26:2.7 600:27.7
none e x-6 load shape 57:2.3 -27:0.8 207:4.2 -123:1.4 158:24.1 600:28.9
none e x-7 load shape 5:0.6 -1:2.9 19:1.7 -11:2.6 47:1.9 600:15.8
none e x-8 load shape 210:24.8 600:17.1
zram:256 e x-9 load shape 5:0.6 -2:1 189:10.8 0:6.7 19:0.5 -25:2.4 111:6 900:21.5
disk:256 e x-10 load shape 355:66.7 900:90.6
none e r-1 load stream /data/big 355 99 & load shape 383:8.6 0:1 -383:2.5 0:12; kill \$!
none e r-2 load shape 367:12.9 0:2 -367:1.1 0:12
none e r-3 load stream /data/big 159 1; load shape 19:1.3 -11:3.8 111:20 -40:2.3 46:1.5 0:7.3 197:5 0:6.1 0:12
none e r-4 load stream /data/big 255 99 & load shape 320:33.5 0:9.5 0:12; kill \$!
none e r-5 load shape 95:5.9 -15:0.6 104:9.6 -82:3.4 194:32.7 0:5.8 0:12
none e r-6 load shape 127:15.1 -45:1.2 151:6.6 0:1.2 0:12
none e r-7 load reads /data/big 357 200000 & load shape 311:47.9 0:1.1 -311:0.6 0:12; kill \$!
none e r-8 load shape 70:1.7 -8:1.7 178:4.9 0:7.8 0:12
zram:256 e r-9 load shape 2:0.5 0:7.2 188:8.1 0:5.1 0:12
disk:256 e r-10 load shape 183:35.2 0:2.2 142:21.4 -84:2.4 227:13.8 0:1.9 -469:1.4 0:12
none f x-1 load stream /data/big 487 1; load shape 46:1.9 -7:0.6 203:9.7 -29:4 63:2.2 600:68
none f x-2 load shape 49:3.8 -20:2.7 36:2.4 -19:2.4 121:10.1 -68:2.8 76:2.1 600:25.2
none f x-3 load shape 9:1.2 -2:2.6 29:4.4 -11:3.1 170:6.9 -69:3.9 134:6.2 600:14.8
none f x-4 load shape 77:1.7 600:19.1
none f x-5 load shape 85:16.9 -10:3 79:13.6 0:3.4 24:4.4 600:95.8
none f x-6 load shape 59:1.3 0:6.2 40:4.7 600:39.6
none f x-7 load shape 41:5.3 600:114.4
none f x-8 load shape 171:31.6 -48:1.8 116:21.5 600:105.1
zram:256 f x-9 load shape 65:2.1 0:4.7 56:3 900:35.2
disk:256 f x-10 load shape 22:4.3 0:4.6 37:1 -23:3.3 75:2.1 -53:2.2 90:6.1 900:25.8
none f r-1 load reads /data/big 535 200000 & load shape 387:57 0:3.8 0:12; kill \$!
none f r-2 load shape 115:4.5 0:3.4 139:3.9 -110:0.6 133:26.7 -92:3.5 173:5.2 0:2 -358:1 0:12
none f r-3 load stream /data/big 289 1; load shape 317:6.5 0:7.1 0:12
none f r-4 load reads /data/big 117 200000 & load shape 146:15.2 -57:3.9 148:13.7 0:4 -236:1.9 0:12; kill \$!
none f r-5 load shape 42:3.5 -23:0.6 30:0.8 0:7.6 75:1.9 -49:1.6 90:7.9 0:8.6 0:12
none f r-6 load shape 124:7.5 0:5.8 -124:1.4 0:12
none f r-7 load shape 22:2.4 -5:2.7 43:4.8 -16:1.1 38:1 -27:0.5 172:26.8 0:5.7 -228:2.6 0:12
none f r-8 load stream /data/big 182 99 & load shape 324:25.8 0:1.3 0:12; kill \$!
zram:256 f r-9 load shape 426:24.9 0:5.3 92:17.5 0:8 -518:1.7 0:12
disk:256 f r-10 load shape 6:1 -2:2.4 41:2.4 -22:0.9 52:9.8 0:6.5 131:4.1 0:8.7 0:12
none g x-1 load shape 37:4 0:3.1 58:2.3 600:23.8
none g x-2 load shape 197:14.8 600:36.6
none g x-3 load reads /data/big 597 200000 & load shape 71:4.4 -11:2.3 32:5 -29:1.7 33:4.6 0:6.4 165:4.1 600:47; kill \$!
none g x-4 load shape 58:2 0:2.9 11:0.5 0:1.8 53:2.7 600:20.3
none g x-5 load shape 2:0.5 -1:2.5 18:2.2 0:5.4 120:19.4 -54:0.2 77:2.7 600:38.9
none g x-6 load shape 180:34.5 0:3 11:1.9 600:33.1
none g x-7 load reads /data/big 221 200000 & load shape 246:12 600:109.1; kill \$!
none g x-8 load shape 90:2.2 600:34.9
zram:256 g x-9 load shape 2:0.5 0:5.1 109:4.2 0:5.9 73:11.5 -76:0.7 82:1.8 900:83.4
disk:256 g x-10 load shape 315:6.7 900:82.7
none g r-1 load shape 79:2.6 0:1.8 99:4.8 -97:0.6 238:19.5 0:5.1 12:1.6 0:5.2 0:12
none g r-2 load stream /data/big 369 99 & load shape 63:4.5 0:6.6 68:5 -44:1.3 67:10.3 0:8.3 0:12; kill \$!
none g r-3 load shape 75:6.3 0:6.7 181:4.3 -124:0.3 221:8.6 0:0 -353:2.6 0:12
none g r-4 load shape 342:56.7 0:6.3 24:0.5 0:4.5 -366:1.8 0:12
none g r-5 load shape 126:12.3 -17:3.4 57:2.1 -45:0.8 61:11.4 0:5.5 69:6.3 0:4.7 0:12
none g r-6 load reads /data/big 291 200000 & load shape 60:2.6 -31:1.2 41:3.7 -24:1.1 101:2.3 -29:0.7 131:21.8 0:9.3 -248:0.9 0:12; kill \$!
none g r-7 load shape 216:6.8 0:6.2 0:12
none g r-8 load reads /data/big 491 200000 & load shape 95:18.3 -19:3 249:24 0:3.3 0:12; kill \$!
zram:256 g r-9 load shape 148:4.9 0:3.5 163:10 -94:1.1 115:2.8 0:1.8 86:5.3 0:0.3 0:12
disk:256 g r-10 load shape 221:19.7 0:7.3 0:12
END
}

record_guest() { # record_guest KERNEL MACHINE PART
	local dir=$results/$1-${2%:*}-$3 script
	mkdir -p "$dir"
	script=$dir/script
	{
		echo 'cd /out'
		runs | awk -v m="$2" -v h="$3" -v runs="${RUNS:-.}" '$1 == m && $2 == h && $3 ~ runs' | while read -r _ _ name command; do
			printf 'sync; echo 3 >/proc/sys/vm/drop_caches; sleep 1\n'
			printf "cat >/tmp/run <<'END'\n%s\ntrue\nEND\n" "$command"
			printf 'reclaimscope record -q -o %s.data --buffer 2m --gauge 100 --probes %s -- sh /tmp/run 2>>/out/stderr\n' \
				"$name" "$probes"
		done
	} >"$script"
	"$HERE/vm.sh" -k "$1" -o "$dir" -d -w "$2" -i -t 1500 -b "$build/reclaimscope" -b "$build/tests/vm/load" "$script" ||
		echo "$*: the guest ended with $?: $(tail -2 "$dir/console" | tr '\n' ' ')" >&2
}

# ---- scoring ----

member() { # member KEY: of a line of JSON
	sed -n "s/.*\"$1\":\([^,}]*\).*/\1/p"
}

percent() { # "0.05" is 5 %, and null was not seen coming
	case $1 in null) echo "unlimited" ;; *) awk -v x="$1" 'BEGIN { printf "%.0f %%", 100 * x }' ;; esac
}

two() {
	case $1 in null) echo "-" ;; *) awk -v x="$1" 'BEGIN { printf "%.2f", x }' ;; esac
}

row() { # row LABEL LINE: of the table of scores
	local reached error=- inside=-
	reached=$(member min_reached <<<"$2")
	[ "$reached" = 0 ] || { error=$(percent "$(member median_lead_error <<<"$2")"); inside="$(member inside_interval <<<"$2") of $reached"; }
	echo "| $1 | $(member judged <<<"$2") | $(two "$(member precision <<<"$2")") | $(two "$(member recall <<<"$2")") | $(
		two "$(member brier_direct <<<"$2")") ($(two "$(member brier_base_rate <<<"$2")")) | $error | $inside |"
}

table() { # table FILES...
	local line
	echo "| method | forecasts | precision | recall | Brier (base rate) | error of time to min, 10 s ahead, median | inside the 90 % interval |"
	echo "|---|---|---|---|---|---|---|"
	"$build/reclaimscope" forecast -j --score "$@" | while read -r line; do
		row "$(member method <<<"$line" | tr -d '"')" "$line"
	done
}

section() { # section PART: as the document has it
	printf '\n%s\n' "$(awk -v head="## Part $1:" '/^## Part/ { on = index($0, head) == 1 } on' "$TOP/docs/forecast.md")"
}

score_all() {
	local part f line kernel
	sed -n '1,/^<!-- scores/p' "$TOP/docs/forecast.md" >"$build/forecast.md"
	{
		for part in a b c d e f g; do
			set -- "$results"/*-$part/*.data
			[ -e "$1" ] || { section "$part"; continue; } # not recorded here: what was scored elsewhere stays
			case $part in
			a) printf '\n## Part a: the method was tuned on these runs\n\n' ;;
			b) printf '\n## Part b: other speeds and sizes. The method has seen them\n\n' ;;
			c) printf '\n## Part c: other shapes. The method has seen them\n\n' ;;
			d) printf '\n## Part d: the method has seen them. What it said before that is above\n\n' ;;
			e) printf '\n## Part e: drawn at random. The method has seen them. What it said before that is above\n\n' ;;
			f | g) printf '\n## Part %s: drawn at random; runs that the method has not seen\n\n' $part ;;
			esac
			echo "$(ls "$@" | grep -c '/x-') runs into exhaustion and $(ls "$@" | grep -c '/r-') that recover, on kernels $(
				for f in "$@"; do basename "$(dirname "$f")" | cut -d- -f1; done | sort -uV | paste -sd' ')."
			echo
			table "$@"
			for kernel in $(for f in "$@"; do basename "$(dirname "$f")" | cut -d- -f1; done | sort -uV); do
				line=$("$build/reclaimscope" forecast -j --score "$results/$kernel"-*-$part/*.data | head -1)
				row "reclaimscope, only $kernel" "$line"
			done
			printf '\n| run | hits | false alarms | misses | quiet | error of time to min |\n|---|---|---|---|---|---|\n'
			for f in "$@"; do
				line=$("$build/reclaimscope" forecast -j --score "$f" | head -1)
				kernel=$(basename "$(dirname "$f")")
				echo "| $(basename "$f" .data), ${kernel%-"$part"} | $(member hits <<<"$line") | $(member false_alarms <<<"$line") | $(
					member misses <<<"$line") | $(member quiet <<<"$line") | $(
					[ "$(member min_reached <<<"$line")" = 0 ] && echo - || percent "$(member median_lead_error <<<"$line")") |"
			done
		done
		set -- "$results"/*-[fg]/*.data
		if ls "$results"/*-f/*.data "$results"/*-g/*.data >/dev/null 2>&1; then
			printf '\n## Part f and g: all that the method has not seen\n\n'
			table "$@"
		else
			section "f and g"
		fi
	} >>"$build/forecast.md"
	cp "$build/forecast.md" "$TOP/docs/forecast.md"
}

# Stalls and kswapd are enough: what is forecast from is the gauge.
probes=-cost,-lru_gen,-marks,-memcg,-retry,-scan,-shrinker,-workingset

case ${1:-} in
record)
	shift
	"$HERE/images.sh" data || exit 1
	for kernel in "${@:-6.1 7.2}"; do
		for k in $kernel; do
			"$HERE/fetch.sh" qemu "$k" || exit 1
			for machine in none zram:256 disk:256; do
				for part in a b c d e f g; do record_guest "$k" "$machine" "$part"; done
			done
		done
	done ;;
guest) record_guest "$2" "$3" "$4" ;; # one of them
score)
	score_all ;;
*) echo "usage: forecast.sh record [KERNEL...] | score" >&2; exit 2 ;;
esac
