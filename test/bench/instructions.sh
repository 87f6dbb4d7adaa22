#!/bin/sh
# SPDX-License-Identifier: MIT
# Counts the library's instructions per packet on other processors.
#
# usage: sh test/bench/instructions.sh [OPTION=VALUE...]     for make
#
# Needs Debian's qemu-user, gcc-aarch64-linux-gnu, libc6-dev-arm64-cross,
# gcc-mipsel-linux-gnu and libc6-dev-mipsel-cross; an architecture that is not
# there is left out, and says so. qemu logs each block of instructions that it
# runs, and a block has one. The difference of two runs that differ in their
# rounds is the work of those alone; see ours_walk.c for what it is.

set -eu

cd "$(dirname "$0")/../.."
out=${BENCH_BUILD:-.check/bench}/instructions
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT

# $1 qemu, the rest: the walk. Prints how many instructions it ran.
count() {
	qemu=$1
	shift
	single=-singlestep
	"$qemu" -help | grep -q one-insn-per-tb && single=-one-insn-per-tb
	"$qemu" $single -d exec,nochain -D "$log/exec" "$@" >"$log/said"
	grep -c '^Trace' "$log/exec"
}

# $1 qemu, $2 packets of a round, the rest: the walk without its rounds
per_packet() {
	qemu=$1
	packets=$2
	shift 2
	few=$(count "$qemu" "$@" 1)
	many=$(count "$qemu" "$@" 5)
	awk -v few="$few" -v many="$many" -v packets="$packets" \
		'BEGIN { printf "%8.1f", (many - few) / (4 * packets) }'
}

# $1 name, $2 qemu, $3 what the compiler's name begins with; the rest for make
measure() {
	name=$1 qemu=$2 cross=$3
	shift 3
	if ! command -v "$qemu" >/dev/null ||
		! command -v "${cross}gcc" >/dev/null; then
		echo "$name: $qemu or ${cross}gcc is not installed"
		return
	fi
	for goal in full_defconfig libnetring.a; do
		make -s O="$out/$name" CC="${cross}gcc" AR="${cross}ar" \
			CONFIG_OPTIMIZE_SPEED=y "$@" "$goal"
	done
	"${cross}gcc" -std=gnu11 -O2 -static -I"$out/$name/include" -Iinclude \
		-o "$out/$name/walk" test/bench/ours_walk.c \
		"$out/$name/libnetring.a"
	walk=$out/$name/walk
	printf '%-8s%s%s%s%s\n' "$name" \
		"$(per_packet "$qemu" 200 "$walk" v3 2 100 64)" \
		"$(per_packet "$qemu" 256 "$walk" rx 256)" \
		"$(per_packet "$qemu" 256 "$walk" tx 256)" \
		"$(per_packet "$qemu" 256 "$walk" ring 256)"
}

echo "Instructions per packet:"
printf '%-8s%8s%8s%8s%8s\n' "" blocks "xdp rx" "xdp tx" ring
measure x86-64 qemu-x86_64 "" "$@"
measure arm64 qemu-aarch64 aarch64-linux-gnu- "$@"
measure mipsel qemu-mipsel mipsel-linux-gnu- "$@"
