#!/bin/sh
# SPDX-License-Identifier: MIT
# Compares the AF_XDP bridge with that of packet sockets, at several loads.
#
# usage: sh test/bench/forward.sh [PROGRAM]     as root, on an idle machine
#
# PROGRAM is test/live/test_xdp_bridge_speed as "make check" built it. For each
# load: medians of frames a second at the far end and their ratio, of five
# rounds in turns; at a fixed load both carry all, and the time a frame takes
# (of each round) is what differs.

set -eu

program=${1:-.check/test/live/test_xdp_bridge_speed}
[ -x "$program" ] || {
	echo "$program is not there: make check TESTS=test/live/test_xdp_bridge_speed.c" >&2
	exit 1
}

for mode in native generic; do
	for length in 64 1500; do
		for rate in 0 300000; do
			# at a fixed load the ratio is 1, which it calls not ok
			unshare -n "$program" 5 400 "$length" "$rate" "$mode" |
				grep -E '^# |times$' | sed 's/^.*ok [0-9]* - //'
		done
	done
done
