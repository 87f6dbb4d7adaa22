# SPDX-License-Identifier: MIT
# netring bridge between two hosts: modes, filter, events, signals, privileges.
# shellcheck shell=sh source-path=SCRIPTDIR/../.. disable=SC2154 # $pid, $a

. test/live/wire.sh
. test/live/hosts.sh
hosts

for mode in small large auto; do
	bridge "$mode" --mode "$mode"
	ok "$mode: 20 MB arrive whole" carry 20000000
	ok "$mode: and the other way" carry 20000000 b
	is "$mode: no checksum was wrong" "$(on b cat /proc/net/snmp |
		awk '/^Tcp:/ { n = $(NF - 1) } END { print n }')" 0
	finish INT
	is "$mode: exit status" "$status" 0
	has "$mode: says which it is" "$(head -1 "$T/$mode.err")" \
		"mode ${mode%auto}"
	ok "$mode: totals" grep -q "^pb > pa: [1-9][0-9]* received" \
		"$T/$mode.err"
done
has "auto is small here" "$(cat "$T/auto.err")" "mode small"

bridge hold --hold
ok "--hold: 20 MB arrive whole" carry 20000000
finish TERM
is "SIGTERM: exit status" "$status" 0

bridge quiet -d 1 -v
wait "$pid"
is "-d 1: exit status" $? 0

"$NETRING" bridge pa pb -q 2>"$T/q.err" &
pid=$!
ok "-q: works" on a ping -q -c 3 -i 0.2 -w 5 10.9.0.2
finish INT
is "-q: says nothing" "$(cat "$T/q.err")" ""

bridge signal -v
on a ping -q -c 3 -i 0.2 -w 5 10.9.0.2 >"$T/ping"
kill -USR1 "$pid"
ok "SIGUSR1: totals" await "^pa > pb: .* received" "$T/signal.err"
sleep 1
ok "and goes on" on a ping -q -c 1 -w 5 10.9.0.2
ok "-v: a line a second" grep -q "1 s: pa > pb: .*; pb > pa: " "$T/signal.err"
finish INT
is "two totals, of both ways" \
	"$(grep -c '^p[ab] > p[ab]:' "$T/signal.err")" 4

# A filter, as tcpdump compiles it for this side: a tag is not in the bytes.
tcpdump -i pa -ddd 'arp or icmp' >"$T/icmp.bpf" 2>/dev/null ||
	tcpdump -y EN10MB -ddd 'arp or icmp' >"$T/icmp.bpf"
bridge filter -F "$T/icmp.bpf"
ok "-F: what matches passes" on a ping -q -c 2 -i 0.2 -w 5 10.9.0.2
no "-F: what does not is dropped" on b timeout 3 $PYTHON -c "
import socket
socket.create_connection(('10.9.0.1', 5000), 2)"
has "and it was not refused over there" "$(cat "$T/output")" "timed out"
finish INT
bridge stdin -F - <"$T/icmp.bpf"
ok "-F -: standard input" on a ping -q -c 1 -w 5 10.9.0.2
finish INT
no "-F: no filter" "$NETRING" bridge pa pb -F /etc/passwd
has "is said to be none" "$(cat "$T/output")" "tcpdump -ddd"

# 802.1D's addresses stay, unless told to pass.
nsenter -t "$b" -n "$NETRING" capture -i eth0 -Q in -w "$T/stp.pcap" \
	2>"$T/stp.err" &
sniffer=$!
await "listening on" "$T/stp.err"
for how in "" --link-local; do
	# shellcheck disable=SC2086 # no word, or one
	bridge link $how
	on a "$NETRING" inject -i eth0 --generate 3 \
		-e 01:80:c2:00:00:00 2>/dev/null
	sleep 0.3
	finish INT
	# the hosts' own stacks may have a word to say, too
	ok "link-local, ${how:-by default}: counted" grep -qE \
		"$([ "$how" ] && echo "[3-9] forwarded" ||
			echo "3 link-local")" "$T/link.err"
done
kill "$sniffer"
wait "$sniffer"
is "link-local: passes with --link-local only" "$(tcpdump -n -r \
	"$T/stp.pcap" ether dst 01:80:c2:00:00:00 2>/dev/null |
	grep -c 0x88b5)" 3

# What befalls a port.
ip link set pb mtu 1400
bridge events
has "another MTU is told" "$(cat "$T/events.err")" "that of pb is 1400"
ip link set pb mtu 1500
ip link set pb down
ok "link down: told" await "pb: the link is down" "$T/events.err"
ip link set pb up
ok "link up: told" await "pb: is back" "$T/events.err"
ok "and frames pass again" on a ping -q -c 1 -w 5 10.9.0.2
ip link del pb
ok "interface gone: told" await "pb: is gone" "$T/events.err"
: >"$T/events.err"
plug b "$b" 2
on a ip neighbour flush dev eth0 # its address is another one
ok "made again: told" await "pb: is back" "$T/events.err"
ok "and frames pass again, by themselves" on a ping -q -c 1 -w 9 10.9.0.2
finish INT
is "all that time it ran" "$status" 0

for wrong in "pa" "pa pa" "pa nope" "pa lo" "pa pb --mode medium" \
	"pa pb -F $T/none" "pa pb -d 0" "pa pb x"; do
	# shellcheck disable=SC2086 # words
	no "refused: ${wrong%"$T/none"}" "$NETRING" bridge $wrong
	has "and why" "$(cat "$T/output")" "netring bridge: "
done

# $1 capabilities to keep, rest: a command
with() {
	caps=$1
	shift
	setpriv --bounding-set "-all$caps" --inh-caps=-all "$@"
}
if with ,+net_raw true 2>/dev/null; then
	ethtool -K pa gro on 2>/dev/null
	no "no capability" with "" "$NETRING" bridge pa pb
	has "is named" "$(cat "$T/output")" "CAP_NET_RAW"
	ok "CAP_NET_RAW alone: runs" with ,+net_raw "$NETRING" bridge pa pb -d 1
	has "and chooses large" "$(cat "$T/output")" "mode large"
	has "since offloads stay on" "$(cat "$T/output")" "CAP_NET_ADMIN"
	ok "CAP_NET_RAW alone, small: runs" \
		with ,+net_raw "$NETRING" bridge pa pb -d 1 --mode small
	has "and warns" "$(cat "$T/output")" "pa: receive offloads stay on"
	ok "both: runs" with ,+net_raw,+net_admin "$NETRING" bridge pa pb -d 1
	has "and chooses small" "$(cat "$T/output")" "mode small"
	ok "offloads are as before" sh -c \
		'ethtool -k pa | grep -q "^generic-receive-offload: on"'
	ethtool -K pa gro off 2>/dev/null
else
	skip "capabilities" "setpriv may not drop any here"
fi

done_testing
