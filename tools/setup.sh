#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the Debian packages that "make check", "make demo" and "make bench"
# need, or others.
#
# usage: setup.sh [PACKAGE]...

set -eu

packages='bsdutils busybox clang clang-format clang-tidy clang-tools cppcheck dash
dpdk ethtool g++ gcc gcovr git gnuplot-nox iperf3 iproute2 iputils-ping jq libc6-dev libcap2-bin
libclang-rt-dev libbpf-dev libcmocka-dev libev-dev libpcap-dev libxdp-dev
librte-meta-mempool librte-meta-net linux-libc-dev make musl-tools netsniff-ng
perl pkg-config procps prometheus python3 python3-kconfiglib python3-scapy
shellcheck strace tcpdump tcpreplay tshark util-linux valgrind xdp-tools'

[ $# -eq 0 ] || packages=$*

missing=
for package in $packages; do
	case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
	*" installed") ;;
	*) missing="$missing $package" ;;
	esac
done

if [ -z "$missing" ]; then
	echo "All packages are installed."
	exit 0
fi
if ! command -v apt-get >/dev/null; then
	echo "Not a Debian system; install what corresponds to:$missing" >&2
	exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
	echo "Only root may install packages: run \"sudo make setup\"" \
		"for:$missing" >&2
	exit 1
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update
# shellcheck disable=SC2086 # one word a package
apt-get install -y --no-install-recommends $missing
