# SPDX-License-Identifier: MIT
# The runner itself: whatever goes wrong in a test must not pass for success.
# shellcheck shell=sh

. test/lib.sh

mkdir -p "$T/test/build" "$T/b/test/unit" "$T/test/unit"
cp test/run test/one test/count.awk "$T/test"
: >"$T/test/expected-skips"

# $1 what the test prints and does; the result of the runner in $T/output
runner() {
	printf '%b\n' "$1" >"$T/test/build/a.t"
	(cd "$T" && NETRING_BUILD=$T/b TEST_TIMEOUT=2 sh test/run test/build)
}
last() {
	tail -n 1 "$T/output"
}

ok "two passes" runner 'echo ok 1\necho ok 2\necho 1..2'
is "are counted" "$(last)" "2 passed, 0 failed, 0 skipped"
no "a failure" runner 'echo 1..2\necho ok 1\necho not ok 2 - this\nexit 1'
is "is counted" "$(last)" "1 passed, 1 failed, 0 skipped"
has "and named" "$(cat "$T/output")" "FAILED   test/build/a.t: not ok 2 - this"
no "a failure without an exit status" runner 'echo 1..1\necho not ok 1'
no "a plan not fulfilled" runner 'echo 1..3\necho ok 1\necho ok 2'
is "is a failure" "$(last)" "2 passed, 1 failed, 0 skipped"
no "no plan" runner 'echo ok 1'
is "is a failure" "$(last)" "1 passed, 1 failed, 0 skipped"
no "a crash after the last test" runner 'echo 1..1\necho ok 1\nkill -SEGV $$'
is "is a failure" "$(last)" "1 passed, 1 failed, 0 skipped"
no "a test that hangs" runner 'echo 1..1\necho ok 1\nsleep 20'
no "nothing at all" runner ':'
is "is a failure" "$(last)" "0 passed, 1 failed, 0 skipped"

skip='echo 1..2\necho ok 1\necho "ok 2 - that # SKIP no such thing"'
no "a skip that nobody expects" runner "$skip"
has "tells its reason" "$(cat "$T/output")" "that (no such thing)"
is "and is counted" "$(last)" "1 passed, 0 failed, 1 skipped"
echo "test/build/a.t that: no such" >"$T/test/expected-skips"
ok "an expected skip" runner "$skip"
is "is counted" "$(last)" "1 passed, 0 failed, 1 skipped"
no "another reason is not expected" runner \
	'echo 1..1\necho "ok 1 - that # SKIP otherwise"'
no "nor is a whole test" runner 'echo "1..0 # SKIP no such"'
echo "test/build/a.t all: no such" >"$T/test/expected-skips"
ok "unless listed" runner 'echo "1..0 # SKIP no such"'
is "and counts as one" "$(last)" "0 passed, 0 failed, 1 skipped"

# A program of its own, and one that is missing.
echo 'int main;' >"$T/test/unit/test_x.c"
printf '#!/bin/sh\necho 1..1\necho ok 1\n' >"$T/b/test/unit/test_x"
chmod +x "$T/b/test/unit/test_x"
runner_of() {
	(cd "$T" && NETRING_BUILD=$T/b sh test/run "$@")
}
ok "a program" runner_of test/unit/test_x.c
rm "$T/b/test/unit/test_x"
no "a program that was not built" runner_of test/unit/test_x.c
no "no such test" runner_of test/none

# A "no" that nobody said is none.
says() {
	cat >"$T/no.t" <<-END
		. test/lib.sh
		no "$1" $1
		done_testing
	END
	sh "$T/no.t"
}
ok "one writes" echo this
ok "the next may read it" grep -q this "$T/output"
ok "no: exit 1" says "sh -c 'exit 1'"
ok "no: exit 2" says "sh -c 'exit 2'"
ok "no: grep finds nothing" says "grep x /dev/null"
for wrong in true no-such-command /etc/passwd "grep x /no/such/file" \
	"test a -nt" "sh -c 'kill -SEGV \$\$'"; do
	no "no fails: $wrong" says "$wrong"
done

done_testing
