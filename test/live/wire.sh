# SPDX-License-Identifier: MIT
# What the shell tests of the program share: a wire, and captures on it.
# shellcheck shell=sh
#
#   . test/live/wire.sh
#   start NAME ARGUMENT...    netring capture, its pid in $pid, until it listens
#   finish SIGNAL             ends it, its exit status in $status
#   eventually COMMAND...     until it succeeds: 100 tries, in 5 s and more
#   await TEXT FILE           for TEXT to be in FILE
#   opened COUNT              are that many packet sockets open here, and bound?
#   delivered                 has the kernel handed on all that was sent?
#   send COUNT [LENGTH]       numbered frames from nr1 to nr0
#   frames                    one frame of each kind, of $T/sent.pcap, to nr0
#   same FILE FILE            do two capture files hold the same packets?
#   packets FILE              their number
#
# $alone is why tcpdump cannot capture here, or empty.
# $T/NAME.out and $T/NAME.err are what a capture printed.

. test/lib.sh

NETRING=${NETRING:-$BUILD/netring}
PYTHON=/usr/bin/python3

for tool in ip tcpdump $PYTHON; do
	if ! command -v "$tool" >/dev/null; then
		skip "all" "no $tool here"
		done_testing
	fi
done

# tcpdump becomes another user when root calls it. A user namespace of one user
# has none: there it can read, as nobody, but not capture.
if grep -qs deny /proc/self/setgroups; then
	alone="tcpdump cannot capture in a user namespace of one user"
	tcpdump() {
		unshare -U tcpdump "$@"
	}
else
	# shellcheck disable=SC2034 # for the caller
	alone=
	tcpdump() {
		command tcpdump -Z root "$@"
	}
fi

wire() {
	ip link set lo up
	ip link add nr0 address 02:00:00:00:00:0a type veth \
		peer name nr1 address 02:00:00:00:00:0b || exit 1
	for name in nr0 nr1; do
		ip link set "$name" addrgenmode none 2>/dev/null
		ip link set "$name" up
	done
	# asked for its state, the kernel puts it into effect (Linux 6.8)
	ip link show nr0 >"$T/wire"
}

eventually() {
	for _ in $(seq 100); do
		"$@" && return 0
		sleep 0.05
	done
	echo "not in 100 tries: $*" >&2
	return 1
}

await() {
	eventually grep -qs -e "$1" "$2"
}

# Below a line of titles; one that is not bound has interface 0.
opened() {
	[ "$(awk '$5 != 0' /proc/net/packet | wc -l)" -gt "$1" ]
}

start() {
	name=$1
	shift
	rm -f "$T/$name.err" # of another one of that name
	# a shell's background job has no standard input unless told
	{
		"$NETRING" capture "$@" <&3 >"$T/$name.out" 2>"$T/$name.err" &
	} 3<&0
	pid=$!
	await "listening on" "$T/$name.err"
}

finish() {
	kill -"$1" "$pid" 2>/dev/null
	wait "$pid"
	# shellcheck disable=SC2034 # for the caller
	status=$?
}

# A veth's packets wait in the backlog of a processor (told by Linux 5.10).
delivered() {
	awk '$12 ~ /[1-9a-f]/ { exit 1 }' /proc/net/softnet_stat
}

send() {
	$PYTHON test/live/send.py "${3:-nr1}" "$1" "${2:-100}"
	eventually delivered
}

frames() {
	[ -e "$T/sent.pcap" ] || $PYTHON test/live/frames.py "$T/sent.pcap"
	$PYTHON test/live/replay.py nr1 "$T/sent.pcap"
	eventually delivered
}

# By a reader of its own, and in all that tcpdump prints of them.
text() {
	tcpdump -n -t -e -xx -r "$1" 2>/dev/null
}

same() {
	text "$1" >"$T/one.txt" || return 1
	text "$2" >"$T/two.txt" || return 1
	[ -s "$T/one.txt" ] && diff "$T/one.txt" "$T/two.txt"
}

packets() {
	tcpdump -n -t -r "$1" 2>/dev/null | grep -vc "$(printf '^\t')"
}
