# SPDX-License-Identifier: MIT
# Public headers: each alone, in pairs in both orders, and beside those of the
# system, in every language and compiler that users have. Pairs of headers of
# which neither changed are left to make check-full.
# netring-test: fuller
# shellcheck shell=sh

. test/lib.sh

mkdir "$T/pairs" "$T/system" "$T/tiny-alone"
mk full -s full_defconfig
mk full -s "$T/full/include/netring/config.h"
mk tiny -s tiny_defconfig
mk tiny -s "$T/tiny/include/netring/config.h"

names=$(find include/netring -name '*.h' ! -name config.h -exec basename {} .h \;)
# ISO C wants a declaration in every translation unit.
used="extern int used;"
# shellcheck disable=SC2046 # a list
changed=" $(changed $(for a in $names; do echo "include/netring/$a.h"; done) |
	sed 's|.*/||; s|\.h$||' | paste -s -d ' ') "
for a in $names config; do
	printf '#include <netring/%s.h>\n%s\n' "$a" "$used" \
		>"$T/tiny-alone/$a.c"
	# A header with itself is the test of its guard.
	for b in $names config; do
		case $changed in
		*" $a "* | *" $b "*) ;;
		*) [ "$a" = "$b" ] || continue ;;
		esac
		printf '#include <netring/%s.h>\n' "$a" "$b" \
			>"$T/pairs/$a-$b.c"
		echo "$used" >>"$T/pairs/$a-$b.c"
	done
done
for system in net/if.h netinet/if_ether.h linux/if_ether.h linux/if_packet.h \
	netpacket/packet.h sys/socket.h; do
	file=$(echo $system | tr / -)
	printf '#include <%s>\n' $system netring/netring.h \
		>"$T/system/before-$file.c"
	printf '#include <%s>\n' netring/netring.h $system \
		>"$T/system/after-$file.c"
done
# Macros are looked at where they are used.
cat >"$T/pairs/area.c" <<'END'
#include <netring/umem.h>

NETRING_UMEM_AREA(area, 8, 2048);
extern struct netring_umem_config config;
#if !defined(__cplusplus) || __cplusplus >= 202002L
struct netring_umem_config config = { NETRING_UMEM_OF(area), .frame_size = 2048,
				      .headroom = 0, .rx_frames = 0,
				      .flags = 0 };
#else
struct netring_umem_config config = { area.memory, sizeof(area.memory),
				      area.table, sizeof(area.table),
				      2048, 0, 0, 0 };
#endif
extern size_t bytes[];
size_t bytes[] = { NETRING_UMEM_SIZE(8, 2048) == sizeof(area.memory),
		   NETRING_UMEM_TABLE_SIZE(8) == sizeof(area.table) };
END
for directory in pairs system; do
	for file in "$T/$directory"/*.c; do
		cp "$file" "${file%.c}.cc"
	done
done

warnings="-Wall -Wextra -Wpedantic -Wshadow -Wundef -Wconversion -Werror"
# $1 compiler, $2 standard, $3 build, $4 directory of files
check() {
	case $2 in
	*++*) suffix=cc ;;
	*) suffix=c ;;
	esac
	# shellcheck disable=SC2086 # several words
	$1 -std="$2" $warnings -I"$T/$3/include" -Iinclude -fsyntax-only \
		"$T/$4/"*.$suffix
}

for pair in gcc:c99 gcc:c11 g++:c++11 g++:c++20 clang:c99 clang:c11 \
	clang++:c++11 clang++:c++20 musl-gcc:c99 musl-gcc:c11; do
	compiler=${pair%:*}
	standard=${pair#*:}
	if ! command -v "$compiler" >/dev/null; then
		skip "$compiler" "not installed"
		continue
	fi
	ok "$compiler $standard: alone and in pairs" \
		check "$compiler" "$standard" full pairs
	[ "$compiler" = musl-gcc ] || ok "$compiler $standard: beside the system's" \
		check "$compiler" "$standard" full system
done
ok "without the options" check gcc c99 tiny tiny-alone
ok "also in GNU C" check gcc gnu17 full system

no "no header of the kernel's or of net* is included" \
	grep -nE '# *include *[<"](linux|net|netinet|netpacket|asm)/' \
	include/netring/*.h

done_testing
