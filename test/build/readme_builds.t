# SPDX-License-Identifier: MIT
# Every program of README.md compiles and links as it stands there; its table
# names the options that there are.
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

# First cells of the table "option", against what has a prompt.
awk -F '|' '/^\| option / { table = 1 } !/^\|/ { table = 0 } table { print $2 }' \
	README.md | grep -o '[A-Z][A-Z0-9_]*' | sort >"$T/told"
awk '$1 == "config" { name = $2 }
	($1 == "bool" || $1 == "int") && NF > 1 { print name }' Kconfig |
	sort >"$T/options"
ok "there are options" test -s "$T/options"
ok "README.md's table names every option, once, and no other" \
	diff "$T/told" "$T/options"

done_testing
