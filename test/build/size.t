# SPDX-License-Identifier: MIT
# What a program that only captures costs, and what the injector and the
# bridge do, stays within the budget.
# shellcheck shell=sh

. test/lib.sh

mk size -s tiny_defconfig
mk size -s -j2 CC="$CHECK_CC" "$T/size/libnetring.a"
measure() {
	CC=$CHECK_CC BUDGETS=${1:-} sh test/size/run "$T/size/libnetring.a" \
		"$T/size"
}
# $1 whose budget becomes 100 bytes
tighten() {
	sed "s/^\\($1\\)[0-9][0-9]*\$/\\1100/" test/size/budget >"$T/budget"
	! cmp -s test/size/budget "$T/budget"
}
ok "within the budget" measure
has "tells how much" "$(cat "$T/output")" "bytes of text"
cp "$T/output" "$T/sizes"
for role in injector bridge; do
	ok "tells the $role's size" \
		grep -q "^The $role's files have [1-9][0-9]* bytes" "$T/sizes"
done
for name in router full; do
	added=$(sed -n "s/^With ${name}_defconfig, capturing adds \([0-9]*\) .*/\1/p" \
		"$T/sizes")
	ok "tells what ${name}_defconfig adds: more than tiny_defconfig" \
		test "$added" -gt "$(sed -n 's/.*captures adds \([0-9]*\).*/\1/p' \
			"$T/sizes")"
done
for role in "" "injector " "bridge "; do
	ok "100 bytes for ${role:-capturing }" tighten "$role"
	no "are exceeded" measure "$T/budget"
done
is "every member has a line" "$(grep -c '\.o$' "$T/sizes")" \
	"$(ar t "$T/size/libnetring.a" | wc -l)"
is "no member has bss" "$(awk '$NF ~ /\.o$/ && $3' "$T/sizes")" ""

done_testing
