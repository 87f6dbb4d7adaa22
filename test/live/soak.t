# SPDX-License-Identifier: MIT
# Two bridges in a row, all kinds of traffic, links that flap: all of it adds up
# at every moment, and nothing grows. SOAK_SECONDS, or 180.
# netring-test: full
# shellcheck shell=sh source-path=SCRIPTDIR/../.. disable=SC2154 # $a, $b

. test/live/wire.sh
. test/live/hosts.sh
hosts
if ! command -v ethtool >/dev/null; then
	skip "all" "no ethtool here"
	done_testing
fi

# a - pa | first | m0 - m1 | second | pb - b, and a VXLAN from a to b over it.
ip link add m0 type veth peer name m1
ip link set m0 addrgenmode none up
ip link set m1 addrgenmode none up
on a ip address add fd09::1/64 dev eth0 nodad
on b ip address add fd09::2/64 dev eth0 nodad
tunnel() {
	on "$1" ip link add name tun0 mtu 1400 type vxlan id 7 dstport 4789 \
		local "10.9.0.$2" remote "10.9.0.$3" dev eth0 udpcsum &&
		on "$1" ip address add "10.8.0.$2/24" dev tun0 &&
		on "$1" ip link set tun0 up
}
addresses="10.9.0.2 fd09::2"
if tunnel a 1 2 2>"$T/tunnel" && tunnel b 2 1; then
	addresses="$addresses 10.8.0.2"
else
	skip "VXLAN" "no such tunnel here"
fi

# $1 a name, its metrics go to $T/$1.prom; its pid in $pid
join() {
	name=$1
	shift
	rm -f "$T/$name.err" "$T/$name.prom"
	"$NETRING" bridge "$@" --metrics "$T/$name.prom" <&- \
		>"$T/$name.out" 2>"$T/$name.err" &
	pid=$!
	await "$1 <-> $2" "$T/$name.err" && eventually test -s "$T/$name.prom"
}

# Files of metrics, one after the other: counters never go down, and of each
# direction what was received is what is pending or has its fate.
adds_up() {
	awk '
	/^#/ || !/^netring_bridge_/ { next }
	{
		split($1, part, "{")
		name = part[1]
		sub(/^netring_bridge_/, "", name)
		if (name != "pending" && $2 + 0 < last[$1]) {
			print FILENAME ": " $1 " was " last[$1] ", is " $2
			bad = 1
		}
		last[$1] = $2 + 0
		if (name == "received_total")
			sum[FILENAME part[2]] += $2
		else if (name !~ /^(checksum|gso|cut|kernel_drops|renewals)_total$/)
			sum[FILENAME part[2]] -= $2
	}
	END {
		for (of in sum)
			if (sum[of]) {
				print of ": " sum[of] " received without a fate"
				bad = 1
			}
		exit bad || !length(sum)
	}' "$@"
}

# $1 a file of metrics, $2 a counter, $3 from
counter() {
	awk -v what="netring_bridge_$2_total{interface=\"$3\"," \
		'index($1, what) { n += $2 } END { print n + 0 }' "$1"
}

# $1 an interface: what its other end had no room for, /proc/net/dev's
# transmit drops
dropped() {
	awk -v of="$1:" '$1 == of { print $13 }' /proc/net/dev
}

# What a process holds: descriptors, and its memory but for what only grows to
# its working set.
holds() {
	find "/proc/$1/fd" -type l -exec readlink {} + | sed 's/[0-9]*//g' | sort
	grep -e '^VmSize' -e '^VmData' -e '^VmLck' "/proc/$1/status"
}

# Copies of both metrics to $T/*.$1, once nothing passes any more.
settle() {
	for _ in $(seq 20); do
		for name in first second; do
			cp "$T/$name.prom" "$T/$name.$1"
		done
		sleep 1.5
		cmp -s "$T/first.prom" "$T/first.$1" &&
			cmp -s "$T/second.prom" "$T/second.$1" && return
	done
}

snapshots() {
	n=0
	while sleep 1; do
		n=$((n + 1))
		for name in first second; do
			cp "$T/$name.prom" "$T/snapshot.$name.$(printf %04d $n)"
		done
	done
}

