#!/bin/sh
# SPDX-License-Identifier: MIT
# Fetches a kernel of Debian's, or builds one of its sources.
#
# usage: kernel.sh KERNEL      makes in $cache/kernel/KERNEL: vmlinuz, config,
#                              version, and modules/ with their order in a list

set -eu

. test/vm/lib.sh

# What the tests make of devices and queues, where the kernel has it.
modules='veth tun bridge dummy macvlan 8021q ip_gre ipip sit sch_tbf sch_fq
sch_etf sch_netem sch_ingress virtio_pci virtio_mmio virtio_net igb act_mirred
cls_bpf cls_matchall'

name=$1
system=$(word kernels "$name" 1)
suite=$(word kernels "$name" 2)
package=$(word kernels "$name" 3)
fragment=$(word kernels "$name" 4)
to=$cache/kernel/$name
new=$to.new

rm -rf "$new"
mkdir -p "$new/modules"

# $1 a kernel's directory of /lib/modules below $new
pick_modules() {
	version=${1##*/}
	/sbin/depmod -b "$new" "$version"
	for module in $modules; do
		/sbin/modprobe -d "$new" -S "$version" --show-depends \
			"$module" 2>/dev/null || :
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$new/paths"
	while read -r path; do
		file=$(basename "$path")
		case $file in
		*.xz) xz -dc "$path" >"$new/modules/${file%.xz}" ;;
		*.zst) zstd -dqc "$path" >"$new/modules/${file%.zst}" ;;
		*) cp "$path" "$new/modules/" ;;
		esac
		echo "$file" | sed 's/\.[xz]*z$//; s/\.zst$//'
	done <"$new/paths" >"$new/modules/list"
}

# $1 a package's pattern
unpack() {
	image=$(apt_newest "$1")
	[ -n "$image" ] || {
		echo "no package $1 in $suite" >&2
		exit 1
	}
	version=${image#linux-image-}
	echo "kernel: $name is $version"
	# Since 6.19 in parts.
	# shellcheck disable=SC2046 # several words
	apt_unpack "$new/root" $(apt-cache pkgnames | grep -x -F -e "$image" \
		-e "linux-binary-$version" -e "linux-modules-$version" |
		sed "s/\$/:$(word architectures "$system" 3)/")
	cp "$(find "$new/root" -name 'vmlinu[xz]*' -type f | head -n 1)" \
		"$new/vmlinuz"
	cp "$(find "$new/root" -name "config*" -type f -path "*$version*" |
		head -n 1)" "$new/config"
	mkdir -p "$new/lib"
	mv "$(find "$new/root" -path '*/lib/modules' -type d)" "$new/lib/"
	pick_modules "$new/lib/modules/$version"
	echo "$version" >"$new/version"
	rm -r "$new/root" "${new:?}/lib" "$new/paths"
}

# $1 what was asked for, $2 the configuration that came of it: an option that
# the kernel does not have, or whose needs are not met, is left out in silence.
taken() {
	lost=$(grep CONFIG_ "$1" | while read -r line; do
		case $line in
		*=*) grep -q -x -F "$line" "$2" || echo "$line" ;;
		*) line=${line#\# } && grep -q "^${line%% *}=" "$2" &&
			echo "# $line" ;;
		esac || :
	done)
	[ -z "$lost" ] || {
		printf 'not taken from %s:\n%s\n' "$1" "$lost" >&2
		exit 1
	}
}

# $1 a package's name, $2 its configuration
build() {
	echo "kernel: $name is built of $1"
	compiler=$(word architectures "$system" 1)
	apt_unpack "$new/root" "$1/$suite"
	tar -x -C "$new" -f "$new"/root/usr/src/"$1".tar.*
	case $system in
	x86-64) arch=x86_64 target=bzImage image=arch/x86/boot/bzImage ;;
	mips) arch=mips target=vmlinux image=vmlinux ;;
	esac
	set -- make -s -C "$new/$1" O="$new/build" ARCH="$arch" \
		CROSS_COMPILE="$compiler-" "-j$(nproc)" \
		KCONFIG_ALLCONFIG="$vm/$2" KCFLAGS=-w
	(
		unset APT_CONFIG MAKEFLAGS
		"$@" allnoconfig
		taken "$vm/$fragment" "$new/build/.config"
		"$@" "$target"
		"$@" kernelrelease >"$new/version"
	)
	"$compiler-strip" -o "$new/vmlinuz" "$new/build/$image" 2>/dev/null ||
		cp "$new/build/$image" "$new/vmlinuz"
	cp "$new/build/.config" "$new/config"
	cp "$vm/$fragment" "$new/fragment"
	: >"$new/modules/list"
	rm -r "$new/root" "$new/build" "$new"/linux-source-*
}

if [ -n "$fragment" ]; then
	build "$package" "$fragment"
else
	unpack "$package"
fi
rm -rf "$to"
mv "$new" "$to"
