# SPDX-License-Identifier: MIT
# What a program that only captures costs stays within the budget.
# shellcheck shell=sh

. test/lib.sh

mk size -s tiny_defconfig
mk size -s -j2 CC="$CHECK_CC" "$T/size/libnetring.a"
measure() {
	CC=$CHECK_CC BUDGET=${1:-} sh test/size/run "$T/size/libnetring.a" \
		"$T/size"
}
ok "within the budget" measure
has "tells how much" "$(cat "$T/output")" "bytes of text"
cp "$T/output" "$T/sizes"
no "a smaller budget is exceeded" measure 100
is "every member has a line" "$(grep -c '\.o$' "$T/sizes")" \
	"$(ar t "$T/size/libnetring.a" | wc -l)"
is "no member has bss" "$(awk '$NF ~ /\.o$/ && $3' "$T/sizes")" ""

done_testing
