# SPDX-License-Identifier: MIT
# netring inject: what arrives of files and of generated frames, and when.
# netring-test: alone
# shellcheck shell=sh source-path=SCRIPTDIR/../..

. test/live/wire.sh
wire

# Frames go to nr0, where a capture in blocks sees all of them.
inject() {
	"$NETRING" inject -i nr1 "$@" 2>"$T/inject.err"
	injected=$?
	eventually delivered
	return $injected
}

# $1 name, $2 file to send, rest arguments of inject; in $T/$1.pcap
replay() {
	as=$1
	file=$2
	shift 2
	start "$as" -i nr0 -B 16384 -w "$T/$as.pcap"
	inject "$@" "$file"
	finish INT
}

stamps() {
	tcpdump -n -tt -r "$1" 2>/dev/null | grep -o '^[0-9]*\.[0-9]*'
}

# One frame of each kind: a pcap that scapy's peer wrote, and what editcap of
# Wireshark makes of it: other formats, byte orders and clocks.
start first -i nr0 -w "$T/first.pcap"
frames
finish INT
replay pcap "$T/sent.pcap" --topspeed
is "pcap: exit status" "$injected" 0
ok "pcap: arrives as it is" same "$T/pcap.pcap" "$T/sent.pcap"
has "pcap: totals" "$(cat "$T/inject.err")" "16 accepted"

if command -v editcap >/dev/null; then
	for format in nsecpcap pcapng; do
		editcap -F "$format" "$T/sent.pcap" "$T/sent.$format"
		replay "$format" "$T/sent.$format" -t
		ok "$format by editcap: arrives as it is" \
			same "$T/$format.pcap" "$T/sent.pcap"
	done
	editcap -F pcapng --capture-comment "$(head -c 3000 /dev/zero |
		tr '\0' c)" "$T/sent.pcap" "$T/comment.pcapng" 2>/dev/null ||
		cp "$T/sent.pcapng" "$T/comment.pcapng"
	mergecap -a -w "$T/merged.pcapng" "$T/sent.pcapng" "$T/first.pcap" \
		"$T/comment.pcapng"
	replay merged "$T/merged.pcapng" -t
	is "of several interfaces: all arrive" "$(packets "$T/merged.pcap")" 48
else
	skip "files of editcap" "no editcap here"
fi

cat >"$T/swap.py" <<'END'
"""swap.py FILE FILE: the pcap file in the other byte order."""
import struct
import sys
data = open(sys.argv[1], "rb").read()
order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
other = "><"[order == ">"]
out = struct.pack(other + "IHHiIII", *struct.unpack(order + "IHHiIII",
                                                    data[:24]))
at = 24
while at < len(data):
    record = struct.unpack(order + "IIII", data[at:at + 16])
    out += struct.pack(other + "IIII", *record)
    out += data[at + 16:at + 16 + record[2]]
    at += 16 + record[2]
open(sys.argv[2], "wb").write(out)
END
$PYTHON "$T/swap.py" "$T/sent.pcap" "$T/swapped"
replay swapped "$T/swapped" -t
ok "the other byte order: arrives as it is" same "$T/swapped.pcap" "$T/sent.pcap"

start pipe -i nr0 -w "$T/pipe.pcap"
(
	head -c 100 "$T/sent.pcap"
	sleep 0.3
	tail -c +101 "$T/sent.pcap"
) | inject -t -
finish INT
ok "-: a pipe that pauses within a record" same "$T/pipe.pcap" "$T/sent.pcap"

# Our own capture at a known speed, replayed as it was recorded.
start spaced -i nr0 -w "$T/spaced.pcapng"
$PYTHON test/live/send.py nr1 40 100 50
eventually delivered
finish INT
cat >"$T/late.py" <<'END'
import sys
a, b = ([float(t) for t in open(name)] for name in sys.argv[1:])
late = [(y - b[0]) - (x - a[0]) for x, y in zip(a, b)]
print(len(a), len(b), late)
assert sorted(map(abs, late))[35] < 0.005 and max(map(abs, late)) < 0.1
END
stamps "$T/spaced.pcapng" >"$T/a"

# $1 name, $2 a file of those packets: does each come at its time?
recorded() {
	replay "$1" "$2"
	packets "$T/$1.pcap" >>"$T/$1.came"
	stamps "$T/$1.pcap" >"$T/b"
	$PYTHON "$T/late.py" "$T/a" "$T/b"
}

# $1 name, $2 number: that many came, in each try
all_came() {
	is "$1: all arrive" "$(sort -u "$T/$1.came")" "$2"
}

timely "recorded speed: every frame at its time" \
	recorded again "$T/spaced.pcapng"
all_came again 40
if command -v editcap >/dev/null; then
	editcap -F pcap "$T/spaced.pcapng" "$T/spaced.pcap"
	editcap -F pcapng -t 1000000000 "$T/spaced.pcap" "$T/later.pcapng"
	timely "and of a file that editcap wrote, in microseconds" \
		recorded later "$T/later.pcapng"
	all_came later 40
else
	skip "a file that editcap wrote, in microseconds" "no editcap here"
fi

replay loops "$T/sent.pcap" -t --loop 3
is "--loop 3" "$(packets "$T/loops.pcap")" 48
replay count "$T/sent.pcap" -t --loop 0 -c 40
is "--loop 0 -c 40" "$(packets "$T/count.pcap")" 40

cat >"$T/took.py" <<'END'
import sys
a = [float(t) for t in open(sys.argv[1])]
took = a[-1] - a[0]
print(took)
assert float(sys.argv[2]) <= took <= float(sys.argv[3]), took
END

