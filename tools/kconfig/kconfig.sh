#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes .config and what the build derives from it; needs no Python.
#
# usage: kconfig.sh COMMAND [FILE]
#
#   defconfig [FILE]       .config from the defaults or from a defconfig
#   olddefconfig           .config with the missing options at their defaults
#   allnoconfig, allyesconfig   every bool n or y, then $KCONFIG_ALLCONFIG,
#                          a file; 1 takes allno.config, allyes.config or
#                          all.config from beside .config
#   savedefconfig FILE     the least defconfig that gives this .config
#   listnewconfig          the options that .config says nothing of
#   make FILE              the resolved values, for make to include
#   header FILE            <netring/config.h>
#
# Environment: KCONFIG_CONFIG, the .config (default .config); KCONFIG_SET,
# values that win over all others in what is written to a .config or a
# defconfig, as in "PCAP=n CAPTURE_RETIRE_MS=4". What is derived from a .config
# has that one's values.

set -eu

here=$(dirname "$0")
config=${KCONFIG_CONFIG:-.config}

kconfig() {
	mode=$1
	shift
	LC_ALL=C ${AWK:-awk} -v mode="$mode" -v all="${all:-}" \
		-v strict="${strict:-0}" -v wish="${wish:-0}" \
		-v set="${KCONFIG_SET:-}" -f "$here/kconfig.awk" \
		-f "$here/unmet.awk" \
		"$here/../../Kconfig" "$@"
}

# Replaces a file by what the rest of the line prints, if that succeeds.
replace() {
	file=$1
	shift
	mkdir -p "$(dirname "$file")"
	trap 'rm -f "$file.tmp"' EXIT
	"$@" >"$file.tmp"
	mv "$file.tmp" "$file"
}

# The same, but leaves a file alone that would not change.
update() {
	file=$1
	shift
	mkdir -p "$(dirname "$file")"
	trap 'rm -f "$file.tmp"' EXIT
	"$@" >"$file.tmp"
	cmp -s "$file.tmp" "$file" || mv "$file.tmp" "$file"
}

# What .config says, or the defaults where there is none.
current() {
	if [ -e "$config" ]; then
		kconfig "$1" "$config"
	else
		kconfig "$1"
	fi
}

# Makes .config what the line prints; if that is something else, the one before
# becomes .config.old.
write_config() {
	mkdir -p "$(dirname "$config")"
	trap 'rm -f "$config.tmp"' EXIT
	"$@" >"$config.tmp"
	! cmp -s "$config.tmp" "$config" || return 0
	if [ -f "$config" ]; then
		cp -p "$config" "$config.old"
	fi
	mv "$config.tmp" "$config"
}

header() {
	macros=$(kconfig header "$config")
	tag=$(echo "$macros" | cksum)
	cat <<-END
		/* SPDX-License-Identifier: MIT */
		/* What this build of netring has: 0, 1 or a number. Generated. */
		#ifndef NETRING_CONFIG_H
		#define NETRING_CONFIG_H

		$macros

		/* Names this configuration in the symbol of every open function. */
		#define NETRING_CONFIG_TAG config_$(printf '%08x' "${tag%% *}")

		#endif
	END
}

case $1 in
defconfig)
	[ $# -lt 2 ] || strict=1 wish=1
	shift
	write_config kconfig config "$@"
	;;
olddefconfig)
	write_config current config
	;;
allnoconfig | allyesconfig)
	all=n
	[ "$1" = allnoconfig ] || all=y
	values=${KCONFIG_ALLCONFIG:-} wish=1
	if [ "$values" = 1 ]; then
		# As Linux: allno.config or allyes.config, else all.config.
		values=$(dirname "$config")/${1%config}.config
		[ -e "$values" ] || values=${values%/*}/all.config
	fi
	write_config kconfig config ${values:+"$values"}
	;;
savedefconfig)
	replace "$2" current min
	;;
listnewconfig)
	current new
	;;
make)
	KCONFIG_SET=
	replace "$2" kconfig make "$config"
	;;
header)
	KCONFIG_SET=
	update "$2" header
	;;
*)
	echo "$0: unknown command $1" >&2
	exit 1
	;;
esac
