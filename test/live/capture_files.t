# SPDX-License-Identifier: MIT
# The program's files: bytes, lengths, times and filters, as others see them.
# shellcheck shell=sh source-path=SCRIPTDIR/../..

. test/live/wire.sh
wire

stamps() {
	tcpdump -n -tt -r "$1" 2>/dev/null | grep -o '^[0-9]*\.[0-9]*'
}

close_to() {
	$PYTHON - "$@" <<'END'
import sys
a, b = ([float(t) for t in open(name)] for name in sys.argv[1:])
assert len(a) == len(b) == 16, (a, b)
assert all(abs(x - y) < 0.001 for x, y in zip(a, b)), list(zip(a, b))
assert a == sorted(a)
END
}

# One frame of each kind, in both formats and both modes, beside a tcpdump.
for format in pcap pcapng; do
	for mode in "" --immediate-mode; do
		how="$format${mode:+, $mode}"
		# shellcheck disable=SC2086 # no word, or one
		start one -i nr0 $mode -w "$T/one.$format"
		frames
		sleep 0.1
		finish INT
		is "$how: exit status" "$status" 0
		ok "$how: holds what was sent" same "$T/one.$format" \
			"$T/sent.pcap"
		has "$how: totals" "$(cat "$T/one.err")" \
			"16 packets captured"
	done
done

if [ -z "$alone" ]; then
	command tcpdump -Z root -i nr0 -U --immediate-mode \
		-w "$T/peer.pcap" 2>"$T/peer.err" &
	peer=$!
	await "listening on" "$T/peer.err"
fi
start beside -i nr0 -w "$T/beside.pcapng"
frames
sleep 0.2
finish INT
if [ -n "$alone" ]; then
	skip "tcpdump beside it wrote the same" "$alone"
	skip "and the same times, to a millisecond" "$alone"
else
	kill -TERM "$peer"
	wait "$peer"
	ok "tcpdump beside it wrote the same" \
		same "$T/beside.pcapng" "$T/peer.pcap"
	stamps "$T/beside.pcapng" >"$T/a"
	stamps "$T/peer.pcap" >"$T/b"
	ok "and the same times, to a millisecond" close_to "$T/a" "$T/b"
fi

if command -v tshark >/dev/null; then
	is "tshark: lengths" \
		"$(tshark -r "$T/beside.pcapng" -T fields -e frame.len \
			-e frame.cap_len 2>/dev/null)" \
		"$(tshark -r "$T/sent.pcap" -T fields -e frame.len \
			-e frame.cap_len 2>/dev/null)"
	is "tshark: none was sent" \
		"$(tshark -r "$T/beside.pcapng" -T fields \
			-e frame.packet_flags_direction 2>/dev/null |
			sort | uniq -c | tr -s ' ')" " 16 "
	is "tshark: the interface's name" \
		"$(tshark -r "$T/beside.pcapng" -T fields \
			-e frame.interface_name -c 1 2>/dev/null)" nr0
	is "tshark: nothing malformed" \
		"$(tshark -r "$T/beside.pcapng" -Y _ws.malformed 2>/dev/null |
			wc -l)" 0
else
	skip "tshark reads it" "no tshark here"
fi

# To a pipe, as people look at a router from their desk.
"$NETRING" capture -i nr0 -c 16 -w - 2>"$T/pipe.err" |
	tcpdump -n -t -e -xx -r - >"$T/pipe.txt" 2>/dev/null &
reader=$!
await "listening on" "$T/pipe.err"
frames
wait "$reader"
text "$T/sent.pcap" >"$T/sent.txt"
ok "-w - | tcpdump -r -" diff "$T/sent.txt" "$T/pipe.txt"

# A pipe sees a lone packet soon, not when a buffer is full.
mkfifo "$T/fifo"
tcpdump -n -l -r - <"$T/fifo" >"$T/lone.txt" 2>/dev/null &
reader=$!
"$NETRING" capture -i nr0 -w - >"$T/fifo" 2>"$T/lone.err" &
pid=$!
await "listening on" "$T/lone.err"
send 1
ok "-w -: a lone packet is there at once" await 0x88b5 "$T/lone.txt"
finish INT
wait "$reader"

start short -i nr0 -s 60 -w "$T/short.pcap"
send 5 1000
sleep 0.1
finish INT
is "-s 60: cut, the length is told" \
	"$(tcpdump -n -t -e -r "$T/short.pcap" 2>/dev/null |
		grep -c 'length 1000')" 5
is "-s 60: bytes in the file" "$(wc -c <"$T/short.pcap")" \
	$((24 + 5 * (16 + 60)))
ok "-s 60: no more came from the kernel" grep -q "5 packets captured" \
	"$T/short.err"

start count -i nr0 -c 3 -w "$T/count.pcapng"
send 10
wait "$pid"
is "-c 3: exit status" $? 0
is "-c 3: three packets" "$(packets "$T/count.pcapng")" 3
has "-c 3: told" "$(cat "$T/count.err")" "3 packets captured"

for direction in in out inout; do
	start "$direction" -i nr0 -Q "$direction" -w "$T/$direction.pcapng"
	send 4
	send 7 100 nr0
	sleep 0.1
	finish INT
