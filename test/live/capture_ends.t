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

# ended MS SIGNAL...: to the last capture, which is to end well within MS
ended() {
	limit=$1
	shift
	begin=$(date +%s%N)
	for signal; do
		kill -"$signal" "$pid"
	done
	wait "$pid"
	echo $? >>"$T/ended"
	took=$((($(date +%s%N) - begin) / 1000000))
	sum=$((sum + took))
	echo "$took ms"
	[ "$took" -lt "$limit" ]
}

# With nothing in the ring there is nothing to wait for, and nobody waits for
# a second signal. How long a packet stays in the open block is chance.
nothing_new() {
	start idle -i nr0 "$@" -w "$T/idle.pcapng"
	send 5
	sleep 0.4
	ended 150 INT
	in_time=$?
	packets "$T/idle.pcapng" >>"$T/idle"
	return "$in_time"
}
sum=0
for mode in "" --immediate-mode; do
	# shellcheck disable=SC2086 # no word, or one
	timely "nothing new${mode:+, $mode}: ends at once" nothing_new $mode
done
is "nothing new: all packets" "$(sort -u "$T/idle")" 5

# $1 ms on average, rest: signals to eight captures of a packet
ended_within() {
	average=$1
	shift
	sum=0
	for _ in 1 2 3 4 5 6 7 8; do
		start one -i nr0 -w "$T/one.pcapng"
		send 1
		ended 1000 "$@" || return 1
		whole "$T/one.pcapng" || echo "not whole" >>"$T/$#"
		packets "$T/one.pcapng" >>"$T/$#"
	done
	[ "$sum" -lt $((8 * average)) ]
}
timely "two signals: ends at once" ended_within 80 INT TERM
no "two signals: each file is whole" grep -q "not whole" "$T/2"
timely "one signal: at most a quarter of a second" ended_within 300 INT
is "one signal: the packet is in each file" "$(sort -u "$T/1")" 1

# However late it looks again: what has come is not left behind.
for _ in 1 2 3 4 5 6 7 8; do
	start late -i nr0 -w "$T/late.pcapng"
	send 1
	kill -INT "$pid"
	sleep 0.01
	kill -STOP "$pid" && sleep 0.8
	finish CONT
	packets "$T/late.pcapng" >>"$T/late"
done
is "held up while it ends: the packet is in each file" "$(sort -u "$T/late")" 1

# That holds in a build whose captures wait for long unless told otherwise.
mk slow -s full_defconfig >/dev/null
ok "a build with 3 s" mk slow -s CONFIG_CAPTURE_RETIRE_MS=3000 netring
slow() {
	NETRING=$T/slow/netring start slow -i nr0 "$@" -w "$T/slow.pcapng"
	send 1
	ended 1000 INT
	in_time=$?
	packets "$T/slow.pcapng" >>"$T/slow.came"
	return "$in_time"
}
timely "a build with 3 s: a signal" slow
timely "a build with 3 s, --immediate-mode: a signal" slow --immediate-mode
is "a build with 3 s: the packet" "$(sort -u "$T/slow.came")" 1

is "their exit statuses" "$(sort -u "$T/ended")" 0

# A reader that is stopped for less than half a second loses nothing, however
# few packets fill the ring.
stalled() {
	start stalled -i nr0 "$@"
	$PYTHON test/live/send.py nr1 600 100 500 &
	sender=$!
	sleep 0.3
	kill -STOP "$pid"
	sleep 0.3
	kill -CONT "$pid"
	wait "$sender"
	finish INT
	sed -n '/captured/p; /dropped/p' "$T/stalled.err" >"$T/told"
	cat "$T/told"
	awk '{ n += $1 } END { print n }' "$T/told" >>"$T/stalled.sums"
	[ "$(cat "$T/told")" = "600 packets captured
0 packets dropped by kernel" ]
}
timely "stopped for 0.3 s, to a file: all" stalled -w "$T/stalled.pcapng"
timely "stopped for 0.3 s, to standard output: all" stalled -w -
timely "stopped for 0.3 s, lines: all" stalled
is "stopped for 0.3 s: captured or dropped" "$(sort -u "$T/stalled.sums")" 600

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
ended_by_a_packet() {
	send 1
	test -s "$T/status"
}
eventually ended_by_a_packet
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

# What a user has in a file is not cut when it is full.
if unshare -m true 2>/dev/null && [ "$status" != 77 ]; then
	# shellcheck disable=SC2016 # the inner shell's variables
	NETRING=$NETRING D=$T/disk unshare -m sh -c '
		mount -t tmpfs -o size=64k none "$D" || exit 77
		seq 10000 >"$D/old"
		"$NETRING" capture -i nr0 -w - 2>"$D/../append.err" >>"$D/old"
		status=$?
		cp "$D/old" "$D/.."
		exit $status' &
	pid=$!
	await "listening on" "$T/append.err"
	send 200 1000
	wait "$pid"
	is "-w - >>FILE, a full disk: exit status" $? 1
	seq 10000 >"$T/seq"
	head -c "$(wc -c <"$T/seq")" "$T/old" >"$T/head"
	ok "-w - >>FILE, a full disk: what was there is there" \
		cmp "$T/seq" "$T/head"
else
	skip "-w - >>FILE, a full disk" "no tmpfs allowed here"
fi

# The interface goes, and comes back under its name.
start back -i nr0 -w "$T/back.pcapng"
send 2
ip link set nr0 down
ok "link down: told" await "nr0 has been set down" "$T/back.err"
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
