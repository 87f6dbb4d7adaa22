# SPDX-License-Identifier: MIT
# Random configurations, the same ones each time.
# netring-test: full
# shellcheck shell=sh

. test/build/matrix.sh

for seed in $(seq 30) 0 007 -1 0xffffffff 18446744073709551616; do
	ok "randconfig KCONFIG_SEED=$seed" try KCONFIG_SEED="$seed" randconfig
done

done_testing
