# SPDX-License-Identifier: MIT
# netring inject --backend xdp and auto: what arrives at the far end, from which
# queue, and what does not go.
# shellcheck shell=sh source-path=SCRIPTDIR/../.. disable=SC2154 # $pid, $status

. test/live/wire.sh
wire
. test/live/xdp.sh

# Frames go to nr0, where a packet socket sees them.
inject() {
	"$NETRING" inject -i nr1 "$@" 2>"$T/inject.err"
}

for how in xdp auto; do
	frames
	start "$how" -i nr0 -B 16384 -w "$T/$how.pcap"
	ok "$how: a file" inject --backend $how -t "$T/sent.pcap"
	has "$how: told" "$(cat "$T/inject.err")" \
		"inject: backend: xdp (copy), queue 0 of 1"
	has "$how: totals" "$(cat "$T/inject.err")" "16 accepted
0 failed"
	ok "$how: all arrive" settled "$T/$how.pcap" 16
	finish INT
	ok "$how: byte by byte" same "$T/$how.pcap" "$T/sent.pcap"
done

# More than there are frames of memory, each with its number, in order.
start many -i nr0 -B 65536 -w "$T/many.pcap" -c 5000 -d 30
ok "5000 in 128 KiB of memory" inject --backend xdp -B 128 --generate 5000 \
	--pps 20000 --metrics "$T/i.prom"
wait "$pid"
ok "arrive, in order" "$PYTHON" - "$T/many.pcap" <<'END'
import struct
import sys
data = open(sys.argv[1], "rb").read()
at, number = 24, 0
while at < len(data):
    assert data[at + 30:at + 34] == struct.pack(">I", number), number
    at += 76
    number += 1
assert number == 5000, number
END
has "--metrics: as of a packet socket" "$(cat "$T/i.prom")" \
	'netring_injector_accepted_total{interface="nr1"} 5000'
has "--metrics: and AF_XDP's own" "$(cat "$T/i.prom")" \
	'netring_xdp_sent_total{interface="nr1"} 5000'

# It is past the queueing discipline: nothing here sees what leaves.
start here -i nr1 -Q out -w "$T/here.pcap"
here=$pid
start there -i nr0 -w "$T/there.pcap" -c 20 -d 20
inject --backend xdp --generate 20
wait "$pid"
kill -INT "$here"
wait "$here"
is "there: all of them" "$(packets "$T/there.pcap")" 20
is "here: none is seen leaving" "$(packets "$T/here.pcap")" 0

start timed -i nr0 -B 16384 -w "$T/timed.pcap" -c 300 -d 20
inject --backend xdp --generate 300 --pps 500
wait "$pid"
tcpdump -n -tt -r "$T/timed.pcap" 2>/dev/null | grep -o '^[0-9]*\.[0-9]*' \
	>"$T/times"
ok "--pps 500: 300 take 0.59 s at least" "$PYTHON" - "$T/times" <<'END'
import sys
times = [float(line) for line in open(sys.argv[1])]
took = times[-1] - times[0]
print(took)
assert len(times) == 300 and took > 0.57, took
END

# What does not go is told.
"$PYTHON" - "$T" <<'END'
import struct
import sys
with open(sys.argv[1] + "/sizes.pcap", "wb") as out:
    out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
    for size in (13, 14, 60, 1514, 1523, 9000):
        out.write(struct.pack("<IIII", 1, 2, size, size) + bytes(size))
END
start sizes -i nr0 -w "$T/got.pcap"
no "too short and too long: fails" inject --backend xdp -t "$T/sizes.pcap"
has "and says how many" "$(cat "$T/inject.err")" "3 accepted
3 failed: 1 too short, 2 too long"
ok "the others arrive" settled "$T/got.pcap" 3
finish INT
ip link set nr0 mtu 9000
ip link set nr1 mtu 9000
no "longer than a page" inject --backend xdp --generate 5 --size 8000
has "is longer than a frame of memory" "$(cat "$T/inject.err")" \
	"--size 8000: too long"
start page -i nr0 -w "$T/page.pcap" -c 5 -d 20
ok "as long as one" inject --backend xdp --generate 5 --size 4000
wait "$pid"
is "arrives whole" "$(wc -c <"$T/page.pcap")" $((24 + 5 * 4016))
ip link set nr0 mtu 1500
ip link set nr1 mtu 1500
no "no such queue" inject --backend xdp --generate 1 --queue 4
has "how many there are" "$(cat "$T/inject.err")" "--queue 4: there are 1"
no "no such interface" "$NETRING" inject -i nope --generate 1 --backend auto
has "which there are" "$(cat "$T/output")" "-i nope: no such interface"
no "--xdp-mode is not for sending" inject --backend xdp --xdp-mode native

# A link that is down holds all back; an interface that is gone is waited for.
start down -i nr0 -w "$T/down.pcap"
ip link set nr1 down
"$NETRING" inject -i nr1 --backend xdp --generate 500 --topspeed \
	2>"$T/waits.err" &
injecting=$!
ok "a link that is down: told" await "link is down" "$T/waits.err"
ip link set nr1 up
wait "$injecting"
is "up again: exit status" $? 0
ok "up again: all arrive" settled "$T/down.pcap" 500
finish INT
"$NETRING" inject -i nr1 --backend xdp --generate 0 --pps 200 \
	2>"$T/gone.err" &
injecting=$!
await "backend: xdp" "$T/gone.err"
ip link del nr1
ok "interface gone: told" await "nr1 is gone" "$T/gone.err"
sleep 0.5
wire 2>/dev/null
ok "made again: told" await "nr1 is back\|link is up" "$T/gone.err"
start back -i nr0 -w "$T/back.pcap" -c 20 -d 20
wait "$pid"
is "and frames arrive again" "$(packets "$T/back.pcap")" 20
kill -INT "$injecting"
wait "$injecting"
ok "SIGINT: totals" grep -q " accepted" "$T/gone.err"

# No stale frames after a link that stays down.
ip link set nr1 down
"$NETRING" inject -i nr1 --backend xdp --generate 0 2>"$T/stays.err" &
injecting=$!
await "link is down" "$T/stays.err"
kill -INT "$injecting"
no "SIGINT while the link is down: not all were sent" wait "$injecting"
has "and says so" "$(cat "$T/stays.err")" "not handed over"
start stale -i nr0 -w "$T/stale.pcap"
ip link set nr1 up
sleep 0.3
finish INT
is "nothing of it leaves later" "$(packets "$T/stale.pcap")" 0

done_testing
