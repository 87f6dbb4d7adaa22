#!/bin/sh
# SPDX-License-Identifier: MIT
# Boots a virtual machine with the tests as its first process. What it prints
# goes into files, one a test, in the Test Anything Protocol.
#
# usage: boot.sh MACHINE [TEST]...
#
# Environment: NETRING_BUILD, where build.sh built its program.

set -eu

. test/vm/lib.sh

machine=$1
shift
kernel=$(word machines "$machine" 2)
memory=$(word machines "$machine" 3)
runs=$(word machines "$machine" 4)
system=$(word kernels "$kernel" 1)
qemu=$(word architectures "$system" 5)
console=$(word architectures "$system" 6)
board=$(lines architectures "$system" | cut -d ' ' -f 7-)
tap=$NETRING_BUILD/tap

work=$NETRING_BUILD/boot/$machine
rm -rf "$work"
mkdir -p "$work/root/dev"
build=$(build_of "$machine")
cp "$build/test/vm/init" "$work/root/init"
[ "$runs" != test_no_bpf ] || cp "$build/netring" "$work/root/"
cp -r "$cache/kernel/$kernel/modules" "$work/root/"
mknod "$work/root/dev/console" c 5 1 2>/dev/null || :
printf '%s\n' "$@" >"$work/root/run"
(cd "$work/root" && find . | cpio -o -H newc --quiet) >"$work/initramfs"

# Network cards eth0, eth1, ..., two on each wire. $1 how many, $2 the bus that
# each needs, or "", $3 what they are
cards() {
	i=0
	while [ "$i" -lt "$1" ]; do
		echo "-netdev hubport,id=net$i,hubid=$((i / 2))"
		[ -z "$2" ] || echo "-device $2,id=bus$i,chassis=$((i + 1))"
		echo "-device $3${2:+,bus=bus$i},netdev=net$i"
		i=$((i + 1))
	done
}

emulator=qemu-system-$qemu
newer=$(newer_emulator "$machine")
[ -z "$newer" ] || {
	newer=$cache/qemu/$newer/usr
	emulator="$newer/bin/$emulator -L $newer/share/qemu"
}
cards=
case $runs in
test_zero_copy)
	# Zero copy is for devices that go through an IOMMU, if one is there.
	cards=$(cards 4 "" virtio-net-pci,iommu_platform=on,disable-legacy=on)
	;;
test_igb) cards=$(cards 2 pcie-root-port igb) ;;
esac

# Emulated, wherever this runs: a processor that is there may lack what the
# guest's kernel needs. Its clock counts instructions, 4 ns each, and steps over
# what it would sleep: what a test finds does not depend on what else the host
# does, nor on how fast it is.
start=$(date +%s)
status=0
# shellcheck disable=SC2086 # several words
timeout "${VM_TIMEOUT:-900}" $emulator -accel tcg \
	-icount shift=2,sleep=off -rtc clock=vm \
	$board $cards -m "$memory" -smp 1 -nodefaults -no-reboot \
	-display none -serial stdio -kernel "$cache/kernel/$kernel/vmlinuz" \
	-initrd "$work/initramfs" -append "console=$console quiet panic=-1 \
net.ifnames=0 mitigations=off NETRING_SLOW=5" \
	</dev/null >"$work/log" 2>&1 || status=$?
tr -d '\r' <"$work/log" | awk -v to="$tap/$machine," '
	/^# test / { file = to $3; next }
	file { print >file }
	/^# exit / { close(file); file = "" }'
grep -q '^# end' "$work/log" || {
	echo "$machine: it did not come to its end ($status):"
	tail -n 20 "$work/log"
} | tr -d '\r'
rm -rf "$work/root" "$work/initramfs"
echo "$machine: $(($(date +%s) - start)) s"
