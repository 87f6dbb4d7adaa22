# SPDX-License-Identifier: MIT
# Everything but one option.
# netring-test: full
# shellcheck shell=sh

. test/build/matrix.sh

# The program asks for these; of other options it sees nothing, and need not be
# compiled again.
tools=$(awk '$1 == "config" { name = $2 }
	name ~ /^TOOL/ && $1 == "depends" { print }' Kconfig |
	cat - tools/netring/*.[ch] | tr -s -c 'A-Z0-9_' '\n' |
	sed 's/^NETRING_CONFIG_//' | sort -u)

# Compiling for LTO, too, takes twice the time: once is enough.
for option in $options; do
	printf '# CONFIG_%s is not set\n' "$option" LTO >"$T/values"
	case $option in
	TOOL*) ;;
	*) echo "$tools" | grep -q -x "$option" ||
		printf '# CONFIG_TOOL_%s is not set\n' CAPTURE PROBE INJECT \
			BRIDGE STAT >>"$T/values" ;;
	esac
	ok "all but $option" try KCONFIG_ALLCONFIG="$T/values" allyesconfig
done
ok "everything" try allyesconfig

done_testing
