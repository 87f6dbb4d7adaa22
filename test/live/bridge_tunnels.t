# SPDX-License-Identifier: MIT
# What GRO and senders merge inside of tunnels: the far end gets of netring
# bridge what it gets of the kernel's bridge, byte by byte.
# shellcheck shell=sh source-path=SCRIPTDIR/../.. disable=SC2154 # $pid, $a

. test/live/wire.sh
. test/live/hosts.sh
hosts
for tool in ethtool unshare; do
	if ! command -v $tool >/dev/null; then
		skip "all" "no $tool here"
		done_testing
	fi
done

# No frame is merged or cut but at pa, where GRO waits for 2 ms for more.
on a ethtool -K eth0 gro off tso off gso off tx off >"$T/ethtool" 2>&1
on b ethtool -K eth0 gro off >"$T/ethtool" 2>&1
ethtool -K pb tso off gso off tx off >"$T/ethtool" 2>&1
ip link add name vx0 type vxlan id 7 dstport 4789 local 10.2.0.2 dev pa &&
	ip link set vx0 up
# not every kernel has it; then GRO does not look inside
ip link add name gn0 type geneve id 7 remote 10.2.0.1 dstport 6081 2>"$T/geneve" &&
	ip link set gn0 up
unshare -m sh -c "mount -t sysfs sysfs /sys &&
	echo 2000000 >/sys/class/net/pa/gro_flush_timeout &&
	echo 5 >/sys/class/net/pa/napi_defer_hard_irqs" 2>"$T/sysfs"
"$PYTHON" test/live/tunnels.py want >"$T/want"
sort "$T/want" >"$T/want.sorted"

# What arrives at b goes to $T/$1, sorted: GRO sends on one flow before another
# as it likes.
pass() {
	rm -f "$T/spy.err"
	on b "$PYTHON" test/live/tunnels.py spy >"$T/$1" 2>"$T/spy.err" &
	spying=$!
	await ready "$T/spy.err"
	on a "$PYTHON" test/live/tunnels.py send "$T/want"
	wait $spying
	sort "$T/$1" >"$T/$1.sorted"
}

# netring bridge ARGUMENT..., by $as, called $1
netring_pass() {
	as=$NETRING
	[ "$1" != unprivileged ] ||
		as="setpriv --inh-caps=-net_admin --bounding-set=-net_admin \
			$NETRING"
	rm -f "$T/$1.err"
	# shellcheck disable=SC2086 # words
	$as bridge pa pb --mode "${1%unprivileged}${2:-}" 2>"$T/$1.err" &
	pid=$! # for finish
	await "pa <-> pb" "$T/$1.err"
	# as somebody does it who does not know of the bridge
	ethtool -K pa gro on
	pass "$1"
	finish INT
	is "$how, $1: exit status" "$status" 0
}

for how in gro rx-udp-gro-forwarding rx-gro-list; do
	# rx-gro-list and a VXLAN of its own: the kernel's bridge, too, sends on
	# outer checksums that are wrong
	[ "$how" != rx-gro-list ] || ip link delete vx0
	ethtool -K pa gro on "$how" on 2>"$T/ethtool" || {
		skip "$how" "no $how here"
		continue
	}
	ip link add name br0 type bridge
	ip link set pa master br0
	ip link set pb master br0
	ip link set br0 up
	sleep 0.1
	pass kernel
	ip link delete br0
	is "$how: the kernel's bridge gives what was sent" \
		"$(cmp "$T/want.sorted" "$T/kernel.sorted" 2>&1)" ""
	for mode in small large unprivileged; do
		netring_pass $mode "$([ $mode != unprivileged ] || echo auto)"
		is "$how, $mode: as the kernel's bridge" \
			"$(cmp "$T/kernel.sorted" "$T/$mode.sorted" 2>&1)" ""
		ok "$how, $mode: some were cut here" grep -q \
			"[1-9][0-9]* frames that super-frames were cut into" \
			"$T/$mode.err"
	done
	[ "$how" = gro ] || ethtool -K pa "$how" off
done
done_testing
