# SPDX-License-Identifier: MIT
# Two hosts and what is between them: a - pa (here) pb - b, each host in a
# network namespace of its own. To be included after test/live/wire.sh.
# shellcheck shell=sh disable=SC2034,SC2154 # of those who include this
#
#   hosts                     make them: 10.9.0.1 and 10.9.0.2
#   on a|b COMMAND...         run something there
#   bridge NAME ARGUMENT...   netring bridge pa pb, its pid in $pid, until it runs
#   carry BYTES               by TCP from a to b; do the checksums agree?
#   carry BYTES b             from b to a

host() {
	unshare -n sleep 600 &
	host=$!
	for _ in $(seq 100); do
		[ "$(readlink "/proc/$host/ns/net")" = \
			"$(readlink /proc/self/ns/net)" ] || return 0
		sleep 0.05
	done
	exit 1
}

on() {
	eval "there=\$$1"
	shift
	nsenter -t "$there" -n -- "$@"
}

plug() {
	ip link add "p$1" type veth peer name eth0 netns "$2"
	ip link set "p$1" addrgenmode none up
	on "$1" ip address add "10.9.0.$3/24" dev eth0
	on "$1" ip link set lo up
	on "$1" ip link set eth0 up
}

hosts() {
	host
	a=$host
	host
	b=$host
	trap 'kill $a $b; rm -rf "$T"' EXIT
	plug a "$a" 1
	plug b "$b" 2
}

bridge() {
	name=$1
	shift
	rm -f "$T/$name.err" # of another one of that name
	# a shell's background job has no standard input unless told
	{
		"$NETRING" bridge pa pb "$@" <&3 >"$T/$name.out" \
			2>"$T/$name.err" &
	} 3<&0
	pid=$!
	await "pa <-> pb" "$T/$name.err"
}

carry() {
	if [ "${2:-a}" = a ]; then
		from=a to=b address=10.9.0.2
	else
		from=b to=a address=10.9.0.1
	fi
	rm -f "$T/taken.err"
	on $to "$PYTHON" test/transfer.py take >"$T/taken" 2>"$T/taken.err" &
	taking=$!
	await ready "$T/taken.err" || return 1
	on $from "$PYTHON" test/transfer.py give $address "$1" 0 \
		>"$T/given" || return 1
	wait $taking || return 1
	[ -s "$T/taken" ] && diff "$T/given" "$T/taken"
}
