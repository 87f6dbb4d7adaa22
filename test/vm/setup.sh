#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what "make check-vm" needs: emulators and cross compilers by the
# system's apt (as root), C libraries and kernels into a cache of their own,
# $NETRING_CACHE or ~/.cache/netring. What is there already is left alone.
#
# usage: setup.sh MACHINE|push|all...

set -eu

. test/vm/lib.sh
mkdir -p "$cache"

list=$(machines "$@")
programs=$(for machine in $list; do word machines "$machine" 1; done | sort -u)
kernels=$(for machine in $list; do word machines "$machine" 2; done | sort -u)
systems=$(for kernel in $kernels; do word kernels "$kernel" 1; done | sort -u)

# What the system has to have.
packages='bc bison build-essential cpio debian-archive-keyring dpkg-dev flex
kmod libelf-dev libssl-dev python3 xz-utils zstd'
for program in $programs; do
	case $(word architectures "$program" 1) in
	"$(gcc -dumpmachine 2>/dev/null)") ;;
	*) packages="$packages gcc-$(word architectures "$program" 1 |
		tr _ -)" ;;
	esac
done
for system in $systems; do
	case $system in
	x86-64 | i386) packages="$packages qemu-system-x86" ;;
	arm*) packages="$packages qemu-system-arm ipxe-qemu" ;;
	mips*) packages="$packages qemu-system-mips" ;;
	ppc*) packages="$packages qemu-system-ppc" ;;
	*) packages="$packages qemu-system-misc" ;;
	esac
done
# shellcheck disable=SC2086 # several words
env -u APT_CONFIG sh tools/setup.sh $packages

newer=$(for machine in $list; do newer_emulator "$machine"; done | sort -u |
	while read -r package; do
		[ -d "$cache/qemu/$package" ] || echo "$package"
	done)

# The suites and architectures that what is not there yet comes from.
sources=$(
	[ -z "$newer" ] ||
		echo "bookworm-backports:$(dpkg --print-architecture)"
	[ -d "$cache/headers" ] || echo trixie:amd64
	for program in $programs; do
		[ ! -d "$cache/toolchain/$program" ] || continue
		from=$(word architectures "$program" 4)
		if [ "$from" = source ]; then
			echo bookworm:source
			from=bookworm
		fi
		echo "$from:$(word architectures "$program" 3)"
	done
	for kernel in $kernels; do
		! have_kernel "$kernel" || continue
		architecture=$(word architectures \
			"$(word kernels "$kernel" 1)" 3)
		# Sources are for all architectures: from an index that is there.
		[ -z "$(word kernels "$kernel" 4)" ] || architecture=amd64
		echo "$(word kernels "$kernel" 2):$architecture"
	done
)
# shellcheck disable=SC2086 # several words
[ -z "$sources" ] || apt_update $sources

# The kernel's headers for programs, the same for all architectures.
[ -d "$cache/headers" ] || {
	rm -rf "$cache/headers.new"
	apt_unpack "$cache/headers.new" linux-libc-dev/trixie
	mv "$cache/headers.new" "$cache/headers"
}
for package in $newer; do
	mkdir -p "$cache/qemu"
	rm -rf "$cache/qemu/new"
	apt_unpack "$cache/qemu/new" "$package/bookworm-backports" \
		qemu-system-data/bookworm-backports
	mv "$cache/qemu/new" "$cache/qemu/$package"
done
for program in $programs; do
	[ -d "$cache/toolchain/$program" ] || sh test/vm/toolchain.sh "$program"
done
for kernel in $kernels; do
	have_kernel "$kernel" || sh test/vm/kernel.sh "$kernel"
done
