# SPDX-License-Identifier: MIT
# Files by size and by time, and a capture that ends by itself.
# netring-test: alone
# shellcheck shell=sh source-path=SCRIPTDIR/../..

. test/live/wire.sh
wire

# The numbers of the frames in files, in order, a line each.
numbers() {
	for file; do
		tcpdump -n -t -xx -r "$file" 2>/dev/null |
			awk '$1 == "0x0010:" { print $2 }'
	done
}

largest() {
	wc -c "$@" | awk '$2 != "total" && $1 > most { most = $1 }
		END { print most }'
}

ended_whole() {
	for file; do
		tcpdump -n -r "$file" >/dev/null 2>"$T/read" || return 1
		! grep -i trunc "$T/read" || return 1
	done
}

seq 0 99 | while read -r n; do printf '%04x\n' "$n"; done >"$T/all"

for suffix in "" .pcap; do
	mkdir "$T/size$suffix"
	start size -i nr0 -C 10k -w "$T/size$suffix/f$suffix"
	send 100 1000
	sleep 0.2
	finish INT
	how="-C 10k, f$suffix"
	is "$how: exit status" "$status" 0
	files=$(find "$T/size$suffix" -type f | sort -V)
	ok "$how: about ten files" expr "$(echo "$files" | wc -l)" : '1[0-3]$'
	# shellcheck disable=SC2086 # a list
	{
		ok "$how: none over 10240 bytes" \
			test "$(largest $files)" -le 10240
		ok "$how: each one whole" ended_whole $files
		numbers $files >"$T/got"
	}
	ok "$how: every packet, in order" diff "$T/all" "$T/got"
done

mkdir "$T/ring"
start ring -i nr0 -C 10k -W 3 -w "$T/ring/f"
send 100 1000
sleep 0.2
finish INT
is "-C -W 3: three files" "$(cd "$T/ring" && echo *)" "f0 f1 f2"
ok "-C -W 3: each one whole" ended_whole "$T"/ring/*
numbers "$T"/ring/* | sort >"$T/got"
tail -n "$(wc -l <"$T/got")" "$T/all" >"$T/wanted"
ok "-C -W 3: the latest packets" diff "$T/wanted" "$T/got"
ok "-C -W 3: more than a file of them" test "$(wc -l <"$T/got")" -gt 18

mkdir "$T/time"
begin=$(date +%s)
start time -i nr0 -G 1 -W 2 -w "$T/time/f-%Y-%s.pcapng"
$PYTHON test/live/send.py nr1 50 100 20 &
sender=$!
wait "$pid"
is "-G 1 -W 2: ends by itself" $? 0
wait "$sender"
took=$(($(date +%s) - begin))
ok "-G 1 -W 2: after two seconds, not $took" test "$took" -ge 2 -a "$took" -le 4
is "-G 1 -W 2: two files" "$(find "$T/time" -name 'f-20*' | wc -l)" 2
ok "-G 1 -W 2: each one whole" ended_whole "$T"/time/*
numbers "$T"/time/* >"$T/got"
head -n "$(wc -l <"$T/got")" "$T/all" >"$T/wanted"
ok "-G 1 -W 2: every packet, in order" diff "$T/wanted" "$T/got"

# A stop over several periods: one new file for them, and none written over.
# The packets came in in the meantime, several blocks of them.
stopped() {
	rm -rf "$T/stall"
	mkdir "$T/stall"
	start stall -i nr0 -G 1 -w "$T/stall/f-%s.pcapng"
	send 3
	sleep 0.5
	kill -STOP "$pid"
	sleep 2.6
	$PYTHON test/live/send.py nr1 30 100 100
	kill -CONT "$pid"
	sleep 0.1
	finish INT
	total=0
	for file in "$T"/stall/*; do
		total=$((total + $(packets "$file")))
	done
	echo "$total" >>"$T/totals"
	find "$T/stall" -type f
	[ "$(find "$T/stall" -type f | wc -l)" = 2 ]
}
timely "-G 1, stopped for 3 s: one new file" stopped
is "-G 1, stopped for 3 s: every packet is in a file" \
	"$(sort -u "$T/totals")" 33
has "-G 1, stopped for 3 s: as told" "$(cat "$T/stall.err")" \
	"33 packets captured"

# What a file says of itself is of this file: all of them make the total.
received() {
	$PYTHON - "$@" <<'END'
import struct
import sys
total = 0
for name in sys.argv[1:]:
    data = open(name, "rb").read()
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from("=II", data, at)
        if kind == 5:
            code, length, value = struct.unpack_from("=HHQ", data, at + 20)
            assert (code, length) == (4, 8), (code, length)
            total += value
        at += size
print(total)
END
}
# shellcheck disable=SC2046 # a list
is "-C 10k: received, over all files" \
	"$(received $(find "$T/size" -type f))" 100
is "-G 1: received, over all files" "$(received "$T"/stall/*)" 33

begin=$(date +%s%N)
start while -i nr0 -d 1 -w "$T/while.pcap"
send 5
wait "$pid"
is "-d 1: exit status" $? 0
took=$((($(date +%s%N) - begin) / 1000000))
ok "-d 1: after a second, not $took ms" test "$took" -ge 1000 -a "$took" -le 1600
is "-d 1: the packets" "$(packets "$T/while.pcap")" 5

done_testing