# $1 name, $2 frames, $3 least seconds, $4 most, rest: arguments
speed() {
	as=$1
	count=$2
	least=$3
	most=$4
	shift 4
	start "$as" -i nr0 -B 65536 -w "$T/$as.pcap"
	inject --generate "$count" "$@"
	finish INT
	packets "$T/$as.pcap" >>"$T/$as.came"
	stamps "$T/$as.pcap" >"$T/a"
	$PYTHON "$T/took.py" "$T/a" "$least" "$most"
}

timed() {
	timely "$1: takes $3 to $4 s" speed "$@"
	all_came "$1" "$2"
}

timed 1000-pps 1500 1.4 1.7 --pps 1000
timed 20000-pps 20000 0.95 1.3 --pps 20000
timed 8-mbps 1000 0.9 1.4 --mbps 8 --size 1000
timed half-mbps 100 0.08 0.3 --mbps 0.5
# Fewer than a CPU's backlog holds (net.core.netdev_max_backlog, 1000): what a
# busy machine drops there is not the program's.
timed top-speed 900 0 5

start generated -i nr0 -w "$T/generated.pcap"
inject --generate 300 --size 100 -e 02:0a:00:00:0c:FF
finish INT
ok "a generated frame is what --help says" $PYTHON - "$T/generated.pcap" <<'END'
import struct
import sys
data = open(sys.argv[1], "rb").read()
at, number = 24, 0
while at < len(data):
    frame = data[at + 16:at + 116]
    assert frame[:14] == bytes.fromhex("020a00000cff02000000000b88b5")
    assert frame[14:18] == struct.pack(">I", number), number
    assert frame[18:] == bytes((number + i) & 255 for i in range(82))
    at += 116
    number += 1
assert number == 300, number
END

# What cannot be sent is said.
$PYTHON - "$T" <<'END'
import struct
import sys
def pcap(name, link, *sizes):
    with open(sys.argv[1] + "/" + name, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, link))
        for size in sizes:
            out.write(struct.pack("<IIII", 1, 2, size, size + 4) + bytes(size))
pcap("sizes.pcap", 1, 13, 14, 60, 1514, 1515, 9000)
pcap("raw.pcap", 101, 60)
END
start sizes -i nr0 -w "$T/got.pcap"
no "too short and too long: fails" inject -t "$T/sizes.pcap"
finish INT
has "and says how many" "$(cat "$T/inject.err")" \
	"3 accepted
3 failed: 1 too short, 2 too long"
has "and that frames were cut" "$(cat "$T/inject.err")" \
	"6 frames had been cut"
is "the others arrive" "$(packets "$T/got.pcap")" 3
no "another link type" inject "$T/raw.pcap"
has "is named" "$(cat "$T/inject.err")" "link type 101, not Ethernet"
head -c 100 "$T/sent.pcap" >"$T/cut.pcap"
no "a file cut short" inject -t "$T/cut.pcap"
has "is said to be" "$(cat "$T/inject.err")" "cut short"
no "no capture file" inject /etc/passwd
has "is said to be none" "$(cat "$T/inject.err")" "no capture file"
no "an empty file" inject /dev/null
no "a missing file" inject "$T/nothing"
no "no such interface" "$NETRING" inject -i nope --generate 1
has "others are listed" "$(cat "$T/output")" "nr0"
no "a frame that never fits" inject --generate 5 --size 1515
has "and the MTU" "$(cat "$T/inject.err")" "MTU is 1500"
for wrong in "" "$T/sent.pcap --generate 5" "$T/sent.pcap -t -p 5" \
	"--generate 1 --size 17" "--generate 1 --loop 2" "--mbps x FILE" \
	"--mbps 0 FILE" "--pps -1 FILE" "-e 02:00:00:00:00 FILE" \
	"--generate x" "FILE FILE"; do
	# shellcheck disable=SC2086 # words
	no "refused: ${wrong#"$T/"}" inject $wrong
done
if unshare -U true 2>/dev/null; then
	no "without privilege" unshare -U "$NETRING" inject -i nr1 --generate 1
	has "the capability is named" "$(cat "$T/output")" "CAP_NET_RAW"
else
	skip "without privilege" "no user namespace here"
fi

# A link that is down holds all back, and nothing is lost.
start down -i nr0 -w "$T/down.pcap"
ip link set nr1 down
"$NETRING" inject -i nr1 --generate 500 --topspeed 2>"$T/inject.err" &
injecting=$!
ok "a link that is down: told" await "link is down" "$T/inject.err"
ip link set nr1 up
wait "$injecting"
is "up again: exit status" $? 0
eventually delivered
finish INT
is "up again: all arrive" "$(packets "$T/down.pcap")" 500

# Interrupted: totals, soon, and no stale frames.
for signal in INT TERM; do
	"$NETRING" inject -i nr1 --generate 0 --pps 500 2>"$T/inject.err" &
	injecting=$!
	eventually opened 1
	sleep 0.5
	kill -$signal "$injecting"
	wait "$injecting"
	is "SIG$signal: exit status" $? 0
	ok "SIG$signal: totals" grep -q "^0 failed" "$T/inject.err"
done
ip link set nr1 down
"$NETRING" inject -i nr1 --generate 0 2>"$T/inject.err" &
injecting=$!
eventually opened 1
sleep 0.5
kill -INT "$injecting"
no "SIGINT while the link is down: not all were sent" wait "$injecting"
has "and says so" "$(cat "$T/inject.err")" "not handed over"
start stale -i nr0 -w "$T/stale.pcap"
ip link set nr1 up
sleep 0.3
finish INT
is "nothing of it leaves later" "$(packets "$T/stale.pcap")" 0

done_testing
