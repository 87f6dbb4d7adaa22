# SPDX-License-Identifier: MIT
# What "make install" puts where, and that a program needs nothing else.
# shellcheck shell=sh

. test/lib.sh

export PKG_CONFIG_PATH=
list() {
	(cd "$1" && find . -type f | LC_ALL=C sort)
}

headers=$(cd include && find netring -name '*.h' ! -name config.h)
expected() {
	for file in $headers netring/config.h; do
		echo "./$1/include/$file"
	done
	echo "./$1/lib/libnetring.a"
	echo "./$1/lib/pkgconfig/netring.pc"
	[ -z "${2:-}" ] || echo "./$1/bin/netring"
}

ok "make install DESTDIR= PREFIX=" \
	mk full -j2 full_defconfig install DESTDIR="$T/dest" PREFIX=/usr
is "installs exactly this list" "$(list "$T/dest")" \
	"$(expected usr program | LC_ALL=C sort)"
mk full -s install DESTDIR="$T/local"
is "PREFIX is /usr/local by default" "$(list "$T/local")" \
	"$(expected usr/local program | LC_ALL=C sort)"
mk tiny -s tiny_defconfig
mk tiny -s -j2 install DESTDIR="$T/small" PREFIX=/usr
is "no program, no bin" "$(list "$T/small")" \
	"$(expected usr | LC_ALL=C sort)"
mk tiny -s install-headers DESTDIR="$T/headers" PREFIX=/usr
is "install-headers installs the headers alone" "$(list "$T/headers")" \
	"$(expected usr | grep /include/ | LC_ALL=C sort)"
mk tiny -s install DESTDIR="$T/multi" PREFIX=/usr \
	LIBDIR=/usr/lib/x86_64-linux-musl INCLUDEDIR=/usr/include/musl
ok "LIBDIR" test -f "$T/multi/usr/lib/x86_64-linux-musl/libnetring.a"
ok "INCLUDEDIR" test -f "$T/multi/usr/include/musl/netring/config.h"
ok "the installed config.h is that of the build" \
	cmp "$T/tiny/include/netring/config.h" \
	"$T/small/usr/include/netring/config.h"
is "the library can be read by all" \
	"$(stat -c %a "$T/dest/usr/lib/libnetring.a")" 644
is "the program can be run by all" \
	"$(stat -c %a "$T/dest/usr/bin/netring")" 755
touch "$T/stamp"
mk full -s install DESTDIR="$T/again" PREFIX=/usr
is "installing builds nothing again" \
	"$(find "$T/full" -name '*.[oa]' -newer "$T/stamp")" ""

# What was built is installed, also where options were given to build it.
mk given -s full_defconfig
mk given -s -j2 CONFIG_PCAP=n CONFIG_TOOL_STAT=n
for file in libnetring.a netring include/netring/config.h; do
	cp "$T/given/$file" "$T/${file##*/}"
done
touch "$T/stamp"
mk given -s install DESTDIR="$T/as_built" PREFIX=/usr
is "CONFIG_X=n, then install: nothing is built again" \
	"$(find "$T/given" -name '*.[oah]' -newer "$T/stamp")" ""
ok "the library is that one" cmp "$T/libnetring.a" \
	"$T/as_built/usr/lib/libnetring.a"
ok "and the program" cmp "$T/netring" "$T/as_built/usr/bin/netring"
ok "and config.h" cmp "$T/config.h" \
	"$T/as_built/usr/include/netring/config.h"
no "which lacks the option" grep -q 'PCAP 1' "$T/config.h"
mk given -s install DESTDIR="$T/other" PREFIX=/usr CONFIG_PCAP=y -j2
ok "one that is given to install is built and installed" \
	grep -q 'PCAP 1' "$T/other/usr/include/netring/config.h"
touch "$T/stamp"
mk given -s -j2
is "make afterwards has nothing to do" \
	"$(find "$T/given" -name '*.[oah]' -newer "$T/stamp")" ""

# pkg-config.

pc=$T/dest/usr/lib/pkgconfig/netring.pc
ok "netring.pc is valid" pkg-config --validate "$pc"
no "and names nothing of the build" grep -e "$T" -e "$SRC" "$pc"
is "only prefix= is absolute" "$(grep -c '=/' "$pc")" 1
is "also with other directories" \
	"$(grep -c '=/' "$T/multi/usr/lib/x86_64-linux-musl/pkgconfig/netring.pc")" 1
export PKG_CONFIG_LIBDIR="$T/dest/usr/lib/pkgconfig"
is "version" "$(pkg-config --modversion netring)" \
	"$(sed -n 's/.*NETRING_VERSION "\(.*\)"/\1/p' include/netring/base.h)"
is "sysroot" "$(PKG_CONFIG_SYSROOT_DIR=$T/dest \
	pkg-config --cflags netring | sed 's/ *$//')" \
	"-I$T/dest/usr/include"
is "another prefix moves all" \
	"$(pkg-config --define-variable=prefix=/opt/n --cflags --libs netring |
		sed 's/ *$//')" "-I/opt/n/include -L/opt/n/lib -lnetring"

cat >"$T/program.c" <<'END'
#include <netring/netring.h>
#include <stdio.h>

int main(void)
{
	return puts(netring_step_name(NETRING_STEP_RING)) < 0;
}
END
program() {
	# shellcheck disable=SC2046,SC2086 # words
	$CHECK_CC -static -Wall -Wextra -Werror -o "$T/program" "$T/program.c" \
		$(PKG_CONFIG_SYSROOT_DIR=$T/dest \
			pkg-config --cflags --libs netring) && "$T/program"
}
ok "a program built by pkg-config alone runs" program

done_testing
