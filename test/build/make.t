# SPDX-License-Identifier: MIT
# The Makefile as fingers and packagers use it: where, how loud, what again.
# shellcheck shell=sh

. test/lib.sh

# A source tree of its own: $T/$1.
copy_tree() {
	mkdir -p "$T/$1"
	cp -R Kconfig Makefile configs include src tools "$T/$1"
	rm -f "$T/$1/include/netring/config.h" "$T/$1/tools/netring/applets.h"
	find "$T/$1" -name '*.[oad]' -exec rm -f {} +
}

files() {
	(cd "$T/$1" && find . -type f | sort)
}

states() {
	find "$T/$1" -type f ! -name '*.tmp' -exec ls -l --time-style=full-iso \
		{} + | sort
}

# What of $T/$1 is younger than $T/stamp, without the names of directories.
younger() {
	find "$T/$1" -newer "$T/stamp" \( -name '*.o' -o -name '*.a' -o \
		-name netring -type f \) | sed 's|.*/||' | sort | tr '\n' ' '
}

objects() {
	find "$T/$1/$2" -name '*.o' | wc -l
}

# What is small and has a program: enough to see what is built again.
small="CONFIG_PROBE=y CONFIG_TOOL_PROBE=y CONFIG_TOOL_STAT=y tiny_defconfig"

# In the source tree.

copy_tree tree
tree() {
	make -C "$T/tree" --no-print-directory "$@"
}
files tree >"$T/before"
ok "builds where the sources are, without a .config" tree -j16
has "with short messages" "$(cat "$T/output")" "  CC      src/capture.o"
no "that show no command" grep -q -e -Wall "$T/output"
ok "the library is there" test -f "$T/tree/libnetring.a"
ok "the program is there" test -x "$T/tree/netring"
states tree >"$T/first"
ok "a second make succeeds" tree
is "and says nothing of building" "$(grep -v '^make' "$T/output")" ""
states tree >"$T/second"
ok "and changes no file" cmp "$T/first" "$T/second"
ok "make clean" tree clean
is "keeps the .config and nothing else" \
	"$(files tree | grep -v -x -F -f "$T/before")" "./.config"
tree -s savedefconfig olddefconfig
ok "make mrproper" tree mrproper
files tree >"$T/after"
ok "leaves the sources alone" diff "$T/before" "$T/after"

# Programs of the tests too.
for dir in unit fault live; do
	mkdir -p "$T/tested/test/$dir"
	echo "int main(void) { return 0; }" >"$T/tested/test/$dir/test_nothing.c"
done
copy_tree tested
cp test/rules.mk "$T/tested/test"
cp .gitignore "$T/tested"
find "$T/tested" | sort >"$T/before_tests"
git -C "$T/tested" init -q
git -C "$T/tested" add -A
for out in "$T/tested" "$T/tested/out"; do
	ok "make test-programs" make -C "$T/tested" O="$out" -j2 \
		CC="$CHECK_CC" HOSTCC="$HOSTCC" tiny_defconfig test-programs
	ok "makes them" test -x "$out/test/live/test_nothing"
	[ "$out" != "$T/tested" ] || is "which git ignores" \
		"$(git -C "$T/tested" status --short | grep -v '^A')" ""
	ok "make clean" make -C "$T/tested" O="$out" clean
	is "removes them" "$(find "$out/test" -type f ! -name '*.c' \
		! -name rules.mk)" ""
	one=test/live/test_nothing
	[ "$out" = "$T/tested" ] || one=$out/$one
	ok "one of them alone" make -C "$T/tested" O="$out" -j2 \
		CC="$CHECK_CC" "$one"
	has "links the library of the .config" \
		"$(ar t "$out/libnetring.a")" capture.o
	make -s -C "$T/tested" O="$out" clean
	ok "make mrproper" make -C "$T/tested" O="$out" mrproper
done
rmdir "$T/tested/out"
find "$T/tested" | grep -v '/\.git\(/\|$\)' | sort >"$T/after_tests"
ok "leaves no file and no directory" diff "$T/before_tests" "$T/after_tests"
mkdir "$T/own"
echo "mine:" >"$T/own/Makefile"
mk own -s tiny_defconfig mrproper
is "a Makefile of the user's stays" "$(cat "$T/own/Makefile")" "mine:"

