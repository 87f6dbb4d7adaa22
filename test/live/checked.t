# SPDX-License-Identifier: MIT
# Live tests of every role under checkers: the host's sanitizers, and valgrind,
# which takes the static programs as users have them. Those are here that do
# not measure time, which is another one there.
# netring-test: full
# shellcheck shell=sh

. test/lib.sh

packet='bytes vlan cooked vnet inject_bytes inject_vnet bridge_limits
loop'
xdp='xdp_receive xdp_tx_metadata xdp_program xdp_flows xdp_sizes xdp_shared
xdp_bridge_bytes'
# Too impatient for valgrind: one waits shortly for each of many frames, one
# for a queue to be free again.
quick='bridge_bytes xdp_bridge_limits'

# No program sees what another left.
alone=-rn
[ "$(id -u)" -ne 0 ] || alone=-n

# $1 the checker, $2 the test, the rest: what to run. 99 is a mistake found.
check() {
	what="$1: $2"
	shift 2
	run unshare "$alone" timeout 60 "$@"
	result=$?
	reason=$(sed -n 's/^1\.\.0 # SKIP //p' "$T/output")
	if [ -n "$reason" ]; then
		skip "$what" "$reason"
	else
		say_result "$result" "$what" "$T/output"
	fi
}

# A planted mistake is found: $1 of what kind, the rest: what to run
finds() {
	kind=$1
	shift
	run "$@"
	is "$kind is found" $? 99
}

export ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=exitcode=99
sanitize='-fsanitize=address,undefined -fno-sanitize-recover=all'
cat >"$T/wrong.c" <<'EOF'
#include <stdint.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
	uint32_t words[4] = { 0 };
	int uninitialised;
	volatile uint8_t *bytes = (uint8_t *)words;

	switch (argc) {
	case 1: /* of 4 bytes, from an address that armhf's ldm would refuse */
		return *(volatile uint32_t *)(bytes + argc) != 0;
	case 2:
		return bytes[sizeof(words) + (argv[1][0] - '0')] != 0;
	default:
		return setsockopt(-1, 0, 0, &uninitialised, 4) == 0;
	}
}
EOF
# shellcheck disable=SC2086 # several words
ok "a program with mistakes" $HOSTCC -g $sanitize -o "$T/wrong" "$T/wrong.c"
finds "an unaligned access" "$T/wrong"
finds "an access out of bounds" "$T/wrong" 0

programs=$(for name in $packet $xdp; do
	echo "test/host/test_$name test/live/test_$name"
done; for name in $quick; do
	echo "test/host/test_$name"
done)
ok "the tests with sanitizers" make -C "$SRC" --no-print-directory -j2 \
	O="$BUILD" HOSTCC="$HOSTCC" test-programs \
	PROGRAMS="$(echo "$programs" | paste -s -d ' ')"
for name in $packet $xdp $quick; do
	check sanitizers "$name" "$BUILD/test/host/test_$name"
done

memcheck="valgrind -q --error-exitcode=99
	--suppressions=test/live/valgrind.supp"
# shellcheck disable=SC2086 # several words
if command -v valgrind >/dev/null; then
	ok "a static one" $CHECK_CC -w -static -o "$T/static" "$T/wrong.c"
	finds "a call with what was never written" $memcheck "$T/static" 0 0
	for name in $packet $xdp; do
		check valgrind "$name" $memcheck \
			"$BUILD/test/live/test_$name"
	done
else
	skip "valgrind" "it is not installed"
fi
done_testing
