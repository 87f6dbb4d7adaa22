# SPDX-License-Identifier: MIT
# What the archive defines, what it needs, and that it holds no state.
# shellcheck shell=sh

. test/lib.sh

mk full -s full_defconfig
mk full -s -j2 "$T/full/libnetring.a"
archive=$T/full/libnetring.a

# An object's own symbols are those of the archive together.
nm -A "$archive" | awk '$(NF - 1) ~ /^[A-TV-Z]$/ { print $NF }' |
	LC_ALL=C sort -u >"$T/defined"
# $1 an archive, all of whose own symbols are in $T/defined
needed() {
	nm -u "$1" | awk 'NF == 2 { print $2 }' | LC_ALL=C sort -u |
		LC_ALL=C comm -23 - "$T/defined"
}
needed "$archive" >"$T/needed"
sed '/^#/d; /^$/d; s/[ \t].*//' test/build/symbols.allow >"$T/allowed"

ok "the allow-list is sorted" sh -c "LC_ALL=C sort -c '$T/allowed'"
is "nothing else is needed" \
	"$(LC_ALL=C comm -23 "$T/needed" "$T/allowed")" ""
# Whether a compiler calls for a copy or makes it in place is its affair.
is "nothing is allowed that is not needed" "$(LC_ALL=C comm -13 "$T/needed" \
	"$T/allowed" | grep -v -x -e memcpy -e memset)" ""
mk without -s full_defconfig
mk without -s -j2 CONFIG_XDP=n "$T/without/libnetring.a"
is "AF_XDP needs nothing that the others do not" "$(
	needed "$T/without/libnetring.a" | LC_ALL=C comm -13 - "$T/needed" |
		grep -v -x -e memcpy -e memset
)" ""
is "every global begins with netring_" \
	"$(grep -v '^netring_' "$T/defined")" ""
ok "there are some" grep -q -x netring_step_name "$T/defined"
is "no name is both a function and a struct" "$(
	sed -n 's/^struct \(netring_[a-z0-9_]*\) {.*/\1/p' include/netring/*.h |
		LC_ALL=C sort -u | LC_ALL=C comm -12 - "$T/defined"
)" ""
# Tables of addresses are constant after relocation: .data.rel.ro.
is "no writable data" "$(readelf -SW "$archive" |
	sed -n 's/^ *\[ *[0-9]*\] //p' | awk '$1 !~ /^\.data\.rel\.ro/ &&
	$7 ~ /W/ && $5 !~ /^0+$/ { print $1, $5 }')" ""
is "no unwind tables" \
	"$(readelf -SW "$archive" | grep -c eh_frame)" 0
mk full -s -j2 CONFIG_UNWIND_TABLES=y "$archive"
is "unless asked for" \
	"$(readelf -SW "$archive" | grep -q eh_frame && echo some)" some

done_testing
