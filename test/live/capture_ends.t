# SPDX-License-Identifier: MIT
# How a capture ends: signals, a full disk, a closed pipe, a lost interface.
# shellcheck shell=sh source-path=SCRIPTDIR/../..

. test/live/wire.sh
wire

whole() {
	tcpdump -n -r "$1" >/dev/null 2>"$T/read" && ! grep -i trunc "$T/read"
}

captured() {
	sed -n 's/ packets captured//p' "$1"
}

# A signal right behind the last packet: it is in the file all the same.
for signal in INT TERM HUP; do
	for format in pcap pcapng; do
		start "$signal" -i nr0 -w "$T/$signal.$format"
		send 200
		finish "$signal"
		is "$signal, $format: exit status" "$status" 0
		ok "$signal, $format: a whole file" whole "$T/$signal.$format"
		is "$signal, $format: all packets are in it" \
			"$(packets "$T/$signal.$format")" 200
		is "$signal, $format: the totals" \
			"$(sed -n '/^[0-9]/p' "$T/$signal.err")" \
			"200 packets captured
200 packets received by filter
0 packets dropped by kernel"
	done
done

# In the middle of traffic, what is told is what is in the file.
$PYTHON test/live/send.py nr1 1000000 100 3000 &
sender=$!
start busy -i nr0 -w "$T/busy.pcapng"
sleep 0.5
finish INT
kill "$sender"
wait "$sender" 2>/dev/null
ok "under traffic: a whole file" whole "$T/busy.pcapng"
is "under traffic: as many packets as told" "$(packets "$T/busy.pcapng")" \
	"$(captured "$T/busy.err")"
ok "under traffic: many" test "$(captured "$T/busy.err")" -gt 100

# Lines of text end with a signal too.
start lines -i nr0
send 3
finish INT
is "lines: exit status" "$status" 0
is "lines: one a packet" "$(grep -c 'type 0x88b5, length 100' "$T/lines.out")" 3
has "lines: the totals" "$(cat "$T/lines.err")" "3 packets captured"

"$NETRING" capture -i nr0 -w - 2>"$T/closed.err" | head -c 30 >/dev/null &
reader=$!
await "listening on" "$T/closed.err"
send 300 1000
sleep 0.2
send 10
ok "a closed pipe: told" await "Broken pipe" "$T/closed.err"
wait "$reader"
{
	"$NETRING" capture -i nr0 -w - 2>/dev/null
	echo $? >"$T/status"
} | true &
sleep 0.3
send 10
sleep 0.3
is "a closed pipe: exit status" "$(cat "$T/status")" 1

# A disk of 64 KiB, in a mount namespace of its own.
for format in pcap pcapng; do
	mkdir -p "$T/disk"
	if ! unshare -m true 2>/dev/null; then
		skip "a full disk" "no mount namespace allowed here"
		break
	fi
	# shellcheck disable=SC2016 # the inner shell's variables
	NETRING=$NETRING D=$T/disk F=$format unshare -m sh -c '
		mount -t tmpfs -o size=64k none "$D" || exit 77
		"$NETRING" capture -i nr0 -w "$D/full.$F" 2>"$D/../full.err"
		status=$?
		cp "$D/full.$F" "$D/.."
		exit $status' &
	pid=$!
	await "listening on" "$T/full.err"
	send 200 1000
	wait "$pid"
	status=$?
	if [ "$status" = 77 ]; then
		skip "a full disk" "no tmpfs allowed here"
		break
	fi
	is "a full disk, $format: exit status" "$status" 1
	has "a full disk, $format: told" "$(cat "$T/full.err")" \
		"No space left on device"
	ok "a full disk, $format: what is there is whole" whole "$T/full.$format"
	ok "a full disk, $format: most of it is used" \
		test "$(wc -c <"$T/full.$format")" -gt 55000
	rm "$T/full.err"
done

# The interface goes, and comes back under its name.
start back -i nr0 -w "$T/back.pcapng"
send 2
ip link set nr0 down
ok "link down: told" await "the link is down" "$T/back.err"
ip link del nr0
ok "removed: told" await "nr0 is gone" "$T/back.err"
wire
ok "made again: told" await "nr0 is back" "$T/back.err"
send 3
sleep 0.1
finish INT
is "made again: exit status" "$status" 0
is "made again: the packets of both" "$(packets "$T/back.pcapng")" 5
is "gone is told once" "$(grep -c 'is gone' "$T/back.err")" 1

done_testing
