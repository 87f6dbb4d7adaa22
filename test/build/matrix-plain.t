# SPDX-License-Identifier: MIT
# Another compiler, which removes no dead code: what an option leaves out must
# not be called.
# netring-test: full
# shellcheck shell=sh

. test/build/matrix.sh

if command -v clang >/dev/null; then
	export CFLAGS=-O0
	CHECK_CC=clang
	ok "clang -O0, tiny_defconfig" try tiny_defconfig
	echo CONFIG_CAPTURE_V3=y >"$T/values"
	ok "clang -O0, CAPTURE_V3 alone" \
		try KCONFIG_ALLCONFIG="$T/values" allnoconfig
	for alone in XDP "XDP XDP_RX" "XDP XDP_TX" "XDP XDP_RX XDP_PROGRAM"; do
		# shellcheck disable=SC2086 # several words
		printf 'CONFIG_%s=y\n' $alone >"$T/values"
		ok "clang -O0, ${alone##* } alone" \
			try KCONFIG_ALLCONFIG="$T/values" allnoconfig
		ok "${alone##* } is on" \
			grep -q "CONFIG_${alone##* }=y" "$T/o/.config"
	done
else
	skip "clang -O0" "not installed"
fi

done_testing
