# SPDX-License-Identifier: MIT
# netring capture --backend xdp and auto: what comes, what the stack loses, and
# why it is a packet socket after all.
# shellcheck shell=sh source-path=SCRIPTDIR/../.. disable=SC2154 # $pid, $status

. test/live/wire.sh
wire
. test/live/xdp.sh

told() {
	sed -n 's/^netring [a-z]*: \(backend: .*\)/\1/p' "$T/$1.err"
}

# $1 name, rest: arguments. One frame of each kind, to a file.
kinds() {
	as=$1
	shift
	start "$as" -i nr0 -w "$T/$as.pcap" "$@"
	frames
	ok "$as: all come" settled "$T/$as.pcap" 16
	finish INT
	is "$as: exit status" "$status" 0
	ok "$as: byte by byte, tags too" same "$T/$as.pcap" "$T/sent.pcap"
}

kinds native --backend xdp
is "native: told" "$(told native)" "backend: xdp (native, copy), 1 of 1 queues"
kinds generic --backend xdp --xdp-mode generic
is "generic: told" "$(told generic)" \
	"backend: xdp (generic, copy), 1 of 1 queues"
kinds auto --backend auto
is "auto: native mode" "$(told auto)" \
	"backend: xdp (native, copy), 1 of 1 queues"
kinds packet --backend packet
is "packet: told" "$(told packet)" "backend: packet"
is "no program is left behind" "$(ip link show nr0 | grep -c xdp)" 0
start silent -i nr0 -w "$T/silent.pcap"
finish INT
is "without --backend: not a word of it" "$(told silent)" ""

# It takes the packets away from everybody else, and gives them back.
start stack -i nr0 -w "$T/stack.pcap"
stack=$pid
start thief -i nr0 --backend xdp -w "$T/thief.pcap" -c 50 -d 20
send 50
wait "$pid"
is "-c: exit status" $? 0
is "-c 50" "$(packets "$T/thief.pcap")" 50
send 7
ok "once it has ended" settled "$T/stack.pcap" 7
kill -INT "$stack"
wait "$stack"
is "the stack sees what comes, and saw nothing before" \
	"$(packets "$T/stack.pcap")" 7

# The options that are about files and lines are as they were.
start lines -i nr0 --backend xdp -c 3 -d 20 -s 16
send 5
wait "$pid"
is "lines: as many as -c" "$(wc -l <"$T/lines.out")" 3
has "lines: what came, of its whole length" "$(head -1 "$T/lines.out")" \
	"In  02:00:00:00:00:0b > 02:00:00:00:00:0a type 0x88b5, length 100"
start short -i nr0 --backend xdp -s 40 -w "$T/short.pcap" -c 5 -d 20
send 5
wait "$pid"
is "-s 40: bytes of the file" "$(wc -c <"$T/short.pcap")" $((24 + 5 * 56))
start parts -i nr0 --backend xdp -C 1k -w "$T/parts.pcap" -c 20 -d 20
send 20
wait "$pid"
ok "-C: several files" test "$(find "$T" -name 'parts.pcap*' | wc -l)" -gt 2
total=0
for file in "$T"/parts.pcap*; do
	total=$((total + $(packets "$file")))
done
is "-C: all is in them" "$total" 20
start counted -i nr0 --backend xdp -w "$T/c.pcapng" -c 30 -d 20 \
	--metrics "$T/c.prom"
send 30
wait "$pid"
has "totals" "$(cat "$T/counted.err")" "30 packets captured
30 packets received by filter
0 packets dropped by kernel"
has "--metrics" "$(cat "$T/c.prom")" \
	'netring_capture_received_total{interface="nr0"} 30'
has "--metrics: and AF_XDP's own" "$(cat "$T/c.prom")" \
	'netring_xdp_received_total{interface="nr0"} 30'
start limited -i nr0 --backend xdp -d 1
wait "$pid"
is "-d 1: ends by itself" $? 0

