# SPDX-License-Identifier: MIT
# Each option alone, with what it depends on.
# netring-test: full
# shellcheck shell=sh

. test/build/matrix.sh

needs=$(awk '
	$1 == "if" { block = $2 }
	$1 == "endif" { block = "" }
	$1 == "config" { name = $2 }
	$1 == "config" && block { print name ": depends on", block }
	$1 == "depends" { print name ":" $0 }' Kconfig | tr -d '()!&|')

# An option alone needs those that it depends on; of alternatives, the first.
alone() {
	echo "CONFIG_$1=y"
	for need in $(echo "$needs" | sed -n "s/^$1:.*on//p"); do
		alone "$need"
	done
}

for option in $options; do
	alone "$option" >"$T/values"
	case $option in
	CAPTURE_* | PACKET_* | TOOL_CAPTURE)
		grep -q 'CAPTURE_V[23]=' "$T/values" ||
			echo CONFIG_CAPTURE_V3=y >>"$T/values"
		;;
	TOOL_STATIC)
		alone PROBE >>"$T/values"
		alone TOOL_PROBE >>"$T/values"
		;;
	esac
	sed -i '/CONFIG_CAPTURE=/d; /CONFIG_TOOL=/d' "$T/values"
	ok "$option alone" try KCONFIG_ALLCONFIG="$T/values" allnoconfig
	ok "$option is on" grep -q "CONFIG_$option=y" "$T/o/.config"
done
ok "nothing" try allnoconfig

done_testing
