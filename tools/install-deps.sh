#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Installs what is missing on Debian: install-deps.sh build|test|vm|bench...
# Does nothing, and needs no permission, when everything is there.
set -eu
build="clang-14 llvm-14 bpftool libbpf-dev libelf-dev zlib1g-dev libzstd-dev libdeflate-dev libjson-c-dev uthash-dev"
test="$build libcmocka-dev clang-format-14 libclang-rt-14-dev"
vm="$test busybox-static cpio kmod zstd xz-utils e2fsprogs qemu-system-x86"
bench="$vm libbpf-tools bpftrace trace-cmd linux-perf"
missing=
for group in "$@"; do
	case $group in
	build) packages=$build ;;
	test) packages=$test ;;
	vm) packages=$vm ;;
	bench) packages=$bench ;;
	*) echo "install-deps.sh: no group $group" >&2; exit 2 ;;
	esac
	for p in $packages; do
		case " $missing " in *" $p "*) continue ;; esac
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
	done
done
[ -n "$missing" ] || exit 0
echo "installing:$missing"
if [ "$(id -u)" -ne 0 ]; then
	echo "install-deps.sh: not root; install them yourself: apt-get install$missing" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# Package lists may be missing or old on a fresh machine.
apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 && exit 0
apt-get update -qq
apt-get install -y -qq --no-install-recommends $missing >/dev/null
