#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# make.sh KERNEL...: records the golden recordings of these kernels anew.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
# WORKLOADS="small-folios" tests/replay/make.sh 6.1: only that one. NAME+lru_gen: with MGLRU.
for kernel in "$@"; do
	case $kernel in
	5.10 | 6.1) lru= ;;
	*) lru=:lru=n ;;
	esac
	# mglru-folios is small-folios under MGLRU; kept for 6.1 and 6.18.
	case $kernel in
	6.12) more="small-global+lru_gen small-memcg+lru_gen" ;;
	7.2) more="small-global+lru_gen small-memcg+lru_gen young+lru_gen" ;;
	*) more= ;;
	esac
	for workload in ${WORKLOADS:-small-global small-cache small-memcg small-folios $more}; do
		options=$lru
		[ $workload = ${workload%+lru_gen} ] || options=:lru=y
		[ $workload != small-folios ] || options=$lru:mode=folios
		what=$kernel:${workload%+lru_gen}$options
		[ $workload != mglru-folios ] || what=$kernel:small-folios:lru=y:mode=folios
		"$top/tests/vm/test.sh" "$what" | grep '^not' || true
		cp "$top/build/vm/${what//[:=]/-}/r.data" "$here/$kernel-${workload/+/-}.data"
	done
done
"$here/replay.sh" "$top/build" --write
