# SPDX-License-Identifier: MIT
# The calls of OpenWrt and Buildroot, replayed.
# shellcheck shell=sh

. test/lib.sh

# Both build in the unpacked source.
unpack() {
	mkdir -p "$T/$1"
	cp -R Kconfig Makefile configs include src tools "$T/$1"
	make -s -C "$T/$1" clean mrproper
}

# OpenWrt, include/package-defaults.mk: MAKE_VARS are in the environment,
# MAKE_FLAGS on the command line; AR is that of the compiler, for LTO.

openwrt() {
	env CFLAGS="-Os -pipe -fno-caller-saves -fno-plt -flto=auto \
-fno-fat-lto-objects -Wformat -Werror=format-security -fstack-protector \
-D_FORTIFY_SOURCE=1 -Wl,-z,now -Wl,-z,relro -I$T/staging/usr/include" \
		CXXFLAGS="-Os" LDFLAGS="-L$T/staging/usr/lib -znow -zrelro" \
		make -j2 -C "$T/openwrt/." AR="gcc-ar" AS="gcc -c -Os" LD=ld \
		NM="gcc-nm" CC="env gcc" GCC="env gcc" CXX="env g++" \
		RANLIB="gcc-ranlib" STRIP=strip OBJCOPY=objcopy \
		OBJDUMP=objdump SIZE=size CROSS="toy-openwrt-linux-musl-" \
		ARCH="mipsel" "$@"
}
unpack openwrt
mkdir -p "$T/staging/usr/include" "$T/staging/usr/lib"
ok "OpenWrt: compile" openwrt CONFIG_PCAP=y CONFIG_CAPTURE_FANOUT=n
ok "OpenWrt: install" openwrt CONFIG_PCAP=y CONFIG_CAPTURE_FANOUT=n \
	DESTDIR="$T/openwrt-dest" PREFIX=/usr install
no "OpenWrt: compiles nothing again to install" grep ' CC ' "$T/output"
ok "OpenWrt: its flags took effect" sh -c \
	"readelf -SW '$T/openwrt/libnetring.a' | grep -q gnu.lto"
ok "OpenWrt: options of the command line took effect" grep -q \
	'NETRING_CONFIG_CAPTURE_FANOUT 0' \
	"$T/openwrt-dest/usr/include/netring/config.h"
ok "OpenWrt: Build/InstallDev finds what it copies" test \
	-f "$T/openwrt-dest/usr/lib/libnetring.a" -a \
	-f "$T/openwrt-dest/usr/lib/pkgconfig/netring.pc"
cat >"$T/lto.c" <<'END'
#include <netring/netring.h>

int main(void)
{
	return netring_step_name(NETRING_STEP_RING)[0] == 0;
}
END
ok "OpenWrt: a program links the LTO archive" gcc -Os -flto=auto \
	-I"$T/openwrt-dest/usr/include" -o "$T/lto" "$T/lto.c" \
	"$T/openwrt-dest/usr/lib/libnetring.a"

# The model of OpenWrt's busybox: options by sed, then "yes n | oldconfig".
yes n | make -s -C "$T/openwrt" tiny_defconfig oldconfig >"$T/output" 2>&1
is "OpenWrt: yes n | make oldconfig" $? 0

# Buildroot, package/pkg-kconfig.mk.

br() {
	make -C "$T/buildroot" HOSTCC=gcc "$@"
}
opts() {
	br -j2 PATH="$PATH" AR=gcc-ar AS=as LD=ld NM=gcc-nm CC=gcc GCC=gcc \
		CPP=cpp CXX=no FC=no F77=no RANLIB=gcc-ranlib \
		READELF=readelf STRIP=/bin/true OBJCOPY=objcopy \
		OBJDUMP=objdump AR_FOR_BUILD=ar CC_FOR_BUILD=gcc \
		CFLAGS_FOR_BUILD=-O2 LDFLAGS_FOR_BUILD= \
		CPPFLAGS="-D_LARGEFILE_SOURCE -D_LARGEFILE64_SOURCE \
-D_FILE_OFFSET_BITS=64" CFLAGS="-D_LARGEFILE_SOURCE -D_LARGEFILE64_SOURCE \
-D_FILE_OFFSET_BITS=64 -Os -g0 -D_FORTIFY_SOURCE=1 -static" CXXFLAGS=-Os \
		LDFLAGS=-static PKG_CONFIG=pkg-config \
		STAGING_DIR="$T/br-staging" INTLTOOL_PERL=perl "$@"
}
unpack buildroot
ok "Buildroot: named defconfig" br router_defconfig
states() {
	find "$T/buildroot" -exec ls -ld --time-style=full-iso {} + | sort
}
states >"$T/before"
rules=$(br -pn config 2>/dev/null |
	sed 's/^\([_0-9a-zA-Z]*config\):.*/\1/ p; d')
has "Buildroot: finds the rule olddefconfig" "$rules" olddefconfig
states >"$T/after"
ok "Buildroot: looking for it changes nothing" cmp "$T/before" "$T/after"

# merge_config.sh -m puts a fragment's lines in place of the .config's.
printf 'CONFIG_CAPTURE_FANOUT=y\n# CONFIG_PROBE is not set\n' >"$T/fragment"
sed -i -e '/CONFIG_CAPTURE_FANOUT\>/d' -e '/CONFIG_PROBE\>/d' \
	"$T/buildroot/.config"
cat "$T/fragment" >>"$T/buildroot/.config"
ok "Buildroot: olddefconfig after a merge" br olddefconfig
# KCONFIG_ENABLE_OPT and KCONFIG_DISABLE_OPT.
sed -i -e '/^\(# \)\?CONFIG_UNWIND_TABLES\>/d' "$T/buildroot/.config"
echo 'CONFIG_UNWIND_TABLES=y' >>"$T/buildroot/.config"
sed -i -e '/^\(# \)\?CONFIG_CAPTURE_V2\>/d' "$T/buildroot/.config"
echo '# CONFIG_CAPTURE_V2 is not set' >>"$T/buildroot/.config"
ok "Buildroot: olddefconfig after the fixups" br olddefconfig
is "Buildroot: every change is in .config" "$(grep -c -x \
	-e CONFIG_CAPTURE_FANOUT=y -e '# CONFIG_PROBE is not set' \
	-e CONFIG_UNWIND_TABLES=y -e '# CONFIG_CAPTURE_V2 is not set' \
	"$T/buildroot/.config")" 4
no "Buildroot: what depended on them is gone" \
	grep -e TOOL_PROBE -e CAPTURE_FRAME_SIZE "$T/buildroot/.config"
ok "Buildroot: build" opts
ok "Buildroot: install to staging" \
	br DESTDIR="$T/br-staging" PREFIX=/usr CC=gcc AR=gcc-ar install
ok "Buildroot: savedefconfig" br savedefconfig
ok "Buildroot: writes ./defconfig" \
	grep -q CONFIG_CAPTURE_V2 "$T/buildroot/defconfig"
cp "$T/buildroot/.config" "$T/before"
br -s KCONFIG_ALLCONFIG= olddefconfig
cp "$T/buildroot/defconfig" "$T/buildroot/configs/mine_defconfig"
br -s mine_defconfig
ok "Buildroot: which gives the same .config" \
	cmp "$T/before" "$T/buildroot/.config"

done_testing
