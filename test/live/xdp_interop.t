# SPDX-License-Identifier: MIT
# AF_XDP beside real libbpf, xdp-loader, libxdp and ip: maps, turns, manners.
# shellcheck shell=sh

# Maps are pinned: in a mount namespace of our own.
[ "${NETRING_OWN_MOUNTS:-}" ] ||
	exec unshare -m env NETRING_OWN_MOUNTS=1 sh test/live/xdp_interop.t

. test/live/wire.sh

have() {
	echo "#include <$1>" | $HOSTCC -E - >/dev/null 2>&1
}

for tool in clang xdp-loader; do
	if ! command -v "$tool" >/dev/null; then
		skip "all" "no $tool here"
		done_testing
	fi
done
for header in bpf/libbpf.h xdp/xsk.h; do
	if ! have "$header"; then
		skip "all" "no $header here"
		done_testing
	fi
done
if ! mount -t bpf bpf /sys/fs/bpf 2>/dev/null; then
	skip "all" "no bpffs allowed here"
	done_testing
fi

mk host -s full_defconfig
mk host -s -j2 CC="$HOSTCC" "$T/host/libnetring.a"
multiarch=$($HOSTCC -print-multiarch)
ok "the program compiles" clang -target bpf -g -O2 -Wall -Werror \
	-idirafter "/usr/include/$multiarch" -c -o "$T/steer.bpf.o" \
	test/live/interop/steer.bpf.c
ok "ours compiles" "$HOSTCC" -std=c11 -D_DEFAULT_SOURCE -Wall -Wextra -Werror \
	-I"$T/host/include" -Iinclude -o "$T/interop" \
	test/live/interop/main.c test/live/interop/netring.c \
	test/live/interop/libxdp.c test/live/machine_speed.c \
	test/live/spy_socket.c test/live/results.c test/live/wire.c \
	"$T/host/libnetring.a" -lxdp -lbpf

wire
through() {
	"$T/interop" nr0 nr1 "$@"
}
# What ip shows of an XDP program: its mode, and with "id" its number.
shown() {
	ip -d link show nr0 | sed -n 's/.* mtu [0-9]* \(xdp[a-z]*\) .*/\1/p'
	[ "${1:-}" != id ] || ip -d link show nr0 |
		sed -n 's/.*prog\/xdp id \([0-9]*\).*/\1/p'
}

ok "libbpf's program, by its map" through libbpf "$T/steer.bpf.o"
is "and it is gone with libbpf's link" "$(shown)" ""

pins=/sys/fs/bpf/pins
mkdir $pins
for mode in native skb; do
	ok "xdp-loader, $mode" xdp-loader load -m $mode -p $pins nr0 \
		"$T/steer.bpf.o"
	before=$(shown id)
	ok "$mode: its map, pinned" through pinned $pins/xsks
	ok "$mode: again" through pinned $pins/xsks
	is "$mode: its program stays when we go" "$(shown id)" "$before"
	number=$(xdp-loader status nr0 |
		sed -n 's/.* steer  *[a-z]*  *\([0-9]*\).*/\1/p')
	ok "$mode: its map, by the program's number" through id "$number"
	no "$mode: a program of ours is refused" through own native
	has "$mode: and told whose it is" "$(cat "$T/output")" \
		"foreign $(echo "$before" | tail -n 1)"
	is "$mode: which stays" "$(shown id)" "$before"
	ok "$mode: unload" xdp-loader unload nr0 --all
	rm -f $pins/*
done

for mode in xdpdrv xdpgeneric; do
	ok "ip, $mode" ip link set dev nr0 $mode obj "$T/steer.bpf.o" sec xdp
	before=$(shown id)
	pinned=$(find /sys/fs/bpf -name xsks | head -n 1)
	ok "$mode: its map, pinned" through pinned "$pinned"
	for ours in native generic; do
		no "$mode: $ours of ours is refused" through own $ours
		has "$mode: and told whose it is" "$(cat "$T/output")" \
			"foreign $(echo "$before" | tail -n 1)"
	done
	is "$mode: which stays" "$(shown id)" "$before"
	ok "$mode: and works" through pinned "$pinned"
	ip link set dev nr0 $mode off
done

# $1 native or generic: a program of ours, until $T/go is written to
begin() {
	rm -f "$T/go"
	mkfifo "$T/go"
	"$T/interop" nr0 nr1 own "$1" <"$T/go" >"$T/own" 2>&1 &
	pid=$!
	exec 9>"$T/go"
	await ready "$T/own"
}

for mode in native:xdp generic:xdpgeneric; do
	begin "${mode%:*}"
	is "ours, ${mode%:*}: ip shows it" "$(shown)" "${mode#*:}"
	before=$(shown id)
	# its exit status is a negative number, which looks like a crash
	ok "xdp-loader does not take its place" sh -c \
		"! xdp-loader load -m skb nr0 '$T/steer.bpf.o'"
	no "nor does ip" ip link set dev nr0 xdp obj "$T/steer.bpf.o" sec xdp
	no "nor does it take it away" ip link set dev nr0 "${mode#*:}" off
	is "it stays" "$(shown id)" "$before"
	exec 9>&-
	wait "$pid"
	is "and works on" "$(tail -n 1 "$T/own")" good
	is "gone at its end" "$(shown)" ""
done

begin native
has "ours, once more" "$(shown)" xdp
kill -9 "$pid"
exec 9>&-
wait "$pid" 2>/dev/null
is "gone after kill -9" "$(shown)" ""

ok "sockets of libxdp and ours, in turn on one queue" through turns 4
is "nothing is left" "$(shown)" ""

done_testing
