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
