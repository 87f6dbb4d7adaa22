# SPDX-License-Identifier: MIT
# The fuzz targets, each for 30 seconds (FUZZ_SECONDS): see test/fuzz/run.
# netring-test: full
# shellcheck shell=sh

. test/lib.sh

if ! command -v clang >/dev/null ||
	! echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
		clang -x c -fsanitize=fuzzer,address -o "$T/try" - 2>/dev/null
then
	echo "1..0 # SKIP no clang with libFuzzer here"
	exit 0
fi

mk fuzz -s full_defconfig
ok "the targets are built" mk fuzz -s -j2 fuzz-programs

# Named once in each place, or one would be forgotten.
is "every target has seeds" "$(echo test/fuzz/seeds/* |
	sed 's|test/fuzz/seeds/|test/fuzz/fuzz_|g; s| |.c |g; s|$|.c|')" \
	"$(echo test/fuzz/fuzz_*.c)"

NETRING_BUILD=$T/fuzz FUZZ_SECONDS=${FUZZ_SECONDS:-30} \
	sh test/fuzz/run >"$T/found" 2>&1
sed 's/^/# /' "$T/found"
for seeds in test/fuzz/seeds/*; do
	name=${seeds##*/}
	ok "$name finds nothing, and comes to what it is for" \
		grep "^$name: [1-9][0-9][0-9][0-9]* executions," "$T/found"
done

# A target that finds something, or comes to nothing, fails.
cat >"$T/crash.c" <<'END'
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
static int crash, come;
static void report(void) { fprintf(stderr, "reached: it=%d\n", come); }
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc; (void)argv; atexit(report);
	crash = getenv("CRASH") != NULL;
	return 0;
}
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	come += size > 0;
	if (crash && size > 1 && data[size - 1] == 'x')
		abort();
	return 0;
}
END
mkdir -p "$T/false/test/fuzz"
ok "a target that crashes" clang -fsanitize=fuzzer,address \
	-o "$T/false/test/fuzz/fuzz_pcap" "$T/crash.c"
NETRING_BUILD=$T/false FUZZ_SECONDS=1
export NETRING_BUILD FUZZ_SECONDS
ok "no crash, no failure" sh test/fuzz/run pcap
CRASH=1 FUZZ_SECONDS=20
export CRASH FUZZ_SECONDS
no "a crash is a failure" sh test/fuzz/run pcap
has "which is told" "$(cat "$T/output")" "pcap: found something"
unset CRASH
sed 's/come += size > 0/come = 0/' "$T/crash.c" >"$T/nothing.c"
ok "a target that comes to nothing" clang -fsanitize=fuzzer,address \
	-o "$T/false/test/fuzz/fuzz_pcap" "$T/nothing.c"
no "is a failure" sh test/fuzz/run pcap
has "which is told" "$(cat "$T/output")" "do not reach: it"

done_testing
