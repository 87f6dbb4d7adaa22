# SPDX-License-Identifier: MIT
# What matrix-*.t share: a configuration must compile without a warning, leave
# no symbol open, and its header must agree with its archive.
# shellcheck shell=sh

. test/lib.sh

# -O1: a configuration's dead code is gone, in half of the time of -Os.
export CFLAGS=-O1 WERROR=1

cat >"$T/whole.c" <<'END'
#include <netring/netring.h>

int main(void)
{
	return 0;
}
END

# All of the archive in one program.
whole() {
	$CHECK_CC -std=c11 -Wall -Wextra -Werror -static -I"$T/o/include" \
		-Iinclude -o "$T/whole" "$T/whole.c" -Wl,--whole-archive \
		"$T/o/libnetring.a" -Wl,--no-whole-archive
}

# $@ goals and variables that make the .config
try() {
	if mk o -s "$@" && mk o -s -j2 CC="$CHECK_CC" && whole; then
		return 0
	fi
	cat "$T/o/.config"
	return 1
}

# The bool options that a user may set.
# shellcheck disable=SC2034 # for those who include this
options=$(awk '$1 == "config" { name = $2 }
	$1 == "bool" { print name }' Kconfig)
