# SPDX-License-Identifier: MIT
# abi.t's comparison for other machines, with musl's numbers, and made to fail.
# shellcheck shell=sh

. test/lib.sh

mk full -s full_defconfig
mk full -s "$T/full/include/netring/config.h"

# $1 where src/kernel_abi*.h are
generate() {
	{
		echo '#include <stdint.h>'
		sed -n '/^struct injector_slot {/,/^}/p' src/injector.h
		awk -f test/build/abi.awk test/build/abi.map "$1"/kernel_abi*.h \
			src/injector.h include/netring/*.h
	} >"$T/abi-generated.h"
}
# $1 file, then the compiler
against() {
	file=$1
	shift
	"$@" -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -I"$T" \
		-I"$T/full/include" -Iinclude -idirafter /usr/include \
		-idirafter "/usr/include/$(gcc -print-multiarch)" "$file"
}

ok "numbers, as the host's C library has them" \
	against test/build/abi_numbers.c "$HOSTCC"
if command -v musl-gcc >/dev/null; then
	ok "numbers, as musl has them" \
		against test/build/abi_numbers.c musl-gcc
else
	skip "numbers, as musl has them" "no musl-gcc"
fi

# A machine's layout needs no C library, only words that headers ask for.
mkdir -p "$T/fake/sys"
echo '#pragma once
#define SOL_PACKET 263
#define SOL_XDP 283
#define AF_XDP 44
#define AF_NETLINK 16
struct sockaddr { unsigned short family; char data[14]; };
struct timespec { long sec, nsec; };' \
	>"$T/fake/sys/socket.h"
echo '#pragma once
#define POLLIN 1
struct pollfd { int fd; short events, revents; };' >"$T/fake/poll.h"
echo '#include <linux/errno.h>' >"$T/fake/errno.h"
echo 'void *memcpy(void *, const void *, __SIZE_TYPE__);
void *memset(void *, int, __SIZE_TYPE__);' >"$T/fake/string.h"
ok "assertions are generated" generate src
# $1 a target, $2 a file
layout() {
	against "$2" clang --target="$1" -ffreestanding -I"$T/fake"
}
for target in i386-linux-gnu arm-linux-gnueabi armeb-linux-gnueabi \
	mips-linux-gnu mipsel-linux-gnu powerpc-linux-gnu riscv32-linux-gnu \
	aarch64-linux-gnu s390x-linux-gnu mips64-linux-gnuabi64; do
	if command -v clang >/dev/null; then
		ok "structs on ${target%%-*}" layout "$target" test/build/abi.c
	else
		skip "structs on ${target%%-*}" "no clang"
	fi
done

# The comparison can fail: a number, a size, an order, and what nobody maps.
mkdir -p "$T/copy/src" "$T/copy/test/build"
cp test/build/abi.c "$T/copy/test/build/"
cp src/kernel_abi*.h "$T/copy/src/"
ok "the copy that is to be spoilt is right" \
	against "$T/copy/test/build/abi.c" "$HOSTCC"
wrong() {
	for header in src/kernel_abi*.h; do
		sed "$1" "$header" >"$T/copy/$header"
	done
	cat src/kernel_abi*.h >"$T/right"
	! cat "$T"/copy/src/kernel_abi*.h | cmp -s - "$T/right" &&
		generate "$T/copy/src" &&
		! against "$T/copy/test/build/abi.c" "$HOSTCC"
}
ok "a wrong number is found" wrong '/NR_PACKET_RESERVE/s/12/13/'
ok "a wrong instruction is found" wrong '/NR_BPF_LDX_H/s/69/6b/'
ok "a wrong offset in a struct is found" wrong '/XDP_MD_DATA_END/s/4/8/'
ok "a wrong size of a field is found" wrong '/uint16_t hatype/s/16/32/'
ok "a missing field is found" wrong '/uint32_t sizeof_priv/d'
ok "fields in another order are found" \
	wrong 's/block_size;/SWAP/; s/block_nr;/block_size;/; s/SWAP/block_nr;/'
ok "a number that the kernel lacks is found" \
	wrong 's/.*NR_SOL_PACKET.*/&\n#define NR_NONESUCH 1/'
ok "a struct that nobody has mapped is found" \
	wrong 's/^struct nr_sock_fprog {/struct nr_nonesuch {\n\tint a;\n};\n&/'

# Eight bytes need no alignment on i386: what the kernel's layout is of 64 bits
# must be spelt out.
cp -R include "$T/copy/include"
cp src/kernel_abi*.h "$T/copy/src/"
sed -i '/uint32_t pad;/d' "$T/copy/include/netring/xdp_tx.h"
generate src
hole() {
	sed -i '/IN_METADATA(request.pad/d' "$T/copy/test/build/abi.c"
	! cmp -s include/netring/xdp_tx.h "$T/copy/include/netring/xdp_tx.h" &&
		against "$T/copy/test/build/abi.c" "$HOSTCC" \
			-I"$T/copy/include" &&
		! against "$T/copy/test/build/abi.c" clang \
			--target=i386-linux-gnu -ffreestanding -I"$T/fake" \
			-I"$T/copy/include"
}
if command -v clang >/dev/null; then
	ok "an alignment that only 64 bits have is found" hole
else
	skip "an alignment that only 64 bits have is found" "no clang"
fi

done_testing
