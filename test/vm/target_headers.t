# SPDX-License-Identifier: MIT
# Each public header alone, and our copies of the kernel's structs and numbers
# against its headers, by every architecture's compiler and with its musl.
#
# Environment: ARCHITECTURES, which test/vm/run.sh has compilers for.
# shellcheck shell=sh disable=SC2016,SC2153 # of awk; from outside

. test/lib.sh
. test/vm/lib.sh
: "${ARCHITECTURES:?which, as make check-vm names them}"

mk full -s full_defconfig
mk full -s "$T/full/include/netring/config.h"
mkdir "$T/alone"
for header in "$T"/full/include/netring/*.h include/netring/*.h; do
	header=$(basename "$header")
	printf '#include <netring/%s>\nextern int used;\n' "$header" \
		>"$T/alone/${header%.h}.c"
done
{
	echo '#include <stdint.h>'
	sed -n '/^struct injector_slot {/,/^}/p' src/injector.h
	awk -f test/build/abi.awk test/build/abi.map src/kernel_abi*.h \
		src/injector.h include/netring/*.h
} >"$T/right.h"
ok "there are assertions" grep -q _Static_assert "$T/right.h"

# $1 an architecture, $2 a standard, the rest: words for its compiler
compile() {
	cc=$cache/toolchain/$1/cc
	standard=$2
	shift 2
	"$cc" -std="$standard" -fsyntax-only -Wall -Wextra -Werror \
		-I"$T/full/include" -Iinclude "$@"
}

for name in $ARCHITECTURES; do
	cp "$T/right.h" "$T/abi-generated.h"
	ok "$name: each header alone" compile "$name" c99 -Wpedantic -Wshadow \
		-Wundef -Wconversion "$T"/alone/*.c
	# errqueue.h needs what time.h has.
	ok "$name: structs" compile "$name" gnu11 -I"$T" \
		-include time.h test/build/abi.c
	ok "$name: numbers" compile "$name" gnu11 \
		test/build/abi_numbers.c
	sed '/, block_nr)/s/, tp_block_nr)/, tp_block_size)/' "$T/right.h" \
		>"$T/abi-generated.h"
	no "$name: a wrong struct is found" compile "$name" gnu11 -I"$T" \
		-include time.h test/build/abi.c
	has "$name: as such" "$(cat "$T/output")" "static assertion failed"
done

done_testing
