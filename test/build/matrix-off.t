# SPDX-License-Identifier: MIT
# Everything but one option.
# netring-test: full
# shellcheck shell=sh

. test/build/matrix.sh

# Compiling for LTO, too, takes twice the time: once is enough.
for option in $options; do
	printf '# CONFIG_%s is not set\n' "$option" LTO >"$T/values"
	ok "all but $option" try KCONFIG_ALLCONFIG="$T/values" allyesconfig
done
ok "everything" try allyesconfig

done_testing
