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
	sed "/^#/! { s/[0-9][0-9]*\$/99999/; s/^\\($1\\)99999\$/\\1100/; }" \
		test/size/budget >"$T/budget"
	grep -q "^${1}100\$" "$T/budget"
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
no "nobody has 100 bytes" tighten "nobody "
ok "and large budgets are kept" measure "$T/budget"
for role in "" $(awk '!/^#/ && NF > 1 { print $1 }' test/size/budget); do
	ok "100 bytes for ${role:-capturing}" tighten "${role:+$role }"
	no "are exceeded" measure "$T/budget"
done
is "every member has a line" "$(grep -c '\.o$' "$T/sizes")" \
	"$(ar t "$T/size/libnetring.a" | wc -l)"
is "no member has bss" "$(awk '$NF ~ /\.o$/ && $3' "$T/sizes")" ""

done_testing
