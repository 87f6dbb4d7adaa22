# SPDX-License-Identifier: MIT
# The examples of foreign event loops compile, and carry real packets.
# shellcheck shell=sh

. test/live/wire.sh

mk host -s full_defconfig
mk host -s -j2 CC="$HOSTCC" "$T/host/libnetring.a"

# compile NAME [LIBRARY]
compile() {
	$HOSTCC -std=c11 -D_DEFAULT_SOURCE -Wall -Wextra -Werror \
		-I"$T/host/include" -Iinclude -o "$T/$1" \
		"test/live/examples/$1.c" "$T/host/libnetring.a" ${2:+"$2"}
}

have() {
	echo "#include <$1>" | $HOSTCC -E - >/dev/null 2>&1
}

begin() {
	name=$1
	shift
	"$T/$name" "$@" >"$T/$name.out" 2>"$T/$name.err" &
	pid=$!
	await ready "$T/$name.out" || cat "$T/$name.err"
}

# COUNT INTERFACE: at a pace that a busy machine keeps up with
paced() {
	$PYTHON test/live/send.py "$2" "$1" 100 2000
}

wire
ip link add nr2 address 02:00:00:00:00:0a type veth \
	peer name nr3 address 02:00:00:00:00:0b
for name in nr2 nr3; do
	ip link set "$name" addrgenmode none 2>/dev/null
	ip link set "$name" up
done

ok "epoll compiles" compile epoll
begin epoll nr0 nr2 500
send 500 100 nr1
send 500 100 nr3
wait "$pid"
is "two captures in epoll saw all" "$(tail -n 1 "$T/epoll.out")" "500 500"

if have ev.h; then
	ok "libev compiles" compile libev -lev
	timeout 10 "$NETRING" capture -i nr3 -w "$T/far.pcap" -c 300 \
		</dev/null >"$T/far.out" 2>"$T/far.err" &
	far=$!
	await "listening on" "$T/far.err"
	begin libev nr0 nr2
	paced 300 nr1
	wait "$far"
	kill -TERM "$pid"
	wait "$pid"
	is "a bridge in libev forwarded all" \
		"$(tail -n 1 "$T/libev.out")" "300 0"
	is "which arrived" "$(packets "$T/far.pcap")" 300
else
	skip "libev" "no libev-dev here"
fi

if have libubox/uloop.h; then
	ok "uloop compiles" compile uloop -lubox
	begin uloop nr0
	paced 400 nr1
	sleep 0.2
	kill -TERM "$pid"
	wait "$pid"
	is "a capture in uloop saw all" "$(tail -n 1 "$T/uloop.out")" "400"
else
	skip "uloop" "no libubox here"
fi

done_testing
