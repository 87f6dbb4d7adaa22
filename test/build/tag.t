# SPDX-License-Identifier: MIT
# A program compiled for another build of the archive must not link.
# shellcheck shell=sh

. test/lib.sh

cat >"$T/program.c" <<'END'
#include <netring/netring.h>

int main(void)
{
	struct netring_capture_config config = { 0 };
	struct netring_capture capture;

	return netring_capture_open(&capture, &config) < 0;
}
END
sed 's/{ 0 }/{}/' "$T/program.c" >"$T/program.cc"

mk here -s tiny_defconfig
mk here -s -j2 CC="$CHECK_CC" "$T/here/libnetring.a"
mk there -s tiny_defconfig
mk there -s CONFIG_CAPTURE_RETIRE_MS=9 "$T/there/include/netring/config.h"
mk tool -s tiny_defconfig
mk tool -s CONFIG_TOOL_STATIC=n "$T/tool/include/netring/config.h"

tag() {
	sed -n 's/.*NETRING_CONFIG_TAG //p' "$T/$1/include/netring/config.h"
}
# $1 the build whose config.h is used, $2 a compiler, $3 a source
link() {
	$2 -I"$T/$1/include" -Iinclude -o "$T/program" "$3" \
		"$T/here/libnetring.a"
}

ok "the tag is readable" sh -c "expr $(tag here) : 'config_[0-9a-f]\{8\}\$'"
ok "the program's options are not part of it" \
	test "$(tag here)" = "$(tag tool)"
ok "C: the same configuration links" link here "$CHECK_CC" "$T/program.c"
no "C: another one does not" link there "$CHECK_CC" "$T/program.c"
has "C: and the linker names it" "$(cat "$T/output")" \
	"netring_capture_open_$(tag there)'"
no "C++: another one does not" link there g++ "$T/program.cc"
has "C++: and the linker names it" "$(cat "$T/output")" \
	"netring_capture_open_$(tag there)'"

# The archive for C++ is that of the host's C library.
mk here -s -j2 CC=gcc "$T/here/libnetring.a"
ok "C++: the same configuration links" link here g++ "$T/program.cc"

# Whatever a program begins with, it begins with a tagged function. (To pace
# and to probe is the same in every build.)
mk here -s full_defconfig
mk here -s -j2 CC="$CHECK_CC" "$T/here/libnetring.a"
nm "$T/here/libnetring.a" | awk '$2 == "T" { print $3 }' >"$T/defined"
begins=$(cat include/netring/*.h |
	sed -n 's/^int \(netring_[a-z_]*_open\)(.*/\1/p
		s/^int \(netring_umem_init\)(.*/\1/p' | LC_ALL=C sort)
has "AF_XDP's are among them" "$(echo "$begins" | tr '\n' ' ')" \
	"netring_umem_init netring_xdp_bridge_open netring_xdp_group_open \
netring_xdp_open netring_xdp_program_open"
for name in $begins; do
	ok "$name has the tag" grep -q -x "${name}_$(tag here)" "$T/defined"
	no "and is not there without" grep -q -x "$name" "$T/defined"
done

# An option of AF_XDP's counts as any other.
cat >"$T/program.c" <<'END'
#include <netring/netring.h>

NETRING_UMEM_AREA(area, 8, 2048);

int main(void)
{
	struct netring_umem_config memory = { NETRING_UMEM_OF(area) };
	struct netring_umem umem;
	struct netring_xdp_config config = { .umem = &umem };
	struct netring_xdp xdp;

	return netring_umem_init(&umem, &memory) < 0 ||
	       netring_xdp_open(&xdp, &config) < 0;
}
END
mk there -s full_defconfig
mk there -s CONFIG_XDP_SPIN=n "$T/there/include/netring/config.h"
ok "AF_XDP: the same configuration links" link here "$CHECK_CC" \
	"$T/program.c"
no "AF_XDP: another one does not" link there "$CHECK_CC" "$T/program.c"
cp "$T/output" "$T/errors"
has "AF_XDP: and the linker names the memory" "$(cat "$T/errors")" \
	"netring_umem_init_$(tag there)'"
has "AF_XDP: and the socket" "$(cat "$T/errors")" \
	"netring_xdp_open_$(tag there)'"

done_testing
