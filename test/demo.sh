#!/bin/sh
# SPDX-License-Identifier: MIT
# Shows the program at work: captures on a virtual wire, reads the file back.
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

for program in ip nsenter ping tcpdump; do
	command -v "$program" >/dev/null || {
		echo "$program is missing: run \"make setup\" first." >&2
		exit 1
	}
done

dir=$(mktemp -d "${TMPDIR:-/tmp}/netring-demo.XXXXXX")
file=$dir/demo.pcapng
far=
clean_up() {
	[ -z "$far" ] || kill "$far" 2>/dev/null || :
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

# tcpdump wants to become another user where it is root, which a user namespace
# has not; in one more of them it is nobody.
read_file() {
	if [ "$DEMO_INSIDE" = user ]; then
		unshare -U tcpdump -n "$@" -r "$file" icmp 2>/dev/null
	else
		tcpdump -n "$@" -r "$file" icmp 2>/dev/null
	fi
}

# The far end of the wire is in a namespace that lives as long as a sleep.
unshare -n sleep 60 &
far=$!
tries=50
while [ "$(readlink /proc/$far/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do
	tries=$((tries - 1))
	[ $tries -gt 0 ] || exit 1
	sleep 0.1
done
on_far_end() {
	nsenter -t "$far" -n -- "$@"
}

say "Two network namespaces, joined by a virtual wire:" \
	"near 10.99.0.1 ======== 10.99.0.2 far"
ip link add name near type veth peer name far
ip link set far netns "$far"
ip address add 10.99.0.1/24 dev near
ip link set near up
on_far_end ip address add 10.99.0.2/24 dev far
on_far_end ip link set far up

say "Capture on the near end:"
show "netring capture -i near -w demo.pcapng -v &"
"$NETRING" capture -i near -w "$file" -v &
capture=$!
tries=50
until [ -s "$file" ]; do
	tries=$((tries - 1))
	[ $tries -gt 0 ] && kill -0 $capture || exit 1
	sleep 0.1
done

say "The far end sends: a ping every millisecond, for three seconds."
show "ping -q -c 3000 -i 0.001 10.99.0.1"
on_far_end ping -q -c 3000 -i 0.001 -w 6 10.99.0.1 >"$dir/ping"
kill -INT $capture
wait $capture
grep transmitted "$dir/ping"

say "The file, read by tcpdump:"
show "tcpdump -n -c 6 -r demo.pcapng icmp"
read_file -c 6

sent=$(sed -n 's/^\([0-9]*\) packets transmitted.*/\1/p' "$dir/ping")
answered=$(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$dir/ping")
found=$(read_file | wc -l)
if [ -n "${DEMO_FILE:-}" ]; then
	cp "$file" "$DEMO_FILE"
	say "The file is $DEMO_FILE; Wireshark opens it."
fi

if [ "$found" -ne $((sent + answered)) ]; then
	say "FAILED: ping sent $sent and had $answered answers," \
		"the file has $found packets of it."
	exit 1
fi
say "Shown: all $found packets ($sent pings, $answered answers) crossed the" \
	"wire and are in the file, none lost."