flaps() {
	while sleep 3; do
		for port in m0 pa m1 pb; do
			ip link set $port down
			sleep 0.3
			ip link set $port up
			sleep 2
		done
	done
}

# $1 how it is called, $2 seconds, the rest: how the second bridge joins
soak() {
	how=$1 seconds=$2
	shift 2
	ok "$how: the second bridge" join second m1 pb "$@"
	second=$pid
	ok "$how: the first bridge" join first pa m0 --mode small
	first=$pid
	# what GRO merges would be counted once
	ethtool -K m1 gro off
	# shellcheck disable=SC2086 # words
	on b "$PYTHON" test/live/soak.py answer $addresses >"$T/heard" \
		2>"$T/answer.err" &
	answering=$!
	await ready "$T/answer.err"
	eventually on a ping -q -c 1 -W 1 10.9.0.2 >"$T/ping"

	rm -f "$T"/snapshot.*
	snapshots &
	snapshots=$!
	flaps &
	flaps=$!
	# shellcheck disable=SC2086 # words
	on a "$PYTHON" test/live/soak.py talk 5 $addresses >"$T/said"
	holds "$first" >"$T/first.held"
	holds "$second" >"$T/second.held"
	# shellcheck disable=SC2086 # words
	on a "$PYTHON" test/live/soak.py talk "$seconds" $addresses >"$T/said"
	kill "$flaps"
	wait "$flaps" 2>/dev/null
	for port in m0 pa m1 pb; do
		ip link set $port up
	done
	echo "# $how: $(cat "$T/said")"
	no "$how: no transfer was wrong" grep -e wrong -e broken "$T/said"
	ok "$how: some were made" grep -q 'transfers=[1-9]' "$T/said"
	for name in first second; do
		eval "pid=\$$name"
		is "$how: the $name bridge holds what it held" \
			"$(holds "$pid")" "$(cat "$T/$name.held")"
	done

	# And without flaps or super-frames, which m0 cuts: what one forwarded
	# the other received.
	on a ethtool -K eth0 tso off gso off
	on b ethtool -K eth0 tso off gso off
	settle before
	m0=$(dropped m0)
	m1=$(dropped m1)
	# shellcheck disable=SC2086 # words
	on a "$PYTHON" test/live/soak.py talk 5 $addresses >"$T/said"
	no "$how, quiet: no transfer was wrong" \
		grep -e wrong -e broken "$T/said"
	settle after
	kill "$snapshots"
	wait "$snapshots" 2>/dev/null
	for way in "first pa second m1 $(($(dropped m0) - m0))" \
		"second pb first m0 $(($(dropped m1) - m1))"; do
		# shellcheck disable=SC2086 # words
		set -- $way
		out=$(($(counter "$T/$1.after" forwarded "$2") - \
			$(counter "$T/$1.before" forwarded "$2")))
		in=$5
		for what in received kernel_drops; do
			in=$((in + $(counter "$T/$3.after" $what "$4") - \
				$(counter "$T/$3.before" $what "$4")))
		done
		is "$how, quiet: what $1 forwarded, $3 received" "$in" "$out"
		ok "$how, quiet: and something was" [ "$out" -gt 100 ]
	done
	for name in first second; do
		ok "$how: $name adds up, at $(find "$T" -name "snapshot.$name.*" |
			wc -l) moments" adds_up "$T"/snapshot.$name.*
	done

	on a ethtool -K eth0 tso on gso on >"$T/ethtool"
	on b ethtool -K eth0 tso on gso on >"$T/ethtool"
	kill "$(sed -n 's/^ready //p' "$T/answer.err")"
	wait $answering
	echo "# $how: $(cat "$T/heard")"
	no "$how: no datagram was wrong, or came twice" \
		grep -e wrong -e double "$T/heard"
	ok "$how: they came" grep -q 'datagrams=[1-9]' "$T/heard"
	for name in first second; do
		eval "pid=\$$name"
		finish INT
		is "$how: $name, exit status" "$status" 0
	done
}

each=$((${SOAK_SECONDS:-180} / 3))
soak large $each --mode large
soak small $each --mode small
soak xdp $each --backend xdp
done_testing
