# SPDX-License-Identifier: MIT
# Hosts that talk in VXLAN, and leave cutting to their device.
# netring-test: alone
# shellcheck shell=sh source-path=SCRIPTDIR/../.. disable=SC2154 # $pid, $a

. test/live/wire.sh
. test/live/hosts.sh
hosts
if ! command -v ethtool >/dev/null; then
	skip "all" "no ethtool here"
	done_testing
fi

# tunnel KIND OPTION...
tunnel() {
	on a ip link add name tun0 type "$@" local 10.9.0.1 remote 10.9.0.2 \
		dev eth0 && on b ip link add name tun0 type "$@" \
		local 10.9.0.2 remote 10.9.0.1 dev eth0 || return 1
	on a ip address add 10.8.0.1/24 dev tun0
	on b ip address add 10.8.0.21/24 dev tun0
	on a ip link set tun0 up
	on b ip link set tun0 up
}

# BYTES through the tunnel; milliseconds in $ms
through() {
	rm -f "$T/taken.err"
	on b "$PYTHON" test/transfer.py take >"$T/taken" 2>"$T/taken.err" &
	taking=$!
	await ready "$T/taken.err" || return 1
	start=$(date +%s%N)
	on a "$PYTHON" test/transfer.py give 10.8.0.21 "$1" 0 >"$T/given" ||
		return 1
	wait $taking || return 1
	ms=$((($(date +%s%N) - start) / 1000000))
	[ -s "$T/taken" ] && diff "$T/given" "$T/taken"
}

for tunnel in "vxlan id 7 dstport 4789" "vxlan id 7 dstport 4789 udpcsum"; do
	# shellcheck disable=SC2086 # words
	if ! tunnel $tunnel 2>"$T/tunnel"; then
		skip "$tunnel" "no such tunnel here"
		continue
	fi
	for mode in small large; do
		bridge tunnel --mode $mode
		ok "$tunnel, $mode: 2 MB arrive whole" through 2000000
		finish INT
		is "$tunnel, $mode: exit status" "$status" 0
		ok "$tunnel, $mode: some were cut here" grep -q \
			"[1-9][0-9]* frames that super-frames were cut into" \
			"$T/tunnel.err"
	done
	on a ip link delete tun0
	on b ip link delete tun0
done

# shellcheck disable=SC2086 # words
if tunnel vxlan id 7 dstport 4789 2>"$T/tunnel"; then
	for mode in small large; do
		bridge fast --mode $mode
		left=999999999
		own=$left
		# the best of each, as a busy machine holds up either
		for _ in 1 2 3 4; do
			on a ethtool -K eth0 tx-udp_tnl-segmentation on
			through 20000000 && [ "$ms" -lt "$left" ] && left=$ms
			on a ethtool -K eth0 tx-udp_tnl-segmentation off
			through 20000000 && [ "$ms" -lt "$own" ] && own=$ms
			echo "# $mode: $left ms, $own ms when it cuts itself"
			[ "$left" -gt "$own" ] || break
		done
		ok "VXLAN, $mode: as fast as when the sender cuts" \
			[ "$left" -le $((own * 5 / 4)) ]
		finish INT
	done
fi
done_testing
