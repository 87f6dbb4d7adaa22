# SPDX-License-Identifier: MIT
# Static analysis, and the rules of the house that a machine can check.
# netring-test: fuller
# shellcheck shell=sh

. test/lib.sh

mk full -s full_defconfig
mk full -s "$T/full/include/netring/config.h" "$T/full/tools/netring/applets.h"
includes="-I$T/full/include -Iinclude -I$T/full/tools/netring"
all=$(find src tools -name '*.c' | sort)
# shellcheck disable=SC2086 # a list
sources=$(changed $all)
echo "# $(echo "$sources" | grep -c .) of $(echo "$all" | wc -l) files changed"

# $1 a tool that may be missing, the rest as for ok
with() {
	tool=$1
	shift
	if command -v "$tool" >/dev/null; then
		ok "$@"
	else
		skip "$1" "$tool is not installed"
	fi
}

# $1 files, the rest: what to run on each of them, two at a time.
each() {
	files=$1
	shift
	every_second 0 "$@" &
	every_second 1 "$@"
	bad=$?
	wait $! || bad=1
	return "$bad"
}

# $1 with which of $files to begin, 0 or 1
every_second() {
	turn=$1
	bad=0
	shift
	for file in $files; do
		turn=$((1 - turn))
		[ "$turn" -eq 0 ] || "$@" "$file" || bad=1
	done
	return "$bad"
}
ok "what is run on each file is run on all" each "a b c" test -n
for wrong in a b c; do
	no "and $wrong alone is seen" each "a b c" test "$wrong" !=
done

# shellcheck disable=SC2086 # several words
compile() {
	gcc -std=c11 -Werror $includes -c -o /dev/null "$@"
}

ok "gcc -fanalyzer" each "$sources" compile -O2 -fanalyzer -Wall -Wextra \
	-Wshadow -Wundef -Wvla -Wstrict-prototypes -Wmissing-prototypes
# The probe has room for an answer of netlink's on its stack.
ok "no function of the library needs a frame over 256 bytes" \
	each "$(echo "$sources" | grep ^src/ | grep -v src/probe_xdp.c)" \
	compile -Os -Wframe-larger-than=256
ok "but the probe's, 1280" compile -Os -Wframe-larger-than=1280 src/probe_xdp.c

# File by file: in one run, clang-tidy 14 mistakes the va_list of the second.
# shellcheck disable=SC2086 # several words
tidy() {
	clang-tidy --quiet "$1" -- -std=c11 $includes
}
with clang-tidy "clang-tidy" each "$sources" tidy
echo "int f(int *p) { return p ? 0 : *p; }" >"$T/wrong.c"
if command -v clang-tidy >/dev/null; then
	# It goes on without checks where it cannot read its file.
	no "clang-tidy finds a mistake" \
		clang-tidy --config-file=.clang-tidy "$T/wrong.c" -- -std=c11
	has "of which this is one" "$(cat "$T/output")" NullDereference
fi
scan() {
	scan-build --use-cc=gcc --status-bugs -o "$T/scanned" \
		-enable-checker nullability,optin.portability,valist \
		-enable-checker security.FloatLoopCounter "$@"
}
mk scan -s full_defconfig
objects=$(echo "$sources" | sed -n 's|^\(src/.*\)c$|\1o|p' | paste -s -d ' ')
with scan-build "scan-build" scan make -s -j2 O="$T/scan" test-programs \
	PROGRAMS="${objects:-src/step.o}"
if command -v scan-build >/dev/null; then
	no "scan-build finds a mistake" \
		scan gcc -c -o "$T/wrong.o" "$T/wrong.c"
	has "of which this is one" "$(cat "$T/output")" "Dereference of null"
fi
# shellcheck disable=SC2086 # lists
with cppcheck "cppcheck" cppcheck --quiet --std=c11 --error-exitcode=1 \
	--enable=warning,performance,portability --inline-suppr \
	--suppress=missingIncludeSystem $includes ${sources:-src/step.c}
# shellcheck disable=SC2046 # a list
with shellcheck "shellcheck" shellcheck \
	$(grep -rlE '^#!/bin/sh|^# shellcheck shell=sh' .ci test tools | sort)

with clang-format "the format is that of .clang-format" mk full format-check

# Every file that belongs to the tree.
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
	git ls-files --cached --others --exclude-standard >"$T/files"
else
	find . -type f | sed 's|^\./||' >"$T/files"
fi
is "every file names its licence" "$(grep -v -x LICENSE "$T/files" |
	while read -r file; do
		[ ! -f "$file" ] || head -n 3 "$file" |
			grep -q 'SPDX-License-Identifier: MIT' || echo "$file"
	done)" ""

no "no #if in the library's sources" grep -nE '^ *# *(if|ifdef|ifndef|elif)' \
	src/*.c
no "no stdio, no heap in the library" \
	grep -nE '<(stdio|stdlib|malloc|alloca|pthread)\.h>' src/*.[ch] \
	include/netring/*.h
is "errno is read in src/sys.[ch] alone" "$(for file in src/*.[ch]; do
	gcc -fpreprocessed -dD -E -x c "$file" | grep -v '#include' |
		grep -q -w errno && echo "$file"
done)" "src/sys.c
src/sys.h"
is "no line is longer than 80 columns" "$(awk '{
	while ((at = index($0, "\t")))
		$0 = substr($0, 1, at - 1) sprintf("%*s", 8 - (at - 1) % 8, "") \
			substr($0, at + 1)
	if (length($0) > 80)
		print FILENAME ":" FNR
	}' src/*.[ch] include/netring/*.h tools/netring/*.[ch] |
	grep -v /config.h)" ""
no "no file is longer than 400 lines" sh -c "wc -l src/*.[ch] \
	include/netring/*.h tools/netring/*.[ch] | awk '\$1 > 400 && \
	\$2 != \"total\"' | grep ."

done_testing