# Elsewhere.

states tree >"$T/first"
ok "O=absolute" make -C "$T/tree" O="$T/out" -j2 tiny_defconfig all
states tree >"$T/second"
ok "leaves the source tree untouched" cmp "$T/first" "$T/second"
ok "make inside of O" make -C "$T/out" CONFIG_PCAP=n CONFIG_TOOL_STATIC=n
ok "several goals inside of O" make -C "$T/out" clean tiny_defconfig
is "whose .config is there" "$(grep -c 'CONFIG_PCAP ' "$T/out/.config")" 1
make -s -C "$T/out" install-headers DESTDIR=stage PREFIX=/usr
ok "a relative DESTDIR is inside of O" \
	test -d "$T/out/stage/usr/include/netring"
make -s -C "$T/out" install-headers DESTDIR="a stage/of mine" PREFIX=/usr
ok "also with a space" test -d "$T/out/a stage/of mine/usr/include/netring"
make -s -C "$T/out" install-headers DESTDIR="$T/absolute" PREFIX=/usr
ok "an absolute one is where it says" test -d "$T/absolute/usr/include/netring"
files tree >"$T/after"
ok "and nothing is put into the source tree" diff "$T/before" "$T/after"
ok "O=relative" make -C "$T/tree" O=../relative tiny_defconfig all
ok "is below the source tree's parent" test -f "$T/relative/libnetring.a"
ok "KBUILD_OUTPUT from the environment" \
	env KBUILD_OUTPUT="$T/kbuild" make -C "$T/tree" tiny_defconfig all
ok "is the same" test -f "$T/kbuild/libnetring.a"
ok "O= and O=. are the source tree" make -C "$T/tree" O=. tiny_defconfig
ok "which has the .config" test -f "$T/tree/.config"
tree -s mrproper
make -s -C "$T/tree" O="$T/tree" tiny_defconfig all mrproper
files tree >"$T/after"
ok "also by its full name" diff "$T/before" "$T/after"

# What was made in the source tree is not taken for one's own elsewhere.
# shellcheck disable=SC2086 # several words
ok "O= without a build in the source tree" make -C "$T/tree" O="$T/apart" \
	-j2 $small all
tree -s -j2 CONFIG_PROBE=y CONFIG_TOOL_PROBE=y CONFIG_CAPTURE_V2=y \
	tiny_defconfig all
# shellcheck disable=SC2086
ok "O= beside one" make -C "$T/tree" O="$T/beside" -j2 $small all
ok "is the same library" cmp "$T/apart/libnetring.a" "$T/beside/libnetring.a"
ok "and the same program" cmp "$T/apart/netring" "$T/beside/netring"
tree -s mrproper

if unshare -rm mount --bind "$T/tree" "$T/tree" 2>/dev/null; then
	ok "a read-only source tree" unshare -rm sh -c "
		mount --bind '$T/tree' '$T/tree' &&
		mount -o remount,bind,ro '$T/tree' &&
		! touch '$T/tree/x' 2>/dev/null &&
		make -C '$T/tree' O='$T/readonly' tiny_defconfig all"
else
	skip "a read-only source tree" "no mount namespace allowed here"
fi

ok "several goals with -j" mk order -j8 tiny_defconfig all clean \
	full_defconfig "$T/order/src/step.o"
is "are made in the order given" \
	"$(awk '$1 ~ /CONFIG|AR|CLEAN/ || $2 == "src/step.o" { printf $1 " " }' \
		"$T/output")" "CONFIG CC AR CLEAN CONFIG CC "

mkdir "$T/a space"
no "O with a space is refused" mk x O="$T/a space"
is "in one line" "$(grep -c . "$T/output")" 1
echo mine >"$T/a space/c"
for goal in tiny_defconfig all; do
	no "KCONFIG_CONFIG with a space is refused" \
		mk x KCONFIG_CONFIG="$T/a space/c" $goal
	is "in one line" "$(grep -c . "$T/output")" 1
