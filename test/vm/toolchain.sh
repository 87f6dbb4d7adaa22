#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes a compiler for musl out of Debian's cross compiler and its musl-dev,
# which is unpacked, or built of its sources, in the cache.
#
# usage: toolchain.sh ARCHITECTURE     makes $cache/toolchain/ARCHITECTURE/cc

set -eu

. test/vm/lib.sh

name=$1
compiler=$(word architectures "$name" 1)
musl=$(word architectures "$name" 2)
packages=$(word architectures "$name" 3)
from=$(word architectures "$name" 4)
to=$cache/toolchain/$name
new=$to.new

echo "toolchain: $name"
rm -rf "$new"
suite=$from
[ "$from" != source ] || suite=bookworm
apt_unpack "$new" "musl-dev:$packages/$suite"

# The linker of bookworm cannot read the debugging sections of newer objects.
[ "$suite" = bookworm ] ||
	for file in "$new"/usr/lib/*-musl*/*.[ao]; do
		"$compiler-objcopy" -g "$file"
	done
packed=$(basename "$(dirname "$new"/usr/lib/*/musl-gcc.specs)")
specs=$new/usr/lib/$packed/musl-gcc.specs

if [ "$from" = source ]; then
	(
		mkdir "$new/source"
		cd "$new/source"
		apt-get -q source --download-only musl/bookworm
		tar -x --strip-components=1 -f musl_*.orig.tar.gz
		unset APT_CONFIG
		./configure --target="$compiler" CROSS_COMPILE="$compiler-" \
			CFLAGS=-Os --disable-shared --prefix=/usr \
			--libdir="/usr/lib/$musl" \
			--includedir="/usr/include/$musl" >/dev/null
		make -s "-j$(nproc)"
		make -s DESTDIR="$new" install
	)
	rm -r "$new/source"
	sed "s/${packed%%-*}/${musl%%-*}/g" "$specs" \
		>"$new/usr/lib/$musl/musl-gcc.specs"
	specs=$new/usr/lib/$musl/musl-gcc.specs
fi
sed "s|/usr/lib/$musl|$to&|g; s|/usr/include/$musl|$to&|g" "$specs" \
	>"$new/specs"

# The kernel's headers come last: musl's own go before.
case $compiler in
i686-*) triplet=i386-linux-gnu ;;
*) triplet=$compiler ;;
esac
cat >"$new/cc" <<EOF
#!/bin/sh
exec $compiler-gcc -specs '$to/specs' "\$@" \\
	-idirafter '$cache/headers/usr/include' \\
	-idirafter '$cache/headers/usr/include/$triplet'
EOF
chmod +x "$new/cc"
rm -rf "$to"
mv "$new" "$to"
echo 'int main(void) { return 0; }' |
	"$to/cc" -static -x c -o "$to/empty" - || {
	rm -rf "$to"
	exit 1
}
