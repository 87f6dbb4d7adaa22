# SPDX-License-Identifier: MIT
# --backend auto, step by step: queues, privileges, other programs, drivers
# without native mode; and what the program says of each.
# shellcheck shell=sh source-path=SCRIPTDIR/../.. disable=SC2154 # $pid, $status

. test/live/wire.sh
wire
. test/live/xdp.sh
ip link add nq0 address 02:00:00:00:01:0a numrxqueues 4 numtxqueues 4 \
	type veth peer name nq1 address 02:00:00:00:01:0b \
	numrxqueues 4 numtxqueues 4
for name in nq0 nq1; do
	ip link set "$name" addrgenmode none up
done

# So many frames on each queue of nq0.
to_all() {
	for queue in 0 1 2 3; do
		"$NETRING" inject -i nq1 --backend xdp --queue $queue \
			--generate "$1" 2>"$T/inject.err" || return 1
	done
}

start group -i nq0 --backend auto -w "$T/group.pcap" -c 40 -d 20
has "four queues: told" "$(cat "$T/group.err")" \
	"backend: xdp (native, copy), 4 of 4 queues"
ok "ten frames to each" to_all 10
has "each from a queue" "$(cat "$T/inject.err")" "xdp (copy), queue 3 of 4"
wait "$pid"
is "four queues: all come" "$(packets "$T/group.pcap")" 40

# One of them: the others are the stack's.
start stack -i nq0 -w "$T/stack.pcap"
stack=$pid
start one -i nq0 --backend xdp --queue 2 -w "$T/one.pcap"
one=$pid
has "--queue 2: told" "$(cat "$T/one.err")" \
	"backend: xdp (native, copy), queue 2 of 4"
to_all 5
ok "--queue 2: a quarter comes" settled "$T/one.pcap" 5
ok "and the stack has the rest" settled "$T/stack.pcap" 15

# A program that is there already: never replaced, named as the kernel does.
"$NETRING" probe -i nq0 -j >"$T/probe.json"
id=$(ip link show nq0 | sed -n 's|.*prog/xdp id \([0-9]*\).*|\1|p')
"$NETRING" capture -i nq0 --backend xdp --queue 1 2>"$T/foreign.err"
is "another program: exit status" $? 1
has "another program: its id" "$(cat "$T/foreign.err")" \
	"attach: Resource busy, program $id; another XDP program is there"
has "probe tells the same" "$(cat "$T/probe.json")" "\"xdp_program\": $id"
start beside -i nq0 --backend auto --queue 1 -w "$T/beside.pcap"
has "auto: a packet socket" "$(cat "$T/beside.err")" \
	"backend: packet (xdp: attach: Resource busy, program $id)"
finish INT
to_all 1
kill -INT "$stack"
wait "$stack"
ok "and the other one works on" settled "$T/one.pcap" 6
is "with the same program" "$(ip link show nq0 |
	sed -n 's|.*prog/xdp id \([0-9]*\).*|\1|p')" "$id"
kill -INT "$one"
wait "$one"
is "its end takes it away" "$(ip link show nq0 | grep -c xdp)" 0

# lo has no native mode.
start lo -i lo --backend auto
has "no native mode: a packet socket" "$(cat "$T/lo.err")" \
	"backend: packet (xdp: attach: Not supported)"
finish INT
start generic -i lo --backend auto --xdp-mode generic
has "unless generic mode is asked for" "$(cat "$T/generic.err")" \
	"backend: xdp (generic, copy), 1 of 1 queues"
finish INT
start either -i lo --backend xdp
has "xdp takes what there is" "$(cat "$T/either.err")" \
	"backend: xdp (generic, copy), 1 of 1 queues"
finish INT
no "native, and nothing else" "$NETRING" capture -i lo --backend xdp \
	--xdp-mode native
has "says what would do" "$(cat "$T/output")" "--xdp-mode generic"