done
is "and left alone" "$(ls "$T/a space"):$(cat "$T/a space/c")" "c:mine"
cp -R "$T/tree" "$T/a space/tree"
no "a source tree with a space is refused" make -C "$T/a space/tree" -s
is "in one line" "$(grep -c 'with a space' "$T/output")" 1

# Loud and silent.

mk loud -s tiny_defconfig
ok "V=1" mk loud V=1 libnetring.a
has "shows the commands" "$(cat "$T/output")" "-c -o $T/loud/src/capture.o"
is "-s is silent" "$(mk silent -s tiny_defconfig all 2>&1)" ""
ok "V=0 is the default" mk loud V=0 clean all
no "without commands" grep -q -e -Wall "$T/output"

# Flags: those of the environment and of the command line are both ours plus
# theirs; what changes is built again, and only that.

# shellcheck disable=SC2086 # several words
ok "CFLAGS from the environment" \
	env CFLAGS=-DFROM_ENV CPPFLAGS=-DPRE LDFLAGS=-Wl,-O1 \
	make -C "$SRC" O="$T/flags" V=1 -j2 $small all
has "are appended" "$(grep capture_open.c "$T/output" | tr -s ' ')" \
	"-Iinclude -DPRE -DFROM_ENV -MMD"
has "LDFLAGS too" "$(grep -e '-o .*/netring ' "$T/output")" "-Wl,-O1"
ok "from the command line" mk flags V=1 -j2 CFLAGS=-DFROM_LINE \
	EXTRA_CFLAGS=-DEXTRA
has "are appended as well" \
	"$(grep capture_open.c "$T/output" | tr -s ' ')" \
	"-Iinclude -DFROM_LINE -DEXTRA -MMD"

all=$(objects flags .)
mk flags -s -j2
touch "$T/stamp"
mk flags -s -j2 EXTRA_CFLAGS=-DOTHER
is "another flag compiles every object again" \
	"$(younger flags | tr ' ' '\n' | grep -c '\.o$')" "$all"
touch "$T/stamp"
mk flags -s -j2 EXTRA_CFLAGS=-DOTHER LDFLAGS=-Wl,-O1
is "LDFLAGS link the program again" "$(younger flags)" "netring "
touch "$T/stamp"
mk flags -s -j2 EXTRA_CFLAGS=-DOTHER LDFLAGS=-Wl,-O1 CC="env musl-gcc"
is "another CC, which may have spaces, compiles every object again" \
	"$(younger flags | tr ' ' '\n' | grep -c '\.o$')" "$all"
touch "$T/stamp"
mk flags -s -j2 EXTRA_CFLAGS=-DOTHER LDFLAGS=-Wl,-O1 CC="env musl-gcc" \
	CONFIG_TOOL_PROBE=n
is "an option of the program does not touch the library" \
	"$(find "$T/flags/src" "$T/flags/libnetring.a" -newer "$T/stamp")" ""
touch "$T/stamp"
mk flags -s -j2 EXTRA_CFLAGS=-DOTHER LDFLAGS=-Wl,-O1 CC="env musl-gcc" \
	CONFIG_TOOL_PROBE=n CONFIG_TOOL_STATIC=n
is "nor does static linking compile anything" "$(younger flags)" "netring "

mk lists -s -j2 CC=gcc tiny_defconfig libnetring.a "$T/lists/libnetring.a"
mk lists -s -j2 CC=gcc CONFIG_PCAP=y "$T/lists/libnetring.a"
has "a new object is put into the archive" \
	"$(ar t "$T/lists/libnetring.a")" pcap.o
mk lists -s -j2 CC=gcc CONFIG_PCAP=n "$T/lists/libnetring.a"
is "and one no longer wanted leaves it" \
	"$(ar t "$T/lists/libnetring.a" | grep -c pcap.o)" 0

mk lists -s -j2 CC=gcc CONFIG_PCAP=n CONFIG_TOOL_CAPTURE=y all
ok "an option whose dependency is off stays off on the command line" \
	test ! -e "$T/lists/tools/netring/capture.o"

