#!/bin/sh
# SPDX-License-Identifier: MIT
# Shows the program at work, on an appliance between two hosts: it captures,
# it is a bridge for a TCP transfer, it sends frames, and is a bridge by AF_XDP.
# Run by "make demo"; DEMO_FILE=PATH keeps the capture file.

set -eu

: "${NETRING:?is to be the path of the netring program}"

# In private network namespaces: nothing of this machine's network is touched.
if [ -z "${DEMO_INSIDE:-}" ]; then
	if [ "$(id -u)" -eq 0 ] && unshare -n true 2>/dev/null; then
		DEMO_INSIDE=root exec unshare -n sh "$0"
	elif unshare -rn true 2>/dev/null; then
		DEMO_INSIDE=user exec unshare -rn sh "$0"
	fi
	echo "The demo needs a network namespace of its own:" \
		"run it as root, or allow user namespaces." >&2
	exit 1
fi

for program in ip nsenter ping python3 tcpdump; do
	command -v "$program" >/dev/null || {
		echo "$program is missing: run \"make setup demo\" first." >&2
		exit 1
	}
done

cd "$(dirname "$0")"
dir=$(mktemp -d "${TMPDIR:-/tmp}/netring-demo.XXXXXX")
file=$dir/demo.pcapng
children=
clean_up() {
	# shellcheck disable=SC2086 # a word each
	[ -z "$children" ] || kill $children 2>/dev/null || :
	rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

say() {
	printf '\n%s\n' "$*"
}

show() {
	printf '$ %s\n' "$*"
}

failed() {
	say "FAILED: $*"
	exit 1
}

# $1 what is waited for, rest: a command that tells
until_true() {
	what=$1
	shift
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		! "$@" || return 0
		sleep 0.1
	done
	failed "$what"
}

# tcpdump wants to become another user where it is root, which a user namespace
# has not; in one more of them it is nobody.
read_file() {
	if [ "$DEMO_INSIDE" = user ]; then
		unshare -U tcpdump -n "$@" -r "$file" 2>/dev/null
	else
		tcpdump -n "$@" -r "$file" 2>/dev/null
	fi
}

# A host is a namespace that lives as long as a sleep. $1 interface to it here,
# $2 its address
in_its_own() {
	[ "$(readlink "/proc/$host/ns/net")" != \
		"$(readlink /proc/self/ns/net)" ]
}
plug_in() {
	unshare -n sleep 60 &
	host=$!
	children="$children $host"
	until_true "no namespace for a host" in_its_own
	ip link add "$1" type veth peer name eth0 netns "$host"
	ip link set "$1" addrgenmode none 2>/dev/null || :
	ip link set "$1" up
	nsenter -t "$host" -n ip address add "$2/24" dev eth0
	nsenter -t "$host" -n ip link set eth0 up
}

say "Three network namespaces, joined by virtual cables:"
echo "host A 10.99.0.1 ==== left [this appliance] right ==== 10.99.0.2 host B"
plug_in left 10.99.0.1
a=$host
plug_in right 10.99.0.2
b=$host

# ---------------------------------------------------------------------------

ip address add 10.99.0.3/24 dev left
say "1. CAPTURE. Host A pings the appliance a thousand times in a second:"
show "netring capture -i left -w demo.pcapng"
"$NETRING" capture -i left -w "$file" &
capture=$!
children="$children $capture"
until_true "no capture" [ -s "$file" ]
nsenter -t "$a" -n ping -q -c 1000 -i 0.001 -w 6 10.99.0.3 >"$dir/ping"
kill -INT $capture
wait $capture
grep transmitted "$dir/ping"
sent=$(sed -n 's/^\([0-9]*\) packets transmitted.*/\1/p' "$dir/ping")
answered=$(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$dir/ping")
show "tcpdump -n -c 4 -r demo.pcapng icmp"
read_file -c 4 icmp
found=$(read_file icmp | wc -l)
[ "$found" -eq $((sent + answered)) ] ||
	failed "ping sent $sent and had $answered answers," \
		"the file has $found packets of it."
echo "All $found packets are in the file."
ip address delete 10.99.0.3/24 dev left

# ---------------------------------------------------------------------------

say "2. BRIDGE. A and B do not reach each other, until the appliance joins" \
	"them:"
show "netring bridge left right -v &"
"$NETRING" bridge left right -v 2>"$dir/bridge" &
bridge=$!
children="$children $bridge"
until_true "no bridge" [ -s "$dir/bridge" ]
tail -f "$dir/bridge" &
tail=$!
children="$children $tail"
show "netring capture -i left -w demo.pcapng &"
"$NETRING" capture -i left -w "$file" 2>"$dir/capture" &
capture=$!
children="$children $capture"
until_true "no capture" grep -q listening "$dir/capture"
nsenter -t "$b" -n python3 transfer.py take >"$dir/taken" 2>"$dir/take" &
taking=$!
children="$children $taking"
until_true "nobody listens on host B" grep -q ready "$dir/take"
echo "Host A sends 20 MB to host B by TCP, in four seconds:"
nsenter -t "$a" -n python3 transfer.py give 10.99.0.2 20000000 4 >"$dir/given" ||
	failed "the transfer broke"
wait $taking || failed "the transfer broke"
sleep 0.3
kill -INT $capture
wait $capture
kill -INT $bridge
wait $bridge
sleep 0.1
kill $tail
say "What A sent and what B received, SHA-256:"
cat "$dir/given" "$dir/taken"
cmp -s "$dir/given" "$dir/taken" || failed "B received something else."
say "What the appliance recorded meanwhile:"
cat "$dir/capture"
show "tcpdump -n -c 4 -r demo.pcapng tcp"
read_file -c 4 tcp
[ "$(read_file tcp | wc -l)" -gt 100 ] || failed "the file lacks the transfer"
if [ -n "${DEMO_FILE:-}" ]; then
	cp "$file" "$DEMO_FILE"
	say "The file is $DEMO_FILE; Wireshark opens it."
fi

# ---------------------------------------------------------------------------

# shellcheck disable=SC2016 # awk's
arrived() {
	nsenter -t "$b" -n awk -F '[: ]+' '$2 == "eth0" { print $4 }' \
		/proc/net/dev
}
say "3. INJECT. 300,000 numbered frames to host B, as fast as they go:"
show "netring inject -i right --generate 300000"
before=$(arrived)
"$NETRING" inject -i right --generate 300000
arrived=$(($(arrived) - before))
[ $arrived -eq 300000 ] || failed "$arrived arrived"

# ---------------------------------------------------------------------------

say "4. AF_XDP. The same bridge, by sockets that forward without a copy:"
if [ "$DEMO_INSIDE" = root ]; then
	show "netring bridge --backend auto left right &"
	"$NETRING" bridge --backend auto left right 2>"$dir/xdp" &
	bridge=$!
	children="$children $bridge"
	until_true "no bridge" grep -q '<->' "$dir/xdp"
	nsenter -t "$b" -n python3 transfer.py take >"$dir/taken" \
		2>"$dir/take" &
	taking=$!
	children="$children $taking"
	until_true "nobody listens on host B" grep -q ready "$dir/take"
	nsenter -t "$a" -n python3 transfer.py give 10.99.0.2 20000000 1 \
		>"$dir/given" || failed "the transfer broke"
	wait $taking || failed "the transfer broke"
	kill -INT $bridge
	wait $bridge
	cat "$dir/xdp" "$dir/given" "$dir/taken"
	cmp -s "$dir/given" "$dir/taken" || failed "B received something else."
	xdp=" by packet sockets and by AF_XDP,"
else
	echo "Left out: loading a program into the kernel is for root."
	xdp=
fi

say "Shown: every ping captured, 20 MB carried with equal checksums$xdp" \
	"while recorded, $arrived of 300000 frames arrived. Nothing was lost."
