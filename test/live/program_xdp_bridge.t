# SPDX-License-Identifier: MIT
# netring bridge --backend xdp and auto between two hosts.
# shellcheck shell=sh source-path=SCRIPTDIR/../.. disable=SC2154 # $pid, $a

. test/live/wire.sh
. test/live/hosts.sh
. test/live/xdp.sh
hosts

# Generic mode drops super-frames: let the hosts make none.
for host in a b; do
	on $host ethtool -K eth0 tso off gso off >/dev/null 2>&1
done

# $1 name, $2 what is told of the mode; rest: arguments
carries() {
	as=$1
	mode=$2
	shift 2
	bridge "$as" "$@"
	has "$as: told" "$(cat "$T/$as.err")" \
		"backend: xdp (pa: $mode, 1 of 1 queues; pb: $mode, 1 of 1 queues)"
	ok "$as: 5 MB arrive whole" carry 5000000
	ok "$as: and the other way" carry 5000000 b
	finish INT
	is "$as: exit status" "$status" 0
	ok "$as: totals" grep -q "^pb > pa: [1-9][0-9]* received" "$T/$as.err"
}

carries native "native, copy" --backend xdp
carries generic "generic, copy" --backend xdp --xdp-mode generic
carries auto "native, copy" --backend auto
carries hold "native, copy" --backend xdp --hold
is "no checksum was wrong" "$(on b cat /proc/net/snmp |
	awk '/^Tcp:/ { n = $(NF - 1) } END { print n }')" 0
is "no program is left behind" "$(ip link | grep -c xdp)" 0

bridge counted --backend xdp --metrics "$T/b.prom"
on a ping -q -c 3 -i 0.2 -w 5 10.9.0.2 >"$T/ping"
kill -USR1 "$pid"
ok "SIGUSR1: totals" await "^pa > pb: .* received" "$T/counted.err"
finish INT
is "--metrics: totals at the end" "$(sed -n \
	's/^netring_bridge_forwarded_total{interface="pa",to="pb"} //p' \
	"$T/b.prom")" "$(sed -n 's/^pa > pb: .* \([0-9]*\) forwarded.*/\1/p' \
	"$T/counted.err" | tail -1)"
ok "-q: runs" "$NETRING" bridge pa pb --backend xdp -q -d 1
is "-q: says nothing" "$(cat "$T/output")" ""

# 802.1D's addresses stay, unless told to pass.
nsenter -t "$b" -n "$NETRING" capture -i eth0 -Q in -w "$T/stp.pcap" \
	2>"$T/stp.err" &
sniffer=$!
await "listening on" "$T/stp.err"
for how in "" --link-local; do
	rm -f "$T/link.err" # what is waited for in it
	# shellcheck disable=SC2086 # no word, or one
	bridge link --backend xdp $how
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

bridge events --backend xdp
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

# $1 name, $2 what is to be told; rest: arguments. auto is packet sockets.
falls_back() {
	as=$1
	why=$2
	shift 2
	bridge "$as" --backend auto "$@"
	has "auto, $as: told why" "$(cat "$T/$as.err")" \
		"backend: packet (xdp: $why)"
	ok "auto, $as: works" on a ping -q -c 1 -w 5 10.9.0.2
	finish INT
}

falls_back mode "--mode: modes are of packet sockets" --mode small
tcpdump -y EN10MB -ddd 'arp or icmp' >"$T/icmp.bpf" 2>/dev/null
falls_back filter "-F: filters are of packet sockets" -F "$T/icmp.bpf"
"$NETRING" capture -i pa --backend xdp 2>"$T/other.err" >/dev/null &
other=$!
await "listening on" "$T/other.err"
bridge taken --backend auto
has "auto, a queue that is taken: told why" "$(cat "$T/taken.err")" \
	"backend: packet (xdp: bind: Resource busy)"
finish INT
kill -INT "$other"
wait "$other"
ip link del pb
ip link add pb numrxqueues 3 numtxqueues 3 type veth peer name eth0 netns "$b"
ip link set pb addrgenmode none up
on b ip address add 10.9.0.2/24 dev eth0
on b ip link set eth0 up
on a ip neighbour flush dev eth0
bridge queues --backend auto
has "three queues: all are joined" "$(cat "$T/queues.err")" \
	"pb: native, copy, 3 of 3 queues"
ok "and frames pass" on a ping -q -c 1 -w 5 10.9.0.2
finish INT
ip link del pb
ip link add pb numrxqueues 18 numtxqueues 18 type veth \
	peer name eth0 numrxqueues 18 numtxqueues 18 netns "$b"
ip link set pb addrgenmode none up
on b ip address add 10.9.0.2/24 dev eth0
on b ip link set eth0 up
on a ip neighbour flush dev eth0
falls_back "too many queues" "pb has 18 queues, and 16 would be joined"
ok "xdp all the same" "$NETRING" bridge pa pb --backend xdp -d 1
has "with a warning" "$(cat "$T/output")" "16 of 18 queues are joined"
has "that says what helps" "$(cat "$T/output")" "ethtool -L pb combined 16"
if ethtool -L pb rx 1 tx 1 2>/dev/null; then
	bridge grows --backend xdp
	ok "one queue: a frame passes" on b ping -q -c 1 -w 5 10.9.0.1
	ethtool -L pb rx 4 tx 4
	ok "queues grow: told" await "pb: all 4 queues are joined" \
		"$T/grows.err"
	on b ethtool -L eth0 rx 4 tx 4
	on a ip neighbour flush dev eth0
	ok "queues grow: frames pass" on b ping -q -c 3 -i 0.2 -w 5 10.9.0.1
	finish INT
else
	skip "queues that grow" "this veth has a fixed number"
fi

no "-F" "$NETRING" bridge pa pb --backend xdp -F "$T/icmp.bpf"
has "is the packet sockets'" "$(cat "$T/output")" "filters are of packet"
no "--mode" "$NETRING" bridge pa pb --backend xdp --mode large
has "is theirs, too" "$(cat "$T/output")" "modes are of packet"
no "the same interface twice" "$NETRING" bridge pa pa --backend xdp
has "is told" "$(cat "$T/output")" "twice the same interface"
no "no such interface" "$NETRING" bridge pa nope --backend auto
has "which there are" "$(cat "$T/output")" "nope: no such interface"
no "--queue is not for bridges" "$NETRING" bridge pa pb --backend xdp --queue 1

done_testing
