# SPDX-License-Identifier: MIT
# One socket of AF_XDP in two threads, under ThreadSanitizer: neither touches
# what is the other's without the order that makes it its own.
# netring-test: full
# shellcheck shell=sh

. test/lib.sh

# Of fences it knows nothing; ours are between a thread and the kernel.
sanitize="-fsanitize=thread -Wno-tsan"

# It wants addresses that some kernels give to others.
echo "int main(void) { return 0; }" >"$T/nothing.c"
# shellcheck disable=SC2086 # several words
if ! $HOSTCC $sanitize -Werror -o "$T/nothing" "$T/nothing.c" 2>"$T/why" ||
	! "$T/nothing" 2>>"$T/why"; then
	echo "1..0 # SKIP no ThreadSanitizer here: $(head -n 1 "$T/why")"
	exit 0
fi

# The library by the rules of the tests that run under other sanitizers, with
# the checks of the debug build, which look at one side's frames only.
ok "the library, all of it, and the test" mk t -j2 HOSTCC="$HOSTCC" \
	sanitize="$sanitize" CONFIG_DEBUG=y full_defconfig \
	"$T/t/test/host/test_xdp_threads"
run "$T/t/test/host/test_xdp_threads"
result=$?
reason=$(sed -n 's/^1\.\.0 # SKIP //p' "$T/output")
if [ -n "$reason" ]; then
	skip "no race, and all packets" "$reason"
else
	say_result $result "no race, and all packets" "$T/output"
fi
done_testing
