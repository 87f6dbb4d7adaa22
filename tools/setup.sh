#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the Debian packages that goals of the Makefile need, or others. No
# package that has a service is installed: single programs are taken out of
# such ones, into $NETRING_CACHE/bin; or, by root for everybody, into
# /var/cache/netring/bin, by others into ~/.cache/netring/bin.
#
# usage: setup.sh --for [GOAL]...   what they need; without any, what check does
#        setup.sh --list [GOAL]...  only prints it
#        setup.sh PACKAGE...

set -eu

shared=/var/cache/netring
if [ "$(id -u)" -eq 0 ]; then
	cache=${NETRING_CACHE:-$shared}
else
	cache=${NETRING_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/netring}
fi
PATH=$PATH:$cache/bin:$shared/bin
umask 022

# $1 a kind: its packages
packages_of() {
	case $1 in
	build) echo gcc make musl-tools ;;
	menus) echo python3-kconfiglib ;;
	demo)
		packages_of build
		echo iproute2 iputils-ping python3-minimal tcpdump util-linux
		;;
	check)
		packages_of demo
		packages_of menus
		echo bsdutils busybox clang clang-format clang-tidy clang-tools \
			cppcheck dash ethtool g++ gcovr git jq libc6-dev \
			libcap2-bin libclang-rt-dev libbpf-dev libcmocka-dev \
			libev-dev libpcap-dev libxdp-dev linux-libc-dev perl \
			pkg-config python3 python3-scapy shellcheck strace \
			tshark valgrind xdp-tools
		;;
	bench)
		packages_of demo
		echo ethtool gnuplot-nox ibverbs-providers libbpf-dev libbsd0 \
			libc6-dev libfdt1 libiperf0 libjansson4 libnuma1 \
			libpcap-dev libxdp-dev linux-libc-dev netsniff-ng \
			python3 strace tcpreplay valgrind
		;;
	esac
}

# $1 a kind: programs, and the packages they are taken out of
programs_of() {
	case $1 in
	check) echo promtool prometheus ;;
	bench)
		echo iperf3 iperf3
		;;
	esac
}

# The goals of the Makefile: which kinds they are of.
kinds_of() {
	for goal; do
		case $goal in
		setup) ;;
		demo) echo demo ;;
		bench*) echo bench ;;
		menuconfig | config | oldconfig | randconfig) echo menus ;;
		all | clean | help | install* | *_defconfig | *defconfig | \
			*config | *.a | *netring | netring.pc) echo build ;;
		*) echo check ;;
		esac
	done
}

root_only() {
	[ "$(id -u)" -eq 0 ] || {
		echo "Only root may install packages: run \"sudo make setup\"" \
			"for:$*" >&2
		exit 1
	}
}

# Before anything is fetched, apt is asked how much it is.
tell_size() {
	LC_ALL=C apt-get install --assume-no --no-install-recommends "$@" |
		awk '/newly installed/ { packages = $3 }
			/^Need to get/ { sub(/.*get /, ""); sub(/ of arch.*/, "")
				fetched = $0 }
			/^After this operation/ { used = $4 " " $5 }
			END { print "setup: " packages " packages, " fetched \
				" to fetch, " used " on disk." }' || :
}

updated=
update() {
	[ -z "$updated" ] || return 0
	apt-get update
	updated=1
}

install() {
	missing=
	for package; do
		case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
		*" installed") ;;
		*) missing="$missing $package" ;;
		esac
	done
	[ -n "$missing" ] || return 0
	if ! command -v apt-get >/dev/null; then
		echo "Not a Debian system; install what corresponds to:$missing" >&2
		exit 1
	fi
	root_only "$missing"
	update
	# shellcheck disable=SC2086 # one word a package
	set -- $missing
	tell_size "$@"
	DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends "$@"
}

