# SPDX-License-Identifier: MIT
# The programs of README.md do what it says they do.
# shellcheck shell=sh source-path=SCRIPTDIR/../..

. test/live/wire.sh
wire

mkdir "$T/programs"
awk -f test/readme.awk -v dir="$T/programs" README.md
for program in "$T"/programs/*.c; do
	# shellcheck disable=SC2086 # several words
	$CHECK_CC -std=c99 -D_DEFAULT_SOURCE -Os -static -I"$BUILD/include" \
		-Iinclude -o "${program%.c}" "$program" "$BUILD/libnetring.a"
done

# The first prints time and length of each packet, until the interface goes.
"$T/programs/1" nr0 >"$T/first" 2>&1 &
pid=$!
eventually opened 1
send 3 123
sleep 0.3
ip link del nr0
wait "$pid"
is "1: ends with the interface" $? 0
is "1: every packet, its length" "$(awk '{print $2}' "$T/first" | tr '\n' ' ')" \
	"123 123 123 "
# shellcheck disable=SC2016 # awk's fields
ok "1: its time" awk -v now="$(date +%s)" \
	'$1 < now - 10 || $1 > now + 1 { exit 1 }' "$T/first"

# It says which step failed, and why.
no "1: no such interface" "$T/programs/1" nosuch
has "1: the step and the reason" "$(cat "$T/output")" \
	"interface: No such device"

wire
# The second counts for five seconds what comes in.
"$T/programs/2" nr0 >"$T/second" 2>&1 &
pid=$!
eventually opened 1
send 20 200
wait "$pid"
is "2: totals" "$(cat "$T/second")" "20 packets, 4000 bytes, 0 dropped"

# The third joins two interfaces, and keeps one kind of frame out.
for name in left right; do
	ip link add "$name" type veth peer name "far-$name"
	for end in "$name" "far-$name"; do
		ip link set "$end" addrgenmode none
		ip link set "$end" up
	done
done
arrived() {
	awk '/far-right:/ { print $3 }' /proc/net/dev
}
all_arrived() {
	[ "$(arrived)" -ge 7 ]
}
"$T/programs/3" left right >"$T/third" 2>&1 &
pid=$!
eventually opened 4 # two a port
send 5 100 far-left
$PYTHON - <<'END'
import socket
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("far-left", 0))
for number in range(7):
    wire.send(bytes([2] * 12) + b"\x88\xb6" + bytes(50))
END
eventually all_arrived
kill -TERM "$pid"
wait "$pid"
is "3: exit status" $? 0
is "3: what it forwarded" "$(tr '\n' ',' <"$T/third")" \
	"7 of 12 forwarded,0 of 0 forwarded,"
is "3: what arrived" "$(arrived)" 7

# The fourth sends every packet back, by AF_XDP.
attached() {
	ip link show dev far-left | grep -q xdp
}
if "$T/programs/4" far-left >"$T/fourth" 2>&1 & then
	pid=$!
	eventually attached
	$PYTHON - >"$T/echo" <<'END'
import socket
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88b7))
wire.bind(("left", 0x88b7))
wire.settimeout(5)
back = 0
for number in range(100):
    frame = bytes([4] * 6 + [6] * 6) + b"\x88\xb7" + bytes([number] * 50)
    wire.send(frame)
    answer = wire.recv(200)
    back += answer == bytes([6] * 12) + frame[12:]
print(back)
END
	is "4: every packet comes back" "$(cat "$T/echo" "$T/fourth")" 100
	kill -KILL "$pid"
	wait "$pid" 2>"$T/output"
	is "4: nothing is left of it" "$(ip link show dev far-left |
		grep -c xdp)" 0
fi

done_testing
