# SPDX-License-Identifier: MIT
# A program that was built without AF_XDP: xdp is refused with the option's
# name, auto is a packet socket, and probe tells of the kernel all the same.
# shellcheck shell=sh source-path=SCRIPTDIR/../.. disable=SC2154 # $pid, $a

. test/live/wire.sh
. test/live/hosts.sh
wire
hosts

mk off -s full_defconfig
ok "a build without AF_XDP" mk off -s CONFIG_XDP=n netring
full=$NETRING
NETRING=$T/off/netring

# $1 the option that is missing, rest: an applet and its arguments
lacks() {
	option=$1
	shift
	no "$1, xdp" "$NETRING" "$@" --backend xdp
	has "$1, xdp: told" "$(cat "$T/output")" \
		"this build has no AF_XDP ($option)"
}

lacks XDP_PROGRAM capture -i nr0
lacks XDP_TX inject -i nr1 --generate 5
lacks XDP_BRIDGE bridge pa pb

start auto -i nr0 --backend auto -w "$T/auto.pcap" -c 5 -d 20
ok "inject, auto: sends" "$NETRING" inject -i nr1 --generate 5 --backend auto
has "inject, auto: told" "$(cat "$T/output")" \
	"backend: packet (xdp: this build has no AF_XDP (XDP_TX))"
wait "$pid"
is "capture, auto: captures" "$(packets "$T/auto.pcap")" 5
bridge joint --backend auto
ok "bridge, auto: joins" on a ping -q -c 1 -w 5 10.9.0.2
finish INT

"$full" probe -i nr0 | grep xdp >"$T/full"
"$NETRING" probe -i nr0 | grep xdp >"$T/off.txt"
ok "probe: the same as with AF_XDP" diff "$T/full" "$T/off.txt"
ok "and not nothing" test "$(wc -l <"$T/full")" -ge 10

done_testing
