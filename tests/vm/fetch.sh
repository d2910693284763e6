#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# fetch.sh [qemu] [5.10 6.1 6.12 6.18 7.2]: downloads and unpacks, never installs, what the lab boots.
#
# Kernels of other Debian releases come from this machine's own mirror, through a private apt
# configuration for each release. Everything is kept in $RS_VM_CACHE; a second call costs nothing.
# Debian 12's own QEMU 7.2 corrupts guests, so QEMU 10 is taken from bookworm-backports.
set -u
. "$(dirname "$0")/lib.sh"

# apt for one release, with lists and caches of its own.
apt_for() { # apt_for SUITE PROGRAM ARGUMENTS...
	local suite=$1 program=$2 dir=$CACHE/apt/$1 uri
	shift 2
	if [ ! -e "$dir/updated" ]; then
		uri=$(awk '$1 == "URIs:" { print $2; exit }' /etc/apt/sources.list.d/debian.sources 2>/dev/null)
		[ -n "$uri" ] || uri=$(awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^https?:/) { print $i; exit } }' \
			/etc/apt/sources.list 2>/dev/null)
		[ -n "$uri" ] || { echo "fetch.sh: no Debian mirror in this machine's apt sources" >&2; return 1; }
		mkdir -p "$dir/lists/partial"
		printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
			"$uri" "$suite" >"$dir/debian.sources"
		apt_with "$dir" apt-get -qq update || return 1
		touch "$dir/updated"
	fi
	apt_with "$dir" "$program" "$@"
}

# Empty package caches: releases must not share a binary cache.
apt_with() { # apt_with DIR PROGRAM ARGUMENTS...
	local dir=$1 program=$2
	shift 2
	"$program" -o APT::Sandbox::User=root -o Dir::Etc::sourcelist="$dir/debian.sources" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::State::Lists="$dir/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= "$@"
}

newest() { # newest SUITE REGEX
	apt_for "$1" apt-cache search --names-only "$2" | awk '{ print $1 }' | sort -V | tail -1
}

unpack() { # unpack DIRECTORY SUITE PACKAGE...
	local to=$1 suite=$2 debs
	shift 2
	debs=$(mktemp -d "$CACHE/debs.XXXXXX")
	rm -rf "$to"
	mkdir -p "$to"
	if ! (cd "$debs" && apt_for "$suite" apt-get -qq download "$@" >/dev/null 2>&1); then
		rm -rf "$debs" "$to"
		echo "fetch.sh: cannot download $* of $suite" >&2
		return 1
	fi
	for deb in "$debs"/*.deb; do dpkg-deb -x "$deb" "$to"; done
	rm -rf "$debs"
}

fetch_kernel() { # fetch_kernel LABEL SUITE REGEX
	local label=$1 suite=$2 regex=$3 dir=$CACHE/kernel-$1 package version release
	[ -e "$dir/ready" ] && return 0
	package=$(newest "$suite" "$regex")
	[ -n "$package" ] || { echo "fetch.sh: no kernel like $regex in $suite" >&2; return 1; }
	case $package in
	linux-binary-*) # newer releases split the image into three packages
		version=${package#linux-binary-}
		unpack "$dir" "$suite" "$package" "linux-modules-$version" "linux-base-$version" || return 1 ;;
	*)
		unpack "$dir" "$suite" "$package" || return 1 ;;
	esac
	[ -d "$dir/lib/modules" ] || ln -s usr/lib "$dir/lib"
	release=$(ls "$dir/lib/modules" | head -1)
	cp -l "$(find "$dir" -type f -name 'vmlinuz*' | head -1)" "$dir/vmlinuz"
	depmod -b "$dir" "$release" || return 1
	echo "$release" >"$dir/release"
	touch "$dir/ready"
	echo "kernel $label: $release"
}

fetch_qemu() {
	[ -e "$CACHE/qemu/ready" ] && return 0
	unpack "$CACHE/qemu" bookworm-backports qemu-system-x86 qemu-system-common qemu-system-data seabios || return 1
	touch "$CACHE/qemu/ready"
	echo "qemu: $("$CACHE/qemu/usr/bin/qemu-system-x86_64" --version | head -1)"
}

mkdir -p "$CACHE"
exec 9>"$CACHE/lock" # two calls at once would unpack over each other
flock 9
status=0
for what in "${@:-qemu $ALL_KERNELS}"; do
	for item in $what; do
		case $item in
		qemu) fetch_qemu ;;
		5.10) fetch_kernel 5.10 bullseye '^linux-image-5\.10\.0-[0-9]+-cloud-amd64$' ;;
		6.1) fetch_kernel 6.1 bookworm '^linux-image-6\.1\.0-[0-9]+-cloud-amd64$' ;;
		6.12) fetch_kernel 6.12 trixie '^linux-image-6\.12\.[0-9]+\+deb13-cloud-amd64$' ;;
		6.18) fetch_kernel 6.18 trixie-backports '^linux-image-6\.18\.[0-9]+\+deb13-cloud-amd64$' ;;
		7.2) fetch_kernel 7.2 forky '^linux-binary-7\.[0-9.]+\+deb14-cloud-amd64$' ;;
		*) echo "fetch.sh: no kernel $item; there are $ALL_KERNELS" >&2; false ;;
		esac || status=1
	done
done
exit $status
