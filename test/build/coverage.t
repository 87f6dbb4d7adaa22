# SPDX-License-Identifier: MIT
# The unit and fault tests run nearly all of src/, and "make coverage" says so.
# netring-test: full
# shellcheck shell=sh

. test/lib.sh

if ! command -v gcovr >/dev/null; then
	echo "1..0 # SKIP gcovr is not installed"
	exit 0
fi

run make -C "$SRC" --no-print-directory O="${BUILD%/.check}" -j2 coverage
result=$?
cp "$T/output" "$T/table"
sed 's/^/# /' "$T/table"
if grep -q SKIP "$BUILD/coverage/test/fault/test_xdp_program_open.tap"; then
	skip "enough of it" "bpf(2) is not allowed here"
else
	say_result $result "enough of it" "$T/table"
fi

# The bar is one, on both sides.
for bars in "lines=100 branches=85" "lines=95 branches=100"; do
	# shellcheck disable=SC2086 # two words
	no "less than $bars is an error" awk -F , -f test/coverage.awk $bars \
		"$BUILD/coverage/coverage.csv"
done
is "every file of src/ is counted" \
	"$(sed -n 's|^src/\([a-z_0-9]*\.c\) .*|\1|p' "$T/table" | sort)" \
	"$(for file in src/*.c; do basename "$file"; done | sort)"
done_testing