# $1 capabilities to keep, rest: a command
with() {
	caps=$1
	shift
	setpriv --bounding-set "-all$caps" --inh-caps=-all "$@"
}
no_bpf=,+net_raw,+net_admin
if with $no_bpf true 2>/dev/null; then
	no "without CAP_BPF" with $no_bpf "$NETRING" capture -i nr0 \
		--backend xdp
	has "says which capability" "$(cat "$T/output")" \
		"xskmap: Operation not permitted; needs CAP_BPF"
	with $no_bpf "$NETRING" capture -i nr0 --backend auto -c 5 \
		-w "$T/nobpf.pcap" -d 20 2>"$T/nobpf.err" &
	pid=$!
	await "listening on" "$T/nobpf.err"
	has "auto, without CAP_BPF: told" "$(cat "$T/nobpf.err")" \
		"backend: packet (xdp: xskmap: Operation not permitted)"
	send 5
	wait "$pid"
	is "auto, without CAP_BPF: captures" "$(packets "$T/nobpf.pcap")" 5
	ok "sending needs CAP_NET_RAW alone" with ,+net_raw "$NETRING" inject \
		-i nr1 --backend auto --generate 5
	has "and is by AF_XDP" "$(cat "$T/output")" "backend: xdp (copy)"
	no "sending without it" with "" "$NETRING" inject -i nr1 \
		--backend xdp --generate 5
	has "says so" "$(cat "$T/output")" "needs CAP_NET_RAW"
	ok "memory that may not be locked: auto" sh -c \
		"ulimit -l 64; exec setpriv --bounding-set \
		-all$no_bpf,+bpf --inh-caps=-all '$NETRING' capture -i nr0 \
		--backend auto -d 1"
	has "says why it is a packet socket" "$(cat "$T/output")" \
		"backend: packet (xdp: umem: No buffer space available)"
	no "memory that may not be locked: xdp" sh -c \
		"ulimit -l 64; exec setpriv --bounding-set \
		-all$no_bpf,+bpf --inh-caps=-all '$NETRING' capture -i nr0 \
		--backend xdp -d 1"
	has "says what helps" "$(cat "$T/output")" "ulimit -l"
else
	skip "capabilities" "setpriv may not drop any here"
fi

if ip tuntap add nt0 mode tun 2>/dev/null; then
	ip link set nt0 up
	no "no Ethernet" "$NETRING" inject -i nt0 --backend xdp --generate 1
	has "is told" "$(cat "$T/output")" "no Ethernet device"
else
	skip "no Ethernet" "no tun here"
fi

# Devices on top of others: the packets are those of the ports below.
if ip link add nb0 type bond 2>/dev/null; then
	ip link set nr1 down
	ip link set nr1 master nb0
	ip link set nb0 up
	for how in "capture" "inject --generate 1"; do
		# shellcheck disable=SC2086 # several words
		no "a bond: $how" "$NETRING" $how -i nb0 --backend xdp
		has "which ports to take" "$(cat "$T/output")" "its ports: nr1"
	done
	no "a bond in a bridge" "$NETRING" bridge nb0 nr0 --backend xdp
	has "which ports to take" "$(cat "$T/output")" "its ports: nr1"
	ip link del nb0
	ip link set nr1 up
else
	skip "a bond" "not in this kernel"
fi
if ip link add link nr1 name nv5 type vlan id 5 2>/dev/null; then
	for how in "capture" "inject --generate 1"; do
		# shellcheck disable=SC2086 # several words
		no "a VLAN: $how" "$NETRING" $how -i nv5 --backend xdp
		has "which device to take" "$(cat "$T/output")" \
			"takes the packets of nr1"
	done
	start vlan -i nv5 --backend auto
	has "auto: a packet socket" "$(cat "$T/vlan.err")" \
		"backend: packet (xdp: nv5 is a VLAN"
	finish INT
	ip link del nv5
else
	skip "a VLAN device" "not in this kernel"
fi

done_testing