# $1 a program, $2 the package it is taken out of
take() {
	! command -v "$1" >/dev/null || return 0
	[ "$(id -u)" -ne 0 ] || update
	apt-cache show --no-all-versions "$2" | awk -v program="$1" '
		/^Package:/ { name = $2 }
		/^Size:/ { size = $2 }
		END { printf "setup: %s, from the package %s: %.1f MB to " \
			"fetch.\n", program, name, size / 1e6 }'
	mkdir -p "$cache/bin"
	new=$(mktemp -d "$cache/new.XXXXXX")
	(
		trap 'rm -rf "$new"' EXIT
		trap 'exit 1' HUP INT TERM
		cd "$new"
		apt-get -o APT::Sandbox::User=root download "$2"
		dpkg-deb --fsys-tarfile ./*.deb | tar -x "./usr/bin/$1"
		mv "usr/bin/$1" "$cache/bin/$1"
	)
}

# The packages of the libraries that a program of DPDK names, and of the drivers
# that it is asked for, whose names end in the version of the libraries.
dpdk_packages() {
	readelf -d "$1" | awk '
		function package(name)
		{
			gsub(/_/, "-", name)
			return "lib" name (name ~ /[0-9]$/ ? "-" : "") version
		}
		match($0, /librte_[^.]*[.]so[.][0-9]+/) {
			split(substr($0, RSTART + 3, RLENGTH - 3), part, ".")
			version = part[3]
			print package(part[1])
		}
		END {
			print package("rte_net_af_packet")
			print package("rte_net_af_xdp")
			print package("rte_mempool_ring")
		}'
}

# testpmd and those: to install them starts the daemons of RDMA.
take_dpdk() {
	! command -v dpdk-testpmd >/dev/null || return 0
	[ "$(id -u)" -ne 0 ] || update
	echo "setup: dpdk-testpmd and its libraries: 4.4 MB to fetch, 12 MB on disk."
	mkdir -p "$cache/bin"
	rm -rf "$cache/dpdk"
	mkdir "$cache/dpdk"
	(
		cd "$cache/dpdk"
		fetch="apt-get -q -o APT::Sandbox::User=root download"
		$fetch dpdk-dev
		dpkg-deb --fsys-tarfile ./*.deb | tar -x ./usr/bin/dpdk-testpmd
		# shellcheck disable=SC2046 # one word a package
		$fetch $(dpdk_packages usr/bin/dpdk-testpmd)
		for file in ./librte*.deb; do
			dpkg-deb -x "$file" .
		done
		rm ./*.deb
	)
	drivers=$(echo "$cache"/dpdk/usr/lib/*/dpdk/pmds-*)
	libs=${drivers%/dpdk/*}
	cat >"$cache/bin/dpdk-testpmd" <<-END
		#!/bin/sh
		# What the system has comes first: it loads its own drivers in
		# any case, and two copies of one do not get along.
		for driver in '$drivers'/*; do
			[ -e '${drivers#"$cache/dpdk"}'/"\${driver##*/}" ] ||
				set -- -d "\$driver" "\$@"
		done
		export LD_LIBRARY_PATH='${libs#"$cache/dpdk"}:$libs'
		exec '$cache/dpdk/usr/bin/dpdk-testpmd' "\$@"
	END
	chmod +x "$cache/bin/dpdk-testpmd"
}

# $@ goals: sets $kinds and $packages
look_up() {
	kinds=$(kinds_of "$@" | sort -u)
	[ -n "$kinds" ] || kinds=check
	packages=$(for kind in $kinds; do packages_of "$kind"; done |
		tr ' ' '\n' | sort -u)
}

case ${1:-} in
--list)
	shift
	look_up "$@"
	echo "$packages"
	for kind in $kinds; do
		programs_of "$kind"
	done
	exit
	;;
--for)
	shift
	look_up "$@"
	# shellcheck disable=SC2086 # one word a package
	install $packages
	for kind in $kinds; do
		programs_of "$kind" | while read -r program package; do
			take "$program" "$package" </dev/null
		done
	done
	case $kinds in
	*bench*) take_dpdk ;;
	esac
	;;
*)
	install "$@"
	;;
esac
echo "setup: all of it is here."
