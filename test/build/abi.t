# SPDX-License-Identifier: MIT
# Our copies of the kernel's structs and numbers against its own headers.
# shellcheck shell=sh

. test/lib.sh

mk full -s full_defconfig
mk full -s "$T/full/include/netring/config.h"
generate() {
	{
		echo '#include <stdint.h>'
		sed -n '/^struct injector_slot {/,/^}/p' src/injector.h
		awk -f test/build/abi.awk test/build/abi.map src/kernel_abi*.h \
			src/injector.h include/netring/*.h
	} >"$T/abi-generated.h"
}
# $@ the compiler
against() {
	"$@" -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -I"$T" \
		-I"$T/full/include" -Iinclude test/build/abi.c
}

ok "assertions are generated" generate
ok "more than a hundred" test \
	"$(grep -c _Static_assert "$T/abi-generated.h")" -gt 100
ok "64 bits" against gcc
# The 32-bit C library is not there, but its headers only lack this one.
mkdir -p "$T/gnu"
: >"$T/gnu/stubs-32.h"
ok "32 bits" against gcc -m32 -idirafter \
	"/usr/include/$(gcc -print-multiarch)"
ok "clang" against clang

done_testing