# The link, and the interface, come and go.
start away -i nr0 --backend xdp -w "$T/away.pcap"
ip link set nr0 down
ok "link down: told" await "set down" "$T/away.err"
ip link set nr0 up
sleep 0.1
send 5
ok "up again: goes on" settled "$T/away.pcap" 5
ip link del nr0
ok "interface gone: told" await "nr0 is gone" "$T/away.err"
wire 2>/dev/null
ok "made again: told" await "nr0 is back" "$T/away.err"
send 5
ok "and goes on" settled "$T/away.pcap" 10
finish INT
is "exit status" "$status" 0

# The same over several queues.
many() {
	ip link add nr2 numrxqueues 4 numtxqueues 4 type veth \
		peer name nr3 numrxqueues 4 numtxqueues 4
	ip link set nr2 up
	ip link set nr3 up
}
many
start several -i nr2 --backend xdp -w "$T/several.pcap"
has "four queues" "$(told several)" "4 of 4 queues"
ip link del nr2
ok "four queues gone: told" await "nr2 is gone" "$T/several.err"
many
ok "made again: told" await "nr2 is back" "$T/several.err"
finish INT
is "four queues: exit status" "$status" 0
ip link del nr2

# Longer than a page: in fragments, and whole in the file.
if [ "$(feature xdp-fragments)" = yes ]; then
	ip link set nr0 mtu 9000
	ip link set nr1 mtu 9000
	start jumbo -i nr0 --backend xdp -w "$T/jumbo.pcap" -c 20 -d 20
	send 20 9000
	wait "$pid"
	is "9000 bytes: 20 packets, whole" "$(wc -c <"$T/jumbo.pcap")" \
		$((24 + 20 * 9016))
	start plain -i nr0 -w "$T/plain.pcap" -c 20 -d 20
	send 20 9000
	wait "$pid"
	ok "9000 bytes: as a packet socket sees them" \
		same "$T/jumbo.pcap" "$T/plain.pcap"
	ip link set nr0 mtu 1500
	ip link set nr1 mtu 1500
else
	skip "9000 bytes" "no fragments in this kernel"
fi

# What AF_XDP has not.
no "-F" "$NETRING" capture -i nr0 --backend xdp -F /dev/null
has "is said to be the packet socket's" "$(cat "$T/output")" \
	"-F: filters are of packet sockets"
no "-Q out" "$NETRING" capture -i nr0 --backend xdp -Q out
has "is said to be as well" "$(cat "$T/output")" "what comes in only"
no "no such queue" "$NETRING" capture -i nr0 --backend xdp --queue 5
has "how many there are" "$(cat "$T/output")" "--queue 5: there are 1"
no "no such interface" "$NETRING" capture -i nope --backend auto
has "which there are" "$(cat "$T/output")" "-i nope: no such interface"
is "in one line" "$(wc -l <"$T/output")" 1
no "too little memory" "$NETRING" capture -i nr0 --backend xdp -B 16
has "is told" "$(cat "$T/output")" "-B 16: AF_XDP needs"
for wrong in "--backend dpdk" "--queue 1" "--xdp-mode native" \
	"--backend xdp --xdp-mode both" "--backend xdp --queue x"; do
	# shellcheck disable=SC2086 # words
	no "refused: $wrong" "$NETRING" capture -i nr0 $wrong
done

# $1 name, $2 what is to be told; rest: arguments. auto is a packet socket.
falls_back() {
	as=$1
	why=$2
	shift 2
	start "$as" -i nr0 --backend auto -w "$T/$as.pcap" "$@"
	is "auto, $as: told why" "$(told "$as")" "backend: packet (xdp: $why)"
	send 9
	ok "auto, $as: and captures" settled "$T/$as.pcap" 9
	finish INT
}

tcpdump -y EN10MB -ddd 'ether proto 0x88b5' >"$T/b5.bpf" 2>/dev/null
falls_back filter "-F: filters are of packet sockets" -F "$T/b5.bpf"
falls_back inout "-Q: AF_XDP sees what comes in only" -Q inout
start first -i nr0 --backend xdp
first=$pid
"$NETRING" capture -i nr0 --backend xdp >"$T/second" 2>&1
has "a queue that is taken" "$(cat "$T/second")" \
	"bind: Resource busy; another AF_XDP socket has the queue"
kill -INT "$first"
wait "$first"

done_testing
