# SPDX-License-Identifier: MIT
# A name is that of one file: of a test, so that what failed is known by it, and
# of a header, so that no order of include paths decides which one is meant.
# Public headers are spelled <netring/x.h>: src/ may have an x.h beside them.
# shellcheck shell=sh

. test/lib.sh

# In git's list, or without git in the tree, what is built left out.
files() {
	git -C "$SRC" ls-files --cached --others --exclude-standard \
		2>/dev/null || (cd "$SRC" && find include src test tools -type f)
}
twice() {
	grep -E "$1" "$T/files" | sed 's|.*/||' | sort | uniq -d
}

files | grep -v -e '^include/' -e '^\.' >"$T/files"
ok "there are files" grep -q '^test/unit/test_packet\.c$' "$T/files"
is "no two tests have one name" \
	"$(twice '^test/[a-z]+/(test_[a-z0-9_]+\.c|[a-z0-9_]+\.t)$')" ""
is "no two headers have one name" "$(twice '\.h$')" ""

# The rule itself: another directory's test_packet.c and sys.h are found.
printf '%s\n' test/live/test_packet.c test/live/sys.h >>"$T/files"
is "a test's second name is found" \
	"$(twice '/test_[a-z0-9_]+\.c$')" "test_packet.c"
is "a header's second name is found" "$(twice '\.h$')" "sys.h"

# The contributor's page: paths of test/ or of the top, but for those of
# what is to be added, which have an X or a NAME.
awk -v RS='`' 'NR % 2 == 0 && /\// && /^[a-z0-9_.*\/-]+$/' test/README.md |
	grep -v '^\.check' >"$T/named"
absent() {
	while read -r path; do
		# shellcheck disable=SC2086 # patterns
		set -- $path test/$path
		[ -e "$1" ] || [ -e "$2" ] || echo "$path"
	done
}
no "test/README.md names files" test "$(wc -l <"$T/named")" -lt 15
is "they are there" "$(absent <"$T/named")" ""

done_testing