copy_tree touched
make -s -C "$T/touched" -j2 tiny_defconfig all
touch "$T/stamp"
echo "/* changed */" >>"$T/touched/src/sys.h"
make -s -C "$T/touched" -j2
users=$(cd "$T/touched" && for o in src/*.o; do
	grep -l src/sys.h "${o%.o}.d"
done | sed 's|.*/||; s|d$|o|' | sort | tr '\n' ' ')
is "a changed header compiles those that include it" "$(younger touched)" \
	"$(echo "${users}libnetring.a" | tr ' ' '\n' | sort | tr '\n' ' ')"

# Compilers.

while read -r config cc; do
	if ! command -v "${cc%% *}" >/dev/null; then
		skip "CC=$cc" "not installed"
		continue
	fi
	ok "CC=$cc" mk cc -j2 WERROR=1 CC="$cc" CONFIG_LTO=n \
		"${config}_defconfig" all
done <<'END'
full gcc
full clang
tiny musl-gcc
tiny env gcc
END
mkdir "$T/cross"
ln -s "$(command -v gcc)" "$T/cross/toy-linux-gcc"
ln -s "$(command -v ar)" "$T/cross/toy-linux-ar"
ok "CROSS_COMPILE=" env PATH="$T/cross:$PATH" CROSS_COMPILE=toy-linux- \
	make -C "$SRC" O="$T/cross/out" V=1 ARCH=whatever tiny_defconfig all
has "gives the compiler" "$(cat "$T/output")" "toy-linux-gcc -std=c11"
has "and ar" "$(cat "$T/output")" "toy-linux-ar rcsD"
ok "CC wins over CROSS_COMPILE" mk won V=1 CROSS_COMPILE=toy- CC=gcc AR=ar \
	tiny_defconfig all
no "whose tools are not looked for" grep -q toy- "$T/output"
ok "CXX is never asked" mk cxx CXX=no CC=gcc tiny_defconfig all

# The same bytes wherever it is built, debug information included.

for place in one two/deeper; do
	copy_tree $place
	# shellcheck disable=SC2086 # several words
	make -s -C "$T/$place" -j2 CONFIG_DEBUG=y $small all
	# shellcheck disable=SC2086
	make -s -C "$T/$place" -j2 O="$T/$place/elsewhere" CONFIG_DEBUG=y \
		$small all
done
ok "two directories give the same library" \
	cmp "$T/one/libnetring.a" "$T/two/deeper/libnetring.a"
ok "and the same program" cmp "$T/one/netring" "$T/two/deeper/netring"
ok "O= changes nothing" cmp "$T/one/netring" "$T/two/deeper/elsewhere/netring"
no "no path of the build is in them" grep -q -a "$T" "$T/one/netring" \
	"$T/one/libnetring.a" "$T/one/netring.pc"

# Without Python and without bash: a PATH of what POSIX and the compiler have.

mkdir "$T/plain"
for tool in sh awk cat cksum cmp cp dirname env grep install ln ls make mkdir \
	mv printf rm sed sort tr gcc as ld collect2 ar; do
	path=$(command -v "$tool") && case $path in
	/*) ln -s "$path" "$T/plain/$tool" ;;
	esac
done
ln -sf "$(command -v dash)" "$T/plain/sh"
ok "no Python in this PATH" env PATH="$T/plain" \
	sh -c "! command -v python3"
ok "configures and builds without Python and bash" env PATH="$T/plain" \
	make -C "$SRC" O="$T/nopython" SHELL="$T/plain/sh" \
	router_defconfig olddefconfig savedefconfig tiny_defconfig all install \
	DESTDIR="$T/nopython/dest"
no "menuconfig then says what is missing" env PATH="$T/plain" \
	PYTHON="$T/none" make -s -C "$SRC" O="$T/nopython" menuconfig

# Help.

ok "make help" mk help help
help=$(cat "$T/output")
for target in menuconfig olddefconfig savedefconfig tiny_defconfig all install \
	install-headers setup demo check size clean mrproper; do
	has "help knows $target" "$help" "  $target"
done
for section in Configuration Build Installation Checks Cleaning; do
	has "help has $section" "$help" "$section:"
done
ok "needs no configuration" test ! -e "$T/help/auto.conf"

done_testing
