# SPDX-License-Identifier: MIT
# Every program of README.md compiles and links as it stands there.
# shellcheck shell=sh

. test/lib.sh

mk full -s full_defconfig
mk full -s -j2 CC="$CHECK_CC" "$T/full/libnetring.a"
mkdir "$T/programs"
awk -f test/readme.awk -v dir="$T/programs" README.md

programs=$(find "$T/programs" -name '*.c' | sort)
no "README.md holds programs" test -z "$programs"
for program in $programs; do
	for standard in c99 c11; do
		# shellcheck disable=SC2086 # several words
		ok "README.md $(basename "$program" .c), $standard" \
			$CHECK_CC -std=$standard -D_DEFAULT_SOURCE -static \
			-Wall -Wextra -Werror -I"$T/full/include" -Iinclude \
			-o "$T/program" "$program" "$T/full/libnetring.a"
	done
done

done_testing
