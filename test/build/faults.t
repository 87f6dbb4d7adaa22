# SPDX-License-Identifier: MIT
# Every public function that reaches the kernel has tests that make its system
# calls fail and lie, as test/fault/matrix tells: none is missing.
# netring-test: needs=libnetring.a
# shellcheck shell=sh

. test/lib.sh

matrix=$SRC/test/fault/matrix
rows() {
	sed '/^#/d' "$1"
}

# Which function refers to which others, by the relocations of its section; what
# is static has a name in its own file only.
readelf -rW "$BUILD/libnetring.a" | awk '
/^File: / { file = $2 }
/^Relocation section/ {
	from = $3
	gsub(/\047/, "", from)
	is_code = sub(/^\.rela?\.text\./, "", from)
	next
}
is_code && $1 ~ /^[0-9a-f]+$/ && NF > 4 {
	to = $5
	sub(/^\.text\./, "", to)
	if (to !~ /^netring_/ && to ~ /\./)
		next
	print name(from), name(to)
}
function name(s) {
	return s ~ /^netring_/ || s ~ /^[a-z_]*$/ && s in calls ? s : file s
}
BEGIN {
	n = split("syscall close poll send recv sendmsg recvmsg open setns " \
		"clock_gettime nanosleep mmap read write eventfd", list, " ")
	for (i = 1; i <= n; i++)
		calls[list[i]] = 1
}' | awk '
{ edges[$1] = edges[$1] " " $2; from[NR] = $1; to[NR] = $2 }
$2 !~ /^netring_/ && $2 !~ /^[^a-z]/ && $2 !~ /\(/ { reaches[$2] = 1 }
END {
	do {
		changed = 0
		for (i = 1; i <= NR; i++)
			if (to[i] in reaches && !(from[i] in reaches))
				changed = reaches[from[i]] = 1
	} while (changed)
	for (name in reaches)
		if (name ~ /^netring_/ && name !~ /_$/) {
			sub(/_config_[0-9a-f]*$/, "", name)
			print name
		}
}' | sort -u >"$T/reach"

ok "many functions reach the kernel" test "$(wc -l <"$T/reach")" -gt 50
rows "$matrix" | awk '{ print $1 }' | sort >"$T/listed"
is "none is without a test of its faults" \
	"$(comm -23 "$T/reach" "$T/listed")" ""
is "none is listed that does not" "$(comm -13 "$T/reach" "$T/listed")" ""

# A program may call through the files that all share.
shared="capture_open_cases scripted_bridge scripted_capture scripted_loop
	veth_pairs xdp_open_cases"
named() {
	case $2 in
	-) return 0 ;;
	test_wrong_answers) files=role_calls ;;
	*) files="$2 $shared" ;;
	esac
	for file in $files; do
		grep -q -w "$1" "$SRC/test/fault/$file.c" && return 0
	done
	echo "$2 does not name $1"
}
absent=$(rows "$matrix" | while read -r function errno wrong; do
	[ -e "$SRC/test/fault/$errno.c" ] || echo "no $errno"
	named "$function" "$errno"
	named "$function" "$wrong"
done)
is "the tests name what they are listed for" "$absent" ""

done_testing
