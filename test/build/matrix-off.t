# SPDX-License-Identifier: MIT
# Everything but one option.
# shellcheck shell=sh

. test/build/matrix.sh

for option in $options; do
	echo "# CONFIG_$option is not set" >"$T/values"
	ok "all but $option" try KCONFIG_ALLCONFIG="$T/values" allyesconfig
done
ok "everything" try allyesconfig

done_testing