done
is "-Q in" "$(packets "$T/in.pcapng")" 4
is "-Q out" "$(packets "$T/out.pcapng")" 7
is "-Q inout" "$(packets "$T/inout.pcapng")" 11
if command -v tshark >/dev/null; then
	is "tshark: which were sent" \
		"$(tshark -r "$T/inout.pcapng" -T fields \
			-e frame.packet_flags_direction 2>/dev/null |
			sort | uniq -c | tr -s ' ' | tr '\n' ';')" \
		" 4 ; 7 0x00000002;"
else
	skip "tshark: which were sent" "no tshark here"
fi

# A filter compiled by tcpdump: from a file, from standard input, and for tags.
tcpdump -y EN10MB -ddd udp port 2000 >"$T/udp.bpf"
start filter -i nr0 -F "$T/udp.bpf" -w "$T/filter.pcap"
frames
sleep 0.1
finish INT
is "-F: untagged, or one tag that the kernel took out" \
	"$(packets "$T/filter.pcap")" 5
if [ -n "$alone" ]; then
	skip "-F -: with a tag" "$alone"
else
	tcpdump -i nr0 -ddd vlan and udp port 2000 >"$T/vlan.bpf" 2>/dev/null
	start vlan -i nr0 -F - -w "$T/vlan.pcap" <"$T/vlan.bpf"
	frames
	sleep 0.1
	finish INT
	is "-F -: with a tag" "$(packets "$T/vlan.pcap")" 4
fi
start both -i nr0 -F "$T/udp.bpf" -s 50 -w "$T/both.pcap"
frames
sleep 0.1
finish INT
is "-F and -s: packets" "$(packets "$T/both.pcap")" \
	"$(packets "$T/filter.pcap")"

# A device with a header of its own, which packet sockets take away: a program
# for that header would look at other bytes.
udp() {
	$PYTHON test/live/ppp.py nrp 6 <"$T/control" >"$T/ppp.log" 2>&1 &
	device=$!
	exec 4>"$T/control"
	await ready "$T/ppp.log"
}
mkfifo "$T/control"
if [ ! -c /dev/net/tun ]; then
	skip "-F on a ppp device" "no /dev/net/tun here"
elif ! udp; then
	exec 4>&-
	skip "-F on a ppp device" "no tun device allowed here"
else
	tcpdump -y LINUX_SLL -ddd udp port 2000 >"$T/sll.bpf"
	timeout 10 "$NETRING" capture -i nrp -F "$T/sll.bpf" -d 2 \
		-w "$T/ppp.pcapng" 2>"$T/err"
	is "-F on a ppp device: exit status" $? 1
	has "-F on a ppp device: told what to do" "$(cat "$T/err")" \
		"tcpdump -y RAW -ddd"
	tcpdump -y RAW -ddd udp port 2000 >"$T/raw.bpf"
	start ppp -i nrp -F "$T/raw.bpf" -y RAW -w "$T/ppp.pcapng"
	echo send >&4
	ok "ppp: sent" await sent "$T/ppp.log"
	sleep 0.1
	finish INT
	is "-F, -y RAW on a ppp device" \
		"$(tcpdump -n -r "$T/ppp.pcapng" 2>/dev/null | grep -c 2000)" 6
	has "-F, -y RAW on a ppp device: nothing else" "$(cat "$T/ppp.err")" \
		"6 packets captured"
	exec 4>&-
	wait "$device"
fi

# The longest packets there are, and what says so when there is no room.
start long -i lo -Q in -w "$T/long.pcap"
$PYTHON test/live/datagrams.py 20 65507
sleep 0.1
finish INT
is "64 KiB: all whole" "$(wc -c <"$T/long.pcap")" \
	$((24 + 20 * (16 + 65507 + 42)))
no "64 KiB: none truncated" grep truncated "$T/long.err"
start cut -i lo -Q in --immediate-mode -w "$T/cut.pcap"
$PYTHON test/live/datagrams.py 20 65507
sleep 0.1
finish INT
has "64 KiB, no room: told" "$(cat "$T/cut.err")" "20 packets truncated"
start asked -i lo -Q in -s 100 -w "$T/asked.pcap"
$PYTHON test/live/datagrams.py 20 65507
sleep 0.1
finish INT
no "cut by -s: no complaint" grep truncated "$T/asked.err"

# Few large blocks where nobody looks on: each of them wakes the program.
for how in "4096 1048576" "4608 524288" "4096 524288 -U"; do
	# shellcheck disable=SC2086 # words
	set -- $how
	# shellcheck disable=SC2086 # no word, or one
	start blocks -i nr0 -B "$1" ${3:-} -w "$T/blocks.pcapng"
	blocks=$(ss -0 -e -H 2>/dev/null | grep -o 'blk_size:[0-9]*')
	finish INT
	if [ -n "$blocks" ]; then
		is "-B $1${3:+ $3}: a block" "$blocks" "blk_size:$2"
	else
		skip "-B $1${3:+ $3}: a block" "the kernel does not tell by ss"
	fi
done

done_testing
