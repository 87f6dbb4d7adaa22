# SPDX-License-Identifier: MIT
# What a program that only captures, or only sends by AF_XDP, costs, and what
# the injector, the bridge and AF_XDP do, stays within the budget.
# shellcheck shell=sh

. test/lib.sh

mk size -s tiny_defconfig
mk size -s -j2 CC="$CHECK_CC" "$T/size/libnetring.a"
measure() {
	CC=$CHECK_CC BUDGETS=${1:-} sh test/size/run "$T/size/libnetring.a" \
		"$T/size"
}
# $1 whose budget becomes 100 bytes; all others are enough for anything
tighten() {
	awk -v who="$1" 'NF == 2 && !/^#/ { $2 = $1 == who ? 100 : 99999 }
		{ print }' test/size/budget >"$T/budget"
	grep -q "^$1 100\$" "$T/budget"
}
ok "within the budget" measure
has "tells how much" "$(cat "$T/output")" "bytes of text"
cp "$T/output" "$T/sizes"
for role in injector bridge xdp-bridge; do
	ok "tells the $role's size" \
		grep -q "^The $role's files have [1-9][0-9]* bytes" "$T/sizes"
done
ok "tells what a program that only sends by AF_XDP adds" grep -q \
	"^A program that only sends by AF_XDP adds [1-9][0-9]* bytes" "$T/sizes"
xdp=$(sed -n 's/^All of AF_XDP adds \([0-9]*\) bytes .*/\1/p' "$T/sizes")
# shellcheck disable=SC2016 # make's variable
sed -n 's/^lib-$(CONFIG_XDP[A-Z_]*) += //p' Makefile | tr ' ' '\n' |
	LC_ALL=C sort -u >"$T/files"
ar t "$T/size/xdp/libnetring.a" | LC_ALL=C sort >"$T/measured"
ok "AF_XDP has files" grep -q -x xdp_open.o "$T/files"
is "all of them are measured" \
	"$(LC_ALL=C comm -23 "$T/files" "$T/measured")" ""
is "less what is in the archive without them" "$xdp" "$(
	for archive in size/xdp size; do
		size -t "$T/$archive/libnetring.a" | tail -n 1
	done | awk '{ text = $1 - text } END { print -text }'
)"
for name in router full; do
	added=$(sed -n "s/^With ${name}_defconfig, capturing adds \([0-9]*\) .*/\1/p" \
		"$T/sizes")
	ok "tells what ${name}_defconfig adds: more than tiny_defconfig" \
		test "$added" -gt "$(sed -n 's/.*captures adds \([0-9]*\).*/\1/p' \
			"$T/sizes")"
done
no "nobody has 100 bytes" tighten nobody
ok "and large budgets are kept" measure "$T/budget"
roles=$(awk '!/^#/ && NF == 2 && $1 != "gcc" { print $1 }' test/size/budget)
for role in $roles; do
	ok "100 bytes for $role" tighten "$role"
	no "are exceeded" measure "$T/budget"
done
is "every member has a line" "$(grep -c '\.o$' "$T/sizes")" \
	"$(ar t "$T/size/libnetring.a" | wc -l)"
is "no member has bss" "$(awk '$NF ~ /\.o$/ && $3' "$T/sizes")" ""

# The archive, in three configurations, and the stack.
table=$T/table
archives() {
	CC=$CHECK_CC BUDGETS=$1 WERROR=1 sh test/size/table "$2" "$table" host
}
# $1 a budget: of what was measured
check() {
	awk -v verb=check -f test/size/table.awk "$1" "$table/figures"
}
ok "the archives are measured, and within the budget" \
	archives test/size/budget check
name=$(awk 'NR == 1 { print $1 }' "$table/figures")
if ! grep -q "^$name  *full " test/size/budget ||
	! awk '$1 == "gcc" { gcc = $2 }
		FILENAME ~ /figures/ && $8 != gcc { exit 1 }' \
		test/size/budget "$table/figures"; then
	skip "the archives' budget" "not the budget's compiler"
	done_testing
fi
no "nothing was said about it" grep -q -e allowed -e checked "$T/output"
is "the text is what size says" \
	"$(awk '$2 == "full" { print $3 }' "$table/figures")" \
	"$(size -t "$table/$name-full/libnetring.a" | awk 'END { print $1 }')"
for field in 1 2 3 4 5; do
	what=$(echo text data bss stack probe | cut -d ' ' -f "$field")
	awk -v of="$name" -v field=$((field + 2)) '
		FNR == NR { if ($2 == "router") measured = $field; next }
		$1 == of && $2 == "router" { $field = measured - 1 } { print }
		' "$table/figures" test/size/budget >"$T/budget"
	no "one byte over the budget of $what fails" check "$T/budget"
	has "and is told" "$(grep "$name router: .*$what.* allowed" \
		"$T/output" || cat "$T/output")" "$name router: "
	has "with what to do" "$(cat "$T/output")" "make size-budget"
done
sed "s/^\($name *tiny *\)/\19/" test/size/budget >"$T/budget"
no "a budget far above fails" check "$T/budget"
has "as such" "$(cat "$T/output")" "no longer needed"
sed 's/^gcc .*/gcc 999/' test/size/budget >"$T/budget"
sed -i "s/^\($name *tiny\) .*/\1 0 0 0 0 0/" "$T/budget"
ok "that of another compiler is not checked" check "$T/budget"
has "which is told" "$(cat "$T/output")" "not checked"
sed "s/^\($name *[a-z]*\) .*/\1 0 0 0 0 0/" test/size/budget >"$T/budget"
ok "a budget is written" archives "$T/budget" write
ok "the same, line by line" cmp "$T/budget" test/size/budget

done_testing
